//! Revisions and comparisons as the desk shows them.

use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::{
    api::{
        desk::{
            articles::{DeskCredit, DeskLead},
            translations::{DeskBody, MadeFromInfo, body_in},
        },
        reply::Listing,
    },
    domain::{
        Instant, Locale, Version,
        article::{Facts, Genre, Kind},
        body::{Format, doc},
        content::{Content, LeadWords, SeoWords},
        diff::{Fate, FieldChange, Piece, blocks::BlockChange},
        page::Page,
        revision::{PublicSpan, SaveGroup, Saved},
        section::SectionId,
        tag::TagId,
        translation::{MadeFrom, Words},
        user::UserId,
        vocabulary::vocabulary,
    },
};

/// Who saved.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SavedBy {
    /// Their id.
    pub id: UserId,
    /// Their name.
    #[schema(example = "Asha Rao")]
    pub name: String,
    /// Whether they have left: they are a user no more.
    pub former: bool,
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
    /// Which of them readers have seen, and when.
    pub public: Vec<PublicInfo>,
}

/// When a revision was what readers saw.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PublicInfo {
    /// The version.
    pub version: i32,
    /// The locale that it was public in.
    pub locale: Locale,
    /// From this instant.
    pub from: Instant,
    /// Up to this instant; null while they see it.
    pub until: Option<Instant>,
}

fn saved_by(saved: &Saved) -> Option<SavedBy> {
    saved.by.as_ref().map(|(id, named)| SavedBy { id: *id, name: named.name.clone(), former: named.former })
}

/// A page of revisions, with what of them was public.
pub(super) fn told(page: Page<SaveGroup>, spans: &[(Version, PublicSpan)]) -> Listing<RevisionInfo> {
    page.map(|group| RevisionInfo::of(&group, spans)).into()
}

impl RevisionInfo {
    fn of(group: &SaveGroup, spans: &[(Version, PublicSpan)]) -> Self {
        let versions = group.first.version..=group.last.version;
        let public = spans.iter().filter(|(version, _)| versions.contains(version)).map(|(version, span)| PublicInfo {
            version: *version,
            locale: span.locale.clone(),
            from: span.from,
            until: span.until,
        });
        Self {
            version: group.last.version,
            first_version: group.first.version,
            saves: group.saves(),
            saved_by: saved_by(&group.last),
            began_at: group.first.at,
            saved_at: group.last.at,
            note: group.last.note.clone(),
            public: public.collect(),
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

pub(super) fn article_revision(saved: &Saved, facts: Facts) -> ArticleRevision {
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

pub(super) fn translation_revision(saved: &Saved, (words, made_from): (Words, Option<MadeFrom>)) -> TranslationRevision {
    let Content { headline, summary, lead, seo } = words.content;
    TranslationRevision {
        version: saved.version,
        saved_by: saved_by(saved),
        saved_at: saved.at,
        note: saved.note.clone(),
        body: body_in(Format::Doc, &words.body),
        headline,
        summary,
        lead,
        seo,
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

pub(in crate::api::desk) fn told_pieces(all: Vec<Piece>) -> Vec<PieceInfo> {
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
        Self { pointer: field.pointer, before: field.before, after: field.after, pieces: told_pieces(field.pieces) }
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
            BlockChange::Changed { before, after, pieces } => (BlockFate::Changed, Some(*before), Some(*after), pieces),
        };
        let id = after.as_ref().or(before.as_ref()).map(|b| b.id.to_string()).unwrap_or_default();
        Self {
            id,
            fate,
            before: before.map(|b| doc::write_block(&b)),
            after: after.map(|b| doc::write_block(&b)),
            pieces: told_pieces(told),
        }
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
    /// Whether something was too long to be compared word by word, and is shown as rewritten.
    pub coarse: bool,
    /// The same for people, with `ins` and `del`; only with `format=html`, instead of fields and blocks.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub html: Option<String>,
}
