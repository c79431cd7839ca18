//! Verbs on several things at once, or on one thing in several places: the right over each of them, before and after.

use actix_web::http::Method;
use dateline::domain::user::Role;
use serde_json::{Value, json};

use crate::support::{Answer, Client, TestApp};

fn id(path: &str) -> String {
    path.rsplit('/').next().unwrap().to_owned()
}

/// Refused, whether it may be seen or not.
#[track_caller]
fn denied(answer: &Answer) {
    let code = answer.json()["code"].clone();
    assert!(
        (answer.status == 403 && code == "forbidden") || (answer.status == 404 && code == "not-found"),
        "{} {}",
        answer.status,
        answer.text
    );
}

/// Somebody with several grants.
async fn with<'a>(app: &'a TestApp, grants: &[(Role, Option<&str>, Option<&str>)]) -> Client<'a> {
    let (admin, (role, section, locale)) = (app.admin().await, grants[0]);
    let who = app.role(role, section, locale).await;
    for (role, section, locale) in &grants[1..] {
        let tag = admin.get(&who.path()).await.etag();
        let grant = json!({ "role": role.as_str(), "section_id": section, "locale": locale });
        admin.act(&format!("{}/grants", who.path()), &tag, &grant).await.ok();
    }
    app.again(&who).await
}

async fn suspend(app: &TestApp, who: &Client<'_>) {
    let admin = app.admin().await;
    let tag = admin.get(&who.path()).await.etag();
    admin.patch(&who.path(), &tag, &json!({ "status": "suspended" })).await.ok();
}

/// Take every grant away.
async fn ungrant(app: &TestApp, who: &Client<'_>) {
    let admin = app.admin().await;
    let shown = admin.get(&who.path()).await;
    for grant in shown.json()["grants"].as_array().unwrap() {
        let tag = admin.get(&who.path()).await.etag();
        admin.delete(&format!("{}/grants/{}", who.path(), grant["id"].as_str().unwrap()), &tag).await.ok();
    }
}

async fn live(app: &TestApp, article: &str) -> bool {
    app.anyone().get(&format!("/v1/articles/{}?locale=en", id(article))).await.status == 200
}

async fn bin(who: &Client<'_>, path: &str) -> Answer {
    who.delete(path, who.get(path).await.header("etag").unwrap_or("\"1\"")).await
}

fn item(article: &str, facts: Option<i32>) -> Value {
    json!({ "article_id": id(article), "locale": "en", "facts_version": facts })
}

async fn section(chief: &Client<'_>, name: &str, parent: Option<&str>) -> Answer {
    chief.post("/v1/desk/sections", &json!({ "parent_id": parent, "translations": { "en": { "name": name } } })).await
}

