//! Access tokens of the provider that people show here, for tools that have one anyway: as RFC 9068 writes them, and as providers do that call them `JWT`.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use openidconnect::{JsonWebKey, core::CoreJwsSigningAlgorithm};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::{ALGORITHMS, LEEWAY, Provider, STALE_SECONDS, groups, is_subject};
use crate::domain::{
    Instant,
    identity::{Identity, Introduced},
};

/// The longest token, in bytes: providers write many groups into theirs.
const LONGEST: usize = 8 * 1_024;

#[derive(Deserialize)]
struct Header {
    alg: CoreJwsSigningAlgorithm,
    kid: String,
    typ: Option<String>,
    crit: Option<Value>,
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    sub: String,
    aud: Audience,
    exp: f64,
    iat: f64,
    nbf: Option<f64>,
    typ: Option<String>,
    #[serde(flatten)]
    others: Map<String, Value>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Some(Vec<String>),
}

impl Audience {
    fn holds(&self, audience: &str) -> bool {
        match self {
            Self::One(one) => one == audience,
            Self::Some(some) => some.iter().any(|one| one == audience),
        }
    }
}

impl Claims {
    /// True unless they are of an ID token, which tells a client who somebody is, or of a token by which they are signed out: neither opens anything.
    fn are_of_an_access_token(&self) -> bool {
        let others = ["nonce", "at_hash", "c_hash", "s_hash", "events"];
        self.typ.as_ref().is_none_or(|typ| typ.eq_ignore_ascii_case("bearer")) && !others.iter().any(|name| self.others.contains_key(*name))
    }

    /// True while it is good by the clock.
    fn are_of_now(&self, now: Instant) -> bool {
        let (now, leeway) = (f64::from(u32::try_from(now.as_seconds()).unwrap_or(u32::MAX)), f64::from(LEEWAY));
        self.exp > now - leeway && self.iat <= now + leeway && self.nbf.is_none_or(|from| from <= now + leeway)
    }
}

impl Provider {
    /// Whom an access token means, which the provider gave for this server; nothing for any other, whatever is wrong with it. No key is asked for.
    #[must_use]
    pub fn bearer(&self, token: &str, now: Instant) -> Option<Introduced> {
        let audience = self.settings.audience.as_deref()?;
        if token.len() > LONGEST {
            return None;
        }
        let (signed, signature) = token.rsplit_once('.')?;
        let (header, payload) = signed.split_once('.')?;
        let decoded = |part: &str| BASE64_URL_SAFE_NO_PAD.decode(part).ok();
        let header: Header = serde_json::from_slice(&decoded(header)?).ok()?;
        let typ = header.typ.map(|typ| typ.to_ascii_lowercase());
        let is_fit = typ.is_none_or(|typ| ["at+jwt", "application/at+jwt", "jwt"].contains(&&*typ));
        if !is_fit || header.crit.is_some() || !ALGORITHMS.contains(&header.alg) {
            return None;
        }
        let known = self.known().filter(|known| known.at.plus_seconds(STALE_SECONDS) > now)?;
        let mut named = known.metadata.jwks().keys().iter().filter(|key| key.key_id().is_some_and(|id| **id == header.kid));
        // Of two keys of one name neither is known by it.
        let key = named.next().filter(|_| named.next().is_none())?;
        key.verify_signature(&header.alg, signed.as_bytes(), &decoded(signature)?).ok()?;
        let claims: Claims = serde_json::from_slice(&decoded(payload)?).ok()?;
        let is_ours = claims.iss == self.settings.issuer && claims.aud.holds(audience) && claims.are_of_an_access_token();
        if !is_ours || !claims.are_of_now(now) || !is_subject(&claims.sub) {
            return None;
        }
        let groups = groups(&claims.others, &self.settings.groups_claim).ok()?;
        Some(Introduced { groups, identity: Identity { issuer: claims.iss, subject: claims.sub }, email: None, name: None })
    }
}
