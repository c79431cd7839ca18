//! What the desk finds of what it works on: working copies, comments, the media library.
//!
//! **Context.** Whoever may not see something is not to learn of it: not by a hit, not by a count, and not by the order of what they do see. **Decision.** What a
//! reader sees is decided for each document before anything is counted or costs anything of the budget, and a score is made of the query and the document alone: how rare a word
//! is among all documents counts for nothing, and typing errors are looked for where *the reader* finds little. **Consequence.** Words that the desk says all the
//! time count as much as rare ones; all words have to be there, so that it matters little. What an answer is made of is read in the database, which decides once more.

use std::{collections::BTreeSet, sync::LazyLock};

use tantivy::{DocId, columnar::StrColumn};
use uuid::Uuid;

use super::{
    among::Values,
    budget::{Budget, DESK_BUDGET},
    fields::unpublished,
    known::{self, DeskKind},
    matching::{Match, Segment},
    rank::{Has, newness, rank},
    scan,
    searching::{COMMON, Snapshot},
    terms::{self, LookedUp, Terms},
    typed::{self, Need, Sought},
};
use crate::domain::{
    Error, Instant, Locale,
    collation::NameKey,
    page::{Cursor, Place as PagePlace, Sorting},
    recency::Recency,
    translation::State,
    vocabulary::vocabulary,
};

/// Things that are found as they are typed, from which on no typing errors are looked for.
const ENOUGH: usize = 10;
/// Parts of a score that are told apart when the clauses of a query are added up: sums of such are exact, in whichever order.
const STEPS: f64 = 1_048_576.0;
/// Letters of a beginning that is looked for; of a shorter one it is the word itself.
const BEGINNING: usize = 3;
/// Words that have to be there, up to which typing errors are looked for.
const MOST_MISTYPED: usize = 4;

/// The language of names and credits, which are in none.
static NO_LANGUAGE: LazyLock<Locale> = LazyLock::new(Locale::undetermined);

vocabulary! {
    /// In which order the desk is told what was found.
    #[derive(Default)]
    #[schema(as = DeskSearchOrder)]
    pub enum DeskRanking {
        /// What fits best first, what was saved lately before what fits as well.
        #[default]
        Relevance => "relevance",
        /// Last saved first.
        Saved => "-updated_at",
    }
}

impl DeskRanking {
    /// How a list in this order is sorted.
    #[must_use]
    pub fn sorting(self) -> Sorting {
        match self {
            Self::Relevance => Sorting::DeskFoundByRelevance,
            Self::Saved => Sorting::DeskFoundLastSaved,
        }
    }
}

/// What one grant shows.
#[derive(Debug, Clone)]
pub struct Place {
    /// In these sections, or in all.
    pub sections: Option<Vec<Uuid>>,
    /// The words in this locale, or in all.
    pub locale: Option<Locale>,
}

/// What whoever asks sees, with each section named that lies below one of theirs.
#[derive(Debug, Clone)]
pub enum Sight {
    /// Everything.
    Whole,
    /// Nothing but what the whole desk sees.
    Shared,
    /// What grants show, and what is somebody's own.
    Reach {
        /// Whose.
        user: Uuid,
        /// What the grants show.
        places: Vec<Place>,
        /// Sections outside of which nothing shows, not even their own.
        within: Option<Vec<Uuid>>,
        /// Locales outside of which nothing shows but originals and what is live.
        locales: Option<Vec<Locale>>,
    },
}

/// What the desk asks of the index.
#[derive(Debug, Clone)]
pub struct DeskQuery {
    /// What somebody typed.
    pub typed: String,
    /// In which languages.
    pub locales: Vec<Locale>,
    /// What is looked for.
    pub kinds: BTreeSet<DeskKind>,
    /// In these sections, each of those below them named too, or in all.
    pub sections: Option<Vec<Uuid>>,
    /// Words in one of these states; none asks for nothing.
    pub states: Vec<State>,
    /// What whoever asks sees.
    pub sight: Sight,
    /// Articles, comments and items that have changed since: nothing is said of them.
    pub without: BTreeSet<Uuid>,
    /// In which order.
    pub ranking: DeskRanking,
    /// How what was saved lately is weighed.
    pub recency: Recency,
    /// The beginning of the present day, which ages are counted from.
    pub today: Instant,
    /// Things that are wanted.
    pub limit: usize,
    /// Where they begin.
    pub cursor: Option<Cursor>,
}

