//! The contract: committed, complete, and kept.

use serde_json::{Value, json};

use crate::support::{TestApp, committed};

#[test]
fn the_committed_contract_is_the_one_that_is_served() {
    let made = dateline::api::contract::Contract::new(&dateline::app::openapi(), false);
    assert!(made.document() == committed("openapi/v1.json"), "run `just openapi` and commit openapi/v1.json");
}

#[test]
fn every_operation_says_what_it_does_and_how_it_fails() {
    let contract = crate::support::contract::contract();
    let mut ids = Vec::new();
    for (path, item) in contract["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let at = format!("{method} {path}");
            assert!(operation["summary"].as_str().is_some_and(|s| s.ends_with('.')), "{at} has no summary");
            let problem = &operation["responses"]["default"]["content"]["application/problem+json"]["schema"]["$ref"];
            assert_eq!(problem, "#/components/schemas/Problem", "{at}");
            assert_eq!(
                path.starts_with("/v1/desk/"),
                operation["security"].as_array().unwrap().first().is_some_and(|s| s["token"] != serde_json::json!([])),
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
    let contract = crate::support::contract::contract();
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
async fn what_swagger_ui_reads_says_in_the_words_of_openapi_3_0_what_may_be_null() {
    let app = TestApp::sqlite().await;
    let document = app.anyone().get("/docs/openapi.json").await.ok();
    assert_eq!(document["openapi"], "3.0.3");
    let contract = crate::support::contract::contract();
    let (mut nullable, mut older) = (0, 0);
    let is_schema = |at: &str| at.contains("schema") && !["/example", "/default", "/enum"].iter().any(|name| at.contains(name));
    every(&contract, "", &mut |at, value| nullable += usize::from(is_schema(at) && value["type"].as_array().is_some()));
    every(&document, "", &mut |at, value| {
        if is_schema(at) {
            assert!(!value["type"].is_array() && value["type"] != "null", "{at}: {value}");
            older += usize::from(value["nullable"] == true);
        }
    });
    assert!(nullable > 0 && older >= nullable, "{nullable} {older}");
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
#[expect(clippy::too_many_lines, reason = "a table")]
fn the_page_about_limits_says_what_is_enforced() {
    use dateline::domain::{
        error::FAULTS,
        password_link::{LinkKind, MAILS_AN_HOUR},
        recency, rendition,
        speech::MOST_CHARACTERS,
        text::{Length, limits as l},
        upload, voice,
    };
    use dateline::fetching::{FetchLimits, REDIRECTS};
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
        ("label of a credit role or an item of a menu", text(l::LABEL)),
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
        ("menus of a site", l::MENUS.to_string()),
        ("items of a menu", l::MENU_ITEMS.to_string()),
        ("levels of a menu", l::MENU_DEPTH.to_string()),
        ("collections of a site", l::COLLECTIONS.to_string()),
        ("stories that a collection shows", l::COLLECTION_STORIES.to_string()),
        ("stories that are pinned in a collection", l::COLLECTION_ITEMS.to_string()),
        ("rails of one kind of page, for the same readers", l::COLLECTION_RAILS.to_string()),
        ("stories that are pinned beneath a story", l::RELATED_PINS.to_string()),
        ("stories that are banned from beneath a story", l::RELATED_BANS.to_string()),
        ("sections of a site", l::SECTIONS.to_string()),
        ("sections above one another", l::SECTION_DEPTH.to_string()),
        ("body, as a document", format!("{} bytes", l::BODY_BYTES)),
        ("nodes of a body", l::BODY_NODES.to_string()),
        ("levels of a body", l::BODY_DEPTH.to_string()),
        ("references of a body, and paths of the site that are looked up for one save", l::BODY_REFERENCES.to_string()),
        ("items of the media library that a body shows", l::BODY_PICTURES.to_string()),
        ("bytes of the captions of a video in one locale", l::CAPTIONS.to_string()),
        ("tags of a media item", l::MEDIA_TAGS.to_string()),
        ("columns that a cell of a table spans", l::COLSPAN.to_string()),
        ("rows that a cell of a table spans", l::ROWSPAN.to_string()),
        ("people whom a comment mentions", l::MENTIONS.to_string()),
        ("words of a block that a comment is about", format!("{} UTF-16 code units", l::QUOTE_UNITS)),
        ("API keys of a user that are good at once", l::API_KEYS.to_string()),
        ("places of an API key: its sections times its locales", l::KEY_PLACES.to_string()),
        (
            "seconds that an API key lives",
            format!("{} to {}", dateline::domain::api_key::MIN_SECONDS, dateline::domain::api_key::MAX_SECONDS),
        ),
        ("what is searched for, as readers count characters", l::TYPED.to_string()),
        ("words of what is searched for; what is typed after them is not looked for", dateline::search::MOST_WORDS.to_string()),
        ("postings that one search reads, or what takes as long", dateline::search::BUDGET.to_string()),
        ("the same of a search at the desk", dateline::search::DESK_BUDGET.to_string()),
        ("values of a facet that a search tells", dateline::search::MOST_VALUES.to_string()),
        ("sections that an API key names", l::FILTER_NAMES.to_string()),
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
        ("sections, authors or tags that one parameter of a list names", l::FILTER_NAMES.to_string()),
        ("text that the desk's list of articles looks for", format!("{} characters", l::SOUGHT)),
        ("articles that one parameter of a list names", l::FILTER_IDS.to_string()),
        ("creator, credit, copyright or source of a media item", text(l::CREDIT)),
        ("tag of a media item", text(l::MEDIA_TAG)),
        ("usage terms of a media item", text(l::CAPTION)),
        ("file of the media library", "`DATELINE_MEDIA_FILE_MB`, 2048 MiB".to_owned()),
        ("memory that a picture of the media library takes to decode", "`DATELINE_MEDIA_MEMORY_MB`, 320 MiB".to_owned()),
        ("uploads of a user that are unfinished at once", upload::UNFINISHED.to_string()),
        ("bytes of all of them together", format!("{} times `DATELINE_MEDIA_FILE_MB`", upload::UNFINISHED_FILES)),
        ("metadata of an upload", format!("{} bytes", upload::METADATA)),
        ("seconds that an upload is waited for, and told of", upload::LIFE.to_string()),
        ("widths, and ratios, of renditions of a site", rendition::MOST.to_string()),
        ("width of a rendition", format!("{} to {} pixels", rendition::NARROWEST, rendition::WIDEST)),
        ("per cent that search counts what is new more by", format!("0 to {}", recency::MOST_PERCENT)),
        ("days after which half of that is left", format!("1 to {}", recency::LONGEST_HALF_LIFE)),
        ("ranges of a file that one request is given", dateline::api::MOST_RANGES.to_string()),
        ("files that are fetched from URLs at once", FetchLimits::default().at_once.to_string()),
        ("seconds that fetching a file takes", FetchLimits::default().whole.as_secs().to_string()),
        ("redirects to a file that is fetched", REDIRECTS.to_string()),
        ("name of a voice", format!("{} letters, digits and `. _ + : -`", voice::NAME)),
        ("kilobits a second of a voice", format!("{} to {}", voice::LEAST_BIT_RATE, voice::MOST_BIT_RATE)),
        ("characters of a story that are read aloud", MOST_CHARACTERS.to_string()),
        ("seconds that reading a story aloud takes, and encoding it once more", "`DATELINE_SPEECH_SECONDS`, 300".to_owned()),
        ("bytes of the sound of a story, before and after it is encoded", dateline::speech::SOUND_BYTES.to_string()),
        ("times that reading a story aloud is tried", dateline::store::recordings::ATTEMPTS.to_string()),
        ("mails with a link that somebody is sent in an hour", MAILS_AN_HOUR.to_string()),
        ("seconds that an invitation is good", LinkKind::Invitation.seconds().to_string()),
        ("seconds that a reset is good", LinkKind::Reset.seconds().to_string()),
        ("recovery codes", dateline::access::second_factor::RECOVERY_CODES.to_string()),
    ];
    let page = committed("docs/limits.md");
    let table: Vec<_> = page.lines().filter(|line| line.starts_with("| ")).skip(2).collect();
    assert_eq!(table, rows.map(|(what, limit)| format!("| {what} | {limit} |")));
}

/// A parameter that is not given is not there: no client can send null in a query or a head.
#[test]
fn no_parameter_may_be_null() {
    let contract = crate::support::contract::contract();
    let of_operations = contract["paths"].as_object().unwrap().values().flat_map(|item| item.as_object().unwrap().values());
    let own = of_operations.filter_map(|operation| operation["parameters"].as_array()).flatten();
    let all = own.chain(contract["components"]["parameters"].as_object().unwrap().values());
    let named: Vec<&Value> = all.filter(|parameter| parameter["schema"]["type"].is_array()).map(|parameter| &parameter["name"]).collect();
    assert!(named.is_empty(), "{named:?}");
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
    let contract = crate::support::contract::contract();
    let mut found = Vec::new();
    references(&contract, &mut found);
    let lost: Vec<_> = found.iter().filter(|r| contract.pointer(r.trim_start_matches('#')).is_none()).collect();
    assert!(found.len() > 100 && lost.is_empty(), "{lost:?}");
}

/// Everything within a value, with where it stands.
fn every(value: &Value, at: &str, look: &mut impl FnMut(&str, &Value)) {
    look(at, value);
    match value {
        Value::Object(map) => map.iter().for_each(|(name, inner)| every(inner, &format!("{at}/{name}"), look)),
        Value::Array(items) => items.iter().enumerate().for_each(|(n, inner)| every(inner, &format!("{at}/{n}"), look)),
        _ => {}
    }
}

/// Generators make a type of what has a name, and a union of what says which kind it is.
#[test]
fn whatever_has_kinds_names_them_and_tells_them_apart() {
    let contract: Value = serde_json::from_str(&committed("openapi/v1.json")).unwrap();
    let (mut wrong, mut told_apart) = (Vec::new(), 0);
    every(&contract, "", &mut |at, schema| {
        if schema["items"]["properties"].is_object() {
            wrong.push(format!("{at}: items without a name"));
        }
        let Some(kinds) = schema["oneOf"].as_array() else { return };
        if kinds.iter().any(|kind| kind["properties"].is_object()) {
            wrong.push(format!("{at}: a kind without a name"));
        }
        // What is nothing, or one of several types of JSON, is told apart by that.
        if kinds.iter().all(|kind| kind["$ref"].is_string()) && kinds.len() > 1 {
            let mapped: std::collections::BTreeSet<_> =
                schema["discriminator"]["mapping"].as_object().into_iter().flatten().map(|(_, place)| place.as_str().unwrap()).collect();
            if mapped != kinds.iter().map(|kind| kind["$ref"].as_str().unwrap()).collect() {
                wrong.push(format!("{at}: kinds that are not told apart"));
            }
            told_apart += 1;
        }
    });
    assert_eq!(wrong, Vec::<String>::new());
    assert!(told_apart >= 8, "{told_apart}");
    // Lists are called by what is on them.
    let schemas = contract["components"]["schemas"].as_object().unwrap();
    assert!(schemas["TagListing"]["properties"]["data"]["items"]["$ref"] == "#/components/schemas/Tag");
    assert_eq!(schemas.keys().filter(|name| name.contains('_')).collect::<Vec<_>>(), Vec::<&String>::new());
}

#[test]
fn every_operation_names_the_refusals_that_it_may_give() {
    let contract = crate::support::contract::contract();
    for (path, item) in contract["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let at = format!("{method} {path}");
            let has = |status: &str| operation["responses"].get(status).is_some();
            let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
            let if_match = parameters.iter().find(|p| p["name"] == "If-Match");
            assert!(has("400"), "{at}");
            assert_eq!(has("415"), operation.get("requestBody").is_some() || at == "post /v1/desk/uploads", "{at}");
            // There, of a version of tus.
            assert_eq!(has("412"), if_match.is_some() || path.starts_with("/v1/desk/uploads"), "{at}");
            assert_eq!(has("428"), if_match.is_some(), "{at}");
            let desk = path.starts_with("/v1/desk/");
            let of_oneself = ["/v1/auth/logout", "/v1/auth/sessions", "/v1/auth/api-keys", "/v1/auth/second-factor"];
            let own = path == "/v1/auth/password" || of_oneself.iter().any(|of| path.starts_with(of)) || at == "patch /v1/auth/me";
            assert_eq!(has("403"), desk || own, "{at}");
            let turns_on = path.starts_with("/v1/auth/second-factor") && !path.ends_with("/off");
            assert_eq!(has("409"), desk && method != "get" || at == "post /v1/auth/api-keys" || turns_on, "{at}");
            // What takes no API key says so.
            let keyed = operation["security"].as_array().unwrap().iter().any(|way| way.get("api_key").is_some());
            let token = !operation["security"].as_array().unwrap().is_empty();
            let lets_in = ["api-keys", "password-link", "second-factor", "identity"]
                .iter()
                .any(|end| *path == format!("/v1/desk/users/{{id}}/{end}"));
            assert_eq!(keyed, token && !own && !lets_in, "{at}");
            let tagged = desk && method == "get" && !operation["responses"]["200"]["headers"]["ETag"].is_null();
            assert_eq!(
                has("304"),
                tagged || path.starts_with("/v1/") && method == "get" && !desk && !path.starts_with("/v1/auth/"),
                "{at}"
            );
            // A version is named wherever something is changed that is there, but where it may be made as well.
            assert!(if_match.is_none_or(|p| p["required"] == true || method == "put"), "{at}");
            for (status, answer) in operation["responses"].as_object().unwrap().iter().filter(|(status, _)| status.starts_with(['4', '5']))
            {
                let problem = &answer["content"]["application/problem+json"]["example"];
                assert_eq!(problem["status"].to_string(), *status, "{at}");
            }
        }
    }
}

#[test]
fn every_code_of_a_problem_is_in_the_contract_and_is_told_of() {
    let page = committed("docs/problems.md");
    let told: Vec<&str> = page.lines().filter(|line| line.starts_with("| ")).filter_map(|line| line.split('`').nth(1)).collect();
    assert_eq!(told, dateline::api::problem::CODES);
    // A conflict has its code where it is found.
    let mut sources = Vec::new();
    let mut folders = vec![std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                sources.push(std::fs::read_to_string(path).unwrap());
            }
        }
    }
    let in_code = |source: &String| {
        source.split("Conflict { code: \"").skip(1).map(|rest| rest.split('"').next().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let codes: std::collections::BTreeSet<_> = sources.iter().flat_map(in_code).collect();
    // What the command line and the scheduler are refused reaches no client.
    let inside = ["no-stories", "planner-suspended"];
    let unknown: Vec<_> = codes.iter().filter(|code| !told.contains(&code.as_str()) && !inside.contains(&code.as_str())).collect();
    assert!(unknown.is_empty() && codes.len() > 15, "{unknown:?} of {codes:?}");
}

#[test]
fn every_verb_of_a_bulk_has_the_body_of_its_own_request() {
    let contract: Value = serde_json::from_str(&committed("openapi/v1.json")).unwrap();
    let schemas = &contract["components"]["schemas"];
    let mapping = schemas["BulkOperation"]["discriminator"]["mapping"].as_object().unwrap();
    let verbs: Vec<&str> = dateline::api::desk::bulk::BulkVerb::ALL.iter().map(|verb| verb.as_str()).collect();
    assert_eq!(mapping.keys().map(String::as_str).collect::<std::collections::BTreeSet<_>>(), verbs.iter().copied().collect());
    let mut bodies = 0;
    for verb in verbs {
        let kind = schemas[mapping[verb].as_str().unwrap().rsplit('/').next().unwrap()]["properties"].clone();
        let alone = match verb {
            "revise" => ("/v1/desk/articles/{id}".to_owned(), "patch"),
            "revise_translation" => ("/v1/desk/articles/{id}/translations/{locale}".to_owned(), "patch"),
            "trash" => ("/v1/desk/articles/{id}".to_owned(), "delete"),
            other if kind["locale"].is_object() => {
                (format!("/v1/desk/articles/{{id}}/translations/{{locale}}/{}", other.replace('_', "-")), "post")
            }
            other => (format!("/v1/desk/articles/{{id}}/{other}"), "post"),
        };
        let operation = &contract["paths"][&alone.0][alone.1];
        assert!(operation.is_object(), "{verb}: {alone:?}");
        let sent = operation["requestBody"]["content"].as_object().and_then(|content| content.values().next());
        let own = sent.map_or(Value::Null, |content| content["schema"]["$ref"].clone());
        assert_eq!(kind["body"].get("$ref").cloned().unwrap_or_default(), own, "{verb}");
        bodies += usize::from(!own.is_null());
    }
    assert!(bodies >= 9, "{bodies}");
}

#[test]
fn a_request_that_was_taken_and_is_not_declared_is_seen() {
    let judge = |path: &str, kind: &str, sent: Value| {
        let sent = sent.to_string();
        std::panic::catch_unwind(|| crate::support::contract::judge_sent(&actix_web::http::Method::POST, path, kind, sent.as_bytes()))
            .is_ok()
    };
    let trash = |version: Value| json!({ "operations": [{ "verb": "trash", "article_id": "0198c5a1-7f00-7000-8000-000000000001", "version": version }] });
    assert!(judge("/v1/desk/bulk", "application/json", trash(json!(1))));
    assert!(!judge("/v1/desk/bulk", "application/json", trash(json!("1"))));
    assert!(!judge("/v1/desk/tags", "application/json", json!({ "kind": "topic", "nmaes": {} })));
}

#[actix_web::test]
async fn the_front_is_a_page_for_people_and_json_for_whoever_asks() {
    let app = TestApp::sqlite().await;
    let asked = async |accept: &str| app.anyone().send(actix_web::http::Method::GET, "/", &[("accept", accept)], None).await;
    for people in ["text/html,application/xhtml+xml,*/*;q=0.8", "*/*", "application/json;q=0.5, text/html", "", "image/png", "nonsense"] {
        let page = asked(people).await;
        assert_eq!(
            (page.status, page.header("content-type"), page.header("vary")),
            (200, Some("text/html; charset=utf-8"), Some("Accept")),
            "{people}"
        );
        assert!(!page.text.contains("http") && !page.text.contains("<script") && !page.text.contains("{version}"), "it asks nobody else");
        for linked in page.text.split("href=\"").skip(1).map(|rest| rest.split('"').next().unwrap()) {
            let there = app.anyone().get(linked).await;
            assert_eq!(there.status, 200, "{linked}");
        }
    }
    for machine in ["application/json", "text/html;q=0.1, application/json", "application/json, */*"] {
        let told = asked(machine).await.ok();
        for (name, place) in told.as_object().unwrap().iter().filter(|(name, _)| !["name", "version"].contains(&name.as_str())) {
            assert_eq!(app.anyone().get(place.as_str().unwrap()).await.status, 200, "{name}");
        }
    }
    let head = app.anyone().send(actix_web::http::Method::HEAD, "/", &[], None).await;
    assert_eq!((head.status, head.text.as_str()), (200, ""));
}

#[test]
fn groups_and_operations_stand_in_the_order_of_work() {
    // Maps that are read into values lose their order; the text has it.
    let text = committed("openapi/v1.json");
    let contract: Value = serde_json::from_str(&text).unwrap();
    let groups: Vec<&str> = contract["tags"].as_array().unwrap().iter().map(|tag| tag["name"].as_str().unwrap()).collect();
    assert_eq!((groups.first(), groups.last()), (Some(&"auth"), Some(&"operation")));
    let operations = contract["paths"].as_object().unwrap().values().flat_map(|item| item.as_object().unwrap().values());
    let met = operations.flat_map(|operation| operation["tags"].as_array().unwrap().iter().map(|tag| tag.as_str().unwrap()));
    assert_eq!(met.collect::<std::collections::BTreeSet<_>>(), groups.iter().copied().collect());
    let place = |id: &str| text.find(&format!("\"operationId\": \"{id}\"")).unwrap();
    for life in [
        ["sign_in", "refresh_token", "sign_out"],
        ["create_article", "submit_translation", "approve_translation"],
        ["check_article", "publish_article", "unpublish_article"],
        ["take_down_article", "reinstate_article", "erase_article"],
    ] {
        for pair in life.windows(2) {
            assert!(place(pair[0]) < place(pair[1]), "{pair:?}");
        }
    }
}
