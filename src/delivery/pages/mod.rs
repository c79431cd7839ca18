//! Whole pages: everything a frontend needs to render what is at a public path, in one answer.

mod arranged;
mod head;
mod missing;
mod rails;
mod rest;
mod shape;

use std::collections::BTreeSet;

use uuid::Uuid;

use arranged::stories;
pub use missing::{language, missing};
use rails::{Before, rails};
pub use rest::{Rest, parted};
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
        Error, Instant, Locale,
        article::ArticleId,
        collection::{Place, PlaceKind},
        edition::Edition,
        facet::Facet,
        locale::LocaleSettings,
        page::{Cursor, Order, Paging},
        section::SectionId,
        views::Window,
    },
    store::{
        self, Tx,
        listings::{self, Filter},
    },
};

/// The latest of the site.
const LATEST: (RailKind, listings::Rail) = (RailKind::Latest, listings::Rail::Latest(Facet::ALL));
/// What is read most of the site.
const MOST_READ: (RailKind, listings::Rail) = (RailKind::MostRead, listings::Rail::MostRead(Facet::ALL, Window::Day));

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
    /// Its stories, and the cursor of the page of them that it shows.
    stories: Option<(&'a Cards, Option<&'a str>)>,
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
    /// What is left of its stories after a first page that editors have arranged.
    pub rest: Option<Rest>,
}

impl View {
    /// The cursor of the page of stories that is shown.
    #[must_use]
    pub fn cursor(&self, paging: &Paging) -> Option<String> {
        let plain = || paging.cursor.as_ref().map(Cursor::encode);
        self.rest.as_ref().map_or_else(plain, |rest| Some(rest.at(paging.cursor.as_ref())))
    }

    /// What it holds beside itself, in bytes.
    pub(super) fn heap(&self) -> usize {
        self.include.len().saturating_mul(32).saturating_add(self.rest.as_ref().map_or(0, Rest::heap))
    }
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
    let cursor = view.cursor(&paging);
    let cursor = cursor.as_deref();
    let page = match found {
        Resolved::Redirect { to, status } => Page::Redirect { to, status },
        Resolved::Home { locale, .. } => home(tx, &reading(&locale), paging, view, now)?,
        Resolved::Article { id, locale, .. } => article(tx, &reading(&locale), id, view, now)?,
        Resolved::Section { id, locale, .. } => section(tx, &reading(&locale), id, paging, view, now)?,
        Resolved::Author { id, locale, .. } => {
            let reading = reading(&locale);
            let author = names::author(tx, &reading, id)?;
            let cards = cards(tx, &reading, &Filter { authors: vec![id], ..Filter::default() }, paging, view)?;
            let subject = listing(&author.name, &author.bio, &author.url, &author.alternates, (&cards, cursor));
            let frame = frame(tx, &reading, &subject, now)?;
            Page::Author { frame, author: Box::new(author), articles: cards }
        }
        Resolved::Tag { id, locale, .. } => {
            let reading = reading(&locale);
            let tag = names::tag(tx, &reading, id)?;
            let cards = cards(tx, &reading, &Filter { tags: vec![id], ..Filter::default() }, paging, view)?;
            let subject = listing(&tag.name, &tag.description, &tag.url, &tag.alternates, (&cards, cursor));
            let frame = frame(tx, &reading, &subject, now)?;
            Page::Tag { frame, tag: Box::new(tag), articles: cards }
        }
    };
    Ok((page, until))
}

fn home(tx: &mut Tx<'_>, reading: &Reading, paging: Paging, view: &View, now: Instant) -> Result<Page, Error> {
    let fronts = reading.masthead.locales.iter().map(|l| (l.locale.clone(), reading.masthead.front_url(&l.locale))).collect();
    let articles = stories(tx, reading, &Place::HOME, &Filter::default(), (paging, view))?;
    let cursor = view.cursor(&paging);
    let subject = Subject {
        title: reading.masthead.site.name.clone(),
        description: String::new(),
        url: reading.masthead.front_url(&reading.locale),
        kind: "website",
        alternates: fronts,
        sections: BTreeSet::new(),
        article: None,
        stories: Some((&articles, cursor.as_deref())),
    };
    let frame = frame(tx, reading, &subject, now)?;
    let rails = rails(tx, reading, PlaceKind::RailOfHome, &[MOST_READ], of_list(&articles))?;
    Ok(Page::Home { frame, articles, rails })
}

fn section(tx: &mut Tx<'_>, reading: &Reading, id: SectionId, paging: Paging, view: &View, now: Instant) -> Result<Page, Error> {
    let section = names::section(tx, reading, id)?;
    let listed = Filter { sections: vec![id], ..Filter::default() };
    let articles = stories(tx, reading, &Place::section(id), &listed, (paging, view))?;
    let cursor = view.cursor(&paging);
    let path = section.path.iter().map(|s| s.id.uuid()).collect();
    let subject = listing(&section.name, &section.description, &section.url, &section.alternates, (&articles, cursor.as_deref()));
    let subject = Subject { sections: path, ..subject };
    let frame = frame(tx, reading, &subject, now)?;
    let rails = rails(tx, reading, PlaceKind::RailOfSection, &[LATEST, MOST_READ], of_list(&articles))?;
    Ok(Page::Section { frame, section: Box::new(section), articles, rails })
}

/// What a list shows before its rails.
fn of_list(cards: &Cards) -> Before {
    Before { beside: None, stories: cards.data.iter().map(|card| card.id).collect() }
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
    let section = article.kind.is_news().then(|| (RailKind::LatestInSection, listings::Rail::Latest(Facet::from(article.section.id))));
    let latest: Vec<_> = section.into_iter().chain([LATEST, MOST_READ]).collect();
    rails(tx, reading, PlaceKind::RailOfArticle, &latest, Before { beside: Some(article.id), stories: Vec::new() })
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

fn listing<'a>(name: &str, about: &str, url: &str, alternates: &[Alternate], stories: (&'a Cards, Option<&'a str>)) -> Subject<'a> {
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
    let mut filter = Filter { chain: reading.chain.clone(), order: Order::Newest, ..filter.clone() };
    let (whole, asked) = (filter.clone(), paging);
    let paging = Paging { count: paging.count && view.rest.is_none(), ..paging };
    if let Some(rest) = &view.rest {
        (filter.after, filter.without.ids) = (rest.after, rest.shown.clone());
    }
    let shape = cards_shape(view);
    let (rows, mut page) = store::listings::page(tx, Visibility::public(), &filter, paging, shape.bodies())?.told();
    let (articles, included) = articles::told(tx, reading, rows, &shape)?;
    if let Some(rest) = &view.rest {
        page = rest.beside(page);
        page.total = if asked.count { arranged::total(tx, &whole)? } else { None };
    }
    Ok(Cards { data: articles.into_iter().map(card).collect(), page, included })
}

/// What is wanted of stories for their cards.
fn cards_shape(view: &View) -> Shape {
    let fields = Some([Field::Body, Field::Retracted].into_iter().collect());
    Shape { fields, include: view.include.clone(), ..Shape::whole(view.body.unwrap_or(BodyFormat::None)).as_rows() }
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
        pinned: article.pinned,
    }
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
