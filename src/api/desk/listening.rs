//! `/v1/desk/articles/{id}/translations/{locale}/audio`: listening to stories, as the desk sees it.

use actix_web::{delete, get, post, put, web::Data};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::Expecting;
use crate::{
    access::{
        Action, Permit,
        action::{EditTranslation, ReadArticle},
    },
    api::{
        State,
        extract::{Body, IfMatch, May, Path},
        problem::{Failure, Problem},
        reply::Tagged,
    },
    desk::listening::{self as desk, Standing},
    domain::{
        Error, Instant, Locale,
        article::ArticleId,
        media::{Digest, MediaId},
        speech::{Sound, SoundSource, SoundState},
        user::UserId,
    },
    store::{Tx, recordings::Recorded},
};

/// The operations of this file.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(show_translation_audio).service(ask_for_audio).service(replace_audio).service(delete_audio);
}

/// Sound that a program made of words.
#[derive(Debug, Serialize, ToSchema)]
pub struct DeskSound {
    /// Its media type.
    #[schema(example = "audio/mpeg")]
    pub r#type: &'static str,
    /// Bytes of its file.
    pub bytes: u64,
    /// How long it plays, in milliseconds.
    pub duration_ms: u64,
    /// The voice that speaks.
    #[schema(example = "hi")]
    pub voice: String,
    /// Whether it says the words that are live; readers hear it of no others.
    pub is_of_live: bool,
}

/// A recording of somebody who speaks the words.
#[derive(Debug, Serialize, ToSchema)]
pub struct DeskRecording {
    /// The item of the media library.
    pub media_id: MediaId,
    /// Whether it was given for the words that are live; readers hear it of no others.
    pub is_of_live: bool,
    /// Whether it was given for the words of the working copy.
    pub is_of_working_copy: bool,
    /// Who gave it.
    pub recorded_by: Option<UserId>,
    /// When.
    pub recorded_at: Instant,
}

/// How it stands with listening to the words of an article in a locale.
#[derive(Debug, Serialize, ToSchema)]
pub struct DeskAudio {
    /// How far the voice of the locale is with what is live; null, where nothing is to be read aloud.
    pub state: Option<SoundState>,
    /// Why it could not be read aloud when that was last tried; empty, where it could.
    #[schema(example = "espeak-ng failed: The specified espeak-ng voice does not exist.")]
    pub reason: String,
    /// How often it was tried in vain.
    pub attempts: i32,
    /// Whose voice readers hear now; null, while they hear none.
    pub heard: Option<SoundSource>,
    /// What is spoken of what is live, or would be; null while nothing is live.
    #[schema(example = "North Korea’s Kim watches drill.\n\nReported by: Digital Desk.")]
    pub script: Option<String>,
    /// What a voice has spoken.
    pub sound: Option<DeskSound>,
    /// In which somebody speaks, which takes the place of the voice.
    pub recording: Option<DeskRecording>,
    /// Newest version; 0 where there is nothing yet.
    pub version: i32,
}

/// The recording that is to be heard.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "media_id": "0198c5a1-7f00-7000-8000-000000000811" }))]
pub struct NewRecording {
    /// An item of the media library, of the kind `audio`, in which the words are spoken as they are now.
    pub media_id: MediaId,
}

impl From<Standing> for DeskAudio {
    fn from(standing: Standing) -> Self {
        let state = standing.state();
        let Standing { recording, speakable, working } = standing;
        let live: Option<Digest> = speakable.as_ref().map(|live| live.spoken);
        let has_voice = speakable.as_ref().is_some_and(|live| live.voice.is_some());
        let (is_recorded, is_spoken) =
            (live.is_some() && recording.recorded.as_ref().map(|r| r.of) == live, live.is_some() && recording.spoken == live);
        let heard = match (is_recorded, is_spoken && has_voice) {
            (true, _) => Some(SoundSource::Recorded),
            (_, true) => Some(SoundSource::Synthetic),
            _ => None,
        };
        let sound = |Sound { bytes, format, duration_ms, voice, .. }: Sound| DeskSound {
            r#type: format.media_type(),
            bytes,
            duration_ms,
            voice,
            is_of_live: is_spoken,
        };
        let recorded = |Recorded { media_id, of, by, at }: Recorded| DeskRecording {
            media_id,
            is_of_live: is_recorded,
            is_of_working_copy: of == working,
            recorded_by: by,
            recorded_at: at,
        };
        Self {
            state,
            reason: recording.failure,
            attempts: recording.attempts,
            heard,
            script: speakable.map(|live| live.script.text().to_owned()),
            sound: recording.sound.map(sound),
            recording: recording.recorded.map(recorded),
            version: recording.version,
        }
    }
}

