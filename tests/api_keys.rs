//! API keys: what programs show in the place of a token.

use actix_web::http::Method;
use dateline::domain::user::Role;
use serde_json::{Value, json};

use crate::support::{Answer, Client, everything_kept};

/// Status, headers and body, without what is different in every answer.
fn bare(answer: &Answer) -> (u16, Vec<(String, String)>, String) {
    let mut headers: Vec<_> = answer.headers.iter().filter(|(name, _)| name != "x-request-id").cloned().collect();
    headers.sort();
    (answer.status, headers, answer.text.replace(answer.header("x-request-id").unwrap(), "ID"))
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

fn ids(list: &Value) -> Vec<String> {
    list["data"].as_array().unwrap().iter().map(|row| text(&row["id"])).collect()
}

/// Some letters of a key.
fn part(key: &str, letters: std::ops::Range<usize>) -> &str {
    key.get(letters).unwrap()
}

/// The same caller, who shows this.
fn showing<'a>(client: &Client<'a>, shown: &str) -> Client<'a> {
    let mut same = client.clone();
    same.token = Some(shown.to_owned());
    same
}

/// A key with the checksum that belongs to it.
fn summed(body: &str) -> String {
    format!("{body}_{:08x}", crc32fast::hash(body.as_bytes()))
}

/// A service account with these grants: its path.
async fn service(admin: &Client<'_>, grants: Value) -> String {
    let made = admin.post("/v1/desk/service-accounts", &json!({ "name": "Wires", "grants": grants })).await;
    made.ok();
    made.header("location").unwrap().to_owned()
}

async fn write(who: &Client<'_>, path: &str, locale: &str) -> Answer {
    let words = json!({ "headline": "Words", "slug": format!("{}-{}", locale.to_lowercase(), path.rsplit('/').next().unwrap()), "body": { "format": "text", "content": "One." } });
    who.put(&format!("{path}/translations/{locale}"), None, &words).await
}

