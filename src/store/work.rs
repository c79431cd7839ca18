//! Work in a transaction, from its beginning to its commit.

use std::{
    collections::BTreeSet,
    sync::{Arc, Weak},
};

use tracing::{Span, dispatcher};

use super::{
    Store, Tx, Watcher,
    changes::{self, Numbered},
    connections::Pooled,
    dialect::{self, Conn, Engine, Use},
    failure::in_words,
    group_commit::{GroupedWrite, Place},
    queue,
    write_timeout::{self, ActiveWrite, WriteDurations, WriteRequest},
};
use crate::domain::{Error, cache_tag::CacheTag, site::Masthead, write_transaction};

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
pub(super) enum Session {
    Own(Pooled, Option<ActiveWrite>),
    Shared(GroupedWrite),
}

impl Session {
    pub(super) fn conn(&mut self) -> &mut Conn {
        match self {
            Self::Own(pooled, _) => &mut pooled.conn,
            Self::Shared(grouped) => grouped.conn(),
        }
    }

    /// The site with its locales, where somebody in the same transaction has read it and nobody has changed it since.
    fn masthead(&mut self) -> Option<&mut Option<(Arc<Masthead>, i64)>> {
        match self {
            Self::Own(..) => None,
            Self::Shared(grouped) => Some(grouped.masthead()),
        }
    }

    /// Whether what was written may be kept: not when it took too long, or nobody waits for it any more.
    fn may_be_kept(&self) -> Result<(), Error> {
        let active = match self {
            Self::Own(_, active) => active.as_ref(),
            Self::Shared(grouped) => Some(grouped.active()),
        };
        active.map_or(Ok(()), |active| active.timer.ask().map_err(in_words))
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
                ended.map_err(|error| Undone { error: in_words(error), again })
            }
            Self::Shared(grouped) => Ok(grouped.end_and_wait(keep)?),
        }
    }

    /// End it, and tell how that went once it is known: on another thread, perhaps.
    fn end_and_tell(self, keep: bool, told: impl FnOnce(Result<(), Error>) + Send + 'static) {
        match self {
            Self::Shared(grouped) => grouped.end(keep, told),
            own @ Self::Own(..) => told(own.end(keep)),
        }
    }

    pub(super) fn end(self, keep: bool) -> Result<(), Error> {
        self.close(keep, Use::Read).map_err(|undone| undone.error)
    }
}

/// What was done in a transaction that is still open.
struct Worked<T> {
    done: Result<(T, Numbered), Undone>,
    /// Which answers to readers it touches, and who has to know of them.
    touched: BTreeSet<CacheTag>,
    watcher: Option<Arc<dyn Watcher>>,
}

impl<T> Worked<T> {
    fn is_kept(&self) -> bool {
        self.done.as_ref().is_ok_and(|(_, numbered)| numbered.keep)
    }

    /// The commit, as the log tells of it: nothing, where there is no change.
    fn commit(&self) -> Span {
        match &self.done {
            Ok((_, Numbered { last: Some(seq), .. })) => tracing::debug_span!("commit", seq),
            _ => Span::none(),
        }
    }
}

