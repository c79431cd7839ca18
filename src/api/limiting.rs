//! Rate limits on requests: whose budget one is charged to, and what its caller is told of it.
//!
//! **Decision.** Readers are counted by network, callers of the desk as themselves, and whatever comes with a token that is refused by network again:
//! whose token is good is not held up by who guesses behind the same address. What is left is told on answers that are for one caller alone
//! (`RateLimit`, `RateLimit-Policy`); an answer for everybody is kept by caches, and would tell one reader of another's budget, so that only its refusal
//! says so.

use actix_web::http::{Method, StatusCode, header::HeaderMap};

use super::{State, headers::Surface, problem::Failure, rate_fields};
use crate::{
    access::{
        Caller,
        rate::{Class, Left, Who},
    },
    domain::network::Network,
};

/// Where sessions are renewed.
const REFRESH: &str = "/v1/auth/refresh";

/// Where what is planned is rehearsed: it takes a writer, as a write does.
const REHEARSING: [&str; 2] = ["/v1/desk/pages", "/v1/desk/collections/{id}/preview"];

/// Where sessions are ended.
const ENDING: [&str; 2] = ["/v1/auth/logout", "/v1/auth/sessions/{id}"];

/// Charge a request for which nobody has to show who they are.
///
/// # Errors
/// [`Failure::QuotaExceeded`].
pub(super) fn charge_network(state: &State, surface: Surface, pattern: Option<&str>, network: Network) -> Result<Option<Left>, Failure> {
    let class = match surface {
        _ if surface.needs_caller(pattern) => return Ok(None),
        // Whoever behind one address has a session renews it, whatever others do there; what is refused is charged when it is.
        Surface::Auth if pattern == Some(REFRESH) => return Ok(None),
        Surface::Auth => Class::SignIn,
        Surface::Views => Class::View,
        // What watches over the server is never told to come back later; whoever looks for what is not there is.
        Surface::Other if pattern.is_some() => return Ok(None),
        Surface::Delivery | Surface::Preview | Surface::PreviewFile | Surface::Docs | Surface::Desk | Surface::Other => Class::Read,
    };
    Ok(state.rates.spend(class, Who::Network(network), state.store.now())?)
}

/// Charge a request of somebody who has shown who they are.
///
/// # Errors
/// [`Failure::QuotaExceeded`].
pub(super) fn charge_caller(state: &State, pattern: Option<&str>, caller: &Caller, method: &Method) -> Result<Option<Left>, Failure> {
    // Whoever has a token of somebody's spends their budget; they end that session all the same.
    if *method != Method::GET && pattern.is_some_and(|pattern| ENDING.contains(&pattern)) {
        return Ok(None);
    }
    let reads = *method == Method::GET && !pattern.is_some_and(|pattern| REHEARSING.contains(&pattern));
    let class = if reads { Class::DeskRead } else { Class::DeskWrite };
    let Some(id) = caller.user_id() else { return Ok(None) };
    Ok(state.rates.spend(class, Who::Caller(id.uuid()), state.store.now())?)
}

/// Charge the network of a request whose token, key or refresh token was refused, which this status says of where they are shown; the refusal instead,
/// once that is spent. Nobody else of that network is charged for it, nor refused.
pub(super) fn charge_refused(
    state: &State,
    surface: Surface,
    pattern: Option<&str>,
    status: StatusCode,
    network: Network,
) -> Option<Failure> {
    if status != StatusCode::UNAUTHORIZED || !(surface.needs_caller(pattern) || pattern == Some(REFRESH)) {
        return None;
    }
    state.rates.spend(Class::Refused, Who::Network(network), state.store.now()).err().map(Failure::from)
}

/// Tell a caller what is left, on an answer that is for them alone.
pub(super) fn tell(headers: &mut HeaderMap, surface: Surface, left: Option<Left>) {
    if let Some(left) = left.filter(|_| matches!(surface, Surface::Desk | Surface::Auth)) {
        rate_fields::put(headers, left.fields());
    }
}
