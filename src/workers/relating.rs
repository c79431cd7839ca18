//! What relates stories: finds for each what leads on from it, when it has changed and when what it leads on to has.
//!
//! Which lists are to be found is marked in the database as the change log says (`store::related`), by one instance at a time; which finds them, too. An instance takes
//! up no more than its own index has. The lists of what a story that has changed leads on to are found again after its own: so it comes to stand beneath older ones.

use std::{
    collections::{BTreeSet, HashMap},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use uuid::Uuid;

use super::{
    Worker,
    projection::{Projection, Runner, Shared},
};
use crate::{
    access::{Bookkeeping, Visibility},
    domain::{
        Error, Instant, Locale,
        article::ArticleId,
        change::{Event, Subject},
        related::{Gist, weight},
        section::{Section, SectionId},
        tag::{TagId, TagKind},
    },
    search::{Alike, SearchIndex},
    store::{
        self, Store, Tx,
        changes::Span,
        editions::{BodyForm, Live},
        jobs::Kind,
        related::{Due, LONGEST},
    },
};

/// How often it looks.
const EVERY: Duration = Duration::from_secs(1);
/// Seconds that marking, or finding some lists, may take before another instance takes over.
const LEASE: i64 = 120;
/// Seconds after a failure before anybody tries again.
const AFTER_FAILURE: i64 = 10;
/// Lists that are found in one turn.
const AT_ONCE: i64 = 10;
/// Turns before others of this instance have a rest from it.
const TURNS: usize = 20;
/// Stories that are looked at for a list: what says the same as another is left out.
const CANDIDATES: usize = 60;
/// Stories of the section that are looked at whatever they say: so many that were published before, and after.
const AROUND: i64 = 40;
/// Changes after which a list is tried again that could not be found.
const PUT_OFF: i64 = 1_000;
/// What its turns are known by.
const NAME: &str = "related";

/// Marks what is to be found, as the change log tells it.
#[derive(Debug)]
struct Marking {
    store: Store,
    /// Whether changes were not told one by one: there may be stories without a list, or with a former one, that no change will tell of.
    was_untold: AtomicBool,
}

impl Projection for Marking {
    type Work = BTreeSet<ArticleId>;

    fn shown(&self) -> String {
        "related stories".to_owned()
    }

    fn read(&self, tx: &mut Tx<'_>, span: &Span) -> Result<BTreeSet<ArticleId>, Error> {
        self.was_untold.fetch_or(span.changes.is_none(), Ordering::Relaxed);
        let mut changed = BTreeSet::new();
        for change in span.changes.iter().flatten() {
            match (&change.subject, change.event) {
                (Subject::Translation(article, _), _) if change.moves_lists() => _ = changed.insert(*article),
                (
                    Subject::Article(article) | Subject::Translation(article, _),
                    Event::Erased | Event::Deleted | Event::Trashed | Event::Restored,
                )
                | (Subject::Article(article), Event::Related) => _ = changed.insert(*article),
                // Into this one another has gone.
                (Subject::Tag(id), Event::Merged) => changed.extend(store::listings::all_under(tx, (*id).into())?),
                _ => {}
            }
        }
        Ok(changed)
    }

    fn apply(&self, span: &Span, changed: BTreeSet<ArticleId>) -> Result<(), Error> {
        if changed.is_empty() {
            return Ok(());
        }
        self.store.write_now(&Bookkeeping, |tx| store::related::mark(tx, &changed, span.last))
    }
}

/// A list that was found, and for which edition; nothing, where nothing is live any more.
type Found = Option<(Uuid, Vec<ArticleId>)>;

/// Where somebody is who goes through all that is live for what has no list: in which locales, and behind which story of the last of these.
#[derive(Debug)]
struct Filling {
    locales: Vec<Locale>,
    behind: Option<(Instant, ArticleId)>,
    /// Whether the lists of what they name are found again as well: where there were lists before.
    due: i64,
}

impl Filling {
    /// From the beginning.
    fn new(store: &Store, due: i64) -> Result<Self, Error> {
        let masthead = store.read_now(store::site::masthead)?;
        Ok(Self { locales: masthead.locales.iter().map(|settings| settings.locale.clone()).collect(), behind: None, due })
    }
}

/// What came of one turn.
enum Turn {
    /// It is another instance's, or this one's index is not as far yet.
    NotOurs,
    /// So many lists were found, or put off.
    Found(usize),
}

/// What relates stories.
#[derive(Debug)]
pub struct Relater {
    store: Store,
    index: Arc<SearchIndex>,
    runner: Runner<Marking>,
    filling: Mutex<Option<Filling>>,
}

impl Relater {
    /// For this instance.
    ///
    /// # Errors
    /// [`Error::Busy`] and [`Error::Internal`] when the database fails.
    pub fn new(store: Store, index: Arc<SearchIndex>) -> Result<Self, Error> {
        let marking = Marking { store: store.clone(), was_untold: AtomicBool::new(false) };
        let filling = Mutex::new(Some(Filling::new(&store, 1)?));
        let shared = Shared { name: NAME.to_owned(), lease: LEASE, once_more: None };
        let runner = Runner::shared(store.clone(), marking, shared, NAME)?;
        Ok(Self { store, index, runner, filling })
    }

    /// Mark what is to be found, and find some of it; how many lists that were.
    ///
    /// # Errors
    /// [`Error::Busy`] and [`Error::Internal`] when the database or the index fails; the same is tried again then.
    pub fn run(&self) -> Result<usize, Error> {
        self.runner.run()?;
        let mut found = 0_usize;
        for _ in 0..TURNS {
            let Turn::Found(some) = self.turn()? else { break };
            if some == 0 && !self.fill()? {
                break;
            }
            found = found.saturating_add(some);
        }
        Ok(found)
    }

    /// Mark some of the stories that have no list; whether there may be more.
    fn fill(&self) -> Result<bool, Error> {
        let mut filling = self.filling.lock().unwrap_or_else(PoisonError::into_inner);
        let was_untold = &self.runner.projection().was_untold;
        if was_untold.load(Ordering::Relaxed) {
            *filling = Some(Filling::new(&self.store, 2)?);
            // Only then: what failed here is still to be done.
            was_untold.store(false, Ordering::Relaxed);
        }
        let Some(Filling { locales, behind, due }) = filling.as_mut() else { return Ok(false) };
        let Some(locale) = locales.last() else {
            *filling = None;
            return Ok(false);
        };
        let last = self.store.write_now(&Bookkeeping, |tx| {
            let seq = store::changes::last(tx)?;
            store::related::fill(tx, locale, *behind, (*due, seq))
        })?;
        *behind = last;
        if last.is_none() {
            locales.pop();
        }
        Ok(true)
    }

    /// Find some lists, if nobody else does and this instance's index is as far as they are due for.
    fn turn(&self) -> Result<Turn, Error> {
        let Some(place) = self.index.place() else { return Ok(Turn::NotOurs) };
        let due = |tx: &mut Tx<'_>| {
            // An index ahead of the log has followed another one.
            let is_turn = place <= store::changes::last(tx)? && store::jobs::is_turn(tx, Kind::Relating, NAME)?;
            if is_turn { store::related::due(tx, place, AT_ONCE).map(Some) } else { Ok(None) }
        };
        match self.store.read_now(due)? {
            None => return Ok(Turn::NotOurs),
            Some(due) if due.is_empty() => return Ok(Turn::Found(0)),
            Some(_) => {}
        }
        let until = self.store.now().plus_seconds(LEASE);
        let Some(turn) = self.store.write_now(&Bookkeeping, |tx| store::jobs::take_turn(tx, Kind::Relating, NAME, until))? else {
            return Ok(Turn::NotOurs);
        };
        let all = self.found(place).inspect_err(|_| {
            // Whoever can, tries again soon.
            let again = self.store.now().plus_seconds(AFTER_FAILURE);
            let put_off = self.store.write_now(&Bookkeeping, |tx| store::jobs::end_turn(tx, (Kind::Relating, NAME), &turn, again));
            drop(put_off);
        })?;
        self.store.write_now(&Bookkeeping, |tx| {
            if !store::jobs::end_turn(tx, (Kind::Relating, NAME), &turn, tx.now())? {
                return Ok(Turn::NotOurs);
            }
            for (due, found) in &all {
                match found {
                    Some(found) => {
                        store::related::keep(tx, due, found.as_ref().map(|(edition, others)| (*edition, others.as_slice())))?;
                    }
                    None => store::related::put_off(tx, due, place.saturating_add(PUT_OFF))?,
                }
            }
            Ok(Turn::Found(all.len()))
        })
    }

    /// Some lists that are to be found, as they are now; nothing of one that cannot be.
    fn found(&self, place: i64) -> Result<Vec<(Due, Option<Found>)>, Error> {
        let mut all = Vec::new();
        let mut failure = None;
        for due in self.store.read_now(|tx| store::related::due(tx, place, AT_ONCE))? {
            let found = match self.store.read_now(|tx| self.find(tx, &due)) {
                Ok(found) => Some(found),
                Err(error @ Error::Internal(_)) => {
                    let why = error.for_the_log();
                    tracing::warn!(article = %due.article, locale = %due.locale, why, "what leads on from a story cannot be found; it is put off");
                    failure = Some(error);
                    None
                }
                Err(other) => return Err(other),
            };
            all.push((due, found));
        }
        // What fails for all of them is not of the stories.
        match failure {
            Some(error) if all.len() > 1 && all.iter().all(|(_, found)| found.is_none()) => Err(error),
            _ => Ok(all),
        }
    }

    /// What leads on from a story now, but for what says the same as itself, as what is pinned beneath it, or as what comes before.
    fn find(&self, tx: &mut Tx<'_>, due: &Due) -> Result<Found, Error> {
        let each = |tx: &mut Tx<'_>, ids: &[ArticleId]| {
            let those: Vec<_> = ids.iter().map(|id| (*id, &due.locale)).collect();
            let lives = store::editions::live_each(tx, Visibility::public(), &those, BodyForm::Beginning)?;
            Ok::<HashMap<ArticleId, Live>, Error>(lives.into_iter().map(|live| (live.article_id, live)).collect())
        };
        let live = each(tx, &[due.article])?.remove(&due.article);
        let (Some(edition), Some(live)) = (store::related::edition(tx, due)?, live) else { return Ok(None) };
        let section = live.facts.section_id;
        let near = self.index.alike(
            &Alike {
                article: due.article,
                locale: &due.locale,
                content: &live.content,
                body: &live.body,
                tags: &weighed(tx, &live.facts.tags)?,
                section,
                beside: &beside(&store::sections::all(tx)?, section),
                around: &store::related::around(tx, section, &due.locale, live.published_at, AROUND)?,
                published_at: live.published_at,
            },
            CANDIDATES,
        )?;
        let choices = store::related::chosen(tx, due.article)?.choices;
        let ids: Vec<_> = near.iter().map(|(id, _)| *id).filter(|id| !choices.banned.contains(id)).collect();
        let lives = each(tx, &ids.iter().chain(&choices.pinned).copied().collect::<Vec<_>>())?;
        let gist = |live: &Live| Gist::of(&due.locale, &live.content.headline, &live.body);
        let mut said = vec![gist(&live)];
        said.extend(choices.pinned.iter().filter_map(|id| lives.get(id)).map(gist));
        let mut others = Vec::new();
        for id in ids.into_iter().filter(|id| !choices.pinned.contains(id)) {
            let Some(gist) = lives.get(&id).map(gist) else { continue };
            if said.iter().any(|before| before.is_same(&gist)) {
                continue;
            }
            said.push(gist);
            others.push(id);
            if others.len() == LONGEST {
                break;
            }
        }
        Ok(Some((edition, others)))
    }
}

