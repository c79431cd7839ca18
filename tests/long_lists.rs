//! Lists that are too long: each that a request can hold is refused before the database is asked.

use actix_web::http::Method;
use serde_json::{Map, Value, json};

const MANY: usize = 40_000;

fn resolved<'c>(contract: &'c Value, schema: &'c Value) -> &'c Value {
    match schema["$ref"].as_str() {
        Some(at) => resolved(contract, contract.pointer(at.trim_start_matches('#')).unwrap()),
        None => schema,
    }
}

fn is_body(contract: &Value, schema: &Value) -> bool {
    schema["oneOf"].as_array().is_some_and(|forms| forms.iter().any(|f| resolved(contract, f)["properties"]["format"].is_object()))
}

/// Requests with one list or map that is too long, by the path to it.
fn too_long(contract: &Value, schema: &Value, depth: usize) -> Vec<(String, Value)> {
    let schema = resolved(contract, schema);
    if depth > 5 || is_body(contract, schema) {
        return Vec::new();
    }
    let mut found = Vec::new();
    for form in ["oneOf", "anyOf", "allOf"].iter().flat_map(|k| schema[*k].as_array().into_iter().flatten()) {
        found.extend(too_long(contract, form, depth + 1));
    }
    if schema["items"].is_object() {
        found.push((String::new(), Value::Array(vec![json!("0198c5a1-7f00-7000-8000-000000000001"); MANY])));
        found.extend(too_long(contract, &schema["items"], depth + 1).into_iter().map(|(at, v)| (format!("/0{at}"), json!([v]))));
    }
    if schema["additionalProperties"].is_object() {
        let map: Map<String, Value> = (0..MANY).map(|n| (format!("x{n}"), json!({}))).collect();
        found.push((String::new(), Value::Object(map)));
        let inner = too_long(contract, &schema["additionalProperties"], depth + 1);
        found.extend(inner.into_iter().map(|(at, v)| (format!("/en{at}"), json!({ "en": v }))));
    }
    for (name, property) in schema["properties"].as_object().into_iter().flatten() {
        found.extend(
            too_long(contract, property, depth + 1).into_iter().map(|(at, v)| (format!("/{name}{at}"), json!({ name.as_str(): v }))),
        );
    }
    found
}

both! {
    async fn every_list_of_every_request_is_refused_when_it_is_too_long(app) {
        let contract = crate::support::contract::contract();
        let admin = app.admin().await;
        let statements = app.store.statements();
        let (mut lists, mut requests) = (0, 0);
        for (path, item) in contract["paths"].as_object().unwrap() {
            for (method, operation) in item.as_object().unwrap() {
                for (media, sent) in operation["requestBody"]["content"].as_object().into_iter().flatten() {
                    requests += 1;
                    // A form is no JSON; the lists of what is said in its part are those of the same in JSON.
                    if media == "multipart/form-data" {
                        continue;
                    }
                    let mut long = too_long(&contract, &sent["schema"], 0);
                    // What it is a patch on has lists that only answers carry: who sends them back may send them longer.
                    if let Some(resource) = sent["schema"]["$ref"].as_str().and_then(|schema| schema.strip_suffix("Patch")) {
                        long.extend(too_long(&contract, &json!({ "$ref": resource }), 0));
                    }
                    for (at, body) in long {
                        let mut to = path.replace("{locale}", "hi").replace("{version}", "1").replace("{token}", "x").replace("{slug}", "x").replace("{kid}", "x");
                        for id in ["{id}", "{grant_id}"] {
                            to = to.replace(id, "0198c5a1-7f00-7000-8000-000000000001");
                        }
                        let method = Method::from_bytes(method.to_uppercase().as_bytes()).unwrap();
                        let answer = admin.send(method.clone(), &to, &[("content-type", media), ("if-match", "\"1\"")], Some(body.to_string().into_bytes())).await;
                        lists += 1;
                        // What anybody may send is refused by its length before it is read, and so is what is said of a file.
                        if path.starts_with("/v1/auth") || operation["operationId"] == "add_media" || operation["operationId"] == "replace_media_file" {
                            answer.refused(413, "too-large");
                            continue;
                        }
                        answer.refused(422, "invalid");
                        // Where its entries are objects the whole takes too much memory, which is seen before it is made.
                        let named = [format!("#{at}"), "#".to_owned()].map(|pointer| (pointer, "too_many".to_owned()));
                        assert!(answer.violations().iter().any(|v| named.contains(v)), "{method} {path} {at}: {}", answer.text);
                    }
                }
            }
        }
        assert!(requests >= 40 && lists >= 40, "{requests} {lists}");
        // Whoever calls is looked up for each; the lists are not.
        assert!(app.store.statements() - statements < i64::from(lists) * 8, "{} for {lists}", app.store.statements() - statements);
    }

    async fn a_list_within_the_general_limit_and_beyond_its_own_is_refused_by_its_own(app) {
        let editor = app.editor().await;
        let section = app.section("world", "दुनिया").await;
        let ids: Vec<String> = (0..150).map(|n| format!("0198c5a1-7f00-7000-8000-{n:012}")).collect();
        let credits: Vec<Value> = ids.iter().map(|id| json!({ "role": "written_by", "author_id": id })).collect();
        let sent = json!({ "kind": "story", "section_id": section, "source_locale": "en", "tags": ids, "credits": credits,
            "translations": { "en": { "headline": "Long" } } });
        let refused = editor.post("/v1/desk/articles", &sent).await;
        refused.refused(422, "invalid");
        for list in ["#/tags", "#/credits"] {
            assert!(refused.violations().contains(&(list.to_owned(), "too_many".to_owned())), "{}", refused.text);
        }
        assert!(refused.violations().iter().all(|(_, code)| code != "unknown_tag" && code != "unknown_author"), "{}", refused.text);
        for (path, list) in [("/v1/articles", "include"), ("/v1/articles", "fields"), ("/v1/pages", "include")] {
            let answer = app.anyone().get(&format!("{path}?{list}={}", vec!["x"; 9_000].join(","))).await;
            assert_eq!(answer.status, 400, "{path} {list}: {}", answer.text);
        }
    }
}
