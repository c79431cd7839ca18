//! Whole pages: everything a frontend needs to render what is at a public path, in one answer.

mod shape;

use std::collections::BTreeSet;

use uuid::Uuid;

pub use shape::{Card, Cards, Frame, Head, HrefLang, LanguageLink, NavigationItem, OpenGraph, Page, Rail, RailKind};

use super::{
    Reading,
    articles::{self, Article, BodyFormat, Shape},
    names::{self, Alternate, Section, SectionRef},
    resolve::{Resolved, resolve_in},
    site,
};
use crate::{
    access::Visibility,
    domain::{Error, Instant, Locale, article::ArticleId, facet::Facet, locale::LocaleSettings, page::Paging, section::SectionId},
    store::{
        self, Tx,
        editions::{Bodies, BodyForm},
        listings::{Filter, Order},
    },
};

/// How many stories a rail shows.
const RAIL: u32 = 10;

/// What a page is about, for its frame.
struct Subject<'a> {
    title: String,
    description: String,
    url: String,
    kind: &'static str,
    /// The same page in the languages that it is to be had in, this one among them.
    alternates: Vec<(Locale, String)>,
    /// The sections that the page lies in.
    sections: BTreeSet<Uuid>,
    article: Option<&'a Article>,
}

/// The page at a public path, and when it is next another one by itself.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Gone`]; [`Error::Invalid`] at `?path` for what is no path.
pub fn page(tx: &mut Tx<'_>, path: &str, paging: Paging, now: Instant) -> Result<(Page, Option<Instant>), Error> {
    let masthead = store::site::for_readers(tx)?;
    let until = masthead.zone_changes(now);
    let found = resolve_in(tx, &masthead, path)?;
    let reading = |locale: &Locale| Reading::of(masthead.clone(), locale.clone(), false);
    let page = match found {
        Resolved::Redirect { to, status } => Page::Redirect { to, status },
        Resolved::Home { locale, .. } => home(tx, &reading(&locale), paging, now)?,
        Resolved::Article { id, locale, .. } => article(tx, &reading(&locale), id, now)?,
        Resolved::Section { id, locale, .. } => section(tx, &reading(&locale), id, paging, now)?,
        Resolved::Author { id, locale, .. } => {
            let reading = reading(&locale);
            let author = names::author(tx, &reading, id)?;
            let cards = cards(tx, &reading, &Filter { authors: vec![id], ..Filter::default() }, paging)?;
            let subject = listing(&author.name, &author.bio, &author.url, &author.alternates, BTreeSet::new());
            Page::Author { frame: frame(tx, &reading, &subject, now)?, author: Box::new(author), articles: cards }
        }
        Resolved::Tag { id, locale, .. } => {
            let reading = reading(&locale);
            let tag = names::tag(tx, &reading, id)?;
            let cards = cards(tx, &reading, &Filter { tags: vec![id], ..Filter::default() }, paging)?;
            let subject = listing(&tag.name, &tag.description, &tag.url, &tag.alternates, BTreeSet::new());
            Page::Tag { frame: frame(tx, &reading, &subject, now)?, tag: Box::new(tag), articles: cards }
        }
    };
    Ok((page, until))
}

fn home(tx: &mut Tx<'_>, reading: &Reading, paging: Paging, now: Instant) -> Result<Page, Error> {
    let fronts = reading.masthead.locales.iter().map(|l| (l.locale.clone(), reading.masthead.front_url(&l.locale))).collect();
    let subject = Subject {
        title: reading.masthead.site.name.clone(),
        description: String::new(),
        url: reading.masthead.front_url(&reading.locale),
        kind: "website",
        alternates: fronts,
        sections: BTreeSet::new(),
        article: None,
    };
    let articles = cards(tx, reading, &Filter::default(), paging)?;
    Ok(Page::Home { frame: frame(tx, reading, &subject, now)?, articles })
}

