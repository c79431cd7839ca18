//! What verbs bring about, which part of a story that is, and what a story is afterwards.

use std::collections::BTreeMap;

use super::{LastEdition, Story};
use crate::domain::{
    Id, Instant, Locale,
    edition::{Dating, Edition},
    plan::{Intent, Plan, PlanVerb, Revisions},
    takedown::Step,
};

/// What a verb brings about. Each is about the words of one locale, or about the article whole.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// An edition becomes public, in the place of the live one.
    Begin(Locale, Revisions, Dating),
    /// The live edition ends.
    End(Locale),
    /// Something is planned, in the place of what was of the kind.
    Plan(Locale, Instant, Intent),
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
            (Extent::Words(words), Effect::End(locale) | Effect::Plan(locale, ..) | Effect::Cancel(locale, _)) => {
                words.contains_key(locale)
            }
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
    /// The story after effects, with what was written along with them.
    #[must_use]
    pub fn after(mut self, effects: &[Effect], written: Written) -> Self {
        for edition in written.editions {
            // Another story may have been public under it first.
            let saved = self.slug(&edition.locale, edition.words_version).ok().cloned();
            if let Some(copy) = self.copies.get_mut(&edition.locale).filter(|copy| saved.is_some_and(|saved| saved == copy.slug)) {
                copy.slug = edition.slug.clone();
            }
            self.editions.insert(edition.locale.clone(), LastEdition::from(edition));
        }
        for effect in effects {
            match effect {
                Effect::Begin(..) => {}
                Effect::End(locale) => self.end(Some(locale)),
                Effect::Plan(locale, _, intent) => self.plans.retain(|p| p.locale != *locale || p.verb() != intent.verb()),
                Effect::Cancel(locale, verb) => self.plans.retain(|p| p.locale != *locale || verb.is_some_and(|verb| p.verb() != verb)),
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
        self.plans.sort_by(|a, b| (&a.locale, a.at).cmp(&(&b.locale, b.at)));
        self
    }

    fn end(&mut self, locale: Option<&Locale>) {
        let meant = self.editions.iter_mut().filter(|(l, _)| locale.is_none_or(|locale| *l == locale));
        meant.for_each(|(_, last)| last.live = false);
    }
}
