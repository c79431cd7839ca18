//! Second factors and recovery codes.

use diesel::prelude::*;

use super::{
    Bind, RunQueryDsl, Tx,
    present_users::present,
    schema::{recovery_codes, second_factors, users},
};
use crate::{
    access::{Granted, Myself, action::ManageUsers, scope::Whole},
    domain::{
        Error, Id, Instant,
        change::{Change, Event, Subject},
        user::User,
    },
};

/// A second factor as it is kept.
#[derive(Debug)]
pub struct Kept {
    /// Its secret, sealed.
    pub sealed: Vec<u8>,
    /// The last step whose code was taken.
    pub last_step: i64,
    /// Whether it is asked for; else it has only been begun.
    pub is_on: bool,
}

/// The second factor of a user, on or only begun.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn find(tx: &mut Tx<'_>, user: Id<User>) -> Result<Option<Kept>, Error> {
    let of_user = present().inner_join(second_factors::table.on(second_factors::user_id.eq(users::id)));
    let row: Option<(Vec<u8>, i64, Option<Instant>)> = of_user
        .filter(second_factors::user_id.eq(Bind(user)))
        .select((second_factors::sealed, second_factors::last_step, users::second_factor_at))
        .first(tx)?;
    Ok(row.map(|(sealed, last_step, since)| Kept { sealed, last_step, is_on: since.is_some() }))
}

/// Begin with one, in the place of what was only begun.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn begin(tx: &mut Tx<'_>, me: Myself, sealed: &[u8]) -> Result<(), Error> {
    diesel::delete(second_factors::table.find(Bind(me.id()))).execute(tx)?;
    let row = (second_factors::user_id.eq(Bind(me.id())), second_factors::sealed.eq(sealed), second_factors::last_step.eq(0i64));
    diesel::insert_into(second_factors::table).values(row).execute(tx)?;
    Ok(())
}

/// Take the code of a step; false, when one of it or of a later one was taken before.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn take(tx: &mut Tx<'_>, user: Id<User>, step: i64) -> Result<bool, Error> {
    let at = second_factors::table.find(Bind(user)).filter(second_factors::last_step.lt(step));
    Ok(diesel::update(at).set(second_factors::last_step.eq(step)).execute(tx)? == 1)
}

/// How many codes of a user's were tried since an instant, none of which was right, when they are asked for one.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn tried(tx: &mut Tx<'_>, user: Id<User>) -> Result<Option<(i32, Option<Instant>)>, Error> {
    let asked = present().inner_join(second_factors::table.on(second_factors::user_id.eq(users::id)));
    let asked = asked.filter(second_factors::user_id.eq(Bind(user))).filter(users::second_factor_at.is_not_null());
    asked.select((second_factors::tried, second_factors::tried_since)).first(tx)
}

/// Keep how many were tried; nothing, when one was right.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn keep_tried(tx: &mut Tx<'_>, user: Id<User>, tried: Option<(i32, Instant)>) -> Result<(), Error> {
    let set =
        (second_factors::tried.eq(tried.map_or(0, |(tried, _)| tried)), second_factors::tried_since.eq(tried.map(|(_, since)| since)));
    diesel::update(second_factors::table.find(Bind(user))).set(set).execute(tx)?;
    Ok(())
}

/// Use a recovery code up; false, when it is none of the user's, or was used.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn recover(tx: &mut Tx<'_>, user: Id<User>, digest: &[u8]) -> Result<bool, Error> {
    let used = diesel::delete(recovery_codes::table.find((Bind(user), digest.to_vec()))).execute(tx)? == 1;
    if used {
        tx.record_of_nobody(Change::new(Event::Revised, Subject::User(user)).because("recovery-code-used"), "");
    }
    Ok(used)
}

/// Ask for it from now on, with these recovery codes.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn turn_on(tx: &mut Tx<'_>, me: Myself, digests: &[Vec<u8>]) -> Result<(), Error> {
    for digest in digests {
        let row = (recovery_codes::user_id.eq(Bind(me.id())), recovery_codes::digest.eq(digest));
        diesel::insert_into(recovery_codes::table).values(row).execute(tx)?;
    }
    let since = Some(tx.now());
    is_since(tx, me.id(), since)?;
    tx.record(Change::new(Event::Revised, Subject::User(me.id())).because("second-factor-on"));
    Ok(())
}

fn is_since(tx: &mut Tx<'_>, user: Id<User>, since: Option<Instant>) -> Result<(), Error> {
    let now = tx.now();
    let set = (users::second_factor_at.eq(since), users::version.eq(users::version + 1), users::updated_at.eq(Bind(now)));
    diesel::update(present().filter(users::id.eq(Bind(user)))).set(set).execute(tx)?;
    Ok(())
}

/// Forget it, and what was only begun; true when it was on.
fn forget(tx: &mut Tx<'_>, user: Id<User>) -> Result<bool, Error> {
    let was_on = super::users::find(tx, user)?.second_factor;
    diesel::delete(second_factors::table.find(Bind(user))).execute(tx)?;
    diesel::delete(recovery_codes::table.filter(recovery_codes::user_id.eq(Bind(user)))).execute(tx)?;
    if was_on {
        is_since(tx, user, None)?;
    }
    Ok(was_on)
}

/// Ask for one's own no more.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn turn_off(tx: &mut Tx<'_>, me: Myself) -> Result<(), Error> {
    if forget(tx, me.id())? {
        tx.record(Change::new(Event::Revised, Subject::User(me.id())).because("second-factor-off"));
    }
    Ok(())
}

/// Ask for somebody's no more.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn take_off(tx: &mut Tx<'_>, granted: &Granted<ManageUsers, Whole<User>>) -> Result<(), Error> {
    let Whole(user) = granted.get();
    if forget(tx, user.id)? {
        tx.record(Change::new(Event::Revised, Subject::User(user.id)).because("second-factor-taken-off"));
    }
    Ok(())
}
