//! The law of reading, leaf by leaf: pages in which every word, every address of a link and every address of a picture is there once, so that each
//! of them is looked for by itself, with the link that is on it and the cell that it stands in. The forms that have readers of their own
//! are made often, of what those readers look at.

use std::collections::{BTreeMap, BTreeSet};

use dateline::domain::{
    Violation,
    body::{Block, Document, Inline, Mark, Node, html, markdown, parse},
};
use proptest::{collection::vec, prelude::*, sample::select};
use scraper::{ElementRef, Html};

use super::{
    law::{ATTRIBUTES, NAMES, PARTING, UNSEEN, beside, broken_again, hidden, is_shadow, looks, markdown_as_html, name},
    mint,
};

/// Characters of each leaf: more than a marker of a list has.
const WIDTH: usize = 14;

/// The page with every leaf in it numbered: `{w}` is a word, `{l}`, `{p}` and `{q}` are in the address of a link and a picture, `{=}` is in that of the
/// last `{p}` again.
fn numbered(template: &str) -> String {
    let (mut n, mut picture) = (0, String::new());
    let mut out = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        let (kind, after) = after.split_once('}').unwrap();
        n += 1;
        let leaf = match kind {
            "w" => format!("word{n:04}ending"),
            "l" => format!("link{n:04}ending"),
            "p" | "q" => format!("pict{n:04}ending"),
            _ => picture.clone(),
        };
        if kind == "p" {
            picture.clone_from(&leaf);
        }
        out.extend([before, &leaf]);
        rest = after;
    }
    out + rest
}

/// The leaves of a kind in a text, in order.
fn leaves(text: &str, kind: &str) -> Vec<String> {
    let ends = |at: usize| text.get(at..at + WIDTH).filter(|leaf| leaf.ends_with("ending"));
    text.match_indices(kind).filter_map(|(at, _)| ends(at)).map(str::to_owned).collect()
}

/// A word of a page, with the link and the cell that it stands in.
#[derive(Debug, Default)]
struct Page {
    text: String,
    /// Each word, with the link that it stands in.
    words: Vec<(String, Option<String>)>,
    /// Each word that stands in a cell itself, with the number of the cell.
    celled: BTreeMap<String, usize>,
    cells: usize,
    /// Each picture: the leaves of which one is to be there, and the link around it.
    pictures: Vec<(BTreeSet<String>, Option<String>)>,
}

/// What a page says of the place of what is in it.
#[derive(Clone, Default)]
struct Place {
    link: Option<String>,
    cell: Option<usize>,
    program: bool,
    told: bool,
    /// An office program wrote the page, in which what is deleted is deleted under review.
    office: bool,
}

fn addresses(img: ElementRef<'_>) -> BTreeSet<String> {
    let of = |e: ElementRef<'_>| {
        e.value()
            .attrs()
            .filter(|(n, _)| !["alt", "style", "background"].contains(n))
            .flat_map(|(_, v)| leaves(v, "pict"))
            .collect::<Vec<_>>()
    };
    let around = img.parent().and_then(ElementRef::wrap).filter(|p| p.value().name() == "picture");
    let sources = around.into_iter().flat_map(|p| p.children().filter_map(ElementRef::wrap).filter(|e| e.value().name() == "source"));
    of(img).into_iter().chain(sources.flat_map(of)).collect()
}

