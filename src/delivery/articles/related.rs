//! What leads on from a story, as a list.

use super::{
    Reading,
    include::{self, Shape},
    live,
    next::next,
    shape::{Article, Included},
};
use crate::{
    domain::{Error, article::ArticleId},
    store::{Tx, editions::BodyForm, related::LONGEST},
};

/// How many lead on from an article where nobody says.
pub const RELATED: u32 = 10;

/// So many stories that lead on from an article, in the language that it is read in, the nearest first.
///
/// # Errors
/// [`Error::NotFound`] when it is not live in the language asked for; [`Error::Gone`] when it was taken down.
pub fn related(
    tx: &mut Tx<'_>,
    reading: &Reading,
    id: ArticleId,
    limit: u32,
    shape: &Shape,
) -> Result<(Vec<Article>, Option<Included>), Error> {
    let live = live(tx, reading, id, BodyForm::None)?;
    let (told, mut lives) = next(tx, std::slice::from_ref(&live), usize::try_from(limit).unwrap_or(LONGEST), LONGEST)?;
    let told: Vec<ArticleId> = told.into_iter().flatten().collect();
    lives.sort_by_key(|live| told.iter().position(|id| *id == live.article_id));
    include::tell(tx, reading, lives, shape)
}
