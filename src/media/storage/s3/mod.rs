//! A bucket of an S3-compatible store as the media store.
//!
//! **Context.** Such a store has no locks, no names that are changed, and no file that grows; what it has put it keeps. **Decision.** What comes is written to a
//! folder of this machine first and put when it is whole; of an upload, what each request brings is a file of its own, under the byte that it begins with, put
//! only where there is none: of two requests that go on from one byte, one comes to nothing. **Consequence.** What lies under `uploads` in one row from the
//! first byte on has come to stay, on whichever instance.

mod client;
mod reading;
mod receiving;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use base64::{Engine, prelude::BASE64_STANDARD};
use ureq::SendBody;

use client::Client;
pub use client::S3Settings;
use reading::{Away, part};
use receiving::Spooled;

use super::{
    Key, Lease, Receiving, Storage, Stored,
    folder::{make, swept},
};
use crate::domain::{Error, Instant, id::Entropy, media::Digest, upload::UploadId};

/// Of what a part has, in bytes; what has no more is put in one.
const PART: u64 = 32 << 20;

/// Seconds after which a lease lapses: to draw the largest picture as AVIF takes minutes.
const LEASE: i64 = 600;

/// A bucket in which files lie.
pub struct S3 {
    client: Arc<Client>,
    incoming: PathBuf,
    entropy: Arc<dyn Entropy>,
}

impl std::fmt::Debug for S3 {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("S3").field("client", &self.client).field("incoming", &self.incoming).finish_non_exhaustive()
    }
}

impl S3 {
    /// The bucket that settings name, with a folder of this machine for what is on its way in.
    ///
    /// # Errors
    /// [`Error::Internal`] when they name none.
    pub fn of(settings: &S3Settings, incoming: &Path, entropy: Arc<dyn Entropy>) -> Result<Self, Error> {
        Ok(Self { client: Arc::new(Client::of(settings)?), incoming: incoming.to_owned(), entropy })
    }
}

impl Storage for S3 {
    fn incoming(&self) -> Result<&Path, Error> {
        make(&self.incoming).map_err(Error::storage)?;
        Ok(&self.incoming)
    }

    fn keep(&self, key: &Key, file: &Path) -> Result<(), Error> {
        let bytes = file.metadata().map_err(Error::storage)?.len();
        let name = key.to_string();
        if bytes > PART {
            let parts: Vec<u64> = (0..bytes.div_ceil(PART)).map(|n| bytes.saturating_sub(n.saturating_mul(PART)).min(PART)).collect();
            let read = |n: usize| part(file, u64::try_from(n).unwrap_or(u64::MAX).saturating_mul(PART), PART);
            self.client.put_parts(&name, &parts, &read)?;
        } else {
            let sum = match key {
                // The store sums it up as well, and refuses what came as something else.
                Key::Original(digest) => vec![("x-amz-checksum-sha256", BASE64_STANDARD.encode(digest.as_bytes()))],
                Key::Rendition(..) => Vec::new(),
            };
            self.client.put(&name, bytes, &sum, &|| Ok(SendBody::from_owned_reader(part(file, 0, bytes)?)))?;
        }
        fs::remove_file(file).map_err(Error::storage)
    }

    fn open(&self, key: &Key) -> Result<Option<Box<dyn Stored>>, Error> {
        let key = key.to_string();
        let Some(found) = Away::open(&self.client, key, &self.incoming, &self.entropy)? else { return Ok(None) };
        Ok(Some(Box::new(found)))
    }

    fn lease(&self, key: &Key) -> Result<Option<Lease>, Error> {
        let name = key.lease();
        let take = || self.client.put(&name, 0, &[("if-none-match", "*".to_owned())], &|| Ok(SendBody::none()));
        if !take()? {
            // In a bucket nothing tells that a holder was killed, or that an answer to it was lost.
            if self.client.age(&name)?.is_none_or(|seconds| seconds < LEASE) {
                return Ok(None);
            }
            self.client.delete(&name)?;
            if !take()? {
                return Ok(None);
            }
        }
        let client = self.client.clone();
        Ok(Some(Lease::ended_by(move || {
            if let Err(error) = client.delete(&name) {
                tracing::warn!(name, %error, "a lease in the media store could not be given up, and lapses");
            }
        })))
    }

    fn remove(&self, digest: Digest, before: Instant) -> Result<bool, Error> {
        let original = Key::Original(digest).to_string();
        let there = self.client.list(&original)?;
        if !there.iter().any(|object| object.key == original && object.modified < before) {
            return Ok(false);
        }
        // What is made of it first: it is found by the other.
        self.remove_made(digest)?;
        self.client.delete(&original)?;
        Ok(true)
    }

    fn remove_made(&self, digest: Digest) -> Result<(), Error> {
        let made = self.client.list(&Key::Rendition(digest, String::new()).to_string())?;
        made.iter().try_for_each(|object| self.client.delete(&object.key))
    }

    fn originals(&self, before: Instant) -> Result<Vec<Digest>, Error> {
        let there = self.client.list("originals/")?.into_iter().filter(|object| object.modified < before);
        Ok(there.filter_map(|object| object.key.rsplit('/').next()?.parse().ok()).collect())
    }

    fn sweep(&self, before: Instant) -> Result<usize, Error> {
        let mut count = swept(&self.incoming, before).map_err(Error::storage)?;
        let mut uploads: BTreeMap<String, Vec<(String, Instant)>> = BTreeMap::new();
        for object in self.client.list("uploads/")? {
            let upload = object.key.split('/').nth(1).unwrap_or_default().to_owned();
            uploads.entry(upload).or_default().push((object.key, object.modified));
        }
        for lease in self.client.list("leases/")?.into_iter().filter(|lease| lease.modified < before) {
            self.client.delete(&lease.key)?;
            count = count.saturating_add(1);
        }
        // An upload is as old as the last of it.
        for parts in uploads.into_values().filter(|parts| parts.iter().all(|(_, modified)| *modified < before)) {
            for (key, _) in parts {
                self.client.delete(&key)?;
            }
            count = count.saturating_add(1);
        }
        Ok(count)
    }

    fn receive(&self, upload: UploadId) -> Result<Box<dyn Receiving>, Error> {
        Ok(Box::new(Spooled::of(self.client.clone(), upload, self.incoming()?, self.entropy.clone())))
    }

    fn received(&self, upload: UploadId, _: u64) -> Result<u64, Error> {
        Ok(receiving::row(&self.client, upload)?.last().map_or(0, |(first, bytes, _)| first.saturating_add(*bytes)))
    }

    fn forget(&self, upload: UploadId) -> Result<(), Error> {
        let there: BTreeSet<String> = self.client.list(&receiving::beginning(upload))?.into_iter().map(|object| object.key).collect();
        there.iter().try_for_each(|key| self.client.delete(key))
    }
}
