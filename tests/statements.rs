//! What writing costs: statements of a request, from who asks to the commit and the answer.

use std::collections::BTreeSet;

use dateline::domain::user::Role;
use diesel::{
    Connection, PgConnection, QueryableByName, RunQueryDsl, SqliteConnection, connection::SimpleConnection, sql_query, sql_types::Text,
};
use serde_json::{Value, json};

use crate::support::{Client, TestApp, log::Log};

const LOCALES: [&str; 4] = ["en", "hi", "bn", "kn"];

async fn with_locales(app: &TestApp) {
    let admin = app.admin().await;
    for locale in &LOCALES[1..] {
        admin.post("/v1/desk/locales", &json!({ "locale": locale, "name": locale, "state": "public" })).await;
    }
}

/// A story with tags and credits in every locale.
fn draft(world: &str, author: &str, headline: &str) -> Value {
    let words = LOCALES.map(|locale| {
        let body = json!({ "format": "html", "content": format!("<p>{headline} {locale}.</p><p>More.</p>") });
        (locale.to_owned(), json!({ "headline": format!("{headline} {locale}"), "summary": "A summary.", "body": body }))
    });
    let credits = json!([{ "role": "written_by", "author_id": author }]);
    json!({ "kind": "story", "section_id": world, "source_locale": "en", "credits": credits, "translations": Value::Object(words.into_iter().collect()) })
}

async fn made(editor: &Client<'_>, world: &str, author: &str, headline: &str) -> String {
    let made = editor.post("/v1/desk/articles", &draft(world, author, headline)).await;
    assert_eq!(made.status, 201, "{}", made.text);
    made.header("location").unwrap().to_owned()
}

