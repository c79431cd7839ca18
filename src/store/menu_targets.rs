//! What the items of menus lead to, as it is public.

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use uuid::Uuid;

use super::{
    Tx,
    editions::{self, BodyForm, Live},
    named,
    names::{self, Named},
    references,
};
use crate::{
    access::Visibility,
    domain::{
        Error, Id, Locale,
        address::AddressKind,
        article::Article,
        cache_tag::CacheTag,
        menu::{Item, Menu, Target, Thing, things},
        reference::Reference,
    },
};

/// What items lead to, as it is public now.
#[derive(Debug, Default)]
pub struct Led {
    /// Live editions, without bodies.
    pub articles: HashMap<Uuid, Vec<Live>>,
    /// Names of sections, authors and tags, and of the sections of live editions.
    pub names: HashMap<Uuid, Arc<Named>>,
    /// The authors and tags that have a page.
    listed: BTreeSet<Uuid>,
}

impl Led {
    /// All that the items of some menus lead to, in three statements at most.
    ///
    /// # Errors
    /// [`Error::Internal`] when the database fails.
    pub fn to(tx: &mut Tx<'_>, menus: &[Menu]) -> Result<Self, Error> {
        let all: BTreeSet<Thing> = menus.iter().flat_map(|menu| things(&menu.items)).map(|(_, thing)| thing).collect();
        let of = |kind: AddressKind| all.iter().filter(move |thing| thing.kind == kind).map(|thing| thing.id);
        let articles: Vec<Id<Article>> = of(AddressKind::Article).map(Id::from).collect();
        let mut led = Self::default();
        if !articles.is_empty() {
            articles.iter().for_each(|id| tx.note(CacheTag::thing(id.uuid())));
            for live in editions::live_everywhere(tx, Visibility::public(), &articles, BodyForm::None)? {
                led.articles.entry(live.article_id.uuid()).or_default().push(live);
            }
        }
        let listed: Vec<_> =
            [AddressKind::Author, AddressKind::Tag].into_iter().flat_map(|kind| of(kind).map(move |id| (kind, id))).collect();
        if !listed.is_empty() {
            led.listed = named::with_page(tx, &listed)?;
        }
        let sections = led.articles.values().flatten().map(|live| live.facts.section_id.uuid());
        let named: BTreeSet<Uuid> = sections.chain(of(AddressKind::Section)).chain(led.listed.iter().copied()).collect();
        if !named.is_empty() {
            led.names = names::of(tx, &named)?;
        }
        let absent: Vec<_> = all.iter().filter(|thing| !led.is_public(thing)).map(|t| Reference::new(t.kind, t.id)).collect();
        references::hide(tx, &absent, false);
        Ok(led)
    }

    fn is_public(&self, thing: &Thing) -> bool {
        match thing.kind {
            AddressKind::Article => self.articles.contains_key(&thing.id),
            AddressKind::Section => self.names.contains_key(&thing.id),
            AddressKind::Author | AddressKind::Tag => self.listed.contains(&thing.id) && self.names.contains_key(&thing.id),
        }
    }

    /// The edition that readers of a chain of locales are led to.
    #[must_use]
    pub fn article(&self, id: Uuid, chain: &[Locale]) -> Option<&Live> {
        let lives = self.articles.get(&id)?;
        chain.iter().find_map(|locale| lives.iter().find(|live| live.locale == *locale))
    }

    /// Whether readers of a chain of locales are shown an item that leads there.
    #[must_use]
    pub fn shows(&self, to: &Target, chain: &[Locale]) -> bool {
        match to {
            Target::Address(_) => true,
            Target::Thing(Thing { kind: AddressKind::Article, id }) => self.article(*id, chain).is_some(),
            Target::Thing(thing) => self.is_public(thing),
        }
    }

    /// What an item is called for readers who look for names in `names`, and in which of them. What the newsroom calls it in a language comes before
    /// the name there of what it leads to, and both before other languages; what it is called in no other language is told, for readers may not have it.
    #[must_use]
    pub fn label<'l>(&'l self, item: &'l Item, chain: &[Locale], names: &[Locale]) -> Option<(&'l Locale, &'l str)> {
        let (live, named) = match &item.to {
            Some(Target::Thing(Thing { kind: AddressKind::Article, id })) => (self.article(*id, chain), None),
            Some(Target::Thing(thing)) => (None, self.names.get(&thing.id)),
            Some(Target::Address(_)) | None => (None, None),
        };
        let said = |locale: &Locale| {
            let label = item.labels.get_key_value(locale).map(|(locale, label)| (locale, label.as_str()));
            let headline = || live.filter(|live| live.locale == *locale).map(|live| (&live.locale, live.content.headline.as_str()));
            let name = || named?.names.get_key_value(locale).map(|(locale, name)| (locale, name.name.as_str()));
            label.or_else(headline).or_else(name)
        };
        names.iter().find_map(said)
    }
}
