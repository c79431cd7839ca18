//! Sections: the tree a newsroom files its stories in, and its navigation.

use super::{Error, Id, Instant, Version, name::Names, text::limits};

/// A node of the section tree.
#[derive(Debug, Clone)]
pub struct Section {
    /// Its id.
    pub id: Id<Section>,
    /// The sections above it and itself, from the top.
    pub path: Vec<Id<Section>>,
    /// Its place among its siblings, from 1; the order of the navigation.
    pub position: i32,
    /// Its names.
    pub names: Names,
    /// Newest version.
    pub version: Version,
    /// First saved.
    pub created_at: Instant,
    /// Last saved.
    pub updated_at: Instant,
}

impl Section {
    /// The section it lies in.
    #[must_use]
    pub fn parent(&self) -> Option<Id<Section>> {
        let mut up = self.path.iter().rev();
        up.next();
        up.next().copied()
    }

    /// Its path below `parent`, when that closes no circle and is not too deep.
    ///
    /// # Errors
    /// [`Error::Invalid`] at `#/parent_id`.
    pub fn path_below(id: Id<Self>, parent: Option<&Self>) -> Result<Vec<Id<Self>>, Error> {
        let mut path = parent.map(|p| p.path.clone()).unwrap_or_default();
        if path.contains(&id) {
            return Err(Error::invalid("#/parent_id", "circle", "a section cannot lie within itself"));
        }
        if path.len() >= limits::SECTION_DEPTH {
            return Err(Error::invalid("#/parent_id", "too_deep", format!("at most {} levels", limits::SECTION_DEPTH)));
        }
        path.push(id);
        Ok(path)
    }
}

/// A level of the section tree: the sections next to each other below one, or at the top. Who is granted a section keeps what lies
/// below it, and not the level that it stands on itself.
#[derive(Debug, Clone)]
pub struct Level(pub Option<Section>);

/// The id of a section.
pub type SectionId = Id<Section>;
