//! Signing keys: made, sealed, opened and published.
//!
//! **Context.** Fingerprints of requests, kept answers and the successors of refresh tokens need secrets of their own, which outlive any key that signs.
//! **Decision.** They come of the first key that the database ever had, and of no other, whatever becomes of it. **Consequence.** Neither a
//! rotation nor a revocation makes an answer unreadable that is kept for a retry. Whoever has read that key has read the file that seals
//! all of them: another key would be no remedy, another file is.

use std::sync::{Arc, PoisonError, RwLock};

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use ed25519_dalek::{SigningKey, pkcs8::EncodePrivateKey};
use jsonwebtoken::{DecodingKey, EncodingKey};
use sha2::{Digest, Sha256};

use super::secret::{Seal, Secret, open, seal};
use crate::domain::{Error, Instant, id::Entropy, signing_key::KeyLife};

/// A signing key as the database keeps it.
#[derive(Debug, Clone)]
pub struct SealedKey {
    /// Its name in token headers and in the JWKS.
    pub kid: String,
    /// The public half, 32 bytes.
    pub public: Vec<u8>,
    /// The private half, sealed.
    pub sealed: Vec<u8>,
    /// When it does what.
    pub life: KeyLife,
}

impl SealedKey {
    /// A new Ed25519 key.
    ///
    /// # Errors
    /// [`Error::Internal`] when it cannot be sealed.
    pub fn generate(with: &Seal, entropy: &dyn Entropy, life: KeyLife) -> Result<Self, Error> {
        let mut seed = [0; 32];
        entropy.fill(&mut seed);
        let key = SigningKey::from_bytes(&seed);
        let public = key.verifying_key().to_bytes().to_vec();
        let kid = BASE64_URL_SAFE_NO_PAD.encode(public.get(..9).unwrap_or_default());
        let sealed = seal(with, &kid, &seed, entropy)?;
        Ok(Self { kid, public, sealed, life })
    }

    fn seed(&self, with: &Seal) -> Result<[u8; 32], Error> {
        open(with, &self.kid, &self.sealed)?.try_into().ok().ok_or_else(|| Error::internal("a signing key is damaged"))
    }
}

/// A key that was opened.
#[derive(Debug)]
struct Opened {
    kid: String,
    x: String,
    verifying: DecodingKey,
    signing: Secret<EncodingKey>,
    life: KeyLife,
}

impl Opened {
    fn of(key: &SealedKey, with: &Seal) -> Result<Self, Error> {
        let der = SigningKey::from_bytes(&key.seed(with)?).to_pkcs8_der().map_err(|e| Error::internal(e.to_string()))?;
        let x = BASE64_URL_SAFE_NO_PAD.encode(&key.public);
        let verifying = DecodingKey::from_ed_components(&x).map_err(Error::internal)?;
        Ok(Self { kid: key.kid.clone(), x, verifying, signing: Secret::new(EncodingKey::from_ed_der(der.as_bytes())), life: key.life })
    }
}

/// The keys that tokens are signed and verified with.
#[derive(Debug)]
pub struct Keys {
    /// Those that were not revoked, oldest first.
    all: Vec<Opened>,
    hiding: Secret<[u8; 32]>,
    keeping: Seal,
    continuing: Secret<[u8; 32]>,
    /// How much was done to the keys until these: each makes one more, or revokes one.
    age: usize,
}

impl Keys {
    /// Open the kept keys, oldest first.
    ///
    /// # Errors
    /// [`Error::Internal`] when there is none, or one does not open.
    pub fn open(kept: &[SealedKey], with: &Seal) -> Result<Self, Error> {
        super::ed25519::install();
        let first = kept.first().ok_or_else(|| Error::internal("there is no signing key"))?.seed(with)?;
        let revoked = |key: &&SealedKey| key.life.revoked_at.is_some();
        let all = kept.iter().filter(|key| !revoked(key)).map(|key| Opened::of(key, with)).collect::<Result<_, _>>()?;
        let derived =
            |what: &[u8]| -> Secret<[u8; 32]> { Secret::new(Sha256::new().chain_update(what).chain_update(first).finalize().into()) };
        Ok(Self {
            all,
            hiding: derived(b"dateline fingerprints"),
            keeping: derived(b"dateline kept answers"),
            continuing: derived(b"dateline refresh tokens"),
            age: kept.len().saturating_add(kept.iter().filter(revoked).count()),
        })
    }

