//! What a page of the translator's queue costs, in a small newsroom and in a large one: `cargo bench --bench queue`, on `SQLite`, or on the empty database
//! that `POSTGRES=postgres://…` names, then of `ARTICLES` alone. `ARTICLES=1000000` for more than 200,000.
//!
//! Of all articles forty are of a kind that there is nothing else of: stale, in review, somebody's, in a section of their own. Each row is the middle of so many
//! requests over HTTP, one after the other, that no cache answers.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a benchmark fails by panicking")]
#![expect(clippy::disallowed_methods, reason = "a benchmark takes the time")]

#[expect(dead_code, reason = "the other benchmarks need more of it")]
mod support;

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use support::{Client, Newsroom, Server, machine, variable};

/// Requests of which the middle one is told.
const ASKED: usize = 31;

/// Articles of each rare kind.
const RARE: usize = 40;

struct Desk<'s> {
    server: &'s Server,
    client: Client,
    token: String,
}

impl Desk<'_> {
    fn send(&self, method: &str, path: &str, tag: Option<&str>, body: &Value) -> (u16, Value, String) {
        let mut headers = vec![("authorization", self.token.as_str())];
        headers.extend(tag.map(|tag| ("if-match", tag)));
        self.client.send(method, &format!("{}{path}", self.server.url), &headers, body)
    }

    fn get(&self, path: &str) -> (Value, String) {
        let url = format!("{}{path}", self.server.url);
        let mut answer = self.client.0.get(&url).header("authorization", &self.token).call().unwrap();
        let tag = answer.headers().get("etag").and_then(|v| v.to_str().ok()).unwrap_or_default().to_owned();
        let text = answer.body_mut().read_to_string().unwrap();
        assert!(answer.status().is_success(), "{path}: {text}");
        (serde_json::from_str(&text).unwrap(), tag)
    }

    fn done(&self, method: &str, path: &str, tag: Option<&str>, body: &Value) -> Value {
        let (status, answer, _) = self.send(method, path, tag, body);
        assert!(status < 300, "{method} {path}: {answer}");
        answer
    }

    fn median(&self, path: &str) -> (Duration, usize) {
        let rows = self.get(path).0["data"].as_array().unwrap().len();
        let mut times: Vec<Duration> = (0..ASKED)
            .map(|_| {
                let began = Instant::now();
                self.get(path);
                began.elapsed()
            })
            .collect();
        times.sort();
        (times[ASKED / 2], rows)
    }
}

/// Whoever signs in with a grant.
fn signed_in<'s>(admin: &Desk<'s>, email: &str, grants: &Value) -> (Desk<'s>, String) {
    let password = "a long sentence of mine";
    let sent = json!({ "email": email, "name": email, "password": password, "grants": grants });
    let made = admin.done("POST", "/v1/desk/users", None, &sent);
    let client = Client::new();
    let (_, answer, _) =
        client.send("POST", &format!("{}/v1/auth/token", admin.server.url), &[], &json!({ "email": email, "password": password }));
    let token = format!("Bearer {}", answer["access_token"].as_str().unwrap());
    (Desk { server: admin.server, client, token }, made["id"].as_str().unwrap().to_owned())
}

/// Make what is rare, and the section that it lies in.
fn rare(desk: &Desk<'_>, translator: &str) -> String {
    let section = desk.done("POST", "/v1/desk/sections", None, &json!({ "translations": { "en": { "name": "Rare" } } }))["id"]
        .as_str()
        .unwrap()
        .to_owned();
    for n in 0..RARE {
        let body = |text: &str| json!({ "format": "html", "content": format!("<p>{text}</p>") });
        let words = json!({ "en": { "headline": format!("Rare {n}"), "summary": "A summary.", "body": body("One.") },
            "hi": { "headline": format!("विरल {n}"), "made_from": { "locale": "en", "version": 1 }, "body": body("एक।") } });
        let sent = json!({ "kind": "story", "section_id": section, "source_locale": "en", "translations": words });
        let id = desk.done("POST", "/v1/desk/articles", None, &sent)["id"].as_str().unwrap().to_owned();
        let (path, publish) = (format!("/v1/desk/articles/{id}"), json!({ "locales": ["en"] }));
        desk.done("POST", &format!("{path}/publish"), Some(&desk.get(&path).1), &publish);
        let english = format!("{path}/translations/en");
        desk.done("PATCH", &english, Some(&desk.get(&english).1), &json!({ "body": body("Two.") }));
        desk.done("POST", &format!("{path}/publish"), Some(&desk.get(&path).1), &publish);
        let hindi = format!("{path}/translations/hi");
        desk.done("POST", &format!("{hindi}/submit"), Some(&desk.get(&hindi).1), &json!({}));
        desk.done("POST", &format!("{hindi}/assign"), None, &json!({ "assignee_id": translator }));
    }
    section
}

