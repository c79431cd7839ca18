//! Merging: an author or a tag becomes one with another, and whatever names it names the other from then on.
//!
//! **Decision.** Everything is written over: working copies, every revision of their facts, editions that are live and those that have ended, lists,
//! addresses, redirects, links of bodies, and what importers know it by. No article gets a version by that, as none does when a locale gets another tag: its
//! facts mean what they meant. What named both names the other once, in the first of the two places. **Consequence.** Nothing is left that
//! names what is gone, so that any revision can be restored, planned and published as before; and the facts of all revisions are looked through, which
//! takes as long as there are many.
//!
//! What is saved beside it, on `PostgreSQL`, or was rendered before it for a publication after it, may name what is gone on. So whoever follows a reference or a
//! redirect to what is not there looks at what it was merged into (`present`).
//!
//! On `PostgreSQL` it begins with what it waits for: other writers of names, then the articles that name it, then all who are about to name it.

use std::collections::{BTreeSet, HashMap};

use diesel::{
    QueryableByName,
    sql_types::{Integer, Text},
};
use serde_json::json;
use uuid::Uuid;

use super::{
    RunQueryDsl, Tx, collection_uses,
    dialect::{self, Doc, Hold, Uid, Unread},
    imports, menus,
    named::Stored,
    names, redirects, site, sorted_names,
    sql::Sql,
};
use crate::{
    access::{Granted, action::Kept},
    domain::{
        Error, Id, Version,
        address::AddressKind,
        article::{Article, Facts},
        body,
        cache_tag::CacheTag,
        change::{Change, Event, Subject},
        edition::Edition,
        named::Named,
        reference::Reference,
    },
};

/// Let nobody else change authors and tags, the articles that name one, or what they say of it, before this transaction ends.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn hold<K: Stored>(tx: &mut Tx<'_>, id: Id<Named<K>>) -> Result<(), Error> {
    #[derive(QueryableByName)]
    struct Held {
        #[diesel(sql_type = Uid)]
        #[expect(dead_code, reason = "that it is held is enough")]
        id: Id<()>,
    }
    site::queue(tx)?;
    let holding = dialect::holding(tx.conn, Hold::Waiting, false);
    if holding.is_empty() {
        return Ok(());
    }
    let ((working, column), (editions, in_editions)) = (K::IN_ARTICLES, K::IN_EDITIONS);
    let mut sql = Sql::new(&format!("SELECT a.id FROM articles a WHERE a.id IN (SELECT article_id FROM {working} WHERE {column} = "));
    sql.id(id)
        .push(&format!(" UNION SELECT e.article_id FROM {editions} x JOIN editions e ON e.id = x.edition_id WHERE x.{in_editions} = "));
    sql.id(id).push(") ORDER BY a.id").push(holding);
    sql.load::<Held>(tx)?;
    let mut sql = Sql::new(&format!("SELECT id FROM {} WHERE id = ", K::TABLE));
    sql.id(id).push(dialect::holding_from_references(tx.conn));
    sql.load::<Held>(tx).map(drop)
}

/// Let everything that names one name another, and remove the first.
///
/// # Errors
/// [`Error::Stale`] when it has moved on.
pub fn merge<K: Kept + Stored>(
    tx: &mut Tx<'_>,
    one: &Granted<K::Manage, Named<K>>,
    into: &Granted<K::Manage, Named<K>>,
) -> Result<(), Error> {
    let (one, into) = (one.get(), into.get().id);
    // Everything that ever named it is touched.
    tx.extend_timeout()?;
    working_copies(tx, one.id, into)?;
    revisions(tx, one.id, into)?;
    editions(tx, one.id, into)?;
    lists(tx, one.id, into)?;
    addresses(tx, one.id, into)?;
    references(tx, one.id, into)?;
    menus::merge(tx, one.id, into)?;
    collection_uses::merge(tx, one.id, into)?;
    // What was exported names it by its id, and other systems a tag by its slug, whether or not it ever came from there.
    let slugs = one.names.values().filter(|_| K::ADDRESS == AddressKind::Tag).map(|name| name.slug.to_string());
    let keys = slugs.chain([one.id.to_string()]).collect();
    imports::merge(tx, K::ADDRESS.as_str(), (one.id.uuid(), into.uuid()), &keys)?;
    remember(tx, one.id, into)?;
    names::remove(tx, one.id)?;
    sorted_names::remove(tx, one.id.cast())?;
    let mut sql = Sql::new(&format!("DELETE FROM {} WHERE id = ", K::TABLE));
    sql.id(one.id).push(" AND version = ").int(i64::from(one.version));
    if sql.execute(tx)? == 0 {
        return Err(Error::stale(K::ADDRESS.as_str(), one.version));
    }
    tx.record(Change::new(Event::Merged, K::subject(one.id)).because(&format!("into {into}")));
    tx.record(Change::new(Event::Merged, K::subject(into)).because(&format!("with {}", one.id)));
    Ok(())
}

