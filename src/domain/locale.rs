//! Locales: canonical BCP 47 tags, what the site says of each, and how one falls back to another.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet, btree_map::Entry},
    fmt,
    str::FromStr,
};

use icu_locale::{LocaleCanonicalizer, LocaleDirectionality, LocaleExpander};
use icu_locale_core::{LanguageIdentifier, subtags::region};
use serde::{Deserialize, Deserializer, Serialize, de};
use utoipa::{PartialSchema, ToSchema, openapi};

use super::{
    Version,
    error::{Error, Faults},
    text::{limits, line},
    vocabulary::vocabulary,
    voice::Voice,
};

/// CLDR's likely subtags, of all languages that it knows.
const EXPANDER: LocaleExpander = LocaleExpander::new_extended();
/// What CLDR calls languages and regions that were called otherwise.
const CANONICALIZER: LocaleCanonicalizer = LocaleCanonicalizer::new_extended();

/// A language tag in canonical form (BCP 47): `hi`, `en-IN`, `zh-Hant`, `ur`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Locale(String);

impl Locale {
    /// That of what is in no language: names, numbers.
    #[must_use]
    pub fn undetermined() -> Self {
        Self("und".to_owned())
    }

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

    /// A tag made canonical by CLDR: `EN-in` is `en-IN`, `iw` is `he`.
    ///
    /// # Errors
    /// Why it is none, in words.
    pub fn read(tag: &str) -> Result<Self, &'static str> {
        const NONE: &str = "not a BCP 47 language tag, such as `hi` or `en-IN`";
        let well_formed = Some(tag).filter(|tag| tag.len() <= 35 && !tag.contains('_'));
        let parsed = well_formed.and_then(|tag| icu_locale_core::Locale::try_from_str(tag).ok()).ok_or(NONE)?;
        if parsed.id.language.is_unknown() {
            return Err(NONE);
        }
        // It stands for no region in BCP 47, but CLDR forgives it.
        if parsed.id.region == Some(region!("UK")) {
            return Err("not a BCP 47 language tag: the United Kingdom is `GB`, as in `en-GB`");
        }
        let mut canonical = parsed.clone();
        CANONICALIZER.canonicalize(&mut canonical);
        // CLDR has no word of its own for many a language of three letters, and names a larger one for it: `lah` for `pnb`.
        if canonical.id.language != parsed.id.language && canonical.id.language.as_str().len() > 2 {
            canonical.id.language = parsed.id.language;
        }
        Ok(Self(canonical.to_string()))
    }

    /// The language, script and region that it means, after CLDR's likely subtags: `zh-Hant-TW` of `zh-TW`.
    #[must_use]
    pub fn likely(&self) -> LanguageIdentifier {
        let Ok(mut locale) = icu_locale_core::Locale::try_from_str(&self.0) else { return LanguageIdentifier::UNKNOWN };
        CANONICALIZER.canonicalize(&mut locale);
        EXPANDER.maximize(&mut locale.id);
        locale.id
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
        Self::read(tag).map_err(|why| Error::invalid("#", "locale", why))
    }
}
impl<'de> Deserialize<'de> for Locale {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        Self::read(&Cow::<'de, str>::deserialize(d)?).map_err(de::Error::custom)
    }
}

/// Read a map by locale, in which no locale is named twice, however its tag is spelled: `EN` is `en`.
///
/// # Errors
/// What is no tag, and a locale that is there twice.
pub fn keyed<'de, D: Deserializer<'de>, T: Deserialize<'de>>(d: D) -> Result<BTreeMap<Locale, T>, D::Error> {
    Keyed::deserialize(d).map(|keyed| keyed.0)
}

