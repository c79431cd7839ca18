//! Pictures of the media library in bodies: what readers are given for them, and what is gone from every body at once.

use actix_web::http::Method;
use serde_json::{Value, json};

use crate::{
    library::picture,
    support::{Answer, Client, TestApp},
};

const MEDIA: &str = "/v1/desk/media";

async fn send(client: &Client<'_>, bytes: Vec<u8>) -> Value {
    client.send(Method::POST, MEDIA, &[("content-type", "application/octet-stream")], Some(bytes)).await.ok()
}

fn path(item: &Value) -> String {
    format!("{MEDIA}/{}", item["id"].as_str().unwrap())
}

fn image(item: &Value, words: &[(&str, &str)]) -> Value {
    let mut attrs = json!({ "media_id": item["id"] });
    words.iter().for_each(|(name, text)| attrs[*name] = json!(text));
    json!({ "type": "image", "attrs": attrs })
}

fn body(blocks: &[Value]) -> Value {
    let words = json!({ "type": "paragraph", "content": [{ "type": "text", "text": "Words." }] });
    let content: Vec<_> = [words].into_iter().chain(blocks.iter().cloned()).collect();
    json!({ "format": "doc", "content": { "type": "doc", "content": content } })
}

async fn say(editor: &Client<'_>, story: &str, body: &Value) -> Answer {
    let words = format!("{story}/translations/en");
    editor.patch(&words, &editor.get(&words).await.etag(), &json!({ "body": body })).await
}

async fn describe(editor: &Client<'_>, item: &Value, said: &Value) {
    editor.patch(&path(item), &editor.get(&path(item)).await.etag(), said).await.ok();
}

/// A live story with a picture in its body and two in a gallery, and these three.
async fn illustrated(app: &TestApp, editor: &Client<'_>) -> (String, [Value; 3]) {
    let world = app.section("world", "दुनिया").await;
    let story = editor.story(&world, "A ferry crosses the river").await;
    let items =
        [send(editor, picture(1_000, 500, 1)).await, send(editor, picture(300, 300, 2)).await, send(editor, picture(300, 200, 3)).await];
    let gallery = json!({ "type": "gallery", "content": [image(&items[1], &[]), image(&items[2], &[("caption", "The other bank")])] });
    say(editor, &story, &body(&[image(&items[0], &[("alt", "Own words")]), gallery])).await.ok();
    editor.publish(&story, &["en"]).await.ok();
    (story, items)
}

/// What a check finds in the body, and where.
async fn findings(editor: &Client<'_>, story: &str) -> Vec<(String, String)> {
    let report = editor.post(&format!("{story}/check"), &json!({ "locales": ["en"] })).await.ok();
    let of = |finding: &Value| (finding["code"].as_str().unwrap().to_owned(), finding["pointer"].as_str().unwrap().to_owned());
    report["findings"].as_array().unwrap().iter().map(of).filter(|(_, at)| at.contains("/body/")).collect()
}

fn public(story: &str, format: &str) -> String {
    format!("/v1/articles/{}?locale=en&body={format}", story.rsplit('/').next().unwrap())
}

async fn read(app: &TestApp, story: &str, format: &str) -> Value {
    app.anyone().get(&public(story, format)).await.ok()["body"]["content"].clone()
}

fn file(item: &Value) -> String {
    format!("/v1/media/{}/320.webp", item["id"].as_str().unwrap())
}

