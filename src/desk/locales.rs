//! Keeping the locales that the site publishes in.

use crate::{
    access::{Permit, action::ManageLocales, scope::Whole},
    domain::{
        Error, Locale, Version,
        error::Faults,
        locale::{LocaleDraft, LocaleSettings},
        site::Masthead,
        text::limits,
    },
    store::{self, Tx},
};

fn check_fallback(masthead: &Masthead, settings: &LocaleSettings) -> Result<(), Error> {
    let mut faults = Faults::default();
    for (n, other) in settings.fallback.iter().enumerate() {
        if masthead.settings(other).is_none() {
            faults.add(format!("#/fallback/{n}"), "unknown_locale", "not a locale of this site");
        }
    }
    faults.or(())
}

/// One locale.
///
/// # Errors
/// [`Error::NotFound`].
pub fn find(tx: &mut Tx<'_>, locale: &Locale) -> Result<LocaleSettings, Error> {
    store::site::masthead(tx)?.settings(locale).cloned().ok_or(Error::NotFound("locale"))
}

/// Publish in one more locale.
///
/// # Errors
/// [`Error::Taken`] when the site has it, [`Error::Invalid`].
pub fn create(tx: &mut Tx<'_>, permit: Permit<ManageLocales>, locale: Locale, draft: LocaleDraft) -> Result<LocaleSettings, Error> {
    permit.everywhere()?;
    store::site::queue(tx)?;
    let masthead = store::site::masthead(tx)?;
    if masthead.locales.len() >= limits::LOCALES {
        return Err(Error::Conflict { code: "too-many", detail: format!("a site has at most {} locales", limits::LOCALES) });
    }
    let settings = draft.check(locale, 1)?;
    check_fallback(&masthead, &settings)?;
    let granted = permit.over(Whole(settings))?;
    store::locales::save(tx, &granted)?;
    Ok(granted.into_inner().0)
}

/// Change what the site says of a locale.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Stale`], [`Error::Invalid`].
pub fn revise(
    tx: &mut Tx<'_>,
    permit: Permit<ManageLocales>,
    locale: &Locale,
    expected: Option<Version>,
    with: impl FnOnce(&LocaleSettings) -> Result<LocaleDraft, Error>,
) -> Result<LocaleSettings, Error> {
    permit.everywhere()?;
    store::site::queue(tx)?;
    let masthead = store::site::masthead(tx)?;
    let before = masthead.settings(locale).ok_or(Error::NotFound("locale"))?;
    if expected.is_some_and(|v| v != before.version) {
        return Err(Error::stale("locale", before.version));
    }
    let settings = with(before)?.check(locale.clone(), before.version.saturating_add(1))?;
    check_fallback(&masthead, &settings)?;
    if (LocaleSettings { version: before.version, ..settings.clone() }) == *before {
        return Ok(before.clone());
    }
    let granted = permit.over(Whole(settings))?;
    store::locales::save(tx, &granted)?;
    Ok(granted.into_inner().0)
}

/// Stop publishing in a locale that nothing is written in.
///
/// # Errors
/// [`Error::Conflict`] with code `in-use` when words, names, grants or other locales use it.
pub fn delete(tx: &mut Tx<'_>, permit: Permit<ManageLocales>, locale: &Locale, expected: Version) -> Result<(), Error> {
    permit.everywhere()?;
    store::site::queue(tx)?;
    let masthead = store::site::masthead(tx)?;
    let settings = masthead.settings(locale).cloned().ok_or(Error::NotFound("locale"))?;
    Error::unless_newest("locale", settings.version, expected)?;
    let fallen_back_to = masthead.locales.iter().any(|l| l.fallback.contains(locale));
    if masthead.site.default_locale == *locale || fallen_back_to || store::locales::in_use(tx, locale)? {
        let detail = "it is the default, or other locales, words, names or grants use it".to_owned();
        return Err(Error::Conflict { code: "in-use", detail });
    }
    let granted = permit.over(Whole(settings))?;
    store::locales::delete(tx, &granted, expected)
}
