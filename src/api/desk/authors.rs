//! `/v1/desk/authors`.

use std::collections::BTreeMap;

use actix_web::{HttpResponse, delete, get, patch, post, web::Data};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::{
    Expecting, ListPage,
    names::{AuthorName, drafts, with_bio},
};
use crate::{
    access::{
        Action,
        action::{ManageAuthors, ReadDesk},
    },
    api::{
        State,
        extract::{Body, IfMatch, May, Patch, PatchOf, Path, Query, Resource, paging},
        problem::{Failure, Problem},
        reply::{Listing, Tagged},
    },
    desk::{self, named::Draft},
    domain::{
        Instant, Locale,
        author::{self, AuthorId, AuthorKind},
        locale::keyed,
        page::Sorting,
    },
    store,
};

/// The operations of this file.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(list_desk_authors).service(create_author).service(show_desk_author).service(revise_author).service(delete_author);
}

/// An author as the desk keeps it.
#[derive(Debug, Serialize, ToSchema)]
pub struct DeskAuthor {
    /// Its id.
    #[schema(read_only)]
    pub id: AuthorId,
    /// What it is.
    pub kind: AuthorKind,
    /// Its names, by locale.
    pub translations: BTreeMap<Locale, AuthorName>,
    /// Newest version.
    #[schema(read_only)]
    pub version: i32,
    /// First saved.
    #[schema(read_only)]
    pub created_at: Instant,
    /// Last saved.
    #[schema(read_only)]
    pub updated_at: Instant,
}

/// A new author.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewAuthor {
    /// What it is.
    pub kind: AuthorKind,
    /// Its names, by locale.
    #[schema(example = json!({ "en": { "name": "Asha Rao" } }))]
    #[serde(deserialize_with = "keyed")]
    pub translations: BTreeMap<Locale, AuthorName>,
}

/// A merge patch on it, as the contract shows it.
pub type DeskAuthorPatch = PatchOf<DeskAuthor>;

impl Resource for DeskAuthor {
    type Input = NewAuthor;
    const READ_ONLY: &'static [&'static str] = &["id", "version", "created_at", "updated_at"];
}

impl From<NewAuthor> for Draft<AuthorKind> {
    fn from(sent: NewAuthor) -> Self {
        Self { kind: sent.kind, translations: drafts(sent.translations) }
    }
}

impl From<&author::Author> for DeskAuthor {
    fn from(author: &author::Author) -> Self {
        Self {
            id: author.id,
            kind: author.kind,
            translations: with_bio(&author.names),
            version: author.version,
            created_at: author.created_at,
            updated_at: author.updated_at,
        }
    }
}

fn tagged(author: &author::Author) -> Tagged<DeskAuthor> {
    Tagged::new(DeskAuthor::from(author), author.version)
}

/// List authors as the desk keeps them.
#[utoipa::path(tag = "desk: authors", security(("token" = [ReadDesk::NAME])), params(ListPage),
    responses((status = 200, body = Listing<DeskAuthor>), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/authors")]
pub(crate) async fn list_desk_authors(
    _: May<ReadDesk>,
    query: Query<ListPage>,
    state: Data<State>,
) -> Result<Listing<DeskAuthor>, Failure> {
    let paging = paging(query.0.limit, query.0.cursor.as_deref(), query.0.count, Sorting::Authors)?;
    let page = state.store.read(move |tx| store::named::page(tx, paging)).await?;
    Ok(page.map(|one| DeskAuthor::from(&one)).into())
}

/// Add an author.
#[utoipa::path(tag = "desk: authors", security(("token" = [ManageAuthors::NAME, ManageAuthors::READS])),
    request_body(content = NewAuthor, example = json!({ "kind": "person", "translations": { "en": { "name": "Asha Rao" } } })),
    responses((status = 201, body = DeskAuthor), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[post("/authors")]
pub(crate) async fn create_author(
    May(permit): May<ManageAuthors>,
    sent: Body<NewAuthor>,
    state: Data<State>,
) -> Result<Tagged<DeskAuthor>, Failure> {
    let made = state.store.write(permit, move |tx, permit| desk::named::create(tx, permit, None, sent.0.into())).await?;
    Ok(tagged(&made).created(format!("/v1/desk/authors/{}", made.id)))
}

/// Show an author as the desk keeps it.
#[utoipa::path(tag = "desk: authors", security(("token" = [ReadDesk::NAME])), params(("id" = AuthorId, Path)),
    responses((status = 200, body = DeskAuthor), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/authors/{id}")]
pub(crate) async fn show_desk_author(_: May<ReadDesk>, id: Path<AuthorId>, state: Data<State>) -> Result<Tagged<DeskAuthor>, Failure> {
    Ok(tagged(&state.store.read(move |tx| store::named::find(tx, *id)).await?))
}

/// Change an author.
#[utoipa::path(tag = "desk: authors", security(("token" = [ManageAuthors::NAME, ManageAuthors::READS])), params(("id" = AuthorId, Path), Expecting),
    request_body(content = DeskAuthorPatch, content_type = "application/merge-patch+json", example = json!({ "translations": { "en": { "name": "Asha Rao" } } })),
    responses((status = 200, body = DeskAuthor), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[patch("/authors/{id}")]
pub(crate) async fn revise_author(
    May(permit): May<ManageAuthors>,
    id: Path<AuthorId>,
    expected: IfMatch,
    patch: Patch<DeskAuthor>,
    state: Data<State>,
) -> Result<Tagged<DeskAuthor>, Failure> {
    let revised = state.store.write(permit, move |tx, permit| {
        desk::named::revise(tx, permit, *id, expected.version()?, |one| patch.onto(&DeskAuthor::from(one)).map(Draft::from))
    });
    Ok(tagged(&revised.await?))
}

/// Remove an author.
///
/// Answers 409 while articles, what is live, plans or releases that have an instant name it.
#[utoipa::path(tag = "desk: authors", security(("token" = [ManageAuthors::NAME, ManageAuthors::READS])), params(("id" = AuthorId, Path), Expecting),
    responses((status = 204), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[delete("/authors/{id}")]
pub(crate) async fn delete_author(
    May(permit): May<ManageAuthors>,
    id: Path<AuthorId>,
    expected: IfMatch,
    state: Data<State>,
) -> Result<HttpResponse, Failure> {
    state.store.write(permit, move |tx, permit| desk::named::delete(tx, permit, *id, expected.version()?)).await?;
    Ok(HttpResponse::NoContent().finish())
}
