//! Signing in and out.

pub mod api_keys;
pub mod by_link;
mod form;
pub mod own;
pub mod second_factor;
pub mod single_sign_on;

use actix_web::{
    HttpResponse, get,
    http::header::CACHE_CONTROL,
    post,
    web::{Data, Json},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use form::Shown;

use super::{
    State,
    extract::{Body, InSession, Origin, SignedIn},
    problem::{Failure, Problem},
};
use crate::{
    access::{
        Bookkeeping, Caller, action, password,
        secret::Secret,
        throttle::{self, Account, Admission},
        token,
    },
    desk::{
        self,
        sessions::{Begun, Continued},
        sign_ins::{KNOWN_SECONDS, Why},
    },
    domain::{
        Error, Locale,
        error::{Faults, TokenFault},
        network::Network,
        section::SectionId,
        signing_key::{ACCESS_SECONDS, JWKS_MAX_AGE},
        user::{GrantId, Role, User, UserId, UserKind, email_typed},
    },
    store,
};

/// An e-mail address and a password.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "email": "admin@example.org", "password": "a-long-sentence-of-yours" }))]
pub struct Credentials {
    /// The address.
    #[schema(example = "admin@example.org", max_length = 254)]
    pub email: String,
    /// The password.
    #[schema(value_type = String, example = "a-long-sentence-of-yours", max_length = 512, format = Password)]
    pub password: Secret<String>,
    /// A code of the second factor, or a recovery code, where the account has one.
    #[serde(default)]
    #[schema(value_type = Option<String>, example = json!(null), max_length = 40)]
    pub code: Option<Secret<String>>,
    /// Limit the tokens to these actions, out of those that the user may do.
    #[serde(default)]
    #[schema(example = json!(null))]
    pub scope: Option<Vec<String>>,
}

/// A refresh token.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "refresh_token": "the-refresh-token-that-you-were-given" }))]
pub struct Refresh {
    /// The token as it was given; it works once, and for ten seconds gives what it gave.
    #[schema(value_type = String, max_length = 200)]
    pub refresh_token: Secret<String>,
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
    /// Exchange it for new tokens, once, within 7 days; of a session that was begun by way of the OpenID provider, within 12 hours of that.
    pub refresh_token: String,
    /// The actions that both are limited to, parted by spaces; not there, where they are limited to none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "desk.read article.read")]
    pub scope: Option<String>,
}

impl std::fmt::Debug for Tokens {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Tokens")
    }
}