fn look(element: ElementRef<'_>, place: &Place, page: &mut Page) {
    let cell = |name: &str| matches!(name, "td" | "th");
    let held = element.first_child().filter(|held| held.value().is_fragment());
    for child in held.map_or_else(|| element.children(), |held| held.children()) {
        if let Some(text) = child.value().as_text() {
            // The space in what is told goes with it.
            page.text.push_str(&if place.told { leaves(text, "word").concat() } else { text.to_string() });
            for word in leaves(text, "word") {
                if let Some(n) = place.cell.filter(|_| cell(element.value().name()) && !place.program) {
                    page.celled.insert(word.clone(), n);
                }
                page.words.push((word, place.link.clone()));
            }
        }
        let Some(e) = ElementRef::wrap(child) else { continue };
        let name = e.value().name();
        if name == "noscript" {
            // It is text to whoever runs scripts, and a page to others.
            let inner = e.text().collect::<String>();
            // A link in it ends the one around it.
            let around = place.link.iter().map(|link| format!("<a href={link}>")).collect::<String>();
            page.text.push(' ');
            look(Html::parse_fragment(&(around + &inner)).root_element(), &Place { link: None, ..place.clone() }, page);
            page.text.push(' ');
            continue;
        }
        if hidden(e) {
            continue;
        }
        if let Some(inner) = e.value().attr("srcdoc").filter(|_| name == "iframe") {
            // Nothing of what is around it holds in it.
            let around = if place.told { "" } else { " " };
            page.text.push_str(around);
            look(Html::parse_fragment(inner).root_element(), &Place { told: place.told, office: place.office, ..Place::default() }, page);
            page.text.push_str(around);
        }
        if name == "noframes" {
            page.words.extend(leaves(&e.text().collect::<String>(), "word").into_iter().map(|word| (word, None)));
        }
        if UNSEEN.contains(&name) && !is_shadow(e) {
            continue;
        }
        page.pictures.extend(looks(e).iter().flat_map(|look| leaves(look, "pict")).map(|leaf| (BTreeSet::from([leaf]), None)));
        let mut inner = place.clone();
        let says = |what: &str| e.value().attr("style").is_some_and(|style| style.contains(what));
        let aloud = e.value().classes().any(|class| class == "sr-only");
        inner.told |=
            matches!(name, "svg" | "button" | "select" | "option" | "textarea" | "canvas" | "map" | "audio" | "video" | "xml" | "applet");
        inner.told |= aloud
            || says("mso-element:comment")
            || e.value().classes().any(|class| class == "MsoCommentText")
            || (name == "del" && place.office);
        inner.program |= matches!(name, "pre" | "listing" | "xmp");
        if let ("a", Some(href)) = (name, e.value().attr("href")) {
            inner.link = leaves(href, "link").pop();
        }
        if cell(name) {
            inner.cell = Some(page.cells);
            page.cells += 1;
        }
        // What is no part of a line and told leaves no space behind.
        let runs_on = aloud || matches!(name, "button" | "option" | "iframe") || (name == "div" && says("display:inline"));
        let parts = PARTING.contains(&name) && !place.told && !runs_on;
        page.text.push_str(if parts { " " } else { "" });
        for word in leaves(beside(e), "word") {
            page.words.push((word, None));
        }
        let some = addresses(e);
        if matches!(name, "img" | "amp-img" | "amp-anim") && !some.is_empty() {
            page.pictures.push((some, place.link.clone()));
        }
        look(e, &inner, page);
        page.text.push_str(if parts { " " } else { "" });
    }
}

/// What a document holds: pieces of text with the links on them, cells, and pictures with theirs.
#[derive(Debug, Default)]
struct Held {
    text: String,
    pieces: Vec<(String, String)>,
    cells: Vec<String>,
    pictures: Vec<(String, String)>,
    embeds: String,
    /// The numbers of words that were said, and not of a picture.
    spoken: Vec<usize>,
}

