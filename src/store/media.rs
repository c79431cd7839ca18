//! The media library.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use diesel::{
    QueryableByName,
    sql_types::{BigInt, Binary, Bool, Integer, Nullable, Text},
};
use serde_json::json;

use super::{
    RunQueryDsl, Tx, collection_uses,
    dialect::{self, At, Doc, Hold, Json, Uid},
    redirects::things,
    site,
    sql::{Sql, Values},
};
use crate::{
    access::{Granted, Visibility},
    domain::{
        Error, Id, Instant, Locale, Version,
        address::AddressKind,
        article::Article,
        cache_tag::CacheTag,
        captions::Captions,
        change::{Change, Event, Subject},
        facet::Facet,
        file::MediaKind,
        fold::search_key,
        media::{Description, Digest, Licence, Media, MediaId, MediaWords, StoredFile, TakenDown},
        page::{Page, Paging, Sorting},
        site::Masthead,
        user::User,
    },
};

/// Which items are asked for.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Of this kind.
    pub kind: Option<MediaKind>,
    /// With this text in what is said of them.
    pub text: Option<String>,
    /// With this text in their credit.
    pub credit: Option<String>,
    /// Shown by something, or by nothing: a working copy, what is live, or a collection.
    pub used: Option<bool>,
    /// Whose licence is over before this instant.
    pub licence_ends_before: Option<Instant>,
    /// Sent by this user.
    pub uploader: Option<Id<User>>,
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Uid)]
    id: MediaId,
    #[diesel(sql_type = Binary)]
    digest: Vec<u8>,
    #[diesel(sql_type = BigInt)]
    bytes: i64,
    #[diesel(sql_type = Doc)]
    file: Json,
    #[diesel(sql_type = Doc)]
    description: Json,
    #[diesel(sql_type = Doc)]
    words: Json,
    #[diesel(sql_type = Nullable<At>)]
    usable_from: Option<Instant>,
    #[diesel(sql_type = Nullable<At>)]
    usable_until: Option<Instant>,
    #[diesel(sql_type = Doc)]
    licence_locales: Json,
    #[diesel(sql_type = Bool)]
    licence_once: bool,
    #[diesel(sql_type = Nullable<At>)]
    taken_down_at: Option<Instant>,
    #[diesel(sql_type = Nullable<Text>)]
    taken_down_reason: Option<String>,
    #[diesel(sql_type = Doc)]
    captions: Json,
    #[diesel(sql_type = Integer)]
    version: Version,
    #[diesel(sql_type = Nullable<Uid>)]
    created_by: Option<Id<User>>,
    #[diesel(sql_type = At)]
    created_at: Instant,
    #[diesel(sql_type = At)]
    updated_at: Instant,
}

