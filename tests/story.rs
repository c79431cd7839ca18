//! A story, from a reporter's draft to four languages, corrected and withdrawn with care. Read it aloud.

use dateline::domain::user::Role;
use futures_util::future::join;
use serde_json::{Value, json};

use crate::support::{Client, TestApp};

const ENGLISH: &str = "<p>The Brahmaputra rose by a metre overnight.</p><p>Three bridges were closed.</p><p>Nobody was hurt.</p>";
const HINDI: &str = "<p>ब्रह्मपुत्र रात भर में एक मीटर बढ़ गई।</p><p>तीन पुल बंद किए गए।</p><p>कोई घायल नहीं हुआ।</p>";
const BENGALI: &str = "<p>ব্রহ্মপুত্র রাতারাতি এক মিটার বেড়েছে।</p><p>তিনটি সেতু বন্ধ করা হয়েছে।</p><p>কেউ আহত হননি।</p>";

/// Somebody of the desk at work on one article.
struct At<'a> {
    who: Client<'a>,
    article: &'a str,
}

impl At<'_> {
    fn words(&self, locale: &str) -> String {
        format!("{}/translations/{locale}", self.article)
    }

    async fn reads(&self, locale: &str) -> Value {
        self.who.get(&self.words(locale)).await.ok()
    }

    async fn writes(&self, locale: &str, headline: &str, html: &str) -> Value {
        let sent = json!({ "headline": headline, "body": { "format": "html", "content": html } });
        self.who.put(&self.words(locale), None, &sent).await.ok()
    }

    async fn revises(&self, locale: &str, patch: Value) -> Value {
        let tag = self.who.get(&self.words(locale)).await.etag();
        self.who.patch(&self.words(locale), &tag, &patch).await.ok()
    }

    async fn does(&self, verb: &str, with: Value) -> Value {
        let tag = self.who.get(self.article).await.etag();
        self.who.act(&format!("{}/{verb}", self.article), &tag, &with).await.ok()
    }

    async fn does_with(&self, locale: &str, verb: &str, with: Value) -> Value {
        let tag = self.who.get(&self.words(locale)).await.etag();
        self.who.act(&format!("{}/{verb}", self.words(locale)), &tag, &with).await.ok()
    }
}

/// What a reader gets at a path of the site.
async fn reader_follows(app: &TestApp, path: &str) -> (u16, Value) {
    let answer = app.anyone().get(&format!("/v1/resolve?path={path}")).await;
    (answer.status, answer.json())
}

async fn reader_sees(app: &TestApp, article: &str, locale: &str) -> (u16, Value) {
    let id = article.rsplit('/').next().unwrap();
    let answer = app.anyone().get(&format!("/v1/articles/{id}?locale={locale}&body=text")).await;
    (answer.status, answer.json())
}

