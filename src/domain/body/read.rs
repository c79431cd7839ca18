//! Bodies as they are read before the transaction that saves them is opened.

use super::{BlockId, Document, Format, Sent, anchors::without_links, blocks, pictures};
use crate::domain::{Error, Locale, Violation};

/// A body that was read into a document, whose blocks have the ids of those they replace. Nothing is left to do for whoever saves it but to
/// [look](Self::replaces) whether what is there still is what it was matched against.
#[derive(Debug, Clone)]
pub struct ReadBody {
    document: Document,
    warnings: Vec<Violation>,
    faults: Vec<Violation>,
    /// The body that it was matched against, which is empty where there was none; nothing when its blocks have ids of their own.
    matched: Option<Document>,
    kept: bool,
}

impl ReadBody {
    /// Read what was sent, in this language, and match it against the body that it replaces. What is wrong with it is kept, to be told when it is saved, beside
    /// whatever else is wrong then.
    ///
    /// # Errors
    /// What is no matter of validity.
    pub fn read(sent: &Sent, locale: Option<&Locale>, over: Option<&Document>, mint: &mut dyn FnMut() -> BlockId) -> Result<Self, Error> {
        let read = sent.read_parting(locale, mint);
        let (mut document, warnings, repeats, faults) = match read {
            Ok((document, warnings, repeats)) => (document, warnings, repeats, Vec::new()),
            Err(Error::Invalid(faults)) => (Document::default(), Vec::new(), Vec::new(), faults),
            Err(other) => return Err(other),
        };
        if let Some(over) = over {
            blocks::settle(&mut document, &repeats, over);
            blocks::confirm(&mut document, over);
        }
        let matched = (sent.format != Format::Doc).then(|| over.cloned().unwrap_or_default());
        if let Some(over) = &matched {
            blocks::keep_ids(&mut document, over);
        }
        Ok(Self { document, warnings, faults, matched, kept: false })
    }

    /// A body that was kept already, to be saved as it is.
    #[must_use]
    pub fn kept(document: Document) -> Self {
        Self { document, warnings: Vec::new(), faults: Vec::new(), matched: None, kept: true }
    }

    /// True when somebody sent it, so that it may say what was not said before.
    #[must_use]
    pub fn is_new(&self) -> bool {
        !self.kept
    }

    /// The document, when nothing was wrong with it.
    #[must_use]
    pub fn document(&self) -> Option<&Document> {
        self.faults.is_empty().then_some(&self.document)
    }

    /// True when it can be saved over this body: it was matched against it, or needed no matching, or is what is there already. Which blocks
    /// of a source they name makes no difference; nor, where it is there already, do links and pictures, for what they lead to and show is looked up when it is
    /// saved. Linear.
    #[must_use]
    pub fn replaces(&self, kept: &Document) -> bool {
        let Some(matched) = &self.matched else { return true };
        blocks::same(matched, kept) || (self.faults.is_empty() && blocks::same(&bare(&self.document), &bare(kept)))
    }

    /// The document in the place of this body, and what could not be kept of what was sent. Linear.
    ///
    /// # Errors
    /// [`Error::Invalid`] with pointers below `#/content`.
    pub fn over(mut self, kept: &Document) -> Result<(Document, Vec<Violation>), Error> {
        if !self.faults.is_empty() {
            return Err(Error::Invalid(self.faults));
        }
        if self.matched.is_some() {
            blocks::keep_sources(&mut self.document, kept);
        }
        Ok((self.document, self.warnings))
    }
}

/// A document without what is looked up when it is saved.
fn bare(document: &Document) -> Document {
    let mut bare = without_links(document);
    pictures::forget(&mut bare);
    bare
}
