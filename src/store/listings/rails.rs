//! Rails: a few stories of each of several facets at once, the latest or those that are read most.

use std::cmp::Reverse;

use diesel::{QueryableByName, sql_types::BigInt};
use uuid::Uuid;

use super::{
    Order,
    conditions::keep_what_was_under,
    scan::{in_order, under},
};
use crate::{
    access::Visibility,
    domain::{Error, Id, Instant, Locale, article::Article, cache_tag::CacheTag, edition::Edition, facet::Facet, views::Window},
    store::{
        RunQueryDsl, Tx,
        dialect::{At, Uid},
        sql::Sql,
    },
};

/// What a rail shows of a facet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rail {
    /// What was first published last.
    Latest(Facet),
    /// What is read most in a window.
    MostRead(Facet, Window),
}

/// An edition among those of a rail.
#[derive(Debug, Clone, Copy, QueryableByName)]
pub struct Latest {
    #[diesel(sql_type = Uid, deserialize_as = Id<Facet>)]
    /// The facet.
    pub facet: Facet,
    /// The article.
    #[diesel(sql_type = Uid)]
    pub article_id: Id<Article>,
    /// The edition.
    #[diesel(sql_type = Uid, deserialize_as = Id<Edition>)]
    pub edition_id: Uuid,
    /// First publication.
    #[diesel(sql_type = At)]
    pub at: Instant,
    /// The place among those that are read most in the locale; nothing among the latest.
    #[diesel(sql_type = BigInt)]
    place: i64,
    /// The place of its locale in the chain.
    #[diesel(sql_type = BigInt)]
    rank: i64,
}

impl Latest {
    /// Whether it stands in this rail, of those of one window that were asked for.
    #[must_use]
    pub fn is_of(&self, rail: Rail) -> bool {
        match rail {
            Rail::Latest(facet) => self.place == 0 && self.facet == facet,
            Rail::MostRead(facet, _) => self.place > 0 && self.facet == facet,
        }
    }
}

/// The latest of several facets, as [`rails`] has them.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn latest(tx: &mut Tx<'_>, visibility: Visibility, chain: &[Locale], facets: &[Facet], each: u32) -> Result<Vec<Latest>, Error> {
    let asked: Vec<_> = facets.iter().copied().map(Rail::Latest).collect();
    rails(tx, visibility, chain, &asked, each)
}

/// Several rails, each story in the first locale of a chain that it is live in, so many of each in each locale: one statement for a hundred rails in a
/// locale. The latest come newest first, over all locales; what is read most in the order of that, and what is read most in a locale before all of the
/// next one of the chain: readers of different languages are not added up.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn rails(tx: &mut Tx<'_>, _: Visibility, chain: &[Locale], rails: &[Rail], each: u32) -> Result<Vec<Latest>, Error> {
    let mut all: Vec<Latest> = Vec::new();
    let places = (0..chain.len()).filter_map(|place| {
        let (earlier, rest) = chain.split_at(place);
        Some((rest.first()?, earlier))
    });
    let asked: Vec<_> = places.flat_map(|(locale, earlier)| rails.iter().map(move |rail| (locale, earlier, *rail))).collect();
    for hundred in asked.chunks(100) {
        let mut sql = Sql::default();
        for (locale, earlier, rail) in hundred {
            let of_rail = match rail {
                Rail::Latest(facet) => newest(tx, locale, *facet),
                // What was read most in the past is not known.
                Rail::MostRead(..) if tx.as_of.is_some() => continue,
                Rail::MostRead(facet, window) => most_read(tx, (locale, earlier.len()), *facet, *window),
            };
            sql.push(if sql.is_empty() { "" } else { " UNION ALL " });
            sql.push("SELECT * FROM (SELECT ").append(of_rail);
            if !earlier.is_empty() {
                sql.push(" AND NOT EXISTS (SELECT 1 FROM editions b WHERE b.article_id = l.article_id AND ").public(tx, "b");
                sql.push(" AND b.locale IN ").locales(*earlier).push(")");
            }
            match rail {
                Rail::Latest(_) => in_order(&mut sql, Order::Newest, false),
                Rail::MostRead(..) => _ = sql.push(" ORDER BY m.place"),
            }
            sql.push(" LIMIT ").int(i64::from(each)).push(") AS of_facet");
        }
        if !sql.is_empty() {
            all.extend(sql.load::<Latest>(tx)?);
        }
    }
    all.sort_by_key(|one| (one.place > 0, if one.place > 0 { (one.rank, one.place) } else { (0, 0) }, Reverse((one.at, one.article_id))));
    Ok(all)
}

/// What is listed under a facet in a locale.
fn newest(tx: &mut Tx<'_>, locale: &Locale, facet: Facet) -> Sql {
    tx.note(CacheTag::list(locale, facet));
    let mut sql = Sql::default();
    let unplaced = "CAST(0 AS BIGINT) AS place, CAST(0 AS BIGINT) AS rank";
    if tx.as_of.is_some() {
        sql.id(Id::<Facet>::from(facet.uuid()));
        sql.push(" AS facet, l.article_id, l.id AS edition_id, l.published_at AS at, ").push(unplaced).push(" FROM editions l WHERE ");
        sql.public(tx, "l").push(" AND l.locale = ").text(locale.as_str());
        keep_what_was_under(&mut sql, &[facet]);
    } else {
        sql.push("l.facet, l.article_id, l.edition_id, l.published_at AS at, ").push(unplaced);
        under(&mut sql, "live_listings l", locale, facet);
    }
    sql
}

/// What is read most of it, as far as it is listed there now.
fn most_read(tx: &mut Tx<'_>, (locale, rank): (&Locale, usize), facet: Facet, window: Window) -> Sql {
    tx.note(CacheTag::list(locale, facet));
    tx.note_until(window.shown_until(tx.now()));
    let mut sql = Sql::new("l.facet, l.article_id, l.edition_id, l.published_at AS at, m.place AS place, CAST(");
    sql.int(i64::try_from(rank).unwrap_or(i64::MAX)).push(" AS BIGINT) AS rank");
    under(
        &mut sql,
        "most_read m JOIN live_listings l ON l.article_id = m.article_id AND l.locale = m.locale AND l.facet = m.facet",
        locale,
        facet,
    );
    sql.push(" AND m.in_window = ").text(window.as_str()).push(" AND m.facet = ").id(Id::<Facet>::from(facet.uuid()));
    sql.push(" AND m.locale = ").text(locale.as_str());
    sql
}
