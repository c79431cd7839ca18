//! Lists of authors and tags by name, and what they are found by.

use serde_json::{Value, json};

use crate::support::{Client, TestApp, everything_kept, execute};

async fn named(client: &Client<'_>, path: &str, names: &[(&str, &str)]) -> String {
    let translations: Value =
        names.iter().map(|(locale, name)| ((*locale).to_owned(), json!({ "name": name }))).collect::<serde_json::Map<_, _>>().into();
    let kind = if path.ends_with("tags") { "topic" } else { "person" };
    client.post(path, &json!({ "kind": kind, "translations": translations })).await.ok()["id"].as_str().unwrap().to_owned()
}

/// The names of a whole list, page by page and back again.
async fn walked(client: &Client<'_>, list: &str, name: impl Fn(&Value) -> String) -> Vec<String> {
    let mut pages = Vec::new();
    let mut at = String::new();
    loop {
        let page = client.get(&format!("{list}&limit=3{at}")).await.ok();
        pages.push(page.clone());
        let Some(next) = page["page"]["next"].as_str() else { break };
        at = format!("&cursor={next}");
    }
    let names = |page: &Value| page["data"].as_array().unwrap().iter().map(&name).collect::<Vec<_>>();
    for pair in pages.windows(2) {
        let back = format!("{list}&limit=3&cursor={}", pair[1]["page"]["previous"].as_str().unwrap());
        assert_eq!(names(&client.get(&back).await.ok()), names(&pair[0]), "back from {back}");
    }
    pages.iter().flat_map(names).collect()
}

fn shown(thing: &Value) -> String {
    thing["name"].as_str().unwrap().to_owned()
}

async fn all_authors_are_public(app: &TestApp) {
    let admin = app.admin().await;
    admin.patch("/v1/desk/site", &admin.get("/v1/desk/site").await.etag(), &json!({ "authors_public": "always" })).await.ok();
}

