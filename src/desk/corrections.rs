//! Saying of a story that it was not right. What is said is public at once where the story is, and never frozen.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    access::{Permit, action::Correct},
    domain::{
        Error, Id, Instant, Locale, Version,
        article::Article,
        body::{BlockId, Document},
        correction::{Corrected, Correction, CorrectionKind},
        error::Faults,
        translation::Slot,
    },
    store::{self, Tx},
};

/// What a caller says of a correction.
#[derive(Debug, Clone)]
pub struct Draft {
    /// The id of a new one, when it has one elsewhere.
    pub id: Option<Id<Correction>>,
    /// What kind it is.
    pub kind: CorrectionKind,
    /// What it says, by locale.
    pub texts: BTreeMap<Locale, String>,
    /// The blocks of the original that it concerns.
    pub blocks: Vec<String>,
    /// When it was made; now, when not said.
    pub made_at: Option<Instant>,
}

/// The draft as a correction, allowed in every locale in which it says something else than before.
fn prepare(
    tx: &mut Tx<'_>,
    permit: &Permit<Correct>,
    article: &Article,
    before: Option<&Correction>,
    draft: Draft,
) -> Result<Correction, Error> {
    let masthead = store::site::masthead(tx)?;
    let mut faults = Faults::default();
    for locale in draft.texts.keys().filter(|l| masthead.settings(l).is_none()) {
        faults.add(format!("#/texts/{locale}"), "unknown_locale", "not a locale of this site");
    }
    let mut blocks = Vec::new();
    for (n, block) in draft.blocks.iter().enumerate() {
        match BlockId::parse(block) {
            Some(id) => blocks.push(id),
            None => faults.add(format!("#/blocks/{n}"), "block_id", "1 to 36 of `a-z`, `0-9`, `-` and `_`"),
        }
    }
    let now = tx.now();
    let correction = Correction {
        id: before.map(|b| b.id).or(draft.id).unwrap_or_else(|| tx.new_id()),
        article_id: article.id,
        kind: draft.kind,
        texts: draft.texts,
        blocks,
        made_at: draft.made_at.or(before.map(|b| b.made_at)).unwrap_or(now),
        version: before.map_or(1, |b| b.version.saturating_add(1)),
        created_by: before.map_or(permit.caller().user_id(), |b| b.created_by),
        updated_at: now,
    };
    if correction.made_at > now {
        faults.add("#/made_at", "future", "this instant is still to come");
    }
    let correction = faults.merge(correction.check())?;
    let Some(correction) = correction else { return Err(Error::Invalid(faults.into_inner())) };
    let correction = faults.or(correction)?;
    touched(permit, article, before, Some(&correction))?;
    // A bundle may correct what has been rewritten since.
    if permit.caller().user_id().is_some() {
        are_there(tx, article, before, &correction)?;
    }
    Ok(correction)
}

/// Nothing, when every block that is named for the first time is one of the original.
fn are_there(tx: &mut Tx<'_>, article: &Article, before: Option<&Correction>, correction: &Correction) -> Result<(), Error> {
    let is_new = |block: &BlockId| before.is_none_or(|before| !before.blocks.contains(block));
    if !correction.blocks.iter().any(is_new) {
        return Ok(());
    }
    let (bodies, mut faults) = (originals(tx, article)?, Faults::default());
    for (n, block) in correction.blocks.iter().enumerate().filter(|(_, block)| is_new(block)) {
        if !bodies.iter().any(|body| body.has(block)) {
            faults.add(format!("#/blocks/{n}"), "unknown_block", "no such block in the original, as it is or as it is public");
        }
    }
    faults.or(())
}

/// The body of the original as it is, and as it is public.
fn originals(tx: &mut Tx<'_>, article: &Article) -> Result<Vec<Document>, Error> {
    let source = &article.facts.source_locale;
    let copy = store::translations::find(tx, article, source)?;
    let public = store::editions::live_heads(tx, &[article.id])?.remove(&article.id).unwrap_or_default();
    let mut bodies: Vec<Document> = copy.into_iter().map(|t| t.words.body).collect();
    for head in public.iter().filter(|head| head.locale == *source) {
        bodies.push(store::revisions::words(tx, article, source, head.words_version)?.0.body);
    }
    Ok(bodies)
}

