//! A transaction: what the verbs of the store work in, and what they leave to be done at its end.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt, mem,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
};

use diesel::Connection;

use super::{
    dialect::{self, Conn},
    failure::in_words,
    reference_data::OfSnapshot,
    write_timeout::EXTENDED,
};
use crate::{
    access::{Caller, Visibility},
    domain::{
        Error, Id, Instant,
        article::Article,
        cache_tag::CacheTag,
        change::{Change, Event, Subject},
        id::Entropy,
        precomputed::Precomputed,
        site::Masthead,
        story::Story,
    },
};

/// What transactions know of the process that they run in.
#[derive(Clone, Copy)]
pub(super) struct Surroundings<'a> {
    /// Where random values come from.
    pub(super) entropy: &'a dyn Entropy,
    /// Where readers are given the files of the media library.
    pub(super) media_url: &'a str,
}

/// An open transaction, with the changes made in it so far.
pub struct Tx<'a> {
    pub(super) conn: &'a mut Conn,
    pub(super) now: Instant,
    surroundings: Surroundings<'a>,
    /// In whose name it writes: who it is that the log names, whether all of it is only tried, and the claim that it is committed under.
    pub(super) caller: Option<Caller>,
    pub(super) changes: Vec<Recorded>,
    pub(super) dependencies: Option<Dependencies>,
    pub(super) as_of: Option<(Instant, Visibility)>,
    /// The site with its locales, once it was read, until something changes in them.
    pub(super) masthead: Option<(Arc<Masthead>, i64)>,
    /// Stories that are loaded, until something changes in them.
    pub(super) stories: BTreeMap<Id<Article>, Story>,
    /// Articles that nobody else changes before it ends.
    pub(super) held: BTreeSet<Id<Article>>,
    /// How often it stands in a queue of those who number the same slug.
    pub(super) queues: usize,
    /// What is derived of revisions already.
    precomputed: Option<Arc<Precomputed>>,
    /// Where those who read in the same snapshot have their reference data.
    pub(super) reference_data: Option<&'a OfSnapshot<'a>>,
    /// The number of this process, when it can be seen to live.
    pub(super) liveness: Option<i64>,
}

impl fmt::Debug for Tx<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tx").field("now", &self.now).finish_non_exhaustive()
    }
}

/// What an answer to a reader was made from.
#[derive(Debug, Clone, Default)]
pub struct Dependencies {
    /// Everything that was looked at, found or not.
    pub tags: BTreeSet<CacheTag>,
    /// Of these, what nobody may be told of: it is not public.
    pub hidden: BTreeSet<CacheTag>,
    /// What it depends on besides, of which it tells nothing, unless it is one of these tags as well.
    pub untold: BTreeSet<CacheTag>,
    /// The last change before it was looked at; nothing when nobody asked.
    pub seq: Option<i64>,
    /// When it will be another one without anything having changed.
    pub until: Option<Instant>,
}

/// A change that is to be logged, and the network that whoever brought it about came from, where nobody writes.
pub(super) struct Recorded {
    pub(super) change: Change,
    pub(super) origin: Option<String>,
}

/// Why a part of a transaction was undone.
struct Undone(Error);

impl From<diesel::result::Error> for Undone {
    fn from(error: diesel::result::Error) -> Self {
        Self(in_words(error))
    }
}

/// What `f` makes; a panic is one more way to fail, of this part alone.
fn unharmed<T>(f: impl FnOnce() -> Result<T, Error>) -> Result<T, Error> {
    catch_unwind(AssertUnwindSafe(f)).unwrap_or_else(|panic| {
        let said = panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
        Err(Error::internal(format!("it panicked: {}", said.unwrap_or("without a word"))))
    })
}

/// How a rehearsal ended, which is never kept.
enum Over {
    /// All of it is undone.
    AsMeant,
    /// The database has failed.
    Failed(Error),
}

impl From<diesel::result::Error> for Over {
    fn from(error: diesel::result::Error) -> Self {
        Self::Failed(in_words(error))
    }
}

