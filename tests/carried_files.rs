//! Bundles with the files of the media library: in, out, and in again elsewhere.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use dateline::{
    access::{Caller, Permit, System, action::Export},
    desk::bundle::{Outcome, Rules, export_media},
    domain::media::{Digest, Media, StoredFile},
};
use serde_json::{Value, json};

use crate::{
    library::picture,
    media::FILM as FILMED,
    support::{
        TestApp,
        fetched::{self, answer},
        new_file,
    },
};

const FERRY: &str = "0192aaaa-0000-7000-8000-000000000001";
const FILM: &str = "0192aaaa-0000-7000-8000-000000000002";

/// A folder of its own, in which the program is run.
struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

impl Folder {
    fn new() -> Self {
        let folder = new_file().with_extension("d");
        fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    fn at(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// What the program says: on success, and where it complains.
    fn run(&self, arguments: &[&str]) -> (Option<i32>, String, String) {
        let done = Command::new(env!("CARGO_BIN_EXE_dateline")).args(arguments).current_dir(&self.0).env_clear().output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        (done.status.code(), text(done.stdout), text(done.stderr))
    }

    fn import(&self, path: &Path) -> (Option<i32>, String, String) {
        self.run(&["import", path.to_str().unwrap()])
    }

    fn export(&self, name: &str) -> PathBuf {
        let (code, _, complaints) = self.run(&["export", name]);
        assert_eq!(code, Some(0), "{complaints}");
        self.at(name)
    }
}

fn records() -> Vec<Value> {
    let named = |bytes: &[u8], ending: &str| format!("media/{}.{ending}", Digest::of(bytes));
    vec![
        json!({ "type": "section", "key": "world", "translations": { "en": { "name": "World" } } }),
        json!({ "type": "media", "key": FERRY, "file": named(&picture(640, 320, 1), "png"),
            "description": { "name": "ferry.png", "credit": "AP", "tags": ["monsoon"], "focal_point": { "x": 2_500, "y": 5_000 } },
            "licence": { "usable_until": "2036-01-01T00:00:00Z" }, "translations": { "en": { "alt": "A &amp;amp; ferry", "caption": "" } } }),
        json!({ "type": "media", "key": FILM, "file": named(FILMED, "webm"), "description": { "name": "film.webm" },
            "captions": { "en": "WEBVTT\n\n00:01.000 --> 00:02.000\nx\n" }, "taken_down": "Court order" }),
        json!({ "type": "article", "key": "story", "section": "world", "source_locale": "en",
            "lead": { "media_id": FILM, "poster_id": FERRY, "url": "https://media.example/film.webm", "width": 1, "height": 1 },
            "translations": { "en": { "headline": "A ferry", "published_at": "2026-01-01T00:00:00Z",
                "body": { "format": "html", "content": format!("<p>One.</p><img src=\"media:{FERRY}\" alt=\"Own words\">") } } } }),
    ]
}

/// A bundle as somebody packs one.
fn packed(folder: &Folder, records: &[Value]) -> PathBuf {
    let packed = folder.at("packed");
    fs::create_dir_all(packed.join("media")).unwrap();
    let lines: Vec<String> = records.iter().map(Value::to_string).collect();
    fs::write(packed.join("bundle.ndjson"), lines.join("\n")).unwrap();
    for (bytes, ending) in [(picture(640, 320, 1), "png"), (FILMED.to_vec(), "webm")] {
        fs::write(packed.join(format!("media/{}.{ending}", Digest::of(&bytes))), bytes).unwrap();
    }
    packed
}

fn lines(path: &Path) -> Vec<Value> {
    fs::read_to_string(path).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn a_newsroom_goes_elsewhere_with_its_files_as_a_folder_and_as_a_tar() {
    let (one, two, three) = (Folder::new(), Folder::new(), Folder::new());
    let packed = packed(&one, &records());
    let (code, out, complaints) = one.import(&packed);
    assert_eq!((code, out.as_str()), (Some(0), "4 created, 0 updated, 0 unchanged, 0 failed\n"), "{complaints}");
    let tar = one.export("newsroom.tar");
    let first: Vec<Value> =
        lines(&one.export("first/").join("bundle.ndjson")).into_iter().filter(|record| record["type"] == "media").collect();
    for sent in records().iter().filter(|record| record["type"] == "media") {
        let kept = first.iter().find(|record| record["key"] == sent["key"]).unwrap();
        for (field, value) in sent.as_object().unwrap() {
            match value.as_object().filter(|_| field != "translations") {
                Some(members) => members.iter().for_each(|(name, value)| assert_eq!(kept[field][name], *value, "{field} {name}")),
                None => assert_eq!(kept[field], *value, "{field}"),
            }
        }
    }
    assert!(!one.at("newsroom.tar.partial").exists() && !one.at("newsroom.tar.partial.ndjson").exists());
    let (code, out, complaints) = two.import(&tar);
    assert_eq!((code, out.ends_with(" 0 failed\n")), (Some(0), true), "{out} {complaints}");
    let folder = two.export("out/");
    let (code, _, complaints) = three.import(&folder);
    assert_eq!(code, Some(0), "{complaints}");
    let again = three.export("again/");
    let known = lines(&folder.join("bundle.ndjson"));
    assert_eq!(lines(&again.join("bundle.ndjson")), known);
    let media: Vec<&Value> = known.iter().filter(|record| record["type"] == "media").collect();
    assert_eq!(media.len(), 2);
    for record in media {
        let bytes = fs::read(again.join(record["file"].as_str().unwrap())).unwrap();
        assert!(record["file"].as_str().unwrap().contains(&Digest::of(&bytes).to_string()));
    }
    let story = known.iter().find(|record| record["type"] == "article").unwrap();
    assert_eq!((&story["lead"]["media_id"], &story["lead"]["poster_id"]), (&json!(FILM), &json!(FERRY)));
    assert_eq!(story["translations"]["en"]["body"]["content"]["content"][1]["attrs"]["media_id"], FERRY);
    // What comes again says nothing new, from either.
    for path in [&tar, &folder] {
        let (code, out, complaints) = two.import(path);
        assert!(code == Some(0) && out.starts_with("0 created, 0 updated, "), "{out} {complaints}");
    }
    // Nothing is written over what is there, and a bundle without files says nothing of the library.
    assert_eq!(two.run(&["export", "out/"]).0, Some(2));
    assert!(lines(&two.export("plain.ndjson")).iter().all(|record| record["type"] != "media"));
}

#[test]
fn a_file_that_is_missing_broken_or_elsewhere_fails_its_record_alone() {
    let folder = Folder::new();
    let mut all = records();
    let wrong = |key: &str, file: &str| json!({ "type": "media", "key": key, "file": file, "description": { "name": "x" } });
    all.splice(
        3..3,
        [wrong("a", "media/none.png"), wrong("b", "media/../outside.png"), wrong("c", "media/link.png"), wrong("d", "media/broken.jpg")],
    );
    let packed = packed(&folder, &all);
    // A picture that would be taken, if it were within.
    fs::write(packed.join("outside.png"), picture(8, 8, 3)).unwrap();
    std::os::unix::fs::symlink("../outside.png", packed.join("media/link.png")).unwrap();
    fs::write(packed.join("media/broken.jpg"), b"\xff\xd8\xff\xe0no picture").unwrap();
    let tar = folder.at("packed.tar");
    let mut builder = tar::Builder::new(fs::File::create(&tar).unwrap());
    builder.follow_symlinks(false);
    builder.append_dir_all(".", &packed).unwrap();
    builder.into_inner().unwrap();
    for path in [packed, tar] {
        let elsewhere = Folder::new();
        let (code, out, complaints) = elsewhere.import(&path);
        assert_eq!((code, out.as_str()), (Some(1), "4 created, 0 updated, 0 unchanged, 4 failed\n"), "{complaints}");
        for line in 4..=7 {
            assert!(complaints.contains(&format!("line {line}: ")), "{complaints}");
        }
    }
}

/// The file of an item, as it lies in the media store.
fn stored(app: &TestApp, id: &str) -> StoredFile {
    let id = id.parse().unwrap();
    let found: Media = app.store.read_now(|tx| dateline::store::media::find(tx, id)).unwrap();
    found.file
}

both! {
    async fn what_was_deleted_is_not_brought_back_by_the_same_record(app) {
        let admin = app.admin().await;
        let sent = [("content-type", "application/octet-stream")];
        let item = admin.send(actix_web::http::Method::POST, "/v1/desk/media", &sent, Some(picture(64, 32, 5))).await.ok();
        let file = stored(&app, item["id"].as_str().unwrap());
        assert_eq!(admin.delete(&format!("/v1/desk/media/{}", item["id"].as_str().unwrap()), "\"1\"").await.status, 204);
        let record = json!({ "type": "media", "key": FERRY, "file": "media/ferry.png", "description": { "name": "ferry.png" } });
        let bring = || app.import_with(&record, Some(file.clone()), Rules::default()).unwrap().outcome;
        assert_eq!(bring(), Outcome::Created);
        assert_eq!(admin.delete(&format!("/v1/desk/media/{FERRY}"), "\"1\"").await.status, 204);
        assert_eq!(bring(), Outcome::Unchanged);
        admin.get(&format!("/v1/desk/media/{FERRY}")).await.refused(404, "not-found");
    }

    async fn a_record_is_imported_over_what_it_made_and_not_over_what_the_desk_says(app) {
        let editor = app.editor().await;
        let sent = [("content-type", "application/octet-stream")];
        let item = editor.send(actix_web::http::Method::POST, "/v1/desk/media", &sent, Some(picture(64, 32, 1))).await.ok();
        let file = stored(&app, item["id"].as_str().unwrap());
        let path = |id: &str| format!("/v1/desk/media/{id}");
        let bring = |record: &Value, overwrite: bool| {
            app.import_with(record, Some(file.clone()), Rules { overwrite, ..Rules::default() }).unwrap().outcome
        };
        let record = |credit: &str| json!({ "type": "media", "key": FERRY, "file": "media/ferry.png", "description": { "name": "ferry.png", "credit": credit } });
        // The desk has these bytes: the key means its item, of which nothing changes.
        assert_eq!(bring(&record("AP"), false), Outcome::Unchanged);
        assert_eq!(editor.get(&path(item["id"].as_str().unwrap())).await.ok()["credit"], "");
        assert_eq!(bring(&record("Reuters"), false), Outcome::Edited);
        let mut story = json!({ "type": "article", "key": "story", "section": "world", "source_locale": "en",
            "lead": { "media_id": FERRY, "url": "https://media.example/x.png", "width": 1, "height": 1 },
            "translations": { "en": { "headline": "A ferry", "body": { "format": "html", "content": format!("<p>One.</p><img src=\"media:{FERRY}\">") } } } });
        app.section("world", "दुनिया").await;
        app.import(&json!({ "type": "section", "key": "world", "translations": { "en": { "name": "World" } } }));
        story["key"] = json!("story");
        app.import(&story);
        let at = format!("/v1/desk/articles/{}", app.imported("article", "story").await);
        assert_eq!(editor.get(&at).await.ok()["lead"]["media_id"], item["id"]);
        assert_eq!(editor.get(&format!("{at}/translations/en")).await.ok()["body"]["content"]["content"][1]["attrs"]["media_id"], item["id"]);
        assert_eq!(bring(&record("Reuters"), true), Outcome::Updated);
        assert_eq!(editor.get(&path(item["id"].as_str().unwrap())).await.ok()["credit"], "Reuters");
        // From then on it is the record's, until the desk says something else.
        assert_eq!(bring(&record("AFP"), false), Outcome::Updated);
        assert_eq!(bring(&record("AFP"), false), Outcome::Unchanged);
        let etag = editor.get(&path(item["id"].as_str().unwrap())).await.etag();
        editor.patch(&path(item["id"].as_str().unwrap()), &etag, &json!({ "credit": "The desk" })).await.ok();
        assert_eq!(bring(&record("AP"), false), Outcome::Edited);
        // What was taken down here stays so, whatever comes in.
        let admin = app.admin().await;
        let etag = admin.get(&path(item["id"].as_str().unwrap())).await.etag();
        admin.act(&format!("{}/takedown", path(item["id"].as_str().unwrap())), &etag, &json!({ "reason": "Court order" })).await.ok();
        let report = app.import_with(&record("The desk"), Some(file.clone()), Rules { overwrite: true, ..Rules::default() }).unwrap();
        assert_eq!(report.warnings.iter().map(|w| w.code).collect::<Vec<_>>(), ["withdrawn"]);
        assert_eq!(editor.get(&path(item["id"].as_str().unwrap())).await.ok()["taken_down"]["reason"], "Court order");
        // Leads may name an item by the id of a record that has another key.
        let other = json!({ "type": "media", "key": "pic-1", "id": FILM, "file": "media/ferry.png", "description": { "name": "x" } });
        assert_eq!(bring(&other, false), Outcome::Unchanged);
        story["key"] = json!("second");
        story["lead"]["media_id"] = json!(FILM);
        app.import(&story);
        let second = format!("/v1/desk/articles/{}", app.imported("article", "second").await);
        assert_eq!(editor.get(&second).await.ok()["lead"]["media_id"], item["id"]);
        let id = item["id"].as_str().unwrap().parse().unwrap();
        let exported = app.store.read_now(|tx| {
            let permit: Permit<Export> = Permit::try_from(Caller::system(System::Importer))?;
            let media = dateline::store::media::find(tx, id)?;
            export_media(tx, &permit, &media)
        });
        let exported = serde_json::to_value(exported.unwrap()).unwrap();
        assert_eq!((&exported["key"], &exported["description"]["credit"]), (&json!(FERRY), &json!("The desk")));
    }
}

#[test]
fn a_file_that_lies_elsewhere_is_fetched_once_and_never_from_inside_unless_it_is_allowed() {
    let found = answer("/wire/ferry.png", "200 OK", &picture(640, 320, 1));
    let words = answer("/wire/words.txt", "200 OK", b"no picture");
    let asked = || fetched::asked("/wire/ferry.png");
    let media =
        |key: &str, url: &str| json!({ "type": "media", "key": key, "url": url, "description": { "name": "ferry.png", "credit": "AP" } });
    let folder = Folder::new();
    let bundle = folder.at("wire.ndjson");
    let import = |records: &[Value], settings: &str| {
        fs::write(&bundle, records.iter().map(Value::to_string).collect::<Vec<_>>().join("\n")).unwrap();
        fs::write(folder.at(".env"), settings).unwrap();
        folder.import(&bundle)
    };
    let (allowed, ferry) = (format!("DATELINE_FETCH_ALLOW=127.0.0.1:{}\n", fetched::port()), media("wire-1", &found));
    let (code, _, complaints) = import(std::slice::from_ref(&ferry), "");
    assert_eq!((code, asked()), (Some(1), 0), "{complaints}");
    assert!(complaints.contains("line 1: #/url it leads to no public host"), "{complaints}");
    let (code, out, complaints) = import(std::slice::from_ref(&ferry), &allowed);
    assert_eq!((code, out.as_str(), asked()), (Some(0), "1 created, 0 updated, 0 unchanged, 0 failed\n", 1), "{complaints}");
    // What was imported is not asked for again; what is said of it is changed without another file, though that is fetched to be known.
    let (_, out, _) = import(std::slice::from_ref(&ferry), &allowed);
    assert_eq!((out.as_str(), asked()), ("0 created, 0 updated, 1 unchanged, 0 failed\n", 1));
    let mut credited = ferry.clone();
    credited["description"]["credit"] = json!("Reuters");
    let (_, out, complaints) = import(&[credited], &allowed);
    assert_eq!((out.as_str(), asked()), ("0 created, 1 updated, 0 unchanged, 0 failed\n", 2), "{complaints}");
    // Each that is wrong fails by itself, with its line and why.
    let mut both = ferry;
    both["file"] = json!("media/a.png");
    both["key"] = json!("wire-2");
    let neither = json!({ "type": "media", "key": "wire-5", "description": { "name": "x" } });
    let (code, out, complaints) =
        import(&[both, media("wire-3", &found.replace("ferry", "gone")), media("wire-4", &words), neither], &allowed);
    assert_eq!((code, out.as_str()), (Some(1), "0 created, 0 updated, 0 unchanged, 4 failed\n"));
    for (line, place) in [(1, "#/file"), (2, "#/url"), (3, "of no kind that is known"), (4, "#/file")] {
        assert!(complaints.lines().any(|told| told.contains(&format!("line {line}: ")) && told.contains(place)), "{line} in {complaints}");
    }
    // What it becomes is exported with its file.
    let exported = lines(&folder.export("out/").join("bundle.ndjson"));
    let item = exported.iter().find(|record| record["type"] == "media").unwrap();
    assert_eq!(
        (&item["url"], item["file"].as_str().unwrap()),
        (&Value::Null, format!("media/{}.png", Digest::of(&picture(640, 320, 1))).as_str())
    );
}

#[test]
fn what_the_library_knows_need_not_be_said_twice() {
    let found = answer("/wire/%E0%A4%A8%E0%A4%BE%E0%A4%B5%20one.png?size=large", "200 OK", &picture(640, 320, 2));
    let media = |url: &str| json!({ "type": "media", "key": FERRY, "url": url });
    let story = |lead: Value| json!({ "type": "article", "key": "story", "section": "world", "source_locale": "en", "lead": lead, "translations": { "en": { "headline": "A ferry" } } });
    let folder = Folder::new();
    fs::write(folder.at(".env"), format!("DATELINE_FETCH_ALLOW=127.0.0.1:{}\n", fetched::port())).unwrap();
    let import = |records: &[Value]| {
        let bundle = folder.at("wire.ndjson");
        fs::write(&bundle, records.iter().map(Value::to_string).collect::<Vec<_>>().join("\n")).unwrap();
        folder.import(&bundle)
    };
    let section = records()[0].clone();
    // A lead of neither kind is refused, and so is one that nobody can show.
    for (lead, place) in [(json!({}), "#/lead/url"), (json!({ "media_id": FERRY }), "#/lead/media_id")] {
        let (code, _, complaints) = import(&[section.clone(), story(lead)]);
        assert_eq!(code, Some(1), "{complaints}");
        assert!(complaints.contains(place), "{complaints}");
    }
    let (code, _, complaints) = import(&[section, media(&found), story(json!({ "media_id": FERRY }))]);
    assert_eq!(code, Some(0), "{complaints}");
    let exported = lines(&folder.export("out/").join("bundle.ndjson"));
    let of = |kind: &str| exported.iter().find(|record| record["type"] == kind).unwrap();
    assert_eq!(of("media")["description"]["name"], "नाव one.png");
    assert_eq!(of("article")["lead"]["media_id"], FERRY);
}
