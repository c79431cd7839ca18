//! Pairing what is equal, wherever it stands.

use std::collections::HashMap;

use super::{Matching, Pair, Part, Parts};

/// What equal blocks have in common.
pub(super) type Key = fn(&Part) -> Option<(u32, &'static str)>;

/// From the strictest on: all of it; its words as a block of its type; its words.
const KEYS: [Key; 3] = [|part| Some((part.whole, "")), |part| Some((part.said?, part.name)), |part| Some((part.said?, ""))];

type Places = HashMap<(u32, &'static str), (Vec<usize>, Vec<usize>)>;

impl Matching {
    /// Pair what is equal and stands once in either body, or beside what is paired. Those of which there are several on one side are still to be
    /// [decided on](Self::decide), and told.
    pub(super) fn equal(&mut self) -> Vec<Pair> {
        let mut held = Vec::new();
        for key in KEYS {
            // Twice, since what several others held stands once when those are paired.
            for _ in 0..2 {
                for (old, new) in self.places(key).into_values() {
                    if let ([old], [new]) = (old.as_slice(), new.as_slice()) {
                        self.put_all(Pair { old: *old, new: *new });
                    }
                }
                self.spread_equal(key);
            }
            held.extend(self.places(key).into_values().filter(|(old, new)| !old.is_empty() && !new.is_empty()));
        }
        let each = |(old, new): (Vec<usize>, Vec<usize>)| {
            let most = old.len().max(new.len());
            let (last_old, last_new) = (old.last().copied().unwrap_or_default(), new.last().copied().unwrap_or_default());
            let old = old.into_iter().chain(std::iter::repeat(last_old));
            old.zip(new.into_iter().chain(std::iter::repeat(last_new))).take(most).map(|(old, new)| Pair { old, new }).collect::<Vec<_>>()
        };
        held.into_iter().flat_map(each).collect()
    }

    /// Pair what is equal to several, as neighbours say by now, else in order. True when there was something to decide.
    pub(super) fn decide(&mut self, held: &[Pair]) -> bool {
        for key in KEYS.into_iter().filter(|_| !held.is_empty()) {
            self.spread_equal(key);
            let mut places: Vec<_> = self.places(key).into_values().collect();
            // From the top, so that what holds others goes before them.
            places.sort_unstable();
            for (old, new) in places {
                old.into_iter().zip(new).for_each(|(old, new)| self.put_all(Pair { old, new }));
            }
        }
        !held.is_empty()
    }

    fn spread_equal(&mut self, key: Key) {
        let keys = |parts: &Parts| parts.iter().map(key).collect::<Vec<_>>();
        let (old, new) = (keys(&self.old), keys(&self.new));
        self.spread(|pair| old.get(pair.old).copied().flatten().is_some_and(|key| new.get(pair.new) == Some(&Some(key))));
    }

    /// Where what is not paired yet stands in either body, by what it has in common.
    fn places(&self, key: Key) -> Places {
        let mut places = Places::new();
        for (at, part) in self.old.iter().enumerate().filter(|(at, _)| self.is.get(*at) == Some(&None)) {
            key(part).into_iter().for_each(|key| places.entry(key).or_default().0.push(at));
        }
        for (at, part) in self.new.iter().enumerate().filter(|(at, _)| self.was.get(*at) == Some(&None)) {
            key(part).into_iter().for_each(|key| places.entry(key).or_default().1.push(at));
        }
        places
    }

    /// Pair two blocks, and where they are equal in all all that they hold.
    pub(super) fn put_all(&mut self, pair: Pair) {
        let Some((old, new)) = self.parts(pair) else { return };
        let size = if old.whole == new.whole { new.size } else { 1 };
        for n in 0..size {
            self.put(Pair { old: pair.old.saturating_add(n), new: pair.new.saturating_add(n) });
        }
    }
}
