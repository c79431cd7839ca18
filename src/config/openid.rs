//! Settings of single sign-on: which provider lets people in, what its groups are granted, and which tools may be answered.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{
    places::{has_user, is_local, web},
    reader::Reader,
};
use crate::{
    access::secret::Secret,
    domain::{
        Locale,
        identity::{GroupGrant, GroupGrants},
        user::Role,
    },
    openid::OpenId,
};

const ISSUER: &str = "DATELINE_OIDC_ISSUER";
const CLIENT: &str = "DATELINE_OIDC_CLIENT_ID";
const SECRET: &str = "DATELINE_OIDC_CLIENT_SECRET";
const SCOPES: &str = "DATELINE_OIDC_SCOPES";
const GROUPS: &str = "DATELINE_OIDC_GROUPS_CLAIM";
const GRANTS: &str = "DATELINE_OIDC_GRANTS";
const REDIRECTS: &str = "DATELINE_OIDC_REDIRECTS";
const ADDRESSES: &str = "DATELINE_OIDC_ADDRESSES";
const AUDIENCE: &str = "DATELINE_OIDC_AUDIENCE";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Granted {
    role: Role,
    section: Option<String>,
    locale: Option<Locale>,
}

/// The provider, where one is named.
pub(super) fn provider(r: &mut Reader<'_>, public_url: &str) -> Option<OpenId> {
    let Some(issuer) = r.named(ISSUER).map(str::to_owned) else {
        for name in [CLIENT, SECRET, GRANTS, REDIRECTS, AUDIENCE] {
            if r.named(name).is_some() {
                r.fault(ISSUER, format!("required with {name}"));
            }
        }
        return None;
    };
    match web(&issuer) {
        Some(url) if has_user(&url) || url.query().is_some() || url.fragment().is_some() => {
            r.fault(ISSUER, "an address without user, query or fragment");
        }
        Some(url) if url.path().contains("/.well-known/") => r.fault(ISSUER, "its name alone: where it is discovered follows from that"),
        Some(url) if url.scheme() == "https" || is_local(&url) => {}
        Some(_) => r.fault(ISSUER, "over plain http, anybody on the way says who comes in: https"),
        None => r.fault(ISSUER, "not an https address"),
    }
    let client_id = r.named(CLIENT).unwrap_or_default().to_owned();
    if client_id.is_empty() {
        r.fault(CLIENT, format!("required with {ISSUER}"));
    }
    let audience = r.named(AUDIENCE).map(str::to_owned);
    if audience.as_ref().is_some_and(|audience| *audience == client_id) {
        r.fault(AUDIENCE, "the client's own name is the audience of ID tokens, which open nothing: another one");
    }
    Some(OpenId {
        client_id,
        client_secret: r.named(SECRET).map(|secret| Secret::new(secret.to_owned())),
        scopes: r.words(SCOPES),
        groups_claim: r.get(GROUPS),
        grants: grants(r),
        redirects: redirects(r),
        audience,
        trusts_addresses: trusts_addresses(r),
        callback: format!("{public_url}/v1/auth/callback"),
        issuer,
    })
}

fn grants(r: &mut Reader<'_>) -> GroupGrants {
    let Some(text) = r.named(GRANTS) else { return GroupGrants::default() };
    let grant = |Granted { role, section, locale }| GroupGrant { role, section, locale };
    match serde_json::from_str::<BTreeMap<String, Vec<Granted>>>(text) {
        Ok(all) => GroupGrants(all.into_iter().map(|(group, granted)| (group, granted.into_iter().map(grant).collect())).collect()),
        Err(_shown) => {
            r.fault(GRANTS, r#"JSON such as {"hindi-desk": [{"role": "translator", "locale": "hi"}]}, with role, section and locale"#);
            GroupGrants::default()
        }
    }
}

/// Whether an address counts of which the provider does not say that it has made sure of it.
fn trusts_addresses(r: &mut Reader<'_>) -> bool {
    let said = r.get(ADDRESSES);
    if !["verified", "all"].contains(&said.as_str()) {
        r.fault(ADDRESSES, "`verified`, or `all`");
    }
    said == "all"
}

/// Addresses that tools are answered at: over TLS, on the machine of whoever signs in, or by a scheme of an application's own (RFC 8252).
fn redirects(r: &mut Reader<'_>) -> Vec<String> {
    let all = r.words(REDIRECTS);
    for address in &all {
        let url = url::Url::parse(address).ok().filter(|url| url.fragment().is_none() && !has_user(url));
        match url.as_ref().map(|url| (url.scheme(), url)) {
            _ if address.contains('*') => r.fault(REDIRECTS, "each is one address, to the letter"),
            Some(("https", _)) => {}
            Some(("http", url)) if is_local(url) => {}
            Some((scheme, _)) if scheme.contains('.') => {}
            Some(("http", _)) => r.fault(REDIRECTS, "plain http shows the code to everybody on the way: https"),
            _ => r.fault(REDIRECTS, "each is an address such as https://desk.example/signed-in, without user and fragment"),
        }
    }
    all
}
