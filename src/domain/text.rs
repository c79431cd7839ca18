//! Text as a newsroom means it: NFC, counted in grapheme clusters, free of what corrupts a page.

use std::borrow::Cow;

use icu_properties::{CodePointSetData, props::DefaultIgnorableCodePoint};
use icu_segmenter::{WordSegmenter, options::WordBreakInvariantOptions};
use unicode_normalization::{UnicodeNormalization, char::canonical_combining_class};
use unicode_script::{Script, UnicodeScript};
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

    /// A headline, also of a box within a body; a working copy may have none yet.
    pub const HEADLINE: Length = Length { min: 0, max: 300 };
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
    /// A word that an item of the media library is filed under.
    pub const MEDIA_TAG: Length = Length { min: 1, max: 100 };
    /// The credit line of an image.
    pub const CREDIT: Length = Length { min: 0, max: 300 };
    /// A label of a credit role or of an item of a menu, in one locale.
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
    /// Patterns that addresses followed before the present one.
    pub const FORMER_PATTERNS: usize = 20;
    /// Tags that a locale had before the present one.
    pub const FORMER_TAGS: usize = 20;
    /// Menus of one site.
    pub const MENUS: usize = 10;
    /// Items of one menu, on all levels.
    pub const MENU_ITEMS: usize = 100;
    /// Levels of a menu.
    pub const MENU_DEPTH: usize = 3;
    /// Collections of one site.
    pub const COLLECTIONS: usize = 200;
    /// Stories that one collection shows.
    pub const COLLECTION_STORIES: i32 = 100;
    /// Stories that are pinned in one collection.
    pub const COLLECTION_ITEMS: usize = 100;
    /// Collections that are rails of one kind of page.
    pub const COLLECTION_RAILS: usize = 5;
    /// Stories that are pinned beneath one story.
    pub const RELATED_PINS: usize = 10;
    /// Stories that are banned from beneath one story.
    pub const RELATED_BANS: usize = 100;
    /// Rows of a table of redirects that are imported at once.
    pub const REDIRECT_ROWS: usize = 5_000;
    /// Sections of one site.
    pub const SECTIONS: i64 = 1_000;
    /// A body: bytes of its JSON.
    pub const BODY_BYTES: usize = 1_572_864;
    /// A body: nodes.
    pub const BODY_NODES: usize = 15_000;
    /// A body: how deep nodes nest.
    pub const BODY_DEPTH: usize = 12;
    /// Things of the site that links of a body lead to, and paths of it that are looked up for one save.
    pub const BODY_REFERENCES: usize = 1_000;
    /// Items of the media library that a body shows.
    pub const BODY_PICTURES: usize = 500;
    /// Bytes of the captions of a video in one locale.
    pub const CAPTIONS: usize = 1_048_576;
    /// Words that an item of the media library is filed under.
    pub const MEDIA_TAGS: usize = 50;
    /// Columns that a cell of a table spans, as in HTML.
    pub const COLSPAN: u16 = 1_000;
    /// Rows that a cell of a table spans, as in HTML.
    pub const ROWSPAN: u16 = 65_534;
    /// People whom a comment mentions.
    pub const MENTIONS: usize = 20;
    /// UTF-16 code units of the words that a comment is about.
    pub const QUOTE_UNITS: u32 = 2_000;
    /// API keys of one user that are good at once.
    pub const API_KEYS: i64 = 50;
    /// Places that an API key is limited to: its sections, each with each of its locales.
    pub const KEY_PLACES: usize = 100;
    /// Any other list or map of a request.
    pub const LIST: usize = 200;
    /// HTML: elements and comments, whatever becomes of them.
    pub const HTML_ELEMENTS: usize = 50_000;
    /// HTML: how deep elements nest.
    pub const HTML_DEPTH: usize = 200;
    /// HTML: attributes of one element.
    pub const HTML_ATTRIBUTES: usize = 400;
    /// Markdown: lines, and characters that may be signs.
    pub const MARKDOWN_SIGNS: usize = 100_000;
    /// Markdown: quotations and lists that one line opens.
    pub const MARKDOWN_DEPTH: usize = 64;
    /// Combining marks in a row.
    pub const MARKS: usize = 1_000;
    /// Bytes of the bodies of an answer that holds several.
    pub const ANSWER_BODIES: usize = 4 * 1_048_576;
    /// A whole request, in bytes.
    pub const REQUEST_BYTES: usize = 4 * 1_048_576;
    /// A whole request to `/v1/auth`, which anybody may send, in bytes.
    pub const SIGN_IN_BYTES: usize = 8_192;
    /// Parameters of a query.
    pub const PARAMETERS: usize = 100;
    /// Sections, authors or tags that one parameter of a list of articles names.
    pub const FILTER_NAMES: usize = 20;
    /// Characters of what is searched for, as readers count them.
    pub const TYPED: usize = 512;
    /// A text that the desk's list of articles looks for, in characters.
    pub const SOUGHT: usize = 200;
    /// Articles that one parameter of a list of articles names.
    pub const FILTER_IDS: usize = 100;
}

