//! Talking about some words, calling others in, and what is open about one's own articles.

use dateline::domain::user::Role;
use serde_json::{Value, json};

use crate::support::Client;

fn id_of(client: &Client<'_>) -> String {
    client.path().rsplit('/').next().unwrap().to_owned()
}

/// What the threads of a list say.
async fn texts(client: &Client<'_>, path: &str) -> Vec<String> {
    let list = client.get(path).await.ok();
    list["data"].as_array().unwrap().iter().map(|thread| thread["text"].as_str().unwrap().to_owned()).collect()
}

both! {
    async fn a_comment_on_some_words_finds_them_again_when_their_block_changes(app) {
        let world = app.section("world", "दुनिया").await;
        let editor = app.editor().await;
        let article = editor.story(&world, "River rises").await;
        let words = format!("{article}/translations/en");
        let say = async |html: &str| {
            let tag = editor.get(&words).await.etag();
            editor.patch(&words, &tag, &json!({ "body": { "format": "html", "content": html } })).await.ok()
        };
        let body = say("<p>🌊 The <b>river</b> rose two metres.</p><ul><li>It fell.</li></ul><table><tr><td>A</td></tr></table>").await;
        let block = body["body"]["content"]["content"][0]["attrs"]["id"].as_str().unwrap().to_owned();
        let table = body["body"]["content"]["content"][2]["attrs"]["id"].as_str().unwrap().to_owned();
        let comments = format!("{article}/comments");
        let about = |start: u32, end: u32| json!({ "locale": "en", "block_id": block, "range": { "start": start, "end": end }, "text": "Sure?" });
        // Two code units for the wave, and a space.
        let made = editor.post(&comments, &about(7, 12)).await;
        assert_eq!(made.status, 201, "{}", made.text);
        assert_eq!(made.json()["range"], json!({ "start": 7, "end": 12, "quote": "river", "state": "there" }));
        for (start, end) in [(1, 5), (5, 5), (7, 6), (20, 90), (90, 91)] {
            assert_eq!(editor.post(&comments, &about(start, end)).await.violations(), [("#/range".to_owned(), "out_of_range".to_owned())]);
        }
        let mut wrong = about(0, 2);
        wrong["block_id"] = json!(table);
        assert_eq!(editor.post(&comments, &wrong).await.violations(), [("#/range".to_owned(), "no_text".to_owned())]);
        wrong["block_id"] = Value::Null;
        assert_eq!(editor.post(&comments, &wrong).await.violations(), [("#/block_id".to_owned(), "required".to_owned())]);
        assert_eq!(editor.post(&comments, &about(0, 3000)).await.violations(), [("#/range".to_owned(), "too_long".to_owned())]);
        // Who has read other words says which: they are looked for, and nothing else is commented on.
        app.wait(1);
        let mut meant = about(0, 3);
        meant["range"]["quote"] = json!("metres");
        assert_eq!(editor.post(&comments, &meant).await.ok()["range"], json!({ "start": 22, "end": 28, "quote": "metres", "state": "there" }));
        meant["range"]["quote"] = json!("miles");
        assert_eq!(editor.post(&comments, &meant).await.violations(), [("#/range".to_owned(), "not_there".to_owned())]);

        let now = async || editor.get(&format!("{comments}?resolved=false")).await.ok()["data"][0].clone();
        say("<p>🌊 Overnight the river rose two metres.</p>").await;
        assert_eq!(now().await["range"], json!({ "start": 17, "end": 22, "quote": "river", "state": "moved" }));
        say("<p>🌊 Overnight the Ganga rose two metres.</p>").await;
        let gone = now().await;
        assert_eq!((&gone["range"], &gone["block_is_gone"]), (&json!({ "start": null, "end": null, "quote": "river", "state": "gone" }), &json!(false)));
        say("<p>🌊 The river rose two metres.</p>").await;
        assert_eq!(now().await["range"]["state"], "there");
        say("<h2>Something else</h2>").await;
        let gone = now().await;
        assert_eq!((&gone["range"]["state"], &gone["block_is_gone"]), (&json!("gone"), &json!(true)));
        // A comment that is rewritten stays where it hangs, and erased words are quoted nowhere.
        let one = format!("/v1/desk/comments/{}", gone["id"].as_str().unwrap());
        assert_eq!(editor.patch(&one, "\"1\"", &json!({ "text": "Really?" })).await.ok()["range"]["quote"], "river");
    }

    async fn who_is_mentioned_reads_what_it_is_about_and_finds_it_among_their_work_until_they_reply(app) {
        let (world, crime) = (app.section("world", "दुनिया").await, app.section("crime", "अपराध").await);
        let editor = app.editor().await;
        let (hindi, elsewhere, writer) =
            (app.role(Role::Translator, None, Some("hi")).await, app.role(Role::Editor, Some(&crime), None).await, app.role(Role::Contributor, None, None).await);
        let article = editor.story(&world, "River rises").await;
        for locale in ["hi", "bn"] {
            editor.put(&format!("{article}/translations/{locale}"), None, &json!({ "headline": "नदी" })).await.ok();
        }
        let comments = format!("{article}/comments");
        let mention = async |locale: Value, who: &[String]| editor.post(&comments, &json!({ "locale": locale, "text": "Look.", "mentions": who })).await;
        let not_a_reader = [("#/mentions/0".to_owned(), "not_a_reader".to_owned())];
        for nobody in [id_of(&elsewhere), id_of(&writer), "0198c5a1-7f00-7000-8000-000000000001".to_owned()] {
            assert_eq!(mention(json!("en"), &[nobody]).await.violations(), not_a_reader);
        }
        assert_eq!(mention(json!("bn"), &[id_of(&hindi)]).await.violations(), not_a_reader, "words that they are not shown");
        assert_eq!(mention(json!("hi"), &[id_of(&hindi), id_of(&hindi)]).await.violations(), [("#/mentions/1".to_owned(), "repeated".to_owned())]);
        let many: Vec<String> = (0..21).map(|n| format!("0198c5a1-7f00-7000-8000-{n:012}")).collect();
        assert_eq!(mention(json!("hi"), &many).await.violations(), [("#/mentions".to_owned(), "too_many".to_owned())]);

        let work = async |client: &Client<'_>| {
            let list = client.get("/v1/desk/work?reason=mentioned").await.ok();
            list["data"].as_array().unwrap().iter().map(|row| format!("{} {}", row["locale"].as_str().unwrap(), row["reasons"])).collect::<Vec<_>>()
        };
        assert_eq!(work(&hindi).await, [""; 0]);
        let thread = mention(json!("hi"), &[id_of(&hindi)]).await;
        assert_eq!(thread.ok()["mentions"], json!([id_of(&hindi)]));
        assert_eq!((work(&hindi).await, work(&editor).await), (vec!["hi [\"mentioned\"]".to_owned()], vec![]));
        // About the article as a whole: at its original.
        app.wait(1);
        let whole = mention(Value::Null, &[id_of(&hindi)]).await.ok();
        assert_eq!(work(&hindi).await.len(), 2);
        let reply = json!({ "parent_id": thread.json()["id"], "text": "I see.", "mentions": [id_of(&editor)] });
        app.wait(1);
        hindi.post(&comments, &reply).await.ok();
        assert_eq!(work(&hindi).await, ["en [\"mentioned\"]"]);
        assert_eq!(work(&editor).await.len(), 1);
        editor.act(&format!("/v1/desk/comments/{}/resolve", whole["id"].as_str().unwrap()), "\"1\"", &Value::Null).await.ok();
        assert_eq!(work(&hindi).await, [""; 0]);
        // Whom it mentions is changed as what it says is; those who were there stay, and others are asked for anew.
        let one = format!("/v1/desk/comments/{}", thread.json()["id"].as_str().unwrap());
        assert_eq!(editor.patch(&one, "\"1\"", &json!({ "mentions": [id_of(&elsewhere)] })).await.violations(), not_a_reader);
        let open = editor.patch(&one, "\"1\"", &json!({ "mentions": [] })).await;
        assert_eq!((&open.ok()["mentions"], open.json()["replies"][0]["mentions"].as_array().unwrap().len()), (&json!([]), 1));
        // Who reads the words no more has no work with them.
        let given = json!({ "assignee_id": id_of(&writer) });
        editor.post(&format!("{article}/translations/bn/assign"), &given).await.ok();
        assert_eq!(mention(json!("bn"), &[id_of(&writer)]).await.status, 201, "who is assigned the words reads them");
        assert!(work(&writer).await[0].contains("mentioned"));
        editor.post(&format!("{article}/translations/bn/assign"), &json!({ "assignee_id": id_of(&editor) })).await.ok();
        assert_eq!(work(&writer).await, [""; 0]);
    }

    async fn the_open_threads_of_ones_own_articles_are_one_list(app) {
        let world = app.section("world", "दुनिया").await;
        let (editor, chief) = (app.editor().await, app.role(Role::Chief, None, None).await);
        let (writer, other) = (app.role(Role::Contributor, None, None).await, app.role(Role::Contributor, None, None).await);
        let (mine, theirs) = (writer.story(&world, "Mine").await, editor.story(&world, "Theirs").await);
        chief.put(&format!("{theirs}/translations/hi"), None, &json!({ "headline": "उनका" })).await.ok();
        let comment = async |article: &str, body: Value| {
            app.wait(1);
            chief.post(&format!("{article}/comments"), &body).await.ok()["id"].as_str().unwrap().to_owned()
        };
        comment(&mine, json!({ "text": "one" })).await;
        comment(&mine, json!({ "locale": "en", "text": "two" })).await;
        comment(&theirs, json!({ "locale": "hi", "text": "three" })).await;
        let four = comment(&theirs, json!({ "text": "four" })).await;
        let list = "/v1/desk/comments";
        assert_eq!(texts(&writer, list).await, ["two", "one"]);
        assert_eq!(texts(&editor, list).await, ["four", "three"]);
        assert_eq!(texts(&other, list).await, [""; 0]);
        // Words that one saved are one's own; what is said of the whole article is said to all who work on it.
        assert_eq!(texts(&chief, list).await, ["four", "three"]);
        // Who is assigned some words sees what is said of these, and of the whole.
        editor.post(&format!("{theirs}/translations/hi/assign"), &json!({ "assignee_id": id_of(&other) })).await.ok();
        assert_eq!(texts(&other, list).await, ["four", "three"]);
        comment(&theirs, json!({ "locale": "en", "text": "five" })).await;
        assert_eq!(texts(&other, list).await, ["four", "three"]);
        assert_eq!(texts(&editor, list).await, ["five", "four", "three"]);
        // Pages, and those that are done with.
        let page = editor.get(&format!("{list}?limit=2")).await.ok();
        let next = page["page"]["next"].as_str().unwrap();
        assert_eq!(texts(&editor, &format!("{list}?limit=2&cursor={next}")).await, ["three"]);
        let back = editor.get(&format!("{list}?limit=2&cursor={next}")).await.ok();
        assert_eq!(texts(&editor, &format!("{list}?limit=2&cursor={}", back["page"]["previous"].as_str().unwrap())).await, ["five", "four"]);
        editor.get(&format!("{mine}/comments?cursor={next}")).await.refused(400, "malformed");
        editor.act(&format!("{list}/{four}/resolve"), "\"1\"", &Value::Null).await.ok();
        assert_eq!((texts(&editor, list).await, texts(&editor, &format!("{list}?resolved=true")).await), (vec!["five".to_owned(), "three".to_owned()], vec!["four".to_owned()]));
        // With their replies; by a token that reads no articles nothing is seen, and in the trash there is nothing.
        let replied = json!({ "parent_id": writer.get(list).await.ok()["data"][0]["id"], "text": "Why?" });
        writer.post(&format!("{mine}/comments"), &replied).await.ok();
        assert_eq!(writer.get(list).await.ok()["data"][0]["replies"][0]["text"], "Why?");
        app.limited(&writer, "desk.read").await.get(list).await.refused(403, "forbidden");
        assert_eq!(editor.delete(&mine, "\"1\"").await.status, 204);
        assert_eq!(texts(&writer, list).await, [""; 0]);
    }
    async fn a_reply_is_about_what_its_thread_is_about(app) {
        let world = app.section("world", "दुनिया").await;
        let editor = app.editor().await;
        let article = editor.story(&world, "River rises").await;
        let (words, comments) = (format!("{article}/translations/en"), format!("{article}/comments"));
        let say = async |html: &str| {
            let tag = editor.get(&words).await.etag();
            editor.patch(&words, &tag, &json!({ "body": { "format": "html", "content": html } })).await.ok()
        };
        let body = say("<p>The river rose two metres.</p><p>It fell.</p>").await;
        let block = |n: usize| body["body"]["content"]["content"][n]["attrs"]["id"].clone();
        let about = json!({ "locale": "en", "block_id": block(0), "range": { "start": 4, "end": 9 }, "text": "Sure?" });
        let thread = editor.post(&comments, &about).await.ok();
        let there = json!({ "start": 4, "end": 9, "quote": "river", "state": "there" });
        let place = |c: &Value| (c["locale"].clone(), c["block_id"].clone(), c["block_is_gone"].clone(), c["range"].clone());
        assert_eq!(place(&thread), (json!("en"), block(0), json!(false), there));

        let reply = editor.post(&comments, &json!({ "parent_id": thread["id"], "text": "Yes." })).await.ok();
        assert_eq!(place(&reply), place(&thread), "when it is written");
        let one = format!("/v1/desk/comments/{}", reply["id"].as_str().unwrap());
        assert_eq!(place(&editor.patch(&one, "\"1\"", &json!({ "text": "Quite." })).await.ok()), place(&thread), "when it is rewritten");
        for list in [comments.as_str(), "/v1/desk/comments"] {
            let listed = editor.get(list).await.ok()["data"][0].clone();
            assert_eq!((place(&listed), &listed["replies"][0]["text"], listed["replies"][0].get("range")), (place(&thread), &json!("Quite."), None));
        }
        // What becomes of the words is told by both.
        for (html, state, gone) in [
            ("<p>Overnight the river rose.</p><p>It fell.</p>", "moved", false),
            ("<p>The Ganga rose.</p><p>It fell.</p>", "gone", false),
            ("<h2>Something else</h2>", "gone", true),
        ] {
            say(html).await;
            let listed = editor.get(&comments).await.ok()["data"][0].clone();
            assert_eq!((&listed["range"]["state"], &listed["block_is_gone"]), (&json!(state), &json!(gone)));
            let another = editor.post(&comments, &json!({ "parent_id": thread["id"], "text": "And now?" })).await.ok();
            assert_eq!(place(&another), place(&listed), "{html}");
        }

        // It may say again what that is, and nothing else.
        let reply = async |with: Value| {
            let mut sent = json!({ "parent_id": thread["id"], "text": "No." });
            sent.as_object_mut().unwrap().extend(with.as_object().unwrap().clone());
            editor.post(&comments, &sent).await
        };
        assert_eq!(reply(json!({ "locale": "en", "block_id": block(0) })).await.status, 201);
        assert_eq!(reply(json!({ "locale": null, "block_id": null, "range": null })).await.status, 201);
        let contradicting = async |with: Value| reply(with).await.violations().into_iter().map(|(at, code)| format!("{at} {code}")).collect::<Vec<_>>();
        assert_eq!(contradicting(json!({ "locale": "hi" })).await, ["#/locale contradiction"]);
        assert_eq!(contradicting(json!({ "block_id": block(1) })).await, ["#/block_id contradiction"]);
        assert_eq!(contradicting(json!({ "range": { "start": 0, "end": 3 } })).await, ["#/range contradiction"]);
        let all = json!({ "locale": "hi", "block_id": block(1), "range": about["range"] });
        assert_eq!(contradicting(all).await, ["#/locale contradiction", "#/block_id contradiction", "#/range contradiction"]);
        let whole = editor.post(&comments, &json!({ "text": "All of it?" })).await.ok();
        assert_eq!(contradicting(json!({ "parent_id": whole["id"], "locale": "en" })).await, ["#/locale contradiction"]);
    }

    async fn who_is_mentioned_by_an_edit_finds_it_among_their_work_although_they_replied_before(app) {
        let world = app.section("world", "दुनिया").await;
        let (editor, chief, other) = (app.editor().await, app.role(Role::Chief, None, None).await, app.role(Role::Chief, None, None).await);
        let article = editor.story(&world, "River rises").await;
        let comments = format!("{article}/comments");
        let work = async |client: &Client<'_>| client.get("/v1/desk/work?reason=mentioned").await.ok()["data"].as_array().unwrap().clone();
        let say = async |client: &Client<'_>, sent: Value| {
            app.wait(1);
            client.post(&comments, &sent).await.ok()
        };
        let thread = say(&editor, json!({ "text": "Sure?" })).await;
        let aside = say(&editor, json!({ "parent_id": thread["id"], "text": "Who knows?" })).await;
        let reply = json!({ "parent_id": thread["id"], "text": "Yes." });
        say(&chief, reply.clone()).await;
        let edit = async |comment: &Value, version: i32, sent: Value| {
            app.wait(1);
            editor.patch(&format!("/v1/desk/comments/{}", comment["id"].as_str().unwrap()), &format!("\"{version}\""), &sent).await.ok()
        };
        // In the comment that began the thread, and in a reply.
        for (comment, version) in [(&thread, 1), (&aside, 1)] {
            assert_eq!(work(&chief).await, [Value::Null; 0]);
            let edited = edit(comment, version, json!({ "mentions": [id_of(&chief)] })).await;
            let told = work(&chief).await;
            assert_eq!((told.len(), &told[0]["since"]), (1, &edited["updated_at"]));
            say(&chief, reply.clone()).await;
            assert_eq!(work(&chief).await, [Value::Null; 0], "they have replied since");
        }
        // Who was mentioned before is not told again by a change of the text, of the others, or of the thread.
        edit(&thread, 2, json!({ "text": "Really sure?" })).await;
        let both = edit(&thread, 3, json!({ "mentions": [id_of(&chief), id_of(&other)] })).await;
        assert_eq!((work(&chief).await.len(), work(&other).await.len()), (0, 1));
        app.wait(1);
        let one = format!("/v1/desk/comments/{}", thread["id"].as_str().unwrap());
        editor.act(&format!("{one}/resolve"), "\"4\"", &Value::Null).await.ok();
        editor.act(&format!("{one}/reopen"), "\"5\"", &Value::Null).await.ok();
        assert_eq!((work(&chief).await.len(), &work(&other).await[0]["since"]), (0, &both["updated_at"]));
        // Words that were saved since then are as new as that; who is not mentioned any more, and then again, is told again.
        app.wait(1);
        let words = format!("{article}/translations/en");
        let tag = editor.get(&words).await.etag();
        let saved = editor.patch(&words, &tag, &json!({ "headline": "River falls" })).await.ok();
        assert_eq!(work(&other).await[0]["since"], saved["updated_at"]);
        edit(&thread, 6, json!({ "mentions": [] })).await;
        assert_eq!(work(&other).await, [Value::Null; 0]);
        edit(&thread, 7, json!({ "mentions": [id_of(&chief)] })).await;
        assert_eq!(work(&chief).await.len(), 1);
    }
}
