//! A document written as JSON, piece by piece: as a value it takes ten times the memory of the document.

use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::{Map, Value, json};

use super::super::{Block, Cell, Document, Href, Inline, Language, Mark, Node, Row, SCHEMA};

/// The document as a JSON value.
#[must_use]
pub fn write(document: &Document) -> Value {
    serde_json::to_value(document).unwrap_or_default()
}

/// One block as a JSON value.
#[must_use]
pub fn write_block(block: &Block) -> Value {
    serde_json::to_value(block).unwrap_or_default()
}

/// How many bytes the document has as JSON.
#[must_use]
pub fn size(document: &Document) -> usize {
    struct Count(usize);
    impl std::io::Write for Count {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0 = self.0.saturating_add(bytes.len());
            Ok(bytes.len())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let mut count = Count(0);
    serde_json::to_writer(&mut count, document).map_or(usize::MAX, |()| count.0)
}

/// An object, whose fields come in the order of their names, as they do out of a value.
macro_rules! object {
    ($serializer:expr, $($name:literal: $value:expr),+) => {{
        let mut map = $serializer.serialize_map(None)?;
        $(map.serialize_entry($name, $value)?;)+
        map.end()
    }};
}

impl Serialize for Document {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        object!(s, "content": &self.blocks, "schema": &SCHEMA, "type": "doc")
    }
}

impl Serialize for Block {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        let mut map = s.serialize_map(None)?;
        map.serialize_entry("attrs", &attributes(self))?;
        match &self.node {
            Node::Paragraph(text) | Node::Heading { text, .. } | Node::PullQuote { text, .. } => map.serialize_entry("content", text)?,
            Node::Blockquote(blocks)
            | Node::BulletList(blocks)
            | Node::OrderedList { items: blocks, .. }
            | Node::ListItem(blocks)
            | Node::Gallery(blocks)
            | Node::LiveUpdate { blocks, .. }
            | Node::Factbox { blocks, .. } => map.serialize_entry("content", blocks)?,
            Node::Table(rows) => map.serialize_entry("content", &rows.iter().map(TableRow).collect::<Vec<_>>())?,
            Node::CodeBlock { text, .. } if text.is_empty() => map.serialize_entry("content", &[(); 0])?,
            Node::CodeBlock { text, .. } => map.serialize_entry("content", &[json!({ "type": "text", "text": text })])?,
            Node::Image(_) | Node::Embed { .. } | Node::HorizontalRule => {}
        }
        map.serialize_entry("type", self.node.kind())?;
        map.end()
    }
}

fn attributes(block: &Block) -> Map<String, Value> {
    let mut attrs = Map::new();
    let mut set = |name: &str, value: Value| _ = attrs.insert(name.to_owned(), value);
    set("id", json!(block.id));
    if let Some(source) = &block.source {
        set("source", json!(source.id));
        if source.guessed {
            set("guessed", json!(true));
        }
    }
    if let Some(lang) = &block.lang {
        set("lang", json!(lang));
    }
    match &block.node {
        Node::Heading { level, .. } => set("level", json!(level)),
        Node::PullQuote { attribution, .. } => set("attribution", json!(attribution)),
        Node::OrderedList { start, .. } => set("start", json!(start)),
        Node::Image(image) => {
            image.media.iter().for_each(|id| set("media_id", json!(id)));
            if image.media.is_none() || !image.url.is_empty() {
                set("url", json!(image.url));
            }
            image.told().into_iter().for_each(|told| set("picture", told));
            set("alt", json!(image.alt));
            set("caption", json!(image.caption));
            set("credit", json!(image.credit));
            if let Some((width, height)) = image.size {
                set("width", json!(width));
                set("height", json!(height));
            }
            if let Some(href) = &image.href {
                set("href", json!(href.address));
                href.to.iter().for_each(|to| set("to", json!(to)));
            }
        }
        Node::Embed { url, title } => {
            set("url", json!(url));
            set("title", json!(title));
        }
        Node::CodeBlock { language, .. } => set("language", json!(language.as_ref().map_or("", Language::as_str))),
        Node::LiveUpdate { at, title, .. } => {
            set("at", json!(at));
            set("title", json!(title));
        }
        Node::Factbox { title, .. } => set("title", json!(title)),
        _ => {}
    }
    attrs
}

struct TableRow<'d>(&'d Row);

impl Serialize for TableRow<'_> {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        object!(s, "content": self.0, "type": "table_row")
    }
}

impl Serialize for Cell {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        let kind = if self.header { "table_header" } else { "table_cell" };
        if (self.colspan, self.rowspan) == (1, 1) {
            return object!(s, "content": &self.text, "type": kind);
        }
        object!(s, "attrs": &json!({ "colspan": self.colspan, "rowspan": self.rowspan }), "content": &self.text, "type": kind)
    }
}

impl Serialize for Inline {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::HardBreak => object!(s, "type": "hard_break"),
            Self::Text { text, marks } if marks.is_empty() => object!(s, "text": text, "type": "text"),
            Self::Text { text, marks } => object!(s, "marks": marks, "text": text, "type": "text"),
        }
    }
}

impl Serialize for Mark {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        let kind = match self {
            Self::Link { href: Href { address, to: None } } => return object!(s, "attrs": &json!({ "href": address }), "type": "link"),
            Self::Link { href: Href { address, to } } => return object!(s, "attrs": &json!({ "href": address, "to": to }), "type": "link"),
            Self::Lang(locale) => return object!(s, "attrs": &json!({ "lang": locale }), "type": "lang"),
            Self::Bold => "bold",
            Self::Italic => "italic",
            Self::Underline => "underline",
            Self::Strike => "strike",
            Self::Sub => "sub",
            Self::Sup => "sup",
            Self::Code => "code",
        };
        object!(s, "type": kind)
    }
}
