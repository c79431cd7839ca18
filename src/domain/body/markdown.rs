//! A document as Markdown (`CommonMark` with tables and strikethrough), and Markdown as a document.
//!
//! Markdown comes in through HTML, so that one parser decides what a body may hold; and since Markdown may hold
//! HTML, nodes that it has no sign for are written as HTML and lose nothing.

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

use super::{Block, BlockId, Document, Inline, Mark, Node, html, parse};

/// Read Markdown; beside the document, what was dropped, in words.
pub fn read(markdown: &str, mint: &mut dyn FnMut() -> BlockId) -> (Document, Vec<String>) {
    let mut as_html = String::new();
    let events = Parser::new_ext(markdown, Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH);
    pulldown_cmark::html::push_html(&mut as_html, without_last_breaks(events));
    parse::read(&as_html, mint)
}

/// `CommonMark` ends code with a line break that is not part of it.
fn without_last_breaks<'a>(events: impl Iterator<Item = Event<'a>>) -> impl Iterator<Item = Event<'a>> {
    let mut events = events.peekable();
    let mut in_code = false;
    std::iter::from_fn(move || {
        let event = events.next()?;
        in_code = match &event {
            Event::Start(Tag::CodeBlock(_)) => true,
            Event::End(TagEnd::CodeBlock) => false,
            _ => in_code,
        };
        match event {
            Event::Text(text) if in_code && matches!(events.peek(), Some(Event::End(TagEnd::CodeBlock))) => {
                Some(Event::Text(text.strip_suffix('\n').unwrap_or(&text).to_owned().into()))
            }
            other => Some(other),
        }
    })
}

/// The document as Markdown.
#[must_use]
pub fn write(document: &Document) -> String {
    let mut out = blocks(&document.blocks);
    if !out.is_empty() {
        out.push('\n');
    }
    out
}

fn blocks(all: &[Block]) -> String {
    let mut out: Vec<String> = Vec::new();
    let mut last: Option<&Node> = None;
    for block in all {
        // Two lists in a row would run together; an empty comment parts them.
        let lists = |n: &Node| matches!(n, Node::BulletList(_) | Node::OrderedList { .. });
        if last.is_some_and(lists) && lists(&block.node) {
            out.push("<!-- -->".to_owned());
        }
        out.push(write_block(block));
        last = Some(&block.node);
    }
    out.join("\n\n")
}

fn write_block(block: &Block) -> String {
    match &block.node {
        Node::Paragraph(text) => inlines(text),
        Node::Heading { level, text } => format!("{} {}", "#".repeat(usize::from(*level)), inlines(text).replace("\\\n", "<br>")),
        Node::Blockquote(inner) if !inner.is_empty() => indented(&blocks(inner), "> ", "> "),
        Node::BulletList(items) if has_content(items) => items.iter().map(|i| item(i, "- ")).collect::<Vec<_>>().join("\n\n"),
        Node::OrderedList { start, items } if has_content(items) => {
            let numbers = (0u32..).map(|n| start.saturating_add(n));
            items.iter().zip(numbers).map(|(i, n)| item(i, &format!("{n}. "))).collect::<Vec<_>>().join("\n\n")
        }
        Node::CodeBlock { language, text } => {
            let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
            let fence = "`".repeat(longest.saturating_add(1).max(3));
            format!("{fence}{language}\n{text}\n{fence}")
        }
        // Not dashes: within a list they would run together with the bullet.
        Node::HorizontalRule => "***".to_owned(),
        _ => html::write_block(block).replace('\n', "&#10;"),
    }
}

fn has_content(items: &[Block]) -> bool {
    !items.is_empty() && items.iter().all(|i| !i.node.children().is_empty())
}

fn item(item: &Block, marker: &str) -> String {
    indented(&blocks(item.node.children()), marker, &" ".repeat(marker.len()))
}

fn indented(text: &str, first: &str, rest: &str) -> String {
    let lines = text.lines().enumerate().map(|(n, line)| match (n, line) {
        (0, line) => format!("{first}{line}"),
        (_, "") => rest.trim_end().to_owned(),
        (_, line) => format!("{rest}{line}"),
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn inlines(all: &[Inline]) -> String {
    let mut out = String::new();
    let mut at_start = true;
    for (n, inline) in all.iter().enumerate() {
        match inline {
            Inline::HardBreak => {
                out.push_str("\\\n");
                at_start = true;
            }
            Inline::Text { text, marks } => {
                let before = n.checked_sub(1).and_then(|p| all.get(p));
                let after = n.checked_add(1).and_then(|p| all.get(p));
                let free = stands_free(text, before, after);
                let (open, close) = signs(marks, free);
                out.push_str(&open);
                out.push_str(&escape(text, at_start && open.is_empty()));
                out.push_str(&close);
                at_start = false;
            }
        }
    }
    out
}

/// True when `*` around the text will be read as emphasis: a word's letters inside, white space or nothing outside.
fn stands_free(text: &str, before: Option<&Inline>, after: Option<&Inline>) -> bool {
    let word = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    let gap = |c: Option<char>| c.is_none_or(char::is_whitespace);
    let last_of = |i: &Inline| if let Inline::Text { text, .. } = i { text.chars().last() } else { None };
    let first_of = |i: &Inline| if let Inline::Text { text, .. } = i { text.chars().next() } else { None };
    word(text.chars().next()) && word(text.chars().last()) && gap(before.and_then(last_of)) && gap(after.and_then(first_of))
}

fn signs(marks: &[Mark], free: bool) -> (String, String) {
    let mut open = String::new();
    let mut close = Vec::new();
    let simple = marks.len() == 1;
    for mark in marks {
        let (o, c) = match mark {
            Mark::Link { href } if simple => ("[".to_owned(), format!("](<{}>)", href.replace('<', "%3C").replace('>', "%3E"))),
            Mark::Bold if free && simple => ("**".to_owned(), "**".to_owned()),
            Mark::Italic if free && simple => ("*".to_owned(), "*".to_owned()),
            Mark::Strike if free && simple => ("~~".to_owned(), "~~".to_owned()),
            other => (html::open(other), html::close(other).to_owned()),
        };
        open.push_str(&o);
        close.push(c);
    }
    close.reverse();
    (open, close.concat())
}

fn escape(text: &str, at_start: bool) -> String {
    let mut out = String::with_capacity(text.len());
    let number = text.chars().take_while(char::is_ascii_digit).count();
    for (n, c) in text.chars().enumerate() {
        let leads = at_start && n == 0 && matches!(c, '#' | '+' | '-' | '=');
        let numbers = at_start && number > 0 && n == number && matches!(c, '.' | ')');
        match c {
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' => out.extend(['\\', c]),
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            c if leads || numbers => out.extend(['\\', c]),
            c => out.push(c),
        }
    }
    out
}
