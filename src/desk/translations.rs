//! Writing the words of an article in its locales.

use super::comments;
use crate::{
    access::{
        Permit,
        action::{DeleteTranslation, EditTranslation, ReviewTranslation, SubmitTranslation},
        permit::{Copy, Slot},
    },
    domain::{
        Error, Id, Locale, Version, Violation,
        address::AddressKind,
        article::Article,
        body::{self, BlockId, Document},
        comment::Anchor,
        diff,
        error::Faults,
        slug::Slug,
        standing::Verb,
        text::{limits, line},
        translation::{MadeFrom, Save, Translation, Words},
        user::User,
    },
    store::{
        self, Tx,
        claims::{Claim, Wish},
    },
};

/// What a caller says of a translation.
#[derive(Debug, Clone, Default)]
pub struct Draft {
    /// The headline.
    pub headline: String,
    /// The summary.
    pub summary: String,
    /// The slug given by hand, or the one it has.
    pub slug: Option<String>,
    /// The body; the one it has when not sent.
    pub body: Option<body::Sent>,
    /// Alternative text of the lead picture.
    pub lead_alt: String,
    /// Caption of the lead picture.
    pub lead_caption: String,
    /// Title for search engines.
    pub seo_title: String,
    /// Description for search engines.
    pub seo_description: String,
    /// The source that it was made from; the present one on a first save, then what it was, when not said.
    pub made_from: Option<MadeFrom>,
    /// A note on this save.
    pub note: String,
}

impl Draft {
    /// Words that are kept already, to be saved again as they are.
    #[must_use]
    pub fn of(words: Words) -> Self {
        Self {
            headline: words.headline,
            summary: words.summary,
            slug: None,
            body: Some(body::Sent { format: body::Format::Doc, content: body::doc::write(&words.body) }),
            lead_alt: words.lead_alt,
            lead_caption: words.lead_caption,
            seo_title: words.seo_title,
            seo_description: words.seo_description,
            made_from: None,
            note: String::new(),
        }
    }
}

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

/// Nothing, when the expected version of the words is the newest one.
///
/// # Errors
/// [`Error::Stale`], with who was faster, when, and what they changed.
pub(super) fn expect(tx: &mut Tx<'_>, copy: &Copy, expected: Version) -> Result<(), Error> {
    let Copy { article, translation } = copy;
    if translation.version == expected { Ok(()) } else { Err(stale(tx, article, translation, expected)) }
}

/// The answer to a stale expectation: who was faster, when, and what they changed.
fn stale(tx: &mut Tx<'_>, article: &Article, translation: &Translation, expected: Version) -> Error {
    let known = |tx: &mut Tx<'_>| {
        let saved = store::translations::saved_by(tx, translation)?;
        let changed = match store::revisions::words(tx, article, &translation.locale, expected) {
            Ok((before, _)) => diff::changed(&before, &translation.words),
            Err(Error::NotFound(_)) => Vec::new(),
            Err(other) => return Err(other),
        };
        let (changed_by, changed_at) = saved.unzip();
        let changed_at = changed_at.or(Some(translation.updated_at));
        Ok(Error::Stale { kind: "translation", current: translation.version, changed_by, changed_at, changed })
    };
    known(tx).unwrap_or_else(|failure| failure)
}

/// A refusal of the store; of one that came too late by a moment, what [`stale`] says of the save that was faster.
fn late(tx: &mut Tx<'_>, copy: &Copy, expected: Version, refusal: Error) -> Error {
    let Error::Stale { .. } = refusal else { return refusal };
    match store::translations::find(tx, &copy.article, &copy.translation.locale) {
        Ok(Some(present)) => stale(tx, &copy.article, &present, expected),
        Ok(None) => Error::NotFound("translation"),
        Err(failure) => failure,
    }
}

