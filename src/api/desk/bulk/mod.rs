//! `/v1/desk/bulk`: many verbs in one request, each checked exactly as alone.

mod kinds;
mod reading;

use actix_web::{
    post,
    web::{Data, Json},
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Value;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use kinds::BulkOperationKinds;
use reading::Preread;

use super::{
    articles::{DeskArticle, revised, shown_one},
    publishing::{Locales, Publication, Unpublication},
    scheduling::NewPlan,
    translations::{DeskTranslation, WordsPatch},
    workflow::{ChangesRequested, MarkCurrent, NewAssignment, block},
};
use crate::{
    access::{
        Action, Caller, Permit,
        action::{DeleteArticle, Publish, ReadArticle, ReviewTranslation, Schedule, SubmitTranslation, Unpublish},
    },
    api::{
        State,
        extract::{Body, May},
        patching::Patch,
        prepared,
        problem::{Failure, Problem},
        typed::typed,
    },
    desk::{
        self,
        translations::{Saved, Why},
    },
    domain::{
        Error, Locale, Version, Violation, article::ArticleId, assignment::Assignment, error::Faults, story::Order, text::limits,
        vocabulary::vocabulary,
    },
    store::{self, Tx},
};

/// The operations of this file.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(run_bulk);
}

vocabulary! {
    /// What is done with an article, or with its words in a locale.
    pub enum BulkVerb {
        /// Change the facts: `body` is a merge patch, as for `PATCH …/articles/{id}`.
        Revise => "revise",
        /// Change the words: `body` is a merge patch, as for `PATCH …/translations/{locale}`.
        ReviseTranslation => "revise_translation",
        /// As `…/submit`.
        Submit => "submit",
        /// As `…/approve`.
        Approve => "approve",
        /// As `…/request-changes`.
        RequestChanges => "request_changes",
        /// As `…/mark-current`.
        MarkCurrent => "mark_current",
        /// As `…/assign`.
        Assign => "assign",
        /// As `…/publish`.
        Publish => "publish",
        /// As `…/unpublish`.
        Unpublish => "unpublish",
        /// As `…/schedule`.
        Schedule => "schedule",
        /// As `…/unschedule`.
        Unschedule => "unschedule",
        /// As `DELETE …/articles/{id}`.
        Trash => "trash",
    }
}

impl BulkVerb {
    /// True when it is decided on a story, by somebody who may do it somewhere.
    fn needs_a_story(self, who: &Caller) -> bool {
        match self {
            Self::Submit => permit::<SubmitTranslation>(who).is_ok(),
            Self::Approve | Self::RequestChanges => permit::<ReviewTranslation>(who).is_ok(),
            Self::Publish => permit::<Publish>(who).is_ok(),
            Self::Unpublish => permit::<Unpublish>(who).is_ok(),
            Self::Schedule | Self::Unschedule => permit::<Schedule>(who).is_ok(),
            Self::Trash => permit::<DeleteArticle>(who).is_ok(),
            Self::Revise | Self::ReviseTranslation | Self::MarkCurrent | Self::Assign => false,
        }
    }

    fn takes_body(self) -> bool {
        !matches!(self, Self::Submit | Self::Approve | Self::Trash)
    }

    fn is_about_words(self) -> bool {
        match self {
            Self::ReviseTranslation | Self::Submit | Self::Approve | Self::RequestChanges | Self::MarkCurrent | Self::Assign => true,
            Self::Revise | Self::Publish | Self::Unpublish | Self::Schedule | Self::Unschedule | Self::Trash => false,
        }
    }
}

/// One operation, of whichever kind: `kinds.rs` tells which there are.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BulkOperation {
    /// What is done.
    pub verb: BulkVerb,
    /// With which article.
    pub article_id: ArticleId,
    /// With its words in this locale; verbs on the article take none.
    #[serde(default)]
    pub locale: Option<Locale>,
    /// The version that is expected, as `If-Match` says it: of the words for verbs on words, else of the facts.
    #[serde(default)]
    pub version: Option<i32>,
    /// What the verb's own request would hold; `{}` when absent.
    #[serde(default)]
    pub body: Option<Value>,
}

/// Many operations.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "operations": [
    { "verb": "approve", "article_id": "0198c5a1-7f00-7000-8000-000000000506", "locale": "en", "version": 1 },
    { "verb": "publish", "article_id": "0198c5a1-7f00-7000-8000-000000000505", "version": 2, "body": { "locales": ["en"] } }
] }))]
#[schema(as = BulkRequest)]
pub struct Bulk {
    /// Whether all are done or none; else each for itself.
    #[serde(default = "yes")]
    #[schema(default = true)]
    pub atomic: bool,
    /// What is done, in order.
    #[schema(min_items = 1, max_items = 100, value_type = Vec<BulkOperationKinds>)]
    pub operations: Vec<BulkOperation>,
}

