//! Searching what the desk works on: what is found, and that nobody learns of what they do not see.

use std::{
    collections::BTreeSet,
    sync::{Arc, atomic::Ordering},
};

use actix_web::http::Method;
use dateline::{domain::user::Role, search::SearchIndex, workers::indexer::Indexer};
use proptest::{
    prelude::*,
    strategy::ValueTree,
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};
use serde_json::{Value, json};
use url::form_urlencoded::byte_serialize;

use crate::support::{Answer, Client};

const SEARCH: &str = "/v1/desk/search?count=true";

fn encoded(text: &str) -> String {
    byte_serialize(text.as_bytes()).collect()
}

async fn asked(client: &Client<'_>, typed: &str, more: &str) -> Answer {
    client.get(&format!("{SEARCH}&q={}{more}", encoded(typed))).await
}

/// The titles that somebody finds, in their order.
async fn titles(client: &Client<'_>, typed: &str, more: &str) -> Vec<String> {
    let told = asked(client, typed, more).await.ok();
    told["data"].as_array().unwrap().iter().map(|hit| hit["title"]["text"].as_str().unwrap().to_owned()).collect()
}

/// What somebody finds: type, id and locale.
fn found(answer: &Answer) -> BTreeSet<(String, String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let told = answer.ok();
    let hits = told["data"].as_array().unwrap();
    let all: BTreeSet<_> = hits.iter().map(|hit| (text(&hit["type"]), text(&hit["id"]), text(&hit["locale"]))).collect();
    assert_eq!((all.len(), &told["page"]["total"]), (hits.len(), &json!(hits.len())), "each once, and all are counted: {}", answer.text);
    all
}

fn id(path: &str) -> String {
    path.rsplit('/').next().unwrap().to_owned()
}

fn words(headline: &str, body: &str) -> Value {
    json!({ "headline": headline, "summary": "S.", "body": { "format": "html", "content": format!("<p>{body}</p>") } })
}

async fn written(client: &Client<'_>, section: &str, translations: &Value) -> String {
    let source = if translations["en"].is_null() { "hi" } else { "en" };
    let sent = json!({ "kind": "story", "section_id": section, "source_locale": source, "translations": translations });
    let made = client.post("/v1/desk/articles", &sent).await;
    assert_eq!(made.status, 201, "{}", made.text);
    made.header("location").unwrap().to_owned()
}

/// Save other words of an article in a locale.
async fn saved(client: &Client<'_>, path: &str, locale: &str, said: &Value) -> Answer {
    let path = format!("{path}/translations/{locale}");
    client.patch(&path, &client.get(&path).await.etag(), said).await
}

/// Add a small file to the media library, of which this is said.
async fn kept(client: &Client<'_>, name: &str, said: &Value) -> String {
    let mut pixel = std::io::Cursor::new(Vec::new());
    let shade = u8::try_from(name.len()).unwrap();
    image::DynamicImage::from(image::RgbImage::from_pixel(8, 8, image::Rgb([shade, 9, 9])))
        .write_to(&mut pixel, image::ImageFormat::Png)
        .unwrap();
    let disposition = format!("attachment; filename=\"{name}\"");
    let headers = [("content-type", "application/octet-stream"), ("content-disposition", disposition.as_str())];
    let made = client.send(Method::POST, "/v1/desk/media", &headers, Some(pixel.into_inner())).await;
    let path = format!("/v1/desk/media/{}", made.ok()["id"].as_str().unwrap());
    client.patch(&path, &made.etag(), said).await.ok();
    path
}

