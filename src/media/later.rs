//! Pictures that are to be drawn when there is time.

use std::{
    collections::{HashSet, VecDeque},
    sync::{Mutex, MutexGuard, PoisonError},
};

use super::{storage::Key, wanted::Wanted};

/// How many may wait. What more would is forgotten: whoever asks for it next has it wait again.
const MOST: usize = 10_000;

/// What is to be drawn, each once, in the order in which it came.
#[derive(Debug, Default)]
pub(super) struct Later(Mutex<Waiting>);

#[derive(Debug, Default)]
struct Waiting {
    line: VecDeque<Wanted>,
    keys: HashSet<Key>,
}

impl Later {
    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Have this wait, unless it does, or too many do.
    pub(super) fn push(&self, wanted: Wanted) {
        let mut waiting = self.lock();
        if waiting.line.len() < MOST && waiting.keys.insert(wanted.key()) {
            waiting.line.push_back(wanted);
        }
    }

    /// What has waited longest.
    pub(super) fn pop(&self) -> Option<Wanted> {
        let mut waiting = self.lock();
        let next = waiting.line.pop_front()?;
        waiting.keys.remove(&next.key());
        Some(next)
    }
}
