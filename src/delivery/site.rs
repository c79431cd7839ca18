//! The site and its locales, as readers need them.

use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    domain::{
        Error, Instant, Locale,
        locale::{Direction, LocaleSettings},
        site::Masthead,
    },
    store::{self, Tx},
};

/// A locale of the site, as a language switcher shows it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct LocaleInfo {
    /// The tag.
    pub locale: Locale,
    /// The language's own name for itself.
    #[schema(example = "हिंदी")]
    pub name: String,
    /// Which way its script runs.
    pub direction: Direction,
    /// The locales it falls back to, in order.
    pub fallback: Vec<Locale>,
    /// True for the site's default.
    pub default: bool,
}

/// The publication.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SiteInfo {
    /// Its name.
    #[schema(example = "The Dateline Times")]
    pub name: String,
    /// Where readers find it.
    #[schema(example = "https://news.example")]
    pub url: String,
    /// The locale of readers who ask for none.
    pub default_locale: Locale,
    /// IANA time zone that its dates are printed in.
    #[schema(example = "Asia/Kolkata")]
    pub time_zone: String,
    /// Short name of that zone now, in the language of the answer, to print beside a time; what has a time of its own says the name at that time.
    #[schema(example = "IST")]
    pub time_zone_name: String,
    /// Path of an article's page, with placeholders; without `{locale}` that of the default locale, the others having theirs in front of it.
    #[schema(example = "/{locale}/{section}/{slug}")]
    pub url_pattern: String,
    /// The locales it publishes in, in the order of the language switcher.
    pub locales: Vec<LocaleInfo>,
}

fn info(masthead: &Masthead, settings: &LocaleSettings) -> LocaleInfo {
    LocaleInfo {
        locale: settings.locale.clone(),
        name: settings.name.clone(),
        direction: settings.direction,
        fallback: settings.fallback.clone(),
        default: settings.locale == masthead.site.default_locale,
    }
}

/// The locales of the site.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn locales(tx: &mut Tx<'_>) -> Result<Vec<LocaleInfo>, Error> {
    let masthead = store::site::for_readers(tx)?;
    Ok(masthead.locales.iter().map(|l| info(&masthead, l)).collect())
}

/// The site, and when it is next another one by itself: its time zone's short name changes with the clocks.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn site(tx: &mut Tx<'_>, now: Instant) -> Result<(SiteInfo, Option<Instant>), Error> {
    let masthead = store::site::for_readers(tx)?;
    let info = of(&masthead, &masthead.site.default_locale, now);
    Ok((info, masthead.zone_changes(now)))
}

/// What a masthead says of the site to readers of a locale.
pub(super) fn of(masthead: &Masthead, locale: &Locale, now: Instant) -> SiteInfo {
    SiteInfo {
        name: masthead.site.name.clone(),
        url: masthead.site.url.clone(),
        default_locale: masthead.site.default_locale.clone(),
        time_zone: masthead.site.time_zone.clone(),
        time_zone_name: masthead.zone_name(now, locale).to_string(),
        url_pattern: masthead.site.url_pattern.as_str().to_owned(),
        locales: masthead.locales.iter().map(|l| info(masthead, l)).collect(),
    }
}
