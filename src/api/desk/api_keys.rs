//! `/v1/desk/api-keys`: everybody's API keys, for whoever keeps users, and the making of those of service accounts.

use actix_web::{HttpResponse, delete, get, post, web::Data};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::{
    access::{
        Action,
        action::{ManageUsers, ReadUsers},
        scope::Whole,
    },
    api::{
        State,
        auth::api_keys::{ApiKeyId, ApiKeyInfo, NewApiKey},
        extract::{Body, InSession, May, Path, Query, paging},
        problem::{Failure, Problem},
        reply::{Listing, Tagged},
    },
    desk::{self, api_keys::Draft},
    domain::{page::Sorting, user::UserId},
    store,
};

/// The operations of this file.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(list_api_keys).service(create_api_key).service(revoke_api_key);
}

/// Whose API keys are asked for.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListApiKeys {
    /// Those that act as this user.
    #[param(inline)]
    user: Option<UserId>,
    /// Rows on a page.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<u32>,
    /// Where the page begins: `page.next` or `page.previous` of another one.
    cursor: Option<String>,
    /// Whether to count all rows.
    #[param(default = false)]
    count: Option<bool>,
}

/// List everybody's API keys, newest first.
///
/// All that were not revoked, of people and of service accounts: with what each is limited to, who made it, and when it was used last. The keys
/// themselves are told once, when they are made.
#[utoipa::path(tag = "desk-users", security(("token" = [ReadUsers::NAME])), params(ListApiKeys),
    responses((status = 200, body = Listing<ApiKeyInfo>), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/api-keys")]
pub(crate) async fn list_api_keys(
    May(permit): May<ReadUsers>,
    query: Query<ListApiKeys>,
    state: Data<State>,
) -> Result<Listing<ApiKeyInfo>, Failure> {
    permit.everywhere()?;
    let (user, paging) = (query.0.user, paging(query.0.limit, query.0.cursor.as_deref(), query.0.count, Sorting::ApiKeys)?);
    let page = state.store.read(move |tx| store::api_keys::all(tx, &permit.over(Whole(()))?, user, paging)).await?;
    Ok(page.map(ApiKeyInfo::from).into())
}

/// Create an API key of a service account.
///
/// A key that acts as a person is made by that person alone (409 `person`), and none is made with an API key. The key is told here, and never again.
#[utoipa::path(tag = "desk-users", security(("token" = [ManageUsers::NAME, ManageUsers::READS])), params(("id" = UserId, Path)), request_body = NewApiKey,
    responses((status = 201, body = ApiKeyInfo), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[post("/users/{id}/api-keys")]
pub(crate) async fn create_api_key(
    May(permit): May<ManageUsers>,
    _: InSession,
    id: Path<UserId>,
    sent: Body<NewApiKey>,
    state: Data<State>,
) -> Result<Tagged<ApiKeyInfo>, Failure> {
    let draft = Draft::from(sent.0);
    let made = state.store.write(permit, move |tx, permit| desk::api_keys::make(tx, &permit, *id, &draft)).await?;
    let at = format!("/v1/desk/api-keys/{}", made.key.id);
    Ok(Tagged::new(ApiKeyInfo::from(made), 1).created(at))
}

/// Revoke anybody's API key.
///
/// It gives no access any more, from the next request on.
#[utoipa::path(tag = "desk-users", security(("token" = [ManageUsers::NAME, ManageUsers::READS])), params(("id" = ApiKeyId, Path)),
    responses((status = 204), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[delete("/api-keys/{id}")]
pub(crate) async fn revoke_api_key(May(permit): May<ManageUsers>, id: Path<ApiKeyId>, state: Data<State>) -> Result<HttpResponse, Failure> {
    state.store.write(permit, move |tx, permit| desk::api_keys::revoke(tx, &permit, *id)).await?;
    Ok(HttpResponse::NoContent().finish())
}
