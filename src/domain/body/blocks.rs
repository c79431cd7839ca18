//! Block ids through edits: what is unchanged keeps its id, and a translation's blocks name those they render.

use super::{Block, Document, doc};
use crate::domain::sequence::{Steps, align};

/// Give blocks of `new` the ids of the blocks of `old` that they are.
///
/// Equal blocks keep their ids wherever they moved within the order; between them, a block of the same kind in the
/// same place counts as the old one rewritten and keeps its id too. Links to a source go along.
/// Bounded: where comparing would take too long, blocks of one kind in one place count as rewritten.
pub fn keep_ids(new: &mut Document, old: &Document) {
    keep(&mut new.blocks, &old.blocks, &mut Steps::default());
}

fn keep(new: &mut [Block], old: &[Block], steps: &mut Steps) {
    let before: Vec<String> = old.iter().map(fingerprint).collect();
    let after: Vec<String> = new.iter().map(fingerprint).collect();
    for stretch in align(&before, &after, steps) {
        let blocks = new.get_mut(stretch.new).unwrap_or_default().iter_mut();
        let pairs = blocks.zip(old.get(stretch.old).unwrap_or_default());
        for (block, was) in pairs.filter(|(block, was)| block.node.kind() == was.node.kind()) {
            block.id = was.id.clone();
            block.source.clone_from(&was.source);
            keep(block.node.children_mut(), was.node.children(), steps);
        }
    }
}

/// Let the blocks of a translation name the source blocks they render, when both have the same blocks in the same
/// order and the translation names none yet.
pub fn link(translation: &mut Document, source: &Document) {
    let kinds = |d: &Document| d.blocks.iter().map(|b| b.node.kind()).collect::<Vec<_>>();
    if translation.blocks.iter().all(|b| b.source.is_none()) && kinds(translation) == kinds(source) {
        for (block, of) in translation.blocks.iter_mut().zip(&source.blocks) {
            block.source = Some(of.id.clone());
        }
    }
}

/// A block's content without any ids: equal for equal content.
#[must_use]
pub fn fingerprint(block: &Block) -> String {
    let mut bare = block.clone();
    strip(&mut bare);
    doc::write(&Document { blocks: vec![bare] }).to_string()
}

fn strip(block: &mut Block) {
    block.id = super::BlockId::new(0);
    block.source = None;
    block.node.children_mut().iter_mut().for_each(strip);
}
