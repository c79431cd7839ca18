//! What refusals tell beside their sentence, for programs.

use serde::Serialize;
use utoipa::ToSchema;

use super::Version;

/// Why a token gives no access. What is told of a token that this server did not give is one and the same, whatever is wrong with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenFault {
    /// It is none of this server's, or not of this kind.
    Invalid,
    /// It was good: its time is over, or its user was granted something else since.
    Expired,
    /// The session that it belongs to has ended.
    SessionEnded,
    /// It is an API key whose time is over.
    KeyExpired,
    /// It is an API key that was revoked.
    KeyRevoked,
    /// It is an API key of a user who is suspended.
    OwnerSuspended,
}

impl TokenFault {
    /// What is wrong, and what to do about it. It goes into a header as well, so it is plain ASCII without quotes.
    #[must_use]
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::Invalid => "this is no token that gives access here",
            Self::Expired => "the time of this token is over, or what you may do has changed: exchange your refresh token for another",
            Self::SessionEnded => "the session of this token has ended: sign in again",
            Self::KeyExpired => "the time of this API key is over: make another",
            Self::KeyRevoked => "this API key was revoked: make another",
            Self::OwnerSuspended => "whoever this API key belongs to is suspended",
        }
    }
}

/// What is at another version than the one that was expected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct MovedOn {
    /// The locale of the words; null for the article itself, which all languages share.
    #[schema(example = "hi")]
    pub locale: Option<String>,
    /// Its newest version.
    #[schema(example = 4)]
    pub current_version: Version,
}

/// All that has moved on; kept apart, for refusals are handed on a lot.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Moved(pub Vec<MovedOn>);

impl From<MovedOn> for Box<Moved> {
    fn from(one: MovedOn) -> Self {
        Self::new(Moved(vec![one]))
    }
}

/// Of one kind, how much uses what was to be removed, as far as whoever asks may see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct UsedBy {
    /// What it is: `article`, `section`, `locale`, `grant`, `redirect`, `menu`, `collection` or `media item`.
    #[schema(example = "article")]
    pub kind: &'static str,
    /// How many.
    #[schema(example = 3)]
    pub count: i64,
    /// Where they are listed.
    #[schema(example = "/v1/desk/articles?tag=0198c5a1-7f00-7000-8000-000000000001")]
    pub url: Option<String>,
}

/// What is not removed, for it is in use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InUse {
    /// The same in words.
    pub detail: String,
    /// By what, as far as whoever asks may see it.
    pub used_by: Vec<UsedBy>,
}

impl InUse {
    /// What uses a `thing`; where whoever asks sees none of it, no more than `hidden` is told.
    #[must_use]
    pub fn of(thing: &str, hidden: &str, used_by: Vec<UsedBy>) -> Self {
        let counted = |one: &UsedBy| format!("{} {}{}", one.count, one.kind, if one.count == 1 { "" } else { "s" });
        let detail = match used_by.as_slice() {
            [] => format!("{hidden} use this {thing}"),
            [one] if one.count == 1 => format!("{} uses this {thing}", counted(one)),
            [first @ .., last] => {
                let first: Vec<_> = first.iter().map(counted).collect();
                let and = if first.is_empty() { "" } else { " and " };
                format!("{}{and}{} use this {thing}", first.join(", "), counted(last))
            }
        };
        Self { detail, used_by }
    }

    /// The same, with what keeps it whoever uses it said before that.
    #[must_use]
    pub fn behind(self, first: &str) -> Self {
        let detail = if self.used_by.is_empty() { first.to_owned() } else { format!("{first}, and {}", self.detail) };
        Self { detail, ..self }
    }
}

/// What was expected of a thing, and is not so any more, as one sentence.
pub(super) fn stale(kind: &str, current: Version, moved: &[MovedOn]) -> String {
    match moved {
        [] | [MovedOn { locale: None, .. }] => format!("the {kind} is at version {current} now, not at the one expected"),
        [MovedOn { locale: Some(locale), .. }] => format!("the {kind} in `{locale}` is at version {current} now, not at the one expected"),
        all => {
            let one = |m: &MovedOn| match &m.locale {
                Some(locale) => format!("the words in `{locale}` at version {}", m.current_version),
                None => format!("the article at version {}", m.current_version),
            };
            format!("several are not at the versions expected any more: {}", all.iter().map(one).collect::<Vec<_>>().join(", "))
        }
    }
}

/// What is said of a second factor that was not shown, or was not right.
pub(super) fn second_factor(shown: bool) -> &'static str {
    if shown { "the code is not right, or was used before" } else { "this account has a second factor: send its code with the password" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_uses_a_thing_is_counted_where_it_may_be_seen_and_otherwise_only_told() {
        let of = |kind, count| UsedBy { kind, count, url: None };
        for (used_by, told) in [
            (vec![], "articles use this tag"),
            (vec![of("article", 1)], "1 article uses this tag"),
            (vec![of("article", 2)], "2 articles use this tag"),
            (vec![of("section", 1), of("article", 2)], "1 section and 2 articles use this tag"),
            (vec![of("article", 2), of("grant", 1), of("menu", 1)], "2 articles, 1 grant and 1 menu use this tag"),
        ] {
            assert_eq!(InUse::of("tag", "articles", used_by).detail, told);
        }
        let behind = |used_by| InUse::of("tag", "articles", used_by).behind("it is the first");
        assert_eq!(behind(vec![]).detail, "it is the first");
        assert_eq!(behind(vec![of("article", 2)]).detail, "it is the first, and 2 articles use this tag");
    }
}

/// Why a file is not taken. Each says in words what was found, and what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FileFault {
    /// It is of a format that is not taken.
    #[error("{0}")]
    Unsupported(String),
    /// It would take more to look into than the limits allow; the numbers are in the words.
    #[error("{0}")]
    TooComplex(String),
    /// It is not what its first bytes promise.
    #[error("{0}")]
    Broken(String),
}
