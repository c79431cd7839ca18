//! Previews: a working copy for somebody without an account, for a while, and nothing else.

use dateline::domain::user::Role;
use serde_json::json;

both! {
    async fn a_preview_shows_the_revision_it_was_made_for_in_the_shape_of_delivery(app) {
        let editor = app.editor().await;
        let world = app.section("world", "दुनिया").await;
        let article = editor.story(&world, "River rises").await;
        editor.put(&format!("{article}/translations/hi"), None, &json!({ "headline": "नदी" })).await.ok();
        let made = editor.post(&format!("{article}/translations/en/previews"), &json!({})).await;
        assert_eq!(made.status, 201, "{}", made.text);
        let made = made.json();
        let path = format!("/v1/preview/{}", made["token"].as_str().unwrap());
        assert!(made["url"].as_str().unwrap().ends_with(&path));
        editor.patch(&format!("{article}/translations/en"), "\"1\"", &json!({ "headline": "Changed since" })).await.ok();
        let shown = app.anyone().get(&path).await;
        let body = shown.ok();
        assert_eq!((&body["headline"], &body["body"]["content"]), (&json!("River rises"), &json!("<p>One.</p><p>Two.</p>")));
        assert!(body["url"].as_str().unwrap().ends_with("/river-rises"), "under the address of that revision: {}", body["url"]);
        assert_eq!((shown.header("cache-control"), shown.header("x-robots-tag")), (Some("private, no-store"), Some("noindex")));
        assert_eq!((shown.header("access-control-allow-origin"), shown.header("referrer-policy")), (None, Some("no-referrer")));
        assert_eq!(shown.header("content-language"), Some("en"));
        // The shape is delivery's, member by member.
        editor.publish(&article, &["en"]).await.ok();
        let live = app.anyone().get(&format!("/v1/articles/{}", article.rsplit('/').next().unwrap())).await.ok();
        let members = |v: &serde_json::Value| v.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
        assert_eq!(members(&body), members(&live));
        app.anyone().get(&format!("{path}?body=text")).await.ok();
        app.anyone().get(&format!("{path}?locale=hi")).await.refused(400, "malformed");
        let list = editor.get(&format!("{article}/previews")).await.ok();
        assert_eq!((list["data"].as_array().unwrap().len(), &list["data"][0]["token"]), (1, &serde_json::Value::Null));
    }

    async fn a_preview_token_opens_nothing_else_and_nothing_else_opens_a_preview(app) {
        let editor = app.editor().await;
        let world = app.section("world", "दुनिया").await;
        let article = editor.story(&world, "River rises").await;
        let verb = format!("{article}/translations/en/previews");
        let token = editor.post(&verb, &json!({})).await.json()["token"].as_str().unwrap().to_owned();
        let with = |token: &str| {
            let mut client = app.anyone();
            client.token = Some(token.to_owned());
            client
        };
        with(&token).get(&article).await.refused(401, "unauthenticated");
        with(&token).get("/v1/auth/me").await.refused(401, "unauthenticated");
        app.anyone().get(&format!("/v1/preview/{}", editor.token.clone().unwrap())).await.refused(404, "not-found");
        let mut forged = token.clone();
        let last = forged.pop().unwrap();
        forged.push(if last == 'A' { 'B' } else { 'A' });
        forged = forged.replacen('.', ".e", 1);
        app.anyone().get(&format!("/v1/preview/{forged}")).await.refused(404, "not-found");
        app.anyone().get("/v1/preview/nothing").await.refused(404, "not-found");
    }

    async fn previews_expire_are_revoked_and_end_with_a_takedown_or_the_trash(app) {
        let chief = app.role(Role::Chief, None, None).await;
        let world = app.section("world", "दुनिया").await;
        let article = chief.story(&world, "River rises").await;
        let verb = format!("{article}/translations/en/previews");
        for wrong in [json!({ "expires_in": 59 }), json!({ "expires_in": 86_401 }), json!({ "version": 2 })] {
            chief.post(&verb, &wrong).await.refused(422, "invalid");
        }
        let make = async || {
            let made = chief.post(&verb, &json!({ "expires_in": 600 })).await.json();
            (format!("/v1/preview/{}", made["token"].as_str().unwrap()), made["id"].as_str().unwrap().to_owned())
        };
        let (first, id) = make().await;
        let (second, _) = make().await;
        let stranger = app.role(Role::Contributor, None, None).await;
        stranger.send(actix_web::http::Method::DELETE, &format!("/v1/desk/previews/{id}"), &[], None).await.refused(404, "not-found");
        assert_eq!(chief.send(actix_web::http::Method::DELETE, &format!("/v1/desk/previews/{id}"), &[], None).await.status, 204);
        app.anyone().get(&first).await.refused(410, "gone");
        app.wait(599);
        app.anyone().get(&second).await.ok();
        app.wait(1);
        app.anyone().get(&second).await.refused(410, "gone");
        let (third, _) = make().await;
        chief.delete(&article, "\"1\"").await;
        app.anyone().get(&third).await.refused(410, "gone");
        chief.act(&format!("/v1/desk/trash/{}/restore", article.rsplit('/').next().unwrap()), "\"1\"", &json!({})).await.ok();
        // What comes out of the trash is shown anew, if at all.
        app.anyone().get(&third).await.refused(410, "gone");
        let (fourth, _) = make().await;
        app.anyone().get(&fourth).await.ok();
        chief.act(&format!("{article}/takedown"), "\"1\"", &json!({ "reason": "x" })).await.ok();
        app.anyone().get(&fourth).await.refused(410, "gone");
        chief.post(&verb, &json!({})).await.refused(409, "withdrawn");
    }

    async fn who_may_not_see_a_draft_cannot_hand_out_previews_of_it(app) {
        let editor = app.editor().await;
        let world = app.section("world", "दुनिया").await;
        let article = editor.story(&world, "River rises").await;
        editor.patch(&article, "\"1\"", &json!({ "embargo_until": "2026-04-01T00:00:00Z" })).await.ok();
        let stranger = app.role(Role::Contributor, None, None).await;
        stranger.post(&format!("{article}/translations/en/previews"), &json!({})).await.refused(404, "not-found");
        let of_hindi = app.role(Role::Translator, None, Some("hi")).await;
        of_hindi.post(&format!("{article}/translations/en/previews"), &json!({})).await.refused(403, "forbidden");
    }
}
