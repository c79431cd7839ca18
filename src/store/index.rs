//! The index of lists: what is live, under everything that it is listed under. `listings` reads it.

use super::{RunQueryDsl, Tx, sql::Sql};
use crate::domain::{Error, Id, Locale, article::Article, edition::Edition, facet::Facet, section::Section};

/// Rows that one statement writes.
const AT_ONCE: usize = 1_000;

/// List editions that have become live, each in a section with this path.
pub(super) fn list<'e>(tx: &mut Tx<'_>, editions: impl Iterator<Item = (&'e Edition, &'e [Id<Section>])>) -> Result<(), Error> {
    let rows = editions
        .flat_map(|(edition, path)| Facet::of(&edition.facts, &edition.pictured, path).into_iter().map(move |facet| (facet, edition)));
    let mut rows = rows.peekable();
    // Ends: each round takes as many as there are, or so many.
    while rows.peek().is_some() {
        let mut sql = Sql::new("INSERT INTO live_listings (facet, locale, published_at, article_id, updated_at, edition_id)");
        sql.values(rows.by_ref().take(AT_ONCE), |row, (facet, edition)| {
            row.id(Id::<Facet>::from(facet.uuid())).text(edition.locale.as_str()).at(edition.published_at).id(edition.article_id);
            row.at(edition.updated_at).id(edition.id);
        });
        sql.execute(tx)?;
    }
    Ok(())
}

/// Take an article in some locales off all lists, whichever of its editions stands there.
pub(super) fn unlist<'l>(tx: &mut Tx<'_>, article: Id<Article>, locales: impl IntoIterator<Item = &'l Locale>) -> Result<(), Error> {
    let mut sql = Sql::new("DELETE FROM live_listings WHERE article_id = ");
    sql.id(article).push(" AND locale IN ").locales(locales);
    sql.execute(tx).map(drop)
}

/// List what lies in a section and below it under the sections that are above it now, not under those that were.
pub(super) fn relist(tx: &mut Tx<'_>, before: &[Id<Section>], after: &[Id<Section>]) -> Result<(), Error> {
    let (Some((moved, above_before)), Some((_, above_after))) = (before.split_last(), after.split_last()) else { return Ok(()) };
    let mut sql = Sql::new("DELETE FROM live_listings WHERE facet IN ");
    sql.ids(above_before.iter().copied()).push(" AND (locale, published_at, article_id) IN (SELECT locale, published_at, article_id ");
    sql.push("FROM live_listings WHERE facet = ").id(*moved).push(")");
    sql.execute(tx)?;
    for section in above_after {
        let mut sql = Sql::new("INSERT INTO live_listings (facet, locale, published_at, article_id, updated_at, edition_id) SELECT ");
        sql.id(*section).push(", locale, published_at, article_id, updated_at, edition_id FROM live_listings WHERE facet = ").id(*moved);
        // What was published beside a move by an older program may stand there already, with an edition that has ended since.
        sql.push(" ON CONFLICT (facet, locale, published_at, article_id) DO UPDATE SET updated_at = excluded.updated_at, ");
        sql.push("edition_id = excluded.edition_id");
        sql.execute(tx)?;
    }
    Ok(())
}
