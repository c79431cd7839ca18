//! Links to set a password: invitations and resets, each good once, for a while, for one address.

use std::collections::BTreeSet;

use dateline::{
    access::{Bookkeeping, token::refresh_digest},
    desk::password_links::redeem,
    domain::{Error, network::Network, user::Role},
};
use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::support::{Answer, Client, TestApp, everything_kept};

const PASSWORD: &str = "गुप्त वाक्य यहाँ है";
const NEXT: &str = "another-long-sentence-of-hers";
const EMAIL: &str = "asha@example.org";

/// Somebody who has no password yet, and where the desk keeps them.
async fn asha(app: &TestApp) -> String {
    let user = json!({ "email": EMAIL, "name": "Asha", "grants": [{ "role": "editor" }] });
    let made = app.admin().await.post("/v1/desk/users", &user).await;
    assert_eq!((made.status, &made.json()["has_password"]), (201, &json!(false)), "{}", made.text);
    format!("/v1/desk/users/{}", made.json()["id"].as_str().unwrap())
}

async fn link(app: &TestApp, user: &str) -> Value {
    app.admin().await.post(&format!("{user}/password-link"), &json!({})).await.ok()
}

async fn token(app: &TestApp, user: &str) -> String {
    link(app, user).await["token"].as_str().unwrap().to_owned()
}

async fn set(client: &Client<'_>, token: &str, password: &str) -> Answer {
    client.post("/v1/auth/password/set", &json!({ "token": token, "password": password })).await
}

async fn enter(client: &Client<'_>, password: &str) -> Answer {
    client.post("/v1/auth/token", &json!({ "email": EMAIL, "password": password })).await
}

/// An answer without what is another one each time.
fn seen(answer: &Answer) -> (u16, Value, BTreeSet<(String, String)>) {
    let mut problem = answer.json();
    if problem.is_object() {
        problem["request_id"] = json!(null);
    }
    (answer.status, problem, answer.headers.iter().filter(|(name, _)| name != "x-request-id").cloned().collect())
}

