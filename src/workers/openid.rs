//! What keeps the OpenID provider's keys current.

use std::{sync::Arc, time::Duration};

use super::Worker;
use crate::{domain::Error, openid::Provider, store::Store};

/// Rounds that are left out at most.
const MOST: u32 = 12;
/// How often it looks whether they are due.
const EVERY: Duration = Duration::from_secs(5);

/// Ask for them for as long as the worker lives.
///
/// # Errors
/// [`Error::Internal`] when the system gives no thread.
pub fn start(store: Store, provider: Arc<Provider>) -> Result<Worker, Error> {
    let (mut failed, mut left) = (0_u32, 0_u32);
    Worker::start("single sign-on", EVERY, move || {
        // One that is away is asked after 5, 10, 20 … seconds, a minute at most.
        if left > 0 {
            left = left.saturating_sub(1);
            return Ok(());
        }
        let asked = provider.keep_current(store.now());
        failed = if asked.is_ok() { 0 } else { failed.saturating_add(1) };
        left = if failed > 0 { 1_u32.checked_shl(failed.saturating_sub(1)).unwrap_or(MOST).min(MOST).saturating_sub(1) } else { 0 };
        asked
    })
}
