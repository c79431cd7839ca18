//! Signing in by way of the newsroom's OpenID provider, for tools that do it as OAuth 2.0 says: `authorize`, and `callback`, which browsers are sent to.
//!
//! Neither is an operation of the contract, which tells of them as a flow of its security scheme: no program calls them, and whoever does passes over parameters that it
//! does not know (RFC 6749 §3.1). What the tool does then is `POST /v1/auth/token` with the code.

use std::collections::{BTreeMap, BTreeSet};

use actix_web::{
    HttpRequest, HttpResponse, get,
    http::header::{CACHE_CONTROL, COOKIE, LOCATION, SET_COOKIE},
    web::{Data, Json},
};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    access::{
        Bookkeeping, Caller, Permit, System, action,
        secret::Secret,
        sign_in_attempt::{Asked, Attempt, is_challenge},
        token::new_refresh,
    },
    api::{
        State,
        extract::Origin,
        headers::RequestId,
        problem::{Failure, Problem},
    },
    desk::{
        self,
        sign_ins::Why,
        single_sign_on::{Admission, Entry, Redeemed},
    },
    domain::{Error, network::Network},
    openid::{NotIntroduced, Provider},
    store,
};

/// The patterns of both: what is done there is done for whoever follows them, and not for who only looks (`HEAD`).
pub(in crate::api) const WAYS: [&str; 2] = ["/v1/auth/authorize", "/v1/auth/callback"];
/// The longest address and the longest state that a tool may name, in bytes: both travel by way of the provider.
const LONGEST: usize = 512;
/// How many cookies of one name are looked at.
const COOKIES: usize = 8;
/// Scopes of OpenID Connect, which libraries send by themselves: what they ask for is the provider's.
const OF_OPENID: [&str; 4] = ["openid", "email", "profile", "offline_access"];

/// The provider, where there is one.
fn provider(state: &State) -> Result<&std::sync::Arc<Provider>, Failure> {
    state.openid.as_ref().ok_or(Failure::Rule(Error::NotFound("OpenID provider")))
}

/// The parameters of a request, each of them once.
fn parameters(req: &HttpRequest) -> Result<BTreeMap<String, String>, Failure> {
    let mut all = BTreeMap::new();
    for (name, value) in url::form_urlencoded::parse(req.query_string().as_bytes()).into_owned() {
        if all.contains_key(&name) {
            return Err(Failure::malformed(format!("?{name}"), "repeated", "once at most"));
        }
        all.insert(name, value);
    }
    Ok(all)
}

/// Where a tool wants to be answered, when it is known to be there: nobody is sent anywhere else, with nothing, not even with what is wrong.
fn answered_at(state: &State, provider: &Provider, sent: &BTreeMap<String, String>) -> Result<String, Failure> {
    let may_answer = |uri: &&String| provider.settings.may_answer(uri) || **uri == format!("{}/docs/oauth2-redirect.html", state.issuer);
    let known = sent.get("redirect_uri").filter(|uri| uri.len() <= LONGEST).filter(may_answer);
    known.cloned().ok_or_else(|| Failure::malformed("?redirect_uri", "parameter", "one that DATELINE_OIDC_REDIRECTS names"))
}

/// What a tool asks for, that is answered there; else the error of RFC 6749 §4.1.2.1, and what is wrong.
fn asked(redirect_uri: String, sent: &BTreeMap<String, String>) -> Result<Asked, (&'static str, &'static str)> {
    let of = |name: &str| sent.get(name).map(String::as_str);
    if of("response_type") != Some("code") {
        return Err(("unsupported_response_type", "response_type: code"));
    }
    if of("code_challenge_method") != Some("S256") {
        return Err(("invalid_request", "code_challenge_method: S256"));
    }
    let challenge = of("code_challenge").filter(|text| is_challenge(text));
    let challenge = challenge.ok_or(("invalid_request", "code_challenge: the SHA-256 of the verifier, base64url (RFC 7636)"))?;
    let scope: BTreeSet<_> = of("scope").unwrap_or_default().split_ascii_whitespace().filter(|name| !OF_OPENID.contains(name)).collect();
    if scope.iter().any(|name| !action::ALL.contains(name)) {
        return Err(("invalid_scope", "scope: names of actions, parted by spaces"));
    }
    Ok(Asked {
        redirect_uri,
        state: of("state").map(str::to_owned),
        challenge: challenge.to_owned(),
        scope: Some(scope.into_iter().collect::<Vec<_>>().join(" ")).filter(|scope| !scope.is_empty()),
    })
}

