//! `/v1/site`, `/v1/locales`.

use actix_web::{
    get,
    web::{Data, Json},
};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::{
    api::{
        State,
        problem::{Failure, Problem},
        reply::Listing,
    },
    delivery::site::{self, LocaleInfo, SiteInfo},
};

/// The operations of this file.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(show_site).service(list_locales);
}

/// Show the site.
///
/// Its name, address, time zone and locales: what every page of a frontend needs.
#[utoipa::path(tag = "site", responses((status = 200, body = SiteInfo), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/site")]
pub(crate) async fn show_site(state: Data<State>) -> Result<Json<SiteInfo>, Failure> {
    let now = state.store.now();
    Ok(Json(state.store.read(move |tx| site::site(tx, now)).await?))
}

/// List the locales.
///
/// In the order of the language switcher.
#[utoipa::path(tag = "site", responses((status = 200, body = Listing<LocaleInfo>), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/locales")]
pub(crate) async fn list_locales(state: Data<State>) -> Result<Listing<LocaleInfo>, Failure> {
    Ok(Listing::whole(state.store.read(site::locales).await?))
}
