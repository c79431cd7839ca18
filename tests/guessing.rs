//! Guessing passwords: what it gets, whom it keeps waiting, and what is left of it in the audit trail.

use std::sync::{Mutex, PoisonError};

use dateline::{
    access::{Bookkeeping, rate::Rates},
    domain::user::Role,
};
use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::support::{Answer, Client, TestApp};

const RIGHT: &str = "गुप्त वाक्य यहाँ है";

/// Users with a password, which is hashed once for all of them.
async fn users(app: &TestApp, names: &[String]) {
    static HASH: Mutex<Option<String>> = Mutex::new(None);
    let hash = HASH
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .get_or_insert_with(|| dateline::access::password::hash(RIGHT, app.store.entropy()).unwrap())
        .clone();
    for name in names {
        let draft = dateline::desk::users::Draft {
            email: Some(format!("{name}@example.org")),
            name: name.clone(),
            status: dateline::domain::user::UserStatus::Active,
            grants: Vec::new(),
        };
        let hash = hash.clone();
        let permit = dateline::access::Permit::try_from(dateline::access::Caller::system(dateline::access::System::Operator)).unwrap();
        app.store.write(permit, move |tx, permit| dateline::desk::users::create(tx, permit, &draft, &hash)).await.unwrap();
    }
}

async fn asha(app: &TestApp) {
    users(app, &["asha".to_owned()]).await;
}

async fn enter(client: &Client<'_>, name: &str, password: &str) -> Answer {
    client.post("/v1/auth/token", &json!({ "email": format!("{name}@example.org"), "password": password })).await
}

/// Entries of the audit trail that tell of refusals: kind, network and reason, the oldest first.
async fn trail(app: &TestApp) -> Vec<(String, String, String)> {
    app.write_refusals().await;
    let list = app.admin().await.get("/v1/desk/audit?event=refused&limit=100").await.ok();
    let text = |v: &Value| v.as_str().unwrap().to_owned();
    let mut all: Vec<_> =
        list["data"].as_array().unwrap().iter().map(|e| (text(&e["kind"]), text(&e["origin"]), text(&e["reason"]))).collect();
    all.reverse();
    all
}

