//! A host of this machine that the server under test may fetch from, and no other: what stands inside is asked by nobody.

use std::{
    collections::HashMap,
    io::{Read, Write},
    net::TcpListener,
    sync::{Arc, LazyLock, Mutex, PoisonError},
    thread,
};

use dateline::{
    domain::{Instant, instant::Clock},
    fetching::{FetchLimits, Fetcher},
};

/// What is answered under which path, and how many asked for it.
type Pages = Arc<Mutex<HashMap<String, (Vec<u8>, usize)>>>;

struct Host {
    port: u16,
    pages: Pages,
}

static HOST: LazyLock<Host> = LazyLock::new(|| {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let (port, pages) = (listener.local_addr().unwrap().port(), Pages::default());
    let answers = pages.clone();
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let answers = answers.clone();
            thread::spawn(move || {
                let (mut head, mut byte) = (Vec::new(), [0]);
                while !head.ends_with(b"\r\n\r\n") && matches!(stream.read(&mut byte), Ok(1)) {
                    head.extend(byte);
                }
                let path = String::from_utf8_lossy(&head).split(' ').nth(1).unwrap_or_default().to_owned();
                let mut answers = answers.lock().unwrap_or_else(PoisonError::into_inner);
                let answer = answers.get_mut(&path).map(|(answer, asked)| {
                    *asked += 1;
                    answer.clone()
                });
                drop(answers);
                let _ = stream.write_all(&answer.unwrap_or_else(|| b"HTTP/1.1 404 Not Found\r\nContent-Length: 6\r\n\r\nsecret".to_vec()));
            });
        }
    });
    Host { port, pages }
});

/// A clock that stands still.
struct Still;

impl Clock for Still {
    fn now(&self) -> Instant {
        Instant::from_micros(0)
    }
}

/// One that may ask this host.
pub(crate) fn fetcher() -> Arc<Fetcher> {
    let allowed = format!("127.0.0.1:{}", HOST.port).parse().unwrap();
    Arc::new(Fetcher::new(FetchLimits::default(), vec![allowed], Arc::new(Still)))
}

/// The port of the host.
pub(crate) fn port() -> u16 {
    HOST.port
}

/// Answer so under a path, which nobody else uses; where that is.
pub(crate) fn answer(path: &str, head: &str, body: &[u8]) -> String {
    let head = format!("HTTP/1.1 {head}\r\nContent-Length: {}\r\n\r\n", body.len());
    let whole = [head.as_bytes(), body].concat();
    HOST.pages.lock().unwrap_or_else(PoisonError::into_inner).insert(path.to_owned(), (whole, 0));
    format!("http://127.0.0.1:{}{path}", HOST.port)
}

/// How many asked for a path.
pub(crate) fn asked(path: &str) -> usize {
    HOST.pages.lock().unwrap_or_else(PoisonError::into_inner)[path].1
}
