//! `/v1/site`, `/v1/locales`.

use actix_web::{HttpRequest, HttpResponse, get, web::Data};
use utoipa_actix_web::service_config::ServiceConfig;

use super::serve::serve;
use crate::{
    api::{
        State,
        problem::{Failure, Problem},
        reply::Listing,
    },
    delivery::{
        request::Request,
        site::{LocaleInfo, SiteInfo},
    },
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
pub(crate) async fn show_site(req: HttpRequest, state: Data<State>) -> Result<HttpResponse, Failure> {
    serve(&req, &state, &Request::Site, false).await
}

/// List the locales.
///
/// In the order of the language switcher.
#[utoipa::path(tag = "site", responses((status = 200, body = Listing<LocaleInfo>), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/locales")]
pub(crate) async fn list_locales(req: HttpRequest, state: Data<State>) -> Result<HttpResponse, Failure> {
    serve(&req, &state, &Request::Locales, false).await
}
