//! Settings that name places: databases, addresses, origins, caches and networks.

use std::{
    collections::BTreeSet,
    net::{IpAddr, SocketAddr},
    path::{Path, PathBuf},
};

use ipnet::IpNet;
use percent_encoding::percent_decode_str;
use url::{Host, Url};

use super::reader::Reader;
use crate::{access::secret::Secret, fetching::Allowed, store::dialect::Engine, workers::purger::Target};

const DATABASE: &str = "DATABASE_URL";

/// Passwords that are in everybody's examples.
const EXAMPLES: [&str; 12] =
    ["postgres", "password", "passwd", "dateline", "admin", "root", "secret", "changeme", "change-me", "example", "test", "123456"];

/// The database, and the engine that keeps it.
pub(super) fn database(r: &mut Reader<'_>) -> (String, Engine) {
    let url = r.get(DATABASE);
    let engine = Engine::of(&url);
    match engine {
        None => r.fault(DATABASE, "neither sqlite://PATH nor postgres://USER:PASSWORD@HOST/NAME"),
        Some(Engine::Sqlite) => {
            if let Err(why) = sqlite_file(url.trim_start_matches("sqlite://")) {
                r.fault(DATABASE, why);
            }
        }
        Some(Engine::Postgres) => {
            if let Err(why) = server(url.split_once("://").unwrap_or_default().1) {
                r.fault(DATABASE, why);
            }
        }
    }
    (url, engine.unwrap_or(Engine::Sqlite))
}

fn sqlite_file(path: &str) -> Result<(), &'static str> {
    if path.contains(":memory:") || path.starts_with("file:") || path.contains('?') || path.contains('#') {
        return Err("sqlite:// takes the path of a file and nothing else");
    }
    if path.starts_with('~') {
        return Err("`~` is the shell's to replace; write the path out");
    }
    let name = Path::new(path).file_name();
    if path.ends_with('/') || path.ends_with("/.") || name.is_none() {
        return Err("sqlite:// takes the path of a file, not of a folder");
    }
    Ok(())
}

/// Check what follows `postgres://`, cut up as `libpq` cuts it, so that it never has to complain with a part of a password.
fn server(rest: &str) -> Result<(), &'static str> {
    const SHAPE: &str = "not of the form postgres://USER:PASSWORD@HOST/NAME; encode special characters of a password, such as %40 for @";
    let (place, query) = rest.split_once('?').unwrap_or((rest, ""));
    let (before, name) = place.split_once('/').unwrap_or((place, ""));
    let (user, hosts) = match before.split_once('@') {
        Some((user, hosts)) => (user, hosts),
        None => ("", before),
    };
    let (user, password) = user.split_once(':').unwrap_or((user, ""));
    let decoded = |text: &str| decode(text).ok_or(SHAPE);
    let (user, password, name) = (decoded(user)?, decoded(password)?, decoded(name)?);
    let mut named = !name.is_empty() && !name.contains('/');
    let mut password = password;
    let mut hosts = hosts.split(',').map(|host| host_of(host).ok_or(SHAPE)).collect::<Result<Vec<_>, _>>()?;
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (key, value) = pair.split_once('=').ok_or(SHAPE)?;
        let value = decode(value).ok_or(SHAPE)?;
        match key {
            "host" | "hostaddr" => hosts.extend(value.split(',').map(str::to_owned)),
            "dbname" => named = !value.is_empty(),
            "password" => password = value,
            "sslmode" if !["disable", "allow", "prefer", "require", "verify-ca", "verify-full"].contains(&value.as_str()) => {
                return Err("there is no such sslmode");
            }
            "sslmode" if cfg!(feature = "postgres-bundled") && (value == "require" || value.starts_with("verify")) => {
                return Err("this build has no TLS for PostgreSQL: build with --no-default-features, which links the system's libpq");
            }
            _ => {}
        }
    }
    if !named || user.contains(char::is_whitespace) {
        return Err(SHAPE);
    }
    let easy = !password.is_empty() && (password == user || EXAMPLES.contains(&password.to_ascii_lowercase().as_str()));
    if easy && hosts.iter().any(|host| !is_local_server(host)) {
        return Err("the password of a database on another machine is one that everybody tries first");
    }
    Ok(())
}

fn decode(text: &str) -> Option<String> {
    let bytes = text.as_bytes();
    let whole = bytes.iter().enumerate().filter(|(_, b)| **b == b'%').all(|(n, _)| {
        let digit = |at: usize| bytes.get(n.saturating_add(at)).is_some_and(u8::is_ascii_hexdigit);
        digit(1) && digit(2)
    });
    let decoded = percent_decode_str(text).decode_utf8().ok().filter(|_| whole)?;
    Some(decoded.into_owned()).filter(|text| !text.contains(char::is_control))
}

