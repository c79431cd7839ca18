//! Which block of a body that comes in is which block of the body that it replaces.
//!
//! **Context.** Comments, translations and staleness by paragraph hang on the ids of blocks, and HTML, Markdown and text bring none. A block that
//! inherits the id of the one whose place it took has the comments of another, and a translation is told to look at the wrong paragraph.
//! **Decision.** Place alone decides nothing. First what is equal is paired wherever it stands: whole blocks with all that they hold, then blocks of
//! the same words. Then what is left is paired by [likeness] of words. Neighbours decide between equals, and between those that are alike to the
//! same degree. A block that holds blocks is the one that held most of what it holds. Levels make no difference: a paragraph that moves into a list
//! keeps its id. What is like nothing that was there is new. Of the parts that one block was split into the first is the one that was there, and
//! what several were joined to is the first of them, as in editors. **Consequence.** Every id is that of the same words, or new.
//!
//! **Cost.** In line with the size of both. Equality is found by numbers that are given to contents, likeness is looked for among few that share rare
//! pieces of words, and neighbours are asked once on either side.

mod equality;
mod likeness;
mod parts;

use std::collections::HashMap;

use super::Block;
use likeness::Grams;
use parts::{Kind, Part, Parts};

/// A block with the one that it is: their places in the order in which both bodies are read.
#[derive(Debug, Clone, Copy)]
struct Pair {
    old: usize,
    new: usize,
}

/// Two bodies, and what of them is paired.
struct Matching {
    old: Parts,
    new: Parts,
    /// Of each block of the new body: the one that it is.
    was: Vec<Option<usize>>,
    /// Of each block of the old body: the one that it has become.
    is: Vec<Option<usize>>,
}

/// Of each block of `new`, from the top and those within it before the next: the place in `old`, counted alike, of the block that it is.
pub(super) fn pair(new: &[Block], old: &[Block]) -> Vec<Option<usize>> {
    let mut numbers = HashMap::new();
    let (old, new) = (Parts::of(old, &mut numbers), Parts::of(new, &mut numbers));
    let (is, was) = (vec![None; old.len()], vec![None; new.len()]);
    let mut matching = Matching { old, new, was, is };
    let held = matching.equal();
    matching.alike(&held);
    if matching.decide(&held) {
        matching.alike(&[]);
    }
    matching.holders();
    matching.was
}

impl Matching {
    fn is_free(&self, pair: Pair) -> bool {
        self.was.get(pair.new) == Some(&None) && self.is.get(pair.old) == Some(&None)
    }

    fn put(&mut self, pair: Pair) {
        if self.is_free(pair)
            && let (Some(was), Some(is)) = (self.was.get_mut(pair.new), self.is.get_mut(pair.old))
        {
            (*was, *is) = (Some(pair.old), Some(pair.new));
        }
    }

    fn parts(&self, pair: Pair) -> Option<(&Part, &Part)> {
        self.old.get(pair.old).zip(self.new.get(pair.new))
    }

    /// How many of the blocks before and after two are each other's.
    fn neighbours(&self, pair: Pair) -> u8 {
        let Some((old, new)) = self.parts(pair) else { return 0 };
        let same = |old: Option<usize>, new: Option<usize>| match (old, new) {
            (Some(old), Some(new)) => self.was.get(new) == Some(&Some(old)),
            (old, new) => old == new,
        };
        u8::from(same(old.before, new.before)).saturating_add(u8::from(same(old.after, new.after)))
    }

