//! Small renditions that are kept in memory: most of what readers ask for is one of few.

use bytes::Bytes;
use quick_cache::{Weighter, sync::Cache};

use super::storage::{Key, Stored};
use crate::domain::Error;

/// The largest that is kept, in bytes.
const SMALL: u64 = 256 << 10;
/// What one takes beside its bytes.
const BESIDE: u64 = 256;

/// A file to be given out.
#[derive(Debug)]
pub enum Content {
    /// The whole of it.
    Whole(Bytes),
    /// To be read as it is taken.
    Stored(Box<dyn Stored>),
}

impl Content {
    /// What is in a file of the store, which is read where it is small. It waits.
    pub(super) fn of(file: Box<dyn Stored>) -> Result<Self, Error> {
        let bytes = file.bytes();
        if bytes > SMALL { Ok(Self::Stored(file)) } else { Ok(Self::Whole(file.read(0, bytes)?.into())) }
    }

    /// How many bytes it has.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        match self {
            Self::Whole(bytes) => u64::try_from(bytes.len()).unwrap_or(u64::MAX),
            Self::Stored(file) => file.bytes(),
        }
    }
}

#[derive(Debug, Clone)]
struct Weight;

impl Weighter<Key, Bytes> for Weight {
    fn weight(&self, _: &Key, bytes: &Bytes) -> u64 {
        u64::try_from(bytes.len()).unwrap_or(u64::MAX).saturating_add(BESIDE)
    }
}

/// Renditions by where they lie: what lies there never changes.
#[derive(Debug)]
pub(super) struct Kept(Cache<Key, Bytes, Weight>);

impl Kept {
    /// Of at most so many bytes.
    pub(super) fn of(bytes: u64) -> Self {
        let count = usize::try_from(bytes / 65_536).unwrap_or(usize::MAX);
        Self(Cache::with_weighter(count, bytes, Weight))
    }

    pub(super) fn get(&self, key: &Key) -> Option<Content> {
        self.0.get(key).map(Content::Whole)
    }

    /// Keep this, where it is small.
    pub(super) fn keep(&self, key: Key, content: &Content) {
        if let Content::Whole(bytes) = content {
            self.0.insert(key, bytes.clone());
        }
    }
}