/// What those of these things stand for now that were merged into another, by their ids.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn present(tx: &mut Tx<'_>, gone: impl IntoIterator<Item = (AddressKind, Uuid)>) -> Result<HashMap<Uuid, Uuid>, Error> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Uid)]
        id: Id<()>,
        #[diesel(sql_type = Uid)]
        into_id: Id<()>,
    }
    let may = |(kind, _): &(AddressKind, Uuid)| matches!(kind, AddressKind::Author | AddressKind::Tag);
    let gone: BTreeSet<_> = gone.into_iter().filter(may).collect();
    let mut present = HashMap::new();
    for kind in [AddressKind::Author, AddressKind::Tag] {
        let ids: Vec<Id<()>> = gone.iter().filter(|(of, _)| *of == kind).map(|(_, id)| Id::from(*id)).collect();
        if ids.is_empty() {
            continue;
        }
        ids.iter().for_each(|id| tx.note(CacheTag::thing(id.uuid())));
        let mut sql = Sql::new("SELECT id, into_id FROM merged WHERE kind = ");
        sql.text(kind.as_str()).push(" AND id IN ").ids(ids);
        present.extend(sql.load::<Row>(tx)?.into_iter().map(|row| (row.id.uuid(), row.into_id.uuid())));
    }
    // It may be merged on, or go.
    present.values().for_each(|into| tx.note(CacheTag::thing(*into)));
    Ok(present)
}

/// Know one by its id on, and all that had been merged into it.
fn remember<K: Stored>(tx: &mut Tx<'_>, one: Id<Named<K>>, into: Id<Named<K>>) -> Result<(), Error> {
    let mut sql = Sql::new("UPDATE merged SET into_id = ");
    sql.id(into).push(" WHERE into_id = ").id(one);
    sql.execute(tx)?;
    let mut sql = Sql::new("INSERT INTO merged (id, kind, into_id)");
    sql.values([()], |row, ()| _ = row.id(one).text(K::ADDRESS.as_str()).id(into));
    sql.execute(tx).map(drop)
}

fn working_copies<K: Stored>(tx: &mut Tx<'_>, one: Id<Named<K>>, into: Id<Named<K>>) -> Result<(), Error> {
    let (table, column) = K::IN_ARTICLES;
    let same = if table == "article_credits" { " AND o.role = x.role" } else { "" };
    let mut sql = Sql::new(&format!("DELETE FROM {table} AS x WHERE x.{column} IN "));
    sql.ids([one, into]).push(&format!(" AND EXISTS (SELECT 1 FROM {table} o WHERE o.article_id = x.article_id AND o.{column} IN "));
    sql.ids([one, into]).push(&format!(" AND o.position < x.position{same})"));
    sql.execute(tx)?;
    let mut sql = Sql::new(&format!("UPDATE {table} SET {column} = "));
    sql.id(into).push(&format!(" WHERE {column} = ")).id(one);
    sql.execute(tx).map(drop)
}

/// What has an id somewhere in a column of JSON; within a text a quotation mark is escaped.
fn having(sql: &mut Sql, column: &str, id: &str) {
    sql.push(&format!(" CAST({column} AS TEXT) LIKE ")).text(&format!("%\"{id}\"%"));
}

/// Wherever an id stands in a column of JSON, in rows of which `also` is true, another is written over it.
fn written_over(
    tx: &mut Tx<'_>,
    (table, column): (&str, &str),
    (one, into): (&str, &str),
    also: impl FnOnce(&mut Sql),
) -> Result<(), Error> {
    let mut sql = Sql::new(&format!("UPDATE {table} SET {column} = CAST(REPLACE(CAST({column} AS TEXT), "));
    sql.text(&format!("\"{one}\"")).push(", ").text(&format!("\"{into}\"")).push(&format!(") AS {}) WHERE", dialect::doc_type(tx.conn)));
    having(&mut sql, column, one);
    also(&mut sql);
    sql.execute(tx).map(drop)
}

/// That facts do not name the other as well: then it would be there twice.
fn naming_one_alone(sql: &mut Sql, into: &str) {
    sql.push(" AND NOT (");
    having(sql, "facts", into);
    sql.push(")");
}

fn revisions<K: Stored>(tx: &mut Tx<'_>, one: Id<Named<K>>, into: Id<Named<K>>) -> Result<(), Error> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Uid)]
        article_id: Id<Article>,
        #[diesel(sql_type = Integer)]
        version: Version,
        #[diesel(sql_type = Doc)]
        facts: Unread,
    }
    let (from, to) = (one.to_string(), into.to_string());
    written_over(tx, ("article_revisions", "facts"), (&from, &to), |sql| naming_one_alone(sql, &to))?;
    let mut sql = Sql::new("SELECT article_id, version, facts FROM article_revisions WHERE");
    having(&mut sql, "facts", &from);
    for row in sql.load::<Row>(tx)? {
        let facts = row.facts.read::<Facts>()?.merged(one.uuid(), into.uuid());
        let mut sql = Sql::new("UPDATE article_revisions SET facts = ");
        sql.doc(json!(facts)).push(" WHERE article_id = ").id(row.article_id).push(" AND version = ").int(i64::from(row.version));
        sql.execute(tx)?;
    }
    Ok(())
}

