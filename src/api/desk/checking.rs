//! `/v1/desk/articles/{id}/check`.

use actix_web::{
    post,
    web::{Data, Json},
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::{
    access::{Action, action::ReadArticle},
    api::{
        State,
        extract::{Body, May, Path},
        problem::{Failure, Problem},
    },
    desk,
    domain::{
        Locale,
        article::ArticleId,
        preflight::{Code, Finding, Severity},
    },
};

/// The operations of this file.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(check_article);
}

/// What is looked over.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({}))]
pub struct CheckRequest {
    /// The words of these locales; of all that there are when absent.
    #[serde(default)]
    pub locales: Option<Vec<Locale>>,
}

/// One thing that was found.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct FindingInfo {
    /// What.
    pub code: Code,
    /// How grave it is: an error keeps the words from being published.
    pub severity: Severity,
    /// Where, as a JSON pointer.
    #[schema(example = "#/translations/hi/headline")]
    pub pointer: String,
    /// What, in words.
    pub detail: String,
    /// A merge patch on the words of that locale that would repair it, where one would.
    #[schema(value_type = Option<BTreeMap<String, Value>>)]
    pub patch: Option<Value>,
}

impl From<Finding> for FindingInfo {
    fn from(f: Finding) -> Self {
        Self { code: f.code, severity: f.severity, pointer: f.pointer, detail: f.detail, patch: f.patch }
    }
}

/// What was found in an article.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CheckReport {
    /// Whether nothing was found that keeps it from being published.
    pub passes: bool,
    /// What was found.
    pub findings: Vec<FindingInfo>,
}

/// Run preflight checks on an article, as publishing and scheduling do.
///
/// Changes nothing. Errors keep words from being published, warnings do not.
#[utoipa::path(tag = "desk-publishing", security(("token" = [ReadArticle::NAME])), params(("id" = ArticleId, Path)), request_body = CheckRequest,
    responses((status = 200, body = CheckReport), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[post("/articles/{id}/check")]
pub(crate) async fn check_article(
    May(permit): May<ReadArticle>,
    id: Path<ArticleId>,
    sent: Body<CheckRequest>,
    state: Data<State>,
) -> Result<Json<CheckReport>, Failure> {
    let report = state.store.read(move |tx| desk::checking::check(tx, permit, *id, sent.0.locales)).await?;
    Ok(Json(CheckReport { passes: report.passes(), findings: report.findings.into_iter().map(FindingInfo::from).collect() }))
}