/// The host of `host`, `host:port`, `[v6]:port` or nothing at all.
fn host_of(text: &str) -> Option<String> {
    let (host, port) = match text.strip_prefix('[').and_then(|t| t.split_once(']')) {
        Some((host, rest)) if rest.is_empty() || rest.starts_with(':') => (host, rest.strip_prefix(':').unwrap_or_default()),
        Some(_) => return None,
        None => text.split_once(':').unwrap_or((text, "")),
    };
    let fine = host.chars().all(|c| c.is_alphanumeric() || "-._%:".contains(c)) && (port.is_empty() || port.parse::<u16>().is_ok());
    decode(host).filter(|_| fine)
}

fn is_local_server(host: &str) -> bool {
    host.is_empty()
        || host.starts_with('/')
        || host == "localhost"
        || host.parse::<IpAddr>().is_ok_and(|ip| ip.to_canonical().is_loopback())
}

/// Where the server listens.
pub(super) fn bind(r: &mut Reader<'_>) -> SocketAddr {
    match r.get("DATELINE_BIND").parse::<SocketAddr>() {
        Ok(bind) if bind.port() != 0 => bind,
        _ => {
            r.fault("DATELINE_BIND", "not an address and port such as 127.0.0.1:8080");
            SocketAddr::from(([127, 0, 0, 1], 8080))
        }
    }
}

/// True for hosts that only this machine reaches, and for names that are kept for tests (RFC 6761).
pub(super) fn is_local(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => IpAddr::V6(ip).to_canonical().is_loopback(),
        Some(Host::Domain(name)) => {
            let top = name.trim_end_matches('.').rsplit('.').next().unwrap_or_default();
            ["localhost", "test"].iter().any(|kept| top.eq_ignore_ascii_case(kept))
        }
        None => false,
    }
}

pub(super) fn web(text: &str) -> Option<Url> {
    // The parser drops some characters and mends others; an address that it had to mend is none.
    let odd = |c: char| c.is_whitespace() || c.is_control() || "\\<>\"{}|^`".contains(c);
    let slashes = text.split_once(':')?.1;
    let shaped = slashes.starts_with("//") && !slashes.starts_with("///");
    let url = Url::parse(text).ok()?;
    (shaped && !text.contains(odd) && matches!(url.scheme(), "http" | "https") && url.host_str().is_some_and(|host| !host.contains('*')))
        .then_some(url)
}

pub(super) fn has_user(url: &Url) -> bool {
    !url.username().is_empty() || url.password().is_some()
}

/// Whether an address has a place for a user, though none is named.
fn is_signed(text: &str) -> bool {
    text.split_once("//").is_some_and(|(_, rest)| rest.split(['/', '?', '#']).next().unwrap_or_default().contains('@'))
}

/// Where the certificate lies by which the server ends TLS, and its key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsFiles {
    /// The certificate, and those above it.
    pub certificate: PathBuf,
    /// The key.
    pub key: PathBuf,
}

/// Both files of a certificate, or neither.
pub(super) fn tls(r: &mut Reader<'_>) -> Option<TlsFiles> {
    const CERTIFICATE: &str = "DATELINE_TLS_CERT";
    const KEY: &str = "DATELINE_TLS_KEY";
    let [certificate, key] = [CERTIFICATE, KEY].map(|name| r.named(name).map(PathBuf::from));
    for (name, path, other) in [(CERTIFICATE, &certificate, KEY), (KEY, &key, CERTIFICATE)] {
        if path.as_ref().is_some_and(|path| path.starts_with("~")) {
            r.fault(name, "`~` is the shell's to replace; write the path out");
        }
        if path.is_none() && r.named(other).is_some() {
            r.fault(name, format!("required with {other}"));
        }
    }
    Some(TlsFiles { certificate: certificate?, key: key? })
}

/// The server's own address, as clients see it.
pub(super) fn public_url(r: &mut Reader<'_>, bind: SocketAddr, tls: bool) -> String {
    const NAME: &str = "DATELINE_PUBLIC_URL";
    let open = !bind.ip().to_canonical().is_loopback();
    let Some(named) = r.named(NAME) else {
        if open {
            r.fault(NAME, "required when the server listens to other machines");
        }
        return format!("{}://{bind}", if tls { "https" } else { "http" });
    };
    let text = named.trim_end_matches('/').to_owned();
    let Some(url) = web(&text) else {
        r.fault(NAME, "not an http or https address");
        return text;
    };
    let unspecified = matches!(url.host(), Some(Host::Ipv4(ip)) if ip.is_unspecified())
        || matches!(url.host(), Some(Host::Ipv6(ip)) if ip.is_unspecified());
    if has_user(&url) || is_signed(&text) || url.query().is_some() || url.fragment().is_some() {
        r.fault(NAME, "an address without user, query or fragment");
    } else if unspecified || url.port() == Some(0) || url.path().contains("//") {
        r.fault(NAME, "an address that clients can reach");
    } else if url.scheme() == "http" && tls {
        r.fault(NAME, "an https address: the server ends TLS itself");
    } else if url.scheme() == "http" && (open || !is_local(&url)) {
        let why = "plain http shows passwords and tokens to everybody on the way: an https address, that of the proxy which ends TLS, or of the server \
                   itself with DATELINE_TLS_CERT";
        r.fault(NAME, why);
    }
    text
}

