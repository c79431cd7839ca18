//! API keys as machines show them: `dl_live_`, the letters that one is found by, its secret, and a checksum over all of that.
//!
//! **Decision.** The prefix and the checksum let scanners of secrets recognise a key wherever it lies, and let the server refuse what was mistyped
//! without asking the database. The secret is 43 letters and digits drawn at random, 256 bits, and so is kept as a plain SHA-256.
//! **Consequence.** Whoever reads the database finds no key in it, and a key is told from any other token by its first letters.

use subtle::ConstantTimeEq;

use sha2::{Digest, Sha256};

use super::secret::Secret;
use crate::domain::{Error, Instant, api_key::ApiKey, error::TokenFault, id::Entropy};

/// What every key begins with.
pub const PREFIX: &str = "dl_live_";

const LETTERS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const HANDLE: usize = 12;
const SECRET: usize = 43;
const SUM: usize = 8;

/// So many letters and digits, each as likely as any other.
fn drawn(entropy: &dyn Entropy, count: usize) -> String {
    // Of eight bytes the remainder favours no letter by more than one part in 2^58.
    let mut bytes = vec![0; count.saturating_mul(8)];
    entropy.fill(&mut bytes);
    let (eights, _) = bytes.as_chunks::<8>();
    let letter = |eight: &[u8; 8]| LETTERS.get(usize::try_from(u64::from_le_bytes(*eight) % 62).unwrap_or_default()).copied();
    eights.iter().filter_map(letter).map(char::from).collect()
}

fn checksum(of: &str) -> String {
    format!("{:08x}", crc32fast::hash(of.as_bytes()))
}

fn digest(secret: &str) -> [u8; 32] {
    Sha256::digest(secret.as_bytes()).into()
}

/// A new key: what is shown once, and what is kept of it.
#[derive(Debug)]
pub struct NewKey {
    /// The key itself.
    pub text: Secret<String>,
    /// What it is found by.
    pub handle: String,
    /// The SHA-256 of its secret.
    pub digest: Vec<u8>,
}

impl NewKey {
    /// A new one.
    pub fn draw(entropy: &dyn Entropy) -> Self {
        let (handle, secret) = (drawn(entropy, HANDLE), drawn(entropy, SECRET));
        let body = format!("{PREFIX}{handle}_{secret}");
        let text = Secret::new(format!("{body}_{}", checksum(&body)));
        Self { text, handle, digest: digest(&secret).to_vec() }
    }
}

/// A key that somebody shows: its form is right, and nothing is known of it yet.
#[derive(Debug, Clone)]
pub struct Shown {
    handle: String,
    digest: Secret<[u8; 32]>,
}

impl Shown {
    /// True for what is meant as a key, right or wrong.
    #[must_use]
    pub fn is_meant(text: &str) -> bool {
        text.starts_with(PREFIX)
    }

    /// Read a key; nothing, where form or checksum are wrong.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let (body, sum) = text.split_at_checked(PREFIX.len().saturating_add(HANDLE).saturating_add(1).saturating_add(SECRET))?;
        let (handle, secret) = body.strip_prefix(PREFIX)?.split_once('_')?;
        let plain = |part: &str, length| part.len() == length && part.bytes().all(|b| b.is_ascii_alphanumeric());
        let sum = sum.strip_prefix('_').filter(|sum| sum.len() == SUM && *sum == checksum(body))?;
        (plain(handle, HANDLE) && plain(secret, SECRET) && plain(sum, SUM))
            .then(|| Self { handle: handle.to_owned(), digest: Secret::new(digest(secret)) })
    }

    /// What it is found by.
    #[must_use]
    pub fn handle(&self) -> &str {
        &self.handle
    }

    /// Whether its secret is the kept one, in a time that tells nothing.
    fn is(&self, kept: &[u8]) -> bool {
        self.digest.expose().as_slice().ct_eq(kept).into()
    }
}