impl TryFrom<Row> for Media {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self, Error> {
        let digest: [u8; 32] = row.digest.try_into().map_err(|_unread| Error::internal("a digest of another length"))?;
        let said: Description = serde_json::from_value(row.description.0).map_err(Error::internal)?;
        let locales: BTreeSet<String> = serde_json::from_value(row.licence_locales.0).map_err(Error::internal)?;
        let words: BTreeMap<String, [String; 2]> = serde_json::from_value(row.words.0).map_err(Error::internal)?;
        let words = words.into_iter().map(|(locale, [alt, caption])| (Locale::stored(locale), MediaWords { alt, caption })).collect();
        let licence = Licence {
            usable_from: row.usable_from,
            usable_until: row.usable_until,
            locales: locales.into_iter().map(Locale::stored).collect(),
            once: row.licence_once,
        };
        Ok(Self {
            id: row.id,
            file: StoredFile {
                digest: digest.into(),
                bytes: u64::try_from(row.bytes).map_err(Error::internal)?,
                facts: serde_json::from_value(row.file.0).map_err(Error::internal)?,
            },
            description: Description { licence, words, ..said },
            taken_down: row.taken_down_at.map(|at| TakenDown { at, reason: row.taken_down_reason.unwrap_or_default() }),
            captions: {
                let kept: BTreeMap<String, String> = serde_json::from_value(row.captions.0).map_err(Error::internal)?;
                kept.into_iter().map(|(locale, version)| (Locale::stored(locale), version)).collect()
            },
            version: row.version,
            created_by: row.created_by,
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
    }
}

/// Words as they are kept: within them no key can be taken for the tag of a locale.
fn pairs(words: &BTreeMap<Locale, MediaWords>) -> BTreeMap<&Locale, [&str; 2]> {
    words.iter().map(|(locale, MediaWords { alt, caption })| (locale, [alt.as_str(), caption.as_str()])).collect()
}

fn select(of: &str) -> Sql {
    Sql::new(&format!(
        "SELECT m.id, m.digest, m.bytes, m.file, m.description, m.words, m.usable_from, m.usable_until, m.licence_locales, m.licence_once, \
         m.taken_down_at, m.taken_down_reason, m.captions, m.version, m.created_by, m.created_at, m.updated_at FROM media m {of}"
    ))
}

fn all(tx: &mut Tx<'_>, sql: Sql) -> Result<Vec<Media>, Error> {
    sql.load::<Row>(tx)?.into_iter().map(Media::try_from).collect()
}

/// One item.
///
/// # Errors
/// [`Error::NotFound`].
pub fn find(tx: &mut Tx<'_>, id: MediaId) -> Result<Media, Error> {
    let mut sql = select("WHERE m.id = ");
    sql.id(id);
    sql.first::<Row>(tx)?.ok_or(Error::NotFound("media item"))?.try_into()
}

/// One item, which nobody changes or removes before this transaction ends; `shared`, others may hold it as well.
///
/// # Errors
/// [`Error::NotFound`].
pub fn held(tx: &mut Tx<'_>, id: MediaId, shared: bool) -> Result<Media, Error> {
    let mut sql = select("WHERE m.id = ");
    sql.id(id).push(dialect::holding(tx.conn, Hold::Waiting, shared));
    sql.first::<Row>(tx)?.ok_or(Error::NotFound("media item"))?.try_into()
}

/// Those of some items that there are, which nobody changes or removes before this transaction ends; in one statement, in none for nothing.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn held_of(tx: &mut Tx<'_>, ids: &BTreeSet<MediaId>) -> Result<HashMap<MediaId, Media>, Error> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let mut sql = select("WHERE m.id IN ");
    sql.ids(ids.iter().copied()).push(" ORDER BY m.id").push(dialect::holding(tx.conn, Hold::Waiting, true));
    Ok(all(tx, sql)?.into_iter().map(|media| (media.id, media)).collect())
}

/// Whether something live shows an item, or is heard in it, or a collection shows it with something live.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn is_live(tx: &mut Tx<'_>, id: MediaId) -> Result<bool, Error> {
    let mut sql = Sql::new("SELECT (SELECT COUNT(*) FROM live_listings WHERE facet = ");
    sql.id(id).push(") + (SELECT COUNT(*) FROM recordings r JOIN editions e ON e.article_id = r.article_id AND e.locale = r.locale ");
    sql.push("AND e.ended_at IS NULL WHERE r.recorded_of = e.spoken AND r.media_id = ").id(id).push(") AS n");
    if sql.count(tx)? > 0 {
        return Ok(true);
    }
    let readers = site::masthead(tx)?.for_readers();
    Ok(!collection_uses::shown_in(tx, &readers, id)?.is_empty())
}

/// How many items say something in a locale, or may be used there alone.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn in_locale(tx: &mut Tx<'_>, locale: &Locale) -> Result<i64, Error> {
    let mut sql = Sql::new("SELECT COUNT(*) AS n FROM media WHERE CAST(words AS TEXT) LIKE ");
    sql.containing(&format!("\"{locale}\":")).push(" OR CAST(licence_locales AS TEXT) LIKE ").containing(&format!("\"{locale}\""));
    sql.push(" OR CAST(captions AS TEXT) LIKE ").containing(&format!("\"{locale}\":"));
    sql.count(tx)
}

/// Let nothing begin to show an item before this transaction ends.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn hold_from_references(tx: &mut Tx<'_>, id: MediaId) -> Result<(), Error> {
    let mut sql = Sql::new("SELECT id FROM media WHERE id = ");
    sql.id(id).push(dialect::holding_from_references(tx.conn));
    sql.execute(tx).map(drop)
}

/// The item whose file has these bytes, if there is one.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn by_digest(tx: &mut Tx<'_>, digest: Digest) -> Result<Option<Media>, Error> {
    let mut sql = select("WHERE m.digest = ");
    sql.bytes(digest.as_bytes());
    sql.first::<Row>(tx)?.map(Media::try_from).transpose()
}

