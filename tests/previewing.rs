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
        with(&token).get(&article).await.refused(401, "invalid-token");
        with(&token).get("/v1/auth/me").await.refused(401, "invalid-token");
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

    async fn a_preview_opens_the_frontend_where_the_site_says_how(app) {
        let (admin, world) = (app.admin().await, app.section("world", "दुनिया").await);
        let site = async |url: serde_json::Value| {
            admin.patch("/v1/desk/site", &admin.get("/v1/desk/site").await.etag(), &json!({ "preview_url": url })).await
        };
        for wrong in [
            "https://news.example/preview", "/preview?token={token}", "ftp://news.example/{token}", "https://{token}.example/preview", "https://news.example:{token}/",
            "https://{token}@news.example/", "https://news.example/{token}?token={token}", "javascript:alert('{token}')", "", "{token}",
            &format!("https://news.example/{}?token={{token}}", "a".repeat(3000)),
        ] {
            let refused = site(json!(wrong)).await;
            refused.refused(422, "invalid");
            assert_eq!(refused.violations(), [("#/preview_url".to_owned(), "preview_url".to_owned())], "{wrong}");
        }
        let article = admin.story(&world, "River rises").await;
        let make = async || admin.post(&format!("{article}/translations/en/previews"), &json!({})).await.json();
        for template in ["https://news.example/preview?token={token}", "http://localhost:3000/preview/{token}/", "https://news.example/preview#{token}"] {
            assert_eq!(site(json!(template)).await.ok()["preview_url"], template);
            let made = make().await;
            assert_eq!(made["url"], template.replace("{token}", made["token"].as_str().unwrap()));
        }
        assert_eq!(site(serde_json::Value::Null).await.ok()["preview_url"], json!(null));
        let made = make().await;
        assert!(made["url"].as_str().unwrap().ends_with(&format!("/v1/preview/{}", made["token"].as_str().unwrap())));
    }

    async fn the_page_of_a_preview_is_a_whole_page_for_its_token_and_kept_nowhere(app) {
        let (editor, world) = (app.editor().await, app.section("world", "दुनिया").await);
        let live = editor.story(&world, "Ferry returns").await;
        editor.publish(&live, &["en"]).await.ok();
        let article = editor.story(&world, "River rises").await;
        editor.patch(&article, "\"1\"", &json!({ "embargo_until": "2026-04-01T00:00:00Z" })).await.ok();
        let made = editor.post(&format!("{article}/translations/en/previews"), &json!({ "expires_in": 600 })).await.json();
        let path = format!("/v1/pages?preview={}", made["token"].as_str().unwrap());
        let shown = app.anyone().get(&path).await;
        let page = shown.ok();
        assert_eq!((&page["kind"], &page["article"]["headline"]), (&json!("article"), &json!("River rises")));
        assert_eq!((&page["frame"]["locale"], &page["frame"]["navigation"][0]["name"]), (&json!("en"), &json!("World")));
        assert!(page["frame"]["head"]["title"].as_str().unwrap().starts_with("River rises"));
        let current: Vec<_> = page["frame"]["languages"].as_array().unwrap().iter().filter(|l| l["current"] == true).collect();
        assert_eq!((current.len(), &current[0]["available"]), (1, &json!(true)));
        assert_eq!(page["rails"][0]["articles"][0]["headline"], "Ferry returns");
        for header in ["surrogate-key", "cache-tag", "etag", "access-control-allow-origin"] {
            assert_eq!(shown.header(header), None, "{header}");
        }
        // The members are those of the page that it becomes.
        let ferry = app.anyone().get("/v1/pages?path=/en/world/ferry-returns").await.ok();
        let members = |v: &serde_json::Value| v.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
        assert_eq!((members(&page), members(&page["frame"]), members(&page["article"])), (members(&ferry), members(&ferry["frame"]), members(&ferry["article"])));
        // However the parameter is written, and whether it is good or not.
        let encoded = path.replace("preview", "%70rev%69ew");
        for asked in [&path, &encoded, &format!("{path}&body=text"), &format!("{path}&include=related"), "/v1/pages?preview=nothing", "/v1/pages?%70review=nothing", "/v1/pages?preview="] {
            let answer = app.anyone().get(asked).await;
            assert_eq!((answer.header("cache-control"), answer.header("x-robots-tag")), (Some("private, no-store"), Some("noindex")), "{asked}: {}", answer.text);
            assert!([200, 404].contains(&answer.status), "{asked}: {}", answer.text);
        }
        app.anyone().get("/v1/pages?preview=nothing").await.refused(404, "not-found");
        app.anyone().get(&format!("{path}&path=/en")).await.refused(400, "malformed");
        app.anyone().get("/v1/pages").await.refused(400, "malformed");
        // It shows the revision that it was made for, and readers nothing of it.
        editor.patch(&format!("{article}/translations/en"), "\"1\"", &json!({ "headline": "Changed since" })).await.ok();
        assert_eq!(app.anyone().get(&path).await.ok()["article"]["headline"], "River rises");
        app.anyone().get("/v1/pages?path=/en/world/river-rises").await.refused(404, "not-found");
        app.anyone().get("/v1/pages?path=/en/world/ferry-returns").await.ok();
        assert_eq!(editor.delete(&format!("/v1/desk/previews/{}", made["id"].as_str().unwrap()), "\"1\"").await.status, 204);
        let gone = app.anyone().get(&path).await;
        assert!(gone.refused(410, "gone")["page"].is_null());
        assert_eq!(gone.header("cache-control"), Some("private, no-store"));
        let second = editor.post(&format!("{article}/translations/en/previews"), &json!({ "expires_in": 600 })).await.json();
        let path = format!("/v1/pages?preview={}", second["token"].as_str().unwrap());
        assert_eq!(app.anyone().get(&path).await.ok()["article"]["headline"], "Changed since");
        app.wait(600);
        app.anyone().get(&path).await.refused(410, "gone");
        // A token for the desk opens no preview.
        app.anyone().get(&format!("/v1/pages?preview={}", editor.token.clone().unwrap())).await.refused(404, "not-found");
    }

    async fn the_page_of_a_preview_in_a_language_that_is_not_public_shows_that_and_no_other_story_in_it(app) {
        let (admin, world) = (app.admin().await, app.section("world", "दुनिया").await);
        admin.post("/v1/desk/locales", &json!({ "locale": "ta", "name": "தமிழ்" })).await.ok();
        let (one, other) = (admin.story(&world, "River rises").await, admin.story(&world, "Ferry returns").await);
        for (article, headline) in [(&one, "ஆறு"), (&other, "படகு")] {
            admin.put(&format!("{article}/translations/ta"), None, &json!({ "headline": headline, "body": { "format": "text", "content": headline } })).await.ok();
        }
        admin.publish(&other, &["en", "ta"]).await.ok();
        let items = json!([{ "to": { "kind": "article", "id": other.rsplit('/').next().unwrap() } }, { "to": "/z", "labels": { "ta": "மற்றவை" } }]);
        admin.post("/v1/desk/menus", &json!({ "slug": "main", "items": items })).await.ok();
        let made = admin.post(&format!("{one}/translations/ta/previews"), &json!({})).await.json();
        for include in ["related", "related,related.section,related.authors,related.tags,alternates"] {
            let beside = app.anyone().get(&format!("/v1/pages?preview={}&include={include}", made["token"].as_str().unwrap())).await;
            let page = beside.ok();
            assert_eq!((&page["article"]["headline"], &page["article"]["related"]), (&json!("ஆறு"), &json!([])), "{}", beside.text);
            assert!(!beside.text.contains("படகு"), "{}", beside.text);
            let labels: Vec<_> = page["frame"]["menus"][0]["items"].as_array().unwrap().iter().map(|item| item["label"].clone()).collect();
            assert_eq!(labels, [json!("மற்றவை")]);
        }
        let shown = app.anyone().get(&format!("/v1/pages?preview={}", made["token"].as_str().unwrap())).await;
        let page = shown.ok();
        assert_eq!((&page["article"]["headline"], &page["frame"]["locale"]), (&json!("ஆறு"), &json!("ta")));
        assert!(!shown.text.contains("படகு"), "{}", shown.text);
        assert!(!app.anyone().get("/v1/pages?path=/en").await.text.contains("தமிழ்"), "readers are told nothing of the language");
    }
}
