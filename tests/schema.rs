//! The tables that the code believes in are those that the migrations make.

use std::collections::{BTreeMap, BTreeSet};

use diesel::{Connection, PgConnection, QueryableByName, RunQueryDsl, SqliteConnection, sql_query, sql_types::Text};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};
use serde_json::json;

use crate::support::{committed, everything_kept};

/// Tables with their columns in order, each as `name type` with `?` where it may be null.
type Tables = BTreeMap<String, Vec<String>>;

/// What `store/schema.rs` says, in the words of an engine.
fn believed(words: &BTreeMap<&str, &str>) -> Tables {
    let mut tables = Tables::new();
    let mut table = String::new();
    for line in committed("src/store/schema.rs").lines().map(str::trim) {
        if let Some((column, kind)) = line.strip_suffix(',').and_then(|l| l.split_once(" -> ")) {
            let inner = kind.strip_prefix("Nullable<").and_then(|k| k.strip_suffix('>'));
            let word = words[inner.unwrap_or(kind)];
            let null = if inner.is_some() { "?" } else { "" };
            tables.get_mut(&table).unwrap().push(format!("{column} {word}{null}"));
        } else if let Some((name, _)) = line.strip_suffix('{').and_then(|l| l.split_once(" (")) {
            name.clone_into(&mut table);
            tables.insert(table.clone(), Vec::new());
        }
    }
    assert!(tables.len() > 15, "the schema was not read");
    tables
}

#[derive(QueryableByName)]
struct Column {
    #[diesel(sql_type = Text)]
    of: String,
    #[diesel(sql_type = Text)]
    says: String,
}

fn tables(columns: Vec<Column>) -> Tables {
    let mut tables = Tables::new();
    for column in columns {
        tables.entry(column.of).or_default().push(column.says);
    }
    tables
}

const SQLITE: &str = "SELECT m.name AS \"of\", c.name || ' ' || c.type || CASE c.\"notnull\" WHEN 1 THEN '' ELSE '?' END AS says \
    FROM sqlite_schema m JOIN pragma_table_info(m.name) c \
    WHERE m.type = 'table' AND m.name NOT LIKE '\\_\\_%' ESCAPE '\\' AND m.name NOT LIKE 'sqlite%' ORDER BY m.name, c.cid";

const POSTGRES: &str = "SELECT table_name::text AS \"of\", \
    column_name || ' ' || data_type || CASE is_nullable WHEN 'NO' THEN '' ELSE '?' END AS says FROM information_schema.columns \
    WHERE table_schema = 'public' AND table_name NOT LIKE '\\_\\_%' ORDER BY table_name, ordinal_position";

const INDEXES: &str =
    "SELECT tablename::text AS \"of\", indexdef AS says FROM pg_indexes WHERE schemaname = 'public' ORDER BY tablename, indexdef";

/// Undo the newest migrations, down to this one and with it.
fn undo<DB: diesel::backend::Backend>(conn: &mut impl MigrationHarness<DB>, all: fn() -> EmbeddedMigrations, last: &str) {
    while conn.revert_last_migration(all()).unwrap().to_string() != last {}
}

both! {
    async fn the_tables_are_those_that_the_code_believes_in(app) {
        let kinds = ["Integer", "BigInt", "Text", "Bool", "Binary", "Uid", "At", "Doc"];
        if let Some(path) = app.url.strip_prefix("sqlite://") {
            let words = ["INTEGER", "INTEGER", "TEXT", "INTEGER", "BLOB", "BLOB", "INTEGER", "TEXT"];
            let mut conn = SqliteConnection::establish(path).unwrap();
            assert_eq!(tables(sql_query(SQLITE).load(&mut conn).unwrap()), believed(&kinds.into_iter().zip(words).collect()));
        } else {
            let words = ["integer", "bigint", "text", "boolean", "bytea", "uuid", "timestamp with time zone", "jsonb"];
            let mut conn = PgConnection::establish(&app.url).unwrap();
            assert_eq!(tables(sql_query(POSTGRES).load(&mut conn).unwrap()), believed(&kinds.into_iter().zip(words).collect()));
        }
    }

    async fn the_newest_migrations_can_be_undone_and_done_again_and_nothing_is_lost(app) {
        app.multiply(20);
        let editor = app.editor().await;
        let list = app.anyone().get("/v1/articles?limit=2").await.ok();
        let words = format!("/v1/desk/articles/{}/translations/en", list["data"][0]["id"].as_str().unwrap());
        editor.patch(&words, &editor.get(&words).await.etag(), &json!({ "summary": "Not public yet." })).await.ok();
        let kept = || {
            let all = everything_kept(&app.url);
            // When a migration ran is no content, nor what the planner knows.
            all.lines().filter(|line| !line.starts_with("__diesel") && !line.starts_with("sqlite_stat")).map(str::to_owned).collect::<BTreeSet<_>>()
        };
        let before = kept();
        assert!(before.iter().any(|line| line.contains("Not public yet.")));
        let undone = if let Some(path) = app.url.strip_prefix("sqlite://") {
            const MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations/sqlite");
            let mut conn = SqliteConnection::establish(path).unwrap();
            undo(&mut conn, || MIGRATIONS, "20261129000001");
            for table in ["editions", "live_listings"] {
                let early = format!("UPDATE {table} SET updated_at = updated_at - 1 WHERE updated_at = published_at");
                assert!(sql_query(early).execute(&mut conn).unwrap() > 0);
            }
            conn.revert_last_migration(MIGRATIONS).unwrap();
            let undone = kept();
            conn.run_pending_migrations(MIGRATIONS).unwrap();
            undone
        } else {
            const MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations/postgres");
            let mut conn = PgConnection::establish(&app.url).unwrap();
            let indexes = |conn: &mut PgConnection| tables(sql_query(INDEXES).load(conn).unwrap());
            let before = indexes(&mut conn);
            undo(&mut conn, || MIGRATIONS, "20261129000001");
            assert_ne!(indexes(&mut conn), before, "undoing it does something");
            for table in ["editions", "live_listings"] {
                let early = format!("UPDATE {table} SET updated_at = updated_at - INTERVAL '1 second' WHERE updated_at = published_at");
                assert!(sql_query(early).execute(&mut conn).unwrap() > 0);
            }
            conn.revert_last_migration(MIGRATIONS).unwrap();
            let undone = kept();
            conn.run_pending_migrations(MIGRATIONS).unwrap();
            assert_eq!(indexes(&mut conn), before);
            undone
        };
        assert_ne!(before, undone, "undoing it does something");
        let after = kept();
        assert_eq!(before.difference(&after).collect::<Vec<_>>(), Vec::<&String>::new(), "lost");
        assert_eq!(after.difference(&before).collect::<Vec<_>>(), Vec::<&String>::new(), "came from nowhere");
        assert_eq!(editor.get(&words).await.ok()["summary"], "Not public yet.");
    }
}
