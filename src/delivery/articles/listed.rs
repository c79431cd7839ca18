//! Which articles a list shows, as it is asked for: in names, of which any of several will do.

use std::{collections::HashMap, fmt};

use url::form_urlencoded::Serializer;
use uuid::Uuid;

use super::Reading;
use crate::{
    domain::{
        Error, Id, Instant,
        address::AddressKind,
        article::{ArticleId, Genre, Kind},
        error::Faults,
    },
    store::{
        self, Tx,
        listings::{Filter, Order, Without},
        names::Address,
    },
};

/// A section, author or tag, named in a filter by id or by slug.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reference {
    /// By id.
    Id(Uuid),
    /// By slug.
    Slug(String),
}

impl From<String> for Reference {
    fn from(text: String) -> Self {
        Uuid::try_parse(&text).map_or_else(|_| Self::Slug(crate::domain::text::nfc(&text).into_owned()), Self::Id)
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Id(id) => id.fmt(f),
            Self::Slug(slug) => f.write_str(slug),
        }
    }
}

/// Which articles a list shows. A list of several shows what is of any of them; an empty one asks for nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Listed {
    /// One of these articles.
    pub ids: Vec<ArticleId>,
    /// In one of these sections or below it.
    pub sections: Vec<Reference>,
    /// Credited to one of these authors.
    pub authors: Vec<Reference>,
    /// Carrying one of these tags.
    pub tags: Vec<Reference>,
    /// Carrying each of these tags.
    pub all_tags: Vec<Reference>,
    /// Of one of these kinds.
    pub kinds: Vec<Kind>,
    /// Of one of these genres.
    pub genres: Vec<Genre>,
    /// Nothing of these.
    pub without: Excluded,
    /// First published at or after this instant.
    pub published_after: Option<Instant>,
    /// First published before this instant.
    pub published_before: Option<Instant>,
    /// Last updated at or after this instant.
    pub updated_after: Option<Instant>,
    /// In this order.
    pub order: Order,
}

/// What a list leaves out.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Excluded {
    /// These articles.
    pub ids: Vec<ArticleId>,
    /// What is in one of these sections or below it.
    pub sections: Vec<Reference>,
    /// What is credited to one of these authors.
    pub authors: Vec<Reference>,
    /// What carries one of these tags.
    pub tags: Vec<Reference>,
    /// What is of one of these kinds.
    pub kinds: Vec<Kind>,
    /// What is of one of these genres.
    pub genres: Vec<Genre>,
}

fn in_order<T: Ord>(all: &mut Vec<T>) {
    all.sort_unstable();
    all.dedup();
}

impl Listed {
    /// The same, in the one form that all ways to ask for it have.
    #[must_use]
    pub fn canonical(mut self) -> Self {
        let without = &mut self.without;
        for ids in [&mut self.ids, &mut without.ids] {
            in_order(ids);
        }
        let names = [&mut self.sections, &mut self.authors, &mut self.tags, &mut self.all_tags];
        for names in names.into_iter().chain([&mut without.sections, &mut without.authors, &mut without.tags]) {
            in_order(names);
        }
        for kinds in [&mut self.kinds, &mut without.kinds] {
            in_order(kinds);
        }
        for genres in [&mut self.genres, &mut without.genres] {
            in_order(genres);
        }
        self
    }

