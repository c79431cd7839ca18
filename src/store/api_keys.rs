//! API keys. Who made one and who revoked it is a change; that one was used is bookkeeping.

use diesel::prelude::*;

use super::{
    Bind, RunQueryDsl, Tx,
    dialect::Json,
    present_users::present,
    schema::{api_keys, grants, users},
    users::{GrantRow, Row as UserRow, one},
};
use crate::{
    access::{
        Granted, Myself,
        api_key::{KeptKey, NewKey, Shown},
        scope::Whole,
    },
    domain::{
        Error, Id, Instant, Locale,
        api_key::{ApiKey, Bounds},
        change::{Change, Event, Subject},
        page::{Page, Paging, Sorting},
        section::Section,
        user::User,
    },
};

#[derive(Queryable, Selectable)]
#[diesel(table_name = api_keys)]
struct Row {
    id: Id<ApiKey>,
    user_id: Id<User>,
    name: String,
    handle: String,
    scope: Option<String>,
    sections: Option<Json>,
    locales: Option<Json>,
    created_by: Option<Id<User>>,
    created_at: Instant,
    expires_at: Instant,
    revoked_at: Option<Instant>,
    last_used_at: Option<Instant>,
}

fn listed<T: serde::de::DeserializeOwned>(kept: Option<Json>) -> Result<Option<Vec<T>>, Error> {
    kept.map(|Json(value)| serde_json::from_value(value)).transpose().map_err(Error::internal)
}

impl Row {
    fn domain(self) -> Result<ApiKey, Error> {
        let bounds = Bounds {
            scope: self.scope.map(|words| words.split_whitespace().map(str::to_owned).collect()),
            sections: listed::<Id<Section>>(self.sections)?,
            locales: listed::<String>(self.locales)?.map(|tags| tags.into_iter().map(Locale::stored).collect()),
        };
        Ok(ApiKey {
            id: self.id,
            owner: self.user_id,
            name: self.name,
            handle: self.handle,
            bounds,
            created_by: self.created_by,
            created_at: self.created_at,
            expires_at: self.expires_at,
            revoked_at: self.revoked_at,
            last_used_at: self.last_used_at,
        })
    }
}

/// The key that is found by what was shown, with its owner and what they are granted, in one statement; whatever has become of it.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn shown(tx: &mut Tx<'_>, shown: &Shown) -> Result<Option<(KeptKey, User)>, Error> {
    let joined = present()
        .inner_join(api_keys::table.on(api_keys::user_id.eq(users::id)))
        .left_join(grants::table.on(grants::user_id.eq(users::id)));
    let columns = (Row::as_select(), api_keys::digest, UserRow::as_select(), Option::<GrantRow>::as_select());
    let rows: Vec<(Row, Vec<u8>, UserRow, Option<GrantRow>)> =
        joined.filter(api_keys::handle.eq(shown.handle())).order(grants::id).select(columns).load(tx)?;
    let mut key = None;
    let mut of_user = Vec::new();
    for (row, digest, user, grant) in rows {
        key = Some((row, digest));
        of_user.push((user, grant));
    }
    let (Some((row, digest)), Some(user)) = (key, one(of_user)?) else { return Ok(None) };
    Ok(Some((KeptKey { key: row.domain()?, digest }, user)))
}

/// One key that was not revoked.
///
/// # Errors
/// [`Error::NotFound`].
pub fn find(tx: &mut Tx<'_>, id: Id<ApiKey>) -> Result<ApiKey, Error> {
    let row: Option<Row> = api_keys::table.find(Bind(id)).filter(api_keys::revoked_at.is_null()).select(Row::as_select()).first(tx)?;
    row.map(Row::domain).transpose()?.ok_or(Error::NotFound("API key"))
}

/// How many keys of a user are good.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn good(tx: &mut Tx<'_>, owner: Id<User>) -> Result<i64, Error> {
    let of_owner = api_keys::table.filter(api_keys::user_id.eq(Bind(owner)));
    of_owner.filter(api_keys::revoked_at.is_null()).filter(api_keys::expires_at.gt(Bind(tx.now()))).count().get_result(tx)
}

/// Keep a new key of one's own.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn create_own(tx: &mut Tx<'_>, me: Myself, key: ApiKey, drawn: &NewKey) -> Result<ApiKey, Error> {
    let key = ApiKey { owner: me.id(), ..key };
    made(tx, &key, drawn)?;
    Ok(key)
}

/// Keep a new key.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn create<A>(tx: &mut Tx<'_>, granted: &Granted<A, Whole<ApiKey>>, drawn: &NewKey) -> Result<(), Error> {
    made(tx, &granted.get().0, drawn)
}

