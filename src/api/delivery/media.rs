//! `/v1/media`: the files of the media library that are public.

use std::sync::Arc;

use actix_web::{
    HttpRequest, HttpResponse, get,
    http::header::{CACHE_CONTROL, HeaderValue},
    web::Data,
};
use serde::{Deserialize, de::DeserializeOwned};
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::{
    api::{
        State,
        extract::{self, Query},
        files::{self, Binary},
        problem::{Failure, Problem},
    },
    delivery::{
        coding::Coding,
        media::Given,
        request::Request,
        response_cache::{CachedAnswer, Entry},
    },
    domain::{
        Error,
        file::{FileFormat, MediaKind},
        media::MediaId,
        rendition::{Preset, RenditionFormat},
    },
    media::files::Wanted,
    store,
};

/// The operations of this file.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(show_file).service(show_captions);
}

/// Which version of a file is meant.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ShowFile {
    /// The version that its address was given out with: what is answered to the present one never changes. To any other the present file is answered, for a short time.
    #[param(max_length = 64, example = "0123456789ab")]
    v: Option<String>,
}

impl ShowFile {
    /// Whether the version is the one that is asked for.
    pub(super) fn wants(&self, version: &str) -> bool {
        self.v.as_deref() == Some(version)
    }
}

/// Who is given a file, and for how long caches may keep it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::api) enum For {
    /// Somebody of the desk.
    Desk,
    /// Anybody; with what may be said of keeping it.
    Anybody(String),
}

impl For {
    fn cache_control(&self) -> String {
        match self {
            Self::Desk => "private, no-cache".to_owned(),
            Self::Anybody(keeping) => keeping.clone(),
        }
    }
}

/// Seconds that what never changes is kept.
const A_YEAR: i64 = 31_536_000;
/// Seconds that anything else is kept, and that a cache keeps anything which others share and nobody tells what to drop.
const SHORT: i64 = 10;

/// For how long a file may be kept. Under an address that says which version it is nothing else is ever found: but no longer than its licence lasts, and by
/// shared caches only where they are told what to drop, for it may be taken down.
pub(super) fn keeping(state: &State, entry: &Entry, is_present: bool) -> String {
    let left = entry.until().map_or(A_YEAR, |at| at.as_seconds().saturating_sub(state.store.now().as_seconds()).clamp(0, A_YEAR));
    if !is_present {
        return format!("public, max-age={}", left.min(SHORT));
    }
    let shared = if state.purged { String::new() } else { format!(", s-maxage={}", left.min(SHORT)) };
    let immutable = if left == A_YEAR { ", immutable" } else { "" };
    format!("public, max-age={left}{shared}{immutable}")
}

