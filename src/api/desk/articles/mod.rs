//! `/v1/desk/articles`.

mod shape;

use actix_web::{get, patch, post, web::Data};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;

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
        extract::{Body, IfMatch, May, Patch, Path, Query, paging},
        problem::{Failure, Problem},
        reply::{Listing, Tagged},
    },
    desk,
    domain::{Error, Locale, article::ArticleId, author::AuthorId, page::Sorting, section::SectionId, translation::State as Stand},
    store::{self, articles::Filter},
};

/// The operations of this file.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(list_desk_articles).service(create_article).service(show_desk_article).service(revise_article);
}

/// Which articles a desk list shows.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListDeskArticles {
    /// With a translation in this state.
    #[param(inline)]
    state: Option<Stand>,
    /// With a translation in this locale; together with `state` and `text`, the same one.
    #[param(inline)]
    locale: Option<Locale>,
    /// In this section or below it.
    #[param(inline)]
    section: Option<SectionId>,
    /// Credited to this author.
    #[param(inline)]
    author: Option<AuthorId>,
    /// With this text in a headline.
    #[param(max_length = 200)]
    text: Option<String>,
    /// Only those that you created.
    #[param(default = false)]
    mine: Option<bool>,
    /// Rows on a page.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<u32>,
    /// Where the page begins: `page.next` or `page.previous` of another one.
    cursor: Option<String>,
    /// Whether to count all rows.
    #[param(default = false)]
    count: Option<bool>,
}

/// List articles as the desk keeps them, last saved first.
///
/// Contributors see their own.
#[utoipa::path(tag = "desk-articles", security(("token" = [ReadArticle::NAME])), params(ListDeskArticles),
    responses((status = 200, body = Listing<DeskArticle>), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/articles")]
pub(crate) async fn list_desk_articles(
    May(permit): May<ReadArticle>,
    query: Query<ListDeskArticles>,
    state: Data<State>,
) -> Result<Listing<DeskArticle>, Failure> {
    let query = query.0;
    let paging = paging(query.limit, query.cursor.as_deref(), query.count, Sorting::Desk)?;
    let filter = Filter {
        state: query.state,
        locale: query.locale,
        section: query.section,
        author: query.author,
        text: query.text,
        created_by: permit.caller().user_id().filter(|_| query.mine == Some(true)),
    };
    let page = state.store.read(move |tx| {
        let page = store::articles::page(tx, &permit.visibility(), &filter, paging)?;
        let mut shown = shown(tx, &page.items)?.into_iter();
        page.try_map(|_| shown.next().ok_or(Error::NotFound("article")))
    });
    Ok(page.await?.into())
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
    let (mut draft, bodies) = sent.0.parts();
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
/// Saves a new revision; answers 412 when `If-Match` is not the newest version. The public sees it when it is published.
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
        let revised = desk::articles::revise(tx, permit, *id, expected.version()?, |_| patch.onto(&shown).map(FactsInput::facts))?;
        shown_one(tx, &revised)
    });
    Ok(tagged(revised.await?))
}