fn yes() -> bool {
    true
}

/// What became of one operation.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct BulkResult {
    /// The article.
    pub article_id: ArticleId,
    /// The status that it would have been answered with alone.
    pub status: u16,
    /// The code of the refusal.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub code: Option<&'static str>,
    /// The refusal in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub detail: Option<String>,
    /// Everything that was wrong with it, with pointers into the request.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub errors: Vec<Violation>,
    /// The version afterwards: of the words for verbs on words, else of the facts.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub version: Option<i32>,
}

/// What became of all.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct BulkOutcome {
    /// One for each operation, in their order.
    pub results: Vec<BulkResult>,
}

fn permit<A: Action>(caller: &Caller) -> Result<Permit<A>, Error> {
    Permit::try_from(caller.clone())
}

fn body<T: DeserializeOwned + ToSchema + 'static>(op: &BulkOperation) -> Result<T, Error> {
    typed(op.body.as_ref().unwrap_or(&Value::Object(serde_json::Map::new()))).map_err(|e| e.under("#/body"))
}

fn words_of(saved: &Saved) -> Version {
    saved.translation.version
}

/// Do one operation, through the verb that its own path calls.
fn run(tx: &mut Tx<'_>, who: &Caller, op: &BulkOperation, preread: &Preread) -> Result<Option<Version>, Error> {
    let id = op.article_id;
    let version = || op.version.ok_or(Error::Unconditional);
    let words = || op.locale.as_ref().ok_or_else(|| Error::invalid("#/locale", "required", "this verb is about the words of a locale"));
    if op.locale.is_some() && !op.verb.is_about_words() {
        return Err(Error::invalid("#/locale", "unknown_field", "this verb is about the article; name locales in `body`"));
    }
    let is_empty = |body: &Value| body.is_null() || body.as_object().is_some_and(serde_json::Map::is_empty);
    if !op.verb.takes_body() && !op.body.as_ref().is_none_or(is_empty) {
        return Err(Error::invalid("#/body", "unknown_field", "this verb takes no body"));
    }
    Ok(Some(match op.verb {
        BulkVerb::Revise => revise(tx, who, op)?,
        BulkVerb::ReviseTranslation => revise_words(tx, who, op, words()?, preread)?,
        BulkVerb::Submit => words_of(&desk::translations::submit(tx, permit(who)?, id, words()?, version()?)?),
        BulkVerb::Approve => words_of(&desk::translations::approve(tx, permit(who)?, id, words()?, version()?)?),
        BulkVerb::RequestChanges => {
            let sent: ChangesRequested = body(op)?;
            let why = Why { text: sent.comment, block: sent.block_id.as_deref().map(block).transpose()? };
            words_of(&desk::translations::request_changes(tx, permit(who)?, id, words()?, version()?, why)?)
        }
        BulkVerb::MarkCurrent => {
            let sent: MarkCurrent = body(op)?;
            words_of(&desk::translations::mark_current(tx, permit(who)?, id, words()?, version()?, sent.version)?)
        }
        BulkVerb::Assign => {
            let sent: NewAssignment = body(op)?;
            let assignment = sent.assignee_id.map(|assignee| Assignment { assignee, due_at: sent.due_at });
            desk::assignments::assign(tx, permit(who)?, id, words()?, assignment.as_ref())?.version
        }
        BulkVerb::Publish => {
            let sent: Publication = body(op)?;
            let manner = sent.manner();
            desk::publishing::publish(tx, permit(who)?, id, version()?, Locales::which(sent.locales), manner)?.article.version
        }
        BulkVerb::Unpublish => {
            let sent: Unpublication = body(op)?;
            desk::publishing::unpublish(tx, permit(who)?, id, version()?, sent.locales)?.article.version
        }
        BulkVerb::Schedule => {
            let NewPlan { locales, publish_at, unpublish_at, minor } = body(op)?;
            let order = Order { publish_at, unpublish_at, minor };
            desk::scheduling::schedule(tx, permit(who)?, id, version()?, Locales::which(locales), order)?.article.version
        }
        BulkVerb::Unschedule => {
            let sent: Unpublication = body(op)?;
            desk::scheduling::unschedule(tx, permit(who)?, id, version()?, sent.locales)?.article.version
        }
        BulkVerb::Trash => {
            desk::trash::put(tx, permit(who)?, id, version()?)?;
            return Ok(None);
        }
    }))
}

