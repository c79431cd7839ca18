//! What readers can ask for, in one canonical form, and the answer to it.
//!
//! **Decision.** A request is its validated parameters and nothing else: no raw query, no headers, and nobody's identity. It is the key
//! of the response cache, and [`answer`] is all that the cache is filled by, so that nothing of the desk can ever get into it.

use serde::Serialize;
use url::form_urlencoded::Serializer;
use uuid::Uuid;

use super::{
    Found, Reading,
    articles::{self, Article, ArticleListing, BodyFormat, Fields, Included, Listed, MostRead, Shape},
    collections, listening, media, menus, names, pages, resolve,
    search::{self, Searched},
    site,
};
use crate::{
    domain::{
        Error, Instant, Locale,
        address::AddressKind,
        article::ArticleId,
        author::AuthorId,
        media::MediaId,
        named,
        page::{Cursor, Page, PageInfo, Paging},
        section::SectionId,
        slug::Slug,
        tag::TagId,
        url::segment,
        views::Window,
    },
    search::SearchIndex,
    store::{self, Tx},
};

/// In which language an article is wanted, and in which shape.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Show {
    /// The locale asked for; the site's default when absent.
    pub locale: Option<Locale>,
    /// Whether another locale of its chain will do.
    pub fallback: bool,
    /// What of it, and what along with it.
    pub shape: Shape,
}

/// A section, author or tag, and how it is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Handle<I> {
    /// By its id.
    Id(I),
    /// By a slug that it has or had.
    Slug(String),
}

/// What a reader asks for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Request {
    /// The site.
    Site,
    /// Its locales.
    Locales,
    /// All sections.
    Sections(Option<Locale>),
    /// One section.
    Section(Handle<SectionId>, Option<Locale>),
    /// A page of authors.
    Authors(named::Listed, Paging, Option<Locale>),
    /// One author.
    Author(Handle<AuthorId>, Option<Locale>),
    /// A page of tags.
    Tags(named::Listed, Paging, Option<Locale>),
    /// One tag.
    Tag(Handle<TagId>, Option<Locale>),
    /// A page of articles.
    Articles(Box<Listed>, Paging, Show),
    /// The articles that are read most.
    MostRead(MostRead, Show),
    /// One article.
    Article(Handle<ArticleId>, Show),
    /// Every live translation of an article.
    Translations(ArticleId, Shape),
    /// So many stories that lead on from an article.
    Related(ArticleId, u32, Show),
    /// A menu by its slug, and whether articles are led to in another locale of the chain.
    Menu(String, Option<Locale>, bool),
    /// A page of what is found.
    Search(Box<Searched>, Paging, Show),
    /// What somebody may be typing, and whether headlines in other locales of the chain will do.
    Suggest(String, Option<Locale>, bool),
    /// A collection by its slug.
    Collection(String, Show),
    /// Where a public path leads.
    Resolve(String),
    /// The page at a public path, with its stories from a cursor on.
    Page(String, Paging, pages::View),
    /// What it takes to give somebody a file of the media library: nothing that is answered as it is.
    Media(MediaId),
    /// What it takes to give somebody the sound of an article in a locale: as little.
    Sound(ArticleId, Locale),
    /// The page of what is not there, in a language, and whether its menus lead to articles in another: a part of other answers.
    Missing(Locale, bool),
}

/// An answer that shows something.
#[derive(Debug, Clone, Default)]
pub struct Shown {
    /// The answer, as JSON.
    pub json: Vec<u8>,
    /// The language that it is in.
    pub locale: Option<Locale>,
    /// Where the page after begins.
    pub next: Option<Cursor>,
    /// Where the page before begins.
    pub previous: Option<Cursor>,
    /// When it will be another one without anything having changed.
    pub until: Option<Instant>,
}

