//! Refreshing twice: two tabs, a lost answer, and a thief.

use std::cell::Cell;

use dateline::{access::Bookkeeping, desk, domain::network::Network};
use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::support::{Answer, Client, Entrance, TestApp, everything_kept};

/// A session of an editor: who they are, and the first refresh token.
async fn begun(app: &TestApp) -> (Client<'_>, String) {
    let editor = app.editor().await;
    let user = editor.path().rsplit('/').next().unwrap().parse().unwrap();
    let begun = app.store.write(Bookkeeping, move |tx, _| desk::sessions::begin(tx, user, None, Network::UNKNOWN)).await.unwrap();
    (editor, begun.refresh.expose().clone())
}

async fn refreshed(app: &TestApp, at: &Entrance, token: &str) -> Answer {
    app.anyone().at(at).post("/v1/auth/refresh", &json!({ "refresh_token": token })).await
}

fn refresh(tokens: &Value) -> String {
    tokens["refresh_token"].as_str().unwrap().to_owned()
}

/// Whoever shows the access token of an answer.
fn with<'a>(app: &'a TestApp, tokens: &Value) -> Client<'a> {
    let mut client = app.anyone();
    client.token = Some(tokens["access_token"].as_str().unwrap().to_owned());
    client
}

fn rows(app: &TestApp) -> usize {
    everything_kept(&app.url).lines().filter(|row| row.starts_with("refresh_tokens: ")).count()
}

/// One race: so many at once with one token, over two instances. The token that follows.
async fn raced(app: &TestApp, other: &Entrance, token: &str, count: usize) -> String {
    let here = &app.entrance;
    let all = join_all((0..count).map(|n| refreshed(app, if n.is_multiple_of(2) { here } else { other }, token))).await;
    let next: Vec<String> = all.iter().map(|answer| refresh(&answer.ok())).collect();
    assert!(next.iter().all(|one| *one == next[0] && one != token), "one chain lives");
    next[0].clone()
}

