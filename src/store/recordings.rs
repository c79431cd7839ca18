//! What can be heard of stories, and how far it is.
//!
//! **Context.** Sound takes long to make, any number of instances could make it, and each may die meanwhile. **Decision.** One row for the words of an article in a
//! locale says what is to be made; an instance claims it for a while, and what it brings back is taken only while the claim is its own. Readers are told of a sound
//! by the sum of the words that it was made of ([`super::editions`]), whatever its row says beside that. **Consequence.** Each sound is made once; the claim of who
//! died lapses; who comes back late has made it for nothing. A file that no row names any more is in `dropped_files` from the same commit on, until it is removed.

use diesel::{
    QueryableByName,
    sql_types::{Binary, Integer, Nullable, Text},
};
use serde_json::json;

use super::{
    RunQueryDsl, Tx,
    dialect::{At, Doc, Uid, Unread},
    sql::Sql,
};
use crate::{
    access::Granted,
    domain::{
        Error, Id, Instant, Locale, Version,
        article::Article,
        change::{Change, Event, Subject},
        media::{Digest, MediaId},
        speech::{Sound, SoundState},
        translation::Slot,
        user::User,
    },
};

/// How often making a sound is tried before it is given up.
pub const ATTEMPTS: i32 = 5;
/// Seconds before it is tried for the second time; twice as many before each time after.
const FIRST_WAIT: i64 = 15;
/// Characters of a reason that are kept.
const REASON: usize = 300;

/// What is to be heard of the words of an article in a locale.
#[derive(Debug, Clone, Default)]
pub struct Recording {
    /// How far the sound of a program is; nothing where none was ever to be made.
    pub state: Option<SoundState>,
    /// Why it could not be made when that was last tried; empty, where it could.
    pub failure: String,
    /// How often it was tried in vain.
    pub attempts: i32,
    /// The sum of the words that the sound was made of.
    pub spoken: Option<Digest>,
    /// What the script and the voice came to that it was made of.
    pub script: Option<Digest>,
    /// The sound.
    pub sound: Option<Sound>,
    /// In which somebody speaks the words.
    pub recorded: Option<Recorded>,
    /// Its version; 0 where there is nothing yet.
    pub version: Version,
}

/// A recording of somebody who speaks the words.
#[derive(Debug, Clone)]
pub struct Recorded {
    /// The item of the library.
    pub media_id: MediaId,
    /// The sum of the words that are spoken in it.
    pub of: Digest,
    /// Who said so.
    pub by: Option<Id<User>>,
    /// When.
    pub at: Instant,
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Text)]
    state: String,
    #[diesel(sql_type = Text)]
    failure: String,
    #[diesel(sql_type = Integer)]
    attempts: i32,
    #[diesel(sql_type = Nullable<Binary>)]
    spoken: Option<Vec<u8>>,
    #[diesel(sql_type = Nullable<Binary>)]
    script: Option<Vec<u8>>,
    #[diesel(sql_type = Nullable<Doc>)]
    sound: Option<Unread>,
    #[diesel(sql_type = Nullable<Uid>)]
    media_id: Option<MediaId>,
    #[diesel(sql_type = Nullable<Binary>)]
    recorded_of: Option<Vec<u8>>,
    #[diesel(sql_type = Nullable<Uid>)]
    recorded_by: Option<Id<User>>,
    #[diesel(sql_type = Nullable<At>)]
    recorded_at: Option<Instant>,
    #[diesel(sql_type = Integer)]
    version: Version,
}

fn digest(bytes: Vec<u8>) -> Result<Digest, Error> {
    <[u8; 32]>::try_from(bytes).map(Digest::from).map_err(|_unread| Error::internal("a digest of another length"))
}

const NONE: &str = "none";

impl TryFrom<Row> for Recording {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self, Error> {
        let of = row.recorded_of.map(digest).transpose()?;
        let recorded = match (row.media_id, of, row.recorded_at) {
            (Some(media_id), Some(of), Some(at)) => Some(Recorded { media_id, of, by: row.recorded_by, at }),
            _ => None,
        };
        Ok(Self {
            state: if row.state == NONE { None } else { Some(row.state.parse()?) },
            failure: row.failure,
            attempts: row.attempts,
            spoken: row.spoken.map(digest).transpose()?,
            script: row.script.map(digest).transpose()?,
            sound: row.sound.map(|sound| sound.read()).transpose()?,
            recorded,
            version: row.version,
        })
    }
}

