//! `/v1/desk/collections`.

use std::collections::{BTreeMap, BTreeSet};

use actix_web::{
    HttpResponse, delete, get, patch, post,
    web::{Data, Json},
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use super::{
    Expecting, ListPage,
    pages::{rehearsed, to_come},
};
use crate::{
    access::{
        Action, Visibility,
        action::{ManageCollections, ReadArticle, ReadDesk},
    },
    api::{
        State,
        extract::{Body, Fallback, IfMatch, May, Path, Query as Asked, paging},
        patching::{Patch, PatchOf, Resource},
        problem::{Failure, Problem},
        reply::{Listing, Tagged},
    },
    delivery::{
        Reading,
        articles::{BodyFormat, Shape},
        collections::{CollectionListing, listing},
    },
    desk::collections::{self as desk, LeftOut},
    domain::{
        Error, Instant, Locale,
        article::ArticleId,
        collection::{Arrangement, Collection, CollectionDraft, CollectionId, Item, Place, Query},
        locale::keyed,
        page::Sorting,
    },
    store::{self, Tx},
};

/// The operations of this file.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(list_desk_collections).service(create_collection);
    config.service(show_desk_collection).service(revise_collection).service(delete_collection).service(preview_collection);
}

/// What is pinned that readers of some languages are not shown.
#[derive(Debug, Serialize, ToSchema)]
pub struct LeftOutPin {
    /// Where it stands.
    #[schema(example = "#/items/2")]
    pub pointer: String,
    /// The public locales of the collection in which it is not live, nor in one that they fall back to.
    pub locales: Vec<Locale>,
}

/// A collection as the desk keeps it.
#[derive(Debug, Serialize, ToSchema)]
pub struct DeskCollection {
    /// Its id.
    #[schema(read_only)]
    pub id: CollectionId,
    /// What readers ask for it by; no other has it for the same readers.
    #[schema(example = "top", max_length = 80)]
    pub slug: String,
    /// What it is called, by locale.
    #[schema(example = json!({ "en": "Top stories" }))]
    pub names: BTreeMap<Locale, String>,
    /// The locale whose readers it is for, in the place of the one of all locales that has its slug or makes the same page; null, for those of all locales.
    pub locale: Option<Locale>,
    /// The part of the site that it makes; null, where a frontend asks for it by its slug alone.
    pub place: Option<Place>,
    /// How many stories it shows at most.
    #[schema(minimum = 1, maximum = 100, example = 12)]
    pub limit: i32,
    /// What is pinned; without those `headlines`, which stay as they are, that stand above words which whoever asks does not read.
    #[schema(max_items = 100)]
    pub items: Vec<Item>,
    /// What fills the slots that nothing pinned takes; null, where nothing does.
    pub query: Option<Query>,
    /// What is pinned that is not live in a public locale of the collection, whatever its window.
    #[schema(read_only)]
    pub left_out: Vec<LeftOutPin>,
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

/// A new collection.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "slug": "picks", "names": { "en": "Editors' picks" }, "limit": 5,
    "items": [{ "article_id": "0198c5a1-7f00-7000-8000-000000000081", "position": 1, "headlines": { "en": "A river remembers" } }], "query": {} }))]
pub struct NewCollection {
    /// What readers ask for it by; no other has it for the same readers.
    #[schema(example = "top", max_length = 80)]
    pub slug: String,
    /// What it is called, by locale.
    #[serde(deserialize_with = "keyed")]
    #[schema(example = json!({ "en": "Top stories" }))]
    pub names: BTreeMap<Locale, String>,
    /// The locale whose readers it is for; those of all locales, when nobody says.
    #[serde(default)]
    pub locale: Option<Locale>,
    /// The part of the site that it makes.
    #[serde(default)]
    pub place: Option<Place>,
    /// How many stories it shows at most.
    #[serde(default = "usual")]
    #[schema(minimum = 1, maximum = 100, default = 20)]
    pub limit: i32,
    /// What is pinned.
    #[serde(default)]
    #[schema(max_items = 100)]
    pub items: Vec<Item>,
    /// What fills the slots that nothing pinned takes: `{}` is the latest. Nothing does, when nobody says.
    #[serde(default)]
    pub query: Option<Query>,
}

/// How many stories a collection shows when nobody says.
const fn usual() -> i32 {
    20
}

