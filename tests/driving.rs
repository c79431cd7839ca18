//! Drivers: real servers, real processes, killed without warning. They take minutes, so they run when asked for:
//! `cargo test --test suite -- --ignored driving` (`.ci/run` does).

mod library;
mod shapes;
mod timing;
mod views;

use std::{
    collections::HashMap,
    io::Write,
    path::PathBuf,
    process::{Child, Command, Stdio},
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use diesel::{Connection, PgConnection, QueryableByName, RunQueryDsl, sql_query, sql_types::Text};
use serde_json::{Value, json};

use crate::support::{new_file, postgres::Database, served::listening};

/// A folder with a database, a secret and an administrator.
struct Newsroom {
    folder: PathBuf,
    database: String,
}

impl Drop for Newsroom {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// A server that is killed when it is dropped, as a machine that loses its power.
struct Server {
    child: Child,
    url: String,
}

impl Server {
    fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
    }
}

impl Newsroom {
    fn new(database: Option<&str>) -> Self {
        let folder = new_file().with_extension("drive");
        std::fs::create_dir_all(&folder).unwrap();
        let embedded = format!("sqlite://{}/dateline.db", folder.display());
        let newsroom = Self { database: database.map_or(embedded, str::to_owned), folder };
        // Made as on an embedded start, and shared by all instances.
        newsroom
            .command(&["migrate"])
            .env("DATABASE_URL", format!("sqlite://{}/other.db", newsroom.folder.display()))
            .env_remove("DATELINE_SECRET_FILE")
            .output()
            .unwrap();
        assert!(newsroom.command(&["migrate"]).output().unwrap().status.success());
        let new = ["user", "create", "--email", "drive@example.org", "--name", "Driver", "--role", "admin", "--password-stdin"];
        let mut child = newsroom.command(&new).stdin(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(b"a long sentence of mine\n").unwrap();
        assert!(child.wait().unwrap().success());
        newsroom
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_dateline"));
        command.args(arguments).current_dir(&self.folder).env_clear().stdin(Stdio::null()).stdout(Stdio::null());
        command.env("DATABASE_URL", &self.database).env("DATELINE_SECRET_FILE", self.folder.join("data/secret"));
        command.env("DATELINE_PUBLIC_URL", "http://drive.test").env("DATELINE_RATE_LIMIT", "off");
        command
    }

    /// A server that answers already.
    fn serve(&self) -> Server {
        self.serve_with(&[])
    }

    /// The same with more settings.
    fn serve_with(&self, settings: &[(&str, &str)]) -> Server {
        let (child, port) = listening(|port| {
            let mut command = self.command(&["serve"]);
            command.env("DATELINE_BIND", format!("127.0.0.1:{port}")).envs(settings.iter().copied());
            command
        });
        Server { child, url: format!("http://127.0.0.1:{port}") }
    }
}

/// Somebody who sends requests to servers that may be gone.
struct Client {
    agent: ureq::Agent,
    token: String,
}

static SIGNING_IN: Mutex<()> = Mutex::new(());

impl Client {
    fn new(server: &Server) -> Self {
        let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
        let credentials = json!({ "email": "drive@example.org", "password": "a long sentence of mine" });
        let mut client = Self { agent, token: String::new() };
        // One after the other: of what is under way for one account at once, only so much may turn out to be right.
        let _turn = SIGNING_IN.lock().unwrap_or_else(PoisonError::into_inner);
        let (status, answer, _) = client.post(server, "/v1/auth/token", &[], &credentials).unwrap();
        assert_eq!(status, 200, "{answer}");
        answer["access_token"].as_str().unwrap().clone_into(&mut client.token);
        client
    }

    /// Status, body and `ETag`; nothing when the server went away.
    fn send(&self, request: ureq::http::Request<String>) -> Option<(u16, Value, String)> {
        let mut answer = self.agent.run(request).ok()?;
        let tag = answer.headers().get("etag").and_then(|v| v.to_str().ok()).unwrap_or_default().to_owned();
        let text = answer.body_mut().read_to_string().ok()?;
        Some((answer.status().as_u16(), serde_json::from_str(&text).unwrap_or_default(), tag))
    }

    fn request(&self, method: &str, server: &Server, path: &str, headers: &[(&str, &str)], body: String) -> Option<(u16, Value, String)> {
        let mut request = ureq::http::Request::builder().method(method).uri(format!("{}{path}", server.url));
        request = request.header("content-type", "application/json");
        if !self.token.is_empty() {
            request = request.header("authorization", format!("Bearer {}", self.token));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(request.body(body).unwrap())
    }

    fn post(&self, server: &Server, path: &str, headers: &[(&str, &str)], body: &Value) -> Option<(u16, Value, String)> {
        self.request("POST", server, path, headers, body.to_string())
    }
}

/// A section, and a story in it; the story's path.
fn story(client: &Client, server: &Server, section: &str, headline: &str) -> String {
    let sent = json!({ "kind": "story", "section_id": section, "source_locale": "en", "translations": { "en": { "headline": headline } } });
    let (status, made, _) = client.post(server, "/v1/desk/articles", &[], &sent).unwrap();
    assert_eq!(status, 201, "{made}");
    format!("/v1/desk/articles/{}", made["id"].as_str().unwrap())
}

fn section(client: &Client, server: &Server) -> String {
    let sent = json!({ "translations": { "en": { "name": "World" } } });
    let (status, made, _) = client.post(server, "/v1/desk/sections", &[], &sent).unwrap();
    assert_eq!(status, 201, "{made}");
    made["id"].as_str().unwrap().to_owned()
}

/// How often each of them saves: `DATELINE_TEST_EDITS` where a build is slow.
#[expect(clippy::disallowed_methods, reason = "a driver is told in its environment how far to go")]
fn edits() -> usize {
    std::env::var("DATELINE_TEST_EDITS").map_or(500, |number| number.parse().unwrap())
}

/// Sixteen people save one translation five hundred times each; whoever is refused reads again, and adds their mark to what is there.
fn nothing_is_lost(database: Option<&str>) {
    const PEOPLE: usize = 16;
    let edits = edits();
    let newsroom = Newsroom::new(database);
    let server = newsroom.serve();
    let client = Client::new(&server);
    let path = format!("{}/translations/en", story(&client, &server, &section(&client, &server), "Marks"));
    let tries = AtomicUsize::new(0);
    thread::scope(|scope| {
        for person in 0..PEOPLE {
            let (server, path, tries) = (&server, &path, &tries);
            scope.spawn(move || {
                let mut client = Client::new(server);
                for edit in 0..edits {
                    // A token lives a quarter of an hour, which may not do for all of them.
                    if edit % 125 == 124 {
                        client = Client::new(server);
                    }
                    loop {
                        tries.fetch_add(1, Ordering::Relaxed);
                        let (status, words, tag) = client.request("GET", server, path, &[], String::new()).unwrap();
                        if status == 503 {
                            continue;
                        }
                        assert_eq!(status, 200, "{words}");
                        // The body of a story: one paragraph for each person, in which they count.
                        let text = words["body"]["content"]["content"].as_array().cloned().unwrap_or_default();
                        let mut counts: HashMap<usize, usize> = text.iter().filter_map(count).collect();
                        assert_eq!(counts.get(&person).copied().unwrap_or(0), edit, "an edit of {person} was lost");
                        counts.insert(person, edit + 1);
                        let mut lines: Vec<_> = counts.into_iter().map(|(p, n)| format!("p{p} n{n}")).collect();
                        lines.sort();
                        let patch = json!({ "body": { "format": "text", "content": lines.join("\n\n") } });
                        match client.request("PATCH", server, path, &[("if-match", &tag)], patch.to_string()).unwrap() {
                            (200, ..) => break,
                            (412, problem, _) => assert!(problem["current_version"].is_number(), "{problem}"),
                            (503, ..) => {}
                            other => panic!("{other:?}"),
                        }
                    }
                }
            });
        }
    });
    let (_, words, _) = client.request("GET", &server, &path, &[], String::new()).unwrap();
    assert_eq!(words["version"], 1 + PEOPLE * edits, "every save is a revision");
    let counted: Vec<_> = words["body"]["content"]["content"].as_array().unwrap().iter().filter_map(count).map(|(_, n)| n).collect();
    assert_eq!(counted, vec![edits; PEOPLE]);
    eprintln!("{} edits in {} tries, none lost", PEOPLE * edits, tries.load(Ordering::Relaxed));
}

fn count(block: &Value) -> Option<(usize, usize)> {
    let (person, n) = block["content"][0]["text"].as_str()?.split_once(' ')?;
    Some((person.strip_prefix('p')?.parse().ok()?, n.strip_prefix('n')?.parse().ok()?))
}

#[test]
#[ignore = "a driver of minutes; `.ci/run` asks for it"]
fn sixteen_times_five_hundred_edits_lose_nothing_on_sqlite() {
    nothing_is_lost(None);
}

#[test]
#[ignore = "a driver of minutes; `.ci/run` asks for it"]
fn sixteen_times_five_hundred_edits_lose_nothing_on_postgres() {
    if let Some(database) = Database::new() {
        nothing_is_lost(Some(&database.url));
        database.forget();
    }
}

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

fn asked(conn: &mut PgConnection, query: &str) -> Vec<String> {
    sql_query(query).load::<Line>(conn).unwrap().into_iter().map(|l| l.line).collect()
}

/// Which of three, out of a number that differs from run to run.
fn any_of(three: usize) -> usize {
    let mut bytes = [0; 1];
    std::io::Read::read_exact(&mut std::fs::File::open("/dev/urandom").unwrap(), &mut bytes).unwrap();
    usize::from(bytes[0]) % three
}

#[expect(clippy::disallowed_methods, reason = "real servers go by the real clock")]
fn seconds_from_now(seconds: i64) -> dateline::domain::Instant {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    dateline::domain::Instant::from_micros(i64::try_from(since.as_micros()).unwrap()).plus_seconds(seconds)
}

#[test]
#[ignore = "a driver of minutes; `.ci/run` asks for it"]
fn a_thousand_due_items_are_published_once_each_by_instances_that_are_killed() {
    const ITEMS: usize = 1_000;
    let Some(database) = Database::new() else { return };
    let newsroom = Newsroom::new(Some(&database.url));
    // One instance takes requests; three more carry out plans with it, and are killed while they do.
    let desk = newsroom.serve();
    let client = Client::new(&desk);
    let section = section(&client, &desk);
    let mut workers: Vec<Server> = (0..3).map(|_| newsroom.serve()).collect();
    let planned: Mutex<HashMap<String, i64>> = Mutex::default();
    let next = AtomicUsize::new(0);
    let mut kills = 0;
    let mut conn = PgConnection::establish(&database.url).unwrap();
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                loop {
                    let n = next.fetch_add(1, Ordering::Relaxed);
                    if n >= ITEMS {
                        break;
                    }
                    let path = story(&client, &desk, &section, &format!("Due {n}"));
                    // On a machine so slow that the instant has passed when the request is read, another one is taken.
                    loop {
                        let at = seconds_from_now(3);
                        planned.lock().unwrap().insert(path.rsplit('/').next().unwrap().to_owned(), at.as_micros());
                        let order = json!({ "locales": ["en"], "publish_at": at });
                        match client.post(&desk, &format!("{path}/schedule"), &[("if-match", "\"1\"")], &order).unwrap() {
                            (200, ..) => break,
                            (422, problem, _) if problem["errors"][0]["code"] == "passed" => {}
                            (503, ..) => {}
                            other => panic!("{other:?}"),
                        }
                    }
                }
            });
        }
        // Every forty publications or so one of the three dies and another takes its place.
        let mut last = 0;
        loop {
            let done: usize = asked(&mut conn, "SELECT count(*)::text AS line FROM editions")[0].parse().unwrap();
            if done >= ITEMS {
                break;
            }
            if done >= last + 40 {
                last = done;
                let one = any_of(3);
                workers[one].kill();
                workers[one] = newsroom.serve();
                kills += 1;
            }
        }
    });
    assert!(kills > 2, "{kills} kills are no test");
    let planned = planned.into_inner().unwrap();
    let editions = "SELECT article_id::text || ' ' || (extract(epoch FROM started_at) * 1000000)::bigint::text AS line FROM editions";
    let mut late: Vec<i64> = Vec::new();
    let mut seen: HashMap<String, usize> = HashMap::new();
    for line in asked(&mut conn, editions) {
        let (article, started) = line.split_once(' ').unwrap();
        let delay = started.parse::<i64>().unwrap() - planned[article];
        assert!(delay >= 0, "{article} was public {delay} µs early");
        late.push(delay);
        *seen.entry(article.to_owned()).or_default() += 1;
    }
    assert_eq!((seen.len(), seen.values().max()), (ITEMS, Some(&1)), "each exactly once");
    assert_eq!(asked(&mut conn, "SELECT count(*)::text AS line FROM changes WHERE event = 'published'"), [ITEMS.to_string()]);
    assert_eq!(asked(&mut conn, "SELECT count(*)::text AS line FROM plans"), ["0"]);
    late.sort_unstable();
    let at = |share: usize| late[(late.len() - 1) * share / 100] / 1_000;
    eprintln!(
        "{ITEMS} published once each, none early, over {kills} kills; delay in ms: median {}, 99th {}, most {}",
        at(50),
        at(99),
        at(100)
    );
    drop((desk, workers, conn));
    database.forget();
}

