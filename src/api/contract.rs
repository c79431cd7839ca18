//! The contract: the `OpenAPI` document, and what follows from it.

use std::collections::{BTreeSet, HashSet};

use actix_web::{
    HttpRequest, HttpResponse,
    http::{Method, StatusCode},
    web::{Bytes, Data},
};
use utoipa::{
    OpenApi,
    openapi::{
        self, ObjectBuilder, RefOr, Required,
        path::{Operation, Parameter, ParameterBuilder, ParameterIn},
        schema::Type,
        security::{Http, HttpAuthScheme, SecurityScheme},
    },
};

use super::{State, idempotency::MAX_KEY, pieces::are_shared, problem::Failure};
use crate::domain::{Violation, text::limits};

/// The parameter by which a write of the desk is only tried.
pub(super) const TRIAL: &str = "validate_only";

fn is_of_desk(path: &str) -> bool {
    path.starts_with("/v1/desk/")
}

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Dateline",
        description = "A headless CMS for multilingual newsrooms.\n\n**Delivery** (`/v1/…`) is public and read-only. \
            **The desk** (`/v1/desk/…`) needs an access token from `POST /v1/auth/token`: send it as `Authorization: Bearer …`, \
            or press *Authorize* here. Every refusal is a problem (RFC 9457) with a stable `code`. \
            Lists are paged by cursor; writes to what exists need `If-Match` with the `ETag` that was read.",
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0"),
    ),
    tags(
        (name = "site", description = "The publication and its locales."),
        (name = "pages", description = "Whole pages, for frontends that render what is at a path."),
        (name = "sections", description = "The section tree, which is the navigation."),
        (name = "authors", description = "Persons, desks and agencies that stories are credited to."),
        (name = "tags", description = "What stories are about."),
        (name = "articles", description = "Stories, in every language they are live in."),
        (name = "auth", description = "Signing in and out."),
        (name = "desk: site", description = "Keep the site and its locales."),
        (name = "desk: sections", description = "Keep the section tree."),
        (name = "desk: authors", description = "Keep authors."),
        (name = "desk: tags", description = "Keep tags."),
        (name = "desk: redirects", description = "Keep addresses of old, and say where they lead."),
        (name = "desk: articles", description = "Write and translate."),
        (name = "desk: workflow", description = "Review, assign, comment, and keep translations current."),
        (name = "desk: publishing", description = "Publish, plan, embargo and release."),
        (name = "desk: care", description = "Correct, take down, erase, and empty the trash."),
        (name = "desk: archive", description = "See what the public saw at an instant."),
        (name = "desk: revisions", description = "Read, compare and go back to what every save left."),
        (name = "desk: users", description = "Keep users and their grants."),
        (name = "operation", description = "For whoever runs the server."),
    ),
)]
struct Base;

/// The contract before any operation: what it is called, and how callers show who they are.
#[must_use]
pub fn base() -> openapi::OpenApi {
    let mut base = Base::openapi();
    let token = SecurityScheme::Http(
        Http::builder()
            .scheme(HttpAuthScheme::Bearer)
            .bearer_format("JWT")
            .description(Some("The `access_token` of `POST /v1/auth/token`; it lives 15 minutes."))
            .build(),
    );
    let components = base.components.get_or_insert_default();
    components.add_security_scheme("token", token);
    base
}

/// The contract with what holds for many operations alike: a description on every response, which `OpenAPI` requires, and
/// the `Idempotency-Key` of the desk's POSTs, and the `validate_only` of its writes.
#[must_use]
pub fn described(mut api: openapi::OpenApi) -> openapi::OpenApi {
    let key = ParameterBuilder::new()
        .name("Idempotency-Key")
        .parameter_in(ParameterIn::Header)
        .required(Required::False)
        .description(Some(
            "A key of yours for this very request: sent again within a day with it, it does nothing twice and is answered alike.",
        ))
        .schema(Some(
            ObjectBuilder::new().schema_type(Type::String).min_length(Some(1)).max_length(Some(MAX_KEY)).pattern(Some("^[!-~]+$")),
        ))
        .build();
    let trial = ParameterBuilder::new()
        .name(TRIAL)
        .parameter_in(ParameterIn::Query)
        .required(Required::False)
        .description(Some(
            "True checks the whole request and answers as if it were done, and does nothing; the answer says `Validate-Only: true`.",
        ))
        .schema(Some(ObjectBuilder::new().schema_type(Type::Boolean).default(Some(false.into()))))
        .build();
    for (path, item) in &mut api.paths.paths {
        if is_of_desk(path) {
            for operation in [&mut item.put, &mut item.post, &mut item.delete, &mut item.patch].into_iter().flatten() {
                operation.parameters.get_or_insert_default().push(RefOr::T(trial.clone()));
            }
        }
        if let Some(operation) = item.post.as_mut().filter(|_| is_of_desk(path)) {
            operation.parameters.get_or_insert_default().push(RefOr::T(key.clone()));
        }
        for operation in [&mut item.get, &mut item.put, &mut item.post, &mut item.delete, &mut item.patch].into_iter().flatten() {
            for (status, response) in &mut operation.responses.responses {
                if let RefOr::T(response) = response
                    && response.description.is_empty()
                {
                    let words = status.parse().ok().and_then(|s: StatusCode| s.canonical_reason());
                    words.unwrap_or("Why it was refused.").clone_into(&mut response.description);
                }
            }
        }
    }
    api
}

