//! The system's clock, randomness, files and streams: the one file that wraps each.

use std::{
    fs,
    io::{Read, Write},
    os::unix::fs::{OpenOptionsExt, PermissionsExt},
    path::Path,
    time::{SystemTime, UNIX_EPOCH},
};

use base64::{Engine, prelude::BASE64_STANDARD};

use crate::domain::{Instant, id::Entropy, instant::Clock};

/// The system's clock.
#[derive(Debug, Clone, Copy)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place where the clock is read")]
    fn now(&self) -> Instant {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Instant::from_micros(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
    }
}

/// The system's randomness.
#[derive(Debug, Clone, Copy)]
pub struct OsEntropy;

impl Entropy for OsEntropy {
    #[expect(clippy::panic, clippy::disallowed_methods, reason = "without randomness there are no secrets, and nothing may go on")]
    fn fill(&self, bytes: &mut [u8]) {
        if let Err(error) = getrandom::fill(bytes) {
            panic!("the system gives no randomness: {error}");
        }
    }
}

/// Write to standard output; a reader that has gone is no failure.
pub(super) fn print(text: &str) {
    let _ = std::io::stdout().write_all(text.as_bytes());
}

/// Write a line to standard error.
pub(super) fn complain(text: &str) {
    let _ = writeln!(std::io::stderr(), "{text}");
}

/// Everything on standard input, at most 4 KiB, without the line break at its end.
pub(super) fn standard_input() -> std::io::Result<String> {
    let mut text = String::new();
    std::io::stdin().take(4_096).read_to_string(&mut text)?;
    Ok(text.trim_end_matches(['\n', '\r']).to_owned())
}

/// The 32 bytes of a secret file; made with mode 0600 when it is missing and may be made.
pub(super) fn secret_file(path: &Path, may_make: bool) -> Result<[u8; 32], String> {
    if may_make && !path.exists() {
        make_secret(path).map_err(|e| format!("the file cannot be made: {e}"))?;
    }
    let text = fs::read_to_string(path).map_err(|e| format!("the file cannot be read: {e}"))?;
    let mode = fs::metadata(path).map_err(|e| e.to_string())?.permissions().mode();
    if mode & 0o077 != 0 {
        return Err("the file can be read by others: give it mode 0600".to_owned());
    }
    let bytes = BASE64_STANDARD.decode(text.trim()).ok().ok_or_else(|| "the file does not hold base64".to_owned())?;
    let bytes: [u8; 32] = bytes.try_into().ok().ok_or_else(|| "the file does not hold 32 bytes in base64".to_owned())?;
    let first = bytes.first();
    if bytes.iter().all(|b| Some(b) == first) {
        return Err("the file holds the same byte 32 times".to_owned());
    }
    Ok(bytes)
}

fn make_secret(path: &Path) -> std::io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let mut bytes = [0; 32];
    OsEntropy.fill(&mut bytes);
    let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    writeln!(file, "{}", BASE64_STANDARD.encode(bytes))?;
    file.sync_all()
}

/// A stopwatch, for how long work has taken; not for what time it is.
#[expect(clippy::disallowed_methods, reason = "the one place where time is taken")]
pub(super) fn stopwatch() -> std::time::Instant {
    std::time::Instant::now()
}
