//! Settings out of the environment, with every fault reported at once.

mod env_file;
mod mail;
mod media;
mod openid;
mod places;
mod rates;
mod reader;
mod speech;

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    path::{Component, Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use ipnet::IpNet;

use crate::{
    access::{rate::Rates, secret::Secret},
    api::clients::ClientTimeouts,
    fetching::Allowed,
    openid::OpenId,
    speech::Speech,
    store::dialect::Engine,
    workers::{purger::Target, smtp::SmtpServer},
};
pub use media::MediaSettings;
pub use places::TlsFiles;
use reader::Reader;

/// Every variable that is read, with its default and one line of prose; `.env.example` holds the same.
pub const VARIABLES: [(&str, &str, &str); 50] = [
    ("DATABASE_URL", "sqlite://data/dateline.db", "Where everything is kept: sqlite://PATH, or postgres://USER:PASSWORD@HOST/NAME."),
    ("DATELINE_BIND", "127.0.0.1:8080", "Address and port that the server listens on."),
    ("DATELINE_DATA_DIR", "data", "Folder for what the server keeps beside the database, such as a generated secret."),
    (
        "DATELINE_PUBLIC_URL",
        "http://127.0.0.1:8080",
        "The server's own address as clients see it, https where others can connect; it is also the issuer of tokens.",
    ),
    (
        "DATELINE_SECRET_FILE",
        "data/secret",
        "File with 32 bytes in base64 that seal the signing keys; made on a first embedded start, required on PostgreSQL.",
    ),
    (
        "DATELINE_TLS_CERT",
        "",
        "File with the server's certificate and those above it, in PEM, by which it ends TLS itself; read again while it runs. None when empty.",
    ),
    ("DATELINE_TLS_KEY", "", "File with the key of that certificate, in PEM, which nobody else may read; required with DATELINE_TLS_CERT."),
    (
        "DATELINE_MEDIA",
        "",
        "Where the files of the media library lie, which all instances share: a folder, or s3://BUCKET/PREFIX; media in the data folder when empty.",
    ),
    ("DATELINE_S3_ENDPOINT", "", "Address of the S3-compatible store, without the bucket; that of Amazon in the region when empty."),
    ("DATELINE_S3_REGION", "us-east-1", "Region of the bucket."),
    ("DATELINE_S3_ACCESS_KEY", "", "Name of the key that requests to the store are signed with; required with s3://."),
    ("DATELINE_S3_SECRET_KEY", "", "That key; required with s3://."),
    (
        "DATELINE_MEDIA_URL",
        "",
        "Where readers are given those files: a CDN or an origin of its own that leads to /v1/media; the server's own address when empty.",
    ),
    ("DATELINE_MEDIA_FILE_MB", "2048", "Size of one file of the media library at most, in MiB; 1 to 65536."),
    ("DATELINE_MEDIA_MEMORY_MB", "320", "Memory for pictures that are being made, all of them together, in MiB; 64 to 65536."),
    (
        "DATELINE_SPEECH_COMMAND",
        "",
        "Program that reads stories aloud, text on its standard input and WAV on its standard output, such as espeak-ng -v {voice} --stdout; none when empty.",
    ),
    (
        "DATELINE_SPEECH_URL",
        "",
        "Service that reads stories aloud in the place of a program, by a POST of DATELINE_SPEECH_BODY, answered with WAV, MP3 or Ogg; none when empty.",
    ),
    (
        "DATELINE_SPEECH_BODY",
        r#"{"text": "{text}", "voice": "{voice}", "language": "{locale}"}"#,
        "What that service is sent, in JSON in whose texts {text}, {voice} and {locale} stand for what is to be spoken.",
    ),
    ("DATELINE_SPEECH_HEADERS_FILE", "", "File with headers for that service, a line each, which nobody else may read; none when empty."),
    (
        "DATELINE_SPEECH_ENCODER",
        "mp3",
        "What encodes WAV: mp3 or opus, by ffmpeg; or a program from standard input to standard output, with {bit_rate} for kilobits a second.",
    ),
    ("DATELINE_SPEECH_SECONDS", "300", "Seconds that speaking one story may take, and encoding it once more; 1 to 3600."),
    (
        "DATELINE_FETCH_ALLOW",
        "",
        "What stands inside your network and may be fetched from all the same, parted by spaces: wire.internal, 10.1.2.3:8080, 10.1.0.0/16; none when empty.",
    ),
    ("DATELINE_CONNECTIONS", "4", "Database connections that read, and on PostgreSQL as many again that write; 1 to 100."),
    ("DATELINE_HASHING", "2", "Passwords that are hashed at once, each with 46 MiB; 1 to 64."),
    (
        "DATELINE_CACHE_MB",
        "64",
        "Memory for answers to readers that are kept until something changes them, in MiB; 0 to 65536, and 0 keeps none.",
    ),
    (
        "DATELINE_CLIENTS",
        "4096",
        "Connections of clients at once; when there is no room for one more, whoever is waited for longest is sent away; 16 to 100000.",
    ),
    ("DATELINE_HEAD_SECONDS", "5", "Seconds for a client to send the head of a request; 1 to 600."),
    ("DATELINE_BODY_SECONDS", "30", "Seconds for a client to send the body of a request; 1 to 3600."),
    ("DATELINE_STALL_SECONDS", "60", "Seconds after which a client who takes nothing of an answer is cut off; 1 to 3600."),
    ("DATELINE_LEAST_RATE", "1024", "Bytes a second that bodies come at, and answers are taken at, at least; 0 to 1048576."),
    (
        "DATELINE_UNFINISHED_MB",
        "64",
        "Memory for requests that have not come whole, all of them together, and as much for answers that are not kept, in MiB; 8 to 65536.",
    ),
    (
        "DATELINE_PURGE",
        "",
        "Caches that are told what to drop, parted by spaces: varnish=URL, fastly=SERVICE:TOKEN, cloudflare=ZONE:TOKEN, webhook=URL.",
    ),
    ("DATELINE_DESK_ORIGINS", "", "Origins whose pages may use the desk from a browser, parted by spaces; none when empty."),
    (
        "DATELINE_TRUSTED_PROXIES",
        "",
        "Proxies that may say for whom they ask (X-Forwarded-For), parted by spaces: addresses, or networks such as 10.0.0.0/8.",
    ),
    (
        "DATELINE_SMTP_URL",
        "",
        "Server that mails are sent through, such as smtps://USER:PASSWORD@HOST:PORT or smtp+starttls://…; none are sent when empty.",
    ),
    (
        "DATELINE_MAIL_FROM",
        "",
        "Whom mails are from, such as desk@example.org or Newsroom <desk@example.org>; required with DATELINE_SMTP_URL.",
    ),
    (
        "DATELINE_SET_PASSWORD_URL",
        "",
        "Page of yours on which a password is set by a link, such as https://desk.example/set-password?token={token}; required with DATELINE_SMTP_URL.",
    ),
    ("DATELINE_OIDC_ISSUER", "", "OpenID provider whose word lets people in, such as https://login.example; none when empty."),
    ("DATELINE_OIDC_CLIENT_ID", "", "What the provider knows this server as; it sends people back to /v1/auth/callback."),
    ("DATELINE_OIDC_CLIENT_SECRET", "", "What this server shows the provider, if it has to."),
    ("DATELINE_OIDC_SCOPES", "openid email profile", "What is asked of the provider, parted by spaces; many need one more for groups."),
    ("DATELINE_OIDC_GROUPS_CLAIM", "groups", "Claim by which the provider names groups."),
    (
        "DATELINE_OIDC_GRANTS",
        "",
        r#"What groups are granted, in JSON such as {"hindi-desk": [{"role": "translator", "locale": "hi"}]}; whoever has no account gets one by it."#,
    ),
    (
        "DATELINE_OIDC_REDIRECTS",
        "",
        "Addresses at which tools are answered when somebody signed in, parted by spaces, such as https://desk.example/signed-in.",
    ),
    (
        "DATELINE_OIDC_ADDRESSES",
        "verified",
        "Addresses by which somebody has an account or gets one: verified, which the provider says it made sure of, or all, where it says nothing of that.",
    ),
    ("DATELINE_OIDC_AUDIENCE", "", "Audience of the provider's access tokens that are taken as tokens here; none are when empty."),
    (
        "DATELINE_RATE_LIMIT",
        "read=60000/60 view=6000/60 desk-read=3000/60 desk-write=1200/60 sign-in=600/60 refused=600/60",
        "Requests that one caller may make in so many seconds, by kind, parted by spaces; what is not named keeps its default; off for no limits.",
    ),
    (
        "DATELINE_REQUEST_LOG",
        "0",
        "Of a hundred requests that are not answered out of the response cache, how many are logged when they are answered; 0 to 100.",
    ),
    ("DATELINE_SLOW_MS", "500", "Milliseconds from which on a statement is logged as slow, without its values; 1 to 60000."),
    ("DATELINE_LOG", "info", "What is logged, such as warn, info or dateline=debug,info."),
];

/// How a server is set up.
#[derive(Debug, Clone)]
pub struct Settings {
    /// `sqlite://…` or `postgres://…`; may hold a password.
    pub database_url: Secret<String>,
    /// The engine it names.
    pub engine: Engine,
    /// Where the server listens.
    pub bind: SocketAddr,
    /// Folder for what is kept beside the database.
    pub data_dir: PathBuf,
    /// The server's own address, without a slash at the end.
    pub public_url: String,
    /// File with the seal of the signing keys.
    pub secret_file: PathBuf,
    /// Files of the certificate and of its key, where the server ends TLS by itself.
    pub tls: Option<TlsFiles>,
    /// The media library.
    pub media: MediaSettings,
    /// Who reads stories aloud, where anybody does.
    pub speech: Option<Arc<Speech>>,
    /// What stands inside and may be fetched from all the same.
    pub fetch_allow: Vec<Allowed>,
    /// Connections that read.
    pub connections: u32,
    /// Passwords hashed at once.
    pub hashing: usize,
    /// Bytes for answers to readers that are kept.
    pub cache_bytes: u64,
    /// Connections of clients at once.
    pub clients: usize,
    /// How long clients are waited for.
    pub timeouts: ClientTimeouts,
    /// Bytes that unfinished requests hold together.
    pub unfinished_bytes: usize,
    /// Caches on the way to readers that are told what to drop.
    pub purge: Vec<Target>,
    /// Origins whose pages may use the desk.
    pub desk_origins: Vec<String>,
    /// Proxies that are believed when they say for whom they ask.
    pub trusted_proxies: Vec<IpNet>,
    /// Where mails are sent through, if they are.
    pub smtp: Option<SmtpServer>,
    /// The page on which a password is set by a link, if it is known.
    pub password_page: Option<String>,
    /// The provider whose word lets people in, if there is one.
    pub openid: Option<OpenId>,
    /// What callers may ask of the server.
    pub rates: Rates,
    /// Of a hundred requests, how many are logged.
    pub request_log: u32,
    /// From how long on a statement is slow.
    pub slow: Duration,
    /// Variables that look like settings and are none.
    pub unknown: Vec<String>,
}

/// What is wrong with the environment: variable and reason, never the value.
pub type Faults = Vec<(String, String)>;

/// The environment of this process, and below it what `.env` in the working folder says. What is no text comes with the characters that stand
/// for that, which no setting may hold.
///
/// # Errors
/// What cannot be read of the file.
#[expect(clippy::disallowed_methods, reason = "the one place where the environment is read")]
pub fn environment() -> Result<BTreeMap<String, String>, Faults> {
    let mut environment = env_file::read(Path::new(""))?;
    environment
        .extend(std::env::vars_os().map(|(name, value)| (name.to_string_lossy().into_owned(), value.to_string_lossy().into_owned())));
    Ok(environment)
}

impl Settings {
    /// Folder of the search index.
    #[must_use]
    pub fn search_dir(&self) -> PathBuf {
        self.data_dir.join("search")
    }

    /// Read the settings.
    ///
    /// # Errors
    /// All faults at once.
    pub fn from_env(environment: &BTreeMap<String, String>) -> Result<Self, Faults> {
        let mut r = Reader::new(environment);
        let (database_url, engine) = places::database(&mut r);
        let bind = places::bind(&mut r);
        let tls = places::tls(&mut r);
        let public_url = places::public_url(&mut r, bind, tls.is_some());
        let (data_dir, secret_file) = files(&mut r, engine, &database_url);
        let password_page = mail::password_page(&mut r);
        let openid = openid::provider(&mut r, &public_url);
        let media = media::media(&mut r, &data_dir, &public_url);
        let settings = Self {
            database_url: Secret::new(database_url),
            engine,
            bind,
            data_dir,
            public_url,
            secret_file,
            tls,
            media,
            speech: speech::speech(&mut r),
            fetch_allow: places::fetch_allow(&mut r),
            connections: r.number("DATELINE_CONNECTIONS", 1, 100),
            hashing: r.number("DATELINE_HASHING", 1, 64),
            cache_bytes: r.number("DATELINE_CACHE_MB", 0u64, 65_536).saturating_mul(1 << 20),
            clients: r.number("DATELINE_CLIENTS", 16, 100_000),
            timeouts: timeouts(&mut r),
            unfinished_bytes: r.number("DATELINE_UNFINISHED_MB", 8usize, 65_536).saturating_mul(1 << 20),
            purge: places::purge(&mut r),
            desk_origins: places::origins(&mut r),
            trusted_proxies: places::proxies(&mut r),
            smtp: mail::server(&mut r),
            password_page,
            openid,
            rates: rates::rates(&mut r),
            request_log: r.number("DATELINE_REQUEST_LOG", 0, 100),
            slow: Duration::from_millis(r.number("DATELINE_SLOW_MS", 1, 60_000)),
            unknown: std::mem::take(&mut r.unknown),
        };
        if !is_log_filter(&r.get(LOG)) {
            r.fault(LOG, "levels are off, error, warn, info, debug and trace; parts are named with one, as in dateline=debug");
        }
        if r.faults.is_empty() { Ok(settings) } else { Err(r.faults) }
    }

    /// Whether the server's address is one that only this machine knows, or that is kept for tests.
    #[must_use]
    pub fn is_local(&self) -> bool {
        places::web(&self.public_url).is_some_and(|url| places::is_local(&url))
    }

    /// Whether the host of the server's address is its own: no name of this machine alone, and no port beside others.
    #[must_use]
    pub fn has_the_host(&self) -> bool {
        places::web(&self.public_url).is_some_and(|url| !places::is_local(&url) && url.port().is_none())
    }

    /// The file of an embedded database.
    #[must_use]
    pub fn database_file(&self) -> Option<&Path> {
        self.database_url.expose().strip_prefix("sqlite://").map(Path::new)
    }
}

fn timeouts(r: &mut Reader<'_>) -> ClientTimeouts {
    let mut seconds = |name, most| Duration::from_secs(r.number(name, 1, most));
    ClientTimeouts {
        head: seconds("DATELINE_HEAD_SECONDS", 600),
        body: seconds("DATELINE_BODY_SECONDS", 3_600),
        stall: seconds("DATELINE_STALL_SECONDS", 3_600),
        least_rate: r.number("DATELINE_LEAST_RATE", 0, 1_048_576),
    }
}

/// The data folder and the file with the secret, each of them a place of its own.
fn files(r: &mut Reader<'_>, engine: Engine, database_url: &str) -> (PathBuf, PathBuf) {
    let data_dir = PathBuf::from(r.get("DATELINE_DATA_DIR"));
    let named = r.named("DATELINE_SECRET_FILE").map(PathBuf::from);
    if engine == Engine::Postgres && named.is_none() {
        r.fault("DATELINE_SECRET_FILE", "required on PostgreSQL: all instances share it");
    }
    let secret_file = named.unwrap_or_else(|| data_dir.join("secret"));
    for (name, path) in [("DATELINE_DATA_DIR", &data_dir), ("DATELINE_SECRET_FILE", &secret_file)] {
        if path.starts_with("~") {
            r.fault(name, "`~` is the shell's to replace; write the path out");
        }
    }
    let plain = |path: &Path| path.components().filter(|part| *part != Component::CurDir).collect::<PathBuf>();
    let secret = plain(&secret_file);
    if secret == plain(&data_dir) || r.named("DATELINE_SECRET_FILE").is_some_and(|path| path.ends_with('/')) {
        r.fault("DATELINE_SECRET_FILE", "the path of a file, not of a folder");
    }
    if let Some(database) = database_url.strip_prefix("sqlite://").filter(|path| !path.is_empty()).map(|path| plain(Path::new(path))) {
        if database == plain(&data_dir) || plain(&data_dir).starts_with(&database) {
            r.fault("DATELINE_DATA_DIR", "the database is a file, and nothing lies in it");
        }
        if ["", "-wal", "-shm", "-journal", "-serving"].iter().any(|end| Path::new(&format!("{}{end}", database.display())) == secret) {
            r.fault("DATELINE_SECRET_FILE", "the same file as the database's");
        }
    }
    (data_dir, secret_file)
}

const LOG: &str = "DATELINE_LOG";

/// True for what the log's filter understands as somebody who writes it means it: a lone word would be the name of a part.
fn is_log_filter(text: &str) -> bool {
    let level = |word: &str| ["off", "error", "warn", "info", "debug", "trace"].iter().any(|known| word.eq_ignore_ascii_case(known));
    let directive = |part: &str| {
        let part = part.trim();
        level(part) || part.rsplit_once('=').is_some_and(|(target, word)| !target.trim().is_empty() && level(word.trim()))
    };
    text.split(',').all(directive) && tracing_subscriber::EnvFilter::builder().parse(text).is_ok()
}

/// The variable `DATELINE_LOG`, which is needed before anything can be reported; its default while it is not right.
#[must_use]
pub fn log_filter(environment: &BTreeMap<String, String>) -> String {
    let named = environment.get(LOG).map(|text| text.trim()).filter(|text| !text.is_empty() && is_log_filter(text));
    named.unwrap_or("info").to_owned()
}
