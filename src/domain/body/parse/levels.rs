//! Lists whose items say themselves at which level they stand: paragraphs of Word's, and the flat lists of what knows no lists in lists.

use scraper::ElementRef;

use super::{
    super::{Block, Mark, Node},
    Builder, Context, is_blank,
    lists::is_list,
    markers::Marker,
    style::Style,
};

/// Levels that are kept.
const LEVELS: usize = 4;
/// Elements in the marker of an item of Word's, and between one and its heading.
const LOOKS: usize = 8;
/// Signs of such a marker.
const SIGNS: usize = 12;
/// How far Word sets the paragraphs of a list in where nothing else is said, in points.
const INDENT: f64 = 36.0;

/// A level of the list that goes on.
pub(super) struct Level {
    said: usize,
    /// In points.
    margin: f64,
}

/// The level that a list says by its class: `lst-kix_x-1` of Google's files, and the list of one item each of Notion's.
fn of_class(list: ElementRef<'_>) -> Option<usize> {
    list.value().classes().find_map(|class| {
        let of_file = class.strip_prefix("lst-kix_").and_then(|rest| rest.rsplit_once('-')).and_then(|(_, level)| level.parse().ok());
        let of_page = matches!(class, "bulleted-list" | "numbered-list" | "to-do-list").then_some(0usize);
        of_file.or(of_page).map(|level| level.saturating_add(1))
    })
}

/// The level that an item says: of Word, of Word in a browser, of Quill, of Slack.
fn of_item(item: ElementRef<'_>) -> Option<usize> {
    let number = |name| item.value().attr(name).and_then(|n| n.trim().parse::<usize>().ok());
    let indent = item.value().classes().find_map(|class| class.strip_prefix("ql-indent-")?.parse().ok());
    let above = indent.or_else(|| number("data-stringify-indent")).or_else(|| item.value().attr("data-list").map(|_| 0));
    let said = number("data-aria-level").or_else(|| Style::of(item).level());
    said.or_else(|| above.map(|n| n.saturating_add(1))).filter(|level| *level > 0)
}

/// True for what Word calls a marker, where it is a few signs with their looks.
fn is_marker(element: ElementRef<'_>, style: &Style) -> bool {
    let within = || element.descendants().skip(1).filter_map(ElementRef::wrap).take(LOOKS.saturating_add(1));
    let looks = |e: ElementRef<'_>| matches!(e.value().name(), "span" | "font" | "b" | "i" | "u" | "em" | "strong");
    let signs = || element.text().flat_map(str::chars).filter(|c| !c.is_whitespace()).take(SIGNS.saturating_add(1)).count();
    style.is_marker() && within().count() <= LOOKS && within().all(looks) && signs() <= SIGNS
}

