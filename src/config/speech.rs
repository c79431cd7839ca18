//! Settings of what reads stories aloud.

use std::{fs, path::Path, sync::Arc, time::Duration};

use serde_json::Value;

use super::{places::web, reader::Reader};
use crate::{
    access::secret::Secret,
    speech::{Environment, INHERITED, SOUND_BYTES, Speaker, Speech, SpeechLimits, Words, command::Program, http::Service},
    store::files::is_open,
};

const COMMAND: &str = "DATELINE_SPEECH_COMMAND";
const URL: &str = "DATELINE_SPEECH_URL";
const HEADERS: &str = "DATELINE_SPEECH_HEADERS_FILE";
const BODY: &str = "DATELINE_SPEECH_BODY";
const ENCODER: &str = "DATELINE_SPEECH_ENCODER";

/// What encodes, by its name.
const ENCODERS: [(&str, &str); 2] = [
    ("mp3", "-codec:a libmp3lame -b:a {bit_rate}k -write_xing 0 -id3v2_version 0 -f mp3 pipe:1"),
    ("opus", "-codec:a libopus -application voip -b:a {bit_rate}k -f ogg pipe:1"),
];

/// Who reads stories aloud, where anybody does.
pub(super) fn speech(r: &mut Reader<'_>) -> Option<Arc<Speech>> {
    let environment: Environment = INHERITED.iter().filter_map(|name| Some(((*name).to_owned(), r.inherited(name)?.to_owned()))).collect();
    let seconds = r.number("DATELINE_SPEECH_SECONDS", 1u64, 3_600);
    let encoder = encoder(r);
    let speaker: Box<dyn Speaker> = match (r.named(COMMAND).map(ToOwned::to_owned), r.named(URL).map(ToOwned::to_owned)) {
        (None, None) => return None,
        (Some(_), Some(_)) => {
            r.fault(URL, "either this or DATELINE_SPEECH_COMMAND");
            return None;
        }
        (Some(command), None) => {
            let words = Words::read(&command, &Program::KNOWN).map_err(|why| r.fault(COMMAND, why)).ok()?;
            Box::new(Program { words, environment: environment.clone() })
        }
        (None, Some(url)) => Box::new(service(r, &url)?),
    };
    let limits = SpeechLimits { time: Duration::from_secs(seconds), bytes: SOUND_BYTES };
    Some(Arc::new(Speech { speaker, encoder: encoder?, environment, limits }))
}

fn encoder(r: &mut Reader<'_>) -> Option<Words> {
    let named = r.get(ENCODER);
    let command = ENCODERS
        .iter()
        .find(|(name, _)| *name == named)
        .map(|(_, arguments)| format!("ffmpeg -nostdin -hide_banner -loglevel error -f wav -i pipe:0 -map_metadata -1 -ac 1 {arguments}"));
    Words::read(&command.unwrap_or(named), &["bit_rate"]).map_err(|why| r.fault(ENCODER, why)).ok()
}

fn service(r: &mut Reader<'_>, url: &str) -> Option<Service> {
    let address = web(url).and_then(|url| url.as_str().parse().ok());
    if address.is_none() {
        r.fault(URL, "an absolute http or https URL");
    }
    let body: Option<Value> = serde_json::from_str(&r.get(BODY)).ok().filter(|body: &Value| body.to_string().contains("{text}"));
    if body.is_none() {
        r.fault(BODY, "a document of JSON in which {text} stands for the text");
    }
    let headers = match r.named(HEADERS).map(ToOwned::to_owned) {
        Some(path) => headers(Path::new(&path)).map_err(|why| r.fault(HEADERS, why)).ok(),
        None => Some(Vec::new()),
    };
    Some(Service { url: address?, headers: headers?, body: body? })
}

/// Headers out of a file, a line each: `Authorization: Bearer …`.
fn headers(path: &Path) -> Result<Vec<(String, Secret<String>)>, String> {
    let text = fs::read_to_string(path).map_err(|e| format!("cannot be read: {e}"))?;
    if is_open(path) {
        return Err("others may read it; take that away (chmod 600)".to_owned());
    }
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    let header = |line: &str| {
        let (name, value) = line.split_once(':').ok_or("each line is a header, as in `Authorization: Bearer …`")?;
        ureq::http::HeaderName::try_from(name.trim()).map_err(|_none| "a line begins with what is no name of a header")?;
        ureq::http::HeaderValue::try_from(value.trim()).map_err(|_none| "a header holds what none may hold")?;
        Ok((name.trim().to_owned(), Secret::new(value.trim().to_owned())))
    };
    lines.map(header).collect::<Result<_, &str>>().map_err(ToOwned::to_owned)
}
