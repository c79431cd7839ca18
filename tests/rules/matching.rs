//! Which block is which, after each kind of edit in each form: 40 stories with three translations each, in eight scripts.
//!
//! Exact is an edit when every block that was there keeps its id and no other has it, what is new is new, and each of the three translations is told of
//! just the blocks that were touched, with those that render them.

pub(crate) mod corpus;
mod edits;

use std::{
    collections::{HashMap, HashSet},
    fmt::Write,
};

use corpus::{Chance, Corpus, TONGUES, Tongue};
use dateline::domain::{
    body::{Block, BlockId, Document, Format, ReadBody, Sent, blocks, html, markdown, text},
    content::Content,
    freshness::{SourceFate, lag},
    translation::Words,
};
use edits::{Edit, Shape, Unit};
use serde_json::Value;

const STORIES: u64 = 40;

pub(crate) fn mint(from: u64) -> impl FnMut() -> BlockId {
    let mut n = from;
    move || {
        n += 1;
        BlockId::new(n)
    }
}

fn page(units: &[Unit]) -> String {
    units.iter().map(Unit::html).collect()
}

fn read(units: &[Unit], from: u64) -> Document {
    let sent = Sent { format: Format::Html, content: Value::String(page(units)) };
    sent.read(None, &mut mint(from)).unwrap().0
}

/// The blocks of a body that have words of their own, in order.
fn leaves(document: &Document) -> Vec<&Block> {
    fn gather<'d>(blocks: &'d [Block], into: &mut Vec<&'d Block>) {
        for block in blocks {
            if block.node.children().is_empty() {
                into.push(block);
            }
            gather(block.node.children(), into);
        }
    }
    let mut all = Vec::new();
    gather(&document.blocks, &mut all);
    all
}

/// What is sent is written from the document that the words make, whose ids nothing knows.
fn send(units: &[Unit], format: Format, over: &Document) -> Document {
    let edited = read(units, 1 << 40);
    let content = match format {
        Format::Html => html::write(&edited),
        Format::Markdown => markdown::write(&edited),
        _ => text::plain(&edited),
    };
    let sent = Sent { format, content: Value::String(content) };
    ReadBody::read(&sent, None, Some(over), &mut mint(1 << 41)).unwrap().document().unwrap().clone()
}

/// A story: its blocks, and three translations with the blocks that render them.
struct Story {
    units: Vec<Unit>,
    body: Document,
    translations: Vec<Document>,
}

fn story(corpus: &dyn Corpus, format: Format, chance: &mut Chance) -> Story {
    let mut keys = 0;
    let shapes: &[Shape] = if format == Format::Text { &[Shape::Paragraph] } else { &Shape::ALL };
    let units: Vec<Unit> = (0..8 + chance.below(9)).map(|_| Unit::new(*chance.pick(shapes), corpus, &mut keys, chance)).collect();
    let body = read(&units, 1 << 20);
    let mut translate = |n: u64, tongue: &Tongue| {
        let rendered: Vec<Unit> = units.iter().map(|unit| unit.rendered(tongue, chance)).collect();
        let mut translation = read(&rendered, (2 + n) << 20);
        blocks::link(&mut translation, &body);
        translation
    };
    let translations = (0..).zip(&TONGUES[1..4]).map(|(n, tongue)| translate(n, tongue)).collect();
    Story { units, body, translations }
}

/// What is wrong with the ids of a body after an edit.
fn misled(story: &Story, edited: &[Unit], after: &Document) -> Option<String> {
    let keys = |units: &[Unit]| units.iter().flat_map(|unit| unit.leaves.iter().map(|leaf| leaf.key)).collect::<Vec<_>>();
    let known: HashMap<u32, &BlockId> = keys(&story.units).into_iter().zip(leaves(&story.body).into_iter().map(|b| &b.id)).collect();
    let old: HashSet<&BlockId> = known.values().copied().collect();
    let (keys, blocks) = (keys(edited), leaves(after));
    assert_eq!(keys.len(), blocks.len(), "the harness lost a block");
    let wrong = keys.into_iter().zip(blocks).find(|(key, block)| match known.get(key) {
        Some(id) => block.id != **id,
        None => old.contains(&block.id),
    });
    wrong.map(|(key, block)| {
        let words = |block: &Block| text::plain(&Document { blocks: vec![block.clone()] });
        let was = leaves(&story.body).into_iter().find(|b| b.id == block.id || known.get(&key) == Some(&&b.id)).map(words);
        format!("block {key} is {} and was {:?}:\n      {:?}\n      {was:?}", block.id, known.get(&key), words(block))
    })
}

