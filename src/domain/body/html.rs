//! A document as HTML: plain semantic elements, with classes for what HTML has no element for.
//!
//! [`super::parse`] reads all of it back.

use std::{borrow::Cow, collections::HashSet, fmt::Write};

pub use super::escaping::escape;
use super::{
    Block, Cell, Document, Image, Inline, Mark, Node, Row,
    anchors::{self, ID},
    escaping::prose,
    img, provider,
};
use crate::domain::locale::Direction;

/// The document as HTML, without line breaks between elements.
#[must_use]
pub fn write(document: &Document) -> String {
    let mut out = String::new();
    Writer::of(document).blocks(&mut out, &document.blocks);
    out
}

/// One block as HTML, on which no link leads.
#[must_use]
pub fn write_block(one: &Block) -> String {
    Writer::default().one(one)
}

fn wrapped(out: &mut String, open: &str, close: &str, inner: impl FnOnce(&mut String)) {
    out.push_str(open);
    inner(out);
    out.push_str(close);
}

/// Writes blocks, knowing which of them are led to.
#[derive(Debug, Default)]
pub(super) struct Writer<'d> {
    named: HashSet<&'d str>,
}

impl<'d> Writer<'d> {
    pub(super) fn of(document: &'d Document) -> Self {
        Self { named: anchors::named(&document.blocks) }
    }

    /// What any block's element has: an `id` when a link of the body leads there, the language of its words, and the direction of that.
    pub(super) fn attributes(&self, block: &Block) -> String {
        let mut out = String::new();
        if self.named.contains(block.id.as_str()) {
            let _ = write!(out, " id=\"{ID}{}\"", block.id);
        }
        if let Some(lang) = &block.lang {
            let _ = write!(out, " lang=\"{lang}\" dir=\"{}\"", Direction::of(lang).as_str());
        }
        out
    }

    pub(super) fn one(&self, one: &Block) -> String {
        let mut out = String::new();
        self.block(&mut out, one);
        out
    }

    fn blocks(&self, out: &mut String, all: &[Block]) {
        all.iter().for_each(|one| self.block(out, one));
    }

    pub(super) fn block(&self, out: &mut String, block: &Block) {
        let own = self.attributes(block);
        match &block.node {
            Node::Paragraph(text) => wrapped(out, &format!("<p{own}>"), "</p>", |o| inlines(o, text)),
            Node::Heading { level, text } => {
                let (open, close) = (format!("<h{level}{own}>"), format!("</h{level}>"));
                wrapped(out, &open, &close, |o| inlines(o, text));
            }
            Node::Blockquote(inner) => wrapped(out, &format!("<blockquote{own}>"), "</blockquote>", |o| self.blocks(o, inner)),
            Node::PullQuote { text, attribution } => {
                let open = format!("<figure class=\"pull-quote\"{own}><blockquote><p>");
                wrapped(out, &open, "</p></blockquote>", |o| inlines(o, text));
                if !attribution.is_empty() {
                    wrapped(out, "<figcaption>", "</figcaption>", |o| o.push_str(&prose(attribution)));
                }
                out.push_str("</figure>");
            }
            Node::BulletList(items) => wrapped(out, &format!("<ul{own}>"), "</ul>", |o| self.blocks(o, items)),
            Node::OrderedList { start: 1, items } => wrapped(out, &format!("<ol{own}>"), "</ol>", |o| self.blocks(o, items)),
            Node::OrderedList { start, items } => wrapped(out, &format!("<ol start=\"{start}\"{own}>"), "</ol>", |o| self.blocks(o, items)),
            Node::ListItem(inner) => wrapped(out, &format!("<li{own}>"), "</li>", |o| self.blocks(o, inner)),
            Node::Image(picture) => image(out, picture, &own),
            Node::Gallery(images) => wrapped(out, &format!("<div class=\"gallery\"{own}>"), "</div>", |o| self.blocks(o, images)),
            Node::Embed { url, title } => {
                let label = if title.is_empty() { url } else { title };
                let provider = provider(url).unwrap_or("other");
                let _ = write!(
                    out,
                    "<figure class=\"embed\" data-provider=\"{provider}\"{own}><a href=\"{}\">{}</a></figure>",
                    escape(url),
                    prose(label)
                );
            }
            Node::Table(rows) => wrapped(out, &format!("<table{own}><tbody>"), "</tbody></table>", |o| rows.iter().for_each(|r| row(o, r))),
            Node::CodeBlock { language, text } => {
                let class = language.as_ref().map(|l| format!(" class=\"language-{l}\"")).unwrap_or_default();
                let _ = write!(out, "<pre{own}><code{class}>{}</code></pre>", escape(text));
            }
            Node::HorizontalRule => _ = write!(out, "<hr{own}>"),
            Node::LiveUpdate { at, title, blocks: inner } => {
                let _ = write!(out, "<section class=\"live-update\"{own}><time datetime=\"{at}\">{at}</time>");
                self.titled(out, title, inner);
                out.push_str("</section>");
            }
            Node::Factbox { title, blocks: inner } => {
                let _ = write!(out, "<aside class=\"factbox\"{own}>");
                self.titled(out, title, inner);
                out.push_str("</aside>");
            }
        }
    }

