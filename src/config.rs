//! Settings out of the environment, with every fault reported at once.

use std::{collections::BTreeMap, net::SocketAddr, path::PathBuf, time::Duration};

use crate::{api::clients::Patience, store::dialect::Engine, workers::purger::Target};

/// Every variable that is read, with its default and one line of prose; `.env.example` holds the same.
pub const VARIABLES: [(&str, &str, &str); 17] = [
    ("DATABASE_URL", "sqlite://data/dateline.db", "Where everything is kept: sqlite://PATH, or postgres://USER:PASSWORD@HOST/NAME."),
    ("DATELINE_BIND", "127.0.0.1:8080", "Address and port that the server listens on."),
    ("DATELINE_DATA_DIR", "data", "Folder for what the server keeps beside the database, such as a generated secret."),
    ("DATELINE_PUBLIC_URL", "http://127.0.0.1:8080", "The server's own address as clients see it; it is also the issuer of tokens."),
    (
        "DATELINE_SECRET_FILE",
        "data/secret",
        "File with 32 bytes in base64 that seal the signing keys; made on a first embedded start, required on PostgreSQL.",
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
    ("DATELINE_UNFINISHED_MB", "64", "Memory for requests that have not come whole, all of them together, in MiB; 8 to 65536."),
    (
        "DATELINE_PURGE",
        "",
        "Caches that are told what to drop, parted by spaces: varnish=URL, fastly=SERVICE:TOKEN, cloudflare=ZONE:TOKEN, webhook=URL.",
    ),
    ("DATELINE_DESK_ORIGINS", "", "Origins whose pages may use the desk from a browser, parted by spaces; none when empty."),
    ("DATELINE_LOG", "info", "What is logged, such as warn, info or dateline=debug,info."),
];

/// How a server is set up.
#[derive(Debug, Clone)]
pub struct Settings {
    /// `sqlite://…` or `postgres://…`; may hold a password.
    pub database_url: crate::access::secret::Secret<String>,
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
    /// Whether the file was named, not the default.
    pub secret_named: bool,
    /// Connections that read.
    pub connections: u32,
    /// Passwords hashed at once.
    pub hashing: usize,
    /// Bytes for answers to readers that are kept.
    pub cache_bytes: u64,
    /// Connections of clients at once.
    pub clients: usize,
    /// How long clients are waited for.
    pub patience: Patience,
    /// Bytes that unfinished requests hold together.
    pub unfinished_bytes: usize,
    /// Caches on the way to readers that are told what to drop.
    pub purge: Vec<Target>,
    /// Origins whose pages may use the desk.
    pub desk_origins: Vec<String>,
}

/// What is wrong with the environment: variable and reason, never the value.
pub type Faults = Vec<(String, String)>;

struct Reader<'a> {
    environment: &'a BTreeMap<String, String>,
    faults: Faults,
}

impl Reader<'_> {
    fn get(&self, name: &str) -> String {
        let default = VARIABLES.iter().find(|(n, ..)| *n == name).map_or("", |(_, default, _)| default);
        self.environment.get(name).filter(|v| !v.trim().is_empty()).map_or(default, |v| v.trim()).to_owned()
    }

    fn fault(&mut self, name: &str, why: impl Into<String>) {
        self.faults.push((name.to_owned(), why.into()));
    }

    fn number<T: std::str::FromStr + PartialOrd + Copy>(&mut self, name: &str, least: T, most: T) -> T {
        match self.get(name).parse() {
            Ok(number) if number >= least && number <= most => number,
            _ => {
                self.fault(name, "not a number in its range");
                least
            }
        }
    }
}

/// The environment of this process.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "the one place where the environment is read")]
pub fn environment() -> BTreeMap<String, String> {
    std::env::vars_os().filter_map(|(k, v)| Some((k.into_string().ok()?, v.into_string().ok()?))).collect()
}

