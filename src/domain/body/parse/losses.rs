//! What of a body could not be kept: each loss with its words, its addresses and where it stood, and all of them bounded.

use crate::domain::{Violation, error::FAULTS};

/// Losses of one kind that are told one by one.
const EACH: usize = 10;
/// Characters of lost words that are told, and of an address.
const SHOWN: usize = 200;
/// Characters of what stood before.
const BEFORE: usize = 40;

/// Something that was lost.
#[derive(Debug, Default)]
pub(super) struct Loss {
    pub(super) words: String,
    pub(super) addresses: Vec<String>,
}

/// Losses of one kind.
struct Kind {
    what: String,
    count: usize,
    told: Vec<String>,
    /// Losses that are not told one by one, and the characters and addresses in them.
    more: [usize; 3],
}

/// All that was lost so far.
#[derive(Default)]
pub(super) struct Losses {
    kinds: Vec<Kind>,
    before: String,
}

/// The beginning of a text, and how many characters there are beyond it.
fn excerpt(text: &str, most: usize) -> String {
    let mut rest = text.chars();
    let shown: String = rest.by_ref().take(most).collect();
    match rest.filter(|c| !c.is_whitespace()).count() {
        0 => shown,
        more => format!("{shown}… and {more} more characters"),
    }
}

impl Losses {
    /// Words that were kept, for telling where the next loss stood.
    pub(super) fn passed(&mut self, words: &str) {
        if words.chars().any(|c| !c.is_whitespace()) {
            let from = words.char_indices().rev().nth(BEFORE.saturating_sub(1)).map_or(0, |(at, _)| at);
            self.before.clear();
            self.before.push_str(words.get(from..).unwrap_or_default().trim());
        }
    }

    pub(super) fn note(&mut self, what: &str, loss: &Loss) {
        let n = self.kinds.iter().position(|k| k.what == what).unwrap_or_else(|| {
            self.kinds.push(Kind { what: what.to_owned(), count: 0, told: Vec::new(), more: [0; 3] });
            self.kinds.len().saturating_sub(1)
        });
        let Some(kind) = self.kinds.get_mut(n) else { return };
        kind.count = kind.count.saturating_add(1);
        if loss.words.is_empty() && loss.addresses.is_empty() {
            return;
        }
        let addresses = loss.addresses.len();
        if kind.told.len() >= EACH {
            let characters = loss.words.chars().filter(|c| !c.is_whitespace()).count();
            for (sum, more) in kind.more.iter_mut().zip([1, characters, addresses]) {
                *sum = sum.saturating_add(more);
            }
            return;
        }
        let mut told = String::new();
        if !loss.words.is_empty() {
            told.push_str(&format!(" “{}”", excerpt(&loss.words, SHOWN)));
        }
        for address in loss.addresses.iter().take(EACH) {
            told.push(' ');
            told.push_str(&excerpt(address, SHOWN));
        }
        if addresses > EACH {
            told.push_str(&format!(" and {} more addresses", addresses.saturating_sub(EACH)));
        }
        if !self.before.is_empty() {
            told.push_str(&format!(", after “{}”", self.before));
        }
        kind.told.push(told);
    }

    /// The warnings: at most as many as an answer names, the last of which counts the others.
    pub(super) fn into_warnings(self) -> Vec<Violation> {
        let mut all = Vec::new();
        for kind in self.kinds {
            let what = format!("{} cannot be part of a body and was dropped", kind.what);
            if kind.told.is_empty() {
                all.push(if kind.count == 1 { what } else { format!("{what} ({} times)", kind.count) });
                continue;
            }
            all.extend(kind.told.iter().map(|told| format!("{what}:{told}")));
            let [more, characters, addresses] = kind.more;
            if more > 0 {
                all.push(format!("{what}: {more} more of these, with {characters} characters and {addresses} addresses"));
            }
        }
        let over = all.len().saturating_sub(FAULTS);
        if over > 0 {
            all.truncate(FAULTS.saturating_sub(1));
            all.push(format!("{} more warnings like these", over.saturating_add(1)));
        }
        all.into_iter().map(|detail| Violation { pointer: "#/content".to_owned(), code: "dropped", detail }).collect()
    }
}
