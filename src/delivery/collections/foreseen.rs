//! What a collection will show at an instant, as far as that is planned by now.

use std::collections::{BTreeMap, BTreeSet};

use super::{Row, at_slots, filter, listing, most};
use crate::{
    access::Visibility,
    delivery::{Reading, articles::Shape, collections::CollectionListing},
    domain::{
        Error, Instant, Locale,
        article::ArticleId,
        collection::{Collection, Item},
        page::Paging,
    },
    store::{
        self, Tx,
        editions::{Bodies, BodyForm, Live},
    },
};

/// What is live of articles in each locale at an instant to come: what is planned stands for what is live now, and for an end nothing does.
pub type Planned = BTreeMap<(ArticleId, Locale), Option<Live>>;

/// What readers will find in a collection at an instant, when nothing else is published or planned until then.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn foreseen(
    tx: &mut Tx<'_>,
    reading: &Reading,
    (collection, at): (&Collection, Instant),
    planned: &Planned,
    shape: &Shape,
) -> Result<CollectionListing, Error> {
    let most = most(collection);
    let open: Vec<&Item> = collection.arrangement.items.iter().filter(|item| item.is_open(at)).collect();
    let ids: Vec<ArticleId> = open.iter().map(|item| item.article_id).collect();
    let mut lives = BTreeMap::new();
    if !ids.is_empty() {
        for live in store::editions::live_everywhere(tx, Visibility::public(), &ids, BodyForm::None)? {
            lives.insert((live.article_id, live.locale.clone()), live);
        }
    }
    let of_reader = |id: ArticleId| {
        let mut chain = reading.chain.iter().map(|locale| (id, locale.clone()));
        let then = |key| planned.get(&key).cloned().unwrap_or_else(|| lives.get(&key).cloned());
        chain.find_map(then).filter(|live| live.facts.kind.is_news())
    };
    let pinned = open.into_iter().filter_map(|item| Some(Row { live: of_reader(item.article_id)?, item: Some(item.clone()) }));
    let pinned: Vec<Row> = pinned.collect();
    let wanted = most.saturating_sub(pinned.len());
    let mut filling = Vec::new();
    if let Some(query) = collection.arrangement.query.as_ref().filter(|_| wanted > 0) {
        let mut filter = filter(query, reading);
        filter.without.ids = pinned.iter().map(|row| row.live.article_id).collect();
        // What ends, or moves to another place, makes room.
        let stories: BTreeSet<ArticleId> = planned.keys().map(|(id, _)| *id).collect();
        let mut paging = Paging::first();
        // Ends: each round goes on behind the last story of the list.
        loop {
            let page = store::listings::page(tx, Visibility::public(), &filter, paging, Bodies::NONE)?;
            filling.extend(page.items.into_iter().filter(|live| !stories.contains(&live.article_id)));
            paging.cursor = page.next.filter(|_| filling.len() < wanted);
            if paging.cursor.is_none() {
                break;
            }
        }
        let mut others = BTreeMap::new();
        let stories: Vec<_> = stories.into_iter().collect();
        for live in store::editions::live_everywhere(tx, Visibility::public(), &stories, BodyForm::None)? {
            others.insert((live.article_id, live.locale.clone()), live);
        }
        for id in stories {
            let keys = reading.chain.iter().map(|locale| (id, locale.clone()));
            let mut then = keys.map(|key| planned.get(&key).cloned().unwrap_or_else(|| others.get(&key).cloned()));
            filling.extend(then.find_map(|live| live).filter(|live| filter.holds(live)));
        }
        filter.sort(&mut filling);
    }
    let rows = at_slots(pinned, filling, most);
    listing(tx, reading, collection, rows, shape)
}
