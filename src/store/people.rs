//! The directory of colleagues, and what everybody changes of their own account.

use diesel::{
    QueryableByName,
    prelude::*,
    sql_types::{Binary, Text},
};

use super::{
    Bind, RunQueryDsl, Tx,
    dialect::Uid,
    present_users::{PRESENT, present},
    schema::users,
    sql::Sql,
    user_keys,
    users::{grants_of, hold},
};
use crate::{
    access::Myself,
    domain::{
        Error, Id, Locale,
        change::{Change, Event, Subject},
        collation::NameKey,
        page::{Page, Paging, Place, Sorting},
        section::Section,
        user::{Grant, Role, User, UserKind},
    },
};

/// A colleague.
#[derive(Debug, Clone)]
pub struct Colleague {
    /// Their id.
    pub id: Id<User>,
    /// Their name.
    pub name: String,
    /// Who they are.
    pub kind: UserKind,
    /// What they were granted.
    pub grants: Vec<Grant>,
}

/// Which colleagues are asked for.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// With this in their name, folded.
    pub text: Option<String>,
    /// With a grant of one of these roles; whatever it is when absent.
    pub roles: Option<Vec<Role>>,
    /// One that reaches this section, which lies below these.
    pub within: Option<Vec<Id<Section>>>,
    /// One that reaches this locale.
    pub locale: Option<Locale>,
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Uid)]
    id: Id<User>,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = Binary)]
    sort_key: Vec<u8>,
}

fn listing(filter: &Filter) -> Sql {
    let mut sql = Sql::new(PRESENT);
    sql.push(" AND u.status = 'active' AND u.sort_key IS NOT NULL");
    if let Some(text) = &filter.text {
        sql.push(" AND u.name_key LIKE ").containing(text);
    }
    if filter.roles.is_some() || filter.within.is_some() || filter.locale.is_some() {
        sql.push(" AND EXISTS (SELECT 1 FROM grants g WHERE g.user_id = u.id");
        if let Some(roles) = &filter.roles {
            let words: Vec<String> = roles.iter().map(ToString::to_string).collect();
            sql.push(" AND g.role IN ").texts(&words);
        }
        if let Some(sections) = &filter.within {
            sql.push(" AND (g.section_id IS NULL OR g.section_id IN ").ids(sections.iter().copied()).push(")");
        }
        if let Some(locale) = &filter.locale {
            sql.push(" AND (g.locale IS NULL OR g.locale = ").text(locale.as_str()).push(")");
        }
        sql.push(")");
    }
    sql
}

/// A page of active colleagues by name, in two statements and one that counts.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn page(tx: &mut Tx<'_>, filter: &Filter, paging: Paging) -> Result<Page<Colleague>, Error> {
    let mut sql = Sql::new("SELECT u.id, u.name, u.kind, u.sort_key");
    sql.append(listing(filter));
    let ascending = !paging.backwards();
    if let Some(at) = paging.cursor {
        sql.push(" AND (u.sort_key, u.id)").push(if ascending { " > (" } else { " < (" });
        sql.bytes(at.name.as_bytes()).push(", ").id(Id::<()>::from(at.id)).push(")");
    }
    let way = if ascending { "" } else { " DESC" };
    sql.push(&format!(" ORDER BY u.sort_key{way}, u.id{way} LIMIT ")).int(i64::from(paging.limit).saturating_add(1));
    let found: Vec<Row> = sql.load(tx)?;
    let total = if paging.count {
        let mut sql = Sql::new("SELECT COUNT(*) AS n");
        sql.append(listing(filter));
        Some(sql.count(tx)?)
    } else {
        None
    };
    let mut grants = grants_of(tx, found.iter().map(|row| row.id).collect())?;
    let place = |row: &Row| Place { key: 0, name: NameKey::of(&row.sort_key), id: row.id.uuid() };
    Page::cut(found, paging, Sorting::People, total, place).try_map(|row| {
        let grants = grants.remove(&row.id).unwrap_or_default();
        Ok(Colleague { id: row.id, name: row.name, kind: row.kind.parse()?, grants })
    })
}

/// Give oneself another name.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn rename(tx: &mut Tx<'_>, me: Myself, name: &str) -> Result<(), Error> {
    hold(tx, me.id())?;
    let (sort_key, name_key) = user_keys::keys(name)?;
    let now = tx.now();
    let set = (
        users::name.eq(name),
        users::sort_key.eq(Some(sort_key)),
        users::name_key.eq(Some(name_key)),
        users::version.eq(users::version + 1),
        users::updated_at.eq(Bind(now)),
    );
    let at = present().filter(users::id.eq(Bind(me.id()))).filter(users::name.ne(name));
    if diesel::update(at).set(set).execute(tx)? > 0 {
        tx.record(Change::new(Event::Revised, Subject::User(me.id())));
    }
    Ok(())
}

/// Give oneself another password in the place of the one with this hash; false, when it is no longer that one.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn set_password(tx: &mut Tx<'_>, me: Myself, before: &str, hash: &str) -> Result<bool, Error> {
    hold(tx, me.id())?;
    let now = tx.now();
    let set = (users::password_hash.eq(hash), users::version.eq(users::version + 1), users::updated_at.eq(Bind(now)));
    let at = present().filter(users::id.eq(Bind(me.id()))).filter(users::password_hash.eq(before));
    let changed = diesel::update(at).set(set).execute(tx)? > 0;
    if changed {
        tx.record(Change::new(Event::Revised, Subject::User(me.id())).because("own-password"));
    }
    Ok(changed)
}
