//! The store: the only place that speaks SQL.
//!
//! [`Store::read`] and [`Store::write`] run a closure in one transaction, on a thread where waiting is fine; of those who wait, several may
//! share one. Functions of the submodules work in the [`Tx`] they are given, so that verbs compose into one commit. A commit takes the
//! numbers of its changes last, from a one-row counter, so that `changes.seq` is gapless and in commit order.

pub mod api_keys;
pub mod articles;
pub mod assignments;
pub mod audit;
mod authors;
pub mod changes;
pub mod claims;
pub mod collection_uses;
pub mod collections;
pub mod comments;
mod connections;
pub mod corrections;
pub mod desk_lists;
pub mod desk_search;
pub mod dialect;
pub mod editions;
mod failure;
pub mod files;
#[cfg(test)]
mod fixture;
pub mod former_users;
mod group_commit;
mod headline_keys;
pub mod idempotency;
pub mod identities;
pub mod imports;
mod index;
pub mod jobs;
pub mod keys;
pub mod listings;
mod liveness;
pub mod locales;
pub mod mails;
pub mod media;
pub mod menu_targets;
pub mod menus;
pub mod merging;
pub mod multiply;
pub mod my_work;
pub mod named;
pub mod names;
pub mod password_links;
mod paths;
pub mod people;
pub mod plans;
mod present_users;
pub mod previews;
mod query;
pub mod queue;
pub mod rates;
pub mod recordings;
pub mod redirects;
mod reference_data;
pub mod references;
pub mod related;
pub mod releases;
pub mod revisions;
mod schema;
pub mod second_factors;
pub mod sections;
pub mod sessions;
pub mod sign_in_codes;
pub mod sign_in_counts;
pub mod site;
mod snapshots;
pub mod sorted_names;
mod sql;
pub mod stories;
mod tags;
pub mod takedowns;
mod threads;
pub mod translations;
pub mod trash;
mod tx;
pub mod uploads;
mod user_keys;
pub mod users;
pub mod views;
pub mod visibility;
mod work;
pub mod write_health;
pub mod write_timeout;

use std::{
    collections::BTreeSet,
    fmt,
    sync::{
        Arc, Condvar, Mutex, OnceLock, Weak,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
};

use crate::{
    access::{Actor, Bookkeeping},
    domain::{
        Error, Instant, Locale,
        body::BlockId,
        cache_tag::CacheTag,
        error::{Changed, chain},
        id::Entropy,
        instant::Clock,
        measured::Measured,
        precomputed::Revision,
    },
};
use connections::{Pool, cannot_be_opened};
use dialect::{Bind, Conn, Engine, Use, Watched};
use group_commit::WriteQueue;
use liveness::Liveness;
use query::RunQueryDsl;
use snapshots::ReadPool;
use threads::{Responsiveness, Threads};
use tx::Surroundings;
pub use tx::{Dependencies, Tx};
use write_health::WriteHealth;
pub use write_timeout::Limits;
use write_timeout::{ActiveWrites, WriteRequest};

/// How a store is opened.
pub struct Options {
    /// `sqlite://path` or `postgres://…`.
    pub url: String,
    /// Connections that read.
    pub readers: u32,
    /// Connections that write; on `SQLite` always one.
    pub writers: u32,
    /// Where the present is read.
    pub clock: Arc<dyn Clock>,
    /// Where ids come from.
    pub entropy: Arc<dyn Entropy>,
    /// Where readers are given the files of the media library: an absolute URL, without a slash at the end.
    pub media_url: String,
    /// How long things may take.
    pub limits: Limits,
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options").field("readers", &self.readers).finish_non_exhaustive()
    }
}

/// The database. Cheap to clone.
#[derive(Clone)]
pub struct Store(Arc<Inner>);

struct Inner {
    engine: Engine,
    url: String,
    readers: Arc<Pool>,
    writers: Arc<Pool>,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    media_url: String,
    statements: Arc<Watched>,
    limits: Limits,
    active_writes: Arc<ActiveWrites>,
    write_queue: Arc<WriteQueue>,
    read_pool: ReadPool,
    writing: Threads,
    /// Writes that were asked for and are not answered.
    written: Arc<AtomicUsize>,
    responsiveness: Responsiveness,
    write_health: WriteHealth,
    liveness: Liveness,
    watcher: OnceLock<Weak<dyn Watcher>>,
    /// Whether something was erased that the log may still hold.
    traces: AtomicBool,
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Store").field("engine", &self.0.engine).finish_non_exhaustive()
    }
}

