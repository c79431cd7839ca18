//! Where a public path leads: for frontends that know an address and nothing else.

use std::{collections::BTreeSet, sync::Arc};

use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    Found, Reading,
    articles::{self, Shape},
    names,
};
use crate::{
    domain::{
        Error, Locale,
        address::AddressKind,
        article, author, path,
        redirect::{self, Destination, Redirect, Thing},
        section,
        site::{Masthead, RetiredLocales},
        tag,
    },
    store::{self, Tx},
};

/// What is at a public path.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Resolved {
    /// The front page of a language.
    #[schema(title = "ResolvedHome")]
    Home {
        /// The language.
        locale: Locale,
        /// Absolute URL of the page, where its path names the language.
        #[serde(skip)]
        url: Option<String>,
    },
    /// An article.
    #[schema(title = "ResolvedArticle")]
    Article {
        /// Its id.
        id: article::ArticleId,
        /// The language of the page.
        locale: Locale,
        /// Absolute URL of the page.
        url: String,
    },
    /// A section.
    #[schema(title = "ResolvedSection")]
    Section {
        /// Its id.
        id: section::SectionId,
        /// The language of the page.
        locale: Locale,
        /// Absolute URL of the page.
        url: String,
    },
    /// An author.
    #[schema(title = "ResolvedAuthor")]
    Author {
        /// Their id.
        id: author::AuthorId,
        /// The language of the page.
        locale: Locale,
        /// Absolute URL of the page.
        url: String,
    },
    /// A tag.
    #[schema(title = "ResolvedTag")]
    Tag {
        /// Its id.
        id: tag::TagId,
        /// The language of the page.
        locale: Locale,
        /// Absolute URL of the page.
        url: String,
    },
    /// Nothing is here any more; the page has another path now.
    #[schema(title = "ResolvedRedirect")]
    Redirect {
        /// The present path, percent-encoded; an absolute URL, where a redirect of the desk leads away from the site.
        #[schema(example = "/en/world/river-rises-overnight")]
        to: String,
        /// The HTTP status to answer a reader with: 301, 302, 307 or 308.
        #[schema(example = 301)]
        status: i32,
    },
}

impl Resolved {
    /// Whether its page has this decoded path.
    fn is_at(&self, asked: &str) -> bool {
        self.url().is_none_or(|url| path_of(url).is_ok_and(|path| path::decode(&path).as_deref() == Some(asked)))
    }

    fn url(&self) -> Option<&str> {
        match self {
            Self::Article { url, .. } | Self::Section { url, .. } | Self::Author { url, .. } | Self::Tag { url, .. } => Some(url),
            Self::Home { url, .. } => url.as_deref(),
            Self::Redirect { .. } => None,
        }
    }

    /// What it is the page of.
    fn thing(&self) -> Option<(AddressKind, Uuid)> {
        match self {
            Self::Article { id, .. } => Some((AddressKind::Article, id.uuid())),
            Self::Section { id, .. } => Some((AddressKind::Section, id.uuid())),
            Self::Author { id, .. } => Some((AddressKind::Author, id.uuid())),
            Self::Tag { id, .. } => Some((AddressKind::Tag, id.uuid())),
            Self::Home { .. } | Self::Redirect { .. } => None,
        }
    }

    fn locale(&self) -> Option<&Locale> {
        match self {
            Self::Home { locale, .. }
            | Self::Article { locale, .. }
            | Self::Section { locale, .. }
            | Self::Author { locale, .. }
            | Self::Tag { locale, .. } => Some(locale),
            Self::Redirect { .. } => None,
        }
    }
}

/// The path of a URL, percent-encoded.
pub(super) fn path_of(url: &str) -> Result<String, Error> {
    url::Url::parse(url).map(|u| u.path().to_owned()).map_err(Error::internal)
}

/// What is at a path of the site, in its encoded or its readable form, with its query if there is one. A page whose present path is another one
/// is a redirect, whatever in it has changed: slug, section, date, or only how it is written.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Gone`] for what was taken down, or is in a locale that was retired; [`Error::Invalid`] at `?path` for what is no
/// path.
pub fn resolve(tx: &mut Tx<'_>, asked: &str) -> Result<Resolved, Error> {
    let masthead = store::site::for_readers(tx)?;
    resolve_in(tx, &masthead, asked)
}

