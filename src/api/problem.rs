//! Refusals as `application/problem+json` (RFC 9457): one exhaustive match from what went wrong to status and code.

use std::fmt;

use actix_web::{
    HttpResponse, ResponseError,
    http::{
        StatusCode,
        header::{ALLOW, CONTENT_RANGE, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE},
    },
};
use serde::Serialize;
use utoipa::{
    ToSchema,
    openapi::{Object, ObjectBuilder, schema::Type},
};

use super::{TUS, rate_fields};
use crate::{
    access::rate::Spent,
    delivery::pages::ErrorPage,
    domain::{
        Error, Instant, Violation,
        error::{FileFault, Holder, MovedOn, TokenFault, UsedBy},
    },
};

/// The reason phrase of 460, as tus has it.
const CHECKSUM: &str = "Checksum Mismatch";

/// The media type of a problem.
pub const MEDIA_TYPE: &str = "application/problem+json";

/// Every code of a problem, as `docs/problems.md` tells of them.
pub const CODES: [&str; 71] = [
    "malformed",
    "unauthenticated",
    "invalid-token",
    "token-expired",
    "session-ended",
    "api-key-ended",
    "wrong-credentials",
    "second-factor-required",
    "second-factor-wrong",
    "forbidden",
    "not-found",
    "no-route",
    "gone",
    "method-not-allowed",
    "too-slow",
    "taken",
    "in-use",
    "overtaken",
    "embargoed",
    "not-embargoed",
    "scheduled",
    "not-scheduled",
    "live",
    "not-live",
    "no-voice",
    "not-approved",
    "wrong-state",
    "another-kind",
    "withdrawn",
    "not-withdrawn",
    "erased",
    "original",
    "there",
    "published",
    "empty",
    "last-admin",
    "suspended",
    "second-factor-on",
    "person",
    "still-running",
    "key-announced",
    "answer-lost",
    "superseded",
    "too-many",
    "wrong-offset",
    "upload-under-way",
    "stale",
    "tus-version",
    "too-large",
    "target-too-long",
    "unsupported-media-type",
    "out-of-range",
    "expectation",
    "invalid",
    "media-too-complex",
    "media-broken",
    "unconditional",
    "too-many-attempts",
    "quota-exceeded",
    "head-too-large",
    "checksum-mismatch",
    "internal",
    "busy",
    "took-too-long",
    "database-unavailable",
    "storage-unavailable",
    "search-building",
    "disk-full",
    "read-only",
    "not-ready",
    "http-version",
];

/// The codes, for the contract.
fn codes() -> Object {
    ObjectBuilder::new().schema_type(Type::String).enum_values(Some(CODES)).description(Some("What happened, as a stable code.")).build()
}

/// Why a request was refused (RFC 9457).
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "type": "urn:dateline:problem:invalid", "title": "Unprocessable Entity", "status": 422, "code": "invalid",
    "detail": "#/translations/hi/headline: must not be empty", "request_id": "0198c5a1-7f00-7000-8000-000000000001",
    "errors": [{ "pointer": "#/translations/hi/headline", "code": "required", "detail": "must not be empty" }]
}))]
pub struct Problem {
    /// A name for this type of problem: `urn:dateline:problem:` and the code.
    pub r#type: String,
    /// The status in words.
    pub title: &'static str,
    /// The HTTP status.
    pub status: u16,
    /// What happened, in words.
    pub detail: String,
    /// What happened, as a stable code.
    #[schema(schema_with = codes)]
    pub code: &'static str,
    /// The id of the request, for whoever runs the server.
    pub request_id: String,
    /// Everything that is wrong with what was sent.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub errors: Vec<Violation>,
    /// With `stale`: the newest version.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub current_version: Option<i32>,
    /// With `stale`: who made it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub changed_by: Option<String>,
    /// With `stale`: when it was made.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub changed_at: Option<Instant>,
    /// With `stale`: what has changed since the expected version, as JSON pointers.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false, example = json!(["#/headline"]))]
    pub changed: Vec<&'static str>,
    /// With `stale`: each that has moved on, by locale.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub moved: Vec<MovedOn>,
    /// With `in-use`: what of it you may see.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub used_by: Vec<UsedBy>,
    /// With `taken`: who has it, where you may see them.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub holder: Option<Holder>,
    /// With `quota-exceeded`: whose budget is spent, as `RateLimit-Policy` names it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false, example = json!(["desk-write"]))]
    pub violated_policies: Vec<&'static str>,
    /// With `not-ready`: what works.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub checks: Option<Checks>,
    /// With `not-found` and `gone` of `/v1/pages` and `/v1/desk/pages`: the page to draw.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<ErrorPage>, nullable = false)]
    pub page: Option<serde_json::Value>,
}

