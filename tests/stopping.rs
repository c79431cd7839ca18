//! How a server stops that is asked to: it carries out what is under way, and waits for nobody who does not take what they asked for.

use std::{io::Write, net::TcpStream};

use crate::support::served::{Served, heard};

/// Somebody who asks for more than anybody keeps for them, and takes nothing.
fn stalled(server: &Served) -> TcpStream {
    let mut stream = server.connect();
    let ask = b"GET /openapi.json HTTP/1.1\r\nhost: x\r\n\r\n".repeat(64);
    stream.set_nonblocking(true).unwrap();
    // Until the server takes no more from it.
    loop {
        let mut sent = 0_usize;
        while let Ok(some) = stream.write(&ask) {
            sent += some;
        }
        server.get("/v1/site").unwrap();
        if sent == 0 {
            stream.set_nonblocking(false).unwrap();
            return stream;
        }
    }
}

#[test]
fn what_is_under_way_is_answered_and_nobody_waits_for_a_reader_who_takes_nothing() {
    let mut server = Served::with(&[("DATELINE_STALL_SECONDS", "300"), ("DATELINE_BODY_SECONDS", "300"), ("DATELINE_LEAST_RATE", "0")]);
    let mut stalled = stalled(&server);
    let body = br#"{ "email": "nobody@example.org", "password": "nobody knows it" }"#;
    let head =
        format!("POST /v1/auth/token HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n", body.len());
    let mut under_way = server.connect();
    under_way.write_all(head.as_bytes()).unwrap();
    under_way.write_all(&body[..10]).unwrap();
    server.until_read(&under_way);
    let _idle = server.connect();
    server.stop();
    // It is cut off before it has read anything, and while the other one is waited for.
    while stalled.write_all(b"GET /v1/site HTTP/1.1\r\nhost: x\r\n\r\n").is_ok() {}
    under_way.write_all(&body[10..]).unwrap();
    let said = heard(&mut under_way);
    assert_eq!(said.iter().map(|said| said.status).collect::<Vec<_>>(), [401], "{said:?}");
    assert!(server.has_stopped());
}
