//! What search makes of words, in every language alike: one analyser per language, from one table (`languages`).
//!
//! A text is brought into NFC, parted into words (`splitting`), and each word is folded (`folding`), stemmed (`stemming`, `endings`), and where it
//! is in an Indic script, read as it may be typed in Latin letters (`latin`). Documents and queries go the same way, so that they meet.
//!
//! **Decision.** Three forms of a word and not one: a search for words looks for stems, where inflections and spellings meet; a phrase or a
//! beginning of a word is looked for as folded; and Latin keys are for those whose keyboard has no other letters.

mod common;
mod endings;
mod folding;
mod indic;
mod languages;
mod latin;
mod splitting;
mod stemming;

use std::{borrow::Cow, collections::HashSet, ops::Range, sync::LazyLock};

pub use latin::Latin;

use super::Locale;
use languages::{LANGUAGES, Language, UNKNOWN, UNKNOWN_INDIC};
use splitting::Composed;
use stemming::Stemmer;

/// Another number whenever any text would be analysed otherwise than before: what was indexed under another one is to be indexed anew.
pub const VERSION: u32 = 3;

/// A word of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word<'t> {
    /// Where it stands in the text that was given, in bytes. Letters and their marks are never parted.
    pub range: Range<usize>,
    /// What is found under one form however it is written: without case, width, joiners, and accents that readers leave out, and with digits of ASCII. At
    /// most 64 characters, the first ones.
    pub folded: Cow<'t, str>,
    /// The folded word without endings; it depends on nothing else.
    pub stem: Cow<'t, str>,
    /// How it may be typed in Latin letters, if it is in an Indic script.
    pub latin: Option<Latin>,
    /// Whether the language says it all the time. It is looked for all the same.
    pub is_common: bool,
}

/// What makes words of texts in one language.
#[derive(Clone, Copy)]
pub struct Analyser(&'static Ready);

/// A row of the table, made ready.
struct Ready {
    language: &'static Language,
    stemmer: Stemmer,
    common: HashSet<String>,
}

impl Ready {
    fn of(language: &'static Language) -> Self {
        let common = language.common.split_whitespace().map(|word| folding::folded(word, &language.letters).into_owned()).collect();
        Self { language, stemmer: Stemmer::of(&language.stemming), common }
    }
}

static READY: LazyLock<Vec<Ready>> = LazyLock::new(|| LANGUAGES.iter().map(Ready::of).collect());
static OTHER: LazyLock<Ready> = LazyLock::new(|| Ready::of(&UNKNOWN));
static OTHER_INDIC: LazyLock<Ready> = LazyLock::new(|| Ready::of(&UNKNOWN_INDIC));

impl Analyser {
    /// That of a locale: of its language, and of its script where the language has several; else one that folds alone.
    #[must_use]
    pub fn of(locale: &Locale) -> Self {
        let is_arabic = || locale.likely().script.is_some_and(|script| script.as_str() == "Arab");
        let code = match locale.language() {
            "pa" if is_arabic() => "pnb",
            code => code,
        };
        if let Some(ready) = READY.iter().find(|ready| ready.language.codes.contains(&code)) {
            return Self(ready);
        }
        let is_indic = |script: &str| matches!(script, "Deva" | "Beng" | "Guru" | "Gujr" | "Orya" | "Taml" | "Telu" | "Knda" | "Mlym");
        Self(if locale.likely().script.is_some_and(|script| is_indic(script.as_str())) { &OTHER_INDIC } else { &OTHER })
    }

    /// The words of a text, in their order.
    #[must_use]
    pub fn words(self, text: &str) -> Vec<Word<'_>> {
        let mut words = Vec::with_capacity(text.len() / 8);
        match Composed::of(text) {
            None => splitting::each_word(text, &mut |range, word| words.extend(self.word(range, word))),
            Some(composed) => splitting::each_word(&composed.text, &mut |range, word| {
                words.extend(self.word(range, word).map(|word| Word {
                    range: composed.given(&word.range),
                    folded: Cow::Owned(word.folded.into_owned()),
                    stem: Cow::Owned(word.stem.into_owned()),
                    ..word
                }));
            }),
        }
        words
    }

    /// Each word of a text as it stands there, in NFC, in their order: what has [forms](Self::forms), and what has none.
    pub fn each(self, text: &str, take: &mut dyn FnMut(&str)) {
        match Composed::of(text) {
            None => splitting::each_word(text, &mut |_, word| take(word)),
            Some(composed) => splitting::each_word(&composed.text, &mut |_, word| take(word)),
        }
    }

    /// The places in a text, in bytes and in their order, of those of its words for which `within` says what of them is meant.
    pub fn places(self, text: &str, within: &mut dyn FnMut(&str) -> Option<Range<usize>>) -> Vec<Range<usize>> {
        let mut places = Vec::new();
        let mut note = |range: Range<usize>, word: &str| {
            places.extend(within(word).map(|part| range.start.saturating_add(part.start)..range.start.saturating_add(part.end)));
        };
        match Composed::of(text) {
            None => splitting::each_word(text, &mut note),
            Some(composed) => {
                splitting::each_word(&composed.text, &mut note);
                places.iter_mut().for_each(|place| *place = composed.given(place));
            }
        }
        places
    }

    /// One of these words by itself; nothing where it says nothing.
    #[must_use]
    pub fn forms(self, word: &str) -> Option<Word<'_>> {
        self.word(0..word.len(), word)
    }

    /// What a word in Latin letters of a query is looked up as among [what documents have](Word::latin). `None` in languages whose script is another, and
    /// for what has letters beyond ASCII.
    #[must_use]
    pub fn typed(self, word: &str) -> Option<Latin> {
        latin::of_latin(word, self.0.language.typing?)
    }

    fn word(self, range: Range<usize>, word: &str) -> Option<Word<'_>> {
        let language = self.0.language;
        let (range, word) = without_article(range, word, language.elided);
        let folded = folding::folded(word, &language.letters);
        if folded.is_empty() {
            return None;
        }
        let stem = match &folded {
            Cow::Borrowed(folded) => self.0.stemmer.stem(folded),
            Cow::Owned(folded) => Cow::Owned(self.0.stemmer.stem(folded).into_owned()),
        };
        let latin = language.typing.and_then(|typing| latin::of_indic(word, typing));
        let is_common = self.0.common.contains(folded.as_ref());
        Some(Word { range, folded, stem, latin, is_common })
    }
}

/// The word behind an article that is written together with it: `économie` of `l'économie`.
fn without_article<'w>(range: Range<usize>, word: &'w str, articles: &[&str]) -> (Range<usize>, &'w str) {
    if articles.is_empty() {
        return (range, word);
    }
    let Some((at, apostrophe)) = word.char_indices().find(|(_, c)| folding::is_apostrophe(*c)) else { return (range, word) };
    let behind = at + apostrophe.len_utf8();
    match (word.get(..at), word.get(behind..)) {
        (Some(article), Some(rest)) if !rest.is_empty() && articles.iter().any(|known| known.eq_ignore_ascii_case(article)) => {
            (range.start + behind..range.end, rest)
        }
        _ => (range, word),
    }
}
