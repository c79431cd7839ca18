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

use super::{TOKENS, TRIAL, is_of_desk};
use crate::{
    access::rate::{Class, Rate, Spent},
    api::{
        idempotency::MAX_KEY,
        problem::{self, Failure},
    },
    domain::{
        Error,
        error::{Changed, MovedOn},
        instant::Instant,
    },
};

/// Where one's own password is changed.
const PASSWORD: &str = "/v1/auth/password";
/// Where a password is set by a link.
const BY_LINK: &str = "/v1/auth/password/set";
/// Where one's own second factor is begun.
const SECOND_FACTOR: &str = "/v1/auth/second-factor";
/// How a link to set a password ends up at its user's.
const LINK_TO: &str = "/v1/desk/users/{id}/password-link";

/// Where one signs out.
const LOGOUT: &str = "/v1/auth/logout";

/// Where files come in several requests, which have no versions.
const UPLOADS: &str = "/v1/desk/uploads";

/// The one thing of the desk that has no id.
const SITE: &str = "/v1/desk/site";

/// Whether what is at a path is about one's own account, and so takes a token that is limited to nothing.
fn is_of_oneself(path: &str, writes: bool) -> bool {
    let whole = ["/v1/auth/sessions", "/v1/auth/api-keys", SECOND_FACTOR].iter().any(|of| path.starts_with(of));
    whole || [PASSWORD, LOGOUT].contains(&path) || (path == "/v1/auth/me" && writes)
}

/// Whether no API key is taken for an operation: a key does nothing with an account itself, nor with what lets others in, and makes no keys.
pub(super) fn takes_no_key(path: &str, writes: bool) -> bool {
    let lets_in = ["/v1/desk/users/{id}/api-keys", LINK_TO, "/v1/desk/users/{id}/second-factor", "/v1/desk/users/{id}/identity"];
    is_of_oneself(path, writes) || lets_in.contains(&path)
}

/// What an operation takes, from which follows what it answers.
struct Asked {
    path: String,
    method: Method,
    /// The names of its own parameters.
    parameters: Vec<String>,
    sends_body: bool,
    needs_token: bool,
}

impl Asked {
    fn of(path: &str, method: Method, operation: &Operation) -> Self {
        let name = |parameter: &RefOr<Parameter>| match parameter {
            RefOr::T(parameter) => Some(parameter.name.clone()),
            RefOr::Ref(_) => None,
        };
        Self {
            path: path.to_owned(),
            method,
            parameters: operation.parameters.iter().flatten().filter_map(name).collect(),
            sends_body: operation.request_body.is_some(),
            needs_token: operation.security.is_some(),
        }
    }

    fn takes(&self, name: &str) -> bool {
        self.parameters.iter().any(|one| one == name)
    }

    fn names_version(&self) -> bool {
        self.takes("If-Match")
    }

    fn is_listed(&self) -> bool {
        self.takes("cursor")
    }

    fn writes(&self) -> bool {
        self.method != Method::GET
    }

    fn is_of_desk(&self) -> bool {
        is_of_desk(&self.path)
    }

    /// Whether it is about one's own account, and so takes a token that is limited to nothing.
    fn is_of_oneself(&self) -> bool {
        is_of_oneself(&self.path, self.writes())
    }

    /// Whether it is done once by an `Idempotency-Key`. A file is by its bytes.
    fn takes_key(&self) -> bool {
        self.is_of_desk() && self.method == Method::POST && self.path != "/v1/desk/media"
    }

    /// Whether it is one of tus.
    fn is_of_uploads(&self) -> bool {
        self.path.starts_with(UPLOADS)
    }

    /// Whether it says how long a file is, and has none.
    fn begins_upload(&self) -> bool {
        self.path == UPLOADS && self.method == Method::POST
    }

    /// Whether it answers with a file, of which ranges can be asked for.
    fn gives_files(&self) -> bool {
        let is_of_media = self.path.starts_with("/v1/desk/media/") && (self.path.ends_with("/file") || self.path.contains("/renditions/"));
        !self.writes() && (is_of_media || self.path.starts_with("/v1/media/"))
    }

    fn writes_at_desk(&self) -> bool {
        self.is_of_desk() && self.writes()
    }

    /// Whether it may be answered without the body that it has.
    fn may_be_minimal(&self, operation: &Operation) -> bool {
        let tells = |(status, response): (&String, &RefOr<Response>)| {
            status.starts_with('2') && matches!(response, RefOr::T(response) if !response.content.is_empty())
        };
        self.writes_at_desk() && operation.responses.responses.iter().any(tells) && !TELLING.iter().any(|end| self.path.ends_with(end))
    }

    /// Whether it reads what the public reads.
    fn delivers(&self) -> bool {
        self.path.starts_with("/v1/") && !self.is_of_desk() && !self.path.starts_with("/v1/auth/") && !self.writes()
    }

