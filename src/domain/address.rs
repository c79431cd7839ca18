//! Addresses: one registry of (locale, slug), so that a slug means one thing for ever.

use super::vocabulary::vocabulary;

vocabulary! {
    /// What an address leads to.
    pub enum AddressKind {
        /// A section.
        Section => "section",
        /// An author.
        Author => "author",
        /// A tag.
        Tag => "tag",
        /// An article.
        Article => "article",
    }
}
