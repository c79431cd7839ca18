//! Knowing which translations no longer say what their source says.

use crate::{
    access::Caller,
    domain::{
        Error,
        article::Article,
        body::Document,
        freshness::{Lag, lag},
        translation::MadeFrom,
    },
    store::{self, Tx},
};

/// How many published revisions a source has moved on since words were made from it, and what has changed in it.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn of(tx: &mut Tx<'_>, article: &Article, made_from: Option<&MadeFrom>, body: &Document) -> Result<(i32, Lag), Error> {
    // How far a source has moved on is told to those who are shown the source.
    let Some(of) = made_from.filter(|of| article.shows(&of.locale)) else { return Ok((0, Lag::default())) };
    let behind = store::editions::behind(tx, article.id, of)?;
    if behind == 0 {
        return Ok((0, Lag::default()));
    }
    let Some(published) = store::editions::last_words(tx, article.id, &of.locale)? else { return Ok((behind, Lag::default())) };
    let (published, _) = store::revisions::words(tx, article, &of.locale, published)?;
    match store::revisions::words(tx, article, &of.locale, of.version) {
        Ok((before, _)) => Ok((behind, lag(&before, &published, body))),
        // Made from a revision that is kept elsewhere: stale it is, in what nobody can say.
        Err(Error::NotFound(_)) => Ok((behind, Lag::default())),
        Err(other) => Err(other),
    }
}

/// Note with every live translation of an article how far its source has moved on.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub(super) fn note(tx: &mut Tx<'_>, by: &Caller, article: &Article) -> Result<(), Error> {
    // What readers are told does not depend on who publishes.
    let article = &article.whole();
    for live in store::editions::live_heads(tx, &[article.id])?.remove(&article.id).unwrap_or_default() {
        let Some(made_from) = &live.made_from else { continue };
        let (words, _) = store::revisions::words(tx, article, &live.locale, live.words_version)?;
        let (behind, lag) = of(tx, article, Some(made_from), &words.body)?;
        store::editions::age(tx, by, article.id, &live.locale, behind, &lag)?;
    }
    Ok(())
}
