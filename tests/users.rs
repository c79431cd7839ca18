//! Users and their grants.

use dateline::{
    access::Bookkeeping,
    desk,
    domain::{Error, network::Network, user::Role},
};
use futures_util::future::join;
use serde_json::json;

both! {
    async fn a_session_begins_only_while_the_password_that_was_looked_at_is_theirs(app) {
        let user = app.editor().await.path().rsplit('/').next().unwrap().parse().unwrap();
        let begin = |hash: &'static str| {
            app.store.write(Bookkeeping, move |tx, _| desk::sessions::begin_by_password(tx, (user, hash), None, Network::UNKNOWN))
        };
        assert!(matches!(begin("what it was").await, Err(Error::WrongCredentials)));
        begin("-").await.unwrap();
    }

    async fn what_lets_an_administrator_in_is_not_changed_without_the_password(app) {
        let admin = app.admin().await;
        let own = admin.path();
        let refused = admin.post(&format!("{own}/password-link"), &json!({})).await;
        assert_eq!((refused.status, refused.json()["errors"][0]["code"].as_str()), (422, Some("oneself")), "{}", refused.text);
        let refused = admin.delete(&format!("{own}/second-factor"), "\"1\"").await;
        assert_eq!((refused.status, refused.json()["errors"][0]["code"].as_str()), (422, Some("oneself")), "{}", refused.text);
    }

    async fn a_suspended_user_is_out_at_once(app) {
        let admin = app.admin().await;
        let editor = app.editor().await;
        let id = editor.get("/v1/auth/me").await.ok()["id"].as_str().unwrap().to_owned();
        let path = format!("/v1/desk/users/{id}");
        let tag = admin.get(&path).await.etag();
        admin.patch(&path, &tag, &json!({ "status": "suspended" })).await.ok();
        editor.get("/v1/auth/me").await.refused(401, "session-ended");
    }

    async fn a_grant_is_given_and_taken_back(app) {
        let admin = app.admin().await;
        let section = app.section("world", "दुनिया").await;
        let user = admin.post("/v1/desk/users", &json!({ "email": "a@example.org", "name": "A", "password": "a-long-sentence-of-mine" })).await;
        let path = user.header("location").unwrap().to_owned();
        assert!(!user.text.contains("\"password"));
        let granted = admin.act(&format!("{path}/grants"), &user.etag(), &json!({ "role": "editor", "section_id": section, "locale": "hi" })).await;
        let grant = granted.ok()["grants"][0].clone();
        assert_eq!((grant["role"].as_str(), grant["locale"].as_str()), (Some("editor"), Some("hi")));
        let at = format!("{path}/grants/{}", grant["id"].as_str().unwrap());
        assert_eq!((granted.status, granted.header("location")), (201, Some(at.as_str())));
        admin.act(&format!("{path}/grants"), &granted.etag(), &json!({ "role": "editor", "section_id": section, "locale": "hi" })).await.refused(422, "invalid");
        admin.act(&format!("{path}/grants"), &granted.etag(), &json!({ "role": "editor", "locale": "fr" })).await.refused(422, "invalid");
        // Of two the one that was made is said, whichever comes first.
        let more = admin.act(&format!("{path}/grants"), &granted.etag(), &json!({ "role": "translator" })).await;
        let made = more.ok()["grants"].as_array().unwrap().iter().find(|g| g["role"] == "translator").unwrap()["id"].clone();
        assert!(more.header("location").unwrap().ends_with(made.as_str().unwrap()));
        let less = admin.delete(more.header("location").unwrap(), &more.etag()).await;
        let taken = admin.delete(&at, &less.etag()).await;
        assert_eq!(taken.ok()["grants"], json!([]));
        assert_eq!(admin.delete(&path, &taken.etag()).await.status, 204);
    }

    async fn everything_that_is_wrong_with_a_new_user_is_told_at_once(app) {
        let admin = app.admin().await;
        let wrong = json!({ "email": "x", "name": " ", "password": "short", "grants": [{ "role": "editor", "locale": "fr" }] });
        let refused = admin.post("/v1/desk/users", &wrong).await;
        refused.refused(422, "invalid");
        let places: Vec<String> = refused.violations().into_iter().map(|(at, _)| at).collect();
        assert_eq!(places, ["#/email", "#/name", "#/grants/0/locale", "#/password"]);
    }

    async fn an_address_belongs_to_one_user(app) {
        let admin = app.admin().await;
        let user = json!({ "email": "a@example.org", "name": "A", "password": "a-long-sentence-of-mine" });
        admin.post("/v1/desk/users", &user).await.ok();
        let again = admin.post("/v1/desk/users", &user).await;
        again.refused(409, "taken");
        assert_eq!(again.violations(), [("#/email".to_owned(), "taken".to_owned())]);
        for same in ["A@Example.ORG", " a@example.org ", "\u{ff21}@example.org"] {
            let user = json!({ "email": same, "name": "A", "password": "a-long-sentence-of-mine" });
            admin.post("/v1/desk/users", &user).await.refused(409, "taken");
        }
        let user = json!({ "email": "a@xn--bcher-kva.example", "name": "A", "password": "a-long-sentence-of-mine" });
        assert_eq!(admin.post("/v1/desk/users", &user).await.ok()["email"], "a@bücher.example");
        for none in ["a@b", "a", "a@b@c.org", "\"a b\"@c.org", "a@[127.0.0.1]", &format!("{}@b.org", "a".repeat(65)), "a\u{200b}@b.org"] {
            let user = json!({ "email": none, "name": "A", "password": "a-long-sentence-of-mine" });
            admin.post("/v1/desk/users", &user).await.refused(422, "invalid");
        }
        for name in ["", " ", &"n".repeat(201), "a\u{0}b"] {
            let user = json!({ "email": "b@example.org", "name": name, "password": "a-long-sentence-of-mine" });
            admin.post("/v1/desk/users", &user).await.refused(422, "invalid");
        }
    }

    async fn the_last_administrator_stays(app) {
        let admin = app.admin().await;
        let id = admin.get("/v1/auth/me").await.ok()["id"].as_str().unwrap().to_owned();
        let path = format!("/v1/desk/users/{id}");
        let tag = admin.get(&path).await.etag();
        admin.patch(&path, &tag, &json!({ "status": "suspended" })).await.refused(409, "last-admin");
        admin.delete(&path, &tag).await.refused(409, "last-admin");
        admin.get("/v1/auth/me").await.ok();
    }

    async fn two_administrators_cannot_lock_each_other_out(app) {
        let (mut one, mut other) = (app.admin().await, app.admin().await);
        for _ in 0..10 {
            let (a, b) = (one.path(), other.path());
            let suspended = json!({ "status": "suspended" });
            let (tag_a, tag_b) = (one.get(&a).await.etag(), one.get(&b).await.etag());
            let (first, second) = join(one.patch(&b, &tag_b, &suspended), other.patch(&a, &tag_a, &suspended)).await;
            assert!([first.status, second.status].contains(&200), "{} {}", first.text, second.text);
            assert_ne!((first.status, second.status), (200, 200), "nobody is left");
            let (survivor, lost) = if first.status == 200 { (&one, &b) } else { (&other, &a) };
            survivor.patch(lost, &survivor.get(lost).await.etag(), &json!({ "status": "active" })).await.ok();
            (one, other) = (app.again(&one).await, app.again(&other).await);
        }
    }

    async fn an_editor_of_world_cannot_touch_crime_nor_move_a_story_there(app) {
        let (world, crime) = (app.section("world", "दुनिया").await, app.section("crime", "अपराध").await);
        let admin = app.admin().await;
        let (ours, theirs) = (admin.story(&world, "Ours").await, admin.story(&crime, "Theirs").await);
        let editor = app.role(Role::Editor, Some(&world), None).await;
        editor.patch(&ours, "\"1\"", &json!({ "genre": "analysis" })).await.ok();
        editor.patch(&theirs, "\"1\"", &json!({ "genre": "analysis" })).await.refused(404, "not-found");
        editor.patch(&ours, "\"2\"", &json!({ "section_id": crime })).await.refused(403, "forbidden");
        editor.act(&format!("{theirs}/publish"), "\"1\"", &json!({ "locales": ["en"] })).await.refused(404, "not-found");
        let sent = json!({ "kind": "story", "section_id": crime, "source_locale": "en", "translations": { "en": { "headline": "x" } } });
        editor.post("/v1/desk/articles", &sent).await.refused(403, "forbidden");
        // A section below World is World's too.
        let asia = admin.post("/v1/desk/sections", &json!({ "parent_id": world, "translations": { "en": { "name": "Asia" } } })).await.ok();
        editor.patch(&ours, "\"2\"", &json!({ "section_id": asia["id"] })).await.ok();
        editor.publish(&ours, &["en"]).await.ok();
    }

    async fn a_contributor_has_only_what_is_their_own(app) {
        let world = app.section("world", "दुनिया").await;
        let (one, other) = (app.role(Role::Contributor, None, None).await, app.role(Role::Contributor, None, None).await);
        let article = one.story(&world, "Mine").await;
        one.patch(&article, "\"1\"", &json!({ "genre": "opinion" })).await.ok();
        other.get(&article).await.refused(404, "not-found");
        other.patch(&article, "\"2\"", &json!({ "genre": "news" })).await.refused(404, "not-found");
        one.publish(&article, &["en"]).await.refused(403, "forbidden");
    }
}
