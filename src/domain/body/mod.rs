//! The body of a story: a closed, versioned document in the shape of `ProseMirror`'s JSON.
//!
//! **Context.** Bodies come from editors, wires and old sites, and go to browsers, apps and feeds. HTML kept as it
//! came would have to be sanitised at every door. **Decision.** A body is a [`Document`]: a tree of the [`Node`]s
//! and [`Mark`]s below and of nothing else, where every block has an id that outlives edits. Whatever comes in is
//! mapped to it ([`doc`], [`parse`], [`markdown`], [`text`]), and every output is derived from it ([`html`],
//! [`doc`], [`text`], [`markdown`], [`portable`]). **Consequence.** Nothing executable can survive, because nothing
//! executable can be represented; and what a node cannot say is dropped and reported when it comes in, not when a
//! reader sees it.

pub mod anchors;
mod attributes;
pub mod blocks;
pub mod budget;
pub mod doc;
mod escaping;
mod href;
pub mod html;
pub mod img;
mod language;
pub mod markdown;
mod matching;
pub mod parse;
mod parts;
pub mod pictures;
pub mod portable;
mod read;
pub mod references;
pub mod schema;
mod shortcodes;
mod tables;
pub mod text;
mod tree;

use std::{borrow::Cow, fmt};

pub use href::Href;
pub use language::Language;
pub use read::ReadBody;
use serde::Serialize;
use serde_json::Value;

use super::{
    Instant, Locale,
    error::{Error, FAULTS, Faults, Violation},
    media::MediaId,
    text::{marks_within, nfc},
    vocabulary::vocabulary,
    write_transaction,
};
use budget::{Budget, TooMuch};

/// The version of the document schema that is written.
pub const SCHEMA: u64 = 1;

/// The id of a block: 1 to 36 of `a-z`, `0-9`, `-` and `_`, unique in its document and kept through edits.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct BlockId(String);

impl BlockId {
    /// The id, when the text can be one.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_';
        ((1..=36).contains(&text.len()) && text.chars().all(fits)).then(|| Self(text.to_owned()))
    }

    /// A new id of ten characters out of eight random bytes.
    #[must_use]
    pub fn new(random: u64) -> Self {
        const ALPHABET: [char; 32] = [
            '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'j', 'k', 'm', 'n', 'p', 'q', 'r',
            's', 't', 'v', 'w', 'x', 'y', 'z',
        ];
        let digit = |n: u32| usize::try_from((random >> (n * 5)) & 31).ok().and_then(|d| ALPHABET.get(d));
        Self((0..10).filter_map(digit).collect())
    }

    /// The id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for BlockId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A body.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Document {
    /// Its blocks, from the top.
    pub blocks: Vec<Block>,
}

impl Document {
    /// True when one of its blocks, at whatever depth, has this id.
    #[must_use]
    pub fn has(&self, id: &BlockId) -> bool {
        fn within(blocks: &[Block], id: &BlockId) -> bool {
            blocks.iter().any(|b| b.id == *id || within(b.node.children(), id))
        }
        within(&self.blocks, id)
    }

    /// Bring its words to NFC (UAX #15). Addresses are no words, and stay as they are; so does what was markup around the words when they
    /// were read, where a `>` before a combining sign would become another character.
    fn normalise(&mut self) {
        fn within(blocks: &mut [Block]) {
            for block in blocks {
                for text in block.node.texts_mut() {
                    if let Cow::Owned(normal) = nfc(text) {
                        *text = normal;
                    }
                }
                within(block.node.children_mut());
            }
        }
        within(&mut self.blocks);
    }
}

/// One block of a body.
#[derive(Debug, Clone, PartialEq)]
pub struct Block {
    /// Its id.
    pub id: BlockId,
    /// In a translation: the block of the source that it renders.
    pub source: Option<SourceBlock>,
    /// The language of its words, where it is not that of the body.
    pub lang: Option<Locale>,
    /// What it is.
    pub node: Node,
}

impl Block {
    /// A block with nothing but an id.
    #[must_use]
    pub fn new(id: BlockId, node: Node) -> Self {
        Self { id, source: None, lang: None, node }
    }

