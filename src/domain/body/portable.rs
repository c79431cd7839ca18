//! A document as Portable Text: a flat array of blocks, lists as blocks with a level, other nodes as custom types.

use std::collections::{HashMap, HashSet};

use serde_json::{Value, json};

use super::{Block, Document, Image, Inline, Language, Mark, Node, anchors};
use crate::domain::Locale;

/// The document as Portable Text.
///
/// Links to blocks are `#` and the `_key` of theirs; quotations, lists and items have none, there the first block within is meant.
#[must_use]
pub fn write(document: &Document) -> Value {
    flattened(&document.blocks).map_or_else(|| nested(&document.blocks), |blocks| nested(&blocks))
}

/// The blocks with links to those that are flattened leading to the first within; nothing, when no link does.
fn flattened(blocks: &[Block]) -> Option<Vec<Block>> {
    fn gather<'b>(blocks: &'b [Block], named: &HashSet<&str>, firsts: &mut HashMap<&'b str, &'b str>) {
        for block in blocks {
            let mut first = block;
            // Ends: each round goes a level down.
            while let (true, Some(inner)) = (is_flattened(&first.node), first.node.children().first()) {
                first = inner;
            }
            if first.id != block.id && named.contains(block.id.as_str()) {
                firsts.insert(block.id.as_str(), first.id.as_str());
            }
            gather(block.node.children(), named, firsts);
        }
    }
    let mut firsts = HashMap::new();
    gather(blocks, &anchors::named(blocks), &mut firsts);
    if firsts.is_empty() {
        return None;
    }
    let mut changed = blocks.to_vec();
    anchors::each(&mut changed, &mut |href| {
        if let Some(first) = href.strip_prefix('#').and_then(|id| firsts.get(id)) {
            href.address = format!("#{first}");
        }
        true
    });
    Some(changed)
}

fn is_flattened(node: &Node) -> bool {
    matches!(node, Node::Blockquote(_) | Node::BulletList(_) | Node::OrderedList { .. } | Node::ListItem(_))
}

#[derive(Clone, Default)]
struct Setting<'b> {
    quoted: bool,
    list: Option<(&'static str, u32)>,
    lang: Option<&'b Locale>,
}

fn nested(blocks: &[Block]) -> Value {
    let mut out = Vec::new();
    blocks.iter().for_each(|b| block(&mut out, b, &Setting::default()));
    Value::Array(out)
}

fn block<'b>(out: &mut Vec<Value>, block: &'b Block, setting: &Setting<'b>) {
    let key = block.id.as_str();
    let setting = &Setting { lang: block.lang.as_ref().or(setting.lang), ..setting.clone() };
    let list = |kind: &'static str| Setting {
        list: Some((kind, setting.list.map_or(1, |(_, level)| level.saturating_add(1)))),
        ..setting.clone()
    };
    let first = out.len();
    match &block.node {
        Node::Paragraph(text) => out.push(span_block(key, if setting.quoted { "blockquote" } else { "normal" }, text, setting)),
        Node::Heading { level, text } => out.push(span_block(key, &format!("h{level}"), text, setting)),
        Node::Blockquote(inner) => {
            let quoted = Setting { quoted: true, ..setting.clone() };
            inner.iter().for_each(|b| self::block(out, b, &quoted));
        }
        Node::PullQuote { text, attribution } => {
            let text = span_block(key, "normal", text, &Setting::default());
            out.push(json!({ "_type": "pull_quote", "_key": key, "attribution": attribution, "text": [text] }));
        }
        Node::BulletList(items) => items.iter().for_each(|b| self::block(out, b, &list("bullet"))),
        Node::OrderedList { items, .. } => items.iter().for_each(|b| self::block(out, b, &list("number"))),
        Node::ListItem(inner) => inner.iter().for_each(|b| self::block(out, b, setting)),
        Node::Image(picture) => out.push(image(key, picture)),
        Node::Gallery(images) => out.push(json!({ "_type": "gallery", "_key": key, "images": nested(images) })),
        Node::Embed { url, title } => {
            out.push(json!({ "_type": "embed", "_key": key, "url": url, "title": title, "provider": super::provider(url) }));
        }
        Node::Table(rows) => {
            let cell = |n: usize, c: &super::Cell| json!({ "_type": "cell", "_key": format!("{key}-{n}"), "header": c.header, "colspan": c.colspan, "rowspan": c.rowspan, "text": [span_block(key, "normal", &c.text, &Setting::default())] });
            let row = |n: usize, r: &super::Row| json!({ "_type": "row", "_key": format!("{key}-{n}"), "cells": r.iter().enumerate().map(|(m, c)| cell(m, c)).collect::<Vec<_>>() });
            out.push(json!({ "_type": "table", "_key": key, "rows": rows.iter().enumerate().map(|(n, r)| row(n, r)).collect::<Vec<_>>() }));
        }
        Node::CodeBlock { language, text } => {
            let language = language.as_ref().map_or("", Language::as_str);
            out.push(json!({ "_type": "code", "_key": key, "language": language, "code": text }));
        }
        Node::HorizontalRule => out.push(json!({ "_type": "horizontal_rule", "_key": key })),
        Node::LiveUpdate { at, title, blocks } => {
            out.push(json!({ "_type": "live_update", "_key": key, "at": at, "title": title, "content": nested(blocks) }));
        }
        Node::Factbox { title, blocks } => {
            out.push(json!({ "_type": "factbox", "_key": key, "title": title, "content": nested(blocks) }));
        }
    }
    if let (Some(lang), false, Some(map)) = (setting.lang, is_flattened(&block.node), out.get_mut(first).and_then(Value::as_object_mut)) {
        map.insert("lang".to_owned(), json!(lang));
    }
}

