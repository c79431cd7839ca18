//! Answers of articles with long bodies: how much of them one answer holds, and what those hold that nobody takes.

use std::io::{Read, Write};

use dateline::domain::text::limits;
use serde_json::{Value, json};

use crate::support::{Client, TestApp, served::Served};

/// Forms in which bodies come.
const FORMS: [&str; 5] = ["html", "text", "doc", "markdown", "portable_text"];

/// Nine stories of nine tenths of a megabyte, the oldest of them short: their ids, newest first.
async fn long_stories(app: &TestApp, client: &Client<'_>) -> Vec<String> {
    let world = app.section("world", "दुनिया").await;
    let mut ids = Vec::new();
    for n in 0..9 {
        let long = format!("Story {n} is told at length. ").repeat(if n == 0 { 1 } else { 34_000 });
        let words = |l: &str| json!({ "headline": format!("Story {n} {l}"), "body": { "format": "text", "content": long } });
        let sent = json!({ "kind": "story", "section_id": world, "source_locale": "en", "translations": { "en": words("en"), "hi": words("hi") } });
        let path = client.post("/v1/desk/articles", &sent).await.header("location").unwrap().to_owned();
        client.publish(&path, if n == 4 { &["en", "hi"] } else { &["en"] }).await.ok();
        app.wait(1);
        ids.insert(0, path.rsplit('/').next().unwrap().to_owned());
    }
    ids
}

fn ids(list: &Value) -> Vec<String> {
    list["data"].as_array().unwrap().iter().map(|a| a["id"].as_str().unwrap().to_owned()).collect()
}

/// The ids on every page of a list, from a page on in one direction.
async fn pages(client: &Client<'_>, list: &str, mut cursor: Option<String>, way: &str) -> Vec<Vec<String>> {
    let mut all = Vec::new();
    loop {
        let at = cursor.map(|c| format!("&cursor={c}")).unwrap_or_default();
        let answer = client.get(&format!("{list}{at}")).await;
        let page = answer.ok();
        all.push(ids(&page));
        let bodies = page["data"].as_array().unwrap().iter().filter(|a| !a["body"].is_null()).count();
        // What is told beside the bodies, and how they are written, is less than they are.
        assert!(bodies == all.last().unwrap().len() && answer.text.len() < limits::ANSWER_BODIES * 3 / 2, "{list}: {}", answer.text.len());
        match page["page"][way].as_str() {
            Some(next) => cursor = Some(next.to_owned()),
            None => return all,
        }
    }
}

