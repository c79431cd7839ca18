//! What the contract says of the parameters of a query, held for every operation: which are lists, and the bounds of each.
//!
//! Of parameters that are lists `a=1,2`, `a=1&a=2` and `a[]=1&a[]=2` say the same.
//!
//! **Decision.** Which parameters are lists is what the contract says of them, so that one that is no list is refused when it is repeated,
//! and no handler has to do anything for its own. A query that says nothing twice is not looked at further.

use std::{
    any::TypeId,
    collections::HashMap,
    sync::{Arc, LazyLock, PoisonError, RwLock},
};

use utoipa::{
    IntoParams, Number,
    openapi::{
        Object, RefOr, Schema,
        path::{Parameter, ParameterIn},
        schema::ArrayItems,
    },
};

use crate::domain::Violation;

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

/// What the contract says of a parameter of a query that its type does not.
#[derive(Debug)]
struct Bounds {
    name: String,
    /// How many characters it, or each of its values, may have.
    longest: Option<usize>,
    is_list: bool,
    /// How many values a list may have.
    most: Option<usize>,
    least: Option<isize>,
    greatest: Option<isize>,
}

impl Bounds {
    fn of(parameter: Parameter) -> Option<Self> {
        let text = |schema: &Object| schema.max_length;
        let bounds = match parameter.schema? {
            RefOr::T(Schema::Object(one)) => Self {
                name: parameter.name,
                longest: text(&one),
                is_list: false,
                most: None,
                least: whole(one.minimum),
                greatest: whole(one.maximum),
            },
            RefOr::T(Schema::Array(list)) => {
                let longest = match &list.items {
                    ArrayItems::RefOrSchema(items) => {
                        if let RefOr::T(Schema::Object(item)) = &**items {
                            text(item)
                        } else {
                            None
                        }
                    }
                    ArrayItems::False => None,
                };
                Self { name: parameter.name, longest, is_list: true, most: list.max_items, least: None, greatest: None }
            }
            _ => return None,
        };
        (bounds.longest.is_some() || bounds.most.is_some() || bounds.least.is_some() || bounds.greatest.is_some()).then_some(bounds)
    }

    fn broken_by(&self, value: &str) -> Option<(&'static str, String)> {
        let mut values = value.split(|c| c == ',' && self.is_list);
        if self.most.is_some_and(|most| values.clone().count() > most) {
            return Some(("too_many", format!("at most {}", self.most?)));
        }
        if self.longest.is_some_and(|most| values.any(|one| one.len() > most && one.chars().count() > most)) {
            return Some(("too_long", format!("at most {} characters", self.longest?)));
        }
        let number: isize = if self.least.or(self.greatest).is_some() { value.parse().ok()? } else { return None };
        let out = self.least.is_some_and(|least| number < least) || self.greatest.is_some_and(|greatest| number > greatest);
        out.then(|| {
            let bounds = match (self.least, self.greatest) {
                (Some(least), Some(greatest)) => format!("between {least} and {greatest}"),
                (Some(least), None) => format!("at least {least}"),
                (None, greatest) => format!("at most {}", greatest.unwrap_or_default()),
            };
            ("out_of_range", bounds)
        })
    }
}

fn whole(number: Option<Number>) -> Option<isize> {
    match number? {
        Number::Int(number) => Some(number),
        Number::UInt(number) => number.try_into().ok(),
        Number::Float(_) => None,
    }
}

/// What is beyond the bounds that the contract sets to the parameters of a query.
pub(super) fn beyond<T: IntoParams + 'static>(pairs: &[(String, String)]) -> Vec<Violation> {
    static ALL: LazyLock<RwLock<HashMap<TypeId, Arc<[Bounds]>>>> = LazyLock::new(RwLock::default);
    if pairs.is_empty() {
        return Vec::new();
    }
    let known = ALL.read().unwrap_or_else(PoisonError::into_inner).get(&TypeId::of::<T>()).cloned();
    let bounds = known.unwrap_or_else(|| {
        let bounds: Arc<[Bounds]> = T::into_params(|| Some(ParameterIn::Query)).into_iter().filter_map(Bounds::of).collect();
        ALL.write().unwrap_or_else(PoisonError::into_inner).insert(TypeId::of::<T>(), bounds.clone());
        bounds
    });
    let faults = pairs.iter().filter_map(|(name, value)| {
        let (code, detail) = bounds.iter().find(|bounds| bounds.name == *name)?.broken_by(value)?;
        Some(Violation { pointer: format!("?{name}"), code, detail })
    });
    faults.collect()
}

fn is_list(parameter: &Parameter) -> bool {
    matches!(parameter.schema, Some(RefOr::T(Schema::Array(_))))
}
