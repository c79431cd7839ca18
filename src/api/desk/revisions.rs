//! `/v1/desk/articles/{id}/revisions`, of facts, and `…/translations/{locale}/revisions`, of words.

use actix_web::{
    get, post,
    web::{Data, Json, Path},
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use super::{
    Expecting,
    articles::{DeskArticle, DeskCredit, DeskLead, shown_one, tagged as tagged_article},
    translations::{DeskBody, DeskTranslation, LeadWords, MadeFromInfo, SeoWords, body_in, tagged},
};
use crate::{
    access::{
        Action, Permit,
        action::{EditArticle, EditTranslation, ReadArticle},
    },
    api::{
        State,
        extract::{IfMatch, Query, paging},
        problem::{Failure, Problem},
        reply::{Listing, Tagged},
    },
    desk,
    domain::{
        Error, Instant, Locale, Version,
        article::{Article, ArticleId, Facts, Genre, Kind},
        body::{Format, diff::BlockChange, doc},
        diff::{self, Comparison, Fate, FieldChange, Piece},
        revision::{Saved, Stretch},
        section::SectionId,
        tag::TagId,
        translation::{MadeFrom, Words},
        user::UserId,
        vocabulary::vocabulary,
    },
    store::{
        self, Tx,
        revisions::{ORDER, Series},
    },
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

/// Who saved.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SavedBy {
    /// Their id.
    pub id: UserId,
    /// Their name.
    #[schema(example = "Asha Rao")]
    pub name: String,
}

/// Consecutive saves of one person within five minutes, as one; every one of them can be read by its version.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RevisionInfo {
    /// The newest version of them.
    pub version: i32,
    /// The oldest version of them.
    pub first_version: i32,
    /// How many there are.
    pub saves: i32,
    /// Who saved; nobody, when it was imported.
    pub saved_by: Option<SavedBy>,
    /// When the oldest was saved.
    pub began_at: Instant,
    /// When the newest was saved.
    pub saved_at: Instant,
    /// Why the newest was saved, if they said.
    #[schema(example = "after the fact check")]
    pub note: String,
}

fn saved_by(saved: &Saved) -> Option<SavedBy> {
    saved.by.as_ref().map(|(id, name)| SavedBy { id: *id, name: name.clone() })
}

impl From<Stretch> for RevisionInfo {
    fn from(stretch: Stretch) -> Self {
        Self {
            version: stretch.last.version,
            first_version: stretch.first.version,
            saves: stretch.saves(),
            saved_by: saved_by(&stretch.last),
            began_at: stretch.first.at,
            saved_at: stretch.last.at,
            note: stretch.last.note,
        }
    }
}

/// The facts of an article as a save left them.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ArticleRevision {
    /// The version.
    pub version: i32,
    /// Who saved it; nobody, when it was imported.
    pub saved_by: Option<SavedBy>,
    /// When.
    pub saved_at: Instant,
    /// Why, if they said.
    pub note: String,
    /// The form.
    pub kind: Kind,
    /// The genre.
    pub genre: Genre,
    /// The section it was filed in.
    pub section_id: SectionId,
    /// What it was about, in order.
    pub tags: Vec<TagId>,
    /// Who made it, in order.
    pub credits: Vec<DeskCredit>,
    /// The lead picture or video.
    pub lead: Option<DeskLead>,
    /// The locale of the original.
    pub source_locale: Locale,
    /// Nothing of it was to be public before this instant.
    pub embargo_until: Option<Instant>,
}

fn article_revision(saved: &Saved, facts: Facts) -> ArticleRevision {
    ArticleRevision {
        version: saved.version,
        saved_by: saved_by(saved),
        saved_at: saved.at,
        note: saved.note.clone(),
        kind: facts.kind,
        genre: facts.genre,
        section_id: facts.section_id,
        tags: facts.tags,
        credits: facts.credits.into_iter().map(DeskCredit::from).collect(),
        lead: facts.lead.map(DeskLead::from),
        source_locale: facts.source_locale,
        embargo_until: facts.embargo_until,
    }
}

