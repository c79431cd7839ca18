//! Locales of the site.

use diesel::prelude::*;
use serde_json::json;

use super::{
    RunQueryDsl, Tx,
    dialect::{self, Json},
    queue::derived,
    schema::{grants, locales, redirects, translations},
    sql::Sql,
};
use crate::{
    access::{Granted, scope::Whole},
    domain::{
        Error, Locale, Version,
        change::{Change, Event, Subject},
        locale::LocaleSettings,
    },
};

#[derive(Insertable, AsChangeset)]
#[diesel(table_name = locales, treat_none_as_null = true)]
struct Row {
    locale: String,
    name: String,
    direction: String,
    fallback: Json,
    words_per_minute: i32,
    position: i32,
    state: String,
    former_tags: Json,
    voice: Option<Json>,
    version: i32,
}

fn row(l: &LocaleSettings) -> Row {
    Row {
        locale: l.locale.to_string(),
        name: l.name.clone(),
        direction: l.direction.as_str().to_owned(),
        fallback: Json(json!(l.fallback)),
        words_per_minute: l.words_per_minute,
        position: l.position,
        state: l.state.to_string(),
        former_tags: Json(json!(l.former_tags)),
        voice: l.voice.as_ref().map(|voice| Json(json!(voice))),
        version: l.version,
    }
}

/// Save a locale: a new one at version 1, else the next version.
///
/// # Errors
/// [`Error::Taken`] when it exists already, [`Error::Stale`] when another save came first.
pub fn save<A>(tx: &mut Tx<'_>, granted: &Granted<A, Whole<LocaleSettings>>) -> Result<(), Error> {
    let Whole(settings) = granted.get();
    let subject = Subject::Locale(settings.locale.clone());
    if settings.version == 1 {
        // Whoever writes beside this would give articles no place in its queue.
        dialect::write_alone(tx.conn)?;
        derived::begin_locale(tx, &settings.locale)?;
        diesel::insert_into(locales::table).values(&row(settings)).execute(tx)?;
        tx.record(Change::new(Event::Created, subject));
        return Ok(());
    }
    let at = locales::table.find(settings.locale.as_str()).filter(locales::version.eq(settings.version.saturating_sub(1)));
    if diesel::update(at).set(&row(settings)).execute(tx)? == 0 {
        return Err(Error::stale("locale", settings.version));
    }
    tx.record(Change::new(Event::Revised, subject));
    Ok(())
}

/// Columns that hold the tag of a locale, beside that of the locale itself.
const TAGGED: [(&str, &str); 32] = [
    ("site", "default_locale"),
    ("grants", "locale"),
    ("names", "locale"),
    ("addresses", "locale"),
    ("articles", "source_locale"),
    ("translations", "locale"),
    ("translations", "made_from_locale"),
    ("translation_media", "locale"),
    ("media_captions", "locale"),
    ("translation_revisions", "locale"),
    ("editions", "locale"),
    ("editions", "made_from_locale"),
    ("changes", "locale"),
    ("assignments", "locale"),
    ("comments", "locale"),
    ("plans", "locale"),
    ("release_items", "locale"),
    ("previews", "locale"),
    ("live_listings", "locale"),
    ("redirects", "locale"),
    ("menu_labels", "locale"),
    ("collections", "locale"),
    ("collection_texts", "locale"),
    ("sorted_names", "locale"),
    ("sorted_locales", "locale"),
    ("recordings", "locale"),
    ("view_counts", "locale"),
    ("most_read", "locale"),
    ("translation_queue", "locale"),
    ("queue_fills", "locale"),
    ("related_lists", "locale"),
    ("related_stories", "locale"),
];

/// Columns of JSON that name locales: as the value of this member, or, without one, as keys.
const IN_JSON: [(&str, &str, Option<&str>); 11] = [
    ("article_revisions", "facts", Some("source_locale")),
    ("editions", "facts", Some("source_locale")),
    ("translation_revisions", "made_from", Some("locale")),
    ("corrections", "texts", None),
    ("imports", "versions", None),
    ("site", "credit_labels", None),
    ("locales", "fallback", Some("")),
    ("api_keys", "locales", Some("")),
    ("media", "words", None),
    ("media", "captions", None),
    ("media", "licence_locales", Some("")),
];

