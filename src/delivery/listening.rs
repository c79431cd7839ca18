//! Stories to listen to, as readers are told of them and given them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Reading, media::Library};
use crate::{
    access::Visibility,
    domain::{
        Error, Locale,
        article::ArticleId,
        file::{FileFormat, MediaKind},
        speech::{SYNTHETIC, SoundSource},
    },
    store::{
        self, Tx,
        editions::{BodyForm, Live},
    },
};

/// A story to listen to.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Audio {
    /// Absolute address. What it leads to never changes.
    #[schema(example = "https://api.news.example/v1/media/audio/0192aaaa-0000-7000-8000-000000000001/hi.mp3?v=0123456789ab")]
    pub url: String,
    /// Its media type.
    #[schema(example = "audio/mpeg")]
    pub r#type: &'static str,
    /// How long it plays; null, where the file of a recording does not say.
    #[schema(example = 148.2)]
    pub duration_seconds: Option<f64>,
    /// Bytes of the file.
    #[schema(example = 1_185_600)]
    pub bytes: u64,
    /// The voice that speaks; null, where somebody does.
    #[schema(example = "hi")]
    pub voice: Option<String>,
    /// Whose voice it is.
    pub source: SoundSource,
    /// How it came about: a URI of IPTC's digital source types. Null, when nobody said.
    #[schema(example = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia")]
    pub digital_source_type: Option<String>,
}

/// A file of sound, with what is said of it.
struct Heard {
    audio: Audio,
    digest: String,
    format: FileFormat,
}

#[expect(clippy::as_conversions, clippy::cast_precision_loss, reason = "no story plays for as long as floating point forgets milliseconds")]
fn seconds(milliseconds: u64) -> f64 {
    milliseconds as f64 / 1_000.0
}

/// Letters of a digest that are the version of a file.
const VERSION: usize = 12;

fn version(digest: &str) -> &str {
    digest.get(..VERSION).unwrap_or(digest)
}

impl Heard {
    /// What is heard of a live edition: somebody who speaks its words, or else a voice, where its locale has one.
    fn of(reading: &Reading, library: &Library, live: &Live) -> Option<Self> {
        let recorded = || {
            let media = library.usable(live.recording?, &live.locale).filter(|media| media.kind() == MediaKind::Audio)?;
            let said = Some(media.description.digital_source_type.clone()).filter(|said| !said.is_empty());
            let (file, facts) = (&media.file, &media.file.facts);
            let source = SoundSource::Recorded;
            Some((file.digest.to_string(), facts.format, facts.duration_ms, file.bytes, None, source, said))
        };
        let spoken = || {
            reading.masthead.settings(&live.locale)?.voice.as_ref()?;
            let sound = live.sound.clone()?;
            let (source, said) = (SoundSource::Synthetic, Some(SYNTHETIC.to_owned()));
            Some((sound.digest, sound.format, Some(sound.duration_ms), sound.bytes, Some(sound.voice), source, said))
        };
        let (digest, format, duration_ms, bytes, voice, source, digital_source_type) =
            if live.recording.is_some() { recorded() } else { spoken() }?;
        let (id, locale, extension) = (live.article_id, &live.locale, format.extension());
        let audio = Audio {
            url: format!("{}/audio/{id}/{locale}.{extension}?v={}", library.url(), version(&digest)),
            r#type: format.media_type(),
            duration_seconds: duration_ms.map(seconds),
            bytes,
            voice,
            source,
            digital_source_type,
        };
        Some(Self { audio, digest, format })
    }
}

impl Audio {
    /// What is heard of a live edition.
    pub(super) fn of(reading: &Reading, library: &Library, live: &Live) -> Option<Self> {
        Heard::of(reading, library, live).map(|heard| heard.audio)
    }
}

/// What it takes to give somebody the sound of a story: the answer to [`super::request::Request::Sound`], which no reader sees as it is.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Given {
    /// What its bytes come to, in hexadecimal digits.
    pub digest: String,
    /// How it is written.
    pub format: FileFormat,
    /// The version of it.
    pub version: String,
}

/// What it takes to give readers the sound of an article in a locale: that of the words that are live there, and of no others.
///
/// # Errors
/// [`Error::NotFound`], also where nothing is heard of these words; [`Error::Gone`] when the article was taken down.
pub fn given(tx: &mut Tx<'_>, id: ArticleId, locale: &Locale) -> Result<Given, Error> {
    let masthead = store::site::for_readers(tx)?;
    if masthead.settings(locale).is_none() {
        return Err(Error::NotFound("audio"));
    }
    let reading = Reading::of(masthead, locale.clone(), false);
    let live = store::editions::live(tx, Visibility::public(), id, std::slice::from_ref(locale), BodyForm::None)?;
    let Some(live) = live else {
        return Err(if store::takedowns::is_gone(tx, id)? { Error::Gone("article") } else { Error::NotFound("audio") });
    };
    let library = Library::of(tx, &live.recording.into_iter().collect())?;
    let Heard { digest, format, .. } = Heard::of(&reading, &library, &live).ok_or(Error::NotFound("audio"))?;
    let version = version(&digest).to_owned();
    Ok(Given { digest, format, version })
}