/// The words of an article in one locale as a save left them.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct TranslationRevision {
    /// The version.
    pub version: i32,
    /// Who saved it; nobody, when it was imported.
    pub saved_by: Option<SavedBy>,
    /// When.
    pub saved_at: Instant,
    /// Why, if they said.
    pub note: String,
    /// The headline.
    pub headline: String,
    /// The summary (dek).
    pub summary: String,
    /// The body, as a document.
    pub body: DeskBody,
    /// Words about the lead picture.
    pub lead: LeadWords,
    /// Words for search engines.
    pub seo: SeoWords,
    /// What it was made from; nothing, for an original.
    pub made_from: Option<MadeFromInfo>,
}

fn translation_revision(saved: &Saved, (words, made_from): (Words, Option<MadeFrom>)) -> TranslationRevision {
    TranslationRevision {
        version: saved.version,
        saved_by: saved_by(saved),
        saved_at: saved.at,
        note: saved.note.clone(),
        body: body_in(Format::Doc, &words.body),
        headline: words.headline,
        summary: words.summary,
        lead: LeadWords { alt: words.lead_alt, caption: words.lead_caption },
        seo: SeoWords { title: words.seo_title, description: words.seo_description },
        made_from: made_from.map(Into::into),
    }
}

/// A piece of text: kept, removed or added.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PieceInfo {
    /// What became of it.
    pub fate: Fate,
    /// The text.
    pub text: String,
}

fn pieces(all: Vec<Piece>) -> Vec<PieceInfo> {
    all.into_iter().map(|p| PieceInfo { fate: p.fate, text: p.text }).collect()
}

/// A field that is not what it was.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct FieldDiff {
    /// Which: a JSON pointer into the resource.
    #[schema(example = "#/headline")]
    pub pointer: &'static str,
    /// What it was.
    #[schema(value_type = Value)]
    pub before: Value,
    /// What it is.
    #[schema(value_type = Value)]
    pub after: Value,
    /// Of text: what changed within it, by words; what is kept and removed is the text before, what is kept and added the text after.
    pub pieces: Vec<PieceInfo>,
}

impl From<FieldChange> for FieldDiff {
    fn from(field: FieldChange) -> Self {
        Self { pointer: field.pointer, before: field.before, after: field.after, pieces: pieces(field.pieces) }
    }
}

vocabulary! {
    /// What became of a block.
    pub enum BlockFate {
        /// It stayed as it was.
        Kept => "kept",
        /// It stands elsewhere, as it was.
        Moved => "moved",
        /// It says or is something else.
        Changed => "changed",
        /// It is new.
        Added => "added",
        /// It is gone.
        Removed => "removed",
    }
}

/// A block of the body, and what became of it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct BlockDiff {
    /// Its id.
    #[schema(example = "k3v9d2m1xa")]
    pub id: String,
    /// What became of it.
    pub fate: BlockFate,
    /// What it was, if that is not what it is.
    #[schema(value_type = Option<crate::domain::body::Node>)]
    pub before: Option<Value>,
    /// What it is; nothing, when it is gone.
    #[schema(value_type = Option<crate::domain::body::Node>)]
    pub after: Option<Value>,
    /// Of a changed block: what changed in its text, by words.
    pub pieces: Vec<PieceInfo>,
}

impl From<BlockChange> for BlockDiff {
    fn from(change: BlockChange) -> Self {
        let (fate, before, after, told) = match change {
            BlockChange::Kept(block) => (BlockFate::Kept, None, Some(block), Vec::new()),
            BlockChange::Moved(block) => (BlockFate::Moved, None, Some(block), Vec::new()),
            BlockChange::Added(block) => (BlockFate::Added, None, Some(block), Vec::new()),
            BlockChange::Removed(block) => (BlockFate::Removed, Some(block), None, Vec::new()),
            BlockChange::Changed { before, after, pieces } => (BlockFate::Changed, Some(before), Some(after), pieces),
        };
        let id = after.as_ref().or(before.as_ref()).map(|b| b.id.to_string()).unwrap_or_default();
        Self { id, fate, before: before.map(|b| doc::write_block(&b)), after: after.map(|b| doc::write_block(&b)), pieces: pieces(told) }
    }
}

