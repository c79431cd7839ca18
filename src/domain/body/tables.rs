//! A table around rows and cells that come without one.
//!
//! Whoever copies a few cells sends `<tr>` and `<td>` alone, and a browser that meets them outside of a table forgets them, so that the words
//! of all cells run together. Here a table begins before the first of them, and ends before the first thing that stands in no cell of it.

use html5ever::tokenizer::{TagKind, Token};

/// The elements of a table that hold cells, and cells.
const PARTS: [&str; 9] = ["tr", "td", "th", "thead", "tbody", "tfoot", "caption", "colgroup", "col"];

/// The tables that are open.
#[derive(Debug, Default)]
pub(super) struct Tables {
    /// Of each, whether one of its cells or its caption is open.
    open: Vec<bool>,
    /// The first of them was not in what was sent.
    implied: bool,
    /// How many elements are open in an `<svg>` or `<math>` that are called as each of the parts, and are none.
    foreign: [usize; PARTS.len()],
}

impl Tables {
    /// Take note of a token, of HTML or `foreign` to it. The tag of a table that is missing before it, if one is.
    pub(super) fn meet(&mut self, token: &Token, foreign: bool) -> Option<TagKind> {
        let Token::TagToken(tag) = token else {
            let words = matches!(token, Token::CharacterTokens(text) if !text.trim().is_empty());
            return (words && self.is_left()).then(|| self.leave());
        };
        let name = &*tag.name;
        let begins = tag.kind == TagKind::StartTag;
        let part = PARTS.iter().position(|part| *part == name);
        if !foreign {
            self.foreign = Default::default();
        } else if let Some(count) = part.and_then(|n| self.foreign.get_mut(n)).filter(|count| begins || **count > 0) {
            *count = if begins { count.saturating_add(usize::from(!tag.self_closing)) } else { count.saturating_sub(1) };
            return None;
        }
        let part = part.is_some();
        // A column without a table holds nothing that would run together.
        let holds = part && !matches!(name, "col" | "colgroup");
        let missing = if holds && begins && self.open.is_empty() {
            self.open.push(false);
            self.implied = true;
            Some(TagKind::StartTag)
        } else if !part && name != "template" && self.is_left() {
            Some(self.leave())
        } else {
            None
        };
        match (name, begins) {
            ("table", true) => self.open.push(false),
            ("table", false) => {
                self.open.pop();
                self.implied &= !self.open.is_empty();
            }
            _ if part => {
                let cell = matches!(name, "td" | "th" | "caption");
                self.open.iter_mut().next_back().into_iter().for_each(|within| *within = begins && cell);
            }
            _ => {}
        }
        missing
    }

    /// True in a table that was not sent, and in no cell of it.
    fn is_left(&self) -> bool {
        self.implied && self.open == [false]
    }

    fn leave(&mut self) -> TagKind {
        self.open.clear();
        self.implied = false;
        TagKind::EndTag
    }
}
