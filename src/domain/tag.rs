//! Tags: what stories are about.

use super::{
    Id,
    address::AddressKind,
    named::{Named, NamedKind},
    vocabulary::vocabulary,
};

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

impl NamedKind for TagKind {
    const ADDRESS: AddressKind = AddressKind::Tag;
    const ABOUT: &'static str = "description";
}

/// Something that stories are about.
pub type Tag = Named<TagKind>;

/// The id of a tag.
pub type TagId = Id<Tag>;
