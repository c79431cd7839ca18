//! Reading what a write brings before the transaction that saves it: see [`crate::domain::write_transaction`].

use std::sync::Arc;

use serde_json::Value;

use super::shape::{DeskBody, DeskTranslation, body_in, written};
use crate::{
    api::{computing::compute, patching::Patch},
    desk::translations::Draft,
    domain::{
        Error, Locale,
        body::{Document, Format, ReadBody, Sent},
        translation::Translation,
    },
    store::Store,
};

/// Bytes of bodies that are read in less time than it takes to wake another thread.
const SHORT: usize = 2_048;

/// Read a body, one of so many of a request, on a thread where it holds up nobody, in the place of the one that is kept.
///
/// # Errors
/// What is no matter of validity; that is told when it is saved.
pub(in crate::api::desk) async fn read(
    store: &Store,
    sent: Sent,
    locale: &Locale,
    over: Option<Document>,
    of: usize,
) -> Result<ReadBody, Error> {
    if over.is_none() && sent.is_within(SHORT / of.max(1)) {
        return ReadBody::read(&sent, Some(locale), None, &mut || store.new_block_id());
    }
    let (store, locale) = (store.clone(), locale.clone());
    compute(move || ReadBody::read(&sent, Some(&locale), over.as_ref(), &mut || store.new_block_id())).await
}

/// The field of the body.
const BODY: &str = "body";

/// A merge patch on words. Its body is merged and read before the transaction that saves it: the version that is expected pins the one that it
/// is merged with. All else is merged with what is there then.
#[derive(Debug, Clone)]
pub(in crate::api::desk) struct WordsPatch {
    rest: Patch<DeskTranslation>,
    body: Brought,
}

/// The body that a patch brings.
#[derive(Debug, Clone)]
enum Brought {
    None,
    Read(Arc<ReadBody>),
    /// It was not read: its words were not there, or not the caller's to write.
    Unread,
}

impl WordsPatch {
    /// True when a patch says something of the body, so that it has to be read.
    pub(in crate::api::desk) fn brings_body(patch: &Patch<DeskTranslation>) -> bool {
        patch.names(BODY)
    }

    /// A patch that says nothing of the body.
    pub(in crate::api::desk) fn plain(patch: Patch<DeskTranslation>) -> Self {
        Self { rest: patch, body: Brought::None }
    }

    /// A patch whose body is not read, because it is going to be refused.
    pub(in crate::api::desk) fn unread(patch: Patch<DeskTranslation>) -> Self {
        Self { rest: patch.without(BODY), body: Brought::Unread }
    }

    /// A patch on these words, with its body read in the place of `over`.
    ///
    /// # Errors
    /// [`Error::Invalid`] when it cannot be applied; what is wrong with the body as such is told when it is saved.
    pub(in crate::api::desk) fn read(
        patch: Patch<DeskTranslation>,
        words: &Translation,
        over: &Document,
        store: &Store,
    ) -> Result<Self, Error> {
        let shown = written(words.clone(), body_in(Format::Doc, over));
        // What cannot be written may have moved on until it is saved.
        let input = patch.writable().onto(&shown).or_else(|_| patch.onto(&shown))?;
        let body = match input.parts() {
            (_, None) => Brought::None,
            (_, Some(sent)) => {
                Brought::Read(Arc::new(ReadBody::read(&sent, Some(&words.locale), Some(over), &mut || store.new_block_id())?))
            }
        };
        Ok(Self { rest: patch.without(BODY), body })
    }

    /// The document that it brings, if there is one and nothing is wrong with it.
    pub(in crate::api::desk) fn document(&self) -> Option<&Document> {
        if let Brought::Read(body) = &self.body { body.document() } else { None }
    }

    /// What the words are to be saved as.
    ///
    /// # Errors
    /// [`Error::Invalid`]; [`Error::Stale`] when its body was not read.
    pub(in crate::api::desk) fn onto(self, present: &Translation) -> Result<Draft, Error> {
        let body = match self.body {
            Brought::None => None,
            Brought::Read(body) => Some(Arc::unwrap_or_clone(body)),
            Brought::Unread => return Err(present.stale()),
        };
        // Nothing of the body is merged here.
        let nothing = DeskBody { format: Format::Doc, content: Value::Null };
        let (draft, _) = self.rest.onto(&written(present.clone(), nothing))?.parts();
        Ok(Draft { body, ..draft })
    }
}
