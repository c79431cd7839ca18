//! A folder of this machine, or one that instances share, as the media store.

use std::{
    fs::{self, DirBuilder, File, OpenOptions},
    io,
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
    time::SystemTime,
};

use super::{
    Key, Lease, Receiving, Storage, Stored,
    receiving::{Part, is_locked},
    stored::Lying,
};
use crate::domain::{Error, Instant, media::Digest, upload::UploadId};

/// A folder in which files lie.
#[derive(Debug)]
pub struct Folder {
    root: PathBuf,
    incoming: PathBuf,
    uploads: PathBuf,
    leases: PathBuf,
}

impl Folder {
    /// The folder at a path, which is made when something is kept in it.
    #[must_use]
    pub fn at(root: &Path) -> Self {
        Self { root: root.to_owned(), incoming: root.join("incoming"), uploads: root.join("uploads"), leases: root.join("leases") }
    }

    fn path(&self, key: &Key) -> PathBuf {
        self.root.join(key.to_string())
    }

    fn made_of(&self, digest: Digest) -> Option<PathBuf> {
        self.path(&Key::Rendition(digest, String::new())).parent().map(Path::to_owned)
    }

    fn upload(&self, upload: UploadId) -> PathBuf {
        self.uploads.join(upload.to_string())
    }
}

/// Make a folder, and those above it that are missing, in which nobody else has a part.
pub(super) fn make(folder: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

/// Let the names in a folder survive a loss of power.
fn sync(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// What there is, or nothing.
fn found<T>(done: io::Result<T>) -> io::Result<Option<T>> {
    match done {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        done => done.map(Some),
    }
}

fn is_older(path: &Path, before: Instant) -> io::Result<bool> {
    let Some(about) = found(fs::symlink_metadata(path))? else { return Ok(false) };
    let since = about.modified()?.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    Ok(Instant::from_micros(i64::try_from(since.as_micros()).unwrap_or(i64::MAX)) < before)
}

impl Storage for Folder {
    fn incoming(&self) -> Result<&Path, Error> {
        make(&self.incoming).map_err(Error::storage)?;
        Ok(&self.incoming)
    }

    fn keep(&self, key: &Key, file: &Path) -> Result<(), Error> {
        let to = self.path(key);
        let keep = || {
            // What is there already has the same bytes; with this it has come just now, and nobody takes it for one that was left behind.
            if let Some(folder) = to.parent() {
                make(folder)?;
                fs::rename(file, &to)?;
                // The folders above may be new as well.
                for folder in folder.ancestors().take_while(|above| above.starts_with(&self.root)) {
                    sync(folder)?;
                }
            }
            Ok(())
        };
        keep().map_err(|error: io::Error| Error::storage(error))
    }

    fn open(&self, key: &Key) -> Result<Option<Box<dyn Stored>>, Error> {
        let Some(file) = found(File::open(self.path(key))).map_err(Error::storage)? else { return Ok(None) };
        Ok(Some(Box::new(Lying::of(file)?)))
    }

    fn lease(&self, key: &Key) -> Result<Option<Lease>, Error> {
        make(&self.leases).map_err(Error::storage)?;
        let path = self.root.join(key.lease());
        let file = OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(&path).map_err(Error::storage)?;
        if !is_locked(&path, &file)? {
            return Ok(None);
        }
        Ok(Some(Lease::ended_by(move || {
            // Removed while it is locked: whoever opened it meanwhile sees that it is another one than lies there.
            let _ = fs::remove_file(&path);
            drop(file);
        })))
    }

    fn remove(&self, digest: Digest, before: Instant) -> Result<bool, Error> {
        let remove = || {
            if !is_older(&self.path(&Key::Original(digest)), before)? {
                return Ok(false);
            }
            // What is made of it first: it is found by the other.
            self.made_of(digest).map_or(Ok(None), |made| found(fs::remove_dir_all(made)))?;
            Ok(found(fs::remove_file(self.path(&Key::Original(digest))))?.is_some())
        };
        remove().map_err(|error: io::Error| Error::storage(error))
    }

    fn remove_made(&self, digest: Digest) -> Result<(), Error> {
        self.made_of(digest).map_or(Ok(None), |made| found(fs::remove_dir_all(made))).map(drop).map_err(Error::storage)
    }

    fn originals(&self, before: Instant) -> Result<Vec<Digest>, Error> {
        let all = || {
            let mut all = Vec::new();
            let Some(folders) = found(fs::read_dir(self.root.join("originals")))? else { return Ok(all) };
            for folder in folders {
                let folder = folder?;
                // What others put there is none of ours.
                if !folder.file_type()?.is_dir() {
                    continue;
                }
                for file in fs::read_dir(folder.path())? {
                    let file = file?;
                    let digest: Option<Digest> = file.file_name().to_str().and_then(|name| name.parse().ok());
                    if is_older(&file.path(), before)? {
                        all.extend(digest);
                    }
                }
            }
            Ok(all)
        };
        all().map_err(|error: io::Error| Error::storage(error))
    }

    fn sweep(&self, before: Instant) -> Result<usize, Error> {
        let swept = [&self.incoming, &self.uploads, &self.leases].map(|folder| swept(folder, before).map_err(Error::storage));
        swept.into_iter().try_fold(0usize, |all, one| Ok(all.saturating_add(one?)))
    }

    fn receive(&self, upload: UploadId) -> Result<Box<dyn Receiving>, Error> {
        let path = self.upload(upload);
        let open = || {
            let mut options = OpenOptions::new();
            options.read(true).write(true).mode(0o600);
            if let Some(there) = found(options.open(&path))? {
                return Ok(there);
            }
            make(&self.uploads)?;
            let new = options.create(true).truncate(false).open(&path)?;
            sync(&self.uploads)?;
            Ok(new)
        };
        let file = open().map_err(|error: io::Error| Error::storage(error))?;
        Ok(Box::new(Part::held(&path, file)?))
    }

    fn received(&self, upload: UploadId, counted: u64) -> Result<u64, Error> {
        // What was written and not counted may not be there to stay.
        Ok(found(self.upload(upload).metadata()).map_err(Error::storage)?.map_or(0, |file| file.len().min(counted)))
    }

    fn forget(&self, upload: UploadId) -> Result<(), Error> {
        found(fs::remove_file(self.upload(upload))).map_err(Error::storage).map(drop)
    }
}

/// Remove the files of a folder that nothing was written to since an instant; how many these were.
pub(super) fn swept(folder: &Path, before: Instant) -> io::Result<usize> {
    let mut swept = 0usize;
    let Some(files) = found(fs::read_dir(folder))? else { return Ok(swept) };
    for file in files {
        let file = file?;
        let path = file.path();
        if file.file_type()?.is_file() && is_older(&path, before)? && found(fs::remove_file(&path))?.is_some() {
            swept = swept.saturating_add(1);
        }
    }
    Ok(swept)
}
