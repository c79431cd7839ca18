//! Tags and credits of an article, added and removed one by one.

use dateline::domain::user::Role;
use serde_json::{Value, json};

use crate::support::TestApp;

async fn tag(app: &TestApp, key: &str) -> String {
    app.import(&json!({ "type": "tag", "key": key, "kind": "topic", "translations": { "en": { "name": key } } }));
    app.imported("tag", key).await
}

both! {
    async fn tags_and_credits_come_and_go_one_by_one(app) {
        let (editor, world) = (app.editor().await, app.section("world", "दुनिया").await);
        let (asha, ravi) = (app.author("asha", "Asha Rao").await, app.author("ravi", "Ravi").await);
        let (a, b, c) = (tag(&app, "a").await, tag(&app, "b").await, tag(&app, "c").await);
        let story = editor.story(&world, "One").await;
        let by = |author: &str| json!({ "role": "written_by", "author_id": author });
        let steps: [(Value, &[&String], &[&String], i64); 8] = [
            (json!({ "tags": { "add": [a, b] }, "credits": { "add": [by(&asha)] } }), &[&a, &b], &[&asha], 2),
            (json!({ "tags": { "add": [b, c, c] } }), &[&a, &b, &c], &[&asha], 3),
            (json!({ "tags": { "remove": [a] }, "credits": { "add": [by(&ravi)], "remove": [by(&asha)] } }), &[&b, &c], &[&ravi], 4),
            // What is there, and what is not, changes nothing, and makes no revision.
            (json!({ "tags": { "add": [c], "remove": [a] }, "credits": { "remove": [by(&asha)] } }), &[&b, &c], &[&ravi], 4),
            (json!({ "tags": {}, "credits": { "add": [], "remove": [] } }), &[&b, &c], &[&ravi], 4),
            // It goes first, and comes back at the end.
            (json!({ "tags": { "add": [b.to_uppercase()], "remove": [b] } }), &[&c, &b], &[&ravi], 5),
            (json!({ "tags": [a], "note": "A plain list." }), &[&a], &[&ravi], 6),
            (json!({ "tags": null, "credits": { "remove": [by(&ravi)] } }), &[], &[], 7),
        ];
        for (patch, tags, credits, version) in steps {
            let answer = editor.patch(&story, &editor.get(&story).await.etag(), &patch).await.ok();
            let authors: Vec<_> = answer["credits"].as_array().unwrap().iter().map(|credit| credit["author_id"].clone()).collect();
            assert_eq!((&answer["tags"], json!(authors), &answer["version"]), (&json!(tags), json!(credits), &json!(version)), "{patch}");
        }
    }

    async fn what_is_wrong_with_one_of_them_is_told_where_it_was_named(app) {
        let (editor, world, a) = (app.editor().await, app.section("world", "दुनिया").await, tag(&app, "a").await);
        let story = editor.story(&world, "One").await;
        editor.patch(&story, "\"1\"", &json!({ "tags": [a] })).await.ok();
        let none = "0198c5a1-7f00-7000-8000-0000000000ff";
        let at = |pointer: &str, code: &str| vec![(pointer.to_owned(), code.to_owned())];
        let many: Vec<String> = (0..60).map(|n| format!("0198c5a1-7f00-7000-8000-{n:012}")).collect();
        for (patch, faults) in [
            (json!({ "tags": { "add": [a, none] } }), at("#/tags/add/1", "unknown_tag")),
            (json!({ "credits": { "add": [{ "role": "written_by", "author_id": none }] } }), at("#/credits/add/0/author_id", "unknown_author")),
            (json!({ "tags": { "add": ["x"] } }), at("#/tags/add/0", "type")),
            (json!({ "tags": { "put": [a] } }), at("#/tags/put", "unknown_field")),
            (json!({ "tags": "x" }), at("#/tags", "type")),
            (json!({ "tags": { "add": many } }), at("#/tags", "too_many")),
        ] {
            let answer = editor.patch(&story, "\"2\"", &patch).await;
            assert_eq!(answer.status, 422, "{patch} {}", answer.text);
            assert_eq!(answer.violations(), faults, "{patch} {}", answer.text);
        }
        editor.patch(&story, "\"1\"", &json!({ "tags": { "add": [a] } })).await.refused(412, "stale");
        let translator = app.role(Role::Translator, None, None).await;
        assert_eq!(translator.patch(&story, "\"2\"", &json!({ "tags": { "remove": [a] } })).await.status, 403);
    }

    async fn what_was_merged_away_comes_and_goes_as_what_it_is_now(app) {
        let (editor, admin, world) = (app.editor().await, app.admin().await, app.section("world", "दुनिया").await);
        let (old, new) = (tag(&app, "old").await, tag(&app, "new").await);
        let (gone, here) = (app.author("asha-r", "Asha R").await, app.author("asha", "Asha Rao").await);
        for (kind, one, into) in [("tags", &old, &new), ("authors", &gone, &here)] {
            let at = format!("/v1/desk/{kind}/{one}");
            admin.act(&format!("{at}/merge"), &admin.get(&at).await.etag(), &json!({ "into": into })).await.ok();
        }
        let story = editor.story(&world, "Floods").await;
        let change = async |patch: &Value| {
            let before = editor.get(&story).await.etag();
            editor.patch(&story, &before, patch).await
        };
        let by = |id: &str| json!([{ "role": "written_by", "author_id": id }]);
        let shown = change(&json!({ "tags": { "add": [old, new] }, "credits": { "add": by(&gone) } })).await.ok();
        assert_eq!((&shown["tags"], &shown["credits"][0]["author_id"]), (&json!([new]), &json!(here)));
        // What is wrong is told where it was named, whatever was merged before it.
        let refused = change(&json!({ "tags": { "add": [old, "0198c5a1-7f00-7000-8000-0000000000ff"] } })).await;
        assert_eq!(refused.violations(), [("#/tags/add/1".to_owned(), "unknown_tag".to_owned())]);
        let shown = change(&json!({ "tags": { "remove": [old] }, "credits": { "remove": by(&gone) } })).await.ok();
        assert_eq!((&shown["tags"], &shown["credits"]), (&json!([]), &json!([])));
    }

    async fn many_articles_get_a_tag_in_one_request(app) {
        let (editor, world, a, b) = (app.editor().await, app.section("world", "दुनिया").await, tag(&app, "a").await, tag(&app, "b").await);
        let mut operations = Vec::new();
        for n in 0..3 {
            let story = editor.story(&world, &format!("Story {n}")).await;
            editor.patch(&story, "\"1\"", &json!({ "tags": [a] })).await.ok();
            operations.push(json!({ "verb": "revise", "article_id": story.rsplit('/').next().unwrap(), "version": 2, "body": { "tags": { "add": [b] } } }));
        }
        editor.post("/v1/desk/bulk", &json!({ "operations": operations })).await.ok();
        let listed = editor.get(&format!("/v1/desk/articles?tag={b}&fields=tags,version")).await.ok();
        assert_eq!(listed["data"], json!(vec![json!({ "tags": [a, b], "version": 3 }); 3]));
        operations[1]["version"] = json!(3);
        operations[1]["body"] = json!({ "tags": { "add": ["0198c5a1-7f00-7000-8000-0000000000ff"] } });
        let refused = editor.post("/v1/desk/bulk", &json!({ "operations": [operations[1]] })).await;
        assert_eq!(refused.violations(), [("#/operations/0/body/tags/add/0".to_owned(), "unknown_tag".to_owned())]);
    }
}
