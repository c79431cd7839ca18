//! `/v1/desk/articles/{id}/translations/{locale}`.

use actix_web::{
    HttpResponse, delete, get, patch, post, put,
    web::{Data, Path},
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{
    IntoParams, PartialSchema, ToSchema,
    openapi::{RefOr, Schema},
};
use utoipa_actix_web::service_config::ServiceConfig;

use super::Expecting;
use crate::{
    access::{
        Action, Permit,
        action::{DeleteTranslation, EditTranslation, ReadArticle, ReviewTranslation, SubmitTranslation},
    },
    api::{
        State,
        extract::{Body, IfMatch, Patch, PatchOf, Query, Resource},
        problem::{Failure, Problem},
        reply::Tagged,
    },
    desk::{
        self,
        translations::{Draft, Saved},
    },
    domain::{
        Instant, Locale, Violation,
        article::ArticleId,
        body::{self, Format, doc, html, markdown, text},
        translation::{self, MadeFrom, State as Stand},
        user::UserId,
    },
    store,
};

/// The operations of this file.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(show_translation)
        .service(replace_translation)
        .service(revise_translation)
        .service(delete_translation)
        .service(submit_translation)
        .service(approve_translation)
        .service(request_changes);
}

/// A body with its form.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeskBody {
    /// Its form.
    pub format: Format,
    /// A document for `doc`, else a string.
    pub content: Value,
}

impl PartialSchema for DeskBody {
    fn schema() -> RefOr<Schema> {
        body::schema::body(&["html", "text", "markdown"], false, true)
    }
}

impl ToSchema for DeskBody {
    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        body::schema::refer(schemas);
    }
}

/// The source that a translation was made from.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MadeFromInfo {
    /// The source locale.
    pub locale: Locale,
    /// The revision of its words.
    #[schema(minimum = 1, example = 1)]
    pub version: i32,
}

/// Words about the lead picture.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LeadWords {
    /// What it shows, for those who cannot see it.
    #[serde(default)]
    #[schema(max_length = 1000)]
    pub alt: String,
    /// Its caption.
    #[serde(default)]
    #[schema(max_length = 2000)]
    pub caption: String,
}

/// Words for search engines.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SeoWords {
    /// The title; the headline when empty.
    #[serde(default)]
    #[schema(max_length = 300)]
    pub title: String,
    /// The description; the summary when empty.
    #[serde(default)]
    #[schema(max_length = 1000)]
    pub description: String,
}

/// The words of an article in one locale.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "headline": "रात भर में बढ़ी नदी", "summary": "भोर में पुल बंद कर दिए गए।",
    "body": { "format": "html", "content": "<p>नदी एक मीटर बढ़ गई।</p>" }
}))]
pub struct NewTranslation {
    /// The headline.
    #[schema(min_length = 1, max_length = 300)]
    pub headline: String,
    /// The summary (dek).
    #[serde(default)]
    #[schema(max_length = 1000)]
    pub summary: String,
    /// The slug; derived from the headline when absent.
    #[serde(default)]
    #[schema(max_length = 80)]
    pub slug: Option<String>,
    /// The body; on a later save the one it has, when absent.
    #[serde(default)]
    pub body: Option<DeskBody>,
    /// Words about the lead picture.
    #[serde(default)]
    pub lead: LeadWords,
    /// Words for search engines.
    #[serde(default)]
    pub seo: SeoWords,
    /// What it was made from; on a first save the newest source, when absent.
    #[serde(default)]
    pub made_from: Option<MadeFromInfo>,
    /// A note on this save.
    #[serde(default)]
    #[schema(max_length = 1000)]
    pub note: String,
}

/// The working copy of an article in one locale.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct DeskTranslation {
    /// The article.
    #[schema(read_only)]
    pub article_id: ArticleId,
    /// The locale.
    #[schema(read_only)]
    pub locale: Locale,
    /// The headline.
    pub headline: String,
    /// The summary (dek).
    pub summary: String,
    /// The slug it will be published under.
    pub slug: String,
    /// The body.
    pub body: DeskBody,
    /// Words about the lead picture.
    pub lead: LeadWords,
    /// Words for search engines.
    pub seo: SeoWords,
    /// What it was made from; nothing, for an original.
    pub made_from: Option<MadeFromInfo>,
    /// Where it stands.
    #[schema(read_only)]
    pub state: Stand,
    /// Newest version.
    #[schema(read_only)]
    pub version: i32,
    /// Who saved it last; nobody, when it was imported.
    #[schema(read_only)]
    pub updated_by: Option<UserId>,
    /// First saved.
    #[schema(read_only)]
    pub created_at: Instant,
    /// Last saved.
    #[schema(read_only)]
    pub updated_at: Instant,
    /// What of the body just sent could not be kept; only after a write.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(read_only, required = false)]
    pub warnings: Vec<Violation>,
}

