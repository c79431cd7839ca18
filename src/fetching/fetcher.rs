//! The fetcher.

use std::{
    fmt,
    io::Read,
    net::{IpAddr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use tokio::sync::Semaphore;
use ureq::{
    Agent, Body,
    http::{
        HeaderMap, Response,
        header::{CONNECTION, CONTENT_DISPOSITION, CONTENT_ENCODING, CONTENT_TYPE, HeaderName, LOCATION},
    },
    unversioned::transport::DefaultConnector,
};
use url::{Host, Url};

use super::{
    Allowed, FetchFault,
    allowed::speaks_for,
    lookup::{Lookup, Pinned, System, within},
    public::{is_inside_name, is_public},
    target::Target,
};
use crate::domain::{Error, Instant, instant::Clock};

/// How many redirects are followed.
pub const REDIRECTS: usize = 5;
/// Bytes of a head.
const HEAD: usize = 32_768;
/// Bytes that are read at once.
const PIECE: usize = 65_536;
/// For how long a body may be slower than the least rate, so that one that begins slowly is not judged by that.
const BEGINNING: Duration = Duration::from_secs(10);
/// Whom hosts are asked by.
const USER_AGENT: &str = concat!("Dateline/", env!("CARGO_PKG_VERSION"));

/// For how long things are waited for, and how many are fetched at once.
#[derive(Debug, Clone, Copy)]
pub struct FetchLimits {
    /// For a host to be looked up, and again for it to be connected with, TLS included.
    pub connect: Duration,
    /// For the head of an answer.
    pub head: Duration,
    /// For the next bytes of it.
    pub stall: Duration,
    /// For everything, redirects included.
    pub whole: Duration,
    /// Bytes a second that it comes at, at least.
    pub least_rate: u64,
    /// How many are fetched at once.
    pub at_once: usize,
}

impl Default for FetchLimits {
    /// A quarter of an hour is 2 GiB at 20 Mbit/s.
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            head: Duration::from_secs(10),
            stall: Duration::from_secs(10),
            whole: Duration::from_mins(15),
            least_rate: 1_024,
            at_once: 8,
        }
    }
}

/// What has been fetched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fetched {
    /// Where it was, in the end.
    pub url: Url,
    /// What its host says it is: `Content-Type`.
    pub media_type: Option<String>,
    /// What its host says it is called: `Content-Disposition`.
    pub disposition: Option<String>,
}

/// Fetches what others name.
pub struct Fetcher {
    limits: FetchLimits,
    allowed: Vec<Allowed>,
    lookup: Arc<dyn Lookup>,
    clock: Arc<dyn Clock>,
    turns: Semaphore,
}

impl fmt::Debug for Fetcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fetcher").field("limits", &self.limits).field("allowed", &self.allowed).finish_non_exhaustive()
    }
}

/// Where a connection may go.
struct Admitted {
    addresses: Vec<SocketAddr>,
    /// Whether all of them are public.
    public: bool,
}

/// The time that one fetch has.
struct Time<'f> {
    fetcher: &'f Fetcher,
    began: Instant,
}

impl Time<'_> {
    fn since(&self, then: Instant) -> Duration {
        let micros = self.fetcher.clock.now().as_micros().saturating_sub(then.as_micros());
        Duration::from_micros(u64::try_from(micros).unwrap_or(0))
    }

    /// What is left of it.
    fn left(&self) -> Result<Duration, FetchFault> {
        self.fetcher.limits.whole.checked_sub(self.since(self.began)).filter(|left| !left.is_zero()).ok_or(FetchFault::Slow)
    }
}

impl Fetcher {
    /// One that asks public hosts, and of others those that are allowed.
    #[must_use]
    pub fn new(limits: FetchLimits, allowed: Vec<Allowed>, clock: Arc<dyn Clock>) -> Self {
        Self::looking_up(limits, allowed, clock, Arc::new(System))
    }

    /// One that looks names up so.
    pub(super) fn looking_up(limits: FetchLimits, allowed: Vec<Allowed>, clock: Arc<dyn Clock>, lookup: Arc<dyn Lookup>) -> Self {
        Self { turns: Semaphore::new(limits.at_once), limits, allowed, lookup, clock }
    }

    /// Fetch what is at an address, of at most so many bytes, and hand it on as it comes; nothing is handed on before each host is asked, so that it can be called off.
    /// It waits, and belongs on a thread where that is fine.
    ///
    /// # Errors
    /// [`FetchFault`].
    pub fn fetch(&self, from: &str, most: u64, sink: &mut dyn FnMut(&[u8]) -> Result<(), Error>) -> Result<Fetched, FetchFault> {
        let _turn = self.turns.try_acquire().ok().ok_or(FetchFault::Busy)?;
        let time = Time { fetcher: self, began: self.clock.now() };
        let mut target = Target::read(from)?;
        for _ in 0..=REDIRECTS {
            let admitted = self.admitted(&target)?;
            // Whoever takes it in may have gone.
            sink(&[]).map_err(FetchFault::Sink)?;
            let response = self.ask(&target, admitted.addresses, &time)?;
            let status = response.status().as_u16();
            match status {
                200 => return self.take(target.url, response, most, &time, sink),
                301 | 302 | 303 | 307 | 308 => {
                    let location = response.headers().get(LOCATION).ok_or(FetchFault::Redirects)?;
                    target = target.led_to(location.as_bytes())?;
                }
                _ => return Err(FetchFault::Status(admitted.public.then_some(status))),
            }
        }
        Err(FetchFault::Redirects)
    }

