//! Where a request comes from.
//!
//! **Decision.** It comes from the address that connects. Only where that is a proxy which the settings name does `X-Forwarded-For`
//! count, read from the right: the first address there that is no such proxy. **Consequence.** What a client writes into the header
//! by itself is never believed, for every proxy appends whom it was asked by.

use std::net::{IpAddr, SocketAddr};

use actix_web::http::header::{HeaderMap, X_FORWARDED_FOR};
use ipnet::IpNet;

/// The address that a request comes from; nothing where that is not known.
#[must_use]
pub fn client(peer: Option<SocketAddr>, headers: &HeaderMap, proxies: &[IpNet]) -> Option<IpAddr> {
    let trusted = |ip: &IpAddr| proxies.iter().any(|net| net.contains(ip));
    let mut nearest = peer?.ip().to_canonical();
    if !trusted(&nearest) {
        return Some(nearest);
    }
    // Proxies append to the bytes that are there, whatever they are.
    let named: Vec<&[u8]> = headers.get_all(X_FORWARDED_FOR).flat_map(|value| value.as_bytes().split(|byte| *byte == b',')).collect();
    for hop in named.into_iter().rev() {
        // What cannot be read was written by somebody who is not to be believed; the last who was is as far as is known.
        let Some(ip) = std::str::from_utf8(hop).ok().and_then(|hop| address(hop.trim())) else { break };
        nearest = ip;
        if !trusted(&ip) {
            break;
        }
    }
    Some(nearest)
}

/// An address as proxies write it, with or without a port.
fn address(text: &str) -> Option<IpAddr> {
    let bare = text.strip_prefix('[').and_then(|t| t.strip_suffix(']')).unwrap_or(text);
    let ip = bare.parse::<IpAddr>().ok().or_else(|| text.parse::<SocketAddr>().ok().map(|a| a.ip()))?;
    Some(ip.to_canonical())
}
