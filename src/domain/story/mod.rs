//! A story: an article with its words in every locale, what the public sees of them, and what is planned.
//!
//! **Context.** Whether a verb is possible depends on all of that at once, and whoever asks the database for it piece by piece decides
//! on pieces. **Decision.** A story is loaded whole and held, a verb is decided here on values, and its outcome is a list of [`Effect`]s
//! that are written at once. What becomes public by hand, by a plan or in a release is decided by one function, [`Story::begins`].
//! **Consequence.** Every rule of publishing is tested without a database, in any sequence; and a verb costs as many statements as a
//! story has tables, not as it has locales.

mod effects;
mod planning;
mod publishing;

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Error, Id, Instant, Locale, Version,
    article::{Article, Facts},
    edition::{Dating, Edition},
    error::Faults,
    plan::{Plan, PlanVerb, Revisions},
    section::Section,
    slug::Slug,
    standing::Standing,
    translation::{MadeFrom, State, Translation},
};
pub use effects::{Effect, Extent, Part, Written};
pub use planning::Order;

/// The newest edition of an article in a locale.
#[derive(Debug, Clone, PartialEq)]
pub struct LastEdition {
    /// Whether the public sees it.
    pub live: bool,
    /// What it was made of.
    pub revisions: Revisions,
    /// How it dated itself.
    pub dating: Dating,
    /// The slug it was published under.
    pub slug: Slug,
    /// The section it was filed in.
    pub section_id: Id<Section>,
    /// What its words were made from; nothing, for an original.
    pub made_from: Option<MadeFrom>,
    /// How many published revisions its source is ahead, as far as that is noted.
    pub behind: i32,
}

/// Facts as a revision left them, and where their section lies now.
#[derive(Debug, Clone, PartialEq)]
pub struct Filed {
    /// The facts.
    pub facts: Facts,
    /// The path of their section.
    pub section_path: Vec<Id<Section>>,
}

/// What is known of revisions that are not the newest, as far as they were asked for.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Former {
    /// Facts whose section, tags and authors are all there still.
    pub filed: BTreeMap<Version, Filed>,
    /// The slugs that words were saved under, or that those became when they were taken.
    pub slugs: BTreeMap<(Locale, Version), Slug>,
    /// Words that were approved, and still are.
    pub approved: BTreeSet<(Locale, Version)>,
}

/// An article with all that decides what can be done with it.
#[derive(Debug, Clone)]
pub struct Story {
    /// Its facts as they are.
    pub article: Article,
    /// Its working copies, without what only their revisions keep.
    pub copies: BTreeMap<Locale, Translation>,
    /// The newest edition of each locale that ever had one.
    pub editions: BTreeMap<Locale, LastEdition>,
    /// What is planned, and what could not be carried out.
    pub plans: Vec<Plan>,
    /// Former revisions that are meant.
    pub former: Former,
}

/// Which locales a verb is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Which {
    /// Those that are live.
    Live,
    /// These, as they are now.
    Locales(Vec<Locale>),
    /// Exactly these revisions of them.
    Exactly(BTreeMap<Locale, Version>),
}

