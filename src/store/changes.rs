//! The change log: what every commit did, numbered in the order of commits.

use std::collections::{BTreeSet, HashSet};

use diesel::{QueryableByName, prelude::*, sql_types::BigInt};

use super::{
    RunQueryDsl, Tx, collection_uses,
    dialect::{self, At},
    editions::{self, Place},
    names,
    schema::{change_counter, changes},
    site,
    sql::{Sql, Values},
};
use crate::{
    access::Caller,
    domain::{
        Error, Id, Instant, Locale,
        article::Article,
        cache_tag::CacheTag,
        change::{Audience, Change, Event, Subject},
        facet::Facet,
    },
};

/// How the log names whoever was not let in.
const NOBODY: &str = "nobody";
/// Changes that one statement logs.
const AT_ONCE: usize = 1_000;
/// Changes that are told one by one; whoever is further behind starts afresh.
const MAX_TOLD: i64 = 1_000;

#[derive(QueryableByName)]
struct Counter {
    #[diesel(sql_type = BigInt)]
    seq: i64,
    #[diesel(sql_type = At)]
    at: Instant,
}

/// What became of the changes of a transaction.
pub(super) struct Numbered {
    /// False when what was done was only tried, and is to be undone.
    pub(super) keep: bool,
    /// The number of the last change, if there was one.
    pub(super) last: Option<i64>,
}

/// Number the changes of a transaction and log them; its last statements before the commit.
pub(super) fn number(tx: &mut Tx<'_>) -> Result<Numbered, Error> {
    let (recorded, caller) = (std::mem::take(&mut tx.changes), tx.caller.clone());
    let caller = caller.as_ref();
    if caller.is_some_and(Caller::rehearses) {
        return Ok(Numbered { keep: false, last: None });
    }
    if let Some((claim, caller)) = caller.and_then(|caller| caller.claim().zip(Some(caller))) {
        super::idempotency::commit(tx, claim, caller.request_id())?;
    }
    let count = i64::try_from(recorded.len()).map_err(Error::internal)?;
    if count == 0 {
        return Ok(Numbered { keep: true, last: None });
    }
    if caller.is_none() && recorded.iter().any(|r| r.origin.is_none()) {
        return Err(Error::internal("a change that nobody answers for"));
    }
    let counter = count_on(tx, count)?;
    let first = counter.seq.saturating_sub(count);
    let (actor, request_id, origin) =
        caller.map_or_else(|| (String::new(), "", ""), |caller| (caller.actor(), caller.request_id(), caller.origin()));
    let mut numbered = (1i64..).map(|n| first.saturating_add(n)).zip(&recorded).peekable();
    // Ends: each round takes as many as there are, or so many.
    while numbered.peek().is_some() {
        let mut sql =
            Sql::new("INSERT INTO changes (seq, at, audience, event, kind, subject_id, locale, actor, request_id, origin, reason)");
        sql.values(numbered.by_ref().take(AT_ONCE), |row, (seq, r)| {
            let (kind, id, locale) = r.change.parts();
            row.int(seq).at(counter.at).text(r.change.audience().as_str()).text(r.change.event.as_str()).text(kind);
            row.some(id.map(Id::<()>::from), Values::id).some(locale, |row, locale| row.text(locale.as_str()));
            row.text(if r.origin.is_some() { NOBODY } else { &actor })
                .text(request_id)
                .text(r.origin.as_deref().unwrap_or(origin))
                .text(&r.change.reason);
        });
        sql.execute(tx)?;
    }
    Ok(Numbered { keep: true, last: Some(counter.seq) })
}

/// Take the next numbers; the last of them, and their instant, which never runs backwards. It takes a lock that is held to the commit.
fn count_on(tx: &mut Tx<'_>, count: i64) -> Result<Counter, Error> {
    let now = tx.now;
    let mut sql = Sql::new("UPDATE change_counter SET seq = seq + ");
    sql.int(count).push(", at = CASE WHEN at < ").at(now).push(" THEN ").at(now).push(" ELSE at END RETURNING seq, at");
    // Whoever listens hears of it when it is committed.
    sql.push(&dialect::telling(tx.conn));
    sql.first(tx)?.ok_or_else(|| Error::internal("the change counter is missing"))
}

