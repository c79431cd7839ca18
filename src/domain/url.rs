//! URLs that are safe to publish, and path segments in any script.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, PercentEncode, utf8_percent_encode};
use url::{Position, Url};

use super::{error::Faults, text::limits};

const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// One path segment, percent-encoded as UTF-8 with upper-case digits (RFC 3986).
#[must_use]
pub fn segment(text: &str) -> PercentEncode<'_> {
    utf8_percent_encode(text, SEGMENT)
}

/// The link in its WHATWG-parsed form, when it is absolute and its scheme is `http`, `https`, `mailto` or `tel`.
///
/// Parsing comes first, so that `java\nscript:` cannot hide; addresses with a password in them are refused.
#[must_use]
pub fn safe_link(text: &str) -> Option<String> {
    safe(text).filter(|url| url.len() <= limits::URL)
}

/// The same, however long.
fn safe(text: &str) -> Option<String> {
    let url = Url::parse(text.trim()).ok()?;
    let known = matches!(url.scheme(), "http" | "https" | "mailto" | "tel");
    (known && url.username().is_empty() && url.password().is_none()).then(|| url.into())
}

/// True for what is a safe link or a path of the site, but for its length.
#[must_use]
pub fn is_overlong(text: &str) -> bool {
    within(text).or_else(|| safe(text)).is_some_and(|address| address.len() > limits::URL)
}

/// The path within the site, with query and fragment, in its WHATWG-parsed form. What a browser would take to another host (`//x`, `/\\x`) is none.
#[must_use]
pub fn site_path(text: &str) -> Option<String> {
    within(text).filter(|path| path.len() <= limits::URL)
}

/// The same, however long.
fn within(text: &str) -> Option<String> {
    const HOST: &str = "site.invalid";
    let text = text.trim().strip_prefix('/').filter(|rest| !rest.starts_with(['/', '\\']))?;
    let url = Url::parse(&format!("https://{HOST}/")).ok()?.join(&format!("/{text}")).ok()?;
    let path = &url[Position::BeforePath..];
    // Dots are resolved by now, and may have left two slashes.
    (url.host_str() == Some(HOST) && !path.starts_with("//")).then(|| path.to_owned())
}

/// The address of a picture, video or page in its WHATWG-parsed form, when it is absolute `http` or `https`.
#[must_use]
pub fn web_address(text: &str) -> Option<String> {
    safe_link(text).filter(|url| url.starts_with("http://") || url.starts_with("https://"))
}

/// The web address, or a note under `pointer` that it is none.
pub fn check_web_address(faults: &mut Faults, pointer: &str, text: &str) -> String {
    web_address(text).unwrap_or_else(|| {
        faults.add(pointer, "url", format!("an absolute http or https URL of at most {} bytes", limits::URL));
        String::new()
    })
}
