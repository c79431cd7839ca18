//! The sweeper of the media store: removes what began to come and did not come whole.
//!
//! **Decision.** It removes no original, whatever the database says: a database that was restored, or that of another server, names others. Those go with their
//! item, or by `dateline media check --repair`, which somebody runs who knows which database it is.

use std::{sync::Arc, time::Duration};

use super::Worker;
use crate::{
    domain::Error,
    media::{checking::GRACE, files::Files},
    store::Store,
};

/// How often it looks.
const EVERY: Duration = Duration::from_hours(1);

/// Sweep for as long as the worker lives.
///
/// # Errors
/// [`Error::Internal`] when the system gives no thread.
pub fn start(store: Store, files: Arc<Files>) -> Result<Worker, Error> {
    Worker::start("media_sweeper", EVERY, move || round(&store, &files).map(drop))
}

/// One round; how many files were removed.
///
/// # Errors
/// [`Error::StorageUnavailable`].
pub fn round(store: &Store, files: &Files) -> Result<usize, Error> {
    let swept = files.storage().sweep(store.now().plus_seconds(-GRACE))?;
    if swept > 0 {
        tracing::info!(files = swept, "files that did not come whole are removed");
    }
    Ok(swept)
}
