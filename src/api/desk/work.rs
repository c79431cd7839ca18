//! `/v1/desk/work`: what waits for whoever asks.

use actix_web::{get, web::Data};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::{
    access::{
        Action,
        action::{ReadArticle, ReviewTranslation},
    },
    api::{
        State,
        extract::{May, Query, paging},
        problem::{Failure, Problem},
        reply::Listing,
    },
    domain::{
        Error, Instant, Locale,
        article::ArticleId,
        page::Sorting,
        section::SectionId,
        translation::{Reason, State as Stand},
    },
    store::{
        self,
        my_work::{Duty, Worker},
    },
};

/// The operations of this file.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(list_work);
}

/// Which of it is asked for.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListWork {
    /// What is here for this reason.
    #[param(inline)]
    reason: Option<Reason>,
    /// Rows on a page.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<u32>,
    /// Where the page begins: `page.next` or `page.previous` of another one.
    cursor: Option<String>,
}

/// Words that wait for somebody, or the place of words that are to be written.
#[derive(Debug, Serialize, ToSchema)]
pub struct WorkItem {
    /// The article.
    pub article_id: ArticleId,
    /// The locale.
    pub locale: Locale,
    /// Why it is here.
    pub reasons: Vec<Reason>,
    /// The section that it is filed in.
    pub section_id: SectionId,
    /// The locale of the original.
    pub source_locale: Locale,
    /// The headline of the original; empty while there is none.
    pub source_headline: String,
    /// The headline of the words; nothing where there are no words yet.
    pub headline: Option<String>,
    /// Where they stand.
    pub state: Option<Stand>,
    /// Their newest version.
    pub version: Option<i32>,
    /// Since when changes to them are requested.
    pub changes_requested_at: Option<Instant>,
    /// When they are due.
    pub due_at: Option<Instant>,
    /// When they were saved last, or given to somebody where there are none; when you were mentioned there, if that is later.
    pub since: Instant,
}

impl From<Duty> for WorkItem {
    fn from(d: Duty) -> Self {
        let (headline, state, version) = d.words.map_or((None, None, None), |(h, s, v)| (Some(h), Some(s), Some(v)));
        Self {
            article_id: d.article_id,
            locale: d.locale,
            reasons: d.reasons,
            section_id: d.section_id,
            source_locale: d.source_locale,
            source_headline: d.source_headline,
            headline,
            state,
            version,
            changes_requested_at: d.changes_requested_at,
            due_at: d.due_at,
            since: d.since,
        }
    }
}

/// List your work, in every locale and originals included: what is assigned to you, what was sent back to you, what waits for your review, and your drafts.
///
/// And where an open thread mentions you until you reply; one about a whole article stands at its original.
/// What is public as it stands is done, and not listed.
#[utoipa::path(tag = "desk-workflow", security(("token" = [ReadArticle::NAME])), params(ListWork),
    responses((status = 200, body = Listing<WorkItem>), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/work")]
pub(crate) async fn list_work(
    May(permit): May<ReadArticle>,
    query: Query<ListWork>,
    state: Data<State>,
) -> Result<Listing<WorkItem>, Failure> {
    let ListWork { reason, limit, cursor } = query.0;
    let user = permit.caller().user_id().ok_or(Error::Unauthenticated)?;
    let worker = Worker { user, reviews: permit.caller().places::<ReviewTranslation>() };
    let paging = paging(limit, cursor.as_deref(), None, Sorting::Work)?;
    let page = state.store.read(move |tx| store::my_work::page(tx, &permit.visibility(), &worker, reason, paging)).await?;
    Ok(page.map(WorkItem::from).into())
}
