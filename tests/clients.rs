//! Clients who are slow, silent, many, or speak no HTTP: a real server over real connections. Nothing here depends on how fast the machine is: what is
//! to be cut off is waited for until it is.

use std::{
    io::{ErrorKind, Read, Write},
    net::{Shutdown, TcpStream},
};

use crate::support::served::{Said, Served, heard};

/// Settings under which nobody is waited for long.
const IMPATIENT: [(&str, &str); 4] =
    [("DATELINE_HEAD_SECONDS", "1"), ("DATELINE_BODY_SECONDS", "1"), ("DATELINE_STALL_SECONDS", "1"), ("DATELINE_LEAST_RATE", "0")];

/// That an answer is a problem like every other, with the headers that protect it.
#[track_caller]
fn is_problem(said: &Said, statuses: &[u16], of: &str) {
    assert!(statuses.contains(&said.status), "{of}: {said:?}");
    assert_eq!(said.header("content-type"), Some("application/problem+json"), "{of}: {said:?}");
    let problem = said.json();
    assert_eq!(problem["status"], said.status, "{of}");
    assert_eq!(problem["request_id"].as_str(), said.header("x-request-id"), "{of}");
    assert!(problem["code"].as_str().is_some_and(|code| !code.is_empty()), "{of}");
    for (name, value) in [("x-content-type-options", "nosniff"), ("cache-control", "no-store"), ("referrer-policy", "no-referrer")] {
        assert_eq!(said.header(name), Some(value), "{of}: {name}");
    }
    assert!(said.header("content-security-policy").is_some() && said.header("access-control-allow-origin").is_none(), "{of}");
}

/// Requests that cannot be read.
const MALFORMED: &[&[u8]] = &[
    b"\0\0\0\0\r\n\r\n",
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    b"GET\r\n\r\n",
    b"GET /\r\n\r\n",
    b"/ HTTP/1.1\r\n\r\n",
    b"G\0T / HTTP/1.1\r\nhost: x\r\n\r\n",
    b"G(T / HTTP/1.1\r\nhost: x\r\n\r\n",
    b"GET  HTTP/1.1\r\nhost: x\r\n\r\n",
    b"GET / HTTP/1.1 x\r\nhost: x\r\n\r\n",
    b"GET / HTTX/1.1\r\nhost: x\r\n\r\n",
    b"GET / http/1.1\r\nhost: x\r\n\r\n",
    b"GET / HTTP/\r\nhost: x\r\n\r\n",
    b"GET / HTTP/1.\r\nhost: x\r\n\r\n",
    b"GET / HTTP/x.y\r\nhost: x\r\n\r\n",
    b"GET /\0 HTTP/1.1\r\nhost: x\r\n\r\n",
    b"GET /a b HTTP/1.1\r\nhost: x\r\n\r\n",
    b"GET /\x7f HTTP/1.1\r\nhost: x\r\n\r\n",
    b"GET v1/site HTTP/1.1\r\nhost: x\r\n\r\n",
    b"GET /<> HTTP/1.1\r\n\r\n",
    b"GET /v1/site HTTP/1.1\r\n\r\n",
    b"GET / HTTP/1.1\r\nhost: x\r\nhost: y\r\n\r\n",
    b"GET / HTTP/1.1\r\nhost x\r\n\r\n",
    b"GET / HTTP/1.1\r\n: x\r\n\r\n",
    b"GET / HTTP/1.1\r\nho st: x\r\n\r\n",
    b"GET / HTTP/1.1\r\nhost : x\r\n\r\n",
    b"GET / HTTP/1.1\r\nhost: x\r\n folded: x\r\n\r\n",
    b"GET / HTTP/1.1\r\nhost: x\r\na: \0\r\n\r\n",
    b"GET / HTTP/1.1\r\nhost: x\r\na: \x01\r\n\r\n",
    b"GET / HTTP/1.1\r\nhost: x\r\na\0: x\r\n\r\n",
    b"GET / HTTP/1.1\r\nhost: x\r\n\xe0\xa4\xb9: x\r\n\r\n",
    b"GET / HTTP/1.1\r\nhost: x\r\n(): x\r\n\r\n",
    b"GET / HTTP/1.1\r\nhost: x\r\n{}\r\n\r\n",
    b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: x\r\n\r\n",
    b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: -1\r\n\r\n",
    b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: +1\r\n\r\na",
    b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1.0\r\n\r\na",
    b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 0x1\r\n\r\na",
    b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length:\r\n\r\n",
    b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1, 1\r\n\r\na",
    b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1 1\r\n\r\na",
    b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 99999999999999999999999\r\n\r\n",
    b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ncontent-length: 1\r\n\r\na",
    b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\na",
    b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
    b"POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\ncontent-length: 1\r\n\r\n0\r\n\r\n",
    b"POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
    b"POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked, identity\r\n\r\n0\r\n\r\n",
    b"POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: gzip\r\n\r\n",
    b"POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: identity\r\n\r\n",
    b"POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: xchunked\r\n\r\n",
    b"POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding:\r\n\r\n",
    b"POST / HTTP/1.0\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
    b"POST / HTTP/1.0\r\n\r\n",
    b"\r\n\r\n\0\r\n\r\n",
    b"GET /v1/\xe0\xa4\xb9 HTTP/1.1\r\nhost: x\r\n\r\n",
    b"GET http:// HTTP/1.1\r\nhost: x\r\n\r\n",
    b"GET /v1/articles/by-slug/%zz HTTP/1.1 \r\nhost: x\r\n\r\n",
];

