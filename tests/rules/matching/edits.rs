//! What editors do to a story.

use super::corpus::{Chance, Corpus, Words};

/// What a block at the top is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    Paragraph,
    Heading,
    Quote,
    List,
}

impl Shape {
    /// As often as they stand in a story.
    pub(crate) const ALL: [Self; 8] =
        [Self::Paragraph, Self::Paragraph, Self::Paragraph, Self::Paragraph, Self::Paragraph, Self::Heading, Self::Quote, Self::List];
}

/// A block with words of its own, under a key that stays with it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Leaf {
    pub(crate) key: u32,
    pub(crate) sentences: Vec<Words>,
}

impl Leaf {
    fn text(&self) -> String {
        self.sentences.iter().map(Words::text).collect::<Vec<_>>().join(" ").replace('&', "&amp;").replace('<', "&lt;")
    }
}

/// A block at the top, under a key that stays with it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Unit {
    pub(crate) key: u32,
    pub(crate) shape: Shape,
    pub(crate) leaves: Vec<Leaf>,
}

fn fresh(keys: &mut u32) -> u32 {
    *keys += 1;
    *keys
}

impl Unit {
    pub(crate) fn new(shape: Shape, corpus: &dyn Corpus, keys: &mut u32, chance: &mut Chance) -> Self {
        let count = if shape == Shape::List { 2 + chance.below(4) } else { 1 };
        let mut leaf = || {
            let sentences = if shape == Shape::Paragraph { 1 + chance.below(3) } else { 1 };
            Leaf { key: fresh(keys), sentences: (0..sentences).map(|_| corpus.sentence(chance)).collect() }
        };
        let leaves = (0..count).map(|_| leaf()).collect();
        Self { key: fresh(keys), shape, leaves }
    }

    /// The same block in another language.
    pub(crate) fn rendered(&self, corpus: &dyn Corpus, chance: &mut Chance) -> Self {
        Self::new(self.shape, corpus, &mut 0, chance)
    }

