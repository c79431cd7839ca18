//! What the desk knows of what it works on, as values of one column that it is looked for by.

use uuid::Uuid;

use crate::domain::{translation::State, vocabulary::vocabulary};

vocabulary! {
    /// What the desk finds.
    #[schema(as = DeskHitType)]
    pub enum DeskKind {
        /// The working copy of an article in a locale.
        Translation => "translation",
        /// A comment.
        Comment => "comment",
        /// An item of the media library.
        Media => "media",
    }
}

/// That whoever sees its article sees it.
pub(super) const OPEN: &str = "open";

/// What it is.
pub(super) fn is(kind: DeskKind) -> String {
    format!("is:{kind}")
}

/// The section that its article is filed in.
pub(super) fn filed_in(section: Uuid) -> String {
    format!("in:{section}")
}

/// Who began the article.
pub(super) fn begun_by(user: Uuid) -> String {
    format!("by:{user}")
}

/// Who works on words of the article.
pub(super) fn worked_on_by(user: Uuid) -> String {
    format!("with:{user}")
}

/// Who works on these words.
pub(super) fn given_to(user: Uuid) -> String {
    format!("to:{user}")
}

/// Where the words stand.
pub(super) fn stands(state: State) -> String {
    format!("state:{state}")
}

/// What it is replaced with.
pub(super) fn belongs_to(id: Uuid) -> String {
    format!("of:{id}")
}
