//! Authors and tags that become one with another.

use std::collections::BTreeSet;

use dateline::{
    access::{Caller, Permit, System, action::Export},
    desk::bundle::{Outcome, export_tag},
    domain::user::Role,
    store,
};
use serde_json::{Value, json};

use crate::support::{Answer, Client, TestApp, everything_kept};

async fn made(client: &Client<'_>, path: &str, body: Value) -> String {
    client.post(path, &body).await.ok()["id"].as_str().unwrap().to_owned()
}

async fn tag(client: &Client<'_>, translations: Value) -> String {
    made(client, "/v1/desk/tags", json!({ "kind": "topic", "translations": translations })).await
}

async fn author(client: &Client<'_>, name: &str) -> String {
    made(client, "/v1/desk/authors", json!({ "kind": "person", "translations": { "en": { "name": name } } })).await
}

/// Merge one into another, at its newest version.
async fn merge(client: &Client<'_>, kind: &str, one: &str, into: &str) -> Answer {
    let at = format!("/v1/desk/{kind}/{one}");
    client.act(&format!("{at}/merge"), &client.get(&at).await.etag(), &json!({ "into": into })).await
}

async fn story(client: &Client<'_>, section: &str, headline: &str, facts: Value) -> String {
    let words = json!({ "headline": headline, "body": { "format": "text", "content": headline } });
    let mut sent = json!({ "kind": "story", "section_id": section, "source_locale": "en", "translations": { "en": words } });
    sent.as_object_mut().unwrap().extend(facts.as_object().unwrap().clone());
    client.post("/v1/desk/articles", &sent).await.header("location").unwrap().to_owned()
}

async fn revise(client: &Client<'_>, story: &str, facts: Value) {
    client.patch(story, &client.get(story).await.etag(), &facts).await.ok();
}

fn ids(named: &Value) -> Vec<&str> {
    named.as_array().unwrap().iter().map(|tag| tag["id"].as_str().unwrap()).collect()
}

fn headlines(list: &Value) -> BTreeSet<&str> {
    list["data"].as_array().unwrap().iter().map(|a| a["headline"].as_str().unwrap()).collect()
}

fn exported_tag(app: &TestApp, id: &str) -> Value {
    let id = id.parse().unwrap();
    let record = app.store.read_now(|tx| {
        let permit: Permit<Export> = Permit::try_from(Caller::system(System::Importer))?;
        let tag = store::named::find(tx, id)?;
        export_tag(tx, &permit, &tag)
    });
    serde_json::to_value(record.unwrap()).unwrap()
}

/// What names an id still, but for the log, the keys of requests and the keys of importers.
fn named_anywhere(app: &TestApp, id: &str) -> Vec<String> {
    let forms = [id.to_owned(), id.replace('-', "").to_uppercase()];
    let kept = everything_kept(&app.url);
    let lines = kept.lines().filter(|line| forms.iter().any(|form| line.contains(form)));
    let may = ["changes:", "idempotency_keys:", "imports:", "merged:"];
    lines.filter(|line| !may.iter().any(|table| line.starts_with(table))).map(str::to_owned).collect()
}

