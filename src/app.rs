//! The service, built once for `serve` and for tests.

use actix_web::{
    App, Error, HttpResponse,
    body::BoxBody,
    dev::{ServiceFactory, ServiceRequest, ServiceResponse},
    http::header::LOCATION,
    middleware::from_fn,
    web::{self, Data},
};
use utoipa::openapi::OpenApi;
use utoipa_actix_web::AppExt;
use utoipa_swagger_ui::{Config, SwaggerUi};

use crate::{
    api::{self, State, contract, extract, frame::frame},
    domain::text::limits,
};

/// The contract of everything this server answers.
#[must_use]
pub fn openapi() -> OpenApi {
    contract::described(App::new().into_utoipa_app().openapi(contract::base()).configure(api::routes).split_for_parts().1)
}

/// The whole service over this state.
pub fn service(
    state: Data<State>,
) -> App<impl ServiceFactory<ServiceRequest, Config = (), Response = ServiceResponse<BoxBody>, Error = Error, InitError = ()>> {
    let (app, _) = App::new().into_utoipa_app().openapi(contract::base()).configure(api::routes).split_for_parts();
    let ui = Config::from("/openapi.json").validator_url("none").try_it_out_enabled(true).persist_authorization(false);
    app.app_data(state)
        .app_data(web::PayloadConfig::new(limits::REQUEST_BYTES))
        .app_data(web::PathConfig::default().error_handler(|_, _| extract::bad_path().into()))
        .route("/openapi.json", web::get().to(contract::document))
        .route("/docs", web::get().to(|| async { HttpResponse::PermanentRedirect().insert_header((LOCATION, "/docs/")).finish() }))
        .service(SwaggerUi::new("/docs/{_:.*}").config(ui))
        .default_service(web::to(contract::nothing_here))
        .wrap(from_fn(frame))
}
