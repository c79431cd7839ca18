//! Erasing: what is left of words that had to go, in the database and in its files, after everything that can be done with a story.

use std::{fs, path::Path};

use actix_web::http::Method;
use dateline::access::{Caller, Permit, System};
use serde_json::{Value, json};

use crate::support::{TestApp, everything_kept};

/// The words that must go, as they are kept in one way or another.
const WORDS: [&str; 3] = ["canary", "Canary", "पीलकपक्षी"];

/// Where some of the words are found in the files of an embedded database, and in whatever else lies beside it.
fn found_in_files(url: &str) -> Vec<String> {
    let Some(database) = url.strip_prefix("sqlite://").map(Path::new) else { return Vec::new() };
    let stem = database.file_stem().unwrap().to_str().unwrap();
    let mut found = Vec::new();
    for entry in fs::read_dir(database.parent().unwrap()).unwrap() {
        let path = entry.unwrap().path();
        if path.file_name().unwrap().to_str().is_some_and(|name| name.starts_with(&format!("{stem}."))) && path.is_file() {
            let bytes = fs::read(&path).unwrap();
            found.extend(
                WORDS
                    .iter()
                    .filter(|word| bytes.windows(word.len()).any(|w| w == word.as_bytes()))
                    .map(|word| format!("{word} in {}", path.display())),
            );
        }
    }
    found
}

fn record(key: &str, headline: &str) -> Value {
    json!({
        "type": "article", "key": key, "kind": "story", "section": "world", "source_locale": "en",
        "translations": { "en": { "headline": headline, "slug": "neutral-too", "summary": "The canary.", "body": { "format": "html", "content": "<p>A canary.</p>" } } }
    })
}

fn words(slug: &str) -> Value {
    json!({
        "headline": "A canary sang", "slug": slug, "summary": "The Canary.",
        "body": { "format": "html", "content": format!("<h2>Canary</h2><p>A canary. {}</p><ul><li>canary</li></ul>", "Canary after canary. ".repeat(2_000)) },
        "lead": { "alt": "canary", "caption": "canary" }, "seo": { "title": "canary", "description": "canary" }, "note": "canary"
    })
}

