//! `/v1/articles`.

use actix_web::{
    HttpRequest, HttpResponse, get,
    web::{Data, Path},
};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;

use super::serve::{Reader, serve};
use crate::{
    api::{
        State,
        extract::{Fallback, Query, paging, words},
        problem::{Failure, Problem},
    },
    delivery::{
        articles::{ArticleAnswer, ArticleListing, BodyFormat, Excluded, FieldPath, Include, Listed, RELATED, Reference, Shape},
        request::{Handle, Request, Show},
    },
    domain::{
        Error, Instant, Locale,
        article::{ArticleId, Genre, Kind},
        error::Faults,
        text::limits,
    },
    store::listings::Order,
};

/// The operations of this file.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(list_articles)
        .service(find_article)
        .service(show_article)
        .service(list_article_translations)
        .service(list_related_articles);
}

/// How one article is shown.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ShowArticle {
    /// A locale of the site, or `auto` to negotiate `Accept-Language`; the site's default when absent.
    pub(in crate::api) locale: Option<String>,
    /// What to do when the article is not live in that language.
    #[param(inline)]
    fallback: Option<Fallback>,
    /// In which form the body comes; `html` when absent.
    #[param(inline)]
    body: Option<BodyFormat>,
    /// Only these fields or parts of them (`section.name`), parted by commas: makes a partial article, without the others.
    #[serde(default, deserialize_with = "words")]
    #[param(inline, style = Form, explode = false)]
    fields: Option<Vec<FieldPath>>,
    /// What comes along whole, in `included`, parted by commas.
    #[serde(default, deserialize_with = "words")]
    #[param(inline, style = Form, explode = false)]
    include: Option<Vec<Include>>,
}

/// How all translations of an article are shown.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListTranslations {
    /// In which form bodies come; `none` when absent.
    #[param(inline)]
    body: Option<BodyFormat>,
    /// Only these fields or parts of them (`section.name`), parted by commas: makes partial articles, without the others.
    #[serde(default, deserialize_with = "words")]
    #[param(inline, style = Form, explode = false)]
    fields: Option<Vec<FieldPath>>,
    /// What comes along whole, in `included`, in the language of each; parted by commas.
    #[serde(default, deserialize_with = "words")]
    #[param(inline, style = Form, explode = false)]
    include: Option<Vec<Include>>,
}

/// How what leads on from an article is shown.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListRelated {
    /// A locale of the site, or `auto` to negotiate `Accept-Language`; the site's default when absent.
    pub(in crate::api) locale: Option<String>,
    /// What to do when the article is not live in that language: then it is read in the next of its chain, and so is what leads on from it.
    #[param(inline)]
    fallback: Option<Fallback>,
    /// Only these fields or parts of them (`section.name`), parted by commas: makes partial articles, without the others.
    #[serde(default, deserialize_with = "words")]
    #[param(inline, style = Form, explode = false)]
    fields: Option<Vec<FieldPath>>,
    /// What comes along whole, in `included`, parted by commas.
    #[serde(default, deserialize_with = "words")]
    #[param(inline, style = Form, explode = false)]
    include: Option<Vec<Include>>,
    /// How many stories.
    #[param(minimum = 1, maximum = 20, default = 10)]
    limit: Option<u32>,
}

fn shape(body: BodyFormat, fields: Option<Vec<FieldPath>>, include: Option<Vec<Include>>) -> Shape {
    Shape { fields: fields.map(|f| f.into_iter().collect()), include: include.into_iter().flatten().collect(), ..Shape::whole(body) }
}

