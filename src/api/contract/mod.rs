//! The contract: the `OpenAPI` document, and what follows from it.

mod answers;
mod demonstrated;
mod examples;
mod required;
mod schemas;
mod shared;
mod written;

use std::collections::{BTreeSet, HashSet};

use actix_web::{
    HttpRequest, HttpResponse,
    http::Method,
    web::{Bytes, Data},
};
use utoipa::{
    OpenApi,
    openapi::{
        self, RefOr,
        path::{Operation, Parameter, ParameterIn},
        security::{Flow, Http, HttpAuthScheme, OAuth2, Password, Scopes, SecurityRequirement, SecurityScheme},
    },
};

use super::{State, pieces::are_shared, problem::Failure};
use crate::{
    access::action,
    domain::{Violation, text::limits},
};

/// The parameter by which a write of the desk is only tried.
pub(super) const TRIAL: &str = "validate_only";

/// Where the parameter is that says how much is to be answered.
const PREFER: &str = "#/components/parameters/Prefer";

/// What is said of API keys where the ways to show who one is are told.
const API_KEY: &str = "An API key for a program: `POST /v1/auth/api-keys` makes one that acts as whoever asks, \
    `POST /v1/desk/users/{id}/api-keys` one of a service account. It goes where a token goes, and never into an address.";

/// Where tokens are given.
const TOKENS: &str = "/v1/auth/token";

fn is_of_desk(path: &str) -> bool {
    path.starts_with("/v1/desk/")
}

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Dateline",
        description = "A headless CMS for multilingual newsrooms.\n\n**Delivery** (`/v1/…`) is public and read-only. \
            **The desk** (`/v1/desk/…`) needs an access token from `POST /v1/auth/token`: send it as `Authorization: Bearer …`, \
            or press *Authorize* here; programs send an API key in its place. Every refusal is a problem (RFC 9457) with a stable `code`. \
            Lists are paged by cursor; writes to what exists need `If-Match` with the `ETag` that was read, \
            which is `\"VERSION.DIGEST\"`; of it the version counts, and `\"VERSION\"` does as well.",
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0"),
    ),
    servers((url = "/", description = "This server.")),
    tags(
        (name = "auth", description = "Signing in and out."),
        (name = "pages", description = "Whole pages, for frontends that render what is at a path."),
        (name = "articles", description = "Stories, in every language they are live in."),
        (name = "sections", description = "The section tree, which is the navigation."),
        (name = "authors", description = "Persons, desks and agencies that stories are credited to."),
        (name = "tags", description = "What stories are about."),
        (name = "search", description = "What readers look for, and what they may be typing."),
        (name = "media", description = "Pictures, sound, videos and documents of what is public."),
        (name = "collections", description = "Lists of stories that editors arrange."),
        (name = "site", description = "The publication, its locales and its menus."),
        (name = "desk-articles", description = "Write and translate."),
        (name = "desk-workflow", description = "Review, assign, comment, and keep translations current."),
        (name = "desk-search", description = "Find what the desk works on."),
        (name = "desk-publishing", description = "Publish, plan, embargo and release."),
        (name = "desk-revisions", description = "Read, compare and go back to what every save left."),
        (name = "desk-care", description = "Correct, take down, erase, and empty the trash."),
        (name = "desk-archive", description = "See what the public saw at an instant."),
        (name = "desk-sections", description = "Keep the section tree."),
        (name = "desk-authors", description = "Keep authors."),
        (name = "desk-tags", description = "Keep tags."),
        (name = "desk-media", description = "Keep pictures, sound, videos and documents, and say what they are."),
        (name = "desk-audio", description = "See how far stories are read aloud, and let people be heard in the place of a voice."),
        (name = "desk-redirects", description = "Keep addresses of old, and say where they lead."),
        (name = "desk-menus", description = "Keep menus, and see what of them readers are not shown."),
        (name = "desk-collections", description = "Arrange lists of stories: front pages, fronts of sections, rails, and others that frontends ask for."),
        (name = "desk-site", description = "Keep the site and its locales."),
        (name = "desk-users", description = "Keep users and their grants."),
        (name = "operation", description = "For whoever runs the server."),
    ),
)]
struct Base;

