//! What operations are asked with and answer beside what is their own: written once, and referred to where it holds.
//!
//! Which refusals an operation has follows from what it takes: who sends a body may send a wrong one, who names a version may name an old one.
//! The tests look at every answer of theirs, and stop at one that its operation does not declare.

use actix_web::http::{Method, StatusCode};
use utoipa::openapi::{
    Content, ObjectBuilder, OpenApi, Ref, RefOr, Required,
    header::HeaderBuilder,
    path::{Operation, Parameter, ParameterBuilder, ParameterIn},
    response::{Response, ResponseBuilder},
    schema::Type,
};

use super::{TRIAL, is_of_desk};
use crate::{
    api::{
        idempotency::MAX_KEY,
        problem::{self, Failure},
    },
    domain::{Error, error::Changed, instant::Instant},
};

/// A request, as the contract has it.
pub(super) struct Asked<'o> {
    pub(super) path: &'o str,
    pub(super) method: Method,
    pub(super) operation: &'o mut Operation,
}

impl Asked<'_> {
    fn writes(&self) -> bool {
        self.method != Method::GET
    }

    fn is_of_desk(&self) -> bool {
        is_of_desk(self.path)
    }

    fn is_of_health(&self) -> bool {
        self.path.starts_with("/health/")
    }

    /// Whether it is for those alone who are signed in.
    fn needs_token(&self) -> bool {
        self.operation.security.is_some()
    }

    /// Whether it reads what the public reads.
    fn delivers(&self) -> bool {
        self.path.starts_with("/v1/") && !self.is_of_desk() && !self.path.starts_with("/v1/auth/")
    }

    fn takes(&self, header: &str) -> bool {
        self.operation.parameters.iter().flatten().any(|p| matches!(p, RefOr::T(p) if p.name == header))
    }
}

/// Say what holds for many operations alike.
pub(super) fn declare(api: &mut OpenApi) {
    let components = api.components.get_or_insert_default();
    for (name, parameter) in [("IfMatch", if_match()), ("IdempotencyKey", idempotency_key()), ("ValidateOnly", validate_only())] {
        components.parameters.insert(name.to_owned(), parameter.into());
    }
    for (name, _, description, of) in HEADERS {
        let schema = ObjectBuilder::new().schema_type(of.clone());
        let header = HeaderBuilder::new().schema(Some(schema)).description(Some(*description)).build();
        components.headers.insert((*name).to_owned(), header.into());
    }
    let content = Content::new(Some(Ref::from_schema_name("Problem")));
    let mut any = ResponseBuilder::new().description("Any other refusal.").content(problem::MEDIA_TYPE, content).build();
    put_header(&mut any, "RequestId");
    components.responses.insert("Refused".to_owned(), any.into());
    for refusal in refusals() {
        components.responses.insert(refusal.name.to_owned(), refusal.response().into());
    }
    for (path, item) in &mut api.paths.paths {
        for (method, operation) in [
            (Method::GET, &mut item.get),
            (Method::PUT, &mut item.put),
            (Method::POST, &mut item.post),
            (Method::DELETE, &mut item.delete),
            (Method::PATCH, &mut item.patch),
        ] {
            if let Some(operation) = operation {
                let mut asked = Asked { path, method, operation };
                refuse(&mut asked);
                succeed(&mut asked);
                parameters(&mut asked);
            }
        }
    }
}

fn string() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String)
}

fn if_match() -> Parameter {
    ParameterBuilder::new()
        .name("If-Match")
        .parameter_in(ParameterIn::Header)
        .required(Required::True)
        .description(Some("The `ETag` of what was read: 412 when it has moved on since, 428 without."))
        .schema(Some(string().examples(["\"1\""])))
        .build()
}

fn idempotency_key() -> Parameter {
    ParameterBuilder::new()
        .name("Idempotency-Key")
        .parameter_in(ParameterIn::Header)
        .required(Required::False)
        .description(Some(
            "A key of yours for this very request: sent again within a day with it, it does nothing twice and is answered alike.",
        ))
        .schema(Some(string().min_length(Some(1)).max_length(Some(MAX_KEY)).pattern(Some("^[!-~]+$"))))
        .build()
}

