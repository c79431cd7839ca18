//! What the response cache keeps: whole answers as bytes, in the codings that were asked for, with what each was made from.

use std::{
    borrow::Cow,
    collections::BTreeSet,
    fmt::Write,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use bytes::Bytes;
use http::HeaderValue;
use sha2::{Digest, Sha256};
use tokio::sync::OnceCell;

use crate::{
    delivery::{
        coding::Coding,
        request::{Outcome, Request},
    },
    domain::{
        Error, Instant, Locale,
        cache_tag::CacheTag,
        memory::{MemoryBudget, ReservedBytes},
    },
    store::{Dependencies, aside},
};

/// The longest header of cache tags, in bytes: Varnish takes 8 KiB a line, Fastly and Cloudflare 16.
const MAX_HEADER: usize = 8_000;

/// A representation of an answer: its bytes in one coding, under a strong entity tag of its own (RFC 9110 §8.8.3).
#[derive(Debug, Clone)]
pub struct Representation {
    /// The coding of the bytes.
    pub coding: Coding,
    /// The bytes.
    pub bytes: Bytes,
    /// The entity tag, with its quotes.
    pub etag: HeaderValue,
}

/// What an entry answers.
#[derive(Debug)]
pub enum CachedAnswer {
    /// Something is shown.
    Shown(Box<Page>),
    /// It is found at this path and query now.
    Moved(String),
    /// There is no such thing; where a page was asked for, the language of the one that says so.
    Absent(&'static str, Option<Locale>),
    /// It was taken down; likewise.
    Gone(&'static str, Option<Locale>),
}

/// A shown answer, with what belongs to it.
#[derive(Debug)]
pub struct Page {
    plain: Representation,
    coded: [OnceCell<Option<Representation>>; 3],
    /// What they are all taken from.
    budget: Arc<MemoryBudget>,
    /// The language that it is in, as `Content-Language` says it.
    pub language: Option<HeaderValue>,
    /// The pages beside it, as a `Link` header says them (RFC 8288).
    pub link: Option<HeaderValue>,
}

/// One answer, and what it was made from.
#[derive(Debug)]
pub struct Entry {
    pub(super) number: u64,
    pub(super) request: Request,
    /// The answer.
    pub answer: CachedAnswer,
    pub(super) tags: BTreeSet<CacheTag>,
    /// What it was made from, as Fastly and Varnish take it.
    pub surrogate_key: HeaderValue,
    /// What it was made from, as Cloudflare takes it.
    pub cache_tag: HeaderValue,
    pub(super) seq: Option<i64>,
    until: Option<Instant>,
    /// Whether it is in the cache: then nothing has touched it.
    pub(super) kept: AtomicBool,
    /// How many answers had been made when the cache last heard that it was handed out.
    heard: AtomicU64,
    weight: u64,
}

/// What an answer was made from, in one word when it is more than caches take.
#[must_use]
pub fn told(all: &str) -> String {
    if all.len() > MAX_HEADER { CacheTag::Many.to_string() } else { all.to_owned() }
}

/// What an answer was made from, as headers list it: after blanks, and after commas; in one word when it is more than caches take.
fn listed(tags: &BTreeSet<CacheTag>) -> Result<[HeaderValue; 2], Error> {
    let mut all = String::with_capacity(tags.len().saturating_mul(20));
    for tag in tags {
        let blank = if all.is_empty() { "" } else { " " };
        write!(all, "{blank}{tag}").map_err(Error::internal)?;
    }
    all = told(&all);
    let with_commas = HeaderValue::try_from(all.replace(' ', ",")).map_err(Error::internal)?;
    Ok([HeaderValue::try_from(all).map_err(Error::internal)?, with_commas])
}

/// What an entry takes beside what it holds: itself and its counts, its request here and as a key, and their places in the cache and in the
/// index. The cache has up to three places for each that is taken.
const OWN: usize = size_of::<Entry>() + 3 * size_of::<Request>() + 128;
/// What a cache tag takes: a place here, in both headers, and in the index.
const TAG: usize = 160;
/// How much room there is for the coded forms of an answer, in halves of its length.
const CODED: usize = 3;

impl Entry {
    pub(super) fn new(
        number: u64,
        request: &Request,
        (answer, until): (CachedAnswer, Option<Instant>),
        dependencies: Dependencies,
    ) -> Result<Self, Error> {
        let Dependencies { mut tags, hidden, untold, seq, until: of_what_was_read } = dependencies;
        let until = until.into_iter().chain(of_what_was_read).min();
        let told = if hidden.is_empty() { Cow::Borrowed(&tags) } else { Cow::Owned(tags.difference(&hidden).copied().collect()) };
        let [surrogate_key, cache_tag] = listed(&told)?;
        drop(told);
        tags.extend(untold);
        let holds = request.heap().saturating_mul(2).saturating_add(answer.heap()).saturating_add(tags.len().saturating_mul(TAG));
        Ok(Self {
            number,
            request: request.clone(),
            answer,
            surrogate_key,
            cache_tag,
            tags,
            seq,
            until,
            kept: AtomicBool::new(false),
            heard: AtomicU64::new(number),
            weight: u64::try_from(holds.saturating_add(OWN)).unwrap_or(u64::MAX),
        })
    }

    /// Whether the cache has not heard yet that it was handed out since the answer of this number was made.
    pub(super) fn is_unheard(&self, number: u64) -> bool {
        // Mostly it has, and then nobody else's cache line is taken away.
        self.heard.load(Ordering::Relaxed) != number && self.heard.swap(number, Ordering::Relaxed) != number
    }

    /// Whether it answers this very request, and not one without a query that says nothing, for as long as redirects do not change.
    #[must_use]
    pub fn is_of(&self, request: &Request) -> bool {
        self.request == *request
    }

    /// Until when it is true if nothing changes.
    #[must_use]
    pub fn until(&self) -> Option<Instant> {
        self.until
    }

    pub(super) fn is_good(&self, now: Instant) -> bool {
        self.kept.load(Ordering::Acquire) && self.until.is_none_or(|until| now < until)
    }

    /// Its weight in the cache, in bytes of memory: room for the coded forms is taken at once.
    pub(super) fn weight(&self) -> u64 {
        self.weight
    }
}

impl CachedAnswer {
    /// What it holds, in bytes.
    fn heap(&self) -> usize {
        match self {
            Self::Shown(page) => page.room().saturating_add(page.plain.bytes.len()).saturating_add(size_of::<Page>() + 256),
            Self::Moved(to) => to.len(),
            Self::Absent(_, locale) | Self::Gone(_, locale) => locale.as_ref().map_or(0, |l| l.as_str().len()),
        }
    }
}

impl Page {
    fn new(json: Vec<u8>, locale: Option<&Locale>, link: Option<&str>, budget: &Arc<MemoryBudget>) -> Result<Self, Error> {
        let header = |text: &str| HeaderValue::from_str(text).map_err(Error::internal);
        let tag = BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(&json).get(..15).unwrap_or_default());
        let etag = header(&format!("\"{tag}\""))?;
        let plain = Representation {
            coding: Coding::Identity,
            bytes: Bytes::from_owner(ReservedBytes::new(json, budget).ok_or(Error::Busy)?),
            etag,
        };
        let (language, link) = (locale.map(|l| header(l.as_str())).transpose()?, link.map(header).transpose()?);
        Ok(Self { plain, coded: [const { OnceCell::const_new() }; 3], budget: budget.clone(), language, link })
    }

    /// Whether it is offered in several codings.
    #[must_use]
    pub fn varies(&self) -> bool {
        Coding::worthwhile(self.plain.bytes.len())
    }

    /// How many bytes its coded forms may have, all of them together.
    fn room(&self) -> usize {
        if self.varies() { self.plain.bytes.len().saturating_mul(CODED) / 2 } else { 0 }
    }

    fn slot(&self, coding: Coding) -> Option<&OnceCell<Option<Representation>>> {
        let place = Coding::MADE.iter().position(|c| *c == coding)?;
        self.coded.get(place).filter(|_| self.varies())
    }

    /// The representation in the coding that a reader wants, if it was made already.
    #[must_use]
    pub fn ready(&self, wanted: Coding) -> Option<&Representation> {
        match self.slot(wanted) {
            None => Some(&self.plain),
            Some(slot) => slot.get().map(|made| made.as_ref().unwrap_or(&self.plain)),
        }
    }

    /// Make the representation in a coding, where waiting is fine, and at most once however many ask for it.
    ///
    /// # Errors
    /// [`Error::Internal`] when an encoder fails.
    pub async fn encode(&self, wanted: Coding) -> Result<(), Error> {
        let Some(slot) = self.slot(wanted) else { return Ok(()) };
        let plain = self.plain.clone();
        let making = async move {
            // What would take more than the room that was taken for it is read as it is.
            let taken: usize = self.coded.iter().filter_map(|slot| Some(slot.get()?.as_ref()?.bytes.len())).sum();
            let left = self.room().saturating_sub(taken);
            let coded = aside(move || wanted.encode(&plain.bytes))
                .await?
                .filter(|coded| coded.len() <= left)
                .and_then(|coded| ReservedBytes::new(coded, &self.budget));
            let tag = plain.etag.to_str().map_err(Error::internal)?.trim_end_matches('"');
            let etag = HeaderValue::try_from(format!("{tag}-{}\"", wanted.as_str())).map_err(Error::internal)?;
            Ok(coded.map(|booked| Representation { coding: wanted, bytes: Bytes::from_owner(booked), etag }))
        };
        slot.get_or_try_init(|| making).await.map(drop)
    }
}

/// An outcome as it is told, and until when it is true if nothing changes.
///
/// # Errors
/// [`Error::Busy`] when there is no room for it in the budget.
pub(super) fn tell(
    request: &Request,
    outcome: Result<Outcome, Error>,
    budget: &Arc<MemoryBudget>,
) -> Result<(CachedAnswer, Option<Instant>), Error> {
    match outcome {
        Ok(Outcome::Shown(shown)) => {
            let pages = [(shown.next, "next"), (shown.previous, "prev")];
            let rel = |(cursor, rel): &(Option<_>, &str)| {
                cursor.as_ref().map(|cursor| format!("<{}>; rel=\"{rel}\"", request.target(Some(cursor))))
            };
            let links: Vec<String> = pages.iter().filter_map(rel).collect();
            let link = (!links.is_empty()).then(|| links.join(", "));
            let page = Page::new(shown.json, shown.locale.as_ref(), link.as_deref(), budget)?;
            Ok((CachedAnswer::Shown(Box::new(page)), shown.until))
        }
        Ok(Outcome::Moved(to)) => Ok((CachedAnswer::Moved(to), None)),
        Ok(Outcome::Absent(what, locale)) => Ok((CachedAnswer::Absent(what, Some(locale)), None)),
        Ok(Outcome::Gone(what, locale)) => Ok((CachedAnswer::Gone(what, Some(locale)), None)),
        Err(Error::NotFound(what)) => Ok((CachedAnswer::Absent(what, None), None)),
        Err(Error::Gone(what)) => Ok((CachedAnswer::Gone(what, None), None)),
        Err(other) => Err(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_tags_than_caches_take_are_told_in_one_word() {
        let tags = |count: u64| (0..count).map(CacheTag::Thing).collect::<BTreeSet<_>>();
        let [few, with_commas] = listed(&tags(500)).unwrap();
        assert_eq!(few.to_str().unwrap().split(' ').count(), 500);
        assert_eq!(with_commas.to_str().unwrap().split(',').collect::<Vec<_>>(), few.to_str().unwrap().split(' ').collect::<Vec<_>>());
        assert_eq!(listed(&tags(800)).unwrap(), ["many", "many"]);
    }
}
