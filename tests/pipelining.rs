//! Requests that follow one another on a connection: wherever it is cut, whatever was before them, and whoever read it.

use std::{
    io::{Read, Write},
    net::TcpStream,
};

use crate::support::served::{Served, heard};

const SITE: &str = "GET /v1/site HTTP/1.1\r\nhost: x\r\n\r\n";
const LAST: &str = "GET /v1/site HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
/// Nobody reads their bodies: who asks has not shown who they are, or asks for what has none.
const UNREAD: [&str; 2] = [
    "DELETE /v1/desk/nothing HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
    "GET /v1/articles?limit=N HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n\r\n{}",
];

/// The statuses of answers.
fn statuses(stream: &mut TcpStream) -> Vec<u16> {
    heard(stream).iter().map(|said| said.status).collect()
}

/// Wait for one answer, and have it whole: its head and its body.
fn one(stream: &mut TcpStream) -> String {
    let mut all = Vec::new();
    let mut byte = [0];
    while !all.ends_with(b"\r\n\r\n") {
        stream.read_exact(&mut byte).unwrap();
        all.push(byte[0]);
    }
    let head = String::from_utf8(all).unwrap();
    let length = head.split_once("content-length: ").map_or(0, |(_, n)| n.split("\r\n").next().unwrap().parse().unwrap());
    stream.read_exact(&mut vec![0; length]).unwrap();
    head
}

/// Whether the connection ends with this answer: so it does when there was one before the library had taken a body apart that has a length.
fn ends(head: &str) -> bool {
    head.contains("\r\nconnection: close\r\n")
}

#[test]
fn wherever_a_connection_is_cut_its_requests_are_answered() {
    let server = Served::with(&[("DATELINE_HEAD_SECONDS", "600"), ("DATELINE_BODY_SECONDS", "3600")]);
    let post = |body: &str| {
        format!("POST /v1/auth/token HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}", body.len())
    };
    let all = format!(
        "\r\n{SITE}{}\r\n{SITE}{}\r\n\r\n{SITE}{}GET /v1/site HTTP/1.0\nhost: x\n\n",
        post("{}"),
        UNREAD[0],
        post("\r\n\r\nno json")
    );
    for cut in 0..=all.len() {
        let (first, second) = all.as_bytes().split_at(cut);
        let mut stream = server.connect();
        stream.set_nodelay(true).unwrap();
        stream.write_all(first).unwrap();
        // So that it sees the one without the other.
        server.until_read(&stream);
        stream.write_all(second).unwrap();
        assert_eq!(statuses(&mut stream), [200, 422, 200, 404, 200, 400, 200], "cut at {cut}: {:?}", String::from_utf8_lossy(second));
    }
}

#[test]
fn a_head_behind_a_body_that_nobody_reads_is_judged_like_any_other() {
    let server = Served::with(&[("DATELINE_HEAD_SECONDS", "1"), ("DATELINE_BODY_SECONDS", "1")]);
    let long = "b".repeat(100_000);
    for (n, unread) in UNREAD.iter().enumerate() {
        for (m, (head, status)) in [
            (format!("GET /v1/site HTTP/1.1\r\nhost: x\r\na: {long}"), 431),
            (format!("GET /{long}"), 414),
            ("GET / HTTP/2.0\r\nhost: x\r\n\r\n".to_owned(), 505),
            ("GE".to_owned(), 408),
        ]
        .into_iter()
        .enumerate()
        {
            // One that nobody has asked for before is not answered at once.
            let unread = unread.replace("=N", &format!("={}", 10 * n + m + 1));
            let mut stream = server.connect();
            stream.write_all(unread.as_bytes()).unwrap();
            let ends = ends(&one(&mut stream));
            let _ = stream.write_all(head.as_bytes());
            let said = heard(&mut stream);
            if ends {
                assert!(said.is_empty(), "{unread:?}: {said:?}");
                continue;
            }
            // On a machine that has other things to do, what was sent at once may be late.
            assert!(said.len() == 1 && [status, 408].contains(&said[0].status), "{unread:?}, {head:.2}: {said:?}");
        }
    }
    // Of a body that has not come whole, everything is taken for the rest; it is cut off, and nothing more is said.
    let said =
        server.say(b"DELETE /v1/desk/nothing HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\nffff\r\nGET / HTTP/1.1\r\na: b");
    assert!(said.len() == 1 && said[0].status == 404, "{said:?}");
}

