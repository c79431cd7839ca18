//! `/v1/desk/media/{id}/captions/{locale}`: the captions of a video, as `WebVTT`.

use std::collections::BTreeMap;

use actix_web::{HttpResponse, delete, get, put, web::Data};

use super::shape::{DeskMedia, tagged};
use crate::{
    access::{
        Action, Permit,
        action::{ReadDesk, WriteMedia},
    },
    api::{
        State,
        desk::Expecting,
        extract::{IfMatch, May, Path, Vtt},
        problem::{Failure, Problem},
        reply::Tagged,
    },
    desk::media as desk,
    domain::{Locale, captions::Captions, media::MediaId},
    store,
};

/// The operations of this file.
pub(super) fn routes(config: &mut utoipa_actix_web::service_config::ServiceConfig<'_>) {
    config.service(show_media_captions).service(put_media_captions).service(delete_media_captions);
}

/// Get the captions of a video in a locale.
///
/// As `WebVTT`.
#[utoipa::path(tag = "desk-media", security(("token" = [ReadDesk::NAME])), params(("id" = MediaId, Path), ("locale" = Locale, Path)),
    responses((status = 200, body = String, content_type = "text/vtt"), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/media/{id}/captions/{locale}")]
pub(crate) async fn show_media_captions(
    _: May<ReadDesk>,
    path: Path<(MediaId, Locale)>,
    state: Data<State>,
) -> Result<HttpResponse, Failure> {
    let (id, locale) = path.into_inner();
    let captions = state.store.read(move |tx| store::media::captions(tx, id, &locale)).await?;
    Ok(HttpResponse::Ok().content_type("text/vtt; charset=utf-8").body(captions.as_str().to_owned()))
}

/// Give a video captions in a locale.
///
/// As `WebVTT`, which is refused with the line that a browser would not read. What is live has them at once.
#[utoipa::path(tag = "desk-media", security(("token" = [WriteMedia::NAME, WriteMedia::READS])),
    params(("id" = MediaId, Path), ("locale" = Locale, Path), Expecting),
    request_body(content = String, content_type = "text/vtt", example = "WEBVTT\n\n00:00.000 --> 00:02.000\nA ferry crosses the river.\n"),
    responses((status = 200, body = DeskMedia), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[put("/media/{id}/captions/{locale}")]
pub(crate) async fn put_media_captions(
    May(permit): May<WriteMedia>,
    path: Path<(MediaId, Locale)>,
    expected: IfMatch,
    sent: Vtt,
    state: Data<State>,
) -> Result<Tagged<DeskMedia>, Failure> {
    let captions = Captions::read(&sent.0)?;
    changed(&state, permit, path.into_inner(), expected, Some(captions)).await
}

/// Take the captions of a video in a locale away.
///
/// Pages are without them at once.
#[utoipa::path(tag = "desk-media", security(("token" = [WriteMedia::NAME, WriteMedia::READS])),
    params(("id" = MediaId, Path), ("locale" = Locale, Path), Expecting),
    responses((status = 200, body = DeskMedia), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[delete("/media/{id}/captions/{locale}")]
pub(crate) async fn delete_media_captions(
    May(permit): May<WriteMedia>,
    path: Path<(MediaId, Locale)>,
    expected: IfMatch,
    state: Data<State>,
) -> Result<Tagged<DeskMedia>, Failure> {
    changed(&state, permit, path.into_inner(), expected, None).await
}

async fn changed(
    state: &State,
    permit: Permit<WriteMedia>,
    (id, locale): (MediaId, Locale),
    expected: IfMatch,
    captions: Option<Captions>,
) -> Result<Tagged<DeskMedia>, Failure> {
    let (expected, changes) = (expected.version()?, BTreeMap::from([(locale, captions)]));
    let changed = state.store.write(permit, move |tx, permit| desk::caption(tx, permit, id, expected, &changes));
    Ok(tagged(changed.await?))
}
