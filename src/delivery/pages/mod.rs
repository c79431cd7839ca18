//! Whole pages: everything a frontend needs to render what is at a public path, in one answer.

mod head;
mod missing;
mod shape;

use std::collections::BTreeSet;

use uuid::Uuid;

pub use missing::{language, missing};
pub use shape::{Card, Cards, ErrorKind, ErrorPage, Frame, Head, HrefLang, LanguageLink, NavigationItem, OpenGraph, Page, Rail, RailKind};

use super::{
    Reading,
    articles::{self, Article, BodyFormat, Field, Include, Shape},
    menus,
    names::{self, Alternate, Section, SectionRef},
    resolve::{Resolved, resolve_in},
    site,
};
use crate::{
    access::Visibility,
    domain::{
        Error, Instant, Locale, article::ArticleId, edition::Edition, facet::Facet, locale::LocaleSettings, page::Paging,
        section::SectionId, views::Window,
    },
    store::{
        self, Tx,
        editions::BodyForm,
        listings::{self, Filter, Order},
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
    /// Its stories, and which page of them it shows.
    stories: Option<(&'a Cards, Paging)>,
}

/// How a page is shown.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct View {
    /// In which form bodies come: HTML on the page of an article and not at all among stories when absent.
    pub body: Option<BodyFormat>,
    /// What comes along with the article or the stories.
    pub include: BTreeSet<Include>,
    /// Whether stories that are not live in the language of the page are shown, and led to by menus, in the next of its chain.
    pub fallback: bool,
}

/// The page at a public path, and when it is next another one by itself.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Gone`]; [`Error::Invalid`] at `?path` for what is no path.
pub fn page(tx: &mut Tx<'_>, path: &str, paging: Paging, view: &View, now: Instant) -> Result<(Page, Option<Instant>), Error> {
    let masthead = store::site::for_readers(tx)?;
    let until = masthead.zone_changes(now);
    let found = resolve_in(tx, &masthead, path)?;
    let reading = |locale: &Locale| Reading::of(masthead.clone(), locale.clone(), view.fallback);
    let page = match found {
        Resolved::Redirect { to, status } => Page::Redirect { to, status },
        Resolved::Home { locale, .. } => home(tx, &reading(&locale), paging, view, now)?,
        Resolved::Article { id, locale, .. } => article(tx, &reading(&locale), id, view, now)?,
        Resolved::Section { id, locale, .. } => section(tx, &reading(&locale), id, paging, view, now)?,
        Resolved::Author { id, locale, .. } => {
            let reading = reading(&locale);
            let author = names::author(tx, &reading, id)?;
            let cards = cards(tx, &reading, &Filter { authors: vec![id], ..Filter::default() }, paging, view)?;
            let subject = listing(&author.name, &author.bio, &author.url, &author.alternates, (&cards, paging));
            let frame = frame(tx, &reading, &subject, now)?;
            Page::Author { frame, author: Box::new(author), articles: cards }
        }
        Resolved::Tag { id, locale, .. } => {
            let reading = reading(&locale);
            let tag = names::tag(tx, &reading, id)?;
            let cards = cards(tx, &reading, &Filter { tags: vec![id], ..Filter::default() }, paging, view)?;
            let subject = listing(&tag.name, &tag.description, &tag.url, &tag.alternates, (&cards, paging));
            let frame = frame(tx, &reading, &subject, now)?;
            Page::Tag { frame, tag: Box::new(tag), articles: cards }
        }
    };
    Ok((page, until))
}

fn home(tx: &mut Tx<'_>, reading: &Reading, paging: Paging, view: &View, now: Instant) -> Result<Page, Error> {
    let fronts = reading.masthead.locales.iter().map(|l| (l.locale.clone(), reading.masthead.front_url(&l.locale))).collect();
    let articles = cards(tx, reading, &Filter::default(), paging, view)?;
    let subject = Subject {
        title: reading.masthead.site.name.clone(),
        description: String::new(),
        url: reading.masthead.front_url(&reading.locale),
        kind: "website",
        alternates: fronts,
        sections: BTreeSet::new(),
        article: None,
        stories: Some((&articles, paging)),
    };
    let frame = frame(tx, reading, &subject, now)?;
    Ok(Page::Home { frame, articles })
}

fn section(tx: &mut Tx<'_>, reading: &Reading, id: SectionId, paging: Paging, view: &View, now: Instant) -> Result<Page, Error> {
    let section = names::section(tx, reading, id)?;
    let articles = cards(tx, reading, &Filter { sections: vec![id], ..Filter::default() }, paging, view)?;
    let path = section.path.iter().map(|s| s.id.uuid()).collect();
    let subject = listing(&section.name, &section.description, &section.url, &section.alternates, (&articles, paging));
    let subject = Subject { sections: path, ..subject };
    let frame = frame(tx, reading, &subject, now)?;
    Ok(Page::Section { frame, section: Box::new(section), articles, rails: rails(tx, reading, None, None)? })
}

fn article(tx: &mut Tx<'_>, reading: &Reading, id: ArticleId, view: &View, now: Instant) -> Result<Page, Error> {
    let shape = Shape { include: view.include.clone(), ..Shape::whole(view.body.unwrap_or(BodyFormat::Html)) };
    let article = articles::article(tx, reading, id, &shape)?;
    let frame = frame(tx, reading, &about(&article), now)?;
    let rails = beside(tx, reading, &article)?;
    Ok(Page::Article { frame, article: Box::new(article), rails })
}

/// The rails beside an article: of its section, where it is news.
fn beside(tx: &mut Tx<'_>, reading: &Reading, article: &Article) -> Result<Vec<Rail>, Error> {
    let section = article.kind.is_news().then(|| Facet::from(article.section.id));
    rails(tx, reading, section, Some(article.id))
}

/// The page of a preview: an edition that was not published, as readers would see it. Beside it stands what is public and nothing else: in a locale that
/// readers are not offered no stories at all.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn preview(
    tx: &mut Tx<'_>,
    edition: Edition,
    section_path: Vec<SectionId>,
    (token, view): (&str, &View),
    now: Instant,
) -> Result<(Page, Locale), Error> {
    let locale = edition.locale.clone();
    let reading = Reading::of_preview(tx, locale.clone(), token)?;
    let shape = Shape { include: view.include.clone(), ..Shape::whole(view.body.unwrap_or(BodyFormat::Html)) };
    let article = articles::preview(tx, &reading, edition, section_path, &shape)?;
    let mut subject = about(&article);
    if !subject.alternates.iter().any(|(there, _)| *there == locale) {
        subject.alternates.push((locale.clone(), article.url.clone()));
    }
    let frame = frame(tx, &reading, &subject, now)?;
    // What stands beside it is public, and needs no token.
    let reading = Reading { preview: None, ..reading };
    let rails = if reading.chain.is_empty() { Vec::new() } else { beside(tx, &reading, &article)? };
    Ok((Page::Article { frame, article: Box::new(article), rails }, locale))
}

