//! Knowing which translations no longer say what their source says.

use crate::{
    access::Caller,
    domain::{
        Error, Locale, Version,
        ahead::{Lagging, Revision},
        article::Article,
        body::Document,
        freshness::Lag,
        story::Story,
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
    super::ahead::lag_behind(tx, of, body)
}

/// Note with every live translation of a story how far its source has moved on, where that is not what is noted.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub(in crate::desk) fn note(tx: &mut Tx<'_>, by: &Caller, story: &Story) -> Result<(), Error> {
    let id = story.article.id;
    let translated: Vec<_> =
        story.live_locales().filter_map(|locale| Some((locale, story.live(locale)?))).filter(|(_, last)| last.made_from.is_some()).collect();
    if translated.is_empty() {
        return Ok(());
    }
    let behind = store::editions::live_behind(tx, id)?;
    for (locale, last) in translated {
        let behind = behind.get(locale).copied().unwrap_or(0);
        if behind == 0 && last.behind == 0 {
            continue;
        }
        // What readers are told does not depend on who publishes.
        let published = last.made_from.as_ref().filter(|_| behind > 0).and_then(|of| Some((of, story.editions.get(&of.locale)?)));
        let lagging = published.map(|(of, source)| Lagging {
            made_from: Revision { article_id: id, locale: of.locale.clone(), version: of.version },
            published: source.revisions.words,
            locale: locale.clone(),
            version: last.revisions.words,
        });
        let lag = lagging.map(|of| super::ahead::lag_of(tx, &of)).transpose()?.unwrap_or_default();
        store::editions::age(tx, by, id, locale, behind, &lag)?;
    }
    Ok(())
}
