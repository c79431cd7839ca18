//! Slugs: the readable part of an address, in the script of its language.

use std::fmt;

use serde::Serialize;
use unicode_normalization::UnicodeNormalization;
use unicode_properties::{GeneralCategoryGroup, UnicodeGeneralCategory};
use unicode_segmentation::UnicodeSegmentation;

use super::{error::Error, text::limits};

/// A slug: NFC, lower case, letters, marks and digits of any script joined by single hyphens, at most 80 code points.
///
/// Marks are kept, for without them `हिन्दी` falls apart; nothing is transliterated.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Slug(String);

impl Slug {
    /// The slug that `text` gives, if it holds a letter or digit.
    #[must_use]
    pub fn derive(text: &str) -> Option<Self> {
        let mut slug = String::new();
        for c in text.nfc().flat_map(char::to_lowercase) {
            if matches!(c, '\u{200c}' | '\u{200d}') {
                continue;
            }
            if is_kept(c) {
                slug.push(c);
            } else if !slug.is_empty() && !slug.ends_with('-') {
                slug.push('-');
            }
        }
        let slug: String = slug.nfc().collect();
        let slug = cut(slug.trim_matches('-'), limits::SLUG);
        slug.chars().any(is_letter_or_digit).then_some(Self(slug))
    }

    /// The slug given by hand, which must be one already.
    ///
    /// # Errors
    /// [`Error::Invalid`] with code `slug` that names the nearest valid slug.
    pub fn parse(text: &str, pointer: &str) -> Result<Self, Error> {
        let normal: String = text.nfc().collect();
        match Self::derive(text) {
            Some(slug) if slug.0 == normal => Ok(slug),
            Some(slug) => Err(Error::invalid(pointer, "slug", format!("not a slug; `{slug}` would be one"))),
            None => Err(Error::invalid(pointer, "slug", "a slug needs a letter or a digit")),
        }
    }

    /// Whether text, in whatever form of Unicode, can be a slug at all: what is longer than any, or has other characters, is none.
    #[must_use]
    pub fn is_possible(text: &str) -> bool {
        // Composed, hardly any character is made of more than three.
        text.chars().take(limits::SLUG * 3 + 1).count() <= limits::SLUG * 3
            && text.nfc().take(limits::SLUG + 1).count() <= limits::SLUG
            && !text.is_empty()
            && text.nfc().all(|c| c == '-' || is_kept(c))
    }

    /// The slug with a number behind it: `world`, `world-2`, `world-3`, …
    #[must_use]
    pub fn numbered(&self, n: usize) -> Self {
        if n < 2 {
            return self.clone();
        }
        let suffix = format!("-{n}");
        let room = limits::SLUG.saturating_sub(suffix.len());
        Self(format!("{}{suffix}", cut(&self.0, room)))
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

fn is_kept(c: char) -> bool {
    is_letter_or_digit(c) || c.general_category_group() == GeneralCategoryGroup::Mark
}

/// Cut to `max` code points, at a hyphen when there is one in the second half, else between grapheme clusters.
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
    match kept.rsplit_once('-') {
        Some((head, _)) if head.chars().count() * 2 >= max => head.to_owned(),
        _ => kept,
    }
    .trim_matches('-')
    .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn slugs_keep_their_script() {
        for (text, slug) in [
            ("North Korea’s Kim Enjoys…", "north-korea-s-kim-enjoys"),
            ("हिन्दी में समाचार!", "हिन्दी-में-समाचार"),
            ("ಕನ್ನಡ ಸುದ್ದಿ", "ಕನ್ನಡ-ಸುದ್ದಿ"),
            ("  বাংলা—খবর  ", "বাংলা-খবর"),
            ("ಲೆಬ್ರಾನ್\u{200c}", "ಲೆಬ್ರಾನ್"),
        ] {
            assert_eq!(Slug::derive(text).unwrap().as_str(), slug);
        }
        assert!(Slug::derive("—!—").is_none());
    }

    #[test]
    fn a_slug_given_by_hand_must_be_one() {
        assert!(Slug::parse("kim-enjoys", "#/slug").is_ok());
        assert!(Slug::parse("Kim Enjoys", "#/slug").is_err());
        assert!(Slug::parse("../admin", "#/slug").is_err());
    }

    #[test]
    fn what_cannot_be_a_slug_is_known_by_its_form() {
        let (long, longer) = ("b".repeat(limits::SLUG), "b".repeat(limits::SLUG + 1));
        assert!([long.as_str(), "हिन्दी-में", "cafe\u{301}", "World"].into_iter().all(Slug::is_possible));
        let impossible = ["", longer.as_str(), "a b", "a/b", "../x", "a.b", "a\0", "%41", &"\u{301}".repeat(60_000), &"b".repeat(60_000)];
        assert!(!impossible.into_iter().any(Slug::is_possible));
    }

    proptest! {
        #[test]
        fn deriving_is_idempotent_and_bounded(text in "\\PC{0,200}", n in 1usize..2000) {
            if let Some(slug) = Slug::derive(&text) {
                prop_assert!(slug.as_str().chars().count() <= limits::SLUG);
                prop_assert_eq!(Slug::derive(slug.as_str()), Some(slug.clone()));
                prop_assert!(Slug::is_possible(slug.as_str()) && Slug::is_possible(slug.as_str().nfd().collect::<String>().as_str()));
                let numbered = slug.numbered(n);
                prop_assert!(numbered.as_str().chars().count() <= limits::SLUG);
                prop_assert!(!numbered.as_str().contains("--"));
            }
        }
    }
}
