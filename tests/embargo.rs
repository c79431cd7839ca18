//! The canary: a word under embargo is looked for in the answer of every public operation of the contract, with every filter and sort.

use actix_web::http::Method;
use dateline::workers::view_counting;
use serde_json::{Value, json};

use crate::support::TestApp;

const CANARY: &str = "zanzibarquokka";

/// What is known of the story by somebody who should not know it, to ask with.
struct Known {
    ids: Vec<String>,
    slugs: Vec<String>,
    /// Another story, which is public and leads on to it.
    beneath: String,
}

/// The values that a parameter is tried with.
fn values(known: &Known, parameter: &Value) -> Vec<String> {
    let words = |all: &[&str]| all.iter().map(|w| (*w).to_owned()).collect::<Vec<_>>();
    let contract = crate::support::contract::contract();
    let named = parameter["schema"]["items"]["$ref"].as_str().and_then(|to| contract.pointer(to.trim_start_matches('#')));
    let enumerated = parameter["schema"]["enum"]
        .as_array()
        .or_else(|| parameter["schema"]["items"]["enum"].as_array())
        .or_else(|| named.and_then(|schema| schema["enum"].as_array()))
        .or_else(|| parameter["schema"]["oneOf"].as_array().and_then(|of| of.iter().find_map(|s| s["enum"].as_array())));
    if let Some(all) = enumerated {
        // Parts of fields are told after the fields are.
        let all = all.iter().filter(|word| parameter["name"] != "fields" || word.as_str().is_some_and(|word| !word.contains('.')));
        return all.filter_map(Value::as_str).map(str::to_owned).collect();
    }
    match parameter["name"].as_str().unwrap() {
        "locale" if parameter["schema"]["type"] == "array" => words(&["en", "hi,en", "any", "auto"]),
        "locale" => words(&["en", "hi", "kn", "auto"]),
        // Words of it, a beginning, and what would be meant by a typing error.
        "q" => words(&[CANARY, "else", "zanzi*", "zanzibarqoukka", "-something%20topic", "%22something%20else%22"]),
        "id" if parameter["in"] == "query" => vec![known.ids.join(",")],
        "id" => known.ids.iter().chain(&known.slugs).cloned().collect(),
        "not_id" => vec![known.ids.join(",")],
        "section" | "author" | "tag" => known.ids.iter().chain(&known.slugs).chain([&known.ids.join(",")]).cloned().collect(),
        "tag_all" | "not_section" | "not_author" | "not_tag" => vec![known.ids.join(","), format!("topic-{CANARY}")],
        "slug" => known.slugs.clone(),
        "text" => words(&[CANARY, "topic", "asha"]),
        "limit" => words(&["1", "50", "100"]),
        "count" => words(&["true"]),
        "published_after" | "published_before" | "updated_after" => {
            words(&["2026-01-01T00:00:00Z", "2026-03-01T12:00:00Z", "2027-01-01T00:00:00Z"])
        }
        "path" => known.slugs.iter().flat_map(|s| [format!("/en/world/{s}"), format!("/en/{s}"), format!("/hi/{s}")]).collect(),
        "token" | "preview" => words(&["nothing"]),
        "file" => words(&["320.webp", "original.jpg"]),
        "v" => words(&["0123456789ab"]),
        "cursor" => Vec::new(),
        other => panic!("say what the parameter `{other}` is tried with"),
    }
}

/// Every request to a public operation: each parameter with each of its values, and each two of them together.
fn requests(known: &Known) -> Vec<String> {
    let contract = crate::support::contract::contract();
    let mut all = Vec::new();
    for (path, item) in contract["paths"].as_object().unwrap() {
        if path.starts_with("/v1/desk/") || path.starts_with("/v1/auth/") || item["get"].is_null() {
            continue;
        }
        let parameters: Vec<Value> = item["get"]["parameters"].as_array().cloned().unwrap_or_default();
        let of = |place: &str| parameters.iter().filter(|p| p["in"] == place).cloned().collect::<Vec<_>>();
        let mut paths = vec![path.clone()];
        for parameter in of("path") {
            let name = format!("{{{}}}", parameter["name"].as_str().unwrap());
            paths = paths
                .iter()
                .flat_map(|p| values(known, &parameter).into_iter().map(|v| p.replace(&name, &v)).collect::<Vec<_>>())
                .collect();
        }
        if path.ends_with("/related") {
            paths = [&known.ids[0], &known.beneath].map(|id| path.replace("{id}", id)).to_vec();
        }
        let query: Vec<Vec<String>> = of("query")
            .iter()
            .map(|p| values(known, p).into_iter().map(|v| format!("{}={v}", p["name"].as_str().unwrap())).collect())
            .collect();
        for path in paths {
            all.push(path.clone());
            for (n, one) in query.iter().enumerate() {
                for a in one {
                    all.push(format!("{path}?{a}"));
                    all.extend(query.iter().skip(n + 1).flatten().map(|b| format!("{path}?{a}&{b}")));
                }
            }
        }
    }
    all
}

