//! Locales: prepared before readers are offered them, retired without a loss, and renamed with everything that is kept in them.

use serde_json::{Value, json};

use crate::support::{TestApp, committed, contract};

const TAMIL: &str = "/v1/desk/locales/ta";

/// A live story in English and Tamil, with an author whom only the Tamil words' edition credits; its path on the desk, and the author's id.
async fn in_tamil(app: &TestApp, state: &str) -> (String, String) {
    let admin = app.admin().await;
    let world = app.section("world", "दुनिया").await;
    admin.post("/v1/desk/locales", &json!({ "locale": "ta", "name": "தமிழ்", "fallback": ["hi", "en"], "state": state })).await.ok();
    let editor = app.editor().await;
    let story = editor.story(&world, "Rain at last").await;
    editor.publish(&story, &["en"]).await.ok();
    let author = app.author("kumar", "Kumar").await;
    editor
        .patch(&story, &editor.get(&story).await.etag(), &json!({ "credits": [{ "role": "reported_by", "author_id": author }] }))
        .await
        .ok();
    let words = json!({ "headline": "மழை", "body": { "format": "text", "content": "இறுதியாக மழை." } });
    editor.put(&format!("{story}/translations/ta"), None, &words).await.ok();
    editor.publish(&story, &["ta"]).await.ok();
    (story, author)
}

async fn set(app: &TestApp, path: &str, patch: Value) {
    let admin = app.admin().await;
    admin.patch(path, &admin.get(path).await.etag(), &patch).await.ok();
}

/// Whatever readers can ask for that might tell of the locale.
async fn all_that_is_public(app: &TestApp, story: &str) -> String {
    let id = story.rsplit('/').next().unwrap();
    let mut told = String::new();
    for path in [
        "/v1/site".to_owned(),
        "/v1/locales".to_owned(),
        "/v1/sections".to_owned(),
        "/v1/authors".to_owned(),
        "/v1/pages?path=/en".to_owned(),
        "/v1/pages?path=/en/world/rain-at-last".to_owned(),
        "/v1/articles?include=authors,alternates".to_owned(),
        format!("/v1/articles/{id}?include=alternates,authors&body=html"),
    ] {
        let answer = app.anyone().get(&path).await;
        assert_eq!(answer.status, 200, "{path}");
        told.push_str(&answer.text);
    }
    told
}

