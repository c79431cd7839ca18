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
    domain::{Error, site::Masthead},
    store::{self, Store, Tx, names::Named},
};
use futures_util::{FutureExt, future::join_all};
use serde_json::json;
use uuid::Uuid;

use crate::support::TestApp;

type Reading<'s, T> = Pin<Box<dyn Future<Output = Result<T, Error>> + 's>>;

/// Read, having got into the line.
fn enter<T: Send + 'static>(store: &Store, read: impl FnOnce(&mut Tx<'_>) -> Result<T, Error> + Clone + Send + 'static) -> Reading<'_, T> {
    let mut reading: Reading<'_, T> = Box::pin(store.read(read));
    assert!((&mut reading).now_or_never().is_none());
    reading
}

/// A read that has begun, and goes on when it is let.
struct Held {
    began: Receiver<()>,
    end: Sender<()>,
}

impl Held {
    fn enter(store: &Store) -> (Self, Reading<'_, Arc<Masthead>>) {
        let ((begin, began), (end, ended)) = (channel(), channel());
        let ended = Arc::new(Mutex::new(ended));
        let read = move |tx: &mut Tx<'_>| {
            let masthead = store::site::masthead(tx)?;
            begin.send(()).unwrap();
            ended.lock().unwrap().recv().unwrap();
            Ok(masthead)
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
        let three = enter(&store, store::site::masthead);
        first.let_go();
        second.has_begun();
        rename(&app, "Third").await;
        let four = enter(&store, store::site::masthead);
        let five = enter(&store, store::site::masthead);
        second.let_go();
        let all: Vec<_> = join_all([one, two, three, four, five]).await.into_iter().map(Result::unwrap).collect();
        assert_eq!(all.iter().map(|m| m.site.name.as_str()).collect::<Vec<_>>(), ["First", "Second", "Second", "Third", "Third"]);
        let shared: Vec<_> = all.windows(2).map(|pair| Arc::ptr_eq(&pair[0], &pair[1])).collect();
        assert_eq!(shared, [false, true, false, true]);
    }

    async fn a_snapshot_that_has_lasted_takes_nobody_in(app) {
        let store = app.store_of(1);
        let (first, one) = Held::enter(&store);
        first.has_begun();
        let (second, two) = Held::enter(&store);
        let three = enter(&store, store::site::masthead);
        let four = enter(&store, store::site::masthead);
        first.let_go();
        second.has_begun();
        app.wait(1);
        second.let_go();
        let all: Vec<_> = join_all([one, two, three, four]).await.into_iter().map(Result::unwrap).collect();
        let shared: Vec<_> = all.windows(2).map(|pair| Arc::ptr_eq(&pair[0], &pair[1])).collect();
        assert_eq!(shared, [false, false, true]);
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
        let cases = [(of(&[0, 2]), 1), (of(&[0, 1, 2]), 1), (of(&[1, 2]), 0), (of(&[0, 3]), 1), (of(&[]), 0)];
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

    async fn what_fails_for_one_does_not_fail_for_those_who_wait_behind(app) {
        let store = app.store_of(1);
        let (held, one) = Held::enter(&store);
        held.has_begun();
        let two = enter(&store, store::site::masthead);
        // On PostgreSQL, a transaction in which a statement has failed takes no other.
        let writes = enter(&store, |tx| store::jobs::enrol(tx, "nobody", "nobody"));
        let three = enter(&store, store::site::masthead);
        let panics = enter(&store, |_| -> Result<(), Error> { panic!("as the test wants") });
        let four = enter(&store, store::site::masthead);
        let absent = enter(&store, |_| -> Result<(), Error> { Err(Error::NotFound("thing")) });
        let five = enter(&store, store::site::masthead);
        held.let_go();
        let all: Vec<_> = join_all([one, two, three, four, five]).await.into_iter().map(Result::unwrap).collect();
        assert!(matches!(writes.await, Err(Error::Internal(_))));
        assert!(matches!(panics.await, Err(Error::Internal(_))));
        assert!(matches!(absent.await, Err(Error::NotFound(_))));
        let shared: Vec<_> = all.windows(2).map(|pair| Arc::ptr_eq(&pair[0], &pair[1])).collect();
        assert_eq!(shared, [false, false, false, true], "what is absent spoils nothing");
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
