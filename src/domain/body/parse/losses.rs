//! What of a body could not be kept: each loss with its words, its addresses and where it stood, and all of them bounded.

use std::fmt::Write;

use scraper::ElementRef;

use super::{
    Context, addresses, is_seen,
    names::{is_unseen, known},
};
use crate::domain::{Violation, error::FAULTS, text::folded};

/// What is told of a link that names no block.
pub(super) const UNLED: &str = "a link to what is not in the body";

/// Losses of one kind that are told one by one.
const EACH: usize = 10;
/// Attributes that hold addresses.
const SAID: [&str; 9] = ["href", "src", "data-src", "data-href", "data-url", "url", "data", "poster", "action"];
/// Characters of lost words that are told, and of an address.
pub(super) const SHOWN: usize = 200;
/// Characters of what stood before.
pub(super) const BEFORE: usize = 40;

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
    told: Vec<Told>,
    /// Those that are not told one by one.
    more: Told,
}

/// One loss in words, or several, with the characters and addresses in them.
#[derive(Default)]
struct Told {
    words: String,
    losses: usize,
    characters: usize,
    addresses: usize,
}

impl Told {
    fn add(&mut self, other: &Self) {
        self.losses = self.losses.saturating_add(other.losses);
        self.characters = self.characters.saturating_add(other.characters);
        self.addresses = self.addresses.saturating_add(other.addresses);
    }
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

    /// What is lost from now on has no place of its own.
    pub(super) fn end(&mut self) {
        self.before.clear();
    }

    pub(super) fn note(&mut self, what: &str, loss: &Loss) {
        let n = self.kinds.iter().position(|k| k.what == what).unwrap_or_else(|| {
            self.kinds.push(Kind { what: what.to_owned(), count: 0, told: Vec::new(), more: Told::default() });
            self.kinds.len().saturating_sub(1)
        });
        let Some(kind) = self.kinds.get_mut(n) else { return };
        kind.count = kind.count.saturating_add(1);
        if loss.words.is_empty() && loss.addresses.is_empty() {
            return;
        }
        let addresses = loss.addresses.len();
        let characters = loss.words.chars().filter(|c| !c.is_whitespace()).count();
        let mut told = Told { words: String::new(), losses: 1, characters, addresses };
        if kind.told.len() >= EACH {
            return kind.more.add(&told);
        }
        let words = &mut told.words;
        if !loss.words.is_empty() {
            _ = write!(words, " “{}”", excerpt(&loss.words, SHOWN));
        }
        for address in loss.addresses.iter().take(EACH) {
            _ = write!(words, " {}", excerpt(address, SHOWN));
        }
        if addresses > EACH {
            _ = write!(words, " and {} more addresses", addresses.saturating_sub(EACH));
        }
        if !self.before.is_empty() {
            _ = write!(words, ", after “{}”", self.before);
        }
        kind.told.push(told);
    }

    /// The warnings: at most as many as an answer names, the last of which counts the others.
    pub(super) fn into_warnings(self) -> Vec<Violation> {
        let warning = |code, detail| Violation { pointer: "#/content".to_owned(), code, detail };
        let (mut all, mut over) = (Vec::new(), Told::default());
        for kind in self.kinds {
            let code = if kind.what == UNLED { "unknown_block" } else { "dropped" };
            let what = format!("{} cannot be part of a body and was dropped", kind.what);
            let mut told = kind.told;
            told.iter_mut().for_each(|told| told.words.insert(0, ':'));
            let mut more = kind.more;
            if told.is_empty() {
                // Those of which nothing but the kind is told.
                let words = if kind.count == 1 { String::new() } else { format!(" ({} times)", kind.count) };
                told.push(Told { words, losses: kind.count, ..Told::default() });
            } else if more.losses > 0 {
                more.words =
                    format!(": {} more of these, with {} characters and {} addresses", more.losses, more.characters, more.addresses);
                told.push(more);
            }
            for told in told {
                // One is left for the others.
                if all.len() < FAULTS.saturating_sub(1) {
                    all.push(warning(code, format!("{what}{}", told.words)));
                } else {
                    over.add(&told);
                }
            }
        }
        if over.losses > 0 {
            let detail = format!(
                "more was dropped: {} more of these, with {} characters and {} addresses",
                over.losses, over.characters, over.addresses
            );
            all.push(warning("dropped", detail));
        }
        all
    }
}

impl Context<'_> {
    /// Note a loss of which nothing but the kind is told.
    pub(super) fn drop(&mut self, what: &str) {
        self.losses.note(what, &Loss::default());
    }

    /// Note that an element is left out, with the words, pictures and links in it.
    pub(super) fn lose(&mut self, what: &str, element: ElementRef<'_>) {
        let mut loss = Loss::default();
        let mut words = String::new();
        // Past what nobody sees.
        let mut next = vec![*element];
        // Ends: each round takes a node, and none is put there twice.
        while let Some(node) = next.pop() {
            self.spend(1);
            if let Some(text) = node.value().as_text() {
                words.push_str(text);
                self.spend(text.len());
            }
            let Some(inner) = ElementRef::wrap(node) else { continue };
            if is_unseen(inner.value().name()) {
                continue;
            }
            // A name may stand in a namespace of its own, as `xlink:href` does.
            let said = inner.value().attrs().filter(|(name, _)| SAID.contains(name));
            let mut said: Vec<String> = said.map(|(_, address)| addresses::absolute(address)).filter(|a| !a.is_empty()).collect();
            if known(inner.value().name()) == "img" {
                self.spend(inner.parent().map_or(0, |around| around.children().count()));
                said.extend(addresses::picture(inner).filter(|url| !said.contains(url)));
            }
            loss.addresses.append(&mut said);
            let told = match inner.value().name() {
                "input" if inner.value().attr("type").is_some_and(|t| t.eq_ignore_ascii_case("hidden")) => "",
                "input" => inner.value().attr("value").or(inner.value().attr("placeholder")).unwrap_or_default(),
                "option" | "optgroup" => inner.value().attr("label").unwrap_or_default(),
                "img" | "amp-img" | "amp-anim" | "area" => inner.value().attr("alt").unwrap_or_default(),
                _ => "",
            };
            words.push(' ');
            words.push_str(told);
            words.push(' ');
            next.extend(node.children().rev());
        }
        if words.contains(is_seen) {
            loss.words = folded(&words);
        }
        self.losses.note(what, &loss);
    }

    pub(super) fn lose_address(&mut self, what: &str, address: &str) {
        self.losses.note(what, &Loss { words: String::new(), addresses: vec![addresses::absolute(address)] });
    }
}
