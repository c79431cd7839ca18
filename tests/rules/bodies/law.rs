//! The law of reading: of any HTML or Markdown each visible character, each picture, each link and each cell of a table is in the document,
//! or named in a warning. What is visible is told from the page as another tree of it says, and words are compared as `domain::text` has them
//! (NFC, decoded once more). Letters are counted over a whole page, so that a loss may hide behind another letter that is there; leaf by
//! leaf it is looked at in [`super::leaves`].

use std::collections::BTreeMap;

use dateline::domain::{
    Violation,
    body::{Block, Document, Inline, Mark, Node, blocks, html, markdown, parse},
    text::{nfc, unescape},
};
use proptest::{collection::vec, prelude::*, sample::select};
use scraper::{ElementRef, Html};

use super::mint;

/// What is counted of a page.
#[derive(Debug, Default)]
pub(super) struct Visible {
    letters: String,
    words: Vec<String>,
    /// Addresses of which one will do, for each picture.
    pictures: Vec<Vec<String>>,
    links: Vec<String>,
    cells: Vec<String>,
}

pub(super) const UNSEEN: [&str; 15] = [
    "script",
    "style",
    "template",
    "head",
    "title",
    "meta",
    "link",
    "noscript",
    "noembed",
    "noframes",
    "iframe",
    "desc",
    "annotation",
    "rp",
    "datalist",
];
pub(super) const PARTING: [&str; 45] = [
    "p",
    "div",
    "section",
    "article",
    "header",
    "footer",
    "main",
    "nav",
    "address",
    "dl",
    "dt",
    "dd",
    "figure",
    "figcaption",
    "details",
    "summary",
    "fieldset",
    "legend",
    "center",
    "aside",
    "hgroup",
    "li",
    "form",
    "caption",
    "search",
    "br",
    "hr",
    "img",
    "ul",
    "ol",
    "table",
    "tr",
    "td",
    "th",
    "pre",
    "blockquote",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "iframe",
    "option",
    "button",
];

fn said(style: &str, name: &str) -> Option<String> {
    let squeezed = style.to_ascii_lowercase().replace(' ', "");
    squeezed.split(';').filter_map(|d| d.split_once(':')).filter(|(n, _)| *n == name).map(|(_, v)| v.to_owned()).next_back()
}

/// True for what a page hides, and for the marker of an item of Word's, which is a few signs.
pub(super) fn hidden(element: ElementRef<'_>) -> bool {
    let style = element.value().attr("style").unwrap_or_default();
    element.value().attr("hidden").is_some()
        || said(style, "display").is_some_and(|v| v.starts_with("none"))
        || said(style, "visibility").is_some_and(|v| v.starts_with("hidden") || v.starts_with("collapse"))
        || is_marker(element)
        || element.value().classes().any(|class| class == "footnote-backref")
        || (element.value().name() == "dialog" && element.value().attr("open").is_none())
}

fn is_marker(element: ElementRef<'_>) -> bool {
    let list = |e: ElementRef<'_>| said(e.value().attr("style").unwrap_or_default(), "mso-list");
    list(element).is_some_and(|v| v == "ignore")
        && element.text().flat_map(str::chars).filter(|c| !c.is_whitespace()).count() <= 12
        && element.ancestors().filter_map(ElementRef::wrap).any(|e| list(e).is_some_and(|v| v.contains("level")))
}

/// What letters are compared as: without white space, and without what nobody sees.
fn letters(text: &str) -> String {
    let unseen = |c: char| {
        c.is_whitespace()
            || c.is_control()
            || matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fdd0}'..='\u{fdef}' | '\u{fffe}' | '\u{ffff}')
    };
    nfc(text).chars().filter(|c| !unseen(*c)).collect()
}

/// What can have a shadow root, beside elements of scripts.
const HOSTS: [&str; 19] = [
    "article",
    "aside",
    "blockquote",
    "body",
    "div",
    "footer",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "main",
    "nav",
    "p",
    "section",
    "span",
    "html",
];

