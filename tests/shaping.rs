//! Shape on demand: some fields of an article, and what comes along with it.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::support::TestApp;

/// Six stories on two subjects by two authors, the first in two languages; their ids.
async fn stories(app: &TestApp) -> Vec<String> {
    let editor = app.editor().await;
    let world = app.section("world", "दुनिया").await;
    let authors = [app.author("asha", "Asha Rao").await, app.author("binoy", "Binoy Sen").await];
    for key in ["rivers", "cars"] {
        app.import(&json!({ "type": "tag", "key": key, "kind": "topic", "translations": { "en": { "name": key } } }));
    }
    let tags = editor.get("/v1/desk/tags").await.ok();
    let named =
        |name: &str| tags["data"].as_array().unwrap().iter().find(|t| t["translations"]["en"]["name"] == name).unwrap()["id"].clone();
    let tag = |n: usize| named(["rivers", "cars"][n]);
    let mut ids = Vec::new();
    for n in 0..6 {
        let words = |l: &str| json!({ "headline": format!("Story {n} {l}"), "body": { "format": "text", "content": "One." } });
        let sent = json!({ "kind": "story", "section_id": world, "source_locale": "en", "tags": if n < 4 { json!([tag(0)]) } else { json!([tag(1)]) },
            "credits": [{ "role": "written_by", "author_id": authors[n % 2] }], "translations": { "en": words("en"), "hi": words("hi") } });
        let path = editor.post("/v1/desk/articles", &sent).await.header("location").unwrap().to_owned();
        editor.publish(&path, if n % 5 == 0 { &["en", "hi"] } else { &["en"] }).await.ok();
        app.wait(1);
        ids.push(path.rsplit('/').next().unwrap().to_owned());
    }
    ids
}

fn keys(value: &Value) -> BTreeSet<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}

fn ids(values: &Value) -> Vec<&str> {
    values.as_array().map(|all| all.iter().map(|v| v["id"].as_str().unwrap()).collect()).unwrap_or_default()
}

/// The paths of the parts of what a schema describes, to so many steps.
fn parts(contract: &Value, schema: &Value, at: &str, depth: usize) -> Vec<String> {
    if let Some(to) = schema["$ref"].as_str() {
        return parts(contract, contract.pointer(to.trim_start_matches('#')).unwrap(), at, depth);
    }
    if schema["items"].is_object() {
        return parts(contract, &schema["items"], at, depth);
    }
    if let Some(of) = schema["oneOf"].as_array() {
        return of.iter().flat_map(|one| parts(contract, one, at, depth)).collect();
    }
    let Some(properties) = schema["properties"].as_object().filter(|_| depth > 0) else { return Vec::new() };
    let of = |(name, schema): (&String, &Value)| {
        let at = format!("{at}.{name}");
        let below = parts(contract, schema, &at, depth - 1);
        std::iter::once(at).chain(below).collect::<Vec<_>>()
    };
    properties.iter().flat_map(of).collect()
}

#[test]
fn every_field_of_an_article_and_every_part_of_one_can_be_asked_for_and_nothing_else() {
    let contract = crate::support::contract::contract();
    let mut shown = contract["components"]["schemas"]["Article"]["properties"].as_object().unwrap().clone();
    assert!(shown.remove("related").is_some() && shown.remove("included").is_some());
    let expected: BTreeSet<String> = shown
        .iter()
        .flat_map(|(name, schema)| {
            let below = if name == "body" { Vec::new() } else { parts(&contract, schema, name, 2) };
            std::iter::once(name.clone()).chain(below)
        })
        .collect();
    assert!(["section.name", "section.path.slug", "credits.authors.name", "lead.url"].iter().all(|path| expected.contains(*path)));
    let mut taking = Vec::new();
    for (path, item) in contract["paths"].as_object().unwrap().iter().filter(|(path, _)| !path.starts_with("/v1/desk/articles")) {
        for parameter in item["get"]["parameters"].as_array().into_iter().flatten().filter(|p| p["name"] == "fields") {
            assert_eq!((parameter["style"].as_str(), parameter["explode"].as_bool()), (Some("form"), Some(false)));
            let named = parameter["schema"]["items"]["$ref"].as_str().unwrap_or_else(|| panic!("{parameter}"));
            let words = contract.pointer(named.trim_start_matches('#')).unwrap()["enum"].as_array().unwrap();
            assert_eq!(words.iter().map(|f| f.as_str().unwrap().to_owned()).collect::<BTreeSet<_>>(), expected);
            assert_eq!(words.len(), expected.len());
            taking.push(path.as_str());
        }
    }
    let archived = ["/v1/desk/archive/articles", "/v1/desk/archive/articles/{id}"];
    let live =
        ["/v1/articles", "/v1/articles/by-slug/{slug}", "/v1/articles/{id}", "/v1/articles/{id}/related", "/v1/articles/{id}/translations"];
    assert_eq!(taking, [&live[..], &["/v1/collections/{slug}"], &archived, &["/v1/most-read", "/v1/search"]].concat());
}

