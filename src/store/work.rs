//! Work in a transaction, from its beginning to its commit.

use std::{collections::BTreeSet, sync::Weak};

use super::{
    Store, Tx, changes,
    connections::Pooled,
    dialect::{self, Conn, Engine, Use},
    group_commit::GroupedWrite,
    write_timeout::{self, ActiveWrite, WriteDurations, WriteRequest},
};
use crate::domain::{Error, write_transaction};

/// How often a transaction is carried out, if the database undoes it every time.
pub(super) const TRIES: u32 = 3;

/// Why a transaction was not kept.
struct Undone {
    error: Error,
    /// Whether nothing of it has happened, for certain, and the same may well succeed at once.
    again: bool,
}

impl From<Error> for Undone {
    fn from(error: Error) -> Self {
        Self { error, again: false }
    }
}

/// A connection in a transaction: its own, or one that a group shares.
pub(super) enum Session<'s> {
    Own(Pooled, Option<ActiveWrite>),
    Shared(GroupedWrite<'s>),
}

impl Session<'_> {
    pub(super) fn conn(&mut self) -> &mut Conn {
        match self {
            Self::Own(pooled, _) => &mut pooled.conn,
            Self::Shared(grouped) => grouped.conn(),
        }
    }

    /// Whether what was written may be kept: not when it took too long, or nobody waits for it any more.
    fn may_be_kept(&self) -> Result<(), Error> {
        let active = match self {
            Self::Own(_, active) => active.as_ref(),
            Self::Shared(grouped) => Some(grouped.active()),
        };
        Ok(active.map_or(Ok(()), |active| active.timer.ask())?)
    }

    /// End it. Of a commit, whatever fails may have happened, unless the database says that it undid it.
    fn close(self, keep: bool, purpose: Use) -> Result<(), Undone> {
        match self {
            Self::Own(mut pooled, _holding) => {
                let ended = dialect::end(&mut pooled.conn, keep);
                let again = purpose == Use::Read || (pooled.conn.is_undone() && !pooled.conn.is_lost());
                if ended.is_ok() {
                    pooled.give_back();
                }
                ended.map_err(|error| Undone { error: error.into(), again })
            }
            Self::Shared(grouped) => Ok(grouped.end(keep)?),
        }
    }

    pub(super) fn end(self, keep: bool) -> Result<(), Error> {
        self.close(keep, Use::Read).map_err(|undone| undone.error)
    }
}

