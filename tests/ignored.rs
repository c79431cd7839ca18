//! Whatever a request says is heard or refused; nothing of it is passed over without a word.

use std::collections::BTreeMap;

use actix_web::http::Method;
use serde_json::{Value, json};

use crate::{
    scopes::{Requests, house, stories},
    support::{Client, TestApp},
};

fn contract() -> Value {
    crate::support::contract::contract()
}

/// A path that an operation may have, where nothing is known of what is there.
pub(crate) fn filled(path: &str) -> String {
    let part = |(n, part): (usize, &str)| match (n % 2, part) {
        (0, literal) => literal.to_owned(),
        (_, "slug" | "token") => "a-river".to_owned(),
        (_, "locale") => "en".to_owned(),
        (_, "version" | "revision" | "number" | "from" | "to") => "1".to_owned(),
        _ => "0198c5a1-7f00-7000-8000-000000000001".to_owned(),
    };
    path.split(['{', '}']).enumerate().map(part).collect()
}

/// Every operation of the contract: its method, a path and its body; where one is known, a request that does what it is for.
pub(crate) async fn requests(app: &TestApp, admin: &Client<'_>) -> BTreeMap<String, (Method, String, String, Option<Vec<u8>>)> {
    let (other, world) = (app.editor().await, app.section("world", "दुनिया").await);
    let mut known = Requests::default();
    stories(admin, &other, &world, &mut known).await;
    house(admin, &mut known).await;
    let mut all = BTreeMap::new();
    for (path, item) in contract()["paths"].as_object().unwrap() {
        for method in item.as_object().unwrap().keys() {
            let name = format!("{} {path}", method.to_uppercase());
            let body = (method != "get").then(|| b"{}".to_vec());
            let method = Method::from_bytes(method.to_uppercase().as_bytes()).unwrap();
            all.insert(name, (method, filled(path), "\"1\"".to_owned(), body));
        }
    }
    for request in known.0 {
        let (_, body) = request.sent();
        let (_, path, etag, old) = all.get_mut(request.operation).unwrap();
        (*path, *etag, *old) = (request.path, request.etag, body);
    }
    let key = admin.post("/v1/auth/api-keys", &json!({ "name": "Wires" })).await.ok();
    let (_, path, _, body) = all.get_mut("PATCH /v1/auth/api-keys/{id}").unwrap();
    (*path, *body) =
        (format!("/v1/auth/api-keys/{}", key["id"].as_str().unwrap()), Some(json!({ "name": "Wires" }).to_string().into_bytes()));
    all
}

/// Something else in the place of a value.
fn other_than(value: &Value, property: &Value) -> Value {
    match value {
        Value::Null if property["format"] == "date-time" => json!("2099-01-01T00:00:00Z"),
        Value::Null => json!("0198c5a1-7f00-7000-8000-00000000000f"),
        Value::Bool(value) => json!(!value),
        Value::Number(value) => json!(value.as_i64().unwrap() + 1),
        Value::String(value) => json!(format!("{value}x")),
        Value::Array(_) => json!(["hi"]),
        Value::Object(_) => json!({ "hi": { "name": "Else", "headline": "Else" } }),
    }
}

