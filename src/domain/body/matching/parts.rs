//! A body as a list of its blocks, each with what it is matched by.

use std::collections::HashMap;

use serde_json::Value;

use super::super::{Block, Document, Node, doc, text};

/// What can be one another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Kind {
    /// Running text, whatever it is set as: a paragraph becomes a heading.
    Text,
    /// Of itself alone: tables, images, embeds, rules.
    Own(&'static str),
    /// What holds blocks; lists of either sort are one.
    Holder(&'static str),
}

impl Kind {
    fn of(node: &Node) -> Self {
        match node {
            Node::Paragraph(_) | Node::Heading { .. } | Node::PullQuote { .. } | Node::CodeBlock { .. } => Self::Text,
            Node::BulletList(_) | Node::OrderedList { .. } => Self::Holder("list"),
            Node::Blockquote(_) | Node::ListItem(_) | Node::Gallery(_) | Node::LiveUpdate { .. } | Node::Factbox { .. } => {
                Self::Holder(node.kind())
            }
            Node::Image(_) | Node::Embed { .. } | Node::Table(_) | Node::HorizontalRule => Self::Own(node.kind()),
        }
    }
}

/// Numbers that are the same for the same contents.
pub(super) type Numbers = HashMap<(String, Vec<u32>), u32>;

/// A block.
#[derive(Debug)]
pub(super) struct Part {
    pub(super) kind: Kind,
    /// Its type, as JSON writes it.
    pub(super) name: &'static str,
    /// The number of all that it says and holds, but for ids.
    pub(super) whole: u32,
    /// The number of its own words, or of the address of what it shows; nothing, where there are none.
    pub(super) said: Option<u32>,
    /// Its own words, for [likeness](super::likeness); none, where it holds blocks.
    pub(super) words: String,
    /// How much it says, with all that it holds; at least 1.
    pub(super) weight: usize,
    pub(super) depth: usize,
    /// How many blocks it is, with all that it holds.
    pub(super) size: usize,
    pub(super) parent: Option<usize>,
    pub(super) before: Option<usize>,
    pub(super) after: Option<usize>,
}

/// The blocks of a body, each before those that it holds.
#[derive(Debug, Default)]
pub(super) struct Parts {
    all: Vec<Part>,
    last: Option<usize>,
}

impl Parts {
    pub(super) fn of(blocks: &[Block], numbers: &mut Numbers) -> Self {
        let mut parts = Self::default();
        let written = blocks.iter().map(doc::write_block);
        parts.last = parts.gather(blocks, written, (None, 0), numbers).1;
        parts
    }

    pub(super) fn len(&self) -> usize {
        self.all.len()
    }

    pub(super) fn get(&self, at: usize) -> Option<&Part> {
        self.all.get(at)
    }

    pub(super) fn iter(&self) -> std::slice::Iter<'_, Part> {
        self.all.iter()
    }

    /// The last block of the body that no other holds.
    pub(super) fn last(&self) -> Option<usize> {
        self.last
    }

    /// The blocks that one holds itself.
    pub(super) fn within(&self, at: usize) -> impl Iterator<Item = usize> {
        let first = at.saturating_add(1);
        let first = self.get(first).filter(|part| part.parent == Some(at)).map(|_| first);
        std::iter::successors(first, |child| self.get(*child)?.after)
    }

    /// Take in blocks that stand side by side: their numbers, and the last of them.
    fn gather(
        &mut self,
        blocks: &[Block],
        written: impl IntoIterator<Item = Value>,
        (parent, depth): (Option<usize>, usize),
        numbers: &mut Numbers,
    ) -> (Vec<u32>, Option<usize>) {
        let (mut wholes, mut before) = (Vec::with_capacity(blocks.len()), None);
        for (block, mut value) in blocks.iter().zip(written) {
            let at = self.all.len();
            if let Some(attrs) = value.get_mut("attrs").and_then(Value::as_object_mut) {
                attrs.retain(|name, _| !matches!(name.as_str(), "id" | "source" | "guessed"));
            }
            let inner = block.node.children();
            let content = if inner.is_empty() { Value::Null } else { value.get_mut("content").map_or(Value::Null, Value::take) };
            let content = if let Value::Array(content) = content { content } else { Vec::new() };
            let kind = Kind::of(&block.node);
            let (said, words) = said(block);
            let said = (!said.is_empty()).then(|| number(numbers, (format!("{kind:?} {said}"), Vec::new())));
            let weight = words.chars().count().max(1);
            self.all.push(Part {
                kind,
                name: block.node.kind(),
                whole: 0,
                said,
                words,
                weight,
                depth,
                size: 1,
                parent,
                before,
                after: None,
            });
            let (inside, _) = self.gather(inner, content, (Some(at), depth.saturating_add(1)), numbers);
            let whole = number(numbers, (value.to_string(), inside));
            let size = self.all.len().saturating_sub(at);
            let held: usize = self.within(at).filter_map(|child| self.get(child)).map(|child| child.weight).sum();
            if let Some(part) = self.all.get_mut(at) {
                (part.whole, part.size, part.weight) = (whole, size, weight.saturating_add(held));
            }
            if let Some(part) = before.and_then(|before| self.all.get_mut(before)) {
                part.after = Some(at);
            }
            wholes.push(whole);
            before = Some(at);
        }
        (wholes, before)
    }
}

fn number(numbers: &mut Numbers, of: (String, Vec<u32>)) -> u32 {
    let next = u32::try_from(numbers.len()).unwrap_or(u32::MAX);
    *numbers.entry(of).or_insert(next)
}

/// What makes a block the same although something about it changed, and its words.
fn said(block: &Block) -> (String, String) {
    match &block.node {
        Node::Image(image) => {
            (image.media.map_or_else(|| image.url.clone(), |id| id.to_string()), format!("{} {}", image.alt, image.caption))
        }
        Node::Embed { url, title } => (url.clone(), title.clone()),
        Node::LiveUpdate { at, title, .. } => (format!("{at} {title}"), String::new()),
        Node::Factbox { title, .. } => (title.clone(), String::new()),
        Node::Blockquote(_)
        | Node::BulletList(_)
        | Node::OrderedList { .. }
        | Node::ListItem(_)
        | Node::Gallery(_)
        | Node::HorizontalRule => (String::new(), String::new()),
        Node::Paragraph(_) | Node::Heading { .. } | Node::PullQuote { .. } | Node::CodeBlock { .. } | Node::Table(_) => {
            let words = text::plain(&Document { blocks: vec![block.clone()] });
            (words.clone(), words)
        }
    }
}
