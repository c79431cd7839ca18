//! Plain text as a document.

use std::borrow::Cow;

use super::{
    super::{Block, BlockId, Document, Inline, Node, budget::TooMuch, push_text},
    repairs::Repairs,
};
use crate::domain::{
    Violation,
    text::{folded, limits},
};

/// Paragraphs parted by empty lines, with line breaks within them kept; beside them what was set right. The words are kept as they are, but for control
/// characters and directions that are open at the end of a paragraph; spaces count as in any running text.
///
/// # Errors
/// At the limit of nodes or bytes.
pub fn read_plain(text: &str, mint: &mut dyn FnMut() -> BlockId) -> Result<(Document, Vec<Violation>), TooMuch> {
    let text = if text.contains('\r') { Cow::Owned(text.replace("\r\n", "\n").replace('\r', "\n")) } else { Cow::Borrowed(text) };
    let (mut nodes, mut bytes) = (0usize, 0usize);
    let (mut blocks, mut repairs) = (Vec::new(), Repairs::default());
    let mut paragraph: Vec<Inline> = Vec::new();
    for line in text.trim_start_matches('\u{feff}').split('\n').chain([""]) {
        let line = repairs.printable(&folded(line));
        if !line.is_empty() {
            if !paragraph.is_empty() {
                paragraph.push(Inline::HardBreak);
            }
            push_text(&mut paragraph, &line, &[]);
            (nodes, bytes) = (nodes.saturating_add(2), bytes.saturating_add(line.len()));
        } else if !paragraph.is_empty() {
            repairs.balance(&mut paragraph);
            blocks.push(Block::new(mint(), Node::Paragraph(std::mem::take(&mut paragraph))));
        }
        if nodes > limits::BODY_NODES {
            return Err(TooMuch::Nodes);
        }
        if bytes > limits::BODY_BYTES {
            return Err(TooMuch::Bytes);
        }
    }
    Ok((Document { blocks }, repairs.into_warnings()))
}
