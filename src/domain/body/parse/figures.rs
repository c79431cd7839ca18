//! Pictures, quotations set apart, and what is shown from other sites.

use scraper::ElementRef;

use super::{
    super::{Image, Mark, Node, html::VERBATIM, provider},
    Builder, Context, has_class, link_in,
};
use crate::domain::{text::folded, url::web_address};

/// What a figure is made of.
#[derive(Default)]
struct Figure<'e> {
    caption: Option<ElementRef<'e>>,
    image: Option<ElementRef<'e>>,
    link: Option<ElementRef<'e>>,
    more: bool,
}

fn child<'e>(element: ElementRef<'e>, name: &str) -> Option<ElementRef<'e>> {
    element.children().filter_map(ElementRef::wrap).find(|e| e.value().name() == name)
}

impl Context<'_> {
    pub(super) fn figure(&mut self, builder: &mut Builder, element: ElementRef<'_>, marks: &mut Vec<Mark>) {
        self.flush(builder);
        let quote = child(element, "blockquote").filter(|_| has_class(element, "pull-quote"));
        if let Some(quote) = quote {
            let attribution = child(element, "figcaption").map(|c| self.string(c)).unwrap_or_default();
            let text = self.inlines(quote);
            return self.finish(builder, Node::PullQuote { text, attribution });
        }
        let holds = self.within(element);
        if has_class(element, "embed") {
            let link = holds.link.map(|a| (a.value().attr("href").unwrap_or_default().to_owned(), folded(&self.all_text(a))));
            self.embed(builder, link.unwrap_or_default());
        } else if let (Some(image), false) = (holds.image, holds.more) {
            let around = image.ancestors().take_while(|node| node.id() != element.id()).filter_map(ElementRef::wrap);
            let href = around.into_iter().find(|e| e.value().name() == "a").map_or_else(|| link_in(marks), |a| self.link(a));
            self.picture(builder, image, holds.caption, href);
        } else {
            self.children(builder, element, marks);
            self.flush(builder);
        }
    }

    /// What a figure is made of: the first of each kind.
    fn within<'e>(&mut self, figure: ElementRef<'e>) -> Figure<'e> {
        let mut found = Figure::default();
        for node in figure.descendants() {
            self.spend(1);
            let Some(element) = ElementRef::wrap(node) else { continue };
            match element.value().name() {
                "figcaption" => _ = found.caption.get_or_insert(element),
                "img" => _ = found.image.get_or_insert(element),
                "a" => _ = found.link.get_or_insert(element),
                "table" | "iframe" => found.more = true,
                _ => {}
            }
        }
        found
    }

    /// The value of an attribute, cleaned; repaired unless the element says that it is as it should be.
    fn attribute(&mut self, element: ElementRef<'_>, name: &str) -> String {
        let repair = self.repair;
        self.repair = repair && element.value().attr(VERBATIM).is_none();
        let clean = self.clean(element.value().attr(name).unwrap_or_default());
        self.repair = repair;
        folded(&clean)
    }

    pub(super) fn picture(
        &mut self,
        builder: &mut Builder,
        element: ElementRef<'_>,
        caption: Option<ElementRef<'_>>,
        href: Option<String>,
    ) {
        self.flush(builder);
        let attr = |name: &str| element.value().attr(name).unwrap_or_default();
        let Some(url) = web_address(attr("src")) else {
            self.drop("an image without an absolute http or https address");
            return;
        };
        let credit = caption.and_then(|c| c.descendants().filter_map(ElementRef::wrap).find(|e| has_class(*e, "credit")));
        let whole = caption.map(|c| self.all_text(c)).unwrap_or_default();
        let credit = credit.map(|c| self.all_text(c)).unwrap_or_default();
        let caption = whole.trim_end().strip_suffix(credit.trim_end()).unwrap_or(&whole);
        let size = attr("width").parse().ok().zip(attr("height").parse().ok());
        let size = size.filter(|(w, h)| (1..=100_000).contains(w) && (1..=100_000).contains(h));
        let image = Image { url, alt: self.attribute(element, "alt"), caption: folded(caption), credit: folded(&credit), size, href };
        self.finish(builder, Node::Image(image));
    }

    pub(super) fn frame(&mut self, builder: &mut Builder, element: ElementRef<'_>) {
        let title = self.attribute(element, "title");
        self.embed(builder, (element.value().attr("src").unwrap_or_default().to_owned(), title));
    }

    fn embed(&mut self, builder: &mut Builder, (url, title): (String, String)) {
        self.flush(builder);
        match web_address(&url).filter(|url| provider(url).is_some()) {
            Some(url) => {
                let title = if title == url { String::new() } else { title };
                self.finish(builder, Node::Embed { url, title });
            }
            None => self.drop("an embed of an unknown provider"),
        }
    }
}