fn made(tx: &mut Tx<'_>, key: &ApiKey, drawn: &NewKey) -> Result<(), Error> {
    let Bounds { scope, sections, locales } = &key.bounds;
    let row = (
        api_keys::id.eq(Bind(key.id)),
        api_keys::user_id.eq(Bind(key.owner)),
        api_keys::name.eq(&key.name),
        api_keys::handle.eq(&key.handle),
        api_keys::digest.eq(&drawn.digest),
        api_keys::scope.eq(scope.as_ref().map(|words| words.join(" "))),
        api_keys::sections.eq(sections.as_ref().map(|all| Json(all.iter().map(ToString::to_string).collect()))),
        api_keys::locales.eq(locales.as_ref().map(|all| Json(all.iter().map(ToString::to_string).collect()))),
        api_keys::created_by.eq(key.created_by),
        api_keys::created_at.eq(Bind(key.created_at)),
        api_keys::expires_at.eq(Bind(key.expires_at)),
    );
    diesel::insert_into(api_keys::table).values(row).execute(tx)?;
    tx.record(Change::new(Event::Created, Subject::ApiKey(key.id)));
    Ok(())
}

/// A page of somebody's own keys that were not revoked, newest first.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn own(tx: &mut Tx<'_>, me: Myself, paging: Paging) -> Result<Page<ApiKey>, Error> {
    page(tx, Some(me.id()), Sorting::OwnApiKeys, paging)
}

/// A page of everybody's keys, or of one user's, that were not revoked, newest first.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn all<A>(tx: &mut Tx<'_>, _: &Granted<A, Whole<()>>, of: Option<Id<User>>, paging: Paging) -> Result<Page<ApiKey>, Error> {
    page(tx, of, Sorting::ApiKeys, paging)
}

fn page(tx: &mut Tx<'_>, of: Option<Id<User>>, sorting: Sorting, paging: Paging) -> Result<Page<ApiKey>, Error> {
    let there = || {
        let query = api_keys::table.filter(api_keys::revoked_at.is_null()).into_boxed();
        match of {
            Some(owner) => query.filter(api_keys::user_id.eq(Bind(owner))),
            None => query,
        }
    };
    let mut query = there().select(Row::as_select()).limit(i64::from(paging.limit).saturating_add(1));
    if let Some(cursor) = paging.cursor {
        let id = Id::<ApiKey>::from(cursor.id);
        query = if cursor.backwards { query.filter(api_keys::id.gt(Bind(id))) } else { query.filter(api_keys::id.lt(Bind(id))) };
    }
    query = if paging.backwards() { query.order(api_keys::id.asc()) } else { query.order(api_keys::id.desc()) };
    let rows: Vec<Row> = query.load(tx)?;
    let total = if paging.count { Some(there().count().get_result(tx)?) } else { None };
    Page::cut(rows, paging, sorting, total, |row| (0, row.id.uuid())).try_map(Row::domain)
}

/// Give one of one's own keys another name.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn rename_own(tx: &mut Tx<'_>, me: Myself, key: ApiKey, name: String) -> Result<ApiKey, Error> {
    let own = api_keys::table.find(Bind(key.id)).filter(api_keys::user_id.eq(Bind(me.id())));
    if diesel::update(own.filter(api_keys::name.ne(&name))).set(api_keys::name.eq(&name)).execute(tx)? > 0 {
        tx.record(Change::new(Event::Revised, Subject::ApiKey(key.id)));
    }
    Ok(ApiKey { name, ..key })
}

/// One of one's own keys.
///
/// # Errors
/// [`Error::NotFound`] when it is nobody's, somebody else's, or revoked.
pub fn find_own(tx: &mut Tx<'_>, me: Myself, id: Id<ApiKey>) -> Result<ApiKey, Error> {
    let key = find(tx, id)?;
    if key.owner == me.id() { Ok(key) } else { Err(Error::NotFound("API key")) }
}

/// Revoke one of one's own keys.
///
/// # Errors
/// [`Error::NotFound`] when it is nobody's, somebody else's, or revoked.
pub fn revoke_own(tx: &mut Tx<'_>, me: Myself, id: Id<ApiKey>) -> Result<(), Error> {
    find_own(tx, me, id)?;
    revoked(tx, id)
}

/// Revoke anybody's key.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn revoke<A>(tx: &mut Tx<'_>, granted: &Granted<A, Whole<ApiKey>>) -> Result<(), Error> {
    revoked(tx, granted.get().0.id)
}

fn revoked(tx: &mut Tx<'_>, id: Id<ApiKey>) -> Result<(), Error> {
    let now = tx.now();
    let good = api_keys::table.find(Bind(id)).filter(api_keys::revoked_at.is_null());
    if diesel::update(good).set(api_keys::revoked_at.eq(Some(now))).execute(tx)? == 0 {
        return Err(Error::NotFound("API key"));
    }
    tx.record(Change::new(Event::Revoked, Subject::ApiKey(id)));
    Ok(())
}

/// Note when a key was used.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn used(tx: &mut Tx<'_>, id: Id<ApiKey>, at: Instant) -> Result<(), Error> {
    let earlier = api_keys::last_used_at.is_null().or(api_keys::last_used_at.lt(Bind(at)));
    diesel::update(api_keys::table.find(Bind(id)).filter(earlier)).set(api_keys::last_used_at.eq(Some(at))).execute(tx)?;
    Ok(())
}
