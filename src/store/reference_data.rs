//! The site, its sections and the names of things: what nearly every answer to a reader needs, and hardly any commit changes.
//!
//! **Decision.** Readers share what they read of it, from one snapshot to the next, for as long as the change log names no change to it.
//! One short statement in each snapshot asks for that. **Consequence.** Nobody sees less than was committed when they came, whichever
//! process committed it: a snapshot from before such a change, and one from after it, have reference data of their own. A site where names
//! change with every commit reads them with every snapshot.

use std::{
    cell::OnceCell,
    collections::{BTreeSet, HashMap},
    sync::{
        Arc, Mutex, OnceLock, PoisonError,
        atomic::{AtomicI64, Ordering},
    },
};

use uuid::Uuid;

use crate::domain::{name::Names, section::Section, site::Masthead};

/// Names that are kept; those read after them are read again by who needs them.
const MAX_NAMES: usize = 20_000;

/// Changes that are looked through for one to reference data; after more it is read again.
const MAX_LOOKED_THROUGH: i64 = 1_000;

/// The names of a thing, with its kind when it is an author or a tag.
#[derive(Debug, Clone, Default)]
pub struct Named {
    /// `person`, `topic`, …; empty for sections.
    pub kind: String,
    /// Its names.
    pub names: Names,
}

/// Reference data, as it is from one change to another.
pub(super) struct ReferenceData {
    pub(super) masthead: Arc<Masthead>,
    /// The last change before it was read.
    from: i64,
    /// The last change up to which nothing of it is known to have changed.
    until: AtomicI64,
    /// All sections, siblings in order, once somebody has read them.
    pub(super) sections: OnceLock<Arc<Vec<Section>>>,
    names: Mutex<HashMap<Uuid, Arc<Named>>>,
}

impl ReferenceData {
    /// What was read after a change, before any other.
    pub(super) fn new(masthead: Masthead, seq: i64) -> Self {
        let until = AtomicI64::new(seq);
        Self { masthead: Arc::new(masthead), from: seq, until, sections: OnceLock::new(), names: Mutex::default() }
    }

    /// The changes that are to be looked through: those after the first of these, up to the last.
    pub(super) fn unknown(&self) -> (i64, i64) {
        let until = self.until.load(Ordering::Relaxed);
        (until, until.saturating_add(MAX_LOOKED_THROUGH))
    }

    /// Whether a snapshot whose last change is this sees this very data, of which none of those that were [unknown](Self::unknown) is a change.
    pub(super) fn is_seen(&self, seq: i64, unknown: (i64, i64)) -> bool {
        let seen = (self.from..=unknown.1).contains(&seq);
        if seen {
            self.until.fetch_max(seq, Ordering::Relaxed);
        }
        seen
    }

    /// The names of those things that somebody has read.
    pub(super) fn names_of(&self, ids: &BTreeSet<Uuid>) -> HashMap<Uuid, Arc<Named>> {
        let names = self.names.lock().unwrap_or_else(PoisonError::into_inner);
        ids.iter().filter_map(|id| Some((*id, names.get(id)?.clone()))).collect()
    }

    /// Keep the names of a thing for those who read after this.
    pub(super) fn keep_names(&self, id: Uuid, named: Arc<Named>) {
        let mut names = self.names.lock().unwrap_or_else(PoisonError::into_inner);
        if names.len() < MAX_NAMES {
            names.insert(id, named);
        }
    }
}

/// The newest reference data that somebody has read.
#[derive(Default)]
pub(super) struct Newest(Mutex<Option<Arc<ReferenceData>>>);

impl Newest {
    pub(super) fn get(&self) -> Option<Arc<ReferenceData>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn put(&self, data: &Arc<ReferenceData>) {
        let mut newest = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if newest.as_ref().is_none_or(|newest| newest.from < data.from) {
            *newest = Some(data.clone());
        }
    }
}

/// The reference data of a snapshot, with the last change that it sees, once somebody needs them.
pub(super) struct OfSnapshot<'s> {
    pub(super) newest: &'s Newest,
    pub(super) own: OnceCell<(Arc<ReferenceData>, i64)>,
}

impl<'s> OfSnapshot<'s> {
    pub(super) fn new(newest: &'s Newest) -> Self {
        Self { newest, own: OnceCell::new() }
    }
}
