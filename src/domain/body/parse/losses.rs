//! What of a body could not be kept: each loss with its words, its addresses and where it stood, and all of them bounded.

use std::fmt::Write;

use scraper::ElementRef;

use super::{
    super::tree,
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

/// Where something stood: behind these words, or where what is read later stands in the page.
#[derive(Debug, Clone)]
pub(super) enum Place {
    After(String),
    Reserved(usize),
}

impl Default for Place {
    fn default() -> Self {
        Self::After(String::new())
    }
}

/// One loss in words, or several, with the characters and addresses in them.
#[derive(Default)]
struct Told {
    words: String,
    /// Where it stood, if it stood anywhere.
    place: Place,
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
    place: Place,
    /// Of what was met and is read later: until then where it stands, then where it ended.
    reserved: Vec<Place>,
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

/// The end of some words, which says where what comes next stands.
fn ending(words: &str) -> String {
    let from = words.char_indices().rev().nth(BEFORE.saturating_sub(1)).map_or(0, |(at, _)| at);
    words.get(from..).unwrap_or_default().trim().to_owned()
}

impl Losses {
    /// Words that were kept, for telling where the next loss stood.
    pub(super) fn passed(&mut self, words: &str) {
        if words.chars().any(|c| !c.is_whitespace()) {
            self.place = Place::After(ending(words));
        }
    }

    /// What is lost from now on has no place of its own.
    pub(super) fn end(&mut self) {
        self.place = Place::default();
    }

    /// Where what comes next stands.
    pub(super) fn place(&self) -> Place {
        self.place.clone()
    }

    /// Go on elsewhere in the page; where that was left.
    pub(super) fn go_to(&mut self, place: Place) -> Place {
        std::mem::replace(&mut self.place, place)
    }

    /// Here stands what is read later, or was read before: what comes next stands behind it.
    pub(super) fn reserve(&mut self) -> usize {
        let place = std::mem::replace(&mut self.place, Place::Reserved(self.reserved.len()));
        self.reserved.push(place);
        self.reserved.len().saturating_sub(1)
    }

    /// What a reserved place is by now.
    pub(super) fn reserved(&self, n: usize) -> Place {
        self.reserved.get(n).cloned().unwrap_or_default()
    }

    /// What a reserved place turned out to be.
    pub(super) fn settle(&mut self, n: usize, place: Place) {
        if let Some(reserved) = self.reserved.get_mut(n) {
            *reserved = place;
        }
    }

    /// The words behind which something stood.
    fn before<'p>(&'p self, place: &'p Place) -> &'p str {
        let mut place = place;
        // None stands behind itself, so that no way is longer than there are places.
        for _ in 0..=self.reserved.len() {
            match place {
                Place::After(words) => return words,
                Place::Reserved(n) => place = self.reserved.get(*n).unwrap_or(place),
            }
        }
        ""
    }

    pub(super) fn note(&mut self, what: &str, loss: &Loss) {
        self.note_at(what, loss, self.place());
    }

    /// The same of what stood elsewhere.
    pub(super) fn note_at(&mut self, what: &str, loss: &Loss, place: Place) {
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
        let mut told = Told { words: String::new(), place, losses: 1, characters, addresses };
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
        kind.told.push(told);
    }

    /// The warnings: at most as many as an answer names, the last of which counts the others.
    pub(super) fn into_warnings(mut self) -> Vec<Violation> {
        let warning = |code, detail| Violation { pointer: "#/content".to_owned(), code, detail };
        let (mut all, mut over) = (Vec::new(), Told::default());
        for kind in std::mem::take(&mut self.kinds) {
            let code = if kind.what == UNLED { "unknown_block" } else { "dropped" };
            let what = format!("{} cannot be part of a body and was dropped", kind.what);
            let mut told = kind.told;
            for told in &mut told {
                told.words.insert(0, ':');
                let before = self.before(&told.place);
                if !before.is_empty() {
                    _ = write!(told.words, ", after “{before}”");
                }
            }
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
        let loss = self.all_in(element);
        // What of a formula's notes was read where a browser puts it is not lost.
        let noted = element.value().name().starts_with("annotation");
        if !(noted && loss.words.is_empty() && loss.addresses.is_empty()) {
            self.losses.note(what, &loss);
        }
    }

    /// The words, pictures and links in an element.
    pub(super) fn all_in(&mut self, element: ElementRef<'_>) -> Loss {
        let mut loss = Loss::default();
        let mut words = String::new();
        self.gather(element, &mut words, &mut loss.addresses);
        if words.contains(is_seen) {
            loss.words = folded(&words);
        }
        loss
    }

    fn gather(&mut self, element: ElementRef<'_>, words: &mut String, addresses: &mut Vec<String>) {
        // Past what nobody sees.
        let mut next = vec![*element];
        // Ends: each round takes a node, and none is put there twice.
        while let Some(node) = next.pop() {
            self.spend(1);
            if let Some(text) = node.value().as_text() {
                words.push_str(text);
                self.spend(text.len());
            }
            if node.value().is_fragment() {
                next.extend(node.children().rev());
            }
            let Some(inner) = ElementRef::wrap(node) else { continue };
            let name = inner.value().name();
            // A shadow root that found no place may be one that a browser shows.
            if is_unseen(name) && !tree::is_shadow(inner.value()) {
                continue;
            }
            // A name may stand in a namespace of its own, as `xlink:href` does.
            let said = inner.value().attrs().filter(|(name, _)| SAID.contains(name));
            let mut said: Vec<String> = said.map(|(_, address)| addresses::absolute(address)).filter(|a| !a.is_empty()).collect();
            if known(name) == "img" {
                self.spend(inner.parent().map_or(0, |around| around.children().count()));
                said.extend(addresses::picture(inner).filter(|url| !said.contains(url)));
            }
            addresses.append(&mut said);
            addresses.extend(self.behind(inner).into_iter().map(|(_, address)| addresses::absolute(&address)));
            words.push(' ');
            words.push_str(beside(inner));
            words.push(' ');
            if let Some(page) = inner.value().attr("srcdoc") {
                self.gather_page(page, words, addresses);
            }
            if matches!(name, "noframes" | "noembed") {
                // To whoever shows frames and players it is text.
                self.gather_page(&inner.text().collect::<String>(), words, addresses);
            } else {
                next.extend(node.children().rev());
            }
        }
    }

    /// The same of a page within the page.
    fn gather_page(&mut self, page: &str, words: &mut String, addresses: &mut Vec<String>) {
        let Some(page) = self.page_within(page) else { return };
        addresses.extend(page.pictures().into_iter().map(|(_, address)| address));
        self.level = self.level.saturating_add(1);
        self.gather(page.tree.root_element(), words, addresses);
        self.level = self.level.saturating_sub(1);
        words.push(' ');
    }

    pub(super) fn lose_address(&mut self, what: &str, address: &str) {
        self.lose_address_at(what, address, self.losses.place());
    }

    /// The same of what stood elsewhere.
    pub(super) fn lose_address_at(&mut self, what: &str, address: &str, place: Place) {
        self.losses.note_at(what, &Loss { words: String::new(), addresses: vec![addresses::absolute(address)] }, place);
    }
}

/// What an element shows that is not in it.
fn beside(element: ElementRef<'_>) -> &str {
    let attr = |name: &str| element.value().attr(name).filter(|value| !value.is_empty());
    let shown = match element.value().name() {
        "input" => match attr("type").unwrap_or_default().to_ascii_lowercase().as_str() {
            "hidden" => None,
            "image" => attr("alt").or(attr("value")),
            _ => attr("value").or(attr("placeholder")),
        },
        "textarea" => attr("placeholder").filter(|_| !element.text().any(|text| !text.is_empty())),
        "option" | "optgroup" => attr("label"),
        "img" | "amp-img" | "amp-anim" | "area" => attr("alt"),
        _ => None,
    };
    shown.unwrap_or_default()
}
