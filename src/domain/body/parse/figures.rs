//! Pictures with their captions, galleries, and quotations set apart.

use scraper::{ElementRef, Node as Html};

use super::{
    super::{Block, Image, Inline, Mark, Node, anchors, escaping::VERBATIM, pictures, provider, push_text, text::of_inlines},
    Builder, Context, addresses,
    balance::fits,
    emoji, has_class, link_in,
    losses::Loss,
    names::known,
    style::Style,
};
use crate::domain::text::{folded, limits};

/// True for an element, and for words that are not blank.
fn is_said(node: &Html) -> bool {
    node.is_element() || node.as_text().is_some_and(|text| !text.trim().is_empty())
}

fn is_gallery(element: ElementRef<'_>) -> bool {
    ["gallery", "wp-block-gallery", "tiled-gallery", "blocks-gallery-grid"].into_iter().any(|class| has_class(element, class))
}

/// True for what holds pictures or other things together with their captions.
pub(super) fn is_figure(element: ElementRef<'_>) -> bool {
    let held = ["wp-caption", "gallery-item"].into_iter().any(|class| has_class(element, class));
    element.value().name() == "figure" || (element.value().name() != "ul" && (held || is_gallery(element)))
}

/// True for what says something of the figure that it stands in.
pub(super) fn is_caption(element: ElementRef<'_>) -> bool {
    element.value().name() == "figcaption"
        || ["wp-caption-text", "gallery-caption", "blocks-gallery-item__caption"].into_iter().any(|class| has_class(element, class))
}

/// Blocks with others put between them, each behind so many of the first.
fn merged(blocks: Vec<Block>, between: Vec<(usize, Vec<Block>)>) -> Vec<Block> {
    let mut out = Vec::new();
    let mut rest = blocks.into_iter();
    let mut taken = 0usize;
    for (at, mut others) in between {
        out.extend(rest.by_ref().take(at.saturating_sub(taken)));
        taken = taken.max(at);
        out.append(&mut others);
    }
    out.extend(rest);
    out
}

/// What is said of a figure, which is read when all of the figure is known.
pub(super) struct Caption<'t> {
    /// How many blocks there are before it.
    pub(super) before: usize,
    pub(super) element: ElementRef<'t>,
    /// The marks around its words.
    pub(super) marks: Vec<Mark>,
    /// The place that is reserved for it.
    pub(super) place: usize,
}

/// A picture that is there: its address however large, what is said of it, and where it leads.
pub(super) struct Twin {
    url: String,
    alt: String,
    link: Option<String>,
}

/// The elements before and behind one.
fn neighbours(element: ElementRef<'_>) -> [Option<ElementRef<'_>>; 2] {
    [element.prev_siblings().find_map(ElementRef::wrap), element.next_siblings().find_map(ElementRef::wrap)]
}

/// The picture that an `<img>` is kept as, however large.
fn kept_as(element: ElementRef<'_>) -> Option<String> {
    addresses::picture(element).filter(|_| known(element.value().name()) == "img").map(|url| addresses::alike(&url))
}

impl<'t> Context<'_> {
    pub(super) fn figure(&mut self, builder: &mut Builder<'t>, element: ElementRef<'t>, marks: &[Mark]) {
        self.flush(builder);
        if self.pull_quote(builder, element, marks) || self.link_alone(builder, element, marks) {
            return;
        }
        let mut inner = Builder { figure: true, ..Builder::at(builder.depth) };
        self.children(&mut inner, element, marks);
        self.flush(&mut inner);
        let (mut blocks, captions) = (inner.done, inner.captions);
        let images = blocks.iter().filter(|b| matches!(b.node, Node::Image(_) | Node::Gallery(_))).count();
        let alone = blocks.iter().all(|b| matches!(b.node, Node::Image(_) | Node::Gallery(_) | Node::Paragraph(_)));
        let many = images > 1 && alone;
        let single = blocks.iter().position(|b| matches!(b.node, Node::Image(_))).filter(|_| images == 1 && alone);
        let mut said_below = Vec::new();
        for Caption { before: at, element: caption, marks: around, place } in captions {
            let stands = self.losses.reserved(place);
            let behind = self.losses.go_to(stands);
            let one =
                single.and_then(|n| blocks.get_mut(n)).and_then(|b| if let Node::Image(image) = &mut b.node { Some(image) } else { None });
            let below = self.caption(builder.depth, caption, one, &around);
            let ended = self.losses.go_to(behind);
            self.losses.settle(place, ended);
            said_below.push((if many { blocks.len() } else { at }, below));
        }
        blocks = merged(blocks, said_below);
        let said = is_gallery(element) && images > 0;
        if builder.room() && (many || said) {
            let (pictures, rest): (Vec<_>, Vec<_>) = blocks.into_iter().partition(|b| matches!(b.node, Node::Image(_) | Node::Gallery(_)));
            let pictures = pictures.into_iter().flat_map(|b| if let Node::Gallery(inner) = b.node { inner } else { vec![b] }).collect();
            self.finish(builder, Node::Gallery(pictures));
            blocks = rest;
        }
        builder.done.extend(blocks);
    }

