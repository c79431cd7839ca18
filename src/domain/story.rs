//! A story: an article with its words in every locale, what the public sees of them, and what is planned.
//!
//! **Context.** Whether a verb is possible depends on all of that at once, and whoever asks the database for it piece by piece decides
//! on pieces. **Decision.** A story is loaded whole and held, a verb is decided here on values, and its outcome is a list of [`Effect`]s
//! that are written at once. What becomes public by hand, by a plan or in a release is decided by one function, [`Story::begins`].
//! **Consequence.** Every rule of publishing is tested without a database, in any sequence; and a verb costs as many statements as a
//! story has tables, not as it has locales.

mod planning;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Error, Id, Instant, Locale, Version,
    article::{Article, Facts},
    edition::{Dating, Edition},
    error::Faults,
    plan::{Plan, PlanVerb, Revisions},
    section::Section,
    site::Review,
    slug::Slug,
    standing::{Standing, Verb},
    takedown::Step,
    translation::{MadeFrom, State, Translation},
};
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

/// What a verb brings about. Each is about the words of one locale, or about the article whole.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// An edition becomes public, in the place of the live one.
    Begin(Locale, Revisions, Dating),
    /// The live edition ends.
    End(Locale),
    /// Something is planned, in the place of what was of the kind.
    Plan(Locale, Planned),
    /// What is planned is taken back: of one kind, or all of it.
    Cancel(Locale, Option<PlanVerb>),
    /// A plan is carried out.
    Done(Id<Plan>),
    /// A plan waits until an instant.
    Wait(Id<Plan>, Instant),
    /// The article is taken down.
    TakeDown(Step),
    /// Its takedown is lifted.
    Reinstate(Step),
    /// It is put into the trash.
    Trash(Instant),
    /// It is taken out of the trash.
    Restore,
}

/// What is to happen at an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Planned {
    /// When.
    pub at: Instant,
    /// What becomes public; nothing, for an end.
    pub revisions: Option<Revisions>,
    /// Whether the publication is a minor one.
    pub minor: bool,
}

impl Planned {
    /// What is to be done.
    #[must_use]
    pub fn verb(&self) -> PlanVerb {
        if self.revisions.is_some() { PlanVerb::Publish } else { PlanVerb::Unpublish }
    }
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

/// Which part of a story a verb is about, and whoever does it needs the right over.
#[derive(Debug, Clone)]
pub enum Extent {
    /// The words in these locales, also as they were filed in the revision that is meant.
    Words(BTreeMap<Locale, Option<Revisions>>),
    /// The facts.
    Facts,
    /// The facts, and the words in every locale.
    Whole,
}

/// A story, and which part of it is meant.
#[derive(Debug, Clone)]
pub struct Part {
    /// The story.
    pub story: Story,
    /// What is meant of it.
    pub extent: Extent,
}

impl Part {
    /// True when an effect is about what is meant.
    #[must_use]
    pub fn covers(&self, effect: &Effect) -> bool {
        match (&self.extent, effect) {
            (Extent::Whole, _) | (Extent::Facts, Effect::Wait(..)) => true,
            (Extent::Facts, _) => false,
            (Extent::Words(words), Effect::Begin(locale, of, _)) => {
                words.get(locale).is_some_and(|meant| meant.is_none_or(|meant| meant == *of))
            }
            (Extent::Words(words), Effect::End(locale) | Effect::Plan(locale, _) | Effect::Cancel(locale, _)) => words.contains_key(locale),
            (Extent::Words(words), Effect::Done(id) | Effect::Wait(id, _)) => {
                self.story.plans.iter().any(|plan| plan.id == *id && words.contains_key(&plan.locale))
            }
            (Extent::Words(_), Effect::TakeDown(_) | Effect::Reinstate(_) | Effect::Trash(_) | Effect::Restore) => false,
        }
    }
}

/// What was written of a story along with effects.
#[derive(Debug, Default)]
pub struct Written {
    /// The editions that begin.
    pub editions: Vec<Edition>,
    /// What is planned now.
    pub plans: Vec<Plan>,
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
    fn planned(&self, locale: &Locale, verb: PlanVerb) -> Option<&Plan> {
        self.plans.iter().find(|p| p.verb == verb && p.locale == *locale && p.failure.is_none())
    }

