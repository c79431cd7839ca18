//! `PostgreSQL` for tests: the server that `DATELINE_TEST_DATABASE_URL` names, or one that is started for this run.
//!
//! Where there is neither, the `PostgreSQL` half does not run and says so once, on standard error; with `CI` or
//! `DATELINE_TEST_POSTGRES=required` set it fails instead. Every test has a database of its own, made from a template.

use std::{
    io::{BufRead, BufReader, Write},
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{
        Arc, OnceLock,
        atomic::{AtomicU32, Ordering},
    },
};

use dateline::{
    domain::{Instant, id::Entropy, instant::Clock},
    store::{Limits, Options, Store},
};
use diesel::{Connection, PgConnection, RunQueryDsl, connection::SimpleConnection};

static SERVER: OnceLock<Result<Server, String>> = OnceLock::new();
static DATABASES: AtomicU32 = AtomicU32::new(0);

struct Server {
    /// URL with `{}` in place of the database.
    url: String,
    template: String,
}

/// A database of one test.
pub(crate) struct Database {
    pub url: String,
    name: String,
}

impl Database {
    /// A new one, or nothing where there is no server.
    pub(crate) fn new() -> Option<Self> {
        match SERVER.get_or_init(|| start().and_then(template)) {
            Ok(server) => {
                let n = DATABASES.fetch_add(1, Ordering::SeqCst);
                let name = format!("{}_{n}", server.template);
                admin(server).batch_execute(&format!("CREATE DATABASE {name} TEMPLATE {}", server.template)).unwrap();
                Some(Self { url: server.url.replace("{}", &name), name })
            }
            Err(why) => {
                assert!(!required(), "the PostgreSQL half is required here and cannot run: {why}");
                None
            }
        }
    }

    pub(crate) fn forget(&self) {
        if let Some(Ok(server)) = SERVER.get() {
            let _ = admin(server).batch_execute(&format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name));
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "the suite is told by the environment where its server is")]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|v| !v.is_empty())
}

fn required() -> bool {
    variable("CI").is_some() || variable("DATELINE_TEST_POSTGRES").as_deref() == Some("required")
}

fn admin(server: &Server) -> PgConnection {
    PgConnection::establish(&server.url.replace("{}", "postgres")).unwrap()
}

struct FixedClock;
impl Clock for FixedClock {
    fn now(&self) -> Instant {
        Instant::from_micros(0)
    }
}
impl Entropy for FixedClock {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(1);
    }
}

/// Make the template once: a migrated, empty database.
fn template(url: String) -> Result<Server, String> {
    let server = Server { url, template: format!("dateline_test_{}", std::process::id()) };
    let name = &server.template;
    admin(&server)
        .batch_execute(&format!("CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8' LOCALE_PROVIDER icu ICU_LOCALE 'en-IN'"))
        .map_err(|e| e.to_string())?;
    let store = Store::open(Options {
        url: server.url.replace("{}", name),
        readers: 1,
        writers: 1,
        clock: Arc::new(FixedClock),
        entropy: Arc::new(FixedClock),
        media_url: "http://127.0.0.1:8080/v1/media".to_owned(),
        limits: Limits::default(),
    });
    store.and_then(|s| s.migrate()).map_err(|e| e.to_string())?;
    // A template must have no connections; those of the store close on threads of their own.
    admin(&server)
        .batch_execute(&format!(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}' AND pid <> pg_backend_pid()"
        ))
        .map_err(|e| e.to_string())?;
    Ok(server)
}

fn start() -> Result<String, String> {
    if let Some(url) = variable("DATELINE_TEST_DATABASE_URL") {
        return with_database_left_open(&url).ok_or_else(|| format!("DATELINE_TEST_DATABASE_URL is not postgres://…/database: {url}"));
    }
    match programs().ok_or_else(|| "initdb and postgres are not installed".to_owned()).and_then(|bin| launch(&bin)) {
        Ok(url) => Ok(url),
        Err(why) => {
            // Written past the capture of passing tests, so that everybody sees it.
            let _ = writeln!(std::io::stderr(), "\nNOTE: the PostgreSQL half of the suite did NOT run: {why}.\n");
            Err(why)
        }
    }
}

