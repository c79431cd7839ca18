//! What benchmarks with real processes share: servers, a newsroom of their own, `wrk`, and a client.

#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, clippy::string_slice, reason = "a benchmark fails by panicking")]

use std::{
    io::{BufRead, BufReader, Write},
    net::TcpListener,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
};

use serde_json::{Value, json};

/// How many processors there are, and of which make.
pub(crate) fn machine() -> String {
    let cpu = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpu.lines().find(|l| l.starts_with("model name")).and_then(|l| l.split(": ").nth(1)).unwrap_or("unknown");
    format!("{} cores, {model}", cpu.matches("processor\t").count())
}

/// A variable of the environment, or what it is without.
pub(crate) fn variable<T: std::str::FromStr>(name: &str, default: T) -> T {
    std::env::var(name).ok().and_then(|v| v.parse().ok()).unwrap_or(default)
}

/// A process that serves, for as long as this lives.
pub(crate) struct Server {
    pub(crate) child: Child,
    pub(crate) url: String,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Server {
    /// Start a process that says `listening on` when it does.
    pub(crate) fn start(mut command: Command, port: u16) -> Self {
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines().map_while(Result::ok);
        assert!(lines.by_ref().any(|line| line.contains("listening on")), "a server did not come up");
        thread::spawn(move || lines.for_each(drop));
        Self { child, url: format!("http://127.0.0.1:{port}") }
    }

    /// Resident memory in MiB.
    pub(crate) fn memory(&self) -> f64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find(|l| l.starts_with("VmRSS:")).unwrap();
        line.split_whitespace().nth(1).unwrap().parse::<f64>().unwrap() / 1024.0
    }
}

/// Seconds of processor time: of a process, and of those that it started and that have ended.
pub(crate) fn processor_time(pid: u32) -> (f64, f64) {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
    let fields: Vec<&str> = stat.rsplit_once(')').unwrap().1.split_whitespace().collect();
    // In hundredths, of the user and of the system.
    let seconds = |fields: &[&str]| fields.iter().map(|field| field.parse::<f64>().unwrap()).sum::<f64>() / 100.0;
    (seconds(&fields[11..13]), seconds(&fields[13..15]))
}

/// A handler that returns the bytes of a file, and 304 to whoever names its tag: run as a process of its own.
fn bare(port: u16, file: &Path) {
    use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
    let bytes = web::Bytes::from(std::fs::read(file).unwrap());
    let server = move || {
        let bytes = bytes.clone();
        App::new().route(
            "/",
            web::get().to(move |req: HttpRequest| {
                let bytes = bytes.clone();
                async move {
                    if req.headers().contains_key("if-none-match") {
                        return HttpResponse::NotModified().insert_header(("etag", "\"x\"")).finish();
                    }
                    HttpResponse::Ok().content_type("application/json").insert_header(("etag", "\"x\"")).body(bytes)
                }
            }),
        )
    };
    actix_web::rt::System::new().block_on(async move {
        let server = HttpServer::new(server).bind(("127.0.0.1", port)).unwrap();
        eprintln!("listening on {port}");
        server.run().await.unwrap();
    });
}

/// Whether this process was started to be that handler; then it was, and is done.
pub(crate) fn is_bare() -> bool {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, word, port, file] = arguments.as_slice() else { return false };
    if word == "bare" {
        bare(port.parse().unwrap(), Path::new(file));
    }
    word == "bare"
}

pub(crate) fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// A folder of its own with a database, in it or on a server, with so many articles.
pub(crate) struct Newsroom {
    pub(crate) folder: PathBuf,
    pub(crate) url: String,
}

