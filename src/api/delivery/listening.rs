//! `/v1/media/audio`: the sound of stories that are public.

use actix_web::{HttpRequest, HttpResponse, get, web::Data};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;

use super::media::{cached, handed_on, keeping};
use crate::{
    api::{
        State,
        extract::{self, Query},
        files::{self, Binary},
        problem::{Failure, Problem},
    },
    delivery::{listening::Given, request::Request},
    domain::{Error, Locale, article::ArticleId},
    media::Content,
};

/// The operations of this file.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(show_audio);
}

/// Which version of a sound is meant.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ShowAudio {
    /// The version that its address was given out with: what is answered to the present one never changes. To any other the present file is answered, for a short time.
    #[param(max_length = 64, example = "0123456789ab")]
    v: Option<String>,
}

/// Get the sound of an article in a locale.
///
/// Whole or in ranges, as long as the article is live there with the words that are heard; of other words nothing is heard (404), and of what was taken down neither (410).
/// Addresses in answers of articles say which version they lead to: what they lead to never changes.
#[utoipa::path(tag = "media", params(("id" = ArticleId, Path), ("file" = String, Path, example = "en.wav", description = "The locale, and what files of the format end in: `hi.mp3`, `en-IN.ogg`"), ShowAudio),
    responses((status = 200, content((Binary = "audio/*"))), (status = 206, content((Binary = "audio/*"), (Binary = "multipart/byteranges"))),
        (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/media/audio/{id}/{file}")]
pub(crate) async fn show_audio(
    path: extract::Path<(ArticleId, String)>,
    query: Query<ShowAudio>,
    req: HttpRequest,
    state: Data<State>,
) -> Result<HttpResponse, Failure> {
    let (id, file) = path.into_inner();
    let unknown = || Failure::from(Error::NotFound("audio"));
    let (locale, extension) = file.rsplit_once('.').ok_or_else(unknown)?;
    let asked = Request::Sound(id, Locale::read(locale).map_err(|_none| unknown())?);
    let (entry, given) = cached::<Given>(&state, &asked, "audio").await?;
    if extension != given.format.extension() {
        return Err(unknown());
    }
    let cache_control = keeping(&state, &entry, query.0.v.as_deref() == Some(given.version.as_str()));
    let etag = format!("\"{}\"", given.digest.get(..32).unwrap_or_default());
    let answer = if let Some(unchanged) = files::unchanged(&req, &etag, &cache_control) {
        unchanged
    } else {
        let file = Content::Stored(state.files.original(given.digest.parse()?).await?);
        let media_type = given.format.media_type();
        files::answer(&req, files::Given { file, media_type, etag, cache_control, saved_as: None })?
    };
    handed_on(&state, (&asked, "audio"), (&entry, answer), |now: &Given| now.version == given.version).await
}
