//! What the desk works on, as its search is told of it, and as it is shown to whoever finds it.

use std::collections::{BTreeSet, HashMap};

use diesel::{
    QueryableByName,
    sql_types::{BigInt, Bool, Integer, Nullable, Text},
};

use super::{
    RunQueryDsl, Tx, articles,
    dialect::{At, Doc, Uid, Unread},
    sql::Sql,
    translations::read_words,
    visibility::reads,
};
use crate::{
    access::Visibility,
    domain::{
        Error, Id, Instant, Locale, Version,
        article::{Article, ArticleId},
        change::Event,
        comment::{Comment, CommentId},
        section::SectionId,
        translation::{State, Words},
        user::User,
    },
};

/// A working copy without its words, and what decides who sees it.
#[derive(Debug, Clone)]
pub struct WorkingCopy {
    /// The article.
    pub article_id: ArticleId,
    /// The locale of its words.
    pub locale: Locale,
    /// The section that the article is filed in.
    pub section_id: SectionId,
    /// Who began the article.
    pub created_by: Option<Id<User>>,
    /// The locale of the original.
    pub source_locale: Locale,
    /// Where the words stand.
    pub state: State,
    /// Their newest version.
    pub version: Version,
    /// The version that is live, if one is.
    pub live_version: Option<Version>,
    /// Last saved.
    pub updated_at: Instant,
}

/// The working copies of some articles, but of those in the trash, in one statement.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn working_copies(tx: &mut Tx<'_>, of: &[ArticleId]) -> Result<Vec<WorkingCopy>, Error> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Uid)]
        article_id: ArticleId,
        #[diesel(sql_type = Text)]
        locale: String,
        #[diesel(sql_type = Uid)]
        section_id: SectionId,
        #[diesel(sql_type = Nullable<Uid>)]
        created_by: Option<Id<User>>,
        #[diesel(sql_type = Text)]
        source_locale: String,
        #[diesel(sql_type = Text)]
        state: String,
        #[diesel(sql_type = Integer)]
        version: Version,
        #[diesel(sql_type = Nullable<Integer>)]
        live_version: Option<Version>,
        #[diesel(sql_type = At)]
        updated_at: Instant,
    }
    let mut sql = Sql::new(
        "SELECT t.article_id, t.locale, a.section_id, a.created_by, a.source_locale, t.state, t.version, e.words_version AS live_version, t.updated_at \
         FROM articles a JOIN translations t ON t.article_id = a.id \
         LEFT JOIN editions e ON e.article_id = t.article_id AND e.locale = t.locale AND e.ended_at IS NULL \
         WHERE a.trashed_at IS NULL AND a.id IN ",
    );
    sql.ids(of.iter().copied()).push(" ORDER BY t.article_id, t.locale");
    let copy = |row: Row| {
        Ok(WorkingCopy {
            article_id: row.article_id,
            locale: Locale::stored(row.locale),
            section_id: row.section_id,
            created_by: row.created_by,
            source_locale: Locale::stored(row.source_locale),
            state: row.state.parse()?,
            version: row.version,
            live_version: row.live_version,
            updated_at: row.updated_at,
        })
    };
    sql.load::<Row>(tx)?.into_iter().map(copy).collect()
}

/// A comment, as it is looked for.
#[derive(Debug, Clone)]
pub struct Remark {
    /// Its id.
    pub id: CommentId,
    /// The article that it is about.
    pub article_id: ArticleId,
    /// The comment that it answers.
    pub parent_id: Option<CommentId>,
    /// The locale of the words that it is about; nothing when it is about the article as a whole.
    pub locale: Option<Locale>,
    /// What it says.
    pub text: String,
    /// Last saved.
    pub updated_at: Instant,
}

