//! Caches on the way to readers are told what to drop, until they have said that they heard it.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpListener,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU16, Ordering},
    },
    thread,
};

use dateline::{
    access::{Bookkeeping, secret::Secret},
    store,
    workers::{
        follower,
        projection::Runner,
        purger::{self, Target},
    },
};
use serde_json::{Value, json};

use crate::support::TestApp;

/// One request as a cache got it.
#[derive(Debug, Clone)]
struct Heard {
    line: String,
    headers: Vec<String>,
    body: Value,
}

/// A cache that writes down what it is told, and answers as it is bidden.
struct Cache {
    url: String,
    heard: Arc<Mutex<Vec<Heard>>>,
    status: Arc<AtomicU16>,
}

impl Cache {
    fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (heard, status) = (Arc::new(Mutex::new(Vec::new())), Arc::new(AtomicU16::new(200)));
        let (log, answer) = (heard.clone(), status.clone());
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let mut reader = BufReader::new(stream.try_clone().unwrap());
                let mut lines = Vec::new();
                loop {
                    let mut line = String::new();
                    reader.read_line(&mut line).unwrap();
                    if line.trim().is_empty() {
                        break;
                    }
                    lines.push(line.trim().to_owned());
                }
                if lines.is_empty() {
                    continue;
                }
                let length = lines.iter().find_map(|l| l.to_lowercase().strip_prefix("content-length: ")?.parse().ok()).unwrap_or(0);
                let mut body = vec![0; length];
                reader.read_exact(&mut body).unwrap();
                let line = lines.remove(0);
                log.lock().unwrap().push(Heard { line, headers: lines, body: serde_json::from_slice(&body).unwrap_or_default() });
                let mut stream = stream;
                write!(stream, "HTTP/1.1 {} X\r\ncontent-length: 0\r\nconnection: close\r\n\r\n", answer.load(Ordering::SeqCst)).unwrap();
            }
        });
        Self { url, heard, status }
    }

    fn take(&self) -> Vec<Heard> {
        std::mem::take(&mut *self.heard.lock().unwrap())
    }
}

/// What tells some caches.
type Purger = Arc<Vec<Runner<purger::Cache>>>;

fn caches(app: &TestApp, targets: Vec<Target>) -> Purger {
    Arc::new(targets.into_iter().map(|target| purger::runner(&app.store, target).unwrap()).collect())
}

/// Tell every cache what it was not told yet; how many were told something.
async fn purge(purger: &Purger) -> usize {
    let purger = purger.clone();
    store::aside(move || purger.iter().try_fold(0, |told, cache| Ok(told + usize::from(cache.run()? > 0)))).await.unwrap()
}

/// A published story in a section; its path on the desk.
async fn story(app: &TestApp) -> String {
    let editor = app.editor().await;
    let world = app.section("world", "दुनिया").await;
    let story = editor.story(&world, "River rises").await;
    editor.publish(&story, &["en"]).await.ok();
    story
}

