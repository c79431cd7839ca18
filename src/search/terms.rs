//! Which terms of the index are looked for: the words themselves, what begins like them, and what is one typing error away.

use std::{collections::BTreeMap, sync::LazyLock};

use levenshtein_automata::{DFA, Distance, LevenshteinAutomatonBuilder, SINK_STATE};
use tantivy::{
    Searcher, SegmentReader,
    postings::SegmentPostings,
    schema::{Field, IndexRecordOption, Term},
    termdict::TermDictionary,
};
use tantivy_fst::{Automaton, automaton::AlwaysMatch};

use super::{
    budget::Budget,
    fields::{Fields, OF_LOCALE, term},
    typed::Sought,
};
use crate::domain::Error;

/// Terms that one beginning, or one word with typing errors, stands for at most.
const MOST_TERMS: usize = 256;
/// Words that one beginning is looked for among, of which these are the most frequent.
const MOST_WORDS: usize = 8_192;
/// Terms at the desk, where a limit that hidden words reach would tell of them.
const MOST_AT_DESK: usize = 20_000;
/// Ways to have a word that are read at once; of more each is read by itself.
pub(super) const FEW: usize = 64;
/// Letters from which on typing errors are looked for.
const LONG: usize = 5;
/// Stories from which on a word is taken to be typed as it is meant.
const KNOWN: u64 = 10;

/// How much each way to find a word counts.
const CLOSE: f64 = 0.7;
const LOOSE: f64 = 0.4;
const BEGINNING: f64 = 0.8;
const MISTYPED: f64 = 0.3;

static ONE_EDIT: LazyLock<LevenshteinAutomatonBuilder> = LazyLock::new(|| LevenshteinAutomatonBuilder::new(1, true));
static TWO_EDITS: LazyLock<LevenshteinAutomatonBuilder> = LazyLock::new(|| LevenshteinAutomatonBuilder::new(2, true));

/// A term that is looked for.
#[derive(Debug, Clone)]
pub(super) struct Alternative {
    pub field: Field,
    pub term: Term,
    pub weight: f64,
    /// Whether it is not what was typed.
    pub is_mistyped: bool,
}

/// What a clause stands for in the index.
#[derive(Debug, Clone)]
pub(super) enum Terms {
    /// Any of these.
    Any(Vec<Alternative>),
    /// All of these beside each other.
    Phrase(Vec<Term>),
}

/// What was looked up for a clause.
#[derive(Debug, Clone)]
pub(super) struct LookedUp {
    pub terms: Terms,
    /// Live documents that have it; at the desk, about as many postings as there are to be read.
    pub frequency: u64,
    /// False when there were more terms than are looked for.
    pub is_whole: bool,
}

/// The postings of a term in a segment.
pub(super) fn postings(segment: &SegmentReader, term: &Term, kept: IndexRecordOption) -> Result<Option<SegmentPostings>, Error> {
    let index = segment.inverted_index(term.field()).map_err(Error::internal)?;
    index.read_postings(term, kept).map_err(Error::internal)
}

/// What looking a term up in a segment costs, in postings.
const LOOK_UP: u64 = 32;
/// What looking for typing errors in a dictionary costs, in postings.
const WALK: u64 = 20_000;

/// In how many live documents a term is; none, once the budget is spent.
pub(super) fn frequency(searcher: &Searcher, term: &Term, budget: &mut Budget) -> Result<u64, Error> {
    let mut count = 0_u64;
    for segment in searcher.segment_readers() {
        if !budget.spend(LOOK_UP) {
            return Ok(0);
        }
        let Some(postings) = postings(segment, term, IndexRecordOption::Basic)? else { continue };
        if segment.has_deletes() && !budget.spend(u64::from(postings.doc_freq()) / 8) {
            return Ok(0);
        }
        let live = segment.alive_bitset().map_or_else(|| postings.doc_freq(), |alive| postings.doc_freq_given_deletes(alive));
        count = count.saturating_add(live.into());
    }
    Ok(count)
}

/// The term of a word.
pub(super) fn of(field: Field, locale: &str, word: &str) -> Term {
    Term::from_field_text(field, &term(locale, word))
}

/// Words of a field and locale, of all segments, up to so many, in their order, with about how many documents have each; whether those are all.
fn dictionary<A: Automaton<State: Clone> + Clone>(
    searcher: &Searcher,
    field: Field,
    (from, below): &(String, String),
    automaton: &A,
    most: usize,
) -> Result<(Vec<(String, u64)>, bool), Error> {
    let mut words = BTreeMap::<String, u64>::new();
    let mut is_whole = true;
    for segment in searcher.segment_readers() {
        let index = segment.inverted_index(field).map_err(Error::internal)?;
        let dictionary: &TermDictionary = index.terms();
        let mut stream = dictionary.search(automaton.clone()).ge(from).lt(below).into_stream().map_err(Error::internal)?;
        let mut taken = 0_usize;
        // Ends: a dictionary has an end, and so many are taken of it.
        while stream.advance() {
            if taken == most {
                is_whole = false;
                break;
            }
            taken = taken.saturating_add(1);
            if let Ok(word) = str::from_utf8(stream.key()) {
                let frequency = words.entry(word.to_owned()).or_default();
                *frequency = frequency.saturating_add(stream.value().doc_freq.into());
            }
        }
    }
    // The same of all instances, however their segments lie.
    is_whole &= words.len() <= most;
    Ok((words.into_iter().take(most).collect(), is_whole))
}

