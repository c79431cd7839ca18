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
/// What is locked by whoever has a part.
const LOCK: &str = "lock";

/// What asks the process that has a part to build it anew.
const REBUILD: &str = "rebuild";

/// A part of a folder, as whoever looks at it from outside sees it.
#[derive(Debug)]
pub struct Part {
    /// Its number.
    pub number: u32,
    /// Whether a process has it.
    pub is_in_use: bool,
    /// Documents in it, and the last change that its last commit had taken up; nothing where nothing is whole.
    pub standing: Option<(u64, i64)>,
    /// Bytes of its files.
    pub bytes: u64,
    path: PathBuf,
}

impl Part {
    /// Ask whoever has it to build it anew.
    ///
    /// # Errors
    /// [`Error::Internal`] when the folder cannot be written.
    pub fn ask_to_rebuild(&self) -> Result<(), Error> {
        fs::write(self.path.join(REBUILD), []).map_err(Error::internal)
    }
}

/// The parts that a folder has.
#[must_use]
pub fn parts(folder: &Path) -> Vec<Part> {
    let mut parts = Vec::new();
    for number in 0..MOST_PARTS {
        let path = folder.join(number.to_string());
        let Ok(lock) = fs::File::open(path.join(LOCK)) else { continue };
        let is_in_use = lock.try_lock().is_err();
        // Not held while it is read: who starts meanwhile takes it.
        drop(lock);
        let generations = generations(&path);
        let bytes = |folder: &Path| -> u64 {
            let files = fs::read_dir(folder).into_iter().flatten().flatten();
            files.filter_map(|file| file.metadata().ok()).map(|file| file.len()).sum()
        };
        parts.push(Part {
            number,
            is_in_use,
            standing: generations.iter().find_map(|(_, path)| Generation::standing(path)),
            bytes: generations.iter().map(|(_, path)| bytes(path)).sum(),
            path,
        });
    }
    parts
}

/// The generations of a part, the newest first.
fn generations(part: &Path) -> Vec<(u64, PathBuf)> {
    let entries = fs::read_dir(part).into_iter().flatten().flatten();
    let numbered = entries.filter_map(|entry| Some((entry.file_name().to_str()?.strip_prefix("index-")?.parse().ok()?, entry.path())));
    let mut all: Vec<(u64, PathBuf)> = numbered.collect();
    all.sort_by(|a, b| b.cmp(a));
    all
}

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
            let lock = fs::File::create(path.join(LOCK)).map_err(Error::internal)?;
            if lock.try_lock().is_ok() {
                return Ok(Self { path, _lock: lock });
            }
        }
        Err(Error::internal(format!("all parts of {} are in use", folder.display())))
    }

    /// Whether somebody asks for another.
    pub(super) fn is_to_be_rebuilt(&self) -> bool {
        self.path.join(REBUILD).exists()
    }

    /// There is another.
    pub(super) fn was_rebuilt(&self) {
        drop(fs::remove_file(self.path.join(REBUILD)));
    }

    /// Remove what lies in parts that no process has: whoever takes one builds it anew.
    pub(super) fn clear_idle(&self) -> Result<(), Error> {
        let beside = self.path.parent().map(Path::to_path_buf).unwrap_or_default();
        for path in (0..MOST_PARTS).map(|n| beside.join(n.to_string())).filter(|path| *path != self.path) {
            let Ok(lock) = fs::File::open(path.join(LOCK)) else { continue };
            if lock.try_lock().is_ok() {
                for (_, generation) in generations(&path) {
                    fs::remove_dir_all(generation).map_err(Error::internal)?;
                }
            }
        }
        Ok(())
    }

    /// The newest that is good.
    pub(super) fn newest(&self) -> Option<(PathBuf, Generation)> {
        generations(&self.path).into_iter().find_map(|(_, path)| Generation::open(&path).map(|found| (path, found)))
    }

    /// Begin another.
    pub(super) fn new_generation(&self) -> Result<(Option<PathBuf>, Generation), Error> {
        let number = generations(&self.path).first().map_or(0, |(number, _)| number.saturating_add(1));
        let path = self.path.join(format!("index-{number}"));
        let generation = Generation::new(Some(&path))?;
        Ok((Some(path), generation))
    }

    /// Remove all others.
    pub(super) fn keep_only(&self, kept: Option<&Path>) {
        for (_, path) in generations(&self.path).into_iter().filter(|(_, path)| Some(path.as_path()) != kept) {
            if let Err(error) = fs::remove_dir_all(&path) {
                tracing::warn!(folder = %path.display(), %error, "a former index cannot be removed");
            }
        }
    }
}
