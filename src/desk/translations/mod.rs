//! Writing the words of an article in its locales.

mod saving;
mod sources;
mod with_source;

pub(super) use saving::first;
pub use saving::{Draft, present, replaced, revise, revised, save};
pub use with_source::{Source, WithSource, with_source};

use super::comments;
use crate::{
    access::{
        Action, Granted, Permit,
        action::{DeleteTranslation, EditTranslation, ReviewTranslation, SubmitTranslation},
    },
    domain::{
        Error, Id, Instant, Locale, Version, Violation,
        article::Article,
        body::{BlockId, blocks},
        comment::Anchor,
        error::Changed,
        revision::restored,
        standing::Verb,
        translation::{Copy, MadeFrom, Slot, State, Translation},
    },
    store::{self, Tx},
};

/// Why changes are requested.
#[derive(Debug, Clone)]
pub struct Why {
    /// What is to be changed.
    pub text: String,
    /// Where, when it is one block.
    pub block: Option<BlockId>,
}

/// A saved translation, and what of its body could not be kept.
#[derive(Debug)]
pub struct Saved {
    /// The article.
    pub article: Article,
    /// The translation.
    pub translation: Translation,
    /// What was dropped.
    pub warnings: Vec<Violation>,
}

/// The words of an article in a locale.
///
/// # Errors
/// [`Error::NotFound`].
pub fn find(tx: &mut Tx<'_>, article: &Article, locale: &Locale) -> Result<Translation, Error> {
    store::translations::find(tx, article, locale)?.ok_or(Error::NotFound("translation"))
}

/// The same without what only revisions keep, which is all of the words but the headline: for verbs that are not about what they say.
///
/// # Errors
/// [`Error::NotFound`].
pub(super) fn bare(tx: &mut Tx<'_>, article: &Article, locale: &Locale) -> Result<Translation, Error> {
    store::translations::bare(tx, article, Some(locale))?.pop().ok_or(Error::NotFound("translation"))
}

/// Nothing, when the expected version of the words is the newest one.
///
/// # Errors
/// [`Error::Stale`], with who was faster, when, and what they changed.
pub(super) fn expect(tx: &mut Tx<'_>, translation: &Translation, expected: Version) -> Result<(), Error> {
    if translation.version == expected { Ok(()) } else { Err(stale(tx, translation, expected)) }
}

/// Words whose newest version is the expected one, with the grant of `A` over them. They are read when all else is in order.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Forbidden`]; [`Error::Stale`].
fn expected<A: Action>(
    tx: &mut Tx<'_>,
    permit: &Permit<A>,
    (article, locale): (Article, &Locale),
    version: Version,
) -> Result<Granted<A, Copy>, Error> {
    let translation = bare(tx, &article, locale)?;
    let copy = permit.over(Copy { article, translation })?;
    expect(tx, &copy.get().translation, version)?;
    let translation = find(tx, &copy.get().article, locale)?;
    let copy = copy.try_map(|copy| Ok(Copy { translation, ..copy }))?;
    // Somebody may have saved since they were looked at.
    expect(tx, &copy.get().translation, version)?;
    Ok(copy)
}

/// The answer to a stale expectation: who was faster, and when. What they changed is looked for when the transaction is over.
fn stale(tx: &mut Tx<'_>, translation: &Translation, expected: Version) -> Error {
    match store::translations::saved_by(tx, translation) {
        Ok(saved) => {
            let (changed_by, changed_at) = saved.unzip();
            let changed_at = changed_at.or(Some(translation.updated_at));
            let changed = Changed::Since(translation.article_id.uuid(), translation.locale.as_str().into(), expected);
            let moved = translation.moved_on().into();
            Error::Stale { kind: "translation", current: translation.version, changed_by, changed_at, changed, moved }
        }
        Err(failure) => failure,
    }
}

