//! Answers to readers over HTTP: conditional (RFC 9110 §13), in the coding asked for, and cacheable by everybody (RFC 9111, RFC 5861).
//!
//! **Decision.** Browsers keep an answer for seconds. A shared cache keeps it for minutes only where it is told what to drop; otherwise it
//! would show for minutes what was taken down. Nobody keeps it beyond the instant at which something is due to change.

use std::{
    future::{Ready, ready},
    sync::Arc,
};

use actix_web::{
    FromRequest, HttpMessage, HttpRequest, HttpResponse,
    dev::{Payload, RequestHead},
    http::{
        StatusCode,
        header::{self, HeaderMap, HeaderName, HeaderValue},
    },
    web::Data,
};

use crate::{
    api::{
        State,
        headers::{RequestId, names},
        pieces::are_shared,
        problem::Failure,
    },
    delivery::{
        coding::Coding,
        request::{Request, Show},
        response_cache::{CachedAnswer, Entry, Page, told},
    },
    domain::{Error, Instant, Locale, cache_tag::CacheTag},
};

const SURROGATE_KEY: HeaderName = HeaderName::from_static("surrogate-key");
const CACHE_TAG: HeaderName = HeaderName::from_static("cache-tag");

/// At most this many accepted locales are tried.
const MOST_TRIED: usize = 8;

/// Seconds that a browser keeps an answer.
const PRIVATE_SECONDS: i64 = 10;
/// Seconds that a shared cache keeps an answer when it is told what to drop.
const PURGED_SECONDS: i64 = 300;

/// A reader who asks for something in a language.
pub(crate) struct Reader {
    req: HttpRequest,
    state: Data<State>,
}

impl FromRequest for Reader {
    type Error = Failure;
    type Future = Ready<Result<Self, Failure>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let state = req.app_data::<Data<State>>().cloned().ok_or_else(|| Error::internal("the service has no state").into());
        ready(state.map(|state| Self { req: req.clone(), state }))
    }
}

impl Reader {
    /// Answer what is asked for in the locale that `locale=` names, or that `Accept-Language` chooses where it says `auto`.
    ///
    /// # Errors
    /// [`Error::Invalid`] at `?locale`; those of `request`; what cannot be answered.
    pub(crate) async fn answer(
        self,
        locale: Option<&str>,
        request: impl FnOnce(Option<Locale>) -> Result<Request, Error>,
    ) -> Result<HttpResponse, Failure> {
        let locale = match locale {
            None => None,
            Some("auto") => {
                let accepted = self.req.headers().get(header::ACCEPT_LANGUAGE).and_then(|v| v.to_str().ok());
                let accepted = self.state.response_cache.accepted(accepted.unwrap_or_default()).await?;
                let request = request(accepted.first().cloned())?;
                let request = self.negotiated(request, &accepted).await?;
                return serve(&self.req, &self.state, &request, true).await;
            }
            Some(tag) => Some(Locale::read(tag).map_err(|why| Error::invalid("?locale", "locale", format!("{why}, nor `auto`")))?),
        };
        serve(&self.req, &self.state, &request(locale)?, false).await
    }

    /// A request in the best locale that what it asks for is there in: an article is live in some alone. Where it is there in none, nothing is
    /// gained by another than the first; what its chain leads to is looked at last, for it is none that the reader named.
    async fn negotiated(&self, request: Request, accepted: &[Locale]) -> Result<Request, Error> {
        let Request::Article(handle, show) = &request else { return Ok(request) };
        for locale in accepted.iter().take(MOST_TRIED) {
            let show = Show { locale: Some(locale.clone()), fallback: false, ..show.clone() };
            let asked = Request::Article(handle.clone(), show);
            if !matches!(self.state.response_cache.answer(&asked).await?.answer, CachedAnswer::Absent(..)) {
                return Ok(asked);
            }
        }
        Ok(request)
    }
}

