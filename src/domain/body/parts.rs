//! What a node is made of: blocks, lines of running text, words.

use super::{Block, BlockId, Document, Inline, Node, text};

impl Document {
    /// The block with this id, at whatever depth.
    #[must_use]
    pub fn block(&self, id: &BlockId) -> Option<&Block> {
        fn within<'b>(blocks: &'b [Block], id: &BlockId) -> Option<&'b Block> {
            blocks.iter().find_map(|block| if block.id == *id { Some(block) } else { within(block.node.children(), id) })
        }
        within(&self.blocks, id)
    }
}

impl Node {
    /// Its own running text, if it has one: without marks, a line break as `\n`.
    #[must_use]
    pub fn running_text(&self) -> Option<String> {
        match self {
            Self::Paragraph(line) | Self::Heading { text: line, .. } | Self::PullQuote { text: line, .. } => Some(text::of_inlines(line)),
            Self::CodeBlock { text, .. } => Some(text.clone()),
            _ => None,
        }
    }

    /// The blocks within, if it holds blocks.
    #[must_use]
    pub fn children(&self) -> &[Block] {
        match self {
            Self::Blockquote(blocks)
            | Self::BulletList(blocks)
            | Self::ListItem(blocks)
            | Self::Gallery(blocks)
            | Self::OrderedList { items: blocks, .. }
            | Self::LiveUpdate { blocks, .. }
            | Self::Factbox { blocks, .. } => blocks,
            _ => &[],
        }
    }

    /// The blocks within, to change.
    pub fn children_mut(&mut self) -> &mut [Block] {
        self.inner_mut().map_or(&mut [], Vec::as_mut_slice)
    }

    /// The same, to take some out; nothing, where there can be none.
    pub(super) fn inner_mut(&mut self) -> Option<&mut Vec<Block>> {
        match self {
            Self::Blockquote(blocks)
            | Self::BulletList(blocks)
            | Self::ListItem(blocks)
            | Self::Gallery(blocks)
            | Self::OrderedList { items: blocks, .. }
            | Self::LiveUpdate { blocks, .. }
            | Self::Factbox { blocks, .. } => Some(blocks),
            _ => None,
        }
    }

    /// Its lines of running text.
    #[must_use]
    pub fn lines(&self) -> Vec<&Vec<Inline>> {
        match self {
            Self::Paragraph(text) | Self::Heading { text, .. } | Self::PullQuote { text, .. } => vec![text],
            Self::Table(rows) => rows.iter().flatten().map(|cell| &cell.text).collect(),
            _ => Vec::new(),
        }
    }

    /// Its lines of running text, to change.
    pub fn lines_mut(&mut self) -> Vec<&mut Vec<Inline>> {
        match self {
            Self::Paragraph(text) | Self::Heading { text, .. } | Self::PullQuote { text, .. } => vec![text],
            Self::Table(rows) => rows.iter_mut().flatten().map(|cell| &mut cell.text).collect(),
            _ => Vec::new(),
        }
    }

    /// All its words, to change, but for those of the blocks within.
    pub fn texts_mut(&mut self) -> Vec<&mut String> {
        match self {
            Self::Image(image) => vec![&mut image.alt, &mut image.caption, &mut image.credit],
            Self::Embed { title: text, .. }
            | Self::LiveUpdate { title: text, .. }
            | Self::Factbox { title: text, .. }
            | Self::CodeBlock { text, .. } => vec![text],
            Self::PullQuote { text, attribution } => words(text).chain([attribution]).collect(),
            other => other.lines_mut().into_iter().flat_map(|line| words(line)).collect(),
        }
    }
}

fn words(line: &mut [Inline]) -> impl Iterator<Item = &mut String> {
    line.iter_mut().filter_map(|inline| if let Inline::Text { text, .. } = inline { Some(text) } else { None })
}
