//! A document as Markdown (`CommonMark` with tables and strikethrough), and Markdown as a document.
//!
//! Markdown comes in through HTML, so that one parser decides what a body may hold; and since Markdown may hold
//! HTML, nodes that it has no sign for are written as HTML and lose nothing.

mod rows;
mod write;

use std::{
    borrow::Cow,
    collections::{HashMap, VecDeque},
    ops::Range,
};

use pulldown_cmark::{CowStr, Event, Options, Parser, Tag, TagEnd};

use super::{
    BlockId, Document,
    budget::{Budget, TooMuch},
    parse,
};
use crate::domain::{Error, Locale, Violation, text::limits};
pub use write::write;

/// Read Markdown; beside the document, what was dropped.
///
/// # Errors
/// [`Error::Invalid`] at `#/content`, at the first limit that is reached.
pub fn read(markdown: &str, mint: &mut dyn FnMut() -> BlockId) -> Result<(Document, Vec<Violation>), Error> {
    read_within(markdown, mint, &Budget::of(markdown.len()), None).map_err(|limit| limit.at("#/content"))
}

/// Read Markdown out of a budget.
///
/// The parser notes every line and sign before it gives anything away, and goes through the open quotations and lists for every
/// line; so these are counted before it begins.
///
/// # Errors
/// The limit that is reached first.
pub fn read_within(
    markdown: &str,
    mint: &mut dyn FnMut() -> BlockId,
    budget: &Budget,
    locale: Option<&Locale>,
) -> Result<(Document, Vec<Violation>), TooMuch> {
    // Lines end in whichever way for the parser, and in one for all that is measured here.
    let mut markdown =
        if markdown.contains('\r') { Cow::Owned(markdown.replace("\r\n", "\n").replace('\r', "\n")) } else { Cow::Borrowed(markdown) };
    // Ends: each round has one line less that is taken for a row, and all of them are paid for out of the budget.
    loop {
        let mut indented = rows::IndentedRows::default();
        let as_html = as_html(&markdown, &mut indented, budget)?;
        match indented.parted(&markdown) {
            Some(parted) => markdown = Cow::Owned(parted),
            None => return parse::read_within(&as_html, mint, budget, false, locale),
        }
    }
}

/// Markdown as HTML; the rows that are none are noted.
fn as_html(markdown: &str, indented: &mut rows::IndentedRows, budget: &Budget) -> Result<String, TooMuch> {
    measure(markdown, budget)?;
    let mut spent = true;
    let events = Parser::new_ext(markdown, Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_FOOTNOTES);
    let events = events.into_offset_iter().take_while(|_| {
        spent = budget.spend(1);
        spent
    });
    let events = events.inspect(|(event, range)| indented.note(markdown, event, range));
    let events = with_surplus_cells(markdown, events);
    let mut as_html = String::new();
    pulldown_cmark::html::push_html(&mut as_html, without_last_breaks(with_notes(events)));
    if spent { Ok(as_html) } else { Err(TooMuch::Steps) }
}

/// Refuse what the parser would need too much memory or time for.
fn measure(markdown: &str, budget: &Budget) -> Result<(), TooMuch> {
    let (mut signs, mut deepest) = (0usize, 0usize);
    for line in markdown.split('\n') {
        let sign = |b: &u8| b.is_ascii_punctuation() && !matches!(b, b'.' | b',' | b';' | b'?' | b'/' | b'%' | b'$' | b'@' | b'{' | b'}');
        signs = signs.saturating_add(1).saturating_add(line.as_bytes().iter().filter(|b| sign(b)).count());
        if signs > limits::MARKDOWN_SIGNS {
            return Err(TooMuch::Signs);
        }
        let opened = opened(line);
        if opened > limits::MARKDOWN_DEPTH {
            return Err(TooMuch::Depth);
        }
        // A list within a list is indented by two columns at least; a tab is four.
        let columns = line.bytes().take_while(|b| matches!(b, b' ' | b'\t' | b'>')).map(|b| if b == b'\t' { 4 } else { 1 }).sum::<usize>();
        deepest = deepest.max(opened.saturating_add(columns / 2)).min(signs.saturating_mul(64));
        if !budget.spend(line.len().saturating_add(deepest)) {
            return Err(TooMuch::Steps);
        }
    }
    Ok(())
}

