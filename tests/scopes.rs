//! Tokens that are limited to some permissions: those that the contract declares of an operation are enough for it, and none of them is too many.

use std::collections::{BTreeMap, BTreeSet};

use actix_web::http::Method;
use serde_json::{Value, json};

use crate::support::{Answer, Client, TestApp};

/// A request that does what an operation is for, in the world below.
pub(crate) struct Request {
    pub(crate) operation: &'static str,
    /// What it needs beside what the operation always needs.
    also: &'static [&'static str],
    pub(crate) path: String,
    pub(crate) etag: String,
    pub(crate) body: Value,
}

impl Request {
    /// Its media type and its body: text is a table, all else JSON.
    pub(crate) fn sent(&self) -> (&'static str, Option<Vec<u8>>) {
        match &self.body {
            Value::Null => ("application/json", None),
            Value::String(cues) if self.operation.contains("/captions/") => ("text/vtt", Some(cues.clone().into_bytes())),
            Value::String(bytes) if self.operation.starts_with("PATCH /v1/desk/uploads") => {
                ("application/offset+octet-stream", Some(bytes.clone().into_bytes()))
            }
            Value::String(table) => ("text/csv", Some(table.clone().into_bytes())),
            body => ("application/json", Some(body.to_string().into_bytes())),
        }
    }
}

/// What uploads say in their heads.
const TUS: [(&str, &str); 3] = [("tus-resumable", "1.0.0"), ("upload-length", "40"), ("upload-offset", "0")];

#[derive(Default)]
pub(crate) struct Requests(pub(crate) Vec<Request>);

impl Requests {
    /// `at` is the path, with the version that is expected behind a blank: the first, when not said.
    fn add(&mut self, operation: &'static str, at: &str, body: Value) {
        self.add_with(operation, &[], at, body);
    }

