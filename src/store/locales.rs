//! Locales of the site.

use diesel::prelude::*;
use serde_json::json;

use super::{
    RunQueryDsl, Tx,
    dialect::Json,
    schema::{grants, locales, translations},
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
#[diesel(table_name = locales)]
struct Row {
    locale: String,
    name: String,
    direction: String,
    fallback: Json,
    words_per_minute: i32,
    position: i32,
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
    tx.record(Change::new(Event::Deleted, Subject::Locale(settings.locale.clone())));
    Ok(())
}

/// True when words, names or grants are in this locale.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn in_use(tx: &mut Tx<'_>, locale: &Locale) -> Result<bool, Error> {
    let words = translations::table.filter(translations::locale.eq(locale.as_str()));
    let granted = grants::table.filter(grants::locale.eq(locale.as_str()));
    Ok(super::names::in_use(tx, locale)?
        || diesel::select(diesel::dsl::exists(words)).get_result(tx)?
        || diesel::select(diesel::dsl::exists(granted)).get_result(tx)?)
}