    /// True when both say the same, whatever the ids and sources of them and of the blocks in them.
    #[must_use]
    pub fn says_as(&self, other: &Self) -> bool {
        self.lang == other.lang && self.node.says_as(&other.node)
    }
}

/// The block of a source that a block of a translation renders.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceBlock {
    /// Its id.
    pub id: BlockId,
    /// Whether that was concluded from where both stand, and nobody has said so.
    pub guessed: bool,
}

impl SourceBlock {
    /// One that somebody has said.
    #[must_use]
    pub fn told(id: BlockId) -> Self {
        Self { id, guessed: false }
    }
}

/// What a block is.
#[derive(Debug, Clone, PartialEq)]
pub enum Node {
    /// A paragraph.
    Paragraph(Vec<Inline>),
    /// A heading of level 2 to 4.
    Heading {
        /// The level.
        level: u8,
        /// Its text.
        text: Vec<Inline>,
    },
    /// A quotation of whole blocks.
    Blockquote(Vec<Block>),
    /// A sentence of the story set apart.
    PullQuote {
        /// The sentence.
        text: Vec<Inline>,
        /// Whose it is.
        attribution: String,
    },
    /// A list with bullets; its blocks are list items.
    BulletList(Vec<Block>),
    /// A list with numbers; its blocks are list items.
    OrderedList {
        /// The first number.
        start: u32,
        /// The items.
        items: Vec<Block>,
    },
    /// An item of a list.
    ListItem(Vec<Block>),
    /// A picture.
    Image(Image),
    /// Pictures that belong together; its blocks are images.
    Gallery(Vec<Block>),
    /// Something shown from another site, by its address alone.
    Embed {
        /// The address, of a known provider.
        url: String,
        /// What it shows, for those who cannot see it.
        title: String,
    },
    /// A table.
    Table(Vec<Row>),
    /// Program text.
    CodeBlock {
        /// The language, if said.
        language: Option<Language>,
        /// The text, with line breaks.
        text: String,
    },
    /// A rule between blocks.
    HorizontalRule,
    /// An entry of a live blog.
    LiveUpdate {
        /// When it happened.
        at: Instant,
        /// Its heading.
        title: String,
        /// Its blocks.
        blocks: Vec<Block>,
    },
    /// A box of facts beside the story.
    Factbox {
        /// Its heading.
        title: String,
        /// Its blocks.
        blocks: Vec<Block>,
    },
}

/// A picture in a body.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Image {
    /// The item of the media library that it is; nothing, when it lies elsewhere.
    pub media: Option<MediaId>,
    /// Absolute address; empty for one of the library until readers are [shown](pictures) it.
    pub url: String,
    /// Alternative text; empty for decoration, or, where it is one of the library, for what that says.
    pub alt: String,
    /// Caption, in the same way.
    pub caption: String,
    /// Whose picture it is, in the same way.
    pub credit: String,
    /// Width and height in pixels, when known.
    pub size: Option<(u32, u32)>,
    /// Where a click on it leads.
    pub href: Option<Href>,
    /// What readers are given of one of the library beside all that.
    pub shown: Option<Box<pictures::Shown>>,
}

/// A row of a table.
pub type Row = Vec<Cell>;

/// A cell of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cell {
    /// True for a cell that heads its row or column.
    pub header: bool,
    /// Columns that it is wide.
    pub colspan: u16,
    /// Rows that it is high.
    pub rowspan: u16,
    /// Its text.
    pub text: Vec<Inline>,
}

impl Cell {
    /// A cell of one column and one row.
    #[must_use]
    pub fn new(header: bool, text: Vec<Inline>) -> Self {
        Self { header, colspan: 1, rowspan: 1, text }
    }
}

/// A piece of running text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Inline {
    /// Text with its marks.
    Text {
        /// The text; never empty.
        text: String,
        /// Its marks, sorted, one of a kind.
        marks: Vec<Mark>,
    },
    /// A line break within a paragraph.
    HardBreak,
}

