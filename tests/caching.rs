//! The response cache: answers that are kept, and never handed out when they are not true any more.

use std::collections::BTreeMap;

use actix_web::http::Method;
use dateline::{
    domain::user::Role,
    workers::{self, follower},
};
use futures_util::future::join_all;
use proptest::{
    prelude::*,
    strategy::ValueTree,
    test_runner::{Config, TestRng, TestRunner},
};
use serde_json::{Value, json};

use crate::support::{Answer, Client, TestApp};

/// What an answer says, all that does not differ between two askings.
fn said(answer: &Answer) -> (u16, BTreeMap<String, String>, Value) {
    let told = ["etag", "link", "location", "content-language", "content-type", "vary", "surrogate-key", "cache-tag"];
    let headers = answer.headers.iter().filter(|(n, _)| told.contains(&n.as_str())).cloned().collect();
    let mut body = answer.json();
    if answer.status >= 400 {
        body["request_id"] = Value::Null;
    }
    (answer.status, headers, body)
}

/// A newsroom with two sections, one below the other, an author, a tag and three stories, one of them in two languages.
struct Newsroom {
    world: String,
    asia: String,
    author: String,
    tag: String,
    stories: Vec<String>,
    menu: Option<String>,
    collection: Option<String>,
}

/// `linked`: whether the stories lead to each other.
async fn newsroom(app: &TestApp, linked: bool) -> Newsroom {
    let admin = app.admin().await;
    let world = app.section("world", "दुनिया").await;
    let below = json!({ "parent_id": world, "position": 1, "translations": { "en": { "name": "Asia" }, "hi": { "name": "एशिया" } } });
    let asia = admin.post("/v1/desk/sections", &below).await.ok()["id"].as_str().unwrap().to_owned();
    let author = app.author("asha", "Asha Rao").await;
    app.import(&json!({ "type": "tag", "key": "t", "kind": "topic", "translations": { "en": { "name": "Rivers" } } }));
    let tag = admin.get("/v1/desk/tags").await.ok()["data"][0]["id"].as_str().unwrap().to_owned();
    let mut stories = Vec::new();
    for (n, section) in [&world, &asia, &asia].into_iter().enumerate() {
        // Each leads to whatever was there before it: sections, the author, the tag, and the stories, one of which is not public yet.
        let before = (0..n)
            .map(|n| format!("/en/world/story-{n}-en"))
            .chain(["/en/world", "/hi/asia", "/en/asha-rao", "/en/rivers"].map(str::to_owned));
        let links: String = before.filter(|_| linked).map(|path| format!("<p><a href=\"{path}\">There.</a></p>")).collect();
        let words = |l: &str| json!({ "headline": format!("Story {n} {l}"), "summary": "A summary.", "body": { "format": "html", "content": format!("<p>One.</p><p>Two.</p>{links}") } });
        let credits = json!([{ "role": "written_by", "author_id": author }]);
        let sent = json!({ "kind": if n == 1 { "video" } else { "story" }, "section_id": section, "source_locale": "en",
            "tags": if n == 2 { json!([]) } else { json!([tag]) }, "credits": if n == 0 { credits } else { json!([]) },
            "translations": { "en": words("en"), "hi": words("hi") } });
        let path = admin.post("/v1/desk/articles", &sent).await.header("location").unwrap().to_owned();
        if n < 2 {
            admin.publish(&path, if n == 0 { &["en", "hi"] } else { &["en"] }).await.ok();
        }
        app.wait(1);
        stories.push(path);
    }
    let mut menu = None;
    if linked {
        let made =
            admin.post("/v1/desk/menus", &json!({ "slug": "main", "items": everything(&world, &asia, &author, &tag, &stories) })).await;
        menu = made.header("location").map(str::to_owned);
        assert!(menu.is_some(), "{}", made.text);
    }
    let mut collection = None;
    if linked {
        let sent = json!({ "slug": "top", "names": { "en": "Top", "hi": "ऊपर" }, "items": pinned(&stories, app), "query": {}, "limit": 2 });
        let made = admin.post("/v1/desk/collections", &sent).await;
        collection = made.header("location").map(str::to_owned);
        assert!(collection.is_some(), "{}", made.text);
    }
    Newsroom { world, asia, author, tag, stories, menu, collection }
}

