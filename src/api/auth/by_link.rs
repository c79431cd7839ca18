//! Setting a password by a link, for whoever cannot sign in: nobody here has shown who they are.

use actix_web::{HttpResponse, post, web::Data};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{
    access::{Bookkeeping, password, secret::Secret, throttle::Rank, token::refresh_digest},
    api::{
        State,
        extract::{Body, Origin},
        problem::{Failure, Problem},
    },
    desk,
    domain::user::{check_password, email_typed},
};

/// Whose password is forgotten.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "email": "admin@example.org" }))]
pub struct ForgottenPassword {
    /// The address.
    #[schema(example = "admin@example.org", max_length = 254)]
    email: String,
}

/// A link's token, and the password that is to be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "token": "the-token-of-the-link-that-you-were-sent", "password": "another-long-sentence-of-yours" }))]
pub struct PasswordByLink {
    /// The token of the link; it works once.
    #[schema(value_type = String, max_length = 200)]
    token: Secret<String>,
    /// The next password.
    #[schema(value_type = String, min_length = 12, max_length = 128, format = Password)]
    password: Secret<String>,
}

/// Ask for a link to set another password.
///
/// The answer is the same whether anybody has the address or not, and comes as soon; the mail is sent afterwards, to whoever has it, is not suspended, and was sent
/// fewer than three within the hour. The link works once, for half an hour; one that was asked for before works no more. Where the server sends no mail,
/// nothing comes of it: an administrator makes a link.
#[utoipa::path(tag = "auth", request_body = ForgottenPassword,
    responses((status = 202), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[post("/password/reset")]
pub(crate) async fn request_password_reset(sent: Body<ForgottenPassword>, from: Origin, state: Data<State>) -> HttpResponse {
    state.links.ask(email_typed(&sent.0.email), from.0);
    HttpResponse::Accepted().finish()
}

/// Set a password by a link.
///
/// By the token of an invitation or a reset, which is used up. Every session ends; sign in with the new password, and with the second factor where there is one. A token that
/// was used, replaced or is too old is 410, as is one for an address that its user has no more, or for a user who is suspended.
#[utoipa::path(tag = "auth", request_body = PasswordByLink,
    responses((status = 204), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[post("/password/set")]
pub(crate) async fn set_password(sent: Body<PasswordByLink>, from: Origin, state: Data<State>) -> Result<HttpResponse, Failure> {
    let PasswordByLink { token, password } = sent.0;
    let password = check_password(password.expose())?;
    let digest = refresh_digest(token.expose());
    // Nobody has a password hashed, or a writer held up, for a link that is no good.
    let looked_at = digest.clone();
    state.store.read(move |tx| desk::password_links::good(tx, &looked_at)).await?;
    let shared = state.clone();
    let hash = state.hashing.run(Rank::New, move || password::hash(&password, shared.store.entropy())).await?;
    state.store.write(Bookkeeping, move |tx, _| desk::password_links::redeem(tx, &digest, &hash, from.0)).await?;
    Ok(HttpResponse::NoContent().finish())
}