fn revise(tx: &mut Tx<'_>, who: &Caller, op: &BulkOperation) -> Result<Version, Error> {
    let permit = permit::<crate::access::action::EditArticle>(who)?;
    let patch: Patch<DeskArticle> = Patch::of(op.body.clone().unwrap_or_default()).map_err(|e| e.under("#/body"))?;
    let article = store::articles::find(tx, &permit.visibility(), op.article_id)?;
    let present = shown_one(tx, &article)?;
    let version = op.version.ok_or(Error::Unconditional)?;
    Ok(revised(tx, permit, &present, version, &patch).map_err(|e| e.under("#/body"))?.version)
}

fn words_patch(op: &BulkOperation) -> Result<Patch<DeskTranslation>, Error> {
    let patch = Patch::of(op.body.clone().unwrap_or_default()).map_err(|e| e.under("#/body"))?;
    // What is there is not worked out for each of many, so nothing can be compared with it.
    if patch.names("freshness") {
        return Err(Error::invalid("#/body/freshness", "read_only", "it follows from other words; leave it out"));
    }
    Ok(patch)
}

fn revise_words(tx: &mut Tx<'_>, who: &Caller, op: &BulkOperation, locale: &Locale, preread: &Preread) -> Result<Version, Error> {
    let permit = permit(who)?;
    let patch = match preread {
        Some(read) => read.clone(),
        None => Ok(WordsPatch::plain(words_patch(op)?)),
    };
    let with = |present: &_| patch.and_then(|patch| patch.onto(present)).map_err(|e| e.under("#/body"));
    Ok(words_of(&desk::translations::revise(tx, permit, op.article_id, locale, op.version, with)?))
}

fn refused(n: usize, op: &BulkOperation, error: Error) -> BulkResult {
    let problem = Failure::from(error.under(&format!("#/operations/{n}"))).problem("");
    BulkResult {
        article_id: op.article_id,
        status: problem.status,
        code: Some(problem.code),
        detail: Some(problem.detail),
        errors: problem.errors,
        version: None,
    }
}

/// Run many operations in one request, all or none, or each for itself.
///
/// Each operation is checked exactly as alone, and needs the permission that it needs alone. When they are to be done all or none,
/// a refusal names every operation that stands in the way.
#[utoipa::path(tag = "desk-articles", security(("token" = [ReadArticle::NAME])), request_body = Bulk,
    responses((status = 200, body = BulkOutcome), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[post("/bulk")]
pub(crate) async fn run_bulk(May(permit): May<ReadArticle>, sent: Body<Bulk>, state: Data<State>) -> Result<Json<BulkOutcome>, Failure> {
    let Bulk { atomic, operations } = sent.0;
    if operations.is_empty() || operations.len() > limits::BULK {
        return Err(Error::invalid("#/operations", "out_of_range", format!("between 1 and {}", limits::BULK)).into());
    }
    let (operations, preread) = reading::read(&state.store, permit.caller().clone(), operations).await?;
    let done = prepared::write(&state.store, permit, move |tx, permit| {
        let results = each(tx, permit.caller(), &operations, &preread)?;
        if atomic {
            all_or_none(&results)?;
        }
        Ok(results)
    });
    Ok(Json(BulkOutcome { results: done.await? }))
}

/// Do what is done, in order.
fn each(tx: &mut Tx<'_>, who: &Caller, operations: &[BulkOperation], preread: &[Preread]) -> Result<Vec<BulkResult>, Error> {
    let decided_on_stories = operations.iter().filter(|op| op.verb.needs_a_story(who)).map(|op| op.article_id);
    store::stories::prepare(tx, &permit::<ReadArticle>(who)?.visibility(), decided_on_stories)?;
    let mut results = Vec::new();
    for (n, (op, preread)) in operations.iter().zip(preread).enumerate() {
        results.push(match tx.attempt(|tx| run(tx, who, op, preread)) {
            Ok(version) => BulkResult { article_id: op.article_id, status: 200, code: None, detail: None, errors: Vec::new(), version },
            // Nothing is wrong with the operation: the whole is to be tried again, or looked into.
            Err(ours) if ours.passes() || matches!(ours, Error::Internal(_)) => return Err(ours),
            Err(error) => refused(n, op, error),
        });
    }
    Ok(results)
}

/// Everything that stands in the way, as one refusal.
fn all_or_none(results: &[BulkResult]) -> Result<(), Error> {
    let mut faults = Faults::default();
    for (n, result) in results.iter().enumerate() {
        let Some(code) = result.code else { continue };
        for violation in &result.errors {
            faults.add(violation.pointer.clone(), violation.code, violation.detail.clone());
        }
        if result.errors.is_empty() {
            faults.add(format!("#/operations/{n}"), code, result.detail.clone().unwrap_or_default());
        }
    }
    faults.or(())
}
