//! Requests that come twice, because a client did not hear the answer.

use std::collections::{BTreeMap, BTreeSet};

use actix_web::http::Method;
use dateline::{
    access::{Caller, Permit, System, caller::Claim},
    desk::{self, tags::Draft},
    domain::{Error, Locale, name::NameDraft, tag::TagKind},
    store::idempotency::{self, Standing},
};
use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::support::{Answer, Client, TestApp};

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
        let take = |request: &str| app.store.write_now(|tx| idempotency::claim(tx, &claim, request, b"the same")).unwrap();
        let work = |request: &str| {
            app.store.write_now(|tx| {
                let caller = Caller::system(System::Importer).within(request, "").once(claim.clone());
                let draft = Draft { kind: TagKind::Topic, translations: names("Rivers") };
                desk::tags::create(tx, Permit::try_from(caller)?, None, draft).map(|_| ())
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

fn names(name: &str) -> BTreeMap<Locale, NameDraft> {
    let draft = NameDraft { name: name.to_owned(), slug: None, about: String::new() };
    BTreeMap::from([("en".parse().unwrap(), draft)])
}
