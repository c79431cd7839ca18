//! How much the words of two blocks are alike, in any script.
//!
//! Words are compared as sets of grams: pieces of four characters, or of two where a character is a word or a syllable (Han, kana, Hangul). Letters
//! count alike in either case, and what is neither letter, mark, digit nor symbol parts words. Two blocks are alike to the [degree] of what they
//! share, where a piece counts the less the more blocks of the old body have it: names and phrases that stand everywhere make no block another. Below
//! [`ALIKE`] one is no later form of the other.
//!
//! **How that was measured.** On paragraphs of news in English, Hindi, Bengali and Kannada, of a sentence or two, one in a thousand shares more than
//! 0.20 (Sørensen–Dice) with an unrelated one, and two of one story share more than 0.19 in one of twenty cases. A paragraph of which every third word
//! was replaced shares less than 0.43 with what it was in one of a hundred cases, one of which every other word was, less than 0.24. What is made of
//! names, phrases and headings that recur, and how often a pair is false or missed, is counted by `tests/rules/matching.rs`: of 40 stories with such, of which two
//! headings are taken out and two paragraphs put in, 29 had a false pair while all grams counted alike and a heading could be found in a paragraph of any
//! length, 7 when a block had to be at most [`LONGER`] times as long, 3 when grams were weighed, none when those of other types had to be at most twice as
//! long; of the blocks that were there none was missed.

use std::cmp::Reverse;

use unicode_properties::{GeneralCategoryGroup, UnicodeGeneralCategory};
use unicode_script::{Script, UnicodeScript};

use super::{
    Pair,
    parts::{Kind, Part},
};

/// The least degree of likeness, in thousandths.
const ALIKE: usize = 250;
/// What one block holds of another's grams, in thousandths, to be all of it or a part of it: words were added or taken away.
const PART: usize = 700;
/// The least grams of which that can be said.
const TELLING: usize = 8;
/// A block that is more than so many times as long as another has more in common with it by chance than as a later form of it, and one of
/// another type that is more than twice as long.
const LONGER: usize = 4;
const LONGER_AND_OTHER: usize = 2;
/// What a gram counts at least, in thousandths, in however many blocks it is: lines that are the same but for a word of their own stay alike.
const LEAST: usize = 125;
/// What is in more blocks than this is no sign that two are one.
const COMMON: usize = 64;
/// As many of its rarest grams are looked up for a block, and fewer where they are in more blocks than `HITS` together.
const RAREST: usize = 64;
const HITS: usize = 1_024;
/// With as many blocks that share most of them a block is compared.
const CANDIDATES: usize = 8;

/// As many grams are looked at for which of two begins as a third does, and whether one ends as another does.
const EDGE: usize = 64;

/// The grams of the words of a block.
#[derive(Debug)]
pub(super) struct Grams {
    /// The type of the block.
    name: &'static str,
    /// Each once, sorted.
    all: Vec<u64>,
    /// What each counts, in line with `all`, and all together.
    weights: Vec<usize>,
    weight: usize,
    /// The first ones, as they are read.
    first: Vec<u64>,
    /// The last ones, from the end on.
    last: Vec<u64>,
}

impl Grams {
    /// The grams of the words of a block; those of one kind of block are never those of another.
    pub(super) fn of(part: &Part) -> Self {
        let kind = part.kind;
        let mut plain = vec![' '];
        for c in part.words.chars().flat_map(char::to_lowercase) {
            let says = !matches!(
                c.general_category_group(),
                GeneralCategoryGroup::Punctuation | GeneralCategoryGroup::Separator | GeneralCategoryGroup::Other
            );
            if says {
                plain.push(c);
            } else if plain.last() != Some(&' ') {
                plain.push(' ');
            }
        }
        if plain.last() != Some(&' ') {
            plain.push(' ');
        }
        let dense = |c: &char| matches!(c.script(), Script::Han | Script::Hiragana | Script::Katakana | Script::Hangul | Script::Bopomofo);
        let gram = |at: usize, c: &char| {
            let length = if dense(c) { 2 } else { 4 };
            plain.get(at..at.checked_add(length)?).map(|gram| hash(kind, gram))
        };
        let mut all: Vec<u64> = plain.iter().enumerate().filter_map(|(at, c)| gram(at, c)).collect();
        if all.is_empty() && plain.len() > 1 {
            all.push(hash(kind, &plain));
        }
        let first = all.iter().copied().take(EDGE).collect();
        let last = all.iter().rev().copied().take(EDGE).collect();
        all.sort_unstable();
        all.dedup();
        Self { name: part.name, all, weights: Vec::new(), weight: 0, first, last }
    }