both! {
    async fn a_key_acts_as_its_owner_and_is_told_once(app) {
        let (editor, world) = (app.editor().await, app.section("world", "दुनिया").await);
        let made = editor.post("/v1/auth/api-keys", &json!({ "name": "Wires" })).await;
        let told = made.ok();
        assert_eq!((made.status, made.header("cache-control")), (201, Some("no-store")));
        let key = text(&told["key"]);
        let (handle, secret) = (part(&key, 8..20), part(&key, 21..64));
        assert_eq!((key.len(), part(&key, 0..8), text(&told["prefix"])), (73, "dl_live_", part(&key, 0..20).to_owned()));
        assert_eq!(summed(part(&key, 0..64)), key);
        assert_eq!(told["expires_at"], json!(app.now().plus_seconds(90 * 24 * 3_600)));
        let program = showing(&editor, &key);
        let me = program.get("/v1/auth/me").await.ok();
        assert_eq!((&me["id"], &me["permissions"]), (&told["user_id"], &editor.get("/v1/auth/me").await.ok()["permissions"]));
        let story = program.story(&world, "Through a key").await;
        assert_eq!(editor.get(&story).await.ok()["created_by"], told["user_id"]);
        // A word for the scheme may be written in any way, as before a token.
        let other = app.anyone().send(Method::GET, "/v1/auth/me", &[("authorization", &format!("bearer  {key}"))], None).await;
        assert_eq!(other.ok()["id"], told["user_id"]);
        let list = editor.get("/v1/auth/api-keys").await;
        assert_eq!((list.ok()["data"][0]["id"].clone(), list.ok()["data"][0]["key"].is_null()), (told["id"].clone(), true));
        let kept = everything_kept(&app.url);
        assert!(kept.contains(handle) && !kept.contains(secret), "the database tells a secret");
    }

    async fn who_loses_a_grant_has_lost_it_for_their_keys(app) {
        let (admin, world, crime) = (app.admin().await, app.section("world", "दुनिया").await, app.section("crime", "अपराध").await);
        let story = admin.story(&crime, "In crime").await;
        let editor = app.role(Role::Editor, Some(&world), None).await;
        let path = editor.path();
        let program = app.keyed(&editor, &json!({})).await;
        program.get(&story).await.refused(404, "not-found");
        let more = admin.act(&format!("{path}/grants"), &admin.get(&path).await.etag(), &json!({ "role": "chief" })).await;
        program.get(&story).await.ok();
        program.get("/v1/desk/audit").await.ok();
        let less = admin.delete(more.header("location").unwrap(), &more.etag()).await;
        program.get(&story).await.refused(404, "not-found");
        program.get("/v1/desk/audit").await.refused(403, "forbidden");
        program.story(&world, "Still in world").await;
        let grant = text(&less.ok()["grants"][0]["id"]);
        admin.delete(&format!("{path}/grants/{grant}"), &less.etag()).await.ok();
        program.get("/v1/desk/articles").await.refused(403, "forbidden");
        assert_eq!(program.get("/v1/auth/me").await.ok()["permissions"], json!([]));
    }

    async fn a_key_of_a_suspended_owner_is_refused_until_they_are_back(app) {
        let (admin, editor) = (app.admin().await, app.editor().await);
        let (program, path) = (app.keyed(&editor, &json!({})).await, editor.path());
        let set = async |status: &str| admin.patch(&path, &admin.get(&path).await.etag(), &json!({ "status": status })).await.ok();
        set("suspended").await;
        let refused = program.get("/v1/auth/me").await;
        refused.refused(401, "api-key-ended");
        assert!(refused.header("www-authenticate").unwrap().starts_with("Bearer error=\"invalid_token\""));
        set("active").await;
        program.get("/v1/auth/me").await.ok();
        let told = admin.get(&format!("/v1/desk/audit?event=refused&subject={}", path.rsplit('/').next().unwrap())).await;
        assert_eq!(told.ok()["data"], json!([]));
        app.write_refusals().await;
        let told = admin.get(&format!("/v1/desk/audit?event=refused&subject={}", path.rsplit('/').next().unwrap())).await.ok();
        assert_eq!((&told["data"][0]["reason"], told["data"].as_array().unwrap().len()), (&json!("suspended"), 1));
    }

    async fn a_key_ends_when_it_was_to(app) {
        let editor = app.editor().await;
        let (usual, short) = (app.keyed(&editor, &json!({})).await, app.keyed(&editor, &json!({ "expires_in": 60 })).await);
        app.wait(59);
        short.get("/v1/auth/me").await.ok();
        app.wait(1);
        short.get("/v1/auth/me").await.refused(401, "api-key-ended");
        app.wait(90 * 24 * 3_600 - 61);
        usual.get("/v1/auth/me").await.ok();
        app.wait(1);
        usual.get("/v1/auth/me").await.refused(401, "api-key-ended");
        let editor = app.again(&editor).await;
        let year = 365 * 24 * 3_600;
        for (seconds, status) in [(59, 422), (60, 201), (year, 201), (year + 1, 422), (-1, 422)] {
            let made = editor.post("/v1/auth/api-keys", &json!({ "name": "A program", "expires_in": seconds })).await;
            assert_eq!(made.status, status, "{seconds}: {}", made.text);
        }
    }

    async fn a_revoked_key_is_refused_at_the_next_request_wherever_it_comes(app) {
        let (admin, editor, elsewhere) = (app.admin().await, app.editor().await, app.instance().await);
        for by_admin in [false, true] {
            let made = editor.post("/v1/auth/api-keys", &json!({ "name": "Wires" })).await.ok();
            let (program, id) = (showing(&editor, made["key"].as_str().unwrap()), text(&made["id"]));
            program.get("/v1/desk/articles").await.ok();
            program.at(&elsewhere).get("/v1/desk/articles").await.ok();
            let other = app.editor().await;
            other.delete(&format!("/v1/auth/api-keys/{id}"), "\"1\"").await.refused(404, "not-found");
            other.patch(&format!("/v1/auth/api-keys/{id}"), "\"1\"", &json!({ "name": "Mine" })).await.refused(404, "not-found");
            let (who, under) = if by_admin { (&admin, "desk") } else { (&editor, "auth") };
            assert_eq!(who.delete(&format!("/v1/{under}/api-keys/{id}"), "\"1\"").await.status, 204);
            program.get("/v1/desk/articles").await.refused(401, "api-key-ended");
            program.at(&elsewhere).get("/v1/desk/articles").await.refused(401, "api-key-ended");
            who.delete(&format!("/v1/{under}/api-keys/{id}"), "\"1\"").await.refused(404, "not-found");
            let told = admin.get(&format!("/v1/desk/audit?kind=api_key&subject={id}")).await.ok();
            let events: Vec<_> = told["data"].as_array().unwrap().iter().map(|row| (text(&row["event"]), row["actor"].clone())).collect();
            let of = |client: &Client<'_>| json!(client.path().rsplit('/').next().unwrap());
            assert_eq!(events, [("revoked".to_owned(), of(who)), ("created".to_owned(), of(&editor))]);
        }
        assert_eq!(editor.get("/v1/auth/api-keys").await.ok()["data"], json!([]));
    }

    async fn every_key_that_is_not_ours_gets_the_answer_of_every_token_that_is_not_ours(app) {
        let editor = app.editor().await;
        let made = editor.post("/v1/auth/api-keys", &json!({ "name": "Wires" })).await.ok();
        let key = text(&made["key"]);
        let swapped = |at: usize, with: &str| format!("{}{with}{}", part(&key, 0..at), part(&key, at + 1..64));
        let other = |at: usize| swapped(at, if part(&key, at..at + 1) == "0" { "1" } else { "0" });
        let expected = bare(&showing(&editor, "nothing").get("/v1/desk/articles").await);
        assert_eq!(expected.0, 401);
        // Its checksum is wrong: nobody is asked about it.
        let mistyped = [part(&key, 0..72).to_owned(), format!("{key}0"), format!("{}{}", other(30), part(&key, 64..73)), "dl_live_".to_owned(), key.to_uppercase(), "dl_live_é".to_owned()];
        for one in mistyped {
            let before = app.store.statements();
            let answer = showing(&editor, &one).get("/v1/desk/articles").await;
            assert_eq!((bare(&answer), app.store.statements()), (expected.clone(), before), "{one}");
        }
        // Its checksum is right: another secret, another handle.
        for one in [summed(&other(30)), summed(&other(63)), summed(&other(9))] {
            let before = app.store.statements();
            let answer = showing(&editor, &one).get("/v1/desk/articles").await;
            assert_eq!((bare(&answer), app.store.statements() > before), (expected.clone(), true), "{one}");
        }
        app.write_refusals().await;
        let refused = app.admin().await.get("/v1/desk/audit?event=refused").await.ok();
        let of = |kind: &str| refused["data"].as_array().unwrap().iter().filter(|row| row["kind"] == kind).map(|row| text(&row["reason"])).collect::<Vec<_>>();
        assert_eq!((of("user"), of("sign_in")), (vec!["unknown-api-key, 2 times".to_owned()], vec!["unknown-api-key".to_owned()]));
    }

    async fn a_key_in_an_address_is_refused_and_nothing_of_it_repeated(app) {
        let (editor, log) = (app.editor().await, crate::support::log::Log::of_everything());
        let program = app.keyed(&editor, &json!({})).await;
        let key = program.token.clone().unwrap();
        let encoded = key.replace('_', "%5F");
        for path in ["/v1/articles", "/v1/desk/articles", "/v1/auth/me", "/v1/resolve", "/health/live", "/docs/", "/v1/nothing"] {
            for query in [format!("api_key={key}"), format!("text={encoded}"), key.clone(), format!("path=/{key}")] {
                for who in [&app.anyone(), &program] {
                    let answer = who.get(&format!("{path}?{query}")).await;
                    let problem = answer.refused(400, "malformed");
                    assert!(problem["detail"].as_str().unwrap().contains("Authorization"), "{}", answer.text);
                    assert!(!answer.text.contains(part(&key, 20..73)) && !answer.text.contains(part(&key, 0..20)), "{path}?{query}: {}", answer.text);
                }
            }
        }
        let logged = log.said();
        assert!(logged.contains("request") && !logged.contains(part(&key, 21..64)), "the log tells a key");
    }

    async fn a_key_makes_no_keys_and_does_nothing_with_the_account(app) {
        let admin = app.admin().await;
        let account = service(&admin, json!([{ "role": "admin" }])).await;
        let made = admin.post(&format!("{account}/api-keys"), &json!({ "name": "All" })).await.ok();
        let own = admin.post("/v1/auth/api-keys", &json!({ "name": "All" })).await.ok();
        let sent = json!({ "name": "Another" });
        for key in [&made, &own] {
            let program = showing(&admin, key["key"].as_str().unwrap());
            let id = text(&key["id"]);
            program.get("/v1/auth/me").await.ok();
            for (method, path) in [
                (Method::POST, "/v1/auth/api-keys".to_owned()),
                (Method::GET, "/v1/auth/api-keys".to_owned()),
                (Method::PATCH, format!("/v1/auth/api-keys/{id}")),
                (Method::DELETE, format!("/v1/auth/api-keys/{id}")),
                (Method::POST, format!("{account}/api-keys")),
                (Method::PATCH, "/v1/auth/me".to_owned()),
                (Method::GET, "/v1/auth/sessions".to_owned()),
                (Method::DELETE, format!("/v1/auth/sessions/{id}")),
                (Method::POST, "/v1/auth/logout".to_owned()),
                (Method::POST, "/v1/auth/password".to_owned()),
            ] {
                let body = if path.ends_with("password") { json!({ "current": "a sentence of hers", "new": "another sentence of hers" }) } else { sent.clone() };
                let kind = if method == Method::PATCH { "application/merge-patch+json" } else { "application/json" };
                let answer = program.send(method.clone(), &path, &[("content-type", kind)], Some(body.to_string().into_bytes())).await;
                assert_eq!(answer.status, 403, "{method} {path}: {}", answer.text);
                // Nor does a token for every action do what is about the account itself.
                let narrowed = app.limited(&admin, &dateline::access::action::ALL.join(" ")).await;
                if path.starts_with("/v1/auth") && !path.ends_with("logout") {
                    let answer = narrowed.send(method.clone(), &path, &[("content-type", kind)], Some(body.to_string().into_bytes())).await;
                    assert_eq!(answer.status, 403, "{method} {path} with a narrowed token: {}", answer.text);
                }
            }
            // Who keeps users revokes by a key as well: that takes away, and gives nothing.
            program.get("/v1/desk/api-keys").await.ok();
        }
    }

    async fn when_a_key_was_used_is_noted_now_and_then_and_without_a_write_in_the_request(app) {
        let editor = app.editor().await;
        let program = app.keyed(&editor, &json!({})).await;
        let last = async || editor.get("/v1/auth/api-keys").await.ok()["data"][0]["last_used_at"].clone();
        assert_eq!(last().await, Value::Null);
        let first = app.now();
        for _ in 0..3 {
            program.get("/v1/auth/me").await.ok();
        }
        assert_eq!((last().await, app.write_uses().await), (Value::Null, 1));
        assert_eq!(last().await, json!(first));
        app.wait(5 * 60 - 1);
        program.get("/v1/auth/me").await.ok();
        assert_eq!((app.write_uses().await, last().await), (0, json!(first)));
        app.wait(1);
        program.get("/v1/auth/me").await.ok();
        assert_eq!((app.write_uses().await, last().await), (1, json!(app.now())));
        // What is refused is no use.
        let revoked = editor.get("/v1/auth/api-keys").await.ok()["data"][0]["id"].as_str().unwrap().to_owned();
        assert_eq!(editor.delete(&format!("/v1/auth/api-keys/{revoked}"), "\"1\"").await.status, 204);
        app.wait(600);
        program.get("/v1/auth/me").await.refused(401, "api-key-ended");
        assert_eq!(app.write_uses().await, 0);
    }

    async fn a_key_that_is_asked_for_twice_under_one_idempotency_key_is_one_and_lies_nowhere_in_plain(app) {
        let admin = app.admin().await;
        let account = service(&admin, json!([{ "role": "editor" }])).await;
        let sent = json!({ "name": "Wires" }).to_string().into_bytes();
        let headers = [("content-type", "application/json"), ("idempotency-key", "one"), ("prefer", "return=minimal")];
        let ask = async || admin.send(Method::POST, &format!("{account}/api-keys"), &headers, Some(sent.clone())).await;
        let (first, again) = (ask().await, ask().await);
        assert_eq!((first.ok(), again.header("idempotency-replayed")), (again.ok(), Some("true")));
        let key = text(&first.ok()["key"]);
        assert!(!everything_kept(&app.url).contains(part(&key, 21..64)), "the database tells a secret");
        assert_eq!(ids(&admin.get("/v1/desk/api-keys").await.ok()).len(), 1);
        assert_eq!(first.header("cache-control"), Some("no-store"));
    }
}

