//! `/v1/search`.

use actix_web::{HttpResponse, get};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;

use super::{articles::ListArticles, serve::Reader};
use crate::{
    api::{
        extract::{Fallback, Query, paging, query_text, words},
        problem::{Failure, Problem},
    },
    delivery::{
        articles::{BodyFormat, FieldPath, Include, Shape},
        request::{Request, Show},
        search::{SearchListing, Searched, Spread, Suggestions},
    },
    domain::{
        Error, Instant, Locale,
        article::{ArticleId, Genre, Kind},
    },
    search::{FacetKind, Ranking},
};

/// The operations of this file.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(search).service(suggest);
}

/// What is searched for, and how it is shown.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Search {
    /// What somebody types: words, `"a phrase"`, `-what is left out`, `beginn*`. Everything else is text; at most 512 characters as readers count them. All words have to be in
    /// a story, in any form; where fewer than ten have all of three words or more, those with half of them are shown too, and where none has, those with any (`relaxed`).
    #[param(example = "river")]
    q: String,
    /// Locales of the site, parted by commas, in each of which is searched, or `any` for all; `auto` to negotiate `Accept-Language`; the site's default when absent. A story is
    /// found once, in the language in which it fits best.
    #[serde(default, deserialize_with = "words")]
    #[param(inline, style = Form, explode = false, max_items = 20)]
    locale: Option<Vec<String>>,
    /// Whether articles that are not live in that language are found in the next of its chain; where one locale is asked for.
    #[param(inline)]
    fallback: Option<Fallback>,
    /// Only these fields or parts of them (`section.name`) of articles, parted by commas: makes partial articles, without the others.
    #[serde(default, deserialize_with = "words")]
    #[param(inline, style = Form, explode = false)]
    fields: Option<Vec<FieldPath>>,
    /// What comes along whole, in `included`, parted by commas.
    #[serde(default, deserialize_with = "words")]
    #[param(inline, style = Form, explode = false)]
    include: Option<Vec<Include>>,
    /// In one of these sections or below it: their ids or slugs, parted by commas.
    #[serde(default, deserialize_with = "words")]
    #[param(inline, style = Form, explode = false, max_items = 20)]
    section: Option<Vec<String>>,
    /// Credited to one of these authors: their ids or slugs, parted by commas.
    #[serde(default, deserialize_with = "words")]
    #[param(inline, style = Form, explode = false, max_items = 20)]
    author: Option<Vec<String>>,
    /// Carrying one of these tags: their ids or slugs, parted by commas.
    #[serde(default, deserialize_with = "words")]
    #[param(inline, style = Form, explode = false, max_items = 20)]
    tag: Option<Vec<String>>,
    /// Carrying each of these tags: their ids or slugs, parted by commas.
    #[serde(default, deserialize_with = "words")]
    #[param(inline, style = Form, explode = false, max_items = 20)]
    tag_all: Option<Vec<String>>,
    /// Not in any of these sections or below it: their ids or slugs, parted by commas.
    #[serde(default, deserialize_with = "words")]
    #[param(inline, style = Form, explode = false, max_items = 20)]
    not_section: Option<Vec<String>>,
    /// Credited to none of these authors: their ids or slugs, parted by commas.
    #[serde(default, deserialize_with = "words")]
    #[param(inline, style = Form, explode = false, max_items = 20)]
    not_author: Option<Vec<String>>,
    /// Carrying none of these tags: their ids or slugs, parted by commas.
    #[serde(default, deserialize_with = "words")]
    #[param(inline, style = Form, explode = false, max_items = 20)]
    not_tag: Option<Vec<String>>,
    /// One of these articles, as far as they are live in the language; parted by commas.
    #[serde(default, deserialize_with = "words")]
    #[param(inline, style = Form, explode = false, max_items = 100)]
    id: Option<Vec<ArticleId>>,
    /// None of these articles, parted by commas.
    #[serde(default, deserialize_with = "words")]
    #[param(inline, style = Form, explode = false, max_items = 100)]
    not_id: Option<Vec<ArticleId>>,
    /// Of one of these kinds, parted by commas.
    #[serde(default, deserialize_with = "words")]
    #[param(inline, style = Form, explode = false)]
    kind: Option<Vec<Kind>>,
    /// Of none of these kinds, parted by commas.
    #[serde(default, deserialize_with = "words")]
    #[param(inline, style = Form, explode = false)]
    not_kind: Option<Vec<Kind>>,
    /// Of one of these genres, parted by commas.
    #[serde(default, deserialize_with = "words")]
    #[param(inline, style = Form, explode = false)]
    genre: Option<Vec<Genre>>,
    /// Of none of these genres, parted by commas.
    #[serde(default, deserialize_with = "words")]
    #[param(inline, style = Form, explode = false)]
    not_genre: Option<Vec<Genre>>,
    /// First published at or after this instant.
    #[param(inline)]
    published_after: Option<Instant>,
    /// First published before this instant.
    #[param(inline)]
    published_before: Option<Instant>,
    /// Last updated at or after this instant.
    #[param(inline)]
    updated_after: Option<Instant>,
    /// The order; `relevance` when absent.
    #[param(inline)]
    sort: Option<Ranking>,
    /// What all stories that are found are counted by, parted by commas.
    #[serde(default, deserialize_with = "words")]
    #[param(inline, style = Form, explode = false)]
    facets: Option<Vec<FacetKind>>,
    /// Rows on a page.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<u32>,
    /// Where the page begins: `page.next` or `page.previous` of another one.
    cursor: Option<String>,
    /// Whether to count all rows.
    #[param(default = false)]
    count: Option<bool>,
}

