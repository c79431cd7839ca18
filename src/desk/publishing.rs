//! Publishing: the only way from a working copy to what the public sees.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use crate::{
    access::{
        Action, Granted, Permit,
        action::{Publish, Unpublish},
    },
    domain::{
        Error, Id, Instant, Locale, Version,
        ahead::{Depth, Derived, Revision},
        article::Article,
        edition::{Dating, Edition, Rendering},
        error::Faults,
        locale::reading_speed,
        plan::{PlanVerb, Revisions},
        site::{Masthead, Review},
        standing::{Standing, Verb},
        translation::{Copy, Translation},
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

/// The working copies that are meant, [bare](super::translations::bare), each with the revision that it must have, if one was named.
pub(super) fn chosen(tx: &mut Tx<'_>, article: &Article, which: Which) -> Result<Vec<(Copy, Option<Version>)>, Error> {
    let chosen: BTreeMap<Locale, Option<Version>> = match which {
        Which::Live => {
            let live = store::editions::live_heads(tx, &[article.id])?.remove(&article.id).unwrap_or_default();
            live.into_iter().map(|l| (l.locale, None)).collect()
        }
        Which::Locales(locales) => locales.into_iter().map(|l| (l, None)).collect(),
        Which::Exactly(map) => map.into_iter().map(|(l, v)| (l, Some(v))).collect(),
    };
    if chosen.is_empty() {
        return Err(Error::invalid("#/locales", "required", "nothing is live: name the locales"));
    }
    let mut faults = Faults::default();
    let mut copies = Vec::new();
    for (locale, version) in chosen {
        match store::translations::bare(tx, article, Some(&locale))?.pop() {
            Some(translation) => copies.push((Copy { article: article.clone(), translation }, version)),
            None => faults.add(format!("#/locales/{locale}"), "no_words", format!("there are no words in `{locale}`")),
        }
    }
    faults.or(copies)
}

/// Where words stand, all in all.
pub(super) fn standing(tx: &mut Tx<'_>, copy: &Copy) -> Result<Standing, Error> {
    let Copy { article, translation } = copy;
    let live = store::editions::live_heads(tx, &[article.id])?.remove(&article.id).unwrap_or_default();
    let plans = store::plans::of(tx, &[article.id])?.remove(&article.id).unwrap_or_default();
    let planned = |verb| plans.iter().find(|p| p.verb == verb && p.locale == translation.locale && p.failure.is_none()).map(|p| p.at);
    Ok(Standing {
        state: translation.state,
        live: live.iter().any(|l| l.locale == translation.locale),
        start: planned(PlanVerb::Publish),
        end: planned(PlanVerb::Unpublish),
        withdrawn: article.withdrawn_at.is_some(),
        trashed: article.trashed_at.is_some(),
    })
}

/// Nothing, when a verb on a whole article is possible in every locale that it has words in.
///
/// # Errors
/// [`Error::Conflict`] with the codes of [`Standing::after`].
pub(super) fn allow_everywhere(tx: &mut Tx<'_>, article: &Article, verb: Verb) -> Result<(), Error> {
    // Whoever may do this to the article does it to all its words.
    for translation in store::translations::bare(tx, &article.whole(), None)? {
        let copy = Copy { article: article.clone(), translation };
        standing(tx, &copy)?.after(verb, tx.now(), false)?;
    }
    Ok(())
}

/// Make the working copies of some locales live, all or none; other locales keep what they show. Under an embargo they are
/// planned for its end instead.
///
/// # Errors
/// [`Error::Stale`] for the facts or for a revision that was named; [`Error::Invalid`] for a locale without words;
/// [`Error::Conflict`] with the codes of [`Standing::after`].
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
    let article = store::articles::find(tx, &permit.visibility(), id)?;
    let masthead = store::site::masthead(tx)?;
    let strict = masthead.site.review == Review::Required;
    let mut copies = Vec::new();
    for (copy, version) in chosen(tx, &article, which)? {
        copies.push((permit.over(copy)?, version));
    }
    super::articles::expect(tx, &article, expected)?;
    let embargo = article.facts.embargo_until.filter(|at| *at > tx.now());
    let shown = store::editions::live_heads(tx, &[id])?.remove(&id).unwrap_or_default();
    for (copy, version) in copies {
        let translation = &copy.get().translation;
        if let Some(version) = version {
            super::translations::expect(tx, copy.get(), version)?;
        }
        let verb = embargo.map_or(Verb::Publish, Verb::Start);
        standing(tx, copy.get())?.after(verb, tx.now(), strict)?;
        let there = shown.iter().find(|l| l.locale == translation.locale);
        let other = there.is_none_or(|l| l.words_version != translation.version || l.facts_version != article.version);
        let depth = if embargo.is_none() && other { Depth::Render } else { Depth::Look };
        let derived = super::ahead::derived(tx, &revision(copy.get()), depth)?;
        derived.pass()?;
        if let Some(at) = embargo {
            store::plans::set(tx, &copy, PlanVerb::Publish, at, minor)?;
            continue;
        }
        store::plans::cancel(tx, &copy, Some(PlanVerb::Publish))?;
        if other {
            make_live(tx, &masthead, &copy, &derived.rendering, minor)?;
        }
    }
    super::freshness::note(tx, permit.caller(), &article)?;
    Ok(article)
}

