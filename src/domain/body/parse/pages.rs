//! Pages within a page: `srcdoc` of a frame, and the pictures that a page has behind all that is in it.

use scraper::ElementRef;

use super::{
    super::tree::{self, Grown},
    Builder, Context, css,
    losses::Loss,
};
use crate::domain::{body::budget::TooMuch, text::limits};

/// Elements whose attribute `background` a browser shows.
const BEHIND: [&str; 8] = ["body", "table", "thead", "tbody", "tfoot", "tr", "td", "th"];

impl Grown {
    /// The pictures behind the page itself, each with what shows it.
    pub(super) fn pictures(&self) -> Vec<(String, String)> {
        let of = |(name, value): &(String, String)| match name.as_str() {
            "style" => css::pictures(value),
            _ => Some(("background".to_owned(), value.trim().to_owned())).filter(|(_, address)| !address.is_empty()).into_iter().collect(),
        };
        self.page.iter().flat_map(of).collect()
    }
}

impl<'t> Context<'_> {
    /// The tree of a page that stands within this one; nothing, once a limit is reached.
    pub(super) fn page_within(&mut self, html: &str) -> Option<Grown> {
        /// What it costs to begin with a page.
        const BEGIN: usize = 64;
        self.spend(html.len().saturating_add(BEGIN));
        if self.level >= limits::HTML_DEPTH {
            self.stop(TooMuch::Depth);
        }
        if self.stopped.is_some() {
            return None;
        }
        tree::grow(html, self.budget).map_err(|limit| self.stop(limit)).ok()
    }

    /// Tell the pictures behind a page.
    pub(super) fn tell_page(&mut self, page: &Grown) {
        for (property, address) in page.pictures() {
            self.lose_address(&css::told(&property), &address);
        }
    }

    /// A page in a frame, in the place of the frame.
    pub(super) fn framed(&mut self, builder: &mut Builder<'t>, html: &str) {
        let Some(page) = self.page_within(html) else { return };
        self.tell_page(&page);
        // Nothing of what is around it holds for it.
        let (kept, lines, quotes) = (self.kept, std::mem::take(&mut self.lines), std::mem::take(&mut self.quotes));
        let (credits, twin, linkless) = (self.credits.take(), self.twin.take(), self.linkless.take());
        let item = std::mem::take(&mut self.item);
        let blocks = self.blocks(page.tree.root_element(), builder.depth, &[]);
        (self.kept, self.lines, self.quotes, self.credits, self.twin, self.linkless) = (kept, lines, quotes, credits, twin, linkless);
        self.item = item;
        if !blocks.is_empty() {
            builder.ends();
        }
        builder.done.extend(blocks);
    }

    /// What a frame shows until what is embedded in it does.
    pub(super) fn tell_framed(&mut self, html: &str) {
        let Some(page) = self.page_within(html) else { return };
        let Loss { words, mut addresses } = self.all_in(page.tree.root_element());
        addresses.extend(page.pictures().into_iter().map(|(_, address)| address));
        if !words.is_empty() || !addresses.is_empty() {
            self.losses.note("what an embed shows before it is played", &Loss { words, addresses });
        }
    }

    /// The pictures that an element has behind it, or shows by its look, each with what shows it.
    pub(super) fn behind(&mut self, element: ElementRef<'_>) -> Vec<(String, String)> {
        let value = element.value();
        let style = value.attr("style").unwrap_or_default();
        self.spend(style.len());
        let old = value.attr("background").map(str::trim).filter(|said| !said.is_empty() && BEHIND.contains(&value.name()));
        let mut all = css::pictures(style);
        all.extend(old.map(|address| ("background".to_owned(), address.to_owned())));
        all
    }

    /// Tell them.
    pub(super) fn tell_behind(&mut self, element: ElementRef<'_>) {
        for (property, address) in self.behind(element) {
            self.lose_address(&css::told(&property), &address);
        }
    }
}
