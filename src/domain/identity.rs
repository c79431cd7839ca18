//! Who somebody is according to the newsroom's OpenID provider, and what its groups are granted here.

use std::collections::BTreeMap;

use super::{Locale, user::Role};

/// Who the provider says somebody is: a name that it gives to nobody else, ever (OpenID Connect Core 1.0 §2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The provider.
    pub issuer: String,
    /// Whom it means.
    pub subject: String,
}

/// Somebody as the provider introduces them.
#[derive(Debug, Clone)]
pub struct Introduced {
    /// Who it is.
    pub identity: Identity,
    /// Their address, where the provider has made sure that it is theirs.
    pub email: Option<String>,
    /// What they are called.
    pub name: Option<String>,
    /// The groups that they are in; nothing, where an access token says nothing of groups.
    pub groups: Option<Vec<String>>,
}

/// What a group is granted.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct GroupGrant {
    /// The role.
    pub role: Role,
    /// Only in this section and below it: its id, or its slug in the default locale.
    pub section: Option<String>,
    /// Only in this locale.
    pub locale: Option<Locale>,
}

/// What each group of the provider's is granted.
#[derive(Debug, Clone, Default)]
pub struct GroupGrants(pub BTreeMap<String, Vec<GroupGrant>>);

impl GroupGrants {
    /// What whoever is in these groups is granted, each once.
    #[must_use]
    pub fn of(&self, groups: &[String]) -> Vec<&GroupGrant> {
        let mut all: Vec<&GroupGrant> = Vec::new();
        for grant in groups.iter().filter_map(|group| self.0.get(group)).flatten() {
            if !all.contains(&grant) {
                all.push(grant);
            }
        }
        all
    }
}