/// What of the server works.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
pub struct Checks {
    /// Whether the database answers.
    pub database: bool,
    /// Whether the schema is as new as this program; nothing is known of it when the database does not answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub schema: Option<bool>,
    /// Whether one can write.
    pub writing: bool,
    /// Why not: `held`, when somebody holds a writer for longer than the limit; `disk-full`, `read-only` or `database-unavailable`, when the last
    /// write of anybody was refused for that.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "disk-full")]
    pub writing_stopped: Option<&'static str>,
    /// How many hold a writer now.
    pub turns: usize,
    /// For how many seconds the longest of them has.
    pub turn_seconds: i64,
}

/// Why a request was refused: by a rule, or on its way to one.
#[derive(Debug)]
pub enum Failure {
    /// By a rule.
    Rule(Error),
    /// It could not be read; what was wrong, where known.
    Malformed(Vec<Violation>),
    /// Its body is larger than the limit.
    TooLarge,
    /// Its body is of a type that is not taken here.
    UnsupportedMediaType(&'static str),
    /// There is nothing at this path.
    NoRoute,
    /// There is something, but not with this method; those that are allowed.
    MethodNotAllowed(String),
    /// It did not come to be read.
    Unread(Unread),
    /// The server cannot do its work; what of it works.
    NotReady(Checks),
    /// Its caller has asked more than its budget allows.
    QuotaExceeded(Spent),
    /// It speaks another version of tus.
    TusVersion,
    /// Its bytes do not come to the sum that it names.
    Checksum,
    /// It shows no good code for tokens: told in the words of OAuth 2.0 (RFC 6749 §5.2), for libraries that know no others.
    InvalidGrant,
}

/// Why a request did not come to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unread {
    /// It was waited for long enough.
    Slow,
    /// Its request line is longer than the limit.
    LongTarget,
    /// Its header fields are more or longer than the limit.
    LongHead,
    /// It is in a version of HTTP that is not spoken here.
    Version,
    /// It expects what is not done here.
    Expectation,
    /// There is no room for it at present.
    Full,
}

impl Unread {
    fn row(self) -> (StatusCode, &'static str) {
        match self {
            Self::Slow => (StatusCode::REQUEST_TIMEOUT, "too-slow"),
            Self::LongTarget => (StatusCode::URI_TOO_LONG, "target-too-long"),
            Self::LongHead => (StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE, "head-too-large"),
            Self::Version => (StatusCode::HTTP_VERSION_NOT_SUPPORTED, "http-version"),
            Self::Expectation => (StatusCode::EXPECTATION_FAILED, "expectation"),
            Self::Full => (StatusCode::SERVICE_UNAVAILABLE, "busy"),
        }
    }

    /// The same in words.
    #[must_use]
    pub fn detail(self) -> &'static str {
        match self {
            Self::Slow => "the request took too long to come",
            Self::LongTarget => "the request line is longer than this server takes",
            Self::LongHead => "the header fields are more or longer than this server takes",
            Self::Version => "this server speaks HTTP/1.1",
            Self::Expectation => "this server meets `100-continue` and no other expectation",
            Self::Full => "unfinished requests take up what room there is; try again in a moment",
        }
    }
}

impl From<Spent> for Failure {
    fn from(spent: Spent) -> Self {
        Self::QuotaExceeded(spent)
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Rule(error)
    }
}

