//! Block ids through edits: what is unchanged keeps its id, and a translation's blocks name those they render.

pub use super::anchors::ids;

use std::{
    collections::{HashMap, HashSet},
    hash::BuildHasher,
};

use super::{
    Block, BlockId, Document, SourceBlock, anchors,
    doc::{self, Repeat},
    matching,
};
use crate::domain::write_transaction;

/// Give blocks of `new` the ids of the blocks of `old` that they are, as `matching` says, with their links to a source.
/// Links to blocks follow them.
pub fn keep_ids(new: &mut Document, old: &Document) {
    write_transaction::assert_none();
    let before = anchors::ids(new);
    let was = matching::pair(&new.blocks, &old.blocks);
    matching::carry(&mut new.blocks, &old.blocks, &was);
    anchors::follow(new, &before);
}

/// Let blocks of `new` name the blocks of a source that the blocks of `old` with the same ids name. Linear.
pub fn keep_sources(new: &mut Document, old: &Document) {
    fn put(blocks: &mut [Block], sources: &HashMap<&BlockId, Option<&SourceBlock>>) {
        for block in blocks {
            if let Some(source) = sources.get(&block.id) {
                block.source = source.cloned();
            }
            put(block.node.children_mut(), sources);
        }
    }
    let mut sources = HashMap::new();
    gather_sources(&old.blocks, &mut sources);
    put(&mut new.blocks, &sources);
}

/// True when two bodies are the same but for the blocks of a source that their blocks name. Linear.
#[must_use]
pub fn same(one: &Document, other: &Document) -> bool {
    fn named(one: &[Block], other: &[Block]) -> bool {
        let same = |(one, other): (&Block, &Block)| one.id == other.id && named(one.node.children(), other.node.children());
        one.len() == other.len() && one.iter().zip(other).all(same)
    }
    named(&one.blocks, &other.blocks) && one.blocks.iter().zip(&other.blocks).all(|(one, other)| one.says_as(other))
}

/// Let the blocks of a translation name the source blocks they render, when both have the same blocks in the same
/// order and the translation names none yet. Linear.
pub fn link(translation: &mut Document, source: &Document) {
    let kinds = |d: &Document| d.blocks.iter().map(|b| b.node.kind()).collect::<Vec<_>>();
    if translation.blocks.iter().all(|b| b.source.is_none()) && kinds(translation) == kinds(source) {
        for (block, of) in translation.blocks.iter_mut().zip(&source.blocks) {
            block.source = Some(SourceBlock::told(of.id.clone()));
        }
    }
}

/// Guess the source of unlinked blocks: between two linked neighbours, if the source has equally many unlinked blocks of the same types, link them in order.
/// They are [guesses](SourceBlock::guessed). Where all is known of what lies between two neighbours
/// nothing is guessed, so that what a translator leaves without a source stays so: `is_new` tells which blocks are not known. Linear.
pub fn guess(translation: &mut Document, source: &Document, is_new: impl Fn(&BlockId) -> bool) {
    let places: HashMap<&BlockId, usize> = source.blocks.iter().enumerate().map(|(at, block)| (&block.id, at)).collect();
    let rendered: Vec<Option<usize>> =
        translation.blocks.iter().map(|block| block.source.as_ref().and_then(|of| places.get(&of.id).copied())).collect();
    let taken: HashSet<usize> = rendered.iter().copied().flatten().collect();
    // Where the gap begins, in the translation and in the source.
    let mut from = (0, 0);
    for (end, place) in rendered.iter().copied().enumerate().chain([(rendered.len(), Some(source.blocks.len()))]) {
        let Some(place) = place else { continue };
        let (begin, first) = std::mem::replace(&mut from, (end.saturating_add(1), place.saturating_add(1)));
        if first > place || begin == end {
            continue;
        }
        let free = || (first..place).filter(|at| !taken.contains(at)).filter_map(|at| source.blocks.get(at));
        let gap = translation.blocks.get_mut(begin..end).unwrap_or_default();
        let kinds = gap.iter().map(|block| block.node.kind());
        if kinds.eq(free().map(|block| block.node.kind())) && gap.iter().any(|block| is_new(&block.id)) {
            for (block, of) in gap.iter_mut().zip(free()) {
                block.source = Some(SourceBlock { id: of.id.clone(), guessed: true });
            }
        }
    }
}

