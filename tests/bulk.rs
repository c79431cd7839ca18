//! Many at once, trying without doing, and who did what.

use std::sync::{Arc, Barrier};

use actix_web::http::Method;
use dateline::{
    access::{Bookkeeping, Caller, Permit, System, action::ManageLocales},
    desk::locales,
    domain::{
        Error,
        locale::{LocaleDraft, LocaleState},
        measured::Measured,
        user::Role,
    },
    store::{Tx, site},
};
use futures_util::future::{join, join5};
use serde_json::{Value, json};

use crate::support::TestApp;

/// A measure of the store.
fn measured(app: &TestApp, name: &str) -> u64 {
    let mut found = 0;
    app.store.measure(&mut |measure, _, value| {
        if measure == name {
            found = value;
        }
    });
    found
}

fn id(path: &str) -> String {
    path.rsplit('/').next().unwrap().to_owned()
}

both! {
    async fn many_are_done_or_none_and_every_reason_is_named(app) {
        let editor = app.editor().await;
        let world = app.section("world", "दुनिया").await;
        let (a, b) = (editor.story(&world, "First").await, editor.story(&world, "Second").await);
        let publish = |path: &str, version: i64| json!({ "verb": "publish", "article_id": id(path), "version": version, "body": { "locales": ["en"] } });
        let sent = json!({ "operations": [publish(&a, 1), publish(&b, 7), { "verb": "approve", "article_id": id(&a), "locale": "en", "version": 1 }, { "verb": "publish", "article_id": id(&b), "version": 1, "body": { "locales": ["kn"], "x": 1 } }] });
        let refused = editor.post("/v1/desk/bulk", &sent).await;
        refused.refused(422, "invalid");
        let expected = [("#/operations/1", "stale"), ("#/operations/2", "wrong-state"), ("#/operations/3/body/x", "unknown_field")];
        assert_eq!(refused.violations(), expected.map(|(at, code)| (at.to_owned(), code.to_owned())));
        assert_eq!(app.anyone().get("/v1/articles?count=true").await.ok()["page"]["total"], 0);
        // Each for itself: what can be done is.
        let mut each = sent.clone();
        each["atomic"] = json!(false);
        let done = editor.post("/v1/desk/bulk", &each).await.ok();
        let statuses: Vec<i64> = done["results"].as_array().unwrap().iter().map(|r| r["status"].as_i64().unwrap()).collect();
        assert_eq!(statuses, [200, 412, 409, 422]);
        assert_eq!(app.anyone().get("/v1/articles?count=true").await.ok()["page"]["total"], 1);
        // Through review to the public, in one.
        let me = editor.path().rsplit('/').next().unwrap().to_owned();
        let path = |verb: &str, body: Value| json!({ "verb": verb, "article_id": id(&b), "locale": "en", "version": 1, "body": body });
        let all = json!({ "operations": [
            path("assign", json!({ "assignee_id": me })), path("submit", json!({})), path("request_changes", json!({ "comment": "Shorter." })),
            path("submit", json!({})), path("approve", json!({})), path("revise_translation", json!({ "headline": "Second, shorter" })),
            { "verb": "revise", "article_id": id(&b), "version": 1, "body": { "genre": "analysis" } },
            { "verb": "schedule", "article_id": id(&b), "version": 2, "body": { "locales": ["en"], "publish_at": "2026-03-01T09:00:00Z" } },
            { "verb": "unschedule", "article_id": id(&b), "version": 2 },
            publish(&b, 2), { "verb": "unpublish", "article_id": id(&b), "version": 2 }, { "verb": "trash", "article_id": id(&b), "version": 2 },
        ] });
        let done = editor.post("/v1/desk/bulk", &all).await.ok();
        assert_eq!(done["results"][5]["version"], 2);
        assert_eq!(editor.get("/v1/desk/trash").await.ok()["data"][0]["translations"]["en"]["headline"], "Second, shorter");
        for wrong in [json!({ "operations": [] }), json!({ "operations": vec![publish(&a, 1); 101] }), json!({ "operations": [{ "verb": "fly", "article_id": id(&a) }] })] {
            editor.post("/v1/desk/bulk", &wrong).await.refused(422, "invalid");
        }
    }

    async fn a_verb_that_takes_no_body_refuses_one(app) {
        let editor = app.editor().await;
        let story = editor.story(&app.section("world", "दुनिया").await, "First").await;
        for verb in ["submit", "approve", "trash"] {
            let mut sent = json!({ "verb": verb, "article_id": id(&story), "version": 1, "body": { "comment": "Well done." } });
            if verb != "trash" {
                sent["locale"] = json!("en");
            }
            let refused = editor.post("/v1/desk/bulk", &json!({ "operations": [sent] })).await;
            refused.refused(422, "invalid");
            assert_eq!(refused.violations(), [("#/operations/0/body".to_owned(), "unknown_field".to_owned())]);
        }
    }

    async fn each_operation_is_allowed_exactly_as_alone(app) {
        let editor = app.editor().await;
        let (world, crime) = (app.section("world", "दुनिया").await, app.section("crime", "अपराध").await);
        let (mine, theirs) = (editor.story(&world, "Mine").await, editor.story(&crime, "Theirs").await);
        let of_world = app.role(Role::Editor, Some(&world), None).await;
        let publish = |path: &str| json!({ "verb": "publish", "article_id": id(path), "version": 1, "body": { "locales": ["en"] } });
        let done = of_world.post("/v1/desk/bulk", &json!({ "atomic": false, "operations": [publish(&mine), publish(&theirs)] })).await.ok();
        assert_eq!((&done["results"][0]["status"], &done["results"][1]["code"]), (&json!(200), &json!("not-found")));
        let hindi = app.role(Role::Editor, None, Some("hi")).await;
        let done = hindi.post("/v1/desk/bulk", &json!({ "atomic": false, "operations": [publish(&theirs)] })).await.ok();
        assert_eq!(done["results"][0]["code"], "forbidden");
        let translator = app.role(Role::Translator, None, Some("hi")).await;
        let done = translator.post("/v1/desk/bulk", &json!({ "atomic": false, "operations": [publish(&mine)] })).await.ok();
        assert_eq!(done["results"][0]["status"], 403);
        let stranger = app.role(Role::Contributor, None, None).await;
        let trash = json!({ "atomic": false, "operations": [{ "verb": "trash", "article_id": id(&mine), "version": 1 }] });
        assert_eq!(stranger.post("/v1/desk/bulk", &trash).await.ok()["results"][0]["status"], 404);
        let keyless = json!({ "atomic": false, "operations": [{ "verb": "publish", "article_id": id(&mine), "body": { "locales": ["en"] } }] });
        assert_eq!(editor.post("/v1/desk/bulk", &keyless).await.ok()["results"][0]["status"], 428);
    }

    async fn whoever_shares_a_commit_sees_the_site_as_those_before_left_it(app) {
        // On the one writer of an embedded database they share one, for they wait while somebody else is at work.
        let wait_for = async |writes: u64| {
            while app.url.starts_with("sqlite") && measured(&app, "writes_unanswered") < writes {
                actix_web::rt::task::yield_now().await;
            }
        };
        let barrier = Arc::new(Barrier::new(2));
        let held = barrier.clone();
        let holder = app.store.write(Bookkeeping, move |_, _| {
            held.wait();
            held.wait();
            Ok(())
        });
        let permit = || Permit::<ManageLocales>::try_from(Caller::system(System::Importer)).unwrap();
        let begin = |tx: &mut Tx<'_>, permit: Permit<ManageLocales>, locale: &str| {
            let draft = LocaleDraft {
                locale: locale.parse()?,
                name: locale.to_owned(),
                direction: None,
                fallback: Vec::new(),
                words_per_minute: None,
                position: Some(9),
                state: LocaleState::Public,
                former_tags: Vec::new(),
                voice: None,
            };
            locales::create(tx, permit, draft)?;
            site::masthead(tx)
        };
        let locales_now = || app.store.write(Bookkeeping, |tx, _| Ok(site::masthead(tx)?.locales.iter().map(|l| l.locale.to_string()).collect::<Vec<_>>()));
        let requests = async {
            barrier.wait();
            let refused = app.store.write(permit(), move |tx, permit| begin(tx, permit, "ta").and(Err::<(), _>(Error::Busy)));
            let after_a_refusal = async {
                wait_for(2).await;
                locales_now().await
            };
            let kept = async {
                wait_for(3).await;
                app.store.write(permit(), move |tx, permit| {
                    let failed = tx.attempt(|tx| begin(tx, permit.clone(), "te").and(Err::<(), _>(Error::Busy)));
                    begin(tx, permit, "ml").map(|_| failed.is_err())
                }).await
            };
            let after_it = async {
                wait_for(4).await;
                locales_now().await
            };
            let release = async {
                wait_for(5).await;
                barrier.wait();
            };
            join5(refused, after_a_refusal, kept, after_it, release).await
        };
        let (held, (refused, after_a_refusal, kept, after_it, ())) = join(holder, requests).await;
        held.unwrap();
        assert!(refused.is_err() && kept.unwrap());
        if app.url.starts_with("sqlite") {
            assert_eq!(after_a_refusal.unwrap(), ["en", "hi", "bn", "kn"]);
            assert_eq!(after_it.unwrap(), ["en", "hi", "bn", "kn", "ml"]);
        }
    }

    async fn what_is_only_tried_is_checked_and_answered_and_not_done(app) {
        let editor = app.editor().await;
        let world = app.section("world", "दुनिया").await;
        let changes = || app.store.read_now(|tx| dateline::store::changes::after(tx, 0, 1000)).unwrap().len();
        let before = (changes(), crate::support::everything_kept(&app.url));
        let sent = json!({ "kind": "story", "section_id": world, "source_locale": "en", "translations": { "en": { "headline": "Tried" } } });
        let tried = editor.post("/v1/desk/articles?validate_only=true", &sent).await;
        assert_eq!((tried.status, tried.header("validate-only"), tried.header("location")), (201, Some("true"), None));
        assert_eq!(tried.json()["translations"]["en"]["slug"], "tried");
        let wrong = json!({ "kind": "story", "section_id": world, "source_locale": "en", "translations": {} });
        editor.post("/v1/desk/articles?validate_only=true", &wrong).await.refused(422, "invalid");
        editor.post("/v1/desk/articles?validate_only=maybe", &sent).await.refused(400, "malformed");
        editor.get("/v1/desk/articles?validate_only=true").await.refused(400, "malformed");
        // A key is not spent on a trial.
        let headers = [("content-type", "application/json"), ("idempotency-key", "k")];
        editor.send(Method::POST, "/v1/desk/articles?validate_only=true", &headers, Some(sent.to_string().into_bytes())).await.ok();
        assert_eq!((changes(), crate::support::everything_kept(&app.url)), before);
        let article = editor.story(&world, "River rises").await;
        let before = (changes(), crate::support::everything_kept(&app.url));
        for (verb, body) in [
            ("publish", json!({ "locales": ["en"] })),
            ("schedule", json!({ "locales": ["en"], "publish_at": "2026-03-01T09:00:00Z" })),
            ("duplicate", json!({})),
            ("comments", json!({ "text": "x" })),
            ("corrections", json!({ "kind": "update", "texts": { "en": "x" } })),
            ("translations/en/submit", json!({})),
            ("translations/en/previews", json!({})),
        ] {
            let answer = editor.act(&format!("{article}/{verb}?validate_only=true"), "\"1\"", &body).await;
            assert!(answer.status < 300, "{verb}: {}", answer.text);
        }
        let answer = editor.send(Method::DELETE, &format!("{article}?validate_only=true"), &[("if-match", "\"1\"")], None).await;
        assert_eq!(answer.status, 204);
        let bulk = json!({ "operations": [{ "verb": "publish", "article_id": id(&article), "version": 1, "body": { "locales": ["en"] } }] });
        editor.post("/v1/desk/bulk?validate_only=true", &bulk).await.ok();
        assert_eq!((changes(), crate::support::everything_kept(&app.url)), before, "nothing was done");
        assert_eq!(editor.act(&format!("{article}/publish?validate_only=false"), "\"1\"", &json!({ "locales": ["en"] })).await.status, 200);
        assert!(changes() > before.0);
    }

    async fn the_audit_trail_says_who_did_what_and_why(app) {
        let chief = app.role(Role::Chief, None, None).await;
        let world = app.section("world", "दुनिया").await;
        let article = chief.story(&world, "River rises").await;
        chief.publish(&article, &["en"]).await.ok();
        app.wait(60);
        let down = chief.act(&format!("{article}/takedown"), "\"1\"", &json!({ "reason": "Court order 12." })).await;
        let list = async |query: &str| chief.get(&format!("/v1/desk/audit?{query}")).await.ok()["data"].as_array().unwrap().clone();
        let taken = list(&format!("subject={}&event=withdrawn&kind=article", id(&article))).await;
        let me = chief.path().rsplit('/').next().unwrap().to_owned();
        assert_eq!((&taken[0]["actor"], &taken[0]["actor_name"], &taken[0]["reason"]), (&json!(me), &json!("chief 0"), &json!("Court order 12.")));
        assert_eq!(taken[0]["request_id"].as_str(), down.header("x-request-id"));
        assert_eq!(taken[0]["at"], "2026-03-01T08:01:00Z");
        assert_eq!(list(&format!("request_id={}", down.header("x-request-id").unwrap())).await.len(), 2);
        assert!(list("actor=importer").await.iter().all(|e| e["actor_name"] == Value::Null));
        assert_eq!(list("from=2026-03-01T08:01:00Z").await.len(), 2);
        assert!(list("until=2026-03-01T08:01:00Z&limit=100").await.iter().all(|e| e["event"] != "withdrawn"));
        // Page by page, without gaps.
        let (mut seen, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = chief.get(&format!("/v1/desk/audit?limit=3{cursor}")).await.ok();
            seen.extend(page["data"].as_array().unwrap().iter().map(|e| e["seq"].as_i64().unwrap()));
            match page["page"]["next"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
        let expected: Vec<i64> = (1..=seen[0]).rev().collect();
        assert_eq!(seen, expected);
        app.editor().await.get("/v1/desk/audit").await.refused(403, "forbidden");
        chief.get("/v1/desk/audit?event=nonsense").await.refused(400, "malformed");
    }
}
