//! The contract with an answer to every operation, for people.
//!
//! **Context.** What an answer looks like is learned from an answer, and not from a schema; all of them together are half as long as the contract, and
//! generators of clients have no use for them. **Decision.** What `dateline demo` answers to the examples of the contract is kept in
//! `openapi/answers.json`, and is part of the document that Swagger UI reads (`/docs/openapi.json`), not of `/openapi.json`. What bodies consist of is
//! left out of it, for Swagger UI resolves all of that anew for each operation; and it is in OpenAPI 3.0, for of 3.1 Swagger UI resolves a whole document before it shows
//! any of it. **Consequence.** The contract stays small, and whoever opens Swagger UI sees operations in less than half the time. `tests/examples.rs` asks the demo, and fails when it answers something else than what is kept.

use std::collections::BTreeMap;

use serde_json::Value;
use utoipa::openapi::{
    Components, ObjectBuilder, OpenApi, RefOr, Response,
    path::Operation,
    schema::Type,
    security::{AuthorizationCode, Flow, SecurityScheme},
};

use super::{schemas::operations, shared::sweep};

/// What is answered to an operation's example, by the name of the operation.
const ANSWERS: &str = include_str!("../../../openapi/answers.json");

/// What is told of in short, for it holds itself: a tree of some twenty kinds.
const TREES: [(&str, &str); 2] = [
    ("BodyNode", "A node of a body, with those within it; the contract has its kinds, and so has `GET /v1/schemas/body.json`."),
    ("PortableTextBlock", "A block of a body; the contract has its kinds."),
];

/// The document, as JSON, with the answer of the demo to every operation.
pub(super) fn demonstrated(mut api: OpenApi, single_sign_on: bool) -> String {
    let mut answers: BTreeMap<String, Value> = serde_json::from_str(ANSWERS).unwrap_or_default();
    let components = api.components.take().unwrap_or_default();
    for operation in api.paths.paths.values_mut().flat_map(operations) {
        if let Some(answer) = operation.operation_id.as_ref().and_then(|name| answers.remove(name)) {
            show(operation, answer, &components);
        }
    }
    api.components = Some(components);
    let components = api.components.get_or_insert_default();
    if single_sign_on && let Some(RefOr::T(SecurityScheme::OAuth2(token))) = components.security_schemes.get_mut("token") {
        // Of this server alone; a scheme of two flows is more than some generators can do.
        token.flows.extend(by_code(&token.flows));
    }
    let schemas = &mut components.schemas;
    for (name, told) in TREES {
        let short = ObjectBuilder::new().schema_type(Type::Object).description(Some(told)).build();
        schemas.insert(name.to_owned(), short.into());
    }
    sweep(&mut api);
    let mut document = serde_json::to_value(api).unwrap_or_default();
    in_older_words(&mut document);
    if let Some(version) = document.get_mut("openapi") {
        *version = "3.0.3".into();
    }
    document.to_string()
}

/// Say of schemas in the words of OpenAPI 3.0 what may be null. What is given as an example or a value stays what it is.
fn in_older_words(value: &mut Value) {
    let object = match value {
        Value::Array(all) => return all.iter_mut().for_each(in_older_words),
        Value::Object(object) => object,
        _ => return,
    };
    let is_value = |name: &str| matches!(name, "example" | "examples" | "default" | "enum");
    for (name, value) in object.iter_mut().filter(|(name, _)| !is_value(name)) {
        match value {
            // Whatever these are called, each is a schema.
            Value::Object(named) if name == "properties" => named.values_mut().for_each(in_older_words),
            value => in_older_words(value),
        }
    }
    let mut nullable = false;
    if let Some(Value::Array(types)) = object.get_mut("type") {
        let before = types.len();
        types.retain(|one| one != "null");
        nullable = types.len() < before;
        let one = if types.len() == 1 { types.pop() } else { None };
        match one {
            Some(one) => drop(object.insert("type".to_owned(), one)),
            None => drop(object.remove("type")),
        }
    }
    for name in ["oneOf", "anyOf"] {
        let Some(Value::Array(all)) = object.get_mut(name) else { continue };
        let before = all.len();
        all.retain(|one| one.get("type").is_none_or(|of| of != "null"));
        nullable |= all.len() < before;
        if all.len() == 1 && before > 1 {
            let only = object.remove(name).unwrap_or_default();
            object.insert("allOf".to_owned(), only);
        }
    }
    if nullable {
        object.insert("nullable".to_owned(), true.into());
    }
}

/// The flow by way of the OpenID provider, for whatever the flow by password is for.
fn by_code(flows: &BTreeMap<String, Flow>) -> Option<(String, Flow)> {
    let Some(Flow::Password(password)) = flows.get("password") else { return None };
    let mut code = AuthorizationCode::new("/v1/auth/authorize", &password.token_url, password.scopes.clone());
    code.refresh_url.clone_from(&password.refresh_url);
    Some(("authorizationCode".to_owned(), Flow::AuthorizationCode(code)))
}

/// Show it as the example of what is answered when all goes well.
fn show(operation: &mut Operation, answer: Value, components: &Components) {
    let done = operation.responses.responses.iter_mut().find(|(status, _)| matches!(status.as_str(), "200" | "201" | "202"));
    let Some((_, response)) = done else { return };
    // One that operations share has an example for each of them.
    if let Some(mut whole) = whole(response, components) {
        if let Some(RefOr::T(content)) = whole.content.values_mut().next() {
            content.example = Some(answer);
        }
        *response = RefOr::T(whole);
    }
}

/// The response itself, where it is one that is referred to.
fn whole(response: &RefOr<Response>, components: &Components) -> Option<Response> {
    match response {
        RefOr::T(response) => Some(response.clone()),
        RefOr::Ref(to) => match components.responses.get(to.ref_location.rsplit('/').next()?)? {
            RefOr::T(response) => Some(response.clone()),
            RefOr::Ref(_) => None,
        },
    }
}
