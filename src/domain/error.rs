//! What can go wrong, in the newsroom's words. HTTP is `api::problem`'s business.

use std::error::Error as StdError;

use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

pub use super::refusal::{FileFault, InUse, Moved, MovedOn, TokenFault, UsedBy};
use super::{Instant, Version, refusal};

/// One thing that is wrong with what was sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Violation {
    /// Where: a JSON pointer (RFC 6901) into the body, as a URI fragment, or `?name` for a query parameter.
    #[schema(example = "#/translations/hi/headline")]
    pub pointer: String,
    /// What, as a stable code.
    #[schema(example = "too_long")]
    pub code: &'static str,
    /// What, in words.
    #[schema(example = "at most 300 characters; these are 312")]
    pub detail: String,
}

/// Who has what only one may have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Holder {
    /// What it is: `article`, `section`, `author`, `tag`, `redirect`, `menu`, `collection`, `locale` or `user`.
    #[schema(example = "article")]
    pub kind: &'static str,
    /// Its id; nothing for a locale, which has none.
    #[schema(value_type = Option<String>, format = Uuid)]
    pub id: Option<Uuid>,
    /// In which locale it has it.
    #[schema(example = "en")]
    pub locale: Option<String>,
    /// Its headline or name; of a redirect the address that it leads from, of a menu or a collection its slug.
    #[schema(example = "River rises overnight")]
    pub name: String,
}

/// A value that is in use elsewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    /// Which one.
    pub violation: Violation,
    /// By whom, as far as whoever asks may know.
    pub holder: Option<Holder>,
}

/// What has changed since a version that somebody expected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Changed {
    /// These: JSON pointers into the resource. None, where nobody knows.
    Known(Vec<&'static str>),
    /// Whatever is not as in this version of an article's words in a locale. Comparing them takes as long as they are, so it is left until
    /// the transaction is over.
    Since(Uuid, Box<str>, Version),
}

impl Changed {
    /// Nobody knows what.
    #[must_use]
    pub const fn unknown() -> Self {
        Self::Known(Vec::new())
    }

    /// The pointers that are known.
    #[must_use]
    pub fn known(&self) -> &[&'static str] {
        match self {
            Self::Known(all) => all,
            Self::Since(..) => &[],
        }
    }
}

