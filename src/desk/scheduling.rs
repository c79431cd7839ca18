//! Publishing and ending at an instant.
//!
//! **Context.** A story is approved in the afternoon and is to be public at six in the morning; until then its authors go on
//! writing. **Decision.** A plan names the very revisions of words and facts that were there when it was made, and the scheduler
//! publishes those, in the transaction that takes the plan away. **Consequence.** Nothing goes out that nobody looked at, and with any
//! number of instances and crashes each plan is carried out once. An embargo is the earliest start of any edition:
//! publishing under one plans for its end, and what was planned for an earlier instant is put off when one is set.
//!
//! What is planned is carried out in the name of who planned it, as they stand then: who has lost the right meanwhile, or is suspended, or
//! whose story was filed elsewhere, makes nothing public and ends nothing. Such a plan is kept with the reason, and whoever may do it plans
//! it again in their own name. Without a planner, a plan is the importer's.

use super::publishing::{Which, chosen, make_live, over_frozen, revision, standing};
use crate::{
    access::{
        Action, Caller, Permit,
        action::{Publish, Schedule, Unpublish},
    },
    domain::{
        Error, Id, Instant, Locale, Version,
        ahead::Depth,
        article::Article,
        plan::{Plan, PlanVerb},
        site::Review,
        standing::Verb,
        translation::Copy,
        user::User,
    },
    store::{self, Tx},
};

/// What is to happen, and when.
#[derive(Debug, Clone)]
pub struct Order {
    /// To which locales.
    pub which: Which,
    /// When they become public.
    pub publish_at: Option<Instant>,
    /// When that ends.
    pub unpublish_at: Option<Instant>,
    /// Whether the publication is a minor one.
    pub minor: bool,
}

/// Plan a publication of some locales, its end, or both; in the place of what was planned of the kind.
///
/// # Errors
/// [`Error::Forbidden`] for whoever may not publish, or end, what they plan; [`Error::Stale`]; [`Error::Invalid`] for instants that have passed, do not follow each other, or lie before the end of an embargo;
/// [`Error::Conflict`] with the codes of [`crate::domain::standing::Standing::after`].
pub fn schedule(tx: &mut Tx<'_>, permit: Permit<Schedule>, id: Id<Article>, expected: Version, order: Order) -> Result<Article, Error> {
    store::articles::hold(tx, id)?;
    let article = store::articles::find(tx, &permit.visibility(), id)?;
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
    let strict = store::site::masthead(tx)?.site.review == Review::Required;
    let mut copies = Vec::new();
    for (copy, version) in chosen(tx, &article, order.which)? {
        copies.push((permit.over(copy)?, version));
    }
    super::articles::expect(tx, &article, expected)?;
    if let (Some(at), Some(embargo)) = (order.publish_at, article.facts.embargo_until.filter(|at| *at > tx.now()))
        && at < embargo
    {
        return Err(Error::invalid("#/publish_at", "embargoed", format!("nothing of this article is public before {embargo}")));
    }
    for (copy, version) in copies {
        if let Some(version) = version {
            super::translations::expect(tx, copy.get(), version)?;
        }
        let mut now = standing(tx, copy.get())?;
        if let Some(at) = order.publish_at {
            if order.unpublish_at.is_some() {
                now.end = None;
            }
            now = now.after(Verb::Start(at), tx.now(), strict).map_err(|e| e.under("#/publish_at"))?;
            super::ahead::derived(tx, &revision(copy.get()), Depth::Look)?.pass()?;
            store::plans::set(tx, &copy, PlanVerb::Publish, at, order.minor)?;
        }
        if let Some(at) = order.unpublish_at {
            now.after(Verb::End(at), tx.now(), strict).map_err(|e| e.under("#/unpublish_at"))?;
            store::plans::set(tx, &copy, PlanVerb::Unpublish, at, order.minor)?;
        }
    }
    Ok(article)
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
) -> Result<Article, Error> {
    store::articles::hold(tx, id)?;
    let article = store::articles::find(tx, &permit.visibility(), id)?;
    let planned = store::plans::of(tx, &[id])?.remove(&id).unwrap_or_default();
    let shown = planned.iter().map(|p| &p.locale).filter(|l| article.shows(l));
    let mut chosen = locales.unwrap_or_else(|| shown.cloned().collect());
    chosen.sort();
    chosen.dedup();
    let mut copies = Vec::new();
    for locale in &chosen {
        let translation = super::translations::bare(tx, &article, locale)?;
        copies.push(permit.over(Copy { article: article.clone(), translation })?);
    }
    super::articles::expect(tx, &article, expected)?;
    let nothing = |detail: String| Err(Error::Conflict { code: "not-scheduled", detail });
    if copies.is_empty() {
        return nothing("nothing is scheduled".to_owned());
    }
    for copy in copies {
        if !store::plans::cancel(tx, &copy, None)? {
            return nothing(format!("nothing is scheduled in `{}`", copy.get().translation.locale));
        }
    }
    Ok(article)
}