fn hold(all: &[Block], held: &mut Held) {
    let line = |line: &[Inline], held: &mut Held| {
        for inline in line {
            match inline {
                Inline::HardBreak => held.text.push('\n'),
                Inline::Text { text, marks } => {
                    held.spoken.extend(numbers(text));
                    held.text.push_str(text);
                    let link = marks.iter().find_map(|m| if let Mark::Link { href } = m { Some(href.clone()) } else { None });
                    held.pieces.push((text.clone(), link.map(|href| href.to_string()).unwrap_or_default()));
                }
            }
        }
        held.text.push('\n');
    };
    let plain = |text: &str, held: &mut Held| {
        held.text.push_str(text);
        held.text.push('\n');
        held.pieces.push((text.to_owned(), String::new()));
    };
    for block in all {
        if let Node::Image(image) = &block.node {
            held.spoken.extend(numbers(&image.caption).chain(numbers(&image.credit)));
        }
        match &block.node {
            Node::Paragraph(text) | Node::Heading { text, .. } => line(text, held),
            Node::PullQuote { text, attribution } => {
                line(text, held);
                plain(attribution, held);
            }
            Node::Image(image) => {
                held.pictures.push((image.url.clone(), image.href.as_ref().map(|href| href.to_string()).unwrap_or_default()));
                [&image.alt, &image.caption, &image.credit].into_iter().for_each(|text| plain(text, held));
            }
            Node::Embed { url, title } => {
                held.embeds.push_str(url);
                plain(title, held);
            }
            Node::Table(rows) => {
                for cell in rows.iter().flatten() {
                    let start = held.text.len();
                    line(&cell.text, held);
                    held.cells.push(held.text.get(start..).unwrap_or_default().to_owned());
                }
            }
            Node::CodeBlock { text, .. } => plain(text, held),
            Node::LiveUpdate { title, .. } | Node::Factbox { title, .. } => plain(title, held),
            _ => {}
        }
        hold(block.node.children(), held);
    }
}

/// The numbers of the words in a text.
fn numbers(text: &str) -> impl Iterator<Item = usize> {
    leaves(text, "word").into_iter().filter_map(|leaf| leaf.get(4..8)?.parse().ok())
}

/// Leaves that stand in a text with nothing between them, pair by pair.
fn glued(text: &str) -> BTreeSet<(String, String)> {
    let all = leaves(text, "word");
    all.windows(2).filter(|pair| text.contains(&pair.concat())).filter_map(|p| Some((p.first()?.clone(), p.get(1)?.clone()))).collect()
}

/// What is told as standing behind other words than it stood behind: leaves have their numbers in the order of the page.
fn misplaced(document: &Document, warnings: &[Violation]) -> Vec<String> {
    let number = |leaf: &String| leaf.get(4..8).and_then(|n| n.parse::<usize>().ok());
    let mut held = Held::default();
    hold(&document.blocks, &mut held);
    let mut spoken = held.spoken.clone();
    spoken.sort_unstable();
    // What a figure embeds may be where a link leads that began before it, and has words there.
    let has_words = |leaf: &String| held.pieces.iter().any(|(_, link)| link.contains(leaf.as_str()));
    let mut wrong = Vec::new();
    for detail in warnings.iter().filter(|w| w.code == "dropped" && !w.detail.contains("abbreviation")).map(|w| &w.detail) {
        let Some((_, told)) = detail.split_once("dropped:") else { continue };
        let (told, after) = told.rsplit_once(", after “").unwrap_or((told, ""));
        // A link may begin before what of it is told, unless it is the link that is lost; that of a picture may be the address of one before.
        let itself = ["a link that leads", "an embed", "<frame>"].iter().any(|kind| detail.starts_with(kind));
        let itself = itself && !leaves(told, "link").iter().any(has_words);
        let first = |kind: &str| leaves(told, kind).iter().filter_map(number).min();
        let Some(first) = first("word").or_else(|| first("link").filter(|_| itself)) else { continue };
        let said = leaves(after, "word").last().and_then(number).unwrap_or_default();
        // It stood behind words that are no leaves.
        if said == 0 && !after.is_empty() {
            continue;
        }
        let between = spoken.iter().any(|n| said < *n && *n < first);
        if said > first || between {
            wrong.push(format!("told in a wrong place: {detail}"));
        }
    }
    wrong
}

