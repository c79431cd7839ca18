//! What the response cache believes that it holds, beside what the process holds: alone in its process, for everything that is allocated is counted.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::{alloc::System as Allocator, sync::Arc};

use dateline::{
    access::{Caller, Permit, System, action::Import},
    cli::system::{OsEntropy, SystemClock},
    delivery::{
        articles::{BodyFormat, Field, Include, Listed, Reference, Shape},
        coding::Coding,
        pages::View,
        request::{Handle, Request, Show},
        response_cache::{CachedAnswer, ResponseCache},
    },
    desk::{bundle, generating},
    domain::{Locale, cache_tag::CacheTag, memory::MemoryBudget, page::Paging},
    store::{Limits, Options, Store, listings::Order},
};
use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};
use uuid::Uuid;

#[global_allocator]
static COUNTING: &StatsAlloc<Allocator> = &INSTRUMENTED_SYSTEM;

fn held() -> usize {
    let stats = COUNTING.stats();
    stats.bytes_allocated - stats.bytes_deallocated
}

const CAPACITY: u64 = 8 << 20;

/// A database with some hundred stories in four languages.
fn store(path: &std::path::Path) -> Store {
    let (clock, entropy) = (Arc::new(SystemClock), Arc::new(OsEntropy));
    let store = Store::open(Options {
        url: format!("sqlite://{}", path.display()),
        readers: 1,
        writers: 1,
        clock,
        entropy,
        media_url: "http://127.0.0.1:8080/v1/media".to_owned(),
        limits: Limits::default(),
    })
    .unwrap();
    store.migrate().unwrap();
    let permit: Permit<Import> = Permit::try_from(Caller::system(System::Importer)).unwrap();
    for line in include_str!("../src/cli/demo/newsroom.ndjson").lines() {
        let record: bundle::Record = serde_json::from_str(line).unwrap();
        let read = bundle::read(&store, record, false).unwrap();
        store.write_now(&permit, |tx| bundle::import(tx, &permit, &read, bundle::Rules::default())).unwrap();
    }
    let plan = store.read_now(|tx| generating::plan(tx, &permit, 400)).unwrap();
    store.write_now(&permit, |tx| generating::multiply(tx, &permit, &plan, (plan.first, plan.first + 400))).unwrap();
    store
}

fn show(locale: &str, n: usize, list: bool) -> Show {
    let body = if list { BodyFormat::None } else { [BodyFormat::Html, BodyFormat::Doc, BodyFormat::Text, BodyFormat::Markdown][n % 4] };
    let fields = n.is_multiple_of(5).then(|| [Field::Id, Field::Headline, Field::Summary].into_iter().collect());
    let include = if n.is_multiple_of(7) {
        [Include::Section, Include::Authors, Include::Tags].into_iter().collect()
    } else {
        std::collections::BTreeSet::new()
    };
    Show { locale: Some(locale.parse().unwrap()), fallback: n.is_multiple_of(2), shape: Shape { body, fields, include, rows: list } }
}