impl Settings {
    /// Read the settings.
    ///
    /// # Errors
    /// All faults at once.
    pub fn from_env(environment: &BTreeMap<String, String>) -> Result<Self, Faults> {
        let mut r = Reader { environment, faults: Vec::new() };
        for name in environment.keys().filter(|n| n.starts_with("DATELINE_") && !n.starts_with("DATELINE_TEST_")) {
            if !VARIABLES.iter().any(|(known, ..)| known == name) {
                r.fault(name, "there is no such setting");
            }
        }
        let database_url = r.get("DATABASE_URL");
        let engine = Engine::of(&database_url).unwrap_or_else(|| {
            r.fault("DATABASE_URL", "neither sqlite://PATH nor postgres://USER:PASSWORD@HOST/NAME");
            Engine::Sqlite
        });
        if cfg!(feature = "postgres-bundled") && ["sslmode=require", "sslmode=verify"].iter().any(|m| database_url.contains(m)) {
            r.fault(
                "DATABASE_URL",
                "this build has no TLS for PostgreSQL: build with --no-default-features, which links the system's libpq",
            );
        }
        let bind = r.get("DATELINE_BIND").parse().unwrap_or_else(|_| {
            r.fault("DATELINE_BIND", "not an address and port such as 127.0.0.1:8080");
            SocketAddr::from(([127, 0, 0, 1], 8080))
        });
        let public_url = public_url(&mut r, bind);
        let data_dir = PathBuf::from(r.get("DATELINE_DATA_DIR"));
        let secret_named = r.environment.get("DATELINE_SECRET_FILE").is_some_and(|v| !v.trim().is_empty());
        let secret_file = if secret_named { PathBuf::from(r.get("DATELINE_SECRET_FILE")) } else { data_dir.join("secret") };
        if engine == Engine::Postgres && !secret_named {
            r.fault("DATELINE_SECRET_FILE", "required on PostgreSQL: all instances share it");
        }
        let connections = r.number("DATELINE_CONNECTIONS", 1, 100);
        let hashing = r.number("DATELINE_HASHING", 1, 64);
        let cache_bytes = r.number("DATELINE_CACHE_MB", 0u64, 65_536).saturating_mul(1 << 20);
        let clients = r.number("DATELINE_CLIENTS", 16, 100_000);
        let patience = patience(&mut r);
        let unfinished_bytes = r.number("DATELINE_UNFINISHED_MB", 8usize, 65_536).saturating_mul(1 << 20);
        let purge = purge(&mut r);
        let desk_origins: Vec<String> = r.get("DATELINE_DESK_ORIGINS").split_whitespace().map(str::to_owned).collect();
        for origin in &desk_origins {
            if url::Url::parse(origin).ok().is_none_or(|u| u.origin().ascii_serialization() != *origin) {
                r.fault("DATELINE_DESK_ORIGINS", "each is an origin such as https://desk.example, without a path");
            }
        }
        if !r.faults.is_empty() {
            return Err(r.faults);
        }
        Ok(Self {
            database_url: crate::access::secret::Secret::new(database_url),
            engine,
            bind,
            data_dir,
            public_url,
            secret_file,
            secret_named,
            connections,
            hashing,
            cache_bytes,
            clients,
            patience,
            unfinished_bytes,
            purge,
            desk_origins,
        })
    }
}

fn patience(r: &mut Reader<'_>) -> Patience {
    let mut seconds = |name, most| Duration::from_secs(r.number(name, 1, most));
    Patience {
        head: seconds("DATELINE_HEAD_SECONDS", 600),
        body: seconds("DATELINE_BODY_SECONDS", 3_600),
        stall: seconds("DATELINE_STALL_SECONDS", 3_600),
        least_rate: r.number("DATELINE_LEAST_RATE", 0, 1_048_576),
    }
}

