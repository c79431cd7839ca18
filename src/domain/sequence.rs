//! What two sequences have in common, in bounded time.
//!
//! The exact answer (Myers) takes as many steps as the two are long, times what differs: minutes for two long texts with nothing in common.
//! Here what both begin and end with goes first, then what stands once in either holds the rest together (patience), and what lies between is
//! compared exactly while steps are left. After that a segment counts as replaced by the other, and the comparison is said to be coarse.

use std::{
    collections::{HashMap, HashSet},
    hash::Hash,
    ops::Range,
};

use similar::{Algorithm, DiffOp, capture_diff_slices};

/// Steps that comparing may take beyond those that are linear in what is compared.
const STEPS: usize = 16_000_000;
/// How often what lies between two anchors is looked through for others.
const DEPTH: usize = 8;

/// The steps that are left for one comparison, however many sequences it is made of.
#[derive(Debug)]
pub struct Steps {
    left: usize,
    taken: usize,
    coarse: bool,
}

impl Default for Steps {
    fn default() -> Self {
        Self { left: STEPS, taken: 0, coarse: false }
    }
}

impl Steps {
    /// True when something was too long to be compared exactly.
    #[must_use]
    pub fn ran_out(&self) -> bool {
        self.coarse
    }

    /// The steps taken, at most.
    #[must_use]
    pub fn taken(&self) -> usize {
        self.taken
    }

    fn walk(&mut self, steps: usize) {
        self.taken = self.taken.saturating_add(steps);
    }

    fn spend(&mut self, steps: usize) -> bool {
        let enough = steps <= self.left;
        if enough {
            self.left = self.left.saturating_sub(steps);
            self.walk(steps);
        }
        enough
    }
}

/// A segment of two sequences.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Segment {
    /// Where it is in the earlier one.
    pub old: Range<usize>,
    /// Where it is in the later one.
    pub new: Range<usize>,
    /// Whether both are equal, item by item; else the one stands for the other, and either may be empty.
    pub kept: bool,
}

/// Lay two sequences beside each other; the segments cover both, in order.
#[must_use]
pub fn align<T: Hash + Eq>(old: &[T], new: &[T], steps: &mut Steps) -> Vec<Segment> {
    let mut known: HashMap<&T, u32> = HashMap::with_capacity(old.len());
    let mut number = |item| {
        let next = u32::try_from(known.len()).unwrap_or(u32::MAX);
        *known.entry(item).or_insert(next)
    };
    let old: Vec<u32> = old.iter().map(&mut number).collect();
    let new: Vec<u32> = new.iter().map(&mut number).collect();
    let mut aligning = Aligning { old: &old, new: &new, steps, out: Vec::new() };
    aligning.between(0..old.len(), 0..new.len(), 0);
    aligning.out
}

/// Marks the members of a longest increasing subsequence. Takes n log n steps.
#[must_use]
pub fn ascending(numbers: &[usize]) -> Vec<bool> {
    // Where the sequences of each length end that end lowest, and for each number the place of the one before it.
    let mut ends: Vec<(usize, usize)> = Vec::new();
    let mut before = Vec::with_capacity(numbers.len());
    for (at, number) in numbers.iter().enumerate() {
        let length = ends.partition_point(|(end, _)| end < number);
        before.push(length.checked_sub(1).and_then(|shorter| ends.get(shorter)).map(|(_, at)| *at));
        match ends.get_mut(length) {
            Some(end) => *end = (*number, at),
            None => ends.push((*number, at)),
        }
    }
    let mut all = vec![false; numbers.len()];
    let last = ends.last().map(|(_, at)| *at);
    for at in std::iter::successors(last, |at| before.get(*at).copied().flatten()) {
        all.get_mut(at).into_iter().for_each(|is| *is = true);
    }
    all
}

struct Aligning<'a> {
    old: &'a [u32],
    new: &'a [u32],
    steps: &'a mut Steps,
    out: Vec<Segment>,
}