/// A story that has been through everything; its path on the desk.
async fn a_life(app: &TestApp) -> String {
    let admin = app.admin().await;
    let world = app.section("world", "दुनिया").await;
    let keyed = |key: &'static str| [("content-type", "application/json"), ("idempotency-key", key)];
    let sent = json!({
        "kind": "story", "section_id": world, "source_locale": "en",
        "lead": { "url": "https://media.example/canary.jpg", "width": 1, "height": 1, "credit": "canary" },
        "translations": { "en": words("neutral") }
    });
    let made = admin.send(Method::POST, "/v1/desk/articles", &keyed("k1"), Some(sent.to_string().into_bytes())).await;
    let article = made.header("location").unwrap_or_else(|| panic!("{}", made.text)).to_owned();
    let id = article.rsplit('/').next().unwrap().to_owned();
    let english = format!("{article}/translations/en");
    let tag = async |path: &str| admin.get(path).await.etag();
    // Words in another language that nobody outside ever sees, under a slug that is made of them.
    let hindi = json!({ "headline": "पीलकपक्षी canary", "summary": "पीलकपक्षी", "body": { "format": "text", "content": "पीलकपक्षी।" }, "note": "canary" });
    admin.put(&format!("{article}/translations/hi"), None, &hindi).await.ok();
    admin.patch(&article, &tag(&article).await, &json!({ "genre": "analysis", "note": "canary" })).await.ok();
    admin.patch(&article, &tag(&article).await, &json!({ "embargo_until": "2026-03-02T08:00:00Z" })).await.ok();
    admin.post(&format!("{english}/previews"), &json!({})).await.ok();
    let assignment = json!({ "assignee_id": admin.path().rsplit('/').next().unwrap() });
    admin.act(&format!("{english}/assign"), &tag(&english).await, &assignment).await.ok();
    let comment = admin.post(&format!("{article}/comments"), &json!({ "text": "Is it a canary?", "locale": "en" })).await;
    let comment = comment.json()["id"].as_str().unwrap().to_owned();
    admin.post(&format!("{article}/comments"), &json!({ "text": "A Canary.", "parent_id": comment })).await.ok();
    let comment = format!("/v1/desk/comments/{comment}");
    admin
        .patch(&comment, &tag_of(&admin.get(&format!("{article}/comments")).await.ok(), &comment), &json!({ "text": "Was it a canary?" }))
        .await
        .ok();
    admin.act(&format!("{article}/break-embargo"), &tag(&article).await, &json!({ "reason": "The canary is out." })).await.ok();
    admin.publish(&article, &["en"]).await.ok();
    let release = admin.post("/v1/desk/releases", &json!({ "name": "Monday", "items": [{ "article_id": id, "locale": "hi" }] })).await;
    assert!(release.status < 300, "{}", release.text);
    app.anyone().get(&format!("/v1/articles/{id}?body=html")).await.ok();
    app.anyone().get("/v1/articles/by-slug/neutral").await.ok();
    admin.patch(&english, &tag(&english).await, &json!({ "summary": "Another canary.", "slug": "neutral-now" })).await.ok();
    admin.act(&format!("{english}/revisions/1/restore"), &tag(&english).await, &json!({})).await.ok();
    admin.patch(&english, &tag(&english).await, &json!({ "headline": "Canary again", "slug": "neutral-now" })).await.ok();
    admin.publish(&article, &["en"]).await.ok();
    admin.post(&format!("{article}/corrections"), &json!({ "kind": "update", "texts": { "en": "Not a canary." } })).await.ok();
    let bulk = json!({ "operations": [{ "verb": "submit", "article_id": id, "locale": "hi", "version": 1 }] });
    admin.send(Method::POST, "/v1/desk/bulk", &keyed("k2"), Some(bulk.to_string().into_bytes())).await.ok();
    admin.send(Method::POST, &format!("{article}/check"), &keyed("k3"), Some(b"{}".to_vec())).await.ok();
    let plan = json!({ "locales": ["hi"], "publish_at": "2026-03-01T08:00:30Z" });
    admin.act(&format!("{article}/schedule"), &tag(&article).await, &plan).await.ok();
    admin.act(&format!("{article}/unpublish"), &tag(&article).await, &json!({})).await.ok();
    assert_eq!(admin.delete(&article, &tag(&article).await).await.status, 204);
    admin.act(&format!("/v1/desk/trash/{id}/restore"), &made.etag(), &json!({})).await;
    let tag_now = admin.get("/v1/desk/trash").await.ok()["data"][0]["version"].clone();
    if !tag_now.is_null() {
        admin.act(&format!("/v1/desk/trash/{id}/restore"), &format!("\"{tag_now}\""), &json!({})).await.ok();
    }
    article
}

fn tag_of(list: &Value, path: &str) -> String {
    let found = list["data"].as_array().unwrap().iter().find(|c| path.ends_with(c["id"].as_str().unwrap()));
    format!("\"{}\"", found.map_or(1, |c| c["version"].as_i64().unwrap_or(1)))
}

both! {
    async fn who_read_words_before_they_were_erased_does_not_save_them_again_unawares(app) {
        let admin = app.admin().await;
        let article = admin.story(&app.section("world", "दुनिया").await, "Canary in the open tab").await;
        let english = format!("{article}/translations/en");
        let read = admin.get(&english).await;
        admin.act(&format!("{article}/takedown"), &admin.get(&article).await.etag(), &json!({ "reason": "Law." })).await.ok();
        admin.act(&format!("{article}/erase"), &admin.get(&article).await.etag(), &json!({ "reason": "Law." })).await.ok();
        let again = json!({ "headline": "Canary in the open tab" });
        admin.patch(&english, &read.etag(), &again).await.refused(412, "stale");
        admin.put(&english, Some(&read.etag()), &again).await.refused(412, "stale");
        assert!(!everything_kept(&app.url).contains("open tab"));
        // Who was told may write something else there.
        admin.patch(&english, &admin.get(&english).await.etag(), &json!({ "headline": "Nothing" })).await.ok();
    }
}

