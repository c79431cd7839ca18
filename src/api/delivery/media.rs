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
    access::token::PreviewPass,
    api::{
        State,
        extract::{self, Query},
        files::{self, Binary},
        problem::{Failure, Problem},
    },
    delivery::{
        Reading,
        coding::Coding,
        media::{self, Given},
        request::Request,
        response_cache::{CachedAnswer, Entry},
    },
    desk,
    domain::{
        Error,
        file::{FileFormat, MediaKind},
        media::MediaId,
        rendition::{Preset, RenditionFormat},
    },
    media::Content,
    store,
};

/// The operations of this file.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(show_file).service(show_captions);
}

/// Which version of a file is meant, and by what it is opened.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ShowFile {
    /// The version that its address was given out with: what is answered to the present one never changes. To any other the present file is answered, for a short time.
    #[param(max_length = 64, example = "0123456789ab")]
    v: Option<String>,
    /// The token of a preview, by which whoever has it is given the files that it shows.
    #[param(max_length = 2000)]
    preview: Option<String>,
}

impl ShowFile {
    /// Whether the version is the one that is asked for.
    pub(super) fn wants(&self, version: &str) -> bool {
        self.v.as_deref() == Some(version)
    }
}

/// For how long what is given may be kept, as `Cache-Control` says it.
#[derive(Debug, Clone)]
pub(in crate::api) struct Keeping {
    /// What was asked for.
    asked: String,
    /// What stands in its place for now.
    for_now: String,
    /// Whether browsers save it, whatever it is.
    is_saved: bool,
}

impl Keeping {
    /// By nobody but whoever of the desk asks.
    pub(in crate::api) fn by_the_desk() -> Self {
        let keeping = || "private, no-cache".to_owned();
        Self { asked: keeping(), for_now: keeping(), is_saved: true }
    }

