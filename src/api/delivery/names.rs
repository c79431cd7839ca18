//! `/v1/sections`, `/v1/authors`, `/v1/tags`.

use actix_web::{
    get,
    web::{Data, Json, Path},
};
use serde::{Deserialize, Serialize};
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::{
    api::{
        State,
        extract::{AcceptLanguage, Query, paging, wish},
        problem::{Failure, Problem},
        reply::{HereOrMoved, InLanguage, Listing},
    },
    delivery::{
        Found, Reading, Wish,
        names::{self, Author, Section, Tag},
    },
    domain::{Error, Locale, author::AuthorId, section::SectionId, tag::TagId, url::segment},
    store::Tx,
};

/// The operations of this file.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(list_sections)
        .service(find_section)
        .service(show_section)
        .service(list_authors)
        .service(find_author)
        .service(show_author)
        .service(list_tags)
        .service(find_tag)
        .service(show_tag);
}

/// The language of an answer.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct InLocale {
    /// A locale of the site, or `auto` to negotiate `Accept-Language`; the site's default when absent.
    locale: Option<String>,
}

/// A page of a list of names.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListNames {
    /// A locale of the site, or `auto` to negotiate `Accept-Language`; the site's default when absent.
    locale: Option<String>,
    /// Rows on a page.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<u32>,
    /// Where the page begins: `page.next` or `page.previous` of another one.
    cursor: Option<String>,
    /// Whether to count all rows.
    #[param(default = false)]
    count: Option<bool>,
}

async fn read<T: Send + 'static>(
    state: &State,
    wish: Wish,
    f: impl FnOnce(&mut Tx<'_>, &Reading) -> Result<T, Error> + Send + 'static,
) -> Result<InLanguage<T>, Failure> {
    let negotiated = wish.accept.is_some();
    let found = state.store.read(move |tx| {
        let reading = Reading::resolve(tx, &wish)?;
        f(tx, &reading).map(|body| InLanguage { body, locale: reading.locale, negotiated })
    });
    Ok(found.await?)
}

/// A thing that says which locale its name is in.
trait Named {
    fn locale(&self) -> &Locale;
}
impl Named for Section {
    fn locale(&self) -> &Locale {
        &self.locale
    }
}
impl Named for Author {
    fn locale(&self) -> &Locale {
        &self.locale
    }
}
impl Named for Tag {
    fn locale(&self) -> &Locale {
        &self.locale
    }
}

fn one<T: Named>(found: InLanguage<T>) -> InLanguage<Json<T>> {
    InLanguage { locale: found.body.locale().clone(), body: Json(found.body), negotiated: found.negotiated }
}

fn here<T: Named + Serialize>(found: InLanguage<Found<T>>, at: &str) -> HereOrMoved<InLanguage<Json<T>>> {
    match found.body {
        Found::Here(body) => HereOrMoved::Here(one(InLanguage { body, locale: found.locale, negotiated: found.negotiated })),
        Found::Moved(slug) => HereOrMoved::Moved(format!("/v1/{at}/by-slug/{}", segment(&slug))),
    }
}

