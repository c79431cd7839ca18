//! The purger: tells the caches on the way to readers what to drop.
//!
//! The change log is the outbox. Each configured cache has a place in it, which moves on once the cache has said that it was told; until
//! then it is told again, later each time. One instance at a time tells a cache, so that it hears of changes in their order.
//!
//! What was told is told once more after some seconds. An answer may have been on its way from before the change, or may have been asked
//! of another instance in the moment before that had heard of it, and so come into the cache after it was told the first time.

use std::{
    collections::{BTreeSet, VecDeque},
    sync::{Mutex, PoisonError},
    time::Duration,
};

use serde_json::json;
use sha2::{Digest, Sha256};

use super::Worker;
use crate::{
    access::{Bookkeeping, secret::Secret},
    delivery::purging::{self, Purge},
    domain::{Error, Instant},
    store::{self, Store},
};

/// How often it looks.
const EVERY: Duration = Duration::from_millis(100);
/// Seconds after which a cache that does not answer is given up for this time.
const TIMEOUT: u64 = 5;
/// How many requests a cache is told in; what needs more is told as everything, in one.
const MOST_REQUESTS: usize = 20;
/// Seconds for which one instance takes it upon itself to tell a cache; more than all its requests may take.
const LEASE: i64 = 120;
/// Seconds after which a cache is told once more.
const ONCE_MORE: i64 = 5;
/// The longest that is waited before another try, in seconds.
const LONGEST_WAIT: i64 = 300;

/// A cache that is told what to drop.
#[derive(Debug, Clone)]
pub enum Target {
    /// Varnish and what understands the like: `PURGE /` with the tags as `Surrogate-Key`; without any, everything.
    Varnish {
        /// Where it listens; may hold a password.
        url: Secret<String>,
    },
    /// Fastly's API.
    Fastly {
        /// Where the API is.
        url: String,
        /// The service.
        service: String,
        /// A token that may purge it.
        token: Secret<String>,
    },
    /// Cloudflare's API.
    Cloudflare {
        /// Where the API is.
        url: String,
        /// The zone.
        zone: String,
        /// A token that may purge it.
        token: Secret<String>,
    },
    /// Anybody: a `POST` of `{"seq": …, "everything": …, "tags": […], "urls": […]}`.
    Webhook {
        /// Where to; may hold a password or a token.
        url: Secret<String>,
    },
}

impl Target {
    /// A service of Fastly.
    #[must_use]
    pub fn fastly(service: &str, token: Secret<String>) -> Self {
        Self::Fastly { url: "https://api.fastly.com".to_owned(), service: service.to_owned(), token }
    }

    /// A zone of Cloudflare.
    #[must_use]
    pub fn cloudflare(zone: &str, token: Secret<String>) -> Self {
        Self::Cloudflare { url: "https://api.cloudflare.com/client/v4".to_owned(), zone: zone.to_owned(), token }
    }

    /// What it is: its kind, and what tells it from others of that kind.
    fn identity(&self) -> (&'static str, &str) {
        match self {
            Self::Varnish { url } => ("varnish", url.expose()),
            Self::Fastly { service, .. } => ("fastly", service),
            Self::Cloudflare { zone, .. } => ("cloudflare", zone),
            Self::Webhook { url } => ("webhook", url.expose()),
        }
    }

    /// The name that its place in the log is kept under; tells nothing of what may be in an address.
    #[must_use]
    pub fn name(&self) -> String {
        let (kind, what) = self.identity();
        let digest = Sha256::new().chain_update("dateline purge target").chain_update(what).finalize();
        let hex: String = digest.iter().take(12).map(|byte| format!("{byte:02x}")).collect();
        format!("{kind} {hex}")
    }

    /// The name that earlier versions kept its place under, with whatever was in the address.
    #[must_use]
    pub fn former_name(&self) -> String {
        let (kind, what) = self.identity();
        format!("{kind} {what}")
    }

