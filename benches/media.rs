//! The media library beside bare peers, in one run: `cargo bench --bench media`, or some of it: `cargo bench --bench media -- serving drawing`.
//!
//! Real processes: `wrk` is the load; `vipsthumbnail` and `convert`, `cp`, `sync` and `sha256sum`, `espeak-ng` and `ffmpeg` are the peers. What is
//! measured is named on the command line, or in `ROWS`: serving, drawing, uploading, crowd, speaking, takedown. Sizes, for a quick try with a build
//! that is not optimized: `SECONDS_EACH=1 ROUNDS=1 SIDE=1600 SOUND_MB=1 UPLOAD_MB=32 WORDS=60 PAGES=20`; `TMPDIR` says on which disk. Nothing is asserted here: these machines
//! differ. Ratios of what ran side by side are what counts.

#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a benchmark fails by panicking")]
#![expect(clippy::disallowed_methods, reason = "a benchmark takes the time")]
#![expect(
    clippy::as_conversions,
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "ratios, and shades"
)]

mod library;
#[allow(clippy::allow_attributes, dead_code, reason = "benchmarks share what each needs some of")]
mod support;

use std::path::Path;

use library::{crowd, drawing, serving, speaking, takedown, uploading};
use support::machine;

/// What is measured, by name.
const ROWS: [(&str, fn()); 6] = [
    ("serving", serving::measure),
    ("drawing", drawing::measure),
    ("uploading", uploading::measure),
    ("crowd", crowd::measure),
    ("speaking", speaking::measure),
    ("takedown", takedown::measure),
];

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    match arguments.as_slice() {
        [_, word, port, file] if word == "bare" => return serving::bare(port.parse().unwrap(), Path::new(file), false),
        [_, word, port, file] if word == "held" => return serving::bare(port.parse().unwrap(), Path::new(file), true),
        _ => {}
    }
    let named = std::env::var("ROWS").unwrap_or_default();
    let named: Vec<&str> =
        named.split_whitespace().chain(arguments.iter().skip(1).map(String::as_str)).filter(|n| !n.starts_with('-')).collect();
    if let Some(unknown) = named.iter().find(|name| ROWS.iter().all(|(row, _)| row != *name)) {
        panic!("nothing is measured by the name of {unknown}: {}", ROWS.map(|(row, _)| row).join(", "));
    }
    println!("machine: {}; SQLite at synchronous=FULL, files in a folder\n", machine());
    println!("| what | this | beside | ratio | wanted | beside what |\n| --- | --- | --- | --- | --- | --- |");
    ROWS.iter().filter(|(row, _)| named.is_empty() || named.contains(row)).for_each(|(_, measure)| measure());
}