/// What is wrong with what translations are told after an edit, block by block of the top.
fn mistold(story: &Story, edited: &[Unit], after: &Document) -> Option<String> {
    let words = |body: &Document| Words { content: Content::headed("A headline"), body: body.clone() };
    let ids: HashMap<u32, &BlockId> = story.units.iter().map(|unit| unit.key).zip(story.body.blocks.iter().map(|b| &b.id)).collect();
    let there: HashMap<u32, &BlockId> = edited.iter().map(|unit| unit.key).zip(after.blocks.iter().map(|b| &b.id)).collect();
    let mut expected: HashMap<String, SourceFate> = HashMap::new();
    for unit in edited {
        match story.units.iter().find(|before| before.key == unit.key) {
            None => _ = expected.insert(there[&unit.key].to_string(), SourceFate::Added),
            Some(before) if before.html() != unit.html() => _ = expected.insert(ids[&unit.key].to_string(), SourceFate::Changed),
            Some(_) => {}
        }
    }
    for gone in story.units.iter().filter(|before| edited.iter().all(|unit| unit.key != before.key)) {
        expected.insert(ids[&gone.key].to_string(), SourceFate::Removed);
    }
    for translation in &story.translations {
        let mut told = lag(&words(&story.body), &words(after), translation).blocks;
        told.retain(|block| block.fate != SourceFate::Moved || expected.contains_key(&block.source));
        let is_rendered = |source: &str, block: Option<&str>| {
            let by = story.body.blocks.iter().position(|b| b.id.as_str() == source).map(|at| translation.blocks[at].id.as_str());
            by == block
        };
        if let Some(wrong) = told.iter().find(|t| expected.get(&t.source) != Some(&t.fate) || !is_rendered(&t.source, t.block.as_deref())) {
            return Some(format!("told {wrong:?}, expected {expected:?}"));
        }
        if told.len() != expected.len() {
            return Some(format!("told {told:?}, expected {expected:?}"));
        }
    }
    None
}

/// How many of the stories an edit is exact for, and what was wrong with the others.
pub(crate) fn exact(edit: Edit, format: Format, corpus: impl Fn(u64) -> Box<dyn Corpus>, stories: u64) -> (u64, Vec<String>) {
    let mut wrong = Vec::new();
    for n in 0..stories {
        let (mut chance, corpus) = (Chance(n * 1_000 + 7), corpus(n));
        let story = story(&*corpus, format, &mut chance);
        let edited = edit.apply(&story.units, &*corpus, &mut chance);
        let after = send(&edited, format, &story.body);
        let found = misled(&story, &edited, &after).or_else(|| mistold(&story, &edited, &after));
        wrong.extend(found.map(|found| format!("story {n}: {found}")));
    }
    (stories - u64::try_from(wrong.len()).unwrap(), wrong)
}

/// The share of exact outcomes of each kind of edit in each form, and those that are below 95 in a hundred.
pub(crate) fn table(corpus: impl Fn(u64) -> Box<dyn Corpus>, stories: u64) -> (String, Vec<String>) {
    let (mut shown, mut below) = (String::new(), Vec::new());
    for edit in Edit::ALL {
        for format in [Format::Html, Format::Markdown, Format::Text] {
            let (right, wrong) = exact(edit, format, &corpus, stories);
            writeln!(shown, "{edit:?} {format}: {right} of {stories}").unwrap();
            if right * 100 < stories * 95 {
                below.push(format!("{edit:?} as {format}: {right} of {stories}; {}", wrong.join("\n    ")));
            }
        }
    }
    (shown, below)
}

#[test]
fn every_kind_of_edit_in_every_form_leaves_each_block_its_own_id_and_translations_their_paragraphs() {
    let (shown, below) = table(|n| Box::new(TONGUES[usize::try_from(n).unwrap() % TONGUES.len()].clone()), STORIES);
    println!("{shown}");
    assert!(below.is_empty(), "{}", below.join("\n"));
}
