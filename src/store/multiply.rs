//! Many articles made of a few, inside the database: for tests of scale, and for those who size a machine.
//!
//! Every copy is whole: facts, words in the languages it is given, first revisions, live editions with their listings, addresses, and its
//! entries in the change log. Its headline and its slug end in its number.

use super::{Tx, dialect, sql::Sql};
use crate::{
    access::{Permit, action::Import},
    domain::{Error, Id, Instant, Locale, article::Article},
};

/// What is to be multiplied, and into what.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The articles that are copied, one after the other; each is live in its source locale.
    pub templates: Vec<Id<Article>>,
    /// The locales of the copies: the first of all of them, each other of every third.
    pub locales: Vec<Locale>,
    /// The number of the first copy of all.
    pub first: i64,
    /// When the first copy of all was published.
    pub since: Instant,
    /// Microseconds between the publication of one copy and of the next.
    pub step: i64,
}

impl Plan {
    /// A statement `INSERT INTO … SELECT …` over copies `n`, their templates `t` and, where asked for, their locales `l`.
    fn insert(&self, tx: &Tx<'_>, range: (i64, i64), into: &str, select: &str, from: &str, in_locales: bool) -> Sql {
        let uid = |salt: &str| dialect::made_uid(tx.conn, "n.at", salt, "n.n");
        let mut sql = Sql::new("INSERT INTO ");
        sql.push(into)
            .push(" WITH RECURSIVE counted(n) AS (SELECT ")
            .push(&range.0.to_string())
            .push(" UNION ALL SELECT n + 1 FROM counted WHERE n + 1 < ");
        sql.push(&range.1.to_string()).push("), numbered(n, at) AS (SELECT n, ");
        sql.push(&dialect::moved(tx.conn, self.since, &format!("(n - {}) * {}", self.first, self.step))).push(" FROM counted), ");
        sql.push("templates(place, id) AS (");
        for (place, id) in self.templates.iter().enumerate() {
            sql.push(if place == 0 { "SELECT " } else { " UNION ALL SELECT " })
                .push(&place.to_string())
                .push(", ")
                .push(&dialect::uid_text(tx.conn, id.uuid()));
        }
        sql.push("), languages(place, locale) AS (");
        for (place, locale) in self.locales.iter().enumerate() {
            sql.push(if place == 0 { "SELECT " } else { " UNION ALL SELECT " })
                .push(&place.to_string())
                .push(", '")
                .push(locale.as_str())
                .push("'");
        }
        sql.push(") SELECT ").push(&select.replace("{article}", &uid("0")).replace("{edition}", &uid("l.place + 1")));
        let count = self.templates.len();
        let languages = format!("JOIN languages l ON l.place = 0 OR (n.n / {count} + l.place) % 3 = 0 ");
        let joins =
            format!(" FROM numbered n JOIN templates t ON t.place = n.n % {count} {}{from}", if in_locales { &languages } else { "" });
        sql.push(&joins.replace("JOIN ", dialect::join_in_order(tx.conn)));
        sql
    }
}

/// At most a hundred articles that are live in a locale and were not taken down, to be copied.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn templates(tx: &mut Tx<'_>, _: &Permit<Import>, locale: &Locale) -> Result<Vec<Id<Article>>, Error> {
    #[derive(diesel::QueryableByName)]
    struct TemplateRow {
        #[diesel(sql_type = dialect::Uid)]
        id: Id<Article>,
    }
    let mut sql = Sql::new("SELECT a.id FROM articles a JOIN editions e ON e.article_id = a.id WHERE e.ended_at IS NULL AND e.locale = ");
    sql.text(locale.as_str()).push(" AND a.source_locale = e.locale AND a.trashed_at IS NULL ORDER BY a.id LIMIT 100");
    Ok(sql.load::<TemplateRow>(tx)?.into_iter().map(|row| row.id).collect())
}