/// Take the next numbers for changes that are logged in bulk; the number before the first of them.
pub(super) fn take(tx: &mut Tx<'_>, count: i64) -> Result<i64, Error> {
    Ok(count_on(tx, count)?.seq.saturating_sub(count))
}

/// Let nobody else commit a change before this transaction ends, so that what it counts from here on stays true.
pub(super) fn hold(tx: &mut Tx<'_>) -> Result<(), Error> {
    diesel::update(change_counter::table).set(change_counter::seq.eq(change_counter::seq)).execute(tx)?;
    Ok(())
}

/// One row of the log.
#[derive(Debug, Clone)]
pub struct Logged {
    /// Its number: gapless, in commit order.
    pub seq: i64,
    /// What happened to what.
    pub change: Change,
    /// Who did it.
    pub actor: String,
}

/// The changes after a number, in order, at most `limit`: what a follower of the log reads.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn after(tx: &mut Tx<'_>, seq: i64, limit: i64) -> Result<Vec<Logged>, Error> {
    type Columns = (i64, String, String, Option<Id<()>>, Option<String>, String, String);
    let rows: Vec<Columns> = changes::table
        .filter(changes::seq.gt(seq))
        .order(changes::seq)
        .limit(limit)
        .select((changes::seq, changes::event, changes::kind, changes::subject_id, changes::locale, changes::actor, changes::reason))
        .load(tx)?;
    let logged = |(seq, event, kind, id, locale, actor, reason): Columns| {
        let subject = Subject::logged(&kind, id.map(Id::uuid), locale.map(Locale::stored));
        let subject = subject.ok_or_else(|| Error::internal(format!("change {seq} is of no known kind")))?;
        Ok(Logged { seq, change: Change::new(event.parse()?, subject).because(&reason), actor })
    };
    rows.into_iter().map(logged).collect()
}

/// Changes in a row, as whatever follows the log is told of them.
#[derive(Debug, Clone)]
pub struct Span {
    /// The number of the change before them.
    pub after: i64,
    /// The number of the last of them.
    pub last: i64,
    /// Each of them; nothing when they are more than are told one by one.
    pub changes: Option<Vec<Change>>,
}

/// The changes after a number, up to another, or to the last.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn span(tx: &mut Tx<'_>, seq: i64, until: i64) -> Result<Span, Error> {
    let last = last(tx)?.min(until).max(seq);
    let count = last.saturating_sub(seq);
    let changes = if count > MAX_TOLD {
        None
    } else {
        Some(if count == 0 { Vec::new() } else { after(tx, seq, count)?.into_iter().map(|logged| logged.change).collect() })
    };
    Ok(Span { after: seq, last, changes })
}

/// An article that has left the public, in a language or in all of them.
pub type Departed = (Id<Article>, Option<Locale>);

/// Articles that have left the public after a change, in a language or in all of them. Asked for each once, `SQLite` would read the whole log, along its subjects.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn departed(tx: &mut Tx<'_>, seq: i64) -> Result<HashSet<Departed>, Error> {
    let events = [Event::Unpublished, Event::Withdrawn, Event::Erased, Event::Deleted, Event::Trashed].map(Event::as_str);
    let left: Vec<(Option<Id<()>>, Option<String>)> = changes::table
        .filter(changes::seq.gt(seq))
        .filter(changes::kind.eq_any(["translation", "article"]))
        .filter(changes::event.eq_any(events))
        .select((changes::subject_id, changes::locale))
        .load(tx)?;
    Ok(left.into_iter().filter_map(|(id, locale)| Some((id?.cast(), locale.map(Locale::stored)))).collect())
}

/// How far something is behind the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lag {
    /// Changes that were not applied yet.
    pub changes: i64,
    /// Since when the first of them waits.
    pub since: Option<Instant>,
}

/// How far whatever has applied everything up to a change is behind.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn lag(tx: &mut Tx<'_>, place: i64) -> Result<Lag, Error> {
    let since = changes::table.filter(changes::seq.gt(place)).order(changes::seq).select(changes::at).first(tx)?;
    Ok(Lag { changes: last(tx)?.saturating_sub(place), since })
}

