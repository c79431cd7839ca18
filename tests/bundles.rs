//! Bundles in and out.

use std::collections::BTreeMap;

use dateline::{
    access::{Caller, Permit, System, action::Export},
    desk::bundle::{Outcome, Rules, export_article, export_author, export_head, export_redirect, export_section, export_tag},
    domain::{Error, article::ArticleId, author::AuthorKind, page::Paging, tag::TagKind},
    store::redirects::Filter,
};
use serde_json::{Value, json};

use crate::support::TestApp;

fn story() -> Value {
    json!({ "type": "article", "key": "a-1", "section": "world", "tags": ["diplomacy"], "source_locale": "en",
        "credits": [{ "role": "reported_by", "author": "desk" }],
        "translations": {
            "en": { "headline": "A car", "body": { "format": "html", "content": "<p>One.</p>" }, "published_at": "2024-03-16T13:09:00Z", "updated_at": "2024-03-16T14:00:00Z" },
            "hi": { "headline": "कार", "body": { "format": "text", "content": "एक।" }, "translated_from": "en", "published_at": null } } })
}

async fn newsroom(app: &TestApp) {
    app.section("world", "दुनिया").await;
    app.import(&json!({ "type": "author", "key": "desk", "kind": "desk", "translations": { "en": { "name": "Desk" } } }));
}

fn export(app: &TestApp, id: &str) -> Value {
    let id: ArticleId = id.parse().unwrap();
    let record = app.store.read_now(|tx| {
        let permit: Permit<Export> = Permit::try_from(Caller::system(System::Importer))?;
        export_article(tx, &permit, id)
    });
    serde_json::to_value(record.unwrap()).unwrap()
}

/// Every record of an export.
fn everything(app: &TestApp) -> Vec<Value> {
    let records = app.store.read_now(|tx| {
        let permit: Permit<Export> = Permit::try_from(Caller::system(System::Importer))?;
        let mut all = export_head(tx, &permit)?;
        for section in dateline::store::sections::all(tx)?.iter() {
            all.push(export_section(tx, &permit, section)?);
        }
        for author in dateline::store::named::page::<AuthorKind>(tx, Paging::first())?.items {
            all.push(export_author(tx, &permit, &author)?);
        }
        for tag in dateline::store::named::page::<TagKind>(tx, Paging::first())?.items {
            all.push(export_tag(tx, &permit, &tag)?);
        }
        for id in dateline::store::articles::ids_after(tx, None, 200)? {
            all.push(export_article(tx, &permit, id)?);
        }
        let mut redirects = dateline::store::redirects::page(tx, &Filter::default(), Paging::first())?.items;
        redirects.sort_by(|a, b| a.from.cmp(&b.from));
        for redirect in redirects {
            match export_redirect(tx, &permit, &redirect) {
                Err(Error::NotFound(_)) => {}
                record => all.extend(record?),
            }
        }
        Ok(all)
    });
    records.unwrap().iter().map(|record| serde_json::to_value(record).unwrap()).collect()
}

/// Another newsroom, a minute later, that has these records.
async fn elsewhere(records: &[Value]) -> TestApp {
    let other = TestApp::sqlite().await;
    other.wait(60);
    for record in records {
        other.import(record);
    }
    other
}

