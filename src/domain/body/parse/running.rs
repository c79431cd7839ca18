//! Running text: words and their marks, and blocks that are brought into one line.

use std::collections::HashSet;

use scraper::ElementRef;

use super::{
    super::{Block, BlockId, Inline, Mark, Node, push_text},
    Builder, CONTAINERS, Context, break_line, ends_open, is_blank, is_seen, is_space, link_in,
    losses::{BEFORE, Loss, SHOWN},
    names::{is_block, is_tabular, parts_lines},
    quotes,
    settle::joined,
    size, trimmed,
};
use crate::domain::{Locale, locale::Direction, text::folded};

/// The control that begins a direction of its own, and what ends it.
fn isolate(element: ElementRef<'_>) -> Option<(&'static str, &'static str)> {
    let dir = element.value().attr("dir").map(str::to_ascii_lowercase);
    match (element.value().name(), dir.as_deref()) {
        ("bdo", Some("rtl")) => Some(("\u{2068}\u{202e}", "\u{202c}\u{2069}")),
        ("bdo", Some("ltr")) => Some(("\u{2068}\u{202d}", "\u{202c}\u{2069}")),
        (_, Some("rtl")) => Some(("\u{2067}", "\u{2069}")),
        (_, Some("ltr")) => Some(("\u{2066}", "\u{2069}")),
        ("bdi", _) | (_, Some("auto")) => Some(("\u{2068}", "\u{2069}")),
        _ => None,
    }
}

fn inner_text(element: ElementRef<'_>) -> impl Iterator<Item = &str> {
    element.text().filter(|text| !text.trim().is_empty())
}

/// True for an `<rt>` that brings its brackets along, or says nothing.
pub(super) fn is_bracketed(element: ElementRef<'_>) -> bool {
    let before = element.prev_siblings().find_map(ElementRef::wrap);
    before.is_some_and(|e| e.value().name() == "rp" && inner_text(e).next().is_some()) || inner_text(element).next().is_none()
}

impl<'t> Context<'_> {
    /// Append text as a browser shows it, with white space folded.
    pub(super) fn words(&mut self, line: &mut Vec<Inline>, text: &str, marks: &[Mark]) {
        let mut words = String::new();
        for c in self.clean(text).chars() {
            let open = if words.is_empty() { ends_open(line) } else { words.ends_with(' ') };
            if !is_space(c) {
                words.push(c);
            } else if self.lines && c == '\n' {
                push_text(line, &std::mem::take(&mut words), marks);
                break_line(line);
            } else if !open {
                words.push(' ');
            }
        }
        self.kept = self.kept.saturating_add(words.chars().filter(|c| is_seen(*c)).count());
        self.meet(&words, marks);
        self.losses.passed(&words);
        push_text(line, &words, marks);
    }

    pub(super) fn inline(&mut self, builder: &mut Builder<'t>, element: ElementRef<'t>, marks: &[Mark]) {
        self.tell_beside(element);
        let link = element.value().attr("href").filter(|_| element.value().name() == "a" && link_in(marks).is_some());
        let before = (self.kept, builder.captions.len());
        let place = link.map(|_| self.losses.place()).unwrap_or_default();
        self.isolated(builder, element, marks);
        if let Some(href) = link.filter(|_| before == (self.kept, builder.captions.len())) {
            self.lose_address_at("a link without words and pictures", href, place);
        }
    }

    /// What an element says beside its words.
    pub(super) fn tell_beside(&mut self, element: ElementRef<'_>) {
        match element.value().name() {
            name @ ("mark" | "small" | "big") => self.drop(&format!("the look of <{name}>")),
            "math" => self.drop("the form of a formula"),
            "abbr" | "acronym" => {
                let Some(title) = element.value().attr("title").filter(|t| !t.trim().is_empty()) else { return };
                let mut said = String::new();
                for node in element.descendants() {
                    let text = node.value().as_text().map_or("", |text| text);
                    self.spend(text.len().saturating_add(1));
                    said.push_str(text);
                    // It is in the document; its beginning says which it is.
                    if said.len() > SHOWN || self.stopped.is_some() {
                        break;
                    }
                }
                let words = format!("{}: {}", folded(&said).chars().take(BEFORE).collect::<String>(), folded(title));
                self.losses.note("what an abbreviation stands for", &Loss { words, ..Loss::default() });
            }
            _ => {}
        }
    }

