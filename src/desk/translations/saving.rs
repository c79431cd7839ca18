//! Saving words.
//!
//! A save takes its body as a [`ReadBody`]: read, and matched against what [`replaced`] answered, before the transaction that saves it is
//! opened. All that is left to it is linear in the bodies: see [`crate::domain::write_transaction`].

use std::collections::{BTreeSet, HashSet};

use super::{Saved, bare, find, late, sources::Sources};
use crate::{
    access::{Granted, Permit, action::EditTranslation},
    desk::{
        holding, pictured,
        references::{self, Place as Stands, Unknown},
    },
    domain::{
        Error, Id, Locale, Version, Violation,
        address::AddressKind,
        article::Article,
        body::{self, Document, ReadBody},
        content::Content,
        error::Faults,
        slug::Slug,
        text::{limits, line},
        translation::{Copy, MadeFrom, Save, Slot, Translation, Words},
        user::User,
    },
    store::{
        self, Tx,
        claims::{Claim, SlugRequest},
        translations::First,
    },
};

/// What a caller says of a translation.
#[derive(Debug, Clone, Default)]
pub struct Draft {
    /// All but the slug and the body.
    pub content: Content,
    /// The slug given by hand, or the one it has.
    pub slug: Option<String>,
    /// The body, read; the one it has when not sent.
    pub body: Option<ReadBody>,
    /// The source that it was made from; the present one on a first save, then what it was, when not said.
    pub made_from: Option<MadeFrom>,
    /// A note on this save.
    pub note: String,
    /// What becomes of a reference to something that is not known.
    pub unknown: Unknown,
}

impl Draft {
    /// Words that are kept already, to be saved again as they are.
    #[must_use]
    pub fn of(words: Words) -> Self {
        Self { content: words.content, body: Some(ReadBody::kept(words.body)), ..Self::default() }
    }
}

/// A place for words that somebody may write: the first ones, or the next version of those that are there.
enum Place {
    First(Box<Granted<EditTranslation, Slot>>),
    Next(Box<Granted<EditTranslation, Copy>>, Version),
}

/// The place of a save, and whatever refuses it before it is looked at what it brings.
fn place(
    tx: &mut Tx<'_>,
    permit: &Permit<EditTranslation>,
    id: Id<Article>,
    locale: &Locale,
    expected: Option<Version>,
) -> Result<Place, Error> {
    let slot = slot(tx, permit, id, locale)?;
    let is_there = !store::translations::bare(tx, &slot.get().article, Some(locale))?.is_empty();
    match (is_there, expected) {
        (false, None) => Ok(Place::First(Box::new(slot))),
        (false, Some(_)) => Err(Error::NotFound("translation")),
        (true, None) => Err(Error::Unconditional),
        (true, Some(version)) => {
            let copy = super::expected(tx, permit, (slot.into_inner().article, locale), version)?;
            Ok(Place::Next(Box::new(copy), version))
        }
    }
}

/// An article in a locale where somebody may write.
fn slot(
    tx: &mut Tx<'_>,
    permit: &Permit<EditTranslation>,
    id: Id<Article>,
    locale: &Locale,
) -> Result<Granted<EditTranslation, Slot>, Error> {
    let article = store::articles::find(tx, &permit.visibility(), id)?;
    if store::site::masthead(tx)?.settings(locale).is_none() {
        return Err(Error::NotFound("locale"));
    }
    // Asked before anything is looked at, so that a refusal says nothing of what is there.
    permit.over(Slot { article, locale: locale.clone() })
}

/// The words that a save will replace, for reading its body before the transaction that saves it: none, where it brings the first ones. It
/// refuses whatever [`save`] would refuse before it looks at the body, so that nobody's is read for nothing.
///
/// # Errors
/// Those of [`save`], but for what is wrong with the words that it brings.
pub fn replaced(
    tx: &mut Tx<'_>,
    permit: &Permit<EditTranslation>,
    id: Id<Article>,
    locale: &Locale,
    expected: Option<Version>,
) -> Result<Option<Translation>, Error> {
    Ok(match place(tx, permit, id, locale, expected)? {
        Place::First(_) => None,
        Place::Next(copy, _) => Some(copy.into_inner().translation),
    })
}

