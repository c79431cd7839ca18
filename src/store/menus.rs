//! Menus.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use super::{
    RunQueryDsl, Tx,
    dialect::{self, At, Uid},
    site,
    sql::{Sql, Values},
};
use crate::{
    access::{Granted, action::ManageMenus, scope::Whole},
    domain::{
        Error, Id, Instant, Locale, Version,
        cache_tag::CacheTag,
        change::{Change, Event, Subject},
        menu::{Item, Menu, MenuId, Target, Thing},
        slug::Slug,
    },
};
use diesel::{
    QueryableByName,
    sql_types::{Integer, Nullable, Text},
};

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Uid)]
    id: MenuId,
    #[diesel(sql_type = Text)]
    slug: String,
    #[diesel(sql_type = Integer)]
    version: i32,
    #[diesel(sql_type = At)]
    created_at: Instant,
    #[diesel(sql_type = At)]
    updated_at: Instant,
    #[diesel(sql_type = Nullable<Integer>)]
    place: Option<i32>,
    #[diesel(sql_type = Nullable<Integer>)]
    depth: Option<i32>,
    #[diesel(sql_type = Nullable<Text>)]
    kind: Option<String>,
    #[diesel(sql_type = Nullable<Uid>)]
    target_id: Option<Id<()>>,
    #[diesel(sql_type = Nullable<Text>)]
    url: Option<String>,
}

#[derive(QueryableByName)]
struct LabelRow {
    #[diesel(sql_type = Uid)]
    menu_id: MenuId,
    #[diesel(sql_type = Integer)]
    place: i32,
    #[diesel(sql_type = Text)]
    locale: String,
    #[diesel(sql_type = Text)]
    label: String,
}

/// An item as it is kept: items stand in one row after another, those below another one behind it, one deeper.
struct Flat {
    depth: i32,
    item: Item,
}

fn flat(items: &[Item], depth: i32, all: &mut Vec<Flat>) {
    for item in items {
        all.push(Flat { depth, item: Item { items: Vec::new(), ..item.clone() } });
        flat(&item.items, depth.saturating_add(1), all);
    }
}

/// The items of a level, and below them whatever follows that is deeper.
fn nested(rows: &mut std::iter::Peekable<std::vec::IntoIter<Flat>>, depth: i32) -> Vec<Item> {
    let mut items = Vec::new();
    // Ends: each round takes a row.
    while let Some(row) = rows.next_if(|row| row.depth >= depth) {
        let below = nested(rows, row.depth.saturating_add(1));
        items.push(Item { items: below, ..row.item });
    }
    items
}

fn read(tx: &mut Tx<'_>) -> Result<Vec<Menu>, Error> {
    let rows: Vec<Row> = Sql::new(
        "SELECT m.id, m.slug, m.version, m.created_at, m.updated_at, i.place, i.depth, i.kind, i.target_id, i.url \
         FROM menus m LEFT JOIN menu_items i ON i.menu_id = m.id ORDER BY m.created_at, m.id, i.place",
    )
    .load(tx)?;
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let mut labels: HashMap<(MenuId, i32), BTreeMap<Locale, String>> = HashMap::new();
    for row in Sql::new("SELECT menu_id, place, locale, label FROM menu_labels").load::<LabelRow>(tx)? {
        labels.entry((row.menu_id, row.place)).or_default().insert(Locale::stored(row.locale), row.label);
    }
    let mut menus: Vec<(Menu, Vec<Flat>)> = Vec::new();
    for row in rows {
        let Row { id, slug, version, created_at, updated_at, .. } = row;
        if menus.last().is_none_or(|(last, _)| last.id != id) {
            menus.push((Menu { id, slug: Slug::stored(slug), items: Vec::new(), version, created_at, updated_at }, Vec::new()));
        }
        let (Some((_, items)), Some(place), Some(depth)) = (menus.last_mut(), row.place, row.depth) else { continue };
        let to = match (row.kind, row.target_id) {
            (Some(kind), Some(id)) => Some(Target::Thing(Thing { kind: kind.parse()?, id: id.uuid() })),
            _ => row.url.map(Target::Address),
        };
        items.push(Flat { depth, item: Item { to, labels: labels.remove(&(id, place)).unwrap_or_default(), items: Vec::new() } });
    }
    Ok(menus.into_iter().map(|(menu, rows)| Menu { items: nested(&mut rows.into_iter().peekable(), 0), ..menu }).collect())
}

/// All menus, oldest first: in two statements, in one where there are none, and in none where readers have them.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn all(tx: &mut Tx<'_>) -> Result<Arc<Vec<Menu>>, Error> {
    tx.note(CacheTag::Menus);
    let shared = site::reference_data(tx)?;
    let known = shared.as_ref().and_then(|(shared, _)| shared.menus.get());
    let all = known.cloned().map_or_else(|| read(tx).map(Arc::new), Ok)?;
    if let Some((shared, _)) = &shared {
        let _ = shared.menus.set(all.clone());
    }
    Ok(all)
}

/// One menu.
///
/// # Errors
/// [`Error::NotFound`].
pub fn find(tx: &mut Tx<'_>, id: MenuId) -> Result<Menu, Error> {
    all(tx)?.iter().find(|menu| menu.id == id).cloned().ok_or(Error::NotFound("menu"))
}