/// What somebody without any limits sees of these stories, by the key that they show.
async fn seen(program: &Client<'_>, stories: &[&String]) -> (Vec<u16>, usize) {
    let mut one_by_one = Vec::new();
    for story in stories {
        one_by_one.push(program.get(story).await.status);
    }
    (one_by_one, ids(&program.get("/v1/desk/articles").await.ok()).len())
}

both! {
    async fn what_is_the_owners_own_stays_within_the_limits_of_a_key(app) {
        let (world, crime, admin) = (app.section("world", "दुनिया").await, app.section("crime", "अपराध").await, app.admin().await);
        let editor = app.editor().await;
        let (ours, theirs) = (editor.story(&world, "Ours").await, editor.story(&crime, "Theirs").await);
        for path in [&ours, &theirs] {
            write(&editor, path, "hi").await.ok();
            write(&editor, path, "bn").await.ok();
        }
        let assigned = admin.story(&crime, "Assigned").await;
        let me = editor.path().rsplit('/').next().unwrap().to_owned();
        for locale in ["hi", "bn"] {
            admin.post(&format!("{assigned}/translations/{locale}/assign"), &json!({ "assignee_id": me })).await.ok();
        }
        let of_world = app.keyed(&editor, &json!({ "section_ids": [world] })).await;
        assert_eq!(seen(&of_world, &[&ours, &theirs, &assigned]).await, (vec![200, 404, 404], 1));
        write(&of_world, &assigned, "hi").await.refused(404, "not-found");
        assert_eq!(of_world.get("/v1/desk/work").await.ok()["data"].as_array().unwrap().len(), 3);
        let hindi = app.keyed(&editor, &json!({ "locales": ["hi"] })).await;
        assert_eq!(seen(&hindi, &[&ours, &theirs, &assigned]).await, (vec![200; 3], 3));
        let shown = hindi.get(&ours).await.ok();
        assert_eq!(shown["translations"].as_object().unwrap().keys().collect::<Vec<_>>(), ["en", "hi"]);
        hindi.get(&format!("{ours}/translations/bn")).await.refused(404, "not-found");
        write(&hindi, &assigned, "hi").await.ok();
        write(&hindi, &assigned, "bn").await.refused(403, "forbidden");
        write(&editor, &assigned, "bn").await.ok();
        let shown = hindi.get(&assigned).await.ok();
        assert_eq!(shown["translations"].as_object().unwrap().keys().collect::<Vec<_>>(), ["en", "hi"]);
        let worded = async |who: &Client<'_>| {
            let queue = who.get("/v1/desk/translations?locale=bn&limit=100").await.ok();
            queue["data"].as_array().unwrap().iter().filter(|row| !row["translation"].is_null()).count()
        };
        assert_eq!((worded(&editor).await, worded(&hindi).await), (3, 0));
        let duties = hindi.get("/v1/desk/work?limit=100").await.ok();
        assert!(duties["data"].as_array().unwrap().iter().all(|duty| duty["locale"] != "bn"), "{duties}");
        hindi.patch(&ours, "\"1\"", &json!({ "genre": "analysis" })).await.refused(403, "forbidden");
    }

    async fn a_site_that_reads_openly_reads_no_further_than_a_key(app) {
        let (world, crime, admin) = (app.section("world", "दुनिया").await, app.section("crime", "अपराध").await, app.admin().await);
        let (in_world, in_crime) = (admin.story(&world, "In world").await, admin.story(&crime, "In crime").await);
        admin.patch("/v1/desk/site", &admin.get("/v1/desk/site").await.etag(), &json!({ "desk_reading": "open" })).await.ok();
        let editor = app.role(Role::Editor, Some(&world), None).await;
        assert_eq!(seen(&editor, &[&in_world, &in_crime]).await, (vec![200, 200], 2));
        let whole = app.keyed(&editor, &json!({ "scope": ["article.read", "article.edit"] })).await;
        assert_eq!(seen(&whole, &[&in_world, &in_crime]).await, (vec![200, 200], 2));
        let program = app.keyed(&editor, &json!({ "section_ids": [world] })).await;
        assert_eq!(seen(&program, &[&in_world, &in_crime]).await, (vec![200, 404], 1));
        program.get("/v1/desk/articles").await.ok();
        // An api key is nobody's to read about who reads the trail within limits.
        let chief = app.role(Role::Chief, Some(&world), None).await;
        assert_eq!(chief.get("/v1/desk/audit?kind=api_key").await.ok()["data"], json!([]));
        assert_ne!(admin.get("/v1/desk/audit?kind=api_key").await.ok()["data"], json!([]));
    }

    async fn a_key_follows_its_section_and_its_locale(app) {
        let (world, admin) = (app.section("world", "दुनिया").await, app.admin().await);
        let asia = admin.post("/v1/desk/sections", &json!({ "translations": { "en": { "name": "Asia" } } })).await.ok();
        let story = admin.story(asia["id"].as_str().unwrap(), "In Asia").await;
        let program = app.keyed(&admin, &json!({ "section_ids": [world], "locales": ["bn", "en"] })).await;
        program.get(&story).await.refused(404, "not-found");
        admin.patch(&format!("/v1/desk/sections/{}", text(&asia["id"])), "\"1\"", &json!({ "parent_id": world })).await.ok();
        program.get(&story).await.ok();
        let bengali = "/v1/desk/locales/bn";
        admin.patch(bengali, &admin.get(bengali).await.etag(), &json!({ "locale": "bn-IN" })).await.ok();
        write(&program, &story, "bn-IN").await.ok();
        assert_eq!(admin.get("/v1/auth/api-keys").await.ok()["data"][0]["locales"], json!(["bn-IN", "en"]));
    }

    async fn a_key_is_never_made_beyond_its_owner(app) {
        let (world, crime) = (app.section("world", "दुनिया").await, app.section("crime", "अपराध").await);
        let translator = app.role(Role::Translator, Some(&world), Some("hi")).await;
        for (limits, faults) in [
            (json!({ "scope": ["article.publish"] }), vec![("#/scope/0", "beyond_grants")]),
            (json!({ "scope": ["article.read", "nothing", "article.read"] }), vec![("#/scope/2", "repeated"), ("#/scope/1", "unknown_action")]),
            (json!({ "section_ids": [crime, world] }), vec![("#/section_ids/0", "beyond_grants")]),
            (json!({ "section_ids": ["0198c5a1-7f00-7000-8000-00000000dead"] }), vec![("#/section_ids/0", "unknown_section")]),
            (json!({ "locales": ["bn", "ta", "hi"] }), vec![("#/locales/0", "beyond_grants"), ("#/locales/1", "unknown_locale")]),
        ] {
            let mut sent = json!({ "name": "A program" });
            sent.as_object_mut().unwrap().extend(limits.as_object().unwrap().clone());
            let refused = translator.post("/v1/auth/api-keys", &sent).await;
            refused.refused(422, "invalid");
            let told = refused.violations();
            assert_eq!(told.iter().map(|(at, code)| (at.as_str(), code.as_str())).collect::<Vec<_>>(), faults, "{limits}");
        }
        for limits in [json!({ "scope": [] }), json!({ "section_ids": [] }), json!({ "locales": [] }), json!({ "name": "" }), json!({ "name": "a\nb" })] {
            let mut sent = json!({ "name": "A program" });
            sent.as_object_mut().unwrap().extend(limits.as_object().unwrap().clone());
            translator.post("/v1/auth/api-keys", &sent).await.refused(422, "invalid");
        }
        // A token for some actions makes keys for some of these.
        let admin = app.admin().await;
        let account = format!("{}/api-keys", service(&admin, json!([{ "role": "editor" }])).await);
        let narrowed = app.limited(&admin, "user.read user.manage article.read").await;
        let made = async |scope: Value| narrowed.post(&account, &json!({ "name": "A program", "scope": scope })).await;
        assert_eq!(made(Value::Null).await.violations(), [("#/scope".to_owned(), "required".to_owned())]);
        assert_eq!(made(json!(["article.read", "article.edit"])).await.violations(), [("#/scope/1".to_owned(), "beyond_grants".to_owned())]);
        made(json!(["article.read"])).await.ok();
    }

    async fn a_key_is_limited_to_so_many_places_and_asked_over_all_of_them(app) {
        let admin = app.admin().await;
        let locales = ["en", "hi", "bn", "kn", "ta", "te", "ml", "mr", "gu", "pa", "or", "as", "ur", "ne", "si", "my", "th", "km", "lo", "dz"];
        for locale in &locales[4..] {
            admin.post("/v1/desk/locales", &json!({ "locale": locale, "name": locale, "fallback": ["en"], "state": "public" })).await.ok();
        }
        let mut sections = Vec::new();
        for n in 0..20 {
            sections.push(app.section(&format!("part-{n}"), &format!("भाग {n}")).await);
        }
        // Of every role, each of which reads there.
        let grants: Vec<_> = Role::ALL.iter().filter(|role| **role != Role::Admin).map(|role| json!({ "role": role })).collect();
        let account = service(&admin, json!(grants)).await;
        let story = app.editor().await.story(&sections[19], "Within").await;
        let made = async |locales: &[&str]| {
            let limits = json!({ "name": "A program", "section_ids": sections, "locales": locales });
            admin.post(&format!("{account}/api-keys"), &limits).await
        };
        for (locales, pointer) in [(&locales[..6], "#/section_ids"), (&locales[..], "#/locales")] {
            assert_eq!(made(locales).await.violations(), [(pointer.to_owned(), "too_many".to_owned())]);
        }
        let key = text(&made(&locales[..5]).await.ok()["key"]);
        let program = showing(&app.anyone(), &key);
        for list in ["articles?state=draft&sort=headline&count=true", "translations?locale=hi", "schedule", "releases", "audit"] {
            let answer = program.get(&format!("/v1/desk/{list}")).await;
            assert!(answer.status == 200 || answer.status == 403, "{list}: {}", answer.text);
        }
        program.get(&story).await.ok();
    }

    async fn so_many_keys_of_one_user_are_good_at_once(app) {
        let editor = app.editor().await;
        for _ in 0..50 {
            editor.post("/v1/auth/api-keys", &json!({ "name": "A program" })).await.ok();
        }
        editor.post("/v1/auth/api-keys", &json!({ "name": "A program" })).await.refused(409, "too-many");
        let first = editor.get("/v1/auth/api-keys?limit=100&count=true").await.ok();
        assert_eq!((first["page"]["total"].as_u64(), ids(&first).len()), (Some(50), 50));
        let page = editor.get("/v1/auth/api-keys?limit=49").await.ok();
        let rest = editor.get(&format!("/v1/auth/api-keys?cursor={}", text(&page["page"]["next"]))).await.ok();
        assert_eq!([ids(&page), ids(&rest)].concat(), ids(&first));
        let back = editor.get(&format!("/v1/auth/api-keys?limit=49&cursor={}", text(&rest["page"]["previous"]))).await.ok();
        assert_eq!(ids(&back), ids(&page));
        app.anyone().get("/v1/auth/api-keys").await.refused(401, "unauthenticated");
        app.wait(90 * 24 * 3_600);
        app.again(&editor).await.post("/v1/auth/api-keys", &json!({ "name": "A program" })).await.ok();
    }

    async fn one_gives_ones_keys_other_names(app) {
        let (editor, other) = (app.editor().await, app.editor().await);
        let id = text(&editor.post("/v1/auth/api-keys", &json!({ "name": "Wires" })).await.ok()["id"]);
        let patch = async |who: &Client<'_>, body: Value| {
            let kind = [("content-type", "application/merge-patch+json")];
            who.send(Method::PATCH, &format!("/v1/auth/api-keys/{id}"), &kind, Some(body.to_string().into_bytes())).await
        };
        assert_eq!(patch(&editor, json!({ "name": "All wires" })).await.ok()["name"], "All wires");
        assert_eq!(editor.get("/v1/auth/api-keys").await.ok()["data"][0]["name"], "All wires");
        patch(&other, json!({ "name": "Mine" })).await.refused(404, "not-found");
        patch(&editor, json!({ "name": "" })).await.refused(422, "invalid");
        patch(&editor, json!({ "scope": null, "expires_at": "2099-01-01T00:00:00Z" })).await.refused(422, "invalid");
    }

    async fn a_service_account_is_a_user_who_never_signs_in(app) {
        let (admin, world) = (app.admin().await, app.section("world", "दुनिया").await);
        let account = service(&admin, json!([{ "role": "contributor", "section_id": world }])).await;
        let id = account.rsplit('/').next().unwrap().to_owned();
        let shown = admin.get(&account).await;
        assert_eq!((&shown.ok()["kind"], &shown.ok()["email"]), (&json!("service"), &Value::Null));
        let made = admin.post(&format!("{account}/api-keys"), &json!({ "name": "Wires", "scope": ["article.create", "translation.edit", "article.read"] })).await;
        let key = made.ok();
        assert_eq!((text(&key["user_id"]), key["created_by"].clone()), (id.clone(), json!(admin.path().rsplit('/').next().unwrap())));
        let program = showing(&app.anyone(), key["key"].as_str().unwrap());
        assert_eq!(program.get("/v1/auth/me").await.ok()["name"], "Wires");
        let story = program.story(&world, "From the wires").await;
        assert_eq!(admin.get(&story).await.ok()["created_by"], id);
        program.patch(&story, "\"1\"", &json!({ "genre": "analysis" })).await.refused(403, "forbidden");
        let audit = admin.get(&format!("/v1/desk/audit?actor={id}&kind=article")).await.ok();
        assert_eq!(audit["data"][0]["actor_name"], "Wires");
        let people = admin.get("/v1/desk/people?text=wires").await.ok();
        assert_eq!((&people["data"][0]["id"], &people["data"][0]["kind"]), (&json!(id), &json!("service")));
        // Nobody signs in as it, whatever they call it.
        for email in [id.as_str(), "wires", ""] {
            app.anyone().post("/v1/auth/token", &json!({ "email": email, "password": "" })).await.refused(401, "wrong-credentials");
        }
        for (patch, at) in [(json!({ "email": "wires@example.org" }), "#/email"), (json!({ "password": "a sentence of hers" }), "#/password")] {
            let refused = admin.patch(&account, &admin.get(&account).await.etag(), &patch).await;
            refused.refused(422, "invalid");
            assert_eq!(refused.violations(), [(at.to_owned(), "service_account".to_owned())]);
        }
        let person = admin.path();
        let refused = admin.patch(&person, &admin.get(&person).await.etag(), &json!({ "email": null })).await;
        assert_eq!(refused.violations(), [("#/email".to_owned(), "required".to_owned())]);
        // What it may do is granted as to anybody, and taken.
        let more = admin.act(&format!("{account}/grants"), &admin.get(&account).await.etag(), &json!({ "role": "editor" })).await;
        program.get(&admin.story(&app.section("crime", "अपराध").await, "Elsewhere").await).await.ok();
        admin.patch(&account, &more.etag(), &json!({ "status": "suspended", "name": "The wires" })).await.ok();
        program.get("/v1/auth/me").await.refused(401, "api-key-ended");
        // Deleted, it is what its stories were made by, and nothing else.
        assert_eq!(admin.delete(&account, &admin.get(&account).await.etag()).await.status, 204);
        program.get("/v1/auth/me").await.refused(401, "invalid-token");
        admin.get(&account).await.refused(404, "not-found");
        let audit = admin.get(&format!("/v1/desk/audit?actor={id}&kind=article")).await.ok();
        assert_eq!((&audit["data"][0]["actor_name"], &audit["data"][0]["actor_former"]), (&json!("The wires"), &json!(true)));
        assert_eq!(admin.get(&format!("/v1/desk/api-keys?user={id}")).await.ok()["data"], json!([]));
    }

    async fn nobody_makes_keys_of_others_and_service_accounts_alone_administer_nothing(app) {
        let (admin, editor) = (app.admin().await, app.editor().await);
        admin.post(&format!("{}/api-keys", editor.path()), &json!({ "name": "As her" })).await.refused(409, "person");
        admin.post(&format!("{}/api-keys", admin.path()), &json!({ "name": "As me" })).await.refused(409, "person");
        let account = service(&admin, json!([{ "role": "admin" }])).await;
        let tag = admin.get(&admin.path()).await.etag();
        admin.patch(&admin.path(), &tag, &json!({ "status": "suspended" })).await.refused(409, "last-admin");
        editor.post("/v1/desk/service-accounts", &json!({ "name": "Wires" })).await.refused(403, "forbidden");
        editor.get("/v1/desk/api-keys").await.refused(403, "forbidden");
        let key = admin.post(&format!("{account}/api-keys"), &json!({ "name": "Wires" })).await.ok();
        let own = editor.post("/v1/auth/api-keys", &json!({ "name": "Own" })).await.ok();
        assert_eq!(ids(&admin.get("/v1/desk/api-keys").await.ok()), [text(&own["id"]), text(&key["id"])]);
        let of_one = format!("/v1/desk/api-keys?count=true&user={}", account.rsplit('/').next().unwrap());
        assert_eq!(ids(&admin.get(&of_one).await.ok()), [text(&key["id"])]);
        let kinds = async |kind: &str| admin.get(&format!("/v1/desk/users?count=true&kind={kind}")).await.ok()["page"]["total"].clone();
        assert_eq!((kinds("service").await, kinds("person").await), (json!(1), json!(2)));
        // A service account that has made nothing goes, and its keys with it.
        assert_eq!(admin.delete(&account, &admin.get(&account).await.etag()).await.status, 204);
        let gone = showing(&app.anyone(), key["key"].as_str().unwrap());
        gone.get("/v1/auth/me").await.refused(401, "invalid-token");
        // An administrator within limits keeps no keys, nor does the key of one who is that everywhere.
        let world = app.section("world", "दुनिया").await;
        let limited = app.keyed(&admin, &json!({ "section_ids": [world] })).await;
        limited.get("/v1/desk/api-keys").await.refused(403, "forbidden");
        limited.get("/v1/desk/users").await.refused(403, "forbidden");
        app.role(Role::Admin, Some(&world), None).await.get("/v1/desk/api-keys").await.refused(403, "forbidden");
    }
}
