//! Search: how good its answers are in each language, how fast the index is built and asked, and what it takes: `MATERIAL=newsroom.ndjson cargo bench --bench search`.
//!
//! `MATERIAL` is a bundle; for the judged queries it is that of NTREX-128. `COPIES=1000` builds so many of each of its stories, which flatters the size of the index, for words repeat.
//! Nothing is asserted here: these machines differ.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a benchmark fails by panicking")]
#![expect(clippy::disallowed_methods, reason = "a benchmark takes the time, and is told what to do")]
#![expect(clippy::as_conversions, clippy::cast_precision_loss, reason = "ratios")]
#![expect(clippy::cast_possible_truncation, reason = "percentiles")]

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    path::Path,
    time::Instant as Timer,
};

use dateline::{
    domain::{Instant, Locale, analysis::Analyser, article::ArticleId, content::Content},
    search::{Among, Document, Documents, Languages, Query, Ranking, Recency, SearchIndex},
};
use serde_json::Value;
use uuid::Uuid;

/// The queries, and which stories answer them.
const JUDGED: &str = include_str!("../tests/rules/analysis/judged.tsv");

/// One story of the material in its languages.
struct Story {
    key: String,
    words: Vec<(Locale, String, String, String)>,
}

fn material(path: &str) -> Vec<Story> {
    let told = |line: &str| -> Option<Story> {
        let record: Value = serde_json::from_str(line).unwrap();
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let words = record["translations"].as_object()?.iter().map(|(locale, words)| {
            (locale.parse().unwrap(), text(&words["headline"]), text(&words["summary"]), text(&words["body"]["content"]))
        });
        (record["type"] == "article").then(|| Story { key: text(&record["key"]), words: words.collect() })
    };
    std::fs::read_to_string(path).unwrap().lines().filter_map(told).collect()
}

fn documents(story: &Story, id: ArticleId) -> Documents {
    let live_in: Vec<Locale> = story.words.iter().map(|words| words.0.clone()).collect();
    let document = |(locale, headline, summary, body): &(Locale, String, String, String)| Document {
        article: id,
        locale: locale.clone(),
        live_in: live_in.clone(),
        content: Content { headline: headline.clone(), summary: summary.clone(), ..Content::default() },
        body: body.clone(),
        section: Uuid::from_u128(1).into(),
        authors: Vec::new(),
        tags: Vec::new(),
        kind: "story".parse().unwrap(),
        genre: "news".parse().unwrap(),
        published_at: Instant::from_micros(0),
        updated_at: Instant::from_micros(0),
        desk: None,
    };
    Documents { live: story.words.iter().map(document).collect(), desk: Vec::new() }
}

fn query(typed: &str, locale: &Locale) -> Query {
    Query {
        typed: typed.to_owned(),
        languages: Languages::Chain(vec![locale.clone()]),
        among: Among::default(),
        ranking: Ranking::Relevance,
        recency: Recency::default(),
        today: Instant::from_micros(0),
        limit: 10,
        cursor: None,
        is_counted: false,
        facets: BTreeSet::new(),
    }
}

/// The places of stories that are found, by their place in the material.
fn asked(index: &SearchIndex, typed: &str, locale: &Locale) -> Vec<usize> {
    let found = index.search(&query(typed, locale)).unwrap();
    found.hits.iter().map(|hit| usize::try_from(hit.article.uuid().as_u128() - 1).unwrap()).collect()
}

/// The next of a row of numbers that look drawn.
fn next(state: &mut u64) -> usize {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    *state as usize
}

/// How often the story comes first, and among the first five, of whose body three words are typed that are no stop words.
fn known_items(index: &SearchIndex, stories: &[Story], locale: &Locale) -> (f64, f64, Vec<String>) {
    let (mut first, mut five, mut all) = (0, 0, 0);
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut typed_of = Vec::new();
    for (place, story) in stories.iter().enumerate() {
        let Some((_, _, _, body)) = story.words.iter().find(|words| words.0 == *locale) else { continue };
        let words: Vec<&str> = Analyser::of(locale)
            .words(body)
            .iter()
            .filter(|word| !word.is_common && word.folded.chars().count() > 2)
            .map(|word| body.get(word.range.clone()).unwrap())
            .collect();
        for _ in 0..5 {
            let typed: BTreeSet<&str> = (0..3).map(|_| words[next(&mut state) % words.len()]).collect();
            let typed = typed.into_iter().collect::<Vec<_>>().join(" ");
            let found = asked(index, &typed, locale);
            all += 1;
            first += usize::from(found.first() == Some(&place));
            five += usize::from(found.iter().take(5).any(|found| *found == place));
            typed_of.push(typed);
        }
    }
    (f64::from(first as u32) / f64::from(all), f64::from(five as u32) / f64::from(all), typed_of)
}

