//! Codes by which whoever came back from the OpenID provider begins a session: of a code, its digest alone is kept.

use diesel::prelude::*;

use super::{Bind, RunQueryDsl, Tx, schema::sign_in_codes};
use crate::domain::{Error, Id, Instant, user::User};

/// A code as it is kept.
#[derive(Debug, Clone)]
pub struct SignInCode {
    /// Whose session it begins.
    pub user: Id<User>,
    /// The digest of what whoever asked for it has (RFC 7636).
    pub challenge: String,
    /// Where it was sent.
    pub redirect_uri: String,
    /// The actions that the session is limited to.
    pub scope: Option<String>,
    /// Until when it is good.
    pub expires_at: Instant,
}

/// Keep a code. Those that are over are dropped on the way.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn issue(tx: &mut Tx<'_>, digest: &[u8], code: &SignInCode) -> Result<(), Error> {
    let now = tx.now();
    diesel::delete(sign_in_codes::table.filter(sign_in_codes::expires_at.le(Bind(now)))).execute(tx)?;
    let row = (
        sign_in_codes::digest.eq(digest),
        sign_in_codes::user_id.eq(Bind(code.user)),
        sign_in_codes::challenge.eq(&code.challenge),
        sign_in_codes::redirect_uri.eq(&code.redirect_uri),
        sign_in_codes::scope.eq(code.scope.as_deref()),
        sign_in_codes::expires_at.eq(Bind(code.expires_at)),
    );
    diesel::insert_into(sign_in_codes::table).values(row).execute(tx)?;
    Ok(())
}

/// The code with this digest, while it is good.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn good(tx: &mut Tx<'_>, digest: &[u8]) -> Result<Option<SignInCode>, Error> {
    type Row = (Id<User>, String, String, Option<String>, Instant);
    let at = sign_in_codes::table.find(digest.to_vec()).filter(sign_in_codes::expires_at.gt(Bind(tx.now())));
    let columns =
        (sign_in_codes::user_id, sign_in_codes::challenge, sign_in_codes::redirect_uri, sign_in_codes::scope, sign_in_codes::expires_at);
    let row: Option<Row> = at.select(columns).first(tx)?;
    Ok(row.map(|(user, challenge, redirect_uri, scope, expires_at)| SignInCode { user, challenge, redirect_uri, scope, expires_at }))
}

/// Use a code up; nothing, when it is not good, or somebody else was first.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn spend(tx: &mut Tx<'_>, digest: &[u8]) -> Result<Option<SignInCode>, Error> {
    let code = good(tx, digest)?;
    let was_first = diesel::delete(sign_in_codes::table.find(digest.to_vec())).execute(tx)? == 1;
    Ok(code.filter(|_| was_first))
}
