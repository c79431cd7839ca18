//! The translator's queue: for one locale, every article that has words elsewhere, and how its words here keep up.

pub(super) mod derived;
mod ranges;

use diesel::{
    QueryableByName,
    sql_types::{Bool, Integer, Nullable, Text},
};

pub(super) use derived::refresh;
pub use derived::{carry_on, is_filling};

use super::{
    RunQueryDsl, Tx,
    dialect::{self, At, Uid},
    sql::Sql,
};
use crate::{
    access::Visibility,
    domain::{
        Error, Id, Instant, Locale, Version,
        article::Article,
        freshness::Freshness,
        page::{Page, Paging, Sorting},
        section::Section,
        translation::State,
        user::User,
    },
};

/// Whose work is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Assignee {
    /// This person's.
    User(Id<User>),
    /// Nobody's yet.
    Nobody,
}

/// Which work is asked for.
#[derive(Debug, Clone)]
pub struct Filter {
    /// The locale that is translated into.
    pub locale: Locale,
    /// In this section or below it.
    pub section: Option<Id<Section>>,
    /// Whose words here stand so.
    pub state: Option<State>,
    /// Whose words here keep up so.
    pub freshness: Option<Freshness>,
    /// Assigned so.
    pub assignee: Option<Assignee>,
    /// Whose source the public sees, or does not.
    pub published: Option<bool>,
    /// Waiting since before this instant.
    pub waiting_before: Option<Instant>,
    /// Whether what has waited least comes first.
    pub newest: bool,
}

impl Filter {
    /// How a list of it is sorted.
    #[must_use]
    pub fn sorting(&self) -> Sorting {
        if self.newest { Sorting::ShortestWaiting } else { Sorting::LongestWaiting }
    }
}

/// One article's work in a locale.
#[derive(Debug, Clone)]
pub struct Work {
    /// The article.
    pub article_id: Id<Article>,
    /// The section it is filed in.
    pub section_id: Id<Section>,
    /// The locale of its original.
    pub source_locale: Locale,
    /// The headline of its original.
    pub source_headline: String,
    /// Where its original stands.
    pub source_state: State,
    /// Newest version of its original.
    pub source_version: Version,
    /// Whether the public sees its original.
    pub source_live: bool,
    /// The words here, if there are any.
    pub translation: Option<Words>,
    /// How many published revisions their source is ahead.
    pub behind: i32,
    /// Since when it waits: since the publication that the words here lack, else since they were saved.
    pub waiting_since: Instant,
}

/// The words of a queue's locale, in short.
#[derive(Debug, Clone)]
pub struct Words {
    /// The headline.
    pub headline: String,
    /// Where they stand.
    pub state: State,
    /// Newest version.
    pub version: Version,
    /// Last saved.
    pub updated_at: Instant,
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Uid)]
    article_id: Id<Article>,
    #[diesel(sql_type = Uid)]
    section_id: Id<Section>,
    #[diesel(sql_type = Text)]
    source_locale: String,
    #[diesel(sql_type = Text)]
    source_headline: String,
    #[diesel(sql_type = Text)]
    source_state: String,
    #[diesel(sql_type = Integer)]
    source_version: i32,
    #[diesel(sql_type = Bool)]
    source_live: bool,
    #[diesel(sql_type = Nullable<Text>)]
    headline: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    state: Option<String>,
    #[diesel(sql_type = Nullable<Integer>)]
    version: Option<i32>,
    #[diesel(sql_type = Nullable<At>)]
    updated_at: Option<Instant>,
    #[diesel(sql_type = Integer)]
    behind: i32,
    #[diesel(sql_type = At)]
    since: Instant,
}

impl Row {
    fn domain(self) -> Result<Work, Error> {
        let state = self.state.map(|s| s.parse()).transpose()?;
        let translation = match (self.headline, state, self.version, self.updated_at) {
            (Some(headline), Some(state), Some(version), Some(updated_at)) => Some(Words { headline, state, version, updated_at }),
            _ => None,
        };
        Ok(Work {
            article_id: self.article_id,
            section_id: self.section_id,
            source_locale: Locale::stored(self.source_locale),
            source_headline: self.source_headline,
            source_state: self.source_state.parse()?,
            source_version: self.source_version,
            source_live: self.source_live,
            translation,
            behind: self.behind,
            waiting_since: self.since,
        })
    }
}

/// A page of the work in a locale, what has waited longest first.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn page(tx: &mut Tx<'_>, visibility: &Visibility, filter: &Filter, paging: Paging) -> Result<Page<Work>, Error> {
    let sql = question(tx, visibility, filter, paging);
    let rows = sql.load::<Row>(tx)?.into_iter().map(Row::domain).collect::<Result<Vec<_>, _>>()?;
    Ok(Page::cut(rows, paging, filter.sorting(), None, |w| (w.waiting_since.as_micros(), w.article_id.uuid())))
}

/// How the database would find a page, in its own words: a line for each step.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn explain(tx: &mut Tx<'_>, visibility: &Visibility, filter: &Filter, paging: Paging) -> Result<Vec<String>, Error> {
    let mut sql = Sql::new(dialect::explain(tx.conn));
    sql.append(question(tx, visibility, filter, paging));
    Ok(sql.load::<dialect::Step>(tx)?.into_iter().map(|step| step.0).collect())
}

/// The rows of a page, found in the derived table, with what is told of each.
fn question(tx: &Tx<'_>, visibility: &Visibility, filter: &Filter, paging: Paging) -> Sql {
    let (found, join) = (ranges::found(tx, visibility, filter, paging), dialect::join_in_order(tx.conn));
    let way = if filter.newest == paging.backwards() { "" } else { " DESC" };
    let mut sql = found.with;
    sql.push(
        "SELECT a.id AS article_id, a.section_id, a.source_locale, o.headline AS source_headline, o.state AS source_state, \
         o.version AS source_version, EXISTS (SELECT 1 FROM editions e WHERE e.article_id = a.id AND e.locale = a.source_locale \
         AND e.ended_at IS NULL) AS source_live, t.headline, t.state, t.version, t.updated_at, CAST((SELECT COUNT(DISTINCT \
         e.words_version) FROM editions e WHERE e.article_id = a.id AND e.locale = t.made_from_locale AND e.words_version > \
         t.made_from_version AND e.minor = FALSE AND e.moved_only = FALSE) AS INTEGER) AS behind, w.since FROM (SELECT u.* FROM (",
    );
    sql.append(found.rows).push(&format!(") u ORDER BY u.since{way}, u.article_id{way} LIMIT "));
    sql.int(i64::from(paging.limit).saturating_add(1));
    sql.push(&format!(
        ") w {join}articles a ON a.id = w.article_id {join}translations o ON o.article_id = a.id AND o.locale = a.source_locale \
         LEFT JOIN translations t ON t.article_id = a.id AND w.inside AND t.locale = "
    ));
    sql.text(filter.locale.as_str()).push(&format!(" ORDER BY w.since{way}, w.article_id{way}"));
    sql
}