/// What is wrong with what became of a page.
fn unaccounted(html: &str, document: &Document, warnings: &[Violation]) -> Vec<String> {
    let (mut page, mut held) = (Page::default(), Held::default());
    let place = Place { office: html.contains("mso-") || html.contains("class=Mso"), ..Place::default() };
    look(Html::parse_fragment(html).root_element(), &place, &mut page);
    hold(&document.blocks, &mut held);
    let named = name(warnings);
    let (mut wrong, mut letters, mut links) = (Vec::new(), named.letters, named.addresses);
    let mut missed = |what: String, slack: &mut usize, n: usize| match slack.checked_sub(n) {
        Some(less) => *slack = less,
        None => wrong.push(what),
    };
    let linked = |leaf: &String| held.pieces.iter().chain(&held.pictures).any(|(_, link)| link.contains(leaf.as_str()));
    let told = |leaf: &String| named.all.contains(leaf.as_str()) || held.embeds.contains(leaf.as_str());
    // Of what is long the beginning is told, and the rest counted.
    let beginning = |word: &str| {
        (1..WIDTH).rev().find(|n| word.get(..*n).is_some_and(|start| named.all.contains(&format!("{start}…")))).unwrap_or_default()
    };
    let mut counted = BTreeSet::new();
    for (word, link) in &page.words {
        let there: Vec<_> = held.pieces.iter().filter(|(text, _)| text.contains(word.as_str())).collect();
        match there.as_slice() {
            [] if !told(word) => missed(format!("the word {word}"), &mut letters, WIDTH - beginning(word)),
            [_, _, ..] => missed(format!("twice the word {word}"), &mut 0, 1),
            _ => {}
        }
        if let Some(link) = link {
            let on_it = there.iter().any(|(_, href)| href.contains(link.as_str())) || (there.is_empty() && linked(link));
            if !on_it && !told(link) && counted.insert(link.clone()) {
                missed(format!("the link {link} of {word}"), &mut links, 1);
            }
        }
    }
    let shown = |some: &BTreeSet<String>| page.pictures.iter().filter(|(other, _)| !other.is_disjoint(some)).count();
    for (some, link) in &page.pictures {
        let there: Vec<_> = held.pictures.iter().filter(|(url, _)| some.iter().any(|leaf| url.contains(leaf.as_str()))).collect();
        match there.as_slice() {
            [] if !some.iter().any(told) => missed(format!("the picture {some:?}"), &mut links, 1),
            all if all.len() > shown(some) => missed(format!("too often the picture {some:?}"), &mut 0, 1),
            _ => {}
        }
        if let Some(link) = link {
            // Of a picture that stands twice one may be told, and its link stand on others.
            let elsewhere = there.is_empty() || some.iter().any(told);
            let on_it = there.iter().any(|(_, href)| href.contains(link.as_str())) || (elsewhere && linked(link));
            // What several things stand on is lost once.
            if !on_it && !told(link) && counted.insert(link.clone()) {
                missed(format!("the link {link} of {some:?}"), &mut links, 1);
            }
        }
    }
    let dissolved = warnings.iter().any(|w| w.detail.contains("a table that only lays out") || w.detail.contains("a table within a line"));
    for cell in &held.cells {
        let of: BTreeSet<_> = leaves(cell, "word").iter().filter_map(|word| page.celled.get(word)).copied().collect();
        if of.len() > 1 && !dissolved {
            missed(format!("cells in one: {cell:?}"), &mut 0, 1);
        }
    }
    for word in page.celled.keys() {
        let tabled = held.cells.iter().any(|cell| cell.contains(word.as_str()));
        if !tabled && !dissolved && !told(word) && held.text.contains(word.as_str()) {
            missed(format!("no cell has {word}"), &mut 0, 1);
        }
    }
    let there: Vec<String> = leaves(&held.text, "word");
    let gone = page.words.iter().map(|(word, _)| word).filter(|word| !there.contains(word));
    let before = glued(&gone.fold(page.text.clone(), |text, word| text.replace(word.as_str(), "")));
    let seen = |word: &String| page.words.iter().any(|(other, _)| other == word);
    for pair in glued(&held.text).difference(&before).filter(|(one, other)| seen(one) && seen(other)) {
        missed(format!("run together: {pair:?}"), &mut 0, 1);
    }
    wrong
}

