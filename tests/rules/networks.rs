//! Networks that clients come from.

use std::net::SocketAddr;

use actix_web::http::header::{HeaderMap, HeaderValue, X_FORWARDED_FOR};
use dateline::{api::network::client, domain::network::Network};
use ipnet::IpNet;

#[test]
fn neighbours_in_one_network_count_as_one() {
    let of = |text: &str| Network::of(text.parse().unwrap());
    assert_eq!(of("2001:db8:1:2::7"), of("2001:db8:1:2:ffff::1"));
    assert_ne!(of("2001:db8:1:2::7"), of("2001:db8:1:3::7"));
    assert_eq!(of("::ffff:192.0.2.7"), of("192.0.2.7"));
    assert_ne!(of("192.0.2.7"), of("192.0.2.8"));
    assert_eq!([of("2001:db8::7").to_string(), of("192.0.2.7").to_string()], ["2001:db8::/64", "192.0.2.7"]);
    assert_eq!(Network::UNKNOWN.to_string(), "");
}

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
