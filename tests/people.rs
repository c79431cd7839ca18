//! Colleagues, and what everybody does with their own account.

use dateline::domain::user::Role;
use serde_json::{Value, json};

use crate::support::{Client, TestApp};

const FIRST: &str = "गुप्त वाक्य यहाँ है";
const SECOND: &str = "another-long-sentence-of-hers";

fn names(list: &Value) -> Vec<&str> {
    list["data"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect()
}

async fn let_in(app: &TestApp, name: &str, grants: Value) {
    let email = format!("{}@example.org", name.to_lowercase().replace(' ', "."));
    let user = json!({ "email": email, "name": name, "password": FIRST, "grants": grants });
    assert_eq!(app.admin().await.post("/v1/desk/users", &user).await.status, 201);
}

async fn sign_in<'a>(app: &'a TestApp, password: &str) -> Client<'a> {
    let tokens = app.anyone().post("/v1/auth/token", &json!({ "email": "asha@example.org", "password": password })).await.ok();
    let mut client = app.anyone();
    client.token = Some(tokens["access_token"].as_str().unwrap().to_owned());
    client
}

both! {
    async fn colleagues_stand_by_name_page_by_page_and_without_their_addresses(app) {
        for name in ["zoe Zwart", "Émile Durand", "emil Dahl", "Ravi"] {
            let_in(&app, name, json!([{ "role": "translator", "locale": "hi" }])).await;
        }
        let (admin, contributor) = (app.admin().await, app.role(Role::Contributor, None, None).await);
        let first = contributor.get("/v1/desk/people?may=translation.submit&locale=hi&limit=100&count=true").await;
        let all = first.ok();
        let ours: Vec<_> = names(&all).into_iter().filter(|name| !name.starts_with("admin")).collect();
        assert_eq!(ours, ["emil Dahl", "Émile Durand", "Ravi", "zoe Zwart"]);
        assert_eq!(all["page"]["total"], all["data"].as_array().unwrap().len());
        assert!(!first.text.contains('@'), "{}", first.text);
        let dahl = all["data"].as_array().unwrap().iter().find(|one| one["name"] == "emil Dahl").unwrap();
        assert_eq!(dahl["grants"], json!([{ "role": "translator", "section_id": null, "locale": "hi" }]));
        // Accents do not matter to whoever looks for somebody; a page goes on where the one before ended, and back.
        let found = contributor.get("/v1/desk/people?text=EMIL").await.ok();
        assert_eq!(names(&found), ["emil Dahl", "Émile Durand"]);
        let page = contributor.get("/v1/desk/people?text=emil&limit=1").await.ok();
        let next = contributor.get(&format!("/v1/desk/people?text=emil&limit=1&cursor={}", page["page"]["next"].as_str().unwrap())).await.ok();
        assert_eq!((names(&page), names(&next), &next["page"]["next"]), (vec!["emil Dahl"], vec!["Émile Durand"], &Value::Null));
        let back = format!("/v1/desk/people?text=emil&limit=1&cursor={}", next["page"]["previous"].as_str().unwrap());
        assert_eq!(names(&contributor.get(&back).await.ok()), ["emil Dahl"]);
        // Who was given another name stands elsewhere, and who may not sign in nowhere.
        let path = format!("/v1/desk/users/{}", dahl["id"].as_str().unwrap());
        let renamed = admin.patch(&path, &admin.get(&path).await.etag(), &json!({ "name": "Yves Emil" })).await;
        assert_eq!(names(&contributor.get("/v1/desk/people?text=emil").await.ok()), ["Émile Durand", "Yves Emil"]);
        admin.patch(&path, &renamed.etag(), &json!({ "status": "suspended" })).await.ok();
        assert_eq!(names(&contributor.get("/v1/desk/people?text=emil").await.ok()), ["Émile Durand"]);
    }

    async fn colleagues_are_found_by_what_they_may_do_where(app) {
        let (world, crime) = (app.section("world", "दुनिया").await, app.section("crime", "अपराध").await);
        let asia = app.admin().await.post("/v1/desk/sections", &json!({ "parent_id": world, "translations": { "en": { "name": "Asia" } } })).await.ok();
        let asia = asia["id"].as_str().unwrap();
        let_in(&app, "Everywhere", json!([{ "role": "editor" }])).await;
        let_in(&app, "World in Hindi", json!([{ "role": "editor", "section_id": world, "locale": "hi" }])).await;
        let_in(&app, "Mixed", json!([{ "role": "editor", "section_id": crime }, { "role": "translator", "section_id": world }])).await;
        let_in(&app, "Writer", json!([{ "role": "contributor" }])).await;
        let reader = app.role(Role::Translator, None, Some("kn")).await;
        for (query, expected) in [
            (format!("may=article.publish&section={asia}&locale=hi"), vec!["Everywhere", "World in Hindi"]),
            (format!("may=article.publish&section={asia}&locale=en"), vec!["Everywhere"]),
            (format!("may=article.publish&section={crime}"), vec!["Everywhere", "Mixed"]),
            (format!("may=translation.edit&section={world}&locale=hi"), vec!["Everywhere", "Mixed", "World in Hindi"]),
            // Over their own alone is not over what somebody else has.
            ("may=article.edit".to_owned(), vec!["Everywhere", "Mixed", "World in Hindi"]),
            (format!("section={crime}"), vec!["Everywhere", "Mixed", "Writer"]),
        ] {
            let found = reader.get(&format!("/v1/desk/people?limit=100&{query}")).await.ok();
            let ours: Vec<_> = names(&found).into_iter().filter(|name| name.starts_with(char::is_uppercase)).collect();
            assert_eq!(ours, expected, "{query}");
        }
        for (query, code) in [
            ("may=article.read_all", "unknown_action"),
            ("section=00000000-0000-0000-0000-000000000009", "unknown_section"),
            ("locale=fr", "unknown_locale"),
        ] {
            let refused = reader.get(&format!("/v1/desk/people?{query}")).await;
            assert_eq!((refused.status, refused.violations()[0].1.as_str()), (400, code), "{}", refused.text);
        }
    }

    async fn everybody_gives_themselves_another_name(app) {
        let contributor = app.role(Role::Contributor, None, None).await;
        let named = contributor.patch("/v1/auth/me", "\"1\"", &json!({ "name": "Asha Rao" })).await.ok();
        assert_eq!((&named["name"], &contributor.get("/v1/auth/me").await.ok()), (&json!("Asha Rao"), &named));
        assert_eq!(names(&contributor.get("/v1/desk/people?text=asha").await.ok()), ["Asha Rao"]);
        let told = app.admin().await.get("/v1/desk/audit?event=revised&limit=1").await.ok();
        assert_eq!((&told["data"][0]["kind"], &told["data"][0]["subject_id"]), (&json!("user"), &named["id"]), "{told}");
        for (patch, pointer, code) in [
            (json!({ "name": " " }), "#/name", "required"),
            (json!({ "name": "\u{200b}\u{3164}" }), "#/name", "required"),
            (json!({ "email": "x@example.org" }), "#/email", "read_only"),
            (json!({ "permissions": [] }), "#/permissions", "read_only"),
        ] {
            assert_eq!(contributor.patch("/v1/auth/me", "\"1\"", &patch).await.violations(), [(pointer.to_owned(), code.to_owned())]);
        }
        // What was given a part of somebody's rights is not them.
        let limited = app.limited(&contributor, "article.read").await;
        limited.patch("/v1/auth/me", "\"1\"", &json!({ "name": "Somebody else" })).await.refused(403, "forbidden");
        limited.get("/v1/auth/sessions").await.refused(403, "forbidden");
        limited.post("/v1/auth/password", &json!({ "current": FIRST, "new": SECOND })).await.refused(403, "forbidden");
    }

    async fn a_new_password_takes_the_old_one_and_ends_the_other_sessions(app) {
        let_in(&app, "Asha", json!([])).await;
        let (here, elsewhere) = (sign_in(&app, FIRST).await, sign_in(&app, FIRST).await);
        let change = async |current: &str, new: &str| here.post("/v1/auth/password", &json!({ "current": current, "new": new })).await;
        for (current, new, pointer, code) in
            [(FIRST, "short", "#/new", "length"), (FIRST, "passwordpassword", "#/new", "too_common"), ("not it", SECOND, "#/current", "wrong_password")]
        {
            assert_eq!(change(current, new).await.violations(), [(pointer.to_owned(), code.to_owned())]);
        }
        elsewhere.get("/v1/auth/me").await.ok();
        assert_eq!(change(FIRST, SECOND).await.status, 204);
        here.get("/v1/auth/me").await.ok();
        elsewhere.get("/v1/auth/me").await.refused(401, "session-ended");
        app.anyone().post("/v1/auth/token", &json!({ "email": "asha@example.org", "password": FIRST })).await.refused(401, "wrong-credentials");
        sign_in(&app, SECOND).await.get("/v1/auth/me").await.ok();
        let told = app.admin().await.get("/v1/desk/audit?event=revised&limit=1").await.ok();
        assert_eq!(told["data"][0]["reason"], "own-password", "{told}");
    }

    async fn whoever_has_a_token_and_guesses_at_the_password_has_to_wait(app) {
        let_in(&app, "Asha", json!([])).await;
        let thief = sign_in(&app, FIRST).await;
        let guess = async || thief.post("/v1/auth/password", &json!({ "current": "not the password", "new": SECOND })).await;
        for _ in 0..5 {
            guess().await.refused(422, "invalid");
        }
        let refused = guess().await;
        refused.refused(429, "too-many-attempts");
        assert!(refused.header("retry-after").is_some());
    }

    async fn everybody_sees_their_own_sessions_and_ends_them(app) {
        let_in(&app, "Asha", json!([])).await;
        let (first, second) = (sign_in(&app, FIRST).await, sign_in(&app, FIRST).await);
        let other = app.role(Role::Admin, None, None).await;
        let list = second.get("/v1/auth/sessions?count=true").await.ok();
        let current: Vec<_> = list["data"].as_array().unwrap().iter().map(|one| one["current"].as_bool().unwrap()).collect();
        assert_eq!((current, &list["page"]["total"]), (vec![true, false], &json!(2)));
        let page = second.get("/v1/auth/sessions?limit=1").await.ok();
        let next = second.get(&format!("/v1/auth/sessions?limit=1&cursor={}", page["page"]["next"].as_str().unwrap())).await.ok();
        assert_eq!(next["data"][0], list["data"][1]);
        let path = format!("/v1/auth/sessions/{}", list["data"][1]["id"].as_str().unwrap());
        // Nobody else's, whoever asks.
        other.delete(&path, "\"1\"").await.refused(404, "not-found");
        first.get("/v1/auth/me").await.ok();
        assert_eq!(second.delete(&path, "\"1\"").await.status, 204);
        first.get("/v1/auth/me").await.refused(401, "session-ended");
        second.delete(&path, "\"1\"").await.refused(404, "not-found");
        assert_eq!(second.get("/v1/auth/sessions?count=true").await.ok()["page"]["total"], 1);
    }
}