/// What is answered.
#[derive(Debug, Clone)]
#[expect(clippy::large_enum_variant, reason = "nearly every answer shows something, and none is kept as this")]
pub enum Outcome {
    /// This.
    Shown(Shown),
    /// It is found at this path and query now.
    Moved(String),
    /// There is no such page; the language to say so in.
    Absent(&'static str, Locale),
    /// The page was taken down; the language to say so in.
    Gone(&'static str, Locale),
}

/// The answer to a request, as everybody gets it.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Gone`]; [`Error::Invalid`] for a parameter that means nothing on this site.
pub fn answer(tx: &mut Tx<'_>, index: &SearchIndex, request: &Request, now: Instant) -> Result<Outcome, Error> {
    let read = |tx: &mut Tx<'_>, locale: &Option<Locale>| Reading::resolve(tx, locale.as_ref(), false);
    match request {
        Request::Site => {
            let (info, until) = site::site(tx, now)?;
            shown(&info, None).map(|shown| Outcome::Shown(Shown { until, ..shown }))
        }
        Request::Locales => shown(&List::whole(site::locales(tx)?), None).map(Outcome::Shown),
        Request::Sections(locale) => {
            let reading = read(tx, locale)?;
            shown(&List::whole(names::sections(tx, &reading)?), Some(reading.locale)).map(Outcome::Shown)
        }
        Request::Authors(listed, paging, locale) => {
            let reading = read(tx, locale)?;
            listing(names::authors(tx, &reading, listed, *paging)?, reading.locale)
        }
        Request::Tags(listed, paging, locale) => {
            let reading = read(tx, locale)?;
            listing(names::tags(tx, &reading, listed, *paging)?, reading.locale)
        }
        Request::Section(handle, locale) => {
            let reading = read(tx, locale)?;
            let found = match handle {
                Handle::Id(id) => Found::Here(names::section(tx, &reading, *id)?),
                Handle::Slug(slug) => names::section_by_slug(tx, &reading, slug)?,
            };
            one(request, found, |section| section.locale.clone())
        }
        Request::Author(handle, locale) => {
            let reading = read(tx, locale)?;
            let found = match handle {
                Handle::Id(id) => match names::author(tx, &reading, *id) {
                    Err(Error::NotFound(_)) => return merged(tx, request, &reading, (AddressKind::Author, id.uuid())),
                    found => Found::Here(found?),
                },
                Handle::Slug(slug) => names::author_by_slug(tx, &reading, slug)?,
            };
            one(request, found, |author| author.locale.clone())
        }
        Request::Tag(handle, locale) => {
            let reading = read(tx, locale)?;
            let found = match handle {
                Handle::Id(id) => match names::tag(tx, &reading, *id) {
                    Err(Error::NotFound(_)) => return merged(tx, request, &reading, (AddressKind::Tag, id.uuid())),
                    found => Found::Here(found?),
                },
                Handle::Slug(slug) => names::tag_by_slug(tx, &reading, slug)?,
            };
            one(request, found, |tag| tag.locale.clone())
        }
        Request::Article(handle, show) => {
            let reading = Reading::resolve(tx, show.locale.as_ref(), show.fallback)?;
            let found = match handle {
                Handle::Id(id) => Found::Here(articles::article(tx, &reading, *id, &show.shape)?),
                Handle::Slug(slug) => articles::by_slug(tx, &reading, slug, &show.shape)?,
            };
            match found {
                Found::Here(article) if show.shape.fields.is_some() => {
                    shown(&show.shape.prune(&article)?, Some(article.locale)).map(Outcome::Shown)
                }
                found => one(request, found, |article| article.locale.clone()),
            }
        }
        Request::Articles(listed, paging, show) => {
            let reading = Reading::resolve(tx, show.locale.as_ref(), show.fallback)?;
            let (page, included) = articles::articles(tx, &reading, listed, *paging, &show.shape)?;
            let (next, previous) = (page.next, page.previous);
            let (data, page) = page.told();
            let shown = rows((data, page, included), show, reading.locale)?;
            Ok(Outcome::Shown(Shown { next, previous, ..shown }))
        }
        Request::Search(searched, paging, show) => found(tx, index, (searched, *paging, show), now),
        Request::Suggest(typed, locale, fallback) => suggested(tx, index, (typed, locale.as_ref(), *fallback), now),
        Request::MostRead(asked, show) => {
            let reading = Reading::resolve(tx, show.locale.as_ref(), show.fallback)?;
            let (data, included) = articles::most_read(tx, &reading, asked, &show.shape)?;
            rows((data, PageInfo::default(), included), show, reading.locale).map(Outcome::Shown)
        }
        Request::Translations(id, shape) => {
            let (all, included) = articles::translations(tx, *id, shape)?;
            let data = all.iter().map(|article| shape.prune(article)).collect::<Result<_, _>>()?;
            shown(&List { data, page: PageInfo::default(), included }, None).map(Outcome::Shown)
        }
        Request::Related(id, limit, show) => related(tx, *id, *limit, show),
        Request::Page(path, paging, view) => page(tx, (path, *paging, view), now),
        Request::Menu(slug, locale, fallback) => {
            let reading = Reading::resolve(tx, locale.as_ref(), *fallback)?;
            shown(&menus::menu(tx, &reading, slug)?, Some(reading.locale)).map(Outcome::Shown)
        }
        Request::Collection(slug, show) => arranged(tx, slug, show),
        Request::Missing(locale, fallback) => {
            let (page, until) = pages::missing(tx, locale, *fallback, now)?;
            shown(&page, None).map(|shown| Outcome::Shown(Shown { until, ..shown }))
        }
        Request::Sound(id, locale) => shown(&listening::given(tx, *id, locale)?, None).map(Outcome::Shown),
        Request::Media(id) => shown(&media::given(tx, *id)?, None).map(Outcome::Shown),
        Request::Resolve(path) => shown(&resolve::resolve(tx, path)?, None).map(Outcome::Shown),
    }
}

/// A whole page, or in which language to say that there is none.
fn page(tx: &mut Tx<'_>, (path, paging, view): (&str, Paging, &pages::View), now: Instant) -> Result<Outcome, Error> {
    let (page, until) = match pages::page(tx, path, paging, view, now) {
        Err(Error::NotFound(what)) => return Ok(Outcome::Absent(what, pages::language(tx, path)?)),
        Err(Error::Gone(what)) => return Ok(Outcome::Gone(what, pages::language(tx, path)?)),
        found => found?,
    };
    shown(&page, page.locale().cloned()).map(|shown| Outcome::Shown(Shown { until, ..shown }))
}

/// What leads on from an article.
fn related(tx: &mut Tx<'_>, id: ArticleId, limit: u32, show: &Show) -> Result<Outcome, Error> {
    let reading = Reading::resolve(tx, show.locale.as_ref(), show.fallback)?;
    let (data, included) = articles::related(tx, &reading, id, limit, &show.shape)?;
    rows((data, PageInfo::default(), included), show, reading.locale).map(Outcome::Shown)
}

/// A collection, whole or in part.
fn arranged(tx: &mut Tx<'_>, slug: &str, show: &Show) -> Result<Outcome, Error> {
    let reading = Reading::resolve(tx, show.locale.as_ref(), show.fallback)?;
    let listing = collections::collection(tx, &reading, slug, &show.shape)?;
    let shown = if show.shape.fields.is_some() {
        shown(&listing.pruned(&show.shape)?, Some(reading.locale))
    } else {
        shown(&listing, Some(reading.locale))
    };
    shown.map(Outcome::Shown)
}

/// What somebody may be typing.
fn suggested(
    tx: &mut Tx<'_>,
    index: &SearchIndex,
    (typed, locale, fallback): (&str, Option<&Locale>, bool),
    now: Instant,
) -> Result<Outcome, Error> {
    let reading = Reading::resolve(tx, locale, fallback)?;
    let (suggestions, until) = search::suggest(tx, index, &reading, typed, now)?;
    shown(&suggestions, Some(reading.locale)).map(|shown| Outcome::Shown(Shown { until: Some(until), ..shown }))
}

/// What a search finds.
fn found(
    tx: &mut Tx<'_>,
    index: &SearchIndex,
    (searched, paging, show): (&Searched, Paging, &Show),
    now: Instant,
) -> Result<Outcome, Error> {
    let reading = Reading::resolve(tx, show.locale.as_ref(), show.fallback)?;
    let (beside, found, until) = search::search(tx, index, &reading, (searched, paging, &show.shape), now)?;
    let shown = shown(&found, Some(reading.locale))?;
    Ok(Outcome::Shown(Shown { next: beside.next, previous: beside.previous, until: Some(until), ..shown }))
}

/// A page of a list, with what comes along.
#[derive(Serialize)]
struct List<T> {
    data: Vec<T>,
    page: PageInfo,
    #[serde(skip_serializing_if = "Option::is_none")]
    included: Option<Included>,
}

impl<T> List<T> {
    fn whole(data: Vec<T>) -> Self {
        Self { data, page: PageInfo::default(), included: None }
    }
}

/// Room for most answers, in bytes.
const USUAL_LENGTH: usize = 4_096;

fn shown(body: &impl Serialize, locale: Option<Locale>) -> Result<Shown, Error> {
    let mut json = Vec::with_capacity(USUAL_LENGTH);
    serde_json::to_writer(&mut json, body).map_err(Error::internal)?;
    Ok(Shown { json, locale, ..Shown::default() })
}

/// Articles as rows, whole or in part.
fn rows((data, page, included): (Vec<Article>, PageInfo, Option<Included>), show: &Show, locale: Locale) -> Result<Shown, Error> {
    if show.shape.fields.is_none() {
        return shown(&ArticleListing { data, page, included }, Some(locale));
    }
    let data = data.iter().map(|article| show.shape.prune(article)).collect::<Result<Vec<_>, _>>()?;
    shown(&List { data, page, included }, Some(locale))
}

fn listing<T: Serialize>(page: Page<T>, locale: Locale) -> Result<Outcome, Error> {
    let (next, previous) = (page.next, page.previous);
    let (data, page) = page.told();
    let shown = shown(&List { data, page, included: None }, Some(locale))?;
    Ok(Outcome::Shown(Shown { next, previous, ..shown }))
}

/// What was merged into another is found at the id of that.
fn merged(tx: &mut Tx<'_>, request: &Request, reading: &Reading, (kind, id): (AddressKind, Uuid)) -> Result<Outcome, Error> {
    let into = store::merging::present(tx, [(kind, id)])?.get(&id).copied().ok_or(Error::NotFound(kind.as_str()))?;
    // As long as that has a page.
    match kind {
        AddressKind::Author => names::author(tx, reading, into.into()).map(drop)?,
        _ => names::tag(tx, reading, into.into()).map(drop)?,
    }
    Ok(Outcome::Moved(request.at_id(into).target(None)))
}

fn one<T: Serialize>(request: &Request, found: Found<T>, locale: impl Fn(&T) -> Locale) -> Result<Outcome, Error> {
    match found {
        Found::Here(thing) => shown(&thing, Some(locale(&thing))).map(Outcome::Shown),
        Found::Moved(slug) => Ok(Outcome::Moved(request.at_slug(slug).target(None))),
    }
}

impl Request {
    /// The same asked for by another slug.
    fn at_slug(&self, slug: String) -> Self {
        match self.clone() {
            Self::Section(_, locale) => Self::Section(Handle::Slug(slug), locale),
            Self::Author(_, locale) => Self::Author(Handle::Slug(slug), locale),
            Self::Tag(_, locale) => Self::Tag(Handle::Slug(slug), locale),
            Self::Article(_, show) => Self::Article(Handle::Slug(slug), show),
            other => other,
        }
    }

    /// The same asked for by another id.
    fn at_id(&self, id: Uuid) -> Self {
        match self.clone() {
            Self::Author(_, locale) => Self::Author(Handle::Id(id.into()), locale),
            Self::Tag(_, locale) => Self::Tag(Handle::Id(id.into()), locale),
            other => other,
        }
    }

    /// The path and query that ask for it, or for the page of it at another cursor.
    #[must_use]
    pub fn target(&self, cursor: Option<&Cursor>) -> String {
        let mut query = Serializer::new(String::new());
        let path = match self {
            Self::Site => "/v1/site".to_owned(),
            Self::Locales => "/v1/locales".to_owned(),
            Self::Sections(locale) => {
                in_locale(&mut query, locale.as_ref());
                "/v1/sections".to_owned()
            }
            Self::Section(handle, locale) => {
                in_locale(&mut query, locale.as_ref());
                handle.path("sections")
            }
            Self::Authors(listed, paging, locale) => {
                named(&mut query, listed);
                paged(&mut query, paging, cursor);
                in_locale(&mut query, locale.as_ref());
                "/v1/authors".to_owned()
            }
            Self::Author(handle, locale) => {
                in_locale(&mut query, locale.as_ref());
                handle.path("authors")
            }
            Self::Tags(listed, paging, locale) => {
                named(&mut query, listed);
                paged(&mut query, paging, cursor);
                in_locale(&mut query, locale.as_ref());
                "/v1/tags".to_owned()
            }
            Self::Tag(handle, locale) => {
                in_locale(&mut query, locale.as_ref());
                handle.path("tags")
            }
            Self::Articles(listed, paging, show) => {
                listed.query(&mut query);
                show.query(&mut query, BodyFormat::None);
                paged(&mut query, paging, cursor);
                "/v1/articles".to_owned()
            }
            Self::MostRead(asked, show) => {
                most_read(&mut query, asked, show);
                "/v1/most-read".to_owned()
            }
            Self::Article(handle, show) => {
                show.query(&mut query, BodyFormat::Html);
                handle.path("articles")
            }
            Self::Translations(id, shape) => {
                shaped(&mut query, shape, BodyFormat::None);
                format!("/v1/articles/{id}/translations")
            }
            Self::Related(id, limit, show) => {
                show.query(&mut query, BodyFormat::None);
                if *limit != articles::RELATED {
                    query.append_pair("limit", &limit.to_string());
                }
                format!("/v1/articles/{id}/related")
            }
            Self::Page(path, paging, view) => {
                query.append_pair("path", path);
                view.query(&mut query);
                // A cursor of its own says what the first page has shown.
                paged(&mut query, &Paging { cursor: None, ..*paging }, cursor);
                if let Some(word) = view.cursor(paging).filter(|_| cursor.is_none()) {
                    query.append_pair("cursor", &word);
                }
                "/v1/pages".to_owned()
            }
            // Nobody asks for them by themselves.
            Self::Missing(..) => "/v1/pages".to_owned(),
            Self::Media(id) => format!("/v1/media/{id}"),
            Self::Sound(id, locale) => format!("/v1/media/audio/{id}/{locale}"),
            Self::Menu(slug, locale, fallback) => {
                in_language(&mut query, locale.as_ref(), *fallback);
                format!("/v1/menus/{}", segment(slug))
            }
            Self::Search(searched, paging, show) => {
                searched.query(&mut query, show.locale.as_ref());
                Show { locale: None, ..show.clone() }.query(&mut query, BodyFormat::None);
                paged(&mut query, paging, cursor);
                "/v1/search".to_owned()
            }
            Self::Suggest(typed, locale, fallback) => {
                query.append_pair("q", typed);
                in_language(&mut query, locale.as_ref(), *fallback);
                "/v1/search/suggest".to_owned()
            }
            Self::Collection(slug, show) => {
                show.query(&mut query, BodyFormat::None);
                format!("/v1/collections/{}", segment(slug))
            }
            Self::Resolve(path) => {
                query.append_pair("path", path);
                "/v1/resolve".to_owned()
            }
        };
        let query = query.finish();
        if query.is_empty() { path } else { format!("{path}?{query}") }
    }
}

impl<I> Handle<I> {
    /// By a slug as it came, in whatever form of Unicode; none when nothing can ever have it.
    #[must_use]
    pub fn by_slug(slug: &str) -> Option<Self> {
        Slug::is_possible(slug).then(|| Self::Slug(crate::domain::text::nfc(slug).into_owned()))
    }

    fn heap(&self) -> usize {
        if let Self::Slug(slug) = self { slug.capacity() } else { 0 }
    }
}

impl Request {
    /// What it holds beside itself, in bytes.
    pub(super) fn heap(&self) -> usize {
        let locale = |locale: &Option<Locale>| locale.as_ref().map_or(0, |l| l.as_str().len());
        match self {
            Self::Site | Self::Locales | Self::Media(_) => 0,
            Self::Sections(of) => locale(of),
            Self::Authors(listed, _, of) | Self::Tags(listed, _, of) => {
                listed.text.as_ref().map_or(0, String::capacity).saturating_add(locale(of))
            }
            Self::Section(handle, of) => handle.heap().saturating_add(locale(of)),
            Self::Author(handle, of) => handle.heap().saturating_add(locale(of)),
            Self::Tag(handle, of) => handle.heap().saturating_add(locale(of)),
            Self::Articles(listed, _, show) => size_of::<Listed>().saturating_add(listed.heap()).saturating_add(show.heap()),
            Self::MostRead(asked, show) => asked.heap().saturating_add(show.heap()),
            Self::Article(handle, show) => handle.heap().saturating_add(show.heap()),
            Self::Translations(_, shape) => heap(shape),
            Self::Related(_, _, show) => show.heap(),
            Self::Missing(locale, _) | Self::Sound(_, locale) => locale.as_str().len(),
            Self::Menu(slug, of, _) => slug.capacity().saturating_add(locale(of)),
            Self::Search(searched, _, show) => size_of::<Searched>().saturating_add(searched.heap()).saturating_add(show.heap()),
            Self::Suggest(typed, of, _) => typed.capacity().saturating_add(locale(of)),
            Self::Collection(slug, show) => slug.capacity().saturating_add(show.heap()),
            Self::Resolve(path) => path.capacity(),
            Self::Page(path, _, view) => path.capacity().saturating_add(view.heap()),
        }
    }
}

impl<I: ToString> Handle<I> {
    fn path(&self, of: &str) -> String {
        match self {
            Self::Id(id) => format!("/v1/{of}/{}", id.to_string()),
            Self::Slug(slug) => format!("/v1/{of}/by-slug/{}", segment(slug)),
        }
    }
}

impl pages::View {
    fn query(&self, query: &mut Serializer<'_, String>) {
        if self.fallback {
            query.append_pair("fallback", "chain");
        }
        if let Some(body) = self.body {
            query.append_pair("body", body.as_str());
        }
        if !self.include.is_empty() {
            query.append_pair("include", &self.include.iter().map(|i| i.as_str()).collect::<Vec<_>>().join(","));
        }
    }
}

impl Show {
    fn heap(&self) -> usize {
        self.locale.as_ref().map_or(0, |l| l.as_str().len()).saturating_add(heap(&self.shape))
    }

    fn query(&self, query: &mut Serializer<'_, String>, usual: BodyFormat) {
        in_locale(query, self.locale.as_ref());
        if self.fallback {
            query.append_pair("fallback", "chain");
        }
        shaped(query, &self.shape, usual);
    }
}

fn heap(shape: &Shape) -> usize {
    shape.include.len().saturating_mul(32).saturating_add(shape.fields.as_ref().map_or(0, Fields::heap))
}

fn shaped(query: &mut Serializer<'_, String>, shape: &Shape, usual: BodyFormat) {
    if shape.body != usual {
        query.append_pair("body", shape.body.as_str());
    }
    if let Some(fields) = &shape.fields {
        query.append_pair("fields", &fields.written());
    }
    if !shape.include.is_empty() {
        query.append_pair("include", &shape.include.iter().map(|i| i.as_str()).collect::<Vec<_>>().join(","));
    }
}

fn in_locale(query: &mut Serializer<'_, String>, locale: Option<&Locale>) {
    if let Some(locale) = locale {
        query.append_pair("locale", locale.as_str());
    }
}

fn most_read(query: &mut Serializer<'_, String>, asked: &MostRead, show: &Show) {
    if asked.window != Window::Day {
        query.append_pair("window", asked.window.as_str());
    }
    if let Some(section) = &asked.section {
        query.append_pair("section", &section.to_string());
    }
    show.query(query, BodyFormat::None);
    if asked.limit != MostRead::USUAL {
        query.append_pair("limit", &asked.limit.to_string());
    }
}

fn in_language(query: &mut Serializer<'_, String>, locale: Option<&Locale>, fallback: bool) {
    in_locale(query, locale);
    if fallback {
        query.append_pair("fallback", "chain");
    }
}

fn named(query: &mut Serializer<'_, String>, listed: &named::Listed) {
    if let Some(order) = listed.order {
        query.append_pair("sort", order.as_str());
    }
    if let Some(text) = &listed.text {
        query.append_pair("text", text);
    }
}

fn paged(query: &mut Serializer<'_, String>, paging: &Paging, cursor: Option<&Cursor>) {
    if paging.limit != Paging::USUAL {
        query.append_pair("limit", &paging.limit.to_string());
    }
    if paging.count {
        query.append_pair("count", "true");
    }
    if let Some(cursor) = cursor.or(paging.cursor.as_ref()) {
        query.append_pair("cursor", &cursor.encode());
    }
}
