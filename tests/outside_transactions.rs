//! What takes as long as a body says is done before the transaction that writes. The functions that do it stop where one is open (see
//! `domain::write_transaction`), so that every story here fails which comes to one of them too late.

use std::panic::{AssertUnwindSafe, catch_unwind};

use dateline::{
    access::{Bookkeeping, Caller, Permit, System},
    desk::translations::{self, Draft},
    domain::{
        Error,
        body::{Format, ReadBody, Sent},
        content::Content,
        user::Role,
        write_transaction,
    },
};
use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::support::{Answer, Client, TestApp};

fn html(content: &str) -> Value {
    json!({ "format": "html", "content": content })
}

/// The ids of the blocks of words, in order.
fn ids(words: &Value) -> Vec<String> {
    words["body"]["content"]["content"].as_array().unwrap().iter().map(|block| block["attrs"]["id"].as_str().unwrap().to_owned()).collect()
}

/// The blocks of a source that the blocks of words name.
fn sources(words: &Value) -> Vec<Value> {
    words["body"]["content"]["content"].as_array().unwrap().iter().map(|block| block["attrs"]["source"].clone()).collect()
}

/// A story of two paragraphs, its words, and the editor who began it.
async fn story(app: &TestApp) -> (Client<'_>, String, String) {
    let editor = app.editor().await;
    let world = app.section("world", "दुनिया").await;
    let article = editor.story(&world, "River rises").await;
    (editor, format!("{article}/translations/en"), article)
}

fn id(article: &str) -> String {
    article.rsplit('/').next().unwrap().to_owned()
}

/// What a refusal says, but for the request it was made to.
fn said(answer: &Answer) -> (u16, Value) {
    let mut problem = answer.json();
    problem.as_object_mut().unwrap().remove("request_id");
    (answer.status, problem)
}

