//! Marks what was looked for in texts, as places: nothing that could be taken for markup.

use std::{
    collections::{HashMap, HashSet},
    fmt,
    ops::Range,
};

use strsim::osa_distance;
use unicode_segmentation::UnicodeSegmentation;

use super::typed::{self, Need, Sought};
use crate::domain::{
    Locale,
    analysis::{Analyser, Word},
};

/// Letters of an excerpt, as readers count them.
const EXCERPT: usize = 220;
/// How many of them stand before its first mark.
const BEFORE: usize = 50;
/// Letters from which on a word is marked although it has a typing error.
const LONG: usize = 5;
/// Words for whose typing errors is looked.
const MOST_LONG: usize = 8;
/// Places that are marked in one text at most.
const MOST_MARKS: usize = 100;

/// Words that are remembered in all of one answer.
const REMEMBERED: usize = 20_000;
/// Bytes of a word that is remembered at most.
const LONGEST: usize = 128;

/// What is known of a word that was met.
#[derive(Clone)]
struct Known {
    /// Which part of it is the word.
    part: Range<usize>,
    /// Whether it was looked for by itself.
    is_sought: bool,
    /// Which of the words of phrases it is.
    of_phrases: Option<usize>,
}

/// Words of texts; nothing of what is no word.
type Met = HashMap<Box<str>, Option<Known>>;

/// A text, and the places in it that were looked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Marked {
    /// The text.
    pub text: String,
    /// From where to where, in UTF-16 code units of it; in their order, none in another.
    pub marks: Vec<Range<usize>>,
}

/// Finds what was typed in texts of a locale.
pub struct Marker {
    analyser: Analyser,
    stems: HashSet<String>,
    latin: HashSet<String>,
    beginnings: Vec<String>,
    /// How words in other letters begin, that are typed in Latin ones.
    latin_beginnings: Vec<String>,
    long: Vec<String>,
    /// The words of phrases, with their numbers, and the phrases by these.
    of_phrases: HashMap<String, usize>,
    phrases: Vec<Vec<usize>>,
    /// What was found of words that were met before: as typed, and with a typing error.
    met: [Met; 2],
}

impl fmt::Debug for Marker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Marker")
    }
}

impl Marker {
    /// For what somebody typed.
    #[must_use]
    pub fn new(typed: &str, locale: &Locale) -> Self {
        let mut marker = Self {
            analyser: Analyser::of(locale),
            stems: HashSet::new(),
            latin: HashSet::new(),
            beginnings: Vec::new(),
            latin_beginnings: Vec::new(),
            long: Vec::new(),
            of_phrases: HashMap::new(),
            phrases: Vec::new(),
            met: <[Met; 2]>::default(),
        };
        for clause in typed::clauses(&typed::parts(typed), locale).0 {
            match clause.sought {
                _ if clause.need != Need::Required => {}
                Sought::Word { folded, stem, close, loose } => {
                    marker.stems.insert(stem);
                    marker.latin.extend(close.into_iter().chain(loose));
                    if folded.chars().count() >= LONG && marker.long.len() < MOST_LONG {
                        marker.long.push(folded);
                    }
                }
                Sought::Phrase(words) => {
                    let all = &mut marker.of_phrases;
                    let mut numbered = |word| {
                        let next = all.len();
                        *all.entry(word).or_insert(next)
                    };
                    marker.phrases.push(words.into_iter().map(&mut numbered).collect());
                }
                Sought::Beginning(word) => {
                    marker.latin_beginnings.extend(marker.analyser.typed(&word).map(|latin| latin.close));
                    marker.beginnings.push(word);
                }
            }
        }
        marker
    }

    fn is_sought(&self, word: &Word<'_>) -> bool {
        self.stems.contains(&*word.stem)
            || self.beginnings.iter().any(|start| word.folded.starts_with(start.as_str()))
            || word.latin.as_ref().is_some_and(|latin| {
                self.latin.contains(&latin.close)
                    || self.latin_beginnings.iter().any(|start| latin.close.starts_with(start.as_str()))
                    || latin.loose.as_ref().is_some_and(|loose| self.latin.contains(loose))
            })
    }

    /// Whether a word is one typing error away from one that was looked for.
    fn may_be_meant(&self, word: &Word<'_>) -> bool {
        self.long.iter().any(|long| {
            let (a, b) = (long.chars().count(), word.folded.chars().count());
            a.abs_diff(b) <= 1 && osa_distance(long, &word.folded) <= 1
        })
    }

    /// The places in a text, in bytes.
    fn places(&mut self, text: &str) -> Vec<Range<usize>> {
        let [mut met, mut met_mistyped] = std::mem::take(&mut self.met);
        let mut found = self.those(text, &mut met, &|word| self.is_sought(word));
        if found.is_empty() && !self.long.is_empty() {
            found = self.those(text, &mut met_mistyped, &|word| self.may_be_meant(word));
        }
        self.met = [met, met_mistyped];
        found
    }