/// Answer a reader's request.
///
/// # Errors
/// What cannot be answered, such as a parameter that means nothing on this site.
pub(crate) async fn serve(req: &HttpRequest, state: &State, request: &Request, negotiated: bool) -> Result<HttpResponse, Failure> {
    let entry = state.response_cache.answer(request).await?;
    let is_exact = entry.is_of(request);
    // Where a page was asked for, the one that says it is not there comes along.
    let missing = match &entry.answer {
        CachedAnswer::Absent(_, Some(locale)) | CachedAnswer::Gone(_, Some(locale)) => {
            let fallback = matches!(request, Request::Page(_, _, view) if view.fallback);
            Some(state.response_cache.answer(&Request::Missing(locale.clone(), fallback)).await?)
        }
        _ => None,
    };
    let mut answer = match &entry.answer {
        CachedAnswer::Shown(page) => {
            if !negotiated
                && is_exact
                && let Some(target) = req.uri().path_and_query()
            {
                state.response_cache.note_spelling(target.as_str(), &entry);
            }
            let mut answer = show(state, req.head(), &entry, page, negotiated).await?;
            if !is_exact {
                depend_on(answer.headers_mut(), &redirects());
            }
            return Ok(answer);
        }
        CachedAnswer::Moved(to) => HttpResponse::PermanentRedirect().insert_header((header::LOCATION, to.as_str())).finish(),
        CachedAnswer::Absent(what, _) => refuse(req, Error::NotFound(what), missing.as_deref())?,
        CachedAnswer::Gone(what, _) => refuse(req, Error::Gone(what), missing.as_deref())?,
    };
    let until = missing.as_ref().and_then(|missing| missing.until());
    keep(answer.headers_mut(), state, &entry, until);
    if let Some(missing) = &missing {
        depend_on(answer.headers_mut(), &missing.surrogate_key);
    }
    if !is_exact {
        depend_on(answer.headers_mut(), &redirects());
    }
    if negotiated {
        answer.headers_mut().insert(header::VARY, HeaderValue::from_static("Accept-Language"));
    }
    Ok(answer)
}

/// Answer a request that was spelled like this before and whose answer is still kept, without reading it again.
pub(crate) async fn again(state: &State, head: &RequestHead) -> Option<Result<HttpResponse, Failure>> {
    let entry = state.response_cache.spelled(head.uri.path_and_query()?.as_str(), state.store.now())?;
    match &entry.answer {
        CachedAnswer::Shown(page) => Some(show(state, head, &entry, page, false).await),
        CachedAnswer::Moved(_) | CachedAnswer::Absent(..) | CachedAnswer::Gone(..) => None,
    }
}

fn refuse(req: &HttpRequest, error: Error, missing: Option<&Entry>) -> Result<HttpResponse, Error> {
    let id = req.extensions().get::<RequestId>().map(|id| id.0.clone()).unwrap_or_default();
    let page = match missing.map(|missing| &missing.answer) {
        Some(CachedAnswer::Shown(page)) => page.ready(Coding::Identity),
        _ => None,
    };
    let page = page.map(|page| serde_json::from_slice(&page.bytes).map_err(Error::internal)).transpose()?;
    Ok(Failure::Rule(error).answer_with(&id, page))
}