/// Requests in other versions of HTTP.
const OF_OTHER_VERSIONS: &[&[u8]] = &[
    b"GET / HTTP/2.0\r\nhost: x\r\n\r\n",
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    b"GET / HTTP/0.9\r\n\r\n",
    b"GET / HTTP/1.2\r\nhost: x\r\n\r\n",
    b"GET / HTTP/3\r\n\r\n",
    b"GET / HTTP/11\r\nhost: x\r\n\r\n",
];

/// Requests that expect what is not done.
const EXPECTING: &[&[u8]] = &[
    b"POST /v1/auth/token HTTP/1.1\r\nhost: x\r\nexpect: 200-ok\r\ncontent-length: 1\r\n\r\n",
    b"GET /health/live HTTP/1.1\r\nhost: x\r\nexpect: a-lot\r\nconnection: close\r\n\r\n",
];

/// Requests of odd targets that lead nowhere.
const LEADING_NOWHERE: &[&[u8]] = &[
    b"GET * HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n",
    b"GET /%00 HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n",
    b"GET /%ff%fe HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n",
    b"GET /%2e%2e/%2e%2e/etc/passwd HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n",
    b"WHAT /v1/nothing HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n",
];

/// All of those and requests that are too long, with what they are answered.
fn unreadable() -> Vec<(Vec<u8>, u16)> {
    let known = [(400, MALFORMED), (505, OF_OTHER_VERSIONS), (417, EXPECTING), (404, LEADING_NOWHERE)];
    let mut all: Vec<(Vec<u8>, u16)> = known.iter().flat_map(|(status, of)| of.iter().map(move |sent| (sent.to_vec(), *status))).collect();
    let long = |from: &str, n: usize, to: &str| format!("{from}{}{to}", "b".repeat(n)).into_bytes();
    for n in [8_200, 60_000, 1_000_000] {
        all.push((long("GET /v1/articles/by-slug/", n, " HTTP/1.1\r\nhost: x\r\n\r\n"), 414));
        all.push((long("GET /v1/articles?x=", n, " HTTP/1.1\r\nhost: x\r\n\r\n"), 414));
        all.push((long("", n, ""), 414));
    }
    for n in [33_000, 200_000] {
        all.push((long("GET / HTTP/1.1\r\nhost: x\r\na: ", n, "\r\n\r\n"), 431));
        all.push((long("GET / HTTP/1.1\r\nhost: x\r\n", n, ": a\r\n\r\n"), 431));
        all.push((long("GET / HTTP/1.1\r\nhost: x\r\na: ", n, ""), 431));
    }
    all.push((format!("GET / HTTP/1.1\r\nhost: x\r\n{}\r\n", "a: b\r\n".repeat(100)).into_bytes(), 431));
    all.push((format!("GET / HTTP/1.1\r\nhost: x\r\n{}\r\n", "a: b\r\n".repeat(8_000)).into_bytes(), 431));
    all
}

