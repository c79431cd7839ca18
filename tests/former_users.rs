//! Users who have left: nothing lets them in, nobody waits for them, nobody finds them, and histories go on naming them.

use std::collections::BTreeSet;

use actix_web::http::Method;
use dateline::store::former_users::{EMPTIED, TELLS};
use diesel::{Connection, PgConnection, QueryableByName, RunQueryDsl, SqliteConnection, sql_query, sql_types::Text};
use serde_json::{Value, json};

use crate::{
    second_factors::code,
    support::{Answer, Client, TestApp, committed, everything_kept},
};

const EMAIL: &str = "asha@example.org";
const PASSWORD: &str = "गुप्त वाक्य यहाँ है";
const PAGE: &str = "https://desk.example/set?token={token}";
const NEVER: &str = "0198c5a1-7f00-7000-8000-00000000dead";

/// Somebody with an address and a password, and where the desk keeps them.
async fn asha(app: &TestApp) -> String {
    let user = json!({ "email": EMAIL, "name": "Asha Rao", "password": PASSWORD, "grants": [{ "role": "editor" }] });
    let made = app.admin().await.post("/v1/desk/users", &user).await;
    assert_eq!(made.status, 201, "{}", made.text);
    format!("/v1/desk/users/{}", made.json()["id"].as_str().unwrap())
}

async fn enter(client: &Client<'_>, email: &str, code: Option<&str>) -> Answer {
    client.post("/v1/auth/token", &json!({ "email": email, "password": PASSWORD, "code": code })).await
}

async fn signed_in(app: &TestApp) -> (Client<'_>, String) {
    let tokens = enter(&app.anyone(), EMAIL, None).await.ok();
    let mut client = app.anyone();
    client.token = Some(tokens["access_token"].as_str().unwrap().to_owned());
    (client, tokens["refresh_token"].as_str().unwrap().to_owned())
}

async fn delete(admin: &Client<'_>, user: &str) {
    let gone = admin.delete(user, &admin.get(user).await.etag()).await;
    assert_eq!((gone.status, gone.text.as_str()), (204, ""));
}

fn id_of(path: &str) -> String {
    path.rsplit('/').next().unwrap().to_owned()
}

/// An answer without what is another one each time.
fn seen(answer: &Answer, id: &str) -> (u16, String, BTreeSet<(String, String)>) {
    let mut problem = answer.json();
    problem["request_id"] = json!(null);
    let others = ["x-request-id", "content-length"];
    let headers = answer.headers.iter().filter(|(name, _)| !others.contains(&name.as_str())).cloned().collect();
    (answer.status, problem.to_string().replace(id, NEVER), headers)
}

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

fn lines(url: &str, sqlite: &str, postgres: &str) -> BTreeSet<String> {
    let found: Vec<Line> = if let Some(path) = url.strip_prefix("sqlite://") {
        sql_query(sqlite).load(&mut SqliteConnection::establish(path).unwrap()).unwrap()
    } else {
        sql_query(postgres).load(&mut PgConnection::establish(url).unwrap()).unwrap()
    };
    found.into_iter().map(|row| row.line).collect()
}

/// What is left of somebody in the tables that hold nothing of a former user.
pub(crate) fn left_of(url: &str, user: &str) -> BTreeSet<String> {
    let hex = user.replace('-', "");
    let query = |is: &dyn Fn(&str) -> String| {
        let one = |(table, whose): (&str, &str)| format!("SELECT '{table}' AS line FROM {table} WHERE {}", is(whose));
        EMPTIED.map(one).join(" UNION ALL ")
    };
    lines(url, &query(&|whose| format!("lower(hex({whose})) = '{hex}'")), &query(&|whose| format!("{whose} = '{user}'")))
}