/// What somebody is typing.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Suggest {
    /// What was typed so far; the last word of it may go on. At most 512 characters as readers count them.
    #[param(example = "riv")]
    q: String,
    /// A locale of the site, or `auto` to negotiate `Accept-Language`; the site's default when absent.
    locale: Option<String>,
    /// Whether headlines of articles that are not live in that language are taken from the next of its chain.
    #[param(inline)]
    fallback: Option<Fallback>,
}

impl From<Search> for ListArticles {
    /// The list of the same stories.
    fn from(asked: Search) -> Self {
        Self {
            section: asked.section,
            author: asked.author,
            tag: asked.tag,
            tag_all: asked.tag_all,
            not_section: asked.not_section,
            not_author: asked.not_author,
            not_tag: asked.not_tag,
            id: asked.id,
            not_id: asked.not_id,
            kind: asked.kind,
            not_kind: asked.not_kind,
            genre: asked.genre,
            not_genre: asked.not_genre,
            published_after: asked.published_after,
            published_before: asked.published_before,
            updated_after: asked.updated_after,
            ..Self::default()
        }
    }
}

/// Search.
///
/// Live articles that have what is typed in headline, summary or body, in any form of its words, with what of them was found. In Indic languages words may be typed in Latin letters;
/// a word of five letters or more may have one typing error, where hardly any story has it as it is typed. Answered out of an index of this instance, which has what was published within a second.
#[utoipa::path(tag = "search", params(Search),
    responses((status = 200, body = SearchListing), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/search")]
pub(crate) async fn search(reader: Reader, query: Query<Search>) -> Result<HttpResponse, Failure> {
    let mut asked = query.0;
    let typed = query_text(&asked.q)?;
    let ranking = asked.sort.unwrap_or_default();
    let paging = paging(asked.limit, asked.cursor.as_deref(), asked.count, ranking.sorting())?;
    let shape = Shape {
        fields: asked.fields.take().map(|fields| fields.into_iter().collect()),
        include: asked.include.take().into_iter().flatten().collect(),
        ..Shape::whole(BodyFormat::None)
    };
    let (shape, fallback) = (shape.as_rows(), asked.fallback == Some(Fallback::Chain));
    let facets = asked.facets.take().into_iter().flatten().collect();
    let locales = asked.locale.take().unwrap_or_default();
    let listed = ListArticles::from(asked).listed()?;
    let found = |spread, locale| {
        let searched = Searched { typed, spread, listed, ranking, facets };
        Request::Search(Box::new(searched), paging, Show { locale, fallback, shape })
    };
    match &*locales {
        [] => reader.answer(None, |locale| Ok(found(Spread::One, locale))).await,
        [any] if any == "any" => reader.answer(None, |_| Ok(found(Spread::Any, None))).await,
        [one] => reader.answer(Some(one), |locale| Ok(found(Spread::One, locale))).await,
        several => {
            let mut all = Vec::new();
            for tag in several {
                all.push(
                    Locale::read(tag).map_err(|why| Error::invalid("?locale", "locale", format!("{why}; `any` and `auto` stand alone")))?,
                );
            }
            let first = all.first().map(ToString::to_string);
            reader.answer(first.as_deref(), |locale| Ok(found(Spread::Several(all), locale))).await
        }
    }
}

/// Suggest what somebody is typing.
///
/// Tags and authors with a name, and the latest stories with a headline, that have all words that are typed, where the last one may go on. 8 at most.
#[utoipa::path(tag = "search", params(Suggest),
    responses((status = 200, body = Suggestions), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/search/suggest")]
pub(crate) async fn suggest(reader: Reader, query: Query<Suggest>) -> Result<HttpResponse, Failure> {
    let Suggest { q, locale, fallback } = query.0;
    let typed = query_text(&q)?;
    reader.answer(locale.as_deref(), |locale| Ok(Request::Suggest(typed, locale, fallback == Some(Fallback::Chain)))).await
}
