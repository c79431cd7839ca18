//! Beginning, changing and removing articles.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use super::translations;
use crate::{
    access::{
        Action, Caller, Granted, Permit, Visibility,
        action::{BreakEmbargo, CreateArticle, EditArticle, Withdraw},
    },
    domain::{
        Error, Id, Instant, Locale, Version, Violation,
        address::AddressKind,
        article::{Article, Facts, Lead, Shown},
        diff,
        error::{Changed, Faults, MovedOn},
        file::MediaKind,
        media::{Media, MediaId},
        section::Section,
        site::Masthead,
        text::{limits, line},
        translation::{Slot, Translation},
    },
    store::{self, Tx},
};

/// What a caller says of a new article.
#[derive(Debug, Clone)]
pub struct Draft {
    /// Its facts.
    pub facts: Facts,
    /// Its first words, by locale.
    pub translations: BTreeMap<Locale, translations::Draft>,
    /// A note on this save.
    pub note: String,
}

/// A new article, and what of its bodies could not be kept.
#[derive(Debug)]
pub struct Created {
    /// The article.
    pub article: Article,
    /// Its first words.
    pub translations: Vec<Translation>,
    /// What was dropped.
    pub warnings: Vec<Violation>,
}

/// Check facts by themselves and against what they refer to; the path of their section.
fn check(tx: &mut Tx<'_>, masthead: &Masthead, mut facts: Facts) -> Result<(Facts, Vec<Id<Section>>), Error> {
    facts.check_counts()?;
    let mut faults = Faults::default();
    if masthead.settings(&facts.source_locale).is_none() {
        faults.add("#/source_locale", "unknown_locale", "not a locale of this site");
    }
    let path = match store::sections::path(tx, facts.section_id) {
        Err(Error::NotFound(_)) => {
            faults.add("#/section_id", "unknown_section", "there is no such section");
            Vec::new()
        }
        other => other?,
    };
    let named: Vec<_> = facts.credits.iter().map(|c| c.author_id).collect();
    let (mut tags, mut authors) = (store::named::known(tx, &facts.tags)?, store::named::known(tx, &named)?);
    // Who has not seen yet that one was merged into another means the other.
    let gone = facts.tags.iter().filter(|id| !tags.contains(id)).map(|id| (AddressKind::Tag, id.uuid()));
    let gone = gone.chain(named.iter().filter(|id| !authors.contains(id)).map(|id| (AddressKind::Author, id.uuid())));
    for (one, into) in store::merging::present(tx, gone.collect::<BTreeSet<_>>())? {
        facts = facts.merged(one, into);
        tags.insert(into.into());
        authors.insert(into.into());
    }
    for (n, tag) in facts.tags.iter().enumerate().filter(|(_, tag)| !tags.contains(tag)) {
        faults.add(format!("#/tags/{n}"), "unknown_tag", format!("there is no tag {tag}"));
    }
    for (n, credit) in facts.credits.iter().enumerate().filter(|(_, c)| !authors.contains(&c.author_id)) {
        faults.add(format!("#/credits/{n}/author_id"), "unknown_author", format!("there is no author {}", credit.author_id));
    }
    if let Some(lead) = &facts.lead {
        check_lead(tx, &mut faults, lead)?;
    }
    let facts = faults.merge(facts.check())?;
    match facts {
        Some(facts) => faults.or((facts, path)),
        None => Err(Error::Invalid(faults.into_inner())),
    }
}

