//! HTML as a document: parsed as browsers parse it, mapped, and the rest reported.
//!
//! There is one sanitiser, and it works by construction: elements become nodes and marks or they vanish; attributes
//! survive only as typed values of those.
//!
//! **The law.** Each visible character, each picture, each link and each cell of a table is in the document afterwards or named in a warning.
//! Elements that nothing is known of are therefore gone through like any other, whatever cannot be kept goes through `losses`, and what
//! stands where it cannot stay (a picture in a heading) is put behind it.

mod addresses;
mod balance;
mod code;
mod css;
mod embeds;
mod emoji;
mod figures;
mod levels;
mod links;
mod lists;
mod losses;
mod markers;
mod names;
mod office;
mod pages;
mod plain;
mod quotes;
mod repairs;
mod running;
mod settle;
mod shortcodes;
mod style;
mod tables;

use std::borrow::Cow;

use scraper::ElementRef;

use super::{
    Block, BlockId, Document, Href, Inline, Mark, Node, Row, anchors,
    budget::{Budget, TooMuch},
    text::of_inlines,
    tree,
};
use balance::fits;
use losses::{Losses, Place};
use names::{is_dropped, known, parts_lines};
pub use plain::read_plain;
use repairs::Repairs;
use style::Style;

use crate::domain::{
    Error, Instant, Locale, Violation,
    text::{folded, limits},
};

/// How deep blocks may nest before containers are unwrapped.
const CONTAINERS: usize = 8;

/// Read HTML; beside the document, what of it was dropped or repaired.
///
/// # Errors
/// [`Error::Invalid`] at `#/content`, at the first limit that is reached.
pub fn read(html: &str, mint: &mut dyn FnMut() -> BlockId) -> Result<(Document, Vec<Violation>), Error> {
    read_within(html, mint, &Budget::of(html.len()), true, None).map_err(|limit| limit.at("#/content"))
}

/// Read HTML out of a budget. `repair`: decode what was escaped twice, as where HTML was made of HTML. `locale`: the language of the body,
/// where it is known.
///
/// # Errors
/// The limit that is reached first.
pub fn read_within(
    html: &str,
    mint: &mut dyn FnMut() -> BlockId,
    budget: &Budget,
    repair: bool,
    locale: Option<&Locale>,
) -> Result<(Document, Vec<Violation>), TooMuch> {
    let page = tree::grow(html, budget)?;
    let mut context = Context {
        mint,
        budget,
        repair,
        locale,
        office: office::wrote(html),
        lines: false,
        losses: Losses::default(),
        repairs: Repairs::default(),
        names: Vec::new(),
        waiting: Vec::new(),
        quotes: 0,
        credits: None,
        twin: None,
        kept: 0,
        level: 0,
        item: false,
        linkless: None,
        nodes: 0,
        bytes: 0,
        met: links::Met::default(),
        skipped: Vec::new(),
        stopped: None,
    };
    context.tell_page(&page);
    let blocks = context.blocks(page.tree.root_element(), 1, &[]);
    if let Some(limit) = context.stopped {
        return Err(limit);
    }
    let mut document = Document { blocks };
    context.settle(&mut document);
    let mut warnings = context.losses.into_warnings();
    warnings.extend(context.repairs.into_warnings());
    Ok((document, warnings))
}

#[expect(clippy::struct_excessive_bools, reason = "what is read and where in it are states of their own")]
struct Context<'m> {
    mint: &'m mut dyn FnMut() -> BlockId,
    budget: &'m Budget,
    repair: bool,
    locale: Option<&'m Locale>,
    /// An office program wrote it, which marks all words with a language.
    office: bool,
    /// Line ends are line breaks.
    lines: bool,
    losses: Losses,
    repairs: Repairs,
    /// What links may name, and the blocks that it leads to.
    names: Vec<(String, BlockId)>,
    /// What leads to the next block.
    waiting: Vec<String>,
    /// Quotations around the words that are being read.
    quotes: usize,
    /// While a caption is read: whose picture it is.
    credits: Option<Vec<String>>,
    /// While what stands beside a picture for pages that run no scripts is read: that picture.
    twin: Option<figures::Twin>,
    /// How much was kept so far of what a link can be on: letters and pictures.
    kept: usize,
    level: usize,
    /// Within an item of Word's, which may have a marker.
    item: bool,
    /// The level of something of a provider's in which there is no address of one: nor is there one below it.
    linkless: Option<usize>,
    nodes: usize,
    bytes: usize,
    /// The links that words stood in, and where.
    met: links::Met,
    /// What was read before its turn, with the place reserved for where it stands and the place where it ended.
    skipped: Vec<(tree::Handle, usize, Place)>,
    stopped: Option<TooMuch>,
}

