//! A server that ends TLS by itself: who is answered, who is cut off, and how its certificate is exchanged. Nothing here depends on how fast the machine is.

mod files;

use std::{
    io::{ErrorKind, Read, Write},
    net::{Shutdown, TcpStream},
};

use tokio_rustls::rustls::{
    ProtocolVersion,
    version::{TLS12, TLS13},
};

use crate::support::{
    served::{Said, Served},
    tls::{Authority, Secure, heard, secure},
};

/// Settings under which nobody is waited for long.
const IMPATIENT: [(&str, &str); 4] =
    [("DATELINE_HEAD_SECONDS", "1"), ("DATELINE_BODY_SECONDS", "1"), ("DATELINE_STALL_SECONDS", "1"), ("DATELINE_LEAST_RATE", "0")];
/// Settings under which everybody is waited for longer than a test is.
const PATIENT: [(&str, &str); 3] = [("DATELINE_HEAD_SECONDS", "600"), ("DATELINE_BODY_SECONDS", "600"), ("DATELINE_STALL_SECONDS", "600")];
const PUBLIC: (&str, &str) = ("DATELINE_PUBLIC_URL", "https://news.example");
const ASK: &str = "GET /v1/site HTTP/1.1\r\nhost: x\r\n\r\n";
const POST: &str = "POST /v1/auth/token HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n";

fn statuses(said: &[Said]) -> Vec<u16> {
    said.iter().map(|said| said.status).collect()
}

/// Read until the server ends the connection; what it said.
fn until_cut(mut stream: TcpStream) -> Vec<u8> {
    let mut said = Vec::new();
    match stream.read_to_end(&mut said) {
        Err(e) if e.kind() != ErrorKind::ConnectionReset => panic!("it is not cut off: {e}"),
        _ => said,
    }
}

/// The first thing that a client says who speaks these protocols over TLS.
fn hello(authority: &Authority, protocols: Vec<Vec<u8>>) -> Vec<u8> {
    let mut clients = authority.clients(&[&TLS13]);
    clients.alpn_protocols = protocols;
    let mut client = secure(clients, TcpStream::connect(nobody()).unwrap());
    let mut hello = Vec::new();
    client.conn.write_tls(&mut hello).unwrap();
    hello
}

/// Somewhere to connect to, where nobody says anything.
fn nobody() -> std::net::SocketAddr {
    let listener = Box::leak(Box::new(std::net::TcpListener::bind("127.0.0.1:0").unwrap()));
    listener.local_addr().unwrap()
}

#[test]
fn who_trusts_the_certificate_is_answered_in_both_versions_and_told_to_come_by_tls_from_now_on() {
    let authority = Authority::new();
    let server = authority.served(&[PUBLIC]);
    for (version, spoken) in [(&TLS13, ProtocolVersion::TLSv1_3), (&TLS12, ProtocolVersion::TLSv1_2)] {
        for offered in [vec![], vec![b"h2".to_vec(), b"http/1.1".to_vec()]] {
            let mut clients = authority.clients(&[version]);
            clients.alpn_protocols.clone_from(&offered);
            let mut stream = secure(clients, server.connect());
            // Several requests, one behind a body, in one piece.
            let body = "{}";
            let sent =
                format!("{ASK}{POST}content-length: {}\r\n\r\n{body}{ASK}GET /nowhere HTTP/1.1\r\nhost: x\r\n\r\n\0\r\n\r\n", body.len());
            stream.write_all(sent.as_bytes()).unwrap();
            let said = heard(&mut stream);
            assert_eq!(statuses(&said), [200, 422, 200, 404, 400], "{said:?}");
            assert!(said.iter().all(|said| said.header("strict-transport-security") == Some("max-age=31536000")), "{said:?}");
            assert_eq!(stream.conn.protocol_version(), Some(spoken));
            assert_eq!(stream.conn.alpn_protocol(), offered.last().map(Vec::as_slice));
        }
    }
}