/// A mark on text; in the order in which they nest.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mark {
    /// A link.
    Link {
        /// Its address, parsed and safe: absolute, a path of the site, or `#` with the id of a block of the body.
        href: Href,
    },
    /// Text in another language.
    Lang(Locale),
    /// Strong.
    Bold,
    /// Emphasised.
    Italic,
    /// Underlined.
    Underline,
    /// Struck out.
    Strike,
    /// Below the line.
    Sub,
    /// Above the line.
    Sup,
    /// Program text.
    Code,
}

impl Node {
    fn says_as(&self, other: &Self) -> bool {
        let all = |one: &[Block], other: &[Block]| one.len() == other.len() && one.iter().zip(other).all(|(one, other)| one.says_as(other));
        match (self, other) {
            (Self::Blockquote(one), Self::Blockquote(other))
            | (Self::BulletList(one), Self::BulletList(other))
            | (Self::ListItem(one), Self::ListItem(other))
            | (Self::Gallery(one), Self::Gallery(other)) => all(one, other),
            (Self::OrderedList { start, items: one }, Self::OrderedList { start: from, items: other }) => start == from && all(one, other),
            (Self::LiveUpdate { at, title, blocks: one }, Self::LiveUpdate { at: when, title: called, blocks: other }) => {
                at == when && title == called && all(one, other)
            }
            (Self::Factbox { title, blocks: one }, Self::Factbox { title: called, blocks: other }) => title == called && all(one, other),
            // None of these holds blocks.
            _ => self == other,
        }
    }

    /// The node's type, as JSON writes it.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Paragraph(_) => "paragraph",
            Self::Heading { .. } => "heading",
            Self::Blockquote(_) => "blockquote",
            Self::PullQuote { .. } => "pull_quote",
            Self::BulletList(_) => "bullet_list",
            Self::OrderedList { .. } => "ordered_list",
            Self::ListItem(_) => "list_item",
            Self::Image(_) => "image",
            Self::Gallery(_) => "gallery",
            Self::Embed { .. } => "embed",
            Self::Table(_) => "table",
            Self::CodeBlock { .. } => "code_block",
            Self::HorizontalRule => "horizontal_rule",
            Self::LiveUpdate { .. } => "live_update",
            Self::Factbox { .. } => "factbox",
        }
    }
}

impl Inline {
    /// The link that it is part of.
    #[must_use]
    pub fn link(&self) -> Option<&Mark> {
        match self {
            // Links nest outermost, so that they come first.
            Self::Text { marks, .. } => marks.first().filter(|mark| matches!(mark, Mark::Link { .. })),
            Self::HardBreak => None,
        }
    }
}

impl Mark {
    /// True when both are of one kind, whatever they point to.
    #[must_use]
    pub fn same_kind(&self, other: &Self) -> bool {
        std::mem::discriminant(self) == std::mem::discriminant(other)
    }
}

/// Append a piece of text, joined to the last one when the marks are the same.
pub fn push_text(to: &mut Vec<Inline>, text: &str, marks: &[Mark]) {
    if text.is_empty() {
        return;
    }
    let mut sorted = marks.to_vec();
    sorted.sort();
    sorted.dedup_by(|later, earlier| later.same_kind(earlier));
    match to.last_mut() {
        Some(Inline::Text { text: last, marks }) if *marks == sorted => last.push_str(text),
        _ => to.push(Inline::Text { text: text.to_owned(), marks: sorted }),
    }
}

/// The provider of an embed by its address, when it is one that frontends know how to show.
#[must_use]
pub fn provider(address: &str) -> Option<&'static str> {
    const PROVIDERS: [(&str, &str); 18] = [
        ("youtube.com", "youtube"),
        ("youtu.be", "youtube"),
        ("youtube-nocookie.com", "youtube"),
        ("vimeo.com", "vimeo"),
        ("dailymotion.com", "dailymotion"),
        ("x.com", "x"),
        ("twitter.com", "x"),
        ("instagram.com", "instagram"),
        ("facebook.com", "facebook"),
        ("threads.net", "threads"),
        ("bsky.app", "bluesky"),
        ("tiktok.com", "tiktok"),
        ("spotify.com", "spotify"),
        ("soundcloud.com", "soundcloud"),
        ("datawrapper.de", "datawrapper"),
        ("dwcdn.net", "datawrapper"),
        ("flourish.studio", "flourish"),
        ("openstreetmap.org", "openstreetmap"),
    ];
    let url = url::Url::parse(address).ok()?;
    let host = url.host_str().filter(|_| url.scheme() == "https")?;
    let owned_by = |domain: &str| host == domain || host.strip_suffix(domain).is_some_and(|sub| sub.ends_with('.'));
    PROVIDERS.iter().find(|(domain, _)| owned_by(domain)).map(|(_, name)| *name)
}