    fn has_plan(&self, locale: &Locale, verb: Option<PlanVerb>) -> bool {
        self.plans.iter().any(|p| p.locale == *locale && verb.is_none_or(|verb| p.verb == verb))
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
        let chosen: BTreeMap<Locale, Option<Version>> = match which {
            Which::Live => self.live_locales().map(|locale| (locale.clone(), None)).collect(),
            Which::Locales(locales) => locales.into_iter().map(|l| (l, None)).collect(),
            Which::Exactly(map) => map.into_iter().map(|(l, v)| (l, Some(v))).collect(),
        };
        if chosen.is_empty() {
            return Err(Error::invalid("#/locales", "required", "nothing is live: name the locales"));
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

    /// Nothing, when nothing keeps revisions of a locale from becoming public at an instant, as far as can be said now. Publishing by hand,
    /// a plan at its instant and a release ask this, and nothing else.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Conflict`] with the codes of [`Standing::after`], `embargoed`, or `not-approved` on a site that
    /// publishes approved words only: approved is a revision, for as long as nobody requests changes to it.
    pub fn begins(&self, locale: &Locale, of: Revisions, (at, now): (Instant, Instant), review: Review) -> Result<(), Error> {
        if self.article.trashed_at.is_some() {
            return Err(Error::NotFound("article"));
        }
        let copy = self.copy(locale)?;
        self.filed(of.facts)?;
        if let Some(embargo) = self.embargo(at) {
            return Err(Error::Conflict { code: "embargoed", detail: format!("nothing of this article is public before {embargo}") });
        }
        self.standing(locale).after(Verb::Publish, now)?;
        if review == Review::Required {
            self.is_approved(copy, of.words)?;
        }
        Ok(())
    }

    fn is_approved(&self, copy: &Translation, version: Version) -> Result<(), Error> {
        let refuse = |detail| Err(Error::Conflict { code: "not-approved", detail });
        if version == copy.version {
            return if copy.state == State::Approved { Ok(()) } else { refuse(format!("the words are {}, not approved", copy.state)) };
        }
        if self.former.approved.contains(&(copy.locale.clone(), version)) {
            return Ok(());
        }
        refuse(format!("revision {version} of the words is not approved"))
    }

    /// A publication of revisions at `now`; nothing where they are live already.
    fn begin(&self, locale: &Locale, of: Revisions, minor: bool, now: Instant) -> Option<Effect> {
        let last = self.editions.get(locale);
        if last.is_some_and(|last| last.live && last.revisions == of) {
            return None;
        }
        Some(Effect::Begin(locale.clone(), of, Dating::after(last.map(|last| &last.dating), minor, now)))
    }

    /// The end of what is planned of a kind, where anything is.
    fn cancel(&self, locale: &Locale, verb: Option<PlanVerb>) -> Option<Effect> {
        self.has_plan(locale, verb).then(|| Effect::Cancel(locale.clone(), verb))
    }

    fn cancel_all(&self) -> impl Iterator<Item = Effect> {
        let planned: BTreeSet<_> = self.plans.iter().map(|p| p.locale.clone()).collect();
        planned.into_iter().map(|locale| Effect::Cancel(locale, None))
    }

    /// Make working copies public as they are; under an embargo they are planned for its end instead.
    ///
    /// # Errors
    /// Those of [`Self::begins`].
    pub fn publish<'l>(
        &self,
        locales: impl IntoIterator<Item = &'l Locale>,
        minor: bool,
        now: Instant,
        review: Review,
    ) -> Result<Vec<Effect>, Error> {
        let mut effects = Vec::new();
        for locale in locales {
            let of = self.newest(locale)?;
            let at = self.embargo(now);
            self.begins(locale, of, (at.unwrap_or(now), now), review)?;
            if let Some(at) = at {
                self.standing(locale).after(Verb::Start(at), now)?;
                effects.push(Effect::Plan(locale.clone(), Planned { at, revisions: Some(of), minor }));
                continue;
            }
            effects.extend(self.cancel(locale, Some(PlanVerb::Publish)));
            effects.extend(self.begin(locale, of, minor, now));
        }
        Ok(effects)
    }

    /// Make the working copy of a locale public under dates that it has from elsewhere, unless just that is live.
    ///
    /// # Errors
    /// [`Error::NotFound`] without words; [`Error::Conflict`] with the codes of [`Standing::after`].
    pub fn publish_dated(&self, locale: &Locale, dates: (Instant, Instant), now: Instant) -> Result<Vec<Effect>, Error> {
        let of = self.newest(locale)?;
        self.begins(locale, of, (now, now), Review::Optional)?;
        let is_it = |last: &LastEdition| last.revisions == of && (last.dating.published_at, last.dating.updated_at) == dates;
        if self.live(locale).is_some_and(is_it) {
            return Ok(Vec::new());
        }
        let dating = Dating { published_at: dates.0, updated_at: dates.1, started_at: now, minor: false };
        Ok(vec![Effect::Begin(locale.clone(), of, dating)])
    }

    /// Make revisions public in a release, all of those that are of this story.
    ///
    /// # Errors
    /// Those of [`Self::begins`].
    pub fn release<'l>(
        &self,
        items: impl IntoIterator<Item = (&'l Locale, Revisions)>,
        now: Instant,
        review: Review,
    ) -> Result<Vec<Effect>, Error> {
        let mut effects = Vec::new();
        for (locale, of) in items {
            self.begins(locale, of, (now, now), review)?;
            effects.extend(self.cancel(locale, Some(PlanVerb::Publish)));
            effects.extend(self.begin(locale, of, false, now));
        }
        Ok(effects)
    }

    /// End what is live of some locales.
    ///
    /// # Errors
    /// [`Error::Conflict`] with code `not-live` where nothing is.
    pub fn unpublish<'l>(&self, locales: impl IntoIterator<Item = &'l Locale>, now: Instant) -> Result<Vec<Effect>, Error> {
        let mut effects = Vec::new();
        for locale in locales {
            let stands = self.standing(locale);
            if stands.after(Verb::Unpublish, now)?.end != stands.end {
                effects.extend(self.cancel(locale, Some(PlanVerb::Unpublish)));
            }
            effects.push(Effect::End(locale.clone()));
        }
        if effects.is_empty() {
            return Err(Error::Conflict { code: "not-live", detail: "nothing of this article is live".to_owned() });
        }
        Ok(effects)
    }

