//! Where the rows of a page of the queue stand in the derived table.
//!
//! **Context.** A page is narrowed by five things in any combination and by what the reader is shown, and is to cost the same whether nearly all rows are
//! of the kind that is asked for or nearly none. **Decision.** All that a row can be narrowed by within a section is one number, its class, and there are few:
//! an index has the rows of each class of a section, and of each class of all, in the order of the list. Of each class that there is, and that is asked for, a page
//! of rows is read, and of all of these the first page. **Consequence.** What is read grows with the classes and the sections there are, and with
//! no number of articles. Whose work something is, and what somebody began who is shown no more than that, is looked for by person.

use super::{
    Assignee, Filter,
    derived::{ASSIGNED, HIDES, NO_LOCALE, PUBLISHED, STALE, STATE},
};
use crate::{
    access::{
        Visibility,
        visibility::{Reach, Viewer},
    },
    domain::{Id, freshness::Freshness, page::Paging, section::Section, translation::State},
    store::{
        Tx, dialect,
        sql::Sql,
        visibility::{reads, sees},
    },
};

/// The end of an `EXISTS` that is looked up for each row: of what has no `OFFSET`, `PostgreSQL` may read all there is first.
const ROW_BY_ROW: &str = " LIMIT 1 OFFSET 0)";

/// How the rows of a page are found: what stands before the query, and rows of an article, since when it waits, and whether its words are shown.
pub(super) struct Found {
    pub(super) with: Sql,
    pub(super) rows: Sql,
}

/// One page of one list.
struct Question<'q> {
    filter: &'q Filter,
    paging: Paging,
    /// Of the engine: what stands before, and behind, the part that is read of each range.
    for_each: (&'static str, &'static str),
    /// Of the engine: a join that is read in its order, from what is few.
    join: &'static str,
}

pub(super) fn found(tx: &Tx<'_>, visibility: &Visibility, filter: &Filter, paging: Paging) -> Found {
    let question = Question { filter, paging, for_each: dialect::of_each_range(tx.conn), join: dialect::join_in_order(tx.conn) };
    let mut with = Sql::default();
    let mut rows = Sql::default();
    match (filter.assignee, visibility.viewer()) {
        (Some(Assignee::User(user)), _) => {
            let join = question.join;
            rows.push(&format!(
                "SELECT q.article_id, q.since, TRUE AS inside FROM assignments g {join}translation_queue q ON q.article_id = g.article_id \
                 AND q.locale = g.locale {join}articles a ON a.id = g.article_id WHERE g.user_id = "
            ))
            .id(user);
            question.read_one_by_one(&mut rows, visibility);
        }
        (_, Viewer::Public) => _ = rows.push("SELECT q.article_id, q.since, TRUE AS inside FROM translation_queue q WHERE FALSE"),
        (_, Viewer::One(article)) => {
            rows.push(
                "SELECT g.article_id, g.since, TRUE AS inside FROM translation_queue g JOIN articles a ON a.id = g.article_id \
                 JOIN translation_queue q ON q.article_id = g.article_id AND q.locale = g.locale WHERE g.article_id = ",
            )
            .id(*article);
            question.read_one_by_one(&mut rows, visibility);
        }
        (_, Viewer::Desk) => question.zoned(&mut with, &mut rows, None),
        (_, Viewer::Granted(reach)) => question.zoned(&mut with, &mut rows, Some(reach)),
    }
    Found { with, rows }
}

/// The condition that a section `own` lies in one of some sections or below it.
fn under(sql: &mut Sql, sections: &[Id<Section>]) {
    sql.push("EXISTS (SELECT 1 FROM sections top WHERE top.id IN ").ids(sections.iter().copied());
    sql.push(" AND (own.path = top.path OR own.path LIKE top.path || '/%'))");
}

