//! What imports have made: the memory that makes importing twice change nothing.

use std::collections::BTreeSet;

use diesel::prelude::*;
use serde_json::Value;
use uuid::Uuid;

use super::{Bind, RunQueryDsl, Tx, dialect::Json, schema::imports, sql::Sql};
use crate::domain::{Error, Id};

/// What became of a record when it was last imported.
#[derive(Debug, Clone, PartialEq)]
pub struct Imported {
    /// The thing that it made.
    pub target: Uuid,
    /// The SHA-256 of the record.
    pub digest: String,
    /// The versions of the thing right after; null when what it made has been merged into the target.
    pub versions: Value,
}

/// What a key stands for.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn find(tx: &mut Tx<'_>, kind: &str, key: &str) -> Result<Option<Imported>, Error> {
    let row: Option<(Id<()>, String, Json)> =
        imports::table.find((kind, key)).select((imports::target_id, imports::digest, imports::versions)).first(tx)?;
    Ok(row.map(|(target, digest, versions)| Imported { target: target.uuid(), digest, versions: versions.0 }))
}

/// Remember what a key stands for.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn put(tx: &mut Tx<'_>, kind: &str, key: &str, imported: &Imported) -> Result<(), Error> {
    let set = (
        imports::target_id.eq(Bind(Id::<()>::from(imported.target))),
        imports::digest.eq(&imported.digest),
        imports::versions.eq(Json(imported.versions.clone())),
    );
    if diesel::update(imports::table.find((kind, key))).set(set).execute(tx)? == 0 {
        let row = (
            imports::kind.eq(kind),
            imports::key.eq(key),
            imports::target_id.eq(Bind(Id::<()>::from(imported.target))),
            imports::digest.eq(&imported.digest),
            imports::versions.eq(Json(imported.versions.clone())),
        );
        diesel::insert_into(imports::table).values(row).execute(tx)?;
    }
    Ok(())
}

/// Forget what a key stands for.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub(super) fn forget(tx: &mut Tx<'_>, kind: &str, key: &str) -> Result<(), Error> {
    diesel::delete(imports::table.find((kind, key))).execute(tx)?;
    Ok(())
}

/// Let what stood for one thing stand for another, which it was merged into, and these keys too where they stood for nothing. Records of theirs
/// say nothing of the other: it has a key of its own.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub(super) fn merge(tx: &mut Tx<'_>, kind: &str, (one, into): (Uuid, Uuid), keys: &BTreeSet<String>) -> Result<(), Error> {
    let (one, into) = (Id::<()>::from(one), Id::<()>::from(into));
    let merged = (imports::target_id.eq(Bind(into)), imports::versions.eq(Json(Value::Null)));
    diesel::update(imports::table.filter(imports::target_id.eq(Bind(one)))).set(merged).execute(tx)?;
    let mut sql = Sql::new("INSERT INTO imports (kind, key, target_id, digest, versions)");
    sql.values(keys, |row, key| _ = row.text(kind).text(key).id(into).text("").doc(Value::Null))
        .push(" ON CONFLICT (kind, key) DO NOTHING");
    sql.execute(tx).map(drop)
}

/// The key under which a thing itself was imported, if it was.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn key_of(tx: &mut Tx<'_>, kind: &str, target: Uuid) -> Result<Option<String>, Error> {
    imports::table
        .filter(imports::kind.eq(kind))
        .filter(imports::target_id.eq(Bind(Id::<()>::from(target))))
        .filter(imports::versions.ne(Json(Value::Null)))
        .order(imports::key)
        .select(imports::key)
        .first(tx)
}