fn section(tx: &mut Tx<'_>, reading: &Reading, id: SectionId, paging: Paging, now: Instant) -> Result<Page, Error> {
    let section = names::section(tx, reading, id)?;
    let articles = cards(tx, reading, &Filter { sections: vec![id], ..Filter::default() }, paging)?;
    let path = section.path.iter().map(|s| s.id.uuid()).collect();
    let subject = listing(&section.name, &section.description, &section.url, &section.alternates, path);
    let frame = frame(tx, reading, &subject, now)?;
    Ok(Page::Section { frame, section: Box::new(section), articles, rails: rails(tx, reading, None, None)? })
}

fn article(tx: &mut Tx<'_>, reading: &Reading, id: ArticleId, now: Instant) -> Result<Page, Error> {
    let article = articles::article(tx, reading, id, &Shape::whole(BodyFormat::Html))?;
    let subject = Subject {
        title: article.seo.title.clone(),
        description: article.seo.description.clone(),
        url: article.url.clone(),
        kind: "article",
        alternates: article.alternates.iter().map(|a| (a.locale.clone(), a.url.clone())).collect(),
        sections: article.section.path.iter().map(|s| s.id.uuid()).collect(),
        article: Some(&article),
    };
    let frame = frame(tx, reading, &subject, now)?;
    let rails = rails(tx, reading, Some(Facet::from(article.section.id)), Some(id))?;
    Ok(Page::Article { frame, article: Box::new(article), rails })
}

fn listing<'a>(name: &str, about: &str, url: &str, alternates: &[Alternate], sections: BTreeSet<Uuid>) -> Subject<'a> {
    Subject {
        title: name.to_owned(),
        description: about.to_owned(),
        url: url.to_owned(),
        kind: "website",
        alternates: alternates.iter().map(|a| (a.locale.clone(), a.url.clone())).collect(),
        sections,
        article: None,
    }
}

fn cards(tx: &mut Tx<'_>, reading: &Reading, filter: &Filter, paging: Paging) -> Result<Cards, Error> {
    let filter = Filter { chain: reading.chain.clone(), order: Order::Newest, ..filter.clone() };
    let (rows, page) = store::listings::page(tx, Visibility::public(), &filter, paging, Bodies::NONE)?.told();
    let articles = articles::shown(tx, reading, rows)?;
    Ok(Cards { data: articles.into_iter().map(card).collect(), page })
}

fn card(article: Article) -> Card {
    let section = article.section;
    Card {
        id: article.id,
        kind: article.kind,
        url: article.url,
        headline: article.headline,
        summary: article.summary,
        section: SectionRef {
            id: section.id,
            locale: section.locale,
            direction: section.direction,
            name: section.name,
            slug: section.slug,
            url: section.url,
        },
        lead: article.lead,
        reading_minutes: article.reading_minutes,
        published_at: article.published_at,
        updated_at: article.updated_at,
        time_zone_names: article.time_zone_names,
    }
}

/// The latest of a section and of the site, without the story that they stand beside.
fn rails(tx: &mut Tx<'_>, reading: &Reading, section: Option<Facet>, beside: Option<ArticleId>) -> Result<Vec<Rail>, Error> {
    let mut facets: Vec<(RailKind, Facet)> = section.map(|s| (RailKind::LatestInSection, s)).into_iter().collect();
    facets.push((RailKind::Latest, Facet::ALL));
    let asked: Vec<Facet> = facets.iter().map(|(_, facet)| *facet).collect();
    let latest = store::listings::latest(tx, Visibility::public(), &reading.locale, &asked, RAIL.saturating_add(1))?;
    let editions: BTreeSet<Uuid> = latest.iter().map(|l| l.edition_id).collect();
    let lives = store::editions::live_by_ids(tx, Visibility::public(), &editions, BodyForm::None)?;
    let cards: Vec<Card> = articles::shown(tx, reading, lives)?.into_iter().map(card).collect();
    let rail = |(kind, facet): (RailKind, Facet)| {
        let of_facet = latest.iter().filter(|l| l.facet == facet && Some(l.article_id) != beside);
        let cards = of_facet.filter_map(|l| cards.iter().find(|c| c.id == l.article_id).cloned());
        Rail { kind, articles: cards.take(usize::try_from(RAIL).unwrap_or(10)).collect() }
    };
    Ok(facets.into_iter().map(rail).collect())
}

