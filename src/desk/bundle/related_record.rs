//! The record of what editors say of the stories that lead on from one.

use serde::{Deserialize, Serialize};

/// What editors say of the stories that lead on from one.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RelatedRecord {
    pub(super) article: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) pinned: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) banned: Vec<String>,
}