/// True for a template that a browser shows in the place of what stands in its parent.
pub(super) fn is_shadow(element: ElementRef<'_>) -> bool {
    let says = |e: ElementRef<'_>| e.value().name() == "template" && e.value().attr("shadowrootmode").is_some();
    let held = element.first_child().is_some_and(|held| held.value().is_fragment());
    let host = element.parent().and_then(ElementRef::wrap).map(|host| host.value().name());
    let hosted = host.is_some_and(|name| HOSTS.contains(&name) || name.contains('-'));
    says(element) && held && hosted && !element.prev_siblings().filter_map(ElementRef::wrap).any(says)
}

/// The pictures that an element shows by its look: every address of its style, but that of a pointer, and its background.
pub(super) fn looks(element: ElementRef<'_>) -> Vec<String> {
    // A form between rows is shown by nobody.
    let around = element.parent().and_then(ElementRef::wrap).map(|e| e.value().name());
    if element.value().name() == "form" && around.is_some_and(|name| matches!(name, "table" | "tbody" | "thead" | "tfoot" | "tr")) {
        return Vec::new();
    }
    let style = element.value().attr("style").unwrap_or_default().split(';').filter(|d| !d.trim_start().starts_with("cursor"));
    let urls = style.flat_map(|d| d.split("url(").skip(1)).map(|rest| rest.split(')').next().unwrap_or_default().to_owned());
    let behind = ["table", "tbody", "thead", "tfoot", "tr", "td", "th"].contains(&element.value().name());
    urls.chain(element.value().attr("background").filter(|_| behind).map(str::to_owned)).collect()
}

/// What an element shows beside what is in it.
pub(super) fn beside(element: ElementRef<'_>) -> &str {
    let attr = |name: &str| element.value().attr(name).filter(|value| !value.is_empty());
    let said = match (element.value().name(), attr("type").unwrap_or_default()) {
        ("input", "hidden") => None,
        ("input", "image") | ("img" | "amp-img", _) => attr("alt"),
        ("input", _) => attr("value").or(attr("placeholder")),
        ("textarea", _) if element.first_child().is_none() => attr("placeholder"),
        _ => None,
    };
    said.unwrap_or_default()
}

fn candidates(img: ElementRef<'_>) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    let mut of = |e: ElementRef<'_>| {
        for (name, value) in e.value().attrs() {
            if name.contains("srcset") {
                all.extend(value.split_ascii_whitespace().map(|w| w.trim_matches(',').to_owned()));
            } else if name == "src" || name.starts_with("data-") {
                all.push(value.trim().to_owned());
            }
        }
    };
    of(img);
    if let Some(picture) = img.parent().and_then(ElementRef::wrap).filter(|p| p.value().name() == "picture") {
        picture.children().filter_map(ElementRef::wrap).for_each(&mut of);
    }
    all.retain(|a| !a.is_empty());
    all
}

fn shown_by_noscript(img: ElementRef<'_>) -> bool {
    let beside = [img.prev_siblings().find_map(ElementRef::wrap), img.next_siblings().find_map(ElementRef::wrap)];
    beside.into_iter().flatten().any(|e| e.value().name() == "noscript")
}

/// The words of a cell, without what is typed into it and what its pictures show.
fn words_of(element: ElementRef<'_>, repair: bool) -> String {
    let mut words = String::new();
    let held = element.first_child().filter(|held| held.value().is_fragment());
    for child in held.map_or_else(|| element.children(), |held| held.children()) {
        if let Some(text) = child.value().as_text() {
            words.push_str(&if repair { unescape(text).into_owned() } else { text.to_string() });
        }
        if let Some(e) = ElementRef::wrap(child).filter(|e| (!UNSEEN.contains(&e.value().name()) || is_shadow(*e)) && !hidden(*e)) {
            words.push_str(&words_of(e, repair));
        }
    }
    words
}