    /// Pair what is alike, the most alike first; those of the [equal ones](Self::decide) that are held for each other are left aside.
    fn alike(&mut self, held: &[Pair]) {
        let mut aside = (vec![false; self.old.len()], vec![false; self.new.len()]);
        for pair in held {
            aside.0.get_mut(pair.old).into_iter().chain(aside.1.get_mut(pair.new)).for_each(|aside| *aside = true);
        }
        let open = |parts: &Parts, taken: &[Option<usize>], aside: &[bool]| {
            let each = parts.iter().zip(taken).zip(aside).enumerate();
            let open = each.filter(|(_, ((part, taken), aside))| taken.is_none() && !**aside && !part.words.is_empty());
            open.map(|(at, ((part, _), _))| (at, Grams::of(part.kind, &part.words))).collect::<Vec<_>>()
        };
        let (old, new) = (open(&self.old, &self.is, &aside.0), open(&self.new, &self.was, &aside.1));
        let mut found: Vec<_> = likeness::pairs(&old, &new).into_iter().map(|(pair, degree)| self.ranked(pair, degree)).collect();
        found.sort_unstable_by_key(|ranked| ranked.0);
        let found: Vec<Pair> = found.into_iter().map(|(_, pair)| pair).collect();
        found.iter().for_each(|pair| self.put(*pair));
        let (old, new): (HashMap<_, _>, HashMap<_, _>) = (old.into_iter().collect(), new.into_iter().collect());
        let like = |pair: Pair| old.get(&pair.old).zip(new.get(&pair.new)).is_some_and(|(old, new)| likeness::degree(old, new).is_some());
        self.spread(like);
        self.first_of_parts(&found, &old, &new);
    }

    /// A pair with what it is ranked by: the most alike first, then those of one kind and with the same neighbours, then the nearest.
    fn ranked(&self, pair: Pair, degree: u32) -> ((u32, bool, u8, usize, usize), Pair) {
        let other_kind = self.parts(pair).is_none_or(|(old, new)| old.name != new.name);
        let strangers = 2_u8.saturating_sub(self.neighbours(pair));
        ((u32::MAX.saturating_sub(degree), other_kind, strangers, pair.old.abs_diff(pair.new), pair.new), pair)
    }

    /// Pair the neighbours of those that are paired, where they are as asked: downwards, then upwards.
    fn spread(&mut self, fits: impl Fn(Pair) -> bool) {
        let ask = |this: &mut Self, pair: Option<Pair>| {
            if let Some(pair) = pair.filter(|pair| this.is_free(*pair) && fits(*pair)) {
                this.put_all(pair);
            }
        };
        for new in 0..self.new.len() {
            let next = |this: &Self| {
                let (old, new) = this.parts(Pair { old: (*this.was.get(new)?)?, new })?;
                Some(Pair { old: old.after?, new: new.after? })
            };
            let first = |this: &Self| {
                let at = this.new.get(new)?;
                let old = if at.parent.is_none() { 0 } else { this.was.get(at.parent?)?.as_ref()?.checked_add(1)? };
                let has_parent = this.old.get(old)?.parent == at.parent.and_then(|parent| this.was.get(parent).copied().flatten());
                (at.before.is_none() && has_parent).then_some(Pair { old, new })
            };
            let pair = first(self);
            ask(self, pair);
            let pair = next(self);
            ask(self, pair);
        }
        for new in (0..self.new.len()).rev() {
            let last = |this: &Self| {
                let at = this.new.get(new)?;
                if at.after.is_some() || at.parent.is_some() {
                    return None;
                }
                Some(Pair { old: this.old.last()?, new })
            };
            let previous = |this: &Self| {
                let (old, new) = this.parts(Pair { old: (*this.was.get(new)?)?, new })?;
                Some(Pair { old: old.before?, new: new.before? })
            };
            let pair = last(self);
            ask(self, pair);
            let pair = previous(self);
            ask(self, pair);
        }
    }