/// Save words: the first ones of a locale, or the next version of those that `expected` names.
///
/// Saving what is there already makes no revision.
///
/// # Errors
/// [`Error::Unconditional`] without an expectation where words exist; [`Error::Stale`], [`Error::Invalid`], [`Error::Taken`].
pub fn save(
    tx: &mut Tx<'_>,
    permit: Permit<EditTranslation>,
    id: Id<Article>,
    locale: &Locale,
    expected: Option<Version>,
    with: impl FnOnce(Option<&Translation>) -> Result<Draft, Error>,
) -> Result<Saved, Error> {
    store::articles::hold(tx, id)?;
    let article = store::articles::find(tx, &permit.visibility(), id)?;
    let masthead = store::site::masthead(tx)?;
    if masthead.settings(locale).is_none() {
        return Err(Error::NotFound("locale"));
    }
    // Asked before anything is looked at, so that a refusal says nothing of what is there.
    let slot = permit.over(Slot { article: article.clone(), locale: locale.clone() })?;
    match (store::translations::find(tx, &article, locale)?, expected) {
        (None, None) => {
            let (save, note, warnings) = prepare(tx, &permit, (&article, locale), None, with(None)?)?;
            let last = store::translations::last_version(tx, article.id, locale)?;
            let translation = Translation::first(article.id, locale.clone(), last, save);
            store::translations::create(tx, &slot, &translation, &note)?;
            Ok(Saved { article, translation, warnings })
        }
        (None, Some(_)) => Err(Error::NotFound("translation")),
        (Some(_), None) => Err(Error::Unconditional),
        (Some(translation), Some(expected)) => {
            let copy = permit.over(Copy { article, translation })?;
            expect(tx, copy.get(), expected)?;
            let before = &copy.get().translation;
            let draft = with(Some(before))?;
            let (save, note, warnings) = prepare(tx, &permit, (&copy.get().article, locale), Some(before), draft)?;
            if before.slug == save.slug && before.words == save.words && before.made_from == save.made_from {
                let Copy { article, translation } = copy.into_inner();
                return Ok(Saved { article, translation, warnings });
            }
            let copy = copy.try_map(|c| Ok(Copy { translation: c.translation.revise(expected, save)?, ..c }))?;
            store::translations::save(tx, &copy, &note).map_err(|e| late(tx, copy.get(), expected, e))?;
            let Copy { article, translation } = copy.into_inner();
            Ok(Saved { article, translation, warnings })
        }
    }
}

fn prepare(
    tx: &mut Tx<'_>,
    permit: &Permit<EditTranslation>,
    at: (&Article, &Locale),
    before: Option<&Translation>,
    draft: Draft,
) -> Result<(Save, String, Vec<Violation>), Error> {
    let ((article, locale), by) = (at, permit.caller().user_id());
    let mut faults = Faults::default();
    let note = line(&mut faults, "#/note", &draft.note, limits::NOTE);
    let given = draft.slug.as_deref().map(|slug| Slug::parse(slug, "#/slug"));
    let given = given.map(|slug| faults.merge(slug)).transpose()?.flatten();
    let (mut body, warnings) = match &draft.body {
        Some(sent) => {
            let read = sent.read(&mut || tx.new_block_id()).map_err(|e| e.under("#/body"));
            let (body, mut warnings) = faults.merge(read)?.unwrap_or_default();
            warnings.iter_mut().for_each(|w| w.pointer = w.pointer.replacen('#', "#/body", 1));
            (body, warnings)
        }
        None => (before.map(|b| b.words.body.clone()).unwrap_or_default(), Vec::new()),
    };
    if let (Some(before), Some(sent)) = (before, &draft.body)
        && sent.format != body::Format::Doc
    {
        body::blocks::keep_ids(&mut body, &before.words.body);
    }
    let made_from = faults.merge(source(tx, article, locale, before, draft.made_from, by))?.flatten();
    let words = Words {
        headline: draft.headline,
        summary: draft.summary,
        body: Document::default(),
        lead_alt: draft.lead_alt,
        lead_caption: draft.lead_caption,
        seo_title: draft.seo_title,
        seo_description: draft.seo_description,
    };
    let words = faults.merge(words.check())?;
    let Some(words) = words else { return Err(Error::Invalid(faults.into_inner())) };
    let words = faults.or(words)?;
    if let Some(of) = &made_from
        && let Some(source) = store::translations::revision_body(tx, article.id, of)?
    {
        body::blocks::link(&mut body, &source);
    }
    let words = Words { body, ..words };
    refuse_fallback(tx, article, locale, &words)?;
    let slug = address(tx, permit, at, before, given, &words.headline)?;
    Ok((Save { slug, words, made_from, by, at: tx.now() }, note, warnings))
}

/// Words that are those of the original, letter by letter, are no translation into another language.
fn refuse_fallback(tx: &mut Tx<'_>, article: &Article, locale: &Locale, words: &Words) -> Result<(), Error> {
    let original = &article.facts.source_locale;
    if locale.language() == original.language() {
        return Ok(());
    }
    let Some(source) = store::translations::find(tx, article, original)? else { return Ok(()) };
    let text = body::text::plain(&words.body);
    if words.headline == source.words.headline && !text.is_empty() && text == body::text::plain(&source.words.body) {
        return Err(Error::invalid("#/body", "fallback_text", format!("these are the words of the original, in `{original}`")));
    }
    Ok(())
}