/// How many quotations and list items the beginning of a line opens at most; a rule of dashes opens none.
fn opened(line: &str) -> usize {
    let mut opened = 0usize;
    let mut rest = line.trim_start_matches([' ', '\t']);
    if rest.bytes().all(|b| matches!(b, b'-' | b'*' | b'_' | b' ' | b'\t' | b'\r')) {
        return 0;
    }
    // Ends: each round takes a sign off the line.
    loop {
        let digits = rest.bytes().take(9).take_while(u8::is_ascii_digit).count();
        let after = match rest.strip_prefix('>') {
            Some(after) => Some(after),
            None if digits > 0 => rest.get(digits..).and_then(|r| r.strip_prefix(['.', ')'])).filter(|r| parted(r)),
            None => rest.strip_prefix(['-', '*', '+']).filter(|r| parted(r)),
        };
        let Some(after) = after else { return opened };
        opened = opened.saturating_add(1);
        rest = after.trim_start_matches([' ', '\t']);
    }
}

fn parted(rest: &str) -> bool {
    rest.is_empty() || rest.starts_with([' ', '\t', '\r'])
}

/// The events of tables, with a paragraph of what stands beyond their columns behind them: the parser leaves it out, as GitHub does.
fn with_surplus_cells<'a>(markdown: &'a str, events: impl Iterator<Item = (Event<'a>, Range<usize>)>) -> impl Iterator<Item = Event<'a>> {
    let (mut columns, mut surplus) = (0, Vec::new());
    events.flat_map(move |(event, range)| {
        let mut behind = Vec::new();
        match &event {
            Event::Start(Tag::Table(alignments)) => columns = alignments.len(),
            Event::Start(Tag::TableRow) => surplus.extend(markdown.get(range).map(|row| beyond(row, columns))),
            Event::End(TagEnd::Table) => {
                for cells in surplus.drain(..).filter(|cells| !cells.is_empty()) {
                    behind.push(Event::Start(Tag::Paragraph));
                    for (n, cell) in cells.into_iter().enumerate() {
                        behind.extend((n > 0).then_some(Event::Text(" | ".into())));
                        behind.extend(in_cell(cell));
                    }
                    behind.push(Event::End(TagEnd::Paragraph));
                }
            }
            _ => {}
        }
        std::iter::once(event).chain(behind)
    })
}

/// What a cell says, read as what stands in one is.
fn in_cell<'a>(cell: &str) -> Vec<Event<'a>> {
    let table = format!("| |\n|-|\n|{cell}|\n");
    let events = Parser::new_ext(&table, Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH);
    let row = events.skip_while(|event| !matches!(event, Event::Start(Tag::TableRow))).skip(2);
    row.take_while(|event| !matches!(event, Event::End(TagEnd::TableCell))).map(Event::into_static).collect()
}

/// The cells of a row after so many.
fn beyond(row: &str, columns: usize) -> Vec<&str> {
    let row = row.trim();
    let mut escaped = false;
    let is_bar = |c: char| {
        let is_bar = c == '|' && !escaped;
        escaped = c == '\\' && !escaped;
        is_bar
    };
    let cells = row.strip_prefix('|').unwrap_or(row).split(is_bar).skip(columns).map(str::trim);
    cells.filter(|cell| !cell.is_empty()).collect()
}

/// Notes as HTML that leads to them and back. A note has its number before its first words.
fn with_notes<'a>(events: impl Iterator<Item = Event<'a>>) -> impl Iterator<Item = Event<'a>> {
    let mut events = events.peekable();
    let mut numbers: HashMap<CowStr<'a>, (usize, bool)> = HashMap::new();
    let mut before = VecDeque::new();
    std::iter::from_fn(move || {
        if let Some(event) = before.pop_front() {
            return Some(event);
        }
        let mut numbered = |name: CowStr<'a>, refers: bool| {
            let next = numbers.len().saturating_add(1);
            let (n, referred) = numbers.entry(name).or_insert((next, false));
            let first = refers && !std::mem::replace(referred, *referred || refers);
            (*n, first)
        };
        Some(match events.next()? {
            Event::FootnoteReference(name) => {
                let (n, first) = numbered(name, true);
                let id = if first { format!(" id=\"note-from-{n}\"") } else { String::new() };
                Event::InlineHtml(format!("<sup{id}><a href=\"#note-{n}\">{n}</a></sup>").into())
            }
            Event::Start(Tag::FootnoteDefinition(name)) => {
                let (n, _) = numbered(name, false);
                let label = format!("<sup><a href=\"#note-from-{n}\">{n}</a></sup> ");
                if matches!(events.peek(), Some(Event::Start(Tag::Paragraph))) {
                    before.extend(events.next());
                    before.push_back(Event::InlineHtml(label.into()));
                } else {
                    before.push_back(Event::Html(format!("<p>{label}</p>").into()));
                }
                Event::Html(format!("<div id=\"note-{n}\">").into())
            }
            Event::End(TagEnd::FootnoteDefinition) => Event::Html("</div>\n".into()),
            other => other,
        })
    })
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
