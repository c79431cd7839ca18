//! A document as JSON: read with every fault named by a JSON pointer, and written.

mod check;
mod write;

use std::collections::HashSet;

use serde::Deserialize;
use serde_json::{Map, Value};

pub use check::check;
pub use write::{size, write, write_block};

use super::{
    Block, BlockId, Cell, Document, Href, Image, Inline, Language, Mark, Node, Row, SCHEMA, SourceBlock, anchors::link, provider,
    push_text, text::of_inlines,
};
use crate::domain::{
    Error, Locale, Violation,
    error::{Faults, step},
    reference::Reference,
    text::{Length, limits, marks_within, nfc, note_forbidden, note_unbalanced, phrase},
    url::check_web_address,
};

/// Marks on one piece of text; there are nine kinds.
pub const MARKS: usize = 16;

/// Read a document; `at` is the pointer it stands under (`#/body/content`).
///
/// # Errors
/// [`Error::Invalid`] with every fault: unknown nodes, marks and attributes, unsafe links, too deep, too large.
pub fn read(value: &Value, at: &str, mint: &mut dyn FnMut() -> BlockId) -> Result<Document, Error> {
    read_parting(value, at, mint).map(|(document, _)| document)
}

/// A block that came under the id of one before it, as of a paragraph that was split in an editor, and was given its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repeat {
    /// The id that it came under.
    pub given: BlockId,
    /// Its own.
    pub own: BlockId,
    /// Where it stands, as a JSON pointer.
    pub at: String,
}

impl Repeat {
    /// What is said of it to whoever sent it.
    #[must_use]
    pub fn warning(&self) -> Violation {
        let detail = format!("two blocks came under the id `{}`; one of them has the id `{}` now", self.given, self.own);
        Violation { pointer: format!("{}/id", self.at), code: "repeated", detail }
    }
}

/// The same, with the blocks whose ids were those of others.
///
/// # Errors
/// Those of [`read`].
pub fn read_parting(value: &Value, at: &str, mint: &mut dyn FnMut() -> BlockId) -> Result<(Document, Vec<Repeat>), Error> {
    let (document, repeats, faults) = gathered(value, at, mint, false);
    let document = faults.or(document)?;
    let mut faults = Faults::default();
    note_size(&mut faults, &document, at);
    Ok((faults.or(document)?, repeats))
}

fn gathered(value: &Value, at: &str, mint: &mut dyn FnMut() -> BlockId, kept: bool) -> (Document, Vec<Repeat>, Faults) {
    let (faults, ids, repeats, named) = (Faults::default(), HashSet::new(), Vec::new(), Vec::new());
    let mut reader = Reader { faults, nodes: 0, ids, repeats, named, mint, kept };
    let mut blocks = Vec::new();
    match value.as_object() {
        Some(map) if map.get("type").and_then(Value::as_str) == Some("doc") => {
            for key in map.keys().filter(|k| !matches!(k.as_str(), "schema" | "type" | "content")) {
                reader.faults.add(format!("{at}/{}", step(key)), "unknown_field", "a document has `schema`, `type` and `content`");
            }
            if map.get("schema").is_some_and(|s| s.as_u64() != Some(SCHEMA)) {
                reader.faults.add(format!("{at}/schema"), "schema", format!("this server reads schema {SCHEMA}"));
            }
            blocks = reader.blocks(value, at, 1, Place::Top);
        }
        _ => reader.faults.add(at, "type", "an object of type `doc`"),
    }
    for (at, _) in reader.named.iter().filter(|(_, id)| !kept && !reader.ids.contains(id)) {
        reader.faults.add(at, "unknown_block", "no block of this document has this id");
    }
    (Document { blocks }, reader.repeats, reader.faults)
}

/// Read a document back from where only valid ones are kept.
///
/// # Errors
/// [`Error::Internal`] when it is not valid after all.
pub fn stored(value: &Value) -> Result<Document, Error> {
    let (document, _, faults) = gathered(value, "#", &mut || BlockId::new(0), true);
    faults.or(document).map_err(|e| Error::internal(format!("a stored body is not valid: {e}")))
}