#[test]
fn what_cannot_be_read_is_refused_with_a_problem_and_once() {
    let server = Served::with(&[]);
    let corpus = unreadable();
    assert!(corpus.len() >= 60, "{}", corpus.len());
    for (sent, status) in corpus {
        let shown = String::from_utf8_lossy(&sent[..sent.len().min(120)]).into_owned();
        let said = server.say(&sent);
        assert_eq!(said.len(), 1, "{shown:?}: {said:?}");
        is_problem(&said[0], &[status], &shown);
        assert_eq!(said[0].header("connection"), Some("close"), "{shown:?}");
    }
}

#[test]
fn what_cannot_be_read_behind_what_can_is_refused_after_its_answer() {
    let server = Served::with(&[]);
    let good = "GET /v1/site HTTP/1.1\r\nhost: x\r\n\r\n";
    for (bad, status) in [("\0\r\n\r\n", 400), ("GET / HTTP/2.0\r\n\r\n", 505), ("GET /v1/site HTTP/1.1\r\n\r\n", 400)] {
        let said = server.say(format!("{good}{good}{bad}{good}").as_bytes());
        let statuses: Vec<u16> = said.iter().map(|s| s.status).collect();
        assert_eq!(statuses, [200, 200, status], "{bad:?}");
        assert!(said[..2].iter().all(|s| s.json()["name"].is_string() && s.header("x-request-id").is_some()), "{said:?}");
        is_problem(&said[2], &[status], bad);
    }
    // One request is answered once, whatever its body turns out to be.
    for body in ["zz\r\n", "1\r\nab\r\n", "5\r\n{", "fffffffffffffffffffff\r\n"] {
        let sent = format!(
            "POST /v1/auth/token HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n{body}"
        );
        let said = server.say_all(sent.as_bytes());
        assert_eq!(said.len(), 1, "{body:?}: {said:?}");
        is_problem(&said[0], &[400], body);
        let said = server.say_all(sent.replace("/v1/auth/token", "/v1/desk/articles").as_bytes());
        assert_eq!(said.len(), 1, "{body:?}: {said:?}");
        is_problem(&said[0], &[401], body);
    }
}

/// Read until the server ends the connection, of which nothing more is known than that it does.
fn until_cut(mut stream: TcpStream) {
    match std::io::copy(&mut stream, &mut std::io::sink()) {
        Err(e) if e.kind() != ErrorKind::ConnectionReset => panic!("it is not cut off: {e}"),
        _ => {}
    }
}

#[test]
fn whoever_keeps_the_server_waiting_is_cut_off() {
    let server = Served::with(&IMPATIENT);
    let (head, post) =
        ("GET /v1/site HTTP/1.1\r\nhost: x\r\n", "POST /v1/auth/token HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n");
    let whole = format!("{head}\r\n");
    for (sent, answers) in [
        (head.to_owned(), vec![408]),
        // The second head on a connection as well as the first.
        (format!("{whole}GE"), vec![200, 408]),
        (format!("{whole}{head}"), vec![200, 408]),
        (format!("{post}content-length: 100\r\n\r\n{{"), vec![408]),
        (format!("{post}transfer-encoding: chunked\r\n\r\n5\r\n{{"), vec![408]),
        // A body that nobody reads, of which something has come, or nothing.
        (format!("{post}transfer-encoding: chunked\r\n\r\n").replace("/v1/auth/token", "/v1/desk/articles"), vec![401]),
        (format!("{post}transfer-encoding: chunked\r\n\r\n5\r\n{{").replace("/v1/auth/token", "/v1/desk/articles"), vec![401]),
        (format!("{post}content-length: 100\r\n\r\n{{").replace("/v1/auth/token", "/nowhere"), vec![404]),
    ] {
        let said = server.say(sent.as_bytes());
        let last = said.last().unwrap();
        // On a machine that has other things to do even what was sent at once may be late.
        assert!([answers[answers.len() - 1], 408].contains(&last.status) && said.len() <= answers.len(), "{sent:?}: {said:?}");
        if last.status == 408 {
            is_problem(last, &[408], &sent);
            assert_eq!(last.json()["code"], "too-slow");
        }
    }
    // Whoever says nothing at all.
    until_cut(server.connect());
    // A reader who asks for more than the system's buffers hold, and takes nothing: what the server has to say is over before it is read.
    let mut stream = server.connect();
    let ask = b"GET /openapi.json HTTP/1.1\r\nhost: x\r\n\r\n".repeat(64);
    while stream.write_all(&ask).is_ok() {}
    // Others are answered, but for who is late to ask.
    while server.get("/v1/site").is_none_or(|said| said.status != 200) {}
}

