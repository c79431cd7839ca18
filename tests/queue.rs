//! The translator's queue tells what follows from the tables of what there is, whatever was done, whoever asks and however they narrow it.

use std::{collections::BTreeSet, fmt::Write};

use dateline::{
    access::{
        Caller, Permit, System,
        action::{Import, ReadArticle},
        caller::visibility_of,
    },
    domain::{
        Instant,
        freshness::Freshness,
        page::{Cursor, Paging},
        section::SectionId,
        site::DeskReading,
        translation::State,
        user::Role,
    },
    store::{
        self,
        queue::{Assignee, Filter},
    },
    workers::queue_filler,
};
use diesel::{
    Connection, PgConnection, QueryableByName, RunQueryDsl, SqliteConnection, sql_query,
    sql_types::{BigInt, Bool, Integer, Nullable, Text},
};
use serde_json::{Value, json};

use crate::support::{Answer, Client, TestApp};

/// A small generator of numbers: the same ones each time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % n
    }

    fn of<'t, T>(&mut self, all: &'t [T]) -> &'t T {
        let n = self.below(all.len());
        &all[n]
    }
}

/// Everything that a queue says of an article, before it is narrowed: as it was found before there was a table of it.
#[derive(QueryableByName, Debug)]
struct Fact {
    #[diesel(sql_type = Text)]
    id: String,
    #[diesel(sql_type = Text)]
    path: String,
    #[diesel(sql_type = Nullable<Text>)]
    created_by: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    state: Option<String>,
    #[diesel(sql_type = Integer)]
    behind: i32,
    #[diesel(sql_type = BigInt)]
    since: i64,
    #[diesel(sql_type = BigInt)]
    missing_since: i64,
    #[diesel(sql_type = Bool)]
    published: bool,
    #[diesel(sql_type = Bool)]
    live: bool,
    #[diesel(sql_type = Nullable<Text>)]
    assignee: Option<String>,
    #[diesel(sql_type = Text)]
    workers: String,
}

fn facts(url: &str, locale: &str) -> Vec<Fact> {
    let sqlite = url.strip_prefix("sqlite://");
    let id = |column: &str| {
        if sqlite.is_some() { format!("NULLIF(lower(hex({column})), '')") } else { format!("replace(CAST({column} AS TEXT), '-', '')") }
    };
    let at = |column: &str| {
        if sqlite.is_some() { column.to_owned() } else { format!("CAST(ROUND(extract(epoch FROM {column}) * 1000000) AS BIGINT)") }
    };
    let together = if sqlite.is_some() { "group_concat" } else { "string_agg" };
    let query = format!(
        "SELECT {} AS id, s.path, {} AS created_by, EXISTS (SELECT 1 FROM editions e WHERE e.article_id = a.id AND e.locale = a.source_locale \
         AND e.ended_at IS NULL) AS published, EXISTS (SELECT 1 FROM editions e WHERE e.article_id = a.id AND e.locale = '{locale}' \
         AND e.ended_at IS NULL) AS live, t.state, CAST((SELECT COUNT(DISTINCT e.words_version) FROM editions e WHERE e.article_id = a.id \
         AND e.locale = t.made_from_locale AND e.words_version > t.made_from_version AND e.minor = FALSE AND e.moved_only = FALSE) AS INTEGER) AS behind, \
         {} AS since, {} AS missing_since, {} AS assignee, COALESCE((SELECT {together}({}, ' ') FROM assignments w WHERE w.article_id = a.id), '') AS workers \
         FROM articles a JOIN sections s ON s.id = a.section_id JOIN translations o ON o.article_id = a.id AND o.locale = a.source_locale \
         LEFT JOIN translations t ON t.article_id = a.id AND t.locale = '{locale}' LEFT JOIN assignments g ON g.article_id = a.id AND g.locale = '{locale}' \
         WHERE a.source_locale <> '{locale}' AND a.trashed_at IS NULL",
        id("a.id"),
        id("a.created_by"),
        at(
            "COALESCE((SELECT MIN(e.started_at) FROM editions e WHERE e.article_id = a.id AND e.minor = FALSE AND (e.moved_only = FALSE OR t.article_id IS NULL) \
            AND ((t.article_id IS NULL AND e.locale = a.source_locale) OR (e.locale = t.made_from_locale AND e.words_version > t.made_from_version))), \
            t.updated_at, a.created_at)"
        ),
        at(
            "COALESCE((SELECT MIN(e.started_at) FROM editions e WHERE e.article_id = a.id AND e.minor = FALSE AND e.locale = a.source_locale), a.created_at)"
        ),
        id("g.user_id"),
        id("w.user_id"),
    );
    match sqlite {
        Some(path) => sql_query(query).load(&mut SqliteConnection::establish(path).unwrap()).unwrap(),
        None => sql_query(query).load(&mut PgConnection::establish(url).unwrap()).unwrap(),
    }
}

