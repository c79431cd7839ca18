//! Publishing several articles and locales together, all or none.
//!
//! A release names the very revisions that it publishes: those that were there when an item was added, unless others are named. Whoever
//! goes on writing changes nothing in it.
//!
//! A release is a set, and every verb on it needs the right over each thing in it: over what was in it before and what is in it after, and
//! of each over the article as it is filed now and as it was filed in the revision that becomes public.

use std::{
    cell::Cell,
    collections::{BTreeMap, BTreeSet},
};

use super::{
    precomputed::AT_ONCE,
    publishing::bring_about,
    scheduling::{in_the_name_of, put_off, why},
};
use crate::{
    access::{
        Action, Granted, Permit,
        action::{ManageReleases, Publish},
    },
    domain::{
        Error, Id, Instant, Locale, Version, Violation,
        article::Article,
        change::Event,
        error::Faults,
        plan::Revisions,
        precomputed::{Depth, Revision},
        release::{Item, Release},
        story::{Part, Story},
        text::{limits, line},
    },
    store::{self, Tx, jobs::Kind, stories::Hold},
};

/// An item as a caller names it.
#[derive(Debug, Clone)]
pub struct ItemDraft {
    /// The article.
    pub article_id: Id<Article>,
    /// The locale.
    pub locale: Locale,
    /// The revision of the words; the newest when not said.
    pub words_version: Option<Version>,
    /// The revision of the facts; the newest when not said.
    pub facts_version: Option<Version>,
}

/// What a caller says of a release.
#[derive(Debug, Clone)]
pub struct Draft {
    /// What it is called.
    pub name: String,
    /// When it is to be published.
    pub publish_at: Option<Instant>,
    /// What is in it.
    pub items: Vec<ItemDraft>,
}

/// The items that are meant, and their stories.
fn items<A: Action>(tx: &mut Tx<'_>, permit: &Permit<A>, drafts: Vec<ItemDraft>) -> Result<(Vec<Item>, Stories<Publish>), Error> {
    let publish = Permit::<Publish>::try_from(permit.caller().clone())?;
    let mut faults = Faults::default();
    if drafts.len() > limits::RELEASE_ITEMS {
        faults.add("#/items", "too_many", format!("at most {}", limits::RELEASE_ITEMS));
        return Err(Error::Invalid(faults.into_inner()));
    }
    let named: BTreeSet<_> = drafts.iter().map(|draft| draft.article_id).collect();
    let erased = store::takedowns::erased(tx, &named)?;
    let stories = store::stories::load(tx, &permit.visibility(), named, &[], Hold::Not)?;
    let is_there = |story: &&Story| story.article.trashed_at.is_none() && !erased.contains(&story.article.id);
    let (mut items, mut seen) = (Vec::new(), BTreeSet::new());
    for (n, draft) in drafts.into_iter().enumerate() {
        let at = format!("#/items/{n}");
        let Some(story) = stories.get(&draft.article_id).filter(is_there) else {
            faults.add(format!("{at}/article_id"), "unknown_article", "there is no such article");
            continue;
        };
        let Ok(newest) = story.newest(&draft.locale) else {
            faults.add(format!("{at}/locale"), "no_words", format!("there are no words in `{}`", draft.locale));
            continue;
        };
        if !seen.insert((draft.article_id, draft.locale.clone())) {
            faults.add(at, "repeated", "in the release already");
            continue;
        }
        let words = draft.words_version.unwrap_or(newest.words);
        let facts = draft.facts_version.unwrap_or(newest.facts);
        if !(1..=newest.words).contains(&words) || !(1..=newest.facts).contains(&facts) {
            faults.add(at, "unknown_revision", "there is no such revision");
            continue;
        }
        items.push(Item { article_id: draft.article_id, locale: draft.locale, revisions: Revisions { words, facts } });
    }
    let items = faults.or(items)?;
    let stories = over(tx, &publish, &items, Hold::Not)?;
    Ok((items, stories))
}

