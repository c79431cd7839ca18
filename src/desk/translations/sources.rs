//! Which blocks of one source are which of another, by the sources that both were made from.

use std::collections::HashMap;

use crate::{
    domain::{
        Error, Locale,
        article::Article,
        body::{BlockId, blocks},
        translation::MadeFrom,
    },
    store::{self, Tx},
};

/// As far up sources are followed; a newsroom has three in a row at most.
const FOLLOWED: usize = 8;

/// The blocks of a revision, and of every source above it those that they render: by locale, the nearest first.
#[derive(Debug, Default)]
pub(super) struct Sources(Vec<(Locale, HashMap<BlockId, BlockId>)>);

impl Sources {
    /// Those of a revision. What is not kept, or not shown to whoever asks, ends them.
    ///
    /// # Errors
    /// [`Error::Internal`] when the database fails.
    pub(super) fn of(tx: &mut Tx<'_>, article: &Article, revision: &MadeFrom) -> Result<Self, Error> {
        let (mut all, mut at) = (Self::default(), Some(revision.clone()));
        // Ends: every step is to another locale.
        while let Some(of) = at.take() {
            let (words, made_from) = match store::revisions::words(tx, article, &of.locale, of.version) {
                Ok(found) => found,
                Err(Error::NotFound(_)) => break,
                Err(other) => return Err(other),
            };
            if all.0.is_empty() {
                all.0.push((of.locale, blocks::ids(&words.body).into_iter().map(|id| (id.clone(), id)).collect()));
            }
            let is_new = |up: &MadeFrom| all.0.len() < FOLLOWED && all.0.iter().all(|(locale, _)| *locale != up.locale);
            let (Some(up), Some((_, last))) = (made_from.filter(is_new), all.0.last()) else { break };
            let named = blocks::sources(&words.body);
            let above = last.iter().filter_map(|(own, id)| Some((own.clone(), named.get(id)?.clone()))).collect();
            all.0.push((up.locale.clone(), above));
            at = Some(up).filter(|up| up.locale != article.facts.source_locale);
        }
        Ok(all)
    }

    /// The blocks of another source that say what those of this one say: by the nearest locale that both come from.
    pub(super) fn to(&self, other: &Self) -> HashMap<BlockId, BlockId> {
        let common = self.0.iter().find_map(|(locale, own)| Some((own, &other.0.iter().find(|(there, _)| there == locale)?.1)));
        let Some((own, theirs)) = common else { return HashMap::new() };
        let back: HashMap<&BlockId, &BlockId> = theirs.iter().map(|(id, there)| (there, id)).collect();
        own.iter().filter_map(|(id, there)| Some((id.clone(), (*back.get(there)?).clone()))).collect()
    }
}
