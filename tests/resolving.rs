//! Public paths: what is at them, and where what was there has gone.

use serde_json::{Value, json};

use crate::support::TestApp;

/// A live story in English and Hindi in World; its path on the desk.
async fn story(app: &TestApp) -> String {
    let world = app.section("world", "दुनिया").await;
    let editor = app.editor().await;
    let path = editor.story(&world, "A black car").await;
    editor.put(&format!("{path}/translations/hi"), None, &json!({ "headline": "काली कार" })).await.ok();
    editor.publish(&path, &["en", "hi"]).await.ok();
    path
}

async fn resolved(app: &TestApp, path: &str) -> Value {
    let query = url::form_urlencoded::Serializer::new(String::new()).append_pair("path", path).finish();
    app.anyone().get(&format!("/v1/resolve?{query}")).await.ok()
}

async fn lost(app: &TestApp, path: &str) {
    let query = url::form_urlencoded::Serializer::new(String::new()).append_pair("path", path).finish();
    app.anyone().get(&format!("/v1/resolve?{query}")).await.refused(404, "not-found");
}

both! {
    async fn every_url_that_delivery_gives_resolves_to_what_it_was_given_for(app) {
        let desk_path = story(&app).await;
        let desk = app.author("desk", "Digital Desk").await;
        app.import(&json!({ "type": "tag", "key": "cars", "translations": { "en": { "name": "Cars" }, "hi": { "name": "गाड़ियाँ" } } }));
        // A tag is public while a live story carries it, an author while one credits them.
        let editor = app.editor().await;
        let tag = editor.get("/v1/desk/tags").await.ok()["data"][0]["id"].clone();
        editor.patch(&desk_path, &editor.get(&desk_path).await.etag(), &json!({ "tags": [tag], "credits": [{ "role": "reported_by", "author_id": desk }] })).await.ok();
        editor.publish(&desk_path, &["en", "hi"]).await.ok();
        let id = desk_path.rsplit('/').next().unwrap();
        for locale in ["en", "hi"] {
            let article = app.anyone().get(&format!("/v1/articles/{id}?locale={locale}")).await.ok();
            let mut pages = vec![("article", article.clone())];
            for (kind, list) in [("section", "sections"), ("author", "authors"), ("tag", "tags")] {
                let all = app.anyone().get(&format!("/v1/{list}?locale={locale}")).await.ok();
                assert!(!all["data"].as_array().unwrap().is_empty());
                pages.extend(all["data"].as_array().unwrap().iter().map(|one| (kind, one.clone())));
            }
            for (kind, page) in pages {
                let url = url::Url::parse(page["url"].as_str().unwrap()).unwrap();
                let found = resolved(&app, url.path()).await;
                assert_eq!((found["kind"].as_str(), &found["id"]), (Some(kind), &page["id"]), "{url}");
                assert_eq!((found["locale"].as_str(), &found["url"]), (Some(locale), &page["url"]), "{url}");
            }
        }
        assert_eq!(resolved(&app, "/hi/दुनिया/काली-कार").await["id"], id, "readable paths resolve too");
        assert_eq!(resolved(&app, "/hi").await, json!({ "kind": "home", "locale": "hi" }));
        assert_eq!(resolved(&app, "/").await, json!({ "kind": "home", "locale": "en" }));
    }

    async fn what_has_moved_says_where_to(app) {
        let path = story(&app).await;
        let editor = app.editor().await;
        let words = format!("{path}/translations/en");
        editor.patch(&words, &editor.get(&words).await.etag(), &json!({ "slug": "a-blue-car" })).await.ok();
        editor.publish(&path, &["en"]).await.ok();
        let moved = json!({ "kind": "redirect", "to": "/en/world/a-blue-car", "status": 301 });
        for former in ["/en/world/a-black-car", "/en/crime/a-blue-car", "/EN/world/a-blue-car", "/en/world/a-blue-car/"] {
            assert_eq!(resolved(&app, former).await, moved, "{former}");
        }
        assert_eq!(resolved(&app, "/en/world/a-blue-car").await["kind"], "article");
        // A section's own page moves too, and so do the pages below it.
        let world = app.anyone().get("/v1/sections/by-slug/world").await.ok()["id"].clone();
        let section = format!("/v1/desk/sections/{}", world.as_str().unwrap());
        let chief = app.admin().await;
        chief.patch(&section, &chief.get(&section).await.etag(), &json!({ "translations": { "en": { "name": "World", "slug": "the-world" } } })).await.ok();
        assert_eq!(resolved(&app, "/en/world").await["to"], "/en/the-world");
        assert_eq!(resolved(&app, "/en/world/a-black-car").await["to"], "/en/the-world/a-blue-car");
    }

    async fn what_is_not_public_is_not_there(app) {
        let path = story(&app).await;
        let editor = app.editor().await;
        let section = app.anyone().get("/v1/sections/by-slug/world").await.ok()["id"].clone();
        editor.story(section.as_str().unwrap(), "Still a draft").await;
        for nothing in ["/en/world/still-a-draft", "/xx/world/a-black-car", "/bn/world/a-black-car", "/en/nothing", "/en/a/b/c", "/x/y"] {
            lost(&app, nothing).await;
        }
        editor.act(&format!("{path}/unpublish"), &editor.get(&path).await.etag(), &json!({ "locales": ["hi"] })).await.ok();
        lost(&app, "/hi/दुनिया/काली-कार").await;
        for wrong in ["no-slash", "/a%2Fb", "/%FF"] {
            let query = url::form_urlencoded::Serializer::new(String::new()).append_pair("path", wrong).finish();
            app.anyone().get(&format!("/v1/resolve?{query}")).await.refused(400, "malformed");
        }
        app.anyone().get("/v1/resolve").await.refused(400, "malformed");
    }

    async fn a_pattern_with_dates_and_ids_resolves_by_id(app) {
        let path = story(&app).await;
        let admin = app.admin().await;
        let site = admin.get("/v1/desk/site").await;
        admin.patch("/v1/desk/site", &site.etag(), &json!({ "url": "https://news.example/paper", "url_pattern": "/{locale}/{yyyy}/{mm}/{slug}-{id}" })).await.ok();
        let id = path.rsplit('/').next().unwrap();
        let article = app.anyone().get(&format!("/v1/articles/{id}")).await.ok();
        let present = format!("/paper/en/2026/03/a-black-car-{id}");
        assert_eq!(article["url"], format!("https://news.example{present}"));
        assert_eq!(resolved(&app, &present).await["id"], id);
        assert_eq!(resolved(&app, &format!("/paper/en/2020/01/anything-{id}")).await["to"], present);
        assert_eq!(resolved(&app, "/paper/en").await["kind"], "home");
        lost(&app, &format!("/en/2026/03/a-black-car-{id}")).await;
    }
}
