//! A service that speaks: text in a body of JSON, sound in the answer.

use std::{
    fs::File,
    io::{self, Read},
};

use serde_json::Value;
use ureq::http::{Request, Uri, header::CONTENT_TYPE};

use super::{Speaker, SpeechLimits, Unspoken, Utterance, words::filled};
use crate::access::secret::Secret;

/// A service, and how it is asked.
#[derive(Debug)]
pub struct Service {
    /// Its address.
    pub url: Uri,
    /// Headers with which it is asked; they hold what it knows the newsroom by.
    pub headers: Vec<(String, Secret<String>)>,
    /// The body that it is sent, in whose texts `{text}`, `{voice}` and `{locale}` stand for what is to be spoken.
    pub body: Value,
}

/// A document with the texts of an utterance in it. What they are is not looked into again, and stays within its text.
fn said(body: &Value, utterance: &Utterance<'_>) -> Value {
    let values = [("text", utterance.text), ("voice", utterance.voice), ("locale", utterance.locale)];
    match body {
        Value::String(text) => Value::String(filled(text, &values)),
        Value::Array(items) => items.iter().map(|item| said(item, utterance)).collect(),
        Value::Object(map) => map.iter().map(|(name, value)| (name.clone(), said(value, utterance))).collect(),
        other => other.clone(),
    }
}

impl Speaker for Service {
    fn speak(&self, utterance: &Utterance<'_>, out: &File, limits: SpeechLimits) -> Result<(), Unspoken> {
        let wrong = |what: String| Unspoken(format!("the service {what}"));
        let mut request = Request::builder().method("POST").uri(&self.url).header(CONTENT_TYPE, "application/json");
        for (name, value) in &self.headers {
            request = request.header(name, value.expose());
        }
        // What a header holds is told to nobody.
        let request = request.body(said(&self.body, utterance).to_string()).map_err(|_secret| wrong("cannot be asked".to_owned()))?;
        let config =
            ureq::Agent::config_builder().proxy(None).timeout_global(Some(limits.time)).max_redirects(0).http_status_as_error(false);
        let answer = ureq::Agent::new_with_config(config.build()).run(request).map_err(|e| wrong(format!("does not answer: {e}")))?;
        if answer.status() != 200 {
            return Err(wrong(format!("answers {}", answer.status().as_u16())));
        }
        let mut out = out;
        let mut body = answer.into_body().into_reader().take(limits.bytes.saturating_add(1));
        let copied = io::copy(&mut body, &mut out).map_err(|e| wrong(format!("breaks off: {e}")))?;
        if copied > limits.bytes { Err(wrong(format!("answers more than {} bytes", limits.bytes))) } else { Ok(()) }
    }
}
