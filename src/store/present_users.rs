//! The way to users.
//!
//! **Decision.** Whoever has left is a user no more, though their record may be kept for the histories that name them ([`super::former_users`]). Every
//! query of users begins with [`present`], or with [`PRESENT`] in text, so that none can forget it; [`everybody`] is for histories. A test holds the store to it.

use diesel::prelude::*;

use super::schema::users;

/// Those who are users.
#[diesel::dsl::auto_type]
pub(super) fn present() -> _ {
    users::table.filter(users::left_at.is_null())
}

/// The same in text, with a `WHERE` to be gone on from.
pub(super) const PRESENT: &str = " FROM users u WHERE u.left_at IS NULL";

/// Those who are users, and those who were: for histories, which say what somebody is called who did something.
pub(super) const fn everybody() -> users::table {
    users::table
}
