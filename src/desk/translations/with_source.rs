//! A translation with the source that it was made from.

use crate::{
    access::Visibility,
    desk::references,
    domain::{
        Error, Locale, Version,
        article::Article,
        translation::{MadeFrom, Translation, Words},
    },
    store::{self, Tx},
};

/// A translation, and its source as it was and as it is.
#[derive(Debug)]
pub struct WithSource {
    /// The translation.
    pub translation: Translation,
    /// What it was made from; nothing, for an original.
    pub source: Option<Source>,
}

/// What a translation was made from.
#[derive(Debug)]
pub struct Source {
    /// The revision that it was.
    pub made_from: MadeFrom,
    /// The source as it was then; nothing when that is not kept.
    pub before: Option<Words>,
    /// The source as it is.
    pub words: Words,
    /// The version of that.
    pub version: Version,
}

/// A translation with its source: the revision that was published last, where it is not older than what the translation was made from; else the
/// newest.
///
/// # Errors
/// [`Error::NotFound`] where either is not shown to whoever asks.
pub fn with_source(tx: &mut Tx<'_>, seen: &Visibility, article: &Article, locale: &Locale) -> Result<WithSource, Error> {
    let mut translation = store::translations::find(tx, article, locale)?.ok_or(Error::NotFound("translation"))?;
    references::show(tx, seen, locale, &mut translation.words.body)?;
    let Some(made_from) = translation.made_from.clone() else { return Ok(WithSource { translation, source: None }) };
    if !article.shows(&made_from.locale) {
        return Err(Error::NotFound("source"));
    }
    let published = store::editions::last_words(tx, article.id, &made_from.locale)?.filter(|version| *version >= made_from.version);
    let version = match published {
        Some(version) => version,
        None => store::translations::bare(tx, article, Some(&made_from.locale))?.pop().ok_or(Error::NotFound("source"))?.version,
    };
    let (mut words, _) = store::revisions::words(tx, article, &made_from.locale, version)?;
    let mut before = match store::revisions::words(tx, article, &made_from.locale, made_from.version) {
        Ok((words, _)) => Some(words),
        Err(Error::NotFound(_)) => None,
        Err(other) => return Err(other),
    };
    for words in [&mut words].into_iter().chain(&mut before) {
        references::show(tx, seen, &made_from.locale, &mut words.body)?;
    }
    Ok(WithSource { translation, source: Some(Source { made_from, before, words, version }) })
}
