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
    /// As plain text, no more of it than excerpts are made of.
    Beginning,
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
            Self::Beginning => "substr(e.text, 1, 20000)",
            Self::Doc => of_revision!("CAST(r.words -> 'body' AS TEXT)", "e"),
        }
    }

    /// How many bytes the body of an edition `x` has; of a document, with the other words beside it.
    pub(super) fn bytes(self) -> &'static str {
        match self {
            Self::None => "0",
            // What readers are given of a picture of the library is longer than its id, which takes 39 bytes: some 1,400 bytes in HTML, and 5,000 in a document.
            Self::Html => "octet_length(x.html) + 35 * (octet_length(CAST(x.media AS TEXT)) - 2)",
            Self::Text => "octet_length(x.text)",
            Self::Beginning => "octet_length(substr(x.text, 1, 20000))",
            Self::Doc => {
                concat!(of_revision!("octet_length(CAST(r.words AS TEXT))", "x"), " + 130 * (octet_length(CAST(x.media AS TEXT)) - 2)")
            }
        }
    }
}