/// The URL with `{}` for the database's name. `libpq`'s URLs may lack a host (`postgres://me@/db?host=/run`), others may not.
fn with_database_left_open(url: &str) -> Option<String> {
    let (scheme, rest) = url.split_once("://")?;
    let (place, parameters) = rest.split_once('?').unwrap_or((rest, ""));
    let (server, _) = place.split_once('/')?;
    Some(format!("{scheme}://{server}/{{}}?{parameters}"))
}

fn programs() -> Option<PathBuf> {
    let on_path = std::env::var_os("PATH").map(|p| std::env::split_paths(&p).collect::<Vec<_>>()).unwrap_or_default();
    let debian = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten().map(|e| e.path().join("bin"));
    on_path.into_iter().chain(debian).find(|dir| dir.join("initdb").exists() && dir.join("postgres").exists())
}

/// A command run by nobody when root asks, for `PostgreSQL` refuses to run as root.
fn humbly(program: &Path, root: bool) -> Command {
    let mut command = Command::new("setpriv");
    if root {
        command.args(["--reuid=65534", "--regid=65534", "--clear-groups"]);
    }
    // The server goes down with the process that tests.
    command.args(["--pdeathsig", "QUIT"]).arg(program).stdout(Stdio::null()).stderr(Stdio::null()).current_dir("/");
    command
}

/// Make a cluster in a folder of this process: where its server is found, and how it is started.
fn cluster(bin: &Path, name: &str) -> Result<(PathBuf, Command), String> {
    let home = std::env::temp_dir().join(name);
    let data = home.join("data");
    std::fs::create_dir_all(&home).map_err(|e| e.to_string())?;
    let root = std::fs::metadata("/proc/self").map_err(|e| e.to_string())?.uid() == 0;
    if root {
        std::os::unix::fs::chown(&home, Some(65534), Some(65534)).map_err(|e| e.to_string())?;
    }
    if !data.exists() {
        let made = humbly(&bin.join("initdb"), root)
            .args(["-U", "dateline", "-A", "trust", "--no-sync", "-E", "UTF8", "--locale=C.UTF-8", "-D"])
            .arg(&data)
            .status();
        if !made.is_ok_and(|s| s.success()) {
            return Err("initdb failed".to_owned());
        }
    }
    let mut server = humbly(&bin.join("postgres"), root);
    server.arg("-D").arg(&data).arg("-k").arg(&home);
    server.args(["-c", "listen_addresses=", "-c", "fsync=off", "-c", "max_connections=200"]);
    server.stderr(Stdio::piped());
    Ok((home, server))
}

fn launch(bin: &Path) -> Result<String, String> {
    sweep();
    let (home, mut server) = cluster(bin, &format!("dateline-pg-{}", std::process::id()))?;
    let (ready, is_ready) = std::sync::mpsc::channel();
    // The signal follows the thread that started the server, so that thread stays.
    std::thread::spawn(move || {
        let mut child = server.spawn().unwrap();
        for line in BufReader::new(child.stderr.take().unwrap()).lines().map_while(Result::ok) {
            if line.contains("ready to accept connections") {
                let _ = ready.send(());
            }
        }
        child.wait()
    });
    is_ready.recv_timeout(std::time::Duration::from_mins(1)).map_err(|e| format!("the server did not come up: {e}"))?;
    Ok(format!("postgres://dateline@/{{}}?host={}", home.display()))
}

/// A server that one test has for itself, to stop it, freeze it and start it again.
pub(crate) struct Own {
    bin: PathBuf,
    name: String,
    home: PathBuf,
    child: Option<Child>,
}

static SERVERS: AtomicU32 = AtomicU32::new(0);