/// Save the next version of a locale under another tag, with everything that is kept in it. What names it beside words has another version then.
///
/// # Errors
/// [`Error::Stale`] when another save came first; [`Error::Conflict`] when an article has a history under both tags.
pub fn rename<A>(tx: &mut Tx<'_>, granted: &Granted<A, Whole<LocaleSettings>>, from: &Locale) -> Result<(), Error> {
    let Whole(settings) = granted.get();
    // Everything that was ever written in it is touched.
    tx.extend_timeout()?;
    dialect::write_alone(tx.conn)?;
    let (from, to) = (from.as_str(), settings.locale.as_str());
    make_way(tx, from, to)?;
    // What names it beside words says something else then.
    let named = format!("%\"{from}\"%");
    let mut site = Sql::new("UPDATE site SET version = version + 1 WHERE default_locale = ");
    site.text(from).push(" OR CAST(credit_labels AS TEXT) LIKE ").text(&named);
    site.execute(tx)?;
    let mut others = Sql::new("UPDATE locales SET version = version + 1 WHERE CAST(fallback AS TEXT) LIKE ");
    others.text(&named);
    others.execute(tx)?;
    diesel::insert_into(locales::table).values(&row(settings)).execute(tx)?;
    for (table, column) in TAGGED {
        let mut sql = Sql::new(&format!("UPDATE {table} SET {column} = "));
        sql.text(to).push(&format!(" WHERE {column} = ")).text(from);
        sql.execute(tx)?;
    }
    let doc = dialect::doc_type(tx.conn);
    for (table, column, member) in IN_JSON {
        // Within a text of JSON a quotation mark is escaped: one that is not stands where the tag begins or ends.
        let told = |tag: &str, space: &str| match member {
            Some("") => format!("\"{tag}\""),
            Some(member) => format!("\"{member}\":{space}\"{tag}\""),
            None => format!("\"{tag}\":"),
        };
        let mut sql = Sql::new(&format!("UPDATE {table} SET {column} = CAST(REPLACE(REPLACE(CAST({column} AS TEXT), "));
        sql.text(&told(from, "")).push(", ").text(&told(to, "")).push("), ").text(&told(from, " ")).push(", ").text(&told(to, " "));
        sql.push(&format!(") AS {doc}) WHERE CAST({column} AS TEXT) LIKE ")).text(&named);
        sql.execute(tx)?;
    }
    let at = locales::table.find(from).filter(locales::version.eq(settings.version.saturating_sub(1)));
    if diesel::delete(at).execute(tx)? == 0 {
        return Err(Error::stale("locale", settings.version));
    }
    tx.record(Change::new(Event::Revised, Subject::Locale(settings.locale.clone())).because(&format!("{from} to {to}")));
    Ok(())
}

/// Remove what a locale that was deleted has left under its tag, where another one needs the place.
fn make_way(tx: &mut Tx<'_>, from: &str, to: &str) -> Result<(), Error> {
    let mut history = Sql::new("SELECT COUNT(*) AS n FROM translation_revisions r WHERE r.locale = ");
    history.text(to).push(" AND EXISTS (SELECT 1 FROM translation_revisions f WHERE f.article_id = r.article_id AND f.locale = ");
    history.text(from).push(")");
    if history.count(tx)? > 0 {
        let detail =
            format!("words of the same articles were written and deleted under `{to}`: their history would be mixed; take another tag");
        return Err(Error::Conflict { code: "in-use", detail });
    }
    let mut addresses = Sql::new("DELETE FROM addresses WHERE locale = ");
    addresses.text(to).push(" AND slug IN (SELECT slug FROM addresses WHERE locale = ").text(from).push(")");
    addresses.execute(tx)?;
    // What was read, and related, under a tag that is no more.
    for table in ["view_counts", "most_read", "related_lists", "related_stories"] {
        let mut left = Sql::new(&format!("DELETE FROM {table} WHERE locale = "));
        left.text(to);
        left.execute(tx)?;
    }
    derived::forget(tx, to)
}

/// Remove a locale that nothing is written in.
///
/// # Errors
/// [`Error::Conflict`] when something is.
pub fn delete<A>(tx: &mut Tx<'_>, granted: &Granted<A, Whole<LocaleSettings>>, expected: Version) -> Result<(), Error> {
    let Whole(settings) = granted.get();
    let at = locales::table.find(settings.locale.as_str()).filter(locales::version.eq(expected));
    if diesel::delete(at).execute(tx)? == 0 {
        return Err(Error::stale("locale", settings.version));
    }
    derived::end_locale(tx, &settings.locale)?;
    tx.record(Change::new(Event::Deleted, Subject::Locale(settings.locale.clone())));
    Ok(())
}

/// True when words, names, grants, redirects, labels of menus or collections are in this locale.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn in_use(tx: &mut Tx<'_>, locale: &Locale) -> Result<bool, Error> {
    let words = translations::table.filter(translations::locale.eq(locale.as_str()));
    let granted = grants::table.filter(grants::locale.eq(locale.as_str()));
    let leading = redirects::table.filter(redirects::locale.eq(locale.as_str()));
    Ok(super::names::in_use(tx, locale)?
        || diesel::select(diesel::dsl::exists(words)).get_result(tx)?
        || diesel::select(diesel::dsl::exists(granted)).get_result(tx)?
        || diesel::select(diesel::dsl::exists(leading)).get_result(tx)?
        || super::menus::labelled_in(tx, locale)? > 0
        || super::collection_uses::in_locale(tx, locale)? > 0
        || super::media::in_locale(tx, locale)? > 0)
}
