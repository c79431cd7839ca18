//! What may become public, and what ends that.

use std::collections::BTreeSet;

use super::{Effect, LastEdition, Story};
use crate::domain::{
    Error, Instant, Locale, Version,
    edition::Dating,
    plan::{Intent, PlanVerb, Revisions},
    site::Review,
    standing::Verb,
    takedown::Step,
    translation::{State, Translation},
};

impl Story {
    /// Nothing, when nothing keeps revisions of a locale from becoming public at an instant, as far as can be said now. Publishing by hand,
    /// a plan at its instant and a release ask this, and nothing else.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Conflict`] with the codes of [`Standing::after`](crate::domain::standing::Standing::after), `embargoed`, or `not-approved` on a site that
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
    pub(super) fn begin(&self, locale: &Locale, of: Revisions, minor: bool, now: Instant) -> Option<Effect> {
        let last = self.editions.get(locale);
        if last.is_some_and(|last| last.live && last.revisions == of) {
            return None;
        }
        Some(Effect::Begin(locale.clone(), of, Dating::after(last.map(|last| &last.dating), minor, now)))
    }

    /// The end of what is planned of a kind, where anything is.
    pub(super) fn cancel(&self, locale: &Locale, verb: Option<PlanVerb>) -> Option<Effect> {
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
                effects.push(Effect::Plan(locale.clone(), at, Intent::Publish { revisions: of, minor }));
                continue;
            }
            effects.extend(self.cancel(locale, Some(PlanVerb::Publish)));
            effects.extend(self.begin(locale, of, minor, now));
        }
        Ok(effects)
    }

    /// Make working copies public with an instant at which they were first published elsewhere. What is live as it is gets the date alone.
    ///
    /// # Errors
    /// Those of [`Self::begins`]; under an embargo as well.
    pub fn publish_backdated<'l>(
        &self,
        locales: impl IntoIterator<Item = &'l Locale>,
        minor: bool,
        (published_at, now): (Instant, Instant),
        review: Review,
    ) -> Result<Vec<Effect>, Error> {
        let mut effects = Vec::new();
        for locale in locales {
            let of = self.newest(locale)?;
            self.begins(locale, of, (now, now), review)?;
            let updated_at = match self.editions.get(locale) {
                None => published_at,
                Some(last) if minor || last.revisions == of => last.dating.updated_at,
                Some(_) => now,
            };
            effects.extend(self.publish_dated(locale, (published_at, updated_at.max(published_at)), now)?);
        }
        Ok(effects)
    }

    /// Make the working copy of a locale public under dates that it has from elsewhere, unless just that is live.
    ///
    /// # Errors
    /// [`Error::NotFound`] without words; [`Error::Conflict`] with the codes of [`Standing::after`](crate::domain::standing::Standing::after).
    pub fn publish_dated(&self, locale: &Locale, dates: (Instant, Instant), now: Instant) -> Result<Vec<Effect>, Error> {
        let of = self.newest(locale)?;
        self.begins(locale, of, (now, now), Review::Optional)?;
        // What was planned before would put older words in the place of these.
        let planned = self.cancel(locale, Some(PlanVerb::Publish));
        let is_it = |last: &LastEdition| last.revisions == of && (last.dating.published_at, last.dating.updated_at) == dates;
        if self.live(locale).is_some_and(is_it) {
            return Ok(planned.into_iter().collect());
        }
        let after = Dating::after(self.editions.get(locale).map(|last| &last.dating), false, now);
        let dating = Dating { published_at: dates.0, updated_at: dates.1, ..after };
        Ok(planned.into_iter().chain([Effect::Begin(locale.clone(), of, dating)]).collect())
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
}
