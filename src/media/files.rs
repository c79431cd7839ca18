//! The files of the library as the server works with them: taken in, given out, and drawn in other sizes.
//!
//! **Context.** To draw a picture takes a processor and hundreds of megabytes for a moment, and anybody may ask for one that was not drawn yet. **Decision.**
//! Each is drawn once, however many ask for it; what is drawn at once stays within an amount of memory and the number of processors; who waits, waits in a
//! line of a length, and hears `busy` beyond it. **Consequence.** Readers of words do not notice those of pictures.

use std::{
    collections::{HashMap, HashSet},
    fmt,
    fs::File,
    num::NonZeroUsize,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, Weak,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::Duration,
};

use tokio::{
    sync::{Mutex as Queue, OwnedSemaphorePermit, Semaphore},
    time::{sleep, timeout},
};

use super::{
    Limits,
    drawers::Drawers,
    kept::{Content, Kept},
    later::{self, Later},
    looking::{self, HEAD_BYTES, format_of, look_into},
    rendering::{Recipe, memory_of, render},
    storage::{Incoming, Key, Lease, Storage, Stored},
    wanted::Drawable,
};
use crate::domain::{
    Error,
    file::{FileFacts, FileFault, FileFormat},
    id::Entropy,
    media::{Digest, StoredFile},
    rendition::Wanted,
};

/// How many may wait for pictures that are being drawn.
const LINE: usize = 256;
/// How long somebody waits for another process that makes the same, before making it as well.
const OTHERS: Duration = Duration::from_secs(10);
/// After which time it is looked for again, the first time and at most.
const LOOK: [Duration; 2] = [Duration::from_millis(50), Duration::from_secs(1)];
/// How long somebody waits for others.
const LONGEST_WAIT: Duration = Duration::from_secs(30);
/// Which part of the memory small renditions may be kept in.
const KEPT: u64 = 16;
/// In which units memory is given out, in bytes.
const UNIT: u64 = 1 << 20;

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
    under_way: Mutex<HashMap<Key, Weak<Queue<()>>>>,
    later: Later,
    refused: Mutex<HashSet<Key>>,
    drawers: Drawers,
    kept: Kept,
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

/// A picture of which it is known what it takes to draw it.
struct Weighed {
    original: File,
    wanted: Wanted,
    recipe: Recipe,
    bytes: u64,
}

impl Weighed {
    fn of(storage: &dyn Storage, wanted: Wanted) -> Result<Self, Error> {
        let mut original = storage.open(&Key::Original(wanted.digest))?.ok_or(Error::NotFound("file"))?.local()?;
        let recipe = wanted.recipe();
        let bytes = memory_of(&mut original, &wanted.facts, &recipe).map_err(Error::File)?;
        Ok(Self { original, wanted, recipe, bytes })
    }

    fn draw(mut self, storage: &dyn Storage, entropy: &dyn Entropy) -> Result<(), Error> {
        let drawn = render(&mut self.original, &self.wanted.facts, &self.recipe).map_err(Error::File)?;
        let mut incoming = Incoming::begin(storage.incoming()?, entropy)?;
        incoming.write(&drawn.bytes)?;
        incoming.keep_as(storage, &self.wanted.key())?;
        // Who removed the original meanwhile removed what was made of it by then.
        if storage.open(&Key::Original(self.wanted.digest))?.is_none() {
            storage.remove_made(self.wanted.digest)?;
        }
        Ok(())
    }
}

/// What is wanted, which is there, or the lease that keeps others from making the same.
enum Found {
    There(Content),
    Lease(Lease),
}

/// The lease of what is about to be drawn; nothing while another process draws it. Where none can be had it is drawn without: it comes out the same.
fn leased(storage: &dyn Storage, key: &Key) -> Option<Lease> {
    storage.lease(key).unwrap_or_else(|error| {
        tracing::warn!(%key, %error, "the media store gives no lease; what is drawn may be drawn twice");
        Some(Lease::of_nobody())
    })
}

