//! Program text, and whatever else stands in lines as it was written.

use scraper::{ElementRef, Node as Html};

use super::{
    super::{Language, Mark, Node},
    Builder, Context, emoji, has_class, link_in,
    losses::Loss,
    names::{known, parts_lines},
    running::is_bracketed,
    style::Style,
};

/// True for a box of program text that is no `<pre>`: letters of one width in the lines that they were written in, and the box of Quill.
pub(super) fn is_program(element: ElementRef<'_>, style: &Style) -> bool {
    (style.monospaced && style.lines == Some(true)) || has_class(element, "ql-code-block-container")
}

/// Append words, in another line where they are `parted` from those before.
fn put(text: &mut String, parted: &mut bool, words: &str) {
    if *parted && !words.is_empty() {
        if !text.is_empty() && !text.ends_with('\n') && !words.starts_with('\n') {
            text.push('\n');
        }
        *parted = false;
    }
    text.extend(words.chars().filter(|c| !matches!(c, '\r' | '\u{c}')));
}

impl<'t> Context<'_> {
    pub(super) fn code(&mut self, builder: &mut Builder<'t>, element: ElementRef<'t>, marks: &[Mark]) {
        self.flush(builder);
        self.spend(element.descendants().count());
        let code = element.descendants().filter_map(ElementRef::wrap).find(|e| e.value().name() == "code");
        let language = code.and_then(|c| c.value().classes().find_map(|class| class.strip_prefix("language-")));
        let named = language.filter(|name| !name.is_empty());
        let language = named.and_then(Language::parse);
        if let (Some(named), None) = (named, &language) {
            let words = named.to_owned();
            self.losses.note("the language of program text that is no plain name", &Loss { words, ..Loss::default() });
        }
        let place = self.losses.place();
        let mut beside = Builder::at(builder.depth);
        let mut text = String::new();
        self.lines(element, &mut text, &mut false, &mut beside, marks);
        if let Some(href) = link_in(marks).filter(|_| !text.is_empty()) {
            self.lose_address_at("a link in program text", &href, place);
            self.kept = self.kept.saturating_add(1);
        }
        if !text.is_empty() || beside.done.is_empty() {
            self.finish(builder, Node::CodeBlock { language, text });
        }
        builder.done.append(&mut beside.done);
    }

    /// The signs that a page shows before and after what is in an element.
    fn signs(&mut self, element: ElementRef<'t>, marks: &[Mark]) -> (&'static str, &'static str) {
        match element.value().name() {
            "q" => self.quotation_marks(element, marks).unwrap_or_default(),
            "rt" if !is_bracketed(element) => ("(", ")"),
            "td" | "th" if element.prev_siblings().any(|cell| cell.value().is_element()) => ("\t", ""),
            _ => Default::default(),
        }
    }

    /// The text of an element in lines; `parted`: what comes next stands in another line.
    fn lines(&mut self, element: ElementRef<'t>, text: &mut String, parted: &mut bool, beside: &mut Builder<'t>, marks: &[Mark]) {
        for child in element.children() {
            if self.stopped.is_some() {
                return;
            }
            self.spend(1);
            if let Html::Text(words) = child.value() {
                let repair = std::mem::replace(&mut self.repair, false);
                let words = self.clean(words);
                self.repair = repair;
                self.losses.passed(&words);
                put(text, parted, &words);
                continue;
            }
            let Some(inner) = ElementRef::wrap(child) else { continue };
            let name = known(inner.value().name());
            if let Some(sign) = emoji::shown(inner).filter(|_| !Style::of(inner).hidden) {
                self.own(inner, &mut []);
                self.drawn(inner);
                self.losses.passed(&sign);
                put(text, parted, &sign);
                continue;
            }
            if matches!(name, "img" | "iframe" | "embed" | "object" | "video" | "audio" | "noscript") {
                self.element(beside, inner, marks);
                *parted = true;
                continue;
            }
            if self.left_out(inner, &Style::of(inner)) {
                continue;
            }
            self.own(inner, &mut []);
            self.tell_beside(inner);
            if name == "br" {
                if std::mem::take(parted) && !text.is_empty() && !text.ends_with('\n') {
                    text.push('\n');
                }
                text.push('\n');
                continue;
            }
            if let Some(href) = inner.value().attr("href").filter(|_| name == "a") {
                self.lose_address("a link in program text", href);
            }
            let parts = parts_lines(name) || name == "tr";
            *parted |= parts;
            let (before, after) = self.signs(inner, marks);
            // The next cell stands beside the one before, whatever is in that.
            *parted &= before != "\t";
            put(text, parted, before);
            self.quotes = self.quotes.saturating_add(usize::from(name == "q"));
            self.lines(inner, text, parted, beside, marks);
            self.quotes = self.quotes.saturating_sub(usize::from(name == "q"));
            put(text, parted, after);
            *parted |= parts;
        }
    }
}
