//! Publishing and ending at an instant.
//!
//! **Context.** A story is approved in the afternoon and is to be public at six in the morning; until then its authors go on
//! writing. **Decision.** A plan names the very revisions of words and facts that were there when it was made, and the scheduler
//! publishes those, in the transaction that takes the plan away. It asks then what publishing by hand would ask: where approved words only
//! are published, a revision that was sent back after it was planned stays where it is, and newer words that nobody has approved yet
//! change nothing. **Consequence.** Nothing goes out that nobody looked at, and with any number of instances and crashes each plan is
//! carried out once. An embargo is the earliest start of any edition: publishing under one plans for its end, and what was planned for an
//! earlier instant is put off when one is set.
//!
//! What is planned is carried out in the name of who planned it, as they stand then: who has lost the right meanwhile, or is suspended, or
//! whose story was filed elsewhere, makes nothing public and ends nothing. Such a plan is kept with the reason, and whoever may do it plans
//! it again in their own name. Without a planner, a plan is the importer's.
//!
//! What is refused is kept as failed at once. A fault of the server says nothing about the plan, so it is tried again for some minutes, by
//! whichever instance is there ([`store::jobs`]), and kept as failed only then.

use std::cell::Cell;

use super::publishing::{bring_about, expect, frozen};
use crate::{
    access::{
        Action, Caller, Permit,
        action::{Publish, Schedule, Unpublish},
    },
    domain::{
        Error, Id, Locale, Version,
        article::Article,
        plan::{Plan, PlanVerb},
        release::Item,
        story::{Order, Story, Which},
        user::User,
    },
    store::{self, Tx, jobs::Kind, stories::Hold},
};

/// How often something is tried that fails through a fault of the server, before it is kept as failed.
const TRIES: i32 = 6;
/// For how long that is: it waits 1, 2, 4, 8 and 16 seconds.
const TRIED_SECONDS: i64 = 31;

/// Plan a publication of some locales, its end, or both; in the place of what was planned of the kind.
///
/// # Errors
/// [`Error::Forbidden`] for whoever may not publish, or end, what they plan; [`Error::Stale`]; those of [`Story::schedule`].
pub fn schedule(
    tx: &mut Tx<'_>,
    permit: Permit<Schedule>,
    id: Id<Article>,
    expected: Version,
    which: Which,
    order: Order,
) -> Result<Story, Error> {
    let story = store::stories::find(tx, &permit.visibility(), id)?;
    if order.publish_at.is_none() && order.unpublish_at.is_none() {
        return Err(Error::invalid("#/publish_at", "required", "say when it is to be published, or when that is to end"));
    }
    // What is planned is done later in the name of who plans it, so a token for planning alone plans nothing.
    if order.publish_at.is_some() {
        Permit::<Publish>::try_from(permit.caller().clone())?;
    }
    if order.unpublish_at.is_some() {
        Permit::<Unpublish>::try_from(permit.caller().clone())?;
    }
    let chosen = story.chosen(which)?;
    let part = permit.over(story.words(chosen.keys().map(|locale| (locale, None))))?;
    expect(tx, &part.get().story, expected, chosen.iter().filter_map(|(locale, version)| Some((locale, (*version)?))))?;
    let masthead = store::site::masthead(tx)?;
    let effects = part.get().story.schedule(chosen.keys(), order, tx.now(), masthead.site.review)?;
    frozen(tx, &masthead, &part.get().story, &effects)?;
    store::stories::apply(tx, part, &effects, Vec::new())
}

/// Take back what is planned for some locales; for all when none is named.
///
/// # Errors
/// [`Error::Stale`]; [`Error::Conflict`] with code `not-scheduled` when nothing is planned for a locale that was named.
pub fn unschedule(
    tx: &mut Tx<'_>,
    permit: Permit<Schedule>,
    id: Id<Article>,
    expected: Version,
    locales: Option<Vec<Locale>>,
) -> Result<Story, Error> {
    let story = store::stories::find(tx, &permit.visibility(), id)?;
    let shown = story.plans.iter().map(|plan| &plan.locale).filter(|locale| story.article.shows(locale));
    let chosen = story.named(locales, shown)?;
    let part = permit.over(story.words(chosen.iter().map(|locale| (locale, None))))?;
    expect(tx, &part.get().story, expected, [])?;
    let effects = part.get().story.unschedule(&chosen)?;
    store::stories::apply(tx, part, &effects, Vec::new())
}

