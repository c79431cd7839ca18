//! Two requests at once on `PostgreSQL`, of which the first has done everything but commit when the second begins: what comes of them is what
//! would come of one after the other, in one order or the other, and whatever has to hold of the whole holds afterwards. `SQLite` has one
//! writer, and so no such orders.

use std::{
    collections::BTreeSet,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
};

use actix_web::{http::Method, web};
use dateline::domain::user::Role;
use diesel::{Connection, PgConnection, QueryableByName, RunQueryDsl, connection::SimpleConnection, sql_query, sql_types::BigInt};
use futures_util::future::join3;
use serde_json::{Value, json};
use tokio::sync::oneshot;

use crate::support::{Answer, Client, TestApp};

/// A request that somebody sends.
struct Ask<'a> {
    by: Client<'a>,
    method: Method,
    path: String,
    etag: String,
    body: Value,
}

impl Ask<'_> {
    async fn send(&self) -> Answer {
        let body = if self.body.is_null() { None } else { Some(self.body.to_string().into_bytes()) };
        let mut headers = vec![("content-type", "application/json")];
        if !self.etag.is_empty() {
            headers.push(("if-match", self.etag.as_str()));
        }
        self.by.send(self.method.clone(), &self.path, &headers, body).await
    }
}

/// What the requests of some pairs are about.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Group {
    Tree,
    Locales,
    People,
    Stories,
}

struct Newsroom<'a> {
    admin: Client<'a>,
    /// Another administrator; there is no third.
    other: Client<'a>,
    editor: Client<'a>,
    translator: Client<'a>,
    anyone: Client<'a>,
    /// A section with a story, and one with none.
    sections: [String; 2],
    tag: String,
    author: String,
    story: String,
    /// One whose words nobody wrote yet but in English, and what the translator has said about it.
    draft: String,
    comment: String,
    /// Somebody who signs in with a password.
    user: String,
    site: String,
    /// A refresh token.
    refresh: String,
}

async fn made(by: &Client<'_>, path: &str, body: &Value) -> String {
    format!("{path}/{}", by.post(path, body).await.ok()["id"].as_str().unwrap())
}

const EMAIL: &str = "asha@example.org";
const PASSWORD: &str = "a sentence of hers";

impl<'a> Newsroom<'a> {
    async fn new(app: &'a TestApp, of: Group) -> Self {
        let (admin, editor) = (app.admin().await, app.editor().await);
        let sections = [app.section("world", "दुनिया").await, app.section("tech", "टेक").await];
        let named = json!({ "kind": "topic", "translations": { "en": { "name": "Rivers" } } });
        let tag = made(&admin, "/v1/desk/tags", &named).await;
        let author = format!("/v1/desk/authors/{}", app.author("asha", "Asha Rao").await);
        let (story, draft) = (editor.story(&sections[0], "River rises").await, editor.story(&sections[0], "River falls").await);
        editor.publish(&story, &["en"]).await.ok();
        admin.post("/v1/desk/locales", &json!({ "locale": "ta", "name": "தமிழ்", "state": "public" })).await.ok();
        let translator = app.role(Role::Translator, None, None).await;
        let hindi = json!({ "headline": "नदी", "body": { "format": "html", "content": "<p>एक।</p>" } });
        editor.put(&format!("{draft}/translations/hi"), None, &hindi).await;
        let said = translator.post(&format!("{draft}/comments"), &json!({ "text": "Why?" })).await.ok();
        // A password takes its time.
        let (anyone, mut user, mut refresh) = (app.anyone(), app.editor().await.path(), String::new());
        if of == Group::People {
            let somebody = json!({ "email": EMAIL, "name": "Asha", "password": PASSWORD, "grants": [{ "role": "editor" }] });
            user = made(&admin, "/v1/desk/users", &somebody).await;
            let signed_in = anyone.post("/v1/auth/token", &json!({ "email": EMAIL, "password": PASSWORD })).await.ok();
            signed_in["refresh_token"].as_str().unwrap().clone_into(&mut refresh);
        }
        Self {
            comment: format!("/v1/desk/comments/{}", said["id"].as_str().unwrap()),
            site: admin.get("/v1/desk/site").await.etag(),
            refresh,
            other: app.admin().await,
            admin,
            editor,
            translator,
            anyone,
            sections,
            tag,
            author,
            story,
            draft,
            user,
        }
    }

