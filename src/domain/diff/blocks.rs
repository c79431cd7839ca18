//! What changed between two versions of a body, block by block. Blocks are known by their ids.

use std::collections::{HashMap, HashSet};

use super::{Piece, pieces};
use crate::domain::{
    body::{Block, BlockId, Document, text::plain},
    sequence::{Steps, align, ascending},
    write_transaction,
};

/// A block, and what became of it.
#[derive(Debug, Clone, PartialEq)]
pub enum BlockChange {
    /// It stayed as it was.
    Kept(Block),
    /// It stands elsewhere, as it was.
    Moved(Block),
    /// It is new.
    Added(Block),
    /// It is gone.
    Removed(Block),
    /// It says or is something else, wherever it stands now.
    Changed {
        /// What it was.
        before: Box<Block>,
        /// What it is.
        after: Box<Block>,
        /// What changed in its text; all kept, when only its form did.
        pieces: Vec<Piece>,
    },
}

impl BlockChange {
    /// The block: as it is, or as it was when it is gone.
    #[must_use]
    pub fn block(&self) -> &Block {
        match self {
            Self::Kept(block) | Self::Moved(block) | Self::Added(block) | Self::Removed(block) => block,
            Self::Changed { after, .. } => after,
        }
    }
}

/// Compare two bodies; the blocks of the later one in their order, and those that are gone where they were.
#[must_use]
pub fn compare(before: &Document, after: &Document, steps: &mut Steps) -> Vec<BlockChange> {
    let ids = |d: &Document| d.blocks.iter().map(|b| b.id.clone()).collect::<Vec<_>>();
    let (old, new) = (ids(before), ids(after));
    let stays: HashSet<&BlockId> = new.iter().collect();
    let known: HashMap<&BlockId, &Block> = before.blocks.iter().map(|b| (&b.id, b)).collect();
    let mut all = Vec::new();
    for segment in align(&old, &new, steps) {
        let in_place = segment.kept;
        if !in_place {
            let gone = before.blocks.get(segment.old).unwrap_or_default().iter().filter(|b| !stays.contains(&b.id));
            all.extend(gone.cloned().map(BlockChange::Removed));
        }
        for block in after.blocks.get(segment.new).unwrap_or_default() {
            all.push(match known.get(&block.id).copied() {
                None => BlockChange::Added(block.clone()),
                Some(same) if same.says_as(block) && in_place => BlockChange::Kept(block.clone()),
                Some(same) if same.says_as(block) => BlockChange::Moved(block.clone()),
                Some(other) => {
                    let pieces = pieces(&text(other), &text(block), steps);
                    BlockChange::Changed { before: Box::new(other.clone()), after: Box::new(block.clone()), pieces }
                }
            });
        }
    }
    all
}

/// What became of a block that is not what it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Touch {
    /// It is new.
    Added,
    /// It says or is something else.
    Changed,
    /// It is gone.
    Removed,
    /// It stands elsewhere among those that stayed, as it was.
    Moved,
}

/// Reports the fewest possible moves; a block that both changed and moved is reported as changed only. In the order of the later body, what is gone after
/// what it followed. Linear in the size of both.
#[must_use]
pub fn touched<'d>(before: &'d Document, after: &'d Document) -> Vec<(&'d BlockId, Touch)> {
    write_transaction::assert_none();
    let stays: HashSet<&BlockId> = after.blocks.iter().map(|b| &b.id).collect();
    let known: HashMap<&BlockId, (usize, &Block)> = before.blocks.iter().enumerate().map(|(at, b)| (&b.id, (at, b))).collect();
    let mut gone: HashMap<Option<&BlockId>, Vec<&BlockId>> = HashMap::new();
    let mut last = None;
    for block in &before.blocks {
        if stays.contains(&block.id) {
            last = Some(&block.id);
        } else {
            gone.entry(last).or_default().push(&block.id);
        }
    }
    let places: Vec<usize> = after.blocks.iter().filter_map(|b| Some(known.get(&b.id)?.0)).collect();
    let mut in_place = ascending(&places).into_iter();
    let removed = |all: Option<Vec<&'d BlockId>>| all.into_iter().flatten().map(|id| (id, Touch::Removed));
    let mut told: Vec<_> = removed(gone.remove(&None)).collect();
    for block in &after.blocks {
        let touch = match known.get(&block.id) {
            None => Some(Touch::Added),
            Some((_, was)) => match (was.says_as(block), in_place.next()) {
                (false, _) => Some(Touch::Changed),
                (true, Some(false)) => Some(Touch::Moved),
                (true, _) => None,
            },
        };
        told.extend(touch.map(|touch| (&block.id, touch)));
        told.extend(removed(gone.remove(&Some(&block.id))));
    }
    told
}

fn text(block: &Block) -> String {
    plain(&Document { blocks: vec![block.clone()] })
}
