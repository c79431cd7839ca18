//! Lists, also those that editors write with items missing, and those that Word writes as paragraphs.

use scraper::ElementRef;

use super::{
    super::{Block, Mark, Node},
    Builder, Context,
    style::Style,
};

/// Levels of a list of Word's that are kept.
const LEVELS: usize = 4;
/// Elements in the marker of an item of Word's.
const MARKER: usize = 8;

fn is_list(name: &str) -> bool {
    matches!(name, "ul" | "ol" | "menu" | "dir")
}

impl<'t> Context<'_> {
    pub(super) fn list(&mut self, builder: &mut Builder<'t>, element: ElementRef<'t>, marks: &[Mark]) {
        self.flush(builder);
        let depth = builder.depth.saturating_add(2);
        let mut items: Vec<Block> = Vec::new();
        let mut loose = Builder::at(depth);
        let ordered = element.value().name() == "ol";
        for child in element.children() {
            if self.stopped.is_some() {
                break;
            }
            let Some(inner) = ElementRef::wrap(child) else {
                if let Some(text) = child.value().as_text() {
                    self.words(&mut loose.line, text, marks);
                }
                continue;
            };
            let name = inner.value().name();
            if name != "li" && !is_list(name) {
                self.element(&mut loose, inner, marks);
                continue;
            }
            self.item_of(&mut loose, &mut items);
            let mut of = Builder::at(depth);
            if ordered && name == "li" && inner.value().attr("value").is_some() {
                self.drop("the number of an item (`value`)");
            }
            if name == "li" && !Style::of(inner).hidden {
                let own = self.marks(inner, &Style::of(inner), marks);
                let content = self.blocks(inner, depth, own.as_deref().unwrap_or(marks));
                items.push(self.block(Node::ListItem(content)));
                self.own(inner, items.last_mut().map(std::slice::from_mut).unwrap_or_default());
                continue;
            }
            self.element(&mut of, inner, marks);
            self.flush(&mut of);
            match items.last_mut().map(|item| &mut item.node) {
                // A list within a list belongs to the item before it.
                Some(Node::ListItem(blocks)) => blocks.append(&mut of.done),
                _ => self.item_of(&mut of, &mut items),
            }
        }
        self.item_of(&mut loose, &mut items);
        for name in ["reversed", "type"] {
            let plain = element.value().attr(name).is_none_or(|value| name == "type" && matches!(value, "1" | "disc" | ""));
            if ordered && !plain {
                self.drop(&format!("the numbering of a list (`{name}`)"));
            }
        }
        let said = element.value().attr("start").filter(|_| ordered);
        let start = said.and_then(|s| s.trim().parse().ok()).filter(|s| *s <= 1_000_000);
        if said.is_some() && start.is_none() {
            self.drop("the numbering of a list (`start`)");
        }
        self.finish(builder, if ordered { Node::OrderedList { start: start.unwrap_or(1), items } } else { Node::BulletList(items) });
    }

    /// What stands between items is an item too.
    fn item_of(&mut self, loose: &mut Builder<'t>, items: &mut Vec<Block>) {
        self.flush(loose);
        let blocks = std::mem::take(&mut loose.done);
        if !blocks.is_empty() {
            let item = self.block(Node::ListItem(blocks));
            items.push(item);
        }
    }

    /// A paragraph that Word means as an item of a list; false when it is none.
    pub(super) fn word_item(&mut self, builder: &mut Builder<'t>, element: ElementRef<'t>, style: &Style, marks: &[Mark]) -> bool {
        let Some(said) = style.list.as_deref() else { return false };
        if said == "ignore" {
            // A marker is a few signs with their looks; whatever else stands in one is read.
            let within = || element.descendants().skip(1).filter_map(ElementRef::wrap).take(MARKER.saturating_add(1));
            let looks = |e: ElementRef<'_>| matches!(e.value().name(), "span" | "font" | "b" | "i" | "u" | "em" | "strong");
            return within().count() <= MARKER && within().all(looks);
        }
        let level = said.split_ascii_whitespace().find_map(|part| part.strip_prefix("level")).and_then(|l| l.parse::<usize>().ok());
        let Some(level) = level.filter(|l| *l > 0) else { return false };
        let most = LEVELS.min(super::CONTAINERS.saturating_sub(builder.depth).saturating_add(1) / 2);
        if most == 0 {
            return false;
        }
        self.flush(builder);
        let styles = element.descendants().filter_map(ElementRef::wrap).map(|e| e.value().attr("style").map_or(1, str::len));
        self.spend(styles.sum());
        let ignored = |e: &ElementRef<'_>| Style::of(*e).list.as_deref() == Some("ignore");
        let marker = element.descendants().filter_map(ElementRef::wrap).find(ignored);
        let marker = marker.map(|m| m.text().collect::<String>()).unwrap_or_default();
        let number = numbers(marker.trim_matches(|c: char| c.is_whitespace()));
        if !number.is_empty() && !marker.contains(|c: char| c.is_ascii_digit()) {
            self.drop("the numbering of a list (`type`)");
        }
        let (going, depth) = (builder.word, builder.depth);
        let mut content = Builder::at(depth.saturating_add(level.min(most).saturating_mul(2)));
        self.children(&mut content, element, marks);
        self.flush(&mut content);
        let mut all = std::mem::take(&mut builder.done);
        let fresh = if going { all.split_off(all.len().saturating_sub(1)) } else { Vec::new() };
        builder.done = all;
        let joined = self.join(fresh, level.min(most), &number, content.done);
        builder.done.extend(joined);
        builder.word = true;
        true
    }

