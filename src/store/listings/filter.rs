//! What a list shows, and in which order.

use std::{borrow::Cow, collections::BTreeSet};

use diesel::{QueryableByName, sql_types::BigInt};
use uuid::Uuid;

use super::key_range::{Bound, KeyRange};
use crate::{
    domain::{
        Error, Id, Instant, Locale,
        article::{Article, Genre, Kind},
        author::Author,
        facet::Facet,
        page::{Order, Paging},
        section::Section,
        tag::Tag,
    },
    store::{RunQueryDsl, Tx, dialect::Uid, editions::Live, sql::Sql},
};

/// What an order goes by, in the database and in an edition.
pub(super) trait Ordering: Copy {
    /// The column of rows `l`.
    fn column(self) -> &'static str;
    /// What an edition is sorted by.
    fn key(self, live: &Live) -> (i64, Uuid);
}

impl Ordering for Order {
    fn column(self) -> &'static str {
        match self {
            Self::Newest | Self::Oldest => "l.published_at",
            Self::Updated => "l.updated_at",
        }
    }

    fn key(self, live: &Live) -> (i64, Uuid) {
        let at = if self == Self::Updated { live.updated_at } else { live.published_at };
        (at.as_micros(), live.article_id.uuid())
    }
}

/// Which live editions a list shows. A list of several shows what is of any of them; an empty one asks for nothing.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// In the first of these locales that an article is live in.
    pub chain: Vec<Locale>,
    /// One of these articles.
    pub ids: Vec<Id<Article>>,
    /// In one of these sections or below it.
    pub sections: Vec<Id<Section>>,
    /// Credited to one of these authors.
    pub authors: Vec<Id<Author>>,
    /// Carrying one of these tags.
    pub tags: Vec<Id<Tag>>,
    /// Carrying each of these tags.
    pub all_tags: Vec<Id<Tag>>,
    /// Of one of these kinds.
    pub kinds: Vec<Kind>,
    /// Of one of these genres.
    pub genres: Vec<Genre>,
    /// Nothing of these.
    pub without: Without,
    /// First published at or after this instant.
    pub published_after: Option<Instant>,
    /// First published before this instant.
    pub published_before: Option<Instant>,
    /// Last updated at or after this instant.
    pub updated_after: Option<Instant>,
    /// After this place of the order, whichever page is asked for.
    pub after: Option<(i64, Uuid)>,
    /// In this order.
    pub order: Order,
}

/// What a list leaves out.
#[derive(Debug, Clone, Default)]
pub struct Without {
    /// These articles.
    pub ids: Vec<Id<Article>>,
    /// What is in one of these sections or below it.
    pub sections: Vec<Id<Section>>,
    /// What is credited to one of these authors.
    pub authors: Vec<Id<Author>>,
    /// What carries one of these tags.
    pub tags: Vec<Id<Tag>>,
    /// What is of one of these kinds.
    pub kinds: Vec<Kind>,
    /// What is of one of these genres.
    pub genres: Vec<Genre>,
}

impl Without {
    /// The facets that are left out.
    pub(super) fn facets(&self) -> Vec<Facet> {
        let names = facets(&self.sections).into_iter().chain(facets(&self.authors)).chain(facets(&self.tags));
        names.chain(self.kinds.iter().copied().map(Facet::kind)).collect()
    }
}

fn facets<T>(ids: &[Id<T>]) -> Vec<Facet> {
    ids.iter().map(|id| Facet::from(id.uuid())).collect()
}

fn untyped<T>(ids: &[Id<T>]) -> Vec<Id<()>> {
    ids.iter().map(|id| id.cast()).collect()
}

fn typed<T>(ids: &[Id<()>]) -> Vec<Id<T>> {
    ids.iter().map(|id| id.cast()).collect()
}

/// An id that is of the kind that it was asked for as.
#[derive(QueryableByName)]
struct Known {
    #[diesel(sql_type = BigInt)]
    place: i64,
    #[diesel(sql_type = Uid, deserialize_as = Id<()>)]
    id: Uuid,
}

impl Filter {
    /// The groups of facets that it asks for one of each of, the one that fewest articles share by experience first; one at least.
    #[must_use]
    pub fn groups(&self) -> Vec<Vec<Facet>> {
        let kinds = |story: bool| {
            let those = self.kinds.iter().filter(|_| self.kinds.contains(&Kind::Story) == story);
            those.copied().map(Facet::kind).collect::<Vec<_>>()
        };
        let mut by_size = vec![facets(&self.authors), facets(&self.tags)];
        by_size.extend(self.all_tags.iter().map(|id| vec![Facet::from(*id)]));
        by_size.extend([kinds(false), facets(&self.sections), kinds(true)]);
        let mut asked: Vec<Vec<Facet>> = Vec::new();
        for group in by_size {
            if !group.is_empty() && !asked.contains(&group) {
                asked.push(group);
            }
        }
        if asked.is_empty() {
            asked.push(vec![Facet::ALL]);
        }
        asked
    }

