//! Whom the OpenID provider means by somebody.

use diesel::prelude::*;

use super::{
    Bind, RunQueryDsl, Tx,
    present_users::present,
    schema::{grants, users},
};
use crate::{
    access::{Granted, action::ManageUsers, scope::Whole},
    domain::{
        Error, Id,
        change::{Change, Event, Subject},
        identity::Identity,
        user::User,
    },
};

/// Whom it means.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn user(tx: &mut Tx<'_>, identity: &Identity) -> Result<Option<Id<User>>, Error> {
    let meant = present().filter(users::identity_issuer.eq(Some(&identity.issuer)));
    meant.filter(users::identity_subject.eq(Some(&identity.subject))).select(users::id).first(tx)
}

/// The provider whose word lets a user in, if there is one.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn issuer(tx: &mut Tx<'_>, user: Id<User>) -> Result<Option<String>, Error> {
    present().filter(users::id.eq(Bind(user))).select(users::identity_issuer).first(tx).map(Option::flatten)
}

/// Let the provider's word let somebody in, or, with nothing, no more.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn set(tx: &mut Tx<'_>, granted: &Granted<ManageUsers, Whole<User>>, identity: Option<&Identity>) -> Result<(), Error> {
    let Whole(user) = granted.get();
    let now = tx.now();
    let set = (
        users::identity_issuer.eq(identity.map(|i| &i.issuer)),
        users::identity_subject.eq(identity.map(|i| &i.subject)),
        users::version.eq(users::version + 1),
        users::updated_at.eq(Bind(now)),
    );
    diesel::update(present().filter(users::id.eq(Bind(user.id)))).set(set).execute(tx)?;
    if identity.is_none() {
        // What is left of it is theirs by nobody's word but ours.
        diesel::update(grants::table.filter(grants::user_id.eq(Bind(user.id)))).set(grants::by_group.eq(false)).execute(tx)?;
    }
    let why = if identity.is_some() { "identity-linked" } else { "identity-unlinked" };
    tx.record(Change::new(Event::Revised, Subject::User(user.id)).because(why));
    Ok(())
}
