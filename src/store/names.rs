//! Names and addresses of sections, authors, tags and articles.

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use diesel::{
    QueryableByName,
    prelude::*,
    sql_types::{Bool, Text},
};
use uuid::Uuid;

pub use super::reference_data::Named;
use super::{
    Bind, RunQueryDsl, Tx,
    dialect::Uid,
    schema::{addresses, names},
    site,
    sql::Sql,
};
use crate::domain::{
    Error, Id, Locale,
    address::AddressKind,
    cache_tag::CacheTag,
    name::{Name, Names},
    slug::Slug,
};

#[derive(QueryableByName)]
struct NamedRow {
    #[diesel(sql_type = Uid)]
    target_id: Id<()>,
    #[diesel(sql_type = Text)]
    locale: String,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    slug: String,
    #[diesel(sql_type = Text)]
    about: String,
    #[diesel(sql_type = Text)]
    kind: String,
}

/// The names of many things, by id, in one statement; in none when readers have them all.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn of(tx: &mut Tx<'_>, ids: &BTreeSet<Uuid>) -> Result<HashMap<Uuid, Arc<Named>>, Error> {
    ids.iter().for_each(|id| tx.note(CacheTag::thing(*id)));
    let shared = site::reference_data(tx)?;
    let mut all = shared.as_ref().map(|(shared, _)| shared.names_of(ids)).unwrap_or_default();
    if all.len() == ids.len() {
        return Ok(all);
    }
    let mut sql = Sql::new(
        "SELECT n.target_id, n.locale, n.name, n.slug, n.about, COALESCE(a.kind, t.kind, '') AS kind FROM names n \
         LEFT JOIN authors a ON a.id = n.target_id LEFT JOIN tags t ON t.id = n.target_id WHERE n.target_id IN ",
    );
    sql.ids(ids.iter().filter(|id| !all.contains_key(id)).map(|id| Id::<()>::from(*id)));
    let mut read: HashMap<Uuid, Named> = HashMap::new();
    for row in sql.load::<NamedRow>(tx)? {
        let named = read.entry(row.target_id.uuid()).or_default();
        named.kind = row.kind;
        named.names.insert(Locale::stored(row.locale), Name { name: row.name, slug: Slug::stored(row.slug), about: row.about });
    }
    for (id, named) in read {
        let named = Arc::new(named);
        if let Some((shared, _)) = &shared {
            shared.keep_names(id, named.clone());
        }
        all.insert(id, named);
    }
    Ok(all)
}

/// The names of one thing.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn one<T>(tx: &mut Tx<'_>, id: Id<T>) -> Result<Names, Error> {
    Ok(take(&mut of(tx, &BTreeSet::from([id.uuid()]))?, id))
}

#[derive(Insertable)]
#[diesel(table_name = names)]
struct NewName<'a> {
    target_id: Bind<Id<()>>,
    locale: &'a str,
    name: &'a str,
    slug: &'a str,
    about: &'a str,
}

/// Replace the names of a thing.
pub(super) fn replace<T>(tx: &mut Tx<'_>, id: Id<T>, all: &Names) -> Result<(), Error> {
    diesel::delete(names::table.filter(names::target_id.eq(Bind(id.cast::<()>())))).execute(tx)?;
    for (locale, name) in all {
        let row =
            NewName { target_id: Bind(id.cast()), locale: locale.as_str(), name: &name.name, slug: name.slug.as_str(), about: &name.about };
        diesel::insert_into(names::table).values(&row).execute(tx)?;
    }
    Ok(())
}

/// Remove the names of a thing. Its addresses stay, for they were public.
pub(super) fn remove<T>(tx: &mut Tx<'_>, id: Id<T>) -> Result<(), Error> {
    diesel::delete(names::table.filter(names::target_id.eq(Bind(id.cast::<()>())))).execute(tx)?;
    Ok(())
}

/// Where an address leads.
#[derive(Debug, Clone)]
pub struct Address {
    /// The kind of thing.
    pub kind: AddressKind,
    /// The thing.
    pub target: Uuid,
    /// The locale it was found in.
    pub locale: Locale,
    /// The slug it was found by.
    pub slug: String,
    /// Whether it is an article that is no news, or was in public: its address is one as sections have.
    pub page: bool,
}

/// Where slugs lead, in any of the locales; in one statement. Those of tags lead somewhere while a live story carries them, those of
/// authors while one credits them, unless the site shows all its authors.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn find(tx: &mut Tx<'_>, locales: &[Locale], slugs: &[&str]) -> Result<Vec<Address>, Error> {
    if slugs.is_empty() {
        return Ok(Vec::new());
    }
    slugs.iter().for_each(|slug| tx.note(CacheTag::slug(slug)));
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Text)]
        kind: String,
        #[diesel(sql_type = Uid)]
        target_id: Id<()>,
        #[diesel(sql_type = Text)]
        locale: String,
        #[diesel(sql_type = Text)]
        slug: String,
        #[diesel(sql_type = Bool)]
        page: bool,
    }
    let mut sql = Sql::new("SELECT kind, target_id, locale, slug, ");
    sql.was_page("target_id").push(" AS page FROM addresses WHERE locale IN ").locales(locales).push(" AND slug IN (");
    for (n, slug) in slugs.iter().enumerate() {
        sql.push(if n == 0 { "" } else { ", " }).text(slug);
    }
    sql.push(")");
    if tx.as_of.is_none() {
        sql.push(" AND (kind NOT IN ('tag', 'author') OR EXISTS (SELECT 1 FROM live_listings x WHERE x.facet = target_id)");
        sql.push(" OR (kind = 'author' AND EXISTS (SELECT 1 FROM site WHERE authors_public = 'always')))");
    }
    let mut found = Vec::new();
    for row in sql.load::<Row>(tx)? {
        let (kind, locale) = (row.kind.parse()?, Locale::stored(row.locale));
        found.push(Address { kind, target: row.target_id.uuid(), locale, slug: row.slug, page: row.page });
    }
    found.sort_by_key(|a| locales.iter().position(|l| *l == a.locale));
    Ok(found)
}

