//! What a reader sees, as conditions of the queries that look for it: what is hidden is not found.

use std::collections::{BTreeSet, HashMap};

use diesel::{QueryableByName, sql_types::Text};

use super::{RunQueryDsl, Tx, dialect::Uid, sql::Sql};
use crate::{
    access::{
        Visibility,
        visibility::{Place, Viewer},
    },
    domain::{
        Error, Id, Locale,
        article::{Article, Shown},
        section::Section,
    },
};

/// Articles that are asked for in one statement.
const AT_ONCE: usize = 1_000;

/// The condition that the reader sees the article `a`, in the trash or not.
pub(super) fn sees(sql: &mut Sql, visibility: &Visibility) {
    match visibility.viewer() {
        Viewer::Desk => _ = sql.push("TRUE"),
        Viewer::One(id) => _ = sql.push("a.id = ").id(*id),
        // Working copies are nobody's business outside the desk.
        Viewer::Public => _ = sql.push("FALSE"),
        Viewer::Granted(reach) => {
            if let Some(bound) = reach.bound_sections() {
                lies_in(sql, bound.iter().copied());
                sql.push(" AND ");
            }
            let Some(sections) = reach.sections() else {
                sql.push("TRUE");
                return;
            };
            sql.push("(");
            if !sections.is_empty() {
                lies_in(sql, sections);
                sql.push(" OR ");
            }
            sql.push("a.created_by = ").id(reach.user);
            sql.push(" OR a.id IN (SELECT ga.article_id FROM assignments ga WHERE ga.user_id = ").id(reach.user).push("))");
        }
    }
}

/// The condition that the reader is shown words in the locale that a column names, of the article `a` that they see.
pub(super) fn reads(sql: &mut Sql, visibility: &Visibility, locale: &str) {
    let Viewer::Granted(reach) = visibility.viewer() else {
        sees(sql, visibility);
        return;
    };
    sql.push("(").push(locale).push(" = a.source_locale");
    sql.push(" OR EXISTS (SELECT 1 FROM editions gl WHERE gl.article_id = a.id AND gl.ended_at IS NULL AND gl.locale = ").push(locale);
    sql.push(") OR (");
    if let Some(bound) = reach.bound_locales() {
        sql.push(locale).push(" IN ").locales(bound).push(" AND ");
    }
    sql.push("(a.created_by = ").id(reach.user);
    sql.push(" OR EXISTS (SELECT 1 FROM assignments ga WHERE ga.article_id = a.id AND ga.user_id = ").id(reach.user);
    sql.push(" AND ga.locale = ").push(locale).push(")");
    for place in &reach.places {
        sql.push(" OR ");
        lies_at(sql, place, locale);
    }
    sql.push(")))");
}

/// The condition that the words in the locale that a column names, of the article `a`, lie where a grant reaches.
pub(super) fn lies_at(sql: &mut Sql, Place { section, locale: granted }: &Place, locale: &str) {
    sql.push("(TRUE");
    if let Some(section) = section {
        sql.push(" AND ");
        lies_in(sql, [*section]);
    }
    if let Some(granted) = granted {
        sql.push(" AND ").push(locale).push(" = ").text(granted.as_str());
    }
    sql.push(")");
}

/// The condition that the article `a` lies in one of these sections or below it.
fn lies_in(sql: &mut Sql, sections: impl IntoIterator<Item = Id<Section>>) {
    // The tree is small, and so read once: an article is found in it by its own section.
    sql.push("a.section_id IN (SELECT gs.id FROM sections gs JOIN sections gt ON gs.path = gt.path OR gs.path LIKE gt.path || '/%' ");
    sql.push("WHERE gt.id IN ").ids(sections).push(")");
}