/// Look up what of the library leads a story: a picture, or a video, of which a picture may be the poster. Nobody removes them before this transaction ends.
fn check_lead(tx: &mut Tx<'_>, faults: &mut Faults, lead: &Lead) -> Result<(), Error> {
    let named = [("media_id", lead.media()), ("poster_id", lead.poster())];
    let named: Vec<_> = named.into_iter().filter_map(|(field, id)| Some((format!("#/lead/{field}"), id?))).collect();
    let items = store::media::held_of(tx, &named.iter().map(|(_, id)| *id).collect())?;
    let kind = |id: &MediaId| items.get(id).map(Media::kind);
    for (at, id) in &named {
        let is_lead = lead.media() == Some(*id) && at.ends_with("media_id");
        match kind(id) {
            None => faults.add(at.clone(), "unknown_media", format!("there is no media item {id}")),
            Some(MediaKind::Image) => {}
            Some(MediaKind::Video) if is_lead => {}
            Some(_) if is_lead => faults.add(at.clone(), "not_a_picture", "neither a picture nor a video"),
            Some(_) => faults.add(at.clone(), "not_a_picture", "no picture"),
        }
    }
    if lead.poster().is_some() && lead.media().as_ref().and_then(kind) == Some(MediaKind::Image) {
        faults.add("#/lead/poster_id", "one_of", "a picture has no poster");
    }
    Ok(())
}

/// An article that somebody may begin, before anything of it is written.
struct Begun {
    masthead: Arc<Masthead>,
    article: Granted<CreateArticle, Article>,
    note: String,
    faults: Faults,
}

/// Check all of a new article but its words.
fn begin(tx: &mut Tx<'_>, permit: &Permit<CreateArticle>, id: Option<Id<Article>>, draft: &Draft) -> Result<Begun, Error> {
    let masthead = store::site::masthead(tx)?;
    let source = &draft.facts.source_locale;
    let mut faults = Faults::default();
    if !draft.translations.contains_key(source) {
        faults.add(format!("#/translations/{source}"), "required", "an article begins with words in its source locale");
    }
    for locale in draft.translations.keys().filter(|l| masthead.settings(l).is_none()) {
        faults.add(format!("#/translations/{locale}"), "unknown_locale", "not a locale of this site");
    }
    let note = line(&mut faults, "#/note", &draft.note, limits::NOTE);
    let checked = faults.merge(check(tx, &masthead, draft.facts.clone()))?;
    let Some((facts, section_path)) = checked else { return Err(Error::Invalid(faults.into_inner())) };
    let (id, now) = (id.unwrap_or_else(|| tx.new_id()), tx.now());
    let created_by = permit.caller().user_id();
    let article = permit.over(Article {
        id,
        facts,
        section_path,
        version: 1,
        created_by,
        created_at: now,
        updated_at: now,
        withdrawn_at: None,
        trashed_at: None,
        shown: Shown::All,
    })?;
    Ok(Begun { masthead, article, note, faults })
}

/// Nothing, when [`create`] would come to the words of a draft: asked before bodies are read of somebody who may not begin it.
///
/// # Errors
/// Those of [`create`], but for what is wrong with the words.
pub fn allow(tx: &mut Tx<'_>, permit: &Permit<CreateArticle>, draft: &Draft) -> Result<(), Error> {
    begin(tx, permit, None, draft).map(drop)
}

/// Begin an article, with the words it starts with.
///
/// # Errors
/// [`Error::Invalid`] with every violation, [`Error::Taken`] for a slug, [`Error::Forbidden`] outside the grant.
pub fn create(tx: &mut Tx<'_>, permit: Permit<CreateArticle>, id: Option<Id<Article>>, draft: Draft) -> Result<Created, Error> {
    let Begun { masthead, article, note, mut faults } = begin(tx, &permit, id, &draft)?;
    let (edit, source) = (Permit::try_from(permit.caller().clone())?, draft.facts.source_locale);
    // The original first, so that translations can name the revision they were made from.
    let (original, others): (Vec<_>, Vec<_>) = draft.translations.into_iter().partition(|(locale, _)| *locale == source);
    let (mut words, mut warnings) = (Vec::new(), Vec::new());
    for (locale, draft) in original.into_iter().chain(others).filter(|(l, _)| masthead.settings(l).is_some()) {
        let at = format!("#/translations/{locale}");
        let first = translations::first(tx, &edit, (article.get(), &locale), &words, draft).map_err(|e| e.under(&at));
        let Some((first, dropped)) = faults.merge(first)? else { continue };
        warnings.extend(dropped.into_iter().map(|w| Violation { pointer: w.pointer.replacen('#', &at, 1), ..w }));
        words.push(first);
    }
    faults.or(())?;
    store::articles::begin(tx, &article, &note)?;
    store::translations::begin(tx, &words)?;
    let translations = words.into_iter().map(|first| first.translation).collect();
    Ok(Created { article: article.into_inner(), translations, warnings })
}

