//! The links that words stood in, and where in the page each of them did: what is read of a line before its links are told is behind them by then.

use std::collections::{HashMap, VecDeque};

use scraper::ElementRef;

use super::{
    super::{Href, Inline, Mark, text::of_inlines},
    Context,
    losses::{Loss, Place},
};
use crate::domain::text::folded;

/// Links in the order of the page, one for all words that stand in it without others between them.
#[derive(Default)]
pub(super) struct Met {
    links: Vec<(String, Place)>,
    /// The last of them goes on.
    open: bool,
    /// Where those of the line begin that was read last.
    from: usize,
}

impl Met {
    /// A line begins: how many there are. None of them goes on in it.
    pub(super) fn begin(&mut self) -> usize {
        self.open = false;
        self.links.len()
    }

    /// Those from the `n`th are those of the line that was read last.
    pub(super) fn line_from(&mut self, n: usize) {
        self.from = n;
        self.open = false;
    }
}

fn link(marks: &[Mark]) -> Option<&Href> {
    marks.iter().find_map(|m| if let Mark::Link { href } = m { Some(href) } else { None })
}

impl Context<'_> {
    /// Words are about to be kept.
    pub(super) fn meet(&mut self, words: &str, marks: &[Mark]) {
        let Some(href) = link(marks) else {
            self.met.open &= words.is_empty();
            return;
        };
        let goes_on = self.met.open && self.met.links.last().is_some_and(|(last, _)| *last == href.address);
        if !goes_on && words.chars().any(|c| !c.is_whitespace()) {
            self.met.links.push((href.address.clone(), self.losses.place()));
            self.met.open = true;
        }
    }

    /// Tell the links of the line that was read last, where they do not stay.
    pub(super) fn tell_links(&mut self, line: &[Inline], what: &str, is_lost: impl Fn(&str) -> bool) {
        let from = self.met.from.min(self.met.links.len());
        // By address: what is said of a figure is read later than it stands in the line.
        let mut met: HashMap<String, VecDeque<Place>> = HashMap::new();
        for (address, place) in self.met.links.split_off(from) {
            met.entry(address).or_default().push_back(place);
        }
        self.met.open = false;
        let mut last = None;
        for inline in line {
            let Inline::Text { text, marks } = inline else { continue };
            let link = link(marks);
            if let Some(href) = link.filter(|href| last != Some(*href)) {
                let place = met.get_mut(&href.address).and_then(VecDeque::pop_front).unwrap_or_else(|| self.losses.place());
                if is_lost(href) {
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
