//! What the newsroom is told when the database fails, or when somebody holds it up: soon, and what it is.

use std::{
    sync::{
        Arc, Mutex,
        mpsc::{Receiver, Sender, channel},
    },
    time::Duration,
};

use dateline::{
    access::Bookkeeping,
    domain::Error,
    store::{
        Limits, Store, Tx, jobs,
        write_timeout::{WriteDurations, named},
    },
};
use diesel::{Connection, PgConnection, connection::SimpleConnection};
use futures_util::{FutureExt, future::join_all};
use serde_json::json;

use crate::support::{
    Client, TestApp, everything_kept,
    log::Log,
    postgres::{Own, end_sessions},
};

/// A write that has begun, and goes on when it is let; what it does then is heard of.
struct Held<T> {
    began: Receiver<()>,
    end: Sender<()>,
    outcome: Receiver<Result<T, Error>>,
}

/// What does so, and the one who sees it; as often as it is carried out.
fn held<T: Send + 'static>(
    then: fn(&mut Tx<'_>) -> Result<T, Error>,
) -> (Held<T>, impl Fn(&mut Tx<'_>) -> Result<(), Error> + Clone + Send + 'static) {
    let ((begin, began), (end, ended), (tell, outcome)) = (channel(), channel(), channel());
    let ended = Arc::new(Mutex::new(ended));
    let work = move |tx: &mut Tx<'_>| {
        begin.send(()).unwrap();
        ended.lock().unwrap().recv().unwrap();
        let done = then(tx);
        let refused = done.is_err();
        tell.send(done).unwrap();
        if refused { Err(Error::NotFound("end")) } else { Ok(()) }
    };
    (Held { began, end, outcome }, work)
}

fn limits(seconds: u64) -> Limits {
    let long = Duration::from_secs(seconds);
    Limits { queue_timeout: long, read: long, write: long, ..Limits::default() }
}

async fn write(store: &Store, name: &'static str) -> Result<(), Error> {
    store.write(Bookkeeping, move |tx, _| jobs::enrol(tx, name, name)).await
}

/// Ask until it is so: until something has happened that nobody tells of.
async fn until(what: impl AsyncFn() -> bool) {
    while !what().await {
        actix_web::rt::task::yield_now().await;
    }
}

async fn status(who: &Client<'_>, path: &str) -> (u16, serde_json::Value) {
    let answer = who.get(path).await;
    assert_eq!(answer.status == 503, answer.header("retry-after").is_some(), "{answer:?}");
    (answer.status, answer.json())
}