both! {
    async fn the_store_marks_the_thread_of_a_transaction_that_writes(app) {
        let stopped = || catch_unwind(write_transaction::assert_none).is_err();
        assert!(app.store.write_now(&Bookkeeping, |_| Ok(stopped())).unwrap());
        assert!(app.store.write(Bookkeeping, move |_, _| Ok(stopped())).await.unwrap());
        assert!(app.store.write_now(&Bookkeeping, |tx| tx.attempt(|_| Ok(stopped()))).unwrap());
        assert!(!app.store.read_now(|_| Ok(stopped())).unwrap());
        assert!(!app.store.read(move |_| Ok(stopped())).await.unwrap());
        assert!(!stopped(), "it ended with the transaction");
        assert!(app.store.write_now::<()>(&Bookkeeping, |_| Err(Error::Busy)).is_err());
        assert!(!stopped(), "also with one that was undone");
        let panicked = catch_unwind(AssertUnwindSafe(|| app.store.write_now::<()>(&Bookkeeping, |_| panic!("of a test"))));
        assert!(panicked.is_err() && !stopped(), "and with one that did not come to its end");
    }

    async fn words_that_are_put_keep_the_ids_of_blocks_that_stay(app) {
        let (editor, words, _) = story(&app).await;
        let first = editor.get(&words).await;
        let put = json!({ "headline": "River rises", "body": html("<p>One.</p><p>Between.</p><p>Two.</p>") });
        let second = editor.put(&words, Some(&first.etag()), &put).await;
        let (was, is) = (ids(&first.ok()), ids(&second.ok()));
        assert_eq!([&was[0], &was[1]], [&is[0], &is[2]]);
        let plain = editor.put(&words, Some(&second.etag()), &json!({ "headline": "River rises again" })).await;
        assert_eq!(ids(&plain.ok()), is, "the body that it has");
        let hindi = words.replace("/en", "/hi");
        let made = editor.put(&hindi, None, &json!({ "headline": "नदी", "body": html("<p>एक।</p><p>बीच।</p><p>दो।</p>") })).await;
        assert_eq!(made.status, 201, "{}", made.text);
        let made = made.json();
        assert_eq!(sources(&made), is.iter().map(|id| json!(id)).collect::<Vec<_>>());
        let again = json!({ "headline": "नदी", "body": html("<p>एक।</p><p>बीच में।</p><p>दो।</p>") });
        let again = editor.put(&hindi, Some(&editor.get(&hindi).await.etag()), &again).await.ok();
        assert_eq!((ids(&again), sources(&again)), (ids(&made), sources(&made)), "links to the source go along");
    }

    async fn words_that_are_patched_keep_the_ids_of_blocks_that_stay(app) {
        let (editor, words, _) = story(&app).await;
        let first = editor.get(&words).await;
        let was = ids(&first.ok());
        let second = editor.patch(&words, &first.etag(), &json!({ "body": { "format": "markdown", "content": "One.\n\nBetween.\n\nTwo." } })).await;
        let is = ids(&second.ok());
        assert_eq!([&was[0], &was[1]], [&is[0], &is[2]]);
        let third = editor.patch(&words, &second.etag(), &json!({ "summary": "Bridges were closed." })).await;
        assert_eq!((ids(&third.ok()), &third.ok()["summary"]), (is.clone(), &json!("Bridges were closed.")));
        // A body is replaced, and not cleared.
        editor.patch(&words, &third.etag(), &json!({ "body": null })).await.refused(422, "invalid");
        let same = editor.patch(&words, &third.etag(), &json!({})).await;
        assert_eq!((ids(&same.ok()), same.etag()), (is.clone(), third.etag()), "nothing is said of it");
        let whole = editor.patch(&words, &third.etag(), &third.ok()).await;
        assert_eq!((ids(&whole.ok()), whole.etag()), (is, third.etag()), "what was read is sent back");
        let wrong = json!({ "body": { "format": "fax", "content": "" }, "headline": 7, "version": 9 });
        let refused = editor.patch(&words, &third.etag(), &wrong).await;
        refused.refused(422, "invalid");
        let at: Vec<String> = refused.violations().into_iter().map(|(pointer, _)| pointer).collect();
        assert_eq!(at, ["#/version", "#/body/format", "#/headline"]);
    }

    async fn what_is_wrong_with_bodies_is_told_beside_all_else(app) {
        let (editor, words, _) = story(&app).await;
        let doc = json!({ "format": "doc", "content": { "type": "doc", "content": [{ "type": "code_block", "attrs": { "language": "a`b" } }] } });
        let sent = json!({ "headline": "x".repeat(301), "slug": "Not A Slug", "body": doc });
        let expected = ["#/slug", "#/body/content/content/0/attrs/language", "#/headline"];
        let found = |answer: &Answer| answer.violations().into_iter().map(|(pointer, _)| pointer).collect::<Vec<_>>();
        let tag = editor.get(&words).await.etag();
        for refused in [editor.put(&words, Some(&tag), &sent).await, editor.patch(&words, &tag, &sent).await] {
            refused.refused(422, "invalid");
            assert_eq!(found(&refused), expected);
        }
        let world = editor.get("/v1/desk/articles").await.ok()["data"][0]["section_id"].clone();
        let new = json!({ "kind": "story", "section_id": world, "source_locale": "en", "note": "x".repeat(2000), "translations": {
            "en": sent, "hi": { "headline": "नदी", "body": { "format": "text", "content": 7 } }, "xx": { "headline": "None", "body": html("<p>None.</p>") } } });
        let refused = editor.post("/v1/desk/articles", &new).await;
        refused.refused(422, "invalid");
        let mut all = vec!["#/translations/xx".to_owned(), "#/note".to_owned()];
        all.extend(expected.map(|at| at.replace('#', "#/translations/en")));
        all.push("#/translations/hi/body/content".to_owned());
        assert_eq!(found(&refused), all);
    }

    async fn an_article_begins_with_bodies_of_every_form(app) {
        let (editor, ..) = story(&app).await;
        let world = editor.get("/v1/desk/articles").await.ok()["data"][0]["section_id"].as_str().unwrap().to_owned();
        let new = json!({ "kind": "story", "section_id": world, "source_locale": "en", "translations": {
            "en": { "headline": "Rain", "body": html("<p>One.</p><script>two()</script>") },
            "hi": { "headline": "बारिश", "body": { "format": "text", "content": "एक।" } },
        } });
        // Who may write everywhere, and who is asked for the section first.
        for client in [editor, app.role(Role::Editor, Some(&world), None).await, app.role(Role::Contributor, None, None).await] {
            let made = client.post("/v1/desk/articles", &new).await;
            assert_eq!(made.status, 201, "{}", made.text);
            assert_eq!(made.json()["warnings"][0]["pointer"], "#/translations/en/body/content");
            let path = made.header("location").unwrap().to_owned();
            let (english, hindi) = (client.get(&format!("{path}/translations/en")).await.ok(), client.get(&format!("{path}/translations/hi")).await.ok());
            assert_eq!(hindi["body"]["content"]["content"][0]["attrs"]["source"], english["body"]["content"]["content"][0]["attrs"]["id"]);
        }
        app.section("crime", "अपराध").await;
        let crime = app.imported("section", "crime").await;
        let elsewhere = app.role(Role::Editor, Some(&crime), None).await;
        elsewhere.post("/v1/desk/articles", &new).await.refused(403, "forbidden");
    }

    async fn a_save_between_reading_and_writing_is_told_and_nothing_is_lost(app) {
        let (editor, words, article) = story(&app).await;
        let first = editor.get(&words).await;
        let texts: Vec<String> = (0..4).map(|n| format!("<p>One.</p><p>Writer {n}.</p>")).collect();
        let puts: Vec<Value> = texts.iter().map(|text| json!({ "headline": "River rises", "body": html(text) })).collect();
        let (tag, all) = (first.etag(), &editor);
        let answers = join_all(puts.iter().map(|put| all.put(&words, Some(&tag), put))).await;
        let (done, late): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.status == 200);
        assert_eq!((done.len(), late.len()), (1, 3));
        late.iter().for_each(|answer| _ = answer.refused(412, "stale"));
        let second = editor.get(&words).await;
        assert_eq!((&second.ok()["body"], &second.ok()["version"]), (&done[0].json()["body"], &json!(2)));
        // Whatever version is expected: a body is saved over none but the one that it was matched against, or that is it already.
        let (article, english) = (id(&article).parse().unwrap(), "en".parse().unwrap());
        let permit = || Permit::try_from(Caller::system(System::Importer)).unwrap();
        let there = || app.store.read_now(|tx| translations::present(tx, &permit(), article, &english)).unwrap();
        let read = |text: &str, format| {
            let content = if format == Format::Doc { json!({ "type": "doc", "content": [] }) } else { json!(text) };
            ReadBody::read(&Sent { format, content }, None, Some(&there().words.body), &mut || app.store.new_block_id()).unwrap()
        };
        let save = |body: &ReadBody, version| {
            let draft = Draft { content: Content::headed("River rises"), body: Some(body.clone()), ..Draft::default() };
            app.store.write_now(&permit(), |tx| translations::save(tx, permit(), article, &english, Some(version), |_| Ok(draft.clone())))
        };
        let (mine, theirs, own) = (read("One.\n\nMine.", Format::Text), read("One.\n\nTheirs.", Format::Text), read("", Format::Doc));
        let kept = save(&theirs, 2).unwrap().translation;
        assert!(matches!(save(&mine, 2), Err(Error::Stale { current: 3, .. })), "by its version");
        assert!(matches!(save(&mine, 3), Err(Error::Stale { current: 3, .. })), "by what it was matched against");
        assert_eq!(there(), kept);
        assert_eq!(save(&theirs, 3).unwrap().translation, kept, "it is what is there already");
        assert_eq!(save(&own, 3).unwrap().translation.version, 4, "blocks with ids of their own replace any others");
    }

    async fn operations_on_the_same_words_each_read_what_those_before_leave(app) {
        let (editor, words, article) = story(&app).await;
        let was = ids(&editor.get(&words).await.ok());
        let revise = |version: i32, body: Value| json!({ "verb": "revise_translation", "article_id": id(&article), "locale": "en", "version": version, "body": body });
        let chain = json!({ "operations": [
            revise(1, json!({ "body": html("<p>One.</p><p>Two.</p><p>Three.</p>") })),
            revise(2, json!({ "headline": "River falls" })),
            { "verb": "submit", "article_id": id(&article), "locale": "en", "version": 3 },
            revise(3, json!({ "body": html("<p>One.</p><p>Two.</p><p>Three.</p><p>Four.</p>") })),
        ] });
        let done = editor.post("/v1/desk/bulk", &chain).await.ok();
        assert_eq!(done["results"].as_array().unwrap().iter().map(|r| r["version"].clone()).collect::<Vec<_>>(), [2, 3, 3, 4]);
        let third = editor.get(&format!("{words}/revisions/3")).await.ok();
        let fourth = editor.get(&words).await.ok();
        assert_eq!((&ids(&fourth)[..2], &ids(&fourth)[..3], &fourth["headline"]), (&was[..], &ids(&third)[..], &json!("River falls")));
        // What the first one links to the source stays linked in the second.
        let hindi = words.replace("/en", "/hi");
        editor.put(&hindi, None, &json!({ "headline": "नदी", "body": html("<p>एक।</p>") })).await;
        let revise_hindi = |version: i32, body: &str| json!({ "verb": "revise_translation", "article_id": id(&article), "locale": "hi", "version": version,
            "body": { "body": html(body) } });
        let chain = json!({ "operations": [
            revise_hindi(1, "<p>एक।</p><p>दो।</p><p>तीन।</p><p>चार।</p>"), revise_hindi(2, "<p>एक।</p><p>दो।</p><p>तीन।</p><p>चार।</p><p>पाँच।</p>"),
        ] });
        editor.post("/v1/desk/bulk", &chain).await.ok();
        let linked = sources(&editor.get(&hindi).await.ok());
        assert_eq!((linked.len(), &linked[..4]), (5, &ids(&fourth).into_iter().map(Value::from).collect::<Vec<_>>()[..]));
        // Each for itself: what is refused leaves nothing for those after it.
        let each = json!({ "atomic": false, "operations": [
            revise(4, json!({ "headline": "x".repeat(301), "body": html("<p>One.</p><p>Lost.</p>") })),
            revise(4, json!({ "body": { "format": "text", "content": 7 } })),
            revise(4, json!({ "body": { "format": "fax", "content": "" } })),
            revise(4, json!({ "body": html("<p>One.</p><p>Kept.</p>") })),
            revise(4, json!({ "body": html("<p>Late.</p>") })),
            revise(9, json!({ "body": html("<p>Early.</p>") })),
            { "verb": "revise_translation", "article_id": id(&article), "locale": "en", "body": { "body": html("<p>Any.</p>") } },
            { "verb": "revise_translation", "article_id": id(&article), "locale": "bn", "version": 1, "body": { "body": html("<p>Nowhere.</p>") } },
        ] });
        let done = editor.post("/v1/desk/bulk", &each).await.ok();
        let statuses: Vec<_> = done["results"].as_array().unwrap().iter().map(|r| r["status"].clone()).collect();
        assert_eq!(statuses, [422, 422, 422, 200, 412, 412, 428, 404]);
        let at = |n: usize| done["results"][n]["errors"][0]["pointer"].clone();
        assert_eq!([at(0), at(1), at(2)], ["#/operations/0/headline", "#/operations/1/body/content", "#/operations/2/body/body/format"]);
        let fifth = editor.get(&words).await.ok();
        assert_eq!(ids(&fifth)[0], was[0]);
        assert!(fifth["body"].to_string().contains("Kept."));
        // All or none, and only tried.
        let none = json!({ "operations": [revise(5, json!({ "body": html("<p>Not kept.</p>") })), revise(5, json!({ "summary": "Late." }))] });
        editor.post("/v1/desk/bulk", &none).await.refused(422, "invalid");
        let tried = json!({ "operations": [revise(5, json!({ "body": html("<p>Tried.</p>") }))] });
        assert_eq!(editor.post("/v1/desk/bulk?validate_only=true", &tried).await.ok()["results"][0]["version"], 6);
        assert_eq!(editor.get(&words).await.ok(), fifth);
    }

    async fn a_record_that_comes_again_changed_keeps_the_ids_of_blocks_that_stay(app) {
        app.section("world", "दुनिया").await;
        let record = |live: &str, copy: &str| json!({ "type": "article", "key": "a-1", "section": "world", "source_locale": "en", "translations": {
            "en": { "headline": "A car", "body": html(copy), "live": { "headline": "A car", "body": html(live), "published_at": "2024-03-16T13:09:00Z" } },
            "hi": { "headline": "कार", "body": { "format": "text", "content": "एक।" }, "translated_from": "en" } } });
        app.import(&record("<p>One.</p><p>Two.</p>", "<p>One.</p><p>Two.</p><p>Three.</p>"));
        let (editor, article) = (app.editor().await, app.imported("article", "a-1").await);
        let words = format!("/v1/desk/articles/{article}/translations/en");
        let first = editor.get(&words).await.ok();
        assert_eq!(first["version"], 2, "what is public, and the working copy over it");
        let public = app.anyone().get(&format!("/v1/articles/{article}?body=doc")).await.ok();
        assert_eq!(public["body"]["content"]["content"][0]["attrs"]["id"], ids(&first)[0]);
        app.import(&record("<p>One.</p><p>Two.</p>", "<p>One.</p><p>Two.</p><p>Other.</p>"));
        let second = editor.get(&words).await.ok();
        assert_eq!((&second["version"], &ids(&second)[..2]), (&json!(4), &ids(&first)[..2]));
    }

    async fn a_record_that_was_read_for_other_words_is_read_again(app) {
        app.section("world", "दुनिया").await;
        let record = |text: &str| serde_json::from_value(json!({ "type": "article", "key": "a-1", "section": "world", "source_locale": "en",
            "translations": { "en": { "headline": "A car", "body": html(text) } } })).unwrap();
        let read = |text: &str| dateline::desk::bundle::read(&app.store, record(text), false).unwrap();
        let import = |read: &_| {
            let permit = Permit::try_from(Caller::system(System::Importer)).unwrap();
            app.store.write_now(&permit, |tx| dateline::desk::bundle::import(tx, &permit, read, dateline::desk::bundle::Rules::default()))
        };
        // Both are read before there is anything, as two lines of a bundle are.
        let (first, mut second) = (read("<p>One.</p>"), read("<p>One.</p><p>Two.</p>"));
        import(&first).unwrap();
        let words = format!("/v1/desk/articles/{}/translations/en", app.imported("article", "a-1").await);
        let editor = app.editor().await;
        let was = editor.get(&words).await.ok();
        assert!(matches!(import(&second), Err(Error::Stale { .. })));
        assert_eq!(editor.get(&words).await.ok(), was);
        second.read_bodies(&app.store, false).unwrap();
        import(&second).unwrap();
        let is = editor.get(&words).await.ok();
        assert_eq!((ids(&is).len(), &ids(&is)[0]), (2, &ids(&was)[0]));
    }

    async fn kept_words_are_restored_and_duplicated_as_they_are(app) {
        let (editor, words, article) = story(&app).await;
        let first = editor.get(&words).await;
        let put = json!({ "headline": "River falls", "body": html("<p>Three.</p>") });
        let second = editor.put(&words, Some(&first.etag()), &put).await;
        editor.act(&format!("{words}/revisions/1/restore"), &second.etag(), &json!({})).await.ok();
        let third = editor.get(&words).await.ok();
        assert_eq!((&third["body"], &third["version"]), (&first.ok()["body"], &json!(3)));
        let copy = editor.post(&format!("{article}/duplicate"), &json!({})).await;
        assert_eq!(copy.status, 201, "{}", copy.text);
        let copy = format!("{}/translations/en", copy.header("location").unwrap());
        assert_eq!(editor.get(&copy).await.ok()["body"], first.ok()["body"]);
        let hindi = words.replace("/en", "/hi");
        let made = editor.put(&hindi, None, &json!({ "headline": "नदी", "body": html("<p>एक।</p>") })).await;
        editor.delete(&hindi, &made.etag()).await;
        let again = editor.post(&format!("{hindi}/restore"), &json!({})).await;
        assert_eq!(again.json()["body"], made.json()["body"], "{}", again.text);
    }

    async fn a_body_is_looked_at_last_and_tells_nothing_of_what_is_hidden(app) {
        let (editor, words, article) = story(&app).await;
        app.section("crime", "अपराध").await;
        let crime = app.imported("section", "crime").await;
        let outside = app.role(Role::Editor, Some(&crime), None).await;
        let reader = app.role(Role::Translator, None, Some("hi")).await;
        let english = app.role(Role::Editor, None, Some("en")).await;
        let absent = words.replace(&id(&article), "0198c5a1-7f00-7000-8000-000000000001");
        let tag = editor.get(&words).await.etag();
        for body in [html("<p>One.</p>"), json!({ "format": "doc", "content": "broken" }), json!({ "format": "text", "content": 7 })] {
            let sent = json!({ "headline": "River rises", "body": body });
            for tag in [Some(tag.as_str()), Some("\"7\""), None] {
                let (hidden, nothing) = (outside.put(&words, tag, &sent).await, outside.put(&absent, tag, &sent).await);
                assert_eq!((hidden.status, said(&hidden)), (404, said(&nothing)));
                reader.put(&words, tag, &sent).await.refused(403, "forbidden");
            }
            // Of words that are not there, a patch tells so; a save says that they may not be written.
            english.patch(&words.replace("/en", "/hi"), "\"1\"", &sent).await.refused(404, "not-found");
            english.put(&words.replace("/en", "/hi"), None, &sent).await.refused(403, "forbidden");
            let (hidden, nothing) = (outside.patch(&words, &tag, &sent).await, outside.patch(&absent, &tag, &sent).await);
            assert_eq!((hidden.status, said(&hidden)), (404, said(&nothing)));
            reader.patch(&words, "\"7\"", &sent).await.refused(403, "forbidden");
            editor.put(&words, None, &sent).await.refused(428, "unconditional");
            editor.put(&words, Some("\"7\""), &sent).await.refused(412, "stale");
            editor.patch(&words, "\"7\"", &sent).await.refused(412, "stale");
            editor.put(&words.replace("/en", "/hi"), Some("\"1\""), &sent).await.refused(404, "not-found");
            editor.put(&words.replace("/en", "/xx"), None, &sent).await.refused(404, "not-found");
            editor.patch(&words.replace("/en", "/hi"), "\"1\"", &sent).await.refused(404, "not-found");
            let revise = |at: &str| json!({ "verb": "revise_translation", "article_id": at.split('/').nth(4).unwrap(), "locale": "en", "version": 1, "body": sent });
            let bulk = json!({ "atomic": false, "operations": [revise(&words), revise(&absent)] });
            let results = outside.post("/v1/desk/bulk", &bulk).await.ok()["results"].clone();
            assert_eq!((&results[0]["status"], &results[0]["detail"]), (&json!(404), &results[1]["detail"]));
        }
        assert_eq!(editor.get(&words).await.etag(), tag);
    }
}
