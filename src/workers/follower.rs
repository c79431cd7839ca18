//! The follower of the change log: drops from the newsstand what other processes have changed.
//!
//! What this process commits is dropped before it is acknowledged. What another instance, an import or a command commits is heard of on
//! `PostgreSQL` by a notification, and found by looking where there is none: on `SQLite`, and whenever the listening connection is lost.

use std::{sync::Arc, time::Duration};

use super::Worker;
use crate::{
    delivery::newsstand::Newsstand,
    domain::Error,
    store::{self, Listener, dialect::Engine},
};

/// How often it asks whether anything was told, which costs no round trip.
const ASKS: Duration = Duration::from_millis(10);
/// How often it looks into the log although nothing was told.
const LOOKS: Duration = Duration::from_millis(100);
/// Looks after which a lost connection is opened again.
const RECONNECT: u32 = 10;
/// Changes after which everything is dropped rather than what each of them touches.
const MOST: i64 = 1_000;

/// A place in the change log, and the newsstand that is kept up with it.
#[derive(Debug)]
pub struct Follower {
    newsstand: Arc<Newsstand>,
    seq: i64,
}

impl Follower {
    /// Follow the log from its present end.
    ///
    /// # Errors
    /// [`Error::Busy`] and [`Error::Internal`] when the database fails.
    pub fn new(newsstand: Arc<Newsstand>) -> Result<Self, Error> {
        let seq = newsstand.store().read_now(store::changes::last)?;
        let mut follower = Self { newsstand, seq };
        follower.look_ahead()?;
        Ok(follower)
    }

    /// Read what is new, and drop what it touches; how many changes there were.
    ///
    /// # Errors
    /// [`Error::Busy`] and [`Error::Internal`] when the database fails; the same changes are read again then.
    pub fn follow(&mut self) -> Result<usize, Error> {
        let from = self.seq;
        let (count, last, touched) = self.newsstand.store().read_now(|tx| {
            let last = store::changes::last(tx)?;
            if last == from {
                return Ok((0, from, None));
            }
            if last.saturating_sub(from) > MOST {
                return Ok((usize::try_from(last.saturating_sub(from)).unwrap_or(usize::MAX), last, None));
            }
            let logged = store::changes::after(tx, from, MOST)?;
            let last = logged.last().map_or(from, |l| l.seq);
            let touched = store::changes::touched(tx, logged.iter().map(|l| &l.change))?;
            Ok((logged.len(), last, Some(touched)))
        })?;
        match touched {
            Some(touched) => self.newsstand.drop_touched(last, &touched),
            None if count > 0 => self.newsstand.drop_all(last),
            None => {}
        }
        self.newsstand.note_behind(u64::try_from(count).unwrap_or(u64::MAX));
        self.seq = last;
        if count > 0 {
            self.look_ahead()?;
        }
        Ok(count)
    }

    /// Note when something is next due to change, so that nobody keeps an answer beyond it.
    fn look_ahead(&mut self) -> Result<(), Error> {
        let next = self.newsstand.store().read_now(|tx| Ok([store::plans::next(tx)?, store::releases::next(tx)?]))?;
        self.newsstand.note_due(next.into_iter().flatten().min());
        Ok(())
    }
}

/// Follow the log for as long as the worker lives.
///
/// # Errors
/// [`Error::Internal`] when the database or the system fails at the start.
pub fn start(newsstand: Arc<Newsstand>) -> Result<Worker, Error> {
    let store = newsstand.store().clone();
    let mut follower = Follower::new(newsstand)?;
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
            follower.follow()?;
        }
        Ok(())
    })
}