/// A refusal of the store; of one that came too late by a moment, what [`stale`] says of the save that was faster.
fn late(tx: &mut Tx<'_>, copy: &Copy, expected: Version, refusal: Error) -> Error {
    let Error::Stale { .. } = refusal else { return refusal };
    match store::translations::find(tx, &copy.article, &copy.translation.locale) {
        // Only their address is another one: they were published at that moment.
        Ok(Some(present)) if present.version == expected => Error::Busy,
        Ok(Some(present)) => stale(tx, &present, expected),
        Ok(None) => Error::NotFound("translation"),
        Err(failure) => failure,
    }
}

fn step<A: Action>(
    tx: &mut Tx<'_>,
    permit: &Permit<A>,
    id: Id<Article>,
    locale: &Locale,
    expected: Version,
    verb: Verb,
) -> Result<Saved, Error> {
    let story = store::stories::find(tx, &permit.visibility(), id)?;
    let stands = story.standing(locale);
    let copy = self::expected(tx, permit, (story.article, locale), expected)?;
    let now = tx.now();
    let state = stands.after(verb, now)?.state;
    let copy = copy.try_map(|c| Ok(Copy { translation: c.translation.moved(state, now), ..c }))?;
    store::translations::step(tx, &copy).map_err(|e| late(tx, copy.get(), expected, e))?;
    let Copy { article, translation } = copy.into_inner();
    Ok(Saved { article, translation, warnings: Vec::new() })
}

/// Hand a draft in for review.
///
/// # Errors
/// [`Error::Stale`]; [`Error::Conflict`] when it is no draft.
pub fn submit(
    tx: &mut Tx<'_>,
    permit: Permit<SubmitTranslation>,
    id: Id<Article>,
    locale: &Locale,
    expected: Version,
) -> Result<Saved, Error> {
    step(tx, &permit, id, locale, expected, Verb::Submit)
}

/// Find a translation fit to publish.
///
/// # Errors
/// [`Error::Stale`]; [`Error::Conflict`] when it is not in review.
pub fn approve(
    tx: &mut Tx<'_>,
    permit: Permit<ReviewTranslation>,
    id: Id<Article>,
    locale: &Locale,
    expected: Version,
) -> Result<Saved, Error> {
    step(tx, &permit, id, locale, expected, Verb::Approve)
}

/// Send a translation back to its author, saying why.
///
/// # Errors
/// [`Error::Stale`]; [`Error::Conflict`] when it is a draft already; [`Error::Invalid`] without a reason.
pub fn request_changes(
    tx: &mut Tx<'_>,
    permit: Permit<ReviewTranslation>,
    id: Id<Article>,
    locale: &Locale,
    expected: Version,
    why: Why,
) -> Result<Saved, Error> {
    let saved = step(tx, &permit, id, locale, expected, Verb::RequestChanges)?;
    let anchor = Anchor { locale: Some(locale.clone()), block: why.block, range: None };
    comments::add(tx, &permit, id, comments::Draft { anchor, text: why.text, ..comments::Draft::default() })?;
    Ok(saved)
}

/// Say of a draft that comes from elsewhere that it was sent back, and when; what for is not told with it. Other words are left as they stand.
///
/// # Errors
/// [`Error::NotFound`].
pub fn sent_back(tx: &mut Tx<'_>, permit: &Permit<ReviewTranslation>, id: Id<Article>, locale: &Locale, at: Instant) -> Result<(), Error> {
    let article = store::articles::find(tx, &permit.visibility(), id)?;
    let translation = find(tx, &article, locale)?;
    if translation.state != State::Draft || translation.changes_requested_at == Some(at) {
        return Ok(());
    }
    let copy = permit.over(Copy { article, translation })?;
    let copy = copy.try_map(|c| Ok(Copy { translation: c.translation.moved(State::Draft, at), ..c }))?;
    store::translations::step(tx, &copy)
}