impl Aligning<'_> {
    fn put(&mut self, old: Range<usize>, new: Range<usize>, kept: bool) {
        if old.is_empty() && new.is_empty() {
            return;
        }
        match self.out.last_mut() {
            Some(last) if last.kept == kept => {
                last.old.end = old.end;
                last.new.end = new.end;
            }
            _ => self.out.push(Segment { old, new, kept }),
        }
    }

    fn between(&mut self, mut old: Range<usize>, mut new: Range<usize>, depth: usize) {
        let (before, after) = (self.old.get(old.clone()).unwrap_or_default(), self.new.get(new.clone()).unwrap_or_default());
        self.steps.walk(before.len().saturating_add(after.len()));
        let head = before.iter().zip(after).take_while(|(a, b)| a == b).count();
        let rest = before.len().min(after.len()).saturating_sub(head);
        let tail = before.iter().rev().zip(after.iter().rev()).take(rest).take_while(|(a, b)| a == b).count();
        let (old_end, new_end) = (old.end, new.end);
        self.put(old.start..old.start.saturating_add(head), new.start..new.start.saturating_add(head), true);
        old = old.start.saturating_add(head)..old_end.saturating_sub(tail);
        new = new.start.saturating_add(head)..new_end.saturating_sub(tail);
        self.middle(old.clone(), new.clone(), depth);
        self.put(old.end..old_end, new.end..new_end, true);
    }

    /// What lies between what both begin and end with.
    fn middle(&mut self, old: Range<usize>, new: Range<usize>, depth: usize) {
        let (before, after) = (self.old.get(old.clone()).unwrap_or_default(), self.new.get(new.clone()).unwrap_or_default());
        let length = before.len().saturating_add(after.len());
        let there: HashSet<u32> = before.iter().copied().collect();
        self.steps.walk(length);
        if before.is_empty() || after.is_empty() || !after.iter().any(|item| there.contains(item)) {
            return self.put(old, new, false);
        }
        if self.steps.spend(length.saturating_mul(length)) {
            return self.exactly(&old, &new);
        }
        let anchors = if depth < DEPTH { self.anchors(&old, &new) } else { Vec::new() };
        if anchors.is_empty() {
            self.steps.coarse = true;
            return self.put(old, new, false);
        }
        let (mut was, mut is) = (old.start, new.start);
        for (o, n) in anchors {
            self.between(was..o, is..n, depth.saturating_add(1));
            (was, is) = (o.saturating_add(1), n.saturating_add(1));
            self.put(o..was, n..is, true);
        }
        self.between(was..old.end, is..new.end, depth.saturating_add(1));
    }

    fn exactly(&mut self, old: &Range<usize>, new: &Range<usize>) {
        let (before, after) = (self.old.get(old.clone()).unwrap_or_default(), self.new.get(new.clone()).unwrap_or_default());
        // What is equal is taken from it, and nothing else: where it says that something was put in or taken out need not follow on.
        let (mut was, mut is) = (old.start, new.start);
        for op in capture_diff_slices(Algorithm::Myers, before, after) {
            let DiffOp::Equal { old_index, new_index, len } = op else { continue };
            let (o, n) = (old.start.saturating_add(old_index), new.start.saturating_add(new_index));
            self.put(was..o, is..n, false);
            (was, is) = (o.saturating_add(len), n.saturating_add(len));
            self.put(o..was, n..is, true);
        }
        self.put(was..old.end, is..new.end, false);
    }

    /// The longest run of items, in the order of both, that stand once in either.
    fn anchors(&mut self, old: &Range<usize>, new: &Range<usize>) -> Vec<(usize, usize)> {
        let once = |all: &[u32], from: usize| {
            let mut seen: HashMap<u32, Option<usize>> = HashMap::with_capacity(all.len());
            for (n, item) in all.iter().enumerate() {
                seen.entry(*item).and_modify(|at| *at = None).or_insert(Some(n.saturating_add(from)));
            }
            seen
        };
        let (before, after) = (self.old.get(old.clone()).unwrap_or_default(), self.new.get(new.clone()).unwrap_or_default());
        let (was, is) = (once(before, old.start), once(after, new.start));
        let place = |item: &u32| was.get(item).copied().flatten().zip(is.get(item).copied().flatten());
        let pairs: Vec<(usize, usize)> = before.iter().filter_map(place).collect();
        self.steps.walk(before.len().saturating_add(after.len()).saturating_add(pairs.len().saturating_mul(20)));
        rising(&pairs)
    }
}

