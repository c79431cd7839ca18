//! Links of bodies to the own site: what they lead to, in every form and language, wherever that goes.

use dateline::{
    access::{Caller, Permit, System},
    desk::bundle::{export_article, lead},
    domain::{body::doc, text::limits::BODY_BYTES, user::Role},
};
use serde_json::{Value, json};

use crate::support::{Client, TestApp};

/// Forms of a body that has links.
const FORMS: [&str; 4] = ["html", "markdown", "doc", "portable_text"];
const HINDI: &str = "/hi/%E0%A4%A6%E0%A5%81%E0%A4%A8%E0%A4%BF%E0%A4%AF%E0%A4%BE/%E0%A4%B2%E0%A4%95%E0%A5%8D%E0%A4%B7%E0%A5%8D%E0%A4%AF";

fn id(path: &str) -> &str {
    path.rsplit('/').next().unwrap()
}

/// Every address that a body in a form leads to.
fn links(form: &str, content: &Value) -> Vec<String> {
    fn of_json(value: &Value, all: &mut Vec<String>) {
        match value {
            Value::Array(items) => items.iter().for_each(|item| of_json(item, all)),
            Value::Object(members) => {
                all.extend(members.get("href").and_then(Value::as_str).map(str::to_owned));
                members.values().for_each(|member| of_json(member, all));
            }
            _ => {}
        }
    }
    let between = |open: &str, close: &str| {
        let text = content.as_str().unwrap_or_default();
        text.split(open).skip(1).filter_map(|rest| Some(rest.split(close).next()?.replace("&amp;", "&"))).collect()
    };
    match form {
        "html" => between("href=\"", "\""),
        "markdown" => between("](<", ">)"),
        _ => {
            let mut all = Vec::new();
            of_json(content, &mut all);
            all
        }
    }
}

/// What readers of a locale are led to, which is the same in every form, alone and in lists, kept or made anew.
async fn led(app: &TestApp, story: &str, locale: &str) -> Vec<String> {
    let fresh = app.uncached().await;
    let mut all = Vec::new();
    for form in FORMS {
        let one = format!("/v1/articles/{}?locale={locale}&fallback=chain&body={form}", id(story));
        let list = format!("/v1/articles?locale={locale}&fallback=chain&body={form}");
        for path in [one, list] {
            let answer = app.anyone().get(&path).await;
            let anew = app.anyone().at(&fresh).get(&path).await;
            assert_eq!(answer.ok(), anew.ok(), "{path}: a kept answer is true");
            assert_eq!(answer.header("surrogate-key"), anew.header("surrogate-key"), "{path}");
            let (told, answer) = (answer.text.clone(), answer.ok());
            assert!(!told.contains("data-to"), "{told}");
            let body = match answer["data"].as_array() {
                Some(all) => all.iter().find(|a| a["id"] == id(story)).unwrap()["body"].clone(),
                None => answer["body"].clone(),
            };
            all.push(links(form, &body["content"]));
        }
    }
    all.dedup();
    assert_eq!(all.len(), 1, "{all:?}");
    all.pop().unwrap()
}

/// Where readers come out who follow an address of the site; the address itself, where nothing is.
async fn comes_out(app: &TestApp, address: &str) -> String {
    let asked = address.split('#').next().unwrap();
    let query = url::form_urlencoded::Serializer::new(String::new()).append_pair("path", asked).finish();
    let answer = app.anyone().get(&format!("/v1/resolve?{query}")).await;
    if answer.status != 200 {
        return asked.to_owned();
    }
    let said = answer.ok();
    let to = if said["kind"] == "redirect" { &said["to"] } else { &said["url"] };
    to.as_str().map_or_else(
        || "/".to_owned(),
        |to| to.rsplit_once("//").and_then(|(_, to)| to.split_once('/')).map_or(to.to_owned(), |(_, path)| format!("/{path}")),
    )
}

async fn begun(editor: &Client<'_>, section: &str, headline: &str, body: Value) -> String {
    let words = json!({ "en": { "headline": headline, "body": body } });
    let sent = json!({ "kind": "story", "section_id": section, "source_locale": "en", "translations": words });
    let made = editor.post("/v1/desk/articles", &sent).await;
    assert_eq!(made.status, 201, "{}", made.text);
    made.header("location").unwrap().to_owned()
}

fn html(links: &[&str]) -> Value {
    let all: String = links.iter().map(|href| format!("<p><a href=\"{href}\">There</a>.</p>")).collect();
    json!({ "format": "html", "content": all })
}

async fn words(editor: &Client<'_>, story: &str, patch: Value) -> Value {
    let path = format!("{story}/translations/en");
    editor.patch(&path, &editor.get(&path).await.etag(), &patch).await.ok()
}

async fn verb(editor: &Client<'_>, story: &str, verb: &str, sent: Value) {
    editor.act(&format!("{story}/{verb}"), &editor.get(story).await.etag(), &sent).await.ok();
}

