//! `/v1/desk/archive`: what the public saw at an instant, from editions; names of sections, authors and tags are those of today.
//!
//! It is the desk's, for the public would find there again what was corrected, unpublished or taken down.

use actix_web::{
    HttpResponse, get,
    web::{Data, Path},
};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::{
    access::{Action, Permit, action::ReadArchive},
    api::{
        State,
        extract::{Fallback, May, Query, paging},
        problem::{Failure, Problem},
    },
    delivery::{
        articles::{Article, ArticleListing, BodyFormat, Listed, Reference, Shape},
        pages::{Page, View},
        request::{Handle, Outcome, Request, Show, answer},
    },
    domain::{
        Error, Instant, Locale,
        article::{ArticleId, Kind},
    },
    store::listings::Order,
};

/// The operations of this file.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(list_archived_articles).service(show_archived_article).service(show_archived_page);
}

/// When, and how the article is shown.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ShowArchivedArticle {
    /// The instant; not in the future.
    #[param(inline, example = "2026-03-01T08:00:00Z")]
    as_of: Instant,
    /// A locale of the site; its default when absent.
    locale: Option<Locale>,
    /// What to do when the article was not live in that language.
    #[param(inline)]
    fallback: Option<Fallback>,
    /// In which form the body comes; `html` when absent.
    #[param(inline)]
    body: Option<BodyFormat>,
}

/// When, and which articles.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListArchivedArticles {
    /// The instant; not in the future.
    #[param(inline, example = "2026-03-01T08:00:00Z")]
    as_of: Instant,
    /// A locale of the site; its default when absent.
    locale: Option<Locale>,
    /// Whether articles that were not live in that language are shown in the next of its chain.
    #[param(inline)]
    fallback: Option<Fallback>,
    /// In which form bodies come; `none` when absent.
    #[param(inline)]
    body: Option<BodyFormat>,
    /// In this section or below it, as the tree is now: its id or slug.
    section: Option<String>,
    /// Credited to this author: their id or slug.
    author: Option<String>,
    /// Carrying this tag: its id.
    tag: Option<String>,
    /// Of this kind.
    #[param(inline)]
    kind: Option<Kind>,
    /// The order; `-published_at` when absent.
    #[param(inline)]
    sort: Option<Order>,
    /// Rows on a page; with bodies it has fewer when they would be longer than one answer holds.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<u32>,
    /// Where the page begins: `page.next` or `page.previous` of another one.
    cursor: Option<String>,
    /// Whether to count all rows.
    #[param(default = false)]
    count: Option<bool>,
}

/// When, and which page.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ShowArchivedPage {
    /// The instant; not in the future.
    #[param(inline, example = "2026-03-01T08:00:00Z")]
    as_of: Instant,
    /// A path of the site as a reader asked for it, percent-encoded or not, with its query if there was one.
    #[param(example = "/en/world/the-river-that-kept-a-diary", max_length = 2000)]
    path: String,
    /// Stories on the page of a section, author, tag or language.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<u32>,
    /// Where its stories begin: `articles.page.next` or `articles.page.previous` of another page.
    cursor: Option<String>,
}

async fn read(state: &State, permit: Permit<ReadArchive>, as_of: Instant, request: Request) -> Result<HttpResponse, Failure> {
    if as_of > state.store.now() {
        return Err(Error::invalid("?as_of", "future", "the archive knows nothing of the future").into());
    }
    let read = move |tx: &mut crate::store::Tx<'_>| {
        tx.as_of(as_of, permit.own_visibility());
        answer(tx, &request, as_of)
    };
    Ok(match state.store.read(read).await? {
        Outcome::Shown(shown) => HttpResponse::Ok().content_type("application/json").body(shown.json),
        Outcome::Moved(_) => return Err(Error::NotFound("article").into()),
        Outcome::Absent(what, _) => return Err(Error::NotFound(what).into()),
        Outcome::Gone(what, _) => return Err(Error::Gone(what).into()),
    })
}

/// List the articles that were public at an instant.
///
/// As `GET /v1/articles` would have shown them then, under the names of today.
#[utoipa::path(tag = "desk-archive", security(("token" = [ReadArchive::NAME])), params(ListArchivedArticles),
    responses((status = 200, body = ArticleListing), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/archive/articles")]
pub(crate) async fn list_archived_articles(
    May(permit): May<ReadArchive>,
    query: Query<ListArchivedArticles>,
    state: Data<State>,
) -> Result<HttpResponse, Failure> {
    let query = query.0;
    let order = query.sort.unwrap_or_default();
    let paging = paging(query.limit, query.cursor.as_deref(), query.count, order.sorting())?;
    let listed = Listed {
        sections: query.section.map(Reference::from).into_iter().collect(),
        authors: query.author.map(Reference::from).into_iter().collect(),
        tags: query.tag.map(Reference::from).into_iter().collect(),
        kinds: query.kind.into_iter().collect(),
        order,
        ..Listed::default()
    };
    let shape = Shape::whole(query.body.unwrap_or(BodyFormat::None)).as_rows();
    let show = Show { locale: query.locale, fallback: query.fallback == Some(Fallback::Chain), shape };
    read(&state, permit, query.as_of, Request::Articles(Box::new(listed), paging, show)).await
}

/// Show an article as the public saw it at an instant.
///
/// 404 when it was not public then. What was taken down since is shown; what was erased is not.
#[utoipa::path(tag = "desk-archive", security(("token" = [ReadArchive::NAME])), params(("id" = ArticleId, Path), ShowArchivedArticle),
    responses((status = 200, body = Article), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/archive/articles/{id}")]
pub(crate) async fn show_archived_article(
    May(permit): May<ReadArchive>,
    id: Path<ArticleId>,
    query: Query<ShowArchivedArticle>,
    state: Data<State>,
) -> Result<HttpResponse, Failure> {
    let query = query.0;
    let shape = Shape::whole(query.body.unwrap_or(BodyFormat::Html));
    let show = Show { locale: query.locale, fallback: query.fallback == Some(Fallback::Chain), shape };
    read(&state, permit, query.as_of, Request::Article(Handle::Id(*id), show)).await
}

/// Show a page as the public saw it at an instant.
///
/// As `GET /v1/pages` would have answered then, under the names and addresses of today; a slug that was public then is found.
#[utoipa::path(tag = "desk-archive", security(("token" = [ReadArchive::NAME])), params(ShowArchivedPage),
    responses((status = 200, body = Page), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/archive/pages")]
pub(crate) async fn show_archived_page(
    May(permit): May<ReadArchive>,
    query: Query<ShowArchivedPage>,
    state: Data<State>,
) -> Result<HttpResponse, Failure> {
    let paging = paging(query.0.limit, query.0.cursor.as_deref(), None, Order::Newest.sorting())?;
    read(&state, permit, query.0.as_of, Request::Page(query.0.path, paging, View::default())).await
}
