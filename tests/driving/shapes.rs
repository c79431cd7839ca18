//! Each shape of [`crate::support::shapes`], a megabyte of it and as much as a request holds, sent to a real server while somebody else
//! saves a story: what it says, how long others wait, and what it holds. Figures are printed; what is held is asserted.

use std::time::{Duration, Instant};

use super::{Client, Newsroom, Server, section, story, thread};
use crate::support::shapes::{Place, Shape, all};
use serde_json::{Value, json};

const MIB: usize = 1 << 20;
/// What a request may hold above an idle server.
const MAX_HELD: usize = 64 * MIB;

/// A line of `/proc/PID/status`, in bytes.
fn held(server: &Server, what: &str) -> usize {
    let status = std::fs::read_to_string(format!("/proc/{}/status", server.child.id())).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix(what)).unwrap();
    line.split_whitespace().next().unwrap().parse::<usize>().unwrap() * 1024
}

/// The path and body of the request that carries a text of some shape.
fn request(shape: &Shape, bytes: usize, section: &str) -> (&'static str, String) {
    let text = shape.of(bytes);
    let words = |words: Value| {
        json!({ "kind": "story", "section_id": section, "source_locale": "en", "translations": { "en": words } }).to_string()
    };
    let body = |format: &str, content: Value| words(json!({ "headline": "Shape", "body": { "format": format, "content": content } }));
    let sent = match shape.place {
        Place::Html => body("html", json!(text)),
        Place::Markdown => body("markdown", json!(text)),
        Place::Text => body("text", json!(text)),
        Place::Doc => body("doc", json!(null)).replace("null", &text),
        Place::Field => words(json!({ "headline": text, "summary": text.get(..text.len() / 64).unwrap_or("x") })),
        Place::Query => return ("query", text.chars().take(8_000).filter(char::is_ascii).collect()),
        Place::Json => text,
    };
    ("/v1/desk/articles", sent)
}

#[test]
#[ignore = "takes minutes, and is of interest for its figures"]
fn no_shape_stops_others_or_fills_the_memory() {
    let newsroom = Newsroom::new(None);
    let server = newsroom.serve();
    let mut client = Client::new(&server);
    let world = section(&client, &server);
    let other = format!("{}/comments", story(&client, &server, &world, "Others"));
    let mut worst = (0, Duration::ZERO, Duration::ZERO);
    let mut over = Vec::new();
    #[expect(clippy::disallowed_methods, reason = "a driver prints how long things took")]
    let now = || Instant::now();
    let mut signed_in = now();
    for shape in all() {
        for bytes in [MIB, 4 * MIB - 512] {
            let (path, sent) = request(&shape, bytes, &world);
            if sent.len() > 4 * MIB {
                continue;
            }
            if signed_in.elapsed() > Duration::from_mins(10) {
                client = Client::new(&server);
                signed_in = now();
            }
            // The most that was resident is counted anew from here (proc(5), `clear_refs`).
            std::fs::write(format!("/proc/{}/clear_refs", server.child.id()), "5").unwrap();
            let idle = held(&server, "VmRSS:");
            let (status, took, waited) = thread::scope(|scope| {
                let sending = scope.spawn(|| {
                    let began = now();
                    let answer = match path {
                        "query" => client.request("GET", &server, &format!("/v1/articles?{sent}"), &[], String::new()),
                        path => client.request("POST", &server, path, &[], sent.clone()),
                    };
                    (answer.map_or(0, |(status, ..)| status), began.elapsed())
                });
                let mut waited = Duration::ZERO;
                while !sending.is_finished() {
                    let began = now();
                    let answer = client.post(&server, &other, &[], &json!({ "text": "Meanwhile." }));
                    assert!(matches!(answer, Some((201, ..))), "{}: {answer:?}", shape.name());
                    waited = waited.max(began.elapsed());
                }
                let (status, took) = sending.join().unwrap();
                (status, took, waited)
            });
            let above = held(&server, "VmHWM:").saturating_sub(idle);
            eprintln!(
                "{:>4} KiB {status} {:>6} ms, others {:>5} ms, {:>4} MiB  {}",
                sent.len() >> 10,
                took.as_millis(),
                waited.as_millis(),
                above / MIB,
                shape.name()
            );
            worst = (worst.0.max(above), worst.1.max(took), worst.2.max(waited));
            if above > MAX_HELD {
                over.push((shape.name(), above / MIB));
            }
        }
    }
    eprintln!("worst: {} MiB above idle, {:?} for one request, {:?} for others", worst.0 / MIB, worst.1, worst.2);
    assert!(over.is_empty(), "{over:#?}");
}
