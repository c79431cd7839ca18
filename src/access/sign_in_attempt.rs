//! Sign-ins by way of the OpenID provider, from where they are begun to where they end.
//!
//! **Context.** Between the two, somebody is with the provider, and nobody has shown who they are: whatever is kept of that is kept for anybody who asks.
//! **Decision.** Nothing is kept. What a sign-in was begun with is sealed, and travels by way of the provider as its `state`; it is good for ten minutes, and in
//! the browser alone that has the cookie it was begun with. **Consequence.** Any instance can end what another began, and nobody fills a table.
//! That somebody comes in twice by one attempt is prevented by the provider, whose codes work once; that one is brought back again and again, by each instance.

use std::fmt;

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{keys::Keys, token::new_refresh};
use crate::domain::{Error, Instant, id::Entropy};

/// Seconds that somebody may take with the provider.
const ATTEMPT_SECONDS: i64 = 600;
/// The name that attempts are sealed under.
const SEALED_AS: &str = "sign-in attempt";

/// What a tool asks for that lets somebody sign in (RFC 6749 §4.1.1, RFC 7636 §4.3).
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Asked {
    /// Where they come back to.
    pub redirect_uri: String,
    /// What the tool knows its request by.
    pub state: Option<String>,
    /// The SHA-256 of the tool's verifier, base64url.
    pub challenge: String,
    /// The actions that the session is to be limited to, parted by spaces.
    pub scope: Option<String>,
}

/// A sign-in that was begun.
#[derive(Clone, Serialize, Deserialize)]
pub struct Attempt {
    /// What the tool asked for.
    pub asked: Asked,
    /// What the provider's word has to name.
    pub nonce: String,
    /// What the provider's code is redeemed with (RFC 7636 §4.1).
    pub verifier: String,
    browser: String,
    expires_at: i64,
}

impl fmt::Debug for Attempt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Attempt")
    }
}

impl Attempt {
    /// Begin one, in the browser that has this cookie.
    pub fn begin(asked: Asked, cookie: &str, entropy: &dyn Entropy, now: Instant) -> Self {
        let expires_at = now.plus_seconds(ATTEMPT_SECONDS).as_seconds();
        Self { asked, nonce: new_refresh(entropy), verifier: new_refresh(entropy), browser: digest(cookie), expires_at }
    }

    /// The attempt as the provider carries it.
    ///
    /// # Errors
    /// [`Error::Internal`] when encryption fails.
    pub fn sealed(&self, keys: &Keys, entropy: &dyn Entropy) -> Result<String, Error> {
        let plain = serde_json::to_vec(self).map_err(Error::internal)?;
        keys.keep(SEALED_AS, &plain, entropy).map(|sealed| BASE64_URL_SAFE_NO_PAD.encode(sealed))
    }

    /// The attempt that somebody came back with; nothing, when it is none of ours, too old, or was begun in another browser.
    #[must_use]
    pub fn open(sealed: &str, cookie: &str, keys: &Keys, now: Instant) -> Option<Self> {
        let plain = keys.kept(SEALED_AS, &BASE64_URL_SAFE_NO_PAD.decode(sealed).ok()?)?;
        let attempt: Self = serde_json::from_slice(&plain).ok()?;
        (attempt.expires_at > now.as_seconds() && attempt.browser == digest(cookie)).then_some(attempt)
    }
}

/// The SHA-256 of a text, base64url: what RFC 7636 calls S256.
fn digest(text: &str) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(text))
}

/// True for what can be an S256 challenge: the digest of something.
#[must_use]
pub fn is_challenge(text: &str) -> bool {
    BASE64_URL_SAFE_NO_PAD.decode(text).is_ok_and(|bytes| bytes.len() == 32)
}

/// True for the verifier of a challenge (RFC 7636 §4.6).
#[must_use]
pub fn meets(verifier: &str, challenge: &str) -> bool {
    (43..=128).contains(&verifier.len()) && digest(verifier) == challenge
}
