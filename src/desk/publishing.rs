//! Publishing: the only way from a working copy to what the public sees.

use crate::{
    access::{
        Action, Granted, Permit,
        action::{Backdate, Publish, Unpublish},
    },
    domain::{
        Error, Id, Instant, Locale, Version,
        article::Article,
        edition::{Dating, Edition, Rendering},
        locale::reading_speed,
        plan::Intent,
        precomputed::{Depth, Revision},
        site::Masthead,
        story::{Effect, Part, Story, Which},
        translation::Translation,
    },
    store::{self, Tx},
};

/// How something is published.
#[derive(Debug, Clone, Copy, Default)]
pub struct Manner {
    /// Whether nothing significant has changed.
    pub minor: bool,
    /// When it was first published elsewhere.
    pub published_at: Option<Instant>,
}

/// Make the working copies of some locales live, all or none; other locales keep what they show. Under an embargo they are
/// planned for its end instead, unless they bring a date.
///
/// # Errors
/// [`Error::Stale`] for the facts or for a revision that was named; [`Error::Invalid`] for a locale without words, or a date that has not come
/// yet; [`Error::Forbidden`] for a date without the right to give one; [`Error::Conflict`] with the codes of [`Story::begins`].
pub fn publish(
    tx: &mut Tx<'_>,
    permit: Permit<Publish>,
    id: Id<Article>,
    expected: Version,
    which: Which,
    manner: Manner,
) -> Result<Story, Error> {
    let story = store::stories::find(tx, &permit.visibility(), id)?;
    let chosen = story.chosen(which)?;
    let part = permit.over(story.words(chosen.keys().map(|locale| (locale, None))))?;
    expect(tx, &part.get().story, expected, chosen.iter().filter_map(|(locale, version)| Some((locale, (*version)?))))?;
    let masthead = store::site::masthead(tx)?;
    let (story, now, review) = (&part.get().story, tx.now(), masthead.site.review);
    let effects = match manner.published_at {
        None => story.publish(chosen.keys(), manner.minor, now, review)?,
        Some(_) if !part.caller().may::<Backdate>(part.get()) => return Err(Error::Forbidden(Backdate::NAME)),
        Some(at) if at > now => {
            return Err(Error::invalid("#/published_at", "in_the_future", "an instant that has been; a plan is for one to come"));
        }
        Some(at) => story.publish_backdated(chosen.keys(), manner.minor, (at, now), review)?,
    };
    bring_about(tx, &masthead, part, &effects)
}

/// End what the public sees of some locales; of all when none is named.
///
/// # Errors
/// [`Error::Stale`]; [`Error::Conflict`] with code `not-live` when a named locale is not live.
pub fn unpublish(
    tx: &mut Tx<'_>,
    permit: Permit<Unpublish>,
    id: Id<Article>,
    expected: Version,
    locales: Option<Vec<Locale>>,
) -> Result<Story, Error> {
    let story = store::stories::find(tx, &permit.visibility(), id)?;
    let chosen = story.named(locales, story.live_locales())?;
    let part = permit.over(story.words(chosen.iter().map(|locale| (locale, None))))?;
    expect(tx, &part.get().story, expected, [])?;
    let effects = part.get().story.unpublish(&chosen, tx.now())?;
    store::stories::apply(tx, part, &effects, Vec::new())
}

/// Make the working copy of one locale live under dates that it has from elsewhere, unless it is just that. How far its source has moved on
/// is not noted. Whether anything changed.
///
/// # Errors
/// [`Error::NotFound`] without words in the locale.
pub fn publish_dated(
    tx: &mut Tx<'_>,
    permit: Permit<Publish>,
    id: Id<Article>,
    locale: &Locale,
    dates: (Instant, Instant),
) -> Result<bool, Error> {
    let story = store::stories::find(tx, &permit.visibility(), id)?;
    let effects = story.publish_dated(locale, dates, tx.now())?;
    let part = permit.over(story.words([(locale, None)]))?;
    if effects.is_empty() {
        return Ok(false);
    }
    let masthead = store::site::masthead(tx)?;
    let editions = frozen(tx, &masthead, &part.get().story, &effects)?;
    store::stories::apply(tx, part, &effects, editions)?;
    Ok(true)
}

