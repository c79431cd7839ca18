//! Revisions: every save, kept for ever, and listed so that autosave does not drown what people did.

use super::{
    Id, Instant, Locale, Version,
    user::{Named, User},
};

/// Seconds of one group: saves of one person within it are listed as one.
pub const SAVE_GROUP_SECONDS: i64 = 5 * 60;

/// One save.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Saved {
    /// The version that it made.
    pub version: Version,
    /// Who saved, with their name; nobody, when it was imported.
    pub by: Option<(Id<User>, Named)>,
    /// When.
    pub at: Instant,
    /// Why, if they said.
    pub note: String,
}

impl Saved {
    /// True when the next save goes on with this one: the same person, in the same five minutes of the clock, and without
    /// a note on this one. Neighbours alone decide, so that a list folds alike from either end.
    #[must_use]
    pub fn goes_on_in(&self, next: &Self) -> bool {
        let group = |at: Instant| at.as_seconds().div_euclid(SAVE_GROUP_SECONDS);
        self.by == next.by && group(self.at) == group(next.at) && self.note.is_empty()
    }
}

/// The note on a save that goes back to an earlier one.
#[must_use]
pub fn restored(version: Version) -> String {
    format!("restored from revision {version}")
}

/// A stretch of time in which a revision was public in a locale.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicSpan {
    /// The locale.
    pub locale: Locale,
    /// From this instant.
    pub from: Instant,
    /// Up to this instant; while it is public, none.
    pub until: Option<Instant>,
}

/// Consecutive saves that are listed as one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SaveGroup {
    /// The first of them.
    pub first: Saved,
    /// The last of them, which stands for all.
    pub last: Saved,
}

impl SaveGroup {
    /// How many saves there are in it. Versions have no gaps.
    #[must_use]
    pub fn saves(&self) -> i32 {
        self.last.version.saturating_sub(self.first.version).saturating_add(1)
    }

    /// Take in a neighbouring save, if it belongs; give it back otherwise.
    ///
    /// # Errors
    /// The save.
    pub fn take(&mut self, save: Saved) -> Result<(), Saved> {
        if save.version > self.last.version && self.last.goes_on_in(&save) {
            self.last = save;
            Ok(())
        } else if save.version < self.first.version && save.goes_on_in(&self.first) {
            self.first = save;
            Ok(())
        } else {
            Err(save)
        }
    }
}

impl From<Saved> for SaveGroup {
    fn from(save: Saved) -> Self {
        Self { first: save.clone(), last: save }
    }
}

/// Fold saves that come in the order of their versions, either way.
pub fn fold(saves: impl IntoIterator<Item = Saved>, into: &mut Vec<SaveGroup>) {
    for save in saves {
        let left = match into.last_mut() {
            Some(last) => last.take(save),
            None => Err(save),
        };
        if let Err(save) = left {
            into.push(save.into());
        }
    }
}