/// What the audit trail tells of users: event, actor and reason, the oldest first; but for their coming into being.
async fn trail(app: &TestApp) -> Vec<(String, String)> {
    let list = app.admin().await.get("/v1/desk/audit?kind=user&limit=100").await.ok();
    let text = |v: &Value| v.as_str().unwrap().to_owned();
    let mut all: Vec<_> = list["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| (text(&row["event"]), text(&row["reason"])))
        .filter(|(event, _)| event != "created")
        .collect();
    all.reverse();
    all
}

both! {
    async fn whoever_is_invited_sets_a_password_once_and_comes_in(app) {
        let user = asha(&app).await;
        // Until then they are nobody's, as far as anybody can tell.
        let nobody = json!({ "email": "nobody@example.org", "password": PASSWORD });
        let (without, none) = (enter(&app.from("192.0.2.1"), PASSWORD).await, app.from("192.0.2.2").post("/v1/auth/token", &nobody).await);
        without.refused(401, "wrong-credentials");
        assert_eq!(seen(&without), seen(&none));
        for password in ["", "$"] {
            enter(&app.anyone(), password).await.refused(401, "wrong-credentials");
        }
        let made = link(&app, &user).await;
        assert_eq!((&made["kind"], &made["mailed"], &made["email"]), (&json!("invitation"), &json!(false), &json!(EMAIL)));
        assert_eq!((&made["expires_at"], made.get("url")), (&json!("2026-03-04T08:00:00Z"), None));
        let token = made["token"].as_str().unwrap();
        assert!(token.len() == 43 && !everything_kept(&app.url).contains(token), "{token}");
        set(&app.anyone(), token, "short").await.refused(422, "invalid");
        set(&app.anyone(), &format!("{token}x"), PASSWORD).await.refused(410, "gone");
        let done = set(&app.anyone(), token, PASSWORD).await;
        assert_eq!((done.status, done.header("cache-control")), (204, Some("no-store")));
        let (used, never) = (set(&app.anyone(), token, PASSWORD).await, set(&app.anyone(), "never", PASSWORD).await);
        used.refused(410, "gone");
        assert_eq!(seen(&used), seen(&never));
        enter(&app.anyone(), PASSWORD).await.ok();
        assert_eq!(app.admin().await.get(&user).await.ok()["has_password"], true);
        assert_eq!(link(&app, &user).await["kind"], "reset");
        let told = |event: &str, why: &str| (event.to_owned(), why.to_owned());
        assert_eq!(trail(&app).await, [told("linked", "invitation"), told("revised", "password-by-invitation"), told("linked", "reset")]);
    }

    async fn of_a_hundred_who_use_a_link_at_once_one_does(app) {
        let user = asha(&app).await;
        let token = token(&app, &user).await;
        let (other, anyone) = (app.instance().await, app.anyone());
        let passwords: Vec<String> = (0..100).map(|n| format!("a long sentence, number {n}")).collect();
        let clients = [anyone.clone(), anyone.at(&other)];
        let all = join_all(passwords.iter().enumerate().map(|(n, password)| set(&clients[n % 2], &token, password))).await;
        let of = |status: u16| all.iter().enumerate().filter(move |(_, answer)| answer.status == status).map(|(n, _)| n).collect::<Vec<_>>();
        let done = of(204);
        assert_eq!((done.len(), of(204).len() + of(410).len() + of(503).len()), (1, 100), "{:?}", all.iter().map(|a| a.status).collect::<Vec<_>>());
        enter(&anyone, &passwords[done[0]]).await.ok();
        let told = trail(&app).await;
        assert_eq!(told.iter().filter(|(_, why)| why == "password-by-invitation").count(), 1, "{told:?}");
    }

    async fn of_a_hundred_transactions_at_once_one_uses_a_link_up(app) {
        let user = asha(&app).await;
        let token = token(&app, &user).await;
        // No password is hashed here, which would have them come one after another.
        let (store, digest) = (app.store_with(4, 16), refresh_digest(&token));
        let all = join_all((0..100).map(|n| {
            let (store, digest) = (store.clone(), digest.clone());
            async move {
                store.write(Bookkeeping, move |tx, _| redeem(tx, &digest, &format!("$hash of {n}"), Network::UNKNOWN)).await
            }
        }))
        .await;
        let done = all.iter().filter(|one| one.is_ok()).count();
        let others = all.iter().filter(|one| matches!(one, Err(Error::Gone("link") | Error::Busy))).count();
        assert_eq!((done, others), (1, 99));
    }

    async fn a_link_is_good_for_its_time_and_until_another_of_its_kind_is_made(app) {
        let user = asha(&app).await;
        let (first, second) = (token(&app, &user).await, token(&app, &user).await);
        set(&app.anyone(), &first, PASSWORD).await.refused(410, "gone");
        app.wait(72 * 3_600);
        set(&app.anyone(), &second, PASSWORD).await.refused(410, "gone");
        let third = token(&app, &user).await;
        app.wait(72 * 3_600 - 1);
        assert_eq!(set(&app.anyone(), &third, PASSWORD).await.status, 204);
        let reset = link(&app, &user).await;
        assert_eq!(reset["expires_at"], app.now().plus_seconds(1_800).to_string());
        let reset = reset["token"].as_str().unwrap();
        app.wait(1_799);
        assert_eq!(set(&app.anyone(), reset, NEXT).await.status, 204);
        let late = token(&app, &user).await;
        app.wait(1_800);
        set(&app.anyone(), &late, PASSWORD).await.refused(410, "gone");
        enter(&app.anyone(), NEXT).await.ok();
    }

    async fn a_reset_ends_every_session(app) {
        let user = asha(&app).await;
        assert_eq!(set(&app.anyone(), &token(&app, &user).await, PASSWORD).await.status, 204);
        let tokens = enter(&app.anyone(), PASSWORD).await.ok();
        let mut me = app.anyone();
        me.token = Some(tokens["access_token"].as_str().unwrap().to_owned());
        let reset = token(&app, &user).await;
        // The link alone changes nothing.
        me.get("/v1/auth/me").await.ok();
        enter(&app.anyone(), PASSWORD).await.ok();
        assert_eq!(set(&app.anyone(), &reset, NEXT).await.status, 204);
        me.get("/v1/auth/me").await.refused(401, "session-ended");
        app.anyone().post("/v1/auth/refresh", &json!({ "refresh_token": tokens["refresh_token"] })).await.refused(401, "session-ended");
        enter(&app.anyone(), PASSWORD).await.refused(401, "wrong-credentials");
        enter(&app.anyone(), NEXT).await.ok();
    }

    async fn another_address_another_password_and_a_suspension_make_a_link_void(app) {
        let user = asha(&app).await;
        let admin = app.admin().await;
        let patched = async |patch: Value| {
            let tag = admin.get(&user).await.etag();
            admin.patch(&user, &tag, &patch).await.ok();
        };
        let before = token(&app, &user).await;
        patched(json!({ "email": "asha.rao@example.org" })).await;
        set(&app.anyone(), &before, PASSWORD).await.refused(410, "gone");
        patched(json!({ "email": EMAIL })).await;
        set(&app.anyone(), &before, PASSWORD).await.refused(410, "gone");
        // Another name is nothing to it.
        let before = token(&app, &user).await;
        patched(json!({ "name": "Asha Rao" })).await;
        assert_eq!(set(&app.anyone(), &before, PASSWORD).await.status, 204);
        let before = token(&app, &user).await;
        patched(json!({ "password": NEXT })).await;
        set(&app.anyone(), &before, PASSWORD).await.refused(410, "gone");
        let before = token(&app, &user).await;
        patched(json!({ "status": "suspended" })).await;
        set(&app.anyone(), &before, PASSWORD).await.refused(410, "gone");
        admin.post(&format!("{user}/password-link"), &json!({})).await.refused(409, "suspended");
        patched(json!({ "status": "active" })).await;
        set(&app.anyone(), &before, PASSWORD).await.refused(410, "gone");
        // One's own, too.
        let mut me = app.anyone();
        me.token = Some(enter(&me, NEXT).await.ok()["access_token"].as_str().unwrap().to_owned());
        let before = token(&app, &user).await;
        assert_eq!(me.post("/v1/auth/password", &json!({ "current": NEXT, "new": PASSWORD })).await.status, 204);
        set(&app.anyone(), &before, NEXT).await.refused(410, "gone");
        let before = token(&app, &user).await;
        assert_eq!(admin.delete(&user, &admin.get(&user).await.etag()).await.status, 204);
        set(&app.anyone(), &before, NEXT).await.refused(410, "gone");
        assert!(!everything_kept(&app.url).contains("password_links: "));
    }

    async fn only_who_keeps_users_makes_links_and_one_that_is_only_tried_opens_nothing(app) {
        let user = asha(&app).await;
        for role in [Role::Contributor, Role::Translator, Role::Editor, Role::Chief] {
            app.role(role, None, None).await.post(&format!("{user}/password-link"), &json!({})).await.refused(403, "forbidden");
        }
        app.role(Role::Admin, None, Some("hi")).await.post(&format!("{user}/password-link"), &json!({})).await.refused(403, "forbidden");
        let admin = app.admin().await;
        admin.post("/v1/desk/users/00000000-0000-0000-0000-000000000001/password-link", &json!({})).await.refused(404, "not-found");
        let tried = admin.post(&format!("{user}/password-link?validate_only=true"), &json!({})).await.ok();
        set(&app.anyone(), tried["token"].as_str().unwrap(), PASSWORD).await.refused(410, "gone");
        assert_eq!(trail(&app).await, []);
    }

    async fn asking_for_a_reset_is_answered_alike_whoever_has_the_address(app) {
        asha(&app).await;
        let mailing = app.mailing("https://desk.example/set?token={token}").await;
        let mut answers = BTreeSet::new();
        for email in [EMAIL, "nobody@example.org", "no address", "ASHA@Example.org ", ""] {
            let before = app.store.statements();
            let answer = app.anyone().at(&mailing).post("/v1/auth/password/reset", &json!({ "email": email })).await;
            assert_eq!((answer.status, answer.text.as_str(), app.store.statements() - before), (202, "", 0), "{email}");
            answers.insert(format!("{:?}", seen(&answer)));
        }
        assert_eq!(answers.len(), 1, "{answers:?}");
        let keys = mailing.keys.present();
        assert_eq!(mailing.links.make(&app.store, &keys).unwrap(), 1, "one has an account, who is asked for once");
        assert_eq!(mailing.links.make(&app.store, &keys).unwrap(), 0);
        assert_eq!(trail(&app).await, [("linked".to_owned(), "reset".to_owned())]);
        // Where no mails are sent, nothing comes of it.
        assert_eq!(app.anyone().post("/v1/auth/password/reset", &json!({ "email": EMAIL })).await.status, 202);
        assert_eq!(app.entrance.links.make(&app.store, &keys).unwrap(), 0);
    }

    async fn nobody_is_sent_more_than_three_mails_an_hour(app) {
        let user = asha(&app).await;
        let mailing = app.mailing("https://desk.example/set?token={token}").await;
        let keys = mailing.keys.present();
        let asked = async || {
            let answer = app.anyone().at(&mailing).post("/v1/auth/password/reset", &json!({ "email": EMAIL })).await;
            assert_eq!(answer.status, 202);
            mailing.links.make(&app.store, &keys).unwrap()
        };
        let admin = app.admin().await;
        let sent = async || admin.at(&mailing).post(&format!("{user}/password-link"), &json!({})).await;
        assert_eq!((asked().await, asked().await), (1, 1));
        app.wait(60);
        let told = sent().await.ok();
        assert_eq!((&told["mailed"], told.get("token"), told.get("url")), (&json!(true), None, None));
        assert_eq!(asked().await, 0);
        let refused = sent().await;
        refused.refused(429, "too-many-attempts");
        assert_eq!(refused.header("retry-after"), Some("3540"));
        app.wait(600);
        let admin = app.again(&admin).await;
        // By the command line or by hand: what is not sent is not counted.
        admin.post(&format!("{user}/password-link"), &json!({})).await.ok();
        app.wait(2_939);
        assert_eq!(asked().await, 0);
        app.wait(1);
        assert_eq!((asked().await, asked().await, asked().await), (1, 1, 0));
    }

    async fn a_network_has_only_so_many_places_in_the_line(app) {
        let names: Vec<String> = (0..30).map(|n| format!("asha{n}@example.org")).collect();
        let admin = app.admin().await;
        for name in &names {
            admin.post("/v1/desk/users", &json!({ "email": name, "name": "Asha" })).await.ok();
        }
        let mailing = app.mailing("https://desk.example/set?token={token}").await;
        let keys = mailing.keys.present();
        for name in &names {
            app.from("192.0.2.7").at(&mailing).post("/v1/auth/password/reset", &json!({ "email": name })).await;
        }
        app.from("192.0.2.8").at(&mailing).post("/v1/auth/password/reset", &json!({ "email": names[29] })).await;
        assert_eq!(mailing.links.make(&app.store, &keys).unwrap(), 21);
    }
}