    fn isolated(&mut self, builder: &mut Builder<'t>, element: ElementRef<'t>, marks: &[Mark]) {
        let Some((open, close)) = isolate(element).filter(|_| inner_text(element).next().is_some()) else {
            return self.children(builder, element, marks);
        };
        self.spend(element.descendants().count());
        let within = |e: ElementRef<'_>| is_block(e.value().name()) || matches!(e.value().name(), "img" | "table" | "ul" | "ol" | "iframe");
        if element.descendants().filter_map(ElementRef::wrap).any(within) {
            return self.children(builder, element, marks);
        }
        push_text(&mut builder.line, open, marks);
        self.children(builder, element, marks);
        push_text(&mut builder.line, close, marks);
    }

    /// Tell that a block has another direction than its language: only words can have one.
    pub(super) fn direction(&mut self, element: ElementRef<'_>) {
        let value = element.value();
        let Some(dir) = value.attr("dir").filter(|_| parts_lines(value.name()) || is_tabular(value.name())) else { return };
        let own = value.attr("lang").and_then(|tag| tag.parse().ok());
        let lang = own.or_else(|| self.spoken(element, &[]));
        let usual = lang.map_or("ltr", |lang| Direction::of(&lang).as_str());
        if ["ltr", "rtl"].iter().any(|other| dir.eq_ignore_ascii_case(other) && *other != usual) {
            self.drop("the direction of a block (`dir`)");
        }
    }

    /// The language of an element with these marks around it.
    fn spoken(&mut self, element: ElementRef<'_>, marks: &[Mark]) -> Option<Locale> {
        let marked = marks.iter().rev().find_map(|m| if let Mark::Lang(lang) = m { Some(lang.clone()) } else { None });
        self.spend(element.ancestors().count());
        let said = || element.ancestors().filter_map(ElementRef::wrap).find_map(|e| e.value().attr("lang")?.parse().ok());
        marked.or_else(said).or_else(|| self.locale.cloned())
    }

    /// The marks that a browser adds to a `<q>`; none where the words have some.
    pub(super) fn quotation_marks(&mut self, element: ElementRef<'_>, marks: &[Mark]) -> Option<(&'static str, &'static str)> {
        let mut words = String::new();
        for node in element.descendants() {
            let text = node.value().as_text().map_or("", |text| text);
            self.spend(text.len().saturating_add(1));
            words.push_str(text);
        }
        let has = words.trim().is_empty() || quotes::quoted(&words);
        (!has).then(|| quotes::of(self.spoken(element, marks).as_ref(), self.quotes))
    }

    /// `<q>`, whose marks a browser adds.
    pub(super) fn quotation(&mut self, builder: &mut Builder<'t>, element: ElementRef<'t>, marks: &[Mark]) {
        let Some((open, close)) = self.quotation_marks(element, marks) else { return self.inline(builder, element, marks) };
        push_text(&mut builder.line, open, marks);
        self.quotes = self.quotes.saturating_add(1);
        self.inline(builder, element, marks);
        self.quotes = self.quotes.saturating_sub(1);
        push_text(&mut builder.line, close, marks);
    }

    /// `<rt>`: how what stands before it is read, in the brackets that `<rp>` brings along, or in such.
    pub(super) fn reading(&mut self, builder: &mut Builder<'t>, element: ElementRef<'t>, marks: &[Mark]) {
        if is_bracketed(element) {
            return self.children(builder, element, marks);
        }
        push_text(&mut builder.line, "(", marks);
        self.children(builder, element, marks);
        push_text(&mut builder.line, ")", marks);
    }

