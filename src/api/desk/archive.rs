//! `/v1/desk/archive`: what the public saw at an instant, from editions; names of sections, authors and tags are those of today.
//!
//! It is the desk's, for the public would find there again what was corrected, unpublished or taken down.

use std::future::{Ready, ready};

use actix_web::{
    FromRequest, HttpRequest, HttpResponse,
    dev::Payload,
    get,
    http::header,
    web::{Data, Path},
};
use serde::{Deserialize, de::DeserializeOwned};
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::{
    access::{Action, Permit, action::ReadArchive},
    api::{
        State,
        delivery::{
            articles::{ListArticles, ShowArticle},
            pages::ShowPage,
        },
        extract::{May, query},
        problem::{Failure, Problem},
    },
    delivery::{
        articles::{ArticleAnswer, ArticleListing},
        pages::Page,
        request::{Handle, Outcome, Request, answer},
    },
    domain::{Error, Instant, Locale, article::ArticleId},
};

/// The operations of this file.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(list_archived_articles).service(show_archived_article).service(show_archived_page);
}

/// When.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct When {
    /// The instant; not in the future.
    #[param(inline, example = "2026-03-01T08:00:00Z")]
    as_of: Instant,
}

/// What is asked of readers' operations, with the instant that it is asked of: whatever these take, the archive takes.
pub(crate) struct AsOf<T, W = When> {
    pub(super) when: W,
    pub(super) asked: T,
}

impl<T, W> FromRequest for AsOf<T, W>
where
    T: DeserializeOwned + IntoParams + 'static,
    W: DeserializeOwned + IntoParams + 'static,
{
    type Error = Failure;
    type Future = Ready<Result<Self, Failure>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let (when, others): (Vec<&str>, Vec<&str>) =
            req.query_string().split('&').filter(|pair| !pair.is_empty()).partition(|pair| pair.split('=').next() == Some("as_of"));
        ready(match (query::<W>(&when.join("&")), query::<T>(&others.join("&")).map_err(with_when)) {
            (Ok(when), Ok(asked)) => Ok(Self { when, asked }),
            (Err(Failure::Malformed(mut all)), Err(Failure::Malformed(others))) => {
                all.extend(others);
                Err(Failure::Malformed(all))
            }
            (Err(failure), _) | (_, Err(failure)) => Err(failure),
        })
    }
}

/// The same, where what is known is told: readers' operations know nothing of instants.
fn with_when(mut failure: Failure) -> Failure {
    if let Failure::Malformed(faults) = &mut failure {
        let unknown = faults.iter_mut().filter(|fault| fault.code == "unknown_parameter");
        unknown.for_each(|fault| fault.detail.push_str(", `as_of`"));
    }
    failure
}

/// The locale that a reader's `locale` names; of those that `Accept-Language` accepts the first, where it says `auto`.
async fn locale(req: &HttpRequest, state: &State, asked: Option<&str>) -> Result<Option<Locale>, Failure> {
    match asked {
        None => Ok(None),
        Some("auto") => {
            let accepted = req.headers().get(header::ACCEPT_LANGUAGE).and_then(|v| v.to_str().ok());
            Ok(state.response_cache.accepted(accepted.unwrap_or_default()).await?.into_iter().next())
        }
        Some(tag) => Ok(Some(Locale::read(tag).map_err(|why| Error::invalid("?locale", "locale", format!("{why}, nor `auto`")))?)),
    }
}

async fn read(state: &State, permit: Permit<ReadArchive>, as_of: Instant, request: Request) -> Result<HttpResponse, Failure> {
    if as_of > state.store.now() {
        return Err(Error::invalid("?as_of", "future", "the archive knows nothing of the future").into());
    }
    let index = state.response_cache.search().clone();
    let read = move |tx: &mut crate::store::Tx<'_>| {
        tx.as_of(as_of, permit.own_visibility());
        answer(tx, &index, &request, as_of)
    };
    Ok(match state.store.read(read).await? {
        Outcome::Shown(shown) => HttpResponse::Ok().content_type("application/json").body(shown.json),
        Outcome::Moved(_) => return Err(Error::NotFound("article").into()),
        Outcome::Absent(what, _) => return Err(Error::NotFound(what).into()),
        Outcome::Gone(what, _) => return Err(Error::Gone(what).into()),
    })
}

/// List the articles that were public at an instant.
///
/// As `GET /v1/articles` would have shown them then, under the names of today.
#[utoipa::path(tag = "desk-archive", security(("token" = [ReadArchive::NAME])), params(When, ListArticles),
    responses((status = 200, body = ArticleListing), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/archive/articles")]
pub(crate) async fn list_archived_articles(
    May(permit): May<ReadArchive>,
    req: HttpRequest,
    query: AsOf<ListArticles>,
    state: Data<State>,
) -> Result<HttpResponse, Failure> {
    let locale = locale(&req, &state, query.asked.locale.as_deref()).await?;
    let asked = query.asked.asked()?;
    read(&state, permit, query.when.as_of, asked(locale)).await
}

/// Show an article as the public saw it at an instant.
///
/// 404 when it was not public then. What was taken down since is shown; what was erased is not.
#[utoipa::path(tag = "desk-archive", security(("token" = [ReadArchive::NAME])), params(("id" = ArticleId, Path), When, ShowArticle),
    responses((status = 200, body = ArticleAnswer), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/archive/articles/{id}")]
pub(crate) async fn show_archived_article(
    May(permit): May<ReadArchive>,
    id: Path<ArticleId>,
    req: HttpRequest,
    query: AsOf<ShowArticle>,
    state: Data<State>,
) -> Result<HttpResponse, Failure> {
    let locale = locale(&req, &state, query.asked.locale.as_deref()).await?;
    let asked = query.asked.asked(Handle::Id(*id));
    read(&state, permit, query.when.as_of, asked(locale)).await
}

/// Show a page as the public saw it at an instant.
///
/// As `GET /v1/pages` would have answered then, under the names, addresses and menus of today; a slug that was public then is found.
#[utoipa::path(tag = "desk-archive", security(("token" = [ReadArchive::NAME])), params(When, ShowPage),
    responses((status = 200, body = Page), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/archive/pages")]
pub(crate) async fn show_archived_page(
    May(permit): May<ReadArchive>,
    query: AsOf<ShowPage>,
    state: Data<State>,
) -> Result<HttpResponse, Failure> {
    read(&state, permit, query.when.as_of, query.asked.asked()?).await
}
