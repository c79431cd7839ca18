//! Where words begin and end: UAX #29, dictionaries and models where nobody writes spaces, and what newsrooms leave out between sentences.

use std::{iter::once, ops::Range};

use icu_segmenter::{WordSegmenter, options::WordBreakInvariantOptions};
use unicode_normalization::{
    IsNormalized, UnicodeNormalization,
    char::{canonical_combining_class, compose, is_combining_mark},
    is_nfc_quick,
};
use unicode_segmentation::UnicodeSegmentation;

use super::{super::text::is_unspaced, indic};

/// A text in NFC, with the way back to the one that was given.
pub(super) struct Composed {
    /// The text.
    pub(super) text: String,
    /// Where each part begins in it that is composed by itself, and where in the text that was given; and their ends.
    places: Vec<(usize, usize)>,
}

impl Composed {
    /// The text in NFC where it is not in it already.
    pub(super) fn of(text: &str) -> Option<Self> {
        if is_composed(text) {
            return None;
        }
        let mut composed = String::with_capacity(text.len());
        let mut places = Vec::new();
        let (mut begin, mut last) = (0, '\0');
        for (at, c) in text.char_indices() {
            let whole = if is_mark(c) { None } else { compose(last, c) };
            if at > begin && !is_mark(c) && whole.is_none() {
                places.push((composed.len(), begin));
                composed.extend(text.get(begin..at).unwrap_or_default().nfc());
                begin = at;
            }
            // Behind a mark, no letter is a part of the one before.
            last = if is_mark(c) { '\0' } else { whole.unwrap_or(c) };
        }
        places.push((composed.len(), begin));
        composed.extend(text.get(begin..).unwrap_or_default().nfc());
        places.push((composed.len(), text.len()));
        Some(Self { text: composed, places })
    }

    /// A range of the text that was given for one of this.
    pub(super) fn given(&self, range: &Range<usize>) -> Range<usize> {
        let begin = self.places.partition_point(|(here, _)| *here <= range.start).saturating_sub(1);
        let end = self.places.partition_point(|(here, _)| *here < range.end);
        let there = |n: usize| self.places.get(n).or(self.places.last()).map_or(0, |(_, there)| *there);
        there(begin)..there(end)
    }
}

/// Whether a text is in NFC for certain. The crate's quick check says "maybe" of every Bengali text, for its vowel sign AA may follow an E.
fn is_composed(text: &str) -> bool {
    let mut last = '\0';
    text.chars().all(|c| {
        let before = std::mem::replace(&mut last, c);
        // Nothing below combines or changes.
        c < '\u{300}'
            || match indic::place(c) {
                // The second parts of vowel signs that have a code point of their own.
                Some(0x3e | 0x42) => !matches!(indic::place(before), Some(0x46 | 0x47)),
                Some(indic::VIRAMA) => indic::place(before).is_some_and(|place| place < 0x50),
                Some(0x33 | 0x36 | 0x3c | 0x50..=0x5f) | None => is_composed_behind(before, c),
                Some(_) => true,
            }
    })
}

/// Whether a character changes nothing and is not changed behind another, for certain.
fn is_composed_behind(before: char, c: char) -> bool {
    match is_nfc_quick(once(c)) {
        IsNormalized::No => false,
        IsNormalized::Yes if !is_mark(c) => true,
        _ => !is_mark(before) && compose(before, c).is_none(),
    }
}

/// Whether a character has a class of combination, by which it is put in order with others.
fn is_mark(c: char) -> bool {
    may_combine(c) && canonical_combining_class(c) != 0
}

/// Whether a character may have a class of combination: the letters of most texts have none, and need no table to be known.
fn may_combine(c: char) -> bool {
    !matches!(c, '\0'..='\u{2ff}' | '\u{370}'..='\u{482}' | '\u{48a}'..='\u{590}' | '\u{4e00}'..='\u{a66e}' | '\u{ac00}'..='\u{fb1d}')
}

/// Tell the words of a text in their order, each as a range. White space of ASCII parts words in all scripts, so pieces between are looked at by
/// themselves.
pub(super) fn each_word<'w>(text: &'w str, tell: &mut impl FnMut(Range<usize>, &'w str)) {
    let mut at = 0;
    for piece in text.split_inclusive(|c: char| c.is_ascii_whitespace()) {
        let (begin, word) = trimmed(piece);
        if is_plain(word) {
            tell(at + begin..at + begin + word.len(), word);
        } else if !word.is_empty() {
            each_in(piece, &mut |range, word| tell(at + range.start..at + range.end, word));
        }
        at += piece.len();
    }
}