fn items(list: ElementRef<'_>) -> impl Iterator<Item = ElementRef<'_>> {
    list.children().filter_map(ElementRef::wrap)
}

impl<'t> Context<'_> {
    /// True for a list of which an item says its level.
    pub(super) fn says_levels(&mut self, list: ElementRef<'t>) -> bool {
        let mut next = Some(list);
        // Ends: each round goes one level down.
        while let Some(list) = next {
            let styles = items(list).map(|item| item.value().attr("style").map_or(1, str::len));
            self.spend(styles.sum());
            if of_class(list).is_some() || items(list).any(|item| item.value().name() == "li" && of_item(item).is_some()) {
                return true;
            }
            next = items(list).next().filter(|inner| is_list(inner.value().name()));
        }
        false
    }

    /// Such a list, its items put to those that go on.
    pub(super) fn levelled(&mut self, builder: &mut Builder<'t>, list: ElementRef<'t>, marks: &[Mark], level: usize) {
        let ordered = list.value().name() == "ol";
        let mut marker = if ordered { Marker::Numbers(vec![self.numbering(list)]) } else { Marker::Bullet };
        let level = of_class(list).unwrap_or(level);
        for child in list.children() {
            if self.stopped.is_some() {
                break;
            }
            let Some(inner) = ElementRef::wrap(child) else {
                if let Some(text) = child.value().as_text() {
                    self.words(&mut builder.line, text, marks);
                }
                continue;
            };
            let (name, style) = (inner.value().name(), Style::of(inner));
            if is_list(name) && !style.hidden {
                self.flush(builder);
                self.tell_behind(inner);
                self.levelled(builder, inner, marks, level.saturating_add(1));
                continue;
            }
            self.flush(builder);
            let said = of_item(inner).unwrap_or(level);
            let Some((depth, on)) = Some(name).filter(|name| *name == "li" && !style.hidden).and_then(|_| step(builder, said, INDENT))
            else {
                self.element(builder, inner, marks);
                continue;
            };
            self.tell_behind(inner);
            let own = self.marks(inner, &style, marks);
            let around = self.item;
            self.item |= style.level().is_some();
            let mut content = self.blocks(inner, builder.depth.saturating_add(depth.saturating_mul(2)), own.as_deref().unwrap_or(marks));
            self.item = around;
            self.direction(inner);
            self.named(inner, &mut content);
            let said = match inner.value().attr("data-list") {
                Some("ordered") => Marker::Next,
                Some(_) => Marker::Bullet,
                None => marker.clone(),
            };
            self.put(builder, (depth, on), &said, content);
            if ordered {
                marker = Marker::Next;
            }
        }
        self.flush(builder);
    }

    /// A paragraph that Word means as an item of a list, the marker of one, or what goes on below one; false for anything else.
    pub(super) fn of_word(&mut self, builder: &mut Builder<'t>, element: ElementRef<'t>, style: &Style, marks: &[Mark]) -> bool {
        if style.is_marker() {
            return is_marker(element, style) && self.marker(builder, element, marks);
        }
        let Some(said) = style.level() else { return self.goes_on(builder, element, style, marks) };
        self.flush(builder);
        let Some((depth, on)) = step(builder, said, style.margin.unwrap_or(INDENT)) else { return false };
        let styles = element.descendants().filter_map(ElementRef::wrap).map(|e| e.value().attr("style").map_or(1, str::len));
        self.spend(styles.sum());
        let marker = element.descendants().filter_map(ElementRef::wrap).find(|e| is_marker(*e, &Style::of(*e)));
        let text = marker.map(|m| m.text().collect::<String>()).unwrap_or_default();
        let marker = Marker::of(&text);
        if matches!(marker, Marker::Numbers(_)) && !text.contains(char::is_numeric) {
            self.drop("the numbering of a list (`type`)");
        }
        let around = std::mem::replace(&mut self.item, true);
        let content = self.below(builder, depth, element, marks);
        self.item = around;
        self.put(builder, (depth, on), &marker, content);
        true
    }

    fn below(&mut self, builder: &Builder<'t>, depth: usize, element: ElementRef<'t>, marks: &[Mark]) -> Vec<Block> {
        let mut content = self.blocks(element, builder.depth.saturating_add(depth.saturating_mul(2)), marks);
        self.named(element, &mut content);
        content
    }

    /// The marker of an item goes, and so does a bullet before a heading, of which a number is a part. Anywhere else it is read: false.
    fn marker(&mut self, builder: &mut Builder<'t>, element: ElementRef<'t>, marks: &[Mark]) -> bool {
        let heading = |e: &ElementRef<'_>| matches!(e.value().name(), "h1" | "h2" | "h3" | "h4" | "h5" | "h6");
        let Some(heading) = element.ancestors().take(LOOKS).filter_map(ElementRef::wrap).find(heading) else { return self.item };
        let text = element.text().collect::<String>();
        let text = text.trim();
        if Marker::of(text) != Marker::Bullet {
            self.words(&mut builder.line, &format!("{text} "), marks);
            return true;
        }
        self.spend(heading.value().attr("style").map_or(0, str::len));
        self.item || Style::of(heading).level().is_some()
    }

    /// A paragraph in a list of Word's that has no marker belongs to the item that it stands below.
    fn goes_on(&mut self, builder: &mut Builder<'t>, element: ElementRef<'t>, style: &Style, marks: &[Mark]) -> bool {
        let listed = element.value().name() == "p" && element.value().classes().any(|class| class.starts_with("MsoListParagraph"));
        if !listed || builder.going.is_empty() || !is_blank(&builder.line) {
            return false;
        }
        let margin = style.margin.unwrap_or(INDENT);
        let Some(at) = builder.going.iter().rposition(|level| level.margin <= margin + 0.5) else { return false };
        let depth = at.saturating_add(1);
        let content = self.below(builder, depth, element, marks);
        if !content.is_empty() {
            builder.going.truncate(depth);
            let mut items = builder.done.last_mut();
            for _ in 1..depth {
                items = items.and_then(last_item).and_then(|item| item.node.children_mut().last_mut());
            }
            match items.and_then(last_item).map(|item| &mut item.node) {
                Some(Node::ListItem(blocks)) => blocks.extend(content),
                _ => builder.done.extend(content),
            }
        }
        true
    }

    /// Put an item to the list that goes on, so many levels down, or begin one where none does.
    fn put(&mut self, builder: &mut Builder<'t>, (depth, on): (usize, bool), marker: &Marker, content: Vec<Block>) {
        let mut all = std::mem::take(&mut builder.done);
        let fresh = if on { all.split_off(all.len().saturating_sub(1)) } else { Vec::new() };
        all.extend(self.join(fresh, depth, marker, content));
        builder.done = all;
    }

    /// The blocks with an item put to the end of the list that stands last in them, so many levels down. One whose number is not the next begins
    /// another list.
    fn join(&mut self, mut blocks: Vec<Block>, depth: usize, marker: &Marker, content: Vec<Block>) -> Vec<Block> {
        let next = |start: u32, count: usize| u32::try_from(count).ok().and_then(|n| start.checked_add(n));
        let fits = |node: &Node| match (node, marker) {
            (Node::BulletList(_) | Node::OrderedList { .. }, _) if depth > 1 => true,
            (Node::BulletList(_), Marker::Bullet) | (Node::OrderedList { .. }, Marker::Next) => true,
            (Node::OrderedList { start, items }, Marker::Numbers(numbers)) => {
                next(*start, items.len()).is_some_and(|next| numbers.contains(&next))
            }
            _ => false,
        };
        let last = if blocks.last().is_some_and(|b| fits(&b.node)) { blocks.pop() } else { None };
        let mut list = last.unwrap_or_else(|| {
            let items = Vec::new();
            self.block(match marker {
                Marker::Numbers(numbers) => Node::OrderedList { start: numbers.first().copied().unwrap_or(1), items },
                Marker::Next => Node::OrderedList { start: 1, items },
                Marker::Bullet => Node::BulletList(items),
            })
        });
        if let Node::BulletList(items) | Node::OrderedList { items, .. } = &mut list.node {
            if depth > 1 {
                let mut item = items.pop().unwrap_or_else(|| self.block(Node::ListItem(Vec::new())));
                if let Node::ListItem(inner) = &mut item.node {
                    *inner = self.join(std::mem::take(inner), depth.saturating_sub(1), marker, content);
                }
                items.push(item);
            } else {
                items.push(self.block(Node::ListItem(content)));
            }
        }
        blocks.push(list);
        blocks
    }
}

fn last_item(list: &mut Block) -> Option<&mut Block> {
    list.node.children_mut().last_mut()
}

/// How deep an item that says this level stands in the list that goes on: never more than one deeper than the item before it; and
/// whether one does. Nothing where no list can stand.
fn step(builder: &mut Builder<'_>, said: usize, margin: f64) -> Option<(usize, bool)> {
    let most = LEVELS.min(super::CONTAINERS.saturating_sub(builder.depth).saturating_add(1) / 2);
    let above = builder.going.iter().position(|level| level.said >= said).unwrap_or(builder.going.len());
    let on = !builder.going.is_empty();
    builder.going.truncate(above);
    if builder.going.len() < most {
        builder.going.push(Level { said, margin });
    }
    Some((builder.going.len(), on)).filter(|(depth, _)| *depth > 0)
}