/// A merge patch on it, as the contract shows it.
pub type DeskTranslationPatch = PatchOf<DeskTranslation>;

impl Resource for DeskTranslation {
    type Input = NewTranslation;
    const READ_ONLY: &'static [&'static str] =
        &["article_id", "locale", "state", "version", "updated_by", "created_at", "updated_at", "warnings"];
}

impl From<MadeFrom> for MadeFromInfo {
    fn from(m: MadeFrom) -> Self {
        Self { locale: m.locale, version: m.version }
    }
}

impl From<NewTranslation> for Draft {
    fn from(t: NewTranslation) -> Self {
        Self {
            headline: t.headline,
            summary: t.summary,
            slug: t.slug,
            body: t.body.map(|b| body::Sent { format: b.format, content: b.content }),
            lead_alt: t.lead.alt,
            lead_caption: t.lead.caption,
            seo_title: t.seo.title,
            seo_description: t.seo.description,
            made_from: t.made_from.map(|m| MadeFrom { locale: m.locale, version: m.version }),
            note: t.note,
        }
    }
}

pub(in crate::api::desk) fn body_in(format: Format, document: &body::Document) -> DeskBody {
    let content = match format {
        Format::Doc => doc::write(document),
        Format::Html => Value::String(html::write(document)),
        Format::Markdown => Value::String(markdown::write(document)),
        Format::Text => Value::String(text::plain(document)),
    };
    DeskBody { format, content }
}

fn show(t: &translation::Translation, format: Format) -> DeskTranslation {
    let words = &t.words;
    DeskTranslation {
        article_id: t.article_id,
        locale: t.locale.clone(),
        headline: words.headline.clone(),
        summary: words.summary.clone(),
        slug: t.slug.to_string(),
        body: body_in(format, &words.body),
        lead: LeadWords { alt: words.lead_alt.clone(), caption: words.lead_caption.clone() },
        seo: SeoWords { title: words.seo_title.clone(), description: words.seo_description.clone() },
        made_from: t.made_from.clone().map(Into::into),
        state: t.state,
        version: t.version,
        updated_by: t.updated_by,
        created_at: t.created_at,
        updated_at: t.updated_at,
        warnings: Vec::new(),
    }
}

