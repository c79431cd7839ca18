//! Second factors: set up, asked for, used once, and taken off.

use actix_web::http::Method;
use dateline::{
    access::{Bookkeeping, second_factor::SecondFactor},
    domain::{Error, Instant},
};
use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::support::{Answer, Client, TestApp, everything_kept};

const PASSWORD: &str = "गुप्त वाक्य यहाँ है";
const ME: &str = "/v1/auth/me";
const SECOND: &str = "/v1/auth/second-factor";

/// The code that an application shows which was given this secret.
pub(crate) fn code(secret: &str, now: Instant) -> String {
    use totp_rs::{Builder, Secret};
    let secret = Secret::try_from_base32(secret).unwrap();
    let totp = Builder::new().with_secret(secret).build().unwrap();
    totp.generate(u64::try_from(now.as_seconds()).unwrap()).to_string()
}

async fn asha(app: &TestApp) -> String {
    let user = json!({ "email": "asha@example.org", "name": "Asha", "password": PASSWORD, "grants": [{ "role": "editor" }] });
    let made = app.admin().await.post("/v1/desk/users", &user).await;
    assert_eq!((made.status, &made.json()["second_factor"]), (201, &json!(false)), "{}", made.text);
    format!("/v1/desk/users/{}", made.json()["id"].as_str().unwrap())
}

async fn enter(client: &Client<'_>, code: Option<&str>) -> Answer {
    client.post("/v1/auth/token", &json!({ "email": "asha@example.org", "password": PASSWORD, "code": code })).await
}

async fn signed_in<'a>(app: &'a TestApp, code: Option<&str>) -> Client<'a> {
    let tokens = enter(&app.anyone(), code).await.ok();
    let mut client = app.anyone();
    client.token = Some(tokens["access_token"].as_str().unwrap().to_owned());
    client
}

/// The secret of a second factor that was turned on, and its recovery codes.
async fn turned_on(app: &TestApp, me: &Client<'_>) -> (String, Vec<String>) {
    let begun = me.post(SECOND, &json!({})).await.ok();
    let secret = begun["secret"].as_str().unwrap().to_owned();
    assert!(begun["url"].as_str().unwrap().contains(&secret));
    let codes = me.post("/v1/auth/second-factor/confirm", &json!({ "code": code(&secret, app.now()) })).await.ok();
    let codes = codes["recovery_codes"].as_array().unwrap().iter().map(|code| code.as_str().unwrap().to_owned()).collect();
    (secret, codes)
}

