//! The locales that a record names.

use std::{
    collections::{BTreeMap, BTreeSet, btree_map::Entry},
    mem,
};

use super::record::{DestinationRecord, MenuItemRecord, Record};
use crate::domain::{Error, Locale, error::Faults, site::Masthead};

/// Puts the present tag of each locale for a former one.
struct Retagged<'m> {
    masthead: &'m Masthead,
    faults: Faults,
}

impl Retagged<'_> {
    fn tag(&self, locale: &mut Locale) {
        *locale = self.masthead.present(locale).clone();
    }

    /// The same of the keys of a map, of which two may be the same locale.
    fn keys<T>(&mut self, at: &str, map: &mut BTreeMap<Locale, T>) {
        let is_present = |locale: &Locale| self.masthead.present(locale) == locale;
        // Those that have the present tag come first, so that the fault names the other.
        let (present, former): (Vec<_>, Vec<_>) = mem::take(map).into_iter().partition(|(locale, _)| is_present(locale));
        map.extend(present);
        for (locale, value) in former {
            let mut now = locale.clone();
            self.tag(&mut now);
            match map.entry(now) {
                Entry::Vacant(free) => _ = free.insert(value),
                Entry::Occupied(taken) => {
                    let detail = format!("`{locale}` is `{}` by now, which is here as well", taken.key());
                    self.faults.add(format!("{at}/{locale}"), "repeated", detail);
                }
            }
        }
    }
}

impl Record {
    /// The record with the present tag of each locale, where it names a former one.
    ///
    /// # Errors
    /// [`Error::Invalid`] when it has words under two tags of one locale.
    pub(super) fn under_present_tags(mut self, masthead: &Masthead) -> Result<Self, Error> {
        let mut retagged = Retagged { masthead, faults: Faults::default() };
        if masthead.locales.iter().any(|l| !l.former_tags.is_empty()) {
            self.retag(&mut retagged);
        }
        retagged.faults.or(self)
    }

    /// The locales that it has words in, or was written in.
    pub(super) fn written_in(&self) -> BTreeSet<Locale> {
        match self {
            Self::Site(_) | Self::Locale(_) | Self::Related(_) => BTreeSet::new(),
            Self::Section(r) => r.translations.keys().cloned().collect(),
            Self::Author(r) => r.translations.keys().cloned().collect(),
            Self::Tag(r) => r.translations.keys().cloned().collect(),
            Self::Redirect(r) => {
                let of = if let Some(DestinationRecord::Thing { locale, .. }) = &r.to { Some(locale) } else { None };
                of.into_iter().cloned().collect()
            }
            Self::Media(r) => r.translations.keys().chain(r.captions.keys()).chain(&r.licence.locales).cloned().collect(),
            Self::Menu(r) => {
                let mut all = BTreeSet::new();
                MenuItemRecord::locales(&r.items, &mut all);
                all
            }
            Self::Collection(r) => r.locales(),
            Self::Article(r) => {
                let corrections = r.corrections.iter().flat_map(|c| c.texts.keys());
                r.translations.keys().chain([&r.source_locale]).chain(corrections).cloned().collect()
            }
        }
    }

    fn retag(&mut self, by: &mut Retagged<'_>) {
        const WORDS: &str = "#/translations";
        match self {
            Self::Site(r) => {
                by.tag(&mut r.default_locale);
                r.credit_labels.iter_mut().for_each(|(role, labels)| by.keys(&format!("#/credit_labels/{role}"), labels));
            }
            Self::Locale(r) => r.fallback.iter_mut().for_each(|locale| by.tag(locale)),
            Self::Related(_) => {}
            Self::Section(r) => by.keys(WORDS, &mut r.translations),
            Self::Author(r) => by.keys(WORDS, &mut r.translations),
            Self::Tag(r) => by.keys(WORDS, &mut r.translations),
            Self::Redirect(r) => {
                if let Some(DestinationRecord::Thing { locale, .. }) = &mut r.to {
                    by.tag(locale);
                }
            }
            Self::Menu(r) => MenuItemRecord::each_labels(&mut r.items, "#", &mut |at, labels| by.keys(at, labels)),
            Self::Collection(r) => {
                r.locale.iter_mut().for_each(|locale| by.tag(locale));
                r.each_texts(&mut |at, texts| by.keys(at, texts));
            }
            Self::Media(r) => {
                r.licence.locales =
                    mem::take(&mut r.licence.locales).into_iter().map(|locale| by.masthead.present(&locale).clone()).collect();
                by.keys("#/captions", &mut r.captions);
                by.keys(WORDS, &mut r.translations);
            }
            Self::Article(r) => {
                by.tag(&mut r.source_locale);
                let corrections = r.corrections.iter_mut().enumerate();
                corrections.for_each(|(n, correction)| by.keys(&format!("#/corrections/{n}/texts"), &mut correction.texts));
                r.translations.values_mut().filter_map(|t| t.translated_from.as_mut()).for_each(|locale| by.tag(locale));
                by.keys(WORDS, &mut r.translations);
            }
        }
    }
}