/// The caller corrects in every locale whose text changes. What else a correction says, it says in every language it is told in and of the
/// story itself: a change of it needs all of these and the facts. So does a retraction, which says of every language that it does not stand.
fn touched(permit: &Permit<Correct>, article: &Article, before: Option<&Correction>, after: Option<&Correction>) -> Result<(), Error> {
    let text = |of: Option<&Correction>, locale: &Locale| of.and_then(|c| c.texts.get(locale).cloned());
    let said: BTreeSet<&Locale> = before.iter().chain(&after).flat_map(|c| c.texts.keys()).collect();
    let mut locales: BTreeSet<&Locale> = said.iter().copied().filter(|l| text(before, l) != text(after, l)).collect();
    let rest = |c: &Correction| (c.kind, c.blocks.clone(), c.made_at);
    let retracts = |c: Option<&Correction>| c.is_some_and(|c| c.kind == CorrectionKind::Retraction);
    if before.is_some() && before.map(rest) != after.map(rest) {
        locales.extend(said);
        locales.insert(&article.facts.source_locale);
    }
    if retracts(before) != retracts(after) {
        locales.insert(&article.facts.source_locale);
    }
    permit.over_all(locales.into_iter().map(|locale| Slot { article: article.clone(), locale: locale.clone() }))?;
    Ok(())
}

/// Correct an article.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Invalid`]; [`Error::Forbidden`] for a text in a locale outside the grant.
pub fn make(tx: &mut Tx<'_>, permit: Permit<Correct>, id: Id<Article>, draft: Draft) -> Result<Correction, Error> {
    let article = store::articles::find(tx, &permit.visibility(), id)?;
    let correction = prepare(tx, &permit, &article, None, draft)?;
    let corrected = permit.over(Corrected { article, correction })?;
    store::corrections::save(tx, &corrected)?;
    Ok(corrected.into_inner().correction)
}

fn open(tx: &mut Tx<'_>, permit: &Permit<Correct>, id: Id<Correction>, expected: Version) -> Result<(Article, Correction), Error> {
    let correction = store::corrections::find(tx, id)?;
    let article = match store::articles::find(tx, &permit.visibility(), correction.article_id) {
        Err(Error::NotFound(_)) => return Err(Error::NotFound("correction")),
        other => other?,
    };
    Error::unless_newest("correction", correction.version, expected)?;
    Ok((article, correction))
}

/// Change a correction.
///
/// # Errors
/// [`Error::Stale`]; those of [`make`].
pub fn revise(
    tx: &mut Tx<'_>,
    permit: Permit<Correct>,
    id: Id<Correction>,
    expected: Version,
    with: impl FnOnce(&Correction) -> Result<Draft, Error>,
) -> Result<Correction, Error> {
    let (article, before) = open(tx, &permit, id, expected)?;
    let draft = with(&before)?;
    let correction = prepare(tx, &permit, &article, Some(&before), draft)?;
    let same = Correction { version: before.version, updated_at: before.updated_at, ..correction.clone() } == before;
    if same {
        return Ok(before);
    }
    let corrected = permit.over(Corrected { article, correction })?;
    store::corrections::save(tx, &corrected)?;
    Ok(corrected.into_inner().correction)
}

/// Remove a correction that should not have been made.
///
/// # Errors
/// [`Error::Stale`]; [`Error::Forbidden`] when it speaks in a locale outside the grant.
pub fn delete(tx: &mut Tx<'_>, permit: Permit<Correct>, id: Id<Correction>, expected: Version) -> Result<(), Error> {
    let (article, correction) = open(tx, &permit, id, expected)?;
    touched(&permit, &article, Some(&correction), None)?;
    let corrected = permit.over(Corrected { article, correction })?;
    store::corrections::delete(tx, &corrected, expected)
}
