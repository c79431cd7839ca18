//! Many articles made of a few, inside the database: for tests of scale, and for those who size a machine.
//!
//! Every copy is whole: facts, words in the languages it is given, first revisions, live editions with their listings, addresses, and its
//! entries in the change log. Its headline and its slug end in its number.

use super::{RunQueryDsl, Tx, dialect, sql::Sql};
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

/// Whether there is a copy of a row for each article, or for each of its languages.
#[derive(Clone, Copy)]
enum Each {
    Article,
    Language,
}

impl Plan {
    /// The copies with these numbers and their ids, in tables for as long as they are being made.
    fn prepare(&self, tx: &mut Tx<'_>, (from, to): (i64, i64)) -> Result<(), Error> {
        let either = |place: usize| if place == 0 { "SELECT " } else { " UNION ALL SELECT " };
        let mut sql = Sql::new("CREATE TEMPORARY TABLE templates AS ");
        for (place, id) in self.templates.iter().enumerate() {
            sql.push(&format!("{}{place} AS place, {} AS id", either(place), dialect::uid_text(tx.conn, id.uuid())));
        }
        sql.execute(tx)?;
        let mut sql = Sql::new("CREATE TEMPORARY TABLE languages AS ");
        for (place, locale) in self.locales.iter().enumerate() {
            sql.push(&format!("{}{place} AS language, '{:03}' AS salt, '{locale}' AS locale", either(place), place.saturating_add(1)));
        }
        sql.execute(tx)?;
        let count = self.templates.len();
        let (stem, tail) = dialect::uid_parts(tx.conn, "at", "n");
        let at = dialect::moved(tx.conn, self.since, &format!("(n - {}) * {}", self.first, self.step));
        let id = dialect::uid_of(tx.conn, "stem || '000' || tail");
        Sql::new(&format!(
            "CREATE TEMPORARY TABLE copies AS WITH RECURSIVE counted(n) AS (SELECT CAST({from} AS BIGINT) UNION ALL SELECT n + 1 FROM counted WHERE n + 1 < {to}), \
             dated AS (SELECT n, {at} AS at FROM counted), parted AS (SELECT n, at, {stem} AS stem, {tail} AS tail FROM dated) \
             SELECT n, n % {count} AS place, at, stem, tail, {id} AS article FROM parted"
        ))
        .execute(tx)?;
        let (id, join) = (dialect::uid_of(tx.conn, "c.stem || l.salt || c.tail"), dialect::join_in_order(tx.conn));
        Sql::new(&format!(
            "CREATE TEMPORARY TABLE translated AS SELECT c.n, c.place, c.at, c.article, l.language, {id} AS edition \
             FROM copies c {join}languages l ON l.language = 0 OR (c.n / {count} + l.language) % 3 = 0"
        ))
        .execute(tx)
        .map(drop)
    }
}

/// Write what `select` makes of the copies `n` and of the rows `s` of their templates; how many rows.
///
/// The rows of the templates are put aside first: a statement that reads the table it writes would put aside every copy instead.
fn copy(tx: &mut Tx<'_>, each: Each, into: &str, select: &str, source: &str) -> Result<usize, Error> {
    let (copies, keys, key, and_in) = match each {
        Each::Article => ("copies", "t.place", "place", ""),
        Each::Language => ("translated", "t.place, l.language", "place, language", " AND s.language = n.language"),
    };
    Sql::new(&format!("CREATE TEMPORARY TABLE source AS SELECT {keys}, {source}")).execute(tx)?;
    Sql::new(&dialect::index_of_temporary(tx.conn, "source", key)).execute(tx)?;
    let join = dialect::join_in_order(tx.conn);
    let rows = Sql::new(&format!("INSERT INTO {into} SELECT {select} FROM {copies} n {join}source s ON s.place = n.place{and_in}"));
    let rows = rows.execute(tx)?;
    Sql::new("DROP TABLE source").execute(tx)?;
    Ok(rows)
}

/// The newest hundred stories that are live in a locale and were not taken down, to be copied. Lists show none of what is no news.
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
    sql.text(locale.as_str())
        .push(" AND a.source_locale = e.locale AND a.trashed_at IS NULL AND e.kind <> 'page' ORDER BY a.id DESC LIMIT 100");
    Ok(sql.load::<TemplateRow>(tx)?.into_iter().map(|row| row.id).collect())
}

/// The facts of a copy: into which columns, what, and out of which rows of its template.
const FACTS: [(&str, &str, &str); 4] = [
    (
        "articles (id, kind, genre, section_id, lead, source_locale, version, created_at, updated_at)",
        "n.article, s.kind, s.genre, s.section_id, s.lead, s.source_locale, 1, n.at, n.at",
        "a.* FROM templates t JOIN articles a ON a.id = t.id",
    ),
    (
        "article_tags (article_id, position, tag_id)",
        "n.article, s.position, s.tag_id",
        "x.position, x.tag_id FROM templates t JOIN article_tags x ON x.article_id = t.id",
    ),
    (
        "article_credits (article_id, position, role, author_id)",
        "n.article, s.position, s.role, s.author_id",
        "x.position, x.role, x.author_id FROM templates t JOIN article_credits x ON x.article_id = t.id",
    ),
    (
        "article_revisions (article_id, version, facts, saved_at, note)",
        "n.article, 1, s.facts, n.at, ''",
        "r.facts FROM templates t JOIN articles a ON a.id = t.id JOIN article_revisions r ON r.article_id = t.id AND r.version = a.version",
    ),
];