/// The same on a site that was read already.
pub(super) fn resolve_in(tx: &mut Tx<'_>, masthead: &Arc<Masthead>, asked: &str) -> Result<Resolved, Error> {
    look(tx, masthead, asked, &mut Vec::new())?.ok_or(Error::NotFound("page"))
}

/// What is at an address to which the redirects from `passed` have led; nothing, when nothing is.
fn look(tx: &mut Tx<'_>, masthead: &Arc<Masthead>, asked: &str, passed: &mut Vec<String>) -> Result<Option<Resolved>, Error> {
    let (path, query) = asked.split_once('?').unwrap_or((asked, ""));
    // With its query it is another address than without, even where something is live without.
    if !query.is_empty() {
        let spelled = redirect::spelled(asked);
        for address in redirect::tried(asked) {
            // A redirect may itself add what readers are followed by: that leads nowhere else.
            if redirect::spelled(&address).is_some_and(|address| passed.contains(&address)) {
                continue;
            }
            match redirected(tx, masthead, &address, passed)? {
                Some(Resolved::Redirect { to, .. }) if redirect::spelled(&to) == spelled => {}
                Some(there) => return Ok(Some(there)),
                None => {}
            }
        }
    }
    let Some(decoded) = path::decode(path) else {
        // Of old sites there are addresses that no page of this one can have.
        return match redirected(tx, masthead, path, passed)? {
            None if passed.is_empty() => Err(Error::invalid("?path", "path", "a path of the site, beginning with `/`")),
            there => Ok(there),
        };
    };
    // The site may live below a folder of its host.
    let base = path::decode(&path_of(&masthead.site.url)?).unwrap_or_default();
    let Some(inside) = decoded.strip_prefix(base.trim_end_matches('/')) else { return redirected(tx, masthead, path, passed) };
    // What is live there is so with slashes behind it too, and comes before redirects from there.
    let (inside, at) = (inside.trim_end_matches('/'), decoded.trim_end_matches('/'));
    let at = if at.is_empty() { "/" } else { at };
    match found_at(tx, masthead, inside, at, |tx| redirected(tx, masthead, path, passed))? {
        None => retired_at(tx, masthead, inside, at),
        Some(here) if here.is_at(&decoded) => Ok(Some(here)),
        Some(elsewhere) => elsewhere.url().map(moved).transpose(),
    }
}

fn moved(url: &str) -> Result<Resolved, Error> {
    Ok(Resolved::Redirect { to: path_of(url)?, status: 301 })
}