/// Somebody who asks, and what they are shown: where words are read in which locale, and within which bounds of a key.
struct Reader<'a> {
    name: &'static str,
    client: Client<'a>,
    id: String,
    everything: bool,
    places: Vec<(Option<String>, Option<&'static str>)>,
    sections: Option<Vec<String>>,
    locales: Option<Vec<&'static str>>,
}

impl<'a> Reader<'a> {
    fn new(name: &'static str, client: Client<'a>) -> Self {
        let id = client.path().rsplit('/').next().unwrap().replace('-', "");
        Self { name, client, id, everything: false, places: Vec::new(), sections: None, locales: None }
    }

    /// What they are told of an article in a locale, of which they may see no words: its state, how it keeps up, since when, and whose it is.
    fn told(&self, fact: &Fact, locale: &str) -> Option<(Option<String>, i32, i64, Option<String>)> {
        let hidden = (None, 0, fact.missing_since, None);
        let whole = (fact.state.clone(), fact.behind, fact.since, fact.assignee.clone());
        if self.everything {
            return Some(whole);
        }
        let within = |section: &String| fact.path.contains(section.as_str());
        let mine = fact.created_by.as_ref() == Some(&self.id);
        let sees = self.places.iter().any(|(section, _)| section.as_ref().is_none_or(within)) || mine || fact.workers.contains(&self.id);
        if !sees || !self.sections.as_ref().is_none_or(|bound| bound.iter().any(within)) {
            return None;
        }
        let place = |(section, at): &(Option<String>, Option<&'static str>)| {
            section.as_ref().is_none_or(within) && at.is_none_or(|at| at == locale)
        };
        let allowed = self.locales.as_ref().is_none_or(|bound| bound.contains(&locale));
        let reads = mine || fact.assignee.as_ref() == Some(&self.id) || self.places.iter().any(place);
        Some(if fact.live || (allowed && reads) { whole } else { hidden })
    }
}

/// What is asked for.
#[derive(Debug, Default, Clone)]
struct Asked {
    section: Option<String>,
    state: Option<&'static str>,
    freshness: Option<&'static str>,
    assignee: Option<String>,
    published: Option<bool>,
    waiting_before: Option<Instant>,
    newest: bool,
}

impl Asked {
    fn any(dice: &mut Dice, sections: &[String], people: &[String], now: Instant) -> Self {
        let states = [None, None, Some("draft"), Some("in_review"), Some("approved")];
        let freshness = [None, None, Some("missing"), Some("stale"), Some("current")];
        let waiting = -i64::try_from(dice.below(400)).unwrap();
        Self {
            section: (dice.below(3) == 0).then(|| dice.of(sections).clone()),
            state: *dice.of(&states),
            freshness: *dice.of(&freshness),
            assignee: match dice.below(4) {
                0 => Some("nobody".to_owned()),
                1 => Some(dice.of(people).clone()),
                _ => None,
            },
            published: *dice.of(&[None, None, Some(true), Some(false)]),
            waiting_before: (dice.below(4) == 0).then(|| now.plus_seconds(waiting)),
            newest: dice.below(2) == 0,
        }
    }

