//! Reading a file piece by piece: nothing is allocated because a file declares it to be long.

use std::io::{BufRead, BufReader, Read, Seek, SeekFrom};

use crate::domain::file::FileFault;

/// A file that is read from front to back, with jumps.
pub(super) struct Input<R> {
    inner: BufReader<R>,
    at: u64,
    length: u64,
}

/// The fault of a file that is shorter than it says.
pub(super) fn ends_early() -> FileFault {
    FileFault::Broken("The file ends too early: it was not copied whole. Send it again.".to_owned())
}

/// The fault of a file whose parts do not fit together.
pub(super) fn broken(what: &str) -> FileFault {
    FileFault::Broken(format!("The file is damaged: {what}. Open it in an editor and save it anew."))
}

impl<R: Read + Seek> Input<R> {
    /// A file from its first byte.
    pub(super) fn new(mut inner: R) -> Result<Self, FileFault> {
        let length = inner.seek(SeekFrom::End(0)).map_err(|e| unreadable(&e))?;
        inner.seek(SeekFrom::Start(0)).map_err(|e| unreadable(&e))?;
        Ok(Self { inner: BufReader::with_capacity(1 << 16, inner), at: 0, length })
    }

    /// How many bytes were read or passed over.
    pub(super) const fn at(&self) -> u64 {
        self.at
    }

    /// Bytes of the file.
    pub(super) const fn length(&self) -> u64 {
        self.length
    }

    /// Go on at a byte of the file.
    pub(super) fn go(&mut self, to: u64) -> Result<(), FileFault> {
        if to > self.length {
            return Err(ends_early());
        }
        match i64::try_from(to).ok().zip(i64::try_from(self.at).ok()) {
            Some((to, at)) => self.inner.seek_relative(to.saturating_sub(at)).map_err(|e| unreadable(&e))?,
            None => return Err(ends_early()),
        }
        self.at = to;
        Ok(())
    }

    /// Pass over bytes.
    pub(super) fn skip(&mut self, bytes: u64) -> Result<(), FileFault> {
        self.go(self.at.saturating_add(bytes))
    }

    /// The next bytes, as many as the array has.
    pub(super) fn array<const N: usize>(&mut self) -> Result<[u8; N], FileFault> {
        let mut found = [0; N];
        self.inner.read_exact(&mut found).map_err(|e| unreadable(&e))?;
        self.at = self.at.saturating_add(u64::try_from(N).unwrap_or(u64::MAX));
        Ok(found)
    }

    /// The next byte.
    pub(super) fn byte(&mut self) -> Result<u8, FileFault> {
        self.array::<1>().map(|[byte]| byte)
    }

    /// The next bytes: all of them, or none when there are more than `most`, which are passed over.
    pub(super) fn block(&mut self, bytes: u64, most: u64) -> Result<Option<Vec<u8>>, FileFault> {
        if bytes > most {
            return self.skip(bytes).map(|()| None);
        }
        let found = self.some(bytes)?;
        if u64::try_from(found.len()).is_ok_and(|found| found == bytes) { Ok(Some(found)) } else { Err(ends_early()) }
    }

    /// The next bytes, as many as there are of so many.
    pub(super) fn some(&mut self, bytes: u64) -> Result<Vec<u8>, FileFault> {
        let mut found = Vec::new();
        let read = self.inner.by_ref().take(bytes).read_to_end(&mut found).map_err(|e| unreadable(&e))?;
        self.at = self.at.saturating_add(u64::try_from(read).unwrap_or(u64::MAX));
        Ok(found)
    }

    /// Pass over everything up to a byte, and that byte. False, when it does not come any more.
    pub(super) fn past(&mut self, sought: u8) -> Result<bool, FileFault> {
        // Ends: each round takes bytes of the file.
        loop {
            let there = self.inner.fill_buf().map_err(|e| unreadable(&e))?;
            if there.is_empty() {
                return Ok(false);
            }
            let found = memchr::memchr(sought, there);
            let taken = found.map_or(there.len(), |at| at.saturating_add(1));
            self.inner.consume(taken);
            self.at = self.at.saturating_add(u64::try_from(taken).unwrap_or(u64::MAX));
            if found.is_some() {
                return Ok(true);
            }
        }
    }
}

/// What the system says of a file that it does not read.
pub(super) fn unreadable(e: &std::io::Error) -> FileFault {
    if e.kind() == std::io::ErrorKind::UnexpectedEof { ends_early() } else { FileFault::Broken(format!("The file cannot be read: {e}.")) }
}

/// In which order the bytes of numbers are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    /// The least first.
    Little,
    /// The greatest first.
    Big,
}

impl Order {
    /// The number of 16 bits at a place.
    pub(super) fn u16(self, bytes: &[u8], at: usize) -> Option<u16> {
        let two = bytes.get(at..)?.first_chunk::<2>()?;
        Some(if self == Self::Little { u16::from_le_bytes(*two) } else { u16::from_be_bytes(*two) })
    }

    /// The number of 32 bits at a place.
    pub(super) fn u32(self, bytes: &[u8], at: usize) -> Option<u32> {
        let four = bytes.get(at..)?.first_chunk::<4>()?;
        Some(if self == Self::Little { u32::from_le_bytes(*four) } else { u32::from_be_bytes(*four) })
    }
}

/// Whether some bytes are among others, ASCII letters of either case.
pub(super) fn holds(haystack: &[u8], needle: &[u8]) -> bool {
    haystack.windows(needle.len().max(1)).any(|window| window.eq_ignore_ascii_case(needle))
}