both! {
    async fn the_desk_finds_what_it_works_on_wherever_that_stands(app) {
        let (admin, world) = (app.admin().await, app.section("world", "दुनिया").await);
        let draft = written(&admin, &world, &json!({ "en": words("Ferry draft", "One ferry."), "hi": words("नाव का मसौदा", "बंदरगाह") })).await;
        let live = written(&admin, &world, &json!({ "en": words("Ferry live", "Told.") })).await;
        admin.publish(&live, &["en"]).await.ok();
        assert_eq!(titles(&admin, "ferry", "").await, ["Ferry draft", "Ferry live"]);
        // What readers have stays as it is; the desk finds what it has saved since, and not what that was before.
        saved(&admin, &live, "en", &words("Boat live", "The quay.")).await.ok();
        assert_eq!(titles(&admin, "ferry", "").await, ["Ferry draft"]);
        assert_eq!(titles(&admin, "boats", "").await, ["Boat live"]);
        assert_eq!(app.anyone().get("/v1/search?q=ferry&count=true").await.ok()["page"]["total"], 1);
        assert_eq!(app.anyone().get("/v1/search?q=boat&count=true&locale=any").await.ok()["page"]["total"], 0);
        admin.publish(&live, &["en"]).await.ok();
        assert_eq!((titles(&admin, "boat", "").await.len(), titles(&admin, "ferry", "").await.len()), (1, 1));
        // Languages as equals, also by what is typed in Latin letters.
        assert_eq!(titles(&admin, "बंदरगाह", "").await, ["नाव का मसौदा"]);
        assert_eq!(titles(&admin, "bandargah", "").await, ["नाव का मसौदा"]);
        assert_eq!(titles(&admin, "बंदरगाह", "&locale=en").await, [""; 0]);
        assert_eq!(titles(&admin, "\"one ferry\"", "").await, ["Ferry draft"]);
        assert_eq!(titles(&admin, "ferry -one", "").await, [""; 0]);
        assert_eq!(titles(&admin, "ferr*", "").await, ["Ferry draft"]);
        assert_eq!(titles(&admin, "", "").await, [""; 0]);
        // Where it stands.
        let hit = asked(&admin, "ferry", "").await.ok()["data"][0].clone();
        assert_eq!((&hit["state"], &hit["live"], &hit["resolved"], &hit["version"]), (&json!("draft"), &json!(false), &Value::Null, &json!(1)));
        assert_eq!((&hit["title"]["marks"], &hit["title_direction"]), (&json!([[0, 5]]), &json!("ltr")));
        assert_eq!(hit["text"], json!({ "text": "One ferry.", "marks": [[4, 9]] }));
        assert_eq!(titles(&admin, "ferry", "&state=approved").await, [""; 0]);
        admin.act(&format!("{draft}/translations/en/submit"), &admin.get(&format!("{draft}/translations/en")).await.etag(), &json!({})).await.ok();
        assert_eq!(titles(&admin, "ferry", "&state=in_review,approved").await, ["Ferry draft"]);
        // What lies in the trash is not found, and is found again when it is back.
        admin.delete(&draft, &admin.get(&draft).await.etag()).await;
        assert_eq!(titles(&admin, "ferry", "").await, [""; 0]);
        admin.act(&format!("/v1/desk/trash/{}/restore", id(&draft)), "\"1\"", &json!({})).await.ok();
        assert_eq!(titles(&admin, "ferry", "").await, ["Ferry draft"]);
    }

    async fn comments_and_the_media_library_are_found_too(app) {
        let (admin, world) = (app.admin().await, app.section("world", "दुनिया").await);
        let story = written(&admin, &world, &json!({ "en": words("Lock gates", "Closed."), "hi": words("द्वार", "बंद।") })).await;
        let comments = format!("{story}/comments");
        let thread = admin.post(&comments, &json!({ "locale": "en", "text": "Who counted the barges?" })).await.ok();
        admin.post(&comments, &json!({ "parent_id": thread["id"], "text": "The barges were counted twice." })).await.ok();
        let whole = admin.post(&comments, &json!({ "text": "Barges again, of all languages" })).await.ok();
        let told = asked(&admin, "barges", "").await.ok();
        let said: BTreeSet<_> = told["data"].as_array().unwrap().iter().map(|hit| hit["text"]["text"].as_str().unwrap()).collect();
        assert_eq!(said, BTreeSet::from(["Barges again, of all languages", "The barges were counted twice.", "Who counted the barges?"]));
        for hit in told["data"].as_array().unwrap() {
            assert_eq!((&hit["type"], &hit["article_id"], &hit["title"]["text"]), (&json!("comment"), &json!(id(&story)), &json!("Lock gates")));
            assert_eq!((&hit["resolved"], &hit["state"]), (&json!(false), &Value::Null));
            assert_eq!(hit["locale"], if hit["id"] == whole["id"] { Value::Null } else { json!("en") });
        }
        // One is said to be done with, with what answers it; one is written anew; one goes with its answers.
        let path = format!("/v1/desk/comments/{}", thread["id"].as_str().unwrap());
        admin.act(&format!("{path}/resolve"), "\"1\"", &json!({})).await.ok();
        let done = asked(&admin, "counted", "").await.ok();
        assert!(done["data"].as_array().unwrap().iter().all(|hit| hit["resolved"] == true) && done["page"]["total"] == 2, "{done}");
        let whole = format!("/v1/desk/comments/{}", whole["id"].as_str().unwrap());
        admin.patch(&whole, "\"1\"", &json!({ "text": "Tugs" })).await.ok();
        assert_eq!((asked(&admin, "languages", "").await.ok()["page"]["total"].clone(), asked(&admin, "tugs", "").await.ok()["page"]["total"].clone()), (json!(0), json!(1)));
        assert_eq!(admin.delete(&path, "\"2\"").await.status, 204);
        assert_eq!(asked(&admin, "barges", "").await.ok()["page"]["total"], 0);
        // An item of the library, by its name and by what is said of it in any language, once.
        let said = json!({ "credit": "Zenith Agency", "tags": ["harbour"], "translations": { "en": { "alt": "A crane", "caption": "Crane at dawn" }, "hi": { "alt": "क्रेन", "caption": "" } } });
        let item = kept(&admin, "ropewalk.png", &said).await;
        for typed in ["ropewalk", "zenith", "harbour", "crane", "dawn", "क्रेन"] {
            assert_eq!(titles(&admin, typed, "").await, ["ropewalk.png"], "{typed}");
        }
        assert_eq!(asked(&admin, "ropewalk", "").await.ok()["data"][0]["article_id"], Value::Null);
        assert_eq!(titles(&admin, "crane", "&type=translation,comment").await, [""; 0]);
        assert_eq!(titles(&admin, "crane", &format!("&section={world}")).await, [""; 0]);
        admin.delete(&item, &admin.get(&item).await.etag()).await;
        assert_eq!(titles(&admin, "crane", "").await, [""; 0]);
    }

    async fn pages_lead_on_in_both_orders_and_types_and_sections_narrow(app) {
        let (admin, world) = (app.admin().await, app.section("world", "दुनिया").await);
        let sport = app.section("sport", "खेल").await;
        for n in 0..7 {
            let section = if n % 2 == 0 { &world } else { &sport };
            // Of equals: the same words, so that the ids and the locales decide.
            written(&admin, section, &json!({ "en": words("Ferry", "Same."), "hi": words("Ferry", "Again the same.") })).await;
            app.wait(1);
        }
        for more in ["", "&sort=-updated_at"] {
            let all = asked(&admin, "ferry", &format!("{more}&limit=100")).await.ok()["data"].as_array().unwrap().clone();
            assert_eq!(all.len(), 14);
            let (mut paged, mut cursor, mut back) = (Vec::new(), String::new(), Vec::new());
            loop {
                let page = asked(&admin, "ferry", &format!("{more}&limit=3{cursor}")).await.ok();
                paged.extend(page["data"].as_array().unwrap().clone());
                back.push((page["data"].clone(), page["page"]["previous"].clone()));
                match page["page"]["next"].as_str() {
                    Some(next) => cursor = format!("&cursor={next}"),
                    None => break,
                }
            }
            assert_eq!(paged, all, "{more}");
            for two in back.windows(2) {
                let before = asked(&admin, "ferry", &format!("{more}&limit=3&cursor={}", two[1].1.as_str().unwrap())).await.ok();
                assert_eq!(before["data"], two[0].0, "{more}");
            }
            if !more.is_empty() {
                assert!(all.windows(2).all(|two| two[0]["updated_at"].as_str() >= two[1]["updated_at"].as_str()));
            }
        }
        assert_eq!(titles(&admin, "ferry", &format!("&section={sport}")).await.len(), 6);
        assert_eq!((titles(&admin, "ferry", "&locale=hi").await.len(), titles(&admin, "ferry", "&locale=hi,hi,hi").await.len()), (7, 7));
        admin.get("/v1/desk/search?q=ferry&locale=xx").await.refused(400, "malformed");
        admin.get("/v1/desk/search?q=ferry&sort=score").await.refused(400, "malformed");
        app.anyone().get("/v1/desk/search?q=ferry").await.refused(401, "unauthenticated");
    }

    async fn a_typing_error_is_looked_for_where_whoever_asks_finds_little(app) {
        let (admin, world) = (app.admin().await, app.section("world", "दुनिया").await);
        let sport = app.section("sport", "खेल").await;
        let limited = app.role(Role::Editor, Some(&sport), None).await;
        written(&admin, &sport, &json!({ "en": words("Harbour", "B.") })).await;
        // Many have it as it is typed, but not for whoever may not see them.
        for _ in 0..12 {
            written(&admin, &world, &json!({ "en": words("Harbouur", "B.") })).await;
        }
        assert_eq!(titles(&limited, "harbouur", "").await, ["Harbour"]);
        assert_eq!(titles(&admin, "harbouur", "").await, ["Harbouur"; 12]);
    }

    async fn nobody_learns_of_what_they_do_not_see(app) {
        let (admin, world) = (app.admin().await, app.section("world", "दुनिया").await);
        let sport = app.section("sport", "खेल").await;
        let editor = app.role(Role::Editor, Some(&sport), None).await;
        let translator = app.role(Role::Translator, Some(&sport), Some("hi")).await;
        let contributor = app.role(Role::Contributor, None, None).await;
        let keyed = app.keyed(&admin, &json!({ "scope": ["article.read"], "section_ids": [sport] })).await;
        let seen = written(&admin, &sport, &json!({ "en": words("Ferry one", "Rivers and ferries."), "hi": words("नाव", "ferry") })).await;
        written(&admin, &sport, &json!({ "en": words("Two", "One ferry, and very many other words beside it.") })).await;
        written(&contributor, &world, &json!({ "en": words("Own ferry", "Mine.") })).await;
        admin.post(&format!("{seen}/comments"), &json!({ "text": "ferry?" })).await.ok();
        let typed = ["ferry", "ferry -river", "ferr*", "ferru", "\"one ferry\"", "ferry quay", "secretword", "secretwrod", "secre*"];
        let everybody = [("editor", &editor), ("translator", &translator), ("contributor", &contributor), ("key", &keyed)];
        let told = async || {
            let mut all = Vec::new();
            for (who, client) in everybody {
                for typed in typed {
                    for more in ["", "&limit=1", "&sort=-updated_at&limit=1", "&type=comment", "&locale=en"] {
                        let mut answer = asked(client, typed, more).await.ok();
                        answer["as_of"] = Value::Null;
                        all.push((who, typed, more, answer));
                    }
                }
            }
            all
        };
        let before = told().await;
        assert!(before.iter().filter(|(.., answer)| answer["page"]["total"] != 0).count() > 20, "they find something");
        // A lot of the same words, and of others, where they do not look: counts, order, typing errors, and pages are what they were.
        for n in 0..15 {
            let hidden = written(&admin, &world, &json!({ "en": words("Ferry ferry secretword", &format!("One ferry. Quay {n}. Ferru ferrys secretwort.")) })).await;
            admin.post(&format!("{hidden}/comments"), &json!({ "text": "ferry secretword" })).await.ok();
        }
        for (was, is) in before.iter().zip(&told().await) {
            assert_eq!(was, is);
        }
        assert_eq!(asked(&admin, "secretword", "").await.ok()["page"]["total"], 30);
        // Nor is the library told to whoever does not read the desk.
        kept(&admin, "ferrymap.png", &json!({ "credit": "Ferrymap" })).await;
        assert_eq!((titles(&admin, "ferrymap", "").await.len(), titles(&editor, "ferrymap", "").await.len(), titles(&keyed, "ferrymap", "").await.len()), (1, 1, 0));
    }

    async fn what_has_changed_since_is_shown_as_it_is_or_not_at_all(app) {
        let (admin, world) = (app.admin().await, app.section("world", "दुनिया").await);
        let sport = app.section("sport", "खेल").await;
        let editor = app.role(Role::Editor, Some(&sport), None).await;
        let story = written(&admin, &sport, &json!({ "en": words("Ferry", "B.") })).await;
        let still = written(&admin, &sport, &json!({ "en": words("Ferry stays", "B.") })).await;
        let comment = admin.post(&format!("{story}/comments"), &json!({ "text": "ferry" })).await.ok();
        assert_eq!(found(&asked(&editor, "ferry", "").await).len(), 3);
        app.entrance.indexes.store(false, Ordering::SeqCst);
        // The index knows nothing of it yet: it lies in another section, and its comment with it.
        let tag = admin.get(&story).await.etag();
        admin.patch(&story, &tag, &json!({ "section_id": world })).await.ok();
        assert_eq!(found(&asked(&editor, "ferry", "").await), BTreeSet::from([("translation".to_owned(), id(&still), "en".to_owned())]));
        app.entrance.indexes.store(true, Ordering::SeqCst);
        assert_eq!(found(&asked(&admin, "ferry", "").await).len(), 3);
        admin.delete(&format!("/v1/desk/comments/{}", comment["id"].as_str().unwrap()), "\"1\"").await;
        assert_eq!(found(&asked(&admin, "ferry", "").await).len(), 2);
    }

    async fn whatever_a_newsroom_does_everybody_finds_what_they_see_and_has_the_words(app) {
        let (admin, world) = (app.admin().await, app.section("world", "दुनिया").await);
        let sport = app.section("sport", "खेल").await;
        let contributor = app.role(Role::Contributor, None, None).await;
        let translating = app.role(Role::Translator, Some(&sport), Some("hi")).await;
        let everybody = [
            admin.clone(),
            app.role(Role::Editor, Some(&sport), None).await,
            app.role(Role::Editor, None, Some("hi")).await,
            app.role(Role::Translator, Some(&world), Some("hi")).await,
            contributor.clone(),
            app.keyed(&admin, &json!({ "scope": ["article.read"], "section_ids": [world], "locales": ["hi"] })).await,
            // What is their own outside of what a key reaches.
            app.keyed(&contributor, &json!({ "scope": ["article.read"], "section_ids": [world], "locales": ["en"] })).await,
            app.keyed(&translating, &json!({ "scope": ["article.read"], "section_ids": [sport], "locales": ["hi"] })).await,
            translating.clone(),
        ];
        let translator = translating.path().rsplit('/').next().unwrap().to_owned();
        let vocabulary = ["ox", "elk", "cod", "yak"];
        let text = |bits: usize| (0..4).filter(|n| bits >> n & 1 == 1).map(|n| vocabulary[n]).collect::<Vec<_>>().join(" ");
        let mut runner = TestRunner::new_with_rng(Config::with_cases(1), TestRng::deterministic_rng(RngAlgorithm::ChaCha));
        let actions = proptest::collection::vec((0..13_usize, 0..6_usize, 0..16_usize), 80).new_tree(&mut runner).unwrap().current();
        let (mut paths, mut comments): (Vec<String>, Vec<String>) = (Vec::new(), Vec::new());
        for (step, (action, which, bits)) in actions.into_iter().enumerate() {
            let (locale, section) = (["en", "hi"][bits % 2], [&world, &sport][bits / 2 % 2]);
            let path = paths.get(which % paths.len().max(1)).cloned();
            match (action, path) {
                (0 | 1, _) | (_, None) => {
                    let author = if which % 2 == 0 { &admin } else { &contributor };
                    paths.push(written(author, section, &json!({ "en": words("H", &text(bits)), "hi": words("H", &text(15 - bits)) })).await);
                }
                (2 | 3, Some(path)) => if admin.get(&path).await.status == 200 { _ = saved(&admin, &path, locale, &words("H", &text(bits))).await; },
                (4, Some(path)) => _ = admin.publish(&path, &[locale]).await,
                (5, Some(path)) => _ = admin.act(&format!("{path}/unpublish"), admin.get(&path).await.header("etag").unwrap_or("\"0\""), &json!({ "locales": [locale] })).await,
                (6, Some(path)) => {
                    let to = if bits % 3 == 0 { Value::Null } else { json!(translator) };
                    admin.post(&format!("{path}/translations/{locale}/assign"), &json!({ "assignee_id": to })).await;
                }
                (7, Some(path)) => {
                    let about = if bits % 3 == 0 { Value::Null } else { json!(locale) };
                    let said = text(bits);
                    if !said.is_empty() {
                        let made = admin.post(&format!("{path}/comments"), &json!({ "locale": about, "text": said })).await;
                        comments.extend((made.status == 201).then(|| made.json()["id"].as_str().unwrap().to_owned()));
                    }
                }
                (8, Some(_)) => if let Some(comment) = comments.pop() { admin.delete(&format!("/v1/desk/comments/{comment}"), "\"1\"").await; },
                (10, Some(path)) => {
                    let tag = admin.get(&path).await.header("etag").unwrap_or("\"0\"").to_owned();
                    let (verb, body) = [("takedown", json!({ "reason": "x" })), ("reinstate", json!({})), ("erase", json!({ "reason": "x" }))][bits % 3].clone();
                    admin.act(&format!("{path}/{verb}"), &tag, &body).await;
                }
                (11, Some(path)) => {
                    let words = format!("{path}/translations/{locale}");
                    admin.delete(&words, admin.get(&words).await.header("etag").unwrap_or("\"0\"")).await;
                }
                (9, Some(path)) => _ = admin.patch(&path, admin.get(&path).await.header("etag").unwrap_or("\"0\""), &json!({ "section_id": section })).await,
                (_, Some(path)) => {
                    if admin.delete(&path, admin.get(&path).await.header("etag").unwrap_or("\"0\"")).await.status != 204 || bits % 2 == 0 {
                        admin.act(&format!("/v1/desk/trash/{}/restore", id(&path)), "\"1\"", &json!({})).await;
                    }
                }
            }
            let (a, b) = (vocabulary[which % 4], vocabulary[(which + 1 + bits % 3) % 4]);
            for (who, client) in everybody.iter().enumerate() {
                // What they read elsewhere is what they are to find here.
                let mut all: Vec<((String, String, String), String)> = Vec::new();
                for path in &paths {
                    for locale in ["en", "hi"] {
                        let words = client.get(&format!("{path}/translations/{locale}?body=text")).await;
                        if words.status == 200 {
                            all.push((("translation".to_owned(), id(path), locale.to_owned()), words.json()["body"]["content"].as_str().unwrap().to_owned()));
                        }
                    }
                    let threads = client.get(&format!("{path}/comments?limit=100")).await;
                    for thread in if threads.status == 200 { threads.json()["data"].as_array().unwrap().clone() } else { Vec::new() } {
                        let of = (thread["id"].as_str().unwrap().to_owned(), thread["locale"].as_str().unwrap_or_default().to_owned());
                        for reply in thread["replies"].as_array().unwrap() {
                            let reply_id = reply["id"].as_str().unwrap().to_owned();
                            all.push((("comment".to_owned(), reply_id, of.1.clone()), reply["text"].as_str().unwrap().to_owned()));
                        }
                        all.push((("comment".to_owned(), of.0, of.1), thread["text"].as_str().unwrap().to_owned()));
                    }
                }
                let has = |said: &str, word: &str| said.split_whitespace().any(|one| one == word);
                let of = |keeps: &dyn Fn(&str) -> bool| -> BTreeSet<_> { all.iter().filter(|(_, said)| keeps(said)).map(|(of, _)| of.clone()).collect() };
                for (typed, expected) in [(a.to_owned(), of(&|said| has(said, a))), (format!("{a} -{b}"), of(&|said| has(said, a) && !has(said, b))), (format!("{b} {a}"), of(&|said| has(said, a) && has(said, b)))] {
                    let answer = asked(client, &typed, "&limit=100").await;
                    assert_eq!(found(&answer), expected, "step {step}, user {who}: {typed}");
                }
            }
        }
        kept(&admin, "ox.png", &json!({ "credit": "yak", "translations": { "hi": { "alt": "elk", "caption": "" } } })).await;
        // An index that is built finds the same as one that has followed.
        found(&asked(&admin, "ox", "&limit=100").await);
        let (built, followed) = (Arc::new(SearchIndex::default()), app.entrance.response_cache.search().clone());
        Indexer::new(app.store.clone(), built.clone()).build(|_, _| ()).unwrap();
        for word in vocabulary {
            assert_eq!(desk(&built, word), desk(&followed, word), "{word}");
        }
    }
}

/// What an index finds for whoever sees everything.
fn desk(index: &SearchIndex, typed: &str) -> Vec<dateline::search::DeskHit> {
    use dateline::search::{DeskKind, DeskQuery, DeskRanking, Recency, Sight};
    let query = DeskQuery {
        typed: typed.to_owned(),
        locales: vec!["en".parse().unwrap(), "hi".parse().unwrap()],
        kinds: DeskKind::ALL.iter().copied().collect(),
        sections: None,
        states: Vec::new(),
        sight: Sight::Whole,
        without: BTreeSet::new(),
        ranking: DeskRanking::Saved,
        recency: Recency::default(),
        today: dateline::domain::Instant::from_micros(0),
        limit: 1_000,
        cursor: None,
    };
    index.search_desk(&query).unwrap().hits
}
