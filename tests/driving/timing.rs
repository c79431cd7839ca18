//! How long sign-ins take that fail: for somebody whom there is, and for somebody whom there is not. It is told, and nothing is asserted of time:
//! `DATELINE_TEST_PAIRS=1000 cargo test --release --test suite -- --ignored --nocapture timing_of_sign_ins`.

#![expect(clippy::disallowed_methods, reason = "a driver is told in its environment how far to go, and tells how long things took")]

use std::time::Instant;

use serde_json::json;

use crate::support::served::Served;

/// Failures of one account, wherever they come from, that make nobody wait.
const EACH: usize = 50;

/// Milliseconds that a failed sign-in takes, from an address of its own.
fn failing(server: &Served, email: &str, n: usize) -> f64 {
    let from = format!("x-forwarded-for: 2001:db8:{:x}:{:x}::1\r\n", n / 60_000, n % 60_000);
    let sent = json!({ "email": email, "password": "a sentence that is guessed" });
    let since = Instant::now();
    let answer = server.send("POST", "/v1/auth/token", &from, &sent);
    let took = since.elapsed().as_secs_f64() * 1_000.0;
    assert_eq!(answer.status, 401, "{email}");
    took
}

fn median(times: &mut [f64]) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

/// How likely two samples are of one distribution, that differ at least so much (Kolmogorov and Smirnov); both are sorted.
fn likeness(a: &[f64], b: &[f64]) -> f64 {
    let number = |n: usize| f64::from(u32::try_from(n).unwrap());
    let below = |all: &[f64], at: f64| number(all.partition_point(|time| *time <= at)) / number(all.len());
    let apart = a.iter().chain(b).map(|at| (below(a, *at) - below(b, *at)).abs()).fold(0.0, f64::max);
    let size = (number(a.len() * b.len()) / number(a.len() + b.len())).sqrt();
    let scaled = (size + 0.12 + 0.11 / size) * apart;
    let term = |k: i32| (-2.0 * f64::from(k * k) * scaled * scaled).exp() * if k % 2 == 1 { 2.0 } else { -2.0 };
    (1..100).map(term).sum::<f64>().clamp(0.0, 1.0)
}

#[test]
#[ignore = "takes minutes, and tells times for people to look at"]
fn timing_of_sign_ins() {
    let pairs: usize = std::env::var("DATELINE_TEST_PAIRS").map_or(200, |n| n.parse().unwrap());
    let server = Served::with(&[("DATELINE_TRUSTED_PROXIES", "127.0.0.0/8"), ("DATELINE_RATE_LIMIT", "off")]);
    let admin = server.administrator();
    for n in 0..pairs.div_ceil(EACH) {
        let user =
            json!({ "email": format!("known-{n}@example.org"), "name": "Known", "password": "a-long-sentence-of-theirs", "grants": [] });
        assert_eq!(server.send("POST", "/v1/desk/users", &admin, &user).status, 201);
    }
    // In turn, so that whatever else the machine does falls on all of them alike.
    let (mut known, mut unknown, mut control) = (Vec::new(), Vec::new(), Vec::new());
    for n in 0..pairs + 20 {
        let of = (n % pairs) / EACH;
        let took = [
            failing(&server, &format!("known-{of}@example.org"), 3 * n),
            failing(&server, &format!("nobody-{of}@example.org"), 3 * n + 1),
            failing(&server, &format!("neither-{of}@example.org"), 3 * n + 2),
        ];
        // The first ones warm it up.
        if n >= 20 {
            known.push(took[0]);
            unknown.push(took[1]);
            control.push(took[2]);
        }
    }
    let medians = [median(&mut known), median(&mut unknown), median(&mut control)];
    println!("{pairs} pairs, medians in ms: known {:.2}, unknown {:.2}, also unknown {:.2}", medians[0], medians[1], medians[2]);
    println!("likeness (KS p): known and unknown {:.3}, both unknown {:.3}", likeness(&known, &unknown), likeness(&unknown, &control));
}
