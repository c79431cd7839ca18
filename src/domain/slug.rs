//! Slugs: the readable part of an address, in the script of its language.

use std::fmt;

use serde::Serialize;
use unicode_normalization::UnicodeNormalization;
use unicode_properties::{GeneralCategoryGroup, UnicodeGeneralCategory};
use unicode_segmentation::UnicodeSegmentation;
use uuid::Uuid;

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

fn is_kept(c: char) -> bool {
    is_letter_or_digit(c) || c.general_category_group() == GeneralCategoryGroup::Mark
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

    /// Texts of any script: usual words, clusters of any length, and what ends in numbers already.
    fn text() -> impl Strategy<Value = String> {
        let word = prop_oneof![
            "[a-z]{1,30}",
            "[ক-ঢ]্[ক-ঢ]{1,3}",
            "[ಕ-ಳ]್[ಕ-ಳ]\u{200d}?",
            "[ा-ौक-ह]{1,40}",
            "[a-z\u{300}-\u{36f}]{1,90}",
            "[\u{1100}-\u{11ff}]{1,20}",
            "[0-9]{1,20}",
            "\\PC{0,20}",
        ];
        let between = prop_oneof![Just(" "), Just("-"), Just(""), Just("’")];
        prop::collection::vec((word, between), 0..12).prop_map(|all| all.into_iter().map(|(w, b)| w + b).collect())
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
        fn deriving_is_idempotent_and_bounded(text in text()) {
            if let Some(slug) = Slug::derive(&text) {
                prop_assert!(slug.as_str().chars().count() <= limits::SLUG);
                prop_assert_eq!(Slug::derive(slug.as_str()), Some(slug.clone()));
                prop_assert!(Slug::is_possible(slug.as_str()) && Slug::is_possible(slug.as_str().nfd().collect::<String>().as_str()));
            }
        }

        #[test]
        fn every_number_gives_a_slug_of_its_own(text in text(), more in prop::collection::btree_set(12usize.., 0..20)) {
            let Some(slug) = Slug::derive(&text) else { return Ok(()) };
            // Those that end in a number already, and those that a number was cut for, are numbered as any other.
            for slug in [slug.numbered(2), slug.numbered(2).numbered(2), slug.numbered(usize::MAX), slug] {
                let mut seen = std::collections::BTreeSet::new();
                for n in (1..12).chain(more.iter().copied()) {
                    let numbered = slug.numbered(n);
                    prop_assert_eq!(Slug::parse(numbered.as_str(), "#/slug").unwrap(), numbered.clone());
                    prop_assert!(seen.insert(numbered.clone()), "{} again, for {}", numbered, n);
                    let number = format!("-{n}");
                    prop_assert!(n == 1 || numbered.as_str().ends_with(&number));
                }
            }
        }
    }
}
