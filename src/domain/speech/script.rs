//! What is spoken of an edition.

use super::prepared;
use crate::domain::{
    Locale,
    body::{Block, Document, Node, text::of_inlines},
    credit::Credit,
    media::Digest,
    voice::Voice,
};

/// The plain text that is spoken: blocks that are parted by empty lines, at which a voice pauses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Script(String);

impl Script {
    /// What is spoken of words: headline, who is credited, and the body without captions, tables, embeds and code, and without sentences that are set apart and stand
    /// in the story once more.
    #[must_use]
    pub fn of(locale: &Locale, headline: &str, byline: &str, body: &Document) -> Self {
        let mut blocks = vec![headline.to_owned(), byline.to_owned()];
        blocks.extend(spoken(&body.blocks));
        let spoken: Vec<_> = blocks.iter().map(|block| prepared(locale, block)).filter(|block| !block.is_empty()).collect();
        Self(spoken.join("\n\n"))
    }

    /// The text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.0
    }

    /// What it comes to in a voice: sound that was made of the same is the same.
    #[must_use]
    pub fn digest(&self, voice: &Voice) -> Digest {
        Digest::of(format!("{}\n{}\n{}", voice.name, voice.bit_rate, self.0).as_bytes())
    }
}

/// The words of blocks that are spoken, one by one.
fn spoken(blocks: &[Block]) -> Vec<String> {
    let mut all = Vec::new();
    collect(blocks, &mut all);
    all
}

fn collect(blocks: &[Block], all: &mut Vec<String>) {
    for block in blocks {
        match &block.node {
            Node::Paragraph(text) | Node::Heading { text, .. } => all.push(of_inlines(text)),
            Node::LiveUpdate { title, .. } | Node::Factbox { title, .. } => all.push(title.clone()),
            Node::Gallery(_) => continue,
            _ => {}
        }
        collect(block.node.children(), all);
    }
}

/// The sum of what is spoken of words, whoever is credited.
#[must_use]
pub fn spoken_of(headline: &str, body: &Document) -> Digest {
    let mut text = headline.to_owned();
    for block in spoken(&body.blocks) {
        text.push('\0');
        text.push_str(&block);
    }
    Digest::of(text.as_bytes())
}

/// The sum of what is spoken of an edition: of its words, and of whom it credits first.
#[must_use]
pub fn spoken_with(words: Digest, credits: &[Credit]) -> Digest {
    let mut sum = words.as_bytes().to_vec();
    for credit in credits.iter().filter(|credit| Some(&credit.role) == credits.first().map(|first| &first.role)) {
        sum.extend(credit.role.bytes());
        sum.extend(credit.author_id.uuid().as_bytes());
    }
    Digest::of(&sum)
}
