//! The media library: pictures, sound, moving pictures and documents, each once, described in every language.
//!
//! **Context.** A file is sent once and used in many stories, in many languages; who may use it, for how long, and what it shows are said of it and
//! not of each use. **Decision.** An item keeps its id for good; its file may be replaced, and is known by the SHA-256 of its bytes. What is said of
//! it belongs to the item, in one version; what the file says of itself is kept beside that, as it says it. **Consequence.** What is withdrawn, or
//! whose licence is over, is gone from every page at once.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    str::FromStr,
};

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use unicode_segmentation::UnicodeSegmentation;

use super::{
    Error, Id, Instant, Locale, Version,
    error::Faults,
    file::{FileFacts, FocalPoint, MediaKind},
    fold::search_key,
    text::{Length, is_blank, limits, line, lines, nfc},
    url::web_address,
    user::User,
};

/// The id of an item of the library.
pub type MediaId = Id<Media>;

/// The SHA-256 of the bytes of a file, by which it is stored.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest([u8; 32]);

impl Digest {
    /// That of some bytes.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    /// The bytes of the digest.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl From<[u8; 32]> for Digest {
    fn from(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }
}

/// 64 hexadecimal digits, in lower case.
impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Digest {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let mut bytes = [0; 32];
        let is_hex = text.len() == 64 && text.bytes().all(|c| c.is_ascii_digit() || (b'a'..=b'f').contains(&c));
        for (place, byte) in bytes.iter_mut().enumerate() {
            let digits = text.get(place.saturating_mul(2)..place.saturating_mul(2).saturating_add(2)).filter(|_| is_hex);
            let value = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok());
            *byte = value.ok_or_else(|| Error::internal("not a SHA-256 in hexadecimal digits"))?;
        }
        Ok(Self(bytes))
    }
}

/// A file as it is stored, with what is known of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredFile {
    /// What its bytes come to.
    pub digest: Digest,
    /// How many bytes there are.
    pub bytes: u64,
    /// What is known of it.
    pub facts: FileFacts,
}

/// What an item is in the words of one locale.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MediaWords {
    /// What it shows, for those who cannot see it.
    pub alt: String,
    /// Its caption.
    pub caption: String,
}

impl MediaWords {
    /// Its texts, by their names.
    pub fn texts_mut(&mut self) -> [(&'static str, &mut String); 2] {
        [("alt", &mut self.alt), ("caption", &mut self.caption)]
    }
}

/// For how long, where and how often an item may be used.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Licence {
    /// Not before this instant.
    pub usable_from: Option<Instant>,
    /// Not from this instant on.
    pub usable_until: Option<Instant>,
    /// In these locales alone; in all, when there are none.
    pub locales: BTreeSet<Locale>,
    /// In one article alone.
    pub once: bool,
}

impl Licence {
    /// Whether it may be shown in a locale, at some time.
    #[must_use]
    pub fn is_in(&self, locale: &Locale) -> bool {
        self.locales.is_empty() || self.locales.contains(locale)
    }

    /// When it begins, or is over, after an instant: whichever comes first.
    #[must_use]
    pub fn turns_after(&self, now: Instant) -> Option<Instant> {
        [self.usable_from, self.usable_until].into_iter().flatten().filter(|at| *at > now).min()
    }

    /// Whether it may be shown anywhere at an instant.
    #[must_use]
    pub fn is_on(&self, now: Instant) -> bool {
        self.usable_from.is_none_or(|from| from <= now) && self.usable_until.is_none_or(|until| now < until)
    }
}

/// That an item was taken down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TakenDown {
    /// When.
    pub at: Instant,
    /// Why.
    pub reason: String,
}

/// What is said of an item.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Description {
    /// What the desk calls it: the name of its file, unless it was given another.
    pub name: String,
    /// Who made it.
    pub creator: String,
    /// Whom to credit.
    pub credit: String,
    /// The copyright notice.
    pub copyright: String,
    /// What it may be used for.
    pub usage_terms: String,
    /// Where it came from.
    pub source: String,
    /// When it was taken, as far as that is known: an RFC 3339 date and time, or less of it.
    pub taken_at: String,
    /// How it came about: a URI of IPTC's digital source types. Empty, when nobody said.
    pub digital_source_type: String,
    /// What stays in sight when it is cropped.
    pub focal_point: FocalPoint,
    /// The words that the desk files it under.
    #[serde(default)]
    pub tags: BTreeSet<String>,
    /// For how long, where and how often it may be used.
    #[serde(skip)]
    pub licence: Licence,
    /// Its words, by locale.
    #[serde(skip)]
    pub words: BTreeMap<Locale, MediaWords>,
}

