//! Parameters that are lists: `a=1,2`, `a=1&a=2` and `a[]=1&a[]=2` say the same.
//!
//! **Decision.** Which parameters are lists is what the contract says of them, so that one that is no list is refused when it is repeated,
//! and no handler has to do anything for its own. A query that says nothing twice is not looked at further.

use utoipa::{
    IntoParams,
    openapi::{
        RefOr, Schema,
        path::{Parameter, ParameterIn},
    },
};

/// How some clients mark what is a list.
const MARK: &str = "[]";

/// Make one of the values of each list that came one by one.
pub(super) fn gather<T: IntoParams>(pairs: Vec<(String, String)>) -> Vec<(String, String)> {
    let again = |n: usize, name: &str| pairs.iter().take(n).any(|(other, _)| other == name);
    if !pairs.iter().enumerate().any(|(n, (name, _))| name.ends_with(MARK) || again(n, name)) {
        return pairs;
    }
    let parameters = T::into_params(|| Some(ParameterIn::Query));
    let lists: Vec<String> = parameters.into_iter().filter(is_list).map(|parameter| parameter.name).collect();
    let mut gathered: Vec<(String, String)> = Vec::new();
    for (name, value) in pairs {
        let list = lists.iter().find(|list| **list == name.strip_suffix(MARK).unwrap_or(&name));
        let before = list.and_then(|list| gathered.iter_mut().find(|(other, _)| other == list));
        match (before, list) {
            (Some((_, values)), _) => {
                values.push(',');
                values.push_str(&value);
            }
            (None, Some(list)) => gathered.push((list.clone(), value)),
            (None, None) => gathered.push((name, value)),
        }
    }
    gathered
}

/// The parameters that are text of so many characters at most, as the contract says it.
pub(super) fn longest<T: IntoParams>() -> impl Iterator<Item = (String, usize)> {
    let parameters = T::into_params(|| Some(ParameterIn::Query)).into_iter();
    parameters.filter_map(|parameter| match parameter.schema {
        Some(RefOr::T(Schema::Object(text))) => text.max_length.map(|most| (parameter.name, most)),
        _ => None,
    })
}

fn is_list(parameter: &Parameter) -> bool {
    matches!(parameter.schema, Some(RefOr::T(Schema::Array(_))))
}
