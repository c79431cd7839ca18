//! The newsroom's OpenID provider, as it is seen by whoever relies on it (OpenID Connect Core 1.0, authorization code with PKCE).
//!
//! **Context.** What the provider signs with changes while people are signed in, and whoever sends a token that names a key could make a server ask for keys.
//! **Decision.** Its keys are asked for by a worker, every five minutes, and by one thing else: a token that came from the provider itself, in answer to us, and
//! names a key that is not known. **Consequence.** Nobody who sends anything makes the server ask. A token of a new key that somebody else shows is taken from the
//! next round on; providers publish their keys before they sign with them.

mod bearer;
mod web;

use std::sync::{Arc, PoisonError, RwLock};

use chrono::{DateTime, TimeDelta, Utc};
use openidconnect::{
    AdditionalClaims, AuthType, AuthenticationFlow, AuthorizationCode, ClaimsVerificationError, Client, ClientId, ClientSecret, CsrfToken,
    EmptyExtraTokenFields, EndUserEmail, EndUserName, EndpointMaybeSet, EndpointNotSet, EndpointSet, IdTokenFields, IssuerUrl,
    LocalizedClaim, Nonce, OAuth2TokenResponse, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, RequestTokenError, Scope,
    SignatureVerificationError, StandardErrorResponse, StandardTokenResponse, TokenResponse, UserInfoClaims,
    core::{
        CoreAuthDisplay, CoreAuthPrompt, CoreClientAuthMethod, CoreErrorResponseType, CoreGenderClaim, CoreJsonWebKey,
        CoreJweContentEncryptionAlgorithm, CoreJwsSigningAlgorithm, CoreProviderMetadata, CoreResponseType, CoreRevocableToken,
        CoreRevocationErrorResponse, CoreTokenIntrospectionResponse, CoreTokenType,
    },
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::{
    access::{secret::Secret, sign_in_attempt::Attempt},
    domain::{
        Error, Instant,
        identity::{GroupGrants, Identity, Introduced},
    },
};

/// Seconds after which the provider's keys are asked for again.
const FRESH_SECONDS: i64 = 300;
/// Seconds that its clock may differ from ours.
const LEEWAY: i64 = 60;
/// How many sign-ins ask the provider at once.
const AT_ONCE: usize = 16;

/// What its word may be signed with: never what both sides know, and never nothing.
const ALGORITHMS: [CoreJwsSigningAlgorithm; 9] = [
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha384,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha512,
    CoreJwsSigningAlgorithm::RsaSsaPssSha256,
    CoreJwsSigningAlgorithm::RsaSsaPssSha384,
    CoreJwsSigningAlgorithm::RsaSsaPssSha512,
    CoreJwsSigningAlgorithm::EcdsaP256Sha256,
    CoreJwsSigningAlgorithm::EcdsaP384Sha384,
    CoreJwsSigningAlgorithm::EdDsa,
];

/// How the provider is reached, and what its word is worth.
#[derive(Debug, Clone)]
pub struct OpenId {
    /// Its name, which is where it is discovered.
    pub issuer: String,
    /// What it knows this server as.
    pub client_id: String,
    /// What this server shows it, if it has to.
    pub client_secret: Option<Secret<String>>,
    /// What is asked of it beside `openid`.
    pub scopes: Vec<String>,
    /// The claim that names groups.
    pub groups_claim: String,
    /// What groups are granted.
    pub grants: GroupGrants,
    /// Where tools may be answered.
    pub redirects: Vec<String>,
    /// The audience of its access tokens that are taken here, if any are.
    pub audience: Option<String>,
    /// Where people come back to from it.
    pub callback: String,
}

impl OpenId {
    /// True for an address that a tool may be answered at. At a loopback address, any port is as good (RFC 8252 §7.3).
    #[must_use]
    pub fn may_answer(&self, redirect_uri: &str) -> bool {
        let without_port = |text: &str| -> Option<String> {
            let mut url = url::Url::parse(text).ok()?;
            let is_loopback = url.scheme() == "http" && matches!(url.host_str(), Some("127.0.0.1" | "[::1]"));
            is_loopback.then(|| url.set_port(None).ok())??;
            Some(url.into())
        };
        let asked = without_port(redirect_uri);
        self.redirects.iter().any(|known| known == redirect_uri || (asked.is_some() && without_port(known) == asked))
    }
}

/// Claims beyond the standard's: of these, one names groups.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Others(#[serde(default)] Map<String, Value>);

impl AdditionalClaims for Others {}

type Tokens = StandardTokenResponse<
    IdTokenFields<Others, EmptyExtraTokenFields, CoreGenderClaim, CoreJweContentEncryptionAlgorithm, CoreJwsSigningAlgorithm>,
    CoreTokenType,
>;

type RelyingParty = Client<
    Others,
    CoreAuthDisplay,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJsonWebKey,
    CoreAuthPrompt,
    StandardErrorResponse<CoreErrorResponseType>,
    Tokens,
    CoreTokenIntrospectionResponse,
    CoreRevocableToken,
    CoreRevocationErrorResponse,
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

/// Why the provider introduced nobody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotIntroduced {
    /// It cannot be asked at the moment, or answered what is no answer.
    Unavailable,
    /// It does not know the code, or its word is not for us.
    Refused,
}