/// The words that [`revise`] will change, as [`replaced`] says it for [`save`].
///
/// # Errors
/// Those of [`revise`], but for what is wrong with the words that it brings.
pub fn revised(
    tx: &mut Tx<'_>,
    permit: &Permit<EditTranslation>,
    id: Id<Article>,
    locale: &Locale,
    expected: Version,
) -> Result<Translation, Error> {
    exist(tx, permit, id, locale)?;
    replaced(tx, permit, id, locale, Some(expected))?.ok_or(Error::NotFound("translation"))
}

/// The same, whatever version will be expected of them when it is their turn.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Forbidden`].
pub fn present(tx: &mut Tx<'_>, permit: &Permit<EditTranslation>, id: Id<Article>, locale: &Locale) -> Result<Translation, Error> {
    exist(tx, permit, id, locale)?;
    let slot = slot(tx, permit, id, locale)?;
    find(tx, &slot.get().article, locale)
}

/// Nothing, when the caller is shown words there.
fn exist(tx: &mut Tx<'_>, permit: &Permit<EditTranslation>, id: Id<Article>, locale: &Locale) -> Result<(), Error> {
    let article = store::articles::find(tx, &permit.visibility(), id)?;
    bare(tx, &article, locale).map(drop)
}

/// Save the next version of words that are there: as [`save`], but that they are not there is told before that they may not be written.
///
/// # Errors
/// [`Error::NotFound`]; those of [`save`].
pub fn revise(
    tx: &mut Tx<'_>,
    permit: Permit<EditTranslation>,
    id: Id<Article>,
    locale: &Locale,
    expected: Option<Version>,
    with: impl FnOnce(&Translation) -> Result<Draft, Error>,
) -> Result<Saved, Error> {
    exist(tx, &permit, id, locale)?;
    let expected = expected.ok_or(Error::Unconditional)?;
    save(tx, permit, id, locale, Some(expected), |there| with(there.ok_or(Error::NotFound("translation"))?))
}

/// Save words: the first ones of a locale, or the next version of those that `expected` names.
///
/// Saving what is there already makes no revision.
///
/// # Errors
/// [`Error::Unconditional`] without an expectation where words exist; [`Error::Stale`], also where the body was read to replace another than
/// the one that is there; [`Error::Invalid`], [`Error::Taken`].
pub fn save(
    tx: &mut Tx<'_>,
    permit: Permit<EditTranslation>,
    id: Id<Article>,
    locale: &Locale,
    expected: Option<Version>,
    with: impl FnOnce(Option<&Translation>) -> Result<Draft, Error>,
) -> Result<Saved, Error> {
    match place(tx, &permit, id, locale, expected)? {
        Place::First(slot) => {
            let article = slot.get().article.clone();
            let (save, note, warnings) = prepare(tx, &permit, (&article, locale), &Others::Kept(&article), None, with(None)?)?;
            let last = store::translations::last_version(tx, article.id, locale)?;
            let translation = Translation::first(article.id, locale.clone(), last, save);
            store::translations::create(tx, &slot, &translation, &note)?;
            Ok(Saved { article, translation, warnings })
        }
        Place::Next(copy, expected) => {
            let before = &copy.get().translation;
            let draft = with(Some(before))?;
            let article = &copy.get().article;
            let (save, note, warnings) = prepare(tx, &permit, (article, locale), &Others::Kept(article), Some(before), draft)?;
            if before.slug == save.slug && before.words == save.words && before.made_from == save.made_from {
                let Copy { article, translation } = copy.into_inner();
                return Ok(Saved { article, translation, warnings });
            }
            let slug = before.slug.clone();
            let copy = copy.try_map(|c| Ok(Copy { translation: c.translation.revise(expected, save)?, ..c }))?;
            store::translations::save(tx, &copy, &slug, &note).map_err(|e| late(tx, copy.get(), expected, e))?;
            let Copy { article, translation } = copy.into_inner();
            Ok(Saved { article, translation, warnings })
        }
    }
}

