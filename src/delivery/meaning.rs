//! What may have been meant by a search that found nothing, as a story that is live writes it.
//!
//! **Context.** The index has words as they are folded: without case, accents and dots. **Decision.** A word that is proposed is looked up in a story that has it.

use std::collections::BTreeSet;

use crate::{
    access::Visibility,
    domain::{
        Error, Instant, Locale,
        analysis::{Analyser, Word},
        content::TEXTS,
        recency::Recency,
    },
    search::{Among, Languages, Meant, Query, Ranking, SearchIndex},
    store::{self, Tx, editions::BodyForm},
};

/// Stories in which a word is looked for.
const STORIES: usize = 3;
/// Words that are looked for in stories; the others are proposed as they are folded.
const WORDS: usize = 4;

/// The same query with words that stories have, where others were typed.
///
/// # Errors
/// [`Error::SearchBuilding`] where there is no index yet; [`Error::Internal`] when it or the database cannot be read.
pub fn meant(tx: &mut Tx<'_>, index: &SearchIndex, typed: &str, locale: &Locale) -> Result<Option<String>, Error> {
    let Some(all) = index.meant(typed, locale)? else { return Ok(None) };
    let mut left = WORDS;
    let each = all.into_iter().map(|Meant { before, word, is_typed }| {
        let is_looked_up = !is_typed && left > 0;
        left = left.saturating_sub(usize::from(is_looked_up));
        let word = if is_looked_up { written(tx, index, &word, locale)?.unwrap_or(word) } else { word };
        Ok(format!("{before}{word}"))
    });
    Ok(Some(each.collect::<Result<Vec<_>, Error>>()?.join(" ")))
}

/// A word as the first story that has it writes it; nothing where none is live.
fn written(tx: &mut Tx<'_>, index: &SearchIndex, folded: &str, locale: &Locale) -> Result<Option<String>, Error> {
    let query = Query {
        typed: format!("\"{folded}\""),
        languages: Languages::Any(vec![locale.clone()]),
        among: Among::default(),
        ranking: Ranking::Relevance,
        recency: Recency::default(),
        today: Instant::from_micros(0),
        limit: STORIES,
        cursor: None,
        is_counted: false,
        facets: BTreeSet::new(),
    };
    let hits = index.search(&query)?.hits;
    let those: Vec<_> = hits.iter().map(|hit| (hit.article, &hit.locale)).collect();
    let lives = store::editions::live_each(tx, Visibility::public(), &those, BodyForm::Beginning)?;
    let analyser = Analyser::of(locale);
    let texts = lives.iter().flat_map(|live| TEXTS.iter().map(|text| (text.of)(&live.content)).chain([&*live.body]));
    for text in texts {
        let places = analyser.places(text, &mut |word| {
            let is_it = |found: &Word<'_>| found.folded == folded;
            analyser.forms(word).filter(is_it).map(|found| found.range)
        });
        if let Some(word) = places.into_iter().next().and_then(|place| text.get(place)) {
            return Ok(Some(word.to_owned()));
        }
    }
    Ok(None)
}
