//! Menus as readers see them: with present names and addresses, and without what is not public.

use serde::Serialize;
use url::Url;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Reading, names::pick};
use crate::{
    domain::{
        Error, Locale,
        address::AddressKind,
        locale::Direction,
        menu::{self, Item, Target, Thing},
        text::nfc,
        vocabulary::vocabulary,
    },
    store::{self, Tx, menu_targets::Led},
};

vocabulary! {
    /// What an item of a menu leads to.
    pub enum MenuItemKind {
        /// A section.
        Section => "section",
        /// An author.
        Author => "author",
        /// A tag.
        Tag => "tag",
        /// An article.
        Article => "article",
        /// An address that the newsroom wrote.
        Address => "address",
        /// Nothing: what stands below it is listed under it.
        Heading => "heading",
    }
}

/// An item of a menu, with those below it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct MenuItem {
    /// What it leads to.
    pub kind: MenuItemKind,
    /// The id of that, if it is a thing of the site.
    #[schema(value_type = Option<String>, format = Uuid)]
    pub id: Option<Uuid>,
    /// The locale of its label.
    pub locale: Locale,
    /// Which way the script of that locale runs.
    pub direction: Direction,
    /// What it is called.
    #[schema(example = "About us")]
    pub label: String,
    /// Absolute URL; nothing, for a heading.
    #[schema(example = "https://dateline.example/en/about-us")]
    pub url: Option<String>,
    /// The items below it, in order.
    #[schema(no_recursion)]
    pub items: Vec<Self>,
}

/// A menu.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Menu {
    /// What it is asked for by.
    #[schema(example = "footer")]
    pub slug: String,
    /// The language of whoever asks.
    pub locale: Locale,
    /// Its items, in order: those that lead to something, and have a name that readers may know.
    pub items: Vec<MenuItem>,
}

/// All menus of the site.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn menus(tx: &mut Tx<'_>, reading: &Reading) -> Result<Vec<Menu>, Error> {
    let all = store::menus::all(tx)?;
    shown(tx, reading, &all)
}

/// One menu.
///
/// # Errors
/// [`Error::NotFound`].
pub fn menu(tx: &mut Tx<'_>, reading: &Reading, slug: &str) -> Result<Menu, Error> {
    let (all, slug) = (store::menus::all(tx)?, nfc(slug));
    let found = all.iter().find(|menu| menu.slug.as_str() == slug).ok_or(Error::NotFound("menu"))?;
    shown(tx, reading, std::slice::from_ref(found))?.pop().ok_or(Error::NotFound("menu"))
}

fn shown(tx: &mut Tx<'_>, reading: &Reading, all: &[menu::Menu]) -> Result<Vec<Menu>, Error> {
    if all.is_empty() {
        return Ok(Vec::new());
    }
    let led = Led::to(tx, all)?;
    let of = |menu: &menu::Menu| {
        let items = items(reading, &led, &menu.items)?;
        Ok(Menu { slug: menu.slug.to_string(), locale: reading.locale.clone(), items })
    };
    all.iter().map(of).collect()
}

fn items(reading: &Reading, led: &Led, all: &[Item]) -> Result<Vec<MenuItem>, Error> {
    let mut shown = Vec::with_capacity(all.len());
    for item in all {
        let Some((locale, label)) = led.label(item, &reading.chain, &reading.names) else { continue };
        let Some((kind, id, url)) = leads(reading, led, item)? else { continue };
        let below = items(reading, led, &item.items)?;
        if kind == MenuItemKind::Heading && below.is_empty() {
            continue;
        }
        let direction = reading.masthead.direction(locale);
        shown.push(MenuItem { kind, id, locale: locale.clone(), direction, label: label.to_owned(), url, items: below });
    }
    Ok(shown)
}

/// What an item leads to.
type Leads = (MenuItemKind, Option<Uuid>, Option<String>);

/// Where an item leads readers; nothing where that is not public.
fn leads(reading: &Reading, led: &Led, item: &Item) -> Result<Option<Leads>, Error> {
    let masthead = &reading.masthead;
    let thing = match &item.to {
        None => return Ok(Some((MenuItemKind::Heading, None, None))),
        Some(Target::Address(address)) => {
            let url = Url::parse(&masthead.site.url).and_then(|site| site.join(address)).map_err(Error::internal)?;
            return Ok(Some((MenuItemKind::Address, None, Some(url.into()))));
        }
        Some(to @ Target::Thing(_)) if !led.shows(to, &reading.chain) => return Ok(None),
        Some(Target::Thing(thing)) => thing,
    };
    let Thing { kind, id } = thing;
    if *kind == AddressKind::Article {
        let Some(live) = led.article(*id, &reading.chain) else { return Ok(None) };
        let section = led.names.get(&live.facts.section_id.uuid()).and_then(|named| masthead.pick(&named.names, &live.locale));
        let slug = (live.facts.kind, &live.slug);
        let url = masthead.article_url(&live.locale, section.map(|(_, name)| &name.slug), slug, live.article_id, live.published_at);
        return Ok(Some((MenuItemKind::Article, Some(*id), Some(url))));
    }
    let kind = match kind {
        AddressKind::Section => MenuItemKind::Section,
        AddressKind::Author => MenuItemKind::Author,
        AddressKind::Tag | AddressKind::Article => MenuItemKind::Tag,
    };
    let Some(named) = led.names.get(id) else { return Ok(None) };
    Ok(Some((kind, Some(*id), Some(pick(reading, &named.names)?.url))))
}
