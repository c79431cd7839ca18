//! Pictures that are to be drawn when there is time.

use std::{
    collections::{HashSet, VecDeque},
    sync::{Mutex, MutexGuard, PoisonError},
};

use super::storage::Key;
use crate::domain::rendition::Wanted;

/// How many may wait in a line. What more would is forgotten: whoever asks for it next has it wait again.
const MOST: usize = 10_000;

/// What is to be drawn, each once: in one line what takes moments, in the other what takes seconds and waits for the first.
#[derive(Debug, Default)]
pub(super) struct Later(Mutex<Waiting>);

#[derive(Debug, Default)]
struct Waiting {
    lines: [VecDeque<Wanted>; 2],
    keys: HashSet<Key>,
    /// What could not be drawn, and is not tried again.
    refused: HashSet<Key>,
}

impl Later {
    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Have this wait, unless it does, or too many do, or it cannot be drawn.
    pub(super) fn push(&self, wanted: Wanted) {
        let Waiting { lines: [fast, slow], keys, refused } = &mut *self.lock();
        let line = if wanted.format.is_slow() { slow } else { fast };
        let key = wanted.key();
        if line.len() < MOST && !refused.contains(&key) && keys.insert(key) {
            line.push_back(wanted);
        }
    }

    /// Have this wait on before all others of its line.
    pub(super) fn put_back(&self, wanted: Wanted) {
        let Waiting { lines: [fast, slow], keys, .. } = &mut *self.lock();
        if keys.insert(wanted.key()) {
            let line = if wanted.format.is_slow() { slow } else { fast };
            line.push_front(wanted);
        }
    }

    /// What is to be drawn next.
    pub(super) fn pop(&self) -> Option<Wanted> {
        let Waiting { lines, keys, .. } = &mut *self.lock();
        let next = lines.iter_mut().find_map(VecDeque::pop_front)?;
        keys.remove(&next.key());
        Some(next)
    }

    /// Never have this wait again.
    pub(super) fn refuse(&self, key: Key) {
        let refused = &mut self.lock().refused;
        if refused.len() >= MOST {
            refused.clear();
        }
        refused.insert(key);
    }
}