/// What is known of the provider.
#[derive(Debug)]
struct Known {
    metadata: CoreProviderMetadata,
    at: Instant,
}

/// The provider.
#[derive(Debug)]
pub struct Provider {
    /// How it is reached, and what its word is worth.
    pub settings: OpenId,
    web: web::Web,
    known: RwLock<Option<Arc<Known>>>,
    asking: Arc<Semaphore>,
}

impl Provider {
    /// One of which nothing is known yet.
    #[must_use]
    pub fn new(settings: OpenId) -> Self {
        let web = web::Web::of(&settings.issuer);
        Self { settings, web, known: RwLock::new(None), asking: Arc::new(Semaphore::new(AT_ONCE)) }
    }

    fn known(&self) -> Option<Arc<Known>> {
        self.known.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Ask where it is asked what, and for its keys.
    ///
    /// # Errors
    /// [`Error::Internal`] when it does not answer, or not as a provider does.
    pub fn discover(&self, now: Instant) -> Result<(), Error> {
        let issuer = IssuerUrl::new(self.settings.issuer.clone()).map_err(Error::internal)?;
        let metadata = CoreProviderMetadata::discover(&issuer, &|request| self.web.ask(request)).map_err(Error::internal)?;
        *self.known.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(Known { metadata, at: now }));
        Ok(())
    }

    /// The same, when it was long ago: what a worker does again and again.
    ///
    /// # Errors
    /// Those of [`Provider::discover`].
    pub fn keep_current(&self, now: Instant) -> Result<(), Error> {
        let is_fresh = |known: Arc<Known>| known.at.plus_seconds(FRESH_SECONDS) > now && known.at <= now.plus_seconds(LEEWAY);
        if self.known().is_some_and(is_fresh) { Ok(()) } else { self.discover(now) }
    }

    fn client(&self, known: &Known) -> Result<RelyingParty, Error> {
        let Known { metadata, .. } = known;
        let secret = self.settings.client_secret.as_ref().map(|secret| ClientSecret::new(secret.expose().clone()));
        let methods = metadata.token_endpoint_auth_methods_supported();
        let in_body = methods.is_some_and(|methods| {
            !methods.contains(&CoreClientAuthMethod::ClientSecretBasic) && methods.contains(&CoreClientAuthMethod::ClientSecretPost)
        });
        let client = Client::from_provider_metadata(metadata.clone(), ClientId::new(self.settings.client_id.clone()), secret);
        let client = client.set_redirect_uri(RedirectUrl::new(self.settings.callback.clone()).map_err(Error::internal)?);
        Ok(if in_body { client.set_auth_type(AuthType::RequestBody) } else { client })
    }

    /// Where somebody is sent who signs in.
    ///
    /// # Errors
    /// [`Error::Busy`] while nothing is known of the provider.
    pub fn entrance(&self, attempt: &Attempt, state: String) -> Result<String, Error> {
        let client = self.client(&*self.known().ok_or(Error::Busy)?)?;
        let (state, nonce) = (CsrfToken::new(state), Nonce::new(attempt.nonce.clone()));
        let challenge = PkceCodeChallenge::from_code_verifier_sha256(&PkceCodeVerifier::new(attempt.verifier.clone()));
        let flow = AuthenticationFlow::<CoreResponseType>::AuthorizationCode;
        let scopes = self.settings.scopes.iter().filter(|scope| *scope != "openid").cloned().map(Scope::new);
        let (url, ..) = client.authorize_url(flow, || state, || nonce).add_scopes(scopes).set_pkce_challenge(challenge).url();
        Ok(url.into())
    }

    /// Leave to ask it something on somebody's behalf.
    ///
    /// # Errors
    /// [`Error::Busy`] when as many as may ask do so already.
    pub fn turn(&self) -> Result<OwnedSemaphorePermit, Error> {
        self.asking.clone().try_acquire_owned().map_err(|_none| Error::Busy)
    }