    fn query(&self) -> String {
        let mut query = String::new();
        let mut add = |name: &str, value: Option<String>| {
            if let Some(value) = value {
                write!(query, "&{name}={value}").unwrap();
            }
        };
        add("section", self.section.clone());
        add("state", self.state.map(str::to_owned));
        add("freshness", self.freshness.map(str::to_owned));
        add("assignee", self.assignee.clone());
        add("published", self.published.map(|p| p.to_string()));
        add("waiting_before", self.waiting_before.map(|at| at.to_string()));
        add("sort", self.newest.then(|| "newest".to_owned()));
        query
    }

    /// The list as it is to be.
    fn expected(&self, reader: &Reader<'_>, facts: &[Fact], locale: &str) -> Vec<(String, i64, &'static str, i32)> {
        let row = |fact: &Fact| {
            let (state, behind, since, assignee) = reader.told(fact, locale)?;
            let freshness = match &state {
                None => "missing",
                Some(_) if behind > 0 => "stale",
                Some(_) => "current",
            };
            let is_theirs = match self.assignee.as_deref() {
                None => true,
                Some("nobody") => assignee.is_none(),
                Some(id) => assignee.as_deref() == Some(&id.replace('-', "")),
            };
            let is_asked_for = self.section.as_ref().is_none_or(|section| fact.path.contains(section.as_str()))
                && self.state.is_none_or(|asked| state.as_deref() == Some(asked))
                && self.freshness.is_none_or(|asked| asked == freshness)
                && self.published.is_none_or(|asked| asked == fact.published)
                && self.waiting_before.is_none_or(|at| since < at.as_micros())
                && is_theirs;
            is_asked_for.then(|| (fact.id.clone(), since, freshness, behind))
        };
        let mut all: Vec<_> = facts.iter().filter_map(row).collect();
        all.sort_by(|a, b| (a.1, &a.0).cmp(&(b.1, &b.0)));
        if self.newest {
            all.reverse();
        }
        all
    }
}

fn rows(list: &Value) -> Vec<(String, i64, &'static str, i32)> {
    let row = |item: &Value| {
        let freshness = ["missing", "stale", "current"].into_iter().find(|f| item["freshness"] == *f).unwrap();
        let since: Instant = item["waiting_since"].as_str().unwrap().parse().unwrap();
        let id = item["article_id"].as_str().unwrap().replace('-', "");
        (id, since.as_micros(), freshness, i32::try_from(item["behind"].as_i64().unwrap()).unwrap())
    };
    list["data"].as_array().unwrap().iter().map(row).collect()
}

/// The whole list, page by page, and the way back from its end.
async fn paged(reader: &Reader<'_>, address: &str, limit: usize) -> Vec<(String, i64, &'static str, i32)> {
    let mut all = Vec::new();
    let mut cursor = String::new();
    loop {
        let list = reader.client.get(&format!("{address}&limit={limit}{cursor}")).await.ok();
        let page = rows(&list);
        if let Some(previous) = list["page"]["previous"].as_str() {
            let before = reader.client.get(&format!("{address}&limit={limit}&cursor={previous}")).await.ok();
            assert_eq!(rows(&before), all[all.len().saturating_sub(limit)..], "{}: the page before, of {address}", reader.name);
        }
        all.extend(page);
        match list["page"]["next"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return all,
        }
    }
}

/// Compare what is told with what is to be, of two locales: in the order of the list, narrowed, and page by page.
async fn compare(app: &TestApp, readers: &[Reader<'_>], sections: &[String], dice: &mut Dice, after: &str) {
    let known = readers[0].client.get("/v1/desk/locales").await.ok();
    let known: Vec<String> = known["data"].as_array().unwrap().iter().map(|l| l["locale"].as_str().unwrap().to_owned()).collect();
    let people: Vec<String> = readers.iter().map(|r| r.client.path().rsplit('/').next().unwrap().to_owned()).collect();
    for _ in 0..2 {
        let locale = dice.of(&known);
        let facts = facts(&app.url, locale);
        let address = format!("/v1/desk/translations?locale={locale}");
        let whole = rows(&readers[0].client.get(&format!("{address}&limit=100")).await.ok());
        assert_eq!(whole, Asked::default().expected(&readers[0], &facts, locale), "{locale} after {after}");
        for _ in 0..2 {
            let (reader, asked) = (dice.of(readers), Asked::any(dice, sections, &people, app.now()));
            let narrowed = format!("{address}{}", asked.query());
            let expected = asked.expected(reader, &facts, locale);
            let told = rows(&reader.client.get(&format!("{narrowed}&limit=100")).await.ok());
            assert_eq!(told, expected, "{} asks {narrowed} after {after}", reader.name);
        }
        let (reader, newest) = (dice.of(readers), dice.below(2) == 0);
        let asked = Asked { newest, ..Asked::default() };
        let told = paged(reader, &format!("{address}{}", asked.query()), 1 + dice.below(4)).await;
        assert_eq!(told, asked.expected(reader, &facts, locale), "{} reads {locale} page by page after {after}", reader.name);
    }
}

/// What is done to the newsroom.
struct Room<'a> {
    app: &'a TestApp,
    readers: Vec<Reader<'a>>,
    sections: Vec<String>,
    articles: Vec<String>,
    done: BTreeSet<&'static str>,
}

