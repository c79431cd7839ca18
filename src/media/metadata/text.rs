//! Text as files have it, made fit to be shown: NFC, without controls, of bounded length.

use unicode_segmentation::UnicodeSegmentation;

use crate::domain::{
    file::FileMetadata,
    text::{self, Length, limits},
};

/// Keywords of a file that are kept.
const KEYWORDS: usize = limits::LIST;

/// Bytes as text: UTF-8 where they are, else Latin-1, as browsers read it.
pub(super) fn decoded(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => latin1(bytes),
    }
}

/// Bytes as Latin-1, as browsers read it: with the quotation marks and dashes of Windows.
pub(super) fn latin1(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| char::from(*byte)).map(|c| text::windows_1252(c).unwrap_or(c)).collect()
}

/// Make all of it fit to be shown.
pub(super) fn clean(metadata: &mut FileMetadata) {
    for (text, length) in [
        (&mut metadata.creator, limits::CREDIT),
        (&mut metadata.credit, limits::CREDIT),
        (&mut metadata.copyright, limits::CREDIT),
        (&mut metadata.usage_terms, limits::CAPTION),
        (&mut metadata.source, limits::CREDIT),
        (&mut metadata.digital_source_type, limits::CREDIT),
        (&mut metadata.caption, limits::CAPTION),
        (&mut metadata.alt, limits::ALT),
    ] {
        *text = cleaned(text, length);
    }
    if !metadata.digital_source_type.starts_with("http://") && !metadata.digital_source_type.starts_with("https://") {
        metadata.digital_source_type.clear();
    }
    let mut keywords: Vec<String> = Vec::new();
    for word in metadata.keywords.iter().map(|word| cleaned(word, limits::NAME)).filter(|word| !word.is_empty()) {
        if keywords.len() < KEYWORDS && !keywords.contains(&word) {
            keywords.push(word);
        }
    }
    metadata.keywords = keywords;
}

/// One line in NFC, without controls and without directions left open; cut where it is too long.
fn cleaned(raw: &str, length: Length) -> String {
    // Before anything looks at it.
    let bounded = raw.get(..raw.floor_char_boundary(length.most_code_points().saturating_mul(4))).unwrap_or_default();
    let kept: String = bounded
        .chars()
        .map(|c| if c.is_whitespace() && c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') { ' ' } else { c })
        .collect();
    let kept: String = kept.chars().filter(|c| !text::is_forbidden(*c) && !matches!(c, '\u{feff}' | '\u{fffd}')).collect();
    let kept = if text::bidi_balanced(&kept) { kept } else { kept.chars().filter(|c| !is_direction(*c)).collect() };
    let folded = text::folded(&text::nfc(&kept));
    let mut cut: String = folded.graphemes(true).take(length.max).collect();
    // A cluster may carry any number of marks.
    cut.truncate(cut.char_indices().nth(length.most_code_points()).map_or(cut.len(), |(at, _)| at));
    if text::bidi_balanced(&cut) && text::marks_within(&cut) { cut.trim_end().to_owned() } else { String::new() }
}

const fn is_direction(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}