/// A connection that hears of committed changes.
pub struct Listener(Conn);

impl fmt::Debug for Listener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Listener")
    }
}

impl Listener {
    /// True when changes were told since this was last asked; costs no round trip.
    ///
    /// # Errors
    /// [`Error::Internal`] when the connection is lost.
    pub fn was_told(&mut self) -> Result<bool, Error> {
        dialect::was_told(&mut self.0)
    }
}

impl Measured for Store {
    fn measure(&self, tell: &mut dyn FnMut(&'static str, &'static str, u64)) {
        let count = |of: usize| u64::try_from(of).unwrap_or(u64::MAX);
        tell("statements", "", self.statements().unsigned_abs());
        tell("statements_slow", "", self.0.statements.slow.load(Ordering::Relaxed));
        tell("reads_waiting", "", count(self.0.read_pool.waiting()));
        tell("writes_unanswered", "", count(self.0.written.load(Ordering::Relaxed)));
        tell("writes_active", "", count(self.write_durations().writes));
    }
}

/// Somebody who has to know of every change before its writer is told that it is done.
pub trait Watcher: Send + Sync {
    /// Changes up to `seq` were committed, and touch these answers.
    fn committed(&self, seq: i64, touched: &BTreeSet<CacheTag>);
}

impl Inner {
    fn surroundings(&self) -> Surroundings<'_> {
        Surroundings { entropy: &*self.entropy, media_url: &self.media_url }
    }
}

impl Store {
    /// Open a store; creates the folder and the file of an embedded one.
    ///
    /// # Errors
    /// [`Error::Internal`] when the database cannot be reached.
    pub fn open(options: Options) -> Result<Self, Error> {
        let engine = Engine::of(&options.url).ok_or_else(|| Error::internal("DATABASE_URL is neither sqlite:// nor postgres://"))?;
        let limits = options.limits;
        let statements = Watched::new(options.clock.clone(), limits.slow);
        let pool = |purpose, size: u32| {
            let pool = Arc::new(Pool {
                engine,
                url: options.url.clone(),
                purpose,
                statements: statements.clone(),
                size: usize::try_from(size).unwrap_or(usize::MAX).max(1),
                queue_timeout: limits.queue_timeout,
                state: Mutex::default(),
                free: Condvar::new(),
            });
            let first = pool.get().map_err(|e| Error::internal(format!("the database cannot be opened: {}", chain(&e))))?;
            first.give_back();
            Ok::<_, Error>(pool)
        };
        if let Some(file) = options.url.strip_prefix("sqlite://").map(std::path::Path::new) {
            files::make_database(file).map_err(|e| Error::internal(format!("{} cannot be created: {e}", file.display())))?;
        }
        // The writer comes first: it creates the file and switches it to WAL before a reader looks.
        let writers = pool(Use::Write, if engine == Engine::Sqlite { 1 } else { options.writers })?;
        let readers = pool(Use::Read, options.readers)?;
        let active_writes = Arc::new(ActiveWrites::new(options.clock.clone(), limits.write_transaction));
        Ok(Self(Arc::new(Inner {
            write_queue: Arc::new(WriteQueue::new(options.clock.clone(), active_writes.clone(), limits.queue_timeout)),
            active_writes,
            read_pool: ReadPool::new(engine, options.readers)?,
            writing: Threads::new("writer", writers.size)?,
            written: Arc::default(),
            responsiveness: Responsiveness::default(),
            write_health: WriteHealth::default(),
            liveness: Liveness::default(),
            limits,
            engine,
            url: options.url,
            readers,
            writers,
            clock: options.clock,
            entropy: options.entropy,
            media_url: options.media_url,
            statements,
            watcher: OnceLock::new(),
            // Nobody knows what the process before this one still had to do.
            traces: AtomicBool::new(true),
        })))
    }

    /// The engine behind it.
    #[must_use]
    pub fn engine(&self) -> Engine {
        self.0.engine
    }

    /// The present instant.
    #[must_use]
    pub fn now(&self) -> Instant {
        self.0.clock.now()
    }

    /// Where random values come from.
    #[must_use]
    pub fn entropy(&self) -> &dyn Entropy {
        &*self.0.entropy
    }

    /// A new block id.
    #[must_use]
    pub fn new_block_id(&self) -> BlockId {
        let mut bytes = [0; 8];
        self.0.entropy.fill(&mut bytes);
        BlockId::new(u64::from_le_bytes(bytes))
    }

    /// Statements run so far, on all connections, transactions' own aside.
    #[must_use]
    pub fn statements(&self) -> i64 {
        self.0.statements.count.load(Ordering::Relaxed)
    }