fn validate_only() -> Parameter {
    ParameterBuilder::new()
        .name(TRIAL)
        .parameter_in(ParameterIn::Query)
        .required(Required::False)
        .description(Some(
            "True checks the whole request and answers as if it were done, and does nothing; the answer says `Validate-Only: true`.",
        ))
        .schema(Some(ObjectBuilder::new().schema_type(Type::Boolean).default(Some(false.into()))))
        .build()
}

/// Headers of answers: their component, their name, what they say, and their type.
const HEADERS: &[(&str, &str, &str, Type)] = &[
    ("ETag", "ETag", "The version, as a strong entity tag (RFC 9110).", Type::String),
    ("Location", "Location", "Where it is.", Type::String),
    ("RetryAfter", "Retry-After", "After how many seconds it may be tried again.", Type::Integer),
    ("Link", "Link", "The pages beside this one (RFC 8288).", Type::String),
    ("ValidateOnly", "Validate-Only", "`true`, when the request was only tried.", Type::String),
    (
        "IdempotencyReplayed",
        "Idempotency-Replayed",
        "`true`, when the answer is that of an earlier request with the same key.",
        Type::String,
    ),
    ("RequestId", "X-Request-Id", "The id of the request, as the log names it.", Type::String),
    ("CacheTag", "Cache-Tag", "By which tags a shared cache is told to drop it, where one is told.", Type::String),
];

fn put_header(response: &mut Response, component: &str) {
    if let Some((component, name, ..)) = HEADERS.iter().find(|(one, ..)| *one == component) {
        let reference = Ref::new(format!("#/components/headers/{component}"));
        response.headers.entry((*name).to_owned()).or_insert(RefOr::Ref(reference));
    }
}

/// A refusal that many operations have.
struct Refusal {
    name: &'static str,
    /// One of its kind.
    failure: Failure,
    /// Whether an operation has it.
    of: fn(&Asked<'_>) -> bool,
}

impl Refusal {
    fn status(&self) -> StatusCode {
        use actix_web::ResponseError;
        self.failure.status_code()
    }

