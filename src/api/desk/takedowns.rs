//! `/v1/desk/articles/{id}/takedown`, `/reinstate`, `/erase` and `/takedowns`.

use actix_web::{get, post, web::Data};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::{
    Expecting,
    articles::{DeskArticle, shown_one, tagged},
};
use crate::{
    access::{
        Action, Permit,
        action::{Erase, ReadArticle, Withdraw},
    },
    api::{
        State,
        extract::{Body, IfMatch, IfMatchOrAny, May, Path},
        problem::{Failure, Problem},
        reply::{Listing, Tagged},
    },
    desk,
    domain::{
        Error, Instant,
        article::{Article, ArticleId},
        takedown::{Step, Takedown, TakedownId},
        user::UserId,
    },
    store::{self, Tx},
};

/// The operations of this file.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(take_down_article).service(reinstate_article).service(erase_article).service(list_takedowns);
}

/// Why a step is taken that is not taken lightly.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "reason": "Court order 12/2026." }))]
pub struct Reason {
    /// The reason, which is kept.
    #[schema(min_length = 1, max_length = 8000)]
    pub reason: String,
}

/// Who took a step, when and why.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct StepInfo {
    /// Why.
    pub reason: String,
    /// Who.
    pub by: Option<UserId>,
    /// When.
    pub at: Instant,
}

impl From<Step> for StepInfo {
    fn from(step: Step) -> Self {
        Self { reason: step.reason, by: step.by, at: step.at }
    }
}

/// A takedown of an article.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct TakedownInfo {
    /// Its id.
    pub id: TakedownId,
    /// That it was taken down.
    pub taken: StepInfo,
    /// That this was lifted.
    pub lifted: Option<StepInfo>,
    /// That its words were erased.
    pub erased: Option<StepInfo>,
}

impl From<Takedown> for TakedownInfo {
    fn from(t: Takedown) -> Self {
        Self { id: t.id, taken: t.taken.into(), lifted: t.lifted.map(Into::into), erased: t.erased.map(Into::into) }
    }
}

async fn done<A: Action>(
    state: Data<State>,
    permit: Permit<A>,
    verb: impl FnOnce(&mut Tx<'_>, Permit<A>) -> Result<Article, Error> + Clone + Send + 'static,
) -> Result<Tagged<DeskArticle>, Failure> {
    let shown = state.store.write(permit, move |tx, permit| {
        let article = verb(tx, permit)?;
        shown_one(tx, &article)
    });
    Ok(tagged(shown.await?))
}

/// Take an article down, for legal or safety reasons.
///
/// It is gone at once, everywhere, in every language: its addresses answer 410. What is planned for it is taken back, previews are revoked.
/// `If-Match: *` takes down whatever is there, when there is no time to read it first.
#[utoipa::path(tag = "desk-care", security(("token" = [Withdraw::NAME, Withdraw::READS])), params(("id" = ArticleId, Path), Expecting), request_body = Reason,
    responses((status = 200, body = DeskArticle), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[post("/articles/{id}/takedown")]
pub(crate) async fn take_down_article(
    May(permit): May<Withdraw>,
    id: Path<ArticleId>,
    expected: IfMatchOrAny,
    sent: Body<Reason>,
    state: Data<State>,
) -> Result<Tagged<DeskArticle>, Failure> {
    done(state, permit, move |tx, permit| desk::takedowns::take(tx, permit, *id, expected.version()?, &sent.0.reason)).await
}

/// Lift a takedown.
///
/// Nothing becomes public by that: publish what is to be seen again.
#[utoipa::path(tag = "desk-care", security(("token" = [Withdraw::NAME, Withdraw::READS])), params(("id" = ArticleId, Path), Expecting), request_body = Reason,
    responses((status = 200, body = DeskArticle), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[post("/articles/{id}/reinstate")]
pub(crate) async fn reinstate_article(
    May(permit): May<Withdraw>,
    id: Path<ArticleId>,
    expected: IfMatch,
    sent: Body<Reason>,
    state: Data<State>,
) -> Result<Tagged<DeskArticle>, Failure> {
    done(state, permit, move |tx, permit| desk::takedowns::lift(tx, permit, *id, expected.version()?, &sent.0.reason)).await
}

/// Erase the words of an article that was taken down, where the law demands it.
///
/// From the working copy, every revision, every edition, comments, corrections and plans; there is no way back, not by an import either.
/// Addresses that were public, instants and the reasons for takedowns stay as a tombstone.
#[utoipa::path(tag = "desk-care", security(("token" = [Erase::NAME, Erase::READS])), params(("id" = ArticleId, Path), Expecting), request_body = Reason,
    responses((status = 200, body = DeskArticle), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[post("/articles/{id}/erase")]
pub(crate) async fn erase_article(
    May(permit): May<Erase>,
    id: Path<ArticleId>,
    expected: IfMatch,
    sent: Body<Reason>,
    state: Data<State>,
) -> Result<Tagged<DeskArticle>, Failure> {
    let store = state.store.clone();
    let tombstone =
        done(state, permit, move |tx, permit| desk::takedowns::erase(tx, permit, *id, expected.version()?, &sent.0.reason)).await?;
    // The words are gone whatever comes of this; the scheduler does it again until nothing is left.
    if let Err(error) = crate::store::aside(move || store.erase_traces()).await {
        tracing::error!(%error, "traces of what was erased are still in the log of the database");
    }
    Ok(tombstone)
}

/// List the takedowns of an article, newest first, with their reasons.
///
/// Who took it down when and why, and who lifted it; the latest first.
#[utoipa::path(tag = "desk-care", security(("token" = [ReadArticle::NAME])), params(("id" = ArticleId, Path)),
    responses((status = 200, body = Listing<TakedownInfo>), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/articles/{id}/takedowns")]
pub(crate) async fn list_takedowns(
    May(permit): May<ReadArticle>,
    id: Path<ArticleId>,
    state: Data<State>,
) -> Result<Listing<TakedownInfo>, Failure> {
    let found = state.store.read(move |tx| {
        let article = store::articles::find(tx, &permit.visibility(), *id)?;
        store::takedowns::of(tx, &article)
    });
    Ok(Listing::whole(found.await?.into_iter().map(TakedownInfo::from).collect()))
}