/// Get a file of the media library that something public shows.
///
/// A picture as `{width}.webp` or `.jpg`, or `{ratio}-{width}.webp` or `.jpg`, in the widths and ratios that the site has; it is never wider than the picture is.
/// Sound, videos and documents as `original` with what their names end in, whole or in ranges. Addresses in answers of articles say
/// which version they lead to: what they lead to never changes.
#[utoipa::path(tag = "media", params(("id" = MediaId, Path), ("file" = String, Path, example = "640.webp", description = "`640.webp`, `16x9-640.jpg`, `original.mp3`"), ShowFile),
    responses((status = 200, content((Binary = "image/*"), (Binary = "audio/*"), (Binary = "video/*"), (Binary = "application/pdf"))),
        (status = 206, content((Binary = "image/*"), (Binary = "audio/*"), (Binary = "video/*"), (Binary = "application/pdf"), (Binary = "multipart/byteranges"))),
        (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/media/{id}/{file}")]
pub(crate) async fn show_file(
    path: extract::Path<(MediaId, String)>,
    query: Query<ShowFile>,
    req: HttpRequest,
    state: Data<State>,
) -> Result<HttpResponse, Failure> {
    let (id, file) = path.into_inner();
    let (entry, given) = given(&state, id).await?;
    let version = given.version.clone();
    let whom = For::Anybody(keeping(&state, &entry, query.0.wants(&version)));
    let answer = if file.starts_with("original.") {
        let expected = format!("original.{}", given.facts.format.extension());
        if file != expected || given.facts.format.kind() == MediaKind::Image {
            return Err(Error::NotFound("file").into());
        }
        original(&req, &state, given, whom).await?
    } else {
        rendition(&req, &state, given, &file, whom).await?
    };
    let is_it = |now: &Given| now.version == version;
    handed_on(&state, (&Request::Media(id), "media item"), answer, is_it).await
}

/// Get the captions of a video of the media library that something public shows.
///
/// As `WebVTT`, for a `<track>`; in a locale that readers are offered.
#[utoipa::path(tag = "media", params(("id" = MediaId, Path), ("file" = String, Path, example = "hi.vtt", description = "A locale, and `.vtt`."), ShowFile),
    responses((status = 200, body = String, content_type = "text/vtt"), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/media/{id}/captions/{file}")]
pub(crate) async fn show_captions(
    path: extract::Path<(MediaId, String)>,
    query: Query<ShowFile>,
    req: HttpRequest,
    state: Data<State>,
) -> Result<HttpResponse, Failure> {
    let (id, file) = path.into_inner();
    let (entry, given) = given(&state, id).await?;
    let named = file.strip_suffix(".vtt").and_then(|locale| given.captions.iter().find(|(known, _)| known.as_str() == locale));
    let (locale, version) = named.map(|(locale, version)| (locale.clone(), version.clone())).ok_or(Error::NotFound("captions"))?;
    let cache_control = keeping(&state, &entry, query.0.wants(&version));
    let etag = format!("\"{version}\"");
    let answer = if let Some(unchanged) = files::unchanged(&req, &etag, &cache_control) {
        unchanged
    } else {
        let locale = locale.clone();
        let captions = state.store.read(move |tx| store::media::captions(tx, id, &locale)).await?;
        // They may have changed since, and an address with a version leads to nothing else for ever.
        let is_it = captions.version() == version;
        files::captions(&captions, &etag, if is_it { &cache_control } else { "no-store" })
    };
    let is_it = |now: &Given| now.captions.get(&locale) == Some(&version);
    handed_on(&state, (&Request::Media(id), "media item"), answer, is_it).await
}

/// An answer that may have taken a while: what has been taken down meanwhile, or has changed, is not handed to caches that were told already.
pub(super) async fn handed_on<T: DeserializeOwned>(
    state: &State,
    (asked, called): (&Request, &'static str),
    mut answer: HttpResponse,
    is_it: impl FnOnce(&T) -> bool,
) -> Result<HttpResponse, Failure> {
    let (entry, now) = cached::<T>(state, asked, called).await?;
    if !is_it(&now) {
        answer.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    super::serve::tell_tags(answer.headers_mut(), &entry);
    Ok(answer)
}

/// What it takes to give anybody a file of an item.
async fn given(state: &State, id: MediaId) -> Result<(Arc<Entry>, Given), Failure> {
    cached(state, &Request::Media(id), "media item").await
}

/// What it takes to give anybody a file, out of the response cache.
pub(super) async fn cached<T: DeserializeOwned>(state: &State, asked: &Request, called: &'static str) -> Result<(Arc<Entry>, T), Failure> {
    let entry = state.response_cache.answer(asked).await?;
    let given = match &entry.answer {
        CachedAnswer::Shown(page) => {
            let told = page.ready(Coding::Identity).ok_or_else(|| Error::internal("an answer has no representation"))?;
            serde_json::from_slice(&told.bytes).map_err(Error::internal)?
        }
        CachedAnswer::Gone(what, _) => return Err(Error::Gone(what).into()),
        CachedAnswer::Absent(what, _) => return Err(Error::NotFound(what).into()),
        CachedAnswer::Moved(_) => return Err(Error::NotFound(called).into()),
    };
    Ok((entry, given))
}

/// What browsers may show by itself; the rest they save.
fn is_shown(format: FileFormat) -> bool {
    !matches!(format, FileFormat::Pdf | FileFormat::Tiff)
}

/// A file as it was sent.
pub(in crate::api) async fn original(req: &HttpRequest, state: &Data<State>, given: Given, whom: For) -> Result<HttpResponse, Failure> {
    let (digest, format) = (given.digest.parse()?, given.facts.format);
    let (etag, cache_control) = (format!("\"{}\"", given.digest.get(..32).unwrap_or_default()), whom.cache_control());
    if let Some(unchanged) = files::unchanged(req, &etag, &cache_control) {
        return Ok(unchanged);
    }
    let file = state.files.original(digest).await?;
    let saved_as = (whom == For::Desk || !is_shown(format)).then(|| given.name.clone());
    files::answer(req, files::Given { file, media_type: format.media_type(), etag, cache_control, saved_as })
}

/// A picture in a size that the site has, by the name of that.
pub(in crate::api) async fn rendition(
    req: &HttpRequest,
    state: &Data<State>,
    given: Given,
    named: &str,
    whom: For,
) -> Result<HttpResponse, Failure> {
    let unknown = || Failure::from(Error::NotFound("rendition"));
    let (preset, format) = named.rsplit_once('.').ok_or_else(unknown)?;
    let format = *RenditionFormat::ALL.iter().find(|known| known.as_str() == format).ok_or_else(unknown)?;
    let preset: Preset = preset.parse()?;
    if !given.renditions.has(preset) || given.facts.format.kind() != MediaKind::Image {
        return Err(unknown());
    }
    let (etag, cache_control) = (format!("\"{}-{preset}.{format}\"", given.version), whom.cache_control());
    if let Some(unchanged) = files::unchanged(req, &etag, &cache_control) {
        return Ok(unchanged);
    }
    let Given { digest, facts, focal_point, carried, version, .. } = given;
    let wanted = Wanted { digest: digest.parse()?, facts, preset, format, focal_point, carried, version };
    let file = state.files.rendition(wanted).await?;
    files::answer(req, files::Given { file, media_type: format.media_type(), etag, cache_control, saved_as: None })
}
