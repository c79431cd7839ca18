//! The media store beside the library: what is left behind is removed, what is missing is named; and what of the library is told elsewhere.

use std::{fs, path::PathBuf, sync::Arc};

use actix_web::http::Method;
use dateline::{
    access::{Caller, Permit, System, action::Export},
    desk::bundle::export_article,
    domain::{article::ArticleId, id::Entropy},
    media::{
        checking::{GRACE, check, sweep},
        files::Files,
        storage::{Folder, Key},
    },
    store,
    workers::media_sweeper::round,
};
use serde_json::{Value, json};

use crate::{
    library::picture,
    support::{Client, new_file},
};

/// Names that come one after the other.
pub(crate) struct Named(pub(crate) std::sync::atomic::AtomicU8);

impl Entropy for Named {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(self.0.fetch_add(1, std::sync::atomic::Ordering::SeqCst));
    }
}

/// A folder that is gone with the test.
pub(crate) struct Own(pub(crate) PathBuf);

impl Drop for Own {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

pub(crate) fn own() -> (Own, Arc<Files>) {
    let folder = new_file().with_extension("media");
    let files = Files::new(Arc::new(Folder::at(&folder)), Arc::new(Named(0.into())), 1 << 20, 320 << 20);
    (Own(folder), Arc::new(files))
}

fn sent(files: &Files, bytes: &[u8]) -> dateline::domain::media::StoredFile {
    let mut incoming = files.begin().unwrap();
    incoming.write(bytes).unwrap();
    files.take_in(incoming).unwrap()
}

async fn add(client: &Client<'_>, bytes: Vec<u8>) -> Value {
    client.send(Method::POST, "/v1/desk/media", &[("content-type", "image/png")], Some(bytes)).await.ok()
}

both! {
    async fn what_is_left_behind_for_a_day_is_found_and_what_an_item_has_is_not(app) {
        let (own, files) = own();
        let entrance = app.with_files(&own.0).await;
        let (kept, left) = (picture(40, 30, 50), picture(40, 30, 51));
        add(&app.editor().await.at(&entrance), kept.clone()).await;
        let (kept, left) = (sent(&files, &kept).digest, sent(&files, &left).digest);
        fs::write(own.0.join("incoming/broken-off"), b"half").unwrap();
        // What is none of ours.
        fs::write(own.0.join("originals/.DS_Store"), b"x").unwrap();
        fs::create_dir(own.0.join("incoming/lost+found")).unwrap();
        let age = |path: PathBuf, seconds: i64| {
            let at = std::time::UNIX_EPOCH + std::time::Duration::from_secs(u64::try_from(app.now().as_seconds() - seconds).unwrap());
            fs::File::open(path).unwrap().set_modified(at).unwrap();
        };
        let path = |digest| own.0.join(Key::Original(digest).to_string());
        let found = || check(&**files.storage(), &app.store.read_now(store::media::digests).unwrap(), app.now()).unwrap();
        for (seconds, is_left_behind) in [(GRACE - 60, false), (GRACE + 60, true)] {
            [path(kept), path(left), own.0.join("incoming/broken-off")].into_iter().for_each(|path| age(path, seconds));
            assert_eq!(found().left_behind, if is_left_behind { vec![left] } else { vec![] });
            assert_eq!(round(&app.store, &files).unwrap(), usize::from(is_left_behind), "what is on its way in");
        }
        // The server removes no original for itself: another database may name it.
        assert!(path(left).exists());
        // What is sent again has come just now, though the same lay there.
        sent(&files, &picture(40, 30, 51));
        age(path(kept), GRACE + 60);
        let now = found();
        assert_eq!((now.missing, now.left_behind), (vec![], vec![]));
        age(path(left), GRACE + 60);
        assert_eq!(sweep(&**files.storage(), &found().left_behind, app.now()).unwrap(), 1);
        assert_eq!((path(kept).exists(), path(left).exists()), (true, false));
    }

    async fn the_file_of_an_item_goes_with_it_and_that_which_was_replaced_too(app) {
        let (own, files) = own();
        let entrance = app.with_files(&own.0).await;
        let admin = app.admin().await;
        let admin = admin.at(&entrance);
        let item = add(&admin, picture(40, 30, 58)).await;
        let at = format!("/v1/desk/media/{}", item["id"].as_str().unwrap());
        let digest = |item: &Value| item["sha256"].as_str().unwrap().parse().unwrap();
        let is_there = |item: &Value| files.storage().open(&Key::Original(digest(item))).unwrap().is_some();
        let headers = [("content-type", "image/png"), ("if-match", "\"1\"")];
        // What has come lately may be what somebody sends again just now.
        let replaced = admin.send(Method::PUT, &format!("{at}/file"), &headers, Some(picture(40, 30, 59))).await.ok();
        assert_eq!((is_there(&item), is_there(&replaced)), (true, true));
        let long_ago = std::time::UNIX_EPOCH;
        fs::File::open(own.0.join(Key::Original(digest(&replaced)).to_string())).unwrap().set_modified(long_ago).unwrap();
        let tried = admin.send(Method::DELETE, &format!("{at}?validate_only=true"), &[("if-match", "\"2\"")], None).await;
        assert_eq!((tried.status, is_there(&replaced)), (204, true));
        assert_eq!(admin.delete(&at, "\"2\"").await.status, 204);
        assert!(!is_there(&replaced));
    }

    async fn what_is_only_tried_or_is_to_be_refused_is_not_kept(app) {
        let (own, _files) = own();
        let entrance = app.with_files(&own.0).await;
        let editor = app.editor().await;
        let editor = editor.at(&entrance);
        let tried = editor.send(Method::POST, "/v1/desk/media?validate_only=true", &[("content-type", "image/png")], Some(picture(40, 30, 60))).await;
        assert_eq!((tried.status, tried.ok()["width"].clone()), (201, json!(40)));
        let said = br#"{"taken_at":"yesterday"}"#;
        let form = crate::library::form(&[("file", "", &picture(40, 30, 60)), ("description", "", said)]);
        let refused = editor.send(Method::POST, "/v1/desk/media", &[("content-type", "multipart/form-data; boundary=cut")], Some(form)).await;
        assert_eq!(refused.violations(), [("#/description/taken_at".to_owned(), "format".to_owned())]);
        assert!(!own.0.join("originals").exists());
        let item = add(&editor, picture(40, 30, 60)).await;
        let file = format!("/v1/desk/media/{}/file", item["id"].as_str().unwrap());
        let headers = [("content-type", "image/png"), ("if-match", "\"9\"")];
        editor.send(Method::PUT, &file, &headers, Some(picture(40, 30, 61))).await.refused(412, "stale");
        let kept: usize = fs::read_dir(own.0.join("originals")).unwrap().map(|folder| fs::read_dir(folder.unwrap().path()).unwrap().count()).sum();
        assert_eq!((kept, fs::read_dir(own.0.join("incoming")).unwrap().count()), (1, 0));
    }

    async fn a_file_that_is_lost_is_named_and_sent_again(app) {
        let (own, files) = own();
        let entrance = app.with_files(&own.0).await;
        let editor = app.editor().await;
        let editor = editor.at(&entrance);
        let item = add(&editor, picture(40, 30, 52)).await;
        let digest = item["sha256"].as_str().unwrap().parse().unwrap();
        let found = || check(&**files.storage(), &app.store.read_now(store::media::digests).unwrap(), app.now()).unwrap();
        assert_eq!(found().missing, []);
        fs::remove_file(own.0.join(Key::Original(digest).to_string())).unwrap();
        assert_eq!(found().missing, [digest]);
        let file = format!("/v1/desk/media/{}/file", item["id"].as_str().unwrap());
        editor.get(&file).await.refused(404, "not-found");
        add(&editor, picture(40, 30, 52)).await;
        assert_eq!(editor.get(&file).await.body, picture(40, 30, 52));
        assert_eq!(found().missing, []);
    }

    async fn what_broke_off_or_was_refused_leaves_nothing_in_the_store(app) {
        let (own, files) = own();
        let entrance = app.with_files(&own.0).await;
        let editor = app.editor().await;
        let editor = editor.at(&entrance);
        for bytes in [b"<html>".to_vec(), picture(40, 30, 53)[..60].to_vec(), vec![b'x'; (32 << 20) + 1]] {
            let refused = editor.send(Method::POST, "/v1/desk/media", &[("content-type", "image/png")], Some(bytes)).await;
            assert!(refused.status >= 400, "{}", refused.text);
        }
        let mut broken_off = files.begin().unwrap();
        broken_off.write(b"half").unwrap();
        drop(broken_off);
        let left: Vec<_> = fs::read_dir(own.0.join("incoming")).unwrap().collect();
        assert!(left.is_empty() && !own.0.join("originals").exists(), "{left:?}");
    }

    async fn a_store_that_is_away_is_503_and_neither_row_nor_file_is_there(app) {
        let (own, _files) = own();
        let entrance = app.with_files(&own.0).await;
        let editor = app.editor().await;
        let editor = editor.at(&entrance);
        let item = add(&editor, picture(40, 30, 54)).await;
        fs::rename(&own.0, own.0.with_extension("away")).unwrap();
        fs::write(&own.0, b"not a folder").unwrap();
        let refused = editor.send(Method::POST, "/v1/desk/media", &[("content-type", "image/png")], Some(picture(40, 30, 55))).await;
        refused.refused(503, "storage-unavailable");
        assert_eq!(refused.header("retry-after"), Some("5"));
        editor.get(&format!("/v1/desk/media/{}/file", item["id"].as_str().unwrap())).await.refused(503, "storage-unavailable");
        assert_eq!(editor.get("/v1/desk/media").await.ok()["data"].as_array().unwrap().len(), 1);
        fs::remove_file(&own.0).unwrap();
        fs::rename(own.0.with_extension("away"), &own.0).unwrap();
        add(&editor, picture(40, 30, 55)).await;
    }

    async fn what_readers_would_not_be_shown_is_told_before(app) {
        let editor = app.editor().await;
        let world = app.section("world", "दुनिया").await;
        let item = add(&editor, picture(40, 30, 56)).await;
        let at = format!("/v1/desk/media/{}", item["id"].as_str().unwrap());
        let story = editor.story(&world, "A ferry").await;
        let lead = json!({ "lead": { "media_id": item["id"] }, "embargo_until": "2026-04-01T00:00:00Z" });
        editor.patch(&story, &editor.get(&story).await.etag(), &lead).await.ok();
        let found = async || {
            let report = editor.post(&format!("{story}/check"), &json!({ "locales": ["en"] })).await.ok();
            let told = |f: &Value| (f["code"].as_str().unwrap().to_owned(), f["pointer"].as_str().unwrap().to_owned());
            let of_pictures = |(code, _): &(String, String)| ["picture_not_licensed", "missing_credit", "missing_alt"].contains(&code.as_str());
            report["findings"].as_array().unwrap().iter().map(told).filter(of_pictures).collect::<Vec<_>>()
        };
        let one = |code: &str, place: &str| (code.to_owned(), place.to_owned());
        let (alt, media) = ("#/translations/en/lead/alt", "#/lead/media_id");
        assert_eq!(found().await, [one("missing_alt", alt), one("missing_credit", media)]);
        let said = json!({ "credit": "AP", "translations": { "en": { "alt": "A ferry" } } });
        let mut revised = editor.patch(&at, "\"1\"", &said).await;
        assert_eq!((revised.status, found().await), (200, vec![]));
        for (licence, hindrances) in [
            (json!({ "usable_until": "2026-03-20T00:00:00Z" }), 1),
            (json!({ "usable_until": "2026-05-01T00:00:00Z" }), 1),
            (json!({ "usable_until": null, "usable_from": "2026-04-02T00:00:00Z" }), 1),
            (json!({ "usable_from": "2026-04-01T00:00:00Z", "locales": ["hi"] }), 1),
            (json!({ "usable_from": null, "locales": [], "once": true }), 0),
        ] {
            revised = editor.patch(&at, &revised.etag(), &json!({ "licence": licence })).await;
            revised.ok();
            assert_eq!(found().await, vec![one("picture_not_licensed", media); hindrances], "{licence}");
        }
        let other = editor.story(&world, "Another ferry").await;
        editor.patch(&other, &editor.get(&other).await.etag(), &json!({ "lead": { "media_id": item["id"] } })).await.ok();
        assert_eq!(found().await, [one("picture_not_licensed", media)]);
    }

    async fn a_bundle_names_a_picture_of_the_library_and_where_it_is_for_whoever_does_not_have_it(app) {
        let editor = app.editor().await;
        let world = app.section("world", "दुनिया").await;
        let item = add(&editor, picture(1_000, 500, 57)).await;
        let story = editor.story(&world, "A ferry").await;
        editor.patch(&story, &editor.get(&story).await.etag(), &json!({ "lead": { "media_id": item["id"] } })).await.ok();
        let id: ArticleId = story.rsplit('/').next().unwrap().parse().unwrap();
        let record = app.store.read_now(|tx| export_article(tx, &Permit::<Export>::try_from(Caller::system(System::Importer))?, id));
        let mut record = serde_json::to_value(record.unwrap()).unwrap();
        let url = format!("http://127.0.0.1:8080/v1/media/{}/1280.jpg", item["id"].as_str().unwrap());
        assert_eq!(record["lead"], json!({ "media_id": item["id"], "url": url, "width": 1_000, "height": 500, "credit": "" }));
        // Where the library has it, it is that.
        record["key"] = json!("again");
        record["id"] = Value::Null;
        record["translations"]["en"]["slug"] = Value::Null;
        let lead = async |key: &str| editor.get(&format!("/v1/desk/articles/{}", app.imported("article", key).await)).await.ok()["lead"].clone();
        app.import(&record);
        assert_eq!(lead("again").await["media_id"], item["id"]);
        record["key"] = json!("elsewhere");
        record["lead"]["media_id"] = json!("0192aaaa-0000-7000-8000-000000000001");
        let report = app.import(&record);
        assert_eq!(report.warnings.iter().map(|w| (w.pointer.as_str(), w.code)).collect::<Vec<_>>(), [("#/lead/media_id", "unknown_media")]);
        assert_eq!((&lead("elsewhere").await["media_id"], &lead("elsewhere").await["url"]), (&Value::Null, &json!(url)));
    }
}