    /// Whether what it answers has a version.
    fn is_tagged(&self) -> bool {
        self.delivers()
            || (self.is_of_desk()
                && !self.is_of_uploads()
                && (self.names_version()
                    || (!self.writes() && !self.is_listed() && (self.path.ends_with('}') || self.path == SITE))
                    || self.path.ends_with("/audio")))
    }
}

/// Say what holds for many operations alike.
pub(super) fn declare(api: &mut OpenApi) {
    let components = api.components.get_or_insert_default();
    for (name, parameter) in
        [("IfMatch", if_match()), ("IdempotencyKey", idempotency_key()), ("ValidateOnly", validate_only()), ("Prefer", prefer())]
    {
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
    let shared = [
        ("NotModified", "What `If-None-Match` names is still what would be answered.", &["ETag", "RequestId", "CacheTag"][..]),
        ("Done", "It is done.", &["RequestId", "ValidateOnly"]),
    ];
    for (name, description, headers) in shared {
        let mut response = ResponseBuilder::new().description(description).build();
        headers.iter().for_each(|header| put_header(&mut response, header));
        components.responses.insert(name.to_owned(), response.into());
    }
    let refusals = refusals();
    for refusal in &refusals {
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
                let asked = Asked::of(path, method, operation);
                refuse(&asked, &refusals, operation);
                succeed(&asked, operation);
                let minimal = asked.may_be_minimal(operation);
                parameters(&asked, operation, minimal);
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

fn prefer() -> Parameter {
    ParameterBuilder::new()
        .name("Prefer")
        .parameter_in(ParameterIn::Header)
        .required(Required::False)
        .description(Some(
            "`return=minimal` has a success answered without its body (RFC 7240), with the same status and `Preference-Applied`.",
        ))
        .schema(Some(string().examples(["return=minimal"])))
        .build()
}

/// Writes whose answers are what they are for.
const TELLING: [&str; 6] = ["/check", "/previews", "/api-keys", "/v1/desk/bulk", "/v1/desk/redirects/import", LINK_TO];

/// Headers of answers: their component, their name, what they say, and their type.
const HEADERS: &[(&str, &str, &str, Type)] = &[
    ("ETag", "ETag", "A strong entity tag (RFC 9110); of the desk, of what has a version, `\"VERSION.DIGEST\"`.", Type::String),
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
    ("WwwAuthenticate", "WWW-Authenticate", "`Bearer`; with `error=\"invalid_token\"`, when a token came (RFC 6750).", Type::String),
    ("RateLimit", "RateLimit", "What is left of which budget, and when: `\"desk-write\";r=0;t=3`.", Type::String),
    ("RateLimitPolicy", "RateLimit-Policy", "How much it is: `\"desk-write\";q=1200;w=60`.", Type::String),
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
    of: fn(&Asked) -> bool,
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
        if self.status() == StatusCode::UNAUTHORIZED {
            put_header(&mut response, "WwwAuthenticate");
        }
        if matches!(self.status(), StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE) {
            put_header(&mut response, "RetryAfter");
        }
        if matches!(self.failure, Failure::QuotaExceeded(_)) {
            put_header(&mut response, "RateLimit");
            put_header(&mut response, "RateLimitPolicy");
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
        moved: MovedOn { locale: Some("hi".to_owned()), current_version: 4 }.into(),
    };
    let spent = Spent { class: Class::DeskWrite, rate: Rate { quota: 1_200, window: 60 }, seconds: 3 };
    let row = |name, failure: Failure, of| Refusal { name, failure, of };
    let rule = |name, error: Error, of| Refusal { name, failure: error.into(), of };
    vec![
        row("Malformed", Failure::malformed("?limit", "out_of_range", "between 1 and 100"), |_| true),
        rule("Unauthenticated", Error::Unauthenticated, |asked| asked.needs_token || asked.path == "/v1/auth/refresh"),
        rule("WrongCredentials", Error::WrongCredentials, |asked| asked.path == TOKENS),
        rule("Forbidden", Error::Forbidden("article.publish"), |asked| asked.is_of_desk() || asked.is_of_oneself()),
        rule("NotFound", Error::NotFound("article"), |asked| {
            asked.is_of_desk() || asked.delivers() || (asked.is_of_oneself() && asked.path.ends_with('}'))
        }),
        rule(
            "Taken",
            Error::taken("#/translations/en/slug", "another address of this locale has this slug, or had it in public", None),
            Asked::writes_at_desk,
        ),
        rule("LinkGone", Error::Gone("link"), |asked| asked.path == BY_LINK),
        rule(
            "SecondFactorOn",
            Error::Conflict { code: "second-factor-on", detail: "you have a second factor: turn it off first".to_owned() },
            |asked| asked.path == SECOND_FACTOR || asked.path == "/v1/auth/second-factor/confirm",
        ),
        rule(
            "TooMany",
            Error::Conflict { code: "too-many", detail: "50 API keys are good at once for one user; revoke one of them".to_owned() },
            |asked| asked.path == "/v1/auth/api-keys" && asked.writes(),
        ),
        rule("Gone", Error::Gone("article"), |asked| {
            let is_of_pages = asked.path.starts_with("/v1/desk/archive/") || asked.path == "/v1/desk/pages";
            asked.delivers() || is_of_pages || (asked.is_of_uploads() && asked.path.ends_with('}'))
        }),
        rule("Stale", stale, Asked::names_version),
        row("TusVersion", Failure::TusVersion, Asked::is_of_uploads),
        row("ChecksumMismatch", Failure::Checksum, |asked| asked.is_of_uploads() && asked.method == Method::PATCH),
        row("TooLarge", Failure::TooLarge, |asked| asked.sends_body || asked.begins_upload()),
        rule("OutOfRange", Error::OutOfRange { bytes: 2_048 }, Asked::gives_files),
        row("UnsupportedMediaType", Failure::UnsupportedMediaType("application/json"), |asked| asked.sends_body || asked.begins_upload()),
        rule("Invalid", Error::invalid("#/translations/hi/headline", "required", "must not be empty"), |asked| {
            asked.sends_body || asked.writes_at_desk()
        }),
        rule("Unconditional", Error::Unconditional, Asked::names_version),
        rule("TooManyAttempts", Error::TooSoon { seconds: 30 }, |asked| {
            [TOKENS, PASSWORD, LINK_TO, "/v1/auth/second-factor/off"].contains(&asked.path.as_str())
        }),
        row("QuotaExceeded", Failure::QuotaExceeded(spent), |asked| !asked.path.starts_with("/health/")),
        rule("Busy", Error::Busy, |asked| !asked.path.starts_with("/health/")),
    ]
}

/// The refusals that follow from what an operation takes.
fn refuse(asked: &Asked, refusals: &[Refusal], operation: &mut Operation) {
    for refusal in refusals.iter().filter(|refusal| (refusal.of)(asked)) {
        let reference = Ref::new(format!("#/components/responses/{}", refusal.name));
        let status = refusal.status().as_u16().to_string();
        operation.responses.responses.entry(status).or_insert_with(|| reference.into());
    }
}

/// A description on every response, which `OpenAPI` requires; headers, and what a copy that is still good is answered.
fn succeed(asked: &Asked, operation: &mut Operation) {
    let posts = asked.method == Method::POST;
    for (status, response) in &mut operation.responses.responses {
        if status == "default" {
            *response = RefOr::Ref(Ref::new("#/components/responses/Refused"));
        }
        let RefOr::T(response) = response else { continue };
        if response.description.is_empty() {
            let words = status.parse().ok().and_then(|s: StatusCode| s.canonical_reason());
            words.unwrap_or_default().clone_into(&mut response.description);
        }
        let succeeds = status.starts_with('2');
        let names = [
            ("RequestId", true),
            (
                "ETag",
                succeeds && (asked.is_tagged() || asked.gives_files() || (status == "201" && !asked.is_of_uploads())) && status != "204",
            ),
            ("Location", status == "201" || status.starts_with('3')),
            ("Link", succeeds && asked.is_listed()),
            ("ValidateOnly", succeeds && asked.writes_at_desk()),
            ("IdempotencyReplayed", succeeds && asked.takes_key()),
            ("CacheTag", succeeds && asked.delivers()),
        ];
        names.into_iter().filter(|(_, has)| *has).for_each(|(name, _)| put_header(response, name));
    }
    let refer = |name: &str| RefOr::Ref(Ref::new(format!("#/components/responses/{name}")));
    if asked.delivers() || asked.gives_files() || (!asked.writes() && asked.is_tagged()) {
        operation.responses.responses.insert("304".to_owned(), refer("NotModified"));
    }
    if let Some(done) = operation.responses.responses.get_mut("204").filter(|_| asked.writes_at_desk() && !posts) {
        *done = refer("Done");
    }
}

/// The parameters that many operations take.
fn parameters(asked: &Asked, operation: &mut Operation, minimal: bool) {
    let refer = |name: &str| RefOr::Ref(Ref::new(format!("#/components/parameters/{name}")));
    let own = operation.parameters.get_or_insert_default();
    for parameter in own.iter_mut() {
        // Where it may be left out, the operation says itself what that means.
        if matches!(parameter, RefOr::T(p) if p.name == "If-Match" && p.required == Required::True) {
            *parameter = refer("IfMatch");
        }
    }
    own.extend(asked.writes_at_desk().then(|| refer("ValidateOnly")));
    own.extend(asked.takes_key().then(|| refer("IdempotencyKey")));
    own.extend(minimal.then(|| refer("Prefer")));
    if own.is_empty() {
        operation.parameters = None;
    }
}