both! {
    async fn from_a_reporters_draft_to_four_languages_corrected_and_withdrawn_with_care(app) {
        let world = app.section("world", "दुनिया").await;
        let people = async |role, locale| app.role(role, None, locale).await;

        // Asha reports in English, and hands her draft in.
        let asha = people(Role::Contributor, None).await;
        let sent = json!({ "kind": "story", "section_id": world, "source_locale": "en",
            "translations": { "en": { "headline": "River rises", "body": { "format": "html", "content": ENGLISH } } } });
        let article = asha.post("/v1/desk/articles", &sent).await.header("location").unwrap().to_owned();
        let asha = At { who: asha, article: &article };
        asha.does_with("en", "submit", json!({})).await;

        // Ravi, the editor, wants to know whose number that is, and says so at the paragraph.
        let ravi = At { who: people(Role::Editor, None).await, article: &article };
        let first = asha.reads("en").await["body"]["content"]["content"][0]["attrs"]["id"].clone();
        ravi.does_with("en", "request-changes", json!({ "comment": "Who measured it?", "block_id": first })).await;
        let talk = asha.who.get(&format!("{article}/comments")).await.ok();
        assert_eq!((&talk["data"][0]["text"], &talk["data"][0]["block_id"]), (&json!("Who measured it?"), &first));

        // She answers in the text; he approves it, and plans it for six in the morning in India.
        let sourced = ENGLISH.replace("overnight", "overnight, the Central Water Commission said");
        asha.revises("en", json!({ "body": { "format": "html", "content": sourced } })).await;
        asha.does_with("en", "submit", json!({})).await;
        assert_eq!(ravi.does_with("en", "approve", json!({})).await["state"], "approved");
        assert_eq!(ravi.who.post(&format!("{article}/check"), &json!({ "locales": ["en"] })).await.ok()["passes"], true);
        ravi.does("schedule", json!({ "locales": ["en"], "publish_at": "2026-03-02T00:30:00Z" })).await;
        assert_eq!(reader_sees(&app, &article, "en").await.0, 404, "nobody sees it yet");

        // Meera finds it in the Hindi queue and takes it; she and Tapan translate at the same time, and do not collide.
        let (meera, tapan) = (people(Role::Translator, Some("hi")).await, people(Role::Translator, Some("bn")).await);
        let queue = meera.get("/v1/desk/translations?locale=hi&freshness=missing&assignee=nobody").await.ok();
        assert_eq!(queue["data"][0]["source"]["headline"], "River rises");
        let me = meera.path().rsplit('/').next().unwrap().to_owned();
        let (meera, tapan) = (At { who: meera, article: &article }, At { who: tapan, article: &article });
        meera.who.post(&format!("{}/assign", meera.words("hi")), &json!({ "assignee_id": me })).await.ok();
        join(meera.writes("hi", "नदी बढ़ी", HINDI), tapan.writes("bn", "নদী বেড়েছে", BENGALI)).await;
        join(meera.does_with("hi", "submit", json!({})), tapan.does_with("bn", "submit", json!({}))).await;

        // Six o'clock: English is public, by itself and on time.
        app.wait(16 * 3600 + 30 * 60);
        assert_eq!(app.tick().await, 1);
        let (status, english) = reader_sees(&app, &article, "en").await;
        assert_eq!((status, &english["headline"], &english["published_at"]), (200, &json!("River rises"), &json!("2026-03-02T00:30:00Z")));

        // The others follow when the desk is in: all in one, or none.
        let ravi = At { who: app.again(&ravi.who).await, article: &article };
        ravi.does_with("hi", "approve", json!({})).await;
        ravi.does_with("bn", "approve", json!({})).await;
        ravi.does("publish", json!({ "locales": ["hi", "bn"] })).await;
        let (_, hindi) = reader_sees(&app, &article, "hi").await;
        assert_eq!(hindi["translation"]["status"], "current");

        // It was five bridges. English is corrected, and readers are told; Hindi is stale, and says in which paragraph.
        app.wait(3600);
        let ravi = At { who: app.again(&ravi.who).await, article: &article };
        let corrected = sourced.replace("Three bridges", "Five bridges");
        ravi.revises("en", json!({ "headline": "Brahmaputra rises by a metre", "body": { "format": "html", "content": corrected } })).await;
        ravi.does("publish", json!({ "locales": ["en"] })).await;
        let second = ravi.reads("en").await["body"]["content"]["content"][1]["attrs"]["id"].clone();
        let note = json!({ "kind": "correction", "texts": { "en": "An earlier version said three bridges." }, "blocks": [second] });
        ravi.who.post(&format!("{article}/corrections"), &note).await.ok();
        let (_, hindi) = reader_sees(&app, &article, "hi").await;
        assert_eq!((&hindi["translation"]["status"], &hindi["translation"]["behind"]), (&json!("stale"), &json!(1)));
        assert_eq!(hindi["translation"]["changed_fields"], json!(["#/headline"]));
        let changed = &hindi["translation"]["changed_blocks"];
        assert_eq!((changed.as_array().unwrap().len(), &changed[0]["source"]), (1, &second));
        assert_eq!(hindi["corrections"][0]["text"], "An earlier version said three bridges.");

        // Meera sees it first in her queue, mends that paragraph, and it is current again.
        let meera = At { who: app.again(&meera.who).await, article: &article };
        assert_eq!(meera.who.get("/v1/desk/translations?locale=hi&assignee=me&freshness=stale").await.ok()["data"][0]["behind"], 1);
        meera.revises("hi", json!({ "body": { "format": "html", "content": HINDI.replace("तीन", "पाँच") } })).await;
        meera.does_with("hi", "mark-current", json!({})).await;
        ravi.does("publish", json!({ "locales": ["hi"] })).await;
        assert_eq!(reader_sees(&app, &article, "hi").await.1["translation"]["status"], "current");
        assert_eq!(reader_sees(&app, &article, "bn").await.1["translation"]["status"], "stale", "Tapan has still to look");

        // The headline has changed, and the desk gives the story a new address; whoever has the old one is led there.
        assert_eq!(reader_follows(&app, "/en/world/river-rises").await.1["kind"], "article", "an address outlives its headline");
        ravi.revises("en", json!({ "slug": "brahmaputra-floods" })).await;
        ravi.does("publish", json!({ "locales": ["en"], "minor": true })).await;
        let (_, moved) = reader_follows(&app, "/en/world/river-rises").await;
        assert_eq!((&moved["kind"], &moved["to"], &moved["status"]), (&json!("redirect"), &json!("/en/world/brahmaputra-floods"), &json!(301)));
        assert_eq!(reader_sees(&app, &article, "hi").await.1["translation"]["status"], "current", "a minor publication makes nothing stale");

        // A court orders it down. It is gone at once, at every address it ever had; who did it, and why, is on record.
        let chief = At { who: people(Role::Chief, None).await, article: &article };
        chief.does("takedown", json!({ "reason": "Order 12 of the district court." })).await;
        for path in ["/en/world/river-rises", "/en/world/brahmaputra-floods"] {
            assert_eq!(reader_follows(&app, path).await.0, 410);
        }
        for locale in ["en", "hi", "bn"] {
            assert_eq!(reader_sees(&app, &article, locale).await.0, 410);
        }
        assert_eq!(app.anyone().get("/v1/articles?count=true").await.ok()["page"]["total"], 0);
        let record = chief.who.get("/v1/desk/audit?event=withdrawn&kind=article").await.ok();
        assert_eq!(record["data"][0]["reason"], "Order 12 of the district court.");

        // And nothing that anybody wrote is lost: the desk has every version, and who wrote it.
        let history = chief.who.get(&format!("{article}/translations/en/revisions")).await.ok();
        let saves: i64 = history["data"].as_array().unwrap().iter().map(|r| r["saves"].as_i64().unwrap()).sum();
        assert_eq!((saves, &chief.reads("en").await["version"]), (4, &json!(4)));
    }
}
