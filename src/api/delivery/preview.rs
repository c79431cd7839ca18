//! `/v1/preview/{token}`.

use actix_web::{
    get,
    web::{Data, Path},
};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::{
    access::token::PreviewPass,
    api::{
        State,
        extract::Query,
        problem::{Failure, Problem},
        reply::InLanguage,
    },
    delivery::{
        Reading,
        articles::{self, Article, BodyFormat, Shape},
    },
    desk,
};

/// The operations of this file.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(show_preview);
}

/// How a preview is shown.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ShowPreview {
    /// In which form the body comes; `html` when absent.
    #[param(inline)]
    body: Option<BodyFormat>,
}

/// Show a working copy as readers would see it, to whoever has its token.
///
/// Never cached, never indexed; 410 once it is revoked or its time is over. The token opens nothing else but the files that it shows, whose addresses have it
/// in them.
#[utoipa::path(tag = "articles", params(("token" = String, Path, description = "The token of a preview that the desk made."), ShowPreview),
    responses((status = 200, body = Article), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/preview/{token}")]
pub(crate) async fn show_preview(
    token: Path<String>,
    query: Query<ShowPreview>,
    state: Data<State>,
) -> Result<InLanguage<actix_web::web::Json<Article>>, Failure> {
    let token = token.into_inner();
    let pass = PreviewPass::from_token(&token, &state.keys.present(), &state.issuer, state.store.now())?;
    let format = query.0.body.unwrap_or(BodyFormat::Html);
    let shown = state.store.read(move |tx| {
        let (edition, article) = desk::previews::open(tx, &pass)?;
        let reading = Reading::of_preview(tx, edition.locale.clone(), &token)?;
        articles::preview(tx, &reading, edition, article.section_path, &Shape::whole(format))
    });
    let article = shown.await?;
    let locale = article.locale.clone();
    Ok(InLanguage { body: actix_web::web::Json(article), locale, negotiated: false })
}
