//! Every operation's example works unedited on `dateline demo`, so that whoever reads the contract can carry out any of it as it stands.
//!
//! On `SQLite` only: the demo is that by definition.

mod kept;

use actix_web::http::Method;
use serde_json::{Value, json};

use crate::support::{
    Answer, Client, contract,
    demo::{Copy, Demo, now},
};
use kept::Kept;

/// What is in an example because nobody can know it in advance: the operation, the place in its request, and why.
const UNKNOWABLE: [(&str, &str, &str); 8] = [
    ("sign_in", "/password", "a password is made for each run of the demo, and printed"),
    ("change_password", "/current", "the same"),
    ("refresh_token", "/refresh_token", "a secret of the session that signing in begins"),
    ("turn_off_second_factor", "/password", "the password again"),
    ("confirm_second_factor", "/code", "made of the time and of a secret that beginning with it gives"),
    ("set_password", "/token", "a secret of the link that an administrator makes"),
    ("revoke_signing_key", "{kid}", "made when the database is begun"),
    ("show_preview", "{token}", "signed with the server's own key when the preview is made"),
];

/// What stands there instead.
struct Known {
    password: String,
    refresh: String,
    preview: String,
    kid: String,
}

impl Known {
    fn of(&self, operation: &str) -> Option<(&'static str, &str)> {
        let (_, place, _) = UNKNOWABLE.iter().find(|(name, ..)| *name == operation)?;
        Some((place, if operation == "refresh_token" { &self.refresh } else { &self.password }))
    }
}

/// A request made of nothing but the examples of an operation.
struct Example {
    method: Method,
    operation: String,
    path: String,
    headers: Vec<(String, String)>,
    body: Option<Vec<u8>>,
}

/// All of them; `each` is asked for a path's token.
fn examples(known: &Known) -> Vec<Example> {
    let contract = contract::contract();
    let mut all = Vec::new();
    for (path, item) in contract["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            all.push(example(&contract, (path, method), operation, known));
        }
    }
    all
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn example(contract: &Value, (path, method): (&str, &str), operation: &Value, known: &Known) -> Example {
    let name = text(&operation["operationId"]);
    let (mut path, mut headers, mut query) = (path.to_owned(), Vec::new(), url::form_urlencoded::Serializer::new(String::new()));
    for parameter in operation["parameters"].as_array().into_iter().flatten() {
        let (of, given) = (text(&parameter["name"]), &parameter["example"]);
        if given.is_null() {
            assert_ne!(parameter["required"], true, "{name}: {of} is required and has no example");
            continue;
        }
        let given = match of.as_str() {
            "token" => known.preview.clone(),
            "kid" => known.kid.clone(),
            _ => text(given),
        };
        match parameter["in"].as_str().unwrap() {
            "path" => path = path.replace(&format!("{{{of}}}"), &given),
            "header" => headers.push((of.to_lowercase(), given)),
            _ => drop(query.append_pair(&of, &given)),
        }
    }
    let query = query.finish();
    let path = if query.is_empty() { path } else { format!("{path}?{query}") };
    // What lies at another host cannot be had from here.
    let is_here = |media: &Value| !text(&media["schema"]["$ref"]).ends_with("/MediaFrom");
    let sent = operation["requestBody"]["content"].as_object().and_then(|content| content.iter().find(|(_, media)| is_here(media)));
    let body = sent.map(|(kind, media)| {
        headers.push(("content-type".to_owned(), kind.clone()));
        let schema = text(&media["schema"]["$ref"]);
        let of_schema = contract.pointer(schema.trim_start_matches('#')).map_or(Value::Null, |schema| schema["example"].clone());
        let mut body = if media["example"].is_null() { of_schema } else { media["example"].clone() };
        if let Some((place, known)) = known.of(&name) {
            *body.pointer_mut(place).unwrap() = json!(known);
        }
        text(&body).into_bytes()
    });
    Example { method: method.to_uppercase().parse().unwrap(), operation: name, path, headers, body }
}

/// What an example needs that is made right before it, where it is tried.
async fn made_for(example: &Example, asked: &Client<'_>, copy: Option<&Copy>) -> Option<(&'static str, String)> {
    match example.operation.as_str() {
        "set_password" => {
            let link = "/v1/desk/users/0198c5a1-7f00-7000-8000-000000000604/password-link";
            Some(("/token", text(&asked.post(link, &json!({})).await.ok()["token"])))
        }
        "confirm_second_factor" => {
            let begun = asked.post("/v1/auth/second-factor", &json!({})).await.ok();
            let now = copy.unwrap().0.response_cache.store().now();
            Some(("/code", crate::second_factors::code(&text(&begun["secret"]), now)))
        }
        _ => None,
    }
}

