//! The page of what is not there: a problem that brings the frame along, and tells nothing of what is hidden.

use actix_web::http::Method;
use serde_json::{Value, json};

use crate::support::{Answer, TestApp};

async fn page(app: &TestApp, path: &str) -> Answer {
    app.anyone().get(&format!("/v1/pages?path={path}")).await
}

async fn set(app: &TestApp, path: &str, patch: Value) {
    let admin = app.admin().await;
    admin.patch(path, &admin.get(path).await.etag(), &patch).await.ok();
}

/// An answer without what is of one request alone.
fn alike(answer: &Answer) -> (u16, Vec<(String, String)>, String) {
    let own = ["x-request-id", "surrogate-key", "cache-tag"];
    let headers = answer.headers.iter().filter(|(name, _)| !own.contains(&name.as_str())).cloned().collect();
    let id = answer.json()["request_id"].as_str().unwrap().to_owned();
    (answer.status, headers, answer.text.replace(&id, ""))
}

/// A story in English and Hindi in a section; its path on the desk.
async fn story(app: &TestApp, facts: Value) -> String {
    let admin = app.admin().await;
    let world = app.section("world", "दुनिया").await;
    let words = |l: &str| json!({ "headline": format!("Rain {l}"), "body": { "format": "text", "content": "One." } });
    let mut sent =
        json!({ "kind": "story", "section_id": world, "source_locale": "en", "translations": { "en": words("en"), "hi": words("hi") } });
    sent.as_object_mut().unwrap().extend(facts.as_object().unwrap().clone());
    let desk = admin.post("/v1/desk/articles", &sent).await.header("location").unwrap().to_owned();
    admin.publish(&desk, &["en", "hi"]).await.ok();
    desk
}