/// What is to be heard of the words of an article in a locale.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn find(tx: &mut Tx<'_>, article: Id<Article>, locale: &Locale) -> Result<Recording, Error> {
    let mut sql =
        Sql::new("SELECT state, failure, attempts, spoken, script, sound, media_id, recorded_of, recorded_by, recorded_at, version ");
    sql.push("FROM recordings");
    at(&mut sql, article, locale);
    sql.first::<Row>(tx)?.map_or_else(|| Ok(Recording::default()), Recording::try_from)
}

fn at(sql: &mut Sql, article: Id<Article>, locale: &Locale) {
    sql.push(" WHERE article_id = ").id(article).push(" AND locale = ").text(locale.as_str());
}

/// The sum of the words that are live of an article in a locale; nothing where none are. Of an edition from before it was summed up it is what is handed in.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn live_sum(tx: &mut Tx<'_>, article: Id<Article>, locale: &Locale) -> Result<Option<Option<Digest>>, Error> {
    #[derive(QueryableByName)]
    struct SumRow {
        #[diesel(sql_type = Nullable<Binary>)]
        spoken: Option<Vec<u8>>,
    }
    let mut sql = Sql::new("SELECT spoken FROM editions");
    at(&mut sql, article, locale);
    sql.push(" AND ended_at IS NULL");
    sql.first::<SumRow>(tx)?.map(|row| row.spoken.map(digest).transpose()).transpose()
}

/// Keep what the words of an edition from before come to.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn sum_up(tx: &mut Tx<'_>, article: Id<Article>, locale: &Locale, sum: Digest) -> Result<(), Error> {
    let mut sql = Sql::new("UPDATE editions SET spoken = ");
    sql.bytes(sum.as_bytes());
    at(&mut sql, article, locale);
    sql.push(" AND ended_at IS NULL AND spoken IS NULL");
    sql.execute(tx).map(drop)
}

/// The words of an article in a locale.
pub type Place = (Id<Article>, Locale);

#[derive(QueryableByName)]
struct PlaceRow {
    #[diesel(sql_type = Uid)]
    article_id: Id<Article>,
    #[diesel(sql_type = Text)]
    locale: String,
}

fn places(tx: &mut Tx<'_>, sql: Sql) -> Result<Vec<Place>, Error> {
    Ok(sql.load::<PlaceRow>(tx)?.into_iter().map(|row| (row.article_id, Locale::stored(row.locale))).collect())
}

/// What is live in locales with a voice and has no sound of its own, nor one that is on its way or has failed; of some articles or of all, the last published
/// first, and at most so many.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn missing(tx: &mut Tx<'_>, voiced: &[Locale], articles: Option<&[Id<Article>]>, limit: i64) -> Result<Vec<Place>, Error> {
    if voiced.is_empty() || articles.is_some_and(<[_]>::is_empty) {
        return Ok(Vec::new());
    }
    let mut sql = Sql::new(
        "SELECT e.article_id, e.locale FROM editions e LEFT JOIN recordings r ON r.article_id = e.article_id AND r.locale = e.locale \
         WHERE e.ended_at IS NULL AND e.locale IN ",
    );
    sql.locales(voiced);
    if let Some(articles) = articles {
        sql.push(" AND e.article_id IN ").ids(articles.iter().copied());
    }
    sql.push(
        " AND (r.article_id IS NULL OR r.state = 'none' OR (r.state <> 'pending' AND (r.wanted IS NULL OR e.spoken IS NULL OR r.wanted <> e.spoken))) \
         AND (r.recorded_of IS NULL OR e.spoken IS NULL OR r.recorded_of <> e.spoken) ORDER BY e.started_at DESC LIMIT ",
    );
    sql.int(limit);
    places(tx, sql)
}

/// Note that sound is to be made of what is live of these. Others may note the same, and be at it already.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn note(tx: &mut Tx<'_>, noted: &[Place]) -> Result<(), Error> {
    asked(tx, noted, "recordings.state <> 'pending'")
}