/// What is wrong with an answer to an example, if anything.
fn fault(example: &Example, answer: &Answer) -> Option<String> {
    let results = answer.json()["results"].as_array().cloned().unwrap_or_default();
    let is_done = (200..400).contains(&answer.status)
        && results.iter().all(|one| one["status"].as_u64().is_none_or(|status| status < 300))
        && (example.operation != "import_redirects" || answer.json()["findings"] == json!([]));
    (!is_done).then(|| format!("{} {} ({}): {} {}", example.method, example.path, example.operation, answer.status, answer.text))
}

#[actix_web::test]
async fn every_operation_succeeds_on_a_new_demo_with_nothing_but_the_examples_of_the_contract() {
    let begun = now();
    let demo = Demo::new();
    let credentials = json!({ "email": "admin@example.org", "password": demo.password });
    let itself = demo.itself().await;
    let session = itself.with(None).post("/v1/auth/token", &credentials).await.ok();
    let token = session["access_token"].as_str();
    let mut known =
        Known { password: demo.password.clone(), refresh: text(&session["refresh_token"]), preview: String::new(), kid: String::new() };
    // What only reads is asked of one copy, and each write of one of its own.
    let read = demo.copy().await;
    let previews = examples(&known).into_iter().find(|e| e.operation == "create_preview").unwrap();
    let made = read.with(token).post(&previews.path, &json!({})).await.ok();
    known.preview = text(&made["token"]);
    known.kid = text(&read.with(token).get("/v1/desk/keys").await.ok()["data"][0]["kid"]);
    let (mut faults, mut tried, mut kept) = (Vec::new(), 0, Kept::default());
    for mut example in examples(&known) {
        let own = if example.method == Method::GET { None } else { Some(demo.copy().await) };
        let asked = own.as_ref().unwrap_or(&read).with(token);
        if let Some((place, known)) = made_for(&example, &asked, own.as_ref()).await {
            let mut body: Value = serde_json::from_slice(example.body.as_ref().unwrap()).unwrap();
            *body.pointer_mut(place).unwrap() = json!(known);
            example.body = Some(body.to_string().into_bytes());
        }
        let headers: Vec<(&str, &str)> = example.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let answer = asked.send(example.method.clone(), &example.path, &headers, example.body.clone()).await;
        faults.extend(fault(&example, &answer));
        kept.keep(&example.operation, answer.json(), begun);
        tried += 1;
    }
    // Until here nothing of it was written, so that the copies are whole.
    drop(itself);
    assert!(tried > 140, "{tried}");
    assert!(faults.is_empty(), "{} of {tried}:\n{}", faults.len(), faults.join("\n"));
    kept.compare();
}

#[actix_web::test]
async fn a_demo_that_is_started_again_has_nothing_twice_and_lets_its_administrator_in_with_another_password() {
    let mut demo = Demo::new();
    let before = everything(&demo).await;
    let first = demo.password.clone();
    demo.start();
    assert_ne!(demo.password, first);
    assert_eq!(everything(&demo).await, before);
    let copy = demo.copy().await;
    // Whoever is of the demo has a password that nobody knows, and is refused as anybody is.
    for who in ["kavya@example.org", "rohan@example.org", "nobody@example.org"] {
        let guess = json!({ "email": who, "password": "a sentence that is guessed" });
        copy.with(None).post("/v1/auth/token", &guess).await.refused(401, "wrong-credentials");
    }
    // What is made from now on has ids of now, which begin otherwise.
    let token = token(&demo, &copy).await;
    let made = copy
        .with(Some(&token))
        .post("/v1/desk/tags", &json!({ "kind": "topic", "translations": { "en": { "name": "Tides" } } }))
        .await
        .ok();
    assert!(!text(&made["id"]).starts_with("0198c5a1-7f00-7000-8000-"), "{made}");
}

async fn token(demo: &Demo, copy: &crate::support::demo::Copy) -> String {
    let credentials = json!({ "email": "admin@example.org", "password": demo.password });
    text(&copy.with(None).post("/v1/auth/token", &credentials).await.ok()["access_token"])
}

/// The ids of what a demo has.
async fn everything(demo: &Demo) -> Vec<String> {
    let copy = demo.copy().await;
    let token = token(demo, &copy).await;
    let mut all = Vec::new();
    let paged =
        ["articles", "authors", "tags", "redirects", "releases", "schedule", "users", "trash"].map(|list| format!("{list}?limit=100"));
    for list in paged.into_iter().chain(["sections", "menus", "collections", "comments"].map(str::to_owned)) {
        let answer = copy.with(Some(&token)).get(&format!("/v1/desk/{list}")).await;
        all.extend(answer.ok()["data"].as_array().unwrap().iter().map(|one| format!("{list} {}", text(&one["id"]))));
    }
    assert!(all.len() > 50, "{all:?}");
    all.sort();
    all
}