    pub(crate) fn html(&self) -> String {
        let each = |open: &str, close: &str| self.leaves.iter().map(|leaf| format!("{open}{}{close}", leaf.text())).collect::<String>();
        match self.shape {
            Shape::Paragraph => each("<p>", "</p>"),
            Shape::Heading => each("<h2>", "</h2>"),
            Shape::Quote => format!("<blockquote>{}</blockquote>", each("<p>", "</p>")),
            Shape::List => format!("<ul>{}</ul>", each("<li>", "</li>")),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Edit {
    Reword,
    Add,
    Remove,
    Split,
    Merge,
    Swap,
    MoveFar,
    InsertBesideReworded,
    RemoveBesideReworded,
    Replace,
    AllAtOnce,
}

impl Edit {
    pub(crate) const ALL: [Self; 11] = [
        Self::Reword,
        Self::Add,
        Self::Remove,
        Self::Split,
        Self::Merge,
        Self::Swap,
        Self::MoveFar,
        Self::InsertBesideReworded,
        Self::RemoveBesideReworded,
        Self::Replace,
        Self::AllAtOnce,
    ];

    pub(crate) fn apply(self, units: &[Unit], corpus: &dyn Corpus, chance: &mut Chance) -> Vec<Unit> {
        let mut desk = Desk { units: units.to_vec(), touched: Vec::new(), keys: 1_000, corpus, chance };
        match self {
            Self::Reword => (0..=desk.chance.below(3)).for_each(|_| _ = desk.reword()),
            Self::Add => (0..=desk.chance.below(2)).for_each(|_| desk.add()),
            Self::Remove => (0..=desk.chance.below(2)).for_each(|_| desk.remove()),
            Self::Split => desk.split(),
            Self::Merge => desk.merge(),
            Self::Swap => desk.swap(),
            Self::MoveFar => desk.move_far(),
            Self::InsertBesideReworded => desk.insert_beside_reworded(),
            Self::RemoveBesideReworded => desk.remove_beside_reworded(),
            Self::Replace => desk.replace(),
            Self::AllAtOnce => {
                desk.insert_beside_reworded();
                desk.remove_beside_reworded();
                desk.split();
                desk.replace();
                desk.swap();
                desk.move_far();
                desk.add();
            }
        }
        desk.units
    }
}

struct Desk<'c> {
    units: Vec<Unit>,
    /// Keys of the blocks that were changed already; each is once at most.
    touched: Vec<u32>,
    keys: u32,
    corpus: &'c dyn Corpus,
    chance: &'c mut Chance,
}

impl Desk<'_> {
    /// A block that was not changed yet, at a place where one after the other fit.
    fn untouched(&mut self, fits: impl Fn(&[Unit]) -> bool) -> Option<usize> {
        let touched = &self.touched;
        let places: Vec<usize> =
            (0..self.units.len()).filter(|at| !touched.contains(&self.units[*at].key) && fits(&self.units[*at..])).collect();
        let at = *places.get(self.chance.below(places.len().max(1)))?;
        self.touched.push(self.units[at].key);
        Some(at)
    }

    fn made(&mut self, shape: Shape) -> Unit {
        let unit = Unit::new(shape, self.corpus, &mut self.keys, self.chance);
        self.touched.push(unit.key);
        unit
    }

    /// Change the words of a block, more or less.
    fn reword(&mut self) -> Option<usize> {
        let at = self.untouched(|_| true)?;
        let leaf = self.chance.below(self.units[at].leaves.len());
        let (chance, corpus) = (&mut *self.chance, self.corpus);
        let sentences = &mut self.units[at].leaves[leaf].sentences;
        let which = chance.below(sentences.len());
        let other = corpus.sentence(chance);
        let several = sentences.len() > 1;
        let words = &mut sentences[which].all;
        match chance.below(10) {
            0..4 => {
                let n = chance.below(words.len());
                words[n].clone_from(chance.pick(&other.all));
                words.push(other.all[0].clone());
            }
            4 | 5 => {
                for word in words.iter_mut() {
                    if chance.percent(33) {
                        word.clone_from(chance.pick(&other.all));
                    }
                }
                words.push(other.all[0].clone());
            }
            6 | 7 => sentences.push(other),
            8 if several => _ = sentences.remove(which),
            8 if words.len() > 5 => words.truncate(words.len() * 2 / 3),
            _ => {
                let n = chance.below(words.len());
                words.splice(n..n, other.all.iter().take(3).cloned());
            }
        }
        Some(at)
    }

    fn add(&mut self) {
        let unit = self.made(Shape::Paragraph);
        let at = self.chance.below(self.units.len() + 1);
        self.units.insert(at, unit);
    }

    fn remove(&mut self) {
        let at = self.untouched(|_| true).unwrap();
        self.units.remove(at);
    }

    fn split(&mut self) {
        let is_long =
            |unit: &Unit| unit.shape == Shape::Paragraph && unit.leaves[0].sentences.iter().map(|s| s.all.len()).sum::<usize>() > 7;
        let Some(at) = self.untouched(|rest| is_long(&rest[0])) else { return };
        let (leaf_key, key) = (fresh(&mut self.keys), fresh(&mut self.keys));
        let sentences = &mut self.units[at].leaves[0].sentences;
        let rest = if sentences.len() > 1 {
            let n = 1 + self.chance.below(sentences.len() - 1);
            sentences.split_off(n)
        } else {
            let n = sentences[0].all.len() / 3 + self.chance.below(sentences[0].all.len() / 3);
            let rest = sentences[0].all.split_off(n);
            vec![Words { all: rest, space: sentences[0].space }]
        };
        self.touched.push(key);
        self.units.insert(at + 1, Unit { key, shape: Shape::Paragraph, leaves: vec![Leaf { key: leaf_key, sentences: rest }] });
    }

    fn merge(&mut self) {
        let both = |rest: &[Unit]| rest.len() > 1 && rest[..2].iter().all(|unit| unit.shape == Shape::Paragraph);
        let Some(at) = self.untouched(both) else { return };
        let second = self.units.remove(at + 1);
        self.units[at].leaves[0].sentences.extend(second.leaves.into_iter().flat_map(|leaf| leaf.sentences));
    }

    fn swap(&mut self) {
        let one = self.chance.below(self.units.len());
        let other = (one + 1 + self.chance.below(self.units.len() - 1)) % self.units.len();
        self.units.swap(one, other);
    }

    fn move_far(&mut self) {
        let half = self.units.len() / 2;
        let from = self.chance.below(self.units.len());
        let unit = self.units.remove(from);
        let to = if from < half { from + half } else { from - half };
        self.units.insert(to, unit);
    }

    fn insert_beside_reworded(&mut self) {
        let Some(at) = self.reword() else { return };
        let unit = self.made(Shape::Paragraph);
        let to = at + usize::from(self.chance.percent(50));
        self.units.insert(to, unit);
    }

    fn remove_beside_reworded(&mut self) {
        let Some(at) = self.reword() else { return };
        let touched = &self.touched;
        let beside = [at.checked_sub(1), Some(at + 1)].into_iter().flatten();
        let removable: Vec<_> = beside.filter(|at| self.units.get(*at).is_some_and(|unit| !touched.contains(&unit.key))).collect();
        if let Some(at) = removable.first() {
            self.units.remove(*at);
        }
    }

    fn replace(&mut self) {
        let at = self.untouched(|_| true).unwrap();
        self.units[at] = self.made(self.units[at].shape);
    }
}
