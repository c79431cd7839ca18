//! The kinds of operations as the contract tells of them, each with the body of its own request.
//!
//! What is sent is read as one shape, [`super::BulkOperation`], so that whatever is wrong with the body of one is told as its own request tells it,
//! and keeps nobody from the others.

use utoipa::ToSchema;

use super::super::{
    articles::DeskArticlePatch,
    publishing::{Publication, Unpublication},
    scheduling::NewPlan,
    translations::DeskTranslationPatch,
    workflow::{ChangesRequested, MarkCurrent, NewAssignment},
};
use crate::domain::{Locale, article::ArticleId};

/// One operation: its verb, what it is done with, and the version that is expected, as `If-Match` says it: of the words in a locale where one is
/// named, else of the facts.
#[derive(ToSchema)]
#[serde(tag = "verb", rename_all = "snake_case")]
#[schema(as = BulkOperation)]
#[expect(dead_code, reason = "it only documents what is read as one shape")]
pub(super) enum BulkOperationKinds {
    /// Change the facts, as `PATCH …/articles/{id}` does.
    #[schema(title = "ReviseOperation")]
    Revise {
        article_id: ArticleId,
        #[schema(minimum = 1)]
        version: i32,
        /// A merge patch.
        body: DeskArticlePatch,
    },
    /// Change the words, as `PATCH …/translations/{locale}` does.
    #[schema(title = "ReviseTranslationOperation")]
    ReviseTranslation {
        article_id: ArticleId,
        locale: Locale,
        #[schema(minimum = 1)]
        version: i32,
        /// A merge patch.
        body: DeskTranslationPatch,
    },
    /// Hand words in, as `…/submit` does.
    #[schema(title = "SubmitOperation")]
    Submit {
        article_id: ArticleId,
        locale: Locale,
        #[schema(minimum = 1)]
        version: i32,
    },
    /// Approve words, as `…/approve` does.
    #[schema(title = "ApproveOperation")]
    Approve {
        article_id: ArticleId,
        locale: Locale,
        #[schema(minimum = 1)]
        version: i32,
    },
    /// Send words back, as `…/request-changes` does.
    #[schema(title = "RequestChangesOperation")]
    RequestChanges {
        article_id: ArticleId,
        locale: Locale,
        #[schema(minimum = 1)]
        version: i32,
        /// What is to be changed.
        body: ChangesRequested,
    },
    /// Mark words as current, as `…/mark-current` does.
    #[schema(title = "MarkCurrentOperation")]
    MarkCurrent {
        article_id: ArticleId,
        locale: Locale,
        #[schema(minimum = 1)]
        version: i32,
        /// With which version of what they are made from.
        #[schema(required = false, nullable = false)]
        body: Option<MarkCurrent>,
    },
    /// Say who works on words, as `…/assign` does.
    #[schema(title = "AssignOperation")]
    Assign {
        article_id: ArticleId,
        locale: Locale,
        /// Who, and until when.
        body: NewAssignment,
    },
    /// Publish, as `…/publish` does.
    #[schema(title = "PublishOperation")]
    Publish {
        article_id: ArticleId,
        #[schema(minimum = 1)]
        version: i32,
        /// What of it.
        #[schema(required = false, nullable = false)]
        body: Option<Publication>,
    },
    /// End a publication, as `…/unpublish` does.
    #[schema(title = "UnpublishOperation")]
    Unpublish {
        article_id: ArticleId,
        #[schema(minimum = 1)]
        version: i32,
        /// In which locales.
        #[schema(required = false, nullable = false)]
        body: Option<Unpublication>,
    },
    /// Plan a publication or its end, as `…/schedule` does.
    #[schema(title = "ScheduleOperation")]
    Schedule {
        article_id: ArticleId,
        #[schema(minimum = 1)]
        version: i32,
        /// When, and what.
        body: NewPlan,
    },
    /// Take plans back, as `…/unschedule` does.
    #[schema(title = "UnscheduleOperation")]
    Unschedule {
        article_id: ArticleId,
        #[schema(minimum = 1)]
        version: i32,
        /// In which locales.
        #[schema(required = false, nullable = false)]
        body: Option<Unpublication>,
    },
    /// Put an article into the trash, as `DELETE …/articles/{id}` does.
    #[schema(title = "TrashOperation")]
    Trash {
        article_id: ArticleId,
        #[schema(minimum = 1)]
        version: i32,
    },
}
