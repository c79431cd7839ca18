//! Redirects: addresses that readers may still have, and where they lead.

use std::fmt;

use percent_encoding::percent_decode;
use serde::{
    Deserialize, Deserializer, Serialize,
    de::{self, MapAccess, Visitor, value::MapAccessDeserializer},
};
use url::{Position, Url};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    Error, Id, Instant, Locale, Version,
    address::AddressKind,
    error::Faults,
    path::LONGEST,
    site::Site,
    text::{limits, lines, nfc},
    url::check_web_address,
};

/// The statuses that a redirect may have: moved for good or for now (RFC 9110 §15.4), or gone (§15.5.11).
pub const STATUSES: [i32; 5] = [301, 302, 307, 308, 410];

/// Of what is gone, and leads nowhere.
pub const GONE: i32 = 410;

/// How many redirects may follow one another.
pub const HOPS: usize = 8;

/// One of the things of the site, in a language.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ThingOfSite)]
pub struct Thing {
    /// What it is.
    pub kind: AddressKind,
    /// Its id.
    #[schema(value_type = String, format = Uuid)]
    pub id: Uuid,
    /// The language of its page.
    pub locale: Locale,
}

/// Where a redirect leads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(untagged)]
pub enum Destination {
    /// A path of the site, with query and fragment if there are any, or an absolute URL.
    Address(String),
    /// To a thing of the site, wherever its page is by then; while it is not public, the redirect is not there.
    Thing(Thing),
}

/// By hand: a string is an address and an object a thing, so that whoever sends one is told what of it is missing.
impl<'de> Deserialize<'de> for Destination {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Sent;
        impl<'de> Visitor<'de> for Sent {
            type Value = Destination;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a path of the site, an absolute URL, or an object with `kind`, `id` and `locale`")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Destination, E> {
                Ok(Destination::Address(text.to_owned()))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Destination, A::Error> {
                Thing::deserialize(MapAccessDeserializer::new(map)).map(Destination::Thing)
            }
        }
        deserializer.deserialize_any(Sent)
    }
}

impl Destination {
    /// The address of the site that it is, as it is [`spelled`]; nothing for a thing and for what lies elsewhere.
    #[must_use]
    pub fn address(&self) -> Option<String> {
        let Self::Address(to) = self else { return None };
        // What is asked for has no fragment.
        to.split('#').next().and_then(spelled)
    }

    /// The addresses of the site at which a redirect is looked for that leads on: with its query, and without.
    #[must_use]
    pub fn looked_at(&self) -> Vec<String> {
        let address = self.address();
        let path = address.as_deref().and_then(|address| Some(address.split_once('?')?.0.to_owned()));
        address.iter().flat_map(|address| tried(address)).chain(path).collect()
    }
}

impl fmt::Display for Destination {
    /// As a table has it: a path or URL as it is, a thing as `article:ID:LOCALE`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Address(address) => f.write_str(address),
            Self::Thing(Thing { kind, id, locale }) => write!(f, "{kind}:{id}:{locale}"),
        }
    }
}

/// An address that readers may still have, and where it leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Redirect {
    /// Its id.
    pub id: Id<Self>,
    /// The address, as [`spelled`]; it stays as it was created.
    pub from: String,
    /// Where it leads; nowhere, for what is gone.
    pub to: Option<Destination>,
    /// One of [`STATUSES`].
    pub status: i32,
    /// Why it is there.
    pub note: String,
    /// Newest version.
    pub version: Version,
    /// First saved.
    pub created_at: Instant,
    /// Last saved.
    pub updated_at: Instant,
}

impl Redirect {
    /// Whether it leads there for now only.
    #[must_use]
    pub fn is_temporary(&self) -> bool {
        is_temporary(self.status)
    }
}

/// Whether a status says that a redirect leads there for now only.
#[must_use]
pub fn is_temporary(status: i32) -> bool {
    matches!(status, 302 | 307)
}

impl fmt::Display for Redirect {
    /// As the change log has it: the address, the status, and where it leads, if anywhere.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.from, self.status)?;
        self.to.as_ref().map_or(Ok(()), |to| write!(f, " {to}"))
    }
}

