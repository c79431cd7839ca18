//! The media store: where files lie, under the SHA-256 of their bytes.
//!
//! **Context.** A database and a store of files cannot commit together, and whoever is killed between them leaves one behind. **Decision.** A file is
//! written whole before the row that names it, under a name that its bytes decide, and is never written again. What is made of it lies beside it and can
//! be made again. **Consequence.** No row names a file that is not there; files that no row names are found ([`Storage::originals`]). What was
//! sent twice at once is stored once.

mod folder;
mod incoming;
mod lease;
mod receiving;
mod s3;
mod stored;

use std::{fmt, path::Path};

pub use folder::Folder;
pub use incoming::Incoming;
pub use lease::Lease;
pub use receiving::Receiving;
pub use s3::{S3, S3Settings};
pub use stored::Stored;

use crate::domain::{Error, Instant, media::Digest, upload::UploadId};

/// What lies in the store.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Key {
    /// A file as it was sent.
    Original(Digest),
    /// Something made of such a file, by a name of letters, digits, dots and hyphens.
    Rendition(Digest, String),
}

impl Key {
    /// The file that it is, or is made of.
    #[must_use]
    pub const fn digest(&self) -> Digest {
        match self {
            Self::Original(digest) | Self::Rendition(digest, _) => *digest,
        }
    }
}

/// Its path in the store: `originals/e3/e3b0…`, `renditions/e3/e3b0…/640-….webp`.
impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hex = self.digest().to_string();
        let first = hex.get(..2).unwrap_or_default();
        match self {
            Self::Original(_) => write!(f, "originals/{first}/{hex}"),
            Self::Rendition(_, name) => write!(f, "renditions/{first}/{hex}/{name}"),
        }
    }
}

impl Key {
    /// Where whoever makes it says so: `leases/e3b0…-640-….webp`.
    fn lease(&self) -> String {
        format!("leases/{}", self.to_string().rsplit('/').take(2).collect::<Vec<_>>().join("-"))
    }
}

/// A place for files. What it does waits for disks or others' machines: it is called where waiting is fine.
pub trait Storage: fmt::Debug + Send + Sync {
    /// A folder of this machine for files on their way in, from which [`Storage::keep`] takes them; it is made where it is not there.
    ///
    /// # Errors
    /// [`Error::StorageUnavailable`].
    fn incoming(&self) -> Result<&Path, Error>;

    /// Keep a file, which is gone from where it lay; once this answers, it survives a loss of power. What is there under this key already has the same bytes.
    ///
    /// # Errors
    /// [`Error::StorageUnavailable`]; nothing is half kept then.
    fn keep(&self, key: &Key, file: &Path) -> Result<(), Error>;

    /// A file, to be read; nothing, when it is not there.
    ///
    /// # Errors
    /// [`Error::StorageUnavailable`].
    fn open(&self, key: &Key) -> Result<Option<Box<dyn Stored>>, Error>;

    /// The lease of a file that is not there yet, for whoever makes it; nothing while somebody else has it, in whatever process. It is given up when it is dropped,
    /// or some minutes after its holder was killed.
    ///
    /// # Errors
    /// [`Error::StorageUnavailable`], also where the store knows no leases.
    fn lease(&self, key: &Key) -> Result<Option<Lease>, Error>;

    /// Remove a file as it was sent, and all that was made of it, unless it has come since an instant; whether it did.
    ///
    /// # Errors
    /// [`Error::StorageUnavailable`].
    fn remove(&self, digest: Digest, before: Instant) -> Result<bool, Error>;

    /// Remove all that was made of a file as it was sent.
    ///
    /// # Errors
    /// [`Error::StorageUnavailable`].
    fn remove_made(&self, digest: Digest) -> Result<(), Error>;

    /// The files as they were sent that have lain there since before an instant.
    ///
    /// # Errors
    /// [`Error::StorageUnavailable`].
    fn originals(&self, before: Instant) -> Result<Vec<Digest>, Error>;

    /// Remove what nothing more of has come since before an instant; how many there were.
    ///
    /// # Errors
    /// [`Error::StorageUnavailable`].
    fn sweep(&self, before: Instant) -> Result<usize, Error>;

    /// What has come of an upload, to be gone on with: nobody else does, in whatever process, until what is answered is dropped.
    ///
    /// # Errors
    /// [`Error::Conflict`] with code `upload-under-way` while somebody else does; [`Error::StorageUnavailable`].
    fn receive(&self, upload: UploadId) -> Result<Box<dyn Receiving>, Error>;

    /// How many bytes of an upload are here to stay, where so many were counted.
    ///
    /// # Errors
    /// [`Error::StorageUnavailable`].
    fn received(&self, upload: UploadId, counted: u64) -> Result<u64, Error>;

    /// Remove what has come of an upload.
    ///
    /// # Errors
    /// [`Error::StorageUnavailable`].
    fn forget(&self, upload: UploadId) -> Result<(), Error>;
}