/// A merge patch on it, as the contract shows it.
pub type DeskCollectionPatch = PatchOf<DeskCollection>;

impl Resource for DeskCollection {
    type Input = NewCollection;
    const READ_ONLY: &'static [&'static str] = &["id", "left_out", "version", "created_at", "updated_at"];
    const WHOLE: &'static [&'static str] = &["place", "query"];
}

impl From<NewCollection> for CollectionDraft {
    fn from(NewCollection { slug, names, locale, place, limit, items, query }: NewCollection) -> Self {
        Self { slug, names, locale, place, limit, items, query }
    }
}

/// A collection as it is shown to whoever does not read some words: without the headlines that stand above these.
fn shown_without(mut collection: Collection, left_out: Vec<LeftOut>, hidden: &BTreeSet<(ArticleId, Locale)>) -> DeskCollection {
    for Item { article_id, headlines, .. } in &mut collection.arrangement.items {
        headlines.retain(|locale, _| !hidden.contains(&(*article_id, locale.clone())));
    }
    shown(collection, left_out)
}

fn shown(collection: Collection, left_out: Vec<LeftOut>) -> DeskCollection {
    let Collection { id, arrangement, version, created_at, updated_at, .. } = collection;
    let Arrangement { slug, names, locale, place, limit, items, query } = arrangement;
    let left_out = left_out.into_iter().map(|LeftOut { pointer, locales }| LeftOutPin { pointer, locales }).collect();
    DeskCollection { id, slug: slug.to_string(), names, locale, place, limit, items, query, left_out, version, created_at, updated_at }
}

/// A collection as it is shown, with what readers are not shown of it.
fn told(tx: &mut Tx<'_>, collection: Collection, visibility: &Visibility) -> Result<DeskCollection, Error> {
    let hidden = desk::hidden(tx, visibility, &collection.arrangement.items)?;
    let left_out = desk::left_out(tx, std::slice::from_ref(&collection))?.pop().unwrap_or_default();
    Ok(shown_without(collection, left_out, &hidden))
}

fn tagged(collection: DeskCollection) -> Tagged<DeskCollection> {
    let version = collection.version;
    Tagged::new(collection, version)
}

