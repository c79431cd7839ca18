//! What editors do to a story.

use super::corpus::{Chance, Corpus, Words};

/// What a block at the top is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    Paragraph,
    Heading,
    Quote,
    List,
    Image,
    Table,
    LiveUpdate,
}

impl Shape {
    /// As often as they stand in a story.
    pub(crate) const ALL: [Self; 12] = [
        Self::Paragraph,
        Self::Paragraph,
        Self::Paragraph,
        Self::Paragraph,
        Self::Paragraph,
        Self::Heading,
        Self::Heading,
        Self::Quote,
        Self::List,
        Self::Image,
        Self::Table,
        Self::LiveUpdate,
    ];
}

/// A block with words of its own, under a key that stays with it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Leaf {
    pub(crate) key: u32,
    pub(crate) sentences: Vec<Words>,
}

fn escaped(sentences: &[Words], between: &str) -> String {
    sentences.iter().map(|words| words.text().replace('&', "&amp;").replace('<', "&lt;")).collect::<Vec<_>>().join(between)
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
        let count = match shape {
            Shape::List => 2 + chance.below(4),
            Shape::LiveUpdate => 1 + chance.below(2),
            _ => 1,
        };
        let mut leaf = || {
            let sentences = match shape {
                Shape::Paragraph => 1 + chance.below(3),
                Shape::Table => 4,
                Shape::Image => 2,
                _ => 1,
            };
            let mut sentence = || if shape == Shape::Heading { corpus.heading(chance) } else { corpus.sentence(chance) };
            Leaf { key: fresh(keys), sentences: (0..sentences).map(|_| sentence()).collect() }
        };
        let leaves = (0..count).map(|_| leaf()).collect();
        Self { key: fresh(keys), shape, leaves }
    }

    /// The same block in another language.
    pub(crate) fn rendered(&self, corpus: &dyn Corpus, chance: &mut Chance) -> Self {
        Self::new(self.shape, corpus, &mut 0, chance)
    }

    pub(crate) fn html(&self) -> String {
        let each = |open: &str, close: &str| {
            self.leaves.iter().map(|leaf| format!("{open}{}{close}", escaped(&leaf.sentences, " "))).collect::<String>()
        };
        let (key, sentences) = (self.key, self.leaves[0].sentences.as_slice());
        match self.shape {
            Shape::Paragraph => each("<p>", "</p>"),
            Shape::Heading => each("<h2>", "</h2>"),
            Shape::Quote => format!("<blockquote>{}</blockquote>", each("<p>", "</p>")),
            Shape::List => format!("<ul>{}</ul>", each("<li>", "</li>")),
            Shape::Image => format!(
                "<figure><img src=https://x.example/{key}.jpg alt=\"{}\"><figcaption>{}</figcaption></figure>",
                escaped(&sentences[..1], " "),
                escaped(&sentences[1..], " ")
            ),
            Shape::Table => format!("<table><tr><td>{}</td></tr></table>", escaped(sentences, "</td><td>")),
            Shape::LiveUpdate => {
                let at = format!("2026-03-01T{:02}:{:02}:00Z", key / 60 % 24, key % 60);
                format!("<section class=live-update><time datetime={at}></time>{}</section>", each("<p>", "</p>"))
            }
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
    QuoteAnother,
    RemoveAndAdd,
    AllAtOnce,
}

impl Edit {
    pub(crate) const ALL: [Self; 13] = [
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
        Self::QuoteAnother,
        Self::RemoveAndAdd,
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
            Self::QuoteAnother => desk.quote_another(),
            Self::RemoveAndAdd => {
                // Both headings, where there are some: what is new may have their words.
                for _ in 0..2 {
                    let Some(at) = desk.untouched(|rest| rest[0].shape == Shape::Heading).or_else(|| desk.untouched(|_| true)) else {
                        break;
                    };
                    desk.units.remove(at);
                }
                (0..2).for_each(|_| desk.add());
            }
            Self::AllAtOnce => {
                // Which of several that are nearly the same was split and which is gone, nothing could tell.
                let twins: Vec<u32> = desk
                    .units
                    .iter()
                    .filter(|unit| unit.leaves.iter().any(|leaf| leaf.sentences.iter().any(|s| corpus.has_twins(s))))
                    .map(|unit| unit.key)
                    .collect();
                desk.touched.extend(&twins);
                desk.insert_beside_reworded();
                desk.remove_beside_reworded();
                desk.split();
                desk.replace();
                desk.touched.retain(|key| !twins.contains(key));
                _ = desk.reword();
                desk.swap();
                desk.move_far();
                desk.add();
            }
        }
        desk.units
    }
}

/// What is written later.
struct Later<'c>(&'c dyn Corpus);

impl Corpus for Later<'_> {
    fn sentence(&self, chance: &mut Chance) -> Words {
        self.0.later(chance)
    }

    fn heading(&self, chance: &mut Chance) -> Words {
        let mut words = self.0.later(chance);
        words.all.truncate(3);
        words
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
        let unit = Unit::new(shape, &Later(self.corpus), &mut self.keys, self.chance);
        self.touched.push(unit.key);
        unit
    }

    /// Put in a paragraph that says a sentence of another block too.
    fn quote_another(&mut self) {
        let Some(of) = self.untouched(|_| true) else { return };
        let quoted = self.units[of].leaves[0].sentences[0].clone();
        let mut unit = self.made(Shape::Paragraph);
        let at = self.chance.below(unit.leaves[0].sentences.len() + 1);
        unit.leaves[0].sentences.insert(at, quoted);
        let to = self.chance.below(self.units.len() + 1);
        self.units.insert(to, unit);
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
        // Of three words that a heading has no two are taken: nothing would be left of it.
        let kinds = if words.len() < 4 { 9..10 } else { 0..10 };
        match kinds.start + chance.below(kinds.len()) {
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
        let Some(at) = self.untouched(|_| true) else { return };
        self.units[at] = self.made(self.units[at].shape);
    }
}
