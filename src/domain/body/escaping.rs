//! Text as HTML has it.

use super::shortcodes::Shortcode;
use crate::domain::text::entity_at;

/// Text with the five characters escaped that mean something in HTML.
#[must_use]
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            other => out.push(other),
        }
    }
    out
}

/// An attribute of an element whose other attributes mean what they say, though it looks like an entity (`alt="&amp;lt;"`).
pub(super) const VERBATIM: &str = "data-verbatim";

/// Text of the body itself. Where it shows an entity an empty comment parts the ampersand from the rest, so that whoever reads it
/// back knows that it was not escaped twice by accident; in the same way one parts what would be read as a shortcode.
pub(super) fn prose(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut text = text;
    // Ends: each round goes past a bracket.
    while let Some((at, _)) = Shortcode::first(text) {
        let (before, after) = text.split_at(at.start.saturating_add(1));
        entities(&mut out, before);
        out.push_str("<!---->");
        text = after;
    }
    entities(&mut out, text);
    out
}

fn entities(out: &mut String, text: &str) {
    let mut parts = text.split('&');
    out.push_str(&escape(parts.next().unwrap_or_default()));
    let mut rest = text;
    for part in parts {
        rest = rest.split_once('&').map(|(_, after)| after).unwrap_or_default();
        out.push_str(if entity_at(rest).is_some() { "&amp;<!---->" } else { "&amp;" });
        out.push_str(&escape(part));
    }
}
