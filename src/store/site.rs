//! The site and its locales.

use std::sync::Arc;

use diesel::{
    QueryableByName,
    prelude::*,
    sql_types::{BigInt, Bool, Integer, Nullable, Text},
};
use serde_json::json;

use super::{
    Bind, RunQueryDsl, Tx,
    dialect::{self, At, Doc, Json, Unread},
    reference_data::ReferenceData,
    schema::site,
    sql::Sql,
};
use crate::{
    access::{Granted, scope::Whole},
    domain::{
        Error, Instant, Locale,
        cache_tag::CacheTag,
        change::{Change, Event, Subject},
        locale::{Direction, LocaleSettings},
        path::UrlPattern,
        recency::Recency,
        site::{DeskReading, Masthead, Site},
    },
};

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Text)]
    site_name: String,
    #[diesel(sql_type = Text)]
    url: String,
    #[diesel(sql_type = Text)]
    default_locale: String,
    #[diesel(sql_type = Text)]
    time_zone: String,
    #[diesel(sql_type = Text)]
    url_pattern: String,
    #[diesel(sql_type = Doc)]
    former_url_patterns: Unread,
    #[diesel(sql_type = Text)]
    review: String,
    #[diesel(sql_type = Text)]
    desk_reading: String,
    #[diesel(sql_type = Doc)]
    credit_labels: Unread,
    #[diesel(sql_type = Text)]
    authors_public: String,
    #[diesel(sql_type = Text)]
    retired_locales: String,
    #[diesel(sql_type = Nullable<Text>)]
    preview_url: Option<String>,
    #[diesel(sql_type = Doc)]
    renditions: Unread,
    #[diesel(sql_type = Bool)]
    unique_on_page: bool,
    #[diesel(sql_type = Integer)]
    recency_percent: i32,
    #[diesel(sql_type = Integer)]
    half_life_days: i32,
    #[diesel(sql_type = Bool)]
    has_collections: bool,
    #[diesel(sql_type = Integer)]
    site_version: i32,
    #[diesel(sql_type = At)]
    updated_at: Instant,
    #[diesel(sql_type = Text)]
    locale: String,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    direction: String,
    #[diesel(sql_type = Doc)]
    fallback: Unread,
    #[diesel(sql_type = Integer)]
    words_per_minute: i32,
    #[diesel(sql_type = Integer)]
    position: i32,
    #[diesel(sql_type = Text)]
    state: String,
    #[diesel(sql_type = Doc)]
    former_tags: Unread,
    #[diesel(sql_type = Nullable<Doc>)]
    voice: Option<Unread>,
    #[diesel(sql_type = Integer)]
    locale_version: i32,
    #[diesel(sql_type = BigInt)]
    seq: i64,
}

/// The site with its locales, and the change that all is read at, in one statement; in none when this transaction or this snapshot has it.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn masthead(tx: &mut Tx<'_>) -> Result<Arc<Masthead>, Error> {
    tx.note(CacheTag::Site);
    let (masthead, seq) = match (tx.masthead.clone(), reference_data(tx)?) {
        (Some(known), _) => known,
        (None, Some((shared, seq))) => (shared.masthead.clone(), seq),
        (None, None) => {
            let (masthead, seq) = read(tx)?;
            (Arc::new(masthead), seq)
        }
    };
    tx.note_seq(seq);
    tx.masthead = Some((masthead.clone(), seq));
    Ok(masthead)
}

/// Nothing, when the site has these locales, by which a list is asked for: one that it does not have is a mistake, and no reason for an empty list.
///
/// # Errors
/// [`Error::Invalid`] at `?locale`.
pub fn know<'a>(tx: &mut Tx<'_>, asked: impl IntoIterator<Item = &'a Locale>) -> Result<(), Error> {
    let mut asked = asked.into_iter().peekable();
    if asked.peek().is_none() {
        return Ok(());
    }
    let masthead = masthead(tx)?;
    if asked.any(|locale| masthead.settings(locale).is_none()) {
        return Err(Error::invalid("?locale", "unknown_locale", "not a locale of this site"));
    }
    Ok(())
}

/// The site as readers may know it, with the locales that are public.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn for_readers(tx: &mut Tx<'_>) -> Result<Arc<Masthead>, Error> {
    let masthead = masthead(tx)?;
    // A desk that asks what was public knows of all.
    Ok(if tx.as_of.is_some() { masthead } else { masthead.for_readers() })
}

/// The reference data that a transaction sees, with the last change before it; nothing where it has no part in those of readers.
pub(super) fn reference_data(tx: &mut Tx<'_>) -> Result<Option<(Arc<ReferenceData>, i64)>, Error> {
    let Some(of_snapshot) = tx.reference_data else { return Ok(None) };
    if let Some(own) = of_snapshot.own.get() {
        return Ok(Some(own.clone()));
    }
    let mut own = None;
    if let Some(newest) = of_snapshot.newest.get() {
        own = last_change(tx, &newest)?.map(|seq| (newest, seq));
    }
    let own = if let Some(own) = own {
        own
    } else {
        let (masthead, seq) = read(tx)?;
        let data = Arc::new(ReferenceData::new(masthead, seq));
        of_snapshot.newest.put(&data);
        (data, seq)
    };
    let _ = of_snapshot.own.set(own.clone());
    Ok(Some(own))
}

