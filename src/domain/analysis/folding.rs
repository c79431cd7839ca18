//! One form for what is written in several: case, width, accents that readers leave out, nasals and nuktas of Indic scripts, letters of Arabic.
//!
//! What Lucene's normalisers of Indic scripts, Arabic and Persian document is followed where readers of the language mean the same word by both
//! forms; what only sounds alike is left to [stems](super::stemming).

use std::borrow::Cow;

use unicode_normalization::char::{canonical_combining_class, decompose_canonical};
use unicode_properties::{GeneralCategory, UnicodeGeneralCategory};

use super::{
    super::fold::{in_plain_forms, visible},
    indic,
};

/// Of a word longer than this, in characters, the beginning is looked for: an index has no use for the rest.
pub(super) const LONGEST: usize = 64;

/// How a language is folded otherwise than most.
#[derive(Debug, Clone, Copy)]
pub(super) struct Letters {
    /// Accented letters that are letters of their own here, in lower case.
    pub(super) kept: &'static str,
    /// Letters for which others are written here: `from` and `to`, by turns.
    pub(super) changed: &'static [(char, &'static str)],
    /// Whether `I` is the capital of `ı`.
    pub(super) is_dotless: bool,
    /// Whether the two-eyed heh of Urdu is a letter of its own.
    pub(super) has_two_eyed_heh: bool,
    /// What an apostrophe within a word is.
    pub(super) apostrophe: Apostrophe,
}

/// What an apostrophe within a word is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Apostrophe {
    /// A part of the word: `O'Brien`.
    Joins,
    /// The same; but a final `'s` belongs to no word: `India's`.
    Possesses,
    /// What parts a name from its endings: `Ankara'daki`.
    Parts,
}

/// A word in NFC, folded.
pub(super) fn folded<'w>(word: &'w str, letters: &Letters) -> Cow<'w, str> {
    // Most words of most texts.
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    if word.len() <= LONGEST && word.bytes().all(plain) {
        return Cow::Borrowed(word);
    }
    let word = without_endings(without_possessive(word, letters), letters);
    if word.is_ascii() && word.len() <= LONGEST && !letters.is_dotless && !word.contains(',') {
        let kept = word.bytes().filter(u8::is_ascii_alphanumeric).map(|b| char::from(b.to_ascii_lowercase()));
        let is_number = word.bytes().all(|b| b == b'.' || b.is_ascii_digit());
        return Cow::Owned(if is_number { word.to_owned() } else { kept.collect() });
    }
    if let Some(same) = indic::as_it_stands(word, LONGEST) {
        return Cow::Borrowed(same);
    }
    if word.len() <= LONGEST && word.chars().all(|c| indic::place(c).is_some()) {
        return changed(word, indic::fold(word));
    }
    let shown: String = visible(word).chars().take(LONGEST * 2).collect();
    let formed = in_plain_forms(&shown);
    let mut out = String::with_capacity(word.len());
    for c in formed.chars() {
        fold_letter(c, letters, &mut out);
    }
    if out.chars().any(|c| indic::place(c).is_some()) {
        out = indic::fold(&out);
    }
    if out.contains(',') {
        out = ungrouped(&out);
    }
    let numeric = out.bytes().all(|b| b == b'.' || b == b',' || b.is_ascii_digit());
    out.retain(|c| !matches!(c, '\'' | '·' | '_' | ':' | '"' | '״' | '׳') && (numeric || c != '.'));
    if let Some((end, _)) = out.char_indices().nth(LONGEST) {
        out.truncate(end);
    }
    changed(word, out)
}

fn changed(word: &str, folded: String) -> Cow<'_, str> {
    if folded == word { Cow::Borrowed(word) } else { Cow::Owned(folded) }
}

/// `India's` is about India, in English and wherever a name is written so.
fn without_possessive<'w>(word: &'w str, letters: &Letters) -> &'w str {
    if letters.apostrophe != Apostrophe::Possesses || word.len() < 3 {
        return word;
    }
    ["'s", "'S", "’s", "’S", "＇s"].iter().find_map(|end| word.strip_suffix(end)).filter(|rest| !rest.is_empty()).unwrap_or(word)
}

/// The name of a word whose endings an apostrophe parts from it; a letter before it is no name.
fn without_endings<'w>(word: &'w str, letters: &Letters) -> &'w str {
    let is_name = |name: &&str| name.chars().filter(|c| c.is_alphanumeric()).nth(1).is_some();
    let name = || word.split(is_apostrophe).next().filter(is_name);
    if letters.apostrophe == Apostrophe::Parts { name().unwrap_or(word) } else { word }
}

