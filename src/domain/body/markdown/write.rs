//! A document written as Markdown, so that every reader of it sees the document and nothing else.
//!
//! Pages hand Markdown to whichever reader they have, mostly with HTML let through. What is written therefore means the same to all of
//! them: `CommonMark` alone decides what is escaped, every sign that an extension of GitHub gives a meaning is escaped too (`|`, `~`, bare
//! addresses), and what `CommonMark` has no sign for, strikethrough included, is written as HTML on one line. White space is written as a
//! browser shows it, since four spaces or a tab before a line would make code of it. Property tests hold it against a reader that is not
//! the one Dateline reads with.

use super::super::{Block, Document, Inline, Mark, Node, html, push_text};

/// The document as Markdown.
#[must_use]
pub fn write(document: &Document) -> String {
    let mut out = Writer { html: html::Writer::of(document) }.blocks(&document.blocks);
    if !out.is_empty() {
        out.push('\n');
    }
    out
}

/// Writes blocks, and as HTML those that have what Markdown has no sign for.
struct Writer<'d> {
    html: html::Writer<'d>,
}

impl Writer<'_> {
    /// Blocks below one another; those that show nothing are left out.
    fn blocks(&self, all: &[Block]) -> String {
        let mut out = String::new();
        let mut after_list = false;
        for block in all {
            let written = self.block(block);
            if written.is_empty() {
                continue;
            }
            if !out.is_empty() {
                out.push_str("\n\n");
            }
            let list = matches!(block.node, Node::BulletList(_) | Node::OrderedList { .. });
            if after_list && list {
                // Two lists in a row would run together; an empty comment parts them.
                out.push_str("<!-- -->\n\n");
            }
            out.push_str(&written);
            after_list = list;
        }
        out
    }

    fn block(&self, block: &Block) -> String {
        let written = match &block.node {
            _ if self.is_led_to_or_foreign(block) => None,
            Node::Paragraph(text) => return inlines(text, "\\\n"),
            Node::Heading { level, text } => Some(format!("{} {}", "#".repeat(usize::from(*level)), inlines(text, "<br>"))),
            Node::Blockquote(inner) => Some(self.blocks(inner)).filter(|inner| !inner.is_empty()).map(|inner| indented(&inner, "> ", "> ")),
            Node::BulletList(all) => self.items(all, |_| "- ".to_owned()),
            Node::OrderedList { start, items } => {
                self.items(items, |n| format!("{}. ", start.saturating_add(u32::try_from(n).unwrap_or(u32::MAX))))
            }
            Node::CodeBlock { language, text } => {
                let fence = "`".repeat(longest_run(text).saturating_add(1).max(3));
                let language = language.as_ref().map(ToString::to_string).unwrap_or_default();
                let end = if text.is_empty() { "" } else { "\n" };
                Some(format!("{fence}{language}\n{text}{end}{fence}"))
            }
            // Not dashes: within a list they would run together with the bullet.
            Node::HorizontalRule => Some("***".to_owned()),
            _ => None,
        };
        // Without a line break, for an empty line would end the HTML.
        written.unwrap_or_else(|| self.html.one(block).replace('\n', "&#10;"))
    }

    /// True when a link leads to the block, or its words are in a language of their own.
    fn is_led_to_or_foreign(&self, block: &Block) -> bool {
        !self.html.attributes(block).is_empty()
    }

    /// The items of a list, when each of them shows something, and nothing that only HTML can say.
    fn items(&self, all: &[Block], marker: impl Fn(usize) -> String) -> Option<String> {
        let mut out = String::new();
        for (n, item) in all.iter().enumerate() {
            let inner = Some(self.blocks(item.node.children())).filter(|inner| !inner.is_empty() && !self.is_led_to_or_foreign(item))?;
            let marker = marker(n);
            out.push_str(if n == 0 { "" } else { "\n\n" });
            out.push_str(&indented(&inner, &marker, &" ".repeat(marker.len())));
        }
        Some(out).filter(|out| !out.is_empty())
    }
}

/// How many backticks stand in a row at most.
fn longest_run(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or(0)
}

fn indented(text: &str, first: &str, rest: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for (n, line) in text.split('\n').enumerate() {
        match (n, line) {
            (0, _) => out.push_str(first),
            (_, "") => {
                out.push('\n');
                out.push_str(rest.trim_end());
            }
            _ => {
                out.push('\n');
                out.push_str(rest);
            }
        }
        out.push_str(line);
    }
    out
}

/// Running text as a browser shows it: white space folded, none at the ends of a line, nothing empty.
fn shown(all: &[Inline]) -> Vec<Inline> {
    let mut out: Vec<Inline> = Vec::new();
    let mut open = true;
    for inline in all {
        match inline {
            Inline::HardBreak => {
                trim_end(&mut out);
                out.push(Inline::HardBreak);
                open = true;
            }
            Inline::Text { text, marks } => {
                let mut folded = String::with_capacity(text.len());
                for c in text.chars() {
                    let space = matches!(c, ' ' | '\t' | '\n' | '\r' | '\u{c}');
                    if !space {
                        folded.push(c);
                    } else if !open {
                        folded.push(' ');
                    }
                    open = space;
                }
                // Joined with what has the same marks: two code spans in a row would be one.
                push_text(&mut out, &folded, marks);
            }
        }
    }
    trim_end(&mut out);
    out
}

