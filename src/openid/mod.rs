//! The newsroom's OpenID provider, as it is seen by whoever relies on it (OpenID Connect Core 1.0, authorization code with PKCE).
//!
//! **Context.** What the provider signs with changes while people are signed in, and whoever sends a token that names a key could make a server ask for keys.
//! **Decision.** Its keys are asked for by a worker, every five minutes, and by one thing else: a token that came from the provider itself, in answer to us, and
//! names a key that is not known. **Consequence.** Nobody who sends anything makes the server ask. A token of a new key that somebody else shows is taken from the
//! next round on; providers publish their keys before they sign with them.

mod bearer;
mod web;

use std::{
    collections::{BTreeSet, VecDeque},
    sync::{Arc, Mutex, PoisonError, RwLock},
    time::Duration,
};

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta, Utc};
use openidconnect::{
    AdditionalClaims, AuthType, AuthenticationFlow, AuthorizationCode, ClaimsVerificationError, Client, ClientId, ClientSecret, CsrfToken,
    EmptyExtraTokenFields, EndUserEmail, EndUserName, EndpointMaybeSet, EndpointNotSet, EndpointSet, IdTokenFields, IssuerUrl,
    JsonWebKeySet, LocalizedClaim, Nonce, OAuth2TokenResponse, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, RequestTokenError, Scope,
    SignatureVerificationError, StandardErrorResponse, StandardTokenResponse, TokenResponse, UserInfoClaims, UserInfoError,
    core::{
        CoreAuthDisplay, CoreAuthPrompt, CoreClientAuthMethod, CoreErrorResponseType, CoreGenderClaim, CoreJsonWebKey,
        CoreJweContentEncryptionAlgorithm, CoreJwsSigningAlgorithm, CoreProviderMetadata, CoreResponseType, CoreRevocableToken,
        CoreRevocationErrorResponse, CoreTokenIntrospectionResponse, CoreTokenType,
    },
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use tokio::sync::Notify;

use crate::{
    access::{secret::Secret, sign_in_attempt::Attempt},
    domain::{
        Error, Instant,
        identity::{GroupGrants, Identity, Introduced},
        network::Network,
    },
};

/// Seconds after which the provider's keys are asked for again.
const FRESH_SECONDS: i64 = 300;
/// Seconds that its clock may differ from ours.
const LEEWAY: u32 = 60;
/// Seconds after which what its keys were is believed no longer of tokens that others show.
const STALE_SECONDS: i64 = 3_600;
/// How many sign-ins ask the provider at once, and how many of them from one network.
const AT_ONCE: usize = 16;
const OF_NETWORK: usize = 4;
/// How long somebody waits for others to be done who came back before.
const WAITING: Duration = Duration::from_secs(5);
/// How many attempts that were brought back are remembered.
const REMEMBERED: usize = 10_000;

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
    /// Whether an address is theirs of which it does not say whether it has made sure of that.
    pub trusts_addresses: bool,
}

impl OpenId {
    /// True for an address that a tool may be answered at, to the letter. At a loopback address, any port is as good (RFC 8252 §7.3).
    #[must_use]
    pub fn may_answer(&self, redirect_uri: &str) -> bool {
        self.redirects.iter().any(|known| known == redirect_uri || is_but_for_the_port(known, redirect_uri))
    }
}

/// True for two addresses at one loopback address, that differ by their port alone.
fn is_but_for_the_port(known: &str, asked: &str) -> bool {
    let without_port = |text: &str, host: &str| -> Option<String> {
        let rest = text.strip_prefix(host)?;
        match rest.strip_prefix(':') {
            None if rest.is_empty() || rest.starts_with(['/', '?']) => Some(rest.to_owned()),
            None => None,
            Some(rest) => {
                let at = rest.find(['/', '?']).unwrap_or(rest.len());
                let (port, rest) = rest.split_at_checked(at)?;
                let is_port = !port.starts_with('0') && port.bytes().all(|byte| byte.is_ascii_digit()) && port.parse::<u16>().is_ok();
                is_port.then(|| rest.to_owned())
            }
        }
    };
    ["http://127.0.0.1", "http://[::1]"].iter().any(|host| {
        let known = without_port(known, host);
        known.is_some() && known == without_port(asked, host)
    })
}

/// Claims beyond the standard's: of these, one names groups.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Others(Map<String, Value>);

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
    turns: Arc<Mutex<Turns>>,
    freed: Arc<Notify>,
}

/// Who asks it something at the moment, and which attempts were brought back.
#[derive(Debug, Default)]
struct Turns {
    asking: Vec<Network>,
    spent: BTreeSet<String>,
    oldest: VecDeque<String>,
}

/// Leave to ask the provider something on somebody's behalf, until it is dropped.
#[derive(Debug)]
pub struct Turn {
    turns: Arc<Mutex<Turns>>,
    freed: Arc<Notify>,
    network: Network,
}

