//! A server that nobody can write to, and what whoever runs it is told of that: readers are answered, and it heals by itself.

use dateline::{access::Bookkeeping, workers::scheduler};
use diesel::{Connection, PgConnection, connection::SimpleConnection};
use serde_json::{Value, json};

use crate::support::{Client, TestApp, execute, postgres::end_sessions};

/// Nobody can write but whoever needs no room: neither a tag nor what the server tries by itself.
fn fill(app: &TestApp) {
    for table in ["tags", "imports"] {
        run(
            app,
            &format!("CREATE TRIGGER full_{table} BEFORE INSERT ON {table} BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END"),
            &format!(
                "CREATE FUNCTION full_{table}() RETURNS trigger LANGUAGE plpgsql AS \
                 $$ BEGIN RAISE 'could not extend file: No space left on device' USING ERRCODE = '53100'; END $$; \
                 CREATE TRIGGER full_{table} BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION full_{table}()"
            ),
        );
    }
}

fn make_room(app: &TestApp) {
    for table in ["tags", "imports"] {
        run(app, &format!("DROP TRIGGER full_{table}"), &format!("DROP TRIGGER full_{table} ON {table}; DROP FUNCTION full_{table}"));
    }
}

fn run(app: &TestApp, on_sqlite: &str, on_postgres: &str) {
    execute(&app.url, if app.url.starts_with("sqlite") { on_sqlite } else { on_postgres });
}

/// What `ready` says of a server that is.
async fn ready(who: &Client<'_>) -> Value {
    let said = who.get("/health/ready").await.ok();
    let checks = &said["checks"];
    assert_eq!((&checks["database"], &checks["schema"]), (&json!(true), &json!(true)), "{said}");
    json!([said["status"], checks["writing"], checks["writing_stopped"]])
}

fn tag(name: &str) -> Value {
    json!({ "kind": "topic", "translations": { "en": { "name": name } } })
}

both! {
    async fn a_full_disk_is_seen_until_something_is_written(app) {
        let admin = app.admin().await;
        assert_eq!(ready(&admin).await, json!(["ok", true, null]));
        fill(&app);
        admin.post("/v1/desk/tags", &tag("Rivers")).await.refused(503, "disk-full");
        let full = json!(["degraded", false, "disk-full"]);
        assert_eq!(ready(&admin).await, full);
        assert_eq!(admin.get("/health/live").await.status, 200);
        admin.get("/v1/tags").await.ok();
        // What is only tried, what reads, and what is tried in vain say nothing of room.
        admin.post("/v1/desk/sections?validate_only=true", &json!({ "translations": { "en": { "name": "World" } } })).await.ok();
        app.store.write(Bookkeeping, |tx, _| dateline::store::users::count(tx)).await.unwrap();
        app.store.try_to_write().unwrap();
        assert_eq!(ready(&admin).await, full);
        make_room(&app);
        assert_eq!(ready(&admin).await, full, "nobody has tried");
        admin.post("/v1/desk/tags", &tag("Rivers")).await.ok();
        assert_eq!(ready(&admin).await, json!(["ok", true, null]));
    }

    async fn a_disk_that_has_room_again_is_seen_without_anybody_who_writes(app) {
        let admin = app.admin().await;
        fill(&app);
        admin.post("/v1/desk/tags", &tag("Rivers")).await.refused(503, "disk-full");
        assert_eq!(ready(&admin).await, json!(["degraded", false, "disk-full"]));
        let scheduler = scheduler::start(app.store.clone()).unwrap();
        make_room(&app);
        while ready(&admin).await != json!(["ok", true, null]) {
            actix_web::rt::task::yield_now().await;
        }
        drop(scheduler);
        let tried = app.store.read(|tx| dateline::store::imports::key_of(tx, "probe", uuid::Uuid::nil())).await.unwrap();
        assert_eq!(tried, None, "nothing of it is left");
    }
}

#[actix_web::test]
async fn a_server_that_can_only_be_read_is_seen_until_it_can_be_written_to() {
    let Some(app) = TestApp::postgres().await else { return };
    let admin = app.admin().await;
    let set = |value: &str| {
        let name = app.url.split('/').nth(3).unwrap().split('?').next().unwrap();
        let mut conn = PgConnection::establish(&app.url).unwrap();
        conn.batch_execute("SET default_transaction_read_only = off").unwrap();
        conn.batch_execute(&format!("ALTER DATABASE {name} SET default_transaction_read_only = {value}")).unwrap();
        end_sessions(&app.url);
    };
    set("on");
    admin.post("/v1/desk/tags", &tag("Rivers")).await.refused(503, "read-only");
    assert_eq!(ready(&admin).await, json!(["degraded", false, "read-only"]));
    admin.get("/v1/tags").await.ok();
    app.store.try_to_write().unwrap();
    assert_eq!(ready(&admin).await, json!(["degraded", false, "read-only"]));
    set("off");
    app.store.try_to_write().unwrap();
    assert_eq!(ready(&admin).await, json!(["ok", true, null]));
}