both! {
    async fn a_verb_costs_as_many_statements_as_a_story_has_tables_and_not_as_it_has_locales(app) {
        with_locales(&app).await;
        let (editor, world, author) = (app.editor().await, app.section("world", "दुनिया").await, app.author("asha", "Asha Rao").await);
        let (one, all) = (made(&editor, &world, &author, "One").await, made(&editor, &world, &author, "All").await);
        let publish = async |path: &str, locales: &[&str]| {
            let tag = editor.get(path).await.etag();
            let before = app.store.statements();
            editor.act(&format!("{path}/publish"), &tag, &json!({ "locales": locales })).await.ok();
            app.store.statements() - before
        };
        let (of_one, of_four) = (publish(&one, &LOCALES[..1]).await, publish(&all, &LOCALES).await);
        println!("publish: {of_one} of one, {of_four} of four");
        for locale in LOCALES {
            editor.patch(&format!("{all}/translations/{locale}"), "\"1\"", &json!({ "summary": "Another." })).await.ok();
        }
        let again = publish(&all, &LOCALES).await;
        println!("again: {again}");
        // What derives the rows of the queue is one of them.
        assert!(of_four <= 26 && again <= 26, "publishing four locales took {of_four} statements, and {again} once more");
    }

    async fn what_a_verb_answers_is_what_is_read_afterwards(app) {
        with_locales(&app).await;
        let (chief, world, author) = (app.admin().await, app.section("world", "दुनिया").await, app.author("asha", "Asha Rao").await);
        let limited = app.role(Role::Editor, None, Some("hi")).await;
        let path = made(&chief, &world, &author, "One").await;
        let at = |seconds: i64| app.now().plus_seconds(seconds).to_string();
        let verbs = [
            (&chief, "publish", json!({ "locales": ["en"] })),
            (&limited, "publish", json!({ "locales": ["hi"] })),
            (&chief, "publish", json!({ "locales": ["en", "bn", "kn"], "minor": true })),
            (&chief, "schedule", json!({ "locales": ["en", "hi"], "publish_at": at(600), "unpublish_at": at(900) })),
            (&limited, "schedule", json!({ "locales": ["hi"], "unpublish_at": at(800) })),
            (&limited, "unschedule", json!({ "locales": ["hi"] })),
            (&chief, "unpublish", json!({ "locales": ["en", "kn"] })),
            (&chief, "publish", json!({})),
            (&chief, "unschedule", json!({})),
            (&chief, "unpublish", json!({})),
        ];
        for (who, verb, body) in verbs {
            for locale in LOCALES {
                let words = format!("{path}/translations/{locale}");
                let present = chief.get(&words).await;
                chief.patch(&words, &present.etag(), &json!({ "summary": format!("Before {verb} {}.", present.ok()["version"]) })).await.ok();
            }
            app.wait(1);
            let answer = who.act(&format!("{path}/{verb}"), &who.get(&path).await.etag(), &body).await.ok();
            assert_eq!(answer, who.get(&path).await.ok(), "{verb} {body}");
        }
    }

    async fn no_statement_of_a_verb_reads_a_table_whole(app) {
        with_locales(&app).await;
        let (chief, world, author) = (app.admin().await, app.section("world", "दुनिया").await, app.author("asha", "Asha Rao").await);
        let writer = app.role(Role::Contributor, Some(&world), None).await;
        let log = Log::of_everything();
        let (path, other) = (made(&chief, &world, &author, "One").await, made(&chief, &world, &author, "Other").await);
        let own = writer.story(&world, "Own").await;
        let id = |path: &str| path.rsplit('/').next().unwrap().to_owned();
        let at = |seconds: i64| app.now().plus_seconds(seconds).to_string();
        let verbs = [
            ("publish", json!({ "locales": ["en"] })),
            ("publish", json!({ "locales": ["hi", "bn", "kn"], "minor": true })),
            ("schedule", json!({ "locales": ["en", "hi"], "unpublish_at": at(900) })),
            ("unschedule", json!({})),
            ("unpublish", json!({ "locales": ["kn"] })),
            ("takedown", json!({ "reason": "A test." })),
            ("reinstate", json!({ "reason": "It was a test." })),
        ];
        for (verb, body) in verbs {
            let answer = chief.act(&format!("{path}/{verb}"), &chief.get(&path).await.etag(), &body).await;
            assert!(answer.status < 300, "{verb}: {}", answer.text);
        }
        let tag = chief.get(&path).await.etag();
        chief.delete(&path, &tag).await;
        let back = chief.act(&format!("/v1/desk/trash/{}/restore", id(&path)), &tag, &json!({})).await;
        assert_eq!(back.status, 200, "{}", back.text);
        let words = format!("{own}/translations/en");
        writer.patch(&words, "\"1\"", &json!({ "headline": "Own, again" })).await.ok();
        writer.act(&format!("{words}/submit"), "\"2\"", &json!({})).await.ok();
        chief.act(&format!("{words}/approve"), "\"2\"", &json!({})).await.ok();
        writer.post(&format!("{own}/comments"), &json!({ "text": "Done." })).await;
        let item = json!([{ "article_id": id(&other), "locale": "en" }]);
        let release = chief.post("/v1/desk/releases", &json!({ "name": "All", "items": item })).await.header("location").unwrap().to_owned();
        chief.act(&format!("{release}/publish"), "\"1\"", &json!({})).await.ok();
        let operation = json!({ "verb": "unpublish", "article_id": id(&other), "version": 1, "body": {} });
        chief.post("/v1/desk/bulk", &json!({ "operations": [operation] })).await.ok();
        let all = statements(&log.said());
        let asked: Vec<_> = all.iter().filter_map(|statement| Some((statement, reading_whole(&app.url, statement)?))).collect();
        assert!(asked.len() > 40, "{} statements of {}", asked.len(), all.len());
        let whole: Vec<_> = asked.into_iter().filter(|(_, steps)| !steps.is_empty()).collect();
        assert!(whole.is_empty(), "{whole:#?}");
    }

    async fn no_statement_of_a_search_reads_a_table_whole(app) {
        with_locales(&app).await;
        let (chief, world, author) = (app.admin().await, app.section("world", "दुनिया").await, app.author("asha", "Asha Rao").await);
        let (path, gone) = (made(&chief, &world, &author, "Ferry One").await, made(&chief, &world, &author, "Ferry Gone").await);
        for path in [&path, &gone] {
            chief.act(&format!("{path}/publish"), &chief.get(path).await.etag(), &json!({ "locales": LOCALES })).await.ok();
        }
        chief.post(&format!("{path}/comments"), &json!({ "text": "Ferry." })).await;
        app.anyone().get("/v1/search?q=ferry").await.ok();
        // From here on it is behind the log.
        app.entrance.indexes.store(false, std::sync::atomic::Ordering::SeqCst);
        chief.act(&format!("{gone}/unpublish"), &chief.get(&gone).await.etag(), &json!({ "locales": LOCALES })).await.ok();
        let log = Log::of_everything();
        for more in ["", "&locale=any&facets=section,author,tag,kind,year&count=true&include=authors,section", "&fallback=chain&locale=kn&section=world"] {
            let found = app.anyone().get(&format!("/v1/search?q=ferry{more}")).await.ok();
            assert_eq!(found["data"].as_array().unwrap().len(), 1, "{more}");
        }
        app.anyone().get("/v1/search?q=ferri").await.ok();
        app.anyone().get("/v1/search/suggest?q=fer").await.ok();
        assert_ne!(chief.get("/v1/desk/search?q=ferry").await.ok()["data"], json!([]));
        let all = statements(&log.said());
        let asked: Vec<_> = all.iter().filter_map(|statement| Some((statement, reading_whole(&app.url, statement)?))).collect();
        assert!(asked.iter().any(|(statement, _)| statement.contains("changes")), "{all:#?}");
        let whole: Vec<_> = asked.into_iter().filter(|(_, steps)| !steps.is_empty()).collect();
        assert!(whole.is_empty(), "{whole:#?}");
    }

    async fn many_at_once_cost_less_each(app) {
        with_locales(&app).await;
        let (editor, world, author) = (app.editor().await, app.section("world", "दुनिया").await, app.author("asha", "Asha Rao").await);
        let mut operations = Vec::new();
        for n in 0..100 {
            let path = made(&editor, &world, &author, &format!("Story {n}")).await;
            let id = path.rsplit('/').next().unwrap();
            operations.push(json!({ "verb": "publish", "article_id": id, "version": 1, "body": { "locales": LOCALES } }));
        }
        let before = app.store.statements();
        editor.post("/v1/desk/bulk", &json!({ "operations": operations })).await.ok();
        let took = app.store.statements() - before;
        println!("bulk: {took}");
        assert!(took <= 1_200, "a hundred publications of four locales took {took} statements");
        let public = app.anyone().get("/v1/articles?count=true&locale=kn").await.ok();
        assert_eq!(public["page"]["total"], 100);
    }

    async fn an_article_is_begun_in_few_statements(app) {
        let (editor, world) = (app.role(Role::Editor, None, None).await, app.section("world", "दुनिया").await);
        editor.story(&world, "One").await;
        let before = app.store.statements();
        editor.story(&world, "Two").await;
        let took = app.store.statements() - before;
        println!("create: {took}");
        // `PostgreSQL` is asked to queue for the slug as well.
        let most = if app.url.starts_with("postgres") { 12 } else { 11 };
        assert!(took <= most, "creating an article took {took} statements");
    }
}

