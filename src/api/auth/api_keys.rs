//! `/v1/auth/api-keys`: the API keys that act as oneself. Whoever shows a key is not let near them: a key makes no keys.

use std::fmt;

use actix_web::{
    HttpResponse, delete, get, patch, post,
    web::{Data, Json},
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use super::State;
use crate::{
    access::api_key::PREFIX,
    api::{
        extract::{Body, InSession, Path, Query, SignedIn, paging},
        patching::{Patch, PatchOf, Resource},
        problem::{Failure, Problem},
        reply::{Listing, Tagged},
    },
    desk::{
        self,
        api_keys::{Draft, Made},
    },
    domain::{
        Id, Instant, Locale,
        api_key::{ApiKey, Bounds, USUAL_SECONDS},
        page::Sorting,
        section::SectionId,
        user::UserId,
    },
    store,
};

/// The operations of this file.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(list_own_api_keys).service(create_own_api_key).service(revise_own_api_key).service(revoke_own_api_key);
}

/// The id of an API key.
pub(crate) type ApiKeyId = Id<ApiKey>;

/// An API key to be made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "name": "Import of the wires", "scope": ["desk.read", "article.read"], "locales": ["en"] }))]
pub struct NewApiKey {
    /// What it is for.
    #[schema(min_length = 1, max_length = 1600)]
    name: String,
    /// Limit it to these actions; without, it does whatever its owner may do.
    #[serde(default)]
    #[schema(min_items = 1, max_items = 100, example = json!(["desk.read", "article.read"]))]
    scope: Option<Vec<String>>,
    /// Limit it to these sections and those below them.
    #[serde(default)]
    #[schema(min_items = 1, max_items = 20)]
    section_ids: Option<Vec<SectionId>>,
    /// Limit it to these locales.
    #[serde(default)]
    #[schema(min_items = 1, max_items = 100)]
    locales: Option<Vec<Locale>>,
    /// Seconds that it is good: 90 days when not said, a year at most.
    #[serde(default = "usual")]
    #[schema(minimum = 60, maximum = 31_536_000, default = 7_776_000)]
    expires_in: i64,
}

fn usual() -> i64 {
    USUAL_SECONDS
}

impl From<NewApiKey> for Draft {
    fn from(new: NewApiKey) -> Self {
        let bounds = Bounds { scope: new.scope, sections: new.section_ids, locales: new.locales };
        Self { name: new.name, bounds, expires_in: new.expires_in }
    }
}

/// An API key.
#[derive(Serialize, ToSchema)]
pub struct ApiKeyInfo {
    /// Its id.
    #[schema(read_only)]
    pub id: ApiKeyId,
    /// Whom it acts as.
    #[schema(read_only)]
    pub user_id: UserId,
    /// What it is for.
    #[schema(example = "Import of the wires")]
    pub name: String,
    /// How it begins, by which it is recognised where it lies.
    #[schema(read_only, example = "dl_live_4fGh7KqP2xYz")]
    pub prefix: String,
    /// The actions that it is limited to; null when it is limited to none.
    #[schema(read_only, example = json!(["desk.read", "article.read"]))]
    pub scope: Option<Vec<String>>,
    /// The sections that it is limited to, with those below them; null when it is limited to none.
    #[schema(read_only)]
    pub section_ids: Option<Vec<SectionId>>,
    /// The locales that it is limited to; null when it is limited to none.
    #[schema(read_only)]
    pub locales: Option<Vec<Locale>>,
    /// Who made it.
    #[schema(read_only)]
    pub created_by: Option<UserId>,
    /// When it was made.
    #[schema(read_only)]
    pub created_at: Instant,
    /// Until when it is good.
    #[schema(read_only)]
    pub expires_at: Instant,
    /// When it was used last, to within five minutes; null when it never was.
    #[schema(read_only)]
    pub last_used_at: Option<Instant>,
    /// The key itself, to be sent as `Authorization: Bearer …`; told once, when it is made.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(read_only, nullable = false, example = "dl_live_4f9kX2mQ7tRb_…")]
    pub key: Option<String>,
}

impl fmt::Debug for ApiKeyInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApiKeyInfo").field("id", &self.id).finish_non_exhaustive()
    }
}

impl From<ApiKey> for ApiKeyInfo {
    fn from(key: ApiKey) -> Self {
        Self {
            id: key.id,
            user_id: key.owner,
            name: key.name,
            prefix: format!("{PREFIX}{}", key.handle),
            scope: key.bounds.scope,
            section_ids: key.bounds.sections,
            locales: key.bounds.locales,
            created_by: key.created_by,
            created_at: key.created_at,
            expires_at: key.expires_at,
            last_used_at: key.last_used_at,
            key: None,
        }
    }
}

