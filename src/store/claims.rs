//! Claims: which address a thing gets.
//!
//! **Context.** An address is never given away, so two things that would like the same slug cannot both have it. What is not public
//! yet must not be told by that: whoever may not see a draft could otherwise ask for its headline, and hear that it is taken.
//!
//! **Decision.** The registry holds what is public, or was, and the names of sections, authors and tags, which the whole desk sees. It
//! alone is unique. A story enters it when it is published ([`claim`]), and has a number then where one is needed: whoever is published
//! first has the slug. Before that its slug is what it hopes for ([`propose`]): it keeps away from the registry and from the drafts that
//! its writer may see, and from nothing else.
//!
//! **Consequence.** Numbers are looked for by their exact slugs, in steps that grow as the numbers do, so that the ten thousandth story of
//! one headline costs a few statements more than the first. Nothing is retried without end: whoever finds no number free, or is beaten
//! to each of them, gets an id that was drawn for this, which nobody can have taken before. On `PostgreSQL` those who number the same
//! slug queue for each other; that spares them the race, and nothing depends on it.

use std::collections::BTreeSet;

use diesel::{QueryableByName, sql_types::Text};
use uuid::Uuid;

use super::{
    RunQueryDsl, Tx, dialect,
    sql::Sql,
    visibility::{reads, sees},
};
use crate::{
    access::Visibility,
    domain::{
        Error, Id, Instant, Locale,
        address::AddressKind,
        change::{Change, Event, Subject},
        slug::Slug,
    },
};

/// Who asks for an address.
#[derive(Debug, Clone, Copy)]
pub struct Claim<'a> {
    /// What it leads to.
    pub kind: AddressKind,
    /// Which one.
    pub target: Uuid,
    /// In which locale.
    pub locale: &'a Locale,
}

/// Which address is asked for.
#[derive(Debug, Clone)]
pub struct SlugRequest {
    slug: Slug,
    stem: Option<Slug>,
}

impl SlugRequest {
    /// This one and no other.
    #[must_use]
    pub fn by_hand(slug: Slug) -> Self {
        Self { slug, stem: None }
    }

    /// This one, else one with a number behind `stem`.
    #[must_use]
    pub fn numbered(slug: Slug, stem: Slug) -> Self {
        Self { slug, stem: Some(stem) }
    }
}

impl From<Slug> for SlugRequest {
    fn from(slug: Slug) -> Self {
        Self::numbered(slug.clone(), slug)
    }
}

/// How often a number is looked for again when somebody else was faster.
const TRIES: usize = 8;

/// Numbers that one statement looks for.
const WIDTH: usize = 16;

fn taken(detail: &str) -> Error {
    Error::taken("#/slug", detail, None)
}

/// Take an address for good: the one wished for, or the first free number behind its stem.
///
/// # Errors
/// [`Error::Taken`] when one given by hand leads elsewhere.
pub fn claim(tx: &mut Tx<'_>, claim: Claim<'_>, slug_request: &SlugRequest) -> Result<Slug, Error> {
    if enter(tx, claim, &slug_request.slug)? {
        return Ok(slug_request.slug.clone());
    }
    let Some(stem) = &slug_request.stem else {
        return Err(taken("another address of this locale has this slug, or had it in public"));
    };
    queue(tx, claim, stem)?;
    for _ in 0..TRIES {
        let Some(free) = number(tx, claim, stem, None)? else { break };
        if enter(tx, claim, &free)? {
            return Ok(free);
        }
    }
    let drawn = stem.with_id(tx.new_id::<()>().uuid());
    if enter(tx, claim, &drawn)? { Ok(drawn) } else { Err(Error::Busy) }
}

