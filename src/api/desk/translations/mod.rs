//! `/v1/desk/articles/{id}/translations/{locale}`.

mod reading;
mod shape;

use actix_web::{HttpResponse, delete, get, patch, put, web::Data};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;

pub(super) use reading::{WordsPatch, read};
use shape::Shown;
pub use shape::{AssignmentInfo, DeskBody, DeskTranslation, DeskTranslationPatch, FreshnessInfo, MadeFromInfo, NewTranslation};
pub(super) use shape::{body_in, shown, tagged};

use super::{Expecting, ExpectingOrMaking};
use crate::{
    access::{
        Action, Visibility,
        action::{DeleteTranslation, EditTranslation, ReadArticle},
    },
    api::{
        State,
        computing::compute,
        extract::{Body, IfMatch, May, Path, Query},
        patching::Patch,
        problem::{Failure, Problem},
        reply::Tagged,
    },
    desk::{
        self,
        translations::{Draft, Saved},
    },
    domain::{Error, Locale, article::ArticleId, body::Format},
    store::{self, Tx},
};

/// The operations of this file.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(show_translation).service(replace_translation).service(revise_translation).service(delete_translation);
}

/// In which form the body comes.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ShowTranslation {
    /// The form; `doc`, which keeps block ids, when absent.
    #[param(inline)]
    body: Option<Format>,
}

/// What nobody writes of words, for it follows from those of others.
const FRESHNESS: &str = "freshness";

/// The words of an article in a locale, as they are.
fn present(tx: &mut Tx<'_>, visibility: &Visibility, id: ArticleId, locale: &Locale, format: Format) -> Result<Shown, Error> {
    let article = store::articles::find(tx, visibility, id)?;
    let translation = desk::translations::find(tx, &article, locale)?;
    shown(tx, visibility, Saved { article, translation, warnings: Vec::new() }, format)
}

