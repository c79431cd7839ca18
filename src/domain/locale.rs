//! Locales: canonical BCP 47 tags, what the site says of each, and how one falls back to another.

use std::{borrow::Cow, fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, de};
use utoipa::{PartialSchema, ToSchema, openapi};

use super::{
    Version,
    error::{Error, Faults},
    text::{limits, line},
    vocabulary::vocabulary,
};

/// A language tag in canonical form (BCP 47): `hi`, `en-IN`, `zh-Hant`, `ur`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Locale(String);

impl Locale {
    /// The tag as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// A locale read back from where only canonical tags are kept.
    #[must_use]
    pub fn stored(tag: String) -> Self {
        Self(tag)
    }

    /// The primary language: `en` of `en-IN`.
    #[must_use]
    pub fn language(&self) -> &str {
        self.0.split('-').next().unwrap_or(&self.0)
    }

    /// English, the locale a new site has.
    #[must_use]
    pub fn english() -> Self {
        Self("en".to_owned())
    }
}

impl fmt::Display for Locale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
impl FromStr for Locale {
    type Err = Error;
    fn from_str(tag: &str) -> Result<Self, Error> {
        let refuse = || Error::invalid("#", "locale", "not a BCP 47 language tag, such as `hi` or `en-IN`");
        if tag.len() > 35 || tag.contains('_') {
            return Err(refuse());
        }
        // A language alone, as most are, is canonical as it stands.
        if matches!(tag.len(), 2 | 3) && tag.bytes().all(|b| b.is_ascii_lowercase()) && tag != "und" {
            return Ok(Self(tag.to_owned()));
        }
        match icu_locale_core::Locale::try_from_str(tag) {
            Ok(parsed) if parsed.id.language.as_str() != "und" => Ok(Self(parsed.to_string())),
            _ => Err(refuse()),
        }
    }
}
impl<'de> Deserialize<'de> for Locale {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        Cow::<'de, str>::deserialize(d)?.parse().ok().ok_or_else(|| de::Error::custom("not a BCP 47 language tag"))
    }
}
impl PartialSchema for Locale {
    fn schema() -> openapi::RefOr<openapi::Schema> {
        openapi::ObjectBuilder::new()
            .schema_type(openapi::schema::Type::String)
            .max_length(Some(35))
            .description(Some("A BCP 47 language tag."))
            .examples(["hi"])
            .into()
    }
}
impl ToSchema for Locale {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed("Locale")
    }
}

/// Which way a script runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// Left to right.
    Ltr,
    /// Right to left.
    Rtl,
}

impl Direction {
    /// The direction of a locale by its script, or by the script that its language is written in.
    #[must_use]
    pub fn of(locale: &Locale) -> Self {
        const SCRIPTS: [&str; 8] = ["Arab", "Hebr", "Thaa", "Syrc", "Nkoo", "Adlm", "Rohg", "Mand"];
        const LANGUAGES: [&str; 15] = ["ar", "he", "fa", "ur", "ps", "sd", "ug", "yi", "dv", "ckb", "ks", "prs", "syr", "nqo", "bal"];
        let script = locale.0.split('-').find(|part| part.len() == 4 && part.chars().all(char::is_alphabetic));
        let rtl = match script {
            Some(script) => SCRIPTS.contains(&script),
            None => LANGUAGES.contains(&locale.language()),
        };
        if rtl { Self::Rtl } else { Self::Ltr }
    }

    /// `ltr` or `rtl`, as HTML writes it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ltr => "ltr",
            Self::Rtl => "rtl",
        }
    }
}

vocabulary! {
    /// Whether readers are offered a locale.
    pub enum LocaleState {
        /// Not yet: stories can be written and published in it, and wait for it to be public.
        Preparing => "preparing",
        /// It is.
        Public => "public",
        /// No more: what was public in it is kept, and its addresses answer as the site says.
        Retired => "retired",
    }
}

/// A locale of the site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocaleSettings {
    /// The tag.
    pub locale: Locale,
    /// The language's own name for itself: `हिंदी`.
    pub name: String,
    /// Which way its script runs.
    pub direction: Direction,
    /// The locales to look into when this one lacks something, in order.
    pub fallback: Vec<Locale>,
    /// Reading speed, in words a minute.
    pub words_per_minute: i32,
    /// Place in the language switcher, from 1.
    pub position: i32,
    /// Whether readers are offered it.
    pub state: LocaleState,
    /// The tags that it had before, the latest first: addresses and requests that name one of them mean this locale.
    pub former_tags: Vec<Locale>,
    /// Newest version.
    pub version: Version,
}

