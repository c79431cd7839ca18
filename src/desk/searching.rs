//! Finding what the desk works on.

use std::collections::{BTreeSet, HashMap};

use uuid::Uuid;

use crate::{
    access::{
        Permit, Visibility,
        action::{ReadArticle, ReadDesk},
        visibility::Viewer,
    },
    domain::{
        Error, Id, Instant, Locale, Version,
        article::ArticleId,
        body::text::plain,
        comment::CommentId,
        media::{Media, MediaId},
        page::{Page, Paging},
        section::{Section, SectionId},
        translation::State,
    },
    search::{DeskFound, DeskHit, DeskKind, DeskQuery, DeskRanking, Marked, Marker, Place, SearchIndex, Sight},
    store::{
        self, Tx,
        desk_search::{FoundRemark, FoundWords},
    },
};

/// Working copies whose words are read at once: one may have a megabyte.
const AT_ONCE: usize = 10;
/// Things that have changed since the index was brought up, above which nothing is answered.
const BEHIND: usize = 5_000;
/// Letters of a text that are looked through for what was found in it.
const LOOKED_THROUGH: usize = 20_000;

/// What is looked for.
#[derive(Debug, Clone)]
pub struct Asked {
    /// What was typed.
    pub typed: String,
    /// Of which types; of all, when there are none.
    pub kinds: BTreeSet<DeskKind>,
    /// In which languages; in all, when there are none.
    pub locales: Vec<Locale>,
    /// In one of these sections or below it.
    pub sections: Vec<SectionId>,
    /// Words in one of these states.
    pub states: Vec<State>,
    /// In which order.
    pub ranking: DeskRanking,
}

/// What a thing that was found is.
#[derive(Debug, Clone)]
pub enum What {
    /// A working copy: of which article, where it stands, and whether something of it is live.
    Words(ArticleId, State, bool),
    /// A comment on an article, about words in a locale or about it as a whole; whether it is done with.
    Comment(ArticleId, Option<Locale>, bool),
    /// An item of the media library.
    Media,
}

/// A thing that was found.
#[derive(Debug, Clone)]
pub struct Finding {
    /// What it is.
    pub what: What,
    /// Its id.
    pub id: Uuid,
    /// The locale of what was found; `und` for the name of a file, and whatever else of the library is in no language.
    pub locale: Locale,
    /// What stands above it: a headline, of a comment that of the original; the name of a file.
    pub title: Marked,
    /// The locale of that.
    pub title_locale: Locale,
    /// What of it was looked for.
    pub text: Marked,
    /// Its version.
    pub version: Version,
    /// Last saved.
    pub updated_at: Instant,
}

/// What was found.
#[derive(Debug)]
pub struct Findings {
    /// A page of it.
    pub page: Page<Finding>,
    /// Whether there was more to look through than one search may.
    pub is_partial: bool,
    /// Up to when everything is found for certain.
    pub at: Instant,
}

/// The sections that lie in some of these or below them, these too.
fn below(all: &[Section], of: impl IntoIterator<Item = SectionId>) -> Vec<Uuid> {
    let of: BTreeSet<SectionId> = of.into_iter().collect();
    let lies = |section: &&Section| section.path.iter().any(|above| of.contains(above));
    let found: BTreeSet<Uuid> = all.iter().filter(lies).map(|section| section.id.uuid()).chain(of.iter().map(|id| id.uuid())).collect();
    found.into_iter().collect()
}

/// What a reader of the desk sees, as the index looks for it.
fn sight(visibility: &Visibility, sections: &[Section]) -> Sight {
    match visibility.viewer() {
        Viewer::Desk => Sight::Whole,
        // Working copies are nobody's business outside the desk.
        Viewer::Public | Viewer::One(_) => Sight::Shared,
        Viewer::Granted(reach) => {
            let place = |place: &crate::access::visibility::Place| Place {
                sections: place.section.map(|id| below(sections, [id])),
                locale: place.locale.clone(),
            };
            Sight::Reach {
                user: reach.user.uuid(),
                places: reach.places.iter().map(place).collect(),
                within: reach.bound_sections().map(|bound| below(sections, bound.iter().copied())),
                locales: reach.bound_locales().map(<[Locale]>::to_vec),
            }
        }
    }
}