/// Such a map.
pub(super) struct Keyed<T>(pub(super) BTreeMap<Locale, T>);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Keyed<T> {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let mut keyed = BTreeMap::new();
        // Keys as they were sent, of which JSON has each once.
        for (tag, value) in BTreeMap::<String, T>::deserialize(d)? {
            let locale = Locale::read(&tag).map_err(de::Error::custom)?;
            match keyed.entry(locale) {
                Entry::Vacant(free) => _ = free.insert(value),
                Entry::Occupied(taken) => {
                    return Err(de::Error::custom(format_args!("`{tag}` is `{}`, which is there as well", taken.key())));
                }
            }
        }
        Ok(Self(keyed))
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
    /// The direction of the script that a locale is written in, by its tag or most likely.
    #[must_use]
    pub fn of(locale: &Locale) -> Self {
        const DIRECTIONS: LocaleDirectionality = LocaleDirectionality::new_extended();
        if DIRECTIONS.is_right_to_left(&locale.likely()) { Self::Rtl } else { Self::Ltr }
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
    /// The tags that it had before, the latest first: readers' addresses and requests that name one of them, and bundles, mean this locale.
    pub former_tags: Vec<Locale>,
    /// The voice that reads it aloud; nobody does where there is none.
    pub voice: Option<Voice>,
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
    /// Place in the language switcher; behind all others when not said.
    pub position: Option<i32>,
    /// Whether readers are offered it.
    pub state: LocaleState,
    /// The tags that it had before, the latest first.
    pub former_tags: Vec<Locale>,
    /// The voice that reads it aloud.
    pub voice: Option<Voice>,
}

impl LocaleDraft {
    /// The settings, when everything said is valid; `last` is the place behind all other locales.
    ///
    /// # Errors
    /// [`Error::Invalid`] with every violation.
    pub fn check(self, last: i32, version: Version) -> Result<LocaleSettings, Error> {
        let Self { locale, name, direction, fallback, words_per_minute, position, state, former_tags, voice } = self;
        let position = position.unwrap_or(last);
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
        let voice = voice.map(|voice| voice.check(&mut faults, "#/voice"));
        let direction = direction.unwrap_or_else(|| Direction::of(&locale));
        faults.or(LocaleSettings { locale, name, direction, fallback, words_per_minute, position, state, former_tags, voice, version })
    }
}

/// Words a minute of a practised reader, as [`word_count`](super::text::word_count) counts them. English is Brysbaert (2019); in the others the
/// same news take the same time. `docs/reading-time.md` says how they were measured.
#[must_use]
pub fn reading_speed(locale: &Locale) -> i32 {
    match locale.language() {
        "ml" => 175,
        "ko" => 178,
        "am" | "fi" | "kn" | "te" => 180,
        "ta" => 190,
        "he" => 195,
        "tr" => 205,
        "hu" | "bn" | "mr" | "ne" => 210,
        "ar" | "arz" | "cs" | "sv" => 215,
        "pl" | "ru" => 220,
        "si" | "uk" => 225,
        "gu" | "id" | "ms" => 230,
        "de" => 240,
        "it" => 255,
        "nl" | "ro" => 260,
        "el" | "fa" | "fr" | "pt" => 267,
        "es" => 270,
        "zh" => 275,
        "pa" => 280,
        "hi" => 290,
        "vi" => 303,
        "ja" | "ur" => 305,
        "km" => 316,
        "th" => 339,
        "my" => 372,
        "lo" => 395,
        _ => 238,
    }
}

/// Those of `available` that a reader's `Accept-Language` asks for, the best first.
///
/// Ranges count by their weight. Of one range the locale itself comes first, then those it is shortened to (RFC 4647 lookup), as long as they
/// are in its script; then those of its language and script after CLDR's likely subtags, of its region before others: `zh-TW` finds `zh-Hant`
/// before `zh`.
#[must_use]
pub fn accepted<'a>(accept: &str, available: &'a [Locale]) -> Vec<&'a Locale> {
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
    let known: Vec<(&Locale, LanguageIdentifier)> = available.iter().map(|locale| (locale, locale.likely())).collect();
    let mut found = Vec::new();
    for (_, range) in ranges.into_iter().filter(|(_, range)| range.len() <= MAX_RANGE) {
        let read = Locale::read(range).ok();
        let tag = read.as_ref().map_or(range, Locale::as_str);
        let likely = read.as_ref().map(Locale::likely);
        let mut of_range: Vec<_> =
            known.iter().filter_map(|(locale, other)| Some((nearness(tag, likely.as_ref(), locale, other)?, *locale))).collect();
        of_range.sort_by_key(|(nearness, _)| *nearness);
        found.extend(of_range.into_iter().map(|(_, locale)| locale));
    }
    let mut seen = BTreeSet::new();
    found.retain(|locale| seen.insert(*locale));
    found
}

/// How far a locale is from a range, if it is one for it at all; less is nearer.
fn nearness(range: &str, likely: Option<&LanguageIdentifier>, locale: &Locale, other: &LanguageIdentifier) -> Option<(u8, usize)> {
    let tag = locale.as_str();
    let (head, rest) = range.split_at_checked(tag.len()).unwrap_or(("", ""));
    let shortened = head.eq_ignore_ascii_case(tag) && (rest.is_empty() || rest.starts_with('-'));
    let written_alike = likely.is_some_and(|likely| (likely.language, likely.script) == (other.language, other.script));
    let same_region = likely.is_some_and(|likely| likely.region == other.region);
    match (shortened, written_alike) {
        (true, true) => Some((0, rest.len())),
        (false, true) => Some((if same_region { 1 } else { 2 }, 0)),
        (true, false) => Some((3, rest.len())),
        (false, false) => None,
    }
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