both! {
    async fn a_page_ends_where_its_bodies_would_be_longer_than_one_answer_holds(app) {
        let editor = app.editor().await;
        let stories = long_stories(&app, &editor).await;
        let archive = format!("/v1/desk/archive/articles?as_of={}", app.now());
        app.wait(1);
        for form in FORMS {
            let list = format!("/v1/articles?limit=9&body={form}");
            let forwards = pages(&app.anyone(), &list, None, "next").await;
            assert_eq!((forwards.concat(), forwards.iter().map(Vec::len).collect::<Vec<_>>()), (stories.clone(), vec![4, 5]), "{list}");
        }
        for list in ["/v1/articles?limit=9&body=html", &format!("{archive}&limit=9&body=html")] {
            let forwards = pages(&editor, list, None, "next").await;
            assert_eq!((forwards.concat(), forwards.len()), (stories.clone(), 2), "{list}");
            // From the last page back to the first, and what comes before comes in its order.
            let second = editor.get(list).await.ok()["page"]["next"].as_str().unwrap().to_owned();
            let back = pages(&editor, list, Some(second), "previous").await;
            assert_eq!(back.into_iter().rev().collect::<Vec<_>>(), forwards, "{list}");
        }
        for whole in ["/v1/articles?limit=9", "/v1/articles?limit=9&body=html&fields=id,headline", "/v1/articles?limit=9&include=alternates"] {
            assert_eq!(ids(&app.anyone().get(whole).await.ok()), stories, "{whole}");
        }
        // What comes along counts: the fifth story is there in two languages.
        let along = pages(&app.anyone(), "/v1/articles?limit=9&body=html&include=alternates", None, "next").await;
        assert_eq!((along.concat(), along.iter().map(Vec::len).collect::<Vec<_>>()), (stories, vec![4, 3, 2]));
    }

    async fn what_is_longer_than_one_answer_by_itself_is_shown_alone_or_refused_in_words(app) {
        let editor = app.editor().await;
        let world = app.section("world", "दुनिया").await;
        // Each sign is five bytes of HTML.
        let words = |l: &str| json!({ "headline": format!("Signs {l}"), "body": { "format": "text", "content": "&".repeat(1_000_000) } });
        for _ in 0..2 {
            let sent = json!({ "kind": "story", "section_id": world, "source_locale": "en", "translations": { "en": words("en"), "hi": words("hi") } });
            let path = editor.post("/v1/desk/articles", &sent).await.header("location").unwrap().to_owned();
            editor.publish(&path, &["en", "hi"]).await.ok();
            app.wait(1);
        }
        let pages = {
            let mut pages = Vec::new();
            let mut at = String::new();
            loop {
                let page = app.anyone().get(&format!("/v1/articles?body=html{at}")).await.ok();
                pages.push(ids(&page).len());
                let Some(next) = page["page"]["next"].as_str() else { break pages };
                at = format!("&cursor={next}");
            }
        };
        assert_eq!(pages, [1, 1]);
        let newest = ids(&app.anyone().get("/v1/articles?limit=1").await.ok()).remove(0);
        for asked in [format!("/v1/articles/{newest}?include=alternates"), "/v1/articles?body=html&include=alternates".to_owned()] {
            let refused = app.anyone().get(&asked).await;
            refused.refused(400, "malformed");
            assert_eq!(refused.violations(), [("?include".to_owned(), "too_large".to_owned())], "{asked}");
        }
        app.anyone().get(&format!("/v1/articles/{newest}?include=alternates&body=none")).await.ok();
        app.anyone().get(&format!("/v1/articles/{newest}")).await.ok();
    }
}

#[test]
fn answers_that_nobody_takes_are_capped_and_short_ones_come_all_the_same() {
    const MIB: u64 = 1_024;
    let server = Served::with(&[("DATELINE_UNFINISHED_MB", "16"), ("DATELINE_CACHE_MB", "0")]);
    let admin = server.administrator();
    let post = |path: &str, lines: &str, sent: &Value| server.send("POST", path, &format!("{admin}{lines}"), sent);
    let section = post("/v1/desk/sections", "", &json!({ "translations": { "en": { "name": "World" } } })).json();
    let long = "A long story. ".repeat(70_000);
    for n in 0..4 {
        let words = json!({ "headline": format!("Story {n}"), "body": { "format": "text", "content": long } });
        let sent = json!({ "kind": "story", "section_id": section["id"], "source_locale": "en", "translations": { "en": words } });
        let made = post("/v1/desk/articles", "", &sent);
        let path = format!("{}/publish", made.header("location").unwrap());
        let tag = format!("if-match: {}\r\n", made.header("etag").unwrap());
        assert_eq!(post(&path, &tag, &json!({ "locales": ["en"] })).status, 200);
    }
    let long = "/v1/articles?body=html";
    assert_eq!(server.get(long).unwrap().status, 200);
    let idle = server.memory();
    // More than the system keeps on its way to them; the first bytes are read, and nothing more.
    let asked = format!("GET {long} HTTP/1.1\r\nhost: x\r\n\r\n").repeat(8);
    let mut crowd = Vec::new();
    let refused = loop {
        assert!(crowd.len() < 40, "nobody was refused; {} KiB above idle", server.memory() - idle);
        let mut stream = server.connect_narrow();
        stream.write_all(asked.as_bytes()).unwrap();
        stream.read_exact(&mut [0; 12]).unwrap();
        crowd.push(stream);
        let said = server.get(long).unwrap();
        if said.status != 200 {
            break said;
        }
    };
    assert_eq!((refused.status, refused.json()["code"].as_str(), refused.header("retry-after")), (503, Some("busy"), Some("1")));
    assert_eq!(server.get("/v1/articles").unwrap().status, 200);
    let held = server.memory().saturating_sub(idle);
    assert!(held < 48 * MIB, "{held} KiB above idle for {}", crowd.len());
    // Who has gone gives back what they held.
    drop(crowd);
    while server.get(long).unwrap().status != 200 {}
}
