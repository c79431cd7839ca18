//! Changes: what the change log says of every committed write.

use super::{
    Id, Locale, api_key::ApiKey, article::Article, author::Author, collection::CollectionId, comment::Comment, correction::Correction,
    media::MediaId, menu::Menu, preview::Preview, redirect::Redirect, release::Release, section::Section, tag::Tag, user::User,
    vocabulary::vocabulary,
};

vocabulary! {
    /// Who may learn of a change.
    pub enum Audience {
        /// Anyone: the public sees something else than before.
        Public => "public",
        /// Only the desk.
        Desk => "desk",
    }
}

vocabulary! {
    /// What happened to a thing.
    #[schema(as = AuditEvent)]
    pub enum Event {
        /// It came into being.
        Created => "created",
        /// A new revision was saved.
        Revised => "revised",
        /// It is gone.
        Deleted => "deleted",
        /// The public sees a new edition.
        Published => "published",
        /// Its source has moved on, or it has caught up.
        Aged => "aged",
        /// The public no longer sees it.
        Unpublished => "unpublished",
        /// It was given to somebody, or taken from them.
        Assigned => "assigned",
        /// Its question was answered.
        Resolved => "resolved",
        /// Something is to happen to it at an instant.
        Scheduled => "scheduled",
        /// What was to happen to it is not.
        Unscheduled => "unscheduled",
        /// What was to happen to it could not.
        Failed => "failed",
        /// Its embargo was ended before its instant.
        EmbargoBroken => "embargo_broken",
        /// The newsroom said that it was not right.
        Corrected => "corrected",
        /// It was taken down.
        Withdrawn => "withdrawn",
        /// Its takedown was lifted.
        Reinstated => "reinstated",
        /// Its words were erased.
        Erased => "erased",
        /// It was put into the trash.
        Trashed => "trashed",
        /// It was taken out of the trash.
        Restored => "restored",
        /// It may no longer be looked at.
        Revoked => "revoked",
        /// An address that it had before leads to it.
        Addressed => "addressed",
        /// It has become one with another; the reason says with which, or into which.
        Merged => "merged",
        /// Its question is open again.
        Reopened => "reopened",
        /// It moved on in its workflow.
        Moved => "moved",
        /// Somebody was not let in with it.
        Refused => "refused",
        /// Something else can be heard of it than before.
        Voiced => "voiced",
        /// A link was made that sets its password; the reason says what for.
        Linked => "linked",
        /// Other stories lead on from it than before.
        Related => "related",
    }
}

impl Event {
    /// True when the desk may find something else after it, or somebody else may find it.
    #[must_use]
    pub fn changes_desk_search(self) -> bool {
        !matches!(
            self,
            Self::Aged
                | Self::Scheduled
                | Self::Unscheduled
                | Self::Failed
                | Self::EmbargoBroken
                | Self::Corrected
                | Self::Revoked
                | Self::Addressed
                | Self::Refused
                | Self::Voiced
                | Self::Linked
                | Self::Resolved
                | Self::Reopened
                | Self::Related
        )
    }
}

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    /// The site.
    Site,
    /// A locale.
    Locale(Locale),
    /// A section.
    Section(Id<Section>),
    /// An author.
    Author(Id<Author>),
    /// A tag.
    Tag(Id<Tag>),
    /// The facts of an article.
    Article(Id<Article>),
    /// The words of an article in a locale.
    Translation(Id<Article>, Locale),
    /// A comment on an article.
    Comment(Id<Comment>),
    /// A correction of an article.
    Correction(Id<Correction>),
    /// A preview of an article.
    Preview(Id<Preview>),
    /// A redirect.
    Redirect(Id<Redirect>),
    /// A menu.
    Menu(Id<Menu>),
    /// A collection.
    Collection(CollectionId),
    /// An item of the media library.
    Media(MediaId),
    /// A release.
    Release(Id<Release>),
    /// A user, with their grants.
    User(Id<User>),
    /// An API key.
    ApiKey(Id<ApiKey>),
    /// Signing in, where it is not known as whom.
    SignIn,
    /// A signing key; the reason is its name.
    SigningKey,
}

/// One entry of the change log, before it has its number and instant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// What happened.
    pub event: Event,
    /// To what.
    pub subject: Subject,
    /// The reason that was given; empty when none was.
    pub reason: String,
}

impl Change {
    /// `event` happened to `subject`.
    #[must_use]
    pub fn new(event: Event, subject: Subject) -> Self {
        Self { event, subject, reason: String::new() }
    }

    /// The same, for a reason that was given.
    #[must_use]
    pub fn because(self, reason: &str) -> Self {
        Self { reason: reason.to_owned(), ..self }
    }