/// Let a slug that a thing had elsewhere, or before, lead to it: whether it did not yet; nothing, when it leads elsewhere.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn remember(tx: &mut Tx<'_>, claim: Claim<'_>, slug: &Slug) -> Result<Option<bool>, Error> {
    if !held(tx, claim, std::slice::from_ref(slug), None)?.is_empty() {
        return Ok(None);
    }
    let mut sql = Sql::new("SELECT COUNT(*) AS n FROM addresses WHERE locale = ");
    sql.text(claim.locale.as_str()).push(" AND slug = ").text(slug.as_str());
    if sql.count(tx)? > 0 {
        return Ok(Some(false));
    }
    if !enter(tx, claim, slug)? {
        return Ok(None);
    }
    let subject = match claim.kind {
        AddressKind::Section => Subject::Section(claim.target.into()),
        AddressKind::Author => Subject::Author(claim.target.into()),
        AddressKind::Tag => Subject::Tag(claim.target.into()),
        AddressKind::Article => Subject::Translation(claim.target.into(), claim.locale.clone()),
    };
    tx.record(Change::new(Event::Addressed, subject));
    Ok(Some(true))
}

/// Take for good those of some addresses that nobody else has; the locales of those that are had now.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub(super) fn take(tx: &mut Tx<'_>, wanted: &[(Claim<'_>, &Slug)]) -> Result<BTreeSet<Locale>, Error> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Text)]
        locale: String,
    }
    if wanted.is_empty() {
        return Ok(BTreeSet::new());
    }
    let mut sql = Sql::new("INSERT INTO addresses (locale, slug, kind, target_id)");
    sql.values(wanted, |row, (claim, slug)| {
        row.text(claim.locale.as_str()).text(slug.as_str()).text(claim.kind.as_str()).id(Id::<()>::from(claim.target));
    });
    sql.push(" ON CONFLICT (locale, slug) DO NOTHING");
    if sql.execute(tx)? == wanted.len() {
        return Ok(wanted.iter().map(|(claim, _)| claim.locale.clone()).collect());
    }
    let mut sql = Sql::new("WITH wanted (locale, slug, target_id) AS (");
    sql.values(wanted, |row, (claim, slug)| _ = row.text(claim.locale.as_str()).text(slug.as_str()).id(Id::<()>::from(claim.target)));
    sql.push(") SELECT a.locale FROM wanted JOIN addresses a ");
    sql.push("ON a.locale = wanted.locale AND a.slug = wanted.slug AND a.target_id = wanted.target_id");
    Ok(sql.load::<Row>(tx)?.into_iter().map(|row| Locale::stored(row.locale)).collect())
}

/// The address that words which are not public yet may hope for. Nothing is taken by that; of others' drafts it keeps away from those
/// that `seen` shows.
///
/// # Errors
/// [`Error::Taken`] when one given by hand leads elsewhere, or is hoped for in a draft that the caller may see.
pub fn propose(tx: &mut Tx<'_>, claim: Claim<'_>, slug_request: &SlugRequest, seen: Option<&Visibility>) -> Result<Slug, Error> {
    let only = std::slice::from_ref(&slug_request.slug);
    queue(tx, claim, slug_request.stem.as_ref().unwrap_or(&slug_request.slug))?;
    let Some(stem) = &slug_request.stem else {
        if !held(tx, claim, only, None)?.is_empty() {
            return Err(taken("another address of this locale has this slug, or had it in public"));
        }
        if !held(tx, claim, only, seen)?.is_empty() {
            return Err(taken("another story that is not public yet has this slug"));
        }
        return Ok(slug_request.slug.clone());
    };
    if held(tx, claim, only, seen)?.is_empty() {
        return Ok(slug_request.slug.clone());
    }
    Ok(number(tx, claim, stem, seen)?.unwrap_or_else(|| stem.with_id(tx.new_id::<()>().uuid())))
}

