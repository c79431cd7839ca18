//! Shortcodes of `WordPress`: what stands in brackets between words, and becomes something else on the page.

use std::ops::Range;

use super::provider;
use crate::domain::url::web_address;

/// A shortcode in a text.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Shortcode<'s> {
    /// What begins or ends a picture with its caption.
    Caption {
        /// It ends one.
        ends: bool,
    },
    /// The address of something to embed.
    Embed(&'s str),
    /// What only the site that it comes from can show.
    Other,
}

impl<'s> Shortcode<'s> {
    /// The first shortcode in a text, and where it stands. Linear.
    pub(super) fn first(text: &'s str) -> Option<(Range<usize>, Self)> {
        text.match_indices('[').find_map(|(at, _)| {
            let (length, code) = Self::begins(text.get(at..)?)?;
            Some((at..at.saturating_add(length), code))
        })
    }

    /// The shortcode that a text begins with, and its length. Words in brackets are none: one has arguments, an address, or an end.
    fn begins(text: &'s str) -> Option<(usize, Self)> {
        let rest = text.get(1..)?;
        // No bracket stands within one.
        let inner = rest.get(..rest.find(['[', ']'])?).filter(|inner| rest.get(inner.len()..).is_some_and(|end| end.starts_with(']')))?;
        let length = inner.len().saturating_add(2);
        if let Some(name) = inner.strip_prefix('/') {
            return match name {
                "caption" | "wp_caption" => Some((length, Self::Caption { ends: true })),
                "gallery" | "playlist" | "audio" | "video" => Some((length, Self::Other)),
                _ => None,
            };
        }
        let (name, arguments) = inner.split_once([' ', '=']).unwrap_or((inner, ""));
        let named = ["=\"", "='", "=\u{201d}"].iter().any(|quoted| arguments.contains(quoted));
        let address = arguments.trim();
        match name {
            "caption" | "wp_caption" if named => Some((length, Self::Caption { ends: false })),
            "gallery" | "playlist" | "audio" | "video" if named => Some((length, Self::Other)),
            "youtube" | "vimeo" if web_address(address).is_some_and(|url| provider(&url).is_some()) => Some((length, Self::Embed(address))),
            "embed" => {
                let rest = text.get(length..)?;
                let url = rest.get(..rest.find('[')?)?;
                let ends = rest.get(url.len()..).is_some_and(|end| end.starts_with("[/embed]"));
                web_address(url.trim()).filter(|_| ends)?;
                Some((length.saturating_add(url.len()).saturating_add("[/embed]".len()), Self::Embed(url.trim())))
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Shortcode;

    #[test]
    fn a_shortcode_has_arguments_an_address_or_an_end_and_words_in_brackets_are_none() {
        for (text, at, code) in [
            ("a [caption id=\"b\" width=\"3\"] c", 2..28, Shortcode::Caption { ends: false }),
            ("x[/caption]", 1..11, Shortcode::Caption { ends: true }),
            ("[gallery ids=\"1,2\"]", 0..19, Shortcode::Other),
            ("[1] [embed]https://x.example/a[/embed]!", 4..38, Shortcode::Embed("https://x.example/a")),
            ("[youtube https://www.youtube.com/watch?v=b]", 0..43, Shortcode::Embed("https://www.youtube.com/watch?v=b")),
        ] {
            assert_eq!(Shortcode::first(text), Some((at, code)), "{text}");
        }
        for words in
            ["[video]", "[gallery]", "see [caption] and [sic]", "[embed]me[/embed]", "[youtube]", "[audio", "[", "[captions id=\"1\"]"]
        {
            assert_eq!(Shortcode::first(words), None, "{words}");
        }
    }
}
