//! The frame around every answer: who asks, the request's id, and problems.

use std::{net::IpAddr, rc::Rc, sync::Arc};

use actix_web::{
    HttpMessage, HttpResponse,
    body::{BoxBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    error::InternalError,
    http::{
        Method, StatusCode,
        header::{self, HeaderName},
    },
    middleware::Next,
    rt,
    web::Data,
};

use super::{
    State, TUS, auth,
    clients::{
        Standing,
        framing::Framing,
        intake::{self, Length},
    },
    contract::TRIAL,
    delivery,
    desk::media::{AROUND, UPLOADS, takes_files},
    headers::{RequestId, Surface, dress, finish, is_problem, preflight, put, share},
    idempotency::{Begun, IDEMPOTENCY_KEY, begin, finish as finish_claim},
    limiting::{charge_caller, charge_network, charge_refused, tell},
    network::client,
    pieces::{Headless, Pieces, taken},
    preferring,
    problem::{Failure, Unread},
    request_log::{asked_by, observed},
};
use crate::{
    access::{
        Caller,
        api_key::{Shown, is_in_query},
        token::Verified,
    },
    desk::{self, api_keys::Entry},
    domain::{Error, error::TokenFault, network::Network},
    store::write_timeout,
};

/// The pattern of the route that the router finds for a request.
fn pattern(req: &ServiceRequest) -> Option<String> {
    req.resource_map().match_pattern(req.match_info().as_str())
}

/// Tells the connection that its request is answered, however that ends.
struct Answering(Option<Rc<Standing>>);

impl Drop for Answering {
    fn drop(&mut self) {
        if let Some(standing) = &self.0 {
            standing.answered();
        }
    }
}

/// Run a request inside the frame.
///
/// # Errors
/// What the framework fails with before any handler runs, as an answer like every other.
pub async fn frame(mut req: ServiceRequest, next: Next<impl MessageBody + 'static>) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let Some(state) = req.app_data::<Data<State>>().cloned() else {
        return next.call(req).await.map(ServiceResponse::map_into_boxed_body);
    };
    let standing = req.conn_data::<Rc<Standing>>().cloned();
    if let Some(standing) = &standing {
        standing.begun(Framing::of(&mut req));
    }
    let answering = Answering(standing.clone());
    let id = state.store.entropy().uuid(state.store.now()).to_string();
    let (head, reading) = (req.method() == Method::HEAD, req.method() == Method::GET);
    let mut answer = carried_out(req, &state, &id, next).await.map_err(|error| broken(&error, &state, &id))?;
    drop(answering);
    let share = taken(answer.response(), &state.answers);
    if share.is_err() && reading {
        // What was read can be read again; what was done is told.
        let failure = Failure::Rule(Error::Busy);
        state.log.refused(&failure, &id, &answer.request().match_pattern().unwrap_or_default(), state.store.now());
        *answer.response_mut() = failure.answer(&id);
        dress(answer.headers_mut(), &state, &id);
    }
    let share = share.unwrap_or_default();
    Ok(answer.map_body(|_, body| if head { BoxBody::new(Headless(body.size())) } else { Pieces::of(body, standing, share) }))
}

/// Methods that the log names; what else a client sends as one is its own text.
const METHODS: [Method; 9] =
    [Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::PATCH, Method::DELETE, Method::OPTIONS, Method::CONNECT, Method::TRACE];

/// What comes of a request. What is made is boxed, so that answers that are kept do not carry along the room for it.
async fn carried_out(
    req: ServiceRequest,
    state: &Data<State>,
    id: &str,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let reading = matches!(*req.method(), Method::GET | Method::HEAD);
    if reading && let Some(answer) = kept(&req, state, id).await {
        return Ok(req.into_response(answer));
    }
    // What holds up other writers is logged by this name.
    let method = if METHODS.contains(req.method()) { req.method().as_str() } else { "other" };
    let pattern = pattern(&req);
    let operation: Arc<str> = format!("{method} {}", pattern.as_deref().unwrap_or("nothing")).into();
    if !reading && req.headers().contains_key(IDEMPOTENCY_KEY) {
        let (state, id) = (state.clone(), id.to_owned());
        let work = async move {
            observed(&state, &id, &operation, write_timeout::named(operation.clone(), made(req, pattern, &state, &id, next))).await
        };
        // It comes to its end although its client hangs up, so that the answer is there when it asks again.
        return rt::spawn(work).await.map_err(|e| Failure::from(Error::internal(e)))?;
    }
    Box::pin(observed(state, id, &operation, write_timeout::named(operation.clone(), made(req, pattern, state, id, next)))).await
}

