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
    /// The headline.
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
    #[schema(max_length = 1000)]
    pub alt: String,
    /// Its caption.
    #[serde(default)]
    #[schema(max_length = 2000)]
    pub caption: String,
}

/// Words for search engines.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SeoWords {
    /// The title; the headline when empty.
    #[serde(default)]
    #[schema(max_length = 300)]
    pub title: String,
    /// The description; the summary when empty.
    #[serde(default)]
    #[schema(max_length = 1000)]
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// A content of which every text says its own pointer.
    fn full() -> Content {
        let mut content = Content::default();
        TEXTS.iter().for_each(|text| text.pointer.clone_into((text.of_mut)(&mut content)));
        content
    }

    /// The texts of a value, however deep, as JSON pointers.
    fn leaves(at: &str, value: &Value, found: &mut Vec<String>) {
        match value {
            Value::Object(map) => map.iter().for_each(|(name, inner)| leaves(&format!("{at}/{name}"), inner, found)),
            _ => found.push(at.to_owned()),
        }
    }

    #[test]
    fn every_text_of_the_json_stands_in_the_table_and_is_read_where_it_was_written() {
        let kept = json!(full());
        let (mut found, mut listed) = (Vec::new(), TEXTS.iter().map(|text| text.pointer.to_owned()).collect::<Vec<_>>());
        leaves("#", &kept, &mut found);
        found.sort();
        listed.sort();
        assert_eq!(found, listed);
        assert!(TEXTS.iter().all(|text| kept.pointer(text.pointer.trim_start_matches('#')) == Some(&json!(text.pointer))));
        assert_eq!(Content::stored(&kept), full());
        assert_eq!(full(), serde_json::from_value(kept).unwrap());
    }

    #[test]
    fn what_was_kept_by_an_older_or_a_newer_program_is_read() {
        let kept = json!({ "headline": "River rises", "kicker": "Weather", "lead": { "alt": "A river", "credit": "PTI" }, "seo": null });
        let lead = LeadWords { alt: "A river".to_owned(), ..LeadWords::default() };
        assert_eq!(Content::stored(&kept), Content { lead, ..Content::headed("River rises") });
    }

    #[test]
    fn every_text_that_is_too_long_is_named() {
        let mut content = full();
        TEXTS.iter().for_each(|text| *(text.of_mut)(&mut content) = "x".repeat(text.length.max + 1));
        let Err(Error::Invalid(faults)) = content.check() else { panic!("it was taken") };
        assert_eq!(faults.iter().map(|f| f.pointer.as_str()).collect::<Vec<_>>(), TEXTS.iter().map(|t| t.pointer).collect::<Vec<_>>());
        assert!(faults.iter().all(|f| f.code == "too_long"));
    }

    #[test]
    fn only_a_text_of_several_lines_may_break_one() {
        for text in TEXTS {
            let mut content = Content::headed("River rises");
            "two\r\nlines".clone_into((text.of_mut)(&mut content));
            match content.check() {
                Ok(content) => assert_eq!((text.lines, (text.of)(&content)), (Lines::Many, "two\nlines")),
                Err(refused) => assert!(text.lines == Lines::One && format!("{refused:?}").contains("line_break")),
            }
        }
    }
}
