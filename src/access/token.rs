//! Access tokens: JSON web tokens (RFC 9068) that live 15 minutes, signed with Ed25519; refresh tokens, and tokens for previews.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, Header, Validation};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use sha2::{Digest, Sha256};

use super::keys::Keys;
use crate::domain::{
    Error, Id, Instant, Locale, Version,
    article::Article,
    error::TokenFault,
    id::Entropy,
    plan::Revisions,
    preview::{MAX_SECONDS, Preview},
    signing_key::{ACCESS_SECONDS, LEEWAY},
    site::Masthead,
    user::{Grant, Session, User},
};

/// Seconds that a refresh token may lie unused: 7 days.
pub const REFRESH_SECONDS: i64 = 7 * 24 * 3_600;
/// Seconds that a session lives at most: 30 days.
pub const SESSION_SECONDS: i64 = 30 * 24 * 3_600;

/// The longest token that is looked at, in bytes.
const MAX_BYTES: usize = 4_096;

/// A kind of token; one kind is never taken for another (RFC 8725 §3.11, §3.12).
#[derive(Clone, Copy)]
struct Kind {
    media_type: &'static str,
    audience: &'static str,
    /// Seconds that one lives at the longest, and so those that its key is good for after its last.
    longest: i64,
}

const ACCESS: Kind = Kind { media_type: "at+jwt", audience: "dateline", longest: ACCESS_SECONDS };
const PREVIEW: Kind = Kind { media_type: "preview+jwt", audience: "dateline-preview", longest: MAX_SECONDS };

/// The header of every token: these members, each once, and no other (`jwk`, `jku`, `crit`, `b64`, `zip`, …).
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Head {
    typ: String,
    alg: String,
    kid: String,
}

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
    /// What the user was granted, as [`of_grants`] writes it; tokens of earlier versions have none, and are taken for those of other grants.
    #[serde(default)]
    grants: String,
}

/// What a token that passed every check says. Only [`Verified::from_token`] makes one.
#[derive(Debug, Clone)]
pub struct Verified {
    user: Id<User>,
    session: Id<Session>,
    scope: Option<String>,
    grants: String,
}

impl Verified {
    /// Check a token: size, type, key, algorithm, signature, issuer, audience and times.
    ///
    /// # Errors
    /// [`Error::TokenRefused`]: `Expired` for a token of this server whose time is over, else `Invalid`, whatever was wrong.
    pub fn from_token(token: &str, keys: &Keys, issuer: &str, now: Instant) -> Result<Self, Error> {
        let (claims, is_taken) = claims::<Claims>(ACCESS, token, keys, issuer, now).ok_or(Error::TokenRefused(TokenFault::Invalid))?;
        let seconds = now.as_seconds();
        let possible = claims.nbf <= seconds.saturating_add(LEEWAY)
            && claims.iat <= seconds.saturating_add(LEEWAY)
            && claims.exp.saturating_sub(claims.iat) <= ACCESS_SECONDS;
        if !possible {
            return Err(Error::TokenRefused(TokenFault::Invalid));
        }
        if claims.exp <= seconds.saturating_sub(LEEWAY) {
            return Err(Error::TokenRefused(TokenFault::Expired));
        }
        if !is_taken {
            return Err(Error::TokenRefused(TokenFault::Invalid));
        }
        Ok(Self { user: claims.sub, session: claims.sid, scope: claims.scope, grants: claims.grants })
    }

