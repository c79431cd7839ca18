//! Every operation of the desk, by every role within every kind of grant, on things of every state: what is done, refused or hidden is what
//! the model here says, which knows the policy only as `docs/permissions.md` tells it; and what is hidden is answered, byte for byte, as
//! what is not there.

mod model;

use std::collections::{BTreeMap, BTreeSet};

use actix_web::http::Method;
use dateline::domain::user::Role;
use model::{At, Kind, OPERATIONS, Operation, PLACES, Place, STATES, Verdict, Who};
use serde_json::{Value, json};

use crate::support::{Answer, Client, TestApp, committed, execute};

const ABSENT: &str = "0198c5a1-7f00-7000-8000-00000000dead";
const NO_WORDS: &str = "twin";
const HINDI: &str = "नदी";
const BENGALI: &str = "নদী";

/// An article of the fixture, with what hangs on it.
#[derive(Debug, Clone)]
struct Thing {
    at: At,
    id: String,
    /// What hangs on it, by kind: its id, and the locale it is about.
    parts: Vec<(Kind, String, Option<&'static str>)>,
}

struct Desk {
    sections: BTreeMap<char, String>,
    things: Vec<Thing>,
    /// Articles with words in the original only, by section.
    twins: BTreeMap<char, String>,
    /// An article that is not there any more.
    purged: String,
}

fn id_of(path: &str) -> String {
    path.rsplit('/').next().unwrap().to_owned()
}

async fn words(admin: &Client<'_>, path: &str, locale: &str) {
    let river = if locale == "hi" { HINDI } else { BENGALI };
    let body = json!({ "headline": river, "slug": format!("{locale}-{}", id_of(path)),
        "body": { "format": "html", "content": format!("<p>{river}</p>") } });
    admin.put(&format!("{path}/translations/{locale}"), None, &body).await.ok();
}

async fn part(admin: &Client<'_>, path: &str, under: &str, body: &Value) -> String {
    admin.post(&format!("{path}/{under}"), body).await.ok()["id"].as_str().unwrap().to_owned()
}

async fn thing(admin: &Client<'_>, section: (&char, &String), state: &'static str, own: bool) -> Thing {
    let path = admin.story(section.1, &format!("{state} in {}, {}", section.0, if own { "own" } else { "foreign" })).await;
    words(admin, &path, "hi").await;
    words(admin, &path, "bn").await;
    let mut parts = Vec::new();
    for locale in [None, Some("en"), Some("bn")] {
        parts.push((Kind::Comment, part(admin, &path, "comments", &json!({ "locale": locale, "text": "Why?" })).await, locale));
    }
    let correction = json!({ "kind": "correction", "texts": { "en": "It was not so." } });
    parts.push((Kind::Correction, part(admin, &path, "corrections", &correction).await, None));
    for locale in ["en", "bn"] {
        parts.push((Kind::Preview, part(admin, &path, &format!("translations/{locale}/previews"), &json!({})).await, Some(locale)));
    }
    let verb = async |verb: &str, body: Value| {
        let tag = admin.get(&path).await.etag();
        admin.act(&format!("{path}/{verb}"), &tag, &body).await.ok();
    };
    let mut live: &[&str] = &[];
    match state {
        "live" => {
            verb("publish", json!({ "locales": ["en", "hi"] })).await;
            live = &["en", "hi"];
        }
        "embargoed" => {
            let tag = admin.get(&path).await.etag();
            admin.patch(&path, &tag, &json!({ "embargo_until": "2099-01-01T00:00:00Z" })).await.ok();
            verb("publish", json!({ "locales": ["en", "bn"] })).await;
        }
        "withdrawn" => {
            verb("publish", json!({ "locales": ["en", "bn"] })).await;
            verb("takedown", json!({ "reason": "A judge said so." })).await;
            // Which ends its previews.
            parts.retain(|(kind, ..)| *kind != Kind::Preview);
        }
        "trashed" => {
            let tag = admin.get(&path).await.etag();
            assert_eq!(admin.delete(&path, &tag).await.status, 204);
        }
        "released" => {
            for locale in ["en", "bn"] {
                let items = json!({ "name": format!("{locale} of {} {own}", section.0), "items": [{ "article_id": id_of(&path), "locale": locale }] });
                parts.push((
                    Kind::Release,
                    admin.post("/v1/desk/releases", &items).await.ok()["id"].as_str().unwrap().to_owned(),
                    Some(locale),
                ));
            }
        }
        _ => {}
    }
    Thing { at: At { section: *section.0, state, own, live }, id: id_of(&path), parts }
}

impl Desk {
    async fn new(app: &TestApp) -> Self {
        let admin = app.admin().await;
        let sections = BTreeMap::from([('A', app.section("world", "दुनिया").await), ('B', app.section("crime", "अपराध").await)]);
        let (mut things, mut twins) = (Vec::new(), BTreeMap::new());
        for section in &sections {
            for state in STATES {
                things.push(thing(&admin, section, state, false).await);
                if state == "draft" || *section.0 == 'A' {
                    things.push(thing(&admin, section, state, true).await);
                }
            }
            twins.insert(*section.0, id_of(&admin.story(section.1, &format!("{NO_WORDS} in {}", section.0)).await));
        }
        let purged = admin.story(&sections[&'A'], "purged").await;
        assert_eq!(admin.delete(&purged, &admin.get(&purged).await.etag()).await.status, 204);
        let purged = id_of(&purged);
        assert_eq!(admin.delete(&format!("/v1/desk/trash/{purged}"), "\"1\"").await.status, 204);
        let wrong = json!({ "email": "nobody@example.org", "password": "not a sentence of hers" });
        assert_eq!(app.anyone().post("/v1/auth/token", &wrong).await.status, 401);
        app.write_refusals().await;
        assert_eq!(admin.post("/v1/desk/keys", &json!({})).await.status, 201);
        Self { sections, things, twins, purged }
    }

