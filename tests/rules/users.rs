//! Addresses of mailboxes, and passwords.

use dateline::domain::user::{check_password, email};

#[test]
fn addresses_are_lower_case_and_whole() {
    for (typed, kept) in [
        (" Asha@Example.ORG ", "asha@example.org"),
        ("ASHA.rao+desk@sub.example.co.in", "asha.rao+desk@sub.example.co.in"),
        ("आशा@उदाहरण.भारत", "आशा@उदाहरण.भारत"),
        ("a@BÜCHER.example", "a@bücher.example"),
        ("a@xn--bcher-kva.example", "a@bücher.example"),
        ("caf\u{e9}@example.org", "caf\u{e9}@example.org"),
        ("cafe\u{301}@example.org", "caf\u{e9}@example.org"),
        ("\u{ff41}@example.org", "a@example.org"),
        ("admin@localhost", "admin@localhost"),
        ("o'hara@example.org", "o'hara@example.org"),
    ] {
        assert_eq!(email(typed).ok().as_deref(), Some(kept), "{typed}");
        assert_eq!(email(kept).unwrap(), kept, "and stays as it is");
    }
}

#[test]
fn what_reaches_no_mailbox_is_no_address() {
    let long = "a".repeat(65);
    let domain = format!("{}.example", "b.".repeat(125).trim_end_matches('.'));
    for bad in [
        "",
        "a",
        "@b.org",
        "a@",
        "a b@c.org",
        "a@b",
        "a@.x.",
        "a@b..c",
        ".a@b.org",
        "a.@b.org",
        "a..b@c.org",
        "a@b@c.org",
        "<a@b.org>",
        "A <a@b.org>",
        "\"a b\"@c.org",
        "\"a\"@c.org",
        "a@[127.0.0.1]",
        "a@127.0.0.1",
        "a@[::1]",
        "a@-b.org",
        "a@b-.org",
        "a@b_c.org",
        "a,b@c.org",
        "a;b@c.org",
        "a:b@c.org",
        "a\\b@c.org",
        "a(b)@c.org",
        "a\u{0}@b.org",
        "a\u{34f}@b.org",
        "a\u{3164}@b.org",
        "\u{115f}a@b.org",
        "a\u{2800}@b.org",
        "a\u{fe0f}@b.org",
        "a\u{17b4}@b.org",
        "a\u{e0101}@b.org",
        "a\r\nbcc@b.org",
        "a@b.org\nx",
        "a\u{202e}@b.org",
        "a\u{200b}@b.org",
        "a@b.org/",
        "a@b.org:25",
        "a@b%2eorg",
        "mailto:a@b.org",
        "a@b.org?x",
        &format!("{long}@b.org"),
        &format!("a@{domain}"),
        &format!("a@{}.org", "b".repeat(64)),
    ] {
        assert!(email(bad).is_err(), "{bad:?} {:?}", email(bad));
    }
    assert!(email(&format!("{}@b.org", "a".repeat(64))).is_ok());
}

#[test]
fn easy_passwords_are_refused() {
    for bad in ["short", "passwordpassword", "aaaaaaaaaaaaaaaa", "password123456", "abababababab", &"x1y2".repeat(40)] {
        assert!(check_password(bad).is_err(), "{bad}");
    }
    assert!(check_password("गुप्त-वाक्य-यहाँ-है").is_ok());
}
