//! Access tokens: JSON web tokens (RFC 9068) that live 15 minutes, signed with Ed25519; and refresh tokens.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, Header, Validation};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::keys::Keys;
use crate::domain::{
    Error, Id, Instant,
    id::Entropy,
    user::{Session, User},
};

/// Seconds that an access token lives.
pub const ACCESS_SECONDS: i64 = 15 * 60;
/// Seconds that a refresh token may lie unused: 7 days.
pub const REFRESH_SECONDS: i64 = 7 * 24 * 3_600;
/// Seconds that a session lives at most: 30 days.
pub const SESSION_SECONDS: i64 = 30 * 24 * 3_600;

const LEEWAY: i64 = 5;
const MAX_BYTES: usize = 4_096;
const AUDIENCE: &str = "dateline";
const TYPE: &str = "at+jwt";

#[derive(Debug, Serialize, Deserialize)]
struct Claims {
    iss: String,
    aud: String,
    sub: Id<User>,
    sid: Id<Session>,
    jti: uuid::Uuid,
    iat: i64,
    nbf: i64,
    exp: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    scope: Option<String>,
}

/// What a token that passed every check says. Only [`Verified::from_token`] makes one.
#[derive(Debug, Clone)]
pub struct Verified {
    user: Id<User>,
    session: Id<Session>,
    scope: Option<String>,
}

impl Verified {
    /// Check a token: size, type, key, algorithm, signature, issuer, audience and times.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`], whatever was wrong.
    pub fn from_token(token: &str, keys: &Keys, issuer: &str, now: Instant) -> Result<Self, Error> {
        let claims = claims(token, keys, issuer).ok_or(Error::Unauthenticated)?;
        let seconds = now.as_seconds();
        let timely = claims.exp > seconds.saturating_sub(LEEWAY)
            && claims.nbf <= seconds.saturating_add(LEEWAY)
            && claims.iat <= seconds.saturating_add(LEEWAY)
            && claims.exp.saturating_sub(claims.iat) <= ACCESS_SECONDS;
        if timely { Ok(Self { user: claims.sub, session: claims.sid, scope: claims.scope }) } else { Err(Error::Unauthenticated) }
    }

    /// Whose token it is.
    #[must_use]
    pub fn user(&self) -> Id<User> {
        self.user
    }

    /// The session it belongs to.
    #[must_use]
    pub fn session(&self) -> Id<Session> {
        self.session
    }

    /// The actions it is limited to, space-separated.
    #[must_use]
    pub fn scope(&self) -> Option<&str> {
        self.scope.as_deref()
    }
}

fn claims(token: &str, keys: &Keys, issuer: &str) -> Option<Claims> {
    if token.len() > MAX_BYTES || token.bytes().any(|b| !(b.is_ascii_alphanumeric() || b"-_.".contains(&b))) {
        return None;
    }
    let header = jsonwebtoken::decode_header(token).ok()?;
    let known = serde_json::json!({ "typ": TYPE, "alg": "EdDSA", "kid": header.kid.as_deref()? });
    // Any other member (`jwk`, `jku`, `crit`, `b64`, `zip`, …) makes it no token of ours.
    let raw = BASE64_URL_SAFE_NO_PAD.decode(token.split('.').next()?).ok()?;
    if serde_json::from_slice::<serde_json::Value>(&raw).ok()? != known {
        return None;
    }
    let key = keys.verifying(header.kid.as_deref()?)?;
    let mut validation = Validation::new(Algorithm::EdDSA);
    validation.set_required_spec_claims(&["exp", "nbf", "iss", "aud", "sub"]);
    validation.set_issuer(&[issuer]);
    validation.set_audience(&[AUDIENCE]);
    // Times are checked against the clock that was handed in.
    validation.validate_exp = false;
    validation.validate_nbf = false;
    validation.leeway = 0;
    jsonwebtoken::decode::<Claims>(token, key, &validation).ok().map(|data| data.claims)
}

/// What a new token is for.
#[derive(Debug, Clone)]
pub struct Subject {
    /// Whose it is.
    pub user: Id<User>,
    /// The session it belongs to.
    pub session: Id<Session>,
    /// The actions it is limited to.
    pub scope: Option<String>,
}

/// Sign an access token.
///
/// # Errors
/// [`Error::Internal`] when signing fails.
pub fn issue(subject: Subject, keys: &Keys, issuer: &str, now: Instant, entropy: &dyn Entropy) -> Result<String, Error> {
    let (kid, key) = keys.signing();
    let header = Header { typ: Some(TYPE.to_owned()), kid: Some(kid.to_owned()), ..Header::new(Algorithm::EdDSA) };
    let iat = now.as_seconds();
    let claims = Claims {
        iss: issuer.to_owned(),
        aud: AUDIENCE.to_owned(),
        sub: subject.user,
        sid: subject.session,
        jti: crate::domain::id::new_uuid(now, entropy),
        iat,
        nbf: iat,
        exp: iat.saturating_add(ACCESS_SECONDS),
        scope: subject.scope,
    };
    jsonwebtoken::encode(&header, &claims, key).map_err(Error::internal)
}

/// A new refresh token: 256 random bits.
pub fn new_refresh(entropy: &dyn Entropy) -> String {
    let mut bytes = [0; 32];
    entropy.fill(&mut bytes);
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

/// What the database keeps of a refresh token: its SHA-256.
#[must_use]
pub fn refresh_digest(token: &str) -> Vec<u8> {
    Sha256::digest(token.as_bytes()).to_vec()
}
