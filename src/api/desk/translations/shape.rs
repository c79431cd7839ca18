//! What the words of an article look like to the desk.

use std::mem;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{RefOr, Schema},
};

use crate::{
    access::Visibility,
    api::{
        patching::{PatchOf, Resource},
        reply::Tagged,
    },
    desk::{
        self,
        translations::{Draft, Saved},
    },
    domain::{
        Error, Instant, Locale, Violation,
        article::ArticleId,
        assignment::Assigned,
        body::{self, Format, doc, html, markdown, text},
        content::{Content, LeadWords, SeoWords},
        freshness::{Freshness, StaleBlock, Upstream},
        precomputed::Lagging,
        translation::{MadeFrom, State as Stand, Translation},
        user::UserId,
    },
    store::{Store, Tx},
};

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
        body::schema::body("Desk", &["html", "text", "markdown"], false, true)
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
    /// The revision of its words; 0 for one that is not kept here, as of an import.
    #[schema(minimum = 0, example = 1)]
    pub version: i32,
}

/// Who works on words.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AssignmentInfo {
    /// Whose work it is.
    pub assignee_id: UserId,
    /// Their name.
    pub assignee: String,
    /// When it is due.
    pub due_at: Option<Instant>,
    /// Who gave it to them.
    pub assigned_by: Option<UserId>,
    /// When.
    pub assigned_at: Instant,
}

impl From<Assigned> for AssignmentInfo {
    fn from(a: Assigned) -> Self {
        Self { assignee_id: a.assignment.assignee, assignee: a.name, due_at: a.assignment.due_at, assigned_by: a.by, assigned_at: a.at }
    }
}

/// The words of an article in one locale.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "headline": "रात भर में बढ़ी नदी", "summary": "भोर में पुल बंद कर दिए गए।",
    "body": { "format": "html", "content": "<p>नदी एक मीटर बढ़ गई।</p>" }
}))]
pub struct NewTranslation {
    /// The headline; empty while there is none. Nothing is published without one.
    #[serde(default)]
    #[schema(max_length = 2400)]
    pub headline: String,
    /// The summary (dek).
    #[serde(default)]
    #[schema(max_length = 8000)]
    pub summary: String,
    /// The slug; derived from the headline when absent, and the article's id while there is none.
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
    #[schema(max_length = 8000)]
    pub note: String,
}

/// Whether words keep up with their source, and what of it has changed since.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct FreshnessInfo {
    /// Whether they do.
    pub status: Freshness,
    /// How many published revisions the source is ahead; minor ones do not count.
    pub behind: i32,
    /// Fields of the source that have changed since, as JSON pointers.
    #[schema(example = json!(["#/headline"]))]
    pub changed_fields: Vec<String>,
    /// Blocks of the source that have changed since, with the blocks of these words that render them.
    pub changed_blocks: Vec<StaleBlock>,
    /// A source further up that has moved on, which the source of these words has not followed yet; they are current nevertheless.
    pub upstream: Option<Upstream>,
}

impl Default for FreshnessInfo {
    fn default() -> Self {
        Self { status: Freshness::Current, behind: 0, changed_fields: Vec::new(), changed_blocks: Vec::new(), upstream: None }
    }
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
    /// The headline; empty while there is none.
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
    /// Since when changes to it are requested: until it is handed in again.
    #[schema(read_only)]
    pub changes_requested_at: Option<Instant>,
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
    /// Whether it keeps up with its source.
    #[schema(read_only)]
    pub freshness: FreshnessInfo,
    /// What of the body just sent could not be kept; only after a write.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(read_only, required = false)]
    pub warnings: Vec<Violation>,
}

/// A merge patch on it, as the contract shows it.
pub type DeskTranslationPatch = PatchOf<DeskTranslation>;

