//! Knowing which translations no longer say what their source says.

use std::collections::HashMap;

use crate::{
    domain::{
        Error, Locale, Version,
        article::Article,
        body::Document,
        freshness::Lag,
        precomputed::{Lagging, Revision},
        story::{LastEdition, Story},
        translation::MadeFrom,
    },
    store::{self, Tx},
};

/// How many published revisions a source has moved on since words were made from it, and between which what has changed in it is [told]:
/// nothing, where it has not moved on.
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
    if behind == 0 {
        return Ok((0, None));
    }
    let made_from = Revision { article_id: article.id, locale: of.locale.clone(), version: of.version };
    let published = store::editions::last_words(tx, article.id, &of.locale)?;
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

/// Note with every live translation of a story how far its source has moved on, where that is not what is noted.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub(in crate::desk) fn note(tx: &mut Tx<'_>, story: &Story) -> Result<(), Error> {
    let id = story.article.id;
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
    let aged: Vec<_> = translated.into_iter().filter(|(locale, last)| behind(locale) != 0 || last.behind != 0).collect();
    // What readers are told does not depend on who publishes.
    let lagging = |(locale, last): &(&Locale, &LastEdition)| {
        let of = last.made_from.as_ref().filter(|_| behind(locale) > 0)?;
        Some(Lagging {
            made_from: Revision { article_id: id, locale: of.locale.clone(), version: of.version },
            published: story.editions.get(&of.locale)?.revisions.words,
            locale: (*locale).clone(),
            version: last.revisions.words,
        })
    };
    let stale: Vec<_> = aged.iter().filter_map(lagging).collect();
    let mut lags: HashMap<_, _> = stale.iter().map(|of| of.locale.clone()).zip(super::precomputed::lags(tx, &stale)?).collect();
    let ages: Vec<_> = aged.iter().map(|(locale, _)| (*locale, behind(locale), lags.remove(*locale).unwrap_or_default())).collect();
    store::editions::age(tx, id, &ages)
}