#[test]
fn a_body_that_trickles_is_cut_off_although_it_never_stops() {
    // By its whole time, and by its rate. No machine is so fast that the last byte comes: it is never sent.
    for least_rate in ["1", "100000"] {
        let server = Served::with(&[("DATELINE_BODY_SECONDS", "6"), ("DATELINE_LEAST_RATE", least_rate)]);
        let mut stream = server.connect();
        stream.set_nodelay(true).unwrap();
        stream
            .write_all(b"POST /v1/auth/token HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 8000\r\n\r\n")
            .unwrap();
        let mut reader = stream.try_clone().unwrap();
        let said = std::thread::scope(|scope| {
            let said = scope.spawn(move || heard(&mut reader));
            // One byte at a time, with an answer to somebody else between them.
            for _ in 1..8_000 {
                if said.is_finished() || stream.write_all(b" ").is_err() {
                    break;
                }
                server.get("/health/live").unwrap();
            }
            said.join().unwrap()
        });
        is_problem(&said[0], &[408], "a body that trickles");
        assert_eq!(said[0].json()["code"], "too-slow");
    }
}

#[test]
fn a_body_of_more_than_it_takes_to_sign_in_is_not_read() {
    let server = Served::with(&[]);
    for path in ["/v1/auth/token", "/v1/auth/refresh", "/v1/%61uth/token"] {
        let head = format!("POST {path} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n");
        for sent in [
            format!("{head}content-length: 8193\r\n\r\n"),
            format!("{head}content-length: 4000000\r\n\r\n{{"),
            format!("{head}transfer-encoding: chunked\r\n\r\n2001\r\n{}", " ".repeat(8_193)),
        ] {
            let said = server.say_all(sent.as_bytes());
            assert_eq!(said.len(), 1, "{said:?}");
            is_problem(&said[0], &[413], path);
        }
    }
}

/// One of each kind of connection that keeps a place and gives nothing, by number.
fn idle(server: &Served, n: usize) -> TcpStream {
    let mut stream = server.connect();
    let said: &[u8] = match n % 5 {
        0 => b"",
        1 => b"GET /v1/si",
        2 => b"POST /v1/auth/token HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 8000\r\n\r\n{",
        3 => b"GET /v1/site HTTP/1.1\r\nhost: x\r\n\r\n",
        _ => &b"GET /openapi.json HTTP/1.1\r\nhost: x\r\n\r\n".repeat(16),
    };
    let _ = stream.write_all(said);
    stream
}

/// Open so many connections of each kind, and see that a reader among them is always answered.
fn beside_a_crowd(server: &Served, each: usize) {
    let _ = rlimit::increase_nofile_limit(u64::MAX);
    let mut crowd = Vec::new();
    for n in 0..each * 5 {
        crowd.push(idle(server, n));
        if n.is_multiple_of(50) {
            assert_eq!(server.get("/v1/site").map(|s| s.status), Some(200), "beside {n}");
        }
    }
    for _ in 0..20 {
        assert_eq!(server.get("/v1/articles").map(|s| s.status), Some(200));
    }
}

#[test]
fn a_reader_is_answered_beside_five_hundred_of_each_kind_who_keep_a_place() {
    // More than there is room for.
    beside_a_crowd(&Served::with(&[("DATELINE_CLIENTS", "300")]), 500);
}

