//! Lines behind the rows of a table that are indented as code is.
//!
//! **Context.** For GitHub, and for most other readers of Markdown, a line that is indented by four columns or more ends a table and is
//! code; the parser takes it for one more row. What stands behind it then is something else too: the definition of a link is one behind
//! code, and a row behind a row. **Decision.** While its events go by, such rows are noted, and a text that has any is read once more, with
//! a blank line before each, which ends a table for every reader. **Consequence.** No text pays for it but those.

use std::ops::Range;

use pulldown_cmark::{Event, Tag, TagEnd};

/// From how many columns on a line is code.
const CODE: usize = 4;

/// The rows of a text that are no rows.
#[derive(Default)]
pub(super) struct IndentedRows {
    /// What is open: a quotation, or by how many columns the lines in a list item or a note are indented.
    within: Vec<Option<usize>>,
    /// Where the lines begin, one of a table at most: what stands behind it is read anew.
    lines: Vec<usize>,
    ended: bool,
}

impl IndentedRows {
    /// Look at the next event.
    pub(super) fn note(&mut self, markdown: &str, event: &Event<'_>, range: &Range<usize>) {
        match event {
            Event::Start(Tag::BlockQuote(_)) => self.within.push(None),
            Event::Start(Tag::FootnoteDefinition(_)) => self.within.push(Some(CODE)),
            Event::Start(Tag::Item) => self.within.push(Some(markdown.get(range.start..).map_or(0, width))),
            Event::End(TagEnd::BlockQuote(_) | TagEnd::FootnoteDefinition | TagEnd::Item) => {
                self.within.pop();
            }
            Event::Start(Tag::Table(_)) => self.ended = false,
            Event::Start(Tag::TableRow) if !self.ended => {
                let line = markdown.get(..range.start).and_then(|before| before.rfind('\n')).map_or(0, |end| end.saturating_add(1));
                if markdown.get(line..range.start).is_some_and(|prefix| self.is_code(prefix)) {
                    self.ended = true;
                    self.lines.push(line);
                }
            }
            _ => {}
        }
    }

    /// Whether what follows this beginning of a line is indented as code is, within what is open.
    fn is_code(&self, prefix: &str) -> bool {
        let quoted = prefix.rfind('>').map_or(0, |sign| sign.saturating_add(1));
        let (signs, spaces) = prefix.split_at(quoted);
        let after_sign = usize::from(quoted > 0 && !spaces.is_empty());
        let widths = self.within.iter().rev().map_while(|width| *width).fold(after_sign, usize::saturating_add);
        columns(prefix).saturating_sub(columns(signs)) >= widths.saturating_add(CODE)
    }

    /// The text with a blank line before each such row; nothing where there is none.
    pub(super) fn parted(&self, markdown: &str) -> Option<String> {
        if self.lines.is_empty() {
            return None;
        }
        let mut parted = String::with_capacity(markdown.len().saturating_add(self.lines.len().saturating_mul(16)));
        let mut from = 0;
        for &line in &self.lines {
            let (before, rest) = (markdown.get(from..line).unwrap_or_default(), markdown.get(line..).unwrap_or_default());
            let prefix = rest.split(|c| !matches!(c, ' ' | '\t' | '>')).next().unwrap_or_default();
            parted.extend([before, prefix.trim_end(), "\n"]);
            from = line;
        }
        parted.push_str(markdown.get(from..).unwrap_or_default());
        Some(parted)
    }
}

/// By how many columns the lines of a list item are indented that begins so: its own indentation, its sign, and up to four columns.
fn width(item: &str) -> usize {
    let line = item.lines().next().unwrap_or_default();
    let unsigned = line.trim_start_matches([' ', '\t']).trim_start_matches(|c: char| c.is_ascii_digit()).get(1..).unwrap_or_default();
    let content = unsigned.trim_start_matches([' ', '\t']);
    let [sign, before] = [unsigned, content].map(|rest| columns(line.get(..line.len().saturating_sub(rest.len())).unwrap_or_default()));
    if content.is_empty() || before.saturating_sub(sign) > CODE { sign.saturating_add(1) } else { before }
}

/// How many columns a text takes at the beginning of a line; a tab goes on to the next multiple of four.
fn columns(text: &str) -> usize {
    text.chars().fold(0usize, |at, c| if c == '\t' { at.saturating_add(4) / 4 * 4 } else { at.saturating_add(1) })
}
