//! What refusals tell, so that an editor's tool knows what to do about them.

use dateline::domain::user::Role;
use serde_json::{Value, json};

both! {
    async fn a_412_names_every_language_that_has_moved_on(app) {
        let world = app.section("world", "दुनिया").await;
        let editor = app.editor().await;
        let article = editor.story(&world, "River rises").await;
        for (locale, headline) in [("hi", "नदी"), ("bn", "নদী"), ("kn", "ನದಿ")] {
            editor.put(&format!("{article}/translations/{locale}"), None, &json!({ "headline": headline })).await.ok();
        }
        let change = async |locale: &str| {
            editor.patch(&format!("{article}/translations/{locale}"), "\"1\"", &json!({ "summary": "More." })).await
        };
        change("hi").await.ok();
        // The words of one language, by whoever saves them again.
        let refused = change("hi").await;
        let problem = refused.refused(412, "stale");
        assert_eq!(problem["moved"], json!([{ "locale": "hi", "current_version": 2 }]));
        assert_eq!(problem["detail"], "the translation in `hi` is at version 2 now, not at the one expected");
        assert_eq!((&problem["current_version"], &problem["changed"]), (&json!(2), &json!(["#/summary"])));
        // One of several that are published together.
        let all = json!({ "locales": { "en": 1, "hi": 1, "bn": 1 } });
        let problem = editor.act(&format!("{article}/publish"), "\"1\"", &all).await.refused(412, "stale");
        assert_eq!(problem["moved"], json!([{ "locale": "hi", "current_version": 2 }]));
        // Several, and the article with them; the one that stands where it was is not named.
        change("bn").await.ok();
        let problem = editor.act(&format!("{article}/publish"), "\"1\"", &all).await.refused(412, "stale");
        assert_eq!(problem["moved"], json!([{ "locale": "bn", "current_version": 2 }, { "locale": "hi", "current_version": 2 }]));
        editor.patch(&article, "\"1\"", &json!({ "genre": "analysis" })).await.ok();
        let plan = json!({ "locales": { "en": 1, "hi": 1, "kn": 1 }, "publish_at": "2026-03-05T12:00:00Z" });
        let problem = editor.act(&format!("{article}/schedule"), "\"1\"", &plan).await.refused(412, "stale");
        assert_eq!(problem["moved"], json!([{ "locale": null, "current_version": 2 }, { "locale": "hi", "current_version": 2 }]));
        let told = "several are not at the versions expected any more: the article at version 2, the words in `hi` at version 2";
        assert_eq!((problem["detail"].as_str(), &problem["current_version"]), (Some(told), &json!(2)));
        let problem = editor.patch(&article, "\"1\"", &json!({ "genre": "news" })).await.refused(412, "stale");
        assert_eq!(problem["moved"], json!([{ "locale": null, "current_version": 2 }]));
    }

    async fn what_is_in_use_says_how_many_articles_use_it_and_where_they_are_listed(app) {
        let (world, crime) = (app.section("world", "दुनिया").await, app.section("crime", "अपराध").await);
        let admin = app.admin().await;
        let named = |name: &str| json!({ "kind": "topic", "translations": { "en": { "name": name } } });
        let tag = admin.post("/v1/desk/tags", &named("Rivers")).await.header("location").unwrap().to_owned();
        let id = tag.rsplit('/').next().unwrap().to_owned();
        for (section, headline) in [(&world, "One"), (&world, "Two"), (&crime, "Three")] {
            let article = admin.story(section, headline).await;
            admin.patch(&article, "\"1\"", &json!({ "tags": [id] })).await.ok();
        }
        let refused = async |client: &crate::support::Client<'_>, thing: &str| {
            client.delete(thing, &admin.get(thing).await.etag()).await.refused(409, "in-use")
        };
        let problem = refused(&admin, &tag).await;
        assert_eq!(problem["detail"], "3 articles use this tag");
        let url = format!("/v1/desk/articles?tag={id}");
        assert_eq!(problem["used_by"], json!([{ "kind": "article", "count": 3, "url": url }]));
        assert_eq!(admin.get(&url).await.ok()["data"].as_array().unwrap().len(), 3);
        // A token that reads no articles is told that there are some, and neither how many nor where.
        let limited = app.limited(&admin, "tag.manage desk.read").await;
        let problem = refused(&limited, &tag).await;
        assert_eq!((&problem["used_by"], problem["detail"].as_str()), (&Value::Null, Some("articles, live editions, planned publications, menus or collections use this tag")));

        // What is below a section, filed in it and granted in it, each to those who see it.
        admin.post("/v1/desk/sections", &json!({ "parent_id": world, "translations": { "en": { "name": "Asia" } } })).await.ok();
        let chief = app.role(Role::Chief, Some(&world), None).await;
        let section = format!("/v1/desk/sections/{world}");
        let problem = refused(&admin, &section).await;
        let told: Vec<_> = problem["used_by"].as_array().unwrap().iter().map(|u| (u["kind"].as_str().unwrap(), u["count"].as_i64().unwrap())).collect();
        assert_eq!(told, [("section", 1), ("article", 2), ("grant", 1)]);
        assert_eq!(problem["detail"], "1 section, 2 articles and 1 grant use this section");
        let problem = refused(&chief, &section).await;
        let told: Vec<_> = problem["used_by"].as_array().unwrap().iter().map(|u| u["kind"].as_str().unwrap()).collect();
        assert_eq!(told, ["section", "article"]);

        // A locale, by the articles with words in it.
        let article = admin.story(&world, "Four").await;
        admin.put(&format!("{article}/translations/kn"), None, &json!({ "headline": "ನದಿ" })).await.ok();
        let problem = refused(&admin, "/v1/desk/locales/kn").await;
        let used = problem["used_by"].as_array().unwrap();
        assert_eq!(used.iter().find(|u| u["kind"] == "article").unwrap(), &json!({ "kind": "article", "count": 1, "url": "/v1/desk/articles?locale=kn" }));
    }
}
