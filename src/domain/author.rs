//! Authors: who made a story.

use super::{Id, Instant, Version, name::Names, vocabulary::vocabulary};

vocabulary! {
    /// What an author is.
    pub enum AuthorKind {
        /// A person.
        Person => "person",
        /// A desk of this newsroom.
        Desk => "desk",
        /// A news agency or another publication.
        Agency => "agency",
    }
}

/// A person, a desk or an agency that stories are credited to.
#[derive(Debug, Clone)]
pub struct Author {
    /// Its id.
    pub id: Id<Author>,
    /// What it is.
    pub kind: AuthorKind,
    /// Its names and bios.
    pub names: Names,
    /// Newest version.
    pub version: Version,
    /// First saved.
    pub created_at: Instant,
    /// Last saved.
    pub updated_at: Instant,
}

/// The id of an author.
pub type AuthorId = Id<Author>;
