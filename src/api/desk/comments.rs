//! `/v1/desk/articles/{id}/comments` and `/v1/desk/comments/{id}`.

use std::collections::{BTreeSet, HashMap};

use actix_web::{HttpResponse, delete, get, patch, post, web::Data};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use super::{Expecting, workflow::block};
use crate::{
    access::{
        Action, Permit,
        action::{Comment as CommentOn, ReadArticle},
    },
    api::{
        State,
        extract::{Body, IfMatch, May, Path, Query, paging},
        patching::{Patch, PatchOf, Resource},
        problem::{Failure, Problem},
        reply::{Listing, Tagged},
    },
    desk,
    domain::{
        Error, Id, Instant, Locale,
        article::{Article, ArticleId},
        body::{BlockId, Document},
        comment::{Anchor, Comment, CommentId, Remark},
        page::Sorting,
        user::{User, UserId},
    },
    store::{self, Tx, comments::Filter},
};

/// The operations of this file.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(list_comments)
        .service(write_comment)
        .service(rewrite_comment)
        .service(resolve_comment)
        .service(reopen_comment)
        .service(delete_comment);
}

/// Somebody of the desk, by name.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Person {
    /// Their id.
    pub id: UserId,
    /// Their name.
    pub name: String,
}

/// A reply in a thread.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ReplyInfo {
    /// Its id.
    pub id: CommentId,
    /// What it says.
    pub text: String,
    /// Who wrote it.
    pub created_by: Option<Person>,
    /// When it was written.
    pub created_at: Instant,
    /// When it was last changed.
    pub updated_at: Instant,
    /// Its newest version.
    pub version: i32,
}

/// Who said that a thread is done with.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Resolution {
    /// Who.
    pub by: Option<Person>,
    /// When.
    pub at: Instant,
}

/// A comment: the beginning of a thread with its replies, or a reply.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct DeskComment {
    /// Its id.
    pub id: CommentId,
    /// The article.
    pub article_id: ArticleId,
    /// The comment that began the thread; null when it is this one.
    pub parent_id: Option<CommentId>,
    /// The locale of the words that it is about; null when it is about the article.
    pub locale: Option<Locale>,
    /// The block that it is about.
    pub block_id: Option<String>,
    /// Whether that block is gone from the words by now.
    pub block_is_gone: bool,
    /// What it says.
    pub text: String,
    /// Who wrote it.
    pub created_by: Option<Person>,
    /// When it was written.
    pub created_at: Instant,
    /// When it was last changed.
    pub updated_at: Instant,
    /// Who said that the thread is done with; null while it is open.
    pub resolved: Option<Resolution>,
    /// Its newest version.
    pub version: i32,
    /// The replies, oldest first.
    pub replies: Vec<ReplyInfo>,
}

/// A new comment.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "locale": "en", "text": "Is this number confirmed?" }))]
pub struct NewComment {
    /// The comment that it replies to; it is then about the same thing.
    #[serde(default)]
    pub parent_id: Option<CommentId>,
    /// The locale of the words that it is about; the article when absent.
    #[serde(default)]
    pub locale: Option<Locale>,
    /// The block of these words that it is about.
    #[serde(default)]
    pub block_id: Option<String>,
    /// What it says.
    #[schema(min_length = 1, max_length = 32000)]
    pub text: String,
}

/// What a comment says now.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CommentText)]
pub struct Rewritten {
    /// What it says.
    #[schema(min_length = 1, max_length = 32000)]
    pub text: String,
}

/// A merge patch on a comment.
pub type DeskCommentPatch = PatchOf<DeskComment>;

impl Resource for DeskComment {
    type Input = Rewritten;
    const READ_ONLY: &'static [&'static str] = &[
        "id",
        "article_id",
        "parent_id",
        "locale",
        "block_id",
        "block_is_gone",
        "created_by",
        "created_at",
        "updated_at",
        "resolved",
        "version",
        "replies",
    ];
}

/// Comments in short form need the names of people and the blocks that are there.
struct Surroundings {
    names: HashMap<Id<User>, String>,
    bodies: HashMap<Locale, Document>,
}

