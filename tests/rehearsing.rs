//! Pages as they will be: what is planned is carried out for whoever looks ahead, and nothing of it stays.

use actix_web::http::Method;
use dateline::{
    access::rate::{Class, Rate, Rates},
    domain::user::Role,
};
use serde_json::{Value, json};

use crate::{
    collections::{arranged, headlines, id, pin, stories},
    support::{Answer, Client, TestApp, everything_kept},
};

/// What anybody is answered at a path; `more` is the rest of the query.
async fn public(app: &TestApp, path: &str, more: &str) -> Answer {
    app.anyone().get(&format!("/v1/pages?path={path}{more}")).await
}

/// The same as it will be in so many seconds.
async fn preview(app: &TestApp, client: &Client<'_>, path: &str, more: &str, seconds: i64) -> Answer {
    client.get(&format!("/v1/desk/pages?path={path}{more}&as_of={}", app.now().plus_seconds(seconds))).await
}

/// An answer with its status, but for what is of the request alone.
fn said(answer: &Answer) -> (u16, Value) {
    let mut body = answer.json();
    body.as_object_mut().unwrap().remove("request_id");
    (answer.status, body)
}

async fn plan(app: &TestApp, client: &Client<'_>, story: &str, what: &str, seconds: i64, locales: &[&str]) {
    let sent = json!({ what: app.now().plus_seconds(seconds), "locales": locales });
    client.act(&format!("{story}/schedule"), &client.get(story).await.etag(), &sent).await.ok();
}

async fn release(app: &TestApp, client: &Client<'_>, seconds: i64, items: &[(&str, &str)]) {
    let items: Vec<_> = items.iter().map(|(story, locale)| json!({ "article_id": id(story), "locale": locale })).collect();
    let sent = json!({ "name": "Together", "publish_at": app.now().plus_seconds(seconds), "items": items });
    let made = client.post("/v1/desk/releases", &sent).await;
    assert_eq!(made.status, 201, "{}", made.text);
}

/// A story in English and Hindi.
async fn bilingual(client: &Client<'_>, section: &str, headline: &str) -> String {
    let story = client.story(section, headline).await;
    client.put(&format!("{story}/translations/hi"), None, &json!({ "headline": "नदी", "slug": "nadi" })).await.ok();
    story
}

/// Statements that it takes to answer what anybody asks for: none, where the answer is kept.
async fn cost(app: &TestApp, path: &str) -> i64 {
    let before = app.store.statements();
    app.anyone().get(path).await;
    app.store.statements() - before
}

