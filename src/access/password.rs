//! Passwords: Argon2id (RFC 9106) over NFC, stored as PHC strings.

use argon2::{Algorithm, Argon2, Params, PasswordHash, PasswordHasher, PasswordVerifier, Version, password_hash::SaltString};

use crate::domain::{Error, id::Entropy, text::nfc};

/// 46 MiB, one pass, one lane: the first of OWASP's equal choices.
fn argon2() -> Result<Argon2<'static>, Error> {
    let params = Params::new(47_104, 1, 1, None).map_err(|e| Error::internal(e.to_string()))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

/// What is kept of a user who has no password: the hash of none.
pub const NONE: &str = "";

/// True for the hash of a password.
#[must_use]
pub fn is_set(kept: &str) -> bool {
    kept.starts_with('$')
}

/// Hash a password, which takes some 50 ms and 46 MiB: not on a thread that serves requests.
///
/// # Errors
/// [`Error::Internal`] when hashing fails.
pub fn hash(password: &str, entropy: &dyn Entropy) -> Result<String, Error> {
    let mut salt = [0; 16];
    entropy.fill(&mut salt);
    let salt = SaltString::encode_b64(&salt).map_err(|e| Error::internal(e.to_string()))?;
    let hash = argon2()?.hash_password(nfc(password).as_bytes(), &salt).map_err(|e| Error::internal(e.to_string()))?;
    Ok(hash.to_string())
}

/// True when the password is the hashed one. Without a hash the same work is done, so that nobody learns who exists.
///
/// # Errors
/// [`Error::Internal`] when the kept hash cannot be read.
pub fn verify(password: &str, kept: Option<&str>) -> Result<bool, Error> {
    const NOBODY: &str = "$argon2id$v=19$m=47104,t=1,p=1$AAAAAAAAAAAAAAAAAAAAAA$Wk5m1sQZr5m6cX1v0q5cA7d7yQ0yqg0w5q0o7m1m3mE";
    let parsed = PasswordHash::new(kept.unwrap_or(NOBODY)).map_err(|e| Error::internal(e.to_string()))?;
    let right = argon2()?.verify_password(nfc(password).as_bytes(), &parsed).is_ok();
    Ok(right && kept.is_some())
}
