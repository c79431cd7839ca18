//! Counting views beside readers: `cargo bench --bench views`.
//!
//! Real processes, with `wrk` as the load: readers of a page that is kept, tellers of views of a thousand stories from sixty thousand networks, and both at once, in one run, the
//! middle of three. What was counted is looked up in the database: after the time of a round, and after the server was killed.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a benchmark fails by panicking")]
#![expect(clippy::disallowed_methods, reason = "a benchmark takes the time")]

#[allow(clippy::allow_attributes, dead_code, reason = "benchmarks share what each needs some of")]
mod support;

use std::{fmt::Write, path::Path, thread, time::Duration};

use diesel::{Connection, QueryableByName, RunQueryDsl, SqliteConnection, sql_query, sql_types::BigInt};
use support::{Client, Measured, Newsroom, Server, load, machine, processor_time, variable, wrk};

/// A little more than the time between two rounds of adding.
const ROUND: Duration = Duration::from_millis(6_500);

/// Tell of views of these stories, in turn, each time from another network.
fn script(newsroom: &Newsroom, ids: &[String]) -> std::path::PathBuf {
    let path = newsroom.folder.join("views.lua");
    let quoted = ids.iter().fold(String::new(), |mut all, id| {
        let _ = write!(all, "'{id}',");
        all
    });
    let lines = format!(
        "local n, ids = 0, {{{quoted}}}\nlocal headers = {{ ['Content-Type'] = 'text/plain', ['User-Agent'] = 'Mozilla/5.0 Firefox/140.0' }}\n\
         function request()\n  n = n + 1\n  headers['X-Forwarded-For'] = '10.' .. n % 251 .. '.' .. math.floor(n / 251) % 251 .. '.1'\n  \
         return wrk.format('POST', '/v1/articles/' .. ids[n % #ids + 1] .. '/views', headers, '{{\"locale\":\"en\"}}')\nend\n"
    );
    std::fs::write(&path, lines).unwrap();
    path
}

fn counted(newsroom: &Newsroom) -> i64 {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = BigInt)]
        n: i64,
    }
    let mut conn = SqliteConnection::establish(newsroom.url.trim_start_matches("sqlite://")).unwrap();
    sql_query("SELECT COALESCE(SUM(views), 0) AS n FROM view_counts").get_result::<Row>(&mut conn).unwrap().n
}

fn serve(newsroom: &Newsroom) -> Server {
    let (mut command, port) = newsroom.serving(64);
    command.env("DATELINE_TRUSTED_PROXIES", "127.0.0.0/8").env("DATELINE_RATE_LIMIT", "off");
    Server::start(command, port)
}

fn tell(script: &Path, url: &str) -> Measured {
    load(&["-c16", "-s", script.to_str().unwrap()], url)
}

fn middle(mut runs: Vec<(Measured, Measured)>) -> (Measured, Measured) {
    runs.sort_by(|a, b| a.0.rate.total_cmp(&b.0.rate));
    runs.into_iter().nth(1).unwrap()
}

fn row(name: &str, of: Measured) {
    println!("| {name} | {:.0} | {:.0} / {:.0} |", of.rate, of.median, of.p99);
}

fn main() {
    let articles: u32 = variable("ARTICLES", 10_000);
    println!("machine: {}; SQLite at synchronous=FULL; {articles} articles; wrk -t1 -c16 for each on the same cores\n", machine());
    let (newsroom, _) = Newsroom::new(articles, None);
    let server = serve(&newsroom);
    let client = Client::new();
    let mut ids = Vec::new();
    let mut cursor = String::new();
    while ids.len() < 1_000 {
        let list = client.json(&format!("{}/v1/articles?locale=en&limit=100&fields=id,url{cursor}", server.url));
        ids.extend(list["data"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap().to_owned()));
        let Some(next) = list["page"]["next"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    let first = client.json(&format!("{}/v1/articles?locale=en&limit=1&fields=url", server.url));
    let path = first["data"].as_array().unwrap().iter().find_map(|one| one["url"].as_str()).unwrap().to_owned();
    let page = format!("{}/v1/pages?path=/{}", server.url, path.split('/').skip(3).collect::<Vec<_>>().join("/"));
    let script = script(&newsroom, &ids);
    client.get(&page);

    let idle = server.memory();
    let (alone, readers) = middle((0..3).map(|_| (tell(&script, &server.url), wrk(&page, &[]))).collect());
    let both = || {
        thread::scope(|scope| {
            let reading = scope.spawn(|| wrk(&page, &[]));
            (tell(&script, &server.url), reading.join().unwrap())
        })
    };
    let (beside, read) = middle((0..3).map(|_| both()).collect());
    // Readers beside other readers: what is left of the machine for either.
    let (crowd, others) = middle(
        (0..3)
            .map(|_| {
                thread::scope(|scope| {
                    let reading = scope.spawn(|| wrk(&page, &[]));
                    (wrk(&page, &[]), reading.join().unwrap())
                })
            })
            .collect(),
    );
    println!("| | requests/s | median / p99 µs |\n| --- | --- | --- |");
    row("views, alone", alone);
    row("readers of a page, alone", readers);
    row("views, beside readers", beside);
    row("readers, beside views", read);
    row("readers, beside as many readers", crowd);
    row("these", others);
    println!("\nmemory: {idle:.0} MiB before, {:.0} MiB after", server.memory());
    let spent = |server: &Server| {
        let (user, system) = processor_time(server.child.id());
        user + system
    };
    let before = spent(&server);
    let told = tell(&script, &server.url);
    let seconds: u32 = variable("SECONDS_EACH", 3);
    println!("processor time of a view: {:.1} µs", (spent(&server) - before) / (told.rate * f64::from(seconds)) * 1e6);

    // A round, and what it adds; then others, and the server is killed.
    thread::sleep(ROUND);
    let before = counted(&newsroom);
    // Of another hour's readers none was seen before.
    let fresh = serve(&newsroom);
    drop(server);
    let answered = (tell(&script, &fresh.url).rate * f64::from(seconds)).round();
    thread::sleep(ROUND);
    let added = counted(&newsroom) - before;
    println!("\n{answered:.0} answered, {added} added up (repeats aside)");
    drop(fresh);
    println!("killed after a round: {} are there, {} lost", counted(&newsroom) - before, before + added - counted(&newsroom));
}
