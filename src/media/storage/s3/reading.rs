//! Files of a bucket as they are read: in windows, so that no connection is held for a reader who is slow.

use std::{
    fmt,
    fs::File,
    io::{Read, Seek, SeekFrom},
    path::{Path, PathBuf},
    sync::Arc,
};

use super::client::{Answered, Client};
use crate::{
    domain::{Error, id::Entropy},
    media::storage::{Incoming, Stored, folder::make},
};

/// How much is read at once, in bytes.
pub(super) const WINDOW: u64 = 512 << 10;

/// How many bytes there are, as the answer with some of them says.
fn whole(answered: &Answered) -> Option<u64> {
    match answered.status {
        416 => Some(0),
        206 => answered.header("content-range")?.rsplit_once('/')?.1.parse().ok(),
        _ => answered.header("content-length")?.parse().ok(),
    }
}

/// A file of a bucket, of which the beginning has come.
pub(super) struct Away {
    client: Arc<Client>,
    entropy: Arc<dyn Entropy>,
    incoming: PathBuf,
    key: String,
    bytes: u64,
    beginning: Vec<u8>,
}

impl Away {
    /// The file under a key, if there is one.
    pub(super) fn open(client: &Arc<Client>, key: String, incoming: &Path, entropy: &Arc<dyn Entropy>) -> Result<Option<Self>, Error> {
        let Some(answered) = client.get(&key, 0, WINDOW)? else { return Ok(None) };
        let bytes = whole(&answered).ok_or_else(|| Error::storage("an answer that does not say how long a file is"))?;
        let beginning = if answered.status == 206 { answered.body(WINDOW)? } else { Vec::new() };
        let (client, entropy) = (client.clone(), entropy.clone());
        Ok(Some(Self { client, entropy, incoming: incoming.to_owned(), key, bytes, beginning }))
    }
}

impl fmt::Debug for Away {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Away").field("key", &self.key).field("bytes", &self.bytes).finish_non_exhaustive()
    }
}

/// So many bytes of what lies under a key, from this one on.
pub(super) fn window(client: &Client, key: &str, first: u64, bytes: u64) -> Result<Vec<u8>, Error> {
    let gone = || Error::storage("a file of the store is gone while it is read");
    let answered = client.get(key, first, bytes)?.filter(|answered| answered.status == 206).ok_or_else(gone)?;
    let read = answered.body(bytes)?;
    if u64::try_from(read.len()).is_ok_and(|read| read == bytes) { Ok(read) } else { Err(Error::storage("a file of the store broke off")) }
}

impl Stored for Away {
    fn bytes(&self) -> u64 {
        self.bytes
    }

    fn piece(&self) -> u64 {
        WINDOW
    }

    fn read(&self, first: u64, bytes: u64) -> Result<Vec<u8>, Error> {
        let within = |at: u64| usize::try_from(at).unwrap_or(usize::MAX);
        match self.beginning.get(within(first)..within(first.saturating_add(bytes))) {
            Some(here) => Ok(here.to_vec()),
            None => window(&self.client, &self.key, first, bytes),
        }
    }

    fn local(&self) -> Result<File, Error> {
        make(&self.incoming).map_err(Error::storage)?;
        let mut copy = Incoming::begin(&self.incoming, &*self.entropy)?;
        let mut at = 0;
        // Ends: each turn is nearer to the end by a window.
        while at < self.bytes {
            let bytes = self.bytes.saturating_sub(at).min(WINDOW);
            copy.write(&self.read(at, bytes)?)?;
            at = at.saturating_add(bytes);
        }
        // Its name goes with this, and the file when it is closed.
        copy.file()?.try_clone().map_err(Error::storage)
    }
}

/// Some bytes of a file of this machine.
pub(super) fn part(path: &Path, first: u64, bytes: u64) -> Result<Box<dyn Read + Send>, Error> {
    let mut file = File::open(path).map_err(Error::storage)?;
    file.seek(SeekFrom::Start(first)).map_err(Error::storage)?;
    Ok(Box::new(file.take(bytes)))
}
