//! `/v1/sections`, `/v1/authors`, `/v1/tags`.

use actix_web::{HttpResponse, get, web::Path};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;

use super::serve::Reader;
use crate::{
    api::{
        extract::{Query, paging},
        problem::{Failure, Problem},
        reply::Listing,
    },
    delivery::{
        names::{Author, Section, Tag},
        request::{Handle, Request},
    },
    domain::{
        Error,
        author::{AuthorId, AuthorKind},
        named::{Listed, NameOrder},
        page::Paging,
        section::SectionId,
        tag::{TagId, TagKind},
    },
    store::named::{Stored, sorting},
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
    /// In which order; as they were made when absent. Names are in the order of the locale asked for, as CLDR has it, those that fell back too.
    #[param(inline)]
    sort: Option<NameOrder>,
    /// With this text in the name that is shown, without regard to case, accents, width and what does not show.
    #[param(example = "la")]
    text: Option<String>,
    /// Rows on a page.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<u32>,
    /// Where the page begins: `page.next` or `page.previous` of another one.
    cursor: Option<String>,
    /// Whether to count all rows.
    #[param(default = false)]
    count: Option<bool>,
}

impl ListNames {
    fn listed<K: Stored>(&self) -> Result<(Listed, Paging), Error> {
        let paging = paging(self.limit, self.cursor.as_deref(), self.count, sorting::<K>(self.sort))?;
        Ok((Listed::new(self.sort, self.text.as_deref()), paging))
    }
}

/// List all sections.
///
/// Sections stand before those below them, siblings in order: the navigation, read from the top.
#[utoipa::path(tag = "sections", params(InLocale),
    responses((status = 200, body = Listing<Section>), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/sections")]
pub(crate) async fn list_sections(reader: Reader, query: Query<InLocale>) -> Result<HttpResponse, Failure> {
    reader.answer(query.0.locale.as_deref(), |locale| Ok(Request::Sections(locale))).await
}

/// Find a section by its slug.
///
/// A former slug is answered by 308 to the present one.
#[utoipa::path(tag = "sections", params(("slug" = String, Path, example = "world"), InLocale),
    responses((status = 200, body = Section), (status = 308, description = "It has another slug now: see `Location`."), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/sections/by-slug/{slug}")]
pub(crate) async fn find_section(reader: Reader, slug: Path<String>, query: Query<InLocale>) -> Result<HttpResponse, Failure> {
    reader
        .answer(query.0.locale.as_deref(), |locale| Ok(Request::Section(Handle::by_slug(&slug).ok_or(Error::NotFound("section"))?, locale)))
        .await
}

/// Show a section.
///
/// With the path to it from the top of the tree, in one language.
#[utoipa::path(tag = "sections", params(("id" = SectionId, Path), InLocale),
    responses((status = 200, body = Section), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/sections/{id}")]
pub(crate) async fn show_section(reader: Reader, id: Path<SectionId>, query: Query<InLocale>) -> Result<HttpResponse, Failure> {
    reader.answer(query.0.locale.as_deref(), |locale| Ok(Request::Section(Handle::Id(*id), locale))).await
}

/// List authors.
///
/// In one language, by id or by name; which authors are found is a setting of the site (`authors_public`).
#[utoipa::path(tag = "authors", params(ListNames),
    responses((status = 200, body = Listing<Author>), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/authors")]
pub(crate) async fn list_authors(reader: Reader, query: Query<ListNames>) -> Result<HttpResponse, Failure> {
    let (listed, paging) = query.0.listed::<AuthorKind>()?;
    reader.answer(query.0.locale.as_deref(), |locale| Ok(Request::Authors(listed, paging, locale))).await
}

/// Find an author by their slug.
///
/// A former slug is answered by 308 to the present one.
#[utoipa::path(tag = "authors", params(("slug" = String, Path, example = "digital-desk"), InLocale),
    responses((status = 200, body = Author), (status = 308, description = "It has another slug now: see `Location`."), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/authors/by-slug/{slug}")]
pub(crate) async fn find_author(reader: Reader, slug: Path<String>, query: Query<InLocale>) -> Result<HttpResponse, Failure> {
    reader
        .answer(query.0.locale.as_deref(), |locale| Ok(Request::Author(Handle::by_slug(&slug).ok_or(Error::NotFound("author"))?, locale)))
        .await
}

/// Show an author.
///
/// With its description in one language. One that was merged into another is answered by 308 to that.
#[utoipa::path(tag = "authors", params(("id" = AuthorId, Path), InLocale),
    responses((status = 200, body = Author), (status = 308, description = "It was merged into another: see `Location`."), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/authors/{id}")]
pub(crate) async fn show_author(reader: Reader, id: Path<AuthorId>, query: Query<InLocale>) -> Result<HttpResponse, Failure> {
    reader.answer(query.0.locale.as_deref(), |locale| Ok(Request::Author(Handle::Id(*id), locale))).await
}

/// List tags.
///
/// In one language, by id or by name.
#[utoipa::path(tag = "tags", params(ListNames),
    responses((status = 200, body = Listing<Tag>), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/tags")]
pub(crate) async fn list_tags(reader: Reader, query: Query<ListNames>) -> Result<HttpResponse, Failure> {
    let (listed, paging) = query.0.listed::<TagKind>()?;
    reader.answer(query.0.locale.as_deref(), |locale| Ok(Request::Tags(listed, paging, locale))).await
}

/// Find a tag by its slug.
///
/// A former slug is answered by 308 to the present one.
#[utoipa::path(tag = "tags", params(("slug" = String, Path, example = "rivers"), InLocale),
    responses((status = 200, body = Tag), (status = 308, description = "It has another slug now: see `Location`."), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/tags/by-slug/{slug}")]
pub(crate) async fn find_tag(reader: Reader, slug: Path<String>, query: Query<InLocale>) -> Result<HttpResponse, Failure> {
    reader.answer(query.0.locale.as_deref(), |locale| Ok(Request::Tag(Handle::by_slug(&slug).ok_or(Error::NotFound("tag"))?, locale))).await
}

/// Show a tag.
///
/// With its description in one language. One that was merged into another is answered by 308 to that.
#[utoipa::path(tag = "tags", params(("id" = TagId, Path), InLocale),
    responses((status = 200, body = Tag), (status = 308, description = "It was merged into another: see `Location`."), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/tags/{id}")]
pub(crate) async fn show_tag(reader: Reader, id: Path<TagId>, query: Query<InLocale>) -> Result<HttpResponse, Failure> {
    reader.answer(query.0.locale.as_deref(), |locale| Ok(Request::Tag(Handle::Id(*id), locale))).await
}
