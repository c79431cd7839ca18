//! Review: handing in, asking for changes, and talking about it.

use dateline::domain::user::Role;
use serde_json::{Value, json};

both! {
    async fn changes_are_requested_with_a_reason_that_becomes_a_thread(app) {
        let world = app.section("world", "दुनिया").await;
        let (writer, editor) = (app.role(Role::Contributor, None, None).await, app.editor().await);
        let path = writer.story(&world, "River rises").await;
        let words = format!("{path}/translations/en");
        writer.act(&format!("{words}/submit"), "\"1\"", &json!({})).await.ok();
        let verb = format!("{words}/request-changes");
        let refused = editor.act(&verb, "\"1\"", &json!({ "comment": " " })).await;
        refused.refused(422, "invalid");
        assert_eq!(refused.violations(), [("#/comment".to_owned(), "required".to_owned())]);
        assert_eq!(writer.get(&words).await.ok()["state"], "in_review", "nothing is done without a reason");
        let block = writer.get(&words).await.ok()["body"]["content"]["content"][1]["attrs"]["id"].as_str().unwrap().to_owned();
        editor.act(&verb, "\"1\"", &json!({ "comment": "Where?", "block_id": "nowhere" })).await.refused(422, "invalid");
        let back = editor.act(&verb, "\"1\"", &json!({ "comment": "Who says so?", "block_id": block })).await.ok();
        assert_eq!(back["state"], "draft");
        let list = writer.get(&format!("{path}/comments")).await.ok();
        let thread = &list["data"][0];
        assert_eq!((&thread["text"], &thread["locale"], &thread["block_id"]), (&json!("Who says so?"), &json!("en"), &json!(block)));
        assert_eq!(thread["created_by"]["name"], "editor 1");
        // The writer answers, changes the paragraph, and the editor is content.
        let id = thread["id"].as_str().unwrap();
        let reply = writer.post(&format!("{path}/comments"), &json!({ "parent_id": id, "text": "The harbour master." })).await.ok();
        assert_eq!((reply["block_id"].as_str(), reply["parent_id"].as_str()), (Some(block.as_str()), Some(id)));
        let nested = json!({ "parent_id": reply["id"], "text": "And?" });
        editor.post(&format!("{path}/comments"), &nested).await.refused(422, "invalid");
        writer.patch(&words, "\"1\"", &json!({ "body": { "format": "html", "content": "<h2>New</h2><p>One.</p>" } })).await.ok();
        let list = editor.get(&format!("{path}/comments?resolved=false")).await.ok();
        assert_eq!((&list["data"][0]["block_is_gone"], list["data"][0]["replies"].as_array().unwrap().len()), (&json!(true), 1));
        let comment = format!("/v1/desk/comments/{id}");
        editor.act(&format!("{comment}/resolve"), "\"1\"", &json!({})).await.ok();
        editor.act(&format!("{comment}/resolve"), "\"1\"", &json!({})).await.refused(412, "stale");
        assert_eq!(editor.get(&format!("{path}/comments?resolved=false")).await.ok()["data"], json!([]));
        let open = editor.act(&format!("{comment}/reopen"), "\"2\"", &json!({})).await.ok();
        assert_eq!((&open["resolved"], open["version"].as_i64()), (&Value::Null, Some(3)));
        let told = app.store.read_now(|tx| dateline::store::changes::after(tx, 0, 1000)).unwrap();
        let told: Vec<_> = told.iter().rev().take(2).map(|c| c.change.event.as_str()).collect();
        assert_eq!(told, ["reopened", "resolved"]);
    }

    async fn everybody_changes_their_own_comments_and_reviewers_remove_any(app) {
        let world = app.section("world", "दुनिया").await;
        let editor = app.editor().await;
        let path = editor.story(&world, "River rises").await;
        // A translator asks about the source, in which they may not write.
        let translator = app.role(Role::Translator, None, Some("hi")).await;
        let asked = translator.post(&format!("{path}/comments"), &json!({ "locale": "en", "text": "Which river?" })).await;
        assert_eq!(asked.status, 201);
        let comment = format!("/v1/desk/comments/{}", asked.json()["id"].as_str().unwrap());
        editor.patch(&comment, "\"1\"", &json!({ "text": "No." })).await.refused(403, "forbidden");
        translator.patch(&comment, "\"1\"", &json!({ "text": "Which river is meant?" })).await.ok();
        let other = app.role(Role::Translator, None, Some("bn")).await;
        other.delete(&comment, "\"2\"").await.refused(403, "forbidden");
        editor.delete(&comment, "\"2\"").await;
        editor.delete(&comment, "\"2\"").await.refused(404, "not-found");
        // Somebody else's draft is nothing a contributor can talk about.
        let writer = app.role(Role::Contributor, None, None).await;
        writer.post(&format!("{path}/comments"), &json!({ "text": "Nice." })).await.refused(404, "not-found");
        writer.get(&format!("{path}/comments")).await.refused(404, "not-found");
        editor.post(&format!("{path}/comments"), &json!({ "block_id": "a", "text": "Here." })).await.refused(422, "invalid");
        editor.post(&format!("{path}/comments"), &json!({ "locale": "kn", "text": "Here." })).await.refused(422, "invalid");
    }
}
