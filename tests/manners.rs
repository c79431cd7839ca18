//! The desk's manners: tags that tell one representation from another, and answers as short as they are asked for.

use std::collections::BTreeMap;

use actix_web::http::Method;
use dateline::domain::user::Role;
use serde_json::{Value, json};

use crate::support::{Answer, Client, contract::contract};

async fn minimal(who: &Client<'_>, method: Method, path: &str, headers: &[(&str, &str)], body: &Value) -> Answer {
    let kind = if method == Method::PATCH { "application/merge-patch+json" } else { "application/json" };
    let all = [&[("content-type", kind), ("prefer", "respond-async, return=minimal")], headers].concat();
    who.send(method, path, &all, Some(body.to_string().into_bytes())).await
}

/// A read as it was answered before.
async fn read(who: &Client<'_>, path: &str, tag: &str) -> Answer {
    who.send(Method::GET, path, &[("if-none-match", tag)], None).await
}

both! {
    async fn in_the_life_of_an_article_other_bytes_have_another_tag(app) {
        let (chief, world) = (app.admin().await, app.section("world", "दुनिया").await);
        let hindi_desk = app.role(Role::Editor, None, Some("hi")).await;
        let story = chief.story(&world, "River rises").await;
        let (source, hindi) = (format!("{story}/translations/en"), format!("{story}/translations/hi"));
        chief.put(&hindi, None, &json!({ "headline": "नदी", "body": { "format": "html", "content": "<p>एक।</p>" } })).await.ok();
        let me = chief.get("/v1/auth/me").await.ok()["id"].clone();
        let (at, later) = (app.now().plus_seconds(600).to_string(), app.now().plus_seconds(900).to_string());
        let steps: [(&str, String, Value); 11] = [
            ("POST", format!("{hindi}/assign"), json!({ "assignee_id": me })),
            ("POST", format!("{source}/submit"), json!({})),
            ("POST", format!("{source}/request-changes"), json!({ "comment": "More." })),
            ("PATCH", source.clone(), json!({ "summary": "More." })),
            ("POST", format!("{story}/publish"), json!({ "locales": ["en"] })),
            ("PATCH", source.clone(), json!({ "headline": "River falls", "body": { "format": "html", "content": "<p>Other.</p>" } })),
            ("POST", format!("{story}/publish"), json!({ "locales": ["en"] })),
            ("POST", format!("{story}/schedule"), json!({ "locales": ["hi"], "publish_at": at, "unpublish_at": later })),
            ("POST", format!("{story}/unschedule"), json!({})),
            ("PATCH", story.clone(), json!({ "genre": "analysis" })),
            ("POST", format!("{story}/unpublish"), json!({})),
        ];
        let read_at = [(&chief, story.clone()), (&hindi_desk, story.clone()), (&chief, source.clone()), (&chief, hindi.clone()), (&chief, format!("{source}?body=html"))];
        let mut seen: BTreeMap<(usize, String), String> = BTreeMap::new();
        let mut same_version = 0;
        for n in 0..=steps.len() {
            if let Some((method, path, body)) = n.checked_sub(1).map(|n| &steps[n]) {
                let about = path.trim_end_matches("/assign").trim_end_matches("/submit").trim_end_matches("/request-changes");
                let about = ["publish", "schedule", "unschedule", "unpublish"].iter().fold(about, |p, verb| p.strip_suffix(&format!("/{verb}")).unwrap_or(p));
                let tag = chief.get(about).await.etag();
                // What was read is sent back as it came, and the version alone does as well.
                let bare = format!("{}\"", tag.split('.').next().unwrap());
                let tag = if n % 2 == 0 { tag } else { bare };
                let headers = [("content-type", "application/json"), ("if-match", tag.as_str())];
                let done = chief.send(method.parse().unwrap(), path, &headers, Some(body.to_string().into_bytes())).await;
                assert!(done.status < 300, "{method} {path}: {}", done.text);
            }
            app.wait(1);
            for (place, (who, path)) in read_at.iter().enumerate() {
                let answer = who.get(path).await;
                let tag = answer.etag();
                assert!(tag.starts_with(&format!("\"{}.", answer.json()["version"])), "{tag}");
                same_version += usize::from(seen.keys().any(|(at, other)| *at == place && *other != tag && other.split('.').next() == tag.split('.').next()));
                let before = seen.insert((place, tag.clone()), answer.text.clone());
                assert!(before.is_none_or(|before| before == answer.text), "{path} {tag}");
                let again = read(who, path, &format!("\"x\", W/{tag}")).await;
                assert_eq!((again.status, again.text.as_str(), again.etag()), (304, "", tag.clone()));
                let bare = format!("{}\"", tag.split('.').next().unwrap());
                assert_eq!(read(who, path, &bare).await.status, 200, "the version alone does not tell the bytes");
                for (_, other) in seen.keys().filter(|(at, other)| *at == place && *other != tag) {
                    assert_eq!(read(who, path, other).await.status, 200, "{path}: {other} is not {tag}");
                }
            }
        }
        assert!(same_version > 5, "{same_version} times something else was told of one version");
    }

    async fn a_stale_digest_hinders_nobody_and_a_stale_version_does(app) {
        let (chief, world) = (app.admin().await, app.section("world", "दुनिया").await);
        let story = chief.story(&world, "One").await;
        let read_first = chief.get(&story).await.etag();
        chief.act(&format!("{story}/translations/en/submit"), "\"1\"", &json!({})).await.ok();
        assert_ne!(chief.get(&story).await.etag(), read_first);
        let patched = chief.patch(&story, &read_first, &json!({ "genre": "analysis" })).await;
        patched.ok();
        assert_eq!(patched.etag(), chief.get(&story).await.etag(), "what a write answers is what is read afterwards");
        chief.patch(&story, &read_first, &json!({ "genre": "news" })).await.refused(412, "stale");
        chief.patch(&story, &format!("W/{}", patched.etag()), &json!({ "genre": "news" })).await.refused(412, "stale");
    }

    async fn who_prefers_it_is_answered_without_a_body(app) {
        let (chief, world) = (app.admin().await, app.section("world", "दुनिया").await);
        let sent = json!({ "kind": "story", "section_id": world, "source_locale": "en", "translations": { "en": { "headline": "One" } } });
        let key = [("idempotency-key", "once")];
        let made = minimal(&chief, Method::POST, "/v1/desk/articles", &key, &sent).await;
        let told = |answer: &Answer| (answer.status, answer.text.clone(), answer.header("preference-applied").map(str::to_owned), answer.header("content-type").map(str::to_owned));
        assert_eq!(told(&made), (201, String::new(), Some("return=minimal".to_owned()), None));
        let story = made.header("location").unwrap().to_owned();
        assert_eq!(made.etag(), chief.get(&story).await.etag());
        let again = minimal(&chief, Method::POST, "/v1/desk/articles", &key, &sent).await;
        assert_eq!((told(&again), again.etag(), again.header("location")), (told(&made), made.etag(), made.header("location")));
        assert_eq!(again.header("idempotency-replayed"), Some("true"));
        let headers = [("content-type", "application/json"), ("idempotency-key", "once")];
        let whole = chief.send(Method::POST, "/v1/desk/articles", &headers, Some(sent.to_string().into_bytes())).await;
        assert_eq!((whole.status, whole.ok()["version"].clone(), whole.header("preference-applied")), (201, json!(1), None));
        let patched = minimal(&chief, Method::PATCH, &story, &[("if-match", "\"1\"")], &json!({ "genre": "analysis" })).await;
        assert_eq!(told(&patched), (200, String::new(), Some("return=minimal".to_owned()), None));
        assert_eq!(patched.etag(), chief.get(&story).await.etag());
        let refused = minimal(&chief, Method::PATCH, &story, &[("if-match", "\"1\"")], &json!({ "genre": "news" })).await;
        refused.refused(412, "stale");
        assert_eq!(refused.header("preference-applied"), None);
        let tried = minimal(&chief, Method::PATCH, &format!("{story}?validate_only=true"), &[("if-match", "\"2\"")], &json!({ "genre": "news" })).await;
        assert_eq!((tried.status, tried.header("validate-only")), (200, Some("true")));
        let preview = minimal(&chief, Method::POST, &format!("{story}/translations/en/previews"), &[], &json!({ "expires_in": 600 })).await;
        assert!(preview.json()["token"].is_string() && preview.header("preference-applied").is_none(), "it is told once: {}", preview.text);
        let read = chief.send(Method::GET, &story, &[("prefer", "return=minimal")], None).await;
        assert_eq!((read.status, read.text.is_empty()), (200, false));
    }
}