fn look(element: ElementRef<'_>, seen: &mut Visible, text: &mut String, repair: bool) {
    let unescape = |text: &str| if repair { unescape(text).into_owned() } else { text.to_owned() };
    let held = element.first_child().filter(|held| held.value().is_fragment());
    for child in held.map_or_else(|| element.children(), |held| held.children()) {
        if let Some(words) = child.value().as_text() {
            text.push_str(&unescape(words));
        }
        let Some(e) = ElementRef::wrap(child) else { continue };
        let name = e.value().name();
        if hidden(e) {
            continue;
        }
        if let Some(page) = e.value().attr("srcdoc").filter(|_| name == "iframe") {
            text.push(' ');
            look(Html::parse_fragment(page).root_element(), seen, text, repair);
            text.push(' ');
        }
        if UNSEEN.contains(&name) && !is_shadow(e) {
            continue;
        }
        seen.pictures.extend(looks(e).into_iter().map(|address| vec![address]));
        let parts = PARTING.contains(&name);
        if parts {
            text.push(' ');
        }
        match name {
            "img" => {
                let some = candidates(e);
                if !some.is_empty() && !shown_by_noscript(e) {
                    seen.pictures.push(some);
                }
                text.push_str(&unescape(beside(e)));
            }
            "input" | "textarea" => text.push_str(beside(e)),
            _ => {}
        }
        let start = text.len();
        look(e, seen, text, repair);
        let within = letters(text.get(start..).unwrap_or_default());
        match name {
            "a" if !within.is_empty() || e.descendants().filter_map(ElementRef::wrap).any(|d| d.value().name() == "img") => {
                seen.links.extend(e.value().attr("href").map(|h| h.trim().to_owned()));
            }
            "td" | "th" => seen.cells.extend(Some(letters(&words_of(e, repair))).filter(|w| !w.is_empty())),
            _ => {}
        }
        if parts {
            text.push(' ');
        }
    }
}

/// What a page shows.
pub(super) fn of_page(html: &str, repair: bool) -> Visible {
    let (mut seen, mut text) = (Visible::default(), String::new());
    look(Html::parse_fragment(html).root_element(), &mut seen, &mut text, repair);
    seen.links.sort();
    seen.links.dedup();
    seen.letters = letters(&text);
    seen.words = text.split_whitespace().map(letters).filter(|w| !w.is_empty()).collect();
    seen
}

/// What a document holds.
#[derive(Debug, Default)]
struct Held {
    text: String,
    cells: Vec<String>,
    pictures: Vec<String>,
    links: Vec<String>,
}

fn hold(all: &[Block], held: &mut Held) {
    let line = |line: &[Inline], held: &mut Held| {
        for inline in line {
            match inline {
                Inline::HardBreak => held.text.push('\n'),
                Inline::Text { text, marks } => {
                    held.text.push_str(text);
                    held.links
                        .extend(marks.iter().filter_map(|m| if let Mark::Link { href } = m { Some(href.address.clone()) } else { None }));
                }
            }
        }
        held.text.push('\n');
    };
    for block in all {
        match &block.node {
            Node::Paragraph(text) | Node::Heading { text, .. } => line(text, held),
            Node::PullQuote { text, attribution } => {
                line(text, held);
                held.text.push_str(attribution);
            }
            Node::Image(image) => {
                held.pictures.push(image.url.clone());
                held.links.extend(image.href.as_ref().map(|href| href.address.clone()));
                held.text.push_str(&[&*image.alt, &image.caption, &image.credit].join("\n"));
            }
            Node::Embed { url, title } => {
                held.links.push(url.clone());
                held.text.push_str(if title.is_empty() { url } else { title });
            }
            Node::Table(rows) => {
                for cell in rows.iter().flatten() {
                    let start = held.text.len();
                    line(&cell.text, held);
                    let cell = letters(held.text.get(start..).unwrap_or_default());
                    held.cells.push(cell);
                }
            }
            Node::CodeBlock { text, .. } => held.text.push_str(text),
            Node::LiveUpdate { title, .. } | Node::Factbox { title, .. } => held.text.push_str(title),
            _ => {}
        }
        held.text.push('\n');
        hold(block.node.children(), held);
    }
}

