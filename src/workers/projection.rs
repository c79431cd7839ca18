//! Projections: whatever follows the change log, such as the response cache, and the caches on the way to readers.
//!
//! The change log is the outbox. A projection has a place in it, which moves on once the changes up to there are applied; until then they are
//! applied again. One that every process has for itself keeps its place in memory. One that is the same for all is carried on by one instance
//! at a time, under a lease, so that it hears of changes in their order; its place is kept in the database ([`store::jobs`]).

use std::{
    collections::VecDeque,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicI64, Ordering},
    },
};

use crate::{
    access::Bookkeeping,
    domain::{Error, Instant},
    store::{
        self, Store, Tx,
        changes::{Lag, Span},
    },
};

/// What follows the change log.
pub trait Projection {
    /// What is to be done about some changes.
    type Work;

    /// The name that it is known by in the log of the server; tells no secret.
    fn shown(&self) -> String;

    /// Read what is to be done about some changes, in the snapshot that they were read in.
    ///
    /// # Errors
    /// [`Error::Internal`] when the database fails.
    fn read(&self, tx: &mut Tx<'_>, span: &Span) -> Result<Self::Work, Error>;

    /// Do it. The same may come again, and must do no harm then.
    ///
    /// # Errors
    /// Whatever keeps it from being done; the same changes come again then.
    fn apply(&self, span: &Span, work: Self::Work) -> Result<(), Error>;
}

/// Where a projection keeps its place.
#[derive(Debug)]
enum Place {
    Memory(AtomicI64),
    Leased(Shared),
}

/// How a projection that is the same for all instances is carried on.
#[derive(Debug)]
pub struct Shared {
    /// What its place is kept under.
    pub name: String,
    /// Seconds for which one instance takes it upon itself; more than applying changes may take.
    pub lease: i64,
    /// Seconds after which the same changes are applied once more; not at all, when absent.
    pub once_more: Option<i64>,
}

/// Carries a projection on.
#[derive(Debug)]
pub struct Runner<P> {
    store: Store,
    projection: P,
    place: Place,
    once_more: Mutex<VecDeque<RepeatedPurge>>,
}

/// What is to be applied once more, and when: the changes after one up to another.
#[derive(Debug, Clone, Copy)]
struct RepeatedPurge {
    at: Instant,
    after: i64,
    last: i64,
}

impl<P: Projection> Runner<P> {
    /// Carry on what this process has for itself, from the present end of the log.
    ///
    /// # Errors
    /// [`Error::Busy`] and [`Error::Internal`] when the database fails.
    pub fn of_this_process(store: Store, projection: P) -> Result<Self, Error> {
        let (span, work) = store.read_now(|tx| {
            let last = store::changes::last(tx)?;
            let span = store::changes::span(tx, last, last)?;
            Ok((span.clone(), projection.read(tx, &span)?))
        })?;
        projection.apply(&span, work)?;
        Ok(Self { store, projection, place: Place::Memory(AtomicI64::new(span.last)), once_more: Mutex::default() })
    }

    /// Carry on what is the same for all instances, from where it was; from the present end of the log when it is new. It may have been kept
    /// under a former name.
    ///
    /// # Errors
    /// [`Error::Busy`] and [`Error::Internal`] when the database fails.
    pub fn shared(store: Store, projection: P, shared: Shared, former_name: &str) -> Result<Self, Error> {
        store.write_now(&Bookkeeping, |tx| store::jobs::enrol(tx, &shared.name, former_name))?;
        Ok(Self { store, projection, place: Place::Leased(shared), once_more: Mutex::default() })
    }

    /// Carry on what this process has for itself, and keeps the place of.
    pub fn from_place(store: Store, projection: P, place: i64) -> Self {
        Self { store, projection, place: Place::Memory(AtomicI64::new(place)), once_more: Mutex::default() }
    }

