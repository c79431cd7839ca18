//! Renditions: drawn once among all instances, ahead of readers where the site wants that, and with nobody waiting for AVIF.

use std::{
    fs,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
};

use actix_web::http::Method;
use dateline::{
    domain::{Error, Instant, media::Digest, upload::UploadId},
    media::{
        files::Files,
        storage::{Folder, Key, Lease, Receiving, Storage, Stored},
    },
    workers::illustrator::Illustrator,
};
use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::{
    library::picture,
    media_store::{Named, Own},
    support::{Client, Entrance, TestApp, new_file},
};

/// What instances over one folder have done.
#[derive(Debug, Default)]
struct Done {
    /// Renditions that were about to be put into it.
    begun: AtomicUsize,
    /// Those that were.
    drawn: AtomicUsize,
    /// Leases that were refused.
    refused: AtomicUsize,
    /// Whether an AVIF that was begun is not to come to its end yet.
    is_held: AtomicBool,
    /// Whether the store gives no leases.
    has_no_leases: AtomicBool,
}

impl Done {
    fn drawn(&self) -> usize {
        self.drawn.load(Ordering::SeqCst)
    }
}

/// A folder that counts. Of several the first to draw waits until another one wanted to, as well.
#[derive(Debug)]
struct Counting {
    folder: Folder,
    done: Arc<Done>,
    has_others: bool,
}

impl Storage for Counting {
    fn incoming(&self) -> Result<&Path, Error> {
        self.folder.incoming()
    }

    fn keep(&self, key: &Key, file: &Path) -> Result<(), Error> {
        if matches!(key, Key::Rendition(..)) {
            let begun = self.done.begun.fetch_add(1, Ordering::SeqCst) + 1;
            // Ends: the other is refused, or draws as well.
            while self.has_others && begun == 1 && self.done.begun.load(Ordering::SeqCst) + self.done.refused.load(Ordering::SeqCst) < 2 {
                std::thread::yield_now();
            }
            // Ends: with the test that holds it.
            while key.to_string().contains("avif") && self.done.is_held.load(Ordering::SeqCst) {
                std::thread::yield_now();
            }
            self.done.drawn.fetch_add(1, Ordering::SeqCst);
        }
        self.folder.keep(key, file)
    }

    fn open(&self, key: &Key) -> Result<Option<Box<dyn Stored>>, Error> {
        self.folder.open(key)
    }

    fn lease(&self, key: &Key) -> Result<Option<Lease>, Error> {
        if self.done.has_no_leases.load(Ordering::SeqCst) {
            return Err(Error::storage("leases are not known here"));
        }
        let lease = self.folder.lease(key)?;
        self.done.refused.fetch_add(usize::from(lease.is_none()), Ordering::SeqCst);
        Ok(lease)
    }

    fn remove(&self, digest: Digest, before: Instant) -> Result<bool, Error> {
        self.folder.remove(digest, before)
    }

    fn remove_made(&self, digest: Digest) -> Result<(), Error> {
        self.folder.remove_made(digest)
    }

    fn originals(&self, before: Instant) -> Result<Vec<Digest>, Error> {
        self.folder.originals(before)
    }

    fn sweep(&self, before: Instant) -> Result<usize, Error> {
        self.folder.sweep(before)
    }

    fn receive(&self, upload: UploadId) -> Result<Box<dyn Receiving>, Error> {
        self.folder.receive(upload)
    }

    fn received(&self, upload: UploadId, counted: u64) -> Result<u64, Error> {
        self.folder.received(upload, counted)
    }

    fn forget(&self, upload: UploadId) -> Result<(), Error> {
        self.folder.forget(upload)
    }
}

/// The files of so many instances over one folder, and what they have done.
fn instances<const N: usize>() -> (Own, [Arc<Files>; N], Arc<Done>) {
    instances_within(320 << 20)
}

