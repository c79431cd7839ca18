//! `/v1/schemas`: what is published of the contract by itself.

use std::sync::LazyLock;

use actix_web::{HttpResponse, get, web::Bytes};
use utoipa_actix_web::service_config::ServiceConfig;

use super::{
    pieces::are_shared,
    problem::{Failure, Problem},
};
use crate::domain::body::schema::alone;

/// The operations of this file.
pub(super) fn routes(config: &mut ServiceConfig<'_>) {
    config.service(show_body_schema);
}

static BODY: LazyLock<Bytes> = LazyLock::new(|| alone().to_string().into());

/// Show the JSON Schema of a document.
///
/// JSON Schema 2020-12 of what a body of the form `doc` is, for validators and editors; the same as `BodyDocument` here.
#[utoipa::path(tag = "articles", responses((status = 200, body = serde_json::Value, content_type = "application/schema+json"), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/schemas/body.json")]
pub(crate) async fn show_body_schema() -> Result<HttpResponse, Failure> {
    let mut answer = HttpResponse::Ok().content_type("application/schema+json").body(BODY.clone());
    are_shared(&mut answer);
    Ok(answer)
}