vocabulary! {
    /// The forms a body comes in.
    pub enum Format {
        /// Dateline's own document.
        Doc => "doc",
        /// HTML.
        Html => "html",
        /// Markdown (`CommonMark`, with tables and strikethrough).
        Markdown => "markdown",
        /// Plain text; an empty line parts paragraphs.
        Text => "text",
    }
}

/// A body as somebody sent it.
#[derive(Debug, Clone)]
pub struct Sent {
    /// Its form.
    pub format: Format,
    /// A document for `doc`, else text.
    pub content: Value,
}

impl Sent {
    /// Whether it is of at most so many bytes of text, or as much of a document.
    #[must_use]
    pub fn is_within(&self, bytes: usize) -> bool {
        fn take(left: usize, value: &Value) -> Option<usize> {
            match value {
                Value::String(text) => left.checked_sub(text.len()),
                Value::Array(items) => items.iter().try_fold(left.checked_sub(1)?, take),
                Value::Object(members) => {
                    members.iter().try_fold(left.checked_sub(1)?, |left, (name, value)| take(left.checked_sub(name.len())?, value))
                }
                Value::Null | Value::Bool(_) | Value::Number(_) => left.checked_sub(1),
            }
        }
        take(bytes, &self.content).is_some()
    }

    /// Read it into a document; what a document cannot hold is dropped and reported beside it. `locale`: the language of the body, where it
    /// is known; quotation marks of `<q>` are its.
    ///
    /// # Errors
    /// [`Error::Invalid`] with pointers below `#/content`.
    pub fn read(&self, locale: Option<&Locale>, mint: &mut dyn FnMut() -> BlockId) -> Result<(Document, Vec<Violation>), Error> {
        self.read_parting(locale, mint).map(|(document, warnings, _)| (document, warnings))
    }

    /// The same, with the blocks that came under the ids of others.
    fn read_parting(
        &self,
        locale: Option<&Locale>,
        mint: &mut dyn FnMut() -> BlockId,
    ) -> Result<(Document, Vec<Violation>, Vec<doc::Repeat>), Error> {
        write_transaction::assert_none();
        if self.format == Format::Doc {
            let (document, repeats) = doc::read_parting(&self.content, "#/content", mint)?;
            return Ok((document, repeats.iter().take(FAULTS).map(doc::Repeat::warning).collect(), repeats));
        }
        let text = self
            .content
            .as_str()
            .ok_or_else(|| Error::invalid("#/content", "type", format!("a string, for the format `{}`", self.format)))?;
        let budget = Budget::of(text.len());
        let (document, warnings) = self.read_within(text, locale, mint, &budget).map_err(|limit| limit.at("#/content"))?;
        let mut faults = Faults::default();
        doc::check(&mut faults, &document, "#/content");
        faults.or((document, warnings, Vec::new()))
    }

    /// Read text of this form out of a budget.
    ///
    /// # Errors
    /// The limit that is reached first.
    pub fn read_within(
        &self,
        text: &str,
        locale: Option<&Locale>,
        mint: &mut dyn FnMut() -> BlockId,
        budget: &Budget,
    ) -> Result<(Document, Vec<Violation>), TooMuch> {
        if !marks_within(text) {
            return Err(TooMuch::Marks);
        }
        let (mut document, warnings) = match self.format {
            Format::Html => parse::read_within(text, mint, budget, true, locale),
            Format::Markdown => markdown::read_within(text, mint, budget, locale),
            Format::Doc | Format::Text => parse::read_plain(text, mint),
        }?;
        document.normalise();
        Ok((document, warnings))
    }
}
