//! Knowing which translations no longer say what their source says.

use std::collections::HashMap;

use crate::{
    domain::{
        Error, Locale, Version,
        article::Article,
        body::Document,
        freshness::{Lag, Upstream},
        precomputed::{Lagging, Revision},
        story::{LastEdition, Story},
        translation::MadeFrom,
    },
    store::{self, Tx},
};

/// How many published revisions a source has moved on since words were made from it, and between which what has changed in it is [told]:
/// nothing, where nothing newer is public. It may be that blocks moved, and it has not moved on.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn of(
    tx: &mut Tx<'_>,
    article: &Article,
    made_from: Option<&MadeFrom>,
    (locale, version): (&Locale, Version),
) -> Result<(i32, Option<Lagging>), Error> {
    // How far a source has moved on is told to those who are shown the source.
    let Some(of) = made_from.filter(|of| article.shows(&of.locale)) else { return Ok((0, None)) };
    let behind = store::editions::behind(tx, article.id, of)?;
    let made_from = Revision { article_id: article.id, locale: of.locale.clone(), version: of.version };
    let published = store::editions::last_words(tx, article.id, &of.locale)?.filter(|published| behind > 0 || *published > of.version);
    Ok((behind, published.map(|published| Lagging { made_from, published, locale: locale.clone(), version })))
}

/// What of a source has changed since a translation with this body was made from it; nothing, where a revision is kept elsewhere: stale it is
/// then, in what nobody can say.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn told(tx: &mut Tx<'_>, of: &Lagging, body: &Document) -> Result<Lag, Error> {
    super::precomputed::lag_behind(tx, of, body)
}

/// The nearest source above that of a translation which has moved on since what is below it was made from it; nothing, where all have followed.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn upstream(tx: &mut Tx<'_>, article: &Article, made_from: Option<&MadeFrom>) -> Result<Option<Upstream>, Error> {
    let (mut seen, mut at) = (Vec::new(), made_from.map(|of| of.locale.clone()));
    // Ends: no locale is looked at twice.
    while let Some(locale) = at.filter(|locale| *locale != article.facts.source_locale && article.shows(locale) && !seen.contains(locale)) {
        // What the public sees of it; where there is nothing yet, what the desk has.
        let live = store::editions::live_heads(tx, &[article.id])?.remove(&article.id).unwrap_or_default();
        let of = match live.into_iter().find(|head| head.locale == locale) {
            Some(head) => head.made_from,
            None => store::translations::bare(tx, article, Some(&locale))?.pop().and_then(|copy| copy.made_from),
        };
        let Some(of) = of.filter(|of| article.shows(&of.locale)) else { break };
        let behind = store::editions::behind(tx, article.id, &of)?;
        if behind > 0 {
            return Ok(Some(Upstream { locale: of.locale, behind }));
        }
        seen.push(locale);
        at = Some(of.locale);
    }
    Ok(None)
}

/// Note with every live translation of a story how far its source has moved on, where that is not what is noted.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub(in crate::desk) fn note(tx: &mut Tx<'_>, story: &Story) -> Result<(), Error> {
    let id = story.article.id;
    let moved = note_moved(tx, story)?;
    let translated: Vec<_> = story
        .live_locales()
        .filter_map(|locale| Some((locale, story.live(locale)?)))
        .filter(|(_, last)| last.made_from.is_some())
        .collect();
    if translated.is_empty() {
        return Ok(());
    }
    let behind = store::editions::live_behind(tx, id)?;
    let behind = |locale: &Locale| behind.get(locale).copied().unwrap_or(0);
    let has_moved = |last: &LastEdition| last.made_from.as_ref().is_some_and(|of| moved.contains(&&of.locale));
    let aged: Vec<_> = translated.into_iter().filter(|(locale, last)| behind(locale) != 0 || last.behind != 0 || has_moved(last)).collect();
    // What readers are told does not depend on who publishes.
    let lagging = |(locale, last): &(&Locale, &LastEdition)| {
        let of = last.made_from.as_ref().filter(|_| behind(locale) > 0 || has_moved(last))?;
        Some(Lagging {
            made_from: Revision { article_id: id, locale: of.locale.clone(), version: of.version },
            published: story.editions.get(&of.locale)?.revisions.words,
            locale: (*locale).clone(),
            version: last.revisions.words,
        })
    };
    let stale: Vec<_> = aged.iter().filter_map(lagging).collect();
    let mut lags: HashMap<_, _> = stale.iter().map(|of| of.locale.clone()).zip(super::precomputed::lags(tx, &stale)?).collect();
    let ages: Vec<_> =
        aged.iter().map(|(locale, _)| (*locale, behind(locale), lags.remove(*locale).unwrap_or_default().of(behind(locale)))).collect();
    store::editions::age(tx, id, &ages)
}

/// Note with each source that has just become public anew whether there is anything new to translate in it; the locales where there is nothing.
fn note_moved<'s>(tx: &mut Tx<'_>, story: &'s Story) -> Result<Vec<&'s Locale>, Error> {
    let id = story.article.id;
    let now = tx.now();
    let is_rendered = |locale: &Locale, version| {
        story.copies.values().filter_map(|copy| copy.made_from.as_ref()).any(|of| of.locale == *locale && of.version < version)
    };
    let mut begun = Vec::new();
    for locale in story.live_locales() {
        let Some(last) = story.live(locale).filter(|last| last.dating.started_at == now && is_rendered(locale, last.revisions.words))
        else {
            continue;
        };
        let version = last.revisions.words;
        if let Some(former) = store::editions::former_words(tx, id, locale, version)? {
            let made_from = Revision { article_id: id, locale: locale.clone(), version: former };
            begun.push((locale, Lagging { made_from, published: version, locale: locale.clone(), version }));
        }
    }
    if begun.is_empty() {
        return Ok(Vec::new());
    }
    let lagging: Vec<_> = begun.iter().map(|(_, of)| of.clone()).collect();
    let lags = super::precomputed::lags(tx, &lagging)?;
    let moved: Vec<_> = begun.into_iter().zip(lags).filter(|(_, lag)| lag.is_of_no_words()).map(|((locale, _), _)| locale).collect();
    moved.iter().try_for_each(|locale| store::editions::note_moved(tx, id, locale))?;
    Ok(moved)
}
