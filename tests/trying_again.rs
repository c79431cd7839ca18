//! What the database undoes through nobody's fault is carried out again; what may have happened is not.

use std::sync::{
    Arc, Barrier,
    atomic::{AtomicBool, AtomicUsize, Ordering},
};

use dateline::{
    access::Bookkeeping,
    domain::Error,
    store::{Limits, Store, Tx, jobs, users},
};
use diesel::{Connection, PgConnection, QueryableByName, RunQueryDsl, connection::SimpleConnection, sql_query, sql_types::BigInt};
use futures_util::future::join;
use serde_json::json;

use crate::support::{
    TestApp, everything_kept,
    postgres::{Own, end_sessions},
};

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    number: i64,
}

fn number(conn: &mut PgConnection, query: &str) -> i64 {
    sql_query(query).get_result::<Number>(conn).unwrap().number
}

/// What befalls a tag that is made.
struct Trouble {
    /// When it is written, or at the commit.
    at: &'static str,
    /// The first so many times.
    times: i64,
    what: &'static str,
}

const WRITTEN: &str = "CREATE TRIGGER trouble AFTER INSERT ON tags";
const COMMITTED: &str = "CREATE CONSTRAINT TRIGGER trouble AFTER INSERT ON tags DEFERRABLE INITIALLY DEFERRED";
const SERIALISATION: &str = "RAISE 'could not serialize access' USING ERRCODE = '40001'";
const DEADLOCK: &str = "RAISE 'undone' USING ERRCODE = '40P01', DETAIL = E'Process 1 waits for ShareLock on transaction 3; blocked by process \
                        2.\\nProcess 2 waits for RowExclusiveLock on relation 4; blocked by process 1.'";
/// It is the sleep that notices.
const ENDED: &str = "PERFORM pg_terminate_backend(pg_backend_pid()); PERFORM pg_sleep(60)";

impl Trouble {
    /// Let it befall those who come. A sequence counts what is undone too.
    fn begin(&self, conn: &mut PgConnection) {
        let Self { at, times, what } = self;
        conn.batch_execute(&format!(
            "CREATE SEQUENCE tries; CREATE FUNCTION trouble() RETURNS trigger LANGUAGE plpgsql AS \
             $$ BEGIN IF nextval('tries') <= {times} THEN {what}; END IF; RETURN NEW; END $$; {at} FOR EACH ROW EXECUTE FUNCTION trouble()"
        ))
        .unwrap();
    }

    /// How often it was tried.
    fn end(conn: &mut PgConnection) -> i64 {
        let tries = number(conn, "SELECT last_value AS number FROM tries");
        conn.batch_execute("DROP TRIGGER trouble ON tags; DROP FUNCTION trouble; DROP SEQUENCE tries").unwrap();
        tries
    }
}

#[actix_web::test]
async fn a_write_that_the_server_undid_is_done_and_done_once() {
    let Some(app) = TestApp::postgres().await else { return };
    let (admin, mut conn) = (app.admin().await, PgConnection::establish(&app.url).unwrap());
    let known: [(_, _, _, Result<(), &str>, _); 13] = [
        (WRITTEN, 1, SERIALISATION, Ok(()), 2),
        (WRITTEN, 1, DEADLOCK, Ok(()), 2),
        (WRITTEN, 1, ENDED, Ok(()), 2),
        (COMMITTED, 1, SERIALISATION, Ok(()), 2),
        (COMMITTED, 1, DEADLOCK, Ok(()), 2),
        (WRITTEN, 2, SERIALISATION, Ok(()), 3),
        (WRITTEN, 9, SERIALISATION, Err("busy"), 3),
        (WRITTEN, 9, DEADLOCK, Err("busy"), 3),
        (WRITTEN, 9, ENDED, Err("database-unavailable"), 3),
        // Whether that has happened, nobody knows.
        (COMMITTED, 1, ENDED, Err("database-unavailable"), 1),
        // Whoever waited for so long does not wait for as long again.
        (WRITTEN, 1, "RAISE 'canceling statement due to lock timeout' USING ERRCODE = '55P03'", Err("busy"), 1),
        (WRITTEN, 1, "RAISE 'canceling statement due to statement timeout' USING ERRCODE = '57014'", Err("took-too-long"), 1),
        (WRITTEN, 1, "RAISE 'out of memory' USING ERRCODE = '53200'", Err("busy"), 1),
    ];
    let before = number(&mut conn, "SELECT count(*) AS number FROM changes");
    for (n, (at, times, what, outcome, tries)) in known.into_iter().enumerate() {
        let (tag, key) = (json!({ "kind": "topic", "translations": { "en": { "name": format!("River {n}") } } }), format!("key-{n}"));
        let ask = async || {
            let headers = [("content-type", "application/json"), ("idempotency-key", key.as_str())];
            admin.send(actix_web::http::Method::POST, "/v1/desk/tags", &headers, Some(tag.to_string().into_bytes())).await
        };
        Trouble { at, times, what }.begin(&mut conn);
        let answer = ask().await;
        assert_eq!((Trouble::end(&mut conn), n), (tries, n), "{}", answer.text);
        match outcome {
            Ok(()) => assert_eq!(answer.status, 201, "{n}: {}", answer.text),
            Err(code) => _ = answer.refused(503, code),
        }
        let again = ask().await;
        assert_eq!((again.status, again.header("idempotency-replayed").is_some()), (201, outcome.is_ok()), "{n}: {}", again.text);
    }
    assert_eq!(number(&mut conn, "SELECT count(*) AS number FROM tags"), 13);
    assert_eq!(number(&mut conn, "SELECT count(*) AS number FROM changes") - before, 13);
    let gaps = "SELECT max(seq) - min(seq) + 1 - count(*) AS number FROM changes";
    assert_eq!(number(&mut conn, gaps), 0, "what was undone has left no trace");
}

