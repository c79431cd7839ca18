//! The watchdog: notices who holds a writer for too long, so that it is logged and those who wait are sent away, whether or not anybody asks.

use std::time::Duration;

use super::Worker;
use crate::{domain::Error, store::Store};

/// How often it looks.
const EVERY: Duration = Duration::from_millis(250);

/// Look after those who write for as long as the worker lives.
///
/// # Errors
/// [`Error::Internal`] when the system gives no thread.
pub fn start(store: Store) -> Result<Worker, Error> {
    Worker::start("watchdog", EVERY, move || {
        store.check_write_timeouts();
        Ok(())
    })
}
