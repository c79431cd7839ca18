//! Reading the bodies that operations bring before the transaction in which they are done: see [`crate::domain::write_transaction`].

use std::collections::BTreeMap;

use super::{BulkOperation, BulkVerb, permit, words_patch};
use crate::{
    access::{Caller, action::EditTranslation},
    api::{computing::compute, desk::translations::WordsPatch},
    desk,
    domain::{Error, Locale, Version, article::ArticleId, body::Document, translation::Translation},
    store::{Store, Tx},
};

/// A patch on words whose body was read; nothing for an operation that brings none.
pub(super) type Preread = Option<Result<WordsPatch, Error>>;

/// Words that operations bring bodies for.
struct Words {
    there: Translation,
    /// The bodies that are replaced, each by the version that has it first: the one that is there, and those that operations leave.
    bodies: BTreeMap<Version, Document>,
}

type AllWords = BTreeMap<(ArticleId, Locale), Words>;

/// Read the bodies that operations bring, each in the place of what those before it leave.
///
/// # Errors
/// Those of a read; what is wrong with an operation is told when it is its turn.
pub(super) async fn read(store: &Store, who: Caller, operations: Vec<BulkOperation>) -> Result<(Vec<BulkOperation>, Vec<Preread>), Error> {
    if !operations.iter().any(|op| brings_body(op).is_some()) {
        let none = operations.iter().map(|_| None).collect();
        return Ok((operations, none));
    }
    let found = store.read(move |tx| Ok((present(tx, &who, &operations)?, operations)));
    let ((mut all, operations), store) = (found.await?, store.clone());
    compute(move || {
        let read = operations.iter().zip(0..).map(|(op, before)| read_one(&store, op, before, &mut all)).collect();
        Ok((operations, read))
    })
    .await
}

/// The locale of the words that an operation brings a body for.
fn brings_body(op: &BulkOperation) -> Option<&Locale> {
    let named = op.verb == BulkVerb::ReviseTranslation && op.body.as_ref().is_some_and(|patch| patch.get("body").is_some());
    op.locale.as_ref().filter(|_| named)
}

/// The words that bodies are brought for, as far as the caller may write them.
fn present(tx: &mut Tx<'_>, who: &Caller, operations: &[BulkOperation]) -> Result<AllWords, Error> {
    let mut all = AllWords::new();
    let Ok(permit) = permit::<EditTranslation>(who) else { return Ok(all) };
    for (op, locale) in operations.iter().filter_map(|op| Some((op, brings_body(op)?))) {
        let at = (op.article_id, locale.clone());
        if all.contains_key(&at) {
            continue;
        }
        match desk::translations::present(tx, &permit, op.article_id, locale) {
            Ok(there) => {
                let bodies = BTreeMap::from([(there.version, there.words.body.clone())]);
                all.insert(at, Words { there, bodies });
            }
            Err(ours) if ours.passes() || matches!(ours, Error::Internal(_)) => return Err(ours),
            // It is refused when it is its turn.
            Err(_) => {}
        }
    }
    Ok(all)
}

/// Read the body of an operation that so many others come before.
fn read_one(store: &Store, op: &BulkOperation, before: Version, all: &mut AllWords) -> Preread {
    let locale = brings_body(op)?;
    let patch = match words_patch(op) {
        Ok(patch) => patch,
        Err(wrong) => return Some(Err(wrong)),
    };
    let (Some(Words { there, bodies }), Some(version)) = (all.get_mut(&(op.article_id, locale.clone())), op.version) else {
        return Some(Ok(WordsPatch::unread(patch)));
    };
    // A version that is past, or that those before cannot have made, is refused.
    let possible = version <= there.version.saturating_add(before);
    let Some((_, over)) = bodies.range(..=version).next_back().filter(|_| possible) else { return Some(Ok(WordsPatch::unread(patch))) };
    let read = WordsPatch::read(patch, there, over, store);
    // Of those that expect the same version the first one counts: when it is refused, and the next is done, whatever was read for what the first
    // would have left is refused too.
    if let Some(document) = read.as_ref().ok().and_then(WordsPatch::document) {
        bodies.entry(version.saturating_add(1)).or_insert_with(|| document.clone());
    }
    Some(read)
}
