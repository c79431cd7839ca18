//! Bad input: every refusal is a problem, names every fault, and leaves nothing half-written.

use actix_web::http::Method;
use serde_json::json;

both! {
    async fn a_parameter_of_a_query_is_no_longer_than_the_contract_says(app) {
        let contract = crate::support::contract::contract();
        let admin = app.admin().await;
        let mut tried = 0;
        for (path, item) in contract["paths"].as_object().unwrap() {
            let at = path.replace("{locale}", "en").replace("{id}", "0198c5a1-7f00-7000-8000-000000000001");
            for parameter in item["get"]["parameters"].as_array().into_iter().flatten().filter(|p| p["in"] == "query") {
                let schema = &parameter["schema"];
                let Some(most) = schema["maxLength"].as_u64().or_else(|| schema["items"]["maxLength"].as_u64()) else { continue };
                let name = parameter["name"].as_str().unwrap();
                let long = format!("/{}", "x".repeat(usize::try_from(most).unwrap()));
                let others = item["get"]["parameters"].as_array().unwrap().iter().filter(|p| p["in"] == "query" && p["required"] == true && p["name"] != name);
                let others: String = others.map(|p| format!("&{}={}", p["name"].as_str().unwrap(), p["example"].as_str().unwrap())).collect();
                let answer = admin.get(&format!("{at}?{name}={long}{others}")).await;
                assert_eq!(answer.status, 400, "{path} {name}: {}", answer.text);
                assert!(answer.violations().iter().any(|(place, _)| *place == format!("?{name}")), "{path} {name}: {}", answer.text);
                tried += 1;
            }
        }
        assert!(tried >= 12, "{tried}");
    }

    async fn a_refusal_says_in_one_sentence_what_is_wrong_and_where(app) {
        let admin = app.admin().await;
        let story = admin.story(&app.section("world", "दुनिया").await, "Floods").await;
        let told = |answer: &crate::support::Answer| {
            let problem = answer.json();
            (problem["detail"].as_str().unwrap().to_owned(), problem["errors"][0]["pointer"].as_str().unwrap_or_default().to_owned())
        };
        let patched = async |patch: &serde_json::Value| told(&admin.patch(&story, "\"1\"", patch).await);
        assert_eq!(patched(&json!({ "tags": "x" })).await.0, "#/tags: a list, or an object with `add` and `remove` is wanted here, not text");
        assert_eq!(patched(&json!({ "tags": "x", "kind": 7 })).await.0, "#/kind: text is wanted here, not a number (and one more fault)");
        assert_eq!(patched(&json!({ "tags": "x", "kind": 7, "genre": [] })).await.0, "#/genre: text is wanted here, not a list (and 2 more faults)");
        // What is not known is not cleared either, and a body is replaced, not cleared.
        assert_eq!(patched(&json!({ "nope": null })).await.0, "#/nope: `nope` is not known here");
        let cleared = admin.patch(&format!("{story}/translations/en"), "\"1\"", &json!({ "body": null })).await;
        assert_eq!(told(&cleared), ("#/body: an object is wanted here, not null".to_owned(), "#/body".to_owned()));
        let empty = admin.send(actix_web::http::Method::POST, "/v1/desk/tags", &[("content-type", "application/json")], None).await;
        assert_eq!(told(&empty).0, "there is no body; JSON is expected");
        for (path, part, wanted) in [
            ("/v1/desk/articles/7".to_owned(), "{id}", "a UUID"),
            (format!("{story}/translations/9"), "{locale}", "a BCP 47 tag"),
            (format!("{story}/revisions/last"), "{version}", "a whole number"),
            (format!("{story}/translations/en/revisions/99999999999"), "{version}", "a whole number"),
            ("/v1/articles/7".to_owned(), "{id}", "a UUID"),
        ] {
            let answer = admin.get(&path).await;
            answer.refused(400, "malformed");
            assert_eq!(told(&answer), (format!("{part}: this part of the path is {wanted}"), part.to_owned()), "{path}");
        }
    }

    async fn the_frameworks_own_refusals_are_problems(app) {
        let editor = app.editor().await;
        let json_type = ("content-type", "application/json");
        let post = async |headers: &[(&str, &str)], body: &[u8]| editor.send(Method::POST, "/v1/desk/articles", headers, Some(body.to_vec())).await;
        post(&[json_type], b"{").await.refused(400, "malformed");
        post(&[json_type], b"\xff").await.refused(400, "malformed");
        post(&[json_type], &b"[".repeat(5_000)).await.refused(400, "malformed");
        post(&[("content-type", "text/plain")], b"{}").await.refused(415, "unsupported-media-type");
        post(&[], b"{}").await.refused(415, "unsupported-media-type");
        post(&[json_type], &vec![b' '; 5 * 1_048_576]).await.refused(413, "too-large");
        app.anyone().get("/nowhere").await.refused(404, "no-route");
        app.anyone().get("/v1/nowhere").await.refused(404, "no-route");
        app.anyone().get("/v1/articles/not-a-uuid").await.refused(400, "malformed");
        app.anyone().get("/v1/articles?limit=x").await.refused(400, "malformed");
        let method = app.anyone().post("/v1/articles", &json!({})).await;
        method.refused(405, "method-not-allowed");
        assert_eq!(method.header("allow"), Some("GET, HEAD"));
        app.anyone().get("/v1/desk/articles").await.refused(401, "unauthenticated");
        let wrong = app.anyone().send(Method::POST, "/v1/desk/articles", &[json_type], Some(b"{".to_vec())).await;
        wrong.refused(401, "unauthenticated");
    }

    async fn a_field_that_is_there_twice_is_refused_for_one_of_them_would_be_lost(app) {
        let admin = app.admin().await;
        for (method, path, body) in [
            (Method::POST, "/v1/desk/tags", r#"{"kind":"topic","kind":"person","translations":{"en":{"name":"Rivers"}}}"#),
            (Method::POST, "/v1/desk/tags", r#"{"kind":"topic","translations":{"en":{"name":"Rivers"},"en":{"name":"Floods"}}}"#),
            (Method::PATCH, "/v1/desk/site", r#"{"name":"One","\u006eame":"Two"}"#),
        ] {
            let headers = [("content-type", "application/json"), ("if-match", "\"1\"")];
            let answer = admin.send(method, path, &headers, Some(body.as_bytes().to_vec())).await;
            answer.refused(400, "malformed");
            assert!(answer.text.contains("is there twice"), "{}", answer.text);
        }
    }

    async fn unknown_parameters_are_refused_and_the_known_ones_named(app) {
        let answer = app.anyone().get("/v1/articles?locale=en&status=draft").await;
        answer.refused(400, "malformed");
        assert_eq!(answer.violations(), [("?status".to_owned(), "unknown_parameter".to_owned())]);
        assert!(answer.text.contains("published_after"), "{}", answer.text);
        for limit in ["0", "101", "-1", "1e3"] {
            app.anyone().get(&format!("/v1/articles?limit={limit}")).await.refused(400, "malformed");
        }
        let many = app.anyone().get("/v1/articles?foo=1&sort=loudest&bar=2&count=perhaps").await;
        let mut named: Vec<_> = many.violations().into_iter().map(|(pointer, _)| pointer).collect();
        named.sort();
        assert_eq!(named, ["?bar", "?count", "?foo", "?sort"]);
        app.anyone().get("/v1/articles?cursor=nonsense").await.refused(400, "malformed");
        app.anyone().get("/v1/articles?locale=en&locale=hi").await.refused(400, "malformed");
    }

    async fn every_fault_is_named_at_once_and_nothing_is_written(app) {
        let editor = app.editor().await;
        let missing: Vec<_> = editor.post("/v1/desk/articles", &json!({ "kind": "poem" })).await.violations().into_iter().map(|(pointer, _)| pointer).collect();
        assert_eq!(missing, ["#/kind", "#/section_id", "#/source_locale", "#/translations"]);
        let section = app.section("world", "दुनिया").await;
        let sent = json!({
            "kind": "story", "section_id": section, "source_locale": "en",
            "tags": ["00000000-0000-0000-0000-000000000001"],
            "credits": [{ "role": "Written By", "author_id": "00000000-0000-0000-0000-000000000002" }],
            "lead": { "url": "javascript:x", "width": 10, "height": 10 },
            "translations": { "en": { "headline": "Fine" }, "fr": { "headline": "Bon" } }
        });
        let refused = editor.post("/v1/desk/articles", &sent).await;
        refused.refused(422, "invalid");
        let found = refused.violations();
        for (pointer, code) in [
            ("#/tags/0", "unknown_tag"), ("#/credits/0/author_id", "unknown_author"), ("#/credits/0/role", "role"),
            ("#/lead/url", "url"), ("#/translations/fr", "unknown_locale"),
        ] {
            assert!(found.contains(&(pointer.to_owned(), code.to_owned())), "{pointer} {code} in {found:?}");
        }
        let words = json!({
            "kind": "story", "section_id": section, "source_locale": "en",
            "translations": {
                "en": { "headline": " ", "slug": "Not A Slug" },
                "hi": { "headline": "ह".repeat(301), "summary": "a\u{202e}b" }
            }
        });
        let refused = editor.post("/v1/desk/articles", &words).await;
        refused.refused(422, "invalid");
        let found = refused.violations();
        for (pointer, code) in [
            ("#/translations/en/slug", "slug"), ("#/translations/hi/headline", "too_long"),
            ("#/translations/hi/summary", "unbalanced_bidi"),
        ] {
            assert!(found.contains(&(pointer.to_owned(), code.to_owned())), "{pointer} {code} in {found:?}");
        }
        // What the schema says comes before what the house knows.
        let against_the_schema = json!({
            "kind": "story", "section_id": section, "source_locale": "en", "tags": ["00000000-0000-0000-0000-000000000001"],
            "lead": { "url": "https://a.example/x.jpg", "width": 0, "height": 10 },
            "translations": { "en": { "headline": "Fine" }, "hi": { "headline": 7 } }
        });
        let found = editor.post("/v1/desk/articles", &against_the_schema).await.violations();
        assert_eq!(found, [("#/translations/hi/headline".to_owned(), "type".to_owned()), ("#/lead/width".to_owned(), "out_of_range".to_owned())]);
        let unknown = json!({ "kind": "story", "section_id": section, "source_locale": "en", "status": "live", "x": 1, "translations": {} });
        let found = editor.post("/v1/desk/articles", &unknown).await.violations();
        assert_eq!(found, [("#/status".to_owned(), "unknown_field".to_owned()), ("#/x".to_owned(), "unknown_field".to_owned())]);
        assert_eq!(editor.get("/v1/desk/articles?count=true").await.ok()["page"]["total"], 0);
        // Not even the slug of the good translation was taken.
        let made = editor.story(&section, "Fine").await;
        assert_eq!(editor.get(&format!("{made}/translations/en")).await.ok()["slug"], "fine");
    }

    async fn text_is_normalised_and_counted_as_readers_see_it(app) {
        let editor = app.editor().await;
        let section = app.section("world", "दुनिया").await;
        let headline = "\u{958}\u{938}\u{94d}\u{91f}".repeat(100);
        let article = editor.story(&section, &headline).await;
        let kept = editor.get(&format!("{article}/translations/en")).await.ok();
        assert_eq!(kept["headline"].as_str().unwrap(), "\u{915}\u{93c}\u{938}\u{94d}\u{91f}".repeat(100));
        let nul = json!({ "headline": "a\u{0}b" });
        editor.put(&format!("{article}/translations/hi"), None, &nul).await.refused(422, "invalid");
    }

    async fn read_only_fields_cannot_be_written_but_may_come_back(app) {
        let editor = app.editor().await;
        let section = app.section("world", "दुनिया").await;
        let article = editor.story(&section, "Fine").await;
        let shown = editor.get(&article).await;
        let same = editor.patch(&article, &shown.etag(), &shown.ok()).await;
        assert_eq!((same.status, same.etag()), (200, shown.etag()));
        let refused = editor.patch(&article, &shown.etag(), &json!({ "version": 9, "created_at": "2020-01-01T00:00:00Z", "source_locale": "hi" })).await;
        assert_eq!(refused.violations().into_iter().map(|v| v.0).collect::<Vec<_>>(), ["#/version", "#/created_at"]);
        editor.patch(&article, &shown.etag(), &json!({ "source_locale": "hi" })).await.refused(422, "invalid");
        editor.patch(&article, &shown.etag(), &json!([1])).await.refused(422, "invalid");
    }

    async fn answers_carry_the_headers_that_protect_them(app) {
        let public = app.anyone().get("/v1/site").await;
        assert_eq!(public.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(public.header("cache-control"), Some("public, max-age=10, s-maxage=10, stale-while-revalidate=10, stale-if-error=86400"));
        assert!(public.header("server").is_none());
        let editor = app.editor().await;
        let desk = editor.send(Method::GET, "/v1/desk/site", &[("origin", "https://evil.example")], None).await;
        assert_eq!((desk.header("cache-control"), desk.header("access-control-allow-origin")), (Some("no-store"), None));
        let desk = editor.send(Method::GET, "/v1/desk/site", &[("origin", "https://desk.example")], None).await;
        assert_eq!((desk.header("access-control-allow-origin"), desk.header("vary")), (Some("https://desk.example"), Some("Origin")));
        let head = app.anyone().send(Method::HEAD, "/v1/site", &[], None).await;
        assert_eq!((head.status, head.text.as_str()), (200, ""));
        let refused = app.anyone().get("/v1/articles/00000000-0000-0000-0000-000000000000").await;
        assert_eq!(refused.header("cache-control"), Some("public, max-age=5, s-maxage=5"));
        let malformed = app.anyone().get("/v1/articles?nothing=1").await;
        assert_eq!(malformed.header("cache-control"), Some("no-store"));
        assert_eq!(refused.json()["request_id"].as_str(), refused.header("x-request-id"));
    }
}

/// Words and names of the language that the server is written in, which no client is to hear.
fn speaks_of_the_inside(text: &str) -> Option<String> {
    let lower = text.to_lowercase();
    let words = [
        "struct ",
        "enum",
        "variant",
        "tuple",
        "newtype",
        "untagged",
        "deseriali",
        "::",
        ".rs:",
        "unwrap",
        "&str",
        "option<",
        "target type",
        "expected one of",
    ];
    let types = |word: &str| matches!(word.strip_prefix(['i', 'u', 'f']).unwrap_or_default(), "8" | "16" | "32" | "64" | "128" | "size");
    let word = words.iter().find(|word| lower.contains(**word)).map(|word| (*word).to_owned());
    word.or_else(|| lower.split(|c: char| !c.is_alphanumeric()).find(|word| types(word)).map(str::to_owned))
}

/// Every place in an example, and the place itself, as JSON pointers.
fn places(value: &serde_json::Value, at: &str, found: &mut Vec<String>) {
    found.push(at.to_owned());
    match value {
        serde_json::Value::Object(map) => {
            map.iter().for_each(|(key, inner)| places(inner, &format!("{at}/{}", key.replace('~', "~0").replace('/', "~1")), found));
        }
        serde_json::Value::Array(items) => items.iter().enumerate().for_each(|(n, inner)| places(inner, &format!("{at}/{n}"), found)),
        _ => {}
    }
}

both! {
    /// U+0000 is a character to one database and none to the other.
    async fn no_text_with_a_nul_gets_as_far_as_a_database(app) {
        let admin = app.admin().await;
        let contract = crate::support::contract::contract();
        let mut looked = 0;
        let mut wrong = Vec::new();
        for (path, item) in contract["paths"].as_object().unwrap() {
            let filled = a_path(path);
            for (method, operation) in item.as_object().unwrap() {
                let verb: Method = method.to_uppercase().parse().unwrap();
                for parameter in operation["parameters"].as_array().into_iter().flatten().filter(|p| p["in"] == "query") {
                    for value in ["%00", "x%00y"] {
                        let asked = format!("{filled}?{}={value}", parameter["name"].as_str().unwrap());
                        let answer = admin.send(verb.clone(), &asked, &[], None).await;
                        looked += 1;
                        if !(400..500).contains(&answer.status) {
                            wrong.push(format!("{method} {asked}: {} {}", answer.status, answer.text));
                        }
                    }
                }
                for (kind, media) in operation["requestBody"]["content"].as_object().into_iter().flatten() {
                    let example = every_field(&contract, media);
                    let mut all = Vec::new();
                    places(&example, "", &mut all);
                    for place in all {
                        let mut sent = example.clone();
                        *sent.pointer_mut(&place).unwrap() = json!("a\0b");
                        let headers = [("content-type", kind.as_str()), ("if-match", "\"1\"")];
                        let answer = admin.send(verb.clone(), &filled, &headers, Some(sent.to_string().into_bytes())).await;
                        looked += 1;
                        if !(400..500).contains(&answer.status) {
                            wrong.push(format!("{method} {path} {place}: {} {}", answer.status, answer.text));
                        }
                    }
                }
            }
        }
        assert!(looked > 400, "only {looked}");
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }
}

/// The example of a request, with something in each field that it leaves out.
fn every_field(contract: &serde_json::Value, media: &serde_json::Value) -> serde_json::Value {
    let name = media["schema"]["$ref"].as_str().and_then(|r| r.strip_prefix("#/components/schemas/")).unwrap_or_default();
    let schema = &contract["components"]["schemas"][name];
    let mut example = if media["example"].is_null() { schema["example"].clone() } else { media["example"].clone() };
    if let (Some(fields), Some(map)) = (schema["properties"].as_object(), example.as_object_mut()) {
        fields.keys().for_each(|field| _ = map.entry(field.clone()).or_insert(json!("x")));
    }
    example
}

/// A path of the contract with something in its places.
fn a_path(path: &str) -> String {
    let filled = path.replace("{locale}", "en").replace("{version}", "1");
    let part = |part: &str| if part.starts_with('{') { "00000000-0000-0000-0000-000000000001".to_owned() } else { part.to_owned() };
    filled.split('/').map(part).collect::<Vec<_>>().join("/")
}

/// Whatever is wrong with any value of any body or query, what is said of it is about JSON, and not about the program.
#[actix_web::test]
async fn refusals_speak_of_what_was_sent_and_not_of_the_program() {
    let app = crate::support::TestApp::sqlite().await;
    let admin = app.admin().await;
    let contract = crate::support::contract::contract();
    let odd = [
        json!(null),
        json!(true),
        json!(-1),
        json!(1.5),
        json!(1e300),
        json!(99_999_999_999_999u64),
        json!("\u{2028}x"),
        json!([]),
        json!([[1]]),
        json!({}),
        json!({ "zz": [] }),
    ];
    let (mut refused, mut wrong) = (0, Vec::new());
    for (path, item) in contract["paths"].as_object().unwrap() {
        let filled = a_path(path);
        for (method, operation) in item.as_object().unwrap() {
            let verb: Method = method.to_uppercase().parse().unwrap();
            for parameter in operation["parameters"].as_array().into_iter().flatten().filter(|p| p["in"] == "query") {
                for value in ["", "x", "-1", "99999999999999999999", "1.5", "%00", "true,false"] {
                    let answer =
                        admin.send(verb.clone(), &format!("{filled}?{}={value}", parameter["name"].as_str().unwrap()), &[], None).await;
                    refused += usize::from(answer.status >= 400);
                    wrong.extend(
                        speaks_of_the_inside(&answer.text)
                            .filter(|_| answer.status >= 400)
                            .map(|word| format!("{word}: {method} {path} {}", answer.text)),
                    );
                }
            }
            for (kind, media) in operation["requestBody"]["content"].as_object().into_iter().flatten() {
                let example = every_field(&contract, media);
                let mut all = Vec::new();
                places(&example, "", &mut all);
                for place in all {
                    for value in &odd {
                        let mut sent = example.clone();
                        *sent.pointer_mut(&place).unwrap() = value.clone();
                        let headers = [("content-type", kind.as_str()), ("if-match", "\"1\"")];
                        let answer = admin.send(verb.clone(), &filled, &headers, Some(sent.to_string().into_bytes())).await;
                        refused += usize::from(answer.status == 422);
                        wrong.extend(
                            speaks_of_the_inside(&answer.text)
                                .filter(|_| answer.status >= 400)
                                .map(|word| format!("{word}: {method} {path} {sent} {}", answer.text)),
                        );
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} such as {:#?}", wrong.len(), &wrong[..wrong.len().min(5)]);
    assert!(refused > 2_000, "{refused}");
}
