//! The page of what is not there: its frame, so that a frontend draws its error page out of the same request.
//!
//! **Decision.** It is the same page at every path of a language, and made once for all of them: of what is asked for, only the language goes into
//! it. So it cannot tell whether a story is hidden at a path, and unknown paths, of which there is no end, do not each keep one.

use std::collections::BTreeSet;

use super::{ErrorKind, ErrorPage, Reading, Subject, frame};
use crate::{
    delivery::resolve::path_of,
    domain::{Error, Instant, Locale, path, site::Masthead},
    store::{self, Tx},
};

/// The language in which readers are told that nothing is at a path.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn language(tx: &mut Tx<'_>, asked: &str) -> Result<Locale, Error> {
    let masthead = store::site::for_readers(tx)?;
    let base = path::decode(&path_of(&masthead.site.url)?).unwrap_or_default();
    let decoded = asked.split('?').next().and_then(path::decode).unwrap_or_default();
    let inside = decoded.strip_prefix(base.trim_end_matches('/')).unwrap_or_default().trim_end_matches('/');
    Ok(named_in(&masthead, inside).unwrap_or_else(|| masthead.site.default_locale.clone()))
}

/// The public locale that a path inside of the site names, or that stands in for the retired one which it names.
fn named_in(masthead: &Masthead, inside: &str) -> Option<Locale> {
    let public = |tag: &str| {
        let tag = tag.parse().ok()?;
        let present = masthead.present(&tag);
        let instead = masthead.retired(present).map(|retired| &retired.fallback).into_iter().flatten();
        std::iter::once(present).chain(instead).find(|l| masthead.settings(l).is_some()).cloned()
    };
    let first = inside.split('/').nth(1).and_then(public);
    first.or_else(|| {
        let mut readings = masthead.site.url_pattern.readings(inside, masthead.site.default_locale.as_str());
        readings.find_map(|parts| public(&parts.locale).filter(|_| !parts.without_locale))
    })
}

/// The page of what is not there in a language, and when it is another one by itself.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn missing(tx: &mut Tx<'_>, locale: &Locale, fallback: bool, now: Instant) -> Result<(ErrorPage, Option<Instant>), Error> {
    let masthead = store::site::for_readers(tx)?;
    let until = masthead.zone_changes(now);
    // It may have been taken back since it was chosen.
    let locale = masthead.settings(locale).map_or(&masthead.site.default_locale, |settings| &settings.locale).clone();
    let reading = Reading::of(masthead.clone(), locale, fallback);
    let subject = Subject {
        title: masthead.site.name.clone(),
        description: String::new(),
        url: masthead.front_url(&reading.locale),
        kind: "website",
        alternates: Vec::new(),
        sections: BTreeSet::new(),
        article: None,
        stories: None,
    };
    Ok((ErrorPage { kind: ErrorKind::Error, frame: frame(tx, &reading, &subject, now)? }, until))
}
