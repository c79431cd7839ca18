//! Videos: their posters, and their captions in each language.

use actix_web::http::Method;
use dateline::domain::user::Role;
use serde_json::{Value, json};

use crate::{
    library::picture,
    media::FILM,
    support::{Answer, Client, TestApp},
};

const MEDIA: &str = "/v1/desk/media";

async fn send(client: &Client<'_>, bytes: Vec<u8>) -> Value {
    client.send(Method::POST, MEDIA, &[("content-type", "application/octet-stream")], Some(bytes)).await.ok()
}

fn path(item: &Value) -> String {
    format!("{MEDIA}/{}", item["id"].as_str().unwrap())
}

fn cues(text: &str) -> String {
    format!("WEBVTT\n\n00:01.000 --> 00:02.000\n{text}\n")
}

async fn caption(client: &Client<'_>, item: &Value, locale: &str, vtt: &str) -> Answer {
    let etag = client.get(&path(item)).await.etag();
    let headers = [("content-type", "text/vtt"), ("if-match", etag.as_str())];
    client.send(Method::PUT, &format!("{}/captions/{locale}", path(item)), &headers, Some(vtt.as_bytes().to_vec())).await
}

/// A live story that a video leads, with its poster; the story, the video and the poster.
async fn filmed(app: &TestApp, editor: &Client<'_>) -> (String, Value, Value) {
    let world = app.section("world", "दुनिया").await;
    let (video, poster) = (send(editor, FILM.to_vec()).await, send(editor, picture(1_000, 500, 7)).await);
    let story = editor.story(&world, "Potters race the monsoon").await;
    let lead = json!({ "lead": { "media_id": video["id"], "poster_id": poster["id"] } });
    editor.patch(&story, &editor.get(&story).await.etag(), &lead).await.ok();
    editor.publish(&story, &["en"]).await.ok();
    (story, video, poster)
}

async fn read(app: &TestApp, story: &str) -> Value {
    app.anyone().get(&format!("/v1/articles/{}?locale=en", story.rsplit('/').next().unwrap())).await.ok()["lead"].clone()
}

fn target(url: &Value) -> String {
    url.as_str().unwrap().strip_prefix("http://127.0.0.1:8080").unwrap().to_owned()
}