both! {
    async fn a_lost_answer_is_given_once_more(app) {
        let (_, first) = begun(&app).await;
        let other = app.instance().await;
        let lost = refreshed(&app, &app.entrance, &first).await.ok();
        app.wait(10);
        let again = refreshed(&app, &other, &first).await.ok();
        assert_eq!(refresh(&again), refresh(&lost), "the same successor, on another instance too");
        assert_ne!(refresh(&again), first);
        for tokens in [&lost, &again] {
            with(&app, tokens).get("/v1/auth/me").await.ok();
        }
        let next = refreshed(&app, &app.entrance, &refresh(&again)).await.ok();
        assert_ne!(refresh(&next), refresh(&again));
        with(&app, &next).get("/v1/auth/me").await.ok();
    }

    async fn whoever_comes_eleven_seconds_later_ends_the_session_for_all(app) {
        let (_, first) = begun(&app).await;
        let owner = refreshed(&app, &app.entrance, &first).await.ok();
        app.wait(11);
        refreshed(&app, &app.entrance, &first).await.refused(401, "session-ended");
        refreshed(&app, &app.entrance, &refresh(&owner)).await.refused(401, "session-ended");
        with(&app, &owner).get("/v1/auth/me").await.refused(401, "session-ended");
        app.write_refusals().await;
        let trail = app.admin().await.get("/v1/desk/audit?event=refused").await.ok();
        let reasons: Vec<&str> = trail["data"].as_array().unwrap().iter().map(|entry| entry["reason"].as_str().unwrap()).collect();
        assert!(reasons.iter().any(|reason| reason.starts_with("refresh-token-reused")), "{reasons:?}");
    }

    async fn what_was_followed_on_is_not_given_once_more(app) {
        let (_, first) = begun(&app).await;
        let second = refresh(&refreshed(&app, &app.entrance, &first).await.ok());
        let third = refreshed(&app, &app.entrance, &second).await.ok();
        app.wait(3);
        refreshed(&app, &app.entrance, &first).await.refused(401, "session-ended");
        with(&app, &third).get("/v1/auth/me").await.refused(401, "session-ended");
        refreshed(&app, &app.entrance, &refresh(&third)).await.refused(401, "session-ended");
    }

    async fn an_ended_session_and_a_suspended_user_get_nothing_once_more(app) {
        let (_, first) = begun(&app).await;
        let tokens = refreshed(&app, &app.entrance, &first).await.ok();
        assert_eq!(with(&app, &tokens).post("/v1/auth/logout", &json!({})).await.status, 204);
        refreshed(&app, &app.entrance, &first).await.refused(401, "session-ended");
        let (editor, first) = begun(&app).await;
        refreshed(&app, &app.entrance, &first).await.ok();
        let (admin, at) = (app.admin().await, editor.path());
        admin.patch(&at, &admin.get(&at).await.etag(), &json!({ "status": "suspended" })).await.ok();
        refreshed(&app, &app.entrance, &first).await.refused(401, "session-ended");
    }

    async fn nothing_that_follows_a_refresh_token_can_be_read_in_the_database(app) {
        let (_, first) = begun(&app).await;
        let second = refresh(&refreshed(&app, &app.entrance, &first).await.ok());
        let kept = everything_kept(&app.url);
        for token in [&first, &second] {
            let hex: String = token.bytes().map(|byte| format!("{byte:02x}")).collect();
            assert!(!kept.contains(token.as_str()) && !kept.to_lowercase().contains(&hex), "{token}");
        }
    }

    async fn a_hundred_who_refresh_at_once_go_on_as_one(app) {
        let (_, mut token) = begun(&app).await;
        let (other, before) = (app.instance().await, rows(&app));
        for race in 1..=5 {
            token = raced(&app, &other, &token, 100).await;
            assert_eq!(rows(&app), before + race, "one successor for each race");
        }
        let tokens = refreshed(&app, &other, &token).await.ok();
        with(&app, &tokens).get("/v1/auth/me").await.ok();
    }

    async fn once_signing_out_was_acknowledged_nothing_succeeds(app) {
        let (_, first) = begun(&app).await;
        let other = app.instance().await;
        let tokens = refreshed(&app, &app.entrance, &first).await.ok();
        let (me, chain) = (with(&app, &tokens), refresh(&tokens));
        let (is_out, after) = (Cell::new(false), Cell::new(0));
        let works = async |n: usize| {
            let at = if n.is_multiple_of(2) { &app.entrance } else { &other };
            loop {
                let was_out = is_out.get();
                let answer = if n % 4 < 2 { me.at(at).get("/v1/auth/me").await } else { refreshed(&app, at, &chain).await };
                if was_out {
                    answer.refused(401, "session-ended");
                    after.set(after.get() + 1);
                    break;
                }
                // What was under way when it was acknowledged may go either way.
                assert!([200, 401].contains(&answer.status), "{}", answer.text);
            }
        };
        let leaves = async {
            for _ in 0..3 {
                me.get("/v1/auth/me").await;
            }
            assert_eq!(me.post("/v1/auth/logout", &json!({})).await.status, 204);
            is_out.set(true);
        };
        futures_util::future::join(join_all((0..32).map(works)), leaves).await;
        assert_eq!(after.get(), 32);
    }
}

/// A thousand races of a hundred; run by name, with `--nocapture`.
#[actix_web::test]
#[ignore = "takes minutes, and is told with five races above"]
async fn driving_a_thousand_races_of_a_hundred() {
    for app in [Some(TestApp::sqlite().await), TestApp::postgres().await].into_iter().flatten() {
        let (_, mut token) = begun(&app).await;
        let (other, before) = (app.instance().await, rows(&app));
        for _ in 0..1_000 {
            token = raced(&app, &other, &token, 100).await;
        }
        println!("{}: {} successors of 1000 races", app.url.split(':').next().unwrap(), rows(&app) - before);
        assert_eq!(rows(&app) - before, 1_000);
        refreshed(&app, &other, &token).await.ok();
    }
}