const LEAVES: [&str; 46] = [
    "{w}",
    "{w} ",
    " {w}",
    "{w} {w}",
    "{w}",
    "{w} ",
    " {w}",
    "{w} {w}",
    " ",
    "<br>",
    "<hr>",
    "&nbsp;",
    "<a href=https://x.example/{l}>{w}</a>",
    "<a href=/own/{l}>{w}</a>",
    "<a href=\"#{l}\">{w}</a>",
    "<a href={l}.html>{w}</a>",
    "<a href=https://x.example/{l}>{w} <b>{w}</b></a>",
    "<img src=https://x.example/{p}.jpg alt={w}>",
    "<img src=https://x.example/i.php?id={q}>",
    "<img src=/own/{p}.jpg alt={w}>",
    "<a href=https://x.example/{l}><img src=https://x.example/{p}.jpg></a>",
    "<img src=data:image/gif;base64,R0 data-src=https://x.example/{p}.jpg>",
    "<img src=https://x.example/{p}.jpg data-url=https://x.example/story>",
    "<input value={w}>",
    "<button>{w}</button>",
    "<iframe src=//x.example/{l}></iframe>",
    "<svg><text>{w}</text></svg>",
    "<cite>{w}</cite>",
    "<q>{w}</q>",
    "<abbr title={w}>{w}</abbr>",
    "<ruby>{w}<rt>{w}</rt></ruby>",
    "<time>{w}</time>",
    "<time datetime=2020-05-01T10:00:00Z>{w}</time>",
    "<p>{w}</p>",
    "<p>{w}</p>",
    "<blockquote>{w}</blockquote>",
    "<span style=\"mso-list:Ignore\">{w}</span>",
    "<table><tr><td>{w}</td><td>{w}</td></tr></table>",
    "<iframe srcdoc='{w} <a href=https://x.example/{l}>{w}</a> <img src=https://x.example/{p}.jpg alt={w}>'></iframe>",
    "<iframe src=https://youtu.be/abc srcdoc='<a href=https://x.example/{l}>{w}</a><img src=https://x.example/{p}.jpg>'></iframe>",
    "<span style='background:url(https://x.example/{q}.png),url(https://x.example/{q}.png)'>{w}</span>",
    "<img style='content:url(https://x.example/{q}.png)' src=https://x.example/{p}.jpg>",
    "<table background=https://x.example/{q}.png><tr background=https://x.example/{q}.png><td background=https://x.example/{q}.png>{w}</table>",
    "<button style='border-image:url(https://x.example/{q}.png)'>{w}</button>",
    "<textarea placeholder={w}></textarea>",
    "<input type=image alt={w} src=https://x.example/{p}.png>",
];

fn some(of: &'static [&'static str]) -> BoxedStrategy<String> {
    select(of).prop_map(str::to_owned).boxed()
}

/// An element of these around some of what it is given.
fn around(open: &'static [&'static str], inner: impl Strategy<Value = String> + 'static, most: usize) -> BoxedStrategy<String> {
    (select(open), vec(inner, 0..=most))
        .prop_map(|(open, inner)| format!("<{open}>{}</{}>", inner.concat(), open.split(' ').next().unwrap_or_default()))
        .boxed()
}

