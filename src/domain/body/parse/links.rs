//! The links that words stood in, and where in the page each piece of words did: what is read of a line before its links are told is behind them by then.

use std::collections::{HashMap, VecDeque};

use scraper::ElementRef;

use super::{
    super::{Href, Inline, Mark, text::of_inlines},
    Context,
    losses::{Loss, Place},
};
use crate::domain::text::folded;

/// A piece of words that stood in a link.
struct Piece {
    address: String,
    /// How it begins.
    words: String,
    place: Place,
}

/// How much of a piece says which it is, in characters.
const BEGINNING: usize = 40;
/// Pieces of one address that are looked through for one: what was told otherwise stands between.
const AHEAD: usize = 64;

/// The pieces of words in links, in the order of the page.
#[derive(Default)]
pub(super) struct Met {
    pieces: Vec<Piece>,
    /// Where those of the line begin that was read last.
    from: usize,
}

impl Met {
    /// A line begins: how many there are.
    pub(super) fn begin(&self) -> usize {
        self.pieces.len()
    }

    /// Those from the `n`th are those of the line that was read last.
    pub(super) fn line_from(&mut self, n: usize) {
        self.from = n;
    }
}

fn beginning(words: &str) -> String {
    words.trim_start().chars().take(BEGINNING).collect()
}

fn link(marks: &[Mark]) -> Option<&Href> {
    marks.iter().find_map(|m| if let Mark::Link { href } = m { Some(href) } else { None })
}

impl Context<'_> {
    /// Words are about to be kept.
    pub(super) fn meet(&mut self, words: &str, marks: &[Mark]) {
        let Some(href) = link(marks) else { return };
        let words = beginning(words);
        if !words.is_empty() {
            self.met.pieces.push(Piece { address: href.address.clone(), words, place: self.losses.place() });
        }
    }

    /// Tell the links of the line that was read last, where they do not stay.
    pub(super) fn tell_links(&mut self, line: &[Inline], what: &str, is_lost: impl Fn(&str) -> bool) {
        let from = self.met.from.min(self.met.pieces.len());
        // By address: what is said of a figure is read later than it stands in the line.
        let mut met: HashMap<String, VecDeque<(String, Place)>> = HashMap::new();
        for Piece { address, words, place } in self.met.pieces.split_off(from) {
            met.entry(address).or_default().push_back((words, place));
        }
        let mut last = None;
        for inline in line {
            let Inline::Text { text, marks } = inline else { continue };
            let link = link(marks);
            if let Some(href) = link.filter(|href| last != Some(*href)) {
                let begins = beginning(text);
                let is_it = |(words, _): &(String, Place)| begins.starts_with(words.trim_end()) || words.starts_with(begins.trim_end());
                let of = met.get_mut(&href.address);
                let place = of.and_then(|of| {
                    let n = of.iter().take(AHEAD).position(is_it).unwrap_or_default();
                    of.drain(..=n.min(of.len().checked_sub(1)?)).next_back().map(|(_, place)| place)
                });
                if is_lost(href) {
                    let place = place.unwrap_or_else(|| self.losses.place());
                    self.losses.note_at(what, &Loss { words: text.clone(), addresses: vec![href.address.clone()] }, place);
                }
            }
            last = link;
        }
    }

    /// Words alone, where no marks can be; links in them are told.
    pub(super) fn plain(&mut self, line: &[Inline], what: &str) -> String {
        self.tell_links(line, &format!("a link in {what}"), |_| true);
        folded(&of_inlines(line))
    }

    /// Here stands what was read before its turn.
    pub(super) fn skip(&mut self, element: ElementRef<'_>) {
        let Some(n) = self.skipped.iter().rposition(|(id, ..)| *id == element.id()) else { return };
        let (_, stands, ended) = self.skipped.swap_remove(n);
        let here = self.losses.go_to(ended);
        self.losses.settle(stands, here);
    }
}
