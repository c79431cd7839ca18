//! `…/translations/{locale}/beside`: what a translator works from, and what they write, in one answer.

use actix_web::{
    get,
    web::{Data, Json},
};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::revisions::{BlockFate, PieceInfo, told_pieces};
use crate::{
    access::{Action, action::ReadArticle},
    api::{
        State,
        computing::compute,
        extract::{May, Path},
        problem::{Failure, Problem},
    },
    desk::{self, translations::WithSource},
    domain::{
        Locale,
        article::ArticleId,
        beside::{Beside, FieldBeside, Row, beside},
        body::{Block, doc},
        diff::blocks::BlockChange,
        translation::Words,
    },
    store,
};

/// The operations of this file.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(show_beside);
}

/// The source of a translation.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct BesideSource {
    /// Its locale.
    pub locale: Locale,
    /// The version that the translation was made from.
    pub made_from: i32,
    /// The version that is shown: the one published last, where it is not older; else the newest.
    pub version: i32,
    /// Whether what it was made from is kept here; else nothing is known to have changed.
    pub compared: bool,
}

/// A text on both sides.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct BesideField {
    /// Which: a JSON pointer into a translation.
    #[schema(example = "#/headline")]
    pub pointer: &'static str,
    /// The source's.
    pub source: String,
    /// The translation's.
    pub translation: String,
    /// What changed in the source's since, by words; none where nothing did.
    pub pieces: Vec<PieceInfo>,
}

/// A block of the source, and the block of the translation that renders it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct BesideRow {
    /// What became of the source's since; nothing for a block that the translation alone has.
    pub fate: Option<BlockFate>,
    /// The source's, as it is, or as it was when it is gone.
    #[schema(value_type = Option<crate::domain::body::Node>)]
    pub source: Option<Value>,
    /// The translation's; whether it was guessed that the two belong together is said in its `attrs.source`.
    #[schema(value_type = Option<crate::domain::body::Node>)]
    pub translation: Option<Value>,
    /// Of a changed block: what changed in its text, by words.
    pub pieces: Vec<PieceInfo>,
}

/// A translation beside its source.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct TranslationBeside {
    /// The article.
    pub article_id: ArticleId,
    /// The locale of the translation.
    pub locale: Locale,
    /// Its newest version.
    pub version: i32,
    /// What it was made from; null for an original, which stands alone.
    pub source: Option<BesideSource>,
    /// All texts.
    pub fields: Vec<BesideField>,
    /// All blocks in the order of the source; what the translation alone has follows its neighbour there.
    pub rows: Vec<BesideRow>,
    /// Whether something was too long to be compared word by word, and is shown as rewritten.
    pub coarse: bool,
}

fn field(field: FieldBeside, source: &Words, translation: &Words) -> BesideField {
    let FieldBeside { text, pieces } = field;
    BesideField {
        pointer: text.pointer,
        source: (text.of)(&source.content).to_owned(),
        translation: (text.of)(&translation.content).to_owned(),
        pieces: told_pieces(pieces),
    }
}

fn row(row: Row) -> BesideRow {
    let (fate, source, pieces) = match row.source {
        None => (None, None, Vec::new()),
        Some(BlockChange::Kept(block)) => (Some(BlockFate::Kept), Some(block), Vec::new()),
        Some(BlockChange::Moved(block)) => (Some(BlockFate::Moved), Some(block), Vec::new()),
        Some(BlockChange::Added(block)) => (Some(BlockFate::Added), Some(block), Vec::new()),
        Some(BlockChange::Removed(block)) => (Some(BlockFate::Removed), Some(block), Vec::new()),
        Some(BlockChange::Changed { after, pieces, .. }) => (Some(BlockFate::Changed), Some(*after), pieces),
    };
    let written = |block: Option<Block>| block.map(|block| doc::write_block(&block));
    BesideRow { fate, source: written(source), translation: written(row.translation), pieces: told_pieces(pieces) }
}

/// Show a translation beside its source, block by block, with what has changed in the source since the translation was made.
///
/// 404 where either is not yours to read.
#[utoipa::path(tag = "desk-workflow", security(("token" = [ReadArticle::NAME])), params(("id" = ArticleId, Path), ("locale" = Locale, Path)),
    responses((status = 200, body = TranslationBeside), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/articles/{id}/translations/{locale}/beside")]
pub(crate) async fn show_beside(
    May(permit): May<ReadArticle>,
    at: Path<(ArticleId, Locale)>,
    state: Data<State>,
) -> Result<Json<TranslationBeside>, Failure> {
    let (id, locale) = at.into_inner();
    let found = state.store.read(move |tx| {
        let seen = permit.visibility();
        let article = store::articles::find(tx, &seen, id)?;
        desk::translations::with_source(tx, &seen, &article, &locale)
    });
    let WithSource { translation, source } = found.await?;
    let told = compute(move || {
        let none = Words::default();
        let words = source.as_ref().map_or(&none, |source| &source.words);
        let before = source.as_ref().and_then(|source| source.before.as_ref()).unwrap_or(words);
        let Beside { fields, rows, coarse } = beside(before, words, &translation.words);
        Ok(TranslationBeside {
            article_id: translation.article_id,
            version: translation.version,
            fields: fields.into_iter().map(|one| field(one, words, &translation.words)).collect(),
            rows: rows.into_iter().map(row).collect(),
            coarse,
            source: source.as_ref().map(|source| BesideSource {
                locale: source.made_from.locale.clone(),
                made_from: source.made_from.version,
                version: source.version,
                compared: source.before.is_some(),
            }),
            locale: translation.locale,
        })
    });
    Ok(Json(told.await?))
}
