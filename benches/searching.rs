//! Search over HTTP in one run: `cargo bench --bench searching`.
//!
//! Real processes, with `wrk` as the load; `ARTICLES=1000000 SECONDS_EACH=5 cargo bench --bench searching` for a large archive, `POSTGRES=postgres://…/empty_database` for that one
//! in the place of `SQLite`. Nothing is asserted here: these machines differ.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a benchmark fails by panicking")]
#![expect(clippy::disallowed_methods, reason = "a benchmark takes the time")]
#![expect(clippy::as_conversions, clippy::cast_precision_loss, reason = "ratios")]

#[allow(clippy::allow_attributes, dead_code, reason = "benchmarks share what each needs some of")]
mod support;

use std::{
    thread,
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use support::{Client, Measured, Newsroom, Server, beside, load, machine, variable, wrk};
use url::form_urlencoded::byte_serialize;

/// Queries in a mix.
const MIX: usize = 200;

/// Queries out of headlines, in every language of the site: two words that stand beside each other, with the locale.
fn queries(client: &Client, server: &Server) -> Vec<(String, String)> {
    let site = client.json(&format!("{}/v1/site", server.url));
    let locales: Vec<String> =
        site["locales"].as_array().unwrap().iter().map(|locale| locale["locale"].as_str().unwrap().to_owned()).collect();
    let each = MIX / locales.len().max(1);
    let mut mix = Vec::new();
    for locale in locales {
        let list = client.json(&format!("{}/v1/articles?limit=100&locale={locale}", server.url));
        let headlines = list["data"].as_array().unwrap().iter().map(|article| article["headline"].as_str().unwrap().to_owned());
        let pairs = headlines.enumerate().filter_map(|(n, headline)| {
            let words: Vec<&str> = headline.split_whitespace().collect();
            let pairs: Vec<String> = words.windows(2).map(|two| two.join(" ")).collect();
            pairs.get(n % pairs.len().max(1)).map(|typed| (typed.clone(), locale.clone()))
        });
        mix.extend(pairs.collect::<Vec<_>>().into_iter().cycle().take(each));
    }
    mix
}

fn encoded(text: &str) -> String {
    byte_serialize(text.as_bytes()).collect()
}

/// Ask for these paths in turn.
fn in_turn(newsroom: &Newsroom, server: &Server, paths: &[String], clients: &str) -> Measured {
    let script = newsroom.folder.join("in-turn.lua");
    let quoted: Vec<String> = paths.iter().map(|path| format!("'{path}'")).collect();
    let lines = format!(
        "local n, paths = 0, {{ {} }}\nfunction request() n = n % #paths + 1; return wrk.format('GET', paths[n]) end\n",
        quoted.join(", ")
    );
    std::fs::write(&script, lines).unwrap();
    load(&[clients, "-s", script.to_str().unwrap()], &server.url)
}

/// Wait for an index to be there; how long that took.
fn built(client: &Client, server: &Server) -> Duration {
    let start = Instant::now();
    while client.0.get(&format!("{}/v1/search?q=river", server.url)).call().unwrap().status() != 200 {
        thread::sleep(Duration::from_millis(50));
    }
    start.elapsed()
}

/// Milliseconds from the answer to a publication to the first search that finds it, the middle one and the last of so many.
fn found(client: &Client, servers: [&Server; 2], section: &str, times: usize) -> (f64, f64) {
    let token = client.token(servers[0]);
    let headers = [("authorization", token.as_str())];
    let mut all = Vec::new();
    for n in 0..times {
        let word = format!("quaystone{}", n * 7_919 + 13);
        let words = json!({ "headline": word, "summary": "S.", "body": { "format": "html", "content": "<p>B.</p>" } });
        let story = json!({ "kind": "story", "section_id": section, "source_locale": "en", "translations": { "en": words } });
        let (_, made, _) = client.send("POST", &format!("{}/v1/desk/articles", servers[0].url), &headers, &story);
        let path = format!("{}/v1/desk/articles/{}", servers[0].url, made["id"].as_str().unwrap());
        let (status, _, _) =
            client.send("POST", &format!("{path}/publish"), &[headers[0], ("if-match", "\"1\"")], &json!({ "locales": ["en"] }));
        assert_eq!(status, 200);
        let start = Instant::now();
        while client.json(&format!("{}/v1/search?q={word}&locale=en&count=true", servers[1].url))["page"]["total"] != 1 {
            thread::sleep(Duration::from_millis(5));
        }
        all.push(start.elapsed().as_secs_f64() * 1e3);
    }
    all.sort_by(f64::total_cmp);
    (all.get(times / 2).copied().unwrap_or_default(), all.last().copied().unwrap_or_default())
}

fn main() {
    if support::is_bare() {
        return;
    }
    let articles: u32 = variable("ARTICLES", 10_000);
    let postgres = std::env::var("POSTGRES").ok();
    let engine = if postgres.is_some() { "PostgreSQL" } else { "SQLite" };
    println!("machine: {}; {engine}; {articles} articles; wrk -t1 -c16 on the same cores\n", machine());
    let (newsroom, generated) = Newsroom::new(articles, postgres);
    print!("generate: {generated}");
    let (server, client) = (newsroom.serve(64), Client::new());
    let idle = server.memory();
    let took = built(&client, &server).as_secs_f64();
    let status = newsroom.command(&["index", "status"]).output().unwrap();
    println!(
        "index: built in {took:.1} s, {} MiB more than before it; {}",
        (server.memory() - idle).round(),
        String::from_utf8_lossy(&status.stdout).trim()
    );
    let mix = queries(&client, &server);
    println!("a mix of {} queries, such as {:?}\n", mix.len(), mix.iter().step_by(mix.len() / 4).collect::<Vec<_>>());

    println!("| | requests/s | median / p99 µs | |\n| --- | --- | --- | --- |");
    let tell = |name: &str, ours: Measured, against: &str| {
        println!("| {name} | {:.0} | {:.0} / {:.0} | {against} |", ours.rate, ours.median, ours.p99);
    };
    let (typed, locale) = &mix[0];
    let path = format!("/v1/search?q={}&locale={locale}", encoded(typed));
    let (bytes, _) = client.get(&format!("{}{path}", server.url));
    let bare = newsroom.bare(&bytes);
    let (ours, other) = beside(&format!("{}{path}", server.url), &[], &bare.url, &[]);
    tell(
        &format!("hot, {:.1} KB", bytes.len() as f64 / 1e3),
        ours,
        &format!("{:.2} of a bare handler's {:.0}", ours.rate / other.rate, other.rate),
    );
    drop(bare);

    let cold = newsroom.serve(0);
    built(&client, &cold);
    let searched =
        |more: &str| mix.iter().map(|(typed, locale)| format!("/v1/search?q={}&locale={locale}{more}", encoded(typed))).collect::<Vec<_>>();
    let list = wrk(&format!("{}/v1/articles?limit=20", cold.url), &[]);
    for (name, more) in [
        ("cold mix, 20 hits", ""),
        ("cold mix, 5 hits", "&limit=5"),
        ("cold mix, 20 hits, ids alone", "&fields=id"),
        ("cold mix with facets", "&facets=section,tag,year&count=true"),
    ] {
        let ours = in_turn(&newsroom, &cold, &searched(more), "-c16");
        tell(name, ours, &format!("{:.2} of a cold list of 20", ours.rate / list.rate));
    }
    tell("cold mix, 20 hits, one client", in_turn(&newsroom, &cold, &searched(""), "-c1"), "");
    let begun: Vec<String> = mix
        .iter()
        .map(|(typed, locale)| {
            let letters: String = typed.chars().take(typed.chars().count() * 2 / 3).collect();
            format!("/v1/search/suggest?q={}&locale={locale}", encoded(&letters))
        })
        .collect();
    tell("suggest, cold", in_turn(&newsroom, &cold, &begun, "-c16"), "");
    tell("suggest, cold, one client", in_turn(&newsroom, &cold, &begun, "-c1"), "");

    let token = client.token(&cold);
    let desk: Vec<(String, String)> =
        mix.iter().map(|(typed, locale)| (format!("/v1/desk/search?q={}&locale={locale}", encoded(typed)), locale.clone())).collect();
    let mut times: Vec<f64> = desk
        .iter()
        .map(|(path, _)| {
            let start = Instant::now();
            let (status, _, _) = client.send("GET", &format!("{}{path}", cold.url), &[("authorization", &token)], &Value::Null);
            assert_eq!(status, 200);
            start.elapsed().as_secs_f64() * 1e6
        })
        .collect();
    times.sort_by(f64::total_cmp);
    println!(
        "| desk search, one client | {:.0} | {:.0} / {:.0} | |",
        1e6 * times.len() as f64 / times.iter().sum::<f64>(),
        times[times.len() / 2],
        times[times.len() * 99 / 100]
    );

    let section = client.json(&format!("{}/v1/sections", server.url))["data"][0]["id"].as_str().unwrap().to_owned();
    for (name, other) in [("this instance", &server), ("another", &cold)] {
        let (middle, last) = found(&client, [&server, other], &section, 40);
        println!("| published → found, {name} | | {middle:.0} / {last:.0} ms, middle and last of 40 | |");
    }
}
