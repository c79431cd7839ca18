//! HTML as a document: parsed as browsers parse it, mapped, and the rest dropped and reported.
//!
//! There is one sanitiser, and it works by construction: elements become nodes and marks or they vanish; attributes
//! survive only as typed values of those.

use std::collections::BTreeMap;

use scraper::{ElementRef, Html};

use super::{Block, BlockId, Cell, Document, Image, Inline, Language, Mark, Node, Row, provider, push_text, text::of_inlines};
use crate::domain::{
    Locale,
    text::{is_forbidden, repair_entities},
    url::{safe_link, web_address},
};

/// How deep elements may nest before what lies below is dropped.
const LEVELS: usize = 200;
/// How deep blocks may nest before containers are unwrapped.
const CONTAINERS: usize = 8;

/// Read HTML; beside the document, what was dropped, in words.
pub fn read(html: &str, mint: &mut dyn FnMut() -> BlockId) -> (Document, Vec<String>) {
    let tree = Html::parse_fragment(html);
    let mut context = Context { mint, dropped: BTreeMap::new() };
    let mut blocks = context.blocks(tree.root_element(), 1, 0);
    step_headings(&mut blocks, &mut 1);
    let counted = |(what, n): (String, usize)| if n == 1 { what } else { format!("{what} ({n} times)") };
    (Document { blocks }, context.dropped.into_iter().map(counted).collect())
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
    dropped: BTreeMap<String, usize>,
}

/// Blocks in the making: those done, and the line of text that is being gathered.
#[derive(Default)]
struct Builder {
    done: Vec<Block>,
    line: Vec<Inline>,
    depth: usize,
    level: usize,
}

fn is_dropped(name: &str) -> bool {
    const NAMES: [&str; 33] = [
        "script",
        "style",
        "template",
        "noscript",
        "object",
        "svg",
        "math",
        "input",
        "button",
        "select",
        "textarea",
        "option",
        "head",
        "title",
        "meta",
        "link",
        "base",
        "canvas",
        "map",
        "area",
        "applet",
        "frame",
        "frameset",
        "noframes",
        "noembed",
        "xmp",
        "plaintext",
        "audio",
        "video",
        "source",
        "track",
        "param",
        "embed",
    ];
    NAMES.contains(&name)
}

fn is_block(name: &str) -> bool {
    const NAMES: [&str; 28] = [
        "p",
        "div",
        "section",
        "article",
        "header",
        "footer",
        "main",
        "nav",
        "address",
        "dl",
        "dt",
        "dd",
        "figure",
        "figcaption",
        "details",
        "summary",
        "fieldset",
        "legend",
        "center",
        "body",
        "html",
        "aside",
        "hgroup",
        "li",
        "form",
        "caption",
        "search",
        "menu",
    ];
    NAMES.contains(&name)
}

fn has_class(element: ElementRef<'_>, class: &str) -> bool {
    element.value().classes().any(|c| c == class)
}