/// Let blocks that name the block of a source which they named before name one of another source instead, where it is known which, else none. What was
/// named anew is left. Linear.
pub fn relink<S: BuildHasher>(translation: &mut Document, before: &Document, to: &HashMap<BlockId, BlockId, S>) {
    let mut named = HashMap::new();
    gather_sources(&before.blocks, &mut named);
    fn put<S: BuildHasher>(blocks: &mut [Block], named: &HashMap<&BlockId, Option<&SourceBlock>>, to: &HashMap<BlockId, BlockId, S>) {
        for block in blocks {
            if block.source.is_some() && named.get(&block.id).copied().flatten() == block.source.as_ref() {
                block.source = block.source.take().and_then(|of| Some(SourceBlock { id: to.get(&of.id)?.clone(), ..of }));
            }
            put(block.node.children_mut(), named, to);
        }
    }
    put(&mut translation.blocks, &named, to);
}

/// Clear `guessed` on every link that was not guessed before. Linear.
pub fn confirm(new: &mut Document, old: &Document) {
    fn put(blocks: &mut [Block], named: &HashMap<&BlockId, Option<&SourceBlock>>) {
        for block in blocks {
            if let Some(source) = &mut block.source {
                source.guessed &= named.get(&block.id).copied().flatten().is_some_and(|was| source.id == was.id && was.guessed);
            }
            put(block.node.children_mut(), named);
        }
    }
    let mut named = HashMap::new();
    gather_sources(&old.blocks, &mut named);
    put(&mut new.blocks, &named);
}

/// What blocks name as their source, by their ids; those without one are left out. Linear.
#[must_use]
pub fn sources(document: &Document) -> HashMap<BlockId, BlockId> {
    let mut named = HashMap::new();
    gather_sources(&document.blocks, &mut named);
    named.into_iter().filter_map(|(id, of)| Some((id.clone(), of?.id.clone()))).collect()
}

fn gather_sources<'d>(blocks: &'d [Block], into: &mut HashMap<&'d BlockId, Option<&'d SourceBlock>>) {
    for block in blocks {
        into.insert(&block.id, block.source.as_ref());
        gather_sources(block.node.children(), into);
    }
}

/// When several blocks came with one id, the one that matches the old block keeps it; otherwise the first does.
pub fn settle(document: &mut Document, repeats: &[Repeat], old: &Document) {
    write_transaction::assert_none();
    let mut groups: HashMap<&BlockId, Vec<&BlockId>> = HashMap::new();
    for repeat in repeats {
        groups.entry(&repeat.given).or_insert_with(|| vec![&repeat.given]).push(&repeat.own);
    }
    if groups.is_empty() {
        return;
    }
    let (mut here, mut there) = (HashMap::new(), HashMap::new());
    gather(&document.blocks, &mut here);
    gather(&old.blocks, &mut there);
    let mut swapped = HashMap::new();
    for (given, candidates) in groups {
        let Some(was) = there.get(given) else { continue };
        let blocks: Vec<&Block> = candidates.iter().filter_map(|id| here.get(*id).copied()).collect();
        if let Some(keeps) = matching::which(&blocks, was).and_then(|n| candidates.get(n)).filter(|keeps| **keeps != given) {
            swapped.insert((*keeps).clone(), given.clone());
            swapped.insert(given.clone(), (*keeps).clone());
        }
    }
    put(&mut document.blocks, &swapped);

    fn gather<'d>(blocks: &'d [Block], into: &mut HashMap<&'d BlockId, &'d Block>) {
        for block in blocks {
            into.insert(&block.id, block);
            gather(block.node.children(), into);
        }
    }
    fn put(blocks: &mut [Block], swapped: &HashMap<BlockId, BlockId>) {
        for block in blocks {
            if let Some(id) = swapped.get(&block.id) {
                block.id = id.clone();
            }
            put(block.node.children_mut(), swapped);
        }
    }
}

/// A block's content without any ids, those that its links name included: equal for equal content.
#[must_use]
pub fn fingerprint(block: &Block) -> String {
    let mut bare = block.clone();
    strip(&mut bare);
    anchors::each(std::slice::from_mut(&mut bare), &mut |href| {
        href.address.truncate(if href.starts_with('#') { 1 } else { href.len() });
        true
    });
    doc::write(&Document { blocks: vec![bare] }).to_string()
}

fn strip(block: &mut Block) {
    block.id = super::BlockId::new(0);
    block.source = None;
    block.node.children_mut().iter_mut().for_each(strip);
}
