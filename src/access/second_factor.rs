//! Second factors: codes that an application makes of the time and a secret (TOTP, RFC 6238), and recovery codes for whoever has lost it.

use sha2::{Digest, Sha256};
use totp_rs::{Algorithm, Builder, Totp};

use super::secret::Secret;
use crate::domain::{Error, Instant, id::Entropy};

/// Seconds of a step: the code is another one after each.
const STEP: i64 = 30;
/// Steps that a clock may be off by, either way.
const DRIFT: i64 = 1;
/// Codes that may be tried in an hour before one was right: whoever has the password alone guesses one within a year with a chance of one in four.
const TRIES: i32 = 10;
/// An hour, in seconds.
const HOUR: i64 = 3_600;
/// How many recovery codes somebody has.
pub const RECOVERY_CODES: usize = 10;

/// The secret of a second factor.
#[derive(Debug, Clone)]
pub struct SecondFactor(Secret<Vec<u8>>);

impl SecondFactor {
    /// A new one, of 160 bits.
    #[must_use]
    pub fn new(entropy: &dyn Entropy) -> Self {
        let mut secret = vec![0; 20];
        entropy.fill(&mut secret);
        Self::of(secret)
    }

    /// The one with this secret.
    #[must_use]
    pub fn of(secret: Vec<u8>) -> Self {
        Self(Secret::new(secret))
    }

    /// The secret, to be sealed.
    #[must_use]
    pub fn secret(&self) -> &[u8] {
        self.0.expose()
    }

    fn totp(&self, issuer: &str, account: &str) -> Result<Totp, Error> {
        // A colon parts the two in the address.
        let plain = |text: &str| text.replace(':', " ");
        let of_rfc = Builder::new().with_algorithm(Algorithm::SHA1).with_digits(6).with_skew(0).with_step_duration(STEP.unsigned_abs());
        let named = of_rfc.with_secret(self.0.expose().clone()).with_issuer(Some(plain(issuer))).with_account_name(plain(account));
        named.build().map_err(|e| Error::internal(e.to_string()))
    }

    /// The secret in base32, for whoever types it, and the address that applications read as a picture.
    ///
    /// # Errors
    /// [`Error::Internal`] when the library refuses.
    pub fn told(&self, issuer: &str, account: &str) -> Result<(Secret<String>, Secret<String>), Error> {
        let totp = self.totp(issuer, account)?;
        let url = totp.to_url().map_err(|e| Error::internal(e.to_string()))?;
        Ok((Secret::new(totp.secret().to_base32()), Secret::new(url)))
    }

    /// The step that a code is of, when it is right now, or was or will be in the next step; none up to `last`, for a code works once.
    ///
    /// # Errors
    /// [`Error::Internal`] when the library refuses.
    pub fn step(&self, code: &str, now: Instant, last: i64) -> Result<Option<i64>, Error> {
        if !is_code(code) {
            return Ok(None);
        }
        let totp = self.totp("", "account")?;
        let present = now.as_seconds().div_euclid(STEP);
        let near = present.saturating_sub(DRIFT)..=present.saturating_add(DRIFT);
        Ok(near.filter(|step| *step > last).find(|step| {
            let at = u64::try_from(step.saturating_mul(STEP)).unwrap_or_default();
            totp.check(code, at).is_some()
        }))
    }
}

/// How often codes were tried since an instant, with the one that is tried now.
///
/// # Errors
/// [`Error::TooSoon`] when as many as may be were tried within the hour.
pub fn tried((tried, since): (i32, Option<Instant>), now: Instant) -> Result<(i32, Instant), Error> {
    match since.filter(|since| since.plus_seconds(HOUR) > now) {
        Some(since) if tried >= TRIES => {
            let seconds = since.plus_seconds(HOUR).as_seconds().saturating_sub(now.as_seconds()).max(1);
            Err(Error::TooSoon { seconds })
        }
        Some(since) => Ok((tried.saturating_add(1), since)),
        None => Ok((1, now)),
    }
}

/// True for what is shaped like a code of an application, and not like a recovery code.
#[must_use]
pub fn is_code(text: &str) -> bool {
    text.len() == 6 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// A code as somebody typed it, without what they put between its parts.
#[must_use]
pub fn typed(code: &str) -> String {
    code.chars().filter(|c| !c.is_whitespace() && *c != '-').collect::<String>().to_ascii_lowercase()
}

/// New recovery codes, of 80 bits each, in groups of four letters.
#[must_use]
pub fn recovery_codes(entropy: &dyn Entropy) -> Vec<Secret<String>> {
    const LETTERS: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
    let code = || {
        let mut bytes = [0; 16];
        entropy.fill(&mut bytes);
        let letter = |byte: &u8| char::from(LETTERS.get(usize::from(byte % 32)).copied().unwrap_or(b'a'));
        let groups: Vec<String> = bytes.chunks(4).map(|group| group.iter().map(letter).collect()).collect();
        Secret::new(groups.join("-"))
    };
    (0..RECOVERY_CODES).map(|_| code()).collect()
}

/// What the database keeps of a recovery code as it was typed.
#[must_use]
pub fn recovery_digest(typed: &str) -> Vec<u8> {
    Sha256::digest(typed.as_bytes()).to_vec()
}
