//! `/v1/desk/articles/{id}/corrections` and `/v1/desk/corrections/{id}`.

use std::collections::BTreeMap;

use actix_web::{HttpResponse, delete, get, patch, post, web::Data};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::Expecting;
use crate::{
    access::{
        Action,
        action::{Correct, ReadArticle},
    },
    api::{
        State,
        extract::{Body, IfMatch, May, Path},
        patching::{Patch, PatchOf, Resource},
        problem::{Failure, Problem},
        reply::{Listing, Tagged},
    },
    desk::{self, corrections::Draft},
    domain::{
        Instant, Locale,
        article::ArticleId,
        correction::{Correction, CorrectionId, CorrectionKind},
        locale::keyed,
        user::UserId,
    },
    store,
};

/// The operations of this file.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(list_corrections).service(correct_article).service(revise_correction).service(delete_correction);
}

/// A new correction.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "kind": "correction", "texts": { "en": "An earlier version gave the wrong height of the river." } }))]
pub struct NewCorrection {
    /// What kind it is.
    pub kind: CorrectionKind,
    /// What it says, by locale; where a reader's is missing, the fallback's is shown.
    #[serde(deserialize_with = "keyed")]
    pub texts: BTreeMap<Locale, String>,
    /// The blocks of the original that it concerns.
    #[serde(default)]
    #[schema(max_items = 100)]
    pub blocks: Vec<String>,
    /// When it was made, as readers are told; now when absent.
    #[serde(default)]
    pub made_at: Option<Instant>,
}

/// A correction of an article.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct DeskCorrection {
    /// Its id.
    #[schema(read_only)]
    pub id: CorrectionId,
    /// The article.
    #[schema(read_only)]
    pub article_id: ArticleId,
    /// What kind it is.
    pub kind: CorrectionKind,
    /// What it says, by locale.
    pub texts: BTreeMap<Locale, String>,
    /// The blocks of the original that it concerns.
    pub blocks: Vec<String>,
    /// When it was made, as readers are told.
    pub made_at: Instant,
    /// Its newest version.
    #[schema(read_only)]
    pub version: i32,
    /// Who made it.
    #[schema(read_only)]
    pub created_by: Option<UserId>,
    /// When it was last changed.
    #[schema(read_only)]
    pub updated_at: Instant,
}

/// A merge patch on it, as the contract shows it.
pub type DeskCorrectionPatch = PatchOf<DeskCorrection>;

impl Resource for DeskCorrection {
    type Input = NewCorrection;
    const READ_ONLY: &'static [&'static str] = &["id", "article_id", "version", "created_by", "updated_at"];
}

impl From<Correction> for DeskCorrection {
    fn from(c: Correction) -> Self {
        Self {
            id: c.id,
            article_id: c.article_id,
            kind: c.kind,
            texts: c.texts,
            blocks: c.blocks.iter().map(ToString::to_string).collect(),
            made_at: c.made_at,
            version: c.version,
            created_by: c.created_by,
            updated_at: c.updated_at,
        }
    }
}

impl From<NewCorrection> for Draft {
    fn from(sent: NewCorrection) -> Self {
        Self { id: None, kind: sent.kind, texts: sent.texts, blocks: sent.blocks, made_at: sent.made_at }
    }
}

fn tagged(correction: Correction) -> Tagged<DeskCorrection> {
    let version = correction.version;
    Tagged::new(correction.into(), version)
}

/// List the corrections of an article, newest first.
///
/// All of them, as readers are told of them in each language.
#[utoipa::path(tag = "desk-care", security(("token" = [ReadArticle::NAME])), params(("id" = ArticleId, Path)),
    responses((status = 200, body = Listing<DeskCorrection>), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/articles/{id}/corrections")]
pub(crate) async fn list_corrections(
    May(permit): May<ReadArticle>,
    id: Path<ArticleId>,
    state: Data<State>,
) -> Result<Listing<DeskCorrection>, Failure> {
    let found = state.store.read(move |tx| {
        let article = store::articles::find(tx, &permit.visibility(), *id)?;
        Ok(store::corrections::of(tx, &[article.id])?.remove(&article.id).unwrap_or_default())
    });
    Ok(Listing::whole(found.await?.into_iter().map(DeskCorrection::from).collect()))
}

/// Publish a correction of an article.
///
/// Readers see it at once with the article, in every language that is live. A story that is retracted stays readable, with the notice,
/// until it is unpublished.
#[utoipa::path(tag = "desk-care", security(("token" = [Correct::NAME, Correct::READS])), params(("id" = ArticleId, Path)), request_body = NewCorrection,
    responses((status = 201, body = DeskCorrection), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[post("/articles/{id}/corrections")]
pub(crate) async fn correct_article(
    May(permit): May<Correct>,
    id: Path<ArticleId>,
    sent: Body<NewCorrection>,
    state: Data<State>,
) -> Result<Tagged<DeskCorrection>, Failure> {
    let path = format!("/v1/desk/articles/{}/corrections", *id);
    let made = state.store.write(permit, move |tx, permit| desk::corrections::make(tx, permit, *id, sent.0.into())).await?;
    Ok(tagged(made).created(path))
}

/// Update a correction.
///
/// Readers are told what it says now, at the date that it had.
#[utoipa::path(tag = "desk-care", security(("token" = [Correct::NAME, Correct::READS])), params(("id" = CorrectionId, Path), Expecting),
    request_body(content = DeskCorrectionPatch, content_type = "application/merge-patch+json", example = json!({ "kind": "clarification" })),
    responses((status = 200, body = DeskCorrection), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[patch("/corrections/{id}")]
pub(crate) async fn revise_correction(
    May(permit): May<Correct>,
    id: Path<CorrectionId>,
    expected: IfMatch,
    patch: Patch<DeskCorrection>,
    state: Data<State>,
) -> Result<Tagged<DeskCorrection>, Failure> {
    let revised = state.store.write(permit, move |tx, permit| {
        desk::corrections::revise(tx, permit, *id, expected.version()?, |c| patch.onto(&c.clone().into()).map(Draft::from))
    });
    Ok(tagged(revised.await?))
}

/// Delete a correction that should not have been made.
///
/// For one that was a mistake itself; readers are no longer told of it.
#[utoipa::path(tag = "desk-care", security(("token" = [Correct::NAME, Correct::READS])), params(("id" = CorrectionId, Path), Expecting),
    responses((status = 204), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[delete("/corrections/{id}")]
pub(crate) async fn delete_correction(
    May(permit): May<Correct>,
    id: Path<CorrectionId>,
    expected: IfMatch,
    state: Data<State>,
) -> Result<HttpResponse, Failure> {
    state.store.write(permit, move |tx, permit| desk::corrections::delete(tx, permit, *id, expected.version()?)).await?;
    Ok(HttpResponse::NoContent().finish())
}