/// What failed without an answer of its own, as one.
fn broken(error: &actix_web::Error, state: &State, id: &str) -> actix_web::Error {
    let made;
    let failure = if let Some(failure) = error.as_error::<Failure>() {
        failure
    } else {
        made = bare(error.as_response_error().status_code());
        &made
    };
    state.log.refused(failure, id, "", state.store.now());
    let mut answer = failure.answer(id);
    dress(answer.headers_mut(), state, id);
    InternalError::from_response("a request failed", answer).into()
}

/// The address that a request comes from, where it is known.
fn came_from(req: &ServiceRequest, state: &State) -> Option<IpAddr> {
    client(req.peer_addr(), req.headers(), &state.proxies)
}

/// The answer to a reader whose request was spelled like this before, while it is kept: before anything else is done.
async fn kept(req: &ServiceRequest, state: &State, id: &str) -> Option<HttpResponse> {
    // Only delivery's answers are kept, and only spellings that its routes were asked by.
    let mut answer = delivery::serve::again(state, req.head()).await?.ok()?;
    if let Err(failure) = charge_network(state, Surface::Delivery, None, came_from(req, state).into()) {
        state.log.refused(&failure, id, "", state.store.now());
        answer = failure.answer(id);
    }
    finish(answer.headers_mut(), state, Surface::Delivery, id);
    share(answer.headers_mut(), Surface::Delivery, None, &state.origins);
    Some(answer)
}

