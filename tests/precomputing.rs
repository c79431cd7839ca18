//! What publishing needs of bodies is at hand before its transaction, or made in it as far as that is bounded (see `domain::precomputed`). The
//! functions that make it stop where a transaction writes, so that every story here fails which comes to one of them otherwise.

use std::{collections::BTreeMap, sync::Arc};

use dateline::{
    access::{
        Caller, Permit, System,
        action::{EditTranslation, Publish},
    },
    desk::{
        precomputed,
        publishing::{Manner, publish},
        translations::{Draft, save},
    },
    domain::{
        Error, Locale,
        body::{Document, ReadBody},
        content::Content,
        precomputed::Precomputed,
        story::{Story, Which},
        user::Role,
    },
};
use serde_json::{Value, json};

use crate::support::{Answer, Client, TestApp};

/// A body of a few blocks that is longer than what one transaction derives something from, and a mark to know it by.
fn long(mark: &str) -> Value {
    json!({ "format": "html", "content": format!("<p>One.</p><p>{mark}</p><p>{}</p>", "word ".repeat(60_000)) })
}

async fn begin(editor: &Client<'_>, section: &str, headline: &str, body: Value) -> String {
    let words = json!({ "en": { "headline": headline, "body": body } });
    let made = editor
        .post("/v1/desk/articles", &json!({ "kind": "story", "section_id": section, "source_locale": "en", "translations": words }))
        .await;
    assert_eq!(made.status, 201, "{}", made.text);
    made.header("location").unwrap().to_owned()
}

fn id(article: &str) -> &str {
    article.rsplit('/').next().unwrap()
}

async fn public(app: &TestApp, article: &str, locale: &str) -> Answer {
    app.anyone().get(&format!("/v1/articles/{}?locale={locale}&body=html", id(article))).await
}

/// A long English story with short Hindi words, both public, of which the English ones have moved on and are not published yet.
async fn moved_on(app: &TestApp) -> (Client<'_>, String) {
    let editor = app.editor().await;
    let world = app.section("world", "दुनिया").await;
    let article = begin(&editor, &world, "River rises", long("First.")).await;
    editor
        .put(
            &format!("{article}/translations/hi"),
            None,
            &json!({ "headline": "नदी", "body": { "format": "html", "content": "<p>एक।</p><p>दो।</p>" } }),
        )
        .await;
    editor.publish(&article, &["en", "hi"]).await.ok();
    let english = format!("{article}/translations/en");
    editor.patch(&english, "\"1\"", &json!({ "headline": "River falls", "body": long("Second.") })).await.ok();
    (editor, article)
}

/// Publish, once, with what is at hand.
fn once(app: &TestApp, at_hand: &Arc<Precomputed>, article: &str, which: &Which) -> Result<Story, Error> {
    let permit = Permit::<Publish>::try_from(Caller::system(System::Importer)).unwrap();
    let id = id(article).parse().unwrap();
    app.store
        .write_now(&permit, |tx| precomputed::run(tx, at_hand, |tx| publish(tx, permit.clone(), id, 1, which.clone(), Manner::default())))
}

fn make(app: &TestApp, at_hand: &Precomputed) {
    while precomputed::make_next(&app.store, at_hand).unwrap() {}
}

