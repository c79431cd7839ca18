//! Codes of second factors.

use dateline::{
    access::second_factor::{SecondFactor, is_code, recovery_codes, typed},
    domain::{Instant, id::Entropy},
};

fn at(seconds: i64) -> Instant {
    Instant::from_micros(0).plus_seconds(seconds)
}

/// RFC 6238, appendix B, for SHA-1: of its eight digits the last six.
#[test]
fn codes_are_those_of_the_standard() {
    let factor = SecondFactor::of(b"12345678901234567890".to_vec());
    for (seconds, code) in [
        (59, "287082"),
        (1_111_111_109, "081804"),
        (1_111_111_111, "050471"),
        (1_234_567_890, "005924"),
        (2_000_000_000, "279037"),
        (20_000_000_000, "353130"),
    ] {
        assert_eq!(factor.step(code, at(seconds), 0).unwrap(), Some(seconds / 30), "{seconds}");
    }
}

#[test]
fn a_code_is_good_one_step_before_and_after_its_own_and_never_after_a_later_one() {
    let factor = SecondFactor::of(b"12345678901234567890".to_vec());
    let (code, own) = ("050471", 1_111_111_111 / 30);
    for (off, good) in [(-61, false), (-31, false), (-30, true), (-1, true), (0, true), (29, true), (59, true), (60, false), (90, false)] {
        let now = at(own * 30 + off);
        assert_eq!(factor.step(code, now, 0).unwrap(), good.then_some(own), "{off}");
        assert_eq!(factor.step(code, now, own).unwrap(), None, "it was taken");
        assert_eq!(factor.step(code, now, own - 1).unwrap(), good.then_some(own), "the one before it was taken");
    }
}

#[test]
fn what_is_no_code_is_taken_for_none() {
    let factor = SecondFactor::of(b"12345678901234567890".to_vec());
    for text in ["", "50471", "0050471", "050 471", "05047x", "०५०४७१", "+50471", "050471\n", "-50471", " 50471"] {
        assert_eq!(factor.step(text, at(1_111_111_111), 0).unwrap(), None, "{text:?}");
    }
    // Whoever types it may part it.
    assert_eq!(typed(" 050 471\u{a0}"), "050471");
    assert_eq!(typed("ABCD-efgh ijkl"), "abcdefghijkl");
}

struct Counting(std::sync::atomic::AtomicU8);

impl Entropy for Counting {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.iter_mut().for_each(|byte| *byte = self.0.fetch_add(1, std::sync::atomic::Ordering::Relaxed));
    }
}

#[test]
fn recovery_codes_are_ten_are_no_two_alike_and_are_never_taken_for_codes() {
    let codes = recovery_codes(&Counting(0.into()));
    let all: std::collections::BTreeSet<_> = codes.iter().map(|code| code.expose().clone()).collect();
    // 160 bytes of a counter to 256: each of sixteen letters comes of bytes of its own.
    assert_eq!((codes.len(), codes.first().unwrap().expose().as_str()), (10, "abcd-efgh-ijkl-mnop"));
    assert!(all.iter().all(|code| code.len() == 19 && !is_code(&typed(code))));
    assert!(all.len() > 1);
}

#[test]
fn applications_are_told_of_a_second_factor_by_an_address_that_they_read() {
    let factor = SecondFactor::of(b"12345678901234567890".to_vec());
    let (secret, url) = factor.told("The River: News & more", "आशा@example.org").unwrap();
    assert_eq!(secret.expose(), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
    let read = url::Url::parse(url.expose()).unwrap();
    let of = |name: &str| read.query_pairs().find(|(n, _)| n == name).map(|(_, v)| v.into_owned());
    assert_eq!((read.scheme(), read.host_str()), ("otpauth", Some("totp")));
    assert_eq!((of("secret").as_deref(), of("issuer").as_deref()), (Some(secret.expose().as_str()), Some("The River  News & more")));
    assert!(!format!("{factor:?} {secret:?} {url:?}").contains("GEZD"));
}