/// The answer of a route.
async fn made(
    mut req: ServiceRequest,
    pattern: Option<String>,
    state: &Data<State>,
    id: &str,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let surface = Surface::of(pattern.as_deref(), req.query_string());
    let length = if takes_files(pattern.as_deref(), req.method()) {
        Length::HandedOn(usize::try_from(state.files.most_bytes()).unwrap_or(usize::MAX).saturating_add(AROUND))
    } else {
        Length::Held(surface.longest_body())
    };
    intake::watch(&mut req, &state.clients, length);
    let origin = req.headers().get(header::ORIGIN).cloned();
    // Whoever only looks where a link leads has not followed it.
    let leads_on = pattern.as_deref().is_some_and(|pattern| auth::single_sign_on::WAYS.contains(&pattern));
    if req.method() == Method::HEAD && !leads_on {
        req.head_mut().method = Method::GET;
        // RFC 9110 §14.2: a range is of what `GET` answers with.
        req.headers_mut().remove(header::RANGE);
    }
    let (mut only_trying, mut left) = (false, None);
    let ip = came_from(&req, state);
    let from = Network::from(ip);
    let minimal = preferring::is_minimal(req.headers()) && state.contract.may_be_minimal(pattern.as_deref(), req.method());
    let mut answer = if !is_met(&req) {
        req.error_response(Failure::Unread(Unread::Expectation))
    } else if is_in_query(req.query_string()) {
        req.error_response(told_to_all())
    } else if req.method() == Method::OPTIONS && req.headers().contains_key(header::ACCESS_CONTROL_REQUEST_METHOD) {
        req.into_response(preflight(surface))
    } else {
        let identified = match charge_network(state, surface, pattern.as_deref(), from) {
            Ok(charged) => {
                left = charged;
                identify(state, &req, surface.needs_caller(pattern.as_deref()), (id, ip)).await
            }
            Err(failure) => Err(failure),
        };
        let identified = identified.and_then(|who| {
            left = who.as_ref().map_or(Ok(left), |(_, caller)| charge_caller(state, pattern.as_deref(), caller, req.method()))?;
            Ok(who)
        });
        req.extensions_mut().insert(RequestId(id.to_owned()));
        match identified {
            // `into_response` would lose the failure that the problem is made of.
            Err(failure) => req.error_response(failure),
            Ok(None) if let Err(failure) = state.contract.knows(pattern.as_deref(), req.method(), req.query_string()) => {
                req.error_response(failure)
            }
            Ok(None) => next.call(req).await?.map_into_boxed_body(),
            Ok(Some((verified, caller))) => {
                let trial = if surface == Surface::Desk { only_tried(&mut req) } else { Ok(false) };
                let trial =
                    trial.and_then(|trial| state.contract.knows(pattern.as_deref(), req.method(), req.query_string()).map(|()| trial));
                only_trying = matches!(trial, Ok(true));
                let begun = match trial {
                    Ok(false) if surface == Surface::Desk && matches!(length, Length::Held(_)) => begin(&mut req, state, &caller, id).await,
                    // What is undone needs no key against being done twice; nor does a file, which is known by its bytes.
                    Ok(_) => Ok(Begun::Plain),
                    Err(failure) => Err(failure),
                };
                let caller = if let Ok(Begun::Claimed(claim)) = &begun { caller.once(claim.clone()) } else { caller };
                let caller = if only_trying { caller.rehearsing() } else { caller };
                asked_by(caller.actor());
                if let Some(verified) = verified {
                    req.extensions_mut().insert(verified);
                }
                req.extensions_mut().insert(caller);
                match begun {
                    Ok(Begun::Plain) => next.call(req).await?.map_into_boxed_body(),
                    Ok(Begun::Claimed(claim)) => finish_claim(next.call(req).await?.map_into_boxed_body(), state, claim, id).await?,
                    Ok(Begun::Answered(answer)) => req.into_response(answer),
                    Err(failure) => req.error_response(failure),
                }
            }
        }
    };
    if let Some(failure) = charge_refused(state, surface, pattern.as_deref(), answer.status(), from) {
        state.log.refused(&failure, id, pattern.as_deref().unwrap_or_default(), state.store.now());
        *answer.response_mut() = failure.answer(id);
    }
    name_problem(&mut answer, state, id);
    if minimal {
        // Of an answer that was kept as well: it is kept whole, for whoever repeats the request may prefer something else.
        answer = preferring::without_body(answer);
    }
    if only_trying {
        answer.headers_mut().remove(header::LOCATION);
        put(answer.headers_mut(), HeaderName::from_static("validate-only"), "true");
    }
    // The documentation's route takes every path below it; where there is no page, it is as if there were no route.
    let is_page = !is_problem(answer.headers()) && *answer.request().method() != Method::OPTIONS;
    let surface = if surface == Surface::Docs && !is_page { Surface::Other } else { surface };
    finish(answer.headers_mut(), state, surface, id);
    if pattern.as_deref().is_some_and(|pattern| pattern.starts_with(UPLOADS)) {
        put(answer.headers_mut(), HeaderName::from_static("tus-resumable"), TUS);
    }
    tell(answer.headers_mut(), surface, left);
    share(answer.headers_mut(), surface, origin.as_ref(), &state.origins);
    Ok(answer)
}

/// Whether a request expects nothing but what the HTTP library does (RFC 9110 §10.1.1).
fn is_met(req: &ServiceRequest) -> bool {
    req.headers().get_all(header::EXPECT).all(|value| value.as_bytes().eq_ignore_ascii_case(b"100-continue"))
}

/// Whether a write is only to be tried (`?validate_only=true`); the parameter is taken out of the query, for no operation knows it.
fn only_tried(req: &mut ServiceRequest) -> Result<bool, Failure> {
    if req.method() == Method::GET || !req.query_string().contains(TRIAL) {
        return Ok(false);
    }
    let pairs: Vec<(String, String)> = url::form_urlencoded::parse(req.query_string().as_bytes()).into_owned().collect();
    let (mine, others): (Vec<_>, Vec<_>) = pairs.into_iter().partition(|(name, _)| name == TRIAL);
    let trying = match mine.iter().map(|(_, value)| value.as_str()).collect::<Vec<_>>().as_slice() {
        [] => return Ok(false),
        ["true"] => true,
        ["false"] => false,
        _ => return Err(Failure::malformed("?validate_only", "parameter", "`true` or `false`, once")),
    };
    let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(others).finish();
    let path = if query.is_empty() { req.path().to_owned() } else { format!("{}?{query}", req.path()) };
    req.head_mut().uri = path.parse().ok().ok_or_else(|| Failure::Malformed(Vec::new()))?;
    Ok(trying)
}

