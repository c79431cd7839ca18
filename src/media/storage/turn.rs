//! The turn to make a file: of all who would, in whatever process, one does.

use std::fmt;

/// The turn to make a file. Whoever drops it gives it up.
pub struct Turn(Option<Box<dyn FnOnce() + Send>>);

impl Turn {
    /// One that is given up so.
    pub(super) fn ended_by(end: impl FnOnce() + Send + 'static) -> Self {
        Self(Some(Box::new(end)))
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        if let Some(end) = self.0.take() {
            end();
        }
    }
}

impl fmt::Debug for Turn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Turn").finish_non_exhaustive()
    }
}