    fn ask(&self, by: &Client<'a>, method: Method, path: &str, body: Value) -> Ask<'a> {
        let etag = match method {
            _ if path == "/v1/desk/site" => self.site.clone(),
            Method::PUT => String::new(),
            _ => "\"1\"".to_owned(),
        };
        Ask { by: by.clone(), method, path: path.to_owned(), etag, body }
    }

    fn post(&self, by: &Client<'a>, path: &str, body: Value) -> Ask<'a> {
        self.ask(by, Method::POST, path, body)
    }

    fn patch(&self, path: &str, body: Value) -> Ask<'a> {
        self.ask(&self.admin, Method::PATCH, path, body)
    }

    fn delete(&self, path: &str) -> Ask<'a> {
        self.ask(&self.admin, Method::DELETE, path, Value::Null)
    }

    /// Pairs of requests, of which one decides by what the other changes.
    fn pairs(&self, of: Group) -> Vec<(&'static str, Ask<'a>, Ask<'a>)> {
        match of {
            Group::Tree => self.of_the_tree(),
            Group::Locales => self.of_locales(),
            Group::People => self.of_people(),
            Group::Stories => self.of_stories(),
        }
    }

    fn of_the_tree(&self) -> Vec<(&'static str, Ask<'a>, Ask<'a>)> {
        let [world, empty] = self.sections.each_ref().map(|id| format!("/v1/desk/sections/{id}"));
        let id = |path: &str| path.rsplit('/').next().unwrap().to_owned();
        let named = |name: &str, slug: &str| json!({ "translations": { "en": { "name": name, "slug": slug } } });
        let below = |parent: &str| json!({ "parent_id": id(parent), "translations": { "en": { "name": "Asia" } } });
        let credits = json!({ "credits": [{ "role": "written_by", "author_id": id(&self.author) }] });
        let tag_with = |slug: &str| json!({ "kind": "topic", "translations": { "en": { "name": "Lakes", "slug": slug } } });
        let granted = json!({ "role": "editor", "section_id": id(&empty) });
        let leading = |kind: &str, path: &str| {
            self.post(&self.other, "/v1/desk/menus", json!({ "slug": "main", "items": [{ "to": { "kind": kind, "id": id(path) } }] }))
        };
        vec![
            ("a tag goes and is named", self.delete(&self.tag), self.patch(&self.story, json!({ "tags": [id(&self.tag)] }))),
            ("an author goes and is named", self.delete(&self.author), self.patch(&self.story, credits)),
            ("a section goes and is filed in", self.delete(&empty), self.patch(&self.story, json!({ "section_id": id(&empty) }))),
            ("a section goes and gets one below it", self.delete(&empty), self.post(&self.other, "/v1/desk/sections", below(&empty))),
            ("a section goes and is granted", self.delete(&empty), self.post(&self.admin, &format!("{}/grants", self.user), granted)),
            ("a section goes and is moved below", self.delete(&empty), self.patch(&world, json!({ "parent_id": id(&empty) }))),
            (
                "two are put below each other",
                self.patch(&world, json!({ "parent_id": id(&empty) })),
                self.patch(&empty, json!({ "parent_id": id(&world) })),
            ),
            ("a tag has two new names", self.patch(&self.tag, named("Lakes", "lakes")), self.patch(&self.tag, named("Seas", "seas"))),
            (
                "a tag and a section want one slug",
                self.patch(&self.tag, named("Lakes", "lakes")),
                self.patch(&world, named("Lakes", "lakes")),
            ),
            (
                "two tags want one slug",
                self.post(&self.admin, "/v1/desk/tags", tag_with("lakes")),
                self.post(&self.other, "/v1/desk/tags", tag_with("lakes")),
            ),
            ("a tag goes and a menu leads to it", self.delete(&self.tag), leading("tag", &self.tag)),
            ("an author goes and a menu leads to it", self.delete(&self.author), leading("author", &self.author)),
            ("a section goes and a menu leads to it", self.delete(&empty), leading("section", &empty)),
            ("a tag goes and has a new name", self.delete(&self.tag), self.patch(&self.tag, named("Lakes", "lakes"))),
        ]
    }

