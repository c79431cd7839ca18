//! Words in many languages: saves, versions, sources and slugs.

use std::collections::BTreeSet;

use dateline::domain::user::Role;
use futures_util::future::join_all;
use serde_json::{Value, json};

both! {
    async fn two_saves_of_one_version_cannot_both_win(app) {
        let editor = app.editor().await;
        let section = app.section("world", "दुनिया").await;
        let words = format!("{}/translations/en", editor.story(&section, "River rises").await);
        let tag = editor.get(&words).await.etag();
        editor.patch(&words, &tag, &json!({ "headline": "First" })).await.ok();
        let late = editor.patch(&words, &tag, &json!({ "headline": "Second" })).await;
        let problem = late.refused(412, "stale");
        assert_eq!((problem["current_version"].as_i64(), problem["changed_by"].as_str()), (Some(2), Some("editor 0")));
        assert_eq!(problem["changed"], json!(["#/headline"]));
        assert_eq!(editor.get(&words).await.ok()["headline"], "First");
        editor.send(actix_web::http::Method::PATCH, &words, &[("content-type", "application/json")], Some(b"{}".to_vec())).await.refused(428, "unconditional");
        editor.patch(&words, "W/\"2\"", &json!({})).await.refused(412, "stale");
        editor.patch(&words, "nonsense", &json!({})).await.refused(400, "malformed");
    }

    async fn two_translators_in_two_languages_never_collide(app) {
        let editor = app.editor().await;
        let section = app.section("world", "दुनिया").await;
        let article = editor.story(&section, "River rises").await;
        let (hindi, bengali) = (app.role(Role::Translator, None, Some("hi")).await, app.role(Role::Translator, None, Some("bn")).await);
        for (who, locale, headline) in [(&hindi, "hi", "नदी"), (&bengali, "bn", "নদী")] {
            assert_eq!(who.put(&format!("{article}/translations/{locale}"), None, &json!({ "headline": headline })).await.status, 201);
        }
        hindi.patch(&format!("{article}/translations/hi"), "\"1\"", &json!({ "summary": "सार" })).await.ok();
        bengali.patch(&format!("{article}/translations/bn"), "\"1\"", &json!({ "summary": "সার" })).await.ok();
        bengali.patch(&format!("{article}/translations/hi"), "\"2\"", &json!({ "summary": "x" })).await.refused(404, "not-found");
        bengali.patch(&format!("{article}/translations/en"), "\"1\"", &json!({ "summary": "x" })).await.refused(403, "forbidden");
        hindi.put(&format!("{article}/translations/kn"), None, &json!({ "headline": "ನದಿ" })).await.refused(403, "forbidden");
        hindi.publish(&article, &["hi"]).await.refused(403, "forbidden");
    }

    async fn a_translation_remembers_what_it_was_made_from(app) {
        let editor = app.editor().await;
        let section = app.section("world", "दुनिया").await;
        let article = editor.story(&section, "River rises").await;
        let source = format!("{article}/translations/en");
        editor.patch(&source, "\"1\"", &json!({ "headline": "River rises again" })).await.ok();
        let hindi = format!("{article}/translations/hi");
        let made = editor.put(&hindi, None, &json!({ "headline": "नदी", "body": { "format": "html", "content": "<p>एक।</p><p>दो।</p>" } })).await.ok();
        assert_eq!(made["made_from"], json!({ "locale": "en", "version": 2 }));
        // Its blocks name those of the source that they render.
        let blocks = |t: &Value, name: &str| t["body"]["content"]["content"].as_array().unwrap().iter().map(|b| b["attrs"][name].clone()).collect::<Vec<_>>();
        assert_eq!(blocks(&made, "source"), blocks(&editor.get(&source).await.ok(), "id"));
        // The source moves on; the translation stays made from what it was, until its translator says otherwise.
        editor.patch(&source, "\"2\"", &json!({ "headline": "River falls" })).await.ok();
        let kept = editor.patch(&hindi, "\"1\"", &json!({ "summary": "सार" })).await.ok();
        assert_eq!(kept["made_from"]["version"], 2);
        let current = editor.patch(&hindi, "\"2\"", &json!({ "made_from": { "locale": "en", "version": 3 } })).await.ok();
        assert_eq!(current["made_from"]["version"], 3);
        editor.patch(&hindi, "\"3\"", &json!({ "made_from": { "locale": "en", "version": 9 } })).await.refused(422, "invalid");
        editor.patch(&source, "\"3\"", &json!({ "made_from": { "locale": "hi", "version": 1 } })).await.refused(422, "invalid");
    }

    async fn blocks_keep_their_ids_when_a_body_comes_back_as_html(app) {
        let editor = app.editor().await;
        let section = app.section("world", "दुनिया").await;
        let words = format!("{}/translations/en", editor.story(&section, "River rises").await);
        let ids = |t: &Value| t["body"]["content"]["content"].as_array().unwrap().iter().map(|b| b["attrs"]["id"].as_str().unwrap().to_owned()).collect::<Vec<_>>();
        let before = ids(&editor.get(&words).await.ok());
        let html = editor.get(&format!("{words}?body=html")).await;
        assert_eq!(html.version(), 1);
        let sent = json!({ "body": { "format": "html", "content": "<p>Zero.</p><p>One.</p><p>Two, rewritten.</p>" } });
        // The tag of any form names the version.
        let after = editor.patch(&words, &html.etag(), &sent).await.ok();
        let after = ids(&after);
        assert_eq!((after.len(), &after[1], &after[2]), (3, &before[0], &before[1]));
        assert!(!before.contains(&after[0]));
    }

    async fn what_is_added_on_both_sides_is_linked_as_a_guess_that_a_translator_corrects(app) {
        let editor = app.editor().await;
        let section = app.section("world", "दुनिया").await;
        let article = editor.story(&section, "River rises").await;
        let (english, hindi) = (format!("{article}/translations/en"), format!("{article}/translations/hi"));
        let html = |content: &str| json!({ "format": "html", "content": content });
        let blocks = |t: &Value| t["body"]["content"]["content"].as_array().unwrap().iter().map(|b| b["attrs"].clone()).collect::<Vec<_>>();
        editor.put(&hindi, None, &json!({ "headline": "नदी", "body": html("<p>एक।</p><p>दो।</p>") })).await.ok();
        let source = editor.patch(&english, "\"1\"", &json!({ "body": html("<p>One.</p><p>Between.</p><p>Two.</p>") })).await.ok();
        let added = json!({ "body": html("<p>एक।</p><p>बीच में।</p><p>दो।</p>"), "made_from": { "locale": "en", "version": 2 } });
        let linked = editor.patch(&hindi, "\"1\"", &added).await.ok();
        let of = |all: &[Value], name: &str| all.iter().map(|b| b[name].clone()).collect::<Vec<_>>();
        let (sources, mut now) = (blocks(&source), blocks(&linked));
        assert_eq!(of(&now, "source"), of(&sources, "id"));
        assert_eq!(of(&now, "guessed"), [Value::Null, json!(true), Value::Null]);
        // It stays a guess while nobody says otherwise.
        let mut whole = linked["body"].clone();
        let kept = editor.patch(&hindi, "\"2\"", &json!({ "body": whole, "summary": "सार" })).await.ok();
        assert_eq!(of(&blocks(&kept), "guessed"), of(&now, "guessed"));
        // Another source, or none, is what somebody has said.
        whole["content"]["content"][1]["attrs"]["source"] = sources[0]["id"].clone();
        now = blocks(&editor.patch(&hindi, "\"3\"", &json!({ "body": whole })).await.ok());
        assert_eq!((&now[1]["source"], &now[1]["guessed"]), (&sources[0]["id"], &Value::Null));
        whole["content"]["content"][1]["attrs"] = json!({ "id": now[1]["id"] });
        now = blocks(&editor.patch(&hindi, "\"4\"", &json!({ "body": whole })).await.ok());
        assert_eq!(now[1]["source"], Value::Null);
        // Added first, and said to be current later.
        let bengali = format!("{article}/translations/bn");
        editor.put(&bengali, None, &json!({ "headline": "নদী", "made_from": { "locale": "en", "version": 1 }, "body": html("<p>এক।</p><p>দুই।</p>") })).await.ok();
        let early = editor.patch(&bengali, "\"1\"", &json!({ "body": html("<p>এক।</p><p>মাঝে।</p><p>দুই।</p>") })).await.ok();
        assert_eq!(blocks(&early)[1]["source"], Value::Null);
        let marked = editor.act(&format!("{bengali}/mark-current"), "\"2\"", &json!({ "version": 2 })).await.ok();
        assert_eq!((&blocks(&marked)[1]["source"], &blocks(&marked)[1]["guessed"]), (&sources[1]["id"], &json!(true)));
    }

    async fn a_translation_that_is_made_from_another_source_now_names_its_blocks(app) {
        let editor = app.editor().await;
        let section = app.section("world", "दुनिया").await;
        let article = editor.story(&section, "River rises").await;
        let sources = |t: &Value, name: &str| t["body"]["content"]["content"].as_array().unwrap().iter().map(|b| b["attrs"][name].clone()).collect::<Vec<_>>();
        let words = |locale: &str| format!("{article}/translations/{locale}");
        let body = |content: &str| json!({ "format": "text", "content": content });
        let english = editor.get(&words("en")).await.ok();
        let hindi = editor.put(&words("hi"), None, &json!({ "headline": "नदी", "body": body("एक।\n\nदो।") })).await.ok();
        let from = |locale: &str| json!({ "made_from": { "locale": locale, "version": 1 } });
        let mut first = from("hi");
        (first["headline"], first["body"]) = (json!("নদী"), body("এক।\n\nদুই।"));
        let bengali = editor.put(&words("bn"), None, &first).await.ok();
        assert_eq!(sources(&bengali, "source"), sources(&hindi, "id"));
        // Up the chain, and down again; and to a sibling, by what both were made from.
        let up = editor.patch(&words("bn"), "\"1\"", &from("en")).await.ok();
        assert_eq!(sources(&up, "source"), sources(&english, "id"));
        let down = editor.patch(&words("bn"), "\"2\"", &from("hi")).await.ok();
        assert_eq!(sources(&down, "source"), sources(&hindi, "id"));
        let mut first = from("en");
        (first["headline"], first["body"]) = (json!("ನದಿ"), body("ಒಂದು.\n\nಎರಡು."));
        editor.put(&words("kn"), None, &first).await.ok();
        let across = editor.patch(&words("kn"), "\"1\"", &from("hi")).await.ok();
        assert_eq!(sources(&across, "source"), sources(&hindi, "id"));
        assert_eq!(sources(&across, "guessed"), [Value::Null, Value::Null]);
    }

    async fn a_paragraph_that_was_split_in_an_editor_keeps_its_id_once(app) {
        let editor = app.editor().await;
        let section = app.section("world", "दुनिया").await;
        let words = format!("{}/translations/en", editor.story(&section, "River rises").await);
        let mut body = editor.get(&words).await.ok()["body"].clone();
        let all = body["content"]["content"].as_array_mut().unwrap();
        let id = all[0]["attrs"]["id"].clone();
        all.insert(1, json!({ "type": "paragraph", "attrs": { "id": id }, "content": [{ "type": "text", "text": "And more." }] }));
        let saved = editor.patch(&words, "\"1\"", &json!({ "body": body })).await.ok();
        let ids: Vec<_> = saved["body"]["content"]["content"].as_array().unwrap().iter().map(|b| b["attrs"]["id"].clone()).collect();
        assert!(ids.len() == 3 && ids[0] == id && ids[1] != id, "{ids:?}");
        let warned: Vec<_> = saved["warnings"].as_array().unwrap().iter().map(|w| (w["pointer"].as_str().unwrap(), w["code"].as_str().unwrap())).collect();
        assert_eq!(warned, [("#/body/content/content/1/attrs/id", "repeated")]);
    }

    async fn an_automatic_slug_follows_the_headline_until_it_is_public(app) {
        let editor = app.editor().await;
        let section = app.section("world", "दुनिया").await;
        let article = editor.story(&section, "River rises").await;
        let words = format!("{article}/translations/en");
        let revised = editor.patch(&words, "\"1\"", &json!({ "headline": "River rises by a metre" })).await.ok();
        assert_eq!(revised["slug"], "river-rises-by-a-metre");
        // The one it had was never public, and is free again.
        let other = editor.story(&section, "River rises").await;
        assert_eq!(editor.get(&format!("{other}/translations/en")).await.ok()["slug"], "river-rises");
        editor.publish(&article, &["en"]).await.ok();
        let later = editor.patch(&words, "\"2\"", &json!({ "headline": "River falls" })).await.ok();
        assert_eq!(later["slug"], "river-rises-by-a-metre");
    }

    async fn what_a_body_cannot_hold_is_dropped_and_reported(app) {
        let editor = app.editor().await;
        let section = app.section("world", "दुनिया").await;
        let words = format!("{}/translations/en", editor.story(&section, "River rises").await);
        let sent = json!({ "body": { "format": "html", "content": "<p onclick='x'>Safe.</p><script>alert(1)</script><a href='javascript:x'>link</a>" } });
        let saved = editor.patch(&words, "\"1\"", &sent).await.ok();
        let warned: Vec<_> = saved["warnings"].as_array().unwrap().iter().map(|w| (w["pointer"].as_str().unwrap(), w["code"].as_str().unwrap())).collect();
        assert_eq!(warned, [("#/body/content", "dropped"), ("#/body/content", "dropped")]);
        assert!(editor.get(&format!("{words}?body=html")).await.ok()["body"]["content"].as_str().unwrap().starts_with("<p>Safe.</p><p>link</p>"));
        let unknown = json!({ "body": { "format": "doc", "content": { "type": "doc", "content": [{ "type": "iframe" }] } } });
        let refused = editor.patch(&words, "\"2\"", &unknown).await;
        refused.refused(422, "invalid");
        assert_eq!(refused.violations(), [("#/body/content/content/0/type".to_owned(), "unknown_node".to_owned())]);
    }

    async fn drafts_can_be_deleted_and_originals_cannot(app) {
        let editor = app.editor().await;
        let section = app.section("world", "दुनिया").await;
        let article = editor.story(&section, "River rises").await;
        editor.put(&format!("{article}/translations/hi"), None, &json!({ "headline": "नदी" })).await.ok();
        editor.delete(&format!("{article}/translations/en"), "\"1\"").await.refused(409, "in-use");
        assert_eq!(editor.delete(&format!("{article}/translations/hi"), "\"1\"").await.status, 204);
        editor.get(&format!("{article}/translations/hi")).await.refused(404, "not-found");
        let tag = editor.get(&article).await.etag();
        assert_eq!(editor.delete(&article, &tag).await.status, 204);
        editor.get(&article).await.refused(404, "not-found");
    }

    async fn desk_lists_find_what_editors_look_for(app) {
        let editor = app.editor().await;
        let (world, tech) = (app.section("world", "दुनिया").await, app.section("tech", "टेक").await);
        let writer = app.role(Role::Contributor, None, None).await;
        let own = writer.story(&world, "Mine 100% done").await;
        editor.story(&tech, "Theirs").await;
        writer.act(&format!("{own}/translations/en/submit"), "\"1\"", &json!({})).await.ok();
        let found = async |who: &crate::support::Client<'_>, query: &str| {
            let list = who.get(&format!("/v1/desk/articles?{query}")).await.ok();
            list["data"].as_array().unwrap().iter().map(|a| a["translations"]["en"]["headline"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(found(&editor, "").await.len(), 2);
        assert_eq!(found(&editor, "state=in_review").await, ["Mine 100% done"]);
        assert_eq!(found(&editor, "state=in_review&locale=hi").await, Vec::<String>::new());
        assert_eq!(found(&editor, &format!("section={tech}")).await, ["Theirs"]);
        assert_eq!(found(&editor, "text=mine%20100%25").await, ["Mine 100% done"]);
        assert_eq!(found(&editor, "text=_").await, Vec::<String>::new());
        assert_eq!(found(&editor, "mine=true").await, ["Theirs"]);
        // A contributor sees only what is theirs.
        assert_eq!(found(&writer, "").await, ["Mine 100% done"]);
        // However it is typed.
        let cases = [
            ("École fermée", &["ecole", "ÉCOLE", "E\u{301}cole"][..]),
            ("Новости: Россия", &["россия", "РОССИЯ"]),
            ("Νέα της Αθήνας", &["ΑΘΗΝΑΣ", "αθηνας"]),
            ("İzmir’de deprem", &["izmir", "İZMİR"]),
            // What Unicode never composes (U+0958) is kept as its two parts.
            ("आज की \u{915}\u{93c}लम", &["\u{958}लम", "\u{915}\u{93c}लम"]),
            ("ലോകത്തില്\u{200d} ഇന്ന്", &["ലോകത്തിൽ"]),
            ("می\u{200c}خواهم", &["میخواهم"]),
            ("10\u{a0}000\u{202f}€ pour tous", &["10 000 €"]),
            ("東京\u{3000}大阪", &["東京 大阪"]),
        ];
        for (headline, _) in cases {
            editor.story(&tech, headline).await;
        }
        for (headline, typed) in cases {
            for text in typed {
                let text: String = url::form_urlencoded::byte_serialize(text.as_bytes()).collect();
                assert_eq!(found(&editor, &format!("text={text}")).await, [headline], "{text}");
            }
        }
    }

    /// Everybody reads, writes what they read with a word of theirs, and reads again when somebody was faster.
    async fn sixteen_who_write_at_once_lose_nothing(app) {
        let editor = app.editor().await;
        let section = app.section("world", "दुनिया").await;
        let words = format!("{}/translations/en", editor.story(&section, "River rises").await);
        let one = async |who: usize| {
            let mut refused = 0;
            for n in 0..20 {
                loop {
                    let read = editor.get(&format!("{words}?body=text")).await;
                    let text = format!("{} {who}.{n}", read.ok()["body"]["content"].as_str().unwrap());
                    let saved = editor.patch(&words, &read.etag(), &json!({ "body": { "format": "text", "content": text } })).await;
                if saved.status == 200 {
                        break;
                    }
                    let problem = saved.refused(412, "stale");
                    assert!(problem["current_version"].as_i64() > Some(1) && problem["changed"] == json!(["#/body"]), "{problem}");
                    refused += 1;
                }
            }
            refused
        };
        let refused: usize = join_all((0..16).map(one)).await.into_iter().sum();
        assert!(refused > 0, "nobody met anybody");
        let last = editor.get(&format!("{words}?body=text")).await.ok();
        assert_eq!(last["version"], 321);
        let written: BTreeSet<_> = last["body"]["content"].as_str().unwrap().split_whitespace().filter(|w| w.contains('.') && !w.ends_with('.')).collect();
        assert_eq!(written.len(), 320);
    }
}