/// Tags, with what each counts.
fn weighed(tx: &mut Tx<'_>, tags: &[TagId]) -> Result<Vec<(TagId, f64)>, Error> {
    let known = store::named::some::<TagKind>(tx, &tags.iter().copied().collect())?;
    let weighed = |id: &TagId| known.iter().find(|tag| tag.id == *id).map(|tag| (*id, weight(tag.kind)));
    Ok(tags.iter().filter_map(weighed).collect())
}

/// The sections above and below one, and those beside it below the same.
fn beside(all: &[Section], id: SectionId) -> Vec<SectionId> {
    let parent = all.iter().find(|section| section.id == id).and_then(Section::parent);
    let is_beside = |section: &&Section| {
        section.id != id
            && (section.parent() == Some(id) || parent.is_some_and(|parent| section.id == parent || section.parent() == Some(parent)))
    };
    all.iter().filter(is_beside).map(|section| section.id).collect()
}

/// Relate stories for as long as the worker lives.
///
/// # Errors
/// [`Error::Busy`] and [`Error::Internal`] when the database or the system fails at the start.
pub fn start(store: Store, index: Arc<SearchIndex>) -> Result<Worker, Error> {
    let relater = Relater::new(store, index)?;
    Worker::start_aside("relating", EVERY, move || relater.run().map(drop))
}