/// The words that an article in a locale begins with, beside those that it has been given already; nothing of it is written yet.
///
/// # Errors
/// [`Error::Forbidden`] outside the grant; [`Error::Invalid`], [`Error::Taken`].
pub(in crate::desk) fn first(
    tx: &mut Tx<'_>,
    permit: &Permit<EditTranslation>,
    (article, locale): (&Article, &Locale),
    others: &[First],
    draft: Draft,
) -> Result<(First, Vec<Violation>), Error> {
    let slot = permit.over(Slot { article: article.clone(), locale: locale.clone() })?;
    let (save, note, warnings) = prepare(tx, permit, (article, locale), &Others::Beginning(others), None, draft)?;
    let translation = Translation::first(article.id, locale.clone(), 0, save);
    Ok((First { slot, translation, note }, warnings))
}

/// What an article says in other locales.
enum Others<'a> {
    /// It is kept, as far as the article shows it.
    Kept(&'a Article),
    /// The article has just begun, with these.
    Beginning(&'a [First]),
}

impl Others<'_> {
    /// The newest version of the words in a locale.
    fn newest(&self, tx: &mut Tx<'_>, locale: &Locale) -> Result<Option<Version>, Error> {
        Ok(match self {
            Self::Kept(article) => store::translations::bare(tx, article, Some(locale))?.pop().map(|t| t.version),
            Self::Beginning(_) => self.find(tx, locale)?.map(|t| t.version),
        })
    }

    fn find(&self, tx: &mut Tx<'_>, locale: &Locale) -> Result<Option<Translation>, Error> {
        match self {
            Self::Kept(article) => store::translations::find(tx, article, locale),
            Self::Beginning(all) => Ok(all.iter().map(|first| &first.translation).find(|t| t.locale == *locale).cloned()),
        }
    }

    /// The body of a revision.
    fn body(&self, tx: &mut Tx<'_>, of: &MadeFrom) -> Result<Option<Document>, Error> {
        Ok(match self {
            Self::Kept(article) => store::translations::revision_body(tx, article.id, of)?,
            Self::Beginning(_) => self.find(tx, &of.locale)?.filter(|t| t.version == of.version).map(|t| t.words.body),
        })
    }
}

fn prepare(
    tx: &mut Tx<'_>,
    permit: &Permit<EditTranslation>,
    at: (&Article, &Locale),
    others: &Others<'_>,
    before: Option<&Translation>,
    draft: Draft,
) -> Result<(Save, String, Vec<Violation>), Error> {
    let by = permit.caller().user_id();
    let mut faults = Faults::default();
    let note = line(&mut faults, "#/note", &draft.note, limits::NOTE);
    let given = draft.slug.as_deref().map(|slug| Slug::parse(slug, at.1, "#/slug"));
    let given = given.map(|slug| faults.merge(slug)).transpose()?.flatten();
    let is_new = draft.body.as_ref().is_some_and(ReadBody::is_new);
    let (mut body, mut warnings) = body_of(&mut faults, before, draft.body)?;
    let made_from = faults.merge(source(tx, at, others, before, draft.made_from, by))?.flatten();
    // What was kept may show what has been removed since.
    let unknown = if is_new { draft.unknown } else { Unknown::Dropped };
    warnings.extend(pictured::settle(tx, (&mut faults, unknown), is_new, &mut body)?);
    if is_new {
        let stands = Stands { article: at.0.id, locale: at.1, made_from: made_from.as_ref() };
        let (seen, before) = (permit.visibility(), before.map(|before| &before.words.body));
        warnings.extend(references::settle(tx, &seen, stands, (&mut faults, draft.unknown), before, &mut body)?);
    }
    let content = faults.merge(draft.content.check())?;
    let Some(content) = content else { return Err(Error::Invalid(faults.into_inner())) };
    let content = faults.or(content)?;
    if let Some(of) = &made_from {
        links(tx, at.0, others, before, &mut body, of)?;
    }
    let words = Words { content, body };
    refuse_fallback(tx, at, others, &words)?;
    let slug = address(tx, permit, at, before, given, &words.content.headline)?;
    Ok((Save { slug, words, made_from, by, at: tx.now() }, note, warnings))
}

