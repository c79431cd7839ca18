//! An upload that comes in several requests, while one of them is taken in.

use std::{
    fmt,
    fs::{File, TryLockError},
    io::{Seek, SeekFrom, Write},
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
};

use super::Incoming;
use crate::domain::Error;

/// What has come of an upload, and who goes on with it.
pub trait Receiving: fmt::Debug + Send {
    /// Go on from this byte: what is here behind it has never counted, and goes.
    ///
    /// # Errors
    /// [`Error::StorageUnavailable`].
    fn go_on(&mut self, at: u64) -> Result<(), Error>;

    /// Write what comes next.
    ///
    /// # Errors
    /// [`Error::StorageUnavailable`].
    fn write(&mut self, bytes: &[u8]) -> Result<(), Error>;

    /// Let all that was written survive a loss of power.
    ///
    /// # Errors
    /// [`Error::Conflict`] with code `upload-under-way` where somebody else went on from there; [`Error::StorageUnavailable`].
    fn settle(&mut self) -> Result<(), Error>;

    /// The whole file, summed up. It stays where it is until it is kept, or its upload is forgotten.
    ///
    /// # Errors
    /// [`Error::StorageUnavailable`].
    fn whole(self: Box<Self>) -> Result<Incoming, Error>;
}

/// That somebody else sends bytes of an upload.
pub(super) fn conflict() -> Error {
    let detail = "another request sends bytes of this upload, or did until now; ask for its offset again".to_owned();
    Error::Conflict { code: "upload-under-way", detail }
}

/// A file of a folder, under a lock that goes with the process.
#[derive(Debug)]
pub(super) struct Part {
    path: PathBuf,
    file: File,
}

impl Part {
    /// The file of an upload, which nobody else may write to any more.
    pub(super) fn held(path: &Path, file: File) -> Result<Self, Error> {
        if is_locked(path, &file)? { Ok(Self { path: path.to_owned(), file }) } else { Err(conflict()) }
    }
}

/// Lock a file that was opened at a path: false, where somebody else has the lock, in whatever process, or had it until now.
pub(super) fn is_locked(path: &Path, file: &File) -> Result<bool, Error> {
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Ok(false),
        Err(TryLockError::Error(error)) => return Err(Error::storage(error)),
    }
    // Whoever had the lock before may have made an original of it, which is never written to again, or have removed it.
    let own = file.metadata().map_err(Error::storage)?;
    Ok(path.metadata().is_ok_and(|there| (there.dev(), there.ino()) == (own.dev(), own.ino())))
}

impl Receiving for Part {
    fn go_on(&mut self, at: u64) -> Result<(), Error> {
        self.file.set_len(at).map_err(Error::storage)?;
        self.file.seek(SeekFrom::Start(at)).map_err(Error::storage).map(drop)
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.file.write_all(bytes).map_err(Error::storage)
    }

    fn settle(&mut self) -> Result<(), Error> {
        self.file.sync_data().map_err(Error::storage)
    }

    fn whole(self: Box<Self>) -> Result<Incoming, Error> {
        Incoming::of(self.path, self.file)
    }
}