/// The revision of its words that a copy is.
pub(super) fn revision(copy: &Copy) -> Revision {
    let Copy { article, translation } = copy;
    Revision { article_id: article.id, locale: translation.locale.clone(), version: translation.version }
}

/// Freeze a copy into an edition that the public sees from now on; nothing changes when it sees these very revisions already.
pub(super) fn make_live<A>(
    tx: &mut Tx<'_>,
    masthead: &Masthead,
    copy: &Granted<A, Copy>,
    rendering: &Rendering,
    minor: bool,
) -> Result<(), Error> {
    let Copy { article, translation } = copy.get();
    let last = store::editions::last(tx, article.id, &translation.locale)?;
    let revisions = Revisions { words: translation.version, facts: article.version };
    if last.and_then(|last| last.live) == Some(revisions) {
        return Ok(());
    }
    let dating = Dating::after(last.map(|last| last.dating).as_ref(), minor, tx.now());
    let edition = freeze(tx, masthead, copy.get(), rendering, dating);
    store::editions::publish(tx, copy, &edition)
}

/// The article as a revision of its facts left it, in the section that it was filed in then.
pub(super) fn filed_then(tx: &mut Tx<'_>, article: &Article, version: Version) -> Result<Article, Error> {
    let facts = store::revisions::facts(tx, article, version)?;
    let section_path = store::sections::path(tx, facts.section_id)?;
    Ok(Article { facts, section_path, version, ..article.clone() })
}

/// The grant of `A` over the copy as some revisions left it, bare and under the slug that it has now: over what it is now, and over what becomes
/// public. With that, what readers will get of it.
///
/// # Errors
/// [`Error::Forbidden`] when either lies outside the grant; [`Error::NotFound`] when the revisions, or their section, are gone.
pub(super) fn over_frozen<A: Action>(
    tx: &mut Tx<'_>,
    permit: &Permit<A>,
    copy: Copy,
    of: Revisions,
) -> Result<(Granted<A, Copy>, Arc<Derived>), Error> {
    let copy = permit.over(copy)?;
    let article = filed_then(tx, &copy.get().article, of.facts)?;
    let derived = super::ahead::derived(tx, &Revision { version: of.words, ..revision(copy.get()) }, Depth::Render)?;
    let Rendering { words, made_from, .. } = &derived.rendering;
    let frozen = copy.try_map(|copy| {
        let translation = Translation { words: words.clone(), made_from: made_from.clone(), version: of.words, ..copy.translation };
        Ok(Copy { article, translation })
    })?;
    Ok((frozen, derived))
}

pub(super) fn freeze(tx: &Tx<'_>, masthead: &Masthead, copy: &Copy, rendering: &Rendering, dating: Dating) -> Edition {
    let locale = &copy.translation.locale;
    let speed = masthead.settings(locale).map_or_else(|| reading_speed(locale), |l| l.words_per_minute);
    Edition::freeze(tx.new_id(), &copy.article, &copy.translation, rendering, speed, dating)
}

/// Make the working copy of one locale live under dates that it has from elsewhere. How far its source has moved on is not noted.
///
/// # Errors
/// [`Error::NotFound`] without words in the locale.
pub fn publish_dated(tx: &mut Tx<'_>, permit: Permit<Publish>, id: Id<Article>, locale: &Locale, dates: Elsewhere) -> Result<(), Error> {
    let article = store::articles::find(tx, &permit.visibility(), id)?;
    let translation = super::translations::bare(tx, &article, locale)?;
    let masthead = store::site::masthead(tx)?;
    let copy = permit.over(Copy { article, translation })?;
    standing(tx, copy.get())?.after(Verb::Publish, tx.now(), false)?;
    let dating = Dating { published_at: dates.published_at, updated_at: dates.updated_at, started_at: tx.now(), minor: false };
    let derived = super::ahead::derived(tx, &revision(copy.get()), Depth::Render)?;
    let edition = freeze(tx, &masthead, copy.get(), &derived.rendering, dating);
    store::editions::publish(tx, &copy, &edition)
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
    store::articles::hold(tx, id)?;
    let article = store::articles::find(tx, &permit.visibility(), id)?;
    let live = store::editions::live_heads(tx, &[id])?.remove(&id).unwrap_or_default();
    let chosen: BTreeSet<Locale> = locales.map_or_else(|| live.iter().map(|l| l.locale.clone()).collect(), BTreeSet::from_iter);
    let mut copies = Vec::new();
    for locale in &chosen {
        let translation = super::translations::bare(tx, &article, locale)?;
        copies.push(permit.over(Copy { article: article.clone(), translation })?);
    }
    super::articles::expect(tx, &article, expected)?;
    let now = tx.now();
    for copy in copies {
        let stands = standing(tx, copy.get())?;
        let next = stands.after(Verb::Unpublish, now, false)?;
        if stands.end != next.end {
            store::plans::cancel(tx, &copy, Some(PlanVerb::Unpublish))?;
        }
        store::editions::unpublish(tx, &copy, now)?;
    }
    if chosen.is_empty() {
        return Err(Error::Conflict { code: "not-live", detail: "nothing of this article is live".to_owned() });
    }
    Ok(article)
}