both! {
    async fn a_page_to_come_is_the_page_that_comes(app) {
        let editor = app.editor().await;
        let world = app.section("world", "दुनिया").await;
        let all = stories(&app, &world, &["One", "Two"]).await;
        let (soon, third) = (editor.story(&world, "Soon").await, bilingual(&editor, &world, "Third").await);
        app.wait(1);
        let fourth = editor.story(&world, "Fourth").await;
        // One gets another address with its newer words.
        let words = format!("{}/translations/en", all[0]);
        editor.patch(&words, &editor.get(&words).await.etag(), &json!({ "headline": "One again", "slug": "one-again" })).await.ok();
        plan(&app, &editor, &soon, "publish_at", 100, &["en"]).await;
        plan(&app, &editor, &all[1], "unpublish_at", 200, &["en"]).await;
        release(&app, &editor, 300, &[(&third, "en"), (&third, "hi"), (&fourth, "en")]).await;
        plan(&app, &editor, &all[0], "publish_at", 400, &["en"]).await;
        plan(&app, &editor, &soon, "unpublish_at", 500, &["en"]).await;
        let (mut window, mut headed) = (pin(&all[0], 2), pin(&soon, 1));
        (window["from"], window["until"]) = (json!(app.now().plus_seconds(150)), json!(app.now().plus_seconds(450)));
        headed["headlines"] = json!({ "en": "Sooner" });
        arranged(&editor, "front", &json!({ "place": { "kind": "home" }, "limit": 3, "items": [headed, window], "query": {} })).await;
        arranged(&editor, "world", &json!({ "place": { "kind": "section", "section_id": world }, "limit": 2, "items": [pin(&third, 2)], "query": {} })).await;
        arranged(&editor, "beside", &json!({ "place": { "kind": "rail_of_article" }, "items": [pin(&fourth, 1)], "query": { "section": [world] } })).await;
        let asked = [
            ("/en", ""), ("/en", "&limit=2&count=true&body=text"), ("/en/world", "&include=languages"), ("/hi", "&fallback=chain"), ("/hi", ""),
            ("/hi/world/nadi", "&body=markdown"), ("/en/world/soon", ""), ("/en/world/one", ""), ("/en/world/one-again", "&include=related,languages"),
            ("/en/world/two", ""), ("/en/world/third", ""), ("/en/nowhere", "&fallback=chain"),
        ];
        let seconds = [0, 99, 100, 150, 200, 300, 400, 450, 500];
        let mut now = Vec::new();
        for (path, more) in asked {
            now.push(said(&public(&app, path, more).await));
        }
        let mut foreseen = Vec::new();
        for at in seconds {
            for (path, more) in asked {
                foreseen.push(said(&preview(&app, &editor, path, more, at).await));
            }
        }
        for ((path, more), now) in asked.iter().zip(now) {
            assert_eq!(said(&public(&app, path, more).await), now, "nothing has happened at {path}");
        }
        let (mut past, mut foreseen) = (0, foreseen.into_iter());
        let mut shown = Vec::new();
        for at in seconds {
            app.wait(at - past);
            past = at;
            app.tick().await;
            for (path, more) in asked {
                let there = said(&public(&app, path, more).await);
                assert_eq!(foreseen.next().unwrap(), there, "{path}{more} after {at} seconds");
                if path == "/en" && more.is_empty() {
                    shown.push(headlines(&there.1["articles"]["data"]).join(", "));
                }
            }
        }
        assert_eq!(shown, ["Two, One", "Two, One", "Sooner, Two, One", "Sooner, One, Two", "Sooner, One", "Sooner, One, Fourth", "Sooner, One again, Fourth", "Sooner, Fourth, Third", "Fourth, Third, One again"]);
    }

    async fn a_page_is_where_it_will_be_and_leads_on_from_where_it_was(app) {
        let editor = app.editor().await;
        let world = app.section("world", "दुनिया").await;
        let story = stories(&app, &world, &["One"]).await.remove(0);
        let soon = editor.story(&world, "Soon").await;
        let words = format!("{story}/translations/en");
        editor.patch(&words, &editor.get(&words).await.etag(), &json!({ "slug": "another" })).await.ok();
        plan(&app, &editor, &story, "publish_at", 100, &["en"]).await;
        plan(&app, &editor, &soon, "publish_at", 100, &["en"]).await;
        plan(&app, &editor, &soon, "unpublish_at", 200, &["en"]).await;
        let kind = async |path: &str, seconds: i64| preview(&app, &editor, path, "", seconds).await.json()["kind"].clone();
        assert_eq!([kind("/en/world/one", 99).await, kind("/en/world/one", 100).await], ["article", "redirect"]);
        assert_eq!([kind("/en/world/another", 99).await, kind("/en/world/another", 100).await], [Value::Null, json!("article")]);
        let there = preview(&app, &editor, "/en/world/soon", "", 100).await;
        assert_eq!(there.ok()["article"]["published_at"], json!(app.now().plus_seconds(100)));
        assert_eq!((there.header("content-language"), there.header("cache-control")), (Some("en"), Some("no-store")));
        assert_eq!((there.header("etag"), there.header("surrogate-key")), (None, None));
        for seconds in [0, 99, 200, 10_000] {
            let missing = preview(&app, &editor, "/en/world/soon", "", seconds).await;
            assert_eq!(missing.refused(404, "not-found")["page"]["kind"], "error");
        }
        // Without an instant it is the page of now.
        assert_eq!(editor.get("/v1/desk/pages?path=/en/world/one").await.ok(), public(&app, "/en/world/one", "").await.ok());
        let (past, token) = (preview(&app, &editor, "/en", "", -1).await, preview(&app, &editor, "/en", "&preview=token", 0).await);
        assert_eq!(past.refused(400, "malformed")["errors"][0]["code"], "past");
        token.refused(400, "malformed");
        editor.get("/v1/desk/pages").await.refused(400, "malformed");
        preview(&app, &editor, "nothing", "", 0).await.refused(400, "malformed");
        app.anyone().get("/v1/desk/pages?path=/en").await.refused(401, "unauthenticated");
        app.limited(&editor, "desk.read").await.get("/v1/desk/pages?path=/en").await.refused(403, "forbidden");
    }

    async fn nothing_of_a_rehearsal_is_left_behind(app) {
        let editor = app.editor().await;
        let world = app.section("world", "दुनिया").await;
        stories(&app, &world, &["One"]).await;
        let (soon, third) = (editor.story(&world, "Soon").await, bilingual(&editor, &world, "Third").await);
        plan(&app, &editor, &soon, "publish_at", 100, &["en"]).await;
        release(&app, &editor, 100, &[(&third, "en"), (&third, "hi")]).await;
        let mut suspended = pin(&soon, 1);
        suspended["from"] = json!(app.now().plus_seconds(50));
        arranged(&editor, "front", &json!({ "place": { "kind": "home" }, "items": [suspended], "query": {} })).await;
        let (home, other) = ("/v1/pages?path=/en", "/v1/pages?path=/en/world");
        let before = app.anyone().get(home).await;
        assert_eq!(cost(&app, home).await, 0, "it is kept");
        let kept = everything_kept(&app.url);
        for (path, seconds) in [("/en", 100), ("/en", 0), ("/en/world", 100), ("/en/world/soon", 100), ("/hi/world/nadi", 200), ("/en/world/soon", 0), ("/en/nowhere", 100)] {
            let answer = preview(&app, &editor, path, "", seconds).await;
            assert!([200, 404].contains(&answer.status), "{}", answer.text);
        }
        assert_eq!(everything_kept(&app.url), kept);
        let after = app.anyone().get(home).await;
        assert_eq!((after.header("etag"), &after.text), (before.header("etag"), &before.text));
        assert_eq!(cost(&app, home).await, 0, "it is kept still");
        assert!(cost(&app, other).await > 0, "and no other is");
        assert_eq!(app.tick().await, 0);
        // It only reads, so that it is tried no less for being asked so.
        let tried = editor.send(Method::GET, "/v1/desk/pages?path=/en&validate_only=true", &[], None).await;
        tried.refused(400, "malformed");
    }

    async fn whoever_looks_ahead_sees_of_what_is_planned_what_they_read(app) {
        let editor = app.editor().await;
        let (world, sport) = (app.section("world", "दुनिया").await, app.section("sport", "खेल").await);
        stories(&app, &world, &["One"]).await;
        let (ours, theirs, both) = (editor.story(&world, "Ours").await, editor.story(&sport, "Theirs").await, bilingual(&editor, &world, "Both").await);
        plan(&app, &editor, &ours, "publish_at", 100, &["en"]).await;
        plan(&app, &editor, &theirs, "publish_at", 100, &["en"]).await;
        release(&app, &editor, 200, &[(&both, "en"), (&both, "hi")]).await;
        arranged(&editor, "front", &json!({ "place": { "kind": "home" }, "items": [pin(&theirs, 1), pin(&ours, 2)], "query": {} })).await;
        let shown = async |client: &Client<'_>, path: &str| headlines(&preview(&app, client, path, "", 200).await.ok()["articles"]["data"]).join(", ");
        assert_eq!(shown(&editor, "/en").await, "Theirs, Ours, Both, One");
        let of_world = app.role(Role::Editor, Some(&world), None).await;
        assert_eq!(shown(&of_world, "/en").await, "Both, Ours, One");
        preview(&app, &of_world, "/en/sport/theirs", "", 200).await.refused(404, "not-found");
        assert_eq!(shown(&of_world, "/hi").await, "नदी");
        // Whoever translates reads originals, and a release whole or not at all.
        let of_bengali = app.role(Role::Translator, None, Some("bn")).await;
        assert_eq!((shown(&of_bengali, "/en").await, shown(&of_bengali, "/hi").await), ("Theirs, Ours, One".to_owned(), String::new()));
        let contributor = app.role(Role::Contributor, None, None).await;
        assert_eq!(shown(&contributor, "/en").await, "One");
    }

    async fn what_will_be_refused_is_not_foreseen(app) {
        let (admin, editor, leaving) = (app.admin().await, app.editor().await, app.editor().await);
        let world = app.section("world", "दुनिया").await;
        let story = stories(&app, &world, &["One"]).await.remove(0);
        let mut made = Vec::new();
        for headline in ["Soon", "Trashed", "Together"] {
            app.wait(1);
            made.push(editor.story(&world, headline).await);
        }
        let [soon, trashed, together] = made.try_into().unwrap();
        plan(&app, &leaving, &soon, "publish_at", 100, &["en"]).await;
        plan(&app, &leaving, &story, "unpublish_at", 100, &["en"]).await;
        plan(&app, &editor, &soon, "unpublish_at", 150, &["en"]).await;
        release(&app, &editor, 100, &[(&together, "en"), (&trashed, "en")]).await;
        let shown = async || headlines(&preview(&app, &editor, "/en", "", 100).await.ok()["articles"]["data"]).join(", ");
        assert_eq!(shown().await, "Together, Trashed, Soon");
        admin.patch(&leaving.path(), &admin.get(&leaving.path()).await.etag(), &json!({ "status": "suspended" })).await.ok();
        assert_eq!(shown().await, "Together, Trashed, One");
        editor.delete(&trashed, &editor.get(&trashed).await.etag()).await.ok();
        assert_eq!(shown().await, "One");
        let foreseen = [100, 150].map(|at| (at, app.now().plus_seconds(at)));
        for (at, instant) in foreseen {
            let then = said(&editor.get(&format!("/v1/desk/pages?path=/en&as_of={instant}")).await);
            app.wait(at - if at == 150 { 100 } else { 0 });
            app.tick().await;
            assert_eq!(then, said(&public(&app, "/en", "").await), "after {at} seconds");
        }
    }

    async fn what_was_planned_first_takes_back_what_was_planned_for_later(app) {
        let editor = app.editor().await;
        let world = app.section("world", "दुनिया").await;
        let story = editor.story(&world, "Early").await;
        // The plan names the words as they are now, the release those that are saved after it.
        plan(&app, &editor, &story, "publish_at", 200, &["en"]).await;
        let words = format!("{story}/translations/en");
        editor.patch(&words, &editor.get(&words).await.etag(), &json!({ "headline": "Newer" })).await.ok();
        release(&app, &editor, 100, &[(&story, "en")]).await;
        let mut foreseen = Vec::new();
        for seconds in [100, 200] {
            foreseen.push(said(&preview(&app, &editor, "/en/world", "", seconds).await));
        }
        for then in foreseen {
            app.wait(100);
            app.tick().await;
            assert_eq!(said(&public(&app, "/en/world", "").await), then);
        }
    }

    async fn long_words_are_made_before_they_are_rehearsed(app) {
        let editor = app.editor().await;
        let world = app.section("world", "दुनिया").await;
        for n in 0..3 {
            let words = json!({ "headline": format!("Long {n}"), "body": { "format": "text", "content": "Told at length. ".repeat(15_000) } });
            let sent = json!({ "kind": "story", "section_id": world, "source_locale": "en", "translations": { "en": words } });
            let story = editor.post("/v1/desk/articles", &sent).await.header("location").unwrap().to_owned();
            plan(&app, &editor, &story, "publish_at", 100 + n, &["en"]).await;
        }
        let then = preview(&app, &editor, "/en/world/long-2", "", 102).await.ok();
        assert_eq!(then["article"]["body"]["content"].as_str().unwrap().matches("Told at length.").count(), 15_000);
        assert_eq!(headlines(&preview(&app, &editor, "/en", "", 102).await.ok()["articles"]["data"]), ["Long 2", "Long 1", "Long 0"]);
    }

    async fn what_is_not_there_then_is_said_as_everywhere(app) {
        let editor = app.editor().await;
        preview(&app, &editor, "/en/nope", "", 100).await.refused(404, "not-found");
        editor.get("/v1/pages?path=/en/nope").await.refused(404, "not-found");
        app.anyone().get("/v1/pages?path=/en/nope").await.refused(404, "not-found");
    }

    async fn looking_ahead_counts_as_a_write(app) {
        let editor = app.editor().await;
        let entrance = app.limiting(Rates::OFF.with(Class::DeskRead, Rate { quota: 1, window: 60 }).with(Class::DeskWrite, Rate { quota: 2, window: 60 })).await;
        let me = editor.at(&entrance);
        for left in [1, 0] {
            let answer = me.get("/v1/desk/pages?path=/en").await;
            answer.ok();
            assert!(answer.header("ratelimit").unwrap().starts_with(&format!("\"desk-write\";r={left}")), "{:?}", answer.header("ratelimit"));
        }
        me.get("/v1/desk/pages?path=/en").await.refused(429, "quota-exceeded");
        me.get("/v1/desk/articles").await.ok();
    }
}