/// What is wrong, as one sentence: the first fault, and how many there are beside it.
fn sentence(errors: &[Violation]) -> Option<String> {
    let first = errors.first()?;
    let place = if first.pointer == "#" { String::new() } else { format!("{}: ", first.pointer) };
    let more = match errors.len() {
        0 | 1 => String::new(),
        2 => " (and one more fault)".to_owned(),
        all => format!(" (and {} more faults)", all.saturating_sub(1)),
    };
    Some(format!("{place}{}{more}", first.detail))
}

impl Failure {
    /// One thing that could not be read.
    pub fn malformed(pointer: impl Into<String>, code: &'static str, detail: impl Into<String>) -> Self {
        Self::Malformed(vec![Violation { pointer: pointer.into(), code, detail: detail.into() }])
    }

    fn row(&self) -> (StatusCode, &'static str) {
        match self {
            Self::Malformed(_) => (StatusCode::BAD_REQUEST, "malformed"),
            Self::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "too-large"),
            Self::UnsupportedMediaType(_) => (StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported-media-type"),
            Self::TusVersion => (StatusCode::PRECONDITION_FAILED, "tus-version"),
            // A status of tus; HTTP has no name for it.
            Self::Checksum => (StatusCode::from_u16(460).unwrap_or(StatusCode::BAD_REQUEST), "checksum-mismatch"),
            Self::NoRoute => (StatusCode::NOT_FOUND, "no-route"),
            Self::MethodNotAllowed(_) => (StatusCode::METHOD_NOT_ALLOWED, "method-not-allowed"),
            Self::InvalidGrant => (StatusCode::BAD_REQUEST, "malformed"),
            Self::Unread(why) => why.row(),
            Self::NotReady(_) => (StatusCode::SERVICE_UNAVAILABLE, "not-ready"),
            Self::QuotaExceeded(_) => (StatusCode::TOO_MANY_REQUESTS, "quota-exceeded"),
            Self::Rule(error) => match error {
                Error::Unauthenticated => (StatusCode::UNAUTHORIZED, "unauthenticated"),
                Error::TokenRefused(TokenFault::Invalid) => (StatusCode::UNAUTHORIZED, "invalid-token"),
                Error::TokenRefused(TokenFault::Expired) => (StatusCode::UNAUTHORIZED, "token-expired"),
                Error::TokenRefused(TokenFault::SessionEnded) => (StatusCode::UNAUTHORIZED, "session-ended"),
                Error::TokenRefused(TokenFault::KeyExpired | TokenFault::KeyRevoked | TokenFault::OwnerSuspended) => {
                    (StatusCode::UNAUTHORIZED, "api-key-ended")
                }
                Error::WrongCredentials => (StatusCode::UNAUTHORIZED, "wrong-credentials"),
                Error::SecondFactor { shown: false } => (StatusCode::UNAUTHORIZED, "second-factor-required"),
                Error::SecondFactor { shown: true } => (StatusCode::UNAUTHORIZED, "second-factor-wrong"),
                Error::Forbidden(_) => (StatusCode::FORBIDDEN, "forbidden"),
                Error::NotFound(_) => (StatusCode::NOT_FOUND, "not-found"),
                Error::Gone(_) => (StatusCode::GONE, "gone"),
                Error::Stale { .. } => (StatusCode::PRECONDITION_FAILED, "stale"),
                Error::Unconditional => (StatusCode::PRECONDITION_REQUIRED, "unconditional"),
                Error::Taken(_) => (StatusCode::CONFLICT, "taken"),
                Error::Conflict { code, .. } => (StatusCode::CONFLICT, code),
                Error::InUse(_) => (StatusCode::CONFLICT, "in-use"),
                // A query parameter is wrong, not the thing that was sent.
                Error::Invalid(all) if all.iter().all(|v| v.pointer.starts_with('?')) => (StatusCode::BAD_REQUEST, "malformed"),
                Error::Invalid(_) => (StatusCode::UNPROCESSABLE_ENTITY, "invalid"),
                Error::TooSoon { .. } => (StatusCode::TOO_MANY_REQUESTS, "too-many-attempts"),
                Error::Busy => (StatusCode::SERVICE_UNAVAILABLE, "busy"),
                Error::TookTooLong => (StatusCode::SERVICE_UNAVAILABLE, "took-too-long"),
                Error::Unavailable(_) => (StatusCode::SERVICE_UNAVAILABLE, "database-unavailable"),
                Error::StorageUnavailable(_) => (StatusCode::SERVICE_UNAVAILABLE, "storage-unavailable"),
                Error::SearchBuilding { .. } => (StatusCode::SERVICE_UNAVAILABLE, "search-building"),
                Error::File(FileFault::Unsupported(_)) => (StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported-media-type"),
                Error::File(FileFault::TooComplex(_)) => (StatusCode::UNPROCESSABLE_ENTITY, "media-too-complex"),
                Error::File(FileFault::Broken(_)) => (StatusCode::UNPROCESSABLE_ENTITY, "media-broken"),
                Error::OutOfRange { .. } => (StatusCode::RANGE_NOT_SATISFIABLE, "out-of-range"),
                Error::DiskFull(_) => (StatusCode::SERVICE_UNAVAILABLE, "disk-full"),
                Error::ReadOnly(_) => (StatusCode::SERVICE_UNAVAILABLE, "read-only"),
                Error::Internal(_) => (StatusCode::INTERNAL_SERVER_ERROR, "internal"),
            },
        }
    }

    /// What happened, as a stable code.
    pub(super) fn code(&self) -> &'static str {
        self.row().1
    }