both! {
    async fn a_turn_that_lasts_too_long_is_stopped_at_its_next_statement_and_undone(app) {
        let clock = app.clock.clone();
        let late = app.store.write(Bookkeeping, move |tx, _| {
            jobs::enrol(tx, "early", "early")?;
            clock.advance(5);
            jobs::enrol(tx, "late", "late")
        });
        assert!(matches!(late.await, Err(Error::TookTooLong)));
        // Nor is kept what has no further statement.
        let clock = app.clock.clone();
        let late = app.store.write(Bookkeeping, move |tx, _| {
            jobs::enrol(tx, "silent", "silent")?;
            clock.advance(5);
            Ok(())
        });
        assert!(matches!(late.await, Err(Error::TookTooLong)));
        // A part that may fail alone does not go on either.
        let clock = app.clock.clone();
        let late = app.store.write(Bookkeeping, move |tx, _| {
            let _ = tx.attempt(|tx| {
                clock.advance(5);
                jobs::enrol(tx, "part", "part")
            });
            Ok(())
        });
        assert!(matches!(late.await, Err(Error::TookTooLong)));
        write(&app.store, "others").await.unwrap();
        let kept = everything_kept(&app.url);
        assert!(kept.contains("others"));
        assert!(["early", "late", "silent", "part"].iter().all(|name| !kept.contains(&format!("jobs: {name}")) && !kept.contains(&format!("({name},"))), "{kept}");
        assert_eq!(app.store.write_durations(), WriteDurations::default());
    }

    async fn a_panic_in_a_part_of_a_transaction_undoes_that_part_alone(app) {
        let written = app.store.write(Bookkeeping, move |tx, _| {
            jobs::enrol(tx, "before", "before")?;
            let failed = tx.attempt(|tx| {
                jobs::enrol(tx, "part", "part")?;
                if tx.now().as_micros() > 0 { panic!("of a test") } else { Ok(()) }
            });
            jobs::enrol(tx, "after", "after")?;
            Ok(matches!(failed, Err(Error::Internal(_))))
        });
        assert!(written.await.unwrap());
        let kept = everything_kept(&app.url);
        assert_eq!(["before", "part", "after"].map(|name| kept.contains(name)), [true, false, true], "{kept}");
    }

    async fn who_holds_a_writer_for_too_long_is_logged_once_with_the_operation(app) {
        let log = Log::begin();
        let hold = async |operation: &str, seconds: i64| {
            let work = |tx: &mut Tx<'_>| {
                app.clock.advance(seconds);
                // As the watchdog does.
                app.store.check_write_timeouts();
                app.store.check_write_timeouts();
                jobs::enrol(tx, "late", "late")
            };
            named(operation.into(), async { app.store.write_now(&Bookkeeping, work) }).await
        };
        hold("PUT /quick", 4).await.unwrap();
        assert!(matches!(hold("PUT /slow", 6).await, Err(Error::TookTooLong)));
        let said = log.said();
        let told: Vec<&str> = said.lines().filter(|line| line.contains("for too long")).collect();
        assert_eq!(told.len(), 2, "{said}");
        assert!(told.iter().all(|line| line.contains("ERROR") && line.contains(r#"operation="PUT /slow" seconds=6"#)), "{said}");
        assert!(told[0].contains("holds a writer for too long, and computes") && told[1].contains("has held a writer for too long"), "{said}");
    }

    async fn a_write_whose_client_has_gone_is_undone(app) {
        let (held, work) = held(|tx| jobs::enrol(tx, "unheard", "unheard"));
        let mut writing = Box::pin(app.store.write(Bookkeeping, move |tx, _| work(tx)));
        assert!((&mut writing).now_or_never().is_none());
        held.began.recv().unwrap();
        drop(writing);
        held.end.send(()).unwrap();
        assert!(matches!(held.outcome.recv().unwrap(), Err(Error::TookTooLong)));
        write(&app.store, "others").await.unwrap();
        assert!(!everything_kept(&app.url).contains("unheard"));
    }

    async fn who_would_write_behind_too_many_is_refused_at_once(app) {
        let store = app.process(5, limits(600));
        let (held, work) = held(|_| Ok(()));
        let mut writing: Vec<_> = vec![Box::pin(store.write(Bookkeeping, move |tx, _| work(tx))).boxed_local()];
        assert!((&mut writing[0]).now_or_never().is_none());
        held.began.recv().unwrap();
        let (second, work) = self::held(|_| Ok(()));
        writing.push(Box::pin(store.write(Bookkeeping, move |tx, _| work(tx))).boxed_local());
        writing.extend((2..1_024).map(|_| store.write(Bookkeeping, |_, _| Ok(())).boxed_local()));
        for one in &mut writing[1..] {
            assert!(one.now_or_never().is_none());
        }
        assert!(matches!(store.write(Bookkeeping, |_, _| Ok(())).now_or_never(), Some(Err(Error::Busy))));
        held.end.send(()).unwrap();
        second.end.send(()).unwrap();
        assert!(join_all(writing).await.iter().all(Result::is_ok));
        store.write(Bookkeeping, |_, _| Ok(())).await.unwrap();
    }

    async fn health_tells_a_server_that_is_busy_from_one_that_cannot_write(app) {
        let operator = app.anyone();
        let (first, second) = (held(|_| Ok(())), held(|_| Ok(())));
        let sqlite = app.url.starts_with("sqlite");
        let writers = if sqlite { vec![first] } else { vec![first, second] };
        let mut helds = Vec::new();
        for (held, work) in writers {
            let store = app.store.clone();
            std::thread::spawn(move || store.write_now(&Bookkeeping, work));
            held.began.recv().unwrap();
            helds.push(held);
        }
        let turns = helds.len();
        let busy = loop {
            let (code, said) = status(&operator, "/health/ready").await;
            if code == 200 {
                break said;
            }
        };
        assert_eq!((&busy["status"], &busy["checks"]["turns"], &busy["checks"]["writing"]), (&json!("ok"), &json!(turns), &json!(true)));
        app.wait(6);
        let (code, stuck) = status(&operator, "/health/ready").await;
        assert_eq!((code, &stuck["code"]), (503, &json!("not-ready")));
        assert_eq!(stuck["checks"], json!({ "database": true, "schema": true, "writing": false, "writing_stopped": "held", "turns": turns, "turn_seconds": 6 }));
        assert_eq!(status(&operator, "/health/live").await.0, 200);
        // Whoever has gone on for so long without asking anything computes without end.
        app.wait(60);
        assert_eq!(status(&operator, "/health/live").await.0, 503);
        for held in helds {
            held.end.send(()).unwrap();
            held.outcome.recv().unwrap().unwrap();
        }
        until(async || status(&operator, "/health/ready").await.0 == 200).await;
        assert_eq!(status(&operator, "/health/live").await.0, 200);
    }

    async fn an_older_schema_is_not_ready_and_readers_go_on(app) {
        let operator = app.anyone();
        let (held, work) = held(|_| Ok(()));
        let mut writing = Box::pin(app.store.write(Bookkeeping, move |tx, _| work(tx)));
        assert!((&mut writing).now_or_never().is_none());
        held.began.recv().unwrap();
        // Nobody waits for the writer to know.
        until(async || status(&operator, "/health/ready").await.0 == 200).await;
        held.end.send(()).unwrap();
        writing.await.unwrap();
        let forget = "DELETE FROM __diesel_schema_migrations WHERE version = (SELECT max(version) FROM __diesel_schema_migrations)";
        if let Some(path) = app.url.strip_prefix("sqlite://") {
            diesel::SqliteConnection::establish(path).unwrap().batch_execute(forget).unwrap();
        } else {
            PgConnection::establish(&app.url).unwrap().batch_execute(forget).unwrap();
        }
        let (code, problem) = status(&operator, "/health/ready").await;
        assert_eq!((code, &problem["checks"]["schema"], &problem["checks"]["database"]), (503, &json!(false), &json!(true)));
    }
}

#[actix_web::test]
async fn connections_that_were_ended_are_exchanged_and_who_was_in_the_middle_begins_again() {
    let Some(app) = TestApp::postgres().await else { return };
    let admin = app.admin().await;
    for _ in 0..3 {
        end_sessions(&app.url);
        until(async || status(&admin, "/health/ready").await.0 == 200).await;
        admin.post("/v1/desk/tags", &json!({ "kind": "topic", "translations": { "en": { "name": "Rivers" } } })).await.ok();
        admin.get("/v1/desk/tags").await.ok();
    }
    let (held, work) = held(|tx| jobs::enrol(tx, "half", "half"));
    let mut writing = Box::pin(app.store.write(Bookkeeping, move |tx, _| work(tx)));
    assert!((&mut writing).now_or_never().is_none());
    held.began.recv().unwrap();
    end_sessions(&app.url);
    held.end.send(()).unwrap();
    assert!(matches!(held.outcome.recv().unwrap(), Err(Error::Unavailable(_))));
    held.end.send(()).unwrap();
    writing.await.unwrap();
    assert!(everything_kept(&app.url).contains("half"));
}

#[actix_web::test]
async fn a_server_that_is_away_is_told_of_and_used_again_when_it_is_back() {
    let Some(mut server) = Own::start() else { return };
    let app = TestApp::on(&server, limits(60)).await;
    let (admin, instance) = (app.admin().await, app.uncached().await);
    let reader = app.anyone().at(&instance);
    let tag = json!({ "kind": "topic", "translations": { "en": { "name": "Rivers" } } });
    server.down();
    for _ in 0..2 {
        reader.get("/v1/tags").await.refused(503, "database-unavailable");
        admin.post("/v1/desk/tags", &tag).await.refused(503, "database-unavailable");
        assert!(matches!(write(&app.store, "never").await, Err(Error::Unavailable(_))));
        let (code, problem) = status(&admin, "/health/ready").await;
        assert_eq!((code, &problem["checks"]["database"]), (503, &json!(false)));
        assert_eq!(status(&admin, "/health/live").await.0, 200, "a restart would not help");
    }
    server.up();
    reader.get("/v1/tags").await.ok();
    admin.post("/v1/desk/tags", &tag).await.ok();
    until(async || status(&admin, "/health/ready").await.0 == 200).await;
}

#[actix_web::test]
async fn a_server_that_stands_still_is_told_of_in_time() {
    let Some(server) = Own::start() else { return };
    let app = TestApp::on(&server, Limits::default()).await;
    let store = app.process(3, Limits { read: Duration::from_millis(200), write: Duration::from_millis(200), ..Limits::default() });
    let admin = app.admin().await;
    // The connections are there, and known to be good.
    until(async || store.read(|_| Ok(())).await.is_ok()).await;
    until(async || write(&store, "before").await.is_ok()).await;
    server.freeze();
    // More than there are threads to ask with.
    for _ in 0..4 {
        assert!(matches!(store.read(dateline::store::users::count).await, Err(Error::Unavailable(_))));
        assert!(matches!(write(&store, "never").await, Err(Error::Unavailable(_))));
    }
    let (code, problem) = status(&admin, "/health/ready").await;
    assert_eq!((code, &problem["checks"]["database"]), (503, &json!(false)));
    assert_eq!(status(&admin, "/health/live").await.0, 200);
    server.thaw();
    until(async || store.read(dateline::store::users::count).await.is_ok()).await;
    until(async || write(&store, "after").await.is_ok()).await;
    until(async || status(&admin, "/health/ready").await.0 == 200).await;
    let kept = everything_kept(&app.url);
    assert!(kept.contains("after") && !kept.contains("never"), "whoever was sent away has written nothing");
}