/// What warnings name.
#[derive(Debug, Default)]
pub(super) struct Named {
    words: String,
    /// Addresses stand in there.
    pub(super) all: String,
    pub(super) letters: usize,
    pub(super) addresses: usize,
}

fn number_before(text: &str, what: &str) -> usize {
    let parts: Vec<&str> = text.split(what).collect();
    let before = parts.split_last().map(|(_, before)| before).unwrap_or_default();
    before.iter().filter_map(|p| p.split_whitespace().last()?.parse::<usize>().ok()).sum()
}

pub(super) fn name(warnings: &[Violation]) -> Named {
    let mut named = Named::default();
    for detail in warnings.iter().filter(|w| matches!(w.code, "dropped" | "unknown_block")).map(|w| &w.detail) {
        let told = detail.split_once("dropped:").map(|(_, told)| told).unwrap_or_default();
        let told = told.rsplit_once(", after “").map_or(told, |(told, _)| told);
        if let Some(words) = told.split_once('“').and_then(|(_, rest)| rest.rsplit_once('”')).map(|(words, _)| words) {
            named.words.push_str(words);
        }
        named.letters += number_before(told, " more characters") + number_before(told, " characters and");
        named.addresses += number_before(told, " more addresses") + number_before(told, " addresses");
        named.all.push_str(told);
        named.all.push('\n');
    }
    named
}

fn address(text: &str) -> String {
    let text = text.trim();
    let whole = if text.starts_with("//") { format!("https:{text}") } else { text.to_owned() };
    let parsed = url::Url::parse(&whole).or_else(|_| url::Url::parse("https://site.invalid").and_then(|base| base.join(&whole)));
    let known = parsed.map_or(whole, |url| url.to_string().replacen("http://", "https://", 1));
    percent_encoding::percent_decode_str(known.trim_end_matches('/')).decode_utf8_lossy().into_owned()
}

fn count(text: &str) -> BTreeMap<char, usize> {
    text.chars().fold(BTreeMap::new(), |mut counts, c| {
        *counts.entry(c).or_default() += 1;
        counts
    })
}

/// What is neither in the document nor in a warning.
pub(super) fn unaccounted(seen: &Visible, document: &Document, warnings: &[Violation]) -> Vec<String> {
    let mut held = Held::default();
    hold(&document.blocks, &mut held);
    let mut named = name(warnings);
    let mut wrong = Vec::new();
    let there = count(&(letters(&held.text) + &letters(&named.words)));
    let missing_of = |letters: &str| -> String {
        let counts = count(letters).into_iter();
        counts.flat_map(|(c, n)| std::iter::repeat_n(c, n.saturating_sub(there.get(&c).copied().unwrap_or_default()))).collect()
    };
    let missing = missing_of(&seen.letters);
    if missing.chars().count() > named.letters {
        wrong.push(format!("{} letters, of which {} are counted: {missing:?}", missing.chars().count(), named.letters));
    }
    let kept: Vec<String> = held.pictures.iter().chain(&held.links).map(|a| address(a)).collect();
    let fragments = held.links.iter().any(|l| l.starts_with('#'));
    let mut look_for = |what: &str, some: &[String]| {
        let told = |a: &String| {
            let beginning: String = a.chars().take(200).collect();
            kept.contains(&address(a)) || named.all.contains(&beginning) || (a.starts_with('#') && fragments)
        };
        if !some.iter().any(told) {
            match named.addresses {
                0 => wrong.push(format!("{what}: {some:?}")),
                _ => named.addresses -= 1,
            }
        }
    };
    seen.pictures.iter().for_each(|some| look_for("picture", some));
    seen.links.iter().for_each(|link| look_for("link", std::slice::from_ref(link)));
    let apart = warnings.iter().any(|w| w.detail.contains("a table that only lays out") || w.detail.contains("a table within a line"));
    let everywhere = letters(&held.text) + &letters(&named.words);
    let taken = letters(&named.words);
    for cell in &seen.cells {
        let tabled = held.cells.iter().any(|c| c.contains(cell.as_str()));
        let said = (apart && everywhere.contains(cell.as_str())) || taken.contains(cell.as_str());
        // What stands in a cell beside its words is put behind the table; of what is long the beginning is told, and the rest counted.
        let parted = missing_of(cell).chars().count() <= named.letters;
        if !tabled && !said && !parted {
            wrong.push(format!("cell: {cell:?}"));
        }
    }
    wrong
}

