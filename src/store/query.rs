//! Diesel's queries, carried out in a transaction of the store.

use diesel::query_dsl::methods::{ExecuteDsl, LimitDsl, LoadQuery};

use super::{Tx, dialect::Conn, failure::in_words};
use crate::domain::Error;

/// What Diesel's trait of this name does, in whose place it is imported: in a transaction, with failures in the newsroom's words.
pub(super) trait RunQueryDsl: diesel::RunQueryDsl<Conn> + Sized {
    /// All rows.
    fn load<'q, T>(self, tx: &mut Tx<'_>) -> Result<Vec<T>, Error>
    where
        Self: LoadQuery<'q, Conn, T>,
    {
        diesel::RunQueryDsl::load(self, tx.conn).map_err(in_words)
    }

    /// The first row, if there is one.
    fn first<'q, T>(self, tx: &mut Tx<'_>) -> Result<Option<T>, Error>
    where
        Self: LimitDsl<Output: LoadQuery<'q, Conn, T>>,
    {
        diesel::OptionalExtension::optional(diesel::RunQueryDsl::first(self, tx.conn)).map_err(in_words)
    }

    /// The one row that there is.
    fn get_result<'q, T>(self, tx: &mut Tx<'_>) -> Result<T, Error>
    where
        Self: LoadQuery<'q, Conn, T>,
    {
        diesel::RunQueryDsl::get_result(self, tx.conn).map_err(in_words)
    }

    /// Carry it out; how many rows it touched.
    fn execute(self, tx: &mut Tx<'_>) -> Result<usize, Error>
    where
        Self: ExecuteDsl<Conn>,
    {
        diesel::RunQueryDsl::execute(self, tx.conn).map_err(in_words)
    }
}

impl<Q: diesel::RunQueryDsl<Conn>> RunQueryDsl for Q {}
