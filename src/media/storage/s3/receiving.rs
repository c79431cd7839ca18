//! What comes of an upload, as files of a bucket.

use std::{
    fmt,
    path::{Path, PathBuf},
    sync::Arc,
};

use ureq::SendBody;

use super::{
    client::Client,
    reading::{WINDOW, part, window},
};
use crate::{
    domain::{Error, id::Entropy, upload::UploadId},
    media::storage::{Incoming, Receiving, receiving::conflict},
};

/// What the keys of an upload's bytes begin with.
pub(super) fn beginning(upload: UploadId) -> String {
    format!("uploads/{upload}/")
}

/// The files of an upload that lie in one row from its first byte on: the byte that each begins with, how many it has, and its key.
pub(super) fn row(client: &Client, upload: UploadId) -> Result<Vec<(u64, u64, String)>, Error> {
    let (mut row, mut end) = (Vec::new(), 0u64);
    for object in client.list(&beginning(upload))? {
        let first: Option<u64> = object.key.rsplit('/').next().and_then(|name| name.parse().ok());
        if first == Some(end) {
            row.push((end, object.bytes, object.key));
            end = end.saturating_add(object.bytes);
        }
    }
    Ok(row)
}

/// Bytes of an upload, of which those that are not in the bucket yet lie in a file of this machine.
pub(super) struct Spooled {
    client: Arc<Client>,
    upload: UploadId,
    folder: PathBuf,
    entropy: Arc<dyn Entropy>,
    /// The byte that the file begins with.
    first: u64,
    spool: Option<Incoming>,
    /// How many bytes are in the bucket, at the least.
    there: u64,
}

impl fmt::Debug for Spooled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Spooled").field("upload", &self.upload).field("first", &self.first).finish_non_exhaustive()
    }
}

impl Spooled {
    pub(super) fn of(client: Arc<Client>, upload: UploadId, folder: &Path, entropy: Arc<dyn Entropy>) -> Self {
        Self { client, upload, folder: folder.to_owned(), entropy, first: 0, spool: None, there: 0 }
    }
}

impl Receiving for Spooled {
    fn go_on(&mut self, at: u64) -> Result<(), Error> {
        self.there = row(&self.client, self.upload)?.last().map_or(0, |(first, bytes, _)| first.saturating_add(*bytes));
        (self.first, self.spool) = (at, None);
        Ok(())
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), Error> {
        // What is in the bucket already has come to stay: the last byte, which is sent again when something came between it and its item.
        let known = usize::try_from(self.there.saturating_sub(self.first)).unwrap_or(usize::MAX);
        let mut skipped = 0;
        let mut spool = if let Some(spool) = self.spool.take() {
            spool
        } else {
            skipped = known.min(bytes.len());
            self.first = self.first.saturating_add(u64::try_from(skipped).unwrap_or(u64::MAX));
            Incoming::begin(&self.folder, &*self.entropy)?
        };
        spool.write(bytes.get(skipped..).unwrap_or_default())?;
        self.spool = Some(spool);
        Ok(())
    }

    fn settle(&mut self) -> Result<(), Error> {
        let Some(spool) = self.spool.take() else { return Ok(()) };
        let bytes = spool.bytes();
        if bytes == 0 {
            return Ok(());
        }
        let key = format!("{}{:020}", beginning(self.upload), self.first);
        let fields = [("if-none-match", "*".to_owned())];
        let is_new = self.client.put(&key, bytes, &fields, &|| Ok(SendBody::from_owned_reader(part(spool.path(), 0, bytes)?)))?;
        if !is_new {
            return Err(conflict());
        }
        self.first = self.first.saturating_add(bytes);
        self.there = self.there.max(self.first);
        Ok(())
    }

    fn whole(self: Box<Self>) -> Result<Incoming, Error> {
        let mut whole = Incoming::begin(&self.folder, &*self.entropy)?;
        for (_, bytes, key) in row(&self.client, self.upload)? {
            let mut at = 0;
            // Ends: each turn is nearer to the end by a window.
            while at < bytes {
                let some = bytes.saturating_sub(at).min(WINDOW);
                whole.write(&window(&self.client, &key, at, some)?)?;
                at = at.saturating_add(some);
            }
        }
        Ok(whole)
    }
}