    fn of_locales(&self) -> Vec<(&'static str, Ask<'a>, Ask<'a>)> {
        let (ta, hi) = ("/v1/desk/locales/ta", "/v1/desk/locales/hi");
        let words = json!({ "headline": "ஆறு", "body": { "format": "text", "content": "ஒன்று" } });
        let named = json!({ "translations": { "en": { "name": "Rivers" }, "ta": { "name": "ஆறு" } } });
        let labelled = json!({ "slug": "main", "items": [{ "to": "/ta", "labels": { "ta": "முகப்பு" } }] });
        let te = json!({ "locale": "te", "name": "తెలుగు", "fallback": ["ta"] });
        vec![
            (
                "a locale goes and is written in",
                self.delete(ta),
                self.ask(&self.editor, Method::PUT, &format!("{}/translations/ta", self.draft), words),
            ),
            ("a locale goes and is the default", self.delete(ta), self.patch("/v1/desk/site", json!({ "default_locale": "ta" }))),
            ("a locale goes and is fallen back to", self.delete(ta), self.patch(hi, json!({ "fallback": ["ta"] }))),
            ("a locale goes and a new one falls back to it", self.delete(ta), self.post(&self.other, "/v1/desk/locales", te.clone())),
            ("a locale goes and labels a menu", self.delete(ta), self.post(&self.other, "/v1/desk/menus", labelled)),
            ("a locale goes and names something", self.delete(ta), self.patch(&self.tag, named)),
            (
                "a locale goes and is granted",
                self.delete(ta),
                self.post(&self.admin, &format!("{}/grants", self.user), json!({ "role": "editor", "locale": "ta" })),
            ),
            (
                "a locale comes twice",
                self.post(&self.admin, "/v1/desk/locales", te.clone()),
                self.post(&self.other, "/v1/desk/locales", te),
            ),
            (
                "the site is changed twice",
                self.patch("/v1/desk/site", json!({ "name": "One" })),
                self.patch("/v1/desk/site", json!({ "name": "Two" })),
            ),
        ]
    }

    fn of_people(&self) -> Vec<(&'static str, Ask<'a>, Ask<'a>)> {
        let id = self.user.rsplit('/').next().unwrap();
        let suspended = json!({ "status": "suspended" });
        let ended = |by: &Client<'a>, whom: &Client<'a>| self.ask(by, Method::PATCH, &whom.path(), suspended.clone());
        let in_again = || self.post(&self.anyone, "/v1/auth/token", json!({ "email": EMAIL, "password": PASSWORD }));
        let goes_on = || self.post(&self.anyone, "/v1/auth/refresh", json!({ "refresh_token": self.refresh }));
        let work = self.post(&self.editor, &format!("{}/translations/hi/assign", self.draft), json!({ "assignee_id": id }));
        let (worker, comments) = (self.translator.path(), format!("{}/comments", self.draft));
        let given = json!({ "assignee_id": worker.rsplit('/').next() });
        let given = self.post(&self.editor, &format!("{}/translations/hi/assign", self.draft), given);
        let mentioned = self.post(&self.editor, &comments, json!({ "text": "Look.", "mentions": [worker.rsplit('/').next()] }));
        let said = self.post(&self.translator, &comments, json!({ "text": "And one thing more." }));
        let new = |name: &str| json!({ "email": "b@example.org", "name": name, "password": PASSWORD });
        vec![
            ("two administrators suspend each other", ended(&self.admin, &self.other), ended(&self.other, &self.admin)),
            ("somebody is suspended and signs in", self.patch(&self.user, suspended.clone()), in_again()),
            ("somebody is suspended and goes on", self.patch(&self.user, suspended.clone()), goes_on()),
            ("somebody goes and signs in", self.delete(&self.user), in_again()),
            ("somebody goes and is given work", self.delete(&self.user), work),
            ("somebody who has done something goes and is given work", self.delete(&worker), given),
            ("somebody who has done something goes and is mentioned", self.delete(&worker), mentioned),
            ("somebody who has done something goes and says more", self.delete(&worker), said),
            (
                "two have one address",
                self.post(&self.admin, "/v1/desk/users", new("One")),
                self.post(&self.other, "/v1/desk/users", new("Two")),
            ),
            ("somebody goes and is changed", self.delete(&self.user), self.patch(&self.user, json!({ "name": "Asha Rao" }))),
        ]
    }

    fn of_stories(&self) -> Vec<(&'static str, Ask<'a>, Ask<'a>)> {
        let of = |story: &str, verb: &str| format!("{story}/{verb}");
        let preview = |of_story: &str| self.post(&self.editor, &of(of_story, "translations/en/previews"), json!({}));
        let down = self.post(&self.admin, &of(&self.story, "takedown"), json!({ "reason": "A judge said so." }));
        let reply = json!({ "text": "Because.", "parent_id": self.comment.rsplit('/').next().unwrap() });
        let own = |method: Method, verb: &str, body: Value| self.ask(&self.translator, method, &format!("{}{verb}", self.comment), body);
        let rewritten = json!({ "text": "Why now?" });
        let said = json!({ "kind": "correction", "texts": { "en": "It was not so." } });
        vec![
            ("a preview is made of what is taken down", preview(&self.story), down),
            ("a preview is made of what is thrown away", preview(&self.draft), self.delete(&self.draft)),
            (
                "words are removed and published",
                self.delete(&of(&self.draft, "translations/hi")),
                self.post(&self.editor, &of(&self.draft, "publish"), json!({ "locales": ["hi"] })),
            ),
            (
                "a correction is made of what is thrown away",
                self.post(&self.editor, &of(&self.draft, "corrections"), said),
                self.delete(&self.draft),
            ),
            (
                "one's own thread goes and is replied in",
                own(Method::DELETE, "", Value::Null),
                self.post(&self.editor, &of(&self.draft, "comments"), reply),
            ),
            (
                "a thread is done with and says something else",
                own(Method::POST, "/resolve", Value::Null),
                own(Method::PATCH, "", rewritten),
            ),
            (
                "a copy is made of what is thrown away",
                self.post(&self.editor, &of(&self.draft, "duplicate"), json!({})),
                self.delete(&self.draft),
            ),
        ]
    }
}

