//! `/v1/desk/translations`: the translator's queue.

use actix_web::{get, web::Data};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use super::translations::AssignmentInfo;
use crate::{
    access::{Action, action::ReadArticle},
    api::{
        State,
        extract::{May, Query, paging},
        problem::{Failure, Problem},
        reply::Listing,
    },
    domain::{
        Error, Instant, Locale, article::ArticleId, assignment::Assigned, freshness::Freshness, section::SectionId,
        translation::State as Stand, vocabulary::vocabulary,
    },
    store::{
        self,
        queue::{Assignee, Filter, Words, Work},
    },
};

/// The operations of this file.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(list_translations);
}

vocabulary! {
    /// How the queue is ordered.
    pub enum QueueOrder {
        /// What has waited longest first.
        Oldest => "oldest",
        /// What has waited least first.
        Newest => "newest",
    }
}

/// Which work is asked for.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListTranslations {
    /// The locale that is translated into.
    #[param(inline)]
    locale: Locale,
    /// In this section or below it.
    #[param(inline)]
    section: Option<SectionId>,
    /// With words in this state.
    #[param(inline)]
    state: Option<Stand>,
    /// With words that keep up so, or without any.
    #[param(inline)]
    freshness: Option<Freshness>,
    /// Somebody's: the id of a user, `me`, or `nobody`.
    assignee: Option<String>,
    /// Only what the public sees in its source language, or only what it does not.
    published: Option<bool>,
    /// Waiting since before this instant.
    #[param(inline)]
    waiting_before: Option<Instant>,
    /// In which order; `oldest` when absent.
    #[param(inline)]
    sort: Option<QueueOrder>,
    /// Rows on a page.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<u32>,
    /// Where the page begins: `page.next` or `page.previous` of another one.
    cursor: Option<String>,
}

/// The original that is to be translated.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct QueueSource {
    /// Its locale.
    pub locale: Locale,
    /// Its headline.
    pub headline: String,
    /// Where it stands.
    pub state: Stand,
    /// Its newest version.
    pub version: i32,
    /// Whether the public sees it.
    pub live: bool,
}

/// The words that there are.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct QueueWords {
    /// Their headline.
    pub headline: String,
    /// Where they stand.
    pub state: Stand,
    /// Their newest version.
    pub version: i32,
    /// Last saved.
    pub updated_at: Instant,
}

/// An article's work in a locale.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct QueueItem {
    /// The article.
    pub article_id: ArticleId,
    /// The section it is filed in.
    pub section_id: SectionId,
    /// The locale that is translated into.
    pub locale: Locale,
    /// Whether there are words, and whether they keep up.
    pub freshness: Freshness,
    /// How many published revisions their source is ahead.
    pub behind: i32,
    /// Since when it waits: since the publication that the words lack; else since they were saved.
    pub waiting_since: Instant,
    /// The original.
    pub source: QueueSource,
    /// The words that there are.
    pub translation: Option<QueueWords>,
    /// Who works on it.
    pub assignment: Option<AssignmentInfo>,
}

fn item(work: Work, locale: Locale, assigned: Option<Assigned>) -> QueueItem {
    let freshness = if work.translation.is_none() { Freshness::Missing } else { Freshness::of(work.behind) };
    let words = |w: Words| QueueWords { headline: w.headline, state: w.state, version: w.version, updated_at: w.updated_at };
    QueueItem {
        article_id: work.article_id,
        section_id: work.section_id,
        locale,
        freshness,
        behind: work.behind,
        waiting_since: work.waiting_since,
        source: QueueSource {
            locale: work.source_locale,
            headline: work.source_headline,
            state: work.source_state,
            version: work.source_version,
            live: work.source_live,
        },
        translation: work.translation.map(words),
        assignment: assigned.map(Into::into),
    }
}

/// List the translator's work in a locale: articles written in another, and how their words here keep up.
///
/// Contributors see their own.
#[utoipa::path(tag = "desk-workflow", security(("token" = [ReadArticle::NAME])), params(ListTranslations),
    responses((status = 200, body = Listing<QueueItem>), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/translations")]
pub(crate) async fn list_translations(
    May(permit): May<ReadArticle>,
    query: Query<ListTranslations>,
    state: Data<State>,
) -> Result<Listing<QueueItem>, Failure> {
    let q = query.0;
    let wrong = || Error::invalid("?assignee", "assignee", "the id of a user, `me`, or `nobody`");
    let assignee = match q.assignee.as_deref() {
        None => None,
        Some("nobody") => Some(Assignee::Nobody),
        Some("me") => Some(Assignee::User(permit.caller().user_id().ok_or_else(wrong)?)),
        Some(id) => Some(Assignee::User(id.parse().ok().ok_or_else(wrong)?)),
    };
    let filter = Filter {
        locale: q.locale,
        section: q.section,
        state: q.state,
        freshness: q.freshness,
        assignee,
        published: q.published,
        waiting_before: q.waiting_before,
        newest: q.sort == Some(QueueOrder::Newest),
    };
    let paging = paging(q.limit, q.cursor.as_deref(), None, filter.sorting())?;
    let page = state.store.read(move |tx| {
        store::site::know(tx, [&filter.locale])?;
        let page = store::queue::page(tx, &permit.visibility(), &filter, paging)?;
        let ids: Vec<_> = page.items.iter().map(|w| w.article_id).collect();
        let mut assigned = store::assignments::of(tx, &ids)?;
        Ok(page.map(|work| {
            let assigned = assigned.remove(&(work.article_id, filter.locale.clone()));
            item(work, filter.locale.clone(), assigned)
        }))
    });
    Ok(page.await?.into())
}
