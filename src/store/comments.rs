//! What the desk says to itself about articles.

use std::collections::HashMap;

use diesel::{
    QueryableByName,
    prelude::*,
    sql_types::{Integer, Nullable, Text},
};

use super::{
    Bind, RunQueryDsl, Tx, articles,
    dialect::{At, Uid},
    schema::{comment_mentions, comments},
    sql::Sql,
    visibility::reads,
};
use crate::{
    access::{Granted, Visibility},
    domain::{
        Error, Id, Instant, Locale, Version,
        article::{Article, Shown},
        body::{BlockId, Document},
        change::{Change, Event, Subject},
        comment::{Anchor, Comment, Range, Remark},
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
    #[diesel(sql_type = Nullable<Integer>)]
    range_start: Option<i32>,
    #[diesel(sql_type = Nullable<Integer>)]
    range_end: Option<i32>,
    #[diesel(sql_type = Nullable<Text>)]
    quote: Option<String>,
}

const SELECT: &str = "SELECT c.id, c.article_id, c.parent_id, c.locale, c.block_id, c.text, c.created_by, c.created_at, c.updated_at, c.resolved_by, \
    c.resolved_at, c.version, c.range_start, c.range_end, c.quote FROM comments c ";

impl From<Row> for Comment {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            article_id: row.article_id,
            parent: row.parent_id,
            anchor: Anchor {
                locale: row.locale.map(Locale::stored),
                block: row.block_id.as_deref().and_then(BlockId::parse),
                range: range(row.range_start, row.range_end, row.quote),
            },
            text: row.text,
            mentions: Vec::new(),
            created_by: row.created_by,
            created_at: row.created_at,
            updated_at: row.updated_at,
            resolved: row.resolved_at.map(|at| (row.resolved_by, at)),
            version: row.version,
        }
    }
}

fn range(start: Option<i32>, end: Option<i32>, quote: Option<String>) -> Option<Range> {
    Some(Range { start: start?.try_into().ok()?, end: end?.try_into().ok()?, quote: quote? })
}

/// Comments with whom they mention, in one statement.
fn with_mentions(tx: &mut Tx<'_>, mut comments: Vec<Comment>) -> Result<Vec<Comment>, Error> {
    if comments.is_empty() {
        return Ok(comments);
    }
    let of = comments.iter().map(|c| Bind(c.id));
    let rows: Vec<(Id<Comment>, Id<User>)> = comment_mentions::table
        .filter(comment_mentions::comment_id.eq_any(of))
        .order((comment_mentions::comment_id, comment_mentions::user_id))
        .select((comment_mentions::comment_id, comment_mentions::user_id))
        .load(tx)?;
    let mut all: HashMap<Id<Comment>, Vec<Id<User>>> = HashMap::new();
    for (comment, user) in rows {
        all.entry(comment).or_default().push(user);
    }
    for comment in &mut comments {
        comment.mentions = all.remove(&comment.id).unwrap_or_default();
    }
    Ok(comments)
}

/// One comment, with the article whose reader may see it still to be asked for.
///
/// # Errors
/// [`Error::NotFound`].
pub fn find(tx: &mut Tx<'_>, id: Id<Comment>) -> Result<Comment, Error> {
    let mut sql = Sql::new(SELECT);
    sql.push("WHERE c.id = ").id(id);
    let found = sql.first::<Row>(tx)?.map(Comment::from).into_iter().collect();
    with_mentions(tx, found)?.pop().ok_or(Error::NotFound("comment"))
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
    sql.push("WHERE c.parent_id IS NULL AND c.article_id = ").id(article.id);
    if let Shown::Only(locales) = &article.shown {
        sql.push(" AND (c.locale IS NULL OR c.locale IN ").locales(locales).push(")");
    }
    if let Some(locale) = &filter.locale {
        sql.push(" AND c.locale = ").text(locale.as_str());
    }
    if let Some(block) = &filter.block {
        sql.push(" AND c.block_id = ").text(block.as_str());
    }
    match filter.resolved {
        Some(true) => _ = sql.push(" AND c.resolved_at IS NOT NULL"),
        Some(false) => _ = sql.push(" AND c.resolved_at IS NULL"),
        None => {}
    }
    sql.page(paging, Some("c.created_at"), "c.id", false);
    let rows = sql.load::<Row>(tx)?.into_iter().map(Comment::from).collect();
    let rows = with_mentions(tx, rows)?;
    Ok(Page::cut(rows, paging, Sorting::Comments, None, |c| (c.created_at.as_micros(), c.id.uuid())))
}

