//! What is set right of the words that come in.

use std::borrow::Cow;

use super::{super::budget::TooMuch, Context, is_space};
use crate::domain::{
    Violation,
    text::{folded, is_forbidden, limits, unescape, windows_1252},
};

/// How much was set right of what came in.
#[derive(Default)]
pub(super) struct Repairs {
    unescaped: usize,
    /// Characters of Windows-1252 in the place of controls, and the first words with one.
    windows: (usize, String),
    /// Characters that no text may hold.
    forbidden: (usize, String),
    /// Directions that were left open or closed without having been opened, and the first words with one.
    pub(super) bidi: (usize, String),
}

impl Repairs {
    pub(super) fn note((count, first): &mut (usize, String), times: usize, words: &str) {
        if *count == 0 && times > 0 {
            *first = folded(words).chars().take(40).collect();
        }
        *count = count.saturating_add(times);
    }

    pub(super) fn into_warnings(self) -> Vec<Violation> {
        let of = |code, (count, first): &(usize, String), what: &str| {
            let detail = format!("{count} {what}, first in “{first}”");
            (*count > 0).then(|| Violation { pointer: "#/content".to_owned(), code, detail })
        };
        let unescaped = (self.unescaped > 0).then(|| {
            let detail = format!("{} text(s) were escaped twice and were repaired", self.unescaped);
            Violation { pointer: "#/content".to_owned(), code: "double_escaped", detail }
        });
        let others = [
            of("windows_1252", &self.windows, "control character(s) of wrongly decoded text were read as Windows-1252"),
            of("control_character", &self.forbidden, "control character(s) and noncharacter(s) were taken out"),
            of("unbalanced_bidi", &self.bidi, "bidirectional control(s) without beginning or end were taken out or closed"),
        ];
        unescaped.into_iter().chain(others.into_iter().flatten()).collect()
    }
}

impl Context<'_> {
    /// Text without what no text may hold, and repaired when it was escaped twice.
    pub(super) fn clean(&mut self, text: &str) -> String {
        self.spend(text.len());
        let decoded = if self.repair { unescape(text) } else { Cow::Borrowed(text) };
        self.repairs.unescaped = self.repairs.unescaped.saturating_add(usize::from(matches!(decoded, Cow::Owned(_))));
        let clean = self.repairs.printable(&decoded);
        self.bytes = self.bytes.saturating_add(clean.len());
        if self.bytes > limits::BODY_BYTES {
            self.stop(TooMuch::Bytes);
        }
        clean
    }
}

impl Repairs {
    /// Text without controls; those of C1 are what wrongly decoded Windows-1252 looks like.
    pub(super) fn printable(&mut self, text: &str) -> String {
        let (mut windows, mut forbidden) = (0usize, 0usize);
        let clean: String = text
            .chars()
            .filter_map(|c| {
                if is_space(c) || !is_forbidden(c) {
                    return Some(c);
                }
                let meant = windows_1252(c);
                let count = if meant.is_some() { &mut windows } else { &mut forbidden };
                *count = count.saturating_add(1);
                meant
            })
            .collect();
        Repairs::note(&mut self.windows, windows, &clean);
        Repairs::note(&mut self.forbidden, forbidden, &clean);
        clean
    }
}