both! {
    async fn a_body_is_read_with_all_that_is_known_of_its_pictures_in_every_form(app) {
        let editor = app.editor().await;
        let (story, items) = illustrated(&app, &editor).await;
        describe(&editor, &items[0], &json!({ "credit": "AP", "translations": { "en": { "alt": "A ferry", "caption": "It <crosses>." } } })).await;
        let doc = read(&app, &story, "doc").await;
        let attrs = &doc["content"][1]["attrs"];
        let told = &attrs["picture"];
        assert_eq!((&attrs["media_id"], &attrs["url"], &attrs["alt"]), (&items[0]["id"], &told["url"], &json!("Own words")));
        assert_eq!((&attrs["caption"], &attrs["credit"], &attrs["width"], &attrs["height"]), (&json!("It <crosses>."), &json!("AP"), &json!(1000), &json!(500)));
        assert_eq!((&told["alt"], &told["caption"], &told["credit"]), (&attrs["alt"], &attrs["caption"], &attrs["credit"]));
        assert_eq!((&told["id"], told["sources"].as_array().unwrap().len(), told["crops"].as_array().unwrap().len()), (&items[0]["id"], 2, 1));
        let portable = read(&app, &story, "portable_text").await;
        assert_eq!((&portable[1]["_type"], &portable[1]["picture"], &portable[1]["url"]), (&json!("image"), told, &attrs["url"]));
        assert_eq!(portable[2]["images"][1]["caption"], "The other bank");
        let html = read(&app, &story, "html").await;
        let html = html.as_str().unwrap();
        assert_eq!((html.matches("<picture><source type=\"image/webp\"").count(), html.matches("<div class=\"gallery\"").count()), (3, 1));
        assert!(html.contains("alt=\"Own words\" width=\"1000\" height=\"500\"") && html.contains("<figcaption>It &lt;crosses&gt;. <span class=\"credit\">AP</span></figcaption>"), "{html}");
        let markdown = read(&app, &story, "markdown").await;
        assert_eq!(markdown.as_str().unwrap().matches("<picture>").count(), 3);
        // Plain text is frozen, and has nothing of what may be taken down.
        assert_eq!(read(&app, &story, "text").await, "Words.");
        // Every address that is told leads to a picture.
        for source in told["renditions"].as_array().unwrap() {
            let given = app.anyone().get(source["url"].as_str().unwrap().strip_prefix("http://127.0.0.1:8080").unwrap()).await;
            assert_eq!((given.status, given.header("content-type")), (200, source["type"].as_str()));
        }
        // The desk has what was written, and what readers are given is written again as the same.
        let words = editor.get(&format!("{story}/translations/en")).await.ok();
        let kept = &words["body"]["content"]["content"][1]["attrs"];
        assert_eq!((&kept["media_id"], kept.get("url"), &kept["caption"]), (&items[0]["id"], None, &json!("")));
        say(&editor, &story, &json!({ "format": "doc", "content": doc })).await.ok();
        assert_eq!(read(&app, &story, "html").await, *html);
    }

    async fn what_is_taken_down_is_gone_from_every_body_at_once_and_comes_back(app) {
        let (admin, anyone) = (app.admin().await, app.anyone());
        let (story, items) = illustrated(&app, &admin).await;
        let before = read(&app, &story, "html").await;
        for (n, galleries) in [(1, 1), (2, 0)] {
            anyone.get(&file(&items[n])).await.ok();
            admin.delete(&path(&items[n]), &admin.get(&path(&items[n])).await.etag()).await.refused(409, "in-use");
            let etag = admin.get(&path(&items[n])).await.etag();
            admin.act(&format!("{}/takedown", path(&items[n])), &etag, &json!({ "reason": "Court order" })).await.ok();
            anyone.get(&file(&items[n])).await.refused(410, "gone");
            for format in ["html", "doc", "portable_text", "markdown"] {
                let body = read(&app, &story, format).await.to_string();
                assert!(!body.contains(items[n]["id"].as_str().unwrap()), "{format}: {body}");
                assert_eq!(body.matches("gallery").count(), galleries, "{format}: {body}");
                assert!(body.contains(items[0]["id"].as_str().unwrap()), "{format}: {body}");
            }
        }
        for item in &items[1..] {
            let etag = admin.get(&path(item)).await.etag();
            admin.act(&format!("{}/reinstate", path(item)), &etag, &json!({ "reason": "Lifted" })).await.ok();
        }
        assert_eq!(read(&app, &story, "html").await, before);
    }

    async fn a_file_is_public_as_long_as_a_live_body_shows_it(app) {
        let (editor, anyone) = (app.editor().await, app.anyone());
        let (story, items) = illustrated(&app, &editor).await;
        let waiting = send(&editor, picture(200, 100, 9)).await;
        say(&editor, &story, &body(&[image(&items[1], &[]), image(&waiting, &[])])).await.ok();
        // What readers see is what was published.
        anyone.get(&file(&items[0])).await.ok();
        anyone.get(&file(&waiting)).await.refused(404, "not-found");
        let uses = |item: &Value| format!("{}/uses", path(item));
        let of = |working: bool, live: &[&str]| json!({ "data": [{ "article_id": story.rsplit('/').next().unwrap(), "working": working, "live": live }], "hidden": 0 });
        assert_eq!(editor.get(&uses(&items[0])).await.ok(), of(false, &["en"]));
        assert_eq!(editor.get(&uses(&items[1])).await.ok(), of(true, &["en"]));
        assert_eq!(editor.get(&uses(&waiting)).await.ok(), of(true, &[]));
        let used: Vec<Value> = editor.get(&format!("{MEDIA}?used=true")).await.ok()["data"].as_array().unwrap().iter().map(|item| item["id"].clone()).collect();
        assert_eq!(used.len(), 4);
        editor.publish(&story, &["en"]).await.ok();
        for (item, status) in [(&items[0], 404), (&items[1], 200), (&items[2], 404), (&waiting, 200)] {
            assert_eq!(anyone.get(&file(item)).await.status, status);
        }
        let etag = editor.get(&story).await.etag();
        editor.act(&format!("{story}/unpublish"), &etag, &json!({ "locales": ["en"] })).await.ok();
        anyone.get(&file(&waiting)).await.refused(404, "not-found");
    }

    async fn a_save_of_something_else_leaves_what_a_story_says_of_a_picture(app) {
        let editor = app.editor().await;
        let (story, items) = illustrated(&app, &editor).await;
        describe(&editor, &items[0], &json!({ "translations": { "en": { "alt": "Own words" } } })).await;
        let words = format!("{story}/translations/en");
        editor.patch(&words, &editor.get(&words).await.etag(), &json!({ "headline": "Another" })).await.ok();
        assert_eq!(editor.get(&words).await.ok()["body"]["content"]["content"][1]["attrs"]["alt"], "Own words");
    }

    async fn what_is_no_picture_of_the_library_is_named_where_it_stands(app) {
        let editor = app.editor().await;
        let world = app.section("world", "दुनिया").await;
        let story = editor.story(&world, "A ferry crosses the river").await;
        let terms = send(&editor, b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n".to_vec()).await;
        let unknown = json!({ "id": "0192aaaa-0000-7000-8000-000000000001" });
        let refused = say(&editor, &story, &body(&[image(&terms, &[]), json!({ "type": "gallery", "content": [image(&unknown, &[])] })])).await;
        assert_eq!(refused.status, 422);
        let expected = [("#/body/content/content/1", "not_a_picture"), ("#/body/content/content/2", "unknown_media")];
        assert_eq!(refused.violations(), expected.map(|(at, code)| (at.to_owned(), code.to_owned())));
    }

    async fn a_revision_is_restored_without_what_has_been_removed_since_and_says_so(app) {
        let admin = app.admin().await;
        let world = app.section("world", "दुनिया").await;
        let story = admin.story(&world, "A ferry crosses the river").await;
        let item = send(&admin, picture(40, 30, 1)).await;
        say(&admin, &story, &body(&[image(&item, &[])])).await.ok();
        say(&admin, &story, &body(&[])).await.ok();
        assert_eq!(admin.delete(&path(&item), &admin.get(&path(&item)).await.etag()).await.status, 204);
        let words = format!("{story}/translations/en");
        let restored = admin.act(&format!("{words}/revisions/2/restore"), &admin.get(&words).await.etag(), &json!({})).await.ok();
        assert_eq!(restored["warnings"][0]["code"], "unknown_media");
        let blocks = admin.get(&words).await.ok()["body"]["content"]["content"].clone();
        assert_eq!(blocks.as_array().unwrap().len(), 1);
    }

    async fn a_check_finds_what_is_not_said_of_the_pictures_in_a_body_and_what_keeps_them_from_readers(app) {
        let editor = app.editor().await;
        let (story, items) = illustrated(&app, &editor).await;
        let found = findings(&editor, &story).await;
        let at = |code: &str, n: usize| (code.to_owned(), format!("#/translations/en/body/content/content/{n}"));
        assert_eq!(found, [at("missing_credit", 1), at("missing_alt", 2), at("missing_credit", 2), at("missing_alt", 2), at("missing_credit", 2)]);
        for item in &items {
            describe(&editor, item, &json!({ "credit": "AP", "translations": { "en": { "alt": "A ferry" } } })).await;
        }
        assert_eq!(findings(&editor, &story).await, []);
        describe(&editor, &items[0], &json!({ "licence": { "locales": ["hi"] } })).await;
        assert_eq!(findings(&editor, &story).await, [at("picture_not_licensed", 1)]);
        assert!(!read(&app, &story, "html").await.as_str().unwrap().contains(items[0]["id"].as_str().unwrap()));
    }

    async fn a_locale_that_gets_another_tag_keeps_the_pictures_of_its_words(app) {
        let admin = app.admin().await;
        let (story, items) = illustrated(&app, &admin).await;
        let hindi = json!({ "headline": "नाव", "body": { "format": "html", "content": format!("<p>एक</p><img src=\"media:{}\">", items[0]["id"].as_str().unwrap()) } });
        admin.put(&format!("{story}/translations/hi"), None, &hindi).await.ok();
        let locale = admin.get("/v1/desk/locales/hi").await;
        admin.patch("/v1/desk/locales/hi", &locale.etag(), &json!({ "locale": "hi-IN" })).await.ok();
        let words = admin.get(&format!("{story}/translations/hi-IN")).await;
        assert_eq!(words.ok()["body"]["content"]["content"][1]["attrs"]["media_id"], items[0]["id"]);
        assert_eq!(admin.delete(&format!("{story}/translations/hi-IN"), &words.etag()).await.status, 204);
    }

    async fn whoever_has_a_preview_is_given_the_pictures_that_it_shows_and_no_others(app) {
        let (editor, anyone) = (app.editor().await, app.anyone());
        let world = app.section("world", "दुनिया").await;
        let story = editor.story(&world, "A ferry crosses the river").await;
        let [led, within, other] = [send(&editor, picture(600, 300, 11)).await, send(&editor, picture(300, 300, 12)).await, send(&editor, picture(300, 200, 13)).await];
        editor.patch(&story, &editor.get(&story).await.etag(), &json!({ "lead": { "media_id": led["id"] } })).await.ok();
        say(&editor, &story, &body(&[image(&within, &[])])).await.ok();
        let made = editor.post(&format!("{story}/translations/en/previews"), &json!({})).await.json();
        let token = made["token"].as_str().unwrap();
        let shown = anyone.get(&format!("/v1/preview/{token}")).await.ok();
        let page = anyone.get(&format!("/v1/pages?preview={token}")).await.ok();
        let all = [shown.to_string(), page.to_string()].map(|text| text.replace("&amp;", "&"));
        let addresses = |text: &str| text.split("http://127.0.0.1:8080/v1/media/").skip(1).map(|rest| rest.split(['"', ' ', '\\']).next().unwrap().to_owned()).collect::<Vec<_>>();
        assert!(all.iter().all(|text| addresses(text).len() > 12));
        for address in all.iter().flat_map(|text| addresses(text)) {
            let given = anyone.get(&format!("/v1/media/{address}")).await;
            assert_eq!((given.status, given.header("cache-control")), (200, Some("private, no-store")), "{address}");
            assert_eq!((given.header("cross-origin-resource-policy"), given.header("x-robots-tag")), (Some("cross-origin"), Some("noindex")));
            assert!(address.contains(led["id"].as_str().unwrap()) || address.contains(within["id"].as_str().unwrap()));
        }
        // Neither without it, nor what it does not show, nor by what is no token of a preview.
        let by = |item: &Value, token: &str| format!("{}?preview={token}", file(item));
        anyone.get(&file(&led)).await.refused(404, "not-found");
        anyone.get(&by(&other, token)).await.refused(404, "not-found");
        anyone.get(&by(&led, editor.token.as_deref().unwrap())).await.refused(404, "not-found");
        anyone.get(&format!("{}?preview={token}", file(&led).replace("320", "321"))).await.refused(404, "not-found");
        // What was put in its place since is not in what the token was signed for.
        editor.patch(&story, &editor.get(&story).await.etag(), &json!({ "lead": { "media_id": other["id"] } })).await.ok();
        anyone.get(&by(&led, token)).await.ok();
        anyone.get(&by(&other, token)).await.refused(404, "not-found");
        // A takedown ends it for everybody, and what is public needs no token.
        let admin = app.admin().await;
        let taken = admin.act(&format!("{}/takedown", path(&within)), &admin.get(&path(&within)).await.etag(), &json!({ "reason": "Court order" })).await;
        taken.ok();
        anyone.get(&by(&within, token)).await.refused(410, "gone");
        assert_eq!(anyone.get(&format!("/v1/preview/{token}")).await.ok()["lead"]["id"], led["id"]);
        editor.publish(&story, &["en"]).await.ok();
        let public = anyone.get(&by(&other, token)).await;
        assert_eq!((public.status, public.header("cross-origin-resource-policy")), (200, Some("cross-origin")), "what is public meanwhile too");
        assert_eq!(editor.delete(&format!("/v1/desk/previews/{}", made["id"].as_str().unwrap()), "\"1\"").await.status, 204);
        anyone.get(&by(&led, token)).await.refused(410, "gone");
        anyone.get(&by(&other, token)).await.ok();
    }
}