#[derive(QueryableByName)]
struct RemarkRow {
    #[diesel(sql_type = Uid)]
    id: CommentId,
    #[diesel(sql_type = Uid)]
    article_id: ArticleId,
    #[diesel(sql_type = Nullable<Uid>)]
    parent_id: Option<CommentId>,
    #[diesel(sql_type = Nullable<Text>)]
    locale: Option<String>,
    #[diesel(sql_type = Text)]
    text: String,
    #[diesel(sql_type = At)]
    updated_at: Instant,
}

/// What of a comment `c` a [`RemarkRow`] is made of.
const REMARKS: &str = "SELECT c.id, c.article_id, c.parent_id, c.locale, c.text, c.updated_at";

impl From<RemarkRow> for Remark {
    fn from(RemarkRow { id, article_id, parent_id, locale, text, updated_at }: RemarkRow) -> Self {
        Self { id, article_id, parent_id, locale: locale.map(Locale::stored), text, updated_at }
    }
}

/// What is said of some articles, in one statement.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn remarks(tx: &mut Tx<'_>, of: &[ArticleId]) -> Result<Vec<Remark>, Error> {
    let mut sql = Sql::new(REMARKS);
    sql.push(" FROM comments c WHERE c.article_id IN ").ids(of.iter().copied()).push(" ORDER BY c.id");
    Ok(sql.load::<RemarkRow>(tx)?.into_iter().map(Remark::from).collect())
}

/// The articles that some comments are about, as far as those are there.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn discussed(tx: &mut Tx<'_>, comments: &BTreeSet<CommentId>) -> Result<Vec<ArticleId>, Error> {
    if comments.is_empty() {
        return Ok(Vec::new());
    }
    let mut sql = Sql::new("SELECT DISTINCT c.article_id AS id FROM comments c WHERE c.id IN ");
    sql.ids(comments.iter().copied());
    Ok(sql.load::<Numbered>(tx)?.into_iter().map(|row| row.id.cast()).collect())
}

/// Those of some comments that are not there any more.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn gone(tx: &mut Tx<'_>, comments: &BTreeSet<CommentId>) -> Result<Vec<CommentId>, Error> {
    if comments.is_empty() {
        return Ok(Vec::new());
    }
    let mut sql = Sql::new("SELECT c.id FROM comments c WHERE c.id IN ");
    sql.ids(comments.iter().copied());
    let there: BTreeSet<CommentId> = sql.load::<Numbered>(tx)?.into_iter().map(|row| row.id.cast()).collect();
    Ok(comments.difference(&there).copied().collect())
}

#[derive(QueryableByName)]
struct Numbered {
    #[diesel(sql_type = Uid)]
    id: Id<()>,
}

/// Articles, comments and items of the library of which the desk may find something else than before a change; nothing when there were more than so many changes since.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn changed(tx: &mut Tx<'_>, seq: i64, most: usize) -> Result<Option<BTreeSet<uuid::Uuid>>, Error> {
    let events = Event::ALL.iter().filter(|event| event.changes_desk_search()).map(|event| event.as_str());
    let mut sql = Sql::new("SELECT subject_id AS id FROM changes WHERE subject_id IS NOT NULL AND seq > ");
    sql.int(seq).push(" AND kind IN ").words(["article", "translation", "comment", "media"]);
    sql.push(" AND event IN ").words(events).push(" LIMIT ").int(i64::try_from(most).unwrap_or(i64::MAX).saturating_add(1));
    let changed: Vec<_> = sql.load::<Numbered>(tx)?;
    Ok((changed.len() <= most).then(|| changed.into_iter().map(|row| row.id.uuid()).collect()))
}

/// A working copy, as it is shown to whoever finds it.
#[derive(Debug, Clone)]
pub struct FoundWords {
    /// Where it stands.
    pub state: State,
    /// Its newest version.
    pub version: Version,
    /// Last saved.
    pub updated_at: Instant,
    /// Whether something of it is live.
    pub is_live: bool,
    /// The words.
    pub words: Words,
}

