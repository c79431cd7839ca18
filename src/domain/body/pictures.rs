//! Pictures of the media library in bodies, and how readers are given them.
//!
//! **Context.** A picture in a body is an item of the library: where its renditions are, whose it is and whether it may be shown at all is known when somebody
//! reads, and an edition's HTML is frozen long before. **Decision.** It is frozen with the id alone, as an address of a kind that no text of an editor is let
//! through with (`media:`); whoever reads is given what is shown for it then, and what may not be shown is left out with its figure, and a gallery with its
//! last picture. What the story says of a picture counts for more than what the item says of itself. **Consequence.** What is withdrawn is gone from every
//! body at once, and nothing that was frozen is written again.

use std::collections::{BTreeSet, HashMap};

use serde_json::Value;

use super::{Block, Document, Image, Node};
use crate::domain::media::{Media, MediaId, MediaWords};

/// What readers are given of a picture, beside what every picture in a body has.
#[derive(Debug, Clone, PartialEq)]
pub struct Shown {
    /// The same picture in several widths, by media type, the best first: the value of a `srcset`.
    pub sources: Vec<(&'static str, String)>,
    /// All that is told of it, as lead pictures are.
    pub told: Value,
}

impl Image {
    /// All that readers are told of it, in the words that it has here.
    pub(super) fn told(&self) -> Option<Value> {
        let mut told = self.shown.as_ref()?.told.clone();
        for (name, text) in [("alt", &self.alt), ("caption", &self.caption), ("credit", &self.credit)] {
            if let Some(said) = told.get_mut(name) {
                *said = Value::from(text.as_str());
            }
        }
        Some(told)
    }
}

/// The schema of what is told of a picture: that of the pictures that lead stories.
pub(super) const TOLD: &str = "Lead";

/// What is to be shown for items: those that are not there may not be.
pub type Pictures = HashMap<MediaId, Image>;

/// The scheme of the addresses that pictures of the library have where they are frozen.
pub const SCHEME: &str = "media:";
/// The item that an address of a picture names.
pub(super) fn named(address: &str) -> Option<MediaId> {
    address.trim().strip_prefix(SCHEME)?.parse().ok()
}

/// The items that a body shows.
#[must_use]
pub fn of(document: &Document) -> BTreeSet<MediaId> {
    fn within(blocks: &[Block], all: &mut BTreeSet<MediaId>) {
        for block in blocks {
            if let Node::Image(image) = &block.node {
                all.extend(image.media);
            }
            within(block.node.children(), all);
        }
    }
    let mut all = BTreeSet::new();
    within(&document.blocks, &mut all);
    all
}

/// Whether a document as it is kept may show items, without reading those that show none.
#[must_use]
pub fn may_be_in(kept: &str) -> bool {
    kept.contains("\"media_id\"")
}

/// An item as a picture in a body, which lies somewhere and says of itself what it says in some words.
#[must_use]
pub fn of_item(media: &Media, words: MediaWords, url: String, size: Option<(u32, u32)>) -> Image {
    let credit = media.description.credit.clone();
    Image { media: Some(media.id), url, alt: words.alt, caption: words.caption, credit, size, ..Image::default() }
}

/// Change every picture of the library, at whatever depth, with the place of the outermost block that it stands in. What comes to nothing is left out, and
/// what holds blocks and has none then, unless it has a heading.
pub fn each(document: &mut Document, change: &mut dyn FnMut(usize, Image) -> Option<Image>) {
    fn within(top: usize, block: Block, change: &mut dyn FnMut(usize, Image) -> Option<Image>) -> Option<Block> {
        let mut block = block;
        match &mut block.node {
            Node::Image(image) if image.media.is_some() => *image = change(top, std::mem::take(image))?,
            node => {
                let goes_with_them = !matches!(node, Node::LiveUpdate { .. } | Node::Factbox { .. });
                if let Some(inner) = node.inner_mut().filter(|inner| !inner.is_empty()) {
                    *inner = std::mem::take(inner).into_iter().filter_map(|one| within(top, one, change)).collect();
                    if inner.is_empty() && goes_with_them {
                        return None;
                    }
                }
            }
        }
        Some(block)
    }
    if !of(document).is_empty() {
        let all = std::mem::take(&mut document.blocks);
        document.blocks = all.into_iter().enumerate().filter_map(|(n, one)| within(n, one, change)).collect();
    }
}

/// Leave of every picture nothing but its place.
pub(super) fn forget(document: &mut Document) {
    fn within(blocks: &mut [Block]) {
        for block in blocks {
            if let Node::Image(image) = &mut block.node {
                *image = Image::default();
            }
            within(block.node.children_mut());
        }
    }
    within(&mut document.blocks);
}

/// What a story says, or else what the item says.
fn or(said: String, own: &str) -> String {
    if said.is_empty() { own.to_owned() } else { said }
}

/// Give every picture of the library what readers are shown of it, and leave out those that they are not to see.
pub fn show(document: &mut Document, pictures: &Pictures) {
    each(document, &mut |_, image| {
        let own = pictures.get(image.media.as_ref()?)?;
        Some(Image {
            media: image.media,
            url: own.url.clone(),
            alt: or(image.alt, &own.alt),
            caption: or(image.caption, &own.caption),
            credit: or(image.credit, &own.credit),
            size: own.size,
            href: image.href,
            shown: own.shown.clone(),
        })
    });
}