fn editions<K: Stored>(tx: &mut Tx<'_>, one: Id<Named<K>>, into: Id<Named<K>>) -> Result<(), Error> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Uid)]
        id: Id<Edition>,
        #[diesel(sql_type = Doc)]
        facts: Unread,
    }
    let (table, column) = K::IN_EDITIONS;
    let named = |sql: &mut Sql| {
        sql.push(&format!(" AND id IN (SELECT edition_id FROM {table} WHERE {column} = ")).id(one).push(")");
    };
    let (from, to) = (one.to_string(), into.to_string());
    written_over(tx, ("editions", "facts"), (&from, &to), |sql| {
        named(sql);
        naming_one_alone(sql, &to);
    })?;
    let mut sql = Sql::new("SELECT id, facts FROM editions WHERE");
    having(&mut sql, "facts", &from);
    named(&mut sql);
    for row in sql.load::<Row>(tx)? {
        let facts = row.facts.read::<Facts>()?.merged(one.uuid(), into.uuid());
        let mut sql = Sql::new("UPDATE editions SET facts = ");
        sql.doc(json!(facts)).push(" WHERE id = ").id(row.id);
        sql.execute(tx)?;
    }
    instead(tx, table, column, "edition_id", (one, into))
}

/// Rows of one become rows of the other, but for those that it has already.
fn instead<T>(tx: &mut Tx<'_>, table: &str, column: &str, others: &str, (one, into): (Id<T>, Id<T>)) -> Result<(), Error> {
    let mut sql = Sql::new(&format!("INSERT INTO {table} ({column}, {others}) SELECT "));
    sql.id(into).push(&format!(", {others} FROM {table} WHERE {column} = ")).id(one).push(" ON CONFLICT DO NOTHING");
    sql.execute(tx)?;
    let mut sql = Sql::new(&format!("DELETE FROM {table} WHERE {column} = "));
    sql.id(one);
    sql.execute(tx).map(drop)
}

fn lists<K: Stored>(tx: &mut Tx<'_>, one: Id<Named<K>>, into: Id<Named<K>>) -> Result<(), Error> {
    instead(tx, "live_listings", "facet", "locale, published_at, article_id, updated_at, edition_id", (one, into))
}

/// Let links of bodies that refer to one refer to the other, and the editions that froze them.
fn references<K: Stored>(tx: &mut Tx<'_>, one: Id<Named<K>>, into: Id<Named<K>>) -> Result<(), Error> {
    // As a member: what was typed stays, though it is an id.
    let [from, to] = [one, into].map(|id| id.to_string());
    for between in ["", " "] {
        let member = |id: &str| format!("\"id\":{between}\"{id}\"");
        let mut sql = Sql::new("UPDATE translation_revisions SET words = CAST(REPLACE(CAST(words AS TEXT), ");
        sql.text(&member(&from)).push(", ").text(&member(&to)).push(&format!(") AS {}) WHERE", dialect::doc_type(tx.conn)));
        sql.push(" CAST(words AS TEXT) LIKE ").text(&format!("%{}%", member(&from)));
        sql.execute(tx)?;
    }
    let [from, to] = [one, into].map(|id| body::references::in_frozen(&Reference::new(K::ADDRESS, id.uuid())));
    let mut sql = Sql::new("UPDATE editions SET html = REPLACE(html, ");
    sql.text(&from).push(", ").text(&to).push(") WHERE html LIKE ").text(&format!("%{from}%"));
    sql.execute(tx).map(drop)
}

/// Let slugs and redirects that lead to one lead to the other.
fn addresses<K: Stored>(tx: &mut Tx<'_>, one: Id<Named<K>>, into: Id<Named<K>>) -> Result<(), Error> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Text)]
        path: String,
    }
    let mut sql = Sql::new("UPDATE addresses SET target_id = ");
    sql.id(into).push(" WHERE target_id = ").id(one);
    sql.execute(tx)?;
    let mut sql = Sql::new("UPDATE redirects SET target_id = ");
    sql.id(into).push(", version = version + 1, updated_at = ").at(tx.now()).push(" WHERE target_id = ").id(one).push(" RETURNING path");
    let moved: BTreeSet<String> = sql.load::<Row>(tx)?.into_iter().map(|row| row.path).collect();
    for redirect in redirects::from_any(tx, &moved)? {
        tx.record(Change::new(Event::Revised, Subject::Redirect(redirect.id)).because(&redirect.to_string()));
    }
    Ok(())
}
