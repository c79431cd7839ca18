//! What is shown from other sites: frames, players, and what their providers give editors to paste.

use std::borrow::Cow;

use scraper::ElementRef;

use super::{
    super::{Inline, Mark, Node, provider, text::of_inlines},
    Builder, Context, addresses,
    balance::fits,
    has_class, is_seen,
    losses::Loss,
    names::known,
};
use crate::domain::text::{folded, limits};

/// The address that a line consists of, when it is that of something a provider shows.
pub(super) fn alone(line: &[Inline]) -> Option<String> {
    let [Inline::Text { text, marks }] = line else { return None };
    let only = match marks.as_slice() {
        [] => true,
        [Mark::Link { href }] => href.trim_end_matches('/') == text.trim_end_matches('/'),
        _ => false,
    };
    if only { addresses::shown(text.trim_matches(|c| !is_seen(c))) } else { None }
}

/// What providers give editors to paste, by its class, with the attribute that has the address.
const WIDGETS: [(&str, &str); 11] = [
    ("twitter-tweet", "cite"),
    ("twitter-video", "cite"),
    ("instagram-media", "data-instgrm-permalink"),
    ("tiktok-embed", "cite"),
    ("fb-post", "data-href"),
    ("fb-video", "data-href"),
    ("text-post-media", "data-text-post-permalink"),
    ("bluesky-embed", "cite"),
    ("flourish-embed", "data-src"),
    ("threads-post", "data-text-post-permalink"),
    ("twitter-timeline", "href"),
];

/// What is told of what cannot be embedded.
fn unknown(address: &str) -> Cow<'static, str> {
    if addresses::is_long(address) { addresses::long("an embed").into() } else { "an embed of an unknown provider".into() }
}

impl<'t> Context<'_> {
    /// Something of a provider's that is pasted as a quotation or an empty box; false for anything else.
    pub(super) fn widget(&mut self, builder: &mut Builder<'t>, element: ElementRef<'t>, marks: &[Mark]) -> bool {
        let Some((class, attribute)) = WIDGETS.iter().find(|(class, _)| has_class(element, class)) else { return false };
        let said = element.value().attr(attribute).map(|url| match *class {
            "flourish-embed" => format!("https://public.flourish.studio/{}", url.split('?').next().unwrap_or(url)),
            _ => addresses::absolute(url),
        });
        let said = said.and_then(|url| addresses::shown(&url));
        let Some(url) = said.or_else(|| self.last_shown(element)) else { return false };
        // Before it is read, so that nothing is read twice.
        if self.is_long(element) {
            return false;
        }
        let (line, beside) = self.line(element, marks);
        let title = folded(&of_inlines(&line));
        if !fits(&title, limits::CAPTION) {
            // With the signs that were added to its words.
            self.finish(builder, Node::Embed { url, title: String::new() });
            self.finish(builder, Node::Paragraph(line));
            builder.done.extend(beside);
            return true;
        }
        self.tell_links(&line, "a link in a post of another site", |href| addresses::alike(href) != addresses::alike(&url));
        self.finish(builder, Node::Embed { url, title });
        builder.done.extend(beside);
        true
    }

    /// The address of the last link in an element that leads to something a provider shows: the date below a post links to it, after the links
    /// within. Below an element that has none it is not looked for again.
    fn last_shown(&mut self, element: ElementRef<'_>) -> Option<String> {
        if self.linkless.is_some() {
            return None;
        }
        let links: Vec<&str> = element.descendants().filter_map(ElementRef::wrap).filter_map(|e| e.value().attr("href")).collect();
        self.spend(element.descendants().count());
        for link in links.into_iter().rev() {
            self.spend(link.len());
            let shown = addresses::shown(link).filter(|_| self.stopped.is_none());
            if shown.is_some() || self.stopped.is_some() {
                return shown;
            }
        }
        self.linkless = Some(self.level);
        None
    }

    /// True for an element with more words than a title may have.
    fn is_long(&mut self, element: ElementRef<'_>) -> bool {
        let (mut words, mut seen) = (String::new(), 0usize);
        for node in element.descendants() {
            let text = node.value().as_text().map_or("", |text| text);
            self.spend(text.len().saturating_add(1));
            words.push_str(text);
            seen = seen.saturating_add(text.bytes().filter(|byte| !byte.is_ascii_whitespace()).count());
            if seen > limits::CAPTION.most_bytes() || self.stopped.is_some() {
                return true;
            }
        }
        !fits(&folded(&words), limits::CAPTION)
    }

