//! Rehearsals: what readers will be shown at an instant to come, when nothing else is published or planned until then.
//!
//! **Context.** A page is made of much: stories at their slots and in lists, those beside them, addresses, alternates, menus that lead to what is live. What a plan does to
//! all of that is known in one place, which is publishing. **Decision.** What is planned until an instant is carried out, in its order and each at its own instant, by
//! what the scheduler carries it out with; then whatever is asked for is made, as of that instant and as for readers; then all of it is undone, in the very transaction. What whoever
//! asks does not see of plans and releases is left out, and so is what would be refused. **Consequence.** A preview shows what will be there, not what somebody thought would
//! be. It takes a writer for as long as it lasts, so that what it carries out is bounded: of plans and of releases the hundred that come first, within the write timeout.

use std::collections::BTreeMap;

use super::{
    releases::publish_in_name,
    scheduling::{carry_out_one, why},
};
use crate::{
    access::{
        Caller, Permit, System,
        action::{Publish, ReadArticle},
    },
    domain::{
        Error, Instant,
        article::ArticleId,
        page::Paging,
        plan::{Plan, PlanVerb},
        release::{Item, Release},
    },
    store::{self, Tx, stories::Hold},
};

/// Releases that are carried out at most; of plans it is a page.
const RELEASES: i64 = 100;
/// Stories that are held at once: a statement names each of them some times.
const HELD_AT_ONCE: usize = 1_000;

/// What is to be done at an instant.
enum Step {
    Release(Release),
    Plan(Plan),
}

impl Step {
    /// The words that it is about.
    fn items(&self) -> Vec<Item> {
        match self {
            Self::Release(release) => release.items.clone(),
            Self::Plan(plan) => {
                let item = |revisions| Item { article_id: plan.article_id, locale: plan.locale.clone(), revisions };
                plan.intent.revisions().map(item).into_iter().collect()
            }
        }
    }
}

/// What `show` makes when all is done that whoever asks sees of what is planned until an instant, which is the present to it. Nothing of it is kept.
///
/// # Errors
/// Those of `show`; what [passes](Error::passes), such as [`Error::TookTooLong`]; [`Error::Internal`] when the database fails.
pub fn at<T>(
    tx: &mut Tx<'_>,
    permit: &Permit<ReadArticle>,
    at: Instant,
    show: impl FnOnce(&mut Tx<'_>) -> Result<T, Error>,
) -> Result<T, Error> {
    tx.rehearse(|tx| {
        // Whoever has waited for the writer meanwhile is shown what is there now.
        let at = at.max(tx.now());
        let steps = due(tx, permit, at)?;
        let scheduler = Permit::try_from(Caller::system(System::Scheduler))?;
        hold(tx, &scheduler, &steps)?;
        let now = tx.now();
        for (due, step) in steps {
            tx.pass_to(due.max(now))?;
            carry_out(tx, &scheduler, &step)?;
        }
        tx.pass_to(at)?;
        show(tx)
    })
}

/// What is to be done until an instant, in the order of the scheduler: at the same instant releases before plans.
fn due(tx: &mut Tx<'_>, permit: &Permit<ReadArticle>, until: Instant) -> Result<Vec<(Instant, Step)>, Error> {
    let visibility = permit.visibility();
    let mut steps = Vec::new();
    for release in store::releases::until(tx, &visibility, until, RELEASES)? {
        steps.extend(release.publish_at.map(|at| (at, Step::Release(release))));
    }
    let waiting = store::plans::Filter { failed: Some(false), ..store::plans::Filter::default() };
    let plans = store::plans::page(tx, &visibility, &waiting, Paging::first())?.items;
    steps.extend(plans.into_iter().filter(|plan| plan.at <= until).map(|plan| (plan.at, Step::Plan(plan))));
    // It keeps the order of what is due at once.
    steps.sort_by_key(|(at, _)| *at);
    Ok(steps)
}

/// Hold all stories that are carried out, at first and in the order in which everybody does: whoever changes one is waited for, and none is left out for that.
fn hold(tx: &mut Tx<'_>, scheduler: &Permit<Publish>, steps: &[(Instant, Step)]) -> Result<(), Error> {
    let mut meant: BTreeMap<ArticleId, Vec<Item>> = BTreeMap::new();
    for (_, step) in steps {
        if let Step::Plan(plan) = step {
            meant.entry(plan.article_id).or_default();
        }
        step.items().into_iter().for_each(|item| meant.entry(item.article_id).or_default().push(item));
    }
    let meant: Vec<_> = meant.into_iter().collect();
    for some in meant.chunks(HELD_AT_ONCE) {
        let items: Vec<Item> = some.iter().flat_map(|(_, items)| items.iter().cloned()).collect();
        store::stories::load(tx, &scheduler.visibility(), some.iter().map(|(id, _)| *id), &items, Hold::Waiting)?;
    }
    Ok(())
}

/// Do one thing, or keep why it is refused, as the scheduler does.
fn carry_out(tx: &mut Tx<'_>, scheduler: &Permit<Publish>, step: &Step) -> Result<(), Error> {
    match step {
        Step::Release(release) => match tx.attempt(|tx| publish_in_name(tx, scheduler, release.clone())) {
            Err(passing) if passing.passes() => Err(passing),
            Err(refusal) => {
                super::log_if_ours(&refusal, "a release could not be rehearsed");
                Ok(())
            }
            Ok(_) => Ok(()),
        },
        Step::Plan(planned) => {
            // What was done before may have taken it back.
            let plans = store::plans::of(tx, &[planned.article_id])?.remove(&planned.article_id).unwrap_or_default();
            let Some(plan) = plans.iter().find(|plan| plan.id == planned.id) else { return Ok(()) };
            let begins = |other: &Plan| other.locale == plan.locale && other.verb() == PlanVerb::Publish;
            match tx.attempt(|tx| carry_out_one(tx, scheduler, plan)) {
                // An end waits for its beginning.
                Err(Error::Busy) if plan.verb() == PlanVerb::Unpublish && plans.iter().any(begins) => Ok(()),
                Err(passing) if passing.passes() => Err(passing),
                Err(refusal) => {
                    super::log_if_ours(&refusal, "a plan could not be rehearsed");
                    store::plans::fail(tx, plan, &why(&refusal))
                }
                Ok(()) => Ok(()),
            }
        }
    }
}
