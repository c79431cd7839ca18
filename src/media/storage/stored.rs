//! A file of the store, to be read.

use std::{
    fmt,
    fs::File,
    io::{Seek, SeekFrom},
    os::unix::fs::FileExt,
};

use crate::domain::Error;

/// A file of the store, to be read: it has what it has for ever. What it does waits, as the store does.
pub trait Stored: fmt::Debug + Send + Sync {
    /// How many bytes it has.
    fn bytes(&self) -> u64;

    /// How many of them are best read at once.
    fn piece(&self) -> u64;

    /// So many bytes from this one on.
    ///
    /// # Errors
    /// [`Error::StorageUnavailable`], also where it has not that many.
    fn read(&self, first: u64, bytes: u64) -> Result<Vec<u8>, Error>;

    /// The same as a file of this machine, at its beginning; where it lies elsewhere, a copy that goes when it is closed.
    ///
    /// # Errors
    /// [`Error::StorageUnavailable`].
    fn local(&self) -> Result<File, Error>;
}

/// How much of a file of this machine is read at once, in bytes.
const PIECE: u64 = 65_536;

/// A file of a folder.
#[derive(Debug)]
pub(super) struct Lying {
    file: File,
    bytes: u64,
}

impl Lying {
    pub(super) fn of(file: File) -> Result<Self, Error> {
        let bytes = file.metadata().map_err(Error::storage)?.len();
        Ok(Self { file, bytes })
    }
}

impl Stored for Lying {
    fn bytes(&self) -> u64 {
        self.bytes
    }

    fn piece(&self) -> u64 {
        PIECE
    }

    fn read(&self, first: u64, bytes: u64) -> Result<Vec<u8>, Error> {
        let mut piece = vec![0; usize::try_from(bytes).map_err(Error::internal)?];
        self.file.read_exact_at(&mut piece, first).map_err(Error::storage)?;
        Ok(piece)
    }

    fn local(&self) -> Result<File, Error> {
        let mut file = self.file.try_clone().map_err(Error::storage)?;
        file.seek(SeekFrom::Start(0)).map_err(Error::storage)?;
        Ok(file)
    }
}
