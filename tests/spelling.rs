//! Lists in a query, however clients spell them: over every operation of the contract that takes one.

use serde_json::{Value, json};

use crate::support::{TestApp, contract::contract};

/// What two values of a list parameter can be.
async fn two_values(app: &TestApp, path: &str, parameter: &Value) -> [String; 2] {
    let (contract, items) = (contract(), &parameter["schema"]["items"]);
    let items = items["$ref"].as_str().and_then(|to| contract.pointer(to.trim_start_matches('#'))).unwrap_or(items);
    if let Some(words) = items["enum"].as_array() {
        return [0, 1].map(|n| words[n].as_str().unwrap().to_owned());
    }
    // The desk names things by id.
    let desk = path.starts_with("/v1/desk/");
    match parameter["name"].as_str().unwrap() {
        "locale" => ["en".to_owned(), "hi".to_owned()],
        "assignee" | "creator" => ["me".to_owned(), "00000000-0000-0000-0000-000000000001".to_owned()],
        "section" if desk => [app.section("world", "दुनिया").await, "00000000-0000-0000-0000-000000000001".to_owned()],
        "author" if desk => [app.author("asha", "Asha Rao").await, "00000000-0000-0000-0000-000000000001".to_owned()],
        "tag" if desk => [app.imported("tag", "a").await, "00000000-0000-0000-0000-000000000001".to_owned()],
        "section" | "not_section" => [app.section("world", "दुनिया").await, "tech".to_owned()],
        "author" | "not_author" => ["asha-rao".to_owned(), "00000000-0000-0000-0000-000000000001".to_owned()],
        "tag" | "tag_all" | "not_tag" => ["rivers".to_owned(), "00000000-0000-0000-0000-000000000001".to_owned()],
        "id" | "not_id" => ["00000000-0000-0000-0000-000000000002".to_owned(), "00000000-0000-0000-0000-000000000001".to_owned()],
        other => panic!("say what the list `{other}` is tried with"),
    }
}

both! {
    async fn a_list_is_the_same_in_all_three_spellings_and_what_is_none_is_refused_twice(app) {
        let admin = app.admin().await;
        let (world, _) = (app.section("world", "दुनिया").await, app.section("tech", "टेक").await);
        app.import(&json!({ "type": "tag", "key": "a", "kind": "topic", "translations": { "en": { "name": "Rivers" } } }));
        let (rivers, asha) = (app.imported("tag", "a").await, app.author("asha", "Asha Rao").await);
        let story = admin.story(&world, "River rises").await;
        let facts = json!({ "tags": [rivers], "credits": [{ "role": "written_by", "author_id": asha }] });
        admin.patch(&story, "\"1\"", &facts).await.ok();
        admin.publish(&story, &["en"]).await.ok();
        admin.post("/v1/desk/collections", &json!({ "slug": "river-rises", "names": { "en": "Rivers" } })).await.ok();
        let (mut lists, mut others) = (0, 0);
        for (path, item) in contract()["paths"].as_object().unwrap() {
            let parameters = item["get"]["parameters"].as_array().cloned().unwrap_or_default();
            let asked = |parameter: &&Value| parameter["in"] == "query";
            let is_list = |parameter: &Value| parameter["schema"]["type"] == "array";
            if !parameters.iter().filter(asked).any(is_list) {
                continue;
            }
            let to = path.replace("{id}", story.rsplit('/').next().unwrap()).replace("{slug}", "river-rises");
            let sign = match path.as_str() {
                "/v1/pages" | "/v1/desk/pages" => "?path=/en/world&",
                "/v1/desk/archive/pages" => "?path=/en/world&as_of=2026-03-01T08:00:00Z&",
                "/v1/search" | "/v1/desk/search" => "?q=river&",
                _ if path.contains("/archive/") => "?as_of=2026-03-01T08:00:00Z&",
                _ => "?",
            };
            for parameter in parameters.iter().filter(asked) {
                let name = parameter["name"].as_str().unwrap();
                if !is_list(parameter) {
                    let twice = admin.get(&format!("{to}{sign}{name}=1&{name}=1")).await;
                    assert_eq!(twice.status, 400, "{to} {name}: {}", twice.text);
                    assert!(twice.violations().iter().any(|(place, _)| *place == format!("?{name}")), "{to} {name}: {}", twice.text);
                    let marked = admin.get(&format!("{to}{sign}{name}[]=1")).await;
                    assert_eq!(marked.status, 400, "{to} {name}: {}", marked.text);
                    // Beside it what is needed may be missing.
                    assert!(marked.violations().contains(&(format!("?{name}[]"), "unknown_parameter".to_owned())), "{to}: {}", marked.text);
                    others += 1;
                    continue;
                }
                let [a, b] = two_values(&app, path, parameter).await;
                let first = admin.get(&format!("{to}{sign}{name}={a},{b}")).await;
                first.ok();
                for spelled in [format!("{name}={a}&{name}={b}"), format!("{name}[]={a}&{name}[]={b}"), format!("{name}%5B%5D={a}&{name}={b}")] {
                    let answer = admin.get(&format!("{to}{sign}{spelled}")).await;
                    assert_eq!((answer.status, &answer.text), (first.status, &first.text), "{to} {spelled}");
                }
                let alone = [format!("{name}={a}"), format!("{name}[]={a}")];
                let [plain, marked] = [admin.get(&format!("{to}{sign}{}", alone[0])).await, admin.get(&format!("{to}{sign}{}", alone[1])).await];
                assert_eq!((plain.ok(), plain.status), (marked.json(), marked.status), "{to} {name}");
                lists += 1;
            }
        }
        assert!(lists >= 19 && others > 10, "{lists} lists, {others} others");
        // What is repeated is counted with the rest.
        let many = (0..300).map(|n| format!("a{n}")).collect::<Vec<_>>().join(",");
        app.anyone().get(&format!("/v1/articles?fields={many}&fields=id")).await.refused(400, "malformed");
    }
}
