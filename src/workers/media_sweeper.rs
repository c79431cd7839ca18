//! The sweeper of the media store: removes what began to come and did not come whole, and uploads whose time is over.
//!
//! **Decision.** It removes no original, whatever the database says: a database that was restored, or that of another server, names others. Those go with their
//! item, or by `dateline media check --repair`, which somebody runs who knows which database it is.

use std::{sync::Arc, time::Duration};

use super::Worker;
use crate::{
    access::Bookkeeping,
    domain::Error,
    media::{checking::GRACE, files::Files},
    store::{self, Store},
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
/// [`Error::StorageUnavailable`]; [`Error::Unavailable`] when the database does not answer.
pub fn round(store: &Store, files: &Files) -> Result<usize, Error> {
    let mut swept = files.storage().sweep(store.now().plus_seconds(-GRACE))?;
    // Ends: what is forgotten is not found again, and there is some number of it.
    loop {
        let over = store.write_now(&Bookkeeping, store::uploads::forget_those_over)?;
        if over.is_empty() {
            break;
        }
        for upload in over {
            files.storage().forget(upload)?;
            swept = swept.saturating_add(1);
        }
    }
    if swept > 0 {
        tracing::info!(files = swept, "files that did not come whole are removed");
    }
    Ok(swept)
}
