//! The lease of what is made: of all who would make one file, in whatever process, one does.

use std::fmt;

use tokio::runtime::Handle;

/// The lease of a file that is being made. Whoever drops it gives it up.
pub struct Lease(Option<Box<dyn FnOnce() + Send>>);

impl Lease {
    /// One that is given up so, which may wait.
    pub(super) fn ended_by(end: impl FnOnce() + Send + 'static) -> Self {
        Self(Some(Box::new(end)))
    }

    /// One that keeps nobody from making the same.
    #[must_use]
    pub fn of_nobody() -> Self {
        Self(None)
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        let Some(end) = self.0.take() else { return };
        // It may be dropped where nothing may wait: by a request that is given up.
        match Handle::try_current() {
            Ok(runtime) => drop(runtime.spawn_blocking(end)),
            Err(_none) => end(),
        }
    }
}

impl fmt::Debug for Lease {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Lease").finish_non_exhaustive()
    }
}
