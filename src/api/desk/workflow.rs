//! The verbs of the workflow: `…/translations/{locale}/submit`, `/approve`, `/request-changes`, `/mark-current`, `/assign`.

use actix_web::{post, web::Data};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::{
    Expecting,
    articles::{DeskArticle, shown_one, tagged as tagged_article},
    translations::{DeskTranslation, shown, tagged},
};
use crate::{
    access::{
        Action, Permit,
        action::{AssignTranslation, EditTranslation, ReviewTranslation, SubmitTranslation},
    },
    api::{
        State,
        extract::{Body, IfMatch, May, Path},
        problem::{Failure, Problem},
        reply::Tagged,
    },
    desk::{
        self,
        translations::{Saved, Why},
    },
    domain::{
        Error, Instant, Locale,
        article::ArticleId,
        assignment::Assignment,
        body::{BlockId, Format},
        user::UserId,
    },
    store::Tx,
};

/// The operations of this file.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(submit_translation)
        .service(approve_translation)
        .service(request_changes)
        .service(mark_translation_current)
        .service(assign_translation);
}

/// Why a translation goes back to its author.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "comment": "Who says so? Please name the source." }))]
pub struct ChangesRequested {
    /// What is to be changed; it becomes a comment.
    #[schema(min_length = 1, max_length = 32000)]
    pub comment: String,
    /// The block that is meant, when it is one.
    #[serde(default)]
    pub block_id: Option<String>,
}

/// Which revision of the source words render.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({}))]
pub struct MarkCurrent {
    /// The revision; the one published last when absent.
    #[serde(default)]
    #[schema(minimum = 1)]
    pub version: Option<i32>,
}

/// Whose work it becomes.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "assignee_id": "0198c5a1-7f00-7000-8000-000000000604", "due_at": "2099-03-01T16:00:00Z" }))]
pub struct NewAssignment {
    /// Somebody; nobody when null.
    pub assignee_id: Option<UserId>,
    /// When it is due.
    #[serde(default)]
    pub due_at: Option<Instant>,
}

