//! Signing in and out.

use std::sync::Arc;

use actix_web::{
    HttpResponse, get, post,
    web::{Data, Json, ReqData},
};
use serde::{Deserialize, Serialize};
use tokio::sync::Semaphore;
use utoipa::ToSchema;

use super::{
    State,
    extract::{Body, SignedIn},
    problem::{Failure, Problem},
};
use crate::{
    access::{
        action, password,
        token::{self, Subject, Verified},
    },
    desk::{self, sessions::Begun},
    domain::{
        Error, Locale,
        error::Faults,
        section::SectionId,
        user::{GrantId, Role, UserId, email},
    },
    store,
};

/// The cap on passwords being hashed: each takes 46 MiB and a core.
#[derive(Debug, Clone)]
pub struct Hashing {
    running: Arc<Semaphore>,
    waiting: Arc<Semaphore>,
}

impl Hashing {
    /// At most `running` at once, and `waiting` more that wait for their turn.
    #[must_use]
    pub fn new(running: usize, waiting: usize) -> Self {
        Self { running: Arc::new(Semaphore::new(running)), waiting: Arc::new(Semaphore::new(running.saturating_add(waiting))) }
    }

    /// Run one, when its turn comes.
    ///
    /// # Errors
    /// Those of `work`; [`Error::Busy`] when too many wait already.
    pub async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> Result<T, Error> + Send + 'static) -> Result<T, Error> {
        let _place = self.waiting.clone().try_acquire_owned().ok().ok_or_else(|| Error::Busy)?;
        let turn = self.running.clone().acquire_owned().await.map_err(Error::internal)?;
        store::aside(move || {
            let _turn = turn;
            work()
        })
        .await
    }
}

/// An e-mail address and a password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "email": "admin@example.org", "password": "a-long-sentence-of-yours" }))]
pub struct Credentials {
    /// The address.
    #[schema(example = "admin@example.org", max_length = 254)]
    pub email: String,
    /// The password.
    #[schema(example = "a-long-sentence-of-yours", max_length = 512, format = Password)]
    pub password: String,
    /// Limit the tokens to these actions, out of those that the user may do.
    #[serde(default)]
    #[schema(example = json!(null))]
    pub scope: Option<Vec<String>>,
}

impl std::fmt::Debug for Credentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Credentials").field("email", &self.email).finish_non_exhaustive()
    }
}

/// A refresh token.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "refresh_token": "the-refresh-token-that-you-were-given" }))]
pub struct Refresh {
    /// The token as it was given; it works once.
    #[schema(max_length = 200)]
    pub refresh_token: String,
}

impl std::fmt::Debug for Refresh {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Refresh")
    }
}

/// Tokens, to be kept secret.
#[derive(Serialize, ToSchema)]
pub struct Tokens {
    /// Send it as `Authorization: Bearer …`.
    pub access_token: String,
    /// `Bearer`.
    #[schema(example = "Bearer")]
    pub token_type: &'static str,
    /// Seconds that the access token lives.
    #[schema(example = 900)]
    pub expires_in: i64,
    /// Exchange it for new tokens, once, within 7 days.
    pub refresh_token: String,
}

impl std::fmt::Debug for Tokens {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Tokens")
    }
}

fn tokens(state: &State, begun: Begun) -> Result<HttpResponse, Failure> {
    let subject = Subject { user: begun.session.user, session: begun.session.id, scope: begun.session.scope };
    let access_token = token::issue(subject, &state.keys, &state.issuer, state.store.now(), state.store.entropy())?;
    let answer = Tokens { access_token, token_type: "Bearer", expires_in: token::ACCESS_SECONDS, refresh_token: begun.refresh };
    Ok(HttpResponse::Ok().json(answer))
}

fn scope(names: Option<Vec<String>>) -> Result<Option<String>, Error> {
    let Some(names) = names else { return Ok(None) };
    let mut faults = Faults::default();
    for (n, name) in names.iter().enumerate() {
        if !action::ALL.contains(&name.as_str()) {
            faults.add(format!("#/scope/{n}"), "unknown_action", "there is no such action");
        }
    }
    faults.or(Some(names.join(" ")))
}

