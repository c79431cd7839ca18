//! A rendition that somebody wants, or will.

use super::{rendering::Recipe, storage::Key};
use crate::domain::{
    file::{FileFacts, FocalPoint},
    media::Digest,
    rendition::{Preset, RenditionFormat},
};

/// A picture in a size, to be drawn where nobody has yet.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// What its file comes to.
    pub digest: Digest,
    /// What is known of that.
    pub facts: FileFacts,
    /// In which size and cut.
    pub preset: Preset,
    /// In which format.
    pub format: RenditionFormat,
    /// What stays in sight.
    pub focal_point: FocalPoint,
    /// Creator, credit, copyright and digital source type.
    pub carried: [String; 4],
    /// The version of what is drawn.
    pub version: String,
}

impl Wanted {
    /// Where it lies, once it was drawn.
    pub(super) fn key(&self) -> Key {
        Key::Rendition(self.digest, format!("{}-{}.{}", self.preset, self.version, self.format))
    }

    /// How it is drawn.
    pub(super) fn recipe(&self) -> Recipe {
        let [creator, credit, copyright, digital_source_type] = self.carried.clone();
        Recipe {
            width: self.preset.width,
            ratio: self.preset.ratio,
            focal: self.focal_point,
            format: self.format,
            creator,
            credit,
            copyright,
            digital_source_type,
        }
    }
}