/// Which articles a list shows, and how.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListArticles {
    /// A locale of the site, or `auto` to negotiate `Accept-Language`; the site's default when absent.
    pub(in crate::api) locale: Option<String>,
    /// Whether articles that are not live in that language are shown in the next of its chain.
    #[param(inline)]
    pub(super) fallback: Option<Fallback>,
    /// In which form bodies come; `none` when absent.
    #[param(inline)]
    pub(super) body: Option<BodyFormat>,
    /// Only these fields or parts of them (`section.name`), parted by commas: makes partial articles, without the others.
    #[serde(default, deserialize_with = "words")]
    #[param(inline, style = Form, explode = false)]
    pub(super) fields: Option<Vec<FieldPath>>,
    /// What comes along whole, in `included`, parted by commas.
    #[serde(default, deserialize_with = "words")]
    #[param(inline, style = Form, explode = false)]
    pub(super) include: Option<Vec<Include>>,
    /// In one of these sections or below it: their ids or slugs, parted by commas.
    #[serde(default, deserialize_with = "words")]
    #[param(inline, style = Form, explode = false, max_items = 20)]
    pub(super) section: Option<Vec<String>>,
    /// Credited to one of these authors: their ids or slugs, parted by commas.
    #[serde(default, deserialize_with = "words")]
    #[param(inline, style = Form, explode = false, max_items = 20)]
    pub(super) author: Option<Vec<String>>,
    /// Carrying one of these tags: their ids or slugs, parted by commas.
    #[serde(default, deserialize_with = "words")]
    #[param(inline, style = Form, explode = false, max_items = 20)]
    pub(super) tag: Option<Vec<String>>,
    /// Carrying each of these tags: their ids or slugs, parted by commas.
    #[serde(default, deserialize_with = "words")]
    #[param(inline, style = Form, explode = false, max_items = 20)]
    pub(super) tag_all: Option<Vec<String>>,
    /// Not in any of these sections or below it: their ids or slugs, parted by commas.
    #[serde(default, deserialize_with = "words")]
    #[param(inline, style = Form, explode = false, max_items = 20)]
    pub(super) not_section: Option<Vec<String>>,
    /// Credited to none of these authors: their ids or slugs, parted by commas.
    #[serde(default, deserialize_with = "words")]
    #[param(inline, style = Form, explode = false, max_items = 20)]
    pub(super) not_author: Option<Vec<String>>,
    /// Carrying none of these tags: their ids or slugs, parted by commas.
    #[serde(default, deserialize_with = "words")]
    #[param(inline, style = Form, explode = false, max_items = 20)]
    pub(super) not_tag: Option<Vec<String>>,
    /// One of these articles, as far as they are live in the language; parted by commas.
    #[serde(default, deserialize_with = "words")]
    #[param(inline, style = Form, explode = false, max_items = 100)]
    pub(super) id: Option<Vec<ArticleId>>,
    /// None of these articles, parted by commas.
    #[serde(default, deserialize_with = "words")]
    #[param(inline, style = Form, explode = false, max_items = 100)]
    pub(super) not_id: Option<Vec<ArticleId>>,
    /// Of one of these kinds, parted by commas.
    #[serde(default, deserialize_with = "words")]
    #[param(inline, style = Form, explode = false)]
    pub(super) kind: Option<Vec<Kind>>,
    /// Of none of these kinds, parted by commas.
    #[serde(default, deserialize_with = "words")]
    #[param(inline, style = Form, explode = false)]
    pub(super) not_kind: Option<Vec<Kind>>,
    /// Of one of these genres, parted by commas.
    #[serde(default, deserialize_with = "words")]
    #[param(inline, style = Form, explode = false)]
    pub(super) genre: Option<Vec<Genre>>,
    /// Of none of these genres, parted by commas.
    #[serde(default, deserialize_with = "words")]
    #[param(inline, style = Form, explode = false)]
    pub(super) not_genre: Option<Vec<Genre>>,
    /// First published at or after this instant.
    #[param(inline)]
    pub(super) published_after: Option<Instant>,
    /// First published before this instant.
    #[param(inline)]
    pub(super) published_before: Option<Instant>,
    /// Last updated at or after this instant; quickest with `sort=-updated_at`.
    #[param(inline)]
    pub(super) updated_after: Option<Instant>,
    /// The order; `-published_at` when absent.
    #[param(inline)]
    pub(super) sort: Option<Order>,
    /// Rows on a page; with bodies it has fewer when they would be longer than one answer holds.
    #[param(minimum = 1, maximum = 100, default = 20)]
    pub(super) limit: Option<u32>,
    /// Where the page begins: `page.next` or `page.previous` of another one.
    pub(super) cursor: Option<String>,
    /// Whether to count all rows.
    #[param(default = false)]
    pub(super) count: Option<bool>,
}

