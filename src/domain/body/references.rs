//! What links of a body lead to on the own site, and the addresses that readers get for it: see [`crate::domain::reference`].
//!
//! **Context.** An edition's HTML is frozen when it is published, and the addresses in it are not. **Decision.** It is frozen with the address that was typed, and
//! beside it, in an attribute that nothing but this writes, the reference; whoever reads is given the present address in the place of both. A body without
//! references has no such attribute, and is handed on as it is. **Consequence.** What is frozen is as true without this as it was when it was typed.

use std::collections::{BTreeSet, HashMap};

use super::{Document, Href, anchors, html};
use crate::domain::reference::Reference;

/// The path of the present page of each thing that has one.
pub type Present = HashMap<Reference, String>;

/// What stands between an address and its reference in frozen HTML. No text, and no other attribute, has a bare quotation mark.
const MARK: &str = "\" data-to=\"";
/// The same while the document is written; a character that no text may hold.
const SIGN: char = '\u{1}';

/// Everything that links of a body lead to.
#[must_use]
pub fn of(document: &Document) -> BTreeSet<Reference> {
    let mut all = BTreeSet::new();
    anchors::look(&document.blocks, &mut |href| all.extend(href.to.clone()));
    all
}

/// Give every link that leads to something the present address of that, where it has one. What has none keeps what was typed, and where it is not to be
/// `told` of the reference is left out: it may be a story that is not public yet.
pub fn show(document: &mut Document, present: &Present, told: impl Fn(&Reference) -> bool) {
    anchors::each(&mut document.blocks, &mut |href| {
        if let Some(address) = href.to.as_ref().and_then(|to| present.get(to)) {
            href.address = format!("{address}{}", href.tail());
        } else if href.to.as_ref().is_some_and(|to| !told(to)) {
            href.to = None;
        }
        true
    });
}

/// Leave out all references, so that links are what was typed.
pub fn forget(document: &mut Document) {
    show(document, &Present::new(), |_| false);
}

/// The document as HTML that is to be [finished] when it is read.
#[must_use]
pub fn frozen(document: &Document) -> String {
    if of(document).is_empty() {
        return html::write(document);
    }
    let mut marked = document.clone();
    anchors::each(&mut marked.blocks, &mut |href: &mut Href| {
        if let Some(to) = href.to.take() {
            href.address = format!("{}{SIGN}{to} {}", href.address, href.tail());
        }
        true
    });
    html::write(&marked).replace(SIGN, MARK)
}

/// How frozen HTML says that a link leads to a thing, in whatever language.
#[must_use]
pub fn in_frozen(to: &Reference) -> String {
    format!("{MARK}{to}")
}

/// What frozen HTML leads to.
#[must_use]
pub fn in_html(html: &str) -> BTreeSet<Reference> {
    html.split(MARK).skip(1).filter_map(|rest| rest.split(' ').next()?.parse().ok()).collect()
}

/// Whether frozen HTML has a link to the own site that leads to nothing known.
#[must_use]
pub fn has_open_link(html: &str) -> bool {
    let behind = |link: &str| link.split_once('"').is_none_or(|(_, behind)| !behind.starts_with(MARK.trim_start_matches('"')));
    html.split("href=\"/").skip(1).any(behind)
}

/// Frozen HTML with the present addresses.
#[must_use]
pub fn finished(html: String, present: &Present) -> String {
    if !html.contains(MARK) {
        return html;
    }
    let mut parts = html.split(MARK);
    let mut out = String::with_capacity(html.len());
    out.push_str(parts.next().unwrap_or_default());
    for part in parts {
        let (said, rest) = part.split_once('"').unwrap_or((part, ""));
        let (to, tail) = said.split_once(' ').unwrap_or((said, ""));
        let address = to.parse().ok().and_then(|to: Reference| present.get(&to));
        if let Some((address, begin)) = address.zip(out.rfind('"').and_then(|quote| quote.checked_add(1))) {
            out.truncate(begin);
            out.push_str(&html::escape(address));
            out.push_str(tail);
        }
        out.push('"');
        out.push_str(rest);
    }
    out
}

/// What a document as it is kept leads to, without reading those that lead to nothing.
#[must_use]
pub fn may_be_in(kept: &str) -> bool {
    kept.contains("\"to\"")
}
