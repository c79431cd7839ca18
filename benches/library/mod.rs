//! What the rows share: somebody at the desk, pictures and sound that are made up, and times.

pub(crate) mod crowd;
pub(crate) mod drawing;
pub(crate) mod serving;
pub(crate) mod speaking;
pub(crate) mod takedown;
pub(crate) mod uploading;

use std::{
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use jpeg_encoder::{ColorType, Encoder};
use serde_json::{Value, json};

use crate::support::{Client, Newsroom, Server, variable};

/// How often each thing is measured beside the other; the middle one counts.
pub(crate) fn rounds() -> usize {
    variable("ROUNDS", 5)
}

/// A newsroom with the stories of the demo.
pub(crate) fn newsroom() -> Newsroom {
    Newsroom::new(1, None).0
}

/// The folder in which a newsroom keeps what was drawn.
pub(crate) fn renditions(newsroom: &Newsroom) -> PathBuf {
    newsroom.folder.join("data/media/renditions")
}

/// A line of the table.
pub(crate) fn row(what: &str, ours: &str, other: &str, ratio: f64, wanted: &str, against: &str) {
    println!("| {what} | {ours} | {other} | {ratio:.2} | {wanted} | {against} |");
}

/// The middle one.
pub(crate) fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

/// So long, in milliseconds.
pub(crate) fn ms(time: Duration) -> String {
    format!("{:.1} ms", time.as_secs_f64() * 1e3)
}

/// How long this takes.
pub(crate) fn timed(work: impl FnOnce()) -> Duration {
    let began = Instant::now();
    work();
    began.elapsed()
}

/// How long a program takes, which must not fail.
pub(crate) fn run(command: &mut Command) -> Duration {
    let began = Instant::now();
    let output = command.stdout(Stdio::null()).stderr(Stdio::piped()).output();
    let (taken, output) = (began.elapsed(), output.unwrap_or_else(|e| panic!("{command:?}: {e}")));
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    taken
}

/// Somebody at the desk of a server.
pub(crate) struct Desk<'s> {
    pub(crate) client: Client,
    pub(crate) server: &'s Server,
    pub(crate) token: String,
}

impl<'s> Desk<'s> {
    pub(crate) fn at(server: &'s Server) -> Self {
        let client = Client::new();
        let token = client.token(server);
        Self { client, server, token }
    }

    /// Where something is on this server, whatever address it was given out with.
    pub(crate) fn url(&self, path: &str) -> String {
        let path = path.strip_prefix("http://bench.test").unwrap_or(path);
        format!("{}{path}", self.server.url)
    }

    pub(crate) fn get(&self, path: &str) -> (Value, String) {
        let (status, answer, tag) = self.client.send("GET", &self.url(path), &[("authorization", &self.token)], &Value::Null);
        assert_eq!(status, 200, "{path}: {answer}");
        (answer, tag)
    }

    /// Change something, as it is now where it is told so; what came of it, and its tag.
    pub(crate) fn does(&self, method: &str, path: &str, tag: Option<&str>, body: &Value) -> (Value, String) {
        let auth = ("authorization", self.token.as_str());
        let headers: Vec<_> = [auth].into_iter().chain(tag.map(|tag| ("if-match", tag))).collect();
        let (status, answer, tag) = self.client.send(method, &self.url(path), &headers, body);
        assert!((200..300).contains(&status), "{method} {path}: {status} {answer}");
        (answer, tag)
    }

    /// Add a small file to the library; its id.
    pub(crate) fn add(&self, bytes: &[u8]) -> String {
        let request = self.client.0.post(self.url("/v1/desk/media")).header("authorization", &self.token);
        let mut answer = request.header("content-type", "application/octet-stream").send(bytes).unwrap();
        let item: Value = serde_json::from_str(&answer.body_mut().read_to_string().unwrap()).unwrap();
        item["id"].as_str().unwrap_or_else(|| panic!("{item}")).to_owned()
    }

    pub(crate) fn section(&self) -> String {
        self.get("/v1/sections").0["data"][0]["id"].as_str().unwrap().to_owned()
    }

    /// A story that is not live; its id and its tag.
    pub(crate) fn story(&self, section: &str, (locale, headline): (&str, &str), lead: &Value, body: &Value) -> (String, String) {
        let words = json!({ "headline": headline, "summary": "A summary.", "body": body });
        let story =
            json!({ "kind": "story", "section_id": section, "source_locale": locale, "lead": lead, "translations": { locale: words } });
        let (made, tag) = self.does("POST", "/v1/desk/articles", None, &story);
        (made["id"].as_str().unwrap().to_owned(), tag)
    }

