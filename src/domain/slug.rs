//! Slugs: the readable part of an address, in the script of its language.

use std::fmt;

use serde::Serialize;
use unicode_normalization::UnicodeNormalization;
use unicode_properties::{GeneralCategoryGroup, UnicodeGeneralCategory};
use unicode_segmentation::UnicodeSegmentation;
use uuid::Uuid;

use super::{
    Locale,
    error::Error,
    fold::{in_plain_forms, lower_case, visible},
    text::{limits, nfc},
};

/// A slug: NFC, lower case, letters, marks and digits of any script joined by single hyphens, at most 80 code points.
///
/// Marks are kept, for without them `हिन्दी` falls apart; nothing is transliterated.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Slug(String);

impl Slug {
    /// The slug that `text` gives in a locale, if it holds a letter or digit.
    ///
    /// What shows nothing (joiners, soft hyphens, variation selectors) parts no words, and a mark without a letter before it is left out.
    #[must_use]
    pub fn derive(text: &str, locale: &Locale) -> Option<Self> {
        let mut slug = String::new();
        // Where `i` is one letter, `İ` is one with a dot more.
        let lower = lower_case(&visible(&in_plain_forms(&nfc(text))), locale).replace("i\u{307}", "i");
        for c in lower.nfc() {
            let begins = slug.is_empty() || slug.ends_with('-');
            if is_letter_or_digit(c) || (is_mark(c) && !begins) {
                slug.push(c);
            } else if !begins {
                slug.push('-');
            }
        }
        let slug = cut(slug.trim_matches('-'), limits::SLUG);
        (!slug.is_empty()).then_some(Self(slug))
    }

    /// The slug given by hand, which must be one already. What was one by an earlier rule, which took marks and what shows nothing as they
    /// came, still is: whatever had an address has it on, also out of a bundle.
    ///
    /// # Errors
    /// [`Error::Invalid`] with code `slug` that names the nearest valid slug.
    pub fn parse(text: &str, locale: &Locale, pointer: &str) -> Result<Self, Error> {
        let normal = nfc(text);
        match Self::derive(text, locale) {
            Some(slug) if slug.0 == normal => Ok(slug),
            Some(_) if was_slug(&normal) => Ok(Self(normal.into_owned())),
            Some(slug) => Err(Error::invalid(pointer, "slug", format!("not a slug; `{slug}` would be one"))),
            None => Err(Error::invalid(pointer, "slug", "a slug needs a letter or a digit")),
        }
    }

    /// The slug of what has no name that gives one: its id.
    #[must_use]
    pub fn of_id(id: Uuid) -> Self {
        Self(id.to_string())
    }

    /// Whether text, in whatever form of Unicode, can be a slug at all: what is longer than any, or has other characters, is none.
    #[must_use]
    pub fn is_possible(text: &str) -> bool {
        // No character is composed of more than four.
        text.chars().take(limits::SLUG * 4 + 1).count() <= limits::SLUG * 4
            && text.nfc().take(limits::SLUG + 1).count() <= limits::SLUG
            && !text.is_empty()
            && text.nfc().all(|c| c == '-' || is_kept(c))
    }

    /// The slug with a number behind it: `world`, `world-2`, `world-3`, … Each number gives another one, however little room there is.
    #[must_use]
    pub fn numbered(&self, n: usize) -> Self {
        if n < 2 {
            return self.clone();
        }
        let suffix = format!("-{n}");
        let head = cut(&self.0, limits::SLUG.saturating_sub(suffix.len()));
        let numbered = Self(format!("{head}{suffix}"));
        if numbered != *self {
            return numbered;
        }
        // It fills its room, and ends in this very number.
        Self(format!("{}{suffix}", cut(&head, head.chars().count().saturating_sub(1))))
    }

    /// The slug with an id behind it, for when numbers will not do.
    #[must_use]
    pub fn with_id(&self, id: Uuid) -> Self {
        let suffix = format!("-{id}");
        Self(format!("{}{suffix}", cut(&self.0, limits::SLUG.saturating_sub(suffix.len()))))
    }

    /// True when this is `stem`, or `stem` with a number or an id behind it.
    #[must_use]
    pub fn is_of(&self, stem: &Self) -> bool {
        let number = self.0.rsplit_once('-').and_then(|(_, n)| n.parse().ok());
        let id = self.0.len().checked_sub(36).and_then(|at| self.0.get(at..)).and_then(|id| Uuid::try_parse(id).ok());
        self == stem || number.is_some_and(|n| stem.numbered(n) == *self) || id.is_some_and(|id| stem.with_id(id) == *self)
    }

    /// The slug as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// A slug read back from where only slugs are kept.
    #[must_use]
    pub fn stored(text: String) -> Self {
        Self(text)
    }
}

impl fmt::Display for Slug {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn is_letter_or_digit(c: char) -> bool {
    matches!(c.general_category_group(), GeneralCategoryGroup::Letter | GeneralCategoryGroup::Number)
}

fn is_mark(c: char) -> bool {
    c.general_category_group() == GeneralCategoryGroup::Mark
}

fn is_kept(c: char) -> bool {
    is_letter_or_digit(c) || is_mark(c)
}

/// Whether a text was a slug when marks could begin its parts, and whatever is a mark or a letter stayed.
fn was_slug(text: &str) -> bool {
    Slug::is_possible(text) && text.split('-').all(|part| !part.is_empty()) && text.chars().flat_map(char::to_lowercase).eq(text.chars())
}

/// Cut to `max` code points, at a hyphen when there is one in the second half, else between grapheme clusters; within the first one
/// when not even that fits, so that something is left of whatever there was.
fn cut(slug: &str, max: usize) -> String {
    if slug.chars().count() <= max {
        return slug.to_owned();
    }
    let mut kept = String::new();
    let mut length = 0usize;
    for cluster in slug.graphemes(true) {
        length = length.saturating_add(cluster.chars().count());
        if length > max {
            break;
        }
        kept.push_str(cluster);
    }
    if kept.is_empty() {
        kept = slug.chars().take(max).collect();
    }
    match kept.rsplit_once('-') {
        Some((head, _)) if head.chars().count() * 2 >= max => head.to_owned(),
        _ => kept,
    }
    .trim_matches('-')
    .to_owned()
}