/// The thing of a kind that a slug leads to in any locale, public or not.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn of_slug(tx: &mut Tx<'_>, kind: AddressKind, slug: &str) -> Result<Option<Uuid>, Error> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Uid)]
        target_id: Id<()>,
    }
    // An address is kept when what it led to is gone, or has another slug by now.
    let mut sql = Sql::new(
        "SELECT a.target_id FROM addresses a JOIN names n ON n.target_id = a.target_id AND n.locale = a.locale AND n.slug = a.slug WHERE a.slug = ",
    );
    sql.text(slug).push(" AND a.kind = ").text(kind.as_str());
    sql.push(" ORDER BY CASE WHEN a.locale = (SELECT default_locale FROM site) THEN 0 ELSE 1 END, a.locale");
    Ok(sql.first::<Row>(tx)?.map(|row| row.target_id.uuid()))
}

/// Every slug that leads to one of these, or did, and every address from which a redirect does.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn slugs(tx: &mut Tx<'_>, ids: &BTreeSet<Uuid>) -> Result<Vec<String>, Error> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Text)]
        slug: String,
    }
    let ids = || ids.iter().map(|id| Id::<()>::from(*id));
    let mut sql = Sql::new("SELECT slug FROM addresses WHERE target_id IN ");
    sql.ids(ids()).push(" UNION ALL SELECT path FROM redirects WHERE target_id IN ").ids(ids());
    Ok(sql.load::<Row>(tx)?.into_iter().map(|row| row.slug).collect())
}

/// An address that leads to a thing, beside the present one: a slug that it had, or a path from which a redirect leads to it.
#[derive(Debug, Clone, PartialEq, Eq, QueryableByName)]
pub struct Leading {
    #[diesel(sql_type = Uid)]
    target_id: Id<()>,
    #[diesel(sql_type = Text)]
    locale: String,
    /// The slug, or the path, which begins with `/`.
    #[diesel(sql_type = Text)]
    pub text: String,
    /// Whether there is nothing else to be said of it, such as a note or a status other than 301.
    #[diesel(sql_type = Bool)]
    pub plain: bool,
}

/// The addresses that lead to things, by their ids and locales: slugs, the present ones among them, and paths.
pub type AllLeading = HashMap<(Uuid, Locale), Vec<Leading>>;

/// Every address that leads to one of these, in one statement.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn leading(tx: &mut Tx<'_>, ids: impl Iterator<Item = Uuid> + Clone) -> Result<AllLeading, Error> {
    let ids = ids.map(Id::<()>::from);
    let mut sql = Sql::new("SELECT target_id, locale, slug AS text, TRUE AS plain FROM addresses WHERE target_id IN ");
    sql.ids(ids.clone()).push(" UNION ALL SELECT target_id, locale, path, status = 301 AND note = '' FROM redirects WHERE target_id IN ");
    sql.ids(ids).push(" ORDER BY text");
    let mut all = AllLeading::new();
    for row in sql.load::<Leading>(tx)? {
        all.entry((row.target_id.uuid(), Locale::stored(row.locale.clone()))).or_default().push(row);
    }
    Ok(all)
}

impl Leading {
    /// Slugs but for those that are in use, and paths.
    #[must_use]
    pub fn parted(all: &[Self], in_use: &[&str]) -> (Vec<String>, Vec<String>) {
        let texts = all.iter().map(|one| one.text.clone()).filter(|text| !in_use.contains(&text.as_str()));
        let (paths, slugs) = texts.partition(|text: &String| text.starts_with('/'));
        (slugs, paths)
    }
}

/// The addresses of sections, authors and tags, present and former.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn addresses(tx: &mut Tx<'_>, ids: &BTreeSet<Uuid>) -> Result<Vec<(Locale, Slug)>, Error> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let ids = ids.iter().map(|id| Bind(Id::<()>::from(*id)));
    let of_these = addresses::table.filter(addresses::target_id.eq_any(ids));
    let rows: Vec<(String, String)> = of_these.select((addresses::locale, addresses::slug)).load(tx)?;
    Ok(rows.into_iter().map(|(locale, slug)| (Locale::stored(locale), Slug::stored(slug))).collect())
}

/// True when something has a name in this locale.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn in_use(tx: &mut Tx<'_>, locale: &Locale) -> Result<bool, Error> {
    diesel::select(diesel::dsl::exists(names::table.filter(names::locale.eq(locale.as_str())))).get_result(tx)
}

/// The names of one of many things, which is asked for once.
pub(super) fn take<T>(all: &mut HashMap<Uuid, Arc<Named>>, id: Id<T>) -> Names {
    all.remove(&id.uuid()).map(|named| Arc::unwrap_or_clone(named).names).unwrap_or_default()
}
