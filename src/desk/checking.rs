//! Looking a story over before it is public.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    access::{Permit, Visibility, action::ReadArticle},
    desk::references,
    domain::{
        Error, Id, Locale,
        address::AddressKind,
        article::{Article, Lead},
        body::{Document, pictures},
        locale::LocaleState,
        media::MediaId,
        path,
        preflight::{self, Beside, Finding, Pictured, Severity},
        site::Masthead,
        translation::{Copy, Translation},
    },
    store::{self, Tx},
};

/// What was found in an article, with pointers into it (`#/translations/hi/headline`).
#[derive(Debug, Clone)]
pub struct Report {
    /// What was found.
    pub findings: Vec<Finding>,
}

impl Report {
    /// True when nothing was found that keeps the article from being published.
    #[must_use]
    pub fn passes(&self) -> bool {
        self.findings.iter().all(|f| f.severity != Severity::Error)
    }
}

/// Links of a body into the site that lead nowhere.
fn dead_links(tx: &mut Tx<'_>, masthead: &Masthead, body: &Document) -> Result<Vec<String>, Error> {
    let mut all = BTreeSet::new();
    for block in &body.blocks {
        preflight::links(block, &mut |href| _ = all.insert(href.to_owned()));
    }
    let base = masthead.site.url.trim_end_matches('/');
    let mut dead = Vec::new();
    for href in all {
        let inside = href.strip_prefix(base).filter(|rest| rest.is_empty() || rest.starts_with(['/', '?', '#']));
        let Some(inside) = inside.or_else(|| href.starts_with('/').then_some(href.as_str())) else { continue };
        let inside = inside.split(['?', '#']).next().unwrap_or_default();
        let Some(decoded) = path::decode(if inside.is_empty() { "/" } else { inside }) else {
            dead.push(href);
            continue;
        };
        if !leads_somewhere(tx, masthead, decoded.trim_end_matches('/'))? {
            dead.push(href);
        }
    }
    Ok(dead)
}

fn leads_somewhere(tx: &mut Tx<'_>, masthead: &Masthead, inside: &str) -> Result<bool, Error> {
    for parts in masthead.site.url_pattern.readings(inside, masthead.site.default_locale.as_str()) {
        if let Some(id) = parts.id
            && store::editions::live_heads(tx, &[id.into()])?.contains_key(&id.into())
        {
            return Ok(true);
        }
        if let (Some(slug), Ok(locale)) = (&parts.slug, parts.locale.parse::<Locale>())
            && is_public(tx, &[locale], slug)?
        {
            return Ok(true);
        }
    }
    let mut segments = inside.split('/').skip(1);
    let known = |locale: &str| locale.parse().ok().filter(|l| masthead.settings(l).is_some());
    match (segments.next(), segments.next(), segments.next()) {
        (None, ..) => Ok(true),
        (Some(locale), None, _) if known(locale).is_some() => Ok(true),
        (Some(slug), None, _) if !masthead.site.url_pattern.names_locale() => {
            is_public(tx, std::slice::from_ref(&masthead.site.default_locale), slug)
        }
        (Some(locale), Some(slug), None) if known(locale).is_some() => {
            let everywhere: Vec<Locale> = masthead.locales.iter().map(|l| l.locale.clone()).collect();
            is_public(tx, &everywhere, slug)
        }
        _ => Ok(false),
    }
}

/// True when a slug leads to something that is public now; a story that is gone keeps its address, and nobody who follows it.
fn is_public(tx: &mut Tx<'_>, locales: &[Locale], slug: &str) -> Result<bool, Error> {
    for address in store::names::find(tx, locales, &[slug])? {
        let id = address.target.into();
        if address.kind != AddressKind::Article || store::editions::live_heads(tx, &[id])?.contains_key(&id) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// What is found in words, and what in the picture that leads them.
fn findings(tx: &mut Tx<'_>, seen: &Visibility, masthead: &Masthead, copy: Copy) -> Result<(Vec<Finding>, Vec<Finding>), Error> {
    let Copy { article, mut translation } = copy;
    references::show(tx, seen, &translation.locale, &mut translation.words.body)?;
    let dead_links = dead_links(tx, masthead, &translation.words.body)?;
    let source = match &translation.made_from {
        Some(of) => store::translations::find(tx, &article, &of.locale)?,
        None => None,
    };
    let behind = translation.made_from.as_ref().map_or(Ok(0), |of| store::editions::behind(tx, article.id, of))?;
    let lead = article.facts.lead.as_ref();
    let library = pictured(tx, &article, &translation)?;
    let picture = lead.and_then(Lead::media).and_then(|id| library.get(&id));
    let beside = Beside {
        pictured: lead.is_some() && !picture.is_some_and(|picture| picture.told),
        locale: &translation.locale,
        source: source.as_ref().map(|s| (&s.locale, &s.words)),
        dead_links: &dead_links,
        behind,
        library: &library,
    };
    let found = preflight::check(&translation.words, beside).into_iter().map(|f| f.in_translation(&translation.locale)).collect();
    let poster = lead.and_then(Lead::poster).and_then(|id| library.get(&id));
    let both = [(picture, "#/lead/media_id"), (poster, "#/lead/poster_id")];
    let of_lead = both.into_iter().filter_map(|(item, at)| Some(preflight::check_lead(item?, at))).flatten();
    Ok((found, of_lead.collect()))
}

/// What is to be known of the pictures of the library that lead words, or stand in them.
fn pictured(tx: &mut Tx<'_>, article: &Article, translation: &Translation) -> Result<BTreeMap<MediaId, Pictured>, Error> {
    let ids = article.facts.media().chain(pictures::of(&translation.words.body)).collect();
    let from = article.facts.embargo_until.unwrap_or_else(|| tx.now()).max(tx.now());
    let mut all = BTreeMap::new();
    for (id, media) in store::media::of(tx, &ids)? {
        let elsewhere = media.description.licence.once && store::media::shown_elsewhere(tx, id, article.id)?;
        all.insert(id, Pictured::of(&media, &translation.locale, from, elsewhere));
    }
    Ok(all)
}

/// Look an article over in some of its locales; in all that it has words in when none is named.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Invalid`] for a locale without words.
pub fn check(tx: &mut Tx<'_>, permit: Permit<ReadArticle>, id: Id<Article>, locales: Option<Vec<Locale>>) -> Result<Report, Error> {
    let article = store::articles::find(tx, &permit.visibility(), id)?;
    let masthead = store::site::masthead(tx)?;
    let all = store::translations::all(tx, &article)?;
    if let Some(n) = locales.iter().flatten().position(|l| all.iter().all(|t| t.locale != *l)) {
        return Err(Error::invalid(format!("#/locales/{n}"), "no_words", "there are no words in this locale"));
    }
    let offered = masthead.locales.iter().filter(|l| l.state != LocaleState::Retired).map(|l| l.locale.clone());
    let missing: Vec<Locale> = offered.filter(|l| all.iter().all(|t| t.locale != *l)).collect();
    let mut findings = preflight::check_facts(&article.facts, &missing);
    let mut of_picture: Vec<Finding> = Vec::new();
    for translation in all.into_iter().filter(|t| locales.as_ref().is_none_or(|l| l.contains(&t.locale))) {
        let copy = Copy { article: article.clone(), translation };
        let (of_words, of_lead) = self::findings(tx, &permit.visibility(), &masthead, copy)?;
        findings.extend(of_words);
        // What is wrong with the picture in every language is said once.
        for finding in of_lead {
            if !of_picture.contains(&finding) {
                of_picture.push(finding);
            }
        }
    }
    findings.extend(of_picture);
    Ok(Report { findings })
}