async fn show(state: &State, head: &RequestHead, entry: &Arc<Entry>, page: &Page, negotiated: bool) -> Result<HttpResponse, Failure> {
    let wanted = head.headers.get(header::ACCEPT_ENCODING).and_then(|v| v.to_str().ok()).map_or(Coding::Identity, Coding::wanted);
    if page.ready(wanted).is_none() {
        page.encode(wanted).await?;
    }
    let Some(shown) = page.ready(wanted) else { return Err(Error::internal("an answer has no representation").into()) };
    let unchanged = head.headers.get_all(header::IF_NONE_MATCH).any(|tags| names(tags.as_bytes(), shown.etag.as_bytes()));
    let mut answer = if unchanged {
        HttpResponse::new(StatusCode::NOT_MODIFIED)
    } else {
        let mut answer = HttpResponse::with_body(StatusCode::OK, actix_web::body::BoxBody::new(shown.bytes.clone()));
        are_shared(&mut answer);
        answer.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        if shown.coding != Coding::Identity {
            answer.headers_mut().insert(header::CONTENT_ENCODING, HeaderValue::from_static(shown.coding.as_str()));
        }
        answer
    };
    let headers = answer.headers_mut();
    headers.insert(header::ETAG, shown.etag.clone());
    for (name, value) in [(header::CONTENT_LANGUAGE, &page.language), (header::LINK, &page.link)] {
        if let Some(value) = value {
            headers.insert(name, value.clone());
        }
    }
    let vary = match (page.varies(), negotiated) {
        (true, true) => Some("Accept-Encoding, Accept-Language"),
        (true, false) => Some("Accept-Encoding"),
        (false, true) => Some("Accept-Language"),
        (false, false) => None,
    };
    if let Some(vary) = vary {
        headers.insert(header::VARY, HeaderValue::from_static(vary));
    }
    keep(headers, state, entry, None);
    Ok(answer)
}

/// Say how long the answer may be kept, and what it was made from.
fn keep(headers: &mut HeaderMap, state: &State, entry: &Entry, until: Option<Instant>) {
    let shown = matches!(entry.answer, CachedAnswer::Shown(_));
    let ends = [state.response_cache.due(), entry.until(), until].into_iter().flatten().min();
    let left = ends.map(|at| at.as_seconds().saturating_sub(state.store.now().as_seconds()).max(0));
    let (private, shared) =
        (if shown { PRIVATE_SECONDS } else { PRIVATE_SECONDS / 2 }, if state.purged { PURGED_SECONDS } else { PRIVATE_SECONDS });
    let value = match left {
        Some(left) if left < shared => {
            let value = format!("public, max-age={}, s-maxage={left}, stale-if-error=86400", private.min(left));
            HeaderValue::from_str(&value).unwrap_or(HeaderValue::from_static("no-store"))
        }
        _ => HeaderValue::from_static(match (shown, state.purged) {
            (true, true) => "public, max-age=10, s-maxage=300, stale-while-revalidate=60, stale-if-error=86400",
            (true, false) => "public, max-age=10, s-maxage=10, stale-while-revalidate=10, stale-if-error=86400",
            (false, true) => "public, max-age=5, s-maxage=300",
            (false, false) => "public, max-age=5, s-maxage=5",
        }),
    };
    headers.insert(header::CACHE_CONTROL, value);
    tell_tags(headers, entry);
}

/// Say what an answer was made from, for whoever is told what to drop.
pub(super) fn tell_tags(headers: &mut HeaderMap, entry: &Entry) {
    headers.insert(SURROGATE_KEY, entry.surrogate_key.clone());
    headers.insert(CACHE_TAG, entry.cache_tag.clone());
}

/// That an answer is another one when redirects are: its request has a query, from which none leads yet.
fn redirects() -> HeaderValue {
    HeaderValue::try_from(CacheTag::Redirects.to_string()).unwrap_or(HeaderValue::from_static("many"))
}

/// Say that an answer was made from this, too.
fn depend_on(headers: &mut HeaderMap, more: &HeaderValue) {
    for (name, between) in [(SURROGATE_KEY, " "), (CACHE_TAG, ",")] {
        let said = headers.get(&name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let mut all: Vec<&str> = said.split(between).filter(|tag| !tag.is_empty()).collect();
        for tag in more.to_str().unwrap_or_default().split(' ') {
            if !all.contains(&tag) {
                all.push(tag);
            }
        }
        if let Ok(value) = HeaderValue::try_from(told(&all.join(between))) {
            headers.insert(name, value);
        }
    }
}