/// All stories but the first, each pinned for a while, one of which begins later.
fn pinned(stories: &[String], app: &TestApp) -> Value {
    let item = |(n, path): (i64, &String)| {
        let (from, until) = (app.now().plus_seconds(3 * n - 4), app.now().plus_seconds(3 * n + 7));
        let headlines = json!({ "en": format!("Pinned {n}") });
        json!({ "article_id": path.rsplit('/').next().unwrap(), "position": 2, "from": from, "until": until, "headlines": headlines })
    };
    (0..).zip(stories).skip(1).map(item).collect()
}

/// The items of a menu that lead to all of it.
fn everything(world: &str, asia: &str, author: &str, tag: &str, stories: &[String]) -> Value {
    let item = |kind: &str, id: &str| json!({ "to": { "kind": kind, "id": id } });
    let below: Vec<Value> = stories.iter().map(|path| item("article", path.rsplit('/').next().unwrap())).collect();
    json!([item("section", world), item("section", asia), item("author", author), item("tag", tag), { "labels": { "en": "Stories" }, "items": below }])
}

/// Everything of a newsroom that readers ask for.
fn reads(room: &Newsroom) -> Vec<String> {
    let Newsroom { world, asia, author, tag, stories, .. } = room;
    let mut all: Vec<String> =
        ["/v1/site", "/v1/locales", "/v1/sections", "/v1/sections?locale=hi", "/v1/authors", "/v1/tags", "/v1/tags?locale=hi&count=true"]
            .map(str::to_owned)
            .to_vec();
    for (kind, id, slug) in
        [("sections", world, "world"), ("sections", asia, "asia"), ("authors", author, "asha-rao"), ("tags", tag, "rivers")]
    {
        all.extend(
            ["", "?locale=hi", "?locale=bn"].iter().flat_map(|l| [format!("/v1/{kind}/{id}{l}"), format!("/v1/{kind}/by-slug/{slug}{l}")]),
        );
        all.extend(["resolve", "pages"].iter().flat_map(|o| [format!("/v1/{o}?path=/en/{slug}"), format!("/v1/{o}?path=/hi/{slug}")]));
    }
    for (n, path) in stories.iter().enumerate() {
        let id = path.rsplit('/').next().unwrap();
        for query in ["", "?locale=hi", "?locale=bn&fallback=chain", "?body=doc", "?locale=hi&fallback=chain&body=none"] {
            all.extend([
                format!("/v1/articles/{id}{query}"),
                format!("/v1/articles/by-slug/story-{n}-en{query}"),
                format!("/v1/articles/by-slug/story-{n}-hi{query}"),
            ]);
        }
        all.extend(
            ["", "?body=html&include=authors,related", "?fields=locale,alternates"].map(|q| format!("/v1/articles/{id}/translations{q}")),
        );
        for operation in ["resolve", "pages"] {
            all.extend([format!("/v1/{operation}?path=/en/world/story-{n}-en"), format!("/v1/{operation}?path=/hi/x/story-{n}-hi")]);
        }
    }
    let collections = ["top", "top?locale=hi", "top?locale=bn&fallback=chain&fields=headline,pinned", "never", "other?locale=hi"];
    all.extend(collections.map(|collection| format!("/v1/collections/{collection}")));
    all.extend(["main", "main?locale=hi", "main?locale=bn&fallback=chain", "never"].map(|menu| format!("/v1/menus/{menu}")));
    all.extend(["/hi", "/bn", "/never", "/hi/story-1-en"].map(|path| format!("/v1/pages?path={path}&fallback=chain")));
    all.extend(["/en", "/hi", "/bn", "/", "/never", "/hi/never", "/xx/never"].iter().map(|p| format!("/v1/pages?path={p}&limit=2")));
    for filter in [
        "",
        "section=world",
        "section=asia",
        "author=asha-rao",
        "tag=rivers",
        "kind=video",
        "kind=page",
        "section=world&kind=story",
        "author=asha-rao&tag=rivers",
        "published_after=2026-03-01T08:00:02Z",
    ] {
        all.push(format!("/v1/articles?{filter}&include=section,authors,tags,related.authors,alternates&fields=id,summary"));
        for language in ["", "locale=hi", "locale=bn&fallback=chain", "locale=hi&fallback=chain&count=true&limit=1"] {
            all.push(format!("/v1/articles?{filter}&{language}"));
            all.push(format!("/v1/articles?{filter}&{language}&sort=-updated_at"));
        }
    }
    all
}