fn frame(tx: &mut Tx<'_>, reading: &Reading, subject: &Subject<'_>, now: Instant) -> Result<Frame, Error> {
    let sections = names::sections(tx, reading)?;
    let masthead = &reading.masthead;
    let link = |l: &LocaleSettings| {
        let there = subject.alternates.iter().find(|(locale, _)| *locale == l.locale);
        LanguageLink {
            locale: l.locale.clone(),
            name: l.name.clone(),
            direction: l.direction,
            url: there.map_or_else(|| masthead.front_url(&l.locale), |(_, url)| url.clone()),
            available: there.is_some(),
            current: l.locale == reading.locale,
        }
    };
    Ok(Frame {
        locale: reading.locale.clone(),
        direction: masthead.direction(&reading.locale),
        site: site::of(masthead, &reading.locale, now),
        navigation: navigation(&sections, None, &subject.sections),
        languages: masthead.locales.iter().map(link).collect(),
        head: head(reading, subject),
    })
}

fn navigation(all: &[Section], parent: Option<SectionId>, current: &BTreeSet<Uuid>) -> Vec<NavigationItem> {
    let item = |s: &Section| NavigationItem {
        id: s.id,
        locale: s.locale.clone(),
        direction: s.direction,
        name: s.name.clone(),
        url: s.url.clone(),
        current: current.contains(&s.id.uuid()),
        children: navigation(all, Some(s.id), current),
    };
    all.iter().filter(|s| s.parent_id == parent).map(item).collect()
}

fn head(reading: &Reading, subject: &Subject<'_>) -> Head {
    let site = &reading.masthead.site;
    let mut alternates: Vec<HrefLang> =
        subject.alternates.iter().map(|(locale, url)| HrefLang { hreflang: locale.to_string(), href: url.clone() }).collect();
    if let Some((_, url)) = subject.alternates.iter().find(|(locale, _)| *locale == site.default_locale) {
        alternates.push(HrefLang { hreflang: "x-default".to_owned(), href: url.clone() });
    }
    let title = if subject.title == site.name { site.name.clone() } else { format!("{} | {}", subject.title, site.name) };
    let mut open_graph = Vec::new();
    let mut property = |name: &str, content: &str| {
        if !content.is_empty() {
            open_graph.push(OpenGraph { property: name.to_owned(), content: content.to_owned() });
        }
    };
    property("og:type", subject.kind);
    property("og:title", &subject.title);
    property("og:description", &subject.description);
    property("og:url", &subject.url);
    property("og:site_name", &site.name);
    property("og:locale", &reading.locale.as_str().replace('-', "_"));
    for (locale, _) in subject.alternates.iter().filter(|(locale, _)| *locale != reading.locale) {
        property("og:locale:alternate", &locale.as_str().replace('-', "_"));
    }
    if let Some(article) = subject.article {
        if let Some(lead) = &article.lead {
            property("og:image", &lead.url);
            property("og:image:width", &lead.width.to_string());
            property("og:image:height", &lead.height.to_string());
            property("og:image:alt", &lead.alt);
        }
        property("article:published_time", &article.published_at.to_string());
        property("article:modified_time", &article.updated_at.to_string());
        property("article:section", &article.section.name);
        article.tags.iter().for_each(|tag| property("article:tag", &tag.name));
        let authors = article.credits.iter().flat_map(|c| &c.authors);
        authors.for_each(|author| property("article:author", &author.url));
    }
    Head { title, description: subject.description.clone(), canonical: subject.url.clone(), alternates, open_graph }
}