    fn add_with(&mut self, operation: &'static str, also: &'static [&'static str], at: &str, body: Value) {
        let (path, version) = at.split_once(' ').unwrap_or((at, "\"1\""));
        self.0.push(Request { operation, also, path: path.to_owned(), etag: version.to_owned(), body });
    }
}

fn id_of(answer: &Answer) -> String {
    answer.ok()["id"].as_str().unwrap().to_owned()
}

fn last(path: &str) -> &str {
    path.rsplit('/').next().unwrap()
}

/// A story with words in Hindi too.
async fn story(admin: &Client<'_>, section: &str, headline: &str) -> String {
    let story = admin.story(section, headline).await;
    let hindi = json!({ "headline": "नदी", "slug": format!("hi-{}", last(&story)), "body": { "format": "text", "content": "एक" } });
    admin.put(&format!("{story}/translations/hi"), None, &hindi).await.ok();
    story
}

async fn with_etag(admin: &Client<'_>, path: &str, verb: &str) -> String {
    format!("{path}{verb} {}", admin.get(path).await.etag())
}

/// Requests for every operation on stories.
pub(crate) async fn stories(admin: &Client<'_>, other: &Client<'_>, section: &str, all: &mut Requests) {
    let (one, live) = (story(admin, section, "River rises").await, story(admin, section, "River falls").await);
    admin.publish(&live, &["en"]).await.ok();
    let new = json!({ "headline": "Nadi", "body": { "format": "text", "content": "One." } });
    let begun = json!({ "kind": "story", "section_id": section, "source_locale": "en", "translations": { "en": new } });
    all.add("POST /v1/desk/articles", "/v1/desk/articles", begun);
    all.add("PATCH /v1/desk/articles/{id}", &one, json!({ "genre": "analysis" }));
    all.add("DELETE /v1/desk/articles/{id}", &one, Value::Null);
    all.add("POST /v1/desk/articles/{id}/check", &format!("{one}/check"), json!({}));
    all.add("POST /v1/desk/articles/{id}/duplicate", &format!("{one}/duplicate"), json!({}));
    all.add("POST /v1/desk/articles/{id}/publish", &format!("{one}/publish"), json!({ "locales": ["en"] }));
    all.add("POST /v1/desk/articles/{id}/unpublish", &format!("{live}/unpublish"), json!({ "locales": ["en"] }));
    all.add("POST /v1/desk/articles/{id}/takedown", &format!("{live}/takedown"), json!({ "reason": "A judge said so." }));
    all.add("POST /v1/desk/articles/{id}/revisions/{version}/restore", &format!("{one}/revisions/1/restore"), Value::Null);
    all.add("PUT /v1/desk/articles/{id}/related", &format!("{one}/related"), json!({ "pinned": [last(&live)] }));
    let beneath = format!("{live}/related");
    all.add_with("PUT /v1/desk/articles/{id}/related", &["article.publish"], &beneath, json!({ "banned": [last(&one)] }));
    let (begins, ends) = ("2099-02-01T00:00:00Z", "2099-03-01T00:00:00Z");
    let plan = "POST /v1/desk/articles/{id}/schedule";
    all.add_with(plan, &["article.publish"], &format!("{one}/schedule"), json!({ "locales": ["en"], "publish_at": begins }));
    all.add_with(plan, &["article.unpublish"], &format!("{live}/schedule"), json!({ "locales": ["en"], "unpublish_at": ends }));
    let planned = story(admin, section, "Planned").await;
    admin.act(&format!("{planned}/schedule"), "\"1\"", &json!({ "locales": ["en"], "publish_at": begins })).await.ok();
    all.add("POST /v1/desk/articles/{id}/unschedule", &format!("{planned}/unschedule"), json!({ "locales": ["en"] }));
    let submit = |locale: &str| json!({ "verb": "submit", "article_id": last(&one), "locale": locale, "version": 1, "body": {} });
    all.add_with("POST /v1/desk/bulk", &["translation.submit"], "/v1/desk/bulk", json!({ "atomic": true, "operations": [submit("en")] }));
    let checked = json!({ "atomic": false, "operations": [submit("en"), submit("hi")] });
    all.add("POST /v1/desk/bulk", "/v1/desk/bulk", checked);

    let embargoed = story(admin, section, "Embargoed").await;
    admin.patch(&embargoed, "\"1\"", &json!({ "embargo_until": begins })).await.ok();
    let broken = with_etag(admin, &embargoed, "/break-embargo").await;
    all.add("POST /v1/desk/articles/{id}/break-embargo", &broken, json!({ "reason": "It is out." }));
    let withdrawn = story(admin, section, "Withdrawn").await;
    admin.publish(&withdrawn, &["en"]).await.ok();
    admin.act(&format!("{withdrawn}/takedown"), "\"1\"", &json!({ "reason": "A judge said so." })).await.ok();
    let reinstated = with_etag(admin, &withdrawn, "/reinstate").await;
    all.add("POST /v1/desk/articles/{id}/reinstate", &reinstated, json!({ "reason": "It was right." }));
    all.add("POST /v1/desk/articles/{id}/erase", &with_etag(admin, &withdrawn, "/erase").await, json!({ "reason": "The law." }));
    let copied = format!("{withdrawn}/duplicate");
    all.add_with("POST /v1/desk/articles/{id}/duplicate", &["article.withdraw"], &copied, json!({}));
    let trashed = story(admin, section, "Trashed").await;
    assert_eq!(admin.delete(&trashed, "\"1\"").await.status, 204);
    let trash = format!("/v1/desk/trash/{}", last(&trashed));
    all.add("POST /v1/desk/trash/{id}/restore", &format!("{trash}/restore"), Value::Null);
    all.add("DELETE /v1/desk/trash/{id}", &trash, Value::Null);
    words(admin, section, all).await;
    beside(admin, other, &one, all).await;
}

async fn listening(admin: &Client<'_>, section: &str, all: &mut Requests) {
    let heard = story(admin, section, "Heard").await;
    admin.publish(&heard, &["en", "hi"]).await.ok();
    let locale = "/v1/desk/locales/hi";
    admin.patch(locale, &admin.get(locale).await.etag(), &json!({ "voice": { "name": "hi" } })).await.ok();
    let frames = [&[0xff, 0xfb, 0x90, 0x64], &[0; 413][..]].concat().repeat(20);
    let sound = admin.send(Method::POST, "/v1/desk/media", &[("content-type", "audio/mpeg")], Some(frames)).await.ok();
    let (at, given) = (format!("{heard}/translations/hi/audio"), json!({ "media_id": sound["id"] }));
    admin.put(&at, Some("\"0\""), &given).await.ok();
    let publishing = &["article.publish"];
    all.add("POST /v1/desk/articles/{id}/translations/{locale}/audio", &at, Value::Null);
    all.add_with("PUT /v1/desk/articles/{id}/translations/{locale}/audio", publishing, &at, given);
    all.add_with("DELETE /v1/desk/articles/{id}/translations/{locale}/audio", publishing, &at, Value::Null);
}

async fn words(admin: &Client<'_>, section: &str, all: &mut Requests) {
    let of = |story: &str, rest: &str| format!("{story}/translations/hi{rest}");
    let one = story(admin, section, "River swells").await;
    let new = json!({ "headline": "Nadi", "body": { "format": "text", "content": "One." } });
    all.add("PUT /v1/desk/articles/{id}/translations/{locale}", &of(&one, ""), new);
    all.add("PATCH /v1/desk/articles/{id}/translations/{locale}", &of(&one, ""), json!({ "headline": "Nadi" }));
    all.add("DELETE /v1/desk/articles/{id}/translations/{locale}", &of(&one, ""), Value::Null);
    all.add("POST /v1/desk/articles/{id}/translations/{locale}/submit", &of(&one, "/submit"), Value::Null);
    all.add(
        "POST /v1/desk/articles/{id}/translations/{locale}/assign",
        &of(&one, "/assign"),
        json!({ "assignee_id": last(&admin.path()) }),
    );
    all.add("POST /v1/desk/articles/{id}/translations/{locale}/mark-current", &of(&one, "/mark-current"), json!({}));
    all.add("POST /v1/desk/articles/{id}/translations/{locale}/previews", &of(&one, "/previews"), json!({}));
    all.add(
        "POST /v1/desk/articles/{id}/translations/{locale}/revisions/{version}/restore",
        &of(&one, "/revisions/1/restore"),
        Value::Null,
    );
    listening(admin, section, all).await;
    let submitted = story(admin, section, "Submitted").await;
    admin.act(&of(&submitted, "/submit"), "\"1\"", &Value::Null).await.ok();
    all.add("POST /v1/desk/articles/{id}/translations/{locale}/approve", &of(&submitted, "/approve"), Value::Null);
    let asked = json!({ "comment": "Who says so?" });
    all.add("POST /v1/desk/articles/{id}/translations/{locale}/request-changes", &of(&submitted, "/request-changes"), asked);
    let removed = story(admin, section, "Removed").await;
    assert_eq!(admin.delete(&of(&removed, ""), "\"1\"").await.status, 204);
    all.add("POST /v1/desk/articles/{id}/translations/{locale}/restore", &of(&removed, "/restore"), Value::Null);
}

/// What hangs on a story, and releases.
async fn beside(admin: &Client<'_>, other: &Client<'_>, one: &str, all: &mut Requests) {
    let comments = format!("{one}/comments");
    let comment = |id: &str, verb: &str| format!("/v1/desk/comments/{id}{verb}");
    all.add("POST /v1/desk/articles/{id}/comments", &comments, json!({ "text": "Why?" }));
    for (whose, edits, reviews) in [(admin, &[][..], &[][..]), (other, &["translation.edit"][..], &["translation.review"][..])] {
        let open = id_of(&whose.post(&comments, &json!({ "text": "Why?" })).await);
        let done = id_of(&whose.post(&comments, &json!({ "text": "Why not?" })).await);
        whose.act(&comment(&done, "/resolve"), "\"1\"", &Value::Null).await.ok();
        let tag = |id: &str, verb: &str, version: &str| format!("{} \"{version}\"", comment(id, verb));
        all.add_with("POST /v1/desk/comments/{id}/resolve", edits, &tag(&open, "/resolve", "1"), Value::Null);
        all.add_with("POST /v1/desk/comments/{id}/reopen", edits, &tag(&done, "/reopen", "2"), Value::Null);
        all.add_with("DELETE /v1/desk/comments/{id}", reviews, &tag(&open, "", "1"), Value::Null);
        if edits.is_empty() {
            all.add("PATCH /v1/desk/comments/{id}", &tag(&open, "", "1"), json!({ "text": "Why now?" }));
        }
    }
    let said = json!({ "kind": "correction", "texts": { "en": "It was not so." } });
    let correction = format!("/v1/desk/corrections/{}", id_of(&admin.post(&format!("{one}/corrections"), &said).await));
    all.add("POST /v1/desk/articles/{id}/corrections", &format!("{one}/corrections"), said);
    all.add("PATCH /v1/desk/corrections/{id}", &correction, json!({ "texts": { "en": "Not at all." } }));
    all.add("DELETE /v1/desk/corrections/{id}", &correction, Value::Null);
    let preview = id_of(&admin.post(&format!("{one}/translations/en/previews"), &json!({})).await);
    all.add("DELETE /v1/desk/previews/{id}", &format!("/v1/desk/previews/{preview}"), Value::Null);
    let draft = json!({ "name": "Budget", "items": [{ "article_id": last(one), "locale": "en" }] });
    let release = format!("/v1/desk/releases/{}", id_of(&admin.post("/v1/desk/releases", &draft).await));
    all.add("POST /v1/desk/releases", "/v1/desk/releases", draft);
    all.add("PATCH /v1/desk/releases/{id}", &release, json!({ "name": "The budget" }));
    all.add("DELETE /v1/desk/releases/{id}", &release, Value::Null);
    all.add("POST /v1/desk/releases/{id}/publish", &format!("{release}/publish"), Value::Null);
}

/// The media library.
async fn library(admin: &Client<'_>, all: &mut Requests) {
    let document = |word: &str| format!("%PDF-1.4\n% {word}\n%%EOF\n");
    let media = "/v1/desk/media";
    let sent =
        admin.send(actix_web::http::Method::POST, media, &[("content-type", "application/pdf")], Some(document("one").into_bytes())).await;
    let item = format!("{media}/{}", id_of(&sent));
    all.add("POST /v1/desk/media", media, json!(document("two")));
    all.add("PATCH /v1/desk/media/{id}", &item, json!({ "credit": "AP" }));
    all.add("DELETE /v1/desk/media/{id}", &item, Value::Null);
    all.add("PUT /v1/desk/media/{id}/file", &format!("{item}/file"), json!(document("three")));
    all.add("POST /v1/desk/media/{id}/takedown", &format!("{item}/takedown"), json!({ "reason": "A judge said so." }));
    let taken = format!(
        "{media}/{}",
        id_of(
            &admin
                .send(actix_web::http::Method::POST, media, &[("content-type", "application/pdf")], Some(document("four").into_bytes()))
                .await
        )
    );
    let film = admin.send(actix_web::http::Method::POST, media, &[("content-type", "video/webm")], Some(crate::media::FILM.to_vec())).await;
    let captions = format!("{media}/{}/captions/en", id_of(&film));
    let cues = |text: &str| json!(format!("WEBVTT\n\n00:01.000 --> 00:02.000\n{text}\n"));
    let first = [("content-type", "text/vtt"), ("if-match", "\"1\"")];
    let first =
        admin.send(actix_web::http::Method::PUT, &captions, &first, cues("one").as_str().map(|text| text.as_bytes().to_vec())).await;
    all.add("PUT /v1/desk/media/{id}/captions/{locale}", &format!("{captions} {}", first.etag()), cues("two"));
    all.add("DELETE /v1/desk/media/{id}/captions/{locale}", &format!("{captions} {}", first.etag()), Value::Null);
    let reason = json!({ "reason": "A judge said so." });
    let taken_down = admin.act(&format!("{taken}/takedown"), "\"1\"", &reason).await.etag();
    all.add("POST /v1/desk/media/{id}/reinstate", &format!("{taken}/reinstate {taken_down}"), reason);
}

/// The site, what its stories are filed under, and its people.
pub(crate) async fn house(admin: &Client<'_>, all: &mut Requests) {
    let site = with_etag(admin, "/v1/desk/site", "").await;
    all.add("PATCH /v1/desk/site", &site, json!({ "name": "The Dateline" }));
    let named = |name: &str| json!({ "en": { "name": name } });
    let things = [
        ("POST /v1/desk/sections", "PATCH /v1/desk/sections/{id}", "DELETE /v1/desk/sections/{id}", json!({})),
        ("POST /v1/desk/authors", "PATCH /v1/desk/authors/{id}", "DELETE /v1/desk/authors/{id}", json!({ "kind": "person" })),
        ("POST /v1/desk/tags", "PATCH /v1/desk/tags/{id}", "DELETE /v1/desk/tags/{id}", json!({ "kind": "topic" })),
    ];
    for (made, revised, deleted, mut draft) in things {
        let under = made.trim_start_matches("POST ");
        draft["translations"] = named("One");
        let one = format!("{under}/{}", id_of(&admin.post(under, &draft).await));
        draft["translations"] = named("Another");
        all.add(made, under, draft);
        all.add(revised, &one, json!({ "translations": named("Else") }));
        all.add(deleted, &one, Value::Null);
    }
    for (operation, under, kind) in
        [("POST /v1/desk/authors/{id}/merge", "/v1/desk/authors", "person"), ("POST /v1/desk/tags/{id}/merge", "/v1/desk/tags", "topic")]
    {
        let draft = |name: &str| json!({ "kind": kind, "translations": named(name) });
        let (one, into) = (id_of(&admin.post(under, &draft("Twin")).await), id_of(&admin.post(under, &draft("Sibling")).await));
        all.add(operation, &format!("{under}/{one}/merge \"1\""), json!({ "into": into }));
    }
    let redirects = "/v1/desk/redirects";
    let old = json!({ "from": "/old", "to": "/new" });
    let redirect = format!("{redirects}/{}", id_of(&admin.post(redirects, &old).await));
    all.add("POST /v1/desk/redirects", redirects, json!({ "from": "/older", "to": "/new" }));
    all.add("PATCH /v1/desk/redirects/{id}", &redirect, json!({ "to": "/newer" }));
    all.add("DELETE /v1/desk/redirects/{id}", &redirect, Value::Null);
    all.add("POST /v1/desk/redirects/import", "/v1/desk/redirects/import", json!("from,to\n/oldest,/new\n"));
    library(admin, all).await;
    uploads(admin, all).await;
    let menu = format!("/v1/desk/menus/{}", id_of(&admin.post("/v1/desk/menus", &json!({ "slug": "main" })).await));
    all.add("POST /v1/desk/menus", "/v1/desk/menus", json!({ "slug": "footer" }));
    all.add("PATCH /v1/desk/menus/{id}", &menu, json!({ "slug": "top" }));
    all.add("DELETE /v1/desk/menus/{id}", &menu, Value::Null);
    let sections = admin.get("/v1/desk/sections").await.ok();
    let led_to = admin.story(sections["data"][0]["id"].as_str().unwrap(), "Led to").await;
    let items = json!([{ "to": { "kind": "article", "id": last(&led_to) } }]);
    all.add_with("POST /v1/desk/menus", &["article.read"], "/v1/desk/menus", json!({ "slug": "leading", "items": items }));
    all.add_with("PATCH /v1/desk/menus/{id}", &["article.read"], &menu, json!({ "items": items }));
    let list = |slug: &str| json!({ "slug": slug, "names": { "en": "Top" } });
    let collection = format!("/v1/desk/collections/{}", id_of(&admin.post("/v1/desk/collections", &list("top")).await));
    all.add("POST /v1/desk/collections", "/v1/desk/collections", list("rail"));
    all.add("PATCH /v1/desk/collections/{id}", &collection, json!({ "limit": 3 }));
    all.add("DELETE /v1/desk/collections/{id}", &collection, Value::Null);
    let items = json!([{ "article_id": last(&led_to), "position": 1 }]);
    let pinning = json!({ "slug": "pinning", "names": { "en": "Top" }, "items": items });
    all.add_with("POST /v1/desk/collections", &["article.read"], "/v1/desk/collections", pinning);
    all.add_with("PATCH /v1/desk/collections/{id}", &["article.read"], &collection, json!({ "items": items }));
    let sections = admin.get("/v1/desk/sections").await.ok();
    let top = sections["data"].as_array().unwrap().iter().filter(|s| s["parent_id"].is_null()).map(|s| s["id"].clone());
    all.add("POST /v1/desk/sections/reorder", "/v1/desk/sections/reorder", json!({ "order": top.rev().collect::<Vec<_>>() }));
    admin.post("/v1/desk/locales", &json!({ "locale": "ta", "name": "Tamil" })).await.ok();
    all.add("POST /v1/desk/locales", "/v1/desk/locales", json!({ "locale": "te", "name": "Telugu" }));
    all.add("PATCH /v1/desk/locales/{locale}", "/v1/desk/locales/ta", json!({ "name": "தமிழ்" }));
    all.add("DELETE /v1/desk/locales/{locale}", "/v1/desk/locales/ta", Value::Null);
    all.add("POST /v1/desk/keys", "/v1/desk/keys", Value::Null);
    let key = admin.get("/v1/desk/keys").await.ok()["data"][0]["kid"].clone();
    all.add("DELETE /v1/desk/keys/{kid}", &format!("/v1/desk/keys/{}", key.as_str().unwrap()), Value::Null);
    let somebody =
        |email: &str| json!({ "email": email, "name": "Asha", "password": "a sentence of hers", "grants": [{ "role": "editor" }] });
    let made = admin.post("/v1/desk/users", &somebody("a@example.org")).await;
    let user = format!("/v1/desk/users/{}", id_of(&made));
    let grants = admin.get(&format!("{user}/grants")).await.ok();
    all.add("POST /v1/desk/users", "/v1/desk/users", somebody("b@example.org"));
    all.add("PATCH /v1/desk/users/{id}", &user, json!({ "name": "Asha Rao" }));
    all.add("DELETE /v1/desk/users/{id}", &user, Value::Null);
    all.add("POST /v1/desk/service-accounts", "/v1/desk/service-accounts", json!({ "name": "Wires" }));
    let account = format!(
        "/v1/desk/users/{}",
        id_of(&admin.post("/v1/desk/service-accounts", &json!({ "name": "Wires", "grants": [{ "role": "admin" }] })).await)
    );
    let key = json!({ "name": "Wires", "scope": ["user.read"] });
    all.add("POST /v1/desk/users/{id}/api-keys", &format!("{account}/api-keys"), key.clone());
    let key = id_of(&admin.post(&format!("{account}/api-keys"), &key).await);
    all.add("DELETE /v1/desk/api-keys/{id}", &format!("/v1/desk/api-keys/{key}"), Value::Null);
    all.add("POST /v1/desk/users/{id}/grants", &format!("{user}/grants"), json!({ "role": "chief" }));
    all.add("POST /v1/desk/users/{id}/password-link", &format!("{user}/password-link"), Value::Null);
    all.add("DELETE /v1/desk/users/{id}/second-factor", &format!("{user}/second-factor"), Value::Null);
    all.add("DELETE /v1/desk/users/{id}/identity", &format!("{user}/identity"), Value::Null);
    let grant = format!("{user}/grants/{}", grants["data"][0]["id"].as_str().unwrap());
    all.add("DELETE /v1/desk/users/{id}/grants/{grant_id}", &grant, Value::Null);
}

async fn uploads(admin: &Client<'_>, all: &mut Requests) {
    let uploads = "/v1/desk/uploads";
    let begun = admin.send(Method::POST, uploads, &TUS, None).await;
    let upload = format!("{uploads}/{}", id_of(&begun));
    all.add("POST /v1/desk/uploads", uploads, Value::Null);
    all.add("PATCH /v1/desk/uploads/{id}", &upload, json!("%PDF-1.4\n% five\n%%EOF\n"));
    all.add("DELETE /v1/desk/uploads/{id}", &upload, Value::Null);
}

/// Every operation of the desk that writes: what it always needs, and its description.
fn declared() -> BTreeMap<String, (BTreeSet<String>, String)> {
    let contract = crate::support::contract::contract();
    let mut all = BTreeMap::new();
    for (path, item) in contract["paths"].as_object().unwrap().iter().filter(|(path, _)| path.starts_with("/v1/desk/")) {
        for (method, operation) in item.as_object().unwrap().iter().filter(|(method, _)| *method != "get") {
            let needed = operation["security"][0]["token"].as_array().unwrap().iter().map(|a| a.as_str().unwrap().to_owned());
            let described = operation["description"].as_str().unwrap_or_default().to_owned();
            all.insert(format!("{} {path}", method.to_uppercase()), (needed.collect(), described));
        }
    }
    all
}

/// Try a request with a token for some actions; nothing comes of it.
async fn tried(app: &TestApp, admin: &Client<'_>, request: &Request, scope: impl Iterator<Item = &str>) -> Answer {
    sent(&app.limited(admin, &scope.collect::<Vec<_>>().join(" ")).await, request).await
}

async fn sent(client: &Client<'_>, request: &Request) -> Answer {
    let method = Method::from_bytes(request.operation.split(' ').next().unwrap().as_bytes()).unwrap();
    let (kind, body) = request.sent();
    let headers: Vec<_> = [("content-type", kind), ("if-match", request.etag.as_str())].into_iter().chain(TUS).collect();
    client.send(method, &format!("{}?validate_only=true", request.path), &headers, body).await
}

both! {
    async fn a_key_for_what_an_operation_declares_does_it_and_one_without_any_of_that_is_refused(app) {
        let (admin, other, world) = (app.admin().await, app.editor().await, app.section("world", "दुनिया").await);
        let mut all = Requests::default();
        stories(&admin, &other, &world, &mut all).await;
        house(&admin, &mut all).await;
        let declared = declared();
        let (mut wrong, mut owner, mut keys) = (Vec::new(), app.admin().await, BTreeMap::new());
        let mut by_key = async |request: &Request, scope: Vec<&str>| {
            if scope.is_empty() {
                return None;
            }
            let named = scope.join(" ");
            if !keys.contains_key(&named) {
                if keys.len() % 40 == 39 {
                    owner = app.admin().await;
                }
                keys.insert(named.clone(), app.keyed(&owner, &json!({ "scope": scope })).await);
            }
            Some(sent(&keys[&named], request).await)
        };
        // What somebody may do with what is their own is theirs, whoever shows the key; and no key makes keys, or changes what lets people in.
        let others = |request: &&Request| !["/comments/", "/api-keys", "/assign", "/password-link", "/second-factor", "/identity", "/uploads/"].iter().any(|of| request.operation.contains(of) && !request.operation.contains("desk/api-keys"));
        for request in all.0.iter().filter(others) {
            let needed: BTreeSet<&str> = declared[request.operation].0.iter().map(String::as_str).chain(request.also.iter().copied()).collect();
            let answer = by_key(request, needed.iter().copied().collect()).await.unwrap();
            if !(200..300).contains(&answer.status) {
                wrong.push(format!("{} {}, with {needed:?}: {} {}", request.operation, request.body, answer.status, answer.text));
            }
            for missing in &needed {
                let Some(answer) = by_key(request, needed.iter().copied().filter(|action| action != missing).collect()).await else { continue };
                let told = if request.body["atomic"] == true { answer.status == 422 || answer.status == 403 } else { answer.status == 403 };
                if !told {
                    wrong.push(format!("{} {}, without {missing}: {} {}", request.operation, request.body, answer.status, answer.text));
                }
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }

    async fn a_token_for_what_an_operation_declares_does_it_and_one_without_any_of_that_is_told_which(app) {
        let (admin, other, world) = (app.admin().await, app.editor().await, app.section("world", "दुनिया").await);
        let mut all = Requests::default();
        stories(&admin, &other, &world, &mut all).await;
        house(&admin, &mut all).await;
        let mut declared = declared();
        let mut wrong = Vec::new();
        for request in &all.0 {
            let (always, described) = &declared[request.operation];
            let needed: BTreeSet<&str> = always.iter().map(String::as_str).chain(request.also.iter().copied()).collect();
            let answer = tried(&app, &admin, request, needed.iter().copied()).await;
            if !(200..300).contains(&answer.status) {
                wrong.push(format!("{} {}, with {needed:?}: {} {}", request.operation, request.body, answer.status, answer.text));
            }
            for missing in &needed {
                let answer = tried(&app, &admin, request, needed.iter().copied().filter(|action| action != missing)).await;
                let told = if request.body["atomic"] == true { answer.status == 422 } else { answer.status == 403 };
                if !(told || *missing == "article.read" && answer.status == 403) || !answer.text.contains(&format!("permission {missing} here")) {
                    wrong.push(format!("{} {}, without {missing}: {} {}", request.operation, request.body, answer.status, answer.text));
                }
            }
            // What it needs now and then, its description says.
            let untold = request.also.iter().filter(|action| request.body["operations"].is_null() && !described.contains(&format!("`{action}`")));
            wrong.extend(untold.map(|action| format!("{} does not say that it may need {action}", request.operation)));
        }
        for request in &all.0 {
            declared.remove(request.operation);
        }
        assert!(declared.is_empty(), "without a request: {:?}", declared.keys());
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }
}