/// What the audit trail says of failures: in whose name it was tried by the scheduler, and why it could not be.
async fn failures(app: &TestApp) -> Vec<String> {
    let told = app.admin().await.get("/v1/desk/audit?event=failed&limit=100").await.ok();
    told["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|e| format!("{}: {}", e["actor"].as_str().unwrap(), e["reason"].as_str().unwrap()))
        .collect()
}

both! {
    async fn a_release_is_changed_removed_and_published_by_who_may_publish_all_of_it(app) {
        let (world, crime) = (app.section("world", "दुनिया").await, app.section("crime", "अपराध").await);
        let editor = app.editor().await;
        let (ours, theirs) = (editor.story(&world, "Ours").await, editor.story(&crime, "Theirs").await);
        let of_world = app.role(Role::Editor, Some(&world), None).await;
        for (n, items) in [json!([item(&theirs, None)]), json!([item(&ours, None), item(&theirs, None)])].into_iter().enumerate() {
            for timed in [json!(null), json!("2026-03-02T00:00:00Z")] {
                let sent = json!({ "name": format!("Crime's {n}"), "items": items, "publish_at": timed });
                let release = editor.post("/v1/desk/releases", &sent).await.header("location").unwrap().to_owned();
                for taken in [
                    json!({ "items": [] }),
                    json!({ "items": [item(&ours, None)] }),
                    json!({ "name": "Mine" }),
                    json!({ "publish_at": "2026-03-03T00:00:00Z" }),
                    json!({ "publish_at": null }),
                    json!({ "name": sent["name"] }),
                ] {
                    denied(&of_world.patch(&release, "\"1\"", &taken).await);
                }
                denied(&of_world.delete(&release, "\"1\"").await);
                denied(&of_world.act(&format!("{release}/publish"), "\"1\"", &json!({})).await);
                let there = editor.get(&release).await.ok();
                assert_eq!((&there["version"], &there["name"], there["items"].as_array().unwrap().len()), (&json!(1), &sent["name"], n + 1));
            }
        }
        // What lies in the trash is theirs all the same.
        let lost = editor.story(&crime, "Lost").await;
        let release = editor.post("/v1/desk/releases", &json!({ "name": "Lost", "items": [item(&lost, None)] })).await.header("location").unwrap().to_owned();
        assert_eq!(editor.delete(&lost, "\"1\"").await.status, 204);
        denied(&of_world.patch(&release, "\"1\"", &json!({ "items": [] })).await);
        denied(&of_world.delete(&release, "\"1\"").await);
        editor.patch(&release, "\"1\"", &json!({ "items": [] })).await.ok();
        // One's own is one's own.
        let mine = of_world.post("/v1/desk/releases", &json!({ "name": "Mine" })).await.header("location").unwrap().to_owned();
        of_world.patch(&mine, "\"1\"", &json!({ "items": [item(&ours, None)] })).await.ok();
        assert_eq!(of_world.delete(&mine, "\"2\"").await.status, 204);
        // By locale as by section.
        editor.put(&format!("{ours}/translations/hi"), None, &json!({ "headline": "हमारा" })).await.ok();
        let both = json!([item(&ours, None), { "article_id": id(&ours), "locale": "hi" }]);
        let release = editor.post("/v1/desk/releases", &json!({ "name": "Both", "items": both })).await.header("location").unwrap().to_owned();
        let of_hindi = app.role(Role::Editor, None, Some("hi")).await;
        denied(&of_hindi.patch(&release, "\"1\"", &json!({ "items": [both[1]] })).await);
        denied(&of_hindi.delete(&release, "\"1\"").await);
    }

    async fn nothing_is_released_into_a_section_outside_the_grant(app) {
        let (world, crime) = (app.section("world", "दुनिया").await, app.section("crime", "अपराध").await);
        let editor = app.editor().await;
        let article = editor.story(&crime, "Moved").await;
        editor.patch(&article, "\"1\"", &json!({ "section_id": world })).await.ok();
        let of_world = app.role(Role::Editor, Some(&world), None).await;
        for timed in [json!(null), json!("2026-03-01T09:00:00Z")] {
            let sent = json!({ "name": "Old", "items": [item(&article, Some(1))], "publish_at": timed });
            denied(&of_world.post("/v1/desk/releases", &sent).await);
            let theirs = editor.post("/v1/desk/releases", &sent).await.header("location").unwrap().to_owned();
            denied(&of_world.act(&format!("{theirs}/publish"), "\"1\"", &json!({})).await);
        }
        let mine = of_world.post("/v1/desk/releases", &json!({ "name": "Mine", "items": [item(&article, Some(2))] })).await;
        let mine = mine.header("location").unwrap().to_owned();
        denied(&of_world.patch(&mine, "\"1\"", &json!({ "items": [item(&article, Some(1))] })).await);
        of_world.act(&format!("{mine}/publish"), "\"1\"", &json!({})).await.ok();
        let shown = app.anyone().get(&format!("/v1/articles/{}", id(&article))).await.ok();
        assert_eq!(shown["section"]["id"], json!(world));
    }

    async fn what_is_planned_is_carried_out_in_the_name_of_who_planned_it(app) {
        let (world, crime) = (app.section("world", "दुनिया").await, app.section("crime", "अपराध").await);
        let chief = app.role(Role::Chief, None, None).await;
        let at = json!("2026-03-01T09:00:00Z");
        let mut cases = Vec::new();
        for lost in ["suspended", "without grants", "moved away"] {
            let planner = app.role(Role::Editor, Some(&world), None).await;
            let plan = async |article: &str, body: Value| {
                let tag = planner.get(article).await.etag();
                planner.act(&format!("{article}/schedule"), &tag, &body).await.ok();
            };
            // A publication, one that waits for an embargo, one in a release, and the end of what is public.
            let begun = planner.story(&world, "Begins").await;
            plan(&begun, json!({ "locales": ["en"], "publish_at": at })).await;
            let embargoed = planner.story(&world, "Waits").await;
            planner.patch(&embargoed, "\"1\"", &json!({ "embargo_until": at })).await.ok();
            planner.publish(&embargoed, &["en"]).await.ok();
            let released = planner.story(&world, "Released").await;
            let release = planner.post("/v1/desk/releases", &json!({ "name": lost, "items": [item(&released, None)], "publish_at": at })).await;
            assert_eq!(release.json()["planned_by"], json!(id(&planner.path())));
            let release = release.header("location").unwrap().to_owned();
            let ended = planner.story(&world, "Ends").await;
            planner.publish(&ended, &["en"]).await.ok();
            plan(&ended, json!({ "locales": ["en"], "unpublish_at": at })).await;
            match lost {
                "suspended" => suspend(&app, &planner).await,
                "without grants" => ungrant(&app, &planner).await,
                _ => for article in [&begun, &embargoed, &released, &ended] {
                    let tag = chief.get(article).await.etag();
                    chief.patch(article, &tag, &json!({ "section_id": crime })).await.ok();
                }
            }
            cases.push((lost, [begun, embargoed, released], release, ended));
        }
        // Who still may is not held up by who may not.
        let (fine, other) = (app.editor().await, app.editor().await);
        let article = fine.story(&world, "Fine").await;
        fine.act(&format!("{article}/schedule"), "\"1\"", &json!({ "locales": ["en"], "publish_at": at })).await.ok();
        suspend(&app, &other).await;
        app.wait(3600);
        assert_eq!(app.tick().await, 13);
        assert_eq!(app.tick().await, 0, "what has failed is not tried again by itself");
        assert!(live(&app, &article).await);
        let chief = app.again(&chief).await;
        for (lost, begin, release, ended) in &cases {
            for article in begin {
                assert!(!live(&app, article).await, "{lost}");
            }
            assert!(live(&app, ended).await, "{lost}");
            let why = chief.get(release).await.ok();
            assert_eq!((&why["state"], why["failed_at"].is_string()), (&json!("failed"), true), "{lost}");
            let expected = if *lost == "suspended" { "who planned it is suspended" } else { "who planned it may not do so any more: this needs the permission article.publish" };
            assert_eq!(why["failure"], expected, "{lost}");
        }
        let failed = chief.get("/v1/desk/schedule?failed=true&limit=100").await.ok();
        let said: Vec<&str> = failed["data"].as_array().unwrap().iter().map(|p| p["failure"].as_str().unwrap()).collect();
        assert_eq!(said.len(), 9);
        assert!(said.iter().all(|why| why.starts_with("who planned it")), "{said:?}");
        let told = failures(&app).await;
        assert_eq!((told.len(), told.iter().filter(|t| t.starts_with("scheduler: who planned it")).count()), (12, 12), "{told:?}");
        // Whoever may takes it over by planning it again.
        let later = json!("2026-03-01T10:00:00Z");
        for (_, [begun, ..], release, ended) in &cases {
            for (article, body) in [(begun, json!({ "locales": ["en"], "publish_at": later })), (ended, json!({ "locales": ["en"], "unpublish_at": later }))] {
                chief.act(&format!("{article}/schedule"), &chief.get(article).await.etag(), &body).await.ok();
            }
            let taken = chief.patch(release, &chief.get(release).await.etag(), &json!({ "publish_at": later })).await.ok();
            assert_eq!((&taken["planned_by"], &taken["failure"]), (&json!(id(&chief.path())), &Value::Null));
        }
        app.wait(3600);
        assert_eq!(app.tick().await, 9);
        for (lost, [begun, _, released], _, ended) in &cases {
            assert_eq!((live(&app, begun).await, live(&app, released).await, live(&app, ended).await), (true, true, false), "{lost}");
        }
    }

    async fn a_plan_made_where_one_was_is_not_carried_out_where_the_story_was_filed_then(app) {
        let (world, crime) = (app.section("world", "दुनिया").await, app.section("crime", "अपराध").await);
        let mover = with(&app, &[(Role::Editor, Some(&world), None), (Role::Editor, Some(&crime), None)]).await;
        let article = mover.story(&crime, "Burglary").await;
        mover.act(&format!("{article}/schedule"), "\"1\"", &json!({ "locales": ["en"], "publish_at": "2026-03-01T09:00:00Z" })).await.ok();
        mover.patch(&article, "\"1\"", &json!({ "section_id": world })).await.ok();
        // The planner keeps World, and loses Crime, in which it would become public.
        let admin = app.admin().await;
        let shown = admin.get(&mover.path()).await;
        let of_crime = shown.json()["grants"].as_array().unwrap().iter().find(|g| g["section_id"] == json!(crime)).unwrap()["id"].as_str().unwrap().to_owned();
        admin.delete(&format!("{}/grants/{of_crime}", mover.path()), &shown.etag()).await.ok();
        app.wait(3600);
        assert_eq!(app.tick().await, 1);
        assert!(!live(&app, &article).await);
    }

    async fn a_section_is_moved_by_who_keeps_the_old_place_and_the_new(app) {
        let (world, crime) = (app.section("world", "दुनिया").await, app.section("crime", "अपराध").await);
        let chief = app.role(Role::Chief, None, None).await;
        let of = |answer: &Answer| answer.json()["id"].as_str().unwrap().to_owned();
        let asia = of(&section(&chief, "Asia", Some(&world)).await);
        let europe = of(&section(&chief, "Europe", Some(&world)).await);
        let path = |id: &str| format!("/v1/desk/sections/{id}");
        let (of_world, of_asia) = (app.role(Role::Chief, Some(&world), None).await, app.role(Role::Chief, Some(&asia), None).await);
        let of_both = with(&app, &[(Role::Chief, Some(&asia), None), (Role::Chief, Some(&crime), None)]).await;
        let tries = [
            (&of_world, &asia, json!(crime)), (&of_world, &asia, json!(null)), (&of_world, &world, json!(crime)),
            (&of_asia, &asia, json!(crime)), (&of_asia, &asia, json!(europe)), (&of_asia, &asia, json!(null)),
            (&of_both, &asia, json!(crime)), (&of_both, &asia, json!(null)), (&of_both, &crime, json!(asia)),
        ];
        for (who, moved, to) in tries {
            let tag = who.get(&path(moved)).await.etag();
            who.patch(&path(moved), &tag, &json!({ "parent_id": to })).await.refused(403, "forbidden");
        }
        // The order of a level is a matter of the section above it.
        let tag = of_asia.get(&path(&asia)).await.etag();
        of_asia.patch(&path(&asia), &tag, &json!({ "position": 9 })).await.refused(403, "forbidden");
        of_asia.post("/v1/desk/sections/reorder", &json!({ "parent_id": world, "order": [europe, asia] })).await.refused(403, "forbidden");
        let of_each = with(&app, &[(Role::Chief, Some(&asia), None), (Role::Chief, Some(&europe), None)]).await;
        of_each.post("/v1/desk/sections/reorder", &json!({ "parent_id": world, "order": [europe, asia] })).await.refused(403, "forbidden");
        section(&of_world, "Top", None).await.refused(403, "forbidden");
        section(&of_world, "Sneaked", Some(&crime)).await.refused(403, "forbidden");
        // Within what one keeps, everything goes.
        of_asia.patch(&path(&asia), &tag, &json!({ "translations": { "en": { "name": "Asia and Pacific" } } })).await.ok();
        of_world.patch(&path(&asia), &of_world.get(&path(&asia)).await.etag(), &json!({ "parent_id": europe })).await.ok();
        of_world.patch(&path(&asia), &of_world.get(&path(&asia)).await.etag(), &json!({ "parent_id": world, "position": 3 })).await.ok();
        of_world.post("/v1/desk/sections/reorder", &json!({ "parent_id": world, "order": [asia, europe] })).await.ok();
        assert_eq!(section(&of_asia, "Japan", Some(&asia)).await.status, 201);
        chief.patch(&path(&asia), &chief.get(&path(&asia)).await.etag(), &json!({ "parent_id": crime })).await.ok();
    }

    async fn filing_a_story_elsewhere_gives_nobody_the_right_to_break_its_embargo_or_lift_its_takedown(app) {
        let (world, crime) = (app.section("world", "दुनिया").await, app.section("crime", "अपराध").await);
        let admin = app.admin().await;
        let who = with(&app, &[(Role::Chief, Some(&world), None), (Role::Editor, Some(&crime), None)]).await;
        let (embargoed, withdrawn) = (admin.story(&crime, "Later").await, admin.story(&crime, "Gone").await);
        admin.patch(&embargoed, "\"1\"", &json!({ "embargo_until": "2026-03-01T12:00:00Z" })).await.ok();
        admin.act(&format!("{withdrawn}/takedown"), "\"1\"", &json!({ "reason": "x" })).await.ok();
        let file = json!({ "section_id": world });
        who.patch(&embargoed, "\"2\"", &file).await.refused(403, "forbidden");
        who.patch(&withdrawn, "\"1\"", &file).await.refused(403, "forbidden");
        who.post(&format!("{embargoed}/duplicate"), &file).await.refused(403, "forbidden");
        who.post(&format!("{withdrawn}/duplicate"), &file).await.refused(403, "forbidden");
        let bulk = json!({ "operations": [{ "verb": "revise", "article_id": id(&embargoed), "version": 2, "body": file }] });
        who.post("/v1/desk/bulk", &bulk).await.refused(422, "invalid");
        // Who may not break it there either takes it there, with its embargo.
        let editor = app.editor().await;
        let copy = editor.post(&format!("{embargoed}/duplicate"), &file).await;
        assert_eq!((copy.status, &copy.json()["embargo_until"], &copy.json()["section_id"]), (201, &json!("2026-03-01T12:00:00Z"), &json!(world)));
        editor.patch(&embargoed, "\"2\"", &file).await.ok();
        admin.post(&format!("{withdrawn}/duplicate"), &file).await.ok();
    }

    async fn a_token_of_less_rights_is_no_way_round_an_embargo_or_a_takedown(app) {
        let admin = app.admin().await;
        let (world, crime) = (app.section("world", "दुनिया").await, app.section("crime", "अपराध").await);
        let both = with(&app, &[(Role::Editor, Some(&world), None), (Role::Chief, Some(&crime), None)]).await;
        let little = app.limited(&both, "desk.read article.read article.edit article.create translation.edit").await;
        for what in ["embargo", "takedown"] {
            let story = admin.story(&world, &format!("Held by {what}")).await;
            if what == "embargo" {
                let tag = admin.get(&story).await.etag();
                admin.patch(&story, &tag, &json!({ "embargo_until": "2099-01-01T00:00:00Z" })).await.ok();
            } else {
                admin.publish(&story, &["en"]).await.ok();
                admin.act(&format!("{story}/takedown"), &admin.get(&story).await.etag(), &json!({ "reason": "Law." })).await.ok();
            }
            for who in [&both, &little] {
                let version = admin.get(&story).await.json()["version"].clone();
                let elsewhere = json!({ "section_id": crime });
                denied(&who.patch(&story, &format!("\"{version}\""), &elsewhere).await);
                denied(&who.post(&format!("{story}/duplicate"), &elsewhere).await);
                let revise = json!({ "verb": "revise", "article_id": id(&story), "version": version, "body": elsewhere });
                let bulk = who.post("/v1/desk/bulk", &json!({ "atomic": false, "operations": [revise] })).await.ok();
                assert_eq!(bulk["results"][0]["status"], 403, "{what}: {bulk}");
            }
        }
    }

    async fn a_token_for_planning_alone_plans_nothing_that_it_may_not_do(app) {
        let admin = app.admin().await;
        let world = app.section("world", "दुनिया").await;
        let editor = with(&app, &[(Role::Editor, None, None)]).await;
        let story = admin.story(&world, "Planned").await;
        let start = json!({ "locales": ["en"], "publish_at": "2026-03-02T08:00:00Z" });
        for (scope, order, status) in [
            ("article.read article.schedule", &start, 403),
            ("article.read article.schedule article.unpublish", &start, 403),
            ("article.read article.schedule article.publish", &start, 200),
            ("article.read article.schedule article.publish", &json!({ "locales": ["en"], "unpublish_at": "2026-03-03T08:00:00Z" }), 403),
            ("article.read article.schedule article.unpublish", &json!({ "locales": ["en"], "unpublish_at": "2026-03-03T08:00:00Z" }), 200),
        ] {
            let who = app.limited(&editor, scope).await;
            let answer = who.act(&format!("{story}/schedule"), &admin.get(&story).await.etag(), order).await;
            assert_eq!(answer.status, status, "{scope} {order}: {}", answer.text);
        }
    }

    async fn what_touches_every_language_needs_the_right_over_every_language(app) {
        let world = app.section("world", "दुनिया").await;
        let admin = app.admin().await;
        let article = admin.story(&world, "River rises").await;
        let of_english = app.role(Role::Admin, None, Some("en")).await;
        admin.put(&format!("{article}/translations/hi"), None, &json!({ "headline": "नदी" })).await.ok();
        let reason = json!({ "reason": "x" });
        denied(&of_english.act(&format!("{article}/takedown"), "\"1\"", &reason).await);
        denied(&bin(&of_english, &article).await);
        admin.act(&format!("{article}/takedown"), "\"1\"", &reason).await.ok();
        denied(&of_english.act(&format!("{article}/reinstate"), "\"1\"", &reason).await);
        denied(&of_english.act(&format!("{article}/erase"), "\"1\"", &reason).await);
        admin.act(&format!("{article}/reinstate"), "\"1\"", &reason).await.ok();
        assert_eq!(bin(&admin, &article).await.status, 204);
        let trashed = format!("/v1/desk/trash/{}", id(&article));
        denied(&of_english.act(&format!("{trashed}/restore"), "\"1\"", &json!({})).await);
        denied(&of_english.delete(&trashed, "\"1\"").await);
        admin.act(&format!("{trashed}/restore"), "\"1\"", &json!({})).await.ok();
        // Publications without locales are those of every language that is live.
        admin.publish(&article, &["en", "hi"]).await.ok();
        let tag = admin.get(&article).await.etag();
        for verb in ["publish", "unpublish"] {
            denied(&of_english.act(&format!("{article}/{verb}"), &tag, &json!({})).await);
        }
        let end = json!({ "unpublish_at": "2026-03-01T12:00:00Z" });
        denied(&of_english.act(&format!("{article}/schedule"), &tag, &end).await);
        admin.act(&format!("{article}/schedule"), &tag, &end).await.ok();
        denied(&of_english.act(&format!("{article}/unschedule"), &tag, &json!({})).await);
        of_english.act(&format!("{article}/unschedule"), &tag, &json!({ "locales": ["en"] })).await.ok();
        // Where there is only their language, they do.
        let english = of_english.story(&world, "Only English").await;
        of_english.act(&format!("{english}/takedown"), "\"1\"", &reason).await.ok();
        let two = json!({ "kind": "story", "section_id": world, "source_locale": "en", "translations": { "en": { "headline": "a" }, "hi": { "headline": "क" } } });
        denied(&of_english.post("/v1/desk/articles", &two).await);
        denied(&of_english.post(&format!("{article}/duplicate"), &json!({})).await);
        of_english.post(&format!("{article}/duplicate"), &json!({ "locales": ["en"] })).await.ok();
    }

    async fn what_others_said_is_removed_by_reviewers_of_those_words_and_settled_by_their_writers(app) {
        let world = app.section("world", "दुनिया").await;
        let writer = app.role(Role::Contributor, None, None).await;
        let article = writer.story(&world, "River rises").await;
        let editor = app.editor().await;
        editor.put(&format!("{article}/translations/hi"), None, &json!({ "headline": "नदी" })).await.ok();
        let (hindi, english) = (app.role(Role::Editor, None, Some("hi")).await, app.role(Role::Editor, None, Some("en")).await);
        let of_hindi = app.role(Role::Translator, None, Some("hi")).await;
        let say = async |who: &Client<'_>, body: Value| {
            let said = who.post(&format!("{article}/comments"), &body).await;
            assert_eq!(said.status, 201, "{}", said.text);
            format!("/v1/desk/comments/{}", said.json()["id"].as_str().unwrap())
        };
        let about = |locale: Option<&str>| json!({ "locale": locale, "text": "Which river?" });
        // Whose comment, about what; who may settle it, who may remove it, besides whoever made it.
        let people = [("writer", &writer), ("editor", &editor), ("hindi", &hindi), ("english", &english), ("of hindi", &of_hindi)];
        let chief = app.role(Role::Chief, None, None).await;
        for (locale, settle, remove) in [
            (Some("en"), ["writer", "editor", "english"].as_slice(), ["editor", "english"].as_slice()),
            (None, &["writer", "editor", "english"], &["editor", "english"]),
            (Some("hi"), &["writer", "editor", "hindi", "of hindi"], &["editor", "hindi"]),
        ] {
            for (name, who) in people {
                let comment = say(&chief, about(locale)).await;
                denied(&who.patch(&comment, "\"1\"", &json!({ "text": "No." })).await);
                let may = settle.contains(&name);
                for (verb, version) in [("resolve", 1), ("reopen", 2)] {
                    let tag = if may { version } else { 1 };
                    let answer = who.act(&format!("{comment}/{verb}"), &format!("\"{tag}\""), &json!({})).await;
                    if may { answer.ok(); } else { denied(&answer); }
                }
                let answer = who.delete(&comment, if may { "\"3\"" } else { "\"1\"" }).await;
                if remove.contains(&name) { assert_eq!(answer.status, 204, "{name} {locale:?}: {}", answer.text); } else { denied(&answer); }
            }
        }
        // One's own is one's own, wherever it hangs; a thread in which others have spoken is not.
        for (_, who) in people {
            let comment = say(who, about(Some("en"))).await;
            who.patch(&comment, "\"1\"", &json!({ "text": "Which one?" })).await.ok();
            who.act(&format!("{comment}/resolve"), "\"2\"", &json!({})).await.ok();
            who.act(&format!("{comment}/reopen"), "\"3\"", &json!({})).await.ok();
            assert_eq!(who.delete(&comment, "\"4\"").await.status, 204);
        }
        let mine = say(&of_hindi, about(Some("en"))).await;
        let reply = say(&of_hindi, json!({ "parent_id": id(&mine), "text": "The big one." })).await;
        let theirs = say(&english, json!({ "parent_id": id(&mine), "text": "The Brahmaputra." })).await;
        of_hindi.delete(&theirs, "\"1\"").await.refused(403, "forbidden");
        of_hindi.delete(&mine, "\"1\"").await.refused(403, "forbidden");
        assert_eq!(of_hindi.delete(&reply, "\"1\"").await.status, 204);
        assert_eq!(english.delete(&mine, "\"1\"").await.status, 204);
    }

    async fn a_correction_is_changed_by_who_corrects_in_every_language_that_it_changes(app) {
        let world = app.section("world", "दुनिया").await;
        let editor = app.editor().await;
        let article = editor.story(&world, "River rises").await;
        editor.put(&format!("{article}/translations/hi"), None, &json!({ "headline": "नदी" })).await.ok();
        editor.publish(&article, &["en", "hi"]).await.ok();
        let (hindi, english) = (app.role(Role::Editor, None, Some("hi")).await, app.role(Role::Editor, None, Some("en")).await);
        let path = format!("{article}/corrections");
        let make = async |who: &Client<'_>, kind: &str, texts: Value| who.post(&path, &json!({ "kind": kind, "texts": texts })).await;
        let at = |answer: &Answer| format!("/v1/desk/corrections/{}", answer.json()["id"].as_str().unwrap());
        make(&hindi, "update", json!({ "en": "x" })).await.refused(403, "forbidden");
        make(&hindi, "update", json!({ "en": "x", "hi": "क" })).await.refused(403, "forbidden");
        // That a story does not stand is said of it in every language.
        make(&hindi, "retraction", json!({ "hi": "क" })).await.refused(403, "forbidden");
        let english_one = at(&make(&editor, "update", json!({ "en": "x" })).await);
        for change in [json!({ "texts": { "en": "y" } }), json!({ "texts": { "en": null, "hi": "क" } }), json!({ "kind": "correction" }), json!({ "blocks": ["b1"] })] {
            hindi.patch(&english_one, "\"1\"", &change).await.refused(403, "forbidden");
        }
        hindi.delete(&english_one, "\"1\"").await.refused(403, "forbidden");
        let of_both = at(&make(&editor, "update", json!({ "en": "x", "hi": "क" })).await);
        for change in [json!({ "kind": "retraction" }), json!({ "made_at": "2026-02-01T00:00:00Z" }), json!({ "texts": { "hi": null } })] {
            english.patch(&of_both, "\"1\"", &change).await.refused(403, "forbidden");
        }
        english.delete(&of_both, "\"1\"").await.refused(403, "forbidden");
        english.patch(&of_both, "\"1\"", &json!({ "texts": { "en": "z" } })).await.ok();
        let hindi_one = at(&make(&hindi, "update", json!({ "hi": "क" })).await);
        hindi.patch(&hindi_one, "\"1\"", &json!({ "kind": "retraction" })).await.refused(403, "forbidden");
        hindi.patch(&hindi_one, "\"1\"", &json!({ "texts": { "hi": "ख" } })).await.ok();
        editor.patch(&hindi_one, "\"2\"", &json!({ "kind": "retraction" })).await.ok();
    }

    async fn a_preview_shows_no_more_than_its_maker_may_still_hand_out(app) {
        let (world, crime) = (app.section("world", "दुनिया").await, app.section("crime", "अपराध").await);
        let chief = app.role(Role::Chief, None, None).await;
        let mut open = Vec::new();
        for lost in ["suspended", "without grants", "moved away", "trashed", "nothing"] {
            let maker = app.role(Role::Editor, Some(&world), None).await;
            let article = maker.story(&world, "River rises").await;
            let made = maker.post(&format!("{article}/translations/en/previews"), &json!({})).await.ok();
            let path = format!("/v1/preview/{}", made["token"].as_str().unwrap());
            app.anyone().get(&path).await.ok();
            match lost {
                "suspended" => suspend(&app, &maker).await,
                "without grants" => ungrant(&app, &maker).await,
                "moved away" => _ = chief.patch(&article, "\"1\"", &json!({ "section_id": crime })).await.ok(),
                "trashed" => {
                    assert_eq!(chief.delete(&article, "\"1\"").await.status, 204);
                    app.anyone().get(&path).await.refused(410, "gone");
                    // It does not come back by itself.
                    chief.send(Method::POST, &format!("/v1/desk/trash/{}/restore", id(&article)), &[("if-match", "\"1\"")], None).await;
                }
                _ => {}
            }
            let answer = app.anyone().get(&path).await;
            if lost == "nothing" { answer.ok(); } else { answer.refused(410, "gone"); }
            open.push(path);
        }
        assert_eq!(open.len(), 5);
    }
}
