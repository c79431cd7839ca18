//! Rails: the collections that editors have put there, or the latest, and what is read most.

use std::collections::BTreeSet;

use uuid::Uuid;

use super::{Card, Rail, RailKind, card};
use crate::{
    access::Visibility,
    delivery::{
        Reading, articles,
        articles::{BodyFormat, Field, Shape},
        collections,
    },
    domain::{
        Error,
        article::ArticleId,
        collection::{Collection, Place, PlaceKind},
    },
    store::{self, Tx, editions::BodyForm, listings},
};

/// How many stories a rail shows that nobody has arranged.
const RAIL: usize = 10;

/// What a page shows before its rails.
#[derive(Default)]
pub(super) struct Before {
    /// The article that they stand beside.
    pub(super) beside: Option<ArticleId>,
    /// Its stories.
    pub(super) stories: Vec<ArticleId>,
}

/// The rails of a kind of page: collections in the place of the latest, and what is read most, in the languages of the page and without the story that they stand beside. Where
/// the site shows nothing twice on a page, they are without what was shown before them.
pub(super) fn rails(
    tx: &mut Tx<'_>,
    reading: &Reading,
    kind: PlaceKind,
    usual: &[(RailKind, listings::Rail)],
    before: Before,
) -> Result<Vec<Rail>, Error> {
    let is_unique = reading.masthead.site.unique_on_page;
    let mut shown: BTreeSet<ArticleId> = before.beside.into_iter().collect();
    shown.extend(before.stories.into_iter().filter(|_| is_unique));
    let bound = store::collections::at(tx, &Place::rail(kind), &reading.locale)?;
    if bound.is_empty() {
        return of_listings(tx, reading, usual, (shown, is_unique));
    }
    let mut rails = of_collections(tx, reading, &bound, (&mut shown, is_unique))?;
    let others: Vec<_> = usual.iter().filter(|(kind, _)| *kind == RailKind::MostRead).copied().collect();
    rails.extend(of_listings(tx, reading, &others, (shown, is_unique))?);
    Ok(rails)
}

/// Rails that editors have arranged. What is pinned in any of them is read at once, and so are all that they show told: beside that a rail costs what its query does.
fn of_collections(
    tx: &mut Tx<'_>,
    reading: &Reading,
    bound: &[Collection],
    (shown, is_unique): (&mut BTreeSet<ArticleId>, bool),
) -> Result<Vec<Rail>, Error> {
    let pinned: Vec<_> = bound.iter().map(|one| collections::pinned(tx, one, collections::most(one))).collect();
    let ids: BTreeSet<_> = pinned.iter().flatten().map(|item| item.article_id).filter(|id| !shown.contains(id)).collect();
    let lives = collections::live(tx, reading, &Vec::from_iter(ids))?;
    let (mut rows, mut rails) = (Vec::new(), Vec::new());
    for (collection, open) in bound.iter().zip(pinned) {
        let of_rail = collections::fill(tx, reading, (collection, collections::most(collection)), (open, &lives), shown)?.rows;
        shown.extend(of_rail.iter().map(|row| row.live.article_id).filter(|_| is_unique));
        rails.push((collections::info(reading, collection), of_rail.len()));
        rows.extend(of_rail);
    }
    let shape = Shape { fields: Some([Field::Retracted].into_iter().collect()), ..Shape::whole(BodyFormat::None).as_rows() };
    let (articles, _) = collections::told(tx, reading, rows, &shape)?;
    let mut cards = articles.into_iter().map(card);
    let rail = |(collection, count)| Rail {
        kind: RailKind::Collection,
        collection: Some(collection),
        articles: cards.by_ref().take(count).collect(),
    };
    Ok(rails.into_iter().map(rail).collect())
}

fn of_listings(
    tx: &mut Tx<'_>,
    reading: &Reading,
    usual: &[(RailKind, listings::Rail)],
    (mut shown, is_unique): (BTreeSet<ArticleId>, bool),
) -> Result<Vec<Rail>, Error> {
    if usual.is_empty() {
        return Ok(Vec::new());
    }
    let asked: Vec<_> = usual.iter().map(|(_, rail)| *rail).collect();
    // One more than there are to be where one may be left out; of those before it each rail leaves out as many as they show.
    let before = if is_unique { shown.len().saturating_add(usual.len().saturating_sub(1).saturating_mul(RAIL)) } else { 1 };
    let each = u32::try_from(RAIL.saturating_add(before.max(1))).unwrap_or(100);
    let mut found = listings::rails(tx, Visibility::public(), &reading.chain, &asked, each)?;
    let mut chosen = Vec::new();
    for (kind, rail) in usual {
        let of_rail = found.iter().filter(|l| l.is_of(*rail) && !shown.contains(&l.article_id));
        let of_rail: Vec<_> = of_rail.map(|l| l.article_id).take(RAIL).collect();
        shown.extend(of_rail.iter().copied().filter(|_| is_unique));
        chosen.push((*kind, of_rail));
    }
    if is_unique {
        found.retain(|l| chosen.iter().any(|(_, of_rail)| of_rail.contains(&l.article_id)));
    }
    let editions: BTreeSet<Uuid> = found.iter().map(|l| l.edition_id).collect();
    let lives = store::editions::live_by_ids(tx, Visibility::public(), &editions, BodyForm::None)?;
    let cards: Vec<Card> = articles::shown(tx, reading, lives)?.into_iter().map(card).collect();
    let rail = |(kind, of_rail): (RailKind, Vec<ArticleId>)| {
        let articles = of_rail.into_iter().filter_map(|id| cards.iter().find(|card| card.id == id).cloned()).collect();
        Rail { kind, collection: None, articles }
    };
    Ok(chosen.into_iter().map(rail).collect())
}
