//! `/v1/desk/keys`: the keys that tokens are signed with.

use actix_web::{HttpResponse, delete, get, post, web::Data};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::{
    access::{Action, action::ManageKeys},
    api::{
        State,
        extract::{May, Path},
        problem::{Failure, Problem},
        reply::{Listing, Tagged},
    },
    desk::{self, keys::Told},
    domain::{Instant, signing_key::KeyState},
    store,
};

/// The operations of this file.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(list_signing_keys).service(rotate_signing_key).service(revoke_signing_key);
}

/// A key that tokens are signed with; of its private half nothing is told.
#[derive(Debug, Serialize, ToSchema)]
pub struct SigningKeyInfo {
    /// Its name in token headers and in the JWKS.
    #[schema(example = "nP4uRxJ2k0Zl")]
    pub kid: String,
    /// How it stands.
    pub state: KeyState,
    /// When others could first see its public half.
    pub published_at: Instant,
    /// From when it signs.
    pub signs_from: Instant,
    /// Until when it signs; null while none follows it.
    pub signs_until: Option<Instant>,
    /// From when on nothing that it signed is taken; null while that is not known.
    pub retires_at: Option<Instant>,
    /// When it was revoked; null when it was not.
    pub revoked_at: Option<Instant>,
}

impl SigningKeyInfo {
    fn of((kid, life): Told, now: Instant) -> Self {
        Self {
            kid,
            state: life.state(now),
            published_at: life.published_at,
            signs_from: life.signs_from,
            signs_until: life.signs_until,
            retires_at: life.retires_at(),
            revoked_at: life.revoked_at,
        }
    }
}

/// What was committed is so on this instance before it is acknowledged; others follow the change log.
async fn take_up(state: &State) -> Result<(), Failure> {
    Ok(state.keys.take(&state.store.read(store::keys::all).await?)?)
}

/// List the keys that tokens are signed with, newest first.
///
/// Those that sign no more and those that were revoked too: each with when it does what.
#[utoipa::path(tag = "desk-users", security(("token" = [ManageKeys::NAME])),
    responses((status = 200, body = Listing<SigningKeyInfo>), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/keys")]
pub(crate) async fn list_signing_keys(May(permit): May<ManageKeys>, state: Data<State>) -> Result<Listing<SigningKeyInfo>, Failure> {
    let now = state.store.now();
    let all = state.store.read(move |tx| desk::keys::list(tx, &permit)).await?;
    Ok(Listing::whole(all.into_iter().map(|told| SigningKeyInfo::of(told, now)).collect()))
}

/// Rotate the keys: another one is made, and signs in six minutes.
///
/// Until then it is published, so that whoever verifies tokens knows it in time. The one before it signs no more from then on, and what it signed stays
/// good: access tokens for their fifteen minutes, previews for their day. Who asks with a good token notices nothing. While a key is announced, no other is made.
#[utoipa::path(tag = "desk-users", security(("token" = [ManageKeys::NAME])),
    responses((status = 201, body = SigningKeyInfo), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[post("/keys")]
pub(crate) async fn rotate_signing_key(May(permit): May<ManageKeys>, state: Data<State>) -> Result<Tagged<SigningKeyInfo>, Failure> {
    let ring = state.keys.clone();
    let made = state.store.write(permit, move |tx, permit| desk::keys::rotate(tx, permit, &ring)).await?;
    take_up(&state).await?;
    Ok(Tagged::new(SigningKeyInfo::of(made, state.store.now()), 1).created("/v1/desk/keys".to_owned()))
}

/// Revoke a key at once.
///
/// For a key that somebody else has read: access tokens and previews that it signed are refused from the next request on, on other instances within two
/// seconds. Sessions go on: a refresh token brings an access token of another key. Where it was the one that signs, the one that is announced signs from now on, or
/// a new one does, before others know it. Revoking it twice changes nothing.
#[utoipa::path(tag = "desk-users", security(("token" = [ManageKeys::NAME])),
    params(("kid" = String, Path, description = "The name of the key.", max_length = 64)),
    responses((status = 204), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[delete("/keys/{kid}")]
pub(crate) async fn revoke_signing_key(
    May(permit): May<ManageKeys>,
    kid: Path<String>,
    state: Data<State>,
) -> Result<HttpResponse, Failure> {
    let ring = state.keys.clone();
    state.store.write(permit, move |tx, permit| desk::keys::revoke(tx, permit, &ring, &kid)).await?;
    take_up(&state).await?;
    Ok(HttpResponse::NoContent().finish())
}
