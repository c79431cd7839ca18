//! Words are kept as they were written: what is decoded or repaired, where, and that it is said.

use serde_json::{Value, json};

use crate::support::TestApp;

/// What a story about HTML says, and what a typesetter knows.
const WORDS: &str = "Why &lt;b&gt; is bold, &amp;amp;lt; twice  over\u{a0}: «\u{202f}x\u{202f}» &#x27;";

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

both! {
    async fn plain_text_is_kept_verbatim_at_every_save(app) {
        let editor = app.editor().await;
        let world = app.section("world", "दुनिया").await;
        let article = editor.story(&world, "River rises").await;
        let words = format!("{article}/translations/en");
        let mut etag = "\"1\"".to_owned();
        for round in 0..3 {
            let patch = json!({ "headline": WORDS, "summary": format!(" {WORDS}\n\n{round} "), "note": WORDS,
                "lead": { "alt": WORDS, "caption": WORDS }, "seo": { "title": WORDS, "description": WORDS } });
            let saved = editor.patch(&words, &etag, &patch).await;
            etag = saved.etag();
            let saved = saved.ok();
            for field in ["/headline", "/lead/alt", "/lead/caption", "/seo/title", "/seo/description"] {
                assert_eq!(text(saved.pointer(field).unwrap()), WORDS, "{field}");
            }
            assert_eq!(text(&saved["summary"]), format!(" {WORDS}\n\n{round} "));
            // What was answered can be sent back.
            let again = editor.patch(&words, &etag, &json!({ "headline": saved["headline"], "summary": saved["summary"] })).await;
            etag = again.etag();
            assert_eq!(again.ok()["headline"], saved["headline"]);
        }
        let comment = editor.post(&format!("{article}/comments"), &json!({ "text": WORDS })).await.ok();
        assert_eq!(text(&comment["text"]), WORDS);
        // It may be published; somebody is told.
        let report = editor.post(&format!("{article}/check"), &json!({ "locales": ["en"] })).await.ok();
        let severities: Vec<_> = report["findings"].as_array().unwrap().iter().filter(|f| f["code"] == "double_escaped").map(|f| text(&f["severity"])).collect();
        assert!(!severities.is_empty() && severities.iter().all(|s| *s == "warning"), "{report}");
        editor.publish(&article, &["en"]).await.ok();
        let shown = app.anyone().get(&format!("/v1/articles/{}", article.rsplit('/').next().unwrap())).await.ok();
        assert_eq!(text(&shown["headline"]), WORDS);
        editor.patch(&words, &etag, &json!({ "headline": "Two\nlines" })).await.refused(422, "invalid");
    }

    async fn a_body_says_the_same_in_every_form_and_back(app) {
        let editor = app.editor().await;
        let world = app.section("world", "दुनिया").await;
        let article = editor.story(&world, "River rises").await;
        let words = format!("{article}/translations/en");
        let body = "Why &lt;b&gt; is bold, &amp;lt;\nand &#x27; too\u{a0}: R&D &";
        let sent = json!({ "body": { "format": "text", "content": body } });
        let mut saved = editor.patch(&words, "\"1\"", &sent).await;
        for form in ["doc", "html", "markdown", "text", "html"] {
            let read = editor.get(&format!("{words}?body={form}")).await.ok();
            let back = editor.patch(&words, &saved.etag(), &json!({ "body": read["body"] })).await;
            let answer = back.ok();
            assert_eq!(answer["warnings"].as_array().map_or(0, Vec::len), 0, "{form}: {answer}");
            let kept = editor.get(&format!("{words}?body=text")).await.ok();
            assert_eq!(text(&kept["body"]["content"]).trim_end(), body, "{form}");
            saved = editor.get(&words).await;
        }
        // HTML that was made of HTML is repaired, once, and the sender is told.
        let twice = json!({ "body": { "format": "html", "content": "<p>Russia&amp;#x27;s &amp;amp;lt;b</p>" } });
        let answer = editor.patch(&words, &saved.etag(), &twice).await.ok();
        let warned: Vec<_> = answer["warnings"].as_array().unwrap().iter().map(|w| text(&w["code"])).collect();
        assert_eq!(warned, ["double_escaped"]);
        assert_eq!(text(&editor.get(&format!("{words}?body=text")).await.ok()["body"]["content"]).trim_end(), "Russia's &lt;b");
    }

    async fn an_answer_names_a_hundred_faults_and_counts_the_others(app) {
        let editor = app.editor().await;
        let world = app.section("world", "दुनिया").await;
        let article = editor.story(&world, "River rises").await;
        let content: Vec<_> = (0..4_000).map(|_| json!({ "type": "nothing" })).collect();
        let body = json!({ "body": { "format": "doc", "content": { "type": "doc", "content": content } } });
        let refused = editor.patch(&format!("{article}/translations/en"), "\"1\"", &body).await;
        refused.refused(422, "invalid");
        let named = refused.violations();
        assert_eq!((named.len(), named.last().map(|(_, code)| code.as_str())), (101, Some("more")));
    }
}

#[actix_web::test]
async fn an_import_repairs_once_and_an_export_comes_in_as_it_was() {
    let app = TestApp::sqlite().await;
    app.import(&json!({ "type": "section", "key": "world", "translations": { "en": { "name": "R&amp;D" } } }));
    let body = |format: &str, content: &str| json!({ "format": format, "content": content });
    let record = |key: &str, words: Value| json!({ "type": "article", "key": key, "section": "world", "source_locale": "en", "translations": { "en": words } });
    let report = app.import(&record(
        "a",
        json!({ "headline": "Russia&#x27;s\nEast", "summary": "&amp;lt;b&amp;gt; is bold", "body": body("markdown", "Russia&amp;#x27;s &lt;b") }),
    ));
    let warned: Vec<_> = report.warnings.iter().map(|w| (w.pointer.as_str(), w.code)).collect();
    assert_eq!(
        warned,
        [
            ("#/translations/en/headline", "repaired"),
            ("#/translations/en/summary", "repaired"),
            ("#/translations/en/body/content", "repaired")
        ]
    );
    app.import(&record("b", json!({ "headline": "B", "body": body("text", "Russia&#x27;s &amp;lt;b") })));
    let exported = exported(&app);
    let words =
        |headline: &str| exported.iter().find(|r| r["translations"]["en"]["headline"] == headline).unwrap()["translations"]["en"].clone();
    assert_eq!(words("Russia's East")["summary"], "&amp;lt;b&amp;gt; is bold");
    assert_eq!(words("Russia's East")["body"]["content"]["content"][0]["content"][0]["text"], "Russia's <b");
    assert_eq!(words("B")["body"]["content"]["content"][0]["content"][0]["text"], "Russia's &lt;b");
    let other = TestApp::sqlite().await;
    exported.iter().for_each(|r| _ = other.import(r));
    assert_eq!(self::exported(&other), exported);
}

/// Every record of the database.
fn exported(app: &TestApp) -> Vec<Value> {
    use dateline::{
        access::{Caller, Permit, System, action::Export},
        desk::bundle::{export_article, export_head, export_section},
    };
    app.store
        .read_now(|tx| {
            let permit: Permit<Export> = Permit::try_from(Caller::system(System::Importer))?;
            let mut records = export_head(tx, &permit)?;
            for section in dateline::store::sections::all(tx)?.iter() {
                records.push(export_section(tx, &permit, section)?);
            }
            for id in dateline::store::articles::ids_after(tx, None, 200)? {
                records.push(export_article(tx, &permit, id)?);
            }
            Ok(records.iter().map(|r| serde_json::to_value(r).unwrap()).collect())
        })
        .unwrap()
}