/// Blocks in the making: those done, and the line of text that is being gathered.
#[derive(Default)]
struct Builder<'t> {
    done: Vec<Block>,
    line: Vec<Inline>,
    depth: usize,
    figure: bool,
    /// Within a figure: its captions.
    captions: Vec<figures::Caption<'t>>,
    /// The levels of the list that stands last, while items that say theirs may be put to it.
    going: Vec<levels::Level>,
    /// Whether the last block is a quotation that goes on with the next paragraph of one.
    quoting: bool,
    /// Within a caption of a shortcode: how many blocks and links there were before it.
    captioned: Option<(usize, usize)>,
}

impl Builder<'_> {
    fn at(depth: usize) -> Self {
        Self { depth, ..Self::default() }
    }

    fn room(&self) -> bool {
        self.depth < CONTAINERS
    }

    /// What comes next is put to no block that was begun.
    fn ends(&mut self) {
        self.going.clear();
        self.quoting = false;
    }
}

/// True for an element that begins and ends a line, as its look says where it says so.
fn parts(name: &str, style: &Style) -> bool {
    const RUNNING: [&str; 19] = [
        "span", "a", "b", "strong", "em", "i", "u", "s", "font", "small", "big", "label", "time", "cite", "code", "kbd", "mark", "sup",
        "sub",
    ];
    match style.block {
        Some(true) if RUNNING.contains(&name) => true,
        Some(false) if name == "div" => false,
        _ => parts_lines(name),
    }
}

fn has_class(element: ElementRef<'_>, class: &str) -> bool {
    element.value().classes().any(|c| c == class)
}

fn link_in(marks: &[Mark]) -> Option<Href> {
    marks.iter().find_map(|mark| if let Mark::Link { href } = mark { Some(href.clone()) } else { None })
}

fn mark_named(name: &str) -> Option<Mark> {
    Some(match name {
        "strong" | "b" => Mark::Bold,
        "em" | "i" | "cite" | "dfn" | "var" => Mark::Italic,
        "u" | "ins" => Mark::Underline,
        "s" | "strike" | "del" => Mark::Strike,
        "sub" => Mark::Sub,
        "sup" => Mark::Sup,
        "code" | "kbd" | "samp" | "tt" => Mark::Code,
        _ => return None,
    })
}

fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r' | '\u{c}')
}

