//! The media library: what comes in, what is said of it, what readers are given, and what is gone at once.

use actix_web::http::Method;
use dateline::domain::{media::Digest, user::Role};
use serde_json::{Value, json};

use crate::support::{Answer, Client, TestApp};

const MEDIA: &str = "/v1/desk/media";

/// A picture of two colours, as a PNG; of another `seed` another one.
pub(crate) fn picture(width: u32, height: u32, seed: u8) -> Vec<u8> {
    let image =
        image::RgbImage::from_fn(
            width,
            height,
            |x, _| if x * 2 < width { image::Rgb([200, seed, 40]) } else { image::Rgb([20, 60, seed]) },
        );
    let mut png = std::io::Cursor::new(Vec::new());
    image.write_to(&mut png, image::ImageFormat::Png).unwrap();
    png.into_inner()
}

async fn send(client: &Client<'_>, bytes: &[u8], named: &str) -> Answer {
    let disposition = format!("attachment; filename=\"{named}\"");
    let headers = [("content-type", "application/octet-stream"), ("content-disposition", disposition.as_str())];
    client.send(Method::POST, MEDIA, &headers, Some(bytes.to_vec())).await
}

/// A form of these parts: name, what else is said of it, and its bytes.
pub(crate) fn form(parts: &[(&str, &str, &[u8])]) -> Vec<u8> {
    let mut body = Vec::new();
    for (name, more, bytes) in parts {
        body.extend(format!("--cut\r\nContent-Disposition: form-data; name=\"{name}\"{more}\r\n\r\n").into_bytes());
        body.extend_from_slice(bytes);
        body.extend(b"\r\n");
    }
    body.extend(b"--cut--\r\n");
    body
}

async fn send_form(client: &Client<'_>, parts: &[(&str, &str, &[u8])]) -> Answer {
    client.send(Method::POST, MEDIA, &[("content-type", "multipart/form-data; boundary=cut")], Some(form(parts))).await
}

fn path(item: &Value) -> String {
    format!("{MEDIA}/{}", item["id"].as_str().unwrap())
}

/// A picture that a live story leads with, and the story.
async fn live_picture(app: &TestApp, editor: &Client<'_>) -> (Value, String) {
    let world = app.section("world", "दुनिया").await;
    let item = send(editor, &picture(1_000, 500, 7), "ferry.png").await.ok();
    let story = editor.story(&world, "A ferry crosses the river").await;
    let lead = json!({ "lead": { "media_id": item["id"] } });
    editor.patch(&story, &editor.get(&story).await.etag(), &lead).await.ok();
    editor.publish(&story, &["en"]).await.ok();
    (item, story)
}

fn public(story: &str) -> String {
    format!("/v1/articles/{}?locale=en", story.rsplit('/').next().unwrap())
}

/// Where the file of an address is asked for.
fn target(url: &Value) -> String {
    url.as_str().unwrap().strip_prefix("http://127.0.0.1:8080").unwrap().to_owned()
}

