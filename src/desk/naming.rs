//! Naming sections, authors and tags: names are checked, slugs derived and addresses claimed, in one place for all.

use std::collections::BTreeMap;

use uuid::Uuid;

use super::holding;
use crate::{
    access::{Action, Permit},
    domain::{
        Error, Locale,
        address::AddressKind,
        error::Faults,
        name::{self, Name, NameDraft, Names},
        slug::Slug,
    },
    store::{
        self, Tx,
        claims::{Claim, SlugRequest},
    },
};

/// Check the names of what is addressed, `about` being what the text beside each is called, and give each its slug: the one given, the one
/// it had, or one derived from the name.
///
/// # Errors
/// [`Error::Invalid`] with every violation; [`Error::Taken`] for a slug given by hand.
pub(super) fn assign<A: Action>(
    tx: &mut Tx<'_>,
    permit: &Permit<A>,
    (kind, target): (AddressKind, Uuid),
    about: &'static str,
    drafts: BTreeMap<Locale, NameDraft>,
    before: &Names,
) -> Result<Names, Error> {
    let masthead = store::site::masthead(tx)?;
    let mut faults = Faults::default();
    for locale in drafts.keys().filter(|l| masthead.settings(l).is_none()) {
        faults.add(format!("#/translations/{locale}"), "unknown_locale", "not a locale of this site");
    }
    let checked = faults.merge(name::check(drafts, about))?.unwrap_or_default();
    let checked = faults.or(checked)?;
    let mut names = Names::new();
    for (locale, checked) in checked {
        let kept = before.get(&locale).map(|n| n.slug.clone());
        let given = checked.given.filter(|slug| kept.as_ref() != Some(slug));
        let derived = || kept.or_else(|| Slug::derive(&checked.name, &locale)).unwrap_or_else(|| Slug::of_id(target));
        let slug_request = given.clone().map_or_else(|| SlugRequest::from(derived()), SlugRequest::by_hand);
        let claim = Claim { kind, target, locale: &locale };
        let claimed = match (store::claims::claim(tx, claim, &slug_request), given) {
            (Err(refused), Some(given)) => Err(holding::told(tx, permit, claim, &given, refused)),
            (claimed, _) => claimed,
        };
        let slug = claimed.map_err(|e| e.under(&format!("#/translations/{locale}")))?;
        names.insert(locale, Name { name: checked.name, slug, about: checked.about });
    }
    Ok(names)
}
