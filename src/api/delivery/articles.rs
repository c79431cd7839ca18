//! `/v1/articles`.

use actix_web::{HttpResponse, get, web::Path};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;

use super::serve::Reader;
use crate::{
    api::{
        extract::{Fallback, Query, paging, words},
        problem::{Failure, Problem},
    },
    delivery::{
        articles::{ArticleAnswer, ArticleListing, BodyFormat, Field, Include, Listed, Reference, Shape},
        request::{Handle, Request, Show},
    },
    domain::{
        Error, Instant,
        article::{ArticleId, Kind},
    },
    store::listings::Order,
};

/// The operations of this file.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(list_articles).service(find_article).service(show_article);
}

/// How one article is shown.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ShowArticle {
    /// A locale of the site, or `auto` to negotiate `Accept-Language`; the site's default when absent.
    locale: Option<String>,
    /// What to do when the article is not live in that language.
    #[param(inline)]
    fallback: Option<Fallback>,
    /// In which form the body comes; `html` when absent.
    #[param(inline)]
    body: Option<BodyFormat>,
    /// Only these fields of the article, parted by commas.
    #[serde(default, deserialize_with = "words")]
    #[param(inline, style = Form, explode = false)]
    fields: Option<Vec<Field>>,
    /// What comes along whole, in `included`, parted by commas.
    #[serde(default, deserialize_with = "words")]
    #[param(inline, style = Form, explode = false)]
    include: Option<Vec<Include>>,
}

fn shape(body: BodyFormat, fields: Option<Vec<Field>>, include: Option<Vec<Include>>) -> Shape {
    Shape { body, fields: fields.map(|f| f.into_iter().collect()), include: include.into_iter().flatten().collect() }
}

/// Which articles a list shows, and how.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListArticles {
    /// A locale of the site, or `auto` to negotiate `Accept-Language`; the site's default when absent.
    locale: Option<String>,
    /// Whether articles that are not live in that language are shown in the next of its chain.
    #[param(inline)]
    fallback: Option<Fallback>,
    /// In which form bodies come; `none` when absent.
    #[param(inline)]
    body: Option<BodyFormat>,
    /// Only these fields of the articles, parted by commas.
    #[serde(default, deserialize_with = "words")]
    #[param(inline, style = Form, explode = false)]
    fields: Option<Vec<Field>>,
    /// What comes along whole, in `included`, parted by commas.
    #[serde(default, deserialize_with = "words")]
    #[param(inline, style = Form, explode = false)]
    include: Option<Vec<Include>>,
    /// In this section or below it: its id or slug.
    section: Option<String>,
    /// Credited to this author: their id or slug.
    author: Option<String>,
    /// Carrying this tag: its id or slug.
    tag: Option<String>,
    /// Of this kind.
    #[param(inline)]
    kind: Option<Kind>,
    /// First published at or after this instant.
    #[param(inline)]
    published_after: Option<Instant>,
    /// First published before this instant.
    #[param(inline)]
    published_before: Option<Instant>,
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

/// List articles.
///
/// Live articles in one language, in pages that stay put while others are published.
#[utoipa::path(tag = "articles", params(ListArticles),
    responses((status = 200, body = ArticleListing), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/articles")]
pub(crate) async fn list_articles(reader: Reader, query: Query<ListArticles>) -> Result<HttpResponse, Failure> {
    let query = query.0;
    let order = query.sort.unwrap_or_default();
    let paging = paging(query.limit, query.cursor.as_deref(), query.count, order.sorting())?;
    let shape = shape(query.body.unwrap_or(BodyFormat::None), query.fields, query.include);
    let fallback = query.fallback == Some(Fallback::Chain);
    let listed = Listed {
        section: query.section.map(Reference::from),
        author: query.author.map(Reference::from),
        tag: query.tag.map(Reference::from),
        kind: query.kind,
        published_after: query.published_after,
        published_before: query.published_before,
        order,
    };
    reader.answer(query.locale.as_deref(), |locale| Ok(Request::Articles(listed, paging, Show { locale, fallback, shape }))).await
}

async fn show(reader: Reader, handle: Handle<ArticleId>, query: ShowArticle) -> Result<HttpResponse, Failure> {
    let shape = shape(query.body.unwrap_or(BodyFormat::Html), query.fields, query.include);
    let fallback = query.fallback == Some(Fallback::Chain);
    reader.answer(query.locale.as_deref(), |locale| Ok(Request::Article(handle, Show { locale, fallback, shape }))).await
}

/// Find an article by its slug.
///
/// A former slug is answered by 308 to the present one.
#[utoipa::path(tag = "articles", params(("slug" = String, Path, example = "the-river-that-kept-a-diary"), ShowArticle),
    responses((status = 200, body = ArticleAnswer), (status = 308, description = "It has another slug now: see `Location`."), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/articles/by-slug/{slug}")]
pub(crate) async fn find_article(reader: Reader, slug: Path<String>, query: Query<ShowArticle>) -> Result<HttpResponse, Failure> {
    let handle = Handle::by_slug(&slug).ok_or(Error::NotFound("article"))?;
    show(reader, handle, query.0).await
}

/// Show an article.
///
/// Everything the page of a story shows: section with its path, credits with labels, dates, reading time, lead, body, and
/// the other languages with their addresses.
#[utoipa::path(tag = "articles", params(("id" = ArticleId, Path), ShowArticle),
    responses((status = 200, body = ArticleAnswer), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/articles/{id}")]
pub(crate) async fn show_article(reader: Reader, id: Path<ArticleId>, query: Query<ShowArticle>) -> Result<HttpResponse, Failure> {
    show(reader, Handle::Id(*id), query.0).await
}
