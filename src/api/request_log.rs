//! What the log tells of requests: a span around each, a line for some of them, and for refusals of the server's own making.
//!
//! **Decision.** Whatever is answered out of the response cache as it was spelled before is answered before anything here: no span, no line,
//! 200 or 304. The rest is named by the pattern of its route, for a path may hold a token and a query anything; whoever asks is named by
//! their id.

use std::{
    collections::BTreeMap,
    mem,
    sync::{Mutex, PoisonError},
};

use actix_web::{Error, dev::ServiceResponse};
use tracing::{Instrument, Span, field::Empty};

use super::{State, problem::Failure};
use crate::domain::{Instant, measured::Measured};

/// What is logged of requests, and what was refused so far.
#[derive(Debug, Default)]
pub struct RequestLog {
    percent: u32,
    refused: Mutex<BTreeMap<&'static str, Refusals>>,
}

/// Refusals of one code. Who is refused again and again must not fill the log: a line at most once a second says how many came since the last.
#[derive(Debug, Default)]
struct Refusals {
    count: u64,
    told_at: Option<Instant>,
    untold: u64,
}

impl Measured for RequestLog {
    fn measure(&self, tell: &mut dyn FnMut(&'static str, &'static str, u64)) {
        for (code, refusals) in &*self.refused.lock().unwrap_or_else(PoisonError::into_inner) {
            tell("refusals", code, refusals.count);
        }
    }
}

impl RequestLog {
    /// A log with a line for so many of a hundred requests.
    #[must_use]
    pub fn new(percent: u32) -> Self {
        Self { percent, refused: Mutex::default() }
    }

    /// Leave a trace of a refusal, when it is of the server's own making.
    pub(super) fn refused(&self, failure: &Failure, request_id: &str, route: &str, now: Instant) {
        if !failure.is_of_our_making() {
            return;
        }
        let code = failure.code();
        let mut refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
        let of_code = refused.entry(code).or_default();
        of_code.count = of_code.count.saturating_add(1);
        if let Failure::Rule(error) = failure
            && let Some(cause) = error.for_the_log()
        {
            drop(refused);
            tracing::error!(request_id, route, code, error = cause, "a request failed");
        } else if of_code.told_at.is_some_and(|at| now.as_micros().abs_diff(at.as_micros()) < 1_000_000) {
            of_code.untold = of_code.untold.saturating_add(1);
        } else {
            let more = mem::take(&mut of_code.untold);
            of_code.told_at = Some(now);
            drop(refused);
            tracing::warn!(request_id, route, code, more, "a request was refused");
        }
    }

    /// Whether a request is one of those with a line. The end of its id is random.
    fn has_line(&self, request_id: &str) -> bool {
        let end = request_id.get(request_id.len().saturating_sub(2)..).and_then(|end| u32::from_str_radix(end, 16).ok());
        end.is_some_and(|end| end.saturating_mul(100) < self.percent.saturating_mul(256))
    }
}

/// Note who asks.
pub(super) fn asked_by(caller: impl std::fmt::Display) {
    Span::current().record("caller", tracing::field::display(caller));
}

/// Carry out a request within its span.
pub(super) async fn observed<B>(
    state: &State,
    request_id: &str,
    operation: &str,
    made: impl Future<Output = Result<ServiceResponse<B>, Error>>,
) -> Result<ServiceResponse<B>, Error> {
    let span = tracing::info_span!("request", request_id, operation, caller = Empty, outcome = Empty, micros = Empty);
    let began = state.store.now();
    let answer = made.instrument(span.clone()).await;
    let status = answer.as_ref().map_or_else(|error| error.as_response_error().status_code(), ServiceResponse::status);
    span.record("outcome", status.as_u16());
    span.record("micros", state.store.now().as_micros().saturating_sub(began.as_micros()));
    if state.log.has_line(request_id) {
        span.in_scope(|| tracing::info!("a request was answered"));
    }
    answer
}
