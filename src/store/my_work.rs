//! What waits for somebody: across locales, originals included, in one statement.

use diesel::{
    QueryableByName,
    sql_types::{Bool, Integer, Nullable, Text},
};

use super::{
    RunQueryDsl, Tx, articles,
    dialect::{At, Uid},
    sql::Sql,
    visibility::{lies_at, reads},
};
use crate::{
    access::{Visibility, visibility::Place as Granted},
    domain::{
        Error, Id, Instant, Locale, Version,
        article::Article,
        collation::NameKey,
        page::{Page, Paging, Place, Sorting},
        section::Section,
        translation::{Reason, State},
        user::User,
    },
};

/// Whose work is asked for.
#[derive(Debug, Clone)]
pub struct Worker {
    /// Whose.
    pub user: Id<User>,
    /// Where they review.
    pub reviews: Vec<Granted>,
}

/// Words that wait for somebody, or the place of words that are to be written.
#[derive(Debug, Clone)]
pub struct Duty {
    /// The article.
    pub article_id: Id<Article>,
    /// The locale.
    pub locale: Locale,
    /// The section that it is filed in.
    pub section_id: Id<Section>,
    /// The locale of its original.
    pub source_locale: Locale,
    /// The headline of its original.
    pub source_headline: String,
    /// The words, if there are any: their headline, where they stand, and their newest version.
    pub words: Option<(String, State, Version)>,
    /// Since when changes to them are requested.
    pub changes_requested_at: Option<Instant>,
    /// When they are due.
    pub due_at: Option<Instant>,
    /// When they were saved last, or given to somebody where there are none; when whose work it is was mentioned there, if that is later.
    pub since: Instant,
    /// Why they are here.
    pub reasons: Vec<Reason>,
}

#[derive(QueryableByName)]
#[expect(clippy::struct_excessive_bools, reason = "each is one reason for which a row is here")]
struct Row {
    #[diesel(sql_type = Uid)]
    article_id: Id<Article>,
    #[diesel(sql_type = Text)]
    locale: String,
    #[diesel(sql_type = Uid)]
    section_id: Id<Section>,
    #[diesel(sql_type = Text)]
    source_locale: String,
    #[diesel(sql_type = Text)]
    source_headline: String,
    #[diesel(sql_type = Nullable<Text>)]
    headline: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    state: Option<String>,
    #[diesel(sql_type = Nullable<Integer>)]
    version: Option<i32>,
    #[diesel(sql_type = Nullable<At>)]
    changes_requested_at: Option<Instant>,
    #[diesel(sql_type = Nullable<At>)]
    due_at: Option<Instant>,
    #[diesel(sql_type = At)]
    since: Instant,
    #[diesel(sql_type = Bool)]
    assigned: bool,
    #[diesel(sql_type = Bool)]
    to_review: bool,
    #[diesel(sql_type = Bool)]
    draft: bool,
    #[diesel(sql_type = Bool)]
    mentioned: bool,
}

impl Row {
    fn domain(self) -> Result<Duty, Error> {
        let state: Option<State> = self.state.map(|s| s.parse()).transpose()?;
        let sent_back = self.draft && self.changes_requested_at.is_some();
        let why = [
            (Reason::Assigned, self.assigned),
            (Reason::ChangesRequested, sent_back),
            (Reason::ToReview, self.to_review),
            (Reason::Draft, self.draft && !sent_back),
            (Reason::Mentioned, self.mentioned),
        ];
        Ok(Duty {
            article_id: self.article_id,
            locale: Locale::stored(self.locale),
            section_id: self.section_id,
            source_locale: Locale::stored(self.source_locale),
            source_headline: self.source_headline,
            words: self.headline.zip(state).zip(self.version).map(|((headline, state), version)| (headline, state, version)),
            changes_requested_at: self.changes_requested_at,
            due_at: self.due_at,
            since: self.since,
            reasons: why.into_iter().filter(|(_, holds)| *holds).map(|(reason, _)| reason).collect(),
        })
    }
}

/// The words, or the original of articles, with an open thread that mentions somebody who has said nothing in it since, and since when it does.
fn mentioned(me: Id<User>) -> Sql {
    let mut sql = Sql::new(
        "SELECT x.article_id, COALESCE(x.locale, xa.source_locale) AS locale, m.mentioned_at FROM comment_mentions m JOIN comments x ON x.id = m.comment_id \
         JOIN comments top ON top.id = COALESCE(x.parent_id, x.id) JOIN articles xa ON xa.id = x.article_id WHERE top.resolved_at IS NULL AND m.user_id = ",
    );
    sql.id(me).push(" AND NOT EXISTS (SELECT 1 FROM comments own WHERE own.parent_id = top.id AND own.created_by = ").id(me);
    sql.push(" AND (own.created_at > m.mentioned_at OR (own.created_at = m.mentioned_at AND own.id > x.id)))");
    sql
}

