//! Search: what is found by what readers type, shown as lists show it.
//!
//! **Decision.** The index says which articles and locales may be meant; what is shown of them is read here, of what is live in the snapshot of the answer. What was
//! made while the index was behind the log is kept for a quarter of a second and no longer, and counts nothing that has left the public since.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use serde::Serialize;
use serde_json::Value;
use url::form_urlencoded::Serializer;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    Reading,
    articles::{self, Article, ArticleAnswer, Included, Listed, Shape},
    meaning, names,
};
use crate::{
    access::Visibility,
    domain::{
        Error, Instant, Locale,
        locale::Direction,
        named,
        page::{Cursor, Page, PageInfo, Paging},
        section::{Section, SectionId},
    },
    search::{Among, Count, FacetKind, Found, Hit, Languages, MOST_VALUES, Marked, Marker, Named, Query, Ranking, SearchIndex, beside},
    store::{
        self, Tx,
        editions::{BodyForm, Live},
        listings::Filter,
    },
};

/// In which languages is searched.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Spread {
    /// In the one that the answer is in, and those that it falls back to if that is asked for.
    One,
    /// In each of these.
    Several(Vec<Locale>),
    /// In all that the site is public in.
    Any,
}

/// What is searched for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Searched {
    /// What was typed.
    pub typed: String,
    /// In which languages.
    pub spread: Spread,
    /// Among which stories.
    pub listed: Listed,
    /// In which order.
    pub ranking: Ranking,
    /// What all that is found is counted by.
    pub facets: BTreeSet<FacetKind>,
}

impl Searched {
    /// The query that asks for it, in a locale.
    pub(super) fn query(&self, query: &mut Serializer<'_, String>, locale: Option<&Locale>) {
        query.append_pair("q", &self.typed);
        let locale = match &self.spread {
            Spread::One => locale.map(ToString::to_string),
            Spread::Several(all) => Some(all.iter().map(Locale::as_str).collect::<Vec<_>>().join(",")),
            Spread::Any => Some("any".to_owned()),
        };
        if let Some(locale) = locale {
            query.append_pair("locale", &locale);
        }
        self.listed.query(query);
        if self.ranking != Ranking::default() {
            query.append_pair("sort", self.ranking.as_str());
        }
        if !self.facets.is_empty() {
            query.append_pair("facets", &self.facets.iter().map(|facet| facet.as_str()).collect::<Vec<_>>().join(","));
        }
    }

    /// What it holds beside itself, in bytes.
    pub(super) fn heap(&self) -> usize {
        let locales = if let Spread::Several(all) = &self.spread { all.len().saturating_mul(32) } else { 0 };
        self.typed
            .capacity()
            .saturating_add(locales)
            .saturating_add(self.listed.heap())
            .saturating_add(self.facets.len().saturating_mul(32))
    }
}

/// Microseconds for which an answer is kept that was made while the index was behind.
const BEHIND: i64 = 250_000;
/// How often more is looked for in the place of what is not live any more.
const ROUNDS: u32 = 3;
/// Seconds in a day.
const DAY: i64 = 86_400;
/// What is suggested at most.
const SUGGESTED: usize = 8;
/// How much of that are names.
const NAMES: usize = 4;

/// A text with the places in it that were looked for.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct MarkedText {
    /// The text, as it is: it is not HTML.
    #[schema(example = "Budget session opens in Delhi")]
    pub text: String,
    /// From where to where in it, in UTF-16 code units, as JavaScript counts.
    #[schema(example = json!([[0, 6]]))]
    pub marks: Vec<[usize; 2]>,
}

impl From<Marked> for MarkedText {
    fn from(marked: Marked) -> Self {
        Self { text: marked.text, marks: marked.marks.into_iter().map(|range| [range.start, range.end]).collect() }
    }
}

/// What of a story was looked for.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Highlights {
    /// The headline.
    pub headline: MarkedText,
    /// The summary.
    pub summary: MarkedText,
    /// An excerpt of the body, from about its first 20,000 characters.
    pub body: MarkedText,
}