/// True for what a reader sees something of.
fn is_seen(c: char) -> bool {
    !c.is_whitespace() && !matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// True for a line that shows nothing: editors put no-break spaces into paragraphs to part others.
fn is_blank(line: &[Inline]) -> bool {
    line.iter().all(|inline| match inline {
        Inline::HardBreak => true,
        Inline::Text { text, .. } => !text.chars().any(is_seen),
    })
}

fn ends_open(line: &[Inline]) -> bool {
    match line.last() {
        None | Some(Inline::HardBreak) => true,
        Some(Inline::Text { text, .. }) => text.ends_with(' '),
    }
}

/// Put a line break to a line. Spaces before it show nothing.
fn break_line(line: &mut Vec<Inline>) {
    if let Some(Inline::Text { text, .. }) = line.last_mut() {
        text.truncate(text.trim_end_matches(is_space).len());
        if text.is_empty() {
            line.pop();
        }
    }
    line.push(Inline::HardBreak);
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

impl<'t> Context<'_> {
    fn stop(&mut self, at: TooMuch) {
        self.stopped = self.stopped.or(Some(at));
    }

    fn spend(&mut self, steps: usize) {
        if !self.budget.spend(steps) {
            self.stop(TooMuch::Steps);
        }
    }

    fn block(&mut self, node: Node) -> Block {
        self.nodes = self.nodes.saturating_add(size(&node));
        if self.nodes > limits::BODY_NODES {
            self.stop(TooMuch::Nodes);
        }
        self.kept = self.kept.saturating_add(usize::from(matches!(node, Node::Image(_))));
        let block = Block::new((self.mint)(), node);
        self.names.extend(self.waiting.drain(..).map(|name| (name, block.id.clone())));
        block
    }

    /// The blocks within an element.
    fn blocks(&mut self, element: ElementRef<'t>, depth: usize, marks: &[Mark]) -> Vec<Block> {
        let mut builder = Builder::at(depth);
        self.children(&mut builder, element, marks);
        self.flush(&mut builder);
        builder.done
    }

    fn flush(&mut self, builder: &mut Builder<'t>) {
        let line = trimmed(std::mem::take(&mut builder.line));
        if is_blank(&line) {
            return;
        }
        builder.ends();
        let block = self.block(Node::Paragraph(line));
        builder.done.push(block);
    }

    fn finish(&mut self, builder: &mut Builder<'t>, node: Node) {
        self.flush(builder);
        builder.ends();
        let block = self.block(node);
        builder.done.push(block);
    }

    fn children(&mut self, builder: &mut Builder<'t>, element: ElementRef<'t>, marks: &[Mark]) {
        self.children_but(builder, element, &[], marks);
    }

    /// What stands in an element, but for these of its children.
    fn children_but(&mut self, builder: &mut Builder<'t>, element: ElementRef<'t>, but: &[ElementRef<'t>], marks: &[Mark]) {
        self.level = self.level.saturating_add(1);
        if self.level > limits::HTML_DEPTH {
            self.stop(TooMuch::Depth);
        }
        for child in element.children() {
            if self.stopped.is_some() {
                break;
            }
            if let Some(text) = child.value().as_text() {
                self.text(builder, text, marks);
            } else if let Some(element) = ElementRef::wrap(child) {
                if but.contains(&element) {
                    // What stands before and behind it is not one word.
                    self.flush(builder);
                    self.skip(element);
                } else {
                    self.element(builder, element, marks);
                }
            }
        }
        self.level = self.level.saturating_sub(1);
    }

    fn element(&mut self, builder: &mut Builder<'t>, element: ElementRef<'t>, marks: &[Mark]) {
        self.spend(1);
        let name = known(element.value().name());
        let style = Style::of(element);
        self.spend(element.value().attr("style").map_or(0, str::len));
        if self.left_out(element, &style) {
            if parts(name, &style) && !style.hidden {
                self.flush(builder);
            }
            return;
        }
        if office::is_spacer(element, &style) {
            return self.words(&mut builder.line, " ", marks);
        }
        if let Some(emoji) = emoji::shown(element) {
            self.tell_behind(element);
            return self.emoji(builder, element, &emoji, marks);
        }
        if self.is_credit(element) {
            return self.credit(builder, element, marks);
        }
        self.tell_behind(element);
        let around = self.lines;
        self.lines = style.lines.unwrap_or(around);
        let own = self.marks(element, &style, marks);
        let other_link = own.as_deref().is_some_and(|own| link_in(marks).is_some_and(|around| link_in(own).as_ref() != Some(&around)));
        let kept = self.kept;
        let marks = own.as_deref().unwrap_or(marks);
        if parts(name, &style) || figures::is_figure(element) {
            self.flush(builder);
            let first = builder.done.len();
            self.placed(builder, element, &style, marks);
            self.direction(element);
            self.named(element, builder.done.get_mut(first..).unwrap_or_default());
        } else {
            self.direction(element);
            self.named(element, &mut []);
            self.placed(builder, element, &style, marks);
        }
        if other_link {
            // What stands in a link of its own is not on the one around it.
            self.kept = kept;
        }
        self.lines = around;
        self.linkless = self.linkless.filter(|level| *level < self.level);
    }

    /// True for an element that is left out with all that is in it, which is told.
    fn left_out(&mut self, element: ElementRef<'_>, style: &Style) -> bool {
        let Some(what) = self.left_out_as(element, style) else { return false };
        self.lose(&what, element);
        true
    }

    /// What an element is that is left out with all that is in it.
    fn left_out_as(&self, element: ElementRef<'_>, style: &Style) -> Option<Cow<'static, str>> {
        let name = element.value().name();
        let what = if is_dropped(name) {
            return Some(format!("<{name}>").into());
        } else if element.value().attr(tree::FRAME).is_some() {
            "<frame>"
        } else if style.hidden || (name == "dialog" && element.value().attr("open").is_none()) {
            "what a page hides"
        } else if office::is_remark(element, style) {
            "a remark on the text"
        } else if self.office && name == "del" {
            "what was deleted under review"
        } else {
            return None;
        };
        Some(what.into())
    }

    /// What an element says of the blocks that it became, and of what is behind them.
    fn own(&mut self, element: ElementRef<'_>, blocks: &mut [Block]) {
        self.direction(element);
        self.tell_behind(element);
        self.named(element, blocks);
    }

    /// The language that an element says of the blocks that it became, and what links to the first of them name.
    fn named(&mut self, element: ElementRef<'_>, blocks: &mut [Block]) {
        let value = element.value();
        let name = value.attr("id").or_else(|| value.attr("name").filter(|_| value.name() == "a"));
        if let Some(name) = name.filter(|name| (1..=limits::URL).contains(&name.len())) {
            match blocks.first() {
                Some(first) => self.names.push((name.to_owned(), first.id.clone())),
                None => self.waiting.push(name.to_owned()),
            }
        }
        // That of the body is said again within what is in another one, and is taken off elsewhere at the end.
        if let Some(lang) = value.attr("lang").and_then(|tag| tag.parse::<Locale>().ok()).filter(|lang| self.is_foreign(lang)) {
            for block in blocks.iter_mut().filter(|block| block.lang.is_none() && block.node != Node::HorizontalRule) {
                block.lang = Some(lang.clone());
            }
        }
    }

    fn placed(&mut self, builder: &mut Builder<'t>, element: ElementRef<'t>, style: &Style, marks: &[Mark]) {
        let name = known(element.value().name());
        let room = builder.room();
        match name {
            "br" => break_line(&mut builder.line),
            // What they say is read with the picture or player that they belong to. Within a formula they may hold words.
            "wbr" | "source" | "track" | "param" | "col" | "colgroup" => self.children(builder, element, marks),
            "hr" => self.finish(builder, Node::HorizontalRule),
            "img" => {
                self.picture(builder, element, marks);
                // In those of AMP stands what is shown without them.
                self.children(builder, element, marks);
                self.flush(builder);
            }
            "noscript" => self.noscript(builder, element, marks),
            "iframe" | "embed" | "object" | "video" | "audio" => self.medium(builder, element, marks),
            "pre" | "xmp" | "listing" | "plaintext" => self.code(builder, element, marks),
            "div" if code::is_program(element, style) => self.code(builder, element, marks),
            "table" => self.table(builder, element, marks),
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => self.heading(builder, element, marks),
            "q" => self.quotation(builder, element, marks),
            "rt" => self.reading(builder, element, marks),
            _ if self.widget(builder, element, marks) || self.player(builder, element) => {}
            "blockquote" if room => {
                self.flush(builder);
                let blocks = self.blocks(element, builder.depth.saturating_add(1), marks);
                self.finish(builder, Node::Blockquote(blocks));
            }
            "ul" | "ol" | "menu" | "dir" if room && !(builder.figure && self.holds_pictures(element)) => self.list(builder, element, marks),
            _ if figures::is_figure(element) => self.figure(builder, element, marks),
            _ if builder.figure && figures::is_caption(element) => {
                self.flush(builder);
                let (before, marks, place) = (builder.done.len(), marks.to_vec(), self.losses.reserve());
                builder.captions.push(figures::Caption { before, element, marks, place });
            }
            "aside" if room && has_class(element, "factbox") => {
                let (title, blocks) = self.titled(builder, element, None, marks);
                self.finish(builder, Node::Factbox { title, blocks });
            }
            "section" if builder.depth == 1 && has_class(element, "live-update") => self.live_update(builder, element, marks),
            "p" if room && office::is_quoted(element) => self.quoted(builder, element, marks),
            _ if self.of_word(builder, element, style, marks) => {}
            _ if element.value().attr("role") == Some("heading") && parts_lines(name) => self.heading(builder, element, marks),
            _ if parts_lines(name) && parts(name, style) => {
                self.flush(builder);
                self.children(builder, element, marks);
                self.flush(builder);
            }
            _ if parts(name, style) => {
                self.inline(builder, element, marks);
                self.flush(builder);
            }
            _ => self.inline(builder, element, marks),
        }
    }

    /// The marks of what stands in an element, when they are others than those around it.
    fn marks(&mut self, element: ElementRef<'_>, style: &Style, around: &[Mark]) -> Option<Vec<Mark>> {
        let name = element.value().name();
        let mut marks = around.to_vec();
        // What was added under review is as the rest.
        let named = mark_named(name).filter(|_| !(self.office && name == "ins"));
        if let Some(mark) = named.filter(|mark| style.says(mark) != Some(false) && !around.contains(mark)) {
            marks.push(mark);
        }
        style.apply(&mut marks);
        let mut put = |mark: Mark| {
            marks.retain(|old| !old.same_kind(&mark));
            marks.push(mark);
        };
        if let Some(href) = element.value().attr("href").filter(|_| name == "a") {
            // A name within the page is looked up at the end.
            let within = href.trim().starts_with('#') && (2..=limits::URL).contains(&href.trim().len());
            match if within { Some(href.trim().to_owned()) } else { anchors::link(&addresses::absolute(href)) } {
                Some(href) => put(Mark::Link { href: href.into() }),
                None if addresses::is_long(href) => self.lose_address(&addresses::long("a link"), href),
                None => self.lose_address("a link that leads to no http, https, mailto or tel address and no path of the site", href),
            }
        }
        let inline = !parts_lines(name);
        let lang = element.value().attr("lang").filter(|_| inline).and_then(|tag| tag.parse::<Locale>().ok());
        if let Some(lang) = lang.filter(|lang| self.is_foreign_word(lang, element)) {
            put(Mark::Lang(lang));
        }
        (marks != around).then_some(marks)
    }

    fn heading(&mut self, builder: &mut Builder<'t>, element: ElementRef<'t>, marks: &[Mark]) {
        self.flush(builder);
        let said = element.value().attr("aria-level").filter(|_| element.value().attr("role") == Some("heading"));
        let said = said.unwrap_or(element.value().name()).chars().last().and_then(|c| c.to_digit(10));
        let asked = said.and_then(|d| u8::try_from(d).ok()).unwrap_or(2);
        let (text, beside) = self.line(element, marks);
        if !is_blank(&text) {
            self.finish(builder, Node::Heading { level: asked.clamp(2, 4), text });
        }
        builder.done.extend(beside);
    }

    /// Title and blocks of a box whose title is a first paragraph of class `title`; one that is too long for a title stays that paragraph.
    fn titled(
        &mut self,
        builder: &mut Builder<'t>,
        element: ElementRef<'t>,
        time: Option<ElementRef<'t>>,
        marks: &[Mark],
    ) -> (String, Vec<Block>) {
        self.flush(builder);
        let title = element.children().filter_map(ElementRef::wrap).find(|e| has_class(*e, "title"));
        // It is read first, wherever it stands.
        let begin = self.losses.place();
        let stands = title.map(|_| self.losses.reserve());
        let (line, beside) = title.map(|title| self.line_of(title, marks)).unwrap_or_default();
        let mut inner = Builder::at(builder.depth.saturating_add(1));
        let heading = if fits(&folded(&of_inlines(&line)), limits::HEADLINE) {
            self.plain(&line, "a title")
        } else {
            inner.done.push(self.block(Node::Paragraph(line)));
            String::new()
        };
        inner.done.extend(beside);
        let ended = self.losses.go_to(begin);
        self.skipped.extend(title.zip(stands).map(|(title, stands)| (title.id(), stands, ended)));
        let read: Vec<_> = title.into_iter().chain(time).collect();
        self.children_but(&mut inner, element, &read, marks);
        self.flush(&mut inner);
        (heading, inner.done)
    }

    fn live_update(&mut self, builder: &mut Builder<'t>, element: ElementRef<'t>, marks: &[Mark]) {
        let mut times = element.children().filter_map(ElementRef::wrap).filter(|e| e.value().name() == "time");
        let instant = |time: ElementRef<'t>| Some((time, time.value().attr("datetime")?.parse::<Instant>().ok()?));
        let Some((time, at)) = times.find_map(instant) else {
            self.flush(builder);
            self.children(builder, element, marks);
            return self.flush(builder);
        };
        // Whatever else it says is read.
        // Nothing else may stand in it: a picture has no text.
        let said = Some(time).filter(|time| time.text().collect::<String>().trim() == at.to_string());
        let said = said.filter(|time| time.children().all(|child| !child.value().is_element()));
        let (title, blocks) = self.titled(builder, element, said, marks);
        self.finish(builder, Node::LiveUpdate { at, title, blocks });
    }
}
