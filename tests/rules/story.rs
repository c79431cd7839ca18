//! Sequences of verbs on one story, without a database. Beside the story runs a simple model of what each revision went through; after
//! every step, what the public may see must follow from it.

use std::collections::{BTreeMap, BTreeSet};

use dateline::domain::{
    Error, Instant, Locale, Version,
    article::{Article, Facts, Genre, Kind, Shown},
    edition::{Dating, Edition},
    plan::{Intent, Plan, PlanVerb, Revisions},
    site::Review,
    slug::Slug,
    standing::Verb,
    story::{Effect, Filed, Former, Order, Story, Written},
    takedown::Step,
    translation::{State, Translation, Words},
};
use proptest::prelude::*;

const LOCALES: [&str; 3] = ["en", "hi", "kn"];

fn locale(n: usize) -> Locale {
    LOCALES[n].parse().unwrap()
}

fn at(n: i64) -> Instant {
    Instant::from_micros(n)
}

fn step(n: i64) -> Step {
    Step { reason: "because".to_owned(), by: None, at: at(n) }
}

/// The address that a save brings.
fn saved_under(version: Version) -> Slug {
    Slug::stored(format!("slug-{version}"))
}

fn story() -> Story {
    let (id, section_id) = (uuid::Uuid::from_u128(1).into(), uuid::Uuid::from_u128(2).into());
    let facts = Facts {
        kind: Kind::Story,
        genre: Genre::News,
        section_id,
        tags: Vec::new(),
        credits: Vec::new(),
        lead: None,
        source_locale: locale(0),
        embargo_until: None,
    };
    let copy = |n| Translation {
        article_id: id,
        locale: locale(n),
        slug: saved_under(1),
        words: Words::default(),
        state: State::Draft,
        changes_requested_at: None,
        made_from: None,
        version: 1,
        updated_by: None,
        created_at: at(0),
        updated_at: at(0),
    };
    Story {
        article: Article {
            id,
            facts,
            section_path: vec![section_id],
            version: 1,
            created_by: None,
            created_at: at(0),
            updated_at: at(0),
            withdrawn_at: None,
            trashed_at: None,
            shown: Shown::All,
        },
        copies: (0..LOCALES.len()).map(|n| (locale(n), copy(n))).collect(),
        editions: BTreeMap::new(),
        plans: Vec::new(),
        former: Former::default(),
    }
}

#[derive(Debug, Clone)]
enum Do {
    Save(usize),
    SaveFacts,
    Submit(usize),
    Approve(usize),
    SendBack(usize),
    Publish(Vec<usize>, bool),
    Unpublish(Vec<usize>),
    Schedule(usize, Option<i64>, Option<i64>),
    Unschedule(usize),
    /// These many versions before the newest.
    Release(usize, i32, i32),
    HoldBack(i64),
    BreakEmbargo,
    TakeDown,
    Reinstate,
    Trash,
    Restore,
    Wait,
}

fn verb() -> impl Strategy<Value = Do> {
    let of = || 0..LOCALES.len();
    let some = || prop::collection::vec(0..LOCALES.len(), 0..3);
    let when = || prop::option::of(1..30_i64);
    prop_oneof![
        3 => of().prop_map(Do::Save),
        1 => Just(Do::SaveFacts),
        3 => of().prop_map(Do::Submit),
        4 => of().prop_map(Do::Approve),
        1 => of().prop_map(Do::SendBack),
        4 => (some(), any::<bool>()).prop_map(|(l, minor)| Do::Publish(l, minor)),
        2 => some().prop_map(Do::Unpublish),
        5 => (of(), when(), when()).prop_map(|(l, from, to)| Do::Schedule(l, from, to)),
        1 => of().prop_map(Do::Unschedule),
        3 => (of(), 0..3, 0..2).prop_map(|(l, words, facts)| Do::Release(l, words, facts)),
        1 => (1..20_i64).prop_map(Do::HoldBack),
        1 => Just(Do::BreakEmbargo),
        1 => Just(Do::TakeDown),
        1 => Just(Do::Reinstate),
        1 => Just(Do::Trash),
        2 => Just(Do::Restore),
        4 => Just(Do::Wait),
    ]
}

