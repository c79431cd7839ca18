//! A parameter that several operations take alike is written once, and referred to where it is taken.

use std::collections::{BTreeMap, HashMap};

use utoipa::openapi::{
    OpenApi, Ref, RefOr,
    path::{Parameter, ParameterIn},
};

use super::schemas::operations;

/// Where parameters are kept under their names.
const PLACE: &str = "#/components/parameters/";

/// Refer to the form of each parameter that most operations take, where more than one does.
pub(super) fn share(api: &mut OpenApi) {
    let mut forms: BTreeMap<String, BTreeMap<String, (usize, Parameter)>> = BTreeMap::new();
    for parameter in inline(api) {
        let form = forms.entry(component(parameter)).or_default();
        form.entry(written(parameter)).or_insert_with(|| (0, parameter.clone())).0 += 1;
    }
    let most =
        |of: BTreeMap<String, (usize, Parameter)>| of.into_iter().max_by_key(|(_, (times, _))| *times).filter(|(_, (times, _))| *times > 1);
    let shared = forms.into_iter().filter_map(|(name, of)| most(of).map(|(written, (_, parameter))| (name, written, parameter)));
    let shared: Vec<_> = shared.collect();
    let names: HashMap<_, _> = shared.iter().map(|(name, written, _)| (written.as_str(), name.as_str())).collect();
    for parameter in api.paths.paths.values_mut().flat_map(operations).flat_map(|operation| operation.parameters.iter_mut().flatten()) {
        let RefOr::T(whole) = parameter else { continue };
        if let Some(name) = names.get(written(whole).as_str()) {
            *parameter = RefOr::Ref(Ref::new(format!("{PLACE}{name}")));
        }
    }
    let components = api.components.get_or_insert_default();
    components.parameters.extend(shared.into_iter().map(|(name, _, parameter)| (name, RefOr::T(parameter))));
}

/// The parameter itself, or the one that is referred to.
pub(super) fn whole<'a>(parameter: &'a RefOr<Parameter>, api: &'a OpenApi) -> Option<&'a Parameter> {
    match parameter {
        RefOr::T(parameter) => Some(parameter),
        RefOr::Ref(reference) => match api.components.as_ref()?.parameters.get(reference.ref_location.strip_prefix(PLACE)?)? {
            RefOr::T(parameter) => Some(parameter),
            RefOr::Ref(_) => None,
        },
    }
}

fn inline(api: &mut OpenApi) -> impl Iterator<Item = &Parameter> {
    let all = api.paths.paths.values_mut().flat_map(operations).flat_map(|operation| operation.parameters.iter().flatten());
    all.filter_map(|parameter| if let RefOr::T(parameter) = parameter { Some(parameter) } else { None })
}

fn written(parameter: &Parameter) -> String {
    serde_json::to_string(parameter).unwrap_or_default()
}

/// `as_of` of a query is `AsOf`, that of a path is `PathAsOf`.
fn component(parameter: &Parameter) -> String {
    let words = parameter.name.split(['_', '-']).flat_map(|word| {
        let mut letters = word.chars();
        letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters)
    });
    let place = if parameter.parameter_in == ParameterIn::Path { "Path" } else { "" };
    place.chars().chain(words).collect()
}
