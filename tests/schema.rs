//! The tables that the code believes in are those that the migrations make.

use std::collections::{BTreeMap, BTreeSet};

use dateline::{access::Bookkeeping, domain::user::Role, store};
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

/// Undo the newest migrations, one after the other, as far as one of them.
fn undo(as_far_as: &str, last: &mut dyn FnMut() -> String) {
    while *last() > *as_far_as {}
}

/// Undo the newest migrations as far as one of them, change what the database holds, and do them again.
fn amid(url: &str, as_far_as: &str, statements: &[String]) {
    if let Some(path) = url.strip_prefix("sqlite://") {
        const MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations/sqlite");
        let mut conn = SqliteConnection::establish(path).unwrap();
        undo(as_far_as, &mut || conn.revert_last_migration(MIGRATIONS).unwrap().to_string());
        for statement in statements {
            assert!(sql_query(statement).execute(&mut conn).unwrap() > 0, "{statement}");
        }
        conn.run_pending_migrations(MIGRATIONS).unwrap();
    } else {
        const MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations/postgres");
        let mut conn = PgConnection::establish(url).unwrap();
        undo(as_far_as, &mut || conn.revert_last_migration(MIGRATIONS).unwrap().to_string());
        for statement in statements {
            assert!(sql_query(statement).execute(&mut conn).unwrap() > 0, "{statement}");
        }
        conn.run_pending_migrations(MIGRATIONS).unwrap();
    }
}

/// Texts of collections that are keys, and are not compared by their bytes.
const COLLATED: &str = "SELECT table_name::text AS \"of\", column_name::text AS says FROM information_schema.columns \
    WHERE table_schema = 'public' AND table_name LIKE 'collection%' AND column_name IN ('slug', 'locale') \
    AND collation_name IS DISTINCT FROM 'C' ORDER BY table_name";