impl Drop for Turn {
    fn drop(&mut self) {
        let mut turns = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(at) = turns.asking.iter().position(|network| *network == self.network) {
            turns.asking.swap_remove(at);
        }
        drop(turns);
        self.freed.notify_waiters();
    }
}

impl Provider {
    /// One of which nothing is known yet.
    #[must_use]
    pub fn new(settings: OpenId) -> Self {
        let web = web::Web::of(&settings.issuer);
        Self { settings, web, known: RwLock::new(None), turns: Arc::default(), freed: Arc::default() }
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
        let strong = metadata.jwks().keys().iter().filter(|key| is_strong(key)).cloned().collect();
        let metadata = metadata.set_jwks(JsonWebKeySet::new(strong));
        *self.known.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(Known { metadata, at: now }));
        Ok(())
    }

    /// The same, when it was long ago: what a worker does again and again.
    ///
    /// # Errors
    /// Those of [`Provider::discover`].
    pub fn keep_current(&self, now: Instant) -> Result<(), Error> {
        let is_fresh = |known: Arc<Known>| known.at.plus_seconds(FRESH_SECONDS) > now && known.at <= now.plus_seconds(LEEWAY.into());
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

    /// Leave to ask it something for whoever brought back an attempt, once; it is waited for, as others may be before them.
    ///
    /// # Errors
    /// [`Error::Busy`] when others were before them for too long, and for an attempt that was brought back before.
    pub async fn turn(&self, attempt: &Attempt, network: Network) -> Result<Turn, Error> {
        self.spend(attempt)?;
        let waited = tokio::time::timeout(WAITING, async {
            // Ends: with a turn, or when it was waited for long enough.
            loop {
                // Whoever is done from here on is heard of.
                let freed = self.freed.notified();
                if let Some(turn) = self.free_turn(network) {
                    return turn;
                }
                freed.await;
            }
        });
        waited.await.map_err(|_elapsed| Error::Busy)
    }

    /// Remember that an attempt was brought back.
    fn spend(&self, attempt: &Attempt) -> Result<(), Error> {
        let mut turns = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
        if !turns.spent.insert(attempt.nonce.clone()) {
            return Err(Error::Busy);
        }
        turns.oldest.push_back(attempt.nonce.clone());
        if turns.oldest.len() > REMEMBERED
            && let Some(oldest) = turns.oldest.pop_front()
        {
            turns.spent.remove(&oldest);
        }
        Ok(())
    }

    fn free_turn(&self, network: Network) -> Option<Turn> {
        let mut turns = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
        let from_there = turns.asking.iter().filter(|other| **other == network).count();
        if turns.asking.len() >= AT_ONCE || from_there >= OF_NETWORK {
            return None;
        }
        turns.asking.push(network);
        Some(Turn { turns: self.turns.clone(), freed: self.freed.clone(), network })
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
            // What it answered may hold tokens, and goes into no log. That somebody brings a code which is none is nothing to be told of.
            RequestTokenError::ServerResponse(answer) => {
                tracing::debug!(error = %answer.error().as_ref().escape_debug(), "the OpenID provider redeems no code");
                NotIntroduced::Refused
            }
            RequestTokenError::Request(error) => unavailable(Error::internal(error)),
            RequestTokenError::Parse(error, _) => {
                unavailable(Error::internal(format!("it redeems a code by what is no answer, at {}", error.path())))
            }
            RequestTokenError::Other(_) => unavailable(Error::internal("it redeems a code by what is no answer")),
        })?;
        let said = match self.said(&client, &tokens, attempt, now) {
            // It came from the provider itself, so that it is worth asking for its keys.
            Err(Unsaid::NotTaken(ClaimsVerificationError::SignatureVerification(SignatureVerificationError::NoMatchingKey))) => {
                self.discover(now).map_err(unavailable)?;
                let client = self.client(&*self.known().ok_or(NotIntroduced::Unavailable)?).map_err(unavailable)?;
                self.said(&client, &tokens, attempt, now)
            }
            said => said,
        };
        said.map_err(|unsaid| match unsaid {
            Unsaid::NotTaken(error) => {
                tracing::warn!(error = %causes(&error), "the word of the OpenID provider is not taken");
                NotIntroduced::Refused
            }
            Unsaid::NotAll(why) => unavailable(Error::internal(why)),
        })
    }

    /// Whom tokens speak of that came from the provider.
    fn said(&self, client: &RelyingParty, tokens: &Tokens, attempt: &Attempt, now: Instant) -> Result<Introduced, Unsaid> {
        let other = |why: &str| Unsaid::NotTaken(ClaimsVerificationError::Other(why.to_owned()));
        let token = tokens.id_token().ok_or_else(|| other("there is no ID token"))?;
        let now = DateTime::<Utc>::from_timestamp(now.as_seconds(), 0).unwrap_or_default();
        let leeway = TimeDelta::seconds(LEEWAY.into());
        let issued = move |at: DateTime<Utc>| {
            if at.signed_duration_since(now) > leeway { Err("it is of the future".to_owned()) } else { Ok(()) }
        };
        let verifier =
            client.id_token_verifier().set_allowed_algs(ALGORITHMS).set_time_fn(move || now - leeway).set_issue_time_verifier_fn(issued);
        let claims = token.claims(&verifier, &Nonce::new(attempt.nonce.clone())).map_err(Unsaid::NotTaken)?;
        let Others(others) = claims.additional_claims();
        if others.get("nbf").and_then(Value::as_i64).is_some_and(|from| from > now.timestamp().saturating_add(LEEWAY.into())) {
            return Err(other("it is not good yet"));
        }
        if !is_subject(claims.subject()) {
            return Err(other("it names nobody as the standard does"));
        }
        if claims.authorized_party().is_some_and(|party| **party != self.settings.client_id) {
            return Err(other("it is for another party"));
        }
        let name = |name: Option<&LocalizedClaim<EndUserName>>| name.and_then(|name| name.get(None)).map(|name| name.to_string());
        let email = |email: Option<&EndUserEmail>, verified: Option<bool>| {
            email.filter(|_| verified.unwrap_or(self.settings.trusts_addresses)).map(|email| email.to_string())
        };
        let groups = |Others(others): &Others| groups(others, &self.settings.groups_claim).map_err(other);
        let mut introduced = Introduced {
            identity: Identity { issuer: self.settings.issuer.clone(), subject: claims.subject().to_string() },
            email: email(claims.email(), claims.email_verified()),
            name: name(claims.name()),
            groups: groups(claims.additional_claims())?,
        };
        if introduced.email.is_none() || introduced.name.is_none() || introduced.groups.is_none() {
            // What is not in the token may be told where it is asked for (OpenID Connect Core 1.0 §5.3); that it is of the same person is verified.
            // What cannot be sent as a token is none.
            let is_token = tokens.access_token().secret().bytes().all(|byte| byte.is_ascii_graphic());
            if is_token && let Ok(request) = client.user_info(tokens.access_token().clone(), Some(claims.subject().clone())) {
                // What it answered is about somebody, and goes into no log.
                let told: UserInfoClaims<Others, CoreGenderClaim> = request.request(&|request| self.web.ask(request)).map_err(|error| {
                    Unsaid::NotAll(if matches!(error, UserInfoError::ClaimsVerification(_)) {
                        "userinfo is of another person"
                    } else {
                        "userinfo is not told"
                    })
                })?;
                introduced.email = introduced.email.or_else(|| email(told.email(), told.email_verified()));
                introduced.name = introduced.name.or_else(|| name(told.name()));
                let more = groups(told.additional_claims())?;
                introduced.groups = introduced.groups.or(more);
            }
        }
        Ok(introduced)
    }
}

