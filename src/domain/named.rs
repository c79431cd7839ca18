//! What authors and tags have in common: a kind, and names by which stories are found.

use std::{fmt, str::FromStr};

use super::{Error, Id, Instant, Version, address::AddressKind, fold::search_key, name::Names, vocabulary::vocabulary};

vocabulary! {
    /// In which order a list of names is, if not in that in which they were made.
    pub enum NameOrder {
        /// From A to Z, or as the language has it.
        Ascending => "name",
        /// The other way.
        Descending => "-name",
    }
}

/// Which things with names a list shows, and in which order.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Listed {
    /// In this order; in that in which they were made when absent.
    pub order: Option<NameOrder>,
    /// With this in a name, [folded](search_key).
    pub text: Option<String>,
}

impl Listed {
    /// What was asked for.
    #[must_use]
    pub fn new(order: Option<NameOrder>, text: Option<&str>) -> Self {
        Self { order, text: text.map(search_key) }
    }
}

/// The kinds that things of one sort may be of, such as those of authors.
pub trait NamedKind: fmt::Debug + fmt::Display + FromStr<Err = Error> + Copy + Eq + Send + Sync + 'static {
    /// What such a thing is: its address leads to one.
    const ADDRESS: AddressKind;
    /// What the text beside a name is called.
    const ABOUT: &'static str;
}

/// A thing with a kind and names that stories name.
#[derive(Debug, Clone)]
pub struct Named<K> {
    /// Its id.
    pub id: Id<Self>,
    /// What it is.
    pub kind: K,
    /// Its names, each with a text about it.
    pub names: Names,
    /// Newest version.
    pub version: Version,
    /// First saved.
    pub created_at: Instant,
    /// Last saved.
    pub updated_at: Instant,
}