/// The contract before any operation: what it is called, and how callers show who they are.
#[must_use]
pub fn base() -> openapi::OpenApi {
    let mut base = Base::openapi();
    let described = action::DESCRIBED.iter().map(|(name, allows)| (*name, allows.trim()));
    let mut flow = Password::new(TOKENS, described.collect::<Scopes>());
    flow.refresh_url = Some(TOKENS.to_owned());
    let token = OAuth2::with_description([Flow::Password(flow)], "Sign in with an e-mail address and a password.");
    let bearer = SecurityScheme::Http(
        Http::builder()
            .scheme(HttpAuthScheme::Bearer)
            .bearer_format("JWT")
            .description(Some("The `access_token` of `POST /v1/auth/token`; it lives 15 minutes."))
            .build(),
    );
    let components = base.components.get_or_insert_default();
    components.add_security_scheme("token", SecurityScheme::OAuth2(token));
    components.add_security_scheme("bearer", bearer);
    let api_key = SecurityScheme::Http(Http::builder().scheme(HttpAuthScheme::Bearer).description(Some(API_KEY)).build());
    components.add_security_scheme("api_key", api_key);
    base
}

/// The contract with names for all schemas, and what holds for many operations alike.
#[must_use]
pub fn described(mut api: openapi::OpenApi) -> openapi::OpenApi {
    schemas::name(&mut api);
    required::require(&mut api);
    required::without_null(&mut api);
    answers::declare(&mut api);
    examples::give(&mut api);
    shared::share(&mut api);
    shared::sweep(&mut api);
    for tag in api.tags.iter_mut().flatten() {
        let shown = shown(&tag.name);
        tag.extensions.get_or_insert_default().insert("x-displayName".to_owned(), shown.into());
    }
    for (path, item) in &mut api.paths.paths {
        for (writes, operation) in schemas::writing(item) {
            // Nothing is needed of whoever asks, and that is said; where something is, a token that somebody has is as good as signing in, and so is an
            // API key, but for some.
            let needed = operation.security.get_or_insert_default();
            if !needed.is_empty() {
                needed.push(SecurityRequirement::new("bearer", [""; 0]));
                if !answers::takes_no_key(path, writes) {
                    needed.push(SecurityRequirement::new("api_key", [""; 0]));
                }
            }
        }
    }
    api
}

/// `desk-articles` as a heading.
fn shown(tag: &str) -> String {
    let words = tag.replace('-', " ");
    words.chars().take(1).flat_map(char::to_uppercase).chain(words.chars().skip(1)).collect()
}

/// The document, the same with an answer to every operation, which methods each path takes, and which operations take no query.
#[derive(Debug, Clone, Default)]
pub struct Contract {
    document: Bytes,
    demonstrated: Bytes,
    paths: Vec<(Vec<String>, Vec<Method>)>,
    without_query: HashSet<(String, Method)>,
    minimal: HashSet<(String, Method)>,
}

impl Contract {
    /// The contract of this document, of a server that lets people in by way of an OpenID provider, or not.
    #[must_use]
    pub fn new(api: &openapi::OpenApi, single_sign_on: bool) -> Self {
        let document = written::written(&api.to_pretty_json().unwrap_or_default());
        let demonstrated = demonstrated::demonstrated(api.clone(), single_sign_on);
        let mut contract = Self { document: document.into(), demonstrated: demonstrated.into(), ..Self::default() };
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
            let is_of_query =
                |p: &RefOr<Parameter>| shared::parameter(p, api).is_some_and(|p| p.parameter_in == ParameterIn::Query && p.name != TRIAL);
            let has_query = |operation: &Operation| operation.parameters.iter().flatten().any(is_of_query);
            let without = taken.iter().zip(&operations).filter(|(_, operation)| !has_query(operation));
            contract.without_query.extend(without.map(|(method, _)| (path.clone(), method.clone())));
            let may_be = |operation: &Operation| {
                operation.parameters.iter().flatten().any(|p| matches!(p, RefOr::Ref(to) if to.ref_location == PREFER))
            };
            let minimal = taken.iter().zip(operations).filter(|(_, operation)| may_be(operation));
            contract.minimal.extend(minimal.map(|(method, _)| (path.clone(), method.clone())));
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

    /// Whether an operation may be answered without a body.
    #[must_use]
    pub fn may_be_minimal(&self, pattern: Option<&str>, method: &Method) -> bool {
        pattern.is_some_and(|pattern| self.minimal.contains(&(pattern.to_owned(), method.clone())))
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

/// The contract as people read it, with what the demo answers to each operation.
pub async fn demonstrated(state: Data<State>) -> HttpResponse {
    let mut answer = HttpResponse::Ok().content_type("application/json").body(state.contract.demonstrated.clone());
    are_shared(&mut answer);
    answer
}