both! {
    async fn the_same_bytes_are_one_item_however_and_by_whomever_they_are_sent(app) {
        let (editor, other) = (app.editor().await, app.role(Role::Contributor, None, None).await);
        let bytes = picture(40, 30, 1);
        let first = send(&editor, &bytes, "ferry.png").await;
        assert_eq!((first.status, first.header("location")), (201, Some(path(&first.json()).as_str())));
        let item = first.json();
        assert_eq!(item["sha256"], Digest::of(&bytes).to_string());
        assert_eq!((&item["kind"], &item["type"], &item["width"], &item["height"]), (&json!("image"), &json!("image/png"), &json!(40), &json!(30)));
        assert_eq!((&item["name"], &item["bytes"]), (&json!("ferry.png"), &json!(bytes.len())));
        for again in [
            send(&other, &bytes, "another.png").await,
            send_form(&other, &[("file", "; filename=\"third.png\"", &bytes)]).await,
            send_form(&editor, &[("description", "", br#"{"credit":"AP"}"#), ("file", "", &bytes)]).await,
        ] {
            assert_eq!((again.status, again.header("location"), again.json()), (200, None, item.clone()));
        }
        assert_eq!(editor.get(MEDIA).await.ok()["data"], json!([item]));
        assert_eq!(editor.get(&format!("{}/file", path(&item))).await.body, bytes);
    }

    async fn what_is_sent_with_a_file_is_said_of_it(app) {
        let editor = app.editor().await;
        let said = json!({
            "creator": "Asha Rao", "credit": "AP", "copyright": "© 2026 AP", "taken_at": "2026-02-28T06:10:00+05:30",
            "digital_source_type": "http://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture",
            "focal_point": { "x": 0.25, "y": 0.75 },
            "licence": { "usable_until": "2026-05-01T00:00:00Z", "locales": ["en", "hi"], "once": false },
            "translations": { "en": { "alt": "A ferry", "caption": "It crosses." }, "hi": { "alt": "नाव" } },
        });
        let sent = send_form(&editor, &[("file", "; filename*=UTF-8''%E0%A4%A8%E0%A4%BE%E0%A4%B5.png", &picture(40, 30, 2)), ("description", "", said.to_string().as_bytes())]).await;
        let item = sent.ok();
        assert_eq!(item["name"], "नाव.png");
        for (field, value) in said.as_object().unwrap() {
            match field.as_str() {
                "licence" => assert_eq!((&item["licence"]["usable_until"], &item["licence"]["locales"]), (&value["usable_until"], &value["locales"])),
                "translations" => assert_eq!((&item["translations"]["en"], &item["translations"]["hi"]["alt"]), (&value["en"], &value["hi"]["alt"])),
                _ => assert_eq!(item[field], *value, "{field}"),
            }
        }
        let revised = editor.patch(&path(&item), &sent.etag(), &json!({ "translations": { "hi": null }, "credit": "Reuters" })).await.ok();
        assert_eq!((&revised["credit"], revised["translations"].as_object().unwrap().len(), &revised["version"]), (&json!("Reuters"), 1, &json!(2)));
        editor.patch(&path(&item), &sent.etag(), &json!({ "credit": "AFP" })).await.refused(412, "stale");
        let wrong = json!({
            "credit": "a\nb", "taken_at": "yesterday", "digital_source_type": "https://example.org/x", "translations": { "xx": { "alt": "" } },
            "licence": { "usable_from": "2026-05-01T00:00:00Z", "usable_until": "2026-05-01T00:00:00Z" },
        });
        let refused = editor.patch(&path(&item), "\"2\"", &wrong).await;
        let mut at: Vec<String> = refused.violations().into_iter().map(|(at, _)| at).collect();
        at.sort();
        assert_eq!(at, ["#/credit", "#/digital_source_type", "#/licence/usable_until", "#/taken_at", "#/translations/xx"]);
    }

    async fn a_list_is_narrowed_by_what_is_asked_for(app) {
        let (editor, other) = (app.editor().await, app.editor().await);
        let world = app.section("world", "दुनिया").await;
        let mut ids = Vec::new();
        for (n, (client, said)) in [
            (&editor, json!({ "credit": "AP", "name": "Ferry" })),
            (&editor, json!({ "credit": "Reuters", "licence": { "usable_until": "2026-04-01T00:00:00Z" } })),
            (&other, json!({ "translations": { "hi": { "alt": "क़िला" } } })),
        ].into_iter().enumerate() {
            let bytes = picture(40, 30, 10 + u8::try_from(n).unwrap());
            app.wait(1);
            ids.push(send_form(client, &[("file", "", &bytes), ("description", "", said.to_string().as_bytes())]).await.ok()["id"].clone());
        }
        let story = editor.story(&world, "A ferry").await;
        editor.patch(&story, &editor.get(&story).await.etag(), &json!({ "lead": { "media_id": ids[0] } })).await.ok();
        for (query, expected) in [
            ("", vec![2, 1, 0]), ("?kind=image", vec![2, 1, 0]), ("?kind=audio", vec![]), ("?text=FERRY", vec![0]), ("?text=%E0%A4%95%E0%A4%BF%E0%A4%B2%E0%A4%BE", vec![2]),
            ("?credit=reut", vec![1]), ("?text=reut", vec![1]), ("?used=true", vec![0]), ("?used=false", vec![2, 1]),
            ("?licence_ends_before=2026-04-02T00:00:00Z", vec![1]), ("?licence_ends_before=2026-03-02T00:00:00Z", vec![]),
            (&format!("?uploader={}", other.path().rsplit('/').next().unwrap()), vec![2]),
        ] {
            let found: Vec<Value> = editor.get(&format!("{MEDIA}{query}")).await.ok()["data"].as_array().unwrap().iter().map(|item| item["id"].clone()).collect();
            assert_eq!(found, expected.into_iter().map(|n: usize| ids[n].clone()).collect::<Vec<_>>(), "{query}");
        }
        let page = editor.get(&format!("{MEDIA}?limit=2&count=true")).await.ok();
        assert_eq!(page["page"]["total"], 3);
        let next = editor.get(&format!("{MEDIA}?limit=2&cursor={}", page["page"]["next"].as_str().unwrap())).await.ok();
        assert_eq!(next["data"][0]["id"], ids[0]);
    }

    async fn nothing_is_public_that_nothing_public_shows(app) {
        let (editor, anyone) = (app.editor().await, app.anyone());
        let world = app.section("world", "दुनिया").await;
        let item = send(&editor, &picture(1_000, 500, 3), "ferry.png").await.ok();
        let file = format!("/v1/media/{}/320.webp", item["id"].as_str().unwrap());
        let hidden = |answer: Answer| answer.refused(404, "not-found")["detail"].clone();
        let unknown = hidden(anyone.get("/v1/media/0192aaaa-0000-7000-8000-000000000001/320.webp").await);
        assert_eq!(hidden(anyone.get(&file).await), unknown);
        editor.get(&format!("{}/renditions/320.webp", path(&item))).await.ok();
        let story = editor.story(&world, "A ferry").await;
        editor.patch(&story, &editor.get(&story).await.etag(), &json!({ "lead": { "media_id": item["id"] } })).await.ok();
        assert_eq!(hidden(anyone.get(&file).await), unknown);
        editor.publish(&story, &["en"]).await.ok();
        assert_eq!(anyone.get(&file).await.status, 200);
        // What is published without it no longer shows it.
        editor.patch(&story, &editor.get(&story).await.etag(), &json!({ "lead": null })).await.ok();
        assert_eq!(anyone.get(&file).await.status, 200);
        editor.publish(&story, &["en"]).await.ok();
        assert_eq!(hidden(anyone.get(&file).await), unknown);
        assert_eq!(anyone.get(&public(&story)).await.ok()["lead"], Value::Null);
    }

    async fn a_reader_is_told_all_that_a_picture_element_needs(app) {
        let (editor, anyone) = (app.editor().await, app.anyone());
        let (item, story) = live_picture(&app, &editor).await;
        let said = json!({ "credit": "AP", "copyright": "© AP", "translations": { "en": { "alt": "A ferry", "caption": "It crosses." } }, "focal_point": { "x": 0.25, "y": 0.5 } });
        editor.patch(&path(&item), &editor.get(&path(&item)).await.etag(), &said).await.ok();
        let lead = anyone.get(&public(&story)).await.ok()["lead"].clone();
        assert_eq!(
            (&lead["id"], &lead["credit"], &lead["copyright"], &lead["alt"], &lead["caption"], &lead["focal_point"]),
            (&item["id"], &json!("AP"), &json!("© AP"), &json!("A ferry"), &json!("It crosses."), &json!({ "x": 0.25, "y": 0.5 }))
        );
        let sizes: Vec<_> = lead["renditions"].as_array().unwrap().iter().map(|r| (r["width"].as_u64().unwrap(), r["height"].as_u64().unwrap(), r["type"].as_str().unwrap())).collect();
        let expected: Vec<_> = [(320, 160), (640, 320), (960, 480), (1_000, 500)].into_iter().flat_map(|(w, h)| [(w, h, "image/webp"), (w, h, "image/jpeg")]).collect();
        assert_eq!(sizes, expected);
        assert_eq!((&lead["width"], &lead["height"], &lead["url"]), (&json!(1_000), &json!(500), &lead["renditions"].as_array().unwrap().last().unwrap()["url"]));
        let crop = &lead["crops"][0];
        assert_eq!((&crop["ratio"], &crop["width"], &crop["height"]), (&json!("16x9"), &json!(888), &json!(500)));
        let all = lead["sources"].as_array().unwrap().iter().chain(crop["sources"].as_array().unwrap());
        for source in all {
            for candidate in source["srcset"].as_str().unwrap().split(", ") {
                let (url, width) = candidate.split_once(' ').unwrap();
                let file = anyone.get(&target(&json!(url))).await;
                assert_eq!((file.status, file.header("content-type")), (200, source["type"].as_str()), "{url}");
                // No cache is told here what to drop.
                assert_eq!(file.header("cache-control"), Some("public, max-age=31536000, s-maxage=10, immutable"));
                let drawn = image::load_from_memory(&file.body).unwrap();
                assert_eq!(format!("{}w", drawn.width()), width);
            }
        }
        // The left half is red: what is cropped around a point there ends further to the right.
        let cut = anyone.get(&target(&crop["url"])).await;
        let red = |body: &[u8]| image::load_from_memory(body).unwrap().to_rgb8().get_pixel(420, 250)[0] > 150;
        assert!(red(&cut.body));
        let right = json!({ "focal_point": { "x": 0.75, "y": 0.5 } });
        editor.patch(&path(&item), &editor.get(&path(&item)).await.etag(), &right).await.ok();
        let cut = anyone.get(&target(&anyone.get(&public(&story)).await.ok()["lead"]["crops"][0]["url"])).await;
        assert!(!red(&cut.body));
        for unknown in ["100.webp", "320.avif", "320.png", "1x1-320.webp", "original.png", "0320.webp", "320", "..%2F320.webp", ".webp"] {
            anyone.get(&format!("/v1/media/{}/{unknown}", item["id"].as_str().unwrap())).await.refused(404, "not-found");
        }
    }

    async fn what_is_said_of_a_picture_is_on_every_page_at_once_and_so_is_another_file(app) {
        let (editor, anyone) = (app.editor().await, app.anyone());
        let (item, story) = live_picture(&app, &editor).await;
        let before = anyone.get(&public(&story)).await.ok()["lead"].clone();
        let changed = editor.patch(&path(&item), &editor.get(&path(&item)).await.etag(), &json!({ "credit": "Reuters" })).await;
        changed.ok();
        let after = anyone.get(&public(&story)).await.ok()["lead"].clone();
        assert_eq!(after["credit"], "Reuters");
        assert_ne!(after["url"], before["url"], "what carries another credit is another file");
        let headers = [("content-type", "application/octet-stream"), ("if-match", &changed.etag())];
        let file = format!("{}/file", path(&item));
        let replaced = editor.send(Method::PUT, &file, &headers, Some(picture(600, 600, 9))).await.ok();
        assert_eq!((&replaced["id"], &replaced["width"], &replaced["credit"]), (&item["id"], &json!(600), &json!("Reuters")));
        let newest = anyone.get(&public(&story)).await.ok()["lead"].clone();
        assert_eq!((&newest["width"], &newest["height"]), (&json!(600), &json!(600)));
        // An address of before leads to what there is now, and is not kept for good.
        let old = anyone.get(&target(&before["renditions"][0]["url"])).await;
        assert_eq!((old.status, old.header("cache-control")), (200, Some("public, max-age=10")));
        assert_eq!(image::load_from_memory(&old.body).unwrap().height(), 320);
        let other = send(&editor, b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n", "terms.pdf").await.ok();
        assert_eq!(other["kind"], "document");
        let version = format!("\"{}\"", replaced["version"]);
        let headers = [("content-type", "application/octet-stream"), ("if-match", version.as_str())];
        editor.send(Method::PUT, &file, &headers, Some(b"%PDF-1.4\n2 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n".to_vec())).await.refused(409, "another-kind");
    }

    async fn what_is_taken_down_is_gone_from_every_page_and_under_every_address_and_comes_back(app) {
        let (admin, anyone) = (app.admin().await, app.anyone());
        let (item, story) = live_picture(&app, &admin).await;
        let lead = anyone.get(&public(&story)).await.ok()["lead"].clone();
        let file = target(&lead["url"]);
        anyone.get(&file).await.ok();
        admin.delete(&path(&item), &admin.get(&path(&item)).await.etag()).await.refused(409, "in-use");
        let taken = admin.send(Method::POST, &format!("{}/takedown", path(&item)), &[("content-type", "application/json"), ("if-match", "*")], Some(br#"{"reason":"Court order"}"#.to_vec())).await;
        assert_eq!(taken.ok()["taken_down"]["reason"], "Court order");
        anyone.get(&file).await.refused(410, "gone");
        assert_eq!(anyone.get(&public(&story)).await.ok()["lead"], Value::Null);
        admin.act(&format!("{}/takedown", path(&item)), &taken.etag(), &json!({ "reason": "again" })).await.refused(409, "withdrawn");
        admin.act(&format!("{}/reinstate", path(&item)), &taken.etag(), &json!({ "reason": "" })).await.refused(422, "invalid");
        admin.act(&format!("{}/reinstate", path(&item)), &taken.etag(), &json!({ "reason": "Lifted" })).await.ok();
        assert_eq!(anyone.get(&public(&story)).await.ok()["lead"], lead);
        anyone.get(&file).await.ok();
        let told: Vec<Value> = admin.get("/v1/desk/audit?limit=3").await.ok()["data"].as_array().unwrap().iter().map(|e| json!([e["event"], e["reason"]])).collect();
        assert_eq!(told[..2], [json!(["reinstated", "Lifted"]), json!(["withdrawn", "Court order"])]);
    }

    async fn a_picture_is_shown_from_the_beginning_of_its_licence_to_its_end_and_where_it_may_be(app) {
        let (editor, anyone) = (app.editor().await, app.anyone());
        let (item, story) = live_picture(&app, &editor).await;
        let file = target(&anyone.get(&public(&story)).await.ok()["lead"]["url"]);
        let licence = json!({ "licence": { "usable_from": "2026-03-01T08:05:00Z", "usable_until": "2026-03-01T08:10:00Z" } });
        let revised = editor.patch(&path(&item), &editor.get(&path(&item)).await.etag(), &licence).await;
        revised.ok();
        for (shown, status) in [(false, 404), (true, 200), (false, 410)] {
            let lead = anyone.get(&public(&story)).await;
            assert_eq!(!lead.ok()["lead"].is_null(), shown);
            let given = anyone.get(&file).await;
            assert_eq!(given.status, status);
            if shown {
                // Nobody keeps it for longer than it may be used.
                let newest = target(&lead.json()["lead"]["url"]);
                assert_eq!(anyone.get(&newest).await.header("cache-control"), Some("public, max-age=300, s-maxage=10"));
                let copy = anyone.send(Method::GET, &newest, &[("if-none-match", &given.etag())], None).await;
                assert_eq!((copy.status, copy.header("content-security-policy")), (304, Some("default-src 'none'; sandbox; frame-ancestors 'none'")));
            }
            app.wait(300);
        }
        let elsewhere = json!({ "licence": { "usable_from": null, "usable_until": null, "locales": ["hi"] } });
        editor.patch(&path(&item), &revised.etag(), &elsewhere).await.ok();
        assert_eq!(anyone.get(&public(&story)).await.ok()["lead"], Value::Null);
        anyone.get(&file).await.refused(404, "not-found");
    }

    async fn a_file_is_public_in_locales_that_readers_are_offered(app) {
        let (admin, anyone) = (app.admin().await, app.anyone());
        let (item, story) = live_picture(&app, &admin).await;
        let file = format!("/v1/media/{}/320.webp", item["id"].as_str().unwrap());
        let hindi = json!({ "headline": "नाव", "body": { "format": "text", "content": "एक" } });
        admin.put(&format!("{story}/translations/hi"), None, &hindi).await.ok();
        admin.publish(&story, &["hi"]).await.ok();
        let etag = admin.get(&story).await.etag();
        admin.act(&format!("{story}/unpublish"), &etag, &json!({ "locales": ["en"] })).await.ok();
        assert_eq!(anyone.get(&file).await.status, 200);
        let locale = "/v1/desk/locales/hi";
        for (state, status) in [("retired", 404), ("public", 200)] {
            admin.patch(locale, &admin.get(locale).await.etag(), &json!({ "state": state })).await.ok();
            assert_eq!(anyone.get(&file).await.status, status, "{state}");
        }
        let said = json!({ "translations": { "kn": { "alt": "ದೋಣಿ" } } });
        admin.patch(&path(&item), &admin.get(&path(&item)).await.etag(), &said).await.ok();
        let kannada = admin.get("/v1/desk/locales/kn").await;
        admin.delete("/v1/desk/locales/kn", &kannada.etag()).await.refused(409, "in-use");
    }

    async fn what_is_live_is_changed_by_those_who_may_publish(app) {
        let (editor, anyone) = (app.editor().await, app.anyone());
        let (item, story) = live_picture(&app, &editor).await;
        let before = anyone.get(&public(&story)).await.ok()["lead"].clone();
        for role in [Role::Contributor, Role::Translator] {
            let other = app.role(role, None, None).await;
            let etag = other.get(&path(&item)).await.etag();
            other.patch(&path(&item), &etag, &json!({ "licence": { "usable_until": "2026-01-01T00:00:00Z" } })).await.refused(403, "forbidden");
            let headers = [("content-type", "image/png"), ("if-match", etag.as_str())];
            let file = format!("{}/file", path(&item));
            other.send(Method::PUT, &file, &headers, Some(picture(40, 30, 70))).await.refused(403, "forbidden");
            // Of what nobody sees yet everybody may say more.
            let own = send(&other, &picture(40, 30, 71), "own.png").await;
            other.patch(&path(&own.ok()), &own.etag(), &json!({ "credit": role.as_str() })).await.ok();
            app.admin().await.delete(&path(&own.json()), "\"2\"").await;
        }
        assert_eq!(anyone.get(&public(&story)).await.ok()["lead"], before);
    }

    async fn where_it_is_used_is_told_as_far_as_one_may_see_it(app) {
        let editor = app.editor().await;
        let (item, story) = live_picture(&app, &editor).await;
        let uses = format!("{}/uses", path(&item));
        let id = story.rsplit('/').next().unwrap();
        assert_eq!(editor.get(&uses).await.ok(), json!({ "data": [{ "article_id": id, "working": true, "live": ["en"] }], "hidden": 0 }));
        let contributor = app.role(Role::Contributor, None, None).await;
        assert_eq!(contributor.get(&uses).await.ok(), json!({ "data": [], "hidden": 1 }));
        editor.get(&format!("{MEDIA}/0192aaaa-0000-7000-8000-000000000001/uses")).await.refused(404, "not-found");
    }

    async fn a_file_is_answered_in_the_ranges_that_are_asked_for(app) {
        let editor = app.editor().await;
        let bytes: Vec<u8> = [&b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\n%"[..], &vec![b'x'; 200_000], b"\ntrailer\n<<>>\n%%EOF\n"].concat();
        let item = send(&editor, &bytes, "terms.pdf").await.ok();
        let file = format!("{}/file", path(&item));
        let whole = editor.get(&file).await;
        assert_eq!((whole.body.len(), whole.header("accept-ranges"), whole.header("content-type")), (bytes.len(), Some("bytes"), Some("application/pdf")));
        assert!(whole.header("content-disposition").unwrap().starts_with("attachment; filename=\"terms.pdf\""));
        assert_eq!(whole.header("content-security-policy"), Some("default-src 'none'; sandbox; frame-ancestors 'none'"));
        let ask = async |headers: &[(&str, &str)]| editor.send(Method::GET, &file, headers, None).await;
        let part = ask(&[("range", "bytes=70000-140001")]).await;
        assert_eq!((part.status, part.body.as_slice()), (206, &bytes[70_000..140_002]));
        assert_eq!(part.header("content-range").unwrap(), format!("bytes 70000-140001/{}", bytes.len()));
        let several = ask(&[("range", "bytes=0-3,-6")]).await;
        assert_eq!((several.status, several.text.contains("\r\n\r\n%PDF\r\n--"), several.text.contains("%%EOF\n\r\n--")), (206, true, true), "{}", several.text);
        let none = ask(&[("range", "bytes=999999-")]).await;
        none.refused(416, "out-of-range");
        assert_eq!(none.header("content-range").unwrap(), format!("bytes */{}", bytes.len()));
        let etag = whole.etag();
        assert_eq!(ask(&[("range", "bytes=0-3"), ("if-range", &etag)]).await.status, 206);
        assert_eq!(ask(&[("range", "bytes=0-3"), ("if-range", "\"other\"")]).await.status, 200);
        assert_eq!(ask(&[("range", "bytes=0-3"), ("if-none-match", &etag)]).await.status, 304);
        let head = editor.send(Method::HEAD, &file, &[("range", "bytes=0-3")], None).await;
        assert_eq!((head.status, head.body.len()), (200, 0));
    }

    async fn what_is_no_file_for_a_library_is_refused_and_leaves_nothing(app) {
        let editor = app.editor().await;
        send(&editor, b"<svg xmlns=\"http://www.w3.org/2000/svg\"/>", "a.png").await.refused(415, "unsupported-media-type");
        send(&editor, b"", "a.png").await.refused(415, "unsupported-media-type");
        send(&editor, &picture(40, 30, 5)[..100], "a.png").await.refused(422, "media-broken");
        let refused = send_form(&editor, &[("description", "", b"{}")]).await;
        assert_eq!(refused.violations(), [("#/file".to_owned(), "required".to_owned())]);
        send_form(&editor, &[("picture", "", b"x")]).await.refused(400, "malformed");
        let refused = send_form(&editor, &[("file", "", &picture(40, 30, 6)), ("description", "", br#"{"size":1}"#)]).await;
        assert_eq!(refused.violations(), [("#/description/size".to_owned(), "unknown_field".to_owned())]);
        assert_eq!(editor.get(MEDIA).await.ok()["data"], json!([]));
        let too_large = vec![b'x'; (32 << 20) + 1];
        send(&editor, &too_large, "large.pdf").await.refused(413, "too-large");
    }

    async fn an_item_that_a_plan_names_is_not_deleted(app) {
        let (admin, world) = (app.admin().await, app.section("world", "दुनिया").await);
        let item = send(&admin, &picture(40, 30, 9), "ferry.png").await;
        let story = admin.story(&world, "A ferry").await;
        let with = admin.patch(&story, &admin.get(&story).await.etag(), &json!({ "lead": { "media_id": item.ok()["id"] } })).await;
        let plan = json!({ "locales": ["en"], "publish_at": "2026-04-01T00:00:00Z" });
        admin.act(&format!("{story}/schedule"), &with.etag(), &plan).await.ok();
        admin.patch(&story, &admin.get(&story).await.etag(), &json!({ "lead": null })).await.ok();
        admin.delete(&path(&item.json()), &item.etag()).await.refused(409, "in-use");
        admin.act(&format!("{story}/unschedule"), &admin.get(&story).await.etag(), &json!({ "locales": ["en"] })).await.ok();
        assert_eq!(admin.delete(&path(&item.json()), &item.etag()).await.status, 204);
    }

    async fn an_item_is_deleted_that_nothing_shows(app) {
        let (admin, editor) = (app.admin().await, app.editor().await);
        let item = send(&editor, &picture(40, 30, 8), "ferry.png").await;
        let at = path(&item.ok());
        editor.delete(&at, &item.etag()).await.refused(403, "forbidden");
        admin.delete(&at, "\"9\"").await.refused(412, "stale");
        assert_eq!(admin.delete(&at, &item.etag()).await.status, 204);
        editor.get(&at).await.refused(404, "not-found");
        let again = send(&editor, &picture(40, 30, 8), "ferry.png").await;
        assert_eq!(again.status, 201);
        let world = app.section("world", "दुनिया").await;
        let story = editor.story(&world, "A ferry").await;
        let gone = json!({ "lead": { "media_id": item.json()["id"] } });
        assert_eq!(editor.patch(&story, &editor.get(&story).await.etag(), &gone).await.violations(), [("#/lead/media_id".to_owned(), "unknown_media".to_owned())]);
        let both = json!({ "lead": { "media_id": again.json()["id"], "url": "https://media.example/a.jpg" } });
        assert_eq!(editor.patch(&story, &editor.get(&story).await.etag(), &both).await.violations(), [("#/lead/url".to_owned(), "one_of".to_owned())]);
        let neither = json!({ "lead": { "credit": "AP" } });
        let refused: Vec<_> = editor.patch(&story, &editor.get(&story).await.etag(), &neither).await.violations();
        assert_eq!(refused.len(), 3, "{refused:?}");
    }
}
