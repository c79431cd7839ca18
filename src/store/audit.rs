//! The audit trail: the change log as people read it.

use diesel::{
    QueryableByName,
    sql_types::{BigInt, Nullable, Text},
};
use uuid::Uuid;

use super::{
    RunQueryDsl, Tx,
    dialect::{At, Uid},
    releases,
    sql::Sql,
    users,
    visibility::{reads, sees},
};
use crate::{
    access::{Permit, Visibility, action::ReadAudit},
    domain::{
        Error, Id, Instant, Locale,
        change::Event,
        page::{Page, Paging, Sorting},
        user::{Named, User},
    },
};

/// Which entries of the audit trail are asked for.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// By this actor.
    pub actor: Option<String>,
    /// That this happened.
    pub event: Option<Event>,
    /// To this kind of thing.
    pub kind: Option<String>,
    /// To this thing.
    pub subject: Option<Uuid>,
    /// In this request.
    pub request_id: Option<String>,
    /// From this instant on.
    pub from: Option<Instant>,
    /// Before this instant.
    pub until: Option<Instant>,
}

/// An entry of the audit trail.
#[derive(Debug, Clone)]
pub struct Audited {
    /// Its number.
    pub seq: i64,
    /// When.
    pub at: Instant,
    /// What happened.
    pub event: Event,
    /// To what kind of thing.
    pub kind: String,
    /// To which one.
    pub subject: Option<Uuid>,
    /// In which locale.
    pub locale: Option<Locale>,
    /// By whom.
    pub actor: String,
    /// What they are called, when it was a user.
    pub actor_named: Option<Named>,
    /// From where.
    pub origin: String,
    /// Why.
    pub reason: String,
    /// In which request.
    pub request_id: String,
}

#[derive(QueryableByName)]
struct AuditRow {
    #[diesel(sql_type = BigInt)]
    seq: i64,
    #[diesel(sql_type = At)]
    at: Instant,
    #[diesel(sql_type = Text)]
    event: String,
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = Nullable<Uid>)]
    subject_id: Option<Id<()>>,
    #[diesel(sql_type = Nullable<Text>)]
    locale: Option<String>,
    #[diesel(sql_type = Text)]
    actor: String,
    #[diesel(sql_type = Text)]
    origin: String,
    #[diesel(sql_type = Text)]
    reason: String,
    #[diesel(sql_type = Text)]
    request_id: String,
}

/// Only what was done to things that the reader sees: what is everybody's at the desk, articles with what hangs on them, and releases. Users
/// are nobody's but theirs who read the whole trail.
fn about(sql: &mut Sql, visibility: &Visibility) {
    sql.push(" AND (c.kind IN ('site', 'locale', 'section', 'author', 'tag', 'redirect', 'menu', 'collection')");
    for (kind, from, locale) in [
        ("article", "articles a WHERE a.id", None),
        ("translation", "articles a WHERE a.id", Some("c.locale")),
        ("comment", "comments x JOIN articles a ON a.id = x.article_id WHERE x.id", Some("COALESCE(x.locale, a.source_locale)")),
        ("correction", "corrections x JOIN articles a ON a.id = x.article_id WHERE x.id", None),
        ("preview", "previews x JOIN articles a ON a.id = x.article_id WHERE x.id", Some("x.locale")),
    ] {
        sql.push(" OR (c.kind = '").push(kind).push("' AND EXISTS (SELECT 1 FROM ").push(from).push(" = c.subject_id AND ");
        sees(sql, visibility);
        if let Some(locale) = locale {
            sql.push(" AND ");
            reads(sql, visibility, locale);
        }
        sql.push("))");
    }
    sql.push(" OR (c.kind = 'release' AND EXISTS (SELECT 1 FROM releases r WHERE r.id = c.subject_id AND ");
    releases::visible(sql, visibility, "r");
    sql.push(")))");
}

fn narrow(sql: &mut Sql, filter: &Filter) {
    // That other stories lead on from one is found by the server, dozens of times for each that is published.
    sql.push(" AND NOT (event = 'related' AND kind = 'translation')");
    if let Some(actor) = &filter.actor {
        sql.push(" AND actor = ").text(actor);
    }
    if let Some(event) = filter.event {
        sql.push(" AND event = ").text(event.as_str());
    }
    if let Some(kind) = &filter.kind {
        sql.push(" AND kind = ").text(kind);
    }
    if let Some(subject) = filter.subject {
        sql.push(" AND subject_id = ").id(Id::<()>::from(subject));
    }
    if let Some(request) = &filter.request_id {
        sql.push(" AND request_id = ").text(request);
    }
    if let Some(at) = filter.from {
        sql.push(" AND at >= ").at(at);
    }
    if let Some(at) = filter.until {
        sql.push(" AND at < ").at(at);
    }
}

/// A page of what the caller sees of the audit trail, newest first.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn audit(tx: &mut Tx<'_>, permit: &Permit<ReadAudit>, filter: &Filter, paging: Paging) -> Result<Page<Audited>, Error> {
    let mut sql = Sql::new("SELECT seq, at, event, kind, subject_id, locale, actor, origin, reason, request_id FROM changes c WHERE TRUE");
    let everywhere = permit.everywhere().is_ok();
    if !everywhere {
        let visibility = permit.own_visibility();
        if visibility.is_whole() {
            // A site that reads openly. Who comes and goes, and what lets them in, is no reading of each other's desks.
            sql.push(" AND c.kind NOT IN ('user', 'api_key', 'sign_in', 'signing_key')");
        } else {
            about(&mut sql, &visibility);
        }
    }
    narrow(&mut sql, filter);
    if let Some(c) = paging.cursor {
        sql.push(if c.backwards { " AND seq > " } else { " AND seq < " }).int(c.key);
    }
    sql.push(if paging.backwards() { " ORDER BY seq LIMIT " } else { " ORDER BY seq DESC LIMIT " });
    sql.int(i64::from(paging.limit).saturating_add(1));
    let rows = sql.load::<AuditRow>(tx)?;
    let people: Vec<Id<User>> = rows.iter().filter_map(|r| r.actor.parse().ok()).collect();
    let names = users::names(tx, &people)?;
    let page = Page::cut(rows, paging, Sorting::Audit, None, |r| (r.seq, Uuid::nil()));
    page.try_map(|r| {
        Ok(Audited {
            seq: r.seq,
            at: r.at,
            event: r.event.parse()?,
            subject: r.subject_id.map(Id::uuid),
            locale: r.locale.map(Locale::stored),
            actor_named: r.actor.parse().ok().and_then(|id: Id<User>| names.get(&id).cloned()),
            actor: r.actor,
            origin: r.origin,
            // What the log has there of redirects is for those who may read them.
            reason: if everywhere || r.kind != "redirect" { r.reason } else { String::new() },
            kind: r.kind,
            request_id: r.request_id,
        })
    })
}
