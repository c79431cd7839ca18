//! What is derived from revisions, at hand when somebody publishes.
//!
//! **Context.** Publishing needs to know of words whether anything stands in their way, and to have them as HTML and as text; of every live
//! translation it needs what of its source has changed. All of that takes as long as bodies are, and whoever publishes has the writer. It is
//! also a pure function of revisions, and those never change. **Decision.** A verb asks for it by the revisions that it means. What is not at
//! hand is made on the spot as long as it comes of no more than [`IN_TURN`] bytes in one transaction, or of words that the transaction saved
//! itself, which nobody else can read. Past that the verb goes on without, only to say what else it needs, and is undone; all of it is made
//! where it keeps nobody waiting, and the verb is run again. **Consequence.** Short stories are published at once, and nothing foretells what a
//! verb will do: it says so itself. Where somebody saves meanwhile it means other revisions, and those are made too; after [`ROUNDS`] it is
//! busy. What is made lives as long as the request, so that nothing erased is kept. HTML and text of more than [`RENDERED`] bytes are not held
//! beside each other: what a large release has beyond that is rendered in the transaction, which the write timeout bounds.

use std::{
    collections::{BTreeSet, HashMap, HashSet},
    mem,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use super::{
    Error, Id, Locale, Version, Violation, article::Article, edition::Rendering, freshness::Lag, preflight, translation::MadeFrom,
    translation::Words,
};

/// Bytes of words, as they are kept, that one transaction derives something from itself.
pub const IN_TURN: usize = 256 * 1024;

/// How often a verb is run at most.
pub const ROUNDS: usize = 4;

/// Bytes of HTML and text that are held ahead for one transaction.
pub const RENDERED: usize = 48 * 1024 * 1024;

/// A revision of words.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Revision {
    /// The article.
    pub article_id: Id<Article>,
    /// The locale.
    pub locale: Locale,
    /// The version.
    pub version: Version,
}

/// A translation, and two revisions of its source: what it was made from, and what is published now.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Lagging {
    /// What it was made from.
    pub made_from: Revision,
    /// The version of the source that is published.
    pub published: Version,
    /// The locale of the translation.
    pub locale: Locale,
    /// Its version.
    pub version: Version,
}

impl Lagging {
    /// The revision of the source that is published.
    #[must_use]
    pub fn published(&self) -> Revision {
        Revision { version: self.published, ..self.made_from.clone() }
    }

    /// The revision of the translation.
    #[must_use]
    pub fn translation(&self) -> Revision {
        Revision { article_id: self.made_from.article_id, locale: self.locale.clone(), version: self.version }
    }

    /// True when it lags behind the same as another.
    fn has_source_of(&self, other: &Self) -> bool {
        self.made_from == other.made_from && self.published == other.published
    }
}

/// How much is asked of words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Depth {
    /// What stands in their way.
    Look,
    /// That, and what readers get of them.
    Render,
}

/// What is derived from words.
#[derive(Debug, Default)]
pub struct Derived {
    /// What stands in the way of publishing them, with pointers into their article.
    pub obstacles: Vec<Violation>,
    /// What readers get; nothing where only a look was asked for.
    pub rendering: Rendering,
}

impl Derived {
    /// What comes of words.
    #[must_use]
    pub fn of(words: &Words, made_from: Option<MadeFrom>, locale: &Locale, depth: Depth) -> Self {
        let rendering = if depth == Depth::Render { Rendering::of(words, made_from) } else { Rendering::default() };
        Self { obstacles: preflight::obstacles(words, locale), rendering }
    }

    /// Nothing, when nothing stands in the way.
    ///
    /// # Errors
    /// [`Error::Invalid`] with all that does.
    pub fn pass(&self) -> Result<(), Error> {
        if self.obstacles.is_empty() { Ok(()) } else { Err(Error::Invalid(self.obstacles.clone())) }
    }

    fn bytes(&self) -> usize {
        self.rendering.html.len().saturating_add(self.rendering.text.len())
    }
}

/// One thing that a transaction needed and that was not at hand.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Need {
    /// What is derived from words.
    Words(Revision, Depth),
    /// What of a source has changed.
    Lag(Lagging),
}

/// What became of a question for what is derived from words.
#[derive(Debug)]
pub enum Found {
    /// It is at hand.
    There(Arc<Derived>),
    /// There is no such revision.
    Absent,
    /// It is not at hand; it may be made on the spot out of at most so many bytes.
    Missing(usize),
}

/// What is at hand for one transaction.
#[derive(Debug, Default)]
pub struct Precomputed(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    words: HashMap<Revision, Option<(Depth, Arc<Derived>)>>,
    lags: HashMap<Lagging, Lag>,
    /// Words that the transaction under way has saved.
    saved: HashSet<(Id<Article>, Locale)>,
    missed: BTreeSet<Need>,
    /// Bytes of words that it derived something from.
    spent: usize,
    /// Bytes of HTML and text.
    held: usize,
    unlimited: bool,
}

