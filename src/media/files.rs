//! The files of the library as the server works with them: taken in, given out, and drawn in other sizes.
//!
//! **Context.** To draw a picture takes a processor and hundreds of megabytes for a moment, and anybody may ask for one that was not drawn yet. **Decision.**
//! Each is drawn once, however many ask for it; what is drawn at once stays within an amount of memory and the number of processors; who waits, waits in a
//! line of a length, and hears `busy` beyond it. **Consequence.** Readers of words do not notice those of pictures.

use std::{
    collections::HashMap,
    fmt,
    num::NonZeroUsize,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, Weak,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::Duration,
};

use tokio::{
    sync::{Mutex as Turn, OwnedSemaphorePermit, Semaphore},
    time::timeout,
};

use super::{
    Limits,
    looking::{HEAD_BYTES, format_of, look_into},
    rendering::{Recipe, memory_of, render},
    storage::{Incoming, Key, Storage, Stored},
};
use crate::domain::{
    Error,
    file::{FileFacts, FileFault, FileFormat, FocalPoint},
    id::Entropy,
    media::{Digest, StoredFile},
    rendition::{Preset, RenditionFormat},
};

/// How many may wait for pictures that are being drawn.
const LINE: usize = 256;
/// How long somebody waits for others.
const LONGEST_WAIT: Duration = Duration::from_secs(30);
/// In which units memory is given out, in bytes.
const UNIT: u64 = 1 << 20;

/// A picture in a size, to be drawn where nobody has yet.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// What its file comes to.
    pub digest: Digest,
    /// What is known of that.
    pub facts: FileFacts,
    /// In which size and cut.
    pub preset: Preset,
    /// In which format.
    pub format: RenditionFormat,
    /// What stays in sight.
    pub focal_point: FocalPoint,
    /// Creator, credit, copyright and digital source type.
    pub carried: [String; 4],
    /// The version of what is drawn.
    pub version: String,
}

impl Wanted {
    fn key(&self) -> Key {
        Key::Rendition(self.digest, format!("{}-{}.{}", self.preset, self.version, self.format))
    }

    fn recipe(&self) -> Recipe {
        let [creator, credit, copyright, digital_source_type] = self.carried.clone();
        Recipe {
            width: self.preset.width,
            ratio: self.preset.ratio,
            focal: self.focal_point,
            format: self.format,
            creator,
            credit,
            copyright,
            digital_source_type,
        }
    }
}

/// The files of the library.
pub struct Files {
    storage: Arc<dyn Storage>,
    entropy: Arc<dyn Entropy>,
    limits: Limits,
    most_bytes: u64,
    units: u32,
    memory: Arc<Semaphore>,
    processors: Arc<Semaphore>,
    copies: Arc<Semaphore>,
    waiting: AtomicUsize,
    under_way: Mutex<HashMap<Key, Weak<Turn<()>>>>,
}

impl fmt::Debug for Files {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Files").field("storage", &self.storage).finish_non_exhaustive()
    }
}

/// A file that has come whole and was looked into. It is gone when this is dropped.
#[derive(Debug)]
pub struct Looked {
    incoming: Incoming,
    facts: FileFacts,
}

impl Looked {
    /// The file, as it will be stored.
    #[must_use]
    pub fn to_be_stored(&self) -> StoredFile {
        StoredFile { digest: self.incoming.digest(), bytes: self.incoming.bytes(), facts: self.facts.clone() }
    }
}

/// What work on a picture takes, until it is done.
struct Room {
    _memory: OwnedSemaphorePermit,
    _processor: OwnedSemaphorePermit,
}

/// One of those who wait.
struct Waiting<'f>(&'f AtomicUsize);

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Do this on a thread where waiting is fine.
async fn aside<T: Send + 'static>(work: impl FnOnce() -> Result<T, Error> + Send + 'static) -> Result<T, Error> {
    tokio::task::spawn_blocking(work).await.map_err(Error::internal)?
}