    /// The running text within an element, in lines parted by line breaks; what cannot be part of a line is given beside it.
    pub(super) fn line(&mut self, element: ElementRef<'t>, marks: &[Mark]) -> (Vec<Inline>, Vec<Block>) {
        self.line_but(element, &[], marks)
    }

    /// The same but for some children of the element.
    pub(super) fn line_but(&mut self, element: ElementRef<'t>, but: &[ElementRef<'t>], marks: &[Mark]) -> (Vec<Inline>, Vec<Block>) {
        self.lined(|context, builder| context.children_but(builder, element, but, marks))
    }

    /// The same of an element with what it is itself: a picture, a link, hidden.
    pub(super) fn line_of(&mut self, element: ElementRef<'t>, marks: &[Mark]) -> (Vec<Inline>, Vec<Block>) {
        self.lined(|context, builder| context.element(builder, element, marks))
    }

    fn lined(&mut self, read: impl FnOnce(&mut Self, &mut Builder<'t>)) -> (Vec<Inline>, Vec<Block>) {
        let (mut line, mut beside) = (Vec::new(), Vec::new());
        let nodes = self.nodes;
        let names = self.names.len();
        let links = self.met.begin();
        let mut builder = Builder::at(CONTAINERS);
        read(self, &mut builder);
        self.flush(&mut builder);
        for block in builder.done {
            self.bring_into(&mut line, &mut beside, block);
        }
        // The other blocks are taken apart again.
        let stay: HashSet<&BlockId> = beside.iter().map(|block| &block.id).collect();
        for name in self.names.split_off(names) {
            if stay.contains(&name.1) { self.names.push(name) } else { self.waiting.push(name.0) }
        }
        self.nodes = nodes.saturating_add(beside.iter().map(|block| size(&block.node)).sum());
        self.met.line_from(links);
        (trimmed(joined(line)), beside)
    }

    fn bring_into(&mut self, line: &mut Vec<Inline>, beside: &mut Vec<Block>, block: Block) {
        let text = |text: &str| {
            let mut words = Vec::new();
            push_text(&mut words, text, &[]);
            words
        };
        let lang = block.lang.clone();
        let mut lines = match block.node {
            Node::Paragraph(text) | Node::Heading { text, .. } => vec![text],
            Node::PullQuote { text: words, attribution } => vec![words, text(&attribution)],
            Node::CodeBlock { text: code, .. } => code
                .split('\n')
                .map(|code| {
                    let mut words = Vec::new();
                    push_text(&mut words, &folded(code), &[Mark::Code]);
                    words
                })
                .collect(),
            Node::Table(rows) => {
                self.drop("a table within a line of text");
                let row = |row: Vec<super::super::Cell>| {
                    row.into_iter().fold(Vec::new(), |mut line, cell| {
                        // A link that goes on in the next cell goes on between them.
                        let around = line.last().zip(cell.text.first()).map(|(one, other)| shared(one, other));
                        if let Some(marks) = around {
                            push_text(&mut line, " ", &marks);
                        }
                        line.extend(cell.text);
                        line
                    })
                };
                rows.into_iter().map(row).collect()
            }
            Node::HorizontalRule => Vec::new(),
            node => {
                beside.push(Block { node, ..block });
                Vec::new()
            }
        };
        if let Some(lang) = lang {
            for inline in lines.iter_mut().flatten() {
                if let Inline::Text { marks, .. } = inline
                    && !marks.iter().any(|m| matches!(m, Mark::Lang(_)))
                {
                    marks.push(Mark::Lang(lang.clone()));
                    marks.sort();
                }
            }
        }
        for mut words in lines.into_iter().filter(|words| !is_blank(words)) {
            if !line.is_empty() {
                line.push(Inline::HardBreak);
            }
            line.append(&mut words);
        }
    }
}

/// The marks that two pieces of a line have both.
fn shared(one: &Inline, other: &Inline) -> Vec<Mark> {
    match (one, other) {
        (Inline::Text { marks: one, .. }, Inline::Text { marks: other, .. }) => one.iter().filter(|m| other.contains(m)).cloned().collect(),
        _ => Vec::new(),
    }
}
