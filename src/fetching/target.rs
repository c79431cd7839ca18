//! An address, read as browsers read it.

use url::{Host, Url};

use super::FetchFault;
use crate::domain::text::limits;

/// Bytes of an address that a redirect names: those that are signed are long.
const REDIRECTED: usize = 8_192;

/// Ports from 1024 on that browsers do not ask (Fetch, "port blocking"): other protocols are spoken there, some of which take a request for their own. Of those below
/// none but the two of HTTP is asked.
const BLOCKED: [u16; 20] =
    [1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080, 11211];

/// Whether a port is one that HTTP is spoken at.
fn is_open(port: u16) -> bool {
    matches!(port, 80 | 443) || (port >= 1024 && !BLOCKED.contains(&port))
}

/// An address of the right kind, of which nothing is known yet of where it leads.
#[derive(Debug)]
pub(super) struct Target {
    pub(super) url: Url,
    pub(super) host: Host,
    pub(super) port: u16,
}

impl Target {
    /// One that somebody sent.
    ///
    /// # Errors
    /// What it is not.
    pub(super) fn read(text: &str) -> Result<Self, FetchFault> {
        let text = text.trim_matches(' ');
        is_plain(text, limits::URL)?;
        Self::of(Url::parse(text).ok().ok_or(FetchFault::Url)?)
    }

    /// The one that a redirect from here leads to.
    ///
    /// # Errors
    /// [`FetchFault::Redirects`] for what is no address, and what that is not.
    pub(super) fn led_to(&self, location: &[u8]) -> Result<Self, FetchFault> {
        let text = str::from_utf8(location).ok().ok_or(FetchFault::Redirects)?;
        is_plain(text, REDIRECTED).ok().ok_or(FetchFault::Redirects)?;
        let next = Self::of(self.url.join(text).ok().ok_or(FetchFault::Redirects)?)?;
        if self.url.scheme() == "https" && next.url.scheme() != "https" { Err(FetchFault::Scheme) } else { Ok(next) }
    }

    fn of(mut url: Url) -> Result<Self, FetchFault> {
        if !matches!(url.scheme(), "http" | "https") {
            return Err(FetchFault::Scheme);
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(FetchFault::Credentials);
        }
        url.set_fragment(None);
        let (host, port) = (url.host().map(|host| host.to_owned()), url.port_or_known_default());
        let (Some(host), Some(port)) = (host, port) else { return Err(FetchFault::Url) };
        Ok(Self { url, host, port })
    }

    /// Whether its port is one that HTTP is spoken at.
    pub(super) fn is_open(&self) -> bool {
        is_open(self.port)
    }

    /// Its host, when that is a name.
    pub(super) fn name(&self) -> Option<&str> {
        match &self.host {
            Host::Domain(name) => Some(name),
            Host::Ipv4(_) | Host::Ipv6(_) => None,
        }
    }
}

/// That an address is written as addresses are: the parser drops some characters and takes others for slashes, and others who read it may not.
fn is_plain(text: &str, most: usize) -> Result<(), FetchFault> {
    if text.len() > most || text.chars().any(|c| c.is_control() || c == '\\') { Err(FetchFault::Url) } else { Ok(()) }
}
