//! The language of program text.

use std::fmt;

/// The name of a programming language as fences and classes write it: 1 to 40 of letters and digits of ASCII, `+`, `#`, `.`, `_` and `-`.
///
/// A closed alphabet, since the name stands where other text would mean something: in a class of HTML, after a fence of Markdown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Language(String);

impl Language {
    /// What a name may be, as a regular expression for the contract; empty for none.
    pub const PATTERN: &'static str = "^[A-Za-z0-9+#._-]{0,40}$";

    /// The language, when the text can be the name of one.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let fits = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'#' | b'.' | b'_' | b'-');
        ((1..=40).contains(&text.len()) && text.bytes().all(fits)).then(|| Self(text.to_owned()))
    }

    /// Its name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