fn tagged(standing: Standing) -> Tagged<DeskAudio> {
    let audio = DeskAudio::from(standing);
    let version = audio.version;
    Tagged::new(audio, version)
}

/// Show how it stands with listening to the words of an article in a locale.
///
/// How far the voice of the locale is, and why not further; what is spoken; and the recording that takes its place.
#[utoipa::path(tag = "desk-audio", security(("token" = [ReadArticle::NAME])), params(("id" = ArticleId, Path), ("locale" = Locale, Path)),
    responses((status = 200, body = DeskAudio), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/articles/{id}/translations/{locale}/audio")]
pub(crate) async fn show_translation_audio(
    May(permit): May<ReadArticle>,
    at: Path<(ArticleId, Locale)>,
    state: Data<State>,
) -> Result<Tagged<DeskAudio>, Failure> {
    let (id, locale) = at.into_inner();
    Ok(tagged(state.store.read(move |tx| desk::show(tx, &permit, id, &locale)).await?))
}

async fn done(
    state: Data<State>,
    permit: Permit<EditTranslation>,
    verb: impl FnOnce(&mut Tx<'_>, Permit<EditTranslation>) -> Result<Standing, Error> + Clone + Send + 'static,
) -> Result<Tagged<DeskAudio>, Failure> {
    Ok(tagged(state.store.write(permit, verb).await?))
}

/// Have the words of an article that are live in a locale read aloud once more.
///
/// As after a failure: what is published is read aloud by itself. 409 `no-voice` where the locale has no voice.
#[utoipa::path(tag = "desk-audio", security(("token" = [EditTranslation::NAME, EditTranslation::READS])), params(("id" = ArticleId, Path), ("locale" = Locale, Path)),
    responses((status = 200, body = DeskAudio), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[post("/articles/{id}/translations/{locale}/audio")]
pub(crate) async fn ask_for_audio(
    May(permit): May<EditTranslation>,
    at: Path<(ArticleId, Locale)>,
    state: Data<State>,
) -> Result<Tagged<DeskAudio>, Failure> {
    let (id, locale) = at.into_inner();
    done(state, permit, move |tx, permit| desk::ask(tx, permit, id, &locale)).await
}

/// Let somebody be heard who speaks the words of an article in a locale.
///
/// A sound of the media library takes the place of the voice. It belongs to the words of the working copy as they are now: other words silence it when they are published, until it is given again.
/// The version that it replaces is 0 where there is nothing yet. For what is live it takes `article.publish` as well.
#[utoipa::path(tag = "desk-audio", security(("token" = [EditTranslation::NAME, EditTranslation::READS])), params(("id" = ArticleId, Path), ("locale" = Locale, Path), Expecting),
    request_body = NewRecording,
    responses((status = 200, body = DeskAudio), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[put("/articles/{id}/translations/{locale}/audio")]
pub(crate) async fn replace_audio(
    May(permit): May<EditTranslation>,
    at: Path<(ArticleId, Locale)>,
    expected: IfMatch,
    sent: Body<NewRecording>,
    state: Data<State>,
) -> Result<Tagged<DeskAudio>, Failure> {
    let (id, locale) = at.into_inner();
    let media = sent.0.media_id;
    done(state, permit, move |tx, permit| desk::record(tx, permit, (id, &locale), expected.version()?, Some(media))).await
}

/// Let nobody be heard any more but the voice.
///
/// What was recorded stays in the media library; the words are read aloud again where the locale has a voice. For what is live it takes `article.publish` as well.
#[utoipa::path(tag = "desk-audio", security(("token" = [EditTranslation::NAME, EditTranslation::READS])), params(("id" = ArticleId, Path), ("locale" = Locale, Path), Expecting),
    responses((status = 200, body = DeskAudio), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[delete("/articles/{id}/translations/{locale}/audio")]
pub(crate) async fn delete_audio(
    May(permit): May<EditTranslation>,
    at: Path<(ArticleId, Locale)>,
    expected: IfMatch,
    state: Data<State>,
) -> Result<Tagged<DeskAudio>, Failure> {
    let (id, locale) = at.into_inner();
    done(state, permit, move |tx, permit| desk::record(tx, permit, (id, &locale), expected.version()?, None)).await
}
