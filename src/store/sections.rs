//! Sections.

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use diesel::{prelude::*, sql_types::Text};
use uuid::Uuid;

use super::{
    Bind, RunQueryDsl, Tx,
    dialect::{self, Hold, Uid},
    index,
    names::{self, take},
    paths::{path_of, path_text},
    schema::{articles, editions, grants, sections},
    site,
    sql::Sql,
};
use crate::{
    access::Granted,
    domain::{
        Error, Id, Instant, Version,
        cache_tag::CacheTag,
        change::{Change, Event, Subject},
        section::Section,
    },
};

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = sections, treat_none_as_null = true)]
struct Row {
    id: Bind<Id<Section>>,
    parent_id: Option<Bind<Id<Section>>>,
    path: String,
    position: i32,
    version: i32,
    created_at: Bind<Instant>,
    updated_at: Bind<Instant>,
}

fn row(s: &Section) -> Row {
    Row {
        id: Bind(s.id),
        parent_id: s.parent().map(Bind),
        path: path_text(&s.path),
        position: s.position,
        version: s.version,
        created_at: Bind(s.created_at),
        updated_at: Bind(s.updated_at),
    }
}

fn domain(row: &Row, names: crate::domain::name::Names) -> Result<Section, Error> {
    Ok(Section {
        id: row.id.0,
        path: path_of(&row.path)?,
        position: row.position,
        names,
        version: row.version,
        created_at: row.created_at.0,
        updated_at: row.updated_at.0,
    })
}

/// All sections, siblings in order.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn all(tx: &mut Tx<'_>) -> Result<Arc<Vec<Section>>, Error> {
    tx.note(CacheTag::Sections);
    let shared = site::reference_data(tx)?;
    let known = shared.as_ref().and_then(|(shared, _)| shared.sections.get());
    let all = known.cloned().map_or_else(|| read(tx).map(Arc::new), Ok)?;
    all.iter().for_each(|section| tx.note(CacheTag::thing(section.id.uuid())));
    if let Some((shared, _)) = &shared {
        let _ = shared.sections.set(all.clone());
    }
    Ok(all)
}

fn read(tx: &mut Tx<'_>) -> Result<Vec<Section>, Error> {
    let rows: Vec<Row> = sections::table.order((sections::position, sections::id)).select(Row::as_select()).load(tx)?;
    let ids: BTreeSet<Uuid> = rows.iter().map(|r| r.id.0.uuid()).collect();
    let mut names = names::of(tx, &ids)?;
    rows.into_iter()
        .map(|row| {
            let of_row = take(&mut names, row.id.0);
            domain(&row, of_row)
        })
        .collect()
}

/// One section.
///
/// # Errors
/// [`Error::NotFound`].
pub fn find(tx: &mut Tx<'_>, id: Id<Section>) -> Result<Section, Error> {
    let row: Option<Row> = sections::table.find(Bind(id)).select(Row::as_select()).first(tx)?;
    let row = row.ok_or(Error::NotFound("section"))?;
    let names = names::one(tx, id)?;
    domain(&row, names)
}

/// The path of a section, for filing an article in it.
///
/// # Errors
/// [`Error::NotFound`].
pub fn path(tx: &mut Tx<'_>, id: Id<Section>) -> Result<Vec<Id<Section>>, Error> {
    let text: Option<String> = sections::table.find(Bind(id)).select(sections::path).first(tx)?;
    path_of(&text.ok_or(Error::NotFound("section"))?)
}

/// The paths of several sections, those that there are; held, they stay where they are until the transaction ends.
///
/// # Errors
/// [`Error::Busy`] when one is being moved, and that is not waited for.
pub(super) fn paths(tx: &mut Tx<'_>, ids: &BTreeSet<Id<Section>>, hold: Hold) -> Result<HashMap<Id<Section>, Vec<Id<Section>>>, Error> {
    #[derive(QueryableByName)]
    struct PathRow {
        #[diesel(sql_type = Uid)]
        id: Id<Section>,
        #[diesel(sql_type = Text)]
        path: String,
    }
    let mut find = |ids: &mut dyn Iterator<Item = Id<Section>>, hold| -> Result<HashMap<_, _>, Error> {
        let mut sql = Sql::new("SELECT id, path FROM sections WHERE id IN ");
        // In one order, so that of those who hold several nobody waits in a circle.
        sql.ids(ids).push(" ORDER BY id").push(dialect::holding(tx.conn, hold, true));
        sql.load::<PathRow>(tx)?.into_iter().map(|row| Ok((row.id, path_of(&row.path)?))).collect()
    };
    let found = find(&mut ids.iter().copied(), hold)?;
    let absent: Vec<_> = ids.iter().copied().filter(|id| !found.contains_key(id)).collect();
    if hold == Hold::IfFree && !absent.is_empty() && !find(&mut absent.into_iter(), Hold::Not)?.is_empty() {
        return Err(Error::Busy);
    }
    Ok(found)
}

