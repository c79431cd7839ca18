//! Taking stories down, lifting that, and erasing words where the law demands it.

use crate::{
    access::{
        Granted, Permit,
        action::{Erase, Withdraw},
    },
    domain::{
        Error, Id, Version,
        article::Article,
        error::Faults,
        takedown::{Step, Takedown},
        text::{limits, line},
    },
    store::{self, Tx},
};

fn step<A, T>(tx: &Tx<'_>, granted: &Granted<A, T>, reason: &str) -> Result<Step, Error> {
    let mut faults = Faults::default();
    let reason = line(&mut faults, "#/reason", reason, limits::REASON);
    faults.or(Step { reason, by: granted.caller().user_id(), at: tx.now() })
}

/// Take an article down, whatever its version where none is expected: gone at once, everywhere, in every language; what is planned for it is
/// taken back.
///
/// # Errors
/// [`Error::Stale`]; [`Error::Invalid`] without a reason; [`Error::Conflict`] with code `withdrawn` when it is down already.
pub fn take(tx: &mut Tx<'_>, permit: Permit<Withdraw>, id: Id<Article>, expected: Option<Version>, reason: &str) -> Result<Article, Error> {
    let story = permit.over(store::stories::find(tx, &permit.visibility(), id)?.whole())?;
    if let Some(expected) = expected {
        super::articles::expect(tx, &story.get().story.article, expected)?;
    }
    let taken = step(tx, &story, reason)?;
    let effects = story.get().story.take_down(taken)?;
    Ok(store::stories::apply(tx, story, &effects, Vec::new())?.article)
}

/// Lift a takedown. Nothing becomes public by that: the desk publishes what it wants to be seen again.
///
/// # Errors
/// [`Error::Stale`]; [`Error::Conflict`] with code `not-withdrawn`, or `erased` when there is nothing left to show.
pub fn lift(tx: &mut Tx<'_>, permit: Permit<Withdraw>, id: Id<Article>, expected: Version, reason: &str) -> Result<Article, Error> {
    let story = permit.over(store::stories::find(tx, &permit.visibility(), id)?.whole())?;
    super::articles::expect(tx, &story.get().story.article, expected)?;
    let lifted = step(tx, &story, reason)?;
    let effects = story.get().story.reinstate(lifted)?;
    unless_erased(tx, &story.get().story.article)?;
    Ok(store::stories::apply(tx, story, &effects, Vec::new())?.article)
}

/// The takedown that stands.
fn in_force(tx: &mut Tx<'_>, article: &Article) -> Result<Takedown, Error> {
    let last = store::takedowns::of(tx, article)?.into_iter().next();
    last.filter(|t| t.lifted.is_none()).ok_or_else(|| Error::Conflict { code: "not-withdrawn", detail: "it was not taken down".to_owned() })
}

/// Nothing, while the words of what was taken down are there.
///
/// # Errors
/// [`Error::Conflict`] with code `not-withdrawn`, or `erased`.
pub(super) fn unless_erased(tx: &mut Tx<'_>, article: &Article) -> Result<(), Error> {
    if in_force(tx, article)?.erased.is_some() {
        return Err(Error::Conflict { code: "erased", detail: "its words were erased".to_owned() });
    }
    Ok(())
}

/// Erase the words of an article that was taken down, from revisions and editions too. There is no way back.
///
/// # Errors
/// [`Error::Stale`]; [`Error::Conflict`] with code `not-withdrawn`, or `erased` when that was done already.
pub fn erase(tx: &mut Tx<'_>, permit: Permit<Erase>, id: Id<Article>, expected: Version, reason: &str) -> Result<Article, Error> {
    store::articles::hold(tx, id)?;
    let found = store::articles::find(tx, &permit.visibility(), id)?;
    let article = super::articles::whole(tx, &permit, found)?;
    super::articles::expect(tx, article.get(), expected)?;
    let erased = step(tx, &article, reason)?;
    unless_erased(tx, article.get())?;
    store::takedowns::erase(tx, &article, &erased)?;
    store::articles::find(tx, &permit.visibility(), id)
}
