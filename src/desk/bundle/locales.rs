//! The locales that a record names.

use std::{
    collections::{BTreeMap, BTreeSet},
    mem,
};

use super::record::{DestinationRecord, Record};
use crate::domain::{Locale, site::Masthead};

type Visit<'v> = &'v mut dyn FnMut(&mut Locale);

impl Record {
    /// The record with the present tag of each locale, where it names a former one.
    pub(super) fn under_present_tags(mut self, masthead: &Masthead) -> Self {
        if masthead.locales.iter().any(|l| !l.former_tags.is_empty()) {
            self.each_locale(&mut |locale| *locale = masthead.present(locale).clone());
        }
        self
    }

    /// The locales that it has words in, or was written in.
    pub(super) fn written_in(&self) -> BTreeSet<Locale> {
        match self {
            Self::Site(_) | Self::Locale(_) => BTreeSet::new(),
            Self::Section(r) => r.translations.keys().cloned().collect(),
            Self::Author(r) => r.translations.keys().cloned().collect(),
            Self::Tag(r) => r.translations.keys().cloned().collect(),
            Self::Redirect(r) => {
                let of = if let Some(DestinationRecord::Thing { locale, .. }) = &r.to { Some(locale) } else { None };
                of.into_iter().cloned().collect()
            }
            Self::Article(r) => {
                let corrections = r.corrections.iter().flat_map(|c| c.texts.keys());
                r.translations.keys().chain([&r.source_locale]).chain(corrections).cloned().collect()
            }
        }
    }

    fn each_locale(&mut self, visit: Visit<'_>) {
        match self {
            Self::Site(r) => {
                visit(&mut r.default_locale);
                r.credit_labels.values_mut().for_each(|labels| keys(labels, visit));
            }
            Self::Locale(r) => r.fallback.iter_mut().for_each(visit),
            Self::Section(r) => keys(&mut r.translations, visit),
            Self::Author(r) => keys(&mut r.translations, visit),
            Self::Tag(r) => keys(&mut r.translations, visit),
            Self::Redirect(r) => {
                if let Some(DestinationRecord::Thing { locale, .. }) = &mut r.to {
                    visit(locale);
                }
            }
            Self::Article(r) => {
                visit(&mut r.source_locale);
                r.corrections.iter_mut().for_each(|correction| keys(&mut correction.texts, visit));
                r.translations.values_mut().filter_map(|t| t.translated_from.as_mut()).for_each(&mut *visit);
                keys(&mut r.translations, visit);
            }
        }
    }
}

fn keys<T>(map: &mut BTreeMap<Locale, T>, visit: Visit<'_>) {
    let present = |(mut locale, value)| {
        visit(&mut locale);
        (locale, value)
    };
    *map = mem::take(map).into_iter().map(present).collect();
}
