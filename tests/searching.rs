//! Search: what is found, in which order, and what is never found.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    sync::{Arc, atomic::Ordering},
};

use actix_web::http::Method;
use dateline::{
    search::{Documents, Languages, Query, Ranking, Recency, SearchIndex, Step},
    workers::indexer::Indexer,
};
use proptest::{
    prelude::*,
    strategy::ValueTree,
    test_runner::{Config, TestRng, TestRunner},
};
use serde_json::{Value, json};
use url::form_urlencoded::byte_serialize;

use crate::support::{Answer, Client, TestApp};

fn encoded(text: &str) -> String {
    byte_serialize(text.as_bytes()).collect()
}

/// The headlines that are found, in their order.
fn headlines(answer: &Answer) -> Vec<String> {
    let rows = answer.ok()["data"].as_array().unwrap().clone();
    rows.iter().map(|hit| hit["article"]["headline"].as_str().unwrap().to_owned()).collect()
}

async fn found(app: &TestApp, typed: &str, more: &str) -> Vec<String> {
    headlines(&app.anyone().get(&format!("/v1/search?q={}{more}", encoded(typed))).await)
}

/// Words of a story in some languages: headline, summary and a paragraph.
fn words(of: &[(&str, &str, &str, &str)]) -> Value {
    let told = |(locale, headline, summary, body): &(&str, &str, &str, &str)| {
        let body = json!({ "format": "html", "content": format!("<p>{body}</p>") });
        ((*locale).to_owned(), json!({ "headline": headline, "summary": summary, "body": body }))
    };
    Value::Object(of.iter().map(told).collect())
}

/// A story that is live in all of its languages; its path on the desk.
async fn live(editor: &Client<'_>, section: &str, of: &[(&str, &str, &str, &str)]) -> String {
    let sent = json!({ "kind": "story", "section_id": section, "source_locale": of[0].0, "translations": words(of) });
    let made = editor.post("/v1/desk/articles", &sent).await;
    assert_eq!(made.status, 201, "{}", made.text);
    let path = made.header("location").unwrap().to_owned();
    editor.publish(&path, &of.iter().map(|words| words.0).collect::<Vec<_>>()).await.ok();
    path
}

async fn end(editor: &Client<'_>, path: &str, verb: &str, body: &Value) {
    let tag = editor.get(path).await.etag();
    editor.act(&format!("{path}/{verb}"), &tag, body).await.ok();
}

