//! What changed between two versions of a body, block by block. Blocks are known by their ids.

use std::collections::{HashMap, HashSet};

use similar::{Algorithm, DiffOp, capture_diff_slices};

use super::{Block, BlockId, Document, text::plain};
use crate::domain::diff::{Piece, pieces};

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
        before: Block,
        /// What it is.
        after: Block,
        /// What changed in its text; all kept, when only its form did.
        pieces: Vec<Piece>,
    },
}

/// Compare two bodies; the blocks of the later one in their order, and those that are gone where they were.
#[must_use]
pub fn compare(before: &Document, after: &Document) -> Vec<BlockChange> {
    let ids = |d: &Document| d.blocks.iter().map(|b| b.id.clone()).collect::<Vec<_>>();
    let (old, new) = (ids(before), ids(after));
    let stays: HashSet<&BlockId> = new.iter().collect();
    let known: HashMap<&BlockId, &Block> = before.blocks.iter().map(|b| (&b.id, b)).collect();
    let mut all = Vec::new();
    for op in capture_diff_slices(Algorithm::Myers, &old, &new) {
        let (_, was, is) = op.as_tag_tuple();
        let in_place = matches!(op, DiffOp::Equal { .. });
        if !in_place {
            let gone = before.blocks.get(was).unwrap_or_default().iter().filter(|b| !stays.contains(&b.id));
            all.extend(gone.cloned().map(BlockChange::Removed));
        }
        for block in after.blocks.get(is).unwrap_or_default() {
            all.push(match known.get(&block.id).copied() {
                None => BlockChange::Added(block.clone()),
                Some(same) if same.node == block.node && in_place => BlockChange::Kept(block.clone()),
                Some(same) if same.node == block.node => BlockChange::Moved(block.clone()),
                Some(other) => {
                    BlockChange::Changed { before: other.clone(), after: block.clone(), pieces: pieces(&text(other), &text(block)) }
                }
            });
        }
    }
    all
}

fn text(block: &Block) -> String {
    plain(&Document { blocks: vec![block.clone()] })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::body::{Inline, Node};

    fn document(blocks: &[(&str, &str)]) -> Document {
        let block = |(id, text): &(&str, &str)| Block {
            id: BlockId::parse(id).unwrap(),
            source: None,
            node: Node::Paragraph(vec![Inline::Text { text: (*text).to_owned(), marks: Vec::new() }]),
        };
        Document { blocks: blocks.iter().map(block).collect() }
    }

    fn told(before: &[(&str, &str)], after: &[(&str, &str)]) -> Vec<String> {
        let word = |change: &BlockChange| match change {
            BlockChange::Kept(b) => format!("kept {}", b.id),
            BlockChange::Moved(b) => format!("moved {}", b.id),
            BlockChange::Added(b) => format!("added {}", b.id),
            BlockChange::Removed(b) => format!("removed {}", b.id),
            BlockChange::Changed { after, .. } => format!("changed {}", after.id),
        };
        compare(&document(before), &document(after)).iter().map(word).collect()
    }

    #[test]
    fn blocks_are_kept_changed_moved_added_and_removed() {
        let before = [("a", "One."), ("b", "Two."), ("c", "Three."), ("d", "Four.")];
        let after = [("a", "One."), ("c", "Three."), ("b", "Two!"), ("e", "Five.")];
        let mut all = told(&before, &after);
        all.sort();
        // Which of two blocks that changed places has moved is the algorithm's choice; `b` says something else too.
        assert!(
            all == ["added e", "changed b", "kept a", "kept c", "removed d"]
                || all == ["added e", "changed b", "kept a", "moved c", "removed d"],
            "{all:?}"
        );
        assert_eq!(told(&before, &before), ["kept a", "kept b", "kept c", "kept d"]);
        assert_eq!(told(&before, &[]), ["removed a", "removed b", "removed c", "removed d"]);
    }
}
