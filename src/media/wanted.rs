//! Where a rendition lies in the store, and how it is drawn.

use super::{rendering::Recipe, storage::Key};
use crate::domain::rendition::Wanted;

/// What can be drawn.
pub(super) trait Drawable {
    /// Where it lies, once it was drawn.
    fn key(&self) -> Key;

    /// How it is drawn.
    fn recipe(&self) -> Recipe;
}

impl Drawable for Wanted {
    fn key(&self) -> Key {
        Key::Rendition(self.digest, format!("{}-{}.{}", self.preset, self.version, self.format))
    }

    fn recipe(&self) -> Recipe {
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
