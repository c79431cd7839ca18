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
const LOOKS: usize = 8;
/// Characters of such a marker.
const MARKER: usize = 12;

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
            // A marker is a few signs of an item with their looks; whatever else is called one is read.
            let within = || element.descendants().skip(1).filter_map(ElementRef::wrap).take(LOOKS.saturating_add(1));
            let looks = |e: ElementRef<'_>| matches!(e.value().name(), "span" | "font" | "b" | "i" | "u" | "em" | "strong");
            let signs = element.text().flat_map(str::chars).filter(|c| !c.is_whitespace()).take(MARKER.saturating_add(1)).count();
            return self.item && within().count() <= LOOKS && within().all(looks) && signs <= MARKER;
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
        let number = numbered(marker.trim_matches(|c: char| c.is_whitespace()));
        let (going, depth) = (builder.word, builder.depth);
        let mut content = Builder::at(depth.saturating_add(level.min(most).saturating_mul(2)));
        let around = std::mem::replace(&mut self.item, true);
        self.children(&mut content, element, marks);
        self.item = around;
        self.flush(&mut content);
        let mut all = std::mem::take(&mut builder.done);
        let fresh = if going { all.split_off(all.len().saturating_sub(1)) } else { Vec::new() };
        builder.done = all;
        let joined = self.join(fresh, level.min(most), number, content.done);
        builder.done.extend(joined);
        builder.word = true;
        true
    }

    /// The blocks with an item put to the end of the list that stands last in them, so many levels down.
    fn join(&mut self, mut blocks: Vec<Block>, level: usize, number: Option<u32>, content: Vec<Block>) -> Vec<Block> {
        let fits = |node: &Node| match node {
            Node::BulletList(_) => level > 1 || number.is_none(),
            Node::OrderedList { .. } => level > 1 || number.is_some_and(|n| n != 1),
            _ => false,
        };
        let last = if blocks.last().is_some_and(|b| fits(&b.node)) { blocks.pop() } else { None };
        let mut list = last.unwrap_or_else(|| {
            self.block(match number.filter(|_| level == 1) {
                Some(start) => Node::OrderedList { start, items: Vec::new() },
                None => Node::BulletList(Vec::new()),
            })
        });
        if let Node::BulletList(items) | Node::OrderedList { items, .. } = &mut list.node {
            if level > 1 {
                let mut item = items.pop().unwrap_or_else(|| self.block(Node::ListItem(Vec::new())));
                if let Node::ListItem(inner) = &mut item.node {
                    *inner = self.join(std::mem::take(inner), level.saturating_sub(1), number, content);
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

/// The number that a marker (`1.`, `b)`, `iv.`) says; nothing for a bullet. Letters count from one.
fn numbered(marker: &str) -> Option<u32> {
    let word = marker.trim_start_matches('(').strip_suffix(['.', ')'])?;
    let word = word.rsplit('.').next().unwrap_or(word);
    if let Ok(number) = word.parse::<u32>() {
        return Some(number.min(1_000_000));
    }
    let mut letters = word.chars();
    match (letters.next(), letters.next()) {
        (Some(c), None) if c.is_ascii_alphabetic() => {
            let c = c.to_ascii_lowercase();
            // One letter that is a Roman number too is one where it begins a list, and else a letter or either: what counts is that it goes on.
            if c == 'i' { Some(1) } else { u32::from(c).checked_sub(u32::from('a')).map(|n| n.saturating_add(1)) }
        }
        (Some(_), Some(_)) if word.chars().all(|c| "ivxlcdmIVXLCDM".contains(c)) => Some(2),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::numbered;

    #[test]
    fn markers_say_whether_a_list_is_ordered() {
        for (marker, number) in [
            ("1.", Some(1)),
            ("12)", Some(12)),
            ("(a)", Some(1)),
            ("c.", Some(3)),
            ("i.", Some(1)),
            ("iv.", Some(2)),
            ("1.2.", Some(2)),
            ("·", None),
            ("o", None),
            ("§", None),
        ] {
            assert_eq!(numbered(marker), number, "{marker}");
        }
    }
}
