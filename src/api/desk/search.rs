//! `/v1/desk/search`.

use actix_web::{
    get,
    web::{Data, Json},
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use crate::{
    access::{Action, action::ReadArticle},
    api::{
        State,
        extract::{May, Query, paging, query_text, words},
        problem::{Failure, Problem},
    },
    delivery::search::MarkedText,
    desk::searching::{self, Asked, Finding, Findings, What},
    domain::{
        Instant, Locale, Version, article::ArticleId, locale::Direction, page::PageInfo, section::SectionId, site::Masthead,
        translation::State as Stand,
    },
    search::{DeskKind, DeskRanking},
    store,
};

/// The operations of this file.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(search_desk);
}

/// What is looked for at the desk.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct SearchDesk {
    /// What somebody types: words, `"a phrase"`, `-what is left out`, `beginn*`. Everything else is text; at most 512 characters as readers count them. All words have to be in
    /// what is found, in any form.
    #[param(example = "river")]
    q: String,
    /// Of one of these types, parted by commas; of all when absent.
    #[serde(default, deserialize_with = "words")]
    #[param(inline, style = Form, explode = false)]
    r#type: Option<Vec<DeskKind>>,
    /// Locales of the site, parted by commas: words in one of them, and what is said of these; all when absent.
    #[serde(default, deserialize_with = "words")]
    #[param(inline, style = Form, explode = false, max_items = 20)]
    locale: Option<Vec<Locale>>,
    /// Of articles in one of these sections or below it, parted by commas; of the media library nothing is then found.
    #[serde(default, deserialize_with = "words")]
    #[param(inline, style = Form, explode = false, max_items = 20)]
    section: Option<Vec<SectionId>>,
    /// Working copies in one of these states, parted by commas; nothing else is then found.
    #[serde(default, deserialize_with = "words")]
    #[param(inline, style = Form, explode = false)]
    state: Option<Vec<Stand>>,
    /// The order; `relevance` when absent.
    #[param(inline)]
    sort: Option<DeskRanking>,
    /// Rows on a page.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<u32>,
    /// Where the page begins: `page.next` or `page.previous` of another one.
    cursor: Option<String>,
    /// Whether to count all rows.
    #[param(default = false)]
    count: Option<bool>,
}

/// Something that was found at the desk.
#[derive(Debug, Serialize, ToSchema)]
pub struct DeskSearchHit {
    /// What it is.
    pub r#type: DeskKind,
    /// Its id: of a working copy that of its article.
    pub id: Uuid,
    /// The article that it is of, or about; null for the media library.
    pub article_id: Option<ArticleId>,
    /// The locale of the words, or that a comment is about; null for one on the article as a whole, and for names and credits of the media library.
    pub locale: Option<Locale>,
    /// What stands above it: the headline, of a comment that of the original; the name of a file.
    pub title: MarkedText,
    /// Which way that is written.
    pub title_direction: Direction,
    /// An excerpt, from about its first 20,000 characters.
    pub text: MarkedText,
    /// Which way that is written.
    pub text_direction: Direction,
    /// Where the words stand; null for anything else.
    pub state: Option<Stand>,
    /// Whether something of the words is live; null for anything else.
    pub live: Option<bool>,
    /// Whether a comment, or what it answers, is done with; null for anything else.
    pub resolved: Option<bool>,
    /// Its version.
    pub version: Version,
    /// Last saved.
    pub updated_at: Instant,
}

/// What was found at the desk.
#[derive(Debug, Serialize, ToSchema)]
pub struct DeskSearchListing {
    /// What fits best first, or what was saved last.
    pub data: Vec<DeskSearchHit>,
    /// The pages beside it.
    pub page: PageInfo,
    /// Whether there was more to look through than one search may, so that something may be missing.
    pub partial: bool,
    /// Up to which instant everything that was saved is found for certain; all of it is within a second or so.
    pub as_of: Instant,
}

fn hit(found: Finding, masthead: &Masthead) -> DeskSearchHit {
    let (title_direction, text_direction) = (masthead.direction(&found.title_locale), masthead.direction(&found.locale));
    let (kind, article_id, locale, state, live, resolved) = match found.what {
        What::Words(article, state, live) => (DeskKind::Translation, Some(article), Some(found.locale), Some(state), Some(live), None),
        What::Comment(article, about, resolved) => (DeskKind::Comment, Some(article), about, None, None, Some(resolved)),
        What::Media => (DeskKind::Media, None, Some(found.locale).filter(|locale| *locale != Locale::undetermined()), None, None, None),
    };
    DeskSearchHit {
        r#type: kind,
        id: found.id,
        article_id,
        locale,
        title: found.title.into(),
        title_direction,
        text: found.text.into(),
        text_direction,
        state,
        live,
        resolved,
        version: found.version,
        updated_at: found.updated_at,
    }
}

/// Search what the desk works on: working copies, comments, the media library.
///
/// As far as you see it: what you do not see is not counted, and no order tells of it. Where fewer than ten things have the words as they are typed, those with one typing error in a word of
/// five letters or more are found too, below them; in the order of `-updated_at` where nothing has. A beginning has three letters or more. Answered out of an index of this instance, which has what was saved within a second or so.
#[utoipa::path(tag = "desk-search", security(("token" = [ReadArticle::NAME])), params(SearchDesk),
    responses((status = 200, body = DeskSearchListing), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/search")]
pub(crate) async fn search_desk(
    May(permit): May<ReadArticle>,
    query: Query<SearchDesk>,
    state: Data<State>,
) -> Result<Json<DeskSearchListing>, Failure> {
    let SearchDesk { q, r#type, locale, section, state: states, sort, limit, cursor, count } = query.0;
    let ranking = sort.unwrap_or_default();
    let paging = paging(limit, cursor.as_deref(), count, ranking.sorting())?;
    let asked = Asked {
        typed: query_text(&q)?,
        kinds: r#type.into_iter().flatten().collect(),
        locales: locale.unwrap_or_default(),
        sections: section.unwrap_or_default(),
        states: states.unwrap_or_default(),
        ranking,
    };
    let index = state.response_cache.search().clone();
    let found = state.store.read(move |tx| {
        let now = tx.now();
        let Findings { page, is_partial, at } = searching::search(tx, &permit, &index, &asked, (paging, now))?;
        let masthead = store::site::masthead(tx)?;
        let (data, page) = page.map(|found| hit(found, &masthead)).told();
        Ok(DeskSearchListing { data, page, partial: is_partial, as_of: at })
    });
    Ok(Json(found.await?))
}
