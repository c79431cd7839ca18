//! `/v1/desk/articles/{id}/comments` and `/v1/desk/comments`.

mod shape;

use actix_web::{HttpResponse, delete, get, patch, post, web::Data};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;

pub use shape::{CommentRange, DeskComment, DeskCommentPatch, NewComment, NewCommentRange, Person, ReplyInfo, Resolution, Rewritten};
use shape::{shown, threads};

use super::{Expecting, workflow::block};
use crate::{
    access::{
        Action, Permit,
        action::{Comment as CommentOn, ReadArticle},
    },
    api::{
        State,
        extract::{Body, IfMatch, May, Path, Query, paging},
        patching::Patch,
        problem::{Failure, Problem},
        reply::{Listing, Tagged},
    },
    desk,
    domain::{
        Error, Locale,
        article::ArticleId,
        body::BlockId,
        comment::{Anchor, CommentId, Remark},
        page::Sorting,
    },
    store::{self, Tx, comments::Filter},
};

/// The operations of this file.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(list_comments)
        .service(list_own_comments)
        .service(write_comment)
        .service(rewrite_comment)
        .service(resolve_comment)
        .service(reopen_comment)
        .service(delete_comment);
}

async fn done<A: Action>(
    state: Data<State>,
    permit: Permit<A>,
    verb: impl FnOnce(&mut Tx<'_>, Permit<A>) -> Result<Remark, Error> + Clone + Send + 'static,
) -> Result<Tagged<DeskComment>, Failure> {
    let shown = state.store.write(permit, move |tx, permit| {
        let remark = verb(tx, permit)?;
        shown(tx, remark)
    });
    let shown = shown.await?;
    let version = shown.version;
    Ok(Tagged::new(shown, version))
}

/// Which threads a list shows.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListComments {
    /// About the words of this locale.
    #[param(inline)]
    locale: Option<Locale>,
    /// About this block.
    #[param(max_length = 36)]
    block_id: Option<String>,
    /// Done with, or open.
    resolved: Option<bool>,
    /// Threads on a page.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<u32>,
    /// Where the page begins: `page.next` or `page.previous` of another one.
    cursor: Option<String>,
}

/// List the comments on an article: threads, oldest first, each with its replies.
///
/// Those of one locale or block, open or resolved, as the parameters say.
#[utoipa::path(tag = "desk-workflow", security(("token" = [ReadArticle::NAME])), params(("id" = ArticleId, Path), ListComments),
    responses((status = 200, body = Listing<DeskComment>), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/articles/{id}/comments")]
pub(crate) async fn list_comments(
    May(permit): May<ReadArticle>,
    id: Path<ArticleId>,
    query: Query<ListComments>,
    state: Data<State>,
) -> Result<Listing<DeskComment>, Failure> {
    let query = query.0;
    let paging = paging(query.limit, query.cursor.as_deref(), None, Sorting::Comments)?;
    let block =
        query.block_id.as_deref().map(|b| BlockId::parse(b).ok_or_else(|| Error::invalid("?block_id", "block_id", "not a block id")));
    let filter = Filter { locale: query.locale, block: block.transpose()?, resolved: query.resolved };
    let page = state.store.read(move |tx| {
        let article = store::articles::find(tx, &permit.visibility(), *id)?;
        store::site::know(tx, &filter.locale)?;
        let page = store::comments::page(tx, &article, &filter, paging)?;
        threads(tx, page)
    });
    Ok(page.await?.into())
}

/// Which of one's own threads a list shows.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListOwnComments {
    /// Those that are done with, instead of the open ones.
    #[param(default = false)]
    resolved: Option<bool>,
    /// Threads on a page.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<u32>,
    /// Where the page begins: `page.next` or `page.previous` of another one.
    cursor: Option<String>,
}