both! {
    async fn what_was_saved_or_rendered_beside_a_merge_is_led_on_all_the_same(app) {
        let (admin, world) = (app.admin().await, app.section("world", "दुनिया").await);
        let (one, other) = (tag(&admin, json!({ "en": { "name": "Rivers" } })).await, tag(&admin, json!({ "en": { "name": "Waters" } })).await);
        let path = story(&admin, &world, "Live", json!({ "tags": [one, other] })).await;
        let words = format!("{path}/translations/en");
        let body = json!({ "body": { "format": "html", "content": "<p><a href=\"/en/rivers\">Here</a></p>" } });
        admin.patch(&words, &admin.get(&words).await.etag(), &body).await.ok();
        admin.publish(&path, &["en"]).await.ok();
        merge(&admin, "tags", &one, &other).await.ok();
        // As when whoever published had rendered it before, or whoever saved had looked it up before.
        let (gone, is) = (format!("tag:{one}"), format!("tag:{other}"));
        crate::support::execute(&app.url, &format!("UPDATE editions SET html = REPLACE(html, '{is}', '{gone}')"));
        let kind = if app.url.starts_with("sqlite") { "TEXT" } else { "jsonb" };
        crate::support::execute(
            &app.url,
            &format!("UPDATE translation_revisions SET words = CAST(REPLACE(CAST(words AS TEXT), '{other}', '{one}') AS {kind})"),
        );
        let fresh = app.uncached().await;
        let id = path.rsplit('/').next().unwrap();
        for form in ["html", "doc", "markdown"] {
            let shown = app.anyone().at(&fresh).get(&format!("/v1/articles/{id}?body={form}")).await.ok();
            assert!(shown["body"].to_string().contains("/en/waters"), "{form}: {}", shown["body"]);
        }
        let kept = admin.get(&format!("{words}?body=doc")).await.ok();
        assert_eq!(kept.pointer("/body/content/content/0/content/0/marks/0/attrs/href"), Some(&json!("/en/waters")));
    }

    async fn who_has_the_id_of_what_is_gone_still_means_the_other(app) {
        let (admin, world) = (app.admin().await, app.section("world", "दुनिया").await);
        let about = |name: &str, about: &str| json!({ "en": { "name": name, "description": about } });
        let (first, one) = (tag(&admin, about("Streams", "")).await, tag(&admin, about("Rivers", "What flows.")).await);
        let (other, person, same) = (tag(&admin, about("Waters", "")).await, author(&admin, "Asha").await, author(&admin, "Asha R.").await);
        let path = story(&admin, &world, "Live", json!({ "tags": [one, first], "credits": [{ "role": "reported_by", "author_id": person }] })).await;
        admin.publish(&path, &["en"]).await.ok();
        let reader = app.anyone();
        let (by_id, listed) = (format!("/v1/tags/{one}?locale=en"), format!("/v1/articles?tag={one}&author={person}"));
        reader.get(&by_id).await.ok();
        assert_eq!(headlines(&reader.get(&listed).await.ok()), ["Live"].into());
        // As an editor had it before.
        let (facts, words) = (admin.get(&path).await, format!("{path}/translations/en"));
        let link = json!({ "schema": 1, "type": "doc", "content": [{ "type": "paragraph", "content": [
            { "type": "text", "text": "Here", "marks": [{ "type": "link", "attrs": { "href": "/en/rivers", "to": { "kind": "tag", "id": one } } }] },
        ] }] });
        merge(&admin, "tags", &first, &one).await.ok();
        merge(&admin, "tags", &one, &other).await.ok();
        merge(&admin, "authors", &person, &same).await.ok();
        // Readers are led on, and lists are those of the other.
        for (gone, led) in [(&one, &other), (&first, &other)] {
            let moved = reader.get(&format!("/v1/tags/{gone}?locale=en")).await;
            assert_eq!((moved.status, moved.header("location")), (308, Some(&*format!("/v1/tags/{led}?locale=en"))));
        }
        assert_eq!(reader.get(&format!("/v1/authors/{person}")).await.status, 308);
        assert_eq!(headlines(&reader.get(&listed).await.ok()), ["Live"].into());
        assert_eq!(reader.get(&format!("/v1/tags/{other}?locale=en")).await.ok()["description"], "What flows.");
        // Page after page, too.
        let second = story(&admin, &world, "Second", json!({ "tags": [other], "credits": [{ "role": "reported_by", "author_id": same }] })).await;
        admin.publish(&second, &["en"]).await.ok();
        let first_page = reader.get(&format!("{listed}&limit=1&count=true")).await.ok();
        let next = first_page["page"]["next"].as_str().unwrap().to_owned();
        let second_page = reader.get(&format!("{listed}&limit=1&count=true&cursor={next}")).await.ok();
        assert_eq!([&first_page, &second_page].map(|page| page["page"]["total"].clone()), [json!(2), json!(2)]);
        assert_eq!(&headlines(&first_page) | &headlines(&second_page), ["Live", "Second"].into());
        assert_eq!([headlines(&first_page).len(), headlines(&second_page).len()], [1, 1]);
        // An id of the one kind stands for nothing of the other.
        let at = |what: &str| format!("{path}{what}");
        let swapped = json!({ "credits": [{ "role": "reported_by", "author_id": one }], "tags": [person] });
        let refused = admin.patch(&at(""), &admin.get(&path).await.etag(), &swapped).await;
        assert_eq!(refused.violations().iter().map(|(_, code)| code.as_str()).collect::<BTreeSet<_>>(), ["unknown_author", "unknown_tag"].into());
        for kind in ["author", "article", "section"] {
            let redirect = json!({ "from": "/no", "to": { "kind": kind, "id": one, "locale": "en" } });
            admin.post("/v1/desk/redirects", &redirect).await.refused(422, "invalid");
        }
        reader.get(&format!("/v1/authors/{one}")).await.refused(404, "not-found");
        // What an editor sends as it was read is the same with the other, once.
        let sent = json!({ "tags": facts.json()["tags"], "credits": facts.json()["credits"], "genre": "analysis" });
        let saved = admin.patch(&path, &facts.etag(), &sent).await.ok();
        assert_eq!((&saved["tags"], &saved["credits"][0]["author_id"]), (&json!([other]), &json!(same)));
        let body = json!({ "body": { "format": "doc", "content": link } });
        admin.patch(&words, &admin.get(&words).await.etag(), &body).await.ok();
        let kept = admin.get(&format!("{words}?body=doc")).await.ok();
        assert_eq!(kept.pointer("/body/content/content/0/content/0/marks/0/attrs/to/id"), Some(&json!(other)));
        let redirect = json!({ "from": "/old", "to": { "kind": "tag", "id": first, "locale": "en" } });
        assert_eq!(admin.post("/v1/desk/redirects", &redirect).await.ok()["to"]["id"], json!(other));
        // What a record brings back under another key is what it became.
        let again = json!({ "type": "tag", "key": "again", "id": one, "kind": "topic", "translations": { "en": { "name": "Rivers" } } });
        assert_eq!(app.import(&again).outcome, Outcome::Merged);
        // Kept answers follow, and nobody is led to what has no page.
        let last = tag(&admin, about("Seas", "")).await;
        merge(&admin, "tags", &other, &last).await.ok();
        let led = reader.get(&format!("/v1/tags/{one}?locale=en")).await;
        assert_eq!(led.header("location"), Some(&*format!("/v1/tags/{last}?locale=en")));
        for live in [&path, &second] {
            let tag = admin.get(live).await.etag();
            admin.act(&format!("{live}/unpublish"), &tag, &json!({ "locales": ["en"] })).await.ok();
        }
        reader.get(&format!("/v1/tags/{one}?locale=en")).await.refused(404, "not-found");
        // What nobody ever had is unknown on.
        let unknown = json!({ "tags": ["00000000-0000-0000-0000-000000000001"] });
        admin.patch(&path, &admin.get(&path).await.etag(), &unknown).await.refused(422, "invalid");
        reader.get("/v1/tags/00000000-0000-0000-0000-000000000001").await.refused(404, "not-found");
    }

    async fn a_link_to_one_leads_to_the_other(app) {
        let (admin, world) = (app.admin().await, app.section("world", "दुनिया").await);
        let (one, other) = (tag(&admin, json!({ "en": { "name": "Rivers" } })).await, tag(&admin, json!({ "en": { "name": "River" } })).await);
        let story = story(&admin, &world, "Live", json!({ "tags": [one, other] })).await;
        admin.publish(&story, &["en"]).await.ok();
        let words = format!("{story}/translations/en");
        let body = format!("<p><a href=\"/en/rivers\">Rivers</a>, “{one}” and <a href=\"/en/river\">a river</a></p>");
        let patch = json!({ "body": { "format": "html", "content": body } });
        admin.patch(&words, &admin.get(&words).await.etag(), &patch).await.ok();
        admin.publish(&story, &["en"]).await.ok();
        let id = story.rsplit('/').next().unwrap();
        let refers = async || {
            let body = admin.get(&words).await.ok()["body"].clone();
            let public = app.anyone().get(&format!("/v1/articles/{id}?body=doc")).await.ok()["body"].clone();
            assert_eq!(public["content"], body["content"], "readers get what the desk does");
            [&one, &other].map(|id| body.to_string().matches(&format!("\"id\":\"{id}\"")).count())
        };
        let read = async || app.anyone().get(&format!("/v1/articles/{id}?body=html")).await.ok()["body"]["content"].as_str().unwrap().to_owned();
        assert_eq!(refers().await, [1, 1]);
        assert_eq!(read().await.matches("href=\"/en/rivers\"").count(), 1);
        merge(&admin, "tags", &one, &other).await.ok();
        assert_eq!(refers().await, [0, 2], "what was typed stays, though it is an id");
        assert_eq!(read().await, body.replace("/en/rivers", "/en/river"));
    }

    async fn whatever_named_a_tag_names_the_other_once_in_the_first_of_the_two_places(app) {
        let (admin, world) = (app.admin().await, app.section("world", "दुनिया").await);
        let [one, other, rain] = [json!({ "en": { "name": "Rivers" } }), json!({ "en": { "name": "River" } }), json!({ "en": { "name": "Rain" } })];
        let (one, other, rain) = (tag(&admin, one).await, tag(&admin, other).await, tag(&admin, rain).await);
        let live = story(&admin, &world, "Live", json!({ "tags": [rain, one] })).await;
        let both = story(&admin, &world, "Both", json!({ "tags": [one, rain, other] })).await;
        let turned = story(&admin, &world, "Turned", json!({ "tags": [other, one, rain] })).await;
        let without = story(&admin, &world, "Without", json!({ "tags": [rain] })).await;
        for story in [&live, &both, &turned, &without] {
            admin.publish(story, &["en"]).await.ok();
        }
        // A former revision, of which there is a plan, and an edition that has ended.
        let planned = story(&admin, &world, "Planned", json!({ "tags": [one] })).await;
        let at = "2026-03-01T12:00:00Z";
        admin.act(&format!("{planned}/schedule"), &admin.get(&planned).await.etag(), &json!({ "locales": ["en"], "publish_at": at })).await.ok();
        revise(&admin, &planned, json!({ "tags": [] })).await;
        let ended = story(&admin, &world, "Ended", json!({ "tags": [one] })).await;
        admin.publish(&ended, &["en"]).await.ok();
        let while_it_was = app.now();
        app.wait(60);
        let admin = app.again(&admin).await;
        admin.act(&format!("{ended}/unpublish"), &admin.get(&ended).await.etag(), &json!({ "locales": ["en"] })).await.ok();
        let versions = async || {
            let mut all = Vec::new();
            for story in [&live, &both, &turned, &planned, &ended] {
                all.push(admin.get(story).await.version());
            }
            all
        };
        let before = versions().await;
        let anyone = app.anyone();
        // Kept answers, which are to be dropped.
        let last = |path: &str| path.rsplit('/').next().unwrap().to_owned();
        let lists = async |of: &str| {
            let list = anyone.get(&format!("/v1/articles?tag={of}")).await;
            if list.status == 200 { headlines(&list.ok()).into_iter().map(str::to_owned).collect::<Vec<_>>() } else { Vec::new() }
        };
        assert_eq!((lists(&one).await, lists(&other).await), (vec!["Both".to_owned(), "Live".to_owned(), "Turned".to_owned()], vec!["Both".to_owned(), "Turned".to_owned()]));
        assert_eq!(ids(&anyone.get(&format!("/v1/articles/{}", last(&live))).await.ok()["tags"]), [&rain, &one]);
        anyone.get(&format!("/v1/tags/{one}")).await.ok();

        let merged = merge(&admin, "tags", &one, &other).await;
        assert_eq!((merged.ok()["id"].as_str(), merged.version()), (Some(other.as_str()), 1));
        assert_eq!(versions().await, before, "no article has another version by that");
        assert_eq!(named_anywhere(&app, &one), Vec::<String>::new());
        for (story, tags) in [(&live, vec![&rain, &other]), (&both, vec![&other, &rain]), (&turned, vec![&other, &rain])] {
            assert_eq!(admin.get(story).await.ok()["tags"], json!(tags), "{story}");
            assert_eq!(admin.get(&format!("{story}/revisions/1")).await.ok()["tags"], json!(tags), "{story}");
            assert_eq!(ids(&anyone.get(&format!("/v1/articles/{}", last(story))).await.ok()["tags"]), tags, "{story}");
        }
        let three = ["Both", "Live", "Turned"].map(str::to_owned);
        assert_eq!((lists(&one).await, lists(&other).await), (three.to_vec(), three.to_vec()));
        assert_eq!(anyone.get(&format!("/v1/tags/{one}")).await.status, 308);
        admin.get(&format!("/v1/desk/tags/{one}")).await.refused(404, "not-found");
        let then = admin.get(&format!("/v1/desk/archive/articles/{}?as_of={while_it_was}", last(&ended))).await.ok();
        assert_eq!(ids(&then["tags"]), [&other]);
        // What was planned comes, and carries the other.
        app.wait(5 * 3600);
        assert!(app.tick().await > 0);
        assert_eq!(ids(&anyone.get(&format!("/v1/articles/{}", last(&planned))).await.ok()["tags"]), [&other]);
    }

    async fn credits_name_the_other_author_once_in_each_role(app) {
        let (admin, world) = (app.admin().await, app.section("world", "दुनिया").await);
        let (one, other) = (author(&admin, "Asha Rao").await, author(&admin, "A. Rao").await);
        let credit = |role: &str, author: &str| json!({ "role": role, "author_id": author });
        let sent = json!({ "credits": [credit("written_by", &one), credit("photo_by", &one), credit("written_by", &other), credit("edited_by", &other)] });
        let story = story(&admin, &world, "Rain", sent).await;
        admin.publish(&story, &["en"]).await.ok();
        merge(&admin, "authors", &one, &other).await.ok();
        let expected = json!([credit("written_by", &other), credit("photo_by", &other), credit("edited_by", &other)]);
        assert_eq!(admin.get(&story).await.ok()["credits"], expected);
        assert_eq!(admin.get(&format!("{story}/revisions/1")).await.ok()["credits"], expected);
        let read = app.anyone().get(&format!("/v1/articles/{}", story.rsplit('/').next().unwrap())).await.ok();
        let roles: Vec<_> = read["credits"].as_array().unwrap().iter().map(|c| (c["role"].as_str().unwrap(), ids(&c["authors"]))).collect();
        let other = vec![other.as_str()];
        assert_eq!(roles, [("written_by", other.clone()), ("photo_by", other.clone()), ("edited_by", other)]);
        assert_eq!(named_anywhere(&app, &one), Vec::<String>::new());
    }

    async fn every_address_leads_to_the_other_and_goes_along_into_a_bundle(app) {
        let (admin, world) = (app.admin().await, app.section("world", "दुनिया").await);
        let one = tag(&admin, json!({ "en": { "name": "Rivers" }, "hi": { "name": "नदियाँ", "slug": "nadiyan" }, "bn": { "name": "নদী", "slug": "nodi" } })).await;
        let other = tag(&admin, json!({ "en": { "name": "Waters" }, "hi": { "name": "जल", "slug": "jal" } })).await;
        let at = format!("/v1/desk/tags/{one}");
        admin.patch(&at, &admin.get(&at).await.etag(), &json!({ "translations": { "en": { "slug": "streams" } } })).await.ok();
        let to = json!({ "kind": "tag", "id": one, "locale": "en" });
        let redirect = admin.post("/v1/desk/redirects", &json!({ "from": "/old/rivers", "to": to })).await;
        let redirect = redirect.header("location").unwrap_or_else(|| panic!("{}", redirect.text)).to_owned();
        let story = story(&admin, &world, "Rain", json!({ "tags": [one] })).await;
        admin.publish(&story, &["en"]).await.ok();
        let anyone = app.anyone();
        let leads = async |path: &str| anyone.get(&format!("/v1/resolve?path={path}")).await.ok();
        assert_eq!(leads("/en/rivers").await, json!({ "kind": "redirect", "to": "/en/streams", "status": 301 }));
        assert_eq!(leads("/hi/nadiyan").await["kind"], "tag");
        let merged = merge(&admin, "tags", &one, &other).await.ok();
        // Where the other had no name it has this one's: nothing that was said is lost.
        assert_eq!((&merged["translations"]["bn"]["name"], &merged["translations"]["hi"]["name"]), (&json!("নদী"), &json!("जल")));
        assert_eq!(merged["version"], 2);
        let moved = |to: &str| json!({ "kind": "redirect", "to": to, "status": 301 });
        for (path, to) in [("/en/rivers", "/en/waters"), ("/en/streams", "/en/waters"), ("/hi/nadiyan", "/hi/jal"), ("/old/rivers", "/en/waters")] {
            assert_eq!(leads(path).await, moved(to), "{path}");
            assert_eq!(anyone.get(&format!("/v1/pages?path={path}")).await.ok(), moved(to), "{path}");
        }
        assert_eq!((leads("/bn/nodi").await["id"].as_str(), leads("/en/waters").await["id"].as_str()), (Some(other.as_str()), Some(other.as_str())));
        let found = anyone.get("/v1/tags/by-slug/rivers?locale=en").await;
        assert_eq!((found.status, found.header("location")), (308, Some("/v1/tags/by-slug/waters?locale=en")));
        assert_eq!(admin.get(&redirect).await.ok()["to"]["id"], json!(other));
        // A slug that was either's is nobody else's.
        let taken = json!({ "kind": "topic", "translations": { "en": { "name": "Streams", "slug": "streams" } } });
        admin.post("/v1/desk/tags", &taken).await.refused(409, "taken");
        let record = exported_tag(&app, &other);
        assert_eq!(record["translations"]["en"]["former_slugs"], json!(["rivers", "streams"]));
        assert_eq!(record["translations"]["en"]["former_paths"], json!(["/old/rivers"]));
        assert_eq!(record["translations"]["hi"]["former_slugs"], json!(["nadiyan"]));
    }

    async fn importers_know_the_other_by_what_they_knew_both_by_and_rename_it_no_more(app) {
        let admin = app.admin().await;
        app.section("world", "दुनिया").await;
        let named = |key: &str, name: &str| json!({ "type": "tag", "key": key, "translations": { "en": { "name": name } } });
        let article = |tags: Value, headline: &str| json!({ "type": "article", "key": "a", "section": "world", "tags": tags, "source_locale": "en",
            "translations": { "en": { "headline": headline } } });
        let (streams, waters) = (named("streams", "Streams"), named("waters", "Waters"));
        for record in [&streams, &waters] {
            assert_eq!(app.import(record).outcome, Outcome::Created);
        }
        app.import(&article(json!(["streams", "waters"]), "Rain"));
        // One that was made at the desk, which records name by its slug, and an export by its id.
        let rivers = tag(&admin, json!({ "en": { "name": "Rivers" } })).await;
        let exported = exported_tag(&app, &rivers);
        let all = admin.get("/v1/desk/tags").await.ok();
        let id = |name: &str| all["data"].as_array().unwrap().iter().find(|t| t["translations"]["en"]["name"] == name).unwrap()["id"].as_str().unwrap().to_owned();
        let (streams_id, waters_id) = (id("Streams"), id("Waters"));
        merge(&admin, "tags", &rivers, &streams_id).await.ok();
        merge(&admin, "tags", &streams_id, &waters_id).await.ok();
        let before = exported_tag(&app, &waters_id);
        assert_eq!((&before["key"], &before["translations"]["en"]["former_slugs"]), (&json!("waters"), &json!(["rivers", "streams"])));
        // The same records change nothing; others of what is gone neither bring it back nor rename what it became.
        assert_eq!([app.import(&streams).outcome, app.import(&waters).outcome], [Outcome::Unchanged, Outcome::Unchanged]);
        assert_eq!([app.import(&named("streams", "Brooks")).outcome, app.import(&exported).outcome], [Outcome::Merged, Outcome::Merged]);
        for record in [&streams, &exported] {
            assert_eq!(app.try_import(record, true).unwrap().outcome, Outcome::Merged, "not even over what the desk has edited");
        }
        assert_eq!(exported_tag(&app, &waters_id), before);
        // Whatever the keys, a story has it once.
        let once = json!([waters_id]);
        for (tags, headline) in [(json!(["streams", "waters"]), "Rain"), (json!(["rivers", "streams", rivers]), "More rain"), (json!(["waters"]), "Sun")] {
            app.import(&article(tags, headline));
            let story = admin.get("/v1/desk/articles").await.ok()["data"][0].clone();
            assert_eq!(admin.get(&format!("/v1/desk/articles/{}", story["id"].as_str().unwrap())).await.ok()["tags"], once, "{headline}");
        }
        assert_eq!(admin.get("/v1/desk/tags?count=true").await.ok()["page"]["total"], 1);
        // Its own record is its own still.
        assert_eq!(app.import(&named("waters", "All waters")).outcome, Outcome::Updated);
        assert_eq!(exported_tag(&app, &waters_id)["translations"]["en"]["name"], "All waters");
    }

    async fn merging_takes_who_keeps_both_the_newest_version_and_another_of_the_same_kind(app) {
        let (admin, editor) = (app.admin().await, app.role(Role::Translator, None, None).await);
        let (one, other, person) = (tag(&admin, json!({ "en": { "name": "Rivers" } })).await, tag(&admin, json!({ "en": { "name": "Waters" } })).await, author(&admin, "Asha").await);
        let at = format!("/v1/desk/tags/{one}/merge");
        let into = |id: &str| json!({ "into": id });
        editor.act(&at, "\"1\"", &into(&other)).await.refused(403, "forbidden");
        admin.act(&at, "\"7\"", &into(&other)).await.refused(412, "stale");
        admin.post(&at, &into(&other)).await.refused(428, "unconditional");
        let refused = admin.act(&at, "\"1\"", &into(&one)).await;
        assert_eq!((refused.status, refused.violations()), (422, vec![("#/into".to_owned(), "itself".to_owned())]));
        for unknown in [&person, "00000000-0000-0000-0000-000000000001"] {
            let refused = admin.act(&at, "\"1\"", &into(unknown)).await;
            assert_eq!((refused.status, refused.violations()), (422, vec![("#/into".to_owned(), "unknown".to_owned())]));
        }
        // Only tried, it leaves all as it was.
        let before = everything_kept(&app.url);
        assert_eq!(admin.act(&format!("{at}?validate_only=true"), "\"1\"", &into(&other)).await.ok()["id"], json!(other));
        assert_eq!(everything_kept(&app.url), before);
        admin.act(&at, "\"1\"", &into(&other)).await.ok();
        admin.act(&at, "\"1\"", &into(&other)).await.refused(404, "not-found");
        let told = admin.get("/v1/desk/audit?limit=2").await.ok();
        let told: BTreeSet<_> = told["data"].as_array().unwrap().iter().map(|c| (c["event"].as_str().unwrap().to_owned(), c["reason"].as_str().unwrap().to_owned())).collect();
        assert_eq!(told, [("merged".to_owned(), format!("into {other}")), ("merged".to_owned(), format!("with {one}"))].into());
    }
}
