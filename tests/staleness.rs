//! Translations that know when they are stale, and the queue of those who translate.

use dateline::domain::user::Role;
use serde_json::{Value, json};

use crate::support::{Client, TestApp};

/// An English story of two paragraphs with its translation into Hindi, both live; its path on the desk.
async fn translated(app: &TestApp, editor: &Client<'_>) -> String {
    let world = app.section("world", "दुनिया").await;
    let path = editor.story(&world, "River rises").await;
    let hindi = json!({ "headline": "नदी बढ़ी", "body": { "format": "text", "content": "एक।\n\nदो।" } });
    editor.put(&format!("{path}/translations/hi"), None, &hindi).await.ok();
    editor.publish(&path, &["en", "hi"]).await.ok();
    path
}

/// Change the English second paragraph, and publish it.
async fn correct(editor: &Client<'_>, path: &str, text: &str, minor: bool) {
    let words = format!("{path}/translations/en");
    let patch = json!({ "body": { "format": "html", "content": format!("<p>One.</p><p>{text}</p>") } });
    editor.patch(&words, &editor.get(&words).await.etag(), &patch).await.ok();
    let tag = editor.get(path).await.etag();
    editor.act(&format!("{path}/publish"), &tag, &json!({ "locales": ["en"], "minor": minor })).await.ok();
}

fn of<'v>(article: &'v Value, locale: &str) -> &'v Value {
    article["languages"].as_array().unwrap().iter().find(|l| l["locale"] == locale).unwrap()
}