/// Find working copies, comments and items of the media library that whoever asks sees; items of the library where they read the desk.
///
/// # Errors
/// [`Error::SearchBuilding`] where there is no index yet, or it is far behind; [`Error::Invalid`] for a locale that the site does not have.
pub fn search(
    tx: &mut Tx<'_>,
    permit: &Permit<ReadArticle>,
    index: &SearchIndex,
    asked: &Asked,
    (paging, now): (Paging, Instant),
) -> Result<Findings, Error> {
    let all = store::sections::all(tx)?;
    let masthead = store::site::masthead(tx)?;
    store::site::know(tx, &asked.locales)?;
    let visibility = permit.visibility();
    let mut kinds = if asked.kinds.is_empty() { DeskKind::ALL.iter().copied().collect() } else { asked.kinds.clone() };
    if Permit::<ReadDesk>::try_from(permit.caller().clone()).is_err() {
        kinds.remove(&DeskKind::Media);
    }
    let is_asked = |locale: &Locale| asked.locales.is_empty() || asked.locales.contains(locale);
    let locales = masthead.locales.iter().map(|settings| settings.locale.clone()).filter(is_asked).collect();
    // Who sees what has changed since is not known to the index: nothing is said of it for that moment, not even that it is there.
    let (last, (place, _)) = (store::changes::last(tx)?, index.reached().ok_or_else(|| index.is_building())?);
    let without = if place < last { store::desk_search::changed(tx, place, BEHIND)? } else { Some(BTreeSet::new()) };
    let query = DeskQuery {
        typed: asked.typed.clone(),
        locales,
        kinds,
        sections: (!asked.sections.is_empty()).then(|| below(&all, asked.sections.iter().copied())),
        states: asked.states.clone(),
        sight: sight(&visibility, &all),
        without: without.ok_or_else(|| index.is_building())?,
        ranking: asked.ranking,
        recency: masthead.site.search,
        today: now.day(),
        limit: usize::try_from(paging.limit).unwrap_or(100).saturating_add(1),
        cursor: paging.cursor,
    };
    let DeskFound { hits, total, is_partial, at, .. } = index.search_desk(&query)?;
    let total = paging.count.then(|| i64::try_from(total).unwrap_or(i64::MAX));
    let page = Page::cut(hits, paging, asked.ranking.sorting(), total, DeskHit::place);
    let mut findings = Shown::new(&asked.typed).all(tx, &visibility, &page.items)?;
    // What is not seen any more is not shown, whatever the index says.
    let items = page.items.iter().filter_map(|hit| findings.remove(&(hit.kind, hit.id, hit.locale.clone()))).collect();
    Ok(Findings { page: Page { items, next: page.next, previous: page.previous, total: page.total }, is_partial, at })
}

/// The beginning of a long text.
fn beginning(text: &str) -> &str {
    text.char_indices().nth(LOOKED_THROUGH).and_then(|(end, _)| text.get(..end)).unwrap_or(text)
}

/// Hits, as they are shown with what was typed.
struct Shown<'t> {
    typed: &'t str,
    markers: HashMap<Locale, Marker>,
}

/// Findings by what they are, their ids and their locales.
type Found = HashMap<(DeskKind, Uuid, Locale), Finding>;

impl<'t> Shown<'t> {
    fn new(typed: &'t str) -> Self {
        Self { typed, markers: HashMap::new() }
    }

    fn marker(&mut self, locale: &Locale) -> &mut Marker {
        self.markers.entry(locale.clone()).or_insert_with_key(|locale| Marker::new(self.typed, locale))
    }

    /// Those of some hits that a reader sees.
    fn all(&mut self, tx: &mut Tx<'_>, visibility: &Visibility, hits: &[DeskHit]) -> Result<Found, Error> {
        let of = |kind: DeskKind| hits.iter().filter(move |hit| hit.kind == kind);
        let mut findings = HashMap::new();
        let words: Vec<(ArticleId, &Locale)> = of(DeskKind::Translation).map(|hit| (hit.id.into(), &hit.locale)).collect();
        for some in words.chunks(AT_ONCE) {
            for ((article, locale), found) in store::desk_search::words(tx, visibility, some)? {
                findings.insert((DeskKind::Translation, article.uuid(), locale.clone()), self.words(article, locale, &found));
            }
        }
        let comments: BTreeSet<CommentId> = of(DeskKind::Comment).map(|hit| hit.id.into()).collect();
        let mut remarks = store::desk_search::found_remarks(tx, visibility, &comments)?;
        for hit in of(DeskKind::Comment) {
            if let Some(remark) = remarks.remove(&hit.id.into()) {
                findings.insert((hit.kind, hit.id, hit.locale.clone()), self.comment(hit, remark));
            }
        }
        let items: BTreeSet<MediaId> = of(DeskKind::Media).map(|hit| hit.id.into()).collect();
        let items = store::media::of(tx, &items)?;
        for hit in of(DeskKind::Media) {
            if let Some(media) = items.get(&Id::from(hit.id)) {
                findings.insert((hit.kind, hit.id, hit.locale.clone()), self.media(hit, media));
            }
        }
        Ok(findings)
    }

    fn words(&mut self, article: ArticleId, locale: Locale, found: &FoundWords) -> Finding {
        let [title, summed_up] = found.words.content.searched();
        let text = format!("{summed_up}\n{}", plain(&found.words.body));
        let marker = self.marker(&locale);
        Finding {
            what: What::Words(article, found.state, found.is_live),
            id: article.uuid(),
            title: marker.whole(title),
            text: marker.excerpt(beginning(text.trim_start())),
            title_locale: locale.clone(),
            locale,
            version: found.version,
            updated_at: found.updated_at,
        }
    }

    fn comment(&mut self, hit: &DeskHit, found: FoundRemark) -> Finding {
        Finding {
            what: What::Comment(found.remark.article_id, found.remark.locale, found.is_resolved),
            id: hit.id,
            locale: hit.locale.clone(),
            // Nothing was looked for in it.
            title: Marked { text: found.headline, marks: Vec::new() },
            title_locale: found.source_locale,
            text: self.marker(&hit.locale).excerpt(beginning(&found.remark.text)),
            version: found.version,
            updated_at: found.remark.updated_at,
        }
    }

    fn media(&mut self, hit: &DeskHit, media: &Media) -> Finding {
        let [name, caption, said] = media.description.searched(&hit.locale);
        let marker = self.marker(&hit.locale);
        Finding {
            what: What::Media,
            id: hit.id,
            locale: hit.locale.clone(),
            title: marker.whole(&name),
            title_locale: hit.locale.clone(),
            text: marker.excerpt(beginning(format!("{caption}\n{said}").trim_start())),
            version: media.version,
            updated_at: media.updated_at,
        }
    }
}
