//! Names: what sections, authors and tags are called in each locale.

use std::collections::BTreeMap;

use super::{
    Locale,
    error::{Error, Faults},
    slug::Slug,
    text::{limits, line, lines},
};

/// The name of one thing in one locale.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name {
    /// The name itself.
    pub name: String,
    /// Its slug, unique in the locale.
    pub slug: Slug,
    /// What it is about: the description of a section or tag, the bio of an author.
    pub about: String,
}

/// The names of one thing, by locale.
pub type Names = BTreeMap<Locale, Name>;

/// What a caller may say of a name.
#[derive(Debug, Clone)]
pub struct NameDraft {
    /// The name itself.
    pub name: String,
    /// The slug given by hand, if one was.
    pub slug: Option<String>,
    /// Description or bio.
    pub about: String,
}

/// A checked name whose slug is still only a wish.
#[derive(Debug, Clone)]
pub struct CheckedName {
    /// The name itself.
    pub name: String,
    /// The slug given by hand.
    pub given: Option<Slug>,
    /// Description or bio.
    pub about: String,
}

/// Check the names of one thing, of which there must be at least one.
///
/// # Errors
/// [`Error::Invalid`] with every violation, under `#/translations/…`.
pub fn check(drafts: BTreeMap<Locale, NameDraft>, about: &str) -> Result<BTreeMap<Locale, CheckedName>, Error> {
    let mut faults = Faults::default();
    if drafts.is_empty() {
        faults.add("#/translations", "required", "a name in at least one locale");
    }
    let mut checked = BTreeMap::new();
    for (locale, draft) in drafts {
        let at = format!("#/translations/{locale}");
        let name = line(&mut faults, &format!("{at}/name"), &draft.name, limits::NAME);
        let text = lines(&mut faults, &format!("{at}/{about}"), &draft.about, limits::DESCRIPTION);
        let given = draft.slug.map(|slug| Slug::parse(&slug, &locale, &format!("{at}/slug")));
        let given = given.map(|slug| faults.merge(slug)).transpose()?.flatten();
        checked.insert(locale, CheckedName { name, given, about: text });
    }
    faults.or(checked)
}

/// The name in the first locale of `chain` that has one, else in any.
#[must_use]
pub fn pick<'a, N>(names: &'a BTreeMap<Locale, N>, chain: &[Locale]) -> Option<(&'a Locale, &'a N)> {
    chain.iter().find_map(|l| names.get_key_value(l)).or_else(|| names.iter().next())
}