/// What begins so in the dictionary of a locale: the first, and the last.
fn from(locale: &str, word: &str) -> (String, String) {
    let start = term(locale, word);
    let last = format!("{start}{}", char::MAX);
    (start, last)
}

/// Accepts a beginning, and after it what is some typing errors away from a word.
#[derive(Clone)]
struct Mistyped<'d> {
    start: &'d [u8],
    dfa: &'d DFA,
}

/// How far a key was read: in its beginning, or in the word.
#[derive(Clone, Copy)]
enum Read {
    Start(usize),
    Word(u32),
    Nothing,
}

impl Automaton for Mistyped<'_> {
    type State = Read;

    fn start(&self) -> Read {
        Read::Start(0)
    }

    fn is_match(&self, state: &Read) -> bool {
        matches!(state, Read::Word(state) if matches!(self.dfa.distance(*state), Distance::Exact(_)))
    }

    fn can_match(&self, state: &Read) -> bool {
        match state {
            Read::Start(_) => true,
            Read::Word(state) => *state != SINK_STATE,
            Read::Nothing => false,
        }
    }

    fn accept(&self, state: &Read, byte: u8) -> Read {
        match *state {
            Read::Start(at) if self.start.get(at) == Some(&byte) => {
                let next = at.saturating_add(1);
                if next == self.start.len() { Read::Word(self.dfa.initial_state()) } else { Read::Start(next) }
            }
            Read::Word(state) => Read::Word(self.dfa.transition(state, byte)),
            Read::Start(_) | Read::Nothing => Read::Nothing,
        }
    }
}

/// The words of a locale that are some typing errors away from one.
fn mistyped(
    searcher: &Searcher,
    field: Field,
    (locale, word): (&str, &str),
    edits: &LevenshteinAutomatonBuilder,
    most: usize,
    budget: &mut Budget,
) -> Result<(Vec<String>, bool), Error> {
    if !budget.spend(WALK) {
        return Ok((Vec::new(), false));
    }
    let start = term(locale, "");
    let dfa = edits.build_dfa(word);
    let (words, is_whole) = dictionary(searcher, field, &from(locale, ""), &Mistyped { start: start.as_bytes(), dfa: &dfa }, most)?;
    Ok((words.into_iter().map(|(word, _)| word).collect(), is_whole))
}

/// Words that begin so, as terms: of very many the most frequent; whether those are all.
pub(super) fn beginning(searcher: &Searcher, field: Field, locale: &str, word: &str) -> Result<(Vec<Term>, bool), Error> {
    let (mut words, is_whole) = dictionary(searcher, field, &from(locale, word), &AlwaysMatch, MOST_WORDS)?;
    let is_few = words.len() <= MOST_TERMS;
    if !is_few {
        words.sort_by(|(a, often_a), (b, often_b)| often_b.cmp(often_a).then_with(|| a.cmp(b)));
        words.truncate(MOST_TERMS);
    }
    Ok((words.iter().map(|(word, _)| Term::from_field_text(field, word)).collect(), is_whole && is_few))
}

fn beginnings(searcher: &Searcher, field: Field, (locale, word): (&str, &str), most: usize) -> Result<(Vec<Term>, bool), Error> {
    let (words, is_whole) = dictionary(searcher, field, &from(locale, word), &AlwaysMatch, most)?;
    Ok((words.iter().map(|(word, _)| Term::from_field_text(field, word)).collect(), is_whole))
}

/// Look a clause up in a locale. It counts frequencies by `frequency`.
pub(super) fn look_up(
    searcher: &Searcher,
    fields: &Fields,
    locale: &str,
    sought: &Sought,
    frequency: &mut impl FnMut(&Term, &mut Budget) -> Result<u64, Error>,
    budget: &mut Budget,
) -> Result<LookedUp, Error> {
    match sought {
        Sought::Phrase(words) => {
            let terms: Vec<Term> = words.iter().map(|word| of(fields.words, locale, word)).collect();
            let counts = terms.iter().map(|term| frequency(term, budget)).collect::<Result<Vec<_>, _>>()?;
            Ok(LookedUp { terms: Terms::Phrase(terms), frequency: counts.into_iter().min().unwrap_or(0), is_whole: true })
        }
        Sought::Beginning(word) => {
            let (terms, is_whole) = beginning(searcher, fields.words, locale, word)?;
            let mut count = 0_u64;
            for term in &terms {
                count = count.saturating_add(frequency(term, budget)?);
            }
            let any = |term| Alternative { field: fields.words, term, weight: BEGINNING, is_mistyped: false };
            Ok(LookedUp { terms: Terms::Any(terms.into_iter().map(any).collect()), frequency: count, is_whole })
        }
        Sought::Word { folded, stem, close, loose } => {
            let mut any = Vec::new();
            let typed = [(Some(stem), fields.stems, 1.0), (close.as_ref(), fields.latin, CLOSE), (loose.as_ref(), fields.latin, LOOSE)];
            let mut count = 0_u64;
            for (word, field, weight) in typed {
                let Some(word) = word else { continue };
                let term = of(field, locale, word);
                let here = frequency(&term, budget)?;
                if here > 0 {
                    // What is typed in other letters may be many words: it counts by the most frequent.
                    count = count.max(here);
                    any.push(Alternative { field, term, weight, is_mistyped: false });
                }
            }
            let mut is_whole = true;
            if count < KNOWN && folded.chars().count() >= LONG {
                let (words, whole) = mistyped(searcher, fields.words, (locale, folded), &ONE_EDIT, MOST_TERMS, budget)?;
                is_whole = whole;
                let typed = term(locale, folded);
                for word in words.iter().filter(|word| **word != typed) {
                    let term = Term::from_field_text(fields.words, word);
                    if count == 0 {
                        count = count.max(frequency(&term, budget)?);
                    }
                    any.push(Alternative { field: fields.words, term, weight: MISTYPED, is_mistyped: true });
                }
            }
            Ok(LookedUp { terms: Terms::Any(any), frequency: count, is_whole })
        }
    }
}

