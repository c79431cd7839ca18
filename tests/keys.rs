//! Signing keys: rotated without anybody noticing, revoked at once.

use std::collections::BTreeSet;

use actix_web::http::Method;
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD as B64};
use dateline::{
    domain::{
        preview::MAX_SECONDS,
        signing_key::{ACCESS_SECONDS, JWKS_MAX_AGE, LEEWAY, OVERLAP},
    },
    workers::{
        self,
        follower::{follow, keys_runner, runner},
    },
};
use serde_json::{Value, json};

use crate::support::{Answer, Client, Entrance, TestApp};

const KEYS: &str = "/v1/desk/keys";

/// The name of the key that a token was signed with.
fn kid(token: &str) -> String {
    let header: Value = serde_json::from_slice(&B64.decode(token.split('.').next().unwrap()).unwrap()).unwrap();
    header["kid"].as_str().unwrap().to_owned()
}

fn kid_of(client: &Client<'_>) -> String {
    kid(client.token.as_deref().unwrap())
}

async fn published(app: &TestApp, at: &Entrance) -> BTreeSet<String> {
    let answer = app.anyone().at(at).get("/.well-known/jwks.json").await;
    assert_eq!(answer.header("cache-control"), Some(format!("public, max-age={JWKS_MAX_AGE}").as_str()));
    answer.ok()["keys"].as_array().unwrap().iter().map(|key| key["kid"].as_str().unwrap().to_owned()).collect()
}

/// Name and state of every key, newest first.
async fn listed(admin: &Client<'_>) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    admin.get(KEYS).await.ok()["data"].as_array().unwrap().iter().map(|key| (text(&key["kid"]), text(&key["state"]))).collect()
}

async fn states(admin: &Client<'_>) -> Vec<String> {
    listed(admin).await.into_iter().map(|(_, state)| state).collect()
}

async fn rotated(admin: &Client<'_>) -> String {
    let made = admin.post(KEYS, &json!({})).await;
    assert_eq!(made.status, 201, "{}", made.text);
    made.json()["kid"].as_str().unwrap().to_owned()
}

async fn revoked(admin: &Client<'_>, kid: &str) -> Answer {
    admin.send(Method::DELETE, &format!("{KEYS}/{kid}"), &[], None).await
}

async fn preview(app: &TestApp, editor: &Client<'_>, section: &str) -> String {
    let story = editor.story(&app.section(section, "दुनिया").await, section).await;
    let made = editor.post(&format!("{story}/translations/en/previews"), &json!({ "expires_in": MAX_SECONDS })).await.ok();
    made["token"].as_str().unwrap().to_owned()
}

async fn opened(app: &TestApp, token: &str) -> u16 {
    app.anyone().get(&format!("/v1/preview/{token}")).await.status
}

