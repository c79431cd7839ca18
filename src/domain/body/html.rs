//! A document as HTML: plain semantic elements, with classes for what HTML has no element for.
//!
//! [`super::parse`] reads all of it back.

use std::fmt::Write;

use super::{Block, Cell, Document, Image, Inline, Mark, Node, Row, provider};
use crate::domain::text::{entity_at, unescape};

/// The document as HTML, without line breaks between elements.
#[must_use]
pub fn write(document: &Document) -> String {
    let mut out = String::new();
    blocks(&mut out, &document.blocks);
    out
}

/// One block as HTML.
#[must_use]
pub fn write_block(one: &Block) -> String {
    let mut out = String::new();
    block(&mut out, one);
    out
}

/// Text with the five characters escaped that mean something in HTML.
#[must_use]
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            other => out.push(other),
        }
    }
    out
}

/// An attribute of an element whose other attributes mean what they say, though it looks like an entity (`alt="&amp;lt;"`).
pub(super) const VERBATIM: &str = "data-verbatim";

/// Text of the body itself. Where it shows an entity an empty comment parts the ampersand from the rest, so that whoever reads it
/// back knows that it was not escaped twice by accident.
fn prose(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut parts = text.split('&');
    out.push_str(&escape(parts.next().unwrap_or_default()));
    let mut rest = text;
    for part in parts {
        rest = rest.split_once('&').map(|(_, after)| after).unwrap_or_default();
        out.push_str(if entity_at(rest).is_some() { "&amp;<!---->" } else { "&amp;" });
        out.push_str(&escape(part));
    }
    out
}

fn blocks(out: &mut String, all: &[Block]) {
    for one in all {
        block(out, one);
    }
}

fn wrapped(out: &mut String, open: &str, close: &str, inner: impl FnOnce(&mut String)) {
    out.push_str(open);
    inner(out);
    out.push_str(close);
}

fn block(out: &mut String, block: &Block) {
    match &block.node {
        Node::Paragraph(text) => wrapped(out, "<p>", "</p>", |o| inlines(o, text)),
        Node::Heading { level, text } => {
            let (open, close) = (format!("<h{level}>"), format!("</h{level}>"));
            wrapped(out, &open, &close, |o| inlines(o, text));
        }
        Node::Blockquote(inner) => wrapped(out, "<blockquote>", "</blockquote>", |o| blocks(o, inner)),
        Node::PullQuote { text, attribution } => {
            wrapped(out, "<figure class=\"pull-quote\"><blockquote><p>", "</p></blockquote>", |o| inlines(o, text));
            if !attribution.is_empty() {
                wrapped(out, "<figcaption>", "</figcaption>", |o| o.push_str(&prose(attribution)));
            }
            out.push_str("</figure>");
        }
        Node::BulletList(items) => wrapped(out, "<ul>", "</ul>", |o| blocks(o, items)),
        Node::OrderedList { start: 1, items } => wrapped(out, "<ol>", "</ol>", |o| blocks(o, items)),
        Node::OrderedList { start, items } => wrapped(out, &format!("<ol start=\"{start}\">"), "</ol>", |o| blocks(o, items)),
        Node::ListItem(inner) => wrapped(out, "<li>", "</li>", |o| blocks(o, inner)),
        Node::Image(picture) => image(out, picture),
        Node::Gallery(images) => wrapped(out, "<div class=\"gallery\">", "</div>", |o| blocks(o, images)),
        Node::Embed { url, title } => {
            let label = if title.is_empty() { url } else { title };
            let provider = provider(url).unwrap_or("other");
            let _ = write!(
                out,
                "<figure class=\"embed\" data-provider=\"{provider}\"><a href=\"{}\">{}</a></figure>",
                escape(url),
                prose(label)
            );
        }
        Node::Table(rows) => wrapped(out, "<table><tbody>", "</tbody></table>", |o| rows.iter().for_each(|r| row(o, r))),
        Node::CodeBlock { language, text } => {
            let class = language.as_ref().map(|l| format!(" class=\"language-{l}\"")).unwrap_or_default();
            let _ = write!(out, "<pre><code{class}>{}</code></pre>", escape(text));
        }
        Node::HorizontalRule => out.push_str("<hr>"),
        Node::LiveUpdate { at, title, blocks: inner } => {
            let _ = write!(out, "<section class=\"live-update\"><time datetime=\"{at}\">{at}</time>");
            titled(out, title, inner);
            out.push_str("</section>");
        }
        Node::Factbox { title, blocks: inner } => {
            out.push_str("<aside class=\"factbox\">");
            titled(out, title, inner);
            out.push_str("</aside>");
        }
    }
}

fn titled(out: &mut String, title: &str, inner: &[Block]) {
    if !title.is_empty() {
        wrapped(out, "<p class=\"title\">", "</p>", |o| o.push_str(&prose(title)));
    }
    blocks(out, inner);
}

fn image(out: &mut String, image: &Image) {
    let _ = write!(out, "<figure class=\"image\"><img src=\"{}\" alt=\"{}\"", escape(&image.url), escape(&image.alt));
    if unescape(&image.alt) != image.alt {
        let _ = write!(out, " {VERBATIM}");
    }
    if let Some((width, height)) = image.size {
        let _ = write!(out, " width=\"{width}\" height=\"{height}\"");
    }
    out.push('>');
    if !image.caption.is_empty() || !image.credit.is_empty() {
        out.push_str("<figcaption>");
        out.push_str(&prose(&image.caption));
        if !image.credit.is_empty() {
            let space = if image.caption.is_empty() { "" } else { " " };
            let _ = write!(out, "{space}<span class=\"credit\">{}</span>", prose(&image.credit));
        }
        out.push_str("</figcaption>");
    }
    out.push_str("</figure>");
}

fn row(out: &mut String, row: &Row) {
    wrapped(out, "<tr>", "</tr>", |o| row.iter().for_each(|c| cell(o, c)));
}

fn cell(out: &mut String, cell: &Cell) {
    let (open, close) = if cell.header { ("<th>", "</th>") } else { ("<td>", "</td>") };
    wrapped(out, open, close, |o| inlines(o, &cell.text));
}

/// Running text as HTML.
pub fn inlines(out: &mut String, all: &[Inline]) {
    for inline in all {
        match inline {
            Inline::HardBreak => out.push_str("<br>"),
            Inline::Text { text, marks } => {
                marks.iter().for_each(|m| out.push_str(&open(m)));
                out.push_str(&prose(text));
                marks.iter().rev().for_each(|m| out.push_str(close(m)));
            }
        }
    }
}

/// The opening tag of a mark.
#[must_use]
pub fn open(mark: &Mark) -> String {
    match mark {
        Mark::Link { href } => format!("<a href=\"{}\">", escape(href)),
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