/// Those of some items that there are; in one statement, in none for nothing. What is made of them is another thing when they are.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn of(tx: &mut Tx<'_>, ids: &BTreeSet<MediaId>) -> Result<HashMap<MediaId, Media>, Error> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    ids.iter().for_each(|id| tx.note(CacheTag::thing(id.uuid())));
    let mut sql = select("WHERE m.id IN ");
    sql.ids(ids.iter().copied());
    let found = all(tx, sql)?;
    found.iter().for_each(|media| note_turn(tx, media));
    Ok(found.into_iter().map(|media| (media.id, media)).collect())
}

/// An item that something public shows, as whoever asks for its file is given it: live in a locale that readers are offered, where it may be used.
///
/// # Errors
/// [`Error::NotFound`], also of what nothing public shows; those of [`Media::may_be_given`].
pub fn shown(tx: &mut Tx<'_>, masthead: &Masthead, id: MediaId) -> Result<Media, Error> {
    #[derive(QueryableByName)]
    struct Place {
        #[diesel(sql_type = Text)]
        locale: String,
    }
    tx.note(CacheTag::thing(id.uuid()));
    tx.note(CacheTag::listed(Facet::from(id)));
    let mut sql = Sql::new("SELECT DISTINCT locale FROM live_listings WHERE facet = ");
    sql.id(id);
    let live = sql.load::<Place>(tx)?.into_iter().map(|place| Locale::stored(place.locale));
    let mut offered: Vec<Locale> = live.filter(|locale| masthead.settings(locale).is_some()).collect();
    if offered.is_empty() {
        offered.extend(collection_uses::shown_in(tx, masthead, id)?);
    }
    if offered.is_empty() {
        return Err(Error::NotFound("media item"));
    }
    let media = find(tx, id)?;
    note_turn(tx, &media);
    media.may_be_given(tx.now(), &offered)?;
    Ok(media)
}

/// What is made of an item is another thing when its licence begins, and when it is over.
fn note_turn(tx: &mut Tx<'_>, media: &Media) {
    if let Some(at) = media.description.licence.turns_after(tx.now()) {
        tx.note_until(at);
    }
}

fn narrow(sql: &mut Sql, filter: &Filter) {
    if let Some(kind) = filter.kind {
        sql.push(" AND m.kind = ").text(kind.as_str());
    }
    for (column, text) in [("m.search_key", &filter.text), ("m.credit_key", &filter.credit)] {
        if let Some(text) = text {
            sql.push(&format!(" AND {column} LIKE ")).containing(&search_key(text));
        }
    }
    if let Some(used) = filter.used {
        let not = if used { "" } else { "NOT " };
        sql.push(&format!(
            " AND {not}(EXISTS (SELECT 1 FROM article_media u WHERE u.media_id = m.id) \
             OR EXISTS (SELECT 1 FROM translation_media t WHERE t.media_id = m.id) \
             OR EXISTS (SELECT 1 FROM recordings r WHERE r.media_id = m.id) OR EXISTS (SELECT 1 FROM live_listings l WHERE l.facet = m.id) \
             OR EXISTS (SELECT 1 FROM collection_items i WHERE i.media_id = m.id))"
        ));
    }
    if let Some(instant) = filter.licence_ends_before {
        sql.push(" AND m.usable_until < ").at(instant);
    }
    if let Some(uploader) = filter.uploader {
        sql.push(" AND m.created_by = ").id(uploader);
    }
}

/// A page of the library, last added first.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn page(tx: &mut Tx<'_>, filter: &Filter, paging: Paging) -> Result<Page<Media>, Error> {
    let mut sql = select("WHERE TRUE");
    narrow(&mut sql, filter);
    sql.page(paging, None, "m.id", true);
    let found = all(tx, sql)?;
    let total = if paging.count {
        let mut sql = Sql::new("SELECT COUNT(*) AS n FROM media m WHERE TRUE");
        narrow(&mut sql, filter);
        Some(sql.count(tx)?)
    } else {
        None
    };
    Ok(Page::cut(found, paging, Sorting::Media, total, |m| (0, m.id.uuid())))
}