pub(super) fn tagged(saved: Saved) -> Tagged<DeskTranslation> {
    let shown = DeskTranslation { warnings: saved.warnings, ..show(&saved.translation, Format::Doc) };
    Tagged::new(shown, saved.translation.version)
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

/// Show the words of an article in a locale.
#[utoipa::path(tag = "desk: articles", security(("token" = [ReadArticle::NAME])), params(("id" = ArticleId, Path), ("locale" = Locale, Path), ShowTranslation),
    responses((status = 200, body = DeskTranslation), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/articles/{id}/translations/{locale}")]
pub(crate) async fn show_translation(
    permit: Permit<ReadArticle>,
    at: Path<(ArticleId, Locale)>,
    query: Query<ShowTranslation>,
    state: Data<State>,
) -> Result<Tagged<DeskTranslation>, Failure> {
    let (id, locale) = at.into_inner();
    let format = query.0.body.unwrap_or(Format::Doc);
    let found = state.store.read(move |tx| {
        let article = store::articles::find(tx, permit.visibility(), id)?;
        desk::translations::find(tx, &article, &locale)
    });
    let translation = found.await?;
    let form = if format == Format::Doc { "" } else { format.as_str() };
    Ok(Tagged::new(show(&translation, format), translation.version).form(form))
}

/// Write the words of an article in a locale.
///
/// The first words of a locale, or all of them anew: then `If-Match` says which version they replace.
#[utoipa::path(tag = "desk: articles", security(("token" = [EditTranslation::NAME])), params(("id" = ArticleId, Path), ("locale" = Locale, Path), Expecting),
    request_body = NewTranslation,
    responses((status = 200, body = DeskTranslation), (status = 201, body = DeskTranslation), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[put("/articles/{id}/translations/{locale}")]
pub(crate) async fn replace_translation(
    permit: Permit<EditTranslation>,
    at: Path<(ArticleId, Locale)>,
    expected: IfMatch,
    sent: Body<NewTranslation>,
    state: Data<State>,
) -> Result<Tagged<DeskTranslation>, Failure> {
    let (id, locale) = at.into_inner();
    let path = format!("/v1/desk/articles/{id}/translations/{locale}");
    let saved = state.store.write(move |tx| desk::translations::save(tx, permit, id, &locale, expected.optional(), |_| Ok(sent.0.into())));
    let answer = tagged(saved.await?);
    Ok(if expected.optional().is_none() { answer.created(path) } else { answer })
}

/// Revise the words of an article in a locale.
///
/// Saves a new revision; answers 412 when `If-Match` is not the newest version. Blocks that are unchanged keep their ids.
#[utoipa::path(tag = "desk: articles", security(("token" = [EditTranslation::NAME])), params(("id" = ArticleId, Path), ("locale" = Locale, Path), Expecting),
    request_body(content = DeskTranslationPatch, content_type = "application/merge-patch+json", example = json!({ "headline": "River rises by two metres" })),
    responses((status = 200, body = DeskTranslation), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[patch("/articles/{id}/translations/{locale}")]
pub(crate) async fn revise_translation(
    permit: Permit<EditTranslation>,
    at: Path<(ArticleId, Locale)>,
    expected: IfMatch,
    patch: Patch<DeskTranslation>,
    state: Data<State>,
) -> Result<Tagged<DeskTranslation>, Failure> {
    let (id, locale) = at.into_inner();
    let saved = state.store.write(move |tx| {
        let version = expected.version()?;
        desk::translations::save(tx, permit, id, &locale, Some(version), |before| match before {
            Some(translation) => patch.onto(&show(translation, Format::Doc)).map(Draft::from),
            None => Err(crate::domain::Error::NotFound("translation")),
        })
    });
    Ok(tagged(saved.await?))
}

/// Remove words that were never published.
#[utoipa::path(tag = "desk: articles", security(("token" = [DeleteTranslation::NAME])), params(("id" = ArticleId, Path), ("locale" = Locale, Path), Expecting),
    responses((status = 204), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[delete("/articles/{id}/translations/{locale}")]
pub(crate) async fn delete_translation(
    permit: Permit<DeleteTranslation>,
    at: Path<(ArticleId, Locale)>,
    expected: IfMatch,
    state: Data<State>,
) -> Result<HttpResponse, Failure> {
    let (id, locale) = at.into_inner();
    state.store.write(move |tx| desk::translations::delete(tx, permit, id, &locale, expected.version()?)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Hand a draft in for review.
#[utoipa::path(tag = "desk: articles", security(("token" = [SubmitTranslation::NAME])), params(("id" = ArticleId, Path), ("locale" = Locale, Path), Expecting),
    responses((status = 200, body = DeskTranslation), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[post("/articles/{id}/translations/{locale}/submit")]
pub(crate) async fn submit_translation(
    permit: Permit<SubmitTranslation>,
    at: Path<(ArticleId, Locale)>,
    expected: IfMatch,
    state: Data<State>,
) -> Result<Tagged<DeskTranslation>, Failure> {
    let (id, locale) = at.into_inner();
    Ok(tagged(state.store.write(move |tx| desk::translations::submit(tx, permit, id, &locale, expected.version()?)).await?))
}

/// Approve a translation.
#[utoipa::path(tag = "desk: articles", security(("token" = [ReviewTranslation::NAME])), params(("id" = ArticleId, Path), ("locale" = Locale, Path), Expecting),
    responses((status = 200, body = DeskTranslation), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[post("/articles/{id}/translations/{locale}/approve")]
pub(crate) async fn approve_translation(
    permit: Permit<ReviewTranslation>,
    at: Path<(ArticleId, Locale)>,
    expected: IfMatch,
    state: Data<State>,
) -> Result<Tagged<DeskTranslation>, Failure> {
    let (id, locale) = at.into_inner();
    Ok(tagged(state.store.write(move |tx| desk::translations::approve(tx, permit, id, &locale, expected.version()?)).await?))
}

/// Send a translation back to its author.
#[utoipa::path(tag = "desk: articles", security(("token" = [ReviewTranslation::NAME])), params(("id" = ArticleId, Path), ("locale" = Locale, Path), Expecting),
    responses((status = 200, body = DeskTranslation), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[post("/articles/{id}/translations/{locale}/request-changes")]
pub(crate) async fn request_changes(
    permit: Permit<ReviewTranslation>,
    at: Path<(ArticleId, Locale)>,
    expected: IfMatch,
    state: Data<State>,
) -> Result<Tagged<DeskTranslation>, Failure> {
    let (id, locale) = at.into_inner();
    Ok(tagged(state.store.write(move |tx| desk::translations::request_changes(tx, permit, id, &locale, expected.version()?)).await?))
}
