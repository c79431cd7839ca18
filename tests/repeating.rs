//! Requests that come twice, because a client did not hear the answer.

use std::collections::{BTreeMap, BTreeSet};

use actix_web::{http::Method, rt::task::yield_now};
use base64::{Engine, prelude::BASE64_STANDARD};
use dateline::{
    access::{Bookkeeping, Caller, Permit, System, caller::Claim},
    desk::{self, named::Draft},
    domain::{Error, Locale, name::NameDraft, tag::TagKind},
    store::{
        Limits, Store,
        idempotency::{self, Standing},
        jobs,
    },
    workers::scheduler::expire_keys,
};
use futures_util::{FutureExt, future::join_all};
use serde_json::{Value, json};

use crate::support::{Answer, Client, TestApp, everything_kept};

async fn keyed(who: &Client<'_>, path: &str, key: &str, body: &Value) -> Answer {
    let headers = [("content-type", "application/json"), ("idempotency-key", key), ("if-match", "\"1\"")];
    who.send(Method::POST, path, &headers, Some(body.to_string().into_bytes())).await
}

fn tag(name: &str) -> Value {
    json!({ "kind": "topic", "translations": { "en": { "name": name } } })
}

async fn tags(app: &TestApp) -> i64 {
    app.editor().await.get("/v1/desk/tags?count=true").await.ok()["page"]["total"].as_i64().unwrap()
}

