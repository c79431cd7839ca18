//! What each verb that makes content out of content carries over: each is done over a story in each standing, by each role, and then the
//! same caller tries to publish what came of it. The table in docs/carried.md says what the desk and the public see afterwards.

use std::fmt::Write as _;

use dateline::{
    access::{Caller, Permit, System},
    desk::bundle::{Outcome, export_article},
    domain::{Error, user::Role},
};
use serde_json::{Value, json};

use crate::support::{Answer, Client, TestApp, committed};

const STANDINGS: [&str; 7] = ["draft", "embargoed", "withdrawn", "erased", "trashed", "in a release", "planned"];

const VERBS: [&str; 17] = [
    "duplicate",
    "restore a revision of the words",
    "restore a revision of the facts",
    "restore removed words",
    "restore from the trash",
    "reinstate",
    "mark as current",
    "break the embargo",
    "lift the embargo with `PATCH`",
    "lift the embargo in bulk",
    "publish",
    "publish in bulk",
    "publish in a release",
    "schedule",
    "make a preview",
    "open a preview made before",
    "read the archive",
];

const BUNDLES: [&str; 3] = ["import", "import, overwriting", "export"];

const ROLES: [&str; 6] = ["contributor", "translator", "editor", "chief", "admin", "editor elsewhere"];

/// Long after the test.
const EMBARGO: &str = "2026-04-01T00:00:00Z";
const PLANNED: &str = "2026-03-10T00:00:00Z";

struct Desk<'a> {
    app: &'a TestApp,
    admin: Client<'a>,
    people: Vec<(&'static str, Client<'a>)>,
    world: String,
}

impl<'a> Desk<'a> {
    async fn open(app: &'a TestApp) -> Self {
        let (world, crime) = (app.section("world", "दुनिया").await, app.section("crime", "अपराध").await);
        let mut people = Vec::new();
        for name in ROLES {
            let who = match name {
                "editor elsewhere" => app.role(Role::Editor, Some(&crime), None).await,
                role => app.role(role.parse().unwrap(), None, None).await,
            };
            people.push((name, who));
        }
        Self { app, admin: app.admin().await, people, world }
    }
}

/// A story with a word of its own in every word of it, in two revisions of words and facts.
struct Story {
    path: String,
    id: String,
    word: String,
    facts: i32,
    /// How many versions of its words an erasure has made.
    erased: i32,
    preview: String,
}

/// What a verb answered, and the copy that it made.
struct Done {
    answer: Result<Value, String>,
    copy: Option<String>,
}

/// What was answered, or in a word why not: what may not be seen and what may not be done are both `–` here.
fn told(answer: &Answer) -> Result<Value, String> {
    match answer.status {
        200..300 => Ok(answer.json()),
        403 | 404 => Err("–".to_owned()),
        _ => {
            let codes: Vec<String> = answer.violations().into_iter().map(|(_, code)| code).collect();
            let own = answer.json()["code"].as_str().unwrap().to_owned();
            let why = codes.first().cloned().unwrap_or(own);
            Err(if why == "unknown_article" { "–".to_owned() } else { why })
        }
    }
}