#[test]
fn a_name_that_only_this_machine_knows_is_not_bound_to_tls() {
    let authority = Authority::new();
    let secured = authority.get(&authority.served(&[]), "/v1/site").unwrap();
    let plain = Served::with(&[PUBLIC]).get("/v1/site").unwrap();
    // A browser is told of a host, whoever answers at its other ports.
    let beside = authority.get(&authority.served(&[("DATELINE_PUBLIC_URL", "https://news.example:8443")]), "/v1/site").unwrap();
    for said in [secured, plain, beside] {
        assert_eq!((said.status, said.header("strict-transport-security")), (200, None));
    }
}

#[test]
fn what_is_no_tls_or_an_old_one_is_closed() {
    let authority = Authority::new();
    let server = authority.served(&PATIENT);
    let alert = |said: &[u8]| if said.len() >= 7 && said[0] == 21 { Some(said[6]) } else { None };
    let told = |sent: &[u8]| {
        let mut stream = server.connect();
        let _ = stream.write_all(sent);
        until_cut(stream)
    };
    for plain in [ASK, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "\r\n\r\n\r\n\r\n", "SSH-2.0-OpenSSH_9.2\r\n"] {
        let said = told(plain.as_bytes());
        assert!(said.is_empty() || alert(&said).is_some(), "{plain:?}: {}", said.escape_ascii());
    }
    // A hello of an older version (RFC 4346): its number, 32 bytes at random, no session, one cipher suite, no compression.
    for version in [0, 1, 2] {
        let hello = [&[3, version][..], &[7; 32], &[0, 0, 2, 0, 0x2f, 1, 0]].concat();
        let message = [&[1, 0, 0, u8::try_from(hello.len()).unwrap()][..], &hello].concat();
        let record = [&[22, 3, version, 0, u8::try_from(message.len()).unwrap()][..], &message].concat();
        // A reset may have overtaken it.
        let said = told(&record);
        assert!(said.is_empty() || matches!(alert(&said), Some(40 | 70)), "{}", said.escape_ascii());
    }
    // HTTP/2 and nothing else.
    let mut clients = authority.clients(&[&TLS13]);
    clients.alpn_protocols = vec![b"h2".to_vec()];
    let mut stream = secure(clients, server.connect());
    assert!(stream.write_all(ASK.as_bytes()).and_then(|()| stream.read(&mut [0]).map(drop)).is_err());
    // Somebody who trusts another authority.
    let mut stream = secure(Authority::new().clients(&[&TLS13]), server.connect());
    assert_eq!(stream.write_all(ASK.as_bytes()).unwrap_err().kind(), ErrorKind::InvalidData);
    assert_eq!(authority.get(&server, "/v1/site").map(|said| said.status), Some(200));
}

#[test]
fn a_handshake_that_does_not_come_to_its_end_is_cut_off() {
    let authority = Authority::new();
    let server = authority.served(&[&IMPATIENT[..], &[("DATELINE_BODY_SECONDS", "600")]].concat());
    let hello = hello(&authority, Vec::new());
    // Nothing, a part of a record, a record of which more is announced, and a hello whose answer is not answered.
    for sent in [&[][..], &hello[..3], &hello[..hello.len() - 1], &hello] {
        let mut stream = server.connect();
        stream.write_all(sent).unwrap();
        until_cut(stream);
    }
    // A long one that trickles, with an answer to somebody else between its bytes.
    let long = self::hello(&authority, vec![vec![b'x'; 250]; 32]);
    let mut stream = server.connect();
    let cut = long.iter().position(|byte| {
        server.until_read(&stream);
        let sent = stream.write_all(&[*byte]);
        assert!(authority.get(&server, "/health/live").is_some(), "nobody else is cut off for it");
        sent.is_err()
    });
    assert!(cut.is_some_and(|sent| sent < long.len() - 1), "it was not cut off");
}