#[test]
#[ignore = "a driver of minutes; `.ci/run` asks for it"]
fn a_thousand_requests_sent_twice_across_restarts_are_carried_out_once() {
    const REQUESTS: usize = 1_000;
    let newsroom = Newsroom::new(None);
    let server = std::sync::RwLock::new(newsroom.serve());
    let client = Client::new(&server.read().unwrap());
    let (next, done, lost) = (AtomicUsize::new(0), AtomicUsize::new(0), AtomicUsize::new(0));
    // Until there is an answer that is not "later": a client that was cut off asks again with the same key.
    let insist = |n: usize| {
        let (key, sent) = (format!("key-{n}"), json!({ "kind": "topic", "translations": { "en": { "name": format!("Topic {n}") } } }));
        loop {
            let answer = client.post(&server.read().unwrap(), "/v1/desk/tags", &[("idempotency-key", &key)], &sent);
            match answer {
                None | Some((503, ..)) => {}
                Some((201, tag, _)) => return Some(tag["id"].clone()),
                Some((409, problem, _)) if problem["code"] == "still-running" => {}
                Some((409, problem, _)) if problem["code"] == "answer-lost" => return None,
                Some(other) => panic!("{other:?}"),
            }
        }
    };
    let mut kills = 0;
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                loop {
                    let n = next.fetch_add(1, Ordering::Relaxed);
                    if n >= REQUESTS {
                        break;
                    }
                    let (first, second) = (insist(n), insist(n));
                    if first.is_none() || second.is_none() {
                        lost.fetch_add(1, Ordering::Relaxed);
                    } else {
                        assert_eq!(first, second, "the same answer");
                    }
                    done.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        let mut last = 0;
        while done.load(Ordering::Relaxed) < REQUESTS {
            if done.load(Ordering::Relaxed) >= last + 90 {
                last = done.load(Ordering::Relaxed);
                // Killed under the requests that are being answered; nobody is asked again before another server is up.
                let pid = server.read().unwrap().child.id();
                let _ = Command::new("kill").args(["-9", &pid.to_string()]).status();
                let mut held = server.write().unwrap();
                held.kill();
                *held = newsroom.serve();
                kills += 1;
            }
            thread::yield_now();
        }
    });
    assert!(kills > 2, "{kills} kills are no test");
    let mut names: Vec<String> = Vec::new();
    let mut cursor = String::new();
    loop {
        let (_, page, _) =
            client.request("GET", &server.read().unwrap(), &format!("/v1/desk/tags?limit=100{cursor}"), &[], String::new()).unwrap();
        names.extend(page["data"].as_array().unwrap().iter().map(|t| t["translations"]["en"]["name"].as_str().unwrap().to_owned()));
        match page["page"]["next"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    let all = names.len();
    names.sort();
    names.dedup();
    assert_eq!((all, names.len()), (REQUESTS, REQUESTS), "each once");
    eprintln!("{REQUESTS} requests sent twice over {kills} kills: {all} made, {} answers lost", lost.load(Ordering::Relaxed));
}
