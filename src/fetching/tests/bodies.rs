//! Hosts that answer slowly, for ever, or not what they say.

use std::{io::Write, sync::Arc, time::Duration};

use super::{
    super::{FetchLimits, Fetcher},
    Server, allowed, fetch, gone, hasty, names, refused, to,
};
use crate::domain::{Error, instant::Clock};

/// One that waits for parts of a second.
fn impatient(server: &Server) -> Fetcher {
    let short = Duration::from_millis(100);
    let limits = FetchLimits { connect: short, head: short, stall: short, ..FetchLimits::default() };
    with(server, limits, hasty(0))
}

fn with(server: &Server, limits: FetchLimits, clock: Arc<dyn Clock>) -> Fetcher {
    Fetcher::looking_up(limits, allowed(&[&server.address.to_string()]), clock, names(&[]))
}

/// Say this for as long as anybody listens.
fn for_ever(begin: &'static [u8], again: &'static [u8]) -> Server {
    Server::at("127.0.0.1:0", move |_, stream| {
        let _ = stream.write_all(begin);
        // Ends: when nobody listens any more.
        while stream.write_all(again).is_ok() {}
    })
}

/// Say this, and then nothing.
fn then_silent(said: &'static [u8]) -> Server {
    Server::at("127.0.0.1:0", move |_, stream| {
        let _ = stream.write_all(said);
        gone(stream);
    })
}

#[test]
fn a_host_that_does_not_answer_or_answers_what_is_no_http_is_left() {
    for said in [&b""[..], b"HTTP/1.1 200 OK\r\nContent-Le", b"SSH-2.0-OpenSSH_9.2\r\n", b"\x00\x01\x02"] {
        let server = then_silent(said);
        let told = fetch(&impatient(&server), &server.url("/")).unwrap_err();
        assert_eq!(told.to_string(), "its host does not answer", "{said:?}");
    }
    for said in ["", "+OK\r\n", "220 mail ESMTP\r\n", "HTTP/1.1 2000 OK\r\n\r\n", "-ERR unknown command 'GET'\r\n"] {
        let server = Server::saying(said);
        assert_eq!(refused(&impatient(&server), &server.url("/")), "unreachable", "{said}");
    }
    let nobody = Server::saying("").address;
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    assert_ne!(nobody, closed);
    let one = Fetcher::looking_up(FetchLimits::default(), allowed(&[&closed.to_string()]), hasty(0), names(&[]));
    assert_eq!(refused(&one, &format!("http://{closed}/")), "unreachable");
}

#[test]
fn a_head_without_end_is_left() {
    for (begin, again) in [
        (&b"HTTP/1.1 200 OK\r\n"[..], &b"X-More: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n"[..]),
        (b"HTTP/1.1 200 OK\r\nX-More: ", b"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"),
        (b"", b"HTTP/1.1 103 Early Hints\r\n\r\n"),
    ] {
        let server = for_ever(begin, again);
        assert_eq!(refused(&impatient(&server), &server.url("/")), "unreachable");
    }
}

#[test]
fn a_body_is_taken_up_to_its_limit_and_no_further() {
    let announced = Server::saying("HTTP/1.1 200 OK\r\nContent-Length: 1048577\r\n\r\n");
    assert_eq!(refused(&to(&announced), &announced.url("/")), "too_large");
    let endless = for_ever(b"HTTP/1.1 200 OK\r\n\r\n", &[b'a'; 4_096]);
    assert_eq!(refused(&to(&endless), &endless.url("/")), "too_large");
    let chunked = for_ever(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"8\r\naaaaaaaa\r\n");
    assert_eq!(refused(&to(&chunked), &chunked.url("/")), "too_large");
    let mut whole = b"HTTP/1.1 200 OK\r\nContent-Length: 1048576\r\n\r\n".to_vec();
    whole.extend(vec![b'a'; 1 << 20]);
    let most = Server::saying(whole);
    assert_eq!(fetch(&to(&most), &most.url("/")).unwrap().1.len(), 1 << 20);
}

#[test]
fn a_body_that_is_not_as_long_as_it_says_is_none() {
    for said in [
        "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\npicture",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n64\r\npicture",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n7\r\npicture\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nnot a number\r\npicture\r\n0\r\n\r\n",
    ] {
        let server = Server::saying(said);
        assert_eq!(refused(&to(&server), &server.url("/")), "incomplete", "{said}");
    }
    let more = Server::saying("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\npicture");
    assert_eq!(fetch(&to(&more), &more.url("/")).unwrap().1, b"pic");
}

#[test]
fn what_is_compressed_is_neither_asked_for_nor_inflated() {
    for encoding in ["gzip", "GZIP", "br", "deflate", "identity, gzip", "zstd"] {
        let server = Server::saying(format!("HTTP/1.1 200 OK\r\nContent-Encoding: {encoding}\r\nContent-Length: 7\r\n\r\npicture"));
        assert_eq!(refused(&to(&server), &server.url("/")), "encoded", "{encoding}");
    }
    // Ten bytes that are none, to whoever inflates them.
    let gzip = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\x03\x00\x00\x00\x00\x00\x00\x00\x00\x00";
    let mut said = b"HTTP/1.1 200 OK\r\nContent-Encoding: identity\r\nContent-Length: 20\r\n\r\n".to_vec();
    said.extend(gzip);
    let server = Server::saying(said);
    assert_eq!(fetch(&to(&server), &server.url("/")).unwrap().1, gzip);
}

#[test]
fn a_body_that_stops_or_comes_too_slowly_or_for_too_long_is_left() {
    let stops = then_silent(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\npicture");
    assert_eq!(refused(&impatient(&stops), &stops.url("/")), "too_slow");
    let endless = || for_ever(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\na\r\n");
    // Beside a clock by which a second goes by each time that it is looked at, little comes in each.
    let (slow, rate) = (endless(), FetchLimits { least_rate: 1 << 30, ..FetchLimits::default() });
    assert_eq!(refused(&with(&slow, rate, hasty(1)), &slow.url("/")), "too_slow");
    let (long, whole) = (endless(), FetchLimits { least_rate: 0, whole: Duration::from_secs(8), ..FetchLimits::default() });
    assert_eq!(refused(&with(&long, whole, hasty(1)), &long.url("/")), "too_slow");
}

#[test]
fn what_is_not_taken_in_is_not_fetched_further() {
    let server = for_ever(b"HTTP/1.1 200 OK\r\n\r\n", &[b'a'; 4_096]);
    let mut pieces = 0;
    let told = to(&server).fetch(&server.url("/"), u64::MAX, &mut |_| {
        pieces += 1;
        if pieces < 3 { Ok(()) } else { Err(Error::Busy) }
    });
    assert!(matches!(told.unwrap_err().at("#/from"), Error::Busy));
    assert_eq!((pieces, server.visitors()), (3, 1));
    // What is called off before anybody is asked is asked of nobody.
    let told = to(&server).fetch(&server.url("/"), u64::MAX, &mut |_| Err(Error::Busy));
    assert!(matches!(told.unwrap_err().at("#/from"), Error::Busy));
    assert_eq!(server.visitors(), 0);
}