/// What changed from one revision to another.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RevisionDiff {
    /// The earlier side.
    pub from: i32,
    /// The later side.
    pub to: i32,
    /// Fields that changed.
    pub fields: Vec<FieldDiff>,
    /// All blocks of the body, those that are gone where they were; none for facts.
    pub blocks: Vec<BlockDiff>,
    /// The same for people, with `ins` and `del`; only with `format=html`, instead of fields and blocks.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub html: Option<String>,
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

/// What a revision is compared with.
#[derive(Debug, Deserialize, IntoParams)]
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
            return RevisionDiff { from, to, fields: Vec::new(), blocks: Vec::new(), html: Some(diff::html(&comparison)) };
        }
        let fields = comparison.fields.into_iter().map(FieldDiff::from).collect();
        let blocks = comparison.blocks.into_iter().map(BlockDiff::from).collect();
        RevisionDiff { from, to, fields, blocks, html: None }
    }
}

fn article(tx: &mut Tx<'_>, permit: &Permit<ReadArticle>, id: ArticleId) -> Result<Article, Error> {
    store::articles::find(tx, permit.visibility(), id)
}

fn worded(tx: &mut Tx<'_>, permit: &Permit<ReadArticle>, id: ArticleId, locale: &Locale) -> Result<Article, Error> {
    let article = article(tx, permit, id)?;
    desk::translations::find(tx, &article, locale)?;
    Ok(article)
}