/// The stories of items, each with the grant of `A` over what the items mean: as its article is filed now, and as the revision was that
/// becomes public. What is filed nowhere becomes public nowhere, which blocks it.
fn over<A: Action>(tx: &mut Tx<'_>, permit: &Permit<A>, items: &[Item], hold: Hold) -> Result<Stories<A>, Error> {
    let mut stories = store::stories::load(tx, &permit.visibility(), [], items, hold)?;
    let mut granted = Stories::new();
    for item in items {
        if granted.contains_key(&item.article_id) {
            continue;
        }
        let story = stories.remove(&item.article_id).ok_or(Error::Forbidden(A::NAME))?;
        granted.insert(item.article_id, permit.over(story.words(of_article(items, item.article_id)))?);
    }
    Ok(granted)
}

/// Stories, with the grant of `A` over some of each.
type Stories<A> = BTreeMap<Id<Article>, Granted<A, Part>>;

fn of_article(items: &[Item], id: Id<Article>) -> impl Iterator<Item = (&Locale, Option<Revisions>)> {
    items.iter().filter(move |item| item.article_id == id).map(|item| (&item.locale, Some(item.revisions)))
}

/// What of a caller's words is valid, and what would keep it from being published: at its instant, or now where it names none.
struct Checked {
    name: String,
    publish_at: Option<Instant>,
    items: Vec<Item>,
    blockers: Vec<Violation>,
}

/// Check a caller's words; nothing may block a release at the instant that it names.
fn check<A: Action>(tx: &mut Tx<'_>, permit: &Permit<A>, draft: Draft) -> Result<Checked, Error> {
    let mut faults = Faults::default();
    let name = line(&mut faults, "#/name", &draft.name, limits::NAME);
    if draft.publish_at.is_some_and(|at| at <= tx.now()) {
        faults.add("#/publish_at", "passed", "this instant has passed");
    }
    let checked = items(tx, permit, draft.items);
    let (items, stories) = faults.merge(checked)?.unwrap_or_default();
    faults.or(())?;
    let at = draft.publish_at.unwrap_or(tx.now());
    let blockers = blocking(tx, |id| stories.get(&id).map(|part| &part.get().story), &items, at, Depth::Look)?;
    if draft.publish_at.is_some() && !blockers.is_empty() {
        return Err(Error::Invalid(blockers));
    }
    Ok(Checked { name, publish_at: draft.publish_at, items, blockers })
}

/// Put a release together; also what would keep it from being published now, where no instant was named.
///
/// # Errors
/// [`Error::Invalid`], also for what would block it at its instant; [`Error::Forbidden`] for words outside the grant.
pub fn create(tx: &mut Tx<'_>, permit: Permit<ManageReleases>, draft: Draft) -> Result<(Release, Vec<Violation>), Error> {
    let Checked { name, publish_at, items, blockers } = check(tx, &permit, draft)?;
    let (id, now, created_by) = (tx.new_id(), tx.now(), permit.caller().user_id());
    let release = Release {
        id,
        name,
        publish_at,
        published_at: None,
        planned_by: publish_at.and(created_by),
        failed_at: None,
        failure: None,
        items,
        version: 1,
        created_by,
        created_at: now,
        updated_at: now,
    };
    let release = permit.over(release)?;
    store::releases::save(tx, &release, Event::Created)?;
    Ok((release.into_inner(), blockers))
}

/// A release, when the caller keeps every item in it.
fn whole<A: Action>(tx: &mut Tx<'_>, permit: &Permit<A>, id: Id<Release>) -> Result<Granted<A, Release>, Error> {
    let release = store::releases::find(tx, &permit.visibility(), id)?;
    over(tx, permit, &release.items, Hold::Not)?;
    permit.over(release)
}

