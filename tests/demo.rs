//! The demo newsroom: what a new user sees first.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::support::{TestApp, committed};

fn load(app: &TestApp) {
    for line in committed("src/cli/demo/newsroom.ndjson").lines() {
        app.import(&serde_json::from_str(line).unwrap());
    }
}

fn kinds_of_nodes(value: &Value, found: &mut BTreeSet<String>) {
    if let Some(kind) = value["type"].as_str() {
        found.insert(kind.to_owned());
    }
    for part in value["content"].as_array().into_iter().flatten() {
        kinds_of_nodes(part, found);
    }
    for mark in value["marks"].as_array().into_iter().flatten() {
        found.insert(mark["type"].as_str().unwrap().to_owned());
    }
}

/// The words that a schema, and those within it, has for `type`: nodes and marks have a form of their own each.
fn words(schema: &Value, found: &mut BTreeSet<String>) {
    let kinds = schema["properties"]["type"]["enum"].as_array().into_iter().flatten();
    found.extend(kinds.map(|word| word.as_str().unwrap().to_owned()));
    match schema {
        Value::Object(parts) => parts.values().for_each(|part| words(part, found)),
        Value::Array(parts) => parts.iter().for_each(|part| words(part, found)),
        _ => {}
    }
}

both! {
    async fn every_story_of_the_demo_is_there_in_all_four_languages(app) {
        load(&app);
        let reader = app.anyone();
        for locale in ["en", "hi", "bn", "kn"] {
            let stories = reader.get(&format!("/v1/articles?locale={locale}&limit=100&body=html&include=languages")).await.ok();
            let stories = stories["data"].as_array().unwrap();
            assert_eq!(stories.len(), 12, "{locale}");
            for story in stories {
                assert_eq!((story["locale"].as_str(), story["alternates"].as_array().unwrap().len()), (Some(locale), 4));
                assert!(!story["body"]["content"].as_str().unwrap().is_empty() && !story["credits"].as_array().unwrap().is_empty());
            }
            let all = |field: &str| stories.iter().map(|s| s[field].as_str().unwrap()).collect::<BTreeSet<_>>();
            assert!(all("kind").contains("video") && all("genre").contains("opinion"), "{locale}");
            assert_eq!(all("slug").len(), 12);
            let sections = reader.get(&format!("/v1/sections?locale={locale}")).await.ok();
            let mut names = sections["data"].as_array().unwrap().iter();
            assert!(names.len() == 10 && names.all(|s| s["locale"] == locale), "{locale}");
            let authors = reader.get(&format!("/v1/authors?locale={locale}&limit=100")).await.ok();
            for kind in ["person", "desk", "agency"] {
                assert_eq!(authors["data"].as_array().unwrap().iter().filter(|a| a["kind"] == kind).count(), 3);
            }
        }
    }

    async fn the_demo_says_who_it_is_in_every_language_and_leads_there_from_every_page(app) {
        load(&app);
        for locale in ["en", "hi", "bn", "kn"] {
            let page = app.anyone().get(&format!("/v1/pages?path=/{locale}")).await.ok();
            let menus = page["frame"]["menus"].as_array().unwrap();
            let about = &menus[0]["items"][0];
            assert_eq!((menus.len(), &menus[0]["slug"], &about["locale"]), (1, &Value::from("footer"), &Value::from(locale)));
            assert_eq!(menus[0]["items"][1]["items"].as_array().unwrap().len(), 3);
            let pages = app.anyone().get(&format!("/v1/articles?locale={locale}&kind=page")).await.ok();
            assert_eq!((pages["data"].as_array().unwrap().len(), &pages["data"][0]["url"]), (1, &about["url"]));
        }
    }

    /// It also holds the contract's list of nodes against what is really delivered.
    async fn one_story_of_the_demo_has_every_node_and_every_mark(app) {
        load(&app);
        let story = app.anyone().get("/v1/articles/by-slug/the-river-that-kept-a-diary?body=doc").await.ok();
        let mut found = BTreeSet::new();
        kinds_of_nodes(&story["body"]["content"], &mut found);
        found.remove("doc");
        let contract = crate::support::contract::contract();
        let mut expected = BTreeSet::new();
        let schemas = contract["components"]["schemas"].as_object().unwrap();
        schemas.iter().filter(|(name, _)| name.ends_with("Node") || name.ends_with("Mark")).for_each(|(_, schema)| words(schema, &mut expected));
        assert_eq!(found, expected);
    }
}