/// A page of the threads about what is somebody's own, newest first: about articles that they began, words that they saved or are assigned, and those in
/// which they are mentioned; open or done with. Who sees no article, or no words of it, sees no thread about them.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn own(tx: &mut Tx<'_>, visibility: &Visibility, me: Id<User>, resolved: bool, paging: Paging) -> Result<Page<Comment>, Error> {
    let mut sql = Sql::new(SELECT);
    sql.push("JOIN articles a ON a.id = c.article_id WHERE c.parent_id IS NULL AND c.resolved_at IS ").push(if resolved {
        "NOT NULL"
    } else {
        "NULL"
    });
    sql.push(" AND ");
    articles::visible(&mut sql, visibility);
    sql.push(" AND (c.locale IS NULL OR ");
    reads(&mut sql, visibility, "c.locale");
    sql.push(") AND (a.created_by = ").id(me);
    // What is said of an article as a whole is said to whoever works on any words of it.
    sql.push(" OR EXISTS (SELECT 1 FROM assignments g WHERE g.article_id = c.article_id AND (c.locale IS NULL OR g.locale = c.locale) AND g.user_id = ");
    sql.id(me).push(") OR EXISTS (SELECT 1 FROM translation_revisions w WHERE w.article_id = c.article_id AND (c.locale IS NULL OR w.locale = c.locale)");
    sql.push(" AND w.saved_by = ").id(me);
    sql.push(") OR c.id IN (SELECT COALESCE(x.parent_id, x.id) FROM comment_mentions m JOIN comments x ON x.id = m.comment_id WHERE m.user_id = ");
    sql.id(me).push("))");
    sql.page(paging, Some("c.created_at"), "c.id", true);
    let rows = sql.load::<Row>(tx)?.into_iter().map(Comment::from).collect();
    let rows = with_mentions(tx, rows)?;
    Ok(Page::cut(rows, paging, Sorting::OwnThreads, None, |c| (c.created_at.as_micros(), c.id.uuid())))
}

/// The newest bodies of these words, in one statement; whether they are shown is for whoever asks to know.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn bodies(tx: &mut Tx<'_>, of: &[(Id<Article>, Locale)]) -> Result<HashMap<(Id<Article>, Locale), Document>, Error> {
    let newest = super::revisions::newest(tx, of)?.into_iter();
    Ok(newest.map(|(of, words)| (of, words.body)).collect())
}

/// The replies in threads, oldest first, in two statements.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn replies(tx: &mut Tx<'_>, threads: &[Id<Comment>]) -> Result<HashMap<Id<Comment>, Vec<Comment>>, Error> {
    let mut sql = Sql::new(SELECT);
    sql.push("WHERE c.parent_id IN ").ids(threads.iter().copied()).push(" ORDER BY c.created_at, c.id");
    let mut all: HashMap<_, Vec<_>> = HashMap::new();
    let replies = sql.load::<Row>(tx)?.into_iter().map(Comment::from).collect();
    for comment in with_mentions(tx, replies)? {
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
            comments::range_start.eq(c.anchor.range.as_ref().and_then(|range| i32::try_from(range.start).ok())),
            comments::range_end.eq(c.anchor.range.as_ref().and_then(|range| i32::try_from(range.end).ok())),
            comments::quote.eq(c.anchor.range.as_ref().map(|range| range.quote.as_str())),
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
        let mut sql = Sql::new("DELETE FROM comment_mentions WHERE comment_id = ");
        sql.id(c.id);
        if !c.mentions.is_empty() {
            sql.push(" AND user_id NOT IN ").ids(c.mentions.iter().copied());
        }
        sql.execute(tx)?;
    }
    if !c.mentions.is_empty() {
        let mut sql = Sql::new("INSERT INTO comment_mentions (comment_id, user_id, mentioned_at)");
        sql.values(&c.mentions, |row, user| _ = row.id(c.id).id(*user).at(c.updated_at));
        // Who was mentioned before is mentioned since then.
        sql.push(" ON CONFLICT (comment_id, user_id) DO NOTHING");
        sql.execute(tx)?;
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