    /// Of the parts that a block was split into let the first be paired, and the first of the blocks that were joined to one: the one with the words
    /// that the whole begins with, wherever they stand now. `found` is what is alike, in the order in which it was paired.
    fn first_of_parts(&mut self, found: &[Pair], old: &HashMap<usize, Grams>, new: &HashMap<usize, Grams>) {
        for pair in found {
            let is_free = (self.is.get(pair.old) == Some(&None), self.was.get(pair.new) == Some(&None));
            // The one that is paired with the whole, and the part of it that is not paired.
            let (taken, whole, part, other) = match is_free {
                (false, true) => {
                    let Some(taken) = self.is.get(pair.old).copied().flatten() else { continue };
                    (Pair { new: taken, ..*pair }, old.get(&pair.old), new.get(&taken), new.get(&pair.new))
                }
                (true, false) => {
                    let Some(taken) = self.was.get(pair.new).copied().flatten() else { continue };
                    (Pair { old: taken, ..*pair }, new.get(&pair.new), old.get(&taken), old.get(&pair.old))
                }
                _ => continue,
            };
            let (Some(whole), Some(part), Some(other)) = (whole, part, other) else { continue };
            if other.of_beginning(whole) > part.of_beginning(whole) && other.is_part_of(whole) {
                self.was.get_mut(taken.new).into_iter().for_each(|was| *was = None);
                self.is.get_mut(taken.old).into_iter().for_each(|is| *is = None);
                self.put(*pair);
            }
        }
    }

    /// Pair blocks that hold blocks by what they hold, from within.
    fn holders(&mut self) {
        let mut levels: Vec<Vec<usize>> = Vec::new();
        for (at, part) in self.new.iter().enumerate().filter(|(_, part)| matches!(part.kind, Kind::Holder(_))) {
            levels.resize_with(levels.len().max(part.depth.saturating_add(1)), Vec::new);
            levels.get_mut(part.depth).into_iter().for_each(|level| level.push(at));
        }
        for level in levels.into_iter().rev() {
            let mut shared: HashMap<(usize, usize), usize> = HashMap::new();
            for new in level {
                let inner = self
                    .new
                    .within(new)
                    .filter_map(|child| Some((self.new.get(child)?.weight, self.old.get((*self.was.get(child)?)?)?.parent?)));
                for (weight, old) in inner {
                    let both = shared.entry((new, old)).or_default();
                    *both = both.saturating_add(weight);
                }
            }
            let enough = |((new, old), weight): ((usize, usize), usize)| {
                let pair = Pair { old, new };
                let (before, after) = self.parts(pair)?;
                let fits = before.kind == after.kind && weight >= before.weight.min(after.weight) / 4;
                fits.then(|| (usize::MAX.saturating_sub(weight), new, old))
            };
            let mut pairs: Vec<_> = shared.into_iter().filter_map(enough).collect();
            pairs.sort_unstable();
            pairs.into_iter().for_each(|(_, new, old)| self.put(Pair { old, new }));
        }
    }
}

/// Which of some blocks one is now.
pub(super) fn which(blocks: &[&Block], old: &Block) -> Option<usize> {
    let blocks: Vec<Block> = blocks.iter().copied().cloned().collect();
    let was = pair(&blocks, std::slice::from_ref(old));
    let starts = blocks.iter().scan(0_usize, |next, block| Some(std::mem::replace(next, next.saturating_add(size(block)))));
    starts.collect::<Vec<_>>().iter().position(|start| was.get(*start) == Some(&Some(0)))
}

fn size(block: &Block) -> usize {
    block.node.children().iter().map(size).fold(1, usize::saturating_add)
}

/// Give the blocks of `new` the ids, and the blocks of a source, of those of `old` that they are.
pub(super) fn carry(new: &mut [Block], old: &[Block], was: &[Option<usize>]) {
    fn flat<'d>(blocks: &'d [Block], into: &mut Vec<&'d Block>) {
        for block in blocks {
            into.push(block);
            flat(block.node.children(), into);
        }
    }
    fn give(blocks: &mut [Block], was: &mut impl Iterator<Item = Option<usize>>, old: &[&Block]) {
        for block in blocks {
            if let Some(old) = was.next().flatten().and_then(|was| old.get(was)) {
                (block.id, block.source) = (old.id.clone(), old.source.clone());
            }
            give(block.node.children_mut(), was, old);
        }
    }
    let mut all = Vec::new();
    flat(old, &mut all);
    give(new, &mut was.iter().copied(), &all);
}
