//! Where a page goes on: behind a story, wherever that stands by now.
//!
//! **Context.** How well a story fits follows from how rare words are among all that is live, and from the day: each publication moves all scores a little. **Decision.** A
//! page goes on behind the story that the one before ended with, at the place that it has now; the score that a cursor tells is where it stood, which counts only where it is
//! not found any more. **Consequence.** What is published between two pages moves nothing from one to the other, as far as it does not change the order itself.

use tantivy::{DocSet, TERMINATED, schema::Term};

use super::{
    budget::Budget,
    candidate::{Candidate, Within, each_once},
    pass::{Having, Pass, Wanted},
    query::{Query, Ranking},
    searching::Snapshot,
};
use crate::domain::{Error, page::Cursor};

impl Snapshot {
    /// The cursor of a query at the place that its story has now.
    pub(super) fn anchored(&self, query: &Query, wanted: &[Wanted<'_>], budget: &mut Budget) -> Result<Option<Cursor>, Error> {
        let Some(cursor) = query.cursor.filter(|_| query.ranking == Ranking::Relevance) else { return Ok(query.cursor) };
        let term = Term::from_field_bytes(self.fields.article, cursor.id.as_bytes());
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
        let key = found.iter().find(|candidate| candidate.article == cursor.id).map_or(cursor.key, |candidate| candidate.key);
        Ok(Some(Cursor { key, ..cursor }))
    }
}
