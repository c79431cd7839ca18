//! `/v1/desk/sections`.

use std::collections::BTreeMap;

use actix_web::{HttpResponse, delete, get, patch, post, web::Data};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::{
    Expecting,
    names::{DescribedName, described, drafts},
};
use crate::{
    access::{
        Action,
        action::{ManageSections, ReadDesk},
    },
    api::{
        State,
        extract::{Body, IfMatch, May, Path},
        patching::{Patch, PatchOf, Resource},
        problem::{Failure, Problem},
        reply::{Listing, Tagged},
    },
    desk::{self, sections::Draft},
    domain::{
        Instant, Locale,
        locale::keyed,
        section::{self, SectionId},
    },
    store,
};

/// The operations of this file.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(list_desk_sections)
        .service(create_section)
        .service(reorder_sections)
        .service(show_desk_section)
        .service(revise_section)
        .service(delete_section);
}

/// A section as the desk keeps it.
#[derive(Debug, Serialize, ToSchema)]
pub struct DeskSection {
    /// Its id.
    #[schema(read_only)]
    pub id: SectionId,
    /// The section it lies in; none at the top.
    pub parent_id: Option<SectionId>,
    /// Its place among its siblings.
    pub position: i32,
    /// Its names, by locale.
    #[schema(example = json!({ "en": { "name": "World", "slug": "world", "description": "" } }))]
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

/// A new section.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "translations": { "en": { "name": "Weather" }, "hi": { "name": "मौसम" } } }))]
pub struct NewSection {
    /// The section it lies in; at the top when absent.
    #[serde(default)]
    #[schema(example = json!(null))]
    pub parent_id: Option<SectionId>,
    /// Its place among its siblings; the last one when absent.
    #[serde(default)]
    #[schema(example = 3)]
    pub position: Option<i32>,
    /// Its names, by locale.
    #[schema(example = json!({ "en": { "name": "World" }, "hi": { "name": "दुनिया" } }))]
    #[serde(deserialize_with = "keyed")]
    pub translations: BTreeMap<Locale, DescribedName>,
}

/// The sections of one level, in their new order.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "parent_id": "0198c5a1-7f00-7000-8000-000000000005", "order": ["0198c5a1-7f00-7000-8000-000000000502", "0198c5a1-7f00-7000-8000-000000000501"] }))]
pub struct SectionOrder {
    /// The section they lie in; those at the top when absent.
    #[serde(default)]
    #[schema(example = json!(null))]
    pub parent_id: Option<SectionId>,
    /// Each of them once.
    #[schema(max_items = 1000)]
    pub order: Vec<SectionId>,
}

/// A merge patch on it, as the contract shows it.
pub type DeskSectionPatch = PatchOf<DeskSection>;

impl Resource for DeskSection {
    type Input = NewSection;
    const READ_ONLY: &'static [&'static str] = &["id", "version", "created_at", "updated_at"];
}

impl From<NewSection> for Draft {
    fn from(s: NewSection) -> Self {
        Self { parent_id: s.parent_id, position: s.position, translations: drafts(s.translations) }
    }
}

impl From<&section::Section> for DeskSection {
    fn from(s: &section::Section) -> Self {
        Self {
            id: s.id,
            parent_id: s.parent(),
            position: s.position,
            translations: described(&s.names),
            version: s.version,
            created_at: s.created_at,
            updated_at: s.updated_at,
        }
    }
}

fn tagged(section: &section::Section) -> Tagged<DeskSection> {
    Tagged::new(DeskSection::from(section), section.version)
}