/// Something that was found at the desk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeskHit {
    /// What it is.
    pub kind: DeskKind,
    /// Its id: the article's, the comment's, the item's.
    pub id: Uuid,
    /// The locale whose words were found.
    pub locale: Locale,
    /// What it is sorted by.
    pub key: i64,
}

impl DeskHit {
    fn order(&self) -> (i64, Uuid, &[u8]) {
        (self.key, self.id, self.locale.as_str().as_bytes())
    }

    /// Where it stands in its list.
    #[must_use]
    pub fn place(&self) -> PagePlace {
        PagePlace { key: self.key, name: NameKey::of(self.locale.as_str().as_bytes()), id: self.id }
    }
}

/// What was found at the desk.
#[derive(Debug, Clone)]
pub struct DeskFound {
    /// One more than asked for when there are more, in the direction of the cursor.
    pub hits: Vec<DeskHit>,
    /// How many there are in all.
    pub total: u64,
    /// True when there was more to be read than one query may.
    pub is_partial: bool,
    /// The last change of the log that the index has taken up.
    pub place: i64,
    /// When it had.
    pub at: Instant,
}

/// What a segment knows of its documents, as a query asks for it.
struct Known<'c> {
    kinds: Vec<(DeskKind, Values<'c>)>,
    sections: Option<Values<'c>>,
    states: Option<Values<'c>>,
    without: Values<'c>,
    /// What the whole desk sees.
    shared: Values<'c>,
    reach: Option<Reached<'c>>,
    is_whole: bool,
}

/// What grants show of a segment.
struct Reached<'c> {
    within: Option<Values<'c>>,
    /// The articles of these sections; nothing where they are of all.
    sections: Option<Values<'c>>,
    /// What somebody began or works on, whatever section it lies in.
    own: Values<'c>,
    open: Values<'c>,
    /// Words that are theirs.
    own_words: Values<'c>,
}

/// What grants show of the words in a locale.
struct Here<'c> {
    /// Whether words in it may be shown for anything but being open.
    is_shown: bool,
    /// Sections whose words in it are shown; nothing where they are of all.
    places: Option<Values<'c>>,
}

fn filed<'c>(column: Option<&'c StrColumn>, sections: &[Uuid]) -> Result<Values<'c>, Error> {
    Values::of(column, sections.iter().map(|id| known::filed_in(*id)))
}

/// The sections of some places; nothing where one is all of them.
fn sections<'p>(places: impl Iterator<Item = &'p Place>) -> Option<Vec<Uuid>> {
    let all: Option<Vec<_>> = places.map(|place| place.sections.as_deref()).collect();
    all.map(|all| all.concat())
}

impl<'c> Known<'c> {
    fn new(column: Option<&'c StrColumn>, query: &DeskQuery) -> Result<Self, Error> {
        let of = |sections: &Option<Vec<Uuid>>| sections.as_ref().map(|all| filed(column, all)).transpose();
        let states = (!query.states.is_empty()).then(|| Values::of(column, query.states.iter().copied().map(known::stands)));
        let reach = match &query.sight {
            Sight::Whole | Sight::Shared => None,
            Sight::Reach { user, places, within, .. } => Some(Reached {
                within: of(within)?,
                sections: of(&sections(places.iter()))?,
                own: Values::of(column, [known::begun_by(*user), known::worked_on_by(*user)])?,
                open: Values::of(column, [known::OPEN.to_owned()])?,
                own_words: Values::of(column, [known::begun_by(*user), known::given_to(*user)])?,
            }),
        };
        let kinds = query.kinds.iter().map(|kind| Ok((*kind, Values::of(column, [known::is(*kind)])?)));
        Ok(Self {
            kinds: kinds.collect::<Result<_, Error>>()?,
            sections: of(&query.sections)?,
            states: states.transpose()?,
            without: Values::of(column, query.without.iter().copied().map(known::belongs_to))?,
            shared: Values::of(column, [known::is(DeskKind::Media)])?,
            reach,
            is_whole: matches!(query.sight, Sight::Whole),
        })
    }

    /// What a document is, if it is looked for.
    fn kind(&self, doc: DocId) -> Option<DeskKind> {
        self.kinds.iter().find(|(_, values)| values.are_of(doc)).map(|(kind, _)| *kind)
    }

    fn keeps(&self, here: &Here<'_>, doc: DocId) -> bool {
        self.kind(doc).is_some()
            && self.sections.as_ref().is_none_or(|sections| sections.are_of(doc))
            && self.states.as_ref().is_none_or(|states| states.are_of(doc))
            && (self.is_whole
                || self.shared.are_of(doc)
                || self.reach.as_ref().is_some_and(|reach| reach.sees(doc) && reach.reads(here, doc)))
            && !self.without.are_of(doc)
    }
}