    /// Keep to things of the kinds that were asked for: an author's id is one of the facets, but of no section. One look for a whole query.
    pub(super) fn keep_kinds(&self, sql: &mut Sql) {
        let mut asked = vec![("authors", untyped(&self.authors)), ("tags", untyped(&self.tags)), ("sections", untyped(&self.sections))];
        asked.extend(self.all_tags.iter().map(|id| ("tags", vec![id.cast()])));
        for (table, ids) in asked {
            let [id] = *ids else { continue };
            sql.push(" AND EXISTS (SELECT 1 FROM ").push(table).push(" WHERE id = ").id::<()>(id).push(")");
        }
    }

    /// The same without ids that are of another kind of thing, where several are asked for or they are left out; nothing when none is left of
    /// what was asked for. A single one is looked up where rows are.
    pub(super) fn of_their_kinds(&self, tx: &mut Tx<'_>) -> Result<Option<Cow<'_, Self>>, Error> {
        let mut kept = self.clone();
        let mut sql = Sql::default();
        let mut asked = kept.named();
        for (place, (table, _, ids)) in (0_i64..).zip(&asked).filter(|(_, (_, several, ids))| ids.len() >= *several) {
            sql.push(if sql.is_empty() { "SELECT " } else { " UNION ALL SELECT " }).int(place).push(" AS place, id FROM ");
            sql.push(table).push(" WHERE id IN ").ids(ids.iter().copied());
        }
        if sql.is_empty() {
            return Ok(Some(Cow::Borrowed(self)));
        }
        let there: BTreeSet<(i64, Uuid)> = sql.load::<Known>(tx)?.into_iter().map(|row| (row.place, row.id)).collect();
        let mut lost = false;
        for (place, (_, several, ids)) in (0_i64..).zip(&mut asked).filter(|(_, (_, several, ids))| ids.len() >= *several) {
            ids.retain(|id| there.contains(&(place, id.uuid())));
            lost |= *several > 1 && ids.is_empty();
        }
        kept.set_named(asked);
        Ok(if lost { None } else { Some(Cow::Owned(kept)) })
    }

    /// The tables that ids are of, from how many on they are looked up there, and the ids.
    fn named(&self) -> [(&'static str, usize, Vec<Id<()>>); 6] {
        let without = &self.without;
        [
            ("sections", 2, untyped(&self.sections)),
            ("authors", 2, untyped(&self.authors)),
            ("tags", 2, untyped(&self.tags)),
            ("sections", 1, untyped(&without.sections)),
            ("authors", 1, untyped(&without.authors)),
            ("tags", 1, untyped(&without.tags)),
        ]
    }

    fn set_named(&mut self, named: [(&'static str, usize, Vec<Id<()>>); 6]) {
        let [sections, authors, tags, no_sections, no_authors, no_tags] = named.map(|(_, _, ids)| ids);
        (self.sections, self.authors, self.tags) = (typed(&sections), typed(&authors), typed(&tags));
        (self.without.sections, self.without.authors, self.without.tags) = (typed(&no_sections), typed(&no_authors), typed(&no_tags));
    }

    /// The locales of its chain, each with those that come before it.
    pub(super) fn locales(&self) -> impl Iterator<Item = (&Locale, &[Locale])> {
        (0..self.chain.len()).filter_map(|place| {
            let (earlier, rest) = self.chain.split_at(place);
            Some((rest.first()?, earlier))
        })
    }

    /// Whether a page of it is read from its first instant to its last.
    pub(super) fn ascending(&self, paging: Paging) -> bool {
        (self.order == Order::Oldest) != paging.backwards()
    }

    /// The range of its order that a page of it lies in.
    pub(super) fn range(&self, paging: Paging) -> KeyRange {
        let mut range = KeyRange::default();
        if let Some(at) = self.published_after {
            // Nothing is updated before it is published.
            range.above(Bound::before(at));
        }
        if let Some(at) = self.published_before.filter(|_| self.order != Order::Updated) {
            range.below(Bound::before(at));
        }
        if let Some(at) = self.updated_after.filter(|_| self.order == Order::Updated) {
            range.above(Bound::before(at));
        }
        if let Some(key) = self.after {
            range.beyond(self.order == Order::Oldest, Bound::at(key, false));
        }
        if let Some(c) = paging.cursor {
            range.beyond(self.ascending(paging), Bound::at((c.key, c.id), false));
        }
        range
    }
}