/// A story with the canary in every word of it, planned, in a release, corrected, talked about, and under embargo; what is known of it.
async fn story(app: &TestApp) -> Known {
    let editor = app.editor().await;
    let world = app.section("world", "दुनिया").await;
    let author = app.author("asha", "Asha Rao").await;
    app.import(&json!({ "type": "tag", "key": "t", "kind": "topic", "translations": { "en": { "name": format!("Topic {CANARY}"), "about": CANARY } } }));
    let tag = editor.get("/v1/desk/tags").await.ok()["data"][0]["id"].as_str().unwrap().to_owned();
    let words = |locale: &str| {
        json!({
            "headline": format!("{CANARY} {locale}"), "summary": CANARY, "body": { "format": "html", "content": format!("<p>{CANARY}</p>") },
            "lead": { "alt": CANARY, "caption": CANARY }, "seo": { "title": CANARY, "description": CANARY }
        })
    };
    let sent = json!({
        "kind": "video", "section_id": world, "source_locale": "en", "tags": [tag], "credits": [{ "role": CANARY, "author_id": author }],
        "lead": { "url": format!("https://media.example/{CANARY}.jpg"), "width": 1, "height": 1, "credit": CANARY },
        "embargo_until": "2026-03-01T12:00:00Z", "translations": { "en": words("en"), "hi": words("hi") }
    });
    let article = editor.post("/v1/desk/articles", &sent).await;
    assert_eq!(article.status, 201, "{}", article.text);
    let article = article.header("location").unwrap().to_owned();
    let id = article.rsplit('/').next().unwrap().to_owned();
    editor.publish(&article, &["en", "hi"]).await.ok();
    let item = json!([{ "article_id": id, "locale": "en" }]);
    editor.post("/v1/desk/releases", &json!({ "name": CANARY, "items": item, "publish_at": "2026-03-01T12:00:00Z" })).await.ok();
    editor.post(&format!("{article}/comments"), &json!({ "text": CANARY })).await.ok();
    editor.post(&format!("{article}/corrections"), &json!({ "kind": "update", "texts": { "en": CANARY } })).await.ok();
    editor.post(&format!("{article}/translations/en/previews"), &json!({})).await.ok();
    // Pinned wherever editors can, with words and a picture for the place.
    let png = crate::library::picture(90, 60, 5);
    let picture = editor.send(Method::POST, "/v1/desk/media", &[("content-type", "application/octet-stream")], Some(png)).await.ok();
    let pin = json!([{ "article_id": id, "position": 1, "headlines": { "en": CANARY, "hi": CANARY }, "media_id": picture["id"] }]);
    for (slug, place) in [("top", "home"), ("rail", "rail_of_article"), ("beside", "rail_of_home"), ("below", "rail_of_section")] {
        let sent = json!({ "slug": slug, "names": { "en": slug }, "place": { "kind": place }, "items": pin, "query": {} });
        assert_eq!(editor.post("/v1/desk/collections", &sent).await.status, 201, "{slug}");
    }
    // Something else that is public, so that lists are not empty, and links to it are not either.
    let other = editor.story(&world, "Something else").await;
    editor.publish(&other, &["en"]).await.ok();
    // Beneath that, what is to come, and what is never to come.
    for (story, said) in [(&other, json!({ "pinned": [id] })), (&article, json!({ "pinned": [last(&other)] }))] {
        editor.put(&format!("{story}/related"), Some("\"1\""), &said).await.ok();
    }
    let slugs = [
        format!("{CANARY}-en"),
        format!("{CANARY}-hi"),
        format!("topic-{CANARY}"),
        "world".to_owned(),
        "asha-rao".to_owned(),
        "nothing-of-the-kind".to_owned(),
        "top".to_owned(),
    ];
    let picture = picture["id"].as_str().unwrap().to_owned();
    let nothing = "00000000-0000-0000-0000-000000000001".to_owned();
    Known { ids: vec![id, tag, world, author, nothing, picture], slugs: slugs.to_vec(), beneath: last(&other).to_owned() }
}

fn last(path: &str) -> &str {
    path.rsplit('/').next().unwrap()
}