    /// Of a preview by nobody at all.
    fn by_nobody() -> Self {
        let keeping = || "private, no-store".to_owned();
        Self { asked: keeping(), for_now: keeping(), is_saved: false }
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
/// A picture as `{width}.webp` or `.jpg`, or `{ratio}-{width}.webp` or `.jpg`, in the widths and ratios that the site has; it is never wider than the picture is. Also as `.avif` where the
/// site has that: until it was drawn, for which nobody waits, WebP is answered in its place, as `image/webp` and to be kept for seconds.
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
    let (entry, given) = match public_or_opened(&state, id, query.0.preview.as_deref()).await? {
        (Some(entry), given) => (entry, given),
        (None, given) => return named(&req, &state, given, &file, Keeping::by_nobody()).await,
    };
    let version = given.version.clone();
    let keeping = |is_present| keeping(&state, &entry, is_present);
    let keeping = Keeping { asked: keeping(query.0.wants(&version)), for_now: keeping(false), is_saved: false };
    let answer = named(&req, &state, given, &file, keeping).await?;
    let is_it = |now: &Given| now.version == version;
    handed_on(&state, (&Request::Media(id), "media item"), (&entry, answer), is_it).await
}

/// The file of an item that has this name.
async fn named(req: &HttpRequest, state: &Data<State>, given: Given, file: &str, keeping: Keeping) -> Result<HttpResponse, Failure> {
    if !file.starts_with("original.") {
        return rendition(req, state, given, file, keeping).await;
    }
    let expected = format!("original.{}", given.facts.format.extension());
    if file != expected || given.facts.format.kind() == MediaKind::Image {
        return Err(Error::NotFound("file").into());
    }
    original(req, state, given, keeping).await
}

/// What it takes to give the files of an item, and the answer that says so of what is public; else it is what the token of a preview opens.
async fn public_or_opened(state: &State, id: MediaId, token: Option<&str>) -> Result<(Option<Arc<Entry>>, Given), Failure> {
    match (given(state, id).await, token) {
        (Err(Error::NotFound(_)), Some(token)) => {
            let pass = PreviewPass::from_token(token, &state.keys.present(), &state.issuer, state.store.now())?;
            let token = token.to_owned();
            let opened = state.store.read(move |tx| {
                let (edition, _) = desk::previews::open(tx, &pass)?;
                let reading = Reading::of_preview(tx, edition.locale.clone(), &token)?;
                media::given_in_preview(tx, &reading, &edition, id)
            });
            Ok((None, opened.await?))
        }
        (public, _) => public.map(|(entry, given)| (Some(entry), given)).map_err(Failure::from),
    }
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
    let (entry, given) = public_or_opened(&state, id, query.0.preview.as_deref()).await?;
    let named = file.strip_suffix(".vtt").and_then(|locale| given.captions.iter().find(|(known, _)| known.as_str() == locale));
    let (locale, version) = named.map(|(locale, version)| (locale.clone(), version.clone())).ok_or(Error::NotFound("captions"))?;
    let cache_control = entry.as_ref().map_or_else(|| Keeping::by_nobody().asked, |entry| keeping(&state, entry, query.0.wants(&version)));
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
    let Some(entry) = entry else { return Ok(answer) };
    let is_it = |now: &Given| now.captions.get(&locale) == Some(&version);
    handed_on(&state, (&Request::Media(id), "media item"), (&entry, answer), is_it).await
}

/// An answer that may have taken a while: what has been taken down meanwhile, or has changed, is not handed to caches that were told already.
pub(super) async fn handed_on<T: DeserializeOwned>(
    state: &State,
    (asked, called): (&Request, &'static str),
    (before, mut answer): (&Arc<Entry>, HttpResponse),
    is_it: impl FnOnce(&T) -> bool,
) -> Result<HttpResponse, Failure> {
    let entry = state.response_cache.answer(asked).await?;
    if !Arc::ptr_eq(before, &entry) && !is_it(&told(&entry, called)?) {
        answer.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    super::serve::tell_tags(answer.headers_mut(), &entry);
    Ok(answer)
}

/// What it takes to give anybody a file of an item.
async fn given(state: &State, id: MediaId) -> Result<(Arc<Entry>, Given), Error> {
    cached(state, &Request::Media(id), "media item").await
}

/// What it takes to give anybody a file, out of the response cache.
pub(super) async fn cached<T: DeserializeOwned>(state: &State, asked: &Request, called: &'static str) -> Result<(Arc<Entry>, T), Error> {
    let entry = state.response_cache.answer(asked).await?;
    let told = told(&entry, called)?;
    Ok((entry, told))
}

/// What an answer of the response cache tells.
fn told<T: DeserializeOwned>(entry: &Entry, called: &'static str) -> Result<T, Error> {
    match &entry.answer {
        CachedAnswer::Shown(page) => {
            let told = page.ready(Coding::Identity).ok_or_else(|| Error::internal("an answer has no representation"))?;
            serde_json::from_slice(&told.bytes).map_err(Error::internal)
        }
        CachedAnswer::Gone(what, _) => Err(Error::Gone(what)),
        CachedAnswer::Absent(what, _) => Err(Error::NotFound(what)),
        CachedAnswer::Moved(_) => Err(Error::NotFound(called)),
    }
}

/// What browsers may show by itself; the rest they save.
fn is_shown(format: FileFormat) -> bool {
    !matches!(format, FileFormat::Pdf | FileFormat::Tiff)
}

/// A file as it was sent.
pub(in crate::api) async fn original(
    req: &HttpRequest,
    state: &Data<State>,
    given: Given,
    Keeping { asked: cache_control, is_saved, .. }: Keeping,
) -> Result<HttpResponse, Failure> {
    let (digest, format) = (given.digest.parse()?, given.facts.format);
    let etag = format!("\"{}\"", given.digest.get(..32).unwrap_or_default());
    if let Some(unchanged) = files::unchanged(req, &etag, &cache_control) {
        return Ok(unchanged);
    }
    let file = Content::Stored(state.files.original(digest).await?);
    let saved_as = (is_saved || !is_shown(format)).then(|| given.name.clone());
    files::answer(req, files::Given { file, media_type: format.media_type(), etag, cache_control, saved_as })
}

/// A picture in a size that the site has, by the name of that.
pub(in crate::api) async fn rendition(
    req: &HttpRequest,
    state: &Data<State>,
    given: Given,
    named: &str,
    keeping: Keeping,
) -> Result<HttpResponse, Failure> {
    let unknown = || Failure::from(Error::NotFound("rendition"));
    let (preset, format) = named.rsplit_once('.').ok_or_else(unknown)?;
    let format = *RenditionFormat::ALL.iter().find(|known| known.as_str() == format).ok_or_else(unknown)?;
    let preset: Preset = preset.parse()?;
    if !given.renditions.has(preset, format) || given.facts.format.kind() != MediaKind::Image {
        return Err(unknown());
    }
    let (id, mut wanted, mut cache_control) = (given.id, given.wanted(preset, format)?, keeping.asked);
    let there = if format.is_slow() { state.files.drawn(&wanted).await? } else { None };
    if format.is_slow() && there.is_none() {
        // Nobody waits for it: it is drawn when there is time, and whatever shows it shows what is given in its place.
        state.files.later().push((id, preset, format));
        (wanted.format, cache_control) = (RenditionFormat::WebP, keeping.for_now);
    }
    let etag = format!("\"{}-{preset}.{}\"", wanted.version, wanted.format);
    if let Some(unchanged) = files::unchanged(req, &etag, &cache_control) {
        return Ok(unchanged);
    }
    let media_type = wanted.format.media_type();
    let file = match there {
        Some(file) => file,
        None => state.files.rendition(wanted).await?,
    };
    files::answer(req, files::Given { file, media_type, etag, cache_control, saved_as: None })
}
