//! The follower of the change log: drops from the response cache what other processes have changed.
//!
//! What this process commits is dropped before it is acknowledged. What another instance, an import or a command commits is heard of on
//! `PostgreSQL` by a notification, and found by looking where there is none: on `SQLite`, and whenever the listening connection is lost.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use super::{
    Worker,
    projection::{Projection, Runner},
};
use crate::{
    access::keys::{KeyRing, SealedKey},
    delivery::response_cache::ResponseCache,
    domain::{
        Error, Instant,
        cache_tag::CacheTag,
        change::{Change, Subject},
    },
    store::{self, Listener, Store, Tx, changes::Span, dialect::Engine},
};

/// How often it asks whether anything was told, which costs no round trip.
const ASKS: Duration = Duration::from_millis(10);
/// How often it looks into the log although nothing was told.
const LOOKS: Duration = Duration::from_millis(100);
/// Looks after which a lost connection is opened again.
const RECONNECT: u32 = 10;

/// The response cache, as it follows the log.
impl Projection for Arc<ResponseCache> {
    /// What is touched, or everything; and when something is next due to change, so that nobody keeps an answer beyond it.
    type Work = (Option<BTreeSet<CacheTag>>, Option<Instant>);

    fn shown(&self) -> String {
        "response cache".to_owned()
    }

    fn read(&self, tx: &mut Tx<'_>, span: &Span) -> Result<Self::Work, Error> {
        let touched = span.changes.as_ref().map(|changes| store::changes::touched(tx, changes)).transpose()?;
        Ok((touched, next_due(tx)?))
    }

    fn apply(&self, span: &Span, (touched, due): Self::Work) -> Result<(), Error> {
        match touched {
            Some(touched) => self.drop_touched(span.last, &touched),
            None => self.drop_all(span.last),
        }
        self.note_due(due);
        Ok(())
    }
}

/// The signing keys, as they follow the log: others are made and revoked by other instances, and by commands.
impl Projection for Arc<KeyRing> {
    /// All of them, where any may be others than before.
    type Work = Option<Vec<SealedKey>>;

    fn shown(&self) -> String {
        "signing keys".to_owned()
    }

    fn read(&self, tx: &mut Tx<'_>, span: &Span) -> Result<Self::Work, Error> {
        let of_keys = |changes: &Vec<Change>| changes.iter().any(|change| change.subject == Subject::SigningKey);
        // At the start there are no changes to look at, and what the ring was opened with may be of before.
        let is_start = span.last == span.after;
        (is_start || span.changes.as_ref().is_none_or(of_keys)).then(|| store::keys::all(tx)).transpose()
    }

    fn apply(&self, _: &Span, kept: Self::Work) -> Result<(), Error> {
        kept.map_or(Ok(()), |kept| self.take(&kept))
    }
}

/// Keep the signing keys up with the log from its present end.
///
/// # Errors
/// [`Error::Busy`] and [`Error::Internal`] when the database fails.
pub fn keys_runner(store: Store, keys: Arc<KeyRing>) -> Result<Runner<Arc<KeyRing>>, Error> {
    Runner::of_this_process(store, keys)
}

/// Keep a response cache up with the log from its present end.
///
/// # Errors
/// [`Error::Busy`] and [`Error::Internal`] when the database fails.
pub fn runner(response_cache: Arc<ResponseCache>) -> Result<Runner<Arc<ResponseCache>>, Error> {
    Runner::of_this_process(response_cache.store().clone(), response_cache)
}

/// When something is next due to change.
fn next_due(tx: &mut Tx<'_>) -> Result<Option<Instant>, Error> {
    Ok([store::plans::next(tx)?, store::releases::next(tx)?].into_iter().flatten().min())
}

/// Drop what has changed since the last time, and note how much that was; how many changes.
///
/// # Errors
/// Those of [`Runner::run`].
pub fn follow(runner: &Runner<Arc<ResponseCache>>) -> Result<usize, Error> {
    let (count, cache) = (runner.run()?, runner.projection());
    // What was due is done, or was put off, of which the log tells nothing.
    if cache.due().is_some_and(|at| at <= cache.store().now()) {
        cache.note_due(cache.store().read_now(next_due)?);
    }
    cache.note_behind(u64::try_from(count).unwrap_or(u64::MAX));
    Ok(count)
}

/// Follow the log for as long as the worker lives.
///
/// # Errors
/// [`Error::Internal`] when the database or the system fails at the start.
pub fn start(response_cache: Arc<ResponseCache>, keys: Arc<KeyRing>) -> Result<Worker, Error> {
    let store = response_cache.store().clone();
    let (runner, keys) = (runner(response_cache)?, keys_runner(store.clone(), keys)?);
    // One place in the log tells whether there is anything for the other.
    let mut is_behind = false;
    let mut listener: Option<Listener> = None;
    let tells = store.engine() == Engine::Postgres;
    let (every, asks) = if tells { (ASKS, 10) } else { (LOOKS, 1) };
    let mut rounds = 0u32;
    Worker::start("follower", every, move || {
        if tells && listener.is_none() && rounds.is_multiple_of(asks * RECONNECT) {
            listener =
                store.listen().inspect_err(|error| tracing::warn!(%error, "nobody tells of changes; looking for them")).ok().flatten();
        }
        let told = match listener.as_mut().map(Listener::was_told) {
            Some(Ok(told)) => told,
            Some(Err(error)) => {
                tracing::warn!(%error, "the connection that tells of changes was lost; looking for them until it is back");
                listener = None;
                true
            }
            None => false,
        };
        rounds = rounds.wrapping_add(1);
        if told || rounds.is_multiple_of(asks) {
            // What has failed on the way may have read on already.
            let followed = follow(&runner);
            is_behind |= !matches!(followed, Ok(0));
            followed?;
        }
        if is_behind {
            keys.run()?;
            is_behind = false;
        }
        Ok(())
    })
}