impl Files {
    /// Those in a store: files of at most so many bytes, and so many bytes of memory for what is drawn.
    #[must_use]
    pub fn new(storage: Arc<dyn Storage>, entropy: Arc<dyn Entropy>, most_bytes: u64, memory: usize) -> Self {
        let memory = u64::try_from(memory).unwrap_or(u64::MAX);
        let limits = Limits { decoded_bytes: memory, ..Limits::default() };
        let units = u32::try_from(memory.checked_div(UNIT).unwrap_or(1)).unwrap_or(u32::MAX).max(1);
        let processors = thread::available_parallelism().map_or(1, NonZeroUsize::get);
        Self {
            storage,
            entropy,
            limits,
            most_bytes,
            units,
            memory: Arc::new(Semaphore::new(usize::try_from(units).unwrap_or(1))),
            processors: Arc::new(Semaphore::new(processors)),
            // One is copied while another one is drawn.
            copies: Arc::new(Semaphore::new(processors.saturating_mul(2))),
            waiting: AtomicUsize::new(0),
            under_way: Mutex::default(),
        }
    }

    /// How many bytes a file may have.
    #[must_use]
    pub const fn most_bytes(&self) -> u64 {
        self.most_bytes
    }

    /// The store that they lie in.
    #[must_use]
    pub fn storage(&self) -> &Arc<dyn Storage> {
        &self.storage
    }

    /// A file that is about to come.
    ///
    /// # Errors
    /// [`Error::StorageUnavailable`].
    pub fn begin(&self) -> Result<Incoming, Error> {
        Incoming::begin(self.storage.incoming()?, &*self.entropy)
    }

    /// Look into a file that has come whole, when it is its turn: to decode a picture takes what to draw one does.
    ///
    /// # Errors
    /// [`Error::File`] when it is not taken; [`Error::Busy`] when others take too long; [`Error::StorageUnavailable`].
    pub async fn look_into(&self, mut incoming: Incoming) -> Result<Looked, Error> {
        let room = self.room(self.units).await?;
        let limits = self.limits;
        aside(move || {
            let format = format_of(&incoming.head(HEAD_BYTES)?).map_err(Error::File)?;
            let facts = look_into(incoming.file()?, format, &limits).map_err(Error::File)?;
            drop(room);
            Ok(Looked { incoming, facts })
        })
        .await
    }

    /// Look into a file and keep it, on this thread, while nobody else does: for commands.
    ///
    /// # Errors
    /// [`Error::File`] when it is not taken; [`Error::StorageUnavailable`].
    pub fn take_in(&self, mut incoming: Incoming) -> Result<StoredFile, Error> {
        let bytes = incoming.bytes();
        let format = format_of(&incoming.head(HEAD_BYTES)?).map_err(Error::File)?;
        let facts = look_into(incoming.file()?, format, &self.limits).map_err(Error::File)?;
        Ok(StoredFile { digest: incoming.keep(&*self.storage)?, bytes, facts })
    }

    /// The same of sound that browsers play, and of nothing else.
    ///
    /// # Errors
    /// As above, and where it is no such sound.
    pub fn take_in_sound(&self, mut incoming: Incoming) -> Result<StoredFile, Error> {
        let format = format_of(&incoming.head(HEAD_BYTES)?).map_err(Error::File)?;
        if !matches!(format, FileFormat::Mp3 | FileFormat::Ogg) {
            return Err(Error::File(FileFault::Broken(format!("A file of the format `{format}` is no sound to listen to."))));
        }
        self.take_in(incoming)
    }

    /// Keep a file that was looked into: it is in the store when this answers.
    ///
    /// # Errors
    /// [`Error::StorageUnavailable`].
    pub async fn keep(&self, looked: Looked) -> Result<StoredFile, Error> {
        let storage = self.storage.clone();
        aside(move || {
            let Looked { incoming, facts } = looked;
            let bytes = incoming.bytes();
            Ok(StoredFile { digest: incoming.keep(&*storage)?, bytes, facts })
        })
        .await
    }

