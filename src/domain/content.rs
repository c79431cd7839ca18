//! What a translation says beside its body.
//!
//! **Context.** Every text of a story is checked, compared, looked over, repaired on import, frozen when published and erased in the same
//! way. **Decision.** It is a field of [`Content`] and a row of [`TEXTS`]: whatever treats all texts alike goes through the table, whatever
//! only hands them on hands on the whole. **Consequence.** A new text costs these two lines, and one wherever it is shown by its name.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::{
    Error,
    error::Faults,
    text::{Length, limits, line, lines},
};

/// What a translation says beside its body: the JSON of revisions, editions and bundles alike.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Content {
    /// The headline; empty while there is none.
    #[serde(default)]
    pub headline: String,
    /// The summary (dek); empty when there is none.
    #[serde(default)]
    pub summary: String,
    /// Words about the lead picture.
    #[serde(default)]
    pub lead: LeadWords,
    /// Words for search engines.
    #[serde(default)]
    pub seo: SeoWords,
}

/// Words about the lead picture.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LeadWords {
    /// What it shows, for those who cannot see it.
    #[serde(default)]
    #[schema(max_length = 8000)]
    pub alt: String,
    /// Its caption.
    #[serde(default)]
    #[schema(max_length = 16000)]
    pub caption: String,
}

/// Words for search engines.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SeoWords {
    /// The title; the headline when empty.
    #[serde(default)]
    #[schema(max_length = 2400)]
    pub title: String,
    /// The description; the summary when empty.
    #[serde(default)]
    #[schema(max_length = 8000)]
    pub description: String,
}

/// Whether a text may break its line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lines {
    /// It is one line.
    One,
    /// It may have several.
    Many,
}

/// A text of [`Content`].
#[derive(Debug)]
pub struct Text {
    /// Its path, as a JSON pointer into the resource (`#/lead/alt`).
    pub pointer: &'static str,
    /// Whether it may break its line.
    pub lines: Lines,
    /// How long it may be.
    pub length: Length,
    /// The text.
    pub of: fn(&Content) -> &str,
    /// The text, to be changed.
    pub of_mut: fn(&mut Content) -> &mut String,
}

macro_rules! texts {
    ($($($field:ident).+: $lines:ident, $length:ident;)+) => {
        &[$(Text {
            pointer: concat!("#" $(, "/", stringify!($field))+),
            lines: Lines::$lines,
            length: limits::$length,
            of: |content| &content.$($field).+,
            of_mut: |content| &mut content.$($field).+,
        }),+]
    };
}

/// All texts, in the order in which faults and changes name them.
pub const TEXTS: &[Text] = texts! {
    headline: One, HEADLINE;
    summary: Many, SUMMARY;
    lead.alt: One, ALT;
    lead.caption: One, CAPTION;
    seo.title: One, SEO_TITLE;
    seo.description: One, SUMMARY;
};

impl Content {
    /// What is looked for of it beside a body: the words of the first count most.
    #[must_use]
    pub fn searched(&self) -> [&str; 2] {
        [&self.headline, &self.summary]
    }

    /// Nothing but a headline.
    #[must_use]
    pub fn headed(headline: impl Into<String>) -> Self {
        Self { headline: headline.into(), ..Self::default() }
    }

    /// The content with texts cleaned, when they are valid.
    ///
    /// # Errors
    /// [`Error::Invalid`] with every violation.
    pub fn check(mut self) -> Result<Self, Error> {
        let mut faults = Faults::default();
        for text in TEXTS {
            let check = if text.lines == Lines::One { line } else { lines };
            *(text.of_mut)(&mut self) = check(&mut faults, text.pointer, (text.of)(&self), text.length);
        }
        faults.or(self)
    }

    /// Content out of what is kept of it: a text that is not there is empty, and what is not known, as of a newer program, is passed over.
    #[must_use]
    pub fn stored(kept: &Value) -> Self {
        let mut content = Self::default();
        for text in TEXTS {
            if let Some(said) = kept.pointer(text.pointer.trim_start_matches('#')).and_then(Value::as_str) {
                said.clone_into((text.of_mut)(&mut content));
            }
        }
        content
    }
}