/// A newsroom with one story, and what it knows of every revision.
struct Desk {
    story: Story,
    review: Review,
    now: i64,
    ids: u128,
    approved: BTreeSet<(Locale, Version)>,
    /// Every edition that ever was, in order: locale, what, from when, approved then.
    begun: Vec<(Locale, Revisions, Dating)>,
}

impl Desk {
    fn locales(which: &[usize]) -> BTreeSet<Locale> {
        which.iter().map(|n| locale(*n)).collect()
    }

    fn edition(&self, locale: &Locale, of: Revisions, dating: Dating) -> Edition {
        Edition {
            pictured: BTreeSet::new(),
            id: uuid::Uuid::nil().into(),
            article_id: self.story.article.id,
            locale: locale.clone(),
            facts: self.story.filed(of.facts).unwrap().facts,
            facts_version: of.facts,
            slug: self.story.slug(locale, of.words).unwrap().clone(),
            words: Words::default(),
            words_version: of.words,
            made_from: None,
            minor: dating.minor,
            html: String::new(),
            text: String::new(),
            spoken: dateline::domain::media::Digest::default(),
            word_count: 0,
            reading_minutes: 0,
            published_at: dating.published_at,
            updated_at: dating.updated_at,
            started_at: dating.started_at,
            ended_at: None,
        }
    }

    /// What no effect may do, whatever verb it comes of.
    fn judge(&mut self, effect: &Effect) -> Result<(), TestCaseError> {
        let now = at(self.now);
        match effect {
            Effect::Begin(locale, of, dating) => {
                prop_assert!(
                    self.story.article.withdrawn_at.is_none() && self.story.article.trashed_at.is_none(),
                    "public though it is gone"
                );
                prop_assert!(self.story.embargo(now).is_none(), "public under an embargo");
                let approved = self.approved.contains(&(locale.clone(), of.words));
                prop_assert!(self.review == Review::Optional || approved, "public without approval");
                prop_assert!(
                    of.words <= self.story.copies[locale].version && of.facts <= self.story.article.version,
                    "public before it was saved"
                );
                prop_assert!(self.story.live(locale).is_none_or(|last| last.revisions != *of), "published what is public");
                let last = self.begun.iter().rev().find(|(l, ..)| l == locale).map(|(.., dating)| *dating);
                prop_assert!(last.is_none_or(|last| last.started_at < dating.started_at), "an edition before the one that it follows");
                prop_assert!(last.is_none_or(|last| last.published_at == dating.published_at), "first published twice");
                prop_assert!(last.is_none_or(|last| last.updated_at <= dating.updated_at && dating.updated_at <= dating.started_at));
                self.begun.push((locale.clone(), *of, *dating));
            }
            Effect::End(locale) => prop_assert!(self.story.live(locale).is_some(), "the end of nothing"),
            Effect::Plan(_, when, _) => prop_assert!(*when > now, "a plan for the past"),
            Effect::Cancel(locale, verb) => prop_assert!(self.story.has_plan(locale, *verb), "nothing was taken back"),
            Effect::Done(id) | Effect::Wait(id, _) => prop_assert!(self.story.plans.iter().any(|p| p.id == *id)),
            Effect::TakeDown(_) | Effect::Reinstate(_) | Effect::Trash(_) | Effect::Restore => {}
        }
        Ok(())
    }

