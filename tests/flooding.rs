//! A flood of requests that nobody has any use for, and what is left of it in the server's memory.

use std::{
    io::Write,
    sync::atomic::{AtomicUsize, Ordering},
    thread,
};

use crate::support::served::{Served, heard};

/// The request of a number: random, absent, huge and odd, each but once.
fn request(n: usize) -> String {
    let mut state = n.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut random = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    let (one, other) = (random(), random());
    let id = format!("{:08x}-{:04x}-7000-8000-{:012x}", one & 0xffff_ffff, other & 0xffff, other >> 16);
    let kind = ["articles", "sections", "authors", "tags"][n % 4];
    let path = match n % 12 {
        0 => format!("/v1/{kind}/by-slug/{one:x}{}", "b".repeat(64)),
        1 => format!("/v1/{kind}/by-slug/{one:x}{}", "%E0%A4%B9".repeat(60)),
        2 => format!("/v1/{kind}/{id}"),
        3 => format!("/v1/resolve?path=/en/{one:x}{}", "r".repeat(1_900)),
        4 => format!("/v1/pages?path=/en/{one:x}/{other:x}{}", "p".repeat(500)),
        5 => format!("/v1/articles?published_after=2{:03}-01-01T00:00:00Z&limit={}", one % 1_000, 1 + other % 100),
        6 => format!("/v1/articles?{}limit={}", "&".repeat(one % 60), 1 + other % 100),
        7 => format!("/v1/articles?section={id}&tag={id}&include=section,tags&fields=id"),
        8 => format!("/v1/{kind}/by-slug/{one:x}?locale=xx"),
        9 => format!("/v1/{kind}/by-slug/{one:x}{}", "b".repeat(7_000)),
        10 => format!("/v1/%73ite?{}", "&".repeat(one % 90)),
        _ => format!("/v1/{kind}/{one:x}?{other:x}={one}"),
    };
    let odd = if n.is_multiple_of(5) {
        format!("x-{one:x}: {}\r\naccept-language: {other:x}\r\n", "h".repeat(one % 4_000))
    } else {
        String::new()
    };
    format!("GET {path} HTTP/1.1\r\nhost: {one:x}.example\r\naccept-encoding: br, gzip\r\n{odd}")
}

#[test]
#[ignore = "takes minutes, and is of interest for its figures"]
fn driving_a_million_requests_of_no_use_leave_hardly_more_than_the_cache_in_memory() {
    const REQUESTS: usize = 1_000_000;
    const AT_ONCE: usize = 50;
    const CACHE: u64 = 64;
    let server = Served::with(&[("DATELINE_CACHE_MB", &CACHE.to_string())]);
    for _ in 0..100 {
        server.get("/v1/site").unwrap();
    }
    let idle = server.memory() >> 10;
    let (next, most) = (AtomicUsize::new(0), AtomicUsize::new(0));
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                loop {
                    let first = next.fetch_add(AT_ONCE, Ordering::Relaxed);
                    if first >= REQUESTS {
                        break;
                    }
                    let mut stream = server.connect();
                    let asked: Vec<String> = (first..first + AT_ONCE).map(request).collect();
                    stream.write_all(format!("{}\r\nconnection: close\r\n\r\n", asked.join("\r\n").trim_end()).as_bytes()).unwrap();
                    let said = heard(&mut stream);
                    assert_eq!(said.len(), AT_ONCE, "{first}: {:?}", said.last());
                    assert!(said.iter().all(|s| s.status < 500), "{first}");
                    if first.is_multiple_of(10_000) {
                        most.fetch_max(usize::try_from(server.memory() >> 10).unwrap(), Ordering::Relaxed);
                    }
                }
            });
        }
        scope.spawn(|| {
            // Heads that are longer than any, each on a connection of its own.
            let mut sent = 0;
            while next.load(Ordering::Relaxed) < REQUESTS {
                server.say(format!("GET /v1/articles/by-slug/{sent}{} HTTP/1.1\r\nhost: x\r\n\r\n", "b".repeat(60_000)).as_bytes());
                sent += 1;
            }
            eprintln!("and {sent} of 60 KB each");
        });
    });
    let (after, most) = (server.memory() >> 10, most.into_inner());
    eprintln!("resident memory in MiB: {idle} idle, {most} at most, {after} after {REQUESTS} requests, with a cache of {CACHE}");
    assert!(after <= idle + CACHE + 40, "{after} MiB");
}
