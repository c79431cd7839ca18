//! The audit trail of sign-ins: writes down which were refused, and when API keys were used.

use std::{sync::Arc, time::Duration};

use super::Worker;
use crate::{desk::sign_ins::SignIns, domain::Error, store::Store};

/// How often it looks.
const EVERY: Duration = Duration::from_secs(1);

/// Write for as long as the worker lives.
///
/// # Errors
/// [`Error::Internal`] when the system gives no thread.
pub fn start(store: Store, sign_ins: Arc<SignIns>) -> Result<Worker, Error> {
    Worker::start("sign_in_audit", EVERY, move || {
        sign_ins.write_uses(&store)?;
        let written = sign_ins.write(&store)?;
        if written > 0 {
            tracing::warn!(entries = written, "somebody was not let in; the audit trail says more");
        }
        Ok(())
    })
}