    fn bring_about(&mut self, effects: &[Effect]) -> Result<(), TestCaseError> {
        effects.iter().try_for_each(|effect| self.judge(effect))?;
        let mut written = Written::default();
        for effect in effects {
            match effect {
                Effect::Begin(locale, of, dating) => written.editions.push(self.edition(locale, *of, *dating)),
                Effect::Plan(locale, when, intent) => {
                    self.ids += 1;
                    written.plans.push(Plan {
                        id: uuid::Uuid::from_u128(self.ids).into(),
                        article_id: self.story.article.id,
                        locale: locale.clone(),
                        intent: *intent,
                        at: *when,
                        planned_by: None,
                        planned_at: at(self.now),
                        failure: None,
                    });
                }
                _ => {}
            }
        }
        self.story = self.story.clone().after(effects, written);
        for (locale, copy) in &self.story.copies {
            prop_assert_eq!(&copy.slug, &saved_under(copy.version), "a save has another address because one before it became public");
            if let Some((_, of, _)) = self.begun.iter().rev().find(|(l, ..)| l == locale) {
                prop_assert_eq!(&self.story.editions[locale].slug, &saved_under(of.words), "public under an address of other words");
            }
        }
        Ok(())
    }

    /// What the scheduler does with all that is due, in its order. A plan that is refused is kept with the reason.
    fn carry_out(&mut self) -> Result<(), TestCaseError> {
        let now = at(self.now);
        let mut due: Vec<_> = self.story.plans.iter().filter(|p| p.failure.is_none() && p.at <= now).cloned().collect();
        due.sort_by_key(|p| (p.at, p.id));
        for plan in due {
            if self.story.article.trashed_at.is_some() || !self.story.plans.iter().any(|p| p.id == plan.id) {
                continue;
            }
            match self.story.carry_out(&plan, now, self.review) {
                Ok(effects) => {
                    prop_assert!(
                        effects.iter().all(|e| !matches!(e, Effect::Begin(_, of, _) if !matches!(plan.intent, Intent::Publish { revisions, .. } if revisions == *of))),
                        "not what was planned"
                    );
                    self.bring_about(&effects)?;
                }
                Err(refusal) => {
                    let failed = self.story.plans.iter_mut().find(|p| p.id == plan.id).unwrap();
                    failed.failure = Some((now, refusal.to_string()));
                }
            }
        }
        Ok(())
    }

    fn copy(&mut self, n: usize) -> &mut Translation {
        self.story.copies.get_mut(&locale(n)).unwrap()
    }

    fn review(&mut self, n: usize, verb: Verb) {
        let (of, now) = (locale(n), at(self.now));
        if let Ok(next) = self.story.standing(&of).after(verb, now) {
            let version = self.copy(n).version;
            self.copy(n).state = next.state;
            if next.state == State::Approved {
                self.approved.insert((of, version));
            } else {
                self.approved.remove(&(of, version));
            }
        }
    }

