//! Block ids through edits: what is unchanged keeps its id, and a translation's blocks name those they render.

use std::collections::HashMap;

use super::{Block, BlockId, Document, anchors, doc, matching};
use crate::domain::write_transaction;

/// Give blocks of `new` the ids of the blocks of `old` that they are, as [matching](super::matching) says, with their links to a source.
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
    fn gather<'d>(blocks: &'d [Block], into: &mut HashMap<&'d BlockId, Option<&'d BlockId>>) {
        for block in blocks {
            into.insert(&block.id, block.source.as_ref());
            gather(block.node.children(), into);
        }
    }
    fn put(blocks: &mut [Block], sources: &HashMap<&BlockId, Option<&BlockId>>) {
        for block in blocks {
            if let Some(source) = sources.get(&block.id) {
                block.source = source.cloned();
            }
            put(block.node.children_mut(), sources);
        }
    }
    let mut sources = HashMap::new();
    gather(&old.blocks, &mut sources);
    put(&mut new.blocks, &sources);
}

/// True when two bodies are the same but for the blocks of a source that their blocks name. Linear.
#[must_use]
pub fn same(one: &Document, other: &Document) -> bool {
    fn bare(mut document: Document) -> Document {
        fn forget(blocks: &mut [Block]) {
            for block in blocks {
                block.source = None;
                forget(block.node.children_mut());
            }
        }
        forget(&mut document.blocks);
        document
    }
    one == other || bare(one.clone()) == bare(other.clone())
}

/// Let the blocks of a translation name the source blocks they render, when both have the same blocks in the same
/// order and the translation names none yet. Linear.
pub fn link(translation: &mut Document, source: &Document) {
    let kinds = |d: &Document| d.blocks.iter().map(|b| b.node.kind()).collect::<Vec<_>>();
    if translation.blocks.iter().all(|b| b.source.is_none()) && kinds(translation) == kinds(source) {
        for (block, of) in translation.blocks.iter_mut().zip(&source.blocks) {
            block.source = Some(of.id.clone());
        }
    }
}

/// A block's content without any ids, those that its links name included: equal for equal content.
#[must_use]
pub fn fingerprint(block: &Block) -> String {
    let mut bare = block.clone();
    strip(&mut bare);
    anchors::each(std::slice::from_mut(&mut bare), &mut |href| {
        href.truncate(if href.starts_with('#') { 1 } else { href.len() });
        true
    });
    doc::write(&Document { blocks: vec![bare] }).to_string()
}

fn strip(block: &mut Block) {
    block.id = super::BlockId::new(0);
    block.source = None;
    block.node.children_mut().iter_mut().for_each(strip);
}
