//! The trash: articles that nobody works on, until they are restored or purged.

use diesel::prelude::*;

use super::{
    Bind, RunQueryDsl, Tx,
    articles::{SELECT, load},
    schema::articles,
    sql::Sql,
    visibility::sees,
};
use crate::{
    access::{Granted, Visibility},
    domain::{
        Error, Id, Instant,
        article::Article,
        change::{Change, Event, Subject},
        page::{Page, Paging, Sorting},
        story::Story,
    },
};

/// One article in the trash that the reader may see.
///
/// # Errors
/// [`Error::NotFound`].
pub fn find(tx: &mut Tx<'_>, visibility: &Visibility, id: Id<Article>) -> Result<Article, Error> {
    let mut sql = Sql::new(SELECT);
    sql.push("a.id = ").id(id).push(" AND a.trashed_at IS NOT NULL AND ");
    sees(&mut sql, visibility);
    load(tx, visibility, sql)?.pop().ok_or(Error::NotFound("article"))
}

/// A page of the trash, what was put there last first.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn page(tx: &mut Tx<'_>, visibility: &Visibility, paging: Paging) -> Result<Page<Article>, Error> {
    let mut sql = Sql::new(SELECT);
    sql.push("a.trashed_at IS NOT NULL AND ");
    sees(&mut sql, visibility);
    sql.page(paging, Some("a.trashed_at"), "a.id", true);
    let at = |a: &Article| a.trashed_at.map_or(0, Instant::as_micros);
    Ok(Page::cut(load(tx, visibility, sql)?, paging, Sorting::Trash, None, |a| (at(a), a.id.uuid())))
}

/// What has lain in the trash since before an instant and was never public, at most so many.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn older_than(tx: &mut Tx<'_>, visibility: &Visibility, before: Instant, limit: i64) -> Result<Vec<Article>, Error> {
    let mut sql = Sql::new(SELECT);
    sees(&mut sql, visibility);
    sql.push(" AND a.trashed_at < ")
        .at(before)
        .push(" AND NOT EXISTS (SELECT 1 FROM editions e WHERE e.article_id = a.id) ORDER BY a.trashed_at LIMIT ");
    sql.int(limit);
    load(tx, visibility, sql)
}

/// Put an article into the trash, where nobody looks at it, or take it out again; the change that this is.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub(super) fn place(tx: &mut Tx<'_>, story: &Story, at: Option<Instant>) -> Result<Change, Error> {
    let id = story.article.id;
    diesel::update(articles::table.find(Bind(id))).set(articles::trashed_at.eq(at)).execute(tx)?;
    if at.is_some() {
        super::previews::revoke_all(tx, id)?;
    }
    let event = if at.is_some() { Event::Trashed } else { Event::Restored };
    Ok(Change::new(event, Subject::Article(id)))
}

/// Remove an article that lies in the trash and never had an edition, with all its words.
///
/// # Errors
/// [`Error::Stale`] when it has moved on.
pub fn purge<A>(tx: &mut Tx<'_>, granted: &Granted<A, Article>) -> Result<(), Error> {
    let article = granted.get();
    super::collection_uses::forget(tx, article.id)?;
    super::related::forget(tx, article.id, true)?;
    let at =
        articles::table.find(Bind(article.id)).filter(articles::version.eq(article.version)).filter(articles::trashed_at.is_not_null());
    if diesel::delete(at).execute(tx)? == 0 {
        return Err(Error::stale("article", article.version));
    }
    tx.record(Change::new(Event::Deleted, Subject::Article(article.id)));
    Ok(())
}