both! {
    async fn every_address_that_a_reader_is_given_answers_whatever_locales_are_public(app) {
        let (admin, world) = (app.admin().await, app.section("world", "दुनिया").await);
        for (tag, name) in [("ta", "தமிழ்"), ("as", "অসমীয়া")] {
            admin.post("/v1/desk/locales", &json!({ "locale": tag, "name": name, "fallback": ["en"] })).await.ok();
        }
        let made = |kind: &'static str, body: Value| {
            let admin = admin.clone();
            async move { admin.post(kind, &body).await.ok()["id"].as_str().unwrap().to_owned() }
        };
        // Named nowhere but in a prepared locale, in one that is retired later, and in English as well.
        let prepared = made("/v1/desk/tags", json!({ "kind": "topic", "translations": { "ta": { "name": "மழை" } } })).await;
        let later = made("/v1/desk/tags", json!({ "kind": "topic", "translations": { "kn": { "name": "ಮಳೆ" } } })).await;
        let both = made("/v1/desk/tags", json!({ "kind": "topic", "translations": { "en": { "name": "Rain" }, "ta": { "name": "secret" } } })).await;
        // Beside a public name that is neither the reader's nor the default's.
        let beside = made("/v1/desk/tags", json!({ "kind": "topic", "translations": { "hi": { "name": "बारिश" }, "as": { "name": "hidden" } } })).await;
        let author = made("/v1/desk/authors", json!({ "kind": "person", "translations": { "ta": { "name": "குமார்" } } })).await;
        let story = admin.story(&world, "Rain at last").await;
        let facts = json!({ "tags": [prepared, later, both, beside], "credits": [{ "role": "reported_by", "author_id": author }] });
        admin.patch(&story, &admin.get(&story).await.etag(), &facts).await.ok();
        admin.publish(&story, &["en"]).await.ok();
        for retired in [false, true] {
            if retired {
                set(&app, "/v1/desk/site", json!({ "retired_locales": "fallback" })).await;
                set(&app, "/v1/desk/locales/kn", json!({ "state": "retired" })).await;
            }
            let id = story.rsplit('/').next().unwrap();
            let shown = app.anyone().get(&format!("/v1/articles/{id}?locale=en")).await.ok();
            let named = shown["tags"].as_array().unwrap().iter().chain(shown["credits"][0]["authors"].as_array().unwrap());
            let named: Vec<_> = named.chain([&shown["section"]]).collect();
            assert_eq!(named.len(), 6);
            assert_eq!(shown["tags"][3]["name"], "बारिश");
            for thing in named {
                let url = url::Url::parse(thing["url"].as_str().unwrap()).unwrap();
                let found = app.anyone().get(&format!("/v1/resolve?path={}", url.path())).await.ok();
                assert_eq!(found["id"], thing["id"], "{thing}");
                app.anyone().get(&format!("/v1/pages?path={}", url.path())).await.ok();
            }
            let slug = url::form_urlencoded::byte_serialize(shown["tags"][0]["slug"].as_str().unwrap().as_bytes()).collect::<String>();
            assert_eq!(app.anyone().get(&format!("/v1/tags/by-slug/{slug}?locale=en")).await.ok()["id"], json!(prepared));
            // What is prepared beside a public name is the desk's alone.
            app.anyone().get("/v1/resolve?path=/en/secret").await.refused(404, "not-found");
            app.anyone().get("/v1/tags/by-slug/secret?locale=en").await.refused(404, "not-found");
        }
        // Where the locale is gone, whoever asks there is led to where the same is found.
        let slug = url::form_urlencoded::byte_serialize("ಮಳೆ".as_bytes()).collect::<String>();
        let led = app.anyone().get(&format!("/v1/resolve?path=/kn/{slug}")).await.ok();
        let to = led["to"].as_str().unwrap().to_owned();
        assert_eq!(app.anyone().get(&format!("/v1/resolve?path={to}")).await.ok()["id"], json!(later));
    }

    async fn a_new_locale_is_the_desks_until_it_is_public(app) {
        let (story, author) = in_tamil(&app, "preparing").await;
        let id = story.rsplit('/').next().unwrap();
        let anyone = app.anyone();
        let told = all_that_is_public(&app, &story).await;
        assert!(!told.contains("\"ta\"") && !told.contains("மழை") && !told.contains("/ta") && !told.contains("Kumar"), "{told}");
        assert_eq!(anyone.get("/v1/articles?locale=ta").await.violations(), [("?locale".to_owned(), "unknown_locale".to_owned())]);
        anyone.get("/v1/resolve?path=/ta").await.refused(404, "not-found");
        anyone.get("/v1/pages?path=/ta/world/%E0%AE%AE%E0%AE%B4%E0%AF%88").await.refused(404, "not-found");
        anyone.get(&format!("/v1/authors/{author}")).await.refused(404, "not-found");
        let accept = [("accept-language", "ta")];
        let negotiated = anyone.send(actix_web::http::Method::GET, &format!("/v1/articles/{id}?locale=auto"), &accept, None).await.ok();
        assert_eq!(negotiated["locale"], "en");
        // The desk writes in it, and looks at it as readers will.
        let preview = app.editor().await.post(&format!("{story}/translations/ta/previews"), &json!({})).await.ok();
        let shown = anyone.get(&format!("/v1/preview/{}", preview["token"].as_str().unwrap())).await.ok();
        assert_eq!((&shown["headline"], &shown["locale"]), (&json!("மழை"), &json!("ta")));
        set(&app, TAMIL, json!({ "state": "public" })).await;
        let told = all_that_is_public(&app, &story).await;
        assert!(told.contains("\"ta\"") && told.contains("மழை") && told.contains("Kumar"), "{told}");
        assert_eq!(anyone.get(&format!("/v1/articles/{id}?locale=ta")).await.ok()["headline"], "மழை");
    }

    async fn a_locale_begins_prepared_and_behind_all_others(app) {
        app.section("world", "दुनिया").await;
        let begun = app.admin().await.post("/v1/desk/locales", &json!({ "locale": "ta", "name": "தமிழ்" })).await.ok();
        assert_eq!(begun["state"], "preparing");
        let all = app.admin().await.get("/v1/desk/locales").await.ok();
        assert_eq!(all["data"].as_array().unwrap().last().unwrap()["locale"], "ta");
    }

    async fn a_retired_locale_keeps_everything_and_its_addresses_answer(app) {
        let (story, _) = in_tamil(&app, "public").await;
        let id = story.rsplit('/').next().unwrap();
        let anyone = app.anyone();
        let url = anyone.get(&format!("/v1/articles/{id}?locale=ta")).await.ok()["url"].as_str().unwrap().to_owned();
        let page = &format!("/v1/resolve?path={}", url::Url::parse(&url).unwrap().path());
        assert_eq!(anyone.get(page).await.ok()["kind"], "article");
        set(&app, TAMIL, json!({ "state": "retired" })).await;
        let told = all_that_is_public(&app, &story).await;
        assert!(!told.contains("\"ta\"") && !told.contains("மழை") && !told.contains("/ta"), "{told}");
        for path in [page.as_str(), "/v1/resolve?path=/ta", "/v1/resolve?path=/ta/world", "/v1/pages?path=/ta/world", "/v1/articles?locale=ta"] {
            anyone.get(path).await.refused(410, "gone");
        }
        anyone.get("/v1/resolve?path=/ta/world/nothing").await.refused(404, "not-found");
        set(&app, "/v1/desk/site", json!({ "retired_locales": "fallback" })).await;
        // Not in Hindi, which Tamil fell back to first: there the story is not.
        for (path, to) in [(page.as_str(), "/en/world/rain-at-last"), ("/v1/resolve?path=/ta", "/hi"), ("/v1/pages?path=/ta/world", "/hi/%E0%A4%A6%E0%A5%81%E0%A4%A8%E0%A4%BF%E0%A4%AF%E0%A4%BE")] {
            let found = anyone.get(path).await.ok();
            assert_eq!((&found["to"], &found["status"]), (&json!(to), &json!(301)), "{path}");
        }
        assert_eq!(app.editor().await.get(&format!("{story}/translations/ta")).await.ok()["headline"], "மழை");
        let then = format!("/v1/desk/archive/articles/{id}?locale=ta&as_of={}", app.now());
        assert_eq!(app.admin().await.get(&then).await.ok()["headline"], "மழை");
        set(&app, TAMIL, json!({ "state": "public" })).await;
        assert_eq!(anyone.get(&format!("/v1/articles/{id}?locale=ta")).await.ok()["headline"], "மழை");
    }

    async fn what_only_stories_of_a_retired_locale_name_is_gone_and_what_none_names_never_was(app) {
        let (story, _) = in_tamil(&app, "public").await;
        let tag = app.admin().await.post("/v1/desk/tags", &json!({ "kind": "topic", "translations": { "en": { "name": "Rain" }, "ta": { "name": "Mazhai" } } })).await.ok()["id"].clone();
        let editor = app.editor().await;
        editor.patch(&story, &editor.get(&story).await.etag(), &json!({ "tags": [tag] })).await.ok();
        editor.publish(&story, &["ta"]).await.ok();
        let anyone = app.anyone();
        let at = |slug: &str| format!("/v1/resolve?path=/ta/{slug}");
        for (slug, kind) in [("kumar", "author"), ("mazhai", "tag")] {
            assert_eq!(anyone.get(&at(slug)).await.ok()["kind"], kind);
        }
        set(&app, TAMIL, json!({ "state": "retired" })).await;
        for retired in ["gone", "fallback"] {
            set(&app, "/v1/desk/site", json!({ "retired_locales": retired })).await;
            for slug in ["kumar", "mazhai"] {
                anyone.get(&at(slug)).await.refused(410, "gone");
                // In English no story names them.
                anyone.get(&format!("/v1/resolve?path=/en/{slug}")).await.refused(404, "not-found");
            }
            anyone.get(&at("nobody")).await.refused(404, "not-found");
        }
        // Named in English too, they are found where Tamil falls back to.
        editor.publish(&story, &["en"]).await.ok();
        for (slug, to) in [("kumar", "/hi/kumar"), ("mazhai", "/hi/rain")] {
            assert_eq!(anyone.get(&at(slug)).await.ok()["to"], to);
        }
    }

    async fn a_redirect_to_a_retired_locale_is_as_temporary_as_it_was(app) {
        let (story, _) = in_tamil(&app, "public").await;
        let id = story.rsplit('/').next().unwrap();
        let editor = app.editor().await;
        let url = app.anyone().get(&format!("/v1/articles/{id}?locale=ta")).await.ok()["url"].as_str().unwrap().to_owned();
        let own = url::Url::parse(&url).unwrap().path().to_owned();
        let add = async |from: &str, to: Value, status: i32| {
            editor.post("/v1/desk/redirects", &json!({ "from": from, "to": to, "status": status })).await.ok();
        };
        let thing = json!({ "kind": "article", "id": id, "locale": "ta" });
        let before = json!({ "kind": "article", "id": id, "locale": "hi" });
        for status in [301, 302, 307, 308] {
            add(&format!("/to-it/{status}"), thing.clone(), status).await;
            add(&format!("/to-its-path/{status}"), json!(own), status).await;
            add(&format!("/by-another/{status}"), json!(format!("/to-it/{status}")), 301).await;
            add(&format!("/to-nothing/{status}"), before.clone(), status).await;
        }
        // Its own address leads to it anyway.
        add(&own, thing, 301).await;
        set(&app, TAMIL, json!({ "state": "retired" })).await;
        set(&app, "/v1/desk/site", json!({ "retired_locales": "fallback" })).await;
        let asked = async |path: &str| app.anyone().get(&format!("/v1/resolve?path={path}")).await;
        for from in ["to-it", "to-its-path", "by-another"] {
            for (status, told) in [(301, 301), (302, 302), (307, 307), (308, if from == "by-another" { 301 } else { 308 })] {
                let to = json!({ "kind": "redirect", "to": "/en/world/rain-at-last", "status": told });
                assert_eq!(asked(&format!("/{from}/{status}")).await.ok(), to, "{from} {status}");
            }
        }
        asked("/to-nothing/302").await.refused(404, "not-found");
        assert_eq!(asked(&own).await.ok()["to"], "/en/world/rain-at-last");
        set(&app, "/v1/desk/site", json!({ "retired_locales": "gone" })).await;
        for path in ["/to-it/302", "/to-its-path/301", "/by-another/307", &own] {
            asked(path).await.refused(410, "gone");
        }
    }

    async fn the_default_locale_is_always_public(app) {
        app.section("world", "दुनिया").await;
        let admin = app.admin().await;
        let english = "/v1/desk/locales/en";
        let etag = admin.get(english).await.etag();
        for state in ["preparing", "retired"] {
            let refused = admin.patch(english, &etag, &json!({ "state": state })).await;
            assert_eq!(refused.violations(), [("#/state".to_owned(), "default_locale".to_owned())]);
        }
        set(&app, "/v1/desk/locales/hi", json!({ "state": "preparing" })).await;
        let refused = admin.patch("/v1/desk/site", &admin.get("/v1/desk/site").await.etag(), &json!({ "default_locale": "hi" })).await;
        assert_eq!(refused.violations(), [("#/default_locale".to_owned(), "not_public".to_owned())]);
    }

    async fn a_corrected_tag_takes_everything_along_and_every_address_stays(app) {
        let (story, author) = in_tamil(&app, "public").await;
        let id = story.rsplit('/').next().unwrap().to_owned();
        let (editor, admin) = (app.editor().await, app.admin().await);
        // Something of everything that is kept in a locale.
        let words = format!("{story}/translations/en");
        let body = json!({ "headline": "Rain \"en\": at last", "slug": "rain-came", "body": { "format": "html", "content": "<p>It said \"source_locale\":\"en\".</p>" } });
        editor.patch(&words, &editor.get(&words).await.etag(), &body).await.ok();
        editor.publish(&story, &["en"]).await.ok();
        editor.post(&format!("{story}/corrections"), &json!({ "kind": "correction", "texts": { "en": "It said \"en\": no.", "ta": "இல்லை." } })).await.ok();
        editor.post(&format!("{story}/comments"), &json!({ "text": "Really?", "locale": "en" })).await.ok();
        let translator = app.role(dateline::domain::user::Role::Translator, None, Some("en")).await;
        let me = translator.path();
        admin.post(&format!("{words}/assign"), &json!({ "assignee_id": me.rsplit('/').next().unwrap() })).await.ok();
        let tag = editor.get(&story).await.etag();
        editor.act(&format!("{story}/schedule"), &tag, &json!({ "locales": ["en"], "publish_at": "2031-01-01T00:00:00Z" })).await.ok();
        let item = json!({ "article_id": id, "locale": "ta" });
        editor.post("/v1/desk/releases", &json!({ "name": "Later", "items": [item] })).await.ok();
        let token = editor.post(&format!("{words}/previews"), &json!({})).await.ok()["token"].as_str().unwrap().to_owned();
        set(&app, "/v1/desk/site", json!({ "credit_labels": { "reported_by": { "en": "By \"en\"", "hi": "रिपोर्ट" } } })).await;
        app.import(&json!({ "type": "article", "key": "other", "kind": "story", "section": "world", "source_locale": "en", "translations": { "en": { "headline": "Another" } } }));

        let world = app.imported("section", "world").await;
        let asked = |tag: &str| {
            [
                format!("/v1/articles?locale={tag}&body=html&include=alternates,authors,section"),
                format!("/v1/articles/{id}?locale={tag}&include=alternates"),
                format!("/v1/articles/{id}?locale=ta&include=alternates"),
                format!("/v1/articles/by-slug/rain-came?locale={tag}"),
                format!("/v1/pages?path=/{tag}/world/rain-came"),
                format!("/v1/pages?path=/{tag}"),
                "/v1/pages?path=/ta".to_owned(),
                "/v1/site".to_owned(),
                format!("/v1/authors/{author}?locale={tag}"),
                format!("/v1/preview/{token}"),
                story.clone(),
                format!("{story}/translations/{tag}"),
                format!("{story}/translations/{tag}/revisions"),
                format!("{story}/translations/ta"),
                format!("{story}/translations/ta/revisions"),
                format!("{story}/revisions"),
                format!("{story}/revisions/1"),
                format!("{story}/previews"),
                format!("{story}/comments"),
                format!("{story}/corrections"),
                "/v1/desk/articles".to_owned(),
                format!("/v1/desk/translations?locale={tag}"),
                "/v1/desk/releases".to_owned(),
                "/v1/desk/schedule".to_owned(),
                format!("/v1/desk/sections/{world}"),
                format!("/v1/desk/authors/{author}"),
                format!("/v1/desk/users/{}", me.rsplit('/').next().unwrap()),
                "/v1/desk/audit".to_owned(),
            ]
        };
        let mut before = Vec::new();
        for path in asked("en") {
            let answer = admin.get(&path).await;
            assert_eq!(answer.status, 200, "{path}: {}", answer.text);
            before.push(answer.json());
        }
        let english = "/v1/desk/locales/en";
        let renamed = admin.patch(english, &admin.get(english).await.etag(), &json!({ "locale": "en-IN" })).await.ok();
        assert_eq!((&renamed["locale"], &renamed["former_tags"]), (&json!("en-IN"), &json!(["en"])));
        admin.get(english).await.refused(404, "not-found");
        for (path, then) in asked("en-IN").into_iter().zip(before) {
            let answer = admin.get(&path).await;
            assert_eq!(answer.status, 200, "{path}: {}", answer.text);
            // Open Graph writes a language with its region, the likely one where the tag says none.
            let now: Value = serde_json::from_str(&answer.text.replace("\"en_IN\"", "\"en_US\"")).unwrap();
            if path.ends_with("/audit") {
                // What was done since is told first.
                assert_eq!(now["data"][1]["event"], then["data"][0]["event"]);
                continue;
            }
            assert_eq!(now, under_another_tag(then), "{path}");
        }
        // Whatever readers and tools kept leads on.
        let anyone = app.anyone();
        for (kept, to) in [
            ("/en/world/rain-came", "/en-IN/world/rain-came"),
            ("/en/world/rain-at-last", "/en-IN/world/rain-came"),
            ("/en/world", "/en-IN/world"),
            ("/en", "/en-IN"),
        ] {
            let found = anyone.get(&format!("/v1/resolve?path={kept}")).await.ok();
            assert_eq!((&found["to"], &found["status"]), (&json!(to), &json!(301)), "{kept}");
        }
        assert_eq!(anyone.get(&format!("/v1/articles/{id}?locale=en")).await.ok()["locale"], "en-IN");
        // A bundle that was made before says nothing new of it.
        let record = json!({ "type": "locale", "locale": "en", "name": renamed["name"], "direction": "ltr", "words_per_minute": renamed["words_per_minute"], "position": renamed["position"] });
        assert_eq!(app.import(&record).outcome, dateline::desk::bundle::Outcome::Unchanged);
        let taken = admin.post("/v1/desk/locales", &json!({ "locale": "en", "name": "English" })).await;
        taken.refused(409, "taken");
        // And back: the tag that it takes is no former one any more.
        let there = "/v1/desk/locales/en-IN";
        let back = admin.patch(there, &admin.get(there).await.etag(), &json!({ "locale": "en" })).await.ok();
        assert_eq!((&back["locale"], &back["former_tags"]), (&json!("en"), &json!(["en-IN"])));
    }
}

