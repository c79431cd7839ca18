//! Menus: what the newsroom leads its readers to from every page: a main menu, a footer, a list of legal notices.
//!
//! **Decision.** An item names the thing that it leads to, not its address, so that nothing of a menu goes out of date: readers get the present
//! address and, where the newsroom gave no label, the present name. What is not public in their language, nor in one it falls back to, is left out
//! with all that stands below it.

use std::{collections::BTreeMap, fmt};

use serde::{
    Deserialize, Deserializer, Serialize,
    de::{self, MapAccess, Visitor, value::MapAccessDeserializer},
};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    Error, Id, Instant, Locale, Version,
    address::AddressKind,
    error::Faults,
    locale::keyed,
    site::Masthead,
    slug::Slug,
    text::{limits, line},
    url::{site_path, web_address},
};

/// A thing of the site that an item leads to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = MenuThing)]
pub struct Thing {
    /// What it is.
    pub kind: AddressKind,
    /// Its id.
    #[schema(value_type = String, format = Uuid)]
    pub id: Uuid,
}

/// Where an item leads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(untagged)]
#[schema(as = MenuTarget)]
pub enum Target {
    /// A path of the site, or an absolute `http` or `https` URL.
    Address(String),
    /// A section, author, tag or article, wherever its page is by then.
    Thing(Thing),
}

/// By hand: a string is an address and an object a thing, so that whoever sends one is told what of it is missing.
impl<'de> Deserialize<'de> for Target {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Sent;
        impl<'de> Visitor<'de> for Sent {
            type Value = Target;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a path of the site, an absolute URL, or an object with `kind` and `id`")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Target, E> {
                Ok(Target::Address(text.to_owned()))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Target, A::Error> {
                Thing::deserialize(MapAccessDeserializer::new(map)).map(Target::Thing)
            }
        }
        deserializer.deserialize_any(Sent)
    }
}

/// An item of a menu, with those below it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = DeskMenuItem, example = json!({ "to": "/en/subscribe", "labels": { "en": "Subscribe" } }))]
pub struct Item {
    /// A path of the site, an absolute URL, or a section, author, tag or article; nothing, for a heading of what stands below it.
    #[serde(default)]
    pub to: Option<Target>,
    /// What it is called, by locale; elsewhere it has the name of what it leads to.
    #[serde(default, deserialize_with = "keyed")]
    #[schema(example = json!({ "en": "About us" }))]
    pub labels: BTreeMap<Locale, String>,
    /// The items below it, in order.
    #[serde(default)]
    #[schema(no_recursion, max_items = 100)]
    pub items: Vec<Self>,
}

/// A menu.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Menu {
    /// Its id.
    pub id: Id<Self>,
    /// What readers ask for it by.
    pub slug: Slug,
    /// Its items, in order.
    pub items: Vec<Item>,
    /// Newest version.
    pub version: Version,
    /// First saved.
    pub created_at: Instant,
    /// Last saved.
    pub updated_at: Instant,
}

/// The id of a menu.
pub type MenuId = Id<Menu>;

/// What a caller says of a menu.
#[derive(Debug, Clone)]
pub struct MenuDraft {
    /// What readers ask for it by.
    pub slug: String,
    /// Its items, in order.
    pub items: Vec<Item>,
}

/// Look at every item with its place, `#/items/0/items/2`, those above before those below.
pub fn each<'i>(items: &'i [Item], look: &mut impl FnMut(&str, &'i Item)) {
    fn below<'i>(under: &str, items: &'i [Item], look: &mut impl FnMut(&str, &'i Item)) {
        for (n, item) in items.iter().enumerate() {
            let at = format!("{under}/items/{n}");
            look(&at, item);
            below(&at, &item.items, look);
        }
    }
    below("#", items, look);
}

/// The things that items lead to, with the place of each.
#[must_use]
pub fn things(items: &[Item]) -> Vec<(String, Thing)> {
    let mut all = Vec::new();
    each(items, &mut |at, item| {
        if let Some(Target::Thing(thing)) = &item.to {
            all.push((at.to_owned(), thing.clone()));
        }
    });
    all
}

fn depth(items: &[Item]) -> usize {
    items.iter().map(|item| depth(&item.items).saturating_add(1)).max().unwrap_or(0)
}

impl Item {
    /// The same with its text and address cleaned; what is wrong with it is noted.
    fn checked(self, faults: &mut Faults, at: &str, masthead: &Masthead) -> Self {
        if let Some(locale) = self.labels.keys().find(|locale| masthead.settings(locale).is_none()) {
            faults.add(format!("{at}/labels/{locale}"), "unknown_locale", "not a locale of this site");
        }
        let label = |(locale, text): (Locale, String)| {
            let text = line(faults, &format!("{at}/labels/{locale}"), &text, limits::LABEL);
            (locale, text)
        };
        let labels: BTreeMap<_, _> = self.labels.into_iter().map(label).collect();
        if labels.is_empty() && !matches!(self.to, Some(Target::Thing(_))) {
            faults.add(format!("{at}/labels"), "required", "what leads to no thing of the site has no name but its label");
        }
        if self.to.is_none() && self.items.is_empty() {
            faults.add(format!("{at}/items"), "required", "a heading has something below it");
        }
        let to = self.to.map(|to| match to {
            Target::Address(text) => Target::Address(site_path(&text).or_else(|| web_address(&text)).unwrap_or_else(|| {
                let detail = format!("a path of the site, or an absolute http or https URL, of at most {} bytes", limits::URL);
                faults.add(format!("{at}/to"), "url", detail);
                String::new()
            })),
            thing @ Target::Thing(_) => thing,
        });
        let below = self.items.into_iter().enumerate();
        let items = below.map(|(n, item)| item.checked(faults, &format!("{at}/items/{n}"), masthead)).collect();
        Self { to, labels, items }
    }
}

impl MenuDraft {
    /// The slug and the items, when all of it is valid by itself.
    ///
    /// # Errors
    /// [`Error::Invalid`] with every violation.
    pub fn check(self, masthead: &Masthead) -> Result<(Slug, Vec<Item>), Error> {
        let mut faults = Faults::default();
        let slug = faults.merge(Slug::parse(&self.slug, &masthead.site.default_locale, "#/slug"))?;
        let mut count = 0usize;
        each(&self.items, &mut |_, _| count = count.saturating_add(1));
        if count > limits::MENU_ITEMS {
            faults.add("#/items", "too_many", format!("at most {} with those below others", limits::MENU_ITEMS));
        }
        if depth(&self.items) > limits::MENU_DEPTH {
            faults.add("#/items", "too_deep", format!("at most {} levels", limits::MENU_DEPTH));
        }
        let Some(slug) = slug else { return Err(Error::Invalid(faults.into_inner())) };
        let items = self.items.into_iter().enumerate();
        let items = items.map(|(n, item)| item.checked(&mut faults, &format!("#/items/{n}"), masthead)).collect();
        faults.or((slug, items))
    }
}
