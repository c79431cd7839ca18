//! Text as a newsroom means it: NFC, counted in grapheme clusters, free of what corrupts a page.

use std::borrow::Cow;

use unicode_normalization::UnicodeNormalization;
use unicode_segmentation::UnicodeSegmentation;

use super::error::Faults;

/// How long a piece of text may be, in grapheme clusters (UAX #29).
#[derive(Debug, Clone, Copy)]
pub struct Length {
    /// At least this many.
    pub min: usize,
    /// At most this many.
    pub max: usize,
}

/// Lengths of every text the API takes; `docs/limits.md` prints them.
pub mod limits {
    use super::Length;

    /// A headline.
    pub const HEADLINE: Length = Length { min: 1, max: 300 };
    /// A title for search engines.
    pub const SEO_TITLE: Length = Length { min: 0, max: 300 };
    /// A summary (dek).
    pub const SUMMARY: Length = Length { min: 0, max: 1_000 };
    /// The name of a site, section, author, tag, user or locale.
    pub const NAME: Length = Length { min: 1, max: 200 };
    /// The description of a section or tag, and the bio of an author.
    pub const DESCRIPTION: Length = Length { min: 0, max: 4_000 };
    /// Alternative text of an image.
    pub const ALT: Length = Length { min: 0, max: 1_000 };
    /// A caption.
    pub const CAPTION: Length = Length { min: 0, max: 2_000 };
    /// The credit line of an image.
    pub const CREDIT: Length = Length { min: 0, max: 300 };
    /// A label of a credit role, in one locale.
    pub const LABEL: Length = Length { min: 1, max: 100 };
    /// A note on a save.
    pub const NOTE: Length = Length { min: 0, max: 1_000 };
    /// A comment, or a reason given for a step.
    pub const COMMENT: Length = Length { min: 1, max: 4_000 };
    /// What a correction says, in one locale.
    pub const CORRECTION: Length = Length { min: 1, max: 4_000 };
    /// A reason for a step that needs one.
    pub const REASON: Length = Length { min: 1, max: 1_000 };
    /// A slug, in code points.
    pub const SLUG: usize = 80;
    /// A URL, in bytes.
    pub const URL: usize = 2_000;
    /// A key in a bundle or of a credit role, in bytes.
    pub const KEY: usize = 200;
    /// Tags on one article.
    pub const TAGS: usize = 50;
    /// Credits on one article.
    pub const CREDITS: usize = 50;
    /// Items of one release.
    pub const RELEASE_ITEMS: usize = 200;
    /// Operations of one bulk request.
    pub const BULK: usize = 100;
    /// Blocks that one correction names.
    pub const CORRECTION_BLOCKS: usize = 100;
    /// Locales of one site.
    pub const LOCALES: usize = 100;
    /// Sections above one another.
    pub const SECTION_DEPTH: usize = 8;
    /// Sections of one site.
    pub const SECTIONS: i64 = 1_000;
    /// A body: bytes of its JSON.
    pub const BODY_BYTES: usize = 1_048_576;
    /// A body: nodes.
    pub const BODY_NODES: usize = 5_000;
    /// A body: how deep nodes nest.
    pub const BODY_DEPTH: usize = 12;
    /// Any other list or map of a request.
    pub const LIST: usize = 200;
    /// A whole request, in bytes.
    pub const REQUEST_BYTES: usize = 4 * 1_048_576;
    /// A whole request to `/v1/auth`, which anybody may send, in bytes.
    pub const SIGN_IN_BYTES: usize = 8_192;
    /// Values in a JSON text, names aside.
    pub const VALUES: usize = 250_000;
    /// Parameters of a query.
    pub const PARAMETERS: usize = 100;
}

/// Normalise to NFC (Unicode UAX #15).
#[must_use]
pub fn nfc(text: &str) -> Cow<'_, str> {
    match unicode_normalization::is_nfc_quick(text.chars()) {
        unicode_normalization::IsNormalized::Yes => Cow::Borrowed(text),
        _ => Cow::Owned(text.nfc().collect()),
    }
}

/// Clean and check one line of text: NFC, trimmed, double-escaped entities repaired, runs of white space folded.
///
/// Notes `too_long`, `required`, `control_character` and `unbalanced_bidi` under `pointer`.
pub fn line(faults: &mut Faults, pointer: &str, text: &str, length: Length) -> String {
    let repaired = repair_entities(text);
    let folded = repaired.trim_start_matches('\u{feff}').split_whitespace().collect::<Vec<_>>().join(" ");
    checked(faults, pointer, &folded, length)
}

/// Clean and check text of several lines: as [`line()`], keeping line breaks.
pub fn lines(faults: &mut Faults, pointer: &str, text: &str, length: Length) -> String {
    let repaired = repair_entities(text);
    let folded = repaired
        .trim_start_matches('\u{feff}')
        .lines()
        .map(|l| l.split_whitespace().collect::<Vec<_>>().join(" "))
        .collect::<Vec<_>>()
        .join("\n");
    checked(faults, pointer, folded.trim(), length)
}

fn checked(faults: &mut Faults, pointer: &str, text: &str, length: Length) -> String {
    let text = nfc(text).into_owned();
    let count = text.graphemes(true).take(length.max.saturating_mul(2).saturating_add(1)).count();
    if count < length.min {
        faults.add(pointer, "required", "must not be empty");
    }
    // A cluster may carry any number of marks; without a cap on code points a limit in clusters holds nothing.
    if count > length.max || text.chars().take(length.max.saturating_mul(8).saturating_add(1)).count() > length.max.saturating_mul(8) {
        faults.add(pointer, "too_long", format!("at most {} characters", length.max));
    }
    note_forbidden(faults, pointer, &text);
    text
}