impl Desk<'_> {
    async fn story(&self, n: usize, verb: &str, by: &Client<'_>) -> Story {
        let word = format!("quokka{n:04}x");
        let words = |l: &str| json!({ "headline": format!("{word} {l}"), "slug": format!("s{n}-{l}"), "body": { "format": "html", "content": format!("<p>{word} {l}.</p>") } });
        let sent = json!({ "kind": "story", "section_id": self.world, "source_locale": "en", "translations": { "en": words("en"), "hi": words("hi") } });
        let made = by.post("/v1/desk/articles", &sent).await;
        assert_eq!(made.status, 201, "{}", made.text);
        let path = made.header("location").unwrap().to_owned();
        by.patch(&format!("{path}/translations/en"), "\"1\"", &json!({ "summary": word })).await.ok();
        by.patch(&path, "\"1\"", &json!({ "genre": "analysis" })).await.ok();
        let mut preview = String::new();
        match verb {
            "restore removed words" => assert_eq!(self.admin.delete(&format!("{path}/translations/hi"), "\"1\"").await.status, 204),
            "open a preview made before" => {
                let made = self.admin.post(&format!("{path}/translations/en/previews"), &json!({})).await.ok();
                preview = format!("/v1/preview/{}", made["token"].as_str().unwrap());
            }
            _ => {}
        }
        Story { id: path.rsplit('/').next().unwrap().to_owned(), path, word, facts: 2, erased: 0, preview }
    }

    async fn bring(&self, story: &mut Story, standing: &str) {
        let (admin, path, tag) = (&self.admin, &story.path, "\"2\"");
        let reason = json!({ "reason": "x" });
        match standing {
            "embargoed" => {
                admin.patch(path, tag, &json!({ "embargo_until": EMBARGO })).await.ok();
                story.facts = 3;
            }
            "withdrawn" | "erased" => {
                admin.act(&format!("{path}/publish"), tag, &json!({ "locales": ["en"] })).await.ok();
                admin.act(&format!("{path}/takedown"), tag, &reason).await.ok();
                if standing == "erased" {
                    admin.act(&format!("{path}/erase"), tag, &reason).await.ok();
                    story.erased = 1;
                }
            }
            "trashed" => assert_eq!(admin.delete(path, tag).await.status, 204),
            "in a release" => {
                let items = json!([{ "article_id": story.id, "locale": "en" }]);
                admin.post("/v1/desk/releases", &json!({ "name": "r", "items": items, "publish_at": PLANNED })).await.ok();
            }
            "planned" => {
                admin.act(&format!("{path}/schedule"), tag, &json!({ "locales": ["en"], "publish_at": PLANNED })).await.ok();
            }
            _ => {}
        }
    }

    async fn act(&self, verb: &str, who: &Client<'_>, story: &Story) -> Done {
        let (path, id, facts) = (&story.path, &story.id, format!("\"{}\"", story.facts));
        let words = |before: i32| format!("\"{}\"", before + story.erased);
        let reason = json!({ "reason": "x" });
        let en = json!({ "locales": ["en"] });
        let bulk = async |verb: &str, body: Value| {
            let one = json!({ "verb": verb, "article_id": id, "version": story.facts, "body": body });
            let done = who.post("/v1/desk/bulk", &json!({ "atomic": false, "operations": [one] })).await.ok();
            let result = &done["results"][0];
            match result["status"].as_i64().unwrap() {
                200 => Ok(result.clone()),
                403 | 404 => Err("–".to_owned()),
                _ => Err(result["code"].as_str().unwrap().to_owned()),
            }
        };
        let answer = match verb {
            "duplicate" => {
                let answer = told(&who.post(&format!("{path}/duplicate"), &json!({})).await);
                let copy = answer.as_ref().ok().map(|made| format!("/v1/desk/articles/{}", made["id"].as_str().unwrap()));
                return Done { answer, copy };
            }
            "restore a revision of the words" => {
                told(&who.act(&format!("{path}/translations/en/revisions/1/restore"), &words(2), &json!({})).await)
            }
            "restore a revision of the facts" => told(&who.act(&format!("{path}/revisions/1/restore"), &facts, &json!({})).await),
            "restore removed words" => told(&who.post(&format!("{path}/translations/hi/restore"), &json!({})).await),
            "restore from the trash" => told(&who.act(&format!("/v1/desk/trash/{id}/restore"), &facts, &json!({})).await),
            "reinstate" => told(&who.act(&format!("{path}/reinstate"), &facts, &reason).await),
            "mark as current" => told(&who.act(&format!("{path}/translations/hi/mark-current"), &words(1), &json!({})).await),
            "break the embargo" => told(&who.act(&format!("{path}/break-embargo"), &facts, &reason).await),
            "lift the embargo with `PATCH`" => told(&who.patch(path, &facts, &json!({ "embargo_until": null })).await),
            "lift the embargo in bulk" => bulk("revise", json!({ "embargo_until": "2026-03-01T00:00:00Z" })).await,
            "publish" => told(&who.act(&format!("{path}/publish"), &facts, &en).await),
            "publish in bulk" => bulk("publish", en).await,
            "publish in a release" => {
                let items = json!([{ "article_id": id, "locale": "en", "words_version": 1, "facts_version": 1 }]);
                let made = who.post("/v1/desk/releases", &json!({ "name": "mine", "items": items })).await;
                match made.header("location") {
                    Some(release) => told(&who.act(&format!("{release}/publish"), "\"1\"", &json!({})).await),
                    None => told(&made),
                }
            }
            "schedule" => told(
                &who.act(&format!("{path}/schedule"), &facts, &json!({ "locales": ["en"], "publish_at": "2026-03-20T00:00:00Z" })).await,
            ),
            "make a preview" => match told(&who.post(&format!("{path}/translations/en/previews"), &json!({})).await) {
                Ok(made) => return self.open_preview(&format!("/v1/preview/{}", made["token"].as_str().unwrap()), story).await,
                refused => refused,
            },
            "open a preview made before" => return self.open_preview(&story.preview, story).await,
            "read the archive" => {
                let shown = who.get(&format!("/v1/desk/archive/articles/{id}?as_of={}", self.app.now())).await;
                told(&shown).map(|_| json!({ "shown": shown.text.contains(&story.word) }))
            }
            other => panic!("say how to {other}"),
        };
        Done { answer, copy: None }
    }

    async fn open_preview(&self, path: &str, story: &Story) -> Done {
        let shown = self.app.anyone().get(path).await;
        let answer = told(&shown).map(|_| json!({ "shown": shown.text.contains(&story.word) }));
        Done { answer, copy: None }
    }

    /// True when the public reads the story.
    async fn public(&self, path: &str, word: &str) -> bool {
        let shown = self.app.anyone().get(&format!("/v1/articles/{}?locale=en", path.rsplit('/').next().unwrap())).await;
        shown.text.contains(word)
    }

    /// What is left of it on the desk: everything that can be asked for of an article.
    async fn on_the_desk(&self, path: &str, word: &str) -> bool {
        for part in ["", "/translations/en", "/translations/hi", "/translations/en/revisions/1", "/translations/en/revisions/2"] {
            if self.admin.get(&format!("{path}{part}")).await.text.contains(word) {
                return true;
            }
        }
        false
    }

    /// Do a verb, try to publish what came of it, and look.
    async fn outcome(&self, n: usize, verb: &str, standing: &str, (role, who): (&str, &Client<'_>)) -> String {
        let by = if role == "contributor" { who } else { &self.admin };
        let mut story = self.story(n, verb, by).await;
        self.bring(&mut story, standing).await;
        let done = self.act(verb, who, &story).await;
        let at = format!("{verb}, {standing}, {role}");
        let result = done.copy.clone().unwrap_or_else(|| story.path.clone());
        let published = verb.starts_with("publish") || verb == "schedule" || verb.contains("preview") || verb.contains("archive");
        if done.answer.is_ok() && !published {
            let tag = self.admin.get(&result).await.header("etag").unwrap_or("\"1\"").to_owned();
            who.act(&format!("{result}/publish"), &tag, &json!({ "locales": ["en"] })).await;
        }
        let public = self.public(&story.path, &story.word).await || self.public(&result, &story.word).await;
        self.hold(&at, &story, verb, standing, role, public).await;
        let mut cell = match &done.answer {
            Err(why) => return why.clone(),
            Ok(said) if said["shown"] == true => "shown".to_owned(),
            Ok(said) if said["shown"] == false => "nothing".to_owned(),
            Ok(_) if done.copy.is_some() => "a copy".to_owned(),
            Ok(_) => "done".to_owned(),
        };
        let kept = self.admin.get(&result).await.json();
        if kept["embargo_until"] == EMBARGO {
            cell += ", under embargo";
        }
        if public {
            cell += ", public";
        }
        cell
    }

    /// The laws, whatever the table says.
    async fn hold(&self, at: &str, story: &Story, verb: &str, standing: &str, role: &str, public: bool) {
        let chief = matches!(role, "chief" | "admin");
        let lawful = match standing {
            // Facts from before the embargo are without one: that breaks it, and is on record.
            "embargoed" => chief && (verb.contains("embargo") || verb == "restore a revision of the facts"),
            "withdrawn" => chief && matches!(verb, "reinstate" | "duplicate"),
            "erased" => false,
            "trashed" => verb == "restore from the trash",
            _ => true,
        };
        assert!(!public || (lawful && (chief || role == "editor")), "{at}: public");
        if standing == "erased" {
            assert!(!self.on_the_desk(&story.path, &story.word).await, "{at}: the words are there");
        }
    }

    /// What a bundle does with a story, by who runs the command.
    async fn bundle(&self, n: usize, verb: &str, standing: &str) -> String {
        let mut story = self.story(n, verb, &self.admin).await;
        self.bring(&mut story, standing).await;
        let id = story.id.clone();
        if verb == "export" {
            let made = self.app.store.read_now(|tx| {
                export_article(tx, &Permit::try_from(Caller::system(System::Operator))?, id.parse().map_err(Error::internal)?)
            });
            let Ok(record) = made else { return "nothing".to_owned() };
            let record = json!(record);
            let mut told = vec![if record.to_string().contains(&story.word) { "the words" } else { "no words" }];
            told.extend((record["embargo_until"] == EMBARGO).then_some("the embargo"));
            told.extend(record["withdrawn"].is_string().then_some("the takedown"));
            return told.join(", ");
        }
        let sent = json!({
            "type": "article", "key": id, "kind": "story", "section": self.world, "source_locale": "en",
            "translations": { "en": { "headline": format!("{} import", story.word), "body": { "format": "text", "content": "From elsewhere." }, "published_at": "2026-02-01T00:00:00Z" } }
        });
        let made = self.app.try_import(&sent, verb != "import");
        let public = self.public(&story.path, &story.word).await;
        let cell = match made {
            Err(Error::Conflict { code, .. }) => code.to_owned(),
            Err(other) => panic!("{verb}, {standing}: {other:?}"),
            Ok(report) => match report.outcome {
                Outcome::Edited => "left alone",
                Outcome::Created => "a story of its own",
                Outcome::Updated => "done",
                Outcome::Unchanged => "unchanged",
                Outcome::Merged => "merged",
            }
            .to_owned(),
        };
        if public { format!("{cell}, public") } else { cell }
    }
}

