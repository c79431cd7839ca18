//! Users and their grants.

use std::collections::HashMap;

use diesel::prelude::*;

use super::{
    Bind, RunQueryDsl, Tx,
    dialect::{self, Hold},
    present_users::{everybody, present},
    schema::{grants, sessions, users},
    sql::Sql,
};
use crate::{
    access::{Granted, password, scope::Whole},
    domain::{
        Error, Id, Instant, Locale,
        change::{Change, Event, Subject},
        network::Network,
        page::{Page, Paging, Sorting},
        password_link::LinkKind,
        section::Section,
        user::{Grant, Named, Session, User, UserKind},
    },
};

#[derive(Queryable, Selectable)]
#[diesel(table_name = users)]
pub(super) struct Row {
    id: Id<User>,
    email: String,
    kind: String,
    name: String,
    status: String,
    password_hash: String,
    second_factor_at: Option<Instant>,
    identity_subject: Option<String>,
    version: i32,
    created_at: Instant,
    updated_at: Instant,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = grants)]
pub(super) struct GrantRow {
    id: Bind<Id<Grant>>,
    user_id: Bind<Id<User>>,
    role: String,
    section_id: Option<Bind<Id<Section>>>,
    locale: Option<String>,
    by_group: bool,
}

fn domain(row: Row, grants: Vec<Grant>) -> Result<User, Error> {
    Ok(User {
        id: row.id,
        // What a service account has there is no address.
        email: match row.kind.parse()? {
            UserKind::Person => Some(row.email),
            UserKind::Service => None,
        },
        name: row.name,
        status: row.status.parse()?,
        grants,
        has_password: password::is_set(&row.password_hash),
        second_factor: row.second_factor_at.is_some(),
        single_sign_on: row.identity_subject.is_some(),
        version: row.version,
        created_at: row.created_at,
        updated_at: row.updated_at,
    })
}

pub(super) fn grants_of(tx: &mut Tx<'_>, ids: Vec<Id<User>>) -> Result<HashMap<Id<User>, Vec<Grant>>, Error> {
    let rows: Vec<GrantRow> =
        grants::table.filter(grants::user_id.eq_any(ids.into_iter().map(Bind))).order(grants::id).select(GrantRow::as_select()).load(tx)?;
    let mut all: HashMap<_, Vec<_>> = HashMap::new();
    for row in rows {
        all.entry(row.user_id.0).or_default().push(granted(row)?);
    }
    Ok(all)
}

/// One user.
///
/// # Errors
/// [`Error::NotFound`].
pub fn find(tx: &mut Tx<'_>, id: Id<User>) -> Result<User, Error> {
    let with_grants = present().left_join(grants::table.on(grants::user_id.eq(users::id)));
    let of_user = with_grants.filter(users::id.eq(Bind(id))).order(grants::id);
    let rows: Vec<(Row, Option<GrantRow>)> = of_user.select((Row::as_select(), Option::<GrantRow>::as_select())).load(tx)?;
    one(rows)?.ok_or(Error::NotFound("user"))
}

/// The user of a session that has not ended.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn of_session(tx: &mut Tx<'_>, id: Id<Session>) -> Result<Option<User>, Error> {
    let joined = present()
        .inner_join(sessions::table.on(sessions::user_id.eq(users::id)))
        .left_join(grants::table.on(grants::user_id.eq(users::id)));
    let open =
        joined.filter(sessions::id.eq(Bind(id))).filter(sessions::revoked_at.is_null()).filter(sessions::expires_at.gt(Bind(tx.now())));
    one(open.order(grants::id).select((Row::as_select(), Option::<GrantRow>::as_select())).load(tx)?)
}

/// A user out of rows of theirs with a grant each.
pub(super) fn one(rows: Vec<(Row, Option<GrantRow>)>) -> Result<Option<User>, Error> {
    let (mut user, mut grants) = (None, Vec::new());
    for (row, grant) in rows {
        user = Some(row);
        grants.extend(grant.map(granted).transpose()?);
    }
    user.map(|row| domain(row, grants)).transpose()
}

fn granted(row: GrantRow) -> Result<Grant, Error> {
    Ok(Grant {
        id: row.id.0,
        role: row.role.parse()?,
        section: row.section_id.map(|Bind(id)| id),
        locale: row.locale.map(Locale::stored),
        by_group: row.by_group,
    })
}

/// Let nobody change a user before this transaction ends; others may hold them as well.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn hold(tx: &mut Tx<'_>, id: Id<User>) -> Result<(), Error> {
    held(tx, id, true)
}