/// The last change that a transaction sees, when it sees this very data.
fn last_change(tx: &mut Tx<'_>, data: &ReferenceData) -> Result<Option<i64>, Error> {
    #[derive(QueryableByName)]
    struct LastRow {
        #[diesel(sql_type = BigInt)]
        seq: i64,
        #[diesel(sql_type = BigInt)]
        changed: i64,
    }
    let unknown = data.unknown();
    let mut sql = Sql::new("SELECT c.seq, (SELECT COUNT(*) FROM changes WHERE seq > ");
    sql.int(unknown.0).push(" AND seq <= ").int(unknown.1);
    sql.push(" AND kind IN ('site', 'locale', 'section', 'author', 'tag', 'menu', 'collection')) AS changed FROM change_counter c");
    let row: LastRow = sql.first(tx)?.ok_or_else(|| Error::internal("the change counter is missing"))?;
    Ok(data.holds_at(row.seq, unknown, row.changed).then_some(row.seq))
}

fn read(tx: &mut Tx<'_>) -> Result<(Masthead, i64), Error> {
    let rows: Vec<Row> = Sql::new(
        "SELECT s.name AS site_name, s.url, s.default_locale, s.time_zone, s.url_pattern, s.former_url_patterns, s.review, s.desk_reading, s.credit_labels, s.authors_public, s.retired_locales, s.preview_url, s.renditions, s.unique_on_page, s.recency_percent, s.half_life_days, EXISTS (SELECT 1 FROM collections WHERE slug >= '') AS has_collections, \
         s.version AS site_version, s.updated_at, l.locale, l.name, l.direction, l.fallback, l.words_per_minute, l.position, l.state, l.former_tags, l.voice, \
         l.version AS locale_version, (SELECT seq FROM change_counter) AS seq FROM site s CROSS JOIN locales l ORDER BY l.position, l.locale",
    )
    .load(tx)?;
    let mut site = None;
    let mut locales = Vec::new();
    let (mut seq, mut has_collections) = (0, false);
    for row in rows {
        (seq, has_collections) = (row.seq, row.has_collections);
        locales.push(LocaleSettings {
            locale: Locale::stored(row.locale),
            name: row.name,
            direction: if row.direction == "rtl" { Direction::Rtl } else { Direction::Ltr },
            fallback: row.fallback.read()?,
            words_per_minute: row.words_per_minute,
            position: row.position,
            state: row.state.parse()?,
            former_tags: row.former_tags.read()?,
            voice: row.voice.map(|voice| voice.read()).transpose()?,
            version: row.locale_version,
        });
        if site.is_some() {
            continue;
        }
        site = Some(Site {
            name: row.site_name,
            url: row.url,
            default_locale: Locale::stored(row.default_locale),
            time_zone: row.time_zone,
            url_pattern: UrlPattern::stored(row.url_pattern),
            former_url_patterns: row.former_url_patterns.read::<Vec<_>>()?.into_iter().map(UrlPattern::stored).collect(),
            review: row.review.parse()?,
            desk_reading: row.desk_reading.parse()?,
            credit_labels: row.credit_labels.read()?,
            authors_public: row.authors_public.parse()?,
            retired_locales: row.retired_locales.parse()?,
            preview_url: row.preview_url,
            renditions: row.renditions.read()?,
            unique_on_page: row.unique_on_page,
            search: Recency { percent: row.recency_percent, half_life_days: row.half_life_days },
            version: row.site_version,
            updated_at: row.updated_at,
        });
    }
    let site = site.ok_or_else(|| Error::internal("the database holds no site"))?;
    Ok((Masthead::new(site, locales).with_collections(has_collections), seq))
}

/// Let nobody else change the site or its locales before this transaction ends: what each may say is a matter of the others, and under which
/// names authors and tags are sorted is a matter of both.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn queue(tx: &mut Tx<'_>) -> Result<(), Error> {
    dialect::queue_for(tx.conn, "the site and its locales")
}

/// What grants within limits read.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn desk_reading(tx: &mut Tx<'_>) -> Result<DeskReading, Error> {
    site::table.select(site::desk_reading).get_result::<String>(tx)?.parse()
}

/// Give the site of a new database its address.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn begin(tx: &mut Tx<'_>, url: &str) -> Result<(), Error> {
    diesel::update(site::table.filter(site::version.eq(1))).set(site::url.eq(url)).execute(tx).map(drop)
}

/// Save the next version of the site.
///
/// # Errors
/// [`Error::Stale`] when another save came first.
pub fn save<A>(tx: &mut Tx<'_>, granted: &Granted<A, Whole<Site>>) -> Result<(), Error> {
    let Whole(s) = granted.get();
    let rows = diesel::update(site::table.filter(site::version.eq(s.version.saturating_sub(1))))
        .set((
            site::name.eq(&s.name),
            site::url.eq(&s.url),
            site::default_locale.eq(s.default_locale.as_str()),
            site::time_zone.eq(&s.time_zone),
            site::url_pattern.eq(s.url_pattern.as_str()),
            site::former_url_patterns.eq(Json(s.former_url_patterns.iter().map(UrlPattern::as_str).collect())),
            site::review.eq(s.review.as_str()),
            site::desk_reading.eq(s.desk_reading.as_str()),
            site::credit_labels.eq(Json(json!(s.credit_labels))),
            site::authors_public.eq(s.authors_public.as_str()),
            site::retired_locales.eq(s.retired_locales.as_str()),
            site::preview_url.eq(s.preview_url.as_deref()),
            site::renditions.eq(Json(json!(s.renditions))),
            site::unique_on_page.eq(s.unique_on_page),
            site::recency_percent.eq(s.search.percent),
            site::half_life_days.eq(s.search.half_life_days),
            site::version.eq(s.version),
            site::updated_at.eq(Bind(s.updated_at)),
        ))
        .execute(tx)?;
    if rows == 0 {
        return Err(Error::stale("site", s.version));
    }
    tx.record(Change::new(Event::Revised, Subject::Site));
    Ok(())
}