    /// The places in a text of those words of which this is true, and of those that make up phrases.
    fn those(&self, text: &str, met: &mut Met, is_it: &dyn Fn(&Word<'_>) -> bool) -> Vec<Range<usize>> {
        let known = |word: &Word<'_>| Known {
            part: word.range.clone(),
            is_sought: is_it(word),
            of_phrases: self.of_phrases.get(&*word.folded).copied(),
        };
        let (mut row, mut marked) = (Vec::new(), Vec::new());
        let places = self.analyser.places(text, &mut |word| {
            let found = met.get(word).cloned().unwrap_or_else(|| {
                let known = self.analyser.forms(word).as_ref().map(known);
                if met.len() < REMEMBERED && word.len() <= LONGEST {
                    met.insert(word.into(), known.clone());
                }
                known
            });
            let Known { part, is_sought, of_phrases } = found?;
            let at = row.len();
            row.push(of_phrases);
            (is_sought || of_phrases.is_some()).then(|| {
                marked.push((at, is_sought));
                part
            })
        });
        if self.phrases.is_empty() {
            return places;
        }
        let beside = self.beside(&row);
        let is_marked = |(place, (at, is_sought)): (Range<usize>, (usize, bool))| (is_sought || beside.contains(&at)).then_some(place);
        places.into_iter().zip(marked).filter_map(is_marked).collect()
    }

    /// The places in a row of words, told by their numbers, at which phrases stand.
    fn beside(&self, row: &[Option<usize>]) -> HashSet<usize> {
        let mut all = HashSet::new();
        for phrase in self.phrases.iter().filter(|phrase| !phrase.is_empty()) {
            let stands = |words: &[Option<usize>]| words.iter().zip(phrase).all(|(word, wanted)| *word == Some(*wanted));
            for (at, _) in row.windows(phrase.len()).enumerate().filter(|(_, words)| stands(words)) {
                all.extend(at..at.saturating_add(phrase.len()));
            }
        }
        all
    }

    /// A short text, whole, with its marks.
    #[must_use]
    pub fn whole(&mut self, text: &str) -> Marked {
        marked(text, 0..text.len(), &self.places(text))
    }

    /// What of a long text is around its marks: where most of them stand together, the first of such places. Its beginning where there are none.
    #[must_use]
    pub fn excerpt(&mut self, text: &str) -> Marked {
        let places = self.places(text);
        // About as many bytes as an excerpt has.
        let reach = EXCERPT.saturating_sub(BEFORE).saturating_mul(if text.is_ascii() { 1 } else { 2 });
        let mut best = (0_usize, 0_usize);
        let mut end = 0_usize;
        for (n, place) in places.iter().enumerate() {
            // Ends: it counts on to the end of the marks.
            while places.get(end).is_some_and(|last| last.end <= place.start.saturating_add(reach)) {
                end = end.saturating_add(1);
            }
            let count = end.saturating_sub(n);
            if count > best.0 {
                best = (count, place.start);
            }
        }
        let (before, after) = text.split_at_checked(best.1).unwrap_or((text, ""));
        let start = before.grapheme_indices(true).rev().take(BEFORE).last().map_or(best.1, |(at, _)| at);
        // Not within a word, nor a line before.
        let skipped = before.get(start..).unwrap_or_default();
        let line = skipped.rfind('\n').map(|at| at.saturating_add(1));
        let space = || skipped.char_indices().find(|(_, c)| c.is_whitespace());
        let word = if start == 0 { Some(0) } else { space().map(|(at, c)| at.saturating_add(c.len_utf8())) };
        let start = start.saturating_add(line.or(word).unwrap_or(0));
        let lead = before.get(start..).unwrap_or_default().graphemes(true).count();
        let length: usize = after.graphemes(true).take(EXCERPT.saturating_sub(lead)).map(str::len).sum();
        let mut end = best.1.saturating_add(length);
        if end < text.len() {
            // Nor is one cut off at the end, where they are parted by spaces.
            let cut = text.get(best.1..end).unwrap_or_default();
            let last = cut.rfind(char::is_whitespace).filter(|at| at.saturating_mul(2) > cut.len());
            end = last.map_or(end, |at| best.1.saturating_add(at));
        }
        marked(text, start..end, &places)
    }
}

/// A part of a text with those places that lie in it.
fn marked(text: &str, part: Range<usize>, places: &[Range<usize>]) -> Marked {
    let Some(shown) = text.get(part.clone()) else { return Marked::default() };
    let units = |from: usize, to: usize| text.get(from..to).map_or(0, |text| text.encode_utf16().count());
    let (mut marks, mut at, mut reached) = (Vec::new(), 0_usize, part.start);
    for place in places.iter().filter(|place| place.start >= part.start && place.end <= part.end).take(MOST_MARKS) {
        let from = at.saturating_add(units(reached, place.start));
        at = from.saturating_add(units(place.start, place.end));
        reached = place.end;
        marks.push(from..at);
    }
    Marked { text: shown.to_owned(), marks }
}