    /// So much of the memory, and a processor.
    async fn room(&self, units: u32) -> Result<Room, Error> {
        let waiting = async {
            let memory = self.memory.clone().acquire_many_owned(units.clamp(1, self.units)).await.map_err(Error::internal)?;
            let processor = self.processors.clone().acquire_owned().await.map_err(Error::internal)?;
            Ok(Room { _memory: memory, _processor: processor })
        };
        timeout(LONGEST_WAIT, waiting).await.map_err(|_elapsed| Error::Busy)?
    }

    /// A file as it was sent.
    ///
    /// # Errors
    /// [`Error::NotFound`] when it is not in the store; [`Error::StorageUnavailable`].
    pub async fn original(&self, digest: Digest) -> Result<Box<dyn Stored>, Error> {
        let storage = self.storage.clone();
        aside(move || storage.open(&Key::Original(digest))?.ok_or(Error::NotFound("file"))).await
    }

    /// A picture in another size, drawn if it was not yet.
    ///
    /// # Errors
    /// [`Error::NotFound`] when its file is not in the store; [`Error::Busy`] when too many wait; [`Error::StorageUnavailable`].
    pub async fn rendition(&self, wanted: Wanted) -> Result<Box<dyn Stored>, Error> {
        let (storage, key) = (self.storage.clone(), wanted.key());
        let looked_for = key.clone();
        if let Some(file) = aside(move || storage.open(&looked_for)).await? {
            return Ok(file);
        }
        if self.waiting.fetch_add(1, Ordering::Relaxed) >= LINE {
            drop(Waiting(&self.waiting));
            return Err(Error::Busy);
        }
        let _waiting = Waiting(&self.waiting);
        let turn = timeout(LONGEST_WAIT, self.turn(&key).lock_owned()).await.map_err(|_elapsed| Error::Busy)?;
        let (storage, looked_for) = (self.storage.clone(), key.clone());
        if let Some(file) = aside(move || storage.open(&looked_for)).await? {
            return Ok(file);
        }
        let (storage, recipe) = (self.storage.clone(), wanted.recipe());
        // Where files lie elsewhere, each that is drawn of is copied here.
        let copy = timeout(LONGEST_WAIT, self.copies.clone().acquire_owned()).await.map_err(|_elapsed| Error::Busy)?;
        let copy = copy.map_err(Error::internal)?;
        let weighed = aside(move || {
            let mut original = storage.open(&Key::Original(wanted.digest))?.ok_or(Error::NotFound("file"))?.local()?;
            let bytes = memory_of(&mut original, &wanted.facts, &recipe).map_err(Error::File)?;
            Ok((original, wanted, recipe, bytes))
        });
        let (mut original, wanted, recipe, bytes) = weighed.await?;
        let room = self.room(u32::try_from(bytes.div_ceil(UNIT)).unwrap_or(u32::MAX)).await?;
        let (storage, entropy) = (self.storage.clone(), self.entropy.clone());
        // Whoever asked may hang up: what was begun is done, and holds what it takes until then.
        aside(move || {
            let drawn = render(&mut original, &wanted.facts, &recipe).map_err(Error::File)?;
            let mut incoming = Incoming::begin(storage.incoming()?, &*entropy)?;
            incoming.write(&drawn.bytes)?;
            incoming.keep_as(&*storage, &key)?;
            drop((room, copy, turn));
            storage.open(&key)?.ok_or(Error::NotFound("file"))
        })
        .await
    }

    /// The turn of those who want one thing: whoever is first draws it.
    fn turn(&self, key: &Key) -> Arc<Turn<()>> {
        let mut under_way = lock(&self.under_way);
        under_way.retain(|_, turn| turn.strong_count() > 0);
        if let Some(turn) = under_way.get(key).and_then(Weak::upgrade) {
            return turn;
        }
        let turn = Arc::new(Turn::new(()));
        under_way.insert(key.clone(), Arc::downgrade(&turn));
        turn
    }
}
