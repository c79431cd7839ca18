//! Sections, authors, tags, and the addresses they take for ever.

use std::collections::BTreeSet;

use futures_util::future::join_all;
use serde_json::json;

both! {
    async fn a_section_is_named_in_every_language_and_keeps_its_script(app) {
        let chief = app.role(dateline::domain::user::Role::Chief, None, None).await;
        let made = chief.post("/v1/desk/sections", &json!({ "translations": {
            "en": { "name": "World", "description": "Beyond the border." }, "hi": { "name": "दुनिया" }, "kn": { "name": "ವಿಶ್ವ" } } })).await;
        assert_eq!((made.status, made.version()), (201, 1));
        let id = made.ok()["id"].as_str().unwrap().to_owned();
        assert_eq!(made.header("location"), Some(format!("/v1/desk/sections/{id}").as_str()));
        let shown = app.anyone().get("/v1/sections/by-slug/%E0%A4%A6%E0%A5%81%E0%A4%A8%E0%A4%BF%E0%A4%AF%E0%A4%BE?locale=hi").await;
        assert_eq!(shown.header("content-language"), Some("hi"));
        let shown = shown.ok();
        assert_eq!((shown["name"].as_str(), shown["slug"].as_str()), (Some("दुनिया"), Some("दुनिया")));
        assert_eq!(shown["alternates"].as_array().unwrap().len(), 3);
        // A name always falls back, and says so.
        let bengali = app.anyone().get(&format!("/v1/sections/{id}?locale=bn")).await.ok();
        assert_eq!((bengali["name"].as_str(), bengali["locale"].as_str(), bengali["requested_locale"].as_str()), (Some("World"), Some("en"), Some("bn")));
    }

    async fn a_slug_in_use_gets_a_number_and_one_given_by_hand_is_refused(app) {
        let admin = app.admin().await;
        let section = json!({ "translations": { "en": { "name": "Politics" } } });
        assert_eq!(admin.post("/v1/desk/sections", &section).await.ok()["translations"]["en"]["slug"], "politics");
        let tag = json!({ "kind": "topic", "translations": { "en": { "name": "Politics" } } });
        assert_eq!(admin.post("/v1/desk/tags", &tag).await.ok()["translations"]["en"]["slug"], "politics-2");
        let given = json!({ "kind": "topic", "translations": { "en": { "name": "Politics", "slug": "politics" } } });
        let refused = admin.post("/v1/desk/tags", &given).await;
        refused.refused(409, "taken");
        assert_eq!(refused.violations(), [("#/translations/en/slug".to_owned(), "taken".to_owned())]);
        assert_eq!(admin.get("/v1/desk/tags?count=true").await.ok()["page"]["total"], 1);
    }

    async fn a_former_slug_leads_to_the_present_one_and_is_never_given_away(app) {
        let admin = app.admin().await;
        admin.patch("/v1/desk/site", &admin.get("/v1/desk/site").await.etag(), &json!({ "authors_public": "always" })).await.ok();
        let made = admin.post("/v1/desk/authors", &json!({ "kind": "person", "translations": { "en": { "name": "Asha Rao" } } })).await;
        let path = made.header("location").unwrap().to_owned();
        let revised = admin.patch(&path, &made.etag(), &json!({ "translations": { "en": { "slug": "asha" } } })).await;
        assert_eq!(revised.ok()["translations"]["en"]["slug"], "asha");
        let moved = app.anyone().get("/v1/authors/by-slug/asha-rao?locale=en").await;
        assert_eq!((moved.status, moved.header("location")), (308, Some("/v1/authors/by-slug/asha?locale=en")));
        let other = admin.post("/v1/desk/authors", &json!({ "kind": "person", "translations": { "en": { "name": "Asha Rao" } } })).await;
        assert_eq!(other.ok()["translations"]["en"]["slug"], "asha-rao-2");
        // Its own former slug it may take back.
        let back = admin.patch(&path, &revised.etag(), &json!({ "translations": { "en": { "slug": "asha-rao" } } })).await;
        assert_eq!(back.ok()["translations"]["en"]["slug"], "asha-rao");
    }

    async fn sections_form_a_tree_in_the_order_the_desk_gives(app) {
        let admin = app.admin().await;
        let mut ids = Vec::new();
        for name in ["World", "Tech", "Opinion"] {
            ids.push(admin.post("/v1/desk/sections", &json!({ "translations": { "en": { "name": name } } })).await.ok()["id"].clone());
        }
        let asia = admin.post("/v1/desk/sections", &json!({ "parent_id": ids[0], "translations": { "en": { "name": "Asia" } } })).await;
        let asia_path = asia.header("location").unwrap().to_owned();
        let order = json!({ "order": [ids[2], ids[0], ids[1]] });
        admin.post("/v1/desk/sections/reorder", &order).await.ok();
        let shown = app.anyone().get("/v1/sections").await.ok();
        let names: Vec<_> = shown["data"].as_array().unwrap().iter().map(|s| s["name"].as_str().unwrap().to_owned()).collect();
        assert_eq!(names, ["Opinion", "World", "Asia", "Tech"]);
        assert_eq!(shown["data"][2]["path"][0]["name"], "World");
        let refused = admin.post("/v1/desk/sections/reorder", &json!({ "order": [ids[2]] })).await;
        refused.refused(422, "invalid");
        // A section cannot lie within itself, and takes what is below along when it moves.
        let world = format!("/v1/desk/sections/{}", ids[0].as_str().unwrap());
        let tag = admin.get(&world).await.etag();
        let circle = admin.patch(&world, &tag, &json!({ "parent_id": asia.ok()["id"] })).await;
        assert_eq!(circle.violations(), [("#/parent_id".to_owned(), "circle".to_owned())]);
        admin.patch(&world, &tag, &json!({ "parent_id": ids[1] })).await.ok();
        let asia = app.anyone().get(&format!("/v1/sections/{}", asia.ok()["id"].as_str().unwrap())).await.ok();
        let path: Vec<_> = asia["path"].as_array().unwrap().iter().map(|s| s["name"].as_str().unwrap()).collect();
        assert_eq!(path, ["Tech", "World", "Asia"]);
        let busy = admin.delete(&world, &admin.get(&world).await.etag()).await;
        busy.refused(409, "in-use");
        let tag = admin.get(&asia_path).await.etag();
        assert_eq!(admin.delete(&asia_path, &tag).await.status, 204);
        admin.get(&asia_path).await.refused(404, "not-found");
    }

    async fn what_stories_use_cannot_be_deleted(app) {
        let admin = app.admin().await;
        let section = app.section("world", "दुनिया").await;
        admin.story(&section, "A story").await;
        let path = format!("/v1/desk/sections/{section}");
        admin.delete(&path, &admin.get(&path).await.etag()).await.refused(409, "in-use");
    }

    async fn what_is_planned_to_be_public_keeps_what_it_names(app) {
        let admin = app.admin().await;
        let (section, other) = (app.section("world", "दुनिया").await, app.section("tech", "टेक").await);
        let author = app.author("asha", "Asha Rao").await;
        let topic = json!({ "kind": "topic", "translations": { "en": { "name": "Rivers" } } });
        let tag = admin.post("/v1/desk/tags", &topic).await.ok()["id"].as_str().unwrap().to_owned();
        let things = [format!("sections/{section}"), format!("tags/{tag}"), format!("authors/{author}")].map(|at| format!("/v1/desk/{at}"));
        // Whether each of them could go: asked of what would be done.
        let free = async |when: &str, expected: bool| {
            for thing in &things {
                let tried = admin.delete(&format!("{thing}?validate_only=true"), &admin.get(thing).await.etag()).await;
                assert_eq!(tried.status, if expected { 204 } else { 409 }, "{when}: {thing}: {}", tried.text);
            }
        };
        let facts = json!({ "section_id": section, "tags": [tag], "credits": [{ "role": "written_by", "author_id": author }] });
        let lead = json!({ "url": format!("https://example.org/{section}/{tag}/{author}.jpg"), "width": 4, "height": 3 });
        let elsewhere = json!({ "section_id": other, "tags": [], "credits": [], "lead": lead });
        let (at, then) = ("2026-03-01T12:00:00Z", 4 * 3600);
        let kept = async |story: &str, facts: &serde_json::Value| {
            admin.patch(story, &admin.get(story).await.etag(), facts).await.ok();
        };
        let filed = async |headline: &str| {
            let story = admin.story(&other, headline).await;
            kept(&story, &facts).await;
            story
        };
        let plan = async |story: &str| {
            let plan = json!({ "locales": ["en"], "publish_at": at });
            admin.act(&format!("{story}/schedule"), &admin.get(story).await.etag(), &plan).await.ok();
        };
        let release = async |story: &str, publish_at: Option<&str>| {
            let items = json!([{ "article_id": story.rsplit('/').next().unwrap(), "locale": "en" }]);
            let made = admin.post("/v1/desk/releases", &json!({ "name": "Rivers", "items": items, "publish_at": publish_at })).await;
            made.header("location").unwrap_or_else(|| panic!("{}", made.text)).to_owned()
        };
        free("nothing", true).await;
        let story = filed("Planned").await;
        free("an article", false).await;
        plan(&story).await;
        kept(&story, &elsewhere).await;
        free("a plan of what it was", false).await;
        admin.act(&format!("{story}/unschedule"), &admin.get(&story).await.etag(), &json!({ "locales": ["en"] })).await.ok();
        free("no plan", true).await;
        plan(&story).await;
        free("a plan that names other things, and their ids in an address", true).await;
        let released = filed("Released").await;
        let timed = release(&released, Some(at)).await;
        kept(&released, &elsewhere).await;
        free("a release", false).await;
        admin.patch(&timed, &admin.get(&timed).await.etag(), &json!({ "publish_at": null })).await.ok();
        free("a release of no instant", true).await;
        admin.patch(&timed, &admin.get(&timed).await.etag(), &json!({ "publish_at": at })).await.ok();
        free("it has an instant again", false).await;
        // Who planned them may not do it any more: plan and release fail, and hold nothing.
        let failing = filed("Failing").await;
        plan(&failing).await;
        kept(&failing, &elsewhere).await;
        free("a plan and a release", false).await;
        let chief = app.admin().await;
        let suspended = chief.patch(&admin.path(), &chief.get(&admin.path()).await.etag(), &json!({ "status": "suspended" })).await;
        suspended.ok();
        app.wait(then);
        app.tick().await;
        let chief = app.again(&chief).await;
        for thing in &things {
            let done = chief.delete(thing, &chief.get(thing).await.etag()).await;
            assert_eq!(done.status, 204, "what has failed: {thing}: {}", done.text);
        }
    }

    async fn a_section_is_kept_by_plans_in_words_that_tell_its_chief_no_more_than_articles_do(app) {
        let (admin, editor) = (app.admin().await, app.editor().await);
        let (section, other) = (app.section("world", "दुनिया").await, app.section("tech", "टेक").await);
        let chief = app.role(dateline::domain::user::Role::Chief, Some(&section), None).await;
        let thing = format!("/v1/desk/sections/{section}");
        let told = async || {
            let refused = chief.delete(&thing, &chief.get(&thing).await.etag()).await;
            refused.refused(409, "in-use")["detail"].as_str().unwrap().to_owned()
        };
        let story = editor.story(&section, "River rises").await;
        assert_eq!(told().await, "1 article uses this section");
        // In the trash, where it is on no list.
        editor.delete(&story, "\"1\"").await;
        let by_an_article = told().await;
        let trashed = format!("/v1/desk/trash/{}", story.rsplit('/').next().unwrap());
        editor.act(&format!("{trashed}/restore"), "\"1\"", &serde_json::Value::Null).await.ok();
        let plan = json!({ "locales": ["en"], "publish_at": "2026-03-01T12:00:00Z" });
        editor.act(&format!("{story}/schedule"), "\"1\"", &plan).await.ok();
        admin.patch(&story, "\"1\"", &json!({ "section_id": other })).await.ok();
        assert_eq!(chief.get(&story).await.status, 404);
        assert_eq!(told().await, by_an_article);
        editor.act(&format!("{story}/unschedule"), "\"2\"", &json!({ "locales": ["en"] })).await.ok();
        let items = json!([{ "article_id": story.rsplit('/').next().unwrap(), "locale": "en", "facts_version": 2 }]);
        let release = editor.post("/v1/desk/releases", &json!({ "name": "Rivers", "items": items })).await;
        let release = release.header("location").unwrap();
        editor.act(&format!("{release}/publish"), "\"1\"", &serde_json::Value::Null).await.ok();
        let elsewhere = format!("/v1/desk/sections/{other}");
        admin.delete(&elsewhere, &admin.get(&elsewhere).await.etag()).await.refused(409, "in-use");
        assert_eq!(told().await, "grants use this section");
    }

    async fn saving_what_is_there_already_makes_no_version(app) {
        let admin = app.admin().await;
        let made = admin.post("/v1/desk/tags", &json!({ "kind": "place", "translations": { "en": { "name": "Kochi" } } })).await;
        let path = made.header("location").unwrap().to_owned();
        // What GET answers can be sent back whole.
        let again = admin.patch(&path, &made.etag(), &admin.get(&path).await.ok()).await;
        assert_eq!((again.status, again.etag()), (200, made.etag()));
        let seq = |app: &crate::support::TestApp| app.store.read_now(|tx| dateline::store::changes::after(tx, 0, 1000)).unwrap();
        let log = seq(&app);
        assert!(log.iter().map(|c| c.seq).eq(1..=i64::try_from(log.len()).unwrap()), "gapless from 1: {log:?}");
        assert_eq!(log.iter().filter(|c| c.change.parts().0 == "tag").count(), 1);
    }

    async fn many_who_ask_for_one_slug_at_once_get_one_each(app) {
        let world = app.section("world", "दुनिया").await;
        let editor = app.editor().await;
        let same = json!({ "kind": "story", "section_id": world, "source_locale": "en", "translations": { "en": { "headline": "The same words" } } });
        let stories = join_all((0..16).map(|_| editor.post("/v1/desk/articles", &same))).await;
        let slugs: BTreeSet<_> = stories.iter().map(|s| s.ok()["translations"]["en"]["slug"].as_str().unwrap().to_owned()).collect();
        assert_eq!(slugs.len(), 16);
        assert!(slugs.contains("the-same-words") && slugs.contains("the-same-words-16"), "{slugs:?}");
    }

    async fn a_site_may_publish_in_a_script_that_runs_from_right_to_left(app) {
        let admin = app.admin().await;
        let urdu = admin.post("/v1/desk/locales", &json!({ "locale": "ur", "name": "اردو", "fallback": ["hi", "en"], "state": "public" })).await.ok();
        assert_eq!((urdu["direction"].as_str(), urdu["words_per_minute"].as_i64().is_some()), (Some("rtl"), true));
        let world = app.section("world", "दुनिया").await;
        let story = app.editor().await.story(&world, "Rain").await;
        let words = format!("{story}/translations/ur");
        app.editor().await.put(&words, None, &json!({ "headline": "بارش", "body": { "format": "text", "content": "آج بارش ہوئی۔" } })).await.ok();
        app.editor().await.publish(&story, &["ur"]).await.ok();
        let shown = app.anyone().get("/v1/articles/by-slug/%D8%A8%D8%A7%D8%B1%D8%B4?locale=ur").await.ok();
        assert_eq!((shown["direction"].as_str(), shown["headline"].as_str()), (Some("rtl"), Some("بارش")));
        assert_eq!(shown["section"]["name"], "दुनिया", "names fall back along the chain");
    }

    async fn every_name_that_readers_are_shown_says_which_language_it_is_in(app) {
        let admin = app.admin().await;
        let urdu = json!({ "locale": "ur", "name": "اردو", "fallback": ["hi", "en"], "state": "public" });
        admin.post("/v1/desk/locales", &urdu).await.ok();
        let world = app.section("world", "दुनिया").await;
        let made = async |path: &str, body: serde_json::Value| admin.post(path, &body).await.ok()["id"].as_str().unwrap().to_owned();
        let asia = made("/v1/desk/sections", json!({ "parent_id": world, "translations": { "ur": { "name": "ایشیا" }, "en": { "name": "Asia" } } })).await;
        let rivers = made("/v1/desk/tags", json!({ "kind": "topic", "translations": { "en": { "name": "Rivers" } } })).await;
        let rain = made("/v1/desk/tags", json!({ "kind": "topic", "translations": { "ur": { "name": "بارش" }, "en": { "name": "Rain" } } })).await;
        let asha = made("/v1/desk/authors", json!({ "kind": "person", "translations": { "hi": { "name": "आशा" }, "en": { "name": "Asha" } } })).await;
        let labels = json!({ "credit_labels": { "written_by": { "hi": "लेखक" } } });
        admin.patch("/v1/desk/site", &admin.get("/v1/desk/site").await.etag(), &labels).await.ok();
        let words = |headline: &str| json!({ "headline": headline, "body": { "format": "text", "content": headline } });
        let story = json!({ "kind": "story", "section_id": asia, "source_locale": "en", "tags": [rivers, rain],
            "credits": [{ "role": "written_by", "author_id": asha }, { "role": "seen_by", "author_id": asha }],
            "translations": { "en": words("The river"), "ur": words("دریا") } });
        let story = admin.post("/v1/desk/articles", &story).await.header("location").unwrap().to_owned();
        admin.publish(&story, &["en", "ur"]).await.ok();
        let id = story.rsplit('/').next().unwrap();
        let known = [
            ("ur", "rtl", vec!["ایشیا", "بارش"]),
            ("hi", "ltr", vec!["दुनिया", "आशा", "लेखक"]),
            ("en", "ltr", vec!["Rivers"]),
        ];
        // Whatever has a name or a label of the desk's, wherever it stands, and how many there were.
        fn names<'v>(value: &'v serde_json::Value, all: &mut Vec<&'v serde_json::Value>) {
            if let Some(object) = value.as_object() {
                let named = object.contains_key("label") || (object.contains_key("name") && object.contains_key("id"));
                all.extend(named.then_some(value));
                object.iter().filter(|(at, _)| *at != "alternates").for_each(|(_, v)| names(v, all));
            }
            value.as_array().into_iter().flatten().for_each(|v| names(v, all));
        }
        let section = "%D8%A7%DB%8C%D8%B4%DB%8C%D8%A7";
        for (path, least) in [
            (format!("/v1/articles/{id}?locale=ur&include=section,authors,tags"), 14),
            ("/v1/articles?locale=ur".to_owned(), 9),
            ("/v1/sections?locale=ur".to_owned(), 4),
            (format!("/v1/sections/{asia}?locale=ur"), 3),
            ("/v1/authors?locale=ur".to_owned(), 1),
            (format!("/v1/tags/{rivers}?locale=ur"), 1),
            ("/v1/tags?locale=ur".to_owned(), 2),
            ("/v1/pages?path=/ur".to_owned(), 3),
            (format!("/v1/pages?path=/ur/{section}"), 5),
            ("/v1/pages?path=/ur/rivers".to_owned(), 4),
            (format!("/v1/pages?path=/ur/{section}/%D8%AF%D8%B1%DB%8C%D8%A7"), 11),
        ] {
            let shown = app.anyone().get(&path).await.ok();
            let mut all = Vec::new();
            names(&shown, &mut all);
            assert!(all.len() >= least, "{path}: {} of {least} names in {shown}", all.len());
            for named in all {
                let text = named["label"].as_str().or(named["name"].as_str()).unwrap();
                if text == "Seen by" {
                    assert!(named["locale"].is_null() && named["direction"] == "ltr", "nobody has labelled it: {named}");
                    continue;
                }
                let (locale, direction, _) = known.iter().find(|(.., names)| names.contains(&text)).unwrap_or_else(|| panic!("{path}: {named}"));
                assert_eq!((named["locale"].as_str(), named["direction"].as_str()), (Some(*locale), Some(*direction)), "{path}: {named}");
            }
        }
    }
}
