//! HTML as a document: parsed as browsers parse it, mapped, and the rest dropped and reported.
//!
//! There is one sanitiser, and it works by construction: elements become nodes and marks or they vanish; attributes
//! survive only as typed values of those.

mod figures;
mod names;

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet, HashMap},
};

use percent_encoding::percent_decode_str;
use scraper::ElementRef;

use super::{
    Block, BlockId, Cell, Document, Inline, Language, Mark, Node, Row, anchors,
    budget::{Budget, TooMuch},
    push_text,
    text::of_inlines,
    tree,
};
use names::{is_block, is_dropped, parts_lines};

use crate::domain::{
    Error, Locale, Violation,
    text::{folded, is_forbidden, limits, unescape},
};

/// How deep blocks may nest before containers are unwrapped.
const CONTAINERS: usize = 8;

/// Read HTML; beside the document, what of it was dropped or repaired.
///
/// # Errors
/// [`Error::Invalid`] at `#/content`, at the first limit that is reached.
pub fn read(html: &str, mint: &mut dyn FnMut() -> BlockId) -> Result<(Document, Vec<Violation>), Error> {
    read_within(html, mint, &Budget::of(html.len()), true).map_err(|limit| limit.at("#/content"))
}

/// Read HTML out of a budget. `repair`: decode what was escaped twice, as where HTML was made of HTML.
///
/// # Errors
/// The limit that is reached first.
pub fn read_within(
    html: &str,
    mint: &mut dyn FnMut() -> BlockId,
    budget: &Budget,
    repair: bool,
) -> Result<(Document, Vec<Violation>), TooMuch> {
    let tree = tree::grow(html, budget)?;
    let mut context = Context {
        mint,
        budget,
        repair,
        dropped: BTreeMap::new(),
        repaired: 0,
        level: 0,
        nodes: 0,
        bytes: 0,
        stopped: None,
        names: Vec::new(),
        waiting: Vec::new(),
    };
    let mut blocks = context.blocks(tree.root_element(), 1);
    if let Some(limit) = context.stopped {
        return Err(limit);
    }
    step_headings(&mut blocks, &mut 1);
    let lost = resolve(&mut blocks, &context.names);
    let warning = |code, detail| Violation { pointer: "#/content".to_owned(), code, detail };
    let counted = |(what, n): (String, usize)| if n == 1 { what } else { format!("{what} ({n} times)") };
    let dropped = context.dropped.into_iter().map(counted);
    let mut warnings: Vec<_> = dropped.map(|what| warning("dropped", format!("{what} cannot be part of a body and was dropped"))).collect();
    let kept =
        |name| warning("unknown_block", format!("a link leads to `#{name}`, which is not in the body; its words are kept without it"));
    warnings.extend(lost.into_iter().map(kept));
    if context.repaired > 0 {
        warnings.push(warning("double_escaped", format!("{} text(s) were escaped twice and were repaired", context.repaired)));
    }
    Ok((Document { blocks }, warnings))
}

/// Let links that name an element lead to the block it became. Those that name none are taken off; their names.
fn resolve(blocks: &mut [Block], names: &[(String, BlockId)]) -> BTreeSet<String> {
    // The first of a name counts, as in a browser.
    let names: HashMap<&str, &BlockId> = names.iter().rev().map(|(name, id)| (name.as_str(), id)).collect();
    let mut lost = BTreeSet::new();
    anchors::each(blocks, &mut |href| {
        let Some(name) = href.strip_prefix('#') else { return true };
        let decoded = percent_decode_str(name).decode_utf8_lossy();
        let Some(id) = names.get(name).or_else(|| names.get(decoded.as_ref())) else {
            lost.insert(name.chars().take(80).collect());
            return false;
        };
        *href = format!("#{id}");
        true
    });
    lost
}

/// Bring every heading to at most one level below the one before.
fn step_headings(blocks: &mut [Block], last: &mut u8) {
    for block in blocks {
        if let Node::Heading { level, .. } = &mut block.node {
            *level = (*level).min(last.saturating_add(1));
            *last = *level;
        }
        step_headings(block.node.children_mut(), last);
    }
}