/// List the revisions of an article's facts, newest first.
///
/// Consecutive saves of one person within five minutes are listed as one, unless they said why they saved.
#[utoipa::path(tag = "desk: revisions", security(("token" = [ReadArticle::NAME])), params(("id" = ArticleId, Path), ListRevisions),
    responses((status = 200, body = Listing<RevisionInfo>), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/articles/{id}/revisions")]
pub(crate) async fn list_article_revisions(
    permit: Permit<ReadArticle>,
    id: Path<ArticleId>,
    query: Query<ListRevisions>,
    state: Data<State>,
) -> Result<Listing<RevisionInfo>, Failure> {
    let paging = paging(query.0.limit, query.0.cursor.as_deref(), None, ORDER)?;
    let page = state.store.read(move |tx| {
        let article = article(tx, &permit, *id)?;
        store::revisions::page(tx, &article, Series::Facts, paging)
    });
    Ok(page.await?.map(RevisionInfo::from).into())
}

/// Show the facts of an article as a revision left them.
#[utoipa::path(tag = "desk: revisions", security(("token" = [ReadArticle::NAME])), params(("id" = ArticleId, Path), ("version" = i32, Path, example = 1)),
    responses((status = 200, body = ArticleRevision), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/articles/{id}/revisions/{version}")]
pub(crate) async fn show_article_revision(
    permit: Permit<ReadArticle>,
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
#[utoipa::path(tag = "desk: revisions", security(("token" = [ReadArticle::NAME])), params(("id" = ArticleId, Path), ("version" = i32, Path, example = 2), CompareRevisions),
    responses((status = 200, body = RevisionDiff), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/articles/{id}/revisions/{version}/diff")]
pub(crate) async fn compare_article_revisions(
    permit: Permit<ReadArticle>,
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

/// Go back to the facts that a revision left.
///
/// Saves them as a new revision; nothing is taken out of the history, and the public sees it when it is published.
#[utoipa::path(tag = "desk: revisions", security(("token" = [EditArticle::NAME])), params(("id" = ArticleId, Path), ("version" = i32, Path, example = 1), Expecting),
    responses((status = 200, body = DeskArticle), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[post("/articles/{id}/revisions/{version}/restore")]
pub(crate) async fn restore_article_revision(
    permit: Permit<EditArticle>,
    at: Path<(ArticleId, Version)>,
    expected: IfMatch,
    state: Data<State>,
) -> Result<Tagged<DeskArticle>, Failure> {
    let (id, version) = at.into_inner();
    let restored = state.store.write(move |tx| {
        let restored = desk::revisions::restore_facts(tx, permit, id, expected.version()?, version)?;
        shown_one(tx, &restored)
    });
    Ok(tagged_article(restored.await?))
}

/// List the revisions of the words of an article in a locale, newest first.
///
/// Consecutive saves of one person within five minutes are listed as one, unless they said why they saved.
#[utoipa::path(tag = "desk: revisions", security(("token" = [ReadArticle::NAME])), params(("id" = ArticleId, Path), ("locale" = Locale, Path), ListRevisions),
    responses((status = 200, body = Listing<RevisionInfo>), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/articles/{id}/translations/{locale}/revisions")]
pub(crate) async fn list_translation_revisions(
    permit: Permit<ReadArticle>,
    at: Path<(ArticleId, Locale)>,
    query: Query<ListRevisions>,
    state: Data<State>,
) -> Result<Listing<RevisionInfo>, Failure> {
    let (id, locale) = at.into_inner();
    let paging = paging(query.0.limit, query.0.cursor.as_deref(), None, ORDER)?;
    let page = state.store.read(move |tx| {
        let article = worded(tx, &permit, id, &locale)?;
        store::revisions::page(tx, &article, Series::Words(&locale), paging)
    });
    Ok(page.await?.map(RevisionInfo::from).into())
}

/// Show the words of an article in a locale as a revision left them.
#[utoipa::path(tag = "desk: revisions", security(("token" = [ReadArticle::NAME])), params(("id" = ArticleId, Path), ("locale" = Locale, Path), ("version" = i32, Path, example = 1)),
    responses((status = 200, body = TranslationRevision), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/articles/{id}/translations/{locale}/revisions/{version}")]
pub(crate) async fn show_translation_revision(
    permit: Permit<ReadArticle>,
    at: Path<(ArticleId, Locale, Version)>,
    state: Data<State>,
) -> Result<Json<TranslationRevision>, Failure> {
    let (id, locale, version) = at.into_inner();
    let found = state.store.read(move |tx| {
        let article = worded(tx, &permit, id, &locale)?;
        let saved = store::revisions::saved(tx, &article, Series::Words(&locale), version)?;
        Ok(translation_revision(&saved, store::revisions::words(tx, &article, &locale, version)?))
    });
    Ok(Json(found.await?))
}

/// Compare two revisions of the words of an article in a locale.
///
/// Blocks are known by their ids; within a changed block, and within fields of text, what changed is told by words (UAX #29).
#[utoipa::path(tag = "desk: revisions", security(("token" = [ReadArticle::NAME])),
    params(("id" = ArticleId, Path), ("locale" = Locale, Path), ("version" = i32, Path, example = 2), CompareRevisions),
    responses((status = 200, body = RevisionDiff), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/articles/{id}/translations/{locale}/revisions/{version}/diff")]
pub(crate) async fn compare_translation_revisions(
    permit: Permit<ReadArticle>,
    at: Path<(ArticleId, Locale, Version)>,
    query: Query<CompareRevisions>,
    state: Data<State>,
) -> Result<Json<RevisionDiff>, Failure> {
    let (id, locale, version) = at.into_inner();
    let found = state.store.read(move |tx| {
        let against = query.0.against(version)?;
        let article = worded(tx, &permit, id, &locale)?;
        let (before, _) = store::revisions::words(tx, &article, &locale, against)?;
        let (after, _) = store::revisions::words(tx, &article, &locale, version)?;
        Ok(query.0.show(against, version, diff::words(&before, &after)))
    });
    Ok(Json(found.await?))
}

/// Go back to the words that a revision left.
///
/// Saves them as a new revision under the present slug; nothing is taken out of the history, and the public sees it when it is published.
#[utoipa::path(tag = "desk: revisions", security(("token" = [EditTranslation::NAME])),
    params(("id" = ArticleId, Path), ("locale" = Locale, Path), ("version" = i32, Path, example = 1), Expecting),
    responses((status = 200, body = DeskTranslation), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[post("/articles/{id}/translations/{locale}/revisions/{version}/restore")]
pub(crate) async fn restore_translation_revision(
    permit: Permit<EditTranslation>,
    at: Path<(ArticleId, Locale, Version)>,
    expected: IfMatch,
    state: Data<State>,
) -> Result<Tagged<DeskTranslation>, Failure> {
    let (id, locale, version) = at.into_inner();
    let restored = state.store.write(move |tx| desk::revisions::restore_words(tx, permit, id, &locale, expected.version()?, version));
    Ok(tagged(restored.await?))
}
