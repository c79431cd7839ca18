//! What is made, and what readers hear of it.

use std::sync::{
    Mutex,
    atomic::{AtomicUsize, Ordering},
};

use dateline::{
    domain::media::Digest,
    media::storage::Key,
    speech::{Speaker, Unspoken, Utterance},
    workers::speaker::{SPARED, sweep},
};

use super::*;

both! {
    async fn a_story_is_heard_in_the_words_that_are_live_and_in_no_others(app) {
        let (admin, made) = (app.admin().await, Voice::new());
        voice(&admin, "en", &json!("en-gb")).await;
        let reader = reader(&app, &app.store, made.speech());
        let world = app.section("world", "दुनिया").await;
        let story = admin.story(&world, "River rises").await;
        admin.publish(&story, &["en"]).await.ok();
        assert_eq!(heard(&app, &story).await, Value::Null, "while it is not made");
        assert_eq!(reader.run().unwrap(), 1);
        let first = heard(&app, &story).await;
        assert_eq!((&first["type"], &first["voice"], &first["source"], &first["bytes"]), (&json!("audio/mpeg"), &json!("en-gb"), &json!("synthetic"), &json!(4_170)));
        assert_eq!(first["digital_source_type"], "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia");
        // Headline and two paragraphs, at 8,000 letters a second.
        assert_eq!(first["duration_seconds"], json!(0.003));
        let file = app.anyone().get(&target(&first)).await;
        assert_eq!((file.status, file.body.len(), file.header("content-type")), (200, 4_170, Some("audio/mpeg")));
        assert!(file.header("cache-control").unwrap().starts_with("public, max-age=31536000"), "{:?}", file.header("cache-control"));
        let part = app.anyone().send(actix_web::http::Method::GET, &target(&first), &[("range", "bytes=10-19")], None).await;
        assert_eq!((part.status, part.body.len(), part.header("content-range")), (206, 10, Some("bytes 10-19/4170")));
        let same = [("if-none-match", file.header("etag").unwrap())];
        assert_eq!(app.anyone().send(actix_web::http::Method::GET, &target(&first), &same, None).await.status, 304);
        for other in ["fr.mp3", "hi.mp3", "en.ogg", "en", "mp3", "e n.mp3"] {
            let at = target(&first).split_once("/en.mp3").unwrap().0.to_owned();
            app.anyone().get(&format!("{at}/{}", other.replace(' ', "%20"))).await.refused(404, "not-found");
        }
        // A page tells of it as well.
        assert_eq!(app.anyone().get("/v1/pages?path=/en/world/river-rises").await.ok()["article"]["audio"], first);
        // Other words in the working copy change nothing; once they are live, the same read has none of the old sound.
        change(&admin, &story, &json!({ "headline": "River falls" })).await;
        assert_eq!(heard(&app, &story).await, first);
        admin.publish(&story, &["en"]).await.ok();
        assert_eq!(heard(&app, &story).await, Value::Null);
        app.anyone().get(&target(&first)).await.refused(404, "not-found");
        assert_eq!(reader.run().unwrap(), 1);
        let second = heard(&app, &story).await;
        assert_ne!(second["url"], first["url"]);
        assert_eq!(app.anyone().get(&target(&second)).await.status, 200);
        // What is not public is not heard, and is heard again with it, without being spoken once more.
        let tag = admin.get(&story).await.etag();
        admin.act(&format!("{story}/unpublish"), &tag, &json!({ "locales": ["en"] })).await.ok();
        app.anyone().get(&target(&second)).await.refused(404, "not-found");
        admin.publish(&story, &["en"]).await.ok();
        assert_eq!(heard(&app, &story).await, second);
        assert_eq!((reader.run().unwrap(), made.spoken().len()), (0, 2));
    }

    async fn words_that_did_not_change_are_not_spoken_again(app) {
        let (admin, made) = (app.admin().await, Voice::new());
        voice(&admin, "en", &json!("en-gb")).await;
        let reader = reader(&app, &app.store, made.speech());
        let world = app.section("world", "दुनिया").await;
        let story = admin.story(&world, "River rises").await;
        admin.publish(&story, &["en"]).await.ok();
        reader.run().unwrap();
        let first = heard(&app, &story).await;
        change(&admin, &story, &json!({ "summary": "Another summary.", "seo": { "title": "Another title" } })).await;
        admin.publish(&story, &["en"]).await.ok();
        assert_eq!(heard(&app, &story).await, first, "in the same read");
        assert_eq!((reader.run().unwrap(), made.spoken().len()), (0, 1));
        // What is written otherwise and said alike is looked at, and not spoken.
        change(&admin, &story, &json!({ "body": { "format": "html", "content": "<p>One.</p><p>Two. 🎉</p>" } })).await;
        admin.publish(&story, &["en"]).await.ok();
        assert_eq!((reader.run().unwrap(), made.spoken().len()), (1, 1));
        assert_eq!(heard(&app, &story).await, first);
        // Asked for, it is looked at as well.
        admin.post(&audio(&story), &json!(null)).await.ok();
        assert_eq!((reader.run().unwrap(), made.spoken().len()), (1, 1));
    }

    async fn a_locale_without_a_voice_is_silent_and_one_that_gets_one_speaks_all_that_is_live(app) {
        let (admin, made) = (app.admin().await, Voice::new());
        let world = app.section("world", "दुनिया").await;
        let mut stories = Vec::new();
        for n in 0..3 {
            let story = admin.story(&world, &format!("Story {n}")).await;
            admin.publish(&story, &["en"]).await.ok();
            stories.push(story);
        }
        let reader = reader(&app, &app.store, made.speech());
        assert_eq!(reader.run().unwrap(), 0);
        let silent = admin.get(&audio(&stories[0])).await;
        assert_eq!((silent.json()["state"].clone(), silent.json()["version"].clone()), (Value::Null, json!(0)));
        assert_eq!(silent.json()["script"], "Story 0.\n\nOne.\n\nTwo.");
        admin.post(&audio(&stories[0]), &json!(null)).await.refused(409, "no-voice");
        // Of editions from before there is no sum yet.
        crate::support::execute(&app.url, "UPDATE editions SET spoken = NULL");
        voice(&admin, "en", &json!("en-gb")).await;
        assert_eq!((reader.run().unwrap(), reader.run().unwrap()), (3, 0));
        assert_eq!(made.spoken(), ["en-gb"; 3]);
        let first = heard(&app, &stories[0]).await;
        assert_eq!(first["voice"], "en-gb");
        // Another voice speaks what is published, and what is asked for.
        voice(&admin, "en", &json!("en-us")).await;
        assert_eq!(reader.run().unwrap(), 0);
        admin.post(&audio(&stories[0]), &json!(null)).await.ok();
        assert_eq!(reader.run().unwrap(), 1);
        assert_eq!(heard(&app, &stories[0]).await["voice"], "en-us");
        voice(&admin, "en", &Value::Null).await;
        assert_eq!(heard(&app, &stories[0]).await, Value::Null);
        app.anyone().get(&target(&first)).await.refused(404, "not-found");
    }

    async fn what_waits_or_was_taken_down_is_not_heard_and_what_was_erased_leaves_no_file(app) {
        let (admin, made) = (app.admin().await, Voice::new());
        voice(&admin, "en", &json!("en-gb")).await;
        let reader = reader(&app, &app.store, made.speech());
        let world = app.section("world", "दुनिया").await;
        let story = admin.story(&world, &unheard()).await;
        let (at, tag) = (app.now().plus_seconds(3_600), admin.get(&story).await.etag());
        admin.patch(&story, &tag, &json!({ "embargo_until": at })).await.ok();
        admin.publish(&story, &["en"]).await.ok();
        assert_eq!(reader.run().unwrap(), 0);
        let hidden = format!("/v1/media/audio/{}/en.mp3", story.rsplit('/').next().unwrap());
        app.anyone().get(&hidden).await.refused(404, "not-found");
        app.wait(3_601);
        app.tick().await;
        let admin = app.again(&admin).await;
        assert_eq!(reader.run().unwrap(), 1);
        let audio = heard(&app, &story).await;
        assert_eq!(app.anyone().get(&target(&audio)).await.status, 200);
        let tag = admin.get(&story).await.etag();
        admin.act(&format!("{story}/takedown"), &tag, &json!({ "reason": "Court order." })).await.ok();
        app.anyone().get(&target(&audio)).await.refused(410, "gone");
        let digest = Digest::of(&fs::read(stored(&app)).unwrap());
        let tag = admin.get(&story).await.etag();
        admin.act(&format!("{story}/erase"), &tag, &json!({ "reason": "Court order." })).await.ok();
        let files = files(&app);
        let is_there = || files.storage().open(&Key::Original(digest)).unwrap().is_some();
        assert_eq!((sweep(&app.store, &files).unwrap(), is_there()), (0, true), "somebody may be about to name it");
        fs::File::open(stored_at(digest)).unwrap().set_modified(std::time::UNIX_EPOCH).unwrap();
        app.wait(SPARED + 1);
        assert_eq!((sweep(&app.store, &files).unwrap(), is_there()), (1, false));
        assert_eq!(sweep(&app.store, &files).unwrap(), 0);
    }

    async fn a_sound_that_was_replaced_leaves_no_file_and_none_is_left_behind(app) {
        let (admin, made) = (app.admin().await, Voice::new());
        voice(&admin, "en", &json!("en-gb")).await;
        let reader = reader(&app, &app.store, made.speech());
        let world = app.section("world", "दुनिया").await;
        let story = admin.story(&world, &unheard()).await;
        admin.publish(&story, &["en"]).await.ok();
        reader.run().unwrap();
        let first = stored(&app);
        let known = || app.store.read_now(dateline::store::media::digests).unwrap();
        let before = known();
        change(&admin, &story, &json!({ "headline": unheard() })).await;
        admin.publish(&story, &["en"]).await.ok();
        reader.run().unwrap();
        assert!(before.is_disjoint(&known()), "the check of the store knows the one that is there");
        fs::File::open(&first).unwrap().set_modified(std::time::UNIX_EPOCH).unwrap();
        app.wait(SPARED + 1);
        assert_eq!((sweep(&app.store, &files(&app)).unwrap(), first.exists(), stored(&app).exists()), (1, false, true));
    }
}

