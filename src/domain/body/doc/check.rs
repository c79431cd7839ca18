//! What reading a document as JSON would find wrong with it, without making JSON of it.

use std::collections::HashSet;

use super::{
    super::{Block, Document, Image, Inline, Mark, Node, anchors, provider},
    Place, note_size,
};
use crate::domain::{
    error::Faults,
    text::{Length, limits, marks_within, note_forbidden, note_unbalanced, phrase},
    url::check_web_address,
};

/// Note the faults of a document that came by another way than [`read`](super::read), all of them under one pointer. Linear.
pub fn check(faults: &mut Faults, document: &Document, at: &str) {
    let mut check = Check { faults, at, nodes: 0, too_deep: false, ids: HashSet::new(), named: HashSet::new() };
    check.blocks(&document.blocks, 1, Place::Top);
    let (nodes, too_deep, lost) = (check.nodes, check.too_deep, check.named.iter().any(|id| !check.ids.contains(id)));
    if nodes > limits::BODY_NODES {
        faults.add(at, "too_many", format!("at most {} nodes", limits::BODY_NODES));
    }
    if too_deep {
        faults.add(at, "too_deep", format!("at most {} levels", limits::BODY_DEPTH));
    }
    if lost {
        faults.add(at, "unknown_block", "a link names a block that is not there");
    }
    note_size(faults, document, at);
}

struct Check<'d, 'f> {
    faults: &'f mut Faults,
    at: &'f str,
    nodes: usize,
    too_deep: bool,
    ids: HashSet<&'d str>,
    named: HashSet<&'d str>,
}

impl<'d> Check<'d, '_> {
    /// Count nodes; false when they stand so deep that nothing more is said of them.
    fn count(&mut self, nodes: usize, depth: usize) -> bool {
        self.nodes = self.nodes.saturating_add(nodes);
        self.too_deep |= nodes > 0 && depth > limits::BODY_DEPTH;
        depth <= limits::BODY_DEPTH
    }

    fn blocks(&mut self, blocks: &'d [Block], depth: usize, place: Place) {
        blocks.iter().for_each(|block| self.block(block, depth, place));
    }

    fn block(&mut self, block: &'d Block, depth: usize, place: Place) {
        if !self.count(1, depth) {
            return;
        }
        if !self.ids.insert(block.id.as_str()) {
            self.faults.add(self.at, "repeated", "two blocks have one id");
        }
        if !place.takes(block.node.kind()) {
            return self.faults.add(self.at, "misplaced_node", format!("`{}` cannot stand here", block.node.kind()));
        }
        let inner = depth.saturating_add(1);
        match &block.node {
            Node::PullQuote { attribution, .. } => self.phrase(attribution, limits::CREDIT),
            Node::Image(image) => self.image(image),
            Node::Embed { url, title } => {
                if check_web_address(self.faults, self.at, url).is_empty() || provider(url).is_none() {
                    self.faults.add(self.at, "unknown_provider", "not an https address of a known provider");
                }
                self.phrase(title, limits::CAPTION);
            }
            Node::CodeBlock { text, .. } => {
                self.count(usize::from(!text.is_empty()), 1);
                if self.words(text) {
                    note_unbalanced(self.faults, self.at, text);
                }
            }
            Node::Table(rows) => {
                self.count(rows.len(), inner);
                for (n, row) in rows.iter().enumerate() {
                    self.count(row.len(), inner.saturating_add(1));
                    if row.iter().any(|cell| usize::from(cell.rowspan) > rows.len().saturating_sub(n)) {
                        self.faults.add(self.at, "out_of_range", "a cell reaches beyond the last row");
                    }
                }
            }
            Node::LiveUpdate { title, .. } | Node::Factbox { title, .. } => self.phrase(title, limits::HEADLINE),
            _ => {}
        }
        let depth_of_text = if matches!(block.node, Node::Table(_)) { inner.saturating_add(2) } else { inner };
        for line in block.node.lines() {
            self.line(line, depth_of_text);
        }
        let place = match block.node {
            Node::BulletList(_) | Node::OrderedList { .. } => Place::List,
            Node::Gallery(_) => Place::Gallery,
            _ => Place::Block,
        };
        self.blocks(block.node.children(), inner, place);
    }

    fn image(&mut self, image: &'d Image) {
        if image.media.is_none() {
            check_web_address(self.faults, self.at, &image.url);
        }
        self.phrase(&image.alt, limits::ALT);
        self.phrase(&image.caption, limits::CAPTION);
        self.phrase(&image.credit, limits::CREDIT);
        image.href.iter().for_each(|href| self.href(href));
    }

    fn href(&mut self, href: &'d str) {
        self.named.extend(href.strip_prefix('#'));
        if anchors::link(href).is_none() {
            self.faults.add(self.at, "unsafe_link", "a link is no address that a browser should follow");
        }
    }

    fn line(&mut self, line: &'d [Inline], depth: usize) {
        if !self.count(line.len(), depth) {
            return;
        }
        let mut whole = String::new();
        for inline in line {
            let Inline::Text { text, marks } = inline else { continue };
            if self.words(text) {
                whole.push_str(text);
            }
            for mark in marks {
                if let Mark::Link { href } = mark {
                    self.href(href);
                }
            }
        }
        note_unbalanced(self.faults, self.at, &whole);
    }

    /// Look words over; false when they are such that nothing more is said of them.
    fn words(&mut self, text: &str) -> bool {
        if !marks_within(text) {
            self.faults.add(self.at, "too_many", format!("at most {} combining marks in a row", limits::MARKS));
            return false;
        }
        note_forbidden(self.faults, self.at, text);
        true
    }

    fn phrase(&mut self, text: &str, length: Length) {
        phrase(self.faults, self.at, text, length);
    }
}