/// The record that is kept of somebody, but for instants and sort keys: name, status, address and what lets them in.
fn kept_of(url: &str, user: &str) -> BTreeSet<String> {
    let says = "name || '|' || status || '|' || email || '|' || password_hash || '|' || COALESCE(identity_subject, '') || '|' || \
                CASE WHEN second_factor_at IS NULL THEN '' ELSE 'asked' END || '|' || CASE WHEN left_at IS NULL THEN 'there' ELSE 'left' END";
    let (hex, select) = (user.replace('-', ""), format!("SELECT {says} AS line FROM users WHERE "));
    lines(url, &format!("{select} lower(hex(id)) = '{hex}'"), &format!("{select} id = '{user}'"))
}

both! {
    async fn whoever_is_called_by_nothing_but_their_address_does_not_leave_it_behind(app) {
        let (admin, user) = (app.admin().await, asha(&app).await);
        admin.patch(&user, &admin.get(&user).await.etag(), &json!({ "name": EMAIL })).await.ok();
        let (editor, _) = signed_in(&app).await;
        let world = app.section("world", "दुनिया").await;
        let story = editor.story(&world, "River rises").await;
        let preview = editor.post(&format!("{story}/translations/en/previews"), &json!({})).await.ok();
        assert_eq!(admin.get(&format!("{story}/previews")).await.ok()["data"].as_array().unwrap().len(), 1);
        delete(&admin, &user).await;
        assert!(!everything_kept(&app.url).contains(EMAIL));
        let people = admin.get("/v1/desk/articles?include=people").await.ok()["included"]["people"].clone();
        assert_eq!(people.as_array().unwrap().iter().map(|one| (&one["name"], &one["former"])).collect::<Vec<_>>(), [(&json!("asha"), &json!(true))]);
        // What they let others look at is not listed as if it could be.
        assert_eq!(admin.get(&format!("{story}/previews")).await.ok()["data"], json!([]));
        let token = preview["token"].as_str().unwrap();
        app.anyone().get(&format!("/v1/preview/{token}")).await.refused(410, "gone");
    }

    async fn whoever_left_is_let_in_by_nothing_from_the_next_request_on(app) {
        let (user, admin) = (asha(&app).await, app.admin().await);
        let world = app.section("world", "दुनिया").await;
        let (me, refresh) = signed_in(&app).await;
        me.story(&world, "River rises").await;
        let key = app.keyed(&me, &json!({})).await;
        key.get("/v1/auth/me").await.ok();
        let link = admin.post(&format!("{user}/password-link"), &json!({})).await.ok()["token"].as_str().unwrap().to_owned();
        let begun = me.post("/v1/auth/second-factor", &json!({})).await.ok()["secret"].as_str().unwrap().to_owned();
        let confirmed = me.post("/v1/auth/second-factor/confirm", &json!({ "code": code(&begun, app.now()) })).await.ok();
        let recovery = confirmed["recovery_codes"][0].as_str().unwrap().to_owned();
        app.wait(30);
        delete(&admin, &user).await;

        me.get("/v1/auth/me").await.refused(401, "session-ended");
        me.get("/v1/desk/articles").await.refused(401, "session-ended");
        key.get("/v1/auth/me").await.refused(401, "invalid-token");
        let refreshed = app.anyone().post("/v1/auth/refresh", &json!({ "refresh_token": refresh })).await;
        let never = app.anyone().post("/v1/auth/refresh", &json!({ "refresh_token": "never" })).await;
        refreshed.refused(401, "invalid-token");
        assert_eq!(seen(&refreshed, NEVER), seen(&never, NEVER));
        let set = async |token: String| { app.anyone().post("/v1/auth/password/set", &json!({ "token": token, "password": "another-sentence" })).await };
        let (sent, never) = (set(link).await, set("never".to_owned()).await);
        sent.refused(410, "gone");
        assert_eq!(seen(&sent, NEVER), seen(&never, NEVER));
        // With the password, with what is beside it, and by the id that stands where the address was.
        let none = enter(&app.from("192.0.2.9"), "nobody@example.org", None).await;
        none.refused(401, "wrong-credentials");
        let step = code(&begun, app.now());
        for (n, (email, code)) in [(EMAIL, None), (EMAIL, Some(&*step)), (EMAIL, Some(&*recovery)), (&*id_of(&user), None)].into_iter().enumerate() {
            let refused = enter(&app.from(&format!("192.0.2.{n}")), email, code).await;
            assert_eq!(seen(&refused, NEVER), seen(&none, NEVER), "{email} {code:?}");
        }
        // Nothing of it is kept but their name.
        assert_eq!(left_of(&app.url, &id_of(&user)), BTreeSet::new());
        let id = id_of(&user);
        assert_eq!(kept_of(&app.url, &id), BTreeSet::from([format!("Asha Rao|suspended|{id}||||left")]));
        assert!(!everything_kept(&app.url).contains(EMAIL));
    }

    async fn the_address_of_whoever_left_is_free_at_once_and_a_new_user_with_it_is_another(app) {
        let (user, admin) = (asha(&app).await, app.admin().await);
        let (me, _) = signed_in(&app).await;
        let story = me.story(&app.section("world", "दुनिया").await, "River rises").await;
        delete(&admin, &user).await;
        let again = asha(&app).await;
        assert_ne!(user, again);
        assert!(kept_of(&app.url, &id_of(&user)).iter().all(|kept| kept.ends_with("|left")));
        let (she, _) = signed_in(&app).await;
        assert_eq!(she.get("/v1/auth/me").await.ok()["id"], id_of(&again));
        me.get("/v1/auth/me").await.refused(401, "session-ended");
        assert_eq!(she.get(&story).await.ok()["created_by"], id_of(&user));
        let own = |id: String| format!("/v1/desk/articles?creator={id}");
        assert_eq!(she.get(&own(id_of(&again))).await.ok()["data"], json!([]));
        assert_eq!(she.get(&own(id_of(&user))).await.ok()["data"][0]["id"], id_of(&story));
    }

    async fn histories_name_whoever_left_and_say_that_they_have(app) {
        let (user, admin) = (asha(&app).await, app.admin().await);
        let (me, _) = signed_in(&app).await;
        let story = me.story(&app.section("world", "दुनिया").await, "River rises").await;
        me.patch(&format!("{story}/translations/en"), "\"1\"", &json!({ "summary": "Two metres." })).await.ok();
        me.post(&format!("{story}/comments"), &json!({ "text": "Is it two?" })).await.ok();
        let told = async || {
            let list = admin.get("/v1/desk/articles?include=people").await.ok()["included"]["people"].clone();
            let saved = admin.get(&format!("{story}/translations/en/revisions")).await.ok()["data"][0]["saved_by"].clone();
            let said = admin.get(&format!("{story}/comments")).await.ok()["data"][0]["created_by"].clone();
            let audit = admin.get(&format!("/v1/desk/audit?actor={}&kind=comment", id_of(&user))).await.ok()["data"][0].clone();
            (list, saved, said, audit["actor_name"].clone(), audit["actor_former"].clone())
        };
        let person = |former: bool| json!({ "id": id_of(&user), "name": "Asha Rao", "former": former });
        assert_eq!(told().await, (json!([person(false)]), person(false), person(false), json!("Asha Rao"), json!(false)));
        delete(&admin, &user).await;
        assert_eq!(told().await, (json!([person(true)]), person(true), person(true), json!("Asha Rao"), json!(true)));
        // Whoever is told that the words have moved on is told by whom.
        let stale = admin.patch(&format!("{story}/translations/en"), "\"1\"", &json!({ "summary": "Three." })).await;
        assert_eq!(stale.refused(412, "stale")["changed_by"], "Asha Rao");
        let deleted = admin.get(&format!("/v1/desk/audit?event=deleted&subject={}", id_of(&user))).await.ok()["data"][0].clone();
        assert_eq!((&deleted["kind"], &deleted["reason"]), (&json!("user"), &json!("record-kept")));
    }

    async fn whoever_left_is_answered_as_an_id_that_never_was(app) {
        let (user, admin) = (asha(&app).await, app.admin().await);
        let (me, _) = signed_in(&app).await;
        let story = me.story(&app.section("world", "दुनिया").await, "River rises").await;
        delete(&admin, &user).await;
        let never = format!("/v1/desk/users/{NEVER}");
        let asks = [
            (Method::GET, "", Value::Null),
            (Method::PATCH, "", json!({ "name": "Asha" })),
            (Method::DELETE, "", Value::Null),
            (Method::GET, "/grants", Value::Null),
            (Method::POST, "/grants", json!({ "role": "editor" })),
            (Method::DELETE, "/grants/0198c5a1-7f00-7000-8000-00000000beef", Value::Null),
            (Method::POST, "/api-keys", json!({ "name": "Wires" })),
            (Method::POST, "/password-link", json!({})),
            (Method::DELETE, "/second-factor", Value::Null),
            (Method::DELETE, "/identity", Value::Null),
        ];
        let contract: Value = serde_json::from_str(&committed("openapi/v1.json")).unwrap();
        let below = contract["paths"].as_object().unwrap().iter().filter(|(path, _)| path.starts_with("/v1/desk/users/{id}"));
        let verbs = below.flat_map(|(_, item)| item.as_object().unwrap().keys()).filter(|verb| ["get", "post", "put", "patch", "delete"].contains(&verb.as_str()));
        assert_eq!(verbs.count(), asks.len(), "an operation on users is not asked here");
        for (method, below, body) in asks {
            let ask = async |user: &str| {
                let kind = if method == Method::PATCH { "application/merge-patch+json" } else { "application/json" };
                let body = if body.is_null() { None } else { Some(body.to_string().into_bytes()) };
                admin.send(method.clone(), &format!("{user}{below}"), &[("content-type", kind), ("if-match", "\"2\"")], body).await
            };
            let (former, none) = (ask(&user).await, ask(&never).await);
            former.refused(404, "not-found");
            assert_eq!(seen(&former, &id_of(&user)), seen(&none, NEVER), "{method} {below}");
        }
        for id in [id_of(&user), NEVER.to_owned()] {
            let assigned = admin.post(&format!("{story}/translations/hi/assign"), &json!({ "assignee_id": id })).await;
            assert_eq!(assigned.violations(), [("#/assignee_id".to_owned(), "unknown_user".to_owned())]);
            let said = admin.post(&format!("{story}/comments"), &json!({ "text": "Look.", "mentions": [id] })).await;
            assert_eq!(said.violations(), [("#/mentions/0".to_owned(), "not_a_reader".to_owned())]);
            assert_eq!(admin.get(&format!("/v1/desk/api-keys?user={id}")).await.ok()["data"], json!([]));
        }
    }

    async fn whoever_left_is_in_no_list_and_no_count(app) {
        let (user, admin) = (asha(&app).await, app.admin().await);
        let (me, _) = signed_in(&app).await;
        me.story(&app.section("world", "दुनिया").await, "River rises").await;
        let users = async |query: &str| admin.get(&format!("/v1/desk/users?count=true&limit=100{query}")).await.ok();
        let before = users("").await["page"]["total"].as_i64().unwrap();
        delete(&admin, &user).await;
        for query in ["", "&kind=person", "&kind=service"] {
            let list = users(query).await;
            assert_eq!(list["page"]["total"], list["data"].as_array().unwrap().len(), "{query}");
            assert!(!list.to_string().contains(&id_of(&user)), "{list}");
        }
        assert_eq!(users("").await["page"]["total"], before - 1);
        for query in ["?limit=100&count=true", "?text=asha", "?may=article.edit&limit=100"] {
            assert!(!admin.get(&format!("/v1/desk/people{query}")).await.ok().to_string().contains("Asha"), "{query}");
        }
        let site = dateline::access::Bookkeeping;
        let known = app.store.write_now(&site, |tx| {
            let id = id_of(&user);
            Ok((dateline::store::users::by_email(tx, EMAIL)?, dateline::store::users::by_email(tx, &id)?, dateline::store::users::having(tx, &[EMAIL.to_owned(), id])?))
        });
        assert_eq!(known.unwrap(), (None, None, Vec::new()), "the command line finds users by their address");
    }

    async fn what_whoever_left_was_to_work_on_is_nobodys(app) {
        let (user, admin) = (asha(&app).await, app.admin().await);
        let (me, _) = signed_in(&app).await;
        let story = me.story(&app.section("world", "दुनिया").await, "River rises").await;
        for locale in ["hi", "bn"] {
            admin.post(&format!("{story}/translations/{locale}/assign"), &json!({ "assignee_id": id_of(&user) })).await.ok();
        }
        admin.post(&format!("{story}/comments"), &json!({ "text": "Look.", "mentions": [id_of(&user)] })).await.ok();
        let nobodys = async |locale: &str| {
            let list = admin.get(&format!("/v1/desk/translations?locale={locale}&assignee=nobody")).await.ok();
            list["data"].as_array().unwrap().len()
        };
        assert_eq!((nobodys("hi").await, nobodys("bn").await, nobodys("kn").await), (0, 0, 1));
        delete(&admin, &user).await;
        assert_eq!((nobodys("hi").await, nobodys("bn").await, nobodys("kn").await), (1, 1, 1));
        assert_eq!(admin.get(&story).await.ok()["assignments"], json!({}));
        assert_eq!(admin.get(&format!("{story}/comments")).await.ok()["data"][0]["mentions"], json!([]));
        // The trail tells of each as of work that is taken from somebody, with who did it.
        let told = admin.get(&format!("/v1/desk/audit?event=assigned&actor={}", id_of(&admin.path()))).await.ok();
        let locales: Vec<_> = told["data"].as_array().unwrap().iter().map(|row| row["locale"].as_str().unwrap()).collect();
        assert_eq!(locales, ["hi", "bn", "bn", "hi"]);
        assert_eq!(left_of(&app.url, &id_of(&user)), BTreeSet::new());
    }

    async fn what_whoever_left_has_planned_fails_and_says_so_and_their_previews_are_void(app) {
        let (user, admin) = (asha(&app).await, app.admin().await);
        let (me, _) = signed_in(&app).await;
        let story = me.story(&app.section("world", "दुनिया").await, "River rises").await;
        let preview = me.post(&format!("{story}/translations/en/previews"), &json!({})).await.ok()["token"].as_str().unwrap().to_owned();
        app.anyone().get(&format!("/v1/preview/{preview}")).await.ok();
        let plan = json!({ "locales": ["en"], "publish_at": app.now().plus_seconds(60).to_string() });
        me.act(&format!("{story}/schedule"), "\"1\"", &plan).await.ok();
        delete(&admin, &user).await;
        app.anyone().get(&format!("/v1/preview/{preview}")).await.refused(410, "gone");
        app.wait(60);
        app.tick().await;
        let failed = admin.get("/v1/desk/schedule?failed=true").await.ok();
        assert_eq!((&failed["data"][0]["failure"], &failed["data"][0]["planned_by"]), (&json!("who planned it has left"), &json!(id_of(&user))));
        app.anyone().get(&format!("/v1/articles/{}", id_of(&story))).await.refused(404, "not-found");
    }

    async fn of_whoever_made_nothing_no_record_is_kept(app) {
        let (user, admin) = (asha(&app).await, app.admin().await);
        signed_in(&app).await;
        delete(&admin, &user).await;
        assert_eq!((kept_of(&app.url, &id_of(&user)), left_of(&app.url, &id_of(&user))), (BTreeSet::new(), BTreeSet::new()));
        let deleted = admin.get(&format!("/v1/desk/audit?event=deleted&subject={}", id_of(&user))).await.ok()["data"][0].clone();
        assert_eq!((&deleted["kind"], &deleted["reason"]), (&json!("user"), &json!("")));
        // Whoever has changed no more than their own account is told of by the audit trail.
        let user = asha(&app).await;
        let (me, _) = signed_in(&app).await;
        me.patch("/v1/auth/me", "\"1\"", &json!({ "name": "Asha R." })).await.ok();
        delete(&admin, &user).await;
        assert_eq!(kept_of(&app.url, &id_of(&user)).len(), 1);
        assert_eq!(admin.get(&format!("/v1/desk/audit?actor={}", id_of(&user))).await.ok()["data"][0]["actor_name"], "Asha R.");
    }

    async fn an_administrator_leaves_while_another_stays_and_the_last_one_never(app) {
        let (admin, other) = (app.admin().await, app.admin().await);
        admin.story(&app.section("world", "दुनिया").await, "River rises").await;
        delete(&other, &admin.path()).await;
        admin.get("/v1/auth/me").await.refused(401, "session-ended");
        other.delete(&other.path(), &other.get(&other.path()).await.etag()).await.refused(409, "last-admin");
        other.get("/v1/auth/me").await.ok();
        // Whoever deletes themselves is out as well, and stands in the trail as who did it.
        let third = app.admin().await;
        delete(&other, &other.path()).await;
        other.get("/v1/auth/me").await.refused(401, "session-ended");
        let told = third.get("/v1/desk/audit?event=deleted&kind=user").await.ok()["data"][0].clone();
        assert_eq!((&told["actor"], &told["actor_former"]), (&told["subject_id"], &json!(true)));
    }

    async fn only_who_has_seen_what_becomes_of_a_user_deletes_them(app) {
        let (user, admin) = (asha(&app).await, app.admin().await);
        let (me, _) = signed_in(&app).await;
        me.story(&app.section("world", "दुनिया").await, "River rises").await;
        let seen = admin.get(&user).await.etag();
        admin.act(&format!("{user}/grants"), &seen, &json!({ "role": "chief" })).await.ok();
        admin.delete(&user, &seen).await.refused(412, "stale");
        app.editor().await.delete(&user, "\"2\"").await.refused(403, "forbidden");
        app.anyone().delete(&user, "\"2\"").await.refused(401, "unauthenticated");
        assert!(admin.get(&user).await.ok()["grants"].as_array().unwrap().len() == 2);
        enter(&app.anyone(), EMAIL, None).await.ok();
    }

    async fn nobody_who_forgot_a_password_is_sent_to_the_address_of_whoever_left(app) {
        let (user, admin, mailing) = (asha(&app).await, app.admin().await, app.mailing(PAGE).await);
        let (me, _) = signed_in(&app).await;
        me.story(&app.section("world", "दुनिया").await, "River rises").await;
        admin.at(&mailing).post(&format!("{user}/password-link"), &json!({})).await.ok();
        let mails = || everything_kept(&app.url).lines().filter(|line| line.starts_with("mails: ")).count();
        assert_eq!(mails(), 1);
        delete(&admin, &user).await;
        assert_eq!(mails(), 0);
        let forgot = async |email: &str| app.anyone().at(&mailing).post("/v1/auth/password/reset", &json!({ "email": email })).await;
        let (former, none) = (forgot(EMAIL).await, forgot("nobody@example.org").await);
        assert_eq!((former.status, former.text.clone()), (none.status, none.text.clone()));
        let (store, keys, links) = (app.store.clone(), mailing.keys.clone(), mailing.links.clone());
        let made = dateline::store::aside(move || links.make(&store, &keys.present())).await.unwrap();
        assert_eq!((made, mails()), (0, 0));
    }

    async fn every_reference_to_users_goes_on_telling_or_is_emptied(app) {
        let sqlite = "SELECT m.name || '.' || f.\"from\" AS line FROM sqlite_schema m JOIN pragma_foreign_key_list(m.name) f \
                      WHERE m.type = 'table' AND f.\"table\" = 'users'";
        let postgres = "SELECT c.conrelid::regclass::text || '.' || a.attname AS line FROM pg_constraint c \
                        JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = ANY (c.conkey) WHERE c.contype = 'f' AND c.confrelid = 'users'::regclass";
        let decided: BTreeSet<_> = EMPTIED.iter().chain(&TELLS).map(|(table, column)| format!("{table}.{column}")).collect();
        assert_eq!(decided.len(), EMPTIED.len() + TELLS.len(), "a reference is decided twice");
        assert_eq!(lines(&app.url, sqlite, postgres), decided, "say in store/former_users.rs what becomes of it when a user leaves");
    }
}