/// Save: a new item at version 1, others at their next version.
///
/// # Errors
/// [`Error::Stale`] when another save came first.
pub fn save<A>(tx: &mut Tx<'_>, granted: &Granted<A, Media>, event: Event, reason: &str) -> Result<(), Error> {
    let media = granted.get();
    let Media { file, description, .. } = media;
    let Licence { usable_from, usable_until, locales, once } = &description.licence;
    let mut sql = Sql::new(
        "INSERT INTO media (id, digest, bytes, kind, file, description, words, usable_from, usable_until, licence_locales, licence_once, \
         search_key, credit_key, taken_down_at, taken_down_reason, captions, version, created_by, created_at, updated_at)",
    );
    let bytes = i64::try_from(file.bytes).map_err(Error::internal)?;
    sql.values([media], |row, m| {
        row.id(m.id).bytes(file.digest.as_bytes()).int(bytes).text(m.kind().as_str()).doc(json!(file.facts)).doc(json!(description));
        row.doc(json!(pairs(&description.words)))
            .some(*usable_from, Values::at)
            .some(*usable_until, Values::at)
            .doc(json!(locales))
            .bool(*once);
        row.text(&description.search_key(&file.facts)).text(&search_key(&description.credit));
        row.some(m.taken_down.as_ref().map(|t| t.at), Values::at).some(m.taken_down.as_ref(), |row, t| row.text(&t.reason));
        row.doc(json!(m.captions));
        row.int(m.version).some(m.created_by, Values::id).at(m.created_at).at(m.updated_at);
    });
    sql.push(
        " ON CONFLICT (id) DO UPDATE SET digest = excluded.digest, bytes = excluded.bytes, kind = excluded.kind, file = excluded.file, ",
    );
    sql.push("description = excluded.description, words = excluded.words, usable_from = excluded.usable_from, ");
    sql.push("usable_until = excluded.usable_until, licence_locales = excluded.licence_locales, licence_once = excluded.licence_once, ");
    sql.push("search_key = excluded.search_key, credit_key = excluded.credit_key, taken_down_at = excluded.taken_down_at, ");
    sql.push("taken_down_reason = excluded.taken_down_reason, captions = excluded.captions, version = excluded.version, updated_at = excluded.updated_at ");
    sql.push("WHERE media.version = excluded.version - 1");
    if sql.execute(tx)? == 0 {
        return Err(Error::stale("media item", media.version));
    }
    tx.record(Change::new(event, Subject::Media(media.id)).because(reason));
    Ok(())
}

/// The captions of an item in a locale.
///
/// # Errors
/// [`Error::NotFound`].
pub fn captions(tx: &mut Tx<'_>, id: MediaId, locale: &Locale) -> Result<Captions, Error> {
    #[derive(QueryableByName)]
    struct Kept {
        #[diesel(sql_type = Text)]
        vtt: String,
    }
    let mut sql = Sql::new("SELECT vtt FROM media_captions WHERE media_id = ");
    sql.id(id).push(" AND locale = ").text(locale.as_str());
    let kept = sql.first::<Kept>(tx)?.ok_or(Error::NotFound("captions"))?;
    Ok(Captions::kept(kept.vtt))
}

/// Keep the captions of an item in a locale, or none.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn keep_captions<A>(tx: &mut Tx<'_>, granted: &Granted<A, Media>, locale: &Locale, captions: Option<&Captions>) -> Result<(), Error> {
    let id = granted.get().id;
    let mut sql = Sql::new("DELETE FROM media_captions WHERE media_id = ");
    sql.id(id).push(" AND locale = ").text(locale.as_str());
    sql.execute(tx)?;
    let Some(captions) = captions else { return Ok(()) };
    let mut sql = Sql::new("INSERT INTO media_captions (media_id, locale, vtt)");
    sql.values([captions], |row, captions| _ = row.id(id).text(locale.as_str()).text(captions.as_str()));
    sql.execute(tx).map(drop)
}

/// Remove an item that nothing shows.
///
/// # Errors
/// [`Error::Stale`] when it has moved on.
pub fn delete<A>(tx: &mut Tx<'_>, granted: &Granted<A, Media>, expected: Version) -> Result<(), Error> {
    let media = granted.get();
    let mut sql = Sql::new("DELETE FROM media WHERE id = ");
    sql.id(media.id).push(" AND version = ").int(i64::from(expected));
    if sql.execute(tx)? == 0 {
        return Err(Error::stale("media item", media.version));
    }
    tx.record(Change::new(Event::Deleted, Subject::Media(media.id)).because(&media.description.name));
    Ok(())
}

