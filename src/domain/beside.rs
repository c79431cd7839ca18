//! A source and a translation of it side by side: block by block, with what has changed in the source since.

use std::collections::HashMap;

use super::{
    body::{Block, BlockId},
    content::{TEXTS, Text},
    diff::{
        Piece,
        blocks::{BlockChange, compare},
        pieces,
    },
    sequence::Steps,
    translation::Words,
    write_transaction,
};

/// A text on both sides.
#[derive(Debug, Clone)]
pub struct FieldBeside {
    /// Which.
    pub text: &'static Text,
    /// What changed in the source's since; nothing where it is what it was.
    pub pieces: Vec<Piece>,
}

/// A block of the source, and the block of the translation that renders it; one of them may be missing.
#[derive(Debug, Clone)]
pub struct Row {
    /// What became of the source's; nothing for a block that the translation alone has.
    pub source: Option<BlockChange>,
    /// The translation's.
    pub translation: Option<Block>,
}

/// A source and a translation side by side.
#[derive(Debug, Clone)]
pub struct Beside {
    /// All texts.
    pub fields: Vec<FieldBeside>,
    /// All blocks: of the source in its order, those that are gone where they were; of the translation alone after what they follow there.
    pub rows: Vec<Row>,
    /// Whether something was too long to be compared word by word.
    pub coarse: bool,
}

/// Put a translation beside its source: as it was when the translation was made, and as it is.
#[must_use]
pub fn beside(made_from: &Words, source: &Words, translation: &Words) -> Beside {
    write_transaction::assert_none();
    let mut steps = Steps::default();
    let mut fields = Vec::new();
    for text in TEXTS {
        let (was, is) = ((text.of)(&made_from.content), (text.of)(&source.content));
        fields.push(FieldBeside { text, pieces: if was == is { Vec::new() } else { pieces(was, is, &mut steps) } });
    }
    let changes = compare(&made_from.body, &source.body, &mut steps);
    let places: HashMap<&BlockId, usize> = changes.iter().enumerate().map(|(n, change)| (&change.block().id, n)).collect();
    // Each block of the source is rendered by the first that says so; what else stands in the translation follows its neighbour.
    let mut rendered: Vec<Option<Block>> = vec![None; changes.len()];
    let mut alone: Vec<Vec<Block>> = vec![Vec::new(); changes.len().saturating_add(1)];
    let mut after = 0;
    for block in &translation.body.blocks {
        let place = block.source.as_ref().and_then(|source| places.get(&source.id)).copied();
        match place.and_then(|place| Some((place, rendered.get_mut(place)?))) {
            Some((place, slot @ None)) => {
                *slot = Some(block.clone());
                after = place.saturating_add(1);
            }
            _ => alone.get_mut(after).into_iter().for_each(|all| all.push(block.clone())),
        }
    }
    let mut alone = alone.into_iter().map(|all| all.into_iter().map(|block| Row { source: None, translation: Some(block) }));
    let mut rows: Vec<Row> = alone.next().into_iter().flatten().collect();
    for (change, translation) in changes.into_iter().zip(rendered) {
        rows.push(Row { source: Some(change), translation });
        rows.extend(alone.next().into_iter().flatten());
    }
    Beside { fields, rows, coarse: steps.ran_out() }
}
