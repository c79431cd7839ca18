//! `/v1/menus`.

use actix_web::{HttpResponse, get, web::Path};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;

use super::serve::Reader;
use crate::{
    api::{
        extract::{Fallback, Query},
        problem::{Failure, Problem},
    },
    delivery::{menus::Menu, request::Request},
    domain::{Error, slug::Slug, text::nfc},
};

/// The operations of this file.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(show_menu);
}

/// In which language.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ShowMenu {
    /// A locale of the site, or `auto` to negotiate `Accept-Language`; the site's default when absent.
    locale: Option<String>,
    /// Whether articles that are not live in that language are led to in the next of its chain.
    #[param(inline)]
    fallback: Option<Fallback>,
}

/// Show a menu.
///
/// In one language, with present names and addresses; what is not public there is left out with all that stands below it. `frame.menus` of
/// `/v1/pages` has all menus.
#[utoipa::path(tag = "site", params(("slug" = String, Path, example = "footer"), ShowMenu),
    responses((status = 200, body = Menu), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/menus/{slug}")]
pub(crate) async fn show_menu(reader: Reader, slug: Path<String>, query: Query<ShowMenu>) -> Result<HttpResponse, Failure> {
    let fallback = query.0.fallback == Some(Fallback::Chain);
    let asked = |locale| {
        let slug = Slug::is_possible(&slug).then(|| nfc(&slug).into_owned()).ok_or(Error::NotFound("menu"))?;
        Ok(Request::Menu(slug, locale, fallback))
    };
    reader.answer(query.0.locale.as_deref(), asked).await
}
