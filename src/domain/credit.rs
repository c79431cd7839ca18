//! Credits: who made a story, in which roles, and what the roles are called.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize};

use super::{Id, Locale, author::Author, error::Faults, locale::Keyed};

/// An author in a role on an article.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Credit {
    /// The role: `reported_by`, `written_by`, `edited_by`, `translated_by`, `photo_by` or any other key.
    pub role: String,
    /// The author.
    pub author_id: Id<Author>,
}

/// Labels of credit roles: role, then locale, then label (`reported_by`, `hi`, `रिपोर्ट`).
pub type CreditLabels = BTreeMap<String, BTreeMap<Locale, String>>;

/// Read such labels, in which no locale is named twice for a role.
///
/// # Errors
/// Those of [`keyed`](super::locale::keyed).
pub fn labels<'de, D: Deserializer<'de>>(d: D) -> Result<CreditLabels, D::Error> {
    let roles = BTreeMap::<String, Keyed<String>>::deserialize(d)?;
    Ok(roles.into_iter().map(|(role, labels)| (role, labels.0)).collect())
}

/// Note under `pointer` when `role` is not a key such as `reported_by`.
pub fn check_role(faults: &mut Faults, pointer: &str, role: &str) {
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    if role.is_empty() || role.len() > 50 || !role.chars().all(fits) {
        faults.add(pointer, "role", "a role is at most 50 of a-z, 0-9 and `_`");
    }
}