    /// A fingerprint of these parts: 32 bytes that tell nothing of them to whoever reads the database, not even by guessing.
    #[must_use]
    pub fn fingerprint(&self, parts: &[&[u8]]) -> Vec<u8> {
        let mut hash = Sha256::new().chain_update(self.hiding.expose());
        for part in parts {
            hash.update(part.len().to_be_bytes());
            hash.update(part);
        }
        hash.finalize().to_vec()
    }

    /// Seal what is kept under a name, so that it tells nothing to whoever has the database alone.
    ///
    /// # Errors
    /// [`Error::Internal`] when encryption fails.
    pub fn keep(&self, name: &str, plain: &[u8], entropy: &dyn Entropy) -> Result<Vec<u8>, Error> {
        seal(&self.keeping, name, plain, entropy)
    }

    /// What was kept under a name; nothing when it was sealed with another key, or under another name.
    #[must_use]
    pub fn kept(&self, name: &str, sealed: &[u8]) -> Option<Vec<u8>> {
        open(&self.keeping, name, sealed).ok()
    }

    /// The refresh token that follows another one: always the same, and nobody can tell it from that one alone, nor from the database.
    #[must_use]
    pub fn successor(&self, token: &str) -> String {
        // Hashed twice, so that none can be told from another that is longer.
        let inner = Sha256::new().chain_update(self.continuing.expose()).chain_update(token).finalize();
        BASE64_URL_SAFE_NO_PAD.encode(Sha256::new().chain_update(self.continuing.expose()).chain_update(inner).finalize())
    }

    /// The key whose turn it is; where clocks differ so much that it is nobody's, the next one's.
    pub(super) fn signing(&self, now: Instant) -> Result<(&str, &EncodingKey), Error> {
        let able = self.all.iter().filter(|key| key.life.may_sign(now)).min_by_key(|key| key.life.signs_from);
        able.map(|key| (key.kid.as_str(), key.signing.expose())).ok_or_else(|| Error::internal("there is no key that may sign"))
    }

    /// The key of this name, and when it does what; those that were revoked are gone.
    pub(super) fn verifying(&self, kid: &str) -> Option<(&DecodingKey, KeyLife)> {
        self.all.iter().find(|key| key.kid == kid).map(|key| (&key.verifying, key.life))
    }

    /// Name and public half (base64url) of every key, for the JWKS: of those that will sign, too, so that others know them by then.
    pub fn public(&self, longest: i64, now: Instant) -> impl Iterator<Item = (&str, &str)> {
        self.all.iter().filter(move |key| key.life.verifies(longest, now)).map(|key| (key.kid.as_str(), key.x.as_str()))
    }
}

/// The keys as they are now: others take their place while the server runs.
#[derive(Debug)]
pub struct KeyRing {
    seal: Seal,
    present: RwLock<Arc<Keys>>,
}

impl KeyRing {
    /// Open the kept keys, oldest first.
    ///
    /// # Errors
    /// Those of [`Keys::open`].
    pub fn open(kept: &[SealedKey], seal: Seal) -> Result<Self, Error> {
        let present = RwLock::new(Arc::new(Keys::open(kept, &seal)?));
        Ok(Self { seal, present })
    }

    /// The keys of this moment.
    #[must_use]
    pub fn present(&self) -> Arc<Keys> {
        self.present.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Put what the database holds in their place, unless something newer is there.
    ///
    /// # Errors
    /// Those of [`Keys::open`]; the keys stay as they are then.
    pub fn take(&self, kept: &[SealedKey]) -> Result<(), Error> {
        let next = Keys::open(kept, &self.seal)?;
        let mut present = self.present.write().unwrap_or_else(PoisonError::into_inner);
        if next.age > present.age {
            *present = Arc::new(next);
        }
        Ok(())
    }

    /// A new key, sealed as the others are.
    ///
    /// # Errors
    /// [`Error::Internal`] when it cannot be sealed.
    pub fn generate(&self, entropy: &dyn Entropy, life: KeyLife) -> Result<SealedKey, Error> {
        SealedKey::generate(&self.seal, entropy, life)
    }
}
