//! A document as Markdown (`CommonMark` with tables and strikethrough), and Markdown as a document.
//!
//! Markdown comes in through HTML, so that one parser decides what a body may hold; and since Markdown may hold
//! HTML, nodes that it has no sign for are written as HTML and lose nothing.

mod write;

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

use super::{BlockId, Document, parse};
pub use write::write;

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
