//! Cache tags: the words by which an answer says what it was made from, and a change what it touches.
//!
//! They are short and of lower-case ASCII, so that every CDN takes them (`Surrogate-Key`, `Cache-Tag`). Two things may share a tag by
//! chance, once in a million millions; an answer is then dropped without need, and never kept without right.

use std::fmt;

use uuid::Uuid;

use super::{Locale, collection::Place, facet::Facet};

/// What an answer was made from, and what a change touches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CacheTag {
    /// The site and its locales.
    Site,
    /// The tree of sections.
    Sections,
    /// The list of authors.
    Authors,
    /// The list of public tags.
    Tags,
    /// The menus of the site.
    Menus,
    /// Whatever was looked for among redirects, found or not.
    Redirects,
    /// Made from more than a header can tell: caches drop it with whatever changes.
    Many,
    /// Bodies with links to the own site that lead to nothing public: what is behind them may become so.
    Leading,
    /// One article, section, author or tag: by its id.
    Thing(u64),
    /// Whatever a slug leads to.
    Slug(u64),
    /// What is listed under a facet in a locale.
    List(u64),
    /// Which collections make a part of the site.
    Place(u64),
}

/// FNV-1a over 64 bits, which is the same in every build and on every machine.
fn hash(bytes: impl IntoIterator<Item = u8>) -> u64 {
    bytes.into_iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

impl CacheTag {
    /// The tag of an article, section, author or tag.
    #[must_use]
    pub fn thing(id: Uuid) -> Self {
        Self::Thing(hash(*id.as_bytes()))
    }

    /// The tag of what a slug leads to, in any locale.
    #[must_use]
    pub fn slug(slug: &str) -> Self {
        Self::Slug(hash(slug.bytes()))
    }

    /// The tag of what is listed under a facet in a locale.
    #[must_use]
    pub fn list(locale: &Locale, facet: Facet) -> Self {
        Self::List(hash(locale.as_str().bytes().chain(*facet.uuid().as_bytes())))
    }

    /// The tag of which collections make a part of the site, in any locale.
    #[must_use]
    pub fn place(place: &Place) -> Self {
        let section = place.section_id.map_or(Uuid::nil(), super::id::Id::uuid);
        Self::Place(hash(place.kind.as_str().bytes().chain(*section.as_bytes())))
    }

    /// The tag of which stories lead on from one, in any locale.
    #[must_use]
    pub fn related(id: Uuid) -> Self {
        Self::List(hash(b"related".iter().copied().chain(*id.as_bytes())))
    }

    /// The tag of whether anything at all is listed under a facet, in whatever locale.
    #[must_use]
    pub fn listed(facet: Facet) -> Self {
        Self::List(hash(b"*".iter().copied().chain(*facet.uuid().as_bytes())))
    }
}

impl fmt::Display for CacheTag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (kind, hash) = match self {
            Self::Site => return f.write_str("site"),
            Self::Sections => return f.write_str("sections"),
            Self::Authors => return f.write_str("authors"),
            Self::Tags => return f.write_str("tags"),
            Self::Menus => return f.write_str("menus"),
            Self::Redirects => return f.write_str("redirects"),
            Self::Many => return f.write_str("many"),
            Self::Leading => return f.write_str("leading"),
            Self::Thing(hash) => ("id", hash),
            Self::Slug(hash) => ("slug", hash),
            Self::List(hash) => ("list", hash),
            Self::Place(hash) => ("place", hash),
        };
        // Forty bits, five to a letter.
        write!(f, "{kind}-")?;
        for place in 0..8u32 {
            let five = usize::try_from((hash >> (place * 5)) & 31).unwrap_or(0);
            let letter = b"0123456789abcdefghjkmnpqrstvwxyz".get(five).copied().unwrap_or(b'0');
            fmt::Write::write_char(f, char::from(letter))?;
        }
        Ok(())
    }
}