/// The number of the last change.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn last(tx: &mut Tx<'_>) -> Result<i64, Error> {
    change_counter::table.select(change_counter::seq).get_result(tx)
}

/// Which answers to readers the changes of a transaction touch, as [`touched`] says.
pub(super) fn touched_by(tx: &mut Tx<'_>) -> Result<BTreeSet<CacheTag>, Error> {
    let recorded = std::mem::take(&mut tx.changes);
    let tags = touched(tx, recorded.iter().map(|r| &r.change));
    tx.changes = recorded;
    tags
}

/// Which answers to readers some changes touch, by their cache tags: those that may be other ones now. Desk changes touch none.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn touched<'c>(tx: &mut Tx<'_>, changes: impl IntoIterator<Item = &'c Change>) -> Result<BTreeSet<CacheTag>, Error> {
    let mut tags = BTreeSet::new();
    let (mut renamed, mut moved, mut merged, mut arranged) = (BTreeSet::new(), BTreeSet::new(), Vec::new(), BTreeSet::new());
    for change in changes.into_iter().filter(|c| c.audience() == Audience::Public) {
        let (_, id, _) = change.parts();
        if change.event == Event::Related {
            tags.extend(id.map(CacheTag::related));
            continue;
        }
        tags.extend(id.map(CacheTag::thing));
        match &change.subject {
            Subject::Site | Subject::Locale(_) => _ = tags.insert(CacheTag::Site),
            Subject::Section(_) => _ = tags.insert(CacheTag::Sections),
            Subject::Author(id) => {
                tags.insert(CacheTag::Authors);
                merged.extend((change.event == Event::Merged).then_some(Facet::from(*id)));
            }
            Subject::Tag(id) => {
                tags.insert(CacheTag::Tags);
                merged.extend((change.event == Event::Merged).then_some(Facet::from(*id)));
            }
            Subject::Menu(_) => {
                tags.insert(CacheTag::Menus);
                continue;
            }
            Subject::Collection(id) => {
                arranged.insert(*id);
                continue;
            }
            Subject::Redirect(_) => {
                tags.insert(CacheTag::Redirects);
                continue;
            }
            // What shows it says so by its id.
            Subject::Media(_) => continue,
            Subject::Translation(article, _) if change.moves_lists() => _ = moved.insert(*article),
            Subject::Translation(..) if change.event == Event::Addressed => {}
            _ => continue,
        }
        renamed.extend(id);
    }
    for Place { locale, facts, pictured, section_path } in editions::listed(tx, &moved)? {
        // No list is of media.
        let media: BTreeSet<Facet> = facts.media().chain(pictured.iter().copied()).map(Facet::from).collect();
        let listed = Facet::of(&facts, &pictured, &section_path).into_iter().filter(|facet| !media.contains(facet));
        tags.extend(listed.map(|facet| CacheTag::list(&locale, facet)));
        // A tag is public as long as a live story carries it, an author as long as one credits them.
        tags.extend(facts.tags.iter().map(|id| CacheTag::listed(Facet::from(*id))));
        tags.extend(facts.credits.iter().map(|c| CacheTag::listed(Facet::from(c.author_id))));
        // So is a file as long as something live shows it.
        tags.extend(media.into_iter().map(CacheTag::listed));
        tags.extend(facts.tags.first().map(|_| CacheTag::Tags));
        tags.extend(facts.credits.first().map(|_| CacheTag::Authors));
        renamed.extend(facts.tags.iter().map(|id| id.uuid()));
        renamed.extend(facts.credits.iter().map(|c| c.author_id.uuid()));
    }
    if !merged.is_empty() {
        // Lists of one are the other's now, in whatever locales there are.
        let masthead = site::masthead(tx)?;
        for facet in merged {
            tags.insert(CacheTag::listed(facet));
            tags.extend(masthead.locales.iter().map(|l| CacheTag::list(&l.locale, facet)));
        }
    }
    tags.extend(collection_uses::touched(tx, &arranged)?);
    tags.extend(names::slugs(tx, &renamed)?.iter().map(|slug| CacheTag::slug(slug)));
    Ok(tags)
}