/// Something that loses its connection in the middle the first few times; and how often it was carried out.
fn losing<T>(
    url: &str,
    times: usize,
    then: fn(&mut Tx<'_>) -> Result<T, Error>,
) -> (Arc<AtomicUsize>, impl Fn(&mut Tx<'_>) -> Result<T, Error> + Clone + Send + 'static)
where
    T: 'static,
{
    let (tries, url) = (Arc::<AtomicUsize>::default(), url.to_owned());
    let counted = tries.clone();
    let work = move |tx: &mut Tx<'_>| {
        users::count(tx)?;
        if counted.fetch_add(1, Ordering::SeqCst) < times {
            end_sessions(&url);
        }
        then(tx)
    };
    (tries, work)
}

#[actix_web::test]
async fn who_loses_the_connection_in_the_middle_begins_again() {
    let Some(app) = TestApp::postgres().await else { return };
    let tried = |tries: &AtomicUsize| tries.load(Ordering::SeqCst);
    let (tries, read) = losing(&app.url, 1, users::count);
    assert_eq!((app.store.read(read).await.unwrap(), tried(&tries)), (0, 2));
    let (tries, read) = losing(&app.url, 1, users::count);
    assert_eq!((app.store.read_tracked(read).await.unwrap().0.unwrap(), tried(&tries)), (0, 2));
    let (tries, read) = losing(&app.url, 1, users::count);
    assert_eq!((app.store.read_now(read).unwrap(), tried(&tries)), (0, 2));
    let (tries, write) = losing(&app.url, 1, |tx| jobs::enrol(tx, "in turn", "in turn"));
    app.store.write(Bookkeeping, move |tx, _| write(tx)).await.unwrap();
    assert_eq!(tried(&tries), 2);
    let (tries, write) = losing(&app.url, 2, |tx| jobs::enrol(tx, "on a thread", "on a thread"));
    app.store.write_now(&Bookkeeping, write).unwrap();
    assert_eq!(tried(&tries), 3);
    // What was handed on meanwhile cannot be taken back.
    let (tries, read) = losing(&app.url, 1, users::count);
    assert!(matches!(app.store.read_out(read), Err(Error::Unavailable(_))));
    assert_eq!(tried(&tries), 1);
    // It ends.
    let (tries, read) = losing(&app.url, 9, users::count);
    assert!(matches!(app.store.read(read).await, Err(Error::Unavailable(_))));
    assert_eq!(tried(&tries), 3);
    let kept = everything_kept(&app.url);
    assert!(kept.contains("in turn") && kept.contains("on a thread"));
}

/// Write two things, and before the second of them wait until others have written their first: but for once.
async fn crossing(store: &Store, names: [&'static str; 2], met: Arc<Barrier>) -> Result<(), Error> {
    let first = Arc::new(AtomicBool::new(true));
    let write = move |tx: &mut Tx<'_>| {
        jobs::enrol(tx, names[0], names[0])?;
        if first.swap(false, Ordering::SeqCst) {
            met.wait();
        }
        jobs::enrol(tx, names[1], names[1])
    };
    store.write(Bookkeeping, move |tx, _| write(tx)).await
}

#[actix_web::test]
async fn of_two_who_wait_for_each_other_both_are_done() {
    let Some(app) = TestApp::postgres().await else { return };
    let met = Arc::new(Barrier::new(2));
    let both = join(crossing(&app.store, ["a", "b"], met.clone()), crossing(&app.store, ["b", "a"], met)).await;
    assert!(matches!(both, (Ok(()), Ok(()))), "{both:?}");
}

#[actix_web::test]
async fn a_deadlock_is_understood_in_german() {
    let Some(server) = Own::start() else { return };
    let mut conn = PgConnection::establish(&server.url()).unwrap();
    conn.batch_execute("ALTER DATABASE app SET lc_messages = 'C.UTF-8'").unwrap();
    let app = TestApp::on(&server, Limits::default()).await;
    let mut conn = PgConnection::establish(&server.url()).unwrap();
    if conn.batch_execute("SELECT nothing").unwrap_err().to_string().contains("does not exist") {
        // No translations are installed here; the unit test of `store/failure.rs` knows what they would say.
        return;
    }
    let met = Arc::new(Barrier::new(2));
    let both = join(crossing(&app.store, ["a", "b"], met.clone()), crossing(&app.store, ["b", "a"], met)).await;
    assert!(matches!(both, (Ok(()), Ok(()))), "{both:?}");
}

both! {
    async fn what_is_refused_by_a_rule_is_not_tried_again(app) {
        let tries = Arc::<AtomicUsize>::default();
        let counted = tries.clone();
        let refused = move |_: &mut Tx<'_>| {
            counted.fetch_add(1, Ordering::SeqCst);
            Err::<(), _>(Error::NotFound("tag"))
        };
        assert!(matches!(app.store.write(Bookkeeping, { let refused = refused.clone(); move |tx: &mut Tx<'_>, _| refused(tx) }).await, Err(Error::NotFound(_))));
        assert!(matches!(app.store.read(refused).await, Err(Error::NotFound(_))));
        assert_eq!(tries.load(Ordering::SeqCst), 2);
    }
}
