//! The trash: what nobody wants any more, until it is restored or purged. An article lies there whole, so each of these verbs needs
//! the right over its words in every locale.

use super::articles::whole;
use crate::{
    access::{
        Permit,
        action::{DeleteArticle, Purge},
    },
    domain::{Error, Id, Version, address::AddressKind, article::Article},
    store::{
        self, Tx,
        claims::{Claim, SlugRequest},
    },
};

/// Put an article into the trash, where nobody works on it; what is planned for it is taken back, and what was public keeps its address.
///
/// # Errors
/// [`Error::Stale`]; [`Error::Conflict`] with code `live` while the public sees any of it.
pub fn put(tx: &mut Tx<'_>, permit: Permit<DeleteArticle>, id: Id<Article>, expected: Version) -> Result<(), Error> {
    let story = permit.over(store::stories::find(tx, &permit.visibility(), id)?.whole())?;
    super::articles::expect(tx, &story.get().story.article, expected)?;
    let effects = story.get().story.trash(tx.now())?;
    store::stories::apply(tx, story, &effects, Vec::new()).map(drop)
}

/// Take an article out of the trash, as it was; where another has taken the slug meanwhile that it hoped for, it gets a number.
///
/// # Errors
/// [`Error::NotFound`] when it does not lie there; [`Error::Stale`].
pub fn restore(tx: &mut Tx<'_>, permit: Permit<DeleteArticle>, id: Id<Article>, expected: Version) -> Result<Article, Error> {
    let story = store::stories::find_in_trash(tx, &permit.visibility(), id)?;
    let story = permit.over(story.whole())?;
    super::articles::expect(tx, &story.get().story.article, expected)?;
    let effects = story.get().story.restore(tx.now())?;
    let since = story.get().story.article.trashed_at.unwrap_or_else(|| tx.now());
    let story = store::stories::apply(tx, story, &effects, Vec::new())?;
    let article = story.article;
    for copy in story.copies.into_values() {
        let (claim, seen) = (Claim { kind: AddressKind::Article, target: id.uuid(), locale: &copy.locale }, permit.visibility());
        let was_public = store::editions::exist(tx, id, Some(&copy.locale))?;
        if was_public || !store::claims::is_taken_since(tx, claim, &copy.slug, since, &seen)? {
            continue;
        }
        let request = SlugRequest::numbered(copy.slug.clone(), copy.stem().unwrap_or_else(|| copy.slug.clone()));
        let slug = store::claims::propose(tx, claim, &request, Some(&seen))?;
        if slug != copy.slug {
            store::translations::rename(tx, (id, &copy.locale), &copy.slug, &slug)?;
        }
    }
    Ok(article)
}

/// Remove an article in the trash for good.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Stale`]; [`Error::Conflict`] with code `in-use` when it was public once: its address stays taken, and
/// its words are erased, not purged.
pub fn purge(tx: &mut Tx<'_>, permit: Permit<Purge>, id: Id<Article>, expected: Version) -> Result<(), Error> {
    let found = store::trash::find(tx, &permit.visibility(), id)?;
    let article = whole(tx, &permit, found)?;
    super::articles::expect(tx, article.get(), expected)?;
    if store::editions::exist(tx, id, None)? {
        let detail = "what was public once is taken down and erased, not purged".to_owned();
        return Err(Error::Conflict { code: "in-use", detail });
    }
    store::trash::purge(tx, &article)
}

/// How long the trash is kept before it empties itself, in seconds.
pub const KEPT_SECONDS: i64 = 30 * 24 * 3_600;

/// Purge what has lain in the trash for long and was never public, at most so much; how much it was.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn empty(tx: &mut Tx<'_>, permit: Permit<Purge>, limit: i64) -> Result<usize, Error> {
    let old = store::trash::older_than(tx, &permit.visibility(), tx.now().plus_seconds(-KEPT_SECONDS), limit)?;
    let count = old.len();
    for article in old {
        let article = permit.over(article)?;
        store::trash::purge(tx, &article)?;
    }
    Ok(count)
}