/// Numbers without what parts their thousands. A comma that parts no groups of three digits, or of two and a last one of three as in India, is that of decimals, and stays.
fn ungrouped(word: &str) -> String {
    let is_of_number = |c: char| c == ',' || c.is_ascii_digit();
    let mut out = String::with_capacity(word.len());
    let mut rest = word;
    // Ends: each round takes the rest up to the end of a number.
    while let Some(begin) = rest.find(is_of_number) {
        let (before, number) = rest.split_at_checked(begin).unwrap_or((rest, ""));
        let (number, behind) = number.split_at_checked(number.find(|c| !is_of_number(c)).unwrap_or(number.len())).unwrap_or((number, ""));
        out.push_str(before);
        // Behind a point are no thousands.
        let is_grouped = !before.ends_with('.') && is_grouped(number);
        out.extend(number.chars().filter(|c| *c != ',' || !is_grouped));
        rest = behind;
    }
    out.push_str(rest);
    out
}

/// Whether commas part a number into groups.
fn is_grouped(number: &str) -> bool {
    let groups: Vec<usize> = number.split(',').map(str::len).collect();
    let [first, middle @ .., last] = groups.as_slice() else { return false };
    *last == 3 && (1..=3).contains(first) && (middle.iter().all(|len| *len == 3) || (*first < 3 && middle.iter().all(|len| *len == 2)))
}

/// Whether this is an apostrophe, in any of its forms.
pub(super) fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '‘' | '’' | '\u{2bc}' | '\u{2bb}' | '\u{ff07}')
}

fn fold_letter(c: char, letters: &Letters, out: &mut String) {
    match c {
        'I' if letters.is_dotless => out.push('ı'),
        'İ' => out.push('i'),
        c if c.is_ascii() => out.push(c.to_ascii_lowercase()),
        c if is_apostrophe(c) => {}
        '\u{300}'..='\u{36f}' => {}
        // As they stand beside each other, when all are there.
        _ if indic::place(c).is_some() => out.push(c),
        '\u{600}'..='\u{6ff}' | '\u{750}'..='\u{77f}' => fold_arabic(c, letters, out),
        '\u{591}'..='\u{5c7}' => {}
        _ if c.general_category() == GeneralCategory::DecimalNumber => out.push(digit(c)),
        _ => c.to_lowercase().for_each(|c| fold_lower(c, letters, out)),
    }
}

fn fold_lower(c: char, letters: &Letters, out: &mut String) {
    if let Some((_, to)) = letters.changed.iter().find(|(from, _)| *from == c) {
        out.push_str(to);
        return;
    }
    if letters.kept.contains(c) {
        out.push(c);
        return;
    }
    match c {
        'ß' => out.push_str("ss"),
        'æ' => out.push_str("ae"),
        'œ' => out.push_str("oe"),
        'þ' => out.push_str("th"),
        'ø' => out.push('o'),
        'đ' | 'ð' => out.push('d'),
        'ł' => out.push('l'),
        'ħ' => out.push('h'),
        'ı' => out.push('i'),
        'ŋ' => out.push('n'),
        'ſ' => out.push('s'),
        'ς' => out.push('σ'),
        'ё' => out.push('е'),
        '\u{300}'..='\u{36f}' => {}
        // Latin and Greek with accents.
        '\u{c0}'..='\u{24f}' | '\u{370}'..='\u{3ff}' | '\u{1e00}'..='\u{1fff}' => decompose_canonical(c, |part| {
            if canonical_combining_class(part) == 0 {
                out.push(if part == 'ς' { 'σ' } else { part });
            }
        }),
        _ => out.push(c),
    }
}

/// The digit of any script, as ASCII has it. Unicode has them in tens, from nought to nine.
fn digit(c: char) -> char {
    let is_digit = |code: u32| char::from_u32(code).is_some_and(|c| c.general_category() == GeneralCategory::DecimalNumber);
    let code = u32::from(c);
    // Ends: five alphabets of mathematical digits are the most that follow each other.
    let before = (1..=50).take_while(|back| is_digit(code.saturating_sub(*back))).count();
    u32::try_from(before % 10).ok().and_then(|value| char::from_digit(value, 10)).unwrap_or(c)
}

/// A letter or mark of the Arabic script: one alef, yeh, kaf and heh for all languages.
fn fold_arabic(c: char, letters: &Letters, out: &mut String) {
    match c {
        // Tatweel, vowels and other marks.
        'ـ' | '\u{610}'..='\u{61a}' | '\u{64b}'..='\u{65f}' | '\u{670}' | '\u{6d6}'..='\u{6ed}' => {}
        'آ' | 'أ' | 'إ' | 'ٱ' | 'ٲ' | 'ٳ' => out.push('ا'),
        'ى' | 'ی' | 'ې' | 'ۍ' => out.push('ي'),
        'ک' | 'ڪ' => out.push('ك'),
        'ة' | 'ۃ' | 'ہ' | 'ۀ' | 'ۂ' | 'ە' => out.push('ه'),
        'ھ' if !letters.has_two_eyed_heh => out.push('ه'),
        'ؤ' => out.push('و'),
        // What parts thousands, and decimals.
        '٬' => out.push(','),
        '٫' => out.push('.'),
        'ۓ' => out.push('ے'),
        '٠'..='٩' => out.push(char::from_digit(u32::from(c) - 0x660, 10).unwrap_or(c)),
        '۰'..='۹' => out.push(char::from_digit(u32::from(c) - 0x6f0, 10).unwrap_or(c)),
        _ => out.push(c),
    }
}
