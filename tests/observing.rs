//! What the log and the counters tell of a server at work, and what they never tell.

use std::{collections::BTreeMap, time::Duration};

use actix_web::http::Method;
use dateline::{
    access::Bookkeeping,
    domain::measured::Measured,
    store::{Limits, Tx, jobs, write_timeout::named},
    workers::follower::{follow, runner},
};
use serde_json::json;

use crate::support::log::Log;

fn measures(of: &dyn Measured) -> BTreeMap<String, u64> {
    let mut all = BTreeMap::new();
    of.measure(&mut |name, label, value| _ = all.insert(format!("{name}{label}"), value));
    all
}

/// A word that stands in no text of ours.
const SECRET: &str = "Zyxomma";

both! {
    async fn a_write_is_seen_from_its_request_through_its_statements_to_its_commit(app) {
        let admin = app.admin().await;
        let log = Log::of_everything();
        let made = admin.post("/v1/desk/tags", &json!({ "kind": "topic", "translations": { "en": { "name": "Rivers" } } })).await;
        made.ok();
        let (said, id) = (log.said(), made.header("x-request-id").unwrap());
        let path = admin.path();
        let caller = format!("caller={}", path.rsplit('/').next().unwrap());
        let of_request: Vec<&str> = said.lines().filter(|line| line.contains(id)).collect();
        let end = of_request.iter().find(|line| line.contains("a request was answered")).unwrap_or_else(|| panic!("{said}"));
        assert!(["operation=\"POST /v1/desk/tags\"", "outcome=201", "micros=0", &caller].iter().all(|part| end.contains(part)), "{end}");
        let asked = |line: &&&str| line.contains(":verb{purpose=\"write\" operation=\"POST /v1/desk/tags\"}") && line.contains("INSERT INTO tags");
        assert!(of_request.iter().any(|line| asked(&line)), "{said}");
        assert!(of_request.iter().any(|line| line.contains(":commit{seq=") && line.contains("COMMIT")), "{said}");
        assert!(!said.contains("@example.org"), "{said}");
    }

    async fn a_slow_statement_is_logged_with_its_operation_on_whatever_thread_it_was_asked(app) {
        let store = app.process(3, Limits { slow: Duration::ZERO, ..Limits::default() });
        let log = Log::begin();
        let before = measures(&store);
        let work = |tx: &mut Tx<'_>, _| jobs::enrol(tx, SECRET, SECRET);
        named("PUT /slow".into(), async { store.write(Bookkeeping, work).await.unwrap() }).await;
        named("GET /slow".into(), async { store.read(dateline::store::users::count).await.unwrap() }).await;
        let said = log.said();
        for (operation, part) in [("PUT /slow", "INSERT INTO"), ("GET /slow", "SELECT")] {
            let slow = |line: &str| line.contains("a statement was slow") && line.contains(&format!(r#"operation="{operation}""#)) && line.contains(part);
            assert!(said.lines().any(slow), "{operation}: {said}");
        }
        assert!(!said.contains(SECRET), "{said}");
        assert!(measures(&store)["statements_slow"] > before["statements_slow"]);
        assert_eq!(measures(&app.store)["statements_slow"], 0, "nothing is slow while the clock stands still");
    }

    async fn no_line_at_any_level_holds_what_was_written(app) {
        let (admin, world) = (app.admin().await, app.section("world", "दुनिया").await);
        let log = Log::of_everything();
        let story = admin.story(&world, SECRET).await;
        let words = json!({ "headline": SECRET, "summary": SECRET, "body": { "format": "text", "content": SECRET } });
        admin.put(&format!("{story}/translations/hi"), None, &words).await.ok();
        admin.patch(&format!("{story}/translations/en"), "\"1\"", &json!({ "summary": SECRET })).await.ok();
        admin.post(&format!("{story}/comments"), &json!({ "text": SECRET })).await.ok();
        admin.post(&format!("{story}/corrections"), &json!({ "kind": "correction", "texts": { "en": SECRET } })).await.ok();
        admin.publish(&story, &["en"]).await.ok();
        admin.get(&format!("/v1/desk/articles?q={SECRET}")).await;
        app.anyone().get(&format!("/v1/preview/{SECRET}")).await.refused(404, "not-found");
        let named = json!({ "kind": "topic", "translations": { "en": { "name": SECRET } } });
        admin.post("/v1/desk/tags", &named).await.ok();
        let somebody = json!({ "email": format!("{SECRET}@example.org"), "name": SECRET, "password": format!("{SECRET} {SECRET}"), "grants": [{ "role": "editor" }] });
        admin.post("/v1/desk/users", &somebody).await.ok();
        let said = log.said();
        assert!(said.contains("INSERT INTO translation_revisions"), "{said}");
        let told: Vec<&str> = said.lines().filter(|line| line.to_lowercase().contains(&SECRET.to_lowercase())).collect();
        assert!(told.is_empty(), "{told:?}");
    }

    async fn what_is_answered_out_of_the_cache_leaves_no_trace_and_is_counted(app) {
        app.section("world", "दुनिया").await;
        let path = "/v1/sections?locale=en";
        let tag = app.anyone().get(path).await.etag();
        let before = measures(&*app.entrance.response_cache);
        let log = Log::of_everything();
        assert_eq!(app.anyone().get(path).await.status, 200);
        assert_eq!(app.anyone().send(Method::GET, path, &[("if-none-match", &tag)], None).await.status, 304);
        assert_eq!(log.said(), "");
        app.anyone().get("/v1/tags?locale=en").await.ok();
        assert!(log.said().contains("request{"), "{}", log.said());
        let after = measures(&*app.entrance.response_cache);
        let more = |name: &str| after[name] - before[name];
        assert_eq!((more("cache_hits"), more("cache_misses"), more("cache_entries")), (2, 1, 1));
        assert!(more("cache_bytes") > 0);
    }

    async fn a_refusal_of_the_servers_own_making_leaves_one_line_and_a_clients_fault_none(app) {
        let log = Log::begin();
        let json = ("content-type", "application/json");
        let long = vec![b' '; 1 << 20];
        let anyone = app.anyone();
        anyone.send(Method::POST, "/v1/auth/token", &[json], Some(long)).await.refused(413, "too-large");
        anyone.send(Method::GET, "/v1/tags?locale=en", &[("expect", "more")], None).await.refused(417, "expectation");
        anyone.get("/nowhere").await.refused(404, "no-route");
        anyone.get("/v1/desk/tags").await.refused(401, "unauthenticated");
        let said = log.said();
        let refused: Vec<&str> = said.lines().filter(|line| line.contains("was refused")).collect();
        assert_eq!(refused.len(), 2, "{said}");
        // Who is refused again and again does not fill it.
        let again = async || anyone.send(Method::GET, "/v1/tags?locale=en", &[("expect", "more")], None).await.refused(417, "expectation");
        again().await;
        again().await;
        app.wait(1);
        again().await;
        let more = log.said();
        let more: Vec<&str> = more.lines().filter(|line| line.contains("was refused")).skip(2).collect();
        assert!(more.len() == 1 && more[0].contains("more=2"), "{more:?}");
        assert!(refused[0].contains(r#"code="too-large""#) && refused[1].contains(r#"code="expectation""#), "{said}");
    }

    async fn how_far_the_follower_was_behind_is_told(app) {
        let other = app.instance().await;
        let follower = runner(other.response_cache.clone()).unwrap();
        app.section("world", "दुनिया").await;
        app.section("tech", "टेक").await;
        let found = follow(&follower).unwrap();
        assert!(found >= 2);
        assert_eq!(measures(&*other.response_cache)["follower_behind"], u64::try_from(found).unwrap());
        follow(&follower).unwrap();
        assert_eq!(measures(&*other.response_cache)["follower_behind"], 0);
    }
}
