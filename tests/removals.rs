//! What was not right, what must go, and what nobody wants: corrections, takedowns, the trash.

use dateline::domain::user::Role;
use serde_json::{Value, json};

use crate::support::{Client, TestApp};

fn public(article: &str) -> String {
    format!("/v1/articles/{}", article.rsplit('/').next().unwrap())
}

/// A story about the river, live in English and Hindi; its path on the desk.
async fn live(app: &TestApp, editor: &Client<'_>) -> String {
    let world = app.section("world", "दुनिया").await;
    let article = editor.story(&world, "River rises").await;
    let hindi = json!({ "headline": "नदी बढ़ी", "body": { "format": "text", "content": "एक।\n\nदो।" } });
    editor.put(&format!("{article}/translations/hi"), None, &hindi).await.ok();
    editor.publish(&article, &["en", "hi"]).await.ok();
    article
}

both! {
    async fn a_correction_is_told_at_once_in_every_language_and_is_never_frozen(app) {
        let editor = app.editor().await;
        let article = live(&app, &editor).await;
        assert_eq!(app.anyone().get(&public(&article)).await.ok()["corrections"], json!([]));
        let path = format!("{article}/corrections");
        let words = editor.get(&format!("{article}/translations/en?body=doc")).await.ok();
        let block = words["body"]["content"]["content"][0]["attrs"]["id"].clone();
        let sent = json!({ "kind": "correction", "texts": { "en": "It rose by one metre." }, "blocks": [block, "b1"] });
        let refused = editor.post(&path, &sent).await;
        assert_eq!(refused.violations(), [("#/blocks/1".to_owned(), "unknown_block".to_owned())]);
        let sent = json!({ "kind": "correction", "texts": { "en": "It rose by one metre." }, "blocks": [block] });
        let made = editor.post(&path, &sent).await;
        assert_eq!(made.status, 201, "{}", made.text);
        let shown = app.anyone().get(&public(&article)).await.ok();
        let note = &shown["corrections"][0];
        assert_eq!((&note["text"], &note["kind"], &note["blocks"]), (&json!("It rose by one metre."), &json!("correction"), &json!([block])));
        assert_eq!(note["made_at"], "2026-03-01T08:00:00Z");
        // Hindi readers are told in English until it is said in Hindi; in lists too.
        let hindi = format!("{}?locale=hi", public(&article));
        assert_eq!(app.anyone().get(&hindi).await.ok()["corrections"][0]["locale"], "en");
        let one = format!("/v1/desk/corrections/{}", made.json()["id"].as_str().unwrap());
        let translator = app.role(Role::Editor, None, Some("hi")).await;
        translator.patch(&one, "\"1\"", &json!({ "texts": { "en": "No." } })).await.refused(403, "forbidden");
        translator.patch(&one, "\"1\"", &json!({ "texts": { "hi": "नदी एक मीटर बढ़ी।" } })).await.ok();
        translator.patch(&one, "\"2\"", &json!({ "kind": "update" })).await.refused(403, "forbidden");
        editor.patch(&one, "\"1\"", &json!({ "kind": "update" })).await.refused(412, "stale");
        assert_eq!(app.anyone().get("/v1/articles?locale=hi").await.ok()["data"][0]["corrections"][0]["text"], "नदी एक मीटर बढ़ी।");
        let mut whole = editor.get(&path).await.ok()["data"][0].clone();
        whole["kind"] = json!("retraction");
        editor.patch(&one, "\"2\"", &whole).await.ok();
        assert_eq!(app.anyone().get(&public(&article)).await.ok()["retracted"], true);
        for wrong in [
            json!({ "kind": "correction", "texts": {} }),
            json!({ "kind": "correction", "texts": { "fr": "Non." } }),
            json!({ "kind": "correction", "texts": { "en": "" } }),
            json!({ "kind": "correction", "texts": { "en": "x" }, "made_at": "2027-01-01T00:00:00Z" }),
        ] {
            editor.post(&path, &wrong).await.refused(422, "invalid");
        }
        let writer = app.role(Role::Contributor, None, None).await;
        writer.post(&path, &sent).await.refused(403, "forbidden");
        assert_eq!(editor.delete(&one, "\"3\"").await.status, 204);
        assert_eq!(app.anyone().get(&public(&article)).await.ok()["corrections"], json!([]));
    }

    async fn a_takedown_is_410_at_once_everywhere_and_only_a_chief_lifts_it(app) {
        let editor = app.editor().await;
        let article = live(&app, &editor).await;
        let verb = |v: &str| format!("{article}/{v}");
        let tag = json!({ "locales": ["hi"], "unpublish_at": "2026-03-01T09:00:00Z" });
        editor.act(&verb("schedule"), "\"1\"", &tag).await.ok();
        editor.act(&verb("takedown"), "\"1\"", &json!({ "reason": "x" })).await.refused(403, "forbidden");
        let chief = app.role(Role::Chief, None, None).await;
        chief.act(&verb("takedown"), "\"1\"", &json!({ "reason": "" })).await.refused(422, "invalid");
        // There is no time to read what is there; of what can wait there is.
        chief.act(&verb("takedown"), "\"7\"", &json!({ "reason": "Court order 12." })).await.refused(412, "stale");
        chief.post(&verb("takedown"), &json!({ "reason": "Court order 12." })).await.refused(428, "unconditional");
        for other in ["reinstate", "erase", "publish", "schedule"] {
            app.admin().await.act(&verb(other), "*", &json!({ "reason": "x" })).await.refused(400, "malformed");
        }
        let down = chief.act(&verb("takedown"), "*", &json!({ "reason": "Court order 12." })).await.ok();
        assert_eq!((&down["withdrawn_at"], &down["translations"]["hi"]["scheduled"]), (&json!("2026-03-01T08:00:00Z"), &json!([])));
        let hindi = "%E0%A4%A8%E0%A4%A6%E0%A5%80-%E0%A4%AC%E0%A4%A2%E0%A4%BC%E0%A5%80";
        for gone in [
            public(&article),
            format!("{}?locale=hi", public(&article)),
            format!("{}?locale=kn&fallback=chain", public(&article)),
            "/v1/articles/by-slug/river-rises".to_owned(),
            format!("/v1/articles/by-slug/{hindi}?locale=hi"),
            "/v1/resolve?path=/en/world/river-rises".to_owned(),
        ] {
            let answer = app.anyone().get(&gone).await;
            let problem = answer.refused(410, "gone");
            assert!(!problem.to_string().contains("Court"), "the reason is the desk's: {gone}");
        }
        let list = app.anyone().get("/v1/articles?count=true").await.ok();
        assert_eq!((&list["data"], &list["page"]["total"]), (&json!([]), &json!(0)));
        editor.publish(&article, &["en"]).await.refused(409, "withdrawn");
        editor.act(&verb("schedule"), "\"1\"", &json!({ "locales": ["en"], "publish_at": "2026-03-01T09:00:00Z" })).await.refused(409, "withdrawn");
        chief.act(&verb("takedown"), "\"1\"", &json!({ "reason": "again" })).await.refused(409, "withdrawn");
        editor.act(&verb("reinstate"), "\"1\"", &json!({ "reason": "x" })).await.refused(403, "forbidden");
        chief.act(&verb("reinstate"), "\"1\"", &json!({ "reason": "The order was lifted." })).await.ok();
        app.anyone().get(&public(&article)).await.refused(404, "not-found");
        chief.act(&verb("reinstate"), "\"1\"", &json!({ "reason": "x" })).await.refused(409, "not-withdrawn");
        editor.publish(&article, &["en"]).await.ok();
        assert_eq!(app.anyone().get("/v1/articles/by-slug/river-rises").await.ok()["headline"], "River rises");
        let told = editor.get(&verb("takedowns")).await.ok();
        assert_eq!((&told["data"][0]["taken"]["reason"], &told["data"][0]["lifted"]["reason"]), (&json!("Court order 12."), &json!("The order was lifted.")));
    }

    async fn what_was_never_public_stays_unknown_when_it_is_taken_down(app) {
        let chief = app.role(Role::Chief, None, None).await;
        let world = app.section("world", "दुनिया").await;
        let article = chief.story(&world, "Secret").await;
        chief.act(&format!("{article}/takedown"), "\"1\"", &json!({ "reason": "x" })).await.ok();
        app.anyone().get(&public(&article)).await.refused(404, "not-found");
        app.anyone().get("/v1/articles/by-slug/secret").await.refused(404, "not-found");
    }

    async fn erasing_leaves_no_word_anywhere_and_a_tombstone(app) {
        let admin = app.admin().await;
        let world = app.section("world", "दुनिया").await;
        let keyed = json!({
            "kind": "story", "section_id": world, "source_locale": "en", "lead": { "url": "https://media.example/canary.jpg", "width": 1, "height": 1, "credit": "canary" },
            "translations": { "en": { "headline": "A canary sang", "slug": "neutral", "summary": "The canary.", "body": { "format": "html", "content": "<p>A canary.</p>" },
                "lead": { "alt": "canary", "caption": "canary" }, "seo": { "title": "canary", "description": "canary" }, "note": "canary" } }
        });
        let headers = [("content-type", "application/json"), ("idempotency-key", "k1")];
        let made = admin.send(actix_web::http::Method::POST, "/v1/desk/articles", &headers, Some(keyed.to_string().into_bytes())).await;
        let article = made.header("location").unwrap().to_owned();
        admin.publish(&article, &["en"]).await.ok();
        admin.patch(&format!("{article}/translations/en"), "\"1\"", &json!({ "summary": "Another canary." })).await.ok();
        admin.post(&format!("{article}/comments"), &json!({ "text": "canary?" })).await;
        admin.post(&format!("{article}/corrections"), &json!({ "kind": "update", "texts": { "en": "canary" } })).await;
        let verb = format!("{article}/erase");
        admin.act(&verb, "\"1\"", &json!({ "reason": "Law." })).await.refused(409, "not-withdrawn");
        admin.act(&format!("{article}/takedown"), "\"1\"", &json!({ "reason": "Law." })).await.ok();
        let chief = app.role(Role::Chief, None, None).await;
        chief.act(&verb, "\"1\"", &json!({ "reason": "x" })).await.refused(403, "forbidden");
        admin.act(&verb, "\"1\"", &json!({ "reason": "Law." })).await.ok();
        // Whatever the desk can ask for.
        for path in ["", "/revisions", "/revisions/1", "/translations/en", "/translations/en/revisions", "/translations/en/revisions/1", "/translations/en/revisions/2",
            "/translations/en/revisions/2/diff", "/comments", "/corrections", "/takedowns", "/previews"] {
            let answer = admin.get(&format!("{article}{path}")).await;
            assert!(answer.status == 200 && !answer.text.contains("canary"), "{path}: {}", answer.text);
        }
        let again = admin.send(actix_web::http::Method::POST, "/v1/desk/articles", &headers, Some(keyed.to_string().into_bytes())).await;
        assert!(again.status == 409 && !again.text.contains("canary"), "{}", again.text);
        // And every column of every table, on whatever database.
        let left = crate::support::everything_kept(&app.url);
        assert!(left.contains("neutral"), "the address stays");
        assert!(!left.contains("canary"), "{}", left.lines().find(|l| l.contains("canary")).unwrap_or_default());
        app.anyone().get(&public(&article)).await.refused(410, "gone");
        admin.act(&format!("{article}/reinstate"), "\"1\"", &json!({ "reason": "x" })).await.refused(409, "erased");
        assert_eq!(admin.get(&format!("{article}/takedowns")).await.ok()["data"][0]["erased"]["reason"], "Law.");
    }

    async fn the_trash_gives_back_what_it_holds_until_it_is_purged(app) {
        let (editor, chief) = (app.editor().await, app.role(Role::Chief, None, None).await);
        let world = app.section("world", "दुनिया").await;
        let article = editor.story(&world, "River rises").await;
        let id = article.rsplit('/').next().unwrap().to_owned();
        editor.act(&format!("{article}/schedule"), "\"1\"", &json!({ "locales": ["en"], "publish_at": "2026-03-01T09:00:00Z" })).await.ok();
        assert_eq!(editor.delete(&article, "\"1\"").await.status, 204);
        editor.get(&article).await.refused(404, "not-found");
        editor.patch(&format!("{article}/translations/en"), "\"1\"", &json!({ "headline": "x" })).await.refused(404, "not-found");
        assert_eq!(editor.get("/v1/desk/articles?count=true").await.ok()["page"]["total"], 0);
        assert_eq!(editor.get("/v1/desk/schedule").await.ok()["data"], json!([]));
        assert_eq!(editor.get("/v1/desk/trash").await.ok()["data"][0]["id"], id.as_str());
        let stranger = app.role(Role::Contributor, None, None).await;
        assert_eq!(stranger.get("/v1/desk/trash").await.ok()["data"], json!([]));
        app.wait(7200);
        assert_eq!(app.tick().await, 0);
        let (editor, chief) = (app.again(&editor).await, app.again(&chief).await);
        let back = editor.act(&format!("/v1/desk/trash/{id}/restore"), "\"1\"", &json!({})).await.ok();
        assert_eq!(back["translations"]["en"]["headline"], "River rises");
        editor.act(&format!("/v1/desk/trash/{id}/restore"), "\"1\"", &json!({})).await.refused(404, "not-found");
        // What the public sees cannot be thrown away, and what it saw cannot be purged.
        editor.publish(&article, &["en"]).await.ok();
        editor.delete(&article, "\"1\"").await.refused(409, "live");
        editor.act(&format!("{article}/unpublish"), "\"1\"", &json!({})).await.ok();
        assert_eq!(editor.delete(&article, "\"1\"").await.status, 204);
        let trashed = format!("/v1/desk/trash/{id}");
        editor.delete(&trashed, "\"1\"").await.refused(403, "forbidden");
        chief.delete(&trashed, "\"1\"").await.refused(409, "in-use");
        // A draft goes for good, with its address.
        let draft = editor.story(&world, "Only a draft").await;
        assert_eq!(editor.delete(&draft, "\"1\"").await.status, 204);
        let trashed = format!("/v1/desk/trash/{}", draft.rsplit('/').next().unwrap());
        assert_eq!(chief.delete(&trashed, "\"1\"").await.status, 204);
        chief.delete(&trashed, "\"1\"").await.refused(404, "not-found");
        let again = editor.story(&world, "Only a draft").await;
        assert_eq!(editor.get(&format!("{again}/translations/en")).await.ok()["slug"], "only-a-draft");
    }

    async fn the_trash_empties_itself_of_what_was_never_public(app) {
        let editor = app.editor().await;
        let world = app.section("world", "दुनिया").await;
        let (draft, seen) = (editor.story(&world, "Draft").await, editor.story(&world, "Seen").await);
        editor.publish(&seen, &["en"]).await.ok();
        editor.act(&format!("{seen}/unpublish"), "\"1\"", &json!({})).await.ok();
        for article in [&draft, &seen] {
            editor.delete(article, "\"1\"").await;
        }
        let empty = async || { let store = app.store.clone(); dateline::store::aside(move || dateline::workers::scheduler::empty_trash(&store)).await.unwrap() };
        app.wait(30 * 24 * 3600);
        assert_eq!(empty().await, 0);
        app.wait(1);
        assert_eq!((empty().await, empty().await), (1, 0));
        let editor = app.again(&editor).await;
        let left = editor.get("/v1/desk/trash").await.ok();
        assert_eq!(left["data"].as_array().unwrap().len(), 1);
        assert_eq!(left["data"][0]["id"], seen.rsplit('/').next().unwrap());
    }

    async fn a_translation_that_was_removed_comes_back_and_its_versions_go_on(app) {
        let editor = app.editor().await;
        let world = app.section("world", "दुनिया").await;
        let article = editor.story(&world, "River rises").await;
        let words = format!("{article}/translations/hi");
        editor.put(&words, None, &json!({ "headline": "नदी" })).await.ok();
        editor.act(&format!("{words}/restore"), "\"1\"", &json!({})).await.refused(409, "there");
        assert_eq!(editor.delete(&words, "\"1\"").await.status, 204);
        let back = editor.post(&format!("{words}/restore"), &json!({})).await;
        assert_eq!((back.status, back.json()["headline"].as_str(), back.json()["version"].as_i64()), (201, Some("नदी"), Some(2)));
        assert_eq!(editor.delete(&words, "\"2\"").await.status, 204);
        let anew = editor.put(&words, None, &json!({ "headline": "पुल" })).await.ok();
        assert_eq!(anew["version"], 3, "an old tag matches nothing");
        assert_eq!(editor.get(&format!("{words}/revisions/1")).await.ok()["headline"], "नदी");
        editor.post(&format!("{article}/translations/kn/restore"), &json!({})).await.refused(404, "not-found");
    }

    async fn a_duplicate_is_a_draft_of_its_own(app) {
        let editor = app.editor().await;
        let article = live(&app, &editor).await;
        let crime = app.section("crime", "अपराध").await;
        let made = editor.post(&format!("{article}/duplicate"), &json!({ "section_id": crime })).await;
        assert_eq!(made.status, 201, "{}", made.text);
        let copy = made.json();
        assert_eq!((&copy["section_id"], &copy["translations"]["en"]["slug"]), (&json!(crime), &json!("river-rises-2")));
        assert_eq!((&copy["translations"]["hi"]["live"], &copy["translations"]["hi"]["made_from"]), (&Value::Null, &json!({ "locale": "en", "version": 1 })));
        assert_eq!(app.anyone().get("/v1/articles?count=true").await.ok()["page"]["total"], 1);
        let english = editor.post(&format!("{article}/duplicate"), &json!({ "locales": [] })).await.ok();
        assert_eq!(english["translations"].as_object().unwrap().len(), 1);
        editor.post(&format!("{article}/duplicate"), &json!({ "locales": ["kn"] })).await.refused(422, "invalid");
        let stranger = app.role(Role::Contributor, None, None).await;
        stranger.post(&format!("{article}/duplicate"), &json!({})).await.refused(404, "not-found");
    }
}