both! {
    async fn what_was_done_is_answered_again_and_not_done_again(app) {
        let admin = app.admin().await;
        let first = keyed(&admin, "/v1/desk/tags", "key-1", &tag("Rivers")).await;
        assert_eq!((first.status, first.header("idempotency-replayed")), (201, None));
        app.wait(500);
        let again = keyed(&app.admin().await, "/v1/desk/tags", "key-1", &tag("Rivers")).await;
        assert_eq!(again.status, 201, "another user's key is another key");
        let again = keyed(&admin, "/v1/desk/tags", "key-1", &tag("Rivers")).await;
        assert_eq!((again.status, again.header("idempotency-replayed")), (201, Some("true")));
        assert_eq!((&again.text, again.header("etag"), again.header("location")), (&first.text, first.header("etag"), first.header("location")));
        assert_eq!(again.header("cache-control"), Some("no-store"));
        assert_eq!(tags(&app).await, 2);
    }

    async fn a_request_that_names_the_version_by_another_tag_of_it_is_the_same(app) {
        let admin = app.admin().await;
        let story = admin.story(&app.section("world", "दुनिया").await, "Floods").await;
        let words = format!("{story}/translations/en");
        let send = async |tag: &str| {
            let headers = [("content-type", "application/json"), ("idempotency-key", "key-1"), ("if-match", tag)];
            admin.send(Method::POST, &format!("{words}/submit"), &headers, Some(b"{}".to_vec())).await
        };
        let before = admin.get(&words).await.etag();
        send(&before).await.ok();
        // The answer was lost, and what is read anew has other bytes under the same version.
        let after = admin.get(&words).await.etag();
        assert_ne!(before, after);
        for tag in [after.as_str(), before.as_str(), "\"1\""] {
            let again = send(tag).await;
            assert_eq!((again.status, again.header("idempotency-replayed")), (200, Some("true")), "{tag} {}", again.text);
        }
        for other in ["\"2\"", "*", "\"11\""] {
            send(other).await.refused(422, "invalid");
        }
    }

    async fn a_key_is_for_one_request(app) {
        let admin = app.admin().await;
        assert_eq!(keyed(&admin, "/v1/desk/tags", "key-1", &tag("Rivers")).await.status, 201);
        keyed(&admin, "/v1/desk/tags", "key-1", &tag("Floods")).await.refused(422, "invalid");
        keyed(&admin, "/v1/desk/authors", "key-1", &tag("Rivers")).await.refused(422, "invalid");
        for wrong in ["", "two words", "चाबी", &"k".repeat(256)] {
            keyed(&admin, "/v1/desk/tags", wrong, &tag("Rivers")).await.refused(400, "malformed");
        }
        assert_eq!(tags(&app).await, 1);
    }

    async fn an_answer_is_for_whoever_has_the_rights_it_was_given_under(app) {
        let admin = app.admin().await;
        keyed(&admin, "/v1/desk/tags", "key-1", &tag("Rivers")).await.ok();
        let user = admin.get("/v1/auth/me").await.ok()["id"].as_str().unwrap().to_owned();
        let other = app.admin().await;
        let path = format!("/v1/desk/users/{user}");
        other.act(&format!("{path}/grants"), &other.get(&path).await.etag(), &json!({ "role": "translator", "locale": "hi" })).await.ok();
        let changed = app.again(&admin).await;
        keyed(&changed, "/v1/desk/tags", "key-1", &tag("Rivers")).await.refused(422, "invalid");
    }

    async fn a_refusal_did_nothing_and_may_be_tried_again(app) {
        let admin = app.admin().await;
        let slugged = json!({ "kind": "topic", "translations": { "en": { "name": "Rivers", "slug": "rivers" } } });
        let taken = admin.post("/v1/desk/tags", &slugged).await.ok()["id"].as_str().unwrap().to_owned();
        keyed(&admin, "/v1/desk/tags", "key-1", &slugged).await.refused(409, "taken");
        admin.delete(&format!("/v1/desk/tags/{taken}"), "\"1\"").await;
        keyed(&admin, "/v1/desk/tags", "key-1", &json!({ "kind": "topic" })).await.refused(422, "invalid");
        assert_eq!(keyed(&admin, "/v1/desk/tags", "key-1", &tag("Floods")).await.status, 201);
    }

    async fn a_key_is_forgotten_after_a_day(app) {
        let admin = app.admin().await;
        keyed(&admin, "/v1/desk/tags", "key-1", &tag("Rivers")).await.ok();
        app.wait(idempotency::KEPT_SECONDS);
        // The token has run out, the user has not.
        let admin = app.again(&admin).await;
        assert_eq!(keyed(&admin, "/v1/desk/tags", "key-1", &tag("Floods")).await.status, 201);
    }

    async fn of_many_at_once_one_is_done(app) {
        let admin = app.admin().await;
        let body = tag("Rivers");
        for round in 0..20 {
            let key = format!("key-{round}");
            let answers = join_all((0..16).map(|_| keyed(&admin, "/v1/desk/tags", &key, &body))).await;
            let ids: BTreeSet<_> = answers.iter().filter(|a| a.status == 201).map(|a| a.ok()["id"].to_string()).collect();
            assert_eq!(ids.len(), 1, "round {round}");
            for answer in answers.iter().filter(|a| a.status != 201) {
                answer.refused(409, "still-running");
            }
        }
        assert_eq!(tags(&app).await, 20);
    }

    /// An instance dies between its claim and its commit, or stalls and comes back when another has done its work.
    async fn who_lost_a_claim_cannot_commit(app) {
        let admin = app.admin().await;
        let user = admin.get("/v1/auth/me").await.ok()["id"].as_str().unwrap().parse().unwrap();
        let claim = Claim { user, key: "key-1".into() };
        let take = |request: &str| app.store.write_now(&Bookkeeping, |tx| idempotency::claim(tx, &claim, request, b"the same")).unwrap();
        let work = |request: &str| {
            let caller = Caller::system(System::Importer).within(request, "").once(claim.clone());
            app.store.write_now(&caller, |tx| {
                let draft = Draft { kind: TagKind::Topic, translations: names("Rivers") };
                desk::named::create(tx, Permit::try_from(caller.clone())?, None, draft).map(|_| ())
            })
        };
        assert_eq!(take("first"), Standing::Claimed);
        assert_eq!(take("second"), Standing::Running);
        app.wait(idempotency::LEASE_SECONDS);
        assert_eq!(take("second"), Standing::Claimed);
        assert!(matches!(work("first"), Err(Error::Conflict { code: "superseded", .. })));
        assert_eq!(tags(&app).await, 0, "nothing of it was written");
        work("second").unwrap();
        assert_eq!(take("third"), Standing::Running, "its answer may still come");
        app.wait(idempotency::LEASE_SECONDS * 2);
        assert_eq!(take("third"), Standing::Lost, "it was done, but nobody heard the answer");
        assert_eq!(tags(&app).await, 1);
    }
}