both! {
    async fn after_five_wrong_passwords_even_the_right_one_waits_its_turn(app) {
        asha(&app).await;
        let thief = app.from("192.0.2.7");
        for _ in 0..5 {
            enter(&thief, "asha", "not the password").await.refused(401, "wrong-credentials");
        }
        for wait in [1, 2, 4, 8, 16, 30] {
            let refused = enter(&thief, "asha", RIGHT).await;
            refused.refused(429, "too-many-attempts");
            assert_eq!(refused.header("retry-after"), Some(wait.to_string().as_str()));
            assert_eq!(refused.header("cache-control"), Some("no-store"));
            app.wait(wait);
            enter(&thief, "asha", "not the password").await.refused(401, "wrong-credentials");
        }
        // The owner is somewhere else, and after a while may come from there too.
        enter(&app.from("192.0.2.8"), "asha", RIGHT).await.ok();
        enter(&thief, "asha", RIGHT).await.refused(429, "too-many-attempts");
        app.wait(30);
        enter(&thief, "asha", RIGHT).await.ok();
        for _ in 0..5 {
            enter(&thief, "asha", "not the password").await.refused(401, "wrong-credentials");
        }
    }

    async fn what_is_sent_at_once_is_counted_before_it_is_looked_at(app) {
        asha(&app).await;
        let thief = app.from("2001:db8::7");
        let neighbour = app.from("2001:db8::ffff:8");
        let all = join_all((0..40).map(|n| enter(if n % 2 == 0 { &thief } else { &neighbour }, "asha", "not the password"))).await;
        let looked_at = all.iter().filter(|a| a.status == 401).count();
        assert!(looked_at <= 5 && all.iter().all(|a| [401, 429, 503].contains(&a.status)), "{looked_at}");
        assert!(all.iter().filter(|a| a.status == 429).count() >= 35);
    }

    async fn nobody_learns_who_has_an_account_by_failing_often(app) {
        asha(&app).await;
        let mut seen = Vec::new();
        for (name, from) in [("asha", "192.0.2.1"), ("nobody", "192.0.2.2")] {
            let client = app.from(from);
            let mut answers = Vec::new();
            for n in 0..9 {
                let answer = enter(&client, name, "not the password").await;
                let mut problem = answer.json();
                problem["request_id"] = json!(null);
                // Headers have no order, and come in another each time.
                let headers: std::collections::BTreeSet<_> = answer.headers.into_iter().filter(|(name, _)| name != "x-request-id").collect();
                answers.push((answer.status, problem, headers));
                app.wait(i64::from(n == 6));
            }
            seen.push(answers);
        }
        assert_eq!(seen[0], seen[1]);
        assert!(seen[0].iter().any(|(status, ..)| *status == 429));
    }

    async fn a_network_that_tries_every_account_waits_and_those_it_knows_do_not(app) {
        users(&app, &["asha".to_owned(), "ravi".to_owned()]).await;
        let office = app.from("192.0.2.7");
        enter(&office, "asha", RIGHT).await.ok();
        // As many as would take long to look at are counted in memory.
        let from = dateline::domain::network::Network::of("192.0.2.7".parse().unwrap());
        for n in 0..200 {
            let _ = app.entrance.sign_ins.throttle.admit(app.account(&n.to_string()), from, false, app.now());
        }
        enter(&office, "ravi", RIGHT).await.refused(429, "too-many-attempts");
        enter(&office, "asha", RIGHT).await.ok();
        enter(&app.from("192.0.2.8"), "ravi", RIGHT).await.ok();
        app.wait(30);
        enter(&office, "ravi", RIGHT).await.ok();
    }

    async fn many_networks_that_guess_do_not_shut_out_whoever_is_known(app) {
        asha(&app).await;
        let home = app.from("198.51.100.9");
        enter(&home, "asha", RIGHT).await.ok();
        let account = app.account("asha@example.org");
        for n in 0..2_000u32 {
            let from = dateline::domain::network::Network::of(std::net::Ipv4Addr::from_bits(n).into());
            let _ = app.entrance.sign_ins.throttle.admit(account, from, false, app.now());
        }
        enter(&app.from("203.0.113.9"), "asha", RIGHT).await.refused(429, "too-many-attempts");
        enter(&home, "asha", RIGHT).await.ok();
        // Known is known to every instance, and after a restart.
        let other = app.instance().await;
        enter(&home.at(&other), "asha", RIGHT).await.ok();
        app.wait(31 * 24 * 3_600);
        for n in 0..2_000u32 {
            let from = dateline::domain::network::Network::of(std::net::Ipv4Addr::from_bits(n).into());
            let _ = app.entrance.sign_ins.throttle.admit(account, from, false, app.now());
        }
        enter(&home, "asha", RIGHT).await.refused(429, "too-many-attempts");
    }

    async fn instances_that_share_a_database_count_as_one_whatever_is_tried_at_once(app) {
        asha(&app).await;
        let instances = [app.limiting(Rates::OFF).await, app.limiting(Rates::OFF).await];
        let at = |n: usize| app.from("192.0.2.7").at(&instances[n % 2]);
        let clients: Vec<_> = (0..24).map(at).collect();
        let tried = join_all(clients.iter().map(|thief| enter(thief, "asha", "not the password"))).await;
        let of = |status| tried.iter().filter(|answer| answer.status == status).count();
        // Where the hashing is full one is refused for that, and has tried nothing.
        assert_eq!((of(401) <= 5, of(401) + of(429) + of(503)), (true, 24));
        while enter(&at(of(401)), "asha", "not the password").await.status != 429 {}
        for n in 0..2 {
            enter(&at(n), "asha", RIGHT).await.refused(429, "too-many-attempts");
        }
        // From somewhere else it is another count, and what is right there clears nothing here.
        enter(&app.from("192.0.2.8").at(&instances[0]), "asha", RIGHT).await.ok();
        enter(&at(1), "asha", RIGHT).await.refused(429, "too-many-attempts");
        app.wait(30);
        enter(&at(1), "asha", RIGHT).await.ok();
        // What is left is what was wrong of the account and of the network; of nothing there is no count.
        let left = crate::support::everything_kept(&app.url).lines().filter(|line| line.starts_with("sign_in_counts")).count();
        assert_eq!(left, 2);
        for n in 0..5 {
            enter(&at(n), "asha", "not the password").await.refused(401, "wrong-credentials");
        }
        enter(&at(0), "asha", "not the password").await.refused(429, "too-many-attempts");
        // Neither the address nor what was typed is found in what is kept.
        let kept = crate::support::everything_kept(&app.url);
        let counts: Vec<_> = kept.lines().filter(|line| line.starts_with("sign_in_counts")).collect();
        assert!(counts.len() >= 3 && !counts.iter().any(|line| line.contains("asha")), "{counts:?}");
        app.wait(3 * 3_600);
        app.store.write_now(&Bookkeeping, dateline::store::sign_in_counts::forget).unwrap();
        assert!(!crate::support::everything_kept(&app.url).contains("sign_in_counts: "));
    }

    async fn the_network_is_what_a_trusted_proxy_saw(app) {
        asha(&app).await;
        let through = async |proxy: &str, forwarded: &str, password: &str| {
            let headers = [("content-type", "application/json"), ("x-forwarded-for", forwarded)];
            let body = json!({ "email": "asha@example.org", "password": password }).to_string().into_bytes();
            app.from(proxy).send(actix_web::http::Method::POST, "/v1/auth/token", &headers, Some(body)).await
        };
        for n in 0..5 {
            // Whatever a client writes in front makes it no other.
            through("10.0.0.1", &format!("198.51.100.{n}, 192.0.2.7"), "not the password").await.refused(401, "wrong-credentials");
        }
        through("10.0.0.1", "198.51.100.9, 192.0.2.7", RIGHT).await.refused(429, "too-many-attempts");
        through("192.0.2.7", "198.51.100.9", RIGHT).await.refused(429, "too-many-attempts");
        through("10.0.0.1", "192.0.2.8", RIGHT).await.ok();
        assert_eq!(trail(&app).await[0].1, "192.0.2.7");
        // What the desk does is told with that network address too.
        let admin = app.admin().await;
        let headers = [("content-type", "application/json"), ("x-forwarded-for", "192.0.2.44")];
        let tag = json!({ "kind": "topic", "translations": { "en": { "name": "Tea" } } }).to_string().into_bytes();
        admin.connecting("10.0.0.1").send(actix_web::http::Method::POST, "/v1/desk/tags", &headers, Some(tag)).await.ok();
        assert_eq!(admin.get("/v1/desk/audit?kind=tag").await.ok()["data"][0]["origin"], "192.0.2.44");
    }

    async fn who_was_not_let_in_is_in_the_audit_trail_and_nothing_that_was_typed(app) {
        asha(&app).await;
        let thief = app.from("192.0.2.7");
        for _ in 0..3 {
            enter(&thief, "asha", "canary-password").await.refused(401, "wrong-credentials");
            enter(&thief, "canary-address", "canary-password").await.refused(401, "wrong-credentials");
        }
        let user = ("user".to_owned(), "192.0.2.7".to_owned(), "wrong-password, 3 times".to_owned());
        let nobody = ("sign_in".to_owned(), "192.0.2.7".to_owned(), "unknown-account, 3 times".to_owned());
        let mut first = trail(&app).await;
        first.sort();
        assert_eq!(first, [nobody, user]);
        let tokens = enter(&app.from("192.0.2.8"), "asha", RIGHT).await.ok();
        let refresh = json!({ "refresh_token": tokens["refresh_token"] });
        app.anyone().post("/v1/auth/refresh", &refresh).await.ok();
        app.wait(11);
        app.from("192.0.2.9").post("/v1/auth/refresh", &refresh).await.refused(401, "session-ended");
        app.from("192.0.2.9").post("/v1/auth/refresh", &json!({ "refresh_token": "canary-token" })).await.refused(401, "invalid-token");
        let since = trail(&app).await.split_off(2);
        assert!(since.contains(&("user".to_owned(), "192.0.2.9".to_owned(), "refresh-token-reused".to_owned())), "{since:?}");
        assert!(since.contains(&("sign_in".to_owned(), "192.0.2.9".to_owned(), "refresh-token".to_owned())), "{since:?}");
        let admin = app.admin().await;
        let id = admin.get("/v1/desk/audit?event=refused&kind=user").await.ok()["data"][0]["subject_id"].as_str().unwrap().to_owned();
        assert_eq!(admin.get(&format!("/v1/desk/users/{id}")).await.ok()["email"], "asha@example.org");
        assert_eq!(admin.get("/v1/desk/audit?actor=nobody").await.ok()["data"].as_array().unwrap().len(), 4);
        assert!(!crate::support::everything_kept(&app.url).contains("canary"));
        // Readers' caches hear nothing of it, and whoever may not read the trail does not either.
        app.editor().await.get("/v1/desk/audit").await.refused(403, "forbidden");
        let editor = app.role(Role::Editor, None, None).await;
        editor.get("/v1/desk/audit?event=refused").await.refused(403, "forbidden");
    }

    async fn guessing_does_not_fill_the_audit_trail(app) {
        use dateline::{desk::sign_ins::Why, domain::network::Network};
        let rows = async || {
            let store = app.store.clone();
            dateline::store::aside(move || store.read_now(dateline::store::changes::last)).await.unwrap()
        };
        let before = rows().await;
        let mut counted = 0u32;
        for minute in 0..10 {
            for n in 0..5_000u32 {
                app.entrance.sign_ins.note(None, Network::of(std::net::Ipv4Addr::from_bits(minute * 10_000 + n).into()), Why::UnknownAccount, app.now());
                counted += 1;
                if n % 1_000 == 0 {
                    app.write_refusals().await;
                }
            }
            app.wait(60);
        }
        app.write_refusals().await;
        let written = rows().await - before;
        assert!(written <= 10 * 2 * 21, "{written} rows of ten minutes");
        // And yet each of them is told of.
        let mut told = 0;
        let mut path = "/v1/desk/audit?event=refused&limit=100".to_owned();
        let admin = app.admin().await;
        loop {
            let page = admin.get(&path).await.ok();
            for entry in page["data"].as_array().unwrap() {
                let reason = entry["reason"].as_str().unwrap();
                told += reason.split_once(", ").map_or(1, |(_, times)| times.split(' ').next().unwrap().parse::<u32>().unwrap());
            }
            let Some(next) = page["page"]["next"].as_str() else { break };
            path = format!("/v1/desk/audit?event=refused&limit=100&cursor={next}");
        }
        assert_eq!(told, counted);
    }
}