    /// Let somebody have created what is called their own, and the twins too, where what is their own may be hidden from them.
    fn give(&self, app: &TestApp, to: &Client<'_>, twins: bool) {
        let uuid = |id: &str| if app.url.starts_with("sqlite") { format!("X'{}'", id.replace('-', "")) } else { format!("'{id}'") };
        let own = self.things.iter().filter(|t| t.at.own).map(|t| &t.id).chain(self.twins.values().filter(|_| twins));
        for id in own {
            execute(&app.url, &format!("UPDATE articles SET created_by = {} WHERE id = {}", uuid(&id_of(&to.path())), uuid(id)));
        }
    }
}

/// Status, headers and body.
type Response = (u16, Vec<(String, String)>, String);

/// An answer without what is different in every one.
fn told(answer: &Answer) -> Response {
    let mut headers: Vec<_> =
        answer.headers.iter().filter(|(name, _)| !matches!(name.as_str(), "x-request-id" | "date")).cloned().collect();
    headers.sort();
    let id = answer.header("x-request-id").unwrap_or("none");
    (answer.status, headers, answer.text.replace(id, "ID"))
}

async fn ask(who: &Client<'_>, operation: &Operation, id: &str, locale: &str) -> Answer {
    let path = operation
        .path
        .replace("{id}", id)
        .replace("{locale}", locale)
        .replace("{version}", "1")
        .replace("{grant_id}", ABSENT)
        .replace("{kid}", ABSENT);
    let path = if path.ends_with("/diff") { format!("{path}?against=1") } else { path };
    if operation.method == "GET" {
        return who.get(&path).await;
    }
    let method = Method::from_bytes(operation.method.as_bytes()).unwrap();
    let kind = match operation.path {
        path if path.ends_with("/import") => "text/csv",
        path if path.contains("/captions/") => "text/vtt",
        _ => "application/json",
    };
    let headers = [("content-type", kind), ("if-match", "\"1\"")];
    who.send(method, &format!("{path}?validate_only=true"), &headers, Some(operation.body.as_bytes().to_vec())).await
}

/// The verb of `/v1/desk/bulk` that does what an operation does alone.
fn in_bulk(operation: &Operation) -> Option<&'static str> {
    let of_articles = operation.path.strip_prefix("/v1/desk/articles/{id}")?;
    match (operation.method, of_articles.strip_prefix("/translations/{locale}").unwrap_or(of_articles)) {
        ("PATCH", "") if of_articles.is_empty() => Some("revise"),
        ("PATCH", "") => Some("revise_translation"),
        ("DELETE", "") if of_articles.is_empty() => Some("trash"),
        ("POST", verb) => {
            const VERBS: [&str; 9] =
                ["submit", "approve", "request_changes", "mark_current", "assign", "publish", "unpublish", "schedule", "unschedule"];
            VERBS.into_iter().find(|known| verb == format!("/{}", known.replace('_', "-")))
        }
        _ => None,
    }
}