impl Resource for DeskTranslation {
    type Input = NewTranslation;
    const WHOLE: &'static [&'static str] = &["body"];
    const READ_ONLY: &'static [&'static str] = &[
        "article_id",
        "locale",
        "state",
        "changes_requested_at",
        "version",
        "updated_by",
        "created_at",
        "updated_at",
        "freshness",
        "warnings",
    ];
}

impl From<MadeFrom> for MadeFromInfo {
    fn from(m: MadeFrom) -> Self {
        Self { locale: m.locale, version: m.version }
    }
}

impl NewTranslation {
    /// The words without their body, and the body, which has to be read yet.
    pub(in crate::api::desk) fn parts(self) -> (Draft, Option<body::Sent>) {
        let draft = Draft {
            content: Content { headline: self.headline, summary: self.summary, lead: self.lead, seo: self.seo },
            slug: self.slug,
            body: None,
            made_from: self.made_from.map(|m| MadeFrom { locale: m.locale, version: m.version }),
            note: self.note,
            ..Draft::default()
        };
        (draft, self.body.map(|b| body::Sent { format: b.format, content: b.content }))
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

/// A translation as it is shown, but for what of its source has changed: that is compared when the transaction is over.
#[derive(Debug)]
pub(in crate::api::desk) struct Shown {
    translation: DeskTranslation,
    lagging: Option<(Lagging, body::Document)>,
}

/// A translation with its body in a form, and whether it keeps up with its source.
pub(in crate::api::desk) fn shown(tx: &mut Tx<'_>, seen: &Visibility, saved: Saved, format: Format) -> Result<Shown, Error> {
    let Saved { article, mut translation, warnings } = saved;
    desk::references::show(tx, seen, &translation.locale, &mut translation.words.body)?;
    let of = (&translation.locale, translation.version);
    let (behind, lagging) = desk::freshness::of(tx, &article, translation.made_from.as_ref(), of)?;
    let upstream = desk::freshness::upstream(tx, &article, translation.made_from.as_ref())?;
    let freshness = FreshnessInfo { status: Freshness::of(behind), behind, upstream, ..FreshnessInfo::default() };
    let document = mem::take(&mut translation.words.body);
    let body = body_in(format, &document);
    let translation = DeskTranslation { freshness, warnings, ..written(translation, body) };
    Ok(Shown { translation, lagging: lagging.map(|of| (of, document)) })
}

impl Shown {
    /// The whole of it.
    ///
    /// # Errors
    /// [`Error::Busy`] and [`Error::Internal`] when the database fails.
    pub(in crate::api::desk) async fn whole(self, store: &Store) -> Result<DeskTranslation, Error> {
        let Self { mut translation, lagging } = self;
        if let Some((of, body)) = lagging {
            let lag = store.read(move |tx| desk::freshness::told(tx, &of, &body)).await?.of(translation.freshness.behind);
            translation.freshness.changed_fields = lag.fields;
            translation.freshness.changed_blocks = lag.blocks;
        }
        Ok(translation)
    }
}

/// What can be written of a translation, and what cannot; with this body, and without what is worked out of other words.
pub(super) fn written(t: Translation, body: DeskBody) -> DeskTranslation {
    let Content { headline, summary, lead, seo } = t.words.content;
    DeskTranslation {
        article_id: t.article_id,
        locale: t.locale,
        headline,
        summary,
        slug: t.slug.to_string(),
        body,
        lead,
        seo,
        made_from: t.made_from.map(Into::into),
        state: t.state,
        changes_requested_at: t.changes_requested_at,
        version: t.version,
        updated_by: t.updated_by,
        created_at: t.created_at,
        updated_at: t.updated_at,
        freshness: FreshnessInfo::default(),
        warnings: Vec::new(),
    }
}

/// The same in its usual form, with its version as a tag.
pub(in crate::api::desk) fn tagged(shown: DeskTranslation) -> Tagged<DeskTranslation> {
    let version = shown.version;
    Tagged::new(shown, version)
}