    /// An element of an editor's or of a script's for something of a provider's, which says its address or its name there; false for
    /// anything else.
    pub(super) fn player(&mut self, builder: &mut Builder<'t>, element: ElementRef<'t>) -> bool {
        let (name, attr) = (element.value().name(), |name: &str| element.value().attr(name).filter(|value| !value.trim().is_empty()));
        let of = |site: &str, attribute: &str| attr(attribute).map(|id| format!("https://{site}{}", id.trim()));
        let said = match name {
            "oembed" => attr("url").map(addresses::absolute),
            "amp-youtube" => of("www.youtube.com/watch?v=", "data-videoid"),
            "lite-youtube" => of("www.youtube.com/watch?v=", "videoid"),
            "amp-vimeo" => of("vimeo.com/", "data-videoid"),
            "lite-vimeo" => of("vimeo.com/", "videoid"),
            "amp-dailymotion" => of("www.dailymotion.com/video/", "data-videoid"),
            "amp-twitter" => of("x.com/i/status/", "data-tweetid"),
            "amp-instagram" => of("www.instagram.com/p/", "data-shortcode"),
            "amp-facebook" => attr("data-href").map(addresses::absolute),
            // What is shown in it is read, where there is something.
            _ => attr("data-oembed-url").filter(|_| element.first_child().is_none()).map(addresses::absolute),
        };
        if let Some(url) = said {
            self.flush(builder);
            self.embed(builder, addresses::web(&url).map_or(url, |url| url.replacen("http://", "https://", 1)), String::new());
            return name.contains('-') || name == "oembed" || element.first_child().is_none();
        }
        // An element of a script's, with an address and nothing that a reader without the script would see.
        let addressed =
            name.contains('-') && ["src", "url", "href", "data-src", "data-href", "data-url"].into_iter().any(|a| attr(a).is_some());
        let lost = addressed && element.first_child().is_none();
        if lost {
            self.lose(&format!("<{name}>"), element);
        }
        lost
    }

    /// A frame or a player.
    pub(super) fn medium(&mut self, builder: &mut Builder<'t>, element: ElementRef<'t>, marks: &[Mark]) {
        self.flush(builder);
        let name = known(element.value().name());
        let given = ["src", "data-src", "data-lazy-src", "data"].into_iter().filter_map(|name| element.value().attr(name));
        let page = element.value().attr("srcdoc").filter(|_| name == "iframe");
        let params = element.children().filter_map(ElementRef::wrap).filter(|e| e.value().name() == "param");
        let movie = params.filter_map(|p| p.value().attr("value"));
        let url = given
            .chain(movie)
            .filter_map(addresses::web)
            .map(|url| url.replacen("http://", "https://", 1))
            .find(|url| provider(url).is_some());
        if let Some(url) = url.filter(|_| !matches!(name, "video" | "audio")) {
            let title = self.attribute(element, "title");
            if let Some(page) = page {
                self.tell_framed(page);
            }
            return self.embed(builder, url, title);
        }
        if let Some(page) = page {
            // It is shown in the place of what the address leads to.
            if let Some(src) = element.value().attr("src").filter(|src| !src.trim().is_empty()) {
                self.lose_address(&unknown(src), src);
            }
            return self.framed(builder, page);
        }
        match name {
            "iframe" => self.lose(&unknown(element.value().attr("src").unwrap_or_default()), element),
            // What stands in the place of what nobody can show any more.
            "object" => {
                if let Some(data) = element.value().attr("data") {
                    self.lose_address("<object>", data);
                } else {
                    self.drop("<object>");
                }
                self.children(builder, element, marks);
                self.flush(builder);
            }
            _ => self.lose(&format!("<{name}>"), element),
        }
    }

    pub(super) fn embed(&mut self, builder: &mut Builder<'t>, url: String, title: String) {
        let title = if title == url { String::new() } else { title };
        if provider(&url).is_some() {
            let (title, long) = if fits(&title, limits::CAPTION) { (title, String::new()) } else { (String::new(), title) };
            self.finish(builder, Node::Embed { url, title });
            if !long.is_empty() {
                self.finish(builder, Node::Paragraph(vec![Inline::Text { text: long, marks: Vec::new() }]));
            }
        } else {
            self.losses.note(&unknown(&url), &Loss { words: title, addresses: vec![url] });
        }
    }
}
