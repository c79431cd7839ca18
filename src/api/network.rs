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

#[cfg(test)]
mod tests {
    use actix_web::http::header::HeaderValue;

    use super::*;

    fn seen(peer: &str, forwarded: &[&str], proxies: &str) -> String {
        let mut headers = HeaderMap::new();
        forwarded.iter().for_each(|value| headers.append(X_FORWARDED_FOR, HeaderValue::from_bytes(value.as_bytes()).unwrap()));
        let proxies: Vec<IpNet> = proxies.split_whitespace().map(|net| net.parse().unwrap()).collect();
        client(Some(SocketAddr::new(peer.parse().unwrap(), 9)), &headers, &proxies).unwrap().to_string()
    }

    #[test]
    fn only_what_a_trusted_proxy_saw_is_believed() {
        let ours = "10.0.0.0/8 fd00::/8";
        for (peer, forwarded, is) in [
            ("192.0.2.1", &[][..], "192.0.2.1"),
            ("192.0.2.1", &["203.0.113.9"], "192.0.2.1"),
            ("10.0.0.1", &[], "10.0.0.1"),
            ("10.0.0.1", &["203.0.113.9"], "203.0.113.9"),
            ("10.0.0.1", &["127.0.0.1, 203.0.113.9"], "203.0.113.9"),
            ("10.0.0.1", &["1.1.1.1", "203.0.113.9, 10.0.0.2"], "203.0.113.9"),
            ("10.0.0.1", &["203.0.113.9:4711"], "203.0.113.9"),
            ("10.0.0.1", &["[2001:db8::7]:4711"], "2001:db8::7"),
            ("10.0.0.1", &["2001:db8::7"], "2001:db8::7"),
            ("::ffff:10.0.0.1", &["::ffff:203.0.113.9"], "203.0.113.9"),
            ("fd00::1", &["203.0.113.9"], "203.0.113.9"),
            ("10.0.0.1", &["203.0.113.9, unknown"], "10.0.0.1"),
            ("10.0.0.1", &["203.0.113.9, unknown, 10.0.0.2"], "10.0.0.2"),
            ("10.0.0.1", &["\u{ff}, 203.0.113.9"], "203.0.113.9"),
            ("10.0.0.1", &["203.0.113.9, \u{ff}"], "10.0.0.1"),
            ("10.0.0.1", &[""], "10.0.0.1"),
            ("10.0.0.1", &["10.0.0.3, 10.0.0.2"], "10.0.0.3"),
        ] {
            assert_eq!(seen(peer, forwarded, ours), is, "{peer} {forwarded:?}");
        }
        assert_eq!(seen("10.0.0.1", &["203.0.113.9"], ""), "10.0.0.1", "nobody is trusted unless named");
        assert_eq!(client(None, &HeaderMap::new(), &[]), None);
    }
}
