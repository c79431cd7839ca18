//! `/v1/desk/articles`.

mod changes;
mod fields;
mod input;
mod listing;
mod shape;

use actix_web::{get, patch, post, web::Data};
use utoipa_actix_web::service_config::ServiceConfig;

pub use changes::{ListChange, Parts, TagChange};
pub use fields::{DeskField, DeskInclude};
pub(super) use input::revised;
use listing::Shape;
pub use listing::{DeskArticlePage, DeskIncluded, ListDeskArticles, NamesInfo, PersonInfo};
pub use shape::{DeskArticle, DeskArticlePatch, DeskCredit, DeskLead, FactsInput, LiveInfo, NewArticle, TranslationInfo};
pub(super) use shape::{shown, shown_after, shown_new, shown_one, tagged};

use super::{Expecting, translations::read};
use crate::{
    access::{
        Action,
        action::{CreateArticle, EditArticle, EditTranslation, ReadArticle},
    },
    api::{
        State,
        extract::{Body, IfMatch, May, Path, Query, paging},
        patching::Patch,
        problem::{Failure, Problem},
        reply::{Paged, Tagged},
    },
    desk,
    domain::article::ArticleId,
    store::{self, desk_lists::DeskOrder},
};

/// The operations of this file.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(list_desk_articles).service(create_article).service(show_desk_article).service(revise_article);
}

/// List articles as the desk keeps them, last saved first.
///
/// Contributors see their own.
#[utoipa::path(tag = "desk-articles", security(("token" = [ReadArticle::NAME])), params(ListDeskArticles),
    responses((status = 200, body = DeskArticlePage), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/articles")]
pub(crate) async fn list_desk_articles(
    May(permit): May<ReadArticle>,
    query: Query<ListDeskArticles>,
    state: Data<State>,
) -> Result<Paged<DeskArticlePage>, Failure> {
    let mut query = query.0;
    let order = query.sort.unwrap_or(DeskOrder::LastUpdated);
    let paging = paging(query.limit, query.cursor.as_deref(), query.count, order.sorting())?;
    let mut filter = query.filter(permit.caller())?;
    let shape = Shape::new(query.fields, query.include);
    let told = state.store.read(move |tx| {
        listing::merged(tx, &mut filter)?;
        store::site::know(tx, &filter.locales)?;
        let listed = store::desk_lists::page(tx, &permit.visibility(), &filter, order, paging)?;
        let (listed, page) = listed.told();
        let (data, included) = shape.show(tx, listed)?;
        Ok(DeskArticlePage { data, page, included })
    });
    let told = told.await?;
    Ok(Paged { page: told.page.clone(), body: told })
}

/// Create an article.
///
/// Creates the article and the words it begins with, all or nothing. Nothing of it is public yet.
#[utoipa::path(tag = "desk-articles", security(("token" = [CreateArticle::NAME, CreateArticle::READS, EditTranslation::NAME])), request_body = NewArticle,
    responses((status = 201, body = DeskArticle), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[post("/articles")]
pub(crate) async fn create_article(
    May(permit): May<CreateArticle>,
    sent: Body<NewArticle>,
    state: Data<State>,
) -> Result<Tagged<DeskArticle>, Failure> {
    let (mut draft, bodies) = sent.0.parts()?;
    let permit = if bodies.is_empty() || permit.everywhere().is_ok() {
        permit
    } else {
        // Nobody's bodies are read who may not begin it.
        let allowed = state.store.read(move |tx| Ok((desk::articles::allow(tx, &permit, &draft)?, permit, draft)));
        let permit;
        ((), permit, draft) = allowed.await?;
        permit
    };
    let count = bodies.len();
    for (locale, sent) in bodies {
        let body = read(&state.store, sent, &locale, None, count).await?;
        draft.translations.entry(locale).and_modify(|words| words.body = Some(body));
    }
    let made = state.store.write(permit, move |tx, permit| {
        let made = desk::articles::create(tx, permit, None, draft)?;
        shown_new(tx, made)
    });
    let made = made.await?;
    let path = format!("/v1/desk/articles/{}", made.id);
    Ok(tagged(made).created(path))
}

/// Show an article as the desk keeps it.
///
/// Its facts, and how its words stand in every locale; the words themselves are at `…/translations/{locale}`.
#[utoipa::path(tag = "desk-articles", security(("token" = [ReadArticle::NAME])), params(("id" = ArticleId, Path)),
    responses((status = 200, body = DeskArticle), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/articles/{id}")]
pub(crate) async fn show_desk_article(
    May(permit): May<ReadArticle>,
    id: Path<ArticleId>,
    state: Data<State>,
) -> Result<Tagged<DeskArticle>, Failure> {
    let found = state.store.read(move |tx| {
        let article = store::articles::find(tx, &permit.visibility(), *id)?;
        shown_one(tx, &article)
    });
    Ok(tagged(found.await?))
}

/// Update the facts of an article.
///
/// Saves a new revision; answers 412 when `If-Match` is not the newest version. The public sees it when it is published. `tags` and `credits` are sent
/// whole, or as `{"add": […], "remove": […]}`, which leaves the others.
#[utoipa::path(tag = "desk-articles", security(("token" = [EditArticle::NAME, EditArticle::READS])), params(("id" = ArticleId, Path), Expecting),
    request_body(content = DeskArticlePatch, content_type = "application/merge-patch+json", example = json!({ "genre": "analysis" })),
    responses((status = 200, body = DeskArticle), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[patch("/articles/{id}")]
pub(crate) async fn revise_article(
    May(permit): May<EditArticle>,
    id: Path<ArticleId>,
    expected: IfMatch,
    patch: Patch<DeskArticle>,
    state: Data<State>,
) -> Result<Tagged<DeskArticle>, Failure> {
    let revised = state.store.write(permit, move |tx, permit| {
        let article = store::articles::find(tx, &permit.visibility(), *id)?;
        let shown = shown_one(tx, &article)?;
        let revised = revised(tx, permit, &shown, expected.version()?, &patch)?;
        shown_one(tx, &revised)
    });
    Ok(tagged(revised.await?))
}