/// Without the ids that blocks happen to have.
fn bare(document: &Document) -> Vec<String> {
    let own = |block: &Block| {
        let printed = blocks::fingerprint(block);
        let mut parts = printed.split("\"href\":\"#");
        let first = parts.next().unwrap_or_default().to_owned();
        parts.fold(first, |all, part| all + "\"href\":\"#" + part.split_once('"').map_or("", |(_, rest)| rest))
    };
    document.blocks.iter().map(own).collect()
}

/// Everything that is wrong with reading a page, and with writing what was read and reading that.
pub(super) fn broken(html: &str) -> Vec<String> {
    let Ok((document, warnings)) = parse::read(html, &mut mint()) else { return Vec::new() };
    let mut wrong = unaccounted(&of_page(html, true), &document, &warnings);
    wrong.extend(broken_again(&document));
    wrong
}

pub(super) fn broken_again(document: &Document) -> Vec<String> {
    let mut wrong = Vec::new();
    let whole = bare(document);
    for (form, written) in [("html", html::write(document)), ("markdown", markdown::write(document))] {
        let read = if form == "html" { parse::read(&written, &mut mint()) } else { markdown::read(&written, &mut mint()) };
        let Ok((again, _)) = read else {
            wrong.push(format!("{form} is refused: {written}"));
            continue;
        };
        let again = bare(&again);
        if let Some((one, other)) = whole.iter().zip(&again).find(|(one, other)| one != other) {
            wrong.push(format!("{form}: {one} became {other}"));
        } else if whole.len() != again.len() {
            wrong.push(format!("{form}: {} blocks became {}", whole.len(), again.len()));
        }
    }
    wrong
}

pub(super) const NAMES: [&str; 120] = [
    "a",
    "abbr",
    "acronym",
    "address",
    "applet",
    "area",
    "article",
    "aside",
    "audio",
    "b",
    "base",
    "bdi",
    "bdo",
    "big",
    "blink",
    "blockquote",
    "body",
    "button",
    "canvas",
    "caption",
    "center",
    "cite",
    "code",
    "col",
    "colgroup",
    "data",
    "datalist",
    "dd",
    "del",
    "details",
    "dfn",
    "dialog open",
    "dir",
    "div",
    "dl",
    "dt",
    "em",
    "embed",
    "fieldset",
    "figcaption",
    "figure",
    "font",
    "footer",
    "form",
    "h1",
    "h2",
    "h3",
    "h6",
    "header",
    "hgroup",
    "html",
    "i",
    "ins",
    "kbd",
    "label",
    "legend",
    "li",
    "main",
    "map",
    "mark",
    "marquee",
    "math",
    "menu",
    "meter",
    "nav",
    "nobr",
    "object",
    "ol",
    "optgroup",
    "option",
    "output",
    "p",
    "picture",
    "pre",
    "progress",
    "q",
    "rb",
    "rp",
    "rt",
    "rtc",
    "ruby",
    "s",
    "samp",
    "search",
    "section",
    "select",
    "slot",
    "small",
    "span",
    "strike",
    "strong",
    "sub",
    "summary",
    "sup",
    "svg",
    "table",
    "tbody",
    "td",
    "template",
    "textarea",
    "tfoot",
    "th",
    "thead",
    "time",
    "tr",
    "tt",
    "u",
    "ul",
    "var",
    "video",
    "wbr",
    "x-own",
    "xml",
    "annotation",
    "script",
    "style",
    "noscript",
    "iframe",
    "foreignObject",
    "mi",
];

