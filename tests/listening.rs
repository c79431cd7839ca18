//! Stories to listen to: what is heard is what is live, made once, and gone with its words.

mod making;
mod people;
mod providers;

use std::{fs, path::PathBuf, sync::Arc, time::Duration};

use dateline::{
    media::files::Files,
    speech::{Speech, SpeechLimits, Words, command::Program},
    store::Store,
    workers::speaker::Reader,
};
use serde_json::{Value, json};

use crate::support::{Client, TestApp, new_file};

/// What is said: a WAV of the text itself, at 8,000 samples of 8 bits a second, however long it says that it is.
const SPEAKS: &str = "text=$(cat); printf '%s\\n' \"$1\" >> \"$0.log\"; cat \"$0.wav\"; printf '%s' \"$text\"";
/// What encodes it: ten frames of MP3, of which the last holds a sum of what was said.
const ENCODES: &str = "sum=$(cksum); cat \"$0.mp3\"; printf '\\377\\373\\220\\144%413s' \"$sum\"";

/// A voice that a test made, in a folder of its own.
struct Voice {
    folder: PathBuf,
}

impl Drop for Voice {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

impl Voice {
    fn new() -> Self {
        let folder = new_file().with_extension("voice");
        fs::create_dir(&folder).unwrap();
        let voice = Self { folder };
        let format = [&[1, 0, 1, 0], &8_000_u32.to_le_bytes()[..], &8_000_u32.to_le_bytes(), &[1, 0, 8, 0]].concat();
        let head = [b"RIFF".as_slice(), &[0xff; 4], b"WAVEfmt ", &[16, 0, 0, 0], &format, b"data", &[0xff; 4]].concat();
        fs::write(voice.folder.join("speak.wav"), head).unwrap();
        fs::write(voice.folder.join("encode.mp3"), [&[0xff, 0xfb, 0x90, 0x64], &[0; 413][..]].concat().repeat(9)).unwrap();
        voice.says(SPEAKS);
        voice.script("encode", ENCODES);
        voice
    }

    fn script(&self, name: &str, script: &str) {
        fs::write(self.folder.join(name), script).unwrap();
    }

    /// Let it do something else from here on.
    fn says(&self, script: &str) {
        self.script("speak", script);
    }

    /// The voices that it has spoken in, one for each time.
    fn spoken(&self) -> Vec<String> {
        let log = fs::read_to_string(self.folder.join("speak.log")).unwrap_or_default();
        log.lines().map(ToOwned::to_owned).collect()
    }

    fn words(&self, name: &str, more: &str) -> Words {
        Words::read(&format!("sh '{}' {more}", self.folder.join(name).display()), &["voice", "bit_rate"]).unwrap()
    }

    fn speech(&self) -> Arc<Speech> {
        let environment = vec![("PATH".to_owned(), "/usr/bin:/bin".to_owned())];
        let speaker = Program { words: self.words("speak", "{voice}"), environment: environment.clone() };
        let limits = SpeechLimits { time: Duration::from_mins(1), bytes: 1 << 20 };
        Arc::new(Speech { speaker: Box::new(speaker), encoder: self.words("encode", "{bit_rate}"), environment, limits })
    }
}

fn files(app: &TestApp) -> Arc<Files> {
    app.state().files.clone()
}

fn reader(app: &TestApp, store: &Store, speech: Arc<Speech>) -> Reader {
    Reader::new(store.clone(), files(app), speech).unwrap()
}

/// Give a locale a voice, or none.
async fn voice(admin: &Client<'_>, locale: &str, name: &Value) {
    let at = format!("/v1/desk/locales/{locale}");
    let voice = if name.is_null() { Value::Null } else { json!({ "name": name }) };
    let tag = admin.get(&at).await.etag();
    admin.patch(&at, &tag, &json!({ "voice": voice })).await.ok();
}

fn public(story: &str) -> String {
    format!("/v1/articles/{}?locale=en", story.rsplit('/').next().unwrap())
}

/// What readers are told of listening to a story.
async fn heard(app: &TestApp, story: &str) -> Value {
    app.anyone().get(&public(story)).await.ok()["audio"].clone()
}

/// Where the file of an address is asked for.
fn target(audio: &Value) -> String {
    audio["url"].as_str().unwrap().strip_prefix("http://127.0.0.1:8080").unwrap().to_owned()
}

fn audio(story: &str) -> String {
    format!("{story}/translations/en/audio")
}

/// Change the words of a story, in the working copy.
async fn change(editor: &Client<'_>, story: &str, change: &Value) {
    let at = format!("{story}/translations/en");
    let tag = editor.get(&at).await.etag();
    editor.patch(&at, &tag, change).await.ok();
}
