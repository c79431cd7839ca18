//! What the desk says to itself about articles.

use std::collections::HashMap;

use diesel::{
    QueryableByName,
    prelude::*,
    sql_types::{Integer, Nullable, Text},
};

use super::{
    Bind, RunQueryDsl, Tx,
    dialect::{At, Uid},
    schema::comments,
    sql::Sql,
};
use crate::{
    access::Granted,
    domain::{
        Error, Id, Instant, Locale, Version,
        article::{Article, Shown},
        body::BlockId,
        change::{Change, Event, Subject},
        comment::{Anchor, Comment, Remark},
        page::{Page, Paging, Sorting},
        user::User,
    },
};

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Uid)]
    id: Id<Comment>,
    #[diesel(sql_type = Uid)]
    article_id: Id<Article>,
    #[diesel(sql_type = Nullable<Uid>)]
    parent_id: Option<Id<Comment>>,
    #[diesel(sql_type = Nullable<Text>)]
    locale: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    block_id: Option<String>,
    #[diesel(sql_type = Text)]
    text: String,
    #[diesel(sql_type = Nullable<Uid>)]
    created_by: Option<Id<User>>,
    #[diesel(sql_type = At)]
    created_at: Instant,
    #[diesel(sql_type = At)]
    updated_at: Instant,
    #[diesel(sql_type = Nullable<Uid>)]
    resolved_by: Option<Id<User>>,
    #[diesel(sql_type = Nullable<At>)]
    resolved_at: Option<Instant>,
    #[diesel(sql_type = Integer)]
    version: Version,
}

const SELECT: &str = "SELECT id, article_id, parent_id, locale, block_id, text, created_by, created_at, updated_at, resolved_by, \
    resolved_at, version FROM comments WHERE ";

impl From<Row> for Comment {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            article_id: row.article_id,
            parent: row.parent_id,
            anchor: Anchor { locale: row.locale.map(Locale::stored), block: row.block_id.as_deref().and_then(BlockId::parse) },
            text: row.text,
            created_by: row.created_by,
            created_at: row.created_at,
            updated_at: row.updated_at,
            resolved: row.resolved_at.map(|at| (row.resolved_by, at)),
            version: row.version,
        }
    }
}

/// One comment, with the article whose reader may see it still to be asked for.
///
/// # Errors
/// [`Error::NotFound`].
pub fn find(tx: &mut Tx<'_>, id: Id<Comment>) -> Result<Comment, Error> {
    let mut sql = Sql::new(SELECT);
    sql.push("id = ").id(id);
    sql.first::<Row>(tx)?.map(Comment::from).ok_or(Error::NotFound("comment"))
}

/// Which threads are asked for.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// About the words of this locale.
    pub locale: Option<Locale>,
    /// About this block.
    pub block: Option<BlockId>,
    /// Done with, or open.
    pub resolved: Option<bool>,
}

/// A page of the threads about an article and the words that it shows, oldest first.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn page(tx: &mut Tx<'_>, article: &Article, filter: &Filter, paging: Paging) -> Result<Page<Comment>, Error> {
    let mut sql = Sql::new(SELECT);
    sql.push("parent_id IS NULL AND article_id = ").id(article.id);
    if let Shown::Only(locales) = &article.shown {
        sql.push(" AND (locale IS NULL OR locale IN ").locales(locales).push(")");
    }
    if let Some(locale) = &filter.locale {
        sql.push(" AND locale = ").text(locale.as_str());
    }
    if let Some(block) = &filter.block {
        sql.push(" AND block_id = ").text(block.as_str());
    }
    match filter.resolved {
        Some(true) => _ = sql.push(" AND resolved_at IS NOT NULL"),
        Some(false) => _ = sql.push(" AND resolved_at IS NULL"),
        None => {}
    }
    sql.page(paging, Some("created_at"), "id", false);
    let rows = sql.load::<Row>(tx)?.into_iter().map(Comment::from).collect();
    Ok(Page::cut(rows, paging, Sorting::Comments, None, |c| (c.created_at.as_micros(), c.id.uuid())))
}

/// The replies in threads, oldest first, in one statement.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn replies(tx: &mut Tx<'_>, threads: &[Id<Comment>]) -> Result<HashMap<Id<Comment>, Vec<Comment>>, Error> {
    let mut sql = Sql::new(SELECT);
    sql.push("parent_id IN ").ids(threads.iter().copied()).push(" ORDER BY created_at, id");
    let mut all: HashMap<_, Vec<_>> = HashMap::new();
    for comment in sql.load::<Row>(tx)?.into_iter().map(Comment::from) {
        if let Some(parent) = comment.parent {
            all.entry(parent).or_default().push(comment);
        }
    }
    Ok(all)
}

/// Save: a new comment at version 1, else the next version, which `event` brought about.
///
/// # Errors
/// [`Error::Stale`] when another save came first.
pub fn save<A>(tx: &mut Tx<'_>, granted: &Granted<A, Remark>, event: Event) -> Result<(), Error> {
    let c = &granted.get().comment;
    let (resolved_by, resolved_at) = c.resolved.map_or((None, None), |(by, at)| (by, Some(at)));
    let changing = (
        comments::text.eq(&c.text),
        comments::updated_at.eq(Bind(c.updated_at)),
        comments::resolved_by.eq(resolved_by),
        comments::resolved_at.eq(resolved_at),
        comments::version.eq(c.version),
    );
    if c.version == 1 {
        let row = (
            comments::id.eq(Bind(c.id)),
            comments::article_id.eq(Bind(c.article_id)),
            comments::parent_id.eq(c.parent),
            comments::locale.eq(c.anchor.locale.as_ref().map(Locale::as_str)),
            comments::block_id.eq(c.anchor.block.as_ref().map(BlockId::as_str)),
            comments::created_by.eq(c.created_by),
            comments::created_at.eq(Bind(c.created_at)),
            changing,
        );
        diesel::insert_into(comments::table).values(row).execute(tx)?;
    } else {
        let at = comments::table.find(Bind(c.id)).filter(comments::version.eq(c.version.saturating_sub(1)));
        if diesel::update(at).set(changing).execute(tx)? == 0 {
            return Err(Error::stale("comment", c.version));
        }
    }
    tx.record(Change::new(event, Subject::Comment(c.id)));
    Ok(())
}

/// Remove a comment, with the replies to it.
///
/// # Errors
/// [`Error::Stale`] when it has moved on.
pub fn delete<A>(tx: &mut Tx<'_>, granted: &Granted<A, Remark>, expected: Version) -> Result<(), Error> {
    let comment = &granted.get().comment;
    let at = comments::table.find(Bind(comment.id)).filter(comments::version.eq(expected));
    if diesel::delete(at).execute(tx)? == 0 {
        return Err(Error::stale("comment", comment.version));
    }
    tx.record(Change::new(Event::Deleted, Subject::Comment(comment.id)));
    Ok(())
}