both! {
    async fn keys_of_collections_are_compared_alike_on_both(app) {
        if !app.url.starts_with("sqlite") {
            let mut conn = PgConnection::establish(&app.url).unwrap();
            assert_eq!(tables(sql_query(COLLATED).load(&mut conn).unwrap()), Tables::new());
        }
    }

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
        // As where people work already, which is how a migration leaves it.
        let admin = app.admin().await;
        // What a migration makes a table for goes with the table.
        for menu in admin.get("/v1/desk/menus").await.ok()["data"].as_array().unwrap() {
            let menu = format!("/v1/desk/menus/{}", menu["id"].as_str().unwrap());
            admin.delete(&menu, &admin.get(&menu).await.etag()).await.ok();
        }
        for collection in admin.get("/v1/desk/collections").await.ok()["data"].as_array().unwrap() {
            let collection = format!("/v1/desk/collections/{}", collection["id"].as_str().unwrap());
            admin.delete(&collection, &admin.get(&collection).await.etag()).await.ok();
        }
        admin.patch("/v1/desk/site", &admin.get("/v1/desk/site").await.etag(), &json!({ "desk_reading": "open" })).await.ok();
        let list = app.anyone().get("/v1/articles?limit=2").await.ok();
        let words = format!("/v1/desk/articles/{}/translations/en", list["data"][0]["id"].as_str().unwrap());
        editor.patch(&words, &editor.get(&words).await.etag(), &json!({ "summary": "Not public yet." })).await.ok();
        let kept = || {
            let all = everything_kept(&app.url);
            // When a migration ran is no content, nor what the planner knows.
            all.lines().filter(|line| !line.starts_with("__diesel") && !line.starts_with("sqlite_stat")).map(str::to_owned).collect::<BTreeSet<_>>()
        };
        // A migration gives every locale all of its rows at once.
        dateline::workers::queue_filler::round(&app.store).unwrap();
        // What editions come to that is spoken is summed up when it is needed; voices are gone with their column.
        crate::support::execute(&app.url, "UPDATE editions SET spoken = NULL; UPDATE locales SET voice = NULL");
        let before = kept();
        assert!(before.iter().any(|line| line.contains("Not public yet.")));
        let undone = if let Some(path) = app.url.strip_prefix("sqlite://") {
            const MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations/sqlite");
            let mut conn = SqliteConnection::establish(path).unwrap();
            undo("20261129000001", &mut || conn.revert_last_migration(MIGRATIONS).unwrap().to_string());
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
            undo("20261129000001", &mut || conn.revert_last_migration(MIGRATIONS).unwrap().to_string());
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
        // What headlines are found by is filled in by the program.
        app.store.migrate().unwrap();
        let after = kept();
        assert_eq!(before.difference(&after).collect::<Vec<_>>(), Vec::<&String>::new(), "lost");
        assert_eq!(after.difference(&before).collect::<Vec<_>>(), Vec::<&String>::new(), "came from nowhere");
        assert_eq!(editor.get(&words).await.ok()["summary"], "Not public yet.");
    }

    async fn a_migration_keeps_where_each_cache_is_and_how_often_telling_it_has_failed(app) {
        let read = |name: &'static str| app.store.read_now(|tx| store::jobs::place(tx, name)).unwrap();
        app.store.write_now(&Bookkeeping, |tx| store::jobs::enrol(tx, "behind", "none").and_then(|()| store::jobs::enrol(tx, "even", "none"))).unwrap();
        let (place, soon) = (read("even"), if app.url.starts_with("sqlite") { "next_at + 5000000" } else { "next_at + INTERVAL '5 seconds'" });
        let behind = format!("UPDATE purge_targets SET seq = seq - 1, attempts = 3, next_at = {soon}, leased_until = next_at WHERE name = 'behind'");
        amid(&app.url, "20261130000050", &[behind]);
        assert_eq!((read("behind"), read("even")), (place - 1, place));
        let lease = || app.store.write_now(&Bookkeeping, |tx| store::jobs::lease(tx, "behind", tx.now().plus_seconds(9))).unwrap();
        assert_eq!(lease(), None, "it is not yet to be told again");
        app.wait(5);
        assert_eq!(lease().map(|lease| (lease.place, lease.attempts)), Some((place - 1, 3)));
    }

    async fn a_migration_takes_off_the_lists_what_has_ended_and_lists_what_is_live_under_the_sections_above_it(app) {
        app.multiply(20);
        let (admin, editor) = (app.admin().await, app.editor().await);
        let (world, tech) = (app.section("world", "दुनिया").await, app.section("tech", "टेक").await);
        let below = json!({ "parent_id": world, "position": 1, "translations": { "en": { "name": "Asia" } } });
        let asia = admin.post("/v1/desk/sections", &below).await.ok()["id"].as_str().unwrap().to_owned();
        let mut stories = Vec::new();
        for headline in ["Ended", "Live"] {
            let story = editor.story(&asia, headline).await;
            editor.publish(&story, &["en"]).await.ok();
            stories.push(story.rsplit('/').next().unwrap().to_owned());
        }
        editor.act(&format!("/v1/desk/articles/{}/unpublish", stories[0]), "\"1\"", &json!({ "locales": ["en"] })).await.ok();
        let kept = || everything_kept(&app.url).lines().filter(|line| line.starts_with("live_listings")).map(str::to_owned).collect::<BTreeSet<_>>();
        let (before, lite) = (kept(), app.url.starts_with("sqlite"));
        let id = |id: &str| if lite { format!("x'{}'", id.replace('-', "")) } else { format!("'{id}'") };
        let listed = |section: &str, story: &str| {
            format!(
                "INSERT INTO live_listings (facet, locale, published_at, article_id, updated_at, edition_id) \
                 SELECT {}, locale, published_at, article_id, updated_at, id FROM editions WHERE article_id = {}",
                id(section), id(story)
            )
        };
        // What was left by a move beside which something ended, and by one beside which something was published.
        let elsewhere = format!("DELETE FROM live_listings WHERE facet = {} AND article_id = {}", id(&world), id(&stories[1]));
        let left = [listed(&tech, &stories[0]), listed(&asia, &stories[0]), elsewhere, listed(&tech, &stories[1])];
        amid(&app.url, "20261130000020", &left);
        assert_eq!(kept(), before);
    }

    async fn what_an_edition_said_in_columns_it_says_in_one_document(app) {
        let (editor, world) = (app.editor().await, app.section("world", "दुनिया").await);
        let made = json!({
            "kind": "story", "section_id": world, "source_locale": "en", "lead": { "url": "https://media.example/a.jpg", "width": 1, "height": 1 },
            "translations": { "en": { "headline": "River rises", "body": { "format": "text", "content": "Overnight." } } },
        });
        let id = editor.post("/v1/desk/articles", &made).await.ok()["id"].as_str().unwrap().to_owned();
        editor.publish(&format!("/v1/desk/articles/{id}"), &["en"]).await.ok();
        let before = "UPDATE editions SET headline = 'नदी \"उफान\" पर', summary = 'One\nand \\ another', lead_alt = 'A bridge', lead_caption = 'At dawn', \
            seo_title = 'Title', seo_description = 'Described'";
        amid(&app.url, "20261130000040", &[before.to_owned()]);
        let read = app.anyone().get(&format!("/v1/articles/{id}")).await.ok();
        assert_eq!((&read["headline"], &read["summary"]), (&json!("नदी \"उफान\" पर"), &json!("One\nand \\ another")));
        assert_eq!((&read["lead"]["alt"], &read["lead"]["caption"]), (&json!("A bridge"), &json!("At dawn")));
        assert_eq!(read["seo"], json!({ "title": "Title", "description": "Described" }));
    }

    async fn who_was_mentioned_before_it_was_kept_since_when_is_mentioned_since_the_comment_was_written(app) {
        let (editor, chief, world) = (app.editor().await, app.role(Role::Chief, None, None).await, app.section("world", "दुनिया").await);
        let article = editor.story(&world, "River rises").await;
        app.wait(1);
        let made = editor.post(&format!("{article}/comments"), &json!({ "text": "Sure?" })).await.ok();
        app.wait(1);
        let mentions = json!({ "mentions": [chief.path().rsplit('/').next().unwrap()] });
        let edited = editor.patch(&format!("/v1/desk/comments/{}", made["id"].as_str().unwrap()), "\"1\"", &mentions).await.ok();
        let since = async || chief.get("/v1/desk/work?reason=mentioned").await.ok()["data"][0]["since"].clone();
        assert_eq!(since().await, edited["updated_at"]);
        amid(&app.url, "20261201000087", &["UPDATE comment_mentions SET user_id = user_id".to_owned()]);
        assert_eq!(since().await, made["created_at"]);
    }
}