/// The source of a translation: the one named, the one it had, or on a first save the present one.
fn source(
    tx: &mut Tx<'_>,
    article: &Article,
    locale: &Locale,
    before: Option<&Translation>,
    named: Option<MadeFrom>,
    by: Option<Id<User>>,
) -> Result<Option<MadeFrom>, Error> {
    let wrong = |detail: &str| Err(Error::invalid("#/made_from", "made_from", detail));
    if *locale == article.facts.source_locale {
        return if named.is_some() { wrong("the original is made from nothing") } else { Ok(None) };
    }
    let Some(named) = named else {
        if let Some(before) = before {
            return Ok(before.made_from.clone());
        }
        let source = store::translations::find(tx, article, &article.facts.source_locale)?;
        return Ok(source.map(|s| MadeFrom { locale: s.locale, version: s.version }));
    };
    if before.is_some_and(|b| b.made_from.as_ref() == Some(&named)) {
        return Ok(Some(named));
    }
    // Revision 0 is one that only the sender of a bundle has.
    if named.version == 0 && by.is_none() {
        return Ok(Some(named));
    }
    if named.locale == *locale {
        return wrong("a translation is not made from itself");
    }
    match store::translations::find(tx, article, &named.locale)? {
        Some(source) if (1..=source.version).contains(&named.version) => Ok(Some(named)),
        _ => wrong("there is no such revision"),
    }
}

/// The slug that words hope to be published under. An automatic one follows the headline until first published.
fn address(
    tx: &mut Tx<'_>,
    by: &Permit<EditTranslation>,
    at: (&Article, &Locale),
    before: Option<&Translation>,
    given: Option<Slug>,
    headline: &str,
) -> Result<Slug, Error> {
    let (article, locale) = at;
    let claim = Claim { kind: AddressKind::Article, target: article.id.uuid(), locale };
    if let Some(new) = given.filter(|slug| before.is_none_or(|b| b.slug != *slug)) {
        // A bundle may hold drafts of people who knew nothing of each other; they come in as they are.
        let seen = by.caller().user_id().map(|_| by.visibility());
        return store::claims::propose(tx, claim, &Wish::by_hand(new), seen.as_ref());
    }
    let derived = Translation::derived_slug(article.id, headline);
    match before {
        Some(before)
            if before.words.headline == headline || before.stem().is_none() || store::editions::exist(tx, article.id, Some(locale))? =>
        {
            Ok(before.slug.clone())
        }
        _ => store::claims::propose(tx, claim, &Wish::from(derived), Some(&by.visibility())),
    }
}

fn step<A: crate::access::Action>(
    tx: &mut Tx<'_>,
    permit: &Permit<A>,
    id: Id<Article>,
    locale: &Locale,
    expected: Version,
    verb: Verb,
) -> Result<Saved, Error> {
    store::articles::hold(tx, id)?;
    let article = store::articles::find(tx, &permit.visibility(), id)?;
    let translation = find(tx, &article, locale)?;
    let copy = permit.over(Copy { article, translation })?;
    expect(tx, copy.get(), expected)?;
    let state = super::publishing::standing(tx, copy.get())?.after(verb, tx.now(), false)?.state;
    let copy = copy.try_map(|c| Ok(Copy { translation: Translation { state, ..c.translation }, ..c }))?;
    store::translations::step(tx, &copy)?;
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
    let anchor = Anchor { locale: Some(locale.clone()), block: why.block };
    comments::add(tx, &permit, id, comments::Draft { parent: None, anchor, text: why.text })?;
    Ok(saved)
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
    store::articles::hold(tx, id)?;
    let article = store::articles::find(tx, &permit.visibility(), id)?;
    let translation = find(tx, &article, locale)?;
    let copy = permit.over(Copy { article, translation })?;
    expect(tx, copy.get(), expected)?;
    let Copy { article, translation } = copy.get();
    if article.facts.source_locale == *locale {
        return Err(Error::Conflict { code: "original", detail: "the original is made from nothing".to_owned() });
    }
    let from = translation.made_from.as_ref().map_or(&article.facts.source_locale, |m| &m.locale).clone();
    let published = store::editions::last_words(tx, id, &from)?;
    let newest = store::translations::find(tx, article, &from)?.map(|t| t.version);
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
    let copy = copy.try_map(|c| Ok(Copy { translation: c.translation.catch_up(made_from, by, now), ..c }))?;
    store::translations::save(tx, &copy, "marked as current").map_err(|e| late(tx, copy.get(), expected, e))?;
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
    if store::translations::find(tx, &article, locale)?.is_some() {
        return Err(Error::Conflict { code: "there", detail: "there are words in this locale".to_owned() });
    }
    let last = store::translations::last_version(tx, id, locale)?;
    if last == 0 {
        return Err(Error::NotFound("translation"));
    }
    let (words, made_from) = store::revisions::words(tx, &article, locale, last)?;
    let draft = Draft { made_from, note: super::revisions::note(last), ..Draft::of(words) };
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
    let article = store::articles::find(tx, &permit.visibility(), id)?;
    let translation = find(tx, &article, locale)?;
    let original = article.facts.source_locale == *locale;
    let copy = permit.over(Copy { article, translation })?;
    expect(tx, copy.get(), expected)?;
    if original || store::editions::exist(tx, id, Some(locale))? {
        let detail = "the original, and what was published once, can be unpublished but not deleted".to_owned();
        return Err(Error::Conflict { code: "in-use", detail });
    }
    store::plans::cancel(tx, &copy, None)?;
    store::translations::delete(tx, &copy, expected)
}