    /// What is said of a figure: written to its picture, or else given as blocks.
    fn caption(&mut self, depth: usize, element: ElementRef<'t>, picture: Option<&mut Image>, marks: &[Mark]) -> Vec<Block> {
        let (before, place) = (self.kept, self.losses.place());
        let below = self.said_below(depth, element, picture, marks);
        if let Some(href) = link_in(marks).filter(|_| self.kept == before) {
            self.lose_address_at("a link without words and pictures", &href, place);
        }
        below
    }

    fn said_below(&mut self, depth: usize, element: ElementRef<'t>, picture: Option<&mut Image>, marks: &[Mark]) -> Vec<Block> {
        let bare = picture.filter(|image| image.caption.is_empty() && image.credit.is_empty());
        let Some(image) = bare else {
            let mut below = Builder::at(depth);
            self.tell_behind(element);
            self.children(&mut below, element, marks);
            self.flush(&mut below);
            self.direction(element);
            self.named(element, &mut below.done);
            return below.done;
        };
        self.own(element, &mut []);
        if element.value().attr("lang").is_some_and(|tag| tag.parse().ok().as_ref() != self.locale) {
            self.drop("the language of a caption");
        }
        let around = self.credits.replace(Vec::new());
        let (line, mut below) = self.line(element, marks);
        let credits = std::mem::replace(&mut self.credits, around).unwrap_or_default().join(" ");
        if !fits(&folded(&of_inlines(&line)), limits::CAPTION) || !fits(&folded(&credits), limits::CREDIT) {
            let mut line = line;
            push_text(&mut line, &format!(" {credits}"), &[]);
            below.insert(0, self.block(Node::Paragraph(super::trimmed(line))));
            return below;
        }
        image.caption = self.plain(&line, "a caption");
        image.credit = folded(&credits);
        below
    }

    /// True for the credit inside a caption.
    pub(super) fn is_credit(&self, element: ElementRef<'_>) -> bool {
        self.credits.is_some() && element.value().classes().any(|class| class.to_ascii_lowercase().contains("credit"))
    }

    pub(super) fn credit(&mut self, builder: &mut Builder<'t>, element: ElementRef<'t>, marks: &[Mark]) {
        let mut around = self.credits.take().unwrap_or_default();
        let (line, beside) = self.line_of(element, marks);
        around.push(self.plain(&line, "a credit"));
        builder.done.extend(beside);
        // Words before and after it are not one word.
        push_text(&mut builder.line, " ", &[]);
        self.credits = Some(around);
    }