/// List all sections as the desk keeps them.
///
/// The whole tree, in the order of the navigation, with names in every language.
#[utoipa::path(tag = "desk-sections", security(("token" = [ReadDesk::NAME])),
    responses((status = 200, body = Listing<DeskSection>), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/sections")]
pub(crate) async fn list_desk_sections(_: May<ReadDesk>, state: Data<State>) -> Result<Listing<DeskSection>, Failure> {
    let all = state.store.read(store::sections::all).await?;
    Ok(Listing::whole(all.iter().map(DeskSection::from).collect()))
}

/// Create a section.
///
/// At the end of those it stands beside, with a name in at least one language.
#[utoipa::path(tag = "desk-sections", security(("token" = [ManageSections::NAME, ManageSections::READS])), request_body = NewSection,
    responses((status = 201, body = DeskSection), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[post("/sections")]
pub(crate) async fn create_section(
    May(permit): May<ManageSections>,
    sent: Body<NewSection>,
    state: Data<State>,
) -> Result<Tagged<DeskSection>, Failure> {
    let made = state.store.write(permit, move |tx, permit| desk::sections::create(tx, permit, None, sent.0.into())).await?;
    Ok(tagged(&made).created(format!("/v1/desk/sections/{}", made.id)))
}

/// Reorder the sections of one level.
///
/// All of them are named, so that an order made from an old list is refused.
#[utoipa::path(tag = "desk-sections", security(("token" = [ManageSections::NAME, ManageSections::READS])), request_body = SectionOrder,
    responses((status = 200, body = Listing<DeskSection>), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[post("/sections/reorder")]
pub(crate) async fn reorder_sections(
    May(permit): May<ManageSections>,
    sent: Body<SectionOrder>,
    state: Data<State>,
) -> Result<Listing<DeskSection>, Failure> {
    let sorted = state.store.write(permit, move |tx, permit| desk::sections::reorder(tx, permit, sent.0.parent_id, &sent.0.order)).await?;
    Ok(Listing::whole(sorted.iter().map(DeskSection::from).collect()))
}

/// Show a section as the desk keeps it.
///
/// With its names in every language, and its version.
#[utoipa::path(tag = "desk-sections", security(("token" = [ReadDesk::NAME])), params(("id" = SectionId, Path)),
    responses((status = 200, body = DeskSection), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/sections/{id}")]
pub(crate) async fn show_desk_section(_: May<ReadDesk>, id: Path<SectionId>, state: Data<State>) -> Result<Tagged<DeskSection>, Failure> {
    Ok(tagged(&state.store.read(move |tx| store::sections::find(tx, *id)).await?))
}

/// Update a section.
///
/// Moving it elsewhere in the tree changes the addresses of what is in it; former addresses lead to the new ones.
#[utoipa::path(tag = "desk-sections", security(("token" = [ManageSections::NAME, ManageSections::READS])), params(("id" = SectionId, Path), Expecting),
    request_body(content = DeskSectionPatch, content_type = "application/merge-patch+json", example = json!({ "translations": { "bn": { "name": "পাঠকের চিঠি" } } })),
    responses((status = 200, body = DeskSection), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[patch("/sections/{id}")]
pub(crate) async fn revise_section(
    May(permit): May<ManageSections>,
    id: Path<SectionId>,
    expected: IfMatch,
    patch: Patch<DeskSection>,
    state: Data<State>,
) -> Result<Tagged<DeskSection>, Failure> {
    let revised = state.store.write(permit, move |tx, permit| {
        desk::sections::revise(tx, permit, *id, expected.version()?, |s| patch.onto(&DeskSection::from(s)).map(Draft::from))
    });
    Ok(tagged(&revised.await?))
}

/// Delete a section.
///
/// Answers 409 while sections, articles, editions, plans, releases that have an instant, or grants use it.
#[utoipa::path(tag = "desk-sections", security(("token" = [ManageSections::NAME, ManageSections::READS])), params(("id" = SectionId, Path), Expecting),
    responses((status = 204), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[delete("/sections/{id}")]
pub(crate) async fn delete_section(
    May(permit): May<ManageSections>,
    id: Path<SectionId>,
    expected: IfMatch,
    state: Data<State>,
) -> Result<HttpResponse, Failure> {
    state.store.write(permit, move |tx, permit| desk::sections::delete(tx, permit, *id, expected.version()?)).await?;
    Ok(HttpResponse::NoContent().finish())
}