/// Those of some working copies that a reader sees, in one statement.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn words(
    tx: &mut Tx<'_>,
    visibility: &Visibility,
    of: &[(ArticleId, &Locale)],
) -> Result<HashMap<(ArticleId, Locale), FoundWords>, Error> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Uid)]
        article_id: Id<Article>,
        #[diesel(sql_type = Text)]
        locale: String,
        #[diesel(sql_type = Text)]
        state: String,
        #[diesel(sql_type = Integer)]
        version: Version,
        #[diesel(sql_type = At)]
        updated_at: Instant,
        #[diesel(sql_type = Bool)]
        is_live: bool,
        #[diesel(sql_type = Doc)]
        words: Unread,
    }
    if of.is_empty() {
        return Ok(HashMap::new());
    }
    let mut sql = Sql::new(
        "SELECT t.article_id, t.locale, t.state, t.version, t.updated_at, \
         EXISTS (SELECT 1 FROM editions e WHERE e.article_id = t.article_id AND e.locale = t.locale AND e.ended_at IS NULL) AS is_live, r.words \
         FROM translations t JOIN articles a ON a.id = t.article_id \
         JOIN translation_revisions r ON r.article_id = t.article_id AND r.locale = t.locale AND r.version = t.version WHERE ",
    );
    articles::visible(&mut sql, visibility);
    sql.push(" AND ");
    reads(&mut sql, visibility, "t.locale");
    sql.push(" AND ").pairs(("t.article_id", "t.locale"), of.iter().copied());
    let found = |row: Row| {
        let words = read_words(&row.words.read()?)?;
        let found = FoundWords { state: row.state.parse()?, version: row.version, updated_at: row.updated_at, is_live: row.is_live, words };
        Ok(((row.article_id, Locale::stored(row.locale)), found))
    };
    sql.load::<Row>(tx)?.into_iter().map(found).collect()
}

/// A comment, as it is shown to whoever finds it.
#[derive(Debug, Clone)]
pub struct FoundRemark {
    /// What it says, and of what.
    pub remark: Remark,
    /// The headline of the original that it is about.
    pub headline: String,
    /// The locale of the original.
    pub source_locale: Locale,
    /// Its version.
    pub version: Version,
    /// Whether it, or the comment that it answers, is done with.
    pub is_resolved: bool,
}

/// Those of some comments that a reader sees, in one statement.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn found_remarks(
    tx: &mut Tx<'_>,
    visibility: &Visibility,
    ids: &BTreeSet<Id<Comment>>,
) -> Result<HashMap<CommentId, FoundRemark>, Error> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(embed)]
        remark: RemarkRow,
        #[diesel(sql_type = Nullable<Text>)]
        headline: Option<String>,
        #[diesel(sql_type = Text)]
        source_locale: String,
        #[diesel(sql_type = Integer)]
        version: Version,
        #[diesel(sql_type = BigInt)]
        resolved: i64,
    }
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let mut sql = Sql::new(REMARKS);
    sql.push(
        ", o.headline, a.source_locale, c.version, (SELECT COUNT(*) FROM comments x WHERE x.id = COALESCE(c.parent_id, c.id) \
         AND x.resolved_at IS NOT NULL) AS resolved FROM comments c JOIN articles a ON a.id = c.article_id \
         LEFT JOIN translations o ON o.article_id = a.id AND o.locale = a.source_locale WHERE c.id IN ",
    );
    sql.ids(ids.iter().copied()).push(" AND ");
    articles::visible(&mut sql, visibility);
    sql.push(" AND (c.locale IS NULL OR ");
    reads(&mut sql, visibility, "c.locale");
    sql.push(")");
    let found = |row: Row| {
        let remark = Remark::from(row.remark);
        let found = FoundRemark {
            headline: row.headline.unwrap_or_default(),
            source_locale: Locale::stored(row.source_locale),
            version: row.version,
            is_resolved: row.resolved > 0,
            remark,
        };
        (found.remark.id, found)
    };
    Ok(sql.load::<Row>(tx)?.into_iter().map(found).collect())
}
