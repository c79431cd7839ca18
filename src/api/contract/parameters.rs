//! Parameters that many operations take word for word: written once, and referred to.

use std::collections::BTreeMap;

use utoipa::openapi::{
    OpenApi, Ref, RefOr,
    path::{Parameter, ParameterIn},
};

use super::schemas::operations;

/// Where parameters are kept under their names.
const PLACE: &str = "#/components/parameters/";

/// In how many operations a parameter is written out, at most.
const FEW: usize = 1;

/// Keep what several operations take once, and refer to it there.
pub(super) fn share(api: &mut OpenApi) {
    let mut counted: BTreeMap<String, (usize, Parameter)> = BTreeMap::new();
    for operation in api.paths.paths.values_mut().flat_map(operations) {
        for parameter in operation.parameters.iter().flatten() {
            if let RefOr::T(parameter) = parameter {
                let (count, _) = counted.entry(written(parameter)).or_insert_with(|| (0, parameter.clone()));
                *count = count.saturating_add(1);
            }
        }
    }
    let components = api.components.get_or_insert_default();
    let mut names: BTreeMap<String, String> = BTreeMap::new();
    for (text, (count, parameter)) in counted {
        let name = name(&parameter);
        if count > FEW && !components.parameters.contains_key(&name) {
            components.parameters.insert(name.clone(), parameter.into());
            names.insert(text, name);
        }
    }
    for operation in api.paths.paths.values_mut().flat_map(operations) {
        for parameter in operation.parameters.iter_mut().flatten() {
            let RefOr::T(one) = parameter else { continue };
            if let Some(name) = names.get(&written(one)) {
                *parameter = RefOr::Ref(Ref::new(format!("{PLACE}{name}")));
            }
        }
    }
}

/// What is referred to.
pub(super) fn find<'a>(api: &'a OpenApi, location: &str) -> Option<&'a Parameter> {
    match api.components.as_ref()?.parameters.get(location.strip_prefix(PLACE)?)? {
        RefOr::T(parameter) => Some(parameter),
        RefOr::Ref(_) => None,
    }
}

fn written(parameter: &Parameter) -> String {
    serde_json::to_string(parameter).unwrap_or_default()
}

/// `PathId`, `Cursor`: one in a path is another one than that of its name in a query.
fn name(parameter: &Parameter) -> String {
    let words = parameter.name.split(['_', '-']).map(|word| {
        let mut letters = word.chars();
        letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect::<String>()
    });
    let place = if parameter.parameter_in == ParameterIn::Path { "Path" } else { "" };
    std::iter::once(place.to_owned()).chain(words).collect()
}
