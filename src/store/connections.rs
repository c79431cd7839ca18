//! Connections to the database, in pools.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use super::dialect::{self, Conn, Use};
use crate::domain::Error;

/// Opens the connections of a pool, for one purpose.
pub(super) struct Manager {
    pub(super) url: String,
    pub(super) purpose: Use,
    pub(super) statements: Arc<AtomicI64>,
}

impl r2d2::ManageConnection for Manager {
    type Connection = Conn;
    type Error = diesel::ConnectionError;

    fn connect(&self) -> Result<Conn, diesel::ConnectionError> {
        dialect::connect(&self.url, self.purpose, self.statements.clone())
    }

    fn is_valid(&self, conn: &mut Conn) -> Result<(), diesel::ConnectionError> {
        let alive = dialect::is_alive(conn);
        if dialect::asks_to_know(conn) {
            self.statements.fetch_sub(1, Ordering::Relaxed);
        }
        if alive { Ok(()) } else { Err(diesel::ConnectionError::BadConnection("it no longer answers".to_owned())) }
    }

    fn has_broken(&self, conn: &mut Conn) -> bool {
        std::thread::panicking() || !dialect::is_at_rest(conn)
    }
}

/// A connection out of a pool.
pub(super) type Pooled = r2d2::PooledConnection<Manager>;

/// A connection out of a pool.
///
/// # Errors
/// [`Error::Busy`] when none comes free.
pub(super) fn taken_from(pool: &r2d2::Pool<Manager>) -> Result<Pooled, Error> {
    pool.get().map_err(|e| {
        tracing::warn!(error = %e, "no database connection came free");
        Error::Busy
    })
}