both! {
    async fn what_names_a_locale_whose_tag_is_corrected_has_another_version(app) {
        let admin = app.admin().await;
        let (hindi, site) = ("/v1/desk/locales/hi", "/v1/desk/site");
        set(&app, "/v1/desk/locales/en", json!({ "fallback": ["hi"] })).await;
        set(&app, site, json!({ "credit_labels": { "reported_by": { "hi": "रिपोर्ट" } } })).await;
        let before = [admin.get("/v1/desk/locales/en").await.etag(), admin.get(site).await.etag()];
        let patch = json!({ "locale": "hi-IN", "fallback": ["hi", "en"] });
        let itself = admin.patch(hindi, &admin.get(hindi).await.etag(), &patch).await;
        assert_eq!(itself.violations(), [("#/fallback/0".to_owned(), "repeated".to_owned())]);
        admin.patch(hindi, &admin.get(hindi).await.etag(), &json!({ "locale": "hi-IN" })).await.ok();
        for (path, before) in ["/v1/desk/locales/en", site].into_iter().zip(before) {
            let after = admin.get(path).await;
            assert!(after.text.contains("hi-IN"), "{}", after.text);
            assert_ne!(after.etag(), before, "{path}");
            admin.patch(path, &before, &json!({ "name": "Other" })).await.refused(412, "stale");
        }
    }

    async fn what_a_deleted_locale_left_gives_way_to_a_corrected_tag(app) {
        let admin = app.admin().await;
        let world = app.section("world", "दुनिया").await;
        let english = "/v1/desk/locales/en";
        let story = app.editor().await.story(&world, "Rain at last").await;
        // Made by mistake, named in, and taken back.
        admin.post("/v1/desk/locales", &json!({ "locale": "en-IN", "name": "English" })).await.ok();
        let section = &format!("/v1/desk/sections/{world}");
        set(&app, section, json!({ "translations": { "en-IN": { "name": "World" } } })).await;
        set(&app, section, json!({ "translations": { "en-IN": null } })).await;
        let by_mistake = "/v1/desk/locales/en-IN";
        assert_eq!(admin.delete(by_mistake, &admin.get(by_mistake).await.etag()).await.status, 204);
        set(&app, english, json!({ "locale": "en-IN" })).await;
        assert_eq!(app.anyone().get("/v1/resolve?path=/en-IN/world").await.ok()["kind"], "section");
        // The history of deleted words is nobody else's.
        admin.post("/v1/desk/locales", &json!({ "locale": "pt", "name": "Português" })).await.ok();
        let words = format!("{story}/translations/pt");
        admin.put(&words, None, &json!({ "headline": "Chuva", "body": { "format": "text", "content": "Enfim." } })).await.ok();
        assert_eq!(admin.delete(&words, &admin.get(&words).await.etag()).await.status, 204);
        assert_eq!(admin.delete("/v1/desk/locales/pt", &admin.get("/v1/desk/locales/pt").await.etag()).await.status, 204);
        let there = admin.get(by_mistake).await.etag();
        admin.patch(by_mistake, &there, &json!({ "locale": "pt" })).await.refused(409, "in-use");
        set(&app, by_mistake, json!({ "locale": "en" })).await;
    }

    async fn a_locale_that_redirects_lead_into_stays(app) {
        let (admin, world) = (app.admin().await, app.section("world", "दुनिया").await);
        admin.post("/v1/desk/locales", &json!({ "locale": "ta", "name": "தமிழ்" })).await.ok();
        let to = json!({ "kind": "section", "id": world, "locale": "ta" });
        admin.post("/v1/desk/redirects", &json!({ "from": "/old", "to": to })).await.ok();
        admin.delete(TAMIL, &admin.get(TAMIL).await.etag()).await.refused(409, "in-use");
    }

    async fn a_locale_that_is_named_twice_is_refused_however_its_tags_are_spelled(app) {
        let (admin, world) = (app.admin().await, app.section("world", "दुनिया").await);
        let story = app.editor().await.story(&world, "Rain at last").await;
        let named = json!({ "en": { "name": "A" }, "EN": { "name": "B" } });
        let words = |text: &str| json!({ "headline": text, "body": { "format": "text", "content": text } });
        for (path, body) in [
            ("/v1/desk/tags".to_owned(), json!({ "kind": "topic", "translations": named })),
            ("/v1/desk/authors".to_owned(), json!({ "kind": "person", "translations": named })),
            ("/v1/desk/sections".to_owned(), json!({ "translations": named })),
            (
                "/v1/desk/articles".to_owned(),
                json!({ "kind": "story", "section_id": world, "source_locale": "en", "translations": { "en": words("A"), "en-": words("B"), "EN": words("C") } }),
            ),
            (
                "/v1/desk/articles".to_owned(),
                json!({ "kind": "story", "section_id": world, "source_locale": "en", "translations": { "en": words("A"), "EN": words("C") } }),
            ),
            (format!("{story}/corrections"), json!({ "kind": "correction", "texts": { "en": "A", "EN": "B" } })),
            (format!("{story}/publish"), json!({ "locales": { "en": 1, "EN": 9 } })),
        ] {
            admin.act(&path, &admin.get(&story).await.etag(), &body).await.refused(422, "invalid");
        }
        let site = "/v1/desk/site";
        let labels = json!({ "credit_labels": { "reported_by": { "en": "A", "EN": "B" } } });
        admin.patch(site, &admin.get(site).await.etag(), &labels).await.refused(422, "invalid");
        let tag = admin.post("/v1/desk/tags", &json!({ "kind": "topic", "translations": { "en": { "name": "A" } } })).await.ok();
        let tag = format!("/v1/desk/tags/{}", tag["id"].as_str().unwrap());
        admin.patch(&tag, "\"1\"", &json!({ "translations": { "EN": { "name": "B" } } })).await.refused(422, "invalid");
    }

    async fn words_under_two_tags_of_one_locale_are_refused(app) {
        let admin = app.admin().await;
        admin.patch("/v1/desk/locales/hi", &admin.get("/v1/desk/locales/hi").await.etag(), &json!({ "locale": "hi-IN" })).await.ok();
        let record = |locales: [&str; 2]| {
            let named = locales.map(|locale| (locale.to_owned(), json!({ "name": format!("In {locale}") })));
            let record = json!({ "type": "tag", "key": "rain", "translations": Value::Object(named.into_iter().collect()) });
            dateline::desk::bundle::read(&app.store, serde_json::from_value(record).unwrap(), false)
        };
        record(["en", "hi"]).unwrap();
        let Err(dateline::domain::Error::Invalid(faults)) = record(["hi", "hi-IN"]) else { panic!("it is read") };
        assert_eq!(faults.iter().map(|fault| (fault.pointer.as_str(), fault.code)).collect::<Vec<_>>(), [("#/translations/hi", "repeated")]);
    }
}