both! {
    async fn no_header_tells_that_there_is_a_story_behind_a_link(app) {
        let (world, editor) = (app.section("world", "दुनिया").await, app.editor().await);
        let (draft, later) = (editor.story(&world, "Draft").await, editor.story(&world, "Later").await);
        let embargo = json!({ "embargo_until": "2030-01-01T00:00:00Z" });
        editor.patch(&later, &editor.get(&later).await.etag(), &embargo).await.ok();
        let mut told = Vec::new();
        for (n, path) in ["/en/world/nothing", "/en/world/draft", "/en/world/later", "/en/nobody"].into_iter().enumerate() {
            let story = begun(&editor, &world, &format!("Story {n}"), html(&[path])).await;
            editor.publish(&story, &["en"]).await.ok();
            let mut of_story = Vec::new();
            for form in ["html", "doc", "markdown", "portable_text"] {
                let answer = app.anyone().get(&format!("/v1/articles/{}?body={form}", id(&story))).await;
                for header in ["cache-tag", "surrogate-key"] {
                    let tags = answer.header(header).unwrap().split([',', ' ']);
                    // But for its own, which is another one for each story.
                    let own = dateline::domain::cache_tag::CacheTag::thing(id(&story).parse().unwrap()).to_string();
                    of_story.push(tags.map(|tag| if tag == own { "own".to_owned() } else { tag.to_owned() }).collect::<std::collections::BTreeSet<_>>());
                }
            }
            told.push((story, of_story));
        }
        assert!(told.iter().all(|(_, tags)| *tags == told[0].1), "{told:#?}");
        // Each is told where it leads, as soon as it does.
        editor.publish(&draft, &["en"]).await.ok();
        words(&editor, &draft, json!({ "slug": "no-draft" })).await;
        editor.publish(&draft, &["en"]).await.ok();
        assert_eq!(led(&app, &told[1].0, "en").await, ["/en/world/no-draft"]);
        let tags = app.anyone().get(&format!("/v1/articles/{}", id(&told[1].0))).await;
        let of_draft = dateline::domain::cache_tag::CacheTag::thing(id(&draft).parse().unwrap()).to_string();
        assert!(tags.header("cache-tag").unwrap().contains(&of_draft));
    }

    async fn a_link_follows_what_it_leads_to_from_every_form_in_every_form_and_language(app) {
        let (editor, world, tech) = (app.editor().await, app.section("world", "दुनिया").await, app.section("tech", "टेक").await);
        let target = editor.story(&world, "Target").await;
        editor.publish(&target, &["en"]).await.ok();
        let own = editor.get("/v1/desk/site").await.ok()["url"].as_str().unwrap().to_owned();
        let typed = "/en/world/target?a=b&c#d";
        let marked = |attrs: Value| {
            let text = json!({ "type": "text", "text": "There", "marks": [{ "type": "link", "attrs": attrs }] });
            json!({ "format": "doc", "content": { "type": "doc", "content": [{ "type": "paragraph", "content": [text] }] } })
        };
        let picture = json!({ "format": "doc", "content": { "type": "doc", "content": [
            { "type": "image", "attrs": { "url": "https://a.example/x.jpg", "alt": "", "href": typed } }] } });
        let bodies = [
            html(&[typed]),
            html(&[&format!("{own}{typed}")]),
            json!({ "format": "markdown", "content": format!("[There](<{typed}>)") }),
            marked(json!({ "href": typed })),
            marked(json!({ "href": "https://elsewhere.example/?a=b&c#d", "to": { "kind": "article", "id": id(&target) } })),
        ];
        let mut stories = Vec::new();
        for (n, body) in bodies.into_iter().enumerate() {
            stories.push(begun(&editor, &tech, &format!("Story {n}"), body).await);
        }
        let with_picture = begun(&editor, &tech, "Picture", picture).await;
        for story in stories.iter().chain([&with_picture]) {
            editor.publish(story, &["en"]).await.ok();
        }
        let everywhere = async |expected: &[(&str, &str)]| {
            for (locale, expected) in expected {
                for story in &stories {
                    assert_eq!(led(&app, story, locale).await, [*expected], "{locale} {story}");
                }
                let shown = app.anyone().get(&format!("/v1/articles/{}?locale={locale}&fallback=chain&body=html", id(&with_picture))).await.ok();
                assert!(shown["body"]["content"].as_str().unwrap().contains(&format!("<a href=\"{}\"><img", expected.replace('&', "&amp;"))), "{shown}");
            }
        };
        everywhere(&[("en", typed)]).await;
        // A slug, then a section, then its name, then the pattern of the site.
        words(&editor, &target, json!({ "slug": "moved" })).await;
        everywhere(&[("en", typed)]).await;
        editor.publish(&target, &["en"]).await.ok();
        everywhere(&[("en", "/en/world/moved?a=b&c#d")]).await;
        editor.patch(&target, &editor.get(&target).await.etag(), &json!({ "section_id": tech })).await.ok();
        editor.publish(&target, &["en"]).await.ok();
        everywhere(&[("en", "/en/tech/moved?a=b&c#d")]).await;
        let (admin, section) = (app.admin().await, format!("/v1/desk/sections/{tech}"));
        admin.patch(&section, &admin.get(&section).await.etag(), &json!({ "translations": { "en": { "slug": "science" } } })).await.ok();
        everywhere(&[("en", "/en/science/moved?a=b&c#d")]).await;
        let site = async |patch: Value| _ = admin.patch("/v1/desk/site", &admin.get("/v1/desk/site").await.etag(), &patch).await.ok();
        site(json!({ "url_pattern": "/{locale}/{slug}" })).await;
        everywhere(&[("en", "/en/moved?a=b&c#d")]).await;
        site(json!({ "url_pattern": "/{locale}/{section}/{slug}" })).await;
        // In another language as soon as it is there.
        editor.patch(&target, &editor.get(&target).await.etag(), &json!({ "section_id": world })).await.ok();
        editor.put(&format!("{target}/translations/hi"), None, &json!({ "headline": "लक्ष्य" })).await.ok();
        for story in stories.iter().chain([&with_picture]) {
            let body = editor.get(&format!("{story}/translations/en")).await.ok()["body"].clone();
            editor.put(&format!("{story}/translations/hi"), None, &json!({ "headline": "कहानी", "body": body })).await.ok();
            editor.publish(story, &["hi"]).await.ok();
        }
        everywhere(&[("hi", "/en/science/moved?a=b&c#d")]).await;
        editor.publish(&target, &["en", "hi"]).await.ok();
        everywhere(&[("hi", &format!("{HINDI}?a=b&c#d")), ("en", "/en/world/moved?a=b&c#d")]).await;
        // What is left of it, wherever that is.
        verb(&editor, &target, "unpublish", json!({ "locales": ["en"] })).await;
        everywhere(&[("en", &format!("{HINDI}?a=b&c#d"))]).await;
        verb(&editor, &target, "unpublish", json!({ "locales": ["hi"] })).await;
        for story in &stories[..4] {
            assert_eq!(led(&app, story, "en").await, [typed], "what was typed");
        }
        assert_eq!(led(&app, &stories[4], "en").await, ["https://elsewhere.example/?a=b&c#d"]);
        editor.publish(&target, &["en"]).await.ok();
        everywhere(&[("en", "/en/world/moved?a=b&c#d")]).await;
        verb(&admin, &target, "takedown", json!({ "reason": "A judge said so." })).await;
        assert_eq!(led(&app, &stories[0], "en").await, [typed]);
    }

    async fn whatever_resolves_is_followed(app) {
        let (editor, world) = (app.editor().await, app.section("world", "दुनिया").await);
        let (admin, asha) = (app.admin().await, app.author("asha", "Asha Rao").await);
        app.import(&json!({ "type": "tag", "key": "rivers", "translations": { "en": { "name": "Rivers" } } }));
        let tag = editor.get("/v1/desk/tags").await.ok()["data"][0]["id"].clone();
        let target = editor.story(&world, "Target").await;
        editor.patch(&target, &editor.get(&target).await.etag(), &json!({ "tags": [tag], "credits": [{ "role": "written_by", "author_id": asha }] })).await.ok();
        editor.publish(&target, &["en"]).await.ok();
        words(&editor, &target, json!({ "slug": "second" })).await;
        editor.publish(&target, &["en"]).await.ok();
        let site = async |patch: Value| _ = admin.patch("/v1/desk/site", &admin.get("/v1/desk/site").await.etag(), &patch).await.ok();
        site(json!({ "url_pattern": "/{locale}/{yyyy}/{slug}" })).await;
        site(json!({ "url_pattern": "/{locale}/{section}/{slug}" })).await;
        let to = |kind: &str, id: &Value| json!({ "kind": kind, "id": id, "locale": "en" });
        for (from, to) in [("/story.php?id=7", to("article", &json!(id(&target)))), ("/short", json!("/en/world/target")), ("/far", json!("https://a.example/")), ("/twice", json!("/short"))] {
            editor.post("/v1/desk/redirects", &json!({ "from": from, "to": to })).await.ok();
        }
        let created = editor.get(&target).await.ok()["created_at"].as_str().unwrap().to_owned();
        let year = created.split('-').next().unwrap();
        let yearly = format!("/en/{year}/second");
        let sent = ["/en/world/second", "/en/world/target#a", "/en/crime/second/", &yearly, "/story.php?id=7#a", "/story.php?id=8", "/short", "/twice?x=y", "/far",
            "/en/world", "/hi/दुनिया", "/en/asha-rao", "/en/rivers", "/en", "/nothing", "/static/a.pdf", "mailto:a@b.example", "https://a.example/en/world/second"];
        let story = begun(&editor, &world, "Story", html(&sent)).await;
        editor.publish(&story, &["en"]).await.ok();
        words(&editor, &target, json!({ "slug": "third" })).await;
        editor.publish(&target, &["en"]).await.ok();
        let section = format!("/v1/desk/sections/{world}");
        admin.patch(&section, &admin.get(&section).await.etag(), &json!({ "translations": { "en": { "slug": "the-world" } } })).await.ok();
        for (list, slug, id) in [("authors", "a-rao", json!(asha)), ("tags", "streams", tag)] {
            let path = format!("/v1/desk/{list}/{}", id.as_str().unwrap());
            admin.patch(&path, &admin.get(&path).await.etag(), &json!({ "translations": { "en": { "slug": slug } } })).await.ok();
        }
        let now = "/en/the-world/third";
        let expected = [now, &format!("{now}#a"), now, now, &format!("{now}#a"), "/story.php?id=8", now, &format!("{now}?x=y"), "/far",
            "/en/the-world", "/hi/%E0%A4%A6%E0%A5%81%E0%A4%A8%E0%A4%BF%E0%A4%AF%E0%A4%BE", "/en/a-rao", "/en/streams", "/en", "/nothing", "/static/a.pdf", "mailto:a@b.example", "https://a.example/en/world/second"];
        assert_eq!(led(&app, &story, "en").await, expected);
        for (typed, now) in sent.iter().zip(&expected).filter(|(typed, _)| typed.starts_with('/')) {
            assert_eq!(comes_out(&app, typed).await, comes_out(&app, now).await, "{typed}");
        }
        // An author whom nothing public credits, and a tag that nothing carries, have no page.
        verb(&editor, &target, "unpublish", json!({ "locales": ["en"] })).await;
        let left = led(&app, &story, "en").await;
        assert_eq!((&left[0], &left[9], &left[11], &left[12]), (&sent[0].to_owned(), &"/en/the-world".to_owned(), &sent[11].to_owned(), &sent[12].to_owned()));
        editor.publish(&target, &["en"]).await.ok();
        assert_eq!(led(&app, &story, "en").await, expected);
    }

    async fn a_path_without_a_locale_leads_where_readers_are_led_whichever_locale_is_the_default_one(app) {
        let (editor, world, admin) = (app.editor().await, app.section("world", "दुनिया").await, app.admin().await);
        let target = editor.story(&world, "Target").await;
        editor.put(&format!("{target}/translations/hi"), None, &json!({ "headline": "लक्ष्य" })).await.ok();
        editor.publish(&target, &["en", "hi"]).await.ok();
        let sent = ["/world", "/दुनिया", "/world/target", "/दुनिया/लक्ष्य", "/en/world", "/hi/दुनिया"];
        for default in ["en", "hi"] {
            let site = json!({ "url_pattern": "/{section}/{slug}", "default_locale": default });
            admin.patch("/v1/desk/site", &admin.get("/v1/desk/site").await.etag(), &site).await.ok();
            let story = begun(&editor, &world, &format!("Story under {default}"), html(&sent)).await;
            editor.publish(&story, &["en"]).await.ok();
            for (typed, now) in sent.iter().zip(&led(&app, &story, "en").await) {
                assert_eq!(comes_out(&app, typed).await, comes_out(&app, now).await, "{typed} under {default}, led to {now}");
            }
        }
    }

    async fn redirects_are_followed_for_good_and_only_where_readers_follow_them(app) {
        let (editor, world) = (app.editor().await, app.section("world", "दुनिया").await);
        let target = editor.story(&world, "Target").await;
        editor.put(&format!("{target}/translations/hi"), None, &json!({ "headline": "लक्ष्य" })).await.ok();
        editor.publish(&target, &["en", "hi"]).await.ok();
        let draft = editor.story(&world, "Draft").await;
        let of = |id: &str, locale: &str| json!({ "kind": "article", "id": id, "locale": locale });
        for (from, to, status) in [
            ("/for-now", json!("/en/world/target"), 302),
            ("/for-now-too", of(id(&target), "en"), 307),
            ("/on-and-on", json!("/for-now"), 301),
            ("/for-good", json!("/en/world/target"), 308),
            ("/to-a-part", json!("/en/world/target#there"), 301),
            ("/to-a-form", json!("/en/world/target?x=y"), 301),
            ("/in-hindi", of(id(&target), "hi"), 301),
            ("/en", json!("/en/world/target"), 301),
            ("/en/world/target", json!("/elsewhere"), 301),
            ("/en/world/target?page=2", json!("/elsewhere"), 301),
        ] {
            editor.post("/v1/desk/redirects", &json!({ "from": from, "to": to, "status": status })).await.ok();
        }
        editor.post("/v1/desk/redirects", &json!({ "from": "/hi/world/target", "status": 410 })).await.ok();
        let sent = ["/for-now", "/for-now-too", "/on-and-on", "/for-good", "/to-a-part", "/to-a-form", "/in-hindi", "/en", "/en/", "/", "/en/world/target", "/en/world/target/", "/en/world/target?page=2", "/hi/world/target"];
        let story = begun(&editor, &world, "Story", html(&sent)).await;
        editor.publish(&story, &["en"]).await.ok();
        let now = led(&app, &story, "en").await;
        for (typed, now) in sent.iter().zip(&now) {
            assert_eq!(comes_out(&app, typed).await, comes_out(&app, now).await, "{typed}");
        }
        words(&editor, &target, json!({ "slug": "moved" })).await;
        editor.publish(&target, &["en"]).await.ok();
        let moved = "/en/world/moved";
        let expected = ["/for-now", "/for-now-too", "/on-and-on", moved, "/to-a-part", "/to-a-form", HINDI, "/en", "/en/", "/", moved, moved, "/en/world/target?page=2", "/hi/world/target"];
        assert_eq!(led(&app, &story, "en").await, expected);
        // Former addresses: what is live comes before what is public no more.
        editor.publish(&draft, &["en"]).await.ok();
        editor.put(&format!("{draft}/translations/hi"), None, &json!({ "headline": "मसौदा", "slug": "both" })).await.ok();
        editor.publish(&draft, &["hi"]).await.ok();
        verb(&editor, &draft, "unpublish", json!({ "locales": ["en", "hi"] })).await;
        words(&editor, &target, json!({ "slug": "both" })).await;
        editor.publish(&target, &["en"]).await.ok();
        words(&editor, &story, json!({ "body": html(&["/hi/x/both"]) })).await;
        editor.publish(&story, &["en"]).await.ok();
        assert_eq!(comes_out(&app, "/hi/x/both").await, HINDI);
        assert_eq!(led(&app, &story, "en").await, [HINDI]);
    }

    async fn a_body_refers_to_a_thousand_things_and_no_more(app) {
        let (editor, world) = (app.editor().await, app.section("world", "दुनिया").await);
        let story = begun(&editor, &world, "Story", html(&[])).await;
        let line: Vec<Value> = (0..1_001).map(|n| {
            let to = json!({ "kind": "tag", "id": uuid::Uuid::from_u128(n) });
            json!({ "type": "text", "text": format!("{n}"), "marks": [{ "type": "link", "attrs": { "href": "/x", "to": to } }] })
        }).collect();
        let content = json!({ "type": "doc", "content": [{ "type": "paragraph", "content": line }] });
        let path = format!("{story}/translations/en");
        let refused = editor.patch(&path, "\"1\"", &json!({ "body": { "format": "doc", "content": content } })).await;
        assert_eq!(refused.violations(), [("#/body".to_owned(), "too_many".to_owned())]);
        // Of paths the first thousand are looked up.
        let target = editor.story(&world, "Target").await;
        let zero = editor.story(&world, "0").await;
        for story in [&target, &zero] {
            editor.publish(story, &["en"]).await.ok();
        }
        let mut paths: Vec<String> = (0..1_000).map(|n| format!("/en/world/{n}")).collect();
        paths.push("/en/world/target".to_owned());
        let body = html(&paths.iter().map(String::as_str).collect::<Vec<_>>());
        let saved = words(&editor, &story, json!({ "body": body })).await;
        assert!(saved["warnings"].as_array().unwrap().iter().any(|w| w["pointer"] == "#/body" && w["code"] == "too_many"), "{}", saved["warnings"]);
        assert_eq!(saved["body"]["content"].to_string().matches("\"to\"").count(), 1, "the last of them is a path");
    }

    async fn a_body_that_is_as_long_as_may_be_keeps_its_links_as_paths(app) {
        let (editor, world) = (app.editor().await, app.section("world", "दुनिया").await);
        let target = editor.story(&world, "Target").await;
        editor.publish(&target, &["en"]).await.ok();
        let content = |length: usize| {
            let link = json!({ "type": "text", "text": "There", "marks": [{ "type": "link", "attrs": { "href": "/en/world/target" } }] });
            let block = |id: &str, line: Value| json!({ "type": "paragraph", "attrs": { "id": id }, "content": [line] });
            json!({ "type": "doc", "content": [block("a", link), block("b", json!({ "type": "text", "text": "x".repeat(length) }))] })
        };
        let size = |content: &Value| doc::size(&doc::read(content, "#", &mut || unreachable!()).unwrap());
        let rest = BODY_BYTES - size(&content(1));
        for (length, refers) in [(rest + 1, false), (rest - 200, true)] {
            let story = begun(&editor, &world, "Story", json!({ "format": "doc", "content": content(length) })).await;
            editor.publish(&story, &["en"]).await.ok();
            let shown = editor.get(&format!("{story}/translations/en")).await.ok();
            assert_eq!(shown["body"]["content"].to_string().contains("\"to\""), refers);
            let again = words(&editor, &story, json!({ "body": shown["body"] })).await;
            assert_eq!((&again["version"], again["warnings"].to_string().contains("too_long")), (&json!(1), !refers));
        }
    }

    async fn a_slug_that_changes_is_no_edit_of_what_leads_there(app) {
        let (editor, world) = (app.editor().await, app.section("world", "दुनिया").await);
        let target = editor.story(&world, "Target").await;
        editor.publish(&target, &["en"]).await.ok();
        let story = begun(&editor, &world, "Story", html(&["/en/world/target"])).await;
        editor.put(&format!("{story}/translations/hi"), None, &json!({ "headline": "कहानी", "body": html(&["/en/world/target"]) })).await.ok();
        editor.publish(&story, &["en", "hi"]).await.ok();
        words(&editor, &target, json!({ "slug": "moved" })).await;
        editor.publish(&target, &["en"]).await.ok();
        // As the desk shows it, in each form, it comes back as what was there.
        let path = format!("{story}/translations/en");
        for form in ["html", "markdown", "doc"] {
            let shown = editor.get(&format!("{path}?body={form}")).await.ok();
            assert_eq!(links(form, &shown["body"]["content"]), ["/en/world/moved"], "{form}");
            assert_eq!(words(&editor, &story, json!({ "body": shown["body"] })).await["version"], 1, "{form}");
        }
        // So does what was typed, or any other address of it; what stands behind it does not.
        assert_eq!(words(&editor, &story, json!({ "body": html(&["/en/world/target"]) })).await["version"], 1);
        assert_eq!(words(&editor, &story, json!({ "body": html(&["/en/world/moved#end"]) })).await["version"], 2);
        assert_eq!(words(&editor, &story, json!({ "body": html(&["/en/world/target#end"]) })).await["version"], 2);
        words(&editor, &story, json!({ "body": html(&["/en/world/target"]) })).await;
        editor.publish(&story, &["en"]).await.ok();
        let diff = editor.get(&format!("{path}/revisions/3/diff?against=1")).await.ok();
        assert_eq!(diff["blocks"][0]["fate"], "kept", "{diff}");
        let hindi = editor.get(&format!("{story}/translations/hi")).await.ok();
        assert_eq!((&hindi["freshness"]["changed_blocks"], links("doc", &hindi["body"]["content"])), (&json!([]), vec!["/en/world/moved".to_owned()]));
    }

    async fn a_link_to_another_language_stays_one_where_that_is_meant(app) {
        let (editor, world) = (app.editor().await, app.section("world", "दुनिया").await);
        let target = editor.story(&world, "Target").await;
        editor.put(&format!("{target}/translations/hi"), None, &json!({ "headline": "लक्ष्य" })).await.ok();
        editor.publish(&target, &["en", "hi"]).await.ok();
        // From English to Hindi; and from a story to itself.
        let story = begun(&editor, &world, "Story", html(&[HINDI])).await;
        editor.publish(&story, &["en"]).await.ok();
        assert_eq!(led(&app, &story, "en").await, [HINDI]);
        words(&editor, &target, json!({ "body": html(&[HINDI]) })).await;
        let path = format!("{target}/translations/hi");
        editor.patch(&path, &editor.get(&path).await.etag(), &json!({ "body": html(&["/en/world/target"]) })).await.ok();
        editor.publish(&target, &["en", "hi"]).await.ok();
        assert_eq!((led(&app, &target, "en").await, led(&app, &target, "hi").await), (vec![HINDI.to_owned()], vec!["/en/world/target".to_owned()]));
        // Where there is no other page nothing is meant by it.
        let other = editor.story(&world, "Only Hindi").await;
        editor.put(&format!("{other}/translations/hi"), None, &json!({ "headline": "केवल" })).await.ok();
        editor.publish(&other, &["hi"]).await.ok();
        let there = app.anyone().get(&format!("/v1/articles/{}?locale=hi", id(&other))).await.ok()["url"].as_str().unwrap().to_owned();
        words(&editor, &story, json!({ "body": html(&[&there]) })).await;
        editor.publish(&story, &["en"]).await.ok();
        editor.publish(&other, &["en"]).await.ok();
        assert_eq!(led(&app, &story, "en").await, ["/en/world/only-hindi"]);
    }

    async fn nothing_is_told_through_a_link_of_what_one_may_not_see(app) {
        let (world, crime) = (app.section("world", "दुनिया").await, app.section("crime", "अपराध").await);
        let (chief, writer) = (app.admin().await, app.role(Role::Editor, Some(&crime), None).await);
        let secret = chief.story(&world, "Secret").await;
        let story = begun(&writer, &crime, "Story", html(&["/en/world/secret"])).await;
        let path = format!("{story}/translations/en");
        let told = async |client: &Client<'_>| client.get(&path).await.text.contains(id(&secret));
        assert!(!told(&writer).await && !told(&chief).await, "nothing was found");
        // A reference that is given is refused as one to nothing.
        let marked = |id: &str| json!({ "body": { "format": "doc", "content": { "type": "doc", "content": [{ "type": "paragraph", "content": [
            { "type": "text", "text": "There", "marks": [{ "type": "link", "attrs": { "href": "/x", "to": { "kind": "article", "id": id } } }] }] }] } } });
        let refused = async |client: &Client<'_>, id: &str| {
            let answer = client.patch(&path, &client.get(&path).await.etag(), &marked(id)).await;
            (answer.status, answer.json()["errors"].to_string().replace(id, "…"))
        };
        let nobody = "0198c5a1-7f00-7000-8000-000000000001";
        let (hidden, absent) = (refused(&writer, id(&secret)).await, refused(&writer, nobody).await);
        assert_eq!(hidden, absent);
        assert!(hidden.0 == 422 && hidden.1.contains("unknown"), "{hidden:?}");
        // Whoever sees it may link to it; others are not told, and neither is the public, until it is there.
        words(&chief, &story, json!({ "body": html(&["/en/world/secret"]) })).await;
        assert!(told(&chief).await && !told(&writer).await);
        assert!(!writer.get(&format!("{path}/revisions/2")).await.text.contains(id(&secret)));
        assert!(!writer.get(&format!("{path}/revisions/2/diff")).await.text.contains(id(&secret)));
        chief.publish(&story, &["en"]).await.ok();
        for form in FORMS {
            assert!(!app.anyone().get(&format!("/v1/articles/{}?body={form}", id(&story))).await.text.contains(id(&secret)));
        }
        assert_eq!(led(&app, &story, "en").await, ["/en/world/secret"]);
        // What they are not told of is kept when they save.
        let shown = writer.get(&path).await.ok();
        words(&writer, &story, json!({ "headline": "Another", "body": shown["body"] })).await;
        assert!(told(&chief).await);
        words(&chief, &secret, json!({ "slug": "no-secret" })).await;
        chief.publish(&secret, &["en"]).await.ok();
        assert_eq!(led(&app, &story, "en").await, ["/en/world/no-secret"]);
        assert!(told(&writer).await);
    }

    async fn a_bundle_may_link_to_what_comes_after(app) {
        app.section("world", "दुनिया").await;
        let record = |n: usize, to: usize| json!({
            "type": "article", "key": format!("k{n}"), "kind": "story", "section": "world", "source_locale": "en",
            "translations": {
                "en": { "headline": format!("Story {n}"), "slug": format!("story-{n}"), "former_slugs": [format!("old-{n}")], "published_at": "2024-03-16T13:09:00Z", "body": html(&[&format!("/en/world/old-{to}")]) },
                "hi": { "headline": format!("कहानी {n}"), "slug": format!("कहानी-{n}"), "published_at": "2024-03-16T13:09:00Z", "body": html(&[&format!("/en/world/old-{to}")]) },
            },
        });
        let all = |app: &TestApp, records: &[Value]| {
            let permit = Permit::try_from(Caller::system(System::Importer)).unwrap();
            let on: Vec<_> = records.iter().filter_map(|record| app.import(record).leads_on).collect();
            on.iter().flat_map(|id| app.store.write_now(&permit, |tx| lead(tx, &permit, *id)).unwrap()).map(|w| w.code).collect::<Vec<_>>()
        };
        let records = [record(0, 1), record(1, 2), record(2, 0)];
        assert_eq!(all(&app, &records), [""; 0]);
        let ids = [app.imported("article", "k0").await, app.imported("article", "k1").await, app.imported("article", "k2").await];
        let encoded = |n: usize| format!("/hi/%E0%A4%A6%E0%A5%81%E0%A4%A8%E0%A4%BF%E0%A4%AF%E0%A4%BE/%E0%A4%95%E0%A4%B9%E0%A4%BE%E0%A4%A8%E0%A5%80-{n}");
        for (n, to) in [(0, 1), (1, 2), (2, 0)] {
            assert_eq!(led(&app, &ids[n], "en").await, [format!("/en/world/story-{to}")]);
            assert_eq!(led(&app, &ids[n], "hi").await, [encoded(to)]);
        }
        // Once more it says nothing new, and neither does what is exported.
        let exported: Vec<Value> = app.store.read_now(|tx| {
            let permit = Permit::try_from(Caller::system(System::Importer))?;
            ids.iter().map(|id| Ok(serde_json::to_value(export_article(tx, &permit, id.parse().unwrap())?).unwrap())).collect()
        }).unwrap();
        for record in records.iter().chain(&exported) {
            let report = app.import(record);
            assert_eq!(format!("{:?}", report.outcome), "Unchanged", "{record}");
        }
        // In another site, with all of it and without what the first leads to.
        let other = TestApp::sqlite().await;
        other.section("world", "दुनिया").await;
        assert_eq!(all(&other, &exported), [""; 0]);
        let path = format!("/v1/desk/articles/{}", other.imported("article", "k1").await);
        words(&other.editor().await, &path, json!({ "slug": "moved" })).await;
        other.editor().await.publish(&path, &["en"]).await.ok();
        assert_eq!(led(&other, &other.imported("article", "k0").await, "en").await, ["/en/world/moved"]);
        let lost = TestApp::sqlite().await;
        lost.section("world", "दुनिया").await;
        assert_eq!(all(&lost, &exported[..1]), ["unknown", "unknown"], "what it leads to has not come");
        assert_eq!(led(&lost, &lost.imported("article", "k0").await, "en").await, ["/en/world/old-1"]);
    }

    async fn what_a_bundle_plans_leads_to_what_comes_after(app) {
        app.section("world", "दुनिया").await;
        let (at, to) = (app.now().plus_seconds(3_600).to_string(), html(&["/en/world/later"]));
        let record = json!({ "type": "article", "key": "planned", "kind": "story", "section": "world", "source_locale": "en", "translations": { "en": {
            "headline": "Planned", "slug": "planned", "body": html(&["/en/world/later", "/nothing"]),
            "live": { "headline": "Planned", "slug": "planned", "published_at": at, "body": to } } } });
        let on = app.import(&record).leads_on.unwrap();
        app.import(&json!({ "type": "article", "key": "later", "kind": "story", "section": "world", "source_locale": "en", "translations": { "en": {
            "headline": "Later", "slug": "later", "published_at": "2024-03-16T13:09:00Z", "body": html(&[]) } } }));
        let permit = Permit::try_from(Caller::system(System::Importer)).unwrap();
        assert_eq!(app.store.write_now(&permit, |tx| lead(tx, &permit, on)).unwrap(), []);
        app.wait(3_600);
        assert_eq!(app.tick().await, 1);
        let (editor, later) = (app.editor().await, format!("/v1/desk/articles/{}", app.imported("article", "later").await));
        words(&editor, &later, json!({ "slug": "moved" })).await;
        editor.publish(&later, &["en"]).await.ok();
        assert_eq!(led(&app, &app.imported("article", "planned").await, "en").await, ["/en/world/moved"]);
    }

    async fn what_is_erased_leaves_what_was_typed(app) {
        let (admin, world) = (app.admin().await, app.section("world", "दुनिया").await);
        let target = admin.story(&world, "Target").await;
        admin.publish(&target, &["en"]).await.ok();
        let story = begun(&admin, &world, "Story", html(&["/en/world/target"])).await;
        admin.publish(&story, &["en"]).await.ok();
        words(&admin, &target, json!({ "slug": "moved" })).await;
        admin.publish(&target, &["en"]).await.ok();
        assert_eq!(led(&app, &story, "en").await, ["/en/world/moved"]);
        verb(&admin, &target, "takedown", json!({ "reason": "A judge said so." })).await;
        verb(&admin, &target, "erase", json!({ "reason": "Law." })).await;
        assert_eq!(led(&app, &story, "en").await, ["/en/world/target"]);
        let draft = admin.story(&world, "Draft").await;
        words(&admin, &story, json!({ "body": html(&["/en/world/draft"]) })).await;
        assert_eq!(admin.delete(&draft, &admin.get(&draft).await.etag()).await.status, 204);
        admin.publish(&story, &["en"]).await.ok();
        assert_eq!(led(&app, &story, "en").await, ["/en/world/draft"]);
        // Saved again it still says so, and leads there when the draft is back.
        let shown = admin.get(&format!("{story}/translations/en?body=html")).await.ok();
        words(&admin, &story, json!({ "headline": "Again", "body": shown["body"] })).await;
        admin.act(&format!("/v1/desk/trash/{}/restore", id(&draft)), "\"1\"", &json!({})).await.ok();
        words(&admin, &draft, json!({ "slug": "public" })).await;
        admin.publish(&draft, &["en"]).await.ok();
        assert_eq!(led(&app, &story, "en").await, ["/en/world/public"]);
    }

    async fn a_hundred_links_cost_no_more_statements_than_one_and_none_costs_none(app) {
        let (editor, world) = (app.editor().await, app.section("world", "दुनिया").await);
        for n in 0..100 {
            let story = editor.story(&world, &format!("Target {n}")).await;
            editor.publish(&story, &["en"]).await.ok();
        }
        let fresh = app.uncached().await;
        let mut costs = Vec::new();
        for n in [0, 1, 100] {
            let all: Vec<String> = (0..n).map(|n| format!("/en/world/target-{n}")).collect();
            let all: Vec<&str> = all.iter().map(String::as_str).collect();
            let body = if all.is_empty() { json!({ "format": "text", "content": "There." }) } else { html(&all) };
            let before = app.store.statements();
            let story = begun(&editor, &world, &format!("Story {n}"), body).await;
            let saved = app.store.statements() - before;
            editor.publish(&story, &["en"]).await.ok();
            let path = format!("/v1/articles/{}", id(&story));
            app.anyone().at(&fresh).get(&path).await.ok();
            let before = app.store.statements();
            app.anyone().at(&fresh).get(&path).await.ok();
            costs.push((saved, app.store.statements() - before));
        }
        println!("saved and read with 0, 1 and 100 links: {costs:?}");
        assert_eq!(costs[1], costs[2]);
        assert!(costs[1].0 - costs[0].0 <= 6 && costs[1].1 - costs[0].1 == 1, "{costs:?}");
    }
}