    fn step(&mut self, verb: &Do) -> Result<(), TestCaseError> {
        self.now += 1;
        self.carry_out()?;
        self.story.former.approved = self.approved.clone();
        let (now, review) = (at(self.now), self.review);
        let trashed = self.story.article.trashed_at.is_some();
        let effects = match verb {
            _ if trashed && !matches!(verb, Do::Restore | Do::Wait) => return Ok(()),
            Do::Save(n) => {
                let copy = self.copy(*n);
                let before = (copy.locale.clone(), copy.version);
                (copy.version, copy.state) = (copy.version + 1, State::Draft);
                let slug = std::mem::replace(&mut copy.slug, saved_under(before.1 + 1));
                self.story.former.slugs.insert(before, slug);
                return Ok(());
            }
            Do::SaveFacts | Do::BreakEmbargo => {
                let article = &mut self.story.article;
                let then = Filed { facts: article.facts.clone(), section_path: article.section_path.clone() };
                self.story.former.filed.insert(article.version, then);
                article.version += 1;
                if matches!(verb, Do::BreakEmbargo) {
                    article.facts.embargo_until = None;
                }
                return Ok(());
            }
            Do::Submit(n) | Do::Approve(n) | Do::SendBack(n) => {
                let verb = match verb {
                    Do::Submit(_) => Verb::Submit,
                    Do::Approve(_) => Verb::Approve,
                    _ => Verb::RequestChanges,
                };
                self.review(*n, verb);
                return Ok(());
            }
            Do::Wait => return Ok(()),
            Do::Publish(which, minor) => self.story.publish(&Self::locales(which), *minor, now, review),
            Do::Unpublish(which) => self.story.unpublish(&Self::locales(which), now),
            Do::Schedule(n, from, to) => {
                let instant = |after: &Option<i64>| after.map(|after| at(self.now + after));
                let order = Order { publish_at: instant(from), unpublish_at: instant(to), minor: false };
                self.story.schedule([&locale(*n)], order, now, review)
            }
            Do::Unschedule(n) => self.story.unschedule([&locale(*n)]),
            Do::Release(n, words, facts) => {
                let newest = self.story.newest(&locale(*n)).unwrap();
                let of = Revisions { words: (newest.words - words).max(1), facts: (newest.facts - facts).max(1) };
                self.story.release([(&locale(*n), of)], now, review)
            }
            Do::HoldBack(after) => {
                let until = at(self.now + after);
                let held = self.story.hold_back(until);
                if held.is_ok() {
                    self.story.article.facts.embargo_until = Some(until);
                }
                held
            }
            Do::TakeDown => self.story.take_down(step(self.now)),
            Do::Reinstate => self.story.reinstate(step(self.now)),
            Do::Trash => self.story.trash(now),
            Do::Restore => self.story.restore(now),
        };
        let Ok(effects) = effects else { return Ok(()) };
        self.bring_about(&effects)?;
        if let Do::Publish(which, _) = verb {
            // What was planned to begin would put older words in the place of these.
            let waits = |n: &usize| self.story.planned(&locale(*n), PlanVerb::Publish).is_some();
            prop_assert!(self.story.embargo(now).is_some() || !which.iter().any(waits), "published, and yet to be published");
        }
        Ok(())
    }

    /// What must hold between any two steps.
    fn hold(&self) -> Result<(), TestCaseError> {
        let (story, now) = (&self.story, at(self.now));
        let gone = story.article.withdrawn_at.is_some() || story.article.trashed_at.is_some();
        prop_assert!(!gone || story.live_locales().next().is_none(), "taken down or thrown away, and yet public");
        prop_assert!(!gone || story.plans.is_empty(), "taken down or thrown away, and yet to be public");
        prop_assert!(story.embargo(now).is_none() || story.live_locales().next().is_none(), "public under an embargo");
        for n in 0..LOCALES.len() {
            let stands = story.standing(&locale(n));
            prop_assert!(
                stands.end.is_none() || stands.live || stands.start.is_some() || story.plans.iter().any(|p| p.failure.is_some()),
                "an end of nothing"
            );
            prop_assert!(stands.start.zip(stands.end).is_none_or(|(start, end)| start < end), "an end before its beginning");
            for verb in [PlanVerb::Publish, PlanVerb::Unpublish] {
                let of_kind = story.plans.iter().filter(|p| p.locale == locale(n) && p.verb() == verb).count();
                prop_assert!(of_kind <= 1, "two plans of a kind");
            }
        }
        Ok(())
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3_000))]
    #[test]
    fn whatever_is_done_in_whatever_order_what_is_public_was_meant_to_be(verbs in prop::collection::vec(verb(), 0..60), strict in any::<bool>()) {
        let review = if strict { Review::Required } else { Review::Optional };
        let mut desk = Desk { story: story(), review, now: 0, ids: 10, approved: BTreeSet::new(), begun: Vec::new() };
        for verb in &verbs {
            desk.step(verb)?;
            desk.hold()?;
        }
    }

    #[test]
    fn the_same_twice_is_done_once(which in prop::collection::vec(0..LOCALES.len(), 1..4), minor in any::<bool>()) {
        let mut desk = Desk { story: story(), review: Review::Optional, now: 1, ids: 10, approved: BTreeSet::new(), begun: Vec::new() };
        let locales = Desk::locales(&which);
        let effects = desk.story.publish(&locales, minor, at(1), Review::Optional).unwrap();
        prop_assert_eq!(effects.len(), locales.len());
        desk.bring_about(&effects)?;
        prop_assert_eq!(desk.story.publish(&locales, minor, at(2), Review::Optional).unwrap(), []);
        desk.bring_about(&desk.story.unpublish(&locales, at(3)).unwrap())?;
        prop_assert!(desk.story.unpublish(&locales, at(4)).is_err());
    }
}

