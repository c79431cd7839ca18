//! What keeps the OpenID provider's keys current.

use std::{sync::Arc, time::Duration};

use super::Worker;
use crate::{domain::Error, openid::Provider, store::Store};

/// How often it looks whether they are due.
const EVERY: Duration = Duration::from_secs(5);

/// Ask for them for as long as the worker lives.
///
/// # Errors
/// [`Error::Internal`] when the system gives no thread.
pub fn start(store: Store, provider: Arc<Provider>) -> Result<Worker, Error> {
    Worker::start("single sign-on", EVERY, move || provider.keep_current(store.now()))
}
