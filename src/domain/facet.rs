//! Facets: what live editions are listed under.

use std::collections::BTreeSet;

use uuid::Uuid;

use super::{Id, article::Facts, article::Kind, author::Author, media::MediaId, section::Section, tag::Tag};

/// Something that editions are listed under: all news, a kind, a section with its subtree, an author or a tag, and what of the media library it shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Facet(Uuid);

impl Facet {
    /// All news that is live.
    pub const ALL: Self = Self(Uuid::nil());

    /// What is of a kind. Its id is the bytes of the kind's name, which no generated id can be.
    #[must_use]
    pub fn kind(kind: Kind) -> Self {
        let mut bytes = [0; 16];
        for (byte, letter) in bytes.iter_mut().zip(kind.as_str().bytes()) {
            *byte = letter;
        }
        Self(Uuid::from_bytes(bytes))
    }

    /// The id that it is kept under.
    #[must_use]
    pub fn uuid(self) -> Uuid {
        self.0
    }

    /// Every facet that an edition of these facts is listed under, whose body shows these items, in a section with this path. This is all that keeps pages out
    /// of lists: what is no news is under its kind and its media alone, of which no list is.
    #[must_use]
    pub fn of(facts: &Facts, pictured: &BTreeSet<MediaId>, section_path: &[Id<Section>]) -> Vec<Self> {
        let mut all = vec![Self::kind(facts.kind)];
        all.extend(facts.media().chain(pictured.iter().copied()).map(Self::from));
        if facts.kind.is_news() {
            all.push(Self::ALL);
            all.extend(section_path.iter().map(|id| Self::from(*id)));
            all.extend(facts.credits.iter().map(|c| Self::from(c.author_id)));
            all.extend(facts.tags.iter().map(|id| Self::from(*id)));
        }
        all.sort();
        all.dedup();
        all
    }
}

impl From<Uuid> for Facet {
    fn from(id: Uuid) -> Self {
        Self(id)
    }
}
impl From<Id<Facet>> for Facet {
    fn from(id: Id<Facet>) -> Self {
        Self(id.uuid())
    }
}
impl From<Id<Section>> for Facet {
    fn from(id: Id<Section>) -> Self {
        Self(id.uuid())
    }
}
impl From<Id<Author>> for Facet {
    fn from(id: Id<Author>) -> Self {
        Self(id.uuid())
    }
}
impl From<MediaId> for Facet {
    fn from(id: MediaId) -> Self {
        Self(id.uuid())
    }
}
impl From<Id<Tag>> for Facet {
    fn from(id: Id<Tag>) -> Self {
        Self(id.uuid())
    }
}
