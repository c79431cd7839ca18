//! What office programs write that is no part of a text: remarks of editors, the language of each word, spaces in elements of their own.

use scraper::ElementRef;

use super::{
    super::{Mark, Node},
    Builder, Context, has_class, is_seen,
    style::Style,
};
use crate::domain::Locale;

/// True for HTML that an office program wrote. Linear.
pub(super) fn wrote(html: &str) -> bool {
    let signs = ["urn:schemas-microsoft-com:office", "mso-", "class=Mso", "class=\"Mso", " SCXW", "content=\"LibreOffice"];
    signs.iter().any(|sign| html.contains(sign))
}

fn first(element: ElementRef<'_>) -> Option<ElementRef<'_>> {
    element.first_child().and_then(ElementRef::wrap)
}

/// True for a paragraph in one of Word's styles for quotations; in a browser it is said of the words in it.
pub(super) fn is_quoted(paragraph: ElementRef<'_>) -> bool {
    let says = |e: ElementRef<'_>| matches!(e.value().attr("data-ccp-parastyle"), Some("Quote" | "Intense Quote"));
    let run = first(paragraph);
    ["MsoQuote", "MsoIntenseQuote", "MsoBlockText"].into_iter().any(|class| has_class(paragraph, class))
        || [run, run.and_then(first)].into_iter().flatten().any(says)
}

/// True for a remark on the text, or the sign that leads to one: of Word, and of a file of Google's.
pub(super) fn is_remark(element: ElementRef<'_>, style: &Style) -> bool {
    fn named(link: ElementRef<'_>, begins: &str) -> bool {
        let number = link.value().attr("id").and_then(|id| id.strip_prefix(begins)).map(str::parse::<u32>);
        link.value().name() == "a" && matches!(number, Some(Ok(_)))
    }
    let said = first(element).filter(|p| element.value().name() == "div" && p.value().name() == "p").and_then(first);
    style.remark
        || ["msocomanchor", "msocomtxt", "msocomoff", "MsoCommentText"].into_iter().any(|class| has_class(element, class))
        || named(element, "cmnt_ref")
        || said.is_some_and(|link| named(link, "cmnt"))
}

impl<'t> Context<'_> {
    /// A paragraph of a quotation: put to the one that it goes on with.
    pub(super) fn quoted(&mut self, builder: &mut Builder<'t>, element: ElementRef<'t>, marks: &[Mark]) {
        self.flush(builder);
        let content = self.blocks(element, builder.depth.saturating_add(1), marks);
        match builder.done.last_mut().map(|block| &mut block.node).filter(|_| builder.quoting) {
            Some(Node::Blockquote(blocks)) => blocks.extend(content),
            _ if content.is_empty() => {}
            _ => {
                self.finish(builder, Node::Blockquote(content));
                builder.quoting = true;
            }
        }
    }

    /// False where an office program says the language of the body, as it does of all words, with a region.
    pub(super) fn is_foreign(&self, lang: &Locale) -> bool {
        let alike = |body: &Locale| {
            let (one, other) = (body.likely(), lang.likely());
            one.language == other.language && one.script == other.script
        };
        !(self.office && self.locale.is_some_and(alike))
    }

    /// The same for words: in what an office program wrote, signs alone have no language.
    pub(super) fn is_foreign_word(&mut self, lang: &Locale, element: ElementRef<'_>) -> bool {
        if !self.office {
            return true;
        }
        if !self.is_foreign(lang) {
            return false;
        }
        let (mut looked, mut letters) = (0usize, false);
        for piece in element.text() {
            looked = looked.saturating_add(piece.len()).saturating_add(1);
            letters |= piece.chars().any(char::is_alphabetic);
            if letters {
                break;
            }
        }
        self.spend(looked);
        letters
    }
}

/// True for an element that is nothing but the space that an editor or browser put into one.
pub(super) fn is_spacer(element: ElementRef<'_>, style: &Style) -> bool {
    let value = element.value();
    let meant = style.spacer
        || value.attrs().next().is_none()
        || ["Apple-converted-space", "EOP"].into_iter().any(|class| has_class(element, class));
    let text = element.first_child().and_then(|child| child.value().as_text()).filter(|_| element.children().count() == 1);
    value.name() == "span" && meant && text.is_some_and(|text| !text.contains(|c| is_seen(c) || !c.is_whitespace()))
}
