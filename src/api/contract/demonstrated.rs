//! The contract with an answer to every operation, for people.
//!
//! **Context.** What an answer looks like is learned from an answer, and not from a schema; all of them together are half as long as the contract, and
//! generators of clients have no use for them. **Decision.** What `dateline demo` answers to the examples of the contract is kept in
//! `openapi/answers.json`, and is part of the document that Swagger UI reads (`/docs/openapi.json`), not of `/openapi.json`. **Consequence.** The
//! contract stays small. `tests/examples.rs` asks the demo, and fails when it answers something else than what is kept.

use std::collections::BTreeMap;

use serde_json::Value;
use utoipa::openapi::{Components, OpenApi, RefOr, Response, path::Operation};

use super::schemas::operations;

/// What is answered to an operation's example, by the name of the operation.
const ANSWERS: &str = include_str!("../../../openapi/answers.json");

/// Give every operation the answer of the demo.
pub(super) fn demonstrated(mut api: OpenApi) -> OpenApi {
    let mut answers: BTreeMap<String, Value> = serde_json::from_str(ANSWERS).unwrap_or_default();
    let components = api.components.take().unwrap_or_default();
    for operation in api.paths.paths.values_mut().flat_map(operations) {
        if let Some(answer) = operation.operation_id.as_ref().and_then(|name| answers.remove(name)) {
            show(operation, answer, &components);
        }
    }
    api.components = Some(components);
    api
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