both! {
    async fn a_video_has_a_poster_as_long_as_that_may_be_shown(app) {
        let (admin, anyone) = (app.admin().await, app.anyone());
        let (story, video, poster) = filmed(&app, &admin).await;
        let lead = read(&app, &story).await;
        assert_eq!((&lead["id"], &lead["type"], &lead["duration_seconds"]), (&video["id"], &json!("video/webm"), &json!(5.0)));
        assert_eq!((&lead["poster"]["id"], &lead["poster"]["width"], lead["poster"]["sources"].as_array().unwrap().len()), (&poster["id"], &json!(1_000), 2));
        for (url, kind) in [(&lead["url"], "video/webm"), (&lead["poster"]["url"], "image/jpeg")] {
            let given = anyone.get(&target(url)).await;
            assert_eq!((given.status, given.header("content-type")), (200, Some(kind)));
        }
        let page = anyone.get("/v1/pages?path=/en/world/potters-race-the-monsoon").await.ok();
        let told = |property: &str| page["frame"]["head"]["open_graph"].as_array().unwrap().iter().find(|p| p["property"] == property).map(|p| p["content"].clone());
        assert_eq!((told("og:image"), told("og:video")), (Some(lead["poster"]["url"].clone()), Some(lead["url"].clone())));
        admin.delete(&path(&poster), &admin.get(&path(&poster)).await.etag()).await.refused(409, "in-use");
        admin.act(&format!("{}/takedown", path(&poster)), "\"1\"", &json!({ "reason": "Court order" })).await.ok();
        let lead = read(&app, &story).await;
        assert_eq!((&lead["id"], &lead["poster"]), (&video["id"], &Value::Null));
        let page = anyone.get("/v1/pages?path=/en/world/potters-race-the-monsoon").await.ok();
        assert!(!page["frame"]["head"]["open_graph"].to_string().contains("og:image"));
        // A video that may not be shown has its poster in its place, as long as that may.
        admin.act(&format!("{}/reinstate", path(&poster)), "\"2\"", &json!({ "reason": "Lifted" })).await.ok();
        admin.act(&format!("{}/takedown", path(&video)), "\"1\"", &json!({ "reason": "Court order" })).await.ok();
        let lead = read(&app, &story).await;
        assert_eq!((&lead["id"], &lead["type"], &lead["poster"]), (&poster["id"], &json!("image/jpeg"), &Value::Null));
        anyone.get(&target(&lead["url"])).await.ok();
        admin.act(&format!("{}/takedown", path(&poster)), "\"3\"", &json!({ "reason": "Court order" })).await.ok();
        assert_eq!(read(&app, &story).await, Value::Null);
        let report = admin.post(&format!("{story}/check"), &json!({ "locales": ["en"] })).await.ok();
        for at in ["media_id", "poster_id"] {
            let found = |finding: &Value| finding["code"] == "picture_not_licensed" && finding["pointer"] == format!("#/lead/{at}");
            assert!(report["findings"].as_array().unwrap().iter().any(found), "{at}: {report}");
        }
    }

    async fn a_poster_is_a_picture_of_the_library_before_a_video_of_it(app) {
        let editor = app.editor().await;
        let (story, video, poster) = filmed(&app, &editor).await;
        let etag = editor.get(&story).await.etag();
        for (lead, code) in [
            (json!({ "media_id": video["id"], "poster_id": video["id"] }), "not_a_picture"),
            (json!({ "media_id": video["id"], "poster_id": "0192aaaa-0000-7000-8000-000000000001" }), "unknown_media"),
            (json!({ "media_id": poster["id"], "poster_id": poster["id"] }), "one_of"),
            (json!({ "media_id": null, "url": "https://media.example/a.mp4", "width": 1, "height": 1 }), "one_of"),
        ] {
            let refused = editor.patch(&story, &etag, &json!({ "lead": lead })).await.violations();
            assert_eq!(refused, [("#/lead/poster_id".to_owned(), code.to_owned())], "{lead}");
        }
        editor.patch(&story, &etag, &json!({ "lead": { "poster_id": null } })).await.ok();
    }

    async fn captions_are_on_every_page_at_once_in_the_languages_that_readers_are_offered(app) {
        let (admin, anyone) = (app.admin().await, app.anyone());
        let (story, video, _) = filmed(&app, &admin).await;
        assert_eq!(read(&app, &story).await["captions"], json!([]));
        for (locale, text) in [("hi", "चाक घूमते हैं"), ("en", "The wheels turn")] {
            caption(&admin, &video, locale, &cues(text)).await.ok();
        }
        let tracks = read(&app, &story).await["captions"].clone();
        let of = |n: usize| (tracks[n]["locale"].clone(), tracks[n]["label"].clone());
        assert_eq!([of(0), of(1)], [(json!("en"), json!("English")), (json!("hi"), json!("हिंदी"))]);
        let given = anyone.get(&target(&tracks[1]["url"])).await;
        assert_eq!((given.status, given.header("content-type"), given.text.as_str()), (200, Some("text/vtt; charset=utf-8"), cues("चाक घूमते हैं").as_str()));
        assert!(given.header("cache-control").unwrap().starts_with("public, max-age=31536000"));
        let again = anyone.send(Method::GET, &target(&tracks[1]["url"]), &[("if-none-match", &given.etag())], None).await;
        assert_eq!(again.status, 304);
        // Other captions are at another address; what was is no more.
        caption(&admin, &video, "hi", &cues("चाक रुकते हैं")).await.ok();
        let newest = read(&app, &story).await["captions"][1]["url"].clone();
        assert_ne!(newest, tracks[1]["url"]);
        let old = anyone.get(&target(&tracks[1]["url"])).await;
        assert_eq!((old.text.as_str(), old.header("cache-control")), (cues("चाक रुकते हैं").as_str(), Some("public, max-age=10")));
        let hindi = admin.get("/v1/desk/locales/hi").await;
        admin.patch("/v1/desk/locales/hi", &hindi.etag(), &json!({ "state": "retired" })).await.ok();
        assert_eq!(read(&app, &story).await["captions"].as_array().unwrap().len(), 1);
        anyone.get(&target(&newest)).await.refused(404, "not-found");
        let etag = admin.get(&path(&video)).await.etag();
        let at = format!("{}/captions/en", path(&video));
        assert_eq!(admin.get(&at).await.text, cues("The wheels turn"));
        admin.delete(&at, &etag).await.ok();
        assert_eq!(read(&app, &story).await["captions"], json!([]));
        admin.get(&at).await.refused(404, "not-found");
        admin.delete(&at, &admin.get(&path(&video)).await.etag()).await.refused(404, "not-found");
    }

    async fn captions_that_a_browser_would_not_read_or_nobody_may_give_are_refused(app) {
        let editor = app.editor().await;
        let (_, video, poster) = filmed(&app, &editor).await;
        let refused = caption(&editor, &video, "en", "1\n00:00:01,000 --> 00:00:02,000\nx\n").await;
        assert_eq!(refused.violations(), [("#".to_owned(), "captions".to_owned())]);
        caption(&editor, &poster, "en", &cues("x")).await.refused(409, "another-kind");
        caption(&editor, &video, "xx", &cues("x")).await.refused(404, "not-found");
        let contributor = app.role(Role::Contributor, None, None).await;
        caption(&contributor, &video, "en", &cues("x")).await.refused(403, "forbidden");
        let headers = [("content-type", "application/json"), ("if-match", "\"1\"")];
        editor.send(Method::PUT, &format!("{}/captions/en", path(&video)), &headers, Some(b"{}".to_vec())).await.refused(415, "unsupported-media-type");
    }

    async fn a_locale_that_gets_another_tag_keeps_its_captions(app) {
        let admin = app.admin().await;
        let (story, video, _) = filmed(&app, &admin).await;
        caption(&admin, &video, "hi", &cues("चाक")).await.ok();
        admin.patch("/v1/desk/locales/hi", &admin.get("/v1/desk/locales/hi").await.etag(), &json!({ "locale": "hi-IN" })).await.ok();
        let tracks = read(&app, &story).await["captions"].clone();
        assert_eq!(tracks[0]["locale"], "hi-IN");
        assert_eq!(app.anyone().get(&target(&tracks[0]["url"])).await.text, cues("चाक"));
        admin.delete("/v1/desk/locales/hi-IN", &admin.get("/v1/desk/locales/hi-IN").await.etag()).await.refused(409, "in-use");
    }

    async fn items_are_filed_under_words_of_the_desk_and_found_by_them(app) {
        let editor = app.editor().await;
        let item = send(&editor, picture(40, 30, 1)).await;
        let tagged = editor.patch(&path(&item), "\"1\"", &json!({ "tags": ["नदी", "Monsoon"] })).await.ok();
        assert_eq!(tagged["tags"], json!(["Monsoon", "नदी"]));
        for (text, found) in [("नदी", 1), ("monsoon", 1), ("winter", 0)] {
            let listed = editor.get(&format!("{MEDIA}?text={}", url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>())).await.ok();
            assert_eq!(listed["data"].as_array().unwrap().len(), found, "{text}");
        }
        let many: Vec<String> = (0..51).map(|n| n.to_string()).collect();
        editor.patch(&path(&item), "\"2\"", &json!({ "tags": many })).await.refused(422, "invalid");
        editor.patch(&path(&item), "\"2\"", &json!({ "tags": [""] })).await.refused(422, "invalid");
    }
}