/// Look a clause up under a name of a locale, whether anything has it or not; with what is one typing error away, if that is asked for. Its frequency is about how many
/// postings there are to be read, of what is live or not, seen or not.
pub(super) fn anywhere(searcher: &Searcher, fields: &Fields, name: &str, sought: &Sought, with_mistyped: bool) -> Result<LookedUp, Error> {
    let alternative = |field, term, weight| Alternative { field, term, weight, is_mistyped: false };
    let mut is_whole = true;
    let terms = match sought {
        Sought::Phrase(words) => Terms::Phrase(words.iter().map(|word| of(fields.words, name, word)).collect()),
        Sought::Beginning(word) => {
            let (terms, whole) = beginnings(searcher, fields.words, (name, word), MOST_AT_DESK)?;
            is_whole = whole;
            Terms::Any(terms.into_iter().map(|term| alternative(fields.words, term, BEGINNING)).collect())
        }
        Sought::Word { folded, stem, close, loose } => {
            let typed = [(Some(stem), fields.stems, 1.0), (close.as_ref(), fields.latin, CLOSE), (loose.as_ref(), fields.latin, LOOSE)];
            let typed = typed.into_iter().filter_map(|(word, field, weight)| Some(alternative(field, of(field, name, word?), weight)));
            let mut any: Vec<_> = typed.collect();
            if with_mistyped && folded.chars().count() >= LONG {
                let (words, whole) = mistyped(searcher, fields.words, (name, folded), &ONE_EDIT, MOST_AT_DESK, &mut Budget::unlimited())?;
                is_whole = whole;
                let typed = term(name, folded);
                let others = words.iter().filter(|word| **word != typed).map(|word| Term::from_field_text(fields.words, word));
                any.extend(others.map(|term| Alternative { field: fields.words, term, weight: MISTYPED, is_mistyped: true }));
            }
            Terms::Any(any)
        }
    };
    let count = |term: &Term| -> Result<u64, Error> {
        let counts = searcher.segment_readers().iter().map(|segment| {
            let index = segment.inverted_index(term.field()).map_err(Error::internal)?;
            index.doc_freq(term).map(u64::from).map_err(Error::internal)
        });
        counts.sum()
    };
    let frequency = match &terms {
        Terms::Phrase(all) => all.iter().map(count).collect::<Result<Vec<_>, _>>()?.into_iter().min().unwrap_or(0),
        // So many are read last.
        Terms::Any(any) if any.len() > FEW => u64::MAX,
        Terms::Any(any) => any.iter().map(|one| count(&one.term)).sum::<Result<u64, _>>()?,
    };
    Ok(LookedUp { terms, frequency, is_whole })
}

/// The word of a locale that is meant most likely by one that no story has: the most frequent that is two typing errors away at most.
pub(super) fn meant(
    searcher: &Searcher,
    fields: &Fields,
    locale: &str,
    folded: &str,
    frequency: &mut impl FnMut(&Term, &mut Budget) -> Result<u64, Error>,
    budget: &mut Budget,
) -> Result<Option<String>, Error> {
    let long = folded.chars().count();
    let mut best: Option<(u64, String)> = None;
    for (edits, enough) in [(&*ONE_EDIT, 4), (&*TWO_EDITS, 7)] {
        if best.is_some() || long < enough {
            continue;
        }
        for word in mistyped(searcher, fields.words, (locale, folded), edits, MOST_TERMS, budget)?.0 {
            let count = frequency(&Term::from_field_text(fields.words, &word), budget)?;
            let word = word.split_once(OF_LOCALE).map_or(String::new(), |(_, word)| word.to_owned());
            if count > 0 && best.as_ref().is_none_or(|(most, first)| count > *most || (count == *most && word < *first)) {
                best = Some((count, word));
            }
        }
    }
    Ok(best.map(|(_, word)| word))
}
