//! What plans look like to the desk.

use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::{
    Instant, Locale,
    article::ArticleId,
    plan::{Plan, PlanId, PlanVerb},
    user::UserId,
};

/// What is to happen to words, and when.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PlanInfo {
    /// Its id.
    pub id: PlanId,
    /// The article.
    pub article_id: ArticleId,
    /// The locale.
    pub locale: Locale,
    /// What is to be done.
    pub verb: PlanVerb,
    /// When.
    pub at: Instant,
    /// The revision of the words that becomes public; null for an end.
    pub words_version: Option<i32>,
    /// The revision of the facts that becomes public; null for an end.
    pub facts_version: Option<i32>,
    /// Whether it will leave `updated_at` as it is.
    pub minor: bool,
    /// Who planned it.
    pub planned_by: Option<UserId>,
    /// When it was planned.
    pub planned_at: Instant,
    /// When it could not be carried out.
    pub failed_at: Option<Instant>,
    /// Why it could not be carried out.
    pub failure: Option<String>,
}

impl From<Plan> for PlanInfo {
    fn from(plan: Plan) -> Self {
        let (verb, revisions) = (plan.verb(), plan.intent.revisions());
        let (failed_at, failure) = plan.failure.unzip();
        Self {
            id: plan.id,
            article_id: plan.article_id,
            locale: plan.locale,
            verb,
            at: plan.at,
            words_version: revisions.map(|r| r.words),
            facts_version: revisions.map(|r| r.facts),
            minor: plan.intent.is_minor(),
            planned_by: plan.planned_by,
            planned_at: plan.planned_at,
            failed_at,
            failure,
        }
    }
}
