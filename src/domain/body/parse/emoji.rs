//! Pictures of emoji, which stand for characters.

use scraper::ElementRef;

use super::{Builder, Context, Mark, addresses, losses::Loss};

/// Characters of an emoji, or of its name.
const MOST: usize = 40;

/// What a picture of an emoji stands for.
pub(super) fn shown(img: ElementRef<'_>) -> Option<String> {
    let attr = |name| img.value().attr(name);
    if img.value().name() != "img" {
        return None;
    }
    let of_editor = attr("data-stringify-emoji").or(attr("data-emoji"));
    let says = |text: &str| ["emoji", "smiley", "smilie"].iter().any(|word| text.to_ascii_lowercase().contains(word));
    let meant = of_editor.is_some() || ["class", "src"].into_iter().filter_map(attr).any(says);
    let text = attr("alt").filter(|alt| !alt.is_empty()).or(of_editor)?.trim();
    let named = text.len() > 2 && text.starts_with(':') && text.ends_with(':') && !text.contains(char::is_whitespace);
    let sign = !text.is_empty() && !text.contains(|c: char| c.is_alphabetic() || c.is_whitespace());
    (meant && (named || sign) && text.chars().count() <= MOST).then(|| text.to_owned())
}

impl<'t> Context<'_> {
    /// The character in its line.
    pub(super) fn emoji(&mut self, builder: &mut Builder<'t>, img: ElementRef<'t>, text: &str, marks: &[Mark]) {
        self.drawn(img);
        self.words(&mut builder.line, text, marks);
    }

    /// Tell the address of a picture that stands for a character.
    pub(super) fn drawn(&mut self, img: ElementRef<'_>) {
        let addresses = addresses::said(img).into_iter().collect();
        self.losses.note("the picture of an emoji", &Loss { words: String::new(), addresses });
    }
}