#[test]
#[ignore = "takes six thousand open files; `.ci/run` asks for it"]
fn driving_a_reader_is_answered_beside_twelve_hundred_of_each_kind_who_keep_a_place() {
    let usual = Served::with(&[]);
    beside_a_crowd(&usual, 1_200);
    eprintln!("6,000 connections, of 4,096: {} KiB resident", usual.memory());
    beside_a_crowd(&Served::limited(Some(1_024), &[]), 1_200);
}

#[test]
fn there_are_fewer_clients_than_open_files() {
    beside_a_crowd(&Served::limited(Some(300), &[]), 100);
}

#[test]
fn what_unfinished_requests_hold_is_capped() {
    let server = Served::with(&[("DATELINE_UNFINISHED_MB", "8"), ("DATELINE_HEAD_SECONDS", "600"), ("DATELINE_CLIENTS", "1000")]);
    // Heads of nearly 32 KiB: there is room for some 256 of them.
    let part = format!("GET /v1/site HTTP/1.1\r\nhost: x\r\na: {}", "b".repeat(32_000));
    let mut crowd = Vec::new();
    let refused = loop {
        let mut stream = server.connect();
        stream.write_all(part.as_bytes()).unwrap();
        // Whoever is refused hears of it; whoever is waited for does not, and a byte more or less tells the two apart.
        stream.set_nonblocking(true).unwrap();
        crowd.push(stream);
        server.get("/health/live").unwrap();
        let heard = crowd.iter().position(|s| s.peek(&mut [0]).is_ok());
        if let Some(at) = heard {
            break crowd.swap_remove(at);
        }
        assert!(crowd.len() < 500, "nobody was refused");
    };
    refused.set_nonblocking(false).unwrap();
    let mut refused = refused;
    let said = heard(&mut refused);
    is_problem(&said[0], &[503], "one head too many");
    assert_eq!((said[0].json()["code"].as_str(), said[0].header("retry-after")), (Some("busy"), Some("1")));
    assert!(crowd.len() > 200, "{}", crowd.len());
    // What those held who have gone is there for others.
    crowd.clear();
    let whole = format!("{part}\r\nconnection: close\r\n\r\n");
    let (beginning, end) = whole.split_at(part.len());
    loop {
        let mut stream = server.connect();
        // Who is refused may hear of it between the two, or not at all.
        let _ = stream.write_all(beginning.as_bytes()).and_then(|()| stream.write_all(end.as_bytes()));
        // Once the server has heard that they have gone.
        if heard(&mut stream).first().is_some_and(|said| said.status == 200) {
            break;
        }
    }
}

#[test]
fn what_unfinished_bodies_hold_is_capped_however_they_are_marked_off() {
    const CROWD: usize = 20;
    let server = Served::with(&[("DATELINE_UNFINISHED_MB", "8"), ("DATELINE_BODY_SECONDS", "600"), ("DATELINE_LEAST_RATE", "0")]);
    let admin = server.administrator();
    let (head, piece) =
        (format!("POST /v1/desk/articles HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n{admin}"), vec![b' '; 1 << 20]);
    for chunked in [false, true] {
        let (marked, begins) = if chunked {
            ("transfer-encoding: chunked".to_owned(), format!("{:x}\r\n", piece.len()))
        } else {
            (format!("content-length: {}", piece.len() + 1), String::new())
        };
        let connected = |_| {
            let mut stream = server.connect();
            stream.write_all(format!("{head}{marked}\r\n\r\n").as_bytes()).unwrap();
            server.until_read(&stream);
            stream
        };
        // All of them are let in before the first has sent anything that is kept.
        let mut crowd: Vec<TcpStream> = (0..CROWD).map(connected).collect();
        for stream in &mut crowd {
            // Who is refused may be cut off before everything is said.
            let _ = stream.write_all(begins.as_bytes()).and_then(|()| stream.write_all(&piece));
            server.until_read(stream);
        }
        let (mut waited_for, mut refused) = (0, 0);
        for mut stream in crowd {
            let _ = stream.shutdown(Shutdown::Write);
            match heard(&mut stream).first() {
                Some(said) if said.status == 503 => {
                    is_problem(said, &[503], "one body too many");
                    refused += 1;
                }
                // Its body broke off.
                Some(said) => {
                    is_problem(said, &[400], "a body that was waited for");
                    waited_for += 1;
                }
                // What is said to whoever goes on sending may be lost.
                None => {}
            }
        }
        assert!((6..=8).contains(&waited_for), "there was room for eight megabytes, and {waited_for} of {CROWD} were waited for");
        assert!(refused > 0, "nobody heard why");
    }
}

