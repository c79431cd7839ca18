//! What can go wrong, in the newsroom's words. HTTP is `api::problem`'s business.

use std::error::Error as StdError;

use serde::Serialize;
use utoipa::ToSchema;

use super::{Instant, Version};

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

/// Why a rule, a verb or a read did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Nobody the server knows is asking.
    #[error("sign in first")]
    Unauthenticated,
    /// The e-mail address and the password do not belong together.
    #[error("the e-mail address or the password is not right")]
    WrongCredentials,
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
    #[error("the {kind} has moved on to version {current}")]
    Stale {
        /// What kind of thing.
        kind: &'static str,
        /// Its newest version.
        current: Version,
        /// Who made that version, by name.
        changed_by: Option<String>,
        /// When that version was made.
        changed_at: Option<Instant>,
        /// What has changed since the expected version, where known: JSON pointers into the resource.
        changed: Vec<&'static str>,
    },
    /// A write to something that exists came without the version it expects.
    #[error("say which version you expect, with If-Match")]
    Unconditional,
    /// A unique value is in use elsewhere.
    #[error("{} is in use already", .0.pointer)]
    Taken(Violation),
    /// The state of things forbids it.
    #[error("{detail}")]
    Conflict {
        /// A stable code.
        code: &'static str,
        /// What stands in the way.
        detail: String,
    },
    /// Values that break a rule, all of them.
    #[error("{} value(s) are not valid", .0.len())]
    Invalid(Vec<Violation>),
    /// It was tried too often; how many seconds to wait.
    #[error("this was tried too often; try again in {seconds} seconds")]
    TooSoon {
        /// Until it may be tried again.
        seconds: i64,
    },
    /// More work of one kind than the server takes on at once.
    #[error("too much of this is under way; try again in a moment")]
    Busy,
    /// Something failed that is nobody's fault but ours.
    #[error("something failed on our side")]
    Internal(#[source] Box<dyn StdError + Send + Sync>),
}

impl Error {
    /// An internal failure out of any error or sentence.
    pub fn internal(source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self::Internal(source.into())
    }

    /// One violation, as an error.
    pub fn invalid(pointer: impl Into<String>, code: &'static str, detail: impl Into<String>) -> Self {
        Self::Invalid(vec![Violation { pointer: pointer.into(), code, detail: detail.into() }])
    }

    /// A stale expectation of which only the newest version is known.
    #[must_use]
    pub fn stale(kind: &'static str, current: Version) -> Self {
        Self::Stale { kind, current, changed_by: None, changed_at: None, changed: Vec::new() }
    }

    /// Nothing, when the expected version is the newest one.
    ///
    /// # Errors
    /// [`Error::Stale`] otherwise.
    pub fn unless_newest(kind: &'static str, newest: Version, expected: Version) -> Result<(), Self> {
        if newest == expected { Ok(()) } else { Err(Self::stale(kind, newest)) }
    }

    /// The error with every pointer moved below `at` (`#/translations/hi`); others pass unchanged.
    #[must_use]
    pub fn under(self, at: &str) -> Self {
        let moved = |v: Violation| Violation { pointer: v.pointer.replacen('#', at, 1), ..v };
        match self {
            Self::Invalid(all) => Self::Invalid(all.into_iter().map(moved).collect()),
            Self::Taken(one) => Self::Taken(moved(one)),
            other => other,
        }
    }
}

/// The whole chain of causes, for the log.
#[must_use]
pub fn chain(error: &dyn StdError) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}

/// Collects violations, so that one answer names them all.
#[derive(Debug, Default)]
pub struct Faults(Vec<Violation>);

impl Faults {
    /// Note one violation.
    pub fn add(&mut self, pointer: impl Into<String>, code: &'static str, detail: impl Into<String>) {
        self.0.push(Violation { pointer: pointer.into(), code, detail: detail.into() });
    }

    /// Take over the violations of an inner check, and give its value when it has one.
    ///
    /// # Errors
    /// What is not a matter of validity.
    pub fn merge<T>(&mut self, inner: Result<T, Error>) -> Result<Option<T>, Error> {
        match inner {
            Ok(value) => Ok(Some(value)),
            Err(Error::Invalid(mut all)) => {
                self.0.append(&mut all);
                Ok(None)
            }
            Err(other) => Err(other),
        }
    }

    /// The violations so far.
    #[must_use]
    pub fn into_inner(self) -> Vec<Violation> {
        self.0
    }

    /// The value when nothing was wrong.
    ///
    /// # Errors
    /// [`Error::Invalid`] with all violations.
    pub fn or<T>(self, value: T) -> Result<T, Error> {
        if self.0.is_empty() { Ok(value) } else { Err(Error::Invalid(self.0)) }
    }
}
