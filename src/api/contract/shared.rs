//! What several operations take or answer alike, a parameter or a response, is written once, and referred to where it holds.

use std::collections::{BTreeMap, HashMap};

use serde::Serialize;
use utoipa::openapi::{
    OpenApi, Ref, RefOr,
    path::{Operation, Parameter, ParameterIn},
    response::Response,
};

use super::{
    examples,
    required::{reached, references},
    schemas::operations,
};

/// Where parameters are kept under their names.
const PARAMETERS: &str = "#/components/parameters/";
/// Where responses are.
const RESPONSES: &str = "#/components/responses/";

/// Refer to the form of each parameter and response that most operations have, where more than one does.
pub(super) fn share(api: &mut OpenApi) {
    let all = api.paths.paths.values_mut().flat_map(operations).flat_map(|operation| operation.parameters.iter().flatten());
    let own = all.filter_map(|one| if let RefOr::T(one) = one { Some((parameter_name(one), one.clone())) } else { None });
    let shared = Shared::of(own.collect());
    shared.refer(api, parameters_mut, PARAMETERS);
    let components = api.components.get_or_insert_default();
    components.parameters.extend(shared.0.into_iter().map(|(_, name, one)| (name, RefOr::T(one))));

    let taken: Vec<String> = components.responses.keys().cloned().collect();
    let all = api.paths.paths.values_mut().flat_map(operations).flat_map(|operation| &operation.responses.responses);
    let own = all.filter_map(|(status, one)| if let RefOr::T(one) = one { Some((response_name(status, one)?, one.clone())) } else { None });
    let shared = Shared::of(own.filter(|(name, _)| !taken.contains(name)).collect());
    shared.refer(api, responses_mut, RESPONSES);
    let components = api.components.get_or_insert_default();
    components.responses.extend(shared.0.into_iter().map(|(_, name, one)| (name, RefOr::T(one))));
}

/// The parameter itself, or the one that is referred to.
pub(super) fn parameter<'a>(one: &'a RefOr<Parameter>, api: &'a OpenApi) -> Option<&'a Parameter> {
    match one {
        RefOr::T(parameter) => Some(parameter),
        RefOr::Ref(reference) => match api.components.as_ref()?.parameters.get(reference.ref_location.strip_prefix(PARAMETERS)?)? {
            RefOr::T(parameter) => Some(parameter),
            RefOr::Ref(_) => None,
        },
    }
}

/// What is shared: how it is written, its name, and itself.
struct Shared<T>(Vec<(String, String, T)>);

impl<T: Serialize> Shared<T> {
    /// Of each name the form that most have, unless only one has it.
    fn of(all: Vec<(String, T)>) -> Self {
        let mut forms: BTreeMap<String, BTreeMap<String, (usize, T)>> = BTreeMap::new();
        for (name, one) in all {
            let (times, _) = forms.entry(name).or_default().entry(written(&one)).or_insert((0, one));
            *times = times.saturating_add(1);
        }
        let most =
            |of: BTreeMap<String, (usize, T)>| of.into_iter().max_by_key(|(_, (times, _))| *times).filter(|(_, (times, _))| *times > 1);
        Self(forms.into_iter().filter_map(|(name, of)| most(of).map(|(written, (_, one))| (written, name, one))).collect())
    }

    fn refer<'a>(&self, api: &'a mut OpenApi, of: impl Fn(&'a mut Operation) -> Vec<&'a mut RefOr<T>>, place: &str)
    where
        T: 'a,
    {
        let names: HashMap<&str, &str> = self.0.iter().map(|(written, name, _)| (written.as_str(), name.as_str())).collect();
        for one in api.paths.paths.values_mut().flat_map(operations).flat_map(of) {
            let RefOr::T(whole) = one else { continue };
            if let Some(name) = names.get(written(whole).as_str()) {
                *one = RefOr::Ref(Ref::new(format!("{place}{name}")));
            }
        }
    }
}

fn written(one: &impl Serialize) -> String {
    serde_json::to_string(one).unwrap_or_default()
}

fn parameters_mut(operation: &mut Operation) -> Vec<&mut RefOr<Parameter>> {
    operation.parameters.iter_mut().flatten().collect()
}

fn responses_mut(operation: &mut Operation) -> Vec<&mut RefOr<Response>> {
    operation.responses.responses.values_mut().collect()
}

/// Take out the schemas that nothing refers to: a patch may have a form of its own of what it was made from.
pub(super) fn sweep(api: &mut OpenApi) {
    let mut components = api.components.take().unwrap_or_default();
    let schemas = std::mem::take(&mut components.schemas);
    let next = references(&serde_json::to_value((&api.paths, &components)).unwrap_or_default());
    let reached = reached(next, &schemas);
    components.schemas = schemas.into_iter().filter(|(name, _)| reached.contains(name)).collect();
    api.components = Some(components);
}

/// `as_of` of a query is `AsOf`, that of a path is `PathAsOf`; what names a thing of the demo has a name of its own for each.
fn parameter_name(parameter: &Parameter) -> String {
    if let Some(name) = examples::name(parameter) {
        return name;
    }
    let words = parameter.name.split(['_', '-']).flat_map(|word| {
        let mut letters = word.chars();
        letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters)
    });
    let place = if parameter.parameter_in == ParameterIn::Path { "Path" } else { "" };
    place.chars().chain(words).collect()
}

/// `DeskArticle` with 200 is `DeskArticleAnswer`, with 201 `DeskArticleCreated`; nothing for what has no schema of a name.
fn response_name(status: &str, response: &Response) -> Option<String> {
    let content = response.content.values().next()?;
    let RefOr::T(content) = content else { return None };
    let Some(RefOr::Ref(schema)) = &content.schema else { return None };
    let schema = schema.ref_location.rsplit('/').next()?;
    let what = match status {
        "200" => "Answer",
        "201" => "Created",
        _ => return None,
    };
    Some(format!("{schema}{what}"))
}