impl ListArticles {
    /// Which articles are asked for.
    ///
    /// # Errors
    /// [`Error::Invalid`] for every parameter with too many values.
    pub(super) fn listed(&mut self) -> Result<Listed, Error> {
        fn names(given: &mut Option<Vec<String>>) -> Vec<Reference> {
            given.take().into_iter().flatten().map(Reference::from).collect()
        }
        fn few<T>(given: &mut Option<Vec<T>>) -> Vec<T> {
            given.take().unwrap_or_default()
        }
        let without = Excluded {
            ids: few(&mut self.not_id),
            sections: names(&mut self.not_section),
            authors: names(&mut self.not_author),
            tags: names(&mut self.not_tag),
            kinds: few(&mut self.not_kind),
            genres: few(&mut self.not_genre),
        };
        let listed = Listed {
            ids: few(&mut self.id),
            sections: names(&mut self.section),
            authors: names(&mut self.author),
            tags: names(&mut self.tag),
            all_tags: names(&mut self.tag_all),
            kinds: few(&mut self.kind),
            genres: few(&mut self.genre),
            without,
            published_after: self.published_after,
            published_before: self.published_before,
            updated_after: self.updated_after,
            order: self.sort.unwrap_or_default(),
        }
        .canonical();
        let mut faults = Faults::default();
        let named = listed.names().map(|(parameter, _, names)| (parameter, names.len(), limits::FILTER_NAMES));
        let ids = [("id", listed.ids.len(), limits::FILTER_IDS), ("not_id", listed.without.ids.len(), limits::FILTER_IDS)];
        for (parameter, count, most) in named.into_iter().chain(ids).filter(|(_, count, most)| count > most) {
            faults.add(format!("?{parameter}"), "too_many", format!("{count}; at most {most}"));
        }
        faults.or(listed)
    }

    /// What is asked for, but for the language.
    ///
    /// # Errors
    /// [`Error::Invalid`] for every parameter with too many values, or a cursor of another list.
    pub(in crate::api) fn asked(mut self) -> Result<impl FnOnce(Option<Locale>) -> Request, Error> {
        let listed = self.listed()?;
        let paging = paging(self.limit, self.cursor.as_deref(), self.count, listed.order.sorting())?;
        let shape = shape(self.body.unwrap_or(BodyFormat::None), self.fields, self.include).as_rows();
        let fallback = self.fallback == Some(Fallback::Chain);
        Ok(move |locale| Request::Articles(Box::new(listed), paging, Show { locale, fallback, shape }))
    }
}

impl ShowArticle {
    /// The same article, but for the language.
    pub(in crate::api) fn asked(self, handle: Handle<ArticleId>) -> impl FnOnce(Option<Locale>) -> Request {
        let shape = shape(self.body.unwrap_or(BodyFormat::Html), self.fields, self.include);
        let fallback = self.fallback == Some(Fallback::Chain);
        move |locale| Request::Article(handle, Show { locale, fallback, shape })
    }
}

/// List articles.
///
/// Live articles in one language, in pages that stay put while others are published.
#[utoipa::path(tag = "articles", params(ListArticles),
    responses((status = 200, body = ArticleListing), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/articles")]
pub(crate) async fn list_articles(reader: Reader, query: Query<ListArticles>) -> Result<HttpResponse, Failure> {
    let locale = query.0.locale.clone();
    let asked = query.0.asked()?;
    reader.answer(locale.as_deref(), |locale| Ok(asked(locale))).await
}

async fn show(reader: Reader, handle: Handle<ArticleId>, query: ShowArticle) -> Result<HttpResponse, Failure> {
    let locale = query.locale.clone();
    let asked = query.asked(handle);
    reader.answer(locale.as_deref(), |locale| Ok(asked(locale))).await
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

/// List the translations of an article.
///
/// Every language that it is live in, in the order of the language switcher, each told as by itself; without bodies, unless asked for. The page is
/// always whole.
#[utoipa::path(tag = "articles", params(("id" = ArticleId, Path), ListTranslations),
    responses((status = 200, body = ArticleListing), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/articles/{id}/translations")]
pub(crate) async fn list_article_translations(
    req: HttpRequest,
    id: Path<ArticleId>,
    query: Query<ListTranslations>,
    state: Data<State>,
) -> Result<HttpResponse, Failure> {
    let query = query.0;
    let shape = shape(query.body.unwrap_or(BodyFormat::None), query.fields, query.include).as_rows();
    serve(&req, &state, &Request::Translations(*id, shape), false).await
}

/// List what leads on from an article.
///
/// What editors pin, then what is like it in words, tags and section, the nearest first, all in the language that the article is read in; never the article
/// itself, nor what says the same. Where nothing was found yet, as just after it was published, the latest on its subjects. The list has one page.
#[utoipa::path(tag = "articles", params(("id" = ArticleId, Path), ListRelated),
    responses((status = 200, body = ArticleListing), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/articles/{id}/related")]
pub(crate) async fn list_related_articles(reader: Reader, id: Path<ArticleId>, query: Query<ListRelated>) -> Result<HttpResponse, Failure> {
    let ListRelated { locale, fallback, fields, include, limit } = query.0;
    let limit = limit.unwrap_or(RELATED);
    let shape = shape(BodyFormat::None, fields, include).as_rows();
    let asked = |locale| Ok(Request::Related(*id, limit, Show { locale, fallback: fallback == Some(Fallback::Chain), shape }));
    reader.answer(locale.as_deref(), asked).await
}