/// The address of a redirect of which the change log has this.
#[must_use]
pub fn logged_address(reason: &str) -> Option<&str> {
    reason.split(' ').next().filter(|address| address.starts_with('/'))
}

/// The id of a redirect.
pub type RedirectId = Id<Redirect>;

/// What a caller says of a redirect.
#[derive(Debug, Clone)]
pub struct RedirectDraft {
    /// Where it leads; nowhere, for what is gone.
    pub to: Option<Destination>,
    /// One of [`STATUSES`].
    pub status: i32,
    /// Why it is there.
    pub note: String,
}

impl RedirectDraft {
    /// The same, when everything said is valid of an address as it is [`spelled`].
    ///
    /// # Errors
    /// [`Error::Invalid`] with every violation.
    pub fn check(self, from: &str, site: &Site) -> Result<Self, Error> {
        let mut faults = Faults::default();
        let known = STATUSES.contains(&self.status);
        if !known {
            faults.add("#/status", "status", "one of 301, 302, 307, 308 and 410");
        }
        let to = match self.to {
            Some(_) if self.status == GONE => {
                faults.add("#/to", "gone", "what is gone leads nowhere");
                None
            }
            None if known && self.status != GONE => {
                faults.add("#/to", "required", "needed, unless the status is 410");
                None
            }
            // Whoever reads a URL passes over line breaks and tabs in it.
            Some(Destination::Address(address)) if address.contains(char::is_control) => {
                faults.add("#/to", "control_character", "holds a line break, a tab or another control character");
                None
            }
            Some(Destination::Address(address)) => Some(Destination::Address(destination(&mut faults, &address, site))),
            other => other,
        };
        if to.as_ref().and_then(Destination::address).as_deref() == Some(from) {
            faults.add("#/to", "loop", "leads to itself");
        }
        let note = lines(&mut faults, "#/note", &self.note, limits::NOTE);
        faults.or(Self { to, status: self.status, note })
    }
}

/// A path of the site or a web address, percent-encoded; of what lies on the site, the path.
fn destination(faults: &mut Faults, text: &str, site: &Site) -> String {
    let base = Url::parse(&site.url).ok();
    let url = if text.starts_with('/') {
        base.as_ref().and_then(|base| base.join(text).ok()).filter(|url| url.as_str().len() <= limits::URL)
    } else {
        Url::parse(&check_web_address(faults, "#/to", text)).ok()
    };
    let is_inside = |url: &Url| base.as_ref().is_some_and(|base| base.origin() == url.origin());
    match url {
        // Whoever follows a path that begins with two slashes takes it for another host.
        Some(url) if is_inside(&url) && url.path().starts_with("//") => {
            faults.add("#/to", "path", "a path of the site begins with one slash");
            String::new()
        }
        Some(url) if is_inside(&url) => url[Position::BeforePath..].to_owned(),
        Some(url) if !text.starts_with('/') => url.into(),
        _ if text.starts_with('/') => {
            faults.add("#/to", "path", format!("a path of the site of at most {} bytes, or an absolute URL", limits::URL));
            String::new()
        }
        _ => String::new(),
    }
}

/// An address of the site in the one spelling that it is kept and looked for in: path and query, if there is one, percent-encoded where it has to be,
/// in NFC, without slashes at the end. Nothing for what is no address, or is longer than any.
///
/// Letters, digits and whatever is not ASCII stand for themselves, however they came; bytes that are no UTF-8, which old sites have in their addresses,
/// and what parts an address when it is not encoded (`%2F`, `%26`) stay encoded. Case tells addresses apart.
#[must_use]
pub fn spelled(address: &str) -> Option<String> {
    if !address.starts_with('/') || address.len() > LONGEST || address.contains('#') {
        return None;
    }
    let (path, query) = address.split_once('?').unwrap_or((address, ""));
    let mut spelled = respell(path.trim_end_matches('/'));
    if spelled.is_empty() {
        spelled.push('/');
    }
    if !query.is_empty() {
        spelled.push('?');
        spelled.push_str(&respell(query));
    }
    (spelled.len() <= LONGEST).then_some(spelled)
}

