//! What may be a link.

use dateline::domain::url::{safe_link, segment, web_address};

#[test]
fn only_harmless_schemes_are_links() {
    for bad in [
        "javascript:alert(1)",
        "java\nscript:alert(1)",
        " \u{1}javascript:alert(1)",
        "data:text/html,x",
        "vbscript:x",
        "/relative",
        "//host/x",
        "file:///etc/passwd",
        "https://user:secret@host/",
        "blob:https://a/b",
    ] {
        assert_eq!(safe_link(bad), None, "{bad}");
    }
    assert_eq!(safe_link("HTTPS://Example.org/ख़बर").as_deref(), Some("https://example.org/%E0%A4%96%E0%A4%BC%E0%A4%AC%E0%A4%B0"));
    assert_eq!(safe_link("mailto:desk@example.org").as_deref(), Some("mailto:desk@example.org"));
    assert_eq!(web_address("mailto:desk@example.org"), None);
}

#[test]
fn segments_are_encoded_utf8() {
    assert_eq!(segment("हि-a/b").to_string(), "%E0%A4%B9%E0%A4%BF-a%2Fb");
}