    /// A figure that is a quotation set apart, with whose it is and nothing else.
    fn pull_quote(&mut self, builder: &mut Builder<'t>, element: ElementRef<'t>, marks: &[Mark]) -> bool {
        if !["pull-quote", "wp-block-pullquote"].into_iter().any(|class| has_class(element, class)) {
            return false;
        }
        let (mut quotes, mut captions) = (Vec::new(), Vec::new());
        for child in element.children().filter(|node| is_said(node.value())) {
            match ElementRef::wrap(child).map(|e| (e, e.value().name())) {
                Some((quote, "blockquote")) if !Style::of(quote).hidden => quotes.push(quote),
                Some((caption, "figcaption")) => captions.push(caption),
                _ => return false,
            }
        }
        let (&[quote], [] | [_]) = (quotes.as_slice(), captions.as_slice()) else { return false };
        // Without a caption a `cite` is whose it is, where it stands at the end.
        let is_cite = |e: &ElementRef<'_>| captions.is_empty() && e.value().name() == "cite";
        let cite = quote.children().rev().find(|node| is_said(node.value())).and_then(ElementRef::wrap).filter(is_cite);
        if quote.children().filter_map(ElementRef::wrap).any(|e| is_cite(&e) && cite != Some(e)) {
            return false;
        }
        // Whose it is may stand before it.
        let is_first = captions.first().is_some_and(|by| by.next_siblings().any(|node| node.id() == quote.id()));
        let mut first = captions.first().filter(|_| is_first).map(|by| self.attributed(*by, marks));
        self.tell_behind(quote);
        let own = self.marks(quote, &Style::of(quote), marks);
        let (text, mut below) = self.line_but(quote, cite.as_slice(), own.as_deref().unwrap_or(marks));
        let by = first.take().or_else(|| captions.first().copied().or(cite).map(|by| self.attributed(by, marks)));
        let (attribution, beside) = by.unwrap_or_default();
        below.extend(beside);
        if fits(&attribution, limits::CREDIT) {
            self.finish(builder, Node::PullQuote { text, attribution });
        } else {
            below.insert(0, self.block(Node::Paragraph(vec![Inline::Text { text: attribution, marks: Vec::new() }])));
            self.finish(builder, Node::PullQuote { text, attribution: String::new() });
        }
        self.direction(quote);
        self.named(quote, builder.done.last_mut().map(std::slice::from_mut).unwrap_or_default());
        builder.done.extend(below);
        true
    }

    /// The name of who is quoted, and what stands beside it.
    fn attributed(&mut self, by: ElementRef<'t>, marks: &[Mark]) -> (String, Vec<Block>) {
        let (line, beside) = self.line_of(by, marks);
        (self.plain(&line, "the name of who is quoted"), beside)
    }

    /// A figure of class `embed` that is a link and nothing else: how an embed is written here.
    fn link_alone(&mut self, builder: &mut Builder<'t>, element: ElementRef<'t>, marks: &[Mark]) -> bool {
        let mut inner = element.children().filter(|n| n.value().as_text().is_none_or(|t| !t.trim().is_empty()));
        let (Some(only), None) = (inner.next().and_then(ElementRef::wrap), inner.next()) else { return false };
        let Some(url) = only.value().attr("href").filter(|_| only.value().name() == "a" && has_class(element, "embed")) else {
            return false;
        };
        let place = self.losses.place();
        let (line, beside) = self.line(only, marks);
        let title = self.plain(&line, "the title of an embed");
        let url = addresses::web(url).unwrap_or_else(|| url.to_owned());
        if provider(&url).is_none() {
            // Its words go with it.
            self.losses.go_to(place);
        }
        self.embed(builder, url, title);
        builder.done.extend(beside);
        true
    }

    /// The value of an attribute, cleaned; repaired unless the element says that it is as it should be.
    pub(super) fn attribute(&mut self, element: ElementRef<'_>, name: &str) -> String {
        let repair = self.repair;
        self.repair = repair && element.value().attr(VERBATIM).is_none();
        let clean = self.clean(element.value().attr(name).unwrap_or_default());
        self.repair = repair;
        folded(&clean)
    }

    /// What stands beside a picture, or in one of AMP's, for pages that run no scripts: the picture itself, unless it is there, and whatever else.
    pub(super) fn noscript(&mut self, builder: &mut Builder<'t>, element: ElementRef<'t>, marks: &[Mark]) {
        if self.image_in(element).is_none() {
            return self.lose("<noscript>", element);
        }
        let around = element.parent().and_then(ElementRef::wrap).filter(|e| known(e.value().name()) == "img");
        let beside = neighbours(element).into_iter().chain([around]).flatten().filter(|e| e.value().name() != "noscript");
        let beside: Vec<_> = beside.filter_map(|e| self.image_in(e)).collect();
        let own: Vec<String> = element.descendants().filter_map(ElementRef::wrap).filter_map(kept_as).collect();
        let twin = beside.into_iter().find_map(|img| kept_as(img).filter(|url| own.contains(url)).map(|url| (url, img)));
        let twin = twin.map(|(url, img)| {
            let around = img.parent().and_then(ElementRef::wrap).and_then(|e| e.value().attr("href"));
            let link = around.map_or_else(|| link_in(marks).map(|href| href.address), |href| anchors::link(&addresses::absolute(href)));
            Twin { url, alt: self.attribute(img, "alt"), link }
        });
        let around = std::mem::replace(&mut self.twin, twin);
        self.children(builder, element, marks);
        self.flush(builder);
        self.twin = around;
    }

