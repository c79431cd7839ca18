//! The system's clock, randomness, files and streams: the one file that wraps each.

use std::{
    cell::RefCell,
    collections::BTreeSet,
    fs,
    io::{Read, Write},
    os::unix::fs::{MetadataExt, PermissionsExt},
    path::Path,
    time::{SystemTime, UNIX_EPOCH},
};

use base64::{Engine, prelude::BASE64_STANDARD};

use crate::{
    domain::{Instant, id::Entropy, instant::Clock},
    store::files,
};

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

/// Random bytes of the system's that a thread has asked for ahead, for ids: each answer carries one, and to ask for each alone costs a reader's
/// answer a tenth of its time.
struct Buffer {
    bytes: [u8; 1_024],
    given: usize,
}

thread_local! {
    static BUFFER: RefCell<Buffer> = const { RefCell::new(Buffer { bytes: [0; 1_024], given: 1_024 }) };
}

/// The longest that is taken from those: secrets are longer, and asked for when they are needed.
const SHORT: usize = 10;

#[expect(clippy::panic, clippy::disallowed_methods, reason = "without randomness there are no secrets, and nothing may go on")]
fn ask_for(bytes: &mut [u8]) {
    if let Err(error) = getrandom::fill(bytes) {
        panic!("the system gives no randomness: {error}");
    }
}

impl Entropy for OsEntropy {
    fn fill(&self, bytes: &mut [u8]) {
        if bytes.len() > SHORT {
            return ask_for(bytes);
        }
        BUFFER.with_borrow_mut(|buffer| {
            if buffer.given.saturating_add(bytes.len()) > buffer.bytes.len() {
                ask_for(&mut buffer.bytes);
                buffer.given = 0;
            }
            let rest = buffer.bytes.get_mut(buffer.given..).unwrap_or_default();
            for (byte, random) in bytes.iter_mut().zip(rest) {
                // None is given twice.
                *byte = std::mem::take(random);
            }
            buffer.given = buffer.given.saturating_add(bytes.len());
        });
    }
}

/// Write a line to standard output; a reader that has gone is no failure.
pub(super) fn say(line: &str) {
    let _ = writeln!(std::io::stdout(), "{line}");
}

/// Write to standard output what ends its lines itself; a reader that has gone is no failure.
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

/// That a file is there, and that nobody else reads it or puts another one in its place.
pub(super) fn is_private(path: &Path) -> Result<(), String> {
    let found = fs::metadata(path).map_err(|e| format!("the file cannot be read: {e}"))?;
    if !found.is_file() {
        return Err("the path of a file, not of something else".to_owned());
    }
    if files::is_open(path) {
        return Err("the file can be read by others: give it mode 0600".to_owned());
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if fs::metadata(folder).is_ok_and(|folder| folder.permissions().mode() & 0o1002 == 0o002) {
        return Err("others can put another file in its place: keep it in a folder that only you write to".to_owned());
    }
    Ok(())
}

/// The 32 bytes of a secret file.
pub(super) fn read_secret(path: &Path) -> Result<[u8; 32], String> {
    is_private(path)?;
    let text = fs::read_to_string(path).map_err(|e| format!("the file cannot be read: {e}"))?;
    let bytes = BASE64_STANDARD.decode(text.trim()).ok().ok_or_else(|| "the file does not hold base64".to_owned())?;
    let bytes: [u8; 32] = bytes.try_into().ok().ok_or_else(|| "the file does not hold 32 bytes in base64".to_owned())?;
    if is_plain(&bytes) {
        return Err("the file holds no random bytes: make it with `head -c 32 /dev/urandom | base64`".to_owned());
    }
    Ok(bytes)
}

/// True for bytes that nobody drew by lot, such as the same again and again, a count, or a text.
fn is_plain(bytes: &[u8; 32]) -> bool {
    let kinds: BTreeSet<u8> = bytes.iter().copied().collect();
    let steps: BTreeSet<u8> = bytes.iter().zip(bytes.iter().skip(1)).map(|(a, b)| b.wrapping_sub(*a)).collect();
    let repeats = |length: usize| bytes.iter().zip(bytes.iter().skip(length)).all(|(a, b)| a == b);
    let is_text = bytes.iter().all(|byte| byte.is_ascii_graphic() || *byte == b' ');
    kinds.len() < 8 || steps.len() == 1 || is_text || (1..=16).any(repeats)
}

/// Make a secret that is not there yet.
pub(super) fn make_secret(path: &Path) -> std::io::Result<()> {
    files::make_folder(path.parent().unwrap_or(Path::new("")))?;
    let mut bytes = [0; 32];
    OsEntropy.fill(&mut bytes);
    let mut file = files::make(path)?;
    writeln!(file, "{}", BASE64_STANDARD.encode(bytes))?;
    file.sync_all()
}

/// True for a folder that others write to and that is not this process's to close.
pub(super) fn is_shared(folder: &fs::Metadata) -> bool {
    let mode = folder.permissions().mode();
    // Whoever may enter `/proc/self` is this process, or the system.
    let own = fs::metadata("/proc/self").is_ok_and(|process| process.uid() == folder.uid());
    mode & 0o1000 != 0 || (mode & 0o022 != 0 && !own)
}

/// Tell of a panic where it happened, but nothing that was made of data at run time.
pub(super) fn tell_of_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        let why = panic.payload().downcast_ref::<&'static str>().copied().unwrap_or("(not shown: it may hold data)");
        tracing::error!(place, why, "a part of the program failed");
    }));
}

/// A stopwatch, for how long work has taken; not for what time it is.
#[expect(clippy::disallowed_methods, reason = "the one place where time is taken")]
pub(super) fn stopwatch() -> std::time::Instant {
    std::time::Instant::now()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_randomness_is_given_twice_whoever_asks_and_however_much() {
        let many = || -> Vec<u8> {
            let some = |n: usize| {
                let mut bytes = vec![0; if n.is_multiple_of(4) { SHORT + 6 } else { SHORT - n % 3 }];
                OsEntropy.fill(&mut bytes);
                bytes
            };
            (0..2_000_usize).flat_map(some).collect()
        };
        let given = [many(), std::thread::spawn(many).join().unwrap()].concat();
        // Wherever one looks: what is given in part again would be seen, and so would noughts.
        let windows: BTreeSet<&[u8]> = given.windows(8).collect();
        assert_eq!(windows.len(), given.len().saturating_sub(7));
    }
}
