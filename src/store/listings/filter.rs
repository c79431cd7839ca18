//! What a list shows, and in which order.

use uuid::Uuid;

use super::key_range::{Bound, KeyRange};
use crate::{
    domain::{
        Id, Instant, Locale,
        article::Kind,
        author::Author,
        facet::Facet,
        page::{Paging, Sorting},
        section::Section,
        tag::Tag,
        vocabulary::vocabulary,
    },
    store::{editions::Live, sql::Sql},
};

vocabulary! {
    /// How a list of articles is ordered; `-` means the last first.
    pub enum Order {
        /// Last published first.
        Newest => "-published_at",
        /// First published first.
        Oldest => "published_at",
        /// Last updated first.
        Updated => "-updated_at",
    }
}

#[expect(clippy::derivable_impls, reason = "the macro leaves no room for the attribute")]
impl Default for Order {
    fn default() -> Self {
        Self::Newest
    }
}

impl Order {
    /// How a list in this order is sorted.
    #[must_use]
    pub fn sorting(self) -> Sorting {
        match self {
            Self::Newest => Sorting::Newest,
            Self::Oldest => Sorting::Oldest,
            Self::Updated => Sorting::Updated,
        }
    }

    pub(super) fn column(self) -> &'static str {
        match self {
            Self::Newest | Self::Oldest => "l.published_at",
            Self::Updated => "l.updated_at",
        }
    }

    pub(super) fn key(self, live: &Live) -> (i64, Uuid) {
        let at = if self == Self::Updated { live.updated_at } else { live.published_at };
        (at.as_micros(), live.article_id.uuid())
    }
}

/// Which live editions a list shows.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// In the first of these locales that an article is live in.
    pub chain: Vec<Locale>,
    /// In this section or below it.
    pub section: Option<Id<Section>>,
    /// Credited to this author.
    pub author: Option<Id<Author>>,
    /// Carrying this tag.
    pub tag: Option<Id<Tag>>,
    /// Of this kind.
    pub kind: Option<Kind>,
    /// First published at or after this instant.
    pub published_after: Option<Instant>,
    /// First published before this instant.
    pub published_before: Option<Instant>,
    /// In this order.
    pub order: Order,
}

impl Filter {
    /// The facets that it asks for, the one that fewest articles share by experience first; one at least.
    #[must_use]
    pub fn facets(&self) -> Vec<Facet> {
        let kind = |story: bool| self.kind.filter(|k| (*k == Kind::Story) == story).map(Facet::kind);
        let by_size = [self.author.map(Facet::from), self.tag.map(Facet::from), kind(false), self.section.map(Facet::from), kind(true)];
        let mut asked: Vec<Facet> = by_size.into_iter().flatten().collect();
        if asked.is_empty() {
            asked.push(Facet::ALL);
        }
        asked
    }

    /// Keep to things of the kinds that were asked for: an author's id is one of the facets, but of no section. One look for a whole query.
    pub(super) fn keep_kinds(&self, sql: &mut Sql) {
        let asked = [("authors", self.author.map(Id::cast)), ("tags", self.tag.map(Id::cast)), ("sections", self.section.map(Id::cast))];
        for (table, id) in asked {
            if let Some(id) = id {
                sql.push(" AND EXISTS (SELECT 1 FROM ").push(table).push(" WHERE id = ").id::<()>(id).push(")");
            }
        }
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
        if let Some(c) = paging.cursor {
            range.beyond(self.ascending(paging), Bound::at((c.key, c.id), false));
        }
        range
    }
}