impl State {
    /// Bytes of words that something may still be derived from on the spot.
    fn room(&self, of: &Revision) -> usize {
        if self.unlimited || self.saved.contains(&(of.article_id, of.locale.clone())) {
            return usize::MAX;
        }
        // Whatever is undone needs not be complete.
        if self.missed.is_empty() { IN_TURN.saturating_sub(self.spent) } else { 0 }
    }
}

impl Precomputed {
    /// For a transaction that saves what it publishes, one story at a time: all is made on the spot.
    #[must_use]
    pub fn on_the_spot() -> Self {
        Self(Mutex::new(State { unlimited: true, ..State::default() }))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A transaction begins, or begins again.
    pub fn begin(&self) {
        let mut state = self.state();
        (state.spent, state.missed) = (0, BTreeSet::new());
    }

    /// It is over, or undone: a version that it saved may be somebody else's the next time.
    pub fn end(&self) {
        let mut state = self.state();
        let saved = mem::take(&mut state.saved);
        let is_saved = |of: &Revision| saved.contains(&(of.article_id, of.locale.clone()));
        state.words.retain(|of, _| !is_saved(of));
        state.lags.retain(|of, _| !is_saved(&of.made_from) && !is_saved(&of.translation()));
    }

    /// It has saved words.
    pub fn saved(&self, article: Id<Article>, locale: &Locale) {
        self.state().saved.insert((article, locale.clone()));
    }

    /// It needs something that is not at hand.
    pub fn miss(&self, need: Need) {
        self.state().missed.insert(need);
    }

    /// True when something was needed that was not at hand.
    #[must_use]
    pub fn has_missed(&self) -> bool {
        !self.state().missed.is_empty()
    }

    /// True when some of that is to be rendered, and takes room.
    #[must_use]
    pub fn is_to_render(&self) -> bool {
        self.state().missed.iter().any(|need| matches!(need, Need::Words(_, Depth::Render)))
    }

    /// Some of what was missed, which is best made together: what is derived from one revision, or what has changed from one to another.
    #[must_use]
    pub fn next(&self) -> Vec<Need> {
        let mut state = self.state();
        let Some(first) = state.missed.first().cloned() else { return Vec::new() };
        let with_it = |need: &Need| match (&first, need) {
            (Need::Lag(first), Need::Lag(other)) => first.has_source_of(other),
            _ => *need == first,
        };
        let (next, others) = mem::take(&mut state.missed).into_iter().partition(with_it);
        state.missed = others;
        next.into_iter().collect::<BTreeSet<_>>().into_iter().collect()
    }

    /// What is derived from words, or how much may be done about it.
    #[must_use]
    pub fn find(&self, of: &Revision, depth: Depth) -> Found {
        let state = self.state();
        match state.words.get(of) {
            Some(None) => Found::Absent,
            Some(Some((known, derived))) if *known >= depth => Found::There(derived.clone()),
            // It was looked at, and there was no room for more.
            Some(Some(_)) if state.held >= RENDERED => Found::Missing(usize::MAX),
            _ => Found::Missing(state.room(of)),
        }
    }

    /// The depth to which something is derived ahead of the transaction: no rendering is held beyond what there is room for.
    #[must_use]
    pub fn depth(&self, wanted: Depth) -> Depth {
        if self.state().held >= RENDERED { Depth::Look } else { wanted }
    }

    /// Keep what was derived from words; nothing for a revision that there is not.
    pub fn keep(&self, of: Revision, derived: Option<(Depth, Arc<Derived>)>) {
        let mut state = self.state();
        state.held = state.held.saturating_add(derived.as_ref().map_or(0, |(_, derived)| derived.bytes()));
        state.words.insert(of, derived);
    }

    /// What of a source has changed, when that is at hand.
    #[must_use]
    pub fn lag(&self, of: &Lagging) -> Option<Lag> {
        self.state().lags.get(of).cloned()
    }

    /// Keep what of a source has changed.
    pub fn keep_lag(&self, of: Lagging, lag: Lag) {
        self.state().lags.insert(of, lag);
    }

    /// Bytes of these three that something may be derived from on the spot.
    #[must_use]
    pub fn room(&self, of: &Lagging) -> usize {
        let state = self.state();
        state.room(&of.made_from).max(state.room(&of.translation()))
    }

    /// Something was derived on the spot from so many bytes.
    pub fn spend(&self, bytes: usize) {
        let mut state = self.state();
        state.spent = state.spent.saturating_add(bytes);
    }
}