/// Normalise to NFC (Unicode UAX #15).
#[must_use]
pub fn nfc(text: &str) -> Cow<'_, str> {
    match unicode_normalization::is_nfc_quick(text.chars()) {
        unicode_normalization::IsNormalized::Yes => Cow::Borrowed(text),
        _ => Cow::Owned(text.nfc().collect()),
    }
}

/// True when nowhere more combining marks follow each other than any script has a use for.
#[must_use]
pub fn marks_within(text: &str) -> bool {
    let mut row = 0usize;
    text.chars().all(|c| {
        row = if c.is_ascii() || canonical_combining_class(c) == 0 { 0 } else { row.saturating_add(1) };
        row <= limits::MARKS
    })
}

/// Check one line of text and keep it as it is, but for NFC.
///
/// Notes `too_long`, `required`, `line_break`, `control_character` and `unbalanced_bidi` under `pointer`.
pub fn line(faults: &mut Faults, pointer: &str, text: &str, length: Length) -> String {
    let kept = checked(faults, pointer, text, length);
    if kept.contains(['\n', '\r', '\u{2028}', '\u{2029}']) {
        faults.add(pointer, "line_break", "must be one line");
    }
    kept
}

/// Check text of several lines: as [`line()`], with line breaks, which are written `\n` however they came.
pub fn lines(faults: &mut Faults, pointer: &str, text: &str, length: Length) -> String {
    if text.len() <= length.most_bytes() && text.contains('\r') {
        return checked(faults, pointer, &text.replace("\r\n", "\n").replace('\r', "\n"), length);
    }
    checked(faults, pointer, text, length)
}

/// Check one line of text within a body, where any run of white space is one space, as in HTML.
pub fn phrase(faults: &mut Faults, pointer: &str, text: &str, length: Length) -> String {
    if text.len() > length.most_bytes() {
        return checked(faults, pointer, text, length);
    }
    checked(faults, pointer, &folded(text), length)
}

/// The text with each run of spaces, tabs and line breaks made one space, and none at its ends. Other white space, such as the
/// space before a French colon, is a sign like any other.
#[must_use]
pub fn folded(text: &str) -> String {
    let mut out = String::new();
    for word in text.split([' ', '\t', '\n', '\r', '\u{c}']).filter(|word| !word.is_empty()) {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    out
}

impl Length {
    /// Whether text, which is in NFC, is no longer. A cluster may carry any number of marks; without a cap on code points a limit in clusters holds nothing.
    #[must_use]
    pub fn holds(self, text: &str) -> bool {
        text.graphemes(true).nth(self.max).is_none() && text.chars().nth(self.most_code_points()).is_none()
    }

    /// The most code points that text of this length has: what `maxLength` of a JSON Schema counts.
    #[must_use]
    pub const fn most_code_points(self) -> usize {
        self.max.saturating_mul(8)
    }

    /// The most bytes that text of this length has: a cluster has eight code points on average at most, and these four bytes.
    pub(super) fn most_bytes(self) -> usize {
        self.max.saturating_mul(32)
    }
}

fn checked(faults: &mut Faults, pointer: &str, text: &str, length: Length) -> String {
    let too_long = |faults: &mut Faults| faults.add(pointer, "too_long", format!("at most {} characters", length.max));
    // Before anything looks at it.
    if text.len() > length.most_bytes() {
        too_long(faults);
        return String::new();
    }
    let text = nfc(text).into_owned();
    if length.min > 0 && is_blank(&text) {
        faults.add(pointer, "required", "must not be empty");
    }
    if !length.holds(&text) {
        too_long(faults);
    }
    note_forbidden(faults, pointer, &text);
    note_unbalanced(faults, pointer, &text);
    text
}

/// True for text that shows nothing: white space, joiners, marks of direction, fillers and the like alone.
#[must_use]
pub fn is_blank(text: &str) -> bool {
    text.chars().all(shows_nothing)
}

/// True for a character that shows nothing by itself: white space, what Unicode lets programs pass over (`Default_Ignorable_Code_Point`), the pattern of
/// Braille without a dot, and the signs around an annotation. Signs of Arabic that enclose a number are formats, and are seen.
#[must_use]
pub fn shows_nothing(c: char) -> bool {
    let ignorable = CodePointSetData::new::<DefaultIgnorableCodePoint>();
    c.is_whitespace() || matches!(c, '\u{2800}' | '\u{fff9}'..='\u{fffb}') || ignorable.contains(c)
}

/// Note characters that no text may hold: controls and noncharacters.
pub fn note_forbidden(faults: &mut Faults, pointer: &str, text: &str) {
    if text.chars().any(is_forbidden) {
        faults.add(pointer, "control_character", "holds a control character or a noncharacter");
    }
}

/// Note bidi controls left open.
pub fn note_unbalanced(faults: &mut Faults, pointer: &str, text: &str) {
    if !bidi_balanced(text) {
        faults.add(pointer, "unbalanced_bidi", "holds a bidirectional control without its end");
    }
}

/// True for characters that no text may hold (also those XML 1.0 cannot carry).
#[must_use]
pub fn is_forbidden(c: char) -> bool {
    (c.is_control() && !matches!(c, '\n' | '\t')) || matches!(c, '\u{fdd0}'..='\u{fdef}') || (u32::from(c) & 0xfffe) == 0xfffe
}

/// The character of Windows-1252 that a control of C1 was before it was wrongly decoded (WHATWG Encoding, index windows-1252).
#[must_use]
pub fn windows_1252(c: char) -> Option<char> {
    const FROM_80: [char; 32] = [
        '€', '\0', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\0', 'Ž', '\0', '\0', '‘', '’', '“', '”', '•', '–', '—', '˜',
        '™', 'š', '›', 'œ', '\0', 'ž', 'Ÿ',
    ];
    let at = u32::from(c).checked_sub(0x80)?;
    FROM_80.get(usize::try_from(at).ok()?).copied().filter(|c| *c != '\0')
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

/// The text with its HTML entities decoded, once: for what was escaped once too often (`&#x27;` where a reader sees it).
#[must_use]
pub fn unescape(text: &str) -> Cow<'_, str> {
    entities(text, |out, after| {
        let (c, length) = entity_at(after)?;
        out.push(c);
        Some(length)
    })
}

/// The text such that [`unescape`] gives it back: where it shows an entity, the entity is escaped.
#[must_use]
pub fn reescape(text: &str) -> Cow<'_, str> {
    entities(text, |out, after| {
        entity_at(after)?;
        out.push_str("&amp;");
        Some(0)
    })
}