/// Take the space off the end of a line.
fn trim_end(line: &mut Vec<Inline>) {
    if let Some(Inline::Text { text, .. }) = line.last_mut() {
        text.truncate(text.trim_end_matches(' ').len());
        if text.is_empty() {
            line.pop();
        }
    }
}

fn inlines(all: &[Inline], line_break: &str) -> String {
    let all = shown(all);
    let Some(last) = all.iter().rposition(|i| matches!(i, Inline::Text { .. })) else { return String::new() };
    let mut out = String::new();
    let mut start = 0;
    for (n, inline) in all.iter().enumerate() {
        match inline {
            // At the end of a paragraph a backslash would be one; before its first letter it is the same to all as HTML.
            Inline::HardBreak if out.is_empty() || n > last => out.push_str("<br>"),
            Inline::HardBreak => {
                out.push_str(line_break);
                start = out.len();
            }
            Inline::Text { text, marks } => {
                if let Some(span) = Some(text).filter(|_| *marks == [Mark::Code]).and_then(|text| code(text)) {
                    out.push_str(&span);
                    continue;
                }
                let before = n.checked_sub(1).and_then(|p| all.get(p));
                let after = n.checked_add(1).and_then(|p| all.get(p));
                let free = stands_free(text, before, after);
                let beside = [before, after].map(|i| inline.link().is_some() && i.and_then(Inline::link) == inline.link());
                if beside == [false; 2] {
                    let (open, close) = signs(marks, free);
                    out.push_str(&open);
                    escape(&mut out, start, text);
                    out.push_str(&close);
                    continue;
                }
                // One link over several pieces.
                let (link, rest) = marks.split_at(1);
                if let ([link], [false, _]) = (link, beside) {
                    out.push_str(&html::open(link));
                }
                rest.iter().for_each(|mark| out.push_str(&html::open(mark)));
                escape(&mut out, start, text);
                rest.iter().rev().for_each(|mark| out.push_str(html::close(mark)));
                if let ([link], [_, false]) = (link, beside) {
                    out.push_str(html::close(link));
                }
            }
        }
    }
    out
}

/// A code span, within which every sign is itself (`CommonMark` §6.1); nothing, where only HTML can say it.
fn code(text: &str) -> Option<String> {
    // A mark of byte order is taken off the beginning of a text.
    if text.contains('\u{feff}') {
        return None;
    }
    let fence = "`".repeat(longest_run(text).saturating_add(1));
    let taken_off = text.starts_with(' ') && text.ends_with(' ') && text.contains(|c| c != ' ');
    let space = if taken_off || text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    Some(format!("{fence}{space}{text}{space}{fence}"))
}

/// True when `*` around the text will be read as emphasis: a letter or digit at each end inside, a space or nothing outside.
fn stands_free(text: &str, before: Option<&Inline>, after: Option<&Inline>) -> bool {
    let word = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    let gap = |c: Option<char>| c.is_none_or(|c| c == ' ');
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
            Mark::Link { href } if simple && is_plain(href) => {
                ("[".to_owned(), format!("](<{}>)", html::address(href).replace('&', "&amp;")))
            }
            Mark::Bold if free && simple => ("**".to_owned(), "**".to_owned()),
            Mark::Italic if free && simple => ("*".to_owned(), "*".to_owned()),
            other => (html::open(other), html::close(other).to_owned()),
        };
        open.push_str(&o);
        close.push(c);
    }
    close.reverse();
    (open, close.concat())
}

/// True for an address between `<` and `>` that any reader hands on as it is; many encode other signs, and so name another address.
fn is_plain(href: &str) -> bool {
    href.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.~!*'(),;:/?#@&=+$%".contains(&b))
}

/// Append text that is nothing but text; the line that it belongs to begins at `start`.
fn escape(out: &mut String, start: usize, text: &str) {
    let mut rest = text.chars();
    // Ends: with the text; no round puts anything back.
    while let Some(c) = rest.next() {
        let line = out.get(start..).unwrap_or_default();
        let leads = line.is_empty() && matches!(c, '+' | '-' | '=' | ':');
        let numbers = matches!(c, '.' | ')') && (1..=9).contains(&line.len()) && line.bytes().all(|b| b.is_ascii_digit());
        // What would be made a link of on pages that look for bare addresses.
        let links = match c {
            ':' => rest.as_str().starts_with("//"),
            '.' => line.bytes().rev().take_while(|b| b.eq_ignore_ascii_case(&b'w')).take(3).count() == 3,
            '@' => true,
            // Before a link, which would be read as a picture.
            '!' => rest.as_str().is_empty(),
            _ => false,
        };
        match c {
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' | '#' => out.extend(['\\', c]),
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            // A mark of byte order is taken off the beginning of a text.
            '\u{feff}' => out.push_str("&#65279;"),
            c if leads || numbers || links => out.extend(['\\', c]),
            c => out.push(c),
        }
    }
}