    /// The first picture that is shown in an element, or the element itself.
    fn image_in(&mut self, element: ElementRef<'t>) -> Option<ElementRef<'t>> {
        let mut next = vec![element];
        // Ends: each round takes an element, and none is put there twice.
        while let Some(element) = next.pop() {
            self.spend(element.value().attr("style").map_or(1, str::len));
            if self.left_out_as(element, &Style::of(element)).is_some() || self.stopped.is_some() {
                continue;
            }
            if known(element.value().name()) == "img" && emoji::shown(element).is_none() {
                return Some(element);
            }
            next.extend(element.children().filter_map(ElementRef::wrap).rev());
        }
        None
    }

    pub(super) fn picture(&mut self, builder: &mut Builder<'t>, element: ElementRef<'t>, marks: &[Mark]) {
        self.flush(builder);
        let attr = |name: &str| element.value().attr(name).unwrap_or_default();
        self.spend(attr("srcset").len().saturating_add(attr("data-srcset").len()));
        let around = element.parent().and_then(ElementRef::wrap).filter(|e| e.value().name() == "picture");
        self.spend(around.map_or(0, |picture| picture.children().count()));
        let media = element.value().attr("src").and_then(pictures::named);
        let url = if media.is_some() { Some(String::new()) } else { addresses::picture(element) };
        // It may be shown by what stands there for pages that run no scripts.
        let shows = url.clone().or_else(|| addresses::said(element));
        let stands_in = media.is_none() && shows.is_none_or(|url| addresses::is_placeholder(&url));
        let beside = if stands_in { neighbours(around.unwrap_or(element)) } else { [None, None] };
        let beside = beside.into_iter().flatten().filter(|e| e.value().name() == "noscript");
        let real = beside.filter_map(|e| self.image_in(e)).find(|img| addresses::picture(*img).is_some());
        let alt = self.attribute(element, "alt");
        if let Some(real) = real {
            if !alt.is_empty() && alt != self.attribute(real, "alt") {
                self.losses.note("what a placeholder says of its picture", &Loss { words: alt, addresses: Vec::new() });
            }
            return;
        }
        let Some(url) = url else {
            let link = link_in(marks).map(|href| href.address);
            let addresses = addresses::said(element).into_iter().chain(link).collect();
            let is_long = addresses::said(element).is_some_and(|said| addresses::is_long(&said));
            let what = if is_long { addresses::long("an image") } else { "an image without an absolute http or https address".to_owned() };
            return self.losses.note(&what, &Loss { words: alt, addresses });
        };
        if let Some(twin) = self.twin.as_ref().filter(|twin| twin.url == addresses::alike(&url)) {
            let words = if alt == twin.alt { String::new() } else { alt };
            let addresses: Vec<_> =
                link_in(marks).map(|href| href.address).filter(|link| twin.link.as_ref() != Some(link)).into_iter().collect();
            if !words.is_empty() || !addresses.is_empty() {
                self.losses.note("what is said of a picture a second time", &Loss { words, addresses });
            }
            self.kept = self.kept.saturating_add(1);
            return;
        }
        let size = attr("width").parse().ok().zip(attr("height").parse().ok());
        let size = size.filter(|(w, h)| media.is_none() && (1..=100_000).contains(w) && (1..=100_000).contains(h));
        let long = (!fits(&alt, limits::ALT)).then(|| alt.clone());
        let alt = if long.is_some() { String::new() } else { alt };
        let image = Image { media, url, alt, size, href: link_in(marks), ..Image::default() };
        self.finish(builder, Node::Image(image));
        if let Some(text) = long {
            self.finish(builder, Node::Paragraph(vec![Inline::Text { text, marks: Vec::new() }]));
        }
    }
}