/// The document, which methods each path takes, and which operations take no query.
#[derive(Debug, Clone, Default)]
pub struct Contract {
    document: Bytes,
    paths: Vec<(Vec<String>, Vec<Method>)>,
    without_query: HashSet<(String, Method)>,
}

impl Contract {
    /// The contract of this document.
    #[must_use]
    pub fn new(api: &openapi::OpenApi) -> Self {
        let mut document = api.to_pretty_json().unwrap_or_default();
        document.push('\n');
        let mut contract = Self { document: document.into(), ..Self::default() };
        for (path, item) in &api.paths.paths {
            let methods = [
                (Method::GET, &item.get),
                (Method::HEAD, &item.get),
                (Method::POST, &item.post),
                (Method::PUT, &item.put),
                (Method::PATCH, &item.patch),
                (Method::DELETE, &item.delete),
            ];
            let taken = methods.into_iter().filter_map(|(method, operation)| Some((method, operation.as_ref()?)));
            let (taken, operations): (Vec<_>, Vec<_>) = taken.unzip();
            let has_query = |operation: &Operation| {
                let parameters = operation.parameters.iter().flatten();
                let is_of_query =
                    |p: &RefOr<Parameter>| !matches!(p, RefOr::T(p) if p.parameter_in != ParameterIn::Query || p.name == TRIAL);
                parameters.into_iter().any(is_of_query)
            };
            let without = taken.iter().zip(operations).filter(|(_, operation)| !has_query(operation));
            contract.without_query.extend(without.map(|(method, _)| (path.clone(), method.clone())));
            contract.paths.push((path.split('/').map(str::to_owned).collect(), taken));
        }
        contract
    }

    /// Nothing, when an operation that takes no query has none; what does take one reads its own.
    ///
    /// # Errors
    /// [`Failure::Malformed`] with every parameter of the query.
    pub fn knows(&self, pattern: Option<&str>, method: &Method, query: &str) -> Result<(), Failure> {
        let of_none = || pattern.is_some_and(|pattern| self.without_query.contains(&(pattern.to_owned(), method.clone())));
        if query.is_empty() || !of_none() {
            return Ok(());
        }
        let names: BTreeSet<_> = url::form_urlencoded::parse(query.as_bytes()).map(|(name, _)| name.into_owned()).collect();
        let known = if pattern.is_some_and(is_of_desk) && *method != Method::GET {
            format!("known is `{TRIAL}`")
        } else {
            "this takes no parameters".to_owned()
        };
        let unknown = |name: String| {
            let detail = format!("`{name}` is not known here; {known}");
            Violation { pointer: format!("?{name}"), code: "unknown_parameter", detail }
        };
        let faults: Vec<_> = names.into_iter().take(limits::PARAMETERS).map(unknown).collect();
        if faults.is_empty() { Ok(()) } else { Err(Failure::Malformed(faults)) }
    }

    /// The document as JSON.
    #[must_use]
    pub fn document(&self) -> &str {
        std::str::from_utf8(&self.document).unwrap_or_default()
    }

    /// The methods that a path takes; none when there is nothing at it.
    fn methods(&self, path: &str) -> Vec<Method> {
        let segments: Vec<&str> = path.split('/').collect();
        let fits = |pattern: &[String]| {
            pattern.len() == segments.len() && pattern.iter().zip(&segments).all(|(p, s)| p == s || (p.starts_with('{') && !s.is_empty()))
        };
        self.paths.iter().filter(|(pattern, _)| fits(pattern)).flat_map(|(_, methods)| methods.clone()).collect()
    }
}

/// Whatever no operation answers: 405 where other methods are taken, else 404.
///
/// # Errors
/// Always one of the two.
pub async fn nothing_here(req: HttpRequest, state: Data<State>) -> Result<HttpResponse, Failure> {
    let mut methods: Vec<String> = state.contract.methods(req.match_info().as_str()).iter().map(ToString::to_string).collect();
    methods.sort();
    methods.dedup();
    if methods.is_empty() { Err(Failure::NoRoute) } else { Err(Failure::MethodNotAllowed(methods.join(", "))) }
}

/// The contract as it is served.
pub async fn document(state: Data<State>) -> HttpResponse {
    let mut answer = HttpResponse::Ok().content_type("application/json").body(state.contract.document.clone());
    are_shared(&mut answer);
    answer
}
