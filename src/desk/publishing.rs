//! Publishing: the only way from a working copy to what the public sees.

use std::collections::BTreeMap;

use crate::{
    access::{
        Permit,
        action::{Publish, Unpublish},
        permit::Copy,
    },
    domain::{
        Error, Id, Instant, Locale, Version,
        article::Article,
        edition::{Dating, Edition},
        error::Faults,
        locale::reading_speed,
        site::{Masthead, Review},
        translation::State,
    },
    store::{self, Tx},
};

/// Which locales are published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Which {
    /// Those that are live.
    Live,
    /// These, as they are now.
    Locales(Vec<Locale>),
    /// Exactly these revisions of them.
    Exactly(BTreeMap<Locale, Version>),
}

/// Dates of a publication that happened elsewhere, before it came here.
#[derive(Debug, Clone, Copy)]
pub struct Elsewhere {
    /// First publication.
    pub published_at: Instant,
    /// Last significant publication.
    pub updated_at: Instant,
}

/// Make the working copies of some locales live, all or none; other locales keep what they show.
///
/// # Errors
/// [`Error::Stale`] for the facts or for a revision that was named; [`Error::Invalid`] for a locale without words;
/// [`Error::Conflict`] with code `embargoed`, or `not-approved` where the site requires review.
pub fn publish(
    tx: &mut Tx<'_>,
    permit: Permit<Publish>,
    id: Id<Article>,
    expected: Version,
    which: Which,
    minor: bool,
) -> Result<Article, Error> {
    // An embargo may be on its way: whichever comes second sees the other.
    store::articles::hold(tx, id)?;
    let article = store::articles::find(tx, permit.visibility(), id)?;
    let masthead = store::site::masthead(tx)?;
    let live = store::editions::live_heads(tx, &[id])?.remove(&id).unwrap_or_default();
    let chosen: BTreeMap<Locale, Option<Version>> = match which {
        Which::Live => live.iter().map(|l| (l.locale.clone(), None)).collect(),
        Which::Locales(locales) => locales.into_iter().map(|l| (l, None)).collect(),
        Which::Exactly(map) => map.into_iter().map(|(l, v)| (l, Some(v))).collect(),
    };
    if chosen.is_empty() {
        return Err(Error::invalid("#/locales", "required", "nothing is live: name the locales to publish"));
    }
    let mut faults = Faults::default();
    let mut copies = Vec::new();
    for (locale, version) in chosen {
        match store::translations::find(tx, &article, &locale)? {
            Some(translation) => copies.push((permit.over(Copy { article: article.clone(), translation })?, version)),
            None => faults.add(format!("#/locales/{locale}"), "no_words", format!("there are no words in `{locale}`")),
        }
    }
    faults.or(())?;
    super::articles::expect(tx, &article, expected)?;
    if article.facts.embargo_until.is_some_and(|at| at > tx.now()) {
        return Err(Error::Conflict { code: "embargoed", detail: "nothing of this article is public before its embargo ends".to_owned() });
    }
    for (copy, version) in copies {
        let translation = &copy.get().translation;
        if let Some(version) = version {
            super::translations::expect(tx, copy.get(), version)?;
        }
        if masthead.site.review == Review::Required && translation.state != State::Approved {
            let detail = format!("the words in `{}` are {}, not approved", translation.locale, translation.state);
            return Err(Error::Conflict { code: "not-approved", detail });
        }
        let shown = live.iter().find(|l| l.locale == translation.locale);
        if shown.is_some_and(|l| l.words_version == translation.version && l.facts_version == article.version) {
            continue;
        }
        let last = store::editions::last_dating(tx, id, &translation.locale)?;
        let dating = Dating::after(last.as_ref(), minor, tx.now());
        let edition = freeze(tx, &masthead, copy.get(), dating);
        store::editions::publish(tx, &copy, &edition)?;
    }
    super::freshness::note(tx, permit.caller(), &article)?;
    Ok(article)
}

fn freeze(tx: &Tx<'_>, masthead: &Masthead, copy: &Copy, dating: Dating) -> Edition {
    let locale = &copy.translation.locale;
    let speed = masthead.settings(locale).map_or_else(|| reading_speed(locale), |l| l.words_per_minute);
    Edition::freeze(tx.new_id(), &copy.article, &copy.translation, speed, dating)
}

/// Make the working copy of one locale live under dates that it has from elsewhere.
///
/// # Errors
/// [`Error::NotFound`] without words in the locale.
pub fn publish_dated(tx: &mut Tx<'_>, permit: Permit<Publish>, id: Id<Article>, locale: &Locale, dates: Elsewhere) -> Result<(), Error> {
    let article = store::articles::find(tx, permit.visibility(), id)?;
    let translation = super::translations::find(tx, &article, locale)?;
    let masthead = store::site::masthead(tx)?;
    let copy = permit.over(Copy { article, translation })?;
    let dating = Dating { published_at: dates.published_at, updated_at: dates.updated_at, started_at: tx.now(), minor: false };
    let edition = freeze(tx, &masthead, copy.get(), dating);
    store::editions::publish(tx, &copy, &edition)?;
    super::freshness::note(tx, permit.caller(), &copy.get().article)
}

/// End what the public sees of some locales; of all when none is named.
///
/// # Errors
/// [`Error::Stale`]; [`Error::Conflict`] with code `not-live` when a named locale is not live.
pub fn unpublish(
    tx: &mut Tx<'_>,
    permit: Permit<Unpublish>,
    id: Id<Article>,
    expected: Version,
    locales: Option<Vec<Locale>>,
) -> Result<Article, Error> {
    let article = store::articles::find(tx, permit.visibility(), id)?;
    let live = store::editions::live_heads(tx, &[id])?.remove(&id).unwrap_or_default();
    let chosen = locales.unwrap_or_else(|| live.iter().map(|l| l.locale.clone()).collect());
    let mut copies = Vec::new();
    for locale in &chosen {
        let translation = super::translations::find(tx, &article, locale)?;
        copies.push(permit.over(Copy { article: article.clone(), translation })?);
    }
    super::articles::expect(tx, &article, expected)?;
    let now = tx.now();
    for copy in copies {
        if !store::editions::unpublish(tx, &copy, now)? {
            let detail = format!("nothing is live in `{}`", copy.get().translation.locale);
            return Err(Error::Conflict { code: "not-live", detail });
        }
    }
    if chosen.is_empty() {
        return Err(Error::Conflict { code: "not-live", detail: "nothing of this article is live".to_owned() });
    }
    Ok(article)
}
