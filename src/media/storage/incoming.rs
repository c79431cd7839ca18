//! A file on its way in: written and summed up as it comes.

use std::{
    fs::{self, File, OpenOptions},
    io::{Read, Seek, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

use sha2::{Digest as _, Sha256};

use super::{Key, Storage};
use crate::domain::{Error, id::Entropy, media::Digest};

/// A file that is not kept yet. It is gone when this is dropped, unless it was, or came in several requests.
#[derive(Debug)]
pub struct Incoming {
    path: PathBuf,
    file: File,
    sum: Sha256,
    bytes: u64,
    /// Whether it goes with this.
    goes: bool,
}

/// How much of a file is summed up at once, in bytes.
const PIECE: usize = 262_144;

impl Incoming {
    /// An empty file in a folder, under a name that nothing else has.
    ///
    /// # Errors
    /// [`Error::StorageUnavailable`].
    pub fn begin(folder: &Path, entropy: &dyn Entropy) -> Result<Self, Error> {
        let mut name = [0; 16];
        entropy.fill(&mut name);
        let path = folder.join(format!("{:032x}", u128::from_be_bytes(name)));
        let file = OpenOptions::new().read(true).write(true).create_new(true).mode(0o600).open(&path).map_err(Error::storage)?;
        Ok(Self { path, file, sum: Sha256::new(), bytes: 0, goes: true })
    }

    /// A file that has come whole already, and stays where it is unless it is kept.
    ///
    /// # Errors
    /// [`Error::StorageUnavailable`].
    pub(super) fn of(path: PathBuf, mut file: File) -> Result<Self, Error> {
        file.rewind().map_err(Error::storage)?;
        let (mut sum, mut bytes, mut piece) = (Sha256::new(), 0u64, vec![0; PIECE]);
        // Ends: a file has an end, and nobody writes to this one.
        loop {
            let read = file.read(&mut piece).map_err(Error::storage)?;
            if read == 0 {
                return Ok(Self { path, file, sum, bytes, goes: false });
            }
            sum.update(piece.get(..read).unwrap_or_default());
            bytes = bytes.saturating_add(u64::try_from(read).unwrap_or(u64::MAX));
        }
    }

    /// Write what comes next.
    ///
    /// # Errors
    /// [`Error::StorageUnavailable`].
    pub fn write(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.file.write_all(bytes).map_err(Error::storage)?;
        self.sum.update(bytes);
        self.bytes = self.bytes.saturating_add(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
        Ok(())
    }

    /// Where it lies.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// How many bytes have come.
    #[must_use]
    pub const fn bytes(&self) -> u64 {
        self.bytes
    }

    /// What the bytes come to that have come.
    #[must_use]
    pub fn digest(&self) -> Digest {
        <[u8; 32]>::from(self.sum.clone().finalize()).into()
    }

    /// The first bytes of it, at most so many.
    ///
    /// # Errors
    /// [`Error::StorageUnavailable`].
    pub fn head(&mut self, most: usize) -> Result<Vec<u8>, Error> {
        let mut head = Vec::new();
        self.file()?.take(u64::try_from(most).unwrap_or(u64::MAX)).read_to_end(&mut head).map_err(Error::storage)?;
        Ok(head)
    }

    /// The file, from its beginning on.
    ///
    /// # Errors
    /// [`Error::StorageUnavailable`].
    pub fn file(&mut self) -> Result<&mut File, Error> {
        self.file.rewind().map_err(Error::storage)?;
        Ok(&mut self.file)
    }

    /// Keep it in the store as a file as it was sent.
    ///
    /// # Errors
    /// [`Error::StorageUnavailable`].
    pub fn keep(self, storage: &dyn Storage) -> Result<Digest, Error> {
        let digest = self.digest();
        self.keep_as(storage, &Key::Original(digest))?;
        Ok(digest)
    }

    /// Keep it in the store under a key.
    ///
    /// # Errors
    /// [`Error::StorageUnavailable`].
    pub fn keep_as(self, storage: &dyn Storage, key: &Key) -> Result<(), Error> {
        self.file.sync_all().map_err(Error::storage)?;
        storage.keep(key, &self.path)
    }
}

impl Drop for Incoming {
    fn drop(&mut self) {
        // What was kept lies there no more.
        if self.goes {
            let _ = fs::remove_file(&self.path);
        }
    }
}
