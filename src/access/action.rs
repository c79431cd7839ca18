//! Actions: everything that needs a permission, by name.

/// Something that needs a permission.
pub trait Action: Send + Sync + 'static {
    /// Its name, as the contract, the policy and refusals write it.
    const NAME: &'static str;
}

macro_rules! actions {
    ($($(#[$doc:meta])* $name:ident => $word:literal,)+) => {
        $($(#[$doc])* #[derive(Debug)] pub struct $name;
        impl Action for $name { const NAME: &'static str = $word; })+

        /// The names of all actions.
        pub const ALL: &[&str] = &[$($word),+];
    };
}

actions! {
    /// See the site, its locales, sections, authors and tags as the desk does.
    ReadDesk => "desk.read",
    /// See working copies.
    ReadArticle => "article.read",
    /// Begin an article.
    CreateArticle => "article.create",
    /// Change the facts of an article.
    EditArticle => "article.edit",
    /// Put an article into the trash, and take it out again.
    DeleteArticle => "article.delete",
    /// Change the words of an article in a locale.
    EditTranslation => "translation.edit",
    /// Remove the words of an article in a locale that were never published.
    DeleteTranslation => "translation.delete",
    /// Hand a translation in for review.
    SubmitTranslation => "translation.submit",
    /// Approve a translation or ask for changes.
    ReviewTranslation => "translation.review",
    /// Say who works on the words of an article in a locale.
    AssignTranslation => "translation.assign",
    /// Comment on an article.
    Comment => "article.comment",
    /// Make a working copy public.
    Publish => "article.publish",
    /// Plan a publication, or its end, for an instant.
    Schedule => "article.schedule",
    /// Say of an article that it was not right.
    Correct => "article.correct",
    /// Take an article down, and lift that.
    Withdraw => "article.withdraw",
    /// Erase the words of an article that was taken down.
    Erase => "article.erase",
    /// Empty the trash.
    Purge => "article.purge",
    /// Let somebody without an account look at a working copy.
    PreviewArticle => "article.preview",
    /// See what was public at an instant.
    ReadArchive => "archive.read",
    /// See who did what.
    ReadAudit => "audit.read",
    /// Put releases together.
    ManageReleases => "release.manage",
    /// End an embargo before its instant.
    BreakEmbargo => "embargo.break",
    /// End a publication.
    Unpublish => "article.unpublish",
    /// Keep sections.
    ManageSections => "section.manage",
    /// Keep authors.
    ManageAuthors => "author.manage",
    /// Keep tags.
    ManageTags => "tag.manage",
    /// Change the site.
    ManageSite => "site.manage",
    /// Keep locales.
    ManageLocales => "locale.manage",
    /// See users and their grants.
    ReadUsers => "user.read",
    /// Keep users and their grants.
    ManageUsers => "user.manage",
    /// Load a bundle.
    Import => "bundle.import",
    /// Write a bundle.
    Export => "bundle.export",
}