fn purge(r: &mut Reader<'_>) -> Vec<Target> {
    const WRONG: &str = "each is varnish=URL, fastly=SERVICE:TOKEN, cloudflare=ZONE:TOKEN or webhook=URL";
    let web = |url: &str| url::Url::parse(url).is_ok_and(|u| matches!(u.scheme(), "http" | "https") && u.has_host());
    let target = |word: &str| match word.split_once('=')? {
        ("varnish", url) if web(url) => Some(Target::Varnish { url: url.to_owned() }),
        ("webhook", url) if web(url) => Some(Target::Webhook { url: url.to_owned() }),
        (cdn @ ("fastly" | "cloudflare"), rest) => {
            let (id, token) = rest.split_once(':').filter(|(id, token)| !id.is_empty() && !token.is_empty())?;
            if !id.chars().all(|c| c.is_ascii_alphanumeric()) {
                return None;
            }
            let token = crate::access::secret::Secret::new(token.to_owned());
            Some(if cdn == "fastly" { Target::fastly(id, token) } else { Target::cloudflare(id, token) })
        }
        _ => None,
    };
    let words = r.get("DATELINE_PURGE");
    let targets: Option<Vec<Target>> = words.split_whitespace().map(target).collect();
    targets.unwrap_or_else(|| {
        r.fault("DATELINE_PURGE", WRONG);
        Vec::new()
    })
}

fn public_url(r: &mut Reader<'_>, bind: SocketAddr) -> String {
    let named = r.environment.get("DATELINE_PUBLIC_URL").is_some_and(|v| !v.trim().is_empty());
    let url = if named { r.get("DATELINE_PUBLIC_URL") } else { format!("http://{bind}") };
    let url = url.trim_end_matches('/').to_owned();
    match url::Url::parse(&url) {
        Ok(parsed) if matches!(parsed.scheme(), "http" | "https") && parsed.host().is_some() => {
            if !named && !bind.ip().is_loopback() {
                r.fault("DATELINE_PUBLIC_URL", "required when the server listens to other machines");
            }
        }
        _ => r.fault("DATELINE_PUBLIC_URL", "not an http or https address"),
    }
    url
}

/// The variable `DATELINE_LOG`, which is needed before anything can be reported.
#[must_use]
pub fn log_filter(environment: &BTreeMap<String, String>) -> String {
    Reader { environment, faults: Vec::new() }.get("DATELINE_LOG")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect()
    }

    #[test]
    fn the_defaults_are_valid_and_the_example_names_every_variable() {
        assert!(Settings::from_env(&environment(&[])).is_ok());
        let example = include_str!("../.env.example");
        let lines: Vec<String> = VARIABLES
            .iter()
            .map(|(name, default, prose)| {
                format!(
                    "# {prose}
#{name}={default}"
                )
            })
            .collect();
        let (_, listed) = example
            .split_once(
                "

",
            )
            .unwrap();
        assert_eq!(
            listed.trim_end(),
            lines.join(
                "

"
            )
        );
    }

    #[test]
    fn all_faults_are_reported_at_once_and_no_value_is_shown() {
        let faults = Settings::from_env(&environment(&[
            ("DATABASE_URL", "mysql://root:hunter2@db/x"),
            ("DATELINE_BIND", "here"),
            ("DATELINE_CONNECTIONS", "0"),
            ("DATELINE_DESK_ORIGINS", "https://desk.example/path"),
            ("DATELINE_PURGE", "varnish=http://cache:6081 fastly=hunter2"),
            ("DATELINE_NOPE", "x"),
        ]))
        .unwrap_err();
        let names: Vec<_> = faults.iter().map(|(n, _)| n.as_str()).collect();
        assert_eq!(
            names,
            ["DATELINE_NOPE", "DATABASE_URL", "DATELINE_BIND", "DATELINE_CONNECTIONS", "DATELINE_PURGE", "DATELINE_DESK_ORIGINS"]
        );
        assert!(!format!("{faults:?}").contains("hunter2"));
        assert!(!format!("{:?}", Settings::from_env(&environment(&[("DATABASE_URL", "sqlite://hunter2.db")]))).contains("hunter2"));
    }

    #[test]
    fn a_server_for_other_machines_says_where_it_is_and_postgres_needs_a_shared_secret() {
        assert!(Settings::from_env(&environment(&[("DATELINE_BIND", "0.0.0.0:80")])).is_err());
        assert!(Settings::from_env(&environment(&[("DATABASE_URL", "postgres://a@b/c")])).is_err());
        assert!(Settings::from_env(&environment(&[("DATABASE_URL", "postgres://a@b/c"), ("DATELINE_SECRET_FILE", "/run/secret")])).is_ok());
    }
}
