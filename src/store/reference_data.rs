//! The site, its sections, its menus, its collections and the names of things: what nearly every answer to a reader needs, and hardly any commit changes.
//!
//! **Decision.** Readers share what they read of it, from one snapshot to the next, for as long as the change log names no change to it.
//! One short statement in each snapshot asks for that. **Consequence.** Nobody sees less than was committed when they came, whichever
//! process committed it: a snapshot from before such a change, and one from after it, have reference data of their own. A site where names
//! change with every commit reads them with every snapshot. The log must not run back: after a `PostgreSQL` server was replaced by one that lacks
//! commits, or somebody changed names with SQL, instances are started anew, as for the response cache.

use std::{
    cell::OnceCell,
    collections::{BTreeSet, HashMap},
    sync::{
        Arc, Mutex, OnceLock, PoisonError,
        atomic::{AtomicI64, Ordering},
    },
};

use uuid::Uuid;

use crate::domain::{collection::Collection, menu::Menu, name::Names, section::Section, site::Masthead};

/// Bytes of names that are kept; those read after them are read again by who needs them.
const MAX_BYTES: usize = 16 << 20;
/// What a name takes beside its texts.
const NAME: usize = 200;

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
    /// All menus, once somebody has read them.
    pub(super) menus: OnceLock<Arc<Vec<Menu>>>,
    /// All collections, once somebody has read them.
    pub(super) collections: OnceLock<Arc<Vec<Collection>>>,
    names: Mutex<KnownNames>,
}

#[derive(Default)]
struct KnownNames {
    of: HashMap<Uuid, Arc<Named>>,
    bytes: usize,
}

impl ReferenceData {
    /// What was read after a change, before any other.
    pub(super) fn new(masthead: Masthead, seq: i64) -> Self {
        let until = AtomicI64::new(seq);
        Self {
            masthead: Arc::new(masthead),
            from: seq,
            until,
            sections: OnceLock::new(),
            menus: OnceLock::new(),
            collections: OnceLock::new(),
            names: Mutex::default(),
        }
    }

    /// The changes that are to be looked through: those after the first of these, up to the last.
    pub(super) fn unknown(&self) -> (i64, i64) {
        let until = self.until.load(Ordering::Relaxed);
        (until, until.saturating_add(MAX_LOOKED_THROUGH))
    }

    /// Whether a snapshot sees this very data: its last change is `seq`, and of the [unknown](Self::unknown) changes that it sees, so many are
    /// changes to reference data. If so, the data are known to be true up to there.
    pub(super) fn holds_at(&self, seq: i64, unknown: (i64, i64), changed: i64) -> bool {
        let holds = changed == 0 && (self.from..=unknown.1).contains(&seq);
        if holds {
            self.until.fetch_max(seq, Ordering::Relaxed);
        }
        holds
    }

    /// The names of those things that somebody has read.
    pub(super) fn names_of(&self, ids: &BTreeSet<Uuid>) -> HashMap<Uuid, Arc<Named>> {
        let names = self.names.lock().unwrap_or_else(PoisonError::into_inner);
        ids.iter().filter_map(|id| Some((*id, names.of.get(id)?.clone()))).collect()
    }

    /// Keep the names of a thing for those who read after this.
    pub(super) fn keep_names(&self, id: Uuid, named: Arc<Named>) {
        let mut names = self.names.lock().unwrap_or_else(PoisonError::into_inner);
        let texts =
            named.names.values().map(|name| name.name.len().saturating_add(name.slug.as_str().len()).saturating_add(name.about.len()));
        let bytes = texts.fold(NAME, |sum, text| sum.saturating_add(text).saturating_add(NAME));
        if names.bytes.saturating_add(bytes) <= MAX_BYTES && names.of.insert(id, named).is_none() {
            names.bytes = names.bytes.saturating_add(bytes);
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