/// Have sound made of what is live, as soon as anybody can, unless somebody is at it.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn ask(tx: &mut Tx<'_>, place: Place) -> Result<(), Error> {
    asked(tx, &[place], "recordings.held_until IS NULL OR recordings.held_until <= excluded.next_at")
}

fn asked(tx: &mut Tx<'_>, asked: &[Place], unless: &str) -> Result<(), Error> {
    if asked.is_empty() {
        return Ok(());
    }
    let now = tx.now();
    let mut sql = Sql::new("INSERT INTO recordings (article_id, locale, state, failure, attempts, next_at, version, updated_at)");
    sql.values(asked, |row, (article, locale)| {
        row.id(*article).text(locale.as_str()).text(SoundState::Pending.as_str()).text("").int(0).at(now).int(1).at(now);
    });
    sql.push(
        " ON CONFLICT (article_id, locale) DO UPDATE SET state = excluded.state, failure = '', attempts = 0, next_at = excluded.next_at, holder = NULL, \
         held_until = NULL, version = recordings.version + 1, updated_at = excluded.updated_at WHERE ",
    );
    sql.push(unless);
    sql.execute(tx).map(drop)
}

/// The claim of one instance to a sound that is to be made.
#[derive(Debug, Clone)]
pub struct Claim {
    /// Of which words.
    pub place: Place,
    holder: Id<Claim>,
}

fn is_due(sql: &mut Sql, now: Instant) {
    sql.push(" state = 'pending' AND next_at <= ").at(now).push(" AND (held_until IS NULL OR held_until <= ").at(now).push(")");
}

/// What is to be made now, and nobody is at; those first that were noted last: what was just published is news.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn due(tx: &mut Tx<'_>, limit: i64) -> Result<Vec<Place>, Error> {
    let mut sql = Sql::new("SELECT article_id, locale FROM recordings WHERE");
    is_due(&mut sql, tx.now());
    sql.push(" ORDER BY next_at DESC, article_id LIMIT ").int(limit);
    places(tx, sql)
}

/// Take it upon this process to make a sound, until an instant; nothing when another has.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn claim(tx: &mut Tx<'_>, place: Place, until: Instant) -> Result<Option<Claim>, Error> {
    let (now, holder) = (tx.now(), tx.new_id::<Claim>());
    let mut sql = Sql::new("UPDATE recordings SET held_until = ");
    sql.at(until).push(", holder = ").id(holder);
    at(&mut sql, place.0, &place.1);
    sql.push(" AND");
    is_due(&mut sql, now);
    Ok((sql.execute(tx)? > 0).then_some(Claim { place, holder }))
}

/// What came of a claim, and how it is left.
fn settle(tx: &mut Tx<'_>, claim: &Claim, set: impl FnOnce(&mut Sql)) -> Result<bool, Error> {
    let now = tx.now();
    let mut sql = Sql::new("UPDATE recordings SET holder = NULL, held_until = NULL, version = version + 1, updated_at = ");
    sql.at(now);
    set(&mut sql);
    at(&mut sql, claim.place.0, &claim.place.1);
    sql.push(" AND holder = ").id(claim.holder);
    Ok(sql.execute(tx)? > 0)
}

/// What sound was made of.
#[derive(Debug, Clone, Copy)]
pub struct Made {
    /// The sum of the words.
    pub spoken: Digest,
    /// What the script and the voice come to.
    pub script: Digest,
}

