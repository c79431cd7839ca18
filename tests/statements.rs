//! What writing costs: statements of a request, from who asks to the commit and the answer.

use dateline::domain::user::Role;
use serde_json::{Value, json};

use crate::support::{Client, TestApp};

const LOCALES: [&str; 4] = ["en", "hi", "bn", "kn"];

async fn with_locales(app: &TestApp) {
    let admin = app.admin().await;
    for locale in &LOCALES[1..] {
        admin.post("/v1/desk/locales", &json!({ "locale": locale, "name": locale })).await;
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
        assert!(of_four <= 25 && again <= 25, "publishing four locales took {of_four} statements, and {again} once more");
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
        let most = if app.url.starts_with("postgres") { 11 } else { 10 };
        assert!(took <= most, "creating an article took {took} statements");
    }
}