/// What editors and office programs put into the clipboard.
fn pasted(inner: &BoxedStrategy<String>) -> BoxedStrategy<String> {
    prop_oneof![
        2 => around(
            &[
                "ul", "ol", "ul class='lst-kix_a-1'", "ol class=numbered-list"
            ],
            around(&["li", "li data-list=ordered", "li class=ql-indent-1", "li data-aria-level=2", "li style='list-style:none'"], inner.clone(), 2),
            3,
        ),
        1 => around(&["p class=MsoQuote", "p class=MsoListParagraph", "p role=heading", "del", "ins"], inner.clone(), 2),
        1 => around(&["span class=MsoCommentText", "div style='mso-element:comment'", "xml", "span class=sr-only"], inner.clone(), 2),
        1 => around(&["amp-img src=https://x.example/{p}.jpg alt={w}", "amp-anim src=https://x.example/{p}.gif"], inner.clone(), 2),
        1 => some(&[
            "<img class=emoji alt=😀 src=https://x.example/{q}.png>",
            "<img class=emoji alt={w} src=https://x.example/{q}.png>",
            "<amp-img src=https://x.example/{p}.jpg><noscript><img src=https://x.example/{=}.jpg></noscript></amp-img>",
            "<div>[caption id=\"a\"]<img src=https://x.example/{p}.jpg> {w} <a href=https://x.example/{l}>{w}</a>[/caption]</div>",
            "<div data-oembed-url=https://youtu.be/abc>{w}</div>",
            "<div style='font-family:monospace;white-space:pre'>{w}<br>{w}</div>",
            "<span>&nbsp;</span>{w}<span style='mso-tab-count:1'>&nbsp; </span>",
        ]),
    ]
    .boxed()
}

/// The forms that have readers of their own.
fn special(inner: &BoxedStrategy<String>) -> BoxedStrategy<String> {
    let one = |open| around(open, inner.clone(), 1);
    let pictures =
        || prop_oneof![some(&["<img src=https://x.example/{p}.jpg alt={w}>", "<img src=https://x.example/{p}.jpg>"]), inner.clone()];
    let caption = || {
        around(
            &["figcaption", "p class=wp-caption-text", "a href=https://x.example/{l}"],
            prop_oneof![inner.clone(), one(&["span class=credit", "figcaption"])],
            3,
        )
    };
    let quotation = prop_oneof![
        4 => around(&["blockquote"], prop_oneof![2 => inner.clone(), 2 => one(&["p"]), 1 => one(&["cite"])], 4),
        1 => one(&["figcaption", "cite", "p"]),
        1 => inner.clone(),
    ];
    let boxed = prop_oneof![
        2 => one(&["p class=title", "h3 class=title"]),
        1 => some(&["<time datetime=2020-05-01T10:00:00Z>2020-05-01T10:00:00Z</time>", "<time>1 May 2020, {w}</time>"]),
        1 => one(&["time datetime=2020-05-01T10:00:00Z", "time"]),
        2 => inner.clone(),
    ];
    let figure = || around(&["figure", "div class=wp-caption", "figure class=embed"], prop_oneof![3 => pictures(), 2 => caption()], 3);
    let gallery = around(
        &["div class=gallery", "figure class=wp-block-gallery", "ul class=blocks-gallery-grid"],
        prop_oneof![
            2 => pictures(), 2 => figure(), 1 => around(&["li", "dl class=gallery-item"], pictures(), 2), 1 => caption()
        ],
        4,
    );
    let post = around(
        &[
            "blockquote class=twitter-tweet",
            "blockquote class=instagram-media data-instgrm-permalink=https://www.instagram.com/p/{l}/",
            "div class=fb-post data-href=https://www.facebook.com/a/posts/{l}",
            "blockquote class=tiktok-embed cite=https://www.tiktok.com/@a/video/{l}",
        ],
        prop_oneof![2 => inner.clone(), 1 => some(&["<a href=https://twitter.com/me/status/{l}>{w}</a>", "<a href=https://x.example/{l}>{w}</a>"])],
        3,
    );
    let marker = some(&[
        "<span style='mso-list:Ignore'>·<span>&nbsp; </span></span>",
        "<span style='mso-list:Ignore'>1.2.</span>",
        "<span style='mso-list:Ignore'>{w}</span>",
        "<span style='mso-list:Ignore'>· <b>{w} {w}</b></span>",
    ]);
    let word = vec(
        around(
            &["p style='mso-list:l0 level1 lfo1'", "p style='mso-list:l0 level2 lfo1'", "h2 style='mso-list:l0 level1 lfo1'", "p"],
            prop_oneof![marker, inner.clone()],
            3,
        ),
        1..4,
    );
    let lazy = some(&[
        "<img src=blank.gif>",
        "<img src=https://x.example/blank.gif data-src=https://x.example/{p}.jpg>",
        "<img src=https://x.example/{p}-150x150.jpg>",
        "<img src=https://x.example/{p}.jpg>",
        "<img src=https://x.example/i.php?id={q}>",
        "<noscript><img src=https://x.example/i.php?id={q}></noscript>",
        "<noscript><img src=https://x.example/{=}.jpg></noscript>",
        "<noscript><img src=https://x.example/{p}.jpg></noscript>",
        "<noscript>{w} <img src=https://x.example/{p}.jpg> <b>{w}</b></noscript>",
        "<noscript>{w}</noscript>",
        "<picture><img src=blank.gif></picture>",
        "<picture><source srcset='https://x.example/{p}.webp 2x'><img src=https://x.example/{=}.jpg></picture>",
        "{w}",
    ]);
    let program = around(
        &["pre", "pre", "listing"],
        prop_oneof![
            2 => inner.clone(),
            1 => some(&["<table><tr><td>{w}<td>{w}<tr><td>{w}</table>", "<dialog>{w}</dialog>", "\n", "<ruby>{w}<rp>(</rp><rt>{w}</rt></ruby>"]),
        ],
        3,
    );
    let formula = some(&[
        "<math><semantics><mi>{w}</mi><annotation>{w}</annotation></semantics></math>",
        "<p>{w}</p><col><p>{w}</p>",
        "<colgroup><col></colgroup>{w}",
        "<a href=https://x.example/{l}><object>{w}<a href=https://x.example/{l}>{w}</a></object></a>",
    ]);
    prop_oneof![
        3 => pasted(inner),
        3 => around(&["figure class=pull-quote", "figure class=wp-block-pullquote"], quotation, 3),
        3 => around(&["aside class=factbox", "section class=live-update"], boxed, 4),
        2 => figure(),
        2 => gallery,
        2 => post,
        2 => word.prop_map(|p| p.concat()),
        3 => vec(lazy, 1..5).prop_map(|p| p.concat()),
        2 => program,
        1 => formula,
    ]
    .boxed()
}