    /// Whom it introduces by a code, which somebody brought back from it.
    ///
    /// # Errors
    /// [`NotIntroduced`].
    pub fn introduced(&self, code: String, attempt: &Attempt, now: Instant) -> Result<Introduced, NotIntroduced> {
        let unavailable = |error: Error| {
            tracing::warn!(error = %causes(&error), "the OpenID provider cannot be asked");
            NotIntroduced::Unavailable
        };
        let known = self.known().ok_or(NotIntroduced::Unavailable)?;
        let client = self.client(&known).map_err(unavailable)?;
        let request = client.exchange_code(AuthorizationCode::new(code)).map_err(|e| unavailable(Error::internal(e)))?;
        let request = request.set_pkce_verifier(PkceCodeVerifier::new(attempt.verifier.clone()));
        let tokens = request.request(&|request| self.web.ask(request)).map_err(|error| match error {
            // What it answered may hold tokens, and goes into no log.
            RequestTokenError::ServerResponse(answer) => {
                tracing::warn!(error = %answer.error(), "the OpenID provider redeems no code");
                NotIntroduced::Refused
            }
            RequestTokenError::Request(error) => unavailable(Error::internal(error)),
            _ => unavailable(Error::internal("it redeems a code by what is no answer")),
        })?;
        match self.said(&client, &tokens, attempt, now) {
            // It came from the provider itself, so that it is worth asking for its keys.
            Err(ClaimsVerificationError::SignatureVerification(SignatureVerificationError::NoMatchingKey)) => {
                self.discover(now).map_err(unavailable)?;
                let client = self.client(&*self.known().ok_or(NotIntroduced::Unavailable)?).map_err(unavailable)?;
                self.said(&client, &tokens, attempt, now)
            }
            said => said,
        }
        .map_err(|error| {
            tracing::warn!(error = %causes(&error), "the word of the OpenID provider is not taken");
            NotIntroduced::Refused
        })
    }

    /// Whom tokens speak of that came from the provider.
    fn said(&self, client: &RelyingParty, tokens: &Tokens, attempt: &Attempt, now: Instant) -> Result<Introduced, ClaimsVerificationError> {
        let token = tokens.id_token().ok_or_else(|| ClaimsVerificationError::Other("there is no ID token".to_owned()))?;
        let now = DateTime::<Utc>::from_timestamp(now.as_seconds(), 0).unwrap_or_default();
        let issued = move |at: DateTime<Utc>| {
            if at.signed_duration_since(now) > TimeDelta::seconds(LEEWAY) { Err("it is of the future".to_owned()) } else { Ok(()) }
        };
        let verifier = client.id_token_verifier().set_allowed_algs(ALGORITHMS).set_time_fn(move || now).set_issue_time_verifier_fn(issued);
        let claims = token.claims(&verifier, &Nonce::new(attempt.nonce.clone()))?;
        if claims.authorized_party().is_some_and(|party| **party != self.settings.client_id) {
            return Err(ClaimsVerificationError::Other("it is for another party".to_owned()));
        }
        let name = |name: Option<&LocalizedClaim<EndUserName>>| name.and_then(|name| name.get(None)).map(|name| name.to_string());
        let email = |email: Option<&EndUserEmail>, verified| email.filter(|_| verified == Some(true)).map(|email| email.to_string());
        let groups = |Others(others): &Others| others.get(&self.settings.groups_claim).and_then(groups);
        let mut introduced = Introduced {
            identity: Identity { issuer: self.settings.issuer.clone(), subject: claims.subject().to_string() },
            email: email(claims.email(), claims.email_verified()),
            name: name(claims.name()),
            groups: groups(claims.additional_claims()),
        };
        if introduced.email.is_none() || introduced.name.is_none() || introduced.groups.is_none() {
            // What is not in the token may be told where it is asked for (OpenID Connect Core 1.0 §5.3); that it is of the same person is verified.
            let asked = client.user_info(tokens.access_token().clone(), Some(claims.subject().clone())).ok();
            match asked.map(|request| request.request(&|request| self.web.ask(request))) {
                Some(Ok(told)) => {
                    let told: UserInfoClaims<Others, CoreGenderClaim> = told;
                    introduced.email = introduced.email.or_else(|| email(told.email(), told.email_verified()));
                    introduced.name = introduced.name.or_else(|| name(told.name()));
                    introduced.groups = introduced.groups.or_else(|| groups(told.additional_claims()));
                }
                Some(Err(error)) => tracing::warn!(error = %causes(&error), "the OpenID provider tells nothing more of somebody"),
                None => {}
            }
        }
        Ok(introduced)
    }
}

/// The groups that a claim names: a list, or one alone.
fn groups(claim: &Value) -> Option<Vec<String>> {
    match claim {
        Value::String(one) => Some(vec![one.clone()]),
        Value::Array(all) => Some(all.iter().filter_map(Value::as_str).map(str::to_owned).collect()),
        _ => None,
    }
}

/// An error with what it came of.
fn causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    // Ends: each cause lies within the one before, and they are finitely many.
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}