/// The middle times of all that is asked for, in the order of what it is called.
fn measure(newsroom: &Newsroom) -> Vec<(&'static str, Duration, usize)> {
    let server = newsroom.serve(0);
    let client = Client::new();
    let token = client.token(&server);
    let admin = Desk { server: &server, client, token };
    let (hindi, translator) = signed_in(&admin, "hindi@example.org", &json!([{ "role": "translator", "locale": "hi" }]));
    let section = rare(&admin, &translator);
    let (editor, _) = signed_in(&admin, "rare@example.org", &json!([{ "role": "editor", "section_id": section }]));
    let large = admin.get("/v1/desk/translations?locale=hi&limit=1").0["data"][0]["section_id"].as_str().unwrap().to_owned();
    let queue = "/v1/desk/translations?locale=hi";
    // A place five years ago, in the middle of what was generated.
    let five_years_ago = admin.get(&format!("{queue}&limit=1&sort=newest")).0["data"][0]["waiting_since"].as_str().unwrap().to_owned();
    let year: i32 = five_years_ago.get(..4).unwrap().parse().unwrap();
    let middle = format!("{}{}", year - 5, five_years_ago.get(4..).unwrap());
    let deep = admin.get(&format!("{queue}&sort=newest&waiting_before={middle}")).0["page"]["next"].as_str().unwrap().to_owned();
    let asked: Vec<(&'static str, &Desk<'_>, String)> = vec![
        ("everything, first page", &admin, queue.to_owned()),
        ("everything, a page in the middle", &admin, format!("{queue}&sort=newest&cursor={deep}")),
        ("everything, newest first", &admin, format!("{queue}&sort=newest")),
        ("freshness=missing", &admin, format!("{queue}&freshness=missing")),
        ("freshness=missing, in the middle", &admin, format!("{queue}&freshness=missing&sort=newest&cursor={deep}")),
        ("freshness=current", &admin, format!("{queue}&freshness=current")),
        ("freshness=stale (40)", &admin, format!("{queue}&freshness=stale")),
        ("state=in_review (40)", &admin, format!("{queue}&state=in_review")),
        ("state=draft (none)", &admin, format!("{queue}&state=draft")),
        ("published=false (none)", &admin, format!("{queue}&published=false")),
        ("assignee=nobody", &admin, format!("{queue}&assignee=nobody")),
        ("assignee=me (40), of the translator", &hindi, format!("{queue}&assignee=me")),
        ("waiting_before, in the middle", &admin, format!("{queue}&sort=newest&waiting_before={middle}")),
        ("a section with 40", &admin, format!("{queue}&section={section}")),
        ("a large section", &admin, format!("{queue}&section={large}")),
        ("a large section, missing, in the middle", &admin, format!("{queue}&section={large}&freshness=missing&sort=newest&cursor={deep}")),
        ("everything, of the editor of the section with 40", &editor, queue.to_owned()),
        ("another locale, of the translator", &hindi, "/v1/desk/translations?locale=bn".to_owned()),
        (
            "missing in another locale, of the translator",
            &hindi,
            "/v1/desk/translations?locale=bn&freshness=missing&sort=newest".to_owned(),
        ),
    ];
    let mut told: Vec<_> = asked
        .into_iter()
        .map(|(name, who, path)| {
            let (took, rows) = who.median(&path);
            (name, took, rows)
        })
        .collect();
    // A locale that is new, before it has its rows and while it gets them.
    admin.done("POST", "/v1/desk/locales", None, &json!({ "locale": "ta", "name": "Tamil" }));
    let (took, rows) = admin.median("/v1/desk/translations?locale=ta");
    told.push(("a locale that was added just now", took, rows));
    let path = admin.get(&format!("{queue}&limit=1&freshness=current")).0["data"][0]["article_id"].as_str().unwrap().to_owned();
    let words = format!("/v1/desk/articles/{path}/translations/hi");
    let mut times: Vec<_> = (0..ASKED)
        .map(|n| {
            let tag = admin.get(&words).1;
            let began = Instant::now();
            admin.done("PATCH", &words, Some(&tag), &json!({ "summary": format!("Saved {n}.") }));
            began.elapsed()
        })
        .collect();
    times.sort();
    told.push(("saving words", times[ASKED / 2], 1));
    told
}

fn main() {
    println!("{}", machine());
    let large: u32 = variable("ARTICLES", 200_000);
    let server = std::env::var("POSTGRES").ok();
    let sizes = if server.is_some() { vec![large] } else { vec![10_000, large] };
    let all: Vec<_> = sizes
        .iter()
        .map(|articles| {
            let (newsroom, said) = Newsroom::new(*articles, server.clone());
            print!("{said}");
            measure(&newsroom)
        })
        .collect();
    println!("| median of {ASKED}, ms | {} |", sizes.iter().map(ToString::to_string).collect::<Vec<_>>().join(" | "));
    println!("| --- |{}", " ---: |".repeat(sizes.len()));
    for (n, (name, ..)) in all[0].iter().enumerate() {
        let times: Vec<_> = all.iter().map(|told| format!("{:.2}", told[n].1.as_secs_f64() * 1_000.0)).collect();
        println!("| {name}, {} rows | {} |", all[0][n].2, times.join(" | "));
    }
}