both! {
    async fn words_are_found_wherever_they_stand_and_what_fits_best_comes_first(app) {
        let (editor, world) = (app.editor().await, app.section("world", "दुनिया").await);
        live(&editor, &world, &[("en", "Ferry strike ends", "Talks held.", "Boats sail again.")]).await;
        live(&editor, &world, &[("en", "Harbour reopens", "The ferry is back.", "Nothing else.")]).await;
        live(&editor, &world, &[("en", "Weather", "Rain.", "A ferry was seen. Clouds over Kolkata and दिल्ली।")]).await;
        assert_eq!(found(&app, "ferry", "").await, ["Ferry strike ends", "Harbour reopens", "Weather"]);
        assert_eq!(found(&app, "FERRY strike", "").await, ["Ferry strike ends"]);
        // Each mark and joiner belongs to its word, and the danda to none.
        assert_eq!(found(&app, "दिल्ली", "").await, ["Weather"]);
        assert_eq!(found(&app, "दिल", "").await, [""; 0]);
        assert_eq!(found(&app, "ferry", "&limit=2").await.len(), 2);
        let scores = app.anyone().get("/v1/search?q=ferry").await.ok();
        let scores: Vec<f64> = scores["data"].as_array().unwrap().iter().map(|hit| hit["score"].as_f64().unwrap()).collect();
        assert!(scores.windows(2).all(|two| two[0] > two[1]), "{scores:?}");
    }

    async fn what_is_typed_is_words_phrases_beginnings_and_what_is_left_out(app) {
        let (editor, world) = (app.editor().await, app.section("world", "दुनिया").await);
        live(&editor, &world, &[("en", "One", "S.", "The budget session opens")]).await;
        live(&editor, &world, &[("en", "Two", "S.", "A session on the budget")]).await;
        live(&editor, &world, &[("en", "Three", "S.", "Budgetary matters")]).await;
        let all = |found: Vec<String>| found.into_iter().collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>();
        assert_eq!(found(&app, "\"budget session\"", "").await, ["One"]);
        assert_eq!(found(&app, "“budget session”", "").await, ["One"]);
        assert_eq!(found(&app, "budget -opens", "").await, ["Two"]);
        assert_eq!(found(&app, "budget -\"session opens\"", "").await, ["Two"]);
        assert_eq!(all(found(&app, "budge*", "").await), ["One", "Three", "Two"]);
        // What is not closed, or stands alone, is text; nothing but what is left out finds nothing.
        assert_eq!(all(found(&app, "\"budget session", "").await), ["One", "Two"]);
        assert_eq!(all(found(&app, "budget * - session", "").await), ["One", "Two"]);
        for nothing in ["", "   ", "-budget", "\u{200d}", "\u{200c}\u{200c}", "*", "\"\"", "-", "…!?", "\u{94d}"] {
            assert_eq!(found(&app, nothing, "").await, [""; 0], "{nothing:?}");
        }
        // Nor does it look into two texts at once.
        assert_eq!(found(&app, "\"one s\"", "").await, [""; 0]);
    }

    async fn nothing_that_is_typed_is_an_error_or_an_injection(app) {
        let (editor, world) = (app.editor().await, app.section("world", "दुनिया").await);
        live(&editor, &world, &[("en", "Ferry strike ends", "Talks held.", "Boats sail again."), ("hi", "नाव", "सारांश", "पाठ")]).await;
        let mut runner = TestRunner::new_with_rng(Config::with_cases(1), TestRng::deterministic_rng(proptest::test_runner::RngAlgorithm::ChaCha));
        let piece = prop_oneof![
            Just("\"".to_owned()), Just("-".to_owned()), Just("*".to_owned()), Just(" ".to_owned()), Just("AND OR NOT ^~:(){}[]\\/+".to_owned()),
            Just("ferry".to_owned()), Just("नाव".to_owned()), Just("'; DROP TABLE editions; --".to_owned()), Just("%_".to_owned()), ".{0,12}", "[\\p{M}\\p{Cf}]{1,6}",
        ];
        let typed = proptest::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat());
        for _ in 0..120 {
            let typed: String = typed.new_tree(&mut runner).unwrap().current().chars().filter(|c| *c != '\0').take(200).collect();
            for path in ["/v1/search?locale=any&count=true&facets=section,year&q=", "/v1/search/suggest?q="] {
                let answer = app.anyone().get(&format!("{path}{}", encoded(&typed))).await;
                assert_eq!(answer.status, 200, "{typed:?}: {}", answer.text);
            }
        }
        let many = "a* ".repeat(170);
        assert_eq!(app.anyone().get(&format!("/v1/search?q={}", encoded(&many))).await.ok()["partial"], true);
        let long = "ब".repeat(513);
        for path in ["/v1/search?q=", "/v1/search/suggest?q="] {
            let refused = app.anyone().get(&format!("{path}{}", encoded(&long))).await;
            refused.refused(400, "malformed");
            assert_eq!(refused.violations(), [("?q".to_owned(), "too_long".to_owned())]);
        }
        app.anyone().get("/v1/search").await.refused(400, "malformed");
    }

    async fn a_word_with_a_typing_error_is_found_below_what_has_it_as_it_is_typed(app) {
        let (editor, world) = (app.editor().await, app.section("world", "दुनिया").await);
        live(&editor, &world, &[("en", "Harbour harbour harbour", "Harbour.", "Harbour harbour harbour.")]).await;
        live(&editor, &world, &[("en", "Spelling", "S.", "One says harbor elsewhere, among very many other words that say nothing of it at all.")]).await;
        assert_eq!(found(&app, "harbor", "").await, ["Spelling", "Harbour harbour harbour"]);
        assert_eq!(found(&app, "harbouur", "").await, ["Harbour harbour harbour"]);
        // Not of short words, and not at the price of what was left out.
        assert_eq!(found(&app, "onne", "").await, [""; 0]);
        assert_eq!(found(&app, "harbour -harbor", "").await, ["Harbour harbour harbour"]);
        let nothing = app.anyone().get("/v1/search?q=elsewheer%20spellign").await.ok();
        assert_eq!(nothing["data"].as_array().unwrap().len(), 1);
        let nothing = app.anyone().get("/v1/search?q=elzzwhere").await.ok();
        assert_eq!((&nothing["data"], nothing["did_you_mean"].as_str()), (&json!([]), Some("elsewhere")));
        assert_eq!(app.anyone().get("/v1/search?q=xyzzyqwert").await.ok()["did_you_mean"], Value::Null);
        // As stories write it, and the others as they were typed.
        live(&editor, &world, &[("en", "Rain", "S.", "Es gibt ÜBERSCHWEMMUNGEN, sagt die Stadt.")]).await;
        let proposed = app.anyone().get("/v1/search?q=uberschwemungn").await.ok();
        assert_eq!((&proposed["data"], proposed["did_you_mean"].as_str()), (&json!([]), Some("ÜBERSCHWEMMUNGEN")));
        assert_eq!(app.anyone().get("/v1/search?q=%22uberschwemmungen%22%20uberschwemungn").await.ok()["did_you_mean"], Value::Null);
        assert_eq!(app.anyone().get("/v1/search?q=Xyzzyqwert%20uberschwemungn").await.ok()["did_you_mean"], "Xyzzyqwert ÜBERSCHWEMMUNGEN");
    }

    async fn what_left_one_language_is_found_in_another_at_once(app) {
        let (editor, world) = (app.editor().await, app.section("world", "दुनिया").await);
        let path = live(&editor, &world, &[("en", "Quokka", "S.", "B."), ("hi", "Quokka नदी", "S.", "B.")]).await;
        assert_eq!(found(&app, "quokka", "&locale=en").await, ["Quokka"]);
        app.entrance.indexes.store(false, Ordering::SeqCst);
        editor.act(&format!("{path}/unpublish"), &editor.get(&path).await.etag(), &json!({ "locales": ["en"] })).await.ok();
        assert_eq!(found(&app, "quokka", "&locale=en").await, [""; 0]);
        assert_eq!(found(&app, "quokka", "&locale=any").await, ["Quokka नदी"]);
        let admin = app.admin().await;
        admin.act(&format!("{path}/takedown"), &admin.get(&path).await.etag(), &json!({ "reason": "A test." })).await;
        assert_eq!(found(&app, "quokka", "&locale=any").await, [""; 0]);
    }

    async fn where_no_story_has_all_words_those_with_some_are_shown_and_it_is_said(app) {
        let (editor, world) = (app.editor().await, app.section("world", "दुनिया").await);
        live(&editor, &world, &[("en", "One", "S.", "The lock gates closed")]).await;
        live(&editor, &world, &[("en", "Two", "S.", "A gates story")]).await;
        let both = app.anyone().get("/v1/search?q=lock%20gates").await;
        assert_eq!((headlines(&both), &both.ok()["relaxed"]), (vec!["One".to_owned()], &json!(false)));
        let some = app.anyone().get("/v1/search?q=lock%20gates%20zeppelin&count=true").await;
        assert_eq!((headlines(&some), &some.ok()["relaxed"], &some.ok()["page"]["total"]), (vec!["One".to_owned()], &json!(true), &json!(1)), "half of them");
        let any = app.anyone().get("/v1/search?q=gates%20zeppelin&count=true").await.ok();
        assert_eq!((&any["relaxed"], &any["page"]["total"]), (&json!(true), &json!(2)));
        // What has all of them comes first.
        live(&editor, &world, &[("en", "Gates gates", "Gates lock.", "gates lock gates lock gates lock")]).await;
        live(&editor, &world, &[("en", "All", "S.", "So much is said here of so many other things that a lock, gates and a zeppelin are lost in it")]).await;
        let some = app.anyone().get("/v1/search?q=lock%20gates%20zeppelin&count=true").await;
        assert_eq!((headlines(&some), &some.ok()["relaxed"]), (["All", "Gates gates", "One"].map(str::to_owned).to_vec(), &json!(true)));
    }

    async fn one_language_several_or_any_and_each_story_once(app) {
        let (editor, world) = (app.editor().await, app.section("world", "दुनिया").await);
        live(&editor, &world, &[("en", "Ferry ferry", "Ferry.", "Ferry."), ("hi", "नाव Ferry", "सारांश", "पाठ"), ("bn", "নৌকা", "স", "প")]).await;
        live(&editor, &world, &[("hi", "Ferry", "सारांश", "पाठ")]).await;
        live(&editor, &world, &[("en", "Only English ferry", "S.", "B.")]).await;
        let set = |found: Vec<String>| found.into_iter().collect::<BTreeSet<_>>();
        let of = |all: &[&str]| all.iter().map(|one| (*one).to_owned()).collect::<BTreeSet<_>>();
        assert_eq!(set(found(&app, "ferry", "").await), of(&["Ferry ferry", "Only English ferry"]));
        assert_eq!(set(found(&app, "ferry", "&locale=hi").await), of(&["नाव Ferry", "Ferry"]));
        // In its chain, what is live in Hindi is found in Hindi or not at all.
        assert_eq!(set(found(&app, "ferry", "&locale=hi&fallback=chain").await), of(&["नाव Ferry", "Ferry", "Only English ferry"]));
        for several in ["en,hi", "any", "hi,en,bn"] {
            assert_eq!(set(found(&app, "ferry", &format!("&locale={several}")).await), of(&["Ferry ferry", "Ferry", "Only English ferry"]), "{several}");
        }
        let auto = app.anyone().send(Method::GET, "/v1/search?q=ferry&locale=auto", &[("accept-language", "hi")], None).await;
        assert_eq!(set(headlines(&auto)), of(&["नाव Ferry", "Ferry"]));
        for wrong in ["xx", "en,xx", "en,any", "any,auto"] {
            app.anyone().get(&format!("/v1/search?q=ferry&locale={wrong}")).await.refused(400, "malformed");
        }
    }

    async fn pages_show_every_story_once_in_both_orders_and_both_ways(app) {
        let (editor, world) = (app.editor().await, app.section("world", "दुनिया").await);
        for n in 0..23 {
            live(&editor, &world, &[("en", &format!("Story {n}"), "S.", &"ferry ".repeat(1 + n % 5))]).await;
            app.wait(10);
        }
        for sort in ["relevance", "-published_at"] {
            let asked = format!("/v1/search?q=ferry&limit=5&count=true&sort={sort}");
            let whole = found(&app, "ferry", &format!("&limit=100&sort={sort}")).await;
            assert_eq!(whole.len(), 23);
            let (mut forth, mut back, mut cursor) = (Vec::new(), Vec::new(), String::new());
            let mut last;
            loop {
                let page = app.anyone().get(&format!("{asked}{cursor}")).await;
                assert_eq!(page.ok()["page"]["total"], 23);
                forth.extend(headlines(&page));
                last = page.ok()["page"].clone();
                let Some(next) = last["next"].as_str().map(str::to_owned) else { break };
                assert!(page.header("link").unwrap().contains(&next));
                cursor = format!("&cursor={next}");
            }
            assert_eq!(forth, whole, "{sort}");
            while let Some(previous) = last["previous"].as_str().map(str::to_owned) {
                let page = app.anyone().get(&format!("{asked}&cursor={previous}")).await;
                let mut those = headlines(&page);
                those.append(&mut back);
                back = those;
                last = page.ok()["page"].clone();
            }
            assert_eq!(back, whole[..20], "{sort}");
            if sort == "-published_at" {
                assert_eq!((&*whole[0], &*whole[22]), ("Story 22", "Story 0"));
            }
        }
        // A cursor of another order, or of another list, is none.
        let of_list = app.anyone().get("/v1/articles?limit=5").await.ok()["page"]["next"].as_str().unwrap().to_owned();
        app.anyone().get(&format!("/v1/search?q=ferry&cursor={of_list}")).await.refused(400, "malformed");
    }

    async fn new_stories_come_before_old_ones_that_fit_as_well(app) {
        let (editor, world) = (app.editor().await, app.section("world", "दुनिया").await);
        let told = |more: &str| format!("{more} {}", "So it is told, at some length. ".repeat(40));
        live(&editor, &world, &[("en", "Old ferry", "The ferry.", &told("A ferry, this ferry."))]).await;
        app.wait(400 * 86_400);
        let editor = app.again(&editor).await;
        live(&editor, &world, &[("en", "New ferry", "The ferry.", &told("A ferry, this ferry."))]).await;
        assert_eq!(found(&app, "ferry", "").await, ["New ferry", "Old ferry"]);
        // Not before those that fit much better.
        live(&editor, &world, &[("en", "News of boats", "S.", &told("Among other things, one ferry."))]).await;
        assert_eq!(found(&app, "ferry", "").await, ["New ferry", "Old ferry", "News of boats"]);
    }

    async fn the_site_says_how_much_new_stories_count(app) {
        let (admin, world) = (app.admin().await, app.section("world", "दुनिया").await);
        live(&admin, &world, &[("en", "Ferry, ferry", "The ferry.", "A ferry, this ferry.")]).await;
        app.wait(20 * 86_400);
        let admin = app.again(&admin).await;
        live(&admin, &world, &[("en", "News of boats", "S.", &format!("One ferry. {}", "So it is told, at some length. ".repeat(40)))]).await;
        let (fits, new) = (["Ferry, ferry", "News of boats"], ["News of boats", "Ferry, ferry"]);
        let site = "/v1/desk/site";
        assert_eq!(admin.get(site).await.ok()["search"], json!({ "recency_percent": 50, "half_life_days": 30 }), "as it always was");
        assert_eq!(found(&app, "ferry", "").await, fits);
        // What was kept is dropped with each change. One member of the setting is changed without the other.
        for (search, order) in [
            (json!({ "recency_percent": 1000, "half_life_days": 1 }), new),
            (json!({ "half_life_days": 3650 }), fits),
            (json!({ "half_life_days": 1 }), new),
            (json!({ "recency_percent": 0 }), fits),
        ] {
            admin.patch(site, &admin.get(site).await.etag(), &json!({ "search": search })).await.ok();
            let before = app.store.statements();
            assert_eq!(found(&app, "ferry", "").await, order, "{search}");
            assert!(app.store.statements() > before, "an answer from before was given");
            assert_eq!(found(&app, "ferry", "&sort=-published_at").await, new, "{search}");
        }
        for (search, pointer) in [
            (json!({ "recency_percent": -1 }), "#/search/recency_percent"),
            (json!({ "recency_percent": 1001 }), "#/search/recency_percent"),
            (json!({ "recency_percent": 0.5 }), "#/search/recency_percent"),
            (json!({ "half_life_days": 0 }), "#/search/half_life_days"),
            (json!({ "half_life_days": 3651 }), "#/search/half_life_days"),
            (json!({ "half_life_days": null }), "#/search/half_life_days"),
            (json!({ "half_life": 3 }), "#/search/half_life"),
            (Value::Null, "#/search"),
        ] {
            let refused = admin.patch(site, &admin.get(site).await.etag(), &json!({ "search": search })).await;
            assert!([400, 422].contains(&refused.status), "{search}: {}", refused.text);
            let pointers: Vec<_> = refused.json()["errors"].as_array().unwrap().iter().map(|e| e["pointer"].as_str().unwrap().to_owned()).collect();
            assert_eq!(pointers, [pointer], "{}", refused.text);
        }
    }

    async fn stories_are_counted_by_what_they_are_with_the_sections_above(app) {
        let (admin, world) = (app.admin().await, app.section("world", "दुनिया").await);
        let below = json!({ "parent_id": world, "position": 1, "translations": { "en": { "name": "Asia" } } });
        let asia = admin.post("/v1/desk/sections", &below).await.ok()["id"].as_str().unwrap().to_owned();
        let author = app.author("asha", "Asha Rao").await;
        app.import(&json!({ "type": "tag", "key": "t", "kind": "place", "translations": { "en": { "name": "Chennai" } } }));
        let tag = app.imported("tag", "t").await;
        for (n, (section, kind)) in [(&world, "story"), (&asia, "video"), (&asia, "story")].into_iter().enumerate() {
            let sent = json!({ "kind": kind, "section_id": section, "source_locale": "en", "tags": if n == 0 { json!([]) } else { json!([tag]) },
                "credits": [{ "role": "written_by", "author_id": author }], "translations": words(&[("en", &format!("Ferry {n}"), "S.", "B.")]) });
            let made = admin.post("/v1/desk/articles", &sent).await;
            admin.publish(made.header("location").unwrap(), &["en"]).await.ok();
        }
        let counted = app.anyone().get("/v1/search?q=ferry&facets=section,author,tag,kind,year").await.ok()["facets"].clone();
        let told = |facet: &str| -> Vec<(String, String, u64)> {
            let text = |value: &Value| value.as_str().unwrap().to_owned();
            counted[facet].as_array().unwrap().iter().map(|one| (text(&one["value"]), text(&one["name"]), one["stories"].as_u64().unwrap())).collect()
        };
        assert_eq!(told("section"), [(world.clone(), "World".to_owned(), 3), (asia.clone(), "Asia".to_owned(), 2)]);
        assert_eq!(told("author"), [(author.clone(), "Asha Rao".to_owned(), 3)]);
        assert_eq!(told("tag"), [(tag.clone(), "Chennai".to_owned(), 2)]);
        assert_eq!(told("kind"), [("story".to_owned(), "story".to_owned(), 2), ("video".to_owned(), "video".to_owned(), 1)]);
        assert_eq!(told("year"), [("2026".to_owned(), "2026".to_owned(), 3)]);
        // Whatever is asked for among them is among them.
        for (asked, count) in [(format!("section={world}"), 3), (format!("section={asia}"), 2), ("section=asia".to_owned(), 2), (format!("not_section={asia}"), 1),
            (format!("tag={tag}"), 2), (format!("not_tag={tag}"), 1), (format!("author={author}"), 3), ("kind=video".to_owned(), 1), ("kind=page".to_owned(), 0),
            ("published_after=2030-01-01T00:00:00Z".to_owned(), 0), ("published_before=2030-01-01T00:00:00Z".to_owned(), 3)]
        {
            let answer = app.anyone().get(&format!("/v1/search?q=ferry&count=true&{asked}")).await.ok();
            assert_eq!((&answer["page"]["total"], answer["data"].as_array().unwrap().len()), (&json!(count), count), "{asked}");
        }
        app.anyone().get("/v1/search?q=ferry&section=nowhere").await.refused(400, "malformed");
        // A section that moves takes its stories along at once.
        let etag = admin.get(&format!("/v1/desk/sections/{asia}")).await.etag();
        admin.patch(&format!("/v1/desk/sections/{asia}"), &etag, &json!({ "parent_id": null })).await.ok();
        assert_eq!(app.anyone().get(&format!("/v1/search?q=ferry&count=true&section={world}")).await.ok()["page"]["total"], 1);
    }

    async fn marks_are_places_and_never_markup(app) {
        let (editor, world) = (app.editor().await, app.section("world", "दुनिया").await);
        let body = format!("{} 🛥️ <b>Ferries</b> &amp; the ferry. {}", "Before it. ".repeat(60), "After it. ".repeat(60));
        live(&editor, &world, &[("en", "🛥️ Ferry & <script>", "No boat.", &body.replace('<', "&lt;"))]).await;
        let hit = app.anyone().get("/v1/search?q=ferry").await.ok()["data"][0]["highlights"].clone();
        let marked = |of: &str| -> Vec<String> {
            let text: Vec<u16> = hit[of]["text"].as_str().unwrap().encode_utf16().collect();
            let place = |mark: &Value, n: usize| usize::try_from(mark[n].as_u64().unwrap()).unwrap();
            hit[of]["marks"].as_array().unwrap().iter().map(|mark| String::from_utf16(&text[place(mark, 0)..place(mark, 1)]).unwrap()).collect()
        };
        assert_eq!(hit["headline"]["text"], "🛥️ Ferry & <script>");
        assert_eq!((marked("headline"), marked("summary")), (vec!["Ferry".to_owned()], vec![]));
        assert_eq!(marked("body").last().map(String::as_str), Some("ferry"));
        let excerpt = hit["body"]["text"].as_str().unwrap();
        assert!(excerpt.chars().count() < 260 && excerpt.contains("<b>Ferries</b> & the"), "{excerpt}");
    }

    async fn pages_miss_nothing_and_repeat_nothing_whatever_else_is_published_between_them(app) {
        let (editor, world) = (app.editor().await, app.section("world", "दुनिया").await);
        let mut all = BTreeSet::new();
        for n in 0..24 {
            let more = "ferry ".repeat(n % 5);
            let path = live(&editor, &world, &[("en", &format!("Quokka census {n}"), "", &format!("{more}The census of the ferry. {}", "And so on. ".repeat(n)))]).await;
            all.insert(path.rsplit('/').next().unwrap().to_owned());
        }
        let mut last = None;
        for typed in ["quokka", "quokka%20ferry", "%22quokka%20census%22", "quokka%20ferry%20nowhere"] {
            let (mut seen, mut page, mut rounds) = (Vec::new(), app.anyone().get(&format!("/v1/search?q={typed}&locale=en&limit=5")).await.ok(), 0);
            loop {
                seen.extend(page["data"].as_array().unwrap().iter().map(|hit| hit["article"]["id"].as_str().unwrap().to_owned()));
                let Some(next) = page["page"]["next"].as_str() else { break };
                // Others make each of the words rarer, and another one more frequent.
                for n in 0..3 {
                    let another = live(&editor, &world, &[("en", &format!("Gardening {rounds} {n}"), "", "Roses and a ferry.")]).await;
                    let gone: String = last.replace(another).unwrap_or_default();
                    if !gone.is_empty() {
                        editor.act(&format!("{gone}/unpublish"), &editor.get(&gone).await.etag(), &json!({ "locales": ["en"] })).await.ok();
                    }
                }
                rounds += 1;
                page = app.anyone().get(&format!("/v1/search?q={typed}&locale=en&limit=5&cursor={next}")).await.ok();
            }
            let those: Vec<_> = seen.iter().filter(|id| all.contains(*id)).cloned().collect();
            assert_eq!((those.iter().collect::<BTreeSet<_>>().len(), those.len()), (24, 24), "{typed}: {rounds} pages after the first");
        }
    }

    async fn a_page_goes_on_where_it_ended_although_what_it_ended_with_is_rewritten_or_gone(app) {
        let (editor, world) = (app.editor().await, app.section("world", "दुनिया").await);
        let mut all = BTreeSet::new();
        for n in 0..14 {
            let path = live(&editor, &world, &[("en", &format!("Quokka census {n}"), "", &"The ferry. ".repeat(n + 1))]).await;
            all.insert(path.rsplit('/').next().unwrap().to_owned());
        }
        let ids = |page: &Value| page["data"].as_array().unwrap().iter().map(|hit| hit["article"]["id"].as_str().unwrap().to_owned()).collect::<Vec<_>>();
        let path = "/v1/search?q=quokka%20ferry&locale=en";
        let first = app.anyone().get(&format!("{path}&limit=5")).await.ok();
        let mut seen = ids(&first);
        let last = format!("/v1/desk/articles/{}", seen[4]);
        let words = format!("{last}/translations/en");
        let body = json!({ "format": "html", "content": "<p>Nothing of it.</p>" });
        editor.patch(&words, &editor.get(&words).await.etag(), &json!({ "body": body })).await.ok();
        editor.publish(&last, &["en"]).await.ok();
        let second = app.anyone().get(&format!("{path}&limit=5&cursor={}", first["page"]["next"].as_str().unwrap())).await.ok();
        seen.extend(ids(&second));
        for gone in &seen[8..10] {
            let gone = format!("/v1/desk/articles/{gone}");
            editor.act(&format!("{gone}/unpublish"), &editor.get(&gone).await.etag(), &json!({ "locales": ["en"] })).await.ok();
        }
        let third = app.anyone().get(&format!("{path}&limit=5&cursor={}", second["page"]["next"].as_str().unwrap())).await.ok();
        seen.extend(ids(&third));
        assert_eq!((seen.len(), seen.iter().cloned().collect::<BTreeSet<_>>()), (14, all));
        // And back.
        let back = app.anyone().get(&format!("{path}&limit=5&cursor={}", third["page"]["previous"].as_str().unwrap())).await.ok();
        assert_eq!(ids(&back), [&seen[2..4], &seen[5..8]].concat());
    }

    async fn what_is_left_out_and_not_looked_for_finds_nothing(app) {
        let (editor, world) = (app.editor().await, app.section("world", "दुनिया").await);
        live(&editor, &world, &[("en", "Ferry eel", "", "B.")]).await;
        assert_eq!(found(&app, "ferry%20-a*%20-b*%20-c*%20-d*", "").await, ["Ferry eel"]);
        let many = (0..32).map(|n| format!("w{n}")).collect::<Vec<_>>().join("%20");
        for typed in ["ferry%20-a*%20-b*%20-c*%20-d*%20-e*".to_owned(), format!("ferry%20{many}%20-eel")] {
            let answer = app.anyone().get(&format!("/v1/search?q={typed}")).await.ok();
            assert_eq!((&answer["data"], &answer["partial"]), (&json!([]), &json!(true)), "{typed}");
        }
    }

    async fn what_leaves_the_public_is_neither_found_nor_counted_however_far_behind_the_index_is(app) {
        let (admin, world) = (app.admin().await, app.section("world", "दुनिया").await);
        let mut paths = Vec::new();
        for n in 0..4 {
            paths.push(live(&admin, &world, &[("en", &format!("Ferry {n}"), "S.", "B.")]).await);
        }
        assert_eq!(found(&app, "ferry", "").await.len(), 4);
        app.entrance.indexes.store(false, Ordering::SeqCst);
        end(&admin, &paths[0], "unpublish", &json!({ "locales": ["en"] })).await;
        end(&admin, &paths[1], "takedown", &json!({ "reason": "court" })).await;
        let asked = "/v1/search?q=ferry&count=true&facets=section,year";
        let behind = app.anyone().get(asked).await;
        assert_eq!(headlines(&behind).into_iter().collect::<BTreeSet<_>>(), ["Ferry 2", "Ferry 3"].map(str::to_owned).into());
        assert_eq!((&behind.ok()["page"]["total"], &behind.ok()["facets"]["section"][0]["stories"]), (&json!(2), &json!(2)));
        assert!(!app.anyone().get("/v1/search/suggest?q=ferr").await.text.contains("Ferry 0"));
        // What was made while it was behind is kept for a second; what it says of itself is of then.
        let as_of = behind.ok()["as_of"].clone();
        live(&admin, &world, &[("en", "Ferry 4", "S.", "B.")]).await;
        app.wait(2);
        assert_eq!(app.anyone().get(asked).await.ok()["as_of"], as_of);
        app.entrance.indexes.store(true, Ordering::SeqCst);
        app.wait(2);
        let now = app.anyone().get(asked).await.ok();
        assert_eq!(now["page"]["total"], 3);
        assert!(now["as_of"].as_str() > as_of.as_str(), "{now}");
    }

    async fn an_answer_is_kept_until_something_that_may_be_in_it_changes(app) {
        let (editor, world) = (app.editor().await, app.section("world", "दुनिया").await);
        live(&editor, &world, &[("en", "Ferry", "S.", "B.")]).await;
        let asked = "/v1/search?q=ferry&count=true";
        app.anyone().get(asked).await.ok();
        let before = app.store.statements();
        app.entrance.indexes.store(false, Ordering::SeqCst);
        app.anyone().get(asked).await.ok();
        assert_eq!(app.store.statements(), before, "it was kept");
        app.entrance.indexes.store(true, Ordering::SeqCst);
        live(&editor, &world, &[("en", "Another ferry", "S.", "B.")]).await;
        assert_eq!(app.anyone().get(asked).await.ok()["page"]["total"], 2);
    }

    async fn names_and_headlines_are_completed_at_any_word(app) {
        let (editor, world) = (app.editor().await, app.section("world", "दुनिया").await);
        let author = app.author("river", "Asha Rivers").await;
        app.import(&json!({ "type": "tag", "key": "t", "kind": "place", "translations": { "en": { "name": "Old River Bank" } } }));
        let tag = app.imported("tag", "t").await;
        let sent = json!({ "kind": "story", "section_id": world, "source_locale": "en", "tags": [tag], "credits": [{ "role": "written_by", "author_id": author }],
            "translations": words(&[("en", "The river that kept a diary", "S.", "B.")]) });
        let made = editor.post("/v1/desk/articles", &sent).await;
        editor.publish(made.header("location").unwrap(), &["en"]).await.ok();
        for n in 0..12 {
            live(&editor, &world, &[("en", &format!("Rivers rise {n}"), "Diary.", "B.")]).await;
            app.wait(60);
        }
        let suggested = |answer: Answer| -> Vec<(String, String)> {
            let text = |value: &Value| value.as_str().unwrap().to_owned();
            answer.ok()["data"].as_array().unwrap().iter().map(|one| (text(&one["type"]), text(&one["text"]["text"]))).collect()
        };
        let all = suggested(app.anyone().get("/v1/search/suggest?q=riv").await);
        assert_eq!(all.len(), 8);
        assert_eq!(all[..3], [("tag", "Old River Bank"), ("author", "Asha Rivers"), ("article", "Rivers rise 11")].map(|(a, b)| (a.to_owned(), b.to_owned())));
        assert_eq!(suggested(app.anyone().get("/v1/search/suggest?q=river%20di").await), [("article".to_owned(), "The river that kept a diary".to_owned())]);
        for nothing in ["", "%20", "ivers", "zzz", "%22%22"] {
            assert_eq!(app.anyone().get(&format!("/v1/search/suggest?q={nothing}")).await.ok()["data"], json!([]), "{nothing}");
        }
    }

    async fn two_instances_answer_alike_in_the_same_order(app) {
        let (editor, world) = (app.editor().await, app.section("world", "दुनिया").await);
        let other = app.instance().await;
        let vocabulary = ["river", "bank", "market", "minister", "school", "boat", "harbour", "tax", "rain", "court"];
        let mut paths = Vec::new();
        for n in 0..60_usize {
            let body: Vec<&str> = (0..12).map(|k| vocabulary[(n * 7 + k * k * (n % 5 + 1)) % 10]).collect();
            paths.push(live(&editor, &world, &[("en", &format!("{} {n}", vocabulary[n % 10]), "S.", &body.join(" "))]).await);
            if n % 9 == 0 {
                // One of them hears of each change by itself, the other of many at once.
                found(&app, "river", "").await;
            }
            if n % 4 == 3 {
                end(&editor, &paths[n - 2], "unpublish", &json!({ "locales": ["en"] })).await;
            }
        }
        for a in vocabulary {
            for b in vocabulary {
                for asked in [format!("{a} {b}"), format!("{a} -{b}"), format!("\"{a} {b}\""), format!("{}* {b}", a.get(..3).unwrap()), format!("{a} zeppelin {b}")] {
                    let path = format!("/v1/search?count=true&facets=section&q={}", encoded(&asked));
                    let told = |answer: Answer| { let mut told = answer.ok(); told["as_of"].take(); told };
                    assert_eq!(told(app.anyone().get(&path).await), told(app.anyone().at(&other).get(&path).await), "{asked}");
                }
            }
        }
    }

    async fn whatever_a_newsroom_does_what_is_found_is_what_is_live_and_has_the_words(app) {
        let (admin, world) = (app.admin().await, app.section("world", "दुनिया").await);
        let vocabulary = ["ox", "elk", "cod", "yak", "ant"];
        let mut runner = TestRunner::new_with_rng(Config::with_cases(1), TestRng::deterministic_rng(proptest::test_runner::RngAlgorithm::ChaCha));
        let actions = proptest::collection::vec((0..9_usize, 0..8_usize, 0..32_usize), 90);
        let actions = actions.new_tree(&mut runner).unwrap().current();
        let text = |bits: usize| -> String {
            let words: Vec<&str> = (0..5).filter(|n| bits >> n & 1 == 1).map(|n| vocabulary[n]).collect();
            if words.is_empty() { "bare".to_owned() } else { words.join(" ") }
        };
        let mut paths: Vec<String> = Vec::new();
        for (step, (action, which, bits)) in actions.into_iter().enumerate() {
            let locale = ["en", "hi"][bits % 2];
            let path = paths.get(which % paths.len().max(1)).cloned();
            match (action, path) {
                (0, _) | (_, None) => {
                    let said = text(bits);
                    paths.push(live(&admin, &world, &[("en", &format!("Headline {step}"), "S.", &said), ("hi", &format!("शीर्षक {step}"), "स", &text(31 - bits))]).await);
                }
                (1 | 2, Some(path)) => {
                    let tag = admin.get(&format!("{path}/translations/{locale}")).await;
                    if tag.status == 200 {
                        let body = json!({ "format": "html", "content": format!("<p>{}</p>", text(bits)) });
                        admin.patch(&format!("{path}/translations/{locale}"), &tag.etag(), &json!({ "body": body })).await;
                    }
                }
                (3 | 4, Some(path)) => _ = admin.publish(&path, &[locale]).await,
                (verb, Some(path)) => {
                    let tag = admin.get(&path).await;
                    if tag.status == 200 {
                        let (verb, body) = match verb {
                            5 => ("unpublish", json!({ "locales": [locale] })),
                            6 => ("takedown", json!({ "reason": "x" })),
                            7 => ("reinstate", json!({})),
                            _ => ("erase", json!({ "reason": "x" })),
                        };
                        admin.act(&format!("{path}/{verb}"), &tag.etag(), &body).await;
                    }
                }
            }
            // Live, as lists show it, and what it says.
            let mut live: BTreeMap<&str, Vec<(String, BTreeSet<String>)>> = BTreeMap::new();
            for locale in ["en", "hi"] {
                let all = app.anyone().get(&format!("/v1/articles?limit=100&body=text&locale={locale}")).await.ok();
                let told = |row: &Value| {
                    let words = row["body"]["content"].as_str().unwrap().split_whitespace().map(str::to_owned).collect();
                    (row["headline"].as_str().unwrap().to_owned(), words)
                };
                live.insert(locale, all["data"].as_array().unwrap().iter().map(told).collect());
            }
            let (a, b) = (vocabulary[which % 5], vocabulary[(which + 1 + bits % 4) % 5]);
            for locale in ["en", "hi"] {
                let expected = |has: &dyn Fn(&BTreeSet<String>) -> bool| -> BTreeSet<String> {
                    live[locale].iter().filter(|(_, words)| has(words)).map(|(headline, _)| headline.clone()).collect()
                };
                let both = expected(&|words| words.contains(a) && words.contains(b));
                let cases = [
                    (a.to_owned(), expected(&|words| words.contains(a))),
                    (format!("{a} -{b}"), expected(&|words| words.contains(a) && !words.contains(b))),
                    (format!("{a} {b}"), if both.is_empty() { expected(&|words| words.contains(a) || words.contains(b)) } else { both }),
                ];
                for (typed, expected) in cases {
                    let answer = app.anyone().get(&format!("/v1/search?limit=100&count=true&locale={locale}&q={}", encoded(&typed))).await;
                    assert_eq!(headlines(&answer).into_iter().collect::<BTreeSet<_>>(), expected, "step {step}, {locale}: {typed}");
                    assert_eq!(answer.ok()["page"]["total"], json!(expected.len()), "step {step}, {locale}: {typed}");
                }
            }
        }
    }

    async fn an_index_goes_on_where_it_was_and_heals_whatever_befell_it(app) {
        let (editor, world) = (app.editor().await, app.section("world", "दुनिया").await);
        let folder = Scratch::new();
        for n in 0..30 {
            live(&editor, &world, &[("en", &format!("Ferry {n}"), "S.", "B.")]).await;
        }
        let open = || {
            let index = Arc::new(SearchIndex::at(&folder.0).unwrap());
            index.open().unwrap();
            index
        };
        let ferries = |index: &SearchIndex| index.search(&query("ferry")).map(|found| found.total).ok();
        let run = |index: &Arc<SearchIndex>| Indexer::new(app.store.clone(), index.clone()).run().unwrap();
        let index = open();
        assert_eq!((ferries(&index), index.place()), (None, None), "it was never built");
        run(&index);
        assert_eq!(ferries(&index), Some(30));
        let place = index.place();
        // Of a folder that somebody has, another takes another part.
        let beside = open();
        assert_eq!(beside.place(), None);
        drop((beside, index));
        // A start goes on where the last one was.
        let index = open();
        assert_eq!((index.place(), ferries(&index)), (place, Some(30)));
        live(&editor, &world, &[("en", "Ferry 30", "S.", "B.")]).await;
        assert!(run(&index) > 0);
        assert_eq!(ferries(&index), Some(31));
        drop(index);
        // Some byte of any of its files is another one: it is seen, and built anew.
        for n in 0..12_usize {
            let files = files_below(&folder.0);
            let files: Vec<_> = files.iter().filter(|file| fs::metadata(file).unwrap().len() > 0 && !file.ends_with("lock")).collect();
            let file = files[n * 7 % files.len()];
            let mut bytes = fs::read(file).unwrap();
            let place = n * 131 % bytes.len();
            bytes[place] ^= 0x41;
            fs::write(file, bytes).unwrap();
            let index = open();
            let told = ferries(&index);
            assert!(told.is_none() || told == Some(31), "{}: {told:?}", file.display());
            run(&index);
            assert_eq!(ferries(&index), Some(31), "{}", file.display());
            drop(index);
            let index = open();
            assert_eq!(ferries(&index), Some(31), "{} was left damaged", file.display());
        }
        fs::remove_dir_all(&folder.0).unwrap();
        let index = open();
        run(&index);
        assert_eq!(ferries(&index), Some(31));
    }

    async fn erasing_leaves_no_word_in_the_files_of_the_index(app) {
        let (admin, world) = (app.admin().await, app.section("world", "दुनिया").await);
        let folder = Scratch::new();
        let path = live(&admin, &world, &[("en", "Zanzibarquokka", "Zanzibarquokka.", "Zanzibarquokka told."), ("hi", "पीलकपक्षी", "पीलकपक्षी", "पीलकपक्षी")]).await;
        for n in 0..5 {
            live(&admin, &world, &[("en", &format!("Ferry {n}"), "S.", "B.")]).await;
        }
        let index = Arc::new(SearchIndex::at(&folder.0).unwrap());
        let indexer = Indexer::new(app.store.clone(), index.clone());
        indexer.run().unwrap();
        // Its words lie in files of parts: none of those that had them stays, nor is anything only marked as gone.
        let parts = || -> BTreeSet<String> {
            let names = files_below(&folder.0).into_iter().map(|file| file.file_name().unwrap().to_str().unwrap().to_owned());
            names.filter(|name| !name.starts_with('.') && !["meta.json", "lock"].contains(&name.as_str())).collect()
        };
        let is_mark = |name: &String| name.rsplit('.').next() == Some("del");
        let before = parts();
        assert_eq!((index.search(&query("zanzibarquokka")).unwrap().total, before.len() > 3), (1, true));
        // Also of what the desk has saved since, and says of it.
        let words = format!("{path}/translations/en");
        admin.patch(&words, &admin.get(&words).await.etag(), &json!({ "headline": "Zanzibarquokka again" })).await.ok();
        admin.post(&format!("{path}/comments"), &json!({ "text": "Zanzibarquokka?" })).await.ok();
        indexer.run().unwrap();
        let before: BTreeSet<String> = before.union(&parts()).cloned().collect();
        end(&admin, &path, "takedown", &json!({ "reason": "court" })).await;
        indexer.run().unwrap();
        assert!(parts().iter().any(is_mark) && !parts().is_disjoint(&before), "it was only marked as gone: {:?}", parts());
        end(&admin, &path, "erase", &json!({ "reason": "court" })).await;
        indexer.run().unwrap();
        assert!(parts().is_disjoint(&before) && !parts().iter().any(is_mark), "{:?}", parts());
        assert_eq!(index.search(&query("ferry")).unwrap().total, 5);
    }

    async fn a_commit_that_fails_keeps_nothing_and_loses_nothing(app) {
        let (admin, world) = (app.admin().await, app.section("world", "दुनिया").await);
        let folder = Scratch::new();
        let gone = live(&admin, &world, &[("en", "Ferry gone", "S.", "B.")]).await;
        live(&admin, &world, &[("en", "Ferry that stays", "S.", "B.")]).await;
        let index = Arc::new(SearchIndex::at(&folder.0).unwrap());
        let indexer = Indexer::new(app.store.clone(), index.clone());
        indexer.run().unwrap();
        let state = || (index.search(&query("ferry")).unwrap().total, index.place());
        let before = state();
        assert_eq!(before.0, 2);
        end(&admin, &gone, "unpublish", &json!({ "locales": ["en"] })).await;
        live(&admin, &world, &[("en", "Ferry anew", "S.", "B.")]).await;
        live(&admin, &world, &[("en", "Ferry at last", "S.", "B.")]).await;
        // Nothing can be written where there is no folder.
        let away = folder.0.with_extension("away");
        fs::rename(&folder.0, &away).unwrap();
        for _ in 0..2 {
            assert!(indexer.run().is_err());
            assert_eq!(state(), before);
        }
        fs::rename(&away, &folder.0).unwrap();
        assert!(indexer.run().unwrap() > 0);
        let after = state();
        assert_eq!((after.0, after.1 > before.1), (3, true));
        assert_eq!(index.search(&query("gone")).unwrap().total, 0);
        // And so it is in the files.
        drop((indexer, index));
        let index = SearchIndex::at(&folder.0).unwrap();
        index.open().unwrap();
        assert_eq!(index.search(&query("ferry")).unwrap().total, 3);
    }

    async fn erasing_that_is_cut_off_is_carried_on(app) {
        let (admin, world) = (app.admin().await, app.section("world", "दुनिया").await);
        let folder = Scratch::new();
        let path = live(&admin, &world, &[("en", "Zanzibarquokka", "Zanzibarquokka.", "Zanzibarquokka told.")]).await;
        live(&admin, &world, &[("en", "Ferry", "S.", "B.")]).await;
        let open = || {
            let index = Arc::new(SearchIndex::at(&folder.0).unwrap());
            index.open().unwrap();
            index
        };
        let run = |index: &Arc<SearchIndex>| Indexer::new(app.store.clone(), index.clone()).run();
        let index = open();
        run(&index).unwrap();
        let of = |end: &'static str| -> BTreeSet<String> {
            let names = files_below(&folder.0).into_iter().map(|file| file.file_name().unwrap().to_str().unwrap().to_owned());
            names.filter(|name| name.rsplit('.').next() == Some(end)).collect()
        };
        let words = of("term");
        let place = index.reached().unwrap();
        end(&admin, &path, "takedown", &json!({ "reason": "court" })).await;
        end(&admin, &path, "erase", &json!({ "reason": "court" })).await;
        // The story is let go of, and the process ends before the files are written anew: the place has not moved on.
        index.replace(&[path.rsplit('/').next().unwrap().parse().unwrap()], &Documents::default(), Step { place: place.0, at: place.1, is_public: true }).unwrap();
        assert!(!of("term").is_disjoint(&words) && !of("del").is_empty(), "its words are there still");
        drop(index);
        let index = open();
        assert_eq!((index.place(), index.search(&query("zanzibarquokka")).unwrap().total), (Some(place.0), 0));
        // Nor does it where something is in the way: of parts that no process has, nothing may be left either.
        let idle = folder.0.join("1");
        fs::create_dir_all(&idle).unwrap();
        for file in ["lock", "index-0"] {
            fs::write(idle.join(file), []).unwrap();
        }
        assert!(run(&index).is_err());
        assert_eq!((index.place(), index.search(&query("zanzibarquokka")).unwrap().total), (Some(place.0), 0));
        fs::remove_dir_all(&idle).unwrap();
        assert!(run(&index).unwrap() > 0);
        assert!(of("term").is_disjoint(&words) && of("del").is_empty(), "{:?}", files_below(&folder.0));
        assert_eq!(index.search(&query("ferry")).unwrap().total, 1);
    }

    async fn an_index_that_is_far_behind_finds_all_in_the_end_and_nothing_that_has_left_meanwhile(app) {
        let (admin, world) = (app.admin().await, app.section("world", "दुनिया").await);
        let gone = live(&admin, &world, &[("en", "Ferry gone", "S.", "B.")]).await;
        live(&admin, &world, &[("en", "Ferry that stays", "S.", "B.")]).await;
        let index = Arc::new(SearchIndex::default());
        let indexer = Indexer::new(app.store.clone(), index.clone());
        indexer.run().unwrap();
        let asked = "/v1/search?q=ferry&count=true&facets=section";
        app.anyone().get(asked).await.ok();
        app.entrance.indexes.store(false, Ordering::SeqCst);
        live(&admin, &world, &[("en", "Ferry before", "S.", "B.")]).await;
        let behind = |index: &SearchIndex| app.store.read_now(dateline::store::changes::last).unwrap() - index.place().unwrap();
        for n in 0..510 {
            // Begun and changed.
            for name in ["a", "b"] {
                app.import(&json!({ "type": "tag", "key": format!("t{n}"), "translations": { "en": { "name": format!("{name} {n}") } } }));
            }
        }
        end(&admin, &gone, "unpublish", &json!({ "locales": ["en"] })).await;
        live(&admin, &world, &[("en", "Ferry behind", "S.", "B.")]).await;
        assert!(behind(&index) > 1_000, "{}", behind(&index));
        let told = app.anyone().get(asked).await;
        assert_eq!((headlines(&told), &told.ok()["page"]["total"], &told.ok()["facets"]["section"][0]["stories"]), (vec!["Ferry that stays".to_owned()], &json!(1), &json!(1)));
        assert!(indexer.run().unwrap() > 1_000);
        let found = index.search(&query("ferry")).unwrap();
        assert_eq!((found.total, behind(&index), found.at), (3, 0, app.now()));
        app.entrance.indexes.store(true, Ordering::SeqCst);
        app.wait(2);
        assert_eq!(app.anyone().get(asked).await.ok()["page"]["total"], 3);
    }

    async fn an_index_that_has_followed_another_log_is_built_anew(app) {
        let other = TestApp::sqlite().await;
        let (editor, section) = (other.editor().await, other.section("world", "दुनिया").await);
        for n in 0..5 {
            live(&editor, &section, &[("en", &format!("Ferry elsewhere {n}"), "S.", "B.")]).await;
        }
        let folder = Scratch::new();
        let index = Arc::new(SearchIndex::at(&folder.0).unwrap());
        Indexer::new(other.store.clone(), index.clone()).run().unwrap();
        let (editor, section) = (app.editor().await, app.section("world", "दुनिया").await);
        live(&editor, &section, &[("en", "Ferry here", "S.", "B.")]).await;
        let last = app.store.read_now(dateline::store::changes::last).unwrap();
        assert!(index.place().unwrap() > last && index.search(&query("elsewhere")).unwrap().total == 5);
        let indexer = Indexer::new(app.store.clone(), index.clone());
        indexer.run().unwrap();
        let found = |typed: &str| index.search(&query(typed)).unwrap().total;
        assert_eq!((index.place(), found("elsewhere"), found("ferry")), (Some(last), 0, 1));
        // It follows this one from then on.
        live(&editor, &section, &[("en", "Another ferry", "S.", "B.")]).await;
        indexer.run().unwrap();
        assert_eq!(found("ferry"), 2);
    }

    async fn of_stories_that_fit_alike_the_later_id_comes_first_on_every_page(app) {
        let (editor, world) = (app.editor().await, app.section("world", "दुनिया").await);
        let mut ids = Vec::new();
        for _ in 0..7 {
            let path = live(&editor, &world, &[("en", "Ferry", "S.", "B.")]).await;
            ids.push(path.rsplit('/').next().unwrap().to_owned());
        }
        ids.sort_unstable_by(|a, b| b.cmp(a));
        for sort in ["relevance", "-published_at"] {
            let page = async |more: &str| app.anyone().get(&format!("/v1/search?q=ferry&fields=id&sort={sort}{more}")).await.ok();
            let of = |page: &Value| page["data"].as_array().unwrap().iter().map(|hit| hit["article"]["id"].as_str().unwrap().to_owned()).collect::<Vec<_>>();
            let (mut forth, mut back) = (Vec::new(), Vec::new());
            let mut last = page("&limit=2").await;
            forth.extend(of(&last));
            while let Some(next) = last["page"]["next"].as_str() {
                last = page(&format!("&limit=2&cursor={next}")).await;
                forth.extend(of(&last));
            }
            while let Some(previous) = last["page"]["previous"].as_str() {
                last = page(&format!("&limit=2&cursor={previous}")).await;
                back.splice(0..0, of(&last));
            }
            assert_eq!((&forth, &*back), (&ids, &ids[..6]), "{sort}");
        }
    }

    async fn what_only_the_desk_knows_is_not_found(app) {
        let (admin, world) = (app.admin().await, app.section("world", "दुनिया").await);
        admin.post("/v1/desk/locales", &json!({ "locale": "mr", "name": "मराठी", "state": "preparing" })).await.ok();
        live(&admin, &world, &[("en", "Ferry", "S.", "B."), ("mr", "Secretword", "S.", "B.")]).await;
        let draft = admin.story(&world, "Secretword draft").await;
        let spreads = ["", "&locale=any", "&locale=en,hi"];
        // One typing error is looked for anyway, and of two is asked whether it is meant.
        let asked = async |typed: &str, more: &str| app.anyone().get(&format!("/v1/search?q={typed}&count=true&facets=year{more}")).await.ok();
        for more in spreads {
            assert_eq!(found(&app, "secretword", more).await, [""; 0], "{more}");
            for typed in ["secretwrod", "secertwrod"] {
                let told = asked(typed, more).await;
                assert_eq!((&told["page"]["total"], &told["facets"]["year"], &told["did_you_mean"]), (&json!(0), &json!([]), &Value::Null), "{typed}{more}");
            }
        }
        app.anyone().get("/v1/search?q=secretword&locale=mr").await.refused(400, "malformed");
        // Once readers are offered the language, and once it is published, all of that is told.
        let marathi = "/v1/desk/locales/mr";
        admin.patch(marathi, &admin.get(marathi).await.etag(), &json!({ "state": "public" })).await.ok();
        assert_eq!(asked("secretwrod", "&locale=any").await["page"]["total"], 1);
        assert_eq!(asked("secertwrod", "&locale=mr").await["did_you_mean"], "Secretword");
        admin.publish(&draft, &["en"]).await.ok();
        for more in spreads {
            let told = asked("secretwrod", more).await;
            assert!(told["page"]["total"].as_i64() > Some(0) && told["facets"]["year"] != json!([]), "{more}: {told}");
            assert_eq!(asked("secertwrod", more).await["did_you_mean"], "Secretword", "{more}");
        }
    }
}

/// A query for English stories.
fn query(typed: &str) -> Query {
    Query {
        typed: typed.to_owned(),
        languages: Languages::Any(vec!["en".parse().unwrap()]),
        among: dateline::search::Among::default(),
        ranking: Ranking::Relevance,
        recency: Recency::default(),
        today: dateline::domain::Instant::from_micros(0),
        limit: 100,
        cursor: None,
        is_counted: false,
        facets: BTreeSet::new(),
    }
}

/// A folder that goes with the test.
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> Self {
        Self(crate::support::new_file().with_extension("index"))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Every file in a folder.
fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { files.extend(files_below(&path)) } else { files.push(path) }
    }
    files.sort();
    files
}