both! {
    async fn what_is_long_is_made_before_the_transaction_that_needs_it(app) {
        let (_, article) = moved_on(&app).await;
        let (at_hand, english) = (Arc::<Precomputed>::default(), Which::Locales(vec![Locale::english()]));
        assert!(matches!(once(&app, &at_hand, &article, &english), Err(Error::Busy)) && at_hand.has_missed());
        assert_eq!(public(&app, &article, "en").await.ok()["headline"], "River rises", "nothing of it is kept");
        make(&app, &at_hand);
        assert!(once(&app, &at_hand, &article, &english).is_ok(), "it had said all that it needs");
        let shown = public(&app, &article, "en").await.ok();
        assert!(shown["headline"] == "River falls" && shown["body"]["content"].as_str().unwrap().contains("<p>Second.</p>"));
        assert_eq!(shown["word_count"], 60_002);
        let hindi = public(&app, &article, "hi").await.ok()["translation"].clone();
        assert_eq!((&hindi["behind"], &hindi["changed_fields"], &hindi["changed_blocks"][0]["fate"]), (&json!(1), &json!(["#/headline"]), &json!("removed")), "what stands there now is no later form of it");
        // What is short is published at once.
        let (editor, world) = (app.editor().await, app.imported("section", "world").await);
        let short = editor.story(&world, "Bridge closed").await;
        assert!(once(&app, &Arc::default(), &short, &english).is_ok());
    }

    async fn whoever_saves_meanwhile_is_published_or_told_of(app) {
        let (editor, article) = moved_on(&app).await;
        let newest = Which::Locales(vec![Locale::english()]);
        let second = Which::Exactly(BTreeMap::from([(Locale::english(), 2)]));
        let at_hand = Arc::<Precomputed>::default();
        assert!(once(&app, &at_hand, &article, &newest).is_err());
        make(&app, &at_hand);
        editor.patch(&format!("{article}/translations/en"), "\"2\"", &json!({ "headline": "River dries", "body": long("Third.") })).await.ok();
        assert!(matches!(once(&app, &at_hand, &article, &newest), Err(Error::Busy)), "nobody looked that version over");
        assert!(matches!(once(&app, &at_hand, &article, &second), Err(Error::Stale { current: 3, .. })));
        once(&app, &at_hand, &article, &newest).unwrap_err();
        make(&app, &at_hand);
        once(&app, &at_hand, &article, &newest).unwrap();
        assert!(public(&app, &article, "en").await.text.contains("Third."));
    }

    async fn long_stories_are_published_in_every_way(app) {
        let (editor, article) = moved_on(&app).await;
        let world = app.imported("section", "world").await;
        editor.publish(&article, &["en"]).await.ok();
        assert!(public(&app, &article, "en").await.text.contains("Second."));
        assert_eq!(public(&app, &article, "hi").await.ok()["translation"]["changed_fields"], json!(["#/headline"]));
        // Together, now and at an instant; what stands in the way of the long ones is told with all else.
        let (plain, odd, planned) =
            (begin(&editor, &world, "Plain", long("Plain.")).await, begin(&editor, &world, "नदी", long("Odd.")).await, begin(&editor, &world, "Planned", long("Planned.")).await);
        let item = |article: &str| json!({ "article_id": id(article), "locale": "en" });
        let release = |items: &[Value]| json!({ "name": "Day", "items": items, "publish_at": "2026-03-01T08:05:00Z" });
        let refused = editor.post("/v1/desk/releases", &release(&[item(&plain), item(&odd)])).await;
        refused.refused(422, "invalid");
        assert_eq!(refused.violations(), [("#/items/1/translations/en/headline".to_owned(), "wrong_script".to_owned())]);
        editor.publish(&odd, &["en"]).await.refused(422, "invalid");
        let timed = editor.post("/v1/desk/releases", &release(&[item(&plain)])).await;
        assert_eq!((timed.status, &timed.json()["blockers"]), (201, &json!([])), "{}", timed.text);
        let path = timed.header("location").unwrap().to_owned();
        let both = json!({ "items": [item(&plain), item(&odd)], "publish_at": null });
        let blocked = editor.patch(&path, &timed.etag(), &both).await;
        assert_eq!(blocked.ok()["blockers"][0]["code"], "wrong_script");
        let again = editor.patch(&path, &blocked.etag(), &release(&[item(&plain)])).await;
        let tag = editor.get(&planned).await.etag();
        editor.act(&format!("{planned}/schedule"), &tag, &json!({ "locales": ["en"], "publish_at": "2026-03-01T08:05:00Z" })).await.ok();
        app.wait(300);
        assert_eq!((again.status, app.tick().await), (200, 2));
        assert!(public(&app, &plain, "en").await.text.contains("Plain.") && public(&app, &planned, "en").await.text.contains("Planned."));
        let by_hand = begin(&editor, &world, "By hand", long("By hand.")).await;
        let made = editor.post("/v1/desk/releases", &json!({ "name": "Now", "items": [item(&by_hand)] })).await;
        editor.act(&format!("{}/publish", made.header("location").unwrap()), &made.etag(), &json!({})).await.ok();
        assert!(public(&app, &by_hand, "en").await.text.contains("By hand."));
    }

    async fn what_a_transaction_saves_itself_is_known_to_nobody_else(app) {
        let (editor, article) = moved_on(&app).await;
        let world = app.imported("section", "world").await;
        let other = begin(&editor, &world, "Other", long("Other.")).await;
        let publish_op = |article: &str| json!({ "verb": "publish", "article_id": id(article), "version": 1, "body": { "locales": ["en"] } });
        let revise = json!({ "verb": "revise_translation", "article_id": id(&article), "locale": "en", "version": 2,
            "body": { "headline": "River dries", "body": long("Third.") } });
        // The other one has to be made ahead, so that all of this is done twice.
        let all = json!({ "operations": [publish_op(&other), publish_op(&article), revise, publish_op(&article)] });
        let done = editor.post("/v1/desk/bulk", &all).await.ok();
        assert!(done["results"].as_array().unwrap().iter().all(|result| result["status"] == 200), "{done}");
        assert!(public(&app, &other, "en").await.text.contains("Other.") && public(&app, &article, "en").await.text.contains("Third."));
        let hindi = public(&app, &article, "hi").await.ok()["translation"].clone();
        assert_eq!((&hindi["behind"], &hindi["changed_fields"]), (&json!(2), &json!(["#/headline"])));
        // A version that came to nothing may be somebody else's later.
        let (at_hand, article) = (Arc::<Precomputed>::default(), id(&article).parse().unwrap());
        let publish_mine = |headline: &str, keep: bool| {
            let draft = Draft { content: Content::headed(headline), body: Some(ReadBody::kept(Document::default())), ..Draft::default() };
            let permit = || Caller::system(System::Importer);
            let english = Locale::english();
            app.store.write_now(&permit(), |tx| precomputed::run(tx, &at_hand, |tx| {
                save(tx, Permit::<EditTranslation>::try_from(permit())?, article, &english, Some(3), |_| Ok(draft.clone()))?;
                publish(tx, Permit::<Publish>::try_from(permit())?, article, 1, Which::Locales(vec![english.clone()]), Manner::default())?;
                if keep { Ok(()) } else { Err(Error::NotFound("reason to keep it")) }
            }))
        };
        assert!(publish_mine("Never kept", false).is_err());
        publish_mine("Kept", true).unwrap();
        assert_eq!(app.anyone().get(&format!("/v1/articles/{article}")).await.ok()["headline"], "Kept");
    }

    async fn what_somebody_changed_is_compared_when_the_turn_is_over(app) {
        let (editor, article) = moved_on(&app).await;
        let english = format!("{article}/translations/en");
        // By a save that reads its body first, by one that brings none, by a step, and by a publication of a version.
        let late = [
            editor.patch(&english, "\"1\"", &json!({ "body": long("Late.") })).await,
            editor.patch(&english, "\"1\"", &json!({ "summary": "Late." })).await,
            editor.act(&format!("{english}/submit"), "\"1\"", &json!({})).await,
            editor.act(&format!("{article}/publish"), "\"1\"", &json!({ "locales": { "en": 1 } })).await,
        ];
        for late in late {
            let told = late.refused(412, "stale");
            assert_eq!((&told["current_version"], &told["changed"]), (&json!(2), &json!(["#/headline", "#/body"])));
        }
        let never = editor.patch(&english, "\"9\"", &json!({ "summary": "Early." })).await.refused(412, "stale");
        assert_eq!(never.get("changed").and_then(Value::as_array).map_or(0, Vec::len), 0);
    }

    async fn a_save_of_stale_words_tells_what_of_their_source_has_changed(app) {
        let (editor, article) = moved_on(&app).await;
        editor.publish(&article, &["en"]).await.ok();
        let translator = app.role(Role::Translator, None, Some("hi")).await;
        let hindi = format!("{article}/translations/hi");
        let saved = translator.patch(&hindi, "\"1\"", &json!({ "summary": "सार" })).await.ok();
        assert_eq!((&saved["freshness"]["status"], &saved["freshness"]["changed_fields"]), (&json!("stale"), &json!(["#/headline"])));
        let tried = translator.patch(&format!("{hindi}?validate_only=true"), "\"2\"", &json!({ "summary": "और" })).await.ok();
        assert_eq!((&tried["version"], &tried["freshness"]), (&json!(3), &saved["freshness"]));
        assert_eq!(translator.get(&hindi).await.ok()["freshness"], saved["freshness"]);
    }
}
