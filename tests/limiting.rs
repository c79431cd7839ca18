//! Rate limits: who is counted, what is told, and that instances count as one.

use dateline::{
    access::{
        Bookkeeping,
        rate::{Class, Rate, Rates},
    },
    desk,
    domain::network::Network,
    workers::rate_sharing,
};
use serde_json::json;

use crate::support::{Answer, TestApp, everything_kept};

const THREE: Rate = Rate { quota: 3, window: 60 };

/// That a request was refused for its budget, with everything that tells so.
fn spent(answer: &Answer, class: &str, quota: u32) {
    assert_eq!(answer.status, 429, "{}", answer.text);
    let problem = answer.json();
    assert_eq!((problem["code"].as_str(), &problem["violated_policies"]), (Some("quota-exceeded"), &json!([class])));
    let after: u32 = answer.header("retry-after").unwrap().parse().unwrap();
    assert_eq!(answer.header("ratelimit-policy"), Some(&*format!("\"{class}\";q={quota};w=60")));
    assert_eq!(answer.header("ratelimit"), Some(&*format!("\"{class}\";r=0;t={after}")));
    assert!(answer.header("cache-control").unwrap().ends_with("no-store"));
}

both! {
    async fn readers_are_counted_by_network_however_they_ask_and_a_kept_answer_counts_as_well(app) {
        app.section("world", "दुनिया").await;
        let entrance = app.limiting(Rates::OFF.with(Class::Read, THREE)).await;
        let reader = |address: &str| app.anyone().at(&entrance).connecting(address);
        let one = reader("192.0.2.1");
        for n in 0..3 {
            let answer = one.get("/v1/sections?locale=en").await;
            assert_eq!((answer.status, answer.header("ratelimit")), (200, None), "{n}: what all are answered tells of nobody's budget");
        }
        spent(&one.get("/v1/sections?locale=en").await, "read", 3);
        for path in ["/v1/site", "/v1/nothing", "/v1/articles/x", "/v1/preview/x", "/docs/", "/openapi.json"] {
            spent(&one.get(path).await, "read", 3);
        }
        // No header of its own lets a reader be somebody else, and no other address within its network.
        for (name, value) in [("x-forwarded-for", "192.0.2.9"), ("forwarded", "for=192.0.2.9"), ("x-real-ip", "192.0.2.9"), ("authorization", "Bearer x")] {
            spent(&one.send(actix_web::http::Method::GET, "/v1/site", &[(name, value)], None).await, "read", 3);
        }
        let six = [reader("2001:db8:0:1::1"), reader("2001:db8:0:1:ffff::2"), reader("2001:db8:0:1::3"), reader("2001:db8:0:1::4")];
        for (n, reader) in six.iter().enumerate() {
            assert_eq!(reader.get("/v1/site").await.status, if n < 3 { 200 } else { 429 });
        }
        // Others are not held up, nor is whoever looks after the server.
        reader("192.0.2.2").get("/v1/site").await.ok();
        one.get("/health/ready").await.ok();
        app.wait(20);
        one.get("/v1/site").await.ok();
        spent(&one.get("/v1/site").await, "read", 3);
    }

    async fn whoever_is_signed_in_is_counted_alone_and_told_what_is_left(app) {
        let (editor, other) = (app.editor().await, app.editor().await);
        let section = app.section("world", "दुनिया").await;
        let rates = Rates::OFF.with(Class::DeskRead, THREE).with(Class::DeskWrite, Rate { quota: 2, window: 60 });
        let entrance = app.limiting(rates).await;
        let me = editor.at(&entrance);
        for left in (0..3).rev() {
            let answer = me.get("/v1/auth/me").await;
            answer.ok();
            assert_eq!(answer.header("ratelimit-policy"), Some("\"desk-read\";q=3;w=60"));
            assert_eq!(answer.header("ratelimit"), Some(&*format!("\"desk-read\";r={left};t={}", if left == 0 { 20 } else { 20 * (3 - left) })));
        }
        spent(&me.get("/v1/desk/articles").await, "desk-read", 3);
        // Writes have a budget of their own, whatever comes of them.
        let draft = json!({ "kind": "story", "section_id": section, "source_locale": "en", "translations": { "en": { "headline": "One" } } });
        assert_eq!(me.post("/v1/desk/articles", &draft).await.status, 201);
        assert_eq!(me.post("/v1/desk/articles", &json!({})).await.status, 422);
        spent(&me.post("/v1/desk/articles", &draft).await, "desk-write", 2);
        spent(&me.patch("/v1/auth/me", "\"1\"", &json!({ "name": "Another" })).await, "desk-write", 2);
        other.at(&entrance).get("/v1/desk/articles").await.ok();
        // Another session is the same caller.
        let again = app.again(&editor).await;
        spent(&again.at(&entrance).get("/v1/desk/articles").await, "desk-read", 3);
        // Nobody is kept from ending sessions.
        assert_eq!(again.at(&entrance).post("/v1/auth/logout", &json!({})).await.status, 204);
        again.at(&entrance).get("/v1/auth/me").await.refused(401, "session-ended");
    }

    async fn tokens_that_are_refused_are_counted_by_network_before_anybody_is_looked_up(app) {
        let editor = app.editor().await;
        let entrance = app.limiting(Rates::OFF.with(Class::Refused, THREE)).await;
        let mut guessing = app.anyone().at(&entrance).connecting("192.0.2.1");
        guessing.token = Some("a.guess.made".to_owned());
        for _ in 0..3 {
            guessing.get("/v1/desk/articles").await.refused(401, "invalid-token");
        }
        spent(&guessing.get("/v1/desk/articles").await, "refused", 3);
        // Whoever has a good token behind the same address is nobody who guesses.
        editor.at(&entrance).connecting("192.0.2.1").get("/v1/desk/articles").await.ok();
        spent(&guessing.get("/v1/desk/articles").await, "refused", 3);
    }

    async fn signing_in_has_a_budget_by_network_and_renewing_is_refused_to_those_alone_who_are_refused_anyway(app) {
        let entrance = app.limiting(Rates::OFF.with(Class::SignIn, THREE).with(Class::Refused, THREE)).await;
        let somebody = app.anyone().at(&entrance).connecting("192.0.2.1");
        for _ in 0..3 {
            let answer = somebody.post("/v1/auth/token", &json!({})).await;
            assert_eq!((answer.status, answer.header("ratelimit").is_some()), (422, true), "{}", answer.text);
        }
        spent(&somebody.post("/v1/auth/token", &json!({})).await, "sign-in", 3);
        for _ in 0..3 {
            somebody.post("/v1/auth/refresh", &json!({ "refresh_token": "guessed" })).await.refused(401, "invalid-token");
        }
        spent(&somebody.post("/v1/auth/refresh", &json!({ "refresh_token": "guessed" })).await, "refused", 3);
        // Whoever has a session there goes on.
        let user = app.editor().await.path().rsplit('/').next().unwrap().parse().unwrap();
        let begun = app.store.write(Bookkeeping, move |tx, _| desk::sessions::begin(tx, user, None, Network::UNKNOWN)).await.unwrap();
        somebody.post("/v1/auth/refresh", &json!({ "refresh_token": begun.refresh.expose() })).await.ok();
    }

    async fn instances_that_tell_each_other_late_let_through_no_more_than_a_budget_each(app) {
        let rates = Rates::OFF.with(Class::DeskRead, Rate { quota: 10, window: 60 });
        let all = [app.limiting(rates).await, app.limiting(rates).await, app.limiting(rates).await];
        let editor = app.editor().await;
        let mut through = 0;
        for _ in 0..4 {
            for entrance in &all {
                for _ in 0..12 {
                    through += u32::from(editor.at(entrance).get("/v1/auth/me").await.status == 200);
                }
            }
            for entrance in &all {
                rate_sharing::share(&app.store, &entrance.rates).unwrap();
            }
            app.wait(6);
        }
        // At first each has a budget; from then on all of them together get what the budget refills by, and a part each.
        assert!((30..=30 + 3 * (3 + 3)).contains(&through), "{through}");
    }

    async fn instances_that_share_a_database_let_through_one_budget_and_a_part(app) {
        let rates = Rates::OFF.with(Class::DeskRead, Rate { quota: 64, window: 60 });
        let (one, other) = (app.limiting(rates).await, app.limiting(rates).await);
        let editor = app.editor().await;
        let mut through = 0;
        for _ in 0..60 {
            for entrance in [&one, &other] {
                through += u32::from(editor.at(entrance).get("/v1/auth/me").await.status == 200);
                rate_sharing::share(&app.store, &entrance.rates).unwrap();
            }
        }
        // A sixteenth of the budget is spent before an instance tells of it.
        assert!((64..=64 + 2 * 4).contains(&through), "{through}");
        let kept = |app: &TestApp| everything_kept(&app.url).lines().any(|line| line.starts_with("rate_limits: "));
        assert!(kept(&app));
        app.wait(120);
        app.store.write_now(&Bookkeeping, dateline::store::rates::forget).unwrap();
        assert!(!kept(&app));
        editor.at(&other).get("/v1/auth/me").await.ok();
    }
}