/// Why a rule, a verb or a read did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Nobody the server knows is asking.
    #[error("sign in first")]
    Unauthenticated,
    /// A token that gives no access, or none any more.
    #[error("{}", .0.sentence())]
    TokenRefused(TokenFault),
    /// The e-mail address and the password do not belong together.
    #[error("the e-mail address or the password is not right")]
    WrongCredentials,
    /// The password is right, and takes a second factor: whether a code was shown, which was not right then.
    #[error("{}", refusal::second_factor(*.shown))]
    SecondFactor {
        /// Whether one was.
        shown: bool,
    },
    /// The caller may not do this; the name of the action that is missing.
    #[error("this needs the permission {0} here")]
    Forbidden(&'static str),
    /// There is no such thing, or none the caller may know of.
    #[error("there is no such {0}")]
    NotFound(&'static str),
    /// It was there, and is gone for good: taken down, revoked, or expired.
    #[error("this {0} is gone")]
    Gone(&'static str),
    /// The expected version is not the newest one.
    #[error("{}", refusal::stale(.kind, *.current, &.moved.0))]
    Stale {
        /// What kind of thing.
        kind: &'static str,
        /// Its newest version.
        current: Version,
        /// Who made that version, by name.
        changed_by: Option<String>,
        /// When that version was made.
        changed_at: Option<Instant>,
        /// What has changed since the expected version, where known.
        changed: Changed,
        /// All that has moved on, where several things were expected, or it is of one language.
        moved: Box<Moved>,
    },
    /// A write to something that exists came without the version it expects.
    #[error("say which version you expect: with If-Match, or with `version` where there are several operations")]
    Unconditional,
    /// A unique value is in use elsewhere.
    #[error("{} is in use already", .0.violation.pointer)]
    Taken(Box<Taken>),
    /// The state of things forbids it.
    #[error("{detail}")]
    Conflict {
        /// A stable code.
        code: &'static str,
        /// What stands in the way.
        detail: String,
    },
    /// It is not removed, for it is in use.
    #[error("{}", .0.detail)]
    InUse(Box<InUse>),
    /// Values that break a rule, all of them.
    #[error("{} value(s) are not valid", .0.len())]
    Invalid(Vec<Violation>),
    /// It was tried too often; how many seconds to wait.
    #[error("this was tried too often; try again in {seconds} second{s}", s = if *.seconds == 1 { "" } else { "s" })]
    TooSoon {
        /// Until it may be tried again.
        seconds: i64,
    },
    /// More work of one kind than the server takes on at once.
    #[error("too much of this is under way; try again in a moment")]
    Busy,
    /// It held a writer for longer than anybody may.
    #[error("this held up everybody else for too long, and was stopped")]
    TookTooLong,
    /// The database does not answer, or its connection was lost on the way.
    #[error("the database does not answer at the moment")]
    Unavailable(#[source] Box<dyn StdError + Send + Sync>),
    /// The media store does not answer, or has no room left.
    #[error("the media store does not answer at the moment")]
    StorageUnavailable(#[source] Box<dyn StdError + Send + Sync>),
    /// The index that searches is built, and there is none yet.
    #[error("the index that searches is being built: {built} of {all} articles are in it")]
    SearchBuilding {
        /// Articles that it has.
        built: u64,
        /// Articles that there are.
        all: u64,
    },
    /// A file is not taken, for what it is.
    #[error("{0}")]
    File(FileFault),
    /// A part of a file was asked for that it does not have; how many bytes there are.
    #[error("the file has {bytes} bytes, and none of those that were asked for")]
    OutOfRange {
        /// How many there are.
        bytes: u64,
    },
    /// The database has no room left.
    #[error("there is no room left to write to")]
    DiskFull(#[source] Box<dyn StdError + Send + Sync>),
    /// The database takes no writes: its file is read-only, or its server stands by for another one.
    #[error("the database can only be read at the moment")]
    ReadOnly(#[source] Box<dyn StdError + Send + Sync>),
    /// Something failed that is nobody's fault but ours.
    #[error("something failed on our side")]
    Internal(#[source] Box<dyn StdError + Send + Sync>),
}

/// The same failure once more, for others whom it befalls too. What lies behind it is only told.
impl Clone for Error {
    fn clone(&self) -> Self {
        let told = |source: &(dyn StdError + Send + Sync + 'static)| chain(source).into();
        match self {
            Self::Unauthenticated => Self::Unauthenticated,
            Self::TokenRefused(fault) => Self::TokenRefused(*fault),
            Self::WrongCredentials => Self::WrongCredentials,
            Self::SecondFactor { shown } => Self::SecondFactor { shown: *shown },
            Self::Forbidden(action) => Self::Forbidden(action),
            Self::NotFound(kind) => Self::NotFound(kind),
            Self::Gone(kind) => Self::Gone(kind),
            Self::Stale { kind, current, changed_by, changed_at, changed, moved } => Self::Stale {
                kind,
                current: *current,
                changed_by: changed_by.clone(),
                changed_at: *changed_at,
                changed: changed.clone(),
                moved: moved.clone(),
            },
            Self::InUse(one) => Self::InUse(one.clone()),
            Self::Unconditional => Self::Unconditional,
            Self::Taken(taken) => Self::Taken(taken.clone()),
            Self::Conflict { code, detail } => Self::Conflict { code, detail: detail.clone() },
            Self::Invalid(all) => Self::Invalid(all.clone()),
            Self::TooSoon { seconds } => Self::TooSoon { seconds: *seconds },
            Self::Busy => Self::Busy,
            Self::TookTooLong => Self::TookTooLong,
            Self::Unavailable(source) => Self::Unavailable(told(&**source)),
            Self::StorageUnavailable(source) => Self::StorageUnavailable(told(&**source)),
            Self::SearchBuilding { built, all } => Self::SearchBuilding { built: *built, all: *all },
            Self::File(fault) => Self::File(fault.clone()),
            Self::OutOfRange { bytes } => Self::OutOfRange { bytes: *bytes },
            Self::DiskFull(source) => Self::DiskFull(told(&**source)),
            Self::ReadOnly(source) => Self::ReadOnly(told(&**source)),
            Self::Internal(source) => Self::Internal(told(&**source)),
        }
    }
}

impl Error {
    /// An internal failure out of any error or sentence.
    pub fn internal(source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self::Internal(source.into())
    }

    /// The database does not answer, for any reason.
    pub fn unavailable(source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self::Unavailable(source.into())
    }

    /// The media store does not answer, for any reason.
    pub fn storage(source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self::StorageUnavailable(source.into())
    }

    /// True for what says nothing about the request: the same may well succeed at another time.
    #[must_use]
    pub fn passes(&self) -> bool {
        match self {
            Self::Busy
            | Self::SearchBuilding { .. }
            | Self::TooSoon { .. }
            | Self::TookTooLong
            | Self::Unavailable(_)
            | Self::StorageUnavailable(_)
            | Self::DiskFull(_)
            | Self::ReadOnly(_) => true,
            Self::Unauthenticated
            | Self::TokenRefused(_)
            | Self::WrongCredentials
            | Self::SecondFactor { .. }
            | Self::Forbidden(_)
            | Self::NotFound(_)
            | Self::Gone(_)
            | Self::Stale { .. }
            | Self::Unconditional
            | Self::Taken(_)
            | Self::Conflict { .. }
            | Self::InUse(_)
            | Self::Invalid(_)
            | Self::File(_)
            | Self::OutOfRange { .. }
            | Self::Internal(_) => false,
        }
    }

    /// What lies behind it that is for the log alone, with all its causes.
    #[must_use]
    pub fn for_the_log(&self) -> Option<String> {
        match self {
            Self::Internal(source)
            | Self::Unavailable(source)
            | Self::StorageUnavailable(source)
            | Self::DiskFull(source)
            | Self::ReadOnly(source) => Some(chain(&**source)),
            _ => None,
        }
    }

    /// That a value is in use elsewhere, and by whom.
    pub fn taken(pointer: &str, detail: impl Into<String>, holder: Option<Holder>) -> Self {
        let violation = Violation { pointer: pointer.to_owned(), code: "taken", detail: detail.into() };
        Self::Taken(Box::new(Taken { violation, holder }))
    }

    /// One violation, as an error.
    pub fn invalid(pointer: impl Into<String>, code: &'static str, detail: impl Into<String>) -> Self {
        Self::Invalid(vec![Violation { pointer: pointer.into(), code, detail: detail.into() }])
    }

    /// A stale expectation of which only the newest version is known.
    #[must_use]
    pub fn stale(kind: &'static str, current: Version) -> Self {
        Self::Stale { kind, current, changed_by: None, changed_at: None, changed: Changed::unknown(), moved: Box::default() }
    }

    /// The same stale expectation, of which this has moved on too; another error as it is.
    #[must_use]
    pub fn and_moved(self, more: MovedOn) -> Self {
        match self {
            Self::Stale { kind, current, changed_by, changed_at, changed, mut moved } => {
                moved.0.push(more);
                Self::Stale { kind, current, changed_by, changed_at, changed, moved }
            }
            other => other,
        }
    }

    /// That a `thing` is in use: see [`InUse::of`].
    #[must_use]
    pub fn in_use(thing: &str, hidden: &str, used_by: Vec<UsedBy>) -> Self {
        Self::InUse(Box::new(InUse::of(thing, hidden, used_by)))
    }

    /// Nothing, when the expected version is the newest one.
    ///
    /// # Errors
    /// [`Error::Stale`] otherwise.
    pub fn unless_newest(kind: &'static str, newest: Version, expected: Version) -> Result<(), Self> {
        if newest == expected { Ok(()) } else { Err(Self::stale(kind, newest)) }
    }

    /// The error with every pointer at one place: what is wrong there, whatever of it.
    #[must_use]
    pub fn at(self, pointer: &str) -> Self {
        let moved = |v: Violation| Violation { pointer: pointer.to_owned(), ..v };
        match self {
            Self::Invalid(all) => Self::Invalid(all.into_iter().map(moved).collect()),
            Self::Taken(one) => Self::Taken(Box::new(Taken { violation: moved(one.violation), ..*one })),
            other => other,
        }
    }

    /// The error with every pointer moved below `at` (`#/translations/hi`); others pass unchanged.
    #[must_use]
    pub fn under(self, at: &str) -> Self {
        let moved = |v: Violation| Violation { pointer: v.pointer.replacen('#', at, 1), ..v };
        match self {
            Self::Invalid(all) => Self::Invalid(all.into_iter().map(moved).collect()),
            Self::Taken(one) => Self::Taken(Box::new(Taken { violation: moved(one.violation), ..*one })),
            other => other,
        }
    }
}

/// The whole chain of causes, for the log.
#[must_use]
pub fn chain(error: &dyn StdError) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    // Ends: a cause is owned by what it has caused, so none causes itself.
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}

/// Collects violations, so that one answer names them all: the first hundred, and how many more there are.
#[derive(Debug, Default)]
pub struct Faults {
    named: Vec<Violation>,
    more: usize,
}

/// Faults that one answer names.
pub const FAULTS: usize = 100;

/// The code of the last violation of a list that names not all of them.
const MORE: &str = "more";

/// A name as a step of a JSON pointer (RFC 6901).
#[must_use]
pub fn step(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

impl Faults {
    /// Note one violation.
    pub fn add(&mut self, pointer: impl Into<String>, code: &'static str, detail: impl Into<String>) {
        if self.named.len() < FAULTS {
            self.named.push(Violation { pointer: pointer.into(), code, detail: detail.into() });
        } else {
            self.more = self.more.saturating_add(1);
        }
    }

    /// True when something is noted at a place.
    #[must_use]
    pub fn names(&self, pointer: &str) -> bool {
        self.named.iter().any(|violation| violation.pointer == pointer)
    }

    /// True when nothing that is added any more will be named.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.named.len() >= FAULTS
    }

    /// Take over the violations of an inner check, and give its value when it has one.
    ///
    /// # Errors
    /// What is not a matter of validity.
    pub fn merge<T>(&mut self, inner: Result<T, Error>) -> Result<Option<T>, Error> {
        match inner {
            Ok(value) => Ok(Some(value)),
            Err(Error::Invalid(all)) => {
                for v in all {
                    if v.code == MORE {
                        self.more = self.more.saturating_add(v.detail.split(' ').next().and_then(|n| n.parse().ok()).unwrap_or(1));
                    } else {
                        self.add(v.pointer, v.code, v.detail);
                    }
                }
                Ok(None)
            }
            Err(other) => Err(other),
        }
    }

    /// The violations so far.
    #[must_use]
    pub fn into_inner(mut self) -> Vec<Violation> {
        if self.more > 0 {
            let detail = format!("{} more that are not named here", self.more);
            self.named.push(Violation { pointer: "#".to_owned(), code: MORE, detail });
        }
        self.named
    }

    /// The value when nothing was wrong.
    ///
    /// # Errors
    /// [`Error::Invalid`] with all violations.
    pub fn or<T>(self, value: T) -> Result<T, Error> {
        if self.named.is_empty() { Ok(value) } else { Err(Error::Invalid(self.into_inner())) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hundred_faults_are_named_and_the_others_counted() {
        let mut inner = Faults::default();
        (0..250).for_each(|n| inner.add(format!("#/{n}"), "type", "a string"));
        let mut faults = Faults::default();
        faults.add("#/name", "required", "must not be empty");
        assert!(faults.merge(inner.or(())).unwrap().is_none());
        let all = faults.into_inner();
        assert_eq!(all.len(), FAULTS + 1);
        assert_eq!(all.last().map(|v| (v.code, v.detail.as_str())), Some((MORE, "151 more that are not named here")));
    }
}