#[test]
fn a_revision_that_was_sent_back_after_it_was_planned_stays_where_it_is_and_newer_words_change_nothing() {
    let planned = |then: &dyn Fn(&mut Desk)| {
        let mut desk = Desk { story: story(), review: Review::Required, now: 0, ids: 10, approved: BTreeSet::new(), begun: Vec::new() };
        let plan = [Do::Submit(0), Do::Approve(0), Do::Schedule(0, Some(10), None)];
        plan.iter().for_each(|verb| desk.step(verb).unwrap());
        then(&mut desk);
        (0..12).for_each(|_| desk.step(&Do::Wait).unwrap());
        desk.story.live(&locale(0)).map(|last| last.revisions.words)
    };
    assert_eq!(planned(&|_| {}), Some(1));
    assert_eq!(planned(&|desk| desk.step(&Do::SendBack(0)).unwrap()), None);
    assert_eq!(planned(&|desk| desk.step(&Do::Save(0)).unwrap()), Some(1));
    let sent_back_later = [Do::Save(0), Do::Submit(0), Do::SendBack(0)];
    assert_eq!(planned(&|desk| sent_back_later.iter().for_each(|verb| desk.step(verb).unwrap())), Some(1));
}

#[test]
fn an_end_whose_beginning_was_passed_over_waits_for_it() {
    for was_public in [false, true] {
        let mut desk = Desk { story: story(), review: Review::Optional, now: 0, ids: 10, approved: BTreeSet::new(), begun: Vec::new() };
        if was_public {
            [Do::Publish(vec![0], false), Do::Save(0)].iter().for_each(|verb| desk.step(verb).unwrap());
        }
        let before = desk.begun.len();
        desk.step(&Do::Schedule(0, Some(5), Some(8))).unwrap();
        let end = desk.story.planned(&locale(0), PlanVerb::Unpublish).unwrap().clone();
        assert!(matches!(desk.story.carry_out(&end, at(20), Review::Optional), Err(Error::Busy)), "{was_public}");
        desk.now = 20;
        desk.carry_out().unwrap();
        assert!(desk.story.live(&locale(0)).is_none() && desk.story.plans.is_empty() && desk.begun.len() == before + 1);
    }
}

#[test]
fn a_part_covers_what_it_names_and_nothing_else() {
    let of = Revisions { words: 1, facts: 1 };
    let dating = Dating::after(None, false, at(1));
    let begin = |n, of| Effect::Begin(locale(n), of, dating);
    let english = story().words([(&locale(0), Some(of))]);
    assert!(english.covers(&begin(0, of)) && english.covers(&Effect::End(locale(0))));
    assert!(!english.covers(&begin(0, Revisions { words: 2, facts: 1 })) && !english.covers(&begin(1, of)));
    for whole in [Effect::TakeDown(step(1)), Effect::Reinstate(step(1)), Effect::Trash(at(1)), Effect::Restore] {
        assert!(!english.covers(&whole) && !story().facts().covers(&whole) && story().whole().covers(&whole));
    }
    assert!(!story().facts().covers(&begin(0, of)));
}