/// The page of an article, for its frame.
fn about(article: &Article) -> Subject<'_> {
    let is_news = article.kind.is_news();
    Subject {
        title: article.seo.title.clone(),
        description: article.seo.description.clone(),
        url: article.url.clone(),
        kind: if is_news { "article" } else { "website" },
        alternates: article.alternates.iter().flatten().map(|a| (a.locale.clone(), a.url.clone())).collect(),
        sections: article.section.path.iter().filter(|_| is_news).map(|s| s.id.uuid()).collect(),
        article: Some(article),
        stories: None,
    }
}

fn listing<'a>(name: &str, about: &str, url: &str, alternates: &[Alternate], stories: (&'a Cards, Paging)) -> Subject<'a> {
    Subject {
        title: name.to_owned(),
        description: about.to_owned(),
        url: url.to_owned(),
        kind: "website",
        alternates: alternates.iter().map(|a| (a.locale.clone(), a.url.clone())).collect(),
        sections: BTreeSet::new(),
        article: None,
        stories: Some(stories),
    }
}

fn cards(tx: &mut Tx<'_>, reading: &Reading, filter: &Filter, paging: Paging, view: &View) -> Result<Cards, Error> {
    let filter = Filter { chain: reading.chain.clone(), order: Order::Newest, ..filter.clone() };
    let fields = Some([Field::Body, Field::Retracted].into_iter().collect());
    let shape = Shape { fields, include: view.include.clone(), ..Shape::whole(view.body.unwrap_or(BodyFormat::None)).as_rows() };
    let (rows, page) = store::listings::page(tx, Visibility::public(), &filter, paging, shape.bodies())?.told();
    let (articles, included) = articles::told(tx, reading, rows, &shape)?;
    Ok(Cards { data: articles.into_iter().map(card).collect(), page, included })
}

fn card(article: Article) -> Card {
    let section = article.section;
    Card {
        id: article.id,
        locale: article.locale,
        direction: article.direction,
        kind: article.kind,
        genre: article.genre,
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
        byline: article.credits.into_iter().next().into_iter().flat_map(|credit| credit.authors).map(|author| author.name).collect(),
        lead: article.lead,
        body: article.body,
        reading_minutes: article.reading_minutes,
        published_at: article.published_at,
        updated_at: article.updated_at,
        time_zone_names: article.time_zone_names,
        retracted: article.retracted,
        alternates: article.alternates,
        languages: article.languages,
        related: article.related,
    }
}

/// The latest of a section and of the site in the languages of the page, and what is read most, without the story that they stand beside.
fn rails(tx: &mut Tx<'_>, reading: &Reading, section: Option<Facet>, beside: Option<ArticleId>) -> Result<Vec<Rail>, Error> {
    let mut shown: Vec<_> = section.map(|s| (RailKind::LatestInSection, listings::Rail::Latest(s))).into_iter().collect();
    shown.push((RailKind::Latest, listings::Rail::Latest(Facet::ALL)));
    shown.push((RailKind::MostRead, listings::Rail::MostRead(Facet::ALL, Window::Day)));
    let asked: Vec<_> = shown.iter().map(|(_, rail)| *rail).collect();
    let found = listings::rails(tx, Visibility::public(), &reading.chain, &asked, RAIL.saturating_add(1))?;
    let editions: BTreeSet<Uuid> = found.iter().map(|l| l.edition_id).collect();
    let lives = store::editions::live_by_ids(tx, Visibility::public(), &editions, BodyForm::None)?;
    let cards: Vec<Card> = articles::shown(tx, reading, lives)?.into_iter().map(card).collect();
    let rail = |(kind, rail): (RailKind, listings::Rail)| {
        let of_rail = found.iter().filter(|l| l.is_of(rail) && Some(l.article_id) != beside);
        let cards = of_rail.filter_map(|l| cards.iter().find(|c| c.id == l.article_id).cloned());
        Rail { kind, articles: cards.take(usize::try_from(RAIL).unwrap_or(10)).collect() }
    };
    Ok(shown.into_iter().map(rail).collect())
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
        menus: menus::menus(tx, reading)?,
        languages: masthead.locales.iter().map(link).collect(),
        head: head::head(reading, subject),
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
