//! Whether a document is one of those that are looked among, read off the columns of its segment.

use std::collections::BTreeSet;

use tantivy::{
    DocId, SegmentReader,
    columnar::{Column, StrColumn},
};
use uuid::Uuid;

use super::{
    fields::{DESK, FACTS, NUMBERS},
    query::{Among, Named},
};
use crate::domain::{Error, Instant, Locale, article::Kind};

/// What is kept beside the words of a segment's documents.
pub(super) struct Columns {
    /// Section, author, tag, kind and genre.
    facts: [Option<StrColumn>; 5],
    locale: Option<StrColumn>,
    live_in: Option<StrColumn>,
    published_at: Column<i64>,
    updated_at: Column<i64>,
    saved_at: Column<i64>,
    desk: Option<StrColumn>,
    high: Column<i64>,
    low: Column<i64>,
}

impl Columns {
    pub(super) fn of(segment: &SegmentReader) -> Result<Self, Error> {
        let fast = segment.fast_fields();
        let text = |name: &str| fast.str(name).map_err(Error::internal);
        let number = |name: &str| fast.i64(name).map_err(Error::internal);
        let [section, author, tag, kind, genre] = FACTS;
        let [published_at, updated_at, high, low, saved_at] = NUMBERS;
        Ok(Self {
            facts: [text(section)?, text(author)?, text(tag)?, text(kind)?, text(genre)?],
            locale: text("locale")?,
            live_in: text("live_in")?,
            published_at: number(published_at)?,
            updated_at: number(updated_at)?,
            saved_at: number(saved_at)?,
            desk: text(DESK)?,
            high: number(high)?,
            low: number(low)?,
        })
    }

    /// The id of what a document is: an article, unless it is one of the desk's alone.
    pub(super) fn id(&self, doc: DocId) -> Uuid {
        let half = |of: &Column<i64>| of.first(doc).unwrap_or_default().cast_unsigned();
        Uuid::from_u64_pair(half(&self.high), half(&self.low))
    }

    pub(super) fn published_at(&self, doc: DocId) -> Instant {
        Instant::from_micros(self.published_at.first(doc).unwrap_or_default())
    }

    /// Last saved at the desk.
    pub(super) fn saved_at(&self, doc: DocId) -> Instant {
        Instant::from_micros(self.saved_at.first(doc).unwrap_or_default())
    }

    /// The name that the words of documents go by: the locale, of those that are live.
    pub(super) fn locale(&self) -> Option<&StrColumn> {
        self.locale.as_ref()
    }

    /// What the desk knows of documents.
    pub(super) fn desk(&self) -> Option<&StrColumn> {
        self.desk.as_ref()
    }

    fn updated_at(&self, doc: DocId) -> Instant {
        Instant::from_micros(self.updated_at.first(doc).unwrap_or_default())
    }

    /// The column that stories are counted by.
    pub(super) fn fact(&self, place: usize) -> Option<&StrColumn> {
        self.facts.get(place)?.as_ref()
    }
}

/// Some values of a column, as it numbers them; those that it has not are of no document.
pub(super) struct Values<'c> {
    column: Option<&'c StrColumn>,
    numbers: BTreeSet<u64>,
}

impl<'c> Values<'c> {
    pub(super) fn of(column: Option<&'c StrColumn>, values: impl IntoIterator<Item = String>) -> Result<Self, Error> {
        let mut numbers = BTreeSet::new();
        for value in values {
            let number = column.map(|column| column.dictionary().term_ord(value.as_bytes())).transpose().map_err(Error::internal)?;
            numbers.extend(number.flatten());
        }
        Ok(Self { column, numbers })
    }

    pub(super) fn are_of(&self, doc: DocId) -> bool {
        self.column.is_some_and(|column| column.term_ords(doc).any(|number| self.numbers.contains(&number)))
    }
}

/// What is looked among, as a segment numbers it.
pub(super) struct Sieve<'c> {
    columns: &'c Columns,
    /// One value of each of these.
    any: Vec<Values<'c>>,
    /// None of these.
    none: Vec<Values<'c>>,
    ids: BTreeSet<Uuid>,
    not_ids: BTreeSet<Uuid>,
    among: &'c Among,
}

/// What is named, column by column.
fn named(named: &Named) -> [Vec<String>; 5] {
    let ids = |ids: &[Uuid]| ids.iter().map(Uuid::to_string).collect();
    [
        ids(&named.sections),
        ids(&named.authors),
        ids(&named.tags),
        named.kinds.iter().map(|kind| kind.as_str().to_owned()).collect(),
        named.genres.iter().map(|genre| genre.as_str().to_owned()).collect(),
    ]
}

impl<'c> Sieve<'c> {
    /// For stories in a locale that are live in none of some others.
    pub(super) fn new(columns: &'c Columns, among: &'c Among, (locale, earlier): (Option<&Locale>, &[Locale])) -> Result<Self, Error> {
        let (mut any, mut none) = (Vec::new(), Vec::new());
        let [.., kinds, _] = &columns.facts;
        for (values, column) in named(&among.of).into_iter().zip(&columns.facts).filter(|(values, _)| !values.is_empty()) {
            any.push(Values::of(column.as_ref(), values)?);
        }
        for tag in &among.all_tags {
            any.push(Values::of(columns.fact(2), [tag.to_string()])?);
        }
        if among.of.kinds.is_empty() {
            none.push(Values::of(kinds.as_ref(), Kind::ALL.iter().filter(|kind| !kind.is_news()).map(|kind| kind.as_str().to_owned()))?);
        }
        for (values, column) in named(&among.without).into_iter().zip(&columns.facts).filter(|(values, _)| !values.is_empty()) {
            none.push(Values::of(column.as_ref(), values)?);
        }
        if !earlier.is_empty() {
            none.push(Values::of(columns.live_in.as_ref(), earlier.iter().map(ToString::to_string))?);
        }
        let ids = |named: &Named| named.ids.iter().map(|id| id.uuid()).collect();
        let mut not_ids: BTreeSet<Uuid> = ids(&among.without);
        let here = among.departed.iter().filter(|(_, left)| left.is_none() || left.as_ref() == locale);
        not_ids.extend(here.map(|(id, _)| id.uuid()));
        Ok(Self { columns, any, none, ids: ids(&among.of), not_ids, among })
    }

    pub(super) fn keeps(&self, doc: DocId) -> bool {
        let Among { published_after, published_before, updated_after, .. } = self.among;
        if self.none.iter().any(|values| values.are_of(doc)) || !self.any.iter().all(|values| values.are_of(doc)) {
            return false;
        }
        if !self.ids.is_empty() || !self.not_ids.is_empty() {
            let id = self.columns.id(doc);
            if self.not_ids.contains(&id) || (!self.ids.is_empty() && !self.ids.contains(&id)) {
                return false;
            }
        }
        let published = (published_after.is_some() || published_before.is_some()).then(|| self.columns.published_at(doc));
        published.is_none_or(|at| published_after.is_none_or(|after| at >= after) && published_before.is_none_or(|before| at < before))
            && updated_after.is_none_or(|after| self.columns.updated_at(doc) >= after)
    }
}
