//! The folder of an instance's index: one generation in a folder of its own, beside it the one that is built.
//!
//! Several processes may have the same data folder: each takes the first part of it that no other has.

use std::{
    fs,
    path::{Path, PathBuf},
};

use super::generation::Generation;
use crate::domain::Error;

/// Processes that share a data folder at most.
const MOST_PARTS: u32 = 64;

/// The part of the folder that this process has.
pub(super) struct Folder {
    path: PathBuf,
    /// Held until the process ends, however it does.
    _lock: fs::File,
}

impl Folder {
    /// The first part of a folder that nobody has.
    pub(super) fn at(folder: &Path) -> Result<Self, Error> {
        for n in 0..MOST_PARTS {
            let path = folder.join(n.to_string());
            fs::create_dir_all(&path).map_err(Error::internal)?;
            let lock = fs::File::create(path.join("lock")).map_err(Error::internal)?;
            if lock.try_lock().is_ok() {
                return Ok(Self { path, _lock: lock });
            }
        }
        Err(Error::internal(format!("all parts of {} are in use", folder.display())))
    }

    /// Its generations, the newest first.
    fn generations(&self) -> Vec<(u64, PathBuf)> {
        let entries = fs::read_dir(&self.path).into_iter().flatten().flatten();
        let numbered = entries.filter_map(|entry| Some((entry.file_name().to_str()?.strip_prefix("index-")?.parse().ok()?, entry.path())));
        let mut all: Vec<(u64, PathBuf)> = numbered.collect();
        all.sort_by(|a, b| b.cmp(a));
        all
    }

    /// The newest that is good.
    pub(super) fn newest(&self) -> Option<Generation> {
        self.generations().iter().find_map(|(_, path)| Generation::open(path))
    }

    /// Begin another.
    pub(super) fn new_generation(&self) -> Result<(Option<PathBuf>, Generation), Error> {
        let number = self.generations().first().map_or(0, |(number, _)| number.saturating_add(1));
        let path = self.path.join(format!("index-{number}"));
        let generation = Generation::new(Some(&path))?;
        Ok((Some(path), generation))
    }

    /// Remove all others.
    pub(super) fn keep_only(&self, kept: &Path) {
        for (_, path) in self.generations().into_iter().filter(|(_, path)| path != kept) {
            if let Err(error) = fs::remove_dir_all(&path) {
                tracing::warn!(folder = %path.display(), %error, "a former index cannot be removed");
            }
        }
    }
}
