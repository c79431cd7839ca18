//! What somebody types into a search field, read: words, `"phrases"`, `-what is left out` and `beginn*`. Everything else is text, and nothing is an error.

use std::{iter::Peekable, str::Chars};

use crate::domain::{
    Locale,
    analysis::{Analyser, Latin},
};

/// Words that are looked for at most; what is typed after them is not.
pub const MOST_WORDS: usize = 32;

/// Beginnings that are looked for at most, and as many that are left out.
const MOST_BEGINNINGS: usize = 4;

/// One part of what is typed.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Part {
    pub text: String,
    pub form: Form,
    pub is_excluded: bool,
}

/// How a part is to be looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Form {
    /// Each word of it.
    Words,
    /// Its words in this order.
    Phrase,
    /// What begins like its last word.
    Beginning,
}

/// What opens a phrase, and what closes it.
fn closing(open: char) -> Option<&'static [char]> {
    Some(match open {
        '"' | '\u{ff02}' => &['"', '\u{ff02}'],
        '\u{201c}' | '\u{201e}' | '\u{201d}' => &['\u{201c}', '\u{201d}', '"'],
        '\u{ab}' => &['\u{bb}'],
        '\u{bb}' => &['\u{ab}'],
        '\u{300c}' => &['\u{300d}'],
        '\u{300e}' => &['\u{300f}'],
        _ => return None,
    })
}

/// A phrase that is closed, else nothing, and nothing is read.
fn quoted(chars: &mut Peekable<Chars<'_>>) -> Option<String> {
    let ends = closing(*chars.peek()?)?;
    let mut ahead = chars.clone();
    ahead.next();
    let mut text = String::new();
    // Ends: each round reads a character.
    for c in ahead.by_ref() {
        if ends.contains(&c) {
            *chars = ahead;
            return Some(text);
        }
        text.push(c);
    }
    None
}

/// The parts of what is typed.
pub(super) fn parts(typed: &str) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut chars = typed.chars().peekable();
    // Ends: each round reads a character at least.
    while let Some(c) = chars.peek().copied() {
        if c.is_whitespace() {
            chars.next();
            continue;
        }
        let is_excluded = matches!(c, '-' | '\u{2212}' | '\u{ff0d}') && {
            let mut ahead = chars.clone();
            ahead.next();
            ahead.peek().is_some_and(|after| !after.is_whitespace() && !matches!(after, '-' | '\u{2212}'))
        };
        if is_excluded {
            chars.next();
        }
        if let Some(text) = quoted(&mut chars) {
            parts.push(Part { text, form: Form::Phrase, is_excluded });
            continue;
        }
        let mut text = String::new();
        // Ends: each round reads a character. A quote that is closed begins another part; one that is not is text.
        while let Some(next) = chars.peek().copied().filter(|next| !next.is_whitespace()) {
            if !text.is_empty() && closing(next).is_some() && quoted(&mut chars.clone()).is_some() {
                break;
            }
            text.push(next);
            chars.next();
        }
        let beginning = text.strip_suffix(['*', '\u{ff0a}']).filter(|rest| rest.ends_with(|c: char| c.is_alphanumeric() || !c.is_ascii()));
        parts.push(match beginning {
            Some(rest) => Part { text: rest.to_owned(), form: Form::Beginning, is_excluded },
            None => Part { text, form: Form::Words, is_excluded },
        });
    }
    parts
}

/// One thing that is looked for in a locale.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Sought {
    /// A word in any of its forms.
    Word {
        folded: String,
        stem: String,
        /// Typed in Latin letters, where the language has others.
        close: Option<String>,
        loose: Option<String>,
    },
    /// These words beside each other, in this form.
    Phrase(Vec<String>),
    /// Words that begin so.
    Beginning(String),
}

/// One thing that is looked for, and whether it has to be there.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Clause {
    pub sought: Sought,
    pub need: Need,
}

/// Whether something has to be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Need {
    Required,
    /// It counts where it is: a word that the language says all the time.
    Optional,
    Excluded,
}

/// What of the parts is looked for in a locale, each once; and whether that is all of it.
pub(super) fn clauses(parts: &[Part], locale: &Locale) -> (Vec<Clause>, bool) {
    let analyser = Analyser::of(locale);
    let mut clauses: Vec<Clause> = Vec::new();
    let (mut count, mut beginnings, mut excluded_beginnings) = (0_usize, 0_usize, 0_usize);
    let mut is_whole = true;
    // What is left out and not looked for may be in any story: none is found then.
    let mut is_all_left_out = false;
    for (n, part) in parts.iter().enumerate() {
        let words = analyser.words(&part.text);
        count = count.saturating_add(words.len());
        if count > MOST_WORDS {
            is_whole = false;
            is_all_left_out |= parts.iter().skip(n).any(|part| part.is_excluded);
            break;
        }
        let always = if part.is_excluded { Need::Excluded } else { Need::Required };
        let mut add = |sought: Sought, need| {
            let clause = Clause { sought, need };
            if !clauses.contains(&clause) {
                clauses.push(clause);
            }
        };
        if part.form == Form::Phrase {
            let phrase: Vec<String> = words.iter().map(|word| word.folded.to_string()).collect();
            if !phrase.is_empty() {
                add(Sought::Phrase(phrase), always);
            }
            continue;
        }
        let last = words.len().saturating_sub(1);
        for (n, word) in words.into_iter().enumerate() {
            if part.form == Form::Beginning && n == last {
                let beginnings = if part.is_excluded { &mut excluded_beginnings } else { &mut beginnings };
                *beginnings = beginnings.saturating_add(1);
                if *beginnings > MOST_BEGINNINGS {
                    is_whole = false;
                    is_all_left_out |= part.is_excluded;
                    continue;
                }
                add(Sought::Beginning(word.folded.into_owned()), always);
                continue;
            }
            let need = if word.is_common && !part.is_excluded { Need::Optional } else { always };
            let latin = analyser.typed(&word.folded).filter(|_| !part.is_excluded);
            let (close, loose) = latin.map_or((None, None), |Latin { close, loose }| (Some(close), loose));
            add(Sought::Word { folded: word.folded.into_owned(), stem: word.stem.into_owned(), close, loose }, need);
        }
    }
    if is_all_left_out {
        clauses.clear();
    }
    // Whoever types nothing else means these.
    if !clauses.iter().any(|clause| clause.need == Need::Required) {
        for clause in clauses.iter_mut().filter(|clause| clause.need == Need::Optional) {
            clause.need = Need::Required;
        }
    }
    (clauses, is_whole)
}
