//! Reading records before the transaction that imports them: see [`crate::domain::write_transaction`].

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;

use crate::{
    access::{Caller, Permit, System, action::Import},
    desk::bundle::record::{ArticleRecord, BodyRecord, Record, TranslationRecord, digest},
    domain::{
        Error, Locale, Violation,
        body::{Document, ReadBody, Sent},
        media::StoredFile,
    },
    store::{self, Store, Tx},
};

/// A record whose texts are repaired, and whose bodies are read in the place of those that are there.
#[derive(Debug)]
pub struct ReadRecord {
    pub(super) record: Record,
    pub(super) digest: String,
    pub(super) warnings: Vec<Violation>,
    written_in: BTreeSet<Locale>,
    bodies: Option<BTreeMap<Locale, Bodies>>,
    /// The file of an item of the media library, in the media store.
    pub(super) file: Option<StoredFile>,
}

/// The bodies of one locale.
#[derive(Debug, Default)]
struct Bodies {
    live: Option<ReadBody>,
    copy: Option<ReadBody>,
}

/// Read a record.
///
/// # Errors
/// [`Error::Invalid`] for words under two tags of one locale, and those of a read; what is wrong with a body is told when it is imported.
pub fn read(store: &Store, record: Record, overwrite: bool) -> Result<ReadRecord, Error> {
    let (digest, mut warnings) = (digest(&record), Vec::new());
    let masthead = store.read_now(store::site::masthead)?;
    let record = record.repaired(&mut warnings).under_present_tags(&masthead)?;
    let written_in = record.written_in();
    let mut read = ReadRecord { record, digest, warnings, written_in, bodies: None, file: None };
    read.read_bodies(store, overwrite)?;
    Ok(read)
}

impl ReadRecord {
    /// The same with the file that it names, in the media store.
    #[must_use]
    pub fn with_file(self, file: Option<StoredFile>) -> Self {
        Self { file, ..self }
    }

    /// Whether the same was imported before, and nothing else under its key since.
    ///
    /// # Errors
    /// [`Error::Busy`] and [`Error::Internal`] when the database fails.
    pub fn is_imported(&self, store: &Store) -> Result<bool, Error> {
        let (kind, key) = self.record.name();
        let known = store.read_now(|tx| store::imports::find(tx, kind, key))?;
        Ok(known.is_some_and(|known| known.digest == self.digest))
    }

    /// The record.
    #[must_use]
    pub fn record(&self) -> &Record {
        &self.record
    }

    /// The locales that it has words in and the site has not.
    ///
    /// # Errors
    /// [`Error::Internal`] when the database fails.
    pub fn unknown_locales(&self, tx: &mut Tx<'_>) -> Result<Vec<Locale>, Error> {
        let masthead = store::site::masthead(tx)?;
        Ok(self.written_in.iter().filter(|locale| masthead.settings(locale).is_none()).cloned().collect())
    }

    /// Read its bodies in the place of what is there by now; none, when it was imported before as it is.
    ///
    /// # Errors
    /// As [`read`].
    pub fn read_bodies(&mut self, store: &Store, overwrite: bool) -> Result<(), Error> {
        let Record::Article(r) = &self.record else { return Ok(()) };
        let found = store.read_now(|tx| replaced(tx, r, (!overwrite).then_some(&self.digest)))?;
        self.bodies = found.map(|replaced| bodies(r, &replaced, store)).transpose()?;
        Ok(())
    }

    /// Nothing, when its bodies were read.
    ///
    /// # Errors
    /// [`Error::Stale`].
    pub(super) fn has_bodies(&self) -> Result<(), Error> {
        self.bodies.as_ref().map(drop).ok_or_else(|| Error::stale("article", 0))
    }

    /// The body of what is public, where the record tells it apart.
    pub(super) fn live(&self, locale: &Locale) -> Option<ReadBody> {
        self.bodies.as_ref()?.get(locale)?.live.clone()
    }

    /// The body of the working copy.
    pub(super) fn copy(&self, locale: &Locale) -> Option<ReadBody> {
        self.bodies.as_ref()?.get(locale)?.copy.clone()
    }
}

/// The bodies that a record replaces; nothing, when one with this digest was imported last.
fn replaced(tx: &mut Tx<'_>, r: &ArticleRecord, unless: Option<&String>) -> Result<Option<BTreeMap<Locale, Document>>, Error> {
    let known = store::imports::find(tx, "article", &r.key)?;
    if known.as_ref().is_some_and(|known| Some(&known.digest) == unless) {
        return Ok(None);
    }
    let permit: Permit<Import> = Permit::try_from(Caller::system(System::Importer))?;
    let Some(target) = known.map(|known| known.target).or(r.id).or_else(|| Uuid::try_parse(&r.key).ok()) else {
        return Ok(Some(BTreeMap::new()));
    };
    match store::articles::find(tx, &permit.visibility(), target.into()) {
        Err(Error::NotFound(_)) => Ok(Some(BTreeMap::new())),
        Err(other) => Err(other),
        Ok(article) => Ok(Some(store::translations::all(tx, &article)?.into_iter().map(|t| (t.locale, t.words.body)).collect())),
    }
}

/// Read the bodies of a record: of what is public first, then of the working copy over it.
fn bodies(r: &ArticleRecord, replaced: &BTreeMap<Locale, Document>, store: &Store) -> Result<BTreeMap<Locale, Bodies>, Error> {
    let read = |locale: &Locale, body: Option<&BodyRecord>, over: Option<&Document>| {
        let sent = body.map(|b| Sent { format: b.format, content: b.content.clone() });
        sent.map(|sent| ReadBody::read(&sent, Some(locale), over, &mut || store.new_block_id())).transpose()
    };
    let each = |(locale, t): (&Locale, &TranslationRecord)| {
        let there = replaced.get(locale);
        let live = read(locale, t.live.as_ref().and_then(|live| live.body.as_ref()), there)?;
        let copy = read(locale, t.body.as_ref(), live.as_ref().and_then(ReadBody::document).or(there))?;
        Ok((locale.clone(), Bodies { live, copy }))
    };
    r.translations.iter().map(each).collect()
}