both! {
    async fn what_the_desk_has_changed_of_the_site_its_locales_and_redirects_is_left_and_told_of(app) {
        let admin = app.admin().await;
        let site = |name: &str| json!({ "type": "site", "name": name, "url": "https://news.example", "default_locale": "en", "time_zone": "UTC", "url_pattern": "/{locale}/{section}/{slug}", "review": "optional", "credit_labels": {} });
        let locale = |name: &str| json!({ "type": "locale", "locale": "ta", "name": name, "fallback": ["en"], "position": 9 });
        let redirect = |to: &str| json!({ "type": "redirect", "from": "/old", "to": to });
        let all = |word: &str| [site(word), locale(word), redirect(&format!("/{word}"))];
        let outcomes = |records: [serde_json::Value; 3], overwrite: bool| records.map(|record| app.try_import(&record, overwrite).unwrap().outcome);
        assert_eq!(outcomes(all("en"), false), [Outcome::Updated, Outcome::Created, Outcome::Created]);
        assert_eq!(outcomes(all("en"), false), [Outcome::Unchanged; 3]);
        assert_eq!(outcomes(all("hi"), false), [Outcome::Updated; 3]);
        let redirects = admin.get("/v1/desk/redirects").await.ok();
        let at = ["/v1/desk/site".to_owned(), "/v1/desk/locales/ta".to_owned(), format!("/v1/desk/redirects/{}", redirects["data"][0]["id"].as_str().unwrap())];
        for (at, patch) in at.iter().zip([json!({ "name": "The desk's" }), json!({ "state": "retired" }), json!({ "to": "/bn" })]) {
            admin.patch(at, &admin.get(at).await.etag(), &patch).await.ok();
        }
        // The same record says nothing new, another one is told of and left, and takes its place when that is wished.
        let kept = crate::support::everything_kept(&app.url);
        assert_eq!(outcomes(all("hi"), false), [Outcome::Unchanged; 3]);
        assert_eq!(outcomes(all("kn"), false), [Outcome::Edited; 3]);
        assert_eq!(crate::support::everything_kept(&app.url), kept);
        assert_eq!(outcomes(all("kn"), true), [Outcome::Updated; 3]);
        assert_eq!((admin.get(&at[0]).await.ok()["name"].clone(), admin.get(&at[2]).await.ok()["to"].clone()), (json!("kn"), json!("/kn")));
    }

    async fn how_the_site_weighs_what_is_new_is_carried_and_stays_where_nothing_is_said_of_it(app) {
        let (admin, site) = (app.admin().await, "/v1/desk/site");
        let wanted = json!({ "recency_percent": 300, "half_life_days": 2 });
        admin.patch(site, &admin.get(site).await.etag(), &json!({ "search": wanted })).await.ok();
        let mut record = everything(&app).into_iter().find(|record| record["type"] == "site").unwrap();
        assert_eq!(record["search"], wanted);
        let other = elsewhere(std::slice::from_ref(&record)).await;
        let told = async || other.admin().await.get(site).await.ok();
        assert_eq!(told().await["search"], wanted);
        record.as_object_mut().unwrap().remove("search");
        record["name"] = json!("Another name");
        other.import(&record);
        let told = told().await;
        assert_eq!((&told["name"], &told["search"]), (&json!("Another name"), &wanted));
        record["search"] = json!({ "recency_percent": 1, "half_life_days": 0 });
        assert!(app.try_import(&record, true).is_err());
    }

    async fn a_bundle_makes_what_it_says_and_a_second_time_nothing(app) {
        newsroom(&app).await;
        assert_eq!(app.import(&story()).outcome, Outcome::Created);
        let shown = app.anyone().get("/v1/articles/by-slug/a-car").await.ok();
        assert_eq!((shown["published_at"].as_str(), shown["updated_at"].as_str()), (Some("2024-03-16T13:09:00Z"), Some("2024-03-16T14:00:00Z")));
        assert_eq!((shown["tags"][0]["name"].as_str(), shown["credits"][0]["authors"][0]["name"].as_str()), (Some("diplomacy"), Some("Desk")));
        assert_eq!(app.anyone().get("/v1/articles?locale=hi&count=true").await.ok()["page"]["total"], 0, "a draft is not public");
        let changes = || app.store.read_now(|tx| dateline::store::changes::after(tx, 0, 1000)).unwrap().len();
        let before = changes();
        assert_eq!(app.import(&story()).outcome, Outcome::Unchanged);
        assert_eq!(changes(), before);
    }

    async fn nothing_is_updated_before_it_is_published_whatever_a_bundle_says(app) {
        newsroom(&app).await;
        let mut early = story();
        early["translations"]["en"]["updated_at"] = json!("2020-01-01T00:00:00Z");
        app.import(&early);
        let shown = app.anyone().get("/v1/articles/by-slug/a-car").await.ok();
        assert_eq!(shown["updated_at"], "2024-03-16T13:09:00Z");
        assert_eq!(app.import(&early).outcome, Outcome::Unchanged);
    }

    async fn what_a_bundle_dates_into_the_future_is_planned_or_refused_and_never_public_before(app) {
        newsroom(&app).await;
        let (mut later, now) = (story(), app.now());
        let at = now.plus_seconds(3_600).to_string();
        later["translations"]["en"]["published_at"] = json!(at);
        later["translations"]["hi"]["published_at"] = json!("2024-03-16T13:09:00Z");
        later["translations"]["hi"]["updated_at"] = json!(at);
        later["corrections"] =
            json!([{ "id": "0198c5a1-7f00-7000-8000-000000000001", "kind": "correction", "texts": { "hi": "नहीं।" }, "made_at": at }]);
        let refused = |rules| match app.import_by(&later, rules) {
            Err(dateline::domain::Error::Invalid(all)) => all.into_iter().map(|v| format!("{} {}", v.pointer, v.code)).collect::<Vec<_>>(),
            other => panic!("{other:?}"),
        };
        let pointer = "#/translations/en/published_at in_the_future".to_owned();
        assert_eq!(refused(Rules { refuse_future: true, ..Rules::default() }), std::slice::from_ref(&pointer));
        let report = app.import_by(&later, Rules::default()).unwrap();
        let told: Vec<_> = report.warnings.iter().map(|v| format!("{} {}", v.pointer, v.code)).collect();
        let dated = |what: &str| format!("#/{what} in_the_future");
        assert_eq!(told, [pointer, dated("translations/hi/updated_at"), dated("corrections/0/made_at")]);
        // Hindi is public, and nothing of it lies ahead; English is planned.
        let hindi = app.anyone().get("/v1/articles/by-slug/%E0%A4%95%E0%A4%BE%E0%A4%B0?locale=hi").await.ok();
        let id = hindi["id"].as_str().unwrap();
        assert_eq!((&hindi["updated_at"], &hindi["corrections"][0]["made_at"]), (&json!(now.to_string()), &json!(now.to_string())));
        app.anyone().get(&format!("/v1/articles/{id}?locale=en")).await.refused(404, "not-found");
        assert_eq!(app.anyone().get("/v1/articles?locale=en").await.ok()["data"], json!([]));
        let editor = app.editor().await;
        let planned = |shown: &Value| shown["translations"]["en"]["scheduled"].clone();
        let plans = planned(&editor.get(&format!("/v1/desk/articles/{id}")).await.ok());
        assert_eq!((plans.as_array().unwrap().len(), &plans[0]["at"], &plans[0]["verb"]), (1, &json!(at), &json!("publish")));
        // The same again changes nothing, also where it replaces what is there.
        for rules in [Rules::default(), Rules { overwrite: true, ..Rules::default() }] {
            assert_eq!(app.import_by(&later, rules).unwrap().outcome, Outcome::Unchanged);
        }
        // Put off, and back.
        for other in [app.now().plus_seconds(7_200).to_string(), at.clone()] {
            later["translations"]["en"]["published_at"] = json!(other);
            assert_eq!(app.import(&later).outcome, Outcome::Updated);
            assert_eq!(planned(&editor.get(&format!("/v1/desk/articles/{id}")).await.ok())[0]["at"], json!(other));
        }
        app.wait(3_599);
        assert_eq!(app.tick().await, 0);
        app.wait(1);
        assert_eq!(app.tick().await, 1);
        let english = app.anyone().get(&format!("/v1/articles/{id}?locale=en")).await.ok();
        assert_eq!((&english["published_at"], &english["headline"]), (&json!(at), &json!("A car")));
    }

    async fn what_a_bundle_plans_waits_for_its_embargo_and_for_approval_where_that_is_required(app) {
        newsroom(&app).await;
        let admin = app.admin().await;
        admin.patch("/v1/desk/site", &admin.get("/v1/desk/site").await.etag(), &json!({ "review": "required" })).await.ok();
        let mut later = story();
        later["translations"]["en"]["published_at"] = json!(app.now().plus_seconds(3_600).to_string());
        later["embargo_until"] = json!(app.now().plus_seconds(7_200).to_string());
        let refused = app.import_by(&later, Rules::default());
        assert!(matches!(refused, Err(dateline::domain::Error::Conflict { code: "not-approved", .. })), "{refused:?}");
        later["translations"]["en"]["state"] = json!("approved");
        app.import_by(&later, Rules::default()).unwrap();
        app.wait(7_199);
        app.tick().await;
        app.anyone().get("/v1/articles/by-slug/a-car").await.refused(404, "not-found");
        app.wait(1);
        assert_eq!(app.tick().await, 1);
        app.anyone().get("/v1/articles/by-slug/a-car").await.ok();
    }

    async fn what_a_bundle_has_planned_is_taken_back_when_it_says_otherwise(app) {
        newsroom(&app).await;
        let (mut record, at) = (story(), app.now().plus_seconds(3_600).to_string());
        let headline = async |app: &TestApp| {
            let list = app.anyone().get("/v1/articles?locale=en").await.ok()["data"].clone();
            list.get(0).map(|one| one["headline"].as_str().unwrap().to_owned())
        };
        let mut say = |at: Value, headline: &str| {
            record["translations"]["en"]["published_at"] = at;
            record["translations"]["en"]["headline"] = json!(headline);
            app.import(&record);
        };
        // Not at all any more.
        say(json!(at), "A car");
        say(json!(null), "A car");
        // Later; then at once, in other words: those before do not come back.
        say(json!(at), "A car, perhaps");
        say(json!("2024-03-16T13:09:00Z"), "A red car");
        assert_eq!(headline(&app).await.as_deref(), Some("A red car"));
        app.wait(3_600);
        assert_eq!(app.tick().await, 0);
        assert_eq!(headline(&app).await.as_deref(), Some("A red car"));
    }

    async fn what_is_said_to_be_public_from_an_instant_to_come_is_planned_as_it_will_be(app) {
        newsroom(&app).await;
        let admin = app.admin().await;
        admin.patch("/v1/desk/site", &admin.get("/v1/desk/site").await.etag(), &json!({ "review": "required" })).await.ok();
        let (mut later, at) = (story(), app.now().plus_seconds(3_600).to_string());
        later["translations"]["en"]["published_at"] = json!(null);
        later["translations"]["en"]["updated_at"] = json!(null);
        later["translations"]["en"]["live"] = json!({ "headline": "A red car", "body": { "format": "text", "content": "Red." }, "published_at": at });
        assert!(matches!(app.import_by(&later, Rules::default()), Err(dateline::domain::Error::Conflict { code: "not-approved", .. })));
        later["translations"]["en"]["state"] = json!("approved");
        let told: Vec<_> = app.import(&later).warnings.into_iter().map(|v| v.pointer).collect();
        assert_eq!(told, ["#/translations/en/live/published_at"]);
        app.wait(3_600);
        assert_eq!(app.tick().await, 1);
        let shown = app.anyone().get("/v1/articles?locale=en").await.ok();
        assert_eq!((&shown["data"][0]["headline"], &shown["data"][0]["published_at"]), (&json!("A red car"), &json!(at)));
        let words = format!("/v1/desk/articles/{}/translations/en", shown["data"][0]["id"].as_str().unwrap());
        assert_eq!(app.editor().await.get(&words).await.ok()["headline"], "A car");
    }

    async fn a_changed_record_changes_what_it_made_and_what_the_desk_edited_is_left(app) {
        newsroom(&app).await;
        app.import(&story());
        let mut changed = story();
        changed["translations"]["en"]["headline"] = json!("A black car");
        assert_eq!(app.import(&changed).outcome, Outcome::Updated);
        let list = app.anyone().get("/v1/articles").await.ok();
        assert_eq!(list["data"][0]["headline"], "A black car");
        let editor = app.editor().await;
        let words = format!("/v1/desk/articles/{}/translations/en", list["data"][0]["id"].as_str().unwrap());
        editor.patch(&words, &editor.get(&words).await.etag(), &json!({ "headline": "The desk knows better" })).await.ok();
        assert_eq!(app.import(&story()).outcome, Outcome::Edited);
        assert_eq!(editor.get(&words).await.ok()["headline"], "The desk knows better");
    }

    async fn a_section_that_was_made_at_the_desk_is_known_by_its_slug(app) {
        let admin = app.admin().await;
        let world = admin.post("/v1/desk/sections", &json!({ "translations": { "en": { "name": "World" } } })).await.ok();
        let rivers = admin.post("/v1/desk/tags", &json!({ "kind": "topic", "translations": { "en": { "name": "Rivers" } } })).await.ok();
        let record = json!({ "type": "section", "key": "world", "translations": { "en": { "name": "The world" } } });
        assert_eq!(app.import(&record).outcome, Outcome::Edited, "what the desk made is left as it is");
        let story = json!({ "type": "article", "key": "a", "section": "world", "tags": ["rivers"], "source_locale": "en", "translations": { "en": { "headline": "A" } } });
        assert_eq!(app.import(&story).outcome, Outcome::Created);
        let shown = admin.get("/v1/desk/articles").await.ok()["data"][0].clone();
        assert_eq!((&shown["section_id"], &shown["tags"][0]), (&world["id"], &rivers["id"]));
        assert_eq!(app.try_import(&record, true).unwrap().outcome, Outcome::Updated);
        assert_eq!(app.import(&record).outcome, Outcome::Unchanged);
        assert_eq!(admin.get("/v1/desk/sections").await.ok()["data"][0]["translations"]["en"]["name"], "The world");
    }

    async fn an_export_into_an_empty_database_gives_the_same_answers(app) {
        newsroom(&app).await;
        app.import(&story());
        // A working copy that differs from what is live, in words and in facts.
        let editor = app.editor().await;
        let id = app.anyone().get("/v1/articles").await.ok()["data"][0]["id"].as_str().unwrap().to_owned();
        let article = format!("/v1/desk/articles/{id}");
        // Hindi is public and stale by two revisions; readers are told of a correction.
        editor.publish(&article, &["hi"]).await.ok();
        for text in ["One more.", "And another."] {
            app.wait(60);
            let english = format!("{article}/translations/en");
            editor.patch(&english, &editor.get(&english).await.etag(), &json!({ "body": { "format": "text", "content": text } })).await.ok();
            editor.publish(&article, &["en"]).await.ok();
        }
        editor.post(&format!("{article}/corrections"), &json!({ "kind": "correction", "texts": { "en": "It was black." } })).await.ok();
        let stale = app.anyone().get(&format!("/v1/articles/{id}?locale=hi")).await.ok();
        assert_eq!((&stale["translation"]["behind"], &stale["corrections"][0]["text"]), (&json!(2), &json!("It was black.")));
        // What lies in the trash is nobody's to export.
        let section = editor.get(&article).await.ok()["section_id"].as_str().unwrap().to_owned();
        let trashed = editor.story(&section, "Thrown away").await;
        editor.delete(&trashed, "\"1\"").await;
        let there = app.store.read_now(|tx| dateline::store::articles::ids_after(tx, None, 10)).unwrap();
        assert_eq!(there.iter().map(ToString::to_string).collect::<Vec<_>>(), std::slice::from_ref(&id));
        editor.patch(&article, &editor.get(&article).await.etag(), &json!({ "genre": "analysis" })).await.ok();
        let words = format!("{article}/translations/en");
        editor.patch(&words, &editor.get(&words).await.etag(), &json!({ "headline": "Not yet public" })).await.ok();
        let records: Vec<Value> = app.store.read_now(|tx| {
            let permit: Permit<Export> = Permit::try_from(Caller::system(System::Importer))?;
            let mut all = export_head(tx, &permit)?;
            for section in dateline::store::sections::all(tx)?.iter() {
                all.push(export_section(tx, &permit, section)?);
            }
            for author in dateline::store::named::page(tx, dateline::domain::page::Paging::first())?.items {
                all.push(dateline::desk::bundle::export_author(tx, &permit, &author)?);
            }
            for tag in dateline::store::named::page(tx, dateline::domain::page::Paging::first())?.items {
                all.push(dateline::desk::bundle::export_tag(tx, &permit, &tag)?);
            }
            all.push(export_article(tx, &permit, id.parse().unwrap())?);
            Ok(all.iter().map(|r| serde_json::to_value(r).unwrap()).collect())
        }).unwrap();
        let other = TestApp::sqlite().await;
        other.wait(120);
        for record in &records {
            other.import(record);
        }
        for path in [
            format!("/v1/articles/{id}?body=doc"), format!("/v1/articles/{id}?locale=hi"), "/v1/articles?body=html".to_owned(), "/v1/sections".to_owned(), "/v1/authors?locale=hi".to_owned(),
            "/v1/tags".to_owned(), "/v1/site".to_owned(), "/v1/articles/by-slug/a-car".to_owned(),
        ] {
            let (one, two) = (app.anyone().get(&path).await, other.anyone().get(&path).await);
            assert_eq!(one.status, 200, "{path}");
            assert_eq!(one.text, two.text, "{path}");
        }
        assert_eq!(export(&other, &id), export(&app, &id));
        let kept = other.editor().await.get(&words).await.ok();
        assert_eq!(kept["headline"], "Not yet public");
        assert_eq!(other.editor().await.get(&format!("{article}/translations/hi")).await.ok()["freshness"]["status"], "stale");
        // Into the database it came from, an export says nothing new.
        for record in &records {
            assert_eq!(app.import(record).outcome, Outcome::Unchanged, "{record}");
        }
    }

    async fn an_export_takes_along_every_address_that_ever_led_somewhere(app) {
        newsroom(&app).await;
        let (editor, world) = (app.editor().await, app.imported("section", "world").await);
        let story = editor.story(&world, "A black car").await;
        let id = story.rsplit('/').next().unwrap();
        editor.publish(&story, &["en"]).await.ok();
        let words = format!("{story}/translations/en");
        for slug in ["a-blue-car", "a-red-car"] {
            editor.patch(&words, &editor.get(&words).await.etag(), &json!({ "slug": slug })).await.ok();
            editor.publish(&story, &["en"]).await.ok();
        }
        let chief = app.admin().await;
        let section = format!("/v1/desk/sections/{world}");
        chief.patch(&section, &chief.get(&section).await.etag(), &json!({ "translations": { "en": { "slug": "the-world" } } })).await.ok();
        let article = json!({ "kind": "article", "id": id, "locale": "en" });
        for draft in [
            json!({ "from": "/story.php?id=7", "to": article }),
            json!({ "from": "/short", "to": article, "status": 302, "note": "On posters." }),
            json!({ "from": "/welt", "to": { "kind": "section", "id": world, "locale": "en" } }),
            json!({ "from": "/about", "to": "/en/the-world" }),
            json!({ "from": "/gone", "status": 410 }),
        ] {
            editor.post("/v1/desk/redirects", &draft).await.ok();
        }
        let info = editor.get(&story).await.ok()["translations"]["en"].clone();
        assert_eq!(info["former_slugs"], json!(["a-black-car", "a-blue-car"]));
        assert_eq!(info["former_paths"], json!(["/short", "/story.php?id=7"]));
        let exported = everything(&app);
        let record = exported.iter().find(|r| r["type"] == "article").unwrap();
        assert_eq!(record["translations"]["en"]["former_slugs"], json!(["a-black-car", "a-blue-car"]));
        assert_eq!(record["translations"]["en"]["former_paths"], json!(["/story.php?id=7"]), "of the other there is more to say");
        let record = exported.iter().find(|r| r["type"] == "section").unwrap();
        assert_eq!((&record["translations"]["en"]["former_slugs"], &record["translations"]["en"]["former_paths"]), (&json!(["world"]), &json!(["/welt"])));
        assert_eq!(exported.iter().filter(|r| r["type"] == "redirect").count(), 3);
        let addresses = ["/en/world/a-black-car", "/en/the-world/a-blue-car", "/en/the-world/a-red-car", "/en/world", "/story.php?id=7", "/short", "/welt", "/about", "/gone"];
        let answers = async |app: &TestApp| {
            let mut all = Vec::new();
            for address in addresses {
                let answer = app.anyone().get(&format!("/v1/resolve?path={}", address.replace('?', "%3F"))).await;
                all.push((address, answer.status, answer.json()["to"].clone()));
            }
            all
        };
        let before = answers(&app).await;
        assert!(before.iter().all(|(_, status, _)| [200, 410].contains(status)), "{before:?}");
        let other = elsewhere(&exported).await;
        assert_eq!(answers(&other).await, before);
        assert_eq!(everything(&other), exported);
        for record in &exported {
            assert_eq!(other.import(record).outcome, Outcome::Unchanged, "{record}");
        }
    }

    async fn an_export_gives_no_more_to_readers_than_there_was(app) {
        newsroom(&app).await;
        let (editor, admin, world) = (app.editor().await, app.admin().await, app.imported("section", "world").await);
        let slip = editor.story(&world, "A slip").await;
        editor.publish(&slip, &["en"]).await.ok();
        editor.act(&format!("{slip}/unpublish"), &editor.get(&slip).await.etag(), &json!({ "locales": ["en"] })).await.ok();
        editor.story(&world, "A draft").await;
        // The locale that a new database has is not offered here.
        let site = "/v1/desk/site";
        admin.patch(site, &admin.get(site).await.etag(), &json!({ "default_locale": "hi" })).await.ok();
        let english = "/v1/desk/locales/en";
        admin.patch(english, &admin.get(english).await.etag(), &json!({ "state": "retired" })).await.ok();
        let exported = everything(&app);
        let addresses = ["/en/world/a-slip", "/en/world/a-draft", "/en/world", "/en", "/hi"];
        let answers = async |app: &TestApp| {
            let mut all = Vec::new();
            for address in addresses {
                let answer = app.anyone().get(&format!("/v1/resolve?path={address}")).await;
                all.push((address, answer.status, answer.json()["kind"].clone()));
            }
            all
        };
        let before = answers(&app).await;
        let other = elsewhere(&exported).await;
        assert_eq!(answers(&other).await, before);
        assert_eq!(everything(&other), exported);
        admin.patch(english, &admin.get(english).await.etag(), &json!({ "state": "public" })).await.ok();
        let other_admin = other.admin().await;
        other_admin.patch(english, &other_admin.get(english).await.etag(), &json!({ "state": "public" })).await.ok();
        assert_eq!(answers(&other).await, answers(&app).await);
    }

    async fn an_export_loses_no_redirect_and_writes_none_that_leads_to_what_is_gone(app) {
        newsroom(&app).await;
        let (editor, world, admin) = (app.editor().await, app.imported("section", "world").await, app.admin().await);
        let (story, lost) = (editor.story(&world, "A black car").await, editor.story(&world, "A lost car").await);
        let id = |path: &str| path.rsplit('/').next().unwrap().to_owned();
        let tag = |name: &str| json!({ "kind": "topic", "translations": { "en": { "name": name } } });
        let [kept, gone] = [admin.post("/v1/desk/tags", &tag("Cars")).await.ok(), admin.post("/v1/desk/tags", &tag("Vans")).await.ok()];
        for (from, kind, id, locale) in [
            ("/old-en", "article", &json!(id(&story)), "en"),
            ("/old-hi", "article", &json!(id(&story)), "hi"),
            ("/tag-en", "tag", &kept["id"], "en"),
            ("/tag-hi", "tag", &kept["id"], "hi"),
            ("/to-what-is-gone", "tag", &gone["id"], "en"),
            ("/to-the-trash", "article", &json!(id(&lost)), "en"),
        ] {
            editor.post("/v1/desk/redirects", &json!({ "from": from, "to": { "kind": kind, "id": id, "locale": locale } })).await.ok();
        }
        assert_eq!(admin.delete(&format!("/v1/desk/tags/{}", gone["id"].as_str().unwrap()), "\"1\"").await.status, 204);
        assert_eq!(admin.delete(&lost, &admin.get(&lost).await.etag()).await.status, 204);
        let exported = everything(&app);
        let other = elsewhere(&exported).await;
        let listed = async |app: &TestApp| {
            let list = app.editor().await.get("/v1/desk/redirects?limit=100").await.ok();
            list["data"].as_array().unwrap().iter().map(|r| (r["from"].as_str().unwrap().to_owned(), r["to"].clone())).collect::<BTreeMap<_, _>>()
        };
        let mut before = listed(&app).await;
        assert!(before.remove("/to-what-is-gone").is_some() && before.remove("/to-the-trash").is_some());
        assert_eq!((listed(&other).await, before.len()), (before, 4));
        assert_eq!(everything(&other), exported);
    }

    async fn a_migration_brings_its_old_addresses_along(app) {
        newsroom(&app).await;
        let asked = async |address: &str| app.anyone().get(&format!("/v1/resolve?path={}", address.replace('?', "%3F"))).await;
        for address in ["/story.php?id=7", "/2009/old-car.html", "/en/world/old-car", "/hi/x?y"] {
            asked(address).await.refused(404, "not-found");
        }
        let mut record = story();
        record["former_paths"] = json!(["/story.php?id=7"]);
        record["translations"]["en"]["former_slugs"] = json!(["old-car"]);
        record["translations"]["en"]["former_paths"] = json!(["/2009/old-car.html/"]);
        record["translations"]["hi"]["former_paths"] = json!(["/hi/x?y"]);
        assert_eq!(app.import(&record).outcome, Outcome::Created);
        for address in ["/story.php?id=7", "/2009/old-car.html", "/en/world/old-car"] {
            assert_eq!(asked(address).await.ok(), json!({ "kind": "redirect", "to": "/en/world/a-car", "status": 301 }), "{address}");
        }
        asked("/hi/x?y").await.refused(404, "not-found");
        assert_eq!(app.import(&record).outcome, Outcome::Unchanged);
        // More of them later, though nothing else changes; answers from before do not stay.
        asked("/en/world/older-car").await.refused(404, "not-found");
        record["translations"]["en"]["former_slugs"] = json!(["old-car", "older-car"]);
        assert_eq!(app.import(&record).outcome, Outcome::Updated);
        assert_eq!(asked("/en/world/older-car").await.ok()["to"], "/en/world/a-car");
        asked("/en/all-the-world").await.refused(404, "not-found");
        let section = json!({ "type": "section", "key": "world", "translations": { "en": { "name": "World", "former_slugs": ["all-the-world"] }, "hi": { "name": "दुनिया" } } });
        assert_eq!(app.import(&section).outcome, Outcome::Updated);
        assert_eq!(asked("/en/all-the-world").await.ok()["to"], "/en/world");
        // What leads elsewhere stays so, and is told.
        let mut other = story();
        other["key"] = json!("a-2");
        other["translations"]["en"]["former_slugs"] = json!(["old-car"]);
        other["translations"]["en"]["former_paths"] = json!(["/story.php?id=7"]);
        let told: Vec<_> = app.import(&other).warnings.into_iter().map(|w| (w.pointer, w.code)).collect();
        for pointer in ["#/translations/en/former_slugs/0", "#/translations/en/former_paths/0"] {
            assert!(told.contains(&(pointer.to_owned(), "taken")), "{told:?}");
        }
        assert_eq!(asked("/story.php?id=7").await.ok()["to"], "/en/world/a-car");
        for (field, wrong) in [("former_paths", "no path"), ("former_slugs", "No Slug")] {
            let mut bad = story();
            bad["key"] = json!("a-3");
            bad["translations"]["en"][field] = json!([wrong]);
            let dateline::domain::Error::Invalid(all) = app.try_import(&bad, false).unwrap_err() else { panic!("{wrong}") };
            assert_eq!(all[0].pointer, format!("#/translations/en/{field}/0"));
        }
    }

    async fn what_lies_in_the_trash_stays_there_and_its_record_makes_a_story_of_its_own(app) {
        newsroom(&app).await;
        let admin = app.admin().await;
        let section = app.imported("section", "world").await;
        let path = admin.story(&section, "Thrown away").await;
        let id = path.rsplit('/').next().unwrap().to_owned();
        let mut record = export(&app, &id);
        assert_eq!(admin.delete(&path, &admin.get(&path).await.etag()).await.status, 204);
        record["key"] = json!("from elsewhere");
        assert_eq!(record["id"], json!(id));
        app.import(&record);
        let other = app.imported("article", "from elsewhere").await;
        assert_ne!(other, id);
        assert_eq!(admin.get(&path).await.status, 404);
        assert_eq!(admin.get(&format!("/v1/desk/articles/{other}")).await.status, 200);
    }

    async fn what_was_made_here_is_known_by_its_id(app) {
        let admin = app.admin().await;
        let section = app.section("world", "दुनिया").await;
        let article = admin.story(&section, "Made here").await;
        let record = export(&app, article.rsplit('/').next().unwrap());
        assert_eq!(record["key"], record["id"]);
        assert_eq!(app.import(&record).outcome, Outcome::Unchanged);
        let mut changed = record.clone();
        changed["translations"]["en"]["headline"] = json!("Changed outside");
        assert_eq!(app.import(&changed).outcome, Outcome::Edited);
    }
}

