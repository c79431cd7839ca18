//! References: what a link of a body to the own site leads to.
//!
//! **Context.** A path that a writer typed gets stale: the story moves, and in a translation the path leads to the language of the source. **Decision.** Beside
//! the address that was typed a link keeps what was found there. Whoever reads the body is given the present address of that, in their language as far as there
//! is one, and what was typed where it is public nowhere. Two links to one thing are equal, whatever was typed. **Consequence.** A slug that changes is no edit
//! of the bodies that lead there.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Error, Locale, address::AddressKind};

/// A thing of the site that a link leads to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reference {
    /// What it is.
    pub kind: AddressKind,
    /// Its id.
    pub id: Uuid,
    /// The language of the page that is meant, where it is not that of whoever reads.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locale: Option<Locale>,
}

impl Reference {
    /// One that leads to the page in the reader's language.
    #[must_use]
    pub fn new(kind: AddressKind, id: Uuid) -> Self {
        Self { kind, id, locale: None }
    }

    /// The same thing, whatever language of it is meant.
    #[must_use]
    pub fn thing(&self) -> (AddressKind, Uuid) {
        (self.kind, self.id)
    }
}

/// `article:0192…`, with `:hi` behind it where a language is meant.
impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.kind, self.id)?;
        self.locale.as_ref().map_or(Ok(()), |locale| write!(f, ":{locale}"))
    }
}

impl FromStr for Reference {
    type Err = Error;
    fn from_str(text: &str) -> Result<Self, Error> {
        let mut parts = text.splitn(3, ':');
        let (kind, id) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
        let id = Uuid::try_parse(id).map_err(Error::internal)?;
        Ok(Self { kind: kind.parse()?, id, locale: parts.next().map(|tag| Locale::stored(tag.to_owned())) })
    }
}