impl<'c> Here<'c> {
    fn new(column: Option<&'c StrColumn>, sight: &Sight, locale: &Locale) -> Result<Self, Error> {
        let Sight::Reach { places, locales, .. } = sight else { return Ok(Self { is_shown: true, places: None }) };
        let here = sections(places.iter().filter(|place| place.locale.as_ref().is_none_or(|own| own == locale)));
        Ok(Self {
            is_shown: locales.as_ref().is_none_or(|all| all.contains(locale)),
            places: here.map(|all| filed(column, &all)).transpose()?,
        })
    }
}

impl Reached<'_> {
    /// Whether the article of a document is seen.
    fn sees(&self, doc: DocId) -> bool {
        self.within.as_ref().is_none_or(|within| within.are_of(doc))
            && (self.sections.as_ref().is_none_or(|sections| sections.are_of(doc)) || self.own.are_of(doc))
    }

    /// Whether its words are, of an article that is.
    fn reads(&self, here: &Here<'_>, doc: DocId) -> bool {
        self.open.are_of(doc)
            || (here.is_shown && (self.own_words.are_of(doc) || here.places.as_ref().is_none_or(|places| places.are_of(doc))))
    }
}

/// What is looked for among the words of a locale, under one of its names.
struct Wanted<'q> {
    locale: &'q Locale,
    /// What has to be there, what is read fastest first.
    required: Vec<LookedUp>,
    optional: Vec<LookedUp>,
    excluded: Vec<LookedUp>,
}

/// The same with a score that is added to others exactly.
fn stepped(found: Match) -> Match {
    Match { score: (found.score * STEPS).round() / STEPS, ..found }
}

/// Of some documents, in their order, those that have something.
fn among(segment: &Segment, looked_up: &LookedUp, weight: f64, docs: &[DocId], budget: &mut Budget) -> Result<Vec<Option<Match>>, Error> {
    if !matches!(&looked_up.terms, Terms::Any(any) if any.len() > terms::FEW) {
        return scan::among(segment, looked_up, weight, docs, budget);
    }
    let mut found = segment.kept(looked_up, weight, &|doc| docs.binary_search(&doc).is_ok(), budget)?.into_iter().peekable();
    Ok(docs.iter().map(|doc| found.next_if(|found| found.doc == *doc)).collect())
}

impl Wanted<'_> {
    /// What of a segment has all that is wanted, and is kept.
    fn matches(&self, segment: &Segment, keeps: &dyn Fn(DocId) -> bool, budget: &mut Budget) -> Result<Vec<Match>, Error> {
        let Some((first, others)) = self.required.split_first() else { return Ok(Vec::new()) };
        let mut matches = segment.kept(first, 1.0, keeps, budget)?;
        matches.iter_mut().for_each(|found| *found = stepped(*found));
        let docs = |matches: &[Match]| matches.iter().map(|found| found.doc).collect::<Vec<DocId>>();
        for looked_up in others {
            let more = among(segment, looked_up, 1.0, &docs(&matches), budget)?;
            let both = matches.iter().zip(more).filter_map(|(found, more)| {
                let more = stepped(more?);
                Some(Match { score: found.score + more.score, is_mistyped: found.is_mistyped || more.is_mistyped, ..*found })
            });
            matches = both.collect();
        }
        for looked_up in &self.optional {
            let more = among(segment, looked_up, COMMON, &docs(&matches), budget)?;
            for (found, more) in matches.iter_mut().zip(more) {
                found.score += more.map_or(0.0, |more| stepped(more).score);
            }
        }
        for looked_up in &self.excluded {
            let there = among(segment, looked_up, 0.0, &docs(&matches), budget)?;
            matches = matches.into_iter().zip(there).filter(|(_, there)| there.is_none()).map(|(found, _)| found).collect();
            // What was not looked at may have it.
            if budget.is_spent() || !looked_up.is_whole {
                matches.clear();
            }
        }
        Ok(matches)
    }
}