/// Every write of the desk says whether it may be answered without a body, and which are not is a list that somebody has thought of.
#[test]
fn every_write_of_the_contract_takes_the_preference_or_tells_what_nothing_else_does() {
    let contract = contract();
    let (mut with, mut without) = (0, Vec::new());
    for (path, item) in contract["paths"].as_object().unwrap().iter().filter(|(path, _)| path.starts_with("/v1/desk/")) {
        for (method, operation) in item.as_object().unwrap().iter().filter(|(method, _)| *method != "get") {
            let takes = operation["parameters"].as_array().into_iter().flatten().any(|p| p["name"] == "Prefer");
            let answers = operation["responses"].as_object().unwrap();
            let tells = answers.iter().any(|(status, answer)| status.starts_with('2') && !answer["content"].is_null());
            if takes {
                with += 1;
                assert!(tells, "{method} {path}");
            } else if tells {
                without.push(format!("{method} {path}"));
            }
        }
    }
    assert!(with > 40, "{with}");
    assert_eq!(
        without,
        [
            "post /v1/desk/articles/{id}/check",
            "post /v1/desk/articles/{id}/translations/{locale}/previews",
            "post /v1/desk/bulk",
            "post /v1/desk/redirects/import",
            "post /v1/desk/users/{id}/api-keys",
            "post /v1/desk/users/{id}/password-link"
        ]
    );
}