/// List collections as the desk keeps them, oldest first.
///
/// With what is pinned, and what of that readers are not shown.
#[utoipa::path(tag = "desk-collections", security(("token" = [ReadDesk::NAME])), params(ListPage),
    responses((status = 200, body = Listing<DeskCollection>), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/collections")]
pub(crate) async fn list_desk_collections(
    May(permit): May<ReadDesk>,
    page: Asked<ListPage>,
    state: Data<State>,
) -> Result<Listing<DeskCollection>, Failure> {
    let ListPage { limit, cursor, count } = page.0;
    let paging = paging(limit, cursor.as_deref(), count, Sorting::Collections)?;
    let page = state.store.read(move |tx| {
        let page = store::collections::page(tx, paging)?;
        let hidden = desk::hidden(tx, &permit.visibility(), page.items.iter().flat_map(|one| &one.arrangement.items))?;
        let mut left_out = desk::left_out(tx, &page.items)?.into_iter();
        Ok(page.map(|one| shown_without(one, left_out.next().unwrap_or_default(), &hidden)))
    });
    Ok(page.await?.into())
}

/// Create a collection.
///
/// It makes a part of the site from then on, where it has a `place`. Answers 409 where another has its slug or makes that part for the same readers, and where
/// the site has as many as it may. To pin an article needs `article.read` as well.
#[utoipa::path(tag = "desk-collections", security(("token" = [ManageCollections::NAME, ManageCollections::READS])), request_body = NewCollection,
    responses((status = 201, body = DeskCollection), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[post("/collections")]
pub(crate) async fn create_collection(
    May(permit): May<ManageCollections>,
    sent: Body<NewCollection>,
    state: Data<State>,
) -> Result<Tagged<DeskCollection>, Failure> {
    let made = state.store.write(permit, move |tx, permit| {
        let visibility = permit.visibility();
        let collection = desk::create(tx, permit, sent.0.into())?;
        told(tx, collection, &visibility)
    });
    let made = made.await?;
    let path = format!("/v1/desk/collections/{}", made.id);
    Ok(tagged(made).created(path))
}

/// Show a collection as the desk keeps it.
///
/// With what is pinned, and what of that readers are not shown.
#[utoipa::path(tag = "desk-collections", security(("token" = [ReadDesk::NAME])), params(("id" = CollectionId, Path)),
    responses((status = 200, body = DeskCollection), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/collections/{id}")]
pub(crate) async fn show_desk_collection(
    May(permit): May<ReadDesk>,
    id: Path<CollectionId>,
    state: Data<State>,
) -> Result<Tagged<DeskCollection>, Failure> {
    let collection = state.store.read(move |tx| {
        let collection = store::collections::find(tx, *id)?;
        told(tx, collection, &permit.visibility())
    });
    Ok(tagged(collection.await?))
}

/// Update a collection.
///
/// What is pinned is replaced as a whole, in one order; so are `place` and `query`. To pin an article that was not pinned needs `article.read` as well.
#[utoipa::path(tag = "desk-collections", security(("token" = [ManageCollections::NAME, ManageCollections::READS])), params(("id" = CollectionId, Path), Expecting),
    request_body(content = DeskCollectionPatch, content_type = "application/merge-patch+json",
        example = json!({ "items": [{ "article_id": "0198c5a1-7f00-7000-8000-000000000081", "position": 2 }] })),
    responses((status = 200, body = DeskCollection), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[patch("/collections/{id}")]
pub(crate) async fn revise_collection(
    May(permit): May<ManageCollections>,
    id: Path<CollectionId>,
    expected: IfMatch,
    patch: Patch<DeskCollection>,
    state: Data<State>,
) -> Result<Tagged<DeskCollection>, Failure> {
    let revised = state.store.write(permit, move |tx, permit| {
        let onto = |collection: &Collection| patch.onto(&shown(collection.clone(), Vec::new())).map(CollectionDraft::from);
        let visibility = permit.visibility();
        let collection = desk::revise(tx, permit, *id, expected.version()?, onto)?;
        told(tx, collection, &visibility)
    });
    Ok(tagged(revised.await?))
}

/// Delete a collection.
///
/// Readers find it no more, and what it made is the latest again.
#[utoipa::path(tag = "desk-collections", security(("token" = [ManageCollections::NAME, ManageCollections::READS])), params(("id" = CollectionId, Path), Expecting),
    responses((status = 204), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[delete("/collections/{id}")]
pub(crate) async fn delete_collection(
    May(permit): May<ManageCollections>,
    id: Path<CollectionId>,
    expected: IfMatch,
    state: Data<State>,
) -> Result<HttpResponse, Failure> {
    state.store.write(permit, move |tx, permit| desk::delete(tx, permit, *id, expected.version()?)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// When, and how it is shown.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PreviewCollection {
    /// The instant, now or to come; now, when absent.
    #[param(inline, example = "2090-01-01T08:00:00Z")]
    as_of: Option<Instant>,
    /// A locale of the site; the site's default when absent.
    #[param(inline)]
    locale: Option<Locale>,
    /// Whether articles that are not live in that language are shown in the next of its chain.
    #[param(inline)]
    fallback: Option<Fallback>,
}

/// Preview a collection, as readers will see it at an instant to come.
///
/// With the windows that are open then, and with what is planned until then, as far as whoever asks reads it: of plans and of releases the hundred that
/// come first. Nothing of it is kept. It counts as a write.
#[utoipa::path(tag = "desk-collections", security(("token" = [ReadArticle::NAME])), params(("id" = CollectionId, Path), PreviewCollection),
    responses((status = 200, body = CollectionListing), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/collections/{id}/preview")]
pub(crate) async fn preview_collection(
    May(permit): May<ReadArticle>,
    id: Path<CollectionId>,
    query: Asked<PreviewCollection>,
    state: Data<State>,
) -> Result<Json<CollectionListing>, Failure> {
    let PreviewCollection { as_of, locale, fallback } = query.0;
    let at = to_come(&state.store, as_of)?;
    let shown = rehearsed(&state.store, &permit, at, move |tx| {
        let collection = store::collections::find(tx, *id)?;
        let locale = locale.as_ref().or(collection.arrangement.locale.as_ref());
        let reading = Reading::resolve(tx, locale, fallback == Some(Fallback::Chain))?;
        listing(tx, &reading, &collection, &Shape::whole(BodyFormat::None).as_rows())
    });
    Ok(Json(shown.await?))
}