/// Reasons in the audit trail of what was done to users, the oldest first.
async fn trail(app: &TestApp, event: &str) -> Vec<String> {
    app.write_refusals().await;
    let list = app.admin().await.get(&format!("/v1/desk/audit?event={event}&kind=user&limit=100")).await.ok();
    let mut all: Vec<String> = list["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["reason"].as_str().unwrap().to_owned())
        .filter(|why| !why.is_empty())
        .collect();
    all.reverse();
    all
}

both! {
    async fn a_second_factor_is_asked_for_once_it_was_confirmed_and_its_codes_work_once(app) {
        let user = asha(&app).await;
        let me = signed_in(&app, None).await;
        me.post("/v1/auth/second-factor/confirm", &json!({ "code": "123456" })).await.refused(422, "invalid");
        let first = me.post(SECOND, &json!({})).await.ok();
        let begun = me.post(SECOND, &json!({})).await.ok();
        assert_ne!(first["secret"], begun["secret"]);
        let secret = begun["secret"].as_str().unwrap();
        // Nothing asks for what is only begun, and nothing but a code of it turns it on.
        enter(&app.anyone(), None).await.ok();
        assert_eq!(me.get(ME).await.ok()["second_factor"], false);
        let wrong = me.post("/v1/auth/second-factor/confirm", &json!({ "code": code(first["secret"].as_str().unwrap(), app.now()) })).await;
        wrong.refused(422, "invalid");
        assert_eq!(wrong.violations(), [("#/code".to_owned(), "wrong_code".to_owned())]);
        let spent = code(secret, app.now());
        let (half, other) = spent.split_at(3);
        let codes = me.post("/v1/auth/second-factor/confirm", &json!({ "code": format!("{half} {other}") })).await;
        assert_eq!(codes.ok()["recovery_codes"].as_array().unwrap().len(), 10);
        assert_eq!(me.get(ME).await.ok()["second_factor"], true);
        assert_eq!(app.admin().await.get(&user).await.ok()["second_factor"], true);
        me.post(SECOND, &json!({})).await.refused(409, "second-factor-on");
        me.post("/v1/auth/second-factor/confirm", &json!({ "code": code(secret, app.now()) })).await.refused(409, "second-factor-on");

        let required = enter(&app.anyone(), None).await;
        required.refused(401, "second-factor-required");
        assert_eq!(required.header("www-authenticate"), Some("Bearer"));
        for none in [Some(""), Some(" - ")] {
            enter(&app.anyone(), none).await.refused(401, "second-factor-required");
        }
        // Whoever does not know the password is not told of it.
        let guess = json!({ "email": "asha@example.org", "password": "a sentence that is guessed", "code": code(secret, app.now()) });
        app.from("192.0.2.9").post("/v1/auth/token", &guess).await.refused(401, "wrong-credentials");
        // The one that turned it on was used by that.
        enter(&app.anyone(), Some(&spent)).await.refused(401, "second-factor-wrong");
        app.wait(30);
        let next = code(secret, app.now());
        enter(&app.anyone(), Some(&next)).await.ok();
        enter(&app.anyone(), Some(&next)).await.refused(401, "second-factor-wrong");
        // A clock may be half a minute ahead; the code before the one that was taken is good no more.
        let ahead = code(secret, app.now().plus_seconds(30));
        enter(&app.anyone(), Some(&ahead)).await.ok();
        app.wait(60);
        enter(&app.anyone(), Some(&code(secret, app.now().plus_seconds(-30)))).await.refused(401, "second-factor-wrong");
        app.wait(30);
        enter(&app.anyone(), Some(&code(secret, app.now().plus_seconds(-30)))).await.ok();
        assert!(trail(&app, "revised").await.contains(&"second-factor-on".to_owned()));
    }

    async fn a_code_that_is_shown_several_times_at_once_lets_in_once(app) {
        asha(&app).await;
        let me = signed_in(&app, None).await;
        let (secret, codes) = turned_on(&app, &me).await;
        app.wait(30);
        let next = code(&secret, app.now());
        for shown in [&next, &codes[0]] {
            let networks: Vec<_> = (0..12).map(|n| app.from(&format!("192.0.2.{n}"))).collect();
            let all = join_all(networks.iter().map(|client| enter(client, Some(shown)))).await;
            let count = |status| all.iter().filter(|answer| answer.status == status).count();
            assert_eq!((count(200), count(200) + count(401) + count(429) + count(503)), (1, 12), "{:?}", all.iter().map(|a| a.status).collect::<Vec<_>>());
        }
    }

    async fn recovery_codes_work_once_and_are_kept_by_nobody(app) {
        asha(&app).await;
        let me = signed_in(&app, None).await;
        let (secret, codes) = turned_on(&app, &me).await;
        let kept = everything_kept(&app.url);
        assert!(codes.iter().all(|code| !kept.contains(code.as_str())) && !kept.contains(&secret));
        let bytes = totp_rs::Secret::try_from_base32(&secret).unwrap();
        let hex: String = SecondFactor::of(bytes.as_ref().to_vec()).secret().iter().map(|byte| format!("{byte:02x}")).collect();
        assert!(!kept.to_lowercase().contains(&hex), "the secret lies open");
        enter(&app.anyone(), Some(&codes[3].to_uppercase().replace('-', " "))).await.ok();
        enter(&app.anyone(), Some(&codes[3])).await.refused(401, "second-factor-wrong");
        enter(&app.anyone(), Some(&codes[4])).await.ok();
        let told = trail(&app, "revised").await;
        assert_eq!(told.iter().filter(|why| *why == "recovery-code-used").count(), 2, "{told:?}");
    }

    async fn wrong_codes_count_as_wrong_passwords_do_and_a_right_password_takes_nothing_back(app) {
        asha(&app).await;
        let me = signed_in(&app, None).await;
        let (secret, _) = turned_on(&app, &me).await;
        let thief = app.from("192.0.2.7");
        for _ in 0..5 {
            enter(&thief, Some("000000")).await.refused(401, "second-factor-wrong");
            // Without a code it neither counts nor clears what counts.
            let status = enter(&thief, None).await.status;
            assert!([401, 429].contains(&status), "{status}");
        }
        enter(&thief, Some("000000")).await.refused(429, "too-many-attempts");
        enter(&thief, None).await.refused(429, "too-many-attempts");
        app.wait(30);
        enter(&app.from("192.0.2.8"), Some(&code(&secret, app.now()))).await.ok();
        let told = trail(&app, "refused").await;
        assert!(told.iter().any(|why| why.starts_with("wrong-code")) && !told.iter().any(|why| why.starts_with("wrong-password")), "{told:?}");
    }

    async fn ten_codes_are_tried_in_an_hour_wherever_they_come_from_and_recovery_codes_are_not_counted(app) {
        asha(&app).await;
        let (secret, codes) = turned_on(&app, &signed_in(&app, None).await).await;
        let from = |n: usize| app.from(&format!("192.0.2.{n}"));
        for n in 0..10 {
            enter(&from(n), Some("000000")).await.refused(401, "second-factor-wrong");
        }
        // Nobody is let in by a code now, not even by the right one; what the password alone is answered stays what it was.
        app.wait(30);
        let right = code(&secret, app.now());
        let late = enter(&from(20), Some(&right)).await;
        late.refused(429, "too-many-attempts");
        assert_eq!(late.header("retry-after"), Some("3570"));
        enter(&from(21), None).await.refused(401, "second-factor-required");
        // At another instance it is the same count.
        enter(&from(22).at(&app.instance().await), Some(&right)).await.refused(429, "too-many-attempts");
        enter(&from(23), Some(&codes[0])).await.ok();
        // Whoever was right begins anew.
        enter(&from(24), Some(&right)).await.ok();
        for n in 0..10 {
            enter(&from(30 + n), Some("000000")).await.refused(401, "second-factor-wrong");
        }
        app.wait(3_600);
        enter(&from(20), Some(&code(&secret, app.now()))).await.ok();
    }

    async fn codes_that_are_tried_at_once_are_counted_before_any_of_them_is_looked_at(app) {
        let user = asha(&app).await;
        let me = signed_in(&app, None).await;
        let id = user.rsplit('/').next().unwrap().parse().unwrap();
        let count = || app.store.write(Bookkeeping, move |tx, _| dateline::desk::second_factors::count(tx, id, "000000"));
        // What has only been begun is asked for by nobody, and counted by nobody.
        me.post(SECOND, &json!({})).await.ok();
        for _ in 0..11 {
            count().await.unwrap();
        }
        turned_on(&app, &me).await;
        let counted = join_all((0..30).map(|_| count())).await;
        assert_eq!(counted.iter().filter(|counted| counted.is_ok()).count(), 10);
        assert!(counted.iter().all(|counted| matches!(counted, Ok(()) | Err(Error::TooSoon { .. }))));
    }

    async fn it_is_turned_off_with_the_password_and_taken_off_by_administrators(app) {
        let user = asha(&app).await;
        let me = signed_in(&app, None).await;
        let (_, codes) = turned_on(&app, &me).await;
        me.post("/v1/auth/second-factor/off", &json!({ "password": "a sentence that is guessed" })).await.refused(422, "invalid");
        assert_eq!(me.post("/v1/auth/second-factor/off", &json!({ "password": PASSWORD })).await.status, 204);
        assert_eq!(me.get(ME).await.ok()["second_factor"], false);
        enter(&app.anyone(), None).await.ok();
        // Once more, and nothing of the former is good.
        let (secret, more) = turned_on(&app, &me).await;
        enter(&app.anyone(), Some(&codes[0])).await.refused(401, "second-factor-wrong");
        app.editor().await.send(Method::DELETE, &format!("{user}/second-factor"), &[], None).await.refused(403, "forbidden");
        let admin = app.admin().await;
        let off = |query: &str| format!("{user}/second-factor{query}");
        assert_eq!(admin.send(Method::DELETE, &off("?validate_only=true"), &[], None).await.status, 204);
        enter(&app.anyone(), None).await.refused(401, "second-factor-required");
        let before = admin.get(&user).await.version();
        for _ in 0..2 {
            assert_eq!(admin.send(Method::DELETE, &off(""), &[], None).await.status, 204);
        }
        assert_eq!(admin.get(&user).await.version(), before + 1);
        enter(&app.anyone(), None).await.ok();
        // What is not asked for is passed over.
        enter(&app.anyone(), Some(&more[0])).await.ok();
        enter(&app.anyone(), Some(&code(&secret, app.now()))).await.ok();
        let told = trail(&app, "revised").await;
        assert_eq!(told, ["second-factor-on", "second-factor-off", "second-factor-on", "second-factor-taken-off"]);
        // A token that is limited to something is not enough for one's own account.
        app.limited(&admin, "article.read").await.post(SECOND, &json!({})).await.refused(403, "forbidden");
    }

    async fn a_second_factor_that_cannot_be_looked_at_lets_nobody_in_and_can_be_taken_off(app) {
        let user = asha(&app).await;
        let (secret, _) = turned_on(&app, &signed_in(&app, None).await).await;
        crate::support::execute(&app.url, "DELETE FROM second_factors");
        enter(&app.anyone(), None).await.refused(401, "second-factor-required");
        enter(&app.anyone(), Some(&code(&secret, app.now()))).await.refused(401, "second-factor-wrong");
        assert_eq!(app.admin().await.send(Method::DELETE, &format!("{user}/second-factor"), &[], None).await.status, 204);
        enter(&app.anyone(), None).await.ok();
    }

    async fn the_form_of_oauth_takes_a_code_too_and_a_refresh_needs_none(app) {
        asha(&app).await;
        let me = signed_in(&app, None).await;
        let (secret, _) = turned_on(&app, &me).await;
        app.wait(30);
        let form = [("content-type", "application/x-www-form-urlencoded")];
        let sent = async |code: &str| {
            let body = url::form_urlencoded::Serializer::new(String::new())
                .extend_pairs([("grant_type", "password"), ("username", "asha@example.org"), ("password", PASSWORD)])
                .extend_pairs((!code.is_empty()).then_some(("code", code)))
                .finish();
            app.anyone().send(Method::POST, "/v1/auth/token", &form, Some(body.into_bytes())).await
        };
        sent("").await.refused(401, "second-factor-required");
        let tokens = sent(&code(&secret, app.now())).await.ok();
        app.anyone().post("/v1/auth/refresh", &json!({ "refresh_token": tokens["refresh_token"] })).await.ok();
    }

    async fn whoever_is_deleted_or_suspended_leaves_nothing_that_lets_in(app) {
        let user = asha(&app).await;
        let me = signed_in(&app, None).await;
        let (_, codes) = turned_on(&app, &me).await;
        let admin = app.admin().await;
        let suspended = admin.patch(&user, &admin.get(&user).await.etag(), &json!({ "status": "suspended" })).await;
        assert_eq!(suspended.ok()["second_factor"], Value::Bool(true));
        enter(&app.anyone(), Some(&codes[0])).await.refused(401, "wrong-credentials");
        assert_eq!(admin.delete(&user, &suspended.etag()).await.status, 204);
        let kept = everything_kept(&app.url);
        assert!(!kept.contains("recovery_codes: ") && !kept.contains("second_factors: "));
    }
}
