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
    domain::{Error, Id, Locale, Version, Violation, article::Article, revision::restored},
    store::{self, Tx},
};

/// Save the facts anew as a revision left them, without tags and credits of authors that the site no longer has, each of which is told.
///
/// # Errors
/// [`Error::NotFound`] without such a revision; those of [`articles::revise`].
pub fn restore_facts(
    tx: &mut Tx<'_>,
    permit: Permit<EditArticle>,
    id: Id<Article>,
    expected: Version,
    version: Version,
) -> Result<(Article, Vec<Violation>), Error> {
    let article = store::articles::find(tx, &permit.visibility(), id)?;
    let mut facts = store::revisions::facts(tx, &article, version)?;
    let mut warnings = Vec::new();
    let mut gone = |pointer: String, what: String| {
        let detail = format!("revision {version} names {what}, which the site no longer has: it was left out");
        warnings.push(Violation { pointer, code: "gone", detail });
    };
    let tags = store::named::known(tx, &facts.tags)?;
    facts.tags.retain(|tag| {
        tags.contains(tag) || {
            gone("#/tags".to_owned(), format!("the tag {tag}"));
            false
        }
    });
    let named: Vec<_> = facts.credits.iter().map(|credit| credit.author_id).collect();
    let authors = store::named::known(tx, &named)?;
    facts.credits.retain(|credit| {
        authors.contains(&credit.author_id) || {
            gone("#/credits".to_owned(), format!("the author {} as `{}`", credit.author_id, credit.role));
            false
        }
    });
    let restored = articles::revise(tx, permit, id, expected, |_| Ok((facts, restored(version))))?;
    Ok((restored, warnings))
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
