//! What of a record people wrote, and what happens to it on its way in and out.
//!
//! **Context.** Old sites hand over text that was escaped once too often (`Russia&#x27;s`), and a story about HTML says `&lt;b&gt;` on
//! purpose; nothing in the text tells one from the other. **Decision.** An import decodes entities in every text once, and says so; an
//! export escapes them where a text shows one. Bodies of the form `doc` are Dateline's own and stay as they are.
//! **Consequence.** What others escaped twice is repaired, and what is exported from here comes in again as it was.

use std::borrow::Cow;

use serde_json::Value;

use super::record::{BodyRecord, MenuItemRecord, NameRecord, Record};
use crate::domain::{
    Violation,
    body::Format,
    content::{Content, Lines, TEXTS},
    text::{reescape, unescape, unescape_twice_escaped},
};

/// What a text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Line,
    Lines,
    Markdown,
}

type Visit<'v> = &'v mut dyn FnMut(&str, Kind, &mut String);

impl Record {
    /// The record as it is taken in, with a warning for each text that was repaired.
    pub(super) fn repaired(mut self, warnings: &mut Vec<Violation>) -> Self {
        self.each_text(&mut |pointer, kind, text| {
            let Cow::Owned(repaired) = repair(kind, text) else { return };
            *text = repaired;
            let detail = "an escaped character or a line break that does not belong there was repaired".to_owned();
            warnings.push(Violation { pointer: pointer.to_owned(), code: "repaired", detail });
        });
        self
    }

    /// The record as it is given away, so that [`Record::repaired`] gives back what it says.
    pub(super) fn escaped(mut self) -> Self {
        self.each_text(&mut |_, _, text| {
            if let Cow::Owned(escaped) = reescape(text) {
                *text = escaped;
            }
        });
        self
    }

    fn each_text(&mut self, visit: Visit<'_>) {
        match self {
            Self::Site(r) => {
                visit("#/name", Kind::Line, &mut r.name);
                for (role, labels) in &mut r.credit_labels {
                    for (locale, label) in labels {
                        visit(&format!("#/credit_labels/{role}/{locale}"), Kind::Line, label);
                    }
                }
            }
            Self::Locale(r) => visit("#/name", Kind::Line, &mut r.name),
            Self::Related(_) => {}
            Self::Section(r) => r.translations.iter_mut().for_each(|(l, name)| named(l.as_str(), name, visit)),
            Self::Author(r) => r.translations.iter_mut().for_each(|(l, name)| named(l.as_str(), name, visit)),
            Self::Tag(r) => r.translations.iter_mut().for_each(|(l, name)| named(l.as_str(), name, visit)),
            Self::Menu(r) => MenuItemRecord::each_labels(&mut r.items, "#", &mut |at, labels| {
                labels.iter_mut().for_each(|(locale, label)| visit(&format!("{at}/{locale}"), Kind::Line, label));
            }),
            Self::Collection(r) => r.each_texts(&mut |at, texts| {
                texts.iter_mut().for_each(|(locale, text)| visit(&format!("{at}/{locale}"), Kind::Line, text));
            }),
            Self::Redirect(r) => visit("#/note", Kind::Lines, &mut r.note),
            Self::Media(r) => {
                for (at, lines, text) in r.texts_mut() {
                    visit(&at, if lines { Kind::Lines } else { Kind::Line }, text);
                }
            }
            Self::Article(r) => {
                r.lead.iter_mut().for_each(|lead| visit("#/lead/credit", Kind::Line, &mut lead.credit));
                r.withdrawn.iter_mut().for_each(|reason| visit("#/withdrawn", Kind::Line, reason));
                for (n, correction) in r.corrections.iter_mut().enumerate() {
                    for (locale, text) in &mut correction.texts {
                        visit(&format!("#/corrections/{n}/texts/{locale}"), Kind::Lines, text);
                    }
                }
                for (locale, t) in &mut r.translations {
                    let at = format!("#/translations/{locale}");
                    words(&at, &mut t.content, t.body.as_mut(), visit);
                    let Some(live) = &mut t.live else { continue };
                    let at = format!("{at}/live");
                    words(&at, &mut live.content, live.body.as_mut(), visit);
                    if let Some(lead) = live.facts.as_mut().and_then(|f| f.lead.as_mut()) {
                        visit(&format!("{at}/facts/lead/credit"), Kind::Line, &mut lead.credit);
                    }
                }
            }
        }
    }
}

fn named(locale: &str, name: &mut NameRecord, visit: Visit<'_>) {
    visit(&format!("#/translations/{locale}/name"), Kind::Line, &mut name.name);
    visit(&format!("#/translations/{locale}/about"), Kind::Lines, &mut name.about);
}

fn words(at: &str, content: &mut Content, body: Option<&mut BodyRecord>, visit: Visit<'_>) {
    for text in TEXTS {
        let kind = if text.lines == Lines::One { Kind::Line } else { Kind::Lines };
        visit(&text.pointer.replacen('#', at, 1), kind, (text.of_mut)(content));
    }
    let Some(BodyRecord { format, content: Value::String(text) }) = body else { return };
    let kind = match format {
        Format::Text => Kind::Lines,
        Format::Markdown => Kind::Markdown,
        // HTML is repaired where it is read, after its own entities are decoded.
        Format::Html | Format::Doc => return,
    };
    visit(&format!("{at}/body/content"), kind, text);
}

fn repair(kind: Kind, text: &str) -> Cow<'_, str> {
    match kind {
        Kind::Markdown => unescape_twice_escaped(text),
        Kind::Lines => unescape(text),
        Kind::Line => {
            let decoded = unescape(text);
            if decoded.contains(['\n', '\r', '\u{2028}', '\u{2029}']) {
                let lines = decoded.split(['\n', '\r', '\u{2028}', '\u{2029}']).map(str::trim).filter(|line| !line.is_empty());
                return Cow::Owned(lines.collect::<Vec<_>>().join(" "));
            }
            decoded
        }
    }
}