both! {
    async fn authors_are_listed_in_the_order_of_the_readers_language_under_the_names_they_are_shown(app) {
        all_authors_are_public(&app).await;
        let admin = app.admin().await;
        admin.post("/v1/desk/locales", &json!({ "locale": "sv", "name": "Svenska", "fallback": ["en"], "state": "public" })).await.ok();
        for names in [
            &[("en", "Zoë")][..],
            &[("en", "Åsa"), ("sv", "Åsa")],
            &[("en", "asha"), ("hi", "आशा")],
            &[("en", "Östen")],
            &[("en", "Zara"), ("sv", "Ärla")],
            &[("en", "Bela"), ("hi", "बेला")],
            &[("en", "Asha")],
            &[("hi", "कमला"), ("en", "Kamala")],
        ] {
            app.wait(1);
            named(&admin, "/v1/desk/authors", names).await;
        }
        let anyone = app.anyone();
        for (locale, expected) in [
            ("en", ["Åsa", "asha", "Asha", "Bela", "Kamala", "Östen", "Zara", "Zoë"]),
            ("sv", ["asha", "Asha", "Bela", "Kamala", "Zoë", "Åsa", "Ärla", "Östen"]),
            ("hi", ["आशा", "कमला", "बेला", "Åsa", "Asha", "Östen", "Zara", "Zoë"]),
        ] {
            let list = format!("/v1/authors?locale={locale}&sort=name");
            assert_eq!(walked(&anyone, &list, shown).await, expected, "{locale}");
            let mut turned = walked(&anyone, &format!("/v1/authors?locale={locale}&sort=-name"), shown).await;
            turned.reverse();
            assert_eq!(turned, expected, "{locale}, turned");
            let desk = format!("/v1/desk/authors?locale={locale}&sort=name");
            let under = |thing: &Value| thing["translations"][locale]["name"].as_str().unwrap_or(thing["translations"]["en"]["name"].as_str().unwrap()).to_owned();
            assert_eq!(walked(&admin, &desk, under).await, expected, "{locale}, at the desk");
        }
        // The order in which they were made stays the usual one.
        assert_eq!(walked(&anyone, "/v1/authors?locale=en", shown).await[..3], ["Zoë", "Åsa", "asha"]);
        admin.get("/v1/desk/authors?sort=name&locale=ta").await.refused(400, "malformed");
        anyone.get("/v1/authors?sort=kind").await.refused(400, "malformed");
    }

    async fn a_list_by_name_follows_names_fallbacks_and_the_default_locale(app) {
        all_authors_are_public(&app).await;
        let (admin, anyone) = (app.admin().await, app.anyone());
        let one = named(&admin, "/v1/desk/authors", &[("en", "Zoya"), ("hi", "अमिता")]).await;
        let other = named(&admin, "/v1/desk/authors", &[("en", "Amy"), ("hi", "हेमा")]).await;
        let list = async |locale: &str| walked(&anyone, &format!("/v1/authors?locale={locale}&sort=name"), shown).await;
        assert_eq!((list("en").await, list("hi").await), (vec!["Amy".to_owned(), "Zoya".to_owned()], vec!["अमिता".to_owned(), "हेमा".to_owned()]));
        // Bengali has no names: those of its fallback are sorted, then those of another, then those of the site's default.
        assert_eq!(list("bn").await, ["Amy", "Zoya"]);
        let bengali = async |patch: Value| {
            let at = "/v1/desk/locales/bn";
            admin.patch(at, &admin.get(at).await.etag(), &patch).await.ok();
        };
        bengali(json!({ "fallback": ["hi"] })).await;
        assert_eq!(list("bn").await, ["अमिता", "हेमा"]);
        bengali(json!({ "fallback": [] })).await;
        assert_eq!(list("bn").await, ["Amy", "Zoya"]);
        admin.patch("/v1/desk/site", &admin.get("/v1/desk/site").await.etag(), &json!({ "default_locale": "hi" })).await.ok();
        assert_eq!(list("bn").await, ["अमिता", "हेमा"]);
        // A locale that comes later, one with another tag, one that goes.
        admin.post("/v1/desk/locales", &json!({ "locale": "sv", "name": "Svenska", "fallback": ["en"], "state": "public" })).await.ok();
        assert_eq!(list("sv").await, ["Amy", "Zoya"]);
        let at = "/v1/desk/locales/sv";
        admin.patch(at, &admin.get(at).await.etag(), &json!({ "locale": "fi" })).await.ok();
        assert_eq!(list("fi").await, ["Amy", "Zoya"]);
        // A name that changes between two pages moves alone; one that goes leaves no gap.
        let first = anyone.get("/v1/authors?locale=en&sort=name&limit=1").await.ok();
        let path = |id: &str| format!("/v1/desk/authors/{id}");
        admin.patch(&path(&one), &admin.get(&path(&one)).await.etag(), &json!({ "translations": { "en": { "name": "Zara" } } })).await.ok();
        assert_eq!(admin.delete(&path(&other), &admin.get(&path(&other)).await.etag()).await.status, 204);
        let next = anyone.get(&format!("/v1/authors?locale=en&sort=name&limit=1&cursor={}", first["page"]["next"].as_str().unwrap())).await.ok();
        assert_eq!((shown(&first["data"][0]), shown(&next["data"][0])), ("Amy".to_owned(), "Zara".to_owned()));
        assert_eq!(list("en").await, ["Zara"]);
    }

    async fn names_are_found_however_they_are_typed_in_the_locale_that_is_asked_for_or_at_the_desk_in_any(app) {
        all_authors_are_public(&app).await;
        let (admin, anyone) = (app.admin().await, app.anyone());
        for names in [
            &[("en", "École Normale")][..],
            &[("en", "İzmir Times"), ("hi", "इज़मिर")],
            &[("en", "Cafe\u{301} 100%_a"), ("bn", "ক\u{200c}ফি")],
            &[("en", "ＡＳＩＡ"), ("hi", "एशिया")],
        ] {
            named(&admin, "/v1/desk/authors", names).await;
        }
        let found = async |client: &Client<'_>, list: &str, text: &str| {
            let encoded: String = text.bytes().map(|b| format!("%{b:02X}")).collect();
            let page = client.get(&format!("{list}&count=true&text={encoded}")).await.ok();
            let names = page["data"].as_array().unwrap().iter().map(|a| a["name"].as_str().or(a["translations"]["en"]["name"].as_str()).unwrap().to_owned());
            let names: Vec<String> = names.collect();
            assert_eq!(page["page"]["total"].as_u64(), u64::try_from(names.len()).ok(), "{text}");
            names
        };
        for (text, name) in
            [("ecole", "École Normale"), ("E\u{301}COLE", "École Normale"), ("izmir", "İzmir Times"), ("CAFÉ", "Café 100%_a"), ("0%_", "Café 100%_a"), ("asia", "ＡＳＩＡ")]
        {
            for list in ["/v1/authors?locale=en", "/v1/authors?locale=en&sort=-name", "/v1/authors?locale=kn&sort=name"] {
                assert_eq!(found(&anyone, list, text).await, [name.to_owned()], "{list} {text}");
            }
            assert_eq!(found(&admin, "/v1/desk/authors?limit=5", text).await, [name.to_owned()], "{text}");
        }
        assert_eq!(found(&anyone, "/v1/authors?locale=bn", "কফি").await, ["ক\u{200c}ফি"]);
        assert_eq!(found(&anyone, "/v1/authors?locale=hi", "asia").await, Vec::<String>::new(), "readers of Hindi are shown another name");
        assert_eq!(found(&admin, "/v1/desk/authors?sort=name", "एशिया").await, ["ＡＳＩＡ"], "the desk finds it by any name");
        assert_eq!(found(&admin, "/v1/desk/authors?locale=en", "एशिया").await, Vec::<String>::new());
        assert_eq!(found(&anyone, "/v1/authors?locale=en", "a_a").await, Vec::<String>::new(), "nothing stands for any letter");
    }

    async fn tags_by_name_are_those_that_live_stories_carry(app) {
        let (admin, anyone, world) = (app.admin().await, app.anyone(), app.section("world", "दुनिया").await);
        let mut tags = Vec::new();
        for name in ["Rivers", "Éclairs", "Dams", "Secret"] {
            tags.push(named(&admin, "/v1/desk/tags", &[("en", name)]).await);
        }
        let story = json!({ "kind": "story", "section_id": world, "source_locale": "en", "tags": tags[..3],
            "translations": { "en": { "headline": "Rain", "body": { "format": "text", "content": "Rain." } } } });
        let story = admin.post("/v1/desk/articles", &story).await.header("location").unwrap().to_owned();
        assert!(walked(&anyone, "/v1/tags?sort=name", shown).await.is_empty());
        admin.publish(&story, &["en"]).await.ok();
        assert_eq!(walked(&anyone, "/v1/tags?sort=name", shown).await, ["Dams", "Éclairs", "Rivers"]);
        assert_eq!(walked(&anyone, "/v1/tags?sort=name&text=e", shown).await, ["Éclairs", "Rivers"]);
        let at = format!("/v1/desk/tags/{}", tags[2]);
        admin.patch(&at, &admin.get(&at).await.etag(), &json!({ "translations": { "en": { "name": "Weirs" } } })).await.ok();
        assert_eq!(walked(&anyone, "/v1/tags?sort=name", shown).await, ["Éclairs", "Rivers", "Weirs"], "what was kept of the list is dropped");
    }

    async fn what_was_sorted_by_older_rules_is_sorted_again_at_the_start(app) {
        all_authors_are_public(&app).await;
        let admin = app.admin().await;
        for name in ["Zoë", "Åsa", "Bela"] {
            app.wait(1);
            named(&admin, "/v1/desk/authors", &[("en", name)]).await;
        }
        let list = async |of: &str| walked(&admin, &format!("/v1/desk/authors?{of}"), |a| a["translations"]["en"]["name"].as_str().unwrap().to_owned()).await;
        let right = list("sort=name").await;
        assert_eq!(right, ["Åsa", "Bela", "Zoë"]);
        let byte = if app.url.starts_with("sqlite") { "x'01'" } else { "'\\x01'" };
        execute(&app.url, &format!("UPDATE sorted_names SET sort_key = {byte}"));
        app.store.migrate().unwrap();
        assert_eq!(list("sort=name").await, ["Zoë", "Åsa", "Bela"], "it knows of nothing that has changed");
        execute(&app.url, "UPDATE sorted_locales SET made_with = 'older rules'");
        app.store.migrate().unwrap();
        assert_eq!(list("sort=name").await, right);
        // An older program has no rows for what it inserts.
        execute(&app.url, "DELETE FROM sorted_names WHERE folded = 'bela'");
        app.store.migrate().unwrap();
        assert_eq!(list("sort=name&count=true").await, right);
        let rows = everything_kept(&app.url).lines().filter(|line| line.starts_with("sorted_names:")).count();
        let locales = admin.get("/v1/desk/locales").await.ok()["data"].as_array().unwrap().len();
        assert_eq!(rows, 3 * locales);
    }
}
