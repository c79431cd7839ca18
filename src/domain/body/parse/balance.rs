//! Bidirectional controls of a text, and how long it is with what closes them.

use crate::domain::text::{Length, nfc};

/// Whether words are no longer than the schema lets them be, once they are in NFC and what they leave open is closed.
pub(super) fn fits(words: &str, length: Length) -> bool {
    // Before anything looks at it.
    if words.len() > length.most_bytes() {
        return false;
    }
    let (mut words, mut balance) = (nfc(words).into_owned(), Balance::default());
    balance.over(&mut words);
    balance.end(Some(&mut words));
    length.holds(&words)
}

pub(super) fn is_direction(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Closes and takes out bidirectional controls so that each is ended by its own (UAX #9), over all pieces of one text.
#[derive(Default)]
pub(super) struct Balance {
    open: Vec<char>,
    isolates: usize,
    mended: usize,
}

impl Balance {
    /// Balance what a piece opens and ends.
    pub(super) fn over(&mut self, text: &mut String) {
        if !text.contains(is_direction) {
            return;
        }
        let mut out = String::with_capacity(text.len());
        for c in text.chars() {
            match c {
                '\u{202a}' | '\u{202b}' | '\u{202d}' | '\u{202e}' => self.open.push('\u{202c}'),
                '\u{2066}'..='\u{2068}' => {
                    self.open.push('\u{2069}');
                    self.isolates = self.isolates.saturating_add(1);
                }
                '\u{202c}' if self.open.last() != Some(&c) => {
                    self.mended = self.mended.saturating_add(1);
                    continue;
                }
                '\u{2069}' if self.isolates == 0 => {
                    self.mended = self.mended.saturating_add(1);
                    continue;
                }
                '\u{202c}' => _ = self.open.pop(),
                // The end of an isolate ends what was opened in it.
                '\u{2069}' => {
                    self.isolates = self.isolates.saturating_sub(1);
                    // Ends: each round takes one off those that are open.
                    while let Some(inner) = self.open.pop().filter(|inner| *inner != c) {
                        out.push(inner);
                        self.mended = self.mended.saturating_add(1);
                    }
                }
                _ => {}
            }
            out.push(c);
        }
        *text = out;
    }

    /// Close at the end of the last piece what is open; how many controls were put in or taken out.
    pub(super) fn end(mut self, last: Option<&mut String>) -> usize {
        if let Some(last) = last {
            self.mended = self.mended.saturating_add(self.open.len());
            last.extend(self.open.iter().rev());
        }
        self.mended
    }
}
