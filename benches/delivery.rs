//! Delivery against a handler that returns constant bytes, in one run: `cargo bench --bench delivery`.
//!
//! Real processes, with `wrk` as the load. `ARTICLES=1000000 SECONDS_EACH=5 cargo bench --bench delivery` for a large archive.
//! Nothing is asserted here: these machines differ. Ratios of what ran side by side are what counts.

#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, clippy::string_slice, reason = "a benchmark fails by panicking")]
#![expect(clippy::disallowed_methods, reason = "a benchmark takes the time")]
#![expect(clippy::as_conversions, clippy::cast_precision_loss, reason = "ratios")]

use std::{
    io::{BufRead, BufReader, Write},
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use serde_json::{Value, json};

fn variable<T: std::str::FromStr>(name: &str, default: T) -> T {
    std::env::var(name).ok().and_then(|v| v.parse().ok()).unwrap_or(default)
}

struct Server {
    child: Child,
    url: String,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Server {
    /// Start a process that says `listening on` when it does.
    fn start(mut command: Command, port: u16) -> Self {
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines().map_while(Result::ok);
        assert!(lines.by_ref().any(|line| line.contains("listening on")), "a server did not come up");
        thread::spawn(move || lines.for_each(drop));
        Self { child, url: format!("http://127.0.0.1:{port}") }
    }

    /// Resident memory in MiB.
    fn memory(&self) -> f64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find(|l| l.starts_with("VmRSS:")).unwrap();
        line.split_whitespace().nth(1).unwrap().parse::<f64>().unwrap() / 1024.0
    }
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// A database in a folder of its own, with so many articles.
struct Newsroom {
    folder: PathBuf,
}

impl Drop for Newsroom {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

impl Newsroom {
    fn new(articles: u32) -> Self {
        let folder = std::env::temp_dir().join(format!("dateline-bench-{}-{articles}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let newsroom = Self { folder };
        let made = newsroom.command(&["generate", "--articles", &articles.to_string()]).stderr(Stdio::inherit()).output().unwrap();
        assert!(made.status.success());
        print!("generate (SQLite): {}", String::from_utf8_lossy(&made.stdout));
        let new = ["user", "create", "--email", "b@example.org", "--name", "B", "--role", "admin", "--password-stdin"];
        let mut child = newsroom.command(&new).stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(b"a long sentence of mine\n").unwrap();
        assert!(child.wait().unwrap().success());
        newsroom
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_dateline"));
        command.args(arguments).current_dir(&self.folder).env_clear().env("DATELINE_PUBLIC_URL", "http://bench.test");
        command
    }

    fn serve(&self, cache: u32) -> Server {
        let port = free_port();
        let mut command = self.command(&["serve"]);
        command.env("DATELINE_BIND", format!("127.0.0.1:{port}")).env("DATELINE_CACHE_MB", cache.to_string());
        Server::start(command, port)
    }
}

/// What `wrk` measured: requests a second, and the latencies at the 50th and 99th of a hundred, in microseconds.
#[derive(Clone, Copy)]
struct Measured {
    rate: f64,
    median: f64,
    p99: f64,
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

fn wrk(url: &str, headers: &[String]) -> Measured {
    let seconds: u32 = variable("SECONDS_EACH", 3);
    let mut command = Command::new("wrk");
    command.args(["-t1", "-c16", "--latency", &format!("-d{seconds}s")]);
    for header in headers {
        command.args(["-H", header]);
    }
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
fn beside(url: &str, headers: &[String], bare: &str, bare_headers: &[String]) -> (Measured, Measured) {
    let mut runs: Vec<_> = (0..3).map(|_| (wrk(url, headers), wrk(bare, bare_headers))).collect();
    runs.sort_by(|a, b| (a.0.rate / a.1.rate).total_cmp(&(b.0.rate / b.1.rate)));
    runs[1]
}

struct Client(ureq::Agent);

impl Client {
    fn new() -> Self {
        Self(ureq::Agent::config_builder().http_status_as_error(false).build().into())
    }

    fn get(&self, url: &str) -> (Vec<u8>, String) {
        let mut answer = self.0.get(url).call().unwrap();
        let tag = answer.headers().get("etag").and_then(|v| v.to_str().ok()).unwrap_or_default().to_owned();
        (answer.body_mut().read_to_vec().unwrap(), tag)
    }

    fn json(&self, url: &str) -> Value {
        serde_json::from_slice(&self.get(url).0).unwrap()
    }

    fn send(&self, method: &str, url: &str, headers: &[(&str, &str)], body: &Value) -> (u16, Value, String) {
        let mut request = ureq::http::Request::builder().method(method).uri(url).header("content-type", "application/json");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let mut answer = self.0.run(request.body(body.to_string()).unwrap()).unwrap();
        let tag = answer.headers().get("etag").and_then(|v| v.to_str().ok()).unwrap_or_default().to_owned();
        let text = answer.body_mut().read_to_string().unwrap();
        (answer.status().as_u16(), serde_json::from_str(&text).unwrap_or_default(), tag)
    }

    fn token(&self, server: &Server) -> String {
        let (_, answer, _) = self.send(
            "POST",
            &format!("{}/v1/auth/token", server.url),
            &[],
            &json!({ "email": "b@example.org", "password": "a long sentence of mine" }),
        );
        format!("Bearer {}", answer["access_token"].as_str().unwrap())
    }
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

fn row(name: &str, ours: Measured, other: Measured, against: &str) {
    println!(
        "| {name} | {:.0} | {:.0} | {:.2} | {:.0} / {:.0} | {against} |",
        ours.rate,
        other.rate,
        ours.rate / other.rate,
        ours.median,
        ours.p99
    );
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    if let [_, word, port, file] = arguments.as_slice()
        && word == "bare"
    {
        return bare(port.parse().unwrap(), Path::new(file));
    }
    let articles: u32 = variable("ARTICLES", 10_000);
    let cpu = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpu.lines().find(|l| l.starts_with("model name")).and_then(|l| l.split(": ").nth(1)).unwrap_or("unknown");
    println!("machine: {} cores, {model}; {articles} articles; wrk -t1 -c16 on the same cores\n", cpu.matches("processor\t").count());
    let newsroom = Newsroom::new(articles);
    let server = newsroom.serve(64);
    let idle = server.memory();
    let client = Client::new();
    let first = client.json(&format!("{}/v1/articles?limit=1", server.url));
    let (id, page) = (first["data"][0]["id"].as_str().unwrap().to_owned(), first["data"][0]["url"].as_str().unwrap().to_owned());
    let page = page.split('/').skip(3).fold(String::new(), |path, part| format!("{path}/{part}"));
    let paths = [
        ("article", format!("/v1/articles/{id}")),
        ("list of 20", "/v1/articles?limit=20".to_owned()),
        ("page", format!("/v1/pages?path={page}")),
    ];

    println!("\n| hot | requests/s | bare handler | ratio | median / p99 µs | against |\n| --- | --- | --- | --- | --- | --- |");
    for (name, path) in &paths {
        let (bytes, tag) = client.get(&format!("{}{path}", server.url));
        let file = newsroom.folder.join("bytes");
        std::fs::write(&file, &bytes).unwrap();
        let port = free_port();
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["bare", &port.to_string(), file.to_str().unwrap()]);
        let bare = Server::start(command, port);
        let (ours, other) = beside(&format!("{}{path}", server.url), &[], &bare.url, &[]);
        row(&format!("{name}, {:.1} KB", bytes.len() as f64 / 1e3), ours, other, "the same bytes");
        if *name == "article" {
            let (ours, other) = beside(
                &format!("{}{path}", server.url),
                &[format!("If-None-Match: {tag}")],
                &bare.url,
                &["If-None-Match: \"x\"".to_owned()],
            );
            row("article, 304", ours, other, "a 304");
        }
    }
    println!("\nmemory: {idle:.0} MiB idle, {:.0} MiB under this load", server.memory());

    let cold = newsroom.serve(0);
    println!("\n| cold (cache off) | requests/s | hot | ratio | median / p99 µs | against |\n| --- | --- | --- | --- | --- | --- |");
    for (name, path) in &paths {
        row(name, wrk(&format!("{}{path}", cold.url), &[]), wrk(&format!("{}{path}", server.url), &[]), "the same, kept");
    }
    let depth = 1_000.min(articles / 20 - 1);
    let mut cursor = String::new();
    for _ in 0..depth {
        let list = client.json(&format!("{}/v1/articles?limit=20&fields=id{cursor}", server.url));
        cursor = format!("&cursor={}", list["page"]["next"].as_str().unwrap());
    }
    let (deep, near) =
        (wrk(&format!("{}/v1/articles?limit=20{cursor}", cold.url), &[]), wrk(&format!("{}/v1/articles?limit=20", cold.url), &[]));
    row(&format!("page {depth} of a list"), deep, near, "its first page");
    let section = first["data"][0]["section"]["slug"].as_str().unwrap().to_owned();
    row("list of a section", wrk(&format!("{}/v1/articles?limit=20&section={section}", cold.url), &[]), near, "all");
    drop(cold);

    writes(&client, &server, &id);
    create(&server, &client.token(&server), &first["data"][0]["section"]["id"]);
}

/// Publish and read at once, again and again: how often what is read is not what was published, and how long a publication takes.
fn writes(client: &Client, server: &Server, id: &str) {
    let token = client.token(server);
    let auth = ("authorization", token.as_str());
    let desk = format!("{}/v1/desk/articles/{id}", server.url);
    let (pairs, began, mut stale) = (variable("PAIRS", 500u32), Instant::now(), 0);
    for n in 0..pairs {
        let words = format!("{desk}/translations/en");
        let (_, _, tag) = client.send("GET", &words, &[auth], &Value::Null);
        let (status, ..) = client.send("PATCH", &words, &[auth, ("if-match", &tag)], &json!({ "summary": format!("Round {n}.") }));
        assert_eq!(status, 200);
        let (_, _, tag) = client.send("GET", &desk, &[auth], &Value::Null);
        let (status, ..) = client.send("POST", &format!("{desk}/publish"), &[auth, ("if-match", &tag)], &json!({ "locales": ["en"] }));
        assert_eq!(status, 200);
        stale += u32::from(client.json(&format!("{}/v1/articles/{id}", server.url))["summary"] != format!("Round {n}."));
    }
    let each = began.elapsed() / pairs.max(1);
    println!("\npublish, then read on the same instance: {stale} stale of {pairs}; {each:?} for reading, saving, publishing and reading");
}

/// Eight clients that create articles as fast as they are answered.
fn create(server: &Server, token: &str, section: &Value) {
    let until = Instant::now() + Duration::from_secs(variable("SECONDS_EACH", 3));
    let (began, url) = (Instant::now(), format!("{}/v1/desk/articles", server.url));
    let made: u32 = thread::scope(|scope| {
        let clients: Vec<_> = (0..8).map(|c| {
            let url = &url;
            scope.spawn(move || {
                let client = Client::new();
                let mut made = 0;
                while Instant::now() < until {
                    let sent = json!({ "kind": "story", "section_id": section, "source_locale": "en", "translations": { "en": {
                        "headline": format!("Story {c} {made}"), "summary": "A summary.", "body": { "format": "html", "content": "<p>One.</p><p>Two.</p>" } } } });
                    let (status, answer, _) = client.send("POST", url, &[("authorization", token)], &sent);
                    assert_eq!(status, 201, "{answer}");
                    made += 1;
                }
                made
            })
        }).collect();
        clients.into_iter().map(|c| c.join().unwrap()).sum()
    });
    println!("create an article, 8 clients, SQLite at synchronous=FULL: {:.0}/s", f64::from(made) / began.elapsed().as_secs_f64());
}
