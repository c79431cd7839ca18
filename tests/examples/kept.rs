//! The answers of a demo as the contract shows them: without what is another one each time.

use std::{collections::BTreeMap, path::Path};

use dateline::domain::Instant;
use serde_json::{Map, Value, json};

use crate::support::ISSUER;

/// What the ids of the demo begin with.
const COUNTED: &str = "0198c5a1-7f00-7000-8000-";
/// What stands for an instant of the run, be it now or later.
const NOW: &str = "2026-12-01T06:30:00.000000Z";
/// What stands for what a preview is opened with.
const SIGNED: &str = "eyJhbGciOiJFZERTQSIsImtpZCI6IuKApiIsInR5cCI6InByZXZpZXcrand0In0.…";
/// What a text begins with that is another one each time, and what stands there instead.
const BEGUN: [(&str, &str); 2] = [
    ("dl_live_", "dl_live_4f9kX2mQ7tRb"),
    ("otpauth://", "otpauth://totp/Dateline:admin%40example.org?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=Dateline"),
];
/// What stands for a recovery code.
const RECOVERY: &str = "abcd-efgh-ijkl-mnop";
/// What stands for how well a story fits.
const SCORE: f64 = 12.4;
/// How long the id of a block is.
const BLOCK: usize = 10;
/// How many rows of a list are shown.
const ROWS: usize = 2;
/// What is another one each time, or a secret, and what stands there instead.
const ANOTHER: [(&str, &str); 6] = [
    ("secret", "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"),
    ("access_token", "eyJhbGciOiJFZERTQSIsImtpZCI6IuKApiIsInR5cCI6ImF0K2p3dCJ9.…"),
    ("refresh_token", "the-refresh-token-that-you-were-given"),
    ("token", SIGNED),
    ("kid", "the-name-of-the-key"),
    ("x", "the-public-half-of-the-key-in-base64url"),
];

/// What the answers to all operations are, each by its name.
#[derive(Default)]
pub(super) struct Kept(BTreeMap<String, Value>);

impl Kept {
    /// Keep an answer, when it is JSON.
    pub(super) fn keep(&mut self, operation: &str, answer: Value, begun: Instant) {
        if !answer.is_null() {
            let settled = Settling { begun, ids: Vec::new() }.settled(answer);
            self.0.insert(operation.to_owned(), settled);
        }
    }

    /// Fail when they are not those that the repository has.
    pub(super) fn compare(&self) {
        let text = serde_json::to_string_pretty(&self.0).unwrap() + "\n";
        let committed = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("openapi/answers.json")).unwrap();
        if committed != text {
            let made = std::env::temp_dir().join("dateline-answers.json");
            std::fs::write(&made, &text).unwrap();
            panic!("openapi/answers.json differs from what a demo answers; the present answers are in {}", made.display());
        }
    }
}

/// One answer, in which ids that are new are counted as they come.
struct Settling {
    begun: Instant,
    ids: Vec<String>,
}

impl Settling {
    fn settled(&mut self, value: Value) -> Value {
        match value {
            Value::Object(of) => Value::Object(self.object(of)),
            Value::Array(of) => of.into_iter().map(|one| self.settled(one)).collect(),
            Value::String(text) => json!(self.text(text, false)),
            other => other,
        }
    }

    fn object(&mut self, of: Map<String, Value>) -> Map<String, Value> {
        let is_list = of.contains_key("page");
        let member = |(name, value): (String, Value)| {
            let value = match (ANOTHER.iter().find(|(secret, _)| *secret == name), value) {
                (Some((_, instead)), Value::String(_)) => json!(instead),
                (_, Value::Array(rows)) if is_list && name == "data" => rows.into_iter().take(ROWS).map(|row| self.settled(row)).collect(),
                // Stories lose with every day.
                (_, Value::Number(_)) if name == "score" => json!(SCORE),
                (_, Value::Array(codes)) if name == "recovery_codes" => codes.iter().map(|_| json!(RECOVERY)).collect(),
                (_, Value::String(text)) => json!(self.text(text, ["id", "source", "block"].contains(&name.as_str()))),
                (_, value) => self.settled(value),
            };
            (name, value)
        };
        of.into_iter().map(member).collect()
    }

    fn text(&mut self, text: String, may_be_block: bool) -> String {
        match text.parse::<Instant>() {
            Ok(instant) if instant >= self.begun && !text.starts_with("2099") => return NOW.to_owned(),
            Ok(_) => return text,
            Err(_) => {}
        }
        if let Some((_, instead)) = BEGUN.iter().find(|(begun, _)| text.starts_with(begun)) {
            return (*instead).to_owned();
        }
        let mut text = text.replace(ISSUER, "http://127.0.0.1:8080");
        if let Some(signed) = text.find("/eyJ") {
            text.replace_range(signed + 1.., SIGNED);
        }
        // Ends: each round goes on behind what it found.
        let mut from = 0;
        while let Some((at, id)) = next_id(&text, from, may_be_block) {
            let number = self.ids.iter().position(|known| *known == id).unwrap_or_else(|| {
                self.ids.push(id.clone());
                self.ids.len() - 1
            });
            let counted = if id.len() == BLOCK { format!("{:0>BLOCK$}", 901 + number) } else { format!("{COUNTED}{:012}", 901 + number) };
            text.replace_range(at..at + id.len(), &counted);
            from = at + id.len();
        }
        text
    }
}

/// Where the next id is that is another one each time, and what it is: one that the demo has not counted, or that of a block of a body.
fn next_id(text: &str, from: usize, may_be_block: bool) -> Option<(usize, String)> {
    let is_uuid = |id: &str| {
        let fits = |(n, byte): (usize, u8)| if [8, 13, 18, 23].contains(&n) { byte == b'-' } else { byte.is_ascii_hexdigit() };
        id.bytes().enumerate().all(fits) && !id.starts_with(COUNTED)
    };
    let is_block = |at: usize, id: &str| {
        let before = text.get(..at).unwrap_or_default();
        let stands_alone = (may_be_block && text.len() == BLOCK) || before.ends_with("#block-") || before.ends_with("\"block-");
        stands_alone && id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
    };
    let found = |at: usize| {
        let of = |length: usize| text.get(at..at + length);
        of(36).filter(|id| is_uuid(id)).or_else(|| of(BLOCK).filter(|id| is_block(at, id))).map(|id| (at, id.to_owned()))
    };
    (from..text.len()).find_map(found)
}