pub(super) const ATTRIBUTES: [&str; 59] = [
    "",
    "",
    "",
    "",
    "",
    "",
    "",
    "",
    " class=gallery",
    " class=\"wp-caption\"",
    " class=\"wp-caption-text\"",
    " class=credit",
    " class=factbox",
    " class=embed",
    " class=pull-quote",
    " class=\"twitter-tweet\"",
    " style=\"font-weight:normal\"",
    " style=\"font-weight:700\"",
    " style=\"display:none\"",
    " style=\"mso-list:l0 level2 lfo1\"",
    " style=\"mso-list:Ignore\"",
    " style=\"mso-list:l1 level3 lfo2;margin-left:72pt\"",
    " class=MsoListParagraphCxSpMiddle",
    " style=\"mso-element:comment\"",
    " style=\"mso-tab-count:1\"",
    " style=\"display:block\"",
    " style=\"display:inline\"",
    " style=\"white-space:pre-wrap\"",
    " style=\"list-style-type:none\"",
    " class=\"lst-kix_a-1\"",
    " class=\"bulleted-list\"",
    " class=\"ql-indent-2\"",
    " data-list=bullet",
    " data-list=ordered",
    " data-aria-level=2",
    " role=heading aria-level=3",
    " class=\"sr-only\"",
    " class=MsoQuote",
    " url=https://x.example/u",
    " hidden",
    " dir=rtl",
    " lang=hi",
    " href=https://x.example/a",
    " href=/path",
    " href=\"#here\"",
    " href=\"javascript:x\"",
    " id=here",
    " colspan=2 rowspan=3",
    " title=\"said beside\"",
    " src=https://x.example/s.mp4",
    " data=https://x.example/o.swf",
    " role=presentation",
    " background=https://x.example/bg.jpg",
    " style=\"list-style-image:url(https://x.example/li.png);color:red\"",
    " style=\"background:url(https://x.example/b1.png),url(https://x.example/b2.png)\"",
    " style=\"content:url(https://x.example/c.png);cursor:url(https://x.example/no.cur)\"",
    " placeholder=type",
    " shadowrootmode=open",
    " srcdoc=\"<p>framed <a href=https://x.example/fr>in</a><img src=https://x.example/fp.png alt=pic>\"",
];

const LEAVES: [&str; 37] = [
    "one",
    "two three",
    " ",
    "\n",
    "हिन्दी",
    "“quoted”",
    "<br>",
    "<hr>",
    "<wbr>",
    "&nbsp;",
    "<img src=https://x.example/p.jpg alt=seen>",
    "<img src=//x.example/q.jpg>",
    "<img src=/own.jpg alt=own>",
    "<img src=data:image/gif;base64,R0 data-src=https://x.example/lazy.jpg>",
    "<input value=typed>",
    "<input type=hidden value=h>",
    "<a href=https://x.example/w>word</a>",
    "<a href=x.html>near</a>",
    "<iframe src=https://www.youtube.com/embed/a></iframe>",
    "<iframe src=//x.example/f></iframe>",
    "<!-- said -->",
    "<o:p></o:p>",
    "https://youtu.be/abc",
    "<img class=emoji alt=😀 src=https://x.example/e.png>",
    "<amp-img src=https://x.example/m.jpg alt=amp></amp-img>",
    "<oembed url=https://youtu.be/abc></oembed>",
    "<x-player src=https://x.example/v></x-player>",
    "[caption id=\"a\"]",
    "said[/caption]",
    "[embed]https://x.example/o[/embed]",
    "\u{202b}",
    "\u{202c}",
    "\u{92}s",
    "<textarea placeholder=wanted></textarea>",
    "<input type=image alt=press src=https://x.example/b.png>",
    "<iframe srcdoc='framed <img src=https://x.example/g.jpg> <a href=https://x.example/fr>in it</a>'></iframe>",
    "<template shadowrootmode=open><p>shaded <a href=https://x.example/sh>in it</a></template>",
];

