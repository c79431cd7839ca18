//! Actions: everything that needs a permission, by name.

use crate::domain::{author::AuthorKind, named::NamedKind, tag::TagKind};

/// Something that needs a permission.
pub trait Action: Send + Sync + 'static {
    /// Its name, as the contract, the policy and refusals write it.
    const NAME: &'static str;
    /// The action that shows what this one is about, without which it is not done: an answer shows it, and so does a refusal.
    const READS: &'static str = Self::NAME;
}

macro_rules! actions {
    ($($(#[doc = $doc:literal])* $name:ident => $word:literal $(and $reads:literal)?,)+) => {
        $($(#[doc = $doc])* #[derive(Debug)] pub struct $name;
        impl Action for $name {
            const NAME: &'static str = $word;
            $(const READS: &'static str = $reads;)?
        })+

        /// The names of all actions.
        pub const ALL: &[&str] = &[$($word),+];

        /// The same, each with what it allows.
        pub const DESCRIBED: &[(&str, &str)] = &[$(($word, concat!($($doc),*))),+];
    };
}

actions! {
    /// See the site, its locales, sections, authors and tags as the desk does.
    ReadDesk => "desk.read",
    /// See working copies.
    ReadArticle => "article.read",
    /// Begin an article.
    CreateArticle => "article.create" and "article.read",
    /// Change the facts of an article.
    EditArticle => "article.edit" and "article.read",
    /// Put an article into the trash, and take it out again.
    DeleteArticle => "article.delete" and "article.read",
    /// Change the words of an article in a locale.
    EditTranslation => "translation.edit" and "article.read",
    /// Remove the words of an article in a locale that were never published.
    DeleteTranslation => "translation.delete" and "article.read",
    /// Hand a translation in for review.
    SubmitTranslation => "translation.submit" and "article.read",
    /// Approve a translation or ask for changes.
    ReviewTranslation => "translation.review" and "article.read",
    /// Say who works on the words of an article in a locale.
    AssignTranslation => "translation.assign" and "article.read",
    /// Comment on an article.
    Comment => "article.comment" and "article.read",
    /// Make a working copy public.
    Publish => "article.publish" and "article.read",
    /// Plan a publication, or its end, for an instant.
    Schedule => "article.schedule" and "article.read",
    /// Say of an article that it was not right.
    Correct => "article.correct" and "article.read",
    /// Take an article down, and lift that.
    Withdraw => "article.withdraw" and "article.read",
    /// Erase the words of an article that was taken down.
    Erase => "article.erase" and "article.read",
    /// Empty the trash.
    Purge => "article.purge" and "article.read",
    /// Let somebody without an account look at a working copy.
    PreviewArticle => "article.preview" and "article.read",
    /// See what was public at an instant.
    ReadArchive => "archive.read",
    /// See who did what.
    ReadAudit => "audit.read",
    /// Put releases together.
    ManageReleases => "release.manage" and "article.read",
    /// Give a publication a date that has been.
    Backdate => "article.backdate" and "article.read",
    /// End an embargo before its instant.
    BreakEmbargo => "embargo.break" and "article.read",
    /// End a publication.
    Unpublish => "article.unpublish" and "article.read",
    /// Keep sections.
    ManageSections => "section.manage" and "desk.read",
    /// Keep authors.
    ManageAuthors => "author.manage" and "desk.read",
    /// Keep tags.
    ManageTags => "tag.manage" and "desk.read",
    /// Keep redirects.
    ManageRedirects => "redirect.manage" and "desk.read",
    /// Keep menus.
    ManageMenus => "menu.manage" and "desk.read",
    /// Arrange collections.
    ManageCollections => "collection.manage" and "desk.read",
    /// Add to the media library, and describe what is in it.
    WriteMedia => "media.write" and "desk.read",
    /// Remove from the media library, take down what is in it, and lift that.
    DeleteMedia => "media.delete" and "desk.read",
    /// Change the site.
    ManageSite => "site.manage" and "desk.read",
    /// Keep locales.
    ManageLocales => "locale.manage" and "desk.read",
    /// See who the colleagues are, and what each may do where.
    ReadPeople => "people.read",
    /// See users and their grants.
    ReadUsers => "user.read",
    /// Keep users and their grants.
    ManageUsers => "user.manage" and "user.read",
    /// Keep the keys that tokens are signed with.
    ManageKeys => "key.manage",
    /// Load a bundle.
    Import => "bundle.import",
    /// Write a bundle.
    Export => "bundle.export",
}

/// Things with names, by the action that keeps them.
pub trait Kept: NamedKind {
    /// What it takes to add, change or remove one.
    type Manage: Action;
}
impl Kept for AuthorKind {
    type Manage = ManageAuthors;
}
impl Kept for TagKind {
    type Manage = ManageTags;
}