/// Sign in.
///
/// Gives an access token for 15 minutes and a refresh token for 7 days. An unknown address and a wrong password get the same answer.
#[utoipa::path(tag = "auth", request_body = Credentials,
    responses((status = 200, body = Tokens), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[post("/token")]
pub(crate) async fn sign_in(sent: Body<Credentials>, state: Data<State>) -> Result<HttpResponse, Failure> {
    let Credentials { email: address, password, scope: names } = sent.0;
    let scope = scope(names)?;
    // What cannot be an address is nobody's; it takes as long as any other.
    let address = email(&address).unwrap_or_default();
    let known = state.store.read(move |tx| store::users::by_email(tx, &address)).await?;
    let (user, kept) = known.unzip();
    let right = state.hashing.run(move || password::verify(&password, kept.as_deref())).await?;
    let user = user.filter(|_| right).ok_or(Error::WrongCredentials)?;
    let begun = state.store.write(move |tx| desk::sessions::begin(tx, user, scope)).await?;
    tokens(&state, begun)
}

/// Exchange a refresh token for new tokens.
///
/// A refresh token works once; one that comes a second time ends its session.
#[utoipa::path(tag = "auth", request_body = Refresh,
    responses((status = 200, body = Tokens), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[post("/refresh")]
pub(crate) async fn refresh_token(sent: Body<Refresh>, state: Data<State>) -> Result<HttpResponse, Failure> {
    let begun = state.store.write(move |tx| desk::sessions::refresh(tx, &sent.0.refresh_token)).await?;
    tokens(&state, begun.ok_or(Error::Unauthenticated)?)
}

/// Sign out.
///
/// Ends the session at once: its access tokens and refresh tokens work no more.
#[utoipa::path(tag = "auth", security(("token" = [])),
    responses((status = 204), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[post("/logout")]
pub(crate) async fn sign_out(_: SignedIn, verified: ReqData<Verified>, state: Data<State>) -> Result<HttpResponse, Failure> {
    let verified = verified.into_inner();
    state.store.write(move |tx| desk::sessions::end(tx, &verified)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// A role held, everywhere or within limits.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct GrantInfo {
    /// Its id.
    pub id: GrantId,
    /// The role.
    pub role: Role,
    /// Only in this section and below it.
    pub section_id: Option<SectionId>,
    /// Only in this locale.
    pub locale: Option<Locale>,
}

impl From<&crate::domain::user::Grant> for GrantInfo {
    fn from(g: &crate::domain::user::Grant) -> Self {
        Self { id: g.id, role: g.role, section_id: g.section, locale: g.locale.clone() }
    }
}

/// Whoever is signed in.
#[derive(Debug, Serialize, ToSchema)]
pub struct Me {
    /// Their id.
    pub id: UserId,
    /// Their address.
    #[schema(example = "asha@example.org")]
    pub email: String,
    /// Their name.
    #[schema(example = "Asha Rao")]
    pub name: String,
    /// What they were granted.
    pub grants: Vec<GrantInfo>,
    /// The actions that they may do somewhere.
    #[schema(example = json!(["article.create", "article.edit"]))]
    pub permissions: Vec<&'static str>,
}

/// Show who is signed in.
#[utoipa::path(tag = "auth", security(("token" = [])),
    responses((status = 200, body = Me), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/me")]
pub(crate) async fn show_me(SignedIn(caller): SignedIn) -> Result<Json<Me>, Failure> {
    let user = caller.as_user().ok_or(Error::Unauthenticated)?;
    Ok(Json(Me {
        id: user.id,
        email: user.email.clone(),
        name: user.name.clone(),
        grants: user.grants.iter().map(GrantInfo::from).collect(),
        permissions: caller.permissions(),
    }))
}

/// A public key (RFC 7517, RFC 8037).
#[derive(Debug, Serialize, ToSchema)]
pub struct Jwk {
    /// `OKP`.
    #[schema(example = "OKP")]
    pub kty: &'static str,
    /// `Ed25519`.
    #[schema(example = "Ed25519")]
    pub crv: &'static str,
    /// The key, base64url.
    pub x: String,
    /// Its name in token headers.
    pub kid: String,
    /// `EdDSA`.
    #[schema(example = "EdDSA")]
    pub alg: &'static str,
    /// `sig`.
    #[schema(example = "sig")]
    pub r#use: &'static str,
}

/// Public keys (RFC 7517).
#[derive(Debug, Serialize, ToSchema)]
pub struct Jwks {
    /// The keys.
    pub keys: Vec<Jwk>,
}

/// List the public keys that access tokens are verified with.
#[utoipa::path(tag = "auth", responses((status = 200, body = Jwks), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/.well-known/jwks.json")]
pub(crate) async fn list_keys(state: Data<State>) -> Json<Jwks> {
    let jwk = |(kid, x): (&str, &str)| Jwk { kty: "OKP", crv: "Ed25519", x: x.to_owned(), kid: kid.to_owned(), alg: "EdDSA", r#use: "sig" };
    Json(Jwks { keys: state.keys.public().map(jwk).collect() })
}

#[cfg(test)]
mod tests {
    use futures_util::future::{join, poll_immediate};

    use super::*;

    #[actix_web::test]
    async fn no_more_passwords_are_hashed_at_once_than_the_server_bears() {
        let hashing = Hashing::new(1, 1);
        let (finish, wait) = std::sync::mpsc::channel::<()>();
        let mut running = Box::pin(hashing.run(move || wait.recv().map_err(Error::internal)));
        assert!(poll_immediate(&mut running).await.is_none());
        let mut waiting = Box::pin(hashing.run(|| Ok(())));
        assert!(poll_immediate(&mut waiting).await.is_none(), "its turn has not come");
        assert!(matches!(hashing.run(|| Ok(())).await, Err(Error::Busy)), "nobody else may even wait");
        finish.send(()).unwrap();
        let (first, second) = join(running, waiting).await;
        assert!(first.is_ok() && second.is_ok());
        assert!(hashing.run(|| Ok(())).await.is_ok());
    }
}
