//! Signing keys: made, sealed, opened and published.

use std::collections::BTreeMap;

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use ed25519_dalek::{SigningKey, pkcs8::EncodePrivateKey};
use jsonwebtoken::{DecodingKey, EncodingKey};
use sha2::{Digest, Sha256};

use super::secret::{Seal, Secret, open, seal};
use crate::domain::{Error, id::Entropy};

/// A signing key as the database keeps it.
#[derive(Debug, Clone)]
pub struct SealedKey {
    /// Its name in token headers and in the JWKS.
    pub kid: String,
    /// The public half, 32 bytes.
    pub public: Vec<u8>,
    /// The private half, sealed.
    pub sealed: Vec<u8>,
}

impl SealedKey {
    /// A new Ed25519 key.
    ///
    /// # Errors
    /// [`Error::Internal`] when it cannot be sealed.
    pub fn generate(with: &Seal, entropy: &dyn Entropy) -> Result<Self, Error> {
        let mut seed = [0; 32];
        entropy.fill(&mut seed);
        let key = SigningKey::from_bytes(&seed);
        let public = key.verifying_key().to_bytes().to_vec();
        let kid = BASE64_URL_SAFE_NO_PAD.encode(public.get(..9).unwrap_or_default());
        let sealed = seal(with, &kid, &seed, entropy)?;
        Ok(Self { kid, public, sealed })
    }
}

/// The keys that tokens are signed and verified with.
#[derive(Debug)]
pub struct Keys {
    current: String,
    signing: Secret<EncodingKey>,
    hiding: Secret<[u8; 32]>,
    keeping: Seal,
    verifying: BTreeMap<String, (DecodingKey, String)>,
}

impl Keys {
    /// Open the kept keys, oldest first; the newest one signs.
    ///
    /// # Errors
    /// [`Error::Internal`] when there is none, or one does not open.
    pub fn open(kept: &[SealedKey], with: &Seal) -> Result<Self, Error> {
        super::ed25519::install();
        let newest = kept.last().ok_or_else(|| Error::internal("there is no signing key"))?;
        let seed: [u8; 32] =
            open(with, &newest.kid, &newest.sealed)?.try_into().ok().ok_or_else(|| Error::internal("a signing key is damaged"))?;
        let der = SigningKey::from_bytes(&seed).to_pkcs8_der().map_err(|e| Error::internal(e.to_string()))?;
        let mut verifying = BTreeMap::new();
        for key in kept {
            let x = BASE64_URL_SAFE_NO_PAD.encode(&key.public);
            let decoding = DecodingKey::from_ed_components(&x).map_err(Error::internal)?;
            verifying.insert(key.kid.clone(), (decoding, x));
        }
        let signing = Secret::new(EncodingKey::from_ed_der(der.as_bytes()));
        let hiding = Secret::new(Sha256::new().chain_update(b"dateline fingerprints").chain_update(seed).finalize().into());
        let keeping = Secret::new(Sha256::new().chain_update(b"dateline kept answers").chain_update(seed).finalize().into());
        Ok(Self { current: newest.kid.clone(), signing, hiding, keeping, verifying })
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

    pub(super) fn signing(&self) -> (&str, &EncodingKey) {
        (&self.current, self.signing.expose())
    }

    pub(super) fn verifying(&self, kid: &str) -> Option<&DecodingKey> {
        self.verifying.get(kid).map(|(key, _)| key)
    }

    /// Name and public half (base64url) of every key, for the JWKS.
    pub fn public(&self) -> impl Iterator<Item = (&str, &str)> {
        self.verifying.iter().map(|(kid, (_, x))| (kid.as_str(), x.as_str()))
    }
}