both! {
    async fn nothing_that_was_done_with_a_story_keeps_its_words_when_they_are_erased(app) {
        let article = a_life(&app).await;
        let admin = app.admin().await;
        assert!(everything_kept(&app.url).lines().filter(|line| line.contains("anary")).count() > 8, "there is something to erase");
        admin.act(&format!("{article}/takedown"), &admin.get(&article).await.etag(), &json!({ "reason": "Law." })).await.ok();
        admin.act(&format!("{article}/erase"), &admin.get(&article).await.etag(), &json!({ "reason": "Law." })).await.ok();
        let kept = everything_kept(&app.url);
        let left: Vec<_> = kept.lines().filter(|line| WORDS.iter().any(|word| line.contains(word))).collect();
        assert!(left.is_empty(), "{left:#?}");
        assert_eq!(found_in_files(&app.url), Vec::<String>::new());
        assert!(!app.store.has_traces());
        // Where it was public it says so still, and nobody else gets the address.
        for slug in ["neutral", "neutral-now"] {
            app.anyone().get(&format!("/v1/articles/by-slug/{slug}")).await.refused(410, "gone");
        }
        let world = app.anyone().get("/v1/sections/by-slug/world?locale=en").await.ok()["id"].clone();
        let sent = json!({ "kind": "story", "section_id": world, "source_locale": "en", "translations": { "en": { "headline": "New", "slug": "neutral" } } });
        admin.post("/v1/desk/articles", &sent).await.refused(409, "taken");
        let audit = admin.get("/v1/desk/audit?limit=100").await;
        assert!(audit.status == 200 && !audit.text.contains("anary"), "{}", audit.text);
        let export = app.store.read_now(|tx| {
            let permit = Permit::try_from(Caller::system(System::Importer))?;
            let id: uuid::Uuid = article.rsplit('/').next().unwrap().parse().unwrap();
            dateline::desk::bundle::export_article(tx, &permit, id.into())
        });
        assert!(!serde_json::to_string(&export.unwrap()).unwrap().contains("anary"));
    }

    async fn an_import_brings_nothing_back_that_was_erased(app) {
        app.section("world", "दुनिया").await;
        app.import(&record("a1", "A canary sang"));
        let admin = app.admin().await;
        let id = admin.get("/v1/desk/articles").await.ok()["data"][0]["id"].as_str().unwrap().to_owned();
        let article = format!("/v1/desk/articles/{id}");
        admin.publish(&article, &["en"]).await.ok();
        admin.act(&format!("{article}/takedown"), &admin.get(&article).await.etag(), &json!({ "reason": "Law." })).await.ok();
        admin.act(&format!("{article}/erase"), &admin.get(&article).await.etag(), &json!({ "reason": "Law." })).await.ok();
        for headline in ["A canary sang", "Another canary"] {
            for overwrite in [false, true] {
                let _ = app.try_import(&record("a1", headline), overwrite);
                assert!(!everything_kept(&app.url).contains("canary"), "{headline} {overwrite}");
            }
        }
    }

    async fn whoever_still_reads_holds_up_no_writer_and_the_rest_is_erased_later(app) {
        let article = a_life(&app).await;
        let admin = app.admin().await;
        admin.act(&format!("{article}/takedown"), &admin.get(&article).await.etag(), &json!({ "reason": "Law." })).await.ok();
        let tag = admin.get(&article).await.etag();
        let (begun, has_begun) = std::sync::mpsc::channel();
        let (finish, told) = std::sync::mpsc::channel::<()>();
        let store = app.store.clone();
        let reader = std::thread::spawn(move || store.read_now(|tx| {
            dateline::store::changes::last(tx)?;
            begun.send(()).unwrap();
            told.recv().map_err(dateline::domain::Error::internal)
        }));
        has_begun.recv().unwrap();
        admin.act(&format!("{article}/erase"), &tag, &json!({ "reason": "Law." })).await.ok();
        finish.send(()).unwrap();
        reader.join().unwrap().unwrap();
        app.store.finish_erasing().unwrap();
        assert!(!app.store.has_traces());
        assert_eq!(found_in_files(&app.url), Vec::<String>::new());
    }
}
