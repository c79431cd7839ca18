//! Addresses: that everybody gets one, and that nobody learns from one what is not public.

use std::collections::BTreeSet;

use dateline::{
    access::{Bookkeeping, Visibility},
    domain::{Error, Locale, address::AddressKind, slug::Slug, user::Role},
    store::claims::{self, Claim, SlugRequest},
};
use futures_util::future::join_all;
use proptest::{
    prelude::*,
    strategy::ValueTree,
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::{Answer, Client, TestApp};

/// Headlines that leave no room for a number, each in its own way, with the language they are published in.
fn cramped() -> Vec<(&'static str, String)> {
    let marks = |n: usize| "\u{301}".repeat(n);
    vec![
        ("en", "aaaaaaaaaa bbbbbbbbbb cccccccccc ddddddddddddddddd eeeeeeeeeeeeeeeeeeeeeeeeeeeee".to_owned()),
        ("en", format!("q{}", marks(78))),
        ("en", format!("q{}", marks(200))),
        ("en", format!("{} 2", "x".repeat(78))),
        ("en", format!("{}-2", "y".repeat(77))),
        ("en", format!("a q{}", marks(77))),
        ("bn", "ক্ষ্ম".repeat(20)),
        ("kn", "ಕ್ಷ್ಮ".repeat(20)),
        ("en", "🗞️ — …".to_owned()),
        ("en", "1".repeat(80)),
    ]
}

fn slug_in(locale: &str, answer: &Answer) -> String {
    answer.ok()["translations"][locale]["slug"].as_str().unwrap().to_owned()
}

fn slug(answer: &Answer) -> String {
    slug_in("en", answer)
}

fn draft(section: &str, headline: &str, slug: Option<&str>) -> Value {
    json!({ "kind": "story", "section_id": section, "source_locale": "en", "translations": { "en": {
        "headline": headline, "slug": slug, "body": { "format": "text", "content": "One." } } } })
}

/// Begin a story; its path and the slug it has.
async fn begin(client: &Client<'_>, section: &str, headline: &str, wish: Option<&str>) -> (String, String) {
    let made = client.post("/v1/desk/articles", &draft(section, headline, wish)).await;
    let slug = slug(&made);
    (made.header("location").unwrap().to_owned(), slug)
}

/// The slug that the desk shows of a story.
async fn shown(client: &Client<'_>, story: &str) -> String {
    client.get(&format!("{story}/translations/en")).await.ok()["slug"].as_str().unwrap().to_owned()
}

both! {
    async fn who_has_what_only_one_may_have_is_told_to_those_who_see_them_and_to_nobody_else(app) {
        let (admin, world, tech) = (app.admin().await, app.section("world", "दुनिया").await, app.section("tech", "टेक").await);
        let live = admin.story(&world, "A black car").await;
        admin.publish(&live, &["en"]).await.ok();
        let draft = admin.story(&world, "Still a draft").await;
        let id = |path: &str| path.rsplit('/').next().unwrap().to_owned();
        let article = |path: &str, name: &str| json!({ "kind": "article", "id": id(path), "locale": "en", "name": name });
        let words = |slug: &str| {
            let words = json!({ "headline": "Mine", "slug": slug, "body": { "format": "text", "content": "One." } });
            json!({ "kind": "story", "section_id": tech, "source_locale": "en", "translations": { "en": words } })
        };
        let section = |slug: &str| json!({ "translations": { "en": { "name": "Other", "slug": slug } } });
        let tag = |slug: &str| json!({ "kind": "topic", "translations": { "en": { "name": "Other", "slug": slug } } });
        let person = |slug: &str| json!({ "kind": "person", "translations": { "en": { "name": "Other", "slug": slug } } });
        let of_section = json!({ "kind": "section", "id": world, "locale": "en", "name": "World" });
        let desk = |what: &str| format!("/v1/desk/{what}");
        admin.post(&desk("redirects"), &json!({ "from": "/old", "to": "/new" })).await.ok();
        let redirect = admin.get(&desk("redirects")).await.ok()["data"][0]["id"].clone();
        let user = json!({ "email": "a@example.org", "name": "Asha Rao", "password": "a sentence of hers" });
        let asha = admin.post(&desk("users"), &user).await.ok()["id"].clone();
        let known = [
            (desk("articles"), words("a-black-car"), article(&live, "A black car")),
            (desk("articles"), words("still-a-draft"), article(&draft, "Still a draft")),
            (desk("articles"), words("world"), of_section.clone()),
            (desk("sections"), section("a-black-car"), article(&live, "A black car")),
            (desk("tags"), tag("world"), of_section.clone()),
            (desk("authors"), person("world"), of_section),
            (desk("redirects"), json!({ "from": "/old/", "to": "/x" }), json!({ "kind": "redirect", "id": redirect, "locale": null, "name": "/old" })),
            (desk("users"), user, json!({ "kind": "user", "id": asha, "locale": null, "name": "Asha Rao" })),
            (desk("locales"), json!({ "locale": "hi", "name": "Hindi" }), json!({ "kind": "locale", "id": null, "locale": "hi", "name": "हिंदी" })),
        ];
        for (path, body, holder) in known {
            let refused = admin.post(&path, &body).await;
            assert_eq!(refused.refused(409, "taken")["holder"], holder, "{path} {body}");
        }
        let other = admin.story(&tech, "Other").await;
        let patched = admin.patch(&format!("{other}/translations/en"), "\"1\"", &json!({ "slug": "a-black-car" })).await;
        assert_eq!(patched.refused(409, "taken")["holder"], article(&live, "A black car"));
        // Somebody of another desk hears of what is public that it is taken, of a draft not even that.
        let limited = app.role(Role::Editor, Some(&tech), None).await;
        let refused = limited.post(&desk("articles"), &words("a-black-car")).await;
        assert_eq!(refused.refused(409, "taken").get("holder"), None, "{}", refused.text);
        assert!(!refused.text.contains(&id(&live)) && !refused.text.contains("A black car"));
        assert_eq!(limited.post(&desk("articles"), &words("still-a-draft")).await.status, 201);
        // A token that reads no articles hears no more.
        let blind = app.limited(&admin, "section.manage desk.read").await;
        assert_eq!(blind.post(&desk("sections"), &section("a-black-car")).await.refused(409, "taken").get("holder"), None);
    }

    async fn what_was_never_public_gives_its_slug_back_in_the_trash(app) {
        let (admin, world) = (app.admin().await, app.section("world", "दुनिया").await);
        let slug = async |story: &str| admin.get(&format!("{story}/translations/en")).await.ok()["slug"].as_str().unwrap().to_owned();
        let trash = async |story: &str| {
            let tag = admin.get(story).await.etag();
            assert_eq!(admin.delete(story, &tag).await.status, 204);
            app.wait(1);
        };
        let restore = async |story: &str| {
            let id = story.rsplit('/').next().unwrap();
            admin.act(&format!("/v1/desk/trash/{id}/restore"), "\"1\"", &json!({})).await
        };
        let first = admin.story(&world, "A river").await;
        trash(&first).await;
        let second = admin.story(&world, "A river").await;
        assert_eq!(slug(&second).await, "a-river");
        let back = restore(&first).await.ok();
        assert_eq!(back["translations"]["en"]["slug"], "a-river-2");
        assert_eq!(slug(&first).await, "a-river-2");
        // Nobody has taken this one.
        let third = admin.story(&world, "A lake").await;
        trash(&third).await;
        assert_eq!(restore(&third).await.ok()["translations"]["en"]["slug"], "a-lake");
        // By hand as well, and where it was taken in public.
        trash(&third).await;
        let given = json!({ "headline": "Lakes", "slug": "a-lake", "body": { "format": "text", "content": "One." } });
        let begun = json!({ "kind": "story", "section_id": world, "source_locale": "en", "translations": { "en": given } });
        let fourth = admin.post("/v1/desk/articles", &begun).await.header("location").unwrap().to_owned();
        admin.publish(&fourth, &["en"]).await.ok();
        assert_eq!(restore(&third).await.ok()["translations"]["en"]["slug"], "a-lake-2");
        admin.publish(&third, &["en"]).await.ok();
        assert_eq!(app.anyone().get("/v1/articles/by-slug/a-lake-2").await.status, 200);
        // What was public keeps what it had.
        let tag = admin.get(&fourth).await.etag();
        admin.act(&format!("{fourth}/unpublish"), &tag, &json!({ "locales": ["en"] })).await.ok();
        trash(&fourth).await;
        let fifth = admin.story(&world, "A lake").await;
        assert_eq!(slug(&fifth).await, "a-lake-3");
        assert_eq!(restore(&fourth).await.ok()["translations"]["en"]["slug"], "a-lake");
    }

    async fn stories_and_names_of_the_same_words_each_get_an_address(app) {
        let (admin, world) = (app.admin().await, app.section("world", "दुनिया").await);
        for (locale, words) in cramped() {
            let mut taken = BTreeSet::new();
            let (name, text) = (json!({ "name": words }), json!({ "headline": words, "body": { "format": "text", "content": words } }));
            for n in 0..12 {
                let sent = json!({ "kind": "story", "section_id": world, "source_locale": locale, "translations": { locale: text } });
                let made = admin.post("/v1/desk/articles", &sent).await;
                let (path, hoped) = (made.header("location").unwrap_or_else(|| panic!("{}", made.text)), slug_in(locale, &made));
                let published = slug_in(locale, &admin.publish(path, &[locale]).await);
                assert_eq!(published, hoped, "nobody was faster");
                assert!(taken.insert(published), "{taken:?}");
                for (kind, body) in [
                    ("sections", json!({ "translations": { locale: name } })),
                    ("authors", json!({ "kind": "person", "translations": { locale: name } })),
                    ("tags", json!({ "kind": "topic", "translations": { locale: name } })),
                ] {
                    if n < 4 {
                        let given = slug_in(locale, &admin.post(&format!("/v1/desk/{kind}"), &body).await);
                        assert!(given.chars().count() <= 80, "{given}");
                        assert!(taken.insert(given), "{kind}: {taken:?}");
                    }
                }
            }
        }
    }

    async fn nobody_learns_from_a_slug_of_what_they_may_not_see(app) {
        let (editor, world) = (app.editor().await, app.section("world", "दुनिया").await);
        let writer = app.role(Role::Contributor, None, None).await;
        let (hidden, _) = begin(&editor, &world, "River rises", None).await;
        begin(&editor, &world, "Another", Some("by-hand")).await;
        // What the editor has begun neither numbers nor refuses what the contributor writes …
        let (mine, slug) = begin(&writer, &world, "River rises", None).await;
        assert_eq!(slug, "river-rises");
        begin(&writer, &world, "Mine", Some("by-hand")).await;
        let words = format!("{mine}/translations/en");
        let tried = writer.patch(&words, &writer.get(&words).await.etag(), &json!({ "slug": "by-hand-2" })).await.ok();
        assert_eq!(tried["slug"], "by-hand-2");
        writer.patch(&words, &writer.get(&words).await.etag(), &json!({ "slug": "river-rises" })).await.ok();
        // … but their own drafts are told apart, and an editor, who sees all of them, is told so.
        assert_eq!(begin(&writer, &world, "River rises", None).await.1, "river-rises-2");
        assert_eq!(begin(&editor, &world, "River rises", None).await.1, "river-rises-3");
        editor.post("/v1/desk/articles", &draft(&world, "x", Some("by-hand"))).await.refused(409, "taken");
        // Who is published first has it; the other gets a number then, and every face of it says so.
        editor.publish(&hidden, &["en"]).await.ok();
        assert_eq!((shown(&editor, &hidden).await, shown(&writer, &mine).await), ("river-rises".to_owned(), "river-rises".to_owned()));
        writer.post("/v1/desk/articles", &draft(&world, "x", Some("river-rises"))).await.refused(409, "taken");
        let before = writer.get(&words).await;
        let published = editor.publish(&mine, &["en"]).await.ok();
        assert_eq!(published["translations"]["en"]["slug"], "river-rises-2");
        let after = writer.get(&words).await;
        assert_eq!((after.ok()["slug"].as_str(), after.version()), (Some("river-rises-2"), before.version()), "the words are those they were");
        let id = mine.rsplit('/').next().unwrap();
        let live = app.anyone().get("/v1/articles/by-slug/river-rises-2").await.ok();
        assert_eq!((live["id"].as_str(), live["slug"].as_str()), (Some(id), Some("river-rises-2")));
        let first = app.anyone().get("/v1/articles/by-slug/river-rises").await.ok();
        assert_eq!(first["id"].as_str(), hidden.rsplit('/').next());
        let at = app.anyone().get("/v1/resolve?path=/en/world/river-rises-2").await.ok();
        assert_eq!((at["kind"].as_str(), at["id"].as_str()), (Some("article"), Some(id)));
        // Publishing what is live already changes nothing, and whoever saves on from what they read is not stale.
        editor.publish(&mine, &["en"]).await.ok();
        let saved = writer.patch(&words, &before.etag(), &json!({ "summary": "More." })).await.ok();
        assert_eq!((saved["slug"].as_str(), saved["version"].as_i64()), (Some("river-rises-2"), before.ok()["version"].as_i64().map(|v| v + 1)));
    }

    async fn whatever_publishes_gives_a_number_where_one_is_needed(app) {
        let (chief, world) = (app.role(Role::Chief, None, None).await, app.section("world", "दुनिया").await);
        // A writer for each, so that all of them hope for the same.
        let mut stories = Vec::new();
        for _ in 0..5 {
            let writer = app.role(Role::Contributor, None, None).await;
            let (story, slug) = begin(&writer, &world, "Rain", None).await;
            assert_eq!(slug, "rain");
            stories.push(story);
        }
        let id = |path: &str| path.rsplit('/').next().unwrap().to_owned();
        let tag = async |path: &str| chief.get(path).await.etag();
        chief.act(&format!("{}/schedule", stories[0]), &tag(&stories[0]).await, &json!({ "locales": ["en"], "publish_at": "2026-03-01T08:30:00Z" })).await.ok();
        let release = json!({ "name": "All", "items": [{ "article_id": id(&stories[1]), "locale": "en" }], "publish_at": "2026-03-01T08:30:00Z" });
        chief.post("/v1/desk/releases", &release).await.ok();
        let preview = chief.post(&format!("{}/translations/en/previews", stories[0]), &json!({})).await.ok();
        chief.publish(&stories[4], &["en"]).await.ok();
        app.wait(1801);
        assert!(app.tick().await > 0);
        let chief = app.again(&chief).await;
        let tag = async |path: &str| chief.get(path).await.etag();
        let bulk = json!({ "operations": [{ "verb": "publish", "article_id": id(&stories[2]), "version": 1, "body": { "locales": ["en"] } }] });
        let only = chief.post("/v1/desk/bulk?validate_only=true", &bulk).await;
        only.ok();
        assert_eq!(shown(&chief, &stories[2]).await, "rain", "what is only tried is not done");
        chief.post("/v1/desk/bulk", &bulk).await.ok();
        // Taken down and reinstated, put into the trash and taken out: published after that as any other.
        chief.act(&format!("{}/takedown", stories[3]), &tag(&stories[3]).await, &json!({ "reason": "x" })).await.ok();
        chief.act(&format!("{}/reinstate", stories[3]), &tag(&stories[3]).await, &json!({ "reason": "x" })).await.ok();
        let thrown = tag(&stories[3]).await;
        assert_eq!(chief.delete(&stories[3], &thrown).await.status, 204);
        chief.act(&format!("/v1/desk/trash/{}/restore", id(&stories[3])), &thrown, &json!({})).await.ok();
        assert_eq!(shown(&chief, &stories[3]).await, "rain");
        chief.publish(&stories[3], &["en"]).await.ok();
        let mut slugs = BTreeSet::new();
        for story in &stories {
            let slug = shown(&chief, story).await;
            let live = app.anyone().get(&format!("/v1/articles/by-slug/{slug}")).await.ok();
            assert_eq!((live["id"].as_str().unwrap(), live["slug"].as_str().unwrap()), (id(story).as_str(), slug.as_str()));
            slugs.insert(slug);
        }
        assert_eq!(slugs, ["rain", "rain-2", "rain-3", "rain-4", "rain-5"].map(str::to_owned).into());
        let seen = app.anyone().get(&format!("/v1/preview/{}", preview["token"].as_str().unwrap())).await.ok();
        assert_eq!(seen["slug"].as_str(), Some(shown(&chief, &stories[0]).await.as_str()));
    }

    async fn a_story_without_a_letter_in_its_headline_gets_one_with_its_first_words(app) {
        let (editor, world) = (app.editor().await, app.section("world", "दुनिया").await);
        let (story, slug) = begin(&editor, &world, "— ! —", None).await;
        assert_eq!(slug, story.rsplit('/').next().unwrap());
        let words = format!("{story}/translations/en");
        let named = editor.patch(&words, &editor.get(&words).await.etag(), &json!({ "headline": "Rain" })).await.ok();
        assert_eq!(named["slug"], "rain", "it follows the headline until it is public");
    }
}

/// What an answer to a reader says, but for what differs between any two.
fn whole(answer: &Answer) -> (u16, Vec<(String, String)>, Value) {
    let mut headers: Vec<_> = answer.headers.iter().filter(|(n, _)| n != "x-request-id" && n != "date").cloned().collect();
    headers.sort();
    let mut body = answer.json();
    body["request_id"] = Value::Null;
    for (name, value) in &mut headers {
        // A tag is made of what was asked for: their kinds and their number are what may not differ.
        if name == "surrogate-key" || name == "cache-tag" {
            let mut kinds: Vec<_> = value.split([' ', ',']).map(|tag| tag.split('-').next().unwrap_or_default()).collect();
            kinds.sort_unstable();
            *value = kinds.join(" ");
        }
    }
    (answer.status, headers, body)
}

/// Every public operation that asks for one thing, filled in with an id or a slug of it.
fn asked(id: &str, slug: &str) -> Vec<String> {
    let contract = crate::support::contract::contract();
    let mut all = Vec::new();
    for (path, item) in contract["paths"].as_object().unwrap() {
        if path.starts_with("/v1/desk/") || path.starts_with("/v1/auth/") || path.contains("{token}") || item["get"].is_null() {
            continue;
        }
        if path.contains('{') {
            let filled = path.replace("{id}", id).replace("{slug}", slug);
            all.extend(["", "?locale=hi"].map(|query| format!("{filled}{query}")));
        }
        let takes = |name: &str| {
            item["get"]["parameters"].as_array().is_some_and(|all| all.iter().any(|p| p["in"] == "query" && p["name"] == name))
        };
        if takes("path") {
            all.extend(
                [format!("/en/world/{slug}"), format!("/en/{slug}"), format!("/hi/{slug}"), format!("/en/world/{id}")]
                    .map(|at| format!("{path}?path={at}")),
            );
        }
        for filter in ["author", "tag"] {
            if takes(filter) {
                all.extend([id, slug].map(|value| format!("{path}?{filter}={value}&count=true")));
            }
        }
    }
    assert!(all.len() > 25, "{all:?}");
    all
}

/// Everything about what is not public: as it is, and where it never was.
async fn as_if_it_never_was(app: &TestApp, what: &str, id: &str, slug: &str) {
    let (never, nothing) = ("0198c5a1-7f00-7000-8000-0000000000ff", "nothing-of-the-kind");
    for (there, not_there) in asked(id, slug).into_iter().zip(asked(never, nothing)) {
        let (hidden, absent) = (app.anyone().get(&there).await, app.anyone().get(&not_there).await);
        let mut said = whole(&hidden);
        said.2 = serde_json::from_str(&said.2.to_string().replace(id, never).replace(slug, nothing)).unwrap();
        assert_eq!(said, whole(&absent), "{what}: {there}");
        // Once more, as it is kept.
        let again = app.anyone().get(&there).await;
        assert_eq!((again.status, again.text.len()), (hidden.status, hidden.text.len()), "{there}");
    }
}

both! {
    async fn what_is_not_public_is_answered_as_what_never_was(app) {
        let (chief, world) = (app.role(Role::Chief, None, None).await, app.section("world", "दुनिया").await);
        let desk = async |kind: &str, body: &Value| {
            let made = chief.post(&format!("/v1/desk/{kind}"), body).await;
            made.ok()["id"].as_str().unwrap().to_owned()
        };
        let author = desk("authors", &json!({ "kind": "person", "translations": { "en": { "name": "Asha Rao" } } })).await;
        let tag = desk("tags", &json!({ "kind": "topic", "translations": { "en": { "name": "Rivers" } } })).await;
        let story = async |headline: &str, embargo: Option<&str>| {
            let mut sent = draft(&world, headline, None);
            sent["credits"] = json!([{ "role": "written_by", "author_id": author }]);
            sent["tags"] = json!([tag]);
            sent["embargo_until"] = json!(embargo);
            let made = chief.post("/v1/desk/articles", &sent).await;
            made.ok();
            made.header("location").unwrap().to_owned()
        };
        let id = |path: &str| path.rsplit('/').next().unwrap().to_owned();
        let at_names = async |when: &str| {
            as_if_it_never_was(&app, &format!("author, {when}"), &author, "asha-rao").await;
            as_if_it_never_was(&app, &format!("tag, {when}"), &tag, "rivers").await;
            for list in ["/v1/authors", "/v1/authors?count=true", "/v1/tags?count=true"] {
                assert_eq!(app.anyone().get(list).await.ok()["data"], json!([]), "{list}, {when}");
            }
        };
        at_names("that nothing names").await;
        let drafted = story("Only a draft", None).await;
        as_if_it_never_was(&app, "a draft", &id(&drafted), "only-a-draft").await;
        let embargoed = story("Under embargo", Some("2026-03-01T12:00:00Z")).await;
        chief.publish(&embargoed, &["en"]).await.ok();
        as_if_it_never_was(&app, "under embargo", &id(&embargoed), "under-embargo").await;
        at_names("that a story to come names").await;
        let public = story("Was public", None).await;
        chief.publish(&public, &["en"]).await.ok();
        assert_eq!(app.anyone().get("/v1/authors?count=true").await.ok()["page"]["total"], 1);
        app.anyone().get(&format!("/v1/authors/{author}")).await.ok();
        app.anyone().get("/v1/authors/by-slug/asha-rao").await.ok();
        app.anyone().get("/v1/pages?path=/en/asha-rao").await.ok();
        app.anyone().get("/v1/articles?author=asha-rao").await.ok();
        let tagged = async |path: &str| chief.get(path).await.etag();
        chief.act(&format!("{public}/unpublish"), &tagged(&public).await, &json!({})).await.ok();
        as_if_it_never_was(&app, "unpublished", &id(&public), "was-public").await;
        at_names("that a story named once").await;
        assert_eq!(chief.delete(&public, &tagged(&public).await).await.status, 204);
        as_if_it_never_was(&app, "in the trash", &id(&public), "was-public").await;
        assert_eq!(chief.delete(&drafted, &tagged(&drafted).await).await.status, 204);
        as_if_it_never_was(&app, "a draft in the trash", &id(&drafted), "only-a-draft").await;
        // A section that was public, and is no more.
        let gone = desk("sections", &json!({ "translations": { "en": { "name": "Gone" } } })).await;
        let path = format!("/v1/desk/sections/{gone}");
        assert_eq!(chief.delete(&path, &tagged(&path).await).await.status, 204);
        as_if_it_never_was(&app, "a section that was removed", &gone, "gone").await;
        // The desk sees all of them.
        assert_eq!(chief.get("/v1/desk/authors?count=true").await.ok()["page"]["total"], 1);
    }

    async fn a_site_may_show_all_its_authors(app) {
        let admin = app.admin().await;
        let made = admin.post("/v1/desk/authors", &json!({ "kind": "person", "translations": { "en": { "name": "Asha Rao" } } })).await.ok();
        let at = format!("/v1/authors/{}", made["id"].as_str().unwrap());
        app.anyone().get(&at).await.refused(404, "not-found");
        let site = admin.get("/v1/desk/site").await;
        assert_eq!(site.ok()["authors_public"], "when_named");
        admin.patch("/v1/desk/site", &site.etag(), &json!({ "authors_public": "always" })).await.ok();
        for path in [at.as_str(), "/v1/authors/by-slug/asha-rao", "/v1/pages?path=/en/asha-rao", "/v1/resolve?path=/en/asha-rao", "/v1/articles?author=asha-rao"] {
            app.anyone().get(path).await.ok();
        }
        assert_eq!(app.anyone().get("/v1/authors?count=true").await.ok()["page"]["total"], 1);
        admin.patch("/v1/desk/site", &admin.get("/v1/desk/site").await.etag(), &json!({ "authors_public": "when_named" })).await.ok();
        app.anyone().get(&at).await.refused(404, "not-found");
        app.anyone().get("/v1/authors/by-slug/asha-rao").await.refused(404, "not-found");
    }
}

/// A claim of something that is nothing else.
fn of(n: u128, locale: &Locale) -> Claim<'_> {
    Claim { kind: AddressKind::Tag, target: Uuid::from_u128(n), locale }
}

