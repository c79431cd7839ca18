//! What search makes of words.

mod endings;
mod finding;
mod forms;
mod ranges;
mod segmentation;
mod typing;

use dateline::domain::{Locale, analysis::Analyser};

fn analyser(locale: &str) -> Analyser {
    Analyser::of(&Locale::read(locale).unwrap())
}

/// The words of a text as they are folded.
fn folded(locale: &str, text: &str) -> Vec<String> {
    analyser(locale).words(text).into_iter().map(|word| word.folded.into_owned()).collect()
}

/// The stem of one word.
fn stem(locale: &str, word: &str) -> String {
    let words = analyser(locale).words(word);
    assert_eq!(words.len(), 1, "{locale}: {word} is one word");
    words.into_iter().next().unwrap().stem.into_owned()
}