struct Context<'m> {
    mint: &'m mut dyn FnMut() -> BlockId,
    budget: &'m Budget,
    repair: bool,
    dropped: BTreeMap<String, usize>,
    repaired: usize,
    level: usize,
    nodes: usize,
    bytes: usize,
    stopped: Option<TooMuch>,
    /// What links may name, and the blocks that it leads to.
    names: Vec<(String, BlockId)>,
    /// What leads to the next block.
    waiting: Vec<String>,
}

/// Blocks in the making: those done, and the line of text that is being gathered.
#[derive(Default)]
struct Builder {
    done: Vec<Block>,
    line: Vec<Inline>,
    depth: usize,
}

fn has_class(element: ElementRef<'_>, class: &str) -> bool {
    element.value().classes().any(|c| c == class)
}

fn link_in(marks: &[Mark]) -> Option<String> {
    marks.iter().find_map(|mark| if let Mark::Link { href } = mark { Some(href.clone()) } else { None })
}

fn mark_of(element: ElementRef<'_>) -> Option<Mark> {
    Some(match element.value().name() {
        "strong" | "b" => Mark::Bold,
        "em" | "i" | "cite" | "dfn" | "var" => Mark::Italic,
        "u" | "ins" => Mark::Underline,
        "s" | "strike" | "del" => Mark::Strike,
        "sub" => Mark::Sub,
        "sup" => Mark::Sup,
        "code" => Mark::Code,
        "span" | "q" | "abbr" => Mark::Lang(element.value().attr("lang")?.parse::<Locale>().ok()?),
        _ => return None,
    })
}

fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r' | '\u{c}')
}

fn ends_open(line: &[Inline]) -> bool {
    match line.last() {
        None | Some(Inline::HardBreak) => true,
        Some(Inline::Text { text, .. }) => text.ends_with(' '),
    }
}

/// Take spaces and line breaks off both ends.
fn trimmed(mut line: Vec<Inline>) -> Vec<Inline> {
    // Ends: each round takes off what stands last.
    while let Some(last) = line.last_mut() {
        match last {
            Inline::HardBreak => {}
            Inline::Text { text, .. } => {
                text.truncate(text.trim_end_matches(is_space).len());
                if !text.is_empty() {
                    break;
                }
            }
        }
        line.pop();
    }
    let breaks = line.iter().take_while(|i| matches!(i, Inline::HardBreak)).count();
    line.drain(..breaks);
    line
}

/// How many nodes a block is, without the blocks in it.
fn size(node: &Node) -> usize {
    let row = |row: &Row| row.iter().map(|cell| cell.text.len().saturating_add(1)).sum::<usize>().saturating_add(1);
    match node {
        Node::Paragraph(text) | Node::Heading { text, .. } | Node::PullQuote { text, .. } => text.len().saturating_add(1),
        Node::Table(rows) => rows.iter().map(row).sum::<usize>().saturating_add(1),
        _ => 1,
    }
}