/// The name of the cookie that ties a sign-in to the browser it was begun in; it lets nobody in.
fn cookie_name(state: &State) -> &'static str {
    if state.issuer.starts_with("https:") { "__Secure-dateline-sign-in" } else { "dateline-sign-in" }
}

/// The cookies of this name that came: another server of the domain may have set one as well.
fn cookies(state: &State, req: &HttpRequest) -> Vec<String> {
    let name = cookie_name(state);
    let sent = req.headers().get_all(COOKIE).filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(';'));
    let named = sent.filter_map(|pair| pair.trim().split_once('=')).filter(|(called, _)| *called == name);
    named.map(|(_, value)| value.to_owned()).filter(|value| is_challenge(value)).take(COOKIES).collect()
}

fn sent_to(address: &str) -> HttpResponse {
    HttpResponse::SeeOther().insert_header((LOCATION, address)).insert_header((CACHE_CONTROL, "no-store")).finish()
}

/// Send somebody to the provider.
pub(crate) async fn authorize(req: HttpRequest, state: Data<State>) -> Result<HttpResponse, Failure> {
    let provider = provider(&state)?;
    let sent = parameters(&req)?;
    let redirect_uri = answered_at(&state, provider, &sent)?;
    if sent.get("state").is_some_and(|state| state.len() > LONGEST) {
        return Err(Failure::malformed("?state", "parameter", "at most 512 bytes"));
    }
    let known_by = sent.get("state").map(String::as_str);
    let asked = match asked(redirect_uri.clone(), &sent) {
        Ok(asked) => asked,
        Err((error, told)) => return back(&state, (&redirect_uri, known_by), &[("error", error), ("error_description", told)]),
    };
    // Whoever begins in two tabs ends in both.
    let cookie = cookies(&state, &req).into_iter().next().unwrap_or_else(|| new_refresh(state.store.entropy()));
    let attempt = Attempt::begin(asked, &cookie, state.store.entropy(), state.store.now());
    let entrance = match provider.entrance(&attempt, attempt.sealed(&state.keys.present(), state.store.entropy())?) {
        Err(Error::Busy) => return back(&state, (&redirect_uri, known_by), &[("error", "temporarily_unavailable")]),
        entrance => entrance?,
    };
    let secure = if state.issuer.starts_with("https:") { "; Secure" } else { "" };
    let path = url::Url::parse(&provider.settings.callback).map_err(Error::internal)?.path().to_owned();
    let kept = format!("{}={cookie}; Path={path}; Max-Age=600; HttpOnly; SameSite=Lax{secure}", cookie_name(&state));
    let mut answer = sent_to(&entrance);
    answer.headers_mut().insert(SET_COOKIE, kept.parse().ok().ok_or_else(|| Error::internal("a cookie cannot be written"))?);
    Ok(answer)
}

/// Send somebody back to the tool, with what has come of it (RFC 6749 §4.1.2, RFC 9207).
fn back(state: &State, (redirect_uri, known_by): (&str, Option<&str>), outcome: &[(&str, &str)]) -> Result<HttpResponse, Failure> {
    let mut address = url::Url::parse(redirect_uri).map_err(Error::internal)?;
    let state_of_tool = known_by.map(|state| ("state", state));
    address.query_pairs_mut().extend_pairs(outcome).extend_pairs(state_of_tool).append_pair("iss", &state.issuer);
    Ok(sent_to(address.as_str()))
}