    /// The addresses that a host has at this moment, if it may be asked at all of them.
    fn admitted(&self, target: &Target) -> Result<Admitted, FetchFault> {
        let (name, port, open) = (target.name(), target.port, target.is_open());
        if !open && !self.allowed.iter().any(|allowed| allowed.is_of(port, false)) {
            return Err(FetchFault::Port);
        }
        let found = match &target.host {
            Host::Ipv4(address) => vec![IpAddr::V4(*address)],
            Host::Ipv6(address) => vec![IpAddr::V6(*address)],
            // What can only lead inside is not even looked up.
            Host::Domain(name) if is_inside_name(name) && !self.allowed.iter().any(|allowed| allowed.names(name)) => Vec::new(),
            Host::Domain(name) => within(&self.lookup, name, self.limits.connect),
        };
        let may = |address: &IpAddr| (open && is_public(*address)) || speaks_for(&self.allowed, name, (*address, port), open);
        if found.is_empty() || !found.iter().all(may) {
            return Err(FetchFault::NotPublic);
        }
        let public = found.iter().copied().all(is_public);
        Ok(Admitted { addresses: found.into_iter().map(|address| SocketAddr::new(address, port)).collect(), public })
    }

    /// The head of what a host answers that is asked at these addresses.
    fn ask(&self, target: &Target, addresses: Vec<SocketAddr>, time: &Time<'_>) -> Result<Response<Body>, FetchFault> {
        let FetchLimits { connect, head, stall, .. } = self.limits;
        let config = Agent::config_builder()
            // Of the environment it would be taken otherwise, and look up by itself.
            .proxy(None)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .http_status_as_error(false)
            .user_agent(USER_AGENT)
            .accept("*/*")
            .accept_encoding("identity")
            .max_idle_connections(0)
            .max_idle_connections_per_host(0)
            .max_response_header_size(HEAD)
            .input_buffer_size(PIECE)
            .timeout_resolve(Some(connect))
            .timeout_connect(Some(connect))
            .timeout_send_request(Some(head))
            .timeout_recv_response(Some(head))
            .timeout_per_read(Some(stall.max(head)))
            .timeout_global(Some(time.left()?))
            .build();
        // A client of its own, so that no connection is there that was made for something else.
        let agent = Agent::with_parts(config, DefaultConnector::default(), Pinned(addresses));
        agent.get(target.url.as_str()).header(CONNECTION, "close").call().ok().ok_or(FetchFault::Unreachable)
    }

    /// Hand on what an answer holds.
    fn take(
        &self,
        url: Url,
        response: Response<Body>,
        most: u64,
        time: &Time<'_>,
        sink: &mut dyn FnMut(&[u8]) -> Result<(), Error>,
    ) -> Result<Fetched, FetchFault> {
        let (head, body) = response.into_parts();
        let is_encoded = |value: &str| !value.trim().is_empty() && !value.trim().eq_ignore_ascii_case("identity");
        if head.headers.get_all(CONTENT_ENCODING).iter().any(|value| value.to_str().map_or(true, is_encoded)) {
            return Err(FetchFault::Encoded);
        }
        if body.content_length().is_some_and(|length| length > most) {
            return Err(FetchFault::Large);
        }
        let (mut reader, mut piece, mut came) = (body.into_reader(), vec![0; PIECE], 0_u64);
        let began = self.clock.now();
        // Ends: with the body, which is too large or comes too slowly at some time.
        loop {
            let read = reader.read(&mut piece).map_err(|error| {
                let is_late = matches!(error.get_ref().and_then(|inner| inner.downcast_ref()), Some(ureq::Error::Timeout(_)));
                if is_late { FetchFault::Slow } else { FetchFault::Incomplete }
            })?;
            let Some(bytes) = piece.get(..read).filter(|bytes| !bytes.is_empty()) else { break };
            came = came.saturating_add(u64::try_from(read).unwrap_or(u64::MAX));
            if came > most {
                return Err(FetchFault::Large);
            }
            time.left()?;
            let judged = time.since(began).saturating_sub(BEGINNING).as_secs();
            if came < judged.saturating_mul(self.limits.least_rate) {
                return Err(FetchFault::Slow);
            }
            sink(bytes).map_err(FetchFault::Sink)?;
        }
        let said = |name: HeaderName| text(&head.headers, &name);
        Ok(Fetched { url, media_type: said(CONTENT_TYPE), disposition: said(CONTENT_DISPOSITION) })
    }
}

/// What a field of a head says, where it is text.
fn text(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    headers.get(name).and_then(|value| str::from_utf8(value.as_bytes()).ok()).map(str::to_owned)
}