impl Drop for Newsroom {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

impl Newsroom {
    /// One, and what is said of how long making it took.
    pub(crate) fn new(articles: u32, server: Option<String>) -> (Self, String) {
        let folder = std::env::temp_dir().join(format!("dateline-bench-{}-{articles}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let url = server.unwrap_or_else(|| format!("sqlite://{}", folder.join("bench.db").display()));
        if !url.starts_with("sqlite") {
            // "of a benchmark, nothing but that"
            std::fs::write(folder.join("secret"), "b2YgYSBiZW5jaG1hcmssIG5vdGhpbmcgYnV0IHRoYXQ=").unwrap();
            std::fs::set_permissions(folder.join("secret"), std::fs::Permissions::from_mode(0o600)).unwrap();
        }
        let newsroom = Self { folder, url };
        let made = newsroom.command(&["generate", "--articles", &articles.to_string()]).stderr(Stdio::inherit()).output().unwrap();
        assert!(made.status.success());
        let new = ["user", "create", "--email", "b@example.org", "--name", "B", "--role", "admin", "--password-stdin"];
        let mut child = newsroom.command(&new).stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(b"a long sentence of mine\n").unwrap();
        assert!(child.wait().unwrap().success());
        (newsroom, String::from_utf8_lossy(&made.stdout).into_owned())
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_dateline"));
        command.args(arguments).current_dir(&self.folder).env_clear().env("DATELINE_PUBLIC_URL", "http://bench.test");
        command.env("DATABASE_URL", &self.url);
        if !self.url.starts_with("sqlite") {
            command.env("DATELINE_SECRET_FILE", self.folder.join("secret"));
        }
        command
    }

    /// A bare handler that returns these bytes, as a process of its own.
    pub(crate) fn bare(&self, bytes: &[u8]) -> Server {
        let (file, port) = (self.folder.join("bytes"), free_port());
        std::fs::write(&file, bytes).unwrap();
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["bare", &port.to_string(), file.to_str().unwrap()]);
        Server::start(command, port)
    }

    pub(crate) fn serve(&self, cache: u32) -> Server {
        let (command, port) = self.serving(cache);
        Server::start(command, port)
    }

    /// How a server with a cache of so many MiB is started, and where it will listen.
    pub(crate) fn serving(&self, cache: u32) -> (Command, u16) {
        let port = free_port();
        let mut command = self.command(&["serve"]);
        command.env("DATELINE_BIND", format!("127.0.0.1:{port}")).env("DATELINE_CACHE_MB", cache.to_string());
        // Of a million requests a second none is refused, and each is counted.
        command.env(
            "DATELINE_RATE_LIMIT",
            std::env::var("RATE_LIMIT").unwrap_or_else(|_| "read=10000000/1 desk-read=10000000/1 desk-write=10000000/1".to_owned()),
        );
        (command, port)
    }
}

/// What `wrk` measured: requests a second, and the latencies at the 50th and 99th of a hundred, in microseconds.
#[derive(Clone, Copy)]
pub(crate) struct Measured {
    pub(crate) rate: f64,
    pub(crate) median: f64,
    pub(crate) p99: f64,
}

fn micros(text: &str) -> f64 {
    let digits = text.trim_end_matches(|c: char| c.is_alphabetic());
    let unit = &text[digits.len()..];
    digits.parse::<f64>().unwrap()
        * match unit {
            "us" => 1.0,
            "ms" => 1_000.0,
            _ => 1_000_000.0,
        }
}

pub(crate) fn wrk(url: &str, headers: &[String]) -> Measured {
    let headers = headers.iter().flat_map(|header| ["-H", header]);
    load(&["-c16"].into_iter().chain(headers).collect::<Vec<_>>(), url)
}

pub(crate) fn load(options: &[&str], url: &str) -> Measured {
    let seconds: u32 = variable("SECONDS_EACH", 3);
    let mut command = Command::new("wrk");
    command.args(["-t1", "--latency", &format!("-d{seconds}s")]).args(options);
    let output = command.arg(url).output().unwrap_or_else(|e| panic!("wrk: {e} (apt-get install wrk)"));
    let text = String::from_utf8(output.stdout).unwrap();
    let field = |name: &str| {
        text.lines()
            .find(|l| l.trim().starts_with(name))
            .unwrap_or_else(|| panic!("{url}: {text}"))
            .split_whitespace()
            .nth(1)
            .unwrap()
            .to_owned()
    };
    assert!(!text.contains("Non-2xx"), "{url}: {text}");
    Measured { rate: field("Requests/sec:").parse().unwrap(), median: micros(&field("50%")), p99: micros(&field("99%")) }
}

/// The middle one of three runs, each side by side with what it is compared to.
pub(crate) fn beside(url: &str, headers: &[String], bare: &str, bare_headers: &[String]) -> (Measured, Measured) {
    let mut runs: Vec<_> = (0..3).map(|_| (wrk(url, headers), wrk(bare, bare_headers))).collect();
    runs.sort_by(|a, b| (a.0.rate / a.1.rate).total_cmp(&(b.0.rate / b.1.rate)));
    runs[1]
}

pub(crate) struct Client(pub(crate) ureq::Agent);

impl Client {
    pub(crate) fn new() -> Self {
        Self(ureq::Agent::config_builder().http_status_as_error(false).build().into())
    }

    pub(crate) fn get(&self, url: &str) -> (Vec<u8>, String) {
        let mut answer = self.0.get(url).call().unwrap();
        let tag = answer.headers().get("etag").and_then(|v| v.to_str().ok()).unwrap_or_default().to_owned();
        (answer.body_mut().read_to_vec().unwrap(), tag)
    }

    pub(crate) fn json(&self, url: &str) -> Value {
        serde_json::from_slice(&self.get(url).0).unwrap()
    }

    pub(crate) fn send(&self, method: &str, url: &str, headers: &[(&str, &str)], body: &Value) -> (u16, Value, String) {
        let mut request = ureq::http::Request::builder().method(method).uri(url).header("content-type", "application/json");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let mut answer = self.0.run(request.body(body.to_string()).unwrap()).unwrap();
        let tag = answer.headers().get("etag").and_then(|v| v.to_str().ok()).unwrap_or_default().to_owned();
        let text = answer.body_mut().read_to_string().unwrap();
        (answer.status().as_u16(), serde_json::from_str(&text).unwrap_or_default(), tag)
    }

    pub(crate) fn token(&self, server: &Server) -> String {
        let (_, answer, _) = self.send(
            "POST",
            &format!("{}/v1/auth/token", server.url),
            &[],
            &json!({ "email": "b@example.org", "password": "a long sentence of mine" }),
        );
        format!("Bearer {}", answer["access_token"].as_str().unwrap())
    }
}
