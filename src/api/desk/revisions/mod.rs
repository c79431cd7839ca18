//! `/v1/desk/articles/{id}/revisions`, of facts, and `…/translations/{locale}/revisions`, of words.

mod shape;

use actix_web::{
    get, post,
    web::{Data, Json},
};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;

pub(super) use shape::told_pieces;
pub use shape::{
    ArticleRevision, BlockDiff, BlockFate, FieldDiff, PieceInfo, PublicInfo, RevisionDiff, RevisionInfo, SavedBy, TranslationRevision,
};
use shape::{article_revision, told, translation_revision};

use super::{
    Expecting,
    articles::{DeskArticle, shown_one, tagged as tagged_article},
    translations::{DeskTranslation, shown, tagged},
};
use crate::{
    access::{
        Action, Permit,
        action::{EditArticle, EditTranslation, ReadArticle},
    },
    api::{
        State,
        computing::compute,
        extract::{IfMatch, May, Path, Query, paging},
        problem::{Failure, Problem},
        reply::{Listing, Tagged},
    },
    desk,
    domain::{
        Error, Locale, Version,
        article::{Article, ArticleId},
        body::Format,
        diff::{self, Comparison},
        page::Paging,
        vocabulary::vocabulary,
    },
    store::{self, Tx, revisions::Series},
};

/// The operations of this file.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(list_article_revisions)
        .service(show_article_revision)
        .service(compare_article_revisions)
        .service(restore_article_revision)
        .service(list_translation_revisions)
        .service(show_translation_revision)
        .service(compare_translation_revisions)
        .service(restore_translation_revision);
}

/// A page of a list of revisions.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListRevisions {
    /// Rows on a page.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<u32>,
    /// Where the page begins: `page.next` or `page.previous` of another one.
    cursor: Option<String>,
}

vocabulary! {
    /// In which form a comparison comes.
    pub enum DiffFormat {
        /// As fields, blocks and pieces of text.
        Json => "json",
        /// As HTML.
        Html => "html",
    }
}

/// What a revision is compared with.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct CompareRevisions {
    /// The version that it is compared with; the one before when absent.
    #[param(minimum = 1)]
    against: Option<i32>,
    /// In which form; `json` when absent.
    #[param(inline)]
    format: Option<DiffFormat>,
}

impl CompareRevisions {
    fn against(&self, version: Version) -> Result<Version, Error> {
        match self.against {
            Some(against) => Ok(against),
            None if version > 1 => Ok(version.saturating_sub(1)),
            None => Err(Error::invalid("?against", "required", "the first revision has none before it")),
        }
    }

    fn show(&self, from: Version, to: Version, comparison: Comparison) -> RevisionDiff {
        if self.format == Some(DiffFormat::Html) {
            let html = Some(diff::html(&comparison));
            return RevisionDiff { from, to, fields: Vec::new(), blocks: Vec::new(), coarse: comparison.coarse, html };
        }
        let coarse = comparison.coarse;
        let fields = comparison.fields.into_iter().map(FieldDiff::from).collect();
        let blocks = comparison.blocks.into_iter().map(BlockDiff::from).collect();
        RevisionDiff { from, to, fields, blocks, coarse, html: None }
    }
}

fn article(tx: &mut Tx<'_>, permit: &Permit<ReadArticle>, id: ArticleId) -> Result<Article, Error> {
    store::articles::find(tx, &permit.visibility(), id)
}

fn worded(tx: &mut Tx<'_>, permit: &Permit<ReadArticle>, id: ArticleId, locale: &Locale) -> Result<Article, Error> {
    let article = article(tx, permit, id)?;
    desk::translations::find(tx, &article, locale)?;
    Ok(article)
}

/// A page of revisions, with when they were public.
fn page(tx: &mut Tx<'_>, article: &Article, series: Series<'_>, paging: Paging) -> Result<Listing<RevisionInfo>, Error> {
    let page = store::revisions::page(tx, article, series, paging)?;
    let first = page.items.iter().map(|group| group.first.version).min().unwrap_or_default();
    let last = page.items.iter().map(|group| group.last.version).max().unwrap_or_default();
    let spans = store::revisions::public_spans(tx, article, series, first..=last)?;
    Ok(told(page, &spans))
}

