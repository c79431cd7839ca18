//! Where a page goes on: behind a story, wherever that stands by now.
//!
//! **Context.** How well a story fits follows from how rare words are among all that is live, and from the day: each publication moves all scores a little. **Decision.** A
//! page goes on behind the story that the one before ended with, at the place that it has now, or behind those before it, where that is not found any more; the score that a cursor
//! tells counts where none of them is. **Consequence.** What is published between two pages moves nothing from one to the other, as far as it does not change the order itself.

use tantivy::{DocSet, TERMINATED, schema::Term};
use uuid::Uuid;

use super::{
    budget::Budget,
    candidate::{Candidate, Within, each_once},
    pass::{Having, Pass, Wanted},
    query::{Query, Ranking},
    rank::level,
    searching::Snapshot,
};
use crate::domain::{Error, article::ArticleId, collation::NameKey, page::Cursor};

/// Stories beside the last one of a page that its cursor names.
const BESIDE: usize = 3;

/// The stories of a page, from its end on, as the name of a cursor behind the first of them.
#[must_use]
pub fn beside(stories: impl Iterator<Item = ArticleId>) -> NameKey {
    let ids: Vec<[u8; 16]> = stories.skip(1).take(BESIDE).map(|id| id.uuid().into_bytes()).collect();
    NameKey::of(ids.as_flattened())
}

/// The story at the end of a page, and those beside it, the nearest first.
fn named(cursor: &Cursor) -> Vec<Uuid> {
    let (beside, _) = cursor.name.as_bytes().as_chunks();
    std::iter::once(cursor.id).chain(beside.iter().take(BESIDE).map(|id| Uuid::from_bytes(*id))).collect()
}

impl Snapshot {
    /// The cursor of a query at the place that its story has now.
    pub(super) fn anchored(&self, query: &Query, wanted: &[Wanted<'_>], budget: &mut Budget) -> Result<Option<Cursor>, Error> {
        let Some(cursor) = query.cursor.filter(|_| query.ranking == Ranking::Relevance) else { return Ok(query.cursor) };
        for id in named(&cursor) {
            let Some(key) = self.key(id, query, wanted, budget)? else { continue };
            // What has less of what was typed than it had, or more, was edited: where it stood, others go on.
            let stands = level(key).cmp(&level(cursor.key));
            let stands_for_it = stands.is_eq() || (id != cursor.id && stands.is_gt() != cursor.backwards);
            if stands_for_it {
                return Ok(Some(Cursor { key, id, ..cursor }));
            }
        }
        Ok(Some(cursor))
    }

    /// What a story is sorted by now; nothing where it has nothing of what is wanted.
    fn key(&self, id: Uuid, query: &Query, wanted: &[Wanted<'_>], budget: &mut Budget) -> Result<Option<i64>, Error> {
        let term = Term::from_field_bytes(self.fields.article, id.as_bytes());
        let mut found: Vec<Candidate> = Vec::new();
        for at in self.segments.iter().enumerate() {
            let Some(mut list) = at.1.list(&term)? else { continue };
            // Ends: each round reads on, and a list has an end.
            while list.doc() != TERMINATED {
                for wanted in wanted {
                    let within = Within::of(query, wanted, at);
                    Pass::new(query, wanted, at.1)?.at(list.doc(), Having::Some, budget, &mut |matched| {
                        found.push(within.candidate(matched, within.placed(matched)));
                    })?;
                }
                list.advance();
            }
        }
        each_once(&mut found);
        Ok(found.iter().find(|candidate| candidate.article == id).map(|candidate| candidate.key))
    }
}
