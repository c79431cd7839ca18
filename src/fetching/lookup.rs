//! Names looked up, once and for a time.

use std::{
    fmt, io,
    net::{IpAddr, SocketAddr, ToSocketAddrs},
    sync::{Arc, mpsc},
    thread,
    time::Duration,
};

use ureq::{
    config::Config,
    http::Uri,
    unversioned::{
        resolver::{ResolvedSocketAddrs, Resolver},
        transport::NextTimeout,
    },
};

/// Whoever knows the addresses of a host.
pub(super) trait Lookup: fmt::Debug + Send + Sync {
    /// All of them.
    fn addresses(&self, host: &str) -> io::Result<Vec<IpAddr>>;
}

/// The system.
#[derive(Debug)]
pub(super) struct System;

impl Lookup for System {
    fn addresses(&self, host: &str) -> io::Result<Vec<IpAddr>> {
        Ok((host, 0).to_socket_addrs()?.map(|address| address.ip()).collect())
    }
}

/// The addresses of a host, unless that takes too long; none, when it has none.
pub(super) fn within(lookup: &Arc<dyn Lookup>, host: &str, time: Duration) -> Vec<IpAddr> {
    let (asked, host) = (lookup.clone(), host.to_owned());
    let (tell, told) = mpsc::sync_channel(1);
    // The system's resolver cannot be stopped. A thread that it keeps ends with it.
    let begun = thread::Builder::new().name("lookup".to_owned()).spawn(move || tell.send(asked.addresses(&host).unwrap_or_default()).ok());
    begun.ok().and_then(|_| told.recv_timeout(time).ok()).unwrap_or_default()
}

/// Addresses that were judged: what the client connects to, whatever it is asked to look up.
#[derive(Debug)]
pub(super) struct Pinned(pub(super) Vec<SocketAddr>);

/// How many addresses the client tries.
const TRIED: usize = 16;

impl Resolver for Pinned {
    fn resolve(&self, _: &Uri, _: &Config, _: NextTimeout) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let mut addresses = self.empty();
        self.0.iter().take(TRIED).for_each(|address| addresses.push(*address));
        if addresses.is_empty() { Err(ureq::Error::HostNotFound) } else { Ok(addresses) }
    }
}