/// The words of a template.
const WORDS: &str = "FROM templates t CROSS JOIN languages l JOIN translations w ON w.article_id = t.id AND w.locale = l.locale";

/// The live editions of a template.
const LIVE: &str =
    "FROM templates t CROSS JOIN languages l JOIN editions e ON e.article_id = t.id AND e.locale = l.locale AND e.ended_at IS NULL";

/// Make the copies with the numbers from `range.0` up to `range.1`; how many translations were published.
///
/// # Errors
/// [`Error::Taken`] when a number was used before.
pub fn multiply(tx: &mut Tx<'_>, _: &Permit<Import>, plan: &Plan, range: (i64, i64)) -> Result<usize, Error> {
    plan.prepare(tx, range)?;
    for (into, select, source) in FACTS {
        copy(tx, Each::Article, into, select, source)?;
    }
    let renamed = |kept: &str| dialect::with_headline(tx.conn, kept, &format!("({kept} ->> 'headline') || ' (' || n.n || ')'"));
    let (words, content) = (renamed("s.words"), renamed("s.content"));
    let per_locale: [(&str, &str, String); 7] = [
        (
            "translations (article_id, locale, slug, headline, state, version, created_at, updated_at, headline_key)",
            "n.article, s.locale, s.slug || '-' || n.n, s.headline || ' (' || n.n || ')', s.state, 1, n.at, n.at, s.headline_key || ' (' || n.n || ')'",
            format!("w.* {WORDS}"),
        ),
        (
            "translation_revisions (article_id, locale, version, slug, words, made_from, saved_at, note)",
            &format!("n.article, s.locale, 1, s.slug || '-' || n.n, {words}, NULL, n.at, ''"),
            format!(
                "w.locale, w.slug, r.words {WORDS} \
                 JOIN translation_revisions r ON r.article_id = t.id AND r.locale = w.locale AND r.version = w.version"
            ),
        ),
        (
            "editions (id, article_id, locale, kind, genre, section_id, facts, facts_version, slug, content, html, text, words_version, word_count, \
             reading_minutes, published_at, updated_at, started_at, minor, media)",
            &format!(
                "n.edition, n.article, s.locale, s.kind, s.genre, s.section_id, s.facts, 1, s.slug || '-' || n.n, {content}, s.html, s.text, 1, \
                 s.word_count, s.reading_minutes, n.at, n.at, n.at, s.minor, s.media"
            ),
            format!("e.* {LIVE}"),
        ),
        (
            "edition_authors (edition_id, author_id)",
            "n.edition, s.author_id",
            format!("x.author_id {LIVE} JOIN edition_authors x ON x.edition_id = e.id"),
        ),
        ("edition_tags (edition_id, tag_id)", "n.edition, s.tag_id", format!("x.tag_id {LIVE} JOIN edition_tags x ON x.edition_id = e.id")),
        (
            "live_listings (facet, locale, published_at, article_id, updated_at, edition_id)",
            "s.facet, s.locale, n.at, n.article, n.at, n.edition",
            format!("x.facet, x.locale {LIVE} JOIN live_listings x ON x.article_id = e.article_id AND x.edition_id = e.id"),
        ),
        (
            "addresses (locale, slug, kind, target_id)",
            "s.locale, s.slug || '-' || n.n, 'article', n.article",
            format!("a.locale, a.slug {LIVE} JOIN addresses a ON a.locale = e.locale AND a.slug = e.slug"),
        ),
    ];
    let mut published = 0;
    for (into, select, source) in per_locale {
        let rows = copy(tx, Each::Language, into, select, &source)?;
        published = if into.starts_with("editions") { rows } else { published };
    }
    let from = super::changes::take(tx, i64::try_from(published).map_err(Error::internal)?)?;
    let select = format!(
        "{from} + ROW_NUMBER() OVER (ORDER BY n.n, s.language), (SELECT at FROM change_counter), 'public', 'published', 'translation', \
         n.article, s.locale, 'generator', '', '', ''"
    );
    let log = "changes (seq, at, audience, event, kind, subject_id, locale, actor, request_id, origin, reason)";
    copy(tx, Each::Language, log, &select, &format!("l.locale {LIVE}"))?;
    super::queue::derived::derive_copies(tx)?;
    for table in ["templates", "languages", "copies", "translated"] {
        Sql::new(&format!("DROP TABLE {table}")).execute(tx)?;
    }
    Ok(published)
}
