//! The index of lists: what is live, under everything that it is listed under. `listings` reads it.

use super::{Tx, sql::Sql};
use crate::domain::{Error, Id, Locale, article::Article, edition::Edition, facet::Facet, section::Section};

/// List an edition that has become live, in a section with this path.
pub(super) fn list(tx: &mut Tx<'_>, edition: &Edition, path: &[Id<Section>]) -> Result<(), Error> {
    let mut sql = Sql::new("INSERT INTO live_listings (facet, locale, published_at, article_id, updated_at, edition_id) VALUES ");
    for (n, facet) in Facet::of(&edition.facts, path).into_iter().enumerate() {
        sql.push(if n == 0 { "(" } else { ", (" }).id(Id::<Facet>::from(facet.uuid())).push(", ").text(edition.locale.as_str());
        sql.push(", ").at(edition.published_at).push(", ").id(edition.article_id).push(", ").at(edition.updated_at);
        sql.push(", ").id(edition.id).push(")");
    }
    sql.execute(tx).map(drop)
}

/// Take what is live of an article, in one locale or in all of them, off all lists.
pub(super) fn unlist(tx: &mut Tx<'_>, article: Id<Article>, locale: Option<&Locale>) -> Result<(), Error> {
    let mut sql = Sql::new("DELETE FROM live_listings WHERE edition_id IN (SELECT id FROM editions WHERE article_id = ");
    sql.id(article);
    if let Some(locale) = locale {
        sql.push(" AND locale = ").text(locale.as_str());
    }
    sql.push(" AND ended_at IS NULL)");
    sql.execute(tx).map(drop)
}

/// List what lies in a section and below it under the sections that are above it now, not under those that were.
pub(super) fn relist(tx: &mut Tx<'_>, before: &[Id<Section>], after: &[Id<Section>]) -> Result<(), Error> {
    let (Some((moved, above_before)), Some((_, above_after))) = (before.split_last(), after.split_last()) else { return Ok(()) };
    let mut sql = Sql::new("DELETE FROM live_listings WHERE facet IN ");
    sql.ids(above_before.iter().copied()).push(" AND edition_id IN (SELECT edition_id FROM live_listings WHERE facet = ");
    sql.id(*moved).push(")");
    sql.execute(tx)?;
    for section in above_after {
        let mut sql = Sql::new("INSERT INTO live_listings (facet, locale, published_at, article_id, updated_at, edition_id) SELECT ");
        sql.id(*section).push(", locale, published_at, article_id, updated_at, edition_id FROM live_listings WHERE facet = ").id(*moved);
        // What was published beside a move by an older program may stand there already.
        sql.push(" ON CONFLICT DO NOTHING");
        sql.execute(tx)?;
    }
    Ok(())
}