    /// Read in one snapshot, on this thread.
    ///
    /// # Errors
    /// Those of `f`; [`Error::Busy`] when no connection comes free.
    pub fn read_now<T>(&self, f: impl FnMut(&mut Tx<'_>) -> Result<T, Error>) -> Result<T, Error> {
        self.run(None, f)
    }

    /// Read in one snapshot, on this thread, what is handed on while it is read: that cannot be taken back, so it is not begun again.
    ///
    /// # Errors
    /// As [`Self::read_now`].
    pub fn read_out<T>(&self, f: impl FnOnce(&mut Tx<'_>) -> Result<T, Error>) -> Result<T, Error> {
        self.run_only_once(None, f)
    }

    /// Write in an actor's name in one transaction, on this thread: all of it or nothing.
    ///
    /// # Errors
    /// Those of `f`; [`Error::Busy`] when no connection comes free.
    pub fn write_now<T>(&self, actor: &impl Actor, f: impl FnMut(&mut Tx<'_>) -> Result<T, Error>) -> Result<T, Error> {
        self.run(Some(&WriteRequest::of(actor)), f)
    }

    /// Read in one snapshot.
    ///
    /// # Errors
    /// Those of `f`; [`Error::Busy`] when no connection comes free.
    pub async fn read<T, F>(&self, f: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: FnOnce(&mut Tx<'_>) -> Result<T, Error> + Clone + Send + 'static,
    {
        match self.read_in_turn(f, |_| None).await {
            Err(refusal) => Err(self.with_what_changed(refusal).await),
            read => read,
        }
    }

    /// A refusal with all that it tells, of which some takes long to find out: nothing of the transaction that was refused is open any more.
    async fn with_what_changed(&self, refusal: Error) -> Error {
        let Error::Stale { kind, current, changed_by, changed_at, changed: Changed::Since(article, locale, version), moved } = refusal
        else {
            return refusal;
        };
        let before = Revision { article_id: article.into(), locale: Locale::stored(locale.into()), version };
        match self.read_in_turn(move |tx| revisions::changed(tx, &before, current), |_| None).await {
            Ok(changed) => Error::Stale { kind, current, changed_by, changed_at, changed: Changed::Known(changed), moved },
            Err(failure) => failure,
        }
    }

    /// Read in one snapshot, and say what the outcome was made from, whether it is one or a refusal.
    ///
    /// # Errors
    /// [`Error::Busy`] when no connection comes free.
    pub async fn read_tracked<T, F>(&self, f: F) -> Result<(Result<T, Error>, Dependencies), Error>
    where
        T: Send + 'static,
        F: FnOnce(&mut Tx<'_>) -> Result<T, Error> + Clone + Send + 'static,
    {
        let noting = move |tx: &mut Tx<'_>| {
            tx.dependencies = Some(Dependencies::default());
            let outcome = f(tx);
            Ok((outcome, tx.dependencies.take().unwrap_or_default()))
        };
        self.read_in_turn(noting, |(outcome, _)| outcome.as_ref().err()).await
    }

    /// Tell somebody of every change that this process commits, before whoever made it is told. Only the first who asks.
    pub fn watch(&self, watcher: Weak<dyn Watcher>) {
        let _ = self.0.watcher.set(watcher);
    }

    /// Write in an actor's name in one transaction: all of it or nothing. When whoever asked goes away before it is done, it is undone; so it
    /// is when they only tried, or when the claim that they ask under is another request's by now.
    ///
    /// # Errors
    /// Those of `f`; [`Error::Busy`] when too many write already, [`Error::TookTooLong`] and [`Error::Unavailable`] when it cannot be waited
    /// for any longer.
    pub async fn write<T, A, F>(&self, actor: A, f: F) -> Result<T, Error>
    where
        T: Send + 'static,
        A: Actor + Clone + Send + 'static,
        F: FnOnce(&mut Tx<'_>, A) -> Result<T, Error> + Clone + Send + 'static,
    {
        match self.write_in_turn(WriteRequest::of(&actor), move |tx| f(tx, actor)).await {
            Err(refusal) => Err(self.with_what_changed(refusal).await),
            written => written,
        }
    }

    /// A connection that hears of changes when they are committed; none on an engine that does not tell.
    ///
    /// # Errors
    /// [`Error::Internal`] when the database cannot be reached.
    pub fn listen(&self) -> Result<Option<Listener>, Error> {
        if self.0.engine == Engine::Sqlite {
            return Ok(None);
        }
        let mut conn =
            dialect::connect(&self.0.url, Use::Read, self.0.statements.clone()).map_err(|e| cannot_be_opened(self.0.engine, e))?;
        dialect::listen(&mut conn)?;
        Ok(Some(Listener(conn)))
    }

    /// Bring the schema up to date; the names of the migrations that ran.
    ///
    /// # Errors
    /// [`Error::Internal`] when one fails.
    pub fn migrate(&self) -> Result<Vec<String>, Error> {
        self.on_the_writer(|conn| {
            let done = dialect::migrate(conn)?;
            headline_keys::fill(conn)?;
            user_keys::fill(conn)?;
            Ok(done)
        })
        .and_then(|done| self.write_now(&Bookkeeping, sorted_names::refresh).map(|()| done))
    }

    /// True when some of the schema is there; asking makes none.
    ///
    /// # Errors
    /// [`Error::Internal`] when the database does not answer.
    pub fn is_begun(&self) -> Result<bool, Error> {
        self.on_the_writer(dialect::is_begun)
    }

    /// How many migrations have not run yet.
    ///
    /// # Errors
    /// [`Error::Internal`] when the database does not answer.
    pub fn pending_migrations(&self) -> Result<usize, Error> {
        self.on_the_writer(dialect::pending)
    }

    /// How many migrations have not run yet, asked as any reader asks.
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::Internal`] when the database does not answer.
    pub async fn missing_migrations(&self) -> Result<usize, Error> {
        self.read(|tx| dialect::missing(tx.conn)).await
    }

    fn on_the_writer<T>(&self, f: impl FnOnce(&mut Conn) -> Result<T, Error>) -> Result<T, Error> {
        let mut pooled = self.0.writers.get()?;
        let done = f(&mut pooled.conn);
        pooled.give_back();
        done
    }

    /// What about the server's settings may lose acknowledged writes, in words.
    ///
    /// # Errors
    /// [`Error::Internal`] when the database does not answer.
    pub fn durability_faults(&self) -> Result<Vec<String>, Error> {
        self.on_the_writer(dialect::durability_faults)
    }

    /// Write fast from now on rather than safely, and lose what was acknowledged when the machine fails: for a database that can be made anew.
    ///
    /// # Errors
    /// [`Error::Internal`] when the database does not answer.
    pub fn begin_bulk_load(&self) -> Result<(), Error> {
        self.0.active_writes.unlimited();
        self.on_the_writer(dialect::begin_bulk_load)
    }

    /// Let the database's planner know how much there is of what, as after a large import. `PostgreSQL` is vacuumed as well, which it would
    /// do by itself within minutes.
    ///
    /// # Errors
    /// [`Error::Internal`] when the database does not answer.
    pub fn analyze(&self) -> Result<(), Error> {
        self.on_the_writer(dialect::analyze)
    }

    /// Let nothing that was erased be found in the files of an embedded database either. While somebody still reads what was there before, it
    /// is left to [`Store::finish_erasing`].
    ///
    /// # Errors
    /// [`Error::Internal`] when the file cannot be written.
    pub fn erase_traces(&self) -> Result<(), Error> {
        self.0.traces.store(true, Ordering::SeqCst);
        self.finish_erasing()
    }

    /// Try again what [`Store::erase_traces`] could not do.
    ///
    /// # Errors
    /// [`Error::Internal`] when the file cannot be written.
    pub fn finish_erasing(&self) -> Result<(), Error> {
        if self.0.traces.swap(false, Ordering::SeqCst) {
            let done = self.on_the_writer(dialect::truncate_log);
            self.0.traces.fetch_or(!matches!(done, Ok(true)), Ordering::SeqCst);
            done?;
        }
        Ok(())
    }

    /// True while something that was erased may still be found in a log.
    #[must_use]
    pub fn has_traces(&self) -> bool {
        self.0.traces.load(Ordering::SeqCst)
    }

    /// Leave an embedded database compact, in one file.
    ///
    /// # Errors
    /// [`Error::Internal`] when the file cannot be written.
    pub fn checkpoint(&self) -> Result<(), Error> {
        self.on_the_writer(dialect::checkpoint)
    }
}

/// Run `work` on a thread where waiting is fine.
///
/// # Errors
/// Those of `work`; [`Error::Internal`] when it panics.
pub async fn aside<T: Send + 'static>(work: impl FnOnce() -> Result<T, Error> + Send + 'static) -> Result<T, Error> {
    tokio::task::spawn_blocking(work).await.map_err(Error::internal)?
}