/// The text with entities that are escaped twice (`&amp;#x27;`) escaped once.
#[must_use]
pub fn unescape_twice_escaped(text: &str) -> Cow<'_, str> {
    entities(text, |out, after| {
        entity_at(after.strip_prefix("amp;")?)?;
        out.push('&');
        Some("amp;".len())
    })
}

/// Go over the text by its ampersands. `each` is given what follows one; it writes what stands for it and says how much
/// of what follows that was.
fn entities(text: &str, mut each: impl FnMut(&mut String, &str) -> Option<usize>) -> Cow<'_, str> {
    let mut out = String::new();
    let mut rest = text;
    let mut changed = false;
    // Ends: each round goes past an ampersand.
    while let Some((before, after)) = rest.split_once('&') {
        out.push_str(before);
        let taken = each(&mut out, after);
        if taken.is_none() {
            out.push('&');
        }
        changed |= taken.is_some();
        rest = after.get(taken.unwrap_or_default()..).unwrap_or_default();
    }
    if !changed {
        return Cow::Borrowed(text);
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// Bytes of the longest entity that is known, without its ampersand.
const MAX_ENTITY: usize = 9;

/// The character that an entity stands for, of what follows its ampersand, and its length. Looks no further than an entity reaches.
#[must_use]
pub fn entity_at(after: &str) -> Option<(char, usize)> {
    let end = after.bytes().take(MAX_ENTITY).position(|b| b == b';')?;
    entity(after.get(..end)?).map(|c| (c, end.saturating_add(1)))
}

fn entity(name: &str) -> Option<char> {
    if let Some(number) = name.strip_prefix('#') {
        let (digits, radix) = number.strip_prefix(['x', 'X']).map_or((number, 10), |hex| (hex, 16));
        let code = if digits.chars().all(|c| c.is_digit(radix)) { u32::from_str_radix(digits, radix).ok() } else { None };
        return code.and_then(char::from_u32).filter(|c| !is_forbidden(*c));
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

/// Words of a text: UAX #29 words that hold a letter or digit, and of scripts that put no spaces between words, what dictionaries (Chinese,
/// Japanese) and models (Thai, Lao, Khmer, Burmese) of ICU find.
#[must_use]
pub fn word_count(text: &str) -> i32 {
    let words = if text.chars().any(is_unspaced) {
        let segmenter = WordSegmenter::new_auto(WordBreakInvariantOptions::default());
        segmenter.segment_str(text).iter_with_word_type().filter(|(_, kind)| kind.is_word_like()).count()
    } else {
        text.unicode_words().count()
    };
    i32::try_from(words).unwrap_or(i32::MAX)
}

/// Whether a character is of a script without spaces between words.
pub(super) fn is_unspaced(c: char) -> bool {
    !c.is_ascii()
        && matches!(
            c.script(),
            Script::Thai | Script::Lao | Script::Khmer | Script::Myanmar | Script::Han | Script::Hiragana | Script::Katakana
        )
}

/// Minutes that a reader needs for `words` at `per_minute`, rounded up, at least one.
#[must_use]
pub fn reading_minutes(words: i32, per_minute: i32) -> i32 {
    let speed = per_minute.max(1);
    words.saturating_add(speed - 1).checked_div(speed).unwrap_or(1).max(1)
}