/// The code that an operation on an article, or on its words in a locale, was refused with.
type Alone = (String, Option<&'static str>, Option<String>);

/// One look: the verdict that the model expects, against the answer.
struct Matrix<'a> {
    desk: &'a Desk,
    wrong: Vec<String>,
    looked: usize,
    /// What is answered about nothing, by operation and locale.
    nothing: BTreeMap<(usize, &'static str), Response>,
    twin: BTreeMap<(usize, char, &'static str), Response>,
    /// What became of each operation that can be one of many.
    alone: BTreeMap<usize, Vec<Alone>>,
}

impl Matrix<'_> {
    async fn look(&mut self, who: &Who, client: &Client<'_>, n: usize, thing: &Thing, id: &str, locale: Option<&'static str>) {
        let operation = &OPERATIONS[n];
        let expected = model::verdict(who, operation, &thing.at, locale);
        let in_path = locale.filter(|_| operation.path.contains("{locale}")).unwrap_or("en");
        let answer = ask(client, operation, id, in_path).await;
        self.looked += 1;
        if in_bulk(operation).is_some() {
            let code = (answer.status >= 400).then(|| answer.json()["code"].as_str().unwrap().to_owned());
            self.alone.entry(n).or_default().push((id.to_owned(), locale, code));
        }
        let allowed = !matches!(answer.status, 401 | 403 | 404) && answer.status < 500;
        let right = match expected {
            Verdict::Done => allowed,
            Verdict::Refused => answer.status == 403,
            Verdict::Hidden => {
                let key = (n, in_path);
                let nothing = match self.nothing.get(&key).cloned() {
                    Some(nothing) => nothing,
                    None => told(&ask(client, operation, ABSENT, in_path).await),
                };
                self.nothing.insert(key, nothing.clone());
                answer.status == 404 && told(&answer) == nothing
            }
            Verdict::HiddenWords => {
                let key = (n, thing.at.section, in_path);
                let twin = match self.twin.get(&key).cloned() {
                    Some(twin) => twin,
                    None => told(&ask(client, operation, &self.desk.twins[&thing.at.section], in_path).await),
                };
                self.twin.insert(key, twin.clone());
                matches!(answer.status, 403 | 404) && told(&answer) == twin
            }
        };
        if !right {
            let at = format!("{} {} on {:?}, {locale:?}", operation.method, operation.path, thing.at);
            self.wrong.push(format!("{who:?}: {at}: {expected:?}, not {} {}", answer.status, answer.text));
        }
    }

    async fn walk(&mut self, who: &Who, client: &Client<'_>) {
        let desk = self.desk;
        for (n, operation) in OPERATIONS.iter().enumerate() {
            for thing in &desk.things {
                match operation.about {
                    Kind::Article | Kind::Trashed => self.look(who, client, n, thing, &thing.id, None).await,
                    Kind::Words => {
                        for locale in model::looked_at(&thing.at) {
                            self.look(who, client, n, thing, &thing.id, Some(*locale)).await;
                        }
                    }
                    Kind::Nothing => {}
                    about => {
                        for (_, id, locale) in thing.parts.iter().filter(|(kind, ..)| *kind == about) {
                            self.look(who, client, n, thing, id, *locale).await;
                        }
                    }
                }
            }
        }
    }

    /// What is one of many is done and refused as it is alone.
    async fn bulk(&mut self, who: &Who, client: &Client<'_>) {
        for (n, alone) in std::mem::take(&mut self.alone) {
            let (operation, verb) = (&OPERATIONS[n], in_bulk(&OPERATIONS[n]).unwrap());
            let body = serde_json::from_str::<Value>(operation.body).unwrap_or(json!({}));
            for some in alone.chunks(100) {
                let one = |(id, locale, _): &Alone| json!({ "verb": verb, "article_id": id, "locale": locale, "version": 1, "body": body });
                let sent = json!({ "atomic": false, "operations": some.iter().map(one).collect::<Vec<_>>() });
                let told = client.post("/v1/desk/bulk?validate_only=true", &sent).await.ok();
                for ((id, locale, code), result) in some.iter().zip(told["results"].as_array().unwrap()) {
                    self.looked += 1;
                    if result["code"].as_str() != code.as_deref() {
                        self.wrong.push(format!("{who:?}: {verb} of {id} {locale:?}: {code:?} alone, and of many {result}"));
                    }
                }
            }
        }
    }

    /// Every list shows what is seen, and counts no more.
    async fn lists(&self, who: &Who, client: &Client<'_>) {
        let sees = |t: &&Thing| model::sees(who, &t.at);
        let ids = |list: &Value, key: &str| {
            list["data"].as_array().unwrap().iter().map(|r| r[key].as_str().unwrap().to_owned()).collect::<BTreeSet<_>>()
        };
        let mine: BTreeSet<_> = self.desk.things.iter().filter(sees).filter(|t| t.at.state != "trashed").map(|t| t.id.clone()).collect();
        let twins = self
            .desk
            .twins
            .iter()
            .filter(|(s, _)| model::sees(who, &At { section: **s, state: "draft", own: who.key, live: &[] }))
            .map(|(_, id)| id.clone());
        let all: BTreeSet<_> = mine.iter().cloned().chain(twins).collect();
        let list = client.get("/v1/desk/articles?limit=100&count=true").await.ok();
        assert_eq!(ids(&list, "id"), all, "{who:?}");
        assert_eq!(list["page"]["total"].as_u64(), u64::try_from(all.len()).ok(), "{who:?}");
        for row in list["data"].as_array().unwrap() {
            let Some(thing) = self.desk.things.iter().find(|t| t.id == row["id"]) else { continue };
            let shown: Vec<_> = ["bn", "en", "hi"].into_iter().filter(|l| model::shows(who, &thing.at, l)).collect();
            assert_eq!(row["translations"].as_object().unwrap().keys().collect::<Vec<_>>(), shown, "{who:?} {:?}", thing.at);
        }
        for locale in ["en", "hi", "bn"] {
            let shown = |t: &&Thing| t.at.state != "trashed" && model::shows(who, &t.at, locale);
            let shown: BTreeSet<_> = self.desk.things.iter().filter(sees).filter(shown).map(|t| t.id.clone()).collect();
            let found = client.get(&format!("/v1/desk/articles?limit=100&locale={locale}")).await.ok();
            let found: BTreeSet<_> = ids(&found, "id").into_iter().filter(|id| !self.desk.twins.values().any(|t| t == id)).collect();
            assert_eq!(found, shown, "{who:?} {locale}");
            if locale != "en" {
                let text = if locale == "hi" { "%E0%A4%A8%E0%A4%A6%E0%A5%80" } else { "%E0%A6%A8%E0%A6%A6%E0%A7%80" };
                let found = ids(&client.get(&format!("/v1/desk/articles?limit=100&text={text}")).await.ok(), "id");
                assert_eq!(found, shown, "{who:?} {locale}");
                let queue = client.get(&format!("/v1/desk/translations?limit=100&locale={locale}")).await.ok();
                assert_eq!(ids(&queue, "article_id"), all, "{who:?}");
                let worded: BTreeSet<_> = queue["data"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .filter(|r| !r["translation"].is_null())
                    .map(|r| r["article_id"].as_str().unwrap().to_owned())
                    .collect();
                assert_eq!(worded, shown, "{who:?} {locale}");
            }
        }
        let trash = ids(&client.get("/v1/desk/trash").await.ok(), "id");
        let thrown: BTreeSet<_> = self.desk.things.iter().filter(sees).filter(|t| t.at.state == "trashed").map(|t| t.id.clone()).collect();
        assert_eq!(trash, thrown, "{who:?}");
        let planned = client.get("/v1/desk/schedule?limit=100").await.ok();
        let planned: BTreeSet<_> = planned["data"]
            .as_array()
            .unwrap()
            .iter()
            .map(|p| format!("{} {}", p["article_id"].as_str().unwrap(), p["locale"].as_str().unwrap()))
            .collect();
        let embargoed = self.desk.things.iter().filter(|t| t.at.state == "embargoed");
        let expected: BTreeSet<_> = embargoed
            .flat_map(|t| ["en", "bn"].into_iter().filter(|l| model::shows(who, &t.at, l)).map(|l| format!("{} {l}", t.id)))
            .collect();
        assert_eq!(planned, expected, "{who:?}");
        self.parts(who, client).await;
    }

    async fn parts(&self, who: &Who, client: &Client<'_>) {
        let ids =
            |list: &Value| list["data"].as_array().unwrap().iter().map(|r| r["id"].as_str().unwrap().to_owned()).collect::<BTreeSet<_>>();
        let things: Vec<_> = self.desk.things.iter().filter(|t| model::sees(who, &t.at) && t.at.state != "trashed").collect();
        for thing in &things {
            for (kind, under) in [(Kind::Comment, "comments"), (Kind::Preview, "previews")] {
                let shown = |l: Option<&'static str>| l.is_none_or(|l| model::shows(who, &thing.at, l));
                let expected: BTreeSet<_> =
                    thing.parts.iter().filter(|(k, _, l)| *k == kind && shown(*l)).map(|(_, id, _)| id.clone()).collect();
                let found = ids(&client.get(&format!("/v1/desk/articles/{}/{under}", thing.id)).await.ok());
                assert_eq!(found, expected, "{who:?} {under} of {:?}", thing.at);
            }
        }
        let releases = client.get("/v1/desk/releases?limit=100").await;
        if model::may(who, "release.manage") {
            let shown = |t: &Thing, l: &str| model::sees(who, &t.at) && model::shows(who, &t.at, l);
            let of = |t: &&Thing| {
                t.parts
                    .iter()
                    .filter(|(k, _, l)| *k == Kind::Release && shown(t, l.unwrap()))
                    .map(|(_, id, _)| id.clone())
                    .collect::<Vec<_>>()
            };
            let expected: BTreeSet<_> = self.desk.things.iter().flat_map(|t| of(&t)).collect();
            assert_eq!(ids(&releases.ok()), expected, "{who:?}");
        } else {
            assert_eq!(releases.status, 403, "{who:?}");
        }
        let audit = client.get("/v1/desk/audit?kind=article&limit=100").await;
        assert_eq!(audit.status == 200, model::may(who, "audit.read"), "{who:?}");
        if audit.status == 200 {
            let told: BTreeSet<_> =
                audit.ok()["data"].as_array().unwrap().iter().map(|r| r["subject_id"].as_str().unwrap().to_owned()).collect();
            for thing in self.desk.things.iter().filter(|t| told.contains(&t.id)) {
                assert!(model::sees(who, &thing.at), "{who:?} is told of {:?}", thing.at);
            }
            for thing in self.desk.things.iter().filter(|t| model::sees(who, &t.at)) {
                let told = client.get(&format!("/v1/desk/audit?kind=article&subject={}", thing.id)).await.ok();
                assert_ne!(told["data"], json!([]), "{who:?} is told nothing of {:?}", thing.at);
            }
            let gone = client.get(&format!("/v1/desk/audit?subject={}", self.desk.purged)).await.ok();
            assert_eq!(gone["data"] != json!([]), who.open || who.place == Place::EVERYWHERE, "{who:?}");
            for kind in ["user", "sign_in", "signing_key"] {
                let told = client.get(&format!("/v1/desk/audit?kind={kind}")).await.ok();
                assert_eq!(told["data"] != json!([]), who.place == Place::EVERYWHERE, "{who:?} {kind}");
            }
        }
    }

    /// What lies in no section and no locale, or in a section alone.
    async fn rest(&mut self, who: &Who, client: &Client<'_>) {
        let desk = self.desk;
        for operation in OPERATIONS.iter().filter(|o| o.about == Kind::Nothing) {
            for (section, id) in &desk.sections {
                let expected = model::of_the_site(who, operation, *section);
                let answer = ask(client, operation, if operation.path.contains("/sections/") { id } else { ABSENT }, "hi").await;
                self.looked += 1;
                assert!(answer.status < 500, "{answer:?}");
                if (answer.status != 403) != expected {
                    self.wrong.push(format!(
                        "{who:?}: {} {}: {expected}, not {} {}",
                        operation.method, operation.path, answer.status, answer.text
                    ));
                }
            }
        }
    }
}

async fn told_of(app: TestApp, role: Role, key: bool) {
    let desk = Desk::new(&app).await;
    let mut looked = 0;
    let mut wrong = Vec::new();
    let admin = app.admin().await;
    let of_one_kind = PLACES.into_iter().filter(|place| matches!((place.section, place.locale), (Some('A'), None | Some("hi"))));
    let of_grants = PLACES.into_iter().map(|place| (place, false)).chain(of_one_kind.map(|place| (place, true)));
    let kinds = if key { PLACES.map(|place| (place, false)).to_vec() } else { of_grants.collect() };
    for (place, open) in kinds {
        let reading = json!({ "desk_reading": if open { "open" } else { "granted" } });
        admin.patch("/v1/desk/site", &admin.get("/v1/desk/site").await.etag(), &reading).await.ok();
        let section = place.section.map(|s| desk.sections[&s].clone());
        let client = if key {
            let owner = app.role(role, None, None).await;
            app.keyed(&owner, &json!({ "section_ids": section.map(|s| vec![s]), "locales": place.locale.map(|l| vec![l]) })).await
        } else {
            app.role(role, section.as_deref(), place.locale).await
        };
        desk.give(&app, &client, key);
        let who = Who { role, place, open, key };
        let mut matrix =
            Matrix { desk: &desk, wrong: Vec::new(), looked: 0, nothing: BTreeMap::new(), twin: BTreeMap::new(), alone: BTreeMap::new() };
        matrix.walk(&who, &client).await;
        matrix.bulk(&who, &client).await;
        matrix.rest(&who, &client).await;
        if matrix.wrong.is_empty() {
            matrix.lists(&who, &client).await;
        }
        looked += matrix.looked;
        wrong.extend(matrix.wrong);
    }
    assert!(looked > 1_000, "only {looked} cells");
    assert!(
        wrong.is_empty(),
        "{} of {looked} cells are wrong:\n{}",
        wrong.len(),
        wrong.iter().take(40).cloned().collect::<Vec<_>>().join("\n")
    );
}

both! {
    async fn a_contributor_does_and_sees_what_the_page_says(app) {
        told_of(app, Role::Contributor, false).await;
    }
    async fn a_translator_does_and_sees_what_the_page_says(app) {
        told_of(app, Role::Translator, false).await;
    }
    async fn an_editor_does_and_sees_what_the_page_says(app) {
        told_of(app, Role::Editor, false).await;
    }
    async fn a_chief_does_and_sees_what_the_page_says(app) {
        told_of(app, Role::Chief, false).await;
    }
    async fn an_admin_does_and_sees_what_the_page_says(app) {
        told_of(app, Role::Admin, false).await;
    }

    async fn a_contributors_key_does_and_sees_what_its_limits_leave(app) {
        told_of(app, Role::Contributor, true).await;
    }
    async fn a_chiefs_key_does_and_sees_what_its_limits_leave(app) {
        told_of(app, Role::Chief, true).await;
    }

    async fn whoever_may_not_read_is_refused_whatever_they_may_do(app) {
        let desk = Desk::new(&app).await;
        let others: Vec<_> = dateline::access::action::ALL.iter().copied().filter(|a| *a != "article.read").collect();
        let blind = app.scoped(Role::Admin, None, None, Some(others.join(" "))).await;
        for operation in OPERATIONS.iter().filter(|o| o.about != Kind::Nothing && !o.path.contains("/archive/")) {
            for thing in desk.things.iter().filter(|t| t.at.section == 'A' && matches!(t.at.state, "draft" | "live")) {
                let answer = ask(&blind, operation, &thing.id, "en").await;
                assert_eq!(answer.status, 403, "{} {}: {}", operation.method, operation.path, answer.text);
                assert!(!answer.text.contains(thing.at.state), "{} {}: {}", operation.method, operation.path, answer.text);
            }
        }
    }
}

#[test]
fn every_operation_of_the_contract_has_its_row() {
    let contract = crate::support::contract::contract();
    let mut there = BTreeSet::new();
    for (path, item) in contract["paths"].as_object().unwrap().iter().filter(|(path, _)| path.starts_with("/v1/desk/")) {
        there.extend(item.as_object().unwrap().keys().map(|method| format!("{} {path}", method.to_uppercase())));
    }
    let rows: BTreeSet<_> = OPERATIONS.iter().map(|o| format!("{} {}", o.method, o.path)).collect();
    let missing: Vec<_> = there.difference(&rows).collect();
    let gone: Vec<_> = rows.difference(&there).collect();
    assert!(missing.is_empty() && gone.is_empty(), "without a row: {missing:#?}; rows of nothing: {gone:#?}");
}

/// The table of objects in `docs/permissions.md`, as the model tells it: the matrix holds the server to the model.
#[test]
fn the_table_of_objects_is_the_committed_one() {
    let table = model::table();
    let page = committed("docs/permissions.md");
    let kept = page.split_once("<!-- objects -->\n").and_then(|(_, rest)| rest.split_once("<!-- end of objects -->")).map(|(kept, _)| kept);
    if kept != Some(table.as_str()) {
        let made = std::env::temp_dir().join("dateline-objects.md");
        std::fs::write(&made, &table).unwrap();
        panic!("docs/permissions.md differs from the model; the present table is in {}", made.display());
    }
}