/// Let nobody else change menus before this transaction ends: how many there are is a matter of all.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn queue(tx: &mut Tx<'_>) -> Result<(), Error> {
    dialect::queue_for(tx.conn, "menus")
}

/// Save: a new one at version 1, others at their next version.
///
/// # Errors
/// [`Error::Taken`] when another has its slug, [`Error::Stale`] when another save came first.
pub fn save(tx: &mut Tx<'_>, granted: &Granted<ManageMenus, Whole<Menu>>) -> Result<(), Error> {
    let Whole(menu) = granted.get();
    let mut sql = Sql::new("INSERT INTO menus (id, slug, version, created_at, updated_at)");
    sql.values([menu], |row, m| _ = row.id(m.id).text(m.slug.as_str()).int(m.version).at(m.created_at).at(m.updated_at));
    sql.push(" ON CONFLICT (id) DO UPDATE SET slug = excluded.slug, version = excluded.version, updated_at = excluded.updated_at ");
    sql.push("WHERE menus.version = excluded.version - 1");
    if sql.execute(tx)? == 0 {
        return Err(Error::stale("menu", menu.version));
    }
    clear(tx, menu.id)?;
    let mut rows = Vec::new();
    flat(&menu.items, 0, &mut rows);
    let rows: Vec<(i32, Flat)> = (0..).zip(rows).collect();
    if !rows.is_empty() {
        let mut sql = Sql::new("INSERT INTO menu_items (menu_id, place, depth, kind, target_id, url)");
        sql.values(&rows, |row, (place, flat)| {
            let (thing, url) = match &flat.item.to {
                Some(Target::Thing(thing)) => (Some(thing), None),
                Some(Target::Address(url)) => (None, Some(url)),
                None => (None, None),
            };
            row.id(menu.id).int(*place).int(flat.depth).some(thing, |row, t| row.text(t.kind.as_str()));
            row.some(thing.map(|t| Id::<()>::from(t.id)), Values::id).some(url, |row, url| row.text(url));
        });
        sql.execute(tx)?;
    }
    let labels: Vec<_> = rows.iter().flat_map(|(place, flat)| flat.item.labels.iter().map(move |label| (*place, label))).collect();
    for some in labels.chunks(1_000) {
        let mut sql = Sql::new("INSERT INTO menu_labels (menu_id, place, locale, label)");
        sql.values(some, |row, (place, (locale, label))| _ = row.id(menu.id).int(*place).text(locale.as_str()).text(label));
        sql.execute(tx)?;
    }
    let event = if menu.version == 1 { Event::Created } else { Event::Revised };
    tx.record(Change::new(event, Subject::Menu(menu.id)));
    Ok(())
}

fn clear(tx: &mut Tx<'_>, id: MenuId) -> Result<(), Error> {
    for table in ["menu_labels", "menu_items"] {
        let mut sql = Sql::new(&format!("DELETE FROM {table} WHERE menu_id = "));
        sql.id(id);
        sql.execute(tx)?;
    }
    Ok(())
}

/// Remove one.
///
/// # Errors
/// [`Error::Stale`] when it has moved on.
pub fn delete(tx: &mut Tx<'_>, granted: &Granted<ManageMenus, Whole<Menu>>, expected: Version) -> Result<(), Error> {
    let Whole(menu) = granted.get();
    clear(tx, menu.id)?;
    let mut sql = Sql::new("DELETE FROM menus WHERE id = ");
    sql.id(menu.id).push(" AND version = ").int(i64::from(expected));
    if sql.execute(tx)? == 0 {
        return Err(Error::stale("menu", menu.version));
    }
    tx.record(Change::new(Event::Deleted, Subject::Menu(menu.id)));
    Ok(())
}

/// How many menus have an item that leads to this.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn leading_to<T>(tx: &mut Tx<'_>, id: Id<T>) -> Result<i64, Error> {
    let mut sql = Sql::new("SELECT COUNT(DISTINCT menu_id) AS n FROM menu_items WHERE target_id = ");
    sql.id(id);
    sql.count(tx)
}

/// How many menus have a label in this locale.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn labelled_in(tx: &mut Tx<'_>, locale: &Locale) -> Result<i64, Error> {
    let mut sql = Sql::new("SELECT COUNT(DISTINCT menu_id) AS n FROM menu_labels WHERE locale = ");
    sql.text(locale.as_str());
    sql.count(tx)
}

/// Let what leads to one lead to another.
pub(super) fn merge<T>(tx: &mut Tx<'_>, one: Id<T>, into: Id<T>) -> Result<(), Error> {
    #[derive(QueryableByName)]
    struct Moved {
        #[diesel(sql_type = Uid)]
        id: MenuId,
    }
    let mut sql = Sql::new("UPDATE menus SET version = version + 1, updated_at = ");
    sql.at(tx.now()).push(" WHERE id IN (SELECT menu_id FROM menu_items WHERE target_id = ").id(one).push(") RETURNING id");
    let moved = sql.load::<Moved>(tx)?;
    if moved.is_empty() {
        return Ok(());
    }
    let mut sql = Sql::new("UPDATE menu_items SET target_id = ");
    sql.id(into).push(" WHERE target_id = ").id(one);
    sql.execute(tx)?;
    moved.into_iter().for_each(|menu| tx.record(Change::new(Event::Revised, Subject::Menu(menu.id))));
    Ok(())
}
