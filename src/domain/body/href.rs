//! Where a link leads: an address, and what of the own site was found there.

use std::{cmp::Ordering, ops::Deref};

use crate::domain::reference::Reference;

/// Where a link leads. Those with a [`Reference`] are equal when that is, and what stands behind the path; the path itself makes no difference.
#[derive(Debug, Clone)]
pub struct Href {
    /// The address as it was typed: absolute, a path of the site, or `#` with the id of a block of the body.
    pub address: String,
    /// What is found there, when that is known.
    pub to: Option<Reference>,
}

impl Href {
    /// Query and fragment, with the signs before them.
    #[must_use]
    pub fn tail(&self) -> &str {
        self.address.find(['?', '#']).and_then(|at| self.address.get(at..)).unwrap_or_default()
    }

    fn key(&self) -> (Option<&Reference>, &str) {
        (self.to.as_ref(), if self.to.is_some() { self.tail() } else { &self.address })
    }
}

impl From<String> for Href {
    fn from(address: String) -> Self {
        Self { address, to: None }
    }
}

impl Deref for Href {
    type Target = str;
    fn deref(&self) -> &str {
        &self.address
    }
}

impl PartialEq for Href {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}
impl Eq for Href {}
impl Ord for Href {
    fn cmp(&self, other: &Self) -> Ordering {
        self.key().cmp(&other.key())
    }
}
impl PartialOrd for Href {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