impl Own {
    /// A new one with one database, or nothing where none can be started.
    pub(crate) fn start() -> Option<Self> {
        let Some(bin) = programs() else {
            assert!(!required(), "the PostgreSQL half is required here, and no server can be started");
            return None;
        };
        let name = format!("dateline-pg-{}-{}", std::process::id(), SERVERS.fetch_add(1, Ordering::SeqCst));
        let mut own = Self { bin, home: std::env::temp_dir().join(&name), name, child: None };
        own.up();
        let mut admin = PgConnection::establish(&own.url().replace("/app?", "/postgres?")).unwrap();
        admin.batch_execute("CREATE DATABASE app TEMPLATE template0 ENCODING 'UTF8' LOCALE_PROVIDER icu ICU_LOCALE 'en-IN'").unwrap();
        Some(own)
    }

    pub(crate) fn url(&self) -> String {
        format!("postgres://dateline@/app?host={}", self.home.display())
    }

    /// Start it, and wait until it takes connections.
    pub(crate) fn up(&mut self) {
        let (_, mut server) = cluster(&self.bin, &self.name).unwrap();
        // It can speak German, to the database that asks it to; its log stays English.
        server.env("LANGUAGE", "de").args(["-c", "lc_messages=C"]);
        let mut child = server.spawn().unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines().map_while(Result::ok);
        assert!(lines.any(|line| line.contains("ready to accept connections")), "the server did not come up");
        // Nobody may keep it waiting for its log to be read.
        std::thread::spawn(move || lines.for_each(drop));
        self.child = Some(child);
    }

    /// End it and all its sessions, and wait until it has ended.
    pub(crate) fn down(&mut self) {
        if let Some(mut child) = self.child.take() {
            signal("-INT", &[child.id()]);
            child.wait().unwrap();
        }
    }

    /// Let none of its processes run on.
    pub(crate) fn freeze(&self) {
        signal("-STOP", &self.processes());
    }

    /// Let them run on.
    pub(crate) fn thaw(&self) {
        signal("-CONT", &self.processes());
    }

    /// The server, and what it has started.
    fn processes(&self) -> Vec<u32> {
        let server = self.child.as_ref().unwrap().id();
        let parent = format!("PPid:\t{server}\n");
        let all = std::fs::read_dir("/proc").unwrap().flatten().filter_map(|e| e.file_name().to_str()?.parse().ok());
        let of_it = |pid: &u32| std::fs::read_to_string(format!("/proc/{pid}/status")).is_ok_and(|status| status.contains(&parent));
        [server].into_iter().chain(all.filter(of_it)).collect()
    }
}

impl Drop for Own {
    fn drop(&mut self) {
        if self.child.is_some() {
            self.thaw();
        }
        self.down();
        let _ = std::fs::remove_dir_all(&self.home);
    }
}

fn signal(which: &str, pids: &[u32]) {
    let _ = Command::new("kill").arg(which).args(pids.iter().map(ToString::to_string)).status();
}

/// Remove what runs that have ended left behind.
fn sweep() {
    for entry in std::fs::read_dir(std::env::temp_dir()).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let ended = name
            .strip_prefix("dateline-pg-")
            .and_then(|rest| rest.split('-').next())
            .is_some_and(|pid| !Path::new("/proc").join(pid).exists());
        if ended {
            let _ = std::fs::remove_dir_all(entry.path());
        }
    }
}

/// Take away every connection to this database that listens for notifications.
pub(crate) fn cut_connections(url: &str) {
    if url.starts_with("postgres") {
        let cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN %'";
        let mut conn = PgConnection::establish(url).unwrap();
        assert!(diesel::sql_query(cut).execute(&mut conn).unwrap() > 0, "nobody listened");
    }
}

/// End every other session of this database.
pub(crate) fn end_sessions(url: &str) {
    let mut conn = PgConnection::establish(url).unwrap();
    conn.batch_execute(
        "SELECT pg_terminate_backend(pid, 60000) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()",
    )
    .unwrap();
}
