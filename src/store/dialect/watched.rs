//! Statements, as they are counted, timed and logged.
//!
//! **Decision.** Diesel shows a statement with its bound values behind it. Those are words that may be under embargo, passwords and keys, so a
//! statement is logged up to there and no further. Its text comes from this code base alone ([`crate::store`]'s queries bind their values).

use std::{
    fmt::{self, Display, Write},
    sync::{
        Arc,
        atomic::{AtomicI64, AtomicU64, Ordering},
    },
    time::Duration,
};

use diesel::connection::{Instrumentation, InstrumentationEvent};

use crate::{
    domain::{Instant, instant::Clock},
    store::write_timeout,
};

/// How much of a statement is shown, in bytes.
const MAX_TEXT: usize = 2_500;

/// What comes between the text of a statement and its values where Diesel shows it.
const VALUES: &str = " -- binds: ";

/// The statements of all connections of a store.
pub(in crate::store) struct Watched {
    clock: Arc<dyn Clock>,
    /// From how many microseconds on a statement is slow.
    limit: i64,
    /// Statements so far, transactions' own aside.
    pub(in crate::store) count: AtomicI64,
    pub(in crate::store) slow: AtomicU64,
}

impl Watched {
    pub(in crate::store) fn new(clock: Arc<dyn Clock>, limit: Duration) -> Arc<Self> {
        let limit = i64::try_from(limit.as_micros()).unwrap_or(i64::MAX);
        Arc::new(Self { clock, limit, count: AtomicI64::new(0), slow: AtomicU64::new(0) })
    }

    /// What a connection tells of its statements, which it asks one after the other.
    pub(super) fn of_a_connection(self: Arc<Self>) -> impl Instrumentation {
        let mut began = self.clock.now();
        move |event: InstrumentationEvent<'_>| match event {
            InstrumentationEvent::StartQuery { .. } => {
                self.count.fetch_add(1, Ordering::Relaxed);
                began = self.clock.now();
            }
            InstrumentationEvent::FinishQuery { query, .. } => self.finished(query, began),
            // Diesel runs these as queries too; they are not counted.
            InstrumentationEvent::BeginTransaction { .. }
            | InstrumentationEvent::CommitTransaction { .. }
            | InstrumentationEvent::RollbackTransaction { .. } => _ = self.count.fetch_sub(1, Ordering::Relaxed),
            _ => {}
        }
    }

    fn finished(&self, query: &(impl Display + ?Sized), began: Instant) {
        let micros = self.clock.now().as_micros().saturating_sub(began.as_micros()).max(0);
        if micros >= self.limit {
            self.slow.fetch_add(1, Ordering::Relaxed);
            tracing::warn!(operation = &*write_timeout::operation(), micros, statement = text(query), "a statement was slow");
        } else if tracing::enabled!(tracing::Level::TRACE) {
            tracing::trace!(operation = &*write_timeout::operation(), micros, statement = text(query), "a statement");
        }
    }
}

/// The text of a statement, without the values that are bound to it: these are not even made, for a body may be long.
fn text(query: &(impl Display + ?Sized)) -> String {
    let mut text = Text(String::new());
    // It ends where the values begin, or where it is long enough.
    let _ = write!(text, "{query}");
    let mut shown = text.0;
    if let Some(end) = shown.find(VALUES) {
        shown.truncate(end);
    }
    shown
}

struct Text(String);

impl Write for Text {
    fn write_str(&mut self, piece: &str) -> fmt::Result {
        let left = MAX_TEXT.saturating_sub(self.0.len());
        if piece == VALUES || left == 0 {
            return Err(fmt::Error);
        }
        self.0.push_str(piece.get(..piece.floor_char_boundary(left)).unwrap_or_default());
        Ok(())
    }
}
