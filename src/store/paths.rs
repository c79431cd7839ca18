//! Paths of sections, as a column keeps them.

use crate::domain::{Error, Id, section::Section};

/// A path as the column keeps it.
pub(super) fn path_text(path: &[Id<Section>]) -> String {
    path.iter().map(ToString::to_string).collect::<Vec<_>>().join("/")
}

/// A path out of its column.
pub(super) fn path_of(text: &str) -> Result<Vec<Id<Section>>, Error> {
    text.split('/').map(|id| id.parse().map_err(Error::internal)).collect()
}