/// Show the words of an article in a locale.
///
/// The words as they are now, with their workflow, what they were made from and how fresh they are; `body` says in which form.
#[utoipa::path(tag = "desk-articles", security(("token" = [ReadArticle::NAME])), params(("id" = ArticleId, Path), ("locale" = Locale, Path), ShowTranslation),
    responses((status = 200, body = DeskTranslation), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/articles/{id}/translations/{locale}")]
pub(crate) async fn show_translation(
    May(permit): May<ReadArticle>,
    at: Path<(ArticleId, Locale)>,
    query: Query<ShowTranslation>,
    state: Data<State>,
) -> Result<Tagged<DeskTranslation>, Failure> {
    let (id, locale) = at.into_inner();
    let format = query.0.body.unwrap_or(Format::Doc);
    let found = state.store.read(move |tx| present(tx, &permit.visibility(), id, &locale, format));
    Ok(tagged(found.await?.whole(&state.store).await?))
}

/// Create or replace the words of an article in a locale.
///
/// The first words of a locale, or all of them anew: then `If-Match` says which version they replace. Without a `body` the body that is there stays.
#[utoipa::path(tag = "desk-articles", security(("token" = [EditTranslation::NAME, EditTranslation::READS])), params(("id" = ArticleId, Path), ("locale" = Locale, Path), ExpectingOrMaking),
    request_body = NewTranslation,
    responses((status = 200, body = DeskTranslation), (status = 201, body = DeskTranslation), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[put("/articles/{id}/translations/{locale}")]
pub(crate) async fn replace_translation(
    May(permit): May<EditTranslation>,
    at: Path<(ArticleId, Locale)>,
    expected: IfMatch,
    sent: Body<NewTranslation>,
    state: Data<State>,
) -> Result<Tagged<DeskTranslation>, Failure> {
    let (id, locale) = at.into_inner();
    let path = format!("/v1/desk/articles/{id}/translations/{locale}");
    let (draft, sent) = sent.0.parts();
    let (permit, body) = match sent {
        None => (permit, None),
        Some(sent) => {
            let there = locale.clone();
            let replaced = state.store.read(move |tx| {
                let replaced = desk::translations::replaced(tx, &permit, id, &there, expected.optional())?;
                Ok((permit, replaced))
            });
            let (permit, replaced) = replaced.await?;
            (permit, Some(read(&state.store, sent, &locale, replaced.map(|t| t.words.body), 1).await?))
        }
    };
    let seen = permit.visibility();
    let saved = state.store.write(permit, move |tx, permit| {
        let saved = desk::translations::save(tx, permit, id, &locale, expected.optional(), |_| Ok(Draft { body, ..draft }))?;
        shown(tx, &seen, saved, Format::Doc)
    });
    let answer = tagged(saved.await?.whole(&state.store).await?);
    Ok(if expected.optional().is_none() { answer.created(path) } else { answer })
}

/// Update the words of an article in a locale.
///
/// Saves a new revision; answers 412 when `If-Match` is not the newest version. Blocks that are unchanged keep their ids. A `freshness` that has
/// moved on since it was read is left aside, with a warning.
#[utoipa::path(tag = "desk-articles", security(("token" = [EditTranslation::NAME, EditTranslation::READS])), params(("id" = ArticleId, Path), ("locale" = Locale, Path), Expecting),
    request_body(content = DeskTranslationPatch, content_type = "application/merge-patch+json", example = json!({ "headline": "River rises by two metres" })),
    responses((status = 200, body = DeskTranslation), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[patch("/articles/{id}/translations/{locale}")]
pub(crate) async fn revise_translation(
    May(permit): May<EditTranslation>,
    at: Path<(ArticleId, Locale)>,
    expected: IfMatch,
    patch: Patch<DeskTranslation>,
    state: Data<State>,
) -> Result<Tagged<DeskTranslation>, Failure> {
    let (id, locale) = at.into_inner();
    let version = expected.version()?;
    // It moves on when others publish, so words that were read before that are saved nevertheless.
    let (permit, patch, aside) = if patch.names(FRESHNESS) {
        let there = locale.clone();
        let present = state.store.read(move |tx| Ok((present(tx, &permit.visibility(), id, &there, Format::Doc)?, permit)));
        let (present, permit) = present.await?;
        match patch.unchanged(FRESHNESS, &present.whole(&state.store).await?.freshness) {
            Ok(patch) => (permit, patch, Vec::new()),
            Err(Error::Invalid(aside)) => (permit, patch.without(FRESHNESS), aside),
            Err(other) => return Err(other.into()),
        }
    } else {
        (permit, patch, Vec::new())
    };
    let (permit, patch) = if WordsPatch::brings_body(&patch) {
        let there = locale.clone();
        let revised = state.store.read(move |tx| Ok((desk::translations::revised(tx, &permit, id, &there, version)?, permit)));
        let ((present, permit), store) = (revised.await?, state.store.clone());
        (permit, compute(move || WordsPatch::read(patch, &present, &present.words.body, &store)).await?)
    } else {
        (permit, WordsPatch::plain(patch))
    };
    let seen = permit.visibility();
    let saved = state.store.write(permit, move |tx, permit| {
        let saved = desk::translations::revise(tx, permit, id, &locale, Some(version), |present| patch.onto(present))?;
        shown(tx, &seen, saved, Format::Doc)
    });
    let mut saved = saved.await?.whole(&state.store).await?;
    saved.warnings.extend(aside);
    Ok(tagged(saved))
}

/// Delete words that were never published.
///
/// Their revisions stay, and they can be restored. 409 for the original, and for what was public.
#[utoipa::path(tag = "desk-articles", security(("token" = [DeleteTranslation::NAME, DeleteTranslation::READS])), params(("id" = ArticleId, Path), ("locale" = Locale, Path), Expecting),
    responses((status = 204), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[delete("/articles/{id}/translations/{locale}")]
pub(crate) async fn delete_translation(
    May(permit): May<DeleteTranslation>,
    at: Path<(ArticleId, Locale)>,
    expected: IfMatch,
    state: Data<State>,
) -> Result<HttpResponse, Failure> {
    let (id, locale) = at.into_inner();
    state.store.write(permit, move |tx, permit| desk::translations::delete(tx, permit, id, &locale, expected.version()?)).await?;
    Ok(HttpResponse::NoContent().finish())
}
