//! Delivery against a handler that returns constant bytes, in one run: `cargo bench --bench delivery`.
//!
//! Real processes, with `wrk` as the load. `ARTICLES=1000000 SECONDS_EACH=5 PAIRS=100000 cargo bench --bench delivery` for a large
//! archive, beside one of ten thousand articles; `POSTGRES=postgres://…/empty_database` measures that one instead of `SQLite`.
//! Nothing is asserted here: these machines differ. Ratios of what ran side by side are what counts.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a benchmark fails by panicking")]
#![expect(clippy::disallowed_methods, reason = "a benchmark takes the time")]
#![expect(clippy::as_conversions, clippy::cast_precision_loss, reason = "ratios")]

mod support;

use std::{
    collections::BTreeSet,
    io::Read,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use dateline::{
    access::Visibility,
    cli::system::{OsEntropy, SystemClock},
    domain::{Error, Id, article::Article, page::Paging},
    store::{
        self, Options, Store, Tx,
        editions::{Bodies, BodyForm},
        listings::Filter,
    },
};
use serde_json::{Value, json};
use support::{Client, Measured, Newsroom, Server, beside, load, machine, processor_time, variable, wrk};

/// The store of a newsroom, without its server.
fn store(newsroom: &Newsroom) -> Store {
    let (clock, entropy) = (Arc::new(SystemClock), Arc::new(OsEntropy));
    Store::open(Options {
        url: newsroom.url.clone(),
        readers: 2,
        writers: 1,
        clock,
        entropy,
        media_url: "http://127.0.0.1:8080/v1/media".to_owned(),
        limits: dateline::store::Limits::default(),
    })
    .unwrap()
}

fn row(name: &str, ours: Measured, other: Measured, against: &str) {
    println!(
        "| {name} | {:.0} | {:.0} | {:.2} | {:.0} / {:.0} | {against} |",
        ours.rate,
        other.rate,
        ours.rate / other.rate,
        ours.median,
        ours.p99
    );
}

fn main() {
    if support::is_bare() {
        return;
    }
    let articles: u32 = variable("ARTICLES", 10_000);
    let postgres = std::env::var("POSTGRES").ok();
    let engine = if postgres.is_some() { "PostgreSQL" } else { "SQLite at synchronous=FULL" };
    println!("machine: {}; {engine}; {articles} articles; wrk -t1 -c16 on the same cores\n", machine());
    let (newsroom, generated) = Newsroom::new(articles, postgres.clone());
    print!("generate: {generated}");
    let server = newsroom.serve(64);
    let idle = server.memory();
    let client = Client::new();
    let first = client.json(&format!("{}/v1/articles?limit=1", server.url));
    let (id, page) = (first["data"][0]["id"].as_str().unwrap().to_owned(), first["data"][0]["url"].as_str().unwrap().to_owned());
    let page = page.split('/').skip(3).fold(String::new(), |path, part| format!("{path}/{part}"));
    let paths = [
        ("article", format!("/v1/articles/{id}")),
        ("list of 20", "/v1/articles?limit=20".to_owned()),
        ("page", format!("/v1/pages?path={page}")),
    ];

    hot(&client, &server, &newsroom, &paths);
    fill(&client, &server, articles);
    println!("\nmemory: {idle:.0} MiB idle, {:.0} MiB with more asked for than its cache of 64 MiB holds", server.memory());

    let cold = newsroom.serve(0);
    let store = store(&newsroom);
    println!("\n| cold (cache off) | requests/s | beside | ratio | median / p99 µs | beside what |\n| --- | --- | --- | --- | --- | --- |");
    for (name, path) in &paths {
        let url = format!("{}{path}", cold.url);
        if *name == "page" {
            row(name, wrk(&url, &[]), wrk(&format!("{}{path}", server.url), &[]), "the same, kept");
        } else {
            let ids: &[Id<Article>] = if *name == "article" { &[id.parse().unwrap()] } else { &[] };
            beside_its_queries(name, &cold, || wrk(&url, &[]), &store, ids);
        }
    }
    let many = some_articles(&client, &cold);
    let script = newsroom.folder.join("in-turn.lua");
    let quoted: Vec<String> = many.iter().map(|id| format!("'{id}'")).collect();
    let lines = format!(
        "local n, ids = 0, {{ {} }}\nfunction request() n = n % #ids + 1; return wrk.format('GET', '/v1/articles/' .. ids[n]) end\n",
        quoted.join(", ")
    );
    std::fs::write(&script, lines).unwrap();
    let in_turn = || load(&["-c16", "-s", script.to_str().unwrap()], &cold.url);
    beside_its_queries(&format!("{} articles in turn", many.len()), &cold, in_turn, &store, &many);
    drop(store);
    let section = first["data"][0]["section"]["slug"].as_str().unwrap().to_owned();
    let near = wrk(&format!("{}/v1/articles?limit=20", cold.url), &[]);
    row("list of a section", wrk(&format!("{}/v1/articles?limit=20&section={section}", cold.url), &[]), near, "of all");
    let depth = 1_000.min(articles / 20 - 1);
    let cursor = deep(&client, &cold, depth);
    row(&format!("page {depth} of a list"), wrk(&format!("{}/v1/articles?limit=20{cursor}", cold.url), &[]), near, "its first");
    meetings(&client, &cold);
    if articles > 10_000 && postgres.is_none() {
        let (small, generated) = Newsroom::new(10_000, None);
        print!("generate: {generated}");
        let little = small.serve(0);
        let first = client.json(&format!("{}/v1/articles?limit=1", little.url));
        let article = format!("/v1/articles/{}", first["data"][0]["id"].as_str().unwrap());
        let deepest = deep(&client, &little, 499);
        let pairs = [
            ("article", paths[0].1.clone(), article),
            ("first page", "/v1/articles?limit=20".to_owned(), "/v1/articles?limit=20".to_owned()),
            ("a deep page", format!("/v1/articles?limit=20{cursor}"), format!("/v1/articles?limit=20{deepest}")),
        ];
        println!(
            "\n| at {articles} articles | requests/s | at 10,000 | ratio | median / p99 µs | median there |\n| --- | --- | --- | --- | --- | --- |"
        );
        for (name, path, there) in pairs {
            let (ours, other) = beside(&format!("{}{path}", cold.url), &[], &format!("{}{there}", little.url), &[]);
            row(name, ours, other, &format!("{:.0}", other.median));
        }
    }
    drop(cold);

    renames(&client, &server);
    publications(&client, &newsroom, &server, &id);
    create(&newsroom, &server, &client.token(&server), first["data"][0]["section"]["id"].as_str().unwrap(), engine);
}

/// Kept answers, each beside a bare handler that returns the same bytes.
fn hot(client: &Client, server: &Server, newsroom: &Newsroom, paths: &[(&str, String)]) {
    println!("\n| hot | requests/s | bare handler | ratio | median / p99 µs | against |\n| --- | --- | --- | --- | --- | --- |");
    for (name, path) in paths {
        let (bytes, tag) = client.get(&format!("{}{path}", server.url));
        let bare = newsroom.bare(&bytes);
        let (ours, other) = beside(&format!("{}{path}", server.url), &[], &bare.url, &[]);
        row(&format!("{name}, {:.1} KB", bytes.len() as f64 / 1e3), ours, other, "the same bytes");
        if *name == "article" {
            let (ours, other) = beside(
                &format!("{}{path}", server.url),
                &[format!("If-None-Match: {tag}")],
                &bare.url,
                &["If-None-Match: \"x\"".to_owned()],
            );
            row("article, 304", ours, other, "a 304");
        }
    }
}

/// The cursor of a page so many pages down a list.
fn deep(client: &Client, server: &Server, depth: u32) -> String {
    (0..depth).fold(String::new(), |cursor, _| {
        let list = client.json(&format!("{}/v1/articles?limit=20&fields=id{cursor}", server.url));
        format!("&cursor={}", list["page"]["next"].as_str().unwrap())
    })
}

/// First pages of what two facets share, cold: for every author with every tag, and either with every section. Those that have a page's
/// worth, and those that have less, for which all of the sparser one is looked through.
fn meetings(client: &Client, cold: &Server) {
    let ids = |of: &str| {
        let list = client.json(&format!("{}/v1/{of}", cold.url));
        list["data"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let (authors, tags, sections) = (ids("authors?limit=100"), ids("tags?limit=100"), ids("sections"));
    let (mut full, mut less) = (Vec::new(), Vec::new());
    for (one, other, ones, others) in
        [("author", "tag", &authors, &tags), ("author", "section", &authors, &sections), ("tag", "section", &tags, &sections)]
    {
        for (a, b) in ones.iter().flat_map(|a| others.iter().map(move |b| (a, b))) {
            let began = Instant::now();
            let list = client.json(&format!("{}/v1/articles?limit=20&{one}={a}&{other}={b}", cold.url));
            let times = if list["data"].as_array().unwrap().len() == 20 { &mut full } else { &mut less };
            times.push(began.elapsed());
        }
    }
    println!("\n| lists of two facets, cold | how many | median | slowest |\n| --- | --- | --- | --- |");
    for (name, times) in [("a full page", &mut full), ("less than a page", &mut less)] {
        times.sort();
        if let (Some(median), Some(slowest)) = (times.get(times.len() / 2), times.last()) {
            println!("| {name} | {} | {median:.1?} | {slowest:.1?} |", times.len());
        }
    }
}

/// The newest thousand articles.
fn some_articles(client: &Client, server: &Server) -> Vec<Id<Article>> {
    let (mut ids, mut cursor) = (Vec::new(), String::new());
    while ids.len() < 1_000 {
        let list = client.json(&format!("{}/v1/articles?limit=100&fields=id{cursor}", server.url));
        ids.extend(list["data"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap().parse::<Id<Article>>().unwrap()));
        match list["page"]["next"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    ids
}

/// Ask for more articles than a cache holds, in two codings.
fn fill(client: &Client, server: &Server, articles: u32) {
    let mut cursor = String::new();
    for _ in 0..(articles / 100).min(200) {
        let list = client.json(&format!("{}/v1/articles?limit=100&fields=id{cursor}", server.url));
        for article in list["data"].as_array().unwrap() {
            for coding in ["gzip", "br"] {
                let url = format!("{}/v1/articles/{}", server.url, article["id"].as_str().unwrap());
                let mut answer = client.0.get(&url).header("accept-encoding", coding).call().unwrap();
                answer.body_mut().as_reader().read_to_end(&mut Vec::new()).unwrap();
            }
        }
        match list["page"]["next"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
}

/// Cold requests beside their queries alone: the middle of three runs, and the processor time of each.
fn beside_its_queries(name: &str, cold: &Server, load: impl Fn() -> Measured, store: &Store, ids: &[Id<Article>]) {
    let run = |_| {
        let before = processor_time(cold.child.id()).0;
        let ours = load();
        let each = (processor_time(cold.child.id()).0 - before) / (ours.rate * f64::from(variable("SECONDS_EACH", 3u32)));
        let before = processor_time(std::process::id()).0;
        let (rate, seconds) = directly(store, ids);
        let alone = (processor_time(std::process::id()).0 - before) / (rate * seconds);
        (ours, Measured { rate, ..ours }, each * 1e6, alone * 1e6)
    };
    let mut runs: Vec<_> = (0..3).map(run).collect();
    runs.sort_by(|a, b| (a.0.rate / a.1.rate).total_cmp(&(b.0.rate / b.1.rate)));
    let (ours, alone, each, queries) = runs[1];
    let share =
        format!("its queries, on both cores with no server nor load; processor time {queries:.0} of {each:.0} µs: {:.2}", queries / each);
    row(name, ours, alone, &share);
}

/// How often a second one of some articles, or else a list of 20, can be read by its queries alone, each in a transaction of its own: two
/// threads, nobody else; and for how long.
fn directly(store: &Store, ids: &[Id<Article>]) -> (f64, f64) {
    fn rate(store: &Store, read: impl Fn(&mut Tx<'_>, usize) -> Result<(), Error> + Sync) -> (f64, f64) {
        let (began, count) = (Instant::now(), AtomicU32::new(0));
        let until = began + Duration::from_secs(variable("SECONDS_EACH", 3));
        thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| {
                    while Instant::now() < until {
                        let n = count.fetch_add(1, Ordering::Relaxed);
                        store.read_now(|tx| read(tx, usize::try_from(n).unwrap())).unwrap();
                    }
                });
            }
        });
        let seconds = began.elapsed().as_secs_f64();
        (f64::from(count.into_inner()) / seconds, seconds)
    }
    fn beside(tx: &mut Tx<'_>, lives: &[store::editions::Live]) -> Result<(), Error> {
        let ids: Vec<_> = lives.iter().map(|live| live.article_id).collect();
        let others = store::editions::alternates(tx, Visibility::public(), &ids)?;
        let mut named: BTreeSet<_> = lives.iter().flat_map(store::editions::named).collect();
        named.extend(others.values().flatten().map(|a| a.section_id.uuid()));
        store::names::of(tx, &named).map(drop)
    }
    let article = |tx: &mut Tx<'_>, id| {
        let chain = vec![store::site::masthead(tx)?.site.default_locale.clone()];
        let live = store::editions::live(tx, Visibility::public(), id, &chain, BodyForm::Html)?.unwrap();
        beside(tx, &[live])
    };
    let list = |tx: &mut Tx<'_>| {
        let filter = Filter { chain: vec![store::site::masthead(tx)?.site.default_locale.clone()], ..Filter::default() };
        let paging = Paging { limit: 20, cursor: None, count: false };
        let lives = store::listings::page(tx, Visibility::public(), &filter, paging, Bodies::NONE)?.items;
        beside(tx, &lives)
    };
    if ids.is_empty() { rate(store, |tx, _| list(tx)) } else { rate(store, |tx, n| article(tx, ids[n % ids.len()])) }
}

/// Write and read at once, again and again: how often what is read is not what was written.
fn renames(client: &Client, server: &Server) {
    let token = client.token(server);
    let auth = ("authorization", token.as_str());
    let id = client.json(&format!("{}/v1/authors?limit=1", server.url))["data"][0]["id"].as_str().unwrap().to_owned();
    let (desk, public) = (format!("{}/v1/desk/authors/{id}", server.url), format!("{}/v1/authors/{id}", server.url));
    let (_, author, mut tag) = client.send("GET", &desk, &[auth], &Value::Null);
    let (mut names, pairs, began, mut stale) = (author["translations"].clone(), variable("PAIRS", 2_000u32), Instant::now(), 0);
    for n in 0..pairs {
        names["en"]["name"] = json!(format!("Author {n}"));
        let (status, answer, next) = client.send("PATCH", &desk, &[auth, ("if-match", &tag)], &json!({ "translations": names }));
        assert_eq!(status, 200, "{answer}");
        tag = next;
        stale += u32::from(client.json(&public)["name"] != format!("Author {n}"));
    }
    println!("\nwrite, then read on the same instance: {stale} stale of {pairs}; {:?} a pair", began.elapsed() / pairs.max(1));
}

/// Publish again and again: whether it is there at once on this instance, and how long after its acknowledgement another shows it.
fn publications(client: &Client, newsroom: &Newsroom, server: &Server, id: &str) {
    let token = client.token(server);
    let auth = ("authorization", token.as_str());
    let other = newsroom.serve(64);
    let desk = format!("{}/v1/desk/articles/{id}", server.url);
    let (times, mut stale, mut delays) = (variable("PUBLICATIONS", 300u32), 0, Vec::new());
    for n in 0..times {
        let (words, summary) = (format!("{desk}/translations/en"), format!("Round {n}."));
        let (_, _, tag) = client.send("GET", &words, &[auth], &Value::Null);
        let (status, ..) = client.send("PATCH", &words, &[auth, ("if-match", &tag)], &json!({ "summary": summary }));
        assert_eq!(status, 200);
        let (_, _, tag) = client.send("GET", &desk, &[auth], &Value::Null);
        client.json(&format!("{}/v1/articles/{id}", other.url));
        let (status, ..) = client.send("POST", &format!("{desk}/publish"), &[auth, ("if-match", &tag)], &json!({ "locales": ["en"] }));
        assert_eq!(status, 200);
        let acknowledged = Instant::now();
        stale += u32::from(client.json(&format!("{}/v1/articles/{id}", server.url))["summary"] != summary);
        while client.json(&format!("{}/v1/articles/{id}", other.url))["summary"] != summary {}
        delays.push(acknowledged.elapsed());
    }
    delays.sort();
    let at = |hundredth: usize| delays[(delays.len() - 1) * hundredth / 100];
    println!(
        "publish, then read: {stale} stale of {times} on the same instance; on another it shows after {:?} (median), {:?} (p99)",
        at(50),
        at(99)
    );
}

/// Eight clients that create articles as fast as they are answered.
fn create(newsroom: &Newsroom, server: &Server, token: &str, section: &str, engine: &str) {
    let body = json!({ "kind": "story", "section_id": section, "source_locale": "en", "translations": { "en": {
        "headline": "Story NUMBER", "summary": "A summary.", "body": { "format": "html", "content": "<p>One.</p><p>Two.</p>" } } } });
    let script = newsroom.folder.join("create.lua");
    // Every story has a headline of its own, as stories do; alike ones would look for a free slug.
    let lines = format!(
        "local n, headers = 0, {{ ['content-type'] = 'application/json', ['authorization'] = '{token}' }}\n\
         function request() n = n + 1; return wrk.format('POST', nil, headers, (([[{body}]]):gsub('NUMBER', n))) end\n"
    );
    std::fs::write(&script, lines).unwrap();
    let made = load(&["-c8", "-s", script.to_str().unwrap()], &format!("{}/v1/desk/articles", server.url));
    println!("create an article, 8 clients, {engine}: {:.0}/s, median / p99 {:.0} / {:.0} µs", made.rate, made.median, made.p99);
}
