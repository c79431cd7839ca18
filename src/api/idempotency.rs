//! `Idempotency-Key` on the desk's POSTs (IETF draft-ietf-httpapi-idempotency-key-header): asking twice does nothing twice.
//!
//! What was done is kept with its answer for a day, and answered again to the same request. A refusal did nothing and is
//! not kept: the same request may be tried again, and gets the answer of its own time. Answers are sealed: they may hold what
//! is shown once.

use actix_web::{
    HttpResponse, HttpResponseBuilder,
    body::{BoxBody, to_bytes},
    dev::{Payload, ServiceRequest, ServiceResponse},
    http::{
        Method, StatusCode,
        header::{CONTENT_TYPE, ETAG, HeaderMap, HeaderName, HeaderValue, IF_MATCH, LOCATION},
    },
    web::Data,
};
use base64::{Engine, prelude::BASE64_STANDARD};
use serde::{Deserialize, Serialize};

use super::{State, extract::read, problem::Failure};
use crate::{
    access::{Bookkeeping, Caller, caller::Claim},
    desk,
    domain::Error,
    store::idempotency::{self, Standing},
};

/// The header.
pub const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
/// Says that an answer was given before.
pub const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");
/// The longest key, in bytes.
pub const MAX_KEY: usize = 255;
/// Headers of an answer that are kept with it.
const KEPT: [HeaderName; 3] = [CONTENT_TYPE, ETAG, LOCATION];

/// How a request with a key goes on.
pub(super) enum Begun {
    /// It has no key.
    Plain,
    /// It goes on under this claim, which is finished with its answer.
    Claimed(Claim),
    /// It was answered before.
    Answered(HttpResponse),
}

/// An answer as it is kept.
#[derive(Serialize, Deserialize)]
struct Kept {
    status: u16,
    headers: Vec<(String, String)>,
    body: String,
}

fn conflict(code: &'static str, detail: &str) -> Failure {
    Failure::Rule(Error::Conflict { code, detail: detail.to_owned() })
}

fn key(headers: &HeaderMap) -> Result<Option<&str>, Failure> {
    let wrong = || Failure::malformed("Idempotency-Key", "key", format!("once, with 1 to {MAX_KEY} visible ASCII characters"));
    let mut all = headers.get_all(IDEMPOTENCY_KEY);
    let Some(first) = all.next() else { return Ok(None) };
    let text = first.to_str().ok().filter(|t| !t.is_empty() && t.len() <= MAX_KEY && t.bytes().all(|b| b.is_ascii_graphic()));
    text.filter(|_| all.next().is_none()).map(Some).ok_or_else(wrong)
}

/// Claim the key of a request, if it has one.
pub(super) async fn begin(req: &mut ServiceRequest, state: &Data<State>, caller: &Caller, request_id: &str) -> Result<Begun, Failure> {
    if req.method() != Method::POST {
        return Ok(Begun::Plain);
    }
    let (Some(key), Some(user)) = (key(req.headers())?.map(str::to_owned), caller.user_id()) else { return Ok(Begun::Plain) };
    let (_, payload) = req.parts_mut();
    let body = read(payload).await?;
    // A body may hold a password, and an answer is for whoever still has the rights it was given under.
    let (uri, rights) = (req.uri().to_string(), caller.rights());
    // What it means: the rest of a tag tells bytes apart, which may have changed when the request is sent again.
    let expected = req.headers().get(IF_MATCH).map_or(&b""[..], HeaderValue::as_bytes).to_vec();
    let expected = expected.split(|byte| *byte == b'.').next().map_or(&b""[..], |version| version.strip_suffix(b"\"").unwrap_or(version));
    let fingerprint = state.keys.present().fingerprint(&[uri.as_bytes(), expected, rights.as_bytes(), &body]);
    req.set_payload(Payload::from(body));
    let claim = Claim { user, key: key.into() };
    let (wanted, id) = (claim.clone(), request_id.to_owned());
    let standing = match state.store.write(Bookkeeping, move |tx, _| idempotency::claim(tx, &wanted, &id, &fingerprint)).await {
        Err(Error::Taken(_)) => Standing::Running,
        other => other?,
    };
    let lost = || conflict("answer-lost", "this was done, but its answer was lost; look at what it was about");
    match standing {
        Standing::Claimed => Ok(Begun::Claimed(claim)),
        Standing::Answered(sealed) => {
            let (caller, path) = (caller.clone(), req.path().to_owned());
            state.store.read(move |tx| desk::replaying::still_seen(tx, &caller, &path)).await?;
            Ok(Begun::Answered(again(&state.keys.present().kept(&name(&claim), &sealed).ok_or_else(lost)?)?))
        }
        Standing::Running => Err(conflict("still-running", "a request with this key is under way")),
        Standing::Lost => Err(lost()),
        Standing::Other => {
            Err(Error::invalid("Idempotency-Key", "reused", "this key was used for another request; each request has a key of its own")
                .into())
        }
    }
}

/// What the answer of a claim is sealed under.
fn name(claim: &Claim) -> String {
    format!("{} {}", claim.user, claim.key)
}

fn again(kept: &[u8]) -> Result<HttpResponse, Failure> {
    let kept: Kept = serde_json::from_slice(kept).map_err(Error::internal)?;
    let mut answer = HttpResponseBuilder::new(StatusCode::from_u16(kept.status).map_err(Error::internal)?);
    for (name, value) in kept.headers {
        answer.insert_header((name, value));
    }
    answer.insert_header((REPLAYED, "true"));
    Ok(answer.body(BASE64_STANDARD.decode(kept.body).map_err(Error::internal)?))
}

/// Keep the answer of what was done under a claim; give the key back when nothing was.
///
/// What was done is done: when its answer cannot be kept, it is given all the same, and whoever repeats the request hears that it was lost.
pub(super) async fn finish(
    answer: ServiceResponse<BoxBody>,
    state: &Data<State>,
    claim: Claim,
    request_id: &str,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let id = request_id.to_owned();
    if !answer.status().is_success() {
        let released = state.store.write(Bookkeeping, move |tx, _| idempotency::release(tx, &claim, &id)).await;
        told(released, "a key could not be given back");
        return Ok(answer);
    }
    let (req, answer) = answer.into_parts();
    let (head, body) = answer.into_parts();
    let body = to_bytes(body).await.map_err(|e| Failure::from(Error::internal(e.to_string())))?;
    let header = |name: &HeaderName| head.headers().get(name).and_then(|v| v.to_str().ok()).map(|v| (name.to_string(), v.to_owned()));
    let kept =
        Kept { status: head.status().as_u16(), headers: KEPT.iter().filter_map(header).collect(), body: BASE64_STANDARD.encode(&body) };
    let kept = serde_json::to_vec(&kept).map_err(|e| Failure::from(Error::internal(e)))?;
    let kept = state.keys.present().keep(&name(&claim), &kept, state.store.entropy()).map_err(Failure::from)?;
    told(
        state.store.write(Bookkeeping, move |tx, _| idempotency::answer(tx, &claim, &id, kept)).await,
        "an answer could not be kept for whoever repeats its request",
    );
    Ok(ServiceResponse::new(req, head.set_body(BoxBody::new(body))))
}

fn told(outcome: Result<(), Error>, what: &str) {
    if let Err(error) = outcome {
        tracing::error!(%error, "{what}");
    }
}
