//! Which block is which, after each kind of edit in each form: 40 stories of each corpus with three translations each, in eight scripts.
//!
//! Exact is an edit when every block that was there keeps its id and no other has it, what is new is new, and each of the three translations is told of
//! just the blocks that were touched, with those that render them.

pub(crate) mod corpus;
mod edits;

use std::{
    collections::{HashMap, HashSet},
    fmt::Write,
};

use corpus::{Alike, Chance, Corpus, Recurring, TONGUES, Tongue};
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
fn send(edited: &Document, format: Format, over: &Document) -> Document {
    let content = match format {
        Format::Html => html::write(edited),
        Format::Markdown => markdown::write(edited),
        _ => text::plain(edited),
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

fn story(corpus: &dyn Corpus, shapes: &[Shape], chance: &mut Chance) -> Story {
    let mut keys = 0;
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

/// How many blocks have no id of their own after an edit, how many have that of another, and one of them.
#[derive(Default)]
struct Misled {
    missed: u32,
    false_pairs: u32,
    first: Option<String>,
}

fn misled(story: &Story, edited: &[Unit], after: &Document) -> Misled {
    let keys = |units: &[Unit]| units.iter().flat_map(|unit| unit.leaves.iter().map(|leaf| leaf.key)).collect::<Vec<_>>();
    let known: HashMap<u32, &BlockId> = keys(&story.units).into_iter().zip(leaves(&story.body).into_iter().map(|b| &b.id)).collect();
    let old: HashSet<&BlockId> = known.values().copied().collect();
    let (keys, blocks) = (keys(edited), leaves(after));
    assert_eq!(keys.len(), blocks.len(), "the harness lost a block");
    let mut wrong = Misled::default();
    for (key, block) in keys.into_iter().zip(blocks).filter(|(key, block)| known.get(key).copied() != Some(&block.id)) {
        let is_false = old.contains(&block.id);
        wrong.false_pairs += u32::from(is_false);
        wrong.missed += u32::from(!is_false && known.contains_key(&key));
        if (is_false || known.contains_key(&key)) && wrong.first.is_none() {
            let words = |block: &Block| text::plain(&Document { blocks: vec![block.clone()] });
            let was = leaves(&story.body).into_iter().find(|b| b.id == block.id || known.get(&key) == Some(&&b.id)).map(words);
            wrong.first =
                Some(format!("block {key} is {} and was {:?}:\n      {:?}\n      {was:?}", block.id, known.get(&key), words(block)));
        }
    }
    wrong
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

/// The share of exact outcomes of each kind of edit in each form, with the blocks that were missed or paired with another; and those that are below 95 in
/// a hundred.
pub(crate) fn table(corpus: impl Fn(u64) -> Box<dyn Corpus>, stories: u64) -> (String, Vec<String>) {
    let (mut shown, mut below) = (String::new(), Vec::new());
    // What text cannot say is in no story that comes as such.
    for (shapes, formats) in [(&Shape::ALL[..], &[Format::Html, Format::Markdown][..]), (&[Shape::Paragraph], &[Format::Text])] {
        let all: Vec<_> = (0..stories)
            .map(|n| {
                let corpus = corpus(n);
                let story = story(&*corpus, shapes, &mut Chance(n * 1_000 + 7));
                (corpus, story)
            })
            .collect();
        for (kind, edit) in (0..).zip(Edit::ALL) {
            let mut wrong: HashMap<Format, (Misled, Vec<String>)> = HashMap::new();
            for (n, (corpus, story)) in (0..).zip(&all) {
                let edited = edit.apply(&story.units, &**corpus, &mut Chance(n * 1_000 + 500 + kind));
                let written = read(&edited, 1 << 40);
                let mut told: Option<(Document, Option<String>)> = None;
                for format in formats {
                    let after = send(&written, *format, &story.body);
                    let found = misled(story, &edited, &after);
                    let of = wrong.entry(*format).or_default();
                    (of.0.missed, of.0.false_pairs) = (of.0.missed + found.missed, of.0.false_pairs + found.false_pairs);
                    // Of the same document translations are told the same.
                    if told.as_ref().is_none_or(|(before, _)| *before != after) {
                        let found = found.first.or_else(|| mistold(story, &edited, &after));
                        told = Some((after, found));
                    }
                    let found = told.as_ref().and_then(|(_, found)| found.as_ref());
                    of.1.extend(found.map(|found| format!("story {n}: {found}")));
                }
            }
            for format in formats {
                let (of, wrong) = wrong.remove(format).unwrap_or_default();
                let right = stories - u64::try_from(wrong.len()).unwrap();
                let line = format!("{edit:?} {format}: {right} of {stories}, {} missed, {} false", of.missed, of.false_pairs);
                writeln!(shown, "{line}").unwrap();
                if right * 100 < stories * 95 {
                    below.push(format!("{line}; {}", wrong.join("\n    ")));
                }
            }
        }
    }
    (shown, below)
}

fn holds(corpus: impl Fn(&Tongue, &mut Chance) -> Box<dyn Corpus>) {
    let (shown, below) = table(|n| corpus(&TONGUES[usize::try_from(n).unwrap() % TONGUES.len()], &mut Chance(n + 77)), STORIES);
    println!("{shown}");
    assert!(below.is_empty(), "{}", below.join("\n"));
}

#[test]
fn every_kind_of_edit_in_every_form_leaves_each_block_its_own_id_and_translations_their_paragraphs() {
    holds(|tongue, _| Box::new(tongue.clone()));
}

#[test]
fn names_and_phrases_that_stand_everywhere_make_no_block_another() {
    holds(|tongue, chance| Box::new(Recurring::new(tongue, chance)));
}

#[test]
fn blocks_that_are_nearly_the_same_are_told_apart() {
    holds(|tongue, chance| Box::new(Alike::new(tongue, chance)));
}
