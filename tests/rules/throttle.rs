//! Guessed passwords: how often may be tried, and who waits.

use dateline::{
    access::throttle::{Account, Rank, SignInThrottle},
    domain::{Instant, network::Network},
};

fn at(seconds: i64) -> Instant {
    Instant::from_micros(1_772_000_000_000_000).plus_seconds(seconds)
}

fn net(n: u32) -> Network {
    Network::of(std::net::Ipv4Addr::from_bits(n).into())
}

/// Try as often as it may be tried for so long, once a second at most; how often that was.
fn tries(throttle: &SignInThrottle, account: &str, network: Network, known: bool, from: i64, long: i64) -> usize {
    (from..from + long).filter(|t| throttle.admit(Account::named(account), network, known, at(*t)).is_ok()).count()
}

#[test]
fn five_are_free_and_then_each_waits_twice_as_long_thirty_seconds_at_most() {
    let throttle = SignInThrottle::default();
    let mut waits = Vec::new();
    let mut now = 0;
    for _ in 0..14 {
        match throttle.admit(Account::named("asha"), net(1), false, at(now)) {
            Ok(_) => {}
            Err(refused) => {
                waits.push(refused.seconds);
                now += refused.seconds;
                // What was forgotten meanwhile may shorten the longest wait.
                assert!(refused.seconds == 30 || throttle.look(Account::named("asha"), net(1), at(now - 1)).is_err());
                throttle.admit(Account::named("asha"), net(1), false, at(now)).unwrap();
            }
        }
    }
    assert_eq!(waits, [1, 2, 4, 8, 16, 30, 30, 30, 30]);
    assert!(tries(&throttle, "asha", net(1), false, now + 31, 3_600) <= 3_600 / 16);
    assert!(throttle.look(Account::named("asha"), net(2), at(now)).is_ok(), "elsewhere is another matter");
    assert!(throttle.look(Account::named("asha"), net(1), at(now + 3_600 + 700)).is_ok());
}

#[test]
fn what_is_tried_at_once_counts_before_any_of_it_is_done() {
    let throttle = SignInThrottle::default();
    let admitted = (0..100).filter(|_| throttle.admit(Account::named("asha"), net(1), false, at(0)).is_ok()).count();
    assert_eq!(admitted, 5);
}

#[test]
fn many_networks_do_not_shut_out_the_owner_where_they_are_known() {
    let throttle = SignInThrottle::default();
    let guessed: usize = (0..5_000).map(|n| tries(&throttle, "asha", net(n), false, 0, 1)).sum();
    assert_eq!(guessed, 100, "the account has its own count");
    assert!(throttle.admit(Account::named("asha"), net(9_999), false, at(0)).is_err());
    assert_eq!(throttle.admit(Account::named("asha"), net(9_999), true, at(0)).unwrap().rank, Rank::Known);
    let hour: usize = (0..60).map(|n| tries(&throttle, "asha", net(10_000 + n), false, 60 * i64::from(n) + 1, 60)).sum();
    assert!(hour <= 220, "{hour} in an hour");
}

#[test]
fn one_network_does_not_try_every_account() {
    let throttle = SignInThrottle::default();
    let guessed = (0..5_000).filter(|n| throttle.admit(Account::named(&n.to_string()), net(1), false, at(0)).is_ok()).count();
    assert_eq!(guessed, 100);
    assert!(throttle.admit(Account::named("known"), net(1), true, at(0)).is_ok());
    assert!(throttle.admit(Account::named("5000"), net(2), false, at(0)).is_ok());
}

#[test]
fn whoever_is_right_owes_nothing() {
    let throttle = SignInThrottle::default();
    for _ in 0..1_000 {
        let attempt = throttle.admit(Account::named("asha"), net(1), false, at(0)).unwrap();
        assert_eq!(attempt.rank, Rank::New);
        throttle.passed(&attempt, at(0));
        let attempt = throttle.admit(Account::named("asha"), net(1), false, at(0)).unwrap();
        throttle.take_back(&attempt, at(0));
    }
}

#[test]
fn a_clock_that_is_set_back_locks_nobody_out() {
    let throttle = SignInThrottle::default();
    tries(&throttle, "asha", net(1), false, 100_000, 100);
    assert!(throttle.look(Account::named("asha"), net(1), at(0)).err().is_none_or(|refused| refused.seconds <= 30));
    assert!(tries(&throttle, "asha", net(1), false, 0, 200_000) > 3);
}

#[test]
fn an_attempt_that_began_before_the_last_one_waits_as_long_as_that() {
    for before in [0, 1, 5, 59] {
        let throttle = SignInThrottle::default();
        tries(&throttle, "asha", net(1), false, 100, 5);
        let refused = throttle.look(Account::named("asha"), net(1), at(104 - before)).unwrap_err();
        assert!(refused.seconds >= 1, "{before}");
    }
}
