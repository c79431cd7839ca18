//! Connections to the database, in pools, and the threads that read from them.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use tokio::{
    runtime::{self, Runtime},
    sync::Semaphore,
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

/// Threads that read: as many as there are connections to read from, so that whoever has a thread has a connection, first come, first served.
pub(super) struct ReadingDesks {
    threads: Option<Runtime>,
    places: Arc<Semaphore>,
}

/// Reads that may wait for a thread; whoever comes when these do is refused, rather than be answered when nobody listens any more.
const MOST_WAITING: usize = 1_024;

impl ReadingDesks {
    pub(super) fn new(readers: u32) -> Result<Self, Error> {
        let threads = usize::try_from(readers).unwrap_or(usize::MAX).max(1);
        let runtime = runtime::Builder::new_current_thread().max_blocking_threads(threads).thread_name("reader").build();
        let places = Arc::new(Semaphore::new(threads.saturating_add(MOST_WAITING)));
        Ok(Self { threads: Some(runtime.map_err(Error::internal)?), places })
    }

    pub(super) async fn take<T: Send + 'static>(&self, work: impl FnOnce() -> Result<T, Error> + Send + 'static) -> Result<T, Error> {
        let threads = self.threads.as_ref().ok_or_else(|| Error::internal("the store is closed"))?;
        let Ok(place) = self.places.clone().try_acquire_owned() else { return Err(Error::Busy) };
        let in_place = move || {
            let done = work();
            // Whoever asked may be gone; the place is taken for as long as the work waits or is done.
            drop(place);
            done
        };
        threads.spawn_blocking(in_place).await.map_err(Error::internal)?
    }
}

impl Drop for ReadingDesks {
    fn drop(&mut self) {
        // Waiting for readers is not allowed everywhere that a store may be dropped.
        if let Some(threads) = self.threads.take() {
            threads.shutdown_background();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;

    use futures_util::{FutureExt, future::join_all};

    use super::{MOST_WAITING, ReadingDesks};
    use crate::domain::Error;

    #[actix_web::test]
    async fn who_would_wait_behind_too_many_is_refused_and_the_others_are_served() {
        let desks = ReadingDesks::new(1).unwrap();
        let (gate, closed) = channel::<()>();
        let mut first = Box::pin(desks.take(move || Ok(closed.recv().is_err())));
        assert!((&mut first).now_or_never().is_none());
        let mut waiting: Vec<_> = (0..MOST_WAITING).map(|n| Box::pin(desks.take(move || Ok(n)))).collect();
        assert!(waiting.iter_mut().all(|one| one.now_or_never().is_none()));
        // Whoever gives up waiting leaves the work behind, which still has its place.
        drop(waiting.pop());
        assert!(matches!(desks.take(|| Ok(())).await, Err(Error::Busy)));
        drop(gate);
        assert!(first.await.unwrap());
        let served: Vec<usize> = join_all(waiting).await.into_iter().map(Result::unwrap).collect();
        assert_eq!(served, (0..MOST_WAITING - 1).collect::<Vec<_>>());
        assert!(desks.take(|| Ok(true)).await.unwrap());
    }
}
