//! Where links of a body lead, and those that lead to its own blocks.
//!
//! **Context.** A link within a page names an element by its `id`; here blocks have ids, and get others when a body that was sent as HTML or
//! Markdown is matched against what was there. **Decision.** A link to a block is `#` and the block's id in the document, and names a block
//! that is there: `doc` refuses others, whatever else is read resolves them, or keeps the words alone and says so. HTML writes an `id`
//! only on blocks that a link of the body names, since nobody needs the others, and with [`ID`] before it, so that it collides with no id
//! of the page it stands in and shadows none of its scripts' names. **Consequence.** Links follow their blocks through every form.

use std::collections::{HashMap, HashSet};

use super::{Block, BlockId, Document, Href, Inline, Mark, Node, push_text};
use crate::domain::url::{safe_link, site_path};

/// What stands before a block's id where HTML has it.
pub const ID: &str = "block-";

/// The link as it is kept: a safe absolute address, a path of the site, or `#` with what can be a block's id.
#[must_use]
pub fn link(href: &str) -> Option<String> {
    match href.strip_prefix('#') {
        Some(id) => BlockId::parse(id).map(|id| format!("#{id}")),
        None => site_path(href).or_else(|| safe_link(href)),
    }
}

/// Go over every link at whatever depth; one for which `keep` says no is taken off its words or its picture. Neighbours that lead
/// to one thing are one link then.
pub fn each(blocks: &mut [Block], keep: &mut dyn FnMut(&mut Href) -> bool) {
    for block in blocks {
        if let Node::Image(image) = &mut block.node {
            image.href = image.href.take().and_then(|mut href| keep(&mut href).then_some(href));
        }
        for line in block.node.lines_mut() {
            for inline in line.iter_mut() {
                let Inline::Text { marks, .. } = inline else { continue };
                marks.retain_mut(|mark| if let Mark::Link { href } = mark { keep(href) } else { true });
            }
            let is_one = |pair: &[Inline]| matches!(pair, [Inline::Text { marks, .. }, Inline::Text { marks: next, .. }] if marks == next);
            if line.windows(2).any(is_one) {
                *line = joined(std::mem::take(line));
            }
        }
        each(block.node.children_mut(), keep);
    }
}

/// The document with the words and pictures of its links alone.
#[must_use]
pub fn without_links(document: &Document) -> Document {
    let mut document = document.clone();
    each(&mut document.blocks, &mut |_| false);
    document
}

/// The line with neighbours of the same marks made one.
fn joined(line: Vec<Inline>) -> Vec<Inline> {
    line.into_iter().fold(Vec::new(), |mut line, inline| {
        match inline {
            Inline::Text { text, marks } => push_text(&mut line, &text, &marks),
            Inline::HardBreak => line.push(Inline::HardBreak),
        }
        line
    })
}

/// The ids that links of these blocks name.
#[must_use]
pub fn named(blocks: &[Block]) -> HashSet<&str> {
    fn gather<'b>(blocks: &'b [Block], all: &mut HashSet<&'b str>) {
        for block in blocks {
            all.extend(links(&block.node).filter_map(|href| href.strip_prefix('#')));
            gather(block.node.children(), all);
        }
    }
    let mut all = HashSet::new();
    gather(blocks, &mut all);
    all
}

/// Look at every link at whatever depth.
pub fn look<'b>(blocks: &'b [Block], told: &mut dyn FnMut(&'b Href)) {
    for block in blocks {
        links(&block.node).for_each(&mut *told);
        look(block.node.children(), told);
    }
}

/// The links of a node, but for those of the blocks within.
pub fn links(node: &Node) -> impl Iterator<Item = &Href> {
    let picture = if let Node::Image(image) = node { image.href.as_ref() } else { None };
    let marks = node.lines().into_iter().flatten().flat_map(|inline| match inline {
        Inline::Text { marks, .. } => marks.as_slice(),
        Inline::HardBreak => &[],
    });
    picture.into_iter().chain(marks.filter_map(|mark| if let Mark::Link { href } = mark { Some(href) } else { None }))
}

/// The ids of all blocks, each before those within it.
#[must_use]
pub fn ids(document: &Document) -> Vec<BlockId> {
    fn gather(blocks: &[Block], all: &mut Vec<BlockId>) {
        for block in blocks {
            all.push(block.id.clone());
            gather(block.node.children(), all);
        }
    }
    let mut all = Vec::new();
    gather(&document.blocks, &mut all);
    all
}

/// Let links to blocks follow them: `before` are the [ids] that the blocks had. Linear.
pub fn follow(document: &mut Document, before: &[BlockId]) {
    if named(&document.blocks).is_empty() {
        return;
    }
    let now = ids(document);
    let now: HashMap<&str, &BlockId> = before.iter().map(BlockId::as_str).zip(&now).collect();
    each(&mut document.blocks, &mut |href| {
        if let Some(id) = href.strip_prefix('#').and_then(|id| now.get(id)) {
            href.address = format!("#{id}");
        }
        true
    });
}