fn count(url: &str, query: &str) -> i64 {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = BigInt)]
        count: i64,
    }
    sql_query(query).get_result::<Row>(&mut PgConnection::establish(url).unwrap()).unwrap().count
}

/// Until so many sessions of this database wait for what others have locked, or something is done.
async fn until(url: &str, waiting: i64, is_done: &Arc<AtomicBool>) {
    const WAITING: &str = "SELECT COUNT(*) AS count FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    let (url, is_done) = (url.to_owned(), is_done.clone());
    let look = move || {
        while !is_done.load(Ordering::Acquire) && count(&url, WAITING) < waiting {
            thread::yield_now();
        }
    };
    web::block(look).await.unwrap();
}

/// Send two requests: the second when the first has done everything but number its changes, which is the last thing before its commit; the first
/// goes on when the second waits for something too, or is done.
async fn at_once(app: &TestApp, first: &Ask<'_>, second: &Ask<'_>) -> [Answer; 2] {
    let mut gate = PgConnection::establish(&app.url).unwrap();
    gate.batch_execute("BEGIN; SELECT seq FROM change_counter FOR UPDATE").unwrap();
    let done = [Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(false))];
    let (tell, told) = oneshot::channel();
    let one = async {
        let answer = first.send().await;
        done[0].store(true, Ordering::Release);
        answer
    };
    let other = async {
        told.await.unwrap();
        let answer = second.send().await;
        done[1].store(true, Ordering::Release);
        answer
    };
    let opened = async {
        until(&app.url, 1, &done[0]).await;
        tell.send(()).unwrap();
        let waiting = if done[0].load(Ordering::Acquire) { 1 } else { 2 };
        until(&app.url, waiting, &done[1]).await;
        gate.batch_execute("COMMIT").unwrap();
    };
    let (one, other, ()) = join3(one, other, opened).await;
    [one, other]
}

