//! `/v1/desk/trash`, and what brings articles in and out: `DELETE`, `…/restore`; and `…/duplicate`.

use actix_web::{HttpResponse, delete, get, post, web::Data};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::{
    Expecting, ListPage,
    articles::{DeskArticle, shown, shown_new, shown_one, tagged},
    translations::{DeskTranslation, shown as shown_words, tagged as tagged_words},
};
use crate::{
    access::{
        Action,
        action::{CreateArticle, DeleteArticle, EditTranslation, Purge, ReadArticle},
    },
    api::{
        State,
        extract::{Body, IfMatch, May, Path, Query, paging},
        problem::{Failure, Problem},
        reply::{Listing, Tagged},
    },
    desk::{self, duplicating::Order},
    domain::{Error, Locale, article::ArticleId, body::Format, page::Sorting, section::SectionId},
    store,
};

/// The operations of this file.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(delete_article)
        .service(list_trash)
        .service(restore_article)
        .service(restore_translation)
        .service(purge_article)
        .service(duplicate_article);
}

/// Move an article to the trash.
///
/// What is live is unpublished first. What is planned for it is taken back. It can be restored; what was never public is purged after 30 days.
#[utoipa::path(tag = "desk-articles", security(("token" = [DeleteArticle::NAME, DeleteArticle::READS])), params(("id" = ArticleId, Path), Expecting),
    responses((status = 204), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[delete("/articles/{id}")]
pub(crate) async fn delete_article(
    May(permit): May<DeleteArticle>,
    id: Path<ArticleId>,
    expected: IfMatch,
    state: Data<State>,
) -> Result<HttpResponse, Failure> {
    state.store.write(permit, move |tx, permit| desk::trash::put(tx, permit, *id, expected.version()?)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// List the trash, what was put there last first.
///
/// Contributors see their own.
#[utoipa::path(tag = "desk-care", security(("token" = [ReadArticle::NAME])), params(ListPage),
    responses((status = 200, body = Listing<DeskArticle>), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/trash")]
pub(crate) async fn list_trash(
    May(permit): May<ReadArticle>,
    query: Query<ListPage>,
    state: Data<State>,
) -> Result<Listing<DeskArticle>, Failure> {
    let paging = paging(query.0.limit, query.0.cursor.as_deref(), query.0.count, Sorting::Trash)?;
    let page = state.store.read(move |tx| {
        let page = store::trash::page(tx, &permit.visibility(), paging)?;
        let mut shown = shown(tx, &page.items)?.into_iter();
        page.try_map(|_| shown.next().ok_or(Error::NotFound("article")))
    });
    Ok(page.await?.into())
}

/// Restore an article from the trash, as it was.
///
/// As it was when it was put into the trash; a slug that somebody else has since is numbered.
#[utoipa::path(tag = "desk-care", security(("token" = [DeleteArticle::NAME, DeleteArticle::READS])), params(("id" = ArticleId, Path), Expecting),
    responses((status = 200, body = DeskArticle), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[post("/trash/{id}/restore")]
pub(crate) async fn restore_article(
    May(permit): May<DeleteArticle>,
    id: Path<ArticleId>,
    expected: IfMatch,
    state: Data<State>,
) -> Result<Tagged<DeskArticle>, Failure> {
    let restored = state.store.write(permit, move |tx, permit| {
        let article = desk::trash::restore(tx, permit, *id, expected.version()?)?;
        shown_one(tx, &article)
    });
    Ok(tagged(restored.await?))
}

/// Restore words that were removed, as their last revision left them.
///
/// What was removed comes back as a new version.
#[utoipa::path(tag = "desk-care", security(("token" = [EditTranslation::NAME, EditTranslation::READS])), params(("id" = ArticleId, Path), ("locale" = Locale, Path)),
    responses((status = 201, body = DeskTranslation), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[post("/articles/{id}/translations/{locale}/restore")]
pub(crate) async fn restore_translation(
    May(permit): May<EditTranslation>,
    at: Path<(ArticleId, Locale)>,
    state: Data<State>,
) -> Result<Tagged<DeskTranslation>, Failure> {
    let (id, locale) = at.into_inner();
    let path = format!("/v1/desk/articles/{id}/translations/{locale}");
    let seen = permit.visibility();
    let restored = state.store.write(permit, move |tx, permit| {
        let saved = desk::translations::restore(tx, permit, id, &locale)?;
        shown_words(tx, &seen, saved, Format::Doc)
    });
    Ok(tagged_words(restored.await?.whole(&state.store).await?).created(path))
}

/// Delete an article in the trash for good, when it was never public.
///
/// For good. What was public once keeps its address: it is taken down and erased, not purged (409).
#[utoipa::path(tag = "desk-care", security(("token" = [Purge::NAME, Purge::READS])), params(("id" = ArticleId, Path), Expecting),
    responses((status = 204), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[delete("/trash/{id}")]
pub(crate) async fn purge_article(
    May(permit): May<Purge>,
    id: Path<ArticleId>,
    expected: IfMatch,
    state: Data<State>,
) -> Result<HttpResponse, Failure> {
    state.store.write(permit, move |tx, permit| desk::trash::purge(tx, permit, *id, expected.version()?)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// What of an article is taken over, and where the new one lies.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "locales": ["en"] }))]
pub struct Duplication {
    /// These locales and the original; all of them when absent.
    #[serde(default)]
    pub locales: Option<Vec<Locale>>,
    /// The section of the new article; that of the old one when absent.
    #[serde(default)]
    pub section_id: Option<SectionId>,
}

/// Duplicate an article.
///
/// They are drafts under new slugs, and nothing of it is public; it is under the embargo of the other. What was taken down is copied by those
/// who may reinstate it (`article.withdraw`).
#[utoipa::path(tag = "desk-articles", security(("token" = [CreateArticle::NAME, CreateArticle::READS, EditTranslation::NAME])), params(("id" = ArticleId, Path)), request_body = Duplication,
    responses((status = 201, body = DeskArticle), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[post("/articles/{id}/duplicate")]
pub(crate) async fn duplicate_article(
    May(permit): May<CreateArticle>,
    id: Path<ArticleId>,
    sent: Body<Duplication>,
    state: Data<State>,
) -> Result<Tagged<DeskArticle>, Failure> {
    let order = Order { locales: sent.0.locales, section: sent.0.section_id };
    let made = state.store.write(permit, move |tx, permit| {
        let made = desk::duplicating::duplicate(tx, permit, *id, order)?;
        shown_new(tx, made)
    });
    let made = made.await?;
    let path = format!("/v1/desk/articles/{}", made.id);
    Ok(tagged(made).created(path))
}
