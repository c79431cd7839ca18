//! Names as the desk writes them, shared by sections, authors and tags.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{
    api::{State, extract::paging, problem::Failure},
    domain::{
        Locale,
        name::{NameDraft, Names},
        named::{Listed, NameOrder, Named},
        page::Page,
    },
    store::{
        self,
        named::{Stored, sorting},
    },
};

/// A page of a list of things with names.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListNamed {
    /// In which order; as they were made when absent. Those without a name in the locale stand where the name stands that its readers are shown.
    #[param(inline)]
    sort: Option<NameOrder>,
    /// With this text in a name, without regard to case, accents, width and what does not show.
    text: Option<String>,
    /// Whose order, and whose names are looked through; the site's default, and those of every locale, when absent.
    locale: Option<Locale>,
    /// Rows on a page.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<u32>,
    /// Where the page begins: `page.next` or `page.previous` of another one.
    cursor: Option<String>,
    /// Whether to count all rows.
    #[param(default = false)]
    count: Option<bool>,
}

impl ListNamed {
    /// The page that is asked for.
    pub(super) async fn page<K: Stored>(self, state: &State) -> Result<Page<Named<K>>, Failure> {
        let paging = paging(self.limit, self.cursor.as_deref(), self.count, sorting::<K>(self.sort))?;
        let listed = Listed::new(self.sort, self.text.as_deref());
        Ok(state.store.read(move |tx| store::named::desk_page(tx, &listed, self.locale.as_ref(), paging)).await?)
    }
}

/// A name in one locale, with a description.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DescribedName {
    /// The name.
    #[schema(example = "World", min_length = 1, max_length = 1600)]
    pub name: String,
    /// The slug; derived from the name when absent.
    #[serde(default)]
    #[schema(example = "world", max_length = 80)]
    pub slug: Option<String>,
    /// What it is about.
    #[serde(default)]
    #[schema(max_length = 32000)]
    pub description: String,
}

/// The name of an author in one locale.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AuthorName {
    /// The name.
    #[schema(example = "Asha Rao", min_length = 1, max_length = 1600)]
    pub name: String,
    /// The slug; derived from the name when absent.
    #[serde(default)]
    #[schema(example = "asha-rao", max_length = 80)]
    pub slug: Option<String>,
    /// Who it is.
    #[serde(default)]
    #[schema(max_length = 32000)]
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