/// What must never be, and how often it is.
const NEVER: [(&str, &str); 15] = [
    ("no default", "SELECT COUNT(*) AS count FROM site WHERE default_locale NOT IN (SELECT locale FROM locales)"),
    (
        "nothing to fall back to",
        "SELECT COUNT(*) AS count FROM locales l, jsonb_array_elements_text(l.fallback) f WHERE f NOT IN (SELECT locale FROM locales)",
    ),
    (
        "nobody who keeps users",
        "SELECT 1 - LEAST(COUNT(*), 1) AS count FROM users u JOIN grants g ON g.user_id = u.id WHERE u.status = 'active' \
         AND g.role = 'admin' AND g.section_id IS NULL AND g.locale IS NULL",
    ),
    (
        "a session of somebody suspended",
        "SELECT COUNT(*) AS count FROM sessions s JOIN users u ON u.id = s.user_id WHERE u.status <> 'active' AND s.revoked_at IS NULL",
    ),
    (
        "work of somebody who has left",
        "SELECT COUNT(*) AS count FROM assignments g JOIN users u ON u.id = g.user_id WHERE u.left_at IS NOT NULL",
    ),
    (
        "somebody mentioned who has left",
        "SELECT COUNT(*) AS count FROM comment_mentions m JOIN users u ON u.id = m.user_id WHERE u.left_at IS NOT NULL",
    ),
    (
        "a name of nothing",
        "SELECT COUNT(*) AS count FROM names WHERE target_id NOT IN (SELECT id FROM sections UNION SELECT id FROM tags UNION SELECT id FROM authors)",
    ),
    (
        "a name whose address leads elsewhere",
        "SELECT COUNT(*) AS count FROM names n LEFT JOIN addresses a ON a.locale = n.locale AND a.slug = n.slug \
         WHERE a.target_id IS DISTINCT FROM n.target_id",
    ),
    (
        "a menu of what is gone",
        "SELECT (SELECT COUNT(*) FROM menu_items WHERE kind <> 'article' AND target_id NOT IN (SELECT id FROM sections UNION SELECT id FROM tags \
         UNION SELECT id FROM authors)) + (SELECT COUNT(*) FROM menu_labels WHERE locale NOT IN (SELECT locale FROM locales)) AS count",
    ),
    (
        "a path that is not below its parent's",
        "SELECT COUNT(*) AS count FROM sections s LEFT JOIN sections p ON p.id = s.parent_id \
         WHERE s.path <> COALESCE(p.path || '/', '') || s.id::text",
    ),
    (
        "a preview of what is not to be shown",
        "SELECT COUNT(*) AS count FROM previews p JOIN articles a ON a.id = p.article_id \
         WHERE p.revoked_at IS NULL AND (a.withdrawn_at IS NOT NULL OR a.trashed_at IS NOT NULL)",
    ),
    (
        "an edition of words that are gone",
        "SELECT COUNT(*) AS count FROM editions e LEFT JOIN translations t ON t.article_id = e.article_id AND t.locale = e.locale \
         WHERE t.article_id IS NULL",
    ),
    (
        "something that has ended on a list",
        "SELECT COUNT(*) AS count FROM live_listings l JOIN editions e ON e.id = l.edition_id WHERE e.ended_at IS NOT NULL",
    ),
    (
        "a list of a section that is not above",
        "SELECT COUNT(*) AS count FROM live_listings l JOIN editions e ON e.id = l.edition_id JOIN sections s ON s.id = e.section_id \
         WHERE l.facet IN (SELECT id FROM sections) AND '/' || s.path || '/' NOT LIKE '%/' || l.facet::text || '/%'",
    ),
    (
        "something live that a section above does not list",
        "SELECT COUNT(*) AS count FROM editions e JOIN sections s ON s.id = e.section_id JOIN sections up ON s.path LIKE up.path || '%' \
         WHERE e.ended_at IS NULL AND NOT EXISTS (SELECT 1 FROM live_listings l WHERE l.facet = up.id AND l.edition_id = e.id)",
    ),
];

/// Try a pair, one after the other in either order, and then at once in either order; what is wrong with it, and nothing when there is no such pair.
async fn tried(of: Group, n: usize) -> Option<Vec<String>> {
    let (mut wrong, mut expected) = (Vec::new(), BTreeSet::new());
    for (turned, serial) in [(false, true), (true, true), (false, false), (true, false)] {
        let app = TestApp::postgres().await?;
        let newsroom = Newsroom::new(&app, of).await;
        let (name, one, other) = newsroom.pairs(of).into_iter().nth(n)?;
        let [first, second] = if turned { [&other, &one] } else { [&one, &other] };
        let answers = if serial { [first.send().await, second.send().await] } else { at_once(&app, first, second).await };
        let mut done = answers.each_ref().map(|answer| answer.status < 400);
        // Whoever is first has nothing in their way.
        let is_right = if serial { done[0] } else { answers.iter().all(|a| a.status < 500) };
        if turned {
            done.reverse();
        }
        if serial {
            expected.insert(done);
        }
        let is_one_after_the_other = expected.contains(&done);
        let ever = NEVER.iter().filter(|(_, query)| count(&app.url, query) > 0).map(|(what, _)| *what).collect::<Vec<_>>();
        if !is_right || !is_one_after_the_other || !ever.is_empty() {
            let told = answers.each_ref().map(|a| format!("{} {}", a.status, a.text));
            wrong.push(format!("{name}, turned: {turned}, serial: {serial}: {ever:?}, {told:?}"));
        }
    }
    Some(wrong)
}

async fn all_of(of: Group, least: usize) {
    if TestApp::postgres().await.is_none() {
        return;
    }
    let (mut wrong, mut pairs) = (Vec::new(), 0);
    while let Some(found) = tried(of, pairs).await {
        wrong.extend(found);
        pairs += 1;
    }
    assert!(pairs >= least, "{pairs}");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[actix_web::test]
async fn two_who_change_the_tree_authors_or_tags_at_once_are_one_after_the_other() {
    all_of(Group::Tree, 14).await;
}

#[actix_web::test]
async fn two_who_change_the_site_or_its_locales_at_once_are_one_after_the_other() {
    all_of(Group::Locales, 9).await;
}

#[actix_web::test]
async fn two_who_change_users_at_once_are_one_after_the_other() {
    all_of(Group::People, 10).await;
}

#[actix_web::test]
async fn two_who_change_what_hangs_on_a_story_at_once_are_one_after_the_other() {
    all_of(Group::Stories, 6).await;
}