both! {
    async fn a_parameter_that_an_operation_does_not_know_is_refused_by_every_one_and_nothing_is_done(app) {
        let admin = app.admin().await;
        let all = requests(&app, &admin).await;
        let last = || app.store.read_now(dateline::store::changes::last).unwrap();
        let (before, mut wrong) = (last(), Vec::new());
        for (name, (method, path, etag, body)) in &all {
            for unknown in ["validate_onyl=true", "validate-only=true&limit=", "Validate_only=true", "%00=1"] {
                // A parameter that is known says nothing of one that is not.
                for also in ["", "validate_only=true&"] {
                    if method == Method::GET && !also.is_empty() {
                        continue;
                    }
                    let headers = [("content-type", "application/json"), ("if-match", etag.as_str())];
                    let answer = admin.send(method.clone(), &format!("{path}?{also}{unknown}"), &headers, body.clone()).await;
                    let named = unknown.split('=').next().unwrap().replace("%00", "\0");
                    let told = answer.violations().iter().any(|(pointer, _)| *pointer == format!("?{named}"));
                    if answer.status != 400 || !told {
                        wrong.push(format!("{name} {also}{unknown}: {} {}", answer.status, answer.text));
                    }
                }
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
        assert_eq!(last(), before);
    }

    async fn every_property_that_a_patch_may_name_changes_something_or_is_refused(app) {
        let admin = app.admin().await;
        let (contract, all) = (contract(), requests(&app, &admin).await);
        let (mut wrong, mut tried) = (Vec::new(), 0);
        for (name, (_, path, ..)) in all.iter().filter(|(name, _)| name.starts_with("PATCH ")) {
            let operation = &contract["paths"][name.trim_start_matches("PATCH ")]["patch"];
            // What is no merge patch knows its fields, or says so.
            let Some(content) = operation["requestBody"]["content"].get("application/merge-patch+json") else { continue };
            let schema = content["schema"]["$ref"].as_str().unwrap().rsplit('/').next().unwrap();
            // What is one's own is not only tried.
            let trial = if path.starts_with("/v1/desk/") { format!("{path}?validate_only=true") } else { path.clone() };
            let (etag, shown) = match admin.get(path).await {
                there if there.status == 200 => (there.header("etag").unwrap_or("\"1\"").to_owned(), there.json()),
                // Shown in lists alone.
                _ => ("\"1\"".to_owned(), admin.patch(&trial, "\"1\"", &json!({})).await.ok()),
            };
            let mut properties = contract["components"]["schemas"][schema]["properties"].as_object().unwrap().clone();
            // What it is a patch on shows more, which cannot be written.
            let resource = contract["components"]["schemas"][schema.strip_suffix("Patch").unwrap()]["properties"].as_object().unwrap();
            resource.iter().for_each(|(name, described)| {
                properties.entry(name).or_insert_with(|| described.clone());
            });
            for (property, described) in &properties {
                let before = shown.get(property).unwrap_or(&Value::Null);
                let patch = json!({ property: other_than(before, described) });
                let answer = admin.patch(&trial, &etag, &patch).await;
                tried += 1;
                let told = answer.text.contains(&format!("#/{property}"));
                let changed = answer.status == 200 && answer.json().get(property).unwrap_or(&Value::Null) != before;
                if !told && !changed && property != "note" && property != "password" {
                    wrong.push(format!("{name} {patch}: {} {}", answer.status, answer.text));
                }
                // What is there already may be sent back.
                let same = json!({ property: before });
                let answer = admin.patch(&trial, &etag, &same).await;
                if answer.status != 200 {
                    wrong.push(format!("{name} {same}: {} {}", answer.status, answer.text));
                }
            }
            // All of it as well.
            let answer = admin.patch(&trial, &etag, &shown).await;
            if answer.status != 200 {
                wrong.push(format!("{name}, as it is: {} {}", answer.status, answer.text));
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
        assert!(tried > 100, "{tried}");
        // Nor in a bulk, where what only follows from other words is not worked out.
        let world = app.section("world", "दुनिया").await;
        let story = admin.story(&world, "Floods").await;
        for (freshness, body) in [(json!({ "status": "stale" }), Value::Null), (json!({ "status": "current" }), json!({ "format": "text", "content": "One." }))] {
            let mut patch = json!({ "headline": "Floods again", "freshness": freshness });
            if !body.is_null() {
                patch["body"] = body;
            }
            let operation = json!({ "verb": "revise_translation", "article_id": story.rsplit('/').next().unwrap(), "locale": "en", "version": 1, "body": patch });
            let answer = admin.post("/v1/desk/bulk", &json!({ "atomic": true, "operations": [operation] })).await;
            assert!(answer.status == 422 && answer.text.contains("body/freshness"), "{}", answer.text);
        }
    }
}
