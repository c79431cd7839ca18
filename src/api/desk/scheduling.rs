//! `/v1/desk/schedule`, and the verbs that plan: `…/schedule`, `/unschedule`, `/break-embargo`.

use actix_web::{get, post, web::Data};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use super::{
    Expecting,
    articles::{DeskArticle, shown_after, shown_one, tagged},
    plans::PlanInfo,
    publishing::{Locales, Unpublication},
};
use crate::{
    access::{
        Action,
        action::{BreakEmbargo, ReadArticle, Schedule},
    },
    api::{
        State,
        extract::{Body, IfMatch, May, Path, Query, paging},
        prepared,
        problem::{Failure, Problem},
        reply::{Listing, Tagged},
    },
    desk,
    domain::{Instant, Locale, article::ArticleId, page::Sorting, plan::PlanVerb, section::SectionId, story::Order},
    store::{self, plans::Filter},
};

/// The operations of this file.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(schedule_article).service(unschedule_article).service(break_embargo).service(list_schedule);
}

/// What is to happen, and when.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "locales": ["en", "hi"], "publish_at": "2099-03-02T00:30:00Z" }))]
pub struct NewPlan {
    /// The locales, as a list or with the revisions they must have; those that are live when absent.
    #[serde(default)]
    pub locales: Option<Locales>,
    /// When they become public, as they are now.
    #[serde(default)]
    pub publish_at: Option<Instant>,
    /// When that ends.
    #[serde(default)]
    pub unpublish_at: Option<Instant>,
    /// True will leave `updated_at` as it is: nothing significant has changed.
    #[serde(default)]
    pub minor: bool,
}

/// Why an embargo is broken.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "reason": "Published elsewhere already." }))]
pub struct EmbargoBroken {
    /// The reason, which is kept.
    #[schema(min_length = 1, max_length = 8000)]
    pub reason: String,
}

/// Schedule the publication of an article in some of its locales, its end, or both.
///
/// What becomes public are the words and facts as they are now; who goes on writing changes nothing of the plan. It takes the place of
/// what was planned before, and publishing at once takes it away. `If-Match` names the version of the facts. A publication is planned by who
/// has `article.publish` as well, its end by who has `article.unpublish`.
#[utoipa::path(tag = "desk-publishing", security(("token" = [Schedule::NAME, Schedule::READS])), params(("id" = ArticleId, Path), Expecting), request_body = NewPlan,
    responses((status = 200, body = DeskArticle), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[post("/articles/{id}/schedule")]
pub(crate) async fn schedule_article(
    May(permit): May<Schedule>,
    id: Path<ArticleId>,
    expected: IfMatch,
    sent: Body<NewPlan>,
    state: Data<State>,
) -> Result<Tagged<DeskArticle>, Failure> {
    let NewPlan { locales, publish_at, unpublish_at, minor } = sent.0;
    let (which, order) = (Locales::which(locales), Order { publish_at, unpublish_at, minor });
    let planned = prepared::write(&state.store, permit, move |tx, permit| {
        let story = desk::scheduling::schedule(tx, permit, *id, expected.version()?, which.clone(), order)?;
        shown_after(tx, story)
    });
    Ok(tagged(planned.await?))
}

/// Cancel what is scheduled for an article.
///
/// Takes back plans of those locales: nothing happens at their instants.
#[utoipa::path(tag = "desk-publishing", security(("token" = [Schedule::NAME, Schedule::READS])), params(("id" = ArticleId, Path), Expecting), request_body = Unpublication,
    responses((status = 200, body = DeskArticle), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[post("/articles/{id}/unschedule")]
pub(crate) async fn unschedule_article(
    May(permit): May<Schedule>,
    id: Path<ArticleId>,
    expected: IfMatch,
    sent: Body<Unpublication>,
    state: Data<State>,
) -> Result<Tagged<DeskArticle>, Failure> {
    let taken_back = state.store.write(permit, move |tx, permit| {
        let story = desk::scheduling::unschedule(tx, permit, *id, expected.version()?, sent.0.locales)?;
        shown_after(tx, story)
    });
    Ok(tagged(taken_back.await?))
}

/// Break an embargo before its instant, saying why.
///
/// What is planned stays planned, and what is not public becomes so when it is published.
#[utoipa::path(tag = "desk-publishing", security(("token" = [BreakEmbargo::NAME, BreakEmbargo::READS])), params(("id" = ArticleId, Path), Expecting), request_body = EmbargoBroken,
    responses((status = 200, body = DeskArticle), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[post("/articles/{id}/break-embargo")]
pub(crate) async fn break_embargo(
    May(permit): May<BreakEmbargo>,
    id: Path<ArticleId>,
    expected: IfMatch,
    sent: Body<EmbargoBroken>,
    state: Data<State>,
) -> Result<Tagged<DeskArticle>, Failure> {
    let broken = state.store.write(permit, move |tx, permit| {
        let article = desk::articles::break_embargo(tx, permit, *id, expected.version()?, &sent.0.reason)?;
        shown_one(tx, &article)
    });
    Ok(tagged(broken.await?))
}

/// Which plans a list shows.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListSchedule {
    /// For words in this locale.
    #[param(inline)]
    locale: Option<Locale>,
    /// For articles in this section or below it.
    #[param(inline)]
    section: Option<SectionId>,
    /// Of this kind.
    #[param(inline)]
    verb: Option<PlanVerb>,
    /// That could not be carried out, or are still to be.
    failed: Option<bool>,
    /// From this instant on.
    #[param(inline)]
    from: Option<Instant>,
    /// Before this instant.
    #[param(inline)]
    until: Option<Instant>,
    /// Rows on a page.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<u32>,
    /// Where the page begins: `page.next` or `page.previous` of another one.
    cursor: Option<String>,
}

/// List what is scheduled, the next first, and what could not be carried out.
///
/// Contributors see their own.
#[utoipa::path(tag = "desk-publishing", security(("token" = [ReadArticle::NAME])), params(ListSchedule),
    responses((status = 200, body = Listing<PlanInfo>), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/schedule")]
pub(crate) async fn list_schedule(
    May(permit): May<ReadArticle>,
    query: Query<ListSchedule>,
    state: Data<State>,
) -> Result<Listing<PlanInfo>, Failure> {
    let q = query.0;
    let paging = paging(q.limit, q.cursor.as_deref(), None, Sorting::Plans)?;
    let filter = Filter { locale: q.locale, section: q.section, verb: q.verb, failed: q.failed, from: q.from, until: q.until };
    let page = state.store.read(move |tx| {
        store::site::know(tx, &filter.locale)?;
        store::plans::page(tx, &permit.visibility(), &filter, paging)
    });
    Ok(page.await?.map(PlanInfo::from).into())
}
