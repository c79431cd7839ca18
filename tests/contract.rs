//! The contract: committed, complete, and kept.

use serde_json::Value;

use crate::support::{TestApp, committed};

#[test]
fn the_committed_contract_is_the_one_that_is_served() {
    let made = dateline::api::contract::Contract::new(&dateline::app::openapi());
    assert!(made.document() == committed("openapi/v1.json"), "run `just openapi` and commit openapi/v1.json");
}

#[test]
fn every_operation_says_what_it_does_and_how_it_fails() {
    let contract: Value = serde_json::from_str(&committed("openapi/v1.json")).unwrap();
    let mut ids = Vec::new();
    for (path, item) in contract["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let at = format!("{method} {path}");
            assert!(operation["summary"].as_str().is_some_and(|s| s.ends_with('.')), "{at} has no summary");
            let problem = &operation["responses"]["default"]["content"]["application/problem+json"]["schema"]["$ref"];
            assert_eq!(problem, "#/components/schemas/Problem", "{at}");
            assert_eq!(
                path.starts_with("/v1/desk/"),
                operation["security"].as_array().is_some_and(|s| s[0]["token"] != serde_json::json!([])),
                "{at}"
            );
            ids.push(operation["operationId"].as_str().unwrap().to_owned());
        }
    }
    let count = ids.len();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), count, "operation ids are unique");
    assert!(count > 50);
}

#[test]
fn every_body_that_is_sent_has_an_example() {
    let contract: Value = serde_json::from_str(&committed("openapi/v1.json")).unwrap();
    let mut without = Vec::new();
    for (path, item) in contract["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            for (_, media) in operation["requestBody"]["content"].as_object().into_iter().flatten() {
                let name = media["schema"]["$ref"].as_str().and_then(|r| r.strip_prefix("#/components/schemas/")).unwrap_or_default();
                let schema = &contract["components"]["schemas"][name];
                if media["example"].is_null() && schema["example"].is_null() {
                    without.push(format!("{method} {path}"));
                }
            }
        }
    }
    assert_eq!(without, Vec::<String>::new());
}

#[actix_web::test]
async fn the_documentation_is_served_and_asks_nobody_else() {
    let app = TestApp::sqlite().await;
    let redirect = app.anyone().get("/docs").await;
    assert_eq!((redirect.status, redirect.header("location")), (308, Some("/docs/")));
    let page = app.anyone().get("/docs/").await;
    assert_eq!(page.status, 200);
    assert!(page.header("content-security-policy").unwrap().contains("script-src 'self'"));
    let script = app.anyone().get("/docs/swagger-initializer.js").await;
    assert!(script.text.contains("/openapi.json") && script.text.contains("\"validatorUrl\": \"none\""), "{}", script.text);
    assert_eq!(app.anyone().get("/openapi.json").await.text, committed("openapi/v1.json"));
}

#[actix_web::test]
async fn health_tells_operators_how_the_server_is() {
    let app = TestApp::sqlite().await;
    for path in ["/health/live", "/health/ready"] {
        let answer = app.anyone().get(path).await;
        assert_eq!((answer.ok()["status"].as_str(), answer.header("cache-control")), (Some("ok"), Some("no-store")));
    }
}