impl Story {
    /// Its words in some locales.
    #[must_use]
    pub fn words<'l>(self, locales: impl IntoIterator<Item = (&'l Locale, Option<Revisions>)>) -> Part {
        let words = locales.into_iter().map(|(locale, of)| (locale.clone(), of)).collect();
        Part { story: self, extent: Extent::Words(words) }
    }

    /// Its facts.
    #[must_use]
    pub fn facts(self) -> Part {
        Part { story: self, extent: Extent::Facts }
    }

    /// All of it.
    #[must_use]
    pub fn whole(self) -> Part {
        Part { story: self, extent: Extent::Whole }
    }

    /// The words of a locale, when there are any and they are shown.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub fn copy(&self, locale: &Locale) -> Result<&Translation, Error> {
        self.copies.get(locale).filter(|_| self.article.shows(locale)).ok_or(Error::NotFound("translation"))
    }

    /// The newest revisions of what is shown in a locale.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub fn newest(&self, locale: &Locale) -> Result<Revisions, Error> {
        Ok(Revisions { words: self.copy(locale)?.version, facts: self.article.version })
    }

    /// The facts of a revision.
    ///
    /// # Errors
    /// [`Error::NotFound`] when it is not there, or something that it names is gone.
    pub fn filed(&self, version: Version) -> Result<Filed, Error> {
        if version == self.article.version {
            return Ok(Filed { facts: self.article.facts.clone(), section_path: self.article.section_path.clone() });
        }
        self.former.filed.get(&version).cloned().ok_or(Error::NotFound("revision"))
    }

    /// The slug that a revision of words is published under: as public as they are, it is the one that was saved with them.
    ///
    /// # Errors
    /// [`Error::NotFound`] when the revision is not there.
    pub fn slug(&self, locale: &Locale, words: Version) -> Result<&Slug, Error> {
        let copy = self.copy(locale)?;
        if words == copy.version {
            return Ok(&copy.slug);
        }
        self.former.slugs.get(&(locale.clone(), words)).ok_or(Error::NotFound("revision"))
    }

    /// What is live in a locale.
    #[must_use]
    pub fn live(&self, locale: &Locale) -> Option<&LastEdition> {
        self.editions.get(locale).filter(|last| last.live)
    }

    /// The locales that are live.
    pub fn live_locales(&self) -> impl Iterator<Item = &Locale> {
        self.editions.iter().filter(|(_, last)| last.live).map(|(locale, _)| locale)
    }

    /// The instant before which nothing of it is public, when that has not come.
    #[must_use]
    pub fn embargo(&self, now: Instant) -> Option<Instant> {
        self.article.facts.embargo_until.filter(|at| *at > now)
    }

    /// The plan of a kind that waits for its instant.
    #[must_use]
    pub fn planned(&self, locale: &Locale, verb: PlanVerb) -> Option<&Plan> {
        self.plans.iter().find(|p| p.verb() == verb && p.locale == *locale && p.failure.is_none())
    }

    /// True when a plan of this kind, or of any, is kept for a locale, also one that failed.
    #[must_use]
    pub fn has_plan(&self, locale: &Locale, verb: Option<PlanVerb>) -> bool {
        self.plans.iter().any(|p| p.locale == *locale && verb.is_none_or(|verb| p.verb() == verb))
    }

    /// Where the words of a locale stand, all in all.
    #[must_use]
    pub fn standing(&self, locale: &Locale) -> Standing {
        Standing {
            state: self.copies.get(locale).map_or(State::Draft, |copy| copy.state),
            live: self.live(locale).is_some(),
            start: self.planned(locale, PlanVerb::Publish).map(|p| p.at),
            end: self.planned(locale, PlanVerb::Unpublish).map(|p| p.at),
            withdrawn: self.article.withdrawn_at.is_some(),
            trashed: self.article.trashed_at.is_some(),
        }
    }

    /// The locales that a verb is about, each with the revision that its words must have, if one was named.
    ///
    /// # Errors
    /// [`Error::Invalid`] when there are none, or no words in one of them.
    pub fn chosen(&self, which: Which) -> Result<BTreeMap<Locale, Option<Version>>, Error> {
        let named = !matches!(which, Which::Live);
        let chosen: BTreeMap<Locale, Option<Version>> = match which {
            Which::Live => self.live_locales().map(|locale| (locale.clone(), None)).collect(),
            Which::Locales(locales) => locales.into_iter().map(|l| (l, None)).collect(),
            Which::Exactly(map) => map.into_iter().map(|(l, v)| (l, Some(v))).collect(),
        };
        if chosen.is_empty() {
            let why = if named { "name a locale, or leave the field out" } else { "nothing is live: name the locales" };
            return Err(Error::invalid("#/locales", "required", why));
        }
        let mut faults = Faults::default();
        for locale in chosen.keys().filter(|locale| self.copy(locale).is_err()) {
            faults.add(format!("#/locales/{locale}"), "no_words", format!("there are no words in `{locale}`"));
        }
        faults.or(chosen)
    }

    /// The locales that are named, or those of which something is there when none is. Each has words that are shown.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a list that names none; [`Error::NotFound`].
    pub fn named<'a>(&'a self, named: Option<Vec<Locale>>, there: impl Iterator<Item = &'a Locale>) -> Result<BTreeSet<Locale>, Error> {
        let Some(named) = named else { return Ok(there.cloned().collect()) };
        if named.is_empty() {
            return Err(Error::invalid("#/locales", "required", "name a locale, or leave this out for all"));
        }
        named.iter().try_for_each(|locale| self.copy(locale).map(drop))?;
        Ok(BTreeSet::from_iter(named))
    }
}

impl From<Edition> for LastEdition {
    fn from(edition: Edition) -> Self {
        Self {
            live: true,
            revisions: Revisions { words: edition.words_version, facts: edition.facts_version },
            dating: Dating {
                published_at: edition.published_at,
                updated_at: edition.updated_at,
                started_at: edition.started_at,
                minor: edition.minor,
            },
            slug: edition.slug,
            section_id: edition.facts.section_id,
            made_from: edition.made_from,
            behind: 0,
        }
    }
}