/// An article that shows an item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Use {
    /// Which one.
    pub article_id: Id<Article>,
    /// Whether its working copy does.
    pub working: bool,
    /// The locales in which it is live with it.
    pub live: BTreeSet<Locale>,
}

/// What shows an item, as far as the reader sees it, and how many articles beside that.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn uses(tx: &mut Tx<'_>, visibility: &Visibility, id: MediaId) -> Result<(Vec<Use>, usize), Error> {
    #[derive(QueryableByName)]
    struct UseRow {
        #[diesel(sql_type = Uid)]
        article_id: Id<Article>,
        #[diesel(sql_type = Nullable<Text>)]
        locale: Option<String>,
    }
    let mut sql = Sql::new("SELECT article_id, NULL AS locale FROM article_media WHERE media_id = ");
    sql.id(id).push(" UNION ALL SELECT article_id, NULL FROM translation_media WHERE media_id = ").id(id);
    sql.push(" UNION ALL SELECT article_id, NULL FROM recordings WHERE media_id = ").id(id);
    sql.push(" UNION ALL SELECT article_id, locale FROM live_listings WHERE facet = ").id(id).push(" ORDER BY article_id");
    let mut all: BTreeMap<Id<Article>, Use> = BTreeMap::new();
    for UseRow { article_id, locale } in sql.load::<UseRow>(tx)? {
        let one = all.entry(article_id).or_insert_with(|| Use { article_id, working: false, live: BTreeSet::new() });
        match locale {
            Some(locale) => _ = one.live.insert(Locale::stored(locale)),
            None => one.working = true,
        }
    }
    let count = all.len();
    let asked = all.keys().map(|article| (AddressKind::Article, article.uuid())).collect();
    let seen = things(tx, visibility, &asked)?;
    all.retain(|article, _| seen.contains(&(AddressKind::Article, article.uuid())));
    let shown: Vec<Use> = all.into_values().collect();
    let hidden = count.saturating_sub(shown.len());
    Ok((shown, hidden))
}

/// Whether an article other than this one shows an item.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn shown_elsewhere(tx: &mut Tx<'_>, id: MediaId, article: Id<Article>) -> Result<bool, Error> {
    let mut sql = Sql::new("SELECT COUNT(*) AS n FROM (SELECT article_id FROM article_media WHERE media_id = ");
    sql.id(id)
        .push(" UNION SELECT article_id FROM translation_media WHERE media_id = ")
        .id(id)
        .push(" UNION SELECT article_id FROM live_listings WHERE facet = ")
        .id(id)
        .push(") u WHERE u.article_id <> ")
        .id(article);
    Ok(sql.count(tx)? > 0)
}

/// The pictures that are live in some articles.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn pictures_of(tx: &mut Tx<'_>, articles: &[Id<Article>]) -> Result<Vec<MediaId>, Error> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Uid)]
        id: MediaId,
    }
    if articles.is_empty() {
        return Ok(Vec::new());
    }
    let mut sql = Sql::new("SELECT DISTINCT m.id FROM live_listings l JOIN media m ON m.id = l.facet WHERE m.kind = ");
    sql.text(MediaKind::Image.as_str()).push(" AND l.article_id IN ").ids(articles.iter().copied());
    Ok(sql.load::<Row>(tx)?.into_iter().map(|row| row.id).collect())
}

/// Let nobody else add, replace or remove an item before this transaction ends: of two who add the same bytes, one finds what the other added.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn queue(tx: &mut Tx<'_>) -> Result<(), Error> {
    dialect::queue_for(tx.conn, "media")
}

/// The digests of all files that items have, and those of the sounds that were made of stories.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn digests(tx: &mut Tx<'_>) -> Result<BTreeSet<Digest>, Error> {
    #[derive(QueryableByName)]
    struct DigestRow {
        #[diesel(sql_type = Binary)]
        digest: Vec<u8>,
    }
    let rows = Sql::new("SELECT digest FROM media UNION SELECT digest FROM recordings WHERE digest IS NOT NULL").load::<DigestRow>(tx)?;
    rows.into_iter()
        .map(|row| <[u8; 32]>::try_from(row.digest).map(Digest::from).map_err(|_unread| Error::internal("a digest of another length")))
        .collect()
}