both! {
    async fn a_rotation_is_published_first_and_refuses_nobody(app) {
        let admin = app.admin().await;
        let first = kid_of(&admin);
        assert_eq!(listed(&admin).await, [(first.clone(), "signing".to_owned())]);
        let told = admin.post(KEYS, &json!({})).await;
        let (made, second) = (told.ok(), told.json()["kid"].as_str().unwrap().to_owned());
        assert_eq!((&made["state"], &made["signs_from"], &made["retires_at"]), (&json!("published"), &json!("2026-03-01T08:06:00Z"), &Value::Null));
        assert_eq!(published(&app, &app.entrance).await, BTreeSet::from([first.clone(), second.clone()]));
        admin.post(KEYS, &json!({})).await.refused(409, "key-announced");

        app.wait(OVERLAP - 1);
        let admin = app.again(&admin).await;
        assert_eq!(kid_of(&admin), first, "nothing is signed with it before others know it");
        let (editor, late) = (app.editor().await, preview(&app, &admin, "world").await);
        assert_eq!((kid_of(&editor), kid(&late)), (first.clone(), first.clone()));
        app.wait(1);
        let admin = app.again(&admin).await;
        assert_eq!((kid_of(&admin), kid(&preview(&app, &admin, "crime").await)), (second.clone(), second.clone()));
        assert_eq!(states(&admin).await, ["signing", "verifying"]);

        // What the former key signed last is good until it runs out, and its key as long.
        app.wait(ACCESS_SECONDS - 2);
        editor.get("/v1/auth/me").await.ok();
        assert_eq!(published(&app, &app.entrance).await.len(), 2);
        app.wait(2 + LEEWAY);
        editor.get("/v1/auth/me").await.refused(401, "token-expired");
        app.wait(1);
        assert_eq!(published(&app, &app.entrance).await, BTreeSet::from([second.clone()]), "nothing of it is left that others verify");
        editor.get("/v1/auth/me").await.refused(401, "token-expired");
        assert_eq!(opened(&app, &late).await, 200, "previews live for a day");
        app.wait(MAX_SECONDS - ACCESS_SECONDS - LEEWAY - 3);
        assert_eq!(opened(&app, &late).await, 200);
        app.wait(2);
        assert_eq!(opened(&app, &late).await, 410);
        app.wait(LEEWAY + 1);
        assert_eq!(opened(&app, &late).await, 410);
        let admin = app.again(&admin).await;
        assert_eq!(states(&admin).await, ["signing", "retired"]);
        assert_eq!(admin.get(KEYS).await.ok()["data"][1]["retires_at"], "2026-03-02T08:06:05Z");
    }

    async fn three_rotations_under_many_clients_refuse_none(app) {
        let (mut admin, other) = (app.admin().await, app.instance().await);
        let follower = keys_runner(other.response_cache.store().clone(), other.keys.clone()).unwrap();
        let mut clients = Vec::new();
        for _ in 0..64 {
            clients.push(app.again(&admin).await);
        }
        let (mut used, mut round) = (BTreeSet::new(), 0);
        for _ in 0..3 {
            rotated(&admin).await;
            follower.run().unwrap();
            for _ in 0..3 {
                app.wait(OVERLAP / 3);
                // A third of them takes another token, the others keep theirs for at most fifteen minutes.
                for (n, client) in clients.iter_mut().enumerate() {
                    if n % 3 == round % 3 {
                        *client = app.again(client).await;
                    }
                    used.insert(kid_of(client));
                    client.get("/v1/auth/me").await.ok();
                    client.at(&other).get("/v1/auth/me").await.ok();
                }
                round += 1;
            }
            admin = app.again(&admin).await;
            assert_eq!(published(&app, &app.entrance).await, published(&app, &other).await);
        }
        assert_eq!(used.len(), 4, "the first and three more");
    }

    async fn a_revoked_key_is_refused_on_the_next_request_and_elsewhere_as_soon_as_that_is_heard_of(app) {
        let (admin, other) = (app.admin().await, app.instance().await);
        let follower = keys_runner(other.response_cache.store().clone(), other.keys.clone()).unwrap();
        let (editor, shown) = (app.editor().await, preview(&app, &admin, "world").await);
        let password = "a sentence of hers";
        let new = json!({ "email": "asha@example.org", "name": "Asha", "password": password, "grants": [{ "role": "editor" }] });
        admin.post("/v1/desk/users", &new).await.ok();
        let tokens = app.anyone().post("/v1/auth/token", &json!({ "email": "asha@example.org", "password": password })).await.ok();
        let first = kid_of(&admin);
        revoked(&admin, "nothing").await.refused(404, "not-found");
        assert_eq!(revoked(&admin, &first).await.status, 204);
        for client in [&admin, &editor] {
            client.get("/v1/auth/me").await.refused(401, "invalid-token");
        }
        assert_eq!(opened(&app, &shown).await, 404);
        editor.at(&other).get("/v1/auth/me").await.ok();
        follower.run().unwrap();
        editor.at(&other).get("/v1/auth/me").await.refused(401, "invalid-token");
        for at in [&app.entrance, &other] {
            let published = published(&app, at).await;
            assert!(published.len() == 1 && !published.contains(&first), "{published:?}");
        }
        // Sessions go on, under another key.
        let next = app.anyone().at(&other).post("/v1/auth/refresh", &json!({ "refresh_token": tokens["refresh_token"] })).await.ok();
        let mut asha = app.anyone();
        asha.token = Some(next["access_token"].as_str().unwrap().to_owned());
        assert_ne!(kid_of(&asha), first);
        asha.get("/v1/auth/me").await.ok();
        let admin = app.again(&admin).await;
        assert_eq!(states(&admin).await, ["signing", "revoked"]);
        // Revoked once is revoked, and told once.
        assert_eq!(revoked(&admin, &first).await.status, 204);
        let trail = admin.get("/v1/desk/audit?kind=signing_key").await.ok();
        let told: BTreeSet<_> = trail["data"].as_array().unwrap().iter().map(|row| (row["event"].as_str().unwrap(), row["reason"].as_str().unwrap())).collect();
        assert_eq!(told, BTreeSet::from([("created", kid_of(&admin).as_str()), ("revoked", first.as_str())]));
        assert_eq!(trail["data"].as_array().unwrap().len(), 2);
    }

    async fn the_part_of_a_revoked_key_falls_to_another(app) {
        let admin = app.admin().await;
        let (first, second) = (kid_of(&admin), rotated(&admin).await);
        // The announced one: the one before it goes on.
        assert_eq!(revoked(&admin, &second).await.status, 204);
        app.wait(OVERLAP);
        let admin = app.again(&admin).await;
        assert_eq!(kid_of(&admin), first);
        assert_eq!(states(&admin).await, ["revoked", "signing"]);
        // The one that signs: the announced one begins.
        let third = rotated(&admin).await;
        assert_eq!(revoked(&admin, &first).await.status, 204);
        let admin = app.again(&admin).await;
        assert_eq!(kid_of(&admin), third);
        assert_eq!(states(&admin).await, ["signing", "revoked", "revoked"]);
    }

    async fn what_was_done_under_a_key_of_a_client_is_answered_again_whatever_became_of_the_signing_keys(app) {
        let admin = app.admin().await;
        let first = kid_of(&admin);
        let tag = json!({ "kind": "topic", "translations": { "en": { "name": "Tea" } } }).to_string().into_bytes();
        let headers = [("content-type", "application/json"), ("idempotency-key", "once")];
        let sent = async |client: &Client<'_>, at: &Entrance| client.at(at).send(Method::POST, "/v1/desk/tags", &headers, Some(tag.clone())).await;
        let made = sent(&admin, &app.entrance).await.ok();
        rotated(&admin).await;
        app.wait(OVERLAP);
        let admin = app.again(&admin).await;
        let again = sent(&admin, &app.entrance).await;
        assert_eq!((again.header("idempotency-replayed"), again.ok()), (Some("true"), made.clone()), "after a rotation");
        assert_eq!(revoked(&admin, &first).await.status, 204);
        assert_eq!(revoked(&admin, &kid_of(&admin)).await.status, 204);
        let admin = app.again(&admin).await;
        let again = sent(&admin, &app.entrance).await;
        assert_eq!((again.header("idempotency-replayed"), again.ok()), (Some("true"), made.clone()), "after the first key was revoked");
        let begun = app.instance().await;
        assert_eq!(sent(&admin, &begun).await.ok(), made, "and on an instance that was begun since");
    }

    async fn a_rotation_that_is_only_tried_makes_no_key(app) {
        let admin = app.admin().await;
        let before = listed(&admin).await;
        let kid = kid_of(&admin);
        admin.post(&format!("{KEYS}?validate_only=true"), &json!({})).await.ok();
        assert_eq!(admin.send(Method::DELETE, &format!("{KEYS}/{kid}?validate_only=true"), &[], None).await.status, 204);
        assert_eq!(listed(&admin).await, before);
        assert_eq!(published(&app, &app.entrance).await.len(), 1);
    }

    async fn an_instance_hears_of_keys_by_itself(app) {
        let (admin, other) = (app.admin().await, app.instance().await);
        let worker = workers::follower::start(other.response_cache.clone(), other.keys.clone()).unwrap();
        let second = rotated(&admin).await;
        // It is waited for, however long that takes on a machine that has other things to do.
        while !published(&app, &other).await.contains(&second) {
            actix_web::rt::task::yield_now().await;
        }
        assert_eq!(revoked(&admin, &kid_of(&admin)).await.status, 204);
        while admin.at(&other).get("/v1/auth/me").await.status == 200 {
            actix_web::rt::task::yield_now().await;
        }
        drop(worker);
    }

    async fn readers_caches_have_nothing_to_do_with_keys(app) {
        let admin = app.admin().await;
        let follower = runner(app.entrance.response_cache.clone()).unwrap();
        app.section("world", "दुनिया").await;
        follow(&follower).unwrap();
        let site = app.anyone().get("/v1/site").await.etag();
        let before = app.entrance.response_cache.len();
        rotated(&admin).await;
        assert_eq!(follow(&follower).unwrap(), 1);
        assert_eq!(app.entrance.response_cache.len(), before, "nothing was dropped");
        assert_eq!(app.anyone().get("/v1/site").await.etag(), site);
    }
}