    fn titled(&self, out: &mut String, title: &str, inner: &[Block]) {
        if !title.is_empty() {
            wrapped(out, "<p class=\"title\">", "</p>", |o| o.push_str(&prose(title)));
        }
        self.blocks(out, inner);
    }
}

fn image(out: &mut String, image: &Image, own: &str) {
    let _ = write!(out, "<figure class=\"image\"{own}>");
    if let Some(href) = &image.href {
        let _ = write!(out, "<a href=\"{}\">", escape(&address(href)));
    }
    img::write(out, image);
    if image.href.is_some() {
        out.push_str("</a>");
    }
    img::caption(out, &prose(&image.caption), &prose(&image.credit));
    out.push_str("</figure>");
}

fn row(out: &mut String, row: &Row) {
    wrapped(out, "<tr>", "</tr>", |o| row.iter().for_each(|c| cell(o, c)));
}

fn cell(out: &mut String, cell: &Cell) {
    let name = if cell.header { "th" } else { "td" };
    let span = |name: &str, n: u16| if n == 1 { String::new() } else { format!(" {name}=\"{n}\"") };
    let open = format!("<{name}{}{}>", span("colspan", cell.colspan), span("rowspan", cell.rowspan));
    wrapped(out, &open, &format!("</{name}>"), |o| inlines(o, &cell.text));
}

/// Running text as HTML. Neighbours that lead to the same place are one link.
pub fn inlines(out: &mut String, all: &[Inline]) {
    let link = |n: Option<usize>| n.and_then(|n| all.get(n)).and_then(Inline::link);
    for (n, inline) in all.iter().enumerate() {
        match inline {
            Inline::HardBreak => out.push_str("<br>"),
            Inline::Text { text, marks } => {
                let (before, after) = (link(n.checked_sub(1)), link(n.checked_add(1)));
                let goes_on = |mark: &&Mark, beside: Option<&Mark>| matches!(mark, Mark::Link { .. }) && beside == Some(*mark);
                marks.iter().filter(|m| !goes_on(m, before)).for_each(|m| out.push_str(&open(m)));
                out.push_str(&prose(text));
                marks.iter().rev().filter(|m| !goes_on(m, after)).for_each(|m| out.push_str(close(m)));
            }
        }
    }
}

/// A link as HTML and Markdown have it: one to a block names the block's `id`.
pub(super) fn address(href: &str) -> Cow<'_, str> {
    href.strip_prefix('#').map_or(Cow::Borrowed(href), |id| format!("#{ID}{id}").into())
}

/// The opening tag of a mark.
#[must_use]
pub fn open(mark: &Mark) -> String {
    match mark {
        Mark::Link { href } => format!("<a href=\"{}\">", escape(&address(href))),
        Mark::Lang(locale) => format!("<span lang=\"{locale}\">"),
        Mark::Bold => "<strong>".to_owned(),
        Mark::Italic => "<em>".to_owned(),
        Mark::Underline => "<u>".to_owned(),
        Mark::Strike => "<s>".to_owned(),
        Mark::Sub => "<sub>".to_owned(),
        Mark::Sup => "<sup>".to_owned(),
        Mark::Code => "<code>".to_owned(),
    }
}

/// The closing tag of a mark.
#[must_use]
pub fn close(mark: &Mark) -> &'static str {
    match mark {
        Mark::Link { .. } => "</a>",
        Mark::Lang(_) => "</span>",
        Mark::Bold => "</strong>",
        Mark::Italic => "</em>",
        Mark::Underline => "</u>",
        Mark::Strike => "</s>",
        Mark::Sub => "</sub>",
        Mark::Sup => "</sup>",
        Mark::Code => "</code>",
    }
}