#[test]
fn whoever_sends_bodies_that_nobody_reads_is_answered_as_long_as_they_come() {
    let server = Served::with(&[("DATELINE_HEAD_SECONDS", "600"), ("DATELINE_BODY_SECONDS", "1")]);
    let mut streams: Vec<TcpStream> = UNREAD.iter().map(|_| server.connect()).collect();
    for round in 0..3 {
        for (n, stream) in streams.iter_mut().enumerate() {
            for m in 0..5 {
                stream.write_all(UNREAD[n].replace("=N", &format!("={}", 10 * round + m + 1)).as_bytes()).unwrap();
                let head = one(stream);
                assert!(head.starts_with(["HTTP/1.1 404", "HTTP/1.1 200"][n]), "{head}");
                assert!(n == 1 || !ends(&head), "{head}");
                if ends(&head) {
                    *stream = server.connect();
                }
            }
        }
        if round < 2 {
            // Meanwhile a body that does not come is waited for until it has been for too long.
            let unfinished = server.say(b"DELETE /v1/desk/nothing HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n5\r\n{");
            assert_eq!(unfinished[0].status, 404);
        }
    }
}

#[test]
fn an_answer_is_that_of_its_own_request_whatever_comes_behind_it() {
    let server = Served::with(&[]);
    for n in 1..20 {
        let asked = format!("GET /v1/articles?limit={n} HTTP/1.1\r\nhost: x\r\n\r\n");
        let mut stream = server.connect();
        stream
            .write_all(format!("{asked}HEAD /v1/site HTTP/1.1\r\nhost: x\r\n\r\nGET /v1/site HTTP/1.0\r\nhost: x\r\n\r\n").as_bytes())
            .unwrap();
        let mut all = String::new();
        stream.read_to_string(&mut all).unwrap();
        let answers: Vec<(&str, &str)> = all.split("HTTP/1.").skip(1).map(|answer| answer.split_once("\r\n\r\n").unwrap()).collect();
        let shape: Vec<(&str, bool)> = answers.iter().map(|(head, body)| (head.split(" OK").next().unwrap(), body.is_empty())).collect();
        assert_eq!(shape, [("1 200", false), ("1 200", true), ("0 200", false)], "{all}");
    }
    // Behind one that goes out in pieces.
    let said = server
        .say(format!("GET /openapi.json HTTP/1.1\r\nhost: x\r\n\r\n{SITE}GET /openapi.json HTTP/1.1\r\nhost: x\r\n\r\n{LAST}").as_bytes());
    assert_eq!(said.iter().map(|said| said.status).collect::<Vec<_>>(), [200; 4]);
    assert!(said[0].body == said[2].body && said[0].json().is_object() && said[1].body == said[3].body);
}

#[test]
fn who_waits_to_be_asked_for_a_body_is_asked_and_who_would_speak_otherwise_is_not_heard() {
    let server = Served::with(&[("DATELINE_HEAD_SECONDS", "600"), ("DATELINE_BODY_SECONDS", "3600")]);
    let mut stream = server.connect();
    let post =
        "POST /v1/auth/token HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 2\r\nexpect: 100-continue\r\n\r\n";
    stream.write_all(post.as_bytes()).unwrap();
    assert!(one(&mut stream).starts_with("HTTP/1.1 100"));
    stream.write_all(format!("{{}}{LAST}").as_bytes()).unwrap();
    assert_eq!(statuses(&mut stream), [422, 200]);
    // What follows is no HTTP, and goes nowhere.
    for unknown in [
        "GET /v1/site HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n",
        "GET /v1/site HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\ncontent-length: 2\r\n\r\n{}",
        "CONNECT x:1 HTTP/1.1\r\nhost: x\r\n\r\n",
    ] {
        let said = server.say(format!("{unknown}{SITE}").as_bytes());
        assert!(said.len() == 1 && [200, 400, 404].contains(&said[0].status), "{unknown:?}: {said:?}");
    }
}

#[test]
fn line_breaks_before_a_head_take_room_as_heads_do() {
    let server = Served::with(&[("DATELINE_UNFINISHED_MB", "8"), ("DATELINE_HEAD_SECONDS", "600")]);
    let mut stream = server.connect();
    stream.write_all(SITE.as_bytes()).unwrap();
    one(&mut stream);
    let _ = stream.write_all(&b"\r\n".repeat((4 << 20) - 2_000));
    server.until_read(&stream);
    let body = format!("{}{{}}", " ".repeat(6_000));
    let head = "POST /v1/auth/token HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: application/json";
    let said = server.say(format!("{head}\r\ncontent-length: {}\r\n\r\n{body}", body.len()).as_bytes());
    assert_eq!(said[0].status, 422, "{said:?}");
    assert!(statuses(&mut stream).iter().all(|status| *status == 431));
}
