//! A document as plain text.

use super::{Block, Document, Inline, Node};

/// All text of a document, blocks parted by empty lines.
#[must_use]
pub fn plain(document: &Document) -> String {
    let mut parts = Vec::new();
    collect(&document.blocks, true, &mut parts);
    parts.join("\n\n")
}

/// The text that a reader reads through: without captions, embeds and code. Words are counted in it.
#[must_use]
pub fn prose(document: &Document) -> String {
    let mut parts = Vec::new();
    collect(&document.blocks, false, &mut parts);
    parts.join("\n\n")
}

/// Running text without its marks; a line break is `\n`.
#[must_use]
pub fn of_inlines(inlines: &[Inline]) -> String {
    inlines
        .iter()
        .map(|inline| match inline {
            Inline::Text { text, .. } => text.as_str(),
            Inline::HardBreak => "\n",
        })
        .collect()
}

fn collect(blocks: &[Block], all: bool, parts: &mut Vec<String>) {
    let mut push = |text: String| {
        if !text.trim().is_empty() {
            parts.push(text);
        }
    };
    for block in blocks {
        match &block.node {
            Node::Paragraph(text) | Node::Heading { text, .. } => push(of_inlines(text)),
            Node::PullQuote { text, attribution } if all && !attribution.is_empty() => push(format!("{}\n{attribution}", of_inlines(text))),
            Node::PullQuote { text, .. } => push(of_inlines(text)),
            Node::Table(rows) => {
                let row = |row: &super::Row| row.iter().map(|c| of_inlines(&c.text).replace('\n', " ")).collect::<Vec<_>>().join("\t");
                push(rows.iter().map(row).collect::<Vec<_>>().join("\n"));
            }
            // What is said of a picture of the library goes when it does: it is in no text that is frozen.
            Node::Image(image) if all && image.media.is_none() => {
                let parts = [&image.caption, &image.credit].map(String::as_str);
                push(parts.into_iter().filter(|p| !p.is_empty()).collect::<Vec<_>>().join("\n"));
            }
            Node::Embed { url, title } if all => push(if title.is_empty() { url.clone() } else { format!("{title}\n{url}") }),
            Node::CodeBlock { text, .. } if all => push(text.clone()),
            Node::LiveUpdate { title, .. } | Node::Factbox { title, .. } => push(title.clone()),
            _ => {}
        }
        // `push` borrows `parts`, so the children come after it is done with.
        let inner = block.node.children();
        if !inner.is_empty() {
            let mut nested = Vec::new();
            collect(inner, all, &mut nested);
            nested.into_iter().for_each(&mut push);
        }
    }
}