/// Change a release that was not published yet; also what would keep it from being published, as [`create`] says it. Whoever saves it with
/// an instant answers for it at that instant.
///
/// # Errors
/// [`Error::Stale`]; [`Error::Conflict`] with code `published`; [`Error::Forbidden`] when an item that was in it lies outside the grant;
/// those of [`create`].
pub fn revise(
    tx: &mut Tx<'_>,
    permit: Permit<ManageReleases>,
    id: Id<Release>,
    expected: Version,
    with: impl FnOnce(&Release) -> Result<Draft, Error>,
) -> Result<(Release, Vec<Violation>), Error> {
    let release = whole(tx, &permit, id)?;
    Error::unless_newest("release", release.get().version, expected)?;
    release.get().unpublished()?;
    let draft = with(release.get())?;
    let Checked { name, publish_at, items, blockers } = check(tx, &permit, draft)?;
    let (now, planned_by) = (tx.now(), publish_at.and(permit.caller().user_id()));
    let release = release.try_map(|r| {
        let timed = Release { name, publish_at, items, planned_by, failed_at: None, failure: None, ..r };
        Ok(timed.next(now))
    })?;
    store::releases::save(tx, &release, Event::Revised)?;
    // What it failed for may be gone.
    store::jobs::forget(tx, Kind::Release, id)?;
    Ok((release.into_inner(), blockers))
}

/// Remove a release; what it published stays public.
///
/// # Errors
/// [`Error::Stale`]; [`Error::Forbidden`] when an item lies outside the grant.
pub fn delete(tx: &mut Tx<'_>, permit: Permit<ManageReleases>, id: Id<Release>, expected: Version) -> Result<(), Error> {
    let release = whole(tx, &permit, id)?;
    Error::unless_newest("release", release.get().version, expected)?;
    store::releases::delete(tx, &release, expected)
}

/// What would keep items from being published at an instant: pointers into the release, with code and reason. Whoever publishes them next asks
/// for all that this takes at once.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn blockers<A: Action>(
    tx: &mut Tx<'_>,
    permit: &Permit<A>,
    items: &[Item],
    at: Instant,
    depth: Depth,
) -> Result<Vec<Violation>, Error> {
    let stories = store::stories::load(tx, &permit.visibility(), [], items, Hold::Not)?;
    blocking(tx, |id| stories.get(&id), items, at, depth)
}

fn blocking<'s>(
    tx: &mut Tx<'_>,
    story: impl Fn(Id<Article>) -> Option<&'s Story>,
    items: &[Item],
    at: Instant,
    depth: Depth,
) -> Result<Vec<Violation>, Error> {
    let review = store::site::masthead(tx)?.site.review;
    let (mut faults, mut ready) = (Faults::default(), Vec::new());
    for (n, item) in items.iter().enumerate() {
        let begins = story(item.article_id).ok_or(Error::NotFound("article"));
        match begins.and_then(|story| story.begins(&item.locale, item.revisions, (at, tx.now()), review)) {
            Ok(()) => ready.push((n, item)),
            Err(Error::Conflict { code, detail }) => faults.add(format!("#/items/{n}"), code, detail),
            Err(Error::NotFound(what)) => faults.add(format!("#/items/{n}"), "gone", format!("there is no such {what} any more")),
            Err(other) => return Err(other),
        }
    }
    let revision = |item: &Item| Revision { article_id: item.article_id, locale: item.locale.clone(), version: item.revisions.words };
    // What has passed is not held beside the rest.
    for some in ready.chunks(AT_ONCE) {
        let needed: Vec<_> = some.iter().map(|(_, item)| (revision(item), depth)).collect();
        for ((n, _), derived) in some.iter().zip(super::precomputed::derived(tx, &needed)?) {
            faults.merge(derived.pass().map_err(|e| e.under(&format!("#/items/{n}"))))?;
        }
    }
    Ok(faults.into_inner())
}

