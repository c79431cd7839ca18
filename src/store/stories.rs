//! Stories: loaded whole and held in a fixed number of statements, for one or for many; and written as a verb decided.

use std::collections::{BTreeMap, BTreeSet, HashMap};

pub use super::dialect::Hold;
use super::{
    Tx, articles,
    editions::{
        self,
        writing::{self, Beginning},
    },
    named, plans, revisions, sections, takedowns, translations, trash,
};
use crate::{
    access::{Action, Caller, Granted, Visibility},
    domain::{
        Error, Id, Instant, Locale, Version,
        article::{Article, Facts},
        change::{Change, Event, Subject},
        edition::Edition,
        plan::{Intent, Plan, Revisions},
        precomputed::Revision,
        release::Item,
        section::Section,
        story::{Effect, Filed, Former, Part, Story, Written},
    },
};

/// A story that the reader may see and that is not in the trash, held until the transaction ends.
///
/// # Errors
/// [`Error::NotFound`].
pub fn find(tx: &mut Tx<'_>, visibility: &Visibility, id: Id<Article>) -> Result<Story, Error> {
    let story = anywhere(tx, visibility, id)?;
    if story.article.trashed_at.is_some() { Err(Error::NotFound("article")) } else { Ok(story) }
}

/// The same of a story that lies in the trash.
///
/// # Errors
/// [`Error::NotFound`].
pub fn find_in_trash(tx: &mut Tx<'_>, visibility: &Visibility, id: Id<Article>) -> Result<Story, Error> {
    let story = anywhere(tx, visibility, id)?;
    if story.article.trashed_at.is_none() { Err(Error::NotFound("article")) } else { Ok(story) }
}

fn anywhere(tx: &mut Tx<'_>, visibility: &Visibility, id: Id<Article>) -> Result<Story, Error> {
    if let Some(story) = tx.stories.remove(&id) {
        return Ok(story);
    }
    load(tx, visibility, [id], &[], Hold::Waiting)?.remove(&id).ok_or(Error::NotFound("article"))
}

/// Load stories that will be [found](find) one by one all at once.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn prepare(tx: &mut Tx<'_>, visibility: &Visibility, ids: impl IntoIterator<Item = Id<Article>>) -> Result<(), Error> {
    tx.stories = load(tx, visibility, ids, &[], Hold::Waiting)?;
    Ok(())
}

/// Stories that the reader may see, in the trash or not, with what is known of the revisions that are meant.
///
/// # Errors
/// [`Error::Busy`] when somebody changes one of them, or moves a section of it, and that is not waited for.
pub fn load(
    tx: &mut Tx<'_>,
    visibility: &Visibility,
    ids: impl IntoIterator<Item = Id<Article>>,
    meant: &[Item],
    hold: Hold,
) -> Result<BTreeMap<Id<Article>, Story>, Error> {
    let wanted: BTreeSet<_> = ids.into_iter().chain(meant.iter().map(|item| item.article_id)).collect();
    let found = if wanted.is_empty() { Vec::new() } else { articles::find_all(tx, visibility, &wanted, hold)? };
    let ids: BTreeSet<_> = found.iter().map(|article| article.id).collect();
    if ids.is_empty() {
        return Ok(BTreeMap::new());
    }
    let story = |article: Article| Story {
        article,
        copies: BTreeMap::new(),
        editions: BTreeMap::new(),
        plans: Vec::new(),
        former: Former::default(),
    };
    let mut stories: BTreeMap<_, _> = found.into_iter().map(|article| (article.id, story(article))).collect();
    for copy in translations::all_bare(tx, &ids)? {
        if let Some(story) = stories.get_mut(&copy.article_id) {
            story.copies.insert(copy.locale.clone(), copy);
        }
    }
    for (id, locale, last) in editions::newest(tx, &ids)? {
        if let Some(story) = stories.get_mut(&id) {
            story.editions.insert(locale, last);
        }
    }
    let ids: Vec<_> = ids.into_iter().collect();
    for (id, plans) in plans::of(tx, &ids)? {
        if let Some(story) = stories.get_mut(&id) {
            story.plans = plans;
        }
    }
    let former = former_facts(tx, &stories, meant)?;
    file(tx, &mut stories, former, hold)?;
    former_words(tx, &mut stories, meant)?;
    Ok(stories)
}