/// IPTC's digital source types, of which a URI is the vocabulary and one of these words.
pub const SOURCE_TYPES: &str = "http://cv.iptc.org/newscodes/digitalsourcetype/";

impl Description {
    /// What is looked for of it in a locale: its name, its caption, and whatever else is said of it.
    #[must_use]
    pub fn searched(&self, locale: &Locale) -> [String; 3] {
        let MediaWords { alt, caption } = self.words.get(locale).cloned().unwrap_or_default();
        let tags = self.tags.iter().map(String::as_str).collect::<Vec<_>>().join(", ");
        let said = [&*alt, &tags, &self.credit, &self.creator, &self.source, &self.copyright];
        let said = said.into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join("\n");
        [self.name.clone(), caption, said]
    }

    /// The description with texts cleaned, when it is valid by itself.
    ///
    /// # Errors
    /// [`Error::Invalid`] with every violation.
    pub fn check(mut self) -> Result<Self, Error> {
        let mut faults = Faults::default();
        self.name = line(&mut faults, "#/name", &self.name, limits::NAME);
        for (pointer, text) in [
            ("#/creator", &mut self.creator),
            ("#/credit", &mut self.credit),
            ("#/copyright", &mut self.copyright),
            ("#/source", &mut self.source),
        ] {
            *text = line(&mut faults, pointer, text, limits::CREDIT);
        }
        self.usage_terms = lines(&mut faults, "#/usage_terms", &self.usage_terms, limits::CAPTION);
        if self.tags.len() > limits::MEDIA_TAGS {
            faults.add("#/tags", "too_many", format!("at most {}", limits::MEDIA_TAGS));
        }
        let tags = std::mem::take(&mut self.tags).into_iter().enumerate().take(limits::MEDIA_TAGS);
        self.tags = tags.map(|(n, tag)| line(&mut faults, &format!("#/tags/{n}"), &tag, limits::MEDIA_TAG)).collect();
        if !is_moment(&self.taken_at) {
            faults.add("#/taken_at", "format", "a date, or a date and a time, as RFC 3339 writes them; the offset may be left out");
        }
        if !self.digital_source_type.is_empty() && !is_source_type(&self.digital_source_type) {
            faults.add("#/digital_source_type", "format", format!("a URI of {SOURCE_TYPES}"));
        }
        for (locale, words) in &mut self.words {
            words.alt = line(&mut faults, &format!("#/translations/{locale}/alt"), &words.alt, limits::ALT);
            words.caption = line(&mut faults, &format!("#/translations/{locale}/caption"), &words.caption, limits::CAPTION);
        }
        let Licence { usable_from, usable_until, .. } = &self.licence;
        if usable_from.zip(*usable_until).is_some_and(|(from, until)| until <= from) {
            faults.add("#/licence/usable_until", "out_of_order", "after `usable_from`");
        }
        faults.or(self)
    }

    /// What is left unsaid, as the file says it: what a sender says counts for more. The words are those of a locale.
    ///
    /// Nobody is refused for what a file says of itself: what could not be said of it stays in its metadata alone.
    #[must_use]
    pub fn completed(mut self, file: &FileFacts, locale: &Locale) -> Self {
        let said = &file.metadata;
        let credit = |text: &str| fitting(text, limits::CREDIT, line);
        let source_type = said.digital_source_type.trim_end_matches('/').replacen("https://", "http://", 1);
        for (own, of_file) in [
            (&mut self.creator, credit(&said.creator)),
            (&mut self.credit, credit(&said.credit)),
            (&mut self.copyright, credit(&said.copyright)),
            (&mut self.source, credit(&said.source)),
            (&mut self.usage_terms, fitting(&said.usage_terms, limits::CAPTION, lines)),
            (&mut self.taken_at, Some(said.taken_at.clone()).filter(|text| is_moment(text))),
            (&mut self.digital_source_type, Some(source_type).filter(|text| is_source_type(text))),
        ] {
            if own.is_empty() {
                *own = of_file.unwrap_or_default();
            }
        }
        let [alt, caption] = [(&said.alt, limits::ALT), (&said.caption, limits::CAPTION)].map(|(text, length)| fitting(text, length, line));
        if self.words.is_empty() && (alt.is_some() || caption.is_some()) {
            self.words.insert(locale.clone(), MediaWords { alt: alt.unwrap_or_default(), caption: caption.unwrap_or_default() });
        }
        self
    }

