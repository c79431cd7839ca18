//! Files of the media library that lie elsewhere and are fetched.

use actix_web::http::Method;
use dateline::domain::user::Role;
use serde_json::{Value, json};

use crate::{
    library::picture,
    support::{Answer, Client, fetched},
};

const MEDIA: &str = "/v1/desk/media";

async fn from(client: &Client<'_>, url: &str) -> Answer {
    client.post(MEDIA, &json!({ "from": url })).await
}

/// The code of what is refused of an address.
async fn refused(client: &Client<'_>, url: &str) -> String {
    let answer = from(client, url).await;
    answer.refused(422, "invalid");
    let violations = answer.violations();
    assert_eq!((violations.len(), violations[0].0.as_str()), (1, "#/from"));
    violations[0].1.clone()
}

/// A path that no other test asks for, on this database.
fn path(app: &crate::support::TestApp, end: &str) -> String {
    format!("/{}/{end}", if app.url.starts_with("sqlite") { "sqlite" } else { "postgres" })
}

both! {
    async fn a_file_that_lies_elsewhere_comes_in_as_one_that_is_sent(app) {
        let editor = app.editor().await;
        let bytes = picture(44, 30, 1);
        let url = fetched::answer(&path(&app, "wire/ferry%20at%20dawn.png"), "200 OK\r\nContent-Type: text/html", &bytes);
        let first = editor.post(MEDIA, &json!({ "from": url, "description": { "credit": "AP", "translations": { "en": { "alt": "A ferry" } } } })).await;
        assert_eq!(first.status, 201, "{}", first.text);
        let item = first.json();
        assert_eq!((&item["name"], &item["credit"], &item["type"]), (&json!("ferry at dawn.png"), &json!("AP"), &json!("image/png")));
        assert_eq!((&item["bytes"], &item["translations"]["en"]["alt"]), (&json!(bytes.len()), &json!("A ferry")));
        // The same bytes are the item that is there, wherever they lie.
        let called = "200 OK\r\nContent-Disposition: attachment; filename=\"../other.png\"";
        let again = from(&editor, &fetched::answer(&path(&app, "other"), called, &bytes)).await;
        assert_eq!((again.status, &again.json()), (200, &item));
        let named = from(&editor, &fetched::answer(&path(&app, "named"), called, &picture(45, 30, 1))).await;
        assert_eq!((named.status, &named.json()["name"]), (201, &json!("other.png")));
        let unnamed = from(&editor, &fetched::answer(&path(&app, ""), "200 OK", &picture(46, 30, 1))).await;
        assert_eq!((unnamed.status, &unnamed.json()["name"]), (201, &json!("untitled")));
        let called = editor.post(MEDIA, &json!({ "from": url, "description": { "name": "Ferry" } })).await;
        assert_eq!((called.status, &called.json()["name"]), (200, &json!("ferry at dawn.png")));
    }

    async fn a_redirect_is_followed_to_where_the_server_may_ask_and_no_further(app) {
        let editor = app.editor().await;
        let end = path(&app, "end.png");
        fetched::answer(&end, "200 OK", &picture(47, 30, 1));
        let begin = fetched::answer(&path(&app, "begin"), &format!("302 Found\r\nLocation: {end}"), b"");
        let led = from(&editor, &begin).await;
        assert_eq!((led.status, &led.json()["name"]), (201, &json!("end.png")));
        for (n, inside) in ["http://127.0.0.1:1/", "http://169.254.169.254/latest/meta-data/", "http://[::1]/", "http://localhost/"].iter().enumerate() {
            let url = fetched::answer(&path(&app, &format!("inside{n}")), &format!("307 Temporary\r\nLocation: {inside}"), b"");
            let code = refused(&editor, &url).await;
            assert!(["not_public", "port"].contains(&code.as_str()), "{inside}: {code}");
        }
        assert_eq!(editor.get(MEDIA).await.ok()["data"].as_array().unwrap().len(), 1);
    }

    async fn what_is_no_file_or_leads_to_none_is_refused_and_leaves_nothing(app) {
        let editor = app.editor().await;
        from(&editor, &fetched::answer(&path(&app, "page.png"), "200 OK\r\nContent-Type: image/png", b"<!doctype html><title>a</title>")).await.refused(415, "unsupported-media-type");
        from(&editor, &fetched::answer(&path(&app, "empty"), "200 OK", b"")).await.refused(415, "unsupported-media-type");
        from(&editor, &fetched::answer(&path(&app, "broken"), "200 OK", &picture(40, 30, 5)[..100])).await.refused(422, "media-broken");
        let large = vec![b'x'; (32 << 20) + 1];
        from(&editor, &fetched::answer(&path(&app, "large"), "200 OK", &large)).await.refused(413, "too-large");
        let here = format!("127.0.0.1:{}", fetched::port());
        for (url, code) in [
            ("http://127.0.0.1:1/".to_owned(), "port"),
            (format!("http://127.0.0.2:{}/", fetched::port()), "not_public"),
            (format!("http://[::1]:{}/", fetched::port()), "not_public"),
            (format!("http://localhost:{}/", fetched::port()), "not_public"),
            ("http://169.254.169.254/latest/meta-data/".to_owned(), "not_public"),
            ("https://metadata.google.internal/".to_owned(), "not_public"),
            (format!("http://me:secret@{here}/"), "credentials"),
            (format!("ftp://{here}/"), "scheme"),
            ("file:///etc/passwd".to_owned(), "scheme"),
            ("/etc/passwd".to_owned(), "url"),
            (format!("http://{here}/nothing-is-here"), "status"),
            (fetched::answer(&path(&app, "gzip"), "200 OK\r\nContent-Encoding: gzip", &picture(40, 30, 5)), "encoded"),
        ] {
            assert_eq!(refused(&editor, &url).await, code, "{url}");
        }
        let secret = from(&editor, &format!("http://{here}/nothing-is-here")).await;
        assert!(!secret.text.contains("secret") && !secret.text.contains("404"), "{}", secret.text);
        assert_eq!(editor.get(MEDIA).await.ok()["data"], json!([]));
    }

    async fn a_request_that_is_not_right_fetches_nothing(app) {
        let (editor, admin) = (app.editor().await, app.admin().await);
        let at = path(&app, "untouched.png");
        let url = fetched::answer(&at, "200 OK", &picture(48, 30, 1));
        let unknown = editor.post(MEDIA, &json!({ "from": url, "to": "a", "description": { "size": 1 } })).await;
        assert_eq!(unknown.violations(), [("#/description/size".to_owned(), "unknown_field".to_owned()), ("#/to".to_owned(), "unknown_field".to_owned())]);
        assert_eq!(editor.post(MEDIA, &json!({})).await.violations(), [("#/from".to_owned(), "required".to_owned())]);
        let long = json!({ "from": url, "description": { "caption": "x".repeat(140_000) } });
        editor.post(MEDIA, &long).await.refused(413, "too-large");
        let reader = app.scoped(Role::Editor, None, None, Some("desk.read".to_owned())).await;
        from(&reader, &url).await.refused(403, "forbidden");
        app.anyone().post(MEDIA, &json!({ "from": url })).await.refused(401, "unauthenticated");
        assert_eq!(fetched::asked(&at), 0);
        let item = from(&admin, &url).await.ok();
        assert_eq!(fetched::asked(&at), 1);
        // Of what is there already a file is replaced alike.
        let other = fetched::answer(&path(&app, "newer.png"), "200 OK", &picture(49, 30, 1));
        let file = format!("{MEDIA}/{}/file", item["id"].as_str().unwrap());
        let put = async |body: Value| {
            let headers = [("content-type", "application/json"), ("if-match", "\"1\"")];
            admin.send(Method::PUT, &file, &headers, Some(body.to_string().into_bytes())).await
        };
        let described = put(json!({ "from": other, "description": {} })).await;
        assert_eq!(described.violations(), [("#/description".to_owned(), "unknown".to_owned())]);
        let replaced = put(json!({ "from": other })).await.ok();
        assert_eq!((&replaced["id"], &replaced["width"], &replaced["name"]), (&item["id"], &json!(49), &item["name"]));
    }
}
