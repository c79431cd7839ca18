//! The one signature algorithm that is linked: Ed25519 (RFC 8032), under `jsonwebtoken`.
//!
//! **Decision.** `jsonwebtoken` comes without its own cryptography here, and is given Ed25519 alone. **Consequence.**
//! No header can ask for another algorithm, because there is none to run. A signature that was good once is good always: it is remembered, so
//! that a token that comes with every request is verified once. What a token says, and whether its time is over, is looked at each time.

use std::sync::LazyLock;

use ed25519_dalek::{Signature, SigningKey, VerifyingKey, pkcs8::DecodePrivateKey};
use jsonwebtoken::{
    Algorithm, DecodingKey, EncodingKey,
    crypto::{CryptoProvider, JwtSigner, JwtVerifier, KeyUtils},
    errors::{ErrorKind, Result},
};
use quick_cache::sync::Cache;
use sha2::{Digest, Sha256};
use signature::{Error, Signer, Verifier};

static PROVIDER: CryptoProvider = CryptoProvider { signer_factory, verifier_factory, key_utils: KeyUtils::new_unimplemented() };

/// Signatures that are remembered to be good, by the SHA-256 of key, signature and message.
static GOOD: LazyLock<Cache<[u8; 32], ()>> = LazyLock::new(|| Cache::new(1_024));

/// Give `jsonwebtoken` its only algorithm; may be called any number of times.
pub fn install() {
    let _ = PROVIDER.install_default();
}

struct Sign(SigningKey);
struct Verify([u8; 32]);

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the library asks for this signature")]
fn signer_factory(algorithm: &Algorithm, key: &EncodingKey) -> Result<Box<dyn JwtSigner>> {
    match algorithm {
        Algorithm::EdDSA => {
            let key = SigningKey::from_pkcs8_der(key.as_bytes()).ok().ok_or(ErrorKind::InvalidEddsaKey)?;
            Ok(Box::new(Sign(key)))
        }
        _ => Err(ErrorKind::InvalidAlgorithm.into()),
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the library asks for this signature")]
fn verifier_factory(algorithm: &Algorithm, key: &DecodingKey) -> Result<Box<dyn JwtVerifier>> {
    match algorithm {
        Algorithm::EdDSA => {
            let key = key.try_get_as_bytes()?.try_into().ok().ok_or(ErrorKind::InvalidEddsaKey)?;
            Ok(Box::new(Verify(key)))
        }
        _ => Err(ErrorKind::InvalidAlgorithm.into()),
    }
}

impl Signer<Vec<u8>> for Sign {
    fn try_sign(&self, message: &[u8]) -> std::result::Result<Vec<u8>, Error> {
        Signer::<Signature>::try_sign(&self.0, message).map(|s| s.to_bytes().to_vec())
    }
}
impl JwtSigner for Sign {
    fn algorithm(&self) -> Algorithm {
        Algorithm::EdDSA
    }
}
impl Verifier<Vec<u8>> for Verify {
    fn verify(&self, message: &[u8], signature: &Vec<u8>) -> std::result::Result<(), Error> {
        let signature = Signature::from_slice(signature)?;
        // Key and signature are of one length each: where the message begins is certain.
        let parts = Sha256::new().chain_update(self.0).chain_update(signature.to_bytes()).chain_update(message);
        let digest = parts.finalize().into();
        if GOOD.get(&digest).is_none() {
            // Strict: refuses weak keys and the second form that a signature otherwise has.
            VerifyingKey::from_bytes(&self.0)?.verify_strict(message, &signature)?;
            GOOD.insert(digest, ());
        }
        Ok(())
    }
}
impl JwtVerifier for Verify {
    fn algorithm(&self) -> Algorithm {
        Algorithm::EdDSA
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_remembered_is_this_signature_of_this_message_by_this_key() {
        let keys = [SigningKey::from_bytes(&[1; 32]), SigningKey::from_bytes(&[2; 32])];
        let verify = |key: &SigningKey, message: &[u8], signature: &Vec<u8>| {
            Verify(key.verifying_key().to_bytes()).verify(message, signature).is_ok()
        };
        let signed = |key: &SigningKey, message: &[u8]| Signer::<Signature>::sign(key, message).to_bytes().to_vec();
        let good = signed(&keys[0], b"a message");
        for _ in 0..2 {
            assert!(verify(&keys[0], b"a message", &good));
            assert!(!verify(&keys[1], b"a message", &good), "another key");
            assert!(!verify(&keys[0], b"a massage", &good), "another message");
            assert!(!verify(&keys[0], b"a message", &signed(&keys[0], b"a massage")), "another signature");
            for cut in [&good[1..], &[], &[good.as_slice(), &[0]].concat()] {
                assert!(!verify(&keys[0], b"a message", &cut.to_vec()), "{} bytes", cut.len());
            }
        }
    }
}