/// So many readers tell of a view of an article in both languages, and what was told is added up.
async fn views(app: &TestApp, article: &str, readers: u8) {
    for (n, locale) in (0..readers).flat_map(|n| [(n, "en"), (n, "hi")]) {
        let headers = [("content-type", "text/plain"), ("user-agent", "Mozilla/5.0 Firefox/140.0")];
        let body = json!({ "locale": locale }).to_string().into_bytes();
        let reader = app.anyone().connecting(&format!("192.0.2.{n}"));
        let told = reader.send(Method::POST, &format!("/v1/articles/{article}/views"), &headers, Some(body)).await;
        assert_eq!((told.status, told.text.as_str()), (204, ""), "as for whatever is there");
    }
    view_counting::add(&app.store, &app.entrance.views).unwrap();
}

/// The requests in whose answers there is any of these words, which were not part of the request.
async fn telling(app: &TestApp, known: &Known, words: &[&str]) -> Vec<String> {
    let mut told = Vec::new();
    for request in requests(known) {
        let answer = app.anyone().get(&request).await;
        assert!(answer.status < 500, "{request}: {}", answer.text);
        let said: String = answer.headers.iter().map(|(n, v)| format!("{n}: {v}\n")).collect::<String>() + &answer.text;
        if words.iter().any(|word| said.contains(word)) {
            told.push(request);
        }
    }
    told
}

both! {
    async fn nothing_under_embargo_is_told_before_its_instant_and_everything_after(app) {
        let known = story(&app).await;
        let article = known.ids[0].clone();
        assert!(requests(&known).len() > 1_000, "every filter and sort");
        for wait in [0, 4 * 3600 - 1] {
            app.wait(wait);
            app.tick().await;
            // Whoever knows its id, or guesses it, may tell of views.
            views(&app, &article, 5).await;
            crate::related::relate(&app);
            assert_eq!(telling(&app, &known, &[CANARY, &article]).await, Vec::<String>::new());
        }
        // Not even existence: asking for it is answered as asking for what never was, but for the request's id.
        let answers = async |paths: [String; 2]| {
            let mut bodies = Vec::new();
            for path in paths {
                let answer = app.anyone().get(&path).await;
                let mut problem = answer.json();
                problem["request_id"] = Value::Null;
                bodies.push((answer.status, problem));
            }
            bodies
        };
        let (tag, nothing) = (&known.ids[1], "00000000-0000-0000-0000-000000000001");
        for (there, not_there) in [
            (format!("/v1/articles/{article}"), format!("/v1/articles/{nothing}")),
            (format!("/v1/articles/{article}/related"), format!("/v1/articles/{nothing}/related")),
            (format!("/v1/articles/by-slug/{CANARY}-en"), "/v1/articles/by-slug/nothing".to_owned()),
            (format!("/v1/tags/{tag}"), format!("/v1/tags/{nothing}")),
            (format!("/v1/tags/by-slug/topic-{CANARY}"), "/v1/tags/by-slug/nothing".to_owned()),
            (format!("/v1/articles?tag={tag}"), format!("/v1/articles?tag={nothing}")),
            (format!("/v1/articles?tag=topic-{CANARY}"), "/v1/articles?tag=nothing".to_owned()),
            (format!("/v1/resolve?path=/en/world/{CANARY}-en"), "/v1/resolve?path=/en/world/nothing".to_owned()),
            (format!("/v1/resolve?path=/en/topic-{CANARY}"), "/v1/resolve?path=/en/nothing".to_owned()),
        ] {
            let told = answers([there.clone(), not_there]).await;
            assert_eq!(told[0], told[1], "{there}");
        }
        let counted = async |filter: &str| app.anyone().get(&format!("/v1/articles?count=true{filter}")).await.ok()["page"]["total"].as_i64().unwrap();
        assert_eq!((counted("").await, counted("&kind=video").await, counted("&locale=hi").await), (1, 0, 0));
        // Its instant has come.
        app.wait(1);
        assert!(app.tick().await > 0);
        assert_eq!((counted("").await, counted("&kind=video").await, counted("&locale=hi").await), (2, 1, 1));
        app.wait(600);
        views(&app, &article, 5).await;
        crate::related::relate(&app);
        let beneath = app.anyone().get(&format!("/v1/articles/{}/related", known.beneath)).await.ok();
        assert_eq!(beneath["data"][0]["id"], article.as_str());
        let told = telling(&app, &known, &[CANARY]).await;
        for operation in ["/v1/articles?", "/v1/most-read?", &format!("/v1/articles/{article}"), "/v1/articles/by-slug/", "/v1/tags", "/v1/tags/", "/v1/tags/by-slug/", "/v1/resolve?path=", "/v1/collections/top", "/v1/pages?path=/en/", &format!("/v1/articles/{}/related", known.beneath)] {
            assert!(told.iter().any(|request| request.starts_with(operation)), "{operation} tells it now");
        }
        assert!(told.len() > 100, "{}", told.len());
    }
}
