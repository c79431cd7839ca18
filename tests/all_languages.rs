//! All translations of an article in one answer, as readers get them.

use actix_web::http::Method;
use serde_json::{Value, json};

use crate::support::TestApp;

/// A story in three languages, of which two are live; its path on the desk and its path for readers.
async fn story(app: &TestApp) -> (String, String) {
    let admin = app.admin().await;
    let world = app.section("world", "दुनिया").await;
    let author = app.author("asha", "Asha Rao").await;
    let words = |l: &str| json!({ "headline": format!("Rain {l}"), "summary": format!("It rains {l}."), "body": { "format": "text", "content": "One." } });
    let sent = json!({ "kind": "story", "section_id": world, "source_locale": "en", "credits": [{ "role": "written_by", "author_id": author }],
        "translations": { "en": words("en"), "hi": words("hi"), "bn": words("bn") } });
    let desk = admin.post("/v1/desk/articles", &sent).await.header("location").unwrap().to_owned();
    admin.publish(&desk, &["bn", "en"]).await.ok();
    let path = format!("/v1/articles/{}/translations", desk.rsplit('/').next().unwrap());
    (desk, path)
}

fn in_each<'v>(answer: &'v Value, name: &str) -> Vec<&'v str> {
    answer["data"].as_array().unwrap().iter().map(|a| a[name].as_str().unwrap_or_default()).collect()
}

