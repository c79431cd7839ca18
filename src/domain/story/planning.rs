//! What is to happen to a story at an instant, and what comes of it then.

use super::{Effect, Story};
use crate::domain::{
    Error, Instant, Locale,
    plan::{Intent, Plan, PlanVerb},
    site::Review,
    standing::Verb,
};

/// When something is to become public, and when that is to end.
#[derive(Debug, Clone, Copy)]
pub struct Order {
    /// When it becomes public.
    pub publish_at: Option<Instant>,
    /// When that ends.
    pub unpublish_at: Option<Instant>,
    /// Whether the publication is a minor one.
    pub minor: bool,
}

impl Story {
    /// Plan a publication of working copies as they are, its end, or both; in the place of what was planned of the kind.
    ///
    /// # Errors
    /// Those of [`Story::begins`]; [`Error::Invalid`] for instants that have passed, do not follow each other, or lie before the end of an
    /// embargo.
    pub fn schedule<'l>(
        &self,
        locales: impl IntoIterator<Item = &'l Locale>,
        order: Order,
        now: Instant,
        review: Review,
    ) -> Result<Vec<Effect>, Error> {
        if let (Some(at), Some(embargo)) = (order.publish_at, self.embargo(now))
            && at < embargo
        {
            return Err(Error::invalid("#/publish_at", "embargoed", format!("nothing of this article is public before {embargo}")));
        }
        let mut effects = Vec::new();
        for locale in locales {
            let mut stands = self.standing(locale);
            if let Some(at) = order.publish_at {
                if order.unpublish_at.is_some() {
                    stands.end = None;
                }
                let of = self.newest(locale)?;
                self.begins(locale, of, (at, now), review)?;
                stands = stands.after(Verb::Start(at), now).map_err(|e| e.under("#/publish_at"))?;
                effects.push(Effect::Plan(locale.clone(), at, Intent::Publish { revisions: of, minor: order.minor }));
            }
            if let Some(at) = order.unpublish_at {
                stands.after(Verb::End(at), now).map_err(|e| e.under("#/unpublish_at"))?;
                effects.push(Effect::Plan(locale.clone(), at, Intent::Unpublish));
            }
        }
        Ok(effects)
    }

    /// Take back what is planned for some locales.
    ///
    /// # Errors
    /// [`Error::Conflict`] with code `not-scheduled` where nothing is.
    pub fn unschedule<'l>(&self, locales: impl IntoIterator<Item = &'l Locale>) -> Result<Vec<Effect>, Error> {
        let nothing = |detail: String| Error::Conflict { code: "not-scheduled", detail };
        let mut effects = Vec::new();
        for locale in locales {
            let effect = self.cancel(locale, None).ok_or_else(|| nothing(format!("nothing is scheduled in `{locale}`")))?;
            effects.push(effect);
        }
        if effects.is_empty() { Err(nothing("nothing is scheduled".to_owned())) } else { Ok(effects) }
    }

    /// Carry out a plan of this story whose instant has come. What is the case already is no reason to fail: the plan is taken back.
    ///
    /// # Errors
    /// Those of [`Story::begins`], for what may not become public any more; [`Error::Busy`] for an end whose beginning is still to come.
    pub fn carry_out(&self, plan: &Plan, now: Instant, review: Review) -> Result<Vec<Effect>, Error> {
        let effect = match plan.intent {
            Intent::Publish { revisions: of, minor } => {
                if let Some(embargo) = self.embargo(now) {
                    return Ok(vec![Effect::Wait(plan.id, embargo)]);
                }
                self.begins(&plan.locale, of, (now, now), review)?;
                self.begin(&plan.locale, of, minor, now)
            }
            // It was passed over this time, and would never end.
            Intent::Unpublish if self.planned(&plan.locale, PlanVerb::Publish).is_some_and(|start| start.at <= plan.at) => {
                return Err(Error::Busy);
            }
            Intent::Unpublish => self.live(&plan.locale).map(|_| Effect::End(plan.locale.clone())),
        };
        Ok(match effect {
            Some(effect) => vec![Effect::Done(plan.id), effect],
            None => vec![Effect::Cancel(plan.locale.clone(), Some(plan.verb()))],
        })
    }

    /// An embargo until an instant: what was to be public before waits.
    ///
    /// # Errors
    /// [`Error::Conflict`] with code `live` for what is public, `scheduled` for what is to end before.
    pub fn hold_back(&self, until: Instant) -> Result<Vec<Effect>, Error> {
        if self.live_locales().next().is_some() {
            return Err(Error::Conflict { code: "live", detail: "what is public already cannot be put under an embargo".to_owned() });
        }
        if self.plans.iter().any(|p| p.verb() == PlanVerb::Unpublish && p.at <= until) {
            let detail = "it is scheduled to end before the embargo does; take that back first".to_owned();
            return Err(Error::Conflict { code: "scheduled", detail });
        }
        let early = self.plans.iter().filter(|p| p.verb() == PlanVerb::Publish && p.at < until);
        Ok(early.map(|p| Effect::Wait(p.id, until)).collect())
    }
}