impl Question<'_> {
    /// Where the words of a locale are read by a grant: nothing for everywhere.
    fn read_in(&self, reach: &Reach) -> Option<Vec<Id<Section>>> {
        if !self.is_within(reach) {
            return Some(Vec::new());
        }
        let reading = reach.places.iter().filter(|place| place.locale.as_ref().is_none_or(|locale| *locale == self.filter.locale));
        reading.map(|place| place.section).collect()
    }

    /// Whether the locale lies within the bounds of the key that asks.
    fn is_within(&self, reach: &Reach) -> bool {
        reach.bound_locales().is_none_or(|bound| bound.contains(&self.filter.locale))
    }

    /// Rows that are few by themselves, each looked at for whether it is shown.
    fn read_one_by_one(&self, sql: &mut Sql, visibility: &Visibility) {
        sql.push(" AND g.locale = ").text(self.filter.locale.as_str()).push(" AND q.class IS NOT NULL AND ");
        sees(sql, visibility);
        sql.push(" AND ");
        reads(sql, visibility, "g.locale");
        if let Some(section) = self.filter.section {
            sql.push(" AND a.section_id IN (SELECT own.id FROM sections own WHERE ");
            under(sql, &[section]);
            sql.push(")");
        }
        self.is_asked_for(sql, "q.class");
        self.follows(sql, "q.since", "q.article_id");
    }

    /// The condition that a class is one that is asked for, appended to others.
    fn is_asked_for(&self, sql: &mut Sql, class: &str) {
        let state = |state: State| match state {
            State::Draft => 1,
            State::InReview => 2,
            State::Approved => 3,
        };
        if let Some(at) = self.filter.state {
            sql.push(&format!(" AND {class} / {STATE} = {}", state(at)));
        }
        match self.filter.freshness {
            Some(Freshness::Missing) => _ = sql.push(&format!(" AND {class} < {STATE}")),
            Some(Freshness::Stale) => _ = sql.push(&format!(" AND ({class} & {STALE}) <> 0")),
            Some(Freshness::Current) => _ = sql.push(&format!(" AND {class} >= {STATE} AND ({class} & {STALE}) = 0")),
            None => {}
        }
        if self.filter.assignee == Some(Assignee::Nobody) {
            sql.push(&format!(" AND ({class} & {ASSIGNED}) = 0"));
        }
        if let Some(published) = self.filter.published {
            sql.push(&format!(" AND ({class} & {PUBLISHED}) = {}", i32::from(published)));
        }
    }

    /// Whether what is asked for may be something that the reader is shown no words of, nor whose work it is.
    fn may_be_hidden(&self) -> bool {
        self.filter.state.is_none() && self.filter.freshness.is_none_or(|freshness| freshness == Freshness::Missing)
    }

    fn ascends(&self) -> bool {
        self.filter.newest == self.paging.backwards()
    }

    /// The condition that a row comes after the place where the page begins, and waits long enough; appended to others.
    fn follows(&self, sql: &mut Sql, since: &str, article: &str) {
        if let Some(at) = self.filter.waiting_before {
            sql.push(&format!(" AND {since} < ")).at(at);
        }
        if let Some(cursor) = self.paging.cursor {
            sql.push(&format!(" AND ({since}, {article}) {} (", if self.ascends() { ">" } else { "<" }));
            sql.at(crate::domain::Instant::from_micros(cursor.key)).push(", ").id(Id::<()>::from(cursor.id)).push(")");
        }
    }

    /// Of each range `r` the first rows `q` after the place where the page begins; conditions on `p` are put between.
    fn of_each(&self, sql: &mut Sql, since: &str, conditions: impl FnOnce(&mut Sql)) {
        let (before, behind) = self.for_each;
        sql.push(before).push("FROM translation_queue p WHERE p.locale = r.locale");
        conditions(sql);
        self.follows(sql, &format!("p.{since}"), "p.article_id");
        let way = if self.ascends() { "" } else { " DESC" };
        sql.push(&format!(" ORDER BY p.{since}{way}, p.article_id{way} LIMIT ")).int(i64::from(self.paging.limit).saturating_add(1));
        sql.push(behind);
    }

    /// Rows of the ranges that a reader is shown.
    fn zoned(&self, with: &mut Sql, rows: &mut Sql, reach: Option<&Reach>) {
        let bound = reach.and_then(Reach::bound_sections);
        // Where words are read, and where articles are seen.
        let read = reach.and_then(|reach| self.read_in(reach));
        let seen = reach.and_then(Reach::sections);
        let by_section = self.filter.section.is_some() || bound.is_some() || read.is_some();
        with.push("WITH RECURSIVE ");
        if by_section {
            with.push("zone (section_id, inside) AS (SELECT own.id, ");
            match &read {
                None => _ = with.push("TRUE"),
                Some(read) if read.is_empty() => _ = with.push("FALSE"),
                Some(read) => under(with, read),
            }
            with.push(" FROM sections own WHERE TRUE");
            for sections in [bound, seen.as_deref(), self.filter.section.as_ref().map(std::slice::from_ref)].into_iter().flatten() {
                with.push(" AND ");
                under(with, sections);
            }
            with.push("), ");
        }
        self.ranges(with, by_section);
        rows.push("SELECT q.article_id, q.since, TRUE AS inside FROM ranges r");
        self.of_each(rows, "since", |sql| {
            sql.push(if by_section { " AND p.section_id = r.section_id" } else { "" }).push(" AND p.class = r.class");
            sql.push(&format!(" AND (p.locale <> '{NO_LOCALE}' OR (NOT EXISTS (SELECT 1 FROM translation_queue own WHERE own.article_id = p.article_id AND own.locale = "));
            sql.text(self.filter.locale.as_str()).push(ROW_BY_ROW);
            sql.push(" AND NOT EXISTS (SELECT 1 FROM articles a WHERE a.id = p.article_id AND a.source_locale = ");
            sql.text(self.filter.locale.as_str()).push(ROW_BY_ROW).push("))");
        });
        rows.push(" WHERE r.class IS NOT NULL");
        if read.is_some() {
            rows.push(&format!(" AND (r.inside OR (r.class & {HIDES}) = 0)"));
        }
        self.is_asked_for(rows, "r.class");
        let (Some(reach), Some(_)) = (reach, read) else { return };
        self.hidden(rows, reach);
        self.own(rows, reach, bound);
    }

    /// The classes there are of the locale, and of what every locale has no row of that has not all of its own yet: each with its section, or of all.
    fn ranges(&self, with: &mut Sql, by_section: bool) {
        let (column, of_section, inside, zone) = if by_section {
            (", section_id, inside", " AND p.section_id = z.section_id", ", z.section_id, z.inside", " CROSS JOIN zone z")
        } else {
            ("", "", "", "")
        };
        let next = if by_section { (", r.section_id, r.inside", " AND p.section_id = r.section_id") } else { ("", "") };
        with.push("places (locale) AS (SELECT CAST(").text(self.filter.locale.as_str());
        with.push(&format!(" AS TEXT) UNION ALL SELECT '{NO_LOCALE}' FROM queue_fills WHERE locale = ")).text(self.filter.locale.as_str());
        with.push(&format!(
            "), ranges (locale{column}, class) AS (SELECT l.locale{inside}, (SELECT MIN(p.class) FROM translation_queue p WHERE p.locale = l.locale{of_section}) \
             FROM places l{zone} UNION ALL SELECT r.locale{}, (SELECT MIN(p.class) FROM translation_queue p WHERE p.locale = r.locale{} AND p.class > r.class) \
             FROM ranges r WHERE r.class IS NOT NULL) ",
            next.0, next.1
        ));
    }

    /// The condition that somebody is shown the words of an article in the locale, wherever it lies: they began it, or it is their work.
    fn is_theirs(&self, sql: &mut Sql, reach: &Reach, article: &str) {
        if !self.is_within(reach) {
            sql.push("FALSE");
            return;
        }
        sql.push(&format!("(EXISTS (SELECT 1 FROM articles b WHERE b.id = {article} AND b.created_by = ")).id(reach.user);
        sql.push(ROW_BY_ROW);
        sql.push(&format!(" OR EXISTS (SELECT 1 FROM assignments b WHERE b.article_id = {article} AND b.user_id = ")).id(reach.user);
        sql.push(" AND b.locale = ").text(self.filter.locale.as_str()).push(ROW_BY_ROW).push(")");
    }

    /// Rows of articles that the reader sees, whose words and whose work it is they do not.
    fn hidden(&self, rows: &mut Sql, reach: &Reach) {
        if !self.may_be_hidden() {
            return;
        }
        rows.push(" UNION ALL SELECT q.article_id, q.outside_since AS since, FALSE AS inside FROM (SELECT CAST(")
            .text(self.filter.locale.as_str());
        rows.push(&format!(
            " AS TEXT) AS locale, z.section_id, k.class FROM zone z CROSS JOIN (SELECT 0 AS class UNION ALL SELECT {PUBLISHED}) k WHERE NOT z.inside) r"
        ));
        self.of_each(rows, "outside_since", |sql| {
            sql.push(" AND p.section_id = r.section_id AND p.outside_class = r.class AND NOT ");
            self.is_theirs(sql, reach, "p.article_id");
        });
        rows.push(" WHERE TRUE");
        self.is_asked_for(rows, "r.class");
    }

    /// Rows of articles that the reader sees because they began them, or work on them: all that is not found by its section.
    fn own(&self, rows: &mut Sql, reach: &Reach, bound: Option<&[Id<Section>]>) {
        let locale = self.filter.locale.as_str();
        let theirs = |rows: &mut Sql, since: &str, inside: &str| {
            rows.push(&format!(
                " UNION ALL SELECT q.article_id, q.{since} AS since, {inside} AS inside FROM (SELECT id FROM articles WHERE created_by = "
            ));
            rows.id(reach.user).push(" UNION SELECT article_id FROM assignments WHERE user_id = ").id(reach.user);
            let join = self.join;
            rows.push(&format!(
                ") m {join}articles a ON a.id = m.id {join}translation_queue q ON q.article_id = m.id AND q.locale = \
                 COALESCE((SELECT x.locale FROM translation_queue x WHERE x.article_id = m.id AND x.locale = "
            ))
            .text(locale);
            rows.push(&format!("), '{NO_LOCALE}') WHERE a.source_locale <> ")).text(locale).push(" AND q.class IS NOT NULL");
            for sections in [bound, self.filter.section.as_ref().map(std::slice::from_ref)].into_iter().flatten() {
                rows.push(" AND a.section_id IN (SELECT own.id FROM sections own WHERE ");
                under(rows, sections);
                rows.push(")");
            }
        };
        theirs(rows, "since", "TRUE");
        rows.push(" AND a.section_id NOT IN (SELECT section_id FROM zone WHERE inside) AND ");
        rows.push(&format!(
            "((q.class & {HIDES}) = 0 AND a.section_id NOT IN (SELECT section_id FROM zone) OR (q.class & {HIDES}) <> 0 AND "
        ));
        self.is_theirs(rows, reach, "m.id");
        rows.push(")");
        self.is_asked_for(rows, "q.class");
        self.follows(rows, "q.since", "q.article_id");
        if !self.may_be_hidden() {
            return;
        }
        theirs(rows, "outside_since", "FALSE");
        rows.push(" AND q.outside_class IS NOT NULL AND a.section_id NOT IN (SELECT section_id FROM zone) AND NOT ");
        self.is_theirs(rows, reach, "m.id");
        self.is_asked_for(rows, "q.outside_class");
        self.follows(rows, "q.outside_since", "q.article_id");
    }
}