impl Store {
    /// Begin to write for somebody, or to read.
    pub(super) fn begin(&self, request: Option<&WriteRequest>) -> Result<Session<'_>, Error> {
        let session = match (request, self.0.engine) {
            (Some(request), Engine::Sqlite) => Session::Shared(self.0.write_queue.enter(&self.0.writers, request)?),
            (Some(request), Engine::Postgres) => {
                let mut active = None;
                let mut pooled = self.0.writers.begin(|| active = Some(self.0.active_writes.begin(request)))?;
                if let Some(active) = &active {
                    active.begins();
                    pooled.conn.timed_by(Some(active.timer.clone()));
                }
                Session::Own(pooled, active)
            }
            (None, _) => Session::Own(self.0.readers.begin(|| {})?, None),
        };
        self.0.responsiveness.answered();
        Ok(session)
    }

    /// Carry out work in a transaction: somebody's who writes, or a reader's. What the database undoes is carried out again, a few times.
    pub(super) fn run<T>(&self, request: Option<&WriteRequest>, mut f: impl FnMut(&mut Tx<'_>) -> Result<T, Error>) -> Result<T, Error> {
        for _ in 1..TRIES {
            match self.run_once(request, &mut f) {
                Err(Undone { error, again: true }) if request.is_none_or(WriteRequest::is_waited_for) => {
                    tracing::info!(operation = &*write_timeout::operation(), %error, "the database has undone a transaction, which is carried out again");
                }
                outcome => return outcome.map_err(|undone| undone.error),
            }
        }
        self.run_once(request, &mut f).map_err(|undone| undone.error)
    }

    /// The same for what cannot be carried out again.
    pub(super) fn run_only_once<T>(
        &self,
        request: Option<&WriteRequest>,
        f: impl FnOnce(&mut Tx<'_>) -> Result<T, Error>,
    ) -> Result<T, Error> {
        self.run_once(request, &mut once(f)).map_err(|undone| undone.error)
    }

    fn run_once<T>(&self, request: Option<&WriteRequest>, f: &mut impl FnMut(&mut Tx<'_>) -> Result<T, Error>) -> Result<T, Undone> {
        let done = self.carry_out(request, f);
        if let (Err(undone), Some(_)) = (&done, request) {
            self.0.write_health.note(self.0.engine, &undone.error);
        }
        done
    }

    fn carry_out<T>(&self, request: Option<&WriteRequest>, f: &mut impl FnMut(&mut Tx<'_>) -> Result<T, Error>) -> Result<T, Undone> {
        let purpose = if request.is_some() { Use::Write } else { Use::Read };
        let mut session = self.begin(request)?;
        let mut tx = Tx::new(session.conn(), self.now(), &*self.0.entropy);
        tx.liveness = self.0.liveness.number();
        tx.caller = request.and_then(|request| request.caller.clone());
        let watcher = self.0.watcher.get().filter(|_| purpose == Use::Write).and_then(Weak::upgrade);
        let mark = (purpose == Use::Write).then(write_transaction::mark);
        let done = f(&mut tx).and_then(|value| {
            let touched = if watcher.is_some() { changes::touched_by(&mut tx)? } else { BTreeSet::new() };
            Ok((value, touched, changes::number(&mut tx)?))
        });
        drop(mark);
        match done.and_then(|done| session.may_be_kept().map(|()| done)) {
            Ok((value, touched, numbered)) => {
                let close = || session.close(numbered.keep, purpose);
                match numbered.last {
                    Some(seq) => tracing::info_span!("commit", seq).in_scope(close),
                    None => close(),
                }?;
                self.0.responsiveness.answered();
                if let Some(seq) = numbered.last {
                    self.0.write_health.written();
                    if let Some(watcher) = watcher {
                        watcher.committed(seq, &touched);
                    }
                }
                Ok(value)
            }
            Err(error) => {
                let again = session.conn().is_undone() || session.conn().is_lost();
                if let Err(undone) = session.end(false) {
                    tracing::error!(error = %undone, "a rollback failed");
                }
                Err(Undone { error: purpose.explain(error), again })
            }
        }
    }

    /// What may be carried out once, as something that can be carried out again: of a copy, where a transaction can be undone at all.
    pub(super) fn again<T, F>(&self, f: F) -> impl FnMut(&mut Tx<'_>) -> Result<T, Error> + use<T, F>
    where
        F: FnOnce(&mut Tx<'_>) -> Result<T, Error> + Clone,
    {
        let (undoes, mut kept) = (self.undoes(), Some(f));
        move |tx| only(if undoes { kept.clone() } else { kept.take() }, tx)
    }

    /// Whether the database undoes transactions by itself, or may be lost in the middle of one.
    pub(super) fn undoes(&self) -> bool {
        self.0.engine == Engine::Postgres
    }

    /// How long the writes under way have lasted.
    #[must_use]
    pub fn write_durations(&self) -> WriteDurations {
        self.0.active_writes.write_durations()
    }

    /// Whether nobody can write any more, however long one waits: all writers are held by work that computes without end.
    #[must_use]
    pub fn is_stuck(&self) -> bool {
        self.0.active_writes.write_durations().stuck >= self.0.writers.size
    }

    /// Notice who holds a writer for too long: log it, and send those away who wait for it.
    pub fn check_write_timeouts(&self) {
        if self.0.active_writes.look() {
            self.0.write_queue.wake_waiting();
        }
    }
}

fn once<T>(f: impl FnOnce(&mut Tx<'_>) -> Result<T, Error>) -> impl FnMut(&mut Tx<'_>) -> Result<T, Error> {
    let mut kept = Some(f);
    move |tx| only(kept.take(), tx)
}

fn only<T>(f: Option<impl FnOnce(&mut Tx<'_>) -> Result<T, Error>>, tx: &mut Tx<'_>) -> Result<T, Error> {
    f.map_or_else(|| Err(Error::internal("what can be carried out once was to be carried out again")), |f| f(tx))
}
