//! `/v1/desk/uploads`: files of the media library that come in several requests, by tus 1.0.

mod protocol;
mod receiving;

use actix_web::{
    HttpRequest, HttpResponse, delete, get,
    http::header::{CONTENT_LENGTH, LOCATION},
    patch, post,
    web::{Data, Payload},
};
use serde::Serialize;
use utoipa::ToSchema;

use protocol::{ALGORITHMS, Checksum, EXTENSIONS, Tus, has_bytes, length, may_speak, metadata, offset, repeat, tell};
use receiving::{Sent, expected, forget, received, stored};

use crate::{
    access::{Action, action::WriteMedia},
    api::{
        State, TUS,
        extract::{May, Path},
        files::Binary,
        problem::{Failure, Problem},
    },
    desk::uploads as desk,
    domain::{
        Error, Instant,
        error::FileFault,
        media::MediaId,
        upload::{Outcome, Upload, UploadId},
    },
    store,
};

/// Where uploads are.
pub(in crate::api) const UPLOADS: &str = "/v1/desk/uploads";

/// An upload: how much of a file has come, and what came of it.
#[derive(Debug, Serialize, ToSchema)]
pub struct DeskUpload {
    /// Its id.
    id: UploadId,
    /// How many bytes have come to stay: where to go on. The last one counts when the file is an item, or was refused.
    #[schema(example = 0)]
    offset: u64,
    /// How many bytes it will have.
    #[schema(example = 40)]
    length: u64,
    /// What the file is called.
    #[schema(example = "terms.pdf")]
    name: String,
    /// The item that it has become, or that had these bytes already.
    media_id: Option<MediaId>,
    /// Why its file was not taken.
    problem: Option<UploadProblem>,
    /// Until when it is waited for, or what came of it is told: a day after the last of it came.
    expires_at: Instant,
}

/// Why the file of an upload was not taken, as it was told when its last byte came.
#[derive(Debug, Serialize, ToSchema)]
pub struct UploadProblem {
    /// The HTTP status.
    #[schema(example = 415)]
    status: u16,
    /// What happened, as a stable code.
    #[schema(example = "unsupported-media-type")]
    code: &'static str,
    /// What happened, in words.
    detail: String,
}

impl UploadProblem {
    fn of(fault: FileFault) -> Self {
        let Problem { status, code, detail, .. } = Failure::from(Error::File(fault)).problem("");
        Self { status, code, detail }
    }
}

impl DeskUpload {
    fn of(upload: Upload, offset: u64) -> Self {
        let (media_id, problem) = match upload.outcome {
            Some(Outcome::Item(id)) => (Some(id), None),
            Some(Outcome::Refused(fault)) => (None, Some(UploadProblem::of(fault))),
            None => (None, None),
        };
        let Upload { id, length, name, expires_at, .. } = upload;
        Self { id, offset, length, name, media_id, problem, expires_at }
    }
}

/// What the server does of tus, for whoever asks before they begin.
pub(super) async fn describe_uploads(May(_): May<WriteMedia>, state: Data<State>) -> HttpResponse {
    HttpResponse::NoContent()
        .insert_header(("tus-version", TUS))
        .insert_header(("tus-max-size", state.files.most_bytes()))
        .insert_header(("tus-extension", EXTENSIONS))
        .insert_header(("tus-checksum-algorithm", ALGORITHMS))
        .finish()
}