both! {
    async fn only_the_fields_that_are_asked_for_come_and_only_they_are_read(app) {
        let stories = stories(&app).await;
        let one = app.anyone().get(&format!("/v1/articles/{}?fields=headline,url,published_at", stories[0])).await.ok();
        assert_eq!(keys(&one), ["headline", "published_at", "url"].into());
        let list = app.anyone().get("/v1/articles?fields=id&limit=2").await;
        assert_eq!(list.ok()["data"].as_array().unwrap().iter().map(keys).collect::<Vec<_>>(), vec![BTreeSet::from(["id"]); 2]);
        assert!(list.header("link").unwrap().contains("fields=id"), "the next page is of the same shape");
        let before = app.store.statements();
        app.anyone().get("/v1/articles?fields=headline&limit=3").await.ok();
        assert!(app.store.statements() - before <= 3, "{}", app.store.statements() - before);
        // A body that is not asked for is not there, whatever its form.
        assert_eq!(keys(&app.anyone().get(&format!("/v1/articles/{}?fields=id&body=doc", stories[0])).await.ok()), ["id"].into());
        for unknown in ["fields=nothing", "fields=", "fields=id,,url", "include=everything", "include=related.related", "fields=included"] {
            app.anyone().get(&format!("/v1/articles?{unknown}")).await.refused(400, "malformed");
        }
        // The same in another order is the same request.
        let before = app.store.statements();
        app.anyone().get(&format!("/v1/articles/{}?fields=published_at,url,headline,url", stories[0])).await.ok();
        assert_eq!(app.store.statements(), before);
    }

    async fn what_comes_along_comes_once_and_in_few_statements(app) {
        let stories = stories(&app).await;
        let path = format!("/v1/articles/{}", stories[0]);
        let one = app.anyone().get(&format!("{path}?include=section,authors,tags,alternates,related")).await.ok();
        let along = &one["included"];
        assert_eq!((along["sections"][0]["slug"].as_str(), along["authors"][0]["name"].as_str(), along["tags"][0]["name"].as_str()), (Some("world"), Some("Asha Rao"), Some("rivers")));
        // Those that share a tag come before those that only share the section, the latest first.
        assert_eq!(one["related"], json!([stories[3], stories[2], stories[1], stories[5]]));
        let articles = along["articles"].as_array().unwrap();
        assert_eq!(articles.iter().filter(|a| a["id"] == stories[0].as_str()).map(|a| (a["locale"].as_str().unwrap(), a["headline"].as_str().unwrap())).collect::<Vec<_>>(), [("hi", "Story 0 hi")]);
        let expected: BTreeSet<&str> = one["related"].as_array().unwrap().iter().map(|id| id.as_str().unwrap()).chain([stories[0].as_str()]).collect();
        assert_eq!(ids(&along["articles"]).into_iter().collect::<BTreeSet<_>>(), expected);
        assert!(articles.iter().all(|a| a["body"].is_null() == (a["id"] != stories[0].as_str())), "related ones come without bodies");
        // Two steps deep: the authors of related articles, not of the article itself.
        let deep = app.anyone().get(&format!("{path}?include=related.authors&fields=id")).await.ok();
        assert_eq!(keys(&deep), ["id", "included", "related"].into());
        assert_eq!(deep["included"]["authors"].as_array().unwrap().len(), 2);
        let cost = async |limit: u8| {
            let before = app.store.statements();
            let list = app.anyone().get(&format!("/v1/articles?limit={limit}&include=section,authors,tags,alternates,related,related.authors")).await.ok();
            (app.store.statements() - before, list)
        };
        let (one, _) = cost(1).await;
        let (six, list) = cost(6).await;
        assert!(six <= one, "{six} statements for six, {one} for one");
        assert_eq!((ids(&list["included"]["authors"]).len(), ids(&list["included"]["sections"]).len(), ids(&list["included"]["tags"]).len()), (2, 1, 2));
        assert!(list["data"].as_array().unwrap().iter().all(|a| a["included"].is_null() && a["related"].as_array().unwrap().len() == 4));
    }

    async fn rows_of_lists_say_of_other_languages_what_is_asked_for(app) {
        let stories = stories(&app).await;
        let of_languages = |row: &Value| ["alternates", "languages"].map(|name| row[name].is_array());
        let rows = async |query: &str| app.anyone().get(&format!("/v1/articles?{query}")).await.ok();
        assert!(rows("limit=6").await["data"].as_array().unwrap().iter().all(|row| of_languages(row) == [false, false]));
        let (alone, by_slug) = (app.anyone().get(&format!("/v1/articles/{}", stories[0])).await.ok(), app.anyone().get("/v1/articles/by-slug/story-0-en").await.ok());
        assert_eq!((of_languages(&alone), &alone), ([true, true], &by_slug));
        // What is asked for is what the article says by itself.
        let asked = app.anyone().get("/v1/articles?limit=1&include=languages&sort=published_at").await;
        let row = asked.ok()["data"][0].clone();
        assert_eq!(ids(&json!([row])), [stories[0].as_str()]);
        assert_eq!((&row["alternates"], &row["languages"]), (&alone["alternates"], &alone["languages"]));
        assert_eq!(alone["alternates"].as_array().unwrap().len(), 2);
        assert!(asked.json()["included"].is_null(), "nothing comes along");
        assert!(asked.header("link").unwrap().contains("include=languages"), "the next page is of the same shape");
        // Whose words in other languages come along says which they are.
        let along = rows("limit=6&include=alternates&locale=hi").await;
        assert!(along["data"].as_array().unwrap().iter().all(|row| of_languages(row) == [true, false]));
        assert_eq!(along["included"]["articles"].as_array().unwrap().iter().map(of_languages).collect::<Vec<_>>(), vec![[true, true]; 2]);
        // Beside fields it adds to them.
        for (query, expected) in [("fields=alternates", vec!["alternates"]), ("fields=id&include=languages", vec!["alternates", "id", "languages"]), ("fields=id&include=alternates", vec!["id"])] {
            assert_eq!(keys(&rows(query).await["data"][0]), expected.into_iter().collect(), "{query}");
        }
        assert_eq!(keys(&app.anyone().get(&format!("/v1/articles/{}?fields=id&include=languages", stories[0])).await.ok()), ["alternates", "id", "languages"].into());
        // Wherever there are rows.
        for (path, place) in [(format!("/v1/articles/{}/translations", stories[0]), "/data/0"), ("/v1/pages?path=/en".to_owned(), "/articles/data/0"), ("/v1/pages?path=/en/asha-rao".to_owned(), "/articles/data/0")] {
            let between = if path.contains('?') { '&' } else { '?' };
            assert_eq!(of_languages(app.anyone().get(&path).await.ok().pointer(place).unwrap()), [false, false], "{path}");
            assert_eq!(of_languages(app.anyone().get(&format!("{path}{between}include=languages")).await.ok().pointer(place).unwrap()), [true, true], "{path}");
        }
        assert_eq!(of_languages(&app.anyone().get("/v1/pages?path=/en/world/story-0-en").await.ok()["article"]), [true, true]);
        // What is not told is not read.
        let cost = async |query: &str| {
            let before = app.store.statements();
            rows(query).await;
            app.store.statements() - before
        };
        let (without, with) = (cost("limit=5").await, cost("limit=5&include=languages").await);
        assert!(without < with, "{without} statements without, {with} with");
    }

    async fn parts_of_fields_come_alone_wherever_fields_are_asked_for(app) {
        let stories = stories(&app).await;
        let path = format!("/v1/articles/{}", stories[0]);
        let asked = "fields=headline,section.name,section.path.slug,credits.authors.name,alternates.locale,lead.url,tags.kind";
        let expected = json!({ "headline": "Story 0 en", "section": { "name": "World", "path": [{ "slug": "world" }] }, "credits": [{ "authors": [{ "name": "Asha Rao" }] }],
            "alternates": [{ "locale": "en" }, { "locale": "hi" }], "lead": null, "tags": [{ "kind": "topic" }] });
        for (query, place) in [(path.clone(), ""), ("/v1/articles/by-slug/story-0-en".to_owned(), ""), ("/v1/articles?sort=published_at&limit=1".to_owned(), "/data/0"), (format!("{path}/translations"), "/data/0")] {
            let between = if query.contains('?') { '&' } else { '?' };
            assert_eq!(app.anyone().get(&format!("{query}{between}{asked}")).await.ok().pointer(place).unwrap(), &expected, "{query}");
            for unknown in ["section.nothing", "headline.name", "section.", ".name", "section..name", "alternates.0", "section.name.length", "body.content", "related.id", "section.path.slug.x", "Section.name", "section.%20name"] {
                app.anyone().get(&format!("{query}{between}fields=id,{unknown}")).await.refused(400, "malformed");
            }
        }
        let list = app.anyone().get("/v1/articles?fields=section.name,id&limit=2").await;
        assert_eq!(list.ok()["data"][0], json!({ "id": stories[5], "section": { "name": "World" } }));
        assert!(list.header("link").unwrap().contains("fields=id%2Csection.name"), "the next page is of the same shape: {:?}", list.header("link"));
        // A field that is asked for whole comes whole, and a part is read as its field is.
        let whole = app.anyone().get(&format!("{path}?fields=section.name,section")).await.ok();
        assert_eq!(whole["section"], app.anyone().get(&path).await.ok()["section"]);
        let before = app.store.statements();
        app.anyone().get(&format!("{path}?fields=section")).await.ok();
        app.anyone().get(&format!("{path}?fields=tags.kind,lead.url,alternates.locale,credits.authors.name,section.path.slug,section.name,headline")).await.ok();
        assert_eq!(app.store.statements(), before, "the same in other words is the same request");
        // What comes along is told whole.
        let along = app.anyone().get(&format!("{path}?fields=section.name&include=section")).await.ok();
        assert_eq!((&along["section"], along["included"]["sections"][0]["slug"].as_str()), (&json!({ "name": "World" }), Some("world")));
    }
}
