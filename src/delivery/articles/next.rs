//! Which stories are next to one: what editors pin, then what was found to be related, and the latest on its subjects where nothing was found yet.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet, HashMap},
};

use uuid::Uuid;

use crate::{
    access::Visibility,
    domain::{Error, Locale, article::ArticleId, facet::Facet, fold::search_key},
    store::{
        self, Tx,
        editions::{BodyForm, Live},
        related::{LONGEST, LeadingOn},
    },
};

/// How many an article brings along.
const ALONG: usize = 4;
/// How many of the latest of each facet are looked at where nothing was found yet.
const LATEST: u32 = 40;

/// What leads on from an edition, before it is read: articles and their editions.
#[derive(Debug, Clone, Default)]
struct Next {
    pinned: Vec<(ArticleId, Uuid)>,
    found: Vec<(ArticleId, Uuid)>,
}

/// The latest that share the most tags with each of these, but for some, and then the latest of its section.
fn latest(tx: &mut Tx<'_>, lives: &[&Live], without: &[BTreeSet<ArticleId>]) -> Result<Vec<Vec<(ArticleId, Uuid)>>, Error> {
    let mut facets = BTreeMap::<_, BTreeSet<Facet>>::new();
    for live in lives.iter().filter(|live| live.facts.kind.is_news()) {
        let of = facets.entry(live.locale.clone()).or_default();
        of.extend(live.facts.tags.iter().take(5).map(|id| Facet::from(*id)));
        of.insert(Facet::from(live.facts.section_id));
    }
    let mut latest = HashMap::new();
    for (locale, facets) in facets {
        for found in store::listings::latest(
            tx,
            Visibility::public(),
            std::slice::from_ref(&locale),
            &facets.into_iter().collect::<Vec<_>>(),
            LATEST,
        )? {
            latest.entry((locale.clone(), found.facet)).or_insert_with(Vec::new).push(found);
        }
    }
    let of = |(live, without): (&&Live, &BTreeSet<ArticleId>)| {
        let mut scored: HashMap<ArticleId, (usize, i64, Uuid)> = HashMap::new();
        let section = Facet::from(live.facts.section_id);
        let tags = live.facts.tags.iter().take(5).map(|id| (Facet::from(*id), 2));
        for (facet, points) in tags.chain([(section, 1)]).filter(|_| live.facts.kind.is_news()) {
            let found = latest.get(&(live.locale.clone(), facet)).into_iter().flatten();
            for found in found.filter(|f| f.article_id != live.article_id && !without.contains(&f.article_id)) {
                let scored = scored.entry(found.article_id).or_insert((0, found.at.as_micros(), found.edition_id));
                scored.0 = scored.0.saturating_add(points);
            }
        }
        let mut all: Vec<_> = scored.into_iter().collect();
        all.sort_by_key(|(id, (points, at, _))| Reverse((*points, *at, id.uuid())));
        all.into_iter().map(|(id, (_, _, edition))| (id, edition)).collect()
    };
    Ok(lives.iter().zip(without).map(of).collect())
}

/// What leads on from some editions, so many of each: the articles, and what is live of all of them, each once, in no order.
pub(super) fn next(tx: &mut Tx<'_>, lives: &[Live], most: usize, looked_at: usize) -> Result<(Vec<Vec<ArticleId>>, Vec<Live>), Error> {
    let those: Vec<_> = lives.iter().map(|live| (live.article_id, &live.locale)).collect();
    let mut known = store::related::leading_on(tx, Visibility::public(), &those, looked_at)?;
    let mut all = Vec::with_capacity(lives.len());
    let (mut lacking, mut without) = (Vec::new(), Vec::new());
    for (n, live) in lives.iter().enumerate() {
        let LeadingOn { pinned, found, mut banned } = known.remove(&(live.article_id, live.locale.clone())).unwrap_or_default();
        if found.is_empty() && pinned.len() < most {
            banned.extend(pinned.iter().map(|(id, _)| *id));
            lacking.push((n, live));
            without.push(banned);
        }
        all.push(Next { pinned, found });
    }
    if !lacking.is_empty() {
        let (places, lacking): (Vec<_>, Vec<_>) = lacking.into_iter().unzip();
        for (n, latest) in places.into_iter().zip(latest(tx, &lacking, &without)?) {
            all.get_mut(n).into_iter().for_each(|next| next.found.clone_from(&latest));
        }
    }
    // Some may say the same as another.
    all.iter_mut().for_each(|next| next.found.truncate(most.saturating_mul(2)));
    let editions: BTreeSet<Uuid> = all.iter().flat_map(|next| next.pinned.iter().chain(&next.found)).map(|(_, edition)| *edition).collect();
    let found = store::editions::live_by_ids(tx, Visibility::public(), &editions, BodyForm::None)?;
    let keys: HashMap<(ArticleId, &Locale), String> =
        found.iter().map(|live| ((live.article_id, &live.locale), search_key(&live.content.headline))).collect();
    // Of what was found nothing has the headline of the story, or of another; what editors pin comes whatever it says.
    let told = |(live, next): (&Live, Next)| {
        let key = |id: &ArticleId| keys.get(&(*id, &live.locale));
        let mut said: BTreeSet<&String> = next.pinned.iter().filter_map(|(id, _)| key(id)).collect();
        let own = search_key(&live.content.headline);
        let others = next.found.iter().map(|(id, _)| *id).filter(|id| key(id).is_some_and(|key| *key != own && said.insert(key)));
        next.pinned.iter().map(|(id, _)| *id).chain(others).take(most).collect::<Vec<_>>()
    };
    let told: Vec<_> = lives.iter().zip(all).map(told).collect();
    let shown: BTreeSet<ArticleId> = told.iter().flatten().copied().collect();
    let found = found.into_iter().filter(|live| shown.contains(&live.article_id)).collect();
    Ok((told, found))
}

/// What comes along with some editions.
pub(super) fn along(tx: &mut Tx<'_>, lives: &[Live]) -> Result<(Vec<Vec<ArticleId>>, Vec<Live>), Error> {
    next(tx, lives, ALONG, LONGEST)
}
