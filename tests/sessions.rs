//! Signing in and out.

use serde_json::json;

async fn with_password(app: &crate::support::TestApp) {
    let admin = app.admin().await;
    let user = json!({ "email": "Asha@Example.org", "name": "Asha", "password": "गुप्त वाक्य यहाँ है", "grants": [{ "role": "editor" }] });
    assert_eq!(admin.post("/v1/desk/users", &user).await.status, 201);
}

both! {
    async fn a_password_gives_tokens_that_end_with_the_session(app) {
        with_password(&app).await;
        let nobody = app.anyone();
        let signed = nobody.post("/v1/auth/token", &json!({ "email": "asha@example.org", "password": "गुप्त वाक्य यहाँ है" })).await;
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
        asha.get("/v1/desk/articles").await.refused(401, "unauthenticated");
        nobody.post("/v1/auth/refresh", &json!({ "refresh_token": tokens["refresh_token"] })).await.refused(401, "unauthenticated");
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

    async fn a_refresh_token_works_once_and_a_second_use_ends_the_session(app) {
        with_password(&app).await;
        let nobody = app.anyone();
        let tokens = nobody.post("/v1/auth/token", &json!({ "email": "asha@example.org", "password": "गुप्त वाक्य यहाँ है" })).await.ok();
        let next = nobody.post("/v1/auth/refresh", &json!({ "refresh_token": tokens["refresh_token"] })).await.ok();
        assert_ne!(next["refresh_token"], tokens["refresh_token"]);
        nobody.post("/v1/auth/refresh", &json!({ "refresh_token": tokens["refresh_token"] })).await.refused(401, "unauthenticated");
        // The thief and the owner are both out.
        nobody.post("/v1/auth/refresh", &json!({ "refresh_token": next["refresh_token"] })).await.refused(401, "unauthenticated");
        let mut asha = app.anyone();
        asha.token = Some(next["access_token"].as_str().unwrap().to_owned());
        asha.get("/v1/auth/me").await.refused(401, "unauthenticated");
        nobody.post("/v1/auth/refresh", &json!({ "refresh_token": "made up" })).await.refused(401, "unauthenticated");
    }

    async fn tokens_run_out(app) {
        let editor = app.editor().await;
        app.wait(15 * 60 - 1);
        editor.get("/v1/auth/me").await.ok();
        app.wait(10);
        editor.get("/v1/auth/me").await.refused(401, "unauthenticated");
        with_password(&app).await;
        let tokens = app.anyone().post("/v1/auth/token", &json!({ "email": "asha@example.org", "password": "गुप्त वाक्य यहाँ है" })).await.ok();
        app.wait(7 * 24 * 3600 + 1);
        app.anyone().post("/v1/auth/refresh", &json!({ "refresh_token": tokens["refresh_token"] })).await.refused(401, "unauthenticated");
    }

    async fn forged_tokens_are_refused_alike(app) {
        use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD as b64};
        let editor = app.editor().await;
        let good = editor.token.clone().unwrap();
        let parts: Vec<&str> = good.split('.').collect();
        let header: serde_json::Value = serde_json::from_slice(&b64.decode(parts[0]).unwrap()).unwrap();
        let claims: serde_json::Value = serde_json::from_slice(&b64.decode(parts[1]).unwrap()).unwrap();
        let with_header = |change: serde_json::Value| {
            let mut header = header.clone();
            header.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
            format!("{}.{}.{}", b64.encode(header.to_string()), parts[1], parts[2])
        };
        let with_claims = |change: serde_json::Value| {
            let mut claims = claims.clone();
            claims.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
            format!("{}.{}.{}", parts[0], b64.encode(claims.to_string()), parts[2])
        };
        let forged = vec![
            with_header(json!({ "alg": "none" })), with_header(json!({ "alg": "HS256" })), with_header(json!({ "alg": "nOnE" })),
            with_header(json!({ "typ": "JWT" })), with_header(json!({ "kid": "other" })), with_header(json!({ "kid": "../../etc/passwd" })),
            with_header(json!({ "crit": ["x"] })), with_header(json!({ "jwk": {} })), with_header(json!({ "b64": false })),
            with_claims(json!({ "sub": "00000000-0000-0000-0000-000000000000" })), with_claims(json!({ "exp": 9_999_999_999i64 })),
            format!("{}.{}.", parts[0], parts[1]), format!("{good}="), format!(" {good}x"), format!("{good}.x"), parts[0].to_owned(),
            "a".repeat(10_000), String::new(), "\u{feff}".to_owned() + "x",
        ];
        let reference = { let mut nobody = app.anyone(); nobody.token = Some("x".to_owned()); nobody.get("/v1/auth/me").await };
        for token in forged {
            let mut thief = app.anyone();
            thief.token = Some(token.clone());
            let answer = thief.get("/v1/auth/me").await;
            let mut problem = answer.refused(401, "unauthenticated");
            problem["request_id"] = reference.json()["request_id"].clone();
            assert_eq!(problem, reference.json(), "{token}");
        }
        editor.get("/v1/auth/me").await.ok();
    }

    async fn the_published_keys_hold_nothing_private(app) {
        let keys = app.anyone().get("/.well-known/jwks.json").await.ok();
        let key = keys["keys"][0].as_object().unwrap();
        let members: Vec<_> = key.keys().map(String::as_str).collect();
        assert_eq!(members, ["alg", "crv", "kid", "kty", "use", "x"]);
        assert_eq!((key["kty"].as_str(), key["crv"].as_str(), key["alg"].as_str()), (Some("OKP"), Some("Ed25519"), Some("EdDSA")));
    }
}
