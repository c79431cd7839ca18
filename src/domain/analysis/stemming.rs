//! What is left of a word when its endings are taken off: Snowball where it has the language, else tables of endings of our own.

use std::{borrow::Cow, collections::BTreeMap};

use snowball_stemmers_rs::{Algorithm, Stemmer as Snowball};

use super::indic;

/// How a language's words are stemmed.
#[derive(Debug, Clone, Copy)]
pub(super) enum Stemming {
    /// They have no endings, or nobody here knows them.
    None,
    /// By an algorithm of the Snowball project.
    Snowball(Algorithm),
    /// By steps, each of which takes one ending at most.
    Steps(&'static [Step], fn(char) -> Sound),
}

/// One step: the longest of these endings is taken off, if enough is left.
#[derive(Debug)]
pub(super) struct Step {
    /// How many letters are left at least; signs that stand on a letter do not count.
    pub(super) rest: usize,
    /// The endings, with white space between. `a>b` puts `b` in the place of `a`; `^a` is a beginning, not an ending.
    pub(super) endings: &'static str,
}

/// What a letter of a stem becomes, so that spellings meet which sound alike.
pub(super) enum Sound {
    /// What it is.
    Same,
    /// Another letter.
    Like(char),
    /// Nothing.
    Silent,
}

/// Letters are what they are.
pub(super) fn exact(_: char) -> Sound {
    Sound::Same
}

/// A language's stemming, ready to be used.
pub(super) enum Stemmer {
    None,
    Snowball(Snowball),
    Steps(Vec<Prepared>, fn(char) -> Sound),
}

/// A step, with its endings by their last letter, the longest first.
pub(super) struct Prepared {
    rest: usize,
    endings: BTreeMap<char, Vec<(&'static str, &'static str)>>,
    beginnings: Vec<&'static str>,
}

impl Prepared {
    fn of(step: &Step) -> Self {
        let mut endings = BTreeMap::<char, Vec<_>>::new();
        let mut beginnings = Vec::new();
        for entry in step.endings.split_whitespace() {
            if let Some(beginning) = entry.strip_prefix('^') {
                beginnings.push(beginning);
                continue;
            }
            let (ending, instead) = entry.split_once('>').unwrap_or((entry, ""));
            if let Some(last) = ending.chars().next_back() {
                endings.entry(last).or_default().push((ending, instead));
            }
        }
        for alike in endings.values_mut() {
            alike.sort_by_key(|(ending, _)| std::cmp::Reverse(ending.len()));
        }
        beginnings.sort_by_key(|beginning| std::cmp::Reverse(beginning.len()));
        Self { rest: step.rest, endings, beginnings }
    }

    fn take<'w>(&self, word: Cow<'w, str>) -> Cow<'w, str> {
        let last = word.chars().next_back();
        for (ending, instead) in last.and_then(|last| self.endings.get(&last)).into_iter().flatten() {
            let Some(rest) = word.strip_suffix(ending) else { continue };
            if !has_letters(rest, self.rest) || indic::is_joined(rest, ending) {
                continue;
            }
            if !instead.is_empty() {
                return Cow::Owned([rest, instead].concat());
            }
            let long = rest.len();
            return match word {
                Cow::Borrowed(word) => Cow::Borrowed(word.get(..long).unwrap_or(word)),
                Cow::Owned(mut word) => {
                    word.truncate(long);
                    Cow::Owned(word)
                }
            };
        }
        let rest = self.beginnings.iter().filter_map(|beginning| word.strip_prefix(beginning)).find(|rest| has_letters(rest, self.rest));
        match rest.map(str::len) {
            Some(long) => match word {
                Cow::Borrowed(word) => Cow::Borrowed(word.get(word.len() - long..).unwrap_or(word)),
                Cow::Owned(mut word) => Cow::Owned(word.split_off(word.len() - long)),
            },
            None => word,
        }
    }
}

/// Whether a text has this many letters.
fn has_letters(text: &str, count: usize) -> bool {
    count == 0 || text.chars().filter(|c| !indic::is_mark(*c)).nth(count - 1).is_some()
}

impl Stemmer {
    /// Make it ready.
    pub(super) fn of(stemming: &Stemming) -> Self {
        match *stemming {
            Stemming::None => Self::None,
            Stemming::Snowball(algorithm) => Self::Snowball(Snowball::create(algorithm)),
            Stemming::Steps(steps, sound) => Self::Steps(steps.iter().map(Prepared::of).collect(), sound),
        }
    }

    /// The stem of a word that is folded.
    pub(super) fn stem<'w>(&self, folded: &'w str) -> Cow<'w, str> {
        if folded.bytes().any(|b| b.is_ascii_digit()) {
            return Cow::Borrowed(folded);
        }
        match self {
            Self::None => Cow::Borrowed(folded),
            Self::Snowball(snowball) => snowball.stem(folded),
            Self::Steps(steps, sound) => sounding(steps.iter().fold(Cow::Borrowed(folded), |word, step| step.take(word)), *sound),
        }
    }
}

fn sounding(stem: Cow<'_, str>, sound: fn(char) -> Sound) -> Cow<'_, str> {
    if stem.chars().all(|c| matches!(sound(c), Sound::Same)) {
        return stem;
    }
    let like = |c: char| match sound(c) {
        Sound::Same => Some(c),
        Sound::Like(other) => Some(other),
        Sound::Silent => None,
    };
    let alike: String = stem.chars().filter_map(like).collect();
    if alike.is_empty() { stem } else { Cow::Owned(alike) }
}