/// An article in an answer.
#[derive(Debug, Clone, Serialize)]
#[serde(untagged)]
pub enum Told {
    /// All of it.
    Whole(Box<Article>),
    /// Those of its fields that were asked for.
    Part(Value),
}

/// A story that was found.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SearchHit {
    /// The article, as lists show it.
    #[schema(value_type = ArticleAnswer)]
    pub article: Told,
    /// How well it fits; only to be compared with others of the same answer.
    #[schema(example = 12.4)]
    pub score: f64,
    /// What of it was looked for.
    pub highlights: Highlights,
}

/// How many stories are of a value.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct FacetCount {
    /// What the filter of the same name takes: an id, or the word for a kind; of years their number.
    #[schema(example = "world")]
    pub value: String,
    /// Its name, in the language of the answer; the value itself where it has none.
    #[schema(example = "World")]
    pub name: String,
    /// Which way the name is written.
    pub direction: Direction,
    /// How many stories.
    #[schema(example = 12, minimum = 1)]
    pub stories: u64,
}

/// What was found.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SearchListing {
    /// Stories, what fits best first.
    pub data: Vec<SearchHit>,
    /// The pages beside it.
    pub page: PageInfo,
    /// What all that was found is counted by, as far as that was asked for; the most frequent first, 100 values at most.
    pub facets: BTreeMap<&'static str, Vec<FacetCount>>,
    /// What may be meant, where nothing was found.
    #[schema(required)]
    pub did_you_mean: Option<String>,
    /// Whether few stories or none have all of the words, so that some are shown which have not.
    pub relaxed: bool,
    /// Whether there was more to look through than one search may, so that stories may be missing.
    pub partial: bool,
    /// Up to which instant publications are found for certain; all of them are within a second.
    pub as_of: Instant,
    /// What was asked to come along with the articles.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub included: Option<Included>,
}

/// What a filter of lists means to the index.
fn among(tx: &mut Tx<'_>, filter: &Filter) -> Result<Among, Error> {
    let sections = store::sections::all(tx)?;
    // With all that lies below them.
    let below = |asked: &[SectionId]| {
        let lies = |section: &&Section| section.path.iter().any(|above| asked.contains(above));
        sections.iter().filter(lies).map(|section| section.id.uuid()).collect::<Vec<_>>()
    };
    // One that there is not has no stories.
    let of = |asked: &[SectionId]| {
        let all = below(asked);
        if all.is_empty() { asked.iter().map(|id| id.uuid()).collect() } else { all }
    };
    let without = &filter.without;
    Ok(Among {
        of: Named {
            sections: of(&filter.sections),
            authors: filter.authors.iter().map(|id| id.uuid()).collect(),
            tags: filter.tags.iter().map(|id| id.uuid()).collect(),
            kinds: filter.kinds.clone(),
            genres: filter.genres.clone(),
            ids: filter.ids.clone(),
        },
        all_tags: filter.all_tags.iter().map(|id| id.uuid()).collect(),
        without: Named {
            sections: below(&without.sections),
            authors: without.authors.iter().map(|id| id.uuid()).collect(),
            tags: without.tags.iter().map(|id| id.uuid()).collect(),
            kinds: without.kinds.clone(),
            genres: without.genres.clone(),
            ids: without.ids.clone(),
        },
        published_after: filter.published_after,
        published_before: filter.published_before,
        updated_after: filter.updated_after,
        departed: HashSet::new(),
    })
}

/// Until when an answer that is made now is right, if the index had a place in the log.
fn until(last: i64, place: i64, now: Instant) -> Instant {
    if place < last { Instant::from_micros(now.as_micros().saturating_add(BEHIND)) } else { now.day().plus_seconds(DAY) }
}