impl Store {
    /// Begin to write for somebody, or to read.
    pub(super) fn begin(&self, request: Option<&WriteRequest>) -> Result<Session, Error> {
        let session = match (request, self.0.engine) {
            (Some(request), Engine::Sqlite) => Session::Shared(self.0.write_queue.arrive(false).enter(&self.0.writers, request)?),
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
        let done = self.begin(request).map_err(Undone::from).and_then(|mut session| {
            let purpose = if request.is_some() { Use::Write } else { Use::Read };
            let worked = self.work(&mut session, request, f);
            let shared = matches!(session, Session::Shared(_));
            let closed = worked.commit().in_scope(|| session.close(worked.is_kept(), purpose));
            self.conclude(worked, closed, shared)
        });
        self.noted(request, done)
    }

    /// Carry out somebody's work in a group of writers, and tell them what came of it once the commit is known that they share: not on this
    /// thread, perhaps.
    pub(super) fn run_shared<T: Send + 'static>(
        &self,
        place: Place,
        request: WriteRequest,
        f: impl FnOnce(&mut Tx<'_>) -> Result<T, Error>,
        tell: impl FnOnce(Result<T, Error>) + Send + 'static,
    ) {
        let mut session = match place.enter(&self.0.writers, &request) {
            Ok(grouped) => Session::Shared(grouped),
            Err(refusal) => return tell(self.noted(Some(&request), Err(refusal.into())).map_err(|undone| undone.error)),
        };
        self.0.responsiveness.answered();
        let (worked, store) = (self.work(&mut session, Some(&request), &mut once(f)), self.clone());
        let (kept, commit) = (worked.is_kept(), worked.commit());
        // Whoever commits tells it, and what is logged of it is theirs who wrote.
        let (span, heard) = (Span::current(), dispatcher::get_default(Clone::clone));
        let conclude = move |closed: Result<(), Error>| {
            dispatcher::with_default(&heard, || {
                span.in_scope(|| {
                    let done = store.conclude(worked, closed.map_err(Undone::from), true);
                    tell(store.noted(Some(&request), done).map_err(|undone| undone.error));
                });
            });
        };
        commit.in_scope(|| session.end_and_tell(kept, conclude));
    }

    /// Let the health of writing know of a write that failed.
    fn noted<T>(&self, request: Option<&WriteRequest>, done: Result<T, Undone>) -> Result<T, Undone> {
        if let (Err(undone), Some(_)) = (&done, request) {
            self.0.write_health.note(self.0.engine, &undone.error);
        }
        done
    }

    /// Work in a transaction that has begun.
    fn work<T>(
        &self,
        session: &mut Session,
        request: Option<&WriteRequest>,
        f: &mut impl FnMut(&mut Tx<'_>) -> Result<T, Error>,
    ) -> Worked<T> {
        let purpose = if request.is_some() { Use::Write } else { Use::Read };
        let known = session.masthead().and_then(Option::take);
        let mut tx = Tx::new(session.conn(), self.now(), self.0.surroundings());
        tx.masthead = known;
        tx.liveness = self.0.liveness.number();
        tx.caller = request.and_then(|request| request.caller.clone());
        let watcher = self.0.watcher.get().filter(|_| purpose == Use::Write).and_then(Weak::upgrade);
        let mark = (purpose == Use::Write).then(write_transaction::mark);
        let mut touched = BTreeSet::new();
        let done = f(&mut tx).and_then(|value| {
            queue::refresh(&mut tx)?;
            if watcher.is_some() {
                touched = changes::touched_by(&mut tx)?;
            }
            Ok((value, changes::number(&mut tx)?))
        });
        drop(mark);
        // What is undone may have changed it.
        let known = tx.masthead.take().filter(|_| matches!(done, Ok((_, Numbered { keep: true, .. }))));
        let done = done.and_then(|done| session.may_be_kept().map(|()| done));
        if let Some(masthead) = session.masthead() {
            *masthead = known.filter(|_| done.is_ok());
        }
        let done = done.map_err(|error| {
            let again = session.conn().is_undone() || session.conn().is_lost();
            Undone { error: purpose.explain(error), again }
        });
        Worked { done, touched, watcher }
    }

    /// What came of work, now that its transaction is closed; whoever has to know of its changes is told of them. A refusal out of a transaction
    /// that was shared may rest on what another wrote: it holds only when that is kept.
    fn conclude<T>(&self, worked: Worked<T>, closed: Result<(), Undone>, shared: bool) -> Result<T, Undone> {
        let (value, numbered) = match (worked.done, closed) {
            (Ok(done), Ok(())) => done,
            (Ok(_), Err(failure)) => return Err(failure),
            (Err(_), Err(failure)) if shared => return Err(failure),
            (Err(refusal), closed) => {
                if let Err(failure) = closed {
                    tracing::error!(error = %failure.error, "a rollback failed");
                }
                return Err(refusal);
            }
        };
        self.0.responsiveness.answered();
        if let Some(seq) = numbered.last {
            self.0.write_health.written();
            if let Some(watcher) = worked.watcher {
                watcher.committed(seq, &worked.touched);
            }
        }
        Ok(value)
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
