//! The purger: tells the caches on the way to readers what to drop.
//!
//! What was told is told once more after some seconds. An answer may have been on its way from before the change, or may have been asked
//! of another instance in the moment before that had heard of it, and so come into the cache after it was told the first time.

use std::time::Duration;

use serde_json::json;
use sha2::{Digest, Sha256};

use super::{
    Worker,
    projection::{Projection, Runner, Shared},
};
use crate::{
    access::secret::Secret,
    delivery::purging::{self, Purge},
    domain::Error,
    store::{Store, Tx, changes::Span},
};

/// How often it looks.
const EVERY: Duration = Duration::from_millis(100);
/// Seconds after which a cache that does not answer is given up for this time.
const TIMEOUT: u64 = 5;
/// How many requests a cache is told in; what needs more is told as everything, in one.
const MAX_REQUESTS: usize = 20;
/// Seconds for which one instance takes it upon itself to tell a cache; more than all its requests may take.
const LEASE: i64 = 120;
/// Seconds after which a cache is told once more.
const REPEAT_AFTER: i64 = 5;

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

/// A cache, as it follows the log.
#[derive(Debug)]
pub struct Cache {
    target: Target,
    agent: ureq::Agent,
}

impl Projection for Cache {
    type Work = Purge;

    fn shown(&self) -> String {
        self.target.shown()
    }

    fn read(&self, tx: &mut Tx<'_>, span: &Span) -> Result<Purge, Error> {
        purging::of(tx, span.changes.as_deref())
    }

    fn apply(&self, span: &Span, purge: Purge) -> Result<(), Error> {
        let mut requests = self.target.requests(span.last, &purge);
        if requests.len() > MAX_REQUESTS {
            requests = self.target.requests(span.last, &Purge::Everything);
        }
        for request in requests {
            // What a cache answers is of no interest; that it did not refuse, nor send us elsewhere, is.
            let answer = self.agent.run(request).map_err(|e| Error::internal(self.target.without_address(&e.to_string())))?;
            if !answer.status().is_success() {
                return Err(Error::internal(format!("it answered {}", answer.status())));
            }
        }
        Ok(())
    }
}

/// Tell a cache what changes; one that is new, of what changes from now on.
///
/// # Errors
/// [`Error::Busy`] and [`Error::Internal`] when the database fails.
pub fn runner(store: &Store, target: Target) -> Result<Runner<Cache>, Error> {
    let config =
        ureq::Agent::config_builder().timeout_global(Some(Duration::from_secs(TIMEOUT))).max_redirects(0).allow_non_standard_methods(true);
    let (shared, former) = (Shared { name: target.name(), lease: LEASE, once_more: Some(REPEAT_AFTER) }, target.former_name());
    Runner::shared(store.clone(), Cache { target, agent: config.build().into() }, shared, &former)
}

/// Tell caches for as long as the workers live: each has its own, so that one that does not answer keeps no other waiting.
///
/// # Errors
/// [`Error::Internal`] when the database or the system fails at the start.
pub fn start(store: &Store, targets: Vec<Target>) -> Result<Vec<Worker>, Error> {
    let start = |target| {
        let runner = runner(store, target)?;
        Worker::start("purger", EVERY, move || runner.run().map(drop))
    };
    targets.into_iter().map(start).collect()
}