both! {
    async fn a_translation_is_stale_when_its_source_has_moved_on_and_names_the_paragraph(app) {
        let editor = app.editor().await;
        let path = translated(&app, &editor).await;
        let public = format!("/v1/articles/{}?locale=hi&body=doc", path.rsplit('/').next().unwrap());
        let fresh = app.anyone().get(&public).await.ok();
        assert_eq!(fresh["translation"], json!({ "made_from": "en", "status": "current", "behind": 0, "changed_fields": [], "changed_blocks": [] }));
        assert_eq!(of(&fresh, "kn")["status"], "missing");
        assert_eq!(of(&fresh, "en")["status"], "current");
        app.wait(60);
        correct(&editor, &path, "Two metres.", false).await;
        correct(&editor, &path, "Three metres.", false).await;
        let stale = app.anyone().get(&public).await.ok();
        assert_eq!((stale["translation"]["status"].as_str(), stale["translation"]["behind"].as_i64()), (Some("stale"), Some(2)));
        let block = &stale["body"]["content"]["content"][1]["attrs"];
        let told = json!([{ "source": block["source"], "block": block["id"], "fate": "changed" }]);
        assert_eq!(stale["translation"]["changed_blocks"], told);
        assert_eq!(of(&stale, "hi"), &json!({ "locale": "hi", "status": "stale", "behind": 2 }));
        // The desk says the same of the working copy, and of the English page the public sees the same of Hindi.
        let words = editor.get(&format!("{path}/translations/hi")).await.ok();
        assert_eq!((&words["freshness"]["changed_blocks"], words["freshness"]["behind"].as_i64()), (&told, Some(2)));
        assert_eq!(editor.get(&path).await.ok()["translations"]["hi"]["freshness"], "stale");
        let english = app.anyone().get(&public.replace("locale=hi", "locale=en")).await.ok();
        assert_eq!((of(&english, "hi")["behind"].as_i64(), &english["translation"]), (Some(2), &Value::Null));
        assert!(app.store.read_now(|tx| dateline::store::changes::after(tx, 0, 1000)).unwrap().iter().any(|c| c.change.event.as_str() == "aged" && c.change.audience().as_str() == "public"));
    }

    async fn a_block_that_moved_makes_nothing_stale_and_the_translator_is_told(app) {
        let editor = app.editor().await;
        let path = translated(&app, &editor).await;
        let (english, hindi) = (format!("{path}/translations/en"), format!("{path}/translations/hi"));
        let public = format!("/v1/articles/{}?locale=hi", path.rsplit('/').next().unwrap());
        app.wait(60);
        let before = editor.get(&english).await;
        let turned = json!({ "body": { "format": "html", "content": "<p>Two.</p><p>One.</p>" } });
        editor.patch(&english, &before.etag(), &turned).await.ok();
        editor.publish(&path, &["en"]).await.ok();
        let shown = editor.get(&hindi).await.ok();
        assert_eq!((shown["freshness"]["status"].as_str(), shown["freshness"]["behind"].as_i64()), (Some("current"), Some(0)));
        let told = shown["freshness"]["changed_blocks"].as_array().unwrap().clone();
        assert_eq!((told.len(), told[0]["fate"].as_str()), (1, Some("moved")));
        let ids: Vec<_> = before.json()["body"]["content"]["content"].as_array().unwrap().iter().map(|b| b["attrs"]["id"].clone()).collect();
        assert!(ids.contains(&told[0]["source"]) && told[0]["block"].is_string(), "{told:?}");
        let live = app.anyone().get(&public).await.ok();
        assert_eq!((&live["translation"]["status"], &live["translation"]["changed_blocks"]), (&json!("current"), &json!(told)));
        let queue = editor.get("/v1/desk/translations?locale=hi&freshness=stale").await.ok();
        assert_eq!(queue["data"], json!([]));
        assert_eq!(editor.get(&path).await.ok()["translations"]["hi"]["freshness"], "current");
        // What is said anew counts once, and the move is told beside it.
        app.wait(60);
        let patch = json!({ "body": { "format": "html", "content": "<p>Two metres.</p><p>One.</p>" } });
        editor.patch(&english, &editor.get(&english).await.etag(), &patch).await.ok();
        editor.publish(&path, &["en"]).await.ok();
        let stale = app.anyone().get(&public).await.ok();
        assert_eq!((stale["translation"]["status"].as_str(), stale["translation"]["behind"].as_i64()), (Some("stale"), Some(1)));
        let fates: Vec<_> = stale["translation"]["changed_blocks"].as_array().unwrap().iter().map(|b| b["fate"].as_str().unwrap()).collect();
        assert!(fates.contains(&"changed"), "{fates:?}");
    }

    async fn a_translation_of_a_translation_is_current_and_told_what_has_moved_on_above(app) {
        let editor = app.editor().await;
        let path = translated(&app, &editor).await;
        let bengali = format!("{path}/translations/bn");
        let made = json!({ "headline": "নদী", "made_from": { "locale": "hi", "version": 1 }, "body": { "format": "text", "content": "এক।\n\nদুই।" } });
        editor.put(&bengali, None, &made).await.ok();
        editor.publish(&path, &["bn"]).await.ok();
        let told = async || editor.get(&bengali).await.ok()["freshness"].clone();
        assert_eq!((told().await["status"].as_str(), told().await["upstream"].clone()), (Some("current"), Value::Null));
        app.wait(60);
        correct(&editor, &path, "Two metres.", false).await;
        assert_eq!((told().await["status"].as_str(), told().await["upstream"].clone()), (Some("current"), json!({ "locale": "en", "behind": 1 })));
        // Hindi follows: now Bengali is stale, and nothing above is ahead.
        let hindi = format!("{path}/translations/hi");
        let patch = json!({ "made_from": { "locale": "en", "version": 2 }, "body": { "format": "text", "content": "एक।\n\nदो मीटर।" } });
        editor.patch(&hindi, &editor.get(&hindi).await.etag(), &patch).await.ok();
        app.wait(60);
        editor.publish(&path, &["hi"]).await.ok();
        assert_eq!((told().await["status"].as_str(), told().await["upstream"].clone()), (Some("stale"), Value::Null));
    }

    async fn a_minor_publication_makes_nothing_stale(app) {
        let editor = app.editor().await;
        let path = translated(&app, &editor).await;
        app.wait(60);
        correct(&editor, &path, "Two!", true).await;
        let public = format!("/v1/articles/{}?locale=hi", path.rsplit('/').next().unwrap());
        assert_eq!(app.anyone().get(&public).await.ok()["translation"]["status"], "current");
        // The next significant one counts alone, and shows what the minor one changed as well.
        correct(&editor, &path, "Two metres.", false).await;
        assert_eq!(app.anyone().get(&public).await.ok()["translation"]["behind"], 1);
    }

    async fn a_translator_marks_it_current_after_revising(app) {
        let editor = app.editor().await;
        let path = translated(&app, &editor).await;
        app.wait(60);
        correct(&editor, &path, "Two metres.", false).await;
        let translator = app.role(Role::Translator, None, Some("hi")).await;
        let words = format!("{path}/translations/hi");
        let before = translator.get(&words).await;
        translator.act(&format!("{words}/mark-current"), &before.etag(), &json!({ "version": 9 })).await.refused(422, "invalid");
        let marked = translator.act(&format!("{words}/mark-current"), &before.etag(), &json!({})).await.ok();
        assert_eq!((marked["freshness"]["status"].as_str(), marked["made_from"]["version"].as_i64()), (Some("current"), Some(2)));
        assert_eq!((marked["version"].as_i64(), &marked["headline"]), (Some(2), &before.json()["headline"]));
        let english = format!("{path}/translations/en");
        editor.act(&format!("{english}/mark-current"), &editor.get(&english).await.etag(), &json!({})).await.refused(409, "original");
        // What is live is so once it is published.
        let public = format!("/v1/articles/{}?locale=hi", path.rsplit('/').next().unwrap());
        assert_eq!(app.anyone().get(&public).await.ok()["translation"]["status"], "stale");
        editor.publish(&path, &["hi"]).await.ok();
        assert_eq!(app.anyone().get(&public).await.ok()["translation"]["status"], "current");
        // A whole resource that was read before can be sent back: what is derived is nobody's to write.
        let mut whole = translator.get(&words).await.ok();
        correct(&editor, &path, "Four metres.", false).await;
        whole["headline"] = json!("नदी और बढ़ी");
        translator.patch(&words, "\"2\"", &whole).await.ok();
    }

    async fn fallback_text_is_never_saved_as_a_translation(app) {
        let editor = app.editor().await;
        let path = translated(&app, &editor).await;
        let id = path.rsplit('/').next().unwrap();
        let shown = app.anyone().get(&format!("/v1/articles/{id}?locale=kn&fallback=chain")).await.ok();
        assert_eq!(shown["locale"], "en");
        let sent = json!({ "headline": shown["headline"], "body": { "format": "html", "content": shown["body"]["content"] } });
        let refused = editor.put(&format!("{path}/translations/kn"), None, &sent).await;
        refused.refused(422, "invalid");
        assert_eq!(refused.violations(), [("#/body".to_owned(), "fallback_text".to_owned())]);
    }

    async fn the_queue_names_what_is_missing_and_stale_longest_waiting_first(app) {
        let editor = app.editor().await;
        let first = translated(&app, &editor).await;
        app.wait(60);
        let world = editor.get(&first).await.ok()["section_id"].as_str().unwrap().to_owned();
        let second = editor.story(&world, "Bridge closed").await;
        editor.publish(&second, &["en"]).await.ok();
        let third = editor.story(&world, "Not public yet").await;
        app.wait(60);
        correct(&editor, &first, "Two metres.", false).await;
        let id = |path: &str| path.rsplit('/').next().unwrap().to_owned();
        let translator = app.role(Role::Translator, None, Some("hi")).await;
        let queue = async |query: &str| {
            let list = translator.get(&format!("/v1/desk/translations?locale=hi{query}")).await.ok();
            let told = |i: &Value| (i["article_id"].as_str().unwrap().to_owned(), i["freshness"].as_str().unwrap().to_owned());
            list["data"].as_array().unwrap().iter().map(told).collect::<Vec<_>>()
        };
        let (missing, stale) = ("missing".to_owned(), "stale".to_owned());
        // Written in the same minute: the tie is broken by id, which is the order of creation.
        assert_eq!(queue("").await, [(id(&second), missing.clone()), (id(&third), missing.clone()), (id(&first), stale.clone())]);
        assert_eq!(queue("&sort=newest").await, [(id(&first), stale.clone()), (id(&third), missing.clone()), (id(&second), missing.clone())]);
        assert_eq!(queue("&freshness=stale").await, [(id(&first), stale.clone())]);
        assert_eq!(queue("&freshness=missing&published=true").await, [(id(&second), missing.clone())]);
        assert_eq!(queue("&state=draft").await, [(id(&first), stale)]);
        assert_eq!(queue("&waiting_before=2026-03-01T08:02:00Z").await.len(), 2);
        translator.get("/v1/desk/translations").await.refused(400, "malformed");
        translator.get("/v1/desk/translations?locale=fr").await.refused(400, "malformed");
        // Page by page is the same list.
        let mut paged = Vec::new();
        let mut cursor = String::new();
        loop {
            let list = translator.get(&format!("/v1/desk/translations?locale=hi&limit=1{cursor}")).await.ok();
            paged.push(id(list["data"][0]["article_id"].as_str().unwrap()));
            match list["page"]["next"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
        assert_eq!(paged, [id(&second), id(&third), id(&first)]);
        // Work is taken, given and given back.
        let me = translator.path().rsplit('/').next().unwrap().to_owned();
        let verb = format!("{second}/translations/hi/assign");
        translator.post(&verb, &json!({ "assignee_id": me, "due_at": "2026-03-01T12:00:00Z" })).await.ok();
        assert_eq!(queue("&assignee=me").await, [(id(&second), missing.clone())]);
        assert_eq!(queue("&assignee=nobody").await.len(), 2);
        let other = app.role(Role::Translator, None, Some("hi")).await;
        let them = other.path().rsplit('/').next().unwrap().to_owned();
        other.post(&verb, &json!({ "assignee_id": them })).await.refused(403, "forbidden");
        translator.post(&verb, &json!({ "assignee_id": them })).await.refused(403, "forbidden");
        translator.post(&format!("{second}/translations/kn/assign"), &json!({ "assignee_id": me })).await.refused(403, "forbidden");
        let shown = editor.post(&verb, &json!({ "assignee_id": them })).await.ok();
        assert_eq!((shown["assignments"]["hi"]["assignee_id"].as_str(), &shown["missing"]), (Some(them.as_str()), &json!(["hi", "bn", "kn"])));
        other.post(&verb, &json!({ "assignee_id": null })).await.ok();
        assert_eq!(queue("&assignee=nobody").await.len(), 3);
        editor.post(&verb, &json!({ "assignee_id": "0198c5a1-7f00-7000-8000-000000000001" })).await.refused(422, "invalid");
    }

    async fn a_contributor_sees_their_own_queue(app) {
        let editor = app.editor().await;
        translated(&app, &editor).await;
        let writer = app.role(Role::Contributor, None, None).await;
        assert_eq!(writer.get("/v1/desk/translations?locale=kn").await.ok()["data"], json!([]));
    }

    async fn of_two_who_take_the_same_work_at_once_one_gets_it(app) {
        let editor = app.editor().await;
        let path = translated(&app, &editor).await;
        let (one, two) = (app.role(Role::Translator, None, Some("kn")).await, app.role(Role::Translator, None, Some("kn")).await);
        let take = |who: &Client<'_>| json!({ "assignee_id": who.path().rsplit('/').next().unwrap() });
        let verb = format!("{path}/translations/kn/assign");
        for _ in 0..10 {
            let (mine, yours) = (take(&one), take(&two));
            let (a, b) = futures_util::future::join(one.post(&verb, &mine), two.post(&verb, &yours)).await;
            let mut statuses = [a.status, b.status];
            statuses.sort_unstable();
            assert_eq!(statuses, [200, 403]);
            editor.post(&verb, &json!({ "assignee_id": null })).await.ok();
        }
    }
}
