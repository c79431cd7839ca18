//! Instants from the first to the last that RFC 3339 can write: kept, told, compared and walked along alike on both databases.

use dateline::domain::{Instant, user::Role};
use proptest::{
    prelude::*,
    strategy::ValueTree,
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};
use serde_json::{Value, json};

use crate::support::TestApp;

const FIRST: &str = "0001-01-01T00:00:00Z";
const LAST: &str = "9999-12-31T23:59:59.999999Z";

/// Instants of any year, the edges among them, in the order they come.
fn some(count: usize, from: &str, to: &str) -> Vec<Instant> {
    let [from, to] = [from, to].map(|at| at.parse::<Instant>().unwrap().as_micros());
    let mut runner = TestRunner::new_with_rng(Config::default(), TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    let any = prop::collection::vec(from..=to, count).new_tree(&mut runner).unwrap().current();
    any.into_iter().chain([to, from, to - 1]).map(Instant::from_micros).collect()
}

/// The instants at `key` of a list of the desk or of readers, walked a row at a time.
async fn walk(app: &TestApp, client: &crate::support::Client<'_>, list: &str, key: &str) -> Vec<Instant> {
    let _ = app;
    let mut all = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = client.get(&format!("{list}limit=1{cursor}")).await.ok();
        all.extend(page["data"].as_array().unwrap().iter().map(|row| row[key].as_str().unwrap().parse::<Instant>().unwrap()));
        match page["page"]["next"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return all,
        }
    }
}

both! {
    async fn what_was_published_in_any_year_is_told_filtered_and_walked_along(app) {
        app.section("world", "दुनिया").await;
        let mut all = some(12, FIRST, "2026-02-28T00:00:00Z");
        for (n, at) in all.iter().enumerate() {
            let words = json!({ "headline": format!("Story {n}"), "body": { "format": "text", "content": "One." }, "published_at": at.to_string() });
            app.import(&json!({ "type": "article", "key": format!("a-{n}"), "section": "world", "source_locale": "en", "translations": { "en": words } }));
        }
        all.sort();
        assert_eq!(walk(&app, &app.anyone(), "/v1/articles?sort=published_at&", "published_at").await, all);
        for at in &all {
            for (filter, expected) in [("published_before", all.iter().filter(|x| *x < at).count()), ("published_after", all.iter().filter(|x| *x >= at).count())] {
                let counted = app.anyone().get(&format!("/v1/articles?count=true&{filter}={at}")).await.ok();
                assert_eq!(counted["page"]["total"].as_u64(), Some(expected.try_into().unwrap()), "{filter} {at}");
            }
        }
        let counted = app.anyone().get(&format!("/v1/articles?count=true&published_after={FIRST}&published_before={LAST}")).await.ok();
        assert_eq!(counted["page"]["total"], all.len());
    }

    async fn what_is_planned_for_any_year_is_kept_and_comes_in_its_order(app) {
        let (editor, world) = (app.role(Role::Chief, None, None).await, app.section("world", "दुनिया").await);
        let mut all = some(8, "2026-03-02T00:00:00Z", LAST);
        for (n, at) in all.iter().enumerate() {
            let story = editor.story(&world, &format!("Story {n}")).await;
            let embargoed = editor.patch(&story, "\"1\"", &json!({ "embargo_until": at.to_string() })).await.ok();
            assert_eq!(embargoed["embargo_until"], at.to_string());
            editor.act(&format!("{story}/schedule"), "\"2\"", &json!({ "locales": ["en"], "publish_at": at.to_string() })).await.ok();
        }
        all.sort();
        assert_eq!(walk(&app, &editor, "/v1/desk/schedule?", "at").await, all);
        // Nothing of it is due, and whoever is asked how long an answer may be kept can say so.
        assert_eq!(app.tick().await, 0);
        app.anyone().get("/v1/articles").await.ok();
    }

    async fn every_instant_of_every_operation_is_one_or_is_refused_with_a_code(app) {
        let (admin, world) = (app.admin().await, app.section("world", "दुनिया").await);
        let contract = crate::support::contract::contract();
        let (within, beyond) = (
            [FIRST, LAST, "9999-12-31T23:59:59Z", "9999-12-31T23:59:60Z", "0001-01-01T23:59:00%2B23:59", "9999-12-31T00:00:00-23:59"],
            ["0000-12-31T23:59:59Z", "9999-12-31T23:59:59-00:01", "0001-01-01T00:00:00%2B00:01", "10000-01-01T00:00:00Z", "2026-02-30T00:00:00Z", "2026-03-01"],
        );
        let mut asked = 0;
        for (path, item) in contract["paths"].as_object().unwrap() {
            let parameters = item["get"]["parameters"].as_array().cloned().unwrap_or_default();
            let dated = |p: &&Value| ["date-time", "/Instant"].iter().any(|word| p["schema"].to_string().contains(word));
            for parameter in parameters.iter().filter(|p| p["in"] == "query").filter(dated) {
                let path = path.replace("{id}", "0198c5a1-7f00-7000-8000-0000000000ff").replace("{slug}", "nothing");
                // A page is asked for by its path, or by a preview.
                let is_needed = |p: &&Value| p["in"] == "query" && (p["required"] == true || p["name"] == "path") && p["name"] != parameter["name"];
                let needed = parameters.iter().filter(is_needed).map(|p| match p["name"].as_str().unwrap() {
                    "path" => "&path=/en",
                    "q" => "&q=river",
                    "as_of" => "&as_of=2026-03-01T00:00:00Z",
                    _ => "&locale=hi",
                });
                let required: String = needed.collect();
                for at in within {
                    let answer = admin.get(&format!("{path}?{}={at}{required}", parameter["name"].as_str().unwrap())).await;
                    let known = answer.violations().iter().any(|(_, code)| code == "future" || code == "past");
                    assert!([200, 404].contains(&answer.status) || (answer.status == 400 && known), "{path}, {at}: {}", answer.text);
                    asked += 1;
                }
                for at in beyond {
                    let answer = admin.get(&format!("{path}?{}={at}{required}", parameter["name"].as_str().unwrap())).await;
                    assert_eq!(answer.status, 400, "{path}, {at}: {}", answer.text);
                    assert!(answer.json()["code"].is_string());
                }
            }
        }
        assert!(asked >= 40, "{asked}");
        let story = admin.story(&world, "Rain").await;
        let before = admin.get(&story).await;
        for at in beyond {
            let at = at.replace("%2B", "+");
            for (verb, body) in [("schedule", json!({ "locales": ["en"], "publish_at": at })), ("schedule", json!({ "locales": ["en"], "unpublish_at": at }))] {
                let answer = admin.act(&format!("{story}/{verb}"), &before.etag(), &body).await;
                assert!([400, 422].contains(&answer.status) && answer.json()["code"].is_string(), "{at}: {}", answer.text);
            }
            let answer = admin.patch(&story, &before.etag(), &json!({ "embargo_until": at })).await;
            assert!([400, 422].contains(&answer.status) && answer.json()["code"].is_string(), "{at}: {}", answer.text);
            let answer = admin.post("/v1/desk/releases", &json!({ "name": "x", "items": [], "publish_at": at })).await;
            assert!([400, 422].contains(&answer.status) && answer.json()["code"].is_string(), "{at}: {}", answer.text);
        }
    }
}
