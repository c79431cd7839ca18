//! Writing with verbs that publish: what they need of bodies is made where it keeps nobody waiting (see `domain::precomputed`).

use std::sync::Arc;

use tokio::sync::Semaphore;

use super::computing::compute;
use crate::{
    access::Actor,
    desk,
    domain::{
        Error,
        precomputed::{Precomputed, ROUNDS},
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
    let (verb, precomputed) = (Arc::new(verb), Arc::<Precomputed>::default());
    let run = || {
        let (verb, precomputed) = (verb.clone(), precomputed.clone());
        store.write(actor.clone(), move |tx, actor| desk::precomputed::run(tx, &precomputed, |tx| verb(tx, actor)))
    };
    let first = run().await;
    if !is_to_be_run_again(&first, &precomputed) {
        return first;
    }
    let mut place = None;
    for _ in 1..ROUNDS {
        if place.is_none() && precomputed.is_to_render() {
            place = Some(PLACE.acquire().await.map_err(Error::internal)?);
        }
        // One thing after the other, so that others who compute come between.
        while {
            let (store, precomputed) = (store.clone(), precomputed.clone());
            compute(move || desk::precomputed::make_next(&store, &precomputed)).await?
        } {}
        let done = run().await;
        if !is_to_be_run_again(&done, &precomputed) {
            return done;
        }
    }
    Err(Error::Busy)
}

fn is_to_be_run_again<T>(done: &Result<T, Error>, precomputed: &Precomputed) -> bool {
    matches!(done, Err(Error::Busy)) && precomputed.has_missed()
}