    /// What whoever reads the log knows it by: of an address, host and port alone.
    #[must_use]
    pub fn shown(&self) -> String {
        let (kind, what) = self.identity();
        let url = url::Url::parse(what).ok();
        let host = url.as_ref().and_then(|url| Some((url.host_str()?, url.port_or_known_default()?)));
        host.map_or_else(|| format!("{kind} {what}"), |(host, port)| format!("{kind} {host}:{port}"))
    }

    /// What a failure says, but for the address, which it may name.
    fn without_address(&self, why: &str) -> String {
        let (_, what) = self.identity();
        let parsed = url::Url::parse(what).ok();
        let mut why = why.replace(what, "its address");
        for part in parsed.iter().flat_map(|url| [Some(url.as_str()), url.password(), url.query()]).flatten().filter(|part| part.len() > 1)
        {
            why = why.replace(part, "…");
        }
        why
    }

    /// The requests that tell it: method, URL, headers and body.
    fn requests(&self, seq: i64, purge: &Purge) -> Vec<ureq::http::Request<String>> {
        let (everything, tags, urls) = match purge {
            Purge::Everything => (true, Vec::new(), Vec::new()),
            Purge::Of { tags, urls } => {
                (false, tags.iter().map(ToString::to_string).collect(), urls.iter().cloned().collect::<Vec<String>>())
            }
        };
        if !everything && tags.is_empty() {
            return Vec::new();
        }
        let request = |method: &str, url: &str, headers: &[(&str, &str)], body: String| {
            let mut request = ureq::http::Request::builder().method(method).uri(url);
            for (name, value) in headers {
                request = request.header(*name, *value);
            }
            request.body(body).ok()
        };
        let json = ("content-type", "application/json");
        let all = match self {
            Self::Varnish { url } if everything => vec![request("PURGE", url.expose(), &[], String::new())],
            Self::Varnish { url } => {
                tags.chunks(100).map(|some| request("PURGE", url.expose(), &[("surrogate-key", &some.join(" "))], String::new())).collect()
            }
            Self::Fastly { url, service, token } => {
                let key = ("fastly-key", token.expose().as_str());
                if everything {
                    vec![request("POST", &format!("{url}/service/{service}/purge_all"), &[key], String::new())]
                } else {
                    let keys = |some: &[String]| json!({ "surrogate_keys": some }).to_string();
                    tags.chunks(256)
                        .map(|some| request("POST", &format!("{url}/service/{service}/purge"), &[key, json], keys(some)))
                        .collect()
                }
            }
            Self::Cloudflare { url, zone, token } => {
                let bearer = format!("Bearer {}", token.expose());
                let purge = |body: serde_json::Value| {
                    request(
                        "POST",
                        &format!("{url}/zones/{zone}/purge_cache"),
                        &[("authorization", bearer.as_str()), json],
                        body.to_string(),
                    )
                };
                if everything {
                    vec![purge(json!({ "purge_everything": true }))]
                } else {
                    let by_tag = tags.chunks(30).map(|some| purge(json!({ "tags": some })));
                    by_tag.chain(urls.chunks(30).map(|some| purge(json!({ "files": some })))).collect()
                }
            }
            Self::Webhook { url } => {
                let body = json!({ "seq": seq, "everything": everything, "tags": tags, "urls": urls });
                vec![request("POST", url.expose(), &[json], body.to_string())]
            }
        };
        all.into_iter().flatten().collect()
    }
}

/// Tells some caches.
#[derive(Debug)]
pub struct Purger {
    store: Store,
    targets: Vec<Target>,
    agent: ureq::Agent,
    once_more: Mutex<VecDeque<OnceMore>>,
}

/// What a cache is to be told once more, and when: the changes after one up to another.
#[derive(Debug)]
struct OnceMore {
    at: Instant,
    target: Target,
    after: i64,
    last: i64,
}

