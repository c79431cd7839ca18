//! What changed between two revisions: by field and by block, and within them by word.

pub mod blocks;

use serde_json::{Value, json};
use unicode_segmentation::UnicodeSegmentation;

use super::{
    article::Facts,
    body::{
        self, BlockId,
        html::{escape, write_block},
    },
    content::{Content, TEXTS, Text},
    sequence::{Steps, align},
    translation::Words,
    vocabulary::vocabulary,
    write_transaction,
};
use blocks::{BlockChange, compare as compare_bodies};

vocabulary! {
    /// What became of a piece of text.
    #[schema(as = DiffFate)]
    pub enum Fate {
        /// It stayed.
        Kept => "kept",
        /// It was taken out.
        Removed => "removed",
        /// It was put in.
        Added => "added",
    }
}

/// A piece of text and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// What became of it.
    pub fate: Fate,
    /// The text.
    pub text: String,
}

/// What changed from one text to another, by words (UAX #29), so that no cluster of any script is cut.
///
/// The kept and removed pieces together are the text before, the kept and added ones the text after. Where there are no steps left, a
/// segment counts as rewritten.
#[must_use]
pub fn pieces(before: &str, after: &str, steps: &mut Steps) -> Vec<Piece> {
    write_transaction::assert_none();
    let mut all: Vec<Piece> = Vec::new();
    let mut push = |fate: Fate, text: &str| match all.last_mut() {
        _ if text.is_empty() => {}
        Some(last) if last.fate == fate => last.text.push_str(text),
        _ => all.push(Piece { fate, text: text.to_owned() }),
    };
    let (old, new): (Vec<&str>, Vec<&str>) = (before.split_word_bounds().collect(), after.split_word_bounds().collect());
    for segment in align(&old, &new, steps) {
        let (was, is) = (old.get(segment.old).unwrap_or_default(), new.get(segment.new).unwrap_or_default());
        if segment.kept {
            is.iter().for_each(|word| push(Fate::Kept, word));
        } else {
            was.iter().for_each(|word| push(Fate::Removed, word));
            is.iter().for_each(|word| push(Fate::Added, word));
        }
    }
    all
}

/// A field that is not what it was.
#[derive(Debug, Clone, PartialEq)]
pub struct FieldChange {
    /// Its path, as a JSON pointer into the resource (`#/lead/alt`).
    pub pointer: &'static str,
    /// What it was.
    pub before: Value,
    /// What it is.
    pub after: Value,
    /// Of text: what changed within it.
    pub pieces: Vec<Piece>,
}

/// What changed between two revisions.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Comparison {
    /// Fields that changed.
    pub fields: Vec<FieldChange>,
    /// All blocks of the body, those that are gone where they were; empty for facts.
    pub blocks: Vec<BlockChange>,
    /// Whether something was too long to be compared word by word, and counts as rewritten.
    pub coarse: bool,
}

impl Comparison {
    /// The fields that changed, as JSON pointers.
    #[must_use]
    pub fn pointers(&self) -> Vec<&'static str> {
        self.fields.iter().map(|f| f.pointer).collect()
    }
}

/// The texts that are not what they were.
pub fn changed_texts(before: &Content, after: &Content) -> impl Iterator<Item = &'static Text> {
    TEXTS.iter().filter(move |text| (text.of)(before) != (text.of)(after))
}

/// The parts of words that are not what they were, as JSON pointers, the body as a whole: told by equality alone, in one look at both.
#[must_use]
pub fn changed(before: &Words, after: &Words) -> Vec<&'static str> {
    write_transaction::assert_none();
    let body = !body::blocks::same(&before.body, &after.body);
    changed_texts(&before.content, &after.content).map(|text| text.pointer).chain(body.then_some("#/body")).collect()
}

/// Compare two revisions of the words of a translation.
#[must_use]
pub fn words(before: &Words, after: &Words) -> Comparison {
    write_transaction::assert_none();
    let mut steps = Steps::default();
    let mut fields = Vec::new();
    for text in changed_texts(&before.content, &after.content) {
        let (was, is) = ((text.of)(&before.content), (text.of)(&after.content));
        fields.push(FieldChange { pointer: text.pointer, before: json!(was), after: json!(is), pieces: pieces(was, is, &mut steps) });
    }
    let blocks = compare_bodies(&before.body, &after.body, &mut steps);
    Comparison { fields, blocks, coarse: steps.ran_out() }
}

/// Compare two revisions of the facts of an article.
#[must_use]
pub fn facts(before: &Facts, after: &Facts) -> Comparison {
    let pairs = [
        ("#/kind", json!(before.kind), json!(after.kind)),
        ("#/genre", json!(before.genre), json!(after.genre)),
        ("#/section_id", json!(before.section_id), json!(after.section_id)),
        ("#/tags", json!(before.tags), json!(after.tags)),
        ("#/credits", json!(before.credits), json!(after.credits)),
        ("#/lead", json!(before.lead), json!(after.lead)),
        ("#/source_locale", json!(before.source_locale), json!(after.source_locale)),
        ("#/embargo_until", json!(before.embargo_until), json!(after.embargo_until)),
    ];
    let changed = pairs.into_iter().filter(|(_, before, after)| before != after);
    let fields = changed.map(|(pointer, before, after)| FieldChange { pointer, before, after, pieces: Vec::new() }).collect();
    Comparison { fields, blocks: Vec::new(), coarse: false }
}

/// A comparison as HTML for people: `ins` and `del` around what changed, everything escaped.
#[must_use]
pub fn html(comparison: &Comparison) -> String {
    let fields: String = comparison.fields.iter().map(field_html).collect();
    let blocks: String = comparison.blocks.iter().map(block_html).collect();
    format!("<div class=\"diff\">{fields}{blocks}</div>")
}

fn field_html(field: &FieldChange) -> String {
    let shown = if field.pieces.is_empty() {
        format!("<del>{}</del> <ins>{}</ins>", escape(&field.before.to_string()), escape(&field.after.to_string()))
    } else {
        marked(&field.pieces)
    };
    format!("<p class=\"field\" data-field=\"{}\">{shown}</p>", field.pointer)
}

fn marked(pieces: &[Piece]) -> String {
    let piece = |p: &Piece| match p.fate {
        Fate::Kept => escape(&p.text),
        Fate::Removed => format!("<del>{}</del>", escape(&p.text)),
        Fate::Added => format!("<ins>{}</ins>", escape(&p.text)),
    };
    pieces.iter().map(piece).collect()
}

fn block_html(change: &BlockChange) -> String {
    let wrapped = |class: &str, id: &BlockId, inner: &str| format!("<div class=\"block {class}\" data-id=\"{id}\">{inner}</div>");
    match change {
        BlockChange::Kept(block) => wrapped("kept", &block.id, &write_block(block)),
        BlockChange::Moved(block) => wrapped("moved", &block.id, &write_block(block)),
        BlockChange::Added(block) => wrapped("added", &block.id, &format!("<ins>{}</ins>", write_block(block))),
        BlockChange::Removed(block) => wrapped("removed", &block.id, &format!("<del>{}</del>", write_block(block))),
        BlockChange::Changed { after, pieces, .. } => wrapped("changed", &after.id, &format!("<p>{}</p>", marked(pieces))),
    }
}