/// The whole table, made by doing it.
async fn table(app: &TestApp) -> String {
    let desk = Desk::open(app).await;
    let mut table = format!("| verb | standing | {} | the host |\n| --- | --- |{}\n", ROLES.join(" | "), " --- |".repeat(ROLES.len() + 1));
    let mut n = 0;
    for verb in VERBS.iter().chain(&BUNDLES) {
        for standing in STANDINGS {
            let mut cells = Vec::new();
            if BUNDLES.contains(verb) {
                cells.resize(ROLES.len(), String::new());
                cells.push(desk.bundle(n, verb, standing).await);
            } else {
                for (role, who) in &desk.people {
                    n += 1;
                    cells.push(desk.outcome(n, verb, standing, (role, who)).await);
                }
                assert!(
                    cells[5] == "–" || verb.contains("made before") || (verb.contains("archive") && cells[5] != "shown"),
                    "{verb}, {standing}: an editor elsewhere"
                );
                cells.push(String::new());
            }
            n += 1;
            let _ = writeln!(table, "| {verb} | {standing} | {} |", cells.join(" | "));
        }
    }
    table
}

both! {
    async fn what_a_verb_carries_over_is_what_the_page_says(app) {
        let made = table(&app).await;
        let page = committed("docs/carried.md");
        let (_, said) = page.split_once("<!-- table -->\n").unwrap();
        if said != made {
            let at = std::env::temp_dir().join("dateline-carried.md");
            std::fs::write(&at, &made).unwrap();
            panic!("docs/carried.md says something else; the present table is in {}", at.display());
        }
    }

    async fn a_copy_takes_nothing_with_it_but_words_facts_and_the_embargo(app) {
        let admin = app.admin().await;
        let world = app.section("world", "दुनिया").await;
        let article = admin.story(&world, "River rises").await;
        admin.put(&format!("{article}/translations/hi"), None, &json!({ "headline": "नदी" })).await.ok();
        admin.act(&format!("{article}/translations/en/submit"), "\"1\"", &json!({})).await.ok();
        admin.post(&format!("{article}/comments"), &json!({ "text": "Secret source." })).await.ok();
        admin.post(&format!("{article}/corrections"), &json!({ "kind": "update", "texts": { "en": "Wrong." } })).await.ok();
        admin.post(&format!("{article}/translations/en/previews"), &json!({})).await.ok();
        let me = admin.path().rsplit('/').next().unwrap().to_owned();
        admin.post(&format!("{article}/translations/hi/assign"), &json!({ "assignee_id": me })).await.ok();
        admin.patch(&article, "\"1\"", &json!({ "embargo_until": EMBARGO })).await.ok();
        admin.publish(&article, &["en"]).await.ok();
        let items = json!([{ "article_id": article.rsplit('/').next().unwrap(), "locale": "en" }]);
        admin.post("/v1/desk/releases", &json!({ "name": "r", "items": items, "publish_at": EMBARGO })).await.ok();
        let copy = admin.post(&format!("{article}/duplicate"), &json!({})).await.ok();
        assert_eq!(copy["embargo_until"], EMBARGO);
        for locale in ["en", "hi"] {
            let words = &copy["translations"][locale];
            assert_eq!((&words["state"], &words["live"], &words["scheduled"], &words["assignee"]), (&json!("draft"), &Value::Null, &json!([]), &Value::Null), "{words}");
        }
        let path = format!("/v1/desk/articles/{}", copy["id"].as_str().unwrap());
        for part in ["comments", "corrections", "previews"] {
            assert_eq!(admin.get(&format!("{path}/{part}")).await.ok()["data"], json!([]), "{part}");
        }
        assert!(!admin.get("/v1/desk/releases").await.text.contains(copy["id"].as_str().unwrap()));
        // An embargo that is over is nobody's any more.
        app.wait(60 * 24 * 3600);
        let later = app.again(&admin).await.post(&format!("{article}/duplicate"), &json!({})).await.ok();
        assert_eq!(later["embargo_until"], Value::Null);
    }
}
