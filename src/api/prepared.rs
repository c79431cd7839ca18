//! Writing with verbs that publish: what they need of bodies is made where it keeps nobody waiting (see `domain::ahead`).

use std::sync::Arc;

use tokio::sync::Semaphore;

use super::computing::compute;
use crate::{
    access::Actor,
    desk,
    domain::{
        Error,
        ahead::{Ahead, ROUNDS},
    },
    store::{Store, Tx},
};

/// One at a time holds what was rendered for it, and the others hold nothing yet.
static PLACE: Semaphore = Semaphore::const_new(1);

/// Write with a verb, which is run again when it needs what was not at hand.
///
/// # Errors
/// Those of the verb; [`Error::Busy`] when it needs something else each time.
pub(in crate::api) async fn write<T, A, F>(store: &Store, actor: A, verb: F) -> Result<T, Error>
where
    T: Send + 'static,
    A: Actor + Clone + Send + 'static,
    F: Fn(&mut Tx<'_>, A) -> Result<T, Error> + Send + Sync + 'static,
{
    let (verb, ahead) = (Arc::new(verb), Arc::<Ahead>::default());
    let run = || {
        let (verb, ahead) = (verb.clone(), ahead.clone());
        store.write(actor.clone(), move |tx, actor| desk::ahead::run(tx, &ahead, |tx| verb(tx, actor)))
    };
    let first = run().await;
    if !is_to_be_run_again(&first, &ahead) {
        return first;
    }
    let mut place = None;
    for _ in 1..ROUNDS {
        if place.is_none() && ahead.is_to_render() {
            place = Some(PLACE.acquire().await.map_err(Error::internal)?);
        }
        // One thing after the other, so that others who compute come between.
        while {
            let (store, ahead) = (store.clone(), ahead.clone());
            compute(move || desk::ahead::make_next(&store, &ahead)).await?
        } {}
        let done = run().await;
        if !is_to_be_run_again(&done, &ahead) {
            return done;
        }
    }
    Err(Error::Busy)
}

fn is_to_be_run_again<T>(done: &Result<T, Error>, ahead: &Ahead) -> bool {
    matches!(done, Err(Error::Busy)) && ahead.has_missed()
}