const VERBS: [&str; 29] = [
    "create",
    "create",
    "translate",
    "translate",
    "edit",
    "edit",
    "publish",
    "publish",
    "publish minor",
    "unpublish",
    "assign",
    "assign",
    "unassign",
    "trash",
    "restore",
    "move",
    "mark-current",
    "submit",
    "approve",
    "delete words",
    "plan",
    "takedown",
    "reinstate",
    "locale",
    "section",
    "erase",
    "merge",
    "delete user",
    "import",
];

impl Room<'_> {
    /// Do something where it can be done, or a few times where it cannot.
    async fn act_somewhere(&mut self, dice: &mut Dice, n: usize) -> String {
        let verb = *dice.of(&VERBS);
        let mut last = String::new();
        for _ in 0..20 {
            let (status, told) = self.act(verb, dice, n).await;
            last = told;
            if status < 300 {
                break;
            }
        }
        last
    }

    /// At its present version, or at one that there is not.
    async fn tag(&self, of: &str) -> String {
        self.readers[0].client.get(of).await.header("etag").unwrap_or("\"1\"").to_owned()
    }

    async fn merge(&self, path: &str, n: usize) -> Answer {
        let chief = &self.readers[0].client;
        // A story carries one tag, which becomes another.
        let mut tags = Vec::new();
        for name in ["One", "Other"] {
            let sent = json!({ "kind": "topic", "translations": { "en": { "name": format!("{name} {n}") } } });
            tags.push(chief.post("/v1/desk/tags", &sent).await.ok()["id"].clone());
        }
        let carried = chief.patch(path, &self.tag(path).await, &json!({ "tags": [tags[0]] })).await;
        let one = format!("/v1/desk/tags/{}", tags[0].as_str().unwrap());
        let merged = chief.act(&format!("{one}/merge"), &self.tag(&one).await, &json!({ "into": tags[1] })).await;
        if merged.status < 300 { carried } else { merged }
    }

    async fn leave(&mut self, section: &str, words: &str, n: usize) -> Answer {
        let chief = &self.readers[0].client;
        // Who has begun a story and has words to write leaves.
        let user = self.app.editor().await;
        let made = user.story(section, &format!("Left {n}")).await;
        let theirs = json!({ "assignee_id": user.path().rsplit('/').next().unwrap() });
        chief.post(&format!("{made}/translations/hi/assign"), &theirs).await;
        let assigned = chief.post(&format!("{words}/assign"), &theirs).await;
        self.articles.push(made);
        let left = chief.delete(&user.path(), &self.tag(&user.path()).await).await;
        if left.status < 300 { assigned } else { left }
    }

    async fn locale(&self, dice: &mut Dice) -> Answer {
        let chief = &self.readers[0].client;
        let tamil = "/v1/desk/locales/ta";
        let there = chief.get(tamil).await;
        match (there.status == 200, dice.below(3)) {
            (true, 0) => {
                let renamed = chief.patch(tamil, &there.etag(), &json!({ "locale": "ta-IN" })).await;
                let now = "/v1/desk/locales/ta-IN";
                let stands = format!("renamed {}", renamed.status);
                compare(self.app, &self.readers, &self.sections, dice, &stands).await;
                chief.patch(now, &chief.get(now).await.etag(), &json!({ "locale": "ta" })).await
            }
            (true, _) => chief.delete(tamil, &there.etag()).await,
            (false, _) => chief.post("/v1/desk/locales", &json!({ "locale": "ta", "name": "தமிழ்", "state": "public" })).await,
        }
    }

    async fn act(&mut self, verb: &'static str, dice: &mut Dice, n: usize) -> (u16, String) {
        let chief = &self.readers[0].client;
        let locale = *dice.of(&["hi", "bn", "kn", "ta"]);
        let section = dice.of(&self.sections).clone();
        let path = if self.articles.is_empty() { "/v1/desk/articles/none".to_owned() } else { dice.of(&self.articles).clone() };
        let id = path.rsplit('/').next().unwrap().to_owned();
        let words = format!("{path}/translations/{locale}");
        let english = format!("{path}/translations/en");
        let tag = async |of: &str| chief.get(of).await.header("etag").unwrap_or("\"1\"").to_owned();
        let body = json!({ "format": "html", "content": format!("<p>{n}.</p><p>More.</p>") });
        let answer = match verb {
            "create" => {
                // Of those who may: the chief, the editor in the world, and the contributor.
                let by = &self.readers[*dice.of(&[0, 0, 2, 4])].client;
                let sent = json!({ "kind": "story", "section_id": section, "source_locale": "en",
                    "translations": { "en": { "headline": format!("Story {n}"), "summary": "A summary.", "body": body } } });
                let made = by.post("/v1/desk/articles", &sent).await;
                assert!([201, 403].contains(&made.status), "{}", made.text);
                self.articles.extend(made.header("location").map(str::to_owned));
                made
            }
            "translate" => {
                let there = chief.get(&words).await;
                let etag = (there.status == 200).then(|| there.etag());
                let from = if dice.below(3) == 0 { "hi" } else { "en" };
                let version = chief.get(&format!("{path}/translations/{from}")).await;
                let mut sent = json!({ "headline": format!("अनुवाद {n}"), "body": { "format": "text", "content": format!("एक {n}।") } });
                if version.status == 200 && from != locale {
                    sent["made_from"] = json!({ "locale": from, "version": version.ok()["version"] });
                }
                chief.put(&words, etag.as_deref(), &sent).await
            }
            "edit" => chief.patch(&english, &tag(&english).await, &json!({ "headline": format!("Story {n}"), "body": body })).await,
            "publish" | "publish minor" => {
                let locales = dice.of(&[json!(["en"]), json!(["en"]), json!(["en", "hi"]), json!(["bn"]), json!([locale])]).clone();
                chief
                    .act(&format!("{path}/publish"), &tag(&path).await, &json!({ "locales": locales, "minor": verb == "publish minor" }))
                    .await
            }
            "unpublish" => {
                let locales = if dice.below(2) == 0 { json!(["en"]) } else { json!([locale]) };
                chief.act(&format!("{path}/unpublish"), &tag(&path).await, &json!({ "locales": locales })).await
            }
            "assign" | "unassign" => {
                let who = dice.of(&self.readers).client.path().rsplit('/').next().unwrap().to_owned();
                let who = if verb == "assign" { json!(who) } else { Value::Null };
                chief.post(&format!("{words}/assign"), &json!({ "assignee_id": who })).await
            }
            "trash" => chief.delete(&path, &tag(&path).await).await,
            "restore" => {
                let trashed = chief.get("/v1/desk/trash").await.ok();
                let some =
                    trashed["data"].as_array().unwrap().first().map(|a| (a["id"].as_str().unwrap().to_owned(), a["version"].to_string()));
                let (id, version) = some.unwrap_or((id, "1".to_owned()));
                chief.act(&format!("/v1/desk/trash/{id}/restore"), &format!("\"{version}\""), &json!({})).await
            }
            "move" => chief.patch(&path, &tag(&path).await, &json!({ "section_id": section })).await,
            "mark-current" | "submit" => chief.act(&format!("{words}/{verb}"), &tag(&words).await, &json!({})).await,
            "approve" => {
                // Unless somebody has before.
                chief.act(&format!("{words}/submit"), &tag(&words).await, &json!({})).await;
                chief.act(&format!("{words}/approve"), &tag(&words).await, &json!({})).await
            }
            "delete words" => chief.delete(&words, &tag(&words).await).await,
            "plan" => {
                let at = self.app.now().plus_seconds(5).to_string();
                let planned = json!({ "locales": ["en"], "publish_at": at, "unpublish_at": self.app.now().plus_seconds(20).to_string() });
                let planned = chief.act(&format!("{path}/schedule"), &tag(&path).await, &planned).await;
                self.app.wait(10);
                self.app.tick().await;
                planned
            }
            "takedown" | "reinstate" | "erase" => {
                chief.act(&format!("{path}/{verb}"), &tag(&path).await, &json!({ "reason": "A test." })).await
            }
            "locale" => self.locale(dice).await,
            "merge" => self.merge(&path, n).await,
            "delete user" => self.leave(&section, &words, n).await,
            "section" => {
                let section = format!("/v1/desk/sections/{}", self.sections[1]);
                let parent = if dice.below(2) == 0 { Value::Null } else { json!(self.sections[0]) };
                chief.patch(&section, &tag(&section).await, &json!({ "parent_id": parent })).await
            }
            _ => {
                let words = json!({ "en": { "headline": format!("Wire {n}"), "body": { "format": "text", "content": "One." } },
                    "hi": { "headline": "तार", "translated_from": "en", "body": { "format": "text", "content": "एक।" } } });
                self.app.import(&json!({ "type": "article", "key": format!("wire-{}", n % 3), "section": "sport", "source_locale": "en", "translations": words }));
                chief.get("/v1/desk/articles").await
            }
        };
        if answer.status < 300 {
            self.done.insert(verb);
        }
        (answer.status, format!("{n}: {verb} of {path} {locale} ({})", answer.status))
    }
}