/// Origins whose pages may use the desk.
pub(super) fn origins(r: &mut Reader<'_>) -> Vec<String> {
    const NAME: &str = "DATELINE_DESK_ORIGINS";
    let origins = r.words(NAME);
    let mut seen = BTreeSet::new();
    for origin in &origins {
        match web(origin).filter(|url| url.origin().ascii_serialization() == *origin) {
            None => r.fault(NAME, "each is an origin such as https://desk.example, without a path"),
            Some(url) if url.scheme() == "http" && !is_local(&url) => {
                r.fault(NAME, "a page over plain http can be changed on its way: https");
            }
            Some(_) if !seen.insert(origin.clone()) => r.fault(NAME, "one of them is named twice"),
            Some(_) => {}
        }
    }
    origins
}

/// Proxies that are believed when they say for whom they ask.
pub(super) fn proxies(r: &mut Reader<'_>) -> Vec<IpNet> {
    const NAME: &str = "DATELINE_TRUSTED_PROXIES";
    let net = |word: &String| word.parse::<IpNet>().ok().or_else(|| word.parse::<IpAddr>().ok().map(IpNet::from));
    let words = r.words(NAME);
    let nets: Vec<IpNet> = words.iter().filter_map(net).collect();
    if nets.len() != words.len() || nets.iter().any(|net| net.trunc() != *net) {
        r.fault(NAME, "each is an address or a network such as 10.0.0.0/8 or fd00::/8");
    }
    // The widest private ones are 10.0.0.0/8 and fc00::/7; two halves of everything are everybody too.
    if nets.iter().any(|net| net.prefix_len() < if net.addr().is_ipv4() { 8 } else { 7 }) {
        r.fault(NAME, "so wide a network would let anyone say where they come from");
    }
    nets
}

/// What stands inside and may be fetched from all the same.
pub(super) fn fetch_allow(r: &mut Reader<'_>) -> Vec<Allowed> {
    const NAME: &str = "DATELINE_FETCH_ALLOW";
    let words = r.words(NAME);
    let allowed: Vec<Allowed> = words.iter().filter_map(|word| word.parse().ok()).collect();
    if allowed.len() != words.len() {
        r.fault(NAME, "each is a host or an address, with or without a port, or a network no wider than 10.0.0.0/8 or fc00::/7");
    }
    allowed
}

/// Caches that are told what to drop.
pub(super) fn purge(r: &mut Reader<'_>) -> Vec<Target> {
    const NAME: &str = "DATELINE_PURGE";
    let mut targets = Vec::new();
    let mut seen = BTreeSet::new();
    for word in r.words(NAME) {
        match target(&word) {
            Ok(target) if seen.insert(target.name()) => targets.push(target),
            Ok(_) => r.fault(NAME, "one of them is named twice"),
            Err(why) => r.fault(NAME, why),
        }
    }
    targets
}

fn target(word: &str) -> Result<Target, &'static str> {
    const WRONG: &str = "each is varnish=URL, fastly=SERVICE:TOKEN, cloudflare=ZONE:TOKEN or webhook=URL";
    let (kind, rest) = word.split_once('=').ok_or(WRONG)?;
    if matches!(kind, "varnish" | "webhook") {
        let url = web(rest).filter(|url| url.fragment().is_none() && url.port() != Some(0)).ok_or(WRONG)?;
        if url.scheme() == "http" && !is_local(&url) && (has_user(&url) || url.query().is_some()) {
            return Err("credentials of a cache on another machine are not sent over plain http: https");
        }
        let url = Secret::new(rest.to_owned());
        return Ok(if kind == "varnish" { Target::Varnish { url } } else { Target::Webhook { url } });
    }
    let (id, token) = rest.split_once(':').ok_or(WRONG)?;
    let plain = |text: &str, most: usize| !text.is_empty() && text.len() <= most;
    if !plain(id, 100)
        || !id.chars().all(|c| c.is_ascii_alphanumeric())
        || !plain(token, 1_000)
        || !token.chars().all(|c| c.is_ascii_graphic())
    {
        return Err(WRONG);
    }
    let token = Secret::new(token.to_owned());
    match kind {
        "fastly" => Ok(Target::fastly(id, token)),
        "cloudflare" => Ok(Target::cloudflare(id, token)),
        _ => Err(WRONG),
    }
}
