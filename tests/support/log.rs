//! A log that is read.

use std::{
    io::Write,
    sync::{Arc, Mutex, OnceLock},
};

use tracing::{
    Dispatch,
    subscriber::{DefaultGuard, NoSubscriber},
};

/// Somebody else who listens. Where there is but one listener, `tracing` asks the thread that comes by a place in the code first whether it is
/// listened to there, and remembers that for all threads.
static ANOTHER: OnceLock<Dispatch> = OnceLock::new();

/// What this thread logs, while this is kept.
pub(crate) struct Log {
    kept: Kept,
    _heard: DefaultGuard,
}

#[derive(Clone, Default)]
struct Kept(Arc<Mutex<Vec<u8>>>);

impl Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Log {
    pub(crate) fn begin() -> Self {
        Self::of(tracing::Level::INFO)
    }

    /// Whatever is said at any level.
    pub(crate) fn of_everything() -> Self {
        Self::of(tracing::Level::TRACE)
    }

    fn of(level: tracing::Level) -> Self {
        ANOTHER.get_or_init(|| Dispatch::new(NoSubscriber::new()));
        let kept = Kept::default();
        let written = kept.clone();
        let subscriber = tracing_subscriber::fmt().with_max_level(level).with_ansi(false).with_writer(move || written.clone()).finish();
        Self { kept, _heard: tracing::subscriber::set_default(subscriber) }
    }

    /// What was logged so far.
    pub(crate) fn said(&self) -> String {
        String::from_utf8(self.kept.0.lock().unwrap().clone()).unwrap()
    }
}
