//! What waits for somebody.

use dateline::domain::user::Role;
use serde_json::{Value, json};

use crate::support::Client;

/// Locale, headline and reasons of each row.
async fn work(client: &Client<'_>, query: &str) -> Vec<String> {
    let list = client.get(&format!("/v1/desk/work{query}")).await.ok();
    let one = |row: &Value| {
        let reasons: Vec<_> = row["reasons"].as_array().unwrap().iter().map(|r| r.as_str().unwrap()).collect();
        format!("{} {} {}", row["locale"].as_str().unwrap(), row["headline"].as_str().unwrap_or("–"), reasons.join("+"))
    };
    list["data"].as_array().unwrap().iter().map(one).collect()
}

both! {
    async fn what_waits_for_somebody_is_told_with_why_across_locales(app) {
        let world = app.section("world", "दुनिया").await;
        let (editor, translator) = (app.editor().await, app.role(Role::Translator, None, Some("hi")).await);
        let article = editor.story(&world, "River rises").await;
        assert_eq!(work(&editor, "").await, ["en River rises draft"]);
        assert_eq!(work(&translator, "").await, [""; 0]);
        // Given to somebody before there are any words.
        let due = json!({ "assignee_id": translator.path().rsplit('/').next().unwrap(), "due_at": "2026-03-05T12:00:00Z" });
        app.wait(1);
        editor.post(&format!("{article}/translations/hi/assign"), &due).await.ok();
        assert_eq!(work(&translator, "").await, ["hi – assigned"]);
        let row = translator.get("/v1/desk/work").await.ok()["data"][0].clone();
        assert_eq!((&row["due_at"], &row["source_headline"], &row["state"]), (&json!("2026-03-05T12:00:00Z"), &json!("River rises"), &Value::Null));
        // Written, handed in, sent back, written again and handed in again.
        let words = format!("{article}/translations/hi");
        app.wait(1);
        let saved = translator.put(&words, None, &json!({ "headline": "नदी" })).await;
        assert_eq!(work(&translator, "").await, ["hi नदी assigned+draft"]);
        translator.act(&format!("{words}/submit"), &saved.etag(), &json!({})).await.ok();
        assert_eq!(work(&editor, "?reason=to_review").await, ["hi नदी to_review"]);
        assert_eq!(work(&translator, "?reason=draft").await, [""; 0]);
        editor.act(&format!("{words}/request-changes"), &saved.etag(), &json!({ "comment": "Which river?" })).await.ok();
        assert_eq!(work(&editor, "?reason=to_review").await, [""; 0]);
        assert_eq!(work(&translator, "").await, ["hi नदी assigned+changes_requested"]);
        let again = translator.patch(&words, &saved.etag(), &json!({ "headline": "गंगा" })).await;
        assert_eq!(work(&translator, "?reason=changes_requested").await, ["hi गंगा assigned+changes_requested"]);
        assert!(again.ok()["changes_requested_at"].is_string());
        assert!(editor.get(&article).await.ok()["translations"]["hi"]["changes_requested_at"].is_string());
        let handed = translator.act(&format!("{words}/submit"), &again.etag(), &json!({})).await.ok();
        assert_eq!((&handed["state"], &handed["changes_requested_at"]), (&json!("in_review"), &Value::Null));
        // What is public as it stands is done, until it is given to somebody again.
        editor.publish(&article, &["en", "hi"]).await.ok();
        assert_eq!((work(&editor, "?reason=draft").await, work(&translator, "").await), (vec![], vec![]));
        app.wait(1);
        editor.post(&format!("{words}/assign"), &due).await.ok();
        assert_eq!(work(&translator, "?reason=assigned").await, ["hi गंगा assigned"]);
    }

    async fn whoever_reviews_within_limits_is_told_of_these_alone(app) {
        let (world, crime) = (app.section("world", "दुनिया").await, app.section("crime", "अपराध").await);
        let writer = app.role(Role::Admin, None, None).await;
        for (section, headline) in [(&world, "Ours"), (&crime, "Theirs")] {
            let article = writer.story(section, headline).await;
            writer.act(&format!("{article}/translations/en/submit"), "\"1\"", &json!({})).await.ok();
        }
        let (here, hindi, translator) =
            (app.role(Role::Editor, Some(&world), None).await, app.role(Role::Editor, None, Some("hi")).await, app.role(Role::Translator, None, None).await);
        assert_eq!(work(&here, "").await, ["en Ours to_review"]);
        assert_eq!((work(&hindi, "").await, work(&translator, "").await, work(&writer, "").await), (vec![], vec![], vec![]));
        let limited = app.limited(&here, "article.read").await;
        assert_eq!(work(&limited, "").await, [""; 0]);
    }

    async fn pages_of_work_part_the_locales_of_one_story(app) {
        let world = app.section("world", "दुनिया").await;
        let editor = app.editor().await;
        let all = ["en", "hi", "bn", "kn"].map(|locale| (locale.to_owned(), json!({ "headline": "1" })));
        let sent = json!({ "kind": "story", "section_id": world, "source_locale": "en", "translations": Value::Object(all.into_iter().collect()) });
        assert_eq!(editor.post("/v1/desk/articles", &sent).await.status, 201);
        let whole = work(&editor, "").await;
        let (mut paged, mut next) = (Vec::new(), String::new());
        for _ in 0..4 {
            let page = editor.get(&format!("/v1/desk/work?limit=1{next}")).await.ok();
            paged.push(format!("{} 1 draft", page["data"][0]["locale"].as_str().unwrap()));
            next = page["page"]["next"].as_str().map(|cursor| format!("&cursor={cursor}")).unwrap_or_default();
        }
        assert_eq!((whole.len(), next.as_str()), (4, ""));
        assert_eq!(paged, whole);
    }
}
