//! Lists: what they show under every filter.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::support::TestApp;

fn headlines(page: &Value) -> Vec<String> {
    page["data"].as_array().unwrap().iter().map(|a| a["headline"].as_str().unwrap().to_owned()).collect()
}

/// All headlines of a list, page by page, forwards; and the same read backwards.
async fn walk(app: &TestApp, query: &str) -> (Vec<String>, Vec<String>) {
    let (mut forwards, mut backwards) = (Vec::new(), Vec::new());
    let mut at = format!("/v1/articles?limit=2&{query}");
    let base = at.clone();
    let mut last;
    loop {
        let page = app.anyone().get(&at).await.ok();
        forwards.extend(headlines(&page));
        last = page.clone();
        match page["page"]["next"].as_str() {
            Some(next) => at = format!("{base}&cursor={next}"),
            None => break,
        }
    }
    loop {
        let mut names = headlines(&last);
        names.reverse();
        backwards.extend(names);
        match last["page"]["previous"].as_str() {
            Some(previous) => last = app.anyone().get(&format!("{base}&cursor={previous}")).await.ok(),
            None => break,
        }
    }
    backwards.reverse();
    (forwards, backwards)
}

both! {
    async fn a_section_shows_its_subtree_and_a_move_takes_it_along(app) {
        let admin = app.admin().await;
        let (world, tech) = (app.section("world", "दुनिया").await, app.section("tech", "टेक").await);
        let below = json!({ "parent_id": world, "position": 1, "translations": { "en": { "name": "Asia" } } });
        let asia = admin.post("/v1/desk/sections", &below).await;
        let path = asia.header("location").unwrap_or_else(|| panic!("{}", asia.text)).to_owned();
        let asia = path.rsplit('/').next().unwrap().to_owned();
        let deeper = json!({ "parent_id": asia, "position": 1, "translations": { "en": { "name": "Delhi" } } });
        let delhi = admin.post("/v1/desk/sections", &deeper).await.ok()["id"].as_str().unwrap().to_owned();
        for (section, headline) in [(&world, "In the world"), (&asia, "In Asia"), (&delhi, "In Delhi"), (&tech, "In tech")] {
            let story = admin.story(section, headline).await;
            admin.publish(&story, &["en"]).await.ok();
            app.wait(1);
        }
        let shown = async |section: &str| headlines(&app.anyone().get(&format!("/v1/articles?section={section}")).await.ok());
        assert_eq!(shown("world").await, ["In Delhi", "In Asia", "In the world"]);
        assert_eq!(shown("tech").await, ["In tech"]);
        let moved = admin.patch(&path, &admin.get(&path).await.etag(), &json!({ "parent_id": tech })).await;
        moved.ok();
        assert_eq!(shown("world").await, ["In the world"]);
        assert_eq!(shown("tech").await, ["In tech", "In Delhi", "In Asia"]);
        assert_eq!(shown(&asia).await, ["In Delhi", "In Asia"]);
        admin.patch(&path, &moved.etag(), &json!({ "parent_id": null })).await.ok();
        assert_eq!(shown("tech").await, ["In tech"]);
        assert_eq!(shown(&delhi).await, ["In Delhi"]);
    }

    async fn a_chain_shows_each_story_once_in_its_first_language_on_every_page_both_ways(app) {
        let editor = app.editor().await;
        let world = app.section("world", "दुनिया").await;
        let mut expected = Vec::new();
        for n in 0..11 {
            let article = editor.story(&world, &format!("English {n}")).await;
            editor.publish(&article, &["en"]).await.ok();
            let hindi = n % 3 == 0;
            if hindi {
                let words = json!({ "headline": format!("Hindi {n}"), "body": { "format": "text", "content": "एक" } });
                editor.put(&format!("{article}/translations/hi"), None, &words).await.ok();
                app.wait(if n % 2 == 0 { 1 } else { 100 });
                editor.publish(&article, &["hi"]).await.ok();
            }
            expected.push(if hindi { format!("Hindi {n}") } else { format!("English {n}") });
            app.wait(7);
        }
        for (query, sort) in [("", "published_at"), ("-", "published_at"), ("-", "updated_at")] {
            let (forwards, backwards) = walk(&app, &format!("locale=hi&fallback=chain&sort={query}{sort}")).await;
            assert_eq!(forwards, backwards);
            assert_eq!(forwards.iter().collect::<BTreeSet<_>>(), expected.iter().collect::<BTreeSet<_>>(), "{query}{sort}");
            assert_eq!(forwards.len(), 11, "each once");
        }
        let list = app.anyone().get("/v1/articles?locale=hi&fallback=chain&limit=100&count=true").await.ok();
        assert_eq!(list["page"]["total"], 11);
        let instants: Vec<_> = list["data"].as_array().unwrap().iter().map(|a| a["published_at"].as_str().unwrap().to_owned()).collect();
        assert!(instants.is_sorted_by(|a, b| a >= b), "{instants:?}");
        for article in list["data"].as_array().unwrap() {
            let other = article["locale"] == "en";
            assert_eq!(article["requested_locale"] == "hi", other, "an answer in another language says so");
        }
    }
}