both! {
    async fn every_cache_is_told_in_its_own_way_what_to_drop(app) {
        let story = story(&app).await;
        let editor = app.editor().await;
        let cache = Cache::new();
        let token = || Secret::new("t0ken".to_owned());
        let targets = vec![
            Target::Varnish { url: Secret::new(cache.url.clone()) },
            Target::Fastly { url: cache.url.clone(), service: "svc".to_owned(), token: token() },
            Target::Cloudflare { url: cache.url.clone(), zone: "zone".to_owned(), token: token() },
            Target::Webhook { url: Secret::new(format!("{}/hook", cache.url)) },
        ];
        let purger = caches(&app, targets);
        assert_eq!((purge(&purger).await, cache.take().len()), (0, 0), "what was before is nobody's business");
        let id = story.rsplit('/').next().unwrap().to_owned();
        let shown = app.anyone().get(&format!("/v1/articles/{id}")).await;
        let list = app.anyone().get("/v1/articles?section=world").await;
        let words = format!("{story}/translations/en");
        editor.patch(&words, &editor.get(&words).await.etag(), &json!({ "slug": "flood" })).await.ok();
        // A draft is told of, and there is nothing to tell.
        assert_eq!((purge(&purger).await, cache.take().len()), (4, 0));
        editor.publish(&story, &["en"]).await.ok();
        assert_eq!(purge(&purger).await, 4);
        let heard = cache.take();
        let lines: Vec<_> = heard.iter().map(|h| h.line.as_str()).collect();
        assert_eq!(lines, ["PURGE / HTTP/1.1", "POST /service/svc/purge HTTP/1.1", "POST /zones/zone/purge_cache HTTP/1.1", "POST /zones/zone/purge_cache HTTP/1.1", "POST /hook HTTP/1.1"]);
        let told: Vec<&str> = heard[0].headers.iter().find_map(|h| h.strip_prefix("surrogate-key: ")).unwrap().split(' ').collect();
        // Whatever carried the story carries one of the tags that are dropped.
        for answer in [&shown, &list] {
            let tags: Vec<&str> = answer.header("surrogate-key").unwrap().split(' ').collect();
            assert!(tags.iter().any(|tag| told.contains(tag)), "{tags:?} {told:?}");
        }
        assert!(told.contains(&"many") && !told.contains(&"site"));
        assert_eq!(heard[1].body["surrogate_keys"], json!(told));
        assert!(heard[1].headers.contains(&"fastly-key: t0ken".to_owned()) && heard[2].headers.contains(&"authorization: Bearer t0ken".to_owned()));
        assert_eq!((&heard[2].body["tags"], &heard[4].body["tags"]), (&json!(told), &json!(told)));
        let urls: Vec<&str> = heard[4].body["urls"].as_array().unwrap().iter().map(|u| u.as_str().unwrap().strip_prefix("http://127.0.0.1:8080").unwrap()).collect();
        for page in ["/en", "/en/world", "/en/world/flood", "/en/world/river-rises"] {
            assert!(urls.contains(&page), "{page} {urls:?}");
        }
        assert_eq!(heard[3].body["files"], heard[4].body["urls"]);
        assert_eq!((purge(&purger).await, cache.take().len()), (0, 0), "once is enough");
        // The masthead is on every page.
        let admin = app.admin().await;
        admin.patch("/v1/desk/site", &admin.get("/v1/desk/site").await.etag(), &json!({ "name": "The Times" })).await.ok();
        purge(&purger).await;
        let heard = cache.take();
        assert!(heard[0].headers.iter().all(|h| !h.starts_with("surrogate-key")));
        assert_eq!((heard[1].line.as_str(), &heard[2].body), ("POST /service/svc/purge_all HTTP/1.1", &json!({ "purge_everything": true })));
        assert!(!format!("{purger:?}").contains("t0ken"));
    }

    async fn a_cache_that_does_not_answer_is_told_again_and_misses_nothing(app) {
        let story = story(&app).await;
        let editor = app.editor().await;
        let cache = Cache::new();
        let target = || vec![Target::Webhook { url: Secret::new(cache.url.clone()) }];
        let purger = caches(&app, target());
        cache.status.store(503, Ordering::SeqCst);
        editor.act(&format!("{story}/unpublish"), &editor.get(&story).await.etag(), &json!({ "locales": ["en"] })).await.ok();
        assert_eq!((purge(&purger).await, cache.take().len()), (0, 1));
        assert_eq!((purge(&purger).await, cache.take().len()), (0, 0), "not at once");
        let mut waits = Vec::new();
        for _ in 0..3 {
            let mut waited = 0;
            while cache.take().is_empty() {
                app.wait(1);
                waited += 1;
                purge(&purger).await;
            }
            waits.push(waited);
        }
        assert_eq!(waits, [1, 2, 4], "later each time");
        editor.publish(&story, &["en"]).await.ok();
        // A process that is started anew goes on where the one before was.
        let again = caches(&app, target());
        app.wait(7);
        assert_eq!((purge(&again).await, cache.take().len()), (0, 0), "nor any sooner");
        cache.status.store(204, Ordering::SeqCst);
        app.wait(1);
        assert_eq!(purge(&again).await, 1);
        let heard = cache.take();
        let seq = app.store.read_now(store::changes::last).unwrap();
        assert_eq!((heard.len(), heard[0].body["seq"].as_i64()), (1, Some(seq)));
        assert_eq!(purge(&again).await, 0);
        // Of many who could tell it, one does.
        editor.act(&format!("{story}/unpublish"), &editor.get(&story).await.etag(), &json!({ "locales": ["en"] })).await.ok();
        let leased = app.store.write_now(&Bookkeeping, |tx| store::jobs::lease(tx, &target()[0].name(), tx.now().plus_seconds(60))).unwrap();
        assert!(leased.is_some());
        assert_eq!((purge(&purger).await, cache.take().len()), (0, 0));
        app.wait(61);
        assert_eq!((purge(&purger).await, cache.take().len()), (1, 1), "and when that one is gone, another");
    }

    async fn a_place_is_moved_by_who_has_the_lease_and_a_lapsed_one_moves_nothing(app) {
        let story = story(&app).await;
        let editor = app.editor().await;
        let cache = Cache::new();
        let target = || vec![Target::Webhook { url: Secret::new(cache.url.clone()) }];
        let (purger, name) = (caches(&app, target()), target()[0].name());
        editor.act(&format!("{story}/unpublish"), &editor.get(&story).await.etag(), &json!({ "locales": ["en"] })).await.ok();
        let lease = |seconds: i64| {
            let (store, name) = (app.store.clone(), name.clone());
            move || store.write_now(&Bookkeeping, |tx| store::jobs::lease(tx, &name, tx.now().plus_seconds(seconds))).unwrap()
        };
        // Of many instances at once, one has it.
        let asking: Vec<_> = (0..8).map(|_| thread::spawn(lease(60))).collect();
        let got: Vec<_> = asking.into_iter().filter_map(|asked| asked.join().unwrap()).collect();
        let [dead] = got[..] else { panic!("{got:?}") };
        app.wait(59);
        assert_eq!((purge(&purger).await, cache.take().len()), (0, 0));
        app.wait(1);
        let next = lease(60)().unwrap();
        // Who had it before comes back, and says that it is done, or that it failed.
        let place = || app.store.read_now(|tx| store::jobs::place(tx, &name)).unwrap();
        let before = place();
        app.store.write_now(&Bookkeeping, |tx| store::jobs::applied(tx, &name, dead, before + 1)).unwrap();
        app.store.write_now(&Bookkeeping, |tx| store::jobs::put_off(tx, &name, dead, "late")).unwrap();
        assert_eq!((place(), lease(60)()), (before, None), "another has it, and is where it was");
        app.store.write_now(&Bookkeeping, |tx| store::jobs::applied(tx, &name, next, before)).unwrap();
        assert_eq!((purge(&purger).await, cache.take().len()), (1, 1), "given back, it is anybody's at once");
        assert_eq!(place(), app.store.read_now(store::changes::last).unwrap());
    }

    async fn how_far_who_follows_the_log_is_behind_can_be_read(app) {
        let story = story(&app).await;
        let editor = app.editor().await;
        let cache = Cache::new();
        let purger = caches(&app, vec![Target::Webhook { url: Secret::new(cache.url.clone()) }]);
        let follower = follower::runner(app.entrance.response_cache.clone()).unwrap();
        let lags = || [purger[0].lag().unwrap(), follower.lag().unwrap()].map(|lag| (lag.changes, lag.since));
        assert_eq!(lags(), [(0, None); 2]);
        let (before, since) = (app.store.read_now(store::changes::last).unwrap(), app.now());
        editor.act(&format!("{story}/unpublish"), &editor.get(&story).await.etag(), &json!({ "locales": ["en"] })).await.ok();
        app.wait(7);
        editor.publish(&story, &["en"]).await.ok();
        let behind = app.store.read_now(store::changes::last).unwrap() - before;
        assert!(behind >= 2);
        assert_eq!(lags(), [(behind, Some(since)); 2]);
        cache.status.store(503, Ordering::SeqCst);
        purge(&purger).await;
        follower.run().unwrap();
        assert_eq!(lags(), [(behind, Some(since)), (0, None)], "what was not told is still to be told");
        cache.status.store(200, Ordering::SeqCst);
        app.wait(1);
        purge(&purger).await;
        assert_eq!(lags(), [(0, None); 2]);
    }

    async fn what_was_told_is_told_once_more_for_what_was_on_its_way(app) {
        let story = story(&app).await;
        let editor = app.editor().await;
        let cache = Cache::new();
        let purger = caches(&app, vec![Target::Webhook { url: Secret::new(cache.url.clone()) }]);
        let unpublish = json!({ "locales": ["en"] });
        editor.act(&format!("{story}/unpublish"), &editor.get(&story).await.etag(), &unpublish).await.ok();
        assert_eq!(purge(&purger).await, 1);
        let first = cache.take();
        app.wait(4);
        assert_eq!((purge(&purger).await, cache.take().len()), (0, 0));
        editor.publish(&story, &["en"]).await.ok();
        app.wait(1);
        // A cache that cannot be told the second time is told a third.
        cache.status.store(302, Ordering::SeqCst);
        assert_eq!((purge(&purger).await, cache.take().len()), (0, 2), "sending us elsewhere is no answer");
        cache.status.store(200, Ordering::SeqCst);
        app.wait(5);
        assert_eq!(purge(&purger).await, 1);
        let heard = cache.take();
        let bodies: Vec<_> = heard.iter().map(|h| &h.body).collect();
        assert_eq!(bodies[0], &first[0].body, "just what it was told the first time");
        assert!(bodies.len() == 2 && bodies[1]["seq"].as_i64() > bodies[0]["seq"].as_i64(), "{bodies:?}");
        app.wait(5);
        assert_eq!((purge(&purger).await, cache.take().len()), (0, 1));
        app.wait(60);
        assert_eq!((purge(&purger).await, cache.take().len()), (0, 0), "and no more");
    }

    async fn of_a_redirect_its_own_address_is_dropped_whatever_became_of_it(app) {
        let editor = app.editor().await;
        let cache = Cache::new();
        let purger = caches(&app, vec![Target::Webhook { url: Secret::new(cache.url.clone()) }]);
        let told = async || {
            purge(&purger).await;
            cache.take().into_iter().map(|heard| heard.body).collect::<Vec<_>>()
        };
        let made = editor.post("/v1/desk/redirects", &json!({ "from": "/old?x=1", "to": "/new" })).await.ok();
        let path = format!("/v1/desk/redirects/{}", made["id"].as_str().unwrap());
        for step in ["created", "revised", "deleted"] {
            match step {
                "revised" => _ = editor.patch(&path, "\"1\"", &json!({ "to": "/newer" })).await.ok(),
                "deleted" => assert_eq!(editor.delete(&path, "\"2\"").await.status, 204),
                _ => {}
            }
            let told = told().await;
            assert_eq!((told.len(), &told[0]["everything"], &told[0]["urls"]), (1, &json!(false), &json!(["http://127.0.0.1:8080/old?x=1"])), "{step}");
            assert!(told[0]["tags"].as_array().unwrap().contains(&json!("redirects")));
        }
    }

    async fn what_would_take_a_cache_too_many_requests_is_told_as_everything(app) {
        app.multiply(1);
        let cache = Cache::new();
        let targets = vec![
            Target::Cloudflare { url: cache.url.clone(), zone: "zone".to_owned(), token: Secret::new("t0ken".to_owned()) },
            Target::Webhook { url: Secret::new(cache.url.clone()) },
        ];
        let purger = caches(&app, targets);
        app.multiply(200);
        assert_eq!(purge(&purger).await, 2);
        let heard = cache.take();
        assert_eq!((heard.len(), &heard[0].body), (2, &json!({ "purge_everything": true })));
        assert!(heard[1].body["everything"] == false && heard[1].body["tags"].as_array().unwrap().len() > 400, "{}", heard[1].body);
    }

    async fn neither_database_nor_log_holds_what_is_in_an_address(app) {
        let url = |host: &str| Secret::new(format!("https://user:hunter2@{host}/T00/hunter2?token=hunter2"));
        let targets = || vec![Target::Varnish { url: url("one.test:6081") }, Target::Webhook { url: url("two.test") }];
        // As an earlier version kept them: one that is still told, which is behind, and one that is no longer.
        let former = targets()[0].former_name();
        assert!(former.contains("hunter2"));
        let seq = app.store.read_now(store::changes::last).unwrap();
        app.store.write_now(&Bookkeeping, |tx| {
            store::jobs::enrol(tx, &former, &former)?;
            store::jobs::enrol(tx, "webhook https://gone.test/hunter2", "none")
        }).unwrap();
        story(&app).await;
        let purger = caches(&app, targets());
        app.store.write_now(&Bookkeeping, store::jobs::forget_addresses).unwrap();
        assert!(!crate::support::everything_kept(&app.url).contains("hunter2"));
        let told = app.store.write_now(&Bookkeeping, |tx| store::jobs::lease(tx, &targets()[0].name(), tx.now().plus_seconds(60))).unwrap();
        assert_eq!(told.map(|told| told.place), Some(seq), "it goes on where it was");
        assert_eq!(targets().iter().map(Target::shown).collect::<Vec<_>>(), ["varnish one.test:6081", "webhook two.test:443"]);
        assert!(!format!("{purger:?}").contains("hunter2"));
        assert_ne!(targets()[0].name(), Target::Varnish { url: url("one.test:6082") }.name());
    }
}