    /// Let each gram count the less the more blocks have it.
    pub(super) fn weigh(&mut self, rarity: &Rarity) {
        self.weights = self.all.iter().map(|gram| rarity.weight(*gram)).collect();
        self.weight = self.weights.iter().sum();
    }

    fn has(&self, gram: u64) -> bool {
        self.all.binary_search(&gram).is_ok()
    }

    fn shared(&self, other: &Self) -> usize {
        let (few, many) = in_size(self, other);
        few.all.iter().filter(|gram| many.has(**gram)).count()
    }

    /// What the grams that both have count.
    fn common(&self, other: &Self) -> usize {
        let (few, many) = in_size(self, other);
        few.all.iter().zip(&few.weights).filter(|(gram, _)| many.has(**gram)).map(|(_, weight)| weight).sum()
    }

    /// True when `whole` begins or ends with it.
    fn is_edge_of(&self, whole: &Self) -> bool {
        let has = |edge: &[u64]| {
            let edge = edge.get(..self.all.len()).unwrap_or(edge);
            is_most(edge.iter().filter(|gram| self.has(**gram)).count(), edge.len())
        };
        has(&whole.first) || has(&whole.last)
    }

    /// True when `whole` has most of it.
    pub(super) fn is_part_of(&self, whole: &Self) -> bool {
        is_most(self.shared(whole), self.all.len())
    }

    /// How much of what `whole` begins with it has, before anything that it has not.
    pub(super) fn of_beginning(&self, whole: &Self) -> usize {
        whole.first.iter().take_while(|gram| self.has(**gram)).count()
    }
}

/// How many blocks of the old body have which of the grams that matter.
pub(super) struct Rarity(Vec<(u64, usize)>);

impl Rarity {
    /// `open`: the blocks whose grams matter; `others`: all others of the body.
    pub(super) fn of<'g>(open: impl Iterator<Item = &'g Grams>, others: impl Iterator<Item = Grams>) -> Self {
        let mut all: Vec<u64> = open.flat_map(|grams| grams.all.iter().copied()).collect();
        all.sort_unstable();
        let mut counts: Vec<(u64, usize)> = all.chunk_by(|a, b| a == b).filter_map(|same| Some((*same.first()?, same.len()))).collect();
        for gram in others.flat_map(|grams| grams.all) {
            if let Ok(at) = counts.binary_search_by_key(&gram, |(gram, _)| *gram) {
                counts.get_mut(at).into_iter().for_each(|(_, count)| *count = count.saturating_add(1));
            }
        }
        Self(counts)
    }

    /// What a gram counts, in thousandths.
    fn weight(&self, gram: u64) -> usize {
        let blocks =
            self.0.binary_search_by_key(&gram, |(gram, _)| *gram).ok().and_then(|at| self.0.get(at)).map_or(1, |(_, count)| *count);
        1_000_usize.checked_div(blocks).unwrap_or(1_000).max(LEAST)
    }
}

/// FNV-1a over characters.
fn hash(kind: Kind, gram: &[char]) -> u64 {
    let kind = match kind {
        Kind::Text => 0,
        Kind::Own(name) | Kind::Holder(name) => name.bytes().fold(1_u32, |sum, byte| sum.wrapping_mul(31).wrapping_add(u32::from(byte))),
    };
    let step = |hash: u64, n: u32| (hash ^ u64::from(n)).wrapping_mul(0x0100_0000_01b3);
    gram.iter().fold(step(0xcbf2_9ce4_8422_2325, kind), |hash, c| step(hash, u32::from(*c)))
}