/// Facts of former revisions, by article and version.
type FormerFacts = HashMap<(Id<Article>, Version), Facts>;

/// The facts of former revisions that are meant, as far as all that they name is there still. Their sections are looked for with all others.
fn former_facts(tx: &mut Tx<'_>, stories: &BTreeMap<Id<Article>, Story>, meant: &[Item]) -> Result<FormerFacts, Error> {
    let is_former = |item: &&Item| stories.get(&item.article_id).is_some_and(|story| story.article.version != item.revisions.facts);
    let versions = meant.iter().filter(is_former).map(|item| (item.article_id, item.revisions.facts)).collect();
    let mut former = revisions::facts_of(tx, &versions)?;
    let named: BTreeSet<_> = former.values().flat_map(|facts| facts.tags.iter().copied()).collect();
    let credited: BTreeSet<_> = former.values().flat_map(|facts| facts.credits.iter().map(|c| c.author_id)).collect();
    let tags = named::known(tx, &Vec::from_iter(named))?;
    let authors = named::known(tx, &Vec::from_iter(credited))?;
    former.retain(|_, facts| facts.tags.iter().all(|t| tags.contains(t)) && facts.credits.iter().all(|c| authors.contains(&c.author_id)));
    Ok(former)
}

/// Find, and hold, the sections of stories: those that they are filed in, were filed in by what is live, and will be by what is meant. A
/// section that is moved takes along the lists of all that is live in it, so neither comes between the other's reading and writing.
fn file(tx: &mut Tx<'_>, stories: &mut BTreeMap<Id<Article>, Story>, former: FormerFacts, hold: Hold) -> Result<(), Error> {
    let present = |story: &Story| {
        let live = story.editions.values().filter(|last| last.live).map(|last| last.section_id);
        live.chain([story.article.facts.section_id]).collect::<Vec<Id<Section>>>()
    };
    let all: BTreeSet<_> = stories.values().flat_map(present).chain(former.values().map(|facts| facts.section_id)).collect();
    if former.is_empty() && (hold == Hold::Not || super::dialect::holding(tx.conn, hold, true).is_empty()) {
        return Ok(());
    }
    let paths = sections::paths(tx, &all, hold)?;
    for story in stories.values_mut() {
        if let Some(path) = paths.get(&story.article.facts.section_id) {
            story.article.section_path.clone_from(path);
        }
    }
    for ((id, version), facts) in former {
        if let (Some(story), Some(path)) = (stories.get_mut(&id), paths.get(&facts.section_id)) {
            story.former.filed.insert(version, Filed { facts, section_path: path.clone() });
        }
    }
    Ok(())
}

/// What is known of former revisions of words that are meant: their slugs, and whether they are approved.
fn former_words(tx: &mut Tx<'_>, stories: &mut BTreeMap<Id<Article>, Story>, meant: &[Item]) -> Result<(), Error> {
    let is_former = |item: &&Item| {
        let copy = stories.get(&item.article_id).and_then(|story| story.copies.get(&item.locale));
        copy.is_some_and(|copy| copy.version != item.revisions.words)
    };
    let revision = |item: &Item| Revision { article_id: item.article_id, locale: item.locale.clone(), version: item.revisions.words };
    let former = meant.iter().filter(is_former).map(revision).collect();
    for (of, slug, approved) in revisions::slugs(tx, &former)? {
        let Some(story) = stories.get_mut(&of.article_id) else { continue };
        let key = (of.locale, of.version);
        if approved {
            story.former.approved.insert(key.clone());
        }
        story.former.slugs.insert(key, slug);
    }
    Ok(())
}

