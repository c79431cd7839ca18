//! The one signature algorithm that is linked: Ed25519 (RFC 8032), under `jsonwebtoken`.
//!
//! **Decision.** `jsonwebtoken` comes without its own cryptography here, and is given Ed25519 alone. **Consequence.**
//! No header can ask for another algorithm, because there is none to run.

use ed25519_dalek::{Signature, SigningKey, VerifyingKey, pkcs8::DecodePrivateKey};
use jsonwebtoken::{
    Algorithm, DecodingKey, EncodingKey,
    crypto::{CryptoProvider, JwtSigner, JwtVerifier, KeyUtils},
    errors::{ErrorKind, Result},
};
use signature::{Error, Signer, Verifier};

static PROVIDER: CryptoProvider = CryptoProvider { signer_factory, verifier_factory, key_utils: KeyUtils::new_unimplemented() };

/// Give `jsonwebtoken` its only algorithm; may be called any number of times.
pub fn install() {
    let _ = PROVIDER.install_default();
}

struct Sign(SigningKey);
struct Verify(VerifyingKey);

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
            let bytes: &[u8; 32] = key.try_get_as_bytes()?.try_into().ok().ok_or(ErrorKind::InvalidEddsaKey)?;
            let key = VerifyingKey::from_bytes(bytes).ok().ok_or(ErrorKind::InvalidEddsaKey)?;
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
        // Strict: refuses weak keys and the second form that a signature otherwise has.
        self.0.verify_strict(message, &Signature::from_slice(signature)?)
    }
}
impl JwtVerifier for Verify {
    fn algorithm(&self) -> Algorithm {
        Algorithm::EdDSA
    }
}