impl From<Made> for ApiKeyInfo {
    fn from(Made { key, text }: Made) -> Self {
        Self { key: Some(text.expose().clone()), ..key.into() }
    }
}

/// What of an API key can be written.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ApiKeyInput {
    #[schema(min_length = 1, max_length = 1600)]
    name: String,
}

/// A merge patch on it, as the contract shows it.
pub type ApiKeyPatch = PatchOf<ApiKeyInfo>;

impl Resource for ApiKeyInfo {
    type Input = ApiKeyInput;
    const READ_ONLY: &'static [&'static str] =
        &["id", "user_id", "prefix", "scope", "section_ids", "locales", "created_by", "created_at", "expires_at", "last_used_at", "key"];
}

/// A page of one's own API keys.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListOwnApiKeys {
    /// Rows on a page.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<u32>,
    /// Where the page begins: `page.next` or `page.previous` of another one.
    cursor: Option<String>,
    /// Whether to count all rows.
    #[param(default = false)]
    count: Option<bool>,
}

/// List one's own API keys, newest first.
///
/// All that were not revoked, those among them whose time is over: with what each is limited to, and when it was used last.
#[utoipa::path(tag = "auth", security(("token" = [])), params(ListOwnApiKeys),
    responses((status = 200, body = Listing<ApiKeyInfo>), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/api-keys")]
pub(crate) async fn list_own_api_keys(
    SignedIn(caller): SignedIn,
    query: Query<ListOwnApiKeys>,
    state: Data<State>,
) -> Result<Listing<ApiKeyInfo>, Failure> {
    let me = caller.myself()?;
    let paging = paging(query.0.limit, query.0.cursor.as_deref(), query.0.count, Sorting::OwnApiKeys)?;
    let page = state.store.read(move |tx| store::api_keys::own(tx, me, paging)).await?;
    Ok(page.map(ApiKeyInfo::from).into())
}

/// Create an API key that acts as oneself.
///
/// A program sends it in the place of a token. It does what its owner may do at that moment, within its limits; it makes no keys, and does nothing
/// with the account itself. The key is told here, and never again.
#[utoipa::path(tag = "auth", security(("token" = [])), request_body = NewApiKey,
    responses((status = 201, body = ApiKeyInfo), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[post("/api-keys")]
pub(crate) async fn create_own_api_key(
    SignedIn(caller): SignedIn,
    _: InSession,
    sent: Body<NewApiKey>,
    state: Data<State>,
) -> Result<Tagged<ApiKeyInfo>, Failure> {
    let (me, draft) = (caller.myself()?, Draft::from(sent.0));
    let made = state.store.write(caller, move |tx, caller| desk::api_keys::make_own(tx, &caller, me, &draft)).await?;
    let at = format!("/v1/auth/api-keys/{}", made.key.id);
    Ok(Tagged::new(ApiKeyInfo::from(made), 1).created(at))
}

/// Update the name of one of one's own API keys.
///
/// What it is limited to stays as it is: make another key for other limits.
#[utoipa::path(tag = "auth", security(("token" = [])), params(("id" = ApiKeyId, Path)),
    request_body(content = ApiKeyPatch, content_type = "application/merge-patch+json", example = json!({ "name": "Import of all wires" })),
    responses((status = 200, body = ApiKeyInfo), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[patch("/api-keys/{id}")]
pub(crate) async fn revise_own_api_key(
    SignedIn(caller): SignedIn,
    _: InSession,
    id: Path<ApiKeyId>,
    patch: Patch<ApiKeyInfo>,
    state: Data<State>,
) -> Result<Json<ApiKeyInfo>, Failure> {
    let me = caller.myself()?;
    let revised = state
        .store
        .write(caller, move |tx, _| desk::api_keys::rename(tx, me, *id, |key| Ok(patch.onto(&ApiKeyInfo::from(key.clone()))?.name)));
    Ok(Json(revised.await?.into()))
}

/// Revoke one of one's own API keys.
///
/// It gives no access any more, from the next request on.
#[utoipa::path(tag = "auth", security(("token" = [])), params(("id" = ApiKeyId, Path)),
    responses((status = 204), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[delete("/api-keys/{id}")]
pub(crate) async fn revoke_own_api_key(
    SignedIn(caller): SignedIn,
    id: Path<ApiKeyId>,
    state: Data<State>,
) -> Result<HttpResponse, Failure> {
    let me = caller.myself()?;
    state.store.write(caller, move |tx, _| store::api_keys::revoke_own(tx, me, *id)).await?;
    Ok(HttpResponse::NoContent().finish())
}