/// A secret in an address: servers and browsers write addresses down. Nothing of it is repeated.
fn told_to_all() -> Failure {
    let detail =
        "an API key belongs in the header Authorization and never in an address, which others write down: revoke it, and make another";
    Failure::malformed("?", "api_key", detail)
}

/// Who asks, when the route needs to know, and in which session, if it is one.
async fn identify(
    state: &Data<State>,
    req: &ServiceRequest,
    needed: bool,
    (id, ip): (&str, Option<IpAddr>),
) -> Result<Option<(Option<Verified>, Caller)>, Failure> {
    if !needed {
        return Ok(None);
    }
    // What is no text is no token either: it is refused as one.
    let mut headers = req.headers().get_all(header::AUTHORIZATION).map(|v| String::from_utf8_lossy(v.as_bytes()));
    let header = headers.next().unwrap_or_default();
    let (scheme, token) = header.split_once(' ').unwrap_or((&header, ""));
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(Error::Unauthenticated.into());
    }
    // Of two, whoever looks at the other one sees somebody else.
    let token = if headers.next().is_none() { token.trim_start_matches(' ') } else { "" };
    let origin = ip.map(|ip| ip.to_string()).unwrap_or_default();
    if Shown::is_meant(token) {
        let caller = by_key(state, token, ip.into()).await?;
        return Ok(Some((None, caller.within(id, &origin))));
    }
    let verified = match Verified::from_token(token, &state.keys.present(), &state.issuer, state.store.now()) {
        Ok(verified) => verified,
        Err(refused) => {
            let caller = auth::single_sign_on::caller(state, token, ip.into()).await?.ok_or(refused)?;
            return Ok(Some((None, caller.within(id, &origin))));
        }
    };
    let shown = verified.clone();
    let caller = state.store.read(move |tx| desk::sessions::caller(tx, &shown)).await?;
    Ok(Some((Some(verified), caller.within(id, &origin))))
}

/// Who shows an API key. One that was mistyped is refused without asking anybody.
async fn by_key(state: &Data<State>, text: &str, from: Network) -> Result<Caller, Failure> {
    let shown = Shown::read(text).ok_or(Error::TokenRefused(TokenFault::Invalid))?;
    match state.store.read(move |tx| desk::api_keys::caller(tx, &shown)).await? {
        Entry::In(caller, due) => {
            if let Some(key) = due {
                state.sign_ins.used(key, state.store.now());
            }
            Ok(caller)
        }
        Entry::Out(user, why, fault) => {
            state.sign_ins.note(user, from, why, state.store.now());
            Err(Error::TokenRefused(fault).into())
        }
    }
}

/// Put the request's id into a problem, log what is ours, and make a problem of every bare refusal.
fn name_problem(answer: &mut ServiceResponse<BoxBody>, state: &State, id: &str) {
    let status = answer.status();
    let failure = answer.response().error().and_then(|e| e.as_error::<Failure>());
    let made;
    let failure = match failure {
        Some(failure) => failure,
        None if answer.headers().get(header::CONTENT_TYPE).is_some_and(|t| t == super::problem::MEDIA_TYPE) => return,
        None if status.is_client_error() || status.is_server_error() => {
            made = bare(status);
            &made
        }
        None => return,
    };
    // By the pattern: a path may hold a token.
    state.log.refused(failure, id, &answer.request().match_pattern().unwrap_or_default(), state.store.now());
    let named = failure.answer(id);
    *answer.response_mut() = named;
}

/// A refusal that the framework made by itself.
fn bare(status: StatusCode) -> Failure {
    match status {
        StatusCode::NOT_FOUND => Failure::NoRoute,
        StatusCode::PAYLOAD_TOO_LARGE => Failure::TooLarge,
        s if s.is_server_error() => Failure::Rule(Error::internal("the framework refused")),
        _ => Failure::Malformed(Vec::new()),
    }
}
