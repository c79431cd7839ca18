//! Views that were added up stay, whoever is killed; and instances add theirs up.

use std::{process::Command, thread, time::Duration};

use diesel::{Connection, PgConnection, QueryableByName, RunQueryDsl, SqliteConnection, sql_query, sql_types::BigInt};
use serde_json::json;

use super::{Client, Newsroom, Server, section, story};
use crate::support::postgres::Database;

const PROXY: [(&str, &str); 1] = [("DATELINE_TRUSTED_PROXIES", "127.0.0.0/8")];

fn counted(newsroom: &Newsroom) -> i64 {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = BigInt)]
        n: i64,
    }
    let asked = sql_query("SELECT CAST(COALESCE(SUM(views), 0) AS BIGINT) AS n FROM view_counts");
    match newsroom.database.strip_prefix("sqlite://") {
        Some(path) => asked.get_result::<Row>(&mut SqliteConnection::establish(path).unwrap()).unwrap().n,
        None => asked.get_result::<Row>(&mut PgConnection::establish(&newsroom.database).unwrap()).unwrap().n,
    }
}

/// Readers of this and the next so many networks.
fn read(client: &Client, server: &Server, article: &str, from: u32, readers: u32) {
    for n in from..from + readers {
        let address = format!("10.{}.{}.1", n / 250, n % 250);
        let headers = [("x-forwarded-for", address.as_str()), ("user-agent", "Mozilla/5.0 Firefox/140.0")];
        let (status, said, _) =
            client.post(server, &format!("/v1/articles/{article}/views"), &headers, &json!({ "locale": "en" })).unwrap();
        assert_eq!(status, 204, "{said}");
    }
}

/// Until so many are added up.
fn added(newsroom: &Newsroom, views: i64) {
    while counted(newsroom) < views {
        thread::sleep(Duration::from_millis(200));
    }
    assert_eq!(counted(newsroom), views, "none is counted twice");
}

fn none_is_lost_but_those_of_the_last_seconds(database: Option<&str>) {
    let newsroom = Newsroom::new(database);
    // An embedded database has one server.
    let instances = if database.is_some() { 2 } else { 1 };
    let mut servers: Vec<Server> = (0..instances).map(|_| newsroom.serve_with(&PROXY)).collect();
    let client = Client::new(&servers[0]);
    let path = story(&client, &servers[0], &section(&client, &servers[0]), "Read");
    let done = client.post(&servers[0], &format!("{path}/publish"), &[("if-match", "\"1\"")], &json!({ "locales": ["en"] })).unwrap();
    assert_eq!(done.0, 200, "{}", done.1);
    let article = path.rsplit('/').next().unwrap();
    let (mut from, mut expected) = (0, 0);
    for round in 0..3 {
        for server in &servers {
            read(&client, server, article, from, 200);
            (from, expected) = (from + 200, expected + 200);
        }
        added(&newsroom, expected);
        // What is acknowledged after that is lost at most, and all of it is not more.
        for server in &servers {
            read(&client, server, article, from, 20);
            from += 20;
        }
        servers.iter_mut().for_each(Server::kill);
        let kept = counted(&newsroom);
        assert!((expected..=expected + 20 * i64::from(instances)).contains(&kept), "round {round}: {kept} of {expected}");
        expected = kept;
        servers = (0..instances).map(|_| newsroom.serve_with(&PROXY)).collect();
    }
    // A server that was killed while it ranked has its turn for a minute; each limit is a question that nobody has asked before.
    let most = |limit| client.request("GET", &servers[0], &format!("/v1/most-read?window=7d&locale=en&limit={limit}"), &[], String::new());
    let ranked = (1..=50).find(|limit| {
        thread::sleep(Duration::from_secs(2));
        most(*limit).unwrap().1["data"][0]["id"] == article
    });
    assert!(ranked.is_some(), "nothing is ranked");
    // Who stops in order loses none.
    for server in &mut servers {
        read(&client, server, article, from, 50);
        (from, expected) = (from + 50, expected + 50);
        assert!(Command::new("kill").args(["-TERM", &server.child.id().to_string()]).status().unwrap().success());
        server.child.wait().unwrap();
    }
    assert_eq!(counted(&newsroom), expected);
    eprintln!("{from} views told by {instances} instances that were killed three times: {expected} are there");
}

#[test]
#[ignore = "a driver of a minute; `.ci/run` asks for it"]
fn views_outlive_servers_that_are_killed_on_sqlite() {
    none_is_lost_but_those_of_the_last_seconds(None);
}

#[test]
#[ignore = "a driver of a minute; `.ci/run` asks for it"]
fn views_outlive_servers_that_are_killed_and_add_up_on_postgres() {
    if let Some(database) = Database::new() {
        none_is_lost_but_those_of_the_last_seconds(Some(&database.url));
        database.forget();
    }
}
