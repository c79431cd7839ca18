//! The doorkeeper: writes down who was not let in.

use std::{sync::Arc, time::Duration};

use super::Worker;
use crate::{desk::doors::Doors, domain::Error, store::Store};

/// How often it looks.
const EVERY: Duration = Duration::from_secs(1);

/// Write for as long as the worker lives.
///
/// # Errors
/// [`Error::Internal`] when the system gives no thread.
pub fn start(store: Store, doors: Arc<Doors>) -> Result<Worker, Error> {
    Worker::start("doorkeeper", EVERY, move || {
        let written = doors.write(&store)?;
        if written > 0 {
            tracing::warn!(entries = written, "somebody was not let in; the audit trail says more");
        }
        Ok(())
    })
}
