//! `/v1/desk/pages`.

use actix_web::{
    HttpMessage, HttpRequest, HttpResponse, get,
    http::header::{CONTENT_LANGUAGE, HeaderValue},
    web::Data,
};
use serde::Deserialize;
use tokio::sync::Semaphore;
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;

use super::archive::AsOf;
use crate::{
    access::{Action, Permit, action::ReadArticle},
    api::{
        State,
        delivery::pages::ShowPage,
        extract::May,
        headers::RequestId,
        prepared,
        problem::{Failure, Problem},
    },
    delivery::{
        pages::Page,
        request::{Outcome, Request, answer},
    },
    desk::rehearsing,
    domain::{Error, Instant},
    store::{Store, Tx},
};

/// The operations of this file.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(preview_page);
}

/// When, now or later.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Foreseen {
    /// The instant, now or to come; now, when absent.
    #[param(inline, example = "2090-01-01T08:00:00Z")]
    as_of: Option<Instant>,
}

/// The instant that a preview is asked for.
///
/// # Errors
/// [`Error::Invalid`] at `?as_of` for one that has passed.
pub(super) fn to_come(store: &Store, as_of: Option<Instant>) -> Result<Instant, Error> {
    let now = store.now();
    let at = as_of.unwrap_or(now);
    if at < now { Err(Error::invalid("?as_of", "past", "what was is in the archive")) } else { Ok(at) }
}

/// One rehearsal at a time holds what it would publish, so that whoever publishes has their turn between two.
static STAGE: Semaphore = Semaphore::const_new(1);

/// What `show` makes of what will be there at an instant, as far as whoever asks sees what is planned: it is only tried.
///
/// # Errors
/// As [`rehearsing::at`].
pub(super) async fn rehearsed<T: Send + 'static>(
    store: &Store,
    permit: &Permit<ReadArticle>,
    at: Instant,
    show: impl Fn(&mut Tx<'_>) -> Result<T, Error> + Send + Sync + 'static,
) -> Result<T, Error> {
    let permit = Permit::<ReadArticle>::try_from(permit.caller().clone().rehearsing())?;
    let _alone = STAGE.acquire().await.map_err(Error::internal)?;
    prepared::write(store, permit, move |tx, permit| rehearsing::at(tx, &permit, at, &show)).await
}

/// Preview a page, as readers will see it at an instant to come.
///
/// As `GET /v1/pages` will answer then, if nothing else is published or planned until that instant: with the windows that are open, and with what is planned, as far as
/// whoever asks reads it, of plans and of releases the hundred that come first. Nothing of it is kept. It counts as a write.
#[utoipa::path(tag = "desk-publishing", security(("token" = [ReadArticle::NAME])), params(Foreseen, ShowPage),
    responses((status = 200, body = Page), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/pages")]
pub(crate) async fn preview_page(
    May(permit): May<ReadArticle>,
    req: HttpRequest,
    query: AsOf<ShowPage, Foreseen>,
    state: Data<State>,
) -> Result<HttpResponse, Failure> {
    let at = to_come(&state.store, query.when.as_of)?;
    let (request, index) = (query.asked.asked()?, state.response_cache.search().clone());
    let shown = rehearsed(&state.store, &permit, at, move |tx| {
        let outcome = answer(tx, &index, &request, at)?;
        // Where no page is, the one that says so comes along.
        let missing = match (&outcome, &request) {
            (Outcome::Absent(_, locale) | Outcome::Gone(_, locale), Request::Page(_, _, view)) => {
                Some(answer(tx, &index, &Request::Missing(locale.clone(), view.fallback), at)?)
            }
            _ => None,
        };
        Ok((outcome, missing))
    });
    let (outcome, missing) = shown.await?;
    let refusal = match outcome {
        Outcome::Shown(shown) => {
            let mut answer = HttpResponse::Ok();
            if let Some(language) = shown.locale.and_then(|locale| HeaderValue::from_str(locale.as_str()).ok()) {
                answer.insert_header((CONTENT_LANGUAGE, language));
            }
            return Ok(answer.content_type("application/json").body(shown.json));
        }
        Outcome::Moved(_) => Error::NotFound("page"),
        Outcome::Absent(what, _) => Error::NotFound(what),
        Outcome::Gone(what, _) => Error::Gone(what),
    };
    let page = match missing {
        Some(Outcome::Shown(page)) => Some(serde_json::from_slice(&page.json).map_err(Error::internal)?),
        _ => None,
    };
    let id = req.extensions().get::<RequestId>().map(|id| id.0.clone()).unwrap_or_default();
    Ok(Failure::Rule(refusal).answer_with(&id, page))
}