both! {
    async fn a_claim_and_a_trial_hold_for_what_records_no_change_as_well(app) {
        let admin = app.admin().await;
        let user = admin.get("/v1/auth/me").await.ok()["id"].as_str().unwrap().parse().unwrap();
        let claim = Claim { user, key: "key-1".into() };
        let take = |request: &str| app.store.write_now(&Bookkeeping, |tx| idempotency::claim(tx, &claim, request, b"the same")).unwrap();
        let importer = Caller::system(System::Importer);
        let write = |caller: &Caller, name: &str| app.store.write_now(caller, |tx| jobs::enrol(tx, name, "none"));
        let is_there = |name: &str| app.store.read_now(|tx| jobs::place(tx, name)).is_ok();
        assert_eq!(take("first"), Standing::Claimed);
        app.wait(idempotency::LEASE_SECONDS);
        assert_eq!(take("second"), Standing::Claimed);
        let late = write(&importer.clone().within("first", "").once(claim.clone()), "late");
        assert!(matches!(late, Err(Error::Conflict { code: "superseded", .. })) && !is_there("late"));
        write(&importer.clone().within("second", "").once(claim.clone()), "kept").unwrap();
        app.wait(idempotency::LEASE_SECONDS);
        assert_eq!((take("third"), is_there("kept")), (Standing::Lost, true), "it was done");
        write(&importer.rehearsing(), "tried").unwrap();
        assert!(!is_there("tried"));
    }

    async fn what_a_dead_process_had_claimed_is_free_or_known_to_be_done_at_once(app) {
        let admin = app.admin().await;
        let user = admin.get("/v1/auth/me").await.ok()["id"].as_str().unwrap().parse().unwrap();
        let claim = |key: &str| Claim { user, key: key.into() };
        let take = |store: &Store, key: &str, request: &str| store.write_now(&Bookkeeping, |tx| idempotency::claim(tx, &claim(key), request, b"the same")).unwrap();
        let work = |store: &Store, key: &str, request: &str| {
            let caller = Caller::system(System::Importer).within(request, "").once(claim(key));
            store.write_now(&caller, |tx| {
                let draft = Draft { kind: TagKind::Topic, translations: names("Rivers") };
                desk::named::create(tx, Permit::try_from(caller.clone())?, None, draft).map(|_| ())
            })
        };
        let (dying, living) = (app.process(21, Limits::default()), app.process(22, Limits::default()));
        dying.refresh_liveness().unwrap();
        living.refresh_liveness().unwrap();
        assert_eq!(take(&dying, "undone", "first"), Standing::Claimed);
        assert_eq!(take(&dying, "done", "first"), Standing::Claimed);
        work(&dying, "done", "first").unwrap();
        for key in ["undone", "done"] {
            assert_eq!(take(&living, key, "second"), Standing::Running, "it lives");
        }
        drop(dying);
        // Nobody tells when the last of it has gone.
        let standing = loop {
            living.refresh_liveness().unwrap();
            match take(&living, "undone", "second") {
                Standing::Running => std::thread::yield_now(),
                standing => break standing,
            }
        };
        assert_eq!(standing, Standing::Claimed);
        assert_eq!(take(&living, "done", "second"), Standing::Lost);
        assert_eq!(take(&living, "undone", "third"), Standing::Running, "it is a living one's now");
        assert_eq!(tags(&app).await, 1);
    }

    async fn a_kept_answer_tells_nothing_to_whoever_has_the_database(app) {
        let admin = app.admin().await;
        let article = admin.story(&app.section("world", "दुनिया").await, "Quiet words").await;
        let path = format!("{article}/translations/en/previews");
        let preview = json!({ "expires_in": 600 });
        let made = keyed(&admin, &path, "key-1", &preview).await;
        let text = made.ok().to_string();
        assert_eq!(keyed(&admin, &path, "key-1", &preview).await.ok().to_string(), text);
        let token = made.ok()["token"].as_str().unwrap().to_owned();
        let kept = everything_kept(&app.url);
        for clear in [token.clone(), BASE64_STANDARD.encode(&made.body), BASE64_STANDARD.encode(&token)] {
            let hex: String = clear.bytes().map(|b| format!("{b:02x}")).collect();
            assert!(!kept.contains(&clear) && !kept.to_lowercase().contains(&hex), "{clear}");
        }
    }

    async fn an_answer_that_comes_after_an_erasure_is_not_kept(app) {
        let admin = app.admin().await;
        let article = admin.story(&app.section("world", "दुनिया").await, "Quiet words").await;
        let user = admin.get("/v1/auth/me").await.ok()["id"].as_str().unwrap().parse().unwrap();
        let claim = Claim { user, key: "key-1".into() };
        let take = |request: &str| app.store.write_now(&Bookkeeping, |tx| idempotency::claim(tx, &claim, request, b"the same")).unwrap();
        assert_eq!(take("first"), Standing::Claimed);
        keyed(&admin, "/v1/desk/tags", "key-2", &tag("Rivers")).await.ok();
        admin.act(&format!("{article}/takedown"), "\"1\"", &json!({ "reason": "Law." })).await.ok();
        admin.act(&format!("{article}/erase"), "\"1\"", &json!({ "reason": "Law." })).await.ok();
        app.store.write_now(&Bookkeeping, |tx| idempotency::answer(tx, &claim, "first", b"the words".to_vec())).unwrap();
        // Nobody waits for an answer that will not come.
        assert_eq!(take("second"), Standing::Lost);
        keyed(&admin, "/v1/desk/tags", "key-2", &tag("Rivers")).await.refused(409, "answer-lost");
        keyed(&admin, "/v1/desk/tags", "key-3", &tag("Floods")).await.ok();
        assert_eq!(keyed(&admin, "/v1/desk/tags", "key-3", &tag("Floods")).await.header("idempotency-replayed"), Some("true"));
    }

    async fn old_keys_are_forgotten_a_few_at_a_time(app) {
        let admin = app.admin().await;
        let user = admin.get("/v1/auth/me").await.ok()["id"].as_str().unwrap().parse().unwrap();
        for n in 0..5 {
            let claim = Claim { user, key: format!("key-{n}").into() };
            app.store.write_now(&Bookkeeping, |tx| idempotency::claim(tx, &claim, "first", b"the same")).unwrap();
            app.wait(1);
        }
        assert_eq!(expire_keys(&app.store).unwrap(), 0);
        app.wait(idempotency::KEPT_SECONDS - 2);
        let some = |about| app.store.write_now(&Bookkeeping, |tx| idempotency::expire(tx, about)).unwrap();
        assert_eq!(some(2), 2);
        assert_eq!(expire_keys(&app.store).unwrap(), 2);
        assert_eq!(expire_keys(&app.store).unwrap(), 0);
        assert!(everything_kept(&app.url).contains("key-4"));
    }

    async fn what_was_asked_under_a_key_is_done_although_its_client_hangs_up(app) {
        let admin = app.admin().await;
        for polls in 0..40 {
            let (key, body) = (format!("key-{polls}"), tag("Rivers"));
            let mut asking = Box::pin(keyed(&admin, "/v1/desk/tags", &key, &body));
            for _ in 0..polls {
                if (&mut asking).now_or_never().is_some() {
                    break;
                }
                yield_now().await;
            }
            drop(asking);
            let again = loop {
                let again = keyed(&admin, "/v1/desk/tags", &key, &body).await;
                if again.status != 409 {
                    break again;
                }
                again.refused(409, "still-running");
            };
            assert_eq!(again.status, 201);
        }
        assert_eq!(tags(&app).await, 40);
    }
}

fn names(name: &str) -> BTreeMap<Locale, NameDraft> {
    let draft = NameDraft { name: name.to_owned(), slug: None, about: String::new() };
    BTreeMap::from([("en".parse().unwrap(), draft)])
}