/// Begin to upload a file in several requests.
///
/// By tus 1.0, as its clients do it (`tus-js-client`, Uppy): the file's bytes follow with `PATCH`, at `Location`. Of `Upload-Metadata` the file's name is used (`filename`, `name`, in Base64).
#[utoipa::path(tag = "desk-media", security(("token" = [WriteMedia::NAME, WriteMedia::READS])),
    params(("Tus-Resumable" = String, Header, example = "1.0.0", description = "The version of tus."),
        ("Upload-Length" = u64, Header, example = 40, description = "How many bytes the file has."),
        ("Upload-Metadata" = Option<String>, Header, example = "filename dGVybXMucGRm", description = "Keys with values in Base64.")),
    responses((status = 201, body = DeskUpload), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[post("/uploads")]
pub(crate) async fn begin_upload(
    May(permit): May<WriteMedia>,
    _: Tus,
    req: HttpRequest,
    state: Data<State>,
) -> Result<HttpResponse, Failure> {
    if has_bytes(&req) {
        return Err(Failure::UnsupportedMediaType("no body: the bytes of an upload come with PATCH"));
    }
    let length = length(&req)?;
    let largest = state.files.most_bytes();
    if length > largest {
        return Err(Failure::TooLarge);
    }
    if length == 0 {
        return Err(Error::File(FileFault::Unsupported("a file without a byte is none".to_owned())).into());
    }
    let (metadata, name) = metadata(&req)?;
    let draft = desk::Draft { length, name, metadata };
    let upload = state.store.write(permit, move |tx, permit| desk::begin(tx, permit, draft.clone(), largest)).await?;
    let mut answer = HttpResponse::Created();
    tell(&mut answer, &upload, 0);
    answer.insert_header((LOCATION, format!("{UPLOADS}/{}", upload.id)));
    Ok(answer.json(DeskUpload::of(upload, 0)))
}

/// Show how far an upload is, and what came of it.
///
/// `HEAD` has the same in the header fields of tus, as its clients ask for it. Whose file was refused when its last byte came is told why in `problem`.
#[utoipa::path(tag = "desk-media", security(("token" = [WriteMedia::NAME, WriteMedia::READS])), params(("id" = UploadId, Path)),
    responses((status = 200, body = DeskUpload), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/uploads/{id}")]
pub(crate) async fn show_upload(
    May(permit): May<WriteMedia>,
    id: Path<UploadId>,
    req: HttpRequest,
    state: Data<State>,
) -> Result<HttpResponse, Failure> {
    may_speak(&req)?;
    let (id, user) = (*id, desk::owner(&permit)?);
    let upload = state.store.read(move |tx| store::uploads::find(tx, id, user)).await?;
    let offset = upload.offset(stored(&state, &upload).await?);
    let mut answer = HttpResponse::Ok();
    tell(&mut answer, &upload, offset);
    repeat(&mut answer, &upload);
    Ok(answer.json(DeskUpload::of(upload, offset)))
}

/// Send bytes of an upload, from where it goes on.
///
/// With the last of them the file becomes an item, as one that is sent to `POST /v1/desk/media`, or is refused as one is; `Content-Location` names the item. What has come of a request that breaks off
/// counts, as `Upload-Offset` of `HEAD` tells. With `Upload-Checksum` (`sha1` or `sha256`) all of it counts or, where it comes to something else (460), none.
#[utoipa::path(tag = "desk-media", security(("token" = [WriteMedia::NAME, WriteMedia::READS])),
    params(("id" = UploadId, Path), ("Tus-Resumable" = String, Header, example = "1.0.0", description = "The version of tus."),
        ("Upload-Offset" = u64, Header, example = 0, description = "At which byte it goes on: 409 at another."),
        ("Upload-Checksum" = Option<String>, Header, description = "An algorithm, a space and what the bytes come to, in Base64.")),
    request_body(content = Binary, content_type = "application/offset+octet-stream", example = "%PDF-1.4\n% Terms of another year.\n%%EOF\n"),
    responses((status = 204), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[patch("/uploads/{id}")]
pub(crate) async fn send_upload(
    May(permit): May<WriteMedia>,
    _: Tus,
    id: Path<UploadId>,
    req: HttpRequest,
    payload: Payload,
    state: Data<State>,
) -> Result<HttpResponse, Failure> {
    if !has_bytes(&req) {
        return Err(Failure::UnsupportedMediaType(protocol::BYTES));
    }
    let declared = req.headers().get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
    let sent = Sent { id: *id, at: offset(&req)?, declared, checksum: Checksum::of(&req)? };
    let mut answer = HttpResponse::NoContent();
    if permit.caller().rehearses() {
        // What is only tried is not read: there is nothing to be known of bytes before all have come.
        let upload = expected(&state, &permit, &sent).await?;
        tell(&mut answer, &upload, sent.at.saturating_add(declared.unwrap_or_default()));
        return Ok(answer.finish());
    }
    let upload = received(state, permit, sent, payload).await?;
    let offset = upload.offset(upload.received);
    tell(&mut answer, &upload, offset);
    Ok(answer.finish())
}

/// Delete an upload.
///
/// What has come of it goes; the item that it has become stays.
#[utoipa::path(tag = "desk-media", security(("token" = [WriteMedia::NAME, WriteMedia::READS])),
    params(("id" = UploadId, Path), ("Tus-Resumable" = String, Header, example = "1.0.0", description = "The version of tus.")),
    responses((status = 204), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[delete("/uploads/{id}")]
pub(crate) async fn delete_upload(
    May(permit): May<WriteMedia>,
    _: Tus,
    id: Path<UploadId>,
    state: Data<State>,
) -> Result<HttpResponse, Failure> {
    let (id, is_tried) = (*id, permit.caller().rehearses());
    state.store.write(permit, move |tx, permit| desk::delete(tx, permit, id)).await?;
    if !is_tried {
        forget(&state, id).await;
    }
    Ok(HttpResponse::NoContent().finish())
}
