//! Going back to what a save left, which makes a new revision.

use super::{
    articles,
    translations::{self, Draft},
};
use crate::{
    access::{
        Permit,
        action::{EditArticle, EditTranslation},
    },
    domain::{Error, Id, Locale, Version, article::Article, revision::restored},
    store::{self, Tx},
};

/// Save the facts anew as a revision left them. What the site no longer has is refused as on any save.
///
/// # Errors
/// [`Error::NotFound`] without such a revision; those of [`articles::revise`].
pub fn restore_facts(
    tx: &mut Tx<'_>,
    permit: Permit<EditArticle>,
    id: Id<Article>,
    expected: Version,
    version: Version,
) -> Result<Article, Error> {
    let article = store::articles::find(tx, &permit.visibility(), id)?;
    let facts = store::revisions::facts(tx, &article, version)?;
    articles::revise(tx, permit, id, expected, |_| Ok((facts, restored(version))))
}

/// Save words anew as a revision left them, under the slug that they have now.
///
/// # Errors
/// [`Error::NotFound`] without such a revision; those of [`translations::save`].
pub fn restore_words(
    tx: &mut Tx<'_>,
    permit: Permit<EditTranslation>,
    id: Id<Article>,
    locale: &Locale,
    expected: Version,
    version: Version,
) -> Result<translations::Saved, Error> {
    let article = store::articles::find(tx, &permit.visibility(), id)?;
    let (words, made_from) = store::revisions::words(tx, &article, locale, version)?;
    translations::save(tx, permit, id, locale, Some(expected), |before| {
        Ok(Draft { slug: before.map(|b| b.slug.to_string()), made_from, note: restored(version), ..Draft::of(words) })
    })
}