/// A piece without signs at its ends, which belong to no word there.
fn trimmed(piece: &str) -> (usize, &str) {
    let is_sign = |c: char| {
        (c.is_ascii() && !c.is_ascii_alphanumeric() && c != '_')
            || matches!(c, '‘' | '’' | '“' | '”' | '–' | '—' | '…' | '।' | '॥' | '«' | '»' | '،' | '۔' | '؟')
    };
    let tail = piece.trim_start_matches(is_sign);
    (piece.len() - tail.len(), tail.trim_end_matches(is_sign))
}

/// Whether this is one word for certain: letters of ASCII or of an alphabet whose letters all join, and signs of Indic vowels behind them.
fn is_plain(word: &str) -> bool {
    let mut first = true;
    !word.is_empty()
        && word.chars().all(|c| {
            let begins = std::mem::take(&mut first);
            c.is_ascii_alphanumeric() || is_joining(c) || (!begins && is_sign(c))
        })
}

/// Letters that join with letters on either side.
fn is_joining(c: char) -> bool {
    match c {
        'À'..='Ö' | 'Ø'..='ö' | 'ø'..='ʯ' => true,
        'Α'..='Ρ' | 'Σ'..='ώ' | 'А'..='ҁ' => true,
        'ء'..='غ' | 'ف'..='ي' | 'ٱ'..='ۓ' => true,
        _ => indic::place(c).is_some_and(|place| matches!(place, 0x05..=0x0c | 0x0f..=0x10 | 0x12..=0x28 | 0x2a..=0x33 | 0x35..=0x39)),
    }
}

/// Signs of Indic scripts that stand on a letter, and the joiners between them.
fn is_sign(c: char) -> bool {
    matches!(c, '\u{200c}' | '\u{200d}') || indic::place(c).is_some_and(|place| matches!(place, 0x01..=0x03 | 0x3e..=0x4d))
}

/// The words of a piece by the book.
fn each_in<'w>(piece: &'w str, tell: &mut impl FnMut(Range<usize>, &'w str)) {
    if piece.chars().any(is_unspaced) {
        let segmenter = WordSegmenter::new_dictionary(WordBreakInvariantOptions::default());
        let (mut begin, mut is_word) = (0, false);
        for (end, kind) in segmenter.segment_str(piece).iter_with_word_type() {
            is_word |= kind.is_word_like();
            // Dictionaries know words, and not what stands on a letter where they know none.
            if piece.get(end..).and_then(|behind| behind.chars().next()).is_some_and(stands_on_a_letter) {
                continue;
            }
            if is_word && let Some(word) = piece.get(begin..end) {
                each_part(begin, word, tell);
            }
            (begin, is_word) = (end, false);
        }
    } else {
        for (begin, word) in piece.unicode_word_indices() {
            each_part(begin, word, tell);
        }
    }
}

/// Marks, the AM of Thai and Lao, and the voicing of narrow kana.
fn stands_on_a_letter(c: char) -> bool {
    matches!(c, '\u{e33}' | '\u{eb3}' | '\u{ff9e}' | '\u{ff9f}') || is_combining_mark(c)
}

/// The parts of a word at full stops, colons and low lines, by which UAX #29 holds `said.The` and `bbc.com` together. Initials and numbers stay whole.
fn each_part<'w>(begin: usize, word: &'w str, tell: &mut impl FnMut(Range<usize>, &'w str)) {
    let parts = |c: char| matches!(c, '.' | ':' | '_' | '\u{2024}' | '\u{ff0e}' | '\u{ff1a}' | '\u{ff3f}');
    if !word.contains(parts) || is_initials(word) || word.chars().all(|c| c.is_numeric() || parts(c) || c == ',') {
        tell(begin..begin + word.len(), word);
        return;
    }
    let mut at = begin;
    for part in word.split_inclusive(parts) {
        let bare = part.trim_end_matches(parts);
        if bare.contains(char::is_alphanumeric) {
            tell(at..at + bare.len(), bare);
        }
        at += part.len();
    }
}

/// `U.S.A`.
fn is_initials(word: &str) -> bool {
    word.split('.').all(|part| {
        let mut letters = part.chars();
        letters.next().is_some_and(char::is_alphabetic) && letters.next().is_none()
    })
}
