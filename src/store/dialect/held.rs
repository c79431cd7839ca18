//! The connection that the store asks over: either engine's, for as long as whoever has it may.
//!
//! **Decision.** Every statement of the store goes through [`Conn`], so this is the one place where work is stopped that has gone on for too
//! long, or that nobody waits for any more: the next statement is refused instead of asked, and what was written is undone with the
//! transaction, or with the part of it that is theirs. Beginning, keeping and undoing are never refused. **Consequence.** No function of the
//! store needs to look at a clock. A single statement is stopped by `PostgreSQL` alone (`statement_timeout`); an embedded one runs to its end.

use std::sync::Arc;

use diesel::{
    connection::{CacheSize, Instrumentation, LoadConnection, SimpleConnection, TransactionManager, TransactionManagerStatus},
    expression::QueryMetadata,
    // What the derived connection below is made of; only a connection may wrap one.
    internal::derives::multiconnection::ConnectionSealed,
    prelude::*,
    query_builder::{Query, QueryFragment, QueryId},
    result::{DatabaseErrorKind, Error},
};

use super::{Link, MultiBackend};
use crate::store::{failure::is_for_another, write_timeout::WriteTimer};

/// A connection to either engine.
pub(crate) struct Conn {
    pub(super) link: Link,
    timer: Option<Arc<WriteTimer>>,
    heard: Heard,
}

/// What the statements of a connection have told of it.
#[derive(Default)]
struct Heard {
    /// Nobody answers any more.
    lost: bool,
    /// The server has undone the transaction under way, in favour of another one.
    undone: bool,
}

impl Conn {
    pub(super) fn over(link: Link) -> Self {
        Self { link, timer: None, heard: Heard::default() }
    }

    /// Ask for somebody from here on, as long as they may; or for nobody.
    pub(in crate::store) fn timed_by(&mut self, timer: Option<Arc<WriteTimer>>) {
        self.timer = timer;
    }

    /// Extend the timeout, where somebody holds this.
    pub(in crate::store) fn extend_timeout(&self) {
        if let Some(timer) = &self.timer {
            timer.extend_timeout();
        }
    }

    /// True when a statement has found that nobody answers any more.
    pub(in crate::store) fn is_lost(&self) -> bool {
        self.heard.lost
    }

    /// True when the transaction under way is undone for certain, as far as its statements tell, through no fault of whoever asks.
    pub(in crate::store) fn is_undone(&self) -> bool {
        self.heard.undone
    }

    /// A transaction begins, of which nothing is known.
    pub(super) fn begins(&mut self) {
        self.heard.undone = false;
    }

    fn begin_asking(&self) -> QueryResult<()> {
        self.timer.as_ref().map_or(Ok(()), |timer| timer.ask())
    }

    /// Take note of how a statement ended.
    pub(super) fn heard<T>(&mut self, answer: QueryResult<T>) -> QueryResult<T> {
        note(self.timer.as_deref(), &mut self.heard, answer)
    }
}

fn note<T>(timer: Option<&WriteTimer>, heard: &mut Heard, answer: QueryResult<T>) -> QueryResult<T> {
    if let Some(timer) = timer {
        timer.was_answered();
    }
    answer.inspect_err(|error| {
        heard.lost |= is_loss(error);
        heard.undone |= is_for_another(error);
    })
}

/// Whether an error says that the connection is of no more use: it was closed, or its server takes no writes any more.
fn is_loss(error: &Error) -> bool {
    match error {
        Error::DatabaseError(kind, _) => {
            matches!(
                kind,
                DatabaseErrorKind::ClosedConnection | DatabaseErrorKind::UnableToSendCommand | DatabaseErrorKind::ReadOnlyTransaction
            )
        }
        Error::BrokenTransactionManager => true,
        Error::RollbackErrorOnCommit { rollback_error, commit_error } => is_loss(rollback_error) || is_loss(commit_error),
        _ => false,
    }
}

impl SimpleConnection for Conn {
    fn batch_execute(&mut self, query: &str) -> QueryResult<()> {
        self.begin_asking()?;
        let answer = self.link.batch_execute(query);
        self.heard(answer)
    }
}

impl ConnectionSealed for Conn {}

impl Connection for Conn {
    type Backend = MultiBackend;
    type TransactionManager = Through;

    fn establish(url: &str) -> ConnectionResult<Self> {
        Link::establish(url).map(Self::over)
    }

    fn execute_returning_count<T>(&mut self, source: &T) -> QueryResult<usize>
    where
        T: QueryFragment<MultiBackend> + QueryId,
    {
        self.begin_asking()?;
        let answer = self.link.execute_returning_count(source);
        self.heard(answer)
    }

    fn transaction_state(&mut self) -> &mut State {
        self.link.transaction_state()
    }

    fn instrumentation(&mut self) -> &mut dyn Instrumentation {
        self.link.instrumentation()
    }

    fn set_instrumentation(&mut self, instrumentation: impl Instrumentation) {
        self.link.set_instrumentation(instrumentation);
    }

    fn set_prepared_statement_cache_size(&mut self, size: CacheSize) {
        self.link.set_prepared_statement_cache_size(size);
    }
}

impl LoadConnection for Conn {
    type Cursor<'conn, 'query> = <Link as LoadConnection>::Cursor<'conn, 'query>;
    type Row<'conn, 'query> = <Link as LoadConnection>::Row<'conn, 'query>;

    fn load<'conn, 'query, T>(&'conn mut self, source: T) -> QueryResult<Self::Cursor<'conn, 'query>>
    where
        T: Query + QueryFragment<MultiBackend> + QueryId + 'query,
        MultiBackend: QueryMetadata<T::SqlType>,
    {
        self.begin_asking()?;
        let answer = self.link.load(source);
        note(self.timer.as_deref(), &mut self.heard, answer)
    }
}

type State = <<Link as Connection>::TransactionManager as TransactionManager<Link>>::TransactionStateData;

/// Hands what concerns transactions on to the engine's connection.
pub(crate) struct Through;

impl TransactionManager<Conn> for Through {
    type TransactionStateData = State;

    fn begin_transaction(conn: &mut Conn) -> QueryResult<()> {
        let answer = <Link as Connection>::TransactionManager::begin_transaction(&mut conn.link);
        conn.heard(answer)
    }

    fn rollback_transaction(conn: &mut Conn) -> QueryResult<()> {
        let answer = <Link as Connection>::TransactionManager::rollback_transaction(&mut conn.link);
        conn.heard(answer)
    }

    fn commit_transaction(conn: &mut Conn) -> QueryResult<()> {
        let answer = <Link as Connection>::TransactionManager::commit_transaction(&mut conn.link);
        conn.heard(answer)
    }

    fn transaction_manager_status_mut(conn: &mut Conn) -> &mut TransactionManagerStatus {
        <Link as Connection>::TransactionManager::transaction_manager_status_mut(&mut conn.link)
    }
}