/// The same, and let nobody else hold them: whoever does this beside it comes before or after.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn hold_alone(tx: &mut Tx<'_>, id: Id<User>) -> Result<(), Error> {
    held(tx, id, false)
}

fn held(tx: &mut Tx<'_>, id: Id<User>, shared: bool) -> Result<(), Error> {
    let mut sql = Sql::new("SELECT id FROM users WHERE id = ");
    sql.id(id).push(dialect::holding(tx.conn, Hold::Waiting, shared));
    sql.execute(tx).map(drop)
}

/// Let nobody commit a change of users before this transaction ends: what there is none of now is made by nobody else.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn hold_all(tx: &mut Tx<'_>) -> Result<(), Error> {
    super::changes::hold(tx)
}

/// True while this is the hash of a user's password.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn has_hash(tx: &mut Tx<'_>, id: Id<User>, hash: &str) -> Result<bool, Error> {
    let kept: Option<String> = present().filter(users::id.eq(Bind(id))).select(users::password_hash).first(tx)?;
    Ok(kept.is_some_and(|kept| kept == hash))
}

/// What people are called, and who of them has left, in one statement.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn names(tx: &mut Tx<'_>, ids: &[Id<User>]) -> Result<HashMap<Id<User>, Named>, Error> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let named = everybody().filter(users::id.eq_any(ids.iter().copied().map(Bind)));
    let rows: Vec<(Id<User>, String, Option<Instant>)> = named.select((users::id, users::name, users::left_at)).load(tx)?;
    Ok(rows.into_iter().map(|(id, name, left)| (id, Named { name, former: left.is_some() })).collect())
}

/// A page of users, or of those of one kind, oldest first.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn page(tx: &mut Tx<'_>, kind: Option<UserKind>, paging: Paging) -> Result<Page<User>, Error> {
    let there = || {
        let query = present().into_boxed();
        match kind {
            Some(kind) => query.filter(users::kind.eq(kind.as_str())),
            None => query,
        }
    };
    let mut query = there().select(Row::as_select()).limit(i64::from(paging.limit).saturating_add(1));
    if let Some(cursor) = paging.cursor {
        let id = Id::<User>::from(cursor.id);
        query = if cursor.backwards { query.filter(users::id.lt(Bind(id))) } else { query.filter(users::id.gt(Bind(id))) };
    }
    query = if paging.backwards() { query.order(users::id.desc()) } else { query.order(users::id.asc()) };
    let rows: Vec<Row> = query.load(tx)?;
    let total = if paging.count { Some(there().count().get_result(tx)?) } else { None };
    let mut grants = grants_of(tx, rows.iter().map(|r| r.id).collect())?;
    Page::cut(rows, paging, Sorting::Users, total, |r| (0, r.id.uuid())).try_map(|row| {
        let of_row = grants.remove(&row.id).unwrap_or_default();
        domain(row, of_row)
    })
}

/// Those who sign in.
#[diesel::dsl::auto_type]
fn people() -> _ {
    present().filter(users::kind.eq("person"))
}

/// What signing in needs to know of a user.
#[derive(Debug)]
pub struct Door {
    /// Who it is.
    pub user: Id<User>,
    /// The hash of their password, if they have one.
    pub password_hash: Option<String>,
    /// Whether they have signed in from that network of late.
    pub known: bool,
}

/// Who has an address, and whether they have signed in from a network since an instant; in one statement, whoever it is. No service account is
/// ever at the door.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn at_the_door(tx: &mut Tx<'_>, email: &str, from: Network, since: Instant) -> Result<Option<Door>, Error> {
    let before = sessions::table
        .filter(sessions::user_id.eq(users::id))
        .filter(sessions::network.eq(from.to_string()))
        .filter(sessions::created_at.gt(Bind(since)));
    let row: Option<(Id<User>, String, bool)> =
        people().filter(users::email.eq(email)).select((users::id, users::password_hash, diesel::dsl::exists(before))).first(tx)?;
    Ok(row.map(|(user, hash, known)| {
        let password_hash = Some(hash).filter(|hash| password::is_set(hash));
        Door { user, password_hash, known: known && from != Network::UNKNOWN }
    }))
}

/// Who has an address.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn by_email(tx: &mut Tx<'_>, email: &str) -> Result<Option<Id<User>>, Error> {
    people().filter(users::email.eq(email)).select(users::id).first(tx)
}

/// Which of these addresses somebody has, in one statement.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn having(tx: &mut Tx<'_>, emails: &[String]) -> Result<Vec<String>, Error> {
    present().filter(users::email.eq_any(emails)).select(users::email).load(tx)
}

