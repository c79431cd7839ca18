//! `/v1/desk/media`: the media library.

mod captions;
mod fetched;
mod sending;
mod shape;
mod taken;
mod uploads;

use actix_web::{
    HttpRequest, HttpResponse, delete, get,
    http::Method,
    patch, post, put,
    web::{self, Data},
};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;

pub(in crate::api) use sending::takes_files;
pub use shape::{DeskMedia, DeskMediaPatch, MediaFrom, MediaInput, MediaUpload, MediaUse, MediaUses};
pub(in crate::api) use taken::AROUND;
pub(in crate::api) use uploads::UPLOADS;
pub use uploads::{DeskUpload, UploadProblem};

use self::{shape::tagged, taken::SentFile};
use super::{Expecting, takedowns::Reason};
use crate::{
    access::{
        Action, Permit,
        action::{DeleteMedia, ReadArticle, ReadDesk, WriteMedia},
    },
    api::{
        State, delivery,
        extract::{Body, IfMatch, IfMatchOrAny, May, Path, Query, paging},
        files::Binary,
        patching::Patch,
        problem::{Failure, Problem},
        reply::{Listing, Tagged},
    },
    delivery::media::Given,
    desk::media::{self as desk, Added},
    domain::{
        Error, Instant,
        file::MediaKind,
        media::{Description, Digest, Media, MediaId},
        page::Sorting,
        user::UserId,
    },
    store::{self, Tx, media::Filter},
};

/// The operations of this file.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(list_media)
        .service(add_media)
        .service(show_media)
        .service(revise_media)
        .service(delete_media)
        .service(list_media_uses)
        .service(show_media_file)
        .service(replace_media_file)
        .service(show_media_rendition)
        .service(take_down_media)
        .service(reinstate_media)
        .route("/uploads", web::method(Method::OPTIONS).to(uploads::describe_uploads))
        .service(uploads::begin_upload)
        .service(uploads::show_upload)
        .service(uploads::send_upload)
        .service(uploads::delete_upload)
        .configure(captions::routes);
}

/// In which time a file has come lately, in seconds.
const LATELY: i64 = 3_600;

/// Which items are asked for.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListMedia {
    /// Of this kind.
    #[param(inline)]
    kind: Option<MediaKind>,
    /// With this text in name, creator, credit, copyright, source, words or keywords, without regard to case, accents, width and what does not show.
    #[param(max_length = 200, example = "river")]
    text: Option<String>,
    /// With this text in the credit.
    #[param(max_length = 200, example = "AP")]
    credit: Option<String>,
    /// Shown by an article, live or not, or by none.
    used: Option<bool>,
    /// Whose licence is over before this instant.
    licence_ends_before: Option<Instant>,
    /// Sent by this user.
    uploader: Option<UserId>,
    /// Rows on a page.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<u32>,
    /// Where the page begins: `page.next` or `page.previous` of another one.
    cursor: Option<String>,
    /// Whether to count all rows.
    #[param(default = false)]
    count: Option<bool>,
}

/// List the media library, last added first.
///
/// What of it the parameters say.
#[utoipa::path(tag = "desk-media", security(("token" = [ReadDesk::NAME])), params(ListMedia),
    responses((status = 200, body = Listing<DeskMedia>), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/media")]
pub(crate) async fn list_media(_: May<ReadDesk>, query: Query<ListMedia>, state: Data<State>) -> Result<Listing<DeskMedia>, Failure> {
    let ListMedia { kind, text, credit, used, licence_ends_before, uploader, limit, cursor, count } = query.0;
    let paging = paging(limit, cursor.as_deref(), count, Sorting::Media)?;
    let filter = Filter { kind, text, credit, used, licence_ends_before, uploader };
    let page = state.store.read(move |tx| store::media::page(tx, &filter, paging)).await?;
    Ok(page.map(DeskMedia::from).into())
}

/// Add a file to the media library.
///
/// As the part `file` of a form, as the body of the request, with its name in `Content-Disposition`, or from a URL (`from`), which leads to public hosts alone. What it is, its first bytes say; what nobody says
/// of it, it says itself (EXIF, IPTC, XMP). It is in the library once: a file that is there already is answered 200, as it is, and nothing changes.
/// Pictures are JPEG, PNG, GIF, WebP or TIFF.
#[utoipa::path(tag = "desk-media", security(("token" = [WriteMedia::NAME, WriteMedia::READS])),
    request_body(content(
        (MediaUpload = "multipart/form-data", example = json!({ "file": "(the bytes of a file)", "description": { "credit": "AP" } })),
        (MediaFrom = "application/json", example = json!({ "from": "https://pictures.example.com/ferry.jpg", "description": { "credit": "AP" } })),
        (Binary = "application/octet-stream", example = "%PDF-1.4\n% Terms of another year.\n%%EOF\n"),
    )),
    responses((status = 200, body = DeskMedia), (status = 201, body = DeskMedia),
        (status = "default", body = Problem, content_type = "application/problem+json")))]