/// What is found, and until when that is right.
///
/// # Errors
/// [`Error::Invalid`] for a name in a filter that leads nowhere; [`Error::SearchBuilding`] where there is no index yet.
pub fn search(
    tx: &mut Tx<'_>,
    index: &SearchIndex,
    reading: &Reading,
    (searched, paging, shape): (&Searched, Paging, &Shape),
    now: Instant,
) -> Result<(Page<()>, SearchListing, Instant), Error> {
    let filter = searched.listed.filter(tx, reading)?;
    let languages = match &searched.spread {
        Spread::One => Languages::Chain(reading.chain.clone()),
        Spread::Several(all) => {
            let each = all.iter().map(|locale| Reading::resolve(tx, Some(locale), false).map(|reading| reading.locale));
            let mut each = each.collect::<Result<Vec<_>, _>>()?;
            // As the site has them, each once: what fits as well is of the first.
            each.sort_by_key(|locale| reading.masthead.locales.iter().position(|l| l.locale == *locale));
            each.dedup();
            Languages::Any(each)
        }
        Spread::Any => Languages::Any(reading.masthead.locales.iter().map(|l| l.locale.clone()).collect()),
    };
    store::listings::depend_on_all(tx, languages.locales(), &filter.kinds);
    let mut query = Query {
        typed: searched.typed.clone(),
        languages,
        among: among(tx, &filter)?,
        ranking: searched.ranking,
        recency: reading.masthead.site.search,
        today: now.day(),
        limit: usize::try_from(paging.limit).unwrap_or(100).saturating_add(1),
        cursor: paging.cursor,
        is_counted: paging.count,
        facets: searched.facets.clone(),
    };
    // Whatever has left the public since is not even counted.
    let (last, place) = (store::changes::last(tx)?, index.place().ok_or_else(|| index.is_building())?);
    if place < last {
        query.among.departed = store::changes::departed(tx, place)?;
    }
    let mut found = index.search(&query)?;
    let (wanted, until) = (query.limit, until(last, place.min(found.place), now));
    let mut rounds = 0_u32;
    let mut rows: Vec<(Hit, Live)> = Vec::new();
    let mut hits = std::mem::take(&mut found.hits);
    // Ends: each round goes on behind the last story that was found.
    loop {
        let is_all = hits.len() < wanted;
        let last = hits.last().cloned();
        rows.extend(live(tx, hits)?);
        match last {
            Some(last) if !is_all && rows.len() < wanted && rounds < ROUNDS => {
                rounds = rounds.saturating_add(1);
                let (backwards, order) = (paging.backwards(), searched.ranking.sorting().code());
                query.cursor = Some(Cursor { backwards, order, key: last.key, id: last.article.uuid(), ..Cursor::default() });
                query.facets.clear();
                query.is_counted = false;
                hits = index.search(&query)?.hits;
            }
            _ => break,
        }
    }
    rows.truncate(wanted);
    let total = paging.count.then(|| i64::try_from(found.total).unwrap_or(i64::MAX));
    let mut page = Page::cut(rows, paging, searched.ranking.sorting(), total, |(hit, _)| (hit.key, hit.article.uuid()));
    if searched.ranking == Ranking::Relevance {
        let stories = page.items.iter().map(|(hit, _)| hit.article);
        page.next.iter_mut().for_each(|next| next.name = beside(stories.clone().rev()));
        page.previous.iter_mut().for_each(|previous| previous.name = beside(stories.clone()));
    }
    let beside = Page { items: Vec::new(), next: page.next, previous: page.previous, total: page.total };
    let (rows, info) = page.told();
    // A word that has just left the public is proposed to nobody.
    let did_you_mean = if rows.is_empty() && paging.cursor.is_none() && found.place >= last {
        meaning::meant(tx, index, &searched.typed, &reading.locale)?
    } else {
        None
    };
    let (data, included) = told(tx, reading, rows, &searched.typed, shape)?;
    let facets = facets(tx, reading, &found)?;
    let Found { is_relaxed, is_partial, at, .. } = found;
    let listing = SearchListing { data, page: info, facets, did_you_mean, relaxed: is_relaxed, partial: is_partial, as_of: at, included };
    Ok((beside, listing, until))
}