fn tokens(state: &State, begun: &Begun) -> Result<HttpResponse, Failure> {
    let access_token = token::issue(begun.subject(), &state.keys.present(), &state.issuer, state.store.now(), state.store.entropy())?;
    let answer = Tokens {
        access_token,
        token_type: "Bearer",
        expires_in: ACCESS_SECONDS,
        refresh_token: begun.refresh.expose().clone(),
        scope: begun.session.scope.clone(),
    };
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
/// Gives an access token for 15 minutes and a refresh token for 7 days. An unknown address and a wrong password get the same answer;
/// after several wrong ones the answer is 429, and `Retry-After` says when to try again; so it is for more than five at once for one account from one network.
/// Where the account has a second factor, the right password without `code` is answered 401 `second-factor-required`: send it again with one. A wrong code counts as a wrong password does.
///
/// The form of OAuth 2.0 is taken beside JSON (`application/x-www-form-urlencoded`, RFC 6749 §4.3, §6 for a refresh token, and §4.1.3 for a code of `/v1/auth/authorize`).
#[utoipa::path(tag = "auth", request_body = Credentials,
    responses((status = 200, body = Tokens), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[post("/token")]
pub(crate) async fn sign_in(shown: Shown, from: Origin, state: Data<State>) -> Result<HttpResponse, Failure> {
    let Credentials { email: address, password, code, scope: names } = match shown {
        Shown::Password(credentials) => credentials,
        Shown::Refresh(token) => return refreshed(token, from, &state).await,
        Shown::Code { code, verifier, redirect_uri } => {
            return single_sign_on::redeemed((code, verifier, redirect_uri), from.0, &state).await;
        }
    };
    let scope = scope(names)?;
    // What cannot be an address is nobody's; it takes as long as any other.
    let address = email_typed(&address);
    let (from, account) = (from.0, account(&state, &address));
    let refused = |refused: throttle::Refused| too_soon(&state, refused.user, from, refused.seconds);
    state.sign_ins.look(account, from, state.store.now()).map_err(refused)?;
    let since = state.store.now().plus_seconds(-KNOWN_SECONDS);
    let door = state.store.read(move |tx| store::users::at_the_door(tx, &address, from, since)).await?;
    let (user, kept, known) = door.map_or((None, None, false), |d| (Some(d.user), d.password_hash, d.known));
    // It counts as failed from here on, so that what is tried at once is counted before any of it is done.
    let attempt = state.sign_ins.admit(&state.store, account, from, known).await?;
    let attempt = attempt.map_err(|no| too_soon(&state, no.user.or(user), from, no.seconds))?;
    let hash = kept.clone();
    let hashed = state.hashing.run(attempt.rank, verified(&state, password, kept, user, attempt, from)).await;
    let right = match hashed {
        Ok(right) => right,
        Err(error) => {
            state.sign_ins.take_back(&state.store, attempt).await;
            return Err(error.into());
        }
    };
    let user = user.filter(|_| right).ok_or(Error::WrongCredentials)?;
    let (keys, hash) = (state.keys.present(), hash.unwrap_or_default());
    let counted = match code.clone() {
        Some(code) => state.store.write(Bookkeeping, move |tx, _| desk::second_factors::count(tx, user, code.expose())).await,
        None => Ok(()),
    };
    let begun = state.store.write(Bookkeeping, move |tx, _| {
        let begun = desk::sessions::begin_by_password(tx, (user, &hash), scope, from)?;
        desk::second_factors::pass(tx, &keys, user, code.as_ref().map(|code| code.expose().as_str())).map(|()| begun)
    });
    let begun = match counted {
        Ok(()) => begun.await,
        Err(refused) => Err(refused),
    };
    match &begun {
        Ok(_) => state.sign_ins.passed(&state.store, attempt).await,
        Err(Error::WrongCredentials) => state.sign_ins.note(Some(user), from, Why::Suspended, state.store.now()),
        // It counts on as failed: whoever goes on so has to wait for that, too.
        Err(Error::TooSoon { .. }) => {
            state.sign_ins.note(Some(user), from, Why::TooManyAttempts, state.store.now());
        }
        Err(Error::SecondFactor { shown: true }) => {
            let (sign_ins, store) = (state.sign_ins.clone(), state.store.clone());
            store::aside(move || {
                sign_ins.failed(&store, &attempt, Some(user));
                Ok(())
            })
            .await?;
            state.sign_ins.note(Some(user), from, Why::WrongCode, state.store.now());
        }
        Err(_) => state.sign_ins.take_back(&state.store, attempt).await,
    }
    tokens(&state, &begun?)
}

/// An account as it is counted, by the name that was typed: whoever has the database learns nothing of that.
fn account(state: &State, address: &str) -> Account {
    Account::of(&state.keys.present().fingerprint(&[b"account", address.as_bytes()]))
}

/// The looking at a password, which is noted there when it is wrong: whether anybody still waits for the answer or not.
fn verified(
    state: &Data<State>,
    password: Secret<String>,
    kept: Option<String>,
    user: Option<UserId>,
    attempt: Admission,
    from: Network,
) -> impl FnOnce() -> Result<bool, Error> + Send + 'static {
    let (sign_ins, store) = (state.sign_ins.clone(), state.store.clone());
    move || {
        let right = password::verify(password.expose(), kept.as_deref())?;
        if !right {
            sign_ins.failed(&store, &attempt, user);
            sign_ins.note(user, from, if user.is_some() { Why::WrongPassword } else { Why::UnknownAccount }, store.now());
        }
        Ok(right)
    }
}

fn too_soon(state: &State, user: Option<UserId>, from: Network, seconds: i64) -> Error {
    state.sign_ins.note(user, from, Why::TooManyAttempts, state.store.now());
    Error::TooSoon { seconds }
}

/// Exchange a refresh token for new tokens.
///
/// A refresh token works once, and gives another one. The same token gives the same one again within ten seconds, as long as nobody has used that: two tabs that
/// refresh at once, and a client that lost the answer, go on. One that comes later, or when its successor was used, ends its session. The new access token has the
/// rights that its user has by then.
#[utoipa::path(tag = "auth", request_body = Refresh,
    responses((status = 200, body = Tokens), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[post("/refresh")]
pub(crate) async fn refresh_token(sent: Body<Refresh>, from: Origin, state: Data<State>) -> Result<HttpResponse, Failure> {
    refreshed(sent.0.refresh_token, from, &state).await
}

async fn refreshed(shown: Secret<String>, from: Origin, state: &State) -> Result<HttpResponse, Failure> {
    let digest = token::refresh_digest(shown.expose());
    // What was never given to anybody holds up no writer.
    let continued = if state.store.read(move |tx| store::sessions::was_given(tx, &digest)).await? {
        let keys = state.keys.present();
        state.store.write(Bookkeeping, move |tx, _| desk::sessions::refresh(tx, &keys, shown.expose())).await?
    } else {
        Continued::Refused(None)
    };
    let (user, why) = match continued {
        Continued::Begun(begun) => return tokens(state, &begun),
        Continued::Reused(user) => (Some(user), Why::RefreshTokenReused),
        Continued::Refused(user) => (user, Why::RefreshToken),
    };
    state.sign_ins.note(user, from.0, why, state.store.now());
    // Whoever shows what was given to somebody has had it: they are told to sign in again. Of all else nothing is told.
    Err(Error::TokenRefused(if user.is_some() { TokenFault::SessionEnded } else { TokenFault::Invalid }).into())
}

/// Sign out.
///
/// Ends the session at once: its access tokens and refresh tokens work no more.
#[utoipa::path(tag = "auth", security(("token" = [])),
    responses((status = 204), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[post("/logout")]
pub(crate) async fn sign_out(InSession(verified): InSession, state: Data<State>) -> Result<HttpResponse, Failure> {
    state.store.write(Bookkeeping, move |tx, _| desk::sessions::end(tx, &verified)).await?;
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
    /// Whether a group of the OpenID provider's gives it, which may take it when they sign in next.
    pub by_group: bool,
}

impl From<&crate::domain::user::Grant> for GrantInfo {
    fn from(g: &crate::domain::user::Grant) -> Self {
        Self { id: g.id, role: g.role, section_id: g.section, locale: g.locale.clone(), by_group: g.by_group }
    }
}

/// Whoever is signed in.
#[derive(Debug, Serialize, ToSchema)]
pub struct Me {
    /// Their id.
    pub id: UserId,
    /// A person, or a service account.
    pub kind: UserKind,
    /// Their address; null for a service account.
    #[schema(example = "asha@example.org")]
    pub email: Option<String>,
    /// Their name.
    #[schema(example = "Asha Rao")]
    pub name: String,
    /// Whether signing in takes a second factor.
    pub second_factor: bool,
    /// Whether the word of the OpenID provider lets them in.
    pub single_sign_on: bool,
    /// What they were granted.
    pub grants: Vec<GrantInfo>,
    /// The actions that they may do somewhere.
    #[schema(example = json!(["article.create", "article.edit"]))]
    pub permissions: Vec<&'static str>,
}

impl Me {
    fn of(caller: &Caller) -> Result<Self, Error> {
        Ok(Self::with(caller.as_user().ok_or(Error::Unauthenticated)?, caller.permissions()))
    }

    fn with(user: &User, permissions: Vec<&'static str>) -> Self {
        let grants = user.grants.iter().map(GrantInfo::from).collect();
        Self {
            id: user.id,
            kind: user.kind(),
            email: user.email.clone(),
            name: user.name.clone(),
            second_factor: user.second_factor,
            single_sign_on: user.single_sign_on,
            grants,
            permissions,
        }
    }
}

/// Show who is signed in, and what they may do.
///
/// With what they were granted, and the names of all actions that they may do somewhere.
#[utoipa::path(tag = "auth", security(("token" = [])),
    responses((status = 200, body = Me), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/me")]
pub(crate) async fn show_me(SignedIn(caller): SignedIn) -> Result<Json<Me>, Failure> {
    Ok(Json(Me::of(&caller)?))
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
///
/// As a JSON Web Key Set (RFC 7517). May be kept for as long as `Cache-Control` says: a key is here longer than that before it signs. One that was revoked is
/// gone at once, and so is one whose last token has run out.
#[utoipa::path(tag = "auth", responses((status = 200, body = Jwks), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/.well-known/jwks.json")]
pub(crate) async fn list_keys(state: Data<State>) -> HttpResponse {
    let jwk = |(kid, x): (&str, &str)| Jwk { kty: "OKP", crv: "Ed25519", x: x.to_owned(), kid: kid.to_owned(), alg: "EdDSA", r#use: "sig" };
    let keys = token::published(&state.keys.present(), state.store.now()).map(jwk).collect();
    HttpResponse::Ok().insert_header((CACHE_CONTROL, format!("public, max-age={JWKS_MAX_AGE}"))).json(Jwks { keys })
}