/// Change the facts of an article. Saving what is there already makes no revision.
///
/// # Errors
/// [`Error::Stale`], [`Error::Invalid`], [`Error::Forbidden`]; [`Error::Conflict`] with code `live` for an
/// embargo on what is public, `embargoed` for one that would be broken.
pub fn revise(
    tx: &mut Tx<'_>,
    permit: Permit<EditArticle>,
    id: Id<Article>,
    expected: Version,
    with: impl FnOnce(&Article) -> Result<(Facts, String), Error>,
) -> Result<Article, Error> {
    let article = permit.over(store::articles::find(tx, &permit.visibility(), id)?)?;
    expect(tx, article.get(), expected)?;
    let masthead = store::site::masthead(tx)?;
    let (facts, note) = with(article.get())?;
    let mut faults = Faults::default();
    let note = line(&mut faults, "#/note", &note, limits::NOTE);
    let checked = faults.merge(check(tx, &masthead, facts))?;
    let Some((facts, path)) = checked else { return Err(Error::Invalid(faults.into_inner())) };
    let facts = faults.or(facts)?;
    if facts == article.get().facts {
        return Ok(article.into_inner());
    }
    let now = tx.now();
    embargo(tx, &permit, &article, facts.embargo_until, &note)?;
    let before = article.get().clone();
    let article = article.try_map(|a| a.revise(expected, facts, path, now))?;
    stays_held(article.caller(), &before, article.get(), now)?;
    store::articles::save(tx, &article, &note).map_err(|e| late(tx, &permit.visibility(), id, expected, e))?;
    Ok(article.into_inner())
}

/// Filing a story elsewhere, itself or a copy, does not give whoever files it the right to end its embargo or to lift its takedown. It is
/// their grants that count, not those of the token at hand, with which they may have left a right out.
pub(super) fn stays_held(caller: &Caller, before: &Article, after: &Article, now: Instant) -> Result<(), Error> {
    fn gained<A: Action>(caller: &Caller, before: &Article, after: &Article) -> Result<(), Error> {
        if caller.could::<A>(after) && !caller.could::<A>(before) { Err(Error::Forbidden(A::NAME)) } else { Ok(()) }
    }
    if before.facts.embargo_until.is_some_and(|at| at > now) {
        gained::<BreakEmbargo>(caller, before, after)?;
    }
    if before.withdrawn_at.is_some() { gained::<Withdraw>(caller, before, after) } else { Ok(()) }
}

/// The grant of `A` over an article whole: its facts, and its words in every locale, also those that the caller is not shown.
///
/// # Errors
/// [`Error::Forbidden`] when any of it lies outside the grant.
pub(super) fn whole<A: Action>(tx: &mut Tx<'_>, permit: &Permit<A>, article: Article) -> Result<Granted<A, Article>, Error> {
    let all = Article { shown: Shown::All, ..article.clone() };
    let heads = store::translations::heads(tx, &[all])?.remove(&article.id).unwrap_or_default();
    permit.over_all(heads.into_iter().map(|head| Slot { article: article.clone(), locale: head.locale }))?;
    permit.over(article)
}