fn image(key: &str, image: &Image) -> Value {
    let (width, height) = image.size.unzip();
    let mut block = json!({
        "_type": "image", "_key": key, "url": image.url, "alt": image.alt, "caption": image.caption,
        "credit": image.credit, "width": width, "height": height, "href": image.href.as_deref(),
    });
    if let (Some(told), Some(map)) = (image.told(), block.as_object_mut()) {
        map.insert("picture".to_owned(), told);
    }
    block
}

fn span_block(key: &str, style: &str, inlines: &[Inline], setting: &Setting) -> Value {
    let mut definitions: Vec<Value> = Vec::new();
    let mut spans = Vec::new();
    for (n, inline) in inlines.iter().enumerate() {
        let (text, marks) = match inline {
            Inline::HardBreak => ("\n", &Vec::new()),
            Inline::Text { text, marks } => (text.as_str(), marks),
        };
        let mut names = Vec::new();
        for mark in marks {
            match decorator(mark) {
                Ok(name) => names.push(name.to_owned()),
                Err(mut definition) => {
                    let name = format!("{key}-m{}", definitions.len());
                    if let Some(map) = definition.as_object_mut() {
                        map.insert("_key".to_owned(), json!(name));
                    }
                    definitions.push(definition);
                    names.push(name);
                }
            }
        }
        spans.push(json!({ "_type": "span", "_key": format!("{key}-{n}"), "text": text, "marks": names }));
    }
    let mut block = json!({ "_type": "block", "_key": key, "style": style, "markDefs": definitions, "children": spans });
    if let (Some((kind, level)), Some(map)) = (setting.list, block.as_object_mut()) {
        map.insert("listItem".to_owned(), json!(kind));
        map.insert("level".to_owned(), json!(level));
    }
    block
}

/// The decorator that a mark is, or the definition of an annotation.
fn decorator(mark: &Mark) -> Result<&'static str, Value> {
    match mark {
        Mark::Link { href } => Err(json!({ "_type": "link", "href": href.address })),
        Mark::Lang(locale) => Err(json!({ "_type": "lang", "lang": locale })),
        Mark::Bold => Ok("strong"),
        Mark::Italic => Ok("em"),
        Mark::Underline => Ok("underline"),
        Mark::Strike => Ok("strike-through"),
        Mark::Sub => Ok("sub"),
        Mark::Sup => Ok("sup"),
        Mark::Code => Ok("code"),
    }
}