both! {
    async fn what_is_not_there_comes_with_the_frame_of_its_language(app) {
        app.section("world", "दुनिया").await;
        let answer = page(&app, "/hi/never-was").await;
        let refused = answer.refused(404, "not-found");
        assert_eq!((answer.header("content-type"), answer.header("etag")), (Some("application/problem+json"), None));
        assert_eq!(refused["page"]["kind"], "error");
        let frame = &refused["page"]["frame"];
        assert_eq!((frame["locale"].as_str(), frame["navigation"][0]["name"].as_str(), frame["navigation"][0]["current"].as_bool()), (Some("hi"), Some("दुनिया"), Some(false)));
        assert_eq!(frame["site"], page(&app, "/hi").await.ok()["frame"]["site"]);
        // The language switcher leads to front pages, for the page is there in none.
        let languages: Vec<_> = frame["languages"].as_array().unwrap().iter().map(|l| (l["locale"].as_str().unwrap(), l["url"].as_str().unwrap().rsplit('/').next().unwrap(), l["available"].as_bool().unwrap(), l["current"].as_bool().unwrap())).collect();
        assert_eq!(languages[..2], [("en", "en", false, false), ("hi", "hi", false, true)]);
        assert_eq!((&frame["head"]["alternates"], &frame["head"]["title"]), (&json!([]), &frame["site"]["name"]));
        // Where a path names no public language, it is that of the site.
        for (path, locale) in [("/never-was", "en"), ("/xx/never-was", "en"), ("/ta/world", "en"), ("/kn/a/b/c/d", "kn"), ("/hi/never-was%3Fa=b", "hi"), ("/bn/never-was/", "bn")] {
            assert_eq!(page(&app, path).await.refused(404, "not-found")["page"]["frame"]["locale"], locale, "{path}");
        }
        // What is no path is no page either, and what is no page has none.
        for (asked, status, code) in [("/v1/pages?path=nothing", 400, "malformed"), ("/v1/pages?path=/hi/never-was&body=pdf", 400, "malformed"), ("/v1/resolve?path=/hi/never-was", 404, "not-found"), ("/v1/articles/by-slug/never-was", 404, "not-found")] {
            assert!(app.anyone().get(asked).await.refused(status, code)["page"].is_null(), "{asked}");
        }
        let path = "/v1/pages?path=/hi/never-was";
        let head = app.anyone().send(Method::HEAD, path, &[], None).await;
        assert_eq!((head.status, head.body.len(), head.header("cache-control")), (404, 0, answer.header("cache-control")));
        let known = app.anyone().send(Method::GET, path, &[("if-none-match", "*")], None).await;
        assert_eq!(alike(&known), alike(&answer));
    }

    async fn a_hidden_story_answers_as_what_never_was_byte_for_byte(app) {
        let desk = story(&app, json!({ "embargo_until": app.now().plus_seconds(60).to_string() })).await;
        for (hidden, never) in [("/en/world/rain-en", "/en/world/sun-en"), ("/hi/world/rain-hi", "/hi/world/sun-hi"), ("/bn/world/rain-en", "/bn/world/sun-en")] {
            let (hidden, never) = (page(&app, hidden).await, page(&app, never).await);
            assert_eq!(alike(&hidden), alike(&never));
            assert_eq!(hidden.status, 404);
            let tags = |answer: &Answer| answer.header("surrogate-key").unwrap().split(' ').count();
            assert_eq!(tags(&hidden), tags(&never));
        }
        app.wait(61);
        app.tick().await;
        page(&app, "/en/world/rain-en").await.ok();
        let admin = app.admin().await;
        admin.act(&format!("{desk}/takedown"), &admin.get(&desk).await.etag(), &json!({ "reason": "a judge said so" })).await.ok();
        // What was public may be told to be gone; its page is the same.
        let gone = page(&app, "/hi/world/rain-hi").await.refused(410, "gone");
        assert_eq!(gone["page"], page(&app, "/hi/world/sun-hi").await.refused(404, "not-found")["page"]);
    }

    async fn it_is_made_once_for_all_paths_and_dropped_when_the_navigation_changes(app) {
        let world = app.section("world", "दुनिया").await;
        let cost = async |path: &str| {
            let before = app.store.statements();
            let answer = app.anyone().get(path).await;
            assert_eq!(answer.status, 404);
            app.store.statements() - before
        };
        cost("/v1/pages?path=/en/never/one").await;
        assert_eq!(cost("/v1/pages?path=/en/never/one").await, 0);
        let (bare, framed) = (cost("/v1/resolve?path=/en/never/two").await, cost("/v1/pages?path=/en/never/three").await);
        assert!(framed <= bare, "{framed} statements with the frame, {bare} without");
        set(&app, &format!("/v1/desk/sections/{world}"), json!({ "translations": { "en": { "name": "Planet" } } })).await;
        let answer = page(&app, "/en/never/one").await;
        assert_eq!(answer.json()["page"]["frame"]["navigation"][0]["name"], "Planet");
        // Caches on the way are told what it was made from, each thing once.
        for (name, between) in [("surrogate-key", ' '), ("cache-tag", ',')] {
            let (told, of_home) = (answer.header(name).unwrap(), page(&app, "/en").await);
            let told: Vec<&str> = told.split(between).collect();
            let unique: std::collections::BTreeSet<_> = told.iter().collect();
            assert_eq!(told.len(), unique.len(), "{told:?}");
            let of_sections = app.anyone().get("/v1/sections").await;
            assert!(of_sections.header(name).unwrap().split(between).all(|tag| told.contains(&tag)), "{told:?}");
            assert!(of_home.header(name).is_some());
        }
        app.admin().await.post("/v1/desk/sections", &json!({ "position": 9, "translations": { "en": { "name": "Arts" } } })).await.ok();
        assert_eq!(page(&app, "/en/never/one").await.json()["page"]["frame"]["navigation"][1]["name"], "Arts");
        set(&app, "/v1/desk/site", json!({ "name": "The Times" })).await;
        assert_eq!(page(&app, "/en/never/one").await.json()["page"]["frame"]["site"]["name"], "The Times");
    }

    async fn a_retired_language_has_the_page_of_the_one_that_stands_in_for_it(app) {
        story(&app, json!({})).await;
        page(&app, "/hi/world/rain-hi").await.ok();
        set(&app, "/v1/desk/locales/hi", json!({ "fallback": ["kn", "en"] })).await;
        set(&app, "/v1/desk/locales/hi", json!({ "state": "retired" })).await;
        set(&app, "/v1/desk/site", json!({ "retired_locales": "gone" })).await;
        let gone = page(&app, "/hi/world/rain-hi").await.refused(410, "gone");
        assert_eq!(gone["page"]["frame"]["locale"], "kn");
        assert!(!gone["page"].to_string().contains("\"hi\""));
        // A language that is prepared is none that readers may know of.
        app.admin().await.post("/v1/desk/locales", &json!({ "locale": "ta", "name": "தமிழ்", "fallback": ["kn"], "state": "preparing" })).await.ok();
        assert_eq!(page(&app, "/ta/never-was").await.refused(404, "not-found")["page"]["frame"]["locale"], "en");
    }

    async fn the_language_is_read_where_the_site_writes_it(app) {
        app.section("world", "दुनिया").await;
        set(&app, "/v1/desk/site", json!({ "url": "https://news.example/paper", "url_pattern": "/{section}/{locale}/{slug}" })).await;
        for (path, locale) in [("/paper/world/hi/never", "hi"), ("/paper/bn/never", "bn"), ("/world/hi/never", "en"), ("/paper/world/xx/never", "en")] {
            assert_eq!(page(&app, path).await.refused(404, "not-found")["page"]["frame"]["locale"], locale, "{path}");
        }
    }
}
