//! Signing in by the word of an OpenID provider: who comes in, as whom, with what, and what is not taken for its word.

use std::{collections::BTreeMap, sync::Arc};

use actix_web::http::Method;
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use dateline::{
    domain::{identity::GroupGrant, user::Role},
    openid::Provider,
};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::support::{
    Answer, Client, Entrance, ISSUER, TestApp, everything_kept,
    openid::{AUDIENCE, CLIENT, Fake, SECRET},
};

const TOOL: &str = "https://desk.example/signed-in";
const VERIFIER: &str = "a-verifier-of-the-tool-that-is-long-enough-for-it";

fn challenge() -> String {
    BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(VERIFIER))
}

fn grant(role: Role, section: Option<&str>, locale: Option<&str>) -> GroupGrant {
    GroupGrant { role, section: section.map(str::to_owned), locale: locale.map(|l| l.parse().unwrap()) }
}

/// A server that relies on a provider.
struct House<'a> {
    app: &'a TestApp,
    fake: Fake,
    provider: Arc<Provider>,
    entrance: Entrance,
}

/// Somebody on the way: where they were sent, and the cookie that their browser has.
struct OnTheWay {
    sent: BTreeMap<String, String>,
    cookie: String,
}

async fn house<'a>(app: &'a TestApp, grants: &[(&str, GroupGrant)]) -> House<'a> {
    let fake = Fake::new();
    let provider = Arc::new(Provider::new(fake.settings(grants)));
    provider.discover(app.now()).unwrap();
    let entrance = app.relying_on(&provider).await;
    House { app, fake, provider, entrance }
}

/// A server whose provider has editors, translators into Hindi and administrators.
async fn newsroom(app: &TestApp) -> House<'_> {
    let (editor, admin) = (grant(Role::Editor, None, None), grant(Role::Admin, None, None));
    house(app, &[("editors", editor), ("hindi", grant(Role::Translator, None, Some("hi"))), ("admins", admin)]).await
}

trait Grants {
    fn is_no_grant(&self);
}

impl Grants for Answer {
    /// Refused in the words of OAuth 2.0, which its libraries know.
    #[track_caller]
    fn is_no_grant(&self) {
        assert_eq!((self.status, &self.json()["error"]), (400, &json!("invalid_grant")), "{}", self.text);
        assert_eq!((self.header("content-type"), self.header("cache-control")), (Some("application/json"), Some("no-store")));
    }
}

fn query(address: &str) -> BTreeMap<String, String> {
    url::Url::parse(address).unwrap().query_pairs().into_owned().collect()
}

fn with(path: &str, parameters: &[(&str, &str)]) -> String {
    format!("{path}?{}", url::form_urlencoded::Serializer::new(String::new()).extend_pairs(parameters).finish())
}

impl House<'_> {
    fn anyone(&self) -> Client<'_> {
        self.app.anyone().at(&self.entrance)
    }

    fn bearing(&self, token: &str) -> Client<'_> {
        let mut client = self.anyone();
        client.token = Some(token.to_owned());
        client
    }

    async fn asks(&self, changed: &[(&str, &str)]) -> Answer {
        let challenge = challenge();
        let mut all: BTreeMap<_, _> = [
            ("response_type", "code"),
            ("client_id", "desk"),
            ("redirect_uri", TOOL),
            ("state", "of the tool"),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
        ]
        .into();
        all.extend(changed.iter().copied());
        self.anyone().get(&with("/v1/auth/authorize", &all.into_iter().collect::<Vec<_>>())).await
    }

    /// Somebody who was sent to the provider.
    async fn begun(&self, changed: &[(&str, &str)]) -> OnTheWay {
        let sent = self.asks(changed).await;
        assert_eq!(sent.status, 303, "{}", sent.text);
        let cookie = sent.header("set-cookie").unwrap().split(';').next().unwrap().to_owned();
        OnTheWay { sent: query(sent.header("location").unwrap()), cookie }
    }

    /// What the provider says of somebody who is on the way.
    fn claims(&self, way: &OnTheWay, changed: &Value) -> Value {
        let now = self.app.now().as_seconds();
        let mut all = json!({
            "iss": self.fake.issuer(), "aud": CLIENT, "sub": "person-1", "iat": now, "exp": now + 60, "nonce": way.sent["nonce"],
            "email": "asha@example.org", "email_verified": true, "name": "Asha Rao", "groups": ["editors"],
        });
        all.as_object_mut().unwrap().extend(changed.as_object().unwrap().clone());
        all
    }

    async fn back(&self, way: &OnTheWay, parameters: &[(&str, &str)]) -> Answer {
        let state = way.sent["state"].as_str();
        let mut all = vec![("state", state)];
        all.extend(parameters);
        self.anyone().send(Method::GET, &with("/v1/auth/callback", &all), &[("cookie", &way.cookie)], None).await
    }

    /// Where the tool is told what came of a token that the provider gives.
    async fn told(&self, way: &OnTheWay, token: &str) -> BTreeMap<String, String> {
        self.fake.says("c0de", token);
        let answer = self.back(way, &[("code", "c0de")]).await;
        assert_eq!(answer.status, 303, "{}", answer.text);
        let location = answer.header("location").unwrap();
        assert!(location.starts_with(TOOL), "{location}");
        query(location)
    }

    /// What the tool is told of somebody of whom the provider says this.
    async fn comes(&self, changed: &Value) -> BTreeMap<String, String> {
        let way = self.begun(&[]).await;
        let token = self.fake.signed(&self.claims(&way, changed));
        self.told(&way, &token).await
    }

    async fn redeems(&self, code: &str, changed: &[(&str, &str)]) -> Answer {
        let mut form: BTreeMap<_, _> =
            [("grant_type", "authorization_code"), ("code", code), ("redirect_uri", TOOL), ("code_verifier", VERIFIER)].into();
        form.extend(changed.iter().copied());
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        let kind = [("content-type", "application/x-www-form-urlencoded")];
        self.anyone().send(Method::POST, "/v1/auth/token", &kind, Some(body.into_bytes())).await
    }

    /// Somebody who is let in, of whom the provider says this.
    async fn lets_in(&self, changed: &Value) -> Client<'_> {
        let told = self.comes(changed).await;
        let code = told.get("code").unwrap_or_else(|| panic!("{told:?}"));
        let tokens = self.redeems(code, &[]).await.ok();
        self.bearing(tokens["access_token"].as_str().unwrap())
    }

    async fn is_denied(&self, changed: &Value) -> String {
        let told = self.comes(changed).await;
        assert_eq!((told.get("error").map(String::as_str), told.get("code")), (Some("access_denied"), None), "{changed}");
        told["error_description"].clone()
    }

    async fn write_refusals(&self) {
        let (sign_ins, store) = (self.entrance.sign_ins.clone(), self.app.store.clone());
        dateline::store::aside(move || sign_ins.write(&store)).await.unwrap();
    }

    /// An access token of the provider's for this server.
    fn access_token(&self, changed: &Value) -> String {
        let now = self.app.now().as_seconds();
        let mut all = json!({ "iss": self.fake.issuer(), "aud": [AUDIENCE, "another"], "sub": "person-1", "iat": now, "exp": now + 60 });
        all.as_object_mut().unwrap().extend(changed.as_object().unwrap().clone());
        all.as_object_mut().unwrap().retain(|_, value| !value.is_null());
        self.fake.signed(&all)
    }
}