/// The numbers of the page about limits are those of the code.
#[test]
fn the_page_about_limits_says_what_is_enforced() {
    use dateline::domain::{
        error::FAULTS,
        text::{Length, limits as l},
    };
    let text = |Length { min, max }: Length| if min == 0 { max.to_string() } else { format!("{min} to {max}") };
    let rows = [
        ("headline", text(l::HEADLINE)),
        ("title for search engines", text(l::SEO_TITLE)),
        ("summary", text(l::SUMMARY)),
        ("name of a site, section, author, tag, user or locale", text(l::NAME)),
        ("description of a section or tag, bio of an author", text(l::DESCRIPTION)),
        ("alternative text", text(l::ALT)),
        ("caption", text(l::CAPTION)),
        ("credit line of a picture", text(l::CREDIT)),
        ("label of a credit role", text(l::LABEL)),
        ("note on a save", text(l::NOTE)),
        ("comment", text(l::COMMENT)),
        ("correction, in one locale", text(l::CORRECTION)),
        ("reason for a step that needs one", text(l::REASON)),
        ("slug", format!("{} code points", l::SLUG)),
        ("URL", format!("{} bytes", l::URL)),
        ("key in a bundle or of a credit role", format!("{} bytes", l::KEY)),
        ("tags of an article", l::TAGS.to_string()),
        ("credits of an article", l::CREDITS.to_string()),
        ("items of a release", l::RELEASE_ITEMS.to_string()),
        ("operations of a bulk request", l::BULK.to_string()),
        ("blocks that a correction names", l::CORRECTION_BLOCKS.to_string()),
        ("seconds that a preview lives", format!("60 to {}", dateline::domain::preview::MAX_SECONDS)),
        ("days that the trash keeps what was never public", (dateline::desk::trash::KEPT_SECONDS / 86_400).to_string()),
        ("locales of a site", l::LOCALES.to_string()),
        ("former URL patterns of a site", l::FORMER_PATTERNS.to_string()),
        ("former tags of a locale", l::FORMER_TAGS.to_string()),
        ("rows of a table of redirects", l::REDIRECT_ROWS.to_string()),
        ("sections of a site", l::SECTIONS.to_string()),
        ("sections above one another", l::SECTION_DEPTH.to_string()),
        ("body, as a document", format!("{} bytes", l::BODY_BYTES)),
        ("nodes of a body", l::BODY_NODES.to_string()),
        ("levels of a body", l::BODY_DEPTH.to_string()),
        ("references of a body, and paths of the site that are looked up for one save", l::BODY_REFERENCES.to_string()),
        ("columns that a cell of a table spans", l::COLSPAN.to_string()),
        ("rows that a cell of a table spans", l::ROWSPAN.to_string()),
        ("any other list or map of a request", l::LIST.to_string()),
        ("elements and comments of HTML", l::HTML_ELEMENTS.to_string()),
        ("levels of HTML", l::HTML_DEPTH.to_string()),
        ("attributes of one element of HTML", l::HTML_ATTRIBUTES.to_string()),
        ("lines, and characters that may be signs, of Markdown", l::MARKDOWN_SIGNS.to_string()),
        ("quotations and lists that one line of Markdown opens", l::MARKDOWN_DEPTH.to_string()),
        ("combining marks in a row", l::MARKS.to_string()),
        ("faults that one answer names", FAULTS.to_string()),
        ("bodies of an answer that holds several", format!("{} bytes", l::ANSWER_BODIES)),
        ("one request", format!("{} bytes", l::REQUEST_BYTES)),
        ("one request to `/v1/auth`", format!("{} bytes", l::SIGN_IN_BYTES)),
        ("request line", format!("{} bytes", dateline::api::clients::MAX_LINE)),
        ("head of a request", format!("{} bytes", dateline::api::clients::MAX_HEAD)),
        ("parameters of a query", l::PARAMETERS.to_string()),
    ];
    let page = committed("docs/limits.md");
    let table: Vec<_> = page.lines().filter(|line| line.starts_with("| ")).skip(2).collect();
    assert_eq!(table, rows.map(|(what, limit)| format!("| {what} | {limit} |")));
}

#[test]
fn every_reference_leads_somewhere() {
    fn references(value: &Value, found: &mut Vec<String>) {
        match value {
            Value::Object(map) => {
                found.extend(map.get("$ref").and_then(Value::as_str).map(str::to_owned));
                map.values().for_each(|inner| references(inner, found));
            }
            Value::Array(items) => items.iter().for_each(|inner| references(inner, found)),
            _ => {}
        }
    }
    let contract: Value = serde_json::from_str(&committed("openapi/v1.json")).unwrap();
    let mut found = Vec::new();
    references(&contract, &mut found);
    let lost: Vec<_> = found.iter().filter(|r| contract.pointer(r.trim_start_matches('#')).is_none()).collect();
    assert!(found.len() > 100 && lost.is_empty(), "{lost:?}");
}
