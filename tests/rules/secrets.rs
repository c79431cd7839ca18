//! Secrets, the keys that are kept, and passwords.

use dateline::{
    access::{
        keys::{Keys, SealedKey},
        password::{hash, verify},
        secret::{Secret, open, seal},
    },
    domain::{Instant, id::Entropy, signing_key::KeyLife},
};

struct Fill(u8);
impl Entropy for Fill {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(self.0);
    }
}

fn keys(byte: u8) -> Keys {
    let seal = Secret::new([9; 32]);
    Keys::open(&[SealedKey::generate(&seal, &Fill(byte), KeyLife::at_once(Instant::from_micros(0))).unwrap()], &seal).unwrap()
}

#[test]
fn only_the_same_seal_and_name_open() {
    let (a, b) = (Secret::new([1; 32]), Secret::new([2; 32]));
    let sealed = seal(&a, "k1", b"plain", &Fill(0)).unwrap();
    assert_eq!(open(&a, "k1", &sealed).unwrap(), b"plain");
    assert!(open(&b, "k1", &sealed).is_err());
    assert!(open(&a, "k2", &sealed).is_err());
    assert!(open(&a, "k1", sealed.get(..5).unwrap()).is_err());
    assert_eq!(format!("{a:?}"), "***");
}

#[test]
fn what_is_kept_is_opened_by_the_same_key_under_the_same_name() {
    let sealed = keys(1).keep("a", b"a token", &Fill(3)).unwrap();
    assert!(!sealed.windows(5).any(|part| part == b"token"));
    assert_eq!(keys(1).kept("a", &sealed).unwrap(), b"a token");
    assert!(keys(2).kept("a", &sealed).is_none() && keys(1).kept("b", &sealed).is_none());
}

#[test]
fn fingerprints_cannot_be_made_without_the_key() {
    let parts: [&[u8]; 2] = [b"/v1/desk/users", b"{\"password\":\"a long sentence\"}"];
    let made = keys(1).fingerprint(&parts);
    assert_eq!(keys(1).fingerprint(&parts), made);
    assert_ne!(keys(2).fingerprint(&parts), made, "a guess needs the server's secret");
    assert_ne!(keys(1).fingerprint(&[b"/v1/desk/user", b"s{\"password\":\"a long sentence\"}"]), made, "parts do not run together");
}

#[test]
fn a_password_verifies_in_any_normal_form() {
    let kept = hash("caf\u{e9} au lait \u{958}", &Fill(1)).unwrap();
    assert!(verify("cafe\u{301} au lait \u{915}\u{93c}", Some(&kept)).unwrap());
    assert!(!verify("cafe au lait", Some(&kept)).unwrap());
    assert!(!verify("", None).unwrap());
}