/// The path that browsers ask for in the place of one, as it is [`spelled`], with `.` or `..` for a segment: they take those out before they ask, however
/// they are encoded (WHATWG URL §4.4). Nothing where there are none.
#[must_use]
pub fn without_dots(spelled: &str) -> Option<String> {
    let (path, query) = spelled.split_once('?').map_or((spelled, None), |(path, query)| (path, Some(query)));
    if !path.split('/').any(|part| matches!(part, "." | "..")) {
        return None;
    }
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/').skip(1) {
        match part {
            "." => {}
            ".." => _ = parts.pop(),
            part => parts.push(part),
        }
    }
    let asked = format!("/{}", parts.join("/"));
    Some(query.map_or_else(|| asked.clone(), |query| format!("{asked}?{query}")))
}

/// Parameters by which others follow readers about: they say nothing of what is asked for.
const TRACKING: [&str; 13] =
    ["fbclid", "gclid", "gbraid", "wbraid", "dclid", "msclkid", "mc_cid", "mc_eid", "igshid", "yclid", "twclid", "ttclid", "_gl"];

/// Where a redirect is looked for of an address with a query, in this order: as it is, and without what others have added to follow readers about.
pub fn tried(address: &str) -> impl Iterator<Item = String> {
    [Some(address.to_owned()), without_tracking(address)].into_iter().flatten()
}

/// Nothing, when tracking is all of its query or none of it.
fn without_tracking(address: &str) -> Option<String> {
    let (path, query) = address.split_once('?')?;
    let is_theirs = |pair: &&str| {
        let name = pair.split('=').next().unwrap_or_default();
        name.starts_with("utm_") || TRACKING.contains(&name)
    };
    let (theirs, own): (Vec<&str>, Vec<&str>) = query.split('&').partition(is_theirs);
    (!theirs.is_empty() && !own.is_empty()).then(|| format!("{path}?{}", own.join("&")))
}

/// What parts an address where it stands for itself.
const PARTING: &[u8] = b"/!$&'()*+,;=:@?";

fn respell(text: &str) -> String {
    let (mut spelled, mut run, mut rest) = (String::with_capacity(text.len()), Vec::new(), text.as_bytes());
    // Ends: each round takes a byte or an escape.
    while let Some((first, others)) = rest.split_first() {
        let escape = others.split_at_checked(2).filter(|(digits, _)| *first == b'%' && digits.iter().all(u8::is_ascii_hexdigit));
        let decoded = escape.and_then(|_| percent_decode(rest.get(..3)?).next());
        rest = escape.map_or(others, |(_, others)| others);
        let byte = decoded.unwrap_or(*first);
        if byte == b'%' || decoded.is_some() && (PARTING.contains(&byte) || byte == b'#' || byte.is_ascii_control()) {
            flush(&mut spelled, &mut run);
            encode(&mut spelled, byte);
        } else {
            run.push(byte);
        }
    }
    flush(&mut spelled, &mut run);
    spelled
}

fn encode(spelled: &mut String, byte: u8) {
    use std::fmt::Write;
    let _ = write!(spelled, "%{byte:02X}");
}

/// Append bytes that came as themselves or encoded, which is the same: in NFC, so that it is taken of what they say and not of how it is encoded.
fn flush(spelled: &mut String, run: &mut Vec<u8>) {
    for chunk in run.utf8_chunks() {
        for c in nfc(chunk.valid()).chars() {
            let stands = match u8::try_from(c) {
                Ok(byte) if byte.is_ascii() => byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) || PARTING.contains(&byte),
                _ => !c.is_control() && !c.is_whitespace(),
            };
            if stands {
                spelled.push(c);
            } else {
                c.encode_utf8(&mut [0; 4]).bytes().for_each(|byte| encode(spelled, byte));
            }
        }
        chunk.invalid().iter().for_each(|byte| encode(spelled, *byte));
    }
    run.clear();
}
