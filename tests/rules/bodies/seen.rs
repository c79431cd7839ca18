//! What somebody sees who is shown a document, told twice without a line of the code under test: from the document, and from HTML.

use std::collections::BTreeSet;

use dateline::domain::body::{Block, Cell, Document, Image, Inline, Mark, Node, provider};
use scraper::{ElementRef, Html};

/// A piece of text and the elements around it; a line break is one called `br`.
pub(super) type Run = (Vec<String>, String);

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Seen {
    Element(String, Vec<(String, String)>, Vec<Seen>),
    Line(Vec<Run>),
    Code(String),
}

fn element(name: &str, attrs: &[(&str, String)], inner: Vec<Seen>) -> Seen {
    let mut attrs: Vec<_> = attrs.iter().map(|(n, v)| ((*n).to_owned(), v.clone())).collect();
    attrs.sort();
    Seen::Element(name.to_owned(), attrs, inner)
}

fn class(name: &str) -> [(&'static str, String); 1] {
    [("class", name.to_owned())]
}

/// Addresses are compared as what they lead to: a reader may escape more of them.
fn address(href: &str) -> String {
    percent_encoding::percent_decode_str(href).decode_utf8_lossy().into_owned()
}

/// Where a link leads on a page, whose elements have the ids of blocks behind a word.
fn led(href: &str) -> String {
    href.strip_prefix('#').map_or_else(|| href.to_owned(), |id| format!("#block-{id}"))
}

fn around(name: &str, attrs: &[(String, String)]) -> String {
    let name = if name == "del" { "s" } else { name };
    let value = |n: &str, v: &str| if n == "href" { address(v) } else { v.to_owned() };
    let attrs: Vec<_> = attrs.iter().map(|(n, v)| format!(" {n}={}", value(n, v))).collect();
    format!("{name}{}", attrs.concat())
}

/// A line as a browser lays it out; nothing, when there is nothing in it.
fn line(runs: Vec<Run>) -> Option<Seen> {
    let mut out: Vec<Run> = Vec::new();
    let mut open = true;
    let trim = |out: &mut Vec<Run>| {
        while let Some((_, text)) = out.last_mut().filter(|(around, _)| !around.contains(&"br".to_owned())) {
            text.truncate(text.trim_end_matches(' ').len());
            if !text.is_empty() {
                break;
            }
            out.pop();
        }
    };
    for (mut around, text) in runs {
        around.sort();
        around.dedup();
        if around.contains(&"br".to_owned()) {
            trim(&mut out);
            out.push((vec!["br".to_owned()], String::new()));
            open = true;
            continue;
        }
        let mut folded = String::new();
        for c in text.chars() {
            let space = matches!(c, ' ' | '\t' | '\n' | '\r' | '\u{c}');
            if !space || !open {
                folded.push(if space { ' ' } else { c });
            }
            open = space;
        }
        match out.last_mut() {
            _ if folded.is_empty() => {}
            Some((last, text)) if *last == around => text.push_str(&folded),
            _ => out.push((around, folded)),
        }
    }
    trim(&mut out);
    out.iter().any(|(_, text)| !text.is_empty()).then_some(Seen::Line(out))
}

fn plain(text: &str) -> Option<Seen> {
    line(vec![(Vec::new(), text.to_owned())])
}

fn text(all: &[Inline]) -> Option<Seen> {
    let mark = |mark: &Mark| match mark {
        Mark::Link { href } => around("a", &[("href".to_owned(), led(href))]),
        Mark::Lang(locale) => around("span", &[("lang".to_owned(), locale.to_string())]),
        Mark::Bold => "strong".to_owned(),
        Mark::Italic => "em".to_owned(),
        Mark::Underline => "u".to_owned(),
        Mark::Strike => "s".to_owned(),
        Mark::Sub => "sub".to_owned(),
        Mark::Sup => "sup".to_owned(),
        Mark::Code => "code".to_owned(),
    };
    let run = |inline: &Inline| match inline {
        Inline::HardBreak => (vec!["br".to_owned()], String::new()),
        Inline::Text { text, marks } => (marks.iter().map(mark).collect(), text.clone()),
    };
    line(all.iter().map(run).collect())
}

fn image(image: &Image, own: Own) -> Seen {
    let mut attrs = vec![("src", image.url.clone()), ("alt", image.alt.clone())];
    if let Some((width, height)) = image.size {
        attrs.extend([("width", width.to_string()), ("height", height.to_string())]);
    }
    let picture = element("img", &attrs, Vec::new());
    let mut inner = vec![match &image.href {
        Some(href) => element("a", &[("href", led(href))], vec![picture]),
        None => picture,
    }];
    let credit = ("span class=credit".to_owned(), image.credit.clone());
    let below = vec![(Vec::new(), format!("{} ", image.caption)), (vec![credit.0], credit.1)];
    inner.extend(line(below).map(|l| element("figcaption", &[], vec![l])));
    element("figure", &own.with(class("image")), inner)
}

fn titled(title: &str, blocks: &[Block], named: &BTreeSet<String>) -> Vec<Seen> {
    plain(title).map(|t| element("p", &class("title"), vec![t])).into_iter().chain(all(blocks, named)).collect()
}

/// What any block's element has: an id that a link names, a language and its direction.
#[derive(Clone)]
struct Own(Vec<(&'static str, String)>);

impl Own {
    fn of(block: &Block, named: &BTreeSet<String>) -> Self {
        let id = named.contains(block.id.as_str()).then(|| ("id", format!("block-{}", block.id)));
        let lang = block.lang.iter().flat_map(|lang| {
            let dir = if lang.as_str() == "ur" { "rtl" } else { "ltr" };
            [("lang", lang.to_string()), ("dir", dir.to_owned())]
        });
        Self(id.into_iter().chain(lang).collect())
    }

    fn with(self, others: impl IntoIterator<Item = (&'static str, String)>) -> Vec<(&'static str, String)> {
        others.into_iter().chain(self.0).collect()
    }
}

/// The ids that links name.
fn named(blocks: &[Block], all: &mut BTreeSet<String>) {
    for block in blocks {
        let lines: Vec<&Vec<Inline>> = match &block.node {
            Node::Paragraph(text) | Node::Heading { text, .. } | Node::PullQuote { text, .. } => vec![text],
            Node::Table(rows) => rows.iter().flatten().map(|cell| &cell.text).collect(),
            _ => Vec::new(),
        };
        let marks = lines.into_iter().flatten().flat_map(|i| if let Inline::Text { marks, .. } = i { marks.clone() } else { Vec::new() });
        let links = marks.filter_map(|mark| if let Mark::Link { href } = mark { Some(href) } else { None });
        let picture = if let Node::Image(image) = &block.node { image.href.clone() } else { None };
        all.extend(links.chain(picture).filter_map(|href| href.strip_prefix('#').map(str::to_owned)));
        named(block.node.children(), all);
    }
}

fn block(block: &Block, named: &BTreeSet<String>) -> Option<Seen> {
    let own = Own::of(block, named);
    let all = |blocks: &[Block]| all(blocks, named);
    let lined = |name: &str, attrs: &[(&str, String)], inner: &[Inline]| element(name, attrs, text(inner).into_iter().collect());
    Some(match &block.node {
        Node::Paragraph(inner) if own.0.is_empty() => return text(inner),
        Node::Paragraph(inner) => lined("p", &own.0, inner),
        Node::Heading { level, text } => lined(&format!("h{level}"), &own.0, text),
        Node::Blockquote(blocks) => element("blockquote", &own.0, all(blocks)),
        Node::PullQuote { text, attribution } => {
            let below = plain(attribution).map(|l| element("figcaption", &[], vec![l]));
            element("figure", &own.with(class("pull-quote")), std::iter::once(lined("blockquote", &[], text)).chain(below).collect())
        }
        Node::BulletList(items) => element("ul", &own.0, all(items)),
        Node::OrderedList { start: 1, items } => element("ol", &own.0, all(items)),
        Node::OrderedList { start, items } => element("ol", &own.with([("start", start.to_string())]), all(items)),
        Node::ListItem(blocks) => element("li", &own.0, all(blocks)),
        Node::Image(picture) => image(picture, own),
        Node::Gallery(images) => element("div", &own.with(class("gallery")), all(images)),
        Node::Embed { url, title } => {
            let link = around("a", &[("href".to_owned(), url.clone())]);
            let shown = line(vec![(vec![link], if title.is_empty() { url.clone() } else { title.clone() })]);
            let by = ("data-provider", provider(url).unwrap_or_default().to_owned());
            element("figure", &own.with([("class", "embed".to_owned()), by]), shown.into_iter().collect())
        }
        Node::Table(rows) => {
            let span = |name, n: u16| (n > 1).then(|| (name, n.to_string()));
            let spans = |c: &Cell| span("colspan", c.colspan).into_iter().chain(span("rowspan", c.rowspan)).collect::<Vec<_>>();
            let cell = |c: &Cell| lined(if c.header { "th" } else { "td" }, &spans(c), &c.text);
            let rows = rows.iter().map(|r| element("tr", &[], r.iter().map(cell).collect()));
            element("table", &own.0, vec![element("tbody", &[], rows.collect())])
        }
        Node::CodeBlock { language, text } => {
            let class = language.as_ref().map(|l| ("class", format!("language-{l}")));
            let inner = Seen::Code(text.trim_end_matches('\n').to_owned());
            element("pre", &own.0, vec![element("code", &class.into_iter().collect::<Vec<_>>(), vec![inner])])
        }
        Node::HorizontalRule => element("hr", &own.0, Vec::new()),
        Node::LiveUpdate { at, title, blocks } => {
            let time = line(vec![(vec![format!("time datetime={at}")], at.to_string())]);
            element("section", &own.with(class("live-update")), time.into_iter().chain(titled(title, blocks, named)).collect())
        }
        Node::Factbox { title, blocks } => element("aside", &own.with(class("factbox")), titled(title, blocks, named)),
    })
}

fn all(blocks: &[Block], named: &BTreeSet<String>) -> Vec<Seen> {
    blocks.iter().filter_map(|b| block(b, named)).collect()
}

/// What the document says.
pub(super) fn of_document(document: &Document) -> Vec<Seen> {
    let mut names = BTreeSet::new();
    named(&document.blocks, &mut names);
    all(&document.blocks, &names)
}

const INLINE: [&str; 12] = ["a", "span", "strong", "em", "u", "s", "del", "sub", "sup", "code", "time", "br"];
const BLOCKS: [&str; 23] = [
    "p",
    "h2",
    "h3",
    "h4",
    "blockquote",
    "figure",
    "figcaption",
    "ul",
    "ol",
    "li",
    "img",
    "div",
    "table",
    "tbody",
    "tr",
    "td",
    "th",
    "pre",
    "code",
    "hr",
    "section",
    "aside",
    "html",
];
const ATTRIBUTES: [&str; 14] =
    ["class", "href", "lang", "src", "alt", "width", "height", "start", "data-provider", "datetime", "id", "dir", "colspan", "rowspan"];

/// Panics, when a browser would do anything but show what is in it.
pub(super) fn nothing_executable(html: &str, also: &[&str]) {
    let known: BTreeSet<&str> = INLINE.iter().chain(&BLOCKS).chain(also).copied().collect();
    let attributes: BTreeSet<&str> = ATTRIBUTES.iter().copied().chain(["data-id", "data-field", "data-verbatim"]).collect();
    for element in Html::parse_fragment(html).root_element().descendants().filter_map(ElementRef::wrap) {
        let value = element.value();
        assert!(known.contains(value.name()), "<{}> in {html}", value.name());
        for (name, value) in value.attrs() {
            assert!(attributes.contains(name), "{name} in {html}");
            let safe = value.starts_with('#') || (value.starts_with('/') && !value.starts_with("//"));
            let safe = safe || ["http:", "https:", "mailto:", "tel:"].iter().any(|scheme| value.starts_with(scheme));
            assert!(safe || !matches!(name, "href" | "src"), "{value} in {html}");
        }
    }
}

fn runs(element: ElementRef<'_>, marks: &mut Vec<String>, out: &mut Vec<Run>) {
    let mut attrs: Vec<_> = element.value().attrs().map(|(n, v)| (n.to_owned(), v.to_owned())).collect();
    attrs.sort();
    marks.push(around(element.value().name(), &attrs));
    if element.value().name() == "br" {
        out.push((marks.clone(), String::new()));
    }
    for child in element.children() {
        if let Some(text) = child.value().as_text() {
            out.push((marks.clone(), text.to_string()));
        } else if let Some(inner) = ElementRef::wrap(child) {
            runs(inner, marks, out);
        }
    }
    marks.pop();
}

fn within(element: ElementRef<'_>) -> Vec<Seen> {
    let mut out = Vec::new();
    let mut loose: Vec<Run> = Vec::new();
    for child in element.children() {
        let Some(inner) = ElementRef::wrap(child) else {
            loose.extend(child.value().as_text().map(|text| (Vec::new(), text.to_string())));
            continue;
        };
        let picture = inner.children().filter_map(ElementRef::wrap).any(|e| e.value().name() == "img");
        let program = element.value().name() == "pre";
        if INLINE.contains(&inner.value().name()) && !picture && !program {
            runs(inner, &mut Vec::new(), &mut loose);
            continue;
        }
        out.extend(line(std::mem::take(&mut loose)));
        // Says how the others are to be read, and nothing to whoever sees them.
        let seen = inner.value().attrs().filter(|(n, _)| *n != "data-verbatim");
        let attrs: Vec<(&str, String)> = seen.map(|(n, v)| (n, v.to_owned())).collect();
        match inner.value().name() {
            "p" if attrs.is_empty() => out.extend(within(inner)),
            "code" => out.push(self::element(
                "code",
                &attrs,
                vec![Seen::Code(inner.text().collect::<String>().trim_end_matches('\n').to_owned())],
            )),
            name => out.push(self::element(name, &attrs, within(inner))),
        }
    }
    out.extend(line(loose));
    out
}

/// What HTML says, to a browser.
pub(super) fn of_html(html: &str) -> Vec<Seen> {
    within(Html::parse_fragment(html).root_element())
}