fn nested() -> impl Strategy<Value = String> {
    let leaf = select(&LEAVES[..]).prop_map(str::to_owned);
    leaf.prop_recursive(5, 40, 5, |inner| {
        (select(&NAMES[..]), select(&ATTRIBUTES[..]), vec(inner, 0..5)).prop_map(|(name, attrs, inner)| {
            let end = name.split(' ').next().unwrap_or_default();
            format!("<{name}{attrs}>{}</{end}>", inner.concat())
        })
    })
}

fn tabled() -> impl Strategy<Value = String> {
    let cell = (select(vec!["td", "th", "td colspan=2", "td rowspan=0", "td align=left"]), nested())
        .prop_map(|(n, i)| format!("<{n}>{i}</{}>", n.split(' ').next().unwrap_or_default()));
    let row = vec(cell, 0..4).prop_map(|c| format!("<tr>{}</tr>", c.concat()));
    (
        select(vec!["<table>", "<table><tfoot>", "<table><caption>said</caption>", "", "<div>", "<tbody>"]),
        vec(row, 0..4),
        select(vec!["</table>", "", "<p>after"]),
    )
        .prop_map(|(before, rows, after)| format!("{before}{}{after}", rows.concat()))
}

fn tangled() -> impl Strategy<Value = String> {
    let tag = (select(&NAMES[..]), select(&ATTRIBUTES[..]), any::<bool>()).prop_map(|(name, attrs, open)| {
        let end = name.split(' ').next().unwrap_or_default();
        // What swallows the rest of a page shows it to nobody, or as it was written.
        let swallows = matches!(end, "script" | "style" | "textarea" | "iframe" | "noscript" | "select" | "template" | "svg" | "math");
        match (open && !swallows, end) {
            (true, _) => format!("<{name}{attrs}>"),
            (false, _) => format!("</{end}>"),
        }
    });
    vec(prop_oneof![tag, select(&LEAVES[..]).prop_map(str::to_owned)], 1..40).prop_map(|p| p.concat())
}

pub(super) const LINES: [&str; 40] = [
    "one two",
    "# Head",
    "## Learn C \\#",
    "### *Head* `x`",
    "- item",
    "  - inner",
    "1. first",
    "7) seventh",
    "> quoted",
    "> - both",
    "***",
    "---",
    "| a | b |\n| - | - |\n| c | d |",
    "```rust\nlet x = 1;\n```",
    "    indented",
    "[word](https://x.example/a)",
    "![alt](https://x.example/p.jpg)",
    "x![here](u)",
    "[near](x.html)",
    "[own](/a/b)",
    "a[^1] b",
    "[^1]: Source",
    "[^1]: Source\n\n    More",
    "<https://x.example/c>",
    "`code`",
    "**bold** and *it*",
    "~~gone~~",
    "a\\\nb",
    "<b>html</b>",
    "<figure><img src=https://x.example/f.jpg><figcaption>Cap</figcaption></figure>",
    "<td>cell</td>",
    "https://youtu.be/abc",
    "&copy; &amp;lt; \\*",
    "- [ ] task",
    "[a]: https://x.example/d\n",
    "[a]",
    "<q>said</q>",
    "<p style=\"font-weight:bold\">",
    "![](//x.example/q.jpg)",
    "हिन्दी",
];