/// Say that words render their source as it is published now, or as the revision named.
///
/// # Errors
/// [`Error::Stale`]; [`Error::Invalid`] for a revision that there is not; [`Error::Conflict`] with code `original` for an original.
pub fn mark_current(
    tx: &mut Tx<'_>,
    permit: Permit<EditTranslation>,
    id: Id<Article>,
    locale: &Locale,
    expected: Version,
    version: Option<Version>,
) -> Result<Saved, Error> {
    let article = store::articles::find(tx, &permit.visibility(), id)?;
    let copy = self::expected(tx, &permit, (article, locale), expected)?;
    let Copy { article, translation } = copy.get();
    if article.facts.source_locale == *locale {
        return Err(Error::Conflict { code: "original", detail: "the original is made from nothing".to_owned() });
    }
    let from = translation.made_from.as_ref().map_or(&article.facts.source_locale, |m| &m.locale).clone();
    let published = store::editions::last_words(tx, id, &from)?;
    let newest = store::translations::bare(tx, article, Some(&from))?.pop().map(|t| t.version);
    let version = match version {
        None => published.or(newest),
        Some(named) => newest.filter(|newest| (1..=*newest).contains(&named)).and(Some(named)),
    };
    let Some(version) = version else { return Err(Error::invalid("#/version", "made_from", "there is no such revision")) };
    let made_from = MadeFrom { locale: from, version };
    if translation.made_from.as_ref() == Some(&made_from) {
        let Copy { article, translation } = copy.into_inner();
        return Ok(Saved { article, translation, warnings: Vec::new() });
    }
    let (by, now) = (permit.caller().user_id(), tx.now());
    let source = store::translations::revision_body(tx, id, &made_from)?.unwrap_or_default();
    let copy = copy.try_map(|c| {
        let mut translation = c.translation.catch_up(made_from, by, now);
        // What was added on both sides is linked now.
        blocks::guess(&mut translation.words.body, &source, |_| true);
        Ok(Copy { translation, ..c })
    })?;
    let slug = copy.get().translation.slug.clone();
    store::translations::save(tx, &copy, &slug, "marked as current").map_err(|e| late(tx, copy.get(), expected, e))?;
    let Copy { article, translation } = copy.into_inner();
    Ok(Saved { article, translation, warnings: Vec::new() })
}

/// Write words that were removed anew, as their last revision left them.
///
/// # Errors
/// [`Error::NotFound`] when there never were any; [`Error::Conflict`] with code `there` when there are words.
pub fn restore(tx: &mut Tx<'_>, permit: Permit<EditTranslation>, id: Id<Article>, locale: &Locale) -> Result<Saved, Error> {
    let article = store::articles::find(tx, &permit.visibility(), id)?;
    permit.over(Slot { article: article.clone(), locale: locale.clone() })?;
    if !store::translations::bare(tx, &article, Some(locale))?.is_empty() {
        return Err(Error::Conflict { code: "there", detail: "there are words in this locale".to_owned() });
    }
    let last = store::translations::last_version(tx, id, locale)?;
    if last == 0 {
        return Err(Error::NotFound("translation"));
    }
    let (words, made_from) = store::revisions::words(tx, &article, locale, last)?;
    let draft = Draft { made_from, note: restored(last), ..Draft::of(words) };
    save(tx, permit, id, locale, None, |_| Ok(draft))
}

/// Remove words that were never published; their revisions stay, and they can be restored.
///
/// # Errors
/// [`Error::Stale`]; [`Error::Conflict`] with code `in-use` for the original and for what was published.
pub fn delete(
    tx: &mut Tx<'_>,
    permit: Permit<DeleteTranslation>,
    id: Id<Article>,
    locale: &Locale,
    expected: Version,
) -> Result<(), Error> {
    // Publishing leaves the version of the words alone.
    store::articles::hold(tx, id)?;
    let article = store::articles::find(tx, &permit.visibility(), id)?;
    let translation = bare(tx, &article, locale)?;
    let original = article.facts.source_locale == *locale;
    let copy = permit.over(Copy { article, translation })?;
    expect(tx, &copy.get().translation, expected)?;
    if original || store::editions::exist(tx, id, Some(locale))? {
        let detail = "the original, and what was published once, can be unpublished but not deleted".to_owned();
        return Err(Error::Conflict { code: "in-use", detail });
    }
    store::plans::forget(tx, &copy)?;
    store::translations::delete(tx, &copy, expected)
}
