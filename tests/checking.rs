//! Preflight: what is found before the public finds it.

use dateline::domain::user::Role;
use serde_json::{Value, json};

fn found(report: &Value) -> Vec<String> {
    let one = |f: &Value| format!("{} {} {}", f["severity"].as_str().unwrap(), f["code"].as_str().unwrap(), f["pointer"].as_str().unwrap());
    report["findings"].as_array().unwrap().iter().map(one).collect()
}

both! {
    async fn a_check_names_everything_and_errors_keep_words_from_being_published(app) {
        let editor = app.editor().await;
        let world = app.section("world", "दुनिया").await;
        let article = editor.story(&world, "River rises").await;
        editor.publish(&article, &["en"]).await.ok();
        let links = r#"<p>See <a href="http://127.0.0.1:8080/en/world/nowhere">this</a>, <a href="http://127.0.0.1:8080/en/world/river-rises">that</a> and <a href="https://elsewhere.example/x">there</a>.</p>"#;
        let second = json!({
            "kind": "story", "section_id": world, "source_locale": "en", "lead": { "url": "https://media.example/a.jpg", "width": 1, "height": 1 },
            "translations": {
                "en": { "headline": "Bridges closed", "body": { "format": "html", "content": format!("<p>The bridges over the river were closed at dawn.</p>{links}") } },
                "hi": { "headline": "সেতু বন্ধ", "body": { "format": "html", "content": "<p>The bridges over the river were closed at dawn.</p><p>भोर में पुल बंद।</p>" } }
            }
        });
        let article = editor.post("/v1/desk/articles", &second).await.header("location").unwrap().to_owned();
        let report = editor.post(&format!("{article}/check"), &json!({})).await.ok();
        assert_eq!(report["passes"], false);
        assert_eq!(found(&report), [
            "warning missing_credit #/lead/credit",
            "warning missing_locale #/translations/bn",
            "warning missing_locale #/translations/kn",
            "warning missing_alt #/translations/en/lead/alt",
            "warning broken_link #/translations/en/body/content/content/1",
            "warning missing_alt #/translations/hi/lead/alt",
            "error wrong_script #/translations/hi/headline",
            "warning untranslated #/translations/hi/body/content/content/0",
        ]);
        // Warnings block nothing; an error blocks publishing, planning and releases, and says where.
        let english = editor.post(&format!("{article}/check"), &json!({ "locales": ["en"] })).await.ok();
        assert_eq!((english["passes"].as_bool(), found(&english).len()), (Some(true), 5));
        // An address outlives its story; a link to it does not lead anywhere while the story is gone.
        let (first, chief) = (editor.get("/v1/desk/articles?text=river").await.ok()["data"][0]["id"].clone(), app.role(Role::Chief, None, None).await);
        chief.act(&format!("/v1/desk/articles/{}/takedown", first.as_str().unwrap()), "\"1\"", &json!({ "reason": "x" })).await.ok();
        let gone = editor.post(&format!("{article}/check"), &json!({ "locales": ["en"] })).await.ok();
        assert_eq!(found(&gone).iter().filter(|f| f.starts_with("warning broken_link")).count(), 2);
        let refused = editor.publish(&article, &["en", "hi"]).await;
        refused.refused(422, "invalid");
        assert_eq!(refused.violations(), [("#/translations/hi/headline".to_owned(), "wrong_script".to_owned())]);
        let plan = json!({ "locales": ["hi"], "publish_at": "2026-03-01T09:00:00Z" });
        editor.act(&format!("{article}/schedule"), "\"1\"", &plan).await.refused(422, "invalid");
        let id = article.rsplit('/').next().unwrap();
        let release = editor.post("/v1/desk/releases", &json!({ "name": "R", "items": [{ "article_id": id, "locale": "hi" }] })).await.ok();
        assert_eq!(release["blockers"][0]["pointer"], "#/items/0/translations/hi/headline");
        editor.publish(&article, &["en"]).await.ok();
        editor.patch(&format!("{article}/translations/hi"), "\"1\"", &json!({ "headline": "पुल बंद" })).await.ok();
        editor.publish(&article, &["hi"]).await.ok();
        editor.post(&format!("{article}/check"), &json!({ "locales": ["kn"] })).await.refused(422, "invalid");
    }

    async fn a_stale_translation_is_found_and_the_suggested_patch_repairs(app) {
        let editor = app.editor().await;
        let world = app.section("world", "दुनिया").await;
        let article = editor.story(&world, "River rises").await;
        let document = json!({ "schema": 1, "type": "doc", "content": [{ "type": "paragraph", "content": [{ "type": "text", "text": "Don&#x27;t look" }] }] });
        let words = format!("{article}/translations/en");
        let saved = editor.patch(&words, "\"1\"", &json!({ "body": { "format": "doc", "content": document } })).await;
        let report = editor.post(&format!("{article}/check"), &json!({ "locales": ["en"] })).await.ok();
        let escaped: Vec<&Value> = report["findings"].as_array().unwrap().iter().filter(|f| f["code"] == "double_escaped").collect();
        // A document is taken as it is; the last look says what a reader will see, and a story about HTML may say it.
        assert_eq!(escaped[0]["severity"], "warning");
        editor.publish(&article, &["en"]).await.ok();
        editor.patch(&words, &saved.etag(), &escaped[0]["patch"]).await.ok();
        editor.publish(&article, &["en"]).await.ok();
        let shown = app.anyone().get(&format!("/v1/articles/{}", article.rsplit('/').next().unwrap())).await.ok();
        assert_eq!(shown["body"]["content"], "<p>Don&#39;t look</p>");
        editor.put(&format!("{article}/translations/hi"), None, &json!({ "headline": "नदी" })).await.ok();
        editor.patch(&words, &editor.get(&words).await.etag(), &json!({ "headline": "River falls" })).await.ok();
        editor.publish(&article, &["en"]).await.ok();
        let report = editor.post(&format!("{article}/check"), &json!({ "locales": ["hi"] })).await.ok();
        assert!(found(&report).contains(&"warning stale_translation #/translations/hi/made_from".to_owned()), "{report}");
    }

    async fn a_working_copy_may_be_unfinished_and_is_not_published_before_it_has_a_headline(app) {
        let editor = app.editor().await;
        let world = app.section("world", "दुनिया").await;
        let heading = |level: u8| json!({ "type": "heading", "attrs": { "level": level }, "content": [{ "type": "text", "text": "आगे" }] });
        let picture = |attrs: Value| json!({ "type": "image", "attrs": attrs });
        let url = "https://media.example/a.jpg";
        let content = [heading(2), heading(4), picture(json!({ "url": url, "alt": "" })), picture(json!({ "url": url }))];
        let body = json!({ "format": "doc", "content": { "schema": 1, "type": "doc", "content": content } });
        let begun = json!({ "kind": "story", "section_id": world, "source_locale": "en", "translations": { "en": {}, "hi": { "headline": " ", "body": body } } });
        let article = editor.post("/v1/desk/articles", &begun).await.header("location").unwrap().to_owned();
        let (id, words) = (article.rsplit('/').next().unwrap(), format!("{article}/translations/en"));
        let saved = editor.get(&words).await;
        assert_eq!((&saved.ok()["headline"], &saved.ok()["slug"]), (&json!(""), &json!(id)));
        // What was typed is what comes back, also as HTML.
        let hindi = format!("{article}/translations/hi");
        let html = editor.get(&format!("{hindi}?body=html")).await;
        let back = json!({ "headline": "\u{200b} \u{2060}\u{2800}", "body": html.ok()["body"] });
        editor.put(&hindi, Some(&html.etag()), &back).await.ok();
        assert_eq!(editor.get(&hindi).await.ok()["body"]["content"]["content"][1]["attrs"]["level"], 4);
        let report = editor.post(&format!("{article}/check"), &json!({})).await.ok();
        let named: Vec<_> = found(&report).into_iter().filter(|f| !f.contains("missing_credit") && !f.contains("missing_locale")).collect();
        assert_eq!((&report["passes"], named), (&json!(false), [
            "error missing_headline #/translations/en/headline",
            "warning empty_body #/translations/en/body",
            "error missing_headline #/translations/hi/headline",
            "warning heading_skipped #/translations/hi/body/content/content/1",
            "warning missing_alt #/translations/hi/body/content/content/2",
            "warning missing_alt #/translations/hi/body/content/content/3",
        ].map(str::to_owned).to_vec()));
        // Lists of the desk show it, and whoever writes may hand it on; nothing makes it public.
        assert_eq!(editor.get("/v1/desk/articles").await.ok()["data"][0]["translations"]["en"]["headline"], "");
        assert_eq!(editor.get("/v1/desk/translations?locale=kn").await.ok()["data"][0]["source"]["headline"], "");
        editor.act(&format!("{words}/submit"), &saved.etag(), &json!({})).await.ok();
        editor.act(&format!("{words}/approve"), &editor.get(&words).await.etag(), &json!({})).await.ok();
        let missing = [("#/translations/en/headline".to_owned(), "missing_headline".to_owned())];
        let refused = editor.publish(&article, &["en"]).await;
        refused.refused(422, "invalid");
        assert_eq!(refused.violations(), missing);
        let plan = json!({ "locales": ["en"], "publish_at": "2026-03-01T09:00:00Z" });
        let refused = editor.act(&format!("{article}/schedule"), "\"1\"", &plan).await;
        assert_eq!(refused.violations(), missing);
        let release = editor.post("/v1/desk/releases", &json!({ "name": "R", "items": [{ "article_id": id, "locale": "en" }] })).await.ok();
        assert_eq!(release["blockers"][0]["pointer"], "#/items/0/translations/en/headline");
        let unseen = editor.story(&world, "\u{200b}\u{2060}").await;
        assert_eq!(editor.publish(&unseen, &["en"]).await.violations(), missing);
        // The slug comes with the headline, goes with it, and stays when it is public.
        for (headline, slug) in [("River rises", "river-rises"), ("", id), ("Bridges closed", "bridges-closed")] {
            let named = editor.patch(&words, &editor.get(&words).await.etag(), &json!({ "headline": headline })).await.ok();
            assert_eq!(named["slug"], slug);
        }
        editor.publish(&article, &["en"]).await.ok();
        let emptied = editor.patch(&words, &editor.get(&words).await.etag(), &json!({ "headline": null })).await.ok();
        assert_eq!((&emptied["headline"], &emptied["slug"]), (&json!(""), &json!("bridges-closed")));
        editor.publish(&article, &["en"]).await.refused(422, "invalid");
        assert_eq!(app.anyone().get(&format!("/v1/articles/{id}")).await.ok()["headline"], "Bridges closed");
    }
}
