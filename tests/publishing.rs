//! From a working copy to what the public sees.

use dateline::domain::user::Role;
use futures_util::future::join;
use serde_json::json;

both! {
    async fn who_may_gives_what_is_brought_in_by_hand_its_date(app) {
        let world = app.section("world", "दुनिया").await;
        let (editor, chief) = (app.editor().await, app.role(dateline::domain::user::Role::Chief, None, None).await);
        let story = editor.story(&world, "An old story").await;
        let (verb, id) = (format!("{story}/publish"), story.rsplit('/').next().unwrap().to_owned());
        let dated = |at: &str| json!({ "locales": ["en"], "published_at": at });
        let old = "2019-05-04T10:00:00Z";
        editor.act(&verb, "\"1\"", &dated(old)).await.refused(403, "forbidden");
        let refused = chief.act(&verb, "\"1\"", &dated("2031-01-01T00:00:00Z")).await;
        assert_eq!(refused.violations(), [("#/published_at".to_owned(), "in_the_future".to_owned())]);
        chief.act(&verb, "\"1\"", &dated(old)).await.ok();
        let shown = app.anyone().get(&format!("/v1/articles/{id}")).await.ok();
        assert_eq!((&shown["published_at"], &shown["updated_at"]), (&json!(old), &json!(old)));
        // The date alone is put right; nothing of it is an update.
        let older = "2018-05-04T10:00:00Z";
        chief.act(&verb, "\"1\"", &dated(older)).await.ok();
        let shown = app.anyone().get(&format!("/v1/articles/{id}")).await.ok();
        assert_eq!((&shown["published_at"], &shown["updated_at"]), (&json!(older), &json!(old)));
        app.wait(60);
        let words = format!("{story}/translations/en");
        editor.patch(&words, "\"1\"", &json!({ "headline": "An old story, told anew" })).await.ok();
        editor.publish(&story, &["en"]).await.ok();
        let shown = app.anyone().get(&format!("/v1/articles/{id}")).await.ok();
        assert_eq!((&shown["published_at"], &shown["updated_at"]), (&json!(older), &json!(app.now().to_string())));
        // An embargo is not got round by a date.
        let next = editor.story(&world, "Not yet").await;
        editor.patch(&next, "\"1\"", &json!({ "embargo_until": "2031-01-01T00:00:00Z" })).await.ok();
        chief.act(&format!("{next}/publish"), "\"2\"", &dated(old)).await.refused(409, "embargoed");
        let review = app.admin().await;
        review.patch("/v1/desk/site", &review.get("/v1/desk/site").await.etag(), &json!({ "review": "required" })).await.ok();
        let draft = editor.story(&world, "Not approved").await;
        chief.act(&format!("{draft}/publish"), "\"1\"", &dated(old)).await.refused(409, "not-approved");
    }

    async fn nothing_is_public_before_it_is_published(app) {
        let editor = app.editor().await;
        let section = app.section("world", "दुनिया").await;
        let article = editor.story(&section, "River rises overnight").await;
        let id = article.rsplit('/').next().unwrap().to_owned();
        let public = format!("/v1/articles/{id}?locale=en");
        app.anyone().get(&public).await.refused(404, "not-found");
        app.anyone().get("/v1/articles/by-slug/river-rises-overnight").await.refused(404, "not-found");
        assert_eq!(app.anyone().get("/v1/articles?count=true").await.ok()["page"]["total"], 0);
        editor.publish(&article, &["en"]).await.ok();
        let shown = app.anyone().get(&public).await.ok();
        assert_eq!(shown["body"], json!({ "format": "html", "content": "<p>One.</p><p>Two.</p>" }));
        assert_eq!(shown["published_at"], "2026-03-01T08:00:00Z");
        // A later save is not public until it is published.
        let words = format!("{article}/translations/en");
        let tag = editor.get(&words).await.etag();
        editor.patch(&words, &tag, &json!({ "headline": "River falls" })).await.ok();
        assert_eq!(app.anyone().get(&public).await.ok()["headline"], "River rises overnight");
        editor.publish(&article, &["en"]).await.ok();
        assert_eq!(app.anyone().get(&public).await.ok()["headline"], "River falls");
    }

    async fn publishing_hindi_leaves_english_alone(app) {
        let editor = app.editor().await;
        let section = app.section("world", "दुनिया").await;
        let article = editor.story(&section, "River rises").await;
        let hindi = json!({ "headline": "नदी बढ़ी", "body": { "format": "text", "content": "एक।\n\nदो।" } });
        assert_eq!(editor.put(&format!("{article}/translations/hi"), None, &hindi).await.status, 201);
        editor.publish(&article, &["en"]).await.ok();
        let id = article.rsplit('/').next().unwrap().to_owned();
        let before = app.anyone().get(&format!("/v1/articles/{id}?locale=en")).await.ok();
        app.wait(3600);
        // Tokens run out meanwhile; another editor goes on.
        let editor = app.editor().await;
        // Facts change, and go public with Hindi alone.
        let tag = editor.get(&article).await.etag();
        editor.patch(&article, &tag, &json!({ "genre": "analysis" })).await.ok();
        editor.publish(&article, &["hi"]).await.ok();
        let hindi = app.anyone().get(&format!("/v1/articles/{id}?locale=hi")).await.ok();
        assert_eq!((hindi["genre"].as_str(), hindi["published_at"].as_str()), (Some("analysis"), Some("2026-03-01T09:00:00Z")));
        let mut after = app.anyone().get(&format!("/v1/articles/{id}?locale=en")).await.ok();
        assert_eq!(after["genre"], "news");
        assert_eq!(after["alternates"].as_array().unwrap().len(), 2);
        for there in ["alternates", "languages"] {
            after[there] = before[there].clone();
        }
        assert_eq!(after, before);
    }

    async fn a_minor_publication_leaves_the_update_time_alone(app) {
        let editor = app.editor().await;
        let section = app.section("world", "दुनिया").await;
        let article = editor.story(&section, "River rises").await;
        editor.publish(&article, &["en"]).await.ok();
        let id = article.rsplit('/').next().unwrap().to_owned();
        let dates = async || {
            let shown = app.anyone().get(&format!("/v1/articles/{id}")).await.ok();
            (shown["published_at"].as_str().unwrap().to_owned(), shown["updated_at"].as_str().unwrap().to_owned())
        };
        for (minor, expected) in [(true, "2026-03-01T08:00:00Z"), (false, "2026-03-01T10:00:00Z")] {
            app.wait(3600);
            let editor = app.editor().await;
            let words = format!("{article}/translations/en");
            editor.patch(&words, &editor.get(&words).await.etag(), &json!({ "summary": format!("{minor}") })).await.ok();
            let tag = editor.get(&article).await.etag();
            editor.act(&format!("{article}/publish"), &tag, &json!({ "minor": minor })).await.ok();
            assert_eq!(dates().await, ("2026-03-01T08:00:00Z".to_owned(), expected.to_owned()));
        }
    }

    async fn publishing_what_is_public_already_changes_nothing(app) {
        let editor = app.editor().await;
        let section = app.section("world", "दुनिया").await;
        let article = editor.story(&section, "River rises").await;
        editor.publish(&article, &["en"]).await.ok();
        let count = || app.store.read_now(|tx| dateline::store::changes::after(tx, 0, 1000)).unwrap().len();
        let before = count();
        app.wait(60);
        editor.publish(&article, &["en"]).await.ok();
        assert_eq!(count(), before);
    }

    async fn exactly_the_revisions_that_were_read_are_published_or_none(app) {
        let editor = app.editor().await;
        let section = app.section("world", "दुनिया").await;
        let article = editor.story(&section, "River rises").await;
        editor.put(&format!("{article}/translations/hi"), None, &json!({ "headline": "नदी" })).await.ok();
        let tag = editor.get(&article).await.etag();
        let verb = format!("{article}/publish");
        editor.act(&verb, &tag, &json!({ "locales": { "en": 1, "hi": 2 } })).await.refused(412, "stale");
        assert_eq!(app.anyone().get("/v1/articles?count=true").await.ok()["page"]["total"], 0);
        editor.act(&verb, "\"9\"", &json!({ "locales": ["en"] })).await.refused(412, "stale");
        editor.patch(&article, &tag, &json!({ "genre": "analysis" })).await.ok();
        let late = editor.act(&verb, &tag, &json!({ "locales": ["en"] })).await.refused(412, "stale");
        assert_eq!((late["changed_by"].as_str(), &late["changed"]), (Some("editor 0"), &json!(["#/genre"])));
        let tag = editor.get(&article).await.etag();
        editor.post(&verb, &json!({ "locales": ["en"] })).await.refused(428, "unconditional");
        editor.act(&verb, &tag, &json!({ "locales": ["en", "kn"] })).await.refused(422, "invalid");
        editor.act(&verb, &tag, &json!({})).await.refused(422, "invalid");
        editor.act(&verb, &tag, &json!({ "locales": { "en": 1, "hi": 1 } })).await.ok();
        assert_eq!(app.anyone().get("/v1/articles?locale=hi").await.ok()["data"][0]["headline"], "नदी");
    }

    async fn a_language_that_is_named_twice_is_meant_once(app) {
        let editor = app.editor().await;
        let article = editor.story(&app.section("world", "दुनिया").await, "River rises").await;
        let twice = json!({ "locales": ["en", "en"] });
        let with = |name: &str, at: &str| json!({ "locales": ["en", "en"], name: at });
        for (verb, body) in [
            ("schedule", with("publish_at", "2026-03-01T12:00:00Z")),
            ("unschedule", twice.clone()),
            ("publish", twice.clone()),
            ("schedule", with("unpublish_at", "2026-03-01T12:00:00Z")),
            ("unpublish", twice),
        ] {
            editor.act(&format!("{article}/{verb}"), &editor.get(&article).await.etag(), &body).await.ok();
        }
        assert_eq!(app.anyone().get(&format!("/v1/articles/{}", article.rsplit('/').next().unwrap())).await.status, 404);
    }

    async fn unpublishing_ends_one_language_and_its_address_answers_again_later(app) {
        let editor = app.editor().await;
        let section = app.section("world", "दुनिया").await;
        let article = editor.story(&section, "River rises").await;
        editor.put(&format!("{article}/translations/hi"), None, &json!({ "headline": "नदी" })).await.ok();
        editor.publish(&article, &["en", "hi"]).await.ok();
        let tag = editor.get(&article).await.etag();
        editor.act(&format!("{article}/unpublish"), &tag, &json!({ "locales": ["hi"] })).await.ok();
        app.anyone().get("/v1/articles/by-slug/%E0%A4%A8%E0%A4%A6%E0%A5%80?locale=hi").await.refused(404, "not-found");
        app.anyone().get("/v1/articles/by-slug/river-rises").await.ok();
        editor.act(&format!("{article}/unpublish"), &tag, &json!({ "locales": ["hi"] })).await.refused(409, "not-live");
        app.wait(60);
        editor.publish(&article, &["hi"]).await.ok();
        let again = app.anyone().get("/v1/articles/by-slug/%E0%A4%A8%E0%A4%A6%E0%A5%80?locale=hi").await.ok();
        assert_eq!(again["published_at"], "2026-03-01T08:00:00Z", "first publication stays");
        editor.delete(&article, &tag).await.refused(409, "live");
    }

    async fn an_embargo_holds_and_cannot_be_put_on_what_is_public(app) {
        let editor = app.editor().await;
        let section = app.section("world", "दुनिया").await;
        let article = editor.story(&section, "River rises").await;
        let tag = editor.get(&article).await.etag();
        editor.patch(&article, &tag, &json!({ "embargo_until": "2026-03-01T12:00:00Z" })).await.ok();
        // Publishing plans for its end.
        let planned = editor.publish(&article, &["en"]).await.ok();
        assert_eq!(planned["translations"]["en"]["live"], json!(null));
        assert_eq!(planned["translations"]["en"]["scheduled"][0]["at"], "2026-03-01T12:00:00Z");
        app.wait(4 * 3600 - 1);
        assert_eq!(app.tick().await, 0);
        assert_eq!(app.anyone().get("/v1/articles?count=true").await.ok()["page"]["total"], 0);
        app.wait(1);
        assert_eq!(app.tick().await, 1);
        assert_eq!(app.anyone().get("/v1/articles?count=true").await.ok()["page"]["total"], 1);
        // The token has run out meanwhile; somebody else goes on.
        let editor = app.editor().await;
        let tag = editor.get(&article).await.etag();
        editor.patch(&article, &tag, &json!({ "embargo_until": "2026-03-02T12:00:00Z" })).await.refused(409, "live");
    }

    async fn an_embargo_and_a_publication_at_once_cannot_both_succeed(app) {
        let editor = app.editor().await;
        let section = app.section("world", "दुनिया").await;
        for n in 0..12 {
            let article = editor.story(&section, &format!("River rises {n}")).await;
            let (verb, locales, embargo) = (format!("{article}/publish"), json!({ "locales": ["en"] }), json!({ "embargo_until": "2027-01-01T00:00:00Z" }));
            join(editor.act(&verb, "\"1\"", &locales), editor.patch(&article, "\"1\"", &embargo)).await;
            let now = editor.get(&article).await.ok();
            let (live, held) = (now["translations"]["en"]["live"].is_object(), now["embargo_until"].is_string());
            assert!(live != held, "live: {live}, under embargo: {held}");
            assert!(!held || now["translations"]["en"]["scheduled"][0]["at"].as_str().is_none_or(|at| at >= "2027-01-01"), "{now}");
        }
    }

    async fn a_site_may_require_approval(app) {
        let admin = app.admin().await;
        let tag = admin.get("/v1/desk/site").await.etag();
        admin.patch("/v1/desk/site", &tag, &json!({ "review": "required" })).await.ok();
        let section = app.section("world", "दुनिया").await;
        let writer = app.role(Role::Contributor, None, None).await;
        let article = writer.story(&section, "River rises").await;
        let editor = app.editor().await;
        editor.publish(&article, &["en"]).await.refused(409, "not-approved");
        let words = format!("{article}/translations/en");
        writer.act(&format!("{words}/submit"), "\"1\"", &json!({})).await.ok();
        writer.act(&format!("{words}/approve"), "\"1\"", &json!({})).await.refused(403, "forbidden");
        editor.act(&format!("{words}/approve"), "\"1\"", &json!({})).await.ok();
        editor.act(&format!("{words}/submit"), "\"1\"", &json!({})).await.refused(409, "wrong-state");
        editor.publish(&article, &["en"]).await.ok();
        // A new save is a draft again.
        let saved = editor.patch(&words, "\"1\"", &json!({ "summary": "Anew." })).await.ok();
        assert_eq!(saved["state"], "draft");
        editor.publish(&article, &["en"]).await.refused(409, "not-approved");
    }
}