/// Markdown as GitHub shows it.
///
/// comrak follows no more references than a text has bytes, where GitHub follows 100,000: blank lines before it, which show nothing, are more than any text here has.
pub(super) fn markdown_as_html(text: &str) -> String {
    let text = format!("{}{text}", "\n".repeat(10_000));
    let mut options = comrak::Options::default();
    options.render.r#unsafe = true;
    options.extension.table = true;
    options.extension.strikethrough = true;
    options.extension.footnotes = true;
    comrak::markdown_to_html(&text, &options).replace("↩", "")
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, ..ProptestConfig::default() })]

    #[test]
    fn nothing_of_any_html_is_lost_without_a_word(html in prop_oneof![vec(nested(), 1..4).prop_map(|p| p.concat()), tabled(), tangled()]) {
        let wrong = broken(&html);
        prop_assert!(wrong.is_empty(), "{:#?}\n{}\n{:#?}", wrong, html, parse::read(&html, &mut mint()).map(|(d, w)| (html::write(&d), w)));
    }

    #[test]
    fn nothing_of_any_markdown_is_lost_without_a_word(lines in vec((select(&LINES[..]), any::<bool>()), 1..12)) {
        let text: String = lines.iter().map(|(line, parted)| format!("{line}\n{}", if *parted { "\n" } else { "" })).collect();
        let page = markdown_as_html(&text);
        let (document, warnings) = markdown::read(&text, &mut mint()).unwrap();
        let wrong: Vec<String> = unaccounted(&of_page(&page, false), &document, &warnings).into_iter().chain(broken_again(&document)).collect();
        prop_assert!(wrong.is_empty(), "{:#?}\n{}\n{}\n{:#?}", wrong, text, page, html::write(&document));
    }
}

/// Real pages, in the folder that is named; nothing is kept of them. How much there was, and what of it is unaccounted for, is printed.
#[test]
#[ignore = "reads the folder that DATELINE_PAGES names"]
#[expect(clippy::disallowed_methods, reason = "the folder is told in the environment")]
fn nothing_of_real_pages_is_lost_without_a_word() {
    let folder = std::env::var("DATELINE_PAGES").unwrap();
    let (mut pages, mut refused, mut sums, mut wrong) = (0, Vec::new(), [0usize; 5], Vec::new());
    let mut paths: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    for path in paths {
        let bytes = std::fs::read(&path).unwrap();
        let text = String::from_utf8_lossy(&bytes);
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let is_markdown = path.extension().is_some_and(|e| e == "md");
        let (page, read) = if is_markdown {
            (markdown_as_html(&text), markdown::read(&text, &mut mint()))
        } else {
            (text.to_string(), parse::read(&text, &mut mint()))
        };
        let (document, warnings) = match read {
            Ok(read) => read,
            Err(error) => {
                refused.push(format!("{name}: {error:?}"));
                continue;
            }
        };
        pages += 1;
        let seen = of_page(&page, !is_markdown);
        let found = [seen.letters.chars().count(), seen.words.len(), seen.pictures.len(), seen.links.len(), seen.cells.len()];
        sums.iter_mut().zip(found).for_each(|(sum, n)| *sum += n);
        let mut held = Held::default();
        hold(&document.blocks, &mut held);
        let there: std::collections::BTreeSet<String> = held.text.split_whitespace().map(letters).collect();
        let told = letters(&name_all(&warnings));
        let joined: Vec<&String> = seen.words.iter().filter(|w| !there.contains(*w) && !told.contains(w.as_str())).take(8).collect();
        if !joined.is_empty() {
            eprintln!("{name}: words that are not there as such: {joined:?}");
        }
        wrong.extend(
            unaccounted(&seen, &document, &warnings)
                .into_iter()
                .chain(broken_again(&document))
                .map(|w| format!("{name}: {}", w.chars().take(600).collect::<String>())),
        );
    }
    eprintln!("{pages} pages, {} refused; letters, words, pictures, links, cells: {sums:?}; {} unaccounted", refused.len(), wrong.len());
    refused.iter().chain(&wrong).for_each(|line| eprintln!("{line}"));
    assert!(wrong.is_empty());
}

fn name_all(warnings: &[Violation]) -> String {
    warnings.iter().map(|w| w.detail.as_str()).collect()
}