    /// The blocks with an item put to the end of the list that stands last in them, so many levels down.
    fn join(&mut self, mut blocks: Vec<Block>, level: usize, numbers: &[u32], content: Vec<Block>) -> Vec<Block> {
        // What goes on with the list is that, and else the least: `c.` is three, `i.` is one.
        let least = numbers.iter().min().copied();
        let next = |start: u32, items: &[Block]| u32::try_from(items.len()).ok().and_then(|n| start.checked_add(n));
        let fits = |node: &Node| match node {
            Node::BulletList(_) => level > 1 || numbers.is_empty(),
            Node::OrderedList { start, items } => {
                level > 1 || next(*start, items).is_some_and(|next| numbers.contains(&next)) || least.is_some_and(|n| n != 1)
            }
            _ => false,
        };
        let last = if blocks.last().is_some_and(|b| fits(&b.node)) { blocks.pop() } else { None };
        let mut list = last.unwrap_or_else(|| {
            self.block(match least.filter(|_| level == 1) {
                Some(start) => Node::OrderedList { start, items: Vec::new() },
                None => Node::BulletList(Vec::new()),
            })
        });
        if let Node::BulletList(items) | Node::OrderedList { items, .. } = &mut list.node {
            if level > 1 {
                let mut item = items.pop().unwrap_or_else(|| self.block(Node::ListItem(Vec::new())));
                if let Node::ListItem(inner) = &mut item.node {
                    *inner = self.join(std::mem::take(inner), level.saturating_sub(1), numbers, content);
                }
                items.push(item);
            } else {
                items.push(self.block(Node::ListItem(content)));
            }
        }
        blocks.push(list);
        blocks
    }

    /// True when there are pictures in an element.
    pub(super) fn holds_pictures(&mut self, element: ElementRef<'_>) -> bool {
        self.spend(element.descendants().count());
        element.descendants().filter_map(ElementRef::wrap).any(|e| e.value().name() == "img")
    }
}

/// The numbers that a marker (`1.`, `b)`, `iv.`) may say, of which a list knows the one; none for a bullet. Letters count from one, and double behind `z`.
fn numbers(marker: &str) -> Vec<u32> {
    let Some(word) = marker.trim_start_matches('(').strip_suffix(['.', ')']) else { return Vec::new() };
    let word = word.rsplit('.').next().unwrap_or(word).to_ascii_lowercase();
    if let Ok(number) = word.parse::<u32>() {
        return vec![number.min(1_000_000)];
    }
    let letter = word.chars().next().filter(|first| first.is_ascii_lowercase() && word.len() <= 2 && word.chars().all(|c| c == *first));
    let letter = letter.and_then(|c| u32::from(c).checked_sub(96)).map(|n| if word.len() == 2 { n.saturating_add(26) } else { n });
    letter.into_iter().chain(roman(&word)).collect()
}

/// The value of a Roman number in lower case.
fn roman(word: &str) -> Option<u32> {
    const SIGNS: [(&str, u32); 13] = [
        ("m", 1000),
        ("cm", 900),
        ("d", 500),
        ("cd", 400),
        ("c", 100),
        ("xc", 90),
        ("l", 50),
        ("xl", 40),
        ("x", 10),
        ("ix", 9),
        ("v", 5),
        ("iv", 4),
        ("i", 1),
    ];
    let (mut rest, mut sum) = (word, 0_u32);
    for (sign, value) in SIGNS {
        // Those that stand for one times a power of ten may stand three times.
        for _ in 0..if sign.len() == 1 && !matches!(sign, "d" | "l" | "v") { 3 } else { 1 } {
            if let Some(after) = rest.strip_prefix(sign) {
                (rest, sum) = (after, sum.saturating_add(value));
            }
        }
    }
    (rest.is_empty() && sum > 0).then_some(sum)
}

#[cfg(test)]
mod tests {
    use super::numbers;

    #[test]
    fn markers_say_whether_a_list_is_ordered() {
        for (marker, all) in [
            ("1.", &[1][..]),
            ("12)", &[12]),
            ("(a)", &[1]),
            ("c.", &[3, 100]),
            ("i.", &[9, 1]),
            ("iv.", &[4]),
            ("V.", &[22, 5]),
            ("xiv.", &[14]),
            ("ii.", &[35, 2]),
            ("aa.", &[27]),
            ("iiii.", &[]),
            ("1.2.", &[2]),
            ("·", &[]),
            ("o", &[]),
            ("§", &[]),
        ] {
            assert_eq!(numbers(marker), all, "{marker}");
        }
    }
}
