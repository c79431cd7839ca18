//! Signing in and out.

use serde_json::json;

async fn with_password(app: &crate::support::TestApp) {
    let admin = app.admin().await;
    let user = json!({ "email": "Asha@Example.org", "name": "Asha", "password": RIGHT, "grants": [{ "role": "editor" }] });
    assert_eq!(admin.post("/v1/desk/users", &user).await.status, 201);
}

const RIGHT: &str = "गुप्त वाक्य यहाँ है";

/// Ask for tokens with the form of OAuth 2.0.
async fn with_form(app: &crate::support::TestApp, fields: &[(&str, &str)]) -> crate::support::Answer {
    let form = serde_urlencoded::to_string(fields).unwrap();
    let kind = [("content-type", "application/x-www-form-urlencoded; charset=utf-8")];
    app.from("192.0.2.7").send(actix_web::http::Method::POST, "/v1/auth/token", &kind, Some(form.into_bytes())).await
}

both! {
    async fn the_form_of_oauth_gives_what_json_gives(app) {
        with_password(&app).await;
        let asked = [("grant_type", "password"), ("username", " ASHA@example.org"), ("password", RIGHT)];
        let tokens = with_form(&app, &asked).await;
        assert_eq!(tokens.header("cache-control"), Some("no-store"));
        let tokens = tokens.ok();
        let json = app.anyone().post("/v1/auth/token", &json!({ "email": "asha@example.org", "password": RIGHT })).await.ok();
        let members = |tokens: &serde_json::Value| tokens.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
        assert_eq!((members(&tokens), &tokens["token_type"], &tokens["expires_in"]), (members(&json), &json["token_type"], &json["expires_in"]));
        let mut asha = app.anyone();
        asha.token = Some(tokens["access_token"].as_str().unwrap().to_owned());
        assert!(asha.get("/v1/auth/me").await.ok()["permissions"].as_array().unwrap().contains(&json!("article.publish")));

        let refresh = tokens["refresh_token"].as_str().unwrap();
        let next = with_form(&app, &[("grant_type", "refresh_token"), ("refresh_token", refresh)]).await.ok();
        asha.token = Some(next["access_token"].as_str().unwrap().to_owned());
        asha.get("/v1/auth/me").await.ok();
        app.wait(11);
        with_form(&app, &[("grant_type", "refresh_token"), ("refresh_token", refresh)]).await.refused(401, "session-ended");
        asha.get("/v1/auth/me").await.refused(401, "session-ended");
    }

    async fn the_form_of_oauth_limits_to_a_scope_and_passes_over_what_it_does_not_know(app) {
        with_password(&app).await;
        let asked = [("grant_type", "password"), ("username", "asha@example.org"), ("password", RIGHT)];
        let others = [("client_id", "editor"), ("client_secret", ""), ("audience", "x")];
        let scoped = [&asked[..], &[("scope", "desk.read  article.read")], &others].concat();
        let tokens = with_form(&app, &scoped).await.ok();
        let mut asha = app.anyone();
        asha.token = Some(tokens["access_token"].as_str().unwrap().to_owned());
        assert_eq!(asha.get("/v1/auth/me").await.ok()["permissions"], json!(["desk.read", "article.read"]));
        asha.post("/v1/desk/articles", &json!({ "section_id": app.section("world", "दुनिया").await, "source_locale": "en" })).await.refused(403, "forbidden");
        // Nothing named is no limit: Swagger UI sends it empty when nothing is ticked.
        let open = [&asked[..], &[("scope", "")]].concat();
        asha.token = Some(with_form(&app, &open).await.ok()["access_token"].as_str().unwrap().to_owned());
        assert!(asha.get("/v1/auth/me").await.ok()["permissions"].as_array().unwrap().len() > 2);
        let unknown = [&asked[..], &[("scope", "article.read article.raed")]].concat();
        let refused = with_form(&app, &unknown).await;
        refused.refused(422, "invalid");
        assert_eq!(refused.violations(), [("#/scope/1".to_owned(), "unknown_action".to_owned())]);
    }

    async fn a_form_of_oauth_that_says_too_little_or_twice_is_refused(app) {
        with_password(&app).await;
        let all = [("grant_type", "password"), ("username", "asha@example.org"), ("password", RIGHT)];
        for (n, (field, _)) in all.iter().enumerate() {
            let mut less = all.to_vec();
            less.remove(n);
            let refused = with_form(&app, &less).await;
            refused.refused(400, "malformed");
            assert!(refused.text.contains(field), "{}", refused.text);
            let twice = [&all[..], &all[n..=n]].concat();
            let refused = with_form(&app, &twice).await;
            refused.refused(400, "malformed");
            assert!(refused.text.contains(field), "{}", refused.text);
        }
        for kind in ["client_credentials", "authorization_code", "", "Password"] {
            let refused = with_form(&app, &[("grant_type", kind), ("username", "asha@example.org"), ("password", RIGHT)]).await;
            refused.refused(400, "malformed");
        }
        with_form(&app, &[("grant_type", "refresh_token")]).await.refused(400, "malformed");
        with_form(&app, &[("grant_type", "refresh_token"), ("refresh_token", "made up")]).await.refused(401, "invalid-token");
        with_form(&app, &[("grant_type", "password"), ("username", "asha@example.org"), ("password", &"x".repeat(100_000))]).await.refused(413, "too-large");
        let kind = [("content-type", "application/x-www-form-urlencoded")];
        for bytes in [&b"grant_type=password&username=a%ff@example.org&password=x"[..], b"", b"{}", b"&&&==&%"] {
            let answer = app.anyone().send(actix_web::http::Method::POST, "/v1/auth/token", &kind, Some(bytes.to_vec())).await;
            assert!([400, 401].contains(&answer.status), "{}", answer.text);
        }
    }

    async fn a_wrong_password_counts_whichever_way_it_is_sent(app) {
        with_password(&app).await;
        let wrong = [("grant_type", "password"), ("username", "asha@example.org"), ("password", "not the password")];
        for _ in 0..3 {
            with_form(&app, &wrong).await.refused(401, "wrong-credentials");
        }
        let thief = app.from("192.0.2.7");
        for _ in 0..2 {
            thief.post("/v1/auth/token", &json!({ "email": "asha@example.org", "password": "not the password" })).await.refused(401, "wrong-credentials");
        }
        let right = [("grant_type", "password"), ("username", "asha@example.org"), ("password", RIGHT)];
        let waits = with_form(&app, &right).await;
        waits.refused(429, "too-many-attempts");
        assert_eq!(waits.header("retry-after"), Some("1"));
    }

    async fn a_password_gives_tokens_that_end_with_the_session(app) {
        with_password(&app).await;
        let nobody = app.anyone();
        let signed = nobody.post("/v1/auth/token", &json!({ "email": "asha@example.org", "password": RIGHT })).await;
        assert_eq!(signed.header("cache-control"), Some("no-store"));
        let tokens = signed.ok();
        assert_eq!((tokens["token_type"].as_str(), tokens["expires_in"].as_i64()), (Some("Bearer"), Some(900)));
        let mut asha = app.anyone();
        asha.token = Some(tokens["access_token"].as_str().unwrap().to_owned());
        let me = asha.get("/v1/auth/me").await.ok();
        assert_eq!((me["email"].as_str(), me["grants"][0]["role"].as_str()), (Some("asha@example.org"), Some("editor")));
        assert!(me["permissions"].as_array().unwrap().contains(&json!("article.publish")));
        asha.get("/v1/desk/articles").await.ok();
        assert_eq!(asha.post("/v1/auth/logout", &json!({})).await.status, 204);
        asha.get("/v1/desk/articles").await.refused(401, "session-ended");
        nobody.post("/v1/auth/refresh", &json!({ "refresh_token": tokens["refresh_token"] })).await.refused(401, "session-ended");
    }

    async fn nobody_learns_who_has_an_account(app) {
        with_password(&app).await;
        let ask = async |email: &str| app.anyone().post("/v1/auth/token", &json!({ "email": email, "password": "not the password" })).await;
        let (wrong, unknown, none) = (ask("asha@example.org").await, ask("who@example.org").await, ask("not an address").await);
        for answer in [&wrong, &unknown, &none] {
            let mut problem = answer.refused(401, "wrong-credentials");
            problem["request_id"] = json!(null);
            let mut first = wrong.json();
            first["request_id"] = json!(null);
            assert_eq!(problem, first);
            assert_eq!(answer.header("www-authenticate"), Some("Bearer"));
        }
    }

    async fn a_refresh_token_works_once_and_a_later_use_ends_the_session(app) {
        with_password(&app).await;
        let nobody = app.anyone();
        let tokens = nobody.post("/v1/auth/token", &json!({ "email": "asha@example.org", "password": RIGHT })).await.ok();
        let next = nobody.post("/v1/auth/refresh", &json!({ "refresh_token": tokens["refresh_token"] })).await.ok();
        assert_ne!(next["refresh_token"], tokens["refresh_token"]);
        app.wait(11);
        nobody.post("/v1/auth/refresh", &json!({ "refresh_token": tokens["refresh_token"] })).await.refused(401, "session-ended");
        // The thief and the owner are both out.
        nobody.post("/v1/auth/refresh", &json!({ "refresh_token": next["refresh_token"] })).await.refused(401, "session-ended");
        let mut asha = app.anyone();
        asha.token = Some(next["access_token"].as_str().unwrap().to_owned());
        asha.get("/v1/auth/me").await.refused(401, "session-ended");
        nobody.post("/v1/auth/refresh", &json!({ "refresh_token": "made up" })).await.refused(401, "invalid-token");
    }

    async fn tokens_run_out(app) {
        let editor = app.editor().await;
        app.wait(15 * 60 - 1);
        editor.get("/v1/auth/me").await.ok();
        app.wait(10);
        editor.get("/v1/auth/me").await.refused(401, "token-expired");
        with_password(&app).await;
        let tokens = app.anyone().post("/v1/auth/token", &json!({ "email": "asha@example.org", "password": RIGHT })).await.ok();
        app.wait(7 * 24 * 3600 + 1);
        app.anyone().post("/v1/auth/refresh", &json!({ "refresh_token": tokens["refresh_token"] })).await.refused(401, "session-ended");
    }

    async fn other_grants_end_the_access_token_and_the_refresh_token_brings_one_with_the_new_rights(app) {
        with_password(&app).await;
        let (admin, world) = (app.admin().await, app.section("world", "दुनिया").await);
        let tokens = app.anyone().post("/v1/auth/token", &json!({ "email": "asha@example.org", "password": RIGHT })).await.ok();
        let with = |tokens: &serde_json::Value| {
            let mut asha = app.anyone();
            asha.token = Some(tokens["access_token"].as_str().unwrap().to_owned());
            asha
        };
        let refreshed = async |tokens: &serde_json::Value| {
            app.anyone().post("/v1/auth/refresh", &json!({ "refresh_token": tokens["refresh_token"] })).await.ok()
        };
        let asha = with(&tokens);
        let may = async |client: &crate::support::Client<'_>, action: &str| {
            client.get("/v1/auth/me").await.ok()["permissions"].as_array().unwrap().contains(&json!(action))
        };
        assert!(may(&asha, "article.publish").await);
        let at = format!("/v1/desk/users/{}", asha.get("/v1/auth/me").await.ok()["id"].as_str().unwrap());
        let grant = async |grant: serde_json::Value| admin.act(&format!("{at}/grants"), &admin.get(&at).await.etag(), &grant).await.ok();
        let revoke = async |role: &str| {
            let grants = admin.get(&format!("{at}/grants")).await.ok();
            let one = grants["data"].as_array().unwrap().iter().find(|grant| grant["role"] == role).unwrap()["id"].as_str().unwrap().to_owned();
            admin.delete(&format!("{at}/grants/{one}"), &admin.get(&at).await.etag()).await.ok();
        };

        // More, fewer, and the same within limits.
        grant(json!({ "role": "chief" })).await;
        let told = asha.get("/v1/desk/articles").await;
        told.refused(401, "token-expired");
        assert!(told.header("www-authenticate").unwrap().starts_with("Bearer error=\"invalid_token\", error_description=\""));
        let tokens = refreshed(&tokens).await;
        let chief = with(&tokens);
        assert!(may(&chief, "tag.manage").await);
        revoke("chief").await;
        // Neither the rights of then nor those of now, whichever are more.
        chief.get("/v1/auth/me").await.refused(401, "token-expired");
        chief.post("/v1/desk/tags", &json!({ "kind": "topic", "translations": { "en": { "name": "Rivers" } } })).await.refused(401, "token-expired");
        // Who has again what they had has the token of then again: it says the same.
        asha.get("/v1/auth/me").await.ok();
        let tokens = refreshed(&tokens).await;
        let asha = with(&tokens);
        assert!(!may(&asha, "tag.manage").await && may(&asha, "article.publish").await);
        grant(json!({ "role": "chief", "section_id": world, "locale": "hi" })).await;
        asha.get("/v1/auth/me").await.refused(401, "token-expired");
        let tokens = refreshed(&tokens).await;
        let asha = with(&tokens);
        // A name is no right.
        admin.patch(&at, &admin.get(&at).await.etag(), &json!({ "name": "Asha Rao" })).await.ok();
        asha.get("/v1/auth/me").await.ok();
        // A password and a suspension end the session itself.
        admin.patch(&at, &admin.get(&at).await.etag(), &json!({ "status": "suspended" })).await.ok();
        asha.get("/v1/auth/me").await.refused(401, "session-ended");
        app.anyone().post("/v1/auth/refresh", &json!({ "refresh_token": tokens["refresh_token"] })).await.refused(401, "session-ended");
    }

    async fn a_401_says_whether_no_token_came_or_one_that_gives_no_access(app) {
        let nobody = app.anyone().get("/v1/auth/me").await;
        nobody.refused(401, "unauthenticated");
        assert_eq!(nobody.header("www-authenticate"), Some("Bearer"));
        let sent = async |value: &str| {
            app.anyone().send(actix_web::http::Method::GET, "/v1/auth/me", &[("authorization", value)], None).await
        };
        for none in ["Basic YTpi", "Bearerx", "bear er"] {
            let answer = sent(none).await;
            answer.refused(401, "unauthenticated");
            assert_eq!(answer.header("www-authenticate"), Some("Bearer"), "{none}");
        }
        for bad in ["Bearer", "bearer x", "BEARER  x y", "Bearer a.b.c"] {
            let answer = sent(bad).await;
            answer.refused(401, "invalid-token");
            let told = answer.header("www-authenticate").unwrap().to_owned();
            assert_eq!(told, "Bearer error=\"invalid_token\", error_description=\"this is no token that gives access here\"", "{bad}");
        }
        // A good one with a session that is over says that, and one whose time is over asks nothing of the session.
        let editor = app.editor().await;
        assert_eq!(editor.post("/v1/auth/logout", &json!({})).await.status, 204);
        editor.get("/v1/auth/me").await.refused(401, "session-ended");
        app.wait(16 * 60);
        editor.get("/v1/auth/me").await.refused(401, "token-expired");
    }

    async fn the_published_keys_hold_nothing_private(app) {
        let keys = app.anyone().get("/.well-known/jwks.json").await.ok();
        let key = keys["keys"][0].as_object().unwrap();
        let members: Vec<_> = key.keys().map(String::as_str).collect();
        assert_eq!(members, ["alg", "crv", "kid", "kty", "use", "x"]);
        assert_eq!((key["kty"].as_str(), key["crv"].as_str(), key["alg"].as_str()), (Some("OKP"), Some("Ed25519"), Some("EdDSA")));
    }
}
