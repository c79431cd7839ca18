//! What an address costs: `cargo bench --bench claims`, on `SQLite` and, where `initdb` and `postgres` are installed, on `PostgreSQL`.
//!
//! 100,000 stories of random words in eight scripts, every hundredth of them under one headline, and after that every headline of the
//! bundles named on the command line, twelve times over: `cargo bench --bench claims -- FILE.ndjson`. The time is that of the claim
//! alone, without the commit, which is the same for any. `CLAIMS=1000000` for more.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a benchmark fails by panicking")]
#![expect(clippy::disallowed_methods, reason = "a benchmark takes the time")]

#[path = "../tests/support/postgres.rs"]
#[expect(dead_code, reason = "tests need more of it")]
mod postgres;

use std::{
    collections::HashSet,
    sync::Arc,
    time::{Duration, Instant},
};

use dateline::{
    access::Bookkeeping,
    cli::system::{OsEntropy, SystemClock},
    domain::{Locale, address::AddressKind, slug::Slug},
    store::{
        Limits, Options, Store,
        claims::{self, Claim},
    },
};
use uuid::Uuid;

/// Numbers that are the same in every run.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self, below: u64) -> u64 {
        self.0 = self.0.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(0x1405_7b7e_f767_814f);
        (self.0 >> 33) % below
    }
}

/// First and last letter of the scripts that words are made of.
const SCRIPTS: [(u32, u32); 8] = [
    (0x61, 0x7a),
    (0x0915, 0x0939),
    (0x0995, 0x09b9),
    (0x0c95, 0x0cb9),
    (0x0430, 0x044f),
    (0x0621, 0x064a),
    (0x4e00, 0x9fff),
    (0xac00, 0xd7a3),
];

fn headline(numbers: &mut Numbers) -> String {
    let (first, last) = SCRIPTS[usize::try_from(numbers.next(8)).unwrap()];
    let mut text = String::new();
    for _ in 0..=numbers.next(12) {
        for _ in 0..=numbers.next(9) {
            let letter = first + u32::try_from(numbers.next(u64::from(last - first + 1))).unwrap();
            text.extend(char::from_u32(letter));
            if numbers.next(4) == 0 {
                // A vowel sign, a virama, an accent: whatever its script makes of it.
                text.push(['\u{301}', '\u{94d}', '\u{9cd}', '\u{cbf}'][usize::try_from(numbers.next(4)).unwrap()]);
            }
        }
        text.push(' ');
    }
    text
}

fn percentile(sorted: &[Duration], hundredths: usize) -> Duration {
    sorted.get((sorted.len() * hundredths / 100).min(sorted.len().saturating_sub(1))).copied().unwrap_or_default()
}

fn tell(what: &str, mut times: Vec<Duration>) {
    times.sort();
    let [median, most, last] = [50, 99, 100].map(|p| percentile(&times, p));
    println!("  {what:<44} {:>7}: median {median:>9.1?}   99 % {most:>9.1?}   last {last:>9.1?}", times.len());
}

/// Claim an address for each of these headlines, a hundred to a transaction; how long each took.
fn claim_all(store: &Store, headlines: &[String], from: u128) -> Vec<Duration> {
    let locale = Locale::english();
    let mut given = HashSet::new();
    let mut times = Vec::new();
    for (n, batch) in headlines.chunks(100).enumerate() {
        let claimed = store.write_now(&Bookkeeping, |tx| {
            let mut claimed = Vec::new();
            for (m, headline) in batch.iter().enumerate() {
                let target = Uuid::from_u128(from + u128::try_from(n * 100 + m).unwrap());
                let wish = Slug::derive(headline, &locale).unwrap_or_else(|| Slug::of_id(target)).into();
                let began = Instant::now();
                let slug = claims::claim(tx, Claim { kind: AddressKind::Article, target, locale: &locale }, &wish)?;
                claimed.push((slug, began.elapsed()));
            }
            Ok(claimed)
        });
        for (slug, took) in claimed.unwrap() {
            assert_eq!(Slug::parse(slug.as_str(), &locale, "#/slug").unwrap(), slug);
            assert!(given.insert(slug.clone()), "{slug} was given twice");
            times.push(took);
        }
    }
    times
}

fn measure(url: &str, bundles: &[String]) {
    let options = Options {
        url: url.to_owned(),
        readers: 1,
        writers: 1,
        clock: Arc::new(SystemClock),
        entropy: Arc::new(OsEntropy),
        media_url: "http://127.0.0.1:8080/v1/media".to_owned(),
        limits: Limits::default(),
    };
    let store = Store::open(options).unwrap();
    store.migrate().unwrap();
    let count: usize = std::env::var("CLAIMS").ok().and_then(|n| n.parse().ok()).unwrap_or(100_000);
    let mut numbers = Numbers(7);
    let headlines: Vec<String> =
        (0..count).map(|n| if n % 100 == 0 { "Your horoscope for today".to_owned() } else { headline(&mut numbers) }).collect();
    println!("{:?}", store.engine());
    let times = claim_all(&store, &headlines, 1);
    let shared: Vec<Duration> = times.iter().step_by(100).copied().collect();
    let tenth = shared.len() / 10;
    tell("all", times);
    tell("of one headline, the first tenth", shared[..tenth].to_vec());
    tell("of one headline, the last tenth", shared[shared.len() - tenth..].to_vec());
    for bundle in bundles {
        let mut headlines = Vec::new();
        for line in std::fs::read_to_string(bundle).unwrap().lines() {
            let record: serde_json::Value = serde_json::from_str(line).unwrap();
            let translations = record["translations"].as_object().into_iter().flat_map(|all| all.values());
            headlines.extend(translations.filter_map(|t| t["headline"].as_str()).map(str::to_owned));
        }
        let distinct = headlines.len();
        let headlines: Vec<String> = std::iter::repeat_n(headlines, 12).flatten().collect();
        tell(&format!("{distinct} headlines of a bundle, twelve times"), claim_all(&store, &headlines, 1 << 64));
    }
}

fn main() {
    let bundles: Vec<String> = std::env::args().skip(1).filter(|a| !a.starts_with("--")).collect();
    let folder = std::env::temp_dir().join(format!("dateline-claims-{}", std::process::id()));
    measure(&format!("sqlite://{}/dateline.db", folder.display()), &bundles);
    std::fs::remove_dir_all(&folder).unwrap();
    match postgres::Database::new() {
        Some(database) => {
            measure(&database.url, &bundles);
            database.forget();
        }
        None => println!("no PostgreSQL here"),
    }
}