impl Snapshot {
    /// What is looked for in each locale, under each of its names: words that are live and those that are not have dictionaries of their own. And whether that is all that was typed.
    fn wanted_at_desk<'q>(&self, query: &'q DeskQuery, with_mistyped: bool) -> Result<(Vec<Wanted<'q>>, bool), Error> {
        let parts = typed::parts(&query.typed);
        let (mut all, mut is_whole) = (Vec::new(), true);
        for locale in query.locales.iter().chain([&*NO_LANGUAGE]) {
            let (clauses, whole) = typed::clauses(&parts, locale);
            is_whole &= whole;
            let required = clauses.iter().filter(|clause| clause.need == Need::Required).count();
            for name in [locale.to_string(), unpublished(locale.as_str())] {
                if required == 0 || self.sizes.get(&name).is_none_or(|size| *size == 0) {
                    continue;
                }
                let mut wanted = Wanted { locale, required: Vec::new(), optional: Vec::new(), excluded: Vec::new() };
                for clause in &clauses {
                    // A beginning of a letter or two may be that of half a dictionary, seen or not.
                    let sought = match &clause.sought {
                        Sought::Beginning(word) if word.chars().count() < BEGINNING => Sought::Phrase(vec![word.clone()]),
                        sought => sought.clone(),
                    };
                    let with_mistyped = with_mistyped && clause.need == Need::Required && required <= MOST_MISTYPED;
                    let looked_up = terms::anywhere(&self.searcher, &self.fields, &name, &sought, with_mistyped)?;
                    is_whole &= looked_up.is_whole;
                    match clause.need {
                        Need::Required => wanted.required.push(looked_up),
                        Need::Optional => wanted.optional.push(looked_up),
                        Need::Excluded => wanted.excluded.push(looked_up),
                    }
                }
                wanted.required.sort_by_key(|looked_up| looked_up.frequency);
                all.push(wanted);
            }
        }
        Ok((all, is_whole))
    }

    /// Everything that is found and seen; with typing errors, that alone which has one.
    fn at_desk(&self, query: &DeskQuery, with_mistyped: bool) -> Result<(Vec<DeskHit>, bool), Error> {
        let (wanted, is_whole) = self.wanted_at_desk(query, with_mistyped)?;
        let (mut hits, mut budget) = (Vec::new(), Budget::of(DESK_BUDGET));
        for segment in &self.segments {
            let columns = segment.columns();
            let known = Known::new(columns.desk(), query)?;
            for wanted in &wanted {
                let here = Here::new(columns.desk(), &query.sight, wanted.locale)?;
                for found in wanted.matches(segment, &|doc| known.keeps(&here, doc), &mut budget)? {
                    let Some(kind) = known.kind(found.doc).filter(|_| found.is_mistyped == with_mistyped) else { continue };
                    let saved_at = columns.saved_at(found.doc);
                    let key = match query.ranking {
                        DeskRanking::Relevance => {
                            rank(found.score * newness(query.recency, query.today, saved_at), Has::Everything, found.is_mistyped)
                        }
                        DeskRanking::Saved => saved_at.as_micros(),
                    };
                    hits.push(DeskHit { kind, id: columns.id(found.doc), locale: wanted.locale.clone(), key });
                }
            }
        }
        Ok((hits, is_whole && !budget.is_spent()))
    }

    /// Carry a query of the desk out.
    pub(super) fn search_desk(&self, query: &DeskQuery) -> Result<DeskFound, Error> {
        let (mut hits, mut is_whole) = self.at_desk(query, false)?;
        let may_be_meant = match query.ranking {
            DeskRanking::Relevance => hits.len() < ENOUGH,
            // Among those that were saved at the same time nothing tells them apart.
            DeskRanking::Saved => hits.is_empty(),
        };
        if may_be_meant {
            let (more, whole) = self.at_desk(query, true)?;
            let known: BTreeSet<_> = hits.iter().map(|hit| (hit.id, hit.locale.to_string())).collect();
            hits.extend(more.into_iter().filter(|hit| !known.contains(&(hit.id, hit.locale.to_string()))));
            is_whole &= whole;
        }
        // An item of the library is found once, in the language in which it fits best.
        hits.sort_by(|a, b| a.id.cmp(&b.id).then(b.key.cmp(&a.key)).then_with(|| a.locale.as_str().cmp(b.locale.as_str())));
        hits.dedup_by(|a, b| a.id == b.id && a.kind == DeskKind::Media);
        let total = u64::try_from(hits.len()).unwrap_or(u64::MAX);
        let backwards = query.cursor.is_some_and(|cursor| cursor.backwards);
        if let Some(cursor) = query.cursor {
            let there = (cursor.key, cursor.id, cursor.name.as_bytes());
            hits.retain(|hit| if backwards { hit.order() > there } else { hit.order() < there });
        }
        hits.sort_by(|a, b| if backwards { a.order().cmp(&b.order()) } else { b.order().cmp(&a.order()) });
        hits.truncate(query.limit);
        Ok(DeskFound { hits, total, is_partial: !is_whole, place: 0, at: query.today })
    }
}
