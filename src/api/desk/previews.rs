//! `/v1/desk/articles/{id}/…/previews` and `/v1/desk/previews/{id}`.

use actix_web::{HttpResponse, delete, get, post, web::Data};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::{
    access::{
        Action,
        action::{PreviewArticle, ReadArticle},
        token,
    },
    api::{
        State,
        extract::{Body, May, Path},
        problem::{Failure, Problem},
        reply::{Listing, Tagged},
    },
    desk,
    domain::{
        Instant, Locale,
        article::ArticleId,
        preview::{Preview, PreviewId},
        user::UserId,
    },
    store,
};

/// The operations of this file.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(list_previews).service(create_preview).service(revoke_preview);
}

/// What may be looked at, and for how long.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "expires_in": 3600 }))]
pub struct NewPreview {
    /// The revision of the words; the newest when absent.
    #[serde(default)]
    #[schema(minimum = 1)]
    pub version: Option<i32>,
    /// Seconds that it may be looked at.
    #[serde(default = "an_hour")]
    #[schema(minimum = 60, maximum = 86_400, default = 3_600)]
    pub expires_in: i64,
}

fn an_hour() -> i64 {
    3_600
}

/// A preview of a working copy.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PreviewInfo {
    /// Its id.
    pub id: PreviewId,
    /// The article.
    pub article_id: ArticleId,
    /// The locale.
    pub locale: Locale,
    /// The revision of the words that it shows.
    pub words_version: i32,
    /// The revision of the facts that it shows.
    pub facts_version: i32,
    /// Who made it.
    pub created_by: Option<UserId>,
    /// When it was made.
    pub created_at: Instant,
    /// Until when it may be looked at.
    pub expires_at: Instant,
    /// The token that opens it; told once, when it is made.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub token: Option<String>,
    /// Where it is to be seen, in the frontend where the site has a `preview_url`, else as JSON; told once, when it is made.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub url: Option<String>,
}

impl From<Preview> for PreviewInfo {
    fn from(p: Preview) -> Self {
        Self {
            id: p.id,
            article_id: p.article_id,
            locale: p.locale,
            words_version: p.revisions.words,
            facts_version: p.revisions.facts,
            created_by: p.created_by,
            created_at: p.created_at,
            expires_at: p.expires_at,
            token: None,
            url: None,
        }
    }
}

/// List the previews of an article that can still be looked at, newest first; at most a hundred.
///
/// Those that are still good: for whom, until when, and by whom they were made; the tokens themselves are shown once, when they are made.
#[utoipa::path(tag = "desk-workflow", security(("token" = [ReadArticle::NAME])), params(("id" = ArticleId, Path)),
    responses((status = 200, body = Listing<PreviewInfo>), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/articles/{id}/previews")]
pub(crate) async fn list_previews(
    May(permit): May<ReadArticle>,
    id: Path<ArticleId>,
    state: Data<State>,
) -> Result<Listing<PreviewInfo>, Failure> {
    let found = state.store.read(move |tx| {
        let article = store::articles::find(tx, &permit.visibility(), *id)?;
        store::previews::of(tx, &article)
    });
    Ok(Listing::whole(found.await?.into_iter().map(PreviewInfo::from).collect()))
}

/// Create a preview: somebody without an account sees a working copy for a while.
///
/// The token opens these very revisions at `/v1/preview/{token}` and, as a whole page, at `/v1/pages?preview={token}`, and nothing else.
#[utoipa::path(tag = "desk-workflow", security(("token" = [PreviewArticle::NAME, PreviewArticle::READS])), params(("id" = ArticleId, Path), ("locale" = Locale, Path)),
    request_body = NewPreview,
    responses((status = 201, body = PreviewInfo), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[post("/articles/{id}/translations/{locale}/previews")]
pub(crate) async fn create_preview(
    May(permit): May<PreviewArticle>,
    at: Path<(ArticleId, Locale)>,
    sent: Body<NewPreview>,
    state: Data<State>,
) -> Result<Tagged<PreviewInfo>, Failure> {
    let (id, locale) = at.into_inner();
    let made = state.store.write(permit, move |tx, permit| {
        let made = desk::previews::make(tx, permit, id, locale, sent.0.version, sent.0.expires_in)?;
        Ok((made, store::site::masthead(tx)?))
    });
    let (made, masthead) = made.await?;
    let token = token::issue_preview(&made, &state.keys.present(), &state.issuer)?;
    let url = masthead.site.preview_page(&token).unwrap_or_else(|| format!("{}/v1/preview/{token}", state.issuer));
    let path = format!("/v1/desk/articles/{id}/previews");
    Ok(Tagged::new(PreviewInfo { token: Some(token), url: Some(url), ..made.into() }, 1).created(path))
}

/// Revoke a preview.
///
/// Whoever has the link sees nothing any more.
#[utoipa::path(tag = "desk-workflow", security(("token" = [PreviewArticle::NAME, PreviewArticle::READS])), params(("id" = PreviewId, Path)),
    responses((status = 204), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[delete("/previews/{id}")]
pub(crate) async fn revoke_preview(
    May(permit): May<PreviewArticle>,
    id: Path<PreviewId>,
    state: Data<State>,
) -> Result<HttpResponse, Failure> {
    state.store.write(permit, move |tx, permit| desk::previews::revoke(tx, permit, *id)).await?;
    Ok(HttpResponse::NoContent().finish())
}