/// A headline that no other test has: files with the same bytes are one file.
fn unheard() -> String {
    format!("River rises in {}", new_file().display())
}

/// Where the one sound lies that there is.
fn stored(app: &TestApp) -> PathBuf {
    let digests = app.store.read_now(dateline::store::media::digests).unwrap();
    stored_at(*digests.first().unwrap())
}

fn stored_at(digest: Digest) -> PathBuf {
    crate::support::media_folder().join(Key::Original(digest).to_string())
}

/// A speaker that dies every now and then, before or after it has spoken.
#[derive(Debug)]
struct Mortal {
    draws: Mutex<u64>,
    died: Arc<AtomicUsize>,
    voice: Box<dyn Speaker>,
}

impl Mortal {
    fn dies(&self) -> bool {
        let mut draws = self.draws.lock().unwrap();
        *draws = draws.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        *draws >> 62 == 0
    }
}

impl Speaker for Mortal {
    fn speak(&self, utterance: &Utterance<'_>, out: &fs::File, limits: SpeechLimits) -> Result<(), Unspoken> {
        if self.dies() {
            self.died.fetch_add(1, Ordering::SeqCst);
            panic!("killed");
        }
        self.voice.speak(utterance, out, limits)
    }
}

#[actix_web::test]
async fn instances_that_die_at_random_make_each_sound_once() {
    const STORIES: usize = 24;
    let Some(app) = TestApp::postgres().await else { return };
    let (admin, made, died) = (app.admin().await, Voice::new(), Arc::new(AtomicUsize::new(0)));
    voice(&admin, "en", &json!("en-gb")).await;
    let world = app.section("world", "दुनिया").await;
    let mut stories = Vec::new();
    for n in 0..STORIES {
        let story = admin.story(&world, &format!("Story {n}")).await;
        admin.publish(&story, &["en"]).await.ok();
        stories.push(story);
    }
    let instance = |n: u64| {
        let Speech { encoder, environment, limits, speaker } = Arc::into_inner(made.speech()).unwrap();
        let mortal = Mortal { draws: Mutex::new(n), died: died.clone(), voice: speaker };
        let speech = Speech { speaker: Box::new(mortal), encoder, environment, limits };
        reader(&app, &app.process(100 + n, dateline::store::Limits::default()), Arc::new(speech))
    };
    let instances = [instance(1), instance(2)];
    // Ends: of each claim that lapses, three in four are fulfilled the next time.
    while app.store.read_now(dateline::store::media::digests).unwrap().len() < STORIES {
        std::thread::scope(|scope| {
            for instance in &instances {
                scope.spawn(|| std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| instance.run().unwrap())));
            }
        });
        // Until the claims of the dead have lapsed, and no longer.
        app.wait(601);
    }
    assert!(died.load(Ordering::SeqCst) > 2, "nobody died");
    assert_eq!(made.spoken().len(), STORIES);
    let mut urls = std::collections::BTreeSet::new();
    for story in &stories {
        urls.insert(heard(&app, story).await["url"].to_string());
    }
    assert_eq!(urls.len(), STORIES);
}