/// What a path means: what is live there, else what `before` gives, else what was there, wherever its page is now.
fn found_at(
    tx: &mut Tx<'_>,
    masthead: &Arc<Masthead>,
    inside: &str,
    asked: &str,
    before: impl FnOnce(&mut Tx<'_>) -> Result<Option<Resolved>, Error>,
) -> Result<Option<Resolved>, Error> {
    let mut article = None;
    for parts in masthead.site.url_pattern.readings(inside, masthead.site.default_locale.as_str()) {
        let found = article_at(tx, masthead, &parts)?;
        if found.as_ref().is_some_and(|found| found.is_at(asked)) {
            return Ok(found);
        }
        article = article.or(found);
    }
    let listing = listing_at(tx, masthead, inside)?;
    if listing.as_ref().is_some_and(|found| found.is_at(asked)) {
        return Ok(listing);
    }
    if let Some(there) = before(tx)? {
        return Ok(Some(there));
    }
    // What was at this very path under a former pattern comes before what is found by its slug or id, whatever else is written.
    let mut named = None;
    if !masthead.site.former_url_patterns.is_empty() {
        named = Some(Named::by(tx, masthead, inside)?);
    }
    let formerly = named.as_ref().map(|named| formerly_at(tx, masthead, inside, asked, named)).transpose()?;
    let found = match formerly.flatten() {
        Some((there, true)) => Some(there),
        Some((likely, false)) => article.or(listing).or(Some(likely)),
        None => article.or(listing),
    };
    if found.is_some() {
        return Ok(found);
    }
    let named = named.map_or_else(|| Named::by(tx, masthead, inside), Ok)?;
    elsewhere_at(tx, masthead, &named)
}

/// What a path may mean by a slug, by the present pattern of the site and former ones, and the articles that have such a slug or had it, in
/// whatever locale: all of it in one statement, after which none is needed for slugs that no article ever had.
struct Named {
    readings: Vec<path::Parts>,
    addresses: Vec<store::names::Address>,
}

impl Named {
    fn by(tx: &mut Tx<'_>, masthead: &Masthead, inside: &str) -> Result<Self, Error> {
        let default = masthead.site.default_locale.as_str();
        let patterns = std::iter::once(&masthead.site.url_pattern).chain(&masthead.site.former_url_patterns);
        let readings: Vec<_> = patterns.flat_map(|pattern| pattern.readings(inside, default)).filter(|parts| parts.id.is_none()).collect();
        let slugs: BTreeSet<&str> = readings.iter().filter_map(|parts| parts.slug.as_deref()).collect();
        let locales: Vec<Locale> = masthead.locales.iter().map(|l| l.locale.clone()).collect();
        let mut addresses = store::names::find(tx, &locales, &slugs.into_iter().collect::<Vec<_>>())?;
        addresses.retain(|address| address.kind == AddressKind::Article);
        Ok(Self { readings, addresses })
    }

    /// Those articles that a path means.
    fn meant<'n>(&'n self, parts: &'n path::Parts) -> impl Iterator<Item = &'n store::names::Address> {
        self.addresses.iter().filter(|address| Some(&address.slug) == parts.slug.as_ref())
    }
}

/// The article that a path means by a slug that it has, or had, in another locale; where the path names no locale, in that one.
fn elsewhere_at(tx: &mut Tx<'_>, masthead: &Arc<Masthead>, named: &Named) -> Result<Option<Resolved>, Error> {
    for parts in &named.readings {
        for address in named.meant(parts) {
            let locale = if parts.without_locale { address.locale.to_string() } else { parts.locale.clone() };
            let parts = path::Parts { locale, id: Some(address.target), ..path::Parts::default() };
            // What is not public there is answered as what never was.
            let found = found(tx.noting_what_is_found(|tx| article_at(tx, masthead, &parts)?.ok_or(Error::NotFound("article"))))?;
            if found.is_some() {
                return Ok(found);
            }
        }
    }
    Ok(None)
}

/// What is answered at a path of a locale that is no longer public.
fn retired_at(tx: &mut Tx<'_>, masthead: &Arc<Masthead>, inside: &str, asked: &str) -> Result<Option<Resolved>, Error> {
    if masthead.retired.is_empty() {
        return Ok(None);
    }
    let then = Arc::new(masthead.with_retired());
    let Some(was) = found_at(tx, &then, inside, asked, |_| Ok(None))? else { return Ok(None) };
    let Some(retired) = was.locale().and_then(|locale| masthead.retired(locale)) else { return Ok(None) };
    if masthead.site.retired_locales == RetiredLocales::Fallback {
        for locale in retired.fallback.iter().chain([&masthead.site.default_locale]) {
            let there = match was.thing() {
                Some((kind, id)) => thing_at(tx, masthead, &Thing { kind, id, locale: locale.clone() })?,
                None => Some(path_of(&masthead.front_url(locale))?),
            };
            if let Some(to) = there {
                return Ok(Some(Resolved::Redirect { to, status: 301 }));
            }
        }
    }
    Err(Error::Gone("page"))
}

/// Where a redirect from an address leads; nothing, when there is none, or what it leads to is not public.
fn redirected(tx: &mut Tx<'_>, masthead: &Arc<Masthead>, address: &str, passed: &mut Vec<String>) -> Result<Option<Resolved>, Error> {
    let Some(address) = redirect::spelled(address) else { return Ok(None) };
    let Some(Redirect { to, status, .. }) = store::redirects::at(tx, &address)? else { return Ok(None) };
    if passed.len() >= redirect::HOPS {
        return Err(Error::NotFound("page"));
    }
    let there = match to {
        None => return Err(Error::Gone("page")),
        Some(Destination::Thing(thing)) => match thing_at(tx, masthead, &thing)? {
            None if masthead.retired(masthead.present(&thing.locale)).is_some() => {
                // As its own address there answers.
                let Some(was) = thing_at(tx, &Arc::new(masthead.with_retired()), &thing)? else { return Ok(None) };
                if redirect::spelled(&was).as_ref() == Some(&address) {
                    return Ok(None);
                }
                passed.push(address);
                look(tx, masthead, &was, passed)?.map(|found| onward(found, was))
            }
            there => there.map(|there| (there, None)),
        },
        Some(Destination::Address(to)) => {
            passed.push(address);
            let found = if to.starts_with('/') { look(tx, masthead, to.split('#').next().unwrap_or_default(), passed)? } else { None };
            Some(match found {
                Some(found) => onward(found, to),
                None => (to, None),
            })
        }
    };
    // For as long only as each of those that follow one another.
    let temporary = |onward: Option<i32>| onward.filter(|onward| redirect::is_temporary(*onward));
    Ok(there.map(|(to, onward)| Resolved::Redirect { to, status: temporary(onward).unwrap_or(status) }))
}

/// Where an address leads at which this was found, and with which status, if it leads on.
fn onward(found: Resolved, address: String) -> (String, Option<i32>) {
    match found {
        Resolved::Redirect { to, status } => (to, Some(status)),
        _ => (address, None),
    }
}

/// The present path of a thing that is public in a locale.
fn thing_at(tx: &mut Tx<'_>, masthead: &Arc<Masthead>, thing: &Thing) -> Result<Option<String>, Error> {
    let Some(reading) = reading(masthead, thing.locale.as_str()) else { return Ok(None) };
    // As in `names::by_slug`: what is not public is answered as what never was.
    let url = found(tx.noting_what_is_found(|tx| match thing.kind {
        AddressKind::Article => articles::article(tx, &reading, thing.id.into(), &Shape::address()).map(|a| a.url),
        AddressKind::Section => names::section(tx, &reading, thing.id.into()).map(|s| s.url),
        AddressKind::Author => names::author(tx, &reading, thing.id.into()).map(|a| a.url),
        AddressKind::Tag => names::tag(tx, &reading, thing.id.into()).map(|t| t.url),
    }))?;
    if url.is_none()
        && let Some(into) = store::merging::present(tx, [(thing.kind, thing.id)])?.get(&thing.id)
    {
        return thing_at(tx, masthead, &Thing { id: *into, ..thing.clone() });
    }
    url.as_deref().map(path_of).transpose()
}

/// The article that a path meant under a former pattern of the site, and whether that was its path, letter by letter, as its parts are now.
fn formerly_at(
    tx: &mut Tx<'_>,
    masthead: &Arc<Masthead>,
    inside: &str,
    asked: &str,
    named: &Named,
) -> Result<Option<(Resolved, bool)>, Error> {
    let (mut likely, mut tried) = (None, BTreeSet::new());
    for pattern in &masthead.site.former_url_patterns {
        let then = Arc::new(masthead.under(pattern));
        for parts in pattern.readings(inside, masthead.site.default_locale.as_str()) {
            // Patterns that read it alike find nothing else.
            if !tried.insert((parts.locale.clone(), parts.slug.clone(), parts.id)) && likely.is_none() {
                continue;
            }
            if parts.id.is_none() && named.meant(&parts).next().is_none() {
                continue;
            }
            let Some(was) = article_at(tx, &then, &parts)? else { continue };
            if was.is_at(asked) || likely.is_none() {
                let Resolved::Article { id, locale, .. } = &was else { continue };
                let parts = path::Parts { locale: locale.to_string(), id: Some(id.uuid()), ..path::Parts::default() };
                let Some(there) = article_at(tx, masthead, &parts)? else { continue };
                if was.is_at(asked) {
                    return Ok(Some((there, true)));
                }
                likely = Some((there, false));
            }
        }
    }
    Ok(likely)
}

/// A reader of the locale that a path names by its tag or a former one, if the site publishes in it.
fn reading(masthead: &Arc<Masthead>, locale: &str) -> Option<Reading> {
    let tag = locale.parse().ok()?;
    let locale = masthead.present(&tag);
    masthead.settings(locale)?;
    Some(Reading::of(masthead.clone(), locale.clone(), false))
}

fn found<T>(result: Result<T, Error>) -> Result<Option<T>, Error> {
    match result {
        Ok(thing) => Ok(Some(thing)),
        Err(Error::NotFound(_)) => Ok(None),
        Err(other) => Err(other),
    }
}

fn article_at(tx: &mut Tx<'_>, masthead: &Arc<Masthead>, parts: &path::Parts) -> Result<Option<Resolved>, Error> {
    let Some(reading) = reading(masthead, &parts.locale) else { return Ok(None) };
    let article = if let Some(id) = parts.id {
        found(articles::article(tx, &reading, id.into(), &Shape::address()))?
    } else if let Some(slug) = &parts.slug {
        match found(articles::by_slug(tx, &reading, slug, &Shape::address()))? {
            Some(Found::Moved(slug)) => match found(articles::by_slug(tx, &reading, &slug, &Shape::address()))? {
                Some(Found::Here(article)) => Some(article),
                Some(Found::Moved(_)) | None => None,
            },
            Some(Found::Here(article)) => Some(article),
            None => None,
        }
    } else {
        None
    };
    Ok(article.map(|a| Resolved::Article { id: a.id, locale: a.locale, url: a.url }))
}

/// The front page of a locale, the page of a section, author or tag, or an article that is no news: `/{locale}` and `/{locale}/{slug}`; `/{slug}` in the default locale of a site
/// whose pattern does not name it, or did not.
fn listing_at(tx: &mut Tx<'_>, masthead: &Arc<Masthead>, inside: &str) -> Result<Option<Resolved>, Error> {
    let mut segments = inside.split('/').skip(1);
    let (locale, slug, more) = (segments.next(), segments.next(), segments.next());
    let Some(locale) = locale else {
        return Ok(Some(Resolved::Home { locale: masthead.site.default_locale.clone(), url: None }));
    };
    let site = &masthead.site;
    let is_unnamed = || std::iter::once(&site.url_pattern).chain(&site.former_url_patterns).any(|pattern| !pattern.names_locale());
    let named = reading(masthead, locale);
    let names_locale = named.is_some();
    let (reading, slug, more) = match (named, slug) {
        (Some(reading), _) => (reading, slug, more),
        (None, None) if is_unnamed() => (Reading::of(masthead.clone(), site.default_locale.clone(), false), Some(locale), None),
        (None, _) => return Ok(None),
    };
    match (slug, more) {
        (None, _) => Ok(Some(Resolved::Home { url: Some(masthead.front_url(&reading.locale)), locale: reading.locale })),
        (Some(slug), None) => {
            let addresses = store::names::find(tx, &reading.everywhere(), &[slug])?;
            // What has the slug in the language of the page comes before what is shown there under a slug of another.
            let mut stands = None;
            for address in addresses.into_iter().filter(|a| a.kind != AddressKind::Article || a.page) {
                if address.kind != AddressKind::Article {
                    stands = Some(address);
                    break;
                }
                let shown_in = if names_locale || masthead.settings(&address.locale).is_none() { &reading.locale } else { &address.locale };
                let parts = path::Parts { locale: shown_in.to_string(), id: Some(address.target), ..path::Parts::default() };
                let page = found(tx.noting_what_is_found(|tx| article_at(tx, masthead, &parts)?.ok_or(Error::NotFound("article"))))?;
                if page.is_some() {
                    return Ok(page);
                }
            }
            let Some(address) = stands else { return Ok(None) };
            let id = address.target;
            // Where the path names no locale, in that one which has the slug: another one may have been the default.
            let is_public = masthead.settings(&address.locale).is_some();
            let reading = if names_locale || !is_public { reading } else { Reading::of(masthead.clone(), address.locale.clone(), false) };
            let locale = reading.locale.clone();
            // As in `names::by_slug`: what is there no more is answered as what never was.
            found(tx.noting_what_is_found(|tx| {
                let (shown_in, there) = match address.kind {
                    AddressKind::Section => {
                        names::section(tx, &reading, id.into()).map(|s| (s.locale, Resolved::Section { id: s.id, locale, url: s.url }))?
                    }
                    AddressKind::Author => {
                        names::author(tx, &reading, id.into()).map(|a| (a.locale, Resolved::Author { id: a.id, locale, url: a.url }))?
                    }
                    AddressKind::Tag => {
                        names::tag(tx, &reading, id.into()).map(|t| (t.locale, Resolved::Tag { id: t.id, locale, url: t.url }))?
                    }
                    AddressKind::Article => return Ok(None),
                };
                // What is prepared in a locale is not told, unless it is all that there is to show.
                Ok((is_public || shown_in == address.locale).then_some(there))
            }))
            .map(Option::flatten)
        }
        (Some(_), Some(_)) => Ok(None),
    }
}