/// Enter an address into the registry; false when it leads elsewhere.
fn enter(tx: &mut Tx<'_>, claim: Claim<'_>, slug: &Slug) -> Result<bool, Error> {
    #[derive(QueryableByName)]
    struct Holder {
        #[diesel(sql_type = dialect::Uid)]
        target_id: Id<()>,
    }
    let mut sql = Sql::new("INSERT INTO addresses (locale, slug, kind, target_id) VALUES (");
    sql.text(claim.locale.as_str()).push(", ").text(slug.as_str()).push(", ").text(claim.kind.as_str()).push(", ");
    sql.id(Id::<()>::from(claim.target)).push(") ON CONFLICT (locale, slug) DO NOTHING");
    if sql.execute(tx)? > 0 {
        return Ok(true);
    }
    let mut sql = Sql::new("SELECT target_id FROM addresses WHERE locale = ");
    sql.text(claim.locale.as_str()).push(" AND slug = ").text(slug.as_str());
    Ok(sql.first::<Holder>(tx)?.is_some_and(|holder| holder.target_id.uuid() == claim.target))
}

/// Wait for others who number the same slug.
fn queue(tx: &mut Tx<'_>, claim: Claim<'_>, stem: &Slug) -> Result<(), Error> {
    // Each place in a queue is kept to the end of the transaction, and there is not room for any number of them.
    const MAX: usize = 128;
    if tx.queues >= MAX {
        return Ok(());
    }
    tx.queues = tx.queues.saturating_add(1);
    dialect::queue_for(tx.conn, &format!("{}/{stem}", claim.locale))
}

/// Those of some slugs that others hold, or hope for in drafts that `seen` shows.
fn held(tx: &mut Tx<'_>, claim: Claim<'_>, slugs: &[Slug], seen: Option<&Visibility>) -> Result<BTreeSet<String>, Error> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Text)]
        slug: String,
    }
    let (target, locale) = (Id::<()>::from(claim.target), claim.locale.as_str());
    let mut sql = Sql::new("SELECT asked.slug FROM (SELECT ");
    for (n, slug) in slugs.iter().enumerate() {
        sql.push(if n == 0 { "" } else { " UNION ALL SELECT " }).text(slug.as_str()).push(if n == 0 { " AS slug" } else { "" });
    }
    // One look for each. Asked for all at once, `PostgreSQL` reads everything of the locale, and goes on doing so with a plan that was
    // made when the table was empty.
    sql.push(") AS asked WHERE EXISTS (SELECT 1 FROM addresses x WHERE x.locale = ").text(locale);
    sql.push(" AND x.slug = asked.slug AND x.target_id <> ").id(target).push(" LIMIT 1 OFFSET 0)");
    if let Some(seen) = seen {
        sql.push(" OR EXISTS (SELECT 1 FROM translations t JOIN articles a ON a.id = t.article_id WHERE t.locale = ").text(locale);
        // What lies in the trash hopes for nothing.
        sql.push(" AND t.slug = asked.slug AND t.article_id <> ").id(target).push(" AND a.trashed_at IS NULL AND ");
        sees(&mut sql, seen);
        sql.push(" AND ");
        reads(&mut sql, seen, "t.locale");
        sql.push(" LIMIT 1 OFFSET 0)");
    }
    Ok(sql.load::<Row>(tx)?.into_iter().map(|row| row.slug).collect())
}

/// What a slug leads to that leads elsewhere than `claim`, or the story among those that `seen` shows that hopes for it.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn holder(tx: &mut Tx<'_>, claim: Claim<'_>, slug: &Slug, seen: &Visibility) -> Result<Option<(AddressKind, Uuid)>, Error> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Text)]
        kind: String,
        #[diesel(sql_type = dialect::Uid)]
        target_id: Id<()>,
    }
    let (target, locale) = (Id::<()>::from(claim.target), claim.locale.as_str());
    let mut sql = Sql::new("SELECT kind, target_id FROM addresses WHERE locale = ");
    sql.text(locale).push(" AND slug = ").text(slug.as_str()).push(" AND target_id <> ").id(target);
    let mut found = sql.first::<Row>(tx)?;
    if found.is_none() {
        let mut sql =
            Sql::new("SELECT 'article' AS kind, a.id AS target_id FROM translations t JOIN articles a ON a.id = t.article_id WHERE ");
        sql.push("t.locale = ").text(locale).push(" AND t.slug = ").text(slug.as_str()).push(" AND t.article_id <> ").id(target);
        sql.push(" AND a.trashed_at IS NULL AND ");
        sees(&mut sql, seen);
        sql.push(" AND ");
        reads(&mut sql, seen, "t.locale");
        sql.push(" LIMIT 1");
        found = sql.first::<Row>(tx)?;
    }
    found.map(|row| Ok((row.kind.parse()?, row.target_id.uuid()))).transpose()
}

