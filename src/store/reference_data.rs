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

use diesel::{QueryableByName, sql_types::BigInt};
use uuid::Uuid;

use super::{Tx, site, sql::Sql};
use crate::domain::{Error, name::Names, section::Section, site::Masthead};

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
    fn read(tx: &mut Tx<'_>) -> Result<(Arc<Self>, i64), Error> {
        let (masthead, seq) = site::read(tx)?;
        let (masthead, until) = (Arc::new(masthead), AtomicI64::new(seq));
        Ok((Arc::new(Self { masthead, from: seq, until, sections: OnceLock::new(), names: Mutex::default() }), seq))
    }

    /// The last change that this transaction sees, when it sees this very data.
    fn seen(&self, tx: &mut Tx<'_>) -> Result<Option<i64>, Error> {
        #[derive(QueryableByName)]
        struct Row {
            #[diesel(sql_type = BigInt)]
            seq: i64,
            #[diesel(sql_type = BigInt)]
            others: i64,
        }
        let until = self.until.load(Ordering::Relaxed);
        let mut sql = Sql::new("SELECT c.seq, (SELECT COUNT(*) FROM changes WHERE seq > ");
        sql.int(until).push(" AND seq <= ").int(until.saturating_add(MAX_LOOKED_THROUGH));
        sql.push(" AND kind IN ('site', 'locale', 'section', 'author', 'tag')) AS others FROM change_counter c");
        let row: Row = sql.first(tx)?.ok_or_else(|| Error::internal("the change counter is missing"))?;
        if row.others > 0 || !(self.from..=until.saturating_add(MAX_LOOKED_THROUGH)).contains(&row.seq) {
            return Ok(None);
        }
        self.until.fetch_max(row.seq, Ordering::Relaxed);
        Ok(Some(row.seq))
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
    fn get(&self) -> Option<Arc<ReferenceData>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn put(&self, data: &Arc<ReferenceData>) {
        let mut newest = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if newest.as_ref().is_none_or(|newest| newest.from < data.from) {
            *newest = Some(data.clone());
        }
    }
}

/// The reference data of a snapshot, with the last change that it sees, once somebody needs them.
pub(super) struct OfSnapshot<'s> {
    newest: &'s Newest,
    own: OnceCell<(Arc<ReferenceData>, i64)>,
}

impl<'s> OfSnapshot<'s> {
    pub(super) fn new(newest: &'s Newest) -> Self {
        Self { newest, own: OnceCell::new() }
    }
}

/// The reference data that a transaction sees, with the last change before it; nothing where it has no part in those of readers.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub(super) fn of(tx: &mut Tx<'_>) -> Result<Option<(Arc<ReferenceData>, i64)>, Error> {
    let Some(of_snapshot) = tx.reference_data else { return Ok(None) };
    if let Some(own) = of_snapshot.own.get() {
        return Ok(Some(own.clone()));
    }
    let mut own = None;
    if let Some(newest) = of_snapshot.newest.get() {
        own = newest.seen(tx)?.map(|seq| (newest, seq));
    }
    let own = match own {
        Some(own) => own,
        None => {
            let read = ReferenceData::read(tx)?;
            of_snapshot.newest.put(&read.0);
            read
        }
    };
    let _ = of_snapshot.own.set(own.clone());
    Ok(Some(own))
}