/// What stands in no link: a link within it would end that one for whoever runs no scripts.
const TOP: [&str; 4] = [
    "<img src=blank.gif><noscript><a href=https://x.example/{l}><img src=https://x.example/{p}.jpg></a> <a href=/own/{l}>{w}</a></noscript>",
    "<img src=https://x.example/{p}.jpg alt={w}><noscript><a href=/own/{l}><img src=https://x.example/{=}-30x20.jpg>{w}</a></noscript>",
    "<div>{w}<template shadowrootmode=open><p>{w} <a href=/own/{l}>{w}</a><img src=https://x.example/{p}.jpg></p>{w}</template>{w}</div>",
    "<frameset><frame src=https://x.example/{l}><noframes><p>{w} {w}</noframes></frameset>",
];

fn nested() -> impl Strategy<Value = String> {
    some(&LEAVES).prop_recursive(4, 40, 4, |inner| {
        let any = (select(&NAMES[..]), select(&ATTRIBUTES[..]), vec(inner.clone(), 0..4)).prop_map(|(name, attrs, inner)| {
            // Rows and cells without a table get one, which the tree that is looked at has not.
            let tabled = matches!(name, "tr" | "td" | "th" | "thead" | "tbody" | "tfoot" | "caption" | "col" | "colgroup");
            let name = if tabled || name == "rp" { "div" } else { name };
            let end = name.split(' ').next().unwrap_or_default();
            format!("<{name}{attrs}>{}</{end}>", inner.concat())
        });
        let wrapped = around(&["a href=https://x.example/{l}", "b", "div", "a href=/own/{l}", "li"], special(&inner.clone().boxed()), 2);
        let cells = around(&["td", "th"], inner.clone(), 2);
        let table = around(&["table", "table", "table role=presentation"], around(&["tr"], cells, 3), 3);
        prop_oneof![3 => any, 4 => special(&inner.boxed()), 2 => wrapped, 1 => table]
    })
}