both! {
    async fn what_others_noted_as_well_is_not_begun_anew_while_somebody_is_at_it(app) {
        use dateline::{access::Bookkeeping, store::recordings::{Made, claim, due, failed, find, made, note}};
        let admin = app.admin().await;
        voice(&admin, "en", &json!("en-gb")).await;
        let world = app.section("world", "दुनिया").await;
        let story = admin.story(&world, "River rises").await;
        admin.publish(&story, &["en"]).await.ok();
        let place = (story.rsplit('/').next().unwrap().parse().unwrap(), dateline::domain::Locale::english());
        let noted = || app.store.write_now(&Bookkeeping, |tx| note(tx, std::slice::from_ref(&place))).unwrap();
        noted();
        let until = app.now().plus_seconds(600);
        let mine = app.store.write_now(&Bookkeeping, |tx| claim(tx, place.clone(), until)).unwrap().unwrap();
        assert!(app.store.write_now(&Bookkeeping, |tx| claim(tx, place.clone(), until)).unwrap().is_none());
        // Another instance notes it, and somebody asks for it.
        noted();
        admin.post(&audio(&story), &json!(null)).await.ok();
        assert!(app.store.read_now(|tx| due(tx, 9)).unwrap().is_empty());
        let sums = Made { spoken: Digest::of(b"other words"), script: Digest::of(b"a script") };
        // It was of words that are live no more: those that are come next, though nobody tells of them once more.
        assert!(app.store.write_now(&Bookkeeping, |tx| made(tx, &mine, sums, None)).unwrap());
        assert_eq!(app.store.read_now(|tx| due(tx, 9)).unwrap(), std::slice::from_ref(&place));
        let next = app.store.write_now(&Bookkeeping, |tx| claim(tx, place.clone(), until)).unwrap().unwrap();
        assert!(!app.store.write_now(&Bookkeeping, |tx| failed(tx, &next, Some(sums.spoken), "it is too long", true)).unwrap());
        // Who comes back late has it no more.
        app.wait(601);
        let third = app.store.write_now(&Bookkeeping, |tx| claim(tx, place.clone(), app.now().plus_seconds(600))).unwrap().unwrap();
        assert!(!app.store.write_now(&Bookkeeping, |tx| made(tx, &next, sums, None)).unwrap());
        assert!(app.store.write_now(&Bookkeeping, |tx| made(tx, &third, sums, None)).unwrap());
        assert_eq!(app.store.read_now(|tx| find(tx, place.0, &place.1)).unwrap().attempts, 0);
    }

    async fn what_was_published_last_is_read_aloud_first(app) {
        use dateline::{access::Bookkeeping, store::recordings::{due, note}};
        let admin = app.admin().await;
        voice(&admin, "en", &json!("en-gb")).await;
        let world = app.section("world", "दुनिया").await;
        let mut places = Vec::new();
        for n in 0..4 {
            let story = admin.story(&world, &format!("Story {n}")).await;
            admin.publish(&story, &["en"]).await.ok();
            let place = (story.rsplit('/').next().unwrap().parse().unwrap(), dateline::domain::Locale::english());
            app.store.write_now(&Bookkeeping, |tx| note(tx, std::slice::from_ref(&place))).unwrap();
            places.push(place);
            app.wait(1);
        }
        places.reverse();
        assert_eq!(app.store.read_now(|tx| due(tx, 9)).unwrap(), places);
    }
}