/// A sound is there, or the one that was there is that of these words as well; its file, where it has another one than before, is in the store. False when the claim
/// has gone to another: the file is dropped then.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn made(tx: &mut Tx<'_>, claim: &Claim, made: Made, sound: Option<&Sound>) -> Result<bool, Error> {
    let (article, locale) = &claim.place;
    let before = find(tx, *article, locale)?;
    // Other words that were published meanwhile are to be spoken next.
    let others = live_sum(tx, *article, locale)?.flatten().is_some_and(|sum| sum != made.spoken);
    let state = if others { SoundState::Pending } else { SoundState::Ready };
    let is_kept = settle(tx, claim, |sql| {
        sql.push(", state = ").text(state.as_str()).push(", failure = '', attempts = 0, wanted = ").bytes(made.spoken.as_bytes());
        sql.push(", spoken = ").bytes(made.spoken.as_bytes()).push(", script = ").bytes(made.script.as_bytes());
        if let Some(sound) = sound {
            sql.push(", sound = ").doc(json!(sound));
        }
    })?;
    let is_other = |other: &Sound| sound.is_some_and(|sound| sound.digest != other.digest);
    if let Some(sound) = sound.filter(|_| is_kept) {
        let mut sql = Sql::new("UPDATE recordings SET digest = ");
        sql.bytes(sound.digest.parse::<Digest>()?.as_bytes());
        at(&mut sql, *article, locale);
        sql.execute(tx)?;
        if let Some(before) = before.sound.filter(is_other) {
            drop_file(tx, before.digest.parse()?)?;
        }
    }
    if is_kept {
        tx.record_of_nobody(Change::new(Event::Voiced, Subject::Translation(*article, locale.clone())), "");
    } else if let Some(sound) = sound {
        drop_file(tx, sound.digest.parse()?)?;
    }
    Ok(is_kept)
}

/// A sound could not be made: it is tried again, later each time, until it is given up. Whether it was given up.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn failed(tx: &mut Tx<'_>, claim: &Claim, wanted: Option<Digest>, why: &str, for_good: bool) -> Result<bool, Error> {
    let (article, locale) = &claim.place;
    let tried = find(tx, *article, locale)?.attempts.saturating_add(1);
    // Other words that were published meanwhile may be spoken all the same.
    let others = wanted.is_some() && live_sum(tx, *article, locale)?.flatten().is_some_and(|sum| Some(sum) != wanted);
    let given_up = (for_good || tried >= ATTEMPTS) && !others;
    let attempts = if others { 0 } else { tried };
    let state = if given_up { SoundState::Failed } else { SoundState::Pending };
    let wait = FIRST_WAIT.saturating_mul(1i64.checked_shl(u32::try_from(tried.saturating_sub(1)).unwrap_or(0)).unwrap_or(1));
    let next_at = tx.now().plus_seconds(wait);
    let why: String = why.chars().take(REASON).collect();
    let is_kept = settle(tx, claim, |sql| {
        sql.push(", state = ").text(state.as_str()).push(", failure = ").text(&why).push(", attempts = ").int(attempts.into());
        sql.push(", next_at = ").at(next_at);
        if let Some(wanted) = wanted {
            sql.push(", wanted = ").bytes(wanted.as_bytes());
        }
    })?;
    if is_kept && given_up {
        tx.record_of_nobody(Change::new(Event::Failed, Subject::Translation(*article, locale.clone())).because(&why), "");
    }
    Ok(given_up)
}

/// Nothing is to be made: nothing is live any more, or it has no voice.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn let_be(tx: &mut Tx<'_>, claim: &Claim) -> Result<(), Error> {
    settle(tx, claim, |sql| _ = sql.push(", state = CASE WHEN sound IS NULL THEN 'none' ELSE 'ready' END, failure = '', attempts = 0"))
        .map(drop)
}

/// Somebody speaks the words in an item of the library, or nobody does any more.
///
/// # Errors
/// [`Error::Stale`] when it has moved on.
pub fn record<A>(tx: &mut Tx<'_>, granted: &Granted<A, Slot>, recorded: Option<(MediaId, Digest)>, expected: Version) -> Result<(), Error> {
    let Slot { article, locale } = granted.get();
    let (now, by) = (tx.now(), granted.caller().user_id());
    if expected == 0 {
        let mut sql =
            Sql::new("INSERT INTO recordings (article_id, locale, state, failure, attempts, next_at, version, updated_at) VALUES (");
        sql.id(article.id).push(", ").text(locale.as_str()).push(", 'none', '', 0, ").at(now).push(", 0, ").at(now);
        sql.push(") ON CONFLICT (article_id, locale) DO NOTHING");
        sql.execute(tx)?;
    }
    let mut sql = Sql::new("UPDATE recordings SET version = version + 1, updated_at = ");
    sql.at(now);
    match recorded {
        Some((media_id, of)) => {
            sql.push(", media_id = ").id(media_id).push(", recorded_of = ").bytes(of.as_bytes()).push(", recorded_at = ").at(now);
            sql.push(", recorded_by = ");
            match by {
                Some(by) => _ = sql.id(by),
                None => _ = sql.push("NULL"),
            }
        }
        None => _ = sql.push(", media_id = NULL, recorded_of = NULL, recorded_by = NULL, recorded_at = NULL"),
    }
    at(&mut sql, article.id, locale);
    sql.push(" AND version = ").int(expected.into());
    if sql.execute(tx)? == 0 {
        let version = find(tx, article.id, locale)?.version;
        return Err(Error::stale("audio", version));
    }
    // What is not live is nobody's to hear of but the desk's.
    let event = if live_sum(tx, article.id, locale)?.is_some() { Event::Voiced } else { Event::Revised };
    tx.record(Change::new(event, Subject::Translation(article.id, locale.clone())));
    Ok(())
}