both! {
    async fn the_bodies_of_a_language_that_is_not_public_are_told_by_nothing(app) {
        let admin = app.admin().await;
        let world = app.section("world", "दुनिया").await;
        let words = |n: usize| json!({ "headline": "Rain", "body": { "format": "text", "content": "&".repeat(n) } });
        let sent = json!({ "kind": "story", "section_id": world, "source_locale": "en", "translations": { "en": words(1), "hi": words(900_000) } });
        let desk = admin.post("/v1/desk/articles", &sent).await.header("location").unwrap().to_owned();
        admin.publish(&desk, &["en", "hi"]).await.ok();
        let path = desk.replace("/desk", "");
        let told = async || {
            let all = app.anyone().get(&format!("{path}/translations?body=html")).await.status;
            (all, app.anyone().get(&format!("{path}?body=html&include=alternates")).await.status)
        };
        assert_eq!(told().await, (400, 400), "both are long");
        let settings = admin.get("/v1/desk/locales/hi").await;
        admin.patch("/v1/desk/locales/hi", &settings.etag(), &json!({ "state": "retired" })).await.ok();
        assert_eq!(told().await, (200, 200));
        let version = admin.get(&desk).await.etag();
        admin.act(&format!("{desk}/unpublish"), &version, &json!({ "locales": ["en"] })).await.ok();
        assert_eq!(told().await, (404, 404));
    }

    async fn all_live_translations_come_in_one_answer_in_the_order_of_the_site(app) {
        let (desk, path) = story(&app).await;
        let answer = app.anyone().get(&path).await;
        let shown = answer.ok();
        assert_eq!((in_each(&shown, "locale"), in_each(&shown, "headline")), (vec!["en", "bn"], vec!["Rain en", "Rain bn"]));
        assert_eq!((&shown["page"]["next"], answer.header("content-language"), answer.header("link")), (&Value::Null, None, None));
        assert!(shown["data"].as_array().unwrap().iter().all(|a| a["body"].is_null() && a["requested_locale"].is_null()));
        // Each as its own page tells it.
        let admin = app.admin().await;
        admin.publish(&desk, &["hi"]).await.ok();
        let shown = app.anyone().get(&format!("{path}?body=text")).await.ok();
        assert_eq!(in_each(&shown, "locale"), ["en", "hi", "bn"]);
        for row in shown["data"].as_array().unwrap() {
            let alone = path.replace("/translations", &format!("?body=text&locale={}", row["locale"].as_str().unwrap()));
            let alone = app.anyone().get(&alone).await.ok();
            for (name, value) in row.as_object().unwrap() {
                assert_eq!(value, &alone[name], "{name}");
            }
        }
        assert_eq!(shown["data"][1]["section"]["name"], "दुनिया");
        // In another order of the site it comes in that.
        let settings = admin.get("/v1/desk/locales/bn").await;
        admin.patch("/v1/desk/locales/bn", &settings.etag(), &json!({ "position": 0 })).await.ok();
        assert_eq!(in_each(&app.anyone().get(&path).await.ok(), "locale"), ["bn", "en", "hi"]);
    }

    async fn it_comes_in_the_shape_that_is_asked_for(app) {
        let (desk, path) = story(&app).await;
        app.admin().await.publish(&desk, &["hi"]).await.ok();
        let shown = app.anyone().get(&format!("{path}?fields=headline,locale&include=section,authors,alternates")).await.ok();
        assert_eq!(shown["data"][2], json!({ "headline": "Rain bn", "locale": "bn" }));
        let along = &shown["included"];
        // Each thing in the language of each, and once where its name is the same one.
        let of = |name: &str| along[name].as_array().unwrap().iter().map(|s| (s["locale"].as_str().unwrap(), s["name"].as_str().unwrap())).collect::<Vec<_>>();
        assert_eq!((of("sections"), of("authors")), (vec![("en", "World"), ("hi", "दुनिया")], vec![("en", "Asha Rao")]));
        assert!(along["articles"].is_null(), "the other languages are there already");
        for unknown in ["fields=nothing", "fields=", "include=everything", "body=pdf", "locale=hi", "limit=2"] {
            app.anyone().get(&format!("{path}?{unknown}")).await.refused(400, "malformed");
        }
        // Kept, conditional, and with a head like all that readers get.
        let first = app.anyone().get(&path).await;
        let before = app.store.statements();
        let head = app.anyone().send(Method::HEAD, &path, &[], None).await;
        assert_eq!((head.status, head.header("etag"), head.body.len()), (200, first.header("etag"), 0));
        let again = app.anyone().send(Method::GET, &path, &[("if-none-match", &first.etag())], None).await;
        assert_eq!((again.status, again.body.len(), app.store.statements()), (304, 0, before));
    }

    async fn it_is_there_as_the_article_is_and_dropped_when_any_language_changes(app) {
        let (desk, path) = story(&app).await;
        let admin = app.admin().await;
        let languages = async || in_each(&app.anyone().get(&path).await.ok(), "locale").join(",");
        assert_eq!(languages().await, "en,bn");
        admin.publish(&desk, &["hi"]).await.ok();
        assert_eq!(languages().await, "en,hi,bn");
        admin.act(&format!("{desk}/unpublish"), &admin.get(&desk).await.etag(), &json!({ "locales": ["en"] })).await.ok();
        assert_eq!(languages().await, "hi,bn");
        // A language that is not public any more is not told, and another that only it was live in is as none.
        let settings = admin.get("/v1/desk/locales/bn").await;
        admin.patch("/v1/desk/locales/bn", &settings.etag(), &json!({ "state": "retired" })).await.ok();
        assert_eq!(languages().await, "hi");
        admin.act(&format!("{desk}/unpublish"), &admin.get(&desk).await.etag(), &json!({ "locales": ["hi"] })).await.ok();
        let kept_back = app.anyone().get(&path).await;
        let never = app.anyone().get("/v1/articles/0198c5a1-7f00-7000-8000-000000000001/translations").await;
        let of = |mut refused: Value| { refused["request_id"] = Value::Null; refused };
        assert_eq!(of(kept_back.refused(404, "not-found")), of(never.refused(404, "not-found")));
        admin.publish(&desk, &["hi"]).await.ok();
        assert_eq!(languages().await, "hi");
        admin.act(&format!("{desk}/takedown"), &admin.get(&desk).await.etag(), &json!({ "reason": "a judge said so" })).await.ok();
        app.anyone().get(&path).await.refused(410, "gone");
        admin.act(&format!("{desk}/reinstate"), &admin.get(&desk).await.etag(), &json!({ "reason": "another judge said so" })).await.ok();
        admin.publish(&desk, &["hi"]).await.ok();
        assert_eq!(languages().await, "hi");
    }

    async fn under_embargo_there_is_none(app) {
        let admin = app.admin().await;
        let world = app.section("world", "दुनिया").await;
        let words = |l: &str| json!({ "headline": format!("Rain {l}"), "body": { "format": "text", "content": "One." } });
        let sent = json!({ "kind": "story", "section_id": world, "source_locale": "en", "embargo_until": app.now().plus_seconds(60).to_string(),
            "translations": { "en": words("en"), "hi": words("hi") } });
        let desk = admin.post("/v1/desk/articles", &sent).await.header("location").unwrap().to_owned();
        admin.publish(&desk, &["en", "hi"]).await.ok();
        let path = format!("/v1/articles/{}/translations", desk.rsplit('/').next().unwrap());
        let hidden = app.anyone().get(&path).await;
        let never = app.anyone().get("/v1/articles/0198c5a1-7f00-7000-8000-000000000001/translations").await;
        assert_eq!((hidden.status, hidden.json()["detail"].clone()), (404, never.json()["detail"].clone()));
        app.wait(61);
        app.tick().await;
        assert_eq!(in_each(&app.anyone().get(&path).await.ok(), "locale"), ["en", "hi"]);
    }

    async fn bodies_in_all_languages_that_are_longer_than_one_answer_are_refused_in_words(app) {
        let editor = app.editor().await;
        let world = app.section("world", "दुनिया").await;
        // Each sign is five bytes of HTML.
        let words = |l: &str| json!({ "headline": format!("Signs {l}"), "body": { "format": "text", "content": "&".repeat(1_000_000) } });
        let sent = json!({ "kind": "story", "section_id": world, "source_locale": "en", "translations": { "en": words("en"), "hi": words("hi") } });
        let desk = editor.post("/v1/desk/articles", &sent).await.header("location").unwrap().to_owned();
        editor.publish(&desk, &["en", "hi"]).await.ok();
        let path = format!("/v1/articles/{}/translations", desk.rsplit('/').next().unwrap());
        let refused = app.anyone().get(&format!("{path}?body=html")).await;
        refused.refused(400, "malformed");
        assert_eq!(refused.violations(), [("?body".to_owned(), "too_large".to_owned())]);
        assert_eq!(in_each(&app.anyone().get(&format!("{path}?body=html&fields=locale")).await.ok(), "locale"), ["en", "hi"]);
        app.anyone().get(&path).await.ok();
    }
}
