//! What is shown from other sites: frames, players, and what their providers give editors to paste.

use scraper::ElementRef;

use super::{
    super::{Inline, Mark, Node, provider},
    Builder, Context, addresses, has_class, is_seen,
    losses::Loss,
};
use crate::domain::text::limits;

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
        let links = line.iter().flat_map(|inline| match inline {
            Inline::Text { marks, .. } => marks.as_slice(),
            Inline::HardBreak => &[],
        });
        let mut addresses: Vec<String> =
            links.filter_map(|m| if let Mark::Link { href } = m { Some(href.clone()) } else { None }).collect();
        addresses.dedup();
        addresses.retain(|a| addresses::alike(a) != addresses::alike(&url));
        if !addresses.is_empty() {
            self.losses.note("a link in a post of another site", &Loss { words: String::new(), addresses });
        }
        let title = crate::domain::text::folded(&super::super::text::of_inlines(&line));
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
        let most = limits::CAPTION.max.saturating_add(1);
        let mut count = 0usize;
        for node in element.descendants() {
            self.spend(1);
            let length = node.value().as_text().map_or(0, |text| text.chars().take(most).count());
            self.spend(length);
            count = count.saturating_add(length);
            if count >= most {
                return true;
            }
        }
        false
    }

    /// A frame or a player.
    pub(super) fn medium(&mut self, builder: &mut Builder<'t>, element: ElementRef<'t>, marks: &[Mark]) {
        self.flush(builder);
        let name = element.value().name();
        let given = ["src", "data-src", "data-lazy-src", "data"].into_iter().filter_map(|name| element.value().attr(name));
        let params = element.children().filter_map(ElementRef::wrap).filter(|e| e.value().name() == "param");
        let movie = params.filter_map(|p| p.value().attr("value"));
        let url = given
            .chain(movie)
            .filter_map(addresses::web)
            .map(|url| url.replacen("http://", "https://", 1))
            .find(|url| provider(url).is_some());
        if let Some(url) = url.filter(|_| !matches!(name, "video" | "audio")) {
            let title = self.attribute(element, "title");
            return self.embed(builder, url, title);
        }
        match name {
            "iframe" => self.lose("an embed of an unknown provider", element),
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
        let known = provider(&url).is_some() && title.chars().count() <= limits::CAPTION.max;
        if known {
            self.finish(builder, Node::Embed { url, title });
        } else {
            self.losses.note("an embed of an unknown provider", &Loss { words: title, addresses: vec![url] });
        }
    }
}