/// Nothing, when the expected versions of the facts and of some words are the newest ones.
///
/// # Errors
/// [`Error::Stale`] with all that has moved on; of the first of it with who was faster, when, and what they changed.
pub(super) fn expect<'l>(
    tx: &mut Tx<'_>,
    story: &Story,
    facts: Version,
    words: impl IntoIterator<Item = (&'l Locale, Version)>,
) -> Result<(), Error> {
    let mut refusal = super::articles::expect(tx, &story.article, facts).err();
    for (locale, version) in words {
        let copy = story.copy(locale)?;
        refusal = match refusal {
            Some(first) if copy.version != version => Some(first.and_moved(copy.moved_on())),
            None => super::translations::expect(tx, copy, version).err(),
            first => first,
        };
    }
    refusal.map_or(Ok(()), Err)
}

/// Write what was decided of words, with the editions that begin, and note with every live translation how far its source has moved on.
///
/// # Errors
/// [`Error::Invalid`] with all that stands in the way of the words.
pub(super) fn bring_about<A: Action>(
    tx: &mut Tx<'_>,
    masthead: &Masthead,
    part: Granted<A, Part>,
    effects: &[Effect],
) -> Result<Story, Error> {
    let editions = frozen(tx, masthead, &part.get().story, effects)?;
    let story = store::stories::apply(tx, part, effects, editions)?;
    super::freshness::note(tx, &story)?;
    Ok(story)
}

/// The editions that effects begin.
///
/// # Errors
/// [`Error::Invalid`] with all that stands in the way of words that are to become public, now or later.
pub(super) fn frozen(tx: &mut Tx<'_>, masthead: &Masthead, story: &Story, effects: &[Effect]) -> Result<Vec<Edition>, Error> {
    let of = |locale: &Locale, version| Revision { article_id: story.article.id, locale: locale.clone(), version };
    let needed = |effect: &Effect| match effect {
        Effect::Begin(locale, revisions, _) => Some((of(locale, revisions.words), Depth::Render)),
        Effect::Plan(locale, _, intent) => Some((of(locale, intent.revisions()?.words), Depth::Look)),
        _ => None,
    };
    let needed: Vec<_> = effects.iter().filter_map(needed).collect();
    let mut all = super::precomputed::derived(tx, &needed)?.into_iter();
    let mut editions = Vec::new();
    for effect in effects {
        let Effect::Begin(locale, revisions, dating) = effect else {
            if matches!(effect, Effect::Plan(_, _, Intent::Publish { .. })) {
                all.next().map_or(Ok(()), |derived| derived.pass())?;
            }
            continue;
        };
        let derived = all.next().ok_or_else(|| Error::internal("an edition of nothing"))?;
        derived.pass()?;
        let (filed, copy) = (story.filed(revisions.facts)?, story.copy(locale)?);
        let article = Article { facts: filed.facts, version: revisions.facts, ..story.article.clone() };
        let slug = story.slug(locale, revisions.words)?.clone();
        let translation = Translation { version: revisions.words, slug, ..copy.clone() };
        editions.push(freeze(tx, masthead, (&article, &translation), &derived.rendering, *dating));
    }
    Ok(editions)
}

pub(super) fn freeze(
    tx: &Tx<'_>,
    masthead: &Masthead,
    (article, translation): (&Article, &Translation),
    rendering: &Rendering,
    dating: Dating,
) -> Edition {
    let locale = &translation.locale;
    let speed = masthead.settings(locale).map_or_else(|| reading_speed(locale), |l| l.words_per_minute);
    Edition::freeze(tx.new_id(), article, translation, rendering, speed, dating)
}
