//! Pages whose first page a collection makes.

use super::{Cards, View, card, cards, cards_shape, rest::Rest};
use crate::{
    access::Visibility,
    delivery::{
        Reading,
        collections::{self, Row},
    },
    domain::{
        Error,
        collection::{Collection, Place, Query},
        page::{Order, PageInfo, Paging},
    },
    store::{
        self, Tx,
        editions::{Bodies, Live},
        listings::Filter,
    },
};

/// A page of the stories of a part of the site, which lists what a filter shows. Its first page is what editors have arranged, if they have; those after it
/// go on with the list, without what that has shown.
pub(super) fn stories(
    tx: &mut Tx<'_>,
    reading: &Reading,
    place: &Place,
    filter: &Filter,
    (paging, view): (Paging, &View),
) -> Result<Cards, Error> {
    if view.rest.is_none()
        && paging.cursor.is_none()
        && let Some(collection) = store::collections::at(tx, place, &reading.locale)?.pop()
    {
        return first(tx, reading, (&collection, place), filter, (paging, view));
    }
    cards(tx, reading, filter, paging, view)
}

fn key(live: &Live) -> (i64, uuid::Uuid) {
    (live.published_at.as_micros(), live.article_id.uuid())
}

/// Whether a query asks for what the part of the site lists anyway, in the same order.
fn is_plain(query: &Query, place: &Place) -> bool {
    let plain = Query { section: place.section_id.into_iter().collect(), sort: query.sort, ..Query::default() };
    *query == plain && query.sort.unwrap_or_default() == Order::Newest
}

fn first(
    tx: &mut Tx<'_>,
    reading: &Reading,
    (collection, place): (&Collection, &Place),
    filter: &Filter,
    (paging, view): (Paging, &View),
) -> Result<Cards, Error> {
    let filter = Filter { chain: reading.chain.clone(), order: Order::Newest, ..filter.clone() };
    let most = collections::most(collection).min(usize::try_from(paging.limit).unwrap_or_default());
    let arranged = collections::arrange(tx, reading, collection, most)?;
    let (count, shape) = (arranged.rows.len(), cards_shape(view));
    let rows = collections::with_bodies(tx, reading, arranged.rows, &shape)?;
    let ids = |rows: &[Row]| rows.iter().map(|row| row.live.article_id).collect::<Vec<_>>();
    let goes_on = collection.arrangement.query.as_ref().is_some_and(|query| is_plain(query, place)) && rows.len() == count;
    let last = rows.iter().rfind(|row| row.item.is_none()).map(|row| key(&row.live)).filter(|_| goes_on);
    let (rest, more) = if let Some(after) = last {
        // The list goes on where it was left; what is pinned would come again where it is older.
        let older: Vec<Row> = rows.iter().filter(|row| row.item.is_some() && key(&row.live) < after).cloned().collect();
        (Rest { after: Some(after), shown: ids(&older) }, arranged.more)
    } else {
        let rest = Rest { after: None, shown: ids(&rows) };
        let mut left = filter.clone();
        left.without.ids.clone_from(&rest.shown);
        let one = Paging { limit: 1, cursor: None, count: false };
        let found = store::listings::page(tx, Visibility::public(), &left, one, Bodies::NONE)?;
        (rest, !found.items.is_empty())
    };
    let total = if paging.count { total(tx, &filter)? } else { None };
    let (articles, included) = collections::told(tx, reading, rows, &shape)?;
    let page = PageInfo { next: more.then(|| rest.first()), previous: None, total };
    Ok(Cards { data: articles.into_iter().map(card).collect(), page, included })
}

/// How many stories a list has in all.
pub(super) fn total(tx: &mut Tx<'_>, filter: &Filter) -> Result<Option<i64>, Error> {
    let one = Paging { limit: 1, cursor: None, count: true };
    Ok(store::listings::page(tx, Visibility::public(), filter, one, Bodies::NONE)?.total)
}