/// Make the copies with the numbers from `range.0` up to `range.1`; how many translations were published.
///
/// # Errors
/// [`Error::Taken`] when a number was used before.
pub fn multiply(tx: &mut Tx<'_>, _: &Permit<Import>, plan: &Plan, range: (i64, i64)) -> Result<usize, Error> {
    const WORDS: &str = "JOIN translations w ON w.article_id = t.id AND w.locale = l.locale";
    const LIVE: &str = "JOIN editions e ON e.article_id = t.id AND e.locale = l.locale AND e.ended_at IS NULL";
    let headline = dialect::with_headline(tx.conn, "r.words", "w.headline || ' (' || n.n || ')'");
    let per_article = [
        (
            "articles (id, kind, genre, section_id, lead, source_locale, version, created_at, updated_at)",
            "{article}, a.kind, a.genre, a.section_id, a.lead, a.source_locale, 1, n.at, n.at",
            "JOIN articles a ON a.id = t.id",
        ),
        ("article_tags (article_id, position, tag_id)", "{article}, x.position, x.tag_id", "JOIN article_tags x ON x.article_id = t.id"),
        (
            "article_credits (article_id, position, role, author_id)",
            "{article}, x.position, x.role, x.author_id",
            "JOIN article_credits x ON x.article_id = t.id",
        ),
        (
            "article_revisions (article_id, version, facts, saved_at, note)",
            "{article}, 1, r.facts, n.at, ''",
            "JOIN articles a ON a.id = t.id JOIN article_revisions r ON r.article_id = t.id AND r.version = a.version",
        ),
    ];
    for (into, select, from) in per_article {
        plan.insert(tx, range, into, select, from, false).execute(tx)?;
    }
    let revision = format!("{{article}}, w.locale, 1, w.slug || '-' || n.n, {headline}, NULL, n.at, ''");
    let revisions =
        format!("{WORDS} JOIN translation_revisions r ON r.article_id = t.id AND r.locale = w.locale AND r.version = w.version");
    let listings = format!("{LIVE} JOIN live_listings x ON x.edition_id = e.id");
    let authors = format!("{LIVE} JOIN edition_authors x ON x.edition_id = e.id");
    let tags = format!("{LIVE} JOIN edition_tags x ON x.edition_id = e.id");
    let per_translation: [(&str, &str, &str); 7] = [
        (
            "translations (article_id, locale, slug, headline, summary, body, lead_alt, lead_caption, seo_title, seo_description, state, version, created_at, updated_at)",
            "{article}, w.locale, w.slug || '-' || n.n, w.headline || ' (' || n.n || ')', w.summary, w.body, w.lead_alt, w.lead_caption, w.seo_title, \
             w.seo_description, w.state, 1, n.at, n.at",
            WORDS,
        ),
        ("translation_revisions (article_id, locale, version, slug, words, made_from, saved_at, note)", &revision, &revisions),
        (
            "editions (id, article_id, locale, kind, genre, section_id, facts, facts_version, slug, headline, summary, lead_alt, lead_caption, seo_title, \
          seo_description, body, html, text, words_version, word_count, reading_minutes, published_at, updated_at, started_at, minor)",
            "{edition}, {article}, e.locale, e.kind, e.genre, e.section_id, e.facts, 1, e.slug || '-' || n.n, e.headline || ' (' || n.n || ')', e.summary, \
             e.lead_alt, e.lead_caption, e.seo_title, e.seo_description, e.body, e.html, e.text, 1, e.word_count, e.reading_minutes, n.at, n.at, n.at, e.minor",
            LIVE,
        ),
        ("edition_authors (author_id, edition_id)", "x.author_id, {edition}", &authors),
        ("edition_tags (tag_id, edition_id)", "x.tag_id, {edition}", &tags),
        (
            "live_listings (facet, locale, published_at, article_id, updated_at, edition_id)",
            "x.facet, x.locale, n.at, {article}, n.at, {edition}",
            &listings,
        ),
        (
            "addresses (locale, slug, kind, target_id, public)",
            "e.locale, e.slug || '-' || n.n, 'article', {article}, a.public",
            "JOIN editions e ON e.article_id = t.id AND e.locale = l.locale AND e.ended_at IS NULL \
             JOIN addresses a ON a.locale = e.locale AND a.slug = e.slug",
        ),
    ];
    let mut published = 0;
    for (into, select, from) in per_translation {
        let rows = plan.insert(tx, range, into, select, from, true).execute(tx)?;
        published = if into.starts_with("editions") { rows } else { published };
    }
    let from = super::changes::take(tx, i64::try_from(published).map_err(Error::internal)?)?;
    let select = format!(
        "{from} + ROW_NUMBER() OVER (ORDER BY n.n, l.place), (SELECT at FROM change_counter), 'public', 'published', 'translation', {{article}}, l.locale, 'generator', '', '', ''"
    );
    let log = "changes (seq, at, audience, event, kind, subject_id, locale, actor, request_id, origin, reason)";
    plan.insert(tx, range, log, &select, LIVE, true).execute(tx)?;
    Ok(published)
}