/// An answer of before, as it is to be with another tag: in tags, keys, addresses, and nowhere else.
fn under_another_tag(value: Value) -> Value {
    match value {
        Value::String(text) if text == "en" => json!("en-IN"),
        Value::String(text) => {
            let text = text.replace("/en/", "/en-IN/").replace("/translations/en\"", "/translations/en-IN\"");
            json!(text.strip_suffix("/en").map_or(text.clone(), |start| format!("{start}/en-IN")))
        }
        Value::Array(all) => all.into_iter().map(under_another_tag).collect(),
        Value::Object(all) => {
            let key = |key: String| if key == "en" { "en-IN".to_owned() } else { key };
            Value::Object(all.into_iter().map(|(k, v)| (key(k), under_another_tag(v))).collect())
        }
        other => other,
    }
}

both! {
    async fn a_list_that_is_asked_for_by_a_locale_that_the_site_has_not_is_refused_and_not_empty(app) {
        let editor = app.editor().await;
        let contract = contract::contract();
        let story = editor.story(&app.section("world", "दुनिया").await, "Rain at last").await;
        let sent = json!({ "slug": "top", "names": { "en": "Top" } });
        let collection = editor.post("/v1/desk/collections", &sent).await.header("location").unwrap().to_owned();
        let mut asked = 0;
        for (path, item) in contract["paths"].as_object().unwrap() {
            let by_locale = |one: &Value| {
                let one = one["$ref"].as_str().map_or(one, |to| contract.pointer(to.trim_start_matches('#')).unwrap());
                one["name"] == "locale" && one["in"] == "query"
            };
            if !path.starts_with("/v1/desk/") || path.starts_with("/v1/desk/archive") || !item["get"]["parameters"].as_array().is_some_and(|all| all.iter().any(by_locale)) {
                continue;
            }
            let at = path.replace("/v1/desk/articles/{id}", &story).replace("/v1/desk/collections/{id}", &collection);
            let typed = if path.ends_with("/search") { "&q=river" } else { "" };
            let refused = editor.get(&format!("{at}?locale=ga{typed}")).await.refused(400, "malformed");
            assert_eq!(refused["errors"][0]["code"], "unknown_locale", "{path}: {refused}");
            asked += 1;
        }
        assert!(asked > 6, "{asked}");
    }
}

/// Every column that holds the tag of a locale is one that a corrected tag reaches, whoever adds it.
#[test]
fn no_column_with_a_tag_is_forgotten() {
    let (schema, renaming) = (committed("src/store/schema.rs"), committed("src/store/locales.rs"));
    let (mut table, mut columns) = (String::new(), 0);
    for line in schema.lines().map(str::trim) {
        if let Some((name, _)) = line.split_once(" (").filter(|_| line.ends_with(") {")) {
            name.clone_into(&mut table);
        }
        let Some((column, _)) = line.split_once(" -> ").filter(|(column, _)| column.ends_with("locale")) else { continue };
        if table != "locales" {
            columns += 1;
            assert!(renaming.contains(&format!("(\"{table}\", \"{column}\")")), "{table}.{column}");
        }
    }
    assert!(columns > 15, "{columns}");
}
