//! What keeps the OpenID provider's keys current.

use std::{sync::Arc, time::Duration};

use super::Worker;
use crate::{domain::Error, openid::Provider, store::Store};

/// Rounds that are left out at most.
const MOST: u32 = 11;
/// How often it looks whether they are due.
const EVERY: Duration = Duration::from_secs(5);

/// Ask for them for as long as the worker lives.
///
/// # Errors
/// [`Error::Internal`] when the system gives no thread.
pub fn start(store: Store, provider: Arc<Provider>) -> Result<Worker, Error> {
    let (mut rest, mut left) = (0_u32, 0_u32);
    Worker::start("single sign-on", EVERY, move || {
        // One that is away is asked again after 10, 20, 40 … seconds, a minute at most.
        if left > 0 {
            left = left.saturating_sub(1);
            return Ok(());
        }
        let asked = provider.keep_current(store.now());
        rest = if asked.is_ok() { 0 } else { rest.saturating_mul(2).saturating_add(1).min(MOST) };
        left = rest;
        asked
    })
}