/// Take somebody in who comes back from the provider, and send them on to the tool.
pub(crate) async fn callback(req: HttpRequest, from: Origin, state: Data<State>) -> Result<HttpResponse, Failure> {
    let provider = provider(&state)?.clone();
    let sent = parameters(&req)?;
    let sealed = sent.get("state").map(String::as_str).unwrap_or_default();
    let open = |cookie: &String| Attempt::open(sealed, cookie, &state.keys.present(), state.store.now());
    let attempt = cookies(&state, &req).iter().find_map(open);
    let attempt = attempt.ok_or_else(|| {
        Failure::malformed("?state", "state", "this sign-in was begun in another browser, or more than ten minutes ago: begin again")
    })?;
    let asked = attempt.asked.clone();
    let tool = (asked.redirect_uri.as_str(), asked.state.as_deref());
    let denied = |told: &str| back(&state, tool, &[("error", "access_denied"), ("error_description", told)]);
    if sent.get("iss").is_some_and(|issuer| *issuer != provider.settings.issuer) {
        return denied("Another provider answered.");
    }
    let Some(code) = sent.get("code").filter(|_| !sent.contains_key("error")).cloned() else {
        let is_denied = sent.get("error").is_some_and(|error| error == "access_denied");
        state.sign_ins.note(None, from.0, Why::NotIntroduced, state.store.now());
        return denied(if is_denied { "The provider let nobody in." } else { "The provider could not let anybody in." });
    };
    let Ok(turn) = provider.turn(&attempt, from.0).await else {
        return back(&state, tool, &[("error", "temporarily_unavailable")]);
    };
    let (asking, now) = (provider.clone(), state.store.now());
    let introduced = store::aside(move || {
        let introduced = asking.introduced(code, &attempt, now);
        drop(turn);
        Ok(introduced)
    });
    let introduced = match introduced.await? {
        Ok(introduced) => introduced,
        Err(NotIntroduced::Unavailable) => return back(&state, tool, &[("error", "temporarily_unavailable")]),
        Err(NotIntroduced::Refused) => {
            state.sign_ins.note(None, from.0, Why::NotIntroduced, now);
            return denied("The word of the provider was not taken.");
        }
    };
    let permit = permit(&req, from.0)?;
    let for_tool = asked.clone();
    let admitted = state.store.write(permit, move |tx, permit| {
        match desk::single_sign_on::admit(tx, permit, &introduced, &provider.settings.grants)? {
            Admission::In(user) => desk::single_sign_on::give_code(tx, user, &for_tool).map(Ok),
            Admission::Out(user, why) => Ok(Err((user, why))),
        }
    });
    match admitted.await? {
        Ok(code) => back(&state, tool, &[("code", code.expose())]),
        Err((user, why)) => {
            state.sign_ins.note(user, from.0, why.into(), now);
            denied(why.told())
        }
    }
}

/// In whose name accounts are made and grants given by the provider's word.
fn permit(req: &HttpRequest, from: Network) -> Result<Permit<action::ManageUsers>, Error> {
    use actix_web::HttpMessage;
    let id = req.extensions().get::<RequestId>().map(|id| id.0.clone()).unwrap_or_default();
    Permit::try_from(Caller::system(System::SingleSignOn).within(&id, &from.to_string()))
}

