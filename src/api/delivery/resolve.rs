//! `/v1/resolve`.

use actix_web::{HttpRequest, HttpResponse, get, web::Data};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;

use super::serve::serve;
use crate::{
    api::{
        State,
        extract::{Query, is_path},
        problem::{Failure, Problem},
    },
    delivery::{request::Request, resolve::Resolved},
};

/// The operations of this file.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(resolve_path);
}

/// Which path.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ResolvePath {
    /// A path of the site as a reader asked for it, percent-encoded or not, with its query if there was one.
    #[param(example = "/en/world/the-river-that-kept-a-diary", max_length = 2000)]
    path: String,
}

/// Resolve a public path: what is there, or where it leads.
///
/// For frontends that route by address: an article, section, author, tag or front page with its id and language, or the present path of a
/// page that has moved. Former slugs, another section, another date and another spelling all lead to the present path, and redirects of the
/// desk to wherever they say; 410 where what was there is gone, and 404 where nothing was.
#[utoipa::path(tag = "site", params(ResolvePath),
    responses((status = 200, body = Resolved), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/resolve")]
pub(crate) async fn resolve_path(req: HttpRequest, query: Query<ResolvePath>, state: Data<State>) -> Result<HttpResponse, Failure> {
    is_path(&query.0.path)?;
    serve(&req, &state, &Request::Resolve(query.0.path), false).await
}
