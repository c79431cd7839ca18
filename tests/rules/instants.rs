//! Instants as RFC 3339 writes them.

use dateline::domain::Instant;
use proptest::prelude::*;

fn first() -> i64 {
    Instant::from_micros(i64::MIN).as_micros()
}

fn last() -> i64 {
    Instant::from_micros(i64::MAX).as_micros()
}

#[test]
fn an_instant_keeps_microseconds_and_turns_offsets_into_utc() {
    let at: Instant = "2024-03-16T18:39:00.123456+05:30".parse().unwrap();
    assert_eq!(at.to_string(), "2024-03-16T13:09:00.123456Z");
    assert_eq!(Instant::from_micros(at.as_micros()), at);
    assert!("2024-03-16 18:39".parse::<Instant>().is_err());
}

#[test]
fn the_first_and_the_last_instant_that_can_be_written_are_instants() {
    for text in [
        "0001-01-01T00:00:00Z",
        "9999-12-31T23:59:59.999999Z",
        "9999-12-31T23:59:59Z",
        "9999-12-30T22:00:01Z",
        "0001-01-01T00:00:00.000001Z",
    ] {
        assert_eq!(text.parse::<Instant>().unwrap().to_string(), text);
    }
    for (text, utc) in [
        ("9999-12-31T23:59:60Z", "9999-12-31T23:59:59Z"),
        ("2016-12-31T23:59:60.5Z", "2016-12-31T23:59:59.5Z"),
        ("9999-12-31T23:59:59-00:00", "9999-12-31T23:59:59Z"),
        ("0001-01-01T23:59:00+23:59", "0001-01-01T00:00:00Z"),
        ("9999-12-31T00:00:59-23:59", "9999-12-31T23:59:59Z"),
        ("2024-03-16t13:09:00.1234567891234z", "2024-03-16T13:09:00.123456Z"),
    ] {
        assert_eq!(text.parse::<Instant>().unwrap().to_string(), utc, "{text}");
    }
}

#[test]
fn what_is_no_instant_of_rfc_3339_is_refused() {
    for text in [
        "0000-12-31T23:59:59Z",
        "0001-01-01T00:00:00+00:01",
        "9999-12-31T23:59:59-00:01",
        "10000-01-01T00:00:00Z",
        "+2024-01-01T00:00:00Z",
        "-0001-01-01T00:00:00Z",
        "2024-02-30T00:00:00Z",
        "2023-02-29T00:00:00Z",
        "2024-13-01T00:00:00Z",
        "2024-01-01T24:00:00Z",
        "2024-01-01T00:60:00Z",
        "2024-01-01T00:00:61Z",
        "2024-01-01T00:00:00",
        "2024-01-01T00:00Z",
        "2024-01-01",
        "2024-01-01T00:00:00+24:00",
        "2024-01-01T00:00:00+00:60",
        "2024-01-01T00:00:00+0530",
        "2024-01-01T00:00:00.Z",
        "2024-01-01T00:00:00Z ",
        " 2024-01-01T00:00:00Z",
        "2024-01-01 00:00:00Z",
        "2024-01-01T00:00:00+05:30[Asia/Kolkata]",
        "20240101T000000Z",
        "2024-W01-1T00:00:00Z",
        "２０24-01-01T00:00:00Z",
        "",
        "Z",
    ] {
        assert!(text.parse::<Instant>().is_err(), "{text}");
    }
}

proptest! {
    #[test]
    fn every_instant_is_read_as_it_is_written(micros in first()..=last(), offset in -1439i64..=1439) {
        let at = Instant::from_micros(micros);
        prop_assert_eq!(at.as_micros(), micros);
        prop_assert_eq!(at.to_string().parse::<Instant>().unwrap(), at);
        // The same instant as clocks elsewhere say it.
        let there = micros + offset * 60_000_000;
        if (first()..=last()).contains(&there) {
            let sign = if offset < 0 { '-' } else { '+' };
            let said = Instant::from_micros(there).to_string().replace('Z', &format!("{sign}{:02}:{:02}", offset.abs() / 60, offset.abs() % 60));
            prop_assert_eq!(said.parse::<Instant>().unwrap(), at);
        }
    }
}