/// The session that a code is for, which a tool shows.
pub(super) async fn redeemed(
    shown: (Secret<String>, Secret<String>, String),
    from: Network,
    state: &State,
) -> Result<HttpResponse, Failure> {
    let (code, verifier, redirect_uri) = shown;
    let digest = crate::access::token::refresh_digest(code.expose());
    let looked_at = digest.clone();
    // What was never given to anybody holds up no writer.
    let is_good = state.store.read(move |tx| store::sign_in_codes::good(tx, &looked_at)).await?.is_some();
    let shown = Redeemed { digest, verifier, redirect_uri };
    let begun =
        if is_good { state.store.write(Bookkeeping, move |tx, _| desk::single_sign_on::redeem(tx, &shown, from)).await? } else { None };
    super::tokens(state, &begun.ok_or(Failure::InvalidGrant)?)
}

/// Who shows a token of the provider's that is meant for this server.
///
/// # Errors
/// [`Error::Busy`] and [`Error::Internal`] when the database fails.
pub(in crate::api) async fn caller(state: &Data<State>, token: &str, from: Network) -> Result<Option<Caller>, Error> {
    let Some(provider) = state.openid.clone() else { return Ok(None) };
    let Some(introduced) = provider.bearer(token, state.store.now()) else { return Ok(None) };
    let entered = state.store.read(move |tx| desk::single_sign_on::enter(tx, &introduced, &provider.settings.grants)).await?;
    match entered {
        Some(Entry::In(caller)) => Ok(Some(caller)),
        Some(Entry::Out(user, why)) => {
            state.sign_ins.note(Some(user), from, why.into(), state.store.now());
            Ok(None)
        }
        None => Ok(None),
    }
}

/// Where people are let in, and how (RFC 8414).
#[derive(Debug, Serialize, ToSchema)]
pub struct AuthorizationServer {
    /// The `iss` of tokens.
    #[schema(example = "http://127.0.0.1:8080")]
    pub issuer: String,
    /// Where browsers are sent to sign in by way of the newsroom's OpenID provider; not there, where there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub authorization_endpoint: Option<String>,
    /// Where tokens are given.
    pub token_endpoint: String,
    /// The keys that access tokens are verified with.
    pub jwks_uri: String,
    /// What tokens may be limited to.
    pub scopes_supported: Vec<&'static str>,
    /// What `authorization_endpoint` gives.
    pub response_types_supported: Vec<&'static str>,
    /// What tokens are given for.
    pub grant_types_supported: Vec<&'static str>,
    /// How clients show who they are: not at all.
    pub token_endpoint_auth_methods_supported: Vec<&'static str>,
    /// How verifiers are digested (RFC 7636).
    pub code_challenge_methods_supported: Vec<&'static str>,
    /// That answers name this server (RFC 9207).
    pub authorization_response_iss_parameter_supported: bool,
}

/// Show where people are let in, and how.
///
/// The metadata of an OAuth 2.0 authorization server (RFC 8414), out of which libraries find everything else. Where the newsroom has an OpenID provider, `authorization_endpoint`
/// is there: send a browser to it, with a PKCE challenge, and redeem the code that comes back at `token_endpoint`.
#[utoipa::path(tag = "auth",
    responses((status = 200, body = AuthorizationServer), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/.well-known/oauth-authorization-server")]
pub(crate) async fn show_authorization_server(state: Data<State>) -> Json<AuthorizationServer> {
    let at = |path: &str| format!("{}{path}", state.issuer);
    let is_open = state.openid.is_some();
    let with = |name, rest: &[&'static str]| is_open.then_some(name).into_iter().chain(rest.iter().copied()).collect();
    Json(AuthorizationServer {
        issuer: state.issuer.clone(),
        authorization_endpoint: is_open.then(|| at("/v1/auth/authorize")),
        token_endpoint: at("/v1/auth/token"),
        jwks_uri: at("/.well-known/jwks.json"),
        scopes_supported: action::ALL.to_vec(),
        response_types_supported: with("code", &[]),
        grant_types_supported: with("authorization_code", &["password", "refresh_token"]),
        token_endpoint_auth_methods_supported: vec!["none"],
        code_challenge_methods_supported: vec!["S256"],
        authorization_response_iss_parameter_supported: is_open,
    })
}
