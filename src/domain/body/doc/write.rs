//! A document written as JSON.

use serde_json::{Value, json};

use super::super::{Block, Cell, Document, Inline, Language, Mark, Node, Row, SCHEMA};

/// The document as JSON.
#[must_use]
pub fn write(document: &Document) -> Value {
    json!({ "schema": SCHEMA, "type": "doc", "content": blocks_value(&document.blocks) })
}

fn blocks_value(blocks: &[Block]) -> Value {
    blocks.iter().map(write_block).collect()
}

/// One block as JSON.
#[must_use]
pub fn write_block(block: &Block) -> Value {
    let mut attrs = json!({ "id": block.id });
    let mut set = |name: &str, value: Value| {
        if let Some(map) = attrs.as_object_mut() {
            map.insert(name.to_owned(), value);
        }
    };
    if let Some(source) = &block.source {
        set("source", json!(source));
    }
    if let Some(lang) = &block.lang {
        set("lang", json!(lang));
    }
    let content = match &block.node {
        Node::Paragraph(text) => inlines_value(text),
        Node::Heading { level, text } => {
            set("level", json!(level));
            inlines_value(text)
        }
        Node::PullQuote { text, attribution } => {
            set("attribution", json!(attribution));
            inlines_value(text)
        }
        Node::OrderedList { start, items } => {
            set("start", json!(start));
            blocks_value(items)
        }
        Node::Image(image) => {
            set("url", json!(image.url));
            set("alt", json!(image.alt));
            set("caption", json!(image.caption));
            set("credit", json!(image.credit));
            if let Some((width, height)) = image.size {
                set("width", json!(width));
                set("height", json!(height));
            }
            if let Some(href) = &image.href {
                set("href", json!(href));
            }
            Value::Null
        }
        Node::Embed { url, title } => {
            set("url", json!(url));
            set("title", json!(title));
            Value::Null
        }
        Node::Table(rows) => rows.iter().map(row_value).collect(),
        Node::CodeBlock { language, text } => {
            set("language", json!(language.as_ref().map_or("", Language::as_str)));
            if text.is_empty() { json!([]) } else { json!([{ "type": "text", "text": text }]) }
        }
        Node::HorizontalRule => Value::Null,
        Node::LiveUpdate { at, title, blocks } => {
            set("at", json!(at));
            set("title", json!(title));
            blocks_value(blocks)
        }
        Node::Factbox { title, blocks } => {
            set("title", json!(title));
            blocks_value(blocks)
        }
        Node::Blockquote(blocks) | Node::BulletList(blocks) | Node::ListItem(blocks) | Node::Gallery(blocks) => blocks_value(blocks),
    };
    if content.is_null() {
        json!({ "type": block.node.kind(), "attrs": attrs })
    } else {
        json!({ "type": block.node.kind(), "attrs": attrs, "content": content })
    }
}

fn row_value(row: &Row) -> Value {
    json!({ "type": "table_row", "content": row.iter().map(cell_value).collect::<Vec<_>>() })
}

fn cell_value(cell: &Cell) -> Value {
    let kind = if cell.header { "table_header" } else { "table_cell" };
    let mut value = json!({ "type": kind, "content": inlines_value(&cell.text) });
    if (cell.colspan, cell.rowspan) != (1, 1)
        && let Some(map) = value.as_object_mut()
    {
        map.insert("attrs".to_owned(), json!({ "colspan": cell.colspan, "rowspan": cell.rowspan }));
    }
    value
}

fn inlines_value(inlines: &[Inline]) -> Value {
    inlines
        .iter()
        .map(|inline| match inline {
            Inline::HardBreak => json!({ "type": "hard_break" }),
            Inline::Text { text, marks } if marks.is_empty() => json!({ "type": "text", "text": text }),
            Inline::Text { text, marks } => {
                json!({ "type": "text", "text": text, "marks": marks.iter().map(mark_value).collect::<Vec<_>>() })
            }
        })
        .collect()
}

fn mark_value(mark: &Mark) -> Value {
    match mark {
        Mark::Link { href } => json!({ "type": "link", "attrs": { "href": href } }),
        Mark::Lang(locale) => json!({ "type": "lang", "attrs": { "lang": locale } }),
        Mark::Bold => json!({ "type": "bold" }),
        Mark::Italic => json!({ "type": "italic" }),
        Mark::Underline => json!({ "type": "underline" }),
        Mark::Strike => json!({ "type": "strike" }),
        Mark::Sub => json!({ "type": "sub" }),
        Mark::Sup => json!({ "type": "sup" }),
        Mark::Code => json!({ "type": "code" }),
    }
}
