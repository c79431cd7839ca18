//! Which addresses are public: those that anybody may ask from anywhere.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{Ipv4Net, Ipv6Net};

const fn v4(a: u8, b: u8, c: u8, d: u8, length: u8) -> Ipv4Net {
    Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, d), length)
}

const fn v6(a: u16, b: u16, c: u16, length: u8) -> Ipv6Net {
    Ipv6Net::new_assert(Ipv6Addr::new(a, b, c, 0, 0, 0, 0, 0), length)
}

/// The IPv4 networks that are kept for something (IANA's registry of special-purpose addresses, and what is no address of one host), reachable or not.
const SPECIAL_V4: [Ipv4Net; 18] = [
    // This host.
    v4(0, 0, 0, 0, 8),
    // Private.
    v4(10, 0, 0, 0, 8),
    // Shared by customers of a provider.
    v4(100, 64, 0, 0, 10),
    // Loopback.
    v4(127, 0, 0, 0, 8),
    // Of one link, and with it the metadata of clouds.
    v4(169, 254, 0, 0, 16),
    // Private.
    v4(172, 16, 0, 0, 12),
    // Protocols of the IETF, among them DS-Lite and the discovery of NAT64.
    v4(192, 0, 0, 0, 24),
    // Documentation.
    v4(192, 0, 2, 0, 24),
    // AS112.
    v4(192, 31, 196, 0, 24),
    // Automatic multicast tunnelling.
    v4(192, 52, 193, 0, 24),
    // What were relays of 6to4.
    v4(192, 88, 99, 0, 24),
    // Private.
    v4(192, 168, 0, 0, 16),
    // AS112.
    v4(192, 175, 48, 0, 24),
    // Benchmarks.
    v4(198, 18, 0, 0, 15),
    // Documentation.
    v4(198, 51, 100, 0, 24),
    v4(203, 0, 113, 0, 24),
    // Multicast.
    v4(224, 0, 0, 0, 4),
    // Reserved, and the address of everybody.
    v4(240, 0, 0, 0, 4),
];

/// The one block of IPv6 that addresses of hosts are given out of. Outside of it lie this host (`::1`, `::`), IPv4 within IPv6 (`::/96`, `::ffff:0:0/96`, and NAT64's
/// `64:ff9b::/96` and `64:ff9b:1::/48`, which lead to IPv4 addresses of any kind), `100::/64`, `5f00::/16`, unique local (`fc00::/7`), link-local, site-local and multicast.
const GLOBAL_V6: Ipv6Net = v6(0x2000, 0, 0, 3);

/// What of that is kept for something.
const SPECIAL_V6: [Ipv6Net; 5] = [
    // Protocols of the IETF: Teredo (which leads to IPv4 addresses), benchmarks, ORCHID and others.
    v6(0x2001, 0, 0, 23),
    // Documentation.
    v6(0x2001, 0xdb8, 0, 32),
    // 6to4, which leads to IPv4 addresses.
    v6(0x2002, 0, 0, 16),
    // AS112.
    v6(0x2620, 0x4f, 0x8000, 48),
    // Documentation.
    v6(0x3fff, 0, 0, 20),
];

/// Networks that newsrooms have their own machines in.
const INSIDE_V4: [Ipv4Net; 5] =
    [v4(10, 0, 0, 0, 8), v4(100, 64, 0, 0, 10), v4(127, 0, 0, 0, 8), v4(172, 16, 0, 0, 12), v4(192, 168, 0, 0, 16)];
const INSIDE_V6: Ipv6Net = v6(0xfc00, 0, 0, 7);

/// Whether an address is one that anybody may ask from anywhere.
#[must_use]
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => !SPECIAL_V4.iter().any(|net| net.contains(&v4)),
        IpAddr::V6(v6) => GLOBAL_V6.contains(&v6) && !SPECIAL_V6.iter().any(|net| net.contains(&v6)),
    }
}

/// Whether it is one of those that machines inside have: never that of a cloud's metadata, nor one of many hosts.
pub(super) fn is_inside(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(v4) => INSIDE_V4.iter().any(|net| net.contains(&v4)),
        IpAddr::V6(v6) => v6.is_loopback() || INSIDE_V6.contains(&v6),
    }
}

/// Top-level names that lead nowhere in public (RFC 6761, 6762 and 8375, IANA, ICANN), and those that networks inside like to take.
const INSIDE_NAMES: [&str; 14] = [
    "localhost",
    "local",
    "internal",
    "intranet",
    "private",
    "corp",
    "home",
    "lan",
    "localdomain",
    "test",
    "invalid",
    "example",
    "onion",
    "alt",
];

/// Whether a name is one that can lead nowhere but inside, whatever it is looked up to.
pub(super) fn is_inside_name(name: &str) -> bool {
    let name = name.strip_suffix('.').unwrap_or(name);
    let Some((before, top)) = name.rsplit_once('.') else { return true };
    let is_inside = INSIDE_NAMES.iter().any(|word| top.eq_ignore_ascii_case(word));
    is_inside || top.is_empty() || before.split('.').any(str::is_empty) || ends_in_home(name)
}

fn ends_in_home(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name == "home.arpa" || name.ends_with(".home.arpa")
}
