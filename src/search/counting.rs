//! Counts stories by what they are: facets.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::{
    candidate::Candidate,
    matching::Segment,
    query::{Count, FacetKind},
};
use crate::domain::Error;

/// Values that are told of each facet at most.
pub const MOST_VALUES: usize = 100;

/// The column that a facet is read off, of those of [`Columns::fact`](super::among::Columns::fact).
fn column(kind: FacetKind) -> Option<usize> {
    match kind {
        FacetKind::Section => Some(0),
        FacetKind::Author => Some(1),
        FacetKind::Tag => Some(2),
        FacetKind::Kind => Some(3),
        FacetKind::Year => None,
    }
}

/// How many of those that were found have which value.
pub(super) fn counted(
    segments: &[Segment],
    kinds: &BTreeSet<FacetKind>,
    found: &[Candidate],
) -> Result<Vec<(FacetKind, Vec<Count>)>, Error> {
    if kinds.is_empty() {
        return Ok(Vec::new());
    }
    let mut counts: BTreeMap<FacetKind, BTreeMap<String, u64>> = kinds.iter().map(|kind| (*kind, BTreeMap::new())).collect();
    for (place, columns) in segments.iter().map(Segment::columns).enumerate() {
        let here = || found.iter().filter(|candidate| candidate.segment == place).map(|candidate| candidate.doc);
        for (kind, counts) in &mut counts {
            let Some(fact) = column(*kind) else {
                for doc in here() {
                    let year = columns.published_at(doc).to_string().chars().take_while(char::is_ascii_digit).collect();
                    let of_year: &mut u64 = counts.entry(year).or_default();
                    *of_year = of_year.saturating_add(1);
                }
                continue;
            };
            let Some(column) = columns.fact(fact) else { continue };
            let mut numbers: HashMap<u64, u64> = HashMap::new();
            for number in here().flat_map(|doc| column.term_ords(doc)) {
                let count = numbers.entry(number).or_default();
                *count = count.saturating_add(1);
            }
            for (number, count) in numbers {
                let mut value = String::new();
                if column.ord_to_str(number, &mut value).map_err(Error::internal)? {
                    let all = counts.entry(value).or_default();
                    *all = all.saturating_add(count);
                }
            }
        }
    }
    let told = |(kind, counts): (FacetKind, BTreeMap<String, u64>)| {
        let mut all: Vec<Count> = counts.into_iter().map(|(value, stories)| Count { value, stories }).collect();
        // Stable: of equals the first by name.
        all.sort_by_key(|count| std::cmp::Reverse(count.stories));
        // What lies above a section is counted with it.
        if kind != FacetKind::Section {
            all.truncate(MOST_VALUES);
        }
        (kind, all)
    };
    Ok(counts.into_iter().map(told).collect())
}