/// Every kind of request, in turn and without end: of what there is, and of what there is not, under keys short and long.
fn requests(ids: Vec<Uuid>) -> impl Iterator<Item = Request> {
    let locales = ["en", "hi", "bn", "kn"];
    (0..).map(move |n: usize| {
        let locale = locales[n % 4];
        let (some, none) = (ids[n / 16 % ids.len()], Uuid::from_u128(u128::try_from(n).unwrap()));
        let long = |letter: &str, times: usize| format!("{n}-{}", letter.repeat(times));
        let of: Option<Locale> = Some(locale.parse().unwrap());
        let paging = |limit| Paging { limit, cursor: None, count: n.is_multiple_of(3) };
        match n % 16 {
            0..=4 => Request::Article(Handle::Id(some.into()), show(locale, n / 16, false)),
            5 => Request::Article(Handle::Id(none.into()), show(locale, n, false)),
            6 => Request::Article(Handle::Slug(long("b", 70)), show(locale, n, false)),
            7 => Request::Article(Handle::Slug(long("ह", 70)), show(locale, n, false)),
            8 => Request::Section(Handle::Slug(long("क", 20)), of),
            9 => Request::Tag(Handle::Id(none.into()), of),
            10 => Request::Resolve(format!("/{locale}/{}", long("r", 1_900))),
            11 => Request::Page(format!("/{locale}/x/{}", long("p", 300)), paging(20), View::default()),
            12 => Request::Resolve(format!("/{locale}/{}", long("s", 3))),
            13 => Request::Author(Handle::Slug(long("a", 3)), of),
            14 => {
                let sections = vec![Reference::Id(none)];
                Request::Articles(
                    Box::new(Listed { sections, order: Order::default(), ..Listed::default() }),
                    paging(20),
                    show(locale, n, true),
                )
            }
            _ => Request::Articles(
                Box::new(Listed {
                    published_after: Some(dateline::domain::Instant::from_micros(i64::try_from(n).unwrap())),
                    ..Listed::default()
                }),
                paging(1 + u32::try_from(n / 16 % 20).unwrap()),
                show(locale, n / 16, true),
            ),
        }
    })
}

/// Let a response cache answer so many requests, each under several spellings, some of them in every coding.
async fn fill(response_cache: &ResponseCache, ids: Vec<Uuid>, count: usize) {
    for (n, request) in requests(ids).take(count).enumerate() {
        let Ok(entry) = response_cache.answer(&request).await else { continue };
        if let CachedAnswer::Shown(page) = &entry.answer {
            for spelling in 0..n % 3 {
                response_cache.note_spelling(&format!("{}{}", request.target(None), "&".repeat(spelling * 20)), &entry);
            }
            if n.is_multiple_of(2) {
                for coding in Coding::MADE {
                    page.encode(coding).await.unwrap();
                }
            }
        }
    }
}

#[test]
fn what_the_response_cache_believes_to_hold_is_what_it_holds() {
    let path = std::env::temp_dir().join(format!("dateline-memory-{}.db", std::process::id()));
    let store = store(&path);
    let ids = store.read_now(|tx| dateline::store::articles::ids_after(tx, None, 400)).unwrap();
    let ids: Vec<Uuid> = ids.into_iter().map(Into::into).collect();
    actix_web::rt::System::new().block_on(async {
        // Whatever is made once, such as statements, is made before it is counted.
        fill(&ResponseCache::new(store.clone(), Arc::default(), 1 << 20, &MemoryBudget::new(usize::MAX)), ids.clone(), 1_000).await;
        let before = held();
        let response_cache = ResponseCache::new(store.clone(), Arc::default(), CAPACITY, &MemoryBudget::new(usize::MAX));
        let mut told = Vec::new();
        for rounds in [400, 3_000, 8_000] {
            fill(&response_cache, ids.clone(), rounds).await;
            let (held, believed) = (held().saturating_sub(before), usize::try_from(response_cache.bytes()).unwrap());
            told.push((rounds, response_cache.len(), believed >> 10, held >> 10));
            assert!(held * 10 <= believed * 13, "it holds more than it believes: {told:?}");
            assert!(believed <= held * 3, "it believes to hold much more than it does: {told:?}");
            assert!(response_cache.bytes() <= CAPACITY + CAPACITY / 50, "{told:?}");
        }
        assert!(response_cache.bytes() > CAPACITY / 10 * 8, "it was not filled: {told:?}");
        // What is dropped is given back.
        response_cache.drop_all(i64::MAX);
        response_cache.drop_touched(1, &[CacheTag::Site].into_iter().collect());
        let left = held().saturating_sub(before);
        assert!(left < usize::try_from(CAPACITY / 2).unwrap(), "{left} of {told:?}");
        eprintln!("requests, answers kept, KiB believed, KiB held: {told:?}; {} KiB left when all is dropped", left >> 10);
    });
    for end in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(format!("{}{end}", path.display()));
    }
}