/// Publish a release now, all of it or nothing.
///
/// # Errors
/// [`Error::Stale`]; [`Error::Invalid`] with all that blocks it; [`Error::Conflict`] with code `published`, or `empty`.
pub fn publish(tx: &mut Tx<'_>, permit: Permit<Publish>, id: Id<Release>, expected: Version) -> Result<Release, Error> {
    let release = store::releases::find(tx, &permit.visibility(), id)?;
    let stories = over(tx, &permit, &release.items, Hold::Waiting)?;
    Error::unless_newest("release", release.version, expected)?;
    publish_all(tx, &permit, release, stories)
}

fn publish_all(tx: &mut Tx<'_>, permit: &Permit<Publish>, release: Release, stories: Stories<Publish>) -> Result<Release, Error> {
    release.unpublished()?;
    if release.items.is_empty() {
        return Err(Error::Conflict { code: "empty", detail: "there is nothing in this release".to_owned() });
    }
    let now = tx.now();
    let blockers = blocking(tx, |id| stories.get(&id).map(|part| &part.get().story), &release.items, now, Depth::Render)?;
    if !blockers.is_empty() {
        return Err(Error::Invalid(blockers));
    }
    let masthead = store::site::masthead(tx)?;
    for (id, part) in stories {
        let items = release.items.iter().filter(|item| item.article_id == id).map(|item| (&item.locale, item.revisions));
        let effects = part.get().story.release(items, now, masthead.site.review)?;
        bring_about(tx, &masthead, part, &effects)?;
    }
    let release = permit.over(Release { published_at: Some(now), failed_at: None, failure: None, ..release }.next(now))?;
    store::releases::save(tx, &release, Event::Published)?;
    Ok(release.into_inner())
}

/// Publish a release that is due, if there is one; one that cannot be published is kept with what blocks it, or put off
/// where that is a fault of the server. Which one it is at is noted, for [`give_up`].
///
/// # Errors
/// What [passes](Error::passes), and [`Error::Internal`] when not even that can be kept; then nothing was done.
pub fn carry_out(tx: &mut Tx<'_>, permit: Permit<Publish>, at: &Cell<Option<Id<Release>>>) -> Result<bool, Error> {
    let due = store::releases::claim(tx, None)?;
    at.set(due.as_ref().map(|release| release.id));
    let Some(due) = due else { return Ok(false) };
    match tx.attempt(|tx| publish_in_name(tx, &permit, due.clone())) {
        Ok(_) => {}
        Err(passing) if passing.passes() => return Err(passing),
        Err(refusal) => {
            super::log_if_ours(&refusal, "a release could not be published");
            if !put_off(tx, Kind::Release, due.id, &refusal, true)? {
                fail(tx, &permit, due, why(&refusal))?;
            }
        }
    }
    Ok(true)
}

/// Keep of a release that is due, the one that was tried, that it takes longer than a writer is held; false when it is due no more.
///
/// # Errors
/// [`Error::Internal`] when that cannot be kept.
pub fn give_up(tx: &mut Tx<'_>, permit: Permit<Publish>, tried: Id<Release>) -> Result<bool, Error> {
    let Some(due) = store::releases::claim(tx, Some(tried))? else { return Ok(false) };
    fail(tx, &permit, due, why(&Error::TookTooLong))?;
    Ok(true)
}

fn fail(tx: &mut Tx<'_>, permit: &Permit<Publish>, due: Release, why: String) -> Result<(), Error> {
    let now = tx.now();
    let failed = permit.over(Release { failed_at: Some(now), failure: Some(why), ..due }.next(now))?;
    store::releases::save(tx, &failed, Event::Failed)
}

/// Publish a release in the name of who said when.
///
/// # Errors
/// What it is refused for.
pub(super) fn publish_in_name(tx: &mut Tx<'_>, permit: &Permit<Publish>, release: Release) -> Result<Release, Error> {
    let permit = in_the_name_of(tx, permit.caller(), release.planned_by)?;
    let stories = over(tx, &permit, &release.items, Hold::IfFree)?;
    publish_all(tx, &permit, release, stories)
}