fn units(bytes: u64) -> u32 {
    u32::try_from(bytes.div_ceil(UNIT)).unwrap_or(u32::MAX)
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
        // One of several processors is left to those who answer.
        let processors = thread::available_parallelism().map_or(1, NonZeroUsize::get).saturating_sub(1).max(1);
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
            later: Later::default(),
            refused: Mutex::default(),
            drawers: Drawers::of(processors),
            kept: Kept::of(memory / KEPT),
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
        let weighed = aside(move || {
            let format = format_of(&incoming.head(HEAD_BYTES)?).map_err(Error::File)?;
            let bytes = looking::memory_for(incoming.file()?, format);
            Ok((incoming, format, bytes))
        });
        let (mut incoming, format, bytes) = weighed.await?;
        let room = self.room(units(bytes)).await?;
        let limits = self.limits;
        let looked = self.drawers.run(move || {
            let facts = look_into(incoming.file()?, format, &limits).map_err(Error::File)?;
            drop(room);
            Ok(Looked { incoming, facts })
        });
        looked.await
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
    pub async fn rendition(&self, wanted: Wanted) -> Result<Content, Error> {
        let key = wanted.key();
        if let Some(there) = self.drawn(&wanted).await? {
            return Ok(there);
        }
        if self.waiting.fetch_add(1, Ordering::Relaxed) >= LINE {
            drop(Waiting(&self.waiting));
            return Err(Error::Busy);
        }
        let _waiting = Waiting(&self.waiting);
        let among_us = timeout(LONGEST_WAIT, self.queue(&key).lock_owned()).await.map_err(|_elapsed| Error::Busy)?;
        let among_all = match self.there_or_leased(&key).await? {
            Found::There(there) => return Ok(there),
            Found::Lease(among_all) => among_all,
        };
        // Where files lie elsewhere, each that is drawn of is copied here.
        let copy = timeout(LONGEST_WAIT, self.copies.clone().acquire_owned()).await.map_err(|_elapsed| Error::Busy)?;
        let copy = copy.map_err(Error::internal)?;
        let storage = self.storage.clone();
        let weighed = aside(move || Weighed::of(&*storage, wanted)).await?;
        let room = self.room(units(weighed.bytes)).await?;
        let (storage, entropy) = (self.storage.clone(), self.entropy.clone());
        // Whoever asked may hang up: what was begun is done, and holds what it takes until then.
        let drawn = self.drawers.run(move || {
            weighed.draw(&*storage, &*entropy)?;
            drop((room, copy, among_all, among_us));
            storage.open(&key)?.map(Content::of).transpose()?.ok_or(Error::NotFound("file"))
        });
        drawn.await
    }

    /// A picture in another size, if it was drawn.
    ///
    /// # Errors
    /// [`Error::StorageUnavailable`].
    pub async fn drawn(&self, wanted: &Wanted) -> Result<Option<Content>, Error> {
        let key = wanted.key();
        if let Some(kept) = self.kept.get(&key) {
            return Ok(Some(kept));
        }
        let (storage, looked_for) = (self.storage.clone(), key.clone());
        let there = aside(move || storage.open(&looked_for)?.map(Content::of).transpose()).await?;
        if let Some(content) = &there {
            self.kept.keep(key, content);
        }
        Ok(there)
    }

    /// What is to be drawn when there is time, by whoever calls [`Files::draw_ahead`].
    #[must_use]
    pub const fn later(&self) -> &Later {
        &self.later
    }

    /// Draw a picture on this thread, unless it is there, somebody is at it, or it could not be drawn before.
    ///
    /// What takes moments is drawn out of the memory that readers' pictures are, while they leave half of it. What takes longer has half as much again of its own, so
    /// that nobody waits for it; what would take more than that is not drawn.
    ///
    /// # Errors
    /// [`Error::Busy`] when there is no room now; [`Error::StorageUnavailable`].
    pub fn draw_ahead(&self, wanted: Wanted) -> Result<(), Error> {
        let key = wanted.key();
        if lock(&self.refused).contains(&key) {
            return Ok(());
        }
        match self.draw_here(wanted) {
            Err(error @ (Error::File(_) | Error::NotFound(_))) => {
                tracing::warn!(%key, %error, "a picture could not be drawn ahead, and is not tried again");
                let mut refused = lock(&self.refused);
                if refused.len() >= later::MOST {
                    refused.clear();
                }
                refused.insert(key);
                Ok(())
            }
            drawn => drawn,
        }
    }

    fn draw_here(&self, wanted: Wanted) -> Result<(), Error> {
        let (key, is_slow) = (wanted.key(), wanted.format.is_slow());
        if !is_slow && self.memory.available_permits() < self.half() {
            return Err(Error::Busy);
        }
        let Ok(_among_us) = self.queue(&key).try_lock_owned() else { return Ok(()) };
        if self.storage.open(&key)?.is_some() {
            return Ok(());
        }
        let Some(_among_all) = leased(&*self.storage, &key) else { return Ok(()) };
        // Looked at with the lease in hand, for whoever had it may have made it.
        if self.storage.open(&key)?.is_some() {
            return Ok(());
        }
        let weighed = Weighed::of(&*self.storage, wanted)?;
        let units = units(weighed.bytes).clamp(1, self.units);
        if is_slow && usize::try_from(units).is_ok_and(|units| units > self.half()) {
            return Err(Error::File(FileFault::TooComplex("To be written so it takes more memory than there is for that.".to_owned())));
        }
        let _memory = if is_slow { None } else { Some(self.memory.clone().try_acquire_many_owned(units).map_err(|_none| Error::Busy)?) };
        weighed.draw(&*self.storage, &*self.entropy)
    }

    /// Half of the memory, in its units.
    fn half(&self) -> usize {
        usize::try_from(self.units / 2).unwrap_or(usize::MAX)
    }

    /// What has been made meanwhile, or the lease of it; one of nobody, where another process has it for too long.
    async fn there_or_leased(&self, key: &Key) -> Result<Found, Error> {
        let [mut pause, longest] = LOOK;
        let asked = async {
            // Ends: it is given up after so long.
            loop {
                let (storage, key) = (self.storage.clone(), key.clone());
                let found = aside(move || {
                    if let Some(file) = storage.open(&key)? {
                        return Content::of(file).map(|there| Some(Found::There(there)));
                    }
                    let Some(lease) = leased(&*storage, &key) else { return Ok(None) };
                    // Looked at with the lease in hand, for whoever had it may have made it.
                    match storage.open(&key)? {
                        Some(file) => Content::of(file).map(|there| Some(Found::There(there))),
                        None => Ok(Some(Found::Lease(lease))),
                    }
                });
                if let Some(found) = found.await? {
                    return Ok(found);
                }
                sleep(pause).await;
                pause = pause.saturating_mul(2).min(longest);
            }
        };
        timeout(OTHERS, asked).await.unwrap_or_else(|_elapsed| Ok(Found::Lease(Lease::of_nobody())))
    }

    /// Where those wait who want one thing here: whoever is first draws it.
    fn queue(&self, key: &Key) -> Arc<Queue<()>> {
        let mut under_way = lock(&self.under_way);
        under_way.retain(|_, queue| queue.strong_count() > 0);
        if let Some(queue) = under_way.get(key).and_then(Weak::upgrade) {
            return queue;
        }
        let queue = Arc::new(Queue::new(()));
        under_way.insert(key.clone(), Arc::downgrade(&queue));
        queue
    }
}