/// Every place where somebody could have work, with why: what is assigned to them, words that they saved last or whose original they began, and
/// words in review where they review.
fn all(visibility: &Visibility, worker: &Worker) -> Sql {
    let me = worker.user;
    let mut sql = Sql::new(
        "SELECT w.article_id, w.locale, a.section_id, a.source_locale, o.headline AS source_headline, t.headline, t.state, t.version, \
         t.changes_requested_at, g.due_at, COALESCE(t.updated_at, g.assigned_at, a.created_at) AS touched_at, \
         COALESCE(g.user_id = ",
    );
    // What is live as it stands is done, unless it was given to somebody since then: its source may have moved on.
    let undone = "NOT EXISTS (SELECT 1 FROM editions e WHERE e.article_id = w.article_id AND e.locale = w.locale AND e.ended_at IS NULL \
                  AND e.words_version = t.version AND (g.assigned_at IS NULL OR e.started_at >= g.assigned_at))";
    sql.id(me)
        .push(", ")
        .bool(false)
        .push(") AND ")
        .push(undone)
        .push(" AS assigned, COALESCE(t.state = 'in_review' AND (t.updated_by IS NULL OR t.updated_by <> ");
    sql.id(me).push("), ").bool(false).push(") AND (").bool(false);
    for place in &worker.reviews {
        sql.push(" OR ");
        lies_at(&mut sql, place, "w.locale");
    }
    sql.push(") AS to_review, COALESCE(t.state = 'draft' AND (g.user_id = ")
        .id(me)
        .push(" OR (g.user_id IS NULL AND (t.updated_by = ")
        .id(me);
    sql.push(" OR (a.created_by = ").id(me).push(" AND w.locale = a.source_locale)))), ").bool(false).push(") AND ").push(undone);
    sql.push(" AS draft, (SELECT MAX(n.mentioned_at) FROM (").append(mentioned(me));
    sql.push(") n WHERE n.article_id = w.article_id AND n.locale = w.locale) AS mentioned_at FROM (SELECT article_id, locale FROM assignments WHERE user_id = ").id(me);
    sql.push(" UNION SELECT article_id, locale FROM translations WHERE state = 'draft' AND updated_by = ").id(me);
    sql.push(
        " UNION SELECT t.article_id, t.locale FROM articles a JOIN translations t ON t.article_id = a.id AND t.locale = a.source_locale ",
    );
    sql.push("WHERE t.state = 'draft' AND a.created_by = ").id(me);
    if !worker.reviews.is_empty() {
        sql.push(" UNION SELECT article_id, locale FROM translations WHERE state = 'in_review'");
    }
    sql.push(" UNION SELECT article_id, locale FROM (").append(mentioned(me));
    sql.push(
        ") n) w JOIN articles a ON a.id = w.article_id JOIN translations o ON o.article_id = a.id AND o.locale = a.source_locale \
         LEFT JOIN translations t ON t.article_id = w.article_id AND t.locale = w.locale \
         LEFT JOIN assignments g ON g.article_id = w.article_id AND g.locale = w.locale WHERE ",
    );
    articles::visible(&mut sql, visibility);
    sql.push(" AND ");
    reads(&mut sql, visibility, "w.locale");
    sql
}

/// A page of somebody's work, what was touched last first.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn page(
    tx: &mut Tx<'_>,
    visibility: &Visibility,
    worker: &Worker,
    reason: Option<Reason>,
    paging: Paging,
) -> Result<Page<Duty>, Error> {
    let mut sql = Sql::new(
        "SELECT * FROM (SELECT p.*, p.mentioned_at IS NOT NULL AS mentioned, CASE WHEN p.mentioned_at > p.touched_at THEN p.mentioned_at ELSE p.touched_at END \
         AS since FROM (",
    );
    sql.append(all(visibility, worker)).push(") p) d WHERE ").push(match reason {
        None => "(d.assigned OR d.to_review OR d.draft OR d.mentioned)",
        Some(Reason::Mentioned) => "d.mentioned",
        Some(Reason::Assigned) => "d.assigned",
        Some(Reason::ToReview) => "d.to_review",
        Some(Reason::ChangesRequested) => "d.draft AND d.changes_requested_at IS NOT NULL",
        Some(Reason::Draft) => "d.draft AND d.changes_requested_at IS NULL",
    });
    let ascending = paging.backwards();
    if let Some(at) = paging.cursor {
        sql.push(" AND (d.since, d.article_id, d.locale)").push(if ascending { " > (" } else { " < (" });
        sql.at(Instant::from_micros(at.key)).push(", ").id(Id::<()>::from(at.id)).push(", ");
        sql.text(&at.name.as_text()).push(")");
    }
    let way = if ascending { "" } else { " DESC" };
    sql.push(&format!(" ORDER BY d.since{way}, d.article_id{way}, d.locale{way} LIMIT ")).int(i64::from(paging.limit).saturating_add(1));
    let rows = sql.load::<Row>(tx)?.into_iter().map(Row::domain).collect::<Result<Vec<_>, _>>()?;
    // Several locales of one article may be saved at once, so that a place needs all three.
    let place =
        |duty: &Duty| Place { key: duty.since.as_micros(), name: NameKey::of(duty.locale.as_str().as_bytes()), id: duty.article_id.uuid() };
    Ok(Page::cut(rows, paging, Sorting::Work, None, place))
}