/// Those of the hits that are live, in their order.
fn live(tx: &mut Tx<'_>, hits: Vec<Hit>) -> Result<Vec<(Hit, Live)>, Error> {
    let those: Vec<_> = hits.iter().map(|hit| (hit.article, &hit.locale)).collect();
    let lives = store::editions::live_each(tx, Visibility::public(), &those, BodyForm::Beginning)?;
    let mut lives: HashMap<_, _> = lives.into_iter().map(|live| ((live.article_id, live.locale.clone()), live)).collect();
    let with = |hit: Hit| lives.remove(&(hit.article, hit.locale.clone())).map(|live| (hit, live));
    Ok(hits.into_iter().filter_map(with).collect())
}

/// Hits as readers are told them.
fn told(
    tx: &mut Tx<'_>,
    reading: &Reading,
    rows: Vec<(Hit, Live)>,
    typed: &str,
    shape: &Shape,
) -> Result<(Vec<SearchHit>, Option<Included>), Error> {
    let mut markers: HashMap<Locale, Marker> = HashMap::new();
    let (mut found, mut lives) = (Vec::new(), Vec::new());
    for (hit, mut live) in rows {
        let body = std::mem::take(&mut live.body);
        let marker = markers.entry(live.locale.clone()).or_insert_with_key(|locale| Marker::new(typed, locale));
        let highlights = Highlights {
            headline: marker.whole(&live.content.headline).into(),
            summary: marker.whole(&live.content.summary).into(),
            body: marker.excerpt(&body).into(),
        };
        found.push((hit.score, highlights));
        lives.push(live);
    }
    let (articles, included) = articles::told(tx, reading, lives, shape)?;
    let mut data = Vec::with_capacity(articles.len());
    for ((score, highlights), article) in found.into_iter().zip(articles) {
        let article = if shape.fields.is_some() { Told::Part(shape.prune(&article)?) } else { Told::Whole(Box::new(article)) };
        data.push(SearchHit { article, score, highlights });
    }
    Ok((data, included))
}

/// Counts under the names that readers know.
fn facets(tx: &mut Tx<'_>, reading: &Reading, found: &Found) -> Result<BTreeMap<&'static str, Vec<FacetCount>>, Error> {
    let mut all = BTreeMap::new();
    for (kind, counts) in &found.facets {
        let counts = if *kind == FacetKind::Section { with_those_above(tx, counts)? } else { counts.clone() };
        let ids: BTreeSet<Uuid> = match kind {
            FacetKind::Section | FacetKind::Author | FacetKind::Tag => counts.iter().filter_map(|count| count.value.parse().ok()).collect(),
            FacetKind::Kind | FacetKind::Year => BTreeSet::new(),
        };
        let known = if ids.is_empty() { HashMap::new() } else { store::names::of(tx, &ids)? };
        let mut told = Vec::new();
        for Count { value, stories } in counts {
            let named = value.parse::<Uuid>().ok().and_then(|id| known.get(&id));
            let (name, direction) = match named {
                Some(named) => {
                    let shown = names::pick(reading, &named.names)?;
                    (shown.name.name.clone(), shown.direction)
                }
                // What has no name any more is on its way out of the index.
                None if !ids.is_empty() => continue,
                None => (value.clone(), Direction::Ltr),
            };
            told.push(FacetCount { value, name, direction, stories });
        }
        all.insert(kind.as_str(), told);
    }
    Ok(all)
}

/// Sections with what lies below them, the most frequent first.
fn with_those_above(tx: &mut Tx<'_>, counts: &[Count]) -> Result<Vec<Count>, Error> {
    let sections = store::sections::all(tx)?;
    let mut all: BTreeMap<Uuid, u64> = BTreeMap::new();
    for count in counts {
        let Some(section) = sections.iter().find(|section| section.id.to_string() == count.value) else { continue };
        for above in &section.path {
            let stories = all.entry(above.uuid()).or_default();
            *stories = stories.saturating_add(count.stories);
        }
    }
    let mut all: Vec<Count> = all.into_iter().map(|(id, stories)| Count { value: id.to_string(), stories }).collect();
    all.sort_by_key(|count| std::cmp::Reverse(count.stories));
    all.truncate(MOST_VALUES);
    Ok(all)
}

/// What a suggestion leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Suggested {
    /// A story, by its headline.
    Article,
    /// A tag: a topic, a person, a place or an organisation.
    Tag,
    /// An author.
    Author,
}