    /// What its renditions carry on: creator, credit, copyright and digital source type.
    #[must_use]
    pub fn carried(&self) -> [&str; 4] {
        [&self.creator, &self.credit, &self.copyright, &self.digital_source_type]
    }

    /// What a search for text is compared with: what is said of it, and the keywords of its file.
    #[must_use]
    pub fn search_key(&self, file: &FileFacts) -> String {
        let words = self.words.values().flat_map(|words| [&words.alt, &words.caption]);
        let all = [&self.name, &self.creator, &self.credit, &self.copyright, &self.source].into_iter().chain(words);
        let all = all.chain(&self.tags).chain(&file.metadata.keywords).map(String::as_str).filter(|text| !text.is_empty());
        search_key(&all.collect::<Vec<_>>().join("\n"))
    }
}

/// A text of a file, where somebody might have said the same.
fn fitting(text: &str, length: Length, check: impl Fn(&mut Faults, &str, &str, Length) -> String) -> Option<String> {
    let mut faults = Faults::default();
    let kept = check(&mut faults, "#", text, length);
    faults.or(kept).ok().filter(|kept| !kept.is_empty())
}

/// Whether a text is a moment, or nothing: `2024`, `2024-05`, `2024-05-06`, `2024-05-06T07:08:09` with or without fractions and an offset.
fn is_moment(text: &str) -> bool {
    let is_civil = |text: &str| text.parse::<jiff::civil::DateTime>().is_ok() && !text.ends_with(['Z', 'z']);
    text.is_empty()
        || match text.len() {
            4 => text.parse::<i16>().is_ok_and(|year| year > 0),
            7 => format!("{text}-01").parse::<jiff::civil::Date>().is_ok(),
            10 => text.parse::<jiff::civil::Date>().is_ok(),
            19..=35 => is_civil(text) || text.parse::<jiff::Timestamp>().is_ok(),
            _ => false,
        }
}

fn is_source_type(text: &str) -> bool {
    let word = text.strip_prefix(SOURCE_TYPES);
    word.is_some_and(|word| !word.is_empty() && word.len() <= 60 && word.bytes().all(|c| c.is_ascii_alphanumeric()))
        && web_address(text).is_some()
}

/// An item of the library.
#[derive(Debug, Clone)]
pub struct Media {
    /// Its id.
    pub id: MediaId,
    /// Its file.
    pub file: StoredFile,
    /// What is said of it.
    pub description: Description,
    /// That it was taken down, if it is.
    pub taken_down: Option<TakenDown>,
    /// The versions of its captions, by locale; of videos.
    pub captions: BTreeMap<Locale, String>,
    /// Newest version.
    pub version: Version,
    /// Who sent it; nobody, when it was imported.
    pub created_by: Option<Id<User>>,
    /// First saved.
    pub created_at: Instant,
    /// Last saved.
    pub updated_at: Instant,
}

/// What a file is called of which nobody said.
pub const UNNAMED: &str = "untitled";

/// What a file is called, as it is shown: never more of a path than its end; nothing, where that says nothing.
#[must_use]
pub fn file_name(name: &str) -> Option<String> {
    let end = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let shown: String = nfc(end).chars().filter(|c| !c.is_control()).collect();
    let cut: String = UnicodeSegmentation::graphemes(shown.trim(), true).take(limits::NAME.max).collect();
    (!is_blank(&cut)).then_some(cut)
}

