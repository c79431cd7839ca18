//! What was read in a snapshot already.

use std::{
    cell::{OnceCell, RefCell},
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use uuid::Uuid;

use crate::domain::{name::Names, site::Masthead};

/// The names of a thing, with its kind when it is an author or a tag.
#[derive(Debug, Clone, Default)]
pub struct Named {
    /// `person`, `topic`, …; empty for sections.
    pub kind: String,
    /// Its names.
    pub names: Names,
}

/// What others have read in a snapshot before.
#[derive(Default)]
pub(super) struct SnapshotCache {
    /// The site with its locales, and the last change.
    pub(super) masthead: OnceCell<(Arc<Masthead>, i64)>,
    names: RefCell<HashMap<Uuid, Arc<Named>>>,
}

impl SnapshotCache {
    /// The names of those things that somebody has read.
    pub(super) fn names_of(&self, ids: &BTreeSet<Uuid>) -> HashMap<Uuid, Arc<Named>> {
        let names = self.names.borrow();
        ids.iter().filter_map(|id| Some((*id, names.get(id)?.clone()))).collect()
    }

    /// Keep the names of a thing for those who read in the snapshot after this.
    pub(super) fn keep_names(&self, id: Uuid, named: Arc<Named>) {
        self.names.borrow_mut().insert(id, named);
    }
}
