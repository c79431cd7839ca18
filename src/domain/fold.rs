//! What texts have in common that were typed in different ways: for slugs, comparing and searching, never for what is kept.

use std::borrow::Cow;

use icu_casemap::CaseMapper;
use icu_locale_core::{LanguageIdentifier, langid};
use icu_properties::{
    CodePointMapData, CodePointSetData,
    props::{DefaultIgnorableCodePoint, Script},
};
use unicode_normalization::{UnicodeNormalization, char::canonical_combining_class};
use unicode_properties::{GeneralCategory, UnicodeGeneralCategory};

use super::Locale;

/// The text without code points that show nothing by themselves (Unicode's `Default_Ignorable_Code_Point`: joiners, soft hyphens, variation
/// selectors, marks of direction). They stand within words, and part none.
///
/// Malayalam is written with a joiner after a virama, or with letters of their own (chillus), for the same; both become the letters.
#[must_use]
pub fn visible(text: &str) -> Cow<'_, str> {
    let ignorable = CodePointSetData::new::<DefaultIgnorableCodePoint>();
    if !text.chars().any(|c| ignorable.contains(c)) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c == '\u{200d}'
            && let Some(before) = out.strip_suffix('\u{d4d}')
            && let Some(chillu) = before.chars().next_back().and_then(chillu)
        {
            out.truncate(before.len().saturating_sub(chillu.len_utf8()));
            out.push(chillu);
        } else if !ignorable.contains(c) {
            out.push(c);
        }
    }
    Cow::Owned(out)
}

/// The chillu of a consonant: Unicode, chapter 12, Malayalam.
fn chillu(consonant: char) -> Option<char> {
    Some(match consonant {
        'ണ' => 'ൺ',
        'ന' => 'ൻ',
        'ര' => 'ർ',
        'ല' => 'ൽ',
        'ള' => 'ൾ',
        'ക' => 'ൿ',
        _ => return None,
    })
}

/// The text with letters in the forms that keyboards have: full and half width, ligatures, and the presentation forms of Arabic are of older
/// encodings, and show the same.
#[must_use]
pub fn in_plain_forms(text: &str) -> Cow<'_, str> {
    let is_form =
        |c: char| matches!(c, '\u{fb00}'..='\u{fb06}' | '\u{fb50}'..='\u{fdf1}' | '\u{fe70}'..='\u{fefc}' | '\u{ff01}'..='\u{ffdc}');
    if !text.chars().any(is_form) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if is_form(c) { out.extend(std::iter::once(c).nfkc()) } else { out.push(c) }
    }
    Cow::Owned(out)
}

/// The text in lower case, as the locale has it: where `i` and `ı` are two letters, `I` is the capital of `ı`.
#[must_use]
pub fn lower_case<'a>(text: &'a str, locale: &Locale) -> Cow<'a, str> {
    let dotless = matches!(locale.language(), "tr" | "az" | "crh" | "gag");
    let language = if dotless { langid!("tr") } else { LanguageIdentifier::UNKNOWN };
    CaseMapper::new().lowercase_to_string(text, &language)
}

/// What a text is found by: without case, width, accents, what shows nothing, and differences of form that mean the same; white space is one space.
///
/// Accents are marks that many scripts share, as in Latin, Greek, Cyrillic and vocalised Arabic. Nuktas and Hebrew points go with them, for people
/// leave them out as they type, and so do the forms of an apostrophe. Vowel signs of Indic scripts and the voicing of kana stay: without them another
/// word would stand there.
#[must_use]
pub fn search_key(text: &str) -> String {
    let compatible: String = visible(text).nfkd().collect();
    let folded = CaseMapper::new().fold_string(&compatible);
    let scripts = CodePointMapData::<Script>::new();
    let is_accent = |c: char| {
        c.general_category() == GeneralCategory::NonspacingMark
            && scripts.get(c) == Script::Inherited
            && !matches!(c, '\u{3099}' | '\u{309a}')
    };
    // By the classes of Unicode: 7 are nuktas, 10 to 26 Hebrew points.
    let is_point = |c: char| matches!(canonical_combining_class(c), 7 | 10..=26);
    let bare = folded.nfkd().filter(|c| !is_accent(*c) && !is_point(*c)).map(plain_letter).nfc().collect::<String>();
    visible(&bare).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Letters that people type without their stroke or dot, though Unicode takes none off, and apostrophes, which keyboards have in one form.
fn plain_letter(c: char) -> char {
    match c {
        '\u{2018}' | '\u{2019}' | '\u{2bc}' | '\u{2b9}' | '`' | '\u{b4}' => '\'',
        'ı' => 'i',
        'ø' => 'o',
        'đ' => 'd',
        'ł' => 'l',
        'ħ' => 'h',
        _ => c,
    }
}
