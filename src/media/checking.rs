//! What the library and the store say of one another: files that no item has, and items whose file is not there.

use std::collections::BTreeSet;

use super::storage::Storage;
use crate::domain::{Error, Instant, media::Digest};

/// For how long a file lies there before it counts as left behind, in seconds: what has come may be about to be described.
pub const GRACE: i64 = 24 * 3_600;

/// What was found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Findings {
    /// Files of items that are not in the store.
    pub missing: Vec<Digest>,
    /// Files in the store that are no item's.
    pub left_behind: Vec<Digest>,
}

/// Hold the store against the files that items have.
///
/// # Errors
/// [`Error::StorageUnavailable`].
pub fn check(storage: &dyn Storage, of_items: &BTreeSet<Digest>, now: Instant) -> Result<Findings, Error> {
    let stored: BTreeSet<Digest> = storage.originals(Instant::from_micros(i64::MAX))?.into_iter().collect();
    let long_there = storage.originals(now.plus_seconds(-GRACE))?;
    Ok(Findings {
        missing: of_items.difference(&stored).copied().collect(),
        left_behind: long_there.into_iter().filter(|digest| !of_items.contains(digest)).collect(),
    })
}

/// Remove what was left behind, and what began to come and did not come whole; how many files that were.
///
/// # Errors
/// [`Error::StorageUnavailable`].
pub fn sweep(storage: &dyn Storage, left_behind: &[Digest], now: Instant) -> Result<usize, Error> {
    let before = now.plus_seconds(-GRACE);
    let mut swept = storage.sweep(before)?;
    for digest in left_behind {
        swept = swept.saturating_add(usize::from(storage.remove(*digest, before)?));
    }
    Ok(swept)
}
