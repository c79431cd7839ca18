//! `/v1/desk/authors`.

use std::collections::BTreeMap;

use actix_web::{HttpResponse, delete, get, patch, post, web::Data};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::{
    Expecting,
    names::{AuthorName, ListNamed, drafts, with_bio},
};
use crate::{
    access::{
        Action,
        action::{ManageAuthors, ReadDesk},
    },
    api::{
        State,
        extract::{Body, IfMatch, May, Path, Query},
        patching::{Patch, PatchOf, Resource},
        problem::{Failure, Problem},
        reply::{Listing, Tagged},
    },
    desk::{self, named::Draft},
    domain::{
        Instant, Locale,
        author::{self, AuthorId, AuthorKind},
        locale::keyed,
    },
    store,
};

/// The operations of this file.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(list_desk_authors)
        .service(create_author)
        .service(show_desk_author)
        .service(revise_author)
        .service(merge_author)
        .service(delete_author);
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
///
/// With their names in every language; by id or by name.
#[utoipa::path(tag = "desk-authors", security(("token" = [ReadDesk::NAME])), params(ListNamed),
    responses((status = 200, body = Listing<DeskAuthor>), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/authors")]
pub(crate) async fn list_desk_authors(
    _: May<ReadDesk>,
    query: Query<ListNamed>,
    state: Data<State>,
) -> Result<Listing<DeskAuthor>, Failure> {
    let page = query.0.page::<AuthorKind>(&state).await?;
    Ok(page.map(|one| DeskAuthor::from(&one)).into())
}

/// Create an author.
///
/// With a name in at least one language; slugs follow from the names where none are given.
#[utoipa::path(tag = "desk-authors", security(("token" = [ManageAuthors::NAME, ManageAuthors::READS])),
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
///
/// With its names in every language, and its version.
#[utoipa::path(tag = "desk-authors", security(("token" = [ReadDesk::NAME])), params(("id" = AuthorId, Path)),
    responses((status = 200, body = DeskAuthor), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/authors/{id}")]
pub(crate) async fn show_desk_author(_: May<ReadDesk>, id: Path<AuthorId>, state: Data<State>) -> Result<Tagged<DeskAuthor>, Failure> {
    Ok(tagged(&state.store.read(move |tx| store::named::find(tx, *id)).await?))
}

/// Update an author.
///
/// Names that are left out stay; a slug that changes leaves its former address behind, which leads to the new one.
#[utoipa::path(tag = "desk-authors", security(("token" = [ManageAuthors::NAME, ManageAuthors::READS])), params(("id" = AuthorId, Path), Expecting),
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

/// What an author is merged into.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MergeAuthor {
    /// The other author, which stays.
    pub into: AuthorId,
}

/// Merge an author into another.
///
/// Whatever names it names the other afterwards: articles with all their revisions, what is live, was live and is planned, links of bodies, and redirects. An
/// article that names both keeps the first of the two places. Addresses that led to it lead to the other, by 301 where its page has
/// another path; in locales where the other has no name, it gets this one's. Then this one is gone. The other is answered.
#[utoipa::path(tag = "desk-authors", security(("token" = [ManageAuthors::NAME, ManageAuthors::READS])), params(("id" = AuthorId, Path), Expecting),
    request_body(content = MergeAuthor, example = json!({ "into": "0198c5a1-7f00-7000-8000-000000000014" })),
    responses((status = 200, body = DeskAuthor), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[post("/authors/{id}/merge")]
pub(crate) async fn merge_author(
    May(permit): May<ManageAuthors>,
    id: Path<AuthorId>,
    expected: IfMatch,
    sent: Body<MergeAuthor>,
    state: Data<State>,
) -> Result<Tagged<DeskAuthor>, Failure> {
    let merged = state.store.write(permit, move |tx, permit| desk::named::merge(tx, permit, *id, expected.version()?, sent.0.into));
    Ok(tagged(&merged.await?))
}

/// Delete an author.
///
/// Answers 409 while articles, what is live, plans or releases that have an instant name it.
#[utoipa::path(tag = "desk-authors", security(("token" = [ManageAuthors::NAME, ManageAuthors::READS])), params(("id" = AuthorId, Path), Expecting),
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