/// List the open threads about your articles, newest first, each with its replies.
///
/// Those about articles that you began, words that you saved or are assigned, and those that mention you.
#[utoipa::path(tag = "desk-workflow", security(("token" = [ReadArticle::NAME])), params(ListOwnComments),
    responses((status = 200, body = Listing<DeskComment>), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/comments")]
pub(crate) async fn list_own_comments(
    May(permit): May<ReadArticle>,
    query: Query<ListOwnComments>,
    state: Data<State>,
) -> Result<Listing<DeskComment>, Failure> {
    let ListOwnComments { resolved, limit, cursor } = query.0;
    let me = permit.caller().user_id().ok_or(Error::Unauthenticated)?;
    let paging = paging(limit, cursor.as_deref(), None, Sorting::OwnThreads)?;
    let page = state.store.read(move |tx| {
        let page = store::comments::own(tx, &permit.visibility(), me, resolved == Some(true), paging)?;
        threads(tx, page)
    });
    Ok(page.await?.into())
}

/// Comment on an article, its words in a locale, a block of them, or some words of that; or reply.
///
/// The people in `mentions` find it among their work.
#[utoipa::path(tag = "desk-workflow", security(("token" = [CommentOn::NAME, CommentOn::READS])), params(("id" = ArticleId, Path)), request_body = NewComment,
    responses((status = 201, body = DeskComment), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[post("/articles/{id}/comments")]
pub(crate) async fn write_comment(
    May(permit): May<CommentOn>,
    id: Path<ArticleId>,
    sent: Body<NewComment>,
    state: Data<State>,
) -> Result<Tagged<DeskComment>, Failure> {
    let sent = sent.0;
    let anchor = Anchor { locale: sent.locale, block: sent.block_id.as_deref().map(block).transpose()?, range: None };
    let range = sent.range.map(|range| (range.start, range.end, range.quote));
    let draft = desk::comments::Draft { parent: sent.parent_id, anchor, range, text: sent.text, mentions: sent.mentions };
    let path = format!("/v1/desk/articles/{}/comments", *id);
    Ok(done(state, permit, move |tx, permit| desk::comments::write(tx, permit, *id, draft)).await?.created(path))
}

/// Update one's own comment.
///
/// Whoever wrote it may change what it says, and whom it mentions.
#[utoipa::path(tag = "desk-workflow", security(("token" = [CommentOn::NAME, CommentOn::READS])), params(("id" = CommentId, Path), Expecting),
    request_body(content = DeskCommentPatch, content_type = "application/merge-patch+json", example = json!({ "text": "Is this number confirmed by two sources?" })),
    responses((status = 200, body = DeskComment), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[patch("/comments/{id}")]
pub(crate) async fn rewrite_comment(
    May(permit): May<CommentOn>,
    id: Path<CommentId>,
    expected: IfMatch,
    patch: Patch<DeskComment>,
    state: Data<State>,
) -> Result<Tagged<DeskComment>, Failure> {
    let verb = move |tx: &mut Tx<'_>, permit| {
        let said = |tx: &mut Tx<'_>, remark: &Remark| {
            let Rewritten { text, mentions } = patch.onto(&shown(tx, remark.clone())?)?;
            Ok((text, mentions))
        };
        desk::comments::rewrite(tx, permit, *id, expected.version()?, said)
    };
    done(state, permit, verb).await
}

/// Resolve a thread: one's own, or one about words that one edits.
///
/// Another's thread needs `translation.edit` as well.
#[utoipa::path(tag = "desk-workflow", security(("token" = [CommentOn::NAME, CommentOn::READS])), params(("id" = CommentId, Path), Expecting),
    responses((status = 200, body = DeskComment), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[post("/comments/{id}/resolve")]
pub(crate) async fn resolve_comment(
    May(permit): May<CommentOn>,
    id: Path<CommentId>,
    expected: IfMatch,
    state: Data<State>,
) -> Result<Tagged<DeskComment>, Failure> {
    done(state, permit, move |tx, permit| desk::comments::settle(tx, permit, *id, expected.version()?, true)).await
}

/// Reopen a thread: one's own, or one about words that one edits.
///
/// Another's thread needs `translation.edit` as well.
#[utoipa::path(tag = "desk-workflow", security(("token" = [CommentOn::NAME, CommentOn::READS])), params(("id" = CommentId, Path), Expecting),
    responses((status = 200, body = DeskComment), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[post("/comments/{id}/reopen")]
pub(crate) async fn reopen_comment(
    May(permit): May<CommentOn>,
    id: Path<CommentId>,
    expected: IfMatch,
    state: Data<State>,
) -> Result<Tagged<DeskComment>, Failure> {
    done(state, permit, move |tx, permit| desk::comments::settle(tx, permit, *id, expected.version()?, false)).await
}

/// Delete a comment with the replies to it: one's own while nobody else has replied, or any about words that one reviews.
///
/// Another's needs `translation.review` as well.
#[utoipa::path(tag = "desk-workflow", security(("token" = [CommentOn::NAME, CommentOn::READS])), params(("id" = CommentId, Path), Expecting),
    responses((status = 204), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[delete("/comments/{id}")]
pub(crate) async fn delete_comment(
    May(permit): May<CommentOn>,
    id: Path<CommentId>,
    expected: IfMatch,
    state: Data<State>,
) -> Result<HttpResponse, Failure> {
    state.store.write(permit, move |tx, permit| desk::comments::delete(tx, permit, *id, expected.version()?)).await?;
    Ok(HttpResponse::NoContent().finish())
}
