//! Previews of working copies.

use diesel::prelude::*;

use super::{Bind, RunQueryDsl, Tx, schema::previews};
use crate::{
    access::Granted,
    domain::{
        Error, Id, Instant, Locale, Version,
        article::{Article, Shown},
        change::{Change, Event, Subject},
        plan::Revisions,
        preview::{Preview, Previewed},
        user::User,
    },
};

#[derive(Queryable, Selectable)]
#[diesel(table_name = previews)]
struct Row {
    id: Id<Preview>,
    article_id: Id<Article>,
    locale: String,
    words_version: Version,
    facts_version: Version,
    created_by: Option<Id<User>>,
    created_at: Instant,
    expires_at: Instant,
    revoked_at: Option<Instant>,
}

impl From<Row> for Preview {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            article_id: row.article_id,
            locale: Locale::stored(row.locale),
            revisions: Revisions { words: row.words_version, facts: row.facts_version },
            created_by: row.created_by,
            created_at: row.created_at,
            expires_at: row.expires_at,
            revoked_at: row.revoked_at,
        }
    }
}

/// One preview.
///
/// # Errors
/// [`Error::NotFound`].
pub fn find(tx: &mut Tx<'_>, id: Id<Preview>) -> Result<Preview, Error> {
    let row: Option<Row> = previews::table.find(Bind(id)).select(Row::as_select()).first(tx)?;
    row.map(Preview::from).ok_or(Error::NotFound("preview"))
}

/// The previews of what an article shows that can still be looked at, newest first.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn of(tx: &mut Tx<'_>, article: &Article) -> Result<Vec<Preview>, Error> {
    let mut query = previews::table.into_boxed();
    if let Shown::Only(locales) = &article.shown {
        query = query.filter(previews::locale.eq_any(locales.iter().map(Locale::as_str)));
    }
    let rows: Vec<Row> = query
        .filter(previews::article_id.eq(Bind(article.id)))
        .filter(previews::revoked_at.is_null())
        .filter(previews::expires_at.gt(Bind(tx.now())))
        .order((previews::created_at.desc(), previews::id.desc()))
        .limit(100)
        .select(Row::as_select())
        .load(tx)?;
    Ok(rows.into_iter().map(Preview::from).collect())
}

/// Save a new preview; those whose time is long over are dropped on the way.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn create<A>(tx: &mut Tx<'_>, granted: &Granted<A, Previewed>) -> Result<(), Error> {
    let p = &granted.get().preview;
    let over = previews::table.filter(previews::article_id.eq(Bind(p.article_id))).filter(previews::expires_at.le(Bind(tx.now())));
    diesel::delete(over).execute(tx)?;
    let row = (
        previews::id.eq(Bind(p.id)),
        previews::article_id.eq(Bind(p.article_id)),
        previews::locale.eq(p.locale.as_str()),
        previews::words_version.eq(p.revisions.words),
        previews::facts_version.eq(p.revisions.facts),
        previews::created_by.eq(p.created_by),
        previews::created_at.eq(Bind(p.created_at)),
        previews::expires_at.eq(Bind(p.expires_at)),
    );
    diesel::insert_into(previews::table).values(row).execute(tx)?;
    tx.record(Change::new(Event::Created, Subject::Preview(p.id)));
    Ok(())
}

/// Let nobody look at any preview of an article any more.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub(super) fn revoke_all(tx: &mut Tx<'_>, article: Id<Article>) -> Result<(), Error> {
    let open = previews::table.filter(previews::article_id.eq(Bind(article))).filter(previews::revoked_at.is_null());
    diesel::update(open).set(previews::revoked_at.eq(Some(tx.now()))).execute(tx)?;
    Ok(())
}

/// Let nobody look at a preview any more.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn revoke<A>(tx: &mut Tx<'_>, granted: &Granted<A, Previewed>) -> Result<(), Error> {
    let p = &granted.get().preview;
    diesel::update(previews::table.find(Bind(p.id))).set(previews::revoked_at.eq(Some(tx.now()))).execute(tx)?;
    tx.record(Change::new(Event::Revoked, Subject::Preview(p.id)));
    Ok(())
}
