//! Keeping the locales that the site publishes in.

use super::in_use;
use crate::{
    access::{Permit, action::ManageLocales, scope::Whole},
    domain::{
        Error, Locale, Version,
        error::{Faults, Holder, InUse},
        locale::{LocaleDraft, LocaleSettings, LocaleState},
        site::Masthead,
        text::limits,
    },
    store::{self, Tx, desk_lists::Filter},
};

/// What is wrong with a locale beside the others of the site.
fn check(masthead: &Masthead, settings: &LocaleSettings, before: Option<&Locale>) -> Result<(), Error> {
    let mut faults = Faults::default();
    for (n, other) in settings.fallback.iter().enumerate() {
        if masthead.settings(other).is_none() {
            faults.add(format!("#/fallback/{n}"), "unknown_locale", "not a locale of this site");
        }
    }
    let others = || masthead.locales.iter().filter(|l| Some(&l.locale) != before);
    let having = |tag: &Locale| others().find(|l| l.locale == *tag || l.former_tags.contains(tag));
    if let Some(other) = having(&settings.locale) {
        let holder = Holder { kind: "locale", id: None, locale: Some(other.locale.to_string()), name: other.name.clone() };
        return Err(Error::taken("#/locale", "another locale has this tag, or had it", Some(holder)));
    }
    for (n, _) in settings.former_tags.iter().enumerate().filter(|(_, tag)| having(tag).is_some()) {
        faults.add(format!("#/former_tags/{n}"), "taken", "another locale has this tag, or had it");
    }
    if settings.state != LocaleState::Public && before == Some(&masthead.site.default_locale) {
        faults.add("#/state", "default_locale", "the default locale of the site is public; make another one the default first");
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
pub fn create(tx: &mut Tx<'_>, permit: Permit<ManageLocales>, draft: LocaleDraft) -> Result<LocaleSettings, Error> {
    permit.everywhere()?;
    store::site::queue(tx)?;
    let masthead = store::site::masthead(tx)?;
    if masthead.locales.len() >= limits::LOCALES {
        return Err(Error::Conflict { code: "too-many", detail: format!("a site has at most {} locales", limits::LOCALES) });
    }
    let settings = draft.check(masthead.next_position(), 1)?;
    check(&masthead, &settings, None)?;
    let granted = permit.over(Whole(settings))?;
    store::locales::save(tx, &granted)?;
    store::sorted_names::refresh(tx)?;
    Ok(granted.into_inner().0)
}

/// Change what the site says of a locale, its tag included: everything that is kept in it goes with it.
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
    let mut draft = with(before)?;
    if draft.locale != *locale {
        // What readers and tools keep under the tag that it had leads on.
        draft.former_tags.retain(|tag| tag != &draft.locale && tag != locale);
        draft.former_tags.insert(0, locale.clone());
        let itself = draft.locale.clone();
        draft.fallback.iter_mut().filter(|other| *other == locale).for_each(|other| other.clone_from(&itself));
    }
    let settings = draft.check(before.position, before.version.saturating_add(1))?;
    check(&masthead, &settings, Some(locale))?;
    if (LocaleSettings { version: before.version, ..settings.clone() }) == *before {
        return Ok(before.clone());
    }
    let granted = permit.over(Whole(settings))?;
    if granted.get().0.locale == *locale {
        store::locales::save(tx, &granted)?;
    } else {
        store::locales::rename(tx, &granted, locale)?;
    }
    store::sorted_names::refresh(tx)?;
    Ok(granted.into_inner().0)
}

/// Stop publishing in a locale that nothing is written in.
///
/// # Errors
/// [`Error::Conflict`] with code `in-use` when words, names, grants, redirects, menus, collections or other locales use it.
pub fn delete(tx: &mut Tx<'_>, permit: Permit<ManageLocales>, locale: &Locale, expected: Version) -> Result<(), Error> {
    permit.everywhere()?;
    store::site::queue(tx)?;
    let masthead = store::site::masthead(tx)?;
    let settings = masthead.settings(locale).cloned().ok_or(Error::NotFound("locale"))?;
    Error::unless_newest("locale", settings.version, expected)?;
    let fallen_back_to = masthead.locales.iter().any(|l| l.fallback.contains(locale));
    let is_default = masthead.site.default_locale == *locale;
    if is_default || fallen_back_to || store::locales::in_use(tx, locale)? {
        let falling = masthead.locales.iter().filter(|l| l.fallback.contains(locale)).count();
        let falling = in_use::of("locale", i64::try_from(falling).unwrap_or(i64::MAX), "/v1/desk/locales");
        let filter = Filter { locales: vec![locale.clone()], ..Filter::default() };
        let articles = in_use::articles(tx, &permit, &filter, &format!("locale={locale}"))?;
        let grants = in_use::grants(tx, &permit, store::users::Granting::Locale(locale.clone()))?;
        let redirects = in_use::redirects(tx, &permit, locale)?;
        let menus = in_use::of("menu", store::menus::labelled_in(tx, locale)?, "/v1/desk/menus");
        let collections = in_use::of("collection", store::collection_uses::in_locale(tx, locale)?, "/v1/desk/collections");
        let media = in_use::of("media item", store::media::in_locale(tx, locale)?, "/v1/desk/media");
        let used_by =
            falling.into_iter().chain(articles).chain(grants).chain(redirects).chain(menus).chain(collections).chain(media).collect();
        let refused = InUse::of("locale", "other locales, words, names, grants, redirects, menus, collections or media items", used_by);
        let refused =
            if is_default { refused.behind("this is the default locale of the site: make another one the default first") } else { refused };
        return Err(Error::InUse(Box::new(refused)));
    }
    let granted = permit.over(Whole(settings))?;
    store::locales::delete(tx, &granted, expected)?;
    store::sorted_names::refresh(tx)
}
