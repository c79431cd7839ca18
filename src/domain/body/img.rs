//! Pictures of a body as HTML: see [`super::pictures`].

use std::{collections::BTreeSet, fmt::Write};

use super::{
    Image,
    escaping::{VERBATIM, escape, prose},
    pictures::{Pictures, SCHEME},
};
use crate::domain::{media::MediaId, text::unescape};

/// How frozen HTML begins such a picture. No text, and no other address, has it: brackets and quotation marks are escaped in both.
const BEGIN: &str = "<img src=\"media:";
const FIGURE: &str = "<figure class=\"image\"";
const END: &str = "</figure>";

/// How wide a picture stands is the page's to say; a browser that can wait for the layout takes what fits.
const SIZES: &str = "sizes=\"auto, 100vw\"";
const CAPTION: &str = "<figcaption>";
const CAPTION_END: &str = "</figcaption>";
const CREDIT: &str = "<span class=\"credit\">";
const CREDIT_END: &str = "</span>";

/// The items that frozen HTML shows.
#[must_use]
pub fn in_html(html: &str) -> BTreeSet<MediaId> {
    html.split(BEGIN).skip(1).filter_map(|rest| rest.split('"').next()?.parse().ok()).collect()
}

/// An `<img>`, in a `<picture>` where there are several of it.
pub(super) fn write(out: &mut String, image: &Image) {
    let url = image.media.filter(|_| image.shown.is_none()).map_or_else(|| escape(&image.url), |id| format!("{SCHEME}{id}"));
    tag(out, image, &url, &escape(&image.alt), unescape(&image.alt) != image.alt);
}

fn tag(out: &mut String, image: &Image, url: &str, alt: &str, is_verbatim: bool) {
    let sources = image.shown.as_ref().map(|shown| shown.sources.as_slice()).unwrap_or_default();
    if let Some((_, better)) = sources.split_last() {
        out.push_str("<picture>");
        for (kind, set) in better {
            let _ = write!(out, "<source type=\"{kind}\" srcset=\"{}\" {SIZES}>", escape(set));
        }
    }
    let _ = write!(out, "<img src=\"{url}\" alt=\"{alt}\"");
    if is_verbatim {
        let _ = write!(out, " {VERBATIM}");
    }
    if let Some((width, height)) = image.size {
        let _ = write!(out, " width=\"{width}\" height=\"{height}\"");
    }
    if let Some((_, set)) = sources.last() {
        let _ = write!(out, " srcset=\"{}\" {SIZES} loading=\"lazy\"", escape(set));
    }
    out.push_str(if sources.is_empty() { ">" } else { "></picture>" });
}

/// Frozen HTML with the pictures that readers are shown, and without the others.
#[must_use]
pub fn finished(frozen: String, pictures: &Pictures) -> String {
    if !frozen.contains(BEGIN) {
        return frozen;
    }
    let mut parts = frozen.split(BEGIN);
    let mut out = String::with_capacity(frozen.len().saturating_mul(2));
    out.push_str(parts.next().unwrap_or_default());
    for part in parts {
        let (said, rest) = part.split_once("\" alt=\"").unwrap_or((part, ""));
        let own = said.parse().ok().and_then(|id: MediaId| pictures.get(&id));
        let Some((figure, rest)) = rest.split_once(END) else { continue };
        let begin = out.rfind(FIGURE).unwrap_or(out.len());
        if let Some(own) = own {
            figure_of(&mut out, figure, own);
            out.push_str(END);
            out.push_str(rest);
        } else {
            out.truncate(begin);
            let rest = without_empty(&mut out, rest);
            out.push_str(rest);
        }
    }
    out
}

/// The rest of a figure, from the value of `alt` of its picture on, as it was frozen.
fn figure_of(out: &mut String, frozen: &str, own: &Image) {
    let (alt, rest) = frozen.split_once('"').unwrap_or((frozen, ""));
    let (attributes, rest) = rest.split_once('>').unwrap_or((rest, ""));
    let url = escape(&own.url);
    if alt.is_empty() {
        tag(out, own, &url, &escape(&own.alt), unescape(&own.alt) != own.alt);
    } else {
        tag(out, own, &url, alt, attributes.contains(VERBATIM));
    }
    let (link, said) = rest.split_once(CAPTION).unwrap_or((rest, ""));
    out.push_str(link);
    let said = said.strip_suffix(CAPTION_END).unwrap_or(said);
    let (caption, credit) = said.split_once(CREDIT).unwrap_or((said, ""));
    let (caption, credit) = (caption.trim_end_matches(' '), credit.strip_suffix(CREDIT_END).unwrap_or(credit));
    let or = |said: &str, own: &str| if said.is_empty() { prose(own) } else { said.to_owned() };
    self::caption(out, &or(caption, &own.caption), &or(credit, &own.credit));
}

/// The caption of a picture and whose it is, both as HTML; nothing for neither.
pub(super) fn caption(out: &mut String, caption: &str, credit: &str) {
    if caption.is_empty() && credit.is_empty() {
        return;
    }
    out.push_str(CAPTION);
    out.push_str(caption);
    if !credit.is_empty() {
        let space = if caption.is_empty() { "" } else { " " };
        let _ = write!(out, "{space}{CREDIT}{credit}{CREDIT_END}");
    }
    out.push_str(CAPTION_END);
}

/// What follows in HTML whose last figure was left out, without what ends there and would hold nothing.
fn without_empty<'h>(out: &mut String, rest: &'h str) -> &'h str {
    let mut rest = rest;
    // Ends: each round goes past a closing tag.
    while let Some((name, behind)) = rest.strip_prefix("</").and_then(|rest| rest.split_once('>')) {
        let opened = out.rfind('<').filter(|_| out.ends_with('>')).and_then(|at| Some((at, out.get(at..)?.strip_prefix('<')?)));
        let is_its = |tag: &str| tag.strip_prefix(name).is_some_and(|attributes| attributes.starts_with([' ', '>']));
        let Some((at, _)) = opened.filter(|(_, tag)| HOLDERS.contains(&name) && is_its(tag)) else { break };
        out.truncate(at);
        rest = behind;
    }
    rest
}

/// Elements that are left out when nothing is left in them.
const HOLDERS: [&str; 5] = ["div", "li", "ul", "ol", "blockquote"];
