//! `/v1/desk/users/{id}/…`: how somebody comes in who has no password, or has lost what else it takes.

use actix_web::{
    HttpResponse, delete, post,
    web::{Data, Json},
};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::{
    access::{Action, action::ManageUsers},
    api::{
        State,
        extract::{May, Path},
        problem::{Failure, Problem},
    },
    desk::{self, password_links::Made},
    domain::{Instant, password_link::LinkKind, user::UserId},
};

/// The operations of this file.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(create_password_link).service(take_off_second_factor).service(unlink_identity);
}

/// A link by which somebody sets their password.
#[derive(Serialize, ToSchema)]
pub struct PasswordLink {
    /// What it is for.
    pub kind: LinkKind,
    /// The address that it is for; with another one it is void.
    #[schema(example = "asha@example.org")]
    pub email: String,
    /// Until when it is good.
    pub expires_at: Instant,
    /// Whether it is sent there.
    pub mailed: bool,
    /// Its token, to be passed on in private; told once, and never of one that is sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub token: Option<String>,
    /// The page that it opens, where `DATELINE_SET_PASSWORD_URL` names one; told once, and never of one that is sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "https://desk.example/set-password?token=…")]
    pub url: Option<String>,
}

impl std::fmt::Debug for PasswordLink {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PasswordLink")
    }
}

/// Invite a user, or let them set another password, by a link.
///
/// Whoever has no password yet is invited: the link is good for three days. Whoever has one gets one for half an hour, and keeps their password until it is used. The link that they had
/// before is good no more. It is sent to their address (three times an hour at most, 429); where the server sends no mail, the answer has it, for whoever
/// asks to pass on. A user who is suspended gets none (409 `suspended`).
#[utoipa::path(tag = "desk-users", security(("token" = [ManageUsers::NAME, ManageUsers::READS])), params(("id" = UserId, Path)),
    responses((status = 200, body = PasswordLink), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[post("/users/{id}/password-link")]
pub(crate) async fn create_password_link(
    May(permit): May<ManageUsers>,
    id: Path<UserId>,
    state: Data<State>,
) -> Result<Json<PasswordLink>, Failure> {
    let (keys, mailed) = (state.keys.present(), state.links.mailed);
    let made = state.store.write(permit, move |tx, permit| desk::password_links::send(tx, permit, &keys, *id, mailed)).await?;
    let Made { kind, email, expires_at, token } = made;
    let told = Some(token.expose()).filter(|_| !mailed);
    let url = told.and_then(|token| state.links.url(token));
    Ok(Json(PasswordLink { kind, email, expires_at, mailed, token: told.cloned(), url }))
}

/// Let the OpenID provider's word let a user in no more.
///
/// What its groups gave them is taken, their sessions end, and what was granted by hand stays. Whoever comes from the provider with the same verified address is linked to
/// this user again: suspend whoever is to stay out. Of a user whom it does not let in, nothing changes.
#[utoipa::path(tag = "desk-users", security(("token" = [ManageUsers::NAME, ManageUsers::READS])), params(("id" = UserId, Path)),
    responses((status = 204), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[delete("/users/{id}/identity")]
pub(crate) async fn unlink_identity(May(permit): May<ManageUsers>, id: Path<UserId>, state: Data<State>) -> Result<HttpResponse, Failure> {
    state.store.write(permit, move |tx, permit| desk::single_sign_on::unlink(tx, permit, *id)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Take off a user's second factor.
///
/// For somebody who has lost it with all recovery codes: make sure that it is they who ask. Their password alone lets them in then; sessions that there are go on. Of a user without
/// one, nothing changes.
#[utoipa::path(tag = "desk-users", security(("token" = [ManageUsers::NAME, ManageUsers::READS])), params(("id" = UserId, Path)),
    responses((status = 204), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[delete("/users/{id}/second-factor")]
pub(crate) async fn take_off_second_factor(
    May(permit): May<ManageUsers>,
    id: Path<UserId>,
    state: Data<State>,
) -> Result<HttpResponse, Failure> {
    state.store.write(permit, move |tx, permit| desk::second_factors::take_off(tx, permit, *id)).await?;
    Ok(HttpResponse::NoContent().finish())
}