/// What somebody is granted, in words.
fn grants(me: &Value) -> Vec<(String, Value, bool)> {
    let grants = me["grants"].as_array().unwrap().iter();
    let mut all: Vec<_> =
        grants.map(|g| (g["role"].as_str().unwrap().to_owned(), g["locale"].clone(), g["by_group"].as_bool().unwrap())).collect();
    all.sort_by(|a, b| a.0.cmp(&b.0));
    all
}

fn role(role: &str, locale: Value, by_group: bool) -> (String, Value, bool) {
    (role.to_owned(), locale, by_group)
}

both! {
    async fn whoever_is_in_a_group_gets_an_account_and_comes_in(app) {
        let house = newsroom(&app).await;
        let way = house.begun(&[("scope", "openid profile desk.read article.read")]).await;
        assert_eq!((way.sent["client_id"].as_str(), way.sent["response_type"].as_str()), (CLIENT, "code"));
        assert_eq!((way.sent["redirect_uri"].clone(), way.sent["scope"].as_str()), (format!("{ISSUER}/v1/auth/callback"), "openid email"));
        assert_eq!(way.sent["code_challenge_method"], "S256");
        let token = house.fake.signed(&house.claims(&way, &json!({ "groups": ["editors", "cooks", "hindi"] })));
        let told = house.told(&way, &token).await;
        assert_eq!((told["state"].as_str(), told["iss"].as_str()), ("of the tool", ISSUER));
        // The server shows the provider who it is, and what its challenge was the digest of.
        let form = house.fake.forms().remove(0);
        let verifier = url::form_urlencoded::parse(form.as_bytes()).find(|(name, _)| name == "code_verifier").unwrap().1.into_owned();
        assert_eq!(BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(&verifier)), way.sent["code_challenge"]);
        // Neither its secrets nor the code lie in the database.
        let kept = everything_kept(&app.url);
        assert!(!kept.contains(&told["code"]) && !kept.contains(&verifier) && !kept.contains(SECRET));
        let tokens = house.redeems(&told["code"], &[]).await.ok();
        let asha = house.bearing(tokens["access_token"].as_str().unwrap());
        let me = asha.get("/v1/auth/me").await.ok();
        assert_eq!((&me["email"], &me["name"], &me["single_sign_on"]), (&json!("asha@example.org"), &json!("Asha Rao"), &json!(true)));
        assert_eq!(grants(&me), [role("editor", json!(null), true), role("translator", json!("hi"), true)]);
        // The session is limited as the tool asked, and ends after half a day, whatever it does.
        assert_eq!(me["permissions"], json!(["desk.read", "article.read"]));
        let again = house.lets_in(&json!({ "groups": ["editors", "hindi"] })).await;
        assert_eq!(again.get("/v1/auth/me").await.ok()["id"], me["id"]);
        let user = format!("/v1/desk/users/{}", me["id"].as_str().unwrap());
        let kept = app.admin().await.get(&user).await.ok();
        assert_eq!((&kept["has_password"], &kept["single_sign_on"], &kept["version"]), (&json!(false), &json!(true), &json!(3)));
        let list = app.admin().await.get("/v1/desk/audit?kind=user&actor=single-sign-on").await.ok();
        let events: Vec<_> = list["data"].as_array().unwrap().iter().map(|row| (row["event"].clone(), row["reason"].clone())).collect();
        assert_eq!(events, [(json!("revised"), json!("")), (json!("revised"), json!("identity-linked")), (json!("created"), json!(""))]);
        app.wait(12 * 3_600 - 1);
        let refresh = json!({ "refresh_token": tokens["refresh_token"] });
        let next = house.anyone().post("/v1/auth/refresh", &refresh).await.ok();
        app.wait(1);
        let refresh = json!({ "refresh_token": next["refresh_token"] });
        house.anyone().post("/v1/auth/refresh", &refresh).await.refused(401, "session-ended");
    }

    async fn whoever_comes_in_several_times_at_once_has_one_account(app) {
        let house = newsroom(&app).await;
        let mut ways = Vec::new();
        for n in 0..4 {
            let way = house.begun(&[]).await;
            house.fake.says(&format!("code-{n}"), &house.fake.signed(&house.claims(&way, &json!({}))));
            ways.push(way);
        }
        let codes: Vec<String> = (0..4).map(|n| format!("code-{n}")).collect();
        let parameters: Vec<_> = codes.iter().map(|code| [("code", code.as_str())]).collect();
        let back = futures_util::future::join_all(ways.iter().zip(&parameters).map(|(way, parameters)| house.back(way, parameters))).await;
        let told: Vec<_> = back.iter().map(|answer| query(answer.header("location").unwrap())).collect();
        assert!(told.iter().all(|told| told.contains_key("code")), "{told:?}");
        let all = app.admin().await.get("/v1/desk/users?limit=100").await.ok();
        assert_eq!(all["data"].as_array().unwrap().iter().filter(|user| user["email"] == "asha@example.org").count(), 1);
    }

    async fn whoever_was_deleted_comes_in_as_somebody_new_by_the_same_name_and_address(app) {
        let house = newsroom(&app).await;
        let asha = house.lets_in(&json!({})).await;
        let first = asha.get("/v1/auth/me").await.ok()["id"].clone();
        asha.story(&app.section("world", "दुनिया").await, "River rises").await;
        let told = house.comes(&json!({})).await;
        let (admin, user) = (app.admin().await, format!("/v1/desk/users/{}", first.as_str().unwrap()));
        assert_eq!(admin.delete(&user, &admin.get(&user).await.etag()).await.status, 204);
        // Neither a session, a code on its way nor a token of the provider's lets in whoever they were.
        asha.get("/v1/auth/me").await.refused(401, "session-ended");
        house.redeems(&told["code"], &[]).await.is_no_grant();
        let bearing = house.bearing(&house.access_token(&json!({ "groups": ["editors"] })));
        let stranger = house.bearing(&house.access_token(&json!({ "sub": "person-2", "groups": ["editors"] })));
        let (former, never) = (bearing.get("/v1/auth/me").await, stranger.get("/v1/auth/me").await);
        assert_eq!((former.status, &former.json()["code"]), (never.status, &never.json()["code"]));
        assert_eq!(former.status, 401);
        let again = house.lets_in(&json!({})).await.get("/v1/auth/me").await.ok();
        assert_ne!(again["id"], first);
        assert_eq!((&again["email"], grants(&again)), (&json!("asha@example.org"), vec![role("editor", json!(null), true)]));
        // Their address alone does as well, whoever the provider takes them for.
        let user = format!("/v1/desk/users/{}", again["id"].as_str().unwrap());
        assert_eq!(admin.delete(&user, &admin.get(&user).await.etag()).await.status, 204);
        let third = house.lets_in(&json!({ "sub": "person-9" })).await.get("/v1/auth/me").await.ok();
        assert!(third["id"] != first && third["id"] != again["id"]);
    }

    async fn groups_give_and_take_and_what_was_granted_by_hand_stays(app) {
        let house = newsroom(&app).await;
        let asha = house.lets_in(&json!({ "groups": ["editors"] })).await;
        let me = asha.get("/v1/auth/me").await.ok();
        let user = format!("/v1/desk/users/{}", me["id"].as_str().unwrap());
        let admin = app.admin().await;
        let tag = admin.get(&user).await.etag();
        admin.act(&format!("{user}/grants"), &tag, &json!({ "role": "contributor" })).await.ok();
        let next = house.lets_in(&json!({ "groups": ["hindi"] })).await;
        let given = [role("contributor", json!(null), false), role("translator", json!("hi"), true)];
        assert_eq!(grants(&next.get("/v1/auth/me").await.ok()), given);
        // A token of before says what was granted then, and is refused.
        asha.get("/v1/auth/me").await.refused(401, "token-expired");
        // Who is in no group is told of in silence by some providers, and by others as in an empty list.
        for none in [json!(null), json!([])] {
            let left = house.lets_in(&json!({ "groups": none })).await;
            assert_eq!(grants(&left.get("/v1/auth/me").await.ok()), [role("contributor", json!(null), false)]);
            house.lets_in(&json!({ "groups": ["hindi"] })).await;
        }
        // Of too many groups none is told, and nobody comes in by that.
        house.is_denied(&json!({ "groups": null, "_claim_names": { "groups": "src1" } })).await;
        // So it is of groups that are named in a way that nobody understands.
        house.is_denied(&json!({ "groups": { "editors": true } })).await;
        let user = admin.get(&user).await.ok();
        assert_eq!(grants(&user), given);
        // Whoever has nothing left is not let in; what was taken stays taken.
        house.lets_in(&json!({ "sub": "person-2", "email": "ravi@example.org", "groups": "editors" })).await;
        house.is_denied(&json!({ "sub": "person-2", "groups": ["cooks"] })).await;
        let all = admin.get("/v1/desk/users?limit=100").await.ok();
        let ravi = all["data"].as_array().unwrap().iter().find(|user| user["email"] == "ravi@example.org").unwrap().clone();
        assert_eq!(ravi["grants"], json!([]));
        house.is_denied(&json!({ "sub": "person-3", "email": "nobody@example.org", "groups": ["cooks"] })).await;
        assert!(!everything_kept(&app.url).contains("nobody@example.org"));
    }

    async fn the_last_administrator_stays_one_whatever_groups_say(app) {
        let house = newsroom(&app).await;
        let boss = house.lets_in(&json!({ "groups": ["admins"] })).await;
        assert_eq!(grants(&boss.get("/v1/auth/me").await.ok()), [role("admin", json!(null), true)]);
        let alone = house.lets_in(&json!({ "groups": ["editors"] })).await;
        assert_eq!(grants(&alone.get("/v1/auth/me").await.ok()), [role("admin", json!(null), true), role("editor", json!(null), true)]);
        // With another one there, they are none any more.
        app.admin().await;
        let next = house.lets_in(&json!({ "groups": ["editors"] })).await;
        assert_eq!(grants(&next.get("/v1/auth/me").await.ok()), [role("editor", json!(null), true)]);
    }

    async fn what_a_grant_is_limited_to_is_named_by_slug_and_nothing_is_granted_where_it_is_not_there(app) {
        let world = app.section("world", "दुनिया").await;
        let of = |section: &str| grant(Role::Editor, Some(section), None);
        let house = house(&app, &[("world", of("world")), ("world", of("nowhere")), ("world", grant(Role::Chief, None, Some("ta")))]).await;
        let me = house.lets_in(&json!({ "groups": ["world"] })).await.get("/v1/auth/me").await.ok();
        assert_eq!((me["grants"].as_array().unwrap().len(), &me["grants"][0]["section_id"]), (1, &json!(world)));
    }

    async fn an_account_that_was_there_is_theirs_by_a_verified_address_alone_and_of_one_person(app) {
        let house = newsroom(&app).await;
        let user = json!({ "email": "Asha@Example.org", "name": "Asha", "grants": [{ "role": "chief" }] });
        let admin = app.admin().await;
        let made = admin.post("/v1/desk/users", &user).await.ok();
        house.is_denied(&json!({ "email_verified": false })).await;
        house.is_denied(&json!({ "email_verified": null })).await;
        house.is_denied(&json!({ "email_verified": "false" })).await;
        // Some providers write it as a text.
        let asha = house.lets_in(&json!({ "email_verified": "true", "groups": null })).await;
        assert_eq!(asha.get("/v1/auth/me").await.ok()["id"], made["id"]);
        // What is written like an address is another mailbox: with a capital of ASCII's it is the same.
        let kate = json!({ "email": "kate@example.org", "name": "Kate", "grants": [{ "role": "admin" }] });
        admin.post("/v1/desk/users", &kate).await.ok();
        for alike in ["ｋate@example.org", "\u{212a}ate@example.org"] {
            house.is_denied(&json!({ "sub": "evil", "email": alike })).await;
        }
        house.lets_in(&json!({ "sub": "kate", "email": "Kate@Example.ORG" })).await;
        // Whoever has the address next is somebody else, and the provider's name of the first one is good whatever their address is.
        house.is_denied(&json!({ "sub": "person-2" })).await;
        house.lets_in(&json!({ "email": "asha.rao@example.org", "groups": null })).await;
        // Who was suspended is told so, and has no session.
        let path = format!("/v1/desk/users/{}", made["id"].as_str().unwrap());
        let tag = admin.get(&path).await.etag();
        admin.patch(&path, &tag, &json!({ "status": "suspended" })).await.ok();
        assert_eq!(house.is_denied(&json!({ "groups": null })).await, "This account is suspended.");
        let tag = admin.get(&path).await.etag();
        admin.patch(&path, &tag, &json!({ "status": "active" })).await.ok();
        // Unlinked, they are nobody's, and the next who has the address may have them.
        let asha = house.lets_in(&json!({ "groups": ["hindi"] })).await;
        assert_eq!(admin.send(Method::DELETE, &format!("{path}/identity"), &[], None).await.status, 204);
        asha.get("/v1/auth/me").await.refused(401, "session-ended");
        let parted = admin.get(&path).await.ok();
        assert_eq!((grants(&parted), &parted["single_sign_on"]), (vec![role("chief", json!(null), false)], &json!(false)));
        assert_eq!(admin.send(Method::DELETE, &format!("{path}/identity"), &[], None).await.status, 204);
        assert_eq!(admin.get(&path).await.ok(), parted);
        house.lets_in(&json!({ "sub": "person-2", "groups": null })).await;
        house.write_refusals().await;
        let list = admin.get("/v1/desk/audit?event=refused").await.ok();
        let mut reasons: Vec<_> = list["data"].as_array().unwrap().iter().map(|row| row["reason"].as_str().unwrap().to_owned()).collect();
        reasons.sort();
        let reasons: Vec<_> = reasons.iter().map(|why| why.split([' ', ',']).next().unwrap()).collect();
        assert_eq!(reasons, ["address-of-another", "address-of-another", "no-verified-address", "suspended"]);
    }

    async fn what_is_not_in_the_token_is_asked_for_of_the_same_person(app) {
        let house = newsroom(&app).await;
        house.fake.tells(json!({ "sub": "person-1", "email": "asha@example.org", "email_verified": true, "groups": ["hindi"], "name": "Asha Rao" }));
        let nothing = json!({ "email": null, "email_verified": null, "groups": null, "name": null });
        let me = house.lets_in(&nothing).await.get("/v1/auth/me").await.ok();
        assert_eq!((&me["name"], grants(&me)), (&json!("Asha Rao"), vec![role("translator", json!("hi"), true)]));
        // What is told of somebody else is told of nobody.
        let mut other = nothing.clone();
        other["sub"] = json!("person-9");
        for tells in [json!({ "sub": "person-1", "email": "b@example.org", "email_verified": true, "groups": ["admins"] }), json!({})] {
            house.fake.tells(tells);
            let told = house.comes(&other).await;
            assert_eq!((told["error"].as_str(), told.get("code")), ("temporarily_unavailable", None));
        }
    }

    async fn nothing_is_taken_for_the_word_of_the_provider_that_is_not(app) {
        let house = newsroom(&app).await;
        let now = app.now().as_seconds();
        for changed in [
            json!({ "iss": "https://another.example" }),
            json!({ "aud": "another" }),
            json!({ "aud": [CLIENT, "another"] }),
            json!({ "nonce": "another" }),
            json!({ "nonce": null }),
            json!({ "exp": now - 61 }),
            json!({ "nbf": now + 61 }),
            json!({ "sub": "" }),
            json!({ "sub": "x".repeat(256) }),
            json!({ "sub": "a\0b" }),
            json!({ "sub": "शिव" }),
            json!({ "iat": now + 61 }),
            json!({ "azp": "another" }),
        ] {
            house.is_denied(&changed).await;
        }
        let header = |text: &Value| BASE64_URL_SAFE_NO_PAD.encode(text.to_string());
        for n in 0..7 {
            let way = house.begun(&[]).await;
            let claims = house.claims(&way, &json!({}));
            let good = house.fake.signed(&claims);
            let (signed, signature) = good.rsplit_once('.').unwrap();
            let payload = signed.split_once('.').unwrap().1;
            let (token, error) = [
                (good.clone(), None),
                (format!("{signed}.AAAA"), Some("access_denied")),
                (format!("{}.{payload}.{signature}", header(&json!({ "alg": "RS256", "kid": "first" }))), Some("access_denied")),
                (format!("{}.{payload}.{signature}", header(&json!({ "alg": "HS256", "kid": "first" }))), Some("access_denied")),
                (hs256(&claims, SECRET), Some("access_denied")),
                // What is no token at all is no answer.
                (format!("{}.{payload}.", header(&json!({ "alg": "none" }))), Some("access_denied")),
                ("nothing at all".to_owned(), Some("temporarily_unavailable")),
            ][n].clone();
            let told = house.told(&way, &token).await;
            assert_eq!((told.get("error").map(String::as_str), told.contains_key("code")), (error, error.is_none()), "{token}");
            // What was brought back once is brought back no more, whatever by.
            house.fake.says("another", &good);
            let again = house.back(&way, &[("code", "another")]).await;
            assert_eq!(query(again.header("location").unwrap())["error"], "temporarily_unavailable");
        }
        house.write_refusals().await;
        let list = app.admin().await.get("/v1/desk/audit?event=refused").await.ok();
        assert_eq!(list["data"][0]["reason"].as_str().unwrap().split([' ', ',']).next(), Some("not-introduced"));
    }

    async fn nobody_ends_what_was_not_begun_in_their_browser_within_ten_minutes(app) {
        let house = newsroom(&app).await;
        let (way, other) = (house.begun(&[]).await, house.begun(&[]).await);
        let none = OnTheWay { sent: way.sent.clone(), cookie: "another=cookie".to_owned() };
        let crossed = OnTheWay { sent: way.sent.clone(), cookie: other.cookie.clone() };
        let mut state = way.sent.clone();
        state.insert("state".to_owned(), format!("A{}", way.sent["state"].get(1..).unwrap()));
        let changed = OnTheWay { sent: state, cookie: way.cookie.clone() };
        for way in [none, crossed, changed] {
            let refused = house.back(&way, &[("code", "c0de")]).await;
            assert_eq!((refused.status, refused.violations()), (400, vec![("?state".to_owned(), "state".to_owned())]));
        }
        house.anyone().get("/v1/auth/callback?code=c0de").await.refused(400, "malformed");
        // What another provider sends back, and what this one does instead of letting somebody in.
        for parameters in [[("iss", "https://another.example"), ("code", "c0de")], [("error", "access_denied"), ("code", "c0de")]] {
            let told = query(house.back(&way, &parameters).await.header("location").unwrap());
            assert_eq!((told["error"].as_str(), told["state"].as_str(), told.get("code")), ("access_denied", "of the tool", None));
        }
        assert_eq!(house.fake.forms(), [""; 0]);
        app.wait(600);
        assert_eq!(house.back(&way, &[("code", "c0de")]).await.status, 400);
    }

    async fn a_code_begins_one_session_for_whoever_asked_for_it_within_a_minute(app) {
        let house = newsroom(&app).await;
        let code = house.comes(&json!({})).await["code"].clone();
        house.redeems(&code, &[]).await.ok();
        house.redeems(&code, &[]).await.is_no_grant();
        house.redeems("no-code-at-all", &[]).await.is_no_grant();
        // Whoever shows a code and not what belongs to it has used it up.
        for wrong in [("code_verifier", "another-verifier-that-is-long-enough-to-be-one-too"), ("redirect_uri", "http://127.0.0.1/back")] {
            let code = house.comes(&json!({})).await["code"].clone();
            house.redeems(&code, &[wrong]).await.is_no_grant();
            house.redeems(&code, &[]).await.is_no_grant();
        }
        // What ends every session ends those that a code would have begun.
        let code = house.comes(&json!({})).await["code"].clone();
        let all = app.admin().await.get("/v1/desk/users?limit=100").await.ok();
        let asha = all["data"].as_array().unwrap().iter().find(|user| user["email"] == "asha@example.org").unwrap()["id"].clone();
        let identity = format!("/v1/desk/users/{}/identity", asha.as_str().unwrap());
        assert_eq!(app.admin().await.send(Method::DELETE, &identity, &[], None).await.status, 204);
        house.redeems(&code, &[]).await.is_no_grant();
        let late = house.comes(&json!({})).await["code"].clone();
        app.wait(60);
        house.redeems(&late, &[]).await.is_no_grant();
    }

    async fn nobody_is_sent_where_no_tool_is_known_to_be(app) {
        let house = newsroom(&app).await;
        for known in [TOOL, "http://127.0.0.1/back", "http://127.0.0.1:49152/back", "org.example.desk:/back", &format!("{ISSUER}/docs/oauth2-redirect.html")] {
            assert_eq!(house.asks(&[("redirect_uri", known)]).await.status, 303, "{known}");
        }
        for unknown in [
            "",
            "https://desk.example/signed-in/",
            "https://desk.example/signed-in?next=1",
            "https://desk.example:8443/signed-in",
            "https://desk.example@attacker.example/signed-in",
            "https://attacker.example/signed-in",
            "http://127.0.0.1/other",
            "http://127.0.0.1:0/back",
            "http://127.0.0.1:065/back",
            "http://127.0.0.1:70000/back",
            "http://127.0.0.1:80/x/../back",
            "http://127.1:80/back",
            "http://2130706433/back",
            "http://127.0.0.1:80\\back",
            "\thttp://127.0.0.1:80/back",
            "http://127.0.0.1:80@attacker.example/back",
            "https://127.0.0.1/back",
            "http://localhost/back",
            "org.example.desk:/other",
            "javascript:alert(1)",
        ] {
            let refused = house.asks(&[("redirect_uri", unknown)]).await;
            assert_eq!((refused.status, refused.header("location"), refused.violations().len()), (400, None, 1), "{unknown}");
        }
        // What is wrong with the rest is told to the tool.
        for (name, wrong, error) in [
            ("response_type", "token", "unsupported_response_type"),
            ("code_challenge_method", "plain", "invalid_request"),
            ("code_challenge", "short", "invalid_request"),
            ("scope", "article.read everything", "invalid_scope"),
        ] {
            let told = query(house.asks(&[(name, wrong)]).await.header("location").unwrap());
            assert_eq!((told["error"].as_str(), told["state"].as_str()), (error, "of the tool"), "{name}");
        }
        let long = house.asks(&[("state", &"x".repeat(513))]).await;
        assert_eq!((long.status, long.violations()[0].0.as_str()), (400, "?state"));
        // Whoever only looks where a link leads has followed none.
        let way = house.begun(&[]).await;
        house.fake.says("c0de", &house.fake.signed(&house.claims(&way, &json!({}))));
        let path = with("/v1/auth/callback", &[("state", &way.sent["state"]), ("code", "c0de")]);
        let looked = house.anyone().send(Method::HEAD, &path, &[("cookie", &way.cookie)], None).await;
        assert!(looked.status >= 400 && house.fake.forms().is_empty(), "{}", looked.status);
        house.back(&way, &[("code", "c0de")]).await;
        assert_eq!(house.fake.forms().len(), 1);
    }

    async fn keys_may_change_while_people_are_signed_in_and_nobody_else_makes_the_server_ask_for_them(app) {
        let house = newsroom(&app).await;
        let asha = house.lets_in(&json!({})).await;
        house.fake.asked();
        let old = house.access_token(&json!({}));
        house.fake.rotate("second");
        // Who is signed in stays so, and what the former key signed is taken until the next round.
        asha.get("/v1/auth/me").await.ok();
        house.bearing(&old).get("/v1/auth/me").await.ok();
        let new = house.access_token(&json!({}));
        for _ in 0..3 {
            house.bearing(&new).get("/v1/auth/me").await.refused(401, "invalid-token");
        }
        assert_eq!(house.fake.asked(), [""; 0]);
        // A round that is not due asks nothing; one that is due asks.
        let keep = |provider: &Provider| provider.keep_current(app.now());
        keep(&house.provider).unwrap();
        assert_eq!(house.fake.asked(), [""; 0]);
        app.wait(300);
        keep(&house.provider).unwrap();
        assert_eq!(house.fake.asked(), ["/.well-known/openid-configuration", "/jwks"]);
        let new = house.access_token(&json!({}));
        house.bearing(&new).get("/v1/auth/me").await.ok();
        // What the provider itself gives by a key that is not known yet is worth asking for it, at once.
        house.fake.rotate("third");
        house.lets_in(&json!({})).await;
        assert_eq!(house.fake.asked(), ["/token", "/.well-known/openid-configuration", "/jwks"]);
        house.bearing(&new).get("/v1/auth/me").await.refused(401, "invalid-token");
    }

    async fn a_token_of_the_provider_for_this_server_is_as_good_as_its_user_and_no_other_is(app) {
        let house = newsroom(&app).await;
        house.lets_in(&json!({ "groups": ["hindi"] })).await;
        let asha = house.bearing(&house.access_token(&json!({})));
        let me = asha.get("/v1/auth/me").await.ok();
        assert_eq!(grants(&me), [role("translator", json!("hi"), true)]);
        // What groups give by a token they give for that request alone: one of yesterday brings nothing back.
        let before = everything_kept(&app.url);
        let promoted = house.bearing(&house.access_token(&json!({ "groups": ["editors"] })));
        assert_eq!(grants(&promoted.get("/v1/auth/me").await.ok()), [role("editor", json!(null), true)]);
        house.bearing(&house.access_token(&json!({ "groups": [] }))).get("/v1/auth/me").await.refused(401, "invalid-token");
        let stranger = json!({ "sub": "person-9", "email": "ravi@example.org", "email_verified": true, "groups": ["admins"] });
        house.bearing(&house.access_token(&stranger)).get("/v1/auth/me").await.refused(401, "invalid-token");
        assert_eq!(everything_kept(&app.url), before);
        // The account itself is for who signed in here, and so is what lets others in.
        let boss = house.bearing(&house.access_token(&json!({ "groups": ["admins"] })));
        let user = format!("/v1/desk/users/{}", me["id"].as_str().unwrap());
        boss.get("/v1/auth/sessions").await.refused(403, "forbidden");
        boss.post("/v1/auth/api-keys", &json!({ "name": "A program" })).await.refused(403, "forbidden");
        boss.post("/v1/auth/logout", &json!({})).await.refused(403, "forbidden");
        boss.post("/v1/auth/second-factor", &json!({})).await.refused(403, "forbidden");
        boss.post(&format!("{user}/password-link"), &json!({})).await.refused(403, "forbidden");
        boss.post(&format!("{user}/api-keys"), &json!({ "name": "A program" })).await.refused(403, "forbidden");
        boss.send(Method::DELETE, &format!("{user}/identity"), &[], None).await.refused(403, "forbidden");
        boss.get(&user).await.ok();
        let world = app.section("world", "दुनिया").await;
        promoted.story(&world, "River rises").await;
        let now = app.now().as_seconds();
        let good = house.access_token(&json!({}));
        let header = |changed: Value| house.fake.signed_as(&changed, &serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(good.split('.').nth(1).unwrap()).unwrap()).unwrap());
        let way = house.begun(&[]).await;
        let refused = [
            house.fake.signed(&house.claims(&way, &json!({}))),
            house.access_token(&json!({ "aud": CLIENT })),
            house.access_token(&json!({ "aud": null })),
            house.access_token(&json!({ "iss": "https://another.example" })),
            house.access_token(&json!({ "iss": ISSUER })),
            house.access_token(&json!({ "exp": now - 60 })),
            house.access_token(&json!({ "exp": null })),
            house.access_token(&json!({ "exp": "soon" })),
            house.access_token(&json!({ "iat": now + 61 })),
            house.access_token(&json!({ "iat": null })),
            house.access_token(&json!({ "nbf": now + 61 })),
            house.access_token(&json!({ "nonce": "of an ID token" })),
            house.access_token(&json!({ "at_hash": "of another" })),
            house.access_token(&json!({ "typ": "ID" })),
            house.access_token(&json!({ "events": { "http://schemas.openid.net/event/backchannel-logout": {} } })),
            house.access_token(&json!({ "sub": "" })),
            house.access_token(&json!({ "sub": null })),
            house.access_token(&json!({ "sub": "person-2", "groups": ["cooks"] })),
            house.access_token(&json!({ "sub": "person-2", "groups": ["admins"], "email": "asha@example.org", "email_verified": true })),
            house.access_token(&json!({ "groups": ["cooks"] })),
            house.access_token(&json!({ "groups": { "editors": true } })),
            house.access_token(&json!({ "_claim_names": { "groups": "src1" } })),
            house.access_token(&json!({ "sub": "a\0b" })),
            header(json!({ "alg": "EdDSA", "kid": "another" })),
            header(json!({ "alg": "EdDSA" })),
            header(json!({ "alg": "none", "kid": "first" })),
            header(json!({ "alg": "HS256", "kid": "first" })),
            header(json!({ "alg": "RS256", "kid": "first" })),
            header(json!({ "alg": "ES256", "kid": "first" })),
            header(json!({ "alg": "EdDSA", "kid": "first", "typ": "dateline-preview+jwt" })),
            header(json!({ "alg": "EdDSA", "kid": "first", "crit": ["exp"], "exp": 1 })),
            format!("{good}="),
            format!("{good}."),
            good.replace('.', ".."),
            format!("{}A", good.get(..good.len() - 2).unwrap()),
            hs256(&json!({ "iss": house.fake.issuer(), "aud": AUDIENCE, "sub": "person-1", "iat": now, "exp": now + 60 }), SECRET),
        ];
        let seen = |answer: &Answer| {
            let mut problem = answer.json();
            problem["request_id"] = json!(null);
            let headers: BTreeMap<_, _> = answer.headers.iter().filter(|(name, _)| name != "x-request-id").cloned().collect();
            (answer.status, problem, headers)
        };
        let none = house.bearing("none").get("/v1/auth/me").await;
        none.refused(401, "invalid-token");
        for token in refused {
            assert_eq!(seen(&house.bearing(&token).get("/v1/auth/me").await), seen(&none), "{token}");
        }
        house.bearing(&good).get("/v1/auth/me").await.ok();
        for typ in ["at+jwt", "application/at+jwt", "AT+JWT"] {
            house.bearing(&header(json!({ "alg": "EdDSA", "kid": "first", "typ": typ }))).get("/v1/auth/me").await.ok();
        }
        // A suspension is heard of at the next request.
        let admin = app.admin().await;
        let path = format!("/v1/desk/users/{}", me["id"].as_str().unwrap());
        let tag = admin.get(&path).await.etag();
        admin.patch(&path, &tag, &json!({ "status": "suspended" })).await.ok();
        assert_eq!(seen(&house.bearing(&good).get("/v1/auth/me").await), seen(&none));
        let tag = admin.get(&path).await.etag();
        admin.patch(&path, &tag, &json!({ "status": "active" })).await.ok();
        house.bearing(&good).get("/v1/auth/me").await.ok();
        // Of a provider that was not heard of for an hour, nobody knows which keys are good.
        app.wait(3_600);
        house.bearing(&house.access_token(&json!({}))).get("/v1/auth/me").await.refused(401, "invalid-token");
        house.provider.discover(app.now()).unwrap();
        house.bearing(&house.access_token(&json!({}))).get("/v1/auth/me").await.ok();
        let good = house.access_token(&json!({}));
        // Where none are to be taken, none is.
        let provider = Arc::new(Provider::new(dateline::openid::OpenId { audience: None, ..house.fake.settings(&[]) }));
        provider.discover(app.now()).unwrap();
        let entrance = app.relying_on(&provider).await;
        house.bearing(&good).at(&entrance).get("/v1/auth/me").await.refused(401, "invalid-token");
    }

    async fn a_provider_that_does_not_answer_keeps_nobody_from_what_needs_it_not(app) {
        let fake = Fake::new();
        let provider = Arc::new(Provider::new(fake.settings(&[("editors", grant(Role::Editor, None, None))])));
        let entrance = app.relying_on(&provider).await;
        let house = House { app: &app, fake, provider, entrance };
        // Nobody is kept waiting with nothing: the tool is told.
        let told = query(house.asks(&[]).await.header("location").unwrap());
        assert_eq!(told["error"], "temporarily_unavailable");
        house.provider.discover(app.now()).unwrap();
        let way = house.begun(&[]).await;
        house.fake.be_away(true);
        let told = query(house.back(&way, &[("code", "c0de")]).await.header("location").unwrap());
        assert_eq!(told["error"], "temporarily_unavailable");
        app.wait(300);
        assert!(house.provider.keep_current(app.now()).is_err());
        // What is known of it stays known.
        house.begun(&[]).await;
        app.admin().await.at(&house.entrance).get("/v1/auth/me").await.ok();
        house.fake.be_away(false);
        house.lets_in(&json!({})).await;
    }

    async fn without_a_provider_there_is_no_way_to_it(app) {
        app.anyone().get("/v1/auth/authorize").await.refused(404, "not-found");
        app.anyone().get("/v1/auth/callback").await.refused(404, "not-found");
        let told = app.anyone().get("/.well-known/oauth-authorization-server").await.ok();
        assert_eq!((&told["issuer"], told.get("authorization_endpoint")), (&json!(ISSUER), None));
        let house = newsroom(&app).await;
        let told = house.anyone().get("/.well-known/oauth-authorization-server").await.ok();
        assert_eq!(told["authorization_endpoint"], json!(format!("{ISSUER}/v1/auth/authorize")));
        assert_eq!(told["code_challenge_methods_supported"], json!(["S256"]));
    }

    async fn whoever_comes_in_by_the_provider_alone_is_sent_no_link_that_somebody_else_asks_for(app) {
        let house = newsroom(&app).await;
        house.lets_in(&json!({})).await;
        let entrance = app.mailing("https://desk.example/set#{token}").await;
        let ask = json!({ "email": "asha@example.org" });
        assert_eq!(app.anyone().at(&entrance).post("/v1/auth/password/reset", &ask).await.status, 202);
        let (links, keys, store) = (entrance.links.clone(), entrance.keys.clone(), app.store.clone());
        assert_eq!(links.make(&store, &keys.present()).unwrap(), 0);
        assert!(!everything_kept(&app.url).contains("password_links: "));
    }
}

/// A token that is signed with what both sides know (RFC 2104).
fn hs256(claims: &Value, secret: &str) -> String {
    let encoded = |value: &Value| BASE64_URL_SAFE_NO_PAD.encode(value.to_string());
    let signed = format!("{}.{}", encoded(&json!({ "alg": "HS256", "kid": "first" })), encoded(claims));
    let padded = |with: u8| -> Vec<u8> { (0..64).map(|n| secret.as_bytes().get(n).unwrap_or(&0) ^ with).collect() };
    let inner = Sha256::new().chain_update(padded(0x36)).chain_update(&signed).finalize();
    format!("{signed}.{}", BASE64_URL_SAFE_NO_PAD.encode(Sha256::new().chain_update(padded(0x5c)).chain_update(inner).finalize()))
}