/// An embargo may be set on what is not public, and put off; what was to be public before its end waits. One that runs is
/// shortened only by those who may break it, and that is on record.
fn embargo(
    tx: &mut Tx<'_>,
    permit: &Permit<EditArticle>,
    article: &Granted<EditArticle, Article>,
    until: Option<Instant>,
    note: &str,
) -> Result<(), Error> {
    let (id, now, stood) = (article.get().id, tx.now(), article.get().facts.embargo_until);
    if until == stood {
        return Ok(());
    }
    let story = store::stories::find(tx, &permit.visibility(), id)?;
    if stood.is_some_and(|at| at > now && until.is_none_or(|until| until < at)) {
        if !article.caller().may::<BreakEmbargo>(article.get()) {
            let detail = "an embargo that runs is shortened by breaking it".to_owned();
            return Err(Error::Conflict { code: "embargoed", detail });
        }
        store::articles::note_broken_embargo(tx, article, note);
    }
    let Some(until) = until.filter(|at| *at > now) else { return Ok(()) };
    let effects = story.hold_back(until)?;
    let facts = permit.over(story.facts())?;
    store::stories::apply(tx, facts, &effects, Vec::new()).map(drop)
}

/// End an embargo before its instant, saying why.
///
/// # Errors
/// [`Error::Stale`]; [`Error::Conflict`] with code `not-embargoed`; [`Error::Invalid`] without a reason.
pub fn break_embargo(
    tx: &mut Tx<'_>,
    permit: Permit<BreakEmbargo>,
    id: Id<Article>,
    expected: Version,
    reason: &str,
) -> Result<Article, Error> {
    store::articles::hold(tx, id)?;
    let article = permit.over(store::articles::find(tx, &permit.visibility(), id)?)?;
    expect(tx, article.get(), expected)?;
    let mut faults = Faults::default();
    let reason = line(&mut faults, "#/reason", reason, limits::REASON);
    let (reason, now) = (faults.or(reason)?, tx.now());
    if article.get().facts.embargo_until.is_none_or(|at| at <= now) {
        return Err(Error::Conflict { code: "not-embargoed", detail: "no embargo runs".to_owned() });
    }
    let article = article.try_map(|a| {
        let (facts, path) = (Facts { embargo_until: None, ..a.facts.clone() }, a.section_path.clone());
        a.revise(expected, facts, path, now)
    })?;
    store::articles::note_broken_embargo(tx, &article, &reason);
    store::articles::save(tx, &article, &reason)?;
    Ok(article.into_inner())
}

/// Nothing, when the expected version of the facts is the newest one.
///
/// # Errors
/// [`Error::Stale`], with who was faster, when, and what they changed.
pub(super) fn expect(tx: &mut Tx<'_>, article: &Article, expected: Version) -> Result<(), Error> {
    if article.version == expected { Ok(()) } else { Err(stale(tx, article, expected)) }
}

/// The answer to a stale expectation: who was faster, when, and what they changed.
fn stale(tx: &mut Tx<'_>, article: &Article, expected: Version) -> Error {
    let known = |tx: &mut Tx<'_>| {
        let (changed_by, changed_at) = store::articles::saved_by(tx, article.id, article.version)?.unzip();
        let changed = match store::revisions::facts(tx, article, expected) {
            Ok(before) => diff::facts(&before, &article.facts).pointers(),
            Err(Error::NotFound(_)) => Vec::new(),
            Err(other) => return Err(other),
        };
        let (changed, moved) = (Changed::Known(changed), MovedOn { locale: None, current_version: article.version }.into());
        Ok(Error::Stale { kind: "article", current: article.version, changed_by, changed_at, changed, moved })
    };
    known(tx).unwrap_or_else(|failure| failure)
}

/// A refusal of the store; of one that came too late by a moment, what [`stale`] says of the save that was faster.
fn late(tx: &mut Tx<'_>, visibility: &Visibility, id: Id<Article>, expected: Version, refusal: Error) -> Error {
    let Error::Stale { .. } = refusal else { return refusal };
    match store::articles::find(tx, visibility, id) {
        Ok(present) => stale(tx, &present, expected),
        Err(failure) => failure,
    }
}
