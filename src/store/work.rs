//! Work in a transaction, from its beginning to its commit.

use std::{collections::BTreeSet, sync::Weak};

use super::{
    Store, Tx, changes,
    connections::Pooled,
    dialect::{self, Conn, Engine, Use},
    group_commit::Turn,
    turns::{Asked, Holding, Lasting},
};
use crate::domain::{Error, write_transaction};

/// A connection in a transaction: its own, or the turn in one that is shared.
pub(super) enum Session<'s> {
    Own(Pooled, Option<Holding>),
    Shared(Turn<'s>),
}

impl Session<'_> {
    pub(super) fn conn(&mut self) -> &mut Conn {
        match self {
            Self::Own(pooled, _) => &mut pooled.conn,
            Self::Shared(turn) => turn.conn(),
        }
    }

    /// Whether what was written may be kept: not when it took too long, or nobody waits for it any more.
    fn may_be_kept(&self) -> Result<(), Error> {
        let holding = match self {
            Self::Own(_, holding) => holding.as_ref(),
            Self::Shared(turn) => Some(turn.holding()),
        };
        Ok(holding.map_or(Ok(()), |holding| holding.hold.ask())?)
    }

    pub(super) fn end(self, keep: bool) -> Result<(), Error> {
        match self {
            Self::Own(mut pooled, _holding) => {
                dialect::end(&mut pooled.conn, keep)?;
                pooled.give_back();
                Ok(())
            }
            Self::Shared(turn) => turn.end(keep),
        }
    }
}

impl Store {
    /// Begin to write for somebody, or to read.
    pub(super) fn begin(&self, asked: Option<&Asked>) -> Result<Session<'_>, Error> {
        let session = match (asked, self.0.engine) {
            (Some(asked), Engine::Sqlite) => Session::Shared(self.0.line.turn(&self.0.writers, asked)?),
            (Some(asked), Engine::Postgres) => {
                let mut holding = None;
                let mut pooled = self.0.writers.begin(|| holding = Some(self.0.turns.begin(asked)))?;
                if let Some(holding) = &holding {
                    holding.begins();
                    pooled.conn.held_by(Some(holding.hold.clone()));
                }
                Session::Own(pooled, holding)
            }
            (None, _) => Session::Own(self.0.readers.begin(|| {})?, None),
        };
        self.0.hearing.heard();
        Ok(session)
    }

    /// Carry out work in a transaction: somebody's who writes, or a reader's.
    pub(super) fn run<T>(&self, asked: Option<&Asked>, f: impl FnOnce(&mut Tx<'_>) -> Result<T, Error>) -> Result<T, Error> {
        let purpose = if asked.is_some() { Use::Write } else { Use::Read };
        let mut session = self.begin(asked)?;
        let mut tx = Tx::new(session.conn(), self.now(), &*self.0.entropy);
        tx.presence = self.0.presence.number();
        let watcher = self.0.watcher.get().filter(|_| purpose == Use::Write).and_then(Weak::upgrade);
        let mark = (purpose == Use::Write).then(write_transaction::mark);
        let done = f(&mut tx).and_then(|value| {
            let touched = if watcher.is_some() { changes::touched_by(&mut tx)? } else { BTreeSet::new() };
            Ok((value, touched, changes::number(&mut tx)?))
        });
        drop(mark);
        match done.and_then(|done| session.may_be_kept().map(|()| done)) {
            Ok((value, touched, numbered)) => {
                session.end(numbered.keep)?;
                self.0.hearing.heard();
                if let (Some(watcher), Some(seq)) = (watcher, numbered.last) {
                    watcher.committed(seq, &touched);
                }
                Ok(value)
            }
            Err(error) => {
                if let Err(undone) = session.end(false) {
                    tracing::error!(error = %undone, "a rollback failed");
                }
                Err(error.on(purpose))
            }
        }
    }

    /// How long the turns of those who write have lasted.
    #[must_use]
    pub fn lasting(&self) -> Lasting {
        self.0.turns.lasting()
    }

    /// Whether nobody can write any more, however long one waits: all writers are held by work that computes without end.
    #[must_use]
    pub fn is_hopeless(&self) -> bool {
        self.0.turns.lasting().hopeless >= self.0.writers.size
    }

    /// Notice who holds a writer for too long: log it, and send those away who wait for it.
    pub fn look_after_turns(&self) {
        if self.0.turns.look() {
            self.0.line.stir();
        }
    }
}