impl Context<'_> {
    fn drop(&mut self, what: impl Into<String>) {
        let count = self.dropped.entry(what.into()).or_default();
        *count = count.saturating_add(1);
    }

    fn stop(&mut self, at: TooMuch) {
        self.stopped = self.stopped.or(Some(at));
    }

    fn spend(&mut self, steps: usize) {
        if !self.budget.spend(steps) {
            self.stop(TooMuch::Steps);
        }
    }

    /// Text without what no text may hold, and repaired when it was escaped twice.
    fn clean(&mut self, text: &str) -> String {
        self.spend(text.len());
        let decoded = if self.repair { unescape(text) } else { Cow::Borrowed(text) };
        self.repaired = self.repaired.saturating_add(usize::from(matches!(decoded, Cow::Owned(_))));
        let clean: String = decoded.chars().filter(|c| is_space(*c) || !is_forbidden(*c)).collect();
        self.bytes = self.bytes.saturating_add(clean.len());
        if self.bytes > limits::BODY_BYTES {
            self.stop(TooMuch::Bytes);
        }
        clean
    }

    /// All text within an element, in one line.
    fn all_text(&mut self, element: ElementRef<'_>) -> String {
        element.text().map(|text| self.clean(text)).collect()
    }

    fn block(&mut self, node: Node) -> Block {
        self.nodes = self.nodes.saturating_add(size(&node));
        if self.nodes > limits::BODY_NODES {
            self.stop(TooMuch::Nodes);
        }
        let block = Block::new((self.mint)(), node);
        self.names.extend(self.waiting.drain(..).map(|name| (name, block.id.clone())));
        block
    }

    /// The blocks within an element.
    fn blocks(&mut self, element: ElementRef<'_>, depth: usize) -> Vec<Block> {
        let mut builder = Builder { depth, ..Builder::default() };
        self.children(&mut builder, element, &mut Vec::new());
        self.flush(&mut builder);
        builder.done
    }

    /// The running text within an element; paragraphs in it are parted by line breaks, other blocks are dropped.
    fn inlines(&mut self, element: ElementRef<'_>) -> Vec<Inline> {
        let mut line = Vec::new();
        let (nodes, names) = (self.nodes, self.names.len());
        for block in self.blocks(element, CONTAINERS) {
            match block.node {
                Node::Paragraph(mut text) | Node::Heading { mut text, .. } => {
                    if !line.is_empty() {
                        line.push(Inline::HardBreak);
                    }
                    line.append(&mut text);
                }
                other => self.drop(format!("`{}` within a line of text", other.kind())),
            }
        }
        // Those blocks are taken apart again.
        self.nodes = nodes;
        self.waiting.extend(self.names.split_off(names).into_iter().map(|(name, _)| name));
        line
    }

    fn string(&mut self, element: ElementRef<'_>) -> String {
        folded(&of_inlines(&self.inlines(element)))
    }

    fn flush(&mut self, builder: &mut Builder) {
        let line = trimmed(std::mem::take(&mut builder.line));
        if !line.is_empty() {
            let paragraph = self.block(Node::Paragraph(line));
            builder.done.push(paragraph);
        }
    }

    fn finish(&mut self, builder: &mut Builder, node: Node) {
        self.flush(builder);
        let block = self.block(node);
        builder.done.push(block);
    }

    fn children(&mut self, builder: &mut Builder, element: ElementRef<'_>, marks: &mut Vec<Mark>) {
        self.level = self.level.saturating_add(1);
        if self.level > limits::HTML_DEPTH {
            self.stop(TooMuch::Depth);
        }
        for child in element.children() {
            if self.stopped.is_some() {
                break;
            }
            if let Some(text) = child.value().as_text() {
                self.words(&mut builder.line, text, marks);
            } else if let Some(element) = ElementRef::wrap(child) {
                self.element(builder, element, marks);
            }
        }
        self.level = self.level.saturating_sub(1);
    }

    fn element(&mut self, builder: &mut Builder, element: ElementRef<'_>, marks: &mut Vec<Mark>) {
        self.spend(1);
        if parts_lines(element.value().name()) {
            self.flush(builder);
            let first = builder.done.len();
            self.mapped(builder, element, marks);
            self.own(element, builder.done.get_mut(first..).unwrap_or_default());
        } else {
            self.own(element, &mut []);
            self.mapped(builder, element, marks);
        }
    }

    /// What an element says of the blocks that it became: their language, and what links to the first of them name.
    fn own(&mut self, element: ElementRef<'_>, blocks: &mut [Block]) {
        let value = element.value();
        let name = value.attr("id").or_else(|| value.attr("name").filter(|_| value.name() == "a"));
        if let Some(name) = name.filter(|name| (1..=limits::URL).contains(&name.len())) {
            match blocks.first() {
                Some(first) => self.names.push((name.to_owned(), first.id.clone())),
                None => self.waiting.push(name.to_owned()),
            }
        }
        if let Some(lang) = value.attr("lang").and_then(|tag| tag.parse::<Locale>().ok()) {
            for block in blocks.iter_mut().filter(|block| block.lang.is_none() && block.node != Node::HorizontalRule) {
                block.lang = Some(lang.clone());
            }
        }
    }

    fn mapped(&mut self, builder: &mut Builder, element: ElementRef<'_>, marks: &mut Vec<Mark>) {
        let name = element.value().name();
        let inner = builder.depth.saturating_add(1);
        let room = builder.depth < CONTAINERS;
        match name {
            "br" => builder.line.push(Inline::HardBreak),
            "hr" => self.finish(builder, Node::HorizontalRule),
            "img" => self.picture(builder, element, None, link_in(marks)),
            "iframe" => self.frame(builder, element),
            "pre" => self.code(builder, element),
            "table" => self.table(builder, element),
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => self.heading(builder, element),
            "blockquote" if room => {
                self.flush(builder);
                let blocks = self.blocks(element, inner);
                self.finish(builder, Node::Blockquote(blocks));
            }
            "ul" | "ol" if room => self.list(builder, element),
            "figure" => self.figure(builder, element, marks),
            "div" if room && has_class(element, "gallery") => {
                self.flush(builder);
                let (images, rest): (Vec<_>, Vec<_>) =
                    self.blocks(element, inner).into_iter().partition(|b| matches!(b.node, Node::Image(_)));
                self.finish(builder, Node::Gallery(images));
                builder.done.extend(rest);
            }
            "aside" if room && has_class(element, "factbox") => {
                let (title, blocks) = self.titled(builder, element);
                self.finish(builder, Node::Factbox { title, blocks });
            }
            "section" if builder.depth == 1 && has_class(element, "live-update") => self.live_update(builder, element, marks),
            _ if is_dropped(name) => self.drop(format!("<{name}>")),
            _ if is_block(name) || matches!(name, "ul" | "ol" | "blockquote") => {
                self.flush(builder);
                self.children(builder, element, &mut marks.clone());
                self.flush(builder);
            }
            _ => self.inline(builder, element, marks),
        }
    }

    /// Where an element leads; a name within the page is looked up at the end.
    fn link(&mut self, element: ElementRef<'_>) -> Option<String> {
        let given = element.value().attr("href")?.trim();
        let within = given.starts_with('#') && given.len() <= limits::URL;
        let href = if within { Some(given.to_owned()) } else { anchors::link(given) };
        if href.is_none() {
            self.drop("a link that is no http, https, mailto or tel address and no path of the site");
        }
        href
    }

    fn inline(&mut self, builder: &mut Builder, element: ElementRef<'_>, marks: &mut Vec<Mark>) {
        let mark = if element.value().name() == "a" { self.link(element).map(|href| Mark::Link { href }) } else { mark_of(element) };
        let new = mark.filter(|m| !marks.iter().any(|old| old.same_kind(m)));
        let depth = marks.len();
        marks.extend(new);
        self.children(builder, element, marks);
        marks.truncate(depth);
    }

    fn heading(&mut self, builder: &mut Builder, element: ElementRef<'_>) {
        self.flush(builder);
        let asked = element.value().name().chars().last().and_then(|c| c.to_digit(10)).and_then(|d| u8::try_from(d).ok()).unwrap_or(2);
        let text = self.inlines(element);
        if text.is_empty() {
            return;
        }
        // Whether a level was skipped shows in the order of the document, which is known at the end.
        self.finish(builder, Node::Heading { level: asked.clamp(2, 4), text });
    }

    fn list(&mut self, builder: &mut Builder, element: ElementRef<'_>) {
        self.flush(builder);
        let depth = builder.depth.saturating_add(2);
        let mut items = Vec::new();
        for child in element.children() {
            let Some(item) = ElementRef::wrap(child) else {
                if child.value().as_text().is_some_and(|t| !t.trim().is_empty()) {
                    self.drop("text between the items of a list");
                }
                continue;
            };
            if is_dropped(item.value().name()) {
                self.drop(format!("<{}>", item.value().name()));
                continue;
            }
            let content = self.blocks(item, depth);
            let block = self.block(Node::ListItem(content));
            items.push(block);
            self.own(item, items.last_mut().map(std::slice::from_mut).unwrap_or_default());
        }
        let start = element.value().attr("start").and_then(|s| s.parse().ok()).filter(|s| *s <= 1_000_000).unwrap_or(1);
        let ordered = element.value().name() == "ol";
        self.finish(builder, if ordered { Node::OrderedList { start, items } } else { Node::BulletList(items) });
    }

    fn code(&mut self, builder: &mut Builder, element: ElementRef<'_>) {
        self.flush(builder);
        let code = element.descendants().filter_map(ElementRef::wrap).find(|e| e.value().name() == "code");
        let language = code.and_then(|c| c.value().classes().find_map(|class| class.strip_prefix("language-")));
        let named = language.filter(|name| !name.is_empty());
        let language = named.and_then(Language::parse);
        if named.is_some() && language.is_none() {
            self.drop("the language of program text that is no plain name");
        }
        let text: String = element.text().collect::<String>().chars().filter(|c| !is_forbidden(*c)).collect();
        self.finish(builder, Node::CodeBlock { language, text });
    }

    fn table(&mut self, builder: &mut Builder, element: ElementRef<'_>) {
        self.flush(builder);
        let mut rows = Vec::new();
        let within = |name: &'static str| move |e: &ElementRef<'_>| e.value().name() == name;
        if let Some(caption) = element.children().filter_map(ElementRef::wrap).find(within("caption")) {
            let blocks = self.blocks(caption, builder.depth);
            builder.done.extend(blocks);
        }
        let groups = element.children().filter_map(ElementRef::wrap).filter(|e| matches!(e.value().name(), "tbody" | "thead" | "tfoot"));
        for group in groups {
            let all: Vec<_> = group.children().filter_map(ElementRef::wrap).filter(within("tr")).collect();
            for (n, row) in all.iter().enumerate() {
                let left = all.len().saturating_sub(n);
                let cells = row.children().filter_map(ElementRef::wrap).filter(|e| matches!(e.value().name(), "td" | "th"));
                rows.push(cells.map(|c| self.cell(c, left)).collect());
            }
        }
        self.finish(builder, Node::Table(rows));
    }

    /// A cell in the first of so many rows of its group, beyond which none reaches (WHATWG HTML §4.9.12.1).
    fn cell(&mut self, element: ElementRef<'_>, rows: usize) -> Cell {
        self.own(element, &mut []);
        let value = element.value();
        let number = |name| value.attr(name).map(str::trim).and_then(|n| n.parse::<u16>().ok());
        let rows = u16::try_from(rows).unwrap_or(limits::ROWSPAN).min(limits::ROWSPAN);
        let colspan = number("colspan").filter(|n| *n > 0).unwrap_or(1).min(limits::COLSPAN);
        let rowspan = match number("rowspan") {
            Some(0) => rows,
            Some(n) => n.min(rows),
            None => 1,
        };
        Cell { header: value.name() == "th", colspan, rowspan, text: self.inlines(element) }
    }

    /// Title and blocks of a box whose title is a first paragraph of class `title`.
    fn titled(&mut self, builder: &mut Builder, element: ElementRef<'_>) -> (String, Vec<Block>) {
        self.flush(builder);
        let title = element.children().filter_map(ElementRef::wrap).find(|e| has_class(*e, "title"));
        let heading = title.map(|t| self.string(t)).unwrap_or_default();
        let mut inner = Builder { depth: builder.depth.saturating_add(1), ..Builder::default() };
        for child in element.children() {
            match ElementRef::wrap(child) {
                Some(e) if title.is_some_and(|t| t == e) || e.value().name() == "time" => {}
                Some(e) => self.element(&mut inner, e, &mut Vec::new()),
                None => {
                    if let Some(text) = child.value().as_text() {
                        self.words(&mut inner.line, text, &[]);
                    }
                }
            }
        }
        self.flush(&mut inner);
        (heading, inner.done)
    }

    fn live_update(&mut self, builder: &mut Builder, element: ElementRef<'_>, marks: &mut Vec<Mark>) {
        let time = element.children().filter_map(ElementRef::wrap).find(|e| e.value().name() == "time");
        let Some(at) = time.and_then(|t| t.value().attr("datetime")).and_then(|t| t.parse().ok()) else {
            self.flush(builder);
            return self.children(builder, element, marks);
        };
        let (title, blocks) = self.titled(builder, element);
        self.finish(builder, Node::LiveUpdate { at, title, blocks });
    }

    /// Append text as a browser shows it, with white space folded.
    fn words(&mut self, line: &mut Vec<Inline>, text: &str, marks: &[Mark]) {
        let mut words = String::new();
        for c in self.clean(text).chars() {
            let open = if words.is_empty() { ends_open(line) } else { words.ends_with(' ') };
            if !is_space(c) {
                words.push(c);
            } else if !open {
                words.push(' ');
            }
        }
        push_text(line, &words, marks);
    }
}