    fn response(&self) -> Response {
        let example = serde_json::to_value(self.failure.problem("0198c5a1-7f00-7000-8000-000000000001")).unwrap_or_default();
        let mut content = Content::new(Some(Ref::from_schema_name("Problem")));
        content.example = Some(example);
        let words = self.failure.to_string();
        let mut response = ResponseBuilder::new().description(sentence(&words)).content(problem::MEDIA_TYPE, content).build();
        put_header(&mut response, "RequestId");
        if matches!(self.status(), StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE) {
            put_header(&mut response, "RetryAfter");
        }
        response
    }
}

/// `sign in first` as a sentence.
fn sentence(words: &str) -> String {
    let mut letters = words.chars();
    let first = letters.next().map(char::to_uppercase).into_iter().flatten();
    first.chain(letters).chain(['.']).collect()
}

/// All refusals that operations name; those that any request may meet on its way, such as a method that is not taken, are left to `default`.
fn refusals() -> Vec<Refusal> {
    let at = "2024-03-16T13:09:00Z".parse::<Instant>().ok();
    let stale = Error::Stale {
        kind: "translation",
        current: 4,
        changed_by: Some("Asha Rao".to_owned()),
        changed_at: at,
        changed: Changed::unknown(),
    };
    let has_body = |asked: &Asked<'_>| asked.operation.request_body.is_some();
    let row = |name, failure: Failure, of| Refusal { name, failure, of };
    let rule = |name, error: Error, of| Refusal { name, failure: error.into(), of };
    vec![
        row("Malformed", Failure::malformed("?limit", "out_of_range", "between 1 and 100"), |_| true),
        rule("Unauthenticated", Error::Unauthenticated, |asked| asked.needs_token() || asked.path == "/v1/auth/refresh"),
        rule("WrongCredentials", Error::WrongCredentials, |asked| asked.path == "/v1/auth/token"),
        rule("Forbidden", Error::Forbidden("article.publish"), |asked| asked.is_of_desk()),
        rule("NotFound", Error::NotFound("article"), |asked| asked.is_of_desk() || asked.delivers()),
        rule("Taken", Error::taken("#/translations/en/slug", "an article has this slug", None), |asked| {
            asked.is_of_desk() && asked.writes()
        }),
        rule("Gone", Error::Gone("article"), |asked| asked.delivers() || asked.path.starts_with("/v1/desk/archive/")),
        rule("Stale", stale, |asked| asked.takes("If-Match")),
        row("TooLarge", Failure::TooLarge, has_body),
        row("UnsupportedMediaType", Failure::UnsupportedMediaType("application/json"), has_body),
        rule("Invalid", Error::invalid("#/translations/hi/headline", "required", "must not be empty"), |asked| {
            asked.operation.request_body.is_some() || (asked.is_of_desk() && asked.writes())
        }),
        rule("Unconditional", Error::Unconditional, |asked| asked.takes("If-Match")),
        rule("TooManyAttempts", Error::TooSoon { seconds: 30 }, |asked| asked.path == "/v1/auth/token"),
        rule("Busy", Error::Busy, |asked| !asked.is_of_health()),
    ]
}

/// The refusals that follow from what an operation takes.
fn refuse(asked: &mut Asked<'_>) {
    for refusal in refusals() {
        if (refusal.of)(asked) {
            let reference = Ref::new(format!("#/components/responses/{}", refusal.name));
            let status = refusal.status().as_u16().to_string();
            asked.operation.responses.responses.entry(status).or_insert_with(|| reference.into());
        }
    }
}

/// A description on every response, which `OpenAPI` requires; headers, and what a copy that is still good is answered.
fn succeed(asked: &mut Asked<'_>) {
    let is_listed = |asked: &Asked<'_>| asked.operation.parameters.iter().flatten().any(|p| matches!(p, RefOr::T(p) if p.name == "cursor"));
    let (delivers, of_desk, writes, listed) = (asked.delivers(), asked.is_of_desk(), asked.writes(), is_listed(asked));
    let has_version = of_desk && (asked.takes("If-Match") || (!writes && !listed && asked.path.ends_with('}')));
    let posts = asked.method == Method::POST;
    for (status, response) in &mut asked.operation.responses.responses {
        if status == "default" {
            *response = RefOr::Ref(Ref::new("#/components/responses/Refused"));
        }
        let RefOr::T(response) = response else { continue };
        if response.description.is_empty() {
            let words = status.parse().ok().and_then(|s: StatusCode| s.canonical_reason());
            words.unwrap_or_default().clone_into(&mut response.description);
        }
        put_header(response, "RequestId");
        let succeeds = status.starts_with('2');
        let names = [
            ("ETag", succeeds && (delivers || has_version || status == "201") && status != "204"),
            ("Location", status == "201" || status.starts_with('3')),
            ("Link", succeeds && listed),
            ("ValidateOnly", succeeds && of_desk && writes),
            ("IdempotencyReplayed", succeeds && of_desk && posts),
            ("CacheTag", succeeds && delivers),
        ];
        names.into_iter().filter(|(_, has)| *has).for_each(|(name, _)| put_header(response, name));
    }
    if delivers {
        let mut same = ResponseBuilder::new().description("What `If-None-Match` names is still what would be answered.").build();
        ["ETag", "RequestId", "CacheTag"].iter().for_each(|name| put_header(&mut same, name));
        asked.operation.responses.responses.insert("304".to_owned(), same.into());
    }
}

/// The parameters that many operations take.
fn parameters(asked: &mut Asked<'_>) {
    let (of_desk, writes, posts) = (asked.is_of_desk(), asked.writes(), asked.method == Method::POST);
    let refer = |name: &str| RefOr::Ref(Ref::new(format!("#/components/parameters/{name}")));
    let own = asked.operation.parameters.get_or_insert_default();
    for parameter in own.iter_mut() {
        // Where it may be left out, the operation says itself what that means.
        if matches!(parameter, RefOr::T(p) if p.name == "If-Match" && p.required == Required::True) {
            *parameter = refer("IfMatch");
        }
    }
    own.extend((of_desk && writes).then(|| refer("ValidateOnly")));
    own.extend((of_desk && posts).then(|| refer("IdempotencyKey")));
    if own.is_empty() {
        asked.operation.parameters = None;
    }
}