#[post("/media")]
pub(crate) async fn add_media(May(permit): May<WriteMedia>, sent: SentFile, state: Data<State>) -> Result<Tagged<DeskMedia>, Failure> {
    let SentFile { file, name, said } = sent;
    let mut said = said.map_or_else(|| Ok(Description::default()), Description::try_from).map_err(|e| e.under("#/description"))?;
    if said.name.is_empty() {
        said.name = name;
    }
    said.clone().check().map_err(|e| e.under("#/description"))?;
    let file = SentFile::kept(file, &state, &permit).await?;
    let added = state.store.write(permit, move |tx, permit| desk::add(tx, permit, file.clone(), said.clone())).await?;
    let Added { media, is_new } = added;
    let path = format!("/v1/desk/media/{}", media.id);
    Ok(if is_new { tagged(media).created(path) } else { tagged(media) })
}

/// Show an item of the media library.
///
/// With what its file says of itself.
#[utoipa::path(tag = "desk-media", security(("token" = [ReadDesk::NAME])), params(("id" = MediaId, Path)),
    responses((status = 200, body = DeskMedia), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/media/{id}")]
pub(crate) async fn show_media(_: May<ReadDesk>, id: Path<MediaId>, state: Data<State>) -> Result<Tagged<DeskMedia>, Failure> {
    Ok(tagged(state.store.read(move |tx| store::media::find(tx, *id)).await?))
}

/// Change what is said of an item of the media library.
///
/// What is live shows it as it says at once.
#[utoipa::path(tag = "desk-media", security(("token" = [WriteMedia::NAME, WriteMedia::READS])), params(("id" = MediaId, Path), Expecting),
    request_body(content = DeskMediaPatch, content_type = "application/merge-patch+json", example = json!({ "credit": "AP" })),
    responses((status = 200, body = DeskMedia), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[patch("/media/{id}")]
pub(crate) async fn revise_media(
    May(permit): May<WriteMedia>,
    id: Path<MediaId>,
    expected: IfMatch,
    patch: Patch<DeskMedia>,
    state: Data<State>,
) -> Result<Tagged<DeskMedia>, Failure> {
    let revised = state.store.write(permit, move |tx, permit| {
        desk::revise(tx, permit, *id, expected.version()?, |media| {
            patch.onto(&DeskMedia::from(media.clone())).and_then(Description::try_from)
        })
    });
    Ok(tagged(revised.await?))
}

/// Delete an item of the media library.
///
/// Answers 409 while an article shows it; what is live and must go at once is taken down. Its file is removed, too.
#[utoipa::path(tag = "desk-media", security(("token" = [DeleteMedia::NAME, DeleteMedia::READS])), params(("id" = MediaId, Path), Expecting),
    responses((status = 204), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[delete("/media/{id}")]
pub(crate) async fn delete_media(
    May(permit): May<DeleteMedia>,
    id: Path<MediaId>,
    expected: IfMatch,
    state: Data<State>,
) -> Result<HttpResponse, Failure> {
    let is_tried = permit.caller().rehearses();
    let digest = state.store.write(permit, move |tx, permit| desk::delete(tx, permit, *id, expected.version()?)).await?;
    if !is_tried {
        forget(&state, digest).await;
    }
    Ok(HttpResponse::NoContent().finish())
}

/// List where an item of the media library is used.
///
/// The articles that show it, as far as you may see them, with the locales in which they are live with it; and how many there are beside them.
#[utoipa::path(tag = "desk-media", security(("token" = [ReadArticle::NAME])), params(("id" = MediaId, Path)),
    responses((status = 200, body = MediaUses), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/media/{id}/uses")]
pub(crate) async fn list_media_uses(
    May(permit): May<ReadArticle>,
    id: Path<MediaId>,
    state: Data<State>,
) -> Result<actix_web::web::Json<MediaUses>, Failure> {
    let visibility = permit.visibility();
    let (uses, hidden) = state
        .store
        .read(move |tx| {
            store::media::find(tx, *id)?;
            store::media::uses(tx, &visibility, *id)
        })
        .await?;
    Ok(actix_web::web::Json(MediaUses { data: uses.into_iter().map(MediaUse::from).collect(), hidden }))
}

/// Get the file of an item of the media library, as it was sent.
///
/// Whole, or in ranges.
#[utoipa::path(tag = "desk-media", security(("token" = [ReadDesk::NAME])), params(("id" = MediaId, Path)),
    responses((status = 200, content((Binary = "image/*"), (Binary = "audio/*"), (Binary = "video/*"), (Binary = "application/pdf"))),
        (status = 206, content((Binary = "image/*"), (Binary = "audio/*"), (Binary = "video/*"), (Binary = "application/pdf"), (Binary = "multipart/byteranges"))),
        (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/media/{id}/file")]
pub(crate) async fn show_media_file(
    _: May<ReadDesk>,
    id: Path<MediaId>,
    req: HttpRequest,
    state: Data<State>,
) -> Result<HttpResponse, Failure> {
    let given = given(&state, *id).await?;
    delivery::media::original(&req, &state, given, delivery::media::Keeping::by_the_desk()).await
}

/// Get a picture of the media library in a size that the site has.
///
/// Also of what is public nowhere; as `.webp`, `.jpg` and, where the site has that, `.avif`, in the place of which WebP is answered until it was drawn.
#[utoipa::path(tag = "desk-media", security(("token" = [ReadDesk::NAME])),
    params(("id" = MediaId, Path), ("rendition" = String, Path, example = "320.webp", description = "`320.webp`, `16x9-640.jpg`")),
    responses((status = 200, body = Binary, content_type = "image/*"),
        (status = 206, content((Binary = "image/*"), (Binary = "multipart/byteranges"))),
        (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/media/{id}/renditions/{rendition}")]
pub(crate) async fn show_media_rendition(
    _: May<ReadDesk>,
    path: Path<(MediaId, String)>,
    req: HttpRequest,
    state: Data<State>,
) -> Result<HttpResponse, Failure> {
    let (id, rendition) = path.into_inner();
    let given = given(&state, id).await?;
    delivery::media::rendition(&req, &state, given, &rendition, delivery::media::Keeping::by_the_desk()).await
}

async fn given(state: &Data<State>, id: MediaId) -> Result<Given, Failure> {
    let given = state.store.read(move |tx| {
        let site = store::site::masthead(tx)?;
        Ok(Given::of(store::media::find(tx, id)?, &site.site.renditions))
    });
    Ok(given.await?)
}

/// Replace the file of an item of the media library.
///
/// By one of the same kind: the item keeps its id and what is said of it, and whatever shows it shows the new file. A `description` is refused: what is said of an item is changed by itself.
#[utoipa::path(tag = "desk-media", security(("token" = [WriteMedia::NAME, WriteMedia::READS])), params(("id" = MediaId, Path), Expecting),
    request_body(content(
        (MediaUpload = "multipart/form-data", example = json!({ "file": "(the bytes of a file)" })),
        (MediaFrom = "application/json", example = json!({ "from": "https://pictures.example.com/ferry.jpg" })),
        (Binary = "application/octet-stream", example = "%PDF-1.4\n% Terms of another year.\n%%EOF\n"),
    )),
    responses((status = 200, body = DeskMedia), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[put("/media/{id}/file")]
pub(crate) async fn replace_media_file(
    May(permit): May<WriteMedia>,
    id: Path<MediaId>,
    expected: IfMatch,
    sent: SentFile,
    state: Data<State>,
) -> Result<Tagged<DeskMedia>, Failure> {
    if sent.said.is_some() {
        return Err(Error::invalid("#/description", "unknown", "what is said of an item is changed by PATCH").into());
    }
    let (id, expected) = (*id, expected.version()?);
    let before = state.store.read(move |tx| store::media::find(tx, id)).await?;
    Error::unless_newest("media item", before.version, expected)?;
    let is_tried = permit.caller().rehearses();
    let file = SentFile::kept(sent.file, &state, &permit).await?;
    let replaced = state.store.write(permit, move |tx, permit| desk::replace(tx, permit, id, expected, file.clone()));
    let replaced = replaced.await?;
    if !is_tried && replaced.file.digest != before.file.digest {
        forget(&state, before.file.digest).await;
    }
    Ok(tagged(replaced))
}

/// Remove the file that an item had, unless it has come lately: somebody may be sending it again. What cannot be removed now is left behind, and found by
/// `dateline media check`.
async fn forget(state: &Data<State>, digest: Digest) {
    let (state, before) = (state.clone(), state.store.now().plus_seconds(-LATELY));
    let removed = store::aside(move || {
        let is_named = |tx: &mut Tx<'_>| Ok(store::media::by_digest(tx, digest)?.is_some() || store::recordings::has(tx, digest)?);
        let is_free = !state.store.read_now(is_named)?;
        if is_free { state.files.storage().remove(digest, before) } else { Ok(false) }
    });
    if let Err(error) = removed.await {
        tracing::warn!(error = %error, "a file of the media store was left behind");
    }
}

async fn stepped(
    state: Data<State>,
    permit: Permit<DeleteMedia>,
    verb: impl FnOnce(&mut Tx<'_>, Permit<DeleteMedia>) -> Result<Media, Error> + Clone + Send + 'static,
) -> Result<Tagged<DeskMedia>, Failure> {
    Ok(tagged(state.store.write(permit, verb).await?))
}

/// Take an item of the media library down, for legal or safety reasons.
///
/// No page shows it any more, and its files are gone, at once; `If-Match: *` takes it down whatever its version.
#[utoipa::path(tag = "desk-media", security(("token" = [DeleteMedia::NAME, DeleteMedia::READS])), params(("id" = MediaId, Path), Expecting), request_body = Reason,
    responses((status = 200, body = DeskMedia), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[post("/media/{id}/takedown")]
pub(crate) async fn take_down_media(
    May(permit): May<DeleteMedia>,
    id: Path<MediaId>,
    expected: IfMatchOrAny,
    sent: Body<Reason>,
    state: Data<State>,
) -> Result<Tagged<DeskMedia>, Failure> {
    stepped(state, permit, move |tx, permit| desk::take_down(tx, permit, *id, expected.version()?, &sent.0.reason)).await
}

/// Lift that an item of the media library was taken down.
///
/// What names it shows it again, at once.
#[utoipa::path(tag = "desk-media", security(("token" = [DeleteMedia::NAME, DeleteMedia::READS])), params(("id" = MediaId, Path), Expecting), request_body = Reason,
    responses((status = 200, body = DeskMedia), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[post("/media/{id}/reinstate")]
pub(crate) async fn reinstate_media(
    May(permit): May<DeleteMedia>,
    id: Path<MediaId>,
    expected: IfMatch,
    sent: Body<Reason>,
    state: Data<State>,
) -> Result<Tagged<DeskMedia>, Failure> {
    stepped(state, permit, move |tx, permit| desk::lift(tx, permit, *id, expected.version()?, &sent.0.reason)).await
}
