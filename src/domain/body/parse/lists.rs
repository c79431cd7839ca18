//! Lists, also those that editors write with items missing.

use scraper::ElementRef;

use super::{
    super::{Block, Mark, Node},
    Builder, Context,
    style::Style,
};

pub(super) fn is_list(name: &str) -> bool {
    matches!(name, "ul" | "ol" | "menu" | "dir")
}

/// True for an item that shows no marker: editors hang a list into one where an item is missing.
fn is_unmarked(item: ElementRef<'_>, style: &Style) -> bool {
    style.unmarked || item.value().classes().any(|class| class.to_ascii_lowercase().contains("nested"))
}

impl<'t> Context<'_> {
    pub(super) fn list(&mut self, builder: &mut Builder<'t>, element: ElementRef<'t>, marks: &[Mark]) {
        self.flush(builder);
        if self.says_levels(element) {
            return self.levelled(builder, element, marks, 1);
        }
        let depth = builder.depth.saturating_add(2);
        let ordered = element.value().name() == "ol";
        let start = self.numbering(element);
        let mut items: Vec<Block> = Vec::new();
        let mut loose = Builder::at(depth);
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
            let style = Style::of(inner);
            if name == "li" && !style.hidden {
                self.tell_behind(inner);
                let own = self.marks(inner, &style, marks);
                let content = self.blocks(inner, depth, own.as_deref().unwrap_or(marks));
                if is_unmarked(inner, &style) && content.iter().all(|b| matches!(b.node, Node::BulletList(_) | Node::OrderedList { .. })) {
                    of.done = content;
                    self.belongs(&mut of, &mut items, ordered);
                    continue;
                }
                let number = inner.value().attr("value").filter(|_| ordered).map(|v| v.trim().parse::<usize>().ok());
                if number.is_some_and(|n| n != usize::try_from(start).ok().and_then(|s| s.checked_add(items.len()))) {
                    self.drop("the number of an item (`value`)");
                }
                items.push(self.block(Node::ListItem(content)));
                self.direction(inner);
                self.named(inner, items.last_mut().map(std::slice::from_mut).unwrap_or_default());
                continue;
            }
            self.element(&mut of, inner, marks);
            self.flush(&mut of);
            self.belongs(&mut of, &mut items, ordered);
        }
        self.item_of(&mut loose, &mut items);
        if !items.is_empty() {
            self.finish(builder, if ordered { Node::OrderedList { start, items } } else { Node::BulletList(items) });
        }
    }

    /// The number of the first item; what cannot be said of a list is told.
    pub(super) fn numbering(&mut self, list: ElementRef<'_>) -> u32 {
        let ordered = list.value().name() == "ol";
        for name in ["reversed", "type"] {
            let plain = list.value().attr(name).is_none_or(|value| name == "type" && matches!(value, "1" | "disc" | ""));
            if ordered && !plain {
                self.drop(&format!("the numbering of a list (`{name}`)"));
            }
        }
        let said = list.value().attr("start").filter(|_| ordered);
        let start = said.and_then(|s| s.trim().parse().ok()).filter(|s| *s <= 1_000_000);
        if said.is_some() && start.is_none() {
            self.drop("the numbering of a list (`start`)");
        }
        start.unwrap_or(1)
    }

    /// A list that stands in a list without an item of its own: it belongs to the item before it. Where there is none it is no level.
    fn belongs(&mut self, of: &mut Builder<'t>, items: &mut Vec<Block>, ordered: bool) {
        if let Some(Node::ListItem(blocks)) = items.last_mut().map(|item| &mut item.node) {
            return blocks.append(&mut of.done);
        }
        match (of.done.as_mut_slice(), ordered) {
            ([Block { node: Node::BulletList(inner), .. }], false)
            | ([Block { node: Node::OrderedList { start: 1, items: inner }, .. }], true) => {
                items.append(inner);
            }
            _ => self.item_of(of, items),
        }
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

    /// True when there are pictures in an element.
    pub(super) fn holds_pictures(&mut self, element: ElementRef<'_>) -> bool {
        self.spend(element.descendants().count());
        element.descendants().filter_map(ElementRef::wrap).any(|e| e.value().name() == "img")
    }
}