    /// True when the user is still granted what they were when the token was signed.
    #[must_use]
    pub fn is_of(&self, grants: &[Grant]) -> bool {
        self.grants == of_grants(grants)
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

/// What a token of ours says, and whether its key is still taken: of one whose key has ended in due time it can be told that it is over, too.
fn claims<C: DeserializeOwned>(kind: Kind, token: &str, keys: &Keys, issuer: &str, now: Instant) -> Option<(C, bool)> {
    if token.len() > MAX_BYTES || token.bytes().any(|b| !(b.is_ascii_alphanumeric() || b"-_.".contains(&b))) {
        return None;
    }
    // The engine takes base64 in its one canonical form, and the serializer each member once.
    let head: Head = serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(token.split('.').next()?).ok()?).ok()?;
    if head.typ != kind.media_type || head.alg != "EdDSA" {
        return None;
    }
    let (key, life) = keys.verifying(&head.kid)?;
    let mut validation = Validation::new(Algorithm::EdDSA);
    validation.set_required_spec_claims(&["exp", "nbf", "iss", "aud", "sub"]);
    validation.set_issuer(&[issuer]);
    validation.set_audience(&[kind.audience]);
    // Times are checked against the clock that was handed in.
    validation.validate_exp = false;
    validation.validate_nbf = false;
    validation.leeway = 0;
    jsonwebtoken::decode::<C>(token, key, &validation).ok().map(|data| (data.claims, life.verifies(kind.longest, now)))
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
    /// What its user is granted, as [`of_grants`] writes it.
    pub grants: String,
}

/// What somebody is granted, in so few letters that a token holds it: equal for equal rights, whichever way they were given.
#[must_use]
pub fn of_grants(grants: &[Grant]) -> String {
    let mut all: Vec<String> = grants.iter().map(|g| format!("{} {:?} {:?}\n", g.role, g.section, g.locale)).collect();
    all.sort();
    let digest = Sha256::digest(all.concat());
    BASE64_URL_SAFE_NO_PAD.encode(digest.get(..16).unwrap_or_default())
}

/// Sign an access token.
///
/// # Errors
/// [`Error::Internal`] when signing fails.
pub fn issue(subject: Subject, keys: &Keys, issuer: &str, now: Instant, entropy: &dyn Entropy) -> Result<String, Error> {
    let iat = now.as_seconds();
    let claims = Claims {
        iss: issuer.to_owned(),
        aud: ACCESS.audience.to_owned(),
        sub: subject.user,
        sid: subject.session,
        jti: entropy.uuid(now),
        iat,
        nbf: iat,
        exp: iat.saturating_add(ACCESS_SECONDS),
        scope: subject.scope,
        grants: subject.grants,
    };
    sign(ACCESS, &claims, keys, now)
}

fn sign<C: Serialize>(kind: Kind, claims: &C, keys: &Keys, now: Instant) -> Result<String, Error> {
    let (kid, key) = keys.signing(now)?;
    let header = Header { typ: Some(kind.media_type.to_owned()), kid: Some(kid.to_owned()), ..Header::new(Algorithm::EdDSA) };
    jsonwebtoken::encode(&header, claims, key).map_err(Error::internal)
}

#[derive(Debug, Serialize, Deserialize)]
struct PreviewClaims {
    iss: String,
    aud: String,
    sub: Id<Preview>,
    article: Id<Article>,
    locale: Locale,
    words: Version,
    facts: Version,
    jti: uuid::Uuid,
    iat: i64,
    nbf: i64,
    exp: i64,
}

/// What a preview token that passed every check says. Only [`PreviewPass::from_token`] makes one.
#[derive(Debug, Clone)]
pub struct PreviewPass {
    preview: Id<Preview>,
    article: Id<Article>,
    locale: Locale,
    revisions: Revisions,
}

impl PreviewPass {
    /// Check a preview token as [`Verified::from_token`] checks an access token.
    ///
    /// # Errors
    /// [`Error::NotFound`] for what is no preview token of this server; [`Error::Gone`] for one whose time is over.
    pub fn from_token(token: &str, keys: &Keys, issuer: &str, now: Instant) -> Result<Self, Error> {
        let (claims, is_taken): (PreviewClaims, bool) = claims(PREVIEW, token, keys, issuer, now).ok_or(Error::NotFound("preview"))?;
        let seconds = now.as_seconds();
        let possible = claims.nbf <= seconds.saturating_add(LEEWAY)
            && claims.iat <= seconds.saturating_add(LEEWAY)
            && claims.jti == claims.sub.uuid()
            && claims.exp.saturating_sub(claims.iat) <= MAX_SECONDS;
        if !possible {
            return Err(Error::NotFound("preview"));
        }
        if claims.exp <= seconds {
            return Err(Error::Gone("preview"));
        }
        if !is_taken {
            return Err(Error::NotFound("preview"));
        }
        let revisions = Revisions { words: claims.words, facts: claims.facts };
        Ok(Self { preview: claims.sub, article: claims.article, locale: claims.locale, revisions })
    }

    /// The preview that it opens.
    #[must_use]
    pub fn preview(&self) -> Id<Preview> {
        self.preview
    }

    /// The article that it shows, and no other.
    #[must_use]
    pub fn article(&self) -> Id<Article> {
        self.article
    }

    /// True when the preview is what the token was signed for, under the present tag of its locale or a former one.
    #[must_use]
    pub fn is_for(&self, preview: &Preview, masthead: &Masthead) -> bool {
        let of = |p: &Preview| (p.id, p.article_id, p.locale.clone(), p.revisions);
        of(preview) == (self.preview, self.article, masthead.present(&self.locale).clone(), self.revisions)
    }
}

/// Sign a preview token.
///
/// # Errors
/// [`Error::Internal`] when signing fails.
pub fn issue_preview(preview: &Preview, keys: &Keys, issuer: &str) -> Result<String, Error> {
    let claims = PreviewClaims {
        iss: issuer.to_owned(),
        aud: PREVIEW.audience.to_owned(),
        sub: preview.id,
        article: preview.article_id,
        locale: preview.locale.clone(),
        words: preview.revisions.words,
        facts: preview.revisions.facts,
        // One is signed for each preview.
        jti: preview.id.uuid(),
        iat: preview.created_at.as_seconds(),
        nbf: preview.created_at.as_seconds(),
        exp: preview.expires_at.as_seconds(),
    };
    sign(PREVIEW, &claims, keys, preview.created_at)
}

/// The public keys that access tokens are verified with, now and after the next rotation: name and public half.
pub fn published(keys: &Keys, now: Instant) -> impl Iterator<Item = (&str, &str)> {
    keys.public(ACCESS.longest, now)
}

/// The first refresh token of a session: 256 random bits.
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