#[test]
fn a_handshake_without_end_is_cut_off_however_fast_it_comes() {
    let authority = Authority::new();
    let server = authority.served(&PATIENT);
    // A hello of which 64 KiB are announced, in records of a thousand bytes.
    let mut stream = server.connect();
    let first = [&[22, 3, 1, 3, 0xe8, 1, 0, 0xff, 0xff, 3, 3][..], &[7; 994]].concat();
    let next = [&[22, 3, 1, 3, 0xe8][..], &[7; 1_000]].concat();
    let mut sent = stream.write_all(&first).map(|()| first.len());
    while let Ok(bytes) = sent {
        assert!(bytes < 64_000, "it was not cut off");
        server.until_read(&stream);
        sent = stream.write_all(&next).map(|()| bytes + next.len());
    }
}

/// One of each kind of connection that keeps a place and gives nothing, by number.
fn idle(authority: &Authority, server: &Served, hello: &[u8], n: usize) -> (Option<TcpStream>, Option<Secure>) {
    if n.is_multiple_of(2) {
        let mut stream = server.connect();
        let parts: [&[u8]; 3] = [&[], &hello[..hello.len() / 2], hello];
        let _ = stream.write_all(parts[n / 2 % 3]);
        return (Some(stream), None);
    }
    let mut stream = authority.connect(server);
    let said = match n / 2 % 5 {
        0 => String::new(),
        1 => "GET /v1/si".to_owned(),
        2 => ASK.to_owned(),
        3 => format!("{POST}content-length: 8000\r\n\r\n{{"),
        _ => "GET /openapi.json HTTP/1.1\r\nhost: x\r\n\r\n".repeat(16),
    };
    let _ = stream.conn.complete_io(&mut stream.sock).and_then(|_| stream.write_all(said.as_bytes()));
    (None, Some(stream))
}

#[test]
fn a_reader_is_answered_beside_more_than_there_is_room_for_who_keep_a_place() {
    let authority = Authority::new();
    let server = authority.served(&[&PATIENT[..], &[("DATELINE_CLIENTS", "100")]].concat());
    let hello = hello(&authority, Vec::new());
    let mut crowd = Vec::new();
    for n in 0..600 {
        crowd.push(idle(&authority, &server, &hello, n));
        if n.is_multiple_of(20) {
            assert_eq!(authority.get(&server, "/v1/site").map(|said| said.status), Some(200), "beside {n}");
        }
    }
    for _ in 0..20 {
        assert_eq!(authority.get(&server, "/v1/articles").map(|said| said.status), Some(200));
    }
}

#[test]
fn whoever_keeps_the_server_waiting_over_tls_is_cut_off() {
    let authority = Authority::new();
    // Long enough for a handshake on a machine that has other things to do.
    let server = authority.served(&[&IMPATIENT[1..], &[("DATELINE_HEAD_SECONDS", "10")]].concat());
    let head = ASK.trim_end();
    let sent = [
        (head.to_owned(), vec![408]),
        (format!("{ASK}GE"), vec![200, 408]),
        (format!("{POST}content-length: 100\r\n\r\n{{"), vec![408]),
        (format!("{POST}transfer-encoding: chunked\r\n\r\n5\r\n{{"), vec![408]),
        (format!("GET /v1/articles?x={} HTTP/1.1\r\nhost: x\r\n\r\n", "b".repeat(9_000)), vec![414]),
        (format!("GET / HTTP/1.1\r\nhost: x\r\na: {}\r\n\r\n", "b".repeat(33_000)), vec![431]),
    ];
    let waiting = sent.map(|(sent, answers)| {
        let mut stream = authority.connect(&server);
        let _ = stream.write_all(sent.as_bytes());
        (stream, sent, answers)
    });
    for (mut stream, sent, answers) in waiting {
        let said = heard(&mut stream);
        assert_eq!(statuses(&said), answers, "{sent:.60}");
        let last = said.last().unwrap();
        assert_eq!(
            (last.header("content-type"), last.json()["status"].as_u64()),
            (Some("application/problem+json"), answers.last().map(|s| u64::from(*s)))
        );
    }
    // Whoever agrees on TLS, and says nothing in it.
    let mut stream = authority.connect(&server);
    while stream.conn.is_handshaking() {
        stream.conn.complete_io(&mut stream.sock).unwrap();
    }
    assert!(heard(&mut stream).len() <= 1);
    // A reader who asks for more than anybody keeps for them, and takes nothing.
    let mut stream = authority.connect(&server);
    let ask = b"GET /openapi.json HTTP/1.1\r\nhost: x\r\n\r\n".repeat(64);
    while stream.write_all(&ask).is_ok() {}
}