both! {
    async fn the_queue_tells_what_the_tables_tell_whatever_was_done_and_whoever_asks(app) {
        let world = app.section("world", "दुनिया").await;
        let (asia, sport) = (app.section("asia", "एशिया").await, app.section("sport", "खेल").await);
        let chief = app.admin().await;
        let mut readers = vec![Reader { everything: true, ..Reader::new("the chief", chief.clone()) }];
        let of = |name, client, places| Reader { places, ..Reader::new(name, client) };
        readers.push(of("a translator into Hindi", app.role(Role::Translator, None, Some("hi")).await, vec![(None, Some("hi"))]));
        readers.push(of("an editor of the world", app.role(Role::Editor, Some(&world), None).await, vec![(Some(world.clone()), None)]));
        readers.push(of("a translator of sport into Bengali", app.role(Role::Translator, Some(&sport), Some("bn")).await, vec![(Some(sport.clone()), Some("bn"))]));
        readers.push(of("a contributor", app.role(Role::Contributor, None, None).await, vec![]));
        let keyed = app.keyed(&readers[2].client, &json!({ "locales": ["hi", "en"] })).await;
        let places = vec![(Some(world.clone()), Some("hi")), (Some(world.clone()), Some("en"))];
        readers.push(Reader { locales: Some(vec!["hi", "en"]), ..of("a program of the world's editor for two locales", keyed, places) });
        let keyed = app.keyed(&readers[1].client, &json!({ "section_ids": [world] })).await;
        readers.push(Reader { sections: Some(vec![world.clone()]), ..of("a program of the Hindi translator for the world", keyed, vec![(Some(world.clone()), Some("hi"))]) });
        let sections = vec![world, asia, sport];
        let mut room = Room { app: &app, readers, sections, articles: Vec::new(), done: BTreeSet::new() };
        let mut dice = Dice(7);
        for n in 0..8 {
            let made = chief.story(&room.sections[n % 3], &format!("Begun {n}")).await;
            room.articles.push(made);
        }
        for n in 0..240 {
            let after = room.act_somewhere(&mut dice, n).await;
            app.wait(i64::try_from(dice.below(3)).unwrap());
            let piece = dice.below(3) == 0;
            let all = !piece && dice.below(3) == 0;
            if piece {
                // A piece of what is to be filled, or all.
                app.store.write_now(&dateline::access::Bookkeeping, store::queue::carry_on).unwrap();
            } else if all {
                queue_filler::round(&app.store).unwrap();
            }
            compare(&app, &room.readers, &room.sections, &mut dice, &after).await;
        }
        assert_eq!(room.done, VERBS.into_iter().collect(), "what was never done tells nothing");
    }
}

