//! Running text: words and their marks, and blocks that are brought into one line.

use std::collections::HashSet;

use scraper::ElementRef;

use super::{
    super::{Block, BlockId, Inline, Mark, Node, push_text, text::of_inlines},
    Builder, CONTAINERS, Context, ends_open, is_seen, is_space, link_in,
    losses::Loss,
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

impl<'t> Context<'_> {
    /// Append text as a browser shows it, with white space folded.
    pub(super) fn words(&mut self, line: &mut Vec<Inline>, text: &str, marks: &[Mark]) {
        let mut words = String::new();
        for c in self.clean(text).chars() {
            let open = if words.is_empty() { ends_open(line) } else { words.ends_with(' ') };
            if !is_space(c) {
                words.push(c);
            } else if self.lines && c == '\n' {
                // As the spaces at the end of a line, those before it show nothing.
                push_text(line, words.trim_end_matches(' '), marks);
                line.push(Inline::HardBreak);
                words.clear();
            } else if !open {
                words.push(' ');
            }
        }
        self.kept = self.kept.saturating_add(words.chars().filter(|c| is_seen(*c)).count());
        self.losses.passed(&words);
        push_text(line, &words, marks);
    }

    pub(super) fn inline(&mut self, builder: &mut Builder<'t>, element: ElementRef<'t>, marks: &[Mark]) {
        match element.value().name() {
            name @ ("mark" | "small" | "big") => self.drop(&format!("the look of <{name}>")),
            "abbr" | "acronym" => {
                if let Some(title) = element.value().attr("title").filter(|t| !t.trim().is_empty()) {
                    let said = inner_text(element).collect::<String>();
                    self.losses.note(
                        "what an abbreviation stands for",
                        &Loss { words: format!("{}: {}", folded(&said), folded(title)), ..Loss::default() },
                    );
                }
            }
            _ => {}
        }
        let link = element.value().attr("href").filter(|_| element.value().name() == "a" && link_in(marks).is_some());
        let before = (self.kept, builder.captions.len());
        self.isolated(builder, element, marks);
        if let Some(href) = link.filter(|_| before == (self.kept, builder.captions.len())) {
            self.lose_address("a link without words and pictures", href);
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

    /// `<q>`, whose marks a browser adds.
    pub(super) fn quotation(&mut self, builder: &mut Builder<'t>, element: ElementRef<'t>, marks: &[Mark]) {
        if inner_text(element).next().is_none_or(|text| quotes::quoted(text.trim_start())) {
            return self.inline(builder, element, marks);
        }
        let (open, close) = quotes::of(self.spoken(element, marks).as_ref(), self.quotes);
        push_text(&mut builder.line, open, marks);
        self.quotes = self.quotes.saturating_add(1);
        self.inline(builder, element, marks);
        self.quotes = self.quotes.saturating_sub(1);
        push_text(&mut builder.line, close, marks);
    }

    /// `<rt>`: how what stands before it is read, in the brackets that `<rp>` brings along, or in such.
    pub(super) fn reading(&mut self, builder: &mut Builder<'t>, element: ElementRef<'t>, marks: &[Mark]) {
        let before = element.prev_siblings().find_map(ElementRef::wrap);
        let bracketed = before.is_some_and(|e| e.value().name() == "rp" && inner_text(e).next().is_some());
        if bracketed || inner_text(element).next().is_none() {
            return self.children(builder, element, marks);
        }
        push_text(&mut builder.line, "(", marks);
        self.children(builder, element, marks);
        push_text(&mut builder.line, ")", marks);
    }

    /// A formula: its letters and signs, without their places.
    pub(super) fn formula(&mut self, builder: &mut Builder<'t>, element: ElementRef<'t>, marks: &[Mark]) {
        self.drop("the form of a formula");
        self.children(builder, element, marks);
    }

    /// The running text within an element, in lines parted by line breaks; what cannot be part of a line is given beside it.
    pub(super) fn line(&mut self, element: ElementRef<'t>, marks: &[Mark]) -> (Vec<Inline>, Vec<Block>) {
        let (mut line, mut beside) = (Vec::new(), Vec::new());
        let nodes = self.nodes;
        let names = self.names.len();
        let blocks = self.blocks(element, CONTAINERS, marks);
        for block in blocks {
            self.bring_into(&mut line, &mut beside, block);
        }
        // The other blocks are taken apart again.
        let stay: HashSet<&BlockId> = beside.iter().map(|block| &block.id).collect();
        for name in self.names.split_off(names) {
            if stay.contains(&name.1) { self.names.push(name) } else { self.waiting.push(name.0) }
        }
        self.nodes = nodes.saturating_add(beside.iter().map(|block| size(&block.node)).sum());
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
                        if !line.is_empty() {
                            push_text(&mut line, " ", &[]);
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
        for mut words in lines.into_iter().filter(|words| !words.is_empty()) {
            if !line.is_empty() {
                line.push(Inline::HardBreak);
            }
            line.append(&mut words);
        }
    }

    /// Words alone, where no marks can be; links in them are told.
    pub(super) fn plain(&mut self, line: &[Inline], what: &str) -> String {
        let mut last = None;
        for inline in line {
            let Inline::Text { text, marks } = inline else { continue };
            let link = marks.iter().find_map(|m| if let Mark::Link { href } = m { Some(href) } else { None });
            if let Some(href) = link.filter(|href| last != Some(*href)) {
                self.losses.note(&format!("a link in {what}"), &Loss { words: text.clone(), addresses: vec![href.address.clone()] });
            }
            last = link;
        }
        folded(&of_inlines(line))
    }
}