/// The shorter one first.
fn in_size<'g>(one: &'g Grams, other: &'g Grams) -> (&'g Grams, &'g Grams) {
    if one.all.len() <= other.all.len() { (one, other) } else { (other, one) }
}

fn is_most(some: usize, all: usize) -> bool {
    some.saturating_mul(1000) >= all.saturating_mul(PART)
}

/// How much two blocks are alike, in thousandths; nothing, where they are not. `beside`: one neighbour of either is that of the other.
///
/// What they share of both (Sørensen–Dice), or half of what one has of all that the other says, where it has most of it. One that is much longer has to be
/// of the same type, and begin or end with the other, or stand where it stood.
pub(super) fn degree(one: &Grams, other: &Grams, beside: bool) -> Option<u32> {
    let (less, more) = in_size(one, other);
    let shared = less.shared(more);
    let of = |whole: usize| shared.saturating_mul(1000).checked_div(whole).unwrap_or(0);
    let is_part = less.all.len() >= TELLING && is_most(shared, less.all.len());
    let longer = if one.name == other.name { LONGER } else { LONGER_AND_OTHER };
    let is_longer = more.all.len() > less.all.len().saturating_mul(longer);
    if is_longer && !(is_part && one.name == other.name && (beside || less.is_edge_of(more))) {
        return None;
    }
    let both = less.common(more).saturating_mul(2_000).checked_div(one.weight.saturating_add(other.weight)).unwrap_or(0);
    let degree = both.max(if is_part { of(less.all.len()) / 2 } else { 0 });
    u32::try_from(degree).ok().filter(|_| degree >= ALIKE)
}

/// The blocks that are alike, with the degree; of each of the new ones, those few that share most of its rarest grams.
pub(super) fn pairs(old: &[(usize, Grams)], new: &[(usize, Grams)]) -> Vec<(Pair, u32)> {
    let mut index: Vec<(u64, usize)> =
        old.iter().enumerate().flat_map(|(n, (_, grams))| grams.all.iter().map(move |gram| (*gram, n))).collect();
    index.sort_unstable();
    let having = |gram: u64| {
        let from = index.partition_point(|(other, _)| *other < gram);
        let rest = index.get(from..).unwrap_or_default();
        rest.get(..rest.partition_point(|(other, _)| *other == gram)).unwrap_or_default()
    };
    let mut pairs = Vec::new();
    // How many of the grams that are looked up each of the old ones has.
    let mut hits = vec![0_usize; old.len()];
    for (at, grams) in new {
        let mut rare: Vec<_> = grams.all.iter().map(|gram| having(*gram)).filter(|all| (1..=COMMON).contains(&all.len())).collect();
        rare.sort_unstable_by_key(|all| all.len());
        let (mut left, mut near) = (HITS, Vec::new());
        for all in rare.into_iter().take(RAREST) {
            let Some(rest) = left.checked_sub(all.len()) else { break };
            left = rest;
            for (_, n) in all {
                if let Some(hits) = hits.get_mut(*n) {
                    near.extend((*hits == 0).then_some(*n));
                    *hits = hits.saturating_add(1);
                }
            }
        }
        // Of those that have as many of them the nearest.
        let found = |n: usize| {
            let hits = std::mem::take(hits.get_mut(n)?);
            Some((Reverse(hits), old.get(n)?.0.abs_diff(*at), n))
        };
        let mut best: Vec<_> = near.into_iter().filter_map(found).collect();
        best.sort_unstable();
        for (_, _, n) in best.into_iter().take(CANDIDATES) {
            let alike = old.get(n).and_then(|(was, before)| Some((Pair { old: *was, new: *at }, degree(before, grams, false)?)));
            pairs.extend(alike);
        }
    }
    pairs
}
