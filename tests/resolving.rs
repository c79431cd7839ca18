//! Public paths: what is at them, and where what was there has gone.

use dateline::access::{Caller, Permit, System};
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

    async fn every_address_that_ever_was_leads_to_its_story_whatever_has_changed_since(app) {
        const PATTERNS: [&str; 11] = [
            "/{locale}/{section}/{slug}",
            "/{locale}/{slug}",
            "/{locale}/{slug}-{id}",
            "/{locale}/{yyyy}/{mm}/{dd}/{slug}",
            "/{locale}/{section}/{yyyy}-{mm}/{slug}.html",
            "/news/{locale}/{id}",
            "/{section}/{locale}/story-{slug}",
            "/{yyyy}/{slug}/{locale}",
            // The default locale without prefix.
            "/{section}/{slug}",
            "/{yyyy}/{mm}/{slug}.html",
            "/stories/{slug}-{id}",
        ];
        let (editor, admin) = (app.editor().await, app.admin().await);
        let sections = [app.section("world", "दुनिया").await, app.section("tech", "टेक").await];
        let mut stories = Vec::new();
        for n in 0..3 {
            let story = editor.story(&sections[n % 2], &format!("Story {n}")).await;
            editor.put(&format!("{story}/translations/hi"), None, &json!({ "headline": format!("कहानी {n}") })).await.ok();
            editor.publish(&story, &["en", "hi"]).await.ok();
            stories.push(story);
        }
        // The same every time.
        let mut seed = 0x9e37_79b9_u32;
        let mut any = |of: usize| {
            seed = seed.wrapping_mul(2_654_435_761).wrapping_add(0x9e37_79b9);
            usize::try_from(seed >> 16).unwrap() % of
        };
        let patch = async |client: &crate::support::Client<'_>, path: &str, body: Value| {
            client.patch(path, &client.get(path).await.etag(), &body).await.ok();
        };
        let mut ever = std::collections::BTreeMap::new();
        for step in 0..60 {
            let story = &stories[any(stories.len())];
            let (editor, admin) = (app.again(&editor).await, app.again(&admin).await);
            match any(7) {
                0 | 1 => patch(&admin, "/v1/desk/site", json!({ "url_pattern": PATTERNS[any(PATTERNS.len())] })).await,
                2 => patch(&editor, &format!("{story}/translations/en"), json!({ "slug": format!("slug-{step}") })).await,
                3 => patch(&editor, story, json!({ "section_id": sections[any(2)] })).await,
                4 => {
                    let section = format!("/v1/desk/sections/{}", sections[any(2)]);
                    patch(&admin, &section, json!({ "translations": { "en": { "name": "Section", "slug": format!("section-{step}") } } })).await;
                }
                // What is no news has another form of path.
                5 => patch(&editor, story, json!({ "kind": (["page", "story"][any(2)]) })).await,
                _ => patch(&admin, "/v1/desk/site", json!({ "time_zone": (["Asia/Kolkata", "America/New_York"][any(2)]) })).await,
            }
            editor.publish(story, &["en", "hi"]).await.ok();
            app.wait(40_000);
            for locale in ["en", "hi"] {
                for section in app.anyone().get(&format!("/v1/sections?locale={locale}")).await.ok()["data"].as_array().unwrap() {
                    let path = url::Url::parse(section["url"].as_str().unwrap()).unwrap().path().to_owned();
                    assert_eq!(resolved(&app, &path).await["kind"], "section", "{path}");
                    ever.insert(path, ("section", section["id"].as_str().unwrap().to_owned(), locale));
                }
            }
            for story in &stories {
                let id = story.rsplit('/').next().unwrap();
                for locale in ["en", "hi"] {
                    let url = app.anyone().get(&format!("/v1/articles/{id}?locale={locale}&fields=url")).await.ok()["url"].clone();
                    let path = url::Url::parse(url.as_str().unwrap()).unwrap().path().to_owned();
                    assert_eq!(resolved(&app, &path).await["kind"], "article", "{path}");
                    ever.insert(path, ("article", id.to_owned(), locale));
                }
            }
        }
        assert!(ever.len() > 50, "{}", ever.len());
        for (path, (kind, id, locale)) in ever {
            let mut found = resolved(&app, &path).await;
            if found["kind"] == "redirect" {
                assert_eq!(found["status"], 301);
                found = resolved(&app, found["to"].as_str().unwrap()).await;
            }
            assert_eq!((&found["kind"], &found["id"], &found["locale"]), (&json!(kind), &json!(id), &json!(locale)), "{path}");
        }
    }

    async fn former_patterns_are_kept_the_latest_first_and_can_be_taken_over_from_another_system(app) {
        let (story, admin) = (story(&app).await, app.admin().await);
        let id = story.rsplit('/').next().unwrap();
        let site = async |body: Value| admin.patch("/v1/desk/site", &admin.get("/v1/desk/site").await.etag(), &body).await;
        site(json!({ "url_pattern": "/{locale}/{slug}" })).await.ok();
        let shown = site(json!({ "url_pattern": "/{locale}/{slug}-{id}" })).await.ok();
        assert_eq!(shown["former_url_patterns"], json!(["/{locale}/{slug}", "/{locale}/{section}/{slug}"]));
        // Back to one of them: it is the present one, and no former one any more.
        let shown = site(json!({ "url_pattern": "/{locale}/{section}/{slug}" })).await.ok();
        assert_eq!(shown["former_url_patterns"], json!(["/{locale}/{slug}-{id}", "/{locale}/{slug}"]));
        let old = "/archive/{locale}/{slug}.php";
        lost(&app, "/archive/en/a-black-car.php").await;
        site(json!({ "former_url_patterns": [old, "/{locale}/{slug}"] })).await.ok();
        for path in ["/archive/en/a-black-car.php", "/en/a-black-car"] {
            assert_eq!(resolved(&app, path).await, json!({ "kind": "redirect", "to": "/en/world/a-black-car", "status": 301 }), "{path}");
            let page = app.anyone().get(&format!("/v1/pages?path={path}")).await.ok();
            assert_eq!((&page["kind"], &page["to"]), (&json!("redirect"), &json!("/en/world/a-black-car")), "{path}");
        }
        lost(&app, &format!("/en/a-black-car-{id}")).await;
        // A page of today comes before what was there.
        site(json!({ "former_url_patterns": ["/{locale}/{slug}"] })).await.ok();
        assert_eq!(resolved(&app, "/en/world").await["kind"], "section");
        // A bundle takes them along, and adds to those that are there.
        let head = app.store.read_now(|tx| dateline::desk::bundle::export_head(tx, &Permit::try_from(Caller::system(System::Importer))?)).unwrap();
        let mut record = head.iter().map(|record| serde_json::to_value(record).unwrap()).find(|record| record["type"] == "site").unwrap();
        assert_eq!(record["former_url_patterns"], json!(["/{locale}/{slug}"]));
        record["former_url_patterns"] = json!([old]);
        assert_eq!(app.import(&record).outcome, dateline::desk::bundle::Outcome::Edited);
        app.try_import(&record, true).unwrap();
        assert_eq!(admin.get("/v1/desk/site").await.ok()["former_url_patterns"], json!([old, "/{locale}/{slug}"]));
        let refused = site(json!({ "former_url_patterns": ["/{locale}/{slug}", "/{slug}"] })).await;
        assert_eq!(refused.violations(), [("#/former_url_patterns/1".to_owned(), "url_pattern".to_owned())]);
        let many: Vec<_> = (0..21).map(|n| format!("/{n}/{{locale}}/{{slug}}")).collect();
        assert_eq!(site(json!({ "former_url_patterns": many })).await.violations(), [("#/former_url_patterns".to_owned(), "too_many".to_owned())]);
    }

    async fn the_default_locale_needs_no_prefix(app) {
        let (story, admin) = (story(&app).await, app.admin().await);
        let id = story.rsplit('/').next().unwrap();
        let site = async |body: Value| admin.patch("/v1/desk/site", &admin.get("/v1/desk/site").await.etag(), &body).await;
        let own = admin.get("/v1/desk/site").await.ok()["url"].as_str().unwrap().to_owned();
        for (url, base) in [(own.clone(), ""), (format!("{own}/paper"), "/paper")] {
            site(json!({ "url": url, "url_pattern": "/{section}/{slug}" })).await.ok();
            let hindi = format!("{url}/hi/%E0%A4%A6%E0%A5%81%E0%A4%A8%E0%A4%BF%E0%A4%AF%E0%A4%BE/%E0%A4%95%E0%A4%BE%E0%A4%B2%E0%A5%80-%E0%A4%95%E0%A4%BE%E0%A4%B0");
            let (english, front) = (format!("{url}/world/a-black-car"), format!("{url}/"));
            let article = app.anyone().get(&format!("/v1/articles/{id}?locale=en")).await.ok();
            assert_eq!((&article["url"], &article["section"]["url"]), (&json!(english), &json!(format!("{url}/world"))));
            for (path, kind, locale) in [
                ("/world/a-black-car", "article", "en"),
                ("/hi/दुनिया/काली-कार", "article", "hi"),
                ("/world", "section", "en"),
                ("/hi/दुनिया", "section", "hi"),
                ("/hi", "home", "hi"),
                ("", "home", "en"),
            ] {
                let path = if base.is_empty() && path.is_empty() { "/".to_owned() } else { format!("{base}{path}") };
                let found = resolved(&app, &path).await;
                assert_eq!((&found["kind"], &found["locale"]), (&json!(kind), &json!(locale)), "{path}");
            }
            for (from, to) in [("/en/world/a-black-car", "/world/a-black-car"), ("/en/world", "/world"), ("/en", "/"), ("/EN/world/a-black-car", "/world/a-black-car")] {
                assert_eq!(resolved(&app, &format!("{base}{from}")).await["to"], format!("{base}{to}"), "{from}");
            }
            for nothing in ["/nothing", "/hi/world/nothing", "/world/nothing", "/xx/world/a-black-car"] {
                lost(&app, &format!("{base}{nothing}")).await;
            }
            let page = app.anyone().get(&format!("/v1/pages?path={base}/world/a-black-car")).await.ok();
            let head = &page["frame"]["head"];
            assert_eq!(head["canonical"], english);
            let alternates: Vec<_> = head["alternates"].as_array().unwrap().iter().map(|a| (a["hreflang"].as_str().unwrap(), a["href"].as_str().unwrap())).collect();
            assert_eq!(alternates, [("en", english.as_str()), ("hi", hindi.as_str()), ("x-default", english.as_str())]);
            let home = app.anyone().get(&format!("/v1/pages?path={base}/")).await.ok();
            assert_eq!(home["frame"]["head"]["canonical"], front);
        }
        // With a prefix again, what was public without one leads on; so it does when another locale has no prefix.
        site(json!({ "url": own, "url_pattern": "/{locale}/{section}/{slug}" })).await.ok();
        let leads = async |from: &str, to: &str| assert_eq!(resolved(&app, from).await["to"], to, "{from}");
        leads("/world/a-black-car", "/en/world/a-black-car").await;
        leads("/world", "/en/world").await;
        site(json!({ "default_locale": "hi", "url_pattern": "/{section}/{slug}" })).await.ok();
        leads("/world/a-black-car", "/en/world/a-black-car").await;
        leads("/world", "/en/world").await;
        assert_eq!(resolved(&app, "/दुनिया").await["locale"], "hi");
        for wrong in ["/{slug}", "/{slug}.html", "/{yyyy}-{id}", "/{section}/{yyyy}"] {
            assert_eq!(site(json!({ "url_pattern": wrong })).await.violations(), [("#/url_pattern".to_owned(), "url_pattern".to_owned())], "{wrong}");
        }
    }

    async fn a_slug_of_another_locale_leads_to_the_address_in_the_one_asked_for(app) {
        let (story, editor) = (story(&app).await, app.editor().await);
        let hindi = json!({ "kind": "redirect", "to": "/hi/%E0%A4%A6%E0%A5%81%E0%A4%A8%E0%A4%BF%E0%A4%AF%E0%A4%BE/%E0%A4%95%E0%A4%BE%E0%A4%B2%E0%A5%80-%E0%A4%95%E0%A4%BE%E0%A4%B0", "status": 301 });
        for path in ["/hi/world/a-black-car", "/hi/दुनिया/a-black-car", "/HI/x/a-black-car"] {
            assert_eq!(resolved(&app, path).await, hindi, "{path}");
        }
        assert_eq!(resolved(&app, "/en/world/काली-कार").await["to"], "/en/world/a-black-car");
        // Where it is not public there is nothing, and nothing tells of it.
        lost(&app, "/bn/world/a-black-car").await;
        let query = |path: &str| format!("/v1/resolve?path={path}");
        let nothing = app.anyone().get(&query("/bn/world/a-blue-car")).await;
        let hidden = app.anyone().get(&query("/bn/world/a-black-car")).await;
        let count = |answer: &crate::support::Answer| answer.header("surrogate-key").unwrap().split(' ').count();
        assert_eq!(count(&nothing), count(&hidden));
        editor.put(&format!("{story}/translations/bn"), None, &json!({ "headline": "কালো গাড়ি" })).await.ok();
        editor.publish(&story, &["bn"]).await.ok();
        assert_eq!(resolved(&app, "/bn/world/a-black-car").await["status"], 301);
        // A slug of its own in that locale comes before it.
        let world = app.anyone().get("/v1/sections/by-slug/world").await.ok()["id"].clone();
        let other = editor.story(world.as_str().unwrap(), "Another").await;
        editor.put(&format!("{other}/translations/hi"), None, &json!({ "headline": "Another", "slug": "a-black-car", "body": { "format": "text", "content": "एक" } })).await.ok();
        editor.publish(&other, &["en", "hi"]).await.ok();
        assert_eq!(resolved(&app, "/hi/x/a-black-car").await["to"], "/hi/%E0%A4%A6%E0%A5%81%E0%A4%A8%E0%A4%BF%E0%A4%AF%E0%A4%BE/a-black-car");
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
