//! What of an article a list tells, and whose names with it.

use crate::domain::vocabulary::vocabulary;

vocabulary! {
    /// What of an article can be asked for alone; of its translations whole, or in parts.
    pub enum DeskField {
        /// Its id.
        Id => "id",
        /// The form.
        Kind => "kind",
        /// The genre.
        Genre => "genre",
        /// The section.
        SectionId => "section_id",
        /// The tags.
        Tags => "tags",
        /// The credits.
        Credits => "credits",
        /// The lead picture or video.
        Lead => "lead",
        /// The locale of the original.
        SourceLocale => "source_locale",
        /// Until when it is held back.
        EmbargoUntil => "embargo_until",
        /// Since when it is taken down.
        WithdrawnAt => "withdrawn_at",
        /// The translations, whole.
        Translations => "translations",
        /// Their headlines.
        Headline => "translations.headline",
        /// Their slugs.
        Slug => "translations.slug",
        /// Where they stand.
        State => "translations.state",
        /// Since when changes to them are requested.
        ChangesRequestedAt => "translations.changes_requested_at",
        /// Their newest versions.
        Version => "translations.version",
        /// What they were made from.
        MadeFrom => "translations.made_from",
        /// When they were saved last.
        UpdatedAt => "translations.updated_at",
        /// Whether they keep up.
        Freshness => "translations.freshness",
        /// By how much they do not.
        Behind => "translations.behind",
        /// What is live of them.
        Live => "translations.live",
        /// What is planned for them.
        Scheduled => "translations.scheduled",
        /// The slugs that they had.
        FormerSlugs => "translations.former_slugs",
        /// The addresses that lead to them.
        FormerPaths => "translations.former_paths",
        /// The locales without words.
        Missing => "missing",
        /// Who works on it.
        Assignments => "assignments",
        /// The newest version of the facts.
        OwnVersion => "version",
        /// Who created it.
        CreatedBy => "created_by",
        /// When it was saved first.
        CreatedAt => "created_at",
        /// When it was saved last.
        OwnUpdatedAt => "updated_at",
    }
}

/// What parts of translations begin with.
pub(super) const OF_TRANSLATIONS: &str = "translations.";

vocabulary! {
    /// Whose names come along with articles.
    pub enum DeskInclude {
        /// Their sections'.
        Section => "section",
        /// Their authors'.
        Authors => "authors",
        /// Their tags'.
        Tags => "tags",
        /// Those who created them, and those whom their words are given to.
        People => "people",
    }
}