/// Mean nDCG@10 of the judged queries.
fn judged(index: &SearchIndex, stories: &[Story], locale: &Locale) -> Option<(f64, usize)> {
    let places: HashMap<&str, usize> = stories.iter().enumerate().map(|(place, story)| (&*story.key, place)).collect();
    let mut lines = JUDGED.lines().filter(|line| !line.starts_with('#'));
    let column = lines.next()?.split('\t').position(|name| name == locale.as_str())?;
    let mut scores = Vec::new();
    for line in lines {
        let row: Vec<&str> = line.split('\t').collect();
        let Some(typed) = row.get(column).filter(|typed| !typed.is_empty()) else { continue };
        let grades: BTreeMap<usize, f64> = row[0]
            .split(' ')
            .filter_map(|one| one.rsplit_once(':'))
            .filter_map(|(key, grade)| Some((*places.get(key)?, grade.parse().ok()?)))
            .collect();
        let gain = |grades: &mut dyn Iterator<Item = f64>| -> f64 {
            grades.zip(2..).map(|(grade, n)| (grade.exp2() - 1.0) / f64::from(n).log2()).sum()
        };
        let mut best: Vec<f64> = grades.values().copied().collect();
        best.sort_by(|a, b| b.total_cmp(a));
        let ideal = gain(&mut best.into_iter().take(10));
        let found = asked(index, typed, locale);
        if ideal > 0.0 {
            scores.push(gain(&mut found.iter().map(|place| grades.get(place).copied().unwrap_or(0.0))) / ideal);
        }
    }
    Some((scores.iter().sum::<f64>() / scores.len() as f64, scores.len()))
}

fn main() {
    let Ok(path) = std::env::var("MATERIAL") else {
        println!("MATERIAL=newsroom.ndjson is not set: there is nothing to search");
        return;
    };
    let stories = material(&path);
    let locales: BTreeSet<Locale> = stories.iter().flat_map(|story| story.words.iter().map(|words| words.0.clone())).collect();
    let index = SearchIndex::default();
    let building = index.begin(0).unwrap();
    for (place, story) in (1_u128..).zip(&stories) {
        building.adder().add(&documents(story, Uuid::from_u128(place).into()), 1).unwrap();
    }
    building.finish(0, Instant::from_micros(0)).unwrap();
    println!("{} stories\n\n| | first | first five | nDCG@10 | queries |\n| --- | --- | --- | --- | --- |", stories.len());
    let mut mix = Vec::new();
    for locale in &locales {
        let (first, five, typed) = known_items(&index, &stories, locale);
        mix.extend(typed.into_iter().step_by(12).map(|typed| (typed, locale.clone())));
        let (score, count) = judged(&index, &stories, locale).unwrap_or((f64::NAN, 0));
        println!("| {locale} | {first:.3} | {five:.3} | {score:.4} | {count} |");
    }
    let copies: u128 = std::env::var("COPIES").ok().and_then(|copies| copies.parse().ok()).unwrap_or(1);
    let folder = std::env::temp_dir().join(format!("dateline-bench-search-{}", std::process::id()));
    let large = SearchIndex::at(Path::new(&folder)).unwrap();
    let start = Timer::now();
    let building = large.begin(0).unwrap();
    let threads = std::thread::available_parallelism().map_or(1, |threads| threads.get() as u128);
    let add = |thread: u128| {
        let (mut adder, mut bytes, mut count) = (building.adder(), 0_usize, 0_usize);
        for copy in (0..copies).filter(|copy| copy % threads == thread) {
            for (place, story) in (1_u128..).zip(&stories) {
                let documents = documents(story, Uuid::from_u128(place + copy * 1_000).into());
                let length = |document: &Document| document.content.headline.len() + document.content.summary.len() + document.body.len();
                bytes += documents.live.iter().map(length).sum::<usize>();
                count += documents.live.len();
                adder.add(&documents, 1).unwrap();
            }
        }
        (bytes, count)
    };
    let (bytes, count) = std::thread::scope(|scope| {
        let add = &add;
        let adders: Vec<_> = (0..threads).map(|thread| scope.spawn(move || add(thread))).collect();
        adders.into_iter().map(|adder| adder.join().unwrap()).fold((0, 0), |all, one| (all.0 + one.0, all.1 + one.1))
    });
    building.finish(0, Instant::from_micros(0)).unwrap();
    let seconds = start.elapsed().as_secs_f64();
    let held = dateline::search::parts(&folder)[0].bytes;
    println!(
        "\n{count} translations, {} MB of words: built in {seconds:.1} s, {:.0} a second; {} MB, {:.2} of the words",
        bytes / 1_000_000,
        count as f64 / seconds,
        held / 1_000_000,
        held as f64 / bytes as f64
    );
    let mut times = Vec::new();
    for (typed, locale) in mix.iter().cycle().take(mix.len() * 5) {
        let start = Timer::now();
        large.search(&query(typed, locale)).unwrap();
        times.push(start.elapsed().as_secs_f64() * 1_000.0);
    }
    times.sort_by(f64::total_cmp);
    let mean = times.iter().sum::<f64>() / times.len() as f64;
    println!(
        "{} queries: {mean:.2} ms in the mean, p50 {:.2}, p99 {:.2}; {:.0} a second on one core",
        mix.len(),
        times[times.len() / 2],
        times[times.len() * 99 / 100],
        1_000.0 / mean
    );
    drop(large);
    std::fs::remove_dir_all(&folder).unwrap();
}