/// Why nobody is introduced by tokens that came from the provider.
enum Unsaid {
    /// Its word is not taken.
    NotTaken(ClaimsVerificationError),
    /// It does not tell all that it has to.
    NotAll(&'static str),
}

/// True for a key that nobody works out: of RSA, one of 2,048 bits at least (RFC 7518 §3.3).
fn is_strong(key: &CoreJsonWebKey) -> bool {
    let written = serde_json::to_value(key).unwrap_or_default();
    let part = |name: &str| written.get(name).and_then(Value::as_str);
    part("kty") != Some("RSA") || part("n").and_then(|n| BASE64_URL_SAFE_NO_PAD.decode(n).ok()).is_some_and(|n| n.len() >= 256)
}

/// True for the provider's name of somebody: 1 to 255 characters of ASCII (OpenID Connect Core 1.0 §2).
fn is_subject(subject: &str) -> bool {
    (1..=255).contains(&subject.len()) && subject.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic())
}

/// The groups that claims name: a list, or one alone; nothing, where they are silent of groups.
///
/// # Errors
/// Why it cannot be known which these are: they are named elsewhere, for there are too many (`_claim_names`, OpenID Connect Core 1.0 §5.6.2), or in no way
/// that is understood.
fn groups(claims: &Map<String, Value>, name: &str) -> Result<Option<Vec<String>>, &'static str> {
    if claims.get("_claim_names").is_some_and(|names| names.get(name).is_some()) {
        return Err("it names too many groups to tell of them");
    }
    match claims.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(one)) => Ok(Some(vec![one.clone()])),
        Some(Value::Array(all)) => Ok(Some(all.iter().filter_map(Value::as_str).map(str::to_owned).collect())),
        Some(_) => Err("it names groups neither by a list nor by one name"),
    }
}

/// An error with what it came of, in printable characters, and not for long: some of it is what was sent.
fn causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    // Ends: each cause lies within the one before, and they are finitely many.
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text.chars().take(300).flat_map(char::escape_debug).collect()
}