/// One thing that the newsroom does, on one of its stories.
#[expect(clippy::too_many_lines, reason = "an arm for each thing that a newsroom does")]
async fn write(app: &TestApp, room: &Newsroom, admin: &Client<'_>, what: u8, story: usize) {
    let path = &room.stories[story % room.stories.len()];
    let words = format!("{path}/translations/en");
    let patch = async |at: String, body: Value| {
        drop(admin.patch(&at, admin.get(&at).await.header("etag").unwrap_or("\"0\""), &body).await);
    };
    let act = async |verb: &str, body: Value| {
        drop(admin.act(&format!("{path}/{verb}"), admin.get(path).await.header("etag").unwrap_or("\"0\""), &body).await);
    };
    let stamp = app.now().as_seconds() % 1_000;
    match what % 22 {
        0 | 1 => {
            patch(words, json!({ "summary": format!("At {stamp}.") })).await;
            act("publish", json!({ "locales": ["en"] })).await;
        }
        2 => {
            patch(words, json!({ "slug": format!("slug-{stamp}") })).await;
            act("publish", json!({ "locales": ["en"] })).await;
        }
        3 => act("publish", json!({ "locales": ["hi"] })).await,
        4 => act("unpublish", json!({ "locales": ["hi"] })).await,
        5 => act("unpublish", json!({ "locales": ["en"] })).await,
        6 => {
            drop(admin.post(&format!("{path}/corrections"), &json!({ "kind": "update", "texts": { "en": format!("At {stamp}.") } })).await);
        }
        7 => act("takedown", json!({ "reason": "a judge said so" })).await,
        8 => act("reinstate", json!({ "reason": "another judge said so" })).await,
        9 => {
            patch(format!("/v1/desk/sections/{}", room.asia), json!({ "translations": { "en": { "name": format!("Asia {stamp}") } } }))
                .await;
        }
        10 => {
            patch(
                format!("/v1/desk/sections/{}", room.asia),
                json!({ "parent_id": if stamp % 2 == 0 { json!(null) } else { json!(room.world) } }),
            )
            .await;
        }
        11 => {
            patch(format!("/v1/desk/authors/{}", room.author), json!({ "translations": { "en": { "name": format!("Asha {stamp}") } } }))
                .await;
        }
        12 => {
            patch(format!("/v1/desk/tags/{}", room.tag), json!({ "translations": { "en": { "name": format!("Rivers {stamp}") } } })).await;
        }
        13 => patch("/v1/desk/site".to_owned(), json!({ "name": format!("The Times of {stamp}") })).await,
        14 => {
            patch(
                "/v1/desk/locales/bn".to_owned(),
                json!({ "fallback": if stamp % 2 == 0 { json!(["hi", "en"]) } else { json!(["en"]) } }),
            )
            .await;
        }
        15 => {
            act("schedule", json!({ "locales": ["en", "hi"], "publish_at": app.now().plus_seconds(2).to_string() })).await;
            app.wait(3);
            app.tick().await;
        }
        16 => {
            let facts = if stamp % 2 == 0 {
                json!({ "tags": [], "section_id": room.asia })
            } else {
                json!({ "tags": [room.tag], "section_id": room.world, "kind": "gallery" })
            };
            patch(path.clone(), facts).await;
            act("publish", json!({})).await;
        }
        17 => {
            patch(
                path.clone(),
                json!({ "credits": if stamp % 2 == 0 { json!([]) } else { json!([{ "role": "photo_by", "author_id": room.author }]) } }),
            )
            .await;
        }
        18 => act("publish", json!({ "minor": true })).await,
        19 => {
            // What is no news goes out of lists, and has another form of address.
            let facts = if stamp % 2 == 0 { json!({ "tags": [], "credits": [], "kind": "page" }) } else { json!({ "kind": "story" }) };
            patch(path.clone(), facts).await;
            act("publish", json!({})).await;
        }
        20 => {
            if let Some(menu) = &room.menu {
                let mut items = everything(&room.world, &room.asia, &room.author, &room.tag, &room.stories);
                items[4]["labels"]["hi"] = json!(format!("कहानियाँ {stamp}"));
                patch(menu.clone(), json!({ "items": if stamp % 3 == 0 { json!([]) } else { items } })).await;
            }
            if let Some(collection) = &room.collection {
                let place = match stamp % 4 {
                    0 => json!({ "kind": "home" }),
                    1 => json!({ "kind": "section", "section_id": room.world }),
                    2 => json!({ "kind": "rail_of_article" }),
                    _ => Value::Null,
                };
                let query = if stamp % 5 == 0 { Value::Null } else { json!({ "tag": [room.tag] }) };
                let slug = if stamp % 7 == 0 { "other" } else { "top" };
                let locale = if stamp % 3 == 0 { json!("hi") } else { Value::Null };
                let said = json!({ "slug": slug, "locale": locale, "place": place, "query": query, "items": pinned(&room.stories, app) });
                patch(collection.clone(), said).await;
            }
        }
        _ => drop(app.import(
            &json!({ "type": "author", "key": "new", "kind": "person", "translations": { "en": { "name": format!("Writer {stamp}") } } }),
        )),
    }
    app.wait(1);
}