/// List the revisions of an article's facts, newest first.
///
/// Consecutive saves of one person within five minutes are listed as one, unless they said why they saved.
#[utoipa::path(tag = "desk-revisions", security(("token" = [ReadArticle::NAME])), params(("id" = ArticleId, Path), ListRevisions),
    responses((status = 200, body = Listing<RevisionInfo>), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/articles/{id}/revisions")]
pub(crate) async fn list_article_revisions(
    May(permit): May<ReadArticle>,
    id: Path<ArticleId>,
    query: Query<ListRevisions>,
    state: Data<State>,
) -> Result<Listing<RevisionInfo>, Failure> {
    let paging = paging(query.0.limit, query.0.cursor.as_deref(), None, Series::Facts.sorting())?;
    let page = state.store.read(move |tx| {
        let article = article(tx, &permit, *id)?;
        page(tx, &article, Series::Facts, paging)
    });
    Ok(page.await?)
}

/// Show the facts of an article as a revision left them.
///
/// The facts as that save left them.
#[utoipa::path(tag = "desk-revisions", security(("token" = [ReadArticle::NAME])), params(("id" = ArticleId, Path), ("version" = i32, Path, example = 1)),
    responses((status = 200, body = ArticleRevision), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/articles/{id}/revisions/{version}")]
pub(crate) async fn show_article_revision(
    May(permit): May<ReadArticle>,
    at: Path<(ArticleId, Version)>,
    state: Data<State>,
) -> Result<Json<ArticleRevision>, Failure> {
    let (id, version) = at.into_inner();
    let found = state.store.read(move |tx| {
        let article = article(tx, &permit, id)?;
        let saved = store::revisions::saved(tx, &article, Series::Facts, version)?;
        Ok(article_revision(&saved, store::revisions::facts(tx, &article, version)?))
    });
    Ok(Json(found.await?))
}

/// Compare two revisions of an article's facts.
///
/// What of the facts differs, field by field.
#[utoipa::path(tag = "desk-revisions", security(("token" = [ReadArticle::NAME])), params(("id" = ArticleId, Path), ("version" = i32, Path, example = 2), CompareRevisions),
    responses((status = 200, body = RevisionDiff), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/articles/{id}/revisions/{version}/diff")]
pub(crate) async fn compare_article_revisions(
    May(permit): May<ReadArticle>,
    at: Path<(ArticleId, Version)>,
    query: Query<CompareRevisions>,
    state: Data<State>,
) -> Result<Json<RevisionDiff>, Failure> {
    let (id, version) = at.into_inner();
    let found = state.store.read(move |tx| {
        let against = query.0.against(version)?;
        let article = article(tx, &permit, id)?;
        let (before, after) = (store::revisions::facts(tx, &article, against)?, store::revisions::facts(tx, &article, version)?);
        Ok(query.0.show(against, version, diff::facts(&before, &after)))
    });
    Ok(Json(found.await?))
}

/// Restore the facts that a revision left.
///
/// Saves them as a new revision; nothing is taken out of the history, and the public sees it when it is published.
#[utoipa::path(tag = "desk-revisions", security(("token" = [EditArticle::NAME, EditArticle::READS])), params(("id" = ArticleId, Path), ("version" = i32, Path, example = 1), Expecting),
    responses((status = 200, body = DeskArticle), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[post("/articles/{id}/revisions/{version}/restore")]
pub(crate) async fn restore_article_revision(
    May(permit): May<EditArticle>,
    at: Path<(ArticleId, Version)>,
    expected: IfMatch,
    state: Data<State>,
) -> Result<Tagged<DeskArticle>, Failure> {
    let (id, version) = at.into_inner();
    let restored = state.store.write(permit, move |tx, permit| {
        let (restored, warnings) = desk::revisions::restore_facts(tx, permit, id, expected.version()?, version)?;
        Ok(DeskArticle { warnings, ..shown_one(tx, &restored)? })
    });
    Ok(tagged_article(restored.await?))
}

/// List the revisions of the words of an article in a locale, newest first.
///
/// Consecutive saves of one person within five minutes are listed as one, unless they said why they saved.
#[utoipa::path(tag = "desk-revisions", security(("token" = [ReadArticle::NAME])), params(("id" = ArticleId, Path), ("locale" = Locale, Path), ListRevisions),
    responses((status = 200, body = Listing<RevisionInfo>), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/articles/{id}/translations/{locale}/revisions")]
pub(crate) async fn list_translation_revisions(
    May(permit): May<ReadArticle>,
    at: Path<(ArticleId, Locale)>,
    query: Query<ListRevisions>,
    state: Data<State>,
) -> Result<Listing<RevisionInfo>, Failure> {
    let (id, locale) = at.into_inner();
    let paging = paging(query.0.limit, query.0.cursor.as_deref(), None, Series::Words(&locale).sorting())?;
    let page = state.store.read(move |tx| {
        let article = worded(tx, &permit, id, &locale)?;
        page(tx, &article, Series::Words(&locale), paging)
    });
    Ok(page.await?)
}

/// Show the words of an article in a locale as a revision left them.
///
/// The words as that save left them.
#[utoipa::path(tag = "desk-revisions", security(("token" = [ReadArticle::NAME])), params(("id" = ArticleId, Path), ("locale" = Locale, Path), ("version" = i32, Path, example = 1)),
    responses((status = 200, body = TranslationRevision), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/articles/{id}/translations/{locale}/revisions/{version}")]
pub(crate) async fn show_translation_revision(
    May(permit): May<ReadArticle>,
    at: Path<(ArticleId, Locale, Version)>,
    state: Data<State>,
) -> Result<Json<TranslationRevision>, Failure> {
    let (id, locale, version) = at.into_inner();
    let found = state.store.read(move |tx| {
        let article = worded(tx, &permit, id, &locale)?;
        let saved = store::revisions::saved(tx, &article, Series::Words(&locale), version)?;
        let (mut words, made_from) = store::revisions::words(tx, &article, &locale, version)?;
        desk::references::show(tx, &permit.visibility(), &locale, &mut words.body)?;
        Ok(translation_revision(&saved, (words, made_from)))
    });
    Ok(Json(found.await?))
}

/// Compare two revisions of the words of an article in a locale.
///
/// Blocks are known by their ids; within a changed block, and within fields of text, what changed is told by words (UAX #29).
#[utoipa::path(tag = "desk-revisions", security(("token" = [ReadArticle::NAME])),
    params(("id" = ArticleId, Path), ("locale" = Locale, Path), ("version" = i32, Path, example = 2), CompareRevisions),
    responses((status = 200, body = RevisionDiff), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/articles/{id}/translations/{locale}/revisions/{version}/diff")]
pub(crate) async fn compare_translation_revisions(
    May(permit): May<ReadArticle>,
    at: Path<(ArticleId, Locale, Version)>,
    query: Query<CompareRevisions>,
    state: Data<State>,
) -> Result<Json<RevisionDiff>, Failure> {
    let (id, locale, version) = at.into_inner();
    let found = state.store.read(move |tx| {
        let against = query.0.against(version)?;
        let article = worded(tx, &permit, id, &locale)?;
        let (mut before, _) = store::revisions::words(tx, &article, &locale, against)?;
        let (mut after, _) = store::revisions::words(tx, &article, &locale, version)?;
        for words in [&mut before, &mut after] {
            desk::references::show(tx, &permit.visibility(), &locale, &mut words.body)?;
        }
        Ok((against, before, after, query))
    });
    let (against, before, after, query) = found.await?;
    // Others may share the snapshot: they need not wait for the comparison.
    Ok(Json(compute(move || Ok(query.0.show(against, version, diff::words(&before, &after)))).await?))
}

/// Restore the words that a revision left.
///
/// Saves them as a new revision under the present slug; nothing is taken out of the history, and the public sees it when it is published.
#[utoipa::path(tag = "desk-revisions", security(("token" = [EditTranslation::NAME, EditTranslation::READS])),
    params(("id" = ArticleId, Path), ("locale" = Locale, Path), ("version" = i32, Path, example = 1), Expecting),
    responses((status = 200, body = DeskTranslation), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[post("/articles/{id}/translations/{locale}/revisions/{version}/restore")]
pub(crate) async fn restore_translation_revision(
    May(permit): May<EditTranslation>,
    at: Path<(ArticleId, Locale, Version)>,
    expected: IfMatch,
    state: Data<State>,
) -> Result<Tagged<DeskTranslation>, Failure> {
    let (id, locale, version) = at.into_inner();
    let seen = permit.visibility();
    let restored = state.store.write(permit, move |tx, permit| {
        let restored = desk::revisions::restore_words(tx, permit, id, &locale, expected.version()?, version)?;
        shown(tx, &seen, restored, Format::Doc)
    });
    Ok(tagged(restored.await?.whole(&state.store).await?))
}