    /// Of what this process has for itself, apply what is new up to a change; how many changes that were.
    ///
    /// # Errors
    /// As [`Self::run`].
    pub fn run_up_to(&self, until: i64) -> Result<usize, Error> {
        let Place::Memory(place) = &self.place else { return self.run() };
        let span = self.carry_on(place.load(Ordering::Relaxed), until)?;
        place.store(span.last, Ordering::Relaxed);
        Ok(count(&span))
    }

    /// What is carried on.
    pub fn projection(&self) -> &P {
        &self.projection
    }

    /// Apply what is new; how many changes that were.
    ///
    /// # Errors
    /// [`Error::Busy`] and [`Error::Internal`] when the database fails; what this process has for itself also fails with those of
    /// [`Projection::apply`]. The same changes come again then.
    pub fn run(&self) -> Result<usize, Error> {
        match &self.place {
            Place::Memory(_) => self.run_up_to(i64::MAX),
            Place::Leased(shared) => {
                self.repeat(shared);
                self.run_leased(shared)
            }
        }
    }

    fn run_leased(&self, shared: &Shared) -> Result<usize, Error> {
        let name = &shared.name;
        if !self.store.read_now(|tx| store::jobs::is_due(tx, name))? {
            return Ok(0);
        }
        let until = self.store.now().plus_seconds(shared.lease);
        let Some(lease) = self.store.write_now(&Bookkeeping, |tx| store::jobs::lease(tx, name, until))? else { return Ok(0) };
        match self.carry_on(lease.place, i64::MAX) {
            Ok(span) => {
                self.store.write_now(&Bookkeeping, |tx| store::jobs::applied(tx, name, lease, span.last))?;
                if let Some(seconds) = shared.once_more {
                    let at = self.store.now().plus_seconds(seconds);
                    self.waiting(|all| all.push_back(RepeatedPurge { at, after: span.after, last: span.last }));
                }
                Ok(count(&span))
            }
            Err(error) => {
                let why = error.for_the_log().unwrap_or_else(|| error.to_string());
                let wait = self.store.write_now(&Bookkeeping, |tx| store::jobs::put_off(tx, name, lease, &why))?;
                tracing::warn!(projection = self.projection.shown(), attempts = lease.attempts, wait, why, "changes could not be applied");
                Ok(0)
            }
        }
    }

    /// How far it is behind the log.
    ///
    /// # Errors
    /// [`Error::Busy`] and [`Error::Internal`] when the database fails.
    pub fn lag(&self) -> Result<Lag, Error> {
        self.store.read_now(|tx| {
            let place = match &self.place {
                Place::Memory(place) => place.load(Ordering::Relaxed),
                Place::Leased(shared) => store::jobs::place(tx, &shared.name)?,
            };
            store::changes::lag(tx, place)
        })
    }

    /// Apply the changes after one, up to another.
    fn carry_on(&self, after: i64, until: i64) -> Result<Span, Error> {
        let read = self.store.read_now(|tx| {
            let span = store::changes::span(tx, after, until)?;
            let work = if span.last > after { Some(self.projection.read(tx, &span)?) } else { None };
            Ok((span, work))
        });
        let (span, work) = read?;
        work.map_or(Ok(()), |work| self.projection.apply(&span, work))?;
        Ok(span)
    }

    /// Apply once more what was applied some seconds ago.
    fn repeat(&self, shared: &Shared) {
        let Some(seconds) = shared.once_more else { return };
        let now = self.store.now();
        while let Some(due) = self.waiting(|all| all.pop_front_if(|next| next.at <= now)) {
            if let Err(error) = self.carry_on(due.after, due.last) {
                let why = error.for_the_log().unwrap_or_else(|| error.to_string());
                tracing::warn!(projection = self.projection.shown(), why, "changes could not be applied once more");
                self.waiting(|all| all.push_back(RepeatedPurge { at: now.plus_seconds(seconds), ..due }));
            }
        }
    }

    fn waiting<T>(&self, f: impl FnOnce(&mut VecDeque<RepeatedPurge>) -> T) -> T {
        f(&mut self.once_more.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

fn count(span: &Span) -> usize {
    usize::try_from(span.last.saturating_sub(span.after)).unwrap_or(usize::MAX)
}