both! {
    async fn every_kept_answer_is_the_one_that_would_be_made_now(app) {
        let room = newsroom(&app, true).await;
        let reads = reads(&room);
        let (plain, other) = (app.uncached().await, app.instance().await);
        let follower = follower::runner(other.response_cache.clone()).unwrap();
        let callers = [
            app.anyone(), app.role(Role::Contributor, None, None).await, app.role(Role::Translator, None, Some("hi")).await,
            app.editor().await, app.role(Role::Chief, None, None).await, app.admin().await,
        ];
        let mut admin = app.admin().await;
        let mut runner = TestRunner::new_with_rng(Config::default(), TestRng::deterministic_rng(proptest::test_runner::RngAlgorithm::ChaCha));
        let steps = prop::collection::vec((any::<u8>(), any::<usize>(), prop::collection::vec((0..reads.len(), 0..callers.len()), 40)), 90);
        let mut differed = 0;
        let mut last: BTreeMap<String, Value> = BTreeMap::new();
        for (step, (what, story, asked)) in steps.new_tree(&mut runner).unwrap().current().into_iter().enumerate() {
            if step % 40 == 39 {
                admin = app.again(&admin).await;
            }
            write(&app, &room, &admin, what, story).await;
            assert!(follower.run().unwrap() < 1_000);
            for (read, caller) in asked {
                let (path, caller) = (&reads[read], &callers[caller]);
                // A token that has run out is nothing to delivery either.
                let kept = caller.get(path).await;
                let expected = said(&caller.at(&plain).get(path).await);
                assert_eq!(said(&kept), expected, "step {step}, after {} on {}: {path}", what % 22, story % 3);
                assert_eq!(said(&caller.at(&other).get(path).await), expected, "another instance at step {step}, after {}: {path}", what % 22);
                differed += usize::from(last.insert(path.clone(), expected.2.clone()).is_some_and(|before| before != expected.2));
            }
        }
        assert!(differed > 200, "the answers hardly ever changed: {differed}");
        assert!(app.entrance.response_cache.len() > 20);
    }

    async fn what_is_kept_costs_no_statement_and_a_change_drops_only_what_it_touches(app) {
        let room = newsroom(&app, false).await;
        let admin = app.admin().await;
        let cost = async |path: &str| {
            let before = app.store.statements();
            app.anyone().get(path).await;
            app.store.statements() - before
        };
        let id = |n: usize| format!("/v1/articles/{}", room.stories[n].rsplit('/').next().unwrap());
        let missing = "/v1/articles/by-slug/never-was";
        let all = [id(0), id(1), "/v1/articles".to_owned(), "/v1/articles?locale=hi".to_owned(), "/v1/articles?section=asia".to_owned(), "/v1/articles?author=asha-rao".to_owned(), "/v1/site".to_owned(), "/v1/authors".to_owned(), missing.to_owned(), id(2)];
        for path in &all {
            assert!(cost(path).await > 0, "{path}");
            assert_eq!(cost(path).await, 0, "{path}");
            // The same request in other words.
            let other = format!("{path}{}fallback=none", if path.contains('?') { '&' } else { '?' });
            if path.starts_with("/v1/articles") {
                assert_eq!(cost(&other).await, 0, "{other}");
            }
        }
        admin.patch(&format!("{}/translations/en", room.stories[1]), &admin.get(&format!("{}/translations/en", room.stories[1])).await.etag(), &json!({ "summary": "Another." })).await.ok();
        for path in &all {
            assert_eq!(cost(path).await, 0, "a draft is nobody's business: {path}");
        }
        admin.publish(&room.stories[1], &["en"]).await.ok();
        let mut dropped = Vec::new();
        for path in &all {
            dropped.push(cost(path).await > 0);
        }
        // The story, the lists of its language that it stands in; not those of other authors and languages, nor what never was.
        assert_eq!(dropped, [false, true, true, false, true, false, false, false, false, false]);
        let author = format!("/v1/desk/authors/{}", room.author);
        admin.patch(&author, &admin.get(&author).await.etag(), &json!({ "translations": { "en": { "name": "Asha Roy" } } })).await.ok();
        let mut dropped = Vec::new();
        for path in &all {
            dropped.push(cost(path).await > 0);
        }
        assert_eq!(dropped, [true, false, true, true, false, true, false, true, false, false]);
    }

    async fn many_who_ask_at_once_cost_what_one_costs(app) {
        let room = newsroom(&app, false).await;
        let path = format!("/v1/articles/{}", room.stories[0].rsplit('/').next().unwrap());
        let before = app.store.statements();
        let answers = join_all((0..64).map(|_| async { app.anyone().get(&path).await })).await;
        assert!(answers.iter().all(|a| a.status == 200 && a.text == answers[0].text));
        assert!(app.store.statements() - before <= 4, "{}", app.store.statements() - before);
    }

    async fn what_is_asked_for_all_the_time_is_not_put_out_for_what_is_asked_for_once_in_a_while(app) {
        app.multiply(600);
        let ids = async |cursor: String| {
            let list = app.anyone().get(&format!("/v1/articles?limit=100&fields=id{cursor}")).await.ok();
            let all: Vec<String> = list["data"].as_array().unwrap().iter().map(|a| a["id"].as_str().unwrap().to_owned()).collect();
            (all, list["page"]["next"].as_str().map(|next| format!("&cursor={next}")))
        };
        let (mut all, mut next) = ids(String::new()).await;
        while let Some(cursor) = next {
            let (more, after) = ids(cursor).await;
            all.extend(more);
            next = after;
        }
        // A cache with room for some hundred articles.
        let small = app.keeping(1 << 20).await;
        let ask = async |id: &String| {
            let before = app.store.statements();
            app.anyone().at(&small).get(&format!("/v1/articles/{id}")).await.ok();
            app.store.statements() - before
        };
        let (hot, others) = all.split_first().unwrap();
        let mut put_out = 0;
        for _ in 0..2 {
            put_out = 0;
            for id in others {
                put_out += i64::from(ask(id).await > 0);
            }
        }
        assert!(put_out > 100, "the cache has room for nearly all: {put_out}");
        ask(hot).await;
        let mut made_again = Vec::new();
        for (round, some) in others.chunks(5).enumerate() {
            for id in some.iter().chain(some).chain(some) {
                ask(id).await;
            }
            // A few rounds pass until the cache has noticed.
            if ask(hot).await > 0 && round > 20 {
                made_again.push(round);
            }
        }
        assert_eq!(made_again, Vec::<usize>::new());
    }

    async fn entity_tags_codings_and_heads_are_those_of_the_standard(app) {
        let room = newsroom(&app, false).await;
        let path = format!("/v1/articles/{}?locale=hi", room.stories[0].rsplit('/').next().unwrap());
        let ask = async |method: Method, headers: &[(&str, &str)]| app.anyone().send(method, &path, headers, None).await;
        let plain = ask(Method::GET, &[]).await;
        let mut tags = vec![plain.etag()];
        for (accept, coding) in [("gzip", "gzip"), ("br, gzip", "br"), ("gzip, zstd", "zstd")] {
            for _ in 0..2 {
                let coded = ask(Method::GET, &[("accept-encoding", accept)]).await;
                assert_eq!((coded.status, coded.header("content-encoding"), coded.header("vary")), (200, Some(coding), Some("Accept-Encoding")));
                assert!(coded.body.len() < plain.body.len());
                let head = ask(Method::HEAD, &[("accept-encoding", accept)]).await;
                assert_eq!((head.status, head.etag(), head.body.len()), (200, coded.etag(), 0));
                let unchanged = ask(Method::GET, &[("accept-encoding", accept), ("if-none-match", &coded.etag())]).await;
                assert_eq!((unchanged.status, unchanged.body.len(), unchanged.etag()), (304, 0, coded.etag()));
                for kept in ["cache-control", "vary", "content-language", "surrogate-key"] {
                    assert_eq!(unchanged.header(kept), coded.header(kept), "{kept}");
                }
                // The tag of one coding says nothing of another.
                assert_eq!(ask(Method::GET, &[("if-none-match", &coded.etag())]).await.status, 200);
            }
            tags.push(ask(Method::GET, &[("accept-encoding", accept)]).await.etag());
        }
        tags.sort();
        tags.dedup();
        assert_eq!(tags.len(), 4, "each has a tag of its own: {tags:?}");
        let (tag, weak) = (plain.etag(), format!("\"x\", W/{}", plain.etag()));
        for given in [tag.as_str(), weak.as_str(), "*"] {
            assert_eq!(ask(Method::GET, &[("if-none-match", given)]).await.status, 304, "{given}");
            assert_eq!(ask(Method::HEAD, &[("if-none-match", given)]).await.status, 304, "{given}");
        }
        assert_eq!(ask(Method::GET, &[("accept-encoding", "identity")]).await.text, plain.text);
        let exposed = plain.header("access-control-expose-headers").unwrap();
        assert!(["ETag", "Link", "Content-Language"].iter().all(|h| exposed.contains(h)));
        // Less than a packet is not coded, and does not vary.
        let small = app.anyone().send(Method::GET, "/v1/resolve?path=/en", &[("accept-encoding", "br")], None).await;
        assert_eq!((small.status, small.header("content-encoding"), small.header("vary")), (200, None, None));
    }

    async fn nobody_keeps_an_answer_beyond_the_next_scheduled_change(app) {
        let room = newsroom(&app, false).await;
        let admin = app.admin().await;
        let follower = follower::runner(app.entrance.response_cache.clone()).unwrap();
        let lifetime = async |path: &str| app.anyone().get(path).await.header("cache-control").unwrap().to_owned();
        assert!(lifetime("/v1/site").await.contains("s-maxage=10,"));
        let plan = json!({ "locales": ["hi"], "publish_at": app.now().plus_seconds(6).to_string() });
        admin.act(&format!("{}/schedule", room.stories[1]), &admin.get(&room.stories[1]).await.etag(), &plan).await.ok();
        follower.run().unwrap();
        assert_eq!(lifetime("/v1/site").await, "public, max-age=6, s-maxage=6, stale-if-error=86400");
        app.wait(4);
        assert_eq!(lifetime("/v1/articles?locale=hi").await, "public, max-age=2, s-maxage=2, stale-if-error=86400");
        app.wait(2);
        assert!(lifetime("/v1/articles?locale=hi").await.contains("s-maxage=0,"));
        assert!(app.tick().await > 0);
        follower.run().unwrap();
        assert!(lifetime("/v1/articles?locale=hi").await.contains("s-maxage=10,"));
        // The same once more, which changes nothing: it is on record that it was taken back, and answers may be kept again.
        let plan = json!({ "locales": ["hi"], "publish_at": app.now().plus_seconds(6).to_string() });
        admin.act(&format!("{}/schedule", room.stories[1]), &admin.get(&room.stories[1]).await.etag(), &plan).await.ok();
        follower.run().unwrap();
        app.wait(6);
        assert!(lifetime("/v1/site").await.contains("s-maxage=0,"));
        let before = app.store.read_now(dateline::store::changes::last).unwrap();
        assert!(app.tick().await > 0);
        assert_eq!(app.store.read_now(dateline::store::changes::last).unwrap(), before + 1);
        follower.run().unwrap();
        assert!(lifetime("/v1/site").await.contains("s-maxage=10,"));
    }

    async fn what_another_instance_commits_is_heard_of_also_when_nobody_tells(app) {
        let room = newsroom(&app, false).await;
        let admin = app.admin().await;
        let other = app.instance().await;
        let worker = workers::follower::start(other.response_cache.clone(), other.keys.clone()).unwrap();
        let path = format!("/v1/articles/{}", room.stories[0].rsplit('/').next().unwrap());
        for round in 0..6 {
            if round == 3 {
                // As when the network takes every connection of the follower away.
                crate::support::postgres::cut_connections(&app.url);
            }
            let words = format!("{}/translations/en", room.stories[0]);
            app.anyone().at(&other).get(&path).await.ok();
            admin.patch(&words, &admin.get(&words).await.etag(), &json!({ "summary": format!("Round {round}.") })).await.ok();
            admin.publish(&room.stories[0], &["en"]).await.ok();
            assert_eq!(app.anyone().get(&path).await.ok()["summary"], format!("Round {round}."), "at once where it was made");
            // It is waited for, however long that takes on a machine that has other things to do.
            loop {
                let shown = app.anyone().at(&other).get(&path).await;
                if shown.json()["summary"] == format!("Round {round}.") {
                    break;
                }
                actix_web::rt::task::yield_now().await;
            }
        }
        drop(worker);
    }
}