/// Carry out what is due, at most so many plans; how many there were.
///
/// # Errors
/// What [passes](Error::passes), and [`Error::Internal`] when not even a failure can be kept; then nothing was done.
pub fn carry_out(tx: &mut Tx<'_>, permit: Permit<Publish>, limit: i64) -> Result<usize, Error> {
    let due = store::plans::claim(tx, limit)?;
    for plan in &due {
        match tx.attempt(|tx| carry_out_one(tx, &permit, plan)) {
            Ok(()) => {}
            Err(passing) if passing.passes() => return Err(passing),
            Err(refusal) => {
                super::log_if_ours(&refusal, "a plan could not be carried out");
                store::plans::fail(tx, plan, permit.caller(), &why(&refusal))?;
            }
        }
    }
    Ok(due.len())
}

/// Keep of the first plan that is due that it takes longer than a writer is held; how many there were.
///
/// # Errors
/// [`Error::Internal`] when that cannot be kept.
pub fn give_up(tx: &mut Tx<'_>, permit: Permit<Publish>) -> Result<usize, Error> {
    let due = store::plans::claim(tx, 1)?;
    for plan in &due {
        store::plans::fail(tx, plan, permit.caller(), &why(&Error::TookTooLong))?;
    }
    Ok(due.len())
}

/// What the caller may do in the name of who planned it.
///
/// # Errors
/// [`Error::Conflict`] with code `planner-suspended`; [`Error::Forbidden`] when they may not do it anywhere any more.
pub(super) fn in_the_name_of<A: Action>(tx: &mut Tx<'_>, caller: &Caller, planner: Option<Id<User>>) -> Result<Permit<A>, Error> {
    let caller = caller.clone();
    let planner = planner.map(|id| store::users::find(tx, id)).transpose()?;
    Permit::try_from(match planner {
        Some(user) => caller.in_the_name_of(user)?,
        None => caller,
    })
}

/// Why something could not be carried out, for those who planned it.
pub(super) fn why(refusal: &Error) -> String {
    match refusal {
        Error::Forbidden(action) => format!("who planned it may not do so any more: this needs the permission {action}"),
        Error::Invalid(all) => all.iter().map(|v| format!("{}: {}", v.pointer, v.detail)).collect::<Vec<_>>().join("; "),
        other => other.to_string(),
    }
}

fn carry_out_one(tx: &mut Tx<'_>, permit: &Permit<Publish>, plan: &Plan) -> Result<(), Error> {
    let article = store::articles::find(tx, &permit.visibility(), plan.article_id)?;
    if plan.verb == PlanVerb::Publish
        && let Some(embargo) = article.facts.embargo_until.filter(|at| *at > tx.now())
    {
        return store::plans::wait(tx, plan, embargo);
    }
    store::plans::done(tx, plan)?;
    let translation = super::translations::bare(tx, &article, &plan.locale)?;
    let copy = Copy { article, translation };
    match plan.revisions {
        None => {
            let permit: Permit<Unpublish> = in_the_name_of(tx, permit.caller(), plan.planned_by)?;
            let (copy, now) = (permit.over(copy)?, tx.now());
            store::editions::unpublish(tx, &copy, now).map(|_| ())
        }
        Some(of) => {
            if copy.article.withdrawn_at.is_some() {
                return Err(Error::Conflict { code: "withdrawn", detail: "the article was taken down".to_owned() });
            }
            let permit: Permit<Publish> = in_the_name_of(tx, permit.caller(), plan.planned_by)?;
            let (copy, derived) = over_frozen(tx, &permit, copy, of)?;
            let masthead = store::site::masthead(tx)?;
            make_live(tx, &masthead, &copy, &derived.rendering, plan.minor)?;
            super::freshness::note(tx, permit.caller(), &copy.get().article)
        }
    }
}
