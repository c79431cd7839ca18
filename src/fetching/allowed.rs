//! What stands inside, and may be asked all the same.

use std::{
    net::{IpAddr, SocketAddr},
    str::FromStr,
};

use ipnet::IpNet;
use url::Host;

use super::public::is_inside;

/// Something inside that an operator has named: a host, an address or a network; the first two with a port, if it is only that one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Allowed {
    place: Place,
    port: Option<u16>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Place {
    /// In lower case, and without a dot at the end.
    Host(String),
    Network(IpNet),
}

/// A name as it is compared.
fn plain(name: &str) -> &str {
    name.strip_suffix('.').unwrap_or(name)
}

impl Allowed {
    /// Whether a port is this one; of one that names none, any that is open anyway.
    pub(super) fn is_of(&self, port: u16, open: bool) -> bool {
        self.port.map_or(open, |own| own == port)
    }

    /// Whether it names this host.
    pub(super) fn names(&self, host: &str) -> bool {
        matches!(&self.place, Place::Host(own) if own == plain(host))
    }

    /// Whether it names this address, however that is written.
    pub(super) fn holds(&self, address: IpAddr) -> bool {
        matches!(&self.place, Place::Network(own) if own.contains(&address.to_canonical()))
    }
}

impl FromStr for Allowed {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let network = |net: IpNet, port| Self { place: Place::Network(net), port };
        if let Ok(net) = text.parse::<IpNet>() {
            // Two halves of everything are everything.
            let least = if net.addr().is_ipv4() { 8 } else { 7 };
            return if net.trunc() == net && net.prefix_len() >= least { Ok(network(net, None)) } else { Err(()) };
        }
        if let Ok(address) = text.parse::<SocketAddr>() {
            return Ok(network(address.ip().into(), Some(address.port())));
        }
        if let Ok(address) = text.parse::<IpAddr>() {
            return Ok(network(address.into(), None));
        }
        let (name, port) = match text.split_once(':') {
            Some((name, port)) => (name, Some(port.parse().ok().filter(|port| *port > 0).ok_or(())?)),
            None => (text, None),
        };
        // The parser refuses the rest of what no name has.
        let is_plain = name.chars().all(|c| !c.is_ascii() || c.is_ascii_alphanumeric() || "-._".contains(c));
        match Host::parse(name) {
            Ok(Host::Domain(name)) if is_plain => Ok(Self { place: Place::Host(plain(&name).to_owned()), port }),
            _ => Err(()),
        }
    }
}

/// What of this speaks for an address and a port, of a host of this name if it has one.
pub(super) fn speaks_for(all: &[Allowed], host: Option<&str>, (address, port): (IpAddr, u16), open: bool) -> bool {
    let named = |allowed: &Allowed| host.is_some_and(|host| allowed.names(host)) && is_inside(address);
    all.iter().any(|allowed| allowed.is_of(port, open) && (named(allowed) || allowed.holds(address)))
}