/// What a caller may say of a locale.
#[derive(Debug, Clone)]
pub struct LocaleDraft {
    /// The tag.
    pub locale: Locale,
    /// The language's own name for itself.
    pub name: String,
    /// Which way its script runs; by its script when not said.
    pub direction: Option<Direction>,
    /// The locales to fall back to, in order.
    pub fallback: Vec<Locale>,
    /// Reading speed; by its language when not said.
    pub words_per_minute: Option<i32>,
    /// Place in the language switcher.
    pub position: i32,
    /// Whether readers are offered it.
    pub state: LocaleState,
    /// The tags that it had before, the latest first.
    pub former_tags: Vec<Locale>,
}

impl LocaleDraft {
    /// The settings, when everything said is valid.
    ///
    /// # Errors
    /// [`Error::Invalid`] with every violation.
    pub fn check(self, version: Version) -> Result<LocaleSettings, Error> {
        let Self { locale, name, direction, fallback, words_per_minute, position, state, former_tags } = self;
        let mut faults = Faults::default();
        let name = line(&mut faults, "#/name", &name, limits::NAME);
        for (n, other) in fallback.iter().enumerate() {
            let repeated = fallback.iter().take(n).any(|earlier| earlier == other);
            if *other == locale || repeated {
                faults.add(format!("#/fallback/{n}"), "repeated", "a locale cannot fall back to itself or to another twice");
            }
        }
        let words_per_minute = words_per_minute.unwrap_or_else(|| reading_speed(&locale));
        if !(20..=2_000).contains(&words_per_minute) {
            faults.add("#/words_per_minute", "out_of_range", "between 20 and 2000");
        }
        if former_tags.len() > limits::FORMER_TAGS {
            faults.add("#/former_tags", "too_many", format!("at most {}", limits::FORMER_TAGS));
        }
        for (n, tag) in former_tags.iter().enumerate() {
            if *tag == locale || former_tags.iter().take(n).any(|earlier| earlier == tag) {
                faults.add(format!("#/former_tags/{n}"), "repeated", "the tag that it has, or one that is named already");
            }
        }
        let direction = direction.unwrap_or_else(|| Direction::of(&locale));
        faults.or(LocaleSettings { locale, name, direction, fallback, words_per_minute, position, state, former_tags, version })
    }
}

/// Words a minute of a practised reader. English is Brysbaert (2019); the others have the same text take the same time.
#[must_use]
pub fn reading_speed(locale: &Locale) -> i32 {
    match locale.language() {
        "hi" => 290,
        "bn" | "mr" => 210,
        "kn" | "te" => 180,
        "ta" => 190,
        "gu" => 230,
        "ml" => 175,
        "pa" => 280,
        "ur" => 305,
        _ => 238,
    }
}

/// The first of `available` that a reader's preferences ask for: RFC 4647 lookup over an `Accept-Language` value.
#[must_use]
pub fn negotiate<'a>(accept: &str, available: &'a [Locale]) -> Option<&'a Locale> {
    let mut ranges: Vec<(u16, &str)> = accept
        .split(',')
        .take(32)
        .filter_map(|part| {
            let mut parts = part.split(';');
            let range = parts.next()?.trim();
            let quality = parts.find_map(|p| p.trim().strip_prefix("q=")).map_or(Some(1_000), quality);
            quality.filter(|q| *q > 0).map(|q| (q, range))
        })
        .collect();
    ranges.sort_by_key(|(quality, _)| std::cmp::Reverse(*quality));
    ranges.into_iter().filter(|(_, range)| *range != "*").find_map(|(_, range)| lookup(range, available))
}

/// A weight such as `0.8` (RFC 9110 §12.4.2), in thousandths.
#[must_use]
pub fn quality(value: &str) -> Option<u16> {
    let (whole, fraction) = value.trim().split_once('.').unwrap_or((value.trim(), ""));
    let thousandths: u16 = format!("{fraction:0<3}").parse().ok().filter(|_| fraction.len() <= 3)?;
    match whole {
        "0" => Some(thousandths),
        "1" if thousandths == 0 => Some(1_000),
        _ => None,
    }
}

/// The longest language range that is looked for, in bytes.
const MAX_RANGE: usize = 100;

fn lookup<'a>(range: &str, available: &'a [Locale]) -> Option<&'a Locale> {
    // What is longer than any tag costs one look, not one for each of its parts.
    if range.len() > MAX_RANGE {
        return None;
    }
    let mut range = range.to_owned();
    // Ends: each round makes the range shorter.
    loop {
        if let Some(found) = available.iter().find(|l| l.0.eq_ignore_ascii_case(&range)) {
            return Some(found);
        }
        let (head, _) = range.rsplit_once('-')?;
        let head = match head.rsplit_once('-') {
            Some((shorter, single)) if single.len() == 1 => shorter,
            _ => head,
        };
        range = head.to_owned();
    }
}