impl<'a> Tx<'a> {
    /// What is done on a connection whose transaction has begun.
    pub(super) fn new(conn: &'a mut Conn, now: Instant, surroundings: Surroundings<'a>) -> Self {
        Self {
            conn,
            now,
            surroundings,
            caller: None,
            changes: Vec::new(),
            dependencies: None,
            as_of: None,
            masthead: None,
            stories: BTreeMap::new(),
            held: BTreeSet::new(),
            queues: 0,
            precomputed: None,
            reference_data: None,
            liveness: None,
        }
    }
}

impl Tx<'_> {
    /// The instant at which the transaction began.
    #[must_use]
    pub fn now(&self) -> Instant {
        self.now
    }

    /// A new id.
    #[must_use]
    pub fn new_id<T>(&self) -> Id<T> {
        self.surroundings.entropy.uuid(self.now).into()
    }

    /// Where random values come from.
    #[must_use]
    pub fn entropy(&self) -> &dyn Entropy {
        self.surroundings.entropy
    }

    /// Where readers are given the files of the media library: an absolute URL, without a slash at the end.
    #[must_use]
    pub fn media_url(&self) -> &str {
        self.surroundings.media_url
    }

    /// Read what was public at an instant from here on, instead of what is public now, as far as a reader sees it. Names stay as they
    /// are now.
    pub fn as_of(&mut self, at: Instant, visibility: Visibility) {
        self.as_of = Some((at, visibility));
    }

    /// Note that what is being answered depends on this.
    pub(super) fn note(&mut self, tag: CacheTag) {
        if let Some(dependencies) = &mut self.dependencies {
            dependencies.tags.insert(tag);
        }
    }

    /// Note that what is being answered depends on this without telling of it; where it is shown elsewhere in the same answer, it is told of there.
    pub(super) fn note_untold(&mut self, tag: CacheTag) {
        if let Some(dependencies) = &mut self.dependencies {
            dependencies.untold.insert(tag);
        }
    }

    /// Note that what is being answered is true until an instant, if nothing changes before.
    pub(super) fn note_until(&mut self, at: Instant) {
        if let Some(dependencies) = &mut self.dependencies {
            dependencies.until = Some(dependencies.until.map_or(at, |until| until.min(at)));
        }
    }

    /// Tell nobody that what is being answered depends on this.
    pub(super) fn hide(&mut self, tag: CacheTag) {
        if let Some(dependencies) = &mut self.dependencies {
            dependencies.hidden.insert(tag);
        }
    }

    /// Look for something; where it is not found, nothing that was looked at is noted.
    ///
    /// # Errors
    /// Those of `look`.
    pub fn noting_what_is_found<T>(&mut self, look: impl FnOnce(&mut Self) -> Result<T, Error>) -> Result<T, Error> {
        let before = self.dependencies.as_ref().map(|dependencies| dependencies.tags.clone());
        let found = look(self);
        if let (Err(Error::NotFound(_)), Some(dependencies), Some(before)) = (&found, &mut self.dependencies, before) {
            dependencies.tags = before;
        }
        found
    }

    /// Note the last change before what is being read.
    pub(super) fn note_seq(&mut self, seq: i64) {
        if let Some(dependencies) = &mut self.dependencies {
            dependencies.seq = Some(seq);
        }
    }

    /// Log a change at the end, once however often it is recorded, as the caller's.
    pub(super) fn record(&mut self, change: Change) {
        debug_assert!(self.caller.is_some(), "{change:?} is nobody's");
        self.keep(Recorded { change, origin: None });
    }

    /// Log what somebody brought about who was not let in, at the end.
    pub(super) fn record_of_nobody(&mut self, change: Change, origin: &str) {
        self.keep(Recorded { change, origin: Some(origin.to_owned()) });
    }

    fn keep(&mut self, recorded: Recorded) {
        match &recorded.change.subject {
            Subject::Article(id) | Subject::Translation(id, _) => _ = self.stories.remove(id),
            Subject::Site | Subject::Locale(_) | Subject::Collection(_) => self.masthead = None,
            _ => {}
        }
        if let (Some(precomputed), Event::Created | Event::Revised, Subject::Translation(article, locale)) =
            (&self.precomputed, recorded.change.event, &recorded.change.subject)
        {
            precomputed.saved(*article, locale);
        }
        if !self.changes.iter().any(|known| known.change == recorded.change && known.origin == recorded.origin) {
            self.changes.push(recorded);
        }
    }

    /// Have this at hand from here on.
    pub fn bring(&mut self, precomputed: Arc<Precomputed>) {
        self.precomputed = Some(precomputed);
    }

    /// What is at hand; nothing where nobody brought anything.
    #[must_use]
    pub fn precomputed(&self) -> Option<Arc<Precomputed>> {
        self.precomputed.clone()
    }

    /// Let this write last longer than others may, for work that grows with the whole site.
    ///
    /// # Errors
    /// [`Error::Internal`] when the database fails.
    pub fn extend_timeout(&mut self) -> Result<(), Error> {
        self.conn.extend_timeout();
        dialect::extend_statements(self.conn, EXTENDED)
    }

    /// Run `f` in the name of somebody who only tries, and undo all that it wrote, whatever comes of it: nothing of it is logged, and nobody is told. In it
    /// time may [pass](Self::pass_to).
    ///
    /// # Errors
    /// Those of `f`; [`Error::Internal`] when it cannot be undone.
    pub fn rehearse<T>(&mut self, f: impl FnOnce(&mut Tx<'_>) -> Result<T, Error>) -> Result<T, Error> {
        let (now, surroundings, queues, precomputed) = (self.now, self.surroundings, self.queues, self.precomputed.clone());
        let (caller, masthead, held) = (self.caller.clone().map(Caller::rehearsing), self.masthead.clone(), self.held.clone());
        let mut shown = None;
        let undone = self.conn.transaction(|conn| {
            let mut tx = Tx { caller, masthead, held, queues, precomputed, ..Tx::new(conn, now, surroundings) };
            shown = Some(unharmed(|| f(&mut tx)));
            Err::<(), _>(Over::AsMeant)
        });
        match (undone, shown) {
            (Err(Over::AsMeant), Some(shown)) => shown,
            (Err(Over::Failed(error)), _) => Err(error),
            _ => Err(Error::internal("a rehearsal was not undone")),
        }
    }

    /// Let it be another instant from here on: in a transaction of which nothing is kept, and in no other.
    ///
    /// # Errors
    /// [`Error::Internal`] where what is written would be kept.
    pub fn pass_to(&mut self, at: Instant) -> Result<(), Error> {
        if !self.caller.as_ref().is_some_and(Caller::rehearses) {
            return Err(Error::internal("time passes in a rehearsal alone"));
        }
        self.now = at;
        Ok(())
    }

    /// Run `f` so that what it wrote is undone when it fails, and the transaction goes on.
    ///
    /// # Errors
    /// Those of `f`.
    pub fn attempt<T>(&mut self, f: impl FnOnce(&mut Tx<'_>) -> Result<T, Error>) -> Result<T, Error> {
        let (now, surroundings, caller, queues, precomputed) =
            (self.now, self.surroundings, self.caller.clone(), self.queues, self.precomputed.clone());
        // Stories are prepared outside of this: what is loaded in here is no longer held when it is undone.
        let (mut stories, masthead) = (mem::take(&mut self.stories), self.masthead.clone());
        // What is held in here is not, once it is undone.
        let held = self.held.clone();
        let done = self.conn.transaction(|conn| {
            let mut tx =
                Tx { caller, queues, precomputed, masthead, held, stories: mem::take(&mut stories), ..Tx::new(conn, now, surroundings) };
            let value = unharmed(|| f(&mut tx));
            stories = mem::take(&mut tx.stories);
            Ok::<_, Undone>((value.map_err(Undone)?, tx.changes, tx.queues, tx.held))
        });
        self.stories = stories;
        let (value, changes, queues, held) = done.map_err(|Undone(error)| error)?;
        self.queues = queues;
        self.held = held;
        changes.into_iter().for_each(|recorded| self.keep(recorded));
        Ok(value)
    }
}