/// The same with so much memory each.
fn instances_within<const N: usize>(memory: usize) -> (Own, [Arc<Files>; N], Arc<Done>) {
    let folder = new_file().with_extension("media");
    let (done, names) = (Arc::new(Done::default()), Arc::new(Named(0.into())));
    let of = |_| {
        let storage = Counting { folder: Folder::at(&folder), done: done.clone(), has_others: N > 1 };
        Arc::new(Files::new(Arc::new(storage), names.clone(), 1 << 20, memory))
    };
    let all = std::array::from_fn(of);
    (Own(folder), all, done)
}

async fn draw_so(app: &TestApp, entrance: &Entrance, renditions: Value) {
    let admin = app.admin().await;
    let admin = admin.at(entrance);
    admin.patch("/v1/desk/site", &admin.get("/v1/desk/site").await.etag(), &json!({ "renditions": renditions })).await.ok();
}

/// A story that waits to be published, with a picture of 300 by 150.
async fn with_picture(app: &TestApp, editor: &Client<'_>) -> (Value, String) {
    let world = app.section("world", "दुनिया").await;
    let item = editor.send(Method::POST, "/v1/desk/media", &[("content-type", "image/png")], Some(picture(300, 150, 7))).await.ok();
    let story = editor.story(&world, "A ferry crosses the river").await;
    editor.patch(&story, &editor.get(&story).await.etag(), &json!({ "lead": { "media_id": item["id"] } })).await.ok();
    (item, story)
}

/// The addresses of all renditions of what leads a story, with the media type that is told of each.
async fn addresses(anyone: &Client<'_>, story: &str) -> Vec<(String, String)> {
    let lead = anyone.get(&format!("/v1/articles/{}?locale=en", story.rsplit('/').next().unwrap())).await.ok()["lead"].clone();
    let crops = lead["crops"].as_array().unwrap().iter().flat_map(|crop| crop["sources"].as_array().unwrap().clone());
    let sources = lead["sources"].as_array().unwrap().iter().cloned().chain(crops);
    let of = |source: Value| {
        let all = source["srcset"].as_str().unwrap().split(", ").map(|one| one.split(' ').next().unwrap().to_owned()).collect::<Vec<_>>();
        all.into_iter()
            .map(move |url| (url.strip_prefix("http://127.0.0.1:8080").unwrap().to_owned(), source["type"].as_str().unwrap().to_owned()))
    };
    sources.flat_map(of).collect()
}

