//! Authors: who made a story.

use super::{
    Id,
    address::AddressKind,
    named::{Named, NamedKind},
    vocabulary::vocabulary,
};

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

impl NamedKind for AuthorKind {
    const ADDRESS: AddressKind = AddressKind::Author;
    const ABOUT: &'static str = "bio";
}

/// A person, a desk or an agency that stories are credited to.
pub type Author = Named<AuthorKind>;

/// The id of an author.
pub type AuthorId = Id<Author>;
