//! Editions that begin and end: those of one story at once, whatever their number.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;

use crate::{
    domain::{Error, Id, Instant, Locale, address::AddressKind, article::Article, author::Author, edition::Edition, section::Section},
    store::{
        RunQueryDsl, Tx,
        claims::{self, Claim, SlugRequest},
        index,
        sql::Sql,
        translations,
    },
};

/// Editions whose words one statement holds.
const AT_ONCE: usize = 8;

/// An edition that begins, and the path of the section that its facts file it in.
#[derive(Debug)]
pub(in crate::store) struct Beginning {
    /// The edition.
    pub(in crate::store) edition: Edition,
    /// The path.
    pub(in crate::store) path: Vec<Id<Section>>,
}

/// Write editions of one story that begin, each under an address that is its own from now on; those before them have ended. The editions,
/// under the slugs that they have.
///
/// # Errors
/// [`Error::Taken`] when another was published at the same moment.
pub(in crate::store) fn begin(
    tx: &mut Tx<'_>,
    mut beginning: Vec<Beginning>,
    has_address: impl Fn(&Edition) -> bool,
) -> Result<Vec<Edition>, Error> {
    if !beginning.is_empty() {
        addresses(tx, &mut beginning, has_address)?;
        beginning.chunks(AT_ONCE).try_for_each(|some| rows(tx, some))?;
        names(tx, &beginning)?;
        index::list(tx, beginning.iter().map(|b| (&b.edition, b.path.as_slice())))?;
    }
    Ok(beginning.into_iter().map(|b| b.edition).collect())
}

/// Take the addresses of editions for good. Where another story was public under one first, it gets a number, and whatever was saved under it
/// has the same one from then on. That is no save: the words are those they were, and what was made from them, or named them by their
/// version, means them still.
fn addresses(tx: &mut Tx<'_>, beginning: &mut [Beginning], has_address: impl Fn(&Edition) -> bool) -> Result<(), Error> {
    let new = beginning.iter().map(|b| &b.edition).filter(|edition| !has_address(edition));
    let wanted: Vec<_> = new.map(|edition| (claim(edition), &edition.slug)).collect();
    let taken = claims::take(tx, &wanted)?;
    for Beginning { edition, .. } in beginning {
        if has_address(edition) || taken.contains(&edition.locale) {
            continue;
        }
        let saved = edition.slug.clone();
        let slug_request = SlugRequest::numbered(saved.clone(), edition.stem().unwrap_or_else(|| saved.clone()));
        edition.slug = claims::claim(tx, claim(edition), &slug_request)?;
        if edition.slug != saved {
            translations::rename(tx, (edition.article_id, &edition.locale), &saved, &edition.slug)?;
        }
    }
    Ok(())
}

fn claim(edition: &Edition) -> Claim<'_> {
    Claim { kind: AddressKind::Article, target: edition.article_id.uuid(), locale: &edition.locale }
}

fn rows(tx: &mut Tx<'_>, beginning: &[Beginning]) -> Result<(), Error> {
    let mut sql = Sql::new(
        "INSERT INTO editions (id, article_id, locale, kind, genre, section_id, facts, facts_version, slug, content, html, text, \
         words_version, word_count, reading_minutes, published_at, updated_at, started_at, minor, made_from_locale, made_from_version, \
         spoken, media)",
    );
    sql.values(beginning, |row, Beginning { edition: e, .. }| {
        let facts = &e.facts;
        row.id(e.id).id(e.article_id).text(e.locale.as_str()).text(facts.kind.as_str()).text(facts.genre.as_str()).id(facts.section_id);
        row.doc(json!(facts)).int(e.facts_version).text(e.slug.as_str()).doc(json!(e.words.content));
        row.text(&e.html).text(&e.text);
        row.int(e.words_version).int(e.word_count).int(e.reading_minutes).at(e.published_at).at(e.updated_at).at(e.started_at);
        row.bool(e.minor).some(e.made_from.as_ref(), |row, m| row.text(m.locale.as_str()));
        row.some(e.made_from.as_ref(), |row, m| row.int(m.version)).bytes(e.spoken.as_bytes()).doc(json!(e.pictured));
    });
    sql.execute(tx).map(drop)
}

/// End what is live of some locales of an article, each at its instant. Those that begin are off all lists as well then, whatever an older
/// program may have left there.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub(in crate::store) fn end(
    tx: &mut Tx<'_>,
    article: Id<Article>,
    ends: &BTreeMap<&Locale, Instant>,
    begin: &[Beginning],
) -> Result<(), Error> {
    let locales: BTreeSet<_> = ends.keys().copied().chain(begin.iter().map(|b| &b.edition.locale)).collect();
    if !locales.is_empty() {
        index::unlist(tx, article, locales)?;
    }
    if ends.is_empty() {
        return Ok(());
    }
    let mut sql = Sql::new("UPDATE editions SET ended_at = CASE locale");
    for (locale, at) in ends {
        sql.push(" WHEN ").text(locale.as_str()).push(" THEN ").at(*at);
    }
    sql.push(" END WHERE ended_at IS NULL AND article_id = ").id(article).push(" AND locale IN ").locales(ends.keys().copied());
    sql.execute(tx).map(drop)
}

/// What editions name: their tags and authors.
fn names(tx: &mut Tx<'_>, beginning: &[Beginning]) -> Result<(), Error> {
    let all = || beginning.iter().map(|b| &b.edition);
    let tags: Vec<_> = all().flat_map(|e| e.facts.tags.iter().map(|tag| (*tag, e.id))).collect();
    let credited = |e: &Edition| e.facts.credits.iter().map(|c| c.author_id).collect::<BTreeSet<Id<Author>>>();
    let authors: Vec<_> = all().flat_map(|e| credited(e).into_iter().map(|author| (author, e.id))).collect();
    if !tags.is_empty() {
        let mut sql = Sql::new("INSERT INTO edition_tags (tag_id, edition_id)");
        sql.values(tags, |row, (tag, edition)| _ = row.id(tag).id(edition));
        sql.execute(tx)?;
    }
    if !authors.is_empty() {
        let mut sql = Sql::new("INSERT INTO edition_authors (author_id, edition_id)");
        sql.values(authors, |row, (author, edition)| _ = row.id(author).id(edition));
        sql.execute(tx)?;
    }
    Ok(())
}