/// Headlines of any script, and which of their numbers are taken: none, the first ones, all that are looked for first, or any.
fn contested() -> impl Strategy<Value = (String, BTreeSet<usize>, bool)> {
    let word = prop_oneof![
        "[a-z]{1,12}",
        "[ক-ঢ]্[ক-ঢ]{1,3}",
        "[ा-ौक-ह]{1,40}",
        "[a-z\u{300}-\u{36f}]{40,90}",
        "[\u{1100}-\u{11ff}]{1,40}",
        "\\PC{1,20}"
    ];
    let text = prop::collection::vec(word, 1..9).prop_map(|all| all.join(" "));
    let numbers = prop_oneof![
        (0usize..200).prop_map(|n| (1..=n).collect()),
        Just((1usize..=17).chain((5..=20).map(|power| 1 << power)).collect()),
        prop::collection::btree_set(1usize..60, 0..50),
        (20usize..400, 0usize..20).prop_map(|(n, hole)| (1..=n).filter(|m| *m != hole).collect()),
    ];
    (text, numbers, any::<bool>())
}

both! {
    async fn a_claim_ends_and_gives_an_address_that_is_free_whatever_is_taken(app) {
        let mut runner = TestRunner::new_with_rng(Config::default(), TestRng::deterministic_rng(RngAlgorithm::ChaCha));
        let cases: Vec<_> = (0..60).map(|_| contested().new_tree(&mut runner).unwrap().current()).collect();
        let (locale, mut most, mut numbered) = (Locale::english(), 0, 0);
        let mut held = BTreeSet::new();
        for (n, (text, numbers, again)) in (0u128..).zip(cases) {
            let Some(slug) = Slug::derive(&text, &Locale::english()) else { continue };
            let first = n << 64;
            app.store.write_now(&Bookkeeping, |tx| {
                for number in &numbers {
                    let taken = slug.numbered(*number);
                    if held.insert(taken.clone()) {
                        claims::claim(tx, of(first + 1 + u128::try_from(*number).unwrap(), &locale), &SlugRequest::by_hand(taken))?;
                    }
                }
                Ok(())
            }).unwrap();
            let before = app.store.statements();
            let given = app.store.write_now(&Bookkeeping, |tx| claims::claim(tx, of(first, &locale), &slug.clone().into())).unwrap();
            most = most.max(app.store.statements() - before);
            assert!(held.insert(given.clone()), "{given} is somebody's");
            assert_eq!(Slug::parse(given.as_str(), &Locale::english(), "#/slug").unwrap(), given);
            assert!(given.is_of(&slug), "{given} is not of {slug}");
            numbered += usize::from(given != slug);
            // Whoever has it may ask for it again; nobody else may.
            let mine = |n| app.store.write_now(&Bookkeeping, |tx| claims::claim(tx, of(n, &locale), &SlugRequest::by_hand(given.clone())));
            assert_eq!(mine(first).unwrap(), given);
            assert!(matches!(mine(u128::MAX), Err(Error::Taken(_))));
            if again {
                assert_ne!(app.store.write_now(&Bookkeeping, |tx| claims::claim(tx, of(first + (1 << 32), &locale), &given.clone().into())).unwrap(), given);
            }
        }
        assert!(numbered > 30, "{numbered}");
        assert!(most <= 10, "one claim took {most} statements");
    }

    async fn the_thousandth_story_of_one_headline_costs_hardly_more_than_the_tenth(app) {
        let (locale, slug) = (Locale::english(), Slug::derive("Your horoscope for today", &Locale::english()).unwrap());
        let mut costs = Vec::new();
        for n in 1..=1_100u128 {
            let before = app.store.statements();
            let given = app.store.write_now(&Bookkeeping, |tx| claims::claim(tx, of(n, &locale), &slug.clone().into())).unwrap();
            assert_eq!(given, slug.numbered(usize::try_from(n).unwrap()), "in order");
            costs.push(app.store.statements() - before);
        }
        assert!(costs.iter().max().unwrap() - costs[9] <= 5, "{costs:?}");
    }

    async fn many_who_claim_one_slug_at_once_get_one_each(app) {
        let store = app.store_with(1, 8);
        let slug = Slug::derive("aaaaaaaaaa bbbbbbbbbb cccccccccc ddddddddddddddddd eeeeeeeeeeeeeeeeeeeeeeeeeeeee", &Locale::english()).unwrap();
        let all = join_all((1..=64u128).map(|n| {
            let slug = slug.clone();
            store.write(Bookkeeping, move |tx, _| claims::claim(tx, of(n, &Locale::english()), &slug.into()))
        })).await;
        let all: BTreeSet<Slug> = all.into_iter().map(Result::unwrap).collect();
        assert_eq!(all.len(), 64);
        assert!((1..=64).all(|n| all.contains(&slug.numbered(n))), "{all:?}");
    }

    async fn one_transaction_may_claim_any_number_of_addresses(app) {
        // More than a server keeps places for in its queues.
        let locale = Locale::english();
        app.store.write_now(&Bookkeeping, |tx| {
            for n in 0..12_000u128 {
                let slug: SlugRequest = Slug::derive(&format!("Story {}", n % 6_000), &Locale::english()).unwrap().into();
                if n % 2 == 0 {
                    claims::claim(tx, of(n, &locale), &slug)?;
                } else {
                    claims::propose(tx, of(n, &locale), &slug, Some(&Visibility::public()))?;
                }
            }
            Ok(())
        }).unwrap();
    }
}