#[test]
fn what_lies_in_tls_behind_what_was_read_is_answered_however_much_that_was() {
    let authority = Authority::new();
    let server = authority.served(&[]);
    let last = "GET /v1/site HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
    // Records hold 16,384 bytes, and the HTTP library reads up to 32,768 at once, which is the longest head.
    for length in [4_096, 8_192, 16_383, 16_384, 16_385, 24_576, 32_767, 32_768] {
        let head = format!("{}\r\na: ", ASK.trim_end());
        let first = format!("{head}{}\r\n\r\n", "b".repeat(length - head.len() - 4));
        assert_eq!(statuses(&authority.say(&server, format!("{first}{ASK}{last}").as_bytes())), [200; 3], "{length}");
    }
}

#[test]
fn whoever_takes_nothing_does_not_keep_a_place_whatever_is_left_to_be_said() {
    let authority = Authority::new();
    let server = authority.served(&[&IMPATIENT[..], &[("DATELINE_HEAD_SECONDS", "60")]].concat());
    authority.get(&server, "/v1/site").unwrap();
    let idle = server.open_files();
    // As many bytes as the system keeps, more, and less: where it takes the last answer and not the farewell behind it, too.
    let _crowd: Vec<Secure> = (1..=240)
        .map(|n| {
            let mut stream = secure(authority.clients(&[&TLS13]), server.connect_narrow());
            let last = "GET /v1/site HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
            let _ = stream.write_all(format!("{}{last}", ASK.repeat(n)).as_bytes());
            stream
        })
        .collect();
    for n in 0.. {
        authority.get(&server, "/health/live").unwrap();
        if server.open_files() <= idle {
            break;
        }
        assert!(n < 20_000, "{} places are kept", server.open_files() - idle);
    }
}

#[test]
fn long_answers_come_whole_over_tls_to_a_reader_for_whom_next_to_nothing_is_kept() {
    let authority = Authority::new();
    let server = authority.served(&[]);
    let whole = authority.get(&server, "/openapi.json").unwrap();
    let mut stream = secure(authority.clients(&[&TLS12]), server.connect_narrow());
    let times = 6;
    stream.write_all("GET /openapi.json HTTP/1.1\r\nhost: x\r\n\r\n".repeat(times - 1).as_bytes()).unwrap();
    stream.write_all(b"GET /openapi.json HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").unwrap();
    let said = heard(&mut stream);
    assert!(said.len() == times && whole.body.len() > 100_000, "{} answers", said.len());
    assert!(said.iter().all(|said| said.status == 200 && said.body == whole.body));
}

#[test]
fn a_client_who_has_said_all_is_answered_whether_or_not_it_says_so_in_tls() {
    let authority = Authority::new();
    let server = authority.served(&[]);
    for says_so in [true, false] {
        let mut stream = authority.connect(&server);
        stream.write_all(ASK.as_bytes()).unwrap();
        if says_so {
            stream.conn.send_close_notify();
            stream.conn.complete_io(&mut stream.sock).unwrap();
        }
        stream.sock.shutdown(Shutdown::Write).unwrap();
        assert_eq!(statuses(&heard(&mut stream)), [200], "{says_so}");
        // A body that ends before its end is none, whoever has cut it.
        let mut stream = authority.connect(&server);
        stream.write_all(format!("{POST}content-length: 100\r\n\r\n{{}}").as_bytes()).unwrap();
        if says_so {
            stream.conn.send_close_notify();
            stream.conn.complete_io(&mut stream.sock).unwrap();
        }
        stream.sock.shutdown(Shutdown::Write).unwrap();
        assert_eq!(statuses(&heard(&mut stream)), [400], "{says_so}");
    }
}
