//! A translation beside its source: what a translator's tool shows in one call.

use dateline::domain::user::Role;
use serde_json::{Value, json};

fn html(content: &str) -> Value {
    json!({ "body": { "format": "html", "content": content } })
}

/// What rows say: the fate, the source's text and the translation's.
fn rows(told: &Value) -> Vec<String> {
    let text =
        |block: &Value| block["content"].as_array().into_iter().flatten().map(|run| run["text"].as_str().unwrap()).collect::<String>();
    let row = |row: &Value| format!("{}|{}|{}", row["fate"].as_str().unwrap_or("-"), text(&row["source"]), text(&row["translation"]));
    told["rows"].as_array().unwrap().iter().map(row).collect()
}

both! {
    async fn a_translator_sees_both_sides_and_what_has_changed(app) {
        let (editor, world) = (app.editor().await, app.section("world", "दुनिया").await);
        let story = editor.story(&world, "River rises").await;
        let (source, hindi) = (format!("{story}/translations/en"), format!("{story}/translations/hi"));
        editor.patch(&source, "\"1\"", &html("<p>One two three.</p><p>Stays.</p><p>Goes.</p><p>Moves down.</p>")).await.ok();
        editor.publish(&story, &["en"]).await.ok();
        let mut words = html("<p>एक दो तीन।</p><p>रहता है।</p><p>जाता है।</p><p>नीचे।</p>");
        words["headline"] = json!("नदी चढ़ी");
        words["made_from"] = json!({ "locale": "en", "version": 2 });
        assert_eq!(editor.put(&hindi, None, &words).await.status, 201);
        let more = html("<p>एक दो तीन।</p><p>रहता है।</p><p>जाता है।</p><p>केवल हिंदी।</p><p>नीचे।</p>");
        editor.patch(&hindi, "\"1\"", &more).await.ok();
        let beside = format!("{hindi}/beside");
        let told = editor.get(&beside).await.ok();
        assert_eq!(told["source"], json!({ "locale": "en", "made_from": 2, "version": 2, "compared": true }));
        assert_eq!(rows(&told)[..2], ["kept|One two three.|एक दो तीन।", "kept|Stays.|रहता है।"]);
        assert_eq!(told["fields"][0], json!({ "pointer": "#/headline", "source": "River rises", "translation": "नदी चढ़ी", "pieces": [] }));
        let changed = html("<p>One two four.</p><p>Moves down.</p><p>Stays.</p><p>Entirely new text here.</p>");
        editor.patch(&source, "\"2\"", &json!({ "headline": "River falls", "body": changed["body"] })).await.ok();
        assert_eq!(editor.get(&beside).await.ok()["source"]["version"], 2, "what is not published is not followed yet");
        editor.publish(&story, &["en"]).await.ok();
        let told = editor.get(&beside).await.ok();
        assert_eq!((&told["source"]["version"], &told["version"]), (&json!(3), &json!(2)));
        let said = rows(&told);
        for row in ["changed|One two four.|एक दो तीन।", "removed|Goes.|जाता है।", "-||केवल हिंदी।", "added|Entirely new text here.|"] {
            assert!(said.contains(&row.to_owned()), "{row} of {said:#?}");
        }
        let fates: Vec<_> = said.iter().filter(|row| row.contains("Stays") || row.contains("Moves")).map(|row| row.split('|').next().unwrap()).collect();
        assert!(fates.contains(&"moved"), "{said:#?}");
        let one = told["rows"].as_array().unwrap().iter().find(|row| row["fate"] == "changed").unwrap();
        let joined = |fates: &[&str]| one["pieces"].as_array().unwrap().iter().filter(|p| fates.contains(&p["fate"].as_str().unwrap())).map(|p| p["text"].as_str().unwrap()).collect::<String>();
        assert_eq!((joined(&["kept", "removed"]).trim(), joined(&["kept", "added"]).trim()), ("One two three.", "One two four."));
        assert_eq!(told["fields"][0]["pieces"].as_array().unwrap().len(), 3);
        // The same blocks as freshness tells.
        let freshness = editor.get(&hindi).await.ok()["freshness"]["changed_blocks"].as_array().unwrap().len();
        assert_eq!(freshness, said.iter().filter(|row| !row.starts_with("kept") && !row.starts_with('-')).count(), "{said:#?}");
    }

    async fn both_sides_are_shown_to_those_alone_who_see_both(app) {
        app.admin().await.post("/v1/desk/locales", &json!({ "locale": "bn", "name": "বাংলা", "state": "public" })).await;
        let (editor, world, crime) = (app.editor().await, app.section("world", "दुनिया").await, app.section("crime", "अपराध").await);
        let story = editor.story(&world, "River rises").await;
        let hindi = format!("{story}/translations/hi");
        editor.put(&hindi, None, &json!({ "headline": "नदी" })).await.ok();
        let bengali = format!("{story}/translations/bn");
        editor.put(&bengali, None, &json!({ "headline": "নদী", "made_from": { "locale": "hi", "version": 1 } })).await.ok();
        let translator = app.role(Role::Translator, None, Some("bn")).await;
        translator.get(&format!("{hindi}/beside")).await.refused(404, "not-found");
        translator.get(&format!("{bengali}/beside")).await.refused(404, "not-found");
        app.role(Role::Translator, Some(&crime), None).await.get(&format!("{hindi}/beside")).await.refused(404, "not-found");
        app.role(Role::Translator, None, Some("hi")).await.get(&format!("{hindi}/beside")).await.ok();
        editor.get(&format!("{bengali}/beside")).await.ok();
        let original = editor.get(&format!("{story}/translations/en/beside")).await.ok();
        assert_eq!((&original["source"], rows(&original)), (&Value::Null, vec!["-||One.".to_owned(), "-||Two.".to_owned()]));
        editor.get(&format!("{story}/translations/kn/beside")).await.refused(404, "not-found");
        assert_eq!(app.anyone().get(&format!("{hindi}/beside")).await.status, 401);
    }
}