/// Let nobody else change the tree before this transaction ends: where a section lies is a matter of all those above it.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn queue(tx: &mut Tx<'_>) -> Result<(), Error> {
    dialect::queue_for(tx.conn, "the tree of sections")
}

/// Save a section: a new one at version 1, else the next version, with its subtree where it moved.
///
/// # Errors
/// [`Error::Stale`] when another save came first.
pub fn save<A>(tx: &mut Tx<'_>, granted: &Granted<A, Section>) -> Result<(), Error> {
    let section = granted.get();
    let subject = Subject::Section(section.id);
    if section.version == 1 {
        diesel::insert_into(sections::table).values(&row(section)).execute(tx)?;
        tx.record(Change::new(Event::Created, subject));
    } else {
        let before: Option<String> = sections::table.find(Bind(section.id)).select(sections::path).first(tx)?;
        let at = sections::table.find(Bind(section.id)).filter(sections::version.eq(section.version.saturating_sub(1)));
        if diesel::update(at).set(&row(section)).execute(tx)? == 0 {
            return Err(Error::stale("section", section.version));
        }
        move_subtree(tx, &before.unwrap_or_default(), &path_text(&section.path))?;
        tx.record(Change::new(Event::Revised, subject));
    }
    names::replace(tx, section.id, &section.names)
}

fn move_subtree(tx: &mut Tx<'_>, before: &str, after: &str) -> Result<(), Error> {
    if before == after {
        return Ok(());
    }
    // Every list above it is written anew, however long they are.
    tx.extend_timeout()?;
    let below: Vec<(Id<Section>, String)> =
        sections::table.filter(sections::path.like(format!("{before}/%"))).select((sections::id, sections::path)).load(tx)?;
    for (id, path) in below {
        let moved = path.replacen(before, after, 1);
        diesel::update(sections::table.find(Bind(id))).set(sections::path.eq(moved)).execute(tx)?;
    }
    index::relist(tx, &path_of(before)?, &path_of(after)?)
}

/// What lies below a section, by its paths.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn below(tx: &mut Tx<'_>, path: &[Id<Section>]) -> Result<Vec<Vec<Id<Section>>>, Error> {
    let like = format!("{}/%", path_text(path));
    let below: Vec<String> = sections::table.filter(sections::path.like(like)).select(sections::path).load(tx)?;
    below.iter().map(|path| path_of(path)).collect()
}

/// Hold some sections that are about to be changed. Whoever lists something by their paths holds them too, and is waited for before anything
/// is written; all hold them in the order of their ids, so that nobody waits for somebody who waits for them.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn hold(tx: &mut Tx<'_>, ids: impl IntoIterator<Item = Id<Section>>) -> Result<(), Error> {
    let mut sql = Sql::new("SELECT id FROM sections WHERE id IN ");
    sql.ids(ids).push(" ORDER BY id").push(dialect::holding(tx.conn, Hold::Waiting, false));
    sql.execute(tx).map(drop)
}

/// Remove a section that nothing uses.
///
/// # Errors
/// [`Error::Stale`] when it has moved on; [`Error::Conflict`] with code `in-use`.
pub fn delete<A>(tx: &mut Tx<'_>, granted: &Granted<A, Section>, expected: Version) -> Result<(), Error> {
    let section = granted.get();
    names::remove(tx, section.id)?;
    let at = sections::table.find(Bind(section.id)).filter(sections::version.eq(expected));
    if diesel::delete(at).execute(tx)? == 0 {
        return Err(Error::stale("section", section.version));
    }
    tx.record(Change::new(Event::Deleted, Subject::Section(section.id)));
    Ok(())
}

/// What still uses a section, in words; nothing when it can go.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn used_by(tx: &mut Tx<'_>, id: Id<Section>) -> Result<Option<&'static str>, Error> {
    use diesel::dsl::exists;
    if diesel::select(exists(sections::table.filter(sections::parent_id.eq(Some(id))))).get_result(tx)? {
        return Ok(Some("sections below it"));
    }
    if diesel::select(exists(articles::table.filter(articles::section_id.eq(Bind(id))))).get_result(tx)?
        || diesel::select(exists(editions::table.filter(editions::section_id.eq(Bind(id))))).get_result(tx)?
        || super::plans::name(tx, id)?
    {
        // Which of them it is would tell of plans that whoever asks may not see.
        return Ok(Some("articles"));
    }
    if diesel::select(exists(grants::table.filter(grants::section_id.eq(Some(id))))).get_result(tx)? {
        return Ok(Some("grants"));
    }
    if super::menus::leading_to(tx, id)? > 0 {
        return Ok(Some("menus"));
    }
    Ok((super::collection_uses::naming(tx, id)? > 0).then_some("collections"))
}

/// How many sections lie right below one.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn right_below(tx: &mut Tx<'_>, id: Id<Section>) -> Result<i64, Error> {
    sections::table.filter(sections::parent_id.eq(Some(id))).count().get_result(tx)
}

/// How many sections there are.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn count(tx: &mut Tx<'_>) -> Result<i64, Error> {
    sections::table.count().get_result(tx)
}