/// Note characters that no text may hold: controls, noncharacters, and bidi controls left open.
pub fn note_forbidden(faults: &mut Faults, pointer: &str, text: &str) {
    if text.chars().any(is_forbidden) {
        faults.add(pointer, "control_character", "holds a control character or a noncharacter");
    }
    if !bidi_balanced(text) {
        faults.add(pointer, "unbalanced_bidi", "holds a bidirectional control without its end");
    }
}

/// True for characters that no text may hold (also those XML 1.0 cannot carry).
#[must_use]
pub fn is_forbidden(c: char) -> bool {
    (c.is_control() && !matches!(c, '\n' | '\t')) || matches!(c, '\u{fdd0}'..='\u{fdef}') || (u32::from(c) & 0xfffe) == 0xfffe
}

/// True when every bidirectional embedding, override and isolate is closed (UAX #9).
#[must_use]
pub fn bidi_balanced(text: &str) -> bool {
    let mut open = Vec::new();
    for c in text.chars() {
        match c {
            '\u{202a}' | '\u{202b}' | '\u{202d}' | '\u{202e}' => open.push('\u{202c}'),
            '\u{2066}'..='\u{2068}' => open.push('\u{2069}'),
            '\u{202c}' | '\u{2069}' if open.pop() != Some(c) => return false,
            _ => {}
        }
    }
    open.is_empty()
}

/// Decode HTML entities that were escaped once too often (`&#x27;`, `&amp;quot;`), until none is left.
#[must_use]
pub fn repair_entities(text: &str) -> Cow<'_, str> {
    let mut text = Cow::Borrowed(text);
    for _ in 0..4 {
        match decode_once(&text) {
            Some(decoded) => text = Cow::Owned(decoded),
            None => break,
        }
    }
    text
}

fn decode_once(text: &str) -> Option<String> {
    if !text.contains('&') {
        return None;
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    let mut changed = false;
    while let Some((before, after)) = rest.split_once('&') {
        out.push_str(before);
        let decoded = after.split_once(';').filter(|(name, _)| name.len() <= 8).and_then(|(name, tail)| entity(name).map(|c| (c, tail)));
        if let Some((c, tail)) = decoded {
            out.push(c);
            rest = tail;
            changed = true;
        } else {
            out.push('&');
            rest = after;
        }
    }
    out.push_str(rest);
    changed.then_some(out)
}

fn entity(name: &str) -> Option<char> {
    if let Some(number) = name.strip_prefix('#') {
        let code = match number.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16),
            None => number.parse(),
        };
        return code.ok().and_then(char::from_u32).filter(|c| !is_forbidden(*c));
    }
    Some(match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "nbsp" => '\u{a0}',
        "hellip" => '…',
        "mdash" => '—',
        "ndash" => '–',
        "lsquo" => '‘',
        "rsquo" => '’',
        "ldquo" => '“',
        "rdquo" => '”',
        _ => return None,
    })
}

/// Words of a text: UAX #29 words that hold a letter or digit.
#[must_use]
pub fn word_count(text: &str) -> i32 {
    i32::try_from(text.unicode_words().count()).unwrap_or(i32::MAX)
}

/// Minutes that a reader needs for `words` at `per_minute`, rounded up, at least one.
#[must_use]
pub fn reading_minutes(words: i32, per_minute: i32) -> i32 {
    let speed = per_minute.max(1);
    words.saturating_add(speed - 1).checked_div(speed).unwrap_or(1).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entities_escaped_twice_are_repaired_and_ampersands_stay() {
        assert_eq!(repair_entities("Russia&#x27;s Far East"), "Russia's Far East");
        assert_eq!(repair_entities("Russia&amp;#x27;s"), "Russia's");
        assert_eq!(repair_entities("Marks & Spencer; R&D"), "Marks & Spencer; R&D");
        assert_eq!(repair_entities("a&#0;b"), "a&#0;b");
    }

    #[test]
    fn lengths_count_what_a_reader_sees() {
        let mut faults = Faults::default();
        let kept = line(&mut faults, "#/x", "  हिन्दी \u{feff} ", Length { min: 1, max: 4 });
        assert_eq!(kept, "हिन्दी \u{feff}");
        let mut faults = Faults::default();
        line(&mut faults, "#/x", "हिन्दी", Length { min: 1, max: 1 });
        assert_eq!(faults.into_inner().first().map(|v| v.code), Some("too_long"));
    }

    #[test]
    fn nfc_decomposes_composition_exclusions() {
        assert_eq!(nfc("\u{958}"), "\u{915}\u{93c}");
    }

    #[test]
    fn bidi_controls_must_be_closed() {
        assert!(bidi_balanced("a\u{2067}b\u{2069}c"));
        assert!(!bidi_balanced("a\u{202e}b"));
        assert!(!bidi_balanced("a\u{202c}b"));
    }

    #[test]
    fn words_of_every_script_count() {
        assert_eq!(word_count("Don't stop — now!"), 3);
        assert_eq!(word_count("हिन्दी में समाचार।"), 3);
        assert_eq!(reading_minutes(0, 238), 1);
        assert_eq!(reading_minutes(239, 238), 2);
    }
}