/// Let the blocks of a translation name those of the source that they render: as they did, where it is made from another locale now by what both
/// have in common, and what is new by where it stands.
fn links(
    tx: &mut Tx<'_>,
    article: &Article,
    others: &Others<'_>,
    before: Option<&Translation>,
    body: &mut Document,
    of: &MadeFrom,
) -> Result<(), Error> {
    let Some(source) = others.body(tx, of)? else { return Ok(()) };
    let was = before.and_then(|before| Some((before, before.made_from.as_ref()?)));
    if let Some((before, was)) = was.filter(|(_, was)| was.locale != of.locale) {
        let to = Sources::of(tx, article, was)?.to(&Sources::of(tx, article, of)?);
        body::blocks::relink(body, &before.words.body, &to);
    }
    body::blocks::link(body, &source);
    let repointed = was.is_none_or(|(_, was)| was != of);
    let known: HashSet<_> = before.map(|before| body::blocks::ids(&before.words.body)).unwrap_or_default().into_iter().collect();
    body::blocks::guess(body, &source, |id| repointed || !known.contains(id));
    Ok(())
}

/// The body that a save leaves, and what could not be kept of the one that was sent.
fn body_of(faults: &mut Faults, before: Option<&Translation>, sent: Option<ReadBody>) -> Result<(Document, Vec<Violation>), Error> {
    let Some(sent) = sent else { return Ok((before.map(|b| b.words.body.clone()).unwrap_or_default(), Vec::new())) };
    let none = Document::default();
    let kept = before.map_or(&none, |b| &b.words.body);
    if let Some(before) = before.filter(|_| !sent.replaces(kept)) {
        return Err(before.stale());
    }
    let read = sent.over(kept).map_err(|e| e.under("#/body"));
    let (body, mut warnings) = faults.merge(read)?.unwrap_or_default();
    warnings.iter_mut().for_each(|w| w.pointer = w.pointer.replacen('#', "#/body", 1));
    Ok((body, warnings))
}

/// Words that are those of the original, letter by letter, are no translation into another language.
fn refuse_fallback(tx: &mut Tx<'_>, (article, locale): (&Article, &Locale), others: &Others<'_>, words: &Words) -> Result<(), Error> {
    let original = &article.facts.source_locale;
    if locale.language() == original.language() {
        return Ok(());
    }
    let Some(source) = others.find(tx, original)? else { return Ok(()) };
    let text = body::text::plain(&words.body);
    if words.content.headline == source.words.content.headline && !text.is_empty() && text == body::text::plain(&source.words.body) {
        return Err(Error::invalid("#/body", "fallback_text", format!("these are the words of the original, in `{original}`")));
    }
    Ok(())
}

/// The source of a translation: the one named, the one it had, or on a first save the present one.
fn source(
    tx: &mut Tx<'_>,
    (article, locale): (&Article, &Locale),
    others: &Others<'_>,
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
        let source = &article.facts.source_locale;
        return Ok(others.newest(tx, source)?.map(|version| MadeFrom { locale: source.clone(), version }));
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
    if by.is_some() && comes_from(tx, others, &named.locale, locale)? {
        return wrong(&format!("what is in `{}` is itself made from what is in `{locale}`", named.locale));
    }
    match others.newest(tx, &named.locale)? {
        Some(newest) if (1..=newest).contains(&named.version) => Ok(Some(named)),
        _ => wrong("there is no such revision"),
    }
}

/// Whether the words of a locale are made from those of another one, by whatever lies between.
fn comes_from(tx: &mut Tx<'_>, others: &Others<'_>, locale: &Locale, from: &Locale) -> Result<bool, Error> {
    let (mut seen, mut up) = (BTreeSet::new(), locale.clone());
    // Ends: each round looks at a locale that none before it did.
    while seen.insert(up.clone()) {
        let Some(of) = others.find(tx, &up)?.and_then(|words| words.made_from.clone()) else { return Ok(false) };
        if of.locale == *from {
            return Ok(true);
        }
        up = of.locale;
    }
    Ok(false)
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
        let proposed = store::claims::propose(tx, claim, &SlugRequest::by_hand(new.clone()), seen.as_ref());
        return proposed.map_err(|refused| holding::told(tx, by, claim, &new, refused));
    }
    let derived = Translation::derived_slug(article.id, locale, headline);
    match before {
        Some(before)
            if before.words.content.headline == headline
                || before.stem().is_none()
                || store::editions::exist(tx, article.id, Some(locale))? =>
        {
            Ok(before.slug.clone())
        }
        _ => store::claims::propose(tx, claim, &SlugRequest::from(derived), Some(&by.visibility())),
    }
}