    /// Nothing, when a verb on the whole article is possible in every locale that it has words in.
    fn allows(&self, verb: Verb, now: Instant) -> Result<(), Error> {
        self.copies.keys().try_for_each(|locale| self.standing(locale).after(verb, now).map(drop))
    }

    /// Take it down, with all that is planned for it.
    ///
    /// # Errors
    /// [`Error::Conflict`] with code `withdrawn` when it is down already.
    pub fn take_down(&self, step: Step) -> Result<Vec<Effect>, Error> {
        self.allows(Verb::Withdraw, step.at)?;
        Ok(self.cancel_all().chain([Effect::TakeDown(step)]).collect())
    }

    /// Lift its takedown; nothing becomes public by that.
    ///
    /// # Errors
    /// [`Error::Conflict`] with code `not-withdrawn`.
    pub fn reinstate(&self, step: Step) -> Result<Vec<Effect>, Error> {
        self.allows(Verb::Reinstate, step.at)?;
        Ok(vec![Effect::Reinstate(step)])
    }

    /// Put it into the trash, with all that is planned for it.
    ///
    /// # Errors
    /// [`Error::Conflict`] with code `live` while the public sees any of it.
    pub fn trash(&self, now: Instant) -> Result<Vec<Effect>, Error> {
        self.allows(Verb::Trash, now)?;
        Ok(self.cancel_all().chain([Effect::Trash(now)]).collect())
    }

    /// Take it out of the trash, as it was.
    ///
    /// # Errors
    /// None, as it stands.
    pub fn restore(&self, now: Instant) -> Result<Vec<Effect>, Error> {
        self.allows(Verb::Restore, now)?;
        Ok(vec![Effect::Restore])
    }

    /// The story after effects, with what was written along with them.
    #[must_use]
    pub fn after(mut self, effects: &[Effect], written: Written) -> Self {
        for edition in written.editions {
            if let Some(copy) = self.copies.get_mut(&edition.locale) {
                copy.slug = edition.slug.clone();
            }
            self.editions.insert(edition.locale.clone(), LastEdition::from(edition));
        }
        for effect in effects {
            match effect {
                Effect::Begin(..) => {}
                Effect::End(locale) => self.end(Some(locale)),
                Effect::Plan(locale, planned) => self.plans.retain(|p| p.locale != *locale || p.verb != planned.verb()),
                Effect::Cancel(locale, verb) => self.plans.retain(|p| p.locale != *locale || verb.is_some_and(|verb| p.verb != verb)),
                Effect::Done(id) => self.plans.retain(|p| p.id != *id),
                Effect::Wait(id, until) => self.plans.iter_mut().filter(|p| p.id == *id).for_each(|p| p.at = *until),
                Effect::TakeDown(step) => {
                    self.article.withdrawn_at = Some(step.at);
                    self.end(None);
                }
                Effect::Reinstate(_) => self.article.withdrawn_at = None,
                Effect::Trash(at) => self.article.trashed_at = Some(*at),
                Effect::Restore => self.article.trashed_at = None,
            }
        }
        self.plans.extend(written.plans);
        self
    }

    fn end(&mut self, locale: Option<&Locale>) {
        let meant = self.editions.iter_mut().filter(|(l, _)| locale.is_none_or(|locale| *l == locale));
        meant.for_each(|(_, last)| last.live = false);
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
