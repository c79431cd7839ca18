//! Snapshots: what readers who wait for each other share, and what they do not.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    pin::Pin,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
        mpsc::{Receiver, Sender, channel},
    },
    time::Duration,
};

use actix_web::rt::time::timeout;
use dateline::{
    domain::Error,
    store::{self, Store, Tx, names::Named},
};
use futures_util::{FutureExt, future::join_all};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::TestApp;

type Reading<'s, T> = Pin<Box<dyn Future<Output = Result<T, Error>> + 's>>;

/// Read, having got into the line.
fn enter<T: Send + 'static>(store: &Store, read: impl FnOnce(&mut Tx<'_>) -> Result<T, Error> + Clone + Send + 'static) -> Reading<'_, T> {
    let mut reading: Reading<'_, T> = Box::pin(store.read(read));
    assert!((&mut reading).now_or_never().is_none());
    reading
}

/// The name of the site, and whether nobody had asked for it in this snapshot before: somebody has to, in every one.
fn name_of_site(store: &Store) -> impl FnOnce(&mut Tx<'_>) -> Result<(String, bool), Error> + Clone + Send + 'static {
    let counted = store.clone();
    move |tx| {
        let before = counted.statements();
        let name = store::site::masthead(tx)?.site.name.clone();
        Ok((name, counted.statements() > before))
    }
}

/// A read that has begun, and goes on when it is let.
struct Held {
    began: Receiver<()>,
    end: Sender<()>,
}

impl Held {
    fn enter(store: &Store) -> (Self, Reading<'_, (String, bool)>) {
        Self::between(store, name_of_site(store), |_, read| Ok(read))
    }

    /// One that reads twice: before it has begun, and when it is let.
    fn between<A, T: Send + 'static>(
        store: &Store,
        before: impl FnOnce(&mut Tx<'_>) -> Result<A, Error> + Clone + Send + 'static,
        after: impl FnOnce(&mut Tx<'_>, A) -> Result<T, Error> + Clone + Send + 'static,
    ) -> (Self, Reading<'_, T>) {
        let ((begin, began), (end, ended)) = (channel(), channel());
        let ended = Arc::new(Mutex::new(ended));
        let read = move |tx: &mut Tx<'_>| {
            let read = before(tx)?;
            begin.send(()).unwrap();
            ended.lock().unwrap().recv().unwrap();
            after(tx, read)
        };
        (Self { began, end }, enter(store, read))
    }

    fn has_begun(&self) {
        self.began.recv().unwrap();
    }

    fn let_go(&self) {
        self.end.send(()).unwrap();
    }
}

async fn rename(app: &TestApp, name: &str) {
    let admin = app.admin().await;
    admin.patch("/v1/desk/site", &admin.get("/v1/desk/site").await.etag(), &json!({ "name": name })).await.ok();
}

both! {
    async fn who_waits_shares_a_snapshot_with_those_who_came_before_it_and_with_nobody_else(app) {
        let store = app.store_of(1);
        rename(&app, "First").await;
        let (first, one) = Held::enter(&store);
        first.has_begun();
        rename(&app, "Second").await;
        let (second, two) = Held::enter(&store);
        let three = enter(&store, name_of_site(&store));
        first.let_go();
        second.has_begun();
        rename(&app, "Third").await;
        let four = enter(&store, name_of_site(&store));
        let five = enter(&store, name_of_site(&store));
        second.let_go();
        let all: Vec<_> = join_all([one, two, three, four, five]).await.into_iter().map(Result::unwrap).collect();
        let all: Vec<_> = all.iter().map(|(name, first)| (name.as_str(), *first)).collect();
        assert_eq!(all, [("First", true), ("Second", true), ("Second", false), ("Third", true), ("Third", false)]);
    }

    async fn a_snapshot_that_has_lasted_takes_nobody_in(app) {
        let store = app.store_of(1);
        let (first, one) = Held::enter(&store);
        first.has_begun();
        let (second, two) = Held::enter(&store);
        let three = enter(&store, name_of_site(&store));
        let four = enter(&store, name_of_site(&store));
        first.let_go();
        second.has_begun();
        app.wait(1);
        second.let_go();
        let all: Vec<_> = join_all([one, two, three, four]).await.into_iter().map(Result::unwrap).collect();
        assert_eq!(all.iter().map(|(_, first)| *first).collect::<Vec<_>>(), [true, true, true, false]);
    }

    async fn names_that_somebody_has_read_are_not_read_again_in_their_snapshot(app) {
        let store = app.store_of(1);
        let ids: Vec<Uuid> = [app.section("world", "दुनिया").await, app.section("tech", "टेक").await, app.author("asha", "Asha").await, Uuid::nil().to_string()]
            .iter()
            .map(|id| id.parse().unwrap())
            .collect();
        let of = |some: &[usize]| some.iter().map(|n| ids[*n]).collect::<BTreeSet<_>>();
        let (held, one) = Held::enter(&store);
        held.has_begun();
        let cases = [(of(&[0, 2]), 2), (of(&[0, 1, 2]), 1), (of(&[1, 2]), 0), (of(&[0, 3]), 1), (of(&[]), 0)];
        let mut readings = Vec::new();
        for (ids, _) in &cases {
            let (ids, counted) = (ids.clone(), store.clone());
            readings.push(enter(&store, move |tx| {
                let before = counted.statements();
                let names = store::names::of(tx, &ids)?;
                Ok((names, counted.statements() - before))
            }));
        }
        held.let_go();
        one.await.unwrap();
        for (reading, (ids, statements)) in readings.into_iter().zip(cases) {
            let (names, took) = reading.await.unwrap();
            let alone = app.store.read_now(|tx| store::names::of(tx, &ids)).unwrap();
            let plain = |of: HashMap<Uuid, Arc<Named>>| of.into_iter().map(|(id, named)| (id, format!("{named:?}"))).collect::<BTreeMap<_, _>>();
            assert_eq!((took, plain(names)), (statements, plain(alone)));
        }
    }

    async fn readers_share_the_site_and_names_until_somebody_changes_them(app) {
        let (store, admin) = (app.store_of(2), app.admin().await);
        let (world, tech) = (app.section("world", "दुनिया").await, app.section("tech", "टेक").await);
        let asha = app.author("asha", "Asha").await;
        let made = admin.post("/v1/desk/tags", &json!({ "kind": "topic", "translations": { "en": { "name": "Rivers" } } })).await;
        let tag = made.header("location").unwrap().to_owned();
        let story = app.editor().await.story(&world, "River rises").await;
        let ids: BTreeSet<Uuid> = [&*world, &*asha, tag.rsplit('/').next().unwrap()].iter().map(|id| id.parse().unwrap()).collect();
        let seen = move |tx: &mut Tx<'_>| {
            let (masthead, sections) = (store::site::masthead(tx)?, store::sections::all(tx)?);
            let names = store::names::of(tx, &ids)?.into_iter().collect::<BTreeMap<_, _>>();
            Ok(format!("{masthead:?} {sections:?} {names:?}"))
        };
        store.read(seen.clone()).await.unwrap();
        let patch = async |path: &str, body: Value| {
            admin.patch(path, &admin.get(path).await.etag(), &body).await.ok();
        };
        let (section, author) = (format!("/v1/desk/sections/{world}"), format!("/v1/desk/authors/{asha}"));
        let english = |what: &str| json!({ "translations": { "en": { "name": what } } });
        for change in 0..10 {
            // Whoever reads in a snapshot from before it sees none of it, though somebody after it has read already.
            let (held, early) = Held::between(&store, store::changes::last, { let seen = seen.clone(); move |tx, _| seen(tx) });
            held.has_begun();
            let before = app.store.read_now(seen.clone()).unwrap();
            match change {
                0 => patch("/v1/desk/site", json!({ "name": "The Morning" })).await,
                1 => patch(&section, english("Abroad")).await,
                2 => patch(&section, json!({ "parent_id": tech })).await,
                3 => patch(&author, english("Asha K")).await,
                4 => patch(&tag, english("Floods")).await,
                5 => patch(&tag, json!({ "kind": "place" })).await,
                6 => patch("/v1/desk/locales/hi", json!({ "words_per_minute": 150 })).await,
                7 => _ = admin.post("/v1/desk/locales", &json!({ "locale": "ta", "name": "தமிழ்" })).await.ok(),
                8 => _ = app.section("crime", "अपराध").await,
                // Not of these.
                _ => _ = admin.put(&format!("{story}/translations/hi"), None, &json!({ "headline": "नदी" })).await.ok(),
            }
            let now = app.store.read_now(seen.clone()).unwrap();
            assert_eq!(store.read(seen.clone()).await.unwrap(), now, "after change {change}");
            held.let_go();
            assert_eq!(early.await.unwrap(), before, "before change {change}");
            assert_eq!(before == now, change == 9, "change {change}");
            let (counted, seen) = (store.clone(), seen.clone());
            let took = store.read(move |tx| {
                let before = counted.statements();
                seen(tx).map(|seen| (seen, counted.statements() - before))
            });
            assert_eq!(took.await.unwrap(), (now, 1), "after change {change}, once more");
        }
    }

    async fn what_fails_for_one_does_not_fail_for_those_who_wait_behind(app) {
        let store = app.store_of(1);
        let (held, one) = Held::enter(&store);
        held.has_begun();
        let two = enter(&store, name_of_site(&store));
        // On PostgreSQL, a transaction in which a statement has failed takes no other.
        let writes = enter(&store, |tx| store::jobs::enrol(tx, "nobody", "nobody"));
        let three = enter(&store, name_of_site(&store));
        let panics = enter(&store, |_| -> Result<(), Error> { panic!("as the test wants") });
        let four = enter(&store, name_of_site(&store));
        let absent = enter(&store, |_| -> Result<(), Error> { Err(Error::NotFound("thing")) });
        let five = enter(&store, name_of_site(&store));
        held.let_go();
        let all: Vec<_> = join_all([one, two, three, four, five]).await.into_iter().map(Result::unwrap).collect();
        assert!(matches!(writes.await, Err(Error::Internal(_))));
        assert!(matches!(panics.await, Err(Error::Internal(_))));
        assert!(matches!(absent.await, Err(Error::NotFound(_))));
        let firsts: Vec<_> = all.iter().map(|(_, first)| *first).collect();
        assert_eq!(firsts, [true, true, true, true, false], "what is absent spoils nothing");
    }

    async fn who_would_wait_behind_too_many_is_refused_and_who_has_gone_is_not_read_for(app) {
        let store = app.store_of(1);
        let (held, first) = Held::enter(&store);
        held.has_begun();
        let mut waiting: Vec<_> = (0..1_023).map(|n| enter(&store, move |_| Ok(n))).collect();
        let read = Arc::new(AtomicBool::new(false));
        let noted = read.clone();
        drop(enter(&store, move |_| {
            noted.store(true, Ordering::Relaxed);
            Ok(())
        }));
        assert!(matches!(store.read(|_| Ok(())).now_or_never(), Some(Err(Error::Busy))));
        held.let_go();
        first.await.unwrap();
        let served: Vec<usize> = join_all(waiting.drain(..)).await.into_iter().map(Result::unwrap).collect();
        assert_eq!(served, (0..1_023).collect::<Vec<_>>());
        assert!(store.read(|_| Ok(true)).await.unwrap());
        assert!(!read.load(Ordering::Relaxed));
    }

    async fn who_waits_for_a_slow_read_is_served_beside_it(app) {
        let store = app.store_of(2);
        let (slow, one) = Held::enter(&store);
        slow.has_begun();
        // Nobody waits for so long; without this the test would not end when it fails.
        let beside = timeout(Duration::from_mins(1), store.read(|_| Ok(true))).await;
        slow.let_go();
        assert!(beside.unwrap().unwrap());
        one.await.unwrap();
    }
}
