//! Networks, as far as it counts who comes from where.

use std::{
    fmt,
    net::{IpAddr, Ipv6Addr},
};

/// What one customer of a provider usually has to themselves: an IPv4 address, or 64 bits of IPv6.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Network(Option<IpAddr>);

impl Network {
    /// Where nobody knows from.
    pub const UNKNOWN: Self = Self(None);

    /// The network of an address.
    #[must_use]
    pub fn of(address: IpAddr) -> Self {
        Self(Some(match address.to_canonical() {
            IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & (u128::MAX << 64))),
            v4 @ IpAddr::V4(_) => v4,
        }))
    }
}

/// The network of an address, where one is known.
impl From<Option<IpAddr>> for Network {
    fn from(address: Option<IpAddr>) -> Self {
        address.map_or(Self::UNKNOWN, Self::of)
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            None => Ok(()),
            Some(IpAddr::V4(v4)) => fmt::Display::fmt(&v4, f),
            Some(IpAddr::V6(v6)) => write!(f, "{v6}/64"),
        }
    }
}