    pub(crate) fn publish(&self, story: &str, tag: &str, locale: &str) {
        self.does("POST", &format!("/v1/desk/articles/{story}/publish"), Some(tag), &json!({ "locales": [locale] }));
    }

    /// A live story that a picture leads; its id.
    pub(crate) fn led_by(&self, picture: &str) -> String {
        let body = json!({ "format": "html", "content": "<p>One.</p><p>Two.</p>" });
        let (story, tag) = self.story(&self.section(), ("en", "A picture of the bench"), &json!({ "media_id": picture }), &body);
        self.publish(&story, &tag, "en");
        story
    }
}

/// Numbers that are the same in every run.
pub(crate) struct Numbers(pub(crate) u64);

impl Numbers {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// From -1 to 1.
    fn around_zero(&mut self) -> f32 {
        (self.next() >> 40) as f32 / (1u64 << 23) as f32 - 1.0
    }
}

/// How many times a field is made finer.
const FINER: u32 = 8;

/// A field of noise that has as much in every octave as `fade` leaves of the one before, as clouds, walls and leaves have.
fn field(width: usize, height: usize, numbers: &mut Numbers, fade: f32) -> Vec<f32> {
    let (mut across, mut down) = ((width >> FINER) + 2, (height >> FINER) + 2);
    let mut now: Vec<f32> = (0..across * down).map(|_| numbers.around_zero()).collect();
    let mut much = 1.0;
    for _ in 0..FINER {
        much *= fade;
        let (wider, higher) = (across * 2 - 1, down * 2 - 1);
        let mut finer = Vec::with_capacity(wider * higher);
        for y in 0..higher {
            let (above, below) = (&now[y / 2 * across..], &now[y.div_ceil(2) * across..]);
            for x in 0..wider {
                let mean = (above[x / 2] + above[x.div_ceil(2)] + below[x / 2] + below[x.div_ceil(2)]) / 4.0;
                finer.push(mean + much * numbers.around_zero());
            }
        }
        (now, across, down) = (finer, wider, higher);
    }
    (0..height).flat_map(|y| now[y * across..y * across + width].to_vec()).collect()
}

/// A JPEG of so many pixels, three quarters as high as it is wide: light that changes, texture in every size, and edges; of another `seed` another one.
pub(crate) fn picture(width: usize, seed: u64) -> Vec<u8> {
    let height = width * 3 / 4;
    let mut numbers = Numbers(seed | 1);
    let (light, shapes) = (field(width, height, &mut numbers, 0.58), field(width, height, &mut numbers, 0.42));
    let mut pixels = Vec::with_capacity(width * height * 3);
    for (n, (light, shape)) in light.iter().zip(&shapes).enumerate() {
        let (right, down) = ((n % width) as f32 / width as f32, (n / width) as f32 / height as f32);
        let shade = 128.0 + 70.0 * light + if *shape > 0.25 { 40.0 } else { -20.0 * down };
        let warm = if *shape > 0.25 { 18.0 } else { -24.0 * (1.0 - right) };
        pixels.extend([shade + warm, shade + 6.0 * down, shade - warm].map(|shade| shade.clamp(0.0, 255.0) as u8));
    }
    let mut bytes = Vec::new();
    let mut encoder = Encoder::new(&mut bytes, 90);
    encoder.set_sampling_factor(jpeg_encoder::SamplingFactor::F_2_2);
    encoder.encode(&pixels, u16::try_from(width).unwrap(), u16::try_from(height).unwrap(), ColorType::Rgb).unwrap();
    bytes
}

/// Pixels in width of the picture that is drawn of: 12 megapixels.
pub(crate) fn side() -> usize {
    variable("SIDE", 4_000)
}

/// A WAV of noise, of so many bytes.
pub(crate) fn sound(path: &Path, bytes: u64) {
    let length = u32::try_from(bytes - 44).unwrap();
    let mut file = io::BufWriter::with_capacity(1 << 20, fs::File::create(path).unwrap());
    let format = [&16u32.to_le_bytes()[..], &[1, 0, 2, 0], &44_100u32.to_le_bytes(), &176_400u32.to_le_bytes(), &[4, 0, 16, 0]].concat();
    let head = [b"RIFF".as_slice(), &(length + 36).to_le_bytes(), b"WAVEfmt ", &format, b"data", &length.to_le_bytes()].concat();
    file.write_all(&head).unwrap();
    let (mut numbers, mut rest) = (Numbers(0x2545_f491_4f6c_dd1d), u64::from(length));
    while rest > 0 {
        let some = numbers.next().to_le_bytes();
        let much = rest.min(8);
        file.write_all(&some[..usize::try_from(much).unwrap()]).unwrap();
        rest -= much;
    }
    file.flush().unwrap();
}