/// Whether somebody else has a slug since an instant, in public or in a draft that `seen` shows.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn is_taken_since(tx: &mut Tx<'_>, claim: Claim<'_>, slug: &Slug, since: Instant, seen: &Visibility) -> Result<bool, Error> {
    let (target, locale) = (Id::<()>::from(claim.target), claim.locale.as_str());
    let mut sql = Sql::new("SELECT COUNT(*) AS n FROM (SELECT 1 FROM addresses x WHERE x.locale = ");
    sql.text(locale).push(" AND x.slug = ").text(slug.as_str()).push(" AND x.target_id <> ").id(target);
    sql.push(" AND NOT EXISTS (SELECT 1 FROM editions e WHERE e.article_id = x.target_id AND e.locale = x.locale AND e.slug = x.slug");
    sql.push(" AND e.started_at <= ").at(since).push(") UNION ALL SELECT 1 FROM translations t JOIN articles a ON a.id = t.article_id");
    sql.push(" WHERE t.locale = ").text(locale).push(" AND t.slug = ").text(slug.as_str()).push(" AND t.article_id <> ").id(target);
    sql.push(" AND a.trashed_at IS NULL AND NOT EXISTS (SELECT 1 FROM translation_revisions r WHERE r.article_id = t.article_id");
    sql.push(" AND r.locale = t.locale AND r.slug = t.slug AND r.saved_at <= ").at(since).push(") AND ");
    sees(&mut sql, seen);
    sql.push(" AND ");
    reads(&mut sql, seen, "t.locale");
    sql.push(") taken");
    Ok(sql.count(tx)? > 0)
}

/// A free number behind a stem: the first one, when they were given out in order; nothing when there are more than can be looked for.
fn number(tx: &mut Tx<'_>, claim: Claim<'_>, stem: &Slug, seen: Option<&Visibility>) -> Result<Option<Slug>, Error> {
    let mut look = |numbers: &[usize]| -> Result<(usize, Option<usize>), Error> {
        let slugs: Vec<Slug> = numbers.iter().map(|n| stem.numbered(*n)).collect();
        let held = held(tx, claim, &slugs, seen)?;
        let free = slugs.iter().position(|slug| !held.contains(slug.as_str()));
        let before = free.map_or(numbers.len(), |at| at).checked_sub(1).and_then(|at| numbers.get(at));
        Ok((before.copied().unwrap_or(0), free.and_then(|at| numbers.get(at)).copied()))
    };
    let near: Vec<usize> = (2..).take(WIDTH).collect();
    let (mut last, free) = look(&near)?;
    if let Some(free) = free {
        return Ok(Some(stem.numbered(free)));
    }
    let far: Vec<usize> = (5..).take(WIDTH).map(|power| 1 << power).collect();
    let (before, Some(mut free)) = look(&far)? else { return Ok(None) };
    last = last.max(before);
    // Ends: what lies between one that is taken and one that is free shrinks to a sixteenth or so each time.
    while free.saturating_sub(last) > 1 {
        let gap = free.saturating_sub(last);
        let step = gap.div_ceil(WIDTH.saturating_add(1)).max(1);
        let between: Vec<usize> = (1..=WIDTH).map(|n| last.saturating_add(step.saturating_mul(n))).filter(|n| *n < free).collect();
        let (before, nearer) = look(&between)?;
        last = last.max(before);
        free = nearer.unwrap_or(free);
    }
    Ok(Some(stem.numbered(free)))
}
