//! `/v1/desk/tags`.

use std::collections::BTreeMap;

use actix_web::{HttpResponse, delete, get, patch, post, web::Data};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::{
    Expecting,
    names::{DescribedName, ListNamed, described, drafts},
};
use crate::{
    access::{
        Action,
        action::{ManageTags, ReadDesk},
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
        locale::keyed,
        tag::{self, TagId, TagKind},
    },
    store,
};

/// The operations of this file.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(list_desk_tags).service(create_tag).service(show_desk_tag).service(revise_tag).service(merge_tag).service(delete_tag);
}

/// A tag as the desk keeps it.
#[derive(Debug, Serialize, ToSchema)]
pub struct DeskTag {
    /// Its id.
    #[schema(read_only)]
    pub id: TagId,
    /// What it is.
    pub kind: TagKind,
    /// Its names, by locale.
    pub translations: BTreeMap<Locale, DescribedName>,
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

/// A new tag.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewTag {
    /// What it is.
    pub kind: TagKind,
    /// Its names, by locale.
    #[schema(example = json!({ "en": { "name": "Diplomacy" } }))]
    #[serde(deserialize_with = "keyed")]
    pub translations: BTreeMap<Locale, DescribedName>,
}

/// A merge patch on it, as the contract shows it.
pub type DeskTagPatch = PatchOf<DeskTag>;

impl Resource for DeskTag {
    type Input = NewTag;
    const READ_ONLY: &'static [&'static str] = &["id", "version", "created_at", "updated_at"];
}

impl From<NewTag> for Draft<TagKind> {
    fn from(sent: NewTag) -> Self {
        Self { kind: sent.kind, translations: drafts(sent.translations) }
    }
}

impl From<&tag::Tag> for DeskTag {
    fn from(tag: &tag::Tag) -> Self {
        Self {
            id: tag.id,
            kind: tag.kind,
            translations: described(&tag.names),
            version: tag.version,
            created_at: tag.created_at,
            updated_at: tag.updated_at,
        }
    }
}

fn tagged(tag: &tag::Tag) -> Tagged<DeskTag> {
    Tagged::new(DeskTag::from(tag), tag.version)
}

/// List tags as the desk keeps them.
///
/// With their names in every language; by id or by name.
#[utoipa::path(tag = "desk-tags", security(("token" = [ReadDesk::NAME])), params(ListNamed),
    responses((status = 200, body = Listing<DeskTag>), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/tags")]
pub(crate) async fn list_desk_tags(_: May<ReadDesk>, query: Query<ListNamed>, state: Data<State>) -> Result<Listing<DeskTag>, Failure> {
    let page = query.0.page::<TagKind>(&state).await?;
    Ok(page.map(|one| DeskTag::from(&one)).into())
}

/// Create a tag.
///
/// With a name in at least one language; slugs follow from the names where none are given.
#[utoipa::path(tag = "desk-tags", security(("token" = [ManageTags::NAME, ManageTags::READS])),
    request_body(content = NewTag, example = json!({ "kind": "topic", "translations": { "en": { "name": "Diplomacy" } } })),
    responses((status = 201, body = DeskTag), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[post("/tags")]
pub(crate) async fn create_tag(May(permit): May<ManageTags>, sent: Body<NewTag>, state: Data<State>) -> Result<Tagged<DeskTag>, Failure> {
    let made = state.store.write(permit, move |tx, permit| desk::named::create(tx, permit, None, sent.0.into())).await?;
    Ok(tagged(&made).created(format!("/v1/desk/tags/{}", made.id)))
}

/// Show a tag as the desk keeps it.
///
/// With its names in every language, and its version.
#[utoipa::path(tag = "desk-tags", security(("token" = [ReadDesk::NAME])), params(("id" = TagId, Path)),
    responses((status = 200, body = DeskTag), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/tags/{id}")]
pub(crate) async fn show_desk_tag(_: May<ReadDesk>, id: Path<TagId>, state: Data<State>) -> Result<Tagged<DeskTag>, Failure> {
    Ok(tagged(&state.store.read(move |tx| store::named::find(tx, *id)).await?))
}

/// Update a tag.
///
/// Names that are left out stay; a slug that changes leaves its former address behind, which leads to the new one.
#[utoipa::path(tag = "desk-tags", security(("token" = [ManageTags::NAME, ManageTags::READS])), params(("id" = TagId, Path), Expecting),
    request_body(content = DeskTagPatch, content_type = "application/merge-patch+json", example = json!({ "translations": { "en": { "name": "Diplomacy" } } })),
    responses((status = 200, body = DeskTag), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[patch("/tags/{id}")]
pub(crate) async fn revise_tag(
    May(permit): May<ManageTags>,
    id: Path<TagId>,
    expected: IfMatch,
    patch: Patch<DeskTag>,
    state: Data<State>,
) -> Result<Tagged<DeskTag>, Failure> {
    let revised = state.store.write(permit, move |tx, permit| {
        desk::named::revise(tx, permit, *id, expected.version()?, |one| patch.onto(&DeskTag::from(one)).map(Draft::from))
    });
    Ok(tagged(&revised.await?))
}

/// What a tag is merged into.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MergeTag {
    /// The other tag, which stays.
    pub into: TagId,
}

/// Merge a tag into another.
///
/// Whatever names it names the other afterwards: articles with all their revisions, what is live, was live and is planned, links of bodies, and redirects. An
/// article that names both keeps the first of the two places. Addresses that led to it lead to the other, by 301 where its page has
/// another path; in locales where the other has no name, it gets this one's. Then this one is gone. The other is answered.
#[utoipa::path(tag = "desk-tags", security(("token" = [ManageTags::NAME, ManageTags::READS])), params(("id" = TagId, Path), Expecting),
    request_body(content = MergeTag, example = json!({ "into": "0198c5a1-7f00-7000-8000-000000000020" })),
    responses((status = 200, body = DeskTag), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[post("/tags/{id}/merge")]
pub(crate) async fn merge_tag(
    May(permit): May<ManageTags>,
    id: Path<TagId>,
    expected: IfMatch,
    sent: Body<MergeTag>,
    state: Data<State>,
) -> Result<Tagged<DeskTag>, Failure> {
    let merged = state.store.write(permit, move |tx, permit| desk::named::merge(tx, permit, *id, expected.version()?, sent.0.into));
    Ok(tagged(&merged.await?))
}

/// Delete a tag.
///
/// Answers 409 while articles, what is live, plans or releases that have an instant name it.
#[utoipa::path(tag = "desk-tags", security(("token" = [ManageTags::NAME, ManageTags::READS])), params(("id" = TagId, Path), Expecting),
    responses((status = 204), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[delete("/tags/{id}")]
pub(crate) async fn delete_tag(
    May(permit): May<ManageTags>,
    id: Path<TagId>,
    expected: IfMatch,
    state: Data<State>,
) -> Result<HttpResponse, Failure> {
    state.store.write(permit, move |tx, permit| desk::named::delete(tx, permit, *id, expected.version()?)).await?;
    Ok(HttpResponse::NoContent().finish())
}