#[actix_web::test]
async fn the_newsroom_of_the_shared_material_comes_in_whole() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/material/newsroom-ntrex.ndjson");
    // The material lies beside the checkout only where the project is built; the rest of the suite does without.
    let Ok(text) = std::fs::read_to_string(path) else { return };
    let app = TestApp::sqlite().await;
    for line in text
        .lines()
        .filter(|l| !l.contains("\"type\": \"article\""))
        .chain(text.lines().filter(|l| l.contains("\"type\": \"article\"")).take(20))
    {
        assert_eq!(app.import(&serde_json::from_str(line).unwrap()).outcome, Outcome::Created);
    }
    for locale in ["en", "hi", "bn", "kn"] {
        let total = app.anyone().get(&format!("/v1/articles?locale={locale}&count=true")).await.ok()["page"]["total"].clone();
        assert_eq!(total, 20, "{locale}");
    }
}

both! {
    async fn that_changes_were_requested_goes_with_the_words(app) {
        newsroom(&app).await;
        let mut record = story();
        record["translations"]["hi"]["changes_requested_at"] = json!("2026-02-28T10:00:00Z");
        app.import(&record);
        let id = app.imported("article", "a-1").await;
        let words = format!("/v1/desk/articles/{id}/translations/hi");
        let admin = app.admin().await;
        let kept = admin.get(&words).await.ok();
        assert_eq!((&kept["changes_requested_at"], &kept["state"]), (&json!("2026-02-28T10:00:00Z"), &json!("draft")));
        assert_eq!(export(&app, &id)["translations"]["hi"]["changes_requested_at"], "2026-02-28T10:00:00Z");
        assert!(export(&app, &id)["translations"]["en"].get("changes_requested_at").is_none());
        // One to come is now, and words that were handed in since are left as they stand.
        record["translations"]["hi"]["changes_requested_at"] = json!("2030-01-01T00:00:00Z");
        app.import(&record);
        assert_eq!(admin.get(&words).await.ok()["changes_requested_at"], "2026-03-01T08:00:00Z");
        record["translations"]["hi"]["state"] = json!("in_review");
        app.import(&record);
        let kept = admin.get(&words).await.ok();
        assert_eq!((&kept["changes_requested_at"], &kept["state"]), (&json!(null), &json!("in_review")));
    }
}
