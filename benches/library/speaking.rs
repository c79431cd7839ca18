//! From the publication of a story to its sound, beside the voice alone.

use std::{fs, process::Command, thread, time::Duration};

use serde_json::{Value, json};

use super::{Desk, median, ms, newsroom, rounds, row, run};
use crate::support::{Server, variable};

/// What sentences are made of.
const SAID: [&str; 24] = [
    "the", "ferry", "crosses", "a", "river", "before", "dawn", "and", "every", "lamp", "on", "its", "bank", "says", "that", "rain", "came",
    "late", "while", "people", "waited", "under", "one", "roof",
];

/// A story of so many words, of which each is another.
fn words(count: usize, seed: usize) -> String {
    let word = |n: usize| SAID[(n * 7 + n / 24 * 5 + seed * 11 + n * n % 13) % 24];
    let all: Vec<_> = (0..count).map(word).collect();
    let sentences: Vec<_> = all.chunks(12).map(|words| format!("Then {}.", words[..words.len() - 1].join(" "))).collect();
    sentences.chunks(5).map(|some| format!("<p>{}</p>", some.join(" "))).collect()
}

pub(crate) fn measure() {
    let newsroom = newsroom();
    let (mut command, port) = newsroom.serving(64);
    command.env("DATELINE_SPEECH_COMMAND", "espeak-ng -v {voice} --stdout").env("PATH", std::env::var_os("PATH").unwrap_or_default());
    let server = Server::start(command, port);
    let desk = Desk::at(&server);
    // What is live already would be read aloud first; a language that nothing is in has all of the voice to itself.
    for locale in ["en", "hi", "bn", "kn"] {
        let at = format!("/v1/desk/locales/{locale}");
        desk.does("PATCH", &at, Some(&desk.get(&at).1), &json!({ "voice": null }));
    }
    let locale = json!({ "locale": "en-GB", "name": "English", "fallback": ["en"], "state": "public", "voice": { "name": "en-gb" } });
    desk.does("POST", "/v1/desk/locales", None, &locale);
    let (section, count) = (desk.section(), variable("WORDS", 600usize));
    let (script, wav, mp3) = (newsroom.folder.join("script"), newsroom.folder.join("spoken.wav"), newsroom.folder.join("spoken.mp3"));
    let (mut sound, mut voice, mut encoder, mut length, mut tries) = (Vec::new(), Vec::new(), Vec::new(), 0.0, 0);
    for round in 0..rounds() {
        let body = json!({ "format": "html", "content": words(count, round) });
        let (story, tag) = desk.story(&section, ("en-GB", &format!("Read aloud {round}")), &Value::Null, &body);
        let audio = format!("/v1/desk/articles/{story}/translations/en-GB/audio");
        desk.publish(&story, &tag, "en-GB");
        let began = std::time::Instant::now();
        // Ends: the sound is made, or given up, which is told as well.
        let told = loop {
            let told = desk.get(&audio).0;
            match told["state"].as_str() {
                Some("ready") => break told,
                Some("failed") => panic!("{told}"),
                _ => thread::sleep(Duration::from_millis(5)),
            }
        };
        sound.push(began.elapsed());
        tries += told["attempts"].as_u64().unwrap();
        length = told["sound"]["duration_ms"].as_f64().unwrap() / 1e3;
        fs::write(&script, told["script"].as_str().unwrap()).unwrap();
        let by_hand = |line: String| run(Command::new("sh").args(["-c", &line]));
        voice.push(by_hand(format!("espeak-ng -v en-gb --stdout < '{}' > '{}'", script.display(), wav.display())));
        let encodes = "ffmpeg -nostdin -loglevel error -y -f wav -i pipe:0 -ac 1 -c:a libmp3lame -b:a 64k -f mp3";
        encoder.push(by_hand(format!("{encodes} '{}' < '{}'", mp3.display(), wav.display())));
    }
    let (sound, voice, encoder) = (median(sound), median(voice), median(encoder));
    let told = format!("espeak-ng alone; ffmpeg alone takes {} more; {length:.0} s of sound, {tries} tries in vain", ms(encoder));
    let what = format!("a story of {count} words, published → heard");
    row(&what, &ms(sound), &ms(voice), sound.as_secs_f64() / voice.as_secs_f64(), "≤ 1.20", &told);
    let both = voice + encoder;
    row("the same", &ms(sound), &ms(both), sound.as_secs_f64() / both.as_secs_f64(), "", "espeak-ng, then ffmpeg");
}