    /// The parameters that name things, what these are, and the names.
    #[must_use]
    pub fn names(&self) -> [(&'static str, AddressKind, &[Reference]); 7] {
        [
            ("section", AddressKind::Section, &self.sections),
            ("author", AddressKind::Author, &self.authors),
            ("tag", AddressKind::Tag, &self.tags),
            ("tag_all", AddressKind::Tag, &self.all_tags),
            ("not_section", AddressKind::Section, &self.without.sections),
            ("not_author", AddressKind::Author, &self.without.authors),
            ("not_tag", AddressKind::Tag, &self.without.tags),
        ]
    }

    /// What it holds beside itself, in bytes.
    pub(crate) fn heap(&self) -> usize {
        let mut held = 0_usize;
        for (_, _, names) in self.names() {
            held = held.saturating_add(size_of_val(names));
            for name in names {
                held = held.saturating_add(if let Reference::Slug(slug) = name { slug.capacity() } else { 0 });
            }
        }
        let without = &self.without;
        let ids = size_of_val(&*self.ids).saturating_add(size_of_val(&*without.ids));
        let kinds = size_of_val(&*self.kinds).saturating_add(size_of_val(&*without.kinds));
        let genres = size_of_val(&*self.genres).saturating_add(size_of_val(&*without.genres));
        held.saturating_add(ids).saturating_add(kinds).saturating_add(genres)
    }

    /// The query that asks for it.
    pub(crate) fn query(&self, query: &mut Serializer<'_, String>) {
        let mut pair = |name: &str, values: Vec<String>| {
            if !values.is_empty() {
                query.append_pair(name, &values.join(","));
            }
        };
        for (name, _, names) in self.names() {
            pair(name, written(names));
        }
        pair("id", written(&self.ids));
        pair("kind", written(&self.kinds));
        pair("genre", written(&self.genres));
        pair("not_id", written(&self.without.ids));
        pair("not_kind", written(&self.without.kinds));
        pair("not_genre", written(&self.without.genres));
        pair("published_after", written(self.published_after.as_slice()));
        pair("published_before", written(self.published_before.as_slice()));
        pair("updated_after", written(self.updated_after.as_slice()));
        pair("sort", written(Some(self.order).filter(|order| *order != Order::default()).as_slice()));
    }

    /// Turn names into ids, all slugs in one statement.
    ///
    /// # Errors
    /// [`Error::Invalid`] for every slug that leads nowhere.
    pub(in crate::delivery) fn filter(&self, tx: &mut Tx<'_>, reading: &Reading) -> Result<Filter, Error> {
        let slugs = self.names().into_iter().flat_map(|(_, _, names)| names);
        let slugs: Vec<&str> = slugs.filter_map(|name| if let Reference::Slug(slug) = name { Some(slug.as_str()) } else { None }).collect();
        let found = store::names::find(tx, &reading.everywhere(), &slugs)?;
        // Who names an id that was merged into another means the other.
        let by_id = |name: &Reference| if let Reference::Id(id) = name { Some(*id) } else { None };
        let named = self.names().into_iter().flat_map(|(_, kind, names)| names.iter().filter_map(by_id).map(move |id| (kind, id)));
        let merged = store::merging::present(tx, named.collect::<Vec<_>>())?;
        let mut faults = Faults::default();
        let [sections, authors, tags, all_tags, no_sections, no_authors, no_tags] =
            self.names().map(|(parameter, kind, names)| ids(&mut faults, (&found, &merged), parameter, kind, names));
        faults.or(Filter {
            chain: reading.chain.clone(),
            ids: self.ids.clone(),
            sections: typed(&sections),
            authors: typed(&authors),
            tags: typed(&tags),
            all_tags: typed(&all_tags),
            kinds: self.kinds.clone(),
            genres: self.genres.clone(),
            without: Without {
                ids: self.without.ids.clone(),
                sections: typed(&no_sections),
                authors: typed(&no_authors),
                tags: typed(&no_tags),
                kinds: self.without.kinds.clone(),
                genres: self.without.genres.clone(),
            },
            published_after: self.published_after,
            published_before: self.published_before,
            updated_after: self.updated_after,
            after: None,
            order: self.order,
        })
    }
}

fn written<T: ToString>(all: &[T]) -> Vec<String> {
    all.iter().map(ToString::to_string).collect()
}

fn typed<T>(ids: &[Uuid]) -> Vec<Id<T>> {
    ids.iter().copied().map(Id::from).collect()
}

/// The ids of what is named by a parameter, each once.
fn ids(
    faults: &mut Faults,
    (found, merged): (&[Address], &HashMap<Uuid, Uuid>),
    parameter: &str,
    kind: AddressKind,
    names: &[Reference],
) -> Vec<Uuid> {
    let mut ids = Vec::new();
    for name in names {
        match name {
            Reference::Id(id) => ids.push(merged.get(id).copied().unwrap_or(*id)),
            Reference::Slug(slug) => match found.iter().find(|address| address.kind == kind && address.slug == *slug) {
                Some(address) => ids.push(address.target),
                None => faults.add(format!("?{parameter}"), "unknown", format!("there is no {kind} with this slug")),
            },
        }
    }
    in_order(&mut ids);
    ids
}