fn mark_of(element: ElementRef<'_>) -> Option<Mark> {
    Some(match element.value().name() {
        "strong" | "b" => Mark::Bold,
        "em" | "i" | "cite" | "dfn" | "var" => Mark::Italic,
        "u" | "ins" => Mark::Underline,
        "s" | "strike" | "del" => Mark::Strike,
        "sub" => Mark::Sub,
        "sup" => Mark::Sup,
        "a" => Mark::Link { href: safe_link(element.value().attr("href")?)? },
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

impl Context<'_> {
    fn drop(&mut self, what: impl Into<String>) {
        let count = self.dropped.entry(what.into()).or_default();
        *count = count.saturating_add(1);
    }

    fn block(&mut self, node: Node) -> Block {
        Block { id: (self.mint)(), source: None, node }
    }

    /// The blocks within an element.
    fn blocks(&mut self, element: ElementRef<'_>, depth: usize, level: usize) -> Vec<Block> {
        let mut builder = Builder { depth, level, ..Builder::default() };
        self.children(&mut builder, element, &mut Vec::new());
        self.flush(&mut builder);
        builder.done
    }

    /// The running text within an element; paragraphs in it are parted by line breaks, other blocks are dropped.
    fn inlines(&mut self, element: ElementRef<'_>, level: usize) -> Vec<Inline> {
        let mut line = Vec::new();
        for block in self.blocks(element, CONTAINERS, level) {
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
        line
    }

    fn string(&mut self, element: ElementRef<'_>, level: usize) -> String {
        of_inlines(&self.inlines(element, level)).split_whitespace().collect::<Vec<_>>().join(" ")
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
        if builder.level > LEVELS {
            self.drop("an element nested too deep");
            return;
        }
        builder.level = builder.level.saturating_add(1);
        for child in element.children() {
            if let Some(text) = child.value().as_text() {
                words(&mut builder.line, text, marks);
            } else if let Some(element) = ElementRef::wrap(child) {
                self.element(builder, element, marks);
            }
        }
        builder.level = builder.level.saturating_sub(1);
    }

    fn element(&mut self, builder: &mut Builder, element: ElementRef<'_>, marks: &mut Vec<Mark>) {
        let (name, level) = (element.value().name(), builder.level);
        let inner = builder.depth.saturating_add(1);
        let room = builder.depth < CONTAINERS;
        match name {
            "br" => builder.line.push(Inline::HardBreak),
            "hr" => self.finish(builder, Node::HorizontalRule),
            "img" => self.picture(builder, element, None),
            "iframe" => self.frame(builder, element),
            "pre" => self.code(builder, element),
            "table" => self.table(builder, element),
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => self.heading(builder, element),
            "blockquote" if room => {
                self.flush(builder);
                let blocks = self.blocks(element, inner, level);
                self.finish(builder, Node::Blockquote(blocks));
            }
            "ul" | "ol" if room => self.list(builder, element),
            "figure" => self.figure(builder, element, marks),
            "div" if room && has_class(element, "gallery") => {
                self.flush(builder);
                let (images, rest): (Vec<_>, Vec<_>) =
                    self.blocks(element, inner, level).into_iter().partition(|b| matches!(b.node, Node::Image(_)));
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

    fn inline(&mut self, builder: &mut Builder, element: ElementRef<'_>, marks: &mut Vec<Mark>) {
        let mark = mark_of(element);
        if mark.is_none() && element.value().name() == "a" && element.value().attr("href").is_some() {
            self.drop("a link that is not an absolute http, https, mailto or tel address");
        }
        let new = mark.filter(|m| !marks.iter().any(|old| old.same_kind(m)));
        let depth = marks.len();
        marks.extend(new);
        self.children(builder, element, marks);
        marks.truncate(depth);
    }

    fn heading(&mut self, builder: &mut Builder, element: ElementRef<'_>) {
        self.flush(builder);
        let asked = element.value().name().chars().last().and_then(|c| c.to_digit(10)).and_then(|d| u8::try_from(d).ok()).unwrap_or(2);
        let text = self.inlines(element, builder.level);
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
            let content = self.blocks(item, depth, builder.level);
            items.push(self.block(Node::ListItem(content)));
        }
        let start = element.value().attr("start").and_then(|s| s.parse().ok()).filter(|s| *s <= 1_000_000).unwrap_or(1);
        let ordered = element.value().name() == "ol";
        self.finish(builder, if ordered { Node::OrderedList { start, items } } else { Node::BulletList(items) });
    }

    fn figure(&mut self, builder: &mut Builder, element: ElementRef<'_>, marks: &mut Vec<Mark>) {
        self.flush(builder);
        let named = |name: &'static str| element.descendants().filter_map(ElementRef::wrap).find(move |e| e.value().name() == name);
        let caption = named("figcaption");
        if has_class(element, "pull-quote") {
            let attribution = caption.map(|c| self.string(c, builder.level)).unwrap_or_default();
            let text = named("blockquote").map(|q| self.inlines(q, builder.level)).unwrap_or_default();
            self.finish(builder, Node::PullQuote { text, attribution });
        } else if has_class(element, "embed") {
            let link = named("a").map(|a| (a.value().attr("href").unwrap_or_default().to_owned(), self.string(a, builder.level)));
            self.embed(builder, link.unwrap_or_default());
        } else if let (Some(image), true) = (named("img"), named("table").is_none() && named("iframe").is_none()) {
            self.picture(builder, image, caption);
        } else {
            self.children(builder, element, marks);
            self.flush(builder);
        }
    }

    fn picture(&mut self, builder: &mut Builder, element: ElementRef<'_>, caption: Option<ElementRef<'_>>) {
        self.flush(builder);
        let attr = |name: &str| element.value().attr(name).unwrap_or_default();
        let Some(url) = web_address(attr("src")) else {
            self.drop("an image without an absolute http or https address");
            return;
        };
        let clean = |text: &str| {
            let text: String = repair_entities(text).chars().filter(|c| !is_forbidden(*c)).collect();
            text.split_whitespace().collect::<Vec<_>>().join(" ")
        };
        let credit = caption.and_then(|c| c.descendants().filter_map(ElementRef::wrap).find(|e| has_class(*e, "credit")));
        let whole: String = caption.map(|c| c.text().collect()).unwrap_or_default();
        let credit: String = credit.map(|c| c.text().collect()).unwrap_or_default();
        let caption = whole.trim_end().strip_suffix(credit.trim_end()).unwrap_or(&whole);
        let size = attr("width").parse().ok().zip(attr("height").parse().ok());
        let size = size.filter(|(w, h)| (1..=100_000).contains(w) && (1..=100_000).contains(h));
        let image = Image { url, alt: clean(attr("alt")), caption: clean(caption), credit: clean(&credit), size };
        self.finish(builder, Node::Image(image));
    }

    fn frame(&mut self, builder: &mut Builder, element: ElementRef<'_>) {
        let attr = |name: &str| element.value().attr(name).unwrap_or_default().to_owned();
        self.embed(builder, (attr("src"), attr("title")));
    }

    fn embed(&mut self, builder: &mut Builder, (url, title): (String, String)) {
        self.flush(builder);
        match web_address(&url).filter(|url| provider(url).is_some()) {
            Some(url) => {
                let title = if title == url { String::new() } else { title };
                self.finish(builder, Node::Embed { url, title });
            }
            None => self.drop("an embed of an unknown provider"),
        }
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
        let level = builder.level.saturating_add(4);
        let mut rows = Vec::new();
        let within = |name: &'static str| move |e: &ElementRef<'_>| e.value().name() == name;
        if let Some(caption) = element.children().filter_map(ElementRef::wrap).find(within("caption")) {
            let blocks = self.blocks(caption, builder.depth, level);
            builder.done.extend(blocks);
        }
        let groups = element.children().filter_map(ElementRef::wrap).filter(|e| matches!(e.value().name(), "tbody" | "thead" | "tfoot"));
        for row in groups.flat_map(|g| g.children().filter_map(ElementRef::wrap).filter(within("tr")).collect::<Vec<_>>()) {
            let cells = row.children().filter_map(ElementRef::wrap).filter(|e| matches!(e.value().name(), "td" | "th"));
            let cells: Row = cells.map(|c| Cell { header: c.value().name() == "th", text: self.inlines(c, level) }).collect();
            rows.push(cells);
        }
        self.finish(builder, Node::Table(rows));
    }

    /// Title and blocks of a box whose title is a first paragraph of class `title`.
    fn titled(&mut self, builder: &mut Builder, element: ElementRef<'_>) -> (String, Vec<Block>) {
        self.flush(builder);
        let title = element.children().filter_map(ElementRef::wrap).find(|e| has_class(*e, "title"));
        let heading = title.map(|t| self.string(t, builder.level)).unwrap_or_default();
        let mut inner = Builder { depth: builder.depth.saturating_add(1), level: builder.level, ..Builder::default() };
        for child in element.children() {
            match ElementRef::wrap(child) {
                Some(e) if title.is_some_and(|t| t == e) || e.value().name() == "time" => {}
                Some(e) => self.element(&mut inner, e, &mut Vec::new()),
                None => {
                    if let Some(text) = child.value().as_text() {
                        words(&mut inner.line, text, &[]);
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
}

/// Append text as a browser shows it: white space folded, entities repaired.
fn words(line: &mut Vec<Inline>, text: &str, marks: &[Mark]) {
    let mut folded = String::new();
    for c in repair_entities(text).chars().filter(|c| is_space(*c) || !is_forbidden(*c)) {
        let open = if folded.is_empty() { ends_open(line) } else { folded.ends_with(' ') };
        if !is_space(c) {
            folded.push(c);
        } else if !open {
            folded.push(' ');
        }
    }
    push_text(line, &folded, marks);
}
