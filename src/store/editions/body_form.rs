//! Forms of bodies, and where each is kept.

/// In which form a live edition brings its body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BodyForm {
    /// Not at all.
    None,
    /// As HTML.
    Html,
    /// As plain text.
    Text,
    /// As the document's JSON.
    Doc,
}

/// The revision whose words an edition froze, and what is selected of it.
macro_rules! of_revision {
    ($what:literal, $edition:literal) => {
        concat!(
            "(SELECT ",
            $what,
            " FROM translation_revisions r WHERE r.article_id = ",
            $edition,
            ".article_id AND r.locale = ",
            $edition,
            ".locale AND r.version = ",
            $edition,
            ".words_version)"
        )
    };
}

impl BodyForm {
    /// The body of an edition `e`.
    pub(super) fn select(self) -> &'static str {
        match self {
            Self::None => "''",
            Self::Html => "e.html",
            Self::Text => "e.text",
            Self::Doc => of_revision!("CAST(r.words -> 'body' AS TEXT)", "e"),
        }
    }

    /// How many bytes the body of an edition `x` has; of a document, with the other words beside it.
    pub(super) fn bytes(self) -> &'static str {
        match self {
            Self::None => "0",
            Self::Html => "octet_length(x.html)",
            Self::Text => "octet_length(x.text)",
            Self::Doc => of_revision!("octet_length(CAST(r.words AS TEXT))", "x"),
        }
    }
}