/// Five hundred who guess beside fifty who know, all at once; run by name, with `--nocapture`, for its figures.
#[actix_web::test]
#[ignore = "takes a minute, and is of interest for its figures"]
async fn driving_five_hundred_who_guess_beside_fifty_who_know() {
    let app = TestApp::sqlite().await;
    let names: Vec<String> = (0..50).map(|n| format!("reporter-{n}")).collect();
    users(&app, &names).await;
    for (n, name) in names.iter().enumerate().filter(|(n, _)| n.is_multiple_of(2)) {
        enter(&app.from(&format!("198.51.100.{n}")), name, RIGHT).await.ok();
    }
    let guess = async |n: usize| {
        let client = app.from(&format!("192.0.{}.{}", n / 250, n % 250));
        let mut statuses = Vec::new();
        for round in 0..5 {
            let name = if n.is_multiple_of(2) { "reporter-0".to_owned() } else { format!("guess-{n}-{round}") };
            statuses.push(enter(&client, &name, "not the password").await.status);
        }
        statuses
    };
    let know = async |n: usize| {
        let client = app.from(&format!("198.51.100.{n}"));
        let mut tries = 1;
        while enter(&client, &names[n], RIGHT).await.status != 200 {
            tries += 1;
            assert!(tries < 10_000, "shut out");
            actix_web::rt::task::yield_now().await;
        }
        (n.is_multiple_of(2), tries)
    };
    let (guessed, knew) = futures_util::future::join(join_all((0..500).map(guess)), join_all((0..50).map(know))).await;
    let count = |status: u16| guessed.iter().flatten().filter(|s| **s == status).count();
    println!("guessers: 401 {}, 429 {}, 503 {}", count(401), count(429), count(503));
    for known in [true, false] {
        let tries: Vec<usize> = knew.iter().filter(|(k, _)| *k == known).map(|(_, tries)| *tries).collect();
        println!(
            "right, known {known}: {} of them at once, {} tries at most",
            tries.iter().filter(|t| **t == 1).count(),
            tries.iter().max().unwrap()
        );
    }
    assert!(knew.iter().all(|(known, tries)| !known || *tries == 1), "whoever is known gets in at once");
    println!("audit entries: {}", app.write_refusals().await);
}
