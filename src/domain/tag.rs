//! Tags: what stories are about.

use super::{Id, Instant, Version, name::Names, vocabulary::vocabulary};

vocabulary! {
    /// What a tag names.
    pub enum TagKind {
        /// A subject.
        Topic => "topic",
        /// A person.
        Person => "person",
        /// A place.
        Place => "place",
        /// An organisation.
        Organisation => "organisation",
    }
}

/// Something that stories are about.
#[derive(Debug, Clone)]
pub struct Tag {
    /// Its id.
    pub id: Id<Tag>,
    /// What it names.
    pub kind: TagKind,
    /// Its names and descriptions.
    pub names: Names,
    /// Newest version.
    pub version: Version,
    /// First saved.
    pub created_at: Instant,
    /// Last saved.
    pub updated_at: Instant,
}

/// The id of a tag.
pub type TagId = Id<Tag>;