impl Media {
    /// What it is.
    #[must_use]
    pub const fn kind(&self) -> MediaKind {
        self.file.facts.format.kind()
    }

    /// Whether it says in the words of a locale what it shows.
    #[must_use]
    pub fn is_told_in(&self, locale: &Locale) -> bool {
        self.description.words.get(locale).is_some_and(|words| !is_blank(&words.alt))
    }

    /// Whether its file may be given at an instant to those who read it in one of these locales.
    ///
    /// # Errors
    /// [`Error::NotFound`] before its licence begins, and where it is for none of them; [`Error::Gone`] when it was taken down, or its licence is over.
    pub fn may_be_given(&self, now: Instant, locales: &[Locale]) -> Result<(), Error> {
        let licence = &self.description.licence;
        if licence.usable_from.is_some_and(|from| now < from) || !locales.iter().any(|locale| licence.is_in(locale)) {
            return Err(Error::NotFound("media item"));
        }
        if self.is_public(now) { Ok(()) } else { Err(Error::Gone("media item")) }
    }

    /// Whether the public may have its file at an instant.
    #[must_use]
    pub fn is_public(&self, now: Instant) -> bool {
        self.taken_down.is_none() && self.description.licence.is_on(now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::file::{FileFormat, FileMetadata};

    #[test]
    fn a_digest_is_read_as_it_is_written() {
        let digest = Digest::of(b"river");
        assert_eq!(digest.to_string().parse::<Digest>().unwrap(), digest);
        assert_eq!(Digest::of(b"").to_string(), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
        for wrong in ["", "e3", "E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855", &"+1".repeat(32)] {
            assert!(wrong.parse::<Digest>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_moment_is_as_exact_as_it_is_known() {
        for right in [
            "",
            "2024",
            "2024-05",
            "2024-02-29",
            "2024-05-06T07:08:09",
            "2024-05-06T07:08:09.25",
            "2024-05-06T07:08:09Z",
            "2024-05-06T07:08:09+05:30",
        ] {
            assert!(is_moment(right), "{right}");
        }
        for wrong in ["0", "24-05-06", "2024-13", "2023-02-29", "2024:05:06 07:08:09", "yesterday", "-024", "2024-05-06T25:00:00Z"] {
            assert!(!is_moment(wrong), "{wrong}");
        }
    }

    #[test]
    fn what_a_file_says_of_itself_is_never_what_it_is_refused_for() {
        let long = "x".repeat(5_000);
        for text in ["", "a\nb", "\u{0}", "\u{202e}x", long.as_str(), "https://example.org/", "2026:01:01", "क़िला"] {
            let said = || text.to_owned();
            let metadata = FileMetadata {
                creator: said(),
                credit: said(),
                copyright: said(),
                usage_terms: said(),
                source: said(),
                taken_at: said(),
                digital_source_type: said(),
                caption: said(),
                alt: said(),
                keywords: vec![said()],
            };
            let facts = FileFacts {
                format: FileFormat::Jpeg,
                size: None,
                frames: None,
                duration_ms: None,
                placeholder: None,
                has_manifest: false,
                metadata,
            };
            let completed = Description { name: "a".to_owned(), ..Description::default() }.completed(&facts, &"en".parse().unwrap());
            assert!(completed.clone().check().is_ok(), "{text:?}: {completed:?}");
        }
        let of_iptc = "https://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture/".trim_end_matches('/');
        assert!(is_source_type(&of_iptc.replacen("https://", "http://", 1)));
    }

    #[test]
    fn a_licence_is_over_from_its_end_on() {
        let (en, hi): (Locale, Locale) = ("en".parse().unwrap(), "hi".parse().unwrap());
        let at = Instant::from_micros;
        let licence = Licence { usable_from: Some(at(10)), usable_until: Some(at(20)), locales: BTreeSet::from([en.clone()]), once: false };
        assert_eq!([9, 10, 19, 20].map(|now| licence.is_on(at(now))), [false, true, true, false]);
        assert_eq!([9, 10, 20].map(|now| licence.turns_after(at(now))), [Some(at(10)), Some(at(20)), None]);
        assert!(licence.is_in(&en) && !licence.is_in(&hi) && Licence::default().is_in(&hi));
    }
}