/// Let articles show the words that the reader is shown, and no others; in one statement, and in none for who reads everything.
pub(super) fn show(tx: &mut Tx<'_>, visibility: &Visibility, articles: &mut [Article]) -> Result<(), Error> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Uid)]
        article_id: Id<Article>,
        #[diesel(sql_type = Text)]
        locale: String,
    }
    let Viewer::Granted(reach) = visibility.viewer() else { return Ok(()) };
    let mut limited: HashMap<Id<Article>, BTreeSet<Locale>> = HashMap::new();
    for article in articles.iter() {
        if let Shown::Only(mut locales) = reach.shown(article.created_by, &article.section_path) {
            locales.insert(article.facts.source_locale.clone());
            limited.insert(article.id, locales);
        }
    }
    if limited.is_empty() {
        return Ok(());
    }
    let mut sql = Sql::new("SELECT article_id, locale FROM editions WHERE ended_at IS NULL AND article_id IN ");
    sql.ids(limited.keys().copied()).push(" UNION SELECT article_id, locale FROM assignments WHERE user_id = ").id(reach.user);
    sql.push(" AND article_id IN ").ids(limited.keys().copied());
    if let Some(bound) = reach.bound_locales() {
        sql.push(" AND locale IN ").locales(bound);
    }
    for row in sql.load::<Row>(tx)? {
        if let Some(locales) = limited.get_mut(&row.article_id) {
            locales.insert(Locale::stored(row.locale));
        }
    }
    for article in articles {
        if let Some(locales) = limited.remove(&article.id) {
            article.shown = Shown::Only(locales);
        }
    }
    Ok(())
}

/// Those of some words, of articles and locales, that the reader is shown, as far as their articles are not in the trash.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn read(
    tx: &mut Tx<'_>,
    visibility: &Visibility,
    asked: &BTreeSet<(Id<Article>, Locale)>,
) -> Result<BTreeSet<(Id<Article>, Locale)>, Error> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Uid)]
        article_id: Id<Article>,
        #[diesel(sql_type = Text)]
        locale: String,
    }
    let ids: Vec<Id<Article>> = asked.iter().map(|(id, _)| *id).collect::<BTreeSet<_>>().into_iter().collect();
    let locales: BTreeSet<&Locale> = asked.iter().map(|(_, locale)| locale).collect();
    let mut read = BTreeSet::new();
    for some in ids.chunks(AT_ONCE) {
        let mut sql =
            Sql::new("SELECT a.id AS article_id, w.locale FROM articles a CROSS JOIN locales w WHERE a.trashed_at IS NULL AND a.id IN ");
        sql.ids(some.iter().copied()).push(" AND w.locale IN ").locales(locales.iter().copied()).push(" AND ");
        sees(&mut sql, visibility);
        sql.push(" AND ");
        reads(&mut sql, visibility, "w.locale");
        read.extend(sql.load::<Row>(tx)?.into_iter().map(|row| (row.article_id, Locale::stored(row.locale))));
    }
    read.retain(|words| asked.contains(words));
    Ok(read)
}

impl Sql {
    /// Append the condition that an address leads to an article that is no news, or was in public: it is one as sections have.
    pub(super) fn was_page(&mut self, target: &str) -> &mut Self {
        self.push("(kind = 'article' AND EXISTS (SELECT 1 FROM editions p WHERE p.article_id = ")
            .push(target)
            .push(" AND p.kind = 'page'))")
    }

    /// Append the condition that an edition is public: now, or at the instant that the transaction reads as of.
    pub(super) fn public(&mut self, tx: &Tx<'_>, edition: &str) -> &mut Self {
        match &tx.as_of {
            None => self.push(edition).push(".ended_at IS NULL"),
            Some((at, visibility)) => {
                self.push(edition).push(".started_at <= ").at(*at).push(" AND (").push(edition).push(".ended_at IS NULL OR ");
                self.push(edition).push(".ended_at > ").at(*at).push(")");
                if visibility.is_whole() {
                    return self;
                }
                self.push(" AND EXISTS (SELECT 1 FROM articles a WHERE a.id = ").push(edition).push(".article_id AND ");
                sees(self, visibility);
                self.push(" AND ");
                reads(self, visibility, &format!("{edition}.locale"));
                self.push(")")
            }
        }
    }
}