#[test]
fn readers_of_a_long_answer_share_it() {
    const CROWD: u64 = 40;
    let server = Served::with(&[]);
    let ask = b"GET /openapi.json HTTP/1.1\r\nhost: x\r\n\r\n".repeat(16);
    let begun = || {
        let mut stream = server.connect();
        stream.write_all(&ask).unwrap();
        // It has begun to come.
        stream.read_exact(&mut [0; 100]).unwrap();
        stream
    };
    // What a server takes once, for whoever comes first, is not of interest here.
    let length = u64::try_from(server.get("/openapi.json").unwrap().body.len()).unwrap();
    drop(begun());
    server.get("/v1/site").unwrap();
    let idle = server.memory();
    let readers: Vec<TcpStream> = (0..CROWD).map(|_| begun()).collect();
    server.get("/v1/site").unwrap();
    let (held, copies) = (server.memory().saturating_sub(idle) * 1_024, CROWD * length);
    assert!(held < copies / 2, "{held} bytes for {} readers of {length}", readers.len());
}

#[test]
fn a_file_is_read_however_long_it_is_and_little_of_it_is_held() {
    let server = Served::with(&[("DATELINE_CACHE_MB", "1"), ("DATELINE_UNFINISHED_MB", "8")]);
    let admin = server.administrator();
    // Sound of 24 MiB: more than all answers together may hold.
    let length: u32 = 24 << 20;
    let head = [&b"RIFF"[..], &(length + 36).to_le_bytes(), b"WAVEfmt ", &16u32.to_le_bytes(), &[1, 0, 1, 0], &8_000u32.to_le_bytes()];
    let head = [head.concat(), 8_000u32.to_le_bytes().to_vec(), vec![1, 0, 8, 0], b"data".to_vec(), length.to_le_bytes().to_vec()].concat();
    let file = [head, vec![128; usize::try_from(length).unwrap()]].concat();
    let begin = format!(
        "POST /v1/desk/media HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: audio/wav\r\ncontent-length: {}\r\n{admin}\r\n",
        file.len()
    );
    let added = server.say(&[begin.as_bytes(), &file].concat()).pop().unwrap();
    assert_eq!(added.status, 201, "{added:?}");
    let path = format!("/v1/desk/media/{}/file", added.json()["id"].as_str().unwrap());
    let idle = server.memory();
    for line in ["", "range: bytes=0-\r\n"] {
        let ask = format!("GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n{line}{admin}\r\n");
        let given = server.say(ask.as_bytes()).pop().unwrap();
        assert_eq!((given.status, given.body == file), (if line.is_empty() { 200 } else { 206 }, true), "{line}");
    }
    let held = server.memory().saturating_sub(idle);
    assert!(held < 8 * 1_024, "{held} KiB");
}

#[test]
fn the_system_keeps_little_for_whoever_reads_nothing() {
    let server = Served::with(&[("DATELINE_STALL_SECONDS", "600")]);
    let ask = b"GET /openapi.json HTTP/1.1\r\nhost: x\r\n\r\n".repeat(4);
    let crowd: Vec<TcpStream> = (0..8)
        .map(|_| {
            let mut stream = server.connect_narrow();
            stream.write_all(&ask).unwrap();
            while server.untaken(&stream) == 0 {
                server.get("/v1/site").unwrap();
            }
            stream
        })
        .collect();
    // What can be said to them is said before others are answered so often.
    for _ in 0..50 {
        server.get("/v1/site").unwrap();
    }
    let most = crowd.iter().map(|stream| server.untaken(stream)).max().unwrap();
    assert!(most < 150_000, "{most} bytes");
}