/// Forget what was to be heard of words that are removed or erased; its files go.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn erase(tx: &mut Tx<'_>, article: Id<Article>) -> Result<(), Error> {
    forget(tx, article, None)
}

/// The same of one locale, or of all.
pub(super) fn forget(tx: &mut Tx<'_>, article: Id<Article>, locale: Option<&Locale>) -> Result<(), Error> {
    let now = tx.now();
    let those = |sql: &mut Sql| {
        sql.push(" WHERE article_id = ").id(article);
        if let Some(locale) = locale {
            sql.push(" AND locale = ").text(locale.as_str());
        }
    };
    let mut sql = Sql::new("INSERT INTO dropped_files (digest, dropped_at) SELECT DISTINCT digest, ");
    sql.at(now).push(" FROM recordings");
    those(&mut sql);
    sql.push(" AND digest IS NOT NULL ON CONFLICT (digest) DO NOTHING");
    sql.execute(tx)?;
    let mut sql = Sql::new("DELETE FROM recordings");
    those(&mut sql);
    sql.execute(tx).map(drop)
}

/// A file is no row's any more.
fn drop_file(tx: &mut Tx<'_>, digest: Digest) -> Result<(), Error> {
    let now = tx.now();
    let mut sql = Sql::new("INSERT INTO dropped_files (digest, dropped_at) VALUES (");
    sql.bytes(digest.as_bytes()).push(", ").at(now).push(") ON CONFLICT (digest) DO UPDATE SET dropped_at = excluded.dropped_at");
    sql.execute(tx).map(drop)
}

#[derive(QueryableByName)]
struct DigestRow {
    #[diesel(sql_type = Binary)]
    digest: Vec<u8>,
}

/// Files that were dropped before an instant, and whether anything has the same bytes all the same.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn dropped(tx: &mut Tx<'_>, before: Instant, limit: i64) -> Result<Vec<(Digest, bool)>, Error> {
    let mut sql = Sql::new("SELECT digest FROM dropped_files WHERE dropped_at <= ");
    sql.at(before).push(" ORDER BY dropped_at LIMIT ").int(limit);
    let all = sql.load::<DigestRow>(tx)?.into_iter().map(|row| digest(row.digest)).collect::<Result<Vec<_>, _>>()?;
    let mut found = Vec::new();
    for digest in all {
        let mut sql = Sql::new("SELECT (SELECT COUNT(*) FROM media WHERE digest = ");
        sql.bytes(digest.as_bytes()).push(") + (SELECT COUNT(*) FROM recordings WHERE digest = ").bytes(digest.as_bytes()).push(") AS n");
        found.push((digest, sql.count(tx)? > 0));
    }
    Ok(found)
}

/// Whether the sound of a story is a file of these bytes.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn has(tx: &mut Tx<'_>, digest: Digest) -> Result<bool, Error> {
    let mut sql = Sql::new("SELECT COUNT(*) AS n FROM recordings WHERE digest = ");
    sql.bytes(digest.as_bytes());
    Ok(sql.count(tx)? > 0)
}

/// A file that was dropped is gone, or has another owner.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn removed(tx: &mut Tx<'_>, digest: Digest) -> Result<(), Error> {
    let mut sql = Sql::new("DELETE FROM dropped_files WHERE digest = ");
    sql.bytes(digest.as_bytes());
    sql.execute(tx).map(drop)
}
