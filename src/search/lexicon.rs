//! Forms of words that were met before: most words of a text were, and are looked up faster than they are folded and stemmed.

use std::collections::HashMap;

use crate::domain::{Locale, analysis::Analyser};

/// Words that are remembered in all.
const REMEMBERED: usize = 100_000;
/// Bytes of a word that is remembered at most: longer ones hardly come again.
const LONGEST: usize = 128;

/// What a word is found by.
#[derive(Debug, Clone)]
pub(super) struct Forms {
    pub folded: Box<str>,
    pub stem: Box<str>,
    pub latin: Option<(Box<str>, Option<Box<str>>)>,
}

impl Forms {
    fn of(analyser: Analyser, word: &str) -> Option<Self> {
        let word = analyser.forms(word)?;
        let latin = word.latin.map(|latin| (latin.close.into_boxed_str(), latin.loose.map(String::into_boxed_str)));
        Some(Self { folded: word.folded.into(), stem: word.stem.into(), latin })
    }
}

/// Words of one locale; nothing for what is none.
type Known = HashMap<Box<str>, Option<Forms>>;

/// Words of every locale that whoever writes documents has met: the first ones, among which are those that come again and again.
#[derive(Debug, Default)]
pub(super) struct Lexicon {
    known: HashMap<Locale, Known>,
    count: usize,
}

impl Lexicon {
    /// The forms of each word of a text, in their order.
    pub(super) fn each(&mut self, locale: &Locale, text: &str, take: &mut dyn FnMut(&Forms)) {
        let analyser = Analyser::of(locale);
        if !self.known.contains_key(locale) {
            self.known.insert(locale.clone(), Known::new());
        }
        let Some(known) = self.known.get_mut(locale) else { return };
        let count = &mut self.count;
        analyser.each(text, &mut |word| {
            if let Some(forms) = known.get(word) {
                forms.iter().for_each(&mut *take);
                return;
            }
            let forms = Forms::of(analyser, word);
            forms.iter().for_each(&mut *take);
            if *count < REMEMBERED && word.len() <= LONGEST {
                *count = count.saturating_add(1);
                known.insert(word.into(), forms);
            }
        });
    }
}
