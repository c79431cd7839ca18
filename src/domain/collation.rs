//! In which order names stand: that of the Unicode Collation Algorithm (UTS #10) with CLDR's rules for the reader's language.

use icu_collator::{CollatorBorrowed, options::CollatorOptions};
use sha2::{Digest, Sha256};

use super::{Locale, fold::search_key};

/// What a name is sorted by: compared byte by byte, the keys of one locale are in the order of its names.
///
/// **Decision.** The first bytes of a longer key count, so that a cursor can hold it whole. Names that agree in their first forty letters of
/// Chinese, or a hundred of Latin, and differ after those, stand by their ids.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct NameKey {
    length: u8,
    bytes: [u8; Self::MAX],
}

impl NameKey {
    /// Bytes of a key that count.
    pub const MAX: usize = 120;

    /// The key that begins with these bytes.
    #[must_use]
    pub fn of(key: &[u8]) -> Self {
        let mut bytes = [0; Self::MAX];
        let mut length = 0;
        for (place, byte) in bytes.iter_mut().zip(key) {
            *place = *byte;
            length += 1;
        }
        Self { length, bytes }
    }

    /// Its bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..usize::from(self.length)).unwrap_or_default()
    }

    /// The key as text, where it is one. A cursor is whatever somebody sends: no database is told what it could not hold.
    #[must_use]
    pub fn as_text(&self) -> String {
        String::from_utf8_lossy(self.as_bytes()).replace('\0', "")
    }
}

impl Default for NameKey {
    fn default() -> Self {
        Self { length: 0, bytes: [0; Self::MAX] }
    }
}

/// The order of names in a locale.
pub struct Collation(CollatorBorrowed<'static>);

impl Collation {
    /// CLDR's for a locale; that of its root where CLDR has no other.
    #[must_use]
    pub fn of(locale: &Locale) -> Option<Self> {
        let of = |tag: &icu_locale_core::Locale| CollatorBorrowed::try_new(tag.into(), CollatorOptions::default()).ok();
        let tag = icu_locale_core::Locale::try_from_str(locale.as_str()).unwrap_or(icu_locale_core::Locale::UNKNOWN);
        of(&tag).or_else(|| of(&icu_locale_core::Locale::UNKNOWN)).map(Self)
    }

    /// What a name is sorted by.
    #[must_use]
    pub fn key(&self, name: &str) -> NameKey {
        NameKey::of(&self.whole(name))
    }

    fn whole(&self, text: &str) -> Vec<u8> {
        let mut key = Vec::new();
        let Ok(()) = self.0.write_sort_key_to(text, &mut key);
        key
    }

    /// A word for the rules that keys are made by, and [what names are found by](search_key): another one when a later version of them treats any of
    /// several thousand letters of the world's scripts differently, or any two of Latin beside each other. Nothing else tells of their version.
    #[must_use]
    pub fn version(&self) -> String {
        let alphabets = ('\u{20}'..'\u{2000}').chain('\u{3041}'..'\u{3100}');
        let ideographs = ('\u{4e00}'..'\u{a000}').chain('\u{ac00}'..'\u{d7a4}').step_by(23);
        let pairs = ('a'..='z').flat_map(|one| ('a'..='z').flat_map(move |other| [one, other, ' ']));
        let sample: String = alphabets.chain(ideographs).chain(pairs).collect();
        let digest = Sha256::new().chain_update(self.whole(&sample)).chain_update(search_key(&sample)).finalize();
        digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect()
    }
}