/// Tables of one row, or of as many as a site has locales or sections.
const SMALL: [&str; 5] = ["site", "locales", "sections", "change_counter", "queue_fills"];

/// The statements that a log tells of, each once: all but those that write rows of values, or begin and end transactions.
pub(crate) fn statements(said: &str) -> BTreeSet<String> {
    let of_line = |line: &str| {
        let (_, text) = line.split_once(" statement=\"")?;
        Some(text.strip_suffix('"')?.replace("\\\"", "\""))
    };
    let all = said.lines().filter_map(of_line);
    all.filter(|text| ["SELECT", "WITH", "UPDATE", "DELETE"].iter().any(|verb| text.starts_with(verb)) || text.contains(" SELECT "))
        .collect()
}

/// Steps of the plan of a statement that read a table from one end to the other; nothing where its text does not tell the types of what is bound.
pub(crate) fn reading_whole(url: &str, statement: &str) -> Option<Vec<String>> {
    #[derive(QueryableByName)]
    struct OnSqlite {
        #[diesel(sql_type = Text)]
        detail: String,
    }
    #[derive(QueryableByName)]
    struct OnPostgres {
        #[diesel(sql_type = Text, column_name = "QUERY PLAN")]
        step: String,
    }
    if let Some(path) = url.strip_prefix("sqlite://") {
        let mut conn = SqliteConnection::establish(path).unwrap();
        let tables = sql_query("SELECT name AS detail FROM sqlite_schema WHERE type = 'table'").load::<OnSqlite>(&mut conn).unwrap();
        // By its name, or by that which the statement gives it.
        let is_table = |name: &str| {
            let mut large = tables.iter().map(|table| table.detail.as_str()).filter(|table| !SMALL.contains(table));
            large.any(|table| table == name || statement.contains(&format!(" {table} {name}")))
        };
        let plan =
            sql_query(format!("EXPLAIN QUERY PLAN {statement}")).load::<OnSqlite>(&mut conn).unwrap().into_iter().map(|step| step.detail);
        return Some(plan.filter(|step| step.strip_prefix("SCAN ").and_then(|of| of.split(' ').next()).is_some_and(is_table)).collect());
    }
    let mut conn = PgConnection::establish(url).unwrap();
    // A table is read whole then only where there is no other way, whatever is bound.
    conn.batch_execute("SET enable_seqscan = off; SET plan_cache_mode = force_generic_plan").unwrap();
    conn.batch_execute(&format!("PREPARE asked AS {statement}")).ok()?;
    let values = vec!["NULL"; (1..=1_000).take_while(|n| statement.contains(&format!("${n}"))).count()];
    let values = if values.is_empty() { String::new() } else { format!("({})", values.join(", ")) };
    let plan: Vec<String> = sql_query(format!("EXPLAIN EXECUTE asked{values}"))
        .load::<OnPostgres>(&mut conn)
        .unwrap()
        .into_iter()
        .map(|step| step.step)
        .collect();
    let mut whole = Vec::new();
    for (n, step) in plan.iter().enumerate() {
        let Some((_, of)) =
            step.split_once(" on ").filter(|_| ["Seq Scan", "Index Scan", "Index Only Scan"].iter().any(|scan| step.contains(scan)))
        else {
            continue;
        };
        let within = plan[n + 1..].iter().take_while(|step| !step.contains("->")).any(|step| step.contains("Index Cond"));
        // Where little is there, a condition may be looked up for all rows at once rather than for each.
        let for_each_row = n > 0 && plan[n - 1].contains("SubPlan");
        // Of a small table the index is named, where it is read by one.
        if !within && !for_each_row && !SMALL.contains(&of.split(' ').next().unwrap().trim_end_matches("_pkey")) {
            whole.push(step.trim().to_owned());
        }
    }
    Some(whole)
}
