//! What is read by those who were granted a role only in a section or a locale.

use actix_web::http::Method;
use dateline::domain::user::Role;
use serde_json::{Value, json};

use crate::support::{Answer, Client, TestApp, committed, execute};

fn id_of(path: &str) -> String {
    path.rsplit('/').next().unwrap().to_owned()
}

fn ids(list: &Value) -> Vec<String> {
    list["data"].as_array().unwrap().iter().map(|a| a["id"].as_str().unwrap().to_owned()).collect()
}

async fn write(who: &Client<'_>, path: &str, locale: &str, headline: &str) -> Answer {
    let body = json!({ "headline": headline, "body": { "format": "html", "content": format!("<p>{headline}</p>") } });
    who.put(&format!("{path}/translations/{locale}"), None, &body).await
}

async fn keyed(who: &Client<'_>, path: &str, body: &Value) -> Answer {
    let headers = [("content-type", "application/json"), ("idempotency-key", "once"), ("if-match", "\"1\"")];
    who.send(Method::POST, path, &headers, Some(body.to_string().into_bytes())).await
}

async fn let_everybody_read(app: &TestApp, reading: &str) {
    let admin = app.admin().await;
    let tag = admin.get("/v1/desk/site").await.etag();
    let site = admin.patch("/v1/desk/site", &tag, &json!({ "desk_reading": reading })).await.ok();
    assert_eq!(site["desk_reading"], reading);
}