    /// Whether the server has refused what may well be in order, for its own sake or out of a limit of its own: each leaves a trace in the log. The
    /// rest is what a client gets wrong.
    pub(super) fn is_of_our_making(&self) -> bool {
        match self {
            Self::TooLarge | Self::Unread(_) | Self::NotReady(_) | Self::QuotaExceeded(_) => true,
            Self::Rule(error) => error.passes() || matches!(error, Error::Internal(_)),
            Self::Malformed(_)
            | Self::UnsupportedMediaType(_)
            | Self::NoRoute
            | Self::MethodNotAllowed(_)
            | Self::TusVersion
            | Self::Checksum
            | Self::InvalidGrant => false,
        }
    }

    /// After how many seconds the same may be tried again, when it may.
    fn retry_after(&self) -> Option<u16> {
        match self {
            Self::Rule(Error::Busy) | Self::Unread(Unread::Full) => Some(1),
            Self::Rule(Error::TookTooLong | Error::Unavailable(_) | Error::StorageUnavailable(_) | Error::SearchBuilding { .. })
            | Self::NotReady(_) => Some(5),
            Self::Rule(Error::DiskFull(_) | Error::ReadOnly(_)) => Some(60),
            Self::QuotaExceeded(spent) => Some(spent.seconds),
            Self::Rule(Error::TooSoon { seconds }) => Some((*seconds).try_into().unwrap_or(u16::MAX)),
            _ => None,
        }
    }

    /// The problem that a client is shown. It says more than the log does, which is told nothing of what was sent.
    #[must_use]
    pub fn problem(&self, request_id: &str) -> Problem {
        let (status, code) = self.row();
        let errors = match self {
            Self::Malformed(all) | Self::Rule(Error::Invalid(all)) => all.clone(),
            Self::Rule(Error::Taken(one)) => vec![one.violation.clone()],
            _ => Vec::new(),
        };
        let (current_version, changed_by, changed_at, changed, moved) = match self {
            Self::Rule(Error::Stale { current, changed_by, changed_at, changed, moved, .. }) => {
                (Some(*current), changed_by.clone(), *changed_at, changed.known().to_vec(), moved.0.clone())
            }
            _ => (None, None, None, Vec::new(), Vec::new()),
        };
        Problem {
            r#type: format!("urn:dateline:problem:{code}"),
            title: status.canonical_reason().unwrap_or(CHECKSUM),
            status: status.as_u16(),
            detail: sentence(&errors).unwrap_or_else(|| self.to_string()),
            code,
            request_id: request_id.to_owned(),
            errors,
            current_version,
            changed_by,
            changed_at,
            changed,
            moved,
            used_by: if let Self::Rule(Error::InUse(one)) = self { one.used_by.clone() } else { Vec::new() },
            holder: if let Self::Rule(Error::Taken(taken)) = self { taken.holder.clone() } else { None },
            checks: if let Self::NotReady(checks) = self { Some(*checks) } else { None },
            page: None,
            violated_policies: if let Self::QuotaExceeded(spent) = self { vec![spent.class.as_str()] } else { Vec::new() },
        }
    }