const LINES: [&str; 24] = [
    "{w} {w}",
    "## {w} `{w}`",
    "- {w}",
    "  - {w}",
    "> {w}",
    "| {w} | {w} |\n| - | - |\n| {w} | {w} |",
    "| {w} | {w} |\n| - | - |\n| {w} | {w} | [{w}](https://x.example/{l}) **{w}** | {w} |",
    "| {w} |\n| - |\n| {w} | `{w} \\| {w}` | ![{w}](https://x.example/{p}.jpg) | <b>{w}</b> |\n| {w} |",
    "| {w} | {w} \\| {w} | *{w}* | {w}",
    "```\n{w}\n```",
    "[{w}](https://x.example/{l}) [{w}](/own/{l})",
    "[{w}]({l}.html)",
    "![{w}](https://x.example/{p}.jpg)",
    "{w}[^1] {w}",
    "[^1]: {w}",
    "<https://x.example/{l}>",
    "**{w}** and *{w}*",
    "{w}\\\n{w}",
    "<aside class=factbox>\n<time>{w}</time>\n\n{w}\n\n</aside>\n",
    "<figure class=pull-quote><blockquote>{w} <cite>{w}</cite></blockquote></figure>\n",
    "<td>{w}</td><td>{w}</td>\n",
    "<pre><table><tr><td>{w}</td><td>{w}</td></tr></table></pre>\n",
    "[a]: https://x.example/d",
    "",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 800, ..ProptestConfig::default() })]

    #[test]
    fn every_leaf_of_any_html_is_there_with_its_link_in_its_cell_or_told(template in vec(prop_oneof![9 => nested().boxed(), 1 => some(&TOP)], 1..4).prop_map(|p| p.concat())) {
        let page = numbered(&template);
        let Ok((document, warnings)) = parse::read(&page, &mut mint()) else { return Ok(()) };
        let mut wrong = unaccounted(&page, &document, &warnings);
        // A column in a cell puts what comes after it before the table.
        if !page.contains("<col") {
            wrong.extend(misplaced(&document, &warnings));
        }
        // The tree that is looked at has no frames.
        let all = name(&warnings).all;
        wrong.extend(page.split("<frame src=").skip(1).filter_map(|rest| leaves(rest, "link").into_iter().next()).filter(|leaf| !all.contains(leaf.as_str())));
        wrong.extend(broken_again(&document));
        prop_assert!(wrong.is_empty(), "{:#?}\n{}\n{}\n{:#?}", wrong, page, html::write(&document), warnings);
    }

    #[test]
    fn every_leaf_of_any_markdown_is_there_with_its_link_in_its_cell_or_told(lines in vec((select(&LINES[..]), any::<bool>()), 1..8)) {
        let text = numbered(&lines.iter().map(|(line, parted)| format!("{line}\n{}", if *parted { "\n" } else { "" })).collect::<String>());
        let (document, warnings) = markdown::read(&text, &mut mint()).unwrap();
        // GitHub leaves out what stands beyond the columns, so that every word is looked for that was sent.
        let mut wrong = unaccounted(&markdown_as_html(&text), &document, &warnings);
        let (mut held, named) = (Held::default(), name(&warnings).all);
        hold(&document.blocks, &mut held);
        let there = held.pieces.iter().chain(&held.pictures).fold(named, |all, (text, link)| all + text + " " + link + "\n");
        let sent = ["word", "link", "pict"].iter().flat_map(|kind| leaves(&text, kind));
        wrong.extend(sent.filter(|leaf| !there.contains(leaf.as_str())));
        wrong.extend(broken_again(&document));
        prop_assert!(wrong.is_empty(), "{:#?}\n{}\n{}\n{:#?}", wrong, text, html::write(&document), warnings);
    }
}
