//! The history of a story: every save is kept, can be compared, and can be gone back to.

use serde_json::{Value, json};

use crate::support::TestApp;

async fn story(app: &TestApp) -> String {
    let world = app.section("world", "दुनिया").await;
    app.editor().await.story(&world, "River rises").await
}

/// Save a headline on the newest version.
async fn save(editor: &crate::support::Client<'_>, words: &str, patch: Value) -> Value {
    editor.patch(words, &editor.get(words).await.etag(), &patch).await.ok()
}

both! {
    async fn autosave_does_not_drown_history_and_nothing_is_lost(app) {
        let path = story(&app).await;
        let words = format!("{path}/translations/en");
        let (asha, ravi) = (app.editor().await, app.editor().await);
        for n in 0..30 {
            app.wait(2);
            save(&asha, &words, json!({ "summary": format!("Draft {n}") })).await;
        }
        app.wait(300);
        save(&ravi, &words, json!({ "summary": "Checked.", "note": "after the fact check" })).await;
        save(&ravi, &words, json!({ "summary": "Checked twice." })).await;
        let list = ravi.get(&format!("{words}/revisions")).await.ok();
        let told: Vec<_> = list["data"].as_array().unwrap().iter().map(|r| (r["first_version"].as_i64().unwrap(), r["version"].as_i64().unwrap(), r["note"].as_str().unwrap())).collect();
        assert_eq!(told.first(), Some(&(33, 33, "")));
        assert_eq!(told.get(1), Some(&(32, 32, "after the fact check")));
        assert!(told.len() <= 6, "thirty saves within a minute are a few rows: {told:?}");
        assert_eq!(list["data"].as_array().unwrap().iter().map(|r| r["saves"].as_i64().unwrap()).sum::<i64>(), 33);
        for version in 1..=33 {
            let revision = ravi.get(&format!("{words}/revisions/{version}")).await.ok();
            assert_eq!(revision["version"], version);
        }
        assert_eq!(ravi.get(&format!("{words}/revisions/12")).await.ok()["summary"], "Draft 10");
        ravi.get(&format!("{words}/revisions/34")).await.refused(404, "not-found");
    }

    async fn a_long_history_is_paged_alike_from_either_end(app) {
        let path = story(&app).await;
        let words = format!("{path}/translations/en");
        for n in 0..12 {
            app.wait(400);
            let editor = app.editor().await;
            save(&editor, &words, json!({ "summary": format!("First {n}") })).await;
            save(&editor, &words, json!({ "summary": format!("Second {n}") })).await;
        }
        let editor = app.editor().await;
        let whole = editor.get(&format!("{words}/revisions?limit=100")).await.ok();
        let whole = whole["data"].as_array().unwrap();
        let (mut down, mut next, mut last) = (Vec::new(), Value::Null, Value::Null);
        loop {
            let cursor = next.as_str().map(|c| format!("&cursor={c}")).unwrap_or_default();
            let page = editor.get(&format!("{words}/revisions?limit=5{cursor}")).await.ok();
            down.extend(page["data"].as_array().unwrap().clone());
            next = page["page"]["next"].clone();
            if next.is_null() {
                last = if last.is_null() { page["page"]["previous"].clone() } else { last };
                break;
            }
        }
        assert_eq!(&down, whole);
        assert_eq!(whole.len(), 13);
        let mut up = Vec::new();
        let mut previous = last;
        while let Some(cursor) = previous.as_str() {
            let page = editor.get(&format!("{words}/revisions?limit=5&cursor={cursor}")).await.ok();
            up.splice(0..0, page["data"].as_array().unwrap().clone());
            previous = page["page"]["previous"].clone();
        }
        assert_eq!(up, &whole[..10], "the pages above the last one");
    }

    async fn two_revisions_are_compared_by_field_block_and_word(app) {
        let path = story(&app).await;
        let words = format!("{path}/translations/en");
        let editor = app.editor().await;
        let before = editor.get(&words).await.ok();
        save(&editor, &words, json!({ "headline": "River falls", "body": { "format": "html", "content": "<p>One.</p><p>Two <strong>metres</strong>.</p><p>New.</p>" } })).await;
        let diff = editor.get(&format!("{words}/revisions/2/diff")).await.ok();
        assert_eq!((diff["from"].as_i64(), diff["to"].as_i64()), (Some(1), Some(2)));
        assert_eq!(diff["fields"].as_array().unwrap().len(), 1);
        assert_eq!(diff["fields"][0]["pointer"], "#/headline");
        assert_eq!(diff["fields"][0]["pieces"], json!([
            { "fate": "kept", "text": "River " }, { "fate": "removed", "text": "rises" }, { "fate": "added", "text": "falls" }]));
        let fates: Vec<_> = diff["blocks"].as_array().unwrap().iter().map(|b| b["fate"].as_str().unwrap()).collect();
        assert_eq!(fates, ["kept", "changed", "added"]);
        assert_eq!(diff["blocks"][1]["id"], before["body"]["content"]["content"][1]["attrs"]["id"]);
        assert_eq!(diff["blocks"][1]["before"]["content"][0]["text"], "Two.");
        assert_eq!(diff["blocks"][1]["pieces"][1], json!({ "fate": "added", "text": " metres" }));
        let html = editor.get(&format!("{words}/revisions/2/diff?format=html")).await.ok();
        assert!(html["html"].as_str().unwrap().contains("River <del>rises</del><ins>falls</ins>"), "{html}");
        let back = editor.get(&format!("{words}/revisions/1/diff?against=2")).await.ok();
        assert_eq!(back["blocks"][2]["fate"], "removed");
        editor.get(&format!("{words}/revisions/1/diff")).await.refused(400, "malformed");
        editor.get(&format!("{words}/revisions/1/diff?against=9")).await.refused(404, "not-found");
    }

    async fn going_back_makes_a_new_revision_and_changes_nothing_public(app) {
        let path = story(&app).await;
        let words = format!("{path}/translations/en");
        let editor = app.editor().await;
        let first = editor.get(&words).await.ok();
        save(&editor, &words, json!({ "headline": "Something else", "body": { "format": "text", "content": "Else." } })).await;
        editor.publish(&path, &["en"]).await.ok();
        let stale = editor.act(&format!("{words}/revisions/1/restore"), "\"1\"", &json!({})).await;
        stale.refused(412, "stale");
        let restored = editor.act(&format!("{words}/revisions/1/restore"), "\"2\"", &json!({})).await.ok();
        assert_eq!((restored["version"].as_i64(), &restored["headline"], &restored["body"]), (Some(3), &first["headline"], &first["body"]));
        assert_eq!(restored["slug"], "something-else", "what is public keeps its address");
        let list = editor.get(&format!("{words}/revisions")).await.ok();
        assert_eq!(list["data"][0]["note"], "restored from revision 1");
        let public = app.anyone().get("/v1/articles/by-slug/something-else").await.ok();
        assert_eq!(public["headline"], "Something else");
    }

    async fn history_says_which_revisions_were_public_and_when(app) {
        let path = story(&app).await;
        let (editor, words) = (app.editor().await, format!("{path}/translations/en"));
        let spans = async |of: String| {
            let all = editor.get(&format!("{of}/revisions")).await.ok();
            all["data"].as_array().unwrap().iter().flat_map(|r| r["public"].as_array().unwrap().clone()).collect::<Vec<_>>()
        };
        assert_eq!(spans(words.clone()).await, Vec::<Value>::new());
        let first = app.now().to_string();
        editor.publish(&path, &["en"]).await.ok();
        app.wait(60);
        save(&editor, &words, json!({ "headline": "River falls" })).await;
        save(&editor, &words, json!({ "headline": "River falls at last" })).await;
        let second = app.now().to_string();
        editor.publish(&path, &["en"]).await.ok();
        let public = spans(words.clone()).await;
        let then = json!({ "version": 1, "locale": "en", "from": first, "until": second });
        assert_eq!(public, [json!({ "version": 3, "locale": "en", "from": second, "until": null }), then]);
        app.wait(60);
        let third = app.now().to_string();
        editor.act(&format!("{path}/unpublish"), &editor.get(&path).await.etag(), &json!({})).await.ok();
        assert_eq!(spans(words).await[0]["until"], json!(third));
        let of_facts = spans(path).await;
        assert_eq!(of_facts.iter().map(|s| (s["version"].as_i64().unwrap(), s["until"].as_str().unwrap())).collect::<Vec<_>>(), [(1, &*second), (1, &*third)]);
    }

    async fn what_is_gone_is_left_out_of_restored_facts_and_told(app) {
        let path = story(&app).await;
        let (admin, author) = (app.admin().await, app.author("asha", "Asha").await);
        let tag = admin.post("/v1/desk/tags", &json!({ "kind": "topic", "translations": { "en": { "name": "Rivers" } } })).await;
        let kept = admin.post("/v1/desk/tags", &json!({ "kind": "topic", "translations": { "en": { "name": "Rain" } } })).await.ok()["id"].clone();
        let id = tag.ok()["id"].clone();
        let facts = json!({ "tags": [id, kept], "credits": [{ "role": "reported_by", "author_id": author }] });
        let named = admin.patch(&path, "\"1\"", &facts).await.ok();
        admin.publish(&path, &["en"]).await.ok();
        let (tag_path, author_path) = (tag.header("location").unwrap().to_owned(), format!("/v1/desk/authors/{author}"));
        admin.patch(&path, "\"2\"", &json!({ "tags": [], "credits": [] })).await.ok();
        // What readers see names them still.
        admin.delete(&tag_path, "\"1\"").await.refused(409, "in-use");
        admin.publish(&path, &["en"]).await.ok();
        for thing in [&tag_path, &author_path] {
            assert_eq!(admin.delete(thing, &admin.get(thing).await.etag()).await.status, 204, "only past editions name it");
        }
        let then = format!("/v1/desk/archive/articles/{}?as_of={}", path.rsplit('/').next().unwrap(), app.now());
        assert_eq!(admin.get(&then).await.status, 200);
        let restored = admin.act(&format!("{path}/revisions/2/restore"), "\"3\"", &Value::Null).await.ok();
        assert_eq!((&restored["tags"], &restored["credits"]), (&json!([kept]), &json!([])));
        let told: Vec<_> = restored["warnings"].as_array().unwrap().iter().map(|w| (w["pointer"].as_str().unwrap(), w["code"].as_str().unwrap())).collect();
        assert_eq!(told, [("#/tags", "gone"), ("#/credits", "gone")]);
        assert_eq!(named["tags"][0], id);
        assert!(restored["warnings"][0]["detail"].as_str().unwrap().contains(id.as_str().unwrap()));
    }

    async fn facts_have_a_history_of_their_own(app) {
        let path = story(&app).await;
        let crime = app.section("crime", "अपराध").await;
        let editor = app.editor().await;
        let first = editor.get(&path).await.ok();
        editor.patch(&path, "\"1\"", &json!({ "section_id": crime, "genre": "analysis", "note": "moved to crime" })).await.ok();
        let diff = editor.get(&format!("{path}/revisions/2/diff")).await.ok();
        let changed: Vec<_> = diff["fields"].as_array().unwrap().iter().map(|f| (f["pointer"].as_str().unwrap(), f["after"].as_str().unwrap())).collect();
        assert_eq!(changed, [("#/genre", "analysis"), ("#/section_id", crime.as_str())]);
        assert_eq!(editor.get(&format!("{path}/revisions/1")).await.ok()["section_id"], first["section_id"]);
        let late = editor.patch(&path, "\"1\"", &json!({ "kind": "video" })).await.refused(412, "stale");
        assert_eq!(late["changed"], json!(["#/genre", "#/section_id"]));
        let restored = editor.act(&format!("{path}/revisions/1/restore"), "\"2\"", &json!({})).await.ok();
        assert_eq!((restored["version"].as_i64(), &restored["section_id"], &restored["genre"]), (Some(3), &first["section_id"], &first["genre"]));
        let list = editor.get(&format!("{path}/revisions")).await.ok();
        let notes: Vec<_> = list["data"].as_array().unwrap().iter().map(|r| r["note"].as_str().unwrap()).collect();
        assert_eq!(notes, ["restored from revision 1", "moved to crime", ""]);
        assert!(list["data"][0]["saved_by"]["name"].is_string());
    }

    async fn the_history_of_what_may_not_be_seen_is_not_there(app) {
        let path = story(&app).await;
        let contributor = app.role(dateline::domain::user::Role::Contributor, None, None).await;
        for end in ["revisions", "revisions/1", "revisions/2/diff", "translations/en/revisions", "translations/en/revisions/1"] {
            contributor.get(&format!("{path}/{end}")).await.refused(404, "not-found");
        }
    }
}