    /// The answer to a client, naming the request.
    #[must_use]
    pub fn answer(&self, request_id: &str) -> HttpResponse {
        self.answer_with(request_id, None)
    }

    /// The same, with the page that a reader is shown.
    pub(super) fn answer_with(&self, request_id: &str, page: Option<serde_json::Value>) -> HttpResponse {
        let mut answer = HttpResponse::build(self.row().0);
        if matches!(self, Self::InvalidGrant) {
            return answer.json(serde_json::json!({ "error": "invalid_grant", "error_description": self.to_string() }));
        }
        answer.content_type(MEDIA_TYPE);
        if let Some(seconds) = self.retry_after() {
            answer.insert_header((RETRY_AFTER, HeaderValue::from(seconds)));
        }
        match self {
            Self::Rule(Error::Unauthenticated | Error::WrongCredentials | Error::SecondFactor { .. }) => {
                answer.insert_header((WWW_AUTHENTICATE, HeaderValue::from_static("Bearer")));
            }
            // RFC 6750 §3.1: one code for a token that is expired, revoked or wrong in another way, and none where no token came.
            Self::Rule(Error::TokenRefused(fault)) => {
                let words = fault.sentence();
                answer.insert_header((WWW_AUTHENTICATE, format!("Bearer error=\"invalid_token\", error_description=\"{words}\"")));
            }
            // RFC 9110 §15.5.17.
            Self::Rule(Error::OutOfRange { bytes }) => {
                answer.insert_header((CONTENT_RANGE, format!("bytes */{bytes}")));
            }
            Self::MethodNotAllowed(allowed) => {
                answer.insert_header((ALLOW, allowed.as_str()));
            }
            Self::TusVersion => {
                answer.insert_header(("tus-version", TUS));
            }
            Self::Checksum => {
                answer.reason(CHECKSUM);
            }
            _ => {}
        }
        let mut answer = answer.json(Problem { page, ..self.problem(request_id) });
        if let Self::QuotaExceeded(spent) = self {
            rate_fields::put(answer.headers_mut(), spent.fields());
        }
        answer
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            // Never more than this sentence: no SQL, no path, no secret.
            Self::Rule(Error::Internal(_)) => {
                f.write_str("something failed on our side; the request id helps whoever runs the server find it")
            }
            Self::Rule(error) => fmt::Display::fmt(error, f),
            Self::Malformed(_) => f.write_str("the request could not be read"),
            Self::TooLarge => f.write_str("the body is larger than this server takes"),
            Self::UnsupportedMediaType(wanted) => write!(f, "send {wanted}"),
            Self::NoRoute => f.write_str("there is nothing at this path"),
            Self::MethodNotAllowed(allowed) => write!(f, "this path takes {allowed}"),
            Self::TusVersion => write!(f, "this server speaks version {TUS} of tus: say so with Tus-Resumable"),
            Self::Checksum => f.write_str("the bytes do not come to the sum that Upload-Checksum names; none of them counts"),
            Self::InvalidGrant => f.write_str("this code is used, too old or not yours"),
            Self::Unread(why) => f.write_str(why.detail()),
            Self::QuotaExceeded(Spent { class, rate, seconds, .. }) => {
                let s = if *seconds == 1 { "" } else { "s" };
                write!(
                    f,
                    "more was asked than the budget `{class}` allows, {} requests in {} seconds; try again in {seconds} second{s}",
                    rate.quota, rate.window
                )
            }
            Self::NotReady(_) => f.write_str("the server cannot do all of its work; `checks` says what of it works"),
        }
    }
}

impl ResponseError for Failure {
    fn status_code(&self) -> StatusCode {
        self.row().0
    }

    fn error_response(&self) -> HttpResponse {
        self.answer("")
    }
}