impl Surroundings {
    fn read<'c>(tx: &mut Tx<'_>, article: &Article, comments: impl Iterator<Item = &'c Comment>) -> Result<Self, Error> {
        let (mut people, mut locales) = (BTreeSet::new(), BTreeSet::new());
        for c in comments {
            people.extend(c.created_by);
            people.extend(c.resolved.and_then(|(by, _)| by));
            locales.extend(c.anchor.block.as_ref().and(c.anchor.locale.clone()));
        }
        let mut bodies = HashMap::new();
        for locale in locales {
            if let Some(translation) = store::translations::find(tx, article, &locale)? {
                bodies.insert(locale, translation.words.body);
            }
        }
        Ok(Self { names: store::users::names(tx, &people.into_iter().collect::<Vec<_>>())?, bodies })
    }

    fn person(&self, id: Option<Id<User>>) -> Option<Person> {
        let id = id?;
        Some(Person { id, name: self.names.get(&id)?.clone() })
    }

    fn gone(&self, anchor: &Anchor) -> bool {
        let (Some(locale), Some(block)) = (&anchor.locale, &anchor.block) else { return false };
        !self.bodies.get(locale).is_some_and(|body| body.has(block))
    }

    fn reply(&self, c: Comment) -> ReplyInfo {
        ReplyInfo {
            id: c.id,
            text: c.text,
            created_by: self.person(c.created_by),
            created_at: c.created_at,
            updated_at: c.updated_at,
            version: c.version,
        }
    }

    fn thread(&self, c: Comment, replies: Vec<Comment>) -> DeskComment {
        DeskComment {
            id: c.id,
            article_id: c.article_id,
            parent_id: c.parent,
            block_is_gone: self.gone(&c.anchor),
            locale: c.anchor.locale,
            block_id: c.anchor.block.as_ref().map(BlockId::to_string),
            text: c.text,
            created_by: self.person(c.created_by),
            created_at: c.created_at,
            updated_at: c.updated_at,
            resolved: c.resolved.map(|(by, at)| Resolution { by: self.person(by), at }),
            version: c.version,
            replies: replies.into_iter().map(|r| self.reply(r)).collect(),
        }
    }
}

fn shown(tx: &mut Tx<'_>, remark: Remark) -> Result<DeskComment, Error> {
    let Remark { article, comment } = remark;
    let replies = store::comments::replies(tx, &[comment.id])?.remove(&comment.id).unwrap_or_default();
    let around = Surroundings::read(tx, &article, std::iter::once(&comment).chain(&replies))?;
    Ok(around.thread(comment, replies))
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
        let page = store::comments::page(tx, &article, &filter, paging)?;
        let ids: Vec<_> = page.items.iter().map(|c| c.id).collect();
        let mut replies = store::comments::replies(tx, &ids)?;
        let around = Surroundings::read(tx, &article, page.items.iter().chain(replies.values().flatten()))?;
        Ok(page.map(|c| {
            let replies = replies.remove(&c.id).unwrap_or_default();
            around.thread(c, replies)
        }))
    });
    Ok(page.await?.into())
}

/// Comment on an article, its words in a locale, or a block of them; or reply.
///
/// On the article, on its words in a locale, on a block of them, or as a reply to another comment.
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
    let anchor = Anchor { locale: sent.locale, block: sent.block_id.as_deref().map(block).transpose()? };
    let draft = desk::comments::Draft { parent: sent.parent_id, anchor, text: sent.text };
    let path = format!("/v1/desk/articles/{}/comments", *id);
    Ok(done(state, permit, move |tx, permit| desk::comments::write(tx, permit, *id, draft)).await?.created(path))
}

/// Update one's own comment.
///
/// Whoever wrote it may change what it says.
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
        let text = |tx: &mut Tx<'_>, remark: &Remark| Ok(patch.onto(&shown(tx, remark.clone())?)?.text);
        desk::comments::rewrite(tx, permit, *id, expected.version()?, text)
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