    /// Who may learn of it: working copies and users are the desk's own business.
    #[must_use]
    pub fn audience(&self) -> Audience {
        match (&self.subject, self.event) {
            (
                Subject::Site
                | Subject::Locale(_)
                | Subject::Section(_)
                | Subject::Author(_)
                | Subject::Tag(_)
                | Subject::Redirect(_)
                | Subject::Menu(_)
                | Subject::Collection(_)
                | Subject::Media(_),
                _,
            )
            | (
                Subject::Translation(..),
                Event::Published
                | Event::Unpublished
                | Event::Aged
                | Event::Corrected
                | Event::Withdrawn
                | Event::Reinstated
                | Event::Addressed
                | Event::Voiced
                | Event::Related,
            )
            | (Subject::Article(_), Event::Related) => Audience::Public,
            (
                Subject::Article(_)
                | Subject::Translation(..)
                | Subject::Comment(_)
                | Subject::Correction(_)
                | Subject::Preview(_)
                | Subject::Release(_)
                | Subject::User(_)
                | Subject::ApiKey(_)
                | Subject::SignIn
                | Subject::SigningKey,
                _,
            ) => Audience::Desk,
        }
    }

    /// True when lists may show other articles after it than before.
    #[must_use]
    pub fn moves_lists(&self) -> bool {
        self.audience() == Audience::Public
            && matches!(self.subject, Subject::Translation(..))
            && matches!(self.event, Event::Published | Event::Unpublished | Event::Withdrawn | Event::Reinstated)
    }

    /// Kind, id and locale of the subject, as the log keeps them.
    #[must_use]
    pub fn parts(&self) -> (&'static str, Option<uuid::Uuid>, Option<&Locale>) {
        match &self.subject {
            Subject::Site => ("site", None, None),
            Subject::Locale(locale) => ("locale", None, Some(locale)),
            Subject::Section(id) => ("section", Some(id.uuid()), None),
            Subject::Author(id) => ("author", Some(id.uuid()), None),
            Subject::Tag(id) => ("tag", Some(id.uuid()), None),
            Subject::Article(id) => ("article", Some(id.uuid()), None),
            Subject::Translation(id, locale) => ("translation", Some(id.uuid()), Some(locale)),
            Subject::Comment(id) => ("comment", Some(id.uuid()), None),
            Subject::Correction(id) => ("correction", Some(id.uuid()), None),
            Subject::Preview(id) => ("preview", Some(id.uuid()), None),
            Subject::Redirect(id) => ("redirect", Some(id.uuid()), None),
            Subject::Menu(id) => ("menu", Some(id.uuid()), None),
            Subject::Collection(id) => ("collection", Some(id.uuid()), None),
            Subject::Media(id) => ("media", Some(id.uuid()), None),
            Subject::Release(id) => ("release", Some(id.uuid()), None),
            Subject::User(id) => ("user", Some(id.uuid()), None),
            Subject::ApiKey(id) => ("api_key", Some(id.uuid()), None),
            Subject::SignIn => ("sign_in", None, None),
            Subject::SigningKey => ("signing_key", None, None),
        }
    }
}

impl Subject {
    /// The subject that the log keeps under these parts; nothing for parts that no subject has.
    #[must_use]
    pub fn logged(kind: &str, id: Option<uuid::Uuid>, locale: Option<Locale>) -> Option<Self> {
        Some(match (kind, id, locale) {
            ("site", ..) => Self::Site,
            ("locale", _, Some(locale)) => Self::Locale(locale),
            ("section", Some(id), _) => Self::Section(id.into()),
            ("author", Some(id), _) => Self::Author(id.into()),
            ("tag", Some(id), _) => Self::Tag(id.into()),
            ("article", Some(id), _) => Self::Article(id.into()),
            ("translation", Some(id), Some(locale)) => Self::Translation(id.into(), locale),
            ("comment", Some(id), _) => Self::Comment(id.into()),
            ("correction", Some(id), _) => Self::Correction(id.into()),
            ("preview", Some(id), _) => Self::Preview(id.into()),
            ("redirect", Some(id), _) => Self::Redirect(id.into()),
            ("menu", Some(id), _) => Self::Menu(id.into()),
            ("collection", Some(id), _) => Self::Collection(id.into()),
            ("media", Some(id), _) => Self::Media(id.into()),
            ("release", Some(id), _) => Self::Release(id.into()),
            ("user", Some(id), _) => Self::User(id.into()),
            ("api_key", Some(id), _) => Self::ApiKey(id.into()),
            ("sign_in", ..) => Self::SignIn,
            ("signing_key", ..) => Self::SigningKey,
            _ => return None,
        })
    }
}
