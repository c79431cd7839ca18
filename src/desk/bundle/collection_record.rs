//! The record of a collection.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::domain::{Instant, Locale, collection::PlaceKind, locale::keyed};

/// A collection.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CollectionRecord {
    pub(super) slug: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) locale: Option<Locale>,
    #[serde(deserialize_with = "keyed")]
    pub(super) names: BTreeMap<Locale, String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) place: Option<PlaceRecord>,
    pub(super) limit: i32,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) items: Vec<PinRecord>,
    /// As the desk writes it, with keys for ids.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) query: Option<Map<String, Value>>,
}

/// The part of the site that it makes.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PlaceRecord {
    pub(super) kind: PlaceKind,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) section: Option<String>,
}

/// A story that is pinned.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PinRecord {
    pub(super) article: String,
    pub(super) position: i32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) from: Option<Instant>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) until: Option<Instant>,
    #[serde(default, deserialize_with = "keyed", skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) headlines: BTreeMap<Locale, String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) media: Option<String>,
}

impl CollectionRecord {
    /// What is known of it by: its slug, and its locale where it has one.
    pub(super) fn key(&self) -> String {
        self.locale.as_ref().map_or_else(|| self.slug.clone(), |locale| format!("{}/{locale}", self.slug))
    }

    /// Visit its texts, with the place of each map of them.
    pub(super) fn each_texts(&mut self, visit: &mut dyn FnMut(&str, &mut BTreeMap<Locale, String>)) {
        visit("#/names", &mut self.names);
        for (n, item) in self.items.iter_mut().enumerate() {
            visit(&format!("#/items/{n}/headlines"), &mut item.headlines);
        }
    }

    /// The locales that it is for, or has texts in.
    pub(super) fn locales(&self) -> BTreeSet<Locale> {
        let headlines = self.items.iter().flat_map(|item| item.headlines.keys());
        self.names.keys().chain(headlines).chain(&self.locale).cloned().collect()
    }
}