both! {
    async fn a_sections_editor_reads_the_section_until_the_site_lets_every_desk_read_every_other(app) {
        let (world, crime) = (app.section("world", "दुनिया").await, app.section("crime", "अपराध").await);
        let admin = app.admin().await;
        assert_eq!(admin.get("/v1/desk/site").await.ok()["desk_reading"], "granted", "a new site begins so");
        let (ours, theirs) = (admin.story(&world, "A river rises").await, admin.story(&crime, "A bank is robbed").await);
        let editor = app.role(Role::Editor, Some(&world), None).await;
        assert_eq!(ids(&editor.get("/v1/desk/articles").await.ok()), [id_of(&ours)]);
        editor.get(&theirs).await.refused(404, "not-found");
        let by_text = editor.get("/v1/desk/articles?text=robbed&count=true").await.ok();
        assert_eq!((ids(&by_text), &by_text["page"]["total"]), (Vec::new(), &json!(0)));
        assert_eq!(ids(&editor.get(&format!("/v1/desk/articles?section={crime}")).await.ok()), Vec::<String>::new());
        // A release that names what is hidden is told what a release is told that names nothing.
        let named = async |id: &str| {
            let items = json!({ "name": "Now", "items": [{ "article_id": id, "locale": "en" }] });
            let told = editor.post("/v1/desk/releases", &items).await;
            (told.status, told.violations())
        };
        assert_eq!(named(&id_of(&theirs)).await, named("0198c5a1-7f00-7000-8000-000000000009").await);
        let_everybody_read(&app, "open").await;
        assert_eq!(ids(&editor.get("/v1/desk/articles").await.ok()), [id_of(&theirs), id_of(&ours)]);
        editor.get(&theirs).await.ok();
        editor.patch(&theirs, "\"1\"", &json!({ "genre": "analysis" })).await.refused(403, "forbidden");
        let_everybody_read(&app, "granted").await;
        editor.get(&theirs).await.refused(404, "not-found");
        // What moves into the section is read there, with what lies below it.
        let below = json!({ "parent_id": world, "translations": { "en": { "name": "Rivers" } } });
        let below = admin.post("/v1/desk/sections", &below).await.ok()["id"].as_str().unwrap().to_owned();
        admin.patch(&theirs, "\"1\"", &json!({ "section_id": below })).await.ok();
        editor.get(&theirs).await.ok();
    }

    async fn where_people_work_already_every_desk_goes_on_reading_every_other(app) {
        let admin = app.admin().await;
        let engine = if app.url.starts_with("sqlite") { "sqlite" } else { "postgres" };
        for way in ["down", "up"] {
            execute(&app.url, &committed(&format!("migrations/{engine}/2026-11-30-000002_desk_reading/{way}.sql")));
        }
        assert_eq!(admin.get("/v1/desk/site").await.ok()["desk_reading"], "open");
    }

    async fn a_translator_reads_the_original_what_is_public_and_the_own_language(app) {
        let world = app.section("world", "दुनिया").await;
        let admin = app.admin().await;
        let path = admin.story(&world, "A river rises").await;
        write(&admin, &path, "hi", "नदी बढ़ी").await.ok();
        write(&admin, &path, "bn", "নদী বেড়েছে").await.ok();
        let hindi = app.role(Role::Translator, None, Some("hi")).await;
        let shown = hindi.get(&path).await.ok();
        assert_eq!(shown["translations"].as_object().unwrap().keys().collect::<Vec<_>>(), ["en", "hi"]);
        assert_eq!(shown["missing"], json!(["bn", "kn"]));
        hindi.get(&format!("{path}/translations/en")).await.ok();
        let hidden = hindi.get(&format!("{path}/translations/bn")).await;
        let absent = hindi.get(&format!("{path}/translations/kn")).await;
        assert_eq!((hidden.status, &hidden.json()["detail"]), (404, &absent.json()["detail"]));
        assert_eq!(ids(&hindi.get("/v1/desk/articles?text=%E0%A6%A8%E0%A6%A6%E0%A7%80").await.ok()), Vec::<String>::new());
        // Whether there are words to be made from is not told by a refusal either.
        let words = hindi.get(&format!("{path}/translations/hi")).await;
        let made_from = async |locale: &str| {
            let patch = json!({ "made_from": { "locale": locale, "version": 1 } });
            let told = hindi.patch(&format!("{path}/translations/hi?validate_only=true"), &words.etag(), &patch).await;
            (told.status, told.violations())
        };
        assert_eq!(made_from("bn").await, made_from("kn").await);
        // A question about Bengali is nobody's who does not read it.
        let asked = admin.post(&format!("{path}/comments"), &json!({ "locale": "bn", "text": "Is this right?" })).await.ok();
        assert_eq!(hindi.get(&format!("{path}/comments")).await.ok()["data"], json!([]));
        let comment = format!("/v1/desk/comments/{}", asked["id"].as_str().unwrap());
        hindi.act(&format!("{comment}/resolve"), "\"1\"", &json!({})).await.refused(404, "not-found");
        let reply = json!({ "parent_id": asked["id"], "text": "No." });
        hindi.post(&format!("{path}/comments"), &reply).await.refused(422, "invalid");
        // What is public of it, anybody reads.
        admin.publish(&path, &["bn"]).await.ok();
        hindi.get(&format!("{path}/translations/bn")).await.ok();
    }

    async fn whoever_is_assigned_reads_and_writes_what_they_work_on(app) {
        let (world, crime) = (app.section("world", "दुनिया").await, app.section("crime", "अपराध").await);
        let admin = app.admin().await;
        let path = admin.story(&crime, "A bank is robbed").await;
        write(&admin, &path, "bn", "ব্যাংক ডাকাতি").await.ok();
        let (editor, writer) = (app.role(Role::Editor, Some(&world), None).await, app.role(Role::Contributor, None, None).await);
        for who in [&editor, &writer] {
            who.get(&path).await.refused(404, "not-found");
            let assign = format!("{path}/translations/hi/assign");
            admin.post(&assign, &json!({ "assignee_id": id_of(&who.path()) })).await.ok();
            assert_eq!(who.get(&path).await.ok()["translations"].as_object().unwrap().keys().collect::<Vec<_>>(), ["en"]);
            who.get(&format!("{path}/translations/bn")).await.refused(404, "not-found");
            assert_eq!(who.get("/v1/desk/translations?locale=hi&assignee=me").await.ok()["data"][0]["article_id"], id_of(&path));
            // Nothing else of the story, and nobody else's work.
            write(who, &path, "kn", "ಬ್ಯಾಂಕ್ ದರೋಡೆ").await.refused(403, "forbidden");
            who.patch(&path, &who.get(&path).await.etag(), &json!({ "kind": "opinion" })).await.refused(403, "forbidden");
            write(who, &path, "hi", "बैंक लुटा").await.ok();
            let words = format!("{path}/translations/hi");
            who.act(&format!("{words}/submit"), &who.get(&words).await.etag(), &json!({})).await.ok();
            admin.post(&assign, &json!({ "assignee_id": null })).await.ok();
            who.get(&path).await.refused(404, "not-found");
            admin.delete(&words, &admin.get(&words).await.etag()).await.ok();
        }
    }

    async fn the_archive_and_the_audit_trail_show_what_is_seen(app) {
        let (world, crime) = (app.section("world", "दुनिया").await, app.section("crime", "अपराध").await);
        let admin = app.admin().await;
        let (ours, theirs) = (admin.story(&world, "A river rises").await, admin.story(&crime, "A bank is robbed").await);
        for path in [&ours, &theirs] {
            admin.publish(path, &["en"]).await.ok();
        }
        app.wait(60);
        let then = app.now().to_string();
        app.wait(60);
        let tag = admin.get(&theirs).await.etag();
        admin.act(&format!("{theirs}/takedown"), &tag, &json!({ "reason": "A judge said so." })).await.ok();
        let chief = app.role(Role::Chief, Some(&world), None).await;
        let list = format!("/v1/desk/archive/articles?as_of={then}&count=true");
        let archived = chief.get(&list).await.ok();
        assert_eq!((ids(&archived), &archived["page"]["total"]), (vec![id_of(&ours)], &json!(1)));
        assert_eq!(admin.get(&list).await.ok()["page"]["total"], 2);
        let one = |id: &str| format!("/v1/desk/archive/articles/{id}?as_of={then}");
        chief.get(&one(&id_of(&ours))).await.ok();
        // That it was taken down is told to everybody, and nothing else.
        chief.get(&one(&id_of(&theirs))).await.refused(410, "gone");
        app.anyone().get(&format!("/v1/articles/{}", id_of(&theirs))).await.refused(410, "gone");
        admin.get(&one(&id_of(&theirs))).await.ok();
        let page = chief.get(&format!("/v1/desk/archive/pages?as_of={then}&path=/en/crime")).await;
        assert!(!page.text.contains("robbed"), "{}", page.text);
        let trail = chief.get("/v1/desk/audit?limit=100").await;
        assert!(trail.text.contains(&id_of(&ours)) && !trail.text.contains(&id_of(&theirs)), "{}", trail.text);
        assert_eq!(chief.get("/v1/desk/audit?kind=user").await.ok()["data"], json!([]));
        assert_eq!(chief.get("/v1/desk/audit?event=withdrawn").await.ok()["data"], json!([]));
        let whole = app.role(Role::Chief, None, None).await.get("/v1/desk/audit?limit=100").await;
        assert!(whole.text.contains(&id_of(&theirs)) && whole.text.contains("\"user\""));
    }

    async fn users_are_kept_by_those_who_keep_them_all(app) {
        let world = app.section("world", "दुनिया").await;
        let boss = app.admin().await;
        for (section, locale) in [(Some(world.as_str()), None), (None, Some("hi"))] {
            let admin = app.role(Role::Admin, section, locale).await;
            for path in ["/v1/desk/users".to_owned(), boss.path(), admin.path(), format!("{}/grants", boss.path())] {
                admin.get(&path).await.refused(403, "forbidden");
            }
            let me = admin.path();
            admin.act(&format!("{me}/grants"), "\"1\"", &json!({ "role": "admin" })).await.refused(403, "forbidden");
            let new = json!({ "email": "me@example.org", "name": "Me", "password": "a sentence of mine", "grants": [{ "role": "admin" }] });
            admin.post("/v1/desk/users", &new).await.refused(403, "forbidden");
            for patch in [json!({}), json!({ "status": "suspended" }), json!({ "email": "me@example.org" }), json!({ "password": "a sentence of mine" })] {
                for version in ["\"1\"", "\"7\""] {
                    let told = admin.patch(&boss.path(), version, &patch).await;
                    told.refused(403, "forbidden");
                    assert!(!told.text.contains('@'), "{}", told.text);
                }
            }
            admin.delete(&boss.path(), "\"1\"").await.refused(403, "forbidden");
        }
    }

    async fn an_answer_is_given_again_to_whoever_still_sees_what_it_is_about(app) {
        let (world, crime) = (app.section("world", "दुनिया").await, app.section("crime", "अपराध").await);
        let admin = app.admin().await;
        let editor = app.role(Role::Editor, Some(&world), None).await;
        let path = admin.story(&world, "A river rises").await;
        let submit = format!("{path}/translations/en/submit");
        keyed(&editor, &submit, &json!({})).await.ok();
        assert!(keyed(&editor, &submit, &json!({})).await.text.contains("A river rises"));
        // Moved by itself.
        let file = async |section: &str| {
            let tag = admin.get(&path).await.etag();
            admin.patch(&path, &tag, &json!({ "section_id": section })).await.ok();
        };
        file(&crime).await;
        keyed(&editor, &submit, &json!({})).await.refused(404, "not-found");
        file(&world).await;
        assert_eq!(keyed(&editor, &submit, &json!({})).await.header("idempotency-replayed"), Some("true"));
        // Moved with its section.
        let below = json!({ "parent_id": world, "translations": { "en": { "name": "Rivers" } } });
        let below = admin.post("/v1/desk/sections", &below).await.ok()["id"].as_str().unwrap().to_owned();
        file(&below).await;
        assert_eq!(keyed(&editor, &submit, &json!({})).await.status, 200);
        admin.patch(&format!("/v1/desk/sections/{below}"), "\"1\"", &json!({ "parent_id": crime })).await.ok();
        keyed(&editor, &submit, &json!({})).await.refused(404, "not-found");
        // The site reads otherwise: these are other rights, and the key was used under those.
        let_everybody_read(&app, "open").await;
        keyed(&editor, &submit, &json!({})).await.refused(422, "invalid");
        // Somebody else's work by now.
        let writer = app.role(Role::Translator, Some(&world), Some("hi")).await;
        let assign = format!("{path}/translations/hi/assign");
        admin.post(&assign, &json!({ "assignee_id": id_of(&writer.path()) })).await.ok();
    }
}
