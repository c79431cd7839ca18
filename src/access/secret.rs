//! Secrets: values that never print themselves, and the sealing of keys kept in the database.

use std::fmt;

use chacha20poly1305::{
    ChaCha20Poly1305, KeyInit,
    aead::{Aead, Payload},
};
use serde::Deserialize;

use crate::domain::{Error, id::Entropy};

/// A value that debugging and logging show as `***`. It is read as the value itself is, and never serialized.
#[derive(Clone, Deserialize)]
#[serde(transparent)]
pub struct Secret<T>(T);

impl<T> Secret<T> {
    /// Keep a value secret.
    pub fn new(value: T) -> Self {
        Self(value)
    }

    /// The value itself.
    pub fn expose(&self) -> &T {
        &self.0
    }
}

impl<T> fmt::Debug for Secret<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// The 32 bytes that seal signing keys.
pub type Seal = Secret<[u8; 32]>;

const NONCE: usize = 12;

/// Seal `plain` so that only the holder of `seal` can open it, and only under the same `name` (ChaCha20-Poly1305, RFC 8439).
///
/// # Errors
/// [`Error::Internal`] when encryption fails.
pub fn seal(seal: &Seal, name: &str, plain: &[u8], entropy: &dyn Entropy) -> Result<Vec<u8>, Error> {
    let mut nonce = [0; NONCE];
    entropy.fill(&mut nonce);
    let cipher = ChaCha20Poly1305::new(seal.expose().into());
    let payload = Payload { msg: plain, aad: name.as_bytes() };
    let sealed = cipher.encrypt(&nonce.into(), payload).map_err(|e| Error::internal(e.to_string()))?;
    Ok([&nonce[..], &sealed].concat())
}

/// Open what [`seal`] sealed.
///
/// # Errors
/// [`Error::Internal`] when the seal or the name is another one, or the bytes were changed.
pub fn open(seal: &Seal, name: &str, sealed: &[u8]) -> Result<Vec<u8>, Error> {
    let broken = || Error::internal("a signing key cannot be opened: is DATELINE_SECRET_FILE the one it was sealed with?");
    let (nonce, sealed) = sealed.split_at_checked(NONCE).ok_or_else(broken)?;
    let nonce: [u8; NONCE] = nonce.try_into().ok().ok_or_else(&broken)?;
    let cipher = ChaCha20Poly1305::new(seal.expose().into());
    cipher.decrypt(&nonce.into(), Payload { msg: sealed, aad: name.as_bytes() }).ok().ok_or_else(broken)
}