fn note_size(faults: &mut Faults, document: &Document, at: &str) {
    if size(document) > limits::BODY_BYTES {
        faults.add(at, "too_long", format!("at most {} bytes as a document", limits::BODY_BYTES));
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Top,
    Block,
    List,
    Gallery,
}

impl Place {
    fn takes(self, kind: &str) -> bool {
        match self {
            Self::Top => kind != "list_item",
            Self::Block => !matches!(kind, "list_item" | "live_update"),
            Self::List => kind == "list_item",
            Self::Gallery => kind == "image",
        }
    }
}

struct Reader<'m> {
    faults: Faults,
    nodes: usize,
    ids: HashSet<BlockId>,
    repeats: Vec<Repeat>,
    /// Blocks that links name, and where.
    named: Vec<(String, BlockId)>,
    mint: &'m mut dyn FnMut() -> BlockId,
    /// Whether it is read back from where only what was valid once is kept.
    kept: bool,
}

/// The attributes of one node, each looked at once.
struct Attrs<'v> {
    map: Option<&'v Map<String, Value>>,
    at: String,
    known: Vec<&'static str>,
}

impl<'v> Attrs<'v> {
    fn get(&mut self, name: &'static str) -> Option<&'v Value> {
        self.known.push(name);
        self.map.and_then(|m| m.get(name)).filter(|v| !v.is_null())
    }

    fn text(&mut self, faults: &mut Faults, name: &'static str, length: Length) -> String {
        let at = format!("{}/{name}", self.at);
        match self.get(name) {
            None if length.min == 0 => String::new(),
            None => {
                faults.add(at, "required", "must be there");
                String::new()
            }
            Some(Value::String(text)) => phrase(faults, &at, text, length),
            Some(_) => {
                faults.add(at, "type", "a string");
                String::new()
            }
        }
    }

    fn number(&mut self, faults: &mut Faults, name: &'static str, least: u32, most: u32) -> Option<u32> {
        let value = self.get(name)?;
        let number = value.as_u64().and_then(|n| u32::try_from(n).ok()).filter(|n| (least..=most).contains(n));
        if number.is_none() {
            faults.add(format!("{}/{name}", self.at), "out_of_range", format!("a whole number from {least} to {most}"));
        }
        number
    }

    fn finish(self, faults: &mut Faults) {
        for key in self.map.into_iter().flat_map(Map::keys).filter(|k| !self.known.contains(&k.as_str())) {
            faults.add(
                format!("{}/{}", self.at, step(key)),
                "unknown_attribute",
                format!("the attributes here are {}", self.known.join(", ")),
            );
        }
    }
}

impl Reader<'_> {
    fn attrs<'v>(&mut self, node: &'v Map<String, Value>, at: &str) -> Attrs<'v> {
        let map = match node.get("attrs") {
            None | Some(Value::Null) => None,
            Some(Value::Object(map)) => Some(map),
            Some(_) => {
                self.faults.add(format!("{at}/attrs"), "type", "an object");
                None
            }
        };
        Attrs { map, at: format!("{at}/attrs"), known: Vec::new() }
    }

    /// The node at `at` with its type, when it is an object of known keys; counts it, and refuses past the limits.
    fn node<'v>(&mut self, value: &'v Value, at: &str, depth: usize, keys: &[&str]) -> Option<(&'v Map<String, Value>, &'v str)> {
        self.nodes = self.nodes.saturating_add(1);
        if self.nodes == limits::BODY_NODES.saturating_add(1) {
            self.faults.add(at, "too_many", format!("at most {} nodes", limits::BODY_NODES));
        }
        if depth > limits::BODY_DEPTH {
            self.faults.add(at, "too_deep", format!("at most {} levels", limits::BODY_DEPTH));
            return None;
        }
        if self.nodes > limits::BODY_NODES {
            return None;
        }
        let Some(map) = value.as_object() else {
            self.faults.add(at, "type", "a node is an object");
            return None;
        };
        for key in map.keys().filter(|k| !keys.contains(&k.as_str())) {
            self.faults.add(format!("{at}/{}", step(key)), "unknown_field", format!("a node here has {}", keys.join(", ")));
        }
        let kind = map.get("type").and_then(Value::as_str);
        if kind.is_none() {
            self.faults.add(format!("{at}/type"), "required", "a node has a type");
        }
        kind.map(|kind| (map, kind))
    }

    fn content<'v>(&mut self, node: &'v Value, at: &str) -> &'v [Value] {
        match node.get("content") {
            None | Some(Value::Null) => &[],
            Some(Value::Array(items)) => items,
            Some(_) => {
                self.faults.add(format!("{at}/content"), "type", "an array of nodes");
                &[]
            }
        }
    }

    fn blocks(&mut self, parent: &Value, at: &str, depth: usize, place: Place) -> Vec<Block> {
        let items = self.content(parent, at);
        items.iter().enumerate().filter_map(|(n, item)| self.block(item, &format!("{at}/content/{n}"), depth, place)).collect()
    }

    fn block(&mut self, value: &Value, at: &str, depth: usize, place: Place) -> Option<Block> {
        let (map, kind) = self.node(value, at, depth, &["type", "attrs", "content"])?;
        let mut attrs = self.attrs(map, at);
        let id = self.block_id(&mut attrs);
        let source = self.source_id(&mut attrs);
        let lang = if kind == "horizontal_rule" { None } else { self.lang(&mut attrs) };
        if !place.takes(kind) {
            self.faults.add(format!("{at}/type"), "misplaced_node", format!("`{kind}` cannot stand here"));
            return None;
        }
        let inner = depth.saturating_add(1);
        let node = match kind {
            "paragraph" => Node::Paragraph(self.inlines(value, at, inner)),
            "heading" => Node::Heading { level: self.level(&mut attrs), text: self.inlines(value, at, inner) },
            "blockquote" => Node::Blockquote(self.blocks(value, at, inner, Place::Block)),
            "pull_quote" => {
                let attribution = attrs.text(&mut self.faults, "attribution", limits::CREDIT);
                Node::PullQuote { text: self.inlines(value, at, inner), attribution }
            }
            "bullet_list" => Node::BulletList(self.blocks(value, at, inner, Place::List)),
            "ordered_list" => {
                let start = attrs.number(&mut self.faults, "start", 0, 1_000_000).unwrap_or(1);
                Node::OrderedList { start, items: self.blocks(value, at, inner, Place::List) }
            }
            "list_item" => Node::ListItem(self.blocks(value, at, inner, Place::Block)),
            "image" => Node::Image(self.image(&mut attrs)),
            "gallery" => Node::Gallery(self.blocks(value, at, inner, Place::Gallery)),
            "embed" => self.embed(&mut attrs),
            "table" => Node::Table(self.rows(value, at, inner)),
            "code_block" => {
                let language = self.language(&mut attrs);
                Node::CodeBlock { language, text: self.code(value, at) }
            }
            "horizontal_rule" => Node::HorizontalRule,
            "live_update" => {
                let at_attr = attrs.get("at").and_then(Value::as_str).and_then(|t| t.parse().ok());
                if at_attr.is_none() {
                    self.faults.add(format!("{at}/attrs/at"), "instant", "an RFC 3339 instant");
                }
                let title = attrs.text(&mut self.faults, "title", limits::HEADLINE);
                Node::LiveUpdate { at: at_attr?, title, blocks: self.blocks(value, at, inner, Place::Block) }
            }
            "factbox" => {
                let title = attrs.text(&mut self.faults, "title", limits::HEADLINE);
                Node::Factbox { title, blocks: self.blocks(value, at, inner, Place::Block) }
            }
            other => {
                self.faults.add(format!("{at}/type"), "unknown_node", format!("there is no node `{}`", shown(other)));
                return None;
            }
        };
        if matches!(node, Node::Image(_) | Node::Embed { .. } | Node::HorizontalRule) && !self.content(value, at).is_empty() {
            self.faults.add(format!("{at}/content"), "misplaced_node", "this node has no content");
        }
        attrs.finish(&mut self.faults);
        Some(Block { id, source, lang, node })
    }

    fn block_id(&mut self, attrs: &mut Attrs<'_>) -> BlockId {
        let at = format!("{}/id", attrs.at);
        let given = attrs.get("id");
        let id = match given.map(|v| v.as_str().and_then(BlockId::parse)) {
            Some(Some(given)) if !self.kept && self.ids.contains(&given) => {
                let own = (self.mint)();
                self.repeats.push(Repeat { given, own: own.clone(), at: attrs.at.clone() });
                own
            }
            Some(Some(id)) => id,
            Some(None) => {
                self.faults.add(at, "block_id", "1 to 36 of a-z, 0-9, `-` and `_`");
                (self.mint)()
            }
            None => (self.mint)(),
        };
        if self.kept && self.ids.contains(&id) {
            self.faults.add(format!("{}/id", attrs.at), "repeated", "another block of this document has this id");
        }
        self.ids.insert(id.clone());
        id
    }

    fn source_id(&mut self, attrs: &mut Attrs<'_>) -> Option<SourceBlock> {
        let guessed = attrs.get("guessed").map(Value::as_bool);
        if guessed == Some(None) {
            self.faults.add(format!("{}/guessed", attrs.at), "type", "true or false");
        }
        let value = attrs.get("source")?;
        let id = value.as_str().and_then(BlockId::parse);
        if id.is_none() {
            self.faults.add(format!("{}/source", attrs.at), "block_id", "the id of a block of the source");
        }
        Some(SourceBlock { id: id?, guessed: guessed.flatten().unwrap_or_default() })
    }

    /// A language that words are in.
    fn lang(&mut self, attrs: &mut Attrs<'_>) -> Option<Locale> {
        let lang = attrs.get("lang")?.as_str().and_then(|tag| tag.parse().ok());
        if lang.is_none() {
            self.faults.add(format!("{}/lang", attrs.at), "locale", "a BCP 47 language tag");
        }
        lang
    }

    /// Where a link leads; whether a block that it names is there shows at the end, and whether what it refers to is there when it is saved.
    fn href(&mut self, attrs: &mut Attrs<'_>) -> Option<Href> {
        let (given, to) = (attrs.get("href"), attrs.get("to"));
        let (at, to_at) = (format!("{}/href", attrs.at), format!("{}/to", attrs.at));
        let to = to.map(|to| Reference::deserialize(to).map_err(|wrong| self.faults.add(&to_at, "reference", in_words(&wrong))));
        let href = given.map(|given| given.as_str().and_then(link));
        let is_page = |href: &str| href.starts_with(['/', 'h']);
        match href.as_ref().map(|href| href.as_deref()) {
            None => {}
            Some(None) => self.faults.add(
                at,
                "unsafe_link",
                "an absolute http, https, mailto or tel link, a path of the site, or `#` and a block's id",
            ),
            Some(Some(href)) => self.named.extend(href.strip_prefix('#').and_then(BlockId::parse).map(|id| (at, id))),
        }
        let address = href.flatten();
        if to.is_some() && !address.as_deref().is_some_and(is_page) {
            self.faults.add(
                to_at,
                "reference",
                "stands beside a path of the site or a web address, which is where the link leads while that is public nowhere",
            );
        }
        Some(Href { address: address?, to: to.and_then(Result::ok) })
    }

    /// The language of code. What was kept before it had to be a plain name is read as none.
    fn language(&mut self, attrs: &mut Attrs<'_>) -> Option<Language> {
        let given = attrs.get("language").filter(|v| v.as_str() != Some(""))?;
        let language = given.as_str().and_then(Language::parse);
        if language.is_none() && !self.kept {
            self.faults.add(format!("{}/language", attrs.at), "language", "1 to 40 of `A-Z`, `a-z`, `0-9`, `+`, `#`, `.`, `_` and `-`");
        }
        language
    }

    fn level(&mut self, attrs: &mut Attrs<'_>) -> u8 {
        let level = attrs.number(&mut self.faults, "level", 2, 4);
        level.and_then(|l| u8::try_from(l).ok()).unwrap_or_else(|| {
            if attrs.map.is_none_or(|m| !m.contains_key("level")) {
                self.faults.add(format!("{}/level", attrs.at), "required", "2, 3 or 4");
            }
            2
        })
    }

    /// An address, which is no text: nothing in it is repaired.
    fn address(&mut self, attrs: &mut Attrs<'_>) -> String {
        let given = attrs.get("url").and_then(Value::as_str).unwrap_or_default();
        check_web_address(&mut self.faults, &format!("{}/url", attrs.at), given)
    }

    fn image(&mut self, attrs: &mut Attrs<'_>) -> Image {
        let media = attrs.get("media_id").map(|value| (value.as_str().and_then(|text| text.parse().ok()), &attrs.at));
        if let Some((None, at)) = &media {
            self.faults.add(format!("{at}/media_id"), "format", "the id of an item of the media library");
        }
        let media = media.and_then(|(id, _)| id);
        // Of one of the library the item itself says it; whoever sends back what readers are given sends it, too.
        if attrs.get("picture").is_some_and(|told| !told.is_object()) {
            self.faults.add(format!("{}/picture", attrs.at), "type", "an object");
        }
        let url = if media.is_some() && attrs.get("url").is_none() { String::new() } else { self.address(attrs) };
        let width = attrs.number(&mut self.faults, "width", 1, 100_000);
        let height = attrs.number(&mut self.faults, "height", 1, 100_000);
        if width.is_some() != height.is_some() {
            self.faults.add(&attrs.at, "size", "width and height come together");
        }
        Image {
            media,
            url,
            alt: attrs.text(&mut self.faults, "alt", limits::ALT),
            caption: attrs.text(&mut self.faults, "caption", limits::CAPTION),
            credit: attrs.text(&mut self.faults, "credit", limits::CREDIT),
            size: width.zip(height),
            href: self.href(attrs),
            shown: None,
        }
    }

    fn embed(&mut self, attrs: &mut Attrs<'_>) -> Node {
        let url = self.address(attrs);
        if !url.is_empty() && provider(&url).is_none() {
            self.faults.add(format!("{}/url", attrs.at), "unknown_provider", "not an https address of a known provider");
        }
        Node::Embed { url, title: attrs.text(&mut self.faults, "title", limits::CAPTION) }
    }

    fn rows(&mut self, table: &Value, at: &str, depth: usize) -> Vec<Row> {
        let mut rows = Vec::new();
        let all = self.content(table, at);
        for (n, row) in all.iter().enumerate() {
            let at = format!("{at}/content/{n}");
            match self.node(row, &at, depth, &["type", "content"]) {
                Some((_, "table_row")) => {
                    let (depth, left) = (depth.saturating_add(1), all.len().saturating_sub(n));
                    let cells = self.content(row, &at).iter().enumerate();
                    rows.push(cells.filter_map(|(m, cell)| self.cell(cell, &format!("{at}/content/{m}"), depth, left)).collect());
                }
                Some(_) => self.faults.add(format!("{at}/type"), "misplaced_node", "a table holds only `table_row`"),
                None => {}
            }
        }
        rows
    }

    /// A cell in the first of so many rows.
    fn cell(&mut self, cell: &Value, at: &str, depth: usize, rows: usize) -> Option<Cell> {
        let (map, kind @ ("table_cell" | "table_header")) = self.node(cell, at, depth, &["type", "attrs", "content"])? else {
            self.faults.add(format!("{at}/type"), "misplaced_node", "a row holds only `table_cell` and `table_header`");
            return None;
        };
        let mut attrs = self.attrs(map, at);
        let mut span =
            |name, most| attrs.number(&mut self.faults, name, 1, u32::from(most)).and_then(|n| u16::try_from(n).ok()).unwrap_or(1);
        let (colspan, rowspan) = (span("colspan", limits::COLSPAN), span("rowspan", limits::ROWSPAN));
        if usize::from(rowspan) > rows {
            self.faults.add(format!("{at}/attrs/rowspan"), "out_of_range", format!("the table has {rows} more rows, with this one"));
        }
        attrs.finish(&mut self.faults);
        Some(Cell { header: kind == "table_header", colspan, rowspan, text: self.inlines(cell, at, depth.saturating_add(1)) })
    }

    fn code(&mut self, block: &Value, at: &str) -> String {
        let mut code = String::new();
        for (n, part) in self.content(block, at).iter().enumerate() {
            let at = format!("{at}/content/{n}");
            match self.node(part, &at, 1, &["type", "text"]) {
                Some((map, "text")) => code.push_str(map.get("text").and_then(Value::as_str).unwrap_or_default()),
                Some(_) => self.faults.add(format!("{at}/type"), "misplaced_node", "code holds only `text` without marks"),
                None => {}
            }
        }
        let code = self.words(&code, at);
        note_unbalanced(&mut self.faults, at, &code);
        code
    }

    fn words(&mut self, text: &str, at: &str) -> String {
        if !marks_within(text) {
            self.faults.add(at, "too_many", format!("at most {} combining marks in a row", limits::MARKS));
            return String::new();
        }
        let text = nfc(text).into_owned();
        note_forbidden(&mut self.faults, at, &text);
        text
    }

    /// Running text. What a control of direction opens may be closed behind a mark that begins or ends, but not behind the line.
    fn inlines(&mut self, parent: &Value, at: &str, depth: usize) -> Vec<Inline> {
        let mut inlines = Vec::new();
        for (n, part) in self.content(parent, at).iter().enumerate() {
            let at = format!("{at}/content/{n}");
            match self.node(part, &at, depth, &["type", "text", "marks"]) {
                Some((_, "hard_break")) => inlines.push(Inline::HardBreak),
                Some((map, "text")) => {
                    let text = map.get("text").and_then(Value::as_str);
                    if text.is_none_or(str::is_empty) {
                        self.faults.add(format!("{at}/text"), "required", "a text node has text");
                    }
                    let text = self.words(text.unwrap_or_default(), &format!("{at}/text"));
                    let marks = self.marks(map, &at);
                    push_text(&mut inlines, &text, &marks);
                }
                Some((_, other)) => {
                    let other = shown(other);
                    self.faults.add(format!("{at}/type"), "unknown_node", format!("there is no `{other}` within text"));
                }
                None => {}
            }
        }
        note_unbalanced(&mut self.faults, at, &of_inlines(&inlines));
        inlines
    }

    fn marks(&mut self, node: &Map<String, Value>, at: &str) -> Vec<Mark> {
        let empty = Vec::new();
        let items = match node.get("marks") {
            None | Some(Value::Null) => &empty,
            Some(Value::Array(items)) => items,
            Some(_) => {
                self.faults.add(format!("{at}/marks"), "type", "an array of marks");
                &empty
            }
        };
        if items.len() > MARKS {
            self.faults.add(format!("{at}/marks"), "too_many", format!("at most {MARKS}"));
        }
        items.iter().take(MARKS).enumerate().filter_map(|(n, mark)| self.mark(mark, &format!("{at}/marks/{n}"))).collect()
    }

    fn mark(&mut self, value: &Value, at: &str) -> Option<Mark> {
        let map = value.as_object();
        let kind = map.and_then(|m| m.get("type")).and_then(Value::as_str);
        let (Some(map), Some(kind)) = (map, kind) else {
            self.faults.add(at, "type", "a mark is an object with a type");
            return None;
        };
        let mut attrs = self.attrs(map, at);
        let mark = match kind {
            "bold" => Some(Mark::Bold),
            "italic" => Some(Mark::Italic),
            "underline" => Some(Mark::Underline),
            "strike" => Some(Mark::Strike),
            "sub" => Some(Mark::Sub),
            "sup" => Some(Mark::Sup),
            "code" => Some(Mark::Code),
            "link" => {
                if attrs.get("href").is_none() {
                    self.faults.add(format!("{at}/attrs/href"), "required", "a link leads somewhere");
                }
                self.href(&mut attrs).map(|href| Mark::Link { href })
            }
            "lang" => {
                if attrs.get("lang").is_none() {
                    self.faults.add(format!("{at}/attrs/lang"), "required", "a BCP 47 language tag");
                }
                self.lang(&mut attrs).map(Mark::Lang)
            }
            other => {
                self.faults.add(format!("{at}/type"), "unknown_mark", format!("there is no mark `{}`", shown(other)));
                return None;
            }
        };
        attrs.finish(&mut self.faults);
        mark
    }
}

/// What is wrong with a reference, cut where it repeats at length what was sent.
fn in_words(wrong: &serde_json::Error) -> String {
    wrong.to_string().chars().take(200).collect()
}

fn shown(name: &str) -> String {
    name.chars().take(40).collect()
}