/// Give a user a password who has shown a link for it, from a network.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn set_password(tx: &mut Tx<'_>, id: Id<User>, hash: &str, kind: LinkKind, from: Network) -> Result<(), Error> {
    let now = tx.now();
    let set = (users::password_hash.eq(hash), users::version.eq(users::version + 1), users::updated_at.eq(Bind(now)));
    diesel::update(present().filter(users::id.eq(Bind(id)))).set(set).execute(tx)?;
    let why = format!("password-by-{kind}");
    tx.record_of_nobody(Change::new(Event::Revised, Subject::User(id)).because(&why), &from.to_string());
    Ok(())
}

/// How many users there are.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn count(tx: &mut Tx<'_>) -> Result<i64, Error> {
    present().count().get_result(tx)
}

/// Save a user with their grants: a new one at version 1, else the next version; a password hash replaces the old one.
///
/// # Errors
/// [`Error::Taken`] when another has the address, [`Error::Stale`] when another save came first.
pub fn save<A>(tx: &mut Tx<'_>, granted: &Granted<A, Whole<User>>, password_hash: Option<&str>) -> Result<(), Error> {
    let Whole(user) = granted.get();
    let (sort_key, name_key) = super::user_keys::keys(&user.name)?;
    let keys = (users::sort_key.eq(Some(sort_key)), users::name_key.eq(Some(name_key)));
    // The id of a service account stands where others have their address.
    let email = user.email.clone().unwrap_or_else(|| user.id.to_string());
    let event = if user.version == 1 {
        let row = (
            users::id.eq(Bind(user.id)),
            users::kind.eq(user.kind().as_str()),
            users::email.eq(&email),
            users::name.eq(&user.name),
            users::status.eq(user.status.as_str()),
            users::password_hash.eq(password_hash.unwrap_or_default()),
            users::version.eq(1),
            users::created_at.eq(Bind(user.created_at)),
            users::updated_at.eq(Bind(user.updated_at)),
            keys,
        );
        diesel::insert_into(users::table).values(row).execute(tx)?;
        Event::Created
    } else {
        let at = present().filter(users::id.eq(Bind(user.id))).filter(users::version.eq(user.version.saturating_sub(1)));
        let set = (
            users::email.eq(&email),
            users::name.eq(&user.name),
            users::status.eq(user.status.as_str()),
            users::version.eq(user.version),
            users::updated_at.eq(Bind(user.updated_at)),
            keys,
        );
        if diesel::update(at).set(set).execute(tx)? == 0 {
            return Err(Error::stale("user", user.version));
        }
        if let Some(hash) = password_hash {
            diesel::update(present().filter(users::id.eq(Bind(user.id)))).set(users::password_hash.eq(hash)).execute(tx)?;
        }
        diesel::delete(grants::table.filter(grants::user_id.eq(Bind(user.id)))).execute(tx)?;
        Event::Revised
    };
    for grant in &user.grants {
        let row = GrantRow {
            id: Bind(grant.id),
            user_id: Bind(user.id),
            role: grant.role.to_string(),
            section_id: grant.section.map(Bind),
            locale: grant.locale.as_ref().map(ToString::to_string),
            by_group: grant.by_group,
        };
        diesel::insert_into(grants::table).values(&row).execute(tx)?;
    }
    tx.record(Change::new(event, Subject::User(user.id)));
    Ok(())
}

/// What a grant may be limited to.
#[derive(Debug, Clone)]
pub enum Granting {
    /// A section.
    Section(Id<Section>),
    /// A locale.
    Locale(Locale),
}

/// How many grants are limited to this.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn granting(tx: &mut Tx<'_>, within: &Granting) -> Result<i64, Error> {
    match within {
        Granting::Section(id) => grants::table.filter(grants::section_id.eq(Some(Bind(*id)))).count().get_result(tx),
        Granting::Locale(locale) => grants::table.filter(grants::locale.eq(locale.as_str())).count().get_result(tx),
    }
}

/// Active people who hold the admin role everywhere: nobody administers as a service account alone; nobody changes that before this transaction ends.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn admins(tx: &mut Tx<'_>) -> Result<i64, Error> {
    super::changes::hold(tx)?;
    present()
        .inner_join(grants::table.on(grants::user_id.eq(users::id)))
        .filter(users::status.eq("active"))
        .filter(users::kind.eq("person"))
        .filter(grants::role.eq("admin"))
        .filter(grants::section_id.is_null())
        .filter(grants::locale.is_null())
        .count()
        .get_result(tx)
}