/// Carry out what is due, at most so many plans; how many were, or are kept with why they could not be. What somebody else is changing at
/// this moment is left for the next time; what fails through a fault of the server is put off. Which plan it is at is noted, for [`give_up`].
///
/// # Errors
/// What [passes](Error::passes) when nothing could be carried out, and [`Error::Internal`] when not even a failure can be kept; then nothing
/// was done.
pub fn carry_out(tx: &mut Tx<'_>, permit: Permit<Publish>, limit: i64, at: &Cell<Option<Id<Plan>>>) -> Result<usize, Error> {
    let (mut done, mut passing) = (0_usize, None);
    at.set(None);
    for plan in store::plans::claim(tx, None, limit)? {
        at.set(Some(plan.id));
        match tx.attempt(|tx| carry_out_one(tx, &permit, &plan)) {
            Ok(()) => {}
            Err(Error::Busy) => {
                passing = Some(Error::Busy);
                continue;
            }
            Err(other) if other.passes() => return Err(other),
            Err(refusal) => {
                super::log_if_ours(&refusal, "a plan could not be carried out");
                let may_wait = !ends_soon(tx, &plan)?;
                if !put_off(tx, Kind::Plan, plan.id, &refusal, may_wait)? {
                    store::plans::fail(tx, &plan, &why(&refusal))?;
                }
            }
        }
        done = done.saturating_add(1);
    }
    passing.filter(|_| done == 0).map_or(Ok(done), Err)
}

/// Keep of a plan that is due, the one that was tried, that it takes longer than a writer is held; how many there were.
///
/// # Errors
/// [`Error::Internal`] when that cannot be kept.
pub fn give_up(tx: &mut Tx<'_>, _permit: Permit<Publish>, tried: Id<Plan>) -> Result<usize, Error> {
    let due = store::plans::claim(tx, Some(tried), 1)?;
    for plan in &due {
        store::plans::fail(tx, plan, &why(&Error::TookTooLong))?;
    }
    Ok(due.len())
}

/// What the caller may do in the name of who planned it.
///
/// # Errors
/// [`Error::Conflict`] with code `planner-suspended`; [`Error::Forbidden`] when they may not do it anywhere any more.
pub(super) fn in_the_name_of<A: Action>(tx: &mut Tx<'_>, caller: &Caller, planner: Option<Id<User>>) -> Result<Permit<A>, Error> {
    let caller = caller.clone();
    let planner = planner.map(|id| store::users::find(tx, id)).transpose().map_err(|error| match error {
        Error::NotFound(_) => Error::Conflict { code: "planner-suspended", detail: "who planned it has left".to_owned() },
        other => other,
    })?;
    Permit::try_from(match planner {
        Some(user) => caller.in_the_name_of(user)?,
        None => caller,
    })
}

/// Whether what a plan begins is to end before it would be given up: then its end waits for no other try.
fn ends_soon(tx: &mut Tx<'_>, plan: &Plan) -> Result<bool, Error> {
    let soon = tx.now().plus_seconds(TRIED_SECONDS);
    let ends = |p: &Plan| p.locale == plan.locale && p.verb() == PlanVerb::Unpublish && p.failure.is_none() && p.at <= soon;
    Ok(plan.verb() == PlanVerb::Publish && store::plans::of(tx, &[plan.article_id])?.into_values().flatten().any(|p| ends(&p)))
}

/// Put off what failed through a fault of the server, later each time; false for what was refused, may not wait, or has failed too often.
pub(super) fn put_off<T>(tx: &mut Tx<'_>, kind: Kind, id: Id<T>, refusal: &Error, may_wait: bool) -> Result<bool, Error> {
    if may_wait
        && let (Error::Internal(_), Some(why)) = (refusal, refusal.for_the_log())
        && store::jobs::fail(tx, kind, id, &why)? < TRIES
    {
        return Ok(true);
    }
    store::jobs::forget(tx, kind, id)?;
    Ok(false)
}

/// Why something could not be carried out, for those who planned it.
pub(super) fn why(refusal: &Error) -> String {
    match refusal {
        Error::Forbidden(action) => format!("who planned it may not do so any more: this needs the permission {action}"),
        Error::Invalid(all) => all.iter().map(|v| format!("{}: {}", v.pointer, v.detail)).collect::<Vec<_>>().join("; "),
        other => other.to_string(),
    }
}

/// Carry out one plan, in the name of who planned it.
///
/// # Errors
/// What it is refused for; [`Error::Busy`] for an end whose beginning is still to come.
pub(super) fn carry_out_one(tx: &mut Tx<'_>, permit: &Permit<Publish>, plan: &Plan) -> Result<(), Error> {
    let revisions = plan.intent.revisions();
    let meant: Vec<_> =
        revisions.map(|revisions| Item { article_id: plan.article_id, locale: plan.locale.clone(), revisions }).into_iter().collect();
    let mut found = store::stories::load(tx, &permit.visibility(), [plan.article_id], &meant, Hold::IfFree)?;
    let story = found.remove(&plan.article_id).ok_or(Error::NotFound("article"))?;
    let masthead = store::site::masthead(tx)?;
    let effects = story.carry_out(plan, tx.now(), masthead.site.review)?;
    let part = |story: Story| story.words([(&plan.locale, revisions)]);
    if revisions.is_some() {
        let part = in_the_name_of::<Publish>(tx, permit.caller(), plan.planned_by)?.over(part(story))?;
        return bring_about(tx, &masthead, part, &effects).map(drop);
    }
    let part = in_the_name_of::<Unpublish>(tx, permit.caller(), plan.planned_by)?.over(part(story))?;
    store::stories::apply(tx, part, &effects, Vec::new()).map(drop)
}
