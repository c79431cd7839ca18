//! Names of time zones, to print beside a time: CLDR's short ones, in the reader's language.
//!
//! **Decision.** What CLDR has no short name for is told by its offset (`GMT+5:45`), in one form for all languages. A locale without a region is
//! read with that of the zone, for short names are known where their clocks show them: `en` says `EDT` of New York and `BST` of London.
//! `IST` is India's alone: Ireland and Israel, which have letters alike, are told by their offsets. Names of a day are kept, for every story of
//! a list has some.

use std::sync::{Arc, LazyLock};

use icu_datetime::{
    NoCalendarFormatter,
    fieldsets::zone::{LocalizedOffsetShort, SpecificShort},
};
use icu_locale_core::subtags::{Region, region};
use icu_time::zone::{IanaParser, UtcOffset, ZoneNameTimestamp};
use jiff::tz::TimeZone;
use quick_cache::sync::Cache;

use super::{Instant, Locale};

/// Names that are kept.
const KEPT: usize = 10_000;
/// Names by zone, locale, offset and day.
type Known = Cache<(String, Locale, i32, i64), Arc<str>>;
static KNOWN: LazyLock<Known> = LazyLock::new(|| Cache::new(KEPT));

/// The short name of an IANA zone at an instant.
#[must_use]
pub fn name(iana: &str, at: Instant, locale: &Locale) -> Arc<str> {
    let zone = TimeZone::get(iana).unwrap_or(TimeZone::UTC);
    let offset = zone.to_offset(at.timestamp()).seconds();
    let key = (iana.to_owned(), locale.clone(), offset, at.timestamp().as_second().div_euclid(24 * 3600));
    KNOWN.get(&key).unwrap_or_else(|| {
        let name: Arc<str> = named(iana, at, offset, locale).unwrap_or_else(|| by_offset(offset)).into();
        KNOWN.insert(key, name.clone());
        name
    })
}

/// What CLDR calls it, if anything.
fn named(iana: &str, at: Instant, offset: i32, locale: &Locale) -> Option<String> {
    let id = IanaParser::new().parse(iana);
    let region = Some(id.as_str()).filter(|id| id.len() == 5).and_then(|id| Region::try_from_str(id.get(..2)?).ok());
    let mut locale = icu_locale_core::Locale::try_from_str(locale.as_str()).ok()?;
    locale.id.region = locale.id.region.or(region);
    let known = ZoneNameTimestamp::from_epoch_seconds(at.timestamp().as_second());
    let zone = id.with_offset(UtcOffset::try_from_seconds(offset).ok()).with_zone_name_timestamp(known);
    let name = NoCalendarFormatter::try_new((&locale).into(), SpecificShort).ok()?.format(&zone).to_string();
    let unnamed = NoCalendarFormatter::try_new((&locale).into(), LocalizedOffsetShort).ok()?.format(&zone).to_string();
    let of_another = name == "IST" && region != Some(region!("IN"));
    Some(name).filter(|name| *name != unnamed && !of_another)
}

/// `GMT`, `GMT+5:45`, `GMT-3`.
fn by_offset(offset: i32) -> String {
    if offset == 0 {
        return "GMT".to_owned();
    }
    let (sign, seconds) = (if offset < 0 { '-' } else { '+' }, offset.unsigned_abs());
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    match (minutes, seconds) {
        (0, 0) => format!("GMT{sign}{hours}"),
        (_, 0) => format!("GMT{sign}{hours}:{minutes:02}"),
        _ => format!("GMT{sign}{hours}:{minutes:02}:{seconds:02}"),
    }
}
