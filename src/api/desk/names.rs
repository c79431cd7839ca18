//! Names as the desk writes them, shared by sections, authors and tags.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::{
    Locale,
    name::{NameDraft, Names},
};

/// A name in one locale, with a description.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DescribedName {
    /// The name.
    #[schema(example = "World", min_length = 1, max_length = 200)]
    pub name: String,
    /// The slug; derived from the name when absent.
    #[serde(default)]
    #[schema(example = "world", max_length = 80)]
    pub slug: Option<String>,
    /// What it is about.
    #[serde(default)]
    #[schema(max_length = 4000)]
    pub description: String,
}

/// The name of an author in one locale.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AuthorName {
    /// The name.
    #[schema(example = "Asha Rao", min_length = 1, max_length = 200)]
    pub name: String,
    /// The slug; derived from the name when absent.
    #[serde(default)]
    #[schema(example = "asha-rao", max_length = 80)]
    pub slug: Option<String>,
    /// Who it is.
    #[serde(default)]
    #[schema(max_length = 4000)]
    pub bio: String,
}

/// Names as the desk writes them.
pub(super) fn drafts<T: Into<NameDraft>>(sent: BTreeMap<Locale, T>) -> BTreeMap<Locale, NameDraft> {
    sent.into_iter().map(|(locale, name)| (locale, name.into())).collect()
}

impl From<DescribedName> for NameDraft {
    fn from(n: DescribedName) -> Self {
        Self { name: n.name, slug: n.slug, about: n.description }
    }
}
impl From<AuthorName> for NameDraft {
    fn from(n: AuthorName) -> Self {
        Self { name: n.name, slug: n.slug, about: n.bio }
    }
}

/// Names as the desk reads them.
pub(super) fn described(names: &Names) -> BTreeMap<Locale, DescribedName> {
    let one = |n: &crate::domain::name::Name| DescribedName {
        name: n.name.clone(),
        slug: Some(n.slug.to_string()),
        description: n.about.clone(),
    };
    names.iter().map(|(locale, name)| (locale.clone(), one(name))).collect()
}

/// Names of authors as the desk reads them.
pub(super) fn with_bio(names: &Names) -> BTreeMap<Locale, AuthorName> {
    let one = |n: &crate::domain::name::Name| AuthorName { name: n.name.clone(), slug: Some(n.slug.to_string()), bio: n.about.clone() };
    names.iter().map(|(locale, name)| (locale.clone(), one(name))).collect()
}