/// The queues that a plan is looked at of: each filter alone, and all of them in a section.
fn filters(section: &str) -> Vec<Filter> {
    let section: SectionId = section.parse().unwrap();
    let mut all = Vec::new();
    for bits in 0u32..64 {
        let given = |bit: u32| bits & (1 << bit) != 0;
        let at = Instant::from_micros(1_700_000_000_000_000);
        all.push(Filter {
            locale: "hi".parse().unwrap(),
            section: given(0).then_some(section),
            state: given(1).then_some(State::InReview),
            freshness: given(2).then_some(if given(1) { Freshness::Stale } else { Freshness::Missing }),
            assignee: given(3).then_some(Assignee::Nobody),
            published: given(4).then_some(true),
            waiting_before: given(5).then_some(at),
            newest: given(5),
        });
    }
    all
}

both! {
    async fn every_page_of_the_queue_is_found_along_an_index(app) {
        app.multiply(20_000);
        let list = app.anyone().get("/v1/articles?limit=1").await.ok();
        let section = list["data"][0]["section"]["id"].as_str().unwrap().to_owned();
        let editor = app.role(Role::Editor, Some(&section), None).await;
        let editor = editor.path().rsplit('/').next().unwrap().parse().unwrap();
        let limited = app.store.read_now(|tx| store::users::find(tx, editor)).unwrap();
        let desk = Permit::<ReadArticle>::try_from(Caller::system(System::Operator)).map(|permit| permit.visibility());
        let readers = [desk.unwrap_or_else(|_| Permit::<Import>::try_from(Caller::system(System::Importer)).unwrap().visibility()), visibility_of(&limited, DeskReading::Granted)];
        let mut wrong = BTreeSet::new();
        let theirs = filters(&section).into_iter().step_by(5).map(|filter| Filter { assignee: Some(Assignee::User(editor)), ..filter });
        for filter in filters(&section).into_iter().chain(theirs) {
            let place = Cursor { order: filter.sorting().code(), key: 1_700_000_000_000_000, ..Cursor::default() };
            for (reader, cursor) in [(0, None), (0, Some(place)), (1, None), (1, Some(Cursor { backwards: true, ..place }))] {
                let paging = Paging { limit: 20, cursor, count: false };
                let steps = app.store.read_now(|tx| store::queue::explain(tx, &readers[reader], &filter, paging)).unwrap();
                let text = steps.join("\n");
                // By its name in the query on SQLite, by its own on PostgreSQL.
                let scans = ["p", "q", "a", "o", "t", "e", "b", "x", "g"].iter().any(|table| steps.iter().any(|step| *step == format!("SCAN {table}") || step.starts_with(&format!("SCAN {table} "))));
                let whole = ["translation_queue", "articles", "translations", "editions"].iter().any(|table| text.contains(&format!("Seq Scan on {table} ")));
                // What was found of each class is sorted, in each of the parts that somebody's queue has who reads a section, and the page itself.
                let most = if reader == 0 { 2 } else { 10 };
                let sorts = steps.iter().filter(|step| step.contains("TEMP B-TREE FOR ORDER BY")).count() > most || text.contains("LAST TERM");
                let along = text.contains("translation_queue_by_class") || text.contains("translation_queue_in_section") || filter.assignee == Some(Assignee::User(editor));
                if scans || whole || sorts || !along {
                    wrong.insert(format!("{filter:?} {cursor:?}\n{text}\n"));
                }
            }
        }
        assert!(wrong.is_empty(), "{}:\n{}", wrong.len(), wrong.iter().take(2).cloned().collect::<String>());
    }
}
