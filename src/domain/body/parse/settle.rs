//! What can be set right only when all of a body is there: links to its own blocks, and directions that are open at the end of a block.

use std::collections::{BTreeSet, HashMap};

use percent_encoding::percent_decode_str;

use super::{
    super::{Block, BlockId, Document, Inline, Mark, Node, anchors, push_text},
    Context,
    balance::{Balance, is_direction},
    embeds::alone,
    ends_open,
    losses::{Loss, UNLED},
    repairs::Repairs,
    trimmed,
};
use crate::domain::{Locale, text::folded};

/// The line without empty pieces, with those of the same marks made one, and with white space folded over what went.
pub(super) fn joined(line: Vec<Inline>) -> Vec<Inline> {
    let mut whole = Vec::new();
    for inline in line {
        match inline {
            Inline::Text { text, marks } => {
                let mut words = String::with_capacity(text.len());
                for c in text.chars() {
                    let open = if words.is_empty() { ends_open(&whole) } else { words.ends_with(' ') };
                    if c != ' ' || !open {
                        words.push(c);
                    }
                }
                push_text(&mut whole, &words, &marks);
            }
            Inline::HardBreak => {
                // Ends: each round takes off what stands last.
                while let Some(Inline::Text { text, .. }) = whole.last_mut() {
                    text.truncate(text.trim_end_matches(' ').len());
                    if !text.is_empty() {
                        break;
                    }
                    whole.pop();
                }
                whole.push(Inline::HardBreak);
            }
        }
    }
    whole
}

impl Repairs {
    /// Close what a line leaves open, and take out what closes nothing.
    pub(super) fn balance(&mut self, line: &mut Vec<Inline>) {
        let directs = |inline: &Inline| matches!(inline, Inline::Text { text, .. } if text.contains(is_direction));
        if !line.iter().any(directs) {
            return;
        }
        let mut balance = Balance::default();
        let mut texts: Vec<&mut String> =
            line.iter_mut().filter_map(|i| if let Inline::Text { text, .. } = i { Some(text) } else { None }).collect();
        let first = texts.first().map(|text| (**text).clone()).unwrap_or_default();
        texts.iter_mut().for_each(|text| balance.over(text));
        let mended = balance.end(texts.pop());
        if mended > 0 {
            *line = trimmed(joined(std::mem::take(line)));
            Self::note(&mut self.bidi, mended, &first);
        }
    }
}

/// Take the language of the body off what is in no other one.
fn speak(blocks: &mut [Block], locale: &Locale) {
    for block in blocks {
        block.lang.take_if(|lang| lang == locale);
        if block.lang.is_some() {
            continue;
        }
        let own = |mark: &Mark| matches!(mark, Mark::Lang(lang) if lang == locale);
        for line in block.node.lines_mut() {
            let mut taken = false;
            for inline in line.iter_mut() {
                if let Inline::Text { marks, .. } = inline {
                    let before = marks.len();
                    marks.retain(|mark| !own(mark));
                    taken |= marks.len() < before;
                }
            }
            if taken {
                *line = joined(std::mem::take(line));
            }
        }
        speak(block.node.children_mut(), locale);
    }
}

impl Context<'_> {
    pub(super) fn settle(&mut self, document: &mut Document) {
        if let Some(last) = document.blocks.last() {
            self.names.extend(self.waiting.drain(..).map(|name| (name, last.id.clone())));
        }
        self.resolve(&mut document.blocks);
        if let Some(locale) = self.locale {
            speak(&mut document.blocks, locale);
        }
        self.balance(&mut document.blocks);
    }

    /// Let links that name an element lead to the block it became. Those that name none are taken off.
    fn resolve(&mut self, blocks: &mut [Block]) {
        // The first of a name counts, as in a browser.
        let names: HashMap<&str, &BlockId> = self.names.iter().rev().map(|(name, id)| (name.as_str(), id)).collect();
        let mut lost = BTreeSet::new();
        anchors::each(blocks, &mut |href| {
            let Some(name) = href.strip_prefix('#') else { return true };
            let decoded = percent_decode_str(name).decode_utf8_lossy();
            let Some(id) = names.get(name).or_else(|| names.get(decoded.as_ref())) else {
                lost.insert(href.address.clone());
                return false;
            };
            href.address = format!("#{id}");
            true
        });
        self.losses.end();
        for href in lost {
            self.losses.note(UNLED, &Loss { words: String::new(), addresses: vec![href] });
        }
    }

    fn balance(&mut self, blocks: &mut [Block]) {
        for block in blocks {
            block.node.lines_mut().into_iter().for_each(|line| self.repairs.balance(line));
            if let Node::Paragraph(line) = &block.node
                && let Some(url) = alone(line)
            {
                block.node = Node::Embed { url, title: String::new() };
            }
            let is_code = matches!(block.node, Node::CodeBlock { .. });
            // Those of running text are balanced already.
            let alone = match &mut block.node {
                Node::PullQuote { attribution, .. } => vec![attribution],
                node @ (Node::Image(_) | Node::Embed { .. } | Node::LiveUpdate { .. } | Node::Factbox { .. } | Node::CodeBlock { .. }) => {
                    node.texts_mut()
                }
                _ => Vec::new(),
            };
            for text in alone {
                let mut balance = Balance::default();
                let first: String = text.chars().take(80).collect();
                balance.over(text);
                let mended = balance.end(Some(text));
                if mended > 0 && !is_code {
                    // What went may have stood behind a space.
                    *text = folded(text);
                }
                Repairs::note(&mut self.repairs.bidi, mended, &first);
            }
            self.balance(block.node.children_mut());
        }
    }
}