/// What somebody may be typing.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Suggestion {
    /// What it leads to.
    pub r#type: Suggested,
    /// Its id.
    pub id: Uuid,
    /// The language of its text.
    pub locale: Locale,
    /// Which way that is written.
    pub direction: Direction,
    /// A headline or a name, with the places in it that were typed.
    pub text: MarkedText,
    /// Where it is found.
    pub url: String,
}

/// What somebody may be typing.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Suggestions {
    /// Names before headlines, the latest of those first; 8 at most.
    pub data: Vec<Suggestion>,
    /// Up to which instant publications are found for certain.
    pub as_of: Instant,
}

/// What somebody may be typing, and until when that is right.
///
/// # Errors
/// [`Error::SearchBuilding`] where there is no index yet.
pub fn suggest(
    tx: &mut Tx<'_>,
    index: &SearchIndex,
    reading: &Reading,
    typed: &str,
    now: Instant,
) -> Result<(Suggestions, Instant), Error> {
    let languages = Languages::Chain(reading.chain.clone());
    store::listings::depend_on_all(tx, languages.locales(), &[]);
    let (last, (place, at)) = (store::changes::last(tx)?, index.reached().unwrap_or((0, now)));
    let hits = index.suggest(typed, &languages, SUGGESTED)?;
    let mut marker: HashMap<Locale, Marker> = HashMap::new();
    let begun = format!("{}*", typed.trim_end());
    let mut marked = |text: &str, locale: &Locale| -> MarkedText {
        marker.entry(locale.clone()).or_insert_with_key(|locale| Marker::new(&begun, locale)).whole(text).into()
    };
    let mut data = Vec::new();
    if !typed.trim().is_empty() {
        let listed = named::Listed::new(Some(named::NameOrder::Ascending), Some(typed.trim()));
        let paging = Paging { limit: 20, cursor: None, count: false };
        for tag in names::tags(tx, reading, &listed, paging)?.items {
            let text = marked(&tag.name, &tag.locale);
            data.push(Suggestion {
                r#type: Suggested::Tag,
                id: tag.id.uuid(),
                locale: tag.locale,
                direction: tag.direction,
                text,
                url: tag.url,
            });
        }
        for author in names::authors(tx, reading, &listed, paging)?.items {
            let (text, id) = (marked(&author.name, &author.locale), author.id.uuid());
            data.push(Suggestion {
                r#type: Suggested::Author,
                id,
                locale: author.locale,
                direction: author.direction,
                text,
                url: author.url,
            });
        }
        // Those in which a word begins so.
        data.retain(|suggestion| !suggestion.text.marks.is_empty());
        data.truncate(NAMES);
    }
    let rows = live(tx, hits)?;
    let lives = rows.into_iter().map(|(_, live)| Live { body: String::new(), ..live }).collect();
    for article in articles::shown(tx, reading, lives)? {
        let text = marked(&article.headline, &article.locale);
        let (id, locale, direction) = (article.id.uuid(), article.locale, article.direction);
        data.push(Suggestion { r#type: Suggested::Article, id, locale, direction, text, url: article.url });
    }
    data.truncate(SUGGESTED);
    Ok((Suggestions { data, as_of: at }, until(last, place, now)))
}
