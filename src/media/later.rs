//! Renditions that are to be drawn when there is time.

use std::{
    collections::{HashSet, VecDeque},
    sync::{Mutex, MutexGuard, PoisonError},
};

use crate::domain::{
    media::MediaId,
    rendition::{Preset, RenditionFormat},
};

/// How many may wait in a line. What more would is forgotten: whoever asks for it next has it wait again.
pub const MOST: usize = 10_000;

/// A rendition of an item, whatever the item is when it is drawn.
pub type Awaited = (MediaId, Preset, RenditionFormat);

/// What is to be drawn, each once: in one line what takes moments, in the other what takes seconds and waits for the first.
#[derive(Debug, Default)]
pub struct Later(Mutex<Waiting>);

#[derive(Debug, Default)]
struct Waiting {
    lines: [VecDeque<Awaited>; 2],
    all: HashSet<Awaited>,
}

impl Waiting {
    fn line(&mut self, format: RenditionFormat) -> &mut VecDeque<Awaited> {
        let [fast, slow] = &mut self.lines;
        if format.is_slow() { slow } else { fast }
    }
}

impl Later {
    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Have this wait, unless it does, or too many do.
    pub fn push(&self, awaited: Awaited) {
        let mut waiting = self.lock();
        if waiting.line(awaited.2).len() < MOST && waiting.all.insert(awaited) {
            waiting.line(awaited.2).push_back(awaited);
        }
    }

    /// Have this wait on, before all others of its line.
    pub fn put_back(&self, awaited: Awaited) {
        let mut waiting = self.lock();
        if waiting.all.insert(awaited) {
            waiting.line(awaited.2).push_front(awaited);
        }
    }

    /// What is to be drawn next.
    pub fn pop(&self) -> Option<Awaited> {
        let Waiting { lines, all } = &mut *self.lock();
        let next = lines.iter_mut().find_map(VecDeque::pop_front)?;
        all.remove(&next);
        Some(next)
    }
}