/// Write what was decided of a part of a story that is held, with an edition for each that begins; the story as it is then.
///
/// # Errors
/// [`Error::Forbidden`] for what lies outside the grant; [`Error::Taken`] when another edition was published at the same moment.
pub fn apply<A: Action>(tx: &mut Tx<'_>, granted: Granted<A, Part>, effects: &[Effect], editions: Vec<Edition>) -> Result<Story, Error> {
    let part = granted.into_inner();
    if !effects.iter().all(|effect| part.covers(effect)) {
        return Err(Error::Forbidden(A::NAME));
    }
    let (story, now) = (part.story, tx.now());
    let beginning = beginning(&story, effects, editions)?;
    let ends = effects.iter().filter_map(|effect| match effect {
        Effect::Begin(locale, _, dating) => story.live(locale).map(|_| (locale, dating.started_at)),
        Effect::End(locale) => Some((locale, now)),
        _ => None,
    });
    let down = effects.iter().any(|effect| matches!(effect, Effect::TakeDown(_)));
    let down = story.live_locales().filter(|_| down).map(|locale| (locale, now));
    writing::end(tx, story.article.id, &ends.chain(down).collect(), &beginning)?;
    let has_address = |edition: &Edition| story.editions.get(&edition.locale).is_some_and(|last| last.slug == edition.slug);
    let editions = writing::begin(tx, beginning, has_address)?;
    let plan = |effect: &Effect| match effect {
        Effect::Plan(locale, at, intent) => Some(plan(tx, story.article.id, locale, *at, *intent)),
        _ => None,
    };
    let plans = effects.iter().filter_map(plan).collect();
    let before = story.plans.clone();
    for effect in effects {
        if let Some(change) = place(tx, &story, effect)? {
            tx.record(change);
        }
    }
    let story = story.after(effects, Written { editions, plans });
    plans::follow(tx, &before, &story.plans)?;
    Ok(story)
}

/// The editions that effects begin, each with the path that it is listed by.
fn beginning(story: &Story, effects: &[Effect], editions: Vec<Edition>) -> Result<Vec<Beginning>, Error> {
    let decided = effects.iter().filter(|effect| matches!(effect, Effect::Begin(..))).count();
    let is_decided = |e: &Edition| {
        let of = Revisions { words: e.words_version, facts: e.facts_version };
        effects.iter().any(|effect| matches!(effect, Effect::Begin(locale, meant, _) if *locale == e.locale && *meant == of))
    };
    if editions.len() != decided || !editions.iter().all(is_decided) {
        return Err(Error::internal("the editions are not those that were decided"));
    }
    editions.into_iter().map(|edition| Ok(Beginning { path: story.filed(edition.facts_version)?.section_path, edition })).collect()
}

fn plan(tx: &Tx<'_>, article_id: Id<Article>, locale: &Locale, at: Instant, intent: Intent) -> Plan {
    Plan {
        id: tx.new_id(),
        article_id,
        locale: locale.clone(),
        intent,
        at,
        planned_by: tx.caller.as_ref().and_then(Caller::user_id),
        planned_at: tx.now(),
        failure: None,
    }
}

/// Write what an effect does to the article itself; the change that it is.
fn place(tx: &mut Tx<'_>, story: &Story, effect: &Effect) -> Result<Option<Change>, Error> {
    let id = story.article.id;
    let words = |event, locale: &Locale| Some(Change::new(event, Subject::Translation(id, locale.clone())));
    Ok(match effect {
        Effect::Begin(locale, ..) => words(Event::Published, locale),
        Effect::End(locale) => words(Event::Unpublished, locale),
        Effect::Plan(locale, ..) => words(Event::Scheduled, locale),
        Effect::Cancel(locale, _) => words(Event::Unscheduled, locale),
        // It is told by what it brings about.
        Effect::Done(_) => None,
        Effect::Wait(..) => Some(Change::new(Event::Scheduled, Subject::Article(id))),
        Effect::TakeDown(step) => return takedowns::take(tx, story, step).map(Some),
        Effect::Reinstate(step) => return takedowns::lift(tx, story, step).map(Some),
        Effect::Trash(at) => return trash::place(tx, story, Some(*at)).map(Some),
        Effect::Restore => return trash::place(tx, story, None).map(Some),
    })
}