both! {
    async fn of_all_who_ask_all_instances_for_one_rendition_one_draws_it(app) {
        let (_own, files, done) = instances::<2>();
        let entrances = [app.instance_over(files[0].clone()).await, app.instance_over(files[1].clone()).await];
        let editor = app.editor().await;
        let editor = editor.at(&entrances[0]);
        let (item, _) = with_picture(&app, &editor).await;
        let path = format!("/v1/desk/media/{}/renditions/320.webp", item["id"].as_str().unwrap());
        let readers: Vec<_> = entrances.iter().map(|entrance| editor.at(entrance)).collect();
        let answers = join_all((0..16).map(|n| readers[n % 2].get(&path))).await;
        let bodies: Vec<_> = answers.iter().map(|answer| (answer.status, answer.body.clone())).collect();
        assert!(bodies.iter().all(|body| *body == bodies[0] && body.0 == 200));
        assert_eq!(done.drawn(), 1);
        assert!(done.refused.load(Ordering::SeqCst) > 0, "both wanted to");
    }

    async fn what_was_published_is_drawn_before_anybody_asks_once_among_all_instances(app) {
        let (_own, files, done) = instances::<2>();
        let entrance = app.instance_over(files[0].clone()).await;
        let editor = app.editor().await;
        let (editor, anyone) = (editor.at(&entrance), app.anyone());
        let anyone = anyone.at(&entrance);
        draw_so(&app, &entrance, json!({ "widths": [100, 200, 400], "ratios": ["1x1"], "drawn_ahead": true, "extra_formats": ["avif"] })).await;
        let (_, story) = with_picture(&app, &editor).await;
        let illustrators = files.clone().map(|files| Illustrator::new(app.store.clone(), files).unwrap());
        // Both at once, as on two machines.
        let run = || {
            std::thread::scope(|scope| {
                for one in &illustrators {
                    scope.spawn(|| while one.run().unwrap() {});
                }
            });
        };
        run();
        assert_eq!(done.drawn(), 0, "what waits is nobody's");
        editor.publish(&story, &["en"]).await.ok();
        run();
        let all = addresses(&anyone, &story).await;
        // Three widths, of which 400 is that of the picture; and two of the square, which is 150 wide; in three formats.
        assert_eq!((all.len(), done.drawn()), (15, 15));
        assert!(done.refused.load(Ordering::SeqCst) > 0, "both wanted to");
        for (url, media_type) in &all {
            let file = anyone.get(url).await;
            assert_eq!((file.status, file.header("content-type")), (200, Some(media_type.as_str())), "{url}");
            assert!(file.header("cache-control").unwrap().ends_with("immutable"), "{url}");
        }
        run();
        assert_eq!(done.drawn(), 15, "nothing is drawn twice");
        // What is said of it is in what is drawn.
        let item = anyone.get(&format!("/v1/articles/{}?locale=en", story.rsplit('/').next().unwrap())).await.ok()["lead"]["id"].clone();
        let item = format!("/v1/desk/media/{}", item.as_str().unwrap());
        editor.patch(&item, &editor.get(&item).await.etag(), &json!({ "credit": "AP" })).await.ok();
        run();
        assert_eq!(done.drawn(), 30);
    }

    async fn while_an_avif_is_written_files_are_taken_in_and_pictures_drawn(app) {
        let (_own, files, done) = instances::<1>();
        let entrance = app.instance_over(files[0].clone()).await;
        let editor = app.editor().await;
        let (editor, anyone) = (editor.at(&entrance), app.anyone());
        let anyone = anyone.at(&entrance);
        draw_so(&app, &entrance, json!({ "widths": [100, 200], "ratios": [], "extra_formats": ["avif"] })).await;
        let illustrator = Illustrator::new(app.store.clone(), files[0].clone()).unwrap();
        let (_, story) = with_picture(&app, &editor).await;
        editor.publish(&story, &["en"]).await.ok();
        done.is_held.store(true, Ordering::SeqCst);
        let writing = std::thread::spawn(move || illustrator.run().unwrap());
        while done.begun.load(Ordering::SeqCst) == 0 {
            std::thread::yield_now();
        }
        let sent = editor.send(Method::POST, "/v1/desk/media", &[("content-type", "image/png")], Some(picture(301, 150, 7))).await;
        assert_eq!(sent.status, 201, "{}", sent.text);
        for (url, media_type) in addresses(&anyone, &story).await {
            let given = anyone.get(&url).await;
            let instead = media_type.replace("avif", "webp");
            assert_eq!((given.status, given.header("content-type")), (200, Some(instead.as_str())), "{url}");
        }
        assert_eq!(done.drawn(), 4, "the AVIF is not there yet");
        done.is_held.store(false, Ordering::SeqCst);
        assert!(writing.join().unwrap());
        assert_eq!(done.drawn(), 5);
    }

    async fn what_was_removed_while_it_was_drawn_leaves_nothing(app) {
        let (own, files, done) = instances::<1>();
        let entrance = app.instance_over(files[0].clone()).await;
        let editor = app.editor().await;
        let editor = editor.at(&entrance);
        draw_so(&app, &entrance, json!({ "widths": [100], "ratios": [], "extra_formats": ["avif"] })).await;
        let illustrator = Illustrator::new(app.store.clone(), files[0].clone()).unwrap();
        let (item, story) = with_picture(&app, &editor).await;
        editor.publish(&story, &["en"]).await.ok();
        done.is_held.store(true, Ordering::SeqCst);
        let writing = std::thread::spawn(move || illustrator.run().unwrap());
        while done.begun.load(Ordering::SeqCst) == 0 {
            std::thread::yield_now();
        }
        let digest: Digest = item["sha256"].as_str().unwrap().parse().unwrap();
        assert!(files[0].storage().remove(digest, Instant::from_micros(i64::MAX)).unwrap());
        done.is_held.store(false, Ordering::SeqCst);
        writing.join().unwrap();
        assert_eq!(done.drawn(), 1);
        let made = Key::Rendition(digest, String::new()).to_string();
        assert!(!own.0.join(made.trim_end_matches('/')).exists());
    }

    async fn without_leases_a_picture_is_drawn_all_the_same(app) {
        let (_own, files, done) = instances::<1>();
        done.has_no_leases.store(true, Ordering::SeqCst);
        let entrance = app.instance_over(files[0].clone()).await;
        let editor = app.editor().await;
        let editor = editor.at(&entrance);
        draw_so(&app, &entrance, json!({ "widths": [100], "ratios": [], "drawn_ahead": true })).await;
        let illustrator = Illustrator::new(app.store.clone(), files[0].clone()).unwrap();
        let (item, story) = with_picture(&app, &editor).await;
        editor.get(&format!("/v1/desk/media/{}/renditions/100.webp", item["id"].as_str().unwrap())).await.ok();
        assert_eq!(done.drawn(), 1);
        editor.publish(&story, &["en"]).await.ok();
        while illustrator.run().unwrap() {}
        assert_eq!(done.drawn(), 2, "the JPEG as well");
    }

    async fn what_takes_more_memory_than_there_is_stays_webp_and_keeps_nothing_waiting(app) {
        let (_own, files, done) = instances_within::<1>(48 << 20);
        let entrance = app.instance_over(files[0].clone()).await;
        let editor = app.editor().await;
        let (editor, anyone) = (editor.at(&entrance), app.anyone());
        let anyone = anyone.at(&entrance);
        draw_so(&app, &entrance, json!({ "widths": [100], "ratios": [], "drawn_ahead": true, "extra_formats": ["avif"] })).await;
        let illustrator = Illustrator::new(app.store.clone(), files[0].clone()).unwrap();
        let (_, story) = with_picture(&app, &editor).await;
        editor.publish(&story, &["en"]).await.ok();
        for _ in 0..2 {
            while illustrator.run().unwrap() {}
            assert_eq!(done.drawn(), 2, "WebP and JPEG");
            for (url, media_type) in addresses(&anyone, &story).await {
                let given = anyone.get(&url).await;
                assert_eq!((given.status, given.header("content-type")), (200, Some(media_type.replace("avif", "webp").as_str())), "{url}");
            }
        }
    }

    async fn what_waits_is_drawn_as_the_item_and_the_site_are_by_then(app) {
        let (_own, files, done) = instances::<1>();
        let entrance = app.instance_over(files[0].clone()).await;
        let admin = app.admin().await;
        let admin = admin.at(&entrance);
        let illustrator = Illustrator::new(app.store.clone(), files[0].clone()).unwrap();
        let run = || while illustrator.run().unwrap() {};
        draw_so(&app, &entrance, json!({ "widths": [100], "ratios": ["1x1"], "drawn_ahead": true })).await;
        let (item, story) = with_picture(&app, &admin).await;
        let at = format!("/v1/desk/media/{}", item["id"].as_str().unwrap());
        admin.publish(&story, &["en"]).await.ok();
        // Four wait, and are two by the time that they are drawn, of another version.
        draw_so(&app, &entrance, json!({ "widths": [100], "ratios": [], "drawn_ahead": true })).await;
        admin.patch(&at, &admin.get(&at).await.etag(), &json!({ "credit": "AP" })).await.ok();
        run();
        assert_eq!(done.drawn(), 2);
        let anyone = app.anyone();
        for (url, _) in addresses(&anyone.at(&entrance), &story).await {
            anyone.at(&entrance).get(&url).await.ok();
        }
        assert_eq!(done.drawn(), 2, "they were those that readers are given");
        // Nothing is drawn of what was taken down meanwhile, or removed while it was drawn.
        admin.patch(&at, &admin.get(&at).await.etag(), &json!({ "credit": "Reuters" })).await.ok();
        admin.act(&format!("{at}/takedown"), &admin.get(&at).await.etag(), &json!({ "reason": "Court order" })).await.ok();
        run();
        assert_eq!(done.drawn(), 2);
    }

    async fn nobody_waits_for_avif_and_who_asks_has_it_drawn(app) {
        let (_own, files, done) = instances::<1>();
        let entrance = app.instance_over(files[0].clone()).await;
        let editor = app.editor().await;
        let (editor, anyone) = (editor.at(&entrance), app.anyone());
        let anyone = anyone.at(&entrance);
        let (_, story) = with_picture(&app, &editor).await;
        let illustrator = Illustrator::new(app.store.clone(), files[0].clone()).unwrap();
        editor.publish(&story, &["en"]).await.ok();
        while illustrator.run().unwrap() {}
        assert_eq!(done.drawn(), 0, "where the site wants none of it");
        let plain = addresses(&anyone, &story).await;
        assert!(plain.iter().all(|(url, _)| !url.contains("avif")));
        draw_so(&app, &entrance, json!({ "widths": [100], "ratios": [], "extra_formats": ["avif"] })).await;
        let url = addresses(&anyone, &story).await.into_iter().find(|(_, media_type)| media_type == "image/avif").unwrap().0;
        let before = anyone.get(&url).await;
        assert_eq!((before.header("content-type"), before.header("cache-control")), (Some("image/webp"), Some("public, max-age=10")));
        assert_eq!(image::load_from_memory(&before.body).unwrap().width(), 100);
        let again = anyone.send(Method::GET, &url, &[("if-none-match", &before.etag())], None).await;
        assert_eq!((again.status, again.header("cache-control")), (304, Some("public, max-age=10")));
        while illustrator.run().unwrap() {}
        assert_eq!(done.drawn(), 2, "the WebP that was given, and the AVIF that was asked for");
        let now = anyone.send(Method::GET, &url, &[("if-none-match", &before.etag())], None).await;
        assert_eq!((now.status, now.header("content-type")), (200, Some("image/avif")));
        assert!(now.header("cache-control").unwrap().ends_with("immutable"));
        assert_eq!(now.body.get(4..12).unwrap(), b"ftypavif");
        assert_ne!(now.etag(), before.etag());
        // What the site has no more is not given, drawn or not.
        draw_so(&app, &entrance, json!({ "widths": [100], "ratios": [], "extra_formats": [] })).await;
        anyone.get(&url).await.refused(404, "not-found");
    }
}

#[test]
fn a_lease_is_had_by_one_until_it_is_given_up_or_its_holder_is_gone() {
    let own = Own(new_file().with_extension("media"));
    let (one, other) = (Folder::at(&own.0), Folder::at(&own.0));
    let key = |name: &str| Key::Rendition(Digest::of(b"a picture"), name.to_owned());
    let lease = one.lease(&key("320-1.webp")).unwrap();
    assert!(lease.is_some());
    assert!(other.lease(&key("320-1.webp")).unwrap().is_none());
    assert!(other.lease(&key("640-1.webp")).unwrap().is_some(), "that of another rendition is another one");
    drop(lease);
    assert!(other.lease(&key("320-1.webp")).unwrap().is_some());
    assert_eq!(fs::read_dir(own.0.join("leases")).unwrap().count(), 0, "nothing of it is left");
    // Of a process that was killed the file is left, and nobody holds it.
    fs::write(own.0.join(format!("leases/320-1.webp-{}", Digest::of(b"a picture"))), b"").unwrap();
    assert!(one.lease(&key("320-1.webp")).unwrap().is_some());
}
