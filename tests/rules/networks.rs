//! Networks that clients come from.

use dateline::domain::network::Network;

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