/// Do a verb on words, and show what became of them.
async fn done<A: Action>(
    state: Data<State>,
    permit: Permit<A>,
    verb: impl FnOnce(&mut Tx<'_>, Permit<A>) -> Result<Saved, Error> + Clone + Send + 'static,
) -> Result<Tagged<DeskTranslation>, Failure> {
    let seen = permit.visibility();
    let saved = state.store.write(permit, move |tx, permit| {
        let saved = verb(tx, permit)?;
        shown(tx, &seen, saved, Format::Doc)
    });
    Ok(tagged(saved.await?.whole(&state.store).await?))
}

/// Submit a translation for review.
///
/// Hands the words in for review; whoever reviews finds them in their work.
#[utoipa::path(tag = "desk-workflow", security(("token" = [SubmitTranslation::NAME, SubmitTranslation::READS])), params(("id" = ArticleId, Path), ("locale" = Locale, Path), Expecting),
    responses((status = 200, body = DeskTranslation), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[post("/articles/{id}/translations/{locale}/submit")]
pub(crate) async fn submit_translation(
    May(permit): May<SubmitTranslation>,
    at: Path<(ArticleId, Locale)>,
    expected: IfMatch,
    state: Data<State>,
) -> Result<Tagged<DeskTranslation>, Failure> {
    let (id, locale) = at.into_inner();
    done(state, permit, move |tx, permit| desk::translations::submit(tx, permit, id, &locale, expected.version()?)).await
}

/// Approve a translation.
///
/// It was handed in and may be published now, where the site asks for approval.
#[utoipa::path(tag = "desk-workflow", security(("token" = [ReviewTranslation::NAME, ReviewTranslation::READS])), params(("id" = ArticleId, Path), ("locale" = Locale, Path), Expecting),
    responses((status = 200, body = DeskTranslation), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[post("/articles/{id}/translations/{locale}/approve")]
pub(crate) async fn approve_translation(
    May(permit): May<ReviewTranslation>,
    at: Path<(ArticleId, Locale)>,
    expected: IfMatch,
    state: Data<State>,
) -> Result<Tagged<DeskTranslation>, Failure> {
    let (id, locale) = at.into_inner();
    done(state, permit, move |tx, permit| desk::translations::approve(tx, permit, id, &locale, expected.version()?)).await
}

/// Request changes to a translation, saying why.
///
/// It is a draft again, and the reason a comment on it.
#[utoipa::path(tag = "desk-workflow", security(("token" = [ReviewTranslation::NAME, ReviewTranslation::READS])), params(("id" = ArticleId, Path), ("locale" = Locale, Path), Expecting),
    request_body = ChangesRequested,
    responses((status = 200, body = DeskTranslation), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[post("/articles/{id}/translations/{locale}/request-changes")]
pub(crate) async fn request_changes(
    May(permit): May<ReviewTranslation>,
    at: Path<(ArticleId, Locale)>,
    expected: IfMatch,
    sent: Body<ChangesRequested>,
    state: Data<State>,
) -> Result<Tagged<DeskTranslation>, Failure> {
    let (id, locale) = at.into_inner();
    let why = Why { text: sent.0.comment, block: sent.0.block_id.as_deref().map(block).transpose()? };
    let verb = move |tx: &mut Tx<'_>, permit| {
        let version = expected.version()?;
        desk::translations::request_changes(tx, permit, id, &locale, version, why).map_err(comment_pointer)
    };
    done(state, permit, verb).await
}

/// The comment is `text` to the desk, and `comment` in this body.
fn comment_pointer(error: Error) -> Error {
    match error {
        Error::Invalid(mut all) => {
            for violation in all.iter_mut().filter(|v| v.pointer == "#/text") {
                "#/comment".clone_into(&mut violation.pointer);
            }
            Error::Invalid(all)
        }
        other => other,
    }
}

/// A block id out of a body or a query.
pub(super) fn block(text: &str) -> Result<BlockId, Error> {
    BlockId::parse(text).ok_or_else(|| Error::invalid("#/block_id", "block_id", "1 to 36 of `a-z`, `0-9`, `-` and `_`"))
}

/// Mark a translation as current with its source as it is published now.
///
/// Saves a new revision with the same words, which stands where they stood. What is live keeps its mark until it is published again.
#[utoipa::path(tag = "desk-workflow", security(("token" = [EditTranslation::NAME, EditTranslation::READS])), params(("id" = ArticleId, Path), ("locale" = Locale, Path), Expecting),
    request_body = MarkCurrent,
    responses((status = 200, body = DeskTranslation), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[post("/articles/{id}/translations/{locale}/mark-current")]
pub(crate) async fn mark_translation_current(
    May(permit): May<EditTranslation>,
    at: Path<(ArticleId, Locale)>,
    expected: IfMatch,
    sent: Body<MarkCurrent>,
    state: Data<State>,
) -> Result<Tagged<DeskTranslation>, Failure> {
    let (id, locale) = at.into_inner();
    done(state, permit, move |tx, permit| desk::translations::mark_current(tx, permit, id, &locale, expected.version()?, sent.0.version))
        .await
}

/// Assign the words of an article in a locale, whether there are any yet or not.
///
/// Who does not review there may take what is nobody's, and give back what is theirs.
#[utoipa::path(tag = "desk-workflow", security(("token" = [AssignTranslation::NAME, AssignTranslation::READS])), params(("id" = ArticleId, Path), ("locale" = Locale, Path)),
    request_body = NewAssignment,
    responses((status = 200, body = DeskArticle), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[post("/articles/{id}/translations/{locale}/assign")]
pub(crate) async fn assign_translation(
    May(permit): May<AssignTranslation>,
    at: Path<(ArticleId, Locale)>,
    sent: Body<NewAssignment>,
    state: Data<State>,
) -> Result<Tagged<DeskArticle>, Failure> {
    let (id, locale) = at.into_inner();
    let assignment = sent.0.assignee_id.map(|assignee| Assignment { assignee, due_at: sent.0.due_at });
    let assigned = state.store.write(permit, move |tx, permit| {
        let article = desk::assignments::assign(tx, permit, id, &locale, assignment.as_ref())?;
        shown_one(tx, &article)
    });
    Ok(tagged_article(assigned.await?))
}