/// A key as it is kept, with the SHA-256 of its secret.
#[derive(Debug)]
pub struct KeptKey {
    /// The key.
    pub key: ApiKey,
    /// The SHA-256 of its secret.
    pub digest: Vec<u8>,
}

/// A key whose secret was shown, and which is good. Only [`Admitted::try_from_shown`] makes one.
#[derive(Debug)]
pub struct Admitted(ApiKey);

impl Admitted {
    /// Check what was shown against what is kept.
    ///
    /// # Errors
    /// [`Error::TokenRefused`]: `Invalid` when the secret is another one, as when there is no such key; else why the key is good no more.
    pub fn try_from_shown(shown: &Shown, kept: KeptKey, now: Instant) -> Result<Self, Error> {
        if !shown.is(&kept.digest) {
            return Err(Error::TokenRefused(TokenFault::Invalid));
        }
        kept.key.is_good(now)?;
        Ok(Self(kept.key))
    }

    /// The key.
    #[must_use]
    pub fn key(&self) -> &ApiKey {
        &self.0
    }
}

/// True when an address holds a key, or the beginning of one, in whatever way it is encoded.
#[must_use]
pub fn is_in_query(query: &str) -> bool {
    let within = |bytes: &[u8]| memchr::memmem::find(bytes, PREFIX.as_bytes()).is_some();
    if query.contains('%') { within(&percent_encoding::percent_decode_str(query).collect::<Vec<u8>>()) } else { within(query.as_bytes()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Counting(std::sync::atomic::AtomicU8);

    impl Entropy for Counting {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.iter_mut().for_each(|b| *b = self.0.fetch_add(37, std::sync::atomic::Ordering::SeqCst));
        }
    }

    #[test]
    fn a_key_is_read_as_it_was_drawn_and_whatever_is_changed_of_it_is_none() {
        let made = NewKey::draw(&Counting(1.into()));
        let text = made.text.expose();
        assert_eq!(text.len(), 73);
        let shown = Shown::read(text).unwrap();
        assert_eq!(shown.handle(), made.handle);
        assert!(shown.is(&made.digest) && !shown.is(&[0; 32]) && !shown.is(&[]));
        for at in 0..text.len() {
            let mut other = text.clone().into_bytes();
            other[at] = if other[at] == b'0' { b'1' } else { b'0' };
            assert!(Shown::read(&String::from_utf8(other).unwrap()).is_none(), "{at}");
            assert!(text.get(..at).is_some_and(|cut| Shown::read(cut).is_none()), "cut at {at}");
        }
        let beside = [format!("{text}0"), format!(" {text}"), text.to_uppercase(), text.replace('_', "-"), "dl_live_ü".to_owned()];
        assert!(beside.iter().all(|other| Shown::read(other).is_none()));
    }

    #[test]
    fn a_key_of_the_right_checksum_and_another_form_is_none() {
        for (handle, secret) in
            [("abc_ef012345", "0".repeat(43)), ("abcdef012345", format!("{}-", "0".repeat(42))), ("abcdef01234é", "0".repeat(42))]
        {
            let body = format!("{PREFIX}{handle}_{secret}");
            assert!(Shown::read(&format!("{body}_{}", checksum(&body))).is_none(), "{body}");
        }
        let body = format!("{PREFIX}abcdef012345_{}", "0".repeat(43));
        assert!(Shown::read(&format!("{body}_{}", checksum(&body))).is_some());
    }

    #[test]
    fn a_key_is_seen_in_a_query_however_it_is_encoded() {
        for query in ["key=dl_live_abc", "dl_live_abc", "a=1&k=%64l%5Flive%5fabc", "a=x%20dl_live_"] {
            assert!(is_in_query(query), "{query}");
        }
        for query in ["", "a=dl_liv", "a=dl%255Flive_", "live=dl"] {
            assert!(!is_in_query(query), "{query}");
        }
    }
}
