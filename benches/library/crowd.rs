//! Sixteen first renditions at once, beside readers of an article.

use std::{
    fs,
    sync::atomic::{AtomicBool, AtomicU32, Ordering},
    thread,
    time::Instant,
};

use serde_json::json;

use super::{Desk, newsroom, picture, renditions, row, side, uploading::most_held};
use crate::support::{Client, load, variable};

/// What is drawn at once: each as WebP and as JPEG.
const WIDTHS: [u32; 8] = [320, 480, 640, 800, 960, 1_280, 1_600, 1_920];

pub(crate) fn measure() {
    let newsroom = newsroom();
    let server = newsroom.serve(64);
    let desk = Desk::at(&server);
    let tag = desk.get("/v1/desk/site").1;
    desk.does("PATCH", "/v1/desk/site", Some(&tag), &json!({ "renditions": { "widths": WIDTHS, "ratios": [] } }));
    let item = desk.add(&picture(side(), 1));
    let story = desk.led_by(&item);
    let article = desk.url(&format!("/v1/articles/{story}"));
    let all: Vec<String> =
        WIDTHS.iter().flat_map(|width| ["webp", "jpg"].map(|format| desk.url(&format!("/v1/media/{item}/{width}.{format}")))).collect();
    drop(desk);

    // One that checked no password and looked into no picture yet.
    drop(server);
    let server = newsroom.serve(64);
    let moved = |url: &str| format!("{}/{}", server.url, url.splitn(4, '/').nth(3).unwrap());
    let (article, all): (_, Vec<String>) = (moved(&article), all.iter().map(|url| moved(url)).collect());
    load(&["-c64"], &article);
    let idle = server.memory();
    let (drawn, failed) = (AtomicU32::new(0), AtomicU32::new(0));
    let mut longest = 0.0f64;
    let mut runs = Vec::new();
    let (most, _) = most_held(&server, || {
        for _ in 0..variable("ROUNDS", 3) {
            let without = load(&["-c64"], &article);
            let is_over = AtomicBool::new(false);
            let with = thread::scope(|scope| {
                let readers = scope.spawn(|| {
                    let with = load(&["-c64"], &article);
                    is_over.store(true, Ordering::Relaxed);
                    with
                });
                // Ends: when the readers have read for as long as they are to.
                while !is_over.load(Ordering::Relaxed) {
                    let _ = fs::remove_dir_all(renditions(&newsroom));
                    let (began, drawn, failed) = (Instant::now(), &drawn, &failed);
                    thread::scope(|scope| {
                        for url in &all {
                            scope.spawn(move || {
                                let mut answer = Client::new().0.get(url).call().unwrap();
                                let counter = if answer.status() == 200 { drawn } else { failed };
                                answer.body_mut().read_to_vec().unwrap();
                                counter.fetch_add(1, Ordering::Relaxed);
                            });
                        }
                    });
                    longest = longest.max(began.elapsed().as_secs_f64());
                }
                readers.join().unwrap()
            });
            runs.push((with, without));
        }
    });
    runs.sort_by(|a, b| (a.0.p99 / a.1.p99).total_cmp(&(b.0.p99 / b.1.p99)));
    let (with, without) = runs[runs.len() / 2];
    let told = format!(
        "64 readers alone; {:.0} requests/s beside {:.0}, medians {:.0} beside {:.0} µs; {} drawn, {} refused, sixteen in {longest:.1} s at most",
        with.rate,
        without.rate,
        with.median,
        without.median,
        drawn.into_inner(),
        failed.into_inner()
    );
    let p99 = |p99: f64| format!("p99 {:.2} ms", p99 / 1e3);
    row("64 readers of an article beside 16 first renditions", &p99(with.p99), &p99(without.p99), with.p99 / without.p99, "≤ 2.00", &told);
    let bound = idle + 64.0 + 320.0;
    let told = format!("idle ({idle:.1} MiB), the cache (64) and DATELINE_MEDIA_MEMORY_MB (320)");
    row("memory at its peak", &format!("{most:.1} MiB"), &format!("{bound:.1} MiB"), most / bound, "≤ 1.00", &told);
}