impl Purger {
    /// A purger for these caches; those that are new are told of what changes from now on.
    ///
    /// # Errors
    /// [`Error::Busy`] and [`Error::Internal`] when the database fails.
    pub fn new(store: Store, targets: Vec<Target>) -> Result<Self, Error> {
        let names: BTreeSet<(String, String)> = targets.iter().map(|target| (target.name(), target.former_name())).collect();
        store.write_now(&Bookkeeping, |tx| names.iter().try_for_each(|(name, former)| store::purging::enrol(tx, name, former)))?;
        let config = ureq::Agent::config_builder()
            .timeout_global(Some(Duration::from_secs(TIMEOUT)))
            .max_redirects(0)
            .allow_non_standard_methods(true);
        Ok(Self { store, targets, agent: config.build().into(), once_more: Mutex::default() })
    }

    /// Tell every cache what it was not told yet; how many were told something.
    ///
    /// # Errors
    /// [`Error::Busy`] and [`Error::Internal`] when the database fails; a cache that fails is told again later.
    pub fn purge(&self) -> Result<usize, Error> {
        self.repeat();
        let mut count = 0usize;
        for target in &self.targets {
            let name = target.name();
            if !self.store.read_now(|tx| store::purging::is_due(tx, &name))? {
                continue;
            }
            let until = self.store.now().plus_seconds(LEASE);
            let Some(told) = self.store.write_now(&Bookkeeping, |tx| store::purging::lease(tx, &name, until))? else { continue };
            match self.tell(target, told.seq, i64::MAX) {
                Ok(last) => {
                    self.store.write_now(&Bookkeeping, |tx| store::purging::told(tx, &name, last))?;
                    self.note(OnceMore { at: self.store.now(), target: target.clone(), after: told.seq, last });
                    count = count.saturating_add(1);
                }
                Err(why) => {
                    let wait = 1i64.checked_shl(u32::try_from(told.attempts).unwrap_or(0)).unwrap_or(LONGEST_WAIT).clamp(1, LONGEST_WAIT);
                    tracing::warn!(cache = target.shown(), attempts = told.attempts, wait, why, "a cache could not be told what to drop");
                    let next = self.store.now().plus_seconds(wait);
                    self.store.write_now(&Bookkeeping, |tx| store::purging::failed(tx, &name, next))?;
                }
            }
        }
        Ok(count)
    }

    /// Tell a cache once more later.
    fn note(&self, told: OnceMore) {
        let at = told.at.plus_seconds(ONCE_MORE);
        self.once_more.lock().unwrap_or_else(PoisonError::into_inner).push_back(OnceMore { at, ..told });
    }

    /// Tell caches once more what they were told some seconds ago.
    fn repeat(&self) {
        let now = self.store.now();
        loop {
            let mut waiting = self.once_more.lock().unwrap_or_else(PoisonError::into_inner);
            let Some(due) = waiting.pop_front_if(|next| next.at <= now) else { return };
            drop(waiting);
            if let Err(why) = self.tell(&due.target, due.after, due.last) {
                tracing::warn!(cache = due.target.shown(), why, "a cache could not be told once more what to drop");
                self.note(OnceMore { at: now, ..due });
            }
        }
    }

    /// Tell a cache of the changes after one, up to another; the last change that it was told of.
    fn tell(&self, target: &Target, after: i64, until: i64) -> Result<i64, String> {
        let (last, purge) = self.store.read_now(|tx| purging::between(tx, after, until)).map_err(|e| e.to_string())?;
        let mut requests = target.requests(last, &purge);
        if requests.len() > MOST_REQUESTS {
            requests = target.requests(last, &Purge::Everything);
        }
        for request in requests {
            // What a cache answers is of no interest; that it did not refuse, nor send us elsewhere, is.
            let status = self.agent.run(request).map_err(|e| target.without_address(&e.to_string()))?.status();
            if !status.is_success() {
                return Err(format!("it answered {status}"));
            }
        }
        Ok(last)
    }
}

/// Tell caches for as long as the workers live: each has its own, so that one that does not answer keeps no other waiting.
///
/// # Errors
/// [`Error::Internal`] when the database or the system fails at the start.
pub fn start(store: &Store, targets: Vec<Target>) -> Result<Vec<Worker>, Error> {
    let start = |target| {
        let purger = Purger::new(store.clone(), vec![target])?;
        Worker::start("purger", EVERY, move || purger.purge().map(drop))
    };
    targets.into_iter().map(start).collect()
}