/// List all sections.
///
/// Sections stand before those below them, siblings in order: the navigation, read from the top.
#[utoipa::path(tag = "sections", params(InLocale),
    responses((status = 200, body = Listing<Section>), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/sections")]
pub(crate) async fn list_sections(
    query: Query<InLocale>,
    accept: AcceptLanguage,
    state: Data<State>,
) -> Result<InLanguage<Listing<Section>>, Failure> {
    let wish = wish(query.0.locale.as_deref(), None, accept)?;
    read(&state, wish, |tx, reading| names::sections(tx, reading).map(Listing::whole)).await
}

/// Find a section by its slug.
///
/// A former slug is answered by 308 to the present one.
#[utoipa::path(tag = "sections", params(("slug" = String, Path, example = "world"), InLocale),
    responses((status = 200, body = Section), (status = 308, description = "It has another slug now: see `Location`."), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/sections/by-slug/{slug}")]
pub(crate) async fn find_section(
    slug: Path<String>,
    query: Query<InLocale>,
    accept: AcceptLanguage,
    state: Data<State>,
) -> Result<HereOrMoved<InLanguage<Json<Section>>>, Failure> {
    let wish = wish(query.0.locale.as_deref(), None, accept)?;
    read(&state, wish, move |tx, reading| names::section_by_slug(tx, reading, &slug)).await.map(|f| here(f, "sections"))
}

/// Show a section.
#[utoipa::path(tag = "sections", params(("id" = SectionId, Path), InLocale),
    responses((status = 200, body = Section), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/sections/{id}")]
pub(crate) async fn show_section(
    id: Path<SectionId>,
    query: Query<InLocale>,
    accept: AcceptLanguage,
    state: Data<State>,
) -> Result<InLanguage<Json<Section>>, Failure> {
    let wish = wish(query.0.locale.as_deref(), None, accept)?;
    read(&state, wish, move |tx, reading| names::section(tx, reading, *id)).await.map(one)
}

/// List authors.
#[utoipa::path(tag = "authors", params(ListNames),
    responses((status = 200, body = Listing<Author>), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/authors")]
pub(crate) async fn list_authors(
    query: Query<ListNames>,
    accept: AcceptLanguage,
    state: Data<State>,
) -> Result<InLanguage<Listing<Author>>, Failure> {
    let paging = paging(query.0.limit, query.0.cursor.as_deref(), query.0.count, 0)?;
    let wish = wish(query.0.locale.as_deref(), None, accept)?;
    read(&state, wish, move |tx, reading| names::authors(tx, reading, paging).map(Listing::from)).await
}

/// Find an author by their slug.
///
/// A former slug is answered by 308 to the present one.
#[utoipa::path(tag = "authors", params(("slug" = String, Path, example = "digital-desk"), InLocale),
    responses((status = 200, body = Author), (status = 308, description = "It has another slug now: see `Location`."), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/authors/by-slug/{slug}")]
pub(crate) async fn find_author(
    slug: Path<String>,
    query: Query<InLocale>,
    accept: AcceptLanguage,
    state: Data<State>,
) -> Result<HereOrMoved<InLanguage<Json<Author>>>, Failure> {
    let wish = wish(query.0.locale.as_deref(), None, accept)?;
    read(&state, wish, move |tx, reading| names::author_by_slug(tx, reading, &slug)).await.map(|f| here(f, "authors"))
}

/// Show an author.
#[utoipa::path(tag = "authors", params(("id" = AuthorId, Path), InLocale),
    responses((status = 200, body = Author), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/authors/{id}")]
pub(crate) async fn show_author(
    id: Path<AuthorId>,
    query: Query<InLocale>,
    accept: AcceptLanguage,
    state: Data<State>,
) -> Result<InLanguage<Json<Author>>, Failure> {
    let wish = wish(query.0.locale.as_deref(), None, accept)?;
    read(&state, wish, move |tx, reading| names::author(tx, reading, *id)).await.map(one)
}

/// List tags.
#[utoipa::path(tag = "tags", params(ListNames),
    responses((status = 200, body = Listing<Tag>), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/tags")]
pub(crate) async fn list_tags(
    query: Query<ListNames>,
    accept: AcceptLanguage,
    state: Data<State>,
) -> Result<InLanguage<Listing<Tag>>, Failure> {
    let paging = paging(query.0.limit, query.0.cursor.as_deref(), query.0.count, 0)?;
    let wish = wish(query.0.locale.as_deref(), None, accept)?;
    read(&state, wish, move |tx, reading| names::tags(tx, reading, paging).map(Listing::from)).await
}

/// Find a tag by its slug.
///
/// A former slug is answered by 308 to the present one.
#[utoipa::path(tag = "tags", params(("slug" = String, Path, example = "rivers"), InLocale),
    responses((status = 200, body = Tag), (status = 308, description = "It has another slug now: see `Location`."), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/tags/by-slug/{slug}")]
pub(crate) async fn find_tag(
    slug: Path<String>,
    query: Query<InLocale>,
    accept: AcceptLanguage,
    state: Data<State>,
) -> Result<HereOrMoved<InLanguage<Json<Tag>>>, Failure> {
    let wish = wish(query.0.locale.as_deref(), None, accept)?;
    read(&state, wish, move |tx, reading| names::tag_by_slug(tx, reading, &slug)).await.map(|f| here(f, "tags"))
}

/// Show a tag.
#[utoipa::path(tag = "tags", params(("id" = TagId, Path), InLocale),
    responses((status = 200, body = Tag), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/tags/{id}")]
pub(crate) async fn show_tag(
    id: Path<TagId>,
    query: Query<InLocale>,
    accept: AcceptLanguage,
    state: Data<State>,
) -> Result<InLanguage<Json<Tag>>, Failure> {
    let wish = wish(query.0.locale.as_deref(), None, accept)?;
    read(&state, wish, move |tx, reading| names::tag(tx, reading, *id)).await.map(one)
}