/// The longest choice of pairs whose second parts rise too; their first parts do.
fn rising(pairs: &[(usize, usize)]) -> Vec<(usize, usize)> {
    let at = |n: usize| pairs.get(n).copied().unwrap_or_default();
    // The last pair of the best choice of each length so far, and the pair before each.
    let mut ends: Vec<usize> = Vec::new();
    let mut earlier: Vec<Option<usize>> = Vec::with_capacity(pairs.len());
    for (n, (_, place)) in pairs.iter().enumerate() {
        let length = ends.partition_point(|end| at(*end).1 < *place);
        earlier.push(length.checked_sub(1).and_then(|l| ends.get(l).copied()));
        match ends.get_mut(length) {
            Some(end) => *end = n,
            None => ends.push(n),
        }
    }
    let mut chosen = Vec::with_capacity(ends.len());
    let mut next = ends.last().copied();
    // Ends: an earlier pair stands before its own.
    while let Some(n) = next {
        chosen.push(at(n));
        next = earlier.get(n).copied().flatten();
    }
    chosen.reverse();
    chosen
}

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, prelude::*};

    use super::*;

    fn covers(old: &[u32], new: &[u32], steps: &mut Steps) {
        let (mut was, mut is) = (0, 0);
        for segment in align(old, new, steps) {
            assert_eq!((segment.old.start, segment.new.start), (was, is));
            if segment.kept {
                assert_eq!(old[segment.old.clone()], new[segment.new.clone()]);
            }
            (was, is) = (segment.old.end, segment.new.end);
        }
        assert_eq!((was, is), (old.len(), new.len()));
    }

    proptest! {
        #[test]
        fn segments_cover_both_sequences_and_kept_ones_are_equal(old in vec(0u32..30, 0..60), new in vec(0u32..30, 0..60), left in 0usize..2_000) {
            covers(&old, &new, &mut Steps::default());
            covers(&old, &new, &mut Steps { left, ..Steps::default() });
        }
    }

    /// Pairs of sequences of a length, each of a kind that takes some way of comparing for ever.
    fn shapes(n: u32) -> Vec<(Vec<u32>, Vec<u32>)> {
        let long = usize::try_from(n).unwrap();
        let noise = |seed: u32, of: u32| (0..n).map(|i| (i.wrapping_add(seed).wrapping_mul(2_654_435_761) >> 7) % of).collect::<Vec<_>>();
        vec![
            ((0..n).collect(), (0..n).collect()),
            ((0..n).collect(), (n..2 * n).collect()),
            ((0..n).collect(), (0..n).rev().collect()),
            (vec![0; long], vec![1; long]),
            ((0..n).map(|i| i % 2).collect(), (0..n).map(|i| (i + 1) % 2 + i % 3 / 2).collect()),
            (noise(1, 2), noise(7, 2)),
            (noise(1, 1_000), noise(7, 1_000)),
            (noise(1, u32::MAX), (0..n).map(|i| if i % 2 == 0 { i } else { n + i }).collect()),
            ((0..n).flat_map(|i| [i, u32::MAX]).collect(), (0..n).flat_map(|i| [n + i, u32::MAX]).collect()),
            ((0..n).collect(), (0..n).map(|i| (i + n / 2) % n).collect()),
        ]
    }

    #[test]
    fn steps_grow_as_the_sequences_do_and_no_faster() {
        for n in [10_000, 20_000, 40_000, 160_000] {
            for (which, (old, new)) in shapes(n).into_iter().enumerate() {
                let mut steps = Steps::default();
                covers(&old, &new, &mut steps);
                let linear = (old.len() + new.len()) * 14 * (DEPTH + 1);
                assert!(steps.taken() <= STEPS + linear, "shape {which} at {n}: {}", steps.taken());
            }
        }
    }
}
